//! A part of a store as a store of its own.

use rusqlite::{Connection, params};
use std::path::Path;

use super::super::StoreError;
use super::{GeoPackageStore, transaction};
use crate::domain::Collection;

/// What a copy holds of a store.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The collections, each with the ids of the records that are kept, or all of them; of corridors, the ids of whole corridors.
    /// Other collections are empty in the copy.
    pub collections: Vec<(Collection, Option<Vec<String>>)>,
    /// Whether rows that may not be passed on go with it.
    pub restricted: bool,
}

impl GeoPackageStore {
    /// Makes a new store at `target` with the selected records, every version of them, the datasets that they are of, and all actors.
    /// How many current rows and reports were left out because they may not be passed on. The file is not yet synced to the disk.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`] when something else is at `target`, and what keeps the one from being read or the other from being
    /// written; what was written is then of no use.
    pub fn copy_to(&self, target: &Path, selection: &Selection) -> Result<u64, StoreError> {
        let copy = Self::open_or_create(target)?;
        let explained = |error| match error {
            StoreError::Sqlite { source, .. } => copy.explain(source),
            other => other,
        };
        let connection = copy.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A copy that broke off is thrown away, so nothing in it needs to survive a power cut; without a log every page is written
        // once, and the file is whole by itself.
        for (setting, value) in [("journal_mode", "MEMORY"), ("synchronous", "OFF")] {
            connection.pragma_update(None, setting, value).map_err(|error| copy.explain(error))?;
        }
        fill(&connection, &self.path, selection).map_err(explained)
    }
}

fn fill(connection: &Connection, origin: &Path, selection: &Selection) -> Result<u64, StoreError> {
    connection.execute("ATTACH DATABASE ?1 AS origin", [origin.to_string_lossy()])?;
    connection.execute_batch(
        "CREATE TEMP TABLE closed (id TEXT PRIMARY KEY) WITHOUT ROWID;
         CREATE TEMP TABLE kept (id TEXT PRIMARY KEY) WITHOUT ROWID;
         BEGIN IMMEDIATE;",
    )?;
    if !selection.restricted {
        connection.execute("INSERT INTO closed SELECT id FROM origin.datasets WHERE redistribution != 'allowed'", [])?;
    }
    let mut left_out: i64 = 0;
    for (collection, ids) in &selection.collections {
        connection.execute("DELETE FROM kept", [])?;
        let mut keep = connection.prepare("INSERT OR IGNORE INTO kept VALUES (?1)")?;
        for id in ids.iter().flatten() {
            keep.execute([id])?;
        }
        // Without a list everything is kept.
        let is_kept = |column: &str| match ids {
            Some(_) => format!("{column} IN (SELECT id FROM kept)"),
            None => "1".to_owned(),
        };
        let is_open = "dataset NOT IN (SELECT id FROM closed)";
        let take = |table: &str, condition: &str| {
            connection
                .execute(&format!("INSERT INTO main.{table} SELECT * FROM origin.{table} WHERE {condition} ORDER BY rowid"), [])
        };
        let closed = |table: &str, kept: &str| {
            let sql = format!("SELECT count(*) FROM origin.{table} WHERE {kept} AND NOT {is_open}");
            connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
        };
        let table = collection.id();
        let kept = is_kept("id");
        match collection {
            Collection::Regions | Collection::Places => {
                take(table, &kept)?;
            }
            // It is computed from what the copy holds.
            Collection::ControlAreas | Collection::Front => {}
            Collection::Corridors => {
                let reported = is_kept("corridor");
                take(table, &kept)?;
                take("corridor_status", &format!("{reported} AND {is_open}"))?;
                left_out += closed("corridor_status", &reported)?;
            }
            Collection::Incidents | Collection::Control => {
                let past = format!("{table}_past");
                take(table, &format!("{kept} AND {is_open}"))?;
                take(&past, &format!("{kept} AND {is_open}"))?;
                left_out += closed(table, &kept)?;
                // A retraction goes with the versions that it ended.
                let sql = format!(
                    "INSERT INTO main.retractions SELECT * FROM origin.retractions
                     WHERE collection = ?1 AND id IN (SELECT id FROM main.{table} UNION SELECT id FROM main.{past})"
                );
                connection.execute(&sql, params![table])?;
            }
        }
    }
    let named = selection.collections.iter().map(|(collection, _)| format!("'{}'", collection.id())).collect::<Vec<_>>();
    connection.execute_batch(&format!(
        "INSERT INTO main.actors SELECT * FROM origin.actors ORDER BY fid;
         INSERT INTO main.datasets SELECT * FROM origin.datasets WHERE id IN (
             SELECT dataset FROM main.incidents UNION SELECT dataset FROM main.incidents_past
             UNION SELECT dataset FROM main.control UNION SELECT dataset FROM main.control_past
             UNION SELECT dataset FROM main.corridor_status
         ) OR id IN ('regions', 'places') AND id IN ({}) ORDER BY fid;
         UPDATE main.harmattan_store SET value = 1 WHERE key = 'generation';",
        named.join(", ")
    ))?;
    transaction::describe_contents(connection)?;
    connection.execute_batch("COMMIT; DETACH DATABASE origin; DROP TABLE temp.kept; DROP TABLE temp.closed;")?;
    Ok(u64::try_from(left_out).unwrap_or(0))
}
