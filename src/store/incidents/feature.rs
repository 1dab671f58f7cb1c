//! Incidents as GeoJSON straight from their columns: without a value for each property in between, several times as fast.

use super::IncidentRow;
use crate::domain::{DatePrecision, EventType, Instant};
use crate::tiles::geojson::{Geometry, write_date, write_geometry, write_instant, write_integer, write_number, write_string};

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
        out.push_str("\",\"date_precision\":\"");
        out.push_str(word(DatePrecision::WORDS, row.date_precision_code()));
        out.push_str("\",\"geo_precision\":");
        write_integer(out, row.geo_precision_code().into());
        out.push_str(",\"event_type\":\"");
        out.push_str(word(EventType::WORDS, columns.event_type(at)));
        out.push('"');
        text(out, ",\"sub_event_type\":", columns.sub_event_types.get(columns.sub_event_type[at]));
        text(out, ",\"actor1\":", columns.actors.get(columns.actor1[at]));
        text(out, ",\"actor2\":", columns.actors.get(columns.actor2[at]));
        let fatalities = columns.fatalities(at);
        figure(out, ",\"fatalities_best\":", fatalities.best);
        figure(out, ",\"fatalities_low\":", fatalities.low);
        figure(out, ",\"fatalities_high\":", fatalities.high);
        text(out, ",\"country\":", columns.countries.get(columns.country[at]).filter(|country| !country.is_empty()));
        text(out, ",\"region\":", columns.regions.get(columns.region[at]));
        text(out, ",\"place\":", columns.places.get(columns.place[at]));
        text(out, ",\"title\":", columns.titles.get(columns.title[at]));
        text(out, ",\"notes\":", columns.notes.get(columns.note[at]));
        text(out, ",\"source\":", columns.citations.get(columns.citation[at]));
        let dataset = row.dataset();
        text(out, ",\"dataset\":", Some(&dataset.id));
        text(out, ",\"licence\":", Some(&dataset.licence));
        text(out, ",\"verification\":", row.verification());
        out.push_str(",\"confidence\":");
        match columns.confidence(at) {
            Some(confidence) => write_number(out, confidence),
            None => out.push_str("null"),
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
    match instant.date() {
        Some(date) if !is_instant => write_date(out, date),
        _ => write_instant(out, instant),
    }
}

fn word(words: &[&'static str], code: u32) -> &'static str {
    words.get(code as usize).copied().unwrap_or_default()
}

fn text(out: &mut String, key: &str, text: Option<&str>) {
    out.push_str(key);
    match text {
        Some(text) => write_string(out, text),
        None => out.push_str("null"),
    }
}

fn figure(out: &mut String, key: &str, figure: Option<u32>) {
    out.push_str(key);
    match figure {
        Some(figure) => write_integer(out, figure.into()),
        None => out.push_str("null"),
    }
}
