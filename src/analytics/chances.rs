//! Draws of how the roads to a town may be: for each corridor a status by what is believed of it and how much a road of that status carries,
//! for each gateway a share of the supply within what sources say. The same for the same data on every machine.
//!
//! A report speaks of a corridor as a whole, so its stretches are drawn together; roads of one region err together by the correlation of
//! [`draws`](super::draws). Days on which the belief in every status is the same to a twentieth have one answer, which is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::draws::{ROAD_DRAWS, of_all_roads, of_regions, of_road, quantile};
use super::flow::{Waterworks, units, widest};
use super::network::{Network, Supply};
use super::parameters::{CONFIDENCE_INFERRED, MULTIPLIER_UNKNOWN, UNKNOWN_WEIGHT};
use super::status::{LADDER, Odds, PARTS, in_band};
use crate::domain::SegmentStatus;

/// What is believed on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Odd {
    /// Of what reports of a number speak of.
    Report(usize, Odds),
    /// That attacks make an edge contested.
    Attacked(usize),
}

/// The 5 %, 50 % and 95 % points.
type Points = (f64, f64, f64);

/// What draws come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Drawn {
    pub(super) capacity: Points,
    pub(super) supply: Points,
    pub(super) redundancy: Points,
    /// Whether a cut holds up each flow that it rests on.
    pub(super) is_sound: bool,
}

/// Edges of a link that are drawn alike.
#[derive(Debug, PartialEq)]
struct Alike {
    capacity: f64,
    /// Of the reports on the edge alone, their place among the claimants.
    own: Option<usize>,
    /// Of those on the corridors that share it.
    roads: Vec<usize>,
    edges: Vec<usize>,
}

/// In which regions roads lie, and how many kilometres of them; nothing where nobody says.
#[derive(Debug, Default)]
pub(super) struct Whereabouts {
    edges: Vec<Vec<(Arc<str>, f64)>>,
    claimants: Vec<Vec<(Arc<str>, f64)>>,
}

impl Whereabouts {
    /// Where each edge lies, and of which claimants each is.
    pub(super) fn new(edges: Vec<Vec<(Arc<str>, f64)>>, claimants: usize, of: impl Fn(usize) -> Vec<usize>) -> Self {
        let mut sums: Vec<BTreeMap<Arc<str>, f64>> = vec![BTreeMap::new(); claimants];
        for (edge, parts) in edges.iter().enumerate() {
            for claimant in of(edge) {
                for (region, km) in parts {
                    *sums[claimant].entry(Arc::clone(region)).or_default() += km;
                }
            }
        }
        Self { edges, claimants: sums.into_iter().map(|sums| sums.into_iter().collect()).collect() }
    }

    fn claimant(&self, claimant: usize) -> &[(Arc<str>, f64)] {
        self.claimants.get(claimant).map_or(&[], Vec::as_slice)
    }

    fn edge(&self, edge: usize) -> &[(Arc<str>, f64)] {
        self.edges.get(edge).map_or(&[], Vec::as_slice)
    }
}

/// A number for the status and one for the band, one a draw.
type Streams = (Vec<f64>, Vec<f64>);

/// The numbers that every draw of a town begins with.
#[derive(Debug)]
pub(super) struct Begun {
    /// Of each claimant in their order.
    streams: Vec<Streams>,
    /// Of each edge that attacks contest on some day.
    attacked: HashMap<usize, Streams>,
    links: Vec<Vec<Alike>>,
    /// Shares of the gateways, and what arrives over open roads with them, one a draw; only one where no range is stated.
    shares: Vec<(Vec<f64>, u64)>,
    works: Waterworks,
    supply: Supply,
}

/// The draws of a town.
#[derive(Debug, Default)]
pub(super) struct Chances {
    begun: OnceLock<Begun>,
    kept: Mutex<HashMap<Vec<Odd>, Drawn>>,
}

/// As many answers as are kept.
const KEPT: usize = 20_000;

impl Chances {
    /// Works out the numbers that draws begin with.
    pub(super) fn begin(
        network: &Network,
        supply: &Supply,
        own: &HashMap<usize, usize>,
        attacked: &[usize],
        name: impl Fn(usize) -> String,
        lies: &Whereabouts,
    ) -> Begun {
        let mut claimants: Vec<usize> = supply.roads.clone();
        for edge in supply.edges() {
            claimants.extend(network.edges[edge].segments.iter().map(|(road, _)| *road).chain(own.get(&edge).copied()));
        }
        claimants.sort_unstable();
        claimants.dedup();
        let place = |claimant: usize| claimants.binary_search(&claimant).ok();
        let stream = |kind: &str, name: &str, parts: &[(Arc<str>, f64)]| of_road(kind, name, &of_regions(kind, parts));
        let streams: Vec<Streams> = claimants
            .iter()
            .map(|claimant| {
                let (name, parts) = (name(*claimant), lies.claimant(*claimant));
                (stream("status", &name, parts), stream("band", &name, parts))
            })
            .collect();
        let attacked = attacked.iter().map(|edge| {
            let name = network.segment_ids(*edge).into_iter().next().unwrap_or_default();
            let parts = lies.edge(*edge);
            (*edge, (stream("attack", &name, parts), stream("attack band", &name, parts)))
        });
        let links = supply.links.iter().map(|link| {
            let mut alike: Vec<Alike> = Vec::new();
            for edge in &link.edges {
                let roads = network.edges[*edge].segments.iter().filter_map(|(road, _)| place(*road)).collect();
                let own = own.get(edge).and_then(|own| place(*own));
                let new = Alike { capacity: network.edges[*edge].capacity, own, roads, edges: Vec::new() };
                let same =
                    |other: &&mut Alike| other.capacity == new.capacity && other.own == new.own && other.roads == new.roads;
                match alike.iter_mut().find(same) {
                    Some(other) => other.edges.push(*edge),
                    None => alike.push(Alike { edges: vec![*edge], ..new }),
                }
            }
            alike
        });
        let links: Vec<Vec<Alike>> = links.collect();
        let mut works = Waterworks::new(supply);
        let open: Vec<u64> =
            links.iter().map(|link| units(link.iter().map(|alike| alike.capacity).fold(f64::INFINITY, f64::min))).collect();
        let ranged = supply.shares_are_ranges();
        let all = of_all_roads("share");
        let of_gateways: Vec<Vec<f64>> =
            supply.gateways.iter().map(|gateway| of_road("share", &network.nodes[gateway.node].name, &all)).collect();
        let shares = (0..if ranged { ROAD_DRAWS } else { 1 }).map(|draw| {
            let shares = supply.drawn_shares(|gateway| of_gateways[gateway][draw]);
            let arrives = works.flow(&open, &shares).value;
            (shares, arrives)
        });
        let shares = shares.collect();
        Begun { streams, attacked: attacked.collect(), links, shares, works, supply: supply.clone() }
    }

    /// Makes the draws that are not kept yet, on every core. `odds` stand in the order of their days.
    pub(super) fn make(&self, odds: &[Vec<Odd>], begin: impl FnOnce() -> Begun) {
        let begun = self.begun.get_or_init(begin);
        let mut missing: Vec<&Vec<Odd>> = Vec::new();
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() > KEPT {
                kept.clear();
            }
            let mut seen: HashSet<&Vec<Odd>> = HashSet::new();
            for odds in odds {
                if missing.last().is_none_or(|last| *last != odds) && !kept.contains_key(odds) && seen.insert(odds) {
                    missing.push(odds);
                }
            }
        }
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(missing.len()).max(1);
        let each = missing.len().div_ceil(workers).max(1);
        std::thread::scope(|scope| {
            for part in missing.chunks(each) {
                scope.spawn(move || {
                    let mut drawer = Drawer::new(begun);
                    for odds in part {
                        let drawn = drawer.draw(odds);
                        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert((*odds).clone(), drawn);
                    }
                });
            }
        });
    }

    /// What draws came to that were made.
    pub(super) fn of(&self, odds: &[Odd]) -> Drawn {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(odds).copied();
        kept.or_else(|| self.begun.get().map(|begun| Drawer::new(begun).draw(odds))).unwrap_or_default()
    }
}

/// What a draw comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    capacity: f64,
    supply: f64,
    redundancy: f64,
    is_sound: bool,
}

/// Makes draws, one state of belief after the other. What a draw comes to follows from the statuses drawn in it, since its bands and shares
/// stay: from one state of belief to one near it few draws are otherwise, and the others are not worked out again.
struct Drawer<'a> {
    begun: &'a Begun,
    works: Waterworks,
    ways: HashMap<Vec<bool>, u64>,
    /// Of each draw the statuses drawn last and what they came to.
    last: Vec<(Vec<u8>, Outcome)>,
    key: Vec<u8>,
    drawn: Vec<(SegmentStatus, f64)>,
    carried: Vec<u64>,
    multipliers: Vec<f64>,
    open: Vec<bool>,
}

/// Set in the key of a draw for a road of which nothing is believed but that it is unknown.
const SILENT: u8 = 8;

impl<'a> Drawer<'a> {
    fn new(begun: &'a Begun) -> Self {
        Self {
            begun,
            works: begun.works.clone(),
            ways: HashMap::new(),
            last: vec![(vec![u8::MAX], Outcome::default()); ROAD_DRAWS],
            key: Vec::new(),
            drawn: Vec::new(),
            carried: Vec::new(),
            multipliers: Vec::new(),
            open: Vec::new(),
        }
    }

    fn draw(&mut self, odds: &[Odd]) -> Drawn {
        let begun = self.begun;
        let mut reported: Vec<(&Odds, u8)> = Vec::new();
        let mut attacked: Vec<(usize, &Streams)> = Vec::new();
        for odd in odds {
            match odd {
                Odd::Report(_, odds) => reported.push((odds, if is_silent(odds) { SILENT } else { 0 })),
                Odd::Attacked(edge) => attacked.extend(begun.attacked.get(edge).map(|streams| (*edge, streams))),
            }
        }
        let believed = CONFIDENCE_INFERRED.value / (CONFIDENCE_INFERRED.value + UNKNOWN_WEIGHT.value);
        let rows = [(); 3].map(|()| Vec::with_capacity(ROAD_DRAWS));
        let [mut capacity, mut supply, mut redundancy] = rows;
        let mut is_sound = true;
        for draw in 0..ROAD_DRAWS {
            self.key.clear();
            let rungs = reported.iter().zip(&begun.streams);
            self.key.extend(rungs.map(|((odds, silent), (status, _))| drawn_rung(odds, status[draw]) | silent));
            for (edge, (status, _)) in &attacked {
                if status[draw] < believed {
                    self.key.extend(edge.to_le_bytes());
                }
            }
            let outcome = if self.last[draw].0 == self.key {
                self.last[draw].1
            } else {
                let outcome = self.outcome(draw, reported.len());
                let (key, last) = &mut self.last[draw];
                key.clone_from(&self.key);
                *last = outcome;
                outcome
            };
            capacity.push(outcome.capacity);
            supply.push(outcome.supply);
            redundancy.push(outcome.redundancy);
            is_sound &= outcome.is_sound;
        }
        Drawn { capacity: points(capacity), supply: points(supply), redundancy: points(redundancy), is_sound }
    }

    /// What a draw comes to in which the key holds the rungs of so many claimants and behind them the edges that attacks contest.
    fn outcome(&mut self, draw: usize, claimants: usize) -> Outcome {
        let begun = self.begun;
        let (rungs, contested) = self.key.split_at(claimants);
        let is_contested = |edge: usize| contested.chunks(size_of::<usize>()).any(|bytes| bytes == edge.to_le_bytes());
        self.drawn.clear();
        self.drawn.extend(rungs.iter().zip(&begun.streams).map(|(rung, (_, band))| {
            let status = LADDER[usize::from(*rung & !SILENT)];
            (status, in_band(status, band[draw]))
        }));
        self.carried.clear();
        self.multipliers.clear();
        self.open.clear();
        for link in &begun.links {
            let (mut least, mut most, mut all_open) = (f64::INFINITY, f64::INFINITY, true);
            for alike in link {
                let (status, mut multiplier) = together(alike, &self.drawn, |at| rungs[at] & SILENT != 0);
                let mut is_open = status == SegmentStatus::Open || status == SegmentStatus::Unknown && multiplier >= 0.5;
                if !contested.is_empty() {
                    for edge in alike.edges.iter().filter(|edge| is_contested(**edge)) {
                        let band = begun.attacked.get(edge).map_or(0.5, |(_, band)| band[draw]);
                        multiplier = multiplier.min(in_band(SegmentStatus::Disrupted, band));
                        is_open = false;
                    }
                }
                least = least.min(alike.capacity * multiplier);
                most = most.min(multiplier);
                all_open &= is_open;
            }
            self.carried.push(units(least));
            self.multipliers.push(most);
            self.open.push(all_open);
        }
        let (shares, arrives) = &begun.shares[draw.min(begun.shares.len() - 1)];
        let flow = self.works.flow(&self.carried, shares);
        let is_sound = self.works.is_greatest(&flow);
        let redundancy = match self.ways.get(&self.open) {
            Some(ways) => *ways,
            None => {
                let found = self.works.disjoint(self.open.iter().copied());
                self.ways.insert(self.open.clone(), found);
                found
            }
        };
        #[allow(clippy::cast_precision_loss, reason = "some hundred thousand, and a handful")]
        Outcome {
            capacity: if *arrives == 0 { 0.0 } else { flow.value as f64 / *arrives as f64 },
            supply: widest(&begun.supply, &self.multipliers).iter().zip(shares).map(|(best, share)| best * share).sum(),
            redundancy: redundancy as f64,
            is_sound,
        }
    }
}

/// The rung of the status below which a part of the belief lies, from the best to the worst.
fn drawn_rung(odds: &Odds, part: f64) -> u8 {
    let mut below = 0;
    for (odd, rung) in odds.iter().zip(0..) {
        below += *odd;
        if part * f64::from(PARTS) < f64::from(below) {
            return rung;
        }
    }
    UNKNOWN
}

/// Where on the ladder the unknown stands.
const UNKNOWN: u8 = 2;

/// Whether nothing is believed of a road but that it is unknown.
fn is_silent(odds: &Odds) -> bool {
    odds[usize::from(UNKNOWN)] == PARTS
}

/// How edges stand in a draw: by their own reports where those hold, else by the least severe of their corridors. What passes on one of
/// them passes here too, so that a road whose report does not hold in this draw, and that carries something all the same, carries it here;
/// one that nobody reports on says nothing of a stretch that others do.
fn together(alike: &Alike, drawn: &[(SegmentStatus, f64)], is_silent: impl Fn(usize) -> bool) -> (SegmentStatus, f64) {
    if let Some(own) = alike.own.map(|own| drawn[own]).filter(|(status, _)| *status != SegmentStatus::Unknown) {
        return own;
    }
    let is_silent = &is_silent;
    let of = |silent: bool| {
        let roads = alike.roads.iter().filter(move |road| is_silent(**road) == silent);
        roads.map(|road| drawn[*road]).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let own = || alike.own.map(|own| drawn[own]);
    of(false).or_else(own).or_else(|| of(true)).unwrap_or((SegmentStatus::Unknown, MULTIPLIER_UNKNOWN.value))
}

fn points(mut row: Vec<f64>) -> Points {
    row.sort_by(f64::total_cmp);
    (quantile(&row, 0.05), quantile(&row, 0.5), quantile(&row, 0.95))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknown_stands_where_the_ladder_has_it() {
        assert_eq!(LADDER[usize::from(UNKNOWN)], SegmentStatus::Unknown);
        assert!(LADDER.len() <= usize::from(SILENT));
        assert_eq!(drawn_rung(&[10, 5, 5, 0, 0, 0], 0.49), 0);
        assert_eq!(drawn_rung(&[10, 5, 5, 0, 0, 0], 0.5), 1);
        assert_eq!(drawn_rung(&[10, 5, 5, 0, 0, 0], 0.75), 2);
        assert_eq!(drawn_rung(&[0, 0, 0, 0, 0, 20], 0.999), 5);
    }
}
