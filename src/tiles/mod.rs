//! Map tiles: which tile a position lies in, what of a shape a tile shows, and the text it is sent as.
//!
//! Nothing here asks a store: a tile is turned into a box, and what is found is cut and written.

mod clip;
mod error;
pub mod geojson;
mod grid;
mod matrix;

pub use clip::{Part, clip_area, clip_line};
pub use error::TileError;
pub use grid::{GRID_ZOOM, GridPosition, TILE_EXTENT};
pub use matrix::{BUFFER, MAX_LATITUDE, MAX_ZOOM, TileId};
