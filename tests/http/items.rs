//! Pages of features: equal to the oracle, each feature once, sources on everything.

use harmattan::domain::{Bbox, Interval, Record};
use harmattan::domain::{ChangeSet, Dataset, Incident, Moment, SourceRef};
use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, commit};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::{data, get_json, ids, link, pages, request_of, start};

#[test]
fn a_page_of_incidents_reads_like_this() {
    insta::assert_json_snapshot!(get_json("/collections/incidents/items?place=Djibo&limit=2"));
}

#[test]
fn a_feature_stands_alone_under_its_id() {
    let page = get_json("/collections/incidents/items?limit=1");
    let id = page["features"][0]["id"].as_str().unwrap();
    let feature = get_json(&format!("/collections/incidents/items/{id}"));
    assert_eq!(feature["properties"], page["features"][0]["properties"]);
    assert_eq!(link(&feature, "self").unwrap(), format!("/collections/incidents/items/{id}"));
    assert_eq!(link(&feature, "collection").unwrap(), "/collections/incidents");
}

#[test]
fn a_record_tells_its_versions() {
    let versions = get_json("/collections/incidents/items/chronology:2022-02-17-djibo-siege-begins/revisions");
    let versions = versions.as_array().unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(
        (&versions[0]["known_at"], &versions[0]["superseded_at"]),
        (&"2026-11-22T00:00:00Z".into(), &serde_json::Value::Null)
    );
    assert_eq!(versions[0]["title"], "JNIM blockade of Djibo begins");
    assert_eq!(crate::support::get("/collections/incidents/items/nothing/revisions").status, 404);
}

#[test]
fn every_collection_pages_through_all_of_itself_once() {
    let expected = [
        ("incidents", data().incidents.len()),
        ("control", data().control.len()),
        ("places", data().places.len()),
        ("regions", data().regions.len()),
    ];
    for (collection, rows) in expected {
        let pages = pages(&format!("/collections/{collection}/items?limit=100"));
        let seen: Vec<String> = pages.iter().flat_map(ids).collect();
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), rows, "{collection}");
        assert_eq!(seen.len(), rows, "{collection}");
        assert!(pages.iter().all(|page| page["numberMatched"] == rows && page["numberReturned"] == ids(page).len()));
    }
}

#[test]
fn the_applied_window_is_echoed() {
    assert_eq!(get_json("/collections/incidents/items?limit=1")["datetime"], "../..");
    let page = get_json("/collections/control/items?limit=1&datetime=2023-02-03/2024-05-06&known_at=2026-12-01");
    assert_eq!(page["datetime"], "2023-02-03/2024-05-06");
    assert_eq!(page["known_at"], "2026-12-01T23:59:59.999Z");
}

#[test]
fn nothing_was_known_before_it_was_published() {
    assert_eq!(get_json("/collections/incidents/items?known_at=2026-11-21")["numberMatched"], 0);
    assert_eq!(get_json("/collections/incidents/items?known_at=2026-11-22")["numberMatched"], data().incidents.len());
}

#[test]
fn bamako_is_held_by_the_state_and_blockaded_in_october_2025() {
    let page = get_json("/collections/control/items?place=Bamako&datetime=2025-10-15");
    assert_eq!(page["numberMatched"], 1);
    let bamako = &page["features"][0]["properties"];
    assert_eq!((&bamako["actor"], &bamako["status"]), (&"FAMA".into(), &"control".into()));
    assert_eq!((&bamako["blockade"], &bamako["blockade_by"]), (&"partial".into(), &"JNIM".into()));
}

#[test]
fn a_roads_status_is_told_at_the_end_of_the_window() {
    let status = |datetime: &str| {
        let page = get_json(&format!("/collections/corridors/items?corridor=dakar-kayes-bamako-rn1&limit=1&datetime={datetime}"));
        (page["status_at"].clone(), page["features"][0]["properties"]["status"].clone())
    };
    assert_eq!(status("2025-01-01"), ("2025-01-01".into(), "open".into()));
    assert_eq!(status("2025-01-01/2025-10-15"), ("2025-10-15".into(), "blocked".into()));
    assert_eq!(status("1999-01-01").1, "unknown");
    let blocked = get_json("/collections/corridors/items?status=blocked&datetime=2025-10-15");
    assert!(blocked["numberMatched"].as_u64().unwrap() > 5);
    assert_eq!(get_json("/collections/corridors/items?status=blocked&datetime=2013-10-15")["numberMatched"], 0);
}

#[test]
fn every_feature_names_its_source() {
    for collection in ["incidents", "control", "places", "regions", "corridors"] {
        // A road says nothing on a day that nobody reported on; then there is no source to name.
        let page = get_json(&format!("/collections/{collection}/items?limit=10000&datetime=2025-10-15"));
        for feature in page["features"].as_array().unwrap() {
            let properties = &feature["properties"];
            let sourced = properties["source"].as_str().is_some_and(|source| !source.is_empty());
            assert!(sourced || properties["status"] == "unknown", "{collection} {}", feature["id"]);
        }
    }
}

#[test]
fn coordinates_have_at_most_six_decimals_and_longitude_first() {
    let page = get_json("/collections/incidents/items?limit=10000");
    for (feature, incident) in page["features"].as_array().unwrap().iter().zip(sorted_incidents()) {
        assert_eq!(feature["geometry"]["type"], "Point");
        let lon = feature["geometry"]["coordinates"][0].as_f64().unwrap();
        assert!((lon - incident.position.unwrap().lon()).abs() <= 5e-7);
        let digits = feature["geometry"]["coordinates"][1].to_string();
        assert!(digits.split('.').nth(1).is_none_or(|decimals| decimals.len() <= 6), "{digits}");
    }
}

fn sorted_incidents() -> Vec<&'static harmattan::domain::Incident> {
    let mut incidents: Vec<_> = data().incidents.iter().collect();
    incidents.sort_by(|a, b| a.id.cmp(&b.id));
    incidents
}

/// The oracle: everything that meets the box and the interval, looked at one by one.
fn oracle(bbox: Bbox, interval: Interval) -> Vec<String> {
    let hits = sorted_incidents().into_iter().filter(|incident| {
        incident.position.is_some_and(|position| bbox.contains(position)) && incident.interval().meets(interval)
    });
    hits.map(|incident| incident.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_boxes_and_windows_equal_the_oracle(
        lon in -18.0..17.0f64, lat in 2.0..27.0f64, width in 0.0..12.0f64, height in 0.0..10.0f64,
        day in 0i64..5400, days in 0i64..900, across: bool, limit in 1usize..400,
    ) {
        let first = jiff::civil::date(2012, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let last = first.checked_add(jiff::Span::new().days(days)).unwrap();
        let (west, east) = if across { (lon + width, lon) } else { (lon, lon + width) };
        let bbox = Bbox::new(west, lat, east, (lat + height).min(28.0)).unwrap();
        let interval = Interval::parse(&format!("{first}/{last}")).unwrap();
        let expected = oracle(bbox, interval);
        let pages = pages(&format!("/collections/incidents/items?bbox={bbox}&datetime={first}/{last}&limit={limit}"));
        prop_assert_eq!(&pages[0]["numberMatched"], expected.len());
        prop_assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn what_two_datasets_report_is_linked_and_counted_once_on_request() {
    let template = data().incidents.iter().find(|incident| incident.position.is_some() && incident.actor1.is_some()).unwrap();
    let report = |dataset: &str, row: u8| {
        let dataset = Dataset { id: dataset.to_owned(), ..(*template.source.dataset).clone() };
        let day = Moment::Day(date(2024, 5, 6));
        let source = SourceRef { dataset: Arc::new(dataset.clone()), ..template.source.clone() };
        Incident { id: format!("{}:{row}", dataset.id), start: day, end: day, source, ..template.clone() }
    };
    let incidents = vec![report("one", 1), report("two", 1), report("two", 2)];
    let datasets = incidents.iter().map(|row| std::sync::Arc::clone(&row.source.dataset)).collect();
    let store = MemoryStore::new().unwrap();
    commit(&store, ChangeSet { incidents, datasets, ..ChangeSet::default() }).unwrap();
    let base = start(store, Restricted::Never);
    let items = |query: &str| request_of(&base, "GET", &format!("/collections/incidents/items{query}"), &[]);
    let all = items("").json();
    let pairs: Vec<_> = all["features"].as_array().unwrap().iter().map(|row| row["properties"]["duplicate_of"].clone()).collect();
    assert_eq!((all["numberMatched"].as_u64(), pairs), (Some(3), vec![Json::Null, Json::from("one:1"), Json::Null]));
    let once = items("?duplicates=once").json();
    assert_eq!(ids(&once), ["one:1", "two:2"]);
    assert_eq!(items("?duplicates=once&dataset=two").json()["numberMatched"], 2, "what is not asked for makes no duplicate");
    let count = |path: &str| request_of(&base, "GET", path, &[]).json();
    assert_eq!(count("/tiles/incidents/0/0/0.geojson?duplicates=once")["tile"]["matched"], 2);
    assert_eq!(count("/collections/incidents/aggregate?group_by=year&duplicates=once")[0]["count"], 2);
    for query in ["?duplicates=twice", "?duplicates=once&known_at=2024-06-01"] {
        assert_eq!(items(query).status, 400, "{query}");
    }
}
