//! CQL2 (OGC 21-065r2) as text and as JSON, read into a [`Predicate`].
//!
//! `text` and `json` make a tree of what was written, `check` makes a predicate of it: properties are queryables of the collection,
//! values are of kinds that compare, geometries are valid and in CRS84. What is wrong is told with its place. A reader of its own and
//! not a library's, since the place is lost in the trees of those there are, and they bring a schema validator and an SQL parser along.

mod check;
mod error;
mod json;
mod syntax;
mod text;

use crate::domain::{Collection, Crs, Predicate};

pub use error::{Cql2Error, Place};

/// What a filter is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// CQL2 Text.
    #[default]
    Text,
    /// CQL2 JSON.
    Json,
}

impl Language {
    /// The language of that name: `cql2-text` or `cql2-json`, or their names in drafts of the standard, which GDAL 3.6 sends.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "cql2-text" | "cql-text" => Some(Self::Text),
            "cql2-json" | "cql-json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Reads a filter on a collection, coordinates in it being in `crs`.
///
/// ```
/// use harmattan::cql2::{Language, parse};
/// use harmattan::domain::{Collection, Crs};
/// assert!(parse("country IN ('ML', 'NE') AND fatalities_best >= 10", Language::Text, Collection::Incidents, Crs::Crs84).is_ok());
/// let error = parse("country = 'ML' AND colour = 1", Language::Text, Collection::Incidents, Crs::Crs84).unwrap_err();
/// assert!(error.to_string().starts_with("at character 20: 'colour' is not a queryable of incidents"));
/// ```
///
/// # Errors
/// [`Cql2Error`] with the place of what is wrong.
pub fn parse(text: &str, language: Language, collection: Collection, crs: Crs) -> Result<Predicate, Cql2Error> {
    let tree = match language {
        Language::Text => text::read(text)?,
        Language::Json => json::read(text)?,
    };
    check::Check { collection, crs }.predicate(&tree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AdminLevel, Bbox, Instant, Place, PlaceKind, Position, Record, Region};
    use geo::polygon;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    /// Words of the language, in any order: mostly nonsense, and sometimes not.
    const WORDS: [&str; 48] = [
        "name",
        "country",
        "population",
        "alt_names",
        "geometry",
        "level",
        "valid_from",
        "nosuch",
        "\"name\"",
        "'Gao'",
        "'2024-01-01'",
        "'..'",
        "1",
        "0",
        "-2.5e3",
        "1e400",
        "TRUE",
        "false",
        "AND",
        "OR",
        "NOT",
        "IS",
        "NULL",
        "LIKE",
        "BETWEEN",
        "IN",
        "(",
        "(",
        ")",
        ")",
        ",",
        "=",
        "<>",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "^",
        "DATE('2024-01-01')",
        "INTERVAL",
        "CASEI",
        "S_INTERSECTS",
        "T_AFTER",
        "POINT(0 0)",
        "POLYGON((0 0, 2 2, 2 0, 0 0))",
        "BBOX(1,1,0,2)",
    ];

    fn records() -> [Box<dyn Record>; 2] {
        let place = Place {
            id: "a:1".to_owned(),
            name: "Gao".to_owned(),
            name_fr: None,
            alt_names: vec!["Gawgaw".to_owned()],
            country: "ML".to_owned(),
            region: None,
            position: Position::new(1.0, 1.0).unwrap(),
            population: None,
            kind: PlaceKind::Town,
            source: String::new(),
        };
        let area = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)];
        let region = Region {
            id: "X".to_owned(),
            code: None,
            level: AdminLevel::Country,
            name: "X".to_owned(),
            name_fr: None,
            country: "XX".to_owned(),
            parent: None,
            valid_from: None,
            valid_to: None,
            source: String::new(),
            area: area.into(),
            bbox: Bbox::new(0.0, 0.0, 2.0, 2.0).unwrap(),
        };
        [Box::new(place), Box::new(region)]
    }

    fn whatever_is_read_is_answered(text: &str) {
        let [place, region] = records();
        for language in [Language::Text, Language::Json] {
            for (collection, record) in [(Collection::Places, &place), (Collection::Regions, &region)] {
                if let Ok(predicate) = parse(text, language, collection, Crs::Crs84) {
                    let _ = predicate.accepts(record.as_ref(), Instant::MAX);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_words_in_any_order_panic(words in vec(select(&WORDS[..]), 0..14)) {
            whatever_is_read_is_answered(&words.join(" "));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            whatever_is_read_is_answered(&text);
        }

        #[test]
        fn no_ring_panics(
            corners in vec((-3..3i32, -3..3i32), 0..7),
            relation in select(&["S_INTERSECTS", "S_TOUCHES", "S_OVERLAPS", "S_EQUALS", "S_CROSSES"][..]),
            kind in 0..4,
        ) {
            let pairs = |close: bool| {
                let all = corners.iter().chain(corners.first().filter(|_| close));
                all.map(|(x, y)| format!("{x} {y}")).collect::<Vec<_>>().join(", ")
            };
            let geometry = match kind {
                0 => format!("POLYGON(({}))", pairs(true)),
                1 => format!("LINESTRING({})", pairs(false)),
                2 => format!("MULTIPOLYGON((({})), ((10 10, 11 10, 11 11, 10 10)))", pairs(true)),
                _ => format!("GEOMETRYCOLLECTION(MULTIPOINT({}), POINT(1 1))", pairs(false)),
            };
            whatever_is_read_is_answered(&format!("{relation}(geometry, {geometry})"));
        }
    }
}
