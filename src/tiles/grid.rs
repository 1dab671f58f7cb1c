//! The finest grid of the map: a position as two integers, from which its tile, its cell and its place within a tile follow at
//! every zoom by shifting bits, the same for all of them.

use super::TileId;
use super::matrix::{MAX_LATITUDE, north_of, settle, west_of};
use crate::domain::Position;
use std::f64::consts::PI;

/// The zoom whose tiles are the grid's steps: 4 centimetres at the equator, and still more than a thousand times what the rounding of
/// a float is worth in degrees.
pub const GRID_ZOOM: u8 = 30;

/// Steps of a tile's own grid, in which MVT gives positions (`tile_extent`).
pub const TILE_EXTENT: u32 = 4_096;

/// A position on the grid: steps from the west and from the north.
///
/// ```
/// use harmattan::domain::Position;
/// use harmattan::tiles::{GridPosition, TileId};
/// let bamako = Position::new(-8.0029, 12.6392)?;
/// let on_grid = GridPosition::of(bamako);
/// assert_eq!(on_grid.tile(6), TileId::of(bamako, 6)?);
/// assert_eq!(on_grid.in_tile(TileId::new(6, 30, 29)?), Some((2363, 2980)));
/// assert_eq!(on_grid.in_tile(TileId::new(6, 30, 30)?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GridPosition {
    /// From the antimeridian eastwards.
    pub x: u32,
    /// From the northern edge of the map southwards.
    pub y: u32,
}

impl GridPosition {
    /// The step that holds a position; its western and northern edges belong to it. Beyond the map, to the poles, it is the
    /// first or last row.
    #[must_use]
    pub fn of(position: Position) -> Self {
        const LAST: u32 = (1 << GRID_ZOOM) - 1;
        let side = f64::from(LAST) + 1.0;
        let north = position.lat().clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin().atanh() / PI;
        // The formulas are off by a rounding near an edge; the edges themselves decide, as they do for a tile.
        let x = settle((position.lon() + 180.0) / 360.0 * side, LAST, |x| position.lon() >= west_of(GRID_ZOOM, x));
        let y = settle((1.0 - north) / 2.0 * side, LAST, |y| position.lat() <= north_of(GRID_ZOOM, y));
        Self { x, y }
    }

    /// The tile of a zoom that holds it; of the deepest zoom that is served when the zoom is deeper.
    #[must_use]
    pub fn tile(self, z: u8) -> TileId {
        let z = z.min(super::matrix::MAX_ZOOM);
        TileId::at(z, self.x >> (GRID_ZOOM - z), self.y >> (GRID_ZOOM - z))
    }

    /// Whether the tile holds it.
    #[must_use]
    pub fn is_in(self, tile: TileId) -> bool {
        let shift = GRID_ZOOM - tile.z();
        self.x >> shift == tile.x() && self.y >> shift == tile.y()
    }

    /// Its place in the tile's own grid of [`TILE_EXTENT`] steps, from the west and from the north, each 0 to 4095; `None` when
    /// the tile does not hold it.
    #[must_use]
    pub fn in_tile(self, tile: TileId) -> Option<(u32, u32)> {
        let step = GRID_ZOOM - tile.z() - 12;
        self.is_in(tile).then(|| (self.x >> step & (TILE_EXTENT - 1), self.y >> step & (TILE_EXTENT - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_grid_and_the_tiles_agree_at_every_zoom(lon in -180.0..=180.0f64, lat in -90.0..=90.0f64, z in 0u8..=14) {
            let position = Position::new(lon, lat).unwrap();
            let tile = TileId::of(position, z).unwrap();
            let on_grid = GridPosition::of(position);
            prop_assert_eq!(on_grid.tile(z), tile);
            prop_assert!(on_grid.is_in(tile));
        }

        #[test]
        fn an_edge_of_a_tile_belongs_to_one_tile(z in 0u8..=14, x in any::<u32>(), y in any::<u32>()) {
            let last = (1u32 << z) - 1;
            let tile = TileId::new(z, x & last, y & last).unwrap();
            let corner = Position::new(tile.bbox().west(), tile.bbox().north()).unwrap();
            prop_assert_eq!(GridPosition::of(corner).tile(z), TileId::of(corner, z).unwrap());
            prop_assert_eq!(GridPosition::of(corner).in_tile(tile), Some((0, 0)));
        }
    }
}
