//! Writes vector tiles: Mapbox Vector Tile 2.1 (<https://github.com/mapbox/vector-tile-spec/tree/master/2.1>), straight into bytes.
//!
//! A tile is the concatenation of its layers, so each [`Layer`] is filled by itself and then appended to the same bytes. Keys and
//! values are interned once and named by number: a reader of columns translates its own codes once a tile, and writes each point
//! without looking at a text again.

use geo::Coord;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

use super::grid::TILE_EXTENT;
use crate::domain::{ByHash, Instant, Record, Value as Property};

/// The media type of a vector tile.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// The number by which a feature is known in vector tiles, where an id is a number: 53 bits of the XXH3 hash of its string id, which
/// travels in the property `id`.
///
/// It is the same in every tile, after every restart and on every machine. A number of 53 bits is one that the scripts of a
/// browser hold exactly, where feature states are kept by it; among a million features two share one with a chance of 1 : 18,000.
///
/// ```
/// use harmattan::tiles::mvt::feature_id;
/// assert_eq!(feature_id("ucdp:412345"), feature_id("ucdp:412345"));
/// assert_ne!(feature_id("ucdp:412345"), feature_id("ucdp:412346"));
/// ```
#[must_use]
pub fn feature_id(id: &str) -> u64 {
    xxh3_64(id.as_bytes()) >> 11
}

/// The value of a property in a vector tile; there is none for null: a property that is null is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A whole number that is never negative.
    Uint(u64),
    /// A number.
    Double(f64),
    /// Yes or no.
    Bool(bool),
}

/// A polygon in the grid of a tile. Rings are open, their last vertex is not their first; they may run either way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridPolygon {
    /// Around it.
    pub exterior: Vec<Coord<i32>>,
    /// What is not of it.
    pub holes: Vec<Vec<Coord<i32>>>,
}

/// A geometry in the grid of a tile, x to the east and y to the south from its north-western corner; what lies in the buffer is
/// below 0 or beyond [`TILE_EXTENT`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GridGeometry<'a> {
    /// None: type UNKNOWN and no commands, so that nobody draws it or counts it for a point.
    None,
    /// A point.
    Point(Coord<i32>),
    /// One line or several.
    Lines(&'a [Vec<Coord<i32>>]),
    /// One polygon or several.
    Area(&'a [GridPolygon]),
}

/// A layer that is being filled.
///
/// ```
/// use harmattan::tiles::mvt::{Layer, Value, feature_id};
/// let mut layer = Layer::new("incidents");
/// let (id, kind) = (layer.key("id"), layer.key("event_type"));
/// let battle = layer.value(Value::Text("battle"));
/// for (name, x, y) in [("ucdp:1", 17, 4_000), ("ucdp:2", 0, 0)] {
///     let own = layer.unique_text(name);
///     layer.point(feature_id(name), x, y, &[id, own, kind, battle]);
/// }
/// let mut tile = Vec::new();
/// layer.finish(&mut tile);
/// assert!(tile.len() < 120 && tile[2..].starts_with(b"\x0a\x09incidents"));
/// ```
#[derive(Debug)]
pub struct Layer {
    name: String,
    /// The field `features` of the layer, as it will be sent.
    features: Vec<u8>,
    count: usize,
    keys: Vec<String>,
    /// Where the key found last stands: those of a record are asked for in the same order every time.
    last_key: usize,
    /// The field `values` of the layer, as it will be sent.
    values: Vec<u8>,
    /// Where each value begins in it.
    value_starts: Vec<usize>,
    /// The number of a value by the hash of its bytes.
    known: ByHash<u32>,
    tags: Vec<u32>,
    /// The tags of the feature that comes next, as they will be sent.
    tagged: Vec<u8>,
    commands: Vec<u32>,
}

// Tags of the protocol: number of the field << 3 | wire type (0 varint, 1 eight bytes, 2 bytes after their length).
const TILE_LAYER: u8 = 3 << 3 | 2;
const LAYER_NAME: u8 = 1 << 3 | 2;
const LAYER_FEATURE: u8 = 2 << 3 | 2;
const LAYER_KEY: u8 = 3 << 3 | 2;
const LAYER_VALUE: u8 = 4 << 3 | 2;
const LAYER_EXTENT: u8 = 5 << 3;
const LAYER_VERSION: u8 = 15 << 3;
const FEATURE_ID: u8 = 1 << 3;
const FEATURE_TAGS: u8 = 2 << 3 | 2;
const FEATURE_TYPE: u8 = 3 << 3;
const FEATURE_GEOMETRY: u8 = 4 << 3 | 2;
const VALUE_TEXT: u8 = 1 << 3 | 2;
const VALUE_DOUBLE: u8 = 3 << 3 | 1;
const VALUE_INT: u8 = 4 << 3;
const VALUE_UINT: u8 = 5 << 3;
const VALUE_SINT: u8 = 6 << 3;
const VALUE_BOOL: u8 = 7 << 3;

/// `GeomType` of the protocol.
const UNKNOWN: u8 = 0;
const POINT: u8 = 1;
const LINE: u8 = 2;
const POLYGON: u8 = 3;

/// Commands, §4.3.1: what to do in the lowest three bits, how often above them.
const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;
const ONCE: u32 = 1 << 3;

impl Layer {
    /// An empty layer of that name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            features: Vec::new(),
            count: 0,
            keys: Vec::new(),
            last_key: 0,
            values: Vec::new(),
            value_starts: Vec::new(),
            known: ByHash::default(),
            tags: Vec::new(),
            tagged: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Makes room for so many points, for one who knows their number.
    pub fn reserve(&mut self, points: usize) {
        // An id of eight bytes, ten tags, and a place.
        const BYTES: usize = 40;
        self.features.reserve(points * BYTES);
    }

    /// How many features it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has no features.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of a key, the same whenever it is asked for.
    pub fn key(&mut self, name: &str) -> u32 {
        let (before, after) = self.keys.split_at(self.last_key.min(self.keys.len()));
        let found = after.iter().position(|key| key == name).map(|at| at + before.len());
        let at = found.or_else(|| before.iter().position(|key| key == name)).unwrap_or_else(|| {
            self.keys.push(name.to_owned());
            self.keys.len() - 1
        });
        self.last_key = at;
        number(at)
    }

    /// The number of a value, the same whenever it is asked for.
    pub fn value(&mut self, value: Value<'_>) -> u32 {
        let start = self.values.len();
        self.push_value(value);
        let hash = xxh3_64(&self.values[start..]);
        let next = number(self.value_starts.len());
        let at = *self.known.entry(hash).or_insert(next);
        if at != next {
            let known = self.value_starts[at as usize];
            let end = self.value_starts.get(at as usize + 1).copied().unwrap_or(start);
            if self.values[known..end] == self.values[start..] {
                self.values.truncate(start);
                return at;
            }
            // Another value of the same hash: it is listed each time it comes, which readers accept.
        }
        self.value_starts.push(start);
        next
    }

    /// The number of a text that no other feature has, such as an id; it is not looked for among the values.
    pub fn unique_text(&mut self, text: &str) -> u32 {
        let next = number(self.value_starts.len());
        self.value_starts.push(self.values.len());
        self.push_value(Value::Text(text));
        next
    }

    fn push_value(&mut self, value: Value<'_>) {
        let out = &mut self.values;
        out.push(LAYER_VALUE);
        match value {
            Value::Text(text) => {
                let length = long(text.len());
                varint(out, 1 + varint_size(length) + length);
                out.push(VALUE_TEXT);
                varint(out, length);
                out.extend_from_slice(text.as_bytes());
            }
            Value::Double(number) => {
                out.extend_from_slice(&[9, VALUE_DOUBLE]);
                out.extend_from_slice(&number.to_le_bytes());
            }
            // A negative number is ten bytes as `int_value`, and as few as its size needs as `sint_value`.
            Value::Int(number) => match u64::try_from(number) {
                Ok(positive) => small(out, VALUE_INT, positive),
                Err(_) => small(out, VALUE_SINT, zigzag_long(number)),
            },
            Value::Uint(number) => small(out, VALUE_UINT, number),
            Value::Bool(yes) => small(out, VALUE_BOOL, yes.into()),
        }
    }

    /// Adds a point. The tags are the numbers of a key, of its value, of the next key, and so on.
    pub fn point(&mut self, id: u64, x: i32, y: i32, tags: &[u32]) {
        debug_assert!(tags.len().is_multiple_of(2), "a key without a value");
        self.write(id, POINT, &[MOVE_TO | ONCE, zigzag(x), zigzag(y)], tags);
    }

    /// Gives the point that comes next a property: the numbers of a key and of its value.
    pub fn tag(&mut self, key: u32, value: u32) {
        varint(&mut self.tagged, key.into());
        varint(&mut self.tagged, value.into());
    }

    /// Gives the point that comes next the properties that `tag` gives it, and tells them as they will be sent.
    pub(crate) fn tagging(&mut self, tag: impl FnOnce(&mut Self)) -> &[u8] {
        let before = self.tagged.len();
        tag(self);
        &self.tagged[before..]
    }

    /// Gives the point that comes next properties that an earlier one had, as [`tagging`](Self::tagging) told them.
    pub(crate) fn tag_again(&mut self, tags: &[u8]) {
        self.tagged.extend_from_slice(tags);
    }

    /// Adds a point with the properties that [`tag`](Self::tag) gave it.
    pub fn tagged_point(&mut self, id: u64, x: i32, y: i32) {
        let commands = [MOVE_TO | ONCE, zigzag(x), zigzag(y)];
        let (tags_size, commands_size) = (long(self.tagged.len()), packed_size(&commands));
        let size =
            1 + varint_size(id) + 1 + varint_size(tags_size) + tags_size + 2 + 1 + varint_size(commands_size) + commands_size;
        let out = &mut self.features;
        out.push(LAYER_FEATURE);
        varint(out, size);
        out.push(FEATURE_ID);
        varint(out, id);
        out.push(FEATURE_TAGS);
        varint(out, tags_size);
        out.append(&mut self.tagged);
        out.extend_from_slice(&[FEATURE_TYPE, POINT]);
        packed(out, FEATURE_GEOMETRY, commands_size, &commands);
        self.count += 1;
    }

    /// Adds a feature of any geometry; whether it was added: a line in which no two vertices differ and a polygon without area cannot
    /// be written (§4.3.4), and what has nothing else is left out.
    ///
    /// Exterior rings are turned so that their area is positive with y to the south, holes the other way (§4.3.3.3).
    pub fn feature(&mut self, id: u64, geometry: GridGeometry<'_>, tags: &[u32]) -> bool {
        let mut commands = std::mem::take(&mut self.commands);
        commands.clear();
        let mut pen = Pen { commands: &mut commands, at: Coord { x: 0, y: 0 } };
        let kind = match geometry {
            GridGeometry::None => UNKNOWN,
            GridGeometry::Point(at) => {
                pen.path(&[at], false);
                POINT
            }
            GridGeometry::Lines(lines) => {
                lines.iter().for_each(|line| pen.line(line));
                LINE
            }
            GridGeometry::Area(polygons) => {
                polygons.iter().for_each(|polygon| pen.polygon(polygon));
                POLYGON
            }
        };
        let drawn = kind == UNKNOWN || !commands.is_empty();
        if drawn {
            self.write(id, kind, &commands, tags);
        }
        self.commands = commands;
        drawn
    }

    /// Adds a record of any collection: its `id`, and every property of its table that is not null, under the names of the table. A
    /// status that changes is told as of `as_of`. Whether it was added is as for [`feature`](Self::feature).
    ///
    /// Dates and instants are ISO texts. Several texts are one, with `|` in between, as in CSV: a vector tile has no lists.
    pub fn write_record(&mut self, record: &dyn Record, geometry: GridGeometry<'_>, as_of: Instant) -> bool {
        let mut tags = std::mem::take(&mut self.tags);
        tags.clear();
        tags.extend([self.key("id"), self.unique_text(record.id())]);
        for field in record.fields() {
            let value = record.value(field.name, as_of);
            let number = match &value {
                Property::Null => continue,
                Property::Text(text) => self.value(Value::Text(text)),
                Property::Integer(number) => self.value(Value::Int(*number)),
                Property::Number(number) if number.is_finite() => self.value(Value::Double(*number)),
                Property::Number(_) => continue,
                Property::Date(_) | Property::Instant(_) | Property::TextList(_) => self.value(Value::Text(&value.to_string())),
            };
            tags.extend([self.key(field.name), number]);
        }
        let drawn = self.feature(feature_id(record.id()), geometry, &tags);
        self.tags = tags;
        drawn
    }

    fn write(&mut self, id: u64, kind: u8, commands: &[u32], tags: &[u32]) {
        let (tags_size, commands_size) = (packed_size(tags), packed_size(commands));
        let mut size = 1 + varint_size(id) + 2 + 1 + varint_size(commands_size) + commands_size;
        if tags_size > 0 {
            size += 1 + varint_size(tags_size) + tags_size;
        }
        let out = &mut self.features;
        out.push(LAYER_FEATURE);
        varint(out, size);
        out.push(FEATURE_ID);
        varint(out, id);
        if tags_size > 0 {
            packed(out, FEATURE_TAGS, tags_size, tags);
        }
        out.extend_from_slice(&[FEATURE_TYPE, kind]);
        packed(out, FEATURE_GEOMETRY, commands_size, commands);
        self.count += 1;
    }

    /// Appends the layer to a tile.
    pub fn finish(self, out: &mut Vec<u8>) {
        let text_size = |text: &str| 1 + varint_size(long(text.len())) + long(text.len());
        let keys: u64 = self.keys.iter().map(|key| text_size(key)).sum();
        let size = text_size(&self.name) + long(self.features.len()) + keys + long(self.values.len());
        let size = size + 1 + varint_size(TILE_EXTENT.into()) + 2;
        out.reserve(usize::try_from(size).unwrap_or(0) + 11);
        out.push(TILE_LAYER);
        varint(out, size);
        text(out, LAYER_NAME, &self.name);
        out.extend_from_slice(&self.features);
        self.keys.iter().for_each(|key| text(out, LAYER_KEY, key));
        out.extend_from_slice(&self.values);
        out.push(LAYER_EXTENT);
        varint(out, TILE_EXTENT.into());
        out.extend_from_slice(&[LAYER_VERSION, 2]);
    }
}

/// Appends the layer `meta`, which says of a tile how many records `matched` the question, how many features were `returned` for
/// them, and whether these are bins (`aggregated`): one feature without a geometry.
pub fn write_meta(out: &mut Vec<u8>, matched: u64, returned: u64, aggregated: bool) {
    let mut layer = Layer::new("meta");
    let mut tags = Vec::with_capacity(6);
    for (name, value) in
        [("matched", Value::Uint(matched)), ("returned", Value::Uint(returned)), ("aggregated", Value::Bool(aggregated))]
    {
        tags.extend([layer.key(name), layer.value(value)]);
    }
    layer.write(0, UNKNOWN, &[], &tags);
    layer.finish(out);
}

/// What the layer `meta` of a tile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meta {
    /// How many records the tile stands for.
    pub matched: u64,
    /// How many features there are for them.
    pub returned: u64,
    /// Whether these are bins.
    pub aggregated: bool,
}

/// Draws paths, each vertex from where the last one was.
struct Pen<'a> {
    commands: &'a mut Vec<u32>,
    at: Coord<i32>,
}

impl Pen<'_> {
    fn line(&mut self, line: &[Coord<i32>]) {
        if line.iter().any(|vertex| Some(vertex) != line.first()) {
            self.path(line, false);
        }
    }

    fn polygon(&mut self, polygon: &GridPolygon) {
        if self.ring(&polygon.exterior, true) {
            for hole in &polygon.holes {
                self.ring(hole, false);
            }
        }
    }

    /// Draws a ring the way it should run; whether it has an area.
    fn ring(&mut self, ring: &[Coord<i32>], positive: bool) -> bool {
        match twice_area(ring) {
            0 => return false,
            area if (area > 0) == positive => self.path(ring, true),
            _ => {
                let reversed: Vec<Coord<i32>> = ring.iter().rev().copied().collect();
                self.path(&reversed, true);
            }
        }
        true
    }

    /// Moves to the first vertex and draws to the others that differ from the one before.
    fn path(&mut self, vertices: &[Coord<i32>], closed: bool) {
        let Some((first, rest)) = vertices.split_first() else { return };
        // The last vertex of a ring is not the first one again (§4.3.3.3): ClosePath draws there.
        let rest =
            if closed { &rest[..rest.iter().rposition(|vertex| vertex != first).map_or(0, |last| last + 1)] } else { rest };
        self.commands.push(MOVE_TO | ONCE);
        self.go(*first);
        let line_to = self.commands.len();
        for vertex in rest {
            if *vertex != self.at {
                if self.commands.len() == line_to {
                    self.commands.push(LINE_TO);
                }
                self.commands[line_to] += ONCE;
                self.go(*vertex);
            }
        }
        if closed {
            self.commands.push(CLOSE_PATH | ONCE);
        }
    }

    fn go(&mut self, to: Coord<i32>) {
        self.commands.extend([zigzag(to.x - self.at.x), zigzag(to.y - self.at.y)]);
        self.at = to;
    }
}

/// Twice the area of an open ring, positive when it runs from the east to the south (§4.3.3.3, the surveyor's formula with y to the
/// south).
pub(super) fn twice_area(ring: &[Coord<i32>]) -> i64 {
    let Some(&origin) = ring.first() else { return 0 };
    let from = |at: Coord<i32>| (i64::from(at.x) - i64::from(origin.x), i64::from(at.y) - i64::from(origin.y));
    ring.windows(2)
        .map(|pair| {
            let ((ax, ay), (bx, by)) = (from(pair[0]), from(pair[1]));
            ax * by - bx * ay
        })
        .sum()
}

fn text(out: &mut Vec<u8>, tag: u8, text: &str) {
    out.push(tag);
    varint(out, long(text.len()));
    out.extend_from_slice(text.as_bytes());
}

/// A value that is a varint.
fn small(out: &mut Vec<u8>, tag: u8, number: u64) {
    varint(out, 1 + varint_size(number));
    out.push(tag);
    varint(out, number);
}

fn packed(out: &mut Vec<u8>, tag: u8, size: u64, numbers: &[u32]) {
    out.push(tag);
    varint(out, size);
    for number in numbers {
        varint(out, (*number).into());
    }
}

fn packed_size(numbers: &[u32]) -> u64 {
    numbers.iter().map(|number| varint_size((*number).into())).sum()
}

/// Seven bits a byte, the lowest first; all but the last have the eighth bit set.
fn varint(out: &mut Vec<u8>, mut number: u64) {
    #[allow(clippy::cast_possible_truncation, reason = "the lowest bits are meant")]
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    #[allow(clippy::cast_possible_truncation, reason = "below 0x80")]
    out.push(number as u8);
}

fn varint_size(number: u64) -> u64 {
    u64::from(u64::BITS - (number | 1).leading_zeros()).div_ceil(7)
}

/// Numbers of either sign as numbers that are small when they are near nought.
fn zigzag(number: i32) -> u32 {
    ((number << 1) ^ (number >> 31)).cast_unsigned()
}

fn zigzag_long(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn long(length: usize) -> u64 {
    length as u64
}

/// The number of a key or a value: the tile would be beyond 4 GiB before it does not fit.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The layers of a tile and how many features each has; `None` for what is no vector tile.
#[must_use]
pub fn features_of(mut tile: &[u8]) -> Option<Vec<(String, u64)>> {
    let mut layers = Vec::new();
    while !tile.is_empty() {
        let (TILE_LAYER, mut layer) = read_field(&mut tile)? else { return None };
        let (mut name, mut features, mut version) = (None, 0, false);
        while !layer.is_empty() {
            match read_field(&mut layer)? {
                (LAYER_NAME, text) => name = Some(std::str::from_utf8(text).ok()?.to_owned()),
                (LAYER_FEATURE, _) => features += 1,
                (LAYER_VERSION, _) => version = true,
                _ => {}
            }
        }
        layers.push((name.filter(|_| version)?, features));
    }
    Some(layers)
}

/// What the layer `meta` of a tile says; `None` where there is none, or where it does not say it.
#[must_use]
pub fn meta_of(mut tile: &[u8]) -> Option<Meta> {
    while !tile.is_empty() {
        let (TILE_LAYER, mut layer) = read_field(&mut tile)? else { return None };
        let (mut name, mut feature, mut keys, mut values) = (&b""[..], &b""[..], Vec::new(), Vec::new());
        while !layer.is_empty() {
            match read_field(&mut layer)? {
                (LAYER_NAME, text) => name = text,
                (LAYER_FEATURE, held) => feature = held,
                (LAYER_KEY, key) => keys.push(key),
                (LAYER_VALUE, value) => values.push(value),
                _ => {}
            }
        }
        if name != b"meta" {
            continue;
        }
        let mut tags = &b""[..];
        while !feature.is_empty() {
            if let (FEATURE_TAGS, held) = read_field(&mut feature)? {
                tags = held;
            }
        }
        let mut pairs = BTreeMap::new();
        while !tags.is_empty() {
            let [key, value] = [read_varint(&mut tags)?, read_varint(&mut tags)?].map(usize::try_from);
            // Numbers and yes or no are varints after a tag of one byte.
            let (_, mut number) = values.get(value.ok()?)?.split_first()?;
            pairs.insert(*keys.get(key.ok()?)?, read_varint(&mut number)?);
        }
        let of = |name: &str| pairs.get(name.as_bytes()).copied();
        return Some(Meta { matched: of("matched")?, returned: of("returned")?, aggregated: of("aggregated")? == 1 });
    }
    None
}

/// A field: its tag and, if it has a length, what it holds.
fn read_field<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let tag = u8::try_from(read_varint(bytes)?).ok()?;
    let length = match tag & 7 {
        0 => {
            read_varint(bytes)?;
            0
        }
        1 => 8,
        2 => usize::try_from(read_varint(bytes)?).ok()?,
        _ => return None,
    };
    let held = bytes.get(..length)?;
    *bytes = &bytes[length..];
    Some((tag, held))
}

/// Takes a varint from the front; `None` where there is none.
pub(super) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bbox, Field, FieldKind, Interval, Shape};
    use fast_mvt::{MvtGeometry, MvtReaderRef, MvtValueRef};
    use jiff::civil::date;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn at(x: i32, y: i32) -> Coord<i32> {
        Coord { x, y }
    }

    fn ring(vertices: &[(i32, i32)]) -> Vec<Coord<i32>> {
        vertices.iter().map(|(x, y)| at(*x, *y)).collect()
    }

    fn finished(layer: Layer) -> Vec<u8> {
        let mut tile = Vec::new();
        layer.finish(&mut tile);
        tile
    }

    /// The one geometry of a layer, as another program's reader understands it.
    fn drawn(geometry: GridGeometry<'_>) -> MvtGeometry {
        let mut layer = Layer::new("a");
        assert!(layer.feature(1, geometry, &[]));
        let tile = finished(layer);
        let reader = MvtReaderRef::new(&tile).unwrap();
        let layer = reader.layers().next().unwrap();
        layer.features().next().unwrap().geometry().unwrap()
    }

    #[test]
    fn the_examples_of_the_standard_are_written_as_it_writes_them() {
        // §4.3.5: point, multi-line and multi-polygon with a hole.
        let commands = |geometry| {
            let mut layer = Layer::new("a");
            layer.feature(1, geometry, &[]);
            layer.commands
        };
        assert_eq!(commands(GridGeometry::Point(at(25, 17))), [9, 50, 34]);
        let lines = [ring(&[(2, 2), (2, 10), (10, 10)]), ring(&[(1, 1), (3, 5)])];
        assert_eq!(commands(GridGeometry::Lines(&lines)), [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]);
        let polygons = [
            GridPolygon { exterior: ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]), holes: vec![] },
            GridPolygon {
                exterior: ring(&[(11, 11), (20, 11), (20, 20), (11, 20)]),
                holes: vec![ring(&[(13, 13), (13, 17), (17, 17), (17, 13)])],
            },
        ];
        assert_eq!(
            commands(GridGeometry::Area(&polygons)),
            [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15]
        );
    }

    #[test]
    fn rings_are_turned_and_closed_as_they_should_be() {
        let square = [(0, 0), (10, 0), (10, 10), (0, 10)];
        let hole = [(2, 2), (4, 2), (4, 4), (2, 4)];
        let right = GridPolygon { exterior: ring(&square), holes: vec![ring(&hole).into_iter().rev().collect()] };
        let mut wrong = GridPolygon { exterior: right.exterior.iter().rev().copied().collect(), holes: vec![ring(&hole)] };
        // Vertices twice, and the first again at the end, are not drawn.
        wrong.exterior.insert(1, wrong.exterior[0]);
        wrong.exterior.push(wrong.exterior[0]);
        for polygon in [right, wrong] {
            let MvtGeometry::Polygon(read) = drawn(GridGeometry::Area(&[polygon])) else { panic!() };
            assert_eq!(read.exterior().0.len(), 5);
            assert!(twice_area(&read.exterior().0) > 0);
            assert!(twice_area(&read.interiors()[0].0) < 0);
        }
    }

    #[test]
    fn what_has_no_extent_is_not_written() {
        let mut layer = Layer::new("a");
        assert!(!layer.feature(1, GridGeometry::Lines(&[ring(&[(3, 3), (3, 3)])]), &[]));
        let flat = GridPolygon { exterior: ring(&[(0, 0), (5, 5), (9, 9)]), holes: vec![ring(&[(0, 0), (2, 0), (0, 2)])] };
        assert!(!layer.feature(1, GridGeometry::Area(&[flat]), &[]));
        assert!(layer.is_empty());
    }

    #[test]
    fn values_are_listed_once_and_whole_numbers_are_short() {
        let mut layer = Layer::new("a");
        let numbers: Vec<u32> = [
            Value::Text("x"),
            Value::Int(-1),
            Value::Int(1),
            Value::Uint(1),
            Value::Double(1.0),
            Value::Bool(true),
            Value::Text("x"),
            Value::Int(-1),
            Value::Bool(true),
        ]
        .map(|value| layer.value(value))
        .to_vec();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 0, 1, 5]);
        assert_eq!(layer.values[5..9], [LAYER_VALUE, 2, VALUE_SINT, 1]);
        assert_eq!((layer.key("a"), layer.key("b"), layer.key("a"), layer.key("b"), layer.key("c")), (0, 1, 0, 1, 2));
    }

    #[test]
    fn the_tile_says_what_it_holds_in_a_feature_without_a_geometry() {
        let mut tile = finished(Layer::new("incidents"));
        write_meta(&mut tile, 100_000, 812, true);
        let reader = MvtReaderRef::new(&tile).unwrap();
        assert_eq!(reader.layers().map(|layer| layer.name()).collect::<Vec<_>>(), ["incidents", "meta"]);
        assert_eq!(features_of(&tile), Some(vec![("incidents".to_owned(), 0), ("meta".to_owned(), 1)]));
        assert_eq!(features_of(&tile[..tile.len() - 1]), None);
        assert_eq!(meta_of(&tile), Some(Meta { matched: 100_000, returned: 812, aggregated: true }));
        assert_eq!((meta_of(&tile[..tile.len() - 1]), meta_of(&finished(Layer::new("incidents")))), (None, None));
        let meta = reader.layers().last().unwrap();
        assert_eq!((meta.version(), meta.extent(), meta.feature_count()), (2, 4_096, 1));
        let feature = meta.features().next().unwrap();
        assert_eq!((feature.geom_type_value(), feature.geometry_commands()), (Some(0), &[][..]));
        let properties = feature.properties_vec().unwrap();
        assert_eq!(
            properties,
            [
                ("matched", MvtValueRef::UInt(100_000)),
                ("returned", MvtValueRef::UInt(812)),
                ("aggregated", MvtValueRef::Bool(true))
            ]
        );
    }

    #[test]
    fn the_id_of_a_feature_never_changes() {
        // Other programs may keep these numbers.
        assert_eq!(feature_id(""), 1_584_190_108_146_290);
        assert_eq!(feature_id("ML-1"), 6_428_960_444_733_679);
    }

    /// A record with a property of each kind and one that is unknown.
    #[derive(Debug)]
    struct Drawn {
        id: String,
        texts: Vec<String>,
    }

    impl Record for Drawn {
        fn id(&self) -> &str {
            &self.id
        }

        fn shape(&self) -> Shape<'_> {
            Shape::Unplaced
        }

        fn bbox(&self) -> Option<Bbox> {
            None
        }

        fn interval(&self) -> Interval {
            Interval::ALWAYS
        }

        fn fields(&self) -> &'static [Field] {
            const FIELDS: &[Field] = &[
                Field::new("unknown", FieldKind::Integer, ""),
                Field::new("texts", FieldKind::TextList, ""),
                Field::new("integer", FieldKind::Integer, ""),
                Field::new("number", FieldKind::Number, ""),
                Field::new("date", FieldKind::Date, ""),
                Field::new("as_of", FieldKind::Instant, ""),
            ];
            FIELDS
        }

        fn value(&self, name: &str, as_of: Instant) -> Property<'_> {
            match name {
                "texts" => Property::TextList(&self.texts),
                "integer" => (-3i64).into(),
                "number" => 0.7.into(),
                "date" => date(2024, 2, 29).into(),
                "as_of" => as_of.into(),
                _ => Property::Null,
            }
        }
    }

    #[test]
    fn a_record_has_its_id_and_what_is_known_of_it() {
        let record = Drawn { id: "a:1".to_owned(), texts: vec!["Gao".to_owned(), "Gawgaw".to_owned()] };
        let mut layer = Layer::new("places");
        assert!(layer.write_record(&record, GridGeometry::Point(at(1, 2)), Instant::parse("2024-05-06T00:00:00Z").unwrap()));
        assert!(layer.write_record(&record, GridGeometry::None, Instant::parse("2024-05-06T00:00:00Z").unwrap()));
        let tile = finished(layer);
        let reader = MvtReaderRef::new(&tile).unwrap();
        let layer = reader.layers().next().unwrap();
        assert_eq!(layer.feature_count(), 2);
        // The id of each feature is its own; the rest is listed once.
        assert_eq!((layer.keys().len(), layer.values().len()), (6, 7));
        for feature in layer.features() {
            assert_eq!(feature.id(), Some(feature_id("a:1")));
            assert_eq!(
                feature.properties_vec().unwrap(),
                [
                    ("id", MvtValueRef::String("a:1")),
                    ("texts", MvtValueRef::String("Gao|Gawgaw")),
                    ("integer", MvtValueRef::SInt(-3)),
                    ("number", MvtValueRef::Double(0.7)),
                    ("date", MvtValueRef::String("2024-02-29")),
                    ("as_of", MvtValueRef::String("2024-05-06T00:00:00Z")),
                ]
            );
        }
    }

    #[derive(Debug, Clone)]
    enum Any {
        Text(String),
        Int(i64),
        Uint(u64),
        Double(f64),
        Bool(bool),
    }

    impl Any {
        fn as_value(&self) -> Value<'_> {
            match self {
                Self::Text(text) => Value::Text(text),
                Self::Int(number) => Value::Int(*number),
                Self::Uint(number) => Value::Uint(*number),
                Self::Double(number) => Value::Double(*number),
                Self::Bool(yes) => Value::Bool(*yes),
            }
        }
    }

    fn any_value() -> impl Strategy<Value = Any> {
        prop_oneof![
            prop_oneof![Just("battle".to_owned()), vec(any::<char>(), 0..200).prop_map(String::from_iter)].prop_map(Any::Text),
            prop_oneof![-3..3i64, any::<i64>()].prop_map(Any::Int),
            any::<u64>().prop_map(Any::Uint),
            prop::num::f64::NORMAL.prop_map(Any::Double),
            any::<bool>().prop_map(Any::Bool),
        ]
    }

    fn place() -> impl Strategy<Value = Coord<i32>> {
        (-512..4_608i32, -512..4_608i32).prop_map(|(x, y)| at(x, y))
    }

    proptest! {
        #[test]
        fn points_and_their_values_read_back(
            points in vec((any::<u64>(), place(), vec((0..4usize, any_value()), 0..5)), 0..40)
        ) {
            let names = ["id", "event_type", "", "fatalités"];
            let mut layer = Layer::new("incidents");
            for (id, place, properties) in &points {
                let tags: Vec<u32> = properties.iter()
                    .flat_map(|(name, value)| [layer.key(names[*name]), layer.value(value.as_value())])
                    .collect();
                layer.point(*id, place.x, place.y, &tags);
            }
            let tile = finished(layer);
            let reader = MvtReaderRef::new(&tile).unwrap();
            let layer = reader.layers().next().unwrap();
            prop_assert_eq!((layer.version(), layer.extent(), layer.feature_count()), (2, 4_096, points.len()));
            for (feature, (id, place, properties)) in layer.features().zip(&points) {
                prop_assert_eq!(feature.id(), Some(*id));
                prop_assert_eq!(feature.geometry().unwrap(), MvtGeometry::Point((*place).into()));
                let read = feature.properties_vec().unwrap();
                prop_assert_eq!(read.len(), properties.len());
                for ((key, read), (name, written)) in read.into_iter().zip(properties) {
                    prop_assert_eq!(key, names[*name]);
                    let same = match (read, written) {
                        (MvtValueRef::String(a), Any::Text(b)) => a == b,
                        (MvtValueRef::Int(a) | MvtValueRef::SInt(a), Any::Int(b)) => a == *b,
                        (MvtValueRef::UInt(a), Any::Uint(b)) => a == *b,
                        (MvtValueRef::Double(a), Any::Double(b)) => a == *b,
                        (MvtValueRef::Bool(a), Any::Bool(b)) => a == *b,
                        _ => false,
                    };
                    prop_assert!(same, "{:?} {:?}", read, written);
                }
            }
        }

        #[test]
        fn lines_read_back_without_repeated_vertices(line in vec(place(), 2..40)) {
            let mut expected = line.clone();
            expected.dedup();
            prop_assume!(expected.len() > 1);
            let MvtGeometry::LineString(read) = drawn(GridGeometry::Lines(&[line])) else { panic!() };
            prop_assert_eq!(read.0, expected);
        }
    }
}
