//! `harmattan import`: files into the store, in one transaction, with a report of every row.

use anyhow::{Context as _, Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{IsTerminal as _, Read};
use std::path::Path;
use std::time::Duration;

use super::fill;
use super::keeper::{Keeper, Rejects};
use super::report::{Account, report};
use crate::domain::{Instant, Moment};
use crate::fetch::{Download, Patience, is_address, shown};
use crate::import::{Aliases, Context, Format, Gazetteer, Summary, import as import_file};
use crate::settings::ImportSettings;
use crate::store::{GeoPackageStore, MemoryStore, Store};

pub(super) fn import(settings: &ImportSettings) -> Result<()> {
    let known_at = known_at(settings.known_at.as_deref())?;
    let format = match settings.format.as_str() {
        "auto" => None,
        word => Some(word.parse::<Format>()?),
    };
    let store = open(&settings.store.file, settings.empty, settings.dry_run)?;
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

    let mut rejects = Rejects::new(settings.rejects.as_deref())?;
    let mut keeper = Keeper::new(store.begin()?, &mut rejects, settings.strict);
    let mut summaries = Vec::new();
    for source in &settings.sources {
        let source = Source::of(source, settings);
        let summary = source.read(format, &context, &mut keeper);
        let summary = summary.with_context(|| format!("{} was not imported, and nothing was kept", source.name))?;
        keeper.flush();
        summaries.push((source.name, summary));
        if keeper.stopped() {
            break;
        }
    }
    let (generation, counts) = keeper.finish(settings.dry_run)?;
    let (rejected, dry_run) = (rejects.count, settings.dry_run);
    report(&Account { summaries, counts, rejected, retracted: 0, generation, dry_run }, settings.json)
}

/// From when rows without a stamp of their own are known: what the user says, else now.
pub(super) fn known_at(text: Option<&str>) -> Result<Instant> {
    Ok(match text {
        Some(text) => Moment::parse(text)?.interval().start(),
        None => Instant::now(),
    })
}

/// The store; for a dry run one that is not there is only thought of.
pub(super) fn open(file: &Path, empty: bool, dry_run: bool) -> Result<Box<dyn Store>> {
    if dry_run && !file.exists() {
        let store = MemoryStore::new()?;
        if !empty {
            fill(&store)?;
        }
        return Ok(Box::new(store));
    }
    let store = GeoPackageStore::open_or_create(file)?;
    if !empty && store.reference()?.generation == 0 {
        fill(&store)?;
    }
    Ok(Box::new(store))
}

/// Where bytes come from.
struct Source<'a> {
    given: &'a str,
    /// Its name in messages and reports: of an address, without what may be a key.
    name: String,
    patience: Patience,
}

impl<'a> Source<'a> {
    fn of(given: &'a str, settings: &ImportSettings) -> Self {
        let name = if is_address(given) { shown(given) } else { given.to_owned() };
        let (timeout, first_wait) = (Duration::from_secs(settings.timeout.max(1)), Duration::from_millis(settings.backoff_ms));
        Self { given, name, patience: Patience { timeout, first_wait } }
    }

    fn read(&self, format: Option<Format>, context: &Context<'_>, keeper: &mut Keeper<'_>) -> Result<Summary> {
        if self.given == "-" {
            return Ok(import_file(std::io::stdin().lock(), "-", format, context, keeper)?);
        }
        let (bytes, length): (Box<dyn Read>, _) = if is_address(self.given) {
            let download = Download::start(self.given, self.patience)?;
            let length = download.length();
            (Box::new(download), length)
        } else {
            let file = File::open(self.given)?;
            let length = file.metadata().ok().map(|metadata| metadata.len());
            (Box::new(file), length)
        };
        let bar = progress(length.unwrap_or(0));
        let summary = import_file(bar.wrap_read(bytes), &self.name, format, context, keeper);
        bar.finish_and_clear();
        Ok(summary?)
    }
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
