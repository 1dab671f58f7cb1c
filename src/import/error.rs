//! What stops the reading of a whole file; what stops a row is a [`Rejection`](super::Rejection).

use std::io;

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The bytes cannot be read, or not to their end.
    #[error("{file} cannot be read")]
    Read {
        /// The file's name.
        file: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// An archive is damaged.
    #[error("{file} is not a zip archive that can be read")]
    Zip {
        /// The archive's name.
        file: String,
        /// What the zip reader says.
        #[source]
        source: zip::result::ZipError,
    },
    /// An archive does not hold exactly one data file.
    #[error("{file} does not hold one data file but: {names}; unpack it and import the files one by one")]
    Archive {
        /// The archive's name.
        file: String,
        /// The names of the files in it.
        names: String,
    },
    /// Nothing in the file.
    #[error("{file} is empty")]
    Empty {
        /// The file's name.
        file: String,
    },
    /// The columns are those of no known kind of file.
    #[error("{file}: no known format has these columns: {columns}; name the format with --format or the columns with --map")]
    UnknownFormat {
        /// The file's name.
        file: String,
        /// The names in the file.
        columns: String,
    },
    /// The table's first line lacks a column.
    #[error("{file}: no column for '{column}' in the first line")]
    MissingColumn {
        /// The file's name.
        file: String,
        /// The column that is needed.
        column: String,
    },
    /// A name of the column map is no column of the file.
    #[error("{file}: the column map names '{column}', which the file does not have")]
    UnmappedColumn {
        /// The file's name.
        file: String,
        /// The name.
        column: String,
    },
    /// The text is no table.
    #[error("{file} cannot be read as a table")]
    Table {
        /// The file's name.
        file: String,
        /// What the CSV reader says.
        #[source]
        source: csv::Error,
    },
    /// A file that belongs to the bundled data is not in the program.
    #[error("the bundled file {file} is missing from the program")]
    NotBundled {
        /// The file's name.
        file: String,
    },
    /// A bundled table has a row that cannot be read.
    #[error("a bundled table is damaged: {0}")]
    Damaged(super::Rejection),
    /// A dataset that the rows belong to is not described.
    #[error("no dataset '{id}' in datasets.csv")]
    UnknownDataset {
        /// The dataset's id.
        id: String,
    },
}
