//! What can be wrong with the address of a tile.

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
