//! Incidents in any table with recognisable columns: our own CSV and GeoJSON, the curated chronology, other people's files.
//! Which names a column may have says `data/aliases/columns.csv`; the user's column map goes before it.

use std::collections::HashMap;
use xxhash_rust::xxh3::Xxh3;

use super::cells::{Cells, Fault};
use super::run::{Reader, Run, qualified, title};
use super::{Doubt, Row};
use crate::domain::{DatePrecision, GeoPrecision, Incident};

#[derive(Default)]
pub(super) struct Events {
    /// How often each content came in a file without ids.
    seen: HashMap<u64, u32>,
}

impl Reader for Events {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let id = match cells.cell("id") {
            "" => self.id_by_content(cells),
            id => id.to_owned(),
        };
        let incident = read(cells, run, &id)?;
        run.vet(cells, &incident)?;
        run.accept(Row::Incident(Box::new(incident)));
        Ok(())
    }
}

impl Events {
    /// An id for a row without one: the same content gives the same id on the next import, equal rows are told apart by their
    /// count.
    fn id_by_content(&mut self, cells: &Cells<'_>) -> String {
        let mut hash = Xxh3::new();
        for cell in cells.all() {
            hash.update(cell.as_bytes());
            hash.update(&[0]);
        }
        let hash = hash.digest();
        let count = self.seen.entry(hash).or_default();
        *count += 1;
        if *count == 1 { format!("x{hash:016x}") } else { format!("x{hash:016x}-{count}") }
    }
}

fn read(cells: &Cells<'_>, run: &mut Run<'_>, id: &str) -> Result<Incident, Fault> {
    let source = run.source(cells)?;
    let id = qualified(&source.dataset, id);
    if let Some(kind) = cells.geometry().and_then(|geometry| geometry.get("type")).and_then(serde_json::Value::as_str)
        && kind != "Point"
    {
        return Err(Fault { column: "geometry".to_owned(), value: kind.to_owned(), reason: "a Point is needed".to_owned() });
    }
    let (start, end) = run.span(cells)?;
    let position = run.position(cells)?;
    let date_precision = cells.optional("date_precision", date_precision)?.unwrap_or(DatePrecision::Day);
    let geo_precision = cells.optional("geo_precision", GeoPrecision::parse)?;
    let fatalities = run.fatalities(cells, &id)?;
    if position.is_none() {
        run.summary.flag(Doubt::NoPlace, cells.line(), &id, "the row has no point");
    }
    let (country, region) = run.place(cells.cell("country"), position, cells.line(), &id);
    let day = start.interval().start().date().unwrap_or_default();
    let (kind, sub_kind) = (cells.cell("event_type"), cells.cell("sub_event_type"));
    let event_type = run.event_type("events", kind, sub_kind);
    // A word that became another one of ours stays to be read.
    let word = Some(kind).filter(|kind| !kind.is_empty() && *kind != event_type.as_str());
    let (actor1, actor2) = (cells.cell("actor1"), cells.cell("actor2"));
    let place = cells.optional_text("place").unwrap_or_default();
    Ok(Incident {
        start,
        end,
        date_precision,
        position,
        geo_precision: geo_precision.unwrap_or(if position.is_some() { GeoPrecision::Near } else { GeoPrecision::Area }),
        event_type,
        sub_event_type: cells.optional_text("sub_event_type").or_else(|| word.map(ToOwned::to_owned)),
        actor1: run.actor(actor1, &country, day),
        actor2: run.actor(actor2, &country, day),
        fatalities,
        country,
        region,
        title: cells.optional_text("title").unwrap_or_else(|| title(&kind.replace('_', " "), actor1, actor2, &place)),
        place,
        notes: cells.optional_text("notes"),
        source,
        id,
    })
}

/// Our words, or the numbers of ACLED's `time_precision`.
pub(super) fn date_precision(text: &str) -> Result<DatePrecision, String> {
    match text {
        "1" => Ok(DatePrecision::Day),
        "2" => Ok(DatePrecision::Week),
        "3" => Ok(DatePrecision::Month),
        "4" => Ok(DatePrecision::Year),
        word => DatePrecision::parse(&word.to_lowercase()).map_err(|error| error.to_string()),
    }
}
