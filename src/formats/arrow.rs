//! Apache Arrow with a GeoArrow column: typed columns in record batches.
//!
//! The geometry is WKB with the extension name `geoarrow.wkb` and the CRS as PROJJSON, and the schema carries `geo` metadata of the
//! kind GeoParquet defines, so that GDAL, geopandas, DuckDB and sf find it. A closed list of words is a dictionary, a date is
//! `date32`, an instant a timestamp in milliseconds UTC. A property that is a date in most rows and an instant in some stays text
//! in ISO form, which sorts as the time does: as a timestamp every day would claim to be midnight, finer than any source says.

use arrow_array::builder::{
    ArrayBuilder as _, BinaryBuilder, Date32Builder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
    TimestampMillisecondBuilder,
};
use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, DictionaryArray, Int8Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use serde_json::json;
use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use super::{FormatError, Header, Medium, Writer, wkb};
use crate::domain::{Collection, FeatureQuery, Field, FieldKind, Instant, Record, Value};

/// Rows a batch: enough that its frame costs nothing, few enough to hold in memory with their texts.
const BATCH: usize = 8_192;

/// Bytes of texts and geometries after which a batch is full before it has as many rows: long notes must not make it large.
const BATCH_BYTES: usize = 8 << 20;

/// OGC:CRS84 as PROJJSON, word for word as GeoParquet 1.1 gives it for its default.
const CRS84: &str = r#"{"$schema":"https://proj.org/schemas/v0.5/projjson.schema.json","type":"GeographicCRS","name":"WGS 84 longitude-latitude","datum":{"type":"GeodeticReferenceFrame","name":"World Geodetic System 1984","ellipsoid":{"name":"WGS 84","semi_major_axis":6378137,"inverse_flattening":298.257223563}},"coordinate_system":{"subtype":"ellipsoidal","axis":[{"name":"Geodetic longitude","abbreviation":"Lon","direction":"east","unit":"degree"},{"name":"Geodetic latitude","abbreviation":"Lat","direction":"north","unit":"degree"}]},"id":{"authority":"OGC","code":"CRS84"}}"#;

/// Record batches, as a file with a footer or as a stream.
pub(super) struct ArrowWriter<W: Write> {
    sink: Sink<W>,
    schema: SchemaRef,
    ids: StringBuilder,
    columns: Vec<(&'static Field, Column)>,
    geometry: BinaryBuilder,
    blob: Vec<u8>,
    /// Bytes of texts and geometries in the batch.
    bytes: usize,
    query: FeatureQuery,
}

enum Sink<W: Write> {
    /// With the batches' places at its end: what pandas, R and DuckDB call Feather.
    File(FileWriter<W>),
    Stream(StreamWriter<W>),
}

impl<W: Write> ArrowWriter<W> {
    pub(super) fn new(out: W, medium: Medium<'_>, header: &Header<'_>) -> Result<Self, FormatError> {
        let collection = header.query.collection;
        let columns: Vec<_> = header.query.told_fields().into_iter().map(|field| (field, Column::new(field.kind))).collect();
        let schema: SchemaRef = Arc::new(schema(collection, &columns, header));
        let sink = match medium {
            Medium::File { .. } => Sink::File(FileWriter::try_new(out, &schema)?),
            Medium::Pipe { .. } | Medium::Answer => Sink::Stream(StreamWriter::try_new(out, &schema)?),
        };
        let (ids, geometry) = (StringBuilder::new(), BinaryBuilder::new());
        Ok(Self { sink, schema, ids, columns, geometry, blob: Vec::new(), bytes: 0, query: header.query.clone() })
    }

    fn flush(&mut self) -> Result<(), FormatError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(self.ids.finish())];
        for (_, column) in &mut self.columns {
            arrays.push(column.finish()?);
        }
        if !self.query.skip_geometry {
            arrays.push(Arc::new(self.geometry.finish()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)?;
        match &mut self.sink {
            Sink::File(writer) => writer.write(&batch)?,
            Sink::Stream(writer) => writer.write(&batch)?,
        }
        Ok(())
    }
}

impl<W: Write> Writer for ArrowWriter<W> {
    fn write(&mut self, record: &dyn Record) -> Result<(), FormatError> {
        self.ids.append_value(record.id());
        let mut columns = self.columns.iter_mut();
        self.query.visit(record, &mut |value| {
            if let Some((_, column)) = columns.next() {
                column.append(&value);
            }
            self.bytes += match value {
                Value::Text(text) => text.len(),
                Value::TextList(texts) => texts.iter().map(String::len).sum(),
                _ => 0,
            };
        });
        if !self.query.skip_geometry {
            self.blob.clear();
            let placed = wkb::write(&mut self.blob, record.shape());
            self.geometry.append_option(placed.then_some(&self.blob));
            self.bytes += self.blob.len();
        }
        if self.ids.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<(), FormatError> {
        self.flush()?;
        match &mut self.sink {
            Sink::File(writer) => {
                writer.finish()?;
                writer.flush()?;
            }
            Sink::Stream(writer) => {
                writer.finish()?;
                writer.flush()?;
            }
        }
        Ok(())
    }
}

/// One property of the rows that wait for the next batch.
enum Column {
    Text(StringBuilder),
    Word { words: &'static [&'static str], keys: Vec<Option<i8>>, values: ArrayRef },
    Integer(Int64Builder),
    Number(Float64Builder),
    Date(Date32Builder),
    Instant(TimestampMillisecondBuilder),
    TextList(ListBuilder<StringBuilder>),
}

impl Column {
    fn new(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text | FieldKind::Moment => Self::Text(StringBuilder::new()),
            FieldKind::Word(words) => {
                Self::Word { words, keys: Vec::new(), values: Arc::new(StringArray::from_iter_values(words)) }
            }
            FieldKind::Integer => Self::Integer(Int64Builder::new()),
            FieldKind::Number => Self::Number(Float64Builder::new()),
            FieldKind::Date => Self::Date(Date32Builder::new()),
            FieldKind::Instant => Self::Instant(TimestampMillisecondBuilder::new().with_timezone("UTC")),
            FieldKind::TextList => Self::TextList(ListBuilder::new(StringBuilder::new())),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::Word { .. } => DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
            Self::Integer(_) => DataType::Int64,
            Self::Number(_) => DataType::Float64,
            Self::Date(_) => DataType::Date32,
            Self::Instant(_) => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::TextList(_) => DataType::List(Arc::new(ArrowField::new("item", DataType::Utf8, true))),
        }
    }

    /// Appends a value; what the column cannot hold is null, and the table of properties sees to it that there is nothing of that
    /// kind.
    fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Null) => column.append_null(),
            (Self::Text(column), Value::Text(text)) => column.append_value(text),
            (Self::Text(column), other) => column.append_value(other.to_string()),
            (Self::Word { words, keys, .. }, value) => {
                let at = match value {
                    Value::Text(text) => words.iter().position(|word| word == text),
                    _ => None,
                };
                keys.push(at.and_then(|at| i8::try_from(at).ok()));
            }
            (Self::Integer(column), Value::Integer(number)) => column.append_value(*number),
            (Self::Integer(column), _) => column.append_null(),
            (Self::Number(column), Value::Number(number)) => column.append_value(*number),
            #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53, where every integer is a float")]
            (Self::Number(column), Value::Integer(number)) => column.append_value(*number as f64),
            (Self::Number(column), _) => column.append_null(),
            (Self::Date(column), Value::Date(date)) => {
                let days = Instant::start_of(*date).millis().div_euclid(MILLIS_A_DAY);
                column.append_option(i32::try_from(days).ok());
            }
            (Self::Date(column), _) => column.append_null(),
            (Self::Instant(column), Value::Instant(instant)) => column.append_value(instant.millis()),
            (Self::Instant(column), _) => column.append_null(),
            (Self::TextList(column), Value::TextList(texts)) => {
                texts.iter().for_each(|text| column.values().append_value(text));
                column.append(true);
            }
            (Self::TextList(column), _) => column.append(false),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, FormatError> {
        Ok(match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Word { keys, values, .. } => {
                // The same words for every batch: a file takes no second dictionary.
                let keys = Int8Array::from(std::mem::take(keys));
                Arc::new(DictionaryArray::<Int8Type>::try_new(keys, Arc::clone(values))?)
            }
            Self::Integer(column) => Arc::new(column.finish()),
            Self::Number(column) => Arc::new(column.finish()),
            Self::Date(column) => Arc::new(column.finish()),
            Self::Instant(column) => Arc::new(column.finish()),
            Self::TextList(column) => Arc::new(column.finish()),
        })
    }
}

const MILLIS_A_DAY: i64 = 86_400_000;

fn schema(collection: Collection, columns: &[(&'static Field, Column)], header: &Header<'_>) -> Schema {
    let mut fields = vec![ArrowField::new("id", DataType::Utf8, false)];
    fields.extend(columns.iter().map(|(field, column)| {
        let description = ("description".to_owned(), field.description.to_owned());
        ArrowField::new(field.name, column.data_type(), true).with_metadata(HashMap::from([description]))
    }));
    let extension = [
        ("ARROW:extension:name".to_owned(), "geoarrow.wkb".to_owned()),
        ("ARROW:extension:metadata".to_owned(), format!("{{\"crs\":{CRS84},\"crs_type\":\"projjson\"}}")),
    ];
    let mut metadata = HashMap::new();
    if !header.query.skip_geometry {
        fields.push(ArrowField::new("geometry", DataType::Binary, true).with_metadata(HashMap::from(extension)));
        metadata.insert("geo".to_owned(), geo_metadata(collection));
    }
    metadata.insert("title".to_owned(), collection.title().to_owned());
    metadata.insert("description".to_owned(), collection.description().to_owned());
    for (name, value) in header.members() {
        metadata.insert(name, value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
    }
    Schema::new(fields).with_metadata(metadata)
}

fn geo_metadata(collection: Collection) -> String {
    let geometry_types: &[&str] = match collection {
        Collection::Regions | Collection::ControlAreas | Collection::Front => &["MultiPolygon"],
        Collection::Corridors => &["LineString"],
        Collection::Places | Collection::Incidents => &["Point"],
        Collection::Control => &["Point", "MultiPolygon", "LineString"],
    };
    // No `crs`: its absence means OGC:CRS84 (GeoParquet 1.1, "crs").
    let column = json!({ "encoding": "WKB", "geometry_types": geometry_types });
    json!({ "version": "1.1.0", "primary_column": "geometry", "columns": { "geometry": column } }).to_string()
}
