//! Counts and sums by groups: they add up to what the rows add up to, in every form.

use serde_json::Value as Json;

use crate::support::{get, get_json};

fn groups(query: &str) -> Vec<Json> {
    get_json(&format!("/collections/incidents/aggregate?{query}")).as_array().unwrap().clone()
}

fn sum(groups: &[Json], name: &str) -> u64 {
    groups.iter().map(|group| group[name].as_u64().unwrap()).sum()
}

#[test]
fn groups_sum_to_number_matched() {
    for window in ["", "&datetime=2023-01-01/2023-12-31", "&country=BF&bbox=-5,9,3,15"] {
        let items = get_json(&format!("/collections/incidents/items?limit=10000{window}"));
        let deaths: u64 =
            items["features"].as_array().unwrap().iter().filter_map(|row| row["properties"]["fatalities_best"].as_u64()).sum();
        for by in ["year", "week", "region,month", "event_type,actor1", "country,day"] {
            let groups = groups(&format!("group_by={by}{window}"));
            assert_eq!(sum(&groups, "count"), items["numberMatched"].as_u64().unwrap(), "{by}{window}");
            assert_eq!(sum(&groups, "fatalities_best"), deaths, "{by}{window}");
        }
    }
}

#[test]
fn a_group_names_its_values_as_iso_8601_does() {
    let months = groups("group_by=month&datetime=2023-05-01/2023-06-30");
    assert!(months.iter().all(|group| ["2023-05", "2023-06"].contains(&group["month"].as_str().unwrap())));
    let weeks = groups("group_by=week&datetime=2024-12-30/2025-01-05");
    assert!(weeks.iter().all(|group| group["week"] == "2025-W01"), "{weeks:?}");
}

#[test]
fn an_incident_between_two_counts_for_both_and_that_is_said() {
    let either = groups("group_by=actor");
    assert!(either.iter().all(|group| group["overlapping"] == true));
    let total = get_json("/collections/incidents/items?limit=1")["numberMatched"].as_u64().unwrap();
    assert!(sum(&either, "count") > total);
    assert!(groups("group_by=actor1").iter().all(|group| group["overlapping"].is_null()));
}

#[test]
fn the_forms_agree() {
    let cells = groups("group_by=cell:6");
    let csv = get("/collections/incidents/aggregate?group_by=cell:6&f=csv");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text().starts_with("cell,count,fatalities_best,fatalities_low,fatalities_high,fatalities_unknown\r\n"));
    assert_eq!(csv.text().lines().count(), cells.len() + 1);
    let features = get_json("/collections/incidents/aggregate?group_by=cell:6&f=geojson");
    assert_eq!(features["features"].as_array().unwrap().len(), cells.len());
    assert_eq!(features["features"][0]["geometry"]["type"], "Point");
    let regions = get_json("/collections/incidents/aggregate?group_by=region&f=geojson");
    assert!(
        regions["features"]
            .as_array()
            .unwrap()
            .iter()
            .any(|region| region["geometry"]["type"] == "MultiPolygon" || region["geometry"]["type"] == "Polygon")
    );
}

#[test]
fn what_cannot_be_grouped_is_refused_by_name() {
    for query in [
        "",
        "group_by=",
        "group_by=colour",
        "group_by=month,month",
        "group_by=cell:20",
        "group_by=cell:-1",
        "group_by=month&f=geojson",
        "group_by=month&limit=1",
    ] {
        let answer = get(&format!("/collections/incidents/aggregate?{query}"));
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"), "{query}");
    }
    assert_eq!(get("/collections/incidents/aggregate?group_by=month&f=pdf").status, 406);
    assert_eq!(get("/collections/regions/aggregate?group_by=country").status, 404);
}
