//! The course of a town over the years: what changes on which day, how its gateways stand, and when it was isolated. Between two days on which
//! something is reported nothing changes, so it is worked out for those days alone.

use std::collections::{BTreeSet, HashMap};

use super::Day;
use super::chances::Chances;
use super::corridors::measure;
use super::flow::{Waterworks, quickest, units};
use super::network::{Link, Network, Supply};
use super::parameters::{DETOUR, ISOLATED, RELIEF_DAYS, RELIEVED};
use crate::domain::{DatePrecision, SegmentStatus};

/// How an edge counts on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EdgeState {
    pub(super) status: SegmentStatus,
    /// The number of the reports that it comes from.
    pub(super) claimant: Option<usize>,
    /// Whether attacks near it alone make it so, where nobody reported on it.
    pub(super) by_incidents: bool,
    /// Whether attacks near it contest it, whatever was reported.
    pub(super) is_attacked: bool,
}

/// How a town is reached from a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassState {
    /// Over roads that are reported open, and in no more than twice the usual time.
    Open,
    /// Over disrupted roads, under escort, or the long way round.
    Degraded,
    /// Only over roads that nobody reported on.
    Unknown,
    /// Over no road that is not blocked or cut.
    Cut,
}

impl PassState {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Degraded => "degraded",
            Self::Unknown => "unknown",
            Self::Cut => "cut",
        }
    }
}

/// How a town is reached from a gateway, and how far round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// The state.
    pub state: PassState,
    /// Time of the quickest way that avoids roads worse than disrupted, over the usual time; `None` where there is no way.
    pub detour: Option<f64>,
}

impl Pass {
    /// Whether nothing comes through.
    #[must_use]
    pub fn is_cut(self) -> bool {
        self.state == PassState::Cut
    }

    /// Every gateway: as it stands, and where disrupted roads count as closed.
    pub(super) fn all(supply: &Supply, states: &HashMap<usize, EdgeState>) -> Vec<(Self, Self)> {
        let over = |may_use: &dyn Fn(SegmentStatus) -> bool| {
            let is_usable = |link: &Link| link.edges.iter().all(|edge| may_use(states[edge].status));
            let usable: Vec<bool> = supply.links.iter().map(is_usable).collect();
            quickest(supply, |link| usable[link])
        };
        use SegmentStatus::{Disrupted, EscortOnly, Open, Unknown};
        let usual = over(&|_| true);
        let open = over(&|status| status == Open);
        let open_or_unknown = over(&|status| matches!(status, Open | Unknown));
        let disrupted = over(&|status| matches!(status, Open | Disrupted | Unknown));
        let reported = over(&|status| matches!(status, Open | Disrupted | EscortOnly));
        let any = over(&|status| matches!(status, Open | Disrupted | EscortOnly | Unknown));
        let factor =
            |now: Option<f64>, usual: Option<f64>| now.zip(usual).map(|(now, usual)| if usual > 0.0 { now / usual } else { 1.0 });
        let passes = (0..supply.gateways.len()).map(|at| {
            let round = factor(open[at], usual[at]);
            let state = match round {
                Some(round) if round <= DETOUR.value => PassState::Open,
                Some(_) => PassState::Degraded,
                None if reported[at].is_some() => PassState::Degraded,
                None if any[at].is_some() => PassState::Unknown,
                None => PassState::Cut,
            };
            let strict = match round {
                Some(round) if round <= DETOUR.value => PassState::Open,
                Some(_) => PassState::Degraded,
                None if open_or_unknown[at].is_some() => PassState::Unknown,
                None => PassState::Cut,
            };
            (Self { state, detour: factor(disrupted[at], usual[at]) }, Self { state: strict, detour: round })
        });
        passes.collect()
    }
}

/// What holds from a day on.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) from: Day,
    pub(super) capacity_open: f64,
    pub(super) supply_open: f64,
    pub(super) redundancy: u64,
    /// Whether a cut holds up the flow.
    pub(super) is_sound: bool,
    /// Of each gateway.
    pub(super) passes: Vec<(Pass, Pass)>,
}

/// Days on which a town was isolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Isolation {
    pub(super) first: Day,
    /// The first day on which it no longer was; `None` while it lasts.
    pub(super) until: Option<Day>,
    pub(super) precision: DatePrecision,
}

/// The course of a town.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) supply: Supply,
    /// What arrives when every road is open, in thousandths; 0 where no way leads to the town.
    pub(super) baseline: u64,
    points: Vec<Point>,
    /// The days on which something may change, with their precision.
    turns: Vec<(Day, DatePrecision)>,
    isolations: Vec<Isolation>,
    /// The numbers of the reports that speak of roads to the town.
    pub(super) claimants: BTreeSet<usize>,
    /// The roads to it that attacks contest on some day.
    pub(super) attacked: Vec<usize>,
    pub(super) chances: Chances,
}

impl Course {
    pub(super) fn new(
        network: &Network,
        supply: Supply,
        mut turns: Vec<(Day, DatePrecision)>,
        states: impl Fn(&Supply, Day) -> HashMap<usize, EdgeState>,
    ) -> Self {
        // Of several reports on one day the least exact one says how exact it is.
        turns.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        turns.dedup_by_key(|(day, _)| *day);
        let mut works = Waterworks::new(&supply);
        let carried = |link: &Link| link.edges.iter().map(|edge| network.edges[*edge].capacity).fold(f64::INFINITY, f64::min);
        let open: Vec<u64> = supply.links.iter().map(|link| units(carried(link))).collect();
        let shares: Vec<f64> = supply.gateways.iter().map(|gateway| gateway.share).collect();
        let baseline = works.flow(&open, &shares).value;
        // Before the first of them nothing is reported.
        let before = turns.first().map_or(0, |(day, _)| *day - 1);
        let mut points: Vec<Point> = Vec::new();
        let mut last: Option<HashMap<usize, EdgeState>> = None;
        for (from, day) in std::iter::once((Day::MIN, before)).chain(turns.iter().map(|(day, _)| (*day, *day))) {
            let now = states(&supply, day);
            let same = last.as_ref().is_some_and(|last| now.iter().all(|(edge, state)| last[edge].status == state.status));
            if !same {
                points.push(Point { from, ..measure(network, &supply, &mut works, baseline, &now) });
            }
            last = Some(now);
        }
        let mut course = Self {
            supply,
            baseline,
            points,
            turns,
            isolations: Vec::new(),
            claimants: BTreeSet::new(),
            attacked: Vec::new(),
            chances: Chances::default(),
        };
        course.isolations = course.isolated();
        course
    }

    /// What holds on a day.
    pub(super) fn at(&self, day: Day) -> &Point {
        let after = self.points.partition_point(|point| point.from <= day);
        &self.points[after.saturating_sub(1)]
    }

    /// Since when something has been as it is on a day; `None` where it always was.
    pub(super) fn since(&self, day: Day, is_so: impl Fn(&Point) -> bool) -> Option<(Day, DatePrecision)> {
        let until = self.points.partition_point(|point| point.from <= day);
        let first = self.points[..until].iter().rev().take_while(|point| is_so(point)).last()?.from;
        (first > Day::MIN).then(|| (first, self.precision(first)))
    }

    fn precision(&self, day: Day) -> DatePrecision {
        let turn = self.turns.iter().find(|(turn, _)| *turn == day);
        turn.map_or(DatePrecision::Day, |(_, precision)| *precision)
    }

    /// The isolation that a day is part of.
    pub(super) fn isolation(&self, day: Day) -> Option<&Isolation> {
        self.isolations.iter().find(|isolation| isolation.first <= day && isolation.until.is_none_or(|until| day < until))
    }

    /// From the first day with less than the one threshold open to the day on which the other one has been reached for the third day running.
    fn isolated(&self) -> Vec<Isolation> {
        #[allow(clippy::cast_possible_truncation, reason = "three")]
        let needed = RELIEF_DAYS.value as Day;
        let mut isolations: Vec<Isolation> = Vec::new();
        if self.baseline == 0 {
            return isolations;
        }
        let mut relief: Option<Day> = None;
        for (at, point) in self.points.iter().enumerate() {
            let next = self.points.get(at + 1).map_or(Day::MAX, |next| next.from);
            let is_isolated = isolations.last().is_some_and(|isolation| isolation.until.is_none());
            if is_isolated && point.capacity_open >= RELIEVED.value {
                let since = *relief.get_or_insert(point.from);
                let until = since + needed - 1;
                if until < next
                    && let Some(last) = isolations.last_mut()
                {
                    last.until = Some(until.max(point.from));
                    relief = None;
                }
            } else {
                relief = None;
                if !is_isolated && point.capacity_open < ISOLATED.value {
                    isolations.push(Isolation { first: point.from, until: None, precision: self.precision(point.from) });
                }
            }
        }
        isolations
    }
}
