//! Looks for everything that can be wrong with a store.

use rusqlite::Connection;

use super::super::StoreError;
use super::rows::{Cells, Datasets, Report, Road, Stored, content_hash};
use super::schema::FEATURE_TABLES;
use super::{changes, geometry};
use crate::domain::{Actor, ControlObservation, Dataset, Incident, Place, Region};
use std::sync::Arc;

/// Everything that is wrong, a sentence each.
pub(super) fn faults(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    integrity(connection, &mut faults)?;
    for table in FEATURE_TABLES {
        spatial_index(connection, table, &mut faults)?;
    }
    let datasets = content::<Arc<Dataset>>(connection, &Datasets::new(), &mut faults)?;
    let datasets: Datasets = datasets.into_iter().map(|dataset| (dataset.id.clone(), dataset)).collect();
    content::<Actor>(connection, &datasets, &mut faults)?;
    content::<Region>(connection, &datasets, &mut faults)?;
    content::<Place>(connection, &datasets, &mut faults)?;
    content::<Incident>(connection, &datasets, &mut faults)?;
    content::<ControlObservation>(connection, &datasets, &mut faults)?;
    readable::<Road>(connection, &datasets, &mut faults)?;
    readable::<Report>(connection, &datasets, &mut faults)?;
    for table in [Incident::TABLE, ControlObservation::TABLE] {
        versions(connection, table, &mut faults)?;
    }
    faults.extend(changes::fault(connection)?);
    Ok(faults)
}

/// What SQLite finds wrong with the file itself, as far as it comes.
pub(super) fn damage(connection: &Connection) -> Vec<String> {
    let mut faults = Vec::new();
    if let Err(error) = integrity(connection, &mut faults) {
        tracing::debug!(%error, "the look at the file did not come to its end");
    }
    faults
}

fn integrity(connection: &Connection, faults: &mut Vec<String>) -> Result<(), StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let said = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    faults.extend(said.into_iter().filter(|line| line != "ok").map(|line| format!("the file: {line}")));
    let registered = "SELECT table_name FROM gpkg_contents WHERE table_name NOT IN (SELECT name FROM sqlite_master)";
    let mut statement = connection.prepare(registered)?;
    let missing = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    faults.extend(missing.into_iter().map(|table| format!("{table}: registered in gpkg_contents and not there")));
    Ok(())
}

/// The index holds exactly the rows with a geometry, each within its box.
fn spatial_index(connection: &Connection, table: &str, faults: &mut Vec<String>) -> Result<(), StoreError> {
    let stray = format!("SELECT count(*) FROM rtree_{table}_geom WHERE id NOT IN (SELECT fid FROM {table} WHERE geom NOT NULL)");
    let stray: i64 = connection.query_row(&stray, [], |row| row.get(0))?;
    if stray > 0 {
        faults.push(format!("{table}: the spatial index holds {stray} rows that are not there"));
    }
    let sql = format!(
        "SELECT t.fid, t.geom, r.minx, r.maxx, r.miny, r.maxy FROM {table} t LEFT JOIN rtree_{table}_geom r ON r.id = t.fid
         WHERE t.geom NOT NULL"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let fid: i64 = row.get(0)?;
        let blob: Vec<u8> = row.get(1)?;
        let Some([west, east, south, north]) = geometry::bounds(&blob) else {
            faults.push(format!("{table} row {fid}: the geometry cannot be read"));
            continue;
        };
        let boxed: [Option<f64>; 4] = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
        let [Some(min_x), Some(max_x), Some(min_y), Some(max_y)] = boxed else {
            faults.push(format!("{table} row {fid}: not in the spatial index"));
            continue;
        };
        // SQLite's R-tree keeps 32-bit floats, rounded outwards.
        if west < min_x || east > max_x || south < min_y || north > max_y {
            faults.push(format!("{table} row {fid}: outside its box in the spatial index"));
        }
    }
    Ok(())
}

/// Every row can be read.
fn readable<R: Stored>(
    connection: &Connection,
    datasets: &Datasets,
    faults: &mut Vec<String>,
) -> Result<Vec<(i64, R)>, StoreError> {
    let sql = format!("SELECT fid, {} FROM {}", R::COLUMNS.join(", "), R::TABLE);
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let fid: i64 = row.get(0)?;
        match R::read(&Cells::new(row, 1), datasets) {
            Some(record) => read.push((fid, record)),
            None => faults.push(format!("{} row {fid}: it cannot be read", R::TABLE)),
        }
    }
    Ok(read)
}

/// Every row can be read and is what its hash says.
fn content<R: Stored>(connection: &Connection, datasets: &Datasets, faults: &mut Vec<String>) -> Result<Vec<R>, StoreError> {
    let read = readable::<R>(connection, datasets, faults)?;
    let mut statement = connection.prepare(&format!("SELECT content_hash FROM {} WHERE fid = ?1", R::TABLE))?;
    for (fid, record) in &read {
        let hash: i64 = statement.query_row([fid], |row| row.get(0))?;
        if hash != content_hash::<R>(&record.values()) {
            faults.push(format!("{} row {fid}: it was changed by another program", R::TABLE));
        }
    }
    Ok(read.into_iter().map(|(_, record)| record).collect())
}

/// Each version of the past ends where the next event in the knowledge of its record begins.
fn versions(connection: &Connection, table: &str, faults: &mut Vec<String>) -> Result<(), StoreError> {
    let sql = format!(
        "WITH events AS (
             SELECT id, known_at, superseded_at, 0 AS rank FROM {table}_past
             UNION ALL SELECT id, known_at, NULL, 1 FROM {table}
             UNION ALL SELECT id, known_at, known_at, 2 FROM retractions WHERE collection = '{table}'
         ), chain AS (
             SELECT id, rank, superseded_at, lead(known_at) OVER (PARTITION BY id ORDER BY known_at, superseded_at IS NULL, rank, superseded_at) AS next
             FROM events
         )
         SELECT DISTINCT id FROM chain WHERE rank = 0 AND superseded_at IS NOT next OR rank = 1 AND next IS NOT NULL"
    );
    let mut statement = connection.prepare(&sql)?;
    let broken = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    faults.extend(broken.into_iter().map(|id| format!("{table} {id}: its versions do not follow one another")));
    Ok(())
}
