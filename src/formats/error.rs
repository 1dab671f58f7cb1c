//! What keeps a format from being written.

use arrow_schema::ArrowError;
use std::io;

/// An output that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// What is written to, or the file that features are put aside in, takes no more.
    #[error("it cannot be written")]
    Io(#[from] io::Error),
    /// A batch of records that is no Arrow.
    #[error("the records make no Arrow table")]
    Arrow(#[source] ArrowError),
}

impl From<ArrowError> for FormatError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, source) => Self::Io(source),
            other => Self::Arrow(other),
        }
    }
}

impl From<csv::Error> for FormatError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(source) => Self::Io(source),
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}
