//! The `filter` parameter: no text panics in either language, and what is read says of every record whether it meets it.
#![no_main]

use harmattan::cql2::{Language, parse};
use harmattan::domain::{Collection, Crs, Instant, Place, PlaceKind, Position};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let place = Place {
        id: "a:1".to_owned(),
        name: "Gao".to_owned(),
        name_fr: None,
        alt_names: vec!["Gawgaw".to_owned()],
        country: "ML".to_owned(),
        region: None,
        position: Position::new(-0.04, 16.27).expect("on the globe"),
        population: None,
        kind: PlaceKind::Town,
        source: String::new(),
    };
    for language in [Language::Text, Language::Json] {
        if let Ok(predicate) = parse(text, language, Collection::Places, Crs::Crs84) {
            let _ = predicate.accepts(&place, Instant::MAX);
        }
    }
});
