//! `/analytics/front`, `/playback/front` and the collection `front` over the bundled data, as the server answers.

use harmattan::domain::{
    ChangeSet, Dataset, DatePrecision, EventType, Fatalities, GeoPrecision, Incident, Instant, Moment, Position, Redistribution,
    SourceRef,
};
use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, commit};
use jiff::civil::date;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::{get, get_json, ids, pages, request_of, start};

/// Every envelope in an answer is whole, and nothing in it speaks of what will be.
fn walk(of: &Json, envelopes: &mut usize) {
    match of {
        Json::Object(members) => {
            if members.contains_key("value") && members.contains_key("level") {
                *envelopes += 1;
                let number = |name: &str| of[name].as_f64().unwrap_or_else(|| panic!("{name} of {of:#}"));
                assert!(number("lo") <= number("value") && number("value") <= number("hi"), "{of:#}");
                for name in ["unit", "n", "as_of", "known_at", "method", "method_version", "sources", "caveats"] {
                    assert!(!of[name].is_null(), "{name} of {of:#}");
                }
            }
            for (name, member) in members {
                for word in ["arriv", "predict", "forecast", "eta", "reach", "next", "until", "threat"] {
                    assert!(!name.split('_').any(|part| part.starts_with(word)), "{name}");
                }
                walk(member, envelopes);
            }
        }
        Json::Array(members) => members.iter().for_each(|member| walk(member, envelopes)),
        _ => {}
    }
}

#[test]
fn the_actors_that_can_be_asked_for_are_listed() {
    let answer = get_json("/analytics/front");
    let actors = answer["actors"].as_array().unwrap();
    assert_eq!((&actors[0]["actor"], &actors[0]["side"]), (&json!("JNIM"), &json!("jnim")));
    assert!(actors.windows(2).all(|pair| pair[0]["events"].as_u64() >= pair[1]["events"].as_u64()));
    assert!(actors.iter().all(|actor| actor["actor"] != "CIVILIANS" && actor["actor"] != "UNKNOWN"));
}

#[test]
fn a_player_gets_each_cell_once_with_all_incidents_that_have_a_place_and_a_day() {
    let answer = get_json("/playback/front?actor=JNIM");
    let cells = answer["cells"].as_array().unwrap();
    let names: BTreeSet<&str> = cells.iter().map(|cell| cell["cell"].as_str().unwrap()).collect();
    assert_eq!(names.len(), cells.len());
    assert!(cells.windows(2).all(|pair| pair[0]["first"].as_str() <= pair[1]["first"].as_str()));
    // The same by looking at every incident: JNIM itself, and its parts since they belong to it.
    let mut days: Vec<(String, f64, f64)> = Vec::new();
    for page in pages("/collections/incidents/items?limit=200") {
        for feature in page["features"].as_array().unwrap() {
            let of = &feature["properties"];
            let day = of["date_start"].as_str().unwrap();
            let is_part = |code: &Json| {
                code == "JNIM" || ["MLF", "ANSAR_DINE", "MOURABITOUN"].iter().any(|part| code == part) && day >= "2017-03-02"
            };
            let is_known = of["geo_precision"] != 3 && of["date_precision"] != "year" && feature["geometry"].is_object();
            if (is_part(&of["actor1"]) || is_part(&of["actor2"])) && is_known {
                let at = &feature["geometry"]["coordinates"];
                days.push((day[..10].to_owned(), at[0].as_f64().unwrap(), at[1].as_f64().unwrap()));
            }
        }
    }
    assert!(days.len() > 100);
    let mut events = 0;
    for cell in cells {
        let side = |at: usize| cell["bbox"][at].as_f64().unwrap();
        let within = days.iter().filter(|(_, lon, lat)| side(0) <= *lon && *lon <= side(2) && side(1) <= *lat && *lat <= side(3));
        let within: Vec<&str> = within.map(|(day, ..)| day.as_str()).collect();
        assert_eq!(cell["events"], json!(within.len()), "{cell:#}");
        assert_eq!((cell["first"].as_str(), cell["last"].as_str()), (within.iter().min().copied(), within.iter().max().copied()));
        let active = cell["active"].as_array().unwrap();
        assert_eq!((&active[0][0], active[0][0].as_str() <= active[0][1].as_str()), (&cell["first"], true));
        assert!(active.windows(2).all(|pair| pair[0][1].as_str() < pair[1][0].as_str()));
        events += within.len();
    }
    assert_eq!(events, days.len());
    let listed = get_json("/analytics/front")["actors"][0].clone();
    assert_eq!((&listed["events"], &listed["cells"]), (&json!(events), &json!(cells.len())));
    assert!(answer["left_out"]["area_only"].as_u64().unwrap() > 0);
}

#[test]
fn a_front_has_its_numbers_with_all_that_belongs_to_them_and_none_of_the_future() {
    let answer = get_json("/analytics/front?actor=JNIM&from=2017-03-02&to=2026-06-30");
    let mut envelopes = 0;
    walk(&answer, &mut envelopes);
    assert!(envelopes > 40, "{envelopes}");
    assert_eq!((&answer["from"], &answer["to"]), (&json!("2017-03-02"), &json!("2026-06-30")));
    // A selection of a hundred incidents bears no speed, and the answer says why.
    assert_eq!((&answer["speed"], &answer["southward"]), (&json!("insufficient_evidence"), &json!("insufficient_evidence")));
    assert!(answer["speed_reasons"][0].as_str().unwrap().contains("at least 100"), "{}", answer["speed_reasons"]);
    assert_eq!(answer["sectors"].as_array().unwrap().len(), 8);
    assert_eq!(answer["label"], "insufficient_evidence", "nearly all cells change and lie beside no other: no pattern");
    for name in ["beside_persisting", "beside_silenced", "isolated"] {
        assert!(answer["contiguity"][name]["observed"].is_u64(), "{}", answer["contiguity"]);
    }
    let windows = answer["windows"].as_array().unwrap();
    assert_eq!(windows.last().unwrap()["to"], "2026-06-30");
    let capitals = answer["distances"]["capitals"].as_array().unwrap();
    assert_eq!(capitals.len(), 11);
    let bamako = capitals.iter().find(|capital| capital["place"] == "Bamako").unwrap();
    assert_eq!(bamako["months"].as_array().unwrap().len(), 112);
    assert!(bamako["ever"]["nearest"]["value"].as_f64().unwrap() < 15.0, "{}", bamako["ever"]["nearest"]);
    assert!(bamako["road"].is_object() || bamako["road"] == "not_computable");
    for month in bamako["months"].as_array().unwrap() {
        let number = |name: &str| month[name].as_f64();
        assert!(number("nearest") <= number("p5").or(number("nearest")), "{month:#}");
        assert_eq!(month["p5"].is_null(), month["events"].as_u64().unwrap() < 3, "{month:#}");
        assert!(number("ever_nearest").unwrap_or(0.0) <= number("nearest").unwrap_or(f64::MAX));
    }
    // The Gulf of Guinea: Parakou's latitude is some 330 km inland, the attacks in northern Benin lie farther.
    let coast = &answer["distances"]["coast"];
    if coast.is_object() {
        let ever = coast["ever"]["nearest"]["value"].as_f64().unwrap();
        assert!((100.0..700.0).contains(&ever), "{ever}");
    }
    assert!(answer["parameters"].as_array().unwrap().iter().all(|parameter| parameter["source"].is_string()));
    assert!(answer["sources"].as_array().unwrap().iter().all(|source| source["licence"].is_string()));
}

#[test]
fn the_origin_is_told_and_can_be_asked_for() {
    let told = get_json("/analytics/front?actor=JNIM")["origin"].clone();
    assert_eq!((&told["basis"], &told["events"]), (&json!("first_events"), &json!(10)));
    for origin in ["Mopti", "mopti", "-4.18,14.49"] {
        let asked = get_json(&format!("/analytics/front?actor=JNIM&origin={origin}"))["origin"].clone();
        assert_eq!((&asked["basis"], &asked["events"]), (&json!("asked"), &Json::Null));
        assert!((asked["lon"].as_f64().unwrap() + 4.19).abs() < 0.05, "{asked:#}");
    }
}

#[test]
fn the_span_ends_with_the_last_report() {
    let answer = get_json("/analytics/front?actor=JNIM");
    assert_eq!(answer["to"], "2026-10-06");
    assert!(answer["caveats"].to_string().contains("nothing is reported after 2026-10-06"));
    let early = get_json("/analytics/front?actor=JNIM&from=1900-01-01&to=2018-12-31");
    assert_eq!(early["from"], "2012-01-17", "no month before the first report of anything");
    let before = get_json("/analytics/front?actor=JNIM&to=2015-01-01&from=2014-01-01");
    assert_eq!((&before["origin"], &before["speed"]), (&Json::Null, &json!("insufficient_evidence")));
}

#[test]
fn what_was_not_known_yet_is_not_told() {
    let asked = "2020-01-01";
    assert_eq!(get("/playback/front?actor=JNIM&known_at=2010-01-01").status, 400, "nothing was known of anybody");
    let then = get(&format!("/playback/front?actor=JNIM&known_at={asked}"));
    let versions = get_json(&format!("/collections/front/items?actor=JNIM&known_at={asked}&limit=10000"));
    let cells = if then.status == 200 { then.json()["cells"].as_array().unwrap().len() } else { 0 };
    assert_eq!(versions["numberMatched"], json!(cells));
    let now = get_json("/playback/front?actor=JNIM&known_at=2026-11-22");
    assert_eq!(now["known_at"], "2026-11-22T23:59:59.999Z");
    assert_eq!(now["cells"], get_json("/playback/front?actor=JNIM")["cells"]);
}

#[test]
fn the_collection_holds_the_same_cells() {
    let all = get_json("/collections/front/items?actor=JNIM&limit=10000");
    let played = get_json("/playback/front?actor=JNIM");
    let cells = played["cells"].as_array().unwrap();
    assert_eq!(all["numberMatched"], json!(cells.len()));
    for cell in cells {
        let id = format!("JNIM@{}", cell["cell"].as_str().unwrap());
        let feature = get_json(&format!("/collections/front/items/{id}"));
        let of = &feature["properties"];
        assert_eq!(
            (&of["first_reported"], &of["last_reported"], &of["events"]),
            (&cell["first"], &cell["last"], &cell["events"])
        );
        let first = of["first_reported"].as_str().unwrap();
        let quarter = (first[5..7].parse::<u32>().unwrap() - 1) / 3 + 1;
        assert_eq!(of["quarter"], json!(format!("{}-Q{quarter}", &first[..4])));
    }
    let on = get_json("/collections/front/items?actor=JNIM&datetime=2024-05-01&limit=10000");
    let reached =
        cells.iter().filter(|cell| cell["first"].as_str() <= Some("2024-05-01") && cell["last"].as_str() >= Some("2024-05-01"));
    assert_eq!(ids(&on).len(), reached.count());
    let revisions = get_json("/collections/front/items/JNIM@380:622/revisions");
    assert!(!revisions.as_array().unwrap().is_empty());
    assert_eq!(get("/tiles/front/6/30/29.mvt?actor=JNIM").status, 200);
    assert!(get_json("/tiles/front/6/30/29.geojson?actor=JNIM")["tile"]["matched"].as_u64().unwrap() > 0);
    let extent = get_json("/collections/front")["extent"]["spatial"]["bbox"][0].clone();
    for feature in all["features"].as_array().unwrap() {
        for corner in feature["geometry"]["coordinates"][0].as_array().unwrap() {
            let (lon, lat) = match corner[0].as_array() {
                None => (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap()),
                Some(first) => (first[0].as_f64().unwrap(), first[1].as_f64().unwrap()),
            };
            assert!(extent[0].as_f64().unwrap() <= lon && lon <= extent[2].as_f64().unwrap());
            assert!(extent[1].as_f64().unwrap() <= lat && lat <= extent[3].as_f64().unwrap());
        }
    }
}

#[test]
fn malformed_questions_are_refused() {
    for (query, parameter) in [
        ("/analytics/front?actor=NOBODY", "actor"),
        ("/analytics/front?actor=CIVILIANS", "actor"),
        ("/analytics/front?actor=", "actor"),
        ("/analytics/front?actor=JNIM&from=2025-01-02&to=2025-01-01", "from"),
        ("/analytics/front?actor=JNIM&from=soon", "from"),
        ("/analytics/front?actor=JNIM&to=", "to"),
        ("/analytics/front?actor=JNIM&origin=Atlantis", "origin"),
        ("/analytics/front?actor=JNIM&origin=200,10", "origin"),
        ("/analytics/front?actor=JNIM&origin=NaN,10", "origin"),
        ("/analytics/front?actor=JNIM&known_at=never", "known_at"),
        ("/analytics/front?actor=JNIM&date=2025-01-01", "date"),
        ("/playback/front", "actor"),
        ("/playback/front?actor=NOBODY", "actor"),
        ("/playback/front?actor=JNIM&from=2025-01-01", "from"),
    ] {
        let answer = get(query);
        assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!(parameter)), "{query}: {}", answer.text());
    }
    assert!(get("/analytics/front?actor=NOBODY").text().contains("JNIM"));
}

fn incident(dataset: &Arc<Dataset>, row: u8) -> Incident {
    let day = Moment::Day(date(2023, 5, 1));
    Incident {
        id: format!("{}:{row}", dataset.id),
        start: day,
        end: day,
        date_precision: DatePrecision::Day,
        position: Position::new(f64::from(row), if dataset.id == "open" { 12.5 } else { 14.5 }).ok(),
        geo_precision: GeoPrecision::Exact,
        event_type: EventType::Battle,
        sub_event_type: None,
        actor1: Some("A".to_owned()),
        actor2: Some(format!("only-{}", dataset.id)),
        fatalities: Fatalities::default(),
        country: "ML".to_owned(),
        region: None,
        place: String::new(),
        title: String::new(),
        notes: None,
        source: SourceRef {
            dataset: Arc::clone(dataset),
            citation: String::new(),
            verification: None,
            confidence: None,
            known_at: Instant::parse("2024-01-01T00:00:00Z").unwrap(),
        },
    }
}

#[test]
fn rows_that_may_not_be_passed_on_are_in_no_cell_and_no_number_of_the_public() {
    let dataset = |id: &str, redistribution| {
        Arc::new(Dataset {
            id: id.to_owned(),
            title: String::new(),
            version: "1".to_owned(),
            released: date(2024, 1, 1),
            licence: "terms".to_owned(),
            licence_url: None,
            attribution: "nobody".to_owned(),
            redistribution,
            homepage: None,
            description: String::new(),
            imported_at: None,
        })
    };
    let sets = [dataset("open", Redistribution::Allowed), dataset("closed", Redistribution::Restricted)];
    let incidents = sets.iter().flat_map(|set| (0..4).map(move |row| incident(set, row))).collect();
    let store = MemoryStore::new().unwrap();
    commit(&store, ChangeSet { datasets: sets.to_vec(), incidents, ..ChangeSet::default() }).unwrap();
    let base = start(store, Restricted::Loopback);
    let asked = |path: &str, headers: &[(&str, &str)]| {
        let answer = request_of(&base, "GET", path, headers);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    };
    let proxied = [("x-forwarded-for", "192.0.2.1")];
    for (path, here) in [
        ("/playback/front?actor=A", 8),
        ("/playback/front?actor=A&known_at=2024-06-01", 8),
        ("/collections/front/items?actor=A", 8),
        ("/collections/front/items?actor=A&known_at=2024-06-01", 8),
    ] {
        let count = |answer: &Json| answer["cells"].as_array().or(answer["features"].as_array()).unwrap().len();
        let (own, public) = (asked(path, &[]), asked(path, &proxied));
        assert_eq!((count(&own), count(&public)), (here, 4), "{path}");
        assert!(!public.to_string().contains("closed") && own.get("withheld").is_none());
    }
    assert_eq!(asked("/playback/front?actor=A", &proxied)["withheld"], 4);
    let numbers = asked("/analytics/front?actor=A", &proxied);
    assert_eq!((&numbers["evidence"]["events"], &numbers["withheld"]), (&json!(4), &json!(4)));
    assert!(!numbers.to_string().contains("closed"));
    assert_eq!(asked("/analytics/front?actor=A", &[])["evidence"]["events"], 8);
    assert!(!asked("/analytics/front", &proxied).to_string().contains("closed"));
    assert_eq!(request_of(&base, "GET", "/playback/front?actor=only-closed", &proxied).status, 400);
    // A hundred degrees without a capital, a coast or a road that is known: nothing fails, and nothing is made up.
    assert_eq!((&numbers["distances"]["capitals"], &numbers["speed"]), (&json!([]), &json!("insufficient_evidence")));
}
