//! Rows that may not be passed on: seen from this machine, by nobody else on any route. Everything here is made up.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use harmattan::domain::{
    Blockade, ChangeSet, ControlObservation, ControlStatus, Corridor, Dataset, DatePrecision, EventType, Fatalities,
    GeoPrecision, Incident, Instant, Moment, Position, Redistribution, SegmentStatus, SourceNature, SourceRef, StatusChange,
    Target,
};
use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, Store as _, commit};
use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};

use crate::support::{Answer, get, ids, link, request_of, start};

/// What every row of the closed dataset says somewhere, and no other row does.
const SECRET: &str = "closed";
/// What a proxy adds.
const FORWARDED: [(&str, &str); 1] = [("x-forwarded-for", "203.0.113.7")];

fn dataset(id: &str, redistribution: Redistribution) -> Arc<Dataset> {
    Arc::new(Dataset {
        id: id.to_owned(),
        title: format!("Made-up rows, {id}"),
        version: "1".to_owned(),
        released: date(2024, 1, 1),
        licence: format!("LicenseRef-{id}"),
        licence_url: None,
        attribution: "nobody".to_owned(),
        redistribution,
        homepage: None,
        description: "for tests".to_owned(),
        imported_at: None,
    })
}

fn datasets() -> [Arc<Dataset>; 2] {
    [dataset("open", Redistribution::Allowed), dataset(SECRET, Redistribution::Restricted)]
}

fn source(dataset: &Arc<Dataset>, known_at: &str) -> SourceRef {
    SourceRef {
        dataset: Arc::clone(dataset),
        citation: format!("read in the {} dataset", dataset.id),
        verification: None,
        confidence: None,
        known_at: Instant::parse(known_at).expect("an instant"),
    }
}

fn position(row: u8) -> Position {
    Position::new(-8.0 + f64::from(row) / 10.0, 12.5).expect("a position")
}

fn incident(dataset: &Arc<Dataset>, row: u8) -> Incident {
    Incident {
        id: format!("{}:{row}", dataset.id),
        start: Moment::Day(date(2023, 5, 1)),
        end: Moment::Day(date(2023, 5, 1)),
        date_precision: DatePrecision::Day,
        position: Some(position(row)),
        geo_precision: GeoPrecision::Exact,
        event_type: EventType::Battle,
        sub_event_type: None,
        actor1: None,
        actor2: None,
        fatalities: Fatalities::default(),
        country: "ML".to_owned(),
        region: None,
        place: format!("{} place {row}", dataset.id),
        title: format!("{} title {row}", dataset.id),
        notes: None,
        source: source(dataset, "2024-01-01T00:00:00Z"),
    }
}

fn observation(dataset: &Arc<Dataset>, row: u8) -> ControlObservation {
    ControlObservation {
        id: format!("{}:{row}", dataset.id),
        place: format!("{} town {row}", dataset.id),
        region: None,
        country: "ML".to_owned(),
        target: Target::Place(position(row)),
        actor: "FAMA".to_owned(),
        actors: Vec::new(),
        status: ControlStatus::Control,
        blockade: Blockade::None,
        blockade_by: None,
        valid_from: date(2023, 1, 1),
        valid_to: None,
        from_precision: DatePrecision::Day,
        to_precision: DatePrecision::Day,
        confidence_basis: None,
        supersedes: None,
        nature: SourceNature::default(),
        geo_precision: None,
        last_confirmed: None,
        population: None,
        note: None,
        source: source(dataset, "2024-01-01T00:00:00Z"),
    }
}

fn report(dataset: &Arc<Dataset>, status: SegmentStatus, valid_from: Date, valid_to: Date) -> StatusChange {
    let source = source(dataset, "2024-01-01T00:00:00Z");
    StatusChange {
        segment: None,
        status,
        valid_from,
        valid_to: Some(valid_to),
        from_precision: DatePrecision::Day,
        to_precision: DatePrecision::Day,
        last_confirmed: None,
        actor: None,
        note: None,
        source,
    }
}

/// Six incidents (one with two versions), four towns and one road of two segments; half of everything is closed.
fn store() -> MemoryStore {
    let store = MemoryStore::new().expect("an empty store");
    let [open, closed] = datasets();
    let corridor = Corridor {
        id: "road".to_owned(),
        name: "Road".to_owned(),
        target: "C".to_owned(),
        class: "trunk".to_owned(),
        weight: None,
        waypoints: vec![("A".to_owned(), position(0)), ("B".to_owned(), position(2)), ("C".to_owned(), position(4))],
        between: Vec::new(),
        past: Arc::from([]),
        changes: Arc::new([
            report(&open, SegmentStatus::Open, date(2023, 1, 1), date(2023, 1, 31)),
            report(&closed, SegmentStatus::Blocked, date(2023, 5, 1), date(2023, 5, 31)),
        ]),
    };
    let changes = ChangeSet {
        datasets: vec![Arc::clone(&open), Arc::clone(&closed)],
        incidents: (0..3).flat_map(|row| [incident(&open, row), incident(&closed, row)]).collect(),
        control: (0..2).flat_map(|row| [observation(&open, row), observation(&closed, row)]).collect(),
        corridors: vec![corridor],
        ..ChangeSet::default()
    };
    commit(&store, changes).expect("the rows fit");
    let revised = |dataset: &Arc<Dataset>| {
        let title = format!("{} title, revised", dataset.id);
        Incident { title, source: source(dataset, "2024-06-01T00:00:00Z"), ..incident(dataset, 0) }
    };
    let changes = ChangeSet { incidents: vec![revised(&open), revised(&closed)], ..ChangeSet::default() };
    commit(&store, changes).expect("the rows fit");
    store
}

/// A server that shows closed rows to loopback.
fn loopback() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| start(store(), Restricted::Loopback))
}

/// A server that shows them to nobody.
fn never() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| start(store(), Restricted::Never))
}

fn json_of(base: &str, path: &str, headers: &[(&str, &str)]) -> Json {
    let answer = request_of(base, "GET", path, headers);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn pages_of(base: &str, path: &str, headers: &[(&str, &str)]) -> Vec<Json> {
    let mut pages = vec![json_of(base, path, headers)];
    while let Some(next) = pages.last().and_then(|page| link(page, "next")) {
        assert!(pages.len() < 50, "the pages do not end");
        pages.push(json_of(base, &next, headers));
    }
    pages
}

/// Every address that answers with rows, at a time when every row holds.
const ROUTES: [&str; 18] = [
    "/collections/incidents/items",
    "/collections/incidents/items?known_at=2024-02-01",
    "/collections/incidents/items?dataset=closed",
    "/collections/incidents/items?bbox=-9,12,-7,13",
    "/collections/incidents/items?datetime=2023-05-01",
    "/collections/control/items",
    "/collections/control/items?known_at=2024-02-01",
    "/collections/corridors/items?datetime=2023-05-15",
    "/tiles/incidents/0/0/0.geojson",
    "/tiles/control/6/30/29.geojson?datetime=2023-05-15",
    "/tiles/corridors/0/0/0.geojson?datetime=2023-05-15",
    "/playback/control",
    "/playback/corridors",
    "/collections/control-areas/items",
    "/tiles/control-areas/6/30/29.geojson?datetime=2023-05-15",
    "/analytics/control?date=2023-05-01&level=1",
    "/analytics/control/places?date=2023-05-01",
    "/analytics/control/series?level=1",
];

/// The addresses of closed rows.
const ROWS: [&str; 4] = [
    "/collections/incidents/items/closed:0",
    "/collections/incidents/items/closed:0/revisions",
    "/collections/control/items/closed:1",
    "/collections/control/items/closed:1/revisions",
];

/// Whether an answer holds anything of a closed row; its own address, in its links, is not one.
fn tells(answer: &Answer) -> bool {
    let mut body = answer.json();
    if let Some(body) = body.as_object_mut() {
        body.remove("links");
    }
    body.to_string().contains(SECRET)
}

#[test]
fn from_this_machine_every_row_is_seen() {
    for path in ROUTES.iter().chain(&ROWS) {
        let answer = request_of(loopback(), "GET", path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert!(tells(&answer), "{path}: {}", answer.text());
        assert!(answer.json().get("withheld").is_none(), "{path}");
    }
    let pages = json_of(loopback(), "/collections/incidents/items", &[]);
    assert_eq!((&pages["numberMatched"], ids(&pages).len()), (&json!(6), 6));
}

#[test]
fn through_a_proxy_none_is_seen_by_any_route() {
    for header in [
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
        ("origin", "https://gis.example"),
        ("host", "gis.example"),
    ] {
        for path in ROUTES {
            let answer = request_of(loopback(), "GET", path, &[header]);
            assert_eq!(answer.status, 200, "{path}");
            assert!(!tells(&answer), "{header:?} {path}: {}", answer.text());
        }
        for path in ROWS {
            assert_eq!(request_of(loopback(), "GET", path, &[header]).status, 404, "{header:?} {path}");
        }
    }
}

#[test]
fn never_hides_them_from_this_machine_too() {
    for path in ROUTES {
        let answer = request_of(never(), "GET", path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!tells(&answer), "{path}: {}", answer.text());
    }
    for path in ROWS {
        assert_eq!(request_of(never(), "GET", path, &[]).status, 404, "{path}");
    }
}

#[test]
fn what_may_be_passed_on_is_seen_by_everyone() {
    for path in
        ["/collections/incidents/items/open:0", "/collections/control/items/open:1", "/collections/corridors/items/road:1"]
    {
        assert_eq!(request_of(loopback(), "GET", path, &FORWARDED).status, 200, "{path}");
    }
    let revisions = json_of(loopback(), "/collections/incidents/items/open:0/revisions", &FORWARDED);
    assert_eq!(revisions.as_array().unwrap().len(), 2);
}

#[test]
fn what_is_withheld_is_counted() {
    let counts = |path: &str| {
        let page = json_of(loopback(), path, &FORWARDED);
        let matched = if page["tile"].is_object() { page["tile"]["matched"].clone() } else { page["numberMatched"].clone() };
        assert_eq!(matched.as_u64().unwrap(), ids(&page).len() as u64, "{path}");
        (matched, page.get("withheld").cloned())
    };
    let some = |n: u64| Some(json!(n));
    assert_eq!(counts("/collections/incidents/items"), (json!(3), some(3)));
    assert_eq!(counts("/collections/incidents/items?known_at=2024-02-01"), (json!(3), some(3)));
    assert_eq!(counts("/collections/incidents/items?dataset=closed"), (json!(0), some(3)));
    assert_eq!(counts("/collections/incidents/items?dataset=open"), (json!(3), None));
    assert_eq!(counts("/collections/incidents/items?datetime=2020-01-01"), (json!(0), None));
    // Rows 0 and 1 lie at −8.0 and −7.9.
    assert_eq!(counts("/collections/incidents/items?bbox=-8.05,12,-7.85,13"), (json!(2), some(2)));
    assert_eq!(counts("/collections/control/items"), (json!(2), some(2)));
    assert_eq!(counts("/tiles/incidents/0/0/0.geojson"), (json!(3), some(3)));
    assert_eq!(counts("/tiles/incidents/0/0/0.geojson?dataset=open"), (json!(3), None));
    assert_eq!(counts("/tiles/control/0/0/0.geojson"), (json!(2), some(2)));
    assert_eq!(json_of(loopback(), "/playback/control", &FORWARDED)["withheld"], 2);
    assert_eq!(json_of(loopback(), "/playback/corridors", &FORWARDED)["withheld"], 1);
}

#[test]
fn the_withheld_rows_of_tiles_sum_to_those_of_items() {
    let mut withheld = 0;
    for (x, y) in (480..500).flat_map(|x| (470..480).map(move |y| (x, y))) {
        let tile = json_of(loopback(), &format!("/tiles/incidents/10/{x}/{y}.geojson"), &FORWARDED);
        withheld += tile.get("withheld").map_or(0, |count| count.as_u64().unwrap());
    }
    assert_eq!(withheld, 3);
}

#[test]
fn a_road_of_which_only_a_closed_report_speaks_is_unknown() {
    let status = |headers: &[(&str, &str)], datetime: &str| {
        let page = json_of(loopback(), &format!("/collections/corridors/items?datetime={datetime}"), headers);
        assert_eq!(ids(&page), ["road:1", "road:2"], "the road itself is on every map");
        (page["features"][0]["properties"]["status"].clone(), page.get("withheld").cloned())
    };
    assert_eq!(status(&[], "2023-05-15"), (json!("blocked"), None));
    assert_eq!(status(&FORWARDED, "2023-05-15"), (json!("unknown"), Some(json!(2))));
    assert_eq!(status(&FORWARDED, "2023-01-15"), (json!("open"), None));
    let one = json_of(loopback(), "/collections/corridors/items/road:1?datetime=2023-05-15", &FORWARDED);
    assert_eq!((&one["properties"]["status"], &one["properties"]["dataset"]), (&json!("unknown"), &Json::Null));
    let blocked = json_of(loopback(), "/collections/corridors/items?status=blocked&datetime=2023-05-15", &FORWARDED);
    assert_eq!((&blocked["numberMatched"], &blocked["withheld"]), (&json!(0), &json!(2)));
}

#[test]
fn pages_hold_each_row_once_for_whoever_asks() {
    for (headers, rows) in [(&[][..], 6), (&FORWARDED[..], 3)] {
        let pages = pages_of(loopback(), "/collections/incidents/items?limit=1", headers);
        let seen: Vec<String> = pages.iter().flat_map(ids).collect();
        assert_eq!((pages.len(), seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (rows, rows, rows));
        assert!(pages.iter().all(|page| page["numberMatched"] == rows));
    }
    // A cursor goes on after an id, whoever got it.
    let page = json_of(loopback(), "/collections/incidents/items?limit=1", &[]);
    let next = json_of(loopback(), &link(&page, "next").unwrap(), &FORWARDED);
    assert_eq!((ids(&next), &next["withheld"]), (vec!["open:0".to_owned()], &json!(3)));
}

#[test]
fn answers_that_depend_on_who_asks_are_kept_by_nobody_else() {
    let vary = |answer: &Answer| {
        let values = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_ascii_lowercase());
        values.collect::<Vec<_>>().join(", ")
    };
    for headers in [&[][..], &FORWARDED[..]] {
        for path in
            ROUTES.into_iter().chain(["/collections/incidents/items/open:0", "/collections/incidents/items/open:0/revisions"])
        {
            let answer = request_of(loopback(), "GET", path, headers);
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
            let vary = vary(&answer);
            assert!(["forwarded", "x-forwarded-for", "accept-encoding"].iter().all(|name| vary.contains(name)), "{path}: {vary}");
        }
    }
    let tag = request_of(loopback(), "GET", ROUTES[0], &[]).header("etag").to_owned();
    let mine = request_of(loopback(), "GET", ROUTES[0], &[("if-none-match", &tag)]);
    assert_eq!((mine.status, mine.header("cache-control")), (304, "private, no-cache"));
    assert!(vary(&mine).contains("x-forwarded-for"));
    assert_eq!(request_of(loopback(), "GET", ROUTES[0], &[("if-none-match", &tag), FORWARDED[0]]).status, 200);
    // Where nothing depends on it, nothing says so.
    for answer in [get(ROUTES[0]), request_of(never(), "GET", ROUTES[0], &[]), request_of(loopback(), "GET", "/collections", &[])]
    {
        assert_eq!(answer.header("cache-control"), "public, no-cache");
        assert!(!vary(&answer).contains("forwarded"));
    }
}

#[test]
fn a_dataset_that_becomes_restricted_takes_its_rows_with_it() {
    let store = store();
    let closed_now = ChangeSet { datasets: vec![dataset("open", Redistribution::Restricted)], ..ChangeSet::default() };
    commit(&store, closed_now).expect("the dataset fits");
    assert!(store.snapshot().unwrap().restricted());
    let base = start(store, Restricted::Loopback);
    for (path, withheld) in [("/collections/incidents/items", 6), ("/collections/control/items", 4), ("/playback/corridors", 2)] {
        let answer = json_of(&base, path, &FORWARDED);
        assert_eq!(answer["withheld"], withheld, "{path}");
    }
    assert_eq!(request_of(&base, "GET", "/collections/incidents/items/open:0/revisions", &FORWARDED).status, 404);
}

#[test]
fn no_format_tells_them_and_every_format_counts_them() {
    for format in ["geojson", "geojsonseq", "csv", "fgb", "arrow"] {
        for (collection, seen, withheld) in [("incidents", "3", "3"), ("control", "2", "2"), ("corridors", "2", "2")] {
            let path = format!("/collections/{collection}/items?datetime=2023-05-01&f={format}");
            let answer = request_of(loopback(), "GET", &path, &FORWARDED);
            assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-cache"), "{path}");
            assert!(!answer.body.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()), "{path}");
            assert_eq!((answer.header("ogc-numbermatched"), answer.header("harmattan-withheld")), (seen, withheld), "{path}");
            let mine = request_of(loopback(), "GET", &path, &[]);
            assert!(mine.body.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()), "{path}");
            assert!(!mine.headers.contains_key("harmattan-withheld"));
        }
    }
}
