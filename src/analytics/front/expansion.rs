//! Whether a front grows, moves or shrinks: which cells of half a degree persist, are newly active or fall silent from one window of 90
//! days to the next, and whether newly active cells lie beside others more often than by chance.
//!
//! Chance is drawn within each window: permuting dates over the whole span finds a trend in everything that grows.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::{BTreeMap, BTreeSet};

use super::cells::{WideCell, neighbours};
use super::speed::rank;
use crate::analytics::parameters::{
    CONTIGUOUS, EXPANDING, EXPANSION_CHANGES, FRONT_ACTIVE, FRONT_DRAWS, FRONT_REGIONS, PERMUTATIONS, RELOCATING,
};
use crate::analytics::{Day, Estimate};

/// A window and what became of cells since the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: Day,
    /// Last day, included.
    pub to: Day,
    /// Cells that were active in both.
    pub persist: usize,
    /// Cells that are active in this one alone.
    pub new: usize,
    /// Cells that were active in the one before alone.
    pub silent: usize,
}

/// The expansion index: newly active less silenced, over both; `None` where neither is.
#[allow(clippy::cast_precision_loss, reason = "counts of cells")]
fn index(new: usize, silent: usize) -> Option<f64> {
    (new + silent > 0).then(|| (new as f64 - silent as f64) / (new + silent) as f64)
}

/// The turnover: newly active and silenced, over these and twice those that persist; `None` where there is none.
#[allow(clippy::cast_precision_loss, reason = "counts of cells")]
fn turnover(new: usize, silent: usize, persist: usize) -> Option<f64> {
    let all = new + silent + 2 * persist;
    (all > 0).then(|| (new + silent) as f64 / all as f64)
}

impl Window {
    /// The expansion index of this window.
    #[must_use]
    pub fn expansion(&self) -> Option<f64> {
        index(self.new, self.silent)
    }

    /// The turnover of this window.
    #[must_use]
    pub fn turnover(&self) -> Option<f64> {
        turnover(self.new, self.silent, self.persist)
    }
}

/// How many newly active cells there are of a kind, and how many there would be by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contiguity {
    /// How many there are, in all windows together.
    pub observed: usize,
    /// How many there are on average of the permutations.
    pub expected: f64,
    /// The 5 % point of these.
    pub expected_lo: f64,
    /// The 95 % point.
    pub expected_hi: f64,
    /// How often there are as many or more by chance (one-sided).
    pub p: f64,
}

/// What a front does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Diffusion {
    /// Clearly more cells become active than fall silent.
    Expanding,
    /// The other way round.
    Contracting,
    /// Neither, but much changes, and beside what is or was active.
    Relocating,
    /// Neither, and little changes.
    Stable,
}

impl Diffusion {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expanding => "expanding",
            Self::Contracting => "contracting",
            Self::Relocating => "relocating",
            Self::Stable => "stable",
        }
    }
}

/// How a front moves.
#[derive(Debug, Clone)]
pub struct Expansion {
    /// Expansion index over all windows, −1 to 1.
    pub index: Option<Estimate>,
    /// Turnover over all windows, 0 to 1.
    pub turnover: Option<Estimate>,
    /// What it does; `None` where too little changed to say, or much did without a pattern.
    pub label: Option<Diffusion>,
    /// Newly active cells beside one that persists; else beside one that just fell silent; beside neither.
    pub contiguity: Option<[Contiguity; 3]>,
    /// All windows but the first, which has none before it.
    pub windows: Vec<Window>,
    /// How many cells became active or fell silent, in all windows together.
    pub changes: usize,
    /// Whether intervals come from drawing regions again, and not single cells because there are too few regions.
    pub by_region: bool,
}

/// An event of the actor on the coarse grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Active {
    /// Its day.
    pub day: Day,
    /// Its cell.
    pub cell: (i32, i32),
    /// Number of its region.
    pub region: usize,
}

/// Whole windows from the last day backwards, the first one first: first and last day of each.
fn spans(from: Day, to: Day) -> Vec<(Day, Day)> {
    #[allow(clippy::cast_possible_truncation, reason = "some ninety days")]
    let length = FRONT_ACTIVE.value as Day;
    let mut spans: Vec<(Day, Day)> =
        (0..).map(|at| (to - length * (at + 1) + 1, to - length * at)).take_while(|(first, _)| *first >= from).collect();
    spans.reverse();
    spans
}

/// How a front moved between two days, both included. Events outside the days are not looked at. The same seed gives the same draws.
///
/// By chance a cell that was not active becomes so with odds of e^(n/w) − 1, n its events in all w windows: what it would be if its events
/// fell on any day. So neither where people live nor where much happens throughout counts as a front that moves.
#[must_use]
pub fn expansion(events: &[Active], from: Day, to: Day, seed: u64) -> Expansion {
    let spans = spans(from, to);
    let first_day = spans.first().map_or(from, |(first, _)| *first);
    let events: Vec<Active> = events.iter().filter(|event| (first_day..=to).contains(&event.day)).copied().collect();
    let mut regions: BTreeMap<WideCell, (Day, usize)> = BTreeMap::new();
    let mut weights: BTreeMap<WideCell, f64> = BTreeMap::new();
    for event in &events {
        let first = regions.entry(event.cell).or_insert((event.day, event.region));
        *first = (*first).min((event.day, event.region));
        *weights.entry(event.cell).or_default() += 1.0;
    }
    #[allow(clippy::cast_precision_loss, reason = "some ten windows")]
    let windows_in_all = spans.len().max(1) as f64;
    // A cell that is active in every window but one is all but certain to be in that one, too.
    weights.values_mut().for_each(|weight| *weight = (*weight / windows_in_all).min(20.0).exp_m1());
    let active = |(first, last): &(Day, Day)| -> BTreeSet<WideCell> {
        events.iter().filter(|event| (*first..=*last).contains(&event.day)).map(|event| event.cell).collect()
    };
    let sets: Vec<BTreeSet<WideCell>> = spans.iter().map(active).collect();
    // New, silent and persisting cells, by region and by cell.
    let mut sums: [BTreeMap<i64, [usize; 3]>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let mut windows = Vec::new();
    let mut draws = Draws::new(seed);
    for (at, pair) in sets.windows(2).enumerate() {
        let [before, now] = pair else { continue };
        let persist: BTreeSet<WideCell> = before.intersection(now).copied().collect();
        let silent: BTreeSet<WideCell> = before.difference(now).copied().collect();
        let new: Vec<WideCell> = now.difference(before).copied().collect();
        let (first, last) = spans[at + 1];
        windows.push(Window { from: first, to: last, persist: persist.len(), new: new.len(), silent: silent.len() });
        for (kind, cells) in [(0, new.iter().collect::<Vec<_>>()), (1, silent.iter().collect()), (2, persist.iter().collect())] {
            for cell in cells {
                let region = regions.get(cell).map_or(0, |(_, region)| i64::try_from(*region).unwrap_or(i64::MAX));
                for (sum, key) in sums.iter_mut().zip([region, i64::from(cell.0) << 32 | i64::from(cell.1)]) {
                    sum.entry(key).or_default()[kind] += 1;
                }
            }
        }
        let kind = |cell: &WideCell| {
            if neighbours(*cell).any(|other| persist.contains(&other)) {
                0
            } else if neighbours(*cell).any(|other| silent.contains(&other)) {
                1
            } else {
                2
            }
        };
        let candidates: Vec<(usize, f64)> =
            weights.iter().filter(|(cell, _)| !before.contains(*cell)).map(|(cell, weight)| (kind(cell), *weight)).collect();
        draws.window(&new.iter().map(kind).collect::<Vec<_>>(), &candidates);
    }
    let [new, silent, persist] = [0, 1, 2].map(|kind| sums[1].values().map(|sum| sum[kind]).sum::<usize>());
    #[allow(clippy::cast_precision_loss, reason = "some hundred regions")]
    let by_region = sums[0].len() as f64 >= FRONT_REGIONS.value;
    let blocks: Vec<[usize; 3]> = sums[usize::from(!by_region)].values().copied().collect();
    let (index_draws, turnover_draws) = again(&blocks, &mut draws.stream);
    let estimate = |value: Option<f64>, draws: &[f64]| {
        let value = value?;
        Some(Estimate { value, lo: rank(draws, 0.05).min(value), hi: rank(draws, 0.95).max(value), median: None })
    };
    let index = estimate(index(new, silent), &index_draws);
    let turnover = estimate(turnover(new, silent, persist), &turnover_draws);
    let contiguity = draws.finish();
    #[allow(clippy::cast_precision_loss, reason = "counts of cells")]
    let enough = (new + silent) as f64 >= EXPANSION_CHANGES.value;
    let label = index.zip(turnover).filter(|_| enough).and_then(|(index, turnover)| {
        let beside = contiguity.is_some_and(|[persisting, silenced, _]| persisting.p.min(silenced.p) < CONTIGUOUS.value);
        Some(match index.value {
            value if value >= EXPANDING.value => Diffusion::Expanding,
            value if value <= -EXPANDING.value => Diffusion::Contracting,
            _ if turnover.value < RELOCATING.value => Diffusion::Stable,
            _ if beside => Diffusion::Relocating,
            // Much changes, and beside nothing: reports are too thin for a pattern.
            _ => return None,
        })
    });
    Expansion { index, turnover, label, contiguity, windows, changes: new + silent, by_region }
}

/// Index and turnover of blocks that are drawn again with replacement, both ascending.
fn again(blocks: &[[usize; 3]], stream: &mut ChaCha8Rng) -> (Vec<f64>, Vec<f64>) {
    let (mut indices, mut turnovers) = (Vec::new(), Vec::new());
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred")]
    let draws = FRONT_DRAWS.value as usize;
    for _ in 0..if blocks.is_empty() { 0 } else { draws } {
        let mut sums = [0; 3];
        for _ in 0..blocks.len() {
            #[allow(clippy::cast_possible_truncation, reason = "less than the number of blocks")]
            let block = (stream.next_u64() % blocks.len() as u64) as usize;
            sums.iter_mut().zip(blocks[block]).for_each(|(sum, part)| *sum += part);
        }
        indices.extend(index(sums[0], sums[1]));
        turnovers.extend(turnover(sums[0], sums[1], sums[2]));
    }
    indices.sort_by(f64::total_cmp);
    turnovers.sort_by(f64::total_cmp);
    (indices, turnovers)
}

/// Counts of newly active cells by kind, as they are and as chance has them.
struct Draws {
    stream: ChaCha8Rng,
    observed: [usize; 3],
    drawn: Vec<[usize; 3]>,
}

impl Draws {
    fn new(seed: u64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred")]
        let permutations = PERMUTATIONS.value as usize;
        Self { stream: ChaCha8Rng::seed_from_u64(seed), observed: [0; 3], drawn: vec![[0; 3]; permutations] }
    }

    /// Takes in a window: the kinds of its newly active cells, and kind and weight of all that could have been. As many of these are drawn
    /// without replacement, each time the one with the least −ln(u)/weight that is left (Efraimidis and Spirakis).
    fn window(&mut self, new: &[usize], candidates: &[(usize, f64)]) {
        new.iter().for_each(|kind| self.observed[*kind] += 1);
        if new.is_empty() {
            return;
        }
        let mut keys: Vec<(f64, usize)> = Vec::with_capacity(candidates.len());
        for drawn in &mut self.drawn {
            keys.clear();
            for (kind, weight) in candidates {
                // 53 bits of a number above 0 and up to 1.
                #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
                let part = ((self.stream.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
                keys.push((-part.ln() / weight, *kind));
            }
            if new.len() < keys.len() {
                keys.select_nth_unstable_by(new.len(), |a, b| a.0.total_cmp(&b.0));
            }
            keys.iter().take(new.len()).for_each(|(_, kind)| drawn[*kind] += 1);
        }
    }

    /// What is observed beside what is expected; `None` where no cell was newly active.
    #[allow(clippy::cast_precision_loss, reason = "counts of cells")]
    fn finish(&self) -> Option<[Contiguity; 3]> {
        if self.observed.iter().all(|count| *count == 0) {
            return None;
        }
        let of = |kind: usize| {
            let observed = self.observed[kind];
            let mut drawn: Vec<f64> = self.drawn.iter().map(|drawn| drawn[kind] as f64).collect();
            drawn.sort_by(f64::total_cmp);
            let as_many = self.drawn.iter().filter(|drawn| drawn[kind] >= observed).count();
            Contiguity {
                observed,
                expected: drawn.iter().sum::<f64>() / drawn.len() as f64,
                expected_lo: rank(&drawn, 0.05),
                expected_hi: rank(&drawn, 0.95),
                p: (as_many + 1) as f64 / (drawn.len() + 1) as f64,
            }
        };
        Some([of(0), of(1), of(2)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        /// Counts of each window and of joins, by looking at every cell and every neighbour of it.
        #[test]
        fn counts_are_those_of_looking_at_every_cell(rows in vec((0..360i32, 0..6i32, 0..6i32), 1..120)) {
            let events: Vec<Active> = rows.iter().map(|(day, row, column)| Active { day: *day, cell: (*row, *column), region: 0 }).collect();
            let found = expansion(&events, 0, 359, 1);
            prop_assert_eq!(found.windows.len(), 3);
            let is_active = |window: i32, row: i32, column: i32| rows.iter().any(|at| at.0 / 90 == window && (at.1, at.2) == (row, column));
            let mut joins = [0; 3];
            for (window, counted) in (1..4).zip(&found.windows) {
                let (mut persist, mut new, mut silent) = (0, 0, 0);
                for (row, column) in (0..6).flat_map(|row| (0..6).map(move |column| (row, column))) {
                    let (before, now) = (is_active(window - 1, row, column), is_active(window, row, column));
                    persist += usize::from(before && now);
                    silent += usize::from(before && !now);
                    if now && !before {
                        new += 1;
                        let around = || (row - 1..=row + 1).flat_map(move |r| (column - 1..=column + 1).map(move |c| (r, c)));
                        let beside_persisting = around().any(|(r, c)| is_active(window - 1, r, c) && is_active(window, r, c));
                        let beside_silent = around().any(|(r, c)| is_active(window - 1, r, c) && !is_active(window, r, c));
                        joins[if beside_persisting { 0 } else if beside_silent { 1 } else { 2 }] += 1;
                    }
                }
                prop_assert_eq!((counted.persist, counted.new, counted.silent), (persist, new, silent));
            }
            let counted = found.contiguity.map_or([0; 3], |of| of.map(|kind| kind.observed));
            prop_assert_eq!(counted, joins);
            if let Some(of) = found.contiguity {
                let expected: f64 = of.iter().map(|kind| kind.expected).sum();
                prop_assert!((expected - joins.iter().sum::<usize>() as f64).abs() < 1e-6, "as many are drawn as are new");
            }
        }
    }

    #[test]
    fn windows_end_with_the_last_day_and_are_whole() {
        assert_eq!(spans(0, 200), [(21, 110), (111, 200)]);
        assert!(spans(0, 50).is_empty());
        let none = expansion(&[], 0, 400, 1);
        assert!(none.index.is_none() && none.label.is_none() && none.contiguity.is_none() && none.windows.len() == 3);
    }
}
