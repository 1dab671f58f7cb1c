//! `harmattan datasets`: which there are, and taking one out.

use anyhow::{Result, bail};
use serde_json::json;
use std::io::Write as _;

use crate::settings::{DatasetsAction, DatasetsSettings};
use crate::store::{GeoPackageStore, Store as _};

pub(super) fn datasets(settings: &DatasetsSettings) -> Result<()> {
    let store = GeoPackageStore::open(&settings.store.file)?;
    let mut stdout = std::io::stdout().lock();
    if let Some(DatasetsAction::Remove { name }) = &settings.action {
        let mut transaction = store.begin()?;
        let Some(rows) = transaction.remove_dataset(name)? else { bail!("there is no dataset '{name}'") };
        let generation = transaction.commit()?;
        if settings.json {
            writeln!(stdout, "{:#}", json!({ "removed": name, "rows": rows, "generation": generation }))?;
        } else {
            writeln!(stdout, "{name} was taken out with {rows} rows")?;
        }
        return Ok(());
    }
    let snapshot = store.snapshot()?;
    if settings.json {
        let datasets = snapshot.datasets().iter().map(|dataset| {
            json!({
                "id": dataset.id,
                "title": dataset.title,
                "version": dataset.version,
                "rows": snapshot.rows_of(dataset),
                "licence": dataset.licence,
                "redistribution": dataset.redistribution.as_str(),
                "attribution": dataset.attribution,
            })
        });
        writeln!(stdout, "{:#}", json!({ "datasets": datasets.collect::<Vec<_>>() }))?;
        return Ok(());
    }
    for dataset in snapshot.datasets() {
        let rows = snapshot.rows_of(dataset);
        writeln!(stdout, "{:<24} {rows:>9} rows  {} ({})", dataset.id, dataset.licence, dataset.redistribution.as_str())?;
    }
    Ok(())
}
