//! Where rows go that a file or a provider's page is read into: a transaction, batch by batch; and what was left out: the log
//! and the file of rejects.

use anyhow::{Context as _, Result, anyhow};
use std::borrow::Cow;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use crate::domain::{ChangeSet, Collection, Instant};
use crate::formats::guarded;
use crate::import::{Rejection, Row, Sink};
use crate::store::{Counts, StoreError, Transaction};

/// How many records are put in at a time: enough that the call costs nothing, few enough to hold in memory.
const BATCH: u64 = 2_000;

/// How many rejections are said on stderr; the file given with `--rejects` holds all.
const SAID: u64 = 20;

/// The rows that were left out: counted, said, and written down where a file was named.
pub(super) struct Rejects {
    file: Option<csv::Writer<File>>,
    /// How many.
    pub(super) count: u64,
}

impl Rejects {
    pub(super) fn new(path: Option<&Path>) -> Result<Self> {
        let mut file = match path {
            Some(path) => Some(csv::Writer::from_path(path).with_context(|| format!("{} cannot be written", path.display()))?),
            None => None,
        };
        if let Some(file) = &mut file {
            file.write_record(["line", "column", "value", "reason"])?;
        }
        Ok(Self { file, count: 0 })
    }

    fn take(&mut self, rejection: &Rejection) -> Result<()> {
        self.count += 1;
        if self.count <= SAID {
            tracing::warn!("left out: {rejection}");
        }
        if let Some(file) = &mut self.file {
            let line = rejection.line.to_string();
            let Rejection { column, value, reason, .. } = rejection;
            file.write_record([&*line, &*guarded_cell(column), &*guarded_cell(value), &*guarded_cell(reason)])?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        Ok(())
    }
}

/// Rows and rejections that go into a transaction together.
#[derive(Default)]
pub(super) struct Batch {
    changes: ChangeSet,
    /// Statements on control that were withdrawn, and when.
    retracted: Vec<(String, Instant)>,
    rejected: Vec<Rejection>,
    /// How many of both.
    pub(super) size: u64,
}

/// Gathers rows to batches and hands each on, here or to another thread.
pub(super) struct Gather<F> {
    batch: Batch,
    /// Whether each rejection is handed on at once.
    strict: bool,
    hand_on: F,
}

impl<F: FnMut(Batch) -> ControlFlow<()>> Gather<F> {
    pub(super) fn new(strict: bool, hand_on: F) -> Self {
        Self { batch: Batch::default(), strict, hand_on }
    }

    /// Hands on what is gathered.
    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        (self.hand_on)(std::mem::take(&mut self.batch))
    }

    fn grown(&mut self, at_once: bool) -> ControlFlow<()> {
        self.batch.size += 1;
        if at_once || self.batch.size >= BATCH { self.flush() } else { ControlFlow::Continue(()) }
    }
}

impl<F: FnMut(Batch) -> ControlFlow<()>> Sink for Gather<F> {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        let changes = &mut self.batch.changes;
        match row {
            Row::Dataset(dataset) => changes.datasets.push(dataset),
            Row::Incident(incident) => changes.incidents.push(*incident),
            Row::Region(region) => changes.regions.push(*region),
            Row::Control(observation) => changes.control.push(*observation),
            Row::Retracted { id, known_at } => self.batch.retracted.push((id, known_at)),
            Row::Corridor(corridor) => changes.corridors.push(*corridor),
        }
        self.grown(false)
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        self.batch.rejected.push(rejection);
        self.grown(self.strict)
    }
}

/// Puts batches into a transaction.
pub(super) struct Keeper<'a> {
    transaction: Box<dyn Transaction + 'a>,
    counts: Counts,
    /// How many statements that the rows withdrew.
    pub(super) retracted: u64,
    rejects: &'a mut Rejects,
    strict: bool,
    /// The first thing that keeps the rows from being kept.
    fault: Option<anyhow::Error>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(transaction: Box<dyn Transaction + 'a>, rejects: &'a mut Rejects, strict: bool) -> Self {
        Self { transaction, counts: Counts::default(), retracted: 0, rejects, strict, fault: None }
    }

    pub(super) fn stopped(&self) -> bool {
        self.fault.is_some()
    }

    /// Takes a batch in; breaks when nothing more need come, since something stands against keeping any of it.
    pub(super) fn take(&mut self, batch: Batch) -> ControlFlow<()> {
        for rejection in &batch.rejected {
            if let Err(error) = self.rejects.take(rejection) {
                self.fault.get_or_insert(error);
            }
            if self.strict {
                self.fault.get_or_insert_with(|| anyhow!("{rejection}"));
            }
        }
        if !self.stopped() {
            let mut changes = batch.changes;
            // Datasets are described, not counted: the report counts rows.
            let datasets = ChangeSet { datasets: std::mem::take(&mut changes.datasets), ..ChangeSet::default() };
            match self.transaction.put(datasets).and_then(|_| self.transaction.put(changes)) {
                Ok(counts) => self.counts += counts,
                Err(error) => self.fail(error),
            }
            for (id, known_at) in &batch.retracted {
                self.retracted += u64::from(self.retract(Collection::Control, id, *known_at));
            }
        }
        if self.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Records that a record was withdrawn; whether there was one.
    pub(super) fn retract(&mut self, collection: Collection, id: &str, known_at: Instant) -> bool {
        self.transaction.retract(collection, id, known_at).unwrap_or_else(|error| {
            self.fail(error);
            false
        })
    }

    fn fail(&mut self, error: StoreError) {
        self.fault.get_or_insert_with(|| error.into());
    }

    /// Keeps what was read, unless it was a dry run or something stands against it; the generation after it.
    pub(super) fn finish(mut self, dry_run: bool) -> Result<(Option<u64>, Counts)> {
        if let Err(error) = self.rejects.flush() {
            self.fault.get_or_insert(error);
        }
        let generation = match self.fault {
            Some(fault) => return Err(fault),
            None if dry_run => None,
            None => Some(self.transaction.commit()?),
        };
        Ok((generation, self.counts))
    }
}

/// A cell that no spreadsheet takes for a formula (OWASP, "CSV injection"). It may hold what was to be a number, which stays.
fn guarded_cell(text: &str) -> Cow<'_, str> {
    if text.parse::<f64>().is_ok_and(f64::is_finite) { Cow::Borrowed(text) } else { guarded(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe_and_numbers_stay() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+33 cmd|' /C calc'!A0", "'+33 cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("\t=1", "'\t=1"),
            ("'=1", "''=1"),
            ("-200", "-200"),
            ("+1.5e3", "+1.5e3"),
            ("-inf", "'-inf"),
            ("soon", "soon"),
            ("l'an", "l'an"),
            ("", ""),
        ] {
            assert_eq!(guarded_cell(text), expected);
        }
    }
}
