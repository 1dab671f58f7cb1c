//! Filters that speak of place and time narrow the index: the answer is that of looking at every record.

use geo::{Coord, Rect};
use harmattan::domain::{
    Bbox, Collection, Comparison, FeatureQuery, Field, GeometryTerm, Instant, Interval, Moment, Predicate, Record as _, Scalar,
    SpatialRelation, TemporalRelation, TimeEnd, TimeTerm,
};
use harmattan::import::bundled;
use harmattan::store::{MemoryStore, Snapshot, Store as _, commit};
use harmattan::tiles::TileId;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::{Arc, OnceLock};

fn snapshot() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Arc<Snapshot>> = OnceLock::new();
    SNAPSHOT.get_or_init(|| {
        let store = MemoryStore::new().unwrap();
        commit(&store, bundled().unwrap().changes).unwrap();
        store.snapshot().unwrap()
    })
}

fn dates(collection: Collection) -> [&'static Field; 2] {
    let names = match collection {
        Collection::Incidents => ["date_start", "date_end"],
        Collection::Front => ["first_reported", "last_reported"],
        _ => ["valid_from", "valid_to"],
    };
    names.map(|name| collection.fields().iter().find(|field| field.name == name).unwrap())
}

fn moment() -> impl Strategy<Value = Moment> {
    (15_400..20_600i64, 0..86_400_000i64, any::<bool>()).prop_map(|(day, millis, whole)| {
        let instant = Instant::from_millis(day * 86_400_000 + millis);
        if whole { Moment::Day(instant.date().unwrap()) } else { Moment::Instant(instant) }
    })
}

fn area() -> impl Strategy<Value = GeometryTerm> {
    (-17.0..20.0f64, 4.0..24.0f64, 0.0..8.0f64, 0.0..8.0f64).prop_map(|(west, south, width, height)| {
        let rect = Rect::new(Coord { x: west, y: south }, Coord { x: west + width, y: south + height });
        GeometryTerm::Geometry(Arc::new(rect.to_polygon().into()))
    })
}

fn leaf(collection: Collection) -> impl Strategy<Value = Predicate> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    use SpatialRelation as S;
    use TemporalRelation as T;
    let fields = dates(collection);
    let property = move |at: usize| Scalar::Property(fields[at]);
    let compared =
        (select(vec![Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual]), 0..2usize, moment(), any::<bool>());
    let compared = compared.prop_map(move |(comparison, at, moment, turned)| {
        let (own, other) = (property(at), Scalar::Moment(moment));
        if turned { Predicate::Compare(comparison, other, own) } else { Predicate::Compare(comparison, own, other) }
    });
    let relations = vec![S::Contains, S::Crosses, S::Disjoint, S::Equals, S::Intersects, S::Overlaps, S::Touches, S::Within];
    let placed = (select(relations), area(), any::<bool>()).prop_map(|(relation, area, turned)| {
        let own = GeometryTerm::OfRecord;
        if turned { Predicate::Spatial(relation, area, own) } else { Predicate::Spatial(relation, own, area) }
    });
    let relations = vec![
        T::After,
        T::Before,
        T::Disjoint,
        T::Equals,
        T::Intersects,
        T::Contains,
        T::During,
        T::FinishedBy,
        T::Finishes,
        T::Meets,
        T::MetBy,
        T::OverlappedBy,
        T::Overlaps,
        T::StartedBy,
        T::Starts,
    ];
    let end = || prop_oneof![4 => moment().prop_map(|moment| TimeEnd::At(Scalar::Moment(moment))), 1 => Just(TimeEnd::Open)];
    let other = prop_oneof![
        moment().prop_map(|moment| TimeTerm::Instant(Scalar::Moment(moment))),
        (end(), end()).prop_map(|(start, end)| TimeTerm::Interval(start, end)),
    ];
    let dated = (select(relations), other, 0..3usize, any::<bool>()).prop_map(move |(relation, other, kind, turned)| {
        let own = match kind {
            2 => TimeTerm::Interval(TimeEnd::At(property(0)), TimeEnd::At(property(1))),
            at => TimeTerm::Instant(property(at)),
        };
        if turned { Predicate::Temporal(relation, other, own) } else { Predicate::Temporal(relation, own, other) }
    });
    prop_oneof![3 => compared, 3 => placed, 3 => dated, 1 => any::<bool>().prop_map(Predicate::Always)]
}

fn predicate(collection: Collection) -> impl Strategy<Value = Predicate> {
    leaf(collection).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 1..4).prop_map(Predicate::And),
            2 => vec(inner.clone(), 1..3).prop_map(Predicate::Or),
            1 => inner.prop_map(|part| Predicate::Not(Box::new(part))),
        ]
    })
}

fn question() -> impl Strategy<Value = FeatureQuery> {
    let collections =
        vec![Collection::Incidents, Collection::Control, Collection::Regions, Collection::ControlAreas, Collection::Front];
    let bbox = proptest::option::of((-17.0..20.0f64, 4.0..24.0f64, 0.0..12.0f64, 0.0..12.0f64));
    let window = proptest::option::of((15_400..20_600i64, 0..900i64));
    select(collections).prop_flat_map(|collection| (Just(collection), predicate(collection))).prop_flat_map(
        move |(collection, predicate)| {
            (bbox.clone(), window.clone()).prop_map(move |(bbox, window)| FeatureQuery {
                bbox: bbox.map(|(west, south, width, height)| Bbox::new(west, south, west + width, south + height).unwrap()),
                datetime: window.map_or(Interval::ALWAYS, |(day, days)| {
                    let at = |day: i64| Instant::from_millis(day * 86_400_000);
                    Interval::new(at(day), at(day + days)).unwrap()
                }),
                predicate: Some(Arc::new(predicate.clone())),
                ..FeatureQuery::all(collection, Instant::MAX)
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_filter_that_narrows_the_index_finds_what_looking_at_everything_finds(query in question()) {
        let snapshot = snapshot();
        let plain = FeatureQuery { predicate: None, ..query.clone() };
        let predicate = query.predicate.clone().unwrap();
        let wanted: Vec<String> = snapshot
            .search(&plain)
            .iter()
            .filter(|record| predicate.accepts(*record, query.as_of))
            .map(|record| record.id().to_owned())
            .collect();
        let found: Vec<String> = snapshot.search(&query).iter().map(|record| record.id().to_owned()).collect();
        prop_assert_eq!(&found, &wanted);
        prop_assert_eq!(snapshot.query(&query).matched, wanted.len());
        if query.collection == Collection::Incidents && query.bbox.is_none() {
            let placed = snapshot.search(&query).iter().filter(|record| record.bbox().is_some()).count() as u64;
            let tile = TileId::new(0, 0, 0).unwrap();
            prop_assert_eq!(snapshot.incident_tile(&query, tile, 5_000).matched, placed);
        }
    }
}
