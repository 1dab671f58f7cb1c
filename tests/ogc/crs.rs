//! OGC API – Features – Part 2: Coordinate Reference Systems by Reference (18-058r1), annex A.

use serde_json::Value as Json;

use crate::COLLECTIONS;
use crate::support::{get, get_json};

pub const CLASS: &str = "Features 2, CRS";

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const EPSG_4326: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";
const EPSG_3857: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";

fn offered(collection: &str) -> Vec<String> {
    let document = get_json(&format!("/collections/{collection}"));
    document["crs"].as_array().unwrap().iter().map(|crs| crs.as_str().unwrap().to_owned()).collect()
}

#[test]
fn fc_md_crs_list() {
    for collection in COLLECTIONS {
        assert_eq!(offered(collection), [CRS84, EPSG_4326, EPSG_3857]);
    }
}

#[test]
fn crs_uri() {
    assert!(offered("places").iter().all(|crs| crs.starts_with("http://www.opengis.net/def/crs/")));
}

#[test]
fn fc_md_storage_crs() {
    for collection in COLLECTIONS {
        let storage = get_json(&format!("/collections/{collection}"))["storageCrs"].as_str().unwrap().to_owned();
        assert!(offered(collection).contains(&storage));
    }
}

#[test]
fn fc_md_storage_crs_valid_value() {
    assert_eq!(get_json("/collections/places")["storageCrs"], CRS84);
}

fn first(collection: &str, crs: &str) -> (Json, String) {
    let answer = get(&format!("/collections/{collection}/items?limit=1&crs={crs}"));
    assert_eq!(answer.status, 200);
    (answer.json()["features"][0]["geometry"]["coordinates"].clone(), answer.header("content-crs").to_owned())
}

#[test]
fn fc_crs_definition() {
    for collection in COLLECTIONS {
        for crs in offered(collection) {
            assert_eq!(get(&format!("/collections/{collection}/items?limit=1&crs={crs}")).status, 200);
        }
    }
}

#[test]
fn fc_crs_valid_value() {
    assert_eq!(get("/collections/places/items?crs=http://www.opengis.net/def/crs/EPSG/0/27700").status, 400);
    assert_eq!(get("/collections/places/items/geonames:2460596?crs=nonsense").status, 400);
}

#[test]
fn fc_crs_default_value() {
    assert_eq!(get("/collections/places/items?limit=1").header("content-crs"), format!("<{CRS84}>"));
}

#[test]
fn fc_crs_action() {
    let (degrees, _) = first("places", CRS84);
    let (swapped, _) = first("places", EPSG_4326);
    let (metres, _) = first("places", EPSG_3857);
    assert_eq!((&degrees[0], &degrees[1]), (&swapped[1], &swapped[0]));
    let x = degrees[0].as_f64().unwrap().to_radians() * 6_378_137.0;
    assert!((metres[0].as_f64().unwrap() - x).abs() < 0.1);
}

#[test]
fn ogc_crs_header() {
    for crs in [CRS84, EPSG_4326, EPSG_3857] {
        assert_eq!(first("regions", crs).1, format!("<{crs}>"));
    }
}

#[test]
fn fc_bbox_crs_definition() {
    for crs in offered("incidents") {
        assert_eq!(get(&format!("/collections/incidents/items?limit=1&bbox=1,1,2,2&bbox-crs={crs}")).status, 200);
    }
}

#[test]
fn fc_bbox_crs_valid_value() {
    assert_eq!(get("/collections/incidents/items?bbox=1,1,2,2&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/27700").status, 400);
}

fn counted(query: &str) -> u64 {
    get_json(&format!("/collections/incidents/items?limit=1&{query}"))["numberMatched"].as_u64().unwrap()
}

#[test]
fn fc_bbox_crs_valid_default_value() {
    assert_eq!(counted("bbox=-5,13,2.5,16"), counted(&format!("bbox=-5,13,2.5,16&bbox-crs={CRS84}")));
}

#[test]
fn fc_bbox_crs_action() {
    let expected = counted("bbox=-5,13,2.5,16");
    assert!(expected > 0);
    assert_eq!(counted(&format!("bbox=13,-5,16,2.5&bbox-crs={EPSG_4326}")), expected);
    assert_eq!(counted(&format!("bbox=-556597.45,1459732.27,278298.73,1804722.77&bbox-crs={EPSG_3857}")), expected);
}
