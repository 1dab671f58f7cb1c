//! OGC API – Features – Part 1 (17-069r4), annexes A.3 GeoJSON, A.4 HTML and A.7 OpenAPI 3.0.

use geojson::GeoJson;
use serde_json::Value as Json;

use crate::COLLECTIONS;
use crate::support::{get, get_json, ids, request};

pub const CLASS: &str = "Features 1, GeoJSON, HTML and OpenAPI 3.0";

#[test]
fn geojson_definition() {
    for collection in COLLECTIONS {
        let path = format!("/collections/{collection}/items?limit=2");
        assert_eq!(request("GET", &path, &[("accept", "application/geo+json")]).header("content-type"), "application/geo+json");
    }
}

#[test]
fn geojson_content() {
    for collection in COLLECTIONS {
        let answer = get(&format!("/collections/{collection}/items?limit=20"));
        let GeoJson::FeatureCollection(page) = answer.text().parse().unwrap() else { panic!("no FeatureCollection") };
        assert!(page.features.iter().all(|feature| feature.id.is_some()));
        let id = ids(&answer.json()).remove(0);
        let one = get(&format!("/collections/{collection}/items/{}", crate::encoded(&id)));
        assert!(matches!(one.text().parse().unwrap(), GeoJson::Feature(_)));
    }
}

#[test]
fn html_definition() {
    let paths = ["/", "/collections", "/collections/places", "/collections/places/items?limit=3", "/conformance", "/api"];
    for path in paths {
        let answer = request("GET", path, &[("accept", "text/html")]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
    }
}

#[test]
fn html_content() {
    let page = get_json("/collections/places/items?limit=3");
    let html = get("/collections/places/items?limit=3&f=html");
    for feature in page["features"].as_array().unwrap() {
        let name = feature["properties"]["name"].as_str().unwrap();
        assert!(html.text().contains(name) || html.text().contains(&name.replace('\'', "&#39;")), "{name}");
    }
    for link in page["links"].as_array().unwrap().iter().filter(|link| link["rel"] == "alternate" && link["type"] != "text/html")
    {
        let kind = link["type"].as_str().unwrap();
        assert!(html.text().contains(&format!("type=\"{kind}\"")), "{kind}");
    }
}

#[test]
fn oas30_oas_definition_1() {
    let api = request("GET", "/api", &[("accept", "application/vnd.oai.openapi+json;version=3.0")]);
    assert_eq!((api.status, api.header("content-type")), (200, "application/vnd.oai.openapi+json;version=3.0"));
    assert_eq!(request("GET", "/api", &[("accept", "text/html")]).header("content-type"), "text/html; charset=utf-8");
}

#[test]
fn oas30_oas_definition_2() {
    // Validity is tested with openapi-spec-validator (tests/clients).
    let api = get_json("/api");
    assert!(api["openapi"].as_str().unwrap().starts_with("3.0."));
    assert!(api["info"]["title"].is_string() && api["info"]["version"].is_string() && api["paths"].is_object());
}

#[test]
fn oas30_oas_impl() {
    let api = get_json("/api");
    for (path, item) in api["paths"].as_object().unwrap().iter().filter(|(path, _)| !path.contains('{')) {
        let needed = match path.as_str() {
            "/locate" => "?lon=-8&lat=12.65",
            "/collections/incidents/aggregate" => "?group_by=year",
            "/playback/front" => "?actor=JNIM",
            "/analytics/corridors/series" => "?target=Bamako&from=2025-01-01",
            _ => "",
        };
        let answer = get(&format!("{path}{needed}"));
        let kind = answer.header("content-type").split(';').next().unwrap().to_owned();
        assert_eq!(answer.status, 200, "{path}");
        assert!(item["get"]["responses"]["200"]["content"][&kind].is_object(), "{path} answers {kind}");
    }
}

#[test]
fn oas30_completeness() {
    let api = get_json("/api");
    for item in api["paths"].as_object().unwrap().values() {
        let responses = item["get"]["responses"].as_object().unwrap();
        assert!(responses.values().all(|answer| answer["$ref"].is_string() || answer["description"].is_string()));
        let content = &responses["200"]["content"];
        assert!(content.as_object().unwrap().values().all(|one| one["schema"].is_object()));
    }
}

#[test]
fn oas30_exceptions_codes() {
    let api = get_json("/api");
    for (path, item) in api["paths"].as_object().unwrap() {
        for status in ["400", "404", "406", "500", "503"] {
            assert!(item["get"]["responses"][status].is_object(), "{path} {status}");
        }
    }
    assert_eq!(get("/collections/places/items?limit=0").header("content-type"), "application/problem+json");
}

#[test]
fn oas30_security() {
    // Everything may be read by everyone: no scheme is declared, and none is asked for.
    let api = get_json("/api");
    assert_eq!((&api["security"], &api["components"]["securitySchemes"]), (&Json::Null, &Json::Null));
}
