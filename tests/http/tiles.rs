//! Tiles: what they hold sums to what there is.

use serde_json::Value as Json;
use std::collections::BTreeMap;

use crate::support::{get, get_json, ids};

/// The tiles of one zoom level that cover lon −45..22.5, lat 0..41.
fn tiles(z: u32) -> impl Iterator<Item = (u32, u32)> {
    let n = 1u32 << z;
    let (west, east) = (n * 3 / 8, (n * 9 / 16).min(n - 1));
    let (north, south) = (n * 3 / 8, (n / 2).min(n - 1));
    (west..=east).flat_map(move |x| (north..=south).map(move |y| (x, y)))
}

#[test]
fn the_tiles_of_a_zoom_level_sum_to_number_matched() {
    for query in ["", "?datetime=2023-01-01/2023-12-31", "?country=BF&datetime=2019-01-01/.."] {
        let total = get_json(&format!("/collections/incidents/items{query}"))["numberMatched"].as_u64().unwrap();
        for z in [0, 3, 6] {
            let mut seen: BTreeMap<String, u32> = BTreeMap::new();
            let mut matched = 0;
            for (x, y) in tiles(z) {
                let tile = get_json(&format!("/tiles/incidents/{z}/{x}/{y}.geojson{query}"));
                matched += tile["tile"]["matched"].as_u64().unwrap();
                assert_eq!(tile["tile"]["returned"], ids(&tile).len());
                ids(&tile).into_iter().for_each(|id| *seen.entry(id).or_default() += 1);
            }
            assert_eq!((matched, seen.len() as u64), (total, total), "{query} z{z}");
        }
    }
}

#[test]
fn every_collection_has_tiles() {
    for collection in ["regions", "places", "incidents", "control", "corridors"] {
        let tile = get_json(&format!("/tiles/{collection}/6/31/29.geojson?datetime=2025-01-01/2025-12-31"));
        assert_eq!((&tile["type"], &tile["datetime"]), (&"FeatureCollection".into(), &"2025-01-01/2025-12-31".into()));
        assert!(!ids(&tile).is_empty(), "{collection}");
    }
}

#[test]
fn lines_and_polygons_are_cut_near_the_edge() {
    // Tile 6/31/29: lon −5.625..0, lat 11.18..16.64. The buffer is a small part of it.
    for collection in ["regions", "corridors"] {
        let tile = get_json(&format!("/tiles/{collection}/6/31/29.geojson"));
        positions(&tile["features"]).iter().for_each(|(lon, lat)| {
            assert!((-6.0..=0.4).contains(lon) && (10.8..=17.1).contains(lat), "{collection} {lon} {lat}");
        });
    }
}

fn positions(value: &Json) -> Vec<(f64, f64)> {
    match value {
        Json::Array(items) => match items.as_slice() {
            [Json::Number(lon), Json::Number(lat)] => vec![(lon.as_f64().unwrap(), lat.as_f64().unwrap())],
            _ => items.iter().flat_map(positions).collect(),
        },
        Json::Object(members) => {
            ["geometry", "coordinates"].iter().filter_map(|name| members.get(*name)).flat_map(positions).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn an_empty_tile_is_an_empty_collection() {
    let tile = get_json("/tiles/incidents/6/0/0.geojson");
    assert_eq!(tile["features"], serde_json::json!([]));
    assert_eq!(tile["tile"], serde_json::json!({ "matched": 0, "returned": 0, "aggregated": false }));
}

#[test]
fn addresses_outside_the_pyramid_are_not_found() {
    for path in ["15/0/0", "3/8/0", "3/0/8", "-1/0/0", "a/0/0", "99999999999/0/0", "0/0/0.5"] {
        assert_eq!(get(&format!("/tiles/incidents/{path}.geojson")).status, 404, "{path}");
    }
    assert_eq!(get("/tiles/nothing/0/0/0.geojson").status, 404);
    assert_eq!(get("/tiles/incidents/0/0/0.png").status, 404);
}
