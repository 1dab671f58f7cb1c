//! Incidents as GeoJSON straight from their columns: without a value for each property in between, several times as fast.

use super::IncidentRow;
use super::pieces::{text, write_deaths, write_kind, write_origin, write_place};
use crate::domain::Instant;
use crate::tiles::geojson::{Geometry, write_date, write_geometry, write_instant, write_string};

/// Writes incidents as Features with all their properties, as [`FeatureWriter`](crate::tiles::geojson::FeatureWriter) does, to the byte.
#[derive(Debug, Default)]
pub(in crate::store) struct IncidentWriter {
    /// The last instant of knowledge and how it is written: rows of one import share it.
    known_at: Option<(Instant, String)>,
}

/// About what a Feature of an incident takes.
const TYPICAL: usize = 1_024;

impl IncidentWriter {
    /// Appends an incident with the geometry given.
    pub(in crate::store) fn write(&mut self, out: &mut String, row: IncidentRow<'_>, geometry: Geometry<'_>) {
        let (columns, at) = (row.columns, row.at());
        out.reserve(TYPICAL);
        out.push_str("{\"type\":\"Feature\",\"id\":");
        write_string(out, row.stable_id());
        out.push_str(",\"geometry\":");
        write_geometry(out, geometry);
        let interval = columns.index.interval(at);
        let (starts_at, ends_at) = row.are_instants();
        out.push_str(",\"properties\":{\"date_start\":\"");
        let first = out.len();
        write_moment(out, interval.start(), starts_at);
        let written = first..out.len();
        out.push_str("\",\"date_end\":\"");
        let is_a_day = !starts_at && interval.start().millis().checked_add(86_399_999) == Some(interval.end().millis());
        if starts_at == ends_at && (is_a_day || starts_at && interval.start() == interval.end()) {
            out.extend_from_within(written);
        } else {
            write_moment(out, interval.end(), ends_at);
        }
        out.push('"');
        let pieces = columns.pieces();
        match pieces {
            Some(pieces) => out.push_str(pieces.kinds.text(at)),
            None => write_kind(out, columns, at),
        }
        match pieces {
            Some(pieces) => out.push_str(pieces.deaths(columns, at)),
            None => write_deaths(out, columns.fatalities(at)),
        }
        match pieces {
            Some(pieces) => out.push_str(pieces.places.text(at)),
            None => write_place(out, columns, at),
        }
        text(out, ",\"title\":", columns.titles.get(columns.title[at]));
        text(out, ",\"notes\":", columns.notes.get(columns.note[at]));
        text(out, ",\"source\":", columns.citations.get(columns.citation[at]));
        match pieces {
            Some(pieces) => out.push_str(pieces.origins.text(at)),
            None => write_origin(out, columns, at),
        }
        out.push_str(",\"known_at\":\"");
        self.write_known_at(out, columns.known_at[at]);
        out.push('"');
        text(out, ",\"duplicate_of\":", row.duplicate_of());
        out.push_str("}}");
    }

    fn write_known_at(&mut self, out: &mut String, known_at: Instant) {
        if self.known_at.as_ref().is_none_or(|(last, _)| *last != known_at) {
            let mut text = String::new();
            write_instant(&mut text, known_at);
            self.known_at = Some((known_at, text));
        }
        self.known_at.iter().for_each(|(_, text)| out.push_str(text));
    }
}

/// A day, or an instant.
fn write_moment(out: &mut String, instant: Instant, is_instant: bool) {
    // Which day an instant lies on is not for nothing: it is asked for where it is written.
    match if is_instant { None } else { instant.date() } {
        Some(date) => write_date(out, date),
        None => write_instant(out, instant),
    }
}
