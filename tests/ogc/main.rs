//! The abstract test suites of the OGC standards, as far as `/conformance` claims their classes: one test a requirement, named by it
//! (`/req/core/root-op` is `core::root_op`). A class that is claimed and not listed here fails `every_class_that_is_claimed_is_tested`.

#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, dead_code, reason = "a test that fails is the report")]

mod core;
mod cql2;
mod crs;
mod encodings;
mod filter;
mod schemas;
#[path = "../http/support.rs"]
mod support;
mod tiles;

use std::collections::BTreeSet;

use crate::support::get_json;

/// Each class, and the module that tests it.
const TESTED: [(&str, &str); 29] = [
    ("ogcapi-features-1/1.0/conf/core", core::CLASS),
    ("ogcapi-features-1/1.0/conf/oas30", encodings::CLASS),
    ("ogcapi-features-1/1.0/conf/html", encodings::CLASS),
    ("ogcapi-features-1/1.0/conf/geojson", encodings::CLASS),
    ("ogcapi-features-2/1.0/conf/crs", crs::CLASS),
    ("ogcapi-features-3/1.0/conf/queryables", filter::CLASS),
    ("ogcapi-features-3/1.0/conf/queryables-query-parameters", filter::CLASS),
    ("ogcapi-features-3/1.0/conf/filter", filter::CLASS),
    ("ogcapi-features-3/1.0/conf/features-filter", filter::CLASS),
    ("ogcapi-features-5/1.0/conf/schemas", schemas::CLASS),
    ("cql2/1.0/conf/cql2-text", cql2::CLASS),
    ("cql2/1.0/conf/cql2-json", cql2::CLASS),
    ("cql2/1.0/conf/basic-cql2", cql2::CLASS),
    ("cql2/1.0/conf/advanced-comparison-operators", cql2::CLASS),
    ("cql2/1.0/conf/case-insensitive-comparison", cql2::CLASS),
    ("cql2/1.0/conf/accent-insensitive-comparison", cql2::CLASS),
    ("cql2/1.0/conf/basic-spatial-functions", cql2::CLASS),
    ("cql2/1.0/conf/basic-spatial-functions-plus", cql2::CLASS),
    ("cql2/1.0/conf/spatial-functions", cql2::CLASS),
    ("cql2/1.0/conf/temporal-functions", cql2::CLASS),
    ("cql2/1.0/conf/property-property", cql2::CLASS),
    ("cql2/1.0/conf/arithmetic", cql2::CLASS),
    ("ogcapi-tiles-1/1.0/conf/core", tiles::CLASS),
    ("ogcapi-tiles-1/1.0/conf/tileset", tiles::CLASS),
    ("ogcapi-tiles-1/1.0/conf/tilesets-list", tiles::CLASS),
    ("ogcapi-tiles-1/1.0/conf/geodata-tilesets", tiles::CLASS),
    ("ogcapi-tiles-1/1.0/conf/oas30", tiles::CLASS),
    ("ogcapi-tiles-1/1.0/conf/geojson", tiles::CLASS),
    ("ogcapi-tiles-1/1.0/conf/mvt", tiles::CLASS),
];

/// The ids of the collections.
const COLLECTIONS: [&str; 7] = ["regions", "places", "incidents", "control", "corridors", "control-areas", "front"];

#[test]
fn every_class_that_is_claimed_is_tested() {
    let conformance = get_json("/conformance");
    let claimed: BTreeSet<&str> =
        conformance["conformsTo"].as_array().unwrap().iter().map(|class| class.as_str().unwrap()).collect();
    let tested: Vec<String> = TESTED.iter().map(|(class, _)| format!("http://www.opengis.net/spec/{class}")).collect();
    assert_eq!(claimed, tested.iter().map(String::as_str).collect());
    assert!(TESTED.iter().all(|(_, module)| !module.is_empty()));
}

/// A query's value, encoded.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Whether a document links with a relation to what has that path.
fn links(document: &serde_json::Value, rel: &str, path: &str) -> bool {
    document["links"].as_array().unwrap().iter().any(|link| {
        link["rel"] == rel
            && link["href"].as_str().unwrap().strip_prefix("http://map.example").is_some_and(|href| href.starts_with(path))
    })
}
