//! Corridors from a few lines of text, and what is told of a town.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use harmattan::analytics::{CorridorModel, day_of};
use harmattan::domain::{Audience, ChangeSet, Corridor, Instant};
use harmattan::http::{CorridorQuestion, CorridorSeriesQuestion, Refusal, Step, corridor_document, corridor_series};
use harmattan::import::{Aliases, Context, Gazetteer, Rejection, Row, Sink, bundled, import};
use harmattan::store::{MemoryStore, Snapshot, Store as _, commit};
use jiff::civil::Date;
use serde_json::Value as Json;

/// Keeps what an import hands over, and what it rejects.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) changes: ChangeSet,
    pub(crate) rejected: Vec<Rejection>,
}

impl Sink for Taken {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        match row {
            Row::Dataset(dataset) => self.changes.datasets.push(dataset),
            Row::Corridor(corridor) => self.changes.corridors.push(*corridor),
            Row::Incident(incident) => self.changes.incidents.push(*incident),
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        self.rejected.push(rejection);
        ControlFlow::Continue(())
    }
}

/// What a file holds.
pub(crate) fn read(text: &str) -> Taken {
    let (gazetteer, aliases) = (Gazetteer::new(&[]), Aliases::new(&[]).unwrap());
    let context = Context::new(&gazetteer, &aliases, Instant::parse("2026-01-01T00:00:00Z").unwrap());
    let mut taken = Taken::default();
    import(text.as_bytes(), "roads", None, &context, &mut taken).unwrap();
    taken
}

/// A row a corridor and status: `id | places | target | status | from | to | more columns`, with the places named alone.
///
/// Places lie on a circle by their names, a degree or so apart, so that equal names are equal places.
pub(crate) fn csv(rows: &[&str]) -> String {
    let mut text = "corridor_id,name,waypoints,target,status,valid_from,valid_to,class,weight,weight_low,weight_high,confidence,segment,source\n".to_owned();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let at = |number: usize| cells.get(number).copied().unwrap_or("");
        let places: Vec<String> = at(1).split(' ').map(place).collect();
        text += &format!(
            "{},{},{},{},{},{},{},{},{},{},{},{},{},made up {}\n",
            at(0),
            at(0),
            places.join("; "),
            at(2),
            at(3),
            at(4),
            at(5),
            at(6),
            at(7),
            at(8),
            at(9),
            at(10),
            at(11),
            at(12)
        );
    }
    text
}

fn place(name: &str) -> String {
    let number: u32 = name.bytes().fold(7, |number, byte| (number * 31 + u32::from(byte)) % 360);
    let angle = f64::from(number).to_radians();
    format!("{name} {:.4} {:.4}", 3.0 * angle.cos(), 13.0 + 3.0 * angle.sin())
}

pub(crate) fn corridors(rows: &[&str]) -> Vec<Corridor> {
    let taken = read(&csv(rows));
    assert!(taken.rejected.is_empty(), "{:?}", taken.rejected);
    taken.changes.corridors
}

pub(crate) fn model(rows: &[&str]) -> CorridorModel {
    CorridorModel::new(&corridors(rows), &[], None)
}

pub(crate) fn snapshot_of(text: &str) -> Arc<Snapshot> {
    let taken = read(text);
    assert!(taken.rejected.is_empty(), "{:?}", taken.rejected);
    let store = MemoryStore::new().unwrap();
    commit(&store, taken.changes).unwrap();
    store.snapshot().unwrap()
}

/// The bundled data.
pub(crate) fn bundled_snapshot() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Arc<Snapshot>> = OnceLock::new();
    SNAPSHOT.get_or_init(|| {
        let store = MemoryStore::new().unwrap();
        commit(&store, bundled().unwrap().changes).unwrap();
        store.snapshot().unwrap()
    })
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> i32 {
    day_of(date(text))
}

pub(crate) fn ask(snapshot: &Snapshot, target: &str, day: &str) -> Result<Json, Refusal> {
    corridor_document(
        snapshot,
        Audience::Public,
        &CorridorQuestion { target: target.to_owned(), date: date(day), known_at: None },
    )
}

pub(crate) fn told(snapshot: &Snapshot, target: &str, day: &str) -> Json {
    ask(snapshot, target, day).unwrap()
}

pub(crate) fn series(snapshot: &Snapshot, target: &str, from: &str, to: &str, step: Step) -> Vec<Json> {
    let question =
        CorridorSeriesQuestion { target: target.to_owned(), from: Some(date(from)), to: date(to), step, known_at: None };
    corridor_series(snapshot, Audience::Public, &question).unwrap().as_array().unwrap().clone()
}

pub(crate) fn number(of: &Json) -> f64 {
    of["value"].as_f64().unwrap_or_else(|| panic!("no number: {of}"))
}
