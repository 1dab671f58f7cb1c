//! Map tiles: which tile a position lies in, what of a shape a tile shows, and the text it is sent as.
//!
//! Nothing here asks a store: a tile is turned into a box, and what is found is cut and written.

mod bin;
mod clip;
mod drawn;
mod error;
pub mod geojson;
mod grid;
mod matrix;
pub mod mvt;

pub use bin::{Bin, CELL_STEPS, Cell, MAX_CELL_ZOOM, Tally};
pub use clip::{Part, clip_area, clip_line};
pub use drawn::Drawn;
pub use error::TileError;
pub use grid::{MapPoint, TILE_EXTENT, degrees_at, snapped};
pub use matrix::{BUFFER, MAX_LATITUDE, MAX_ZOOM, TileId};
