//! The log of what each generation changed: written with every transaction, read by whoever holds an earlier state.

use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

use super::super::StoreError;
use super::load;

/// How many records of a kind a generation lists by id. Above that reading everything is as fast, and a long import costs no list.
const LISTED: usize = 10_000;

/// How many generations the log goes back.
const GENERATIONS: u64 = 1_000;

/// How many rows it holds before what is oldest goes.
const ROWS: u32 = 100_000;

/// The records of a kind that changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Records {
    /// These, by id.
    Listed(BTreeSet<String>),
    /// More than are listed.
    Many,
}

impl Default for Records {
    fn default() -> Self {
        Self::Listed(BTreeSet::new())
    }
}

/// The records that changed, by table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes(BTreeMap<String, Records>);

impl Changes {
    /// Notes that a record of a table changed.
    pub(super) fn note(&mut self, table: &str, id: &str) {
        if !self.0.contains_key(table) {
            self.0.insert(table.to_owned(), Records::default());
        }
        let Some(records) = self.0.get_mut(table) else { return };
        match records {
            Records::Many => {}
            Records::Listed(ids) if ids.contains(id) => {}
            // An empty id could not be told from "many".
            Records::Listed(ids) if ids.len() < LISTED && !id.is_empty() => drop(ids.insert(id.to_owned())),
            Records::Listed(_) => *records = Records::Many,
        }
    }

    /// The records of a table that changed; `None` when none did.
    pub(super) fn of(&self, table: &str) -> Option<&Records> {
        self.0.get(table)
    }

    /// Writes them down as what a generation changed, and takes out what lies too far back.
    pub(super) fn keep(&self, connection: &Connection, generation: u64) -> Result<(), StoreError> {
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO harmattan_changes VALUES (?1, ?2, ?3)")?;
        for (table, records) in &self.0 {
            match records {
                Records::Many => drop(insert.execute(params![sql(generation), table, ""])?),
                Records::Listed(ids) => {
                    for id in ids {
                        insert.execute(params![sql(generation), table, id])?;
                    }
                }
            }
        }
        let old = "DELETE FROM harmattan_changes WHERE generation <= ?1";
        connection.prepare_cached(old)?.execute([sql(generation.saturating_sub(GENERATIONS))])?;
        let beyond = "DELETE FROM harmattan_changes WHERE generation <= (SELECT generation FROM harmattan_changes
                          ORDER BY generation DESC, collection DESC, id DESC LIMIT 1 OFFSET ?1)";
        connection.prepare_cached(beyond)?.execute([ROWS])?;
        Ok(())
    }
}

/// What changed after one generation up to and with a later one; `None` where the log does not tell.
pub(super) fn between(connection: &Connection, before: u64, now: u64) -> Result<Option<Changes>, StoreError> {
    if before >= now {
        return Ok(None);
    }
    let told = "SELECT count(DISTINCT generation) FROM harmattan_changes WHERE generation > ?1 AND generation <= ?2";
    let told: i64 = connection.prepare_cached(told)?.query_row([sql(before), sql(now)], |row| row.get(0))?;
    if told != sql(now - before) {
        return Ok(None);
    }
    let rows = "SELECT collection, id FROM harmattan_changes WHERE generation > ?1 AND generation <= ?2";
    let mut statement = connection.prepare_cached(rows)?;
    let mut rows = statement.query([sql(before), sql(now)])?;
    let mut changes = Changes::default();
    while let Some(row) = rows.next()? {
        let (table, id) = (row.get_ref(0)?.as_str(), row.get_ref(1)?.as_str());
        let (Ok(table), Ok(id)) = (table, id) else { return Ok(None) };
        changes.note(table, id);
    }
    Ok(Some(changes))
}

/// What is wrong with the log: a sentence, where something is.
pub(super) fn fault(connection: &Connection) -> Result<Option<String>, StoreError> {
    let last: i64 = connection.query_row("SELECT coalesce(max(generation), 0) FROM harmattan_changes", [], |row| row.get(0))?;
    let generation = load::generation(connection)?;
    let ahead = last > sql(generation);
    Ok(ahead.then(|| format!("harmattan_changes: it tells of generation {last}, and the store's is {generation}")))
}

fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("migrations/0002-changes.sql")).unwrap();
        connection
    }

    fn rows(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM harmattan_changes", [], |row| row.get(0)).unwrap()
    }

    fn changes(ids: impl IntoIterator<Item = u32>) -> Changes {
        let mut changes = Changes::default();
        ids.into_iter().for_each(|id| changes.note("incidents", &id.to_string()));
        changes
    }

    #[test]
    fn the_way_between_two_generations_is_told_or_it_is_not() {
        let connection = log();
        changes([1, 2]).keep(&connection, 5).unwrap();
        changes([2, 3]).keep(&connection, 6).unwrap();
        assert_eq!(between(&connection, 4, 6).unwrap(), Some(changes([1, 2, 3])));
        assert_eq!(between(&connection, 5, 6).unwrap(), Some(changes([2, 3])));
        for (before, now) in [(3, 6), (5, 7), (6, 6), (6, 5)] {
            assert_eq!(between(&connection, before, now).unwrap(), None, "{before} {now}");
        }
    }

    #[test]
    fn many_are_one_row() {
        let connection = log();
        changes(0..10_001).keep(&connection, 1).unwrap();
        assert_eq!(rows(&connection), 1);
        assert_eq!(between(&connection, 0, 1).unwrap().unwrap().of("incidents"), Some(&Records::Many));
    }

    #[test]
    fn the_log_stays_short() {
        let connection = log();
        for generation in 1..=1_500 {
            changes([1]).keep(&connection, generation).unwrap();
        }
        assert_eq!(rows(&connection), 1_000);
        for generation in 1_501..=1_520 {
            changes(0..10_000).keep(&connection, generation).unwrap();
        }
        assert_eq!(rows(&connection), 100_000);
        assert!(between(&connection, 1_510, 1_520).unwrap().is_some() && between(&connection, 1_509, 1_520).unwrap().is_none());
    }
}
