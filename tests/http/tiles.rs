//! Tiles: what they hold sums to what there is.

use harmattan::domain::{ChangeSet, Fatalities, Incident, Moment, Place, Position};
use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, commit};
use jiff::ToSpan as _;
use jiff::civil::date;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::support::{base, data, get, get_json, ids, request_of, start};

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

/// A server with 7,000 incidents about one place and 3,000 about another, a day or three long, some deaths unknown.
pub fn crowded() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| {
        let template = data().incidents.iter().find(|incident| incident.position.is_some()).unwrap();
        let incidents = (0..10_000u32).map(|row| {
            let (lon, lat) = if row < 7_000 { (-4.2, 14.5) } else { (2.1, 13.5) };
            let (ring, step) = (f64::from(row % 100) / 50.0, f64::from(row / 100 % 10) / 40.0);
            let first = date(2020, 1, 1).saturating_add(i64::from(row % 900).days());
            let figure = (row % 5 != 0).then_some(row % 7);
            Incident {
                id: format!("made-up:{row}"),
                start: Moment::Day(first),
                end: Moment::Day(if row % 10 == 0 { first.saturating_add(2.days()) } else { first }),
                position: Some(Position::new(lon + ring, lat - step).unwrap()),
                fatalities: Fatalities { low: figure, best: figure, high: figure.map(|deaths| deaths + 1) },
                ..template.clone()
            }
        });
        let store = MemoryStore::new().unwrap();
        let incidents = incidents.collect();
        commit(&store, ChangeSet { incidents, datasets: data().datasets.clone(), ..ChangeSet::default() }).unwrap();
        start(store, Restricted::Never)
    })
}

#[test]
fn above_max_features_a_tile_holds_bins_that_sum_to_what_it_holds() {
    for query in ["", "?datetime=2020-03-01/2021-02-28", "?datetime=2020-03-01/2021-12-31&fatalities_best=3"] {
        let items = request_of(crowded(), "GET", &format!("/collections/incidents/items{query}"), &[]).json();
        let total = items["numberMatched"].as_u64().unwrap();
        for z in [0, 4, 7] {
            let (mut matched, mut counted, mut deaths, mut unknown) = (0, 0, 0, 0);
            for (x, y) in tiles(z) {
                let tile = request_of(crowded(), "GET", &format!("/tiles/incidents/{z}/{x}/{y}.geojson{query}"), &[]).json();
                let features = tile["features"].as_array().unwrap();
                let told = &tile["tile"];
                assert_eq!((told["returned"].as_u64(), features.len() <= 5_000), (Some(features.len() as u64), true));
                assert_eq!(told["aggregated"], told["matched"].as_u64() > Some(5_000), "{z}/{x}/{y}{query}");
                matched += told["matched"].as_u64().unwrap();
                for properties in features.iter().map(|feature| &feature["properties"]) {
                    counted += properties["point_count"].as_u64().unwrap_or(1);
                    deaths += properties["fatalities_high"].as_u64().unwrap_or(0);
                    let is_unknown = u64::from(properties["point_count"].is_null() && properties["fatalities_best"].is_null());
                    unknown += properties["fatalities_unknown"].as_u64().unwrap_or(is_unknown);
                }
            }
            let rows = (0..10_000u32).filter(|row| match query {
                "" => true,
                _ => {
                    let (first, last) = (row % 900, row % 900 + if row % 10 == 0 { 2 } else { 0 });
                    let end = if query.contains("2021-02-28") { 424 } else { 730 };
                    last >= 60 && first <= end && (!query.contains("fatalities") || row % 5 != 0 && row % 7 == 3)
                }
            });
            let figures: Vec<Option<u32>> = rows.map(|row| (row % 5 != 0).then_some(row % 7 + 1)).collect();
            let wanted_deaths = figures.iter().flatten().map(|deaths| u64::from(*deaths)).sum::<u64>();
            let wanted_unknown = figures.iter().filter(|figure| figure.is_none()).count() as u64;
            assert_eq!((matched, counted), (total, figures.len() as u64), "{query} z{z}");
            assert_eq!((deaths, unknown), (wanted_deaths, wanted_unknown), "{query} z{z}");
        }
    }
}

#[test]
fn points_of_other_collections_are_bins_too_when_they_are_many() {
    let template = &data().places[0];
    let places = (0..6_000u32).map(|row| Place {
        id: format!("made-up:{row}"),
        position: Position::new(f64::from(row % 80) / 10.0 - 4.0, f64::from(row / 80) / 10.0 + 8.0).unwrap(),
        ..template.clone()
    });
    let store = MemoryStore::new().unwrap();
    commit(&store, ChangeSet { places: places.collect(), ..ChangeSet::default() }).unwrap();
    let base = start(store, Restricted::Never);
    for (z, aggregated) in [(0, true), (4, true), (7, false)] {
        let (mut matched, mut counted) = (0, 0);
        for (x, y) in tiles(z) {
            let path = format!("/tiles/places/{z}/{x}/{y}");
            let json = request_of(&base, "GET", &format!("{path}.geojson"), &[]).json();
            let told = json["tile"]["matched"].as_u64().unwrap();
            assert_eq!(json["tile"]["aggregated"], aggregated && told > 5_000, "{path}");
            matched += told;
            let counts = json["features"].as_array().unwrap().iter().map(|feature| &feature["properties"]);
            counted += counts.map(|properties| properties["point_count"].as_u64().unwrap_or(1)).sum::<u64>();
            let vector = request_of(&base, "GET", &format!("{path}.mvt"), &[]);
            let features = messages(&vector.body, 3).first().map_or(0, |layer| messages(layer, 2).len());
            assert_eq!(json["tile"]["returned"], features, "{path}");
        }
        assert_eq!((matched, counted), (6_000, 6_000), "zoom {z}");
    }
}

#[test]
fn a_vector_tile_holds_what_the_geojson_tile_holds() {
    for (base, tile) in [(base(), "6/31/29"), (crowded(), "6/31/29"), (crowded(), "0/0/0")] {
        let mvt = request_of(base, "GET", &format!("/tiles/incidents/{tile}.mvt"), &[]);
        assert_eq!((mvt.status, mvt.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
        let json = request_of(base, "GET", &format!("/tiles/incidents/{tile}.geojson"), &[]).json();
        // A layer is one field of the tile: its bytes after tag and length; so is a feature of its layer.
        let layers = messages(&mvt.body, 3);
        assert_eq!(layers.len(), 2, "the incidents and what is said of them");
        assert_eq!(messages(&layers[0], 2).len() as u64, json["tile"]["returned"].as_u64().unwrap());
        assert_eq!(messages(&layers[0], 1), [b"incidents".to_vec()]);
        assert_eq!(messages(&layers[1], 1), [b"meta".to_vec()]);
        let (z, x, y) = {
            let mut at = tile.split('/');
            (at.next().unwrap(), at.next().unwrap(), at.next().unwrap())
        };
        let ogc = request_of(base, "GET", &format!("/collections/incidents/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt"), &[]);
        assert_eq!(ogc.body, mvt.body);
    }
    for collection in ["regions", "places", "control", "corridors"] {
        let mvt = get(&format!("/tiles/{collection}/6/31/29.mvt"));
        let json = get_json(&format!("/tiles/{collection}/6/31/29.geojson"));
        assert_eq!(messages(&messages(&mvt.body, 3)[0], 2).len(), ids(&json).len(), "{collection}");
    }
}

#[test]
fn an_empty_vector_tile_is_no_content() {
    let empty = get("/tiles/incidents/6/0/0.mvt");
    assert_eq!((empty.status, empty.body.len()), (204, 0));
}

/// The fields of that number in a protocol buffer of texts and messages.
fn messages(bytes: &[u8], number: u64) -> Vec<Vec<u8>> {
    let (mut found, mut rest) = (Vec::new(), bytes);
    let varint = |rest: &mut &[u8]| {
        let length = rest.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let (read, after) = rest.split_at(length);
        *rest = after;
        read.iter().rev().fold(0u64, |value, byte| value << 7 | u64::from(byte & 0x7f))
    };
    while !rest.is_empty() {
        let tag = varint(&mut rest);
        let length = match tag & 7 {
            2 => usize::try_from(varint(&mut rest)).unwrap(),
            1 => 8,
            _ => {
                varint(&mut rest);
                0
            }
        };
        let (field, after) = rest.split_at(length);
        if tag >> 3 == number {
            found.push(field.to_vec());
        }
        rest = after;
    }
    found
}

#[test]
fn a_tile_set_says_where_its_tiles_are_and_those_may_be_kept() {
    for collection in ["regions", "places", "incidents", "control", "corridors"] {
        let set = get_json(&format!("/tiles/{collection}.json"));
        assert_eq!((&set["tilejson"], &set["vector_layers"][0]["id"]), (&"3.0.0".into(), &collection.into()));
        let credits: Vec<&str> = set["attribution"].as_str().unwrap().split("; ").collect();
        assert_eq!(credits.iter().filter(|line| **line == "Made with Natural Earth").count(), 1, "{credits:?}");
        let address = set["tiles"][0].as_str().unwrap().strip_prefix("http://map.example").unwrap();
        let tile = get(&address.replace("{z}/{x}/{y}", "6/31/29"));
        let lasting = if collection == "corridors" { "public, no-cache" } else { "public, max-age=31536000, immutable" };
        assert_eq!((tile.status, tile.header("cache-control")), (200, lasting), "{collection}");
        let earlier = get(&format!("/tiles/{collection}/6/31/29.mvt?v=0"));
        assert_eq!((earlier.body == tile.body, earlier.header("cache-control")), (true, "public, no-cache"));
        let sets = get_json(&format!("/collections/{collection}/tiles"));
        assert_eq!(sets["tilesets"][0], get_json(&format!("/collections/{collection}/tiles/WebMercatorQuad")));
    }
    assert_eq!(get("/tiles/incidents/6/31/29.mvt?v=new").status, 400);
    assert_eq!(get("/tiles/nothing.json").status, 404);
}

#[test]
fn an_answer_is_made_once_and_then_kept() {
    let path = "/tiles/incidents/7/63/58.mvt?datetime=2022-01-01/2023-01-31";
    let (first, second) = (get(path), get(path));
    assert_eq!(second.header("server-timing"), "cache;desc=hit");
    assert_ne!(first.header("server-timing"), "cache;desc=hit");
    assert_eq!((first.body, first.headers["etag"].clone()), (second.body.clone(), second.headers["etag"].clone()));
    let held = request_of(base(), "GET", path, &[("if-none-match", second.header("etag"))]);
    assert_eq!((held.status, held.body.len()), (304, 0));
    let head = request_of(base(), "HEAD", path, &[]);
    assert_eq!((head.status, head.header("content-length")), (200, second.body.len().to_string().as_str()));
}
