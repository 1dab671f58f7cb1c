//! Records as files and as answers: one streaming writer a format, all behind one trait.
//!
//! A writer takes one record at a time and holds no more of them than a batch, so a million rows need no more memory than ten
//! thousand; FlatGeobuf alone puts features aside in a temporary file, since its order and its index are known at the end.
//! Columns, their types and their meaning come from the collection's table of properties; every format has the same ones in the
//! same order, after the id. What a dataset asks of those who pass its rows on stands inside, where the format has room for it
//! ([`Format::holds_terms`]).

mod arrow;
mod csv;
mod error;
mod flatgeobuf;
mod geojson;
mod header;
mod lettering;
mod picture;
mod table;
mod wkb;

use std::io::Write;
use std::path::Path;

pub use csv::guarded;
pub use error::FormatError;
pub use header::{Header, Source, sources};
pub use lettering::{Type, Weight};
pub use picture::{Fill, Picture, Rgb, Stencil, View};
pub use table::{Column, arrow_stream};

use crate::domain::Record;

/// A form that records are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One FeatureCollection (RFC 7946).
    GeoJson,
    /// One feature a text (RFC 8142); in files one a line, without record separators.
    GeoJsonSeq,
    /// One row a record: the id, the place, the properties.
    Csv,
    /// FlatGeobuf 3; in files in Hilbert order with its index.
    FlatGeobuf,
    /// Apache Arrow with a GeoArrow column: the file format in files, else the stream format.
    Arrow,
}

impl Format {
    /// Every format, in the order of preference where a client has none.
    pub const ALL: [Self; 5] = [Self::GeoJson, Self::GeoJsonSeq, Self::Csv, Self::FlatGeobuf, Self::Arrow];

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Name on the command line and in `f=`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::GeoJsonSeq => "geojsonseq",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
            Self::Arrow => "arrow",
        }
    }

    /// Media type of an answer: RFC 7946 §12, RFC 8142 §7.1, RFC 7111 §5.1, the registration of Arrow's streams; FlatGeobuf has
    /// none registered, this is what its readers send.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::GeoJson => "application/geo+json",
            Self::GeoJsonSeq => "application/geo+json-seq",
            Self::Csv => "text/csv; charset=utf-8",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    /// Whether sources and terms stand inside the output; else they belong beside it.
    #[must_use]
    pub fn holds_terms(self) -> bool {
        matches!(self, Self::GeoJson | Self::FlatGeobuf | Self::Arrow)
    }

    /// Begins an output.
    ///
    /// # Errors
    /// [`FormatError`] when `out` does not take what stands before the first record.
    pub fn begin<'a>(
        self,
        out: impl Write + 'a,
        medium: Medium<'_>,
        header: &Header<'_>,
    ) -> Result<Box<dyn Writer + 'a>, FormatError> {
        Ok(match self {
            Self::GeoJson => Box::new(geojson::GeoJsonWriter::new(out, header)?),
            Self::GeoJsonSeq => Box::new(geojson::SequenceWriter::new(out, medium, header)),
            Self::Csv => Box::new(csv::CsvWriter::new(out, medium, header)?),
            Self::FlatGeobuf => Box::new(flatgeobuf::FlatGeobufWriter::new(out, medium, header)),
            Self::Arrow => Box::new(arrow::ArrowWriter::new(out, medium, header)?),
        })
    }
}

/// Where an output goes, on which details of some formats depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium<'a> {
    /// A file, which programs open and search as they like.
    File {
        /// Where room may be taken while it is written.
        folder: &'a Path,
        /// Writes text cells as they are, also where a spreadsheet would take them for formulas.
        as_is: bool,
    },
    /// Another program, which reads from the first byte to the last.
    Pipe {
        /// As for a file.
        as_is: bool,
    },
    /// The body of an answer, in the order of the pages.
    Answer,
}

/// An output that records are written to one after another.
pub trait Writer {
    /// Writes one record of the collection that the output was begun for.
    ///
    /// # Errors
    /// [`FormatError`] when it cannot be written; the output is then of no use.
    fn write(&mut self, record: &dyn Record) -> Result<(), FormatError>;

    /// Writes what stands after the last record.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn finish(self: Box<Self>) -> Result<(), FormatError>;
}
