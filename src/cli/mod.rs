//! The commands: one file each. They join what reads values to what keeps and serves them.

mod analyze;
mod check;
mod datasets;
mod export;
mod fetch;
mod import;
mod keeper;
mod output;
mod progress;
mod pyramid;
mod report;
mod serve;
mod status;

use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;

use crate::domain::{Dataset, DomainError};
use crate::fetch::FetchError;
use crate::import::{bundled, bundled_datasets};
use crate::settings::{Command, Settings};
use crate::store::{Counts, GeoPackageStore, Store, commit};

/// Runs the command that the settings name.
///
/// # Errors
/// Whatever kept the command from being done, for the binary to print.
pub fn run(settings: Settings) -> Result<()> {
    match settings.command {
        Command::Serve(settings) => serve::serve(&settings),
        Command::Import(settings) => import::import(&settings),
        Command::Fetch(settings) => fetch::fetch(&settings),
        Command::Export(settings) => export::export(&settings),
        Command::Status(settings) => status::status(&settings),
        Command::Analyze(settings) => analyze::analyze(&settings),
        Command::Check(settings) => check::check(&settings),
        Command::Datasets(settings) => datasets::datasets(&settings),
    }
}

/// Words on the command line that mean nothing to the command.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct WrongUsage(String);

/// An error that says how a command is used.
fn wrong_usage(text: impl Into<String>) -> anyhow::Error {
    WrongUsage(text.into()).into()
}

/// Whether what kept a command from being done is how it was asked, which is another exit code. Of domain values the commands
/// read no text but the user's: that of files is reported row by row.
#[must_use]
pub fn is_wrong_usage(error: &anyhow::Error) -> bool {
    let unreadable = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<WrongUsage>() || cause.is::<DomainError>() || matches!(cause.downcast_ref(), Some(FetchError::Version { .. }))
    };
    error.chain().any(unreadable)
}

/// Opens the store, or makes it, with the bundled data in it unless it shall be empty. A store that an earlier version of
/// the program filled gets what this one brings.
fn open_or_fill(file: &Path, empty: bool) -> Result<Arc<dyn Store>> {
    let store = GeoPackageStore::open_or_create(file)?;
    let reference = store.reference()?;
    if reference.generation == 0 {
        if !empty {
            fill(&store)?;
            tracing::info!("{} was made and filled with the bundled data", file.display());
        }
    } else if let Some(counts) = renew(&store, &reference.datasets)? {
        tracing::info!(added = counts.added, revised = counts.revised, "the bundled data in {} were renewed", file.display());
    }
    Ok(Arc::new(store))
}

/// Puts the bundled rows in again when the store holds another version of a bundled dataset. A dataset that was taken out
/// stays out; versions of rows that were there stay known.
fn renew(store: &dyn Store, there: &[Arc<Dataset>]) -> Result<Option<Counts>> {
    let held = |id: &str| there.iter().find(|dataset| dataset.id == id);
    let renewed = |dataset: &Arc<Dataset>| {
        held(&dataset.id).is_some_and(|held| held.version != dataset.version || held.released < dataset.released)
    };
    if !bundled_datasets()?.iter().any(renewed) {
        return Ok(None);
    }
    let mut changes = bundled().context("the bundled data cannot be read")?.changes;
    changes.datasets.retain(|dataset| held(&dataset.id).is_some());
    changes.incidents.retain(|row| held(&row.source.dataset.id).is_some());
    changes.control.retain(|row| held(&row.source.dataset.id).is_some());
    changes.corridors.retain(|road| road.changes.iter().all(|change| held(&change.source.dataset.id).is_some()));
    Ok(Some(commit(store, changes)?))
}

/// Puts the bundled data into a store.
fn fill(store: &dyn Store) -> Result<()> {
    let bundle = bundled().context("the bundled data cannot be read")?;
    for rejection in &bundle.rejected {
        tracing::warn!("left out: {rejection}");
    }
    commit(store, bundle.changes)?;
    Ok(())
}
