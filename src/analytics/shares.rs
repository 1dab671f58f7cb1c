//! Shares of regions and states by who is believed to hold them, in three denominators: places, people and land.
//!
//! A share is Σ m·p / Σ m over the places of a region: each place counts with its measure m and with what is believed of it. What nobody
//! knows is a share of its own, and all of them sum to 1. Beside the share stand the 5 % and 95 % points and the median of its draws
//! ([`draws`](super::draws)), and the bracket from the places that are definitely so to those that possibly are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::belief::{Belief, Standing, State};
use super::draws::{DRAWS, LEVEL, Numbers, quantiles};
use super::parameters::{DEFINITE, NAMED, POSSIBLE, TOO_LITTLE};
use super::units::{UnitKind, Version};
use super::{ControlModel, Day};
use crate::domain::{AdminLevel, Instant};

/// By what shares are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// By actor: control and influence together.
    #[default]
    Actor,
    /// By actor and whether it is control or influence.
    Status,
}

/// Whose a share is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standpoint {
    /// An actor's, of that standing where they are told apart.
    Actor(String, Option<Standing>),
    /// Contested between several.
    Contested,
    /// Reported to be without an armed group.
    NoneReported,
    /// Reported as left by the force that held it or by its people.
    Abandoned,
    /// Nobody knows.
    Unknown,
}

/// A range from what is definitely so to what possibly is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bracket {
    /// Share of the places with a belief of at least [`DEFINITE`].
    pub definite: f64,
    /// Of those with at least [`POSSIBLE`].
    pub possible: f64,
}

/// A share in one denominator, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measure {
    /// The share that is expected; all of a region sum to 1.
    pub value: f64,
    /// The 5 % point of the draws, and no more than the value.
    pub lo: f64,
    /// The 95 % point of the draws, and no less than the value.
    pub hi: f64,
    /// The median of the draws.
    pub median: f64,
    /// What is definite and what is possible.
    pub bracket: Bracket,
    /// The share of what is known; `None` for the unknown share, and where nothing is known.
    pub of_known: Option<OfKnown>,
}

/// A share of what is known, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfKnown {
    /// The expected share over all that is expected to be known.
    pub value: f64,
    /// The 5 % point of the share that each draw has of what is known in it, and no more than the value.
    pub lo: f64,
    /// The 95 % point of the same, and no less than the value.
    pub hi: f64,
}

/// A share in the three denominators.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Whose it is.
    pub who: Standpoint,
    /// Of places, of people, of land.
    pub of: [Measure; 3],
}

/// What a region may be named after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// One state has nearly all that is known.
    Named(Standpoint),
    /// Several have.
    Mixed,
    /// Too little is known.
    InsufficientData,
}

/// The shares of one region.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionShares {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// How many places there are, how many people live in them, and how many km² it has.
    pub totals: [f64; 3],
    /// How many of the places have no known population.
    pub without_population: usize,
    /// Whether the km² are those of its outline; else they are what its places speak for.
    pub outlined: bool,
    /// How many versions of statements are in force on the day.
    pub statements: usize,
    /// The datasets they are from.
    pub datasets: BTreeSet<Arc<str>>,
    /// What it may be named after, by places, people, land.
    pub labels: [Label; 3],
    /// The shares, the greatest of places first, the unknown one last.
    pub shares: Vec<Share>,
    /// The share of its places, people and land under a reported blockade.
    pub blockaded: [Measure; 3],
}

/// What is summed up of a region.
struct Sum {
    id: String,
    name: String,
    country: String,
    outline_km2: Option<f64>,
    totals: [f64; 3],
    without_population: usize,
    /// The numbers of the versions in force, some of them more than once.
    statements: Vec<u32>,
    /// By the number of the standpoint ([`slot`]).
    by: Vec<Tally>,
    blockaded: Tally,
}

/// What is summed up of one share.
#[derive(Clone)]
struct Tally {
    /// Whether anything was counted.
    counted: bool,
    value: [f64; 3],
    definite: [f64; 3],
    possible: [f64; 3],
    /// What every draw has.
    always: [f64; 3],
    /// What each draw adds to it, or takes from it; empty while none does. Nobody counts what is drawn of the unknown: it is what all others
    /// leave of the total.
    draws: Option<Box<[[f64; 3]; OF_A_BYTE]>>,
}

/// So many sums are kept that a byte needs no look at their number; the first [`DRAWS`] of them count.
const OF_A_BYTE: usize = 256;

impl Default for Tally {
    fn default() -> Self {
        Self { counted: false, value: [0.0; 3], definite: [0.0; 3], possible: [0.0; 3], always: [0.0; 3], draws: None }
    }
}

fn add(to: &mut [f64; 3], measures: [f64; 3], times: f64) {
    to.iter_mut().zip(measures).for_each(|(to, measure)| *to += measure * times);
}

impl Tally {
    fn count(&mut self, measures: [f64; 3], belief: f64) {
        self.counted = true;
        add(&mut self.value, measures, belief);
        if belief >= DEFINITE.value {
            add(&mut self.definite, measures, 1.0);
        }
        if belief >= POSSIBLE.value {
            add(&mut self.possible, measures, 1.0);
        }
    }

    /// Counts a place in the draws from one number to another, in the order of its numbers.
    fn drawn(&mut self, measures: [f64; 3], numbers: &Numbers, from: usize, to: usize) {
        if from >= to {
            return;
        }
        let sums = self.draws.get_or_insert_with(|| Box::new([[0.0; 3]; OF_A_BYTE]));
        let (before, within, after) = (numbers.draws(0, from), numbers.draws(from, to), numbers.draws(to, DRAWS));
        // Where most draws have it, all get it and the few others give it back.
        if within.len() * 2 > DRAWS {
            add(&mut self.always, measures, 1.0);
            for draw in before.iter().chain(after) {
                sums[usize::from(*draw)].iter_mut().zip(measures).for_each(|(sum, measure)| *sum -= measure);
            }
        } else {
            for draw in within {
                sums[usize::from(*draw)].iter_mut().zip(measures).for_each(|(sum, measure)| *sum += measure);
            }
        }
    }

    /// What each draw adds to what all have; nothing where all are alike.
    fn sums(&self) -> &[[f64; 3]] {
        self.draws.as_deref().map_or(&[], |sums| &sums[..DRAWS])
    }

    /// The share of a total in one denominator; `beyond` is added to it for sure.
    fn measure(&self, at: usize, total: f64, beyond: f64) -> Measure {
        let always = self.always[at] + beyond;
        let mut row: Vec<f64> = self.sums().iter().map(|draw| always + draw[at]).collect();
        if row.is_empty() {
            row.push(always);
        }
        self.measured(at, total, beyond, &mut row)
    }

    /// The share of what is known in one denominator, from what is known in each draw; a draw in which nothing is says nothing of it.
    fn of_known(&self, at: usize, value: f64, all: &[f64; DRAWS]) -> OfKnown {
        let always = self.always[at];
        let part = |mine: f64, all: f64| (all > 0.0).then(|| (mine / all).clamp(0.0, 1.0));
        let mut row: Vec<f64> = match self.sums() {
            [] => all.iter().filter_map(|all| part(always, *all)).collect(),
            sums => sums.iter().zip(all).filter_map(|(mine, all)| part(always + mine[at], *all)).collect(),
        };
        let tail = (1.0 - LEVEL) / 2.0;
        let [lo, hi] = quantiles(&mut row, [tail, 1.0 - tail]);
        OfKnown { value, lo: lo.min(value), hi: hi.max(value) }
    }

    /// The share of a total in one denominator, with what each draw has of it.
    fn measured(&self, at: usize, total: f64, beyond: f64, row: &mut [f64]) -> Measure {
        if total <= 0.0 {
            return Measure::default();
        }
        let part = |sum: f64| (sum / total).clamp(0.0, 1.0);
        let value = part(self.value[at] + beyond);
        let tail = (1.0 - LEVEL) / 2.0;
        let [lo, median, hi] = quantiles(row, [tail, 0.5, 1.0 - tail]).map(part);
        let bracket = Bracket { definite: part(self.definite[at] + beyond), possible: part(self.possible[at] + beyond) };
        // A share that hardly any draw has lies above its 95 % point; the interval is widened to hold it.
        Measure { value, lo: lo.min(value), hi: hi.max(value), median, bracket, of_known: None }
    }
}

impl Sum {
    fn measures(self, standpoint: impl Fn(usize) -> Standpoint, versions: &[Version]) -> RegionShares {
        let Self { id, name, country, outline_km2, mut totals, without_population, mut statements, by, blockaded } = self;
        statements.sort_unstable();
        statements.dedup();
        let mut datasets: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut last: Option<&Arc<str>> = None;
        for dataset in statements.iter().map(|number| &versions[*number as usize].dataset) {
            // Most come one after another from the same.
            if last.is_none_or(|last| !Arc::ptr_eq(last, dataset)) {
                datasets.insert(Arc::clone(dataset));
                last = Some(dataset);
            }
        }
        let outlined = outline_km2.is_some();
        // What no place speaks for is land all the same, and unknown.
        let beyond = outline_km2.map_or(0.0, |whole| (whole - totals[2]).max(0.0));
        totals[2] += beyond;
        let unserved = [0.0, 0.0, beyond];
        let mut known: Vec<Share> = Vec::new();
        let mut unknown = Share { who: Standpoint::Unknown, of: [Measure::default(); 3] };
        let counted = || by.iter().enumerate().skip(UNKNOWN + 1).filter(|(_, tally)| tally.counted);
        known.extend(counted().map(|(slot, tally)| {
            let of = std::array::from_fn(|at| tally.measure(at, totals[at], 0.0));
            Share { who: standpoint(slot), of }
        }));
        if let Some(tally) = by.get(UNKNOWN).filter(|tally| tally.counted) {
            unknown.of = std::array::from_fn(|at| {
                let mut row = vec![totals[at]; DRAWS];
                for (_, other) in counted() {
                    row.iter_mut().for_each(|left| *left -= other.always[at]);
                    row.iter_mut().zip(other.sums()).for_each(|(left, draw)| *left -= draw[at]);
                }
                tally.measured(at, totals[at], unserved[at], &mut row)
            });
        }
        for (at, total) in totals.iter().enumerate() {
            let sum: f64 = known.iter().map(|share| share.of[at].value).sum();
            let rest = &mut unknown.of[at];
            // What has no people or no land at all is unknown, whatever is believed of its places.
            if *total <= 0.0 {
                *rest = Measure {
                    value: 1.0,
                    lo: 1.0,
                    hi: 1.0,
                    median: 1.0,
                    bracket: Bracket { definite: 1.0, possible: 1.0 },
                    of_known: None,
                };
                continue;
            }
            rest.value = (1.0 - sum).max(0.0);
            (rest.lo, rest.hi) = (rest.lo.min(rest.value), rest.hi.max(rest.value));
            if sum <= 0.0 {
                continue;
            }
            let mut all = [0.0; DRAWS];
            for (_, tally) in counted() {
                all.iter_mut().for_each(|all| *all += tally.always[at]);
                all.iter_mut().zip(tally.sums()).for_each(|(all, draw)| *all += draw[at]);
            }
            for (share, (_, tally)) in known.iter_mut().zip(counted()) {
                share.of[at].of_known = Some(tally.of_known(at, share.of[at].value / sum, &all));
            }
        }
        let labels = std::array::from_fn(|at| {
            let most = known.iter().max_by(|a, b| a.of[at].value.total_cmp(&b.of[at].value));
            match most.and_then(|most| Some((most, most.of[at].of_known?.value))) {
                _ if unknown.of[at].value > TOO_LITTLE.value => Label::InsufficientData,
                Some((most, part)) if part >= NAMED.value => Label::Named(most.who.clone()),
                Some(_) => Label::Mixed,
                None => Label::InsufficientData,
            }
        });
        known.sort_by(|a, b| b.of[0].value.total_cmp(&a.of[0].value).then_with(|| a.who.cmp(&b.who)));
        known.push(unknown);
        RegionShares {
            blockaded: std::array::from_fn(|at| blockaded.measure(at, totals[at], 0.0)),
            id,
            name,
            country,
            totals,
            without_population,
            outlined,
            statements: statements.len(),
            datasets,
            labels,
            shares: known,
        }
    }
}

impl ControlModel {
    /// Whose a state is.
    #[must_use]
    pub fn standpoint(&self, state: State, by: By) -> Standpoint {
        match (state.standing, self.party(state)) {
            (Standing::Contested, _) => Standpoint::Contested,
            (Standing::NoneReported, _) => Standpoint::NoneReported,
            (Standing::Abandoned, _) => Standpoint::Abandoned,
            (standing, Some(party)) => Standpoint::Actor(party.to_owned(), (by == By::Status).then_some(standing)),
            (_, None) => Standpoint::Unknown,
        }
    }

    /// The shares of every region of a level on a day, as known at an instant or now, ordered by id; `only` one of them where it is
    /// named. Of level 1 and where a state's regions are not known, the state stands for them; levels other than 0 are taken as 1.
    #[must_use]
    pub fn shares(
        &self,
        day: Day,
        known_at: Option<Instant>,
        level: AdminLevel,
        by: By,
        only: Option<&str>,
    ) -> Vec<RegionShares> {
        let (mut sums, region_of) = self.sums(level);
        let wanted = |at: usize| only.is_none_or(|id| sums[at].id == id);
        let wanted: Vec<bool> = (0..sums.len()).map(wanted).collect();
        let draws = self.draws();
        for number in self.units.by_ground.iter().map(|number| *number as usize) {
            let unit = &self.units()[number];
            let home = region_of[self.units.of[number] as usize];
            // The people and the place count in its own region, land where it lies.
            let mut parts: Vec<(usize, [f64; 3])> = Vec::with_capacity(1 + unit.land.len());
            let people = if unit.kind == UnitKind::Rest { None } else { unit.population };
            let place = if unit.kind == UnitKind::Rest { 0.0 } else { 1.0 };
            parts.extend(home.map(|home| (home, [place, people.map_or(0.0, f64::from), 0.0])));
            for (ground, km2) in &unit.land {
                let Some(region) = region_of[*ground as usize] else { continue };
                match parts.iter_mut().find(|(at, _)| *at == region) {
                    Some((_, measures)) => measures[2] += km2,
                    None => parts.push((region, [0.0, 0.0, *km2])),
                }
            }
            parts.retain(|(at, _)| wanted[*at]);
            if parts.is_empty() {
                continue;
            }
            if let Some(home) = home.filter(|home| wanted[*home]) {
                sums[home].without_population += usize::from(unit.kind != UnitKind::Rest && people.is_none());
            }
            let belief = self.belief(number, day, known_at);
            if unit.spoken_of()
                && let Some(home) = home.filter(|home| wanted[*home])
            {
                self.note_sources(&mut sums[home], number, day, known_at);
            }
            let numbers = draws[number].as_deref();
            let states = self.ladder(&belief, by);
            for (at, measures) in &parts {
                add(&mut sums[*at].totals, *measures, 1.0);
                count(&mut sums[*at].by, &states, belief.unknown, *measures, numbers);
            }
            let siege: f64 = self.siege(number, day, known_at).states.iter().map(|(_, belief)| belief).sum();
            if siege > 0.0 {
                for (at, measures) in &parts {
                    let blockaded = &mut sums[*at].blockaded;
                    blockaded.count(*measures, siege);
                    if let Some(numbers) = numbers {
                        blockaded.drawn(*measures, numbers, 0, numbers.below(siege));
                    }
                }
            }
        }
        let all =
            sums.into_iter().zip(wanted).filter(|(sum, wanted)| *wanted && (sum.totals[0] > 0.0 || sum.outline_km2.is_some()));
        let mut regions = self.measured(all.map(|(sum, _)| sum).collect(), by);
        regions.sort_by(|a, b| a.id.cmp(&b.id));
        regions
    }

    /// What the sums of regions come to, worked out on every core where there are many.
    fn measured(&self, mut sums: Vec<Sum>, by: By) -> Vec<RegionShares> {
        /// So many regions take longer than it takes to begin a thread.
        const OF_A_CORE: usize = 24;
        let measure = |sum: Sum| sum.measures(|slot| self.standpoint_of(slot, by), &self.versions);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(sums.len() / OF_A_CORE).max(1);
        let each = sums.len().div_ceil(cores).max(1);
        std::thread::scope(|scope| {
            let mut begun = Vec::with_capacity(cores);
            while sums.len() > each {
                let part = sums.split_off(sums.len() - each);
                begun.push(scope.spawn(|| part.into_iter().map(measure).collect::<Vec<_>>()));
            }
            let mut measured: Vec<RegionShares> = sums.into_iter().map(measure).collect();
            for part in begun {
                measured.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            measured
        })
    }

    /// An empty sum a region, and for each ground the region that it counts in.
    fn sums(&self, level: AdminLevel) -> (Vec<Sum>, Vec<Option<usize>>) {
        let sum = |id: &str, name: &str, country: &str, outline_km2| Sum {
            id: id.to_owned(),
            name: name.to_owned(),
            country: country.to_owned(),
            outline_km2,
            totals: [0.0; 3],
            without_population: 0,
            statements: Vec::new(),
            by: Vec::new(),
            blockaded: Tally::default(),
        };
        let (grounds, states) = (&self.units.grounds, &self.units.states);
        if level == AdminLevel::Country {
            let sums = states.iter().map(|state| sum(&state.id, &state.name, &state.country, state.area_km2)).collect();
            let of = |country: &str| states.iter().position(|state| state.country == country);
            return (sums, grounds.iter().map(|ground| of(&ground.country)).collect());
        }
        // What lies in a state and in none of its known regions counts in none of them.
        let parted: BTreeSet<&str> =
            grounds.iter().filter(|ground| ground.id != ground.country).map(|ground| ground.country.as_str()).collect();
        let (mut sums, mut of) = (Vec::new(), Vec::new());
        for ground in grounds {
            let whole = ground.id == ground.country && parted.contains(ground.country.as_str());
            of.push((!whole).then_some(sums.len()));
            if !whole {
                sums.push(sum(&ground.id, &ground.name, &ground.country, ground.area_km2));
            }
        }
        (sums, of)
    }

    /// The states that are believed, from the state's hands to its enemies', by the number of their standpoint.
    fn ladder(&self, belief: &Belief, by: By) -> Vec<(usize, f64)> {
        let mut states = belief.states.clone();
        states.sort_by_key(|(state, _)| self.rung(*state));
        states.into_iter().map(|(state, belief)| (slot(state, by), belief)).collect()
    }

    /// The standpoint of a number.
    fn standpoint_of(&self, number: usize, by: By) -> Standpoint {
        let Some(party) = number.checked_sub(OF_PARTIES) else {
            return [Standpoint::Unknown, Standpoint::Contested, Standpoint::NoneReported, Standpoint::Abandoned][number].clone();
        };
        let standing = if party % 2 == 0 { Standing::Control } else { Standing::Influence };
        let code = self.parties.get(party / 2).cloned().unwrap_or_default();
        Standpoint::Actor(code, (by == By::Status).then_some(standing))
    }

    fn note_sources(&self, sum: &mut Sum, unit: usize, day: Day, known_at: Option<Instant>) {
        let in_force = self.in_force(unit, known_at);
        sum.statements.extend(in_force.iter().filter(|number| {
            let (first, last) = self.versions[**number as usize].days;
            first <= day && last.is_none_or(|last| day <= last)
        }));
    }
}

/// The number of the unknown.
const UNKNOWN: usize = 0;
/// The first number of a party.
const OF_PARTIES: usize = 4;

/// The number of a state's standpoint: small and the same for all regions, so that shares are summed up without looking for names.
fn slot(state: State, by: By) -> usize {
    match (state.standing, state.party) {
        (Standing::Contested, _) => 1,
        (Standing::NoneReported, _) => 2,
        (Standing::Abandoned, _) => 3,
        (standing, Some(party)) => {
            OF_PARTIES + 2 * usize::from(party) + usize::from(by == By::Status && standing == Standing::Influence)
        }
        (_, None) => UNKNOWN,
    }
}

/// Counts a place in the shares of a region, as it is believed and as it is drawn.
fn count(by: &mut Vec<Tally>, states: &[(usize, f64)], unknown: f64, measures: [f64; 3], numbers: Option<&Numbers>) {
    let most = states.iter().map(|(slot, _)| *slot).max().unwrap_or(UNKNOWN);
    if by.len() <= most {
        by.resize(most + 1, Tally::default());
    }
    for (at, (slot, belief)) in states.iter().enumerate() {
        // An actor with control and influence of one place has the sum of both.
        if states[..at].iter().all(|(before, _)| before != slot) {
            let more = states[at + 1..].iter().filter(|(other, _)| other == slot).map(|(_, belief)| belief);
            by[*slot].count(measures, belief + more.sum::<f64>());
        }
    }
    by[UNKNOWN].count(measures, unknown);
    let Some(numbers) = numbers else { return };
    let (mut below, mut from) = (0.0, 0);
    for (slot, belief) in states {
        below += belief;
        let to = numbers.below(below);
        by[*slot].drawn(measures, numbers, from, to);
        from = to;
    }
}

/// A move of a share that a series shows.
const MOVE: f64 = 0.005;

impl ControlModel {
    /// The days of a span on which shares may take another course, and between them one at least every month while anything decays; its first
    /// and last day included. Without a first day it is that of the first claim. Thinned evenly to at most so many.
    #[must_use]
    pub fn turning_days(&self, from: Option<Day>, to: Day, at_most: usize) -> Vec<Day> {
        let mut turns: BTreeSet<Day> = BTreeSet::new();
        for unit in (0..self.units().len()).filter(|unit| self.units()[*unit].spoken_of()) {
            let (holding, _) = self.evidence_of(unit, None);
            turns.extend(holding.turns());
        }
        let from = from.or_else(|| turns.first().copied()).unwrap_or(to).min(to);
        // Half a month, in which a share with a half-life of 60 days loses a sixth of itself.
        turns.extend((from..to).step_by(15));
        turns.extend([from, to]);
        let days: Vec<Day> = turns.range(from..=to).copied().collect();
        let every = days.len().div_ceil(at_most.max(2));
        let last = days.len().saturating_sub(1);
        days.into_iter().enumerate().filter(|(at, _)| at % every == 0 || *at == last).map(|(_, day)| day).collect()
    }

    /// The shares of regions on some days, of each region those days on which a share has moved by half a point since the last one that is
    /// kept; the first and the last day always.
    #[must_use]
    pub fn share_series(
        &self,
        days: &[Day],
        known_at: Option<Instant>,
        level: AdminLevel,
        by: By,
        only: Option<&str>,
    ) -> BTreeMap<String, Vec<(Day, RegionShares)>> {
        let mut series: BTreeMap<String, Vec<(Day, RegionShares)>> = BTreeMap::new();
        for (at, day) in days.iter().enumerate() {
            for region in self.shares(*day, known_at, level, by, only) {
                let kept = series.entry(region.id.clone()).or_default();
                let moved = kept.last().is_none_or(|(_, last)| moved(last, &region));
                if moved || at + 1 == days.len() {
                    kept.push((*day, region));
                }
            }
        }
        series
    }
}

/// Whether a share of a region is by half a point or more another than before.
fn moved(before: &RegionShares, after: &RegionShares) -> bool {
    let of = |region: &RegionShares, who: &Standpoint, at: usize| {
        region.shares.iter().find(|share| share.who == *who).map_or(0.0, |share| share.of[at].value)
    };
    let all = before.shares.iter().chain(&after.shares);
    all.map(|share| &share.who).any(|who| (0..3).any(|at| (of(before, who, at) - of(after, who, at)).abs() >= MOVE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::{Reported, date_of, day_of};
    use crate::domain::{
        Blockade, ControlObservation, ControlStatus, Dataset, DatePrecision, Position, Redistribution, SourceNature, SourceRef,
        Target,
    };
    use crate::index::RegionLocator;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
    use statrs::distribution::{ContinuousCDF as _, Normal};

    const REGIONS: usize = 12;
    const PLACES: usize = 240;
    const DAY: Day = 19_000;

    fn dataset() -> Arc<Dataset> {
        Arc::new(Dataset {
            id: "made-up".to_owned(),
            title: "Made up".to_owned(),
            version: "1".to_owned(),
            released: date_of(0),
            licence: "CC0-1.0".to_owned(),
            licence_url: None,
            attribution: "nobody".to_owned(),
            redistribution: Redistribution::Allowed,
            homepage: None,
            description: String::new(),
            imported_at: None,
        })
    }

    /// What an observer says of the place of a number: far from all others, so that each speaks for a circle of land.
    #[allow(clippy::cast_precision_loss, reason = "a few hundred")]
    fn said(seed: u64, place: usize, actor: &str, confidence: f64, dataset: &Arc<Dataset>) -> ControlObservation {
        ControlObservation {
            id: format!("made-up:{place}"),
            place: format!("Place {seed} {place}"),
            country: "XX".to_owned(),
            region: Some(format!("XX-{seed}-{}", place % REGIONS)),
            target: Target::Place(Position::new((place % 20) as f64, 5.0 + (place / 20) as f64).unwrap()),
            geo_precision: None,
            population: None,
            actor: actor.to_owned(),
            actors: Vec::new(),
            status: ControlStatus::Control,
            blockade: Blockade::None,
            blockade_by: None,
            valid_from: date_of(DAY),
            valid_to: None,
            from_precision: DatePrecision::Day,
            to_precision: DatePrecision::Day,
            last_confirmed: None,
            confidence_basis: None,
            supersedes: None,
            nature: SourceNature::default(),
            note: None,
            source: SourceRef {
                dataset: Arc::clone(dataset),
                citation: format!("source {place}"),
                verification: None,
                confidence: Some(confidence),
                known_at: Instant::from_millis(0),
            },
        }
    }

    fn shares_of(rows: &[ControlObservation]) -> RegionShares {
        shares_and_land(rows).0
    }

    /// The shares, and the land of each place.
    fn shares_and_land(rows: &[ControlObservation]) -> (RegionShares, Vec<f64>) {
        let reports: Vec<Reported<'_>> = rows.iter().map(|observation| Reported { observation, superseded_at: None }).collect();
        let model = ControlModel::new(&reports, &[], &[], &RegionLocator::default(), &[]);
        let land = model.units().iter().map(|unit| unit.area_km2).collect();
        (model.shares(DAY, None, AdminLevel::Country, By::Actor, None).remove(0), land)
    }

    fn area_of(shares: &RegionShares, actor: &str) -> Measure {
        let who = Standpoint::Actor(actor.to_owned(), None);
        shares.shares.iter().find(|share| share.who == who).map_or(Measure::default(), |share| share.of[2])
    }

    /// Numbers between 0 and 1 of one seed.
    struct Chance(ChaCha8Rng);

    impl Chance {
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
        fn part(&mut self) -> f64 {
            ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        }

        /// One number a place, of which those of a region go together as the draws take them to.
        fn of_places(&mut self) -> Vec<f64> {
            let normal = Normal::new(0.0, 1.0).unwrap();
            let regions: Vec<f64> = (0..REGIONS).map(|_| normal.inverse_cdf(self.part())).collect();
            let own = |part: f64| normal.inverse_cdf(part);
            (0..PLACES)
                .map(|place| normal.cdf(0.5f64.sqrt() * regions[place % REGIONS] + 0.5f64.sqrt() * own(self.part())))
                .collect()
        }
    }

    /// Observers who are right as often as their claims are believed, and who err together within a region: what is truly somebody's by
    /// their right claims lies in the interval for nine seeds of ten.
    #[test]
    fn the_interval_holds_the_truth_of_nine_seeds_in_ten() {
        const SEEDS: u64 = 200;
        let dataset = dataset();
        let (mut held, mut bias) = (0u32, 0.0);
        for seed in 0..SEEDS {
            let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
            let actors: Vec<&str> = (0..PLACES).map(|_| if chance.part() < 0.4 { "A" } else { "B" }).collect();
            let rows: Vec<ControlObservation> =
                (0..PLACES).map(|place| said(seed, place, actors[place], 0.75, &dataset)).collect();
            let belief = 0.75 / 1.0;
            let right = chance.of_places();
            let (shares, land) = shares_and_land(&rows);
            let measure = area_of(&shares, "A");
            let truly = (0..PLACES).filter(|place| actors[*place] == "A" && right[*place] < belief);
            let truth = truly.map(|place| land[place]).sum::<f64>() / land.iter().sum::<f64>();
            held += u32::from(measure.lo <= truth && truth <= measure.hi);
            bias += (measure.value - truth) / SEEDS as f64;
        }
        assert!((170..=190).contains(&held), "{held} of {SEEDS}");
        assert!(bias.abs() <= 0.05, "{bias}");
    }

    /// Six places in ten observed, one claim in ten wrong: the share of what is known is no more than five points off.
    #[test]
    fn with_six_places_in_ten_seen_the_known_share_is_within_five_points() {
        const SEEDS: u64 = 60;
        let dataset = dataset();
        let mut bias = 0.0;
        for seed in 0..SEEDS {
            let mut chance = Chance(ChaCha8Rng::seed_from_u64(1_000 + seed));
            let truth: Vec<bool> = chance.of_places().into_iter().map(|part| part < 0.3).collect();
            let mut rows = Vec::new();
            for (place, is_a) in truth.iter().enumerate() {
                let (seen, wrong) = (chance.part() < 0.6, chance.part() < 0.1);
                if seen {
                    rows.push(said(seed, place, if *is_a != wrong { "A" } else { "B" }, 0.75, &dataset));
                }
            }
            let known = area_of(&shares_of(&rows), "A").of_known.map_or(0.0, |known| known.value);
            let share = truth.iter().filter(|is_a| **is_a).count() as f64 / PLACES as f64;
            bias += (known - share) / SEEDS as f64;
        }
        assert!(bias.abs() <= 0.05, "{bias}");
    }

    #[test]
    fn the_order_of_statements_does_not_matter() {
        let dataset = dataset();
        let mut rows: Vec<ControlObservation> =
            (0..PLACES).map(|place| said(0, place, ["A", "B", "C"][place % 3], 0.6, &dataset)).collect();
        let before = shares_of(&rows);
        rows.reverse();
        let after = shares_of(&rows);
        for (a, b) in before.shares.iter().zip(&after.shares) {
            assert_eq!(a.who, b.who);
            assert!(
                (0..3).all(|at| (a.of[at].value - b.of[at].value).abs() < 1e-12 && (a.of[at].lo - b.of[at].lo).abs() < 1e-12)
            );
        }
        assert_eq!(day_of(date_of(DAY)), DAY);
    }
}
