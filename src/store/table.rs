//! The records of one collection, ordered by id, with their index.

use geo::{Coord, Intersects, Rect};

use super::StoreError;
use crate::domain::{Bbox, Collection, FeatureQuery, Interval, Record, Shape};
use crate::index::SpatioTemporalIndex;

/// Records ordered by id, so that an ordinal is also the place in every page, and the index over their boxes and intervals.
#[derive(Debug)]
pub(super) struct Table<R> {
    records: Vec<R>,
    index: SpatioTemporalIndex,
    /// Ordinals of the records without a place, ascending: no box finds them.
    unplaced: Vec<u32>,
    /// The box around all of them; `None` when there are none.
    pub(super) extent: Option<Bbox>,
    /// From the first start to the last end that are not open; `None` when every record is undated.
    pub(super) interval: Option<Interval>,
}

impl<R: Record> Table<R> {
    /// Orders and indexes records. Records of one id, which only versions share, keep their order.
    pub(super) fn new(collection: Collection, mut records: Vec<R>) -> Result<Self, StoreError> {
        if u32::try_from(records.len()).is_err() {
            return Err(StoreError::TooManyRows { collection: collection.id(), rows: records.len() });
        }
        records.sort_by(|a, b| a.id().cmp(b.id()));
        let numbered = || (0u32..).zip(&records);
        let unplaced = numbered().filter(|(_, record)| record.bbox().is_none()).map(|(ordinal, _)| ordinal).collect();
        let boxes = numbered().filter_map(|(ordinal, record)| Some((ordinal, record.bbox()?, record.interval())));
        let index = SpatioTemporalIndex::bulk_load(boxes);
        let extent = records.iter().filter_map(Record::bbox).reduce(Bbox::union);
        let interval = span(records.iter().map(Record::interval));
        Ok(Self { records, index, unplaced, extent, interval })
    }

    /// A table of nothing.
    pub(super) fn empty() -> Self {
        let index = SpatioTemporalIndex::bulk_load(std::iter::empty());
        Self { records: Vec::new(), index, unplaced: Vec::new(), extent: None, interval: None }
    }

    pub(super) fn records(&self) -> &[R] {
        &self.records
    }

    /// The records with that id: one, but for versions.
    pub(super) fn of(&self, id: &str) -> &[R] {
        let start = self.records.partition_point(|record| record.id() < id);
        let same = self.records[start..].partition_point(|record| record.id() == id);
        &self.records[start..start + same]
    }

    /// Everything that meets the query, ordered by id, whatever its limit and cursor.
    pub(super) fn search(&self, query: &FeatureQuery) -> impl Iterator<Item = &dyn Record> {
        self.records_that_meet(query).map(|record| record as &dyn Record)
    }

    /// The same as what they are: narrowed by the index, then tested exactly.
    pub(super) fn records_that_meet(&self, query: &FeatureQuery) -> impl Iterator<Item = &R> {
        let (bbox, interval) = query.reach();
        let mut ordinals = self.index.search(bbox, interval);
        if query.bbox.is_none() && !self.unplaced.is_empty() {
            ordinals.extend(&self.unplaced);
            ordinals.sort_unstable();
        }
        let candidates = ordinals.into_iter().filter_map(|ordinal| self.records.get(usize::try_from(ordinal).ok()?));
        candidates.filter(|record| query.accepts(*record) && query.bbox.is_none_or(|bbox| meets(record.shape(), bbox)))
    }
}

/// Whether a shape shares a point with a box, edges included.
pub(super) fn meets(shape: Shape<'_>, bbox: Bbox) -> bool {
    let rect = |part: Bbox| Rect::new(Coord { x: part.west(), y: part.south() }, Coord { x: part.east(), y: part.north() });
    match shape {
        Shape::Unplaced => false,
        Shape::Point(position) => bbox.contains(position),
        Shape::Line(line) => bbox.split().any(|part| line.intersects(&rect(part))),
        Shape::Area(area) => bbox.split().any(|part| area.intersects(&rect(part))),
    }
}

/// From the earliest known start to the latest known end; an end stays open where a record's is.
fn span(intervals: impl Iterator<Item = Interval>) -> Option<Interval> {
    let dated = intervals.filter(|interval| *interval != Interval::ALWAYS);
    dated.reduce(Interval::around)
}
