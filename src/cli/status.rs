//! `harmattan status`: what the store holds.

use anyhow::Result;
use serde_json::{Value as Json, json};
use std::io::Write as _;

use crate::domain::{Audience, Collection, FeatureQuery, Instant};
use crate::settings::StatusSettings;
use crate::store::{GeoPackageStore, Snapshot, Store as _};

pub(super) fn status(settings: &StatusSettings) -> Result<()> {
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    let mut stdout = std::io::stdout().lock();
    if settings.json {
        writeln!(stdout, "{:#}", document(&snapshot))?;
        return Ok(());
    }
    writeln!(stdout, "generation {}", snapshot.generation())?;
    for collection in Collection::ALL {
        let interval = snapshot.interval(collection).map_or_else(|| "undated".to_owned(), |interval| interval.to_string());
        let extent = snapshot.extent(collection).map_or_else(|| "empty".to_owned(), |bbox| bbox.to_string());
        writeln!(stdout, "{:<10} {:>7}  {interval}  bbox {extent}", collection.id(), rows(&snapshot, collection))?;
    }
    for dataset in snapshot.datasets() {
        writeln!(stdout, "{}, version {}: {}; {}", dataset.title, dataset.version, dataset.licence, dataset.attribution)?;
    }
    Ok(())
}

fn rows(snapshot: &Snapshot, collection: Collection) -> usize {
    let all = FeatureQuery { audience: Audience::Operator, ..FeatureQuery::all(collection, Instant::MAX) };
    snapshot.search(&all).len()
}

fn document(snapshot: &Snapshot) -> Json {
    let collections = Collection::ALL.map(|collection| {
        json!({
            "id": collection.id(),
            "rows": rows(snapshot, collection),
            "bbox": snapshot.extent(collection).map(|bbox| [bbox.west(), bbox.south(), bbox.east(), bbox.north()]),
            "datetime": snapshot.interval(collection).map(|interval| interval.to_string()),
        })
    });
    let datasets = snapshot.datasets().iter().map(|dataset| {
        json!({
            "id": dataset.id,
            "version": dataset.version,
            "rows": snapshot.rows_of(dataset),
            "licence": dataset.licence,
            "redistribution": dataset.redistribution.as_str(),
            "attribution": dataset.attribution,
        })
    });
    json!({ "generation": snapshot.generation(), "collections": collections, "datasets": datasets.collect::<Vec<_>>() })
}
