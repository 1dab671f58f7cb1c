//! Draws of how the roads to a town may be: for each corridor a status by what is believed of it and how much a road of that status carries,
//! for each gateway a share of the supply within what sources say. The same for the same data on every machine.
//!
//! A report speaks of a corridor as a whole, so its stretches are drawn together; roads err together by the correlation of
//! [`draws`](super::draws). Days on which the belief in every status is the same to a twentieth have one answer, which is kept.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::draws::{ROAD_DRAWS, of_all_roads, of_road, quantile};
use super::flow::{Waterworks, units, widest};
use super::network::{Network, Supply};
use super::parameters::{CONFIDENCE_INFERRED, MULTIPLIER_UNKNOWN, UNKNOWN_WEIGHT};
use super::status::{LADDER, Odds, PARTS, in_band, rung};
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

/// The numbers that every draw of a town begins with.
#[derive(Debug)]
pub(super) struct Begun {
    /// A number for the status and one for the band, one a draw, of each claimant in their order.
    streams: Vec<(Vec<f64>, Vec<f64>)>,
    links: Vec<Vec<Alike>>,
    /// For each edge its name.
    names: HashMap<usize, String>,
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
        name: impl Fn(usize) -> String,
    ) -> Begun {
        let mut claimants: Vec<usize> = supply.roads.clone();
        for edge in supply.edges() {
            claimants.extend(network.edges[edge].segments.iter().map(|(road, _)| *road).chain(own.get(&edge).copied()));
        }
        claimants.sort_unstable();
        claimants.dedup();
        let place = |claimant: usize| claimants.binary_search(&claimant).ok();
        let (statuses, bands) = (of_all_roads("status"), of_all_roads("band"));
        let streams = claimants.iter().map(|claimant| {
            let name = name(*claimant);
            (of_road("status", &name, &statuses), of_road("band", &name, &bands))
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
        Begun {
            streams: streams.collect(),
            names: supply.edges().map(|edge| (edge, network.segment_ids(edge).into_iter().next().unwrap_or_default())).collect(),
            links,
            shares,
            works,
            supply: supply.clone(),
        }
    }

    /// Makes the draws that are not kept yet, on every core.
    pub(super) fn make(&self, odds: &[Vec<Odd>], begin: impl FnOnce() -> Begun) {
        let begun = self.begun.get_or_init(begin);
        let mut missing: Vec<&Vec<Odd>> = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() > KEPT {
                kept.clear();
            }
            odds.iter().filter(|odds| !kept.contains_key(*odds)).collect()
        };
        missing.sort_unstable_by_key(|odds| std::ptr::from_ref(*odds));
        let mut seen = std::collections::HashSet::new();
        missing.retain(|odds| seen.insert(*odds));
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(missing.len()).max(1);
        let each = missing.len().div_ceil(workers).max(1);
        std::thread::scope(|scope| {
            for part in missing.chunks(each) {
                scope.spawn(move || {
                    for odds in part {
                        let drawn = begun.draw(odds);
                        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert((*odds).clone(), drawn);
                    }
                });
            }
        });
    }

    /// What draws came to that were made.
    pub(super) fn of(&self, odds: &[Odd]) -> Drawn {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(odds).copied();
        kept.or_else(|| self.begun.get().map(|begun| begun.draw(odds))).unwrap_or_default()
    }
}

impl Begun {
    fn draw(&self, odds: &[Odd]) -> Drawn {
        let reported: Vec<Odds> =
            odds.iter().filter_map(|odd| if let Odd::Report(_, odds) = odd { Some(*odds) } else { None }).collect();
        let (of_status, of_band) = (of_all_roads("attack"), of_all_roads("attack band"));
        let attacked = odds.iter().filter_map(|odd| {
            let Odd::Attacked(edge) = odd else { return None };
            let name = self.names.get(edge)?;
            Some((*edge, (of_road("attack", name, &of_status), of_road("attack band", name, &of_band))))
        });
        let attacked: HashMap<usize, (Vec<f64>, Vec<f64>)> = attacked.collect();
        let believed = CONFIDENCE_INFERRED.value / (CONFIDENCE_INFERRED.value + UNKNOWN_WEIGHT.value);
        let mut works = self.works.clone();
        let mut ways: HashMap<Vec<bool>, u64> = HashMap::new();
        let (mut capacity, mut supply, mut redundancy) =
            (Vec::with_capacity(ROAD_DRAWS), Vec::with_capacity(ROAD_DRAWS), Vec::with_capacity(ROAD_DRAWS));
        let (mut carried, mut multipliers, mut open) = (Vec::new(), Vec::new(), Vec::new());
        let mut drawn: Vec<(SegmentStatus, f64)> = Vec::new();
        for draw in 0..ROAD_DRAWS {
            drawn.clear();
            drawn.extend(reported.iter().zip(&self.streams).map(|(odds, (status, band))| {
                let status = drawn_status(odds, status[draw]);
                (status, in_band(status, band[draw]))
            }));
            carried.clear();
            multipliers.clear();
            open.clear();
            for link in &self.links {
                let (mut least, mut most, mut all_open) = (f64::INFINITY, f64::INFINITY, true);
                for alike in link {
                    let (status, mut multiplier) = together(alike, &drawn, |at| is_silent(&reported[at]));
                    let mut is_open = status == SegmentStatus::Open || status == SegmentStatus::Unknown && multiplier >= 0.5;
                    for edge in alike.edges.iter().filter_map(|edge| attacked.get(edge)) {
                        if edge.0[draw] < believed {
                            multiplier = multiplier.min(in_band(SegmentStatus::Disrupted, edge.1[draw]));
                            is_open = false;
                        }
                    }
                    least = least.min(alike.capacity * multiplier);
                    most = most.min(multiplier);
                    all_open &= is_open;
                }
                carried.push(units(least));
                multipliers.push(most);
                open.push(all_open);
            }
            let (shares, arrives) = &self.shares[draw.min(self.shares.len() - 1)];
            #[allow(clippy::cast_precision_loss, reason = "some hundred thousand")]
            capacity.push(if *arrives == 0 { 0.0 } else { works.flow(&carried, shares).value as f64 / *arrives as f64 });
            supply.push(widest(&self.supply, &multipliers).iter().zip(shares).map(|(best, share)| best * share).sum());
            #[allow(clippy::cast_precision_loss, reason = "a handful")]
            redundancy.push(match ways.get(&open) {
                Some(ways) => *ways as f64,
                None => {
                    let found = works.disjoint(open.iter().copied());
                    ways.insert(open.clone(), found);
                    found as f64
                }
            });
        }
        Drawn { capacity: points(capacity), supply: points(supply), redundancy: points(redundancy) }
    }
}

/// The status below which a part of the belief lies, from the best to the worst.
fn drawn_status(odds: &Odds, part: f64) -> SegmentStatus {
    let mut below = 0;
    for (odd, status) in odds.iter().zip(LADDER) {
        below += *odd;
        if part * f64::from(PARTS) < f64::from(below) {
            return status;
        }
    }
    SegmentStatus::Unknown
}

/// Whether nothing is believed of a road but that it is unknown.
fn is_silent(odds: &Odds) -> bool {
    odds[rung(SegmentStatus::Unknown)] == PARTS
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
