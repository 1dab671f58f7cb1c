//! The commands: one file each. They join what reads values to what keeps and serves them.

mod check;
mod datasets;
mod export;
mod import;
mod serve;
mod status;

use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;

use crate::import::bundled;
use crate::settings::{Command, Settings};
use crate::store::{GeoPackageStore, Store, commit};

/// Runs the command that the settings name.
///
/// # Errors
/// Whatever kept the command from being done, for the binary to print.
pub fn run(settings: Settings) -> Result<()> {
    match settings.command {
        Command::Serve(settings) => serve::serve(&settings),
        Command::Import(settings) => import::import(&settings),
        Command::Export(settings) => export::export(&settings),
        Command::Status(settings) => status::status(&settings),
        Command::Check(settings) => check::check(&settings),
        Command::Datasets(settings) => datasets::datasets(&settings),
    }
}

/// Opens the store, or makes it, with the bundled data in it unless it shall be empty.
fn open_or_fill(file: &Path, empty: bool) -> Result<Arc<dyn Store>> {
    let store = GeoPackageStore::open_or_create(file)?;
    if !empty && store.reference()?.generation == 0 {
        fill(&store)?;
        tracing::info!("{} was made and filled with the bundled data", file.display());
    }
    Ok(Arc::new(store))
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
