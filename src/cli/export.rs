//! `harmattan export`: what a query on the server would answer, into a file.

use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::output::{self, Output};
use super::progress::{Progress, Unit};
use super::{pyramid, wrong_usage};
use crate::cql2::{self, Language};
use crate::domain::{Audience, Bbox, Collection, Crs, FeatureQuery, Filter, Instant, Interval, Moment, Record};
use crate::formats::{Format, Header, Medium, sources};
use crate::settings::ExportSettings;
use crate::store::{GeoPackageStore, RecordRef, Selection, Snapshot, Store as _};

/// The name of what no writer makes, since it is a store: a copy.
const GEOPACKAGE: &str = "gpkg";

pub(super) fn export(settings: &ExportSettings) -> Result<()> {
    let same = |a: &Path, b: &Path| std::fs::canonicalize(a).is_ok_and(|a| std::fs::canonicalize(b).is_ok_and(|b| a == b));
    if same(&settings.output, &settings.store.file) {
        bail!("{} is the store itself; it is not written over", settings.output.display());
    }
    match settings.format.as_str() {
        GEOPACKAGE => return copy(settings),
        pyramid::FORMAT => return pyramid::export(settings),
        _ => {}
    }
    let Some(format) = Format::from_name(&settings.format) else {
        let names = Format::ALL.map(Format::name).join(", ");
        return Err(wrong_usage(format!(
            "'{}' is not a format: expected one of {names}, {}, {GEOPACKAGE}",
            settings.format,
            pyramid::FORMAT
        )));
    };
    let query = asked(settings)?;
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    let records = snapshot.search(&query);
    let sources = sources(snapshot.datasets(), &query, records.iter().map(|record| record as &dyn Record));
    let header = Header { query: &query, matched: records.len(), withheld: 0, sources };
    if !settings.include_restricted {
        refuse_restricted(&header)?;
    }
    let as_is = settings.csv_as_is;
    let target = &settings.output;
    if target == Path::new("-") {
        let written = write(format, Medium::Pipe { as_is }, &header, &records, std::io::stdout().lock());
        return written.context("standard output was not written to its end");
    }
    if output::is_special(target) {
        let written = write(format, Medium::Pipe { as_is }, &header, &records, output::open_special(target)?);
        return written.map_err(|error| output::explain(target, error));
    }
    let file = Output::create(target)?;
    let medium = Medium::File { folder: file.folder(), as_is };
    write(format, medium, &header, &records, file.file()).map_err(|error| output::explain(target, error))?;
    let name = target.display();
    if !format.holds_terms() {
        let beside = beside(target);
        let file_name = target.file_name().unwrap_or_default().to_string_lossy();
        output::write(&beside, &header.sheet(&file_name))?;
        tracing::info!("sources and licences of {name} stand in {}", beside.display());
    }
    file.keep()?;
    tracing::info!(rows = records.len(), "{name} was written");
    Ok(())
}

/// Copies a part of the store, or all of it, into a store of its own.
fn copy(settings: &ExportSettings) -> Result<()> {
    let target = &settings.output;
    if target == Path::new("-") || output::is_special(target) {
        return Err(wrong_usage("a GeoPackage is no stream; name a file with -o"));
    }
    if settings.duplicates == "once" {
        return Err(wrong_usage("a GeoPackage copy holds every report of its incidents; ask it with duplicates=once instead"));
    }
    if settings.known_at.is_some() {
        return Err(wrong_usage("a GeoPackage copy holds every version of its records; ask it with known_at instead"));
    }
    let mut log = OsString::from(target);
    log.push("-wal");
    if Path::new(&log).exists() {
        bail!("{} is in use: {} stands beside it", target.display(), Path::new(&log).display());
    }
    let collections = match settings.collection.as_deref() {
        Some(name) if !Collection::STORED.contains(&collection(name)?) => {
            return Err(wrong_usage(format!(
                "{name} is computed from what a store holds; a GeoPackage copy holds that, without it"
            )));
        }
        Some(name) => vec![collection(name)?],
        None if settings.conditions.is_empty() && settings.filter.is_none() => Collection::STORED.to_vec(),
        None => return Err(wrong_usage("--where and --filter are of one collection; name it")),
    };
    let store = GeoPackageStore::open(&settings.store.file)?;
    let conditions = !settings.conditions.is_empty() || settings.filter.is_some();
    let everything = settings.bbox.is_none() && settings.datetime.is_none() && !conditions;
    let mut selection = Selection { restricted: settings.include_restricted, ..Selection::default() };
    for collection in collections {
        let query = query(settings, collection)?;
        let ids = if everything { None } else { Some(ids(&*store.snapshot()?, &query)) };
        selection.collections.push((collection, ids));
    }
    let file = Output::create(target)?;
    let left_out = store.copy_to(file.draft(), &selection).map_err(|error| output::explain(target, error.into()))?;
    file.keep()?;
    if left_out > 0 {
        tracing::warn!(
            "{left_out} rows were left out, since they may not be passed on; --include-restricted takes them for your own use"
        );
    }
    tracing::info!("{} was written", target.display());
    Ok(())
}

/// The ids of what meets a query; of corridors those of whole corridors.
fn ids(snapshot: &Snapshot, query: &FeatureQuery) -> Vec<String> {
    let records = snapshot.search(query);
    let id = |record: &dyn Record| match query.collection {
        Collection::Corridors => record.value("corridor", query.as_of).to_string(),
        _ => record.id().to_owned(),
    };
    records.iter().map(|record| id(record)).collect()
}

/// The file of sources and licences that stands beside one that has no room for them.
fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(".licences.txt");
    name.into()
}

fn collection(name: &str) -> Result<Collection> {
    let names = || Collection::ALL.map(Collection::id).join(", ");
    Collection::from_id(name).ok_or_else(|| wrong_usage(format!("there is no collection '{name}'; there are {}", names())))
}

/// What is asked of the one collection, by default incidents.
pub(super) fn asked(settings: &ExportSettings) -> Result<FeatureQuery> {
    query(settings, collection(settings.collection.as_deref().unwrap_or(Collection::Incidents.id()))?)
}

fn query(settings: &ExportSettings, collection: Collection) -> Result<FeatureQuery> {
    let datetime = settings.datetime.as_deref().map_or(Ok(Interval::ALWAYS), Interval::parse)?;
    let as_of = if datetime.end() == Instant::MAX { Instant::now().max(datetime.start()) } else { datetime.end() };
    // Every row is found; what may not be passed on is refused aloud, never left out in silence.
    let mut query = FeatureQuery { datetime, audience: Audience::Operator, ..FeatureQuery::all(collection, as_of) };
    query.bbox = settings.bbox.as_deref().map(Bbox::parse).transpose()?;
    query.known_at = settings.known_at.as_deref().map(Moment::parse).transpose()?.map(|moment| moment.interval().end());
    query.once = settings.duplicates == "once";
    if query.once && (collection != Collection::Incidents || query.known_at.is_some()) {
        return Err(wrong_usage("--duplicates once is for incidents, as they are known now"));
    }
    for condition in &settings.conditions {
        let (name, value) =
            condition.split_once('=').ok_or_else(|| wrong_usage(format!("--where {condition}: expected PROPERTY=VALUE")))?;
        query.filters.push(Filter::parse(collection, name, value)?);
    }
    if let Some(filter) = &settings.filter {
        let language = if filter.trim_start().starts_with('{') { Language::Json } else { Language::Text };
        let predicate = cql2::parse(filter, language, collection, Crs::default());
        query.predicate = Some(Arc::new(predicate.map_err(|error| wrong_usage(format!("--filter {error}")))?));
    }
    Ok(query)
}

/// Refuses when a record belongs to a dataset whose rows may not be passed on.
pub(super) fn refuse_restricted(header: &Header<'_>) -> Result<()> {
    match header.sources.iter().find(|source| source.is_restricted()) {
        None => Ok(()),
        Some(source) => bail!(
            "{} rows of '{}' may not be passed on; leave them out with --where dataset=… or --filter, or take them for your own use with --include-restricted",
            source.rows,
            source.dataset.id
        ),
    }
}

fn write(format: Format, medium: Medium<'_>, header: &Header<'_>, records: &[RecordRef<'_>], out: impl Write) -> Result<()> {
    let mut progress = Progress::new(format.name(), Unit::Rows, u64::try_from(records.len()).ok());
    let mut writer = format.begin(BufWriter::with_capacity(1 << 16, out), medium, header)?;
    for record in records {
        writer.write(record)?;
        progress.row();
    }
    Ok(writer.finish()?)
}
