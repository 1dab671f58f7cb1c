//! `/analytics/corridors`: the roads to towns over the bundled data, as the server answers.

use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

use crate::support::{get, get_json};

fn assert_envelope(of: &Json) {
    let number = |name: &str| of[name].as_f64().unwrap_or_else(|| panic!("{name} of {of:#}"));
    assert!(number("lo") <= number("value") && number("value") <= number("hi"), "{of:#}");
    for name in ["level", "unit", "n", "as_of", "known_at", "method", "method_version", "sources", "caveats"] {
        assert!(!of[name].is_null(), "{name} of {of:#}");
    }
}

#[test]
fn the_towns_that_can_be_asked_for_are_listed() {
    let answer = get_json("/analytics/corridors");
    let targets = answer["targets"].as_array().unwrap();
    let bamako = targets.iter().find(|town| town["target"] == "Bamako").unwrap();
    assert_eq!(bamako["gateways"], json!(["Abidjan", "Conakry", "Dakar", "Niamey", "Nouakchott"]));
    assert_eq!((&bamako["corridors"], &bamako["first"]), (&json!(7), &json!("2012-01-01")));
    assert!(answer["towns"].as_array().unwrap().contains(&json!("Kayes")));
}

#[test]
fn a_town_has_its_numbers_with_all_that_belongs_to_them() {
    let answer = get_json("/analytics/corridors?target=bamako&date=2025-10-20");
    assert_eq!(
        (&answer["target"], &answer["date"], &answer["named_target"]),
        (&json!("Bamako"), &json!("2025-10-20"), &json!(true))
    );
    for name in ["capacity_open", "supply_open", "redundancy", "isolation_days", "unsatisfied_share", "unsatisfied_share_strict"]
    {
        assert_envelope(&answer[name]);
    }
    for gateway in answer["gateways"].as_array().unwrap() {
        assert_envelope(&gateway["share"]);
        assert!(gateway["detour_factor"].is_null() || gateway["detour_factor"]["value"].as_f64().unwrap() >= 1.0);
        for corridor in gateway["corridors"].as_array().unwrap() {
            assert!(corridor["status"] == "unknown" || corridor["source"].is_string(), "{corridor:#}");
        }
    }
    let nouakchott = answer["gateways"].as_array().unwrap().iter().find(|gateway| gateway["gateway"] == "Nouakchott").unwrap();
    assert_eq!((&nouakchott["state"], &nouakchott["detour_factor"]), (&json!("cut"), &Json::Null));
    assert_eq!((&nouakchott["since"], &nouakchott["last_source_date"]), (&json!("2025-09-04"), &json!("2025-10-20")));
    assert!(answer["sources"].as_array().unwrap().iter().all(|source| source["licence"].is_string()));
    assert!(answer["parameters"].as_array().unwrap().iter().all(|parameter| parameter["source"].is_string()));
}

#[test]
fn a_series_is_a_list_with_a_date_and_what_is_open() {
    let rows = get_json("/analytics/corridors/series?target=Djibo&from=2022-02-14&to=2022-02-20");
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 7);
    for (row, open) in rows.iter().zip([0.55, 0.55, 0.55, 0.1, 0.1, 0.1, 0.1]) {
        assert_envelope(&row["capacity_open"]);
        assert!((row["capacity_open"]["value"].as_f64().unwrap() - open).abs() < 1e-9, "{row:#}");
    }
    assert_eq!((&rows[3]["date"], &rows[6]["isolation_days"]["value"]), (&json!("2022-02-17"), &json!(4.0)));
    let months = get_json("/analytics/corridors/series?target=Djibo&from=2022-01-01&to=2022-12-31&step=month");
    assert_eq!(months.as_array().unwrap().len(), 12);
}

#[test]
fn what_was_not_known_yet_is_unknown() {
    let answer = get_json("/analytics/corridors?target=Bamako&date=2025-10-20&known_at=2025-10-20");
    assert_eq!((&answer["capacity_open"]["n"], &answer["known_at"]), (&json!(0), &json!("2025-10-20T23:59:59.999Z")));
    assert!(answer["gateways"].as_array().unwrap().iter().all(|gateway| gateway["state"] == "unknown"));
}

#[test]
fn what_was_not_known_yet_is_told_by_no_layer() {
    let all = get_json("/collections/corridors/items?datetime=2025-10-20&limit=10000");
    let then = get_json("/collections/corridors/items?datetime=2025-10-20&limit=10000&known_at=2026-11-01");
    assert_eq!((&then["numberMatched"], &then["known_at"]), (&all["numberMatched"], &json!("2026-11-01T23:59:59.999Z")));
    let statuses = |answer: &Json| -> BTreeSet<String> {
        let features = answer["features"].as_array().unwrap().iter();
        features.map(|feature| feature["properties"]["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(statuses(&then), BTreeSet::from(["unknown".to_owned()]));
    assert!(statuses(&all).contains("blocked"));
    let tile = |known_at: &str| get_json(&format!("/tiles/corridors/0/0/0.geojson?datetime=2025-10-20&known_at={known_at}"));
    assert_eq!(statuses(&tile("2026-11-01")), statuses(&then));
    assert_eq!(statuses(&tile("2026-11-30")), statuses(&all));
    let player = get_json("/playback/corridors?known_at=2026-11-01");
    assert_eq!(
        (player["corridors"].as_array().unwrap().len(), &player["changes"], &player["known_at"]),
        (35, &json!([]), &then["known_at"])
    );
    assert_eq!(player["segment_states"]["rows"], json!([]));
    assert_eq!(get_json("/playback/corridors?known_at=2026-11-30")["changes"], get_json("/playback/corridors")["changes"]);
    let answer = get("/playback/corridors?known_at=never");
    assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!("known_at")));
    let versions = get_json("/collections/corridors/items/dakar-kita-bamako-rn24:1/revisions");
    assert_eq!((versions.as_array().unwrap().len(), &versions[0]["superseded_at"]), (1, &Json::Null));
    assert!(versions[0]["known_at"].as_str().unwrap().starts_with("2026-11-22") && versions[0]["weight"] == 0.6, "{versions}");
}

#[test]
fn malformed_questions_are_refused() {
    for (query, parameter) in [
        ("?target=Atlantis", "target"),
        ("?target=", "target"),
        ("?target=Bamako&date=soon", "date"),
        ("?target=Bamako&date=2025-02-30", "date"),
        ("?target=Bamako&known_at=never", "known_at"),
        ("?target=Bamako&level=1", "level"),
        ("/series?from=2025-01-01", "target"),
        ("/series?target=Bamako&from=2025-01-02&to=2025-01-01", "from"),
        ("/series?target=Bamako&step=hour", "step"),
        ("/series?target=Bamako&from=0001-01-01", "from"),
        ("/series?target=Bamako&to=", "to"),
    ] {
        let answer = get(&format!("/analytics/corridors{query}"));
        assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!(parameter)), "{query}: {}", answer.text());
    }
    assert!(get("/analytics/corridors?target=Atlantis").text().contains("Bamako"));
}

#[test]
fn a_player_gets_how_each_segment_counts() {
    let answer = get_json("/playback/corridors");
    let states = &answer["segment_states"];
    let segments = states["segments"].as_array().unwrap();
    let shared = segments.iter().position(|id| id == "nouakchott-nioro-bamako:10").unwrap();
    let on = |day: i64| {
        let rows =
            states["rows"].as_array().unwrap().iter().filter(|row| row[0] == json!(shared) && row[1].as_i64().unwrap() <= day);
        rows.max_by_key(|row| row[1].as_i64())
            .map(|row| (row[2].as_str().unwrap().to_owned(), row[3].as_str().unwrap().to_owned()))
    };
    // Kolokani–Kati is blocked on both corridors that share it, from 4 September 2025 (day 20335) on.
    assert_eq!(on(20_334).unwrap().0, "disrupted");
    assert_eq!(on(20_340).unwrap(), ("blocked".to_owned(), "reported".to_owned()));
    assert_eq!(on(15_000), None);
}
