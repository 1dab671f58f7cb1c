//! One immutable state of the whole store.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::StoreError;
use super::history::Superseded;
use super::incidents::{Aggregate, Builder, ChangedIncidents, GroupBy, IncidentRow, IncidentTile, Incidents, Playback};
use super::paging;
use super::table::Table;
use super::tile::DrawnRegions;
use super::touched::{History, Touched};
use crate::analytics::front::cells::FrontGridCell;
use crate::analytics::{
    Attack, ControlModel, CorridorModel, FrontModel, FrontReport, Reported, attack_weight, day_of, front_versions,
};
use crate::domain::{
    Actor, Audience, Bbox, Collection, ControlArea, ControlObservation, Corridor, CorridorSegment, Dataset, EventType,
    FeatureQuery, Field, FrontCell, Instant, Interval, Page, PastReport, Place, Position, Record, Redistribution, Region, Shape,
    SourceRef, StatusChange, Value,
};
use crate::index::RegionLocator;
use crate::tiles::TileId;

/// A region that holds a point, or lies nearest to it.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// The region.
    pub region: &'a Region,
    /// True when no region holds the point and this one is the nearest within 5 km.
    pub nearest: bool,
    /// Distance from the point to the region in metres; 0 inside.
    pub distance_m: f64,
}

/// A record as a snapshot holds it.
#[derive(Clone, Copy)]
pub enum RecordRef<'a> {
    /// A row of the columns of incidents.
    Incident(IncidentRow<'a>),
    /// Any other record.
    Other(&'a dyn Record),
}

impl<'a> RecordRef<'a> {
    fn record(&self) -> &dyn Record {
        match self {
            Self::Incident(row) => row,
            Self::Other(record) => *record,
        }
    }

    /// Its id, for as long as the snapshot lives.
    fn stable_id(self) -> &'a str {
        match self {
            Self::Incident(row) => row.stable_id(),
            Self::Other(record) => record.id(),
        }
    }
}

impl<'a> From<IncidentRow<'a>> for RecordRef<'a> {
    fn from(row: IncidentRow<'a>) -> Self {
        Self::Incident(row)
    }
}

impl Record for RecordRef<'_> {
    fn id(&self) -> &str {
        self.stable_id()
    }

    fn shape(&self) -> Shape<'_> {
        self.record().shape()
    }

    fn bbox(&self) -> Option<Bbox> {
        self.record().bbox()
    }

    fn interval(&self) -> Interval {
        self.record().interval()
    }

    fn known_at(&self) -> Option<Instant> {
        self.record().known_at()
    }

    fn superseded_at(&self) -> Option<Instant> {
        self.record().superseded_at()
    }

    fn redistribution(&self) -> Redistribution {
        self.record().redistribution()
    }

    fn fields(&self) -> &'static [Field] {
        self.record().fields()
    }

    fn value(&self, name: &str, as_of: Instant) -> Value<'_> {
        self.record().value(name, as_of)
    }

    fn text_bytes(&self) -> Option<usize> {
        self.record().text_bytes()
    }

    fn visit(&self, as_of: Instant, visitor: &mut dyn FnMut(Value<'_>)) {
        self.record().visit(as_of, visitor);
    }
}

/// What meets a query, ordered by id.
#[derive(Clone)]
pub struct Found<'a> {
    /// What may be shown to whoever asks.
    pub shown: Vec<RecordRef<'a>>,
    /// What may not. Of corridors: the segments of which a report that may not be shown would be told; as segments without it
    /// they may stand in `shown`.
    pub withheld: Vec<RecordRef<'a>>,
}

/// What a snapshot is built from: each id once, but for the versions of the past.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) datasets: Vec<Arc<Dataset>>,
    pub(super) actors: Vec<Actor>,
    pub(super) regions: Vec<Region>,
    pub(super) places: Vec<Place>,
    pub(super) corridors: Vec<Corridor>,
    pub(super) incidents: Builder,
    pub(super) past_incidents: Builder,
    pub(super) control: Vec<ControlObservation>,
    pub(super) past_control: Vec<Superseded<ControlObservation>>,
}

impl Content {
    /// Gives every record the dataset of its id as it is now: when the terms of a dataset change, they change for rows that
    /// came before. Incidents get theirs when their columns are finished.
    fn relink(&mut self) {
        let datasets = &self.datasets;
        let newer = |source: &SourceRef| {
            let linked = datasets.iter().any(|dataset| Arc::ptr_eq(dataset, &source.dataset));
            datasets.iter().find(|dataset| !linked && dataset.id == source.dataset.id)
        };
        let control = self.control.iter_mut().chain(self.past_control.iter_mut().map(|past| &mut past.record));
        for source in control.map(|row| &mut row.source) {
            if let Some(dataset) = newer(source) {
                source.dataset = Arc::clone(dataset);
            }
        }
        let linked = |mut change: StatusChange| {
            if let Some(dataset) = newer(&change.source) {
                change.source.dataset = Arc::clone(dataset);
            }
            change
        };
        for corridor in &mut self.corridors {
            if corridor.changes.iter().any(|change| newer(&change.source).is_some()) {
                corridor.changes = corridor.changes.iter().cloned().map(linked).collect();
            }
            if corridor.past.iter().any(|past| newer(&past.change.source).is_some()) {
                let past = corridor.past.iter().cloned();
                corridor.past = past.map(|past| PastReport { change: linked(past.change), ..past }).collect();
            }
        }
    }
}

/// What of a snapshot is different after some commits; what is `None` is as before.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// The ids of the records that changed, by collection; `None` for more than are listed.
    pub(super) ids: Vec<(Collection, Option<BTreeSet<String>>)>,
    pub(super) datasets: Vec<Arc<Dataset>>,
    pub(super) actors: Option<Vec<Actor>>,
    pub(super) regions: Option<Vec<Region>>,
    pub(super) places: Option<Vec<Place>>,
    pub(super) corridors: Option<Vec<Corridor>>,
    pub(super) incidents: Option<ChangedIncidents>,
    pub(super) control: Option<(Vec<ControlObservation>, Vec<Superseded<ControlObservation>>)>,
}

/// The state of a store after one commit. Nothing in it changes; what a commit left alone is shared with the state before.
#[derive(Debug)]
pub struct Snapshot {
    generation: u64,
    datasets: Vec<Arc<Dataset>>,
    actors: Arc<[Actor]>,
    areas: Arc<Areas>,
    places: Arc<Table<Place>>,
    incidents: Arc<Incidents>,
    control: Arc<Control>,
    models: Arc<Models>,
    roads: Arc<Roads>,
    road_models: Arc<RoadModels>,
    fronts: Arc<Fronts>,
    restricted: bool,
    history: History,
}

/// The regions with all that is computed of them.
#[derive(Debug)]
struct Areas {
    regions: Table<Region>,
    locator: RegionLocator,
    drawn: DrawnRegions,
}

impl Areas {
    fn new(regions: Vec<Region>) -> Result<Self, StoreError> {
        let regions = Table::new(Collection::Regions, regions)?;
        Ok(Self { locator: RegionLocator::new(regions.records()), regions, drawn: DrawnRegions::default() })
    }
}

/// What is known and was known of who held what.
#[derive(Debug)]
struct Control {
    now: Table<ControlObservation>,
    past: Table<Superseded<ControlObservation>>,
    restricted: bool,
}

impl Control {
    fn new(now: Vec<ControlObservation>, past: Vec<Superseded<ControlObservation>>) -> Result<Self, StoreError> {
        let restricted = now.iter().chain(past.iter().map(|past| &past.record)).any(|row| is_restricted(&row.source));
        Ok(Self { now: Table::new(Collection::Control, now)?, past: Table::new(Collection::Control, past)?, restricted })
    }
}

/// Who held what, computed when it is first asked: of what everybody may see, and of everything.
#[derive(Debug, Default)]
struct Models {
    public: OnceLock<Arc<ControlModel>>,
    all: OnceLock<Arc<ControlModel>>,
    public_areas: OnceLock<ControlAreas>,
    all_areas: OnceLock<ControlAreas>,
}

/// The roads to towns, computed when they are first asked for: of what everybody may see, and of everything.
#[derive(Debug, Default)]
struct RoadModels {
    public: OnceLock<Arc<CorridorModel>>,
    all: OnceLock<Arc<CorridorModel>>,
}

/// What was reached when, computed when it is first asked for: of what everybody may see, and of everything.
#[derive(Debug, Default)]
struct Fronts {
    public: OnceLock<Arc<FrontModel>>,
    all: OnceLock<Arc<FrontModel>>,
    public_cells: OnceLock<Table<FrontCell>>,
    all_cells: OnceLock<Table<FrontCell>>,
    /// Every state of knowledge, the present one too: made when the past is asked for.
    public_versions: OnceLock<Table<Superseded<FrontCell>>>,
    all_versions: OnceLock<Table<Superseded<FrontCell>>>,
}

/// The land around places with who is believed to hold it, as known now and before.
#[derive(Debug)]
struct ControlAreas {
    now: Table<ControlArea>,
    past: Table<Superseded<ControlArea>>,
}

/// The corridors and their segments.
#[derive(Debug)]
struct Roads {
    corridors: Vec<Corridor>,
    segments: Table<CorridorSegment>,
    /// The segments with the reports that may be passed on; `None` when that is all of them.
    public_segments: Option<Table<CorridorSegment>>,
    /// Every version of the segments, made when the past is first asked for: of what everybody may see, and of everything.
    public_versions: OnceLock<Table<CorridorSegment>>,
    versions: OnceLock<Table<CorridorSegment>>,
}

impl Roads {
    fn new(mut corridors: Vec<Corridor>) -> Result<Self, StoreError> {
        corridors.sort_by(|a, b| a.id.cmp(&b.id));
        let segments =
            |corridors: &[Corridor]| Table::new(Collection::Corridors, corridors.iter().flat_map(Corridor::segments).collect());
        let past = corridors.iter().flat_map(|corridor| corridor.past.iter().map(|past| &past.change));
        let mut reports = corridors.iter().flat_map(|corridor| corridor.changes.iter()).chain(past);
        let public_segments = if reports.any(|report| is_restricted(&report.source)) {
            Some(segments(&corridors.iter().map(Corridor::public).collect::<Vec<_>>())?)
        } else {
            None
        };
        let (public_versions, versions) = Default::default();
        Ok(Self { segments: segments(&corridors)?, public_segments, public_versions, versions, corridors })
    }

    /// The versions that the audience may see; none where they cannot be numbered, which takes more than four thousand million.
    fn versions_for(&self, audience: Audience) -> &Table<CorridorSegment> {
        let table =
            |versions: Vec<CorridorSegment>| Table::new(Collection::Corridors, versions).unwrap_or_else(|_| Table::empty());
        if audience == Audience::Public && self.public_segments.is_some() {
            let public = || self.corridors.iter().flat_map(|corridor| corridor.public().versions()).collect();
            return self.public_versions.get_or_init(|| table(public()));
        }
        self.versions.get_or_init(|| table(self.corridors.iter().flat_map(Corridor::versions).collect()))
    }
}

fn is_restricted(source: &SourceRef) -> bool {
    source.dataset.redistribution == Redistribution::Restricted
}

impl Snapshot {
    pub(super) fn build(generation: u64, mut content: Content) -> Result<Self, StoreError> {
        content.relink();
        Ok(Self::summed_up(Self {
            generation,
            incidents: Arc::new(Incidents::new(content.incidents, content.past_incidents, &content.datasets)?),
            datasets: content.datasets,
            actors: sorted(content.actors),
            areas: Arc::new(Areas::new(content.regions)?),
            places: Arc::new(Table::new(Collection::Places, content.places)?),
            control: Arc::new(Control::new(content.control, content.past_control)?),
            models: Arc::default(),
            roads: Arc::new(Roads::new(content.corridors)?),
            road_models: Arc::default(),
            fronts: Arc::default(),
            restricted: false,
            history: History::default(),
        }))
    }

    /// Whether a change of so many incidents is better taken up by [`changed`](Self::changed) than by reading everything, the
    /// datasets being these from then on.
    pub(super) fn may_change(&self, incidents: usize, datasets: &[Arc<Dataset>]) -> bool {
        self.incidents.may_change(incidents, datasets)
    }

    /// The state after some commits, of which it shares what they left alone.
    pub(super) fn changed(&self, generation: u64, changed: Changed) -> Result<Self, StoreError> {
        let incidents = match changed.incidents {
            Some(incidents) => Arc::new(self.incidents.changed(incidents, &changed.datasets)?),
            None => Arc::clone(&self.incidents),
        };
        let areas = changed.regions.map(Areas::new).transpose()?.map(Arc::new);
        let places = changed.places.map(|places| Table::new(Collection::Places, places)).transpose()?.map(Arc::new);
        let control = changed.control.map(|(now, past)| Control::new(now, past)).transpose()?.map(Arc::new);
        let roads = changed.corridors.map(Roads::new).transpose()?.map(Arc::new);
        // What a model is made of; the terms of datasets come with control.
        let same = areas.is_none() && places.is_none() && control.is_none() && changed.actors.is_none();
        let same_terms = self.datasets.len() == changed.datasets.len()
            && self.datasets.iter().zip(&changed.datasets).all(|(a, b)| (&a.id, a.redistribution) == (&b.id, b.redistribution));
        let same_roads = roads.is_none() && Arc::ptr_eq(&incidents, &self.incidents) && same_terms;
        let same_fronts = same_roads && places.is_none() && changed.actors.is_none();
        let mut after = Self::summed_up(Self {
            generation,
            datasets: changed.datasets,
            models: if same { Arc::clone(&self.models) } else { Arc::default() },
            road_models: if same_roads { Arc::clone(&self.road_models) } else { Arc::default() },
            fronts: if same_fronts { Arc::clone(&self.fronts) } else { Arc::default() },
            actors: changed.actors.map_or_else(|| Arc::clone(&self.actors), sorted),
            areas: areas.unwrap_or_else(|| Arc::clone(&self.areas)),
            places: places.unwrap_or_else(|| Arc::clone(&self.places)),
            incidents,
            control: control.unwrap_or_else(|| Arc::clone(&self.control)),
            roads: roads.unwrap_or_else(|| Arc::clone(&self.roads)),
            restricted: false,
            history: History::default(),
        });
        after.history = self.history.and(self.generation, generation, self.touched(&after, &changed.ids));
        Ok(after)
    }

    /// What a change touched that led to another state: where its records were and where they are.
    fn touched(&self, after: &Self, ids: &[(Collection, Option<BTreeSet<String>>)]) -> Touched {
        let mut touched = Touched::default();
        let terms = |dataset: &Dataset| (dataset.licence.clone(), dataset.redistribution);
        let now = |dataset: &Dataset| after.datasets.iter().find(|now| now.id == dataset.id).map(|now| terms(now));
        let terms_hold = self.datasets.iter().all(|before| now(before).is_none_or(|now| now == terms(before)));
        if !terms_hold || self.restricted != after.restricted {
            touched.everything();
        }
        // What is computed of them may be otherwise anywhere.
        if !Arc::ptr_eq(&self.models, &after.models) {
            touched.whole(Collection::ControlAreas);
        }
        if !Arc::ptr_eq(&self.fronts, &after.fronts) {
            touched.whole(Collection::Front);
        }
        for (collection, ids) in ids {
            match (collection, ids) {
                (Collection::ControlAreas | Collection::Front, _) => {}
                (Collection::Incidents, Some(ids)) => {
                    let mut add = |row: IncidentRow<'_>| touched.record(*collection, &row);
                    self.incidents.different(&after.incidents, ids, &mut add);
                }
                (Collection::Places | Collection::Control | Collection::Corridors, Some(ids)) => {
                    for state in [self, after] {
                        ids.iter()
                            .for_each(|id| state.each_version(*collection, id, |record| touched.record(*collection, record)));
                    }
                }
                // A border is drawn with its neighbours'.
                (Collection::Regions, _) | (_, None) => touched.whole(*collection),
            }
        }
        touched
    }

    /// Hands over all that is and was known of a place, an observation or a whole corridor.
    fn each_version(&self, collection: Collection, id: &str, mut found: impl FnMut(&dyn Record)) {
        if collection == Collection::Corridors {
            let corridor = self.roads.corridors.iter().filter(|corridor| corridor.id == id);
            corridor.flat_map(Corridor::segments).for_each(|segment| found(&segment));
        } else {
            self.revisions(collection, id).iter().for_each(|record| found(record));
        }
    }

    /// Whether nothing that lies in a box and an interval of a collection is otherwise than in an earlier generation, neither what is known
    /// now nor what was known before, nor the terms of its datasets. Without a box it is asked of the whole collection. False where that is
    /// not known.
    #[must_use]
    pub fn untouched_since(&self, generation: u64, collection: Collection, bbox: Option<Bbox>, interval: Interval) -> bool {
        generation >= self.generation || self.history.untouched_since(generation, collection, bbox, interval)
    }

    /// Says of all parts together what is true of them.
    fn summed_up(mut parts: Self) -> Self {
        parts.datasets.sort_by(|a, b| a.id.cmp(&b.id));
        parts.restricted = parts.roads.public_segments.is_some()
            || parts.incidents.restricted()
            || parts.datasets.iter().any(|dataset| dataset.redistribution == Redistribution::Restricted)
            || parts.control.restricted;
        parts
    }

    /// How many transactions that changed something led here.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether any dataset's rows may not be passed on, so that an answer depends on who asks.
    #[must_use]
    pub fn restricted(&self) -> bool {
        self.restricted
    }

    /// Datasets, by id.
    #[must_use]
    pub fn datasets(&self) -> &[Arc<Dataset>] {
        &self.datasets
    }

    /// Actors, by code.
    #[must_use]
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// The regions as they are drawn.
    pub(super) fn drawn(&self) -> &DrawnRegions {
        &self.areas.drawn
    }

    /// Regions, by id.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        self.areas.regions.records()
    }

    /// Places, by id.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        self.places.records()
    }

    /// Corridors, by id, with every report, also those that may not be passed on.
    #[must_use]
    pub fn corridors(&self) -> &[Corridor] {
        &self.roads.corridors
    }

    /// Control observations, by id, also those that may not be passed on.
    #[must_use]
    pub fn control(&self) -> &[ControlObservation] {
        self.control.now.records()
    }

    /// Control observations as they were known at an instant, or now: the versions in force then, also those that may not be passed on.
    pub fn control_known(&self, at: Option<Instant>) -> impl Iterator<Item = &ControlObservation> {
        let now = self.control.now.records().iter().filter(move |row| at.is_none_or(|at| row.source.known_at <= at));
        let past = at.into_iter().flat_map(|at| {
            let versions = self.control.past.records().iter();
            let held = versions.filter(move |past| past.record.source.known_at <= at && at < past.superseded_at);
            held.map(|past| &past.record)
        });
        now.chain(past)
    }

    /// All statements on control that the audience may see, made ready to be asked who held what on any day. The first call takes as long
    /// as looking at each place and each cell of land around it.
    #[must_use]
    pub fn control_model(&self, audience: Audience) -> Arc<ControlModel> {
        let everything = audience == Audience::Operator || !self.control.restricted;
        let kept = if everything { &self.models.all } else { &self.models.public };
        let make = || {
            let may_see = |row: &ControlObservation| everything || !is_restricted(&row.source);
            let now = self.control.now.records().iter().map(|observation| Reported { observation, superseded_at: None });
            let past = self.control.past.records().iter();
            let past = past.map(|past| Reported { observation: &past.record, superseded_at: Some(past.superseded_at) });
            let reports: Vec<Reported<'_>> = now.chain(past).filter(|report| may_see(report.observation)).collect();
            let (places, areas) = (self.places.records(), &self.areas);
            Arc::new(ControlModel::new(&reports, places, areas.regions.records(), &areas.locator, &self.actors))
        };
        Arc::clone(kept.get_or_init(make))
    }

    /// All corridors with the reports and the incidents near them that the audience may see, as known at an instant or now, made ready to be
    /// asked how much of a town's supply is open. What is known now is worked out once.
    #[must_use]
    pub fn corridor_model(&self, audience: Audience, known_at: Option<Instant>) -> Arc<CorridorModel> {
        let make = || {
            let public: Vec<Corridor>;
            let corridors = match audience {
                Audience::Operator => &self.roads.corridors,
                Audience::Public => {
                    public = self.roads.corridors.iter().map(Corridor::public).collect();
                    &public
                }
            };
            let model = CorridorModel::new(corridors, &self.attacks(audience, known_at), known_at);
            Arc::new(model.within(self.areas.regions.records(), &self.areas.locator))
        };
        let kept = match audience {
            _ if known_at.is_some() => return make(),
            Audience::Operator => &self.road_models.all,
            Audience::Public => &self.road_models.public,
        };
        Arc::clone(kept.get_or_init(make))
    }

    /// The incidents around the corridors that count anything against a road.
    fn attacks(&self, audience: Audience, known_at: Option<Instant>) -> Vec<Attack> {
        /// More than five kilometres, in degrees of latitude and, between the tropics, of longitude.
        const MARGIN: f64 = 0.06;
        let Some(extent) = self.roads.segments.extent else { return Vec::new() };
        let wider = (extent.west() - MARGIN, extent.south() - MARGIN, extent.east() + MARGIN, extent.north() + MARGIN);
        // Where that leaves the globe every incident is looked at.
        let around = Bbox::new(wider.0, wider.1, wider.2, wider.3).ok();
        let everything = FeatureQuery::all(Collection::Incidents, Instant::MAX);
        let query = FeatureQuery { bbox: around, known_at, once: known_at.is_none(), audience, ..everything };
        let mut ids: Vec<Arc<str>> = Vec::new();
        let rows = self.incidents.search(&query).into_iter().filter(|row| audience.may_see(row.redistribution()));
        let attacks = rows.filter_map(|row| {
            let Shape::Point(position) = row.shape() else { return None };
            let word = |name: &str| match row.value(name, Instant::MAX) {
                Value::Text(text) => Some(text),
                _ => None,
            };
            let kind = EventType::parse(&word("event_type")?).ok()?;
            // Of an incident of which no more than the year is known nobody can say when it counted.
            if word("date_precision").is_some_and(|precision| precision == "year") {
                return None;
            }
            let precision = match row.value("geo_precision", Instant::MAX) {
                Value::Integer(code) => u8::try_from(code).ok()?,
                _ => 1,
            };
            let weight = attack_weight(kind, word("sub_event_type").as_deref(), precision);
            let day = row.interval().start().date().map(day_of)?;
            let dataset = word("dataset")?;
            let kept = ids.iter().find(|known| ***known == *dataset).cloned();
            let dataset = kept.unwrap_or_else(|| {
                let new: Arc<str> = Arc::from(&*dataset);
                ids.push(Arc::clone(&new));
                new
            });
            (weight > 0.0).then_some(Attack { position, day, weight, dataset })
        });
        attacks.collect()
    }

    /// The areas that the audience may see; none where they cannot be numbered, which takes more than four thousand million.
    fn control_areas(&self, audience: Audience) -> Option<&ControlAreas> {
        let everything = audience == Audience::Operator || !self.control.restricted;
        let kept = if everything { &self.models.all_areas } else { &self.models.public_areas };
        let make = || {
            let is_closed = |id: &str| {
                let dataset = self.datasets.iter().find(|dataset| dataset.id == id);
                dataset.is_some_and(|dataset| dataset.redistribution == Redistribution::Restricted)
            };
            let (mut now, mut past) = (Vec::new(), Vec::new());
            for (record, superseded_at) in self.control_model(audience).control_areas(is_closed) {
                match superseded_at {
                    None => now.push(record),
                    Some(superseded_at) => past.push(Superseded { record, superseded_at }),
                }
            }
            let now = Table::new(Collection::ControlAreas, now).or_else(|_| Table::new(Collection::ControlAreas, Vec::new()));
            let past = Table::new(Collection::ControlAreas, past).or_else(|_| Table::new(Collection::ControlAreas, Vec::new()));
            now.ok().zip(past.ok()).map(|(now, past)| ControlAreas { now, past })
        };
        if kept.get().is_none()
            && let Some(made) = make()
        {
            // Two that were made at once are equal.
            let _ = kept.set(made);
        }
        kept.get()
    }

    /// Every incident as the front looks at it, now or as known at an instant; where several datasets report one, it counts once now.
    fn front_reports(&self, audience: Audience, known_at: Option<Instant>) -> Vec<IncidentRow<'_>> {
        let everything = FeatureQuery::all(Collection::Incidents, Instant::MAX);
        let query = FeatureQuery { known_at, once: known_at.is_none(), audience, ..everything };
        self.incidents.search(&query).into_iter().filter(|row| audience.may_see(row.redistribution())).collect()
    }

    /// The incidents that the audience may see, as known at an instant or now, made ready to be asked for the front of any actor. What is
    /// known now is worked out once, in about a microsecond an incident.
    #[must_use]
    pub fn front_model(&self, audience: Audience, known_at: Option<Instant>) -> Arc<FrontModel> {
        let make = || {
            let rows = self.front_reports(audience, known_at);
            let reports = rows.iter().filter_map(front_report);
            Arc::new(FrontModel::new(reports, self.places.records(), &self.actors, &self.roads.corridors))
        };
        let kept = match audience {
            _ if known_at.is_some() => return make(),
            Audience::Operator => &self.fronts.all,
            Audience::Public if self.restricted => &self.fronts.public,
            Audience::Public => &self.fronts.all,
        };
        Arc::clone(kept.get_or_init(make))
    }

    fn is_closed(&self, dataset: &str) -> bool {
        let found = self.datasets.iter().find(|other| other.id == dataset);
        found.is_some_and(|dataset| dataset.redistribution == Redistribution::Restricted)
    }

    /// The cells that actors were reported in, as known now.
    fn front_cells(&self, audience: Audience) -> Option<&Table<FrontCell>> {
        let kept = match audience {
            Audience::Public if self.restricted => &self.fronts.public_cells,
            _ => &self.fronts.all_cells,
        };
        if kept.get().is_none() {
            let cells = self.front_model(audience, None).front_cells(|dataset| self.is_closed(dataset));
            let made = Table::new(Collection::Front, cells).or_else(|_| Table::new(Collection::Front, Vec::new()));
            // Two that were made at once are equal.
            let _ = kept.set(made.ok()?);
        }
        kept.get()
    }

    /// The same in every state of knowledge, the present one too.
    fn front_versions(&self, audience: Audience) -> Option<&Table<Superseded<FrontCell>>> {
        let kept = match audience {
            Audience::Public if self.restricted => &self.fronts.public_versions,
            _ => &self.fronts.all_versions,
        };
        if kept.get().is_none() {
            let mut rows = self.incidents.every_version();
            rows.retain(|row| audience.may_see(row.redistribution()));
            let reports = rows.iter().filter_map(front_report);
            let cells = front_versions(reports, self.places.records(), &self.actors, |dataset| self.is_closed(dataset));
            let cells =
                cells.into_iter().map(|(record, until)| Superseded { record, superseded_at: until.unwrap_or(Instant::MAX) });
            let made = Table::new(Collection::Front, cells.collect()).or_else(|_| Table::new(Collection::Front, Vec::new()));
            let _ = kept.set(made.ok()?);
        }
        kept.get()
    }

    /// How many rows of each dataset the store holds.
    #[must_use]
    pub fn rows_of(&self, dataset: &Dataset) -> usize {
        let is_of = |other: &Arc<Dataset>| other.id == dataset.id;
        match dataset.id.as_str() {
            "regions" => self.areas.regions.records().len(),
            "places" => self.places.records().len(),
            _ => {
                self.incidents.rows_of(&dataset.id)
                    + self.control.now.records().iter().filter(|row| is_of(&row.source.dataset)).count()
                    + self
                        .roads
                        .corridors
                        .iter()
                        .flat_map(|row| row.changes.iter())
                        .filter(|row| is_of(&row.source.dataset))
                        .count()
            }
        }
    }

    /// Everything that meets the query and may be shown to its audience, ordered by id, whatever its limit and cursor. A query
    /// with `known_at` also looks at the versions that were in force then.
    #[must_use]
    pub fn search(&self, query: &FeatureQuery) -> Vec<RecordRef<'_>> {
        // Versions of the past are looked at only when the past is asked for.
        let dated = query.known_at.iter();
        match query.collection {
            Collection::Regions => self.areas.regions.search(query).map(RecordRef::Other).collect(),
            Collection::Places => self.places.search(query).map(RecordRef::Other).collect(),
            Collection::Corridors => {
                let segments = match query.known_at {
                    None => self.segments_for(query.audience),
                    Some(_) => self.roads.versions_for(query.audience),
                };
                segments.search(query).map(RecordRef::Other).collect()
            }
            Collection::Incidents => {
                let may_see = |row: &IncidentRow<'_>| query.audience.may_see(row.redistribution());
                let mut rows: Vec<_> =
                    self.incidents.search(query).into_iter().filter(may_see).map(RecordRef::Incident).collect();
                rows.sort_unstable_by_key(|row| row.stable_id());
                rows
            }
            Collection::ControlAreas => {
                let Some(areas) = self.control_areas(query.audience) else { return Vec::new() };
                let past = dated.flat_map(|_| areas.past.search(query));
                let mut rows: Vec<_> = areas.now.search(query).chain(past).map(RecordRef::Other).collect();
                rows.sort_by_key(|row| row.stable_id());
                rows
            }
            Collection::Front if query.known_at.is_some() => {
                let Some(cells) = self.front_versions(query.audience) else { return Vec::new() };
                cells.search(query).map(RecordRef::Other).collect()
            }
            Collection::Front => {
                let Some(cells) = self.front_cells(query.audience) else { return Vec::new() };
                cells.search(query).map(RecordRef::Other).collect()
            }
            Collection::Control => {
                let past = dated.flat_map(|_| self.control.past.search(query));
                let mut rows: Vec<_> = self.control.now.search(query).chain(past).map(RecordRef::Other).collect();
                // Two sorted runs: the sort finds them and merges in linear time.
                rows.sort_by_key(|row| row.stable_id());
                rows
            }
        }
    }

    /// The same, and what is withheld from the query's audience.
    #[must_use]
    pub fn find(&self, query: &FeatureQuery) -> Found<'_> {
        // Areas for the public are made without what it may not see, so that none is withheld.
        let derived = matches!(query.collection, Collection::ControlAreas | Collection::Front);
        if query.audience == Audience::Operator || !self.restricted || derived {
            return Found { shown: self.search(query), withheld: Vec::new() };
        }
        let all = FeatureQuery { audience: Audience::Operator, ..query.clone() };
        if query.collection == Collection::Corridors {
            let told = |segment: &&CorridorSegment| segment.change_at(query.as_of).map(StatusChange::redistribution);
            let segments = match query.known_at {
                None => &self.roads.segments,
                Some(_) => self.roads.versions_for(Audience::Operator),
            };
            let withheld = segments.records_that_meet(&all).filter(|segment| told(segment) == Some(Redistribution::Restricted));
            return Found { shown: self.search(query), withheld: withheld.map(|segment| RecordRef::Other(segment)).collect() };
        }
        let (shown, withheld) = self.search(&all).into_iter().partition(|record| query.audience.may_see(record.redistribution()));
        Found { shown, withheld }
    }

    fn segments_for(&self, audience: Audience) -> &Table<CorridorSegment> {
        self.roads.public_segments.as_ref().filter(|_| audience == Audience::Public).unwrap_or(&self.roads.segments)
    }

    /// The page of what meets the query that its cursor names, in its order.
    #[must_use]
    pub fn query(&self, query: &FeatureQuery) -> Page<RecordRef<'_>> {
        if query.collection == Collection::Incidents {
            let Page { matched, withheld, items, next, previous } = self.incidents.page(query);
            return Page { matched, withheld, items: items.into_iter().map(RecordRef::Incident).collect(), next, previous };
        }
        let Found { shown, withheld } = self.find(query);
        if query.sort.is_empty() {
            paging::by_id(query, &shown, withheld.len())
        } else {
            paging::sorted(query, shown, withheld.len())
        }
    }

    /// What a tile holds of the incidents that meet a query: as bins of its cells when there are more than `max_features`.
    #[must_use]
    pub fn incident_tile(&self, query: &FeatureQuery, tile: TileId, max_features: usize) -> IncidentTile<'_> {
        self.incidents.tile(query, tile, max_features)
    }

    /// How many incidents the index alone finds in a box and an interval: what a query there has to look at. Where there are more than
    /// `most`, some number above it.
    #[must_use]
    pub fn incidents_near(&self, bbox: Option<Bbox>, datetime: Interval, most: usize) -> usize {
        self.incidents.near(bbox, datetime, most)
    }

    /// How many incidents the index alone finds in a tile and an interval. Where there are more than `most`, some number above it.
    #[must_use]
    pub fn incidents_near_tile(&self, tile: TileId, datetime: Interval, most: usize) -> usize {
        self.incidents.near_tile(tile, datetime, most)
    }

    /// Makes what is else made when it is first asked for and takes noticeable time: the incidents in the order of tiles, and their sums by cell and by region.
    /// What a state shares with one before it is there already.
    pub fn prepare(&self) {
        self.incidents.prepare();
    }

    /// Everything that a player needs of the incidents that meet a query, by day: one row an incident, or one row a cell and day when there are
    /// more than `max_rows`.
    #[must_use]
    pub fn playback(&self, query: &FeatureQuery, max_rows: usize) -> Playback<'_> {
        self.incidents.playback(query, max_rows)
    }

    /// Counts of the incidents that meet a query and sums of deaths in them, by groups. Rows that may not be passed on are counted for
    /// everyone as long as no group can be as narrow as a row.
    #[must_use]
    pub fn aggregate(&self, query: &FeatureQuery, by: &[GroupBy]) -> Aggregate<'_> {
        self.incidents.aggregate(query, by)
    }

    /// The same as a JSON list of objects, and how many incidents may not be told of in groups so fine. Most of a histogram is text that was written before.
    #[must_use]
    pub fn aggregate_json(&self, query: &FeatureQuery, by: &[GroupBy]) -> (String, u64) {
        self.incidents.aggregate_json(query, by)
    }

    /// The record of a collection with that id, as it is known now, where the audience may see it.
    #[must_use]
    pub fn shown(&self, audience: Audience, collection: Collection, id: &str) -> Option<RecordRef<'_>> {
        if collection == Collection::Corridors {
            return first(self.segments_for(audience).of(id));
        }
        if collection == Collection::ControlAreas {
            return first(self.control_areas(audience)?.now.of(id));
        }
        if collection == Collection::Front {
            return first(self.front_cells(audience)?.of(id));
        }
        self.get(collection, id).filter(|record| audience.may_see(record.redistribution()))
    }

    /// The versions of a record that the audience may see, in the order of knowledge.
    #[must_use]
    pub fn shown_revisions(&self, audience: Audience, collection: Collection, id: &str) -> Vec<RecordRef<'_>> {
        if collection == Collection::Corridors {
            return segment_versions(self.roads.versions_for(audience).of(id));
        }
        if collection == Collection::ControlAreas {
            let Some(areas) = self.control_areas(audience) else { return Vec::new() };
            let past = areas.past.of(id).iter().map(|record| RecordRef::Other(record));
            return past.chain(first(areas.now.of(id))).collect();
        }
        if collection == Collection::Front {
            let versions = self.front_versions(audience).map_or(&[][..], |versions| versions.of(id));
            let past = versions.iter().filter(|version| version.superseded_at != Instant::MAX);
            return past.map(|record| RecordRef::Other(record)).chain(self.shown(audience, collection, id)).collect();
        }
        let versions = self.revisions(collection, id).into_iter();
        versions.filter(|version| audience.may_see(version.redistribution())).collect()
    }

    /// The record of a collection with that id, as it is known now, whoever may see it.
    #[must_use]
    pub fn get(&self, collection: Collection, id: &str) -> Option<RecordRef<'_>> {
        match collection {
            Collection::Regions => first(self.areas.regions.of(id)),
            Collection::Places => first(self.places.of(id)),
            Collection::Incidents => self.incidents.get(id).map(RecordRef::Incident),
            Collection::Control => first(self.control.now.of(id)),
            Collection::ControlAreas => first(self.control_areas(Audience::Operator)?.now.of(id)),
            Collection::Front => first(self.front_cells(Audience::Operator)?.of(id)),
            Collection::Corridors => first(self.roads.segments.of(id)),
        }
    }

    /// Every version of a record in the order of knowledge, the one that is known now at the end, whoever may see them; after a
    /// retraction there is none of those. Empty when there is no such record.
    #[must_use]
    pub fn revisions(&self, collection: Collection, id: &str) -> Vec<RecordRef<'_>> {
        let past: Vec<RecordRef<'_>> = match collection {
            Collection::Incidents => self.incidents.past_of(id).map(RecordRef::Incident).collect(),
            Collection::Control => self.control.past.of(id).iter().map(|record| RecordRef::Other(record)).collect(),
            Collection::ControlAreas | Collection::Front | Collection::Corridors => {
                return self.shown_revisions(Audience::Operator, collection, id);
            }
            Collection::Regions | Collection::Places => Vec::new(),
        };
        past.into_iter().chain(self.get(collection, id)).collect()
    }

    /// The box around a collection; `None` when nothing in it has a place.
    #[must_use]
    pub fn extent(&self, collection: Collection) -> Option<Bbox> {
        match collection {
            Collection::Regions => self.areas.regions.extent,
            Collection::Places => self.places.extent,
            Collection::Incidents => self.incidents.extent(),
            Collection::Control => self.control.now.extent,
            Collection::ControlAreas => self.control_areas(Audience::Public)?.now.extent,
            // Cells are not worked out to say where they are: they lie around incidents, and none reaches farther.
            Collection::Front => self.incidents.extent().and_then(around_cells),
            Collection::Corridors => self.roads.segments.extent,
        }
    }

    /// The span of time a collection covers; `None` when nothing in it is dated.
    #[must_use]
    pub fn interval(&self, collection: Collection) -> Option<Interval> {
        match collection {
            Collection::Regions => self.areas.regions.interval,
            Collection::Places => self.places.interval,
            Collection::Incidents => self.incidents.interval(),
            Collection::Control => self.control.now.interval,
            Collection::ControlAreas => self.control_areas(Audience::Public)?.now.interval,
            Collection::Front => self.incidents.interval(),
            Collection::Corridors => {
                let reports = self.roads.corridors.iter().flat_map(|corridor| corridor.changes.iter());
                reports.map(StatusChange::interval).reduce(Interval::around)
            }
        }
    }

    /// The regions of every level that hold the point at some time of the interval, the state first; where none does, the
    /// nearest ones within 5 km.
    #[must_use]
    pub fn locate(&self, position: Position, datetime: Interval) -> Vec<Located<'_>> {
        let found = self.areas.locator.locate(position, datetime).into_iter();
        found
            .filter_map(|located| {
                let region = self.areas.regions.records().get(usize::try_from(located.ordinal).ok()?)?;
                Some(Located { region, nearest: located.nearest, distance_m: located.distance_m })
            })
            .collect()
    }
}

/// An incident as the front looks at it; `None` for one of which the day is not known.
fn front_report<'a>(row: &IncidentRow<'a>) -> Option<FrontReport<'a>> {
    let row = row.to_incoming();
    Some(FrontReport {
        position: row.position,
        day: row.start.interval().start().date().map(day_of)?,
        date_precision: row.date_precision,
        geo_precision: row.geo_precision,
        actors: [row.actor1, row.actor2],
        country: row.country,
        region: row.region,
        dataset: &row.dataset.id,
        known_at: row.known_at,
        superseded_at: row.superseded_at,
    })
}

/// The box of the cells of the front that lie in a box.
fn around_cells(bbox: Bbox) -> Option<Bbox> {
    let corners = bbox.split().flat_map(|part| [(part.west(), part.south()), (part.east(), part.north())]);
    let cells = corners.filter_map(|(lon, lat)| Some(FrontGridCell::of(Position::new(lon, lat).ok()?).bbox()));
    let all = cells.reduce(Bbox::union)?;
    // Columns of other rows are cut elsewhere: a cell's width more on either side holds them all.
    let width = FrontGridCell::of(Position::new(all.west(), all.north().abs().max(all.south().abs()).min(89.0)).ok()?).bbox();
    let margin = width.east() - width.west();
    let (down, up) = (|degrees: f64| (degrees * 10.0).floor() / 10.0, |degrees: f64| (degrees * 10.0).ceil() / 10.0);
    let (west, east) = (down(all.west() - margin).max(-180.0), up(all.east() + margin).min(180.0));
    Bbox::new(west, down(all.south()).max(-90.0), east, up(all.north()).min(90.0)).ok()
}

fn sorted(mut actors: Vec<Actor>) -> Arc<[Actor]> {
    actors.sort_by(|a, b| a.code.cmp(&b.code));
    actors.into()
}

/// The versions of a segment, without what was known before anything was reported of it, unless nothing ever was.
fn segment_versions(versions: &[CorridorSegment]) -> Vec<RecordRef<'_>> {
    let told = versions.iter().filter(|version| version.known_at.is_some() || version.superseded_at.is_none());
    told.map(|version| RecordRef::Other(version)).collect()
}

fn first<R: Record>(records: &[R]) -> Option<RecordRef<'_>> {
    records.first().map(|record| RecordRef::Other(record))
}
