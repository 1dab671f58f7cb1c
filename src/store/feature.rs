//! Records of a snapshot as GeoJSON features, each by the shortest way.

use super::incidents::IncidentWriter;
use super::snapshot::RecordRef;
use crate::domain::{FeatureQuery, Instant};
use crate::tiles::geojson::{FeatureWriter, Geometry};

/// Writes records of one collection as Features: whole incidents straight from their columns, all else by the table of properties.
#[derive(Debug)]
pub struct RecordWriter {
    /// `None` when only some properties are told.
    incidents: Option<IncidentWriter>,
    others: FeatureWriter,
}

impl RecordWriter {
    /// A writer of what a query tells of its records.
    #[must_use]
    pub fn of(query: &FeatureQuery) -> Self {
        Self { incidents: query.properties.is_none().then(IncidentWriter::default), others: FeatureWriter::of(query) }
    }

    /// Appends one with the geometry given. A status that changes is told as of `as_of`.
    pub fn write(&mut self, out: &mut String, record: &RecordRef<'_>, geometry: Geometry<'_>, as_of: Instant) {
        match (record, &mut self.incidents) {
            (RecordRef::Incident(row), Some(writer)) => writer.write(out, *row, geometry),
            _ => self.others.write(out, record, geometry, as_of),
        }
    }
}
