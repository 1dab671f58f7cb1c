//! The commands: one file each. They join what reads values to what keeps and serves them.

mod serve;
mod status;

use anyhow::{Context, Result};
use std::sync::Arc;

use crate::import;
use crate::settings::{Command, Settings};
use crate::store::{self, MemoryStore, Store};

/// Runs the command that the settings name.
///
/// # Errors
/// Whatever kept the command from being done, for the binary to print.
pub fn run(settings: Settings) -> Result<()> {
    match settings.command {
        Command::Serve(settings) => serve::serve(&settings),
        Command::Status(settings) => status::status(&settings),
    }
}

/// A store in memory with the bundled data in it, unless it shall be empty.
fn bundled_store(empty: bool) -> Result<Arc<dyn Store>> {
    let store = MemoryStore::new()?;
    if !empty {
        let bundle = import::bundled().context("the bundled data cannot be read")?;
        for rejection in &bundle.rejected {
            tracing::warn!("left out: {rejection}");
        }
        store::commit(&store, bundle.changes)?;
    }
    Ok(Arc::new(store))
}
