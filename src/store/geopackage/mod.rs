//! The durable store: one GeoPackage file that QGIS and GDAL open as it is.
//!
//! Feature tables hold what is known now, with the standard's spatial index; beside them stand the versions of the past. Readers
//! never touch the file: queries are answered from a snapshot in memory, which is built when the store is first asked and
//! after each commit. SQLite runs in WAL mode with `synchronous = FULL`: what a commit answered survives the power cut.

mod changes;
mod check;
mod copy;
mod geometry;
mod load;
mod rows;
mod rtree;
mod schema;
mod transaction;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

pub use self::copy::Selection;
use self::schema::Found;
use self::transaction::GeoPackageTransaction;
use super::snapshot::{Changed, Content};
use super::{Reference, Snapshot, Store, StoreError, Transaction};

/// How long to wait for another process's transaction before saying that it writes.
const BUSY_TIMEOUT: Duration = Duration::from_millis(500);

/// A store in a GeoPackage file.
///
/// Everything here blocks; it belongs off the async threads. [`snapshot`](Store::snapshot) reads the file once and then only
/// clones an `Arc`.
#[derive(Debug)]
pub struct GeoPackageStore {
    path: PathBuf,
    /// The one connection, which writes and loads.
    connection: Mutex<Connection>,
    current: RwLock<Option<Arc<Snapshot>>>,
    /// Held while a snapshot is made.
    loading: Mutex<()>,
}

impl GeoPackageStore {
    /// Opens a store, which must be there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no file, [`StoreError::NotAStore`] when it is something else,
    /// [`StoreError::Newer`] when a later version of the program wrote it, and what else keeps it from being used.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing { store: path.display().to_string() });
        }
        Self::connect(path, false)
    }

    /// Opens a store, or makes an empty one where there is no file.
    ///
    /// # Errors
    /// As [`open`](Self::open), and what keeps the file from being made.
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        Self::connect(path, true)
    }

    fn connect(path: &Path, create: bool) -> Result<Self, StoreError> {
        let fail = |error| explain(path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(fail)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
        let found = schema::inspect(&connection).map_err(fail)?;
        let store = || path.display().to_string();
        let from = match found {
            Found::Empty if create => 0,
            Found::Empty => return Err(StoreError::NotAStore { store: store() }),
            Found::Foreign => return Err(StoreError::NotAStore { store: store() }),
            Found::Version(version) if version > schema::VERSION => {
                return Err(StoreError::Newer { store: store(), found: version, known: schema::VERSION });
            }
            Found::Version(version) => version,
        };
        geometry::register_functions(&connection).map_err(fail)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
        connection.set_prepared_statement_cache_capacity(64);
        if from < schema::VERSION {
            schema::migrate(&mut connection, from).map_err(fail)?;
        }
        Ok(Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
            current: RwLock::new(None),
            loading: Mutex::new(()),
        })
    }

    /// Everything that is wrong with the store, a sentence each; nothing when it is sound.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be looked at.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        match check::faults(&connection) {
            Ok(faults) => Ok(faults),
            // Too damaged to be read to the end: that, and what SQLite says of it, is the list.
            Err(StoreError::Sqlite { source, .. }) => match self.explain(source) {
                StoreError::Damaged { source, .. } => {
                    let mut faults = check::damage(&connection);
                    faults.push(format!("the file: {source}"));
                    Ok(faults)
                }
                other => Err(other),
            },
            Err(other) => Err(other),
        }
    }

    fn explain(&self, error: rusqlite::Error) -> StoreError {
        explain(&self.path, error)
    }

    /// The error with the store's name in it and what it means for the store.
    fn named(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Sqlite { source, .. } => self.explain(source),
            other => other,
        }
    }

    /// Brings what was committed from the log into the file, so that a copy of the one file is whole and other programs need
    /// not know of the log. A reader that is in the way is left alone: the log keeps what it holds.
    fn checkpoint(&self) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the log was not brought into the file");
        }
    }

    fn current(&self) -> Option<Arc<Snapshot>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file into a snapshot, of what is there only what changed where that is little, and swaps it in.
    fn load(&self) -> Result<Arc<Snapshot>, StoreError> {
        // One after the other, so that what was read first is not swapped in last.
        let _turn = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.current();
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let view = connection.unchecked_transaction()?;
            let generation = load::generation(&view)?;
            let read = match &before {
                Some(before) if before.generation() == generation => Read::Nothing(Arc::clone(before)),
                Some(before) => match changes_since(&view, before, generation)? {
                    Some(changed) => Read::Changed(Arc::clone(before), changed),
                    None => Read::Everything(load::content(&view, self.second_view(generation))?),
                },
                None => Read::Everything(load::content(&view, self.second_view(generation))?),
            };
            view.finish()?;
            Ok::<_, StoreError>((generation, read))
        };
        let (generation, read) = read().map_err(|error| self.named(error))?;
        let snapshot = match read {
            Read::Nothing(snapshot) => return Ok(snapshot),
            Read::Changed(before, changed) => {
                drop(connection);
                before.changed(generation, changed)?
            }
            Read::Everything(content) => {
                // The rows are read once; their pages are of no more use.
                if let Err(error) = connection.execute_batch("PRAGMA cache_size = -2000; PRAGMA shrink_memory") {
                    tracing::debug!(%error, "the pages that were read are kept in memory");
                }
                drop(connection);
                Snapshot::build(generation, content)?
            }
        };
        let snapshot = Arc::new(snapshot);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Another connection that reads the file as it was in that generation; `None` where there cannot be one, or it sees a later state.
    fn second_view(&self, generation: u64) -> Option<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).ok()?;
        connection.execute_batch("BEGIN").ok()?;
        // The first read fixes what the transaction sees.
        let seen = load::generation(&connection).ok()?;
        (seen == generation).then_some(connection)
    }

    /// Brings the snapshot up to a generation that was just committed, if anyone has asked for one yet.
    fn take_over(&self, generation: u64) -> Result<(), StoreError> {
        match self.current() {
            Some(current) if current.generation() != generation => self.load().map(drop),
            _ => Ok(()),
        }
    }
}

impl Store for GeoPackageStore {
    fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        self.current().map_or_else(|| self.load(), Ok)
    }

    fn reference(&self) -> Result<Reference, StoreError> {
        // Not through a snapshot: an import need not hold a million incidents in memory.
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let none = rows::Datasets::new();
        let read = || {
            Ok::<_, StoreError>(Reference {
                generation: load::generation(&connection)?,
                regions: load::current(&connection, &none)?,
                actors: load::current(&connection, &none)?,
                datasets: load::current(&connection, &none)?,
            })
        };
        read().map_err(|error| self.named(error))
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // 64 MiB of pages, so that an index of a million rows stays in memory while it is written.
        connection.pragma_update(None, "cache_size", -65_536).map_err(|error| self.explain(error))?;
        Ok(Box::new(GeoPackageTransaction::begin(self, connection)?))
    }

    fn refresh(&self) -> Result<bool, StoreError> {
        let Some(current) = self.current() else { return Ok(false) };
        // While this process writes there is nothing to take over.
        let Ok(connection) = self.connection.try_lock() else { return Ok(false) };
        let generation = load::generation(&connection).map_err(|error| self.named(error))?;
        drop(connection);
        if generation == current.generation() {
            return Ok(false);
        }
        self.load().map(|_| true)
    }
}

/// What was read of a store.
enum Read {
    /// Nothing: this is how it is.
    Nothing(Arc<Snapshot>),
    /// What changed since that state.
    Changed(Arc<Snapshot>, Changed),
    /// All of it.
    Everything(Content),
}

/// What changed since a state; `None` where that is not known or much.
fn changes_since(connection: &Connection, before: &Snapshot, generation: u64) -> Result<Option<Changed>, StoreError> {
    match changes::between(connection, before.generation(), generation)? {
        Some(changes) => load::changed(connection, &changes, before),
        None => Ok(None),
    }
}

/// Says what SQLite's error means for the store.
fn explain(path: &Path, source: rusqlite::Error) -> StoreError {
    let store = path.display().to_string();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { store },
        Some(ErrorCode::DiskFull) => StoreError::DiskFull { store },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreError::NotWritable { store, source }
        }
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore { store },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { store, source },
        _ => StoreError::Sqlite { store, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AdminLevel, ChangeSet, Region};
    use crate::store::commit;
    use geo::polygon;

    fn region(id: &str) -> ChangeSet {
        let area = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 0.0)].into();
        let region = Region {
            id: id.to_owned(),
            code: None,
            level: AdminLevel::Country,
            name: id.to_owned(),
            name_fr: None,
            country: id.to_owned(),
            parent: None,
            valid_from: None,
            valid_to: None,
            source: "nobody".to_owned(),
            area,
            bbox: crate::domain::Bbox::parse("0,0,1,1").unwrap(),
        };
        ChangeSet { regions: vec![region], ..ChangeSet::default() }
    }

    #[test]
    fn a_store_from_before_the_log_of_changes_is_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.gpkg");
        commit(&GeoPackageStore::open_or_create(&path).unwrap(), region("ML")).unwrap();
        let older = Connection::open(&path).unwrap();
        older
            .execute_batch("DROP TABLE harmattan_changes; UPDATE harmattan_store SET value = 1 WHERE key = 'schema_version'")
            .unwrap();
        // What the third version brought.
        let later = <crate::domain::ControlObservation as rows::Stored>::LATER;
        for (table, column) in
            later.iter().flat_map(|column| [("control", column), ("control_past", column)]).chain([("actors", &"parents")])
        {
            older.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN {column}")).unwrap();
        }
        // And the fourth.
        let roads = <rows::Road as rows::Stored>::LATER.iter().map(|column| ("corridors", column));
        for (table, column) in roads.chain(<rows::Report as rows::Stored>::LATER.iter().map(|column| ("corridor_status", column)))
        {
            older.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN {column}")).unwrap();
        }
        drop(older);
        let store = GeoPackageStore::open(&path).unwrap();
        assert_eq!(changes::between(&store.connection.lock().unwrap(), 0, 1).unwrap(), None, "what came before is not known");
        assert_eq!(store.snapshot().unwrap().regions().len(), 1);
        commit(&store, region("NE")).unwrap();
        assert!(changes::between(&store.connection.lock().unwrap(), 1, 2).unwrap().is_some());
        assert_eq!(store.snapshot().unwrap().regions().len(), 2);
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}
