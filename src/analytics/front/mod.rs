//! The front of an actor as reported: which cells were reached when, how far that is from capitals and the coast, how fast it moved and in
//! which direction, and whether it grows, moves or shrinks.
//!
//! Everything is about reports of the past. Nothing here says when anything will be reached, and nothing may be added that does.

pub mod arrivals;
pub mod cells;
pub mod distances;
pub mod expansion;
mod history;
mod roads;
pub mod speed;
pub mod trend;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use self::arrivals::Unit;
use self::cells::{FrontGridCell, wide_cell};
use self::distances::{Coast, Course, Distant, course, geodesic_km};
use self::expansion::{Active, Expansion, expansion};
use self::roads::{Access, Reached, Roads};
use self::speed::{SECTORS, Spread, spread};
use super::network::folded;
use super::parameters::{FRONT_CONFIRMED, FRONT_CONFIRMED_PART, FRONT_ORIGIN, FRONT_ORIGIN_PART};
use super::{Day, date_of};
use crate::domain::{Actor, ActorTree, Corridor, DatePrecision, GeoPrecision, Instant, Place, PlaceKind, Position, Side};

pub use self::history::{CellHistory, front_versions};

/// The name of the method, in every answer that rests on it.
pub const FRONT_METHOD: &str = "front-spread";
/// Its version: it rises when the same data give other numbers.
pub const FRONT_METHOD_VERSION: &str = "1";

/// An incident as the front looks at it.
#[derive(Debug, Clone, Copy)]
pub struct FrontReport<'a> {
    /// Where; `None` for nowhere in particular.
    pub position: Option<Position>,
    /// Its first day.
    pub day: Day,
    /// How exact the day is.
    pub date_precision: DatePrecision,
    /// How exact the place is.
    pub geo_precision: GeoPrecision,
    /// Codes of the parties.
    pub actors: [Option<&'a str>; 2],
    /// State; empty where it is not known.
    pub country: &'a str,
    /// Level-1 region.
    pub region: Option<&'a str>,
    /// Id of the dataset.
    pub dataset: &'a str,
    /// From when on this version of it was known.
    pub known_at: Instant,
    /// From when on it no longer was.
    pub superseded_at: Option<Instant>,
}

/// Reports of an actor that no cell tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Without a place.
    pub unplaced: usize,
    /// Known to a district or region only.
    pub area_only: usize,
    /// Dated to a year only.
    pub year_only: usize,
}

/// Why a report is in no cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Unplaced,
    AreaOnly,
    YearOnly,
}

impl FrontReport<'_> {
    /// Where it is, when its place and its day are known well enough.
    fn placed(&self) -> Result<Position, Reason> {
        match self.position {
            None => Err(Reason::Unplaced),
            Some(_) if self.geo_precision == GeoPrecision::Area => Err(Reason::AreaOnly),
            Some(_) if self.date_precision >= DatePrecision::Season => Err(Reason::YearOnly),
            Some(position) => Ok(position),
        }
    }
}

/// A report with a place and a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrontEvent {
    /// Where.
    pub position: Position,
    /// Its first day.
    pub day: Day,
    /// How exact that is.
    pub precision: DatePrecision,
    /// Whether it lies only near its position.
    pub is_near: bool,
    /// Its cell.
    pub cell: FrontGridCell,
    known_at: Instant,
    region: usize,
    dataset: usize,
}

/// What is reported of an actor.
#[derive(Debug, Clone, Default)]
struct Rows {
    /// Numbers of its events, by day.
    events: Vec<usize>,
    left_out: LeftOut,
}

/// The settlements of a cell.
#[derive(Debug, Clone)]
struct Settled {
    count: usize,
    region: usize,
    country: String,
    population: u32,
}

/// An actor that can be asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontActor<'a> {
    /// Its code.
    pub code: &'a str,
    /// How many of its events have a place and a day.
    pub events: usize,
    /// In how many cells they lie.
    pub cells: usize,
    /// The day of the first one.
    pub first: Day,
    /// The day of the last one.
    pub last: Day,
}

/// Where a front is measured from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Where.
    pub position: Position,
    /// The nearest known settlement with its distance in kilometres.
    pub place: Option<(String, f64)>,
    /// What it is taken from.
    pub basis: OriginBasis,
}

/// What an origin is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginBasis {
    /// It was asked for.
    Asked,
    /// Events.
    Events {
        /// How many.
        events: usize,
        /// The day of the first one.
        from: Day,
        /// The day of the last one.
        to: Day,
        /// Whether each is the first of a cell in which another one follows soon.
        confirmed: bool,
    },
}

/// What the numbers rest on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Events of the actor up to the last day, from the first one on.
    pub events: usize,
    /// Those of them within the span.
    pub events_in_span: usize,
    /// Cells they lie in.
    pub affected_cells: usize,
    /// Cells with a known settlement in states of which anything is reported.
    pub settled_cells: usize,
    /// Those of them in which events lie.
    pub settled_cells_affected: usize,
    /// The events in these.
    pub events_in_settled_cells: usize,
    /// Level-1 regions that these lie in.
    pub regions: usize,
    /// Reports that no cell tells, whenever they are of.
    pub left_out: LeftOut,
}

/// How far events lie from a capital.
#[derive(Debug, Clone)]
pub struct CapitalCourse<'a> {
    /// The capital.
    pub place: &'a Place,
    /// The distances.
    pub course: Course,
}

/// What is asked of a front.
#[derive(Debug, Clone, Copy)]
pub struct FrontSpan {
    /// The first day; `None` for that of the first event.
    pub from: Option<Day>,
    /// The last day.
    pub to: Day,
    /// Where it is measured from; `None` for where the first events are.
    pub origin: Option<Position>,
}

/// The front of an actor over a span.
#[derive(Debug, Clone)]
pub struct FrontView<'a> {
    /// First day that is looked at.
    pub from: Day,
    /// Last day that is looked at: that asked for, or the last one of which anything is reported.
    pub to: Day,
    /// Where it is measured from; `None` without events.
    pub origin: Option<Origin>,
    /// What it rests on.
    pub evidence: Evidence,
    /// How fast; `None` without an origin.
    pub spread: Option<Spread>,
    /// Whether it grows.
    pub expansion: Expansion,
    /// How far it is from capitals, by country.
    pub capitals: Vec<CapitalCourse<'a>>,
    /// How far from the coast; `None` where no coast is known.
    pub coast: Option<Course>,
    /// The events up to the last day, in the order in which the nearest ones are numbered.
    pub events: Vec<FrontEvent>,
    /// The datasets that these are from.
    pub datasets: BTreeSet<&'a str>,
}

/// All reports made ready to be asked for the front of any actor.
#[derive(Debug, Default)]
pub struct FrontModel {
    events: Vec<FrontEvent>,
    by_actor: BTreeMap<String, Rows>,
    regions: Vec<String>,
    datasets: Vec<Arc<str>>,
    places: Vec<Place>,
    settled: BTreeMap<FrontGridCell, Settled>,
    /// The first day of which anything is reported, by state.
    coverage: BTreeMap<String, Day>,
    last_day: Option<Day>,
    newest: Option<Instant>,
    roads: Roads,
}

/// Names under numbers, in the order in which they come.
#[derive(Debug, Default)]
struct Names {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Names {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

/// Who may be asked for: every party that is neither civilian nor unknown, with all that it was part of on a day.
#[derive(Debug, Clone)]
struct Parties {
    tree: ActorTree,
    nobody: BTreeSet<String>,
}

impl Parties {
    fn new(actors: &[Actor]) -> Self {
        let nobody = actors.iter().filter(|actor| matches!(actor.side, Side::Civilian | Side::Unknown));
        let named = nobody.map(|actor| actor.code.clone());
        Self { tree: ActorTree::new(actors), nobody: named.chain(["UNKNOWN".to_owned(), "CIVILIANS".to_owned()]).collect() }
    }

    /// Everybody who takes part in an incident on a day, each once.
    fn of<'a>(&'a self, actors: [Option<&'a str>; 2], day: Day) -> Vec<&'a str> {
        let mut found: Vec<&str> = Vec::new();
        for code in actors.into_iter().flatten().filter(|code| !code.is_empty() && !self.nobody.contains(*code)) {
            let chain = if self.tree.is_part(code) { self.tree.chain(code, date_of(day)) } else { vec![code] };
            for code in chain {
                if !found.contains(&code) {
                    found.push(code);
                }
            }
        }
        found
    }
}

impl FrontModel {
    /// Makes reports ready: those of anybody, since they tell where reports come from at all. `places` are the known settlements.
    #[must_use]
    pub fn new<'a>(
        reports: impl Iterator<Item = FrontReport<'a>>,
        places: &[Place],
        actors: &[Actor],
        corridors: &[Corridor],
    ) -> Self {
        let parties = Parties::new(actors);
        let (mut regions, mut datasets) = (Names::default(), Names::default());
        let mut model = Self { places: places.to_vec(), roads: Roads::new(corridors), ..Self::default() };
        let mut takes_part: Vec<(FrontEvent, Vec<usize>)> = Vec::new();
        let (mut codes, mut left_out) = (Names::default(), Vec::<LeftOut>::new());
        for report in reports {
            model.newest = model.newest.max(Some(report.known_at));
            if report.date_precision < DatePrecision::Season {
                model.last_day = model.last_day.max(Some(report.day));
                if !report.country.is_empty() {
                    let first = model.coverage.entry(report.country.to_owned()).or_insert(report.day);
                    *first = report.day.min(*first);
                }
            }
            let numbers: Vec<usize> = parties.of(report.actors, report.day).into_iter().map(|code| codes.number(code)).collect();
            left_out.resize(codes.names.len(), LeftOut::default());
            match report.placed() {
                Ok(position) => {
                    let event = FrontEvent {
                        position,
                        day: report.day,
                        precision: report.date_precision,
                        is_near: report.geo_precision == GeoPrecision::Near,
                        cell: FrontGridCell::of(position),
                        known_at: report.known_at,
                        region: regions.number(report.region.unwrap_or(report.country)),
                        dataset: datasets.number(report.dataset),
                    };
                    takes_part.push((event, numbers));
                }
                Err(reason) => {
                    for number in numbers {
                        let count = &mut left_out[number];
                        match reason {
                            Reason::Unplaced => count.unplaced += 1,
                            Reason::AreaOnly => count.area_only += 1,
                            Reason::YearOnly => count.year_only += 1,
                        }
                    }
                }
            }
        }
        let key = |event: &FrontEvent| (event.day, event.precision, event.is_near, event.known_at);
        takes_part.sort_by(|(a, parts_a), (b, parts_b)| {
            let by_place = a.position.lon().total_cmp(&b.position.lon()).then(a.position.lat().total_cmp(&b.position.lat()));
            let names = |parts: &[usize]| parts.iter().map(|part| codes.names[*part].as_str()).collect::<Vec<_>>();
            a.day.cmp(&b.day).then(by_place).then_with(|| key(a).cmp(&key(b))).then_with(|| names(parts_a).cmp(&names(parts_b)))
        });
        let mut rows: Vec<Rows> = left_out.into_iter().map(|left_out| Rows { events: Vec::new(), left_out }).collect();
        for (at, (event, numbers)) in takes_part.into_iter().enumerate() {
            model.events.push(event);
            numbers.into_iter().for_each(|number| rows[number].events.push(at));
        }
        model.by_actor = codes.names.into_iter().zip(rows).collect();
        model.settle(&mut regions);
        model.regions = regions.names;
        model.datasets = datasets.names.iter().map(|name| Arc::from(name.as_str())).collect();
        model
    }

    /// Says of each cell which settlements it has; its region is that of the largest one.
    fn settle(&mut self, regions: &mut Names) {
        for place in &self.places {
            let population = place.population.unwrap_or(0);
            let region = regions.number(place.region.as_deref().unwrap_or(&place.country));
            let new = Settled { count: 0, region, country: place.country.clone(), population };
            let cell = self.settled.entry(FrontGridCell::of(place.position)).or_insert_with(|| new.clone());
            if population > cell.population {
                *cell = Settled { count: cell.count, ..new };
            }
            cell.count += 1;
        }
    }

    /// The latest instant at which any of it became known.
    #[must_use]
    pub fn newest(&self) -> Option<Instant> {
        self.newest
    }

    /// The last day of which anything is reported.
    #[must_use]
    pub fn last_day(&self) -> Option<Day> {
        self.last_day
    }

    /// The actors that have events with a place and a day, those with the most events first.
    #[must_use]
    pub fn actors(&self) -> Vec<FrontActor<'_>> {
        let described = self.by_actor.iter().filter_map(|(code, rows)| {
            let (first, last) = (self.events[*rows.events.first()?].day, self.events[*rows.events.last()?].day);
            let cells: BTreeSet<FrontGridCell> = rows.events.iter().map(|at| self.events[*at].cell).collect();
            Some(FrontActor { code, events: rows.events.len(), cells: cells.len(), first, last })
        });
        let mut actors: Vec<FrontActor<'_>> = described.collect();
        actors.sort_by(|a, b| b.events.cmp(&a.events).then(a.code.cmp(b.code)));
        actors
    }

    /// The events of an actor in the order of their days; `None` for one of which nothing is reported.
    fn of(&self, actor: &str) -> Option<(Vec<FrontEvent>, LeftOut)> {
        let rows = self.by_actor.get(actor)?;
        Some((rows.events.iter().map(|at| self.events[*at]).collect(), rows.left_out))
    }

    /// What no cell tells of an actor.
    #[must_use]
    pub fn left_out(&self, actor: &str) -> Option<LeftOut> {
        self.by_actor.get(actor).map(|rows| rows.left_out)
    }

    /// The place of a name, in any case and with or without accents; of several the one with the most people.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<&Place> {
        let key = folded(name);
        let named = |place: &&Place| {
            let names = [Some(&place.name), place.name_fr.as_ref()].into_iter().flatten().chain(&place.alt_names);
            names.into_iter().any(|name| folded(name) == key)
        };
        let of_that_name = self.places.iter().filter(|place| folded(&place.name) == key);
        let largest = of_that_name.max_by_key(|place| (place.population, std::cmp::Reverse(&place.id)));
        largest.or_else(|| self.places.iter().filter(named).max_by_key(|place| (place.population, std::cmp::Reverse(&place.id))))
    }

    /// The origin: of the first events of the first cells in which another one follows soon, the one that lies nearest to all others. It is a
    /// place of which something was reported, and neither a stray report nor one that is wrong moves it. Where few cells
    /// are confirmed in that way, of the first events of all.
    fn origin(&self, events: &[FrontEvent], asked: Option<Position>) -> Option<Origin> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some ten")]
        let wanted = FRONT_ORIGIN.value as usize;
        let (position, basis) = match asked {
            Some(position) => (position, OriginBasis::Asked),
            None => {
                let confirmed = confirmed(events);
                let cells: BTreeSet<FrontGridCell> = events.iter().map(|event| event.cell).collect();
                #[allow(clippy::cast_precision_loss, reason = "some thousand cells")]
                let enough = confirmed.len() as f64 >= FRONT_ORIGIN_PART.value * cells.len() as f64;
                let is_confirmed = confirmed.len() >= wanted && enough;
                let mut first: Vec<&FrontEvent> = if is_confirmed { confirmed } else { events.iter().collect() };
                first.truncate(wanted);
                let apart: Vec<f64> = first
                    .iter()
                    .map(|event| first.iter().map(|other| geodesic_km(event.position, other.position)).sum())
                    .collect();
                let at = (0..first.len()).min_by(|a, b| apart[*a].total_cmp(&apart[*b]))?;
                let (events, from, to) = (first.len(), first[0].day, first[first.len() - 1].day);
                let basis = OriginBasis::Events { events, from, to, confirmed: is_confirmed };
                (first[at].position, basis)
            }
        };
        let near = self.places.iter().map(|place| (place, position.distance_m(place.position)));
        let nearest = near.min_by(|a, b| a.1.total_cmp(&b.1));
        let place = nearest.map(|(place, _)| (place.name.clone(), geodesic_km(position, place.position)));
        Some(Origin { position, place, basis })
    }

    /// The front of an actor over a span; `None` for one of which nothing is reported.
    #[must_use]
    pub fn view(&self, actor: &str, asked: FrontSpan, coast: &Coast) -> Option<FrontView<'_>> {
        let (all, left_out) = self.of(actor)?;
        let earliest = self.coverage.values().copied().min();
        let from = asked.from.or(all.first().map(|event| event.day)).or(earliest).unwrap_or(asked.to);
        let from = from.max(earliest.unwrap_or(from));
        // After the last report there is no silence, there is nothing.
        let to = self.last_day.filter(|last| *last >= from).map_or(asked.to, |last| asked.to.min(last));
        let mut events = all;
        events.truncate(events.partition_point(|event| event.day <= to));
        let origin = self.origin(&events, asked.origin);
        let seed = xxh3_64(actor.as_bytes());
        let mut evidence = self.evidence(&events, from, left_out);
        let spread = origin.as_ref().map(|origin| {
            let units = self.units(&events, origin.position, to);
            evidence.settled_cells = units.len();
            evidence.settled_cells_affected = units.iter().filter(|unit| unit.affected).count();
            let regions: BTreeSet<usize> = units.iter().filter(|unit| unit.affected).map(|unit| unit.region).collect();
            evidence.regions = regions.len();
            let span = (f64::from(from), f64::from(to));
            let told = spread(&units, evidence.events_in_settled_cells, self.regions.len(), span, seed);
            match self.confirmed_units(&events, &units, origin.position, to) {
                Some(confirmed) => {
                    told.widened(&spread(&confirmed, evidence.events_in_settled_cells, self.regions.len(), span, seed))
                }
                None => told,
            }
        });
        let active: Vec<Active> = events
            .iter()
            .filter(|event| event.day >= from)
            .map(|event| Active { day: event.day, cell: wide_cell(event.position), region: event.region })
            .collect();
        let expansion = expansion(&active, from, to, seed);
        let (capitals, to_coast) = self.courses(&events, coast, from, to);
        let datasets = events.iter().map(|event| &*self.datasets[event.dataset]).collect();
        Some(FrontView { from, to, origin, evidence, spread, expansion, capitals, coast: to_coast, events, datasets })
    }

    fn evidence(&self, events: &[FrontEvent], from: Day, left_out: LeftOut) -> Evidence {
        let cells: BTreeSet<FrontGridCell> = events.iter().map(|event| event.cell).collect();
        Evidence {
            events: events.len(),
            events_in_span: events.iter().filter(|event| event.day >= from).count(),
            affected_cells: cells.len(),
            events_in_settled_cells: events.iter().filter(|event| self.settled.contains_key(&event.cell)).count(),
            left_out,
            ..Evidence::default()
        }
    }

    /// The cells with a known settlement in states of which anything is reported, with the day of the actor's first event in each.
    fn units(&self, events: &[FrontEvent], origin: Position, to: Day) -> Vec<Unit> {
        let mut first: BTreeMap<FrontGridCell, Day> = BTreeMap::new();
        events.iter().for_each(|event| {
            first.entry(event.cell).or_insert(event.day);
        });
        self.units_of(&first, origin, to)
    }

    /// The same with the first event of each cell that another one follows soon, so that a wrong report alone affects no cell. `None` where
    /// that leaves out more than a fifth of the affected cells, because reports are too few to follow one another.
    fn confirmed_units(&self, events: &[FrontEvent], units: &[Unit], origin: Position, to: Day) -> Option<Vec<Unit>> {
        let mut last: BTreeMap<FrontGridCell, Day> = BTreeMap::new();
        let mut first: BTreeMap<FrontGridCell, Day> = BTreeMap::new();
        for event in events {
            if let Some(before) = last.insert(event.cell, event.day)
                && f64::from(event.day - before) <= FRONT_CONFIRMED.value
            {
                first.entry(event.cell).or_insert(before);
            }
        }
        let confirmed = self.units_of(&first, origin, to);
        let affected = |units: &[Unit]| units.iter().filter(|unit| unit.affected).count();
        #[allow(clippy::cast_precision_loss, reason = "some thousand cells")]
        let enough = affected(&confirmed) as f64 >= FRONT_CONFIRMED_PART.value * affected(units) as f64;
        enough.then_some(confirmed)
    }

    fn units_of(&self, first: &BTreeMap<FrontGridCell, Day>, origin: Position, to: Day) -> Vec<Unit> {
        let unit = |(cell, settled): (&FrontGridCell, &Settled)| {
            let entry = *self.coverage.get(&settled.country).filter(|entry| **entry <= to)?;
            let (centre, time) = (cell.centre(), first.get(cell));
            Some(Unit {
                distance_km: geodesic_km(origin, centre),
                entry: f64::from(entry),
                time: f64::from(*time.unwrap_or(&to)),
                affected: time.is_some(),
                region: settled.region,
                sector: sector(origin, centre),
            })
        };
        self.settled.iter().filter_map(unit).collect()
    }

    /// How far events lie from capitals, in the order of their states, and from the coast.
    fn courses(&self, events: &[FrontEvent], coast: &Coast, from: Day, to: Day) -> (Vec<CapitalCourse<'_>>, Option<Course>) {
        // Many events have the position of one town.
        let mut numbers: HashMap<(u64, u64), usize> = HashMap::new();
        let mut positions: Vec<Position> = Vec::new();
        let at: Vec<usize> = events
            .iter()
            .map(|event| {
                *numbers.entry((event.position.lon().to_bits(), event.position.lat().to_bits())).or_insert_with(|| {
                    positions.push(event.position);
                    positions.len() - 1
                })
            })
            .collect();
        let along = |of: &dyn Fn(usize) -> Option<(f64, Option<f64>)>| -> Option<Course> {
            let distances: Option<Vec<(f64, Option<f64>)>> = (0..positions.len()).map(of).collect();
            let distances = distances?;
            let distant = events.iter().zip(&at).map(|(event, at)| {
                let (km, road_km) = distances[*at];
                Distant { day: event.day, cell: event.cell, km, road_km }
            });
            Some(course(&distant.collect::<Vec<_>>(), from, to))
        };
        let accesses: Vec<Option<Access>> = positions.iter().map(|position| self.roads.access(*position)).collect();
        let mut capitals: Vec<&Place> = self.places.iter().filter(|place| place.kind == PlaceKind::Capital).collect();
        capitals.sort_by(|a, b| a.country.cmp(&b.country).then(a.id.cmp(&b.id)));
        let capital = |place: &'_ Place| {
            let reached: Option<Reached> = self.roads.from(&place.name, place.position);
            let distance = |at: usize| {
                let by_road = reached.as_ref().zip(accesses[at]).and_then(|(reached, access)| reached.km(access));
                Some((geodesic_km(place.position, positions[at]), by_road))
            };
            along(&distance)
        };
        let capitals = capitals.into_iter().filter_map(|place| Some(CapitalCourse { place, course: capital(place)? })).collect();
        let to_coast = if coast.is_empty() { None } else { along(&|at| Some((coast.distance_km(positions[at])?, None))) };
        (capitals, to_coast)
    }
}

/// The first events of the cells in which another one follows within [`FRONT_CONFIRMED`] days of it, in the order of their days.
fn confirmed(events: &[FrontEvent]) -> Vec<&FrontEvent> {
    let mut first: BTreeMap<FrontGridCell, (&FrontEvent, bool)> = BTreeMap::new();
    for event in events {
        let (begun, confirmed) = first.entry(event.cell).or_insert((event, false));
        *confirmed |= !std::ptr::eq(*begun, event) && f64::from(event.day - begun.day) <= FRONT_CONFIRMED.value;
    }
    let mut confirmed: Vec<&FrontEvent> =
        first.into_values().filter(|(_, confirmed)| *confirmed).map(|(event, _)| event).collect();
    confirmed.sort_by_key(|event| (event.day, event.cell));
    confirmed
}

/// The sector of the compass in which a position lies, 0 = north, clockwise.
fn sector(origin: Position, position: Position) -> usize {
    let (from, to) = (origin.lat().to_radians(), position.lat().to_radians());
    let east = (position.lon() - origin.lon()).to_radians();
    let bearing = (east.sin() * to.cos()).atan2(from.cos() * to.sin() - from.sin() * to.cos() * east.cos()).to_degrees();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 8")]
    let sector = ((bearing.rem_euclid(360.0) + 22.5) / 45.0).floor() as usize;
    sector % SECTORS.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_are_those_of_the_compass() {
        let at = |lon, lat| Position::new(lon, lat).unwrap();
        let origin = at(0.0, 10.0);
        let around = [(0.0, 12.0), (2.0, 12.0), (2.0, 10.0), (2.0, 8.0), (0.0, 8.0), (-2.0, 8.0), (-2.0, 10.0), (-2.0, 12.0)];
        for (number, (lon, lat)) in around.into_iter().enumerate() {
            assert_eq!(sector(origin, at(lon, lat)), number, "{}", SECTORS[number]);
        }
    }
}
