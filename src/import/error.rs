//! What stops the reading of a whole file; what stops a row is a [`Rejection`](super::Rejection).

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The table's first line lacks a column.
    #[error("{file}: no column '{column}' in the first line")]
    MissingColumn {
        /// The file's name.
        file: String,
        /// The column that is needed.
        column: &'static str,
    },
    /// The first line is not text in UTF-8.
    #[error("{file}: the first line cannot be read")]
    Header {
        /// The file's name.
        file: String,
        /// What the CSV reader says.
        #[source]
        source: csv::Error,
    },
    /// The text is no GeoJSON FeatureCollection.
    #[error("{file} is not a GeoJSON FeatureCollection")]
    GeoJson {
        /// The file's name.
        file: String,
        /// What the GeoJSON reader says.
        #[source]
        source: Box<geojson::Error>,
    },
    /// A file that belongs to the bundled data is not in the program.
    #[error("the bundled file {file} is missing from the program")]
    NotBundled {
        /// The file's name.
        file: String,
    },
    /// A dataset that the rows belong to is not described.
    #[error("no dataset '{id}' in datasets.csv")]
    UnknownDataset {
        /// The dataset's id.
        id: String,
    },
}
