//! OGC API – Tiles – Part 1: Core (20-057), annex A.

use fast_mvt::MvtReaderRef;
use geojson::GeoJson;
use serde_json::Value as Json;

use crate::support::{get, get_json, link, request};
use crate::{COLLECTIONS, links};

pub const CLASS: &str = "Tiles 1";

const SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

fn tile(collection: &str, place: &str) -> String {
    format!("/collections/{collection}/tiles/WebMercatorQuad/{place}")
}

fn described() -> Json {
    let api = get_json("/api");
    api["paths"]["/collections/places/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"]["get"]["parameters"].clone()
}

fn path_parameter(name: &str) -> Json {
    let found = described().as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap();
    assert!(found["in"] == "path" && found["required"] == true && found["schema"]["type"].is_string());
    found
}

#[test]
fn core_tc_tilematrix_definition() {
    path_parameter("tileMatrix");
}

#[test]
fn core_tc_tilerow_definition() {
    path_parameter("tileRow");
}

#[test]
fn core_tc_tilecol_definition() {
    path_parameter("tileCol");
}

#[test]
fn core_tc_op() {
    for collection in COLLECTIONS {
        assert_eq!(get(&tile(collection, "4/7/7")).status, 200, "{collection}");
    }
}

#[test]
fn core_tc_success() {
    for collection in COLLECTIONS {
        let answer = request("GET", &tile(collection, "4/7/7"), &[("accept", "application/vnd.mapbox-vector-tile")]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    }
}

#[test]
fn core_tc_error() {
    for place in ["99/0/0", "2/9/0", "2/0/9", "x/0/0", "2/-1/0"] {
        assert!(matches!(get(&tile("places", place)).status, 400 | 404), "{place}");
    }
    // In the Pacific there is nothing.
    assert_eq!(get(&tile("places", "6/32/1")).status, 204);
    assert_eq!(get_json(&format!("{}?f=json", tile("places", "6/32/1")))["features"].as_array().unwrap().len(), 0);
}

#[test]
fn core_conformance_success() {
    assert!(get("/conformance").text().contains("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core"));
}

#[test]
fn tileset_description() {
    for collection in COLLECTIONS {
        let set = get_json(&format!("/collections/{collection}/tiles/WebMercatorQuad"));
        assert_eq!(set["tileMatrixSetURI"], "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad");
        assert_eq!((&set["dataType"], set["crs"].is_string()), (&"vector".into(), true));
        assert!(set["links"].as_array().unwrap().iter().any(|link| link["rel"] == SCHEME));
        let templates: Vec<&Json> = set["links"].as_array().unwrap().iter().filter(|link| link["rel"] == "item").collect();
        assert!(templates.len() >= 2);
        for template in templates {
            let href = template["href"].as_str().unwrap();
            assert!(template["templated"] == true && template["type"].is_string());
            let filled = href.replace("{tileMatrix}", "4").replace("{tileRow}", "7").replace("{tileCol}", "7");
            let answer = get(filled.strip_prefix("http://map.example").unwrap());
            assert_eq!((answer.status, answer.header("content-type")), (200, template["type"].as_str().unwrap()));
        }
    }
}

#[test]
fn tilesets_list_tileset_links() {
    for collection in COLLECTIONS {
        let path = format!("/collections/{collection}/tiles");
        let list = get_json(&path);
        assert!(links(&list, "self", &path));
        for set in list["tilesets"].as_array().unwrap() {
            assert!(set["dataType"].is_string() && set["crs"].is_string() && set["tileMatrixSetURI"].is_string());
            assert_eq!(link(set, "self"), Some(format!("{path}/WebMercatorQuad")));
            assert!(set["links"].as_array().unwrap().iter().any(|link| link["rel"] == SCHEME));
        }
    }
}

#[test]
fn geodata_tilesets_desc_links() {
    for collection in COLLECTIONS {
        let document = get_json(&format!("/collections/{collection}"));
        let list = link(&document, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector").unwrap();
        assert_eq!(get(&list).status, 200);
    }
}

#[test]
fn geodata_tilesets_operation() {
    let api = get_json("/api");
    for collection in COLLECTIONS {
        let path = format!("/collections/{collection}/tiles");
        assert!(api["paths"][&path]["get"].is_object() && get(&path).status == 200);
    }
}

#[test]
fn oas30_completeness() {
    for parameter in described().as_array().unwrap() {
        assert!(parameter["$ref"].is_string() || parameter["schema"].is_object());
    }
}

#[test]
fn oas30_operation_id() {
    let api = get_json("/api");
    let ids: Vec<&str> =
        api["paths"].as_object().unwrap().values().map(|item| item["get"]["operationId"].as_str().unwrap()).collect();
    for suffix in [".collection.vector.getTileSetsList", ".collection.vector.getTileSet", ".collection.vector.getTile"] {
        assert_eq!(ids.iter().filter(|id| id.ends_with(suffix)).count(), COLLECTIONS.len(), "{suffix}");
    }
}

#[test]
fn geojson_content() {
    for collection in COLLECTIONS {
        let answer = request("GET", &tile(collection, "4/7/7"), &[("accept", "application/geo+json")]);
        assert_eq!(answer.header("content-type"), "application/geo+json");
        assert!(matches!(answer.text().parse().unwrap(), GeoJson::FeatureCollection(_)));
    }
}

#[test]
fn mvt_content() {
    for collection in COLLECTIONS {
        let answer = get(&tile(collection, "4/7/7"));
        let tile = MvtReaderRef::new(&answer.body).unwrap();
        let names: Vec<String> = tile.layers().map(|layer| layer.name().to_owned()).collect();
        assert!(names.iter().any(|name| name == collection), "{names:?}");
    }
}
