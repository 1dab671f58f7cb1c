//! The roads as one graph: places are nodes, and corridors meet where the names of their places are equal but for case and accents.
//!
//! A stretch that several corridors share is one edge. For a town the graph is cut down to what can lead to it and chains of edges between
//! junctions are drawn together, which leaves every flow and every shortest way as it was.

use std::collections::HashMap;
use std::sync::Arc;

use super::parameters::{self, Parameter};
use super::status::triangular;
use crate::domain::{Corridor, Folding, Position, SupplyShare};

/// A named place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) position: Position,
}

/// A stretch of road between two places, in both directions.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// Its nodes, in the direction of travel of the first corridor on it.
    pub(super) ends: [usize; 2],
    /// What it can carry when it is open; 100 is what a town takes in a normal day.
    pub(super) capacity: f64,
    /// Time it takes, in hours; never told to anybody, only compared.
    pub(super) hours: f64,
    /// The corridors that it is part of with its position on them, from 1; by the ids of the corridors.
    pub(super) segments: Vec<(usize, u32)>,
    /// Its line.
    pub(super) line: Vec<Position>,
}

/// A corridor.
#[derive(Debug, Clone)]
pub(super) struct Road {
    pub(super) id: String,
    pub(super) name: String,
    /// The town that it names as its target, folded; empty for none.
    target: String,
    pub(super) nodes: Vec<usize>,
    pub(super) weight: Option<SupplyShare>,
}

/// All roads.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) nodes: Vec<Node>,
    by_name: HashMap<String, usize>,
    pub(super) edges: Vec<Edge>,
    pub(super) roads: Vec<Road>,
}

/// A name as it is compared.
pub(super) fn folded(name: &str) -> String {
    Folding::Case.of(&Folding::Accents.of(name.trim()))
}

/// What a road of a class carries, and how fast one drives there in km/h.
fn class(word: &str) -> (Parameter, Parameter) {
    match word {
        "secondary" => (parameters::CAPACITY_SECONDARY, parameters::SPEED_SECONDARY),
        "tertiary" => (parameters::CAPACITY_TERTIARY, parameters::SPEED_TERTIARY),
        "track" => (parameters::CAPACITY_TRACK, parameters::SPEED_TRACK),
        _ => (parameters::CAPACITY_TRUNK, parameters::SPEED_TRUNK),
    }
}

impl Network {
    /// The graph of some corridors, which stand in the order of their ids.
    pub(super) fn new(corridors: &[Corridor]) -> Self {
        let mut network = Self::default();
        let mut by_ends: HashMap<[usize; 2], usize> = HashMap::new();
        for corridor in corridors {
            let road = network.roads.len();
            let nodes: Vec<usize> = corridor.waypoints.iter().map(|(name, position)| network.node(name, *position)).collect();
            let (capacity, speed) = class(&corridor.class);
            for (pair, segment) in nodes.windows(2).zip(corridor.segments()) {
                let &[from, to] = pair else { continue };
                if from == to {
                    continue;
                }
                let line: Vec<Position> = segment.line.coords().filter_map(|at| Position::new(at.x, at.y).ok()).collect();
                let length_km = line.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum::<f64>() / 1000.0;
                let hours = length_km / speed.value;
                let at = *by_ends.entry([from.min(to), from.max(to)]).or_insert_with(|| {
                    network.edges.push(Edge { ends: [from, to], capacity: 0.0, hours, segments: Vec::new(), line });
                    network.edges.len() - 1
                });
                let edge = &mut network.edges[at];
                // Corridors that say different things of one road: the better class, the shorter time.
                edge.capacity = edge.capacity.max(capacity.value);
                edge.hours = edge.hours.min(hours);
                if !edge.segments.iter().any(|(other, _)| *other == road) {
                    edge.segments.push((road, segment.seq));
                }
            }
            network.roads.push(Road {
                id: corridor.id.clone(),
                name: corridor.name.clone(),
                target: folded(&corridor.target),
                nodes,
                weight: corridor.weight.clone(),
            });
        }
        network
    }

    fn node(&mut self, name: &str, position: Position) -> usize {
        let nodes = &mut self.nodes;
        *self.by_name.entry(folded(name)).or_insert_with(|| {
            nodes.push(Node { name: name.to_owned(), position });
            nodes.len() - 1
        })
    }

    /// The ids of the segments of an edge.
    pub(super) fn segment_ids(&self, edge: usize) -> Vec<String> {
        self.edges[edge].segments.iter().map(|(road, seq)| format!("{}:{seq}", self.roads[*road].id)).collect()
    }

    /// The towns that corridors name as their targets, each with the numbers of those corridors; by name.
    pub(super) fn targets(&self, corridors: &[Corridor]) -> Vec<(String, Vec<usize>)> {
        let mut targets: Vec<(String, String, Vec<usize>)> = Vec::new();
        for (at, road) in self.roads.iter().enumerate().filter(|(_, road)| !road.target.is_empty()) {
            match targets.iter_mut().find(|(key, ..)| *key == road.target) {
                Some((_, _, roads)) => roads.push(at),
                None => targets.push((road.target.clone(), corridors[at].target.clone(), vec![at])),
            }
        }
        targets.sort();
        targets.into_iter().map(|(_, name, roads)| (name, roads)).collect()
    }

    /// The way goods reach a town: `None` where no corridor leads to it.
    pub(super) fn supply(&self, target: &str) -> Option<Supply> {
        let key = folded(target);
        let node = self.by_name.get(&key).copied();
        let named: Vec<usize> = (0..self.roads.len()).filter(|road| !key.is_empty() && self.roads[*road].target == key).collect();
        let is_named = !named.is_empty();
        let through = |road: &usize| node.is_some_and(|node| self.roads[*road].nodes[1..].contains(&node));
        let roads = if is_named { named } else { (0..self.roads.len()).filter(through).collect() };
        let gateways = self.gateways(&roads, node);
        if roads.is_empty() || (gateways.is_empty() && !is_named) {
            return None;
        }
        let mut supply = Supply { target: node, is_named, roads, gateways, links: Vec::new(), nodes: 0 };
        supply.draw_together(self);
        Some(supply)
    }

    /// The first places of corridors with their shares of the supply.
    fn gateways(&self, roads: &[usize], target: Option<usize>) -> Vec<Gateway> {
        let mut gateways: Vec<Gateway> = Vec::new();
        for road in roads {
            let Some(first) = self.roads[*road].nodes.first().copied().filter(|first| Some(*first) != target) else { continue };
            match gateways.iter_mut().find(|gateway| gateway.node == first) {
                Some(gateway) => gateway.roads.push(*road),
                None => gateways.push(Gateway {
                    node: first,
                    roads: vec![*road],
                    share: 0.0,
                    low: 0.0,
                    high: 0.0,
                    stated: false,
                    takes_rest: false,
                    sources: Vec::new(),
                    at: 0,
                }),
            }
        }
        #[allow(clippy::cast_precision_loss, reason = "a handful")]
        for gateway in &mut gateways {
            // What several corridors of one gateway say of it is said of the gateway: their mean, over all that any of them says.
            let stated: Vec<&SupplyShare> = gateway.roads.iter().filter_map(|road| self.roads[*road].weight.as_ref()).collect();
            if !stated.is_empty() {
                gateway.stated = true;
                gateway.share = stated.iter().map(|weight| weight.share).sum::<f64>() / stated.len() as f64;
                gateway.low = stated.iter().map(|weight| weight.low).fold(f64::INFINITY, f64::min);
                gateway.high = stated.iter().map(|weight| weight.high).fold(0.0, f64::max);
                for source in stated.iter().filter_map(|weight| weight.source.as_ref()) {
                    if !gateway.sources.contains(source) {
                        gateway.sources.push(Arc::clone(source));
                    }
                }
            }
        }
        share_out(&mut gateways);
        gateways.sort_by(|a, b| folded(&self.nodes[a.node].name).cmp(&folded(&self.nodes[b.node].name)));
        gateways
    }
}

/// Gives gateways without a stated share equal parts of what the others leave over, or of the whole where that is nothing, and makes all
/// sum to 1. Where the stated ones have a range, what they leave over has one.
#[allow(clippy::cast_precision_loss, reason = "a handful")]
fn share_out(gateways: &mut [Gateway]) {
    let sum_of = |of: fn(&Gateway) -> f64| -> f64 { gateways.iter().filter(|gateway| gateway.stated).map(of).sum() };
    let (low, stated, high) = (sum_of(|gateway| gateway.low), sum_of(|gateway| gateway.share), sum_of(|gateway| gateway.high));
    let open = gateways.iter().filter(|gateway| !gateway.stated).count() as f64;
    let all = gateways.len() as f64;
    for gateway in gateways.iter_mut().filter(|gateway| !gateway.stated) {
        gateway.takes_rest = stated < 1.0;
        let rest = |taken: f64| if stated < 1.0 { (1.0 - taken).max(0.0) / open } else { 1.0 / all };
        (gateway.low, gateway.share, gateway.high) = (rest(high), rest(stated), rest(low));
    }
    let sum: f64 = gateways.iter().map(|gateway| gateway.share).sum();
    for gateway in gateways {
        gateway.share /= sum;
        (gateway.low, gateway.high) = (gateway.low / sum, gateway.high / sum);
    }
}

/// Where goods come from.
#[derive(Debug, Clone)]
pub(super) struct Gateway {
    pub(super) node: usize,
    /// The corridors that begin there.
    pub(super) roads: Vec<usize>,
    /// Its share of the supply.
    pub(super) share: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether a source states the share.
    pub(super) stated: bool,
    /// Whether its share is a part of what the stated ones leave over.
    takes_rest: bool,
    /// Where the share is from, each once.
    pub(super) sources: Vec<Arc<str>>,
    /// Its number among the junctions.
    pub(super) at: usize,
}

#[cfg(test)]
impl Gateway {
    /// A gateway at a junction that gives all there is.
    pub(super) fn alone(at: usize) -> Self {
        Self {
            node: 0,
            roads: Vec::new(),
            share: 1.0,
            low: 1.0,
            high: 1.0,
            stated: false,
            takes_rest: false,
            sources: Vec::new(),
            at,
        }
    }
}

/// Edges between two junctions, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// Numbers of junctions.
    pub(super) ends: [usize; 2],
    pub(super) edges: Vec<usize>,
    pub(super) hours: f64,
}

/// How goods reach a town.
#[derive(Debug, Clone)]
pub(super) struct Supply {
    /// Its node; `None` where it is no place of any corridor, though one names it.
    pub(super) target: Option<usize>,
    /// Whether corridors name it as their target.
    pub(super) is_named: bool,
    /// The corridors to it.
    pub(super) roads: Vec<usize>,
    /// By name.
    pub(super) gateways: Vec<Gateway>,
    pub(super) links: Vec<Link>,
    /// The number of junctions; the target is the first of them.
    pub(super) nodes: usize,
}

impl Supply {
    /// The edges that can carry anything to the town.
    pub(super) fn edges(&self) -> impl Iterator<Item = usize> {
        self.links.iter().flat_map(|link| link.edges.iter().copied())
    }

    /// Whether sources leave the shares open.
    pub(super) fn shares_are_ranges(&self) -> bool {
        self.gateways.iter().any(|gateway| gateway.low < gateway.high)
    }

    /// The shares of a draw, which sum to 1, from a number between 0 and 1 for each gateway: what sources state lies within their range, and
    /// the rest is what that leaves over, in equal parts. Stated shares that come to more than the whole are each cut down alike.
    #[allow(clippy::cast_precision_loss, reason = "a handful")]
    pub(super) fn drawn_shares(&self, numbers: impl Fn(usize) -> f64) -> Vec<f64> {
        let drawn = self.gateways.iter().enumerate().map(|(at, gateway)| {
            if gateway.stated { triangular(gateway.low, gateway.share, gateway.high, numbers(at)) } else { gateway.share }
        });
        let mut drawn: Vec<f64> = drawn.collect();
        let of_stated = self.gateways.iter().zip(&drawn).filter(|(gateway, _)| gateway.stated).map(|(_, share)| share);
        let rest =
            (1.0 - of_stated.sum::<f64>()).max(0.0) / self.gateways.iter().filter(|gateway| gateway.takes_rest).count() as f64;
        for (gateway, share) in self.gateways.iter().zip(&mut drawn).filter(|(gateway, _)| gateway.takes_rest) {
            *share = if gateway.low < gateway.high { rest } else { gateway.share };
        }
        let sum: f64 = drawn.iter().sum();
        drawn.into_iter().map(|share| if sum > 0.0 { share / sum } else { share }).collect()
    }

    /// Leaves out what is a dead end and draws chains together.
    fn draw_together(&mut self, network: &Network) {
        let terminals: Vec<usize> = self.target.into_iter().chain(self.gateways.iter().map(|gateway| gateway.node)).collect();
        let is_terminal = |node: usize| terminals.contains(&node);
        let mut incident: Vec<Vec<usize>> = vec![Vec::new(); network.nodes.len()];
        for (at, edge) in network.edges.iter().enumerate() {
            edge.ends.iter().for_each(|end| incident[*end].push(at));
        }
        let mut there = vec![true; network.edges.len()];
        let mut ends: Vec<usize> = (0..incident.len()).filter(|node| incident[*node].len() == 1 && !is_terminal(*node)).collect();
        while let Some(node) = ends.pop() {
            let mut left = incident[node].iter().copied().filter(|edge| there[*edge]);
            if let (Some(edge), None) = (left.next(), left.next()) {
                there[edge] = false;
                let other = other_end(network, edge, node);
                if !is_terminal(other) && incident[other].iter().filter(|edge| there[**edge]).count() == 1 {
                    ends.push(other);
                }
            }
        }
        incident.iter_mut().for_each(|edges| edges.retain(|edge| there[*edge]));
        let is_junction = |node: usize| is_terminal(node) || incident[node].len() > 2;
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        for node in terminals.iter().copied().chain((0..incident.len()).filter(|node| incident[*node].len() > 2)) {
            let next = numbers.len();
            numbers.entry(node).or_insert(next);
        }
        for edge in 0..network.edges.len() {
            let start = network.edges[edge].ends.into_iter().find(|end| is_junction(*end));
            let (true, Some(start)) = (there[edge], start) else { continue };
            let (mut node, mut chain, mut next) = (start, Vec::new(), Some(edge));
            while let Some(edge) = next {
                there[edge] = false;
                chain.push(edge);
                node = other_end(network, edge, node);
                next = if is_junction(node) { None } else { incident[node].iter().copied().find(|edge| there[*edge]) };
            }
            // A loop carries nothing anywhere, and neither does a way that ends.
            if node != start && is_junction(node) {
                let hours = chain.iter().map(|edge| network.edges[*edge].hours).sum();
                self.links.push(Link { ends: [numbers[&start], numbers[&node]], edges: chain, hours });
            }
        }
        self.nodes = numbers.len().max(1);
        for gateway in &mut self.gateways {
            gateway.at = numbers[&gateway.node];
        }
        if self.target.is_none() {
            // Nothing leads to a place that is on no road: it stands alone.
            for link in &mut self.links {
                link.ends = link.ends.map(|end| end + 1);
            }
            self.gateways.iter_mut().for_each(|gateway| gateway.at += 1);
            self.nodes += 1;
        }
    }
}

fn other_end(network: &Network, edge: usize, node: usize) -> usize {
    let [from, to] = network.edges[edge].ends;
    if from == node { to } else { from }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corridor(id: &str, from: &str, weight: Option<(f64, f64, f64)>) -> Corridor {
        let at = |lon: f64| Position::new(lon, 10.0).unwrap();
        Corridor {
            id: id.to_owned(),
            name: id.to_owned(),
            target: "T".to_owned(),
            class: "trunk".to_owned(),
            weight: weight.map(|(low, share, high)| SupplyShare::new(share, low, high).unwrap()),
            waypoints: vec![(from.to_owned(), at(1.0)), ("T".to_owned(), at(2.0))],
            between: Vec::new(),
            changes: Arc::new([]),
            past: Arc::new([]),
        }
    }

    fn drawn(corridors: &[Corridor], number: f64) -> Vec<f64> {
        let shares = Network::new(corridors).supply("T").unwrap().drawn_shares(|_| number);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
        shares.into_iter().map(|share| (share * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn the_shares_of_a_draw_sum_to_1_and_the_rest_is_what_the_stated_ones_leave() {
        let stated = [
            corridor("r1", "A", Some((0.4, 0.6, 0.8))),
            corridor("r2", "B", Some((0.25, 0.275, 0.3))),
            corridor("r3", "C", None),
            corridor("r4", "D", None),
        ];
        assert_eq!(drawn(&stated, 0.0), [0.4, 0.25, 0.175, 0.175]);
        assert_eq!(drawn(&stated, 0.5), [0.6, 0.275, 0.0625, 0.0625]);
        // 0.8 and 0.3 are more than the whole.
        assert_eq!(drawn(&stated, 1.0), [0.727273, 0.272727, 0.0, 0.0]);
        // Without ranges, without statements, and with more than the whole stated, each as it is.
        let plain = [corridor("r1", "A", Some((0.5, 0.5, 0.5))), corridor("r2", "B", None), corridor("r3", "C", None)];
        assert_eq!(drawn(&plain, 0.9), [0.5, 0.25, 0.25]);
        assert_eq!(drawn(&[corridor("r1", "A", None), corridor("r2", "B", None)], 0.1), [0.5, 0.5]);
        let over =
            [corridor("r1", "A", Some((0.8, 0.8, 0.8))), corridor("r2", "B", Some((0.4, 0.7, 1.0))), corridor("r3", "C", None)];
        assert!(drawn(&over, 0.5)[2] > 0.1, "where the stated ones leave nothing the rest counts as one of equal parts");
    }
}
