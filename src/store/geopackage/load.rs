//! Reads a store into what a snapshot is built from.

use rusqlite::Connection;
use std::collections::HashMap;
use std::sync::Arc;

use super::super::StoreError;
use super::super::history::Superseded;
use super::super::snapshot::Content;
use super::rows::{Cells, Datasets, Report, Road, Stored};
use crate::domain::{Corridor, StatusChange};

/// Everything that a snapshot holds, as one read transaction of the connection sees it.
pub(super) fn content(connection: &Connection) -> Result<Content, StoreError> {
    let none = Datasets::new();
    let datasets: Vec<_> = current(connection, &none)?;
    let by_id: Datasets = datasets.iter().map(|dataset: &Arc<_>| (dataset.id.clone(), Arc::clone(dataset))).collect();
    let mut changes: HashMap<String, Vec<StatusChange>> = HashMap::new();
    for report in current::<Report>(connection, &by_id)? {
        changes.entry(report.corridor).or_default().push(report.change);
    }
    let corridors = current::<Road>(connection, &by_id)?.into_iter().map(|road| {
        let mut changes = changes.remove(&road.corridor.id).unwrap_or_default();
        changes.sort_by_key(|change| change.valid_from);
        Corridor { changes: changes.into(), ..road.corridor }
    });
    Ok(Content {
        corridors: corridors.collect(),
        actors: current(connection, &by_id)?,
        regions: current(connection, &by_id)?,
        places: current(connection, &by_id)?,
        incidents: current(connection, &by_id)?,
        past_incidents: past(connection, &by_id)?,
        control: current(connection, &by_id)?,
        past_control: past(connection, &by_id)?,
        datasets,
    })
}

/// What is known now.
pub(super) fn current<R: Stored>(connection: &Connection, datasets: &Datasets) -> Result<Vec<R>, StoreError> {
    let sql = format!("SELECT fid, {} FROM {} ORDER BY fid", R::COLUMNS.join(", "), R::TABLE);
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let record = R::read(&Cells::new(row, 1), datasets);
        records.push(record.ok_or_else(|| unreadable(R::TABLE, row.get(0).unwrap_or(0)))?);
    }
    Ok(records)
}

/// What was known before, each id's versions in the order of knowledge.
fn past<R: Stored>(connection: &Connection, datasets: &Datasets) -> Result<Vec<Superseded<R>>, StoreError> {
    let columns = R::COLUMNS.join(", ");
    let sql = format!("SELECT rowid, superseded_at, {columns} FROM {}_past ORDER BY id, known_at, superseded_at", R::TABLE);
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        let superseded_at = Cells::new(row, 1).instant();
        let version = superseded_at.zip(R::read(&Cells::new(row, 2), datasets));
        let (superseded_at, record) = version.ok_or_else(|| unreadable(R::TABLE, row.get(0).unwrap_or(0)))?;
        versions.push(Superseded { record, superseded_at });
    }
    Ok(versions)
}

fn unreadable(table: &'static str, row: i64) -> StoreError {
    StoreError::Unreadable { table, row }
}

/// The generation of what the connection sees.
pub(super) fn generation(connection: &Connection) -> Result<u64, StoreError> {
    let generation: i64 =
        connection.query_row("SELECT value FROM harmattan_store WHERE key = 'generation'", [], |row| row.get(0))?;
    Ok(u64::try_from(generation).unwrap_or(0))
}
