//! A whole pyramid in one file, which any object store hands out without this program: PMTiles 3
//! (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>), written by the crate `pmtiles` and read back by [`check`], which
//! shares nothing with it.

use flate2::Compression;
use flate2::bufread::{GzDecoder, GzEncoder};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom, Write};

use ::pmtiles::{Compression as Packing, PmTilesStreamWriter, PmTilesWriter, TileCoord, TileId as Numbered, TileType};

use super::error::PmtilesError;
use super::grid::MapPoint;
use super::matrix::TileId;
use super::mvt;
use super::tilejson::TileSet;

/// A file that is being written. In memory are the entries of its directory, some fifty bytes a tile, and no tile.
///
/// ```
/// use harmattan::tiles::{TileId, TileSet};
/// use harmattan::tiles::pmtiles::{Writer, check};
/// use harmattan::tiles::mvt::Layer;
/// let set = TileSet { max_zoom: 1, ..TileSet::new("incidents") };
/// let mut layer = Layer::new("incidents");
/// layer.point(7, 1, 2, &[]);
/// let mut tile = Vec::new();
/// layer.finish(&mut tile);
/// let mut file = std::io::Cursor::new(Vec::new());
/// let mut writer = Writer::new(&mut file, &set, &set.metadata(&["CC BY 4.0"], &[]))?;
/// writer.add(TileId::new(0, 0, 0)?, &tile)?;
/// writer.add(TileId::new(1, 0, 0)?, &tile)?;
/// let written = writer.finish()?;
/// let found = check(&mut file, |_, _| true)?;
/// assert_eq!((written.tiles, found.tiles, found.contents), (2, 2, 1));
/// assert_eq!(found.features["incidents"], 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer<W: Write + Seek> {
    inner: PmTilesStreamWriter<W>,
    written: Written,
    last: Option<u64>,
}

impl<W: Write + Seek> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("written", &self.written).finish_non_exhaustive()
    }
}

/// What went into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// How many tiles.
    pub tiles: u64,
    /// Their size before compression, in bytes.
    pub bytes: u64,
    /// Whether they came in the order of [`number`], in which they lie in the file then too.
    pub clustered: bool,
}

/// A tile packed by gzip, as it lies in the file. Packing is most of the work, which threads can share; adding is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackedTile {
    packed: Vec<u8>,
    bytes: u64,
}

impl PackedTile {
    /// Packs a tile.
    ///
    /// # Errors
    /// [`PmtilesError::Read`] when the bytes cannot be packed, which does not happen in memory.
    pub fn new(bytes: &[u8]) -> Result<Self, PmtilesError> {
        let mut packed = Vec::new();
        if !bytes.is_empty() {
            GzEncoder::new(bytes, Compression::default()).read_to_end(&mut packed)?;
        }
        Ok(Self { packed, bytes: bytes.len() as u64 })
    }

    /// Whether there is nothing in it, and so no tile.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }
}

/// The number of a tile in such a file: zoom after zoom, along a Hilbert curve in each. Tiles are best added in this order.
#[must_use]
pub fn number(tile: TileId) -> u64 {
    TileCoord::new(tile.z(), tile.x(), tile.y()).map_or(0, |coord| Numbered::from(coord).value())
}

/// The tiles of a zoom that hold at least one of some points, in the order of [`number`].
#[must_use]
pub fn tiles_of(points: impl IntoIterator<Item = MapPoint>, z: u8) -> Vec<TileId> {
    let mut tiles: Vec<TileId> = points.into_iter().map(|point| point.tile(z)).collect();
    tiles.sort_unstable();
    tiles.dedup();
    tiles.sort_by_cached_key(|tile| number(*tile));
    tiles
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a file of the tiles of a set, with metadata as of [`TileSet::metadata`].
    ///
    /// # Errors
    /// [`PmtilesError::Write`] when the file cannot be written.
    pub fn new(out: W, set: &TileSet<'_>, metadata: &str) -> Result<Self, PmtilesError> {
        let [west, south, east, north] = set.corners();
        let inner = PmTilesWriter::new(TileType::Mvt)
            .min_zoom(set.min_zoom)
            .max_zoom(set.max_zoom)
            .bounds(west, south, east, north)
            .center(f64::midpoint(west, east), f64::midpoint(south, north))
            .center_zoom(set.min_zoom)
            .metadata(metadata)
            .precompressed(Packing::Gzip)
            .create(out)
            .map_err(PmtilesError::Write)?;
        Ok(Self { inner, written: Written { clustered: true, ..Written::default() }, last: None })
    }

    /// Adds a tile, not compressed; one without bytes is left out. Each tile is added once. Equal ones are kept once.
    ///
    /// # Errors
    /// [`PmtilesError::Write`] when the file cannot be written.
    pub fn add(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), PmtilesError> {
        self.add_packed(tile, &PackedTile::new(bytes)?)
    }

    /// The same with a tile that is packed already.
    ///
    /// # Errors
    /// [`PmtilesError::Write`] when the file cannot be written.
    pub fn add_packed(&mut self, tile: TileId, held: &PackedTile) -> Result<(), PmtilesError> {
        if held.is_empty() {
            return Ok(());
        }
        let coord = TileCoord::new(tile.z(), tile.x(), tile.y()).map_err(PmtilesError::Write)?;
        self.inner.add_tile(coord, &held.packed).map_err(PmtilesError::Write)?;
        let number = Some(number(tile));
        self.written.clustered &= self.last < number;
        self.last = number;
        self.written.tiles += 1;
        self.written.bytes += held.bytes;
        Ok(())
    }

    /// Writes the directories and the header; only now is it a PMTiles file.
    ///
    /// # Errors
    /// [`PmtilesError::Write`] when the file cannot be written.
    pub fn finish(self) -> Result<Written, PmtilesError> {
        self.inner.finalize().map_err(PmtilesError::Write)?;
        Ok(self.written)
    }
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// How many tiles can be asked for.
    pub tiles: u64,
    /// How many different ones there are.
    pub contents: u64,
    /// How many features each layer has, over all tiles.
    pub features: BTreeMap<String, u64>,
    /// The metadata, JSON.
    pub metadata: String,
}

/// Reads a file from its header through every directory to every tile, unpacks each and counts its features. Each tile is also handed
/// to `accept`, which says whether it is as it should be.
///
/// # Errors
/// [`PmtilesError::Damaged`] where something is not as the format has it, a count of the header is wrong, or a tile was not
/// accepted; [`PmtilesError::Read`] when the file cannot be read.
pub fn check<R: Read + Seek>(file: R, accept: impl FnMut(TileId, &[u8]) -> bool) -> Result<Found, PmtilesError> {
    let mut reader = Reader::new(file)?;
    let header = reader.header;
    let metadata = String::from_utf8(reader.unpacked(header.metadata)?);
    let metadata = metadata.map_err(|_| damaged("the metadata is not UTF-8", header.metadata.offset))?;
    let mut tally =
        Tally { found: Found { metadata, ..Found::default() }, entries: 0, contents: BTreeSet::new(), least: 0, accept };
    for entry in reader.directory(header.root)? {
        if entry.run > 0 {
            tally.take(&mut reader, entry)?;
            continue;
        }
        let place = header.within(header.leaves, entry)?;
        let leaf = reader.directory(place)?;
        if leaf.first().is_none_or(|first| first.tile != entry.tile) || leaf.iter().any(|entry| entry.run == 0) {
            return Err(damaged("a directory is not the one that the root names", place.offset));
        }
        for entry in leaf {
            tally.take(&mut reader, entry)?;
        }
    }
    let mut found = tally.found;
    found.contents = tally.contents.len() as u64;
    if header.counts != [found.tiles, tally.entries, found.contents] {
        return Err(damaged("the header counts other tiles than there are", 0));
    }
    Ok(found)
}

/// What was found so far.
struct Tally<A> {
    found: Found,
    entries: u64,
    /// Where the contents begin.
    contents: BTreeSet<u64>,
    /// The next tile that there may be.
    least: u64,
    accept: A,
}

impl<A: FnMut(TileId, &[u8]) -> bool> Tally<A> {
    /// Reads the tile of an entry.
    fn take<R: Read + Seek>(&mut self, reader: &mut Reader<R>, entry: Entry) -> Result<(), PmtilesError> {
        let place = reader.header.within(reader.header.tiles, entry)?;
        if entry.tile < self.least {
            return Err(damaged("the tiles of a directory are out of order", place.offset));
        }
        self.least = entry.tile + entry.run;
        self.entries += 1;
        self.found.tiles += entry.run;
        self.contents.insert(place.offset);
        let bytes = reader.unpacked(place)?;
        let layers = mvt::features_of(&bytes).ok_or(damaged("a tile is no vector tile", place.offset))?;
        for (layer, count) in layers {
            *self.found.features.entry(layer).or_default() += count * entry.run;
        }
        for number in entry.tile..self.least {
            let tile = tile_of(number).ok_or(damaged("a tile is beyond the deepest zoom", place.offset))?;
            if !(self.accept)(tile, &bytes) {
                return Err(damaged("a tile is not what was written", place.offset));
            }
        }
        Ok(())
    }
}

fn damaged(what: &'static str, offset: u64) -> PmtilesError {
    PmtilesError::Damaged { what, offset }
}

fn tile_of(number: u64) -> Option<TileId> {
    let coord = TileCoord::from(Numbered::new(number).ok()?);
    TileId::new(coord.z(), coord.x(), coord.y()).ok()
}

/// A stretch of the file.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    length: u64,
}

/// What the header says, §3.
#[derive(Debug, Clone, Copy)]
struct Header {
    root: Place,
    metadata: Place,
    leaves: Place,
    tiles: Place,
    /// Tiles, entries, contents.
    counts: [u64; 3],
}

impl Header {
    /// The stretch of an entry within one of the parts of the file.
    fn within(&self, part: Place, entry: Entry) -> Result<Place, PmtilesError> {
        let end = entry.offset.checked_add(entry.length).filter(|end| *end <= part.length && entry.length > 0);
        let end = end.ok_or(damaged("an entry leads out of its part of the file", part.offset))?;
        Ok(Place { offset: part.offset + end - entry.length, length: entry.length })
    }
}

/// An entry of a directory, §4: tiles from a number on, or another directory where `run` is 0.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tile: u64,
    run: u64,
    length: u64,
    offset: u64,
}

struct Reader<R> {
    file: R,
    header: Header,
}

/// Of the header, in bytes.
const HEADER_LENGTH: usize = 127;

/// The number of gzip among the compressions, and of vector tiles among the kinds.
const GZIP: u8 = 2;
const VECTOR: u8 = 1;

impl<R: Read + Seek> Reader<R> {
    fn new(mut file: R) -> Result<Self, PmtilesError> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut bytes = [0; HEADER_LENGTH];
        file.read_exact(&mut bytes)?;
        if !bytes.starts_with(b"PMTiles\x03") {
            return Err(damaged("this is no PMTiles file of version 3", 0));
        }
        if bytes[97..100] != [GZIP, GZIP, VECTOR] {
            return Err(damaged("these are no vector tiles packed by gzip", 97));
        }
        let number = |at: usize| bytes[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
        let place = |at: usize| Place { offset: number(at), length: number(at + 8) };
        let header = Header {
            root: place(8),
            metadata: place(24),
            leaves: place(40),
            tiles: place(56),
            counts: [number(72), number(80), number(88)],
        };
        for part in [header.root, header.metadata, header.leaves, header.tiles] {
            if part.offset.checked_add(part.length).is_none_or(|end| end > length) {
                return Err(damaged("the file is cut short", part.offset));
            }
        }
        Ok(Self { file, header })
    }

    fn directory(&mut self, place: Place) -> Result<Vec<Entry>, PmtilesError> {
        read_directory(&self.unpacked(place)?).ok_or(damaged("a directory is cut short", place.offset))
    }

    fn unpacked(&mut self, place: Place) -> Result<Vec<u8>, PmtilesError> {
        self.file.seek(SeekFrom::Start(place.offset))?;
        let mut packed = Vec::new();
        (&mut self.file).take(place.length).read_to_end(&mut packed)?;
        let mut decoder = GzDecoder::new(&packed[..]);
        let mut bytes = Vec::new();
        decoder.read_to_end(&mut bytes)?;
        if !decoder.get_ref().is_empty() {
            return Err(damaged("something lies between two parts of the file", place.offset));
        }
        Ok(bytes)
    }
}

/// A directory, column after column; `None` when it is cut short or goes on.
fn read_directory(mut bytes: &[u8]) -> Option<Vec<Entry>> {
    let count = mvt::read_varint(&mut bytes)?;
    // Each entry is at least four bytes.
    let count = usize::try_from(count).ok().filter(|count| *count <= bytes.len() / 4)?;
    let mut entries = vec![Entry { tile: 0, run: 0, length: 0, offset: 0 }; count];
    let mut tile = 0u64;
    for entry in &mut entries {
        tile = tile.checked_add(mvt::read_varint(&mut bytes)?)?;
        entry.tile = tile;
    }
    for entry in &mut entries {
        entry.run = mvt::read_varint(&mut bytes)?;
        entry.tile.checked_add(entry.run)?;
    }
    for entry in &mut entries {
        entry.length = mvt::read_varint(&mut bytes)?;
    }
    let mut next = 0;
    for entry in &mut entries {
        // Nought: right after the one before. Else one more than the offset.
        let offset = mvt::read_varint(&mut bytes)?;
        entry.offset = offset.checked_sub(1).unwrap_or(next);
        next = entry.offset.checked_add(entry.length)?;
    }
    bytes.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bbox, Position};
    use crate::tiles::tilejson::VectorLayer;
    use crate::tiles::{MAX_ZOOM, mvt::Layer};
    use std::collections::HashMap;
    use std::io::Cursor;

    fn set() -> TileSet<'static> {
        TileSet {
            bounds: Bbox::new(-17.5, 4.0, 15.0, 23.0).unwrap(),
            layers: vec![VectorLayer::of("incidents", "", &[])],
            ..TileSet::new("incidents")
        }
    }

    fn tile_with(points: u32) -> Vec<u8> {
        let mut layer = Layer::new("incidents");
        for at in 0..points {
            layer.point(at.into(), 1, 2, &[]);
        }
        let mut tile = Vec::new();
        layer.finish(&mut tile);
        tile
    }

    fn written(tiles: &[(TileId, Vec<u8>)]) -> (Cursor<Vec<u8>>, Written) {
        let mut file = Cursor::new(Vec::new());
        let set = set();
        let mut writer = Writer::new(&mut file, &set, &set.metadata(&["CC BY 4.0"], &[])).unwrap();
        for (tile, bytes) in tiles {
            writer.add(*tile, bytes).unwrap();
        }
        let written = writer.finish().unwrap();
        (file, written)
    }

    #[test]
    fn tiles_are_numbered_as_the_standard_numbers_them() {
        // The examples of its §4.
        for (z, x, y, expected) in
            [(0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 1, 2), (1, 1, 1, 3), (1, 1, 0, 4), (2, 0, 0, 5), (12, 3_423, 1_763, 19_078_479)]
        {
            let tile = TileId::new(z, x, y).unwrap();
            assert_eq!((number(tile), tile_of(expected)), (expected, Some(tile)));
        }
    }

    #[test]
    fn a_pyramid_of_points_reads_back_tile_by_tile() {
        let points: Vec<MapPoint> = (0..4_000)
            .map(|at| f64::from(at) / 4_000.0)
            .map(|part| MapPoint::of(Position::new(-17.0 + 30.0 * part, 14.0 + 9.0 * (part * 400.0).sin()).unwrap()))
            .collect();
        let mut tiles = vec![];
        for z in 0..=MAX_ZOOM {
            let mut counts: HashMap<TileId, u32> = HashMap::new();
            points.iter().for_each(|point| *counts.entry(point.tile(z)).or_default() += 1);
            tiles.extend(tiles_of(points.iter().copied(), z).into_iter().map(|tile| (tile, tile_with(counts[&tile]))));
        }
        let (file, written) = written(&tiles);
        assert!(written.clustered && written.tiles == tiles.len() as u64);
        let mut expected: HashMap<TileId, Vec<u8>> = tiles.into_iter().collect();
        let found = check(file, |tile, bytes| expected.remove(&tile).as_deref() == Some(bytes)).unwrap();
        assert!(expected.is_empty());
        assert_eq!(found.tiles, written.tiles);
        // More tiles than a root directory holds, and far fewer different ones.
        assert!(found.tiles > 16_384 && found.contents < 2_000, "{} {}", found.tiles, found.contents);
        assert_eq!(found.features["incidents"], 4_000 * 15);
        assert!(found.metadata.contains("\"licences\":[\"CC BY 4.0\"]"));
    }

    #[test]
    fn a_pyramid_without_tiles_is_one() {
        let (file, written) = written(&[(TileId::new(0, 0, 0).unwrap(), vec![])]);
        assert_eq!((written.tiles, check(file, |_, _| false).unwrap().tiles), (0, 0));
    }

    #[test]
    fn damage_is_found_wherever_it_is() {
        let tiles = [(TileId::new(0, 0, 0).unwrap(), tile_with(2)), (TileId::new(1, 0, 0).unwrap(), tile_with(3))];
        let (file, _) = written(&tiles);
        let whole = file.into_inner();
        assert!(check(Cursor::new(&whole), |_, _| true).is_ok());
        assert!(check(Cursor::new(&whole), |tile, _| tile.z() == 0).is_err(), "a tile was not accepted");
        assert!(check(Cursor::new(&whole[..whole.len() - 1]), |_, _| true).is_err(), "cut short");
        for at in [0, 7, 8, 16, 72, 80, 88, 97, 98, 99, 130, whole.len() - 10] {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x41;
            assert!(check(Cursor::new(damaged), |_, _| true).is_err(), "byte {at}");
        }
    }
}
