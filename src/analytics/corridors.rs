//! The roads to a town over time and as known at any instant: how much of its supply capacity is open, through which gateways, on whose
//! report. All corridors made ready to be asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::chances::{Chances, Drawn, Odd, Whereabouts};
use super::control::within;
use super::course::{Course, EdgeState, Isolation, Pass, Point};
use super::flow::{Waterworks, units, widest};
use super::network::{Network, Supply, folded};
use super::parameters::{ISOLATED, SINK};
use super::status::{Attack, Odds, Reports, Span, contested, multiplier, pieces, severity};
use super::{Day, day_of};
use crate::domain::{AdminLevel, Corridor, DatePrecision, Instant, Interval, Position, Region, SegmentStatus, StatusChange};
use crate::index::RegionLocator;

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// For what was reported.
    pub value: f64,
    /// The 5 % point of the draws, and no more than the value.
    pub lo: f64,
    /// The 95 % point of the draws, and no less than the value.
    pub hi: f64,
    /// The middle of the draws; `None` where nothing is drawn.
    pub median: Option<f64>,
}

impl Estimate {
    fn sure(value: f64) -> Self {
        Self { value, lo: value, hi: value, median: None }
    }

    fn drawn(value: f64, (lo, median, hi): (f64, f64, f64)) -> Self {
        Self { value, lo: lo.min(value), hi: hi.max(value), median: Some(median) }
    }
}

/// What is told of a town on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct CorridorPoint {
    /// The day.
    pub day: Day,
    /// Share of the normal supply capacity that is open, 0 to 1.
    pub capacity_open: Estimate,
    /// Each gateway's share times what its best way carries, 0 to 1: no slack, and no gateway takes over from another.
    pub supply_open: Estimate,
    /// How many ways of open roads there are that share no road.
    pub redundancy: Estimate,
    /// For how many days the town has been isolated, that day included; 0 when it is not.
    pub isolation_days: Estimate,
    /// The first of those days with its precision.
    pub isolated_since: Option<(Day, DatePrecision)>,
    /// How many reports are in force on roads that can lead to the town.
    pub reports: usize,
}

/// What is told of a gateway on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayView<'a> {
    /// Name of the place.
    pub name: &'a str,
    /// Where it is.
    pub position: Position,
    /// How the town is reached from it.
    pub pass: Pass,
    /// The same where disrupted roads count as closed.
    pub strict: Pass,
    /// Since when it is so; `None` where it always was.
    pub since: Option<(Day, DatePrecision)>,
    /// Its share of the supply with its range.
    pub share: Estimate,
    /// Whether a source states the share.
    pub share_is_stated: bool,
    /// Where the share and its range are from, as the corridors say it; `None` where they do not.
    pub share_source: Option<String>,
    /// The corridors that begin there.
    pub corridors: Vec<CorridorView<'a>>,
}

/// What was reported of a corridor.
#[derive(Debug, Clone, PartialEq)]
pub struct CorridorView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The report in force on the day.
    pub report: Option<&'a StatusChange>,
    /// The last day on which anybody said anything of it.
    pub last_source: Option<Day>,
}

/// A road that holds up what comes to the town, and that was reported, or is by attacks, disrupted or worse already.
#[derive(Debug, Clone, PartialEq)]
pub struct Bottleneck<'a> {
    /// The segments of corridors that it is.
    pub segments: Vec<String>,
    /// Where it begins.
    pub from: &'a str,
    /// Where it leads.
    pub to: &'a str,
    /// How it is.
    pub status: SegmentStatus,
    /// Whether attacks near it alone make it so.
    pub by_incidents: bool,
    /// The report; `None` where there is none but attacks.
    pub report: Option<&'a StatusChange>,
}

/// All that is told of a town on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct TownView<'a> {
    /// The numbers; `None` where no way leads to the town even with every road open, or where they cannot be right.
    pub point: Option<CorridorPoint>,
    /// Whether a way leads to the town when every road is open.
    pub is_connected: bool,
    /// Share of the supply that comes through gateways that are cut.
    pub unsatisfied: f64,
    /// The same where disrupted roads count as closed.
    pub unsatisfied_strict: f64,
    /// The gateways, by name.
    pub gateways: Vec<GatewayView<'a>>,
    /// By id.
    pub bottlenecks: Vec<Bottleneck<'a>>,
    /// Datasets of the reports and attacks that count, by id.
    pub datasets: BTreeSet<&'a str>,
    /// Whether attacks near any road to the town count.
    pub by_incidents: bool,
}

/// A town that corridors lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Town<'a> {
    /// Its name.
    pub name: String,
    /// Where it is; `None` where it is on no road.
    pub position: Option<Position>,
    /// How many corridors name it.
    pub corridors: usize,
    /// Its gateways, by name.
    pub gateways: Vec<&'a str>,
    /// The first day that is reported on.
    pub first: Option<Day>,
}

/// What a segment of a corridor counts as from a day on.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentState {
    /// From that day.
    pub from: Day,
    /// How it counts.
    pub status: SegmentStatus,
    /// Whether attacks near it alone make it so.
    pub by_incidents: bool,
}

/// All corridors.
///
/// Built once for a state of the store; holds copies of what it needs. The first question on a town works out its whole course; draws are made
/// once for each different state of belief.
#[derive(Debug, Default)]
pub struct CorridorModel {
    network: Network,
    corridors: Vec<Corridor>,
    /// Of each corridor, and behind them of each edge that is reported on alone.
    reports: Vec<Reports>,
    /// For each edge the number of its own reports.
    own: HashMap<usize, usize>,
    /// For each edge the days on which attacks make it contested.
    contested: Vec<Vec<Span>>,
    /// In which regions the roads lie.
    lies: Whereabouts,
    /// Datasets of the attacks that count somewhere.
    attackers: BTreeSet<Arc<str>>,
    newest: Option<Instant>,
    courses: Mutex<HashMap<String, Arc<Course>>>,
}

impl CorridorModel {
    /// Makes corridors ready, as known at an instant or now. `attacks` are those that count anything, as known then.
    #[must_use]
    pub fn new(corridors: &[Corridor], attacks: &[Attack], known_at: Option<Instant>) -> Self {
        let as_known = |corridor: &Corridor| known_at.map_or_else(|| corridor.clone(), |known_at| corridor.as_known(known_at));
        let mut corridors: Vec<Corridor> = corridors.iter().map(as_known).collect();
        corridors.sort_by(|a, b| a.id.cmp(&b.id));
        let network = Network::new(&corridors);
        let of_all = |corridor: &Corridor| {
            Reports::new(corridor.changes.iter().filter(|change| change.segment.is_none()).cloned().collect())
        };
        let mut reports: Vec<Reports> = corridors.iter().map(of_all).collect();
        let mut own = HashMap::new();
        for (at, edge) in network.edges.iter().enumerate() {
            let alone = edge
                .segments
                .iter()
                .flat_map(|(road, seq)| corridors[*road].changes.iter().filter(|change| change.segment == Some(*seq)).cloned());
            let alone: Vec<StatusChange> = alone.collect();
            if !alone.is_empty() {
                own.insert(at, reports.len());
                reports.push(Reports::new(alone));
            }
        }
        let newest = corridors.iter().flat_map(|corridor| corridor.changes.iter()).map(|change| change.source.known_at).max();
        let mut model = Self { reports, own, newest, network, corridors, ..Self::default() };
        model.take_in(attacks);
        model
    }

    /// The same, with roads of one first-level region erring together and others not; without it all roads do. `locator` is over the regions.
    /// What lies in no region of that level counts as in its state, what lies in none as in one more region.
    #[must_use]
    pub fn within(mut self, regions: &[Region], locator: &RegionLocator) -> Self {
        if regions.is_empty() {
            return self;
        }
        let mut names: HashMap<&str, Arc<str>> = HashMap::new();
        let mut region_at = |position: Position| {
            let found = locator.locate(position, Interval::ALWAYS);
            let found = found.iter().filter_map(|found| regions.get(found.ordinal as usize));
            let region = found.filter(|region| region.level <= AdminLevel::First).max_by_key(|region| region.level);
            let id = region.map_or("", |region| region.id.as_str());
            Arc::clone(names.entry(id).or_insert_with(|| Arc::from(id)))
        };
        let edges = self.network.edges.iter().map(|edge| {
            let mut parts: Vec<(Arc<str>, f64)> = Vec::new();
            for piece in pieces(&edge.line) {
                let (Some(first), Some(last)) = (piece.first(), piece.last()) else { continue };
                let middle = Position::new((first.lon() + last.lon()) / 2.0, (first.lat() + last.lat()) / 2.0).unwrap_or(*first);
                let km = piece.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum::<f64>() / 1000.0;
                let region = region_at(middle);
                match parts.iter_mut().find(|(other, _)| *other == region) {
                    Some((_, sum)) => *sum += km,
                    None => parts.push((region, km)),
                }
            }
            parts
        });
        let edges = edges.collect();
        let of = |edge: usize| -> Vec<usize> {
            let roads = self.network.edges[edge].segments.iter().map(|(road, _)| *road);
            roads.chain(self.own.get(&edge).copied()).collect()
        };
        self.lies = Whereabouts::new(edges, self.reports.len(), of);
        self
    }

    fn take_in(&mut self, attacks: &[Attack]) {
        let mut by_lon: Vec<&Attack> = attacks.iter().collect();
        by_lon.sort_by(|a, b| a.position.lon().total_cmp(&b.position.lon()));
        let mut attackers = BTreeSet::new();
        self.contested = (self.network.edges.iter())
            .map(|edge| {
                let around = |of: fn(Position) -> f64, by: f64| {
                    let degrees = edge.line.iter().map(|at| of(*at));
                    let (low, high) =
                        degrees.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
                    (low - by, high + by)
                };
                let (south, north) = around(Position::lat, REACH_DEG);
                // A degree of longitude is shorter than one of latitude.
                let wide = REACH_DEG / south.abs().max(north.abs()).min(89.0).to_radians().cos();
                let (west, east) = around(Position::lon, wide);
                let from = by_lon.partition_point(|attack| attack.position.lon() < west);
                let near = by_lon[from..].iter().take_while(|attack| attack.position.lon() <= east);
                let near: Vec<&Attack> =
                    near.filter(|attack| (south..=north).contains(&attack.position.lat())).copied().collect();
                let spans = contested(&edge.line, &near);
                if !spans.is_empty() {
                    attackers.extend(near.iter().map(|attack| Arc::clone(&attack.dataset)));
                }
                spans
            })
            .collect();
        self.attackers = attackers;
    }

    /// The newest knowledge in it; `None` when it holds nothing.
    #[must_use]
    pub fn newest(&self) -> Option<Instant> {
        self.newest
    }

    /// The towns that corridors name as their targets, by name.
    #[must_use]
    pub fn targets(&self) -> Vec<Town<'_>> {
        let towns = self.network.targets(&self.corridors).into_iter().filter_map(|(name, roads)| {
            let course = self.course(&name)?;
            let gateways = course.supply.gateways.iter().map(|gateway| self.network.nodes[gateway.node].name.as_str());
            Some(Town {
                position: course.supply.target.map(|node| self.network.nodes[node].position),
                corridors: roads.len(),
                gateways: gateways.collect(),
                first: roads
                    .iter()
                    .flat_map(|road| &self.corridors[*road].changes[..])
                    .map(|change| day_of(change.valid_from))
                    .min(),
                name,
            })
        });
        towns.collect()
    }

    /// The other places that corridors lead to, by name.
    #[must_use]
    pub fn towns(&self) -> Vec<&str> {
        let named: BTreeSet<String> = self.network.targets(&self.corridors).iter().map(|(name, _)| folded(name)).collect();
        let places = self.network.roads.iter().flat_map(|road| road.nodes.iter().skip(1));
        let places: BTreeSet<&str> = places.map(|node| self.network.nodes[*node].name.as_str()).collect();
        places.into_iter().filter(|place| !named.contains(&folded(place))).collect()
    }

    /// The name of a town as the corridors write it, and whether any of them names it as its target; `None` where none leads to it.
    #[must_use]
    pub fn town(&self, name: &str) -> Option<(&str, bool, Option<Position>)> {
        let course = self.course(name)?;
        let key = folded(name);
        let written = match course.supply.target {
            Some(node) => self.network.nodes[node].name.as_str(),
            None => self.corridors.iter().map(|corridor| corridor.target.as_str()).find(|target| folded(target) == key)?,
        };
        Some((written, course.supply.is_named, course.supply.target.map(|node| self.network.nodes[node].position)))
    }

    /// The first day on which anything was reported of the roads to a town.
    #[must_use]
    pub fn first_day(&self, target: &str) -> Option<Day> {
        let course = self.course(target)?;
        let changes = course.claimants.iter().flat_map(|claimant| &self.reports[*claimant].changes);
        changes.filter(|change| change.status != SegmentStatus::Unknown).map(|change| day_of(change.valid_from)).min()
    }

    /// The datasets of all reports on roads to a town, and of the attacks near any road.
    #[must_use]
    pub fn datasets(&self, target: &str) -> BTreeSet<Arc<str>> {
        let Some(course) = self.course(target) else { return BTreeSet::new() };
        let changes = course.claimants.iter().flat_map(|claimant| &self.reports[*claimant].changes);
        let of_reports = changes.map(|change| Arc::from(change.source.dataset.id.as_str()));
        let attacked = course.supply.edges().any(|edge| !self.contested[edge].is_empty());
        of_reports.chain(self.attackers.iter().filter(|_| attacked).cloned()).collect()
    }

    /// The numbers of the reports that speak of roads to a town.
    fn claimants(&self, supply: &Supply) -> BTreeSet<usize> {
        let of_edges = supply.edges().flat_map(|edge| {
            let roads = self.network.edges[edge].segments.iter().map(|(road, _)| *road);
            roads.chain(self.own.get(&edge).copied())
        });
        of_edges.chain(supply.roads.iter().copied()).collect()
    }

    /// How an edge counts on a day: its own report, else the least severe of those on the corridors that share it. Attacks make one that nobody
    /// reported on disrupted; a report stands, and attacks move the interval alone.
    fn state(&self, edge: usize, day: Day, reported: &HashMap<usize, Option<&StatusChange>>) -> EdgeState {
        let of = |claimant: usize| reported.get(&claimant).copied().flatten().map(|change| (change.status, claimant));
        let own = self.own.get(&edge).and_then(|own| of(*own));
        let shared = || {
            let roads = self.network.edges[edge].segments.iter().filter_map(|(road, _)| of(*road));
            roads.min_by_key(|(status, road)| (severity(*status), *road))
        };
        let (status, claimant) = match own.or_else(shared) {
            Some((status, claimant)) => (status, Some(claimant)),
            None => (SegmentStatus::Unknown, None),
        };
        let is_attacked = self.contested[edge].iter().any(|(first, last)| (*first..=*last).contains(&day));
        let by_incidents = is_attacked && claimant.is_none();
        EdgeState { status: if by_incidents { SegmentStatus::Disrupted } else { status }, claimant, by_incidents, is_attacked }
    }

    /// How the edges of a town count on a day.
    fn states(&self, supply: &Supply, day: Day) -> HashMap<usize, EdgeState> {
        let reported: HashMap<usize, Option<&StatusChange>> =
            self.claimants(supply).into_iter().map(|claimant| (claimant, self.reports[claimant].on(day))).collect();
        supply.edges().map(|edge| (edge, self.state(edge, day, &reported))).collect()
    }

    /// The whole course of a town; `None` where no corridor leads to it.
    fn course(&self, target: &str) -> Option<Arc<Course>> {
        let key = folded(target);
        let kept = self.courses.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if kept.is_some() {
            return kept;
        }
        let supply = self.network.supply(target)?;
        let claimants = self.claimants(&supply);
        let mut turns: Vec<(Day, DatePrecision)> =
            claimants.iter().flat_map(|claimant| self.reports[*claimant].turns()).collect();
        let by_attacks = supply.edges().flat_map(|edge| &self.contested[edge]).flat_map(|(first, last)| [*first, *last + 1]);
        turns.extend(by_attacks.map(|day| (day, DatePrecision::Day)));
        let mut course = Course::new(&self.network, supply, turns, |supply, day| self.states(supply, day));
        course.attacked = course.supply.edges().filter(|edge| !self.contested[*edge].is_empty()).collect();
        course.claimants = claimants;
        let course = Arc::new(course);
        self.courses.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&course));
        Some(course)
    }

    /// What is believed of the roads to a town on each of some days, as its draws take it.
    fn odds(&self, course: &Course, days: &[Day]) -> Vec<Vec<Odd>> {
        let mut told: Vec<Vec<Odd>> = vec![Vec::with_capacity(course.claimants.len() + 4); days.len()];
        for claimant in &course.claimants {
            let reports = &self.reports[*claimant];
            let mut last: Option<(Day, Odds)> = None;
            for (day, told) in days.iter().zip(&mut told) {
                let odds = match last {
                    Some((before, odds)) if before == *day || before + 1 == *day && !reports.moves(before) => odds,
                    _ => reports.odds(*day),
                };
                last = Some((*day, odds));
                told.push(Odd::Report(*claimant, odds));
            }
        }
        for edge in &course.attacked {
            for (day, told) in days.iter().zip(&mut told) {
                if self.contested[*edge].iter().any(|(first, last)| (*first..=*last).contains(day)) {
                    told.push(Odd::Attacked(*edge));
                }
            }
        }
        told
    }

    /// The name under which the numbers of a claimant are drawn.
    fn draw_name(&self, claimant: usize) -> String {
        match self.corridors.get(claimant) {
            Some(corridor) => corridor.id.clone(),
            None => {
                let edge = self.own.iter().find(|(_, own)| **own == claimant).map(|(edge, _)| *edge);
                edge.and_then(|edge| self.network.segment_ids(edge).into_iter().next()).unwrap_or_default()
            }
        }
    }

    /// The numbers of a town on some days, in their order; `None` where no corridor leads to it, and none inside where no way does.
    #[must_use]
    pub fn series(&self, target: &str, days: &[Day]) -> Option<Vec<Option<CorridorPoint>>> {
        let course = self.course(target)?;
        if course.baseline == 0 {
            return Some(vec![None; days.len()]);
        }
        let odds = self.odds(&course, days);
        course.chances.make(&odds, || {
            let name = |claimant| self.draw_name(claimant);
            Chances::begin(&self.network, &course.supply, &self.own, &course.attacked, name, &self.lies)
        });
        let mut last: Option<(&Vec<Odd>, Drawn)> = None;
        let points = days.iter().zip(&odds).map(|(day, odds)| {
            let drawn = match last {
                Some((same, drawn)) if same == odds => drawn,
                _ => course.chances.of(odds),
            };
            last = Some((odds, drawn));
            self.point(&course, *day, drawn)
        });
        Some(points.collect())
    }

    /// The numbers of a day; nothing where a flow that they rest on is not held up by a cut of its size, so that it cannot be right.
    fn point(&self, course: &Course, day: Day, drawn: Drawn) -> Option<CorridorPoint> {
        let at = course.at(day);
        if !at.is_sound || !drawn.is_sound {
            return None;
        }
        let isolation = course.isolation(day);
        Some(CorridorPoint {
            day,
            capacity_open: Estimate::drawn(at.capacity_open, drawn.capacity),
            supply_open: Estimate::drawn(at.supply_open, drawn.supply),
            #[allow(clippy::cast_precision_loss, reason = "a handful of roads")]
            redundancy: Estimate::drawn(at.redundancy as f64, drawn.redundancy),
            isolation_days: isolation.map_or(Estimate::sure(0.0), |isolation| isolated(isolation, day)),
            isolated_since: isolation.map(|isolation| (isolation.first, isolation.precision)),
            reports: course.claimants.iter().filter(|claimant| self.reports[**claimant].on(day).is_some()).count(),
        })
    }

    /// All that is told of a town on a day; `None` where no corridor leads to it.
    #[must_use]
    pub fn view(&self, target: &str, day: Day) -> Option<TownView<'_>> {
        let point = self.series(target, &[day])?.pop().flatten();
        let course = self.course(target)?;
        let states = self.states(&course.supply, day);
        let at = course.at(day);
        let share_of = |is: &dyn Fn(&(Pass, Pass)) -> bool| -> f64 {
            let cut = course.supply.gateways.iter().zip(&at.passes).filter(|(_, passes)| is(passes));
            // An empty sum of floats is minus zero.
            cut.map(|(gateway, _)| gateway.share).sum::<f64>() + 0.0
        };
        let gateways = course.supply.gateways.iter().enumerate().map(|(number, gateway)| {
            let node = &self.network.nodes[gateway.node];
            let (pass, strict) = at.passes[number];
            GatewayView {
                name: &node.name,
                position: node.position,
                pass,
                strict,
                since: course.since(day, |point| point.passes[number].0.state == pass.state),
                share: Estimate { value: gateway.share, lo: gateway.low, hi: gateway.high, median: None },
                share_is_stated: gateway.stated,
                share_source: (!gateway.sources.is_empty()).then(|| gateway.sources.join("; ")),
                corridors: gateway.roads.iter().map(|road| self.corridor_view(*road, day)).collect(),
            }
        });
        let by_incidents = states.values().any(|state| state.is_attacked);
        let mut datasets: BTreeSet<&str> = BTreeSet::new();
        for claimant in &course.claimants {
            datasets.extend(self.reports[*claimant].on(day).map(|change| change.source.dataset.id.as_str()));
        }
        if by_incidents {
            datasets.extend(self.attackers.iter().map(AsRef::as_ref));
        }
        Some(TownView {
            unsatisfied: share_of(&|(pass, _)| pass.is_cut()),
            unsatisfied_strict: share_of(&|(_, strict)| strict.is_cut()),
            gateways: gateways.collect(),
            bottlenecks: if point.is_some() { self.bottlenecks(&course, &states, day) } else { Vec::new() },
            datasets,
            by_incidents,
            is_connected: course.baseline > 0,
            point,
        })
    }

    fn corridor_view(&self, road: usize, day: Day) -> CorridorView<'_> {
        let date = super::date_of(day);
        let said = self.corridors[road].changes.iter().filter(|change| change.valid_from <= date);
        CorridorView {
            id: &self.network.roads[road].id,
            name: &self.network.roads[road].name,
            report: self.reports[road].on(day),
            last_source: said.map(|change| day_of(change.last_said(date))).max(),
        }
    }

    /// The roads that hold up what comes to the town and are disrupted or worse already. Which open ones would, nobody is told.
    fn bottlenecks(&self, course: &Course, states: &HashMap<usize, EdgeState>, day: Day) -> Vec<Bottleneck<'_>> {
        let supply = &course.supply;
        let mut works = Waterworks::new(supply);
        let carried = |edge: &usize| self.network.edges[*edge].capacity * multiplier(states[edge].status);
        let links: Vec<f64> =
            supply.links.iter().map(|link| link.edges.iter().map(carried).fold(f64::INFINITY, f64::min)).collect();
        let capacities: Vec<u64> = links.iter().map(|capacity| units(*capacity)).collect();
        let shares: Vec<f64> = supply.gateways.iter().map(|gateway| gateway.share).collect();
        let flow = works.flow(&capacities, &shares);
        if flow.value >= units(SINK.value) {
            return Vec::new();
        }
        let is_bad = |edge: &&usize| !matches!(states[*edge].status, SegmentStatus::Open | SegmentStatus::Unknown);
        let mut found = Vec::new();
        for (link, capacity) in capacities.iter().enumerate() {
            let binding = supply.links[link].edges.iter().filter(|edge| units(carried(edge)) == *capacity);
            let binding: Vec<usize> = binding.filter(is_bad).copied().collect();
            if binding.is_empty() || !works.is_in_a_cut(&flow, link) {
                continue;
            }
            found.extend(binding.into_iter().map(|edge| {
                let [from, to] = self.network.edges[edge].ends.map(|end| self.network.nodes[end].name.as_str());
                let state = states[&edge];
                let report = state.claimant.filter(|_| !state.by_incidents).and_then(|claimant| self.reports[claimant].on(day));
                Bottleneck {
                    segments: self.network.segment_ids(edge),
                    from,
                    to,
                    status: state.status,
                    by_incidents: state.by_incidents,
                    report,
                }
            }));
        }
        found.sort_by(|a, b| a.segments.cmp(&b.segments));
        found
    }

    /// How each segment of each corridor counts over time, by its id: the least severe of the corridors that share it, unless it is reported
    /// on alone, and disrupted where attacks make it so. A day before the first state is unknown.
    #[must_use]
    pub fn segment_states(&self) -> Vec<(String, Vec<SegmentState>)> {
        let mut all: Vec<(usize, u32, Vec<SegmentState>)> = Vec::new();
        for (at, edge) in self.network.edges.iter().enumerate() {
            let claimants = || edge.segments.iter().map(|(road, _)| *road).chain(self.own.get(&at).copied());
            let mut days: Vec<Day> =
                claimants().flat_map(|claimant| self.reports[claimant].turns()).map(|(day, _)| day).collect();
            days.extend(self.contested[at].iter().flat_map(|(first, last)| [*first, *last + 1]));
            days.sort_unstable();
            days.dedup();
            let mut states: Vec<SegmentState> = Vec::new();
            for day in days {
                let reported = claimants().map(|claimant| (claimant, self.reports[claimant].on(day))).collect();
                let state = self.state(at, day, &reported);
                // What is reported open and attacked is shown for what it is.
                let by_incidents = state.by_incidents || state.is_attacked && state.status == SegmentStatus::Open;
                let status = if by_incidents { SegmentStatus::Disrupted } else { state.status };
                if states.last().map_or((SegmentStatus::Unknown, false), |last| (last.status, last.by_incidents))
                    != (status, by_incidents)
                {
                    states.push(SegmentState { from: day, status, by_incidents });
                }
            }
            all.extend(edge.segments.iter().map(|(road, seq)| (*road, *seq, states.clone())));
        }
        all.sort_by_key(|(road, seq, _)| (*road, *seq));
        all.into_iter().map(|(road, seq, states)| (format!("{}:{seq}", self.network.roads[road].id), states)).collect()
    }
}

/// A bit more than the reach of an attack, in degrees of latitude.
const REACH_DEG: f64 = 0.05;

/// Days of isolation: the interval comes from how exact the day is known on which it began.
fn isolated(isolation: &Isolation, day: Day) -> Estimate {
    let days = |first: Day| f64::from((day - first + 1).max(0));
    let span = within(super::date_of(isolation.first), isolation.precision);
    let value = days(isolation.first);
    Estimate { value, lo: days(span.last).min(value), hi: days(span.first).max(value), median: None }
}

/// The name of the method of corridors, in every answer that rests on it.
pub const CORRIDOR_METHOD: &str = "corridor-flow";
/// Its version: it rises when the same data give other numbers.
pub const CORRIDOR_METHOD_VERSION: &str = "3";

/// Whether the interval of what is open reaches across the threshold of isolation, so that it is not certain.
#[must_use]
pub fn isolation_is_doubtful(point: &CorridorPoint) -> bool {
    let open = point.capacity_open;
    open.lo < ISOLATED.value && open.hi >= ISOLATED.value
}

/// What the links of a town carry for what was reported, and what that comes to.
pub(super) fn measure(
    network: &Network,
    supply: &Supply,
    works: &mut Waterworks,
    baseline: u64,
    states: &HashMap<usize, EdgeState>,
) -> Point {
    let of_link = |of: &dyn Fn(&usize) -> f64| -> Vec<f64> {
        supply.links.iter().map(|link| link.edges.iter().map(of).fold(f64::INFINITY, f64::min)).collect()
    };
    let multipliers = of_link(&|edge| multiplier(states[edge].status));
    let carried = of_link(&|edge| network.edges[*edge].capacity * multiplier(states[edge].status));
    let shares: Vec<f64> = supply.gateways.iter().map(|gateway| gateway.share).collect();
    let flow = works.flow(&carried.iter().map(|carried| units(*carried)).collect::<Vec<_>>(), &shares);
    let is_sound = works.is_greatest(&flow);
    let is_open = |link: &super::network::Link| link.edges.iter().all(|edge| states[edge].status == SegmentStatus::Open);
    let redundancy = works.disjoint(supply.links.iter().map(is_open));
    #[allow(clippy::cast_precision_loss, reason = "some hundred thousand")]
    let capacity_open = if baseline == 0 { 0.0 } else { flow.value as f64 / baseline as f64 };
    let supply_open = widest(supply, &multipliers).iter().zip(&shares).map(|(best, share)| best * share).sum();
    Point { from: Day::MIN, capacity_open, supply_open, redundancy, is_sound, passes: Pass::all(supply, states) }
}
