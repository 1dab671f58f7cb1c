//! `incidents.csv`: the curated chronology, one incident a row.

use jiff::civil::Date;
use std::sync::Arc;

use super::table::{Fault, Row, read_table};
use super::{Gazetteer, ImportError, Imported};
use crate::domain::{
    Dataset, DatePrecision, EventType, Fatalities, GeoPrecision, Incident, Instant, Moment, Position, SourceRef, Verification,
};

const COLUMNS: &[&str] = &[
    "id",
    "date_start",
    "date_end",
    "date_precision",
    "country",
    "place",
    "latitude",
    "longitude",
    "geo_precision",
    "event_type",
    "sub_event",
    "actor1",
    "actor2",
    "fatalities_best",
    "fatalities_low",
    "fatalities_high",
    "title",
    "notes",
    "source",
    "verification",
    "confidence",
];

/// Reads the chronology. `is_actor` says whether a code is listed.
pub(super) fn read_incidents(
    file: &str,
    text: &[u8],
    dataset: &Arc<Dataset>,
    gazetteer: &Gazetteer<'_>,
    is_actor: impl Fn(&str) -> bool,
) -> Result<Imported<Incident>, ImportError> {
    read_table(file, text, COLUMNS, |row| {
        let (country, position) = (row.text("country")?, position(row)?);
        let region = gazetteer.region_of(&country, position).map_err(|reason| row.fault("country", reason))?;
        let (start, end) = (row.parse("date_start", Moment::parse)?, row.parse("date_end", Moment::parse)?);
        if end.interval().end() < start.interval().start() {
            return Err(row.fault("date_end", "it lies before date_start"));
        }
        let fatalities = Fatalities::new(
            row.optional("fatalities_low", str::parse)?,
            row.optional("fatalities_best", str::parse)?,
            row.optional("fatalities_high", str::parse)?,
        );
        Ok(Incident {
            id: format!("{}:{}", dataset.id, row.text("id")?),
            start,
            end,
            date_precision: row.parse("date_precision", DatePrecision::parse)?,
            position: Some(position),
            geo_precision: row.parse("geo_precision", GeoPrecision::parse)?,
            event_type: row.parse("event_type", EventType::parse)?,
            sub_event_type: row.optional_text("sub_event"),
            actor1: actor(row, "actor1", &is_actor)?,
            actor2: actor(row, "actor2", &is_actor)?,
            fatalities: fatalities.map_err(|error| row.fault("fatalities_best", error.to_string()))?,
            country,
            region,
            place: row.text("place")?,
            title: row.text("title")?,
            notes: row.optional_text("notes"),
            source: source(row, dataset)?,
        })
    })
}

/// The point of a row of the curated tables.
pub(super) fn position(row: &Row<'_>) -> Result<Position, Fault> {
    Position::new(row.parse("longitude", str::parse)?, row.parse("latitude", str::parse)?)
        .map_err(|error| row.fault("longitude", error.to_string()))
}

/// A listed actor code, absent when the cell is empty.
pub(super) fn actor(row: &Row<'_>, column: &str, is_actor: impl Fn(&str) -> bool) -> Result<Option<String>, Fault> {
    row.optional(column, |code| if is_actor(code) { Ok(code.to_owned()) } else { Err("no such code in actors.csv") })
}

/// The evidence of a row of the curated tables. A row without a stamp of its own was known from the day its dataset was
/// released.
pub(super) fn source(row: &Row<'_>, dataset: &Arc<Dataset>) -> Result<SourceRef, Fault> {
    let confidence = |text: &str| match text.parse::<f64>() {
        Ok(confidence) if (0.0..=1.0).contains(&confidence) => Ok(confidence),
        _ => Err("expected a number from 0 to 1"),
    };
    Ok(SourceRef {
        dataset: Arc::clone(dataset),
        citation: row.text("source")?,
        verification: row.optional("verification", Verification::parse)?,
        confidence: row.optional("confidence", confidence)?,
        known_at: Instant::start_of(dataset.released),
    })
}

/// The first and last day of a row of the curated tables; an empty last day is open.
pub(super) fn days(row: &Row<'_>) -> Result<(Date, Option<Date>), Fault> {
    let (first, last) = (row.parse("valid_from", str::parse::<Date>)?, row.optional("valid_to", str::parse::<Date>)?);
    match last {
        Some(last) if last < first => Err(row.fault("valid_to", "it lies before valid_from")),
        _ => Ok((first, last)),
    }
}
