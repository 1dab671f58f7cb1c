//! The contract of a store, run on every store there is. A store that fails a case is not a store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use std::collections::BTreeSet;
use std::sync::Arc;

use harmattan::domain::{
    Bbox, ChangeSet, Collection, Dataset, DatePrecision, EventType, Fatalities, FeatureQuery, GeoPrecision, Incident, Instant,
    Interval, Limit, Moment, Position, Redistribution, SourceRef,
};
use harmattan::store::{MemoryStore, Store};
use proptest::prelude::*;

/// Every store under test, empty.
fn stores() -> Vec<Box<dyn Store>> {
    vec![Box::new(MemoryStore::new().expect("an empty store"))]
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
        let snapshot = store.snapshot();
        assert_eq!((snapshot.generation(), snapshot.query(&query()).matched), (0, 0));
        assert!(snapshot.extent(Collection::Incidents).is_none() && snapshot.interval(Collection::Incidents).is_none());
        assert!(snapshot.get(Collection::Incidents, "made-up:a").is_none());
    }
}

#[test]
fn a_record_put_under_an_id_that_is_there_takes_its_place() {
    for store in stores() {
        assert_eq!(store.commit(incidents(vec![incident("a", 0.0, 0.0, 0, 0), incident("b", 1.0, 1.0, 0, 0)])).unwrap(), 1);
        assert_eq!(store.commit(incidents(vec![incident("a", 5.0, 5.0, 0, 0)])).unwrap(), 2);
        let snapshot = store.snapshot();
        assert_eq!(snapshot.query(&query()).matched, 2);
        let near = |lon: f64| FeatureQuery { bbox: Some(Bbox::new(lon - 0.1, -9.0, lon + 0.1, 9.0).unwrap()), ..query() };
        assert_eq!((snapshot.query(&near(0.0)).matched, snapshot.query(&near(5.0)).matched), (0, 1));
        assert_eq!(snapshot.datasets().len(), 1);
    }
}

#[test]
fn the_last_of_equal_ids_in_a_change_set_wins() {
    for store in stores() {
        store.commit(incidents(vec![incident("a", 0.0, 0.0, 0, 0), incident("a", 7.0, 7.0, 0, 0)])).unwrap();
        let snapshot = store.snapshot();
        assert_eq!(snapshot.extent(Collection::Incidents), Some(Bbox::new(7.0, 7.0, 7.0, 7.0).unwrap()));
    }
}

#[test]
fn a_record_without_a_place_is_found_by_time_and_in_no_box() {
    for store in stores() {
        let unplaced = Incident { position: None, ..incident("b", 0.0, 0.0, 0, 0) };
        store.commit(incidents(vec![incident("a", 0.0, 0.0, 0, 0), unplaced, incident("c", 0.0, 0.0, 9, 9)])).unwrap();
        let snapshot = store.snapshot();
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
        store.commit(incidents(vec![incident("a", 0.0, 0.0, 0, 0)])).unwrap();
        let before = store.snapshot();
        store.commit(incidents(vec![incident("b", 0.0, 0.0, 0, 0)])).unwrap();
        assert_eq!((before.query(&query()).matched, store.snapshot().query(&query()).matched), (1, 2));
    }
}

#[test]
fn pages_are_whole_while_rows_are_written() {
    for store in stores() {
        let numbered = |n: usize| incident(&format!("{n:04}"), 0.0, 0.0, 0, 0);
        store.commit(incidents((0..100).map(|n| numbered(n * 2)).collect())).unwrap();
        let mut seen = Vec::new();
        let mut query = FeatureQuery { limit: Limit::new(7).unwrap(), ..query() };
        loop {
            let snapshot = store.snapshot();
            let page = snapshot.query(&query);
            seen.extend(page.items.iter().map(|record| record.id().to_owned()));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
            // Between two pages a row is written before and one behind the place reached.
            store.commit(incidents(vec![numbered(seen.len() * 2 + 21), numbered(1)])).unwrap();
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
                let store = &store;
                scope.spawn(move || {
                    for n in 0..25 {
                        store.commit(incidents(vec![incident(&format!("{writer}-{n}"), 0.0, 0.0, 0, 0)])).unwrap();
                    }
                });
            }
        });
        assert_eq!((store.snapshot().generation(), store.snapshot().query(&query()).matched), (100, 100));
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
            store.commit(incidents(rows.clone())).unwrap();
            let snapshot = store.snapshot();
            let page = snapshot.query(&query);
            prop_assert_eq!(page.matched, expected.len());
            prop_assert_eq!(page.items.iter().map(|record| record.id().to_owned()).collect::<Vec<_>>(), expected.clone());
        }
    }
}
