//! What can be wrong with the address of a tile, and with a file of tiles.

/// An address at which there is no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// A zoom, column or row that is not written as a plain whole number.
    #[error("{axis} '{text}' is not a whole number")]
    NotANumber {
        /// `z`, `x` or `y`.
        axis: &'static str,
        /// The text as given.
        text: String,
    },
    /// A zoom beyond the deepest, or a column or row that its zoom does not have.
    #[error("{axis} {text} is out of 0..{max}")]
    OutOfRange {
        /// `z`, `x` or `y`.
        axis: &'static str,
        /// The number as given.
        text: String,
        /// Greatest number accepted, included.
        max: u32,
    },
}

/// What can go wrong with a PMTiles file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PmtilesError {
    /// The file could not be written.
    #[error("cannot write the tiles")]
    Write(#[source] pmtiles::PmtError),
    /// The file could not be read back.
    #[error("cannot read the tiles back")]
    Read(#[from] std::io::Error),
    /// What was read is no PMTiles file, or not a whole one.
    #[error("{what}, at byte {offset}")]
    Damaged {
        /// What is wrong.
        what: &'static str,
        /// Where the header, directory or tile begins in the file.
        offset: u64,
    },
}
