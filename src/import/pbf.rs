//! A road network in OpenStreetMap's own binary form (`.osm.pbf`, OpenStreetMap wiki, PBF Format), read as the same extract in GeoJSON is.
//!
//! Points stand before the ways that use them, so the file is read twice: for the ways that carry lorries and for places, then for the
//! points of those ways. It is copied to a temporary file for that, wherever it comes from; in memory are kept ways, their points and places.

use osmpbf::{BlobDecode, BlobReader, BlobType, ByteOffset, Element, PrimitiveBlock};
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::sync::Arc;

use super::cells::Fault;
use super::roads::{NO_ROAD, NO_TOWN, Roads, class_of, reach_m};
use super::run::{Reader as _, Run};
use super::{Context, Format, ImportError, Row, Sink, Summary};
use crate::domain::Position;

/// How a file begins after the four bytes of a length: with the type of its first block.
const MARK: &[u8] = b"\x0a\x09OSMHeader";
/// How many bytes tell such a file.
pub(super) const HEAD_BYTES: usize = 4 + MARK.len();

/// The features without which a file cannot be read, of those that it may ask for.
const FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// The most that a block may take, packed or not (the wiki's limit).
const MAX_BLOCK_BYTES: i32 = 32 * 1024 * 1024;

/// Whether bytes are the beginning of such a file.
pub(super) fn is_head(head: &[u8]) -> bool {
    head.get(4..HEAD_BYTES) == Some(MARK)
}

/// A way that carries lorries, by the ids of its points.
struct Way {
    id: i64,
    name: Option<String>,
    class: &'static str,
    points: Vec<i64>,
}

/// Reads a file and hands over its roads.
pub(super) fn import_pbf(
    bytes: &mut dyn Read,
    name: &str,
    format: Option<Format>,
    context: &Context<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ImportError> {
    let bad = |reason: String| ImportError::Pbf { file: name.to_owned(), reason };
    if let Some(other) = format.filter(|format| *format != Format::Roads) {
        return Err(bad(format!("it is read as roads alone, not as {other}")));
    }
    let mut spool = tempfile::tempfile().map_err(|source| ImportError::Read { file: name.to_owned(), source })?;
    std::io::copy(bytes, &mut spool).map_err(|source| ImportError::reading(name, 1, source))?;
    let blocks = Blocks::of(spool).map_err(bad)?;

    let dataset = context.dataset.clone();
    let dataset = dataset.unwrap_or_else(|| Arc::new(Format::Roads.dataset(context.dataset_name, name, context.known_at)));
    let mut run = Run::new(context, name.to_owned(), dataset, sink);
    run.summary.format = Some(Format::Roads);
    run.summary.dataset = Some(Arc::clone(&run.dataset));
    run.hand_over(Row::Dataset(Arc::clone(&run.dataset)));
    let mut roads = Roads::default();
    read(blocks, &mut roads, &mut run).map_err(bad)?;
    roads.finish(&mut run);
    Ok(run.summary)
}

fn read(mut blocks: Blocks, roads: &mut Roads, run: &mut Run<'_>) -> Result<(), String> {
    let mut ways: Vec<(u64, Way)> = Vec::new();
    let mut with_points: Vec<ByteOffset> = Vec::new();
    for at in blocks.data.clone() {
        let block = blocks.decode(at)?;
        let mut holds_points = false;
        for element in block.elements() {
            holds_points |= matches!(element, Element::Node(_) | Element::DenseNode(_));
            let taken = match &element {
                Element::Node(node) => take_place(node.tags(), (node.nano_lon(), node.nano_lat()), roads, run),
                Element::DenseNode(node) => take_place(node.tags(), (node.nano_lon(), node.nano_lat()), roads, run),
                Element::Way(way) => take_way(way, run).map(|way| ways.extend(way.map(|way| (run.summary.rows, way)))),
                Element::Relation(_) => Ok(()),
            };
            if let Err(fault) = taken {
                let rejection = fault.at(&run.file, run.summary.rows);
                run.reject(rejection);
            }
        }
        if holds_points {
            with_points.push(at);
        }
        if run.summary.stopped {
            return Ok(());
        }
    }

    let mut wanted: Vec<i64> = ways.iter().flat_map(|(_, way)| way.points.iter().copied()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found: Vec<Option<Position>> = vec![None; wanted.len()];
    for at in with_points {
        let block = blocks.decode(at)?;
        for element in block.elements() {
            let (id, at) = match &element {
                Element::Node(node) => (node.id(), (node.nano_lon(), node.nano_lat())),
                Element::DenseNode(node) => (node.id(), (node.nano_lon(), node.nano_lat())),
                _ => continue,
            };
            if let Ok(place) = wanted.binary_search(&id) {
                found[place] = position(at);
            }
        }
    }
    let position_of = |id: &i64| found[wanted.binary_search(id).ok()?];
    for (row, way) in ways {
        // An extract is cut at its border: a way goes on as far as its points are in it.
        let pieces = way.points.iter().map(position_of).collect::<Vec<_>>();
        let mut whole = false;
        for piece in pieces.split(Option::is_none).filter(|piece| piece.len() > 1) {
            whole = true;
            roads.take_way(&way.id.to_string(), way.name.as_ref(), way.class, piece.iter().flatten().copied().collect());
        }
        if whole {
            run.summary.accepted += 1;
        } else {
            let reason = "fewer than two of its points that follow one another are in the file, with positions on the globe";
            let fault = Fault { column: "geometry".to_owned(), value: way.id.to_string(), reason: reason.to_owned() };
            let rejection = fault.at(&run.file, row);
            run.reject(rejection);
        }
    }
    Ok(())
}

/// A position from thousand-millionths of a degree: the number nearest to what the same decimal says in a text.
#[allow(clippy::cast_precision_loss, reason = "a whole number below 2^53, or one that is no position")]
fn position((lon, lat): (i64, i64)) -> Option<Position> {
    Position::new(lon as f64 / 1e9, lat as f64 / 1e9).ok()
}

/// Takes a point that is a place.
fn take_place<'a>(
    tags: impl Iterator<Item = (&'a str, &'a str)>,
    at: (i64, i64),
    roads: &mut Roads,
    run: &mut Run<'_>,
) -> Result<(), Fault> {
    let (mut place, mut name) = (None, None);
    for (key, value) in tags {
        match key {
            "place" => place = Some(value),
            "name" => name = Some(value.trim()).filter(|name| !name.is_empty()),
            _ => {}
        }
    }
    let Some(place) = place else { return Ok(()) };
    run.summary.rows += 1;
    let fault = |column: &str, value: &str, reason: &str| Fault {
        column: column.to_owned(),
        value: value.to_owned(),
        reason: reason.to_owned(),
    };
    let reach = reach_m(place).ok_or_else(|| fault("place", place, NO_TOWN))?;
    let position = position(at).ok_or_else(|| fault("geometry", "", "it lies outside of the globe"))?;
    roads.take_place(name.ok_or_else(|| fault("name", "", "a value is needed"))?, position, reach);
    run.summary.accepted += 1;
    Ok(())
}

/// A way that carries lorries; nothing where it is no road.
fn take_way(way: &osmpbf::Way<'_>, run: &mut Run<'_>) -> Result<Option<Way>, Fault> {
    let tag = |key: &str| way.tags().find(|(known, _)| *known == key).map(|(_, value)| value.trim());
    let Some(highway) = tag("highway") else { return Ok(None) };
    run.summary.rows += 1;
    let no_road = || Fault { column: "highway".to_owned(), value: highway.to_owned(), reason: NO_ROAD.to_owned() };
    let class = class_of(highway).ok_or_else(no_road)?;
    let text = |key: &str| tag(key).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    let name = text("name").or_else(|| text("ref"));
    Ok(Some(Way { id: way.id(), name, class, points: way.refs().collect() }))
}

/// Where the blocks of a file are.
struct Blocks {
    reader: BlobReader<BufReader<File>>,
    data: Vec<ByteOffset>,
}

impl Blocks {
    /// Walks through a file from its first byte to its last, and says what is wrong with it.
    fn of(mut file: File) -> Result<Self, String> {
        let length = file.seek(SeekFrom::End(0)).map_err(|error| error.to_string())?;
        file.seek(SeekFrom::Start(0)).map_err(|error| error.to_string())?;
        let mut reader = BlobReader::new_seekable(BufReader::new(file)).map_err(|error| error.to_string())?;
        let (mut data, mut read, mut asks) = (Vec::new(), 0, None);
        while read < length {
            let ended = || format!("it is not whole: it ends in the block that begins at byte {read} of {length}");
            let (header, at) = reader.next_header_skip_blob().ok_or_else(ended)?.map_err(|error| {
                format!("the block that begins at byte {read} of {length} is damaged, or the file ends in it: {error}")
            })?;
            if !(0..=MAX_BLOCK_BYTES).contains(&header.get_blob_size()) {
                return Err(format!("the block that begins at byte {read} says that it has {} bytes", header.get_blob_size()));
            }
            let end = reader.seek_raw(SeekFrom::Current(0)).map_err(|error| error.to_string())?;
            if end > length || end <= read {
                return Err(ended());
            }
            match (header.blob_type(), at) {
                (BlobType::OsmHeader, Some(at)) => asks = Some(at),
                (BlobType::OsmData, Some(at)) => data.push(at),
                // What is neither is for other programs.
                _ => {}
            }
            read = end;
        }
        let mut blocks = Self { reader, data };
        let asks = asks.ok_or("it has no header")?;
        let blob = blocks.reader.blob_from_offset(asks).map_err(|error| format!("its header is damaged: {error}"))?;
        let header = blob.to_headerblock().map_err(|error| format!("its header is damaged: {error}"))?;
        if let Some(other) = header.required_features().iter().find(|feature| !FEATURES.contains(&feature.as_str())) {
            return Err(format!("it asks for '{other}', which is not read here: expected no more than {}", FEATURES.join(", ")));
        }
        Ok(blocks)
    }

    fn decode(&mut self, at: ByteOffset) -> Result<PrimitiveBlock, String> {
        let damaged = |error: osmpbf::Error| format!("the block that begins at byte {} is damaged: {error}", at.0);
        let blob = self.reader.blob_from_offset(at).map_err(damaged)?;
        match blob.decode().map_err(damaged)? {
            BlobDecode::OsmData(block) => Ok(block),
            _ => Err(format!("the block that begins at byte {} holds no map", at.0)),
        }
    }
}
