//! The linear scan: the answers of the tree in the plainest way, for the tests and benches to compare with.

use super::Neighbour;
use super::sphere::distance_to_box_m;
use crate::domain::{Bbox, Interval, Position};

/// A list of records that is read from end to end for every question; the methods are those of
/// [`SpatioTemporalIndex`](super::SpatioTemporalIndex) and mean the same.
#[derive(Debug, Default)]
pub struct LinearScan {
    records: Vec<(u32, Bbox, Interval)>,
}

impl LinearScan {
    /// The list of records given as ordinal, box and interval. Each ordinal is given once.
    #[must_use]
    pub fn bulk_load(records: impl IntoIterator<Item = (u32, Bbox, Interval)>) -> Self {
        Self { records: records.into_iter().collect() }
    }

    /// Adds a record under an ordinal that the list does not hold.
    pub fn insert(&mut self, ordinal: u32, bbox: Bbox, interval: Interval) {
        self.records.push((ordinal, bbox, interval));
    }

    /// Takes out a record. Whether it was there.
    pub fn remove(&mut self, ordinal: u32, bbox: Bbox, interval: Interval) -> bool {
        let before = self.records.len();
        self.records.retain(|record| *record != (ordinal, bbox, interval));
        self.records.len() < before
    }

    /// How many records the list holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The ordinals, ascending, of the records whose box meets `bbox` and whose interval meets `interval`, edges and ends
    /// included. No `bbox` asks for the whole globe.
    #[must_use]
    pub fn search(&self, bbox: Option<Bbox>, interval: Interval) -> Vec<u32> {
        let asked = |(_, place, time): &&(u32, Bbox, Interval)| bbox.is_none_or(|bbox| place.meets(bbox)) && time.meets(interval);
        let mut found: Vec<u32> = self.records.iter().filter(asked).map(|record| record.0).collect();
        found.sort_unstable();
        found
    }

    /// The `count` records nearest to a position by great-circle distance, the nearest first, the smaller ordinal first among
    /// equals.
    #[must_use]
    pub fn nearest(&self, position: Position, count: usize) -> Vec<Neighbour> {
        let distance = |part: Bbox| distance_to_box_m(position, [part.west(), part.south(), part.east(), part.north()]);
        let mut all: Vec<Neighbour> = self
            .records
            .iter()
            .map(|(ordinal, bbox, _)| Neighbour {
                ordinal: *ordinal,
                distance_m: bbox.split().map(distance).fold(f64::INFINITY, f64::min),
            })
            .collect();
        all.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.ordinal.cmp(&b.ordinal)));
        all.truncate(count);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_compares_boxes_and_intervals_by_their_own_rules() {
        let bamako = Bbox::of(Position::new(-8.0, 12.64).unwrap());
        let day = Interval::parse("2025-09-03").unwrap();
        let scan = LinearScan::bulk_load([(4, bamako, day)]);
        assert_eq!(scan.search(Some(Bbox::parse("-8,12,-7,13").unwrap()), day), [4]);
        assert!(scan.search(Some(Bbox::parse("-7.9,12,-7,13").unwrap()), day).is_empty());
        assert!(scan.search(None, Interval::parse("2025-09-04/..").unwrap()).is_empty());
    }
}
