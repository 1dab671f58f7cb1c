//! The spatio-temporal tree: which ordinals meet a box and an interval, and which lie nearest.

use rstar::{ParentNode, RTree, RTreeNode};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

use super::envelope::{Entry, Envelope, searches};
use super::sphere::distance_to_box_m;
use crate::domain::{Bbox, Interval, Position};

/// An R*-tree over longitude, latitude and time.
///
/// Searching costs about log n plus the size of the answer. Loading everything at once is faster than inserting one by one
/// and gives a better tree; inserting and removing keep it usable between two loads.
///
/// Its answers are exact: boxes are compared by their degrees and intervals by their milliseconds.
///
/// ```
/// use harmattan::domain::{Bbox, Interval, Position};
/// use harmattan::index::SpatioTemporalIndex;
/// let djibo = Bbox::of(Position::new(-1.63, 14.1)?);
/// let index = SpatioTemporalIndex::bulk_load([(7, djibo, Interval::parse("2022-02-17/..")?)]);
/// let north = Some(Bbox::parse("-3,13,1,15")?);
/// assert_eq!(index.search(north, Interval::parse("2024-05-01")?), [7]);
/// assert!(index.search(north, Interval::parse("2021-01-01")?).is_empty());
/// # Ok::<(), harmattan::domain::DomainError>(())
/// ```
#[derive(Debug, Default)]
pub struct SpatioTemporalIndex {
    tree: RTree<Entry>,
    records: usize,
}

/// A record and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// The record.
    pub ordinal: u32,
    /// Great-circle distance in metres to the nearest point of its box; 0 within.
    pub distance_m: f64,
}

impl SpatioTemporalIndex {
    /// Builds the tree of records given as ordinal, box and interval. Each ordinal is given once.
    #[must_use]
    pub fn bulk_load(records: impl IntoIterator<Item = (u32, Bbox, Interval)>) -> Self {
        let mut count = 0;
        let mut entries = Vec::new();
        for (ordinal, bbox, interval) in records {
            entries.extend(Entry::of(ordinal, bbox, interval));
            count += 1;
        }
        Self { tree: RTree::bulk_load(entries), records: count }
    }

    /// Adds a record under an ordinal that the index does not hold.
    pub fn insert(&mut self, ordinal: u32, bbox: Bbox, interval: Interval) {
        for entry in Entry::of(ordinal, bbox, interval) {
            self.tree.insert(entry);
        }
        self.records += 1;
    }

    /// Takes out a record, which is found by the box and interval it was added with. Whether it was there.
    pub fn remove(&mut self, ordinal: u32, bbox: Bbox, interval: Interval) -> bool {
        // Not `all`: both boxes of a record across the antimeridian go.
        let removed = Entry::of(ordinal, bbox, interval).filter(|entry| self.tree.remove(entry).is_some()).count();
        if removed > 0 {
            self.records -= 1;
        }
        removed > 0
    }

    /// How many records the index holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// The ordinals, ascending and each once, of the records whose box meets `bbox` and whose interval meets `interval`, edges
    /// and ends included. No `bbox` asks for the whole globe. 180° and −180° are the same meridian.
    #[must_use]
    pub fn search(&self, bbox: Option<Bbox>, interval: Interval) -> Vec<u32> {
        let mut found: Vec<u32> = searches(bbox, interval)
            .flat_map(|asked| self.tree.locate_in_envelope_intersecting(asked))
            .filter(|entry| entry.interval.meets(interval))
            .map(|entry| entry.ordinal)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The `count` records nearest to a position by great-circle distance, the nearest first, the smaller ordinal first among
    /// equals. Time plays no part.
    ///
    /// Walks the tree from the root and opens the nearest node first, so it visits little more than the answer.
    #[must_use]
    pub fn nearest(&self, position: Position, count: usize) -> Vec<Neighbour> {
        let mut nearest = Vec::new();
        let mut given = HashSet::new();
        let mut waiting = BinaryHeap::from([Waiting { distance_m: 0.0, what: What::Node(self.tree.root()) }]);
        while nearest.len() < count {
            let Some(Waiting { distance_m, what }) = waiting.pop() else { break };
            match what {
                What::Node(node) => waiting.extend(node.children().iter().map(|child| Waiting::at(position, child))),
                What::Record(ordinal) => {
                    if given.insert(ordinal) {
                        nearest.push(Neighbour { ordinal, distance_m });
                    }
                }
            }
        }
        nearest
    }
}

/// A node or record that [`SpatioTemporalIndex::nearest`] has yet to look at.
struct Waiting<'a> {
    /// For a record its distance; for a node a distance below which it holds nothing.
    distance_m: f64,
    what: What<'a>,
}

enum What<'a> {
    Node(&'a ParentNode<Entry>),
    Record(u32),
}

/// A node's distance is shortened by this much, which is more than the rounding of any distance on the sphere (worst near the
/// antipode, some centimetres): so a node is always opened before a record that is farther than one of its own.
const ROUNDING_M: f64 = 1.0;

impl<'a> Waiting<'a> {
    fn at(position: Position, child: &'a RTreeNode<Entry>) -> Self {
        match child {
            RTreeNode::Leaf(entry) => {
                Self { distance_m: distance_to_box_m(position, bounds(&entry.envelope)), what: What::Record(entry.ordinal) }
            }
            RTreeNode::Parent(node) => {
                let distance_m = distance_to_box_m(position, bounds(&node.envelope())) - ROUNDING_M;
                Self { distance_m, what: What::Node(node) }
            }
        }
    }

    /// Nodes before records at the same distance, then by ordinal.
    fn rank(&self) -> Option<u32> {
        match self.what {
            What::Node(_) => None,
            What::Record(ordinal) => Some(ordinal),
        }
    }
}

fn bounds(envelope: &Envelope) -> [f64; 4] {
    let ([west, south, _], [east, north, _]) = (envelope.lower(), envelope.upper());
    [west, south, east, north]
}

impl Ord for Waiting<'_> {
    /// Reversed: the heap gives its greatest first, and the nearest is wanted.
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance_m.total_cmp(&self.distance_m).then_with(|| other.rank().cmp(&self.rank()))
    }
}

impl PartialOrd for Waiting<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Instant;
    use crate::index::LinearScan;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use rstar::{Envelope as _, RTreeObject as _};

    impl SpatioTemporalIndex {
        /// Every node holds exactly its children's boxes, all leaves lie equally deep, and every box is there once.
        fn assert_sound(&self) {
            fn walk(node: &ParentNode<Entry>, depth: usize, leaves: &mut Vec<(usize, Entry)>) {
                let mut around = Envelope::new_empty();
                for child in node.children() {
                    around.merge(&child.envelope());
                    match child {
                        RTreeNode::Leaf(entry) => leaves.push((depth, *entry)),
                        RTreeNode::Parent(parent) => {
                            assert!(!parent.children().is_empty(), "an empty node");
                            walk(parent, depth + 1, leaves);
                        }
                    }
                }
                assert!(node.children().is_empty() || around == node.envelope(), "a node that is not its children's box");
            }
            let mut leaves = Vec::new();
            walk(self.tree.root(), 0, &mut leaves);
            assert!(leaves.windows(2).all(|pair| pair[0].0 == pair[1].0), "leaves at different depths");
            assert_eq!(leaves.len(), self.tree.size());
            let ordinals: HashSet<u32> = leaves.iter().map(|(_, entry)| entry.ordinal).collect();
            assert_eq!(ordinals.len(), self.records);
        }
    }

    /// Round numbers among the drawn ones, so that edges, poles and the antimeridian meet exactly.
    fn lon() -> impl Strategy<Value = f64> {
        prop_oneof![-180.0..=180.0f64, prop::sample::select(vec![-180.0, -179.0, -0.0, 0.0, 1.0, 179.0, 180.0])]
    }

    fn lat() -> impl Strategy<Value = f64> {
        prop_oneof![-90.0..=90.0f64, prop::sample::select(vec![-90.0, -1.0, 0.0, 1.0, 90.0])]
    }

    fn bbox() -> impl Strategy<Value = Bbox> {
        let around = |(w, e, a, b): (f64, f64, f64, f64)| Bbox::new(w, a.min(b), e, a.max(b)).unwrap();
        prop_oneof![
            3 => (lon(), lat()).prop_map(|(lon, lat)| Bbox::of(Position::new(lon, lat).unwrap())),
            3 => (lon(), lon(), lat(), lat()).prop_map(around),
            1 => Just(Bbox::WORLD),
        ]
    }

    fn interval() -> impl Strategy<Value = Interval> {
        const DAY: i64 = 86_400_000;
        let millis = || {
            prop_oneof![
                4 => (0i64..400).prop_map(|day| day * DAY),
                1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX]),
                1 => any::<i64>(),
            ]
        };
        let length = prop::sample::select(vec![0, 1, DAY - 1, 365 * DAY - 1, i64::MAX]);
        prop_oneof![
            (millis(), length).prop_map(|(start, length)| (start, start.saturating_add(length))),
            (millis(), millis()).prop_map(|(a, b)| (a.min(b), a.max(b))),
        ]
        .prop_map(|(start, end)| Interval::new(Instant::from_millis(start), Instant::from_millis(end)).unwrap())
    }

    fn numbered(records: &[(Bbox, Interval)]) -> impl Iterator<Item = (u32, Bbox, Interval)> {
        (0u32..).zip(records).map(|(ordinal, (bbox, interval))| (ordinal, *bbox, *interval))
    }

    #[test]
    fn an_empty_index_answers_nothing() {
        let index = SpatioTemporalIndex::bulk_load([]);
        assert!(index.is_empty());
        assert!(index.search(None, Interval::ALWAYS).is_empty());
        assert!(index.nearest(Position::new(0.0, 0.0).unwrap(), 3).is_empty());
    }

    #[test]
    fn records_of_the_same_place_and_time_are_all_found() {
        let gao = Bbox::of(Position::new(-0.04, 16.27).unwrap());
        let day = Interval::parse("2024-02-01").unwrap();
        let index = SpatioTemporalIndex::bulk_load((0..100).map(|ordinal| (ordinal, gao, day)));
        assert_eq!(index.search(Some(gao), day), (0..100).collect::<Vec<_>>());
        index.assert_sound();
    }

    #[test]
    fn one_day_and_one_year_answer_alike_on_the_days_they_share() {
        let place = Bbox::of(Position::new(-3.0, 14.3).unwrap());
        let day = Interval::parse("2023-06-01").unwrap();
        let year = Interval::parse("2023-01-01/2023-12-31").unwrap();
        let index = SpatioTemporalIndex::bulk_load([(0, place, day), (1, place, year)]);
        assert_eq!(index.search(None, Interval::parse("2023-06-01T12:00:00Z").unwrap()), [0, 1]);
        assert_eq!(index.search(None, Interval::parse("2023-06-02").unwrap()), [1]);
        assert_eq!(index.search(None, Interval::parse("2024-01-01/..").unwrap()), [0u32; 0]);
    }

    #[test]
    fn a_millisecond_counts_even_where_floats_cannot_tell() {
        let place = Bbox::of(Position::new(0.0, 0.0).unwrap());
        let at = |millis| Interval::new(Instant::from_millis(millis), Instant::from_millis(millis)).unwrap();
        let late = i64::MAX - 10;
        let index = SpatioTemporalIndex::bulk_load([(0, place, at(late)), (1, place, at(late + 1))]);
        assert_eq!(index.search(None, at(late)), [0]);
    }

    #[test]
    fn a_record_across_the_antimeridian_is_found_once_and_removed_whole() {
        let fiji = Bbox::parse("170,-20,-170,20").unwrap();
        let mut index = SpatioTemporalIndex::bulk_load([(0, fiji, Interval::ALWAYS)]);
        assert_eq!(index.search(None, Interval::ALWAYS), [0]);
        assert_eq!(index.nearest(Position::new(0.0, 0.0).unwrap(), 5).len(), 1);
        assert!(index.remove(0, fiji, Interval::ALWAYS));
        assert!(!index.remove(0, fiji, Interval::ALWAYS));
        assert!(index.search(None, Interval::ALWAYS).is_empty());
        index.assert_sound();
    }

    proptest! {
        #[test]
        fn the_tree_answers_what_the_scan_answers(
            records in vec((bbox(), interval()), 0..80),
            questions in vec((prop::option::of(bbox()), interval()), 1..20),
        ) {
            let index = SpatioTemporalIndex::bulk_load(numbered(&records));
            let scan = LinearScan::bulk_load(numbered(&records));
            index.assert_sound();
            prop_assert_eq!(index.len(), scan.len());
            for (bbox, interval) in questions {
                prop_assert_eq!(index.search(bbox, interval), scan.search(bbox, interval));
            }
        }

        #[test]
        fn the_tree_answers_what_the_scan_answers_after_inserts_and_removes(
            loaded in vec((bbox(), interval()), 0..60),
            inserted in vec((bbox(), interval()), 0..60),
            removed in vec(any::<prop::sample::Index>(), 0..60),
            questions in vec((prop::option::of(bbox()), interval()), 1..20),
        ) {
            let mut all: Vec<_> = numbered(&loaded).collect();
            let mut index = SpatioTemporalIndex::bulk_load(all.clone());
            let mut scan = LinearScan::bulk_load(all.clone());
            for (ordinal, (bbox, interval)) in (1_000u32..).zip(inserted) {
                index.insert(ordinal, bbox, interval);
                scan.insert(ordinal, bbox, interval);
                all.push((ordinal, bbox, interval));
            }
            index.assert_sound();
            for which in removed {
                if all.is_empty() {
                    break;
                }
                let (ordinal, bbox, interval) = all.swap_remove(which.index(all.len()));
                prop_assert!(index.remove(ordinal, bbox, interval));
                prop_assert!(scan.remove(ordinal, bbox, interval));
                prop_assert!(!index.remove(ordinal, bbox, interval));
                index.assert_sound();
            }
            prop_assert_eq!(index.len(), scan.len());
            for (bbox, interval) in questions {
                prop_assert_eq!(index.search(bbox, interval), scan.search(bbox, interval));
            }
        }

        #[test]
        fn the_nearest_are_those_of_the_scan_in_the_same_order(
            records in vec((bbox(), interval()), 0..80), lon in lon(), lat in lat(), count in 0usize..100,
        ) {
            let position = Position::new(lon, lat).unwrap();
            let index = SpatioTemporalIndex::bulk_load(numbered(&records));
            let scan = LinearScan::bulk_load(numbered(&records));
            prop_assert_eq!(index.nearest(position, count), scan.nearest(position, count));
        }
    }
}
