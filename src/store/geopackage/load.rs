//! Reads a store into what a snapshot is built from.

use rusqlite::{Connection, Rows};
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::super::StoreError;
use super::super::history::Superseded;
use super::super::incidents::{Builder, ChangedIncidents, Incoming};
use super::super::snapshot::{Changed, Content, Snapshot};
use super::changes::{Changes, Records};
use super::rows::{Cells, Datasets, Report, Road, Stored, incoming, reported};
use crate::domain::{Actor, Collection, ControlObservation, Corridor, Dataset, Incident, Place, Region};

/// As many rows as make a second thread worth its connection.
const WORTH_TWO: i64 = 50_000;

/// Everything that a snapshot holds, as one read transaction of the connection sees it.
///
/// `other` sees the same, if there is one: then half of many incidents is read through it, on a thread of its own.
pub(super) fn content(connection: &Connection, other: Option<Connection>) -> Result<Content, StoreError> {
    let none = Datasets::new();
    let datasets: Vec<_> = current(connection, &none)?;
    let by_id: Datasets = datasets.iter().map(|dataset: &Arc<_>| (dataset.id.clone(), Arc::clone(dataset))).collect();
    Ok(Content {
        corridors: corridors(connection, &by_id)?,
        actors: current(connection, &by_id)?,
        regions: current(connection, &by_id)?,
        places: current(connection, &by_id)?,
        incidents: all_incidents(connection, other, &by_id)?,
        past_incidents: past_incidents(connection, &by_id)?,
        control: current(connection, &by_id)?,
        past_control: past(connection, &by_id)?,
        datasets,
    })
}

/// What is different from a snapshot after some changes; `None` where everything is better read anew.
///
/// Of incidents those that changed are read, of which there may be many; the other collections are small, and one in which anything
/// changed is read whole.
pub(super) fn changed(connection: &Connection, changes: &Changes, before: &Snapshot) -> Result<Option<Changed>, StoreError> {
    let none = Datasets::new();
    let datasets: Vec<Arc<Dataset>> = current(connection, &none)?;
    let no_ids = BTreeSet::new();
    let ids = match changes.of(Incident::TABLE) {
        Some(Records::Many) => return Ok(None),
        Some(Records::Listed(ids)) => ids,
        None => &no_ids,
    };
    if !before.may_change(ids.len(), &datasets) {
        return Ok(None);
    }
    let by_id: Datasets = datasets.iter().map(|dataset| (dataset.id.clone(), Arc::clone(dataset))).collect();
    // Rows know their dataset: with it they are read again.
    let touched = |table: &str| changes.of(table).is_some();
    let touched_or_terms = |table: &str| touched(table) || touched(Arc::<Dataset>::TABLE);
    let incidents = if ids.is_empty() { None } else { Some(changed_incidents(connection, ids, &by_id)?) };
    let control = if touched_or_terms(ControlObservation::TABLE) {
        Some((current(connection, &by_id)?, past(connection, &by_id)?))
    } else {
        None
    };
    let corridors = if touched_or_terms(Road::TABLE) { Some(corridors(connection, &by_id)?) } else { None };
    let listed = |collection: Collection| match changes.of(collection.id())? {
        Records::Listed(ids) => Some((collection, Some(ids.clone()))),
        Records::Many => Some((collection, None)),
    };
    Ok(Some(Changed {
        ids: Collection::ALL.into_iter().filter_map(listed).collect(),
        actors: if touched(Actor::TABLE) { Some(current(connection, &by_id)?) } else { None },
        regions: if touched(Region::TABLE) { Some(current(connection, &by_id)?) } else { None },
        places: if touched(Place::TABLE) { Some(current(connection, &by_id)?) } else { None },
        corridors,
        incidents,
        control,
        datasets,
    }))
}

/// All that is known of some incidents.
fn changed_incidents(
    connection: &Connection,
    ids: &BTreeSet<String>,
    datasets: &Datasets,
) -> Result<ChangedIncidents, StoreError> {
    let columns = Incident::COLUMNS.join(", ");
    let mut now = connection.prepare_cached(&format!("SELECT fid, {columns} FROM incidents WHERE id = ?1"))?;
    let then =
        format!("SELECT rowid, superseded_at, {columns} FROM incidents_past WHERE id = ?1 ORDER BY known_at, superseded_at");
    let mut then = connection.prepare_cached(&then)?;
    let (mut current, mut past) = (Builder::default(), Builder::default());
    for id in ids {
        add_incidents(now.query([id])?, datasets, &mut current)?;
        add_past_incidents(then.query([id])?, datasets, &mut past)?;
    }
    Ok(ChangedIncidents { ids: ids.clone(), current, past })
}

/// The incidents that are known now: through both connections at once where there are two and it is worth it.
fn all_incidents(connection: &Connection, other: Option<Connection>, datasets: &Datasets) -> Result<Builder, StoreError> {
    let bounds = "SELECT coalesce(min(fid), 0), coalesce(max(fid), 0) FROM incidents";
    let (first, last): (i64, i64) = connection.query_row(bounds, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(other) = other.filter(|_| last - first >= WORTH_TWO) else { return incidents(connection, first..=last, datasets) };
    let middle = first.midpoint(last);
    std::thread::scope(|scope| {
        let upper = scope.spawn(move || incidents(&other, middle + 1..=last, datasets));
        let mut all = incidents(connection, first..=middle, datasets)?;
        // A thread that panicked has said why.
        all.append(upper.join().map_err(|_| unreadable(Incident::TABLE, middle))??)?;
        Ok(all)
    })
}

/// The corridors with the reports on them.
fn corridors(connection: &Connection, datasets: &Datasets) -> Result<Vec<Corridor>, StoreError> {
    let mut reports: HashMap<String, Vec<Report>> = HashMap::new();
    for report in current::<Report>(connection, datasets)? {
        reports.entry(report.corridor.clone()).or_default().push(report);
    }
    let corridors = current::<Road>(connection, datasets)?.into_iter().map(|road| {
        let (changes, past) = reported(reports.remove(&road.corridor.id).unwrap_or_default());
        Corridor { changes: changes.into(), past: past.into(), ..road.corridor }
    });
    Ok(corridors.collect())
}

/// The reports on one corridor, those of the past among them.
pub(super) fn reports_on(connection: &Connection, corridor: &str, datasets: &Datasets) -> Result<Vec<Report>, StoreError> {
    let sql = format!("SELECT fid, {} FROM {} WHERE corridor = ?1 ORDER BY fid", Report::COLUMNS.join(", "), Report::TABLE);
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(statement.query([corridor])?, datasets)
}

/// What is known now.
pub(super) fn current<R: Stored>(connection: &Connection, datasets: &Datasets) -> Result<Vec<R>, StoreError> {
    let sql = format!("SELECT fid, {} FROM {} ORDER BY fid", R::COLUMNS.join(", "), R::TABLE);
    let mut statement = connection.prepare(&sql)?;
    read_all(statement.query([])?, datasets)
}

fn read_all<R: Stored>(mut rows: Rows<'_>, datasets: &Datasets) -> Result<Vec<R>, StoreError> {
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

/// The incidents of some rows that are known now.
fn incidents(connection: &Connection, rows: RangeInclusive<i64>, datasets: &Datasets) -> Result<Builder, StoreError> {
    let columns = Incident::COLUMNS.join(", ");
    let sql = format!("SELECT fid, {columns} FROM incidents WHERE fid BETWEEN ?1 AND ?2 ORDER BY fid");
    let mut statement = connection.prepare(&sql)?;
    let mut incidents = Builder::default();
    add_incidents(statement.query([rows.start(), rows.end()])?, datasets, &mut incidents)?;
    Ok(incidents)
}

fn add_incidents(mut rows: Rows<'_>, datasets: &Datasets, incidents: &mut Builder) -> Result<(), StoreError> {
    while let Some(row) = rows.next()? {
        let incident = incoming(&Cells::new(row, 1), datasets);
        incidents.push(&incident.ok_or_else(|| unreadable(Incident::TABLE, row.get(0).unwrap_or(0)))?)?;
    }
    Ok(())
}

/// The versions of the past, each id's in the order of knowledge.
fn past_incidents(connection: &Connection, datasets: &Datasets) -> Result<Builder, StoreError> {
    let columns = Incident::COLUMNS.join(", ");
    let sql = format!("SELECT rowid, superseded_at, {columns} FROM incidents_past ORDER BY id, known_at, superseded_at");
    let mut statement = connection.prepare(&sql)?;
    let mut versions = Builder::default();
    add_past_incidents(statement.query([])?, datasets, &mut versions)?;
    Ok(versions)
}

fn add_past_incidents(mut rows: Rows<'_>, datasets: &Datasets, versions: &mut Builder) -> Result<(), StoreError> {
    while let Some(row) = rows.next()? {
        let superseded_at = Cells::new(row, 1).instant();
        let incident = superseded_at.zip(incoming(&Cells::new(row, 2), datasets));
        let (superseded_at, incident) = incident.ok_or_else(|| unreadable(Incident::TABLE, row.get(0).unwrap_or(0)))?;
        versions.push(&Incoming { superseded_at: Some(superseded_at), ..incident })?;
    }
    Ok(())
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
