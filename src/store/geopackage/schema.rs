//! The tables: numbered migrations, and the R-tree extension of each feature table.

use rusqlite::{Connection, OptionalExtension as _};

/// The migrations, in order. One that was released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001-store.sql"),
    include_str!("migrations/0002-changes.sql"),
    include_str!("migrations/0003-control.sql"),
    include_str!("migrations/0004-corridors.sql"),
    include_str!("migrations/0005-weights.sql"),
    include_str!("migrations/0006-known.sql"),
];

/// The version of the schema that this program writes.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// Tables with geometries, which all stand in a column `geom`.
pub(super) const FEATURE_TABLES: [&str; 5] = ["regions", "places", "incidents", "control", "corridors"];

/// "GPKG" in ASCII: what a GeoPackage bears as its application id.
const APPLICATION_ID: i64 = 0x4750_4B47;

/// What a file is before it is used.
pub(super) enum Found {
    /// A database without tables.
    Empty,
    /// A store of that schema version.
    Version(usize),
    /// A database of something else.
    Foreign,
}

/// Looks what is in a file.
pub(super) fn inspect(connection: &Connection) -> rusqlite::Result<Found> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(Found::Empty);
    }
    let application_id: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let ours = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'harmattan_store'";
    let ours: Option<i64> = connection.query_row(ours, [], |row| row.get(0)).optional()?;
    if application_id != APPLICATION_ID || ours.is_none() {
        return Ok(Found::Foreign);
    }
    let version: Option<i64> = connection
        .query_row("SELECT value FROM harmattan_store WHERE key = 'schema_version'", [], |row| row.get(0))
        .optional()?;
    Ok(Found::Version(version.and_then(|version| usize::try_from(version).ok()).unwrap_or(0)))
}

/// Brings a store of an older version, or an empty file, up to [`VERSION`], in one transaction.
pub(super) fn migrate(connection: &mut Connection, from: usize) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(migration)?;
    }
    if from == 0 {
        for table in FEATURE_TABLES {
            transaction.execute_batch(&spatial_index(table))?;
        }
    }
    let version = i64::try_from(VERSION).unwrap_or(i64::MAX);
    transaction.execute("INSERT OR REPLACE INTO harmattan_store VALUES ('schema_version', ?1)", [version])?;
    transaction.commit()
}

/// Whether the row has a place.
const THERE: &str = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))";

/// Puts the box of a row into the index.
fn put_box(table: &str) -> String {
    let bounds = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)";
    format!("INSERT OR REPLACE INTO rtree_{table}_geom VALUES (NEW.fid, {bounds});")
}

/// The trigger that puts each new row into the index.
pub(super) fn insert_trigger(table: &str) -> String {
    let put = put_box(table);
    format!("CREATE TRIGGER rtree_{table}_geom_insert AFTER INSERT ON {table} WHEN {THERE} BEGIN {put} END;")
}

/// The R-tree spatial index of a table and the triggers that keep it, as the extension `gpkg_rtree_index` defines them
/// (OGC 12-128r17, annex F.3).
fn spatial_index(table: &str) -> String {
    let rtree = format!("rtree_{table}_geom");
    let absent = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))";
    let (there, put, insert) = (THERE, put_box(table), insert_trigger(table));
    format!(
        "CREATE VIRTUAL TABLE {rtree} USING rtree(id, minx, maxx, miny, maxy);
         INSERT INTO gpkg_extensions VALUES
             ('{table}', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
         {insert}
         CREATE TRIGGER {rtree}_update1 AFTER UPDATE OF geom ON {table} WHEN OLD.fid = NEW.fid AND {there} BEGIN {put} END;
         CREATE TRIGGER {rtree}_update2 AFTER UPDATE OF geom ON {table} WHEN OLD.fid = NEW.fid AND {absent}
             BEGIN DELETE FROM {rtree} WHERE id = OLD.fid; END;
         CREATE TRIGGER {rtree}_update3 AFTER UPDATE ON {table} WHEN OLD.fid != NEW.fid AND {there}
             BEGIN DELETE FROM {rtree} WHERE id = OLD.fid; {put} END;
         CREATE TRIGGER {rtree}_update4 AFTER UPDATE ON {table} WHEN OLD.fid != NEW.fid AND {absent}
             BEGIN DELETE FROM {rtree} WHERE id IN (OLD.fid, NEW.fid); END;
         CREATE TRIGGER {rtree}_delete AFTER DELETE ON {table} WHEN OLD.geom NOT NULL
             BEGIN DELETE FROM {rtree} WHERE id = OLD.fid; END;"
    )
}
