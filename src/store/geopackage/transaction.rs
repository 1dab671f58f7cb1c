//! Writes: one SQLite transaction from `begin` to `commit`.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OptionalExtension as _, Statement, params};
use std::cell::Cell;
use std::sync::{Arc, MutexGuard};

use super::super::history::{Event, Put, Versioned, place};
use super::super::{Counts, StoreError, Transaction};
use super::changes::Changes;
use super::rows::{Cells, Datasets, Report, Road, Stored, content_hash, instant, reported};
use super::schema::{FEATURE_TABLES, insert_trigger};
use super::{GeoPackageStore, load, rtree};
use crate::domain::{
    Actor, ChangeSet, Collection, ControlObservation, Corridor, Dataset, Incident, Instant, Place, Region, StatusChange,
};

/// How many new incidents are put into the spatial index one by one. From then on, and when they are a good part of those that
/// were there, the index is made anew at the end, which costs a tenth for each row.
const INDEXED_ONE_BY_ONE: u64 = 10_000;

/// A write transaction. The connection is held until it ends, so that writers of this process follow one another.
pub(super) struct GeoPackageTransaction<'a> {
    store: &'a GeoPackageStore,
    connection: MutexGuard<'a, Connection>,
    datasets: Datasets,
    changed: bool,
    changes: Changes,
    open: bool,
    /// How many incidents there were and how many are new, while these go into the spatial index one by one; `None` once
    /// that waits for the end.
    indexing: Option<(u64, u64)>,
}

impl<'a> GeoPackageTransaction<'a> {
    pub(super) fn begin(store: &'a GeoPackageStore, connection: MutexGuard<'a, Connection>) -> Result<Self, StoreError> {
        connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| store.explain(error))?;
        let there: i64 = connection.query_row("SELECT coalesce(max(fid), 0) FROM incidents", [], |row| row.get(0))?;
        let indexing = Some((u64::try_from(there).unwrap_or(0), 0));
        let mut transaction = Self {
            store,
            connection,
            datasets: Datasets::new(),
            changed: false,
            changes: Changes::default(),
            open: true,
            indexing,
        };
        let datasets: Vec<Arc<_>> = load::current(&transaction.connection, &Datasets::new())?;
        transaction.datasets = datasets.into_iter().map(|dataset| (dataset.id.clone(), dataset)).collect();
        Ok(transaction)
    }
}

impl Drop for GeoPackageTransaction<'_> {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            // SQLite has rolled back by itself after a full disk or an I/O error.
            tracing::debug!(%error, "nothing was left to roll back");
        }
    }
}

impl Transaction for GeoPackageTransaction<'_> {
    fn put(&mut self, changes: ChangeSet) -> Result<Counts, StoreError> {
        let store = self.store;
        let counts = self.put_all(changes).map_err(|error| match error {
            StoreError::Sqlite { source, .. } => store.explain(source),
            other => other,
        })?;
        self.changed |= counts.changed();
        Ok(counts)
    }

    fn retract(&mut self, collection: Collection, id: &str, known_at: Instant) -> Result<bool, StoreError> {
        let retracted = match collection {
            Collection::Incidents => retract::<Incident>(&self.connection, id, known_at)?,
            Collection::Control => retract::<ControlObservation>(&self.connection, id, known_at)?,
            Collection::Regions | Collection::Places | Collection::Corridors | Collection::ControlAreas | Collection::Front => {
                false
            }
        };
        if retracted {
            self.changed = true;
            self.changes.note(collection.id(), id);
        }
        Ok(retracted)
    }

    fn remove_dataset(&mut self, id: &str) -> Result<Option<u64>, StoreError> {
        if self.datasets.remove(id).is_none() {
            return Ok(None);
        }
        self.changed = true;
        self.changes.note(Arc::<Dataset>::TABLE, id);
        let mut rows = 0;
        for table in [Incident::TABLE, ControlObservation::TABLE] {
            let ids = format!("SELECT id FROM {table} WHERE dataset = ?1 UNION SELECT id FROM {table}_past WHERE dataset = ?1");
            note_all(&self.connection, &mut self.changes, table, &ids, id)?;
            self.connection
                .execute(&format!("DELETE FROM retractions WHERE collection = ?2 AND id IN ({ids})"), params![id, table])?;
            self.connection.execute(&format!("DELETE FROM {table}_past WHERE dataset = ?1"), [id])?;
            rows += self.connection.execute(&format!("DELETE FROM {table} WHERE dataset = ?1"), [id])?;
        }
        self.connection.execute("DELETE FROM datasets WHERE id = ?1", [id])?;
        Ok(Some(u64::try_from(rows).unwrap_or(u64::MAX)))
    }

    fn commit(mut self: Box<Self>) -> Result<u64, StoreError> {
        let store = self.store;
        if self.indexing.is_none() {
            let index = || {
                self.connection.execute_batch(&insert_trigger(Incident::TABLE))?;
                rtree::rebuild(&self.connection, Incident::TABLE)
            };
            index().map_err(|error| store.named(error))?;
        }
        if self.changed {
            self.connection.execute("UPDATE harmattan_store SET value = value + 1 WHERE key = 'generation'", [])?;
            describe_contents(&self.connection)?;
        }
        let generation = load::generation(&self.connection)?;
        if self.changed {
            self.changes.keep(&self.connection, generation)?;
        }
        self.connection.execute_batch("COMMIT").map_err(|error| store.explain(error))?;
        self.open = false;
        drop(self);
        store.checkpoint();
        store.take_over(generation)?;
        Ok(generation)
    }
}

impl GeoPackageTransaction<'_> {
    fn put_all(&mut self, changes: ChangeSet) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let log = &mut self.changes;
        for dataset in &changes.datasets {
            let before = counts;
            replace(&self.connection, &dataset.id, dataset, &mut counts)?;
            note(log, Arc::<Dataset>::TABLE, &dataset.id, before, counts);
            self.datasets.insert(dataset.id.clone(), dataset.clone());
        }
        for actor in &changes.actors {
            let before = counts;
            replace(&self.connection, &actor.code, actor, &mut counts)?;
            note(log, Actor::TABLE, &actor.code, before, counts);
        }
        for region in &changes.regions {
            let before = counts;
            replace(&self.connection, &region.id, region, &mut counts)?;
            note(log, Region::TABLE, &region.id, before, counts);
        }
        for place in &changes.places {
            let before = counts;
            replace(&self.connection, &place.id, place, &mut counts)?;
            note(log, Place::TABLE, &place.id, before, counts);
        }
        for corridor in changes.corridors {
            let (before, id) = (counts, corridor.id.clone());
            replace_corridor(&self.connection, &self.datasets, corridor, &mut counts)?;
            note(log, Road::TABLE, &id, before, counts);
        }
        let added = counts.added;
        let incidents = Versions::<Incident>::new(&self.connection, &self.datasets)?;
        for incident in &changes.incidents {
            let before = counts;
            incidents.learn(&incident.id, incident, &mut counts)?;
            note(log, Incident::TABLE, &incident.id, before, counts);
        }
        self.index_later(counts.added - added)?;
        let control = Versions::<ControlObservation>::new(&self.connection, &self.datasets)?;
        for observation in &changes.control {
            let before = counts;
            control.learn(&observation.id, observation, &mut counts)?;
            note(&mut self.changes, ControlObservation::TABLE, &observation.id, before, counts);
        }
        Ok(counts)
    }

    /// Counts new incidents; where they are many, those that follow do not go into the spatial index one by one. Both the
    /// trigger that is taken away and its return belong to the transaction: nobody else sees the table without it.
    fn index_later(&mut self, added: u64) -> Result<(), StoreError> {
        let Some((there, new)) = &mut self.indexing else { return Ok(()) };
        *new += added;
        if *new > INDEXED_ONE_BY_ONE.max(*there / 8) {
            self.connection.execute_batch(&format!("DROP TRIGGER rtree_{}_geom_insert", Incident::TABLE))?;
            self.indexing = None;
        }
        Ok(())
    }
}

/// Notes a record that was put in, unless it said the same as before.
fn note(changes: &mut Changes, table: &str, id: &str, before: Counts, after: Counts) {
    if after.unchanged == before.unchanged {
        changes.note(table, id);
    }
}

/// Notes the records that a question about a dataset finds.
fn note_all(
    connection: &Connection,
    changes: &mut Changes,
    table: &str,
    question: &str,
    dataset: &str,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(question)?;
    let mut rows = statement.query([dataset])?;
    while let Some(row) = rows.next()? {
        changes.note(table, &row.get::<_, String>(0)?);
    }
    Ok(())
}

/// Writes extents and times of change into `gpkg_contents`, from the spatial indexes.
pub(super) fn describe_contents(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", [])?;
    for table in FEATURE_TABLES {
        let sql = format!(
            "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) =
                 (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM rtree_{table}_geom) WHERE table_name = '{table}'"
        );
        connection.execute(&sql, [])?;
    }
    Ok(())
}

fn placeholders(count: usize) -> String {
    (1..=count).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ")
}

fn bind(statement: &mut Statement<'_>, values: &[ToSqlOutput<'_>], hash: i64) -> rusqlite::Result<()> {
    for (value, at) in values.iter().zip(1..) {
        statement.raw_bind_parameter(at, value)?;
    }
    statement.raw_bind_parameter(values.len() + 1, hash)
}

/// What [`insert`] runs.
fn insertion<R: Stored>() -> String {
    let columns = R::COLUMNS.join(", ");
    format!("INSERT INTO {} ({columns}, content_hash) VALUES ({})", R::TABLE, placeholders(R::COLUMNS.len() + 1))
}

fn insert(connection: &Connection, insertion: &str, values: &[ToSqlOutput<'_>], hash: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(insertion)?;
    bind(&mut statement, values, hash)?;
    statement.raw_execute()?;
    Ok(())
}

fn update<R: Stored>(connection: &Connection, fid: i64, values: &[ToSqlOutput<'_>], hash: i64) -> Result<(), StoreError> {
    let columns: Vec<String> = R::COLUMNS.iter().zip(1..).map(|(column, at)| format!("{column} = ?{at}")).collect();
    let (hash_at, fid_at) = (values.len() + 1, values.len() + 2);
    let sql = format!("UPDATE {} SET {}, content_hash = ?{hash_at} WHERE fid = ?{fid_at}", R::TABLE, columns.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    bind(&mut statement, values, hash)?;
    statement.raw_bind_parameter(fid_at, fid)?;
    statement.raw_execute()?;
    Ok(())
}

/// Puts a record of which no versions are kept.
fn replace<R: Stored>(connection: &Connection, id: &str, record: &R, counts: &mut Counts) -> Result<(), StoreError> {
    let values = record.values();
    let hash = content_hash::<R>(&values);
    replace_row::<R>(connection, id, &values, hash, counts)
}

fn replace_row<R: Stored>(
    connection: &Connection,
    id: &str,
    values: &[ToSqlOutput<'_>],
    hash: i64,
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let sql = format!("SELECT fid, content_hash FROM {} WHERE id = ?1", R::TABLE);
    let there: Option<(i64, i64)> =
        connection.prepare_cached(&sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match there {
        None => {
            counts.added += 1;
            insert(connection, &insertion::<R>(), values, hash)
        }
        Some((_, before)) if before == hash => {
            counts.unchanged += 1;
            Ok(())
        }
        Some((fid, _)) => {
            counts.revised += 1;
            update::<R>(connection, fid, values, hash)
        }
    }
}

/// Puts a corridor with the reports on it: the row's hash covers both. Reports that it no longer has are kept as the past.
fn replace_corridor(
    connection: &Connection,
    datasets: &Datasets,
    corridor: Corridor,
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let id = corridor.id.clone();
    let report = |change: &StatusChange| Report { corridor: id.clone(), change: change.clone(), superseded_at: None };
    let reports: Vec<Report> = corridor.changes.iter().map(report).collect();
    let road = Road::new(corridor);
    let values = road.values();
    let hash = reports
        .iter()
        .fold(content_hash::<Road>(&values), |hash, report| hash.rotate_left(7) ^ content_hash::<Report>(&report.values()));
    let before = *counts;
    replace_row::<Road>(connection, &id, &values, hash, counts)?;
    if counts.unchanged > before.unchanged {
        return Ok(());
    }
    let (changes, past) = reported(load::reports_on(connection, &id, datasets)?);
    let known = Corridor { changes: changes.into(), past: past.into(), ..road.corridor.clone() };
    let Corridor { changes, past, .. } = road.corridor.after(&known, Instant::now());
    let past = past.iter().map(|past| Report { superseded_at: Some(past.superseded_at), ..report(&past.change) });
    let reports: Vec<Report> = changes.iter().map(report).chain(past).collect();
    connection.prepare_cached("DELETE FROM corridor_status WHERE corridor = ?1")?.execute([&id])?;
    let columns = Report::COLUMNS;
    let sql = format!("INSERT INTO corridor_status ({}) VALUES ({})", columns.join(", "), placeholders(columns.len()));
    for report in &reports {
        connection.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(report.values()))?;
    }
    Ok(())
}

/// The versions of one kind of record.
struct Versions<'a, R> {
    connection: &'a Connection,
    datasets: &'a Datasets,
    find: String,
    insertion: String,
    /// Whether nothing is known yet of what was before.
    no_past: Cell<bool>,
    kind: std::marker::PhantomData<R>,
}

impl<'a, R: Stored + Versioned> Versions<'a, R> {
    fn new(connection: &'a Connection, datasets: &'a Datasets) -> Result<Self, StoreError> {
        let sql = format!(
            "SELECT NOT EXISTS (SELECT 1 FROM {}_past) AND NOT EXISTS (SELECT 1 FROM retractions WHERE collection = ?1)",
            R::TABLE
        );
        let no_past = connection.prepare_cached(&sql)?.query_row([R::TABLE], |row| row.get(0))?;
        let find = format!("SELECT fid, content_hash, known_at FROM {} WHERE id = ?1", R::TABLE);
        Ok(Self {
            connection,
            datasets,
            find,
            insertion: insertion::<R>(),
            no_past: Cell::new(no_past),
            kind: std::marker::PhantomData,
        })
    }

    /// Puts a version in. Nearly every one is new, or newer than the current one; those take the short way.
    fn learn(&self, id: &str, record: &R, counts: &mut Counts) -> Result<(), StoreError> {
        let values = record.values();
        let hash = content_hash::<R>(&values);
        let known_at = instant(record.known());
        let there: Option<(i64, i64, String)> = self
            .connection
            .prepare_cached(&self.find)?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        match there {
            Some((_, before, known)) if known <= known_at && before == hash => counts.unchanged += 1,
            Some((fid, _, known)) if known <= known_at => {
                counts.revised += 1;
                self.retire(fid, &known_at)?;
                update::<R>(self.connection, fid, &values, hash)?;
            }
            None if !self.has_past(id)? => {
                counts.added += 1;
                insert(self.connection, &self.insertion, &values, hash)?;
            }
            _ => self.insert_into_past(id, record, counts)?,
        }
        Ok(())
    }

    /// Copies the current version of a row to the past.
    fn retire(&self, fid: i64, superseded_at: &str) -> Result<(), StoreError> {
        self.no_past.set(false);
        let (table, columns) = (R::TABLE, R::COLUMNS.join(", "));
        let sql = format!(
            "INSERT INTO {table}_past (fid, {columns}, content_hash, superseded_at)
             SELECT fid, {columns}, content_hash, ?2 FROM {table} WHERE fid = ?1"
        );
        self.connection.prepare_cached(&sql)?.execute(params![fid, superseded_at])?;
        Ok(())
    }

    fn has_past(&self, id: &str) -> Result<bool, StoreError> {
        if self.no_past.get() {
            return Ok(false);
        }
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {}_past WHERE id = ?1) OR EXISTS (SELECT 1 FROM retractions WHERE collection = ?2 AND id = ?1)",
            R::TABLE
        );
        Ok(self.connection.prepare_cached(&sql)?.query_row(params![id, R::TABLE], |row| row.get(0))?)
    }

    /// The long way: reads all that is known of the id, puts the version where it belongs, and writes it all back.
    fn insert_into_past(&self, id: &str, record: &R, counts: &mut Counts) -> Result<(), StoreError> {
        self.no_past.set(false);
        let mut events = self.events(id)?;
        match place(&events, record) {
            Put::Unchanged => {
                counts.unchanged += 1;
                return Ok(());
            }
            Put::Added => {
                counts.added += 1;
                events.push(Event::Version(record.clone()));
            }
            Put::At(at) => {
                counts.revised += 1;
                events.insert(at, Event::Version(record.clone()));
            }
        }
        self.rewrite(id, &events)
    }

    fn events(&self, id: &str) -> Result<Vec<Event<R>>, StoreError> {
        let (table, columns) = (R::TABLE, R::COLUMNS.join(", "));
        let sql =
            format!("SELECT {columns} FROM {table}_past WHERE id = ?1 UNION ALL SELECT {columns} FROM {table} WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let record = R::read(&Cells::new(row, 0), self.datasets);
            events.push(Event::Version(record.ok_or(StoreError::Unreadable { table, row: 0 })?));
        }
        let sql = "SELECT known_at FROM retractions WHERE collection = ?1 AND id = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![table, id])?;
        while let Some(row) = rows.next()? {
            let known_at = Cells::new(row, 0).instant();
            events.push(Event::Retraction(known_at.ok_or(StoreError::Unreadable { table: "retractions", row: 0 })?));
        }
        events.sort_by_key(Event::known);
        Ok(events)
    }

    fn rewrite(&self, id: &str, events: &[Event<R>]) -> Result<(), StoreError> {
        let (table, columns) = (R::TABLE, R::COLUMNS.join(", "));
        self.connection.execute(&format!("DELETE FROM {table} WHERE id = ?1"), [id])?;
        self.connection.execute(&format!("DELETE FROM {table}_past WHERE id = ?1"), [id])?;
        let count = R::COLUMNS.len();
        let sql =
            format!("INSERT INTO {table}_past ({columns}, content_hash, superseded_at) VALUES ({})", placeholders(count + 2));
        for (ordinal, event) in events.iter().enumerate() {
            let Event::Version(version) = event else { continue };
            let values = version.values();
            let hash = content_hash::<R>(&values);
            match events.get(ordinal + 1) {
                None => insert(self.connection, &self.insertion, &values, hash)?,
                Some(next) => {
                    let mut statement = self.connection.prepare_cached(&sql)?;
                    bind(&mut statement, &values, hash)?;
                    statement.raw_bind_parameter(count + 2, instant(next.known()))?;
                    statement.raw_execute()?;
                }
            }
        }
        Ok(())
    }
}

fn retract<R: Stored + Versioned>(connection: &Connection, id: &str, known_at: Instant) -> Result<bool, StoreError> {
    let datasets = Datasets::new();
    let versions = Versions::<R>::new(connection, &datasets)?;
    let known_at = instant(known_at);
    let sql = format!("SELECT fid FROM {} WHERE id = ?1 AND known_at <= ?2", R::TABLE);
    let fid: Option<i64> = connection.query_row(&sql, params![id, known_at], |row| row.get(0)).optional()?;
    let Some(fid) = fid else { return Ok(false) };
    versions.retire(fid, &known_at)?;
    connection.execute(&format!("DELETE FROM {} WHERE fid = ?1", R::TABLE), [fid])?;
    connection.execute("INSERT OR IGNORE INTO retractions VALUES (?1, ?2, ?3)", params![R::TABLE, id, known_at])?;
    Ok(true)
}
