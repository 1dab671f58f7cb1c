//! GeoJSON of each kind of record, as collection, list, lines or sequence: any bytes are taken or reported, and a feature
//! before them is not lost.
#![no_main]

use harmattan::import::Format;
use harmattan_fuzz::read;
use libfuzzer_sys::fuzz_target;

const EVENT: &str = r#"{"type":"Feature","id":"0","geometry":{"type":"Point","coordinates":[-4.2,14.5]},"properties":{"date_start":"2024-05-06","country":"ML","event_type":"battle"}}"#;
const REGION: &str = r#"{"type":"Feature","id":"ML-1","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{"level":1,"name":"A","country":"ML"}}"#;
const CONTROL: &str = r#"{"type":"Feature","id":"0","geometry":{"type":"Point","coordinates":[-3.9,14.9]},"properties":{"place":"Konna","actor":"FAMA","status":"control","valid_from":"2015-01-01","country":"ML"}}"#;

fuzz_target!(|input: (u8, &[u8])| {
    let (number, bytes) = input;
    let (format, first) =
        [(None, EVENT), (Some(Format::Regions), REGION), (Some(Format::Control), CONTROL)][usize::from(number) % 3];
    let text = match number / 3 % 4 {
        0 => [br#"{"type":"FeatureCollection","features":["#, first.as_bytes(), b",", bytes, b"]}"].concat(),
        1 => [first.as_bytes(), b"\n", bytes].concat(),
        2 => [b"\x1e", first.as_bytes(), b"\n\x1e", bytes].concat(),
        // Nothing before them.
        _ => bytes.to_vec(),
    };
    if let Some((summary, _)) = read(&text, format, None)
        && number / 3 % 4 < 3
    {
        assert!(summary.accepted >= 1, "the first feature was lost: {summary:?}");
    }
});
