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
    /// The file ends in the middle of something: it is not whole, so nothing of it should be kept.
    #[error("{file} is not whole: it ends in line {line}, and {reason}")]
    CutOff {
        /// The file's name.
        file: String,
        /// The line of the text in which it ends.
        line: u64,
        /// What it ends in the middle of.
        reason: String,
    },
    /// The text cannot be read any further, and rows may follow.
    #[error("{file} cannot be read any further than line {line}: {reason}")]
    Broken {
        /// The file's name.
        file: String,
        /// The line of the text.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// An archive is damaged, or not whole: its directory stands at its end.
    #[error("{file} is a zip archive that is damaged or not whole")]
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
    /// A file in OpenStreetMap's binary form is damaged, not whole, or holds what is not read.
    #[error("{file} cannot be read as OpenStreetMap PBF: {reason}")]
    Pbf {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        reason: String,
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

impl ImportError {
    /// What it means that a text cannot be read on in a line.
    pub(super) fn reading(file: &str, line: u64, source: io::Error) -> Self {
        let file = file.to_owned();
        match (source.kind(), source.get_ref()) {
            (io::ErrorKind::UnexpectedEof, Some(reason)) => Self::CutOff { file, line, reason: reason.to_string() },
            // The reader of a package says no more than that.
            (io::ErrorKind::UnexpectedEof, None) => {
                Self::CutOff { file, line, reason: "what it is packed in does not end".to_owned() }
            }
            (io::ErrorKind::InvalidData, Some(reason)) => Self::Broken { file, line, reason: reason.to_string() },
            _ => Self::Read { file, source },
        }
    }

    /// What it means that a table cannot be read on in a line.
    pub(super) fn table(file: &str, line: u64, source: csv::Error) -> Self {
        if !source.is_io_error() {
            return Self::Table { file: file.to_owned(), source };
        }
        match source.into_kind() {
            csv::ErrorKind::Io(source) => Self::reading(file, line, source),
            other => Self::Read { file: file.to_owned(), source: io::Error::other(format!("{other:?}")) },
        }
    }
}
