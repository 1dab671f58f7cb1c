//! Map tiles: which tile a position lies in, what of a shape a tile shows, and the text it is sent as.
//!
//! Nothing here asks a store: a tile is turned into a box, and what is found is cut and written.

mod bin;
mod clip;
mod coverage;
mod drawn;
mod error;
pub mod geojson;
mod grid;
mod lines;
mod matrix;
pub mod mvt;
pub mod pmtiles;
mod reproject;
mod sketch;
mod tilejson;

pub use bin::{Bin, BinOf, CELL_STEPS, Cell, MAX_CELL_ZOOM, Tally, write_bins};
pub use clip::{Part, clip_area, clip_line};
pub use coverage::{Coverage, SimplifiedZoom, area_of};
pub use drawn::Drawn;
pub use error::{PmtilesError, TileError};
pub use grid::{BUFFER_UNITS, MapPoint, TILE_EXTENT, degrees_at, snapped};
pub use lines::{lines_in, lines_of, simplified_line};
pub use matrix::{BUFFER, MAX_LATITUDE, MAX_ZOOM, TileId};
pub use reproject::Reprojected;
pub use sketch::Sketch;
pub use tilejson::{PropertyType, TileSet, VectorLayer};
