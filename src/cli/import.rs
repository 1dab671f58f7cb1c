//! `harmattan import`: files into the store, in one transaction, with a report of every row.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::keeper::{Gather, Keeper, Rejects};
use super::progress::{Progress, Unit};
use super::report::{Account, report};
use super::{fill, wrong_usage};
use crate::domain::{Instant, Moment};
use crate::fetch::{Download, Patience, is_address, shown};
use crate::import::{Aliases, Context, Format, Gazetteer, Summary, import as import_file};
use crate::settings::ImportSettings;
use crate::store::{GeoPackageStore, MemoryStore, Store};

/// How many batches may wait to be put into the store: enough that neither thread waits for the other at every batch.
const BATCHES_WAITING: usize = 4;

/// How long to wait for a batch before it is said how far the import is.
const TICK: Duration = Duration::from_millis(200);

pub(super) fn import(settings: &ImportSettings) -> Result<()> {
    let known_at = known_at(settings.known_at.as_deref())?;
    let format = match settings.format.as_str() {
        "auto" => None,
        word => Some(word.parse::<Format>().map_err(|error| wrong_usage(format!("--format {error}")))?),
    };
    // `import roads FILE` is `import FILE --format roads`, unless a file has that name.
    let (sources, format) = match settings.sources.split_first() {
        Some((word, files)) if word == "roads" && !files.is_empty() && format.is_none() && !Path::new(word).exists() => {
            (files, Some(Format::Roads))
        }
        _ => (&settings.sources[..], format),
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
        let (column, field) = pair.split_once('=').ok_or_else(|| wrong_usage(format!("--map {pair}: expected COLUMN=FIELD")))?;
        context.column_map.insert(column.to_owned(), field.to_owned());
    }

    let mut rejects = Rejects::new(settings.rejects.as_deref())?;
    let mut keeper = Keeper::new(store.begin()?, &mut rejects, settings.strict);
    let mut summaries = Vec::new();
    for given in sources {
        let name = if is_address(given) { shown(given) } else { given.clone() };
        let summary = read(given, &name, settings, format, &context, &mut keeper);
        let summary = summary.with_context(|| format!("{name} was not imported, and nothing was kept"))?;
        summaries.push((name, summary));
        if keeper.stopped() {
            break;
        }
    }
    let retracted = keeper.retracted;
    let (generation, counts) = keeper.finish(settings.dry_run).context("nothing was kept")?;
    let (rejected, dry_run) = (rejects.count, settings.dry_run);
    report(&Account { summaries, counts, rejected, retracted, generation, dry_run }, settings.json)
}

/// From when rows without a stamp of their own are known: what the user says, else now.
pub(super) fn known_at(text: Option<&str>) -> Result<Instant> {
    Ok(match text {
        Some(text) => Moment::parse(text).map_err(|error| error.named("--known-at"))?.interval().start(),
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

/// Bytes of a source, and how many there are where it is known.
fn open_source(given: &str, settings: &ImportSettings) -> Result<(Box<dyn Read + Send>, Option<u64>)> {
    if given == "-" {
        return Ok((Box::new(std::io::stdin()), None));
    }
    if is_address(given) {
        let (timeout, first_wait) = (Duration::from_secs(settings.timeout.max(1)), Duration::from_millis(settings.backoff_ms));
        let download = Download::start(given, Patience { timeout, first_wait })?;
        let length = download.length();
        return Ok((Box::new(download), length));
    }
    let file = File::open(given)?;
    let length = file.metadata().ok().map(|metadata| metadata.len());
    Ok((Box::new(file), length))
}

/// Reads a source on a thread of its own, while this one puts what it has read into the transaction.
fn read(
    given: &str,
    name: &str,
    settings: &ImportSettings,
    format: Option<Format>,
    context: &Context<'_>,
    keeper: &mut Keeper<'_>,
) -> Result<Summary> {
    let (bytes, length) = open_source(given, settings)?;
    let mut progress = Progress::new(name, Unit::Bytes, length);
    let bytes = progress.count(bytes);
    let (batches, inbox) = sync_channel(BATCHES_WAITING);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut gather = Gather::new(settings.strict, |batch| match batches.send(batch) {
                Ok(()) => ControlFlow::Continue(()),
                // Nobody takes any more.
                Err(_) => ControlFlow::Break(()),
            });
            let summary = import_file(bytes, name, format, context, &mut gather)?;
            let _ = gather.flush();
            Ok(summary)
        });
        loop {
            match inbox.recv_timeout(TICK) {
                Ok(batch) => {
                    progress.rows(batch.size);
                    if progress.aside(|| keeper.take(batch)).is_break() {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            progress.tick();
        }
        drop(inbox);
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
