//! `/analytics/control`: shares by actor with what is unknown, over the bundled data and over what others might bring.

use std::ops::ControlFlow;
use std::sync::OnceLock;

use harmattan::domain::{ChangeSet, Instant};
use harmattan::http::Restricted;
use harmattan::import::{Aliases, Context, Gazetteer, Rejection, Row, Sink, import};
use harmattan::store::{MemoryStore, commit};
use serde_json::{Value as Json, json};

use crate::support::{get, get_json, request_of, start};

const DENOMINATORS: [&str; 3] = ["places", "population", "area"];

/// Keeps what an import hands over.
#[derive(Default)]
struct Taken(ChangeSet);

impl Sink for Taken {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        match row {
            Row::Dataset(dataset) => self.0.datasets.push(dataset),
            Row::Control(row) => self.0.control.push(*row),
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        panic!("{rejection}")
    }
}

/// A server over nothing but what a file holds.
fn over(text: &str) -> String {
    let (gazetteer, aliases) = (Gazetteer::new(&[]), Aliases::new(&[]).unwrap());
    let context = Context::new(&gazetteer, &aliases, Instant::parse("2026-01-01T00:00:00Z").unwrap());
    let mut taken = Taken::default();
    import(text.as_bytes(), "control", None, &context, &mut taken).unwrap();
    let store = MemoryStore::new().unwrap();
    commit(&store, taken.0).unwrap();
    start(store, Restricted::Never)
}

fn json_of(base: &str, path: &str) -> Json {
    let answer = request_of(base, "GET", path, &[]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn share<'a>(region: &'a Json, actor: &str) -> &'a Json {
    let shares = region["shares"].as_array().unwrap();
    shares.iter().find(|share| share["actor"] == actor).unwrap_or_else(|| panic!("no {actor} in {region:#}"))
}

/// Every region's shares sum to 1, and every number is an envelope.
fn assert_sound(answer: &Json) {
    for region in answer["regions"].as_array().unwrap() {
        let shares = region["shares"].as_array().unwrap();
        assert_eq!(shares.last().unwrap()["actor"], "unknown");
        for of in DENOMINATORS {
            let sum: f64 = shares.iter().map(|share| share[of]["value"].as_f64().unwrap()).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{} {of}: {sum}", region["region"]);
            for share in shares {
                let number = |name: &str| share[of][name].as_f64().unwrap();
                assert!(number("lo") <= number("value") && number("value") <= number("hi"), "{share:#}");
                assert!(number("lo") <= number("median") && number("median") <= number("hi"));
                assert!(number("definite") <= number("possible") && number("lo") >= 0.0 && number("hi") <= 1.0);
                if !share[of]["of_known"].is_null() {
                    assert!(number("of_known_lo") <= number("of_known") && number("of_known") <= number("of_known_hi"));
                    assert!(number("of_known_lo") >= 0.0 && number("of_known_hi") <= 1.0, "{share:#}");
                }
                for name in ["level", "unit", "n", "as_of", "known_at", "method", "method_version", "sources", "caveats"] {
                    assert!(!share[of][name].is_null(), "{name} of {share:#}");
                }
            }
        }
    }
}

#[test]
fn shares_of_states_and_regions_sum_to_one() {
    for (query, regions) in [
        ("date=2025-10-15&level=0", 11),
        ("date=2012-07-01&level=0&by=status", 11),
        ("date=2025-10-15&level=1", 141),
        ("date=2011-01-01&level=1", 141),
        ("date=2023-11-14&level=1&known_at=2024-01-01", 141),
    ] {
        let answer = get_json(&format!("/analytics/control?{query}"));
        assert_eq!(answer["regions"].as_array().unwrap().len(), regions, "{query}");
        assert_sound(&answer);
    }
}

#[test]
fn what_was_not_known_yet_is_unknown() {
    let answer = get_json("/analytics/control?date=2025-10-15&level=0&known_at=2026-11-01");
    for region in answer["regions"].as_array().unwrap() {
        assert_eq!(region["shares"].as_array().unwrap().len(), 1, "{region}");
        assert_eq!(region["label"]["area"], "insufficient data");
    }
    assert_eq!(answer["known_at"], "2026-11-01T23:59:59.999Z");
}

#[test]
fn malformed_questions_are_refused() {
    for (query, parameter) in [
        ("date=soon", "date"),
        ("date=", "date"),
        ("date=2025-02-30", "date"),
        ("date=2025-10-15&level=3", "level"),
        ("date=2025-10-15&level=", "level"),
        ("date=2025-10-15&known_at=never", "known_at"),
        ("date=2025-10-15&by=colour", "by"),
        ("date=2025-10-15&bbox=1,2,3,4", "bbox"),
        ("date=2025-10-15&region=XX", "region"),
        ("date=2025-10-15&level=0&region=ML-7", "region"),
        ("date=2025-10-15&level=1&region=ML", "region"),
    ] {
        let answer = get(&format!("/analytics/control?{query}"));
        assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!(parameter)), "{query}");
    }
    assert_eq!(get("/analytics/control/series?from=2025-01-02&to=2025-01-01").status, 400);
}

#[test]
fn a_region_alone_says_of_which_level_it_is() {
    for (region, level) in [("ML", 0), ("ML-7", 1)] {
        let answer = get_json(&format!("/analytics/control?date=2025-10-15&region={region}"));
        assert_eq!((&answer["level"], &answer["regions"][0]["region"]), (&json!(level), &json!(region)));
        let series = get_json(&format!("/analytics/control/series?from=2025-10-01&to=2025-10-15&region={region}"));
        assert_eq!((&series["level"], &series["regions"][0]["region"]), (&json!(level), &json!(region)));
    }
}

fn place(name: &str, date: &str) -> Json {
    let answer = get_json(&format!("/analytics/control/places?place={name}&date={date}"));
    let places = answer["places"].as_array().unwrap();
    assert_eq!(places.len(), 1, "{name}");
    places[0].clone()
}

#[test]
fn bamako_in_october_2025_is_held_by_the_state_and_blockaded() {
    let bamako = place("Bamako", "2025-10-15");
    assert_eq!((&bamako["actor"], &bamako["status"]), (&json!("FAMA"), &json!("control")));
    assert_eq!((&bamako["blockade"]["state"], &bamako["blockade"]["by"]), (&json!("partial"), &json!("JNIM")));
    assert_eq!(bamako["blockade"]["since"], "2025-09-04");
    assert_eq!(place("Bamako", "2025-09-03")["blockade"]["state"], "none");
}

#[test]
fn djibo_is_besieged_since_february_2022() {
    assert_eq!(place("Djibo", "2022-02-16")["blockade"]["state"], "none");
    for day in ["2022-02-17", "2023-06-01", "2025-05-10"] {
        let djibo = place("Djibo", day);
        assert_eq!((&djibo["actor"], &djibo["status"]), (&json!("FDS_BF"), &json!("control")), "{day}");
        assert_eq!((&djibo["blockade"]["state"], &djibo["blockade"]["since"]), (&json!("full"), &json!("2022-02-17")), "{day}");
    }
    // Last confirmed in May 2025: by the end of 2026 nobody is said to know.
    assert_eq!(place("Djibo", "2026-11-01")["blockade"]["state"], "unknown");
}

#[test]
fn kidal_changes_hands_in_november_2023() {
    assert_eq!(place("Kidal", "2023-11-13")["actor"], "CMA");
    let after = place("Kidal", "2023-11-14");
    assert_eq!(
        (&after["actor"], &after["since"], &after["changed_between"]),
        (&json!("FAMA"), &json!("2023-11-14"), &json!(null))
    );
}

#[test]
fn a_series_holds_the_days_on_which_shares_move() {
    let series = get_json("/analytics/control/series?level=1&region=ML-8&from=2023-10-01&to=2024-01-31");
    let points = series["regions"][0]["points"].as_array().unwrap();
    let dates: Vec<&str> = points.iter().map(|point| point["date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted() && dates.contains(&"2023-11-14"), "{dates:?}");
    let on = get_json("/analytics/control?level=1&region=ML-8&date=2023-11-14");
    let there = points.iter().find(|point| point["date"] == "2023-11-14").unwrap();
    let fama = share(&on["regions"][0], "FAMA")["places"]["value"].as_f64().unwrap();
    assert!((share(there, "FAMA")["places"][0].as_f64().unwrap() - fama).abs() < 1e-4);
    // What the form names stands in its place, and a name for the region goes with each day.
    let form = series["envelope"]["form"].as_array().unwrap();
    for (at, name) in form.iter().enumerate() {
        let told = share(there, "FAMA")["area"][at].as_f64().unwrap();
        assert!(
            (told - share(&on["regions"][0], "FAMA")["area"][name.as_str().unwrap()].as_f64().unwrap()).abs() < 1e-4,
            "{name}"
        );
    }
    assert_eq!(there["label"], on["regions"][0]["label"]);
    assert_eq!(series["regions"][0]["totals"], on["regions"][0]["totals"]);
}

/// SIGAR, *Quarterly Report to the United States Congress*, 30 January 2017, table 3.6 (data of USFOR-A of 26 November 2016): 407 districts by
/// who controls or influences them, 20.4, 9.2 and 2.5 of 32.1 million people, 367,638, 172,088 and 104,063 of 643,789 km². The districts
/// here are made up: as many of each class as the table has, those of a class with the same people and the same land, so that the sums are
/// those of the table. Rectangles between two parallels have the land that is asked for by their width.
fn sigar() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| {
        let classes = [
            ("GOVERNMENT", "control", 83, 20_400_000.0 / 233.0, 367_638.0 / 233.0),
            ("GOVERNMENT", "influence", 150, 20_400_000.0 / 233.0, 367_638.0 / 233.0),
            ("TALIBAN", "contested", 133, 9_200_000.0 / 133.0, 172_088.0 / 133.0),
            ("TALIBAN", "influence", 32, 2_500_000.0 / 41.0, 104_063.0 / 41.0),
            ("TALIBAN", "control", 9, 2_500_000.0 / 41.0, 104_063.0 / 41.0),
        ];
        let (mut features, mut west) = (Vec::new(), 0.0);
        for (actor, status, count, people, km2) in classes {
            for number in 0..count {
                let east = west + km2 / 6_500.0;
                let ring = json!([[west, 33.0], [east, 33.0], [east, 34.0], [west, 34.0], [west, 33.0]]);
                features.push(json!({
                    "type": "Feature",
                    "id": format!("{actor}-{status}-{number}").to_lowercase(),
                    "geometry": { "type": "Polygon", "coordinates": [ring] },
                    "properties": {
                        "place": format!("District {} {number} {status}", actor.to_lowercase()), "country": "AF",
                        "actor": actor, "status": status, "population": f64::round(people),
                        "valid_from": "2016-11-26", "confidence": 0.95, "source": "made up",
                    },
                }));
                west = east;
            }
        }
        over(&json!({ "type": "FeatureCollection", "features": features }).to_string())
    })
}

#[test]
fn the_table_of_sigar_comes_out_to_a_tenth_of_a_point() {
    let answer = json_of(sigar(), "/analytics/control?date=2016-11-26&level=0");
    assert_sound(&answer);
    let region = &answer["regions"][0];
    assert_eq!((&region["region"], &region["totals"]["places"]), (&json!("AF"), &json!(407.0)));
    // Of what is known, and the definite share of the whole: a report of that confidence is believed with 0.79.
    for (actor, expected) in
        [("GOVERNMENT", [57.2, 63.6, 57.1]), ("contested", [32.7, 28.7, 26.7]), ("TALIBAN", [10.1, 7.8, 16.2])]
    {
        for (of, expected) in DENOMINATORS.iter().zip(expected) {
            for name in ["of_known", "definite"] {
                let percent = share(region, actor)[*of][name].as_f64().unwrap() * 100.0;
                assert!((percent - expected).abs() < 0.1, "{actor} {of} {name}: {percent} for {expected}");
            }
        }
    }
    let by_status = json_of(sigar(), "/analytics/control?date=2016-11-26&level=0&by=status");
    assert_sound(&by_status);
    for (actor, status, expected) in [
        ("GOVERNMENT", "control", 20.4),
        ("GOVERNMENT", "influence", 36.9),
        ("TALIBAN", "influence", 7.9),
        ("TALIBAN", "control", 2.2),
    ] {
        let shares = by_status["regions"][0]["shares"].as_array().unwrap();
        let row = shares.iter().find(|share| share["actor"] == actor && share["status"] == status).unwrap();
        let percent = row["places"]["of_known"].as_f64().unwrap() * 100.0;
        assert!((percent - expected).abs() < 0.1, "{actor} {status}: {percent}");
    }
}

#[test]
fn bare_points_and_bare_regions_are_enough() {
    let points = over(
        "id,place,country,latitude,longitude,population,actor,status,valid_from,confidence\n\
         1,A,XX,14.0,-4.0,1000,G1,control,2024-01-01,0.95\n\
         2,B,XX,15.0,-4.0,3000,UNKNOWN,control,2024-01-01,0.95\n\
         3,C,XX,16.0,-4.0,,G2,presence,2024-01-01,0.95\n",
    );
    for level in [0, 1] {
        let answer = json_of(&points, &format!("/analytics/control?date=2024-01-01&level={level}"));
        assert_sound(&answer);
        let region = &answer["regions"][0];
        assert_eq!(region["region"], "XX");
        let of = |of: &str| share(region, "G1")[of]["value"].as_f64().unwrap();
        let belief = 0.95 / 1.2;
        assert!((of("places") - belief / 3.0).abs() < 1e-9 && (of("population") - belief / 4.0).abs() < 1e-9, "{region:#}");
        assert!((of("area") - belief / 3.0).abs() < 0.01, "three circles of one size");
        assert_eq!(region["shares"].as_array().unwrap().len(), 2, "nobody known holds B, and C tells of presence alone");
    }
    let regions = over(
        "id,region,country,actor,status,valid_from,confidence,population\n\
         1,XX-1,XX,G1,control,2024-01-01,0.95,100\n\
         2,XX-2,XX,G2,influence,2024-01-01,0.6,300\n",
    );
    let answer = json_of(&regions, "/analytics/control?date=2024-01-01&level=1");
    assert_sound(&answer);
    let ids: Vec<&str> = answer["regions"].as_array().unwrap().iter().map(|region| region["region"].as_str().unwrap()).collect();
    assert_eq!(ids, ["XX-1", "XX-2"]);
    assert!((share(&answer["regions"][0], "G1")["population"]["value"].as_f64().unwrap() - 0.95 / 1.2).abs() < 1e-9);
    assert_eq!(share(&answer["regions"][0], "unknown")["area"]["value"], 1.0, "no outline, no land");
    assert_sound(&json_of(&regions, "/analytics/control?date=2024-01-01&level=0"));
}

#[test]
fn a_store_without_anything_has_no_regions() {
    let base = start(MemoryStore::new().unwrap(), Restricted::Never);
    assert_eq!(json_of(&base, "/analytics/control?date=2024-01-01")["regions"], json!([]));
    assert_eq!(json_of(&base, "/analytics/control/places?date=2024-01-01")["places"], json!([]));
    assert_eq!(json_of(&base, "/analytics/control/series?level=1")["regions"], json!([]));
}

#[test]
fn areas_are_of_one_state_of_knowledge_and_leave_the_unknown_blank() {
    let on = |query: &str| get_json(&format!("/collections/control-areas/items?{query}"));
    let bamako = on("datetime=2025-10-15&place=Bamako");
    assert_eq!(bamako["numberMatched"], 1);
    let area = &bamako["features"][0];
    assert!(["Polygon", "MultiPolygon"].contains(&area["geometry"]["type"].as_str().unwrap()));
    let properties = &area["properties"];
    for (name, value) in [("actor", "FAMA"), ("status", "control"), ("blockade", "partial"), ("blockade_by", "JNIM")] {
        assert_eq!(properties[name], value, "{properties:#}");
    }
    let km2 = properties["area_km2"].as_f64().unwrap();
    assert!(km2 > 0.0 && km2 < std::f64::consts::PI * 30.0 * 30.0 * 1.05);
    // A day finds one area of a place at most, and only places that are known.
    let all = on("datetime=2023-06-01&limit=10000");
    let mut places: Vec<&str> =
        all["features"].as_array().unwrap().iter().map(|area| area["properties"]["place"].as_str().unwrap()).collect();
    let count = places.len();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), count);
    let told = get_json("/analytics/control/places?date=2023-06-01");
    let known = told["places"].as_array().unwrap().iter().filter(|place| place["actor"] != "unknown" && place["area_km2"] != 0.0);
    let known = known.count();
    assert_eq!(count, known);
    assert_eq!(on("datetime=2025-10-15&known_at=2026-01-01")["numberMatched"], 0);
    let id = area["id"].as_str().unwrap();
    assert_eq!(get_json(&format!("/collections/control-areas/items/{id}"))["id"], id);
    let tile = get_json("/tiles/control-areas/6/30/29.geojson?datetime=2025-10-15");
    assert!(tile["features"].as_array().unwrap().iter().any(|feature| feature["properties"]["place"] == "Bamako"));
    assert_eq!(get("/tiles/control-areas/6/30/29.mvt?datetime=2025-10-15").status, 200);
}
