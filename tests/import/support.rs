//! What the tests share: the bundled regions and names, and a sink that keeps what it gets.

use harmattan::domain::{Actor, ChangeSet, Dataset, Incident, Instant};
use harmattan::import::{Aliases, Context, Format, Gazetteer, ImportError, Rejection, Row, Sink, Summary, bundled, import};
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

struct World {
    changes: ChangeSet,
    aliases: Aliases,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let changes = bundled().unwrap().changes;
    let aliases = Aliases::new(&changes.actors).unwrap();
    World { changes, aliases }
});

static GAZETTEER: LazyLock<Gazetteer<'static>> = LazyLock::new(|| Gazetteer::new(&WORLD.changes.regions));

/// Keeps what it gets.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) rows: Vec<Row>,
    pub(crate) rejected: Vec<Rejection>,
}

impl Sink for Kept {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        self.rows.push(row);
        ControlFlow::Continue(())
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        self.rejected.push(rejection);
        ControlFlow::Continue(())
    }
}

impl Kept {
    pub(crate) fn incidents(&self) -> Vec<&Incident> {
        let incidents =
            self.rows.iter().map(|row| if let Row::Incident(incident) = row { Some(incident.as_ref()) } else { None });
        incidents.flatten().collect()
    }

    /// Sums of the least, best and greatest figures of deaths.
    pub(crate) fn deaths(&self) -> [u64; 3] {
        let sum =
            |figure: fn(&Incident) -> Option<u32>| self.incidents().iter().filter_map(|row| figure(row)).map(u64::from).sum();
        [sum(|row| row.fatalities.low), sum(|row| row.fatalities.best), sum(|row| row.fatalities.high)]
    }
}

pub(crate) fn actors() -> &'static [Actor] {
    &WORLD.changes.actors
}

pub(crate) fn datasets() -> &'static [Arc<Dataset>] {
    &WORLD.changes.datasets
}

/// The context of an import on 22 November 2026.
pub(crate) fn context() -> Context<'static> {
    let known_at = Instant::parse("2026-11-22T00:00:00Z").unwrap();
    Context { actors: actors(), datasets: datasets(), ..Context::new(&GAZETTEER, &WORLD.aliases, known_at) }
}

/// Imports with the format found by itself.
pub(crate) fn read(source: impl Read, name: &str) -> Result<(Summary, Kept), ImportError> {
    read_as(source, name, None, &context())
}

pub(crate) fn read_as(
    source: impl Read,
    name: &str,
    format: Option<Format>,
    context: &Context<'_>,
) -> Result<(Summary, Kept), ImportError> {
    let mut kept = Kept::default();
    let summary = import(source, name, format, context, &mut kept)?;
    assert_eq!(summary.rows, summary.accepted + summary.rejected + summary.folded, "every row is accounted for");
    assert_eq!(summary.rejected, u64::try_from(kept.rejected.len()).unwrap());
    Ok((summary, kept))
}
