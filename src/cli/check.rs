//! `harmattan check`: is the store sound?

use anyhow::{Result, bail};
use serde_json::json;
use std::io::Write as _;

use crate::settings::StatusSettings;
use crate::store::GeoPackageStore;

pub(super) fn check(settings: &StatusSettings) -> Result<()> {
    let store = GeoPackageStore::open(&settings.store.file)?;
    let faults = store.check()?;
    let mut stdout = std::io::stdout().lock();
    if settings.json {
        writeln!(stdout, "{:#}", json!({ "sound": faults.is_empty(), "faults": faults }))?;
    } else {
        for fault in &faults {
            writeln!(stdout, "{fault}")?;
        }
    }
    if !faults.is_empty() {
        bail!("{} faults in {}", faults.len(), settings.store.file.display());
    }
    if !settings.json {
        writeln!(stdout, "{} is sound", settings.store.file.display())?;
    }
    Ok(())
}
