//! The contract of a store, run on every store there is. A store that fails a case is not a store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

mod growth;
mod narrowing;

use std::collections::BTreeSet;
use std::sync::Arc;

use harmattan::domain::{
    Audience, Bbox, ChangeSet, Collection, Corridor, Dataset, DatePrecision, EventType, Fatalities, FeatureQuery, GeoPrecision,
    Incident, Instant, Interval, Limit, Moment, Position, Record as _, Redistribution, SegmentStatus, SourceRef, StatusChange,
    SupplyShare,
};
use harmattan::store::{Counts, GeoPackageStore, MemoryStore, Store, commit};
use proptest::prelude::*;

/// A store under test and the folder it is kept in, which goes with it.
struct Tested {
    store: Box<dyn Store>,
    _folder: tempfile::TempDir,
}

impl Tested {
    fn as_ref(&self) -> &dyn Store {
        self.store.as_ref()
    }
}

impl std::ops::Deref for Tested {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        self.store.as_ref()
    }
}

/// Every store under test, empty.
fn stores() -> Vec<Tested> {
    let folder = || tempfile::tempdir().expect("a folder");
    let memory = Tested { store: Box::new(MemoryStore::new().expect("an empty store")), _folder: folder() };
    let place = folder();
    let store = GeoPackageStore::open_or_create(&place.path().join("store.gpkg")).expect("an empty store");
    vec![memory, Tested { store: Box::new(store), _folder: place }]
}

fn dataset() -> Arc<Dataset> {
    Arc::new(Dataset {
        id: "made-up".to_owned(),
        title: "Made-up incidents".to_owned(),
        version: "1".to_owned(),
        released: jiff::civil::date(2024, 1, 1),
        licence: "CC0-1.0".to_owned(),
        licence_url: None,
        attribution: "nobody".to_owned(),
        redistribution: Redistribution::Allowed,
        homepage: None,
        description: "for tests".to_owned(),
        imported_at: None,
    })
}

fn incident(id: &str, lon: f64, lat: f64, first: i64, last: i64) -> Incident {
    let moment = |millis| Moment::Instant(Instant::from_millis(millis));
    Incident {
        id: format!("made-up:{id}"),
        start: moment(first),
        end: moment(last),
        date_precision: DatePrecision::Day,
        position: Some(Position::new(lon, lat).expect("a position")),
        geo_precision: GeoPrecision::Exact,
        event_type: EventType::Battle,
        sub_event_type: None,
        actor1: None,
        actor2: None,
        fatalities: Fatalities::default(),
        country: "ML".to_owned(),
        region: None,
        place: "Nowhere".to_owned(),
        title: "Made up".to_owned(),
        notes: None,
        source: SourceRef {
            dataset: dataset(),
            citation: "nobody".to_owned(),
            verification: None,
            confidence: None,
            known_at: Instant::from_millis(0),
        },
    }
}

fn incidents(incidents: Vec<Incident>) -> ChangeSet {
    ChangeSet { datasets: vec![dataset()], incidents, ..ChangeSet::default() }
}

fn query() -> FeatureQuery {
    FeatureQuery::all(Collection::Incidents, Instant::MAX)
}

#[test]
fn an_empty_store_answers_with_nothing() {
    for store in stores() {
        let snapshot = store.snapshot().unwrap();
        assert_eq!((snapshot.generation(), snapshot.query(&query()).matched), (0, 0));
        assert!(snapshot.extent(Collection::Incidents).is_none() && snapshot.interval(Collection::Incidents).is_none());
        assert!(snapshot.get(Collection::Incidents, "made-up:a").is_none());
    }
}

#[test]
fn rows_that_may_not_be_passed_on_are_for_the_operator_also_when_the_terms_change_later() {
    for store in stores() {
        let rows = || incidents(vec![incident("a", 0.0, 0.0, 0, 0), incident("b", 1.0, 1.0, 0, 0)]);
        let seen = |audience| {
            let snapshot = store.snapshot().unwrap();
            let page = snapshot.query(&FeatureQuery { audience, ..query() });
            let one = snapshot.shown(audience, Collection::Incidents, "made-up:a").is_some();
            (page.matched, page.withheld, one, snapshot.shown_revisions(audience, Collection::Incidents, "made-up:a").len())
        };
        commit(store.as_ref(), rows()).unwrap();
        assert!(!store.snapshot().unwrap().restricted());
        assert_eq!((seen(Audience::Public), seen(Audience::Operator)), ((2, 0, true, 1), (2, 0, true, 1)));
        let closed = Dataset { redistribution: Redistribution::Restricted, ..(*dataset()).clone() };
        commit(store.as_ref(), ChangeSet { datasets: vec![Arc::new(closed)], ..ChangeSet::default() }).unwrap();
        assert!(store.snapshot().unwrap().restricted());
        assert_eq!((seen(Audience::Public), seen(Audience::Operator)), ((0, 2, false, 0), (2, 0, true, 1)));
    }
}

#[test]
fn a_record_put_under_an_id_that_is_there_takes_its_place() {
    for store in stores() {
        let both = incidents(vec![incident("a", 0.0, 0.0, 0, 0), incident("b", 1.0, 1.0, 0, 0)]);
        assert_eq!(commit(store.as_ref(), both.clone()).unwrap(), Counts { added: 3, revised: 0, unchanged: 0 });
        assert_eq!(commit(store.as_ref(), both).unwrap(), Counts { added: 0, revised: 0, unchanged: 3 });
        assert_eq!(store.snapshot().unwrap().generation(), 1, "nothing changed");
        let moved = incidents(vec![incident("a", 5.0, 5.0, 0, 0)]);
        assert_eq!(commit(store.as_ref(), moved).unwrap(), Counts { added: 0, revised: 1, unchanged: 1 });
        let snapshot = store.snapshot().unwrap();
        assert_eq!((snapshot.generation(), snapshot.query(&query()).matched), (2, 2));
        let near = |lon: f64| FeatureQuery { bbox: Some(Bbox::new(lon - 0.1, -9.0, lon + 0.1, 9.0).unwrap()), ..query() };
        assert_eq!((snapshot.query(&near(0.0)).matched, snapshot.query(&near(5.0)).matched), (0, 1));
        assert_eq!(snapshot.datasets().len(), 1);
    }
}

/// A version of incident `a` that says `title` and became known at an instant.
fn version(title: &str, known_at: i64) -> Incident {
    let plain = incident("a", 0.0, 0.0, 0, 0);
    let source = SourceRef { known_at: Instant::from_millis(known_at), ..plain.source };
    Incident { title: title.to_owned(), source, ..plain }
}

/// What was known of incident `a` at an instant: its title.
fn known(store: &dyn Store, at: i64) -> Option<String> {
    let snapshot = store.snapshot().unwrap();
    let query = FeatureQuery { known_at: Some(Instant::from_millis(at)), ..query() };
    let page = snapshot.query(&query);
    assert!(page.matched <= 1);
    page.items.first().map(|record| record.value("title", Instant::MAX).to_string())
}

#[test]
fn every_version_is_kept_and_the_order_of_arrival_does_not_matter() {
    let versions = [version("first", 10), version("second", 20), version("third", 30)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        for store in stores() {
            for one in order {
                let counts = commit(store.as_ref(), incidents(vec![versions[one].clone()])).unwrap();
                assert_eq!(counts.unchanged + counts.added + counts.revised, 2);
            }
            for one in order {
                let again = commit(store.as_ref(), incidents(vec![versions[one].clone()])).unwrap();
                assert_eq!(again, Counts { added: 0, revised: 0, unchanged: 2 }, "{order:?} {one}");
            }
            let seen: Vec<_> = [5, 10, 19, 20, 29, 30, 99].iter().map(|at| known(store.as_ref(), *at)).collect();
            let title = |title: &str| Some(title.to_owned());
            assert_eq!(
                seen,
                [None, title("first"), title("first"), title("second"), title("second"), title("third"), title("third")]
            );
            let snapshot = store.snapshot().unwrap();
            let revisions = snapshot.revisions(Collection::Incidents, "made-up:a");
            let ends: Vec<_> = revisions.iter().map(|version| version.superseded_at().map(Instant::millis)).collect();
            assert_eq!(ends, [Some(20), Some(30), None]);
            assert_eq!(snapshot.query(&query()).matched, 1, "without known_at only what is known now shows");
        }
    }
}

#[test]
fn the_same_said_later_or_in_a_later_release_is_no_revision() {
    for store in stores() {
        commit(store.as_ref(), incidents(vec![version("first", 10)])).unwrap();
        let mut released = version("first", 30);
        released.source.dataset = Arc::new(Dataset { version: "2".to_owned(), ..(*dataset()).clone() });
        assert_eq!(commit(store.as_ref(), incidents(vec![released])).unwrap().unchanged, 2);
        assert_eq!(commit(store.as_ref(), incidents(vec![version("first", 20)])).unwrap().unchanged, 2);
        assert_eq!(known(store.as_ref(), 10).as_deref(), Some("first"));
    }
}

#[test]
fn a_retracted_record_is_gone_now_and_still_known_then() {
    for store in stores() {
        commit(store.as_ref(), incidents(vec![version("first", 10)])).unwrap();
        let retract = |at| {
            let mut transaction = store.begin().unwrap();
            let done = transaction.retract(Collection::Incidents, "made-up:a", Instant::from_millis(at)).unwrap();
            transaction.commit().unwrap();
            done
        };
        assert!(retract(20));
        assert!(!retract(30), "it is retracted already");
        assert_eq!((known(store.as_ref(), 15).as_deref(), known(store.as_ref(), 25)), (Some("first"), None));
        let snapshot = store.snapshot().unwrap();
        assert!(snapshot.get(Collection::Incidents, "made-up:a").is_none());
        assert_eq!(snapshot.revisions(Collection::Incidents, "made-up:a").len(), 1);
        commit(store.as_ref(), incidents(vec![version("back", 40)])).unwrap();
        let seen: Vec<_> = [15, 25, 45].iter().map(|at| known(store.as_ref(), *at)).collect();
        assert_eq!(seen, [Some("first".to_owned()), None, Some("back".to_owned())]);
    }
}

#[test]
fn a_transaction_that_is_dropped_leaves_nothing() {
    for store in stores() {
        commit(store.as_ref(), incidents(vec![incident("a", 0.0, 0.0, 0, 0)])).unwrap();
        let mut transaction = store.begin().unwrap();
        transaction.put(incidents(vec![incident("b", 0.0, 0.0, 0, 0)])).unwrap();
        drop(transaction);
        let snapshot = store.snapshot().unwrap();
        assert_eq!((snapshot.generation(), snapshot.query(&query()).matched), (1, 1));
    }
}

#[test]
fn a_dataset_is_taken_out_whole() {
    for store in stores() {
        commit(store.as_ref(), incidents(vec![version("first", 10), incident("b", 0.0, 0.0, 0, 0)])).unwrap();
        commit(store.as_ref(), incidents(vec![version("second", 20)])).unwrap();
        let mut transaction = store.begin().unwrap();
        assert_eq!(transaction.remove_dataset("nobody").unwrap(), None);
        assert_eq!(transaction.remove_dataset("made-up").unwrap(), Some(2));
        transaction.commit().unwrap();
        let snapshot = store.snapshot().unwrap();
        assert_eq!((snapshot.query(&query()).matched, snapshot.datasets().len()), (0, 0));
        assert_eq!((known(store.as_ref(), 15), snapshot.revisions(Collection::Incidents, "made-up:a").len()), (None, 0));
    }
}

#[test]
fn the_last_of_equal_ids_in_a_change_set_wins() {
    for store in stores() {
        commit(store.as_ref(), incidents(vec![incident("a", 0.0, 0.0, 0, 0), incident("a", 7.0, 7.0, 0, 0)])).unwrap();
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.extent(Collection::Incidents), Some(Bbox::new(7.0, 7.0, 7.0, 7.0).unwrap()));
    }
}

#[test]
fn a_record_without_a_place_is_found_by_time_and_in_no_box() {
    for store in stores() {
        let unplaced = Incident { position: None, ..incident("b", 0.0, 0.0, 0, 0) };
        commit(store.as_ref(), incidents(vec![incident("a", 0.0, 0.0, 0, 0), unplaced, incident("c", 0.0, 0.0, 9, 9)])).unwrap();
        let snapshot = store.snapshot().unwrap();
        let ids = |query: &FeatureQuery| snapshot.search(query).iter().map(|record| record.id().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&query()), ["made-up:a", "made-up:b", "made-up:c"]);
        let first = Interval::new(Instant::from_millis(0), Instant::from_millis(1)).unwrap();
        assert_eq!(ids(&FeatureQuery { datetime: first, ..query() }), ["made-up:a", "made-up:b"]);
        assert_eq!(ids(&FeatureQuery { bbox: Some(Bbox::WORLD), ..query() }), ["made-up:a", "made-up:c"]);
    }
}

#[test]
fn a_reader_keeps_the_state_it_began_with() {
    for store in stores() {
        commit(store.as_ref(), incidents(vec![incident("a", 0.0, 0.0, 0, 0)])).unwrap();
        let before = store.snapshot().unwrap();
        commit(store.as_ref(), incidents(vec![incident("b", 0.0, 0.0, 0, 0)])).unwrap();
        assert_eq!((before.query(&query()).matched, store.snapshot().unwrap().query(&query()).matched), (1, 2));
    }
}

#[test]
fn pages_are_whole_while_rows_are_written() {
    for store in stores() {
        let numbered = |n: usize| incident(&format!("{n:04}"), 0.0, 0.0, 0, 0);
        commit(store.as_ref(), incidents((0..100).map(|n| numbered(n * 2)).collect())).unwrap();
        let mut seen = Vec::new();
        let mut query = FeatureQuery { limit: Limit::new(7).unwrap(), ..query() };
        loop {
            let snapshot = store.snapshot().unwrap();
            let page = snapshot.query(&query);
            seen.extend(page.items.iter().map(|record| record.id().to_owned()));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
            // Between two pages a row is written before and one behind the place reached.
            commit(store.as_ref(), incidents(vec![numbered(seen.len() * 2 + 21), numbered(1)])).unwrap();
        }
        let once: BTreeSet<_> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "a row came twice");
        assert!((0..100).all(|n| once.contains(&format!("made-up:{:04}", n * 2))), "a row is missing");
    }
}

#[test]
fn two_writers_follow_one_another() {
    for store in stores() {
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let store = store.as_ref();
                scope.spawn(move || {
                    for n in 0..25 {
                        commit(store, incidents(vec![incident(&format!("{writer}-{n}"), 0.0, 0.0, 0, 0)])).unwrap();
                    }
                });
            }
        });
        assert_eq!((store.snapshot().unwrap().generation(), store.snapshot().unwrap().query(&query()).matched), (100, 100));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_query_equals_looking_at_every_record(
        rows in prop::collection::vec((-180.0..=180.0f64, -90.0..=90.0f64, -1000i64..1000, 0i64..500), 0..120),
        west in -180.0..=180.0f64, east in -180.0..=180.0f64, south in -90.0..=90.0f64, north in -90.0..=90.0f64,
        start in -1200i64..1200, length in 0i64..900,
    ) {
        let rows: Vec<_> = rows.iter().enumerate().map(|(n, (lon, lat, first, days))| incident(&n.to_string(), *lon, *lat, *first, first + days)).collect();
        let bbox = Bbox::new(west, south.min(north), east, south.max(north)).unwrap();
        let datetime = Interval::new(Instant::from_millis(start), Instant::from_millis(start + length)).unwrap();
        let query = FeatureQuery { bbox: Some(bbox), datetime, ..query() };
        let mut expected: Vec<_> = rows.iter().filter(|row| row.position.is_some_and(|position| bbox.contains(position)) && query.accepts(*row)).map(|row| row.id.clone()).collect();
        expected.sort();
        for store in stores() {
            commit(store.as_ref(), incidents(rows.clone())).unwrap();
            let snapshot = store.snapshot().unwrap();
            let page = snapshot.query(&query);
            prop_assert_eq!(page.matched, expected.len());
            prop_assert_eq!(page.items.iter().map(|record| record.id().to_owned()).collect::<Vec<_>>(), expected.clone());
        }
    }
}

/// A road of two stretches with reports: status, first day of 2024, from when it was known, and the stretch that it speaks of alone.
fn road(reports: &[(SegmentStatus, i8, i64, Option<u32>)]) -> ChangeSet {
    let at = |lon: f64| Position::new(lon, 10.0).unwrap();
    let changes = reports.iter().map(|(status, day, known_at, segment)| StatusChange {
        segment: *segment,
        status: *status,
        valid_from: jiff::civil::date(2024, 1, *day),
        valid_to: None,
        from_precision: DatePrecision::Day,
        to_precision: DatePrecision::Day,
        last_confirmed: None,
        actor: None,
        note: None,
        source: SourceRef { known_at: Instant::from_millis(*known_at), ..incident("a", 0.0, 0.0, 0, 0).source },
    });
    let corridor = Corridor {
        id: "road".to_owned(),
        name: "Road".to_owned(),
        target: "C".to_owned(),
        class: "trunk".to_owned(),
        weight: Some(SupplyShare { source: Some(Arc::from("somebody, 2024")), ..SupplyShare::new(0.5, 0.4, 0.6).unwrap() }),
        waypoints: vec![("A".to_owned(), at(0.0)), ("B".to_owned(), at(1.0)), ("C".to_owned(), at(2.0))],
        between: Vec::new(),
        changes: changes.collect(),
        past: Arc::new([]),
    };
    ChangeSet { datasets: vec![dataset()], corridors: vec![corridor], ..ChangeSet::default() }
}

/// What was known at an instant of the first stretch of the road, on the last of the days.
fn status_known(store: &dyn Store, known_at: Option<i64>) -> String {
    let snapshot = store.snapshot().unwrap();
    let as_of = Instant::parse("2024-01-31T00:00:00Z").unwrap();
    let query =
        FeatureQuery { known_at: known_at.map(Instant::from_millis), as_of, ..FeatureQuery::all(Collection::Corridors, as_of) };
    let page = snapshot.query(&query);
    assert_eq!((page.matched, page.items[1].id()), (2, "road:2"), "each stretch is there once, whatever was known of it");
    page.items[0].value("status", as_of).to_string()
}

#[test]
fn what_was_known_of_a_road_stays_when_other_reports_take_the_place_of_it() {
    use SegmentStatus::{Blocked, Disrupted, Open};
    for store in stores() {
        commit(store.as_ref(), road(&[(Open, 1, 100, None)])).unwrap();
        assert_eq!([Some(99), Some(100), None].map(|at| status_known(store.as_ref(), at)), ["unknown", "open", "open"]);
        // The same said later is no revision; it stays known since then.
        let again = commit(store.as_ref(), road(&[(Open, 1, 150, None)])).unwrap();
        assert_eq!(status_known(store.as_ref(), Some(120)), "open", "{again:?}");
        // A further report, known later: the first one is still what was known before.
        commit(store.as_ref(), road(&[(Open, 1, 200, None), (Blocked, 10, 200, None)])).unwrap();
        assert_eq!(
            [Some(100), Some(199), Some(200), None].map(|at| status_known(store.as_ref(), at)),
            ["open", "open", "blocked", "blocked"]
        );
        // A correction: what was believed from 200 to 300 is told of that time alone.
        commit(store.as_ref(), road(&[(Open, 1, 300, None), (Disrupted, 10, 300, None), (Disrupted, 10, 300, Some(2))])).unwrap();
        assert_eq!(
            [Some(199), Some(200), Some(299), Some(300), None].map(|at| status_known(store.as_ref(), at)),
            ["open", "blocked", "blocked", "disrupted", "disrupted"]
        );
        // All of it withdrawn: known until now.
        commit(store.as_ref(), road(&[])).unwrap();
        assert_eq!([Some(299), Some(300), None].map(|at| status_known(store.as_ref(), at)), ["blocked", "disrupted", "unknown"]);
        let far = Instant::now().millis() + 60_000;
        assert_eq!(status_known(store.as_ref(), Some(far)), "unknown");

        let snapshot = store.snapshot().unwrap();
        let versions = snapshot.shown_revisions(Audience::Public, Collection::Corridors, "road:1");
        let told: Vec<(Option<i64>, Option<i64>)> = versions
            .iter()
            .map(|version| (version.known_at().map(Instant::millis), version.superseded_at().map(Instant::millis)))
            .collect();
        assert_eq!(told[..3], [(Some(100), Some(200)), (Some(200), Some(300)), (Some(300), told[3].0)]);
        assert_eq!((told.len(), told[3].1), (4, None));
        assert_eq!(versions[3].value("weight_source", Instant::MAX).to_string(), "somebody, 2024");
    }
}

#[test]
fn a_road_whose_past_may_not_be_passed_on_is_unknown_there_to_the_public() {
    use SegmentStatus::{Blocked, Open};
    for store in stores() {
        let closed =
            Arc::new(Dataset { id: "closed".to_owned(), redistribution: Redistribution::Restricted, ..(*dataset()).clone() });
        let mut before = road(&[(Blocked, 1, 100, None)]);
        let corridor = &mut before.corridors[0];
        corridor.changes = corridor
            .changes
            .iter()
            .cloned()
            .map(|mut change| {
                change.source.dataset = Arc::clone(&closed);
                change
            })
            .collect();
        before.datasets.push(closed);
        commit(store.as_ref(), before).unwrap();
        commit(store.as_ref(), road(&[(Open, 1, 200, None)])).unwrap();
        let snapshot = store.snapshot().unwrap();
        let as_of = Instant::parse("2024-01-31T00:00:00Z").unwrap();
        let told = |audience, known_at: i64| {
            let known_at = Some(Instant::from_millis(known_at));
            let page =
                snapshot.query(&FeatureQuery { audience, known_at, as_of, ..FeatureQuery::all(Collection::Corridors, as_of) });
            (page.items[0].value("status", as_of).to_string(), page.matched, page.withheld)
        };
        assert_eq!(told(Audience::Operator, 150), ("blocked".to_owned(), 2, 0));
        assert_eq!(told(Audience::Public, 150), ("unknown".to_owned(), 2, 2));
        assert_eq!(told(Audience::Public, 200), ("open".to_owned(), 2, 0));
        let of = |audience| snapshot.shown_revisions(audience, Collection::Corridors, "road:1").len();
        assert_eq!((of(Audience::Public), of(Audience::Operator)), (1, 2));
    }
}
