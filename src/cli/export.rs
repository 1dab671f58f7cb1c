//! `harmattan export`: what a query on the server would answer, into a file.

use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::domain::{
    Audience, Bbox, Collection, FeatureQuery, Field, Filter, Instant, Interval, Moment, Record, Redistribution, Shape,
};
use crate::settings::ExportSettings;
use crate::store::{GeoPackageStore, RecordRef, Snapshot, Store as _};
use crate::tiles::geojson::write_feature;

/// The forms a collection is written in.
#[derive(Clone, Copy)]
enum Form {
    /// One FeatureCollection.
    GeoJson,
    /// One feature a line (newline-delimited; no record separators).
    GeoJsonSeq,
    /// One row a record: id, longitude and latitude (empty for lines, areas and what is unplaced), then the properties.
    Csv,
}

pub(super) fn export(settings: &ExportSettings) -> Result<()> {
    let form = match settings.format.as_str() {
        "geojson" => Form::GeoJson,
        "geojsonseq" => Form::GeoJsonSeq,
        "csv" => Form::Csv,
        other => bail!("'{other}' is not a format: expected one of geojson, geojsonseq, csv"),
    };
    let query = query(settings)?;
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    let records = snapshot.search(&query);
    if !settings.include_restricted {
        refuse_restricted(&snapshot, &records, query.as_of)?;
    }
    if settings.output == Path::new("-") {
        return write(form, &query, &records, BufWriter::new(std::io::stdout().lock()));
    }
    let name = settings.output.display();
    let file = File::create(&settings.output).with_context(|| format!("{name} cannot be written"))?;
    write(form, &query, &records, BufWriter::new(file)).with_context(|| format!("{name} was not written to its end"))
}

fn query(settings: &ExportSettings) -> Result<FeatureQuery> {
    let collection = Collection::from_id(&settings.collection).ok_or_else(|| {
        anyhow!("there is no collection '{}'; there are {}", settings.collection, Collection::ALL.map(Collection::id).join(", "))
    })?;
    let datetime = settings.datetime.as_deref().map_or(Ok(Interval::ALWAYS), Interval::parse)?;
    let as_of = if datetime.end() == Instant::MAX { Instant::now().max(datetime.start()) } else { datetime.end() };
    // Every row is found; what may not be passed on is refused aloud, never left out in silence.
    let mut query = FeatureQuery { datetime, audience: Audience::Operator, ..FeatureQuery::all(collection, as_of) };
    query.bbox = settings.bbox.as_deref().map(Bbox::parse).transpose()?;
    query.known_at = settings.known_at.as_deref().map(Moment::parse).transpose()?.map(|moment| moment.interval().end());
    for condition in &settings.conditions {
        let (name, value) = condition.split_once('=').ok_or_else(|| anyhow!("--where {condition}: expected PROPERTY=VALUE"))?;
        query.filters.push(Filter::parse(collection, name, value)?);
    }
    Ok(query)
}

/// Refuses when a record belongs to a dataset whose rows may not be passed on.
fn refuse_restricted(snapshot: &Snapshot, records: &[RecordRef<'_>], as_of: Instant) -> Result<()> {
    let restricted = snapshot.datasets().iter().filter(|dataset| dataset.redistribution == Redistribution::Restricted);
    let mut counts: BTreeMap<&str, usize> = restricted.map(|dataset| (dataset.id.as_str(), 0)).collect();
    if counts.is_empty() {
        return Ok(());
    }
    for record in records.iter().map(|record| record.value("dataset", as_of).to_string()) {
        if let Some(count) = counts.get_mut(record.as_str()) {
            *count += 1;
        }
    }
    match counts.iter().find(|(_, count)| **count > 0) {
        None => Ok(()),
        Some((dataset, count)) => bail!(
            "{count} rows of '{dataset}' may not be passed on; leave them out with --where dataset=…, or take them for your own use with --include-restricted"
        ),
    }
}

fn write(form: Form, query: &FeatureQuery, records: &[RecordRef<'_>], out: impl Write) -> Result<()> {
    match form {
        Form::GeoJson => write_geojson(query, records, out),
        Form::GeoJsonSeq => write_geojsonseq(query, records, out),
        Form::Csv => write_csv(query, records, out),
    }
}

fn write_geojson(query: &FeatureQuery, records: &[RecordRef<'_>], mut out: impl Write) -> Result<()> {
    write!(
        out,
        "{{\"type\":\"FeatureCollection\",\"datetime\":\"{}\",\"numberMatched\":{},\"features\":[",
        query.datetime,
        records.len()
    )?;
    let mut feature = String::new();
    for (ordinal, record) in records.iter().enumerate() {
        feature.clear();
        feature.push_str(if ordinal > 0 { ",\n" } else { "\n" });
        write_feature(&mut feature, record, record.shape().into(), query.as_of);
        out.write_all(feature.as_bytes())?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(out.flush()?)
}

fn write_geojsonseq(query: &FeatureQuery, records: &[RecordRef<'_>], mut out: impl Write) -> Result<()> {
    let mut feature = String::new();
    for record in records {
        feature.clear();
        write_feature(&mut feature, record, record.shape().into(), query.as_of);
        feature.push('\n');
        out.write_all(feature.as_bytes())?;
    }
    Ok(out.flush()?)
}

fn write_csv(query: &FeatureQuery, records: &[RecordRef<'_>], out: impl Write) -> Result<()> {
    let fields: &[Field] = query.collection.fields();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["id", "longitude", "latitude"].into_iter().chain(fields.iter().map(|field| field.name)))?;
    for record in records {
        let place = match record.shape() {
            Shape::Point(position) => [position.lon().to_string(), position.lat().to_string()],
            Shape::Unplaced | Shape::Line(_) | Shape::Area(_) => [String::new(), String::new()],
        };
        let values = fields.iter().map(|field| record.value(field.name, query.as_of).to_string());
        writer.write_record([record.id().to_owned()].into_iter().chain(place).chain(values))?;
    }
    Ok(writer.flush()?)
}
