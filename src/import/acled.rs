//! ACLED: one event a row, as its CSV exports of 2017 to 2026 and its API have it. The user brings the file.
//!
//! In an "actor-based" export each event stands once for each of its actors, with the same `event_id_cnty` and without the
//! columns of a second actor. Such rows are folded into one incident, and its deaths count once.

use std::collections::{HashSet, VecDeque};
use xxhash_rust::xxh3::xxh3_64;

use super::cells::{Cells, Fault};
use super::events::date_precision;
use super::run::{Reader, Run, qualified, title};
use super::{Doubt, Row};
use crate::domain::{DatePrecision, GeoPrecision, Incident, SourceRef};

/// How many events of an actor-based export wait for more of their actors. Exports keep an event's rows together; the room
/// is for those that were sorted by another column of the day since.
const WINDOW: usize = 4_096;

/// The reader of a file with one row an event.
pub(super) struct Acled;

impl Reader for Acled {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let incident = read(cells, run)?;
        run.vet(cells, &incident)?;
        run.accept(Row::Incident(Box::new(incident)));
        Ok(())
    }
}

/// The reader of a file with one row an actor of an event.
#[derive(Default)]
pub(super) struct ActorBased {
    waiting: VecDeque<Incident>,
    /// Hashes of the ids that were handed over: eight bytes an event.
    gone: HashSet<u64>,
}

impl ActorBased {
    /// Whether a table is such an export.
    pub(super) fn is(cells: &Cells<'_>) -> bool {
        cells.columns().has("actor1") && !cells.columns().has("actor2") && !cells.columns().has("inter2")
    }

    fn release(&mut self, incident: Incident, run: &mut Run<'_>) {
        self.gone.insert(xxh3_64(incident.id.as_bytes()));
        run.hand_over(Row::Incident(Box::new(incident)));
    }
}

impl Reader for ActorBased {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let next = read(cells, run)?;
        if self.gone.contains(&xxh3_64(next.id.as_bytes())) {
            return Err(cells.fault("id", "another row of this event stands too far before; sort the file by event"));
        }
        if let Some(event) = self.waiting.iter_mut().rev().find(|event| event.id == next.id) {
            fold(event, next);
            run.summary.folded += 1;
            return Ok(());
        }
        run.summary.accepted += 1;
        self.waiting.push_back(next);
        if self.waiting.len() > WINDOW
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.release(oldest, run);
        }
        Ok(())
    }

    fn finish(&mut self, run: &mut Run<'_>) {
        while let Some(incident) = self.waiting.pop_front() {
            self.release(incident, run);
        }
    }
}

/// Joins another actor to an event: as the other party, or by name in the notes when there are two already.
fn fold(event: &mut Incident, next: Incident) {
    let Some(actor) = next.actor1.filter(|actor| event.actor1.as_ref() != Some(actor)) else { return };
    if event.actor1.is_none() {
        event.actor1 = Some(actor);
    } else if event.actor2.is_none() {
        let (what, first) = (event.sub_event_type.as_deref().unwrap_or(""), event.actor1.as_deref().unwrap_or(""));
        event.title = title(what, first, &actor, &event.place);
        event.actor2 = Some(actor);
    } else if event.actor2.as_ref() != Some(&actor) {
        let notes = event.notes.get_or_insert_default();
        notes.push_str(&format!("{}Also named: {actor}.", if notes.is_empty() { "" } else { " " }));
    }
}

fn read(cells: &Cells<'_>, run: &mut Run<'_>) -> Result<Incident, Fault> {
    let id = qualified(&run.dataset, &cells.text("id")?);
    let (start, end) = run.span(cells)?;
    let position = run.position(cells)?;
    let date_precision = cells.optional("date_precision", date_precision)?.unwrap_or(DatePrecision::Day);
    let geo_precision = cells.optional("geo_precision", GeoPrecision::parse)?.unwrap_or(GeoPrecision::Near);
    let (kind, sub_kind) = (cells.text("event_type")?, cells.cell("sub_event_type"));
    let fatalities = run.fatalities(cells, &id)?;
    let known_at = run.known_at(cells, "known_at")?;
    if position.is_none() {
        run.summary.flag(Doubt::NoPlace, cells.line(), &id, "the row has no point");
    }
    let (country, region) = run.place(cells.cell("country"), position, cells.line(), &id);
    let event_type = run.event_type("acled", &kind, sub_kind);
    let day = start.interval().start().date().unwrap_or_default();
    let (actor1, actor2) = (cells.cell("actor1"), cells.cell("actor2"));
    let place = cells.optional_text("place").unwrap_or_default();
    let source = cells.cell("source");
    Ok(Incident {
        start,
        end,
        date_precision,
        position,
        geo_precision,
        event_type,
        sub_event_type: Some(if sub_kind.is_empty() { kind.clone() } else { sub_kind.to_owned() }),
        actor1: run.actor(actor1, &country, day),
        actor2: run.actor(actor2, &country, day),
        fatalities,
        country,
        region,
        title: title(if sub_kind.is_empty() { &kind } else { sub_kind }, actor1, actor2, &place),
        place,
        notes: cells.optional_text("notes"),
        source: SourceRef {
            citation: if source.is_empty() { "ACLED".to_owned() } else { format!("ACLED: {source}") },
            dataset: run.dataset_of(cells),
            verification: None,
            confidence: None,
            known_at,
        },
        id,
    })
}
