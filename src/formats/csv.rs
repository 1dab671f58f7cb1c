//! CSV (RFC 4180, UTF-8 without a mark, lines end with LF): one row a record.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a line end is a formula to a spreadsheet, and the text of a feed can be
//! anyone's: opened with a double click, it may call out or worse. Such a text gets an apostrophe in front. Numbers and dates are
//! never touched. The rule can be undone without loss: a text that has apostrophes before such a character already gets one more,
//! so taking one apostrophe from every text of that form gives what was there. `as_is` leaves all texts alone.

use std::borrow::Cow;
use std::io::Write;

use geo::LineString;

use super::{FormatError, Header, Medium, Writer};
use crate::domain::{Collection, FeatureQuery, Record, Shape, Value};
use crate::tiles::geojson::write_degrees;

/// One row a record: the id, where it is, the properties. Points have two columns in degrees, lines and areas their WKT, which GDAL
/// finds by the column's name.
pub(super) struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    query: FeatureQuery,
    points: bool,
    as_is: bool,
}

impl<W: Write> CsvWriter<W> {
    pub(super) fn new(out: W, medium: Medium<'_>, header: &Header<'_>) -> Result<Self, FormatError> {
        let collection = header.query.collection;
        let points =
            !matches!(collection, Collection::Regions | Collection::Corridors | Collection::ControlAreas | Collection::Front);
        let fields = header.query.told_fields();
        let place: &[&str] = match (header.query.skip_geometry, points) {
            (true, _) => &[],
            (false, true) => &["longitude", "latitude"],
            (false, false) => &["wkt"],
        };
        let mut out = csv::Writer::from_writer(out);
        out.write_record(["id"].iter().chain(place).copied().chain(fields.iter().map(|field| field.name)))?;
        let as_is = matches!(medium, Medium::File { as_is: true, .. } | Medium::Pipe { as_is: true });
        Ok(Self { out, query: header.query.clone(), points, as_is })
    }
}

fn text<W: Write>(out: &mut csv::Writer<W>, text: &str, as_is: bool) -> Result<(), FormatError> {
    let cell = if as_is { Cow::Borrowed(text) } else { guarded(text) };
    Ok(out.write_field(cell.as_bytes())?)
}

impl<W: Write> Writer for CsvWriter<W> {
    fn write(&mut self, record: &dyn Record) -> Result<(), FormatError> {
        text(&mut self.out, record.id(), self.as_is)?;
        if self.query.skip_geometry {
            // No column for the place.
        } else if self.points {
            let (lon, lat) = match record.shape() {
                Shape::Point(position) => (degrees(position.lon()), degrees(position.lat())),
                Shape::Unplaced | Shape::Line(_) | Shape::Area(_) => (String::new(), String::new()),
            };
            self.out.write_field(lon)?;
            self.out.write_field(lat)?;
        } else {
            self.out.write_field(wkt(record.shape()))?;
        }
        let mut written = Ok(());
        let Self { out, query, as_is, .. } = self;
        query.visit(record, &mut |value| {
            if written.is_ok() {
                written = match &value {
                    Value::Text(cell) => text(out, cell, *as_is),
                    Value::TextList(_) => text(out, &value.to_string(), *as_is),
                    plain => out.write_field(plain.to_string()).map_err(FormatError::from),
                };
            }
        });
        written?;
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), FormatError> {
        Ok(self.out.flush()?)
    }
}

/// A text that no spreadsheet takes for a formula: with an apostrophe in front where it would be one. Beside ASCII the wide forms count, which
/// some of them take as the same. A text that has apostrophes before such a character gets one more, so that taking one away gives it back.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    let risky = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if text.trim_start_matches('\'').starts_with(risky) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn degrees(value: f64) -> String {
    let mut out = String::new();
    write_degrees(&mut out, value);
    out
}

/// Well-known text (OGC 06-103r4 §7), with six decimals like everything in text; empty for what is unplaced.
fn wkt(shape: Shape<'_>) -> String {
    let mut out = String::new();
    match shape {
        Shape::Unplaced => {}
        Shape::Point(position) => {
            out.push_str("POINT ");
            line(&mut out, &LineString::from(vec![(position.lon(), position.lat())]));
        }
        Shape::Line(path) => {
            out.push_str("LINESTRING ");
            line(&mut out, path);
        }
        Shape::Area(area) => {
            out.push_str("MULTIPOLYGON ");
            list(&mut out, area, |out, polygon| {
                list(out, std::iter::once(polygon.exterior()).chain(polygon.interiors()), line);
            });
        }
    }
    out
}

fn line(out: &mut String, line: &LineString<f64>) {
    list(out, line.coords(), |out, at| {
        write_degrees(out, at.x);
        out.push(' ');
        write_degrees(out, at.y);
    });
}

fn list<T>(out: &mut String, items: impl IntoIterator<Item = T>, write: impl Fn(&mut String, T)) {
    out.push('(');
    for (ordinal, item) in items.into_iter().enumerate() {
        if ordinal > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiPolygon, polygon};
    use proptest::prelude::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://example.org\")", "'=HYPERLINK(\"http://example.org\")"),
            ("+1", "'+1"),
            ("-2 wounded", "'-2 wounded"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("Gao", "Gao"),
            ("", ""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(guarded(text), cell);
        }
    }

    #[test]
    fn lines_and_areas_are_well_known_text() {
        let path = LineString::from(vec![(0.0, 1.0), (2.5, -3.0)]);
        assert_eq!(wkt(Shape::Line(&path)), "LINESTRING (0 1, 2.5 -3)");
        let area = MultiPolygon(vec![polygon! {
            exterior: [(x: 0.0, y: 0.0), (x: 3.0, y: 0.0), (x: 0.0, y: 3.0)],
            interiors: [[(x: 0.5, y: 0.5), (x: 0.5, y: 1.0), (x: 1.0, y: 0.5)]],
        }]);
        assert_eq!(wkt(Shape::Area(&area)), "MULTIPOLYGON (((0 0, 3 0, 0 3, 0 0), (0.5 0.5, 0.5 1, 1 0.5, 0.5 0.5)))");
        assert_eq!(wkt(Shape::Unplaced), "");
    }

    proptest! {
        #[test]
        fn the_apostrophe_can_be_taken_away_again(text in "['=+@\\-\ta]{0,4}.{0,3}") {
            let cell = guarded(&text).into_owned();
            let guarded_form = cell.starts_with('\'') && guarded(&cell) != cell;
            let back = if guarded_form { &cell[1..] } else { &cell[..] };
            prop_assert_eq!(back, text);
        }
    }
}
