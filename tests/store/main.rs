//! The contract of a store, run on every store there is. A store that fails a case is not a store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

mod growth;
mod narrowing;

use std::collections::BTreeSet;
use std::sync::Arc;

use harmattan::domain::{
    Audience, Bbox, ChangeSet, Collection, Dataset, DatePrecision, EventType, Fatalities, FeatureQuery, GeoPrecision, Incident,
    Instant, Interval, Limit, Moment, Position, Record as _, Redistribution, SourceRef,
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
