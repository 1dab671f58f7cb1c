//! What is kept of answers after a commit: all that it does not touch, and nothing that it does.

use std::sync::{Arc, OnceLock};

use harmattan::domain::{
    ChangeSet, Collection, ControlObservation, Dataset, DatePrecision, EventType, Fatalities, GeoPrecision, Incident, Instant,
    Moment, Position, Redistribution, SourceRef,
};
use harmattan::http::Restricted;
use harmattan::store::{GeoPackageStore, MemoryStore, Store, commit};

use crate::support::{data, request_of, start_over};

const BAMAKO: (f64, f64) = (-8.0, 12.65);
const AGADEZ: (f64, f64) = (7.99, 16.97);
const BAMAKO_TILE: &str = "/tiles/incidents/6/30/29.geojson";
const AGADEZ_TILE: &str = "/tiles/incidents/6/33/28.geojson";

/// A server over a store of its own that holds the bundled data.
struct Served {
    base: String,
    store: Arc<dyn Store>,
    _folder: Option<tempfile::TempDir>,
}

impl Served {
    fn durable() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = GeoPackageStore::open_or_create(&folder.path().join("store.gpkg")).expect("an empty store");
        Self::over(Arc::new(store), Some(folder))
    }

    fn over(store: Arc<dyn Store>, folder: Option<tempfile::TempDir>) -> Self {
        commit(&*store, data().clone()).expect("the bundled data fits");
        commit(&*store, incidents([incident("there", BAMAKO, "2024-05-01")])).expect("it fits");
        store.snapshot().expect("a snapshot");
        Self { base: start_over(Arc::clone(&store), Restricted::Never), store, _folder: folder }
    }

    fn commit(&self, changes: ChangeSet) {
        assert!(commit(&*self.store, changes).expect("it fits").changed());
    }

    /// Asks; whether the answer was kept.
    fn is_kept(&self, path: &str) -> bool {
        let answer = request_of(&self.base, "GET", path, &[]);
        assert!(matches!(answer.status, 200 | 204), "{path}: {}", answer.text());
        answer.header("server-timing").contains("cache;desc=hit")
    }

    /// Of answers that are kept those that a change drops; all are made again then.
    fn dropped<'a>(&self, paths: &[&'a str], change: impl FnOnce(&dyn Store)) -> Vec<&'a str> {
        paths.iter().for_each(|path| {
            self.is_kept(path);
        });
        paths.iter().for_each(|path| assert!(self.is_kept(path), "{path}"));
        change(&*self.store);
        let dropped = paths.iter().copied().filter(|path| !self.is_kept(path)).collect();
        paths.iter().for_each(|path| assert!(self.is_kept(path), "{path} is not kept again"));
        dropped
    }
}

fn put(changes: ChangeSet) -> impl FnOnce(&dyn Store) {
    |store| assert!(commit(store, changes).expect("it fits").changed())
}

fn incidents(incidents: impl IntoIterator<Item = Incident>) -> ChangeSet {
    ChangeSet { datasets: vec![dataset()], incidents: incidents.into_iter().collect(), ..ChangeSet::default() }
}

fn dataset() -> Arc<Dataset> {
    static DATASET: OnceLock<Arc<Dataset>> = OnceLock::new();
    let like = || Dataset { id: "made-up".to_owned(), redistribution: Redistribution::Allowed, ..(*data().datasets[0]).clone() };
    Arc::clone(DATASET.get_or_init(|| Arc::new(like())))
}

fn incident(id: &str, (lon, lat): (f64, f64), day: &str) -> Incident {
    Incident {
        id: format!("made-up:{id}"),
        start: Moment::parse(day).expect("a day"),
        end: Moment::parse(day).expect("a day"),
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

#[test]
fn an_incident_drops_its_place_and_its_day_and_nothing_else() {
    let served = Served::durable();
    let paths = [
        AGADEZ_TILE,
        BAMAKO_TILE,
        "/tiles/incidents/6/30/29.mvt?datetime=2024-01-01/2024-05-05",
        "/tiles/incidents/6/30/29.mvt?datetime=2024-05-06",
        "/tiles/incidents/6/33/28.geojson?datetime=2024-05-06&duplicates=once",
        "/collections/incidents/tiles/WebMercatorQuad/6/28/33",
        "/collections/incidents/aggregate?group_by=month",
        "/collections/incidents/aggregate?group_by=month&datetime=../2024-05-05",
        "/collections/incidents/aggregate?group_by=month&bbox=7,16,9,18",
        "/collections/incidents/items",
        "/collections/incidents/items?datetime=2024-05-07/..",
        "/collections/incidents/items?bbox=-9,12,-7,13",
        "/collections/incidents/items?bbox=7,16,9,18",
        "/collections/incidents/items/made-up:there",
        "/collections/incidents/items/made-up:there/revisions",
        "/collections/incidents",
        "/collections/incidents/items?bbox=7,16,9,18&f=csv",
        "/playback/incidents",
        "/playback/incidents?datetime=../2024-05-05",
        "/collections/control/items",
        "/tiles/control/6/30/29.geojson",
        "/tiles/corridors/6/30/29.geojson",
    ];
    let wanted = [
        BAMAKO_TILE,
        "/tiles/incidents/6/30/29.mvt?datetime=2024-05-06",
        "/tiles/incidents/6/33/28.geojson?datetime=2024-05-06&duplicates=once",
        "/collections/incidents/aggregate?group_by=month",
        "/collections/incidents/items",
        "/collections/incidents/items?bbox=-9,12,-7,13",
        "/collections/incidents",
        "/collections/incidents/items?bbox=7,16,9,18&f=csv",
        "/playback/incidents",
    ];
    let new = || put(incidents([incident("new", BAMAKO, "2024-05-06")]));
    let before = request_of(&served.base, "GET", BAMAKO_TILE, &[]).json()["tile"]["matched"].as_u64();
    assert_eq!(served.dropped(&paths, new()), wanted);
    let after = request_of(&served.base, "GET", BAMAKO_TILE, &[]);
    assert_eq!(after.json()["tile"]["matched"].as_u64(), before.map(|count| count + 1));
    // What was kept tells of itself as before.
    let tag = request_of(&served.base, "GET", AGADEZ_TILE, &[]).header("etag").to_owned();
    served.commit(incidents([incident("newer", BAMAKO, "2024-05-06")]));
    assert_eq!(request_of(&served.base, "GET", AGADEZ_TILE, &[("if-none-match", &tag)]).status, 304);
}

#[test]
fn an_incident_that_moves_drops_both_places() {
    let served = Served::durable();
    let item = "/collections/incidents/items/made-up:there";
    let revisions = "/collections/incidents/items/made-up:there/revisions";
    let elsewhere = "/tiles/incidents/6/31/29.geojson";
    let moved = |known_at| {
        let mut moved = incident("there", AGADEZ, "2024-05-01");
        moved.source.known_at = Instant::from_millis(known_at);
        put(incidents([moved]))
    };
    let paths = [BAMAKO_TILE, elsewhere, AGADEZ_TILE, item, revisions];
    assert_eq!(served.dropped(&paths, moved(1)), [BAMAKO_TILE, AGADEZ_TILE, item, revisions]);
    assert_eq!(request_of(&served.base, "GET", item, &[]).json()["geometry"]["coordinates"][0], AGADEZ.0);
    // Where it is told to have been before is touched for as long as that may be asked for.
    let retract = |store: &dyn Store| {
        let mut transaction = store.begin().expect("a transaction");
        assert!(transaction.retract(Collection::Incidents, "made-up:there", Instant::from_millis(2)).expect("it is retracted"));
        transaction.commit().expect("it is kept");
    };
    let past = "/collections/incidents/items?bbox=-9,12,-7,13&known_at=1970-01-01T00:00:00Z";
    assert_eq!(served.dropped(&[past, elsewhere, AGADEZ_TILE], retract), [past, AGADEZ_TILE]);
}

fn place(row: &ControlObservation) -> Position {
    row.target.position().expect("what ships is of places")
}

#[test]
fn other_collections_drop_what_they_touch() {
    let served = Served::durable();
    let observation = data().control.iter().find(|row| row.place == "Bamako").unwrap_or(&data().control[0]).clone();
    let control = format!("/collections/control/items/{}", observation.id);
    let other = data().control.iter().find(|row| place(row).distance_m(place(&observation)) > 500_000.0).expect("one far away");
    let other = format!("/collections/control/items/{}", other.id);
    let corridor = data().corridors[0].clone();
    let road = format!("/collections/corridors/items/{}:1", corridor.id);
    let areas = "/collections/incidents/aggregate?group_by=region&f=geojson";
    let counts = "/collections/incidents/aggregate?group_by=region";
    let (items, places) = ("/collections/regions/items/ML", "/tiles/places/6/30/29.geojson");
    let paths = [BAMAKO_TILE, control.as_str(), other.as_str(), road.as_str(), areas, counts, items, places];

    let mut changed = observation;
    changed.note = Some("Made up".to_owned());
    changed.source.known_at = Instant::parse("2026-11-01T00:00:00Z").expect("an instant");
    let change = ChangeSet { control: vec![changed], ..ChangeSet::default() };
    assert_eq!(served.dropped(&paths, put(change)), [&control]);

    let mut changed = corridor;
    changed.name = "Made up".to_owned();
    let change = ChangeSet { corridors: vec![changed], ..ChangeSet::default() };
    assert_eq!(served.dropped(&paths, put(change)), [&road]);

    let mut region = data().regions.iter().find(|region| region.id == "ML").expect("a state").clone();
    region.name = "Made up".to_owned();
    let change = ChangeSet { regions: vec![region], ..ChangeSet::default() };
    assert_eq!(served.dropped(&paths, put(change)), [areas, items]);

    // A dataset that comes touches nothing; terms that change touch all.
    let new = Dataset { id: "new".to_owned(), ..(*dataset()).clone() };
    let change = ChangeSet { datasets: vec![Arc::new(new)], ..ChangeSet::default() };
    assert!(served.dropped(&paths, put(change)).is_empty());
    let terms = Dataset { licence: "Made up".to_owned(), ..(*dataset()).clone() };
    let change = ChangeSet { datasets: vec![Arc::new(terms)], ..ChangeSet::default() };
    assert_eq!(served.dropped(&paths, put(change)), paths);
}

#[test]
fn a_store_that_does_not_tell_what_changed_drops_everything() {
    let served = Served::over(Arc::new(MemoryStore::new().expect("an empty store")), None);
    let paths = [BAMAKO_TILE, AGADEZ_TILE];
    assert_eq!(served.dropped(&paths, put(incidents([incident("new", BAMAKO, "2024-05-06")]))), paths);
}
