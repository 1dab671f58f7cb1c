//! What is asked after: places, and regions and areas that claims are on, each with all that was claimed of it.
//!
//! Reports of one place come under slightly different names and points. Those of one folded name and state that lie within
//! [`SAME_PLACE_KM`] of one another are of one place.

use geo::{BoundingRect as _, Contains as _, GeodesicArea as _, MultiPolygon, Point};
use std::collections::HashMap;
use std::sync::Arc;

use super::Day;
use super::areas::{Holding, ServiceAreas};
use super::belief::{Claim, Evidence};
use crate::domain::{ActorTree, AdminLevel, Bbox, Blockade, ControlStatus, Instant, Interval, Place, Position, Region, Target};
use crate::index::RegionLocator;

use super::control::Reported;

/// How far apart two points may lie that belong to one place of one name, in km: the curated points and those of GeoNames differ by up to
/// 15 km, of one commune by more.
const SAME_PLACE_KM: f64 = 25.0;

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// A place.
    Place,
    /// A region or an area in which no place is known: it counts as one place.
    Area,
    /// What no place of a region or area speaks for. It is land and no place.
    Rest,
}

/// A place, or an area that claims are on.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// Stable id: that of the place or region, else made of state, name and point.
    pub id: String,
    /// Name.
    pub name: String,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// Level-1 region.
    pub region: Option<String>,
    /// Where.
    pub position: Option<Position>,
    /// People; `None` = unknown.
    pub population: Option<u32>,
    /// The level-1 regions that it holds land in, by their number, with the km².
    pub land: Vec<(u32, f64)>,
    /// Land in km²: that for which it speaks.
    pub area_km2: f64,
    /// Its outline, where it is an area.
    pub outline: Option<Arc<MultiPolygon<f64>>>,
    /// The versions of statements on it, by their number.
    pub(super) direct: Vec<u32>,
    /// Those on a region or area that it lies in.
    pub(super) wider: Vec<u32>,
}

impl Unit {
    fn new(
        kind: UnitKind,
        id: String,
        name: String,
        country: String,
        region: Option<String>,
        position: Option<Position>,
    ) -> Self {
        Self {
            kind,
            id,
            name,
            country,
            region,
            position,
            population: None,
            land: Vec::new(),
            area_km2: 0.0,
            outline: None,
            direct: Vec::new(),
            wider: Vec::new(),
        }
    }

    /// Whether anything was ever claimed of it.
    #[must_use]
    pub fn spoken_of(&self) -> bool {
        !self.direct.is_empty() || !self.wider.is_empty()
    }
}

/// A version of a statement, in force for knowledge from one instant until another.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) supersedes: Option<String>,
    pub(super) known: Instant,
    pub(super) until: Instant,
    /// `None` for presence, which claims no zone.
    pub(super) claim: Option<Claim>,
    /// What it says of a blockade, with the degree and the party.
    pub(super) blockade: Option<(Claim, Blockade, Option<String>)>,
    /// The first and last day of the statement itself.
    pub(super) days: (Day, Option<Day>),
    pub(super) parties: Vec<String>,
    pub(super) status: ControlStatus,
    pub(super) dataset: Arc<str>,
}

/// A level-1 region, or a state where it has none that are known.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) country: String,
    /// Geodesic area in km²; `None` where there is no outline.
    pub(super) area_km2: Option<f64>,
}

/// The units and the regions that they lie in.
#[derive(Debug, Default)]
pub(super) struct Units {
    pub(super) units: Vec<Unit>,
    /// For each unit the number of its region.
    pub(super) of: Vec<u32>,
    /// The numbers of all units, those of one region together: what is summed up by region then stays in the processor's cache.
    pub(super) by_ground: Vec<u32>,
    pub(super) grounds: Vec<Ground>,
    /// States: id, name, area in km².
    pub(super) states: Vec<Ground>,
    pub(super) areas: ServiceAreas,
}

/// Reports and places as they come together.
struct Gathering<'a> {
    units: Vec<Unit>,
    by_name: HashMap<(String, String), Vec<usize>>,
    grounds: Vec<Ground>,
    ground_of: HashMap<String, u32>,
    regions: &'a [Region],
    locator: &'a RegionLocator,
}

/// A name as names are compared: lower case, without accents and marks.
fn folded(name: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    };
    let lower = name.chars().flat_map(char::to_lowercase).map(plain);
    let spaced: String = lower.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Geodesic area in km².
pub(super) fn area_km2(area: &MultiPolygon<f64>) -> f64 {
    area.geodesic_area_unsigned() / 1e6
}

impl<'a> Gathering<'a> {
    fn new(regions: &'a [Region], locator: &'a RegionLocator) -> Self {
        let first: Vec<&Region> = regions.iter().filter(|region| region.level == AdminLevel::First).collect();
        let ground = |region: &&Region| Ground {
            id: region.id.clone(),
            name: region.name.clone(),
            country: region.country.clone(),
            area_km2: Some(area_km2(&region.area)),
        };
        let grounds: Vec<Ground> = first.iter().map(ground).collect();
        let ground_of = (0u32..).zip(&grounds).map(|(at, ground)| (ground.id.clone(), at)).collect();
        Self { units: Vec::new(), by_name: HashMap::new(), grounds, ground_of, regions, locator }
    }

    fn region(&self, id: &str) -> Option<&'a Region> {
        self.regions.iter().find(|region| region.id == id || region.code.as_deref() == Some(id))
    }

    /// The number of a region, which is made where it is not known yet.
    fn ground(&mut self, id: &str, country: &str) -> u32 {
        if let Some(at) = self.ground_of.get(id) {
            return *at;
        }
        let at = u32::try_from(self.grounds.len()).unwrap_or(u32::MAX);
        let known = self.region(id);
        self.grounds.push(Ground {
            id: id.to_owned(),
            name: known.map_or_else(|| id.to_owned(), |region| region.name.clone()),
            country: country.to_owned(),
            area_km2: None,
        });
        self.ground_of.insert(id.to_owned(), at);
        at
    }

    fn add(&mut self, unit: Unit, names: &[&str]) -> usize {
        let at = self.units.len();
        for name in names {
            let key = (unit.country.clone(), folded(name));
            let held = self.by_name.entry(key).or_default();
            if !held.contains(&at) {
                held.push(at);
            }
        }
        self.units.push(unit);
        at
    }

    /// The place of that name near a point.
    fn find(&self, country: &str, name: &str, position: Position) -> Option<usize> {
        let held = self.by_name.get(&(country.to_owned(), folded(name)))?;
        let far = |at: usize| self.units[at].position.map_or(f64::INFINITY, |there| there.distance_m(position) / 1_000.0);
        held.iter().copied().filter(|at| far(*at) <= SAME_PLACE_KM).min_by(|a, b| far(*a).total_cmp(&far(*b)))
    }

    /// State and level-1 region of a point.
    fn located(&self, position: Position) -> (Option<String>, Option<String>) {
        let (mut state, mut first) = (None, None);
        for located in self.locator.locate(position, Interval::ALWAYS) {
            let region = usize::try_from(located.ordinal).ok().and_then(|at| self.regions.get(at));
            match region.map(|region| (region.level, region)) {
                Some((AdminLevel::Country, region)) => state = Some(region.country.clone()),
                Some((AdminLevel::First, region)) => first = Some(region.id.clone()),
                _ => {}
            }
        }
        (state, first)
    }
}

impl Units {
    /// Brings reports, places and regions together. `versions` are of the reports, in their order.
    pub(super) fn new(reports: &[Reported<'_>], places: &[Place], regions: &[Region], locator: &RegionLocator) -> Self {
        let mut gathering = Gathering::new(regions, locator);
        for place in places {
            let mut unit = Unit::new(
                UnitKind::Place,
                place.id.clone(),
                place.name.clone(),
                place.country.clone(),
                place.region.clone(),
                Some(place.position),
            );
            unit.population = place.population;
            let names: Vec<&str> = [place.name.as_str()]
                .into_iter()
                .chain(place.name_fr.as_deref())
                .chain(place.alt_names.iter().map(String::as_str))
                .collect();
            gathering.add(unit, &names);
        }
        let known = gathering.units.len();
        let numbered = || (0u32..).zip(reports);
        for (number, report) in numbered() {
            let row = report.observation;
            let Target::Place(position) = row.target else { continue };
            let found = gathering.find(&row.country, &row.place, position);
            let at = found.unwrap_or_else(|| {
                let id = format!("{}:{}:{:.4},{:.4}", row.country, folded(&row.place), position.lon(), position.lat());
                let unit =
                    Unit::new(UnitKind::Place, id, row.place.clone(), row.country.clone(), row.region.clone(), Some(position));
                gathering.add(unit, &[&row.place])
            });
            let unit = &mut gathering.units[at];
            unit.direct.push(number);
            // The town lists are newer than what reports repeat.
            if at >= known || unit.population.is_none() {
                unit.population = unit.population.max(row.population);
            }
            if unit.region.is_none() {
                unit.region.clone_from(&row.region);
            }
        }
        let placed = gathering.units.len();
        let areas = gathering.areas(reports);
        gathering.spread(&areas, placed);
        gathering.finish(areas, placed)
    }
}

/// A region or an area that claims are on.
struct Claimed {
    id: String,
    name: String,
    country: String,
    region: Option<String>,
    level: Option<AdminLevel>,
    outline: Option<Arc<MultiPolygon<f64>>>,
    population: Option<u32>,
    claims: Vec<u32>,
    /// The places in it.
    holds: Vec<usize>,
}

impl Gathering<'_> {
    /// The regions and areas that claims are on, the smallest level first.
    fn areas(&self, reports: &[Reported<'_>]) -> Vec<Claimed> {
        let mut areas: Vec<Claimed> = Vec::new();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for (number, report) in (0u32..).zip(reports) {
            let row = report.observation;
            let (id, outline) = match &row.target {
                Target::Place(_) | Target::Road(_) => continue,
                Target::Admin(outline) => (row.region.clone().unwrap_or_else(|| row.place.clone()), outline.clone()),
                Target::Area(outline) => {
                    let bbox = row.target.bbox().map_or_else(String::new, |bbox: Bbox| bbox.to_string());
                    (format!("{}:{}:{bbox}", row.country, folded(&row.place)), Some(Arc::clone(outline)))
                }
            };
            let at = *by_id.entry(id.clone()).or_insert_with(|| {
                let region = self.region(&id);
                let stated = row.region.clone();
                areas.push(Claimed {
                    name: region.map_or_else(|| row.place.clone(), |region| region.name.clone()),
                    country: row.country.clone(),
                    region: self.first_level(region, stated, outline.as_deref()),
                    level: region.map(|region| region.level).or_else(|| (id == row.country).then_some(AdminLevel::Country)),
                    outline: region.map(|region| Arc::new(region.area.clone())).or(outline),
                    population: None,
                    claims: Vec::new(),
                    holds: Vec::new(),
                    id,
                });
                areas.len() - 1
            });
            areas[at].claims.push(number);
            areas[at].population = areas[at].population.max(row.population);
        }
        // What lies within something larger is dealt with before it.
        areas.sort_by_key(|area| std::cmp::Reverse(area.level.map_or(3, AdminLevel::code)));
        areas
    }

    /// The level-1 region of an area: itself, its parent, what the row says, or what holds its middle.
    fn first_level(
        &self,
        region: Option<&Region>,
        stated: Option<String>,
        outline: Option<&MultiPolygon<f64>>,
    ) -> Option<String> {
        match region {
            Some(region) if region.level == AdminLevel::First => return Some(region.id.clone()),
            Some(region) if region.level == AdminLevel::Country => return None,
            Some(region) => {
                if let Some(parent) =
                    region.parent.as_deref().and_then(|id| self.region(id)).filter(|up| up.level == AdminLevel::First)
                {
                    return Some(parent.id.clone());
                }
            }
            None => {
                if stated.is_some() {
                    return stated;
                }
            }
        }
        let middle = outline?.bounding_rect()?.center();
        self.located(Position::new(middle.x, middle.y).ok()?).1.or(stated)
    }

    /// Gives each place the claims on what it lies in.
    fn spread(&mut self, areas: &[Claimed], placed: usize) {
        for area in areas {
            for at in 0..placed {
                if self.lies_in(at, area) {
                    self.units[at].wider.extend(&area.claims);
                }
            }
        }
    }

    fn lies_in(&self, at: usize, area: &Claimed) -> bool {
        let unit = &self.units[at];
        match area.level {
            Some(AdminLevel::Country) => unit.country == area.country,
            Some(AdminLevel::First) => unit.region.as_deref() == Some(area.id.as_str()),
            _ => match (&area.outline, unit.position) {
                (Some(outline), Some(position)) => {
                    let point = Point::new(position.lon(), position.lat());
                    outline.bounding_rect().is_some_and(|rect| rect.contains(&point)) && outline.contains(&point)
                }
                _ => unit.region.as_deref() == Some(area.id.as_str()),
            },
        }
    }

    /// Gives every unit its land, and adds the areas that stand for themselves and what places leave over.
    fn finish(mut self, mut areas: Vec<Claimed>, placed: usize) -> Units {
        for area in &mut areas {
            area.holds = (0..placed).filter(|at| self.lies_in(*at, area)).collect();
        }
        // Places with a claim speak for land; that which is nearest to a place without one is not known.
        let holdings: Vec<Holding> = self.units[..placed]
            .iter()
            .filter_map(|unit| Some(Holding { position: unit.position?, country: unit.country.clone() }))
            .collect();
        let numbers: HashMap<String, u32> = self.ground_of.clone();
        let known: std::collections::HashSet<&str> = self.regions.iter().map(|region| region.country.as_str()).collect();
        let mut services = ServiceAreas::new(&holdings, |position, country| {
            if !known.contains(country) {
                return Some(None);
            }
            let (state, first) = self.located(position);
            (state.as_deref() == Some(country)).then(|| first.and_then(|id| numbers.get(&id).copied()))
        });
        for (at, unit) in self.units[..placed].iter().enumerate().filter(|(_, unit)| !unit.direct.is_empty()) {
            if let Some(position) = unit.position {
                services.grant(at, position);
            }
        }
        for at in 0..placed {
            let (country, region) = (self.units[at].country.clone(), self.units[at].region.clone());
            let own = self.ground(region.as_deref().unwrap_or(&country), &country);
            let land = services.land(at, own);
            self.units[at].area_km2 = land.iter().map(|(_, km2)| km2).sum();
            self.units[at].land = land;
        }
        self.fit_to_outlines(placed);
        for at in 0..placed {
            self.units[at].area_km2 = self.units[at].land.iter().map(|(_, km2)| km2).sum();
        }
        let mut taken: HashMap<String, f64> = HashMap::new();
        for area in areas {
            let served: f64 = area.holds.iter().map(|at| self.units[*at].area_km2).sum();
            let own = area.region.clone().unwrap_or_else(|| area.country.clone());
            let ground = self.ground(&own, &area.country);
            let whole = area.outline.as_deref().map_or(0.0, area_km2);
            let position = area.outline.as_deref().and_then(geo::BoundingRect::bounding_rect).map(|rect| rect.center());
            let position = position.and_then(|at| Position::new(at.x, at.y).ok());
            let kind = if area.holds.is_empty() { UnitKind::Area } else { UnitKind::Rest };
            let mut unit = Unit::new(kind, area.id.clone(), area.name, area.country.clone(), area.region.clone(), position);
            // What smaller areas in it speak for is not its own.
            let inner = taken.get(&area.id).copied().unwrap_or(0.0);
            unit.area_km2 = (whole - served - inner).max(0.0);
            for up in [Some(&area.country), area.region.as_ref()].into_iter().flatten().filter(|up| **up != area.id) {
                *taken.entry(up.clone()).or_default() += unit.area_km2;
            }
            unit.land = vec![(ground, unit.area_km2)];
            match kind {
                UnitKind::Rest => unit.wider = area.claims,
                _ => {
                    unit.population = area.population;
                    unit.direct = area.claims;
                }
            }
            unit.outline = area.outline;
            if kind == UnitKind::Area || unit.area_km2 > 0.0 {
                self.units.push(unit);
            }
        }
        self.into_units(services)
    }

    /// Land in a region never sums to more than its outline holds: cells of the grid stick out of small regions.
    fn fit_to_outlines(&mut self, placed: usize) {
        let mut sums = vec![0.0; self.grounds.len()];
        for (ground, km2) in self.units[..placed].iter().flat_map(|unit| &unit.land) {
            sums[*ground as usize] += km2;
        }
        for unit in &mut self.units[..placed] {
            for (ground, km2) in &mut unit.land {
                let at = *ground as usize;
                if let Some(whole) = self.grounds[at].area_km2.filter(|whole| *whole < sums[at]) {
                    *km2 *= whole / sums[at];
                }
            }
        }
    }

    fn into_units(mut self, areas: ServiceAreas) -> Units {
        let mut of = Vec::with_capacity(self.units.len());
        for at in 0..self.units.len() {
            let (country, region) = (self.units[at].country.clone(), self.units[at].region.clone());
            of.push(self.ground(region.as_deref().unwrap_or(&country), &country));
        }
        let mut states: Vec<Ground> = Vec::new();
        for country in self.grounds.iter().map(|ground| ground.country.clone()).collect::<std::collections::BTreeSet<_>>() {
            let region = self.regions.iter().find(|region| region.level == AdminLevel::Country && region.country == country);
            states.push(Ground {
                name: region.map_or_else(|| country.clone(), |region| region.name.clone()),
                area_km2: region.map(|region| area_km2(&region.area)),
                id: region.map_or_else(|| country.clone(), |region| region.id.clone()),
                country,
            });
        }
        let mut by_ground: Vec<u32> = (0..).take(of.len()).collect();
        by_ground.sort_by_key(|number| of[*number as usize]);
        Units { units: self.units, of, by_ground, grounds: self.grounds, states, areas }
    }
}

/// The statements on a unit that are known at an instant, as evidence.
pub(super) fn evidence(unit: &Unit, versions: &[Version], known_at: Option<Instant>) -> (Evidence, Vec<u32>) {
    let known = in_force(unit, versions, known_at);
    let claim = |number: u32| versions[number as usize].claim.clone();
    let claims = known.iter().filter_map(|(number, wide)| {
        let mut claim = claim(*number)?;
        claim.on_region = *wide && !matches!(unit.kind, UnitKind::Area);
        Some(claim)
    });
    (Evidence::new(claims.collect()), known.iter().map(|(number, _)| *number).collect())
}

/// The versions on a unit that are in force for knowledge at an instant, and whether they are on something wider. One that another takes
/// the place of is not.
pub(super) fn in_force(unit: &Unit, versions: &[Version], known_at: Option<Instant>) -> Vec<(u32, bool)> {
    let holds = |version: &Version| match known_at {
        None => version.until == Instant::MAX,
        Some(at) => version.known <= at && at < version.until,
    };
    let all = unit.direct.iter().map(|number| (*number, false)).chain(unit.wider.iter().map(|number| (*number, true)));
    let known: Vec<(u32, bool)> = all.filter(|(number, _)| holds(&versions[*number as usize])).collect();
    let replaced: Vec<&str> = known.iter().filter_map(|(number, _)| versions[*number as usize].supersedes.as_deref()).collect();
    known.iter().copied().filter(|(number, _)| !replaced.contains(&versions[*number as usize].id.as_str())).collect()
}

/// Who a party was on each day: itself, and from later days on what it became part of.
pub(super) fn wholes(tree: &ActorTree, code: &str) -> Vec<(Day, String)> {
    let mut wholes = vec![(Day::MIN, tree.whole(code, jiff::civil::Date::MIN).to_owned())];
    for day in tree.turns(code) {
        let whole = tree.whole(code, day).to_owned();
        if wholes.last().is_some_and(|(_, last)| *last != whole) {
            wholes.push((super::day_of(day), whole));
        }
    }
    wholes
}
