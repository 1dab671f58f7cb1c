//! A polygon prepared for many questions: whether it holds a point, exactly, and how far its border is.
//!
//! # Which side of its border a polygon holds
//!
//! A point on a border that several polygons share belongs to exactly one of them. The rule is the half-open crossing test: a
//! point is within when a ray from it to the east crosses an odd number of edges, of exterior and holes together, where an edge
//! holds its lower end and not its upper one, and an edge through the point itself is not crossed. That is the answer for a
//! point moved by an infinitely small step to the east and a far smaller one to the north, and such a point lies on no border.
//! So a polygon holds its western edges and not its eastern ones, its southern edges and not its northern ones, and neighbours
//! that share their vertices leave neither gap nor overlap.
//!
//! Both neighbours must find the same side of a shared edge, in whichever direction their rings run along it: edges are turned
//! to run north, and the side is found in exact arithmetic (Shewchuk 1997, doi:10.1007/PL00009321, as `geo` implements it).

use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo::{Coord, LineString, Polygon};

use super::sphere::distance_to_edge_m;
use crate::domain::Position;

/// A polygon with holes, its edges sorted into bands of latitude so that a question looks at few of them.
#[derive(Debug)]
pub(super) struct PreparedPolygon {
    /// West, south, east, north in degrees.
    bounds: [f64; 4],
    bands_per_degree: f64,
    /// The edges of each band, one band after the other; an edge that spans bands is in each.
    edges: Vec<Edge>,
    /// Where the edges of each band begin, and where the last one's end.
    starts: Vec<usize>,
}

/// An edge that runs north, or along a parallel.
#[derive(Debug, Clone, Copy)]
struct Edge {
    low: Coord<f64>,
    high: Coord<f64>,
}

/// Bands are as many as give each about this many edges…
const EDGES_PER_BAND: f64 = 4.0;

/// …but no more than make each edge this many entries on average: a comb of tall edges would otherwise take memory in the
/// square of their number.
const ENTRIES_PER_EDGE: f64 = 4.0;

impl PreparedPolygon {
    /// Prepares a polygon in CRS84 degrees; `None` when it has no edge.
    pub(super) fn new(polygon: &Polygon<f64>) -> Option<Self> {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let edges: Vec<Edge> = rings.flat_map(LineString::lines).map(|line| Edge::between(line.start, line.end)).collect();
        let first = edges.first()?.low;
        let around = |[w, s, e, n]: [f64; 4], at: Coord<f64>| [w.min(at.x), s.min(at.y), e.max(at.x), n.max(at.y)];
        let bounds = edges.iter().flat_map(|edge| [edge.low, edge.high]).fold([first.x, first.y, first.x, first.y], around);
        let bands_per_degree = bands_per_degree(&edges, bounds[3] - bounds[1]);
        let mut prepared = Self { bounds, bands_per_degree, edges: Vec::new(), starts: Vec::new() };
        prepared.fill(&edges);
        Some(prepared)
    }

    /// Puts a copy of each edge into every band it touches.
    fn fill(&mut self, edges: &[Edge]) {
        let bands = self.band(self.bounds[3]) + 1;
        let touched = |edge: &Edge| self.band(edge.low.y).min(bands - 1)..=self.band(edge.high.y).min(bands - 1);
        let mut entries: Vec<(usize, Edge)> = edges.iter().flat_map(|edge| touched(edge).map(|band| (band, *edge))).collect();
        entries.sort_by_key(|(band, _)| *band);
        self.starts = (0..=bands).map(|band| entries.partition_point(|(of, _)| *of < band)).collect();
        self.edges = entries.into_iter().map(|(_, edge)| edge).collect();
    }

    /// The band of a latitude. It never falls as the latitude rises, so an edge is in every band between those of its ends.
    fn band(&self, lat: f64) -> usize {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is what is wanted")]
        let band = ((lat - self.bounds[1]) * self.bands_per_degree) as usize;
        band
    }

    /// West, south, east, north in degrees.
    pub(super) fn bounds(&self) -> [f64; 4] {
        self.bounds
    }

    /// Whether the polygon holds the position, by the rule of this file.
    pub(super) fn contains(&self, position: Position) -> bool {
        let at = Coord { x: position.lon(), y: position.lat() };
        let [west, south, east, north] = self.bounds;
        if !((west..=east).contains(&at.x) && (south..=north).contains(&at.y)) {
            return false;
        }
        let band = self.band(at.y);
        let (Some(&start), Some(&end)) = (self.starts.get(band), self.starts.get(band + 1)) else { return false };
        self.edges[start..end].iter().filter(|edge| edge.is_crossed_from(at)).count() % 2 == 1
    }

    /// Distance in metres from a position to the nearest of the edges that meet a box (west, south, east, north in degrees);
    /// `None` when none does.
    pub(super) fn distance_to_border_m(&self, from: Position, near: [f64; 4]) -> Option<f64> {
        let [_, south, _, north] = near;
        let last = self.starts.len().saturating_sub(2);
        let (first, last) = (self.band(south).min(last), self.band(north).min(last));
        let (Some(&start), Some(&end)) = (self.starts.get(first), self.starts.get(last + 1)) else { return None };
        self.edges[start..end]
            .iter()
            .filter(|edge| edge.meets(near))
            .map(|edge| distance_to_edge_m(from, edge.low, edge.high))
            .min_by(f64::total_cmp)
    }
}

impl Edge {
    fn between(a: Coord<f64>, b: Coord<f64>) -> Self {
        if (a.y, a.x) <= (b.y, b.x) { Self { low: a, high: b } } else { Self { low: b, high: a } }
    }

    /// Whether the box around the edge meets a box.
    fn meets(&self, [west, south, east, north]: [f64; 4]) -> bool {
        let (low, high) = (self.low, self.high);
        low.y <= north && south <= high.y && low.x.min(high.x) <= east && west <= low.x.max(high.x)
    }

    /// Whether a ray to the east crosses the edge.
    fn is_crossed_from(&self, at: Coord<f64>) -> bool {
        let Self { low, high } = *self;
        if !(low.y <= at.y && at.y < high.y) {
            return false;
        }
        if at.x < low.x.min(high.x) {
            return true;
        }
        at.x <= low.x.max(high.x) && RobustKernel::orient2d(low, high, at) == Orientation::CounterClockwise
    }
}

/// How many bands a degree of latitude is cut into.
fn bands_per_degree(edges: &[Edge], height: f64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a few edges more or less make no difference")]
    let count = edges.len() as f64;
    let total: f64 = edges.iter().map(|edge| edge.high.y - edge.low.y).sum();
    let by_count = count / EDGES_PER_BAND / height;
    let by_entries = count * ENTRIES_PER_EDGE / total;
    // A flat polygon has no height: everything is in its one band.
    if height > 0.0 && total > 0.0 { by_count.min(by_entries) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Contains, Point, polygon};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    fn prepared(polygon: &Polygon<f64>) -> PreparedPolygon {
        PreparedPolygon::new(polygon).unwrap()
    }

    #[test]
    fn western_and_southern_edges_are_in_and_the_others_out() {
        let square = prepared(&polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)]);
        for (lon, lat, held) in [
            (1.0, 1.0, true),
            (0.0, 1.0, true),
            (1.0, 0.0, true),
            (0.0, 0.0, true),
            (2.0, 1.0, false),
            (1.0, 2.0, false),
            (2.0, 0.0, false),
            (0.0, 2.0, false),
        ] {
            assert_eq!(square.contains(at(lon, lat)), held, "{lon} {lat}");
        }
    }

    #[test]
    fn a_hole_is_outside_and_its_border_is_decided_by_the_same_rule() {
        let ring = prepared(&polygon! {
            exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)],
            interiors: [[(x: 3.0, y: 3.0), (x: 3.0, y: 6.0), (x: 6.0, y: 6.0), (x: 6.0, y: 3.0)]],
        });
        assert!(!ring.contains(at(4.0, 4.0)));
        assert!(!ring.contains(at(3.0, 4.0)));
        assert!(ring.contains(at(6.0, 4.0)));
        assert!(ring.contains(at(1.0, 4.0)));
    }

    #[test]
    fn rings_without_area_hold_nothing() {
        assert!(PreparedPolygon::new(&Polygon::new(LineString::new(vec![]), vec![])).is_none());
        let flat = prepared(&polygon![(x: 0.0, y: 1.0), (x: 5.0, y: 1.0), (x: 3.0, y: 1.0)]);
        assert!(!flat.contains(at(1.0, 1.0)));
        assert_eq!(flat.distance_to_border_m(at(1.0, 1.0), [0.0, 0.0, 2.0, 2.0]), Some(0.0));
        assert_eq!(flat.distance_to_border_m(at(1.0, 1.0), [0.0, 2.0, 2.0, 3.0]), None);
    }

    #[test]
    fn a_comb_of_tall_edges_takes_memory_in_proportion() {
        let teeth = (0..2_000u32).flat_map(|tooth| {
            let x = f64::from(tooth) / 100.0;
            [Coord { x, y: 0.0 }, Coord { x: x + 0.005, y: 10.0 }]
        });
        let comb = Polygon::new(teeth.chain([Coord { x: 20.0, y: 11.0 }, Coord { x: -1.0, y: 11.0 }]).collect(), vec![]);
        assert!(prepared(&comb).edges.len() < 6 * 4_000);
    }

    /// A ring around a centre, one vertex a direction, so that it never crosses itself.
    fn star(center: (f64, f64), radii: &[f64]) -> LineString<f64> {
        let step = std::f64::consts::TAU / f64::from(u16::try_from(radii.len()).unwrap());
        (0u16..)
            .zip(radii)
            .map(|(at, radius)| {
                let (sin, cos) = (f64::from(at) * step).sin_cos();
                Coord { x: center.0 + radius * cos, y: center.1 + radius * sin }
            })
            .collect()
    }

    /// The crossing test as it stands in textbooks, over every edge and in plain arithmetic.
    fn holds_by_crossings(polygon: &Polygon<f64>, at: Coord<f64>) -> bool {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let crossed = rings.flat_map(LineString::lines).filter(|line| {
            let (a, b) = (line.start, line.end);
            (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
        });
        crossed.count() % 2 == 1
    }

    proptest! {
        #[test]
        fn a_polygon_with_a_hole_holds_what_two_other_tests_say(
            outer in vec(3.0..9.0f64, 3..60), inner in vec(0.5..1.4f64, 3..20), points in vec((-10.0..10.0f64, -10.0..10.0f64), 50),
        ) {
            // Three vertices a ring and more keep the hole (radius < 1.5) within the exterior (inradius of a triangle: 1.5).
            let polygon = Polygon::new(star((0.0, 0.0), &outer), vec![star((0.0, 0.0), &inner)]);
            let prepared = prepared(&polygon);
            for (x, y) in points {
                let held = prepared.contains(at(x, y));
                prop_assert_eq!(held, holds_by_crossings(&polygon, Coord { x, y }));
                prop_assert_eq!(held, polygon.contains(&Point::new(x, y)));
            }
        }

        #[test]
        fn the_nearest_edge_is_among_those_that_meet_the_box(
            outer in vec(0.1..0.4f64, 3..60), lon in -0.5..0.5f64, lat in -0.5..0.5f64, radius_m in 10.0..30_000.0f64,
        ) {
            let ring = star((0.0, 0.0), &outer);
            let nearest = ring.lines().chain([geo::Line::new(ring.0[ring.0.len() - 1], ring.0[0])])
                .map(|line| distance_to_edge_m(at(lon, lat), line.start, line.end))
                .fold(f64::INFINITY, f64::min);
            let near = super::super::sphere::boxes_around(at(lon, lat), radius_m);
            let found = prepared(&Polygon::new(ring, vec![])).distance_to_border_m(at(lon, lat), near[0]);
            if nearest <= radius_m {
                prop_assert!((found.unwrap() - nearest).abs() < 1e-6);
            } else {
                prop_assert!(found.is_none_or(|found| found >= nearest - 1e-6));
            }
        }

        #[test]
        fn a_hole_and_the_enclave_in_it_share_their_border_without_gap_or_overlap(
            outer in vec(4.0..9.0f64, 4..40), inner in vec(0.5..1.9f64, 3..20), along in 0.0..=1.0f64,
        ) {
            let border = star((0.3, 0.1), &inner);
            let around = prepared(&Polygon::new(star((0.0, 0.0), &outer), vec![border.clone()]));
            let mut backwards = border.clone();
            backwards.0.reverse();
            let enclave = prepared(&Polygon::new(backwards, vec![]));
            for line in border.lines() {
                for t in [0.0, along, 0.5, 1.0] {
                    let on = at(line.start.x + (line.end.x - line.start.x) * t, line.start.y + (line.end.y - line.start.y) * t);
                    prop_assert!(around.contains(on) != enclave.contains(on), "{on:?}");
                }
            }
        }
    }
}
