//! A snapshot that took up every change answers as one that was read from the file.

use std::sync::Arc;

use harmattan::domain::{
    Audience, Bbox, ChangeSet, Collection, Dataset, Fatalities, FeatureQuery, Filter, Incident, Instant, Interval, Limit, Moment,
    Position, Record as _, Redistribution, SourceRef,
};
use harmattan::store::{GeoPackageStore, GroupBy, RecordRef, Snapshot, Store, TileContent};
use harmattan::tiles::TileId;
use proptest::collection::vec;
use proptest::prelude::*;

const DAY: i64 = 86_400_000;

/// What is done in a transaction.
#[derive(Debug, Clone)]
enum Step {
    Put(Vec<Row>),
    Retract(usize, u32, i64),
    Remove(usize),
    /// The terms of a dataset from then on.
    Terms(usize, bool),
}

/// An incident in few numbers, so that ids, places, days and parties meet often.
#[derive(Debug, Clone)]
struct Row {
    dataset: usize,
    id: u32,
    day: i64,
    days: i64,
    village: Option<u8>,
    actors: (usize, usize),
    deaths: Option<u32>,
    known_at: i64,
}

const DATASETS: [&str; 3] = ["b", "a", "b-c"];
const ACTORS: [Option<&str>; 4] = [None, Some("JNIM"), Some("ISSP"), Some("UNKNOWN")];

fn row() -> impl Strategy<Value = Row> {
    let when = (0..4i64, prop::sample::select(vec![0, 0, 0, 1, 40]));
    let who = (0..ACTORS.len(), 0..ACTORS.len());
    let village = prop::option::weighted(0.9, 0..9u8);
    (0..DATASETS.len(), 0..9u32, when, village, who, prop::option::of(0..4u32), 0..30i64).prop_map(
        |(dataset, id, (day, days), village, actors, deaths, known_at)| Row {
            dataset,
            id,
            day,
            days,
            village,
            actors,
            deaths,
            known_at,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(row(), 0..12).prop_map(Step::Put),
        3 => (0..DATASETS.len(), 0..9u32, 0..40i64).prop_map(|(dataset, id, at)| Step::Retract(dataset, id, at)),
        1 => (0..DATASETS.len()).prop_map(Step::Remove),
        1 => (0..DATASETS.len(), any::<bool>()).prop_map(|(dataset, closed)| Step::Terms(dataset, closed)),
    ]
}

fn dataset(at: usize, closed: bool) -> Arc<Dataset> {
    let redistribution = if closed { Redistribution::Restricted } else { Redistribution::Allowed };
    Arc::new(Dataset { id: DATASETS[at].to_owned(), redistribution, ..(*super::dataset()).clone() })
}

fn incident(row: &Row, closed: [bool; 3]) -> Incident {
    let day = |at: i64| Moment::Day(Instant::from_millis(at * DAY).date().unwrap());
    let actor = |at: usize| ACTORS[at].map(ToOwned::to_owned);
    let plain = super::incident("", 0.0, 0.0, 0, 0);
    Incident {
        id: format!("{}:{}", DATASETS[row.dataset], row.id),
        start: day(row.day * 20),
        end: day(row.day * 20 + row.days),
        // Villages lie about 2 km apart, so that there are several within reach and equally near.
        position: row.village.map(|at| Position::new(1.0 + f64::from(at / 3) * 0.02, 14.0 + f64::from(at % 3) * 0.02).unwrap()),
        actor1: actor(row.actors.0),
        actor2: actor(row.actors.1),
        fatalities: Fatalities { best: row.deaths, ..Fatalities::default() },
        region: row.village.map(|at| format!("ML-{at}")),
        source: SourceRef {
            dataset: dataset(row.dataset, closed[row.dataset]),
            known_at: Instant::from_millis(row.known_at),
            ..plain.source
        },
        ..plain
    }
}

/// Does a step; the terms of the datasets after it.
fn take(store: &dyn Store, step: &Step, mut closed: [bool; 3]) -> [bool; 3] {
    let mut transaction = store.begin().unwrap();
    match step {
        Step::Put(rows) => {
            let mut theirs: Vec<usize> = rows.iter().map(|row| row.dataset).collect();
            theirs.sort_unstable();
            theirs.dedup();
            let incidents = rows.iter().map(|row| incident(row, closed)).collect();
            let datasets = theirs.into_iter().map(|at| dataset(at, closed[at])).collect();
            transaction.put(ChangeSet { datasets, incidents, ..ChangeSet::default() }).unwrap();
        }
        Step::Retract(dataset, id, at) => {
            let id = format!("{}:{id}", DATASETS[*dataset]);
            transaction.retract(Collection::Incidents, &id, Instant::from_millis(*at)).unwrap();
        }
        Step::Remove(dataset) => {
            transaction.remove_dataset(DATASETS[*dataset]).unwrap();
        }
        Step::Terms(at, now) => {
            closed[*at] = *now;
            transaction.put(ChangeSet { datasets: vec![dataset(*at, *now)], ..ChangeSet::default() }).unwrap();
        }
    }
    transaction.commit().unwrap();
    closed
}

fn said(record: &RecordRef<'_>) -> String {
    let mut values = Vec::new();
    record.visit(Instant::MAX, &mut |value| values.push(format!("{value:?}")));
    let named = record.fields().iter().map(|field| format!("{:?}", record.value(field.name, Instant::MAX)));
    assert!(named.eq(values.iter().cloned()), "{}", record.id());
    let versions = (record.known_at(), record.superseded_at());
    format!("{} {:?} {:?} {versions:?} {values:?}", record.id(), record.shape(), record.interval())
}

/// Everything that a snapshot answers.
fn told(snapshot: &Snapshot, bbox: Bbox, datetime: Interval, known_at: i64) -> Vec<String> {
    let mut told = vec![
        format!("{} {} {:?}", snapshot.generation(), snapshot.restricted(), snapshot.datasets()),
        format!("{:?} {:?}", snapshot.extent(Collection::Incidents), snapshot.interval(Collection::Incidents)),
    ];
    told.extend(snapshot.datasets().iter().map(|dataset| snapshot.rows_of(dataset).to_string()));
    for id in DATASETS.iter().flat_map(|dataset| (0..9).map(move |id| format!("{dataset}:{id}"))) {
        told.extend(snapshot.get(Collection::Incidents, &id).iter().map(said));
        told.extend(snapshot.revisions(Collection::Incidents, &id).iter().map(said));
        for audience in [Audience::Public, Audience::Operator] {
            told.extend(snapshot.shown(audience, Collection::Incidents, &id).iter().map(said));
            told.extend(snapshot.shown_revisions(audience, Collection::Incidents, &id).iter().map(said));
        }
    }
    let filters =
        [None, Some(("actor1", "JNIM")), Some(("region", "ML-4")), Some(("dataset", "b")), Some(("fatalities_best", "2"))];
    let filter = |(name, text): (&str, &str)| Filter::parse(Collection::Incidents, name, text).unwrap();
    for (filters, once, known_at, audience) in filters.into_iter().flat_map(|one| {
        let filters: Vec<Filter> = one.into_iter().map(filter).collect();
        let forms = [(false, None), (true, None), (false, Some(Instant::from_millis(known_at)))];
        let audiences = [Audience::Public, Audience::Operator];
        forms
            .into_iter()
            .flat_map(move |(once, known_at)| audiences.map(|audience| (once, known_at, audience)))
            .map(move |(once, known_at, audience)| (filters.clone(), once, known_at, audience))
    }) {
        let plain = FeatureQuery { filters, once, known_at, audience, ..super::query() };
        for (bbox, datetime) in
            [(None, Interval::ALWAYS), (Some(bbox), Interval::ALWAYS), (None, datetime), (Some(bbox), datetime)]
        {
            let query = FeatureQuery { bbox, datetime, ..plain.clone() };
            told.push(format!("{query:?}"));
            told.extend(snapshot.search(&query).iter().map(said));
            let found = snapshot.find(&query);
            told.extend(found.shown.iter().chain(&found.withheld).map(said));
            let mut paged = FeatureQuery { limit: Limit::new(4).unwrap(), ..query.clone() };
            loop {
                let page = snapshot.query(&paged);
                told.push(format!("{} {} {:?}", page.matched, page.withheld, page.next));
                told.extend(page.items.iter().map(said));
                let Some(next) = page.next else { break };
                paged.cursor = Some(next);
            }
            for most in [2, 1_000] {
                told.push(format!("{:?}", snapshot.playback(&query, most)));
            }
            for by in [vec![GroupBy::Actor], vec![GroupBy::Month, GroupBy::Region], vec![GroupBy::Cell(12), GroupBy::Country]] {
                told.push(format!("{:?}", snapshot.aggregate(&query, &by)));
            }
        }
        for z in [4, 12] {
            let tile = TileId::of(Position::new(1.01, 14.01).unwrap(), z).unwrap();
            for most in [3, 100] {
                let held = snapshot.incident_tile(&plain, tile, most);
                told.push(format!("{} {}", held.matched, held.withheld));
                told.push(match &held.content {
                    TileContent::Rows(rows) => rows.iter().map(|row| said(&(*row).into())).collect(),
                    TileContent::Bins(bins) => format!("{bins:?}"),
                });
                told.push(snapshot.geojson_tile(&plain, tile, most).text);
                told.push(format!("{:?}", snapshot.vector_tile(&plain, tile, most)));
            }
        }
    }
    told
}

/// What a snapshot answers of a place and a time, now and then.
fn told_within(snapshot: &Snapshot, bbox: Option<Bbox>, datetime: Interval, known_at: i64) -> Vec<String> {
    let mut told = Vec::new();
    for known_at in [None, Some(Instant::from_millis(known_at)), Some(Instant::MAX)] {
        for audience in [Audience::Public, Audience::Operator] {
            let query = FeatureQuery { bbox, datetime, known_at, audience, ..super::query() };
            told.extend(snapshot.search(&query).iter().map(said));
            told.push(format!("{} {}", snapshot.query(&query).matched, snapshot.query(&query).withheld));
            told.push(format!("{:?}", snapshot.aggregate(&query, &[GroupBy::Day])));
            told.push(format!("{:?}", snapshot.playback(&query, 1_000)));
        }
    }
    told
}

/// Where two accounts differ first, so that a failure can be read.
fn first_difference(grown: &[String], read: &[String]) -> Option<(String, String)> {
    let at = (0..grown.len().max(read.len())).find(|at| grown.get(*at) != read.get(*at))?;
    let line = |told: &[String]| told.get(at).cloned().unwrap_or_default();
    Some((line(grown), line(read)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_that_took_up_every_change_answers_as_one_that_was_read(
        before in vec(step(), 0..5), steps in vec(step(), 1..7),
        west in 0.98..1.05f64, south in 13.98..14.05f64, day in 0..4i64, known_at in 0..40i64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.gpkg");
        let store = GeoPackageStore::open_or_create(&path).unwrap();
        let mut closed = [false, false, true];
        for step in &before {
            closed = take(&store, step, closed);
        }
        // From here on only what changes is read.
        store.snapshot().unwrap();
        // Follows from outside, several commits at once.
        let follower = GeoPackageStore::open(&path).unwrap();
        follower.snapshot().unwrap();
        let bbox = Bbox::new(west, south, west + 0.03, south + 0.03).unwrap();
        let datetime = Interval::new(Instant::from_millis(day * 20 * DAY), Instant::from_millis((day * 20 + 5) * DAY)).unwrap();
        let first = store.snapshot().unwrap();
        for (ordinal, step) in steps.iter().enumerate() {
            let last = store.snapshot().unwrap();
            closed = take(&store, step, closed);
            let now = store.snapshot().unwrap();
            for (bbox, datetime) in [None, Some(bbox)].into_iter().flat_map(|bbox| [(bbox, Interval::ALWAYS), (bbox, datetime)]) {
                for before in [&first, &last] {
                    if now.untouched_since(before.generation(), Collection::Incidents, bbox, datetime) {
                        let [before, now] = [before, &now].map(|state| told_within(state, bbox, datetime, known_at));
                        prop_assert_eq!(first_difference(&now, &before), None);
                    }
                }
            }
            let read = GeoPackageStore::open(&path).unwrap();
            let wanted = told(&read.snapshot().unwrap(), bbox, datetime, known_at);
            prop_assert_eq!(first_difference(&told(&store.snapshot().unwrap(), bbox, datetime, known_at), &wanted), None);
            if ordinal % 3 == 2 || ordinal + 1 == steps.len() {
                follower.refresh().unwrap();
                prop_assert_eq!(first_difference(&told(&follower.snapshot().unwrap(), bbox, datetime, known_at), &wanted), None);
            }
        }
        prop_assert!(store.check().unwrap().is_empty());
    }
}
