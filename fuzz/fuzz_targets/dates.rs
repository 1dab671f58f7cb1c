//! Dates in all the forms of event files: no text panics, and what is taken prints in a form that reads back as the same.
#![no_main]

use harmattan::import::DateOrder;
use harmattan_fuzz::{Checked, read};
use libfuzzer_sys::fuzz_target;

fn rows(start: &str, end: &str, known_at: &str, order: Option<DateOrder>) -> Checked {
    let row = serde_json::json!([{ "id": "1", "country": "Mali", "lon": 1, "lat": 12, "date_start": start, "date_end": end, "known_at": known_at }]);
    let (summary, checked) = read(row.to_string().as_bytes(), None, order).expect("a list of one object");
    assert_eq!(summary.rows, 1);
    checked
}

fuzz_target!(|text: &str| {
    // First day, last day, stamp and order.
    let mut parts = text.split('|');
    let mut next = || parts.next().unwrap_or_default();
    let (start, end, known_at) = (next(), next(), next());
    let order = match next() {
        "d" => Some(DateOrder::DayFirst),
        "m" => Some(DateOrder::MonthFirst),
        _ => None,
    };
    for incident in rows(start, end, known_at, order).incidents {
        let printed = (incident.start.to_string(), incident.end.to_string(), incident.source.known_at.to_string());
        let again = rows(&printed.0, &printed.1, &printed.2, None);
        let again = again.incidents.first().unwrap_or_else(|| panic!("{printed:?} does not read back"));
        assert_eq!((again.start, again.end, again.source.known_at), (incident.start, incident.end, incident.source.known_at));
    }
});
