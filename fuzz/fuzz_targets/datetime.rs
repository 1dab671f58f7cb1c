//! The `datetime` parameter: no text panics, and what is taken prints in a form that reads back as the same interval.
#![no_main]

use harmattan::domain::Interval;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(interval) = Interval::parse(text) {
        assert!(interval.start() <= interval.end());
        assert_eq!(Interval::parse(&interval.to_string()), Ok(interval), "{text}");
    }
});
