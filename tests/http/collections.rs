//! `/collections` and what each one says of itself.

use crate::support::{data, get, get_json};

#[test]
fn the_collections_say_what_they_hold() {
    insta::assert_json_snapshot!(get_json("/collections"));
}

#[test]
fn each_collection_documents_every_property_it_serves() {
    for collection in ["regions", "places", "incidents", "control", "corridors"] {
        let schema = get_json(&format!("/collections/{collection}/schema"));
        let page = get_json(&format!("/collections/{collection}/items?limit=1"));
        for name in page["features"][0]["properties"].as_object().unwrap().keys() {
            assert!(schema["properties"][name]["title"].is_string(), "{collection} {name}");
        }
    }
    insta::assert_json_snapshot!("incidents_schema", get_json("/collections/incidents/schema"));
}

#[test]
fn every_queryable_is_a_parameter() {
    let queryables = get_json("/collections/incidents/queryables");
    for name in queryables["properties"].as_object().unwrap().keys().filter(|name| *name != "geometry") {
        let property = &queryables["properties"][name];
        let value = match property["type"].as_str() {
            _ if property["enum"].is_array() => property["enum"][0].as_str().unwrap(),
            Some("integer" | "number") => "1",
            _ if name.starts_with("date_s") || name == "date_end" => "2022-01-01",
            _ if name == "known_at" => "2026-11-22T00:00:00Z",
            _ => "JNIM",
        };
        let answer = get(&format!("/collections/incidents/items?limit=1&{name}={value}"));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
}

#[test]
fn the_extent_covers_what_is_there() {
    let incidents = get_json("/collections/incidents");
    let bbox: Vec<f64> =
        incidents["extent"]["spatial"]["bbox"][0].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    for incident in &data().incidents {
        let position = incident.position.unwrap();
        assert!(bbox[0] <= position.lon() && position.lon() <= bbox[2] && bbox[1] <= position.lat() && position.lat() <= bbox[3]);
    }
    assert_eq!(incidents["extent"]["temporal"]["interval"][0][0], "2012-01-17T00:00:00Z");
}
