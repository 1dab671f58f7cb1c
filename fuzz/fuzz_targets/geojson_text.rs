//! JSON text: strings and numbers read back as they were.
#![no_main]

use harmattan::tiles::geojson::{write_number, write_string};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (f64, &str)| {
    let (number, text) = input;
    let mut out = String::new();
    write_string(&mut out, text);
    assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    out.clear();
    write_number(&mut out, number);
    assert_eq!(serde_json::from_str::<Option<f64>>(&out).unwrap(), number.is_finite().then_some(number));
});
