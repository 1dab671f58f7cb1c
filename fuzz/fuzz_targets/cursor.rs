//! The `cursor` parameter: no text panics, and what is taken as a cursor of one query is none of another.
#![no_main]

use harmattan::domain::Cursor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, &str)| {
    let (query, text) = input;
    if let Ok(cursor) = Cursor::parse(text, query) {
        assert!(Cursor::parse(text, query ^ 1).is_err());
        assert_eq!(Cursor::parse(&cursor.to_string(), query), Ok(cursor));
    }
    let made = Cursor::new(text, query);
    assert_eq!(Cursor::parse(&made.to_string(), query).map(|cursor| cursor.id().to_owned()).as_deref(), Ok(text));
});
