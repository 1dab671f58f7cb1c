//! GeoJSON: one FeatureCollection (RFC 7946), or one feature a text (RFC 8142).

use std::io::Write;

use super::{FormatError, Header, Medium, Writer};
use crate::domain::{Instant, Record};
use crate::tiles::geojson::{FeatureWriter, Geometry};

/// One FeatureCollection, with what is known of it as foreign members before the features.
pub(super) struct GeoJsonWriter<W> {
    out: W,
    as_of: Instant,
    skip_geometry: bool,
    features: FeatureWriter,
    feature: String,
    /// What stands before the next feature.
    separator: &'static str,
}

impl<W: Write> GeoJsonWriter<W> {
    pub(super) fn new(mut out: W, header: &Header<'_>) -> Result<Self, FormatError> {
        out.write_all(b"{\"type\":\"FeatureCollection\"")?;
        for (name, value) in header.members() {
            write!(out, ",{}:{value}", serde_json::Value::from(name))?;
        }
        out.write_all(b",\"features\":[")?;
        let features = FeatureWriter::of(header.query);
        Ok(Self {
            out,
            as_of: header.query.as_of,
            skip_geometry: header.query.skip_geometry,
            features,
            feature: String::new(),
            separator: "\n",
        })
    }
}

impl<W: Write> Writer for GeoJsonWriter<W> {
    fn write(&mut self, record: &dyn Record) -> Result<(), FormatError> {
        self.feature.clear();
        self.feature.push_str(self.separator);
        self.separator = ",\n";
        let geometry = if self.skip_geometry { Geometry::Null } else { record.shape().into() };
        self.features.write(&mut self.feature, record, geometry, self.as_of);
        Ok(self.out.write_all(self.feature.as_bytes())?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), FormatError> {
        self.out.write_all(b"\n]}\n")?;
        Ok(self.out.flush()?)
    }
}

/// One feature a line. An answer has the record separators that its media type asks for (RFC 8142 §2); files and pipes do not, so
/// that every tool for lines of JSON reads them, as GDAL writes them too.
pub(super) struct SequenceWriter<W> {
    out: W,
    as_of: Instant,
    skip_geometry: bool,
    features: FeatureWriter,
    feature: String,
    separated: bool,
}

impl<W: Write> SequenceWriter<W> {
    pub(super) fn new(out: W, medium: Medium<'_>, header: &Header<'_>) -> Self {
        let features = FeatureWriter::of(header.query);
        Self {
            out,
            as_of: header.query.as_of,
            skip_geometry: header.query.skip_geometry,
            features,
            feature: String::new(),
            separated: medium == Medium::Answer,
        }
    }
}

impl<W: Write> Writer for SequenceWriter<W> {
    fn write(&mut self, record: &dyn Record) -> Result<(), FormatError> {
        self.feature.clear();
        if self.separated {
            self.feature.push('\u{1e}');
        }
        let geometry = if self.skip_geometry { Geometry::Null } else { record.shape().into() };
        self.features.write(&mut self.feature, record, geometry, self.as_of);
        self.feature.push('\n');
        Ok(self.out.write_all(self.feature.as_bytes())?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), FormatError> {
        Ok(self.out.flush()?)
    }
}
