//! The `bbox` parameter: no text panics, what is taken reads back, and meets itself and the globe.
#![no_main]

use harmattan::domain::Bbox;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(bbox) = Bbox::parse(text) {
        assert_eq!(Bbox::parse(&bbox.to_string()), Ok(bbox), "{text}");
        assert!(bbox.meets(bbox) && bbox.meets(Bbox::WORLD), "{text}");
        assert!(bbox.split().all(|part| !part.crosses_antimeridian()), "{text}");
    }
});
