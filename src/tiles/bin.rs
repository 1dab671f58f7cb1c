//! Cells and bins: what a tile shows where it holds more incidents than can be told apart. A bin says how many there are in a cell
//! and what was reported of deaths, summed; nothing is estimated, and the bins of a tile sum to what it holds.

use std::fmt;

use super::MapPoint;
use super::geojson::{Geometry, write_geometry, write_integer, write_string};
use super::grid::degrees_at;
use super::mvt::{Layer, Value, feature_id};
use crate::domain::Position;
use geo::Coord;

/// How many zooms finer than its tile a cell is: 32 × 32 cells to a tile, 8 pixels of 256 each, far below `max_features`.
pub const CELL_STEPS: u8 = 5;

/// The deepest zoom of a cell: the cells of the deepest tiles.
pub const MAX_CELL_ZOOM: u8 = super::MAX_ZOOM + CELL_STEPS;

/// A cell of the map: a tile of a zoom that may be deeper than tiles are served. Written `z/x/y`, column before row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Zoom, at most [`MAX_CELL_ZOOM`].
    pub z: u8,
    /// Column from the west.
    pub x: u32,
    /// Row from the north.
    pub y: u32,
}

impl Cell {
    /// The cell of a zoom that holds a point of the map; of the deepest zoom when it is deeper.
    #[must_use]
    pub fn of(point: MapPoint, z: u8) -> Self {
        let z = z.min(MAX_CELL_ZOOM);
        // The first bits are column and row. At zoom 0 there is one of each, and a shift by all bits is none.
        let first_bits = |of: u32| of.checked_shr(u32::BITS - u32::from(z)).unwrap_or(0);
        Self { z, x: first_bits(point.x), y: first_bits(point.y) }
    }

    /// The cell of a coarser zoom that holds it; itself where that is its own, or a finer one.
    #[must_use]
    pub fn at(self, z: u8) -> Self {
        let up = u32::from(self.z.saturating_sub(z));
        Self { z: self.z.min(z), x: self.x >> up, y: self.y >> up }
    }

    /// Longitude and latitude of its centre, where its bin is drawn: CRS84 degrees.
    #[must_use]
    pub fn centre(self) -> (f64, f64) {
        // Cells are squares of the map: the centre is halfway in its metres, not in degrees of latitude.
        let at = |index: u32| i32::try_from((2 * u64::from(index) + 1) << (MAX_CELL_ZOOM - self.z)).unwrap_or(i32::MAX);
        // In halves of the smallest cell; the grid of zoom 8 divides the side in as many.
        let centre = degrees_at(Coord { x: at(self.x), y: at(self.y) }, MAX_CELL_ZOOM + 1 - 12);
        (centre.x, centre.y)
    }

    /// The same as a position.
    #[must_use]
    pub fn centre_position(self) -> Option<Position> {
        let (lon, lat) = self.centre();
        Position::new(lon, lat).ok()
    }

    /// West, south, east and north: CRS84 degrees.
    #[must_use]
    pub fn bounds(self) -> [f64; 4] {
        let at = |index: u32| i32::try_from(u64::from(index) << (MAX_CELL_ZOOM + 1 - self.z)).unwrap_or(i32::MAX);
        let corner = |x, y| degrees_at(Coord { x: at(x), y: at(y) }, MAX_CELL_ZOOM + 1 - 12);
        let (north_west, south_east) = (corner(self.x, self.y), corner(self.x + 1, self.y + 1));
        [north_west.x, south_east.y, south_east.x, north_west.y]
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

/// How many incidents, and what was reported of deaths in them, summed.
///
/// An unknown death count adds nothing to the sums and one to `unknown`: a sum is of what is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Incidents.
    pub count: u64,
    /// Sum of the best figures.
    pub best: u64,
    /// Sum of the least figures.
    pub low: u64,
    /// Sum of the greatest figures.
    pub high: u64,
    /// Incidents whose best figure is unknown.
    pub unknown: u64,
}

impl Tally {
    /// Names and values, as they are on the wire beside the count, which is named differently by bins and by groups.
    #[must_use]
    pub fn fatalities(&self) -> [(&'static str, u64); 4] {
        [
            ("fatalities_best", self.best),
            ("fatalities_low", self.low),
            ("fatalities_high", self.high),
            ("fatalities_unknown", self.unknown),
        ]
    }
}

impl Tally {
    /// Appends the count, and the sums under their names, as members of an object whose last key was that of the count.
    pub fn write_json(&self, out: &mut String) {
        let mut number = |key: &str, number: u64| {
            out.push_str(key);
            write_integer(out, i64::try_from(number).unwrap_or(i64::MAX));
        };
        number("", self.count);
        number(",\"fatalities_best\":", self.best);
        number(",\"fatalities_low\":", self.low);
        number(",\"fatalities_high\":", self.high);
        number(",\"fatalities_unknown\":", self.unknown);
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.best += other.best;
        self.low += other.low;
        self.high += other.high;
        self.unknown += other.unknown;
    }
}

impl std::ops::SubAssign for Tally {
    /// Takes a part out of a sum.
    fn sub_assign(&mut self, part: Self) {
        self.count -= part.count;
        self.best -= part.best;
        self.low -= part.low;
        self.high -= part.high;
        self.unknown -= part.unknown;
    }
}

/// The records of a cell as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// Where.
    pub cell: Cell,
    /// How many, and of incidents what of deaths.
    pub tally: Tally,
}

/// What bins tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinOf {
    /// How many incidents, and the sums of deaths.
    Incidents,
    /// How many records: places and observations have no deaths to sum.
    Records,
}

impl Bin {
    /// Appends it as a GeoJSON Feature: a point at the centre of its cell.
    pub fn write_geojson(&self, out: &mut String, of: BinOf) {
        let mut id = String::new();
        write_id(&mut id, self.cell);
        out.push_str("{\"type\":\"Feature\",\"id\":");
        write_string(out, &id);
        out.push_str(",\"geometry\":");
        write_geometry(out, self.cell.centre_position().map_or(Geometry::Null, Geometry::Point));
        out.push_str(",\"properties\":{\"point_count\":");
        match of {
            BinOf::Incidents => self.tally.write_json(out),
            BinOf::Records => write_integer(out, i64::try_from(self.tally.count).unwrap_or(i64::MAX)),
        }
        out.push_str(",\"cell\":");
        write_string(out, &id[ID_PREFIX.len()..]);
        out.push_str("}}");
    }
}

/// Adds bins to a layer of a vector tile whose zoom is [`CELL_STEPS`] less than theirs, each a point at the centre of its cell.
pub fn write_bins(bins: &[Bin], of: BinOf, layer: &mut Layer) {
    layer.reserve(bins.len());
    let (count, name) = (layer.key("point_count"), layer.key("cell"));
    let sums = Tally::default().fatalities().map(|(name, _)| if of == BinOf::Incidents { layer.key(name) } else { 0 });
    // Most counts are small and come again and again.
    let mut small = [None; 256];
    let mut number = |layer: &mut Layer, number: u64| match usize::try_from(number).ok().and_then(|at| small.get_mut(at)) {
        Some(known) => *known.get_or_insert_with(|| layer.value(Value::Uint(number))),
        None => layer.value(Value::Uint(number)),
    };
    let mut id = String::new();
    for Bin { cell, tally } in bins {
        write_id(&mut id, *cell);
        let value = number(layer, tally.count);
        layer.tag(count, value);
        if of == BinOf::Incidents {
            for (key, (_, sum)) in sums.into_iter().zip(tally.fatalities()) {
                let value = number(layer, sum);
                layer.tag(key, value);
            }
        }
        let value = layer.unique_text(&id[ID_PREFIX.len()..]);
        layer.tag(name, value);
        // A cell is 4,096 >> 5 = 128 units wide; its place in the tile is in the last bits of its column and row.
        let side = super::TILE_EXTENT >> CELL_STEPS;
        let at = |index: u32| i32::try_from((index & ((1 << CELL_STEPS) - 1)) * side + side / 2).unwrap_or(0);
        layer.tagged_point(feature_id(&id), at(cell.x), at(cell.y));
    }
}

const ID_PREFIX: &str = "cell:";

/// Puts the id of a bin in place of what was there: `cell:z/x/y`.
fn write_id(id: &mut String, cell: Cell) {
    id.clear();
    id.push_str(ID_PREFIX);
    write_integer(id, cell.z.into());
    for part in [cell.x, cell.y] {
        id.push('/');
        write_integer(id, part.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_point_and_the_centre_of_its_cell_lie_in_the_cell(lon in -180.0..180.0f64, lat in -85.0..85.0f64, z in 0..=MAX_CELL_ZOOM) {
            let point = MapPoint::of(Position::new(lon, lat).unwrap());
            let cell = Cell::of(point, z);
            let (lon, lat) = cell.centre();
            prop_assert_eq!(Cell::of(MapPoint::of(Position::new(lon, lat).unwrap()), z), cell);
            let [west, south, east, north] = cell.bounds();
            prop_assert!(west < lon && lon < east && south < lat && lat < north);
            if z <= super::super::MAX_ZOOM {
                let tile = point.tile(z);
                prop_assert_eq!((tile.x(), tile.y()), (cell.x, cell.y));
            }
        }
    }

    #[test]
    fn a_bin_is_a_point_at_the_centre_of_its_cell() {
        let cell = Cell { z: 9, x: 250, y: 236 };
        let bin = Bin { cell, tally: Tally { count: 7, best: 3, low: 2, high: 5, unknown: 1 } };
        let mut text = String::new();
        bin.write_geojson(&mut text, BinOf::Incidents);
        assert_eq!(
            text,
            r#"{"type":"Feature","id":"cell:9/250/236","geometry":{"type":"Point","coordinates":[-3.867188,13.581921]},"properties":{"point_count":7,"fatalities_best":3,"fatalities_low":2,"fatalities_high":5,"fatalities_unknown":1,"cell":"9/250/236"}}"#
        );
    }
}
