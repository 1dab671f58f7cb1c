//! Bad input gets a problem that names the parameter and the accepted form; never a 5xx.

use crate::support::{get, request};
use proptest::prelude::*;

#[test]
fn a_bad_parameter_is_named() {
    let cases = [
        ("bbox=1,2,3", "bbox"),
        ("bbox=", "bbox"),
        ("bbox=NaN,1,2,3", "bbox"),
        ("bbox=0,10,1,5", "bbox"),
        ("datetime=", "datetime"),
        ("datetime=2023-02-30", "datetime"),
        ("datetime=2024-01-01/2023-01-01", "datetime"),
        ("limit=0", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=abc", "cursor"),
        ("known_at=yesterday", "known_at"),
        ("colour=red", "colour"),
        ("geo_precision=exact", "geo_precision"),
        ("event_type=nope", "event_type"),
    ];
    for (query, parameter) in cases {
        let answer = get(&format!("/collections/incidents/items?{query}"));
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"), "{query}");
        let problem = answer.json();
        assert_eq!((&problem["parameter"], &problem["status"]), (&parameter.into(), &400.into()), "{query}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{query}");
    }
    insta::assert_json_snapshot!(get("/collections/incidents/items?bbox=1,2,3").json());
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let page = crate::support::get_json("/collections/incidents/items?limit=5&country=ML");
    let next = crate::support::link(&page, "next").unwrap().replace("country=ML", "country=BF");
    assert_eq!(get(&next).json()["parameter"], "cursor");
}

#[test]
fn what_is_not_there_is_404_and_what_is_not_offered_406() {
    for path in [
        "/nothing",
        "/collections/nothing",
        "/collections/nothing/items",
        "/collections/incidents/items/nothing",
        "/assets/../Cargo.toml",
        "/assets/nothing.js",
    ] {
        let answer = get(path);
        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"), "{path}");
    }
    assert_eq!(get("/collections/incidents/items?f=shapefile").status, 406);
    assert_eq!(get("/collections?f=xml").status, 406);
    assert_eq!(request("GET", "/collections/incidents/items", &[("accept", "image/png")]).status, 406);
}

#[test]
fn only_reading_is_allowed_and_options_say_so() {
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let answer = request(method, "/collections/incidents/items", &[]);
        assert_eq!((answer.status, answer.header("content-type")), (405, "application/problem+json"), "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    }
    let answer =
        request("OPTIONS", "/collections", &[("origin", "https://gis.example"), ("access-control-request-method", "GET")]);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
}

#[test]
fn a_request_line_that_is_too_long_is_refused() {
    let answer = get(&format!("/collections/incidents/items?place={}", "a".repeat(9_000)));
    assert_eq!((answer.status, answer.header("content-type")), (414, "application/problem+json"));
}

#[test]
fn a_forged_host_is_not_echoed() {
    let answer = request("GET", "/collections", &[("host", "evil.example")]);
    assert_eq!(answer.status, 200);
    assert!(!answer.text().contains("evil.example"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_query_brings_a_5xx(
        path in prop::sample::select(vec!["/collections/incidents/items", "/collections/regions/items", "/tiles/control/5/15/14.geojson", "/locate", "/"]),
        name in prop::sample::select(vec!["bbox", "datetime", "limit", "cursor", "f", "lon", "lat", "known_at", "level", "place"]),
        value in "[ -~é]{0,20}",
    ) {
        let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = get(&format!("{path}?{name}={value}"));
        prop_assert!(answer.status < 500, "{} {}", answer.status, answer.text());
    }
}
