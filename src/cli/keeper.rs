//! Where rows go that a file or a provider's page is read into: a transaction, batch by batch; and what was left out: the log
//! and the file of rejects.

use anyhow::{Context as _, Result, anyhow};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use crate::domain::{ChangeSet, Collection, Instant};
use crate::import::{Rejection, Row, Sink};
use crate::store::{Counts, StoreError, Transaction};

/// How many records are put in at a time: enough that the call costs nothing, few enough to hold in memory.
const BATCH: usize = 2_000;

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
            file.write_record([&line, &rejection.column, &rejection.value, &rejection.reason])?;
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

/// Puts rows into a transaction by the batch.
pub(super) struct Keeper<'a> {
    transaction: Box<dyn Transaction + 'a>,
    batch: ChangeSet,
    waiting: usize,
    counts: Counts,
    rejects: &'a mut Rejects,
    strict: bool,
    /// The first thing that keeps the rows from being kept.
    fault: Option<anyhow::Error>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(transaction: Box<dyn Transaction + 'a>, rejects: &'a mut Rejects, strict: bool) -> Self {
        Self { transaction, batch: ChangeSet::default(), waiting: 0, counts: Counts::default(), rejects, strict, fault: None }
    }

    pub(super) fn stopped(&self) -> bool {
        self.fault.is_some()
    }

    pub(super) fn flush(&mut self) {
        self.waiting = 0;
        let mut batch = std::mem::take(&mut self.batch);
        // Datasets are described, not counted: the report counts rows.
        let datasets = ChangeSet { datasets: std::mem::take(&mut batch.datasets), ..ChangeSet::default() };
        let put = self.transaction.put(datasets).and_then(|_| self.transaction.put(batch));
        match put {
            Ok(counts) => self.counts += counts,
            Err(error) => self.fail(error),
        }
    }

    /// Records that an incident was withdrawn; whether there was one.
    pub(super) fn retract(&mut self, id: &str, known_at: Instant) -> bool {
        self.transaction.retract(Collection::Incidents, id, known_at).unwrap_or_else(|error| {
            self.fail(error);
            false
        })
    }

    fn fail(&mut self, error: StoreError) {
        self.fault.get_or_insert_with(|| error.into());
    }

    fn go_on(&self) -> ControlFlow<()> {
        if self.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
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

impl Sink for Keeper<'_> {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        match row {
            Row::Dataset(dataset) => self.batch.datasets.push(dataset),
            Row::Incident(incident) => self.batch.incidents.push(*incident),
            Row::Region(region) => self.batch.regions.push(*region),
            Row::Control(observation) => self.batch.control.push(*observation),
            Row::Corridor(corridor) => self.batch.corridors.push(*corridor),
        }
        self.waiting += 1;
        if self.waiting >= BATCH {
            self.flush();
        }
        self.go_on()
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        if let Err(error) = self.rejects.take(&rejection) {
            self.fault.get_or_insert(error);
        }
        if self.strict {
            self.fault.get_or_insert_with(|| anyhow!("nothing was kept: {rejection}"));
        }
        self.go_on()
    }
}
