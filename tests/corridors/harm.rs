//! What no answer may hold: a ranking of open roads, what the loss of one would do, times of anything on a road, ways for escorts.

use harmattan::domain::Audience;
use harmattan::http::{Step, corridor_targets};
use serde_json::{Value as Json, json};

use super::support::{bundled_snapshot, csv, number, series, snapshot_of, told};

/// Parts of names of members that would tell such a thing.
const FORBIDDEN: [&str; 18] = [
    "rank",
    "critical",
    "importance",
    "betweenness",
    "centrality",
    "impact",
    "damage",
    "vulnerab",
    "priority",
    "score",
    "convoy",
    "escort",
    "hours",
    "travel",
    "duration",
    "arrival",
    "schedule",
    "path",
];

fn walk(of: &Json, visit: &mut dyn FnMut(&str, &Json)) {
    match of {
        Json::Object(members) => {
            for (name, value) in members {
                visit(name, value);
                walk(value, visit);
            }
        }
        Json::Array(values) => values.iter().for_each(|value| walk(value, visit)),
        _ => {}
    }
}

fn names(of: &Json, at: &str) -> Vec<String> {
    of.as_array().unwrap().iter().map(|row| row[at].as_str().unwrap().to_owned()).collect()
}

fn assert_harmless(answer: &Json) {
    walk(answer, &mut |name, _| {
        let name = name.to_lowercase();
        assert!(!FORBIDDEN.iter().any(|part| name.contains(part)), "a member '{name}'");
        assert!(!name.contains("time") && !name.contains("route"), "a member '{name}'");
    });
    if let Some(gateways) = answer["gateways"].as_array() {
        let found = names(&answer["gateways"], "gateway");
        let mut sorted = found.clone();
        sorted.sort_by_key(|name| harmattan::domain::Folding::Accents.of(&name.to_lowercase()));
        assert_eq!(found, sorted, "gateways stand by name");
        for gateway in gateways {
            assert!(names(&gateway["corridors"], "corridor").is_sorted(), "corridors stand by id");
        }
        // Stretches of road are named nowhere but where they are reported disrupted or worse and hold something up.
        walk(answer, &mut |name, value| {
            if name == "segments" {
                assert!(answer["bottlenecks"].as_array().unwrap().iter().any(|road| road["segments"] == *value));
            }
        });
        for road in answer["bottlenecks"].as_array().unwrap() {
            let status = road["status"].as_str().unwrap();
            assert!(["disrupted", "escort_only", "blocked", "cut"].contains(&status), "{road}");
            assert!(road.as_object().unwrap().values().all(|value| !value.is_number()), "no number stands beside a road: {road}");
        }
        let ids: Vec<String> =
            answer["bottlenecks"].as_array().unwrap().iter().map(|road| road["segments"].to_string()).collect();
        assert!(ids.is_sorted(), "by id, not by rank");
    }
}

#[test]
fn no_answer_over_the_bundled_data_holds_what_must_not_be_told() {
    let snapshot = bundled_snapshot();
    let targets = corridor_targets(snapshot, Audience::Public);
    assert_harmless(&targets);
    let towns = targets["targets"].as_array().unwrap();
    assert!(towns.len() >= 15);
    for town in towns {
        for on in ["2012-06-01", "2022-08-15", "2025-10-20", "2026-10-01"] {
            assert_harmless(&told(snapshot, town["target"].as_str().unwrap(), on));
        }
    }
    assert_harmless(&json!(series(snapshot, "Bamako", "2025-08-01", "2025-12-01", Step::Week)));
}

#[test]
fn an_open_road_that_everything_hangs_on_is_not_told() {
    // The track carries 5 of 100: it is what holds everything up, and it is open.
    let rows = ["r1|A X T|T|open|2025-01-01||track", "r2|B Y T|T|cut|2025-01-01||trunk"];
    let answer = told(&snapshot_of(&csv(&rows)), "T", "2025-06-01");
    assert!(number(&answer["capacity_open"]) < 0.1);
    let named: Vec<String> = answer["bottlenecks"].as_array().unwrap().iter().map(|road| road["segments"].to_string()).collect();
    assert!(!named.is_empty() && named.iter().all(|ids| ids.contains("r2:") && !ids.contains("r1:")), "{named:?}");
    assert_harmless(&answer);
    // And which of the open roads it is makes no difference to what is said of any road.
    let turned = ["r1|A X T|T|open|2025-01-01||trunk", "r2|B Y T|T|cut|2025-01-01||trunk"];
    let other = told(&snapshot_of(&csv(&turned)), "T", "2025-06-01");
    let roads = |answer: &Json| -> Vec<Json> {
        answer["gateways"].as_array().unwrap().iter().map(|gateway| gateway["corridors"].clone()).collect()
    };
    assert_eq!(roads(&answer), roads(&other));
}
