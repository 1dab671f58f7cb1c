//! FlatGeobuf 3: features as FlatBuffers behind a header, in files in Hilbert order behind a packed R-tree.
//!
//! The schema and the tree are the crate's. Its own writer is not used: it cannot leave out a geometry, and gives such a feature the
//! box of the one before it. Here a feature without a place has no geometry and a box in the index that no search meets.
//! FlatGeobuf knows instants, but no dates: dates are text in ISO form, which sorts as the time does.

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::packed_r_tree::{NodeItem, PackedRTree, calc_extent, hilbert_sort};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, Crs, CrsArgs, Feature, FeatureArgs, Geometry, GeometryArgs, GeometryType,
    Header as FgbHeader, HeaderArgs,
};
use geo::{LineString, Polygon};
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write};
use tempfile::SpooledTempFile;

use super::{FormatError, Header, Medium, Writer};
use crate::domain::{Collection, FeatureQuery, Field, FieldKind, Record, Shape, Value};
use crate::tiles::geojson::write_value;

/// "fgb", the version of the format, "fgb", the patch.
const MAGIC: [u8; 8] = [b'f', b'g', b'b', 3, b'f', b'g', b'b', 0];

/// Bytes of features that are held in memory before a file is taken for them.
const IN_MEMORY: usize = 16 << 20;

/// Features, put aside until all are known.
pub(super) struct FlatGeobufWriter<W> {
    out: W,
    query: FeatureQuery,
    fields: Vec<&'static Field>,
    /// In Hilbert order with an index, else in the order they came.
    indexed: bool,
    metadata: String,
    aside: BufWriter<SpooledTempFile>,
    /// One a feature: its box, and its number as the offset.
    nodes: Vec<NodeItem>,
    sizes: Vec<u32>,
    builder: FlatBufferBuilder<'static>,
    properties: Vec<u8>,
}

impl<W: Write> FlatGeobufWriter<W> {
    pub(super) fn new(out: W, medium: Medium<'_>, header: &Header<'_>) -> Self {
        let aside = match medium {
            Medium::File { folder, .. } => tempfile::spooled_tempfile_in(IN_MEMORY, folder),
            Medium::Pipe { .. } | Medium::Answer => tempfile::spooled_tempfile(IN_MEMORY),
        };
        Self {
            out,
            query: header.query.clone(),
            fields: header.query.told_fields(),
            indexed: medium != Medium::Answer,
            metadata: serde_json::Value::from(header.members()).to_string(),
            aside: BufWriter::with_capacity(1 << 16, aside),
            nodes: Vec::new(),
            sizes: Vec::new(),
            builder: FlatBufferBuilder::new(),
            properties: Vec::new(),
        }
    }

    /// The header: what the columns are, and what is known of the features once all have come.
    fn header(&self, extent: &NodeItem, index_node_size: u16) -> Vec<u8> {
        let mut builder = FlatBufferBuilder::new();
        let mut columns = vec![column(&mut builder, "id", ColumnType::String, "Stable id", true)];
        for field in &self.fields {
            columns.push(column(&mut builder, field.name, column_type(field.kind), field.description, false));
        }
        let (organisation, crs_name) = (builder.create_string("EPSG"), builder.create_string("WGS 84"));
        let crs = CrsArgs { org: Some(organisation), code: 4326, name: Some(crs_name), ..CrsArgs::default() };
        let placed = extent.min_x <= extent.max_x;
        let arguments = HeaderArgs {
            name: Some(builder.create_string(self.query.collection.id())),
            envelope: placed.then(|| builder.create_vector(&[extent.min_x, extent.min_y, extent.max_x, extent.max_y])),
            geometry_type: geometry_type(self.query.collection),
            columns: Some(builder.create_vector(&columns)),
            features_count: self.nodes.len() as u64,
            index_node_size,
            crs: Some(Crs::create(&mut builder, &crs)),
            title: Some(builder.create_string(self.query.collection.title())),
            description: Some(builder.create_string(self.query.collection.description())),
            metadata: Some(builder.create_string(&self.metadata)),
            ..HeaderArgs::default()
        };
        let header = FgbHeader::create(&mut builder, &arguments);
        builder.finish_size_prefixed(header, None);
        builder.finished_data().to_vec()
    }
}

impl<W: Write> Writer for FlatGeobufWriter<W> {
    fn write(&mut self, record: &dyn Record) -> Result<(), FormatError> {
        self.properties.clear();
        text(&mut self.properties, 0, record.id());
        let mut fields = (1u16..).zip(&self.fields);
        self.query.visit(record, &mut |value| {
            if let Some((at, field)) = fields.next() {
                property(&mut self.properties, at, field, &value);
            }
        });
        self.builder.reset();
        let geometry = geometry(&mut self.builder, self.query.told_shape(record));
        let properties = Some(self.builder.create_vector(&self.properties));
        let feature = Feature::create(&mut self.builder, &FeatureArgs { geometry, properties, columns: None });
        self.builder.finish_size_prefixed(feature, None);
        let bytes = self.builder.finished_data();
        self.aside.write_all(bytes)?;
        let number = self.nodes.len() as u64;
        let nowhere = NodeItem::create(number);
        self.nodes.push(record.bbox().map_or(nowhere, |bbox| NodeItem {
            offset: number,
            ..NodeItem::bounds(bbox.west(), bbox.south(), bbox.east(), bbox.north())
        }));
        // A FlatBuffer is below 2 GiB by its own rules.
        self.sizes.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), FormatError> {
        let extent = calc_extent(&self.nodes);
        // An index of nothing is none.
        let node_size = if self.indexed && !self.nodes.is_empty() { PackedRTree::DEFAULT_NODE_SIZE } else { 0 };
        let header = self.header(&extent, node_size);
        self.out.write_all(&MAGIC)?;
        self.out.write_all(&header)?;
        self.aside.flush()?;
        let mut aside = self.aside.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        aside.rewind()?;
        if node_size == 0 {
            std::io::copy(&mut aside, &mut self.out)?;
            return Ok(self.out.flush()?);
        }
        // Where each feature was put aside, by its number.
        let mut places = Vec::with_capacity(self.sizes.len());
        let mut end = 0;
        for size in &self.sizes {
            places.push((end, *size));
            end += u64::from(*size);
        }
        let place_of = |node: &NodeItem| usize::try_from(node.offset).ok().and_then(|number| places.get(number)).copied();
        hilbert_sort(&mut self.nodes, &extent);
        let order: Vec<(u64, u32)> = self.nodes.iter().filter_map(place_of).collect();
        let mut offset = 0;
        for (node, (_, size)) in self.nodes.iter_mut().zip(&order) {
            node.offset = offset;
            offset += u64::from(*size);
        }
        let tree =
            PackedRTree::build(&self.nodes, &extent, node_size).map_err(|error| std::io::Error::other(error.to_string()))?;
        tree.stream_write(&mut self.out)?;
        let mut feature = Vec::new();
        for (place, size) in order {
            aside.seek(SeekFrom::Start(place))?;
            feature.resize(size as usize, 0);
            aside.read_exact(&mut feature)?;
            self.out.write_all(&feature)?;
        }
        Ok(self.out.flush()?)
    }
}

fn column<'a>(
    builder: &mut FlatBufferBuilder<'a>,
    name: &str,
    type_: ColumnType,
    description: &str,
    is_id: bool,
) -> WIPOffset<Column<'a>> {
    let (name, description) = (builder.create_string(name), builder.create_string(description));
    let arguments = ColumnArgs {
        name: Some(name),
        type_,
        description: Some(description),
        nullable: !is_id,
        unique: is_id,
        ..ColumnArgs::default()
    };
    Column::create(builder, &arguments)
}

fn geometry_type(collection: Collection) -> GeometryType {
    match collection {
        Collection::Regions | Collection::ControlAreas | Collection::Front => GeometryType::MultiPolygon,
        Collection::Corridors => GeometryType::LineString,
        Collection::Places | Collection::Incidents => GeometryType::Point,
        // Statements on regions and areas stand among those on places: each feature says what it is.
        Collection::Control => GeometryType::Unknown,
    }
}

fn column_type(kind: FieldKind) -> ColumnType {
    match kind {
        FieldKind::Text | FieldKind::Word(_) | FieldKind::Date | FieldKind::Moment => ColumnType::String,
        FieldKind::Integer => ColumnType::Long,
        FieldKind::Number => ColumnType::Double,
        FieldKind::Instant => ColumnType::DateTime,
        FieldKind::TextList => ColumnType::Json,
    }
}

/// Appends a property with its column's number; nothing for null.
fn property(out: &mut Vec<u8>, at: u16, field: &Field, value: &Value<'_>) {
    match (field.kind, value) {
        (_, Value::Null) => {}
        (FieldKind::Integer, Value::Integer(number)) => {
            out.extend(at.to_le_bytes());
            out.extend(number.to_le_bytes());
        }
        (FieldKind::Number, Value::Number(number)) => {
            out.extend(at.to_le_bytes());
            out.extend(number.to_le_bytes());
        }
        (FieldKind::Integer | FieldKind::Number, _) => {}
        (FieldKind::TextList, list) => {
            let mut json = String::new();
            write_value(&mut json, list);
            text(out, at, &json);
        }
        (_, Value::Text(words)) => text(out, at, words),
        (_, other) => text(out, at, &other.to_string()),
    }
}

fn text(out: &mut Vec<u8>, at: u16, text: &str) {
    out.extend(at.to_le_bytes());
    // No text here comes near 4 GiB.
    out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(text.as_bytes());
}

fn geometry<'a>(builder: &mut FlatBufferBuilder<'a>, shape: Shape<'_>) -> Option<WIPOffset<Geometry<'a>>> {
    let arguments = match shape {
        Shape::Unplaced => return None,
        Shape::Point(position) => {
            let xy = Some(builder.create_vector(&[position.lon(), position.lat()]));
            GeometryArgs { type_: GeometryType::Point, xy, ..GeometryArgs::default() }
        }
        Shape::Line(line) => {
            let xy = Some(builder.create_vector(&flat([line])));
            GeometryArgs { type_: GeometryType::LineString, xy, ..GeometryArgs::default() }
        }
        Shape::Area(area) => {
            let parts: Vec<_> = area.iter().map(|polygon| part(builder, polygon)).collect();
            let parts = Some(builder.create_vector(&parts));
            GeometryArgs { type_: GeometryType::MultiPolygon, parts, ..GeometryArgs::default() }
        }
    };
    Some(Geometry::create(builder, &arguments))
}

fn part<'a>(builder: &mut FlatBufferBuilder<'a>, polygon: &Polygon<f64>) -> WIPOffset<Geometry<'a>> {
    let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
    let ends: Vec<u32> = rings
        .iter()
        .scan(0u32, |end, ring| {
            *end = end.saturating_add(u32::try_from(ring.0.len()).unwrap_or(u32::MAX));
            Some(*end)
        })
        .collect();
    let xy = Some(builder.create_vector(&flat(rings)));
    // A single ring needs no ends.
    let ends = (ends.len() > 1).then(|| builder.create_vector(&ends));
    Geometry::create(builder, &GeometryArgs { type_: GeometryType::Polygon, xy, ends, ..GeometryArgs::default() })
}

fn flat<'a>(lines: impl IntoIterator<Item = &'a LineString<f64>>) -> Vec<f64> {
    lines.into_iter().flat_map(LineString::coords).flat_map(|at| [at.x, at.y]).collect()
}
