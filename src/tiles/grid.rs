//! The grid of whole numbers in which a vector tile draws: 4,096 units along the side of a tile, x to the east and y to the
//! south. The grids of all tiles of a zoom make up one grid of the whole map.

use geo::Coord;
use std::f64::consts::PI;

use super::matrix::{MAX_LATITUDE, MAX_ZOOM, TileId};
use crate::domain::Position;

/// Units along the side of a tile, as vector tiles are usually made (MVT 2.1 §4.1 leaves it open). 0.6 m at the deepest zoom.
pub const TILE_EXTENT: u32 = 1 << EXTENT_BITS;

pub(super) const EXTENT_BITS: u32 = 12;

/// A position in the square of the map in fixed point: x from the west and y from the north, 2^32 to the side (about a centimetre).
///
/// Which tile holds it and where, is a matter of bits then, without trigonometry: the first `z` bits are column and row of the
/// tile, the next twelve the place in its grid. It agrees with [`TileId::of`] in every case, on the edges too. A place in the grid
/// is rounded down, to the north-west, and so never leaves its tile; it is off by less than a unit.
///
/// ```
/// use harmattan::domain::Position;
/// use harmattan::tiles::{MapPoint, TileId};
/// let bamako = MapPoint::of(Position::new(-8.0029, 12.6392)?);
/// let tile = TileId::new(6, 30, 29)?;
/// assert_eq!(bamako.tile(6), tile);
/// assert_eq!((bamako.within(tile).x, bamako.within(tile).y), (2364, 3008));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MapPoint {
    /// From the west.
    pub x: u32,
    /// From the north.
    pub y: u32,
}

impl MapPoint {
    /// Where a position lies. What is beyond [`MAX_LATITUDE`] counts to the edge.
    #[must_use]
    pub fn of(position: Position) -> Self {
        // The tile of the deepest zoom settles the first bits, and with them every edge of a tile.
        let (column, row) = TileId::of(position, MAX_ZOOM).map_or((0, 0), |tile| (tile.x(), tile.y()));
        let [x, y] = parts(position.lon(), position.lat());
        Self { x: fixed(x, column), y: fixed(y, row) }
    }

    /// The tile of a zoom that holds it; beyond [`MAX_ZOOM`], that of [`MAX_ZOOM`].
    #[must_use]
    pub fn tile(self, z: u8) -> TileId {
        let z = z.min(MAX_ZOOM);
        let first_bits = |of: u32| u32::try_from((u64::from(of) << z) >> 32).unwrap_or(0);
        TileId::at(z, first_bits(self.x), first_bits(self.y))
    }

    /// Its place in the grid of a tile that holds it, 0 to 4,095 each; for any other tile the place that it would have in its own
    /// tile of that zoom.
    #[must_use]
    pub fn within(self, tile: TileId) -> Coord<i32> {
        let down = u32::BITS - EXTENT_BITS - u32::from(tile.z());
        let place = |of: u32| i32::try_from((of >> down) & (TILE_EXTENT - 1)).unwrap_or(0);
        Coord { x: place(self.x), y: place(self.y) }
    }
}

/// The point of the map's grid at a zoom that is nearest to a longitude and a latitude; of use for lines and areas, which may lie
/// across several tiles.
#[must_use]
pub fn snapped(at: Coord<f64>, z: u8) -> Coord<i32> {
    point_in(at, EXTENT_BITS + u32::from(z.min(MAX_ZOOM)))
}

/// The nearest point of the grid of 2^`bits` units to the side of the map, 30 at most.
pub(super) fn point_in(at: Coord<f64>, bits: u32) -> Coord<i32> {
    let side = f64::from(1u32 << bits);
    #[allow(clippy::cast_possible_truncation, reason = "at most 2^30")]
    let [x, y] = parts(at.x, at.y).map(|part| (part * side).round() as i32);
    Coord { x, y }
}

impl TileId {
    /// The north-western corner of the tile in the map's grid at its zoom.
    #[must_use]
    pub fn corner(self) -> Coord<i32> {
        let at = |tile: u32| (tile * TILE_EXTENT).cast_signed();
        Coord { x: at(self.x()), y: at(self.y()) }
    }
}

/// [`BUFFER`](super::BUFFER) in units of the grid.
pub const BUFFER_UNITS: i32 = TILE_EXTENT.cast_signed() / 32;

/// The longitude and the latitude of a point of the map's grid at a zoom.
#[must_use]
pub fn degrees_at(at: Coord<i32>, z: u8) -> Coord<f64> {
    let side = f64::from(TILE_EXTENT << z.min(MAX_ZOOM));
    let (x, y) = (f64::from(at.x) / side, f64::from(at.y) / side);
    Coord { x: x * 360.0 - 180.0, y: (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees() }
}

/// Where a longitude and a latitude lie in the square of the map, 0 to 1 from the west and from the north.
fn parts(lon: f64, lat: f64) -> [f64; 2] {
    let north = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin().atanh() / PI;
    [((lon + 180.0) / 360.0).clamp(0.0, 1.0), ((1.0 - north) / 2.0).clamp(0.0, 1.0)]
}

/// A part of the map's side in fixed point, in the column or row of the deepest zoom that is known to hold it.
fn fixed(part: f64, tile: u32) -> u32 {
    let below = u32::BITS - u32::from(MAX_ZOOM);
    let first = tile << below;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is bounded in the same line")]
    let found = (part * 4_294_967_296.0) as u32;
    found.clamp(first, first | ((1 << below) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    #[test]
    fn the_corners_of_the_map_are_the_ends_of_the_grid() {
        let north_west = MapPoint::of(at(-180.0, 90.0));
        assert_eq!((north_west.x, north_west.y), (0, 0));
        let south_east = MapPoint::of(at(180.0, -90.0));
        assert_eq!((south_east.x, south_east.y), (u32::MAX, u32::MAX));
        assert_eq!(south_east.within(south_east.tile(0)), Coord { x: 4_095, y: 4_095 });
        assert_eq!(snapped(Coord { x: 180.0, y: -90.0 }, 14), Coord { x: 1 << 26, y: 1 << 26 });
    }

    #[test]
    fn a_point_on_the_north_western_corner_of_a_tile_is_at_nought_in_it() {
        for (z, x, y) in [(0, 0, 0), (1, 1, 1), (6, 31, 29), (14, 8_000, 7_531)] {
            let tile = TileId::new(z, x, y).unwrap();
            let corner = MapPoint::of(at(tile.bbox().west(), tile.bbox().north()));
            assert_eq!(corner.tile(z), tile);
            assert_eq!(corner.within(tile), Coord { x: 0, y: 0 });
        }
    }

    #[test]
    fn a_point_just_west_of_an_edge_is_in_the_last_column_of_its_tile() {
        let tile = TileId::new(14, 8_000, 7_531).unwrap();
        let point = MapPoint::of(at(tile.bbox().west().next_down(), 14.0));
        assert_eq!(point.tile(14).x(), 7_999);
        assert_eq!(point.within(point.tile(14)).x, 4_095);
    }

    proptest! {
        #[test]
        fn a_point_is_in_its_tile_and_less_than_a_unit_from_where_it_belongs(
            lon in -180.0..=180.0f64, lat in -90.0..=90.0f64, z in 0..=MAX_ZOOM
        ) {
            let point = MapPoint::of(at(lon, lat));
            let tile = TileId::of(at(lon, lat), z).unwrap();
            prop_assert_eq!(point.tile(z), tile);
            let place = point.within(tile);
            prop_assert!((0..4_096).contains(&place.x) && (0..4_096).contains(&place.y));
            let exact = parts(lon, lat).map(|part| part * f64::from(TILE_EXTENT << z));
            let on_the_map = [tile.x() * TILE_EXTENT, tile.y() * TILE_EXTENT].map(f64::from);
            for (exact, found) in [(exact[0], on_the_map[0] + f64::from(place.x)), (exact[1], on_the_map[1] + f64::from(place.y))] {
                prop_assert!((exact - found).abs() <= 1.0, "{} {}", exact, found);
            }
        }

        #[test]
        fn a_point_of_the_grid_keeps_its_place_as_degrees(x in 0..=1i32 << 26, y in 0..=1i32 << 26, z in 0..=MAX_ZOOM) {
            let up = MAX_ZOOM - z;
            let place = Coord { x: x >> up, y: y >> up };
            prop_assert_eq!(snapped(degrees_at(place, z), z), place);
        }
    }
}
