//! `harmattan import`: files into the store, in one transaction, with a report of every row.

use anyhow::{Context as _, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};
use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use super::fill;
use crate::domain::{ChangeSet, Instant, Moment};
use crate::import::{Aliases, Context, Format, Gazetteer, Rejection, Row, Sink, Summary, import as import_file};
use crate::settings::ImportSettings;
use crate::store::{Counts, GeoPackageStore, MemoryStore, Store, StoreError, Transaction};

/// How many records are put in at a time: enough that the call costs nothing, few enough to hold in memory.
const BATCH: usize = 2_000;

/// How many rejections are said on stderr; the file given with `--rejects` holds all.
const SAID: usize = 20;

pub(super) fn import(settings: &ImportSettings) -> Result<()> {
    let known_at = match &settings.known_at {
        Some(text) => Moment::parse(text)?.interval().start(),
        None => Instant::now(),
    };
    let format = match settings.format.as_str() {
        "auto" => None,
        word => Some(word.parse::<Format>()?),
    };
    let store = open(&settings.store.file, settings)?;
    let reference = store.reference()?;
    let gazetteer = Gazetteer::new(&reference.regions);
    let aliases = Aliases::new(&reference.actors)?;
    let mut context = Context::new(&gazetteer, &aliases, known_at);
    context.actors = &reference.actors;
    context.datasets = &reference.datasets;
    context.dataset_name = settings.dataset.as_deref();
    for pair in &settings.column_map {
        let (column, field) = pair.split_once('=').ok_or_else(|| anyhow!("--map {pair}: expected COLUMN=FIELD"))?;
        context.column_map.insert(column.to_owned(), field.to_owned());
    }

    let mut keeper = Keeper::new(store.begin()?, settings)?;
    let mut summaries = Vec::new();
    for source in &settings.sources {
        let summary = read(source, format, &context, &mut keeper).with_context(|| format!("{source} was not imported"))?;
        keeper.flush();
        summaries.push((source.as_str(), summary));
        if keeper.stopped() {
            break;
        }
    }
    let (outcome, counts, rejected) = keeper.finish(settings.dry_run);
    let generation = outcome?;
    report(settings, &summaries, counts, rejected, generation)
}

/// The store; for a dry run one that is not there is only thought of.
fn open(file: &Path, settings: &ImportSettings) -> Result<Box<dyn Store>> {
    if settings.dry_run && !file.exists() {
        let store = MemoryStore::new()?;
        if !settings.empty {
            fill(&store)?;
        }
        return Ok(Box::new(store));
    }
    let store = GeoPackageStore::open_or_create(file)?;
    if !settings.empty && store.reference()?.generation == 0 {
        fill(&store)?;
    }
    Ok(Box::new(store))
}

fn read(source: &str, format: Option<Format>, context: &Context<'_>, keeper: &mut Keeper<'_>) -> Result<Summary> {
    if source == "-" {
        return Ok(import_file(std::io::stdin().lock(), "-", format, context, keeper)?);
    }
    if source.starts_with("https://") || source.starts_with("http://") {
        bail!("addresses are not read by this version; fetch the file first");
    }
    let file = File::open(source)?;
    let bar = progress(file.metadata().map_or(0, |metadata| metadata.len()));
    let summary = import_file(bar.wrap_read(file), source, format, context, keeper);
    bar.finish_and_clear();
    Ok(summary?)
}

/// A bar on a terminal, nothing elsewhere.
fn progress(bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Puts rows into the transaction by the batch and writes down what was left out.
struct Keeper<'a> {
    transaction: Box<dyn Transaction + 'a>,
    batch: ChangeSet,
    waiting: usize,
    counts: Counts,
    rejected: u64,
    rejects: Option<csv::Writer<File>>,
    strict: bool,
    /// The first thing that keeps the import from being kept.
    fault: Option<anyhow::Error>,
}

impl<'a> Keeper<'a> {
    fn new(transaction: Box<dyn Transaction + 'a>, settings: &ImportSettings) -> Result<Self> {
        let mut rejects = match &settings.rejects {
            Some(path) => Some(csv::Writer::from_path(path).with_context(|| format!("{} cannot be written", path.display()))?),
            None => None,
        };
        if let Some(rejects) = &mut rejects {
            rejects.write_record(["line", "column", "value", "reason"])?;
        }
        Ok(Self {
            transaction,
            batch: ChangeSet::default(),
            waiting: 0,
            counts: Counts::default(),
            rejected: 0,
            rejects,
            strict: settings.strict,
            fault: None,
        })
    }

    fn stopped(&self) -> bool {
        self.fault.is_some()
    }

    fn flush(&mut self) {
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

    fn fail(&mut self, error: StoreError) {
        self.fault.get_or_insert_with(|| error.into());
    }

    fn go_on(&self) -> ControlFlow<()> {
        if self.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Keeps what was read, unless it was a dry run or something stands against it; the generation after it.
    fn finish(mut self, dry_run: bool) -> (Result<Option<u64>>, Counts, u64) {
        if let Some(rejects) = &mut self.rejects
            && let Err(error) = rejects.flush()
        {
            self.fault.get_or_insert_with(|| error.into());
        }
        let outcome = match self.fault {
            Some(fault) => Err(fault),
            None if dry_run => Ok(None),
            None => self.transaction.commit().map(Some).map_err(Into::into),
        };
        (outcome, self.counts, self.rejected)
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
        self.rejected += 1;
        if self.rejected <= u64::try_from(SAID).unwrap_or(u64::MAX) {
            tracing::warn!("left out: {rejection}");
        }
        if let Some(rejects) = &mut self.rejects {
            let line = rejection.line.to_string();
            let written = rejects.write_record([&line, &rejection.column, &rejection.value, &rejection.reason]);
            if let Err(error) = written {
                self.fault.get_or_insert_with(|| error.into());
            }
        }
        if self.strict {
            self.fault.get_or_insert_with(|| anyhow!("nothing was kept: {rejection}"));
        }
        self.go_on()
    }
}

/// Says what came of the import: the six counts, and of each file what a person should look at.
fn report(
    settings: &ImportSettings,
    summaries: &[(&str, Summary)],
    counts: Counts,
    rejected: u64,
    generation: Option<u64>,
) -> Result<()> {
    let read: u64 = summaries.iter().map(|(_, summary)| summary.rows).sum();
    let mut stdout = std::io::stdout().lock();
    if settings.json {
        let files: Vec<Json> = summaries.iter().map(|(source, summary)| describe(source, summary)).collect();
        let report = json!({
            "read": read,
            "added": counts.added,
            "revised": counts.revised,
            "unchanged": counts.unchanged,
            "rejected": rejected,
            "retracted": 0,
            "dry_run": settings.dry_run,
            "generation": generation,
            "files": files,
        });
        writeln!(stdout, "{report:#}")?;
        return Ok(());
    }
    let Counts { added, revised, unchanged } = counts;
    writeln!(stdout, "read {read}, added {added}, revised {revised}, unchanged {unchanged}, rejected {rejected}, retracted 0")?;
    for (source, summary) in summaries {
        for (doubt, flagged) in &summary.flagged {
            writeln!(stdout, "{source}: {} rows to look at: {}", flagged.count, doubt.as_str())?;
            for example in &flagged.examples {
                writeln!(stdout, "  line {}, {}: {}", example.line, example.id, example.detail)?;
            }
        }
        let unmapped: u64 = summary.unmapped.values().sum();
        if unmapped > 0 {
            let names: Vec<&str> = summary.unmapped.keys().take(8).map(|unmapped| unmapped.value.as_str()).collect();
            let many = summary.unmapped.len();
            writeln!(
                stdout,
                "{source}: {many} names in {unmapped} cells are kept as they are, for want of an alias: {}…",
                names.join("; ")
            )?;
        }
    }
    if settings.dry_run {
        writeln!(stdout, "nothing was kept: this was a dry run")?;
    }
    Ok(())
}

fn describe(source: &str, summary: &Summary) -> Json {
    let flagged: serde_json::Map<String, Json> = summary
        .flagged
        .iter()
        .map(|(doubt, flagged)| {
            let examples = flagged
                .examples
                .iter()
                .map(|example| json!({ "line": example.line, "id": example.id, "detail": example.detail }));
            (doubt.as_str().to_owned(), json!({ "count": flagged.count, "examples": examples.collect::<Vec<_>>() }))
        })
        .collect();
    let unmapped = summary
        .unmapped
        .iter()
        .map(|(unmapped, count)| json!({ "field": unmapped.field, "value": unmapped.value, "count": count }));
    json!({
        "source": source,
        "format": summary.format.map(Format::as_str),
        "dataset": summary.dataset.as_ref().map(|dataset| dataset.id.clone()),
        "rows": summary.rows,
        "accepted": summary.accepted,
        "rejected": summary.rejected,
        "folded": summary.folded,
        "flagged": flagged,
        "unmapped": unmapped.collect::<Vec<_>>(),
    })
}
