//! The tile matrix set WebMercatorQuad: the tiles of each zoom, their bounds, and the one tile a position lies in.
//!
//! Source of its figures: OGC 17-083r4 (Two Dimensional Tile Matrix Set and Tile Set Metadata), Annex D.1.

use std::f64::consts::PI;

use super::TileError;
use crate::domain::{Bbox, Position};

/// The deepest zoom served. A pixel is about ten metres there, finer than any source places an incident.
pub const MAX_ZOOM: u8 = 14;

/// The latitude in degrees at which the map ends, where it is a square: atan(sinh π). Beyond it, to the poles, a position counts
/// to the first or last row.
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_6;

/// Half the side of the map in metres, EPSG:3857: π × 6,378,137 m (`pointOfOrigin` of every matrix).
const HALF_SIDE_M: f64 = PI * 6_378_137.0;

/// How far lines and areas reach beyond their tile, as a part of its side: 8 pixels of 256, more than half of any stroke.
pub const BUFFER: f64 = 1.0 / 32.0;

/// A tile: zoom 0 to [`MAX_ZOOM`], column `x` from the west and row `y` from the north, each 0 to 2^zoom − 1.
///
/// A tile holds its western and northern edges and not its eastern and southern ones, so that every position lies in exactly
/// one tile of a zoom. The edges of the map itself belong to the tiles along them.
///
/// ```
/// use harmattan::domain::Position;
/// use harmattan::tiles::TileId;
/// let bamako = TileId::of(Position::new(-8.0029, 12.6392)?, 6)?;
/// assert_eq!((bamako.z(), bamako.x(), bamako.y()), (6, 30, 29));
/// assert!(TileId::new(6, 64, 0).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

impl TileId {
    /// The tile in that column and row of a zoom.
    ///
    /// # Errors
    /// [`TileError::OutOfRange`] when there is no such zoom, column or row.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, TileError> {
        let last = last_at(z)?;
        check("x", x, last)?;
        check("y", y, last)?;
        Ok(Self { z, x, y })
    }

    /// Reads the three parts of a `z/x/y` address, column before row: decimal digits without sign or leading zeros, so that a
    /// tile has one address.
    ///
    /// # Errors
    /// [`TileError::NotANumber`] when a part is anything else, [`TileError::OutOfRange`] when there is no such tile.
    pub fn parse(z: &str, x: &str, y: &str) -> Result<Self, TileError> {
        let z = number("z", z, MAX_ZOOM.into())?;
        // `number` has bounded z; the fallback is never taken.
        let z = u8::try_from(z).unwrap_or(MAX_ZOOM);
        let last = last_at(z)?;
        Ok(Self { z, x: number("x", x, last)?, y: number("y", y, last)? })
    }

    /// The tile of a zoom that holds a position.
    ///
    /// # Errors
    /// [`TileError::OutOfRange`] when the zoom is beyond [`MAX_ZOOM`].
    pub fn of(position: Position, z: u8) -> Result<Self, TileError> {
        let last = last_at(z)?;
        let side = f64::from(last) + 1.0;
        let north = position.lat().clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin().atanh() / PI;
        // The formulas are off by a rounding near an edge; the edges themselves decide.
        let x = settle((position.lon() + 180.0) / 360.0 * side, last, |x| position.lon() >= west_of(z, x));
        let y = settle((1.0 - north) / 2.0 * side, last, |y| position.lat() <= north_of(z, y));
        Ok(Self { z, x, y })
    }

    /// The tile in a column and row that are known to be in range.
    pub(super) fn at(z: u8, x: u32, y: u32) -> Self {
        debug_assert!(Self::new(z, x, y).is_ok(), "{z}/{x}/{y}");
        Self { z, x, y }
    }

    /// Zoom.
    #[must_use]
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column, from the west.
    #[must_use]
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row, from the north.
    #[must_use]
    pub fn y(self) -> u32 {
        self.y
    }

    /// Its bounds in CRS84 degrees.
    #[must_use]
    pub fn bbox(self) -> Bbox {
        self.bbox_around(0.0)
    }

    /// Its bounds and [`BUFFER`] around them, in CRS84 degrees: where to search for what the tile shows, and where to cut it.
    ///
    /// The buffer ends at ±180°. The first and last row reach to the poles, since what lies there counts to them.
    #[must_use]
    pub fn buffered_bbox(self) -> Bbox {
        let bbox = self.bbox_around(BUFFER);
        let north = if self.y == 0 { 90.0 } else { bbox.north() };
        let south = if self.y == self.last() { -90.0 } else { bbox.south() };
        Bbox::new(bbox.west(), south, bbox.east(), north).unwrap_or(bbox)
    }

    /// Its bounds in metres of EPSG:3857: least x, least y, greatest x, greatest y.
    #[must_use]
    pub fn mercator_bounds(self) -> [f64; 4] {
        let side = 2.0 * HALF_SIDE_M / f64::from(1u32 << self.z);
        let (west, north) = (f64::from(self.x) * side - HALF_SIDE_M, HALF_SIDE_M - f64::from(self.y) * side);
        [west, north - side, west + side, north]
    }

    /// The tile one zoom up that holds it; `None` at zoom 0.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        Some(Self { z: self.z.checked_sub(1)?, x: self.x / 2, y: self.y / 2 })
    }

    /// The four tiles one zoom down that make it up: north-west, north-east, south-west, south-east; `None` at [`MAX_ZOOM`].
    #[must_use]
    pub fn children(self) -> Option<[Self; 4]> {
        let child = |dx, dy| Self { z: self.z + 1, x: 2 * self.x + dx, y: 2 * self.y + dy };
        (self.z < MAX_ZOOM).then(|| [child(0, 0), child(1, 0), child(0, 1), child(1, 1)])
    }

    fn last(self) -> u32 {
        (1u32 << self.z) - 1
    }

    fn bbox_around(self, buffer: f64) -> Bbox {
        let side = f64::from(1u32 << self.z);
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        let west = lon_at(((x - buffer) / side).max(0.0));
        let east = lon_at(((x + 1.0 + buffer) / side).min(1.0));
        let north = lat_at(((y - buffer) / side).max(0.0));
        let south = lat_at(((y + 1.0 + buffer) / side).min(1.0));
        // Parts of the side between 0 and 1 are longitudes and latitudes in range and in order.
        Bbox::new(west, south, east, north).unwrap_or(Bbox::WORLD)
    }
}

/// The last column and row of a zoom.
fn last_at(z: u8) -> Result<u32, TileError> {
    check("z", z.into(), MAX_ZOOM.into())?;
    Ok((1u32 << z) - 1)
}

fn check(axis: &'static str, value: u32, max: u32) -> Result<u32, TileError> {
    if value <= max { Ok(value) } else { Err(TileError::OutOfRange { axis, text: value.to_string(), max }) }
}

fn number(axis: &'static str, text: &str, max: u32) -> Result<u32, TileError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if !plain {
        return Err(TileError::NotANumber { axis, text: text.to_owned() });
    }
    // Digits that do not fit are still a number, only too large a one.
    let value = text.parse().ok().filter(|value| *value <= max);
    value.ok_or_else(|| TileError::OutOfRange { axis, text: text.to_owned(), max })
}

/// The last of 0..=`last` whose first edge a position has reached, starting at the computed place; 0 when it has reached none.
fn settle(near: f64, last: u32, reached: impl Fn(u32) -> bool) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is bounded in the same line")]
    let mut at = (near as u32).min(last);
    while at > 0 && !reached(at) {
        at -= 1;
    }
    while at < last && reached(at + 1) {
        at += 1;
    }
    at
}

fn west_of(z: u8, x: u32) -> f64 {
    lon_at(f64::from(x) / f64::from(1u32 << z))
}

fn north_of(z: u8, y: u32) -> f64 {
    lat_at(f64::from(y) / f64::from(1u32 << z))
}

/// Longitude in degrees at a part of the map's width, 0 in the west. Exact at every edge of a tile: 360 times a part in 2^14
/// needs 20 of a float's 53 bits.
fn lon_at(part: f64) -> f64 {
    part * 360.0 - 180.0
}

/// Latitude in degrees at a part of the map's height, 0 in the north.
fn lat_at(part: f64) -> f64 {
    (PI * (1.0 - 2.0 * part)).sinh().atan().to_degrees().clamp(-MAX_LATITUDE, MAX_LATITUDE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    /// Whether the bounds hold the position, western and northern edges in, those of the map both in.
    fn holds(tile: TileId, position: Position) -> bool {
        let bbox = tile.bbox();
        let (lon, lat) = (position.lon(), position.lat());
        let last = tile.last();
        let by_lon = bbox.west() <= lon && (lon < bbox.east() || (tile.x() == last && lon == 180.0));
        let by_lat = (lat <= bbox.north() || tile.y() == 0) && (lat > bbox.south() || tile.y() == last);
        by_lon && by_lat
    }

    #[test]
    fn the_end_of_the_map_is_where_it_is_a_square() {
        assert_eq!(MAX_LATITUDE, PI.sinh().atan().to_degrees());
        assert!((HALF_SIDE_M - 20_037_508.342_789_248).abs() < 1e-6);
        let world = TileId::new(0, 0, 0).unwrap();
        assert_eq!(world.bbox(), Bbox::new(-180.0, -MAX_LATITUDE, 180.0, MAX_LATITUDE).unwrap());
        assert_eq!(world.mercator_bounds(), [-HALF_SIDE_M, -HALF_SIDE_M, HALF_SIDE_M, HALF_SIDE_M]);
    }

    #[test]
    fn poles_and_the_antimeridian_belong_to_the_outer_tiles() {
        for (lon, lat, x, y) in [(-180.0, 90.0, 0, 0), (180.0, -90.0, 15, 15), (0.0, 0.0, 8, 8), (180.0, MAX_LATITUDE, 15, 0)] {
            assert_eq!(TileId::of(at(lon, lat), 4).unwrap(), TileId::new(4, x, y).unwrap(), "{lon} {lat}");
        }
    }

    #[test]
    fn a_point_just_west_of_an_edge_is_not_rounded_over_it() {
        let edge = west_of(14, 8_000);
        assert_eq!(TileId::of(at(edge, 1.0), 14).unwrap().x(), 8_000);
        assert_eq!(TileId::of(at(edge.next_down(), 1.0), 14).unwrap().x(), 7_999);
    }

    #[test]
    fn addresses_out_of_range_or_not_plain_numbers_are_refused() {
        assert_eq!(TileId::parse("15", "0", "0").unwrap_err().to_string(), "z 15 is out of 0..14");
        assert_eq!(TileId::parse("3", "8", "0").unwrap_err().to_string(), "x 8 is out of 0..7");
        assert_eq!(TileId::parse("3", "0", "99999999999").unwrap_err().to_string(), "y 99999999999 is out of 0..7");
        assert_eq!(TileId::parse("3", "-1", "0").unwrap_err().to_string(), "x '-1' is not a whole number");
        for text in ["", "1.0", "+1", "01", " 1", "0x1", "１"] {
            assert!(TileId::parse("3", text, "0").is_err(), "{text}");
        }
        assert_eq!(TileId::parse("14", "16383", "0").unwrap(), TileId::new(14, 16_383, 0).unwrap());
    }

    #[test]
    fn the_outer_rows_are_searched_to_the_poles() {
        let top = TileId::new(3, 0, 0).unwrap().buffered_bbox();
        assert_eq!((top.west(), top.north()), (-180.0, 90.0));
        assert_eq!(TileId::new(3, 7, 7).unwrap().buffered_bbox().south(), -90.0);
        assert!(!TileId::new(3, 7, 7).unwrap().buffered_bbox().crosses_antimeridian());
    }

    fn tile() -> impl Strategy<Value = TileId> {
        (0..=MAX_ZOOM).prop_flat_map(|z| {
            let side = 1u32 << z;
            (Just(z), 0..side, 0..side).prop_map(|(z, x, y)| TileId::new(z, x, y).unwrap())
        })
    }

    proptest! {
        #[test]
        fn every_position_is_in_its_tile_and_in_no_neighbour(lon in -180.0..=180.0f64, lat in -90.0..=90.0f64, z in 0..=MAX_ZOOM) {
            let tile = TileId::of(at(lon, lat), z).unwrap();
            for dx in -1i64..=1 {
                for dy in -1i64..=1 {
                    let near = |at: u32, by: i64| u32::try_from(i64::from(at) + by).ok();
                    if let (Some(x), Some(y)) = (near(tile.x(), dx), near(tile.y(), dy))
                        && let Ok(neighbour) = TileId::new(z, x, y)
                    {
                        prop_assert_eq!(holds(neighbour, at(lon, lat)), neighbour == tile);
                    }
                }
            }
            prop_assert!(tile.buffered_bbox().contains(at(lon, lat)));
        }

        #[test]
        fn the_corners_and_edges_of_a_tile_are_each_in_one_tile(tile in tile(), part in 0.0..1.0f64) {
            let bbox = tile.bbox();
            let inner_lon = bbox.west() + (bbox.east() - bbox.west()) * part;
            let inner_lat = bbox.south() + (bbox.north() - bbox.south()) * (1.0 - part);
            prop_assert_eq!(TileId::of(at(bbox.west(), bbox.north()), tile.z()).unwrap(), tile);
            prop_assert_eq!(TileId::of(at(inner_lon, bbox.north()), tile.z()).unwrap(), tile);
            prop_assert_eq!(TileId::of(at(bbox.west(), inner_lat), tile.z()).unwrap(), tile);
            let last = tile.last();
            let east = TileId::of(at(bbox.east(), inner_lat), tile.z()).unwrap();
            prop_assert_eq!((east.x(), east.y()), ((tile.x() + 1).min(last), tile.y()));
            let south = TileId::of(at(inner_lon, bbox.south()), tile.z()).unwrap();
            prop_assert_eq!((south.x(), south.y()), (tile.x(), (tile.y() + 1).min(last)));
        }

        #[test]
        fn the_children_partition_their_parent(tile in tile(), lon in -180.0..=180.0f64, lat in -90.0..=90.0f64) {
            if let Some(children) = tile.children() {
                prop_assert!(children.iter().all(|child| child.parent() == Some(tile)));
                let [nw, ne, sw, se] = children.map(TileId::bbox);
                prop_assert_eq!((nw.west(), nw.north(), se.east(), se.south()),
                    (tile.bbox().west(), tile.bbox().north(), tile.bbox().east(), tile.bbox().south()));
                prop_assert_eq!((nw.east(), nw.south()), (ne.west(), sw.north()));
                let holding = TileId::of(at(lon, lat), tile.z()).unwrap() == tile;
                let deeper = TileId::of(at(lon, lat), tile.z() + 1).unwrap();
                prop_assert_eq!(children.contains(&deeper), holding);
            }
        }

        #[test]
        fn an_address_reads_back(tile in tile()) {
            let (z, x, y) = (tile.z().to_string(), tile.x().to_string(), tile.y().to_string());
            prop_assert_eq!(TileId::parse(&z, &x, &y).unwrap(), tile);
        }
    }
}
