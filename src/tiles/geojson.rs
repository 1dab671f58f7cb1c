//! Writes records as GeoJSON text (RFC 7946), straight into a string: an answer of many thousand features is made without a
//! tree of values in between.

use geo::{Coord, LineString, MultiLineString, MultiPolygon, Polygon};
use jiff::civil::Date;
use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::sync::LazyLock;

use crate::domain::{Collection, FeatureQuery, Field, Instant, Position, Record, Shape, Value};

/// A geometry to write, in CRS84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Geometry<'a> {
    /// None: `null`.
    Null,
    /// A Point.
    Point(Position),
    /// A Point in the coordinates of another reference system.
    Coordinate(Coord<f64>),
    /// A LineString of at least two positions.
    Line(&'a LineString<f64>),
    /// A LineString when there is one line, else a MultiLineString.
    Lines(&'a MultiLineString<f64>),
    /// A Polygon when there is one, else a MultiPolygon. Rings are closed, exteriors run counter-clockwise and holes clockwise.
    Area(&'a MultiPolygon<f64>),
}

impl<'a> From<Shape<'a>> for Geometry<'a> {
    fn from(shape: Shape<'a>) -> Self {
        match shape {
            Shape::Unplaced => Self::Null,
            Shape::Point(position) => Self::Point(position),
            Shape::Line(line) => Self::Line(line),
            Shape::Area(area) => Self::Area(area),
        }
    }
}

/// Appends a record as a Feature: its id, the geometry given, and every property of its table in the table's order, `null` where
/// the value is unknown. A status that changes is told as of `as_of`.
///
/// ```
/// use harmattan::domain::{Instant, Place, PlaceKind, Position, Record as _};
/// use harmattan::tiles::geojson::write_feature;
/// let gao = Place {
///     id: "geonames:2457161".to_owned(),
///     name: "Gao".to_owned(),
///     name_fr: None,
///     alt_names: vec!["Gawgaw".to_owned()],
///     country: "ML".to_owned(),
///     region: Some("ML-7".to_owned()),
///     position: Position::new(-0.044_723_1, 16.271_668_6)?,
///     population: None,
///     kind: PlaceKind::RegionalCapital,
///     source: "GeoNames".to_owned(),
/// };
/// let mut text = String::new();
/// write_feature(&mut text, &gao, gao.shape().into(), Instant::MAX);
/// assert!(text.starts_with(r#"{"type":"Feature","id":"geonames:2457161","geometry":{"type":"Point","coordinates":[-0.044723,16.271669]}"#));
/// assert!(text.contains(r#""alt_names":["Gawgaw"],"country":"ML","region":"ML-7","population":null"#));
/// # Ok::<(), harmattan::domain::DomainError>(())
/// ```
pub fn write_feature(out: &mut String, record: &dyn Record, geometry: Geometry<'_>, as_of: Instant) {
    FeatureWriter::new(record.fields()).write(out, record, geometry, as_of);
}

/// Writes many records of one collection: the names of their properties are made ready once.
#[derive(Debug)]
pub struct FeatureWriter {
    /// `"name":` of each, with a comma before all but the first.
    keys: Cow<'static, [String]>,
    /// Those properties; `None` for all that a record has.
    chosen: Option<Vec<&'static Field>>,
}

impl FeatureWriter {
    /// A writer of records with these properties.
    #[must_use]
    pub fn new(fields: &[Field]) -> Self {
        Self { keys: Cow::Owned(keys(fields)), chosen: None }
    }

    /// A writer of all properties of a collection's records.
    #[must_use]
    pub fn of_collection(collection: Collection) -> Self {
        static KEYS: LazyLock<[Vec<String>; Collection::ALL.len()]> =
            LazyLock::new(|| Collection::ALL.map(|collection| keys(collection.fields())));
        let at = Collection::ALL.iter().position(|other| *other == collection);
        Self { keys: at.map_or(Cow::Owned(Vec::new()), |at| Cow::Borrowed(&KEYS[at])), chosen: None }
    }

    /// A writer of the properties that a query tells.
    #[must_use]
    pub fn of(query: &FeatureQuery) -> Self {
        match &query.properties {
            None => Self::of_collection(query.collection),
            Some(chosen) => {
                let fields: Vec<Field> = chosen.iter().map(|field| **field).collect();
                Self { chosen: Some(chosen.clone()), ..Self::new(&fields) }
            }
        }
    }

    /// Appends one as [`write_feature`] does.
    pub fn write(&self, out: &mut String, record: &dyn Record, geometry: Geometry<'_>, as_of: Instant) {
        out.push_str("{\"type\":\"Feature\",\"id\":");
        write_string(out, record.id());
        out.push_str(",\"geometry\":");
        write_geometry(out, geometry);
        out.push_str(",\"properties\":{");
        let mut keys = self.keys.iter();
        let mut write = |value: Value<'_>| {
            let Some(key) = keys.next() else { return };
            out.push_str(key);
            write_value(out, &value);
        };
        match &self.chosen {
            None => record.visit(as_of, &mut write),
            Some(fields) => fields.iter().for_each(|field| write(record.value(field.name, as_of))),
        }
        out.push_str("}}");
    }
}

/// `"name":` of each property, with a comma before all but the first.
fn keys(fields: &[Field]) -> Vec<String> {
    let key = |(at, field): (usize, &Field)| {
        let mut key = String::from(if at > 0 { "," } else { "" });
        write_string(&mut key, field.name);
        key.push(':');
        key
    };
    fields.iter().enumerate().map(key).collect()
}

/// Appends a geometry. Coordinates are longitude before latitude in degrees, rounded to six decimals, about a tenth of a metre,
/// in their shortest form: RFC 7946 §11.2 names six as enough, and no source here is as exact.
pub fn write_geometry(out: &mut String, geometry: Geometry<'_>) {
    let (kind, write): (&str, &dyn Fn(&mut String)) = match geometry {
        Geometry::Null => return out.push_str("null"),
        Geometry::Point(position) => ("Point", &move |out| coordinate(out, Coord { x: position.lon(), y: position.lat() })),
        Geometry::Coordinate(at) => ("Point", &move |out| coordinate(out, at)),
        Geometry::Line(line) => ("LineString", &move |out| coordinates(out, line)),
        Geometry::Lines(lines) => match &lines.0[..] {
            [line] => ("LineString", &move |out| coordinates(out, line)),
            lines => ("MultiLineString", &move |out| array(out, lines, coordinates)),
        },
        Geometry::Area(area) => match &area.0[..] {
            [polygon] => ("Polygon", &move |out| rings(out, polygon)),
            polygons => ("MultiPolygon", &move |out| array(out, polygons, rings)),
        },
    };
    out.push_str("{\"type\":\"");
    out.push_str(kind);
    out.push_str("\",\"coordinates\":");
    write(out);
    out.push('}');
}

/// Appends the value of a property as JSON: dates and instants as text, unknown as `null`.
pub fn write_value(out: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Text(text) => write_string(out, text),
        Value::Integer(number) => write_integer(out, *number),
        Value::Number(number) => write_number(out, *number),
        Value::Date(date) => {
            out.push('"');
            write_date(out, *date);
            out.push('"');
        }
        Value::Instant(instant) => {
            out.push('"');
            write_instant(out, *instant);
            out.push('"');
        }
        Value::TextList(texts) => array(out, texts, |out, text| write_string(out, text)),
    }
}

/// Appends a JSON string in its quotes.
///
/// Control characters are escaped (RFC 8259 §7), and so are U+2028 and U+2029, which end a line in the scripts of older
/// browsers.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    if needs_escape(text.as_bytes()) {
        write_escaped(out, text);
    } else {
        out.push_str(text);
    }
    out.push('"');
}

/// Whether anything in a text may have to be escaped: looked at in pieces without a branch for each byte.
fn needs_escape(text: &[u8]) -> bool {
    let (pieces, rest) = text.as_chunks::<16>();
    let any = |bytes: &[u8]| bytes.iter().fold(false, |found, byte| found | may_need_escape(*byte));
    pieces.iter().any(|piece| any(piece)) || any(rest)
}

fn write_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    // Everything up to an escape is copied at once.
    while let Some(at) = rest.bytes().position(may_need_escape) {
        out.push_str(&rest[..at]);
        let found = rest[at..].chars().next().unwrap_or_default();
        match found {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => append(out, &format_args!("\\u{:04x}", u32::from(found))),
            _ => out.push(found),
        }
        rest = &rest[at + found.len_utf8()..];
    }
    out.push_str(rest);
}

/// Whether a character that begins with this byte may have to be escaped: quote, backslash, controls, and what begins as U+2028 does.
fn may_need_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0xe2)
}

/// Appends a whole number.
pub fn write_integer(out: &mut String, number: i64) {
    out.push_str(itoa::Buffer::new().format(number));
}

fn digit(number: u64) -> u8 {
    // Below ten by the callers' division.
    b'0' + u8::try_from(number % 10).unwrap_or(0)
}

/// The numbers 00 to 99.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let (mut tens, mut at) = (b'0', 0);
    while tens <= b'9' {
        let mut ones = b'0';
        while ones <= b'9' {
            pairs[at] = [tens, ones];
            (ones, at) = (ones + 1, at + 1);
        }
        tens += 1;
    }
    pairs
};

fn pair(number: u32) -> [u8; 2] {
    PAIRS[(number % 100) as usize]
}

fn push_ascii(out: &mut String, bytes: &[u8]) {
    // Digits and marks between them are UTF-8.
    out.push_str(std::str::from_utf8(bytes).unwrap_or_default());
}

/// The ten bytes of a date; `None` for a year that does not have four digits.
fn date_bytes(date: Date) -> Option<[u8; 10]> {
    let year = u32::try_from(date.year()).ok()?;
    let [[y1, y2], [y3, y4]] = [pair(year / 100), pair(year)];
    let [[m1, m2], [d1, d2]] = [pair(date.month().unsigned_abs().into()), pair(date.day().unsigned_abs().into())];
    Some([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2])
}

/// Appends a date in ISO form.
pub fn write_date(out: &mut String, date: Date) {
    match date_bytes(date) {
        Some(bytes) => push_ascii(out, &bytes),
        // A year before the first is for the library to write.
        None => append(out, &date),
    }
}

/// Appends an instant without quotes: RFC 3339 in UTC, with milliseconds only where there are any; `..` for an open end.
pub fn write_instant(out: &mut String, instant: Instant) {
    let (Some(date), Ok(millis)) = (instant.date().and_then(date_bytes), u32::try_from(instant.millis().rem_euclid(86_400_000)))
    else {
        return append(out, &instant);
    };
    let [[h1, h2], [m1, m2], [s1, s2]] = [millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60].map(pair);
    let [y1, y2, y3, y4, _, o1, o2, _, d1, d2] = date;
    let whole = [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2];
    push_ascii(out, &whole);
    let millis = millis % 1_000;
    if millis != 0 {
        let ([second, third], first) = (pair(millis), digit(u64::from(millis / 100)));
        push_ascii(out, &[b'.', first, second, third]);
    }
    out.push('Z');
}

/// Appends a number in the shortest form that reads back the same, without an exponent and never as `-0`; `null` when it is not
/// finite, which JSON cannot say.
pub fn write_number(out: &mut String, number: f64) {
    if !number.is_finite() {
        out.push_str("null");
    } else if number == 0.0 {
        out.push('0');
    } else {
        append(out, &number);
    }
}

fn rings(out: &mut String, polygon: &Polygon<f64>) {
    out.push('[');
    coordinates(out, polygon.exterior());
    for hole in polygon.interiors() {
        out.push(',');
        coordinates(out, hole);
    }
    out.push(']');
}

fn coordinates(out: &mut String, line: &LineString<f64>) {
    array(out, &line.0, |out, at| coordinate(out, *at));
}

fn coordinate(out: &mut String, at: Coord<f64>) {
    out.push('[');
    write_degrees(out, at.x);
    out.push(',');
    write_degrees(out, at.y);
    out.push(']');
}

/// Appends degrees, or metres, rounded to six decimals without trailing zeros.
pub fn write_degrees(out: &mut String, value: f64) {
    const MILLIONTHS: u64 = 1_000_000;
    #[allow(clippy::cast_possible_truncation, reason = "degrees are at most 180 and metres 2e7; anything else saturates")]
    let millionths = (value * 1e6).round() as i64;
    if millionths < 0 {
        out.push('-');
    }
    let (whole, rest) = (millionths.unsigned_abs() / MILLIONTHS, millionths.unsigned_abs() % MILLIONTHS);
    write_integer(out, whole.cast_signed());
    let Some(rest) = u32::try_from(rest).ok().filter(|rest| *rest > 0) else { return };
    let [[a, b], [c, d], [e, f]] = [rest / 10_000, rest / 100, rest].map(pair);
    let digits = [b'.', a, b, c, d, e, f];
    let count = digits.iter().rposition(|digit| *digit != b'0').map_or(1, |last| last + 1);
    push_ascii(out, &digits[..count]);
}

fn array<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    list(out, items, write);
    out.push(']');
}

fn list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
}

fn append(out: &mut String, value: &impl Display) {
    // Writing into a string cannot fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bbox, Field, FieldKind, Interval};
    use geo::polygon;
    use jiff::civil::date;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use serde_json::json;

    /// A record of drawn values, one field of each kind.
    #[derive(Debug)]
    struct Drawn {
        id: String,
        text: String,
        texts: Vec<String>,
        integer: i64,
        number: f64,
    }

    impl Record for Drawn {
        fn id(&self) -> &str {
            &self.id
        }

        fn shape(&self) -> Shape<'_> {
            Shape::Point(Position::new(0.0, 0.0).unwrap())
        }

        fn bbox(&self) -> Option<Bbox> {
            Some(Bbox::WORLD)
        }

        fn interval(&self) -> Interval {
            Interval::ALWAYS
        }

        fn fields(&self) -> &'static [Field] {
            const FIELDS: &[Field] = &[
                Field::new("text", FieldKind::Text, ""),
                Field::new("unknown", FieldKind::Integer, ""),
                Field::new("texts", FieldKind::TextList, ""),
                Field::new("integer", FieldKind::Integer, ""),
                Field::new("number", FieldKind::Number, ""),
                Field::new("date", FieldKind::Date, ""),
                Field::new("as_of", FieldKind::Instant, ""),
            ];
            FIELDS
        }

        fn value(&self, name: &str, as_of: Instant) -> Value<'_> {
            match name {
                "text" => (&self.text).into(),
                "texts" => Value::TextList(&self.texts),
                "integer" => self.integer.into(),
                "number" => self.number.into(),
                "date" => date(2024, 2, 29).into(),
                "as_of" => as_of.into(),
                _ => Value::Null,
            }
        }
    }

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    fn number(value: f64) -> String {
        written(|out| write_number(out, value))
    }

    #[test]
    fn coordinates_are_short_and_never_minus_zero() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.000_000_4, "0"),
            (-0.000_000_6, "-0.000001"),
            (12.5, "12.5"),
            (-8.002_9, "-8.0029"),
            (180.0, "180"),
            (1.000_000_49, "1"),
            (99.999_999_9, "100"),
            (0.1 + 0.2, "0.3"),
            (1e-9, "0"),
            (20_037_508.342_789, "20037508.342789"),
            (-20_037_508.342_789, "-20037508.342789"),
        ] {
            assert_eq!(written(|out| write_degrees(out, value)), text);
        }
    }

    #[test]
    fn numbers_have_no_exponent_and_what_is_not_finite_is_null() {
        assert_eq!(number(0.7), "0.7");
        assert_eq!(number(3.0), "3");
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(1e-7), "0.0000001");
        assert_eq!(number(1e21), "1000000000000000000000");
        assert_eq!(number(f64::NAN), "null");
        assert_eq!(number(f64::NEG_INFINITY), "null");
    }

    #[test]
    fn control_characters_quotes_and_line_separators_are_escaped() {
        let text = "\"\\\n\r\t\u{0}\u{1f}\u{7f}\u{2028}\u{2029}é😀/";
        assert_eq!(written(|out| write_string(out, text)), "\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\u{7f}\\u2028\\u2029é😀/\"");
    }

    #[test]
    fn one_part_is_written_singly_and_several_as_multi() {
        let one = MultiPolygon::from(polygon! {
            exterior: [(x: 0.0, y: 0.0), (x: 3.0, y: 0.0), (x: 0.0, y: 3.0)],
            interiors: [[(x: 0.5, y: 0.5), (x: 0.5, y: 1.0), (x: 1.0, y: 0.5)]],
        });
        assert_eq!(
            written(|out| write_geometry(out, Geometry::Area(&one))),
            r#"{"type":"Polygon","coordinates":[[[0,0],[3,0],[0,3],[0,0]],[[0.5,0.5],[0.5,1],[1,0.5],[0.5,0.5]]]}"#
        );
        let mut two = one.clone();
        two.0.push(polygon![(x: 5.0, y: 5.0), (x: 6.0, y: 5.0), (x: 5.0, y: 6.0)]);
        assert!(
            written(|out| write_geometry(out, Geometry::Area(&two))).starts_with(r#"{"type":"MultiPolygon","coordinates":[[[["#)
        );
        let line = LineString::from(vec![(0.0, 1.0), (2.0, 3.0)]);
        let text = r#"{"type":"LineString","coordinates":[[0,1],[2,3]]}"#;
        assert_eq!(written(|out| write_geometry(out, Geometry::Line(&line))), text);
        assert_eq!(written(|out| write_geometry(out, Geometry::Lines(&MultiLineString::new(vec![line.clone()])))), text);
        assert_eq!(
            written(|out| write_geometry(out, Geometry::Lines(&MultiLineString::new(vec![line.clone(), line.clone()])))),
            r#"{"type":"MultiLineString","coordinates":[[[0,1],[2,3]],[[0,1],[2,3]]]}"#
        );
    }

    #[test]
    fn a_feature_without_geometry_says_null() {
        let record = Drawn { id: "a:1".to_owned(), text: String::new(), texts: vec![], integer: 0, number: 0.0 };
        let text = written(|out| write_feature(out, &record, Geometry::Null, Instant::parse("2024-05-06T00:00:00Z").unwrap()));
        assert_eq!(
            text,
            r#"{"type":"Feature","id":"a:1","geometry":null,"properties":{"text":"","unknown":null,"texts":[],"integer":0,"number":0,"date":"2024-02-29","as_of":"2024-05-06T00:00:00Z"}}"#
        );
    }

    fn text() -> impl Strategy<Value = String> {
        vec(prop_oneof![any::<char>(), prop::char::range('\0', '\u{2f}'), prop::char::range('\u{2020}', '\u{2030}')], 0..30)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn integers_dates_and_instants_are_written_as_they_print(integer: i64, millis in -100_000_000_000_000i64..253_402_200_000_000) {
            for instant in [millis, millis - millis.rem_euclid(1_000)].map(Instant::from_millis) {
                prop_assert_eq!(written(|out| write_value(out, &instant.into())), format!("\"{instant}\""));
                let date = instant.date().unwrap();
                prop_assert_eq!(written(|out| write_value(out, &date.into())), format!("\"{date}\""));
            }
            for integer in [integer, integer % 1_000, i64::MIN, i64::MAX, 0] {
                prop_assert_eq!(written(|out| write_integer(out, integer)), integer.to_string());
            }
        }

        #[test]
        fn a_feature_reads_back_as_it_was(
            id in text(), text in text(), texts in vec(text(), 0..4), integer: i64,
            number in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
            lon in -180.0..=180.0f64, lat in -90.0..=90.0f64,
        ) {
            let record = Drawn { id, text, texts, integer, number };
            let position = Position::new(lon, lat).unwrap();
            let written = written(|out| write_feature(out, &record, Geometry::Point(position), Instant::from_millis(0)));
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&read["properties"]["text"], &json!(record.text));
            prop_assert_eq!(&read["properties"]["texts"], &json!(record.texts));
            prop_assert_eq!(&read["properties"]["integer"], &json!(record.integer));
            // The reader of JSON rounds to the nearest float, give or take its last bit.
            let number = read["properties"]["number"].as_f64().unwrap();
            prop_assert!((number - record.number).abs() <= record.number.abs() * 1e-15);
            let feature: geojson::Feature = written.parse().unwrap();
            prop_assert_eq!(feature.id, Some(geojson::feature::Id::String(record.id.clone())));
            let Some(geojson::GeometryValue::Point { coordinates }) = feature.geometry.map(|geometry| geometry.value) else { panic!() };
            prop_assert!((coordinates[0] - lon).abs() <= 0.500_001e-6 && (coordinates[1] - lat).abs() <= 0.500_001e-6);
        }

        #[test]
        fn a_number_reads_back_the_same(number in prop::num::f64::ANY) {
            let text = self::number(number);
            prop_assert!(!text.contains('e') && !text.contains('E') && text != "-0");
            match number.is_finite() {
                true => prop_assert_eq!(text.parse::<f64>().unwrap(), number),
                false => prop_assert_eq!(text, "null"),
            }
        }

        #[test]
        fn a_string_reads_back_the_same(text in text()) {
            let written = written(|out| write_string(out, &text));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
