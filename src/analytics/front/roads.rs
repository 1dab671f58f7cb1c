//! How far it is by road to a capital over the graph of corridors, from where a corridor comes near.

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};

use super::distances::{foot, geodesic_km};
use crate::analytics::network::{Network, folded};
use crate::analytics::parameters::ROAD_ACCESS;
use crate::domain::{Corridor, Position};

/// The corridors with their lengths.
#[derive(Debug, Default)]
pub(super) struct Roads {
    network: Network,
    lengths: UnGraph<(), f64>,
}

/// Where a position comes onto the roads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Access {
    /// Kilometres to the road and along it to each end of its stretch, with the number of the place there.
    ends: [(usize, f64); 2],
}

/// How far each place of the roads is from one of them; infinitely far where no road leads.
#[derive(Debug, Clone)]
pub(super) struct Reached(Vec<f64>);

impl Reached {
    /// Kilometres from where a position comes onto the roads; `None` where no road leads.
    pub(super) fn km(&self, access: Access) -> Option<f64> {
        let way = |(node, km): (usize, f64)| km + self.0[node];
        Some(way(access.ends[0]).min(way(access.ends[1]))).filter(|km| km.is_finite())
    }
}

fn length(line: &[Position]) -> f64 {
    line.windows(2).map(|pair| geodesic_km(pair[0], pair[1])).sum()
}

impl Roads {
    pub(super) fn new(corridors: &[Corridor]) -> Self {
        let network = Network::new(corridors);
        let mut lengths = UnGraph::default();
        network.nodes.iter().for_each(|_| {
            lengths.add_node(());
        });
        for edge in &network.edges {
            lengths.add_edge(NodeIndex::new(edge.ends[0]), NodeIndex::new(edge.ends[1]), length(&edge.line));
        }
        Self { network, lengths }
    }

    /// How far it is from a town: the place of that name near it, else the nearest place, no farther away than [`ROAD_ACCESS`]. `None`
    /// where there is no such place.
    pub(super) fn from(&self, name: &str, position: Position) -> Option<Reached> {
        let near = |(at, km): &(usize, f64)| {
            let same = folded(&self.network.nodes[*at].name) == folded(name);
            *km <= ROAD_ACCESS.value * if same { 5.0 } else { 1.0 }
        };
        let far = self.network.nodes.iter().enumerate().map(|(at, node)| (at, geodesic_km(node.position, position)));
        let (node, _) = far.filter(near).min_by(|a, b| a.1.total_cmp(&b.1))?;
        let found = dijkstra(&self.lengths, NodeIndex::new(node), None, |edge| *edge.weight());
        let km = |at: usize| found.get(&NodeIndex::new(at)).copied().unwrap_or(f64::INFINITY);
        Some(Reached((0..self.network.nodes.len()).map(km).collect()))
    }

    /// Where a position comes onto the nearest road; `None` where none is near.
    pub(super) fn access(&self, position: Position) -> Option<Access> {
        let squeeze = position.lat().to_radians().cos();
        let mut best: Option<(f64, usize, usize, (f64, f64))> = None;
        for (number, edge) in self.network.edges.iter().enumerate() {
            for (piece, pair) in edge.line.windows(2).enumerate() {
                let (at, square) = foot(position, [pair[0], pair[1]], squeeze);
                if best.is_none_or(|(least, ..)| square < least) {
                    best = Some((square, number, piece, at));
                }
            }
        }
        let (_, number, piece, (lon, lat)) = best?;
        let foot = Position::new(lon, lat).ok()?;
        let off = geodesic_km(position, foot);
        if off > ROAD_ACCESS.value {
            return None;
        }
        let edge = &self.network.edges[number];
        let before = length(&edge.line[..=piece]) + geodesic_km(edge.line[piece], foot);
        let after = geodesic_km(foot, edge.line[piece + 1]) + length(&edge.line[piece + 1..]);
        Some(Access { ends: [(edge.ends[0], off + before), (edge.ends[1], off + after)] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    fn corridor(id: &str, places: &[(&str, f64, f64)]) -> Corridor {
        Corridor {
            id: id.to_owned(),
            name: id.to_owned(),
            target: String::new(),
            class: "trunk".to_owned(),
            weight: None,
            waypoints: places.iter().map(|(name, lon, lat)| ((*name).to_owned(), at(*lon, *lat))).collect(),
            between: Vec::new(),
            changes: std::sync::Arc::from([]),
            past: std::sync::Arc::from([]),
        }
    }

    #[test]
    fn the_way_leads_over_the_roads_from_where_they_are_near() {
        let roads = Roads::new(&[
            corridor("a", &[("West", 0.0, 0.0), ("Middle", 1.0, 0.0), ("North", 1.0, 1.0)]),
            corridor("b", &[("Far", 5.0, 5.0), ("Farther", 6.0, 5.0)]),
        ]);
        let from = roads.from("WEST", at(0.1, 0.0)).unwrap();
        let degree = geodesic_km(at(0.0, 0.0), at(1.0, 0.0));
        // Halfway up to the north, three kilometres beside the road.
        let access = roads.access(at(1.027, 0.5)).unwrap();
        let expected = degree + geodesic_km(at(1.0, 0.0), at(1.0, 0.5)) + geodesic_km(at(1.0, 0.5), at(1.027, 0.5));
        assert!((from.km(access).unwrap() - expected).abs() < 0.01, "{:?} {expected}", from.km(access));
        assert_eq!(roads.access(at(1.2, 0.5)), None, "more than ten kilometres off");
        assert_eq!(from.km(roads.access(at(5.5, 5.0)).unwrap()), None, "no road leads there");
        assert!(roads.from("Nowhere", at(3.0, 3.0)).is_none() && Roads::default().access(at(0.0, 0.0)).is_none());
    }
}
