//! Running sums by day: counts of any window at the cost of its groups, however many incidents there are.
//!
//! For each value of a property, and for each cell of some levels (`cells.rs`), stand the sums of the days on which incidents begin, and of those
//! that last longer than a day also of the days on which these end. A window is whole days (`days.rs`), of which running sums are subtracted, and at
//! most two parts of a day, whose incidents are looked at one by one. So every count is exact, whatever the window.
//!
//! Sums stand for the base alone, which snapshots share; what changed since is added and taken off row by row.

use std::ops::Range;
use std::sync::OnceLock;

use super::Columns;
use super::cells::CellSums;
use super::days::Days;
use super::histogram::Histograms;
use super::text::NONE;
use crate::tiles::Tally;

/// All sums of one set of columns, each made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct RunningSums {
    days: OnceLock<Option<Days>>,
    pub(super) cells: OnceLock<Vec<CellSums>>,
    categories: [OnceLock<CategorySums>; 6],
    pub(super) histograms: Histograms,
}

/// A property of few values that sums are kept of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    /// None: all rows are of one group.
    Whole,
    Actor1,
    Actor2,
    EventType,
    Country,
    Region,
}

impl Category {
    /// That of the property of a name.
    pub(super) fn of_property(property: &str) -> Option<Self> {
        match property {
            "actor1" => Some(Self::Actor1),
            "actor2" => Some(Self::Actor2),
            "event_type" => Some(Self::EventType),
            "country" => Some(Self::Country),
            "region" => Some(Self::Region),
            _ => None,
        }
    }
}

/// Sums by the values of a property. A key is the code of a row's value in its dictionary; the last is of the rows without a value.
#[derive(Debug)]
pub(super) struct CategorySums {
    pub(super) days: DaySums,
    /// By the places of the months, of the rows that begin on a day with a number.
    pub(super) months: PeriodSums,
}

/// Sums by key and day.
#[derive(Debug)]
pub(super) struct DaySums {
    /// By the day on which rows begin.
    pub(super) begun: PeriodSums,
    /// Of the rows that end on a later day, by the day on which they begin, and by that on which they end; `None` when there are none.
    lasting: Option<[PeriodSums; 2]>,
}

/// Sums by key and period: a day or a month, in 16 bits.
///
/// A sum is mostly small: it stands in 32 bits, with a running sum before every [`BLOCK`] of them.
#[derive(Debug)]
pub(super) struct PeriodSums {
    /// Where the periods of each key begin; one more for the end of the last.
    firsts: Vec<u32>,
    /// The sum of everything before each key; one more for all.
    totals: Vec<Sum>,
    /// The periods of each key that have rows, ascending.
    periods: Vec<u16>,
    /// The sum of each of them.
    sums: Vec<Packed>,
    /// The sums that are not small.
    large: Vec<Sum>,
    /// The sum of everything before each block.
    blocks: Vec<Sum>,
}

/// A running sum costs five words a block, and finding one adds up half a block.
const BLOCK: usize = 16;

/// A tally in 32 bits. Differences of two are right as long as no tally is beyond them, which [`Days::of`] makes sure of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum([u32; 5]);

/// A small sum, five bits of the count and of the unknown and seven of each sum of deaths; or the place of a large one.
#[derive(Debug, Clone, Copy)]
struct Packed(u32);

impl Packed {
    const LARGE: u32 = 1 << 31;

    fn of(sum: Sum, large: &mut Vec<Sum>) -> Self {
        let [count, best, low, high, unknown] = sum.0;
        if count | unknown < 32 && best | low | high < 128 {
            return Self(count | unknown << 5 | best << 10 | low << 17 | high << 24);
        }
        large.push(sum);
        // There are fewer sums than rows, of which half as many as 32 bits count would not fit into memory.
        Self(Self::LARGE | u32::try_from(large.len() - 1).unwrap_or(0))
    }

    fn sum(self, large: &[Sum]) -> Sum {
        let Self(bits) = self;
        if bits & Self::LARGE != 0 {
            return large.get((bits ^ Self::LARGE) as usize).copied().unwrap_or_default();
        }
        Sum([bits & 31, bits >> 10 & 127, bits >> 17 & 127, bits >> 24 & 127, bits >> 5 & 31])
    }
}

impl Sum {
    pub(super) fn of(tally: Tally) -> Self {
        let part = |sum: u64| u32::try_from(sum & u64::from(u32::MAX)).unwrap_or(0);
        Self([tally.count, tally.best, tally.low, tally.high, tally.unknown].map(part))
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].wrapping_add(other.0[at])))
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].wrapping_sub(other.0[at])))
    }

    pub(super) fn tally(self) -> Tally {
        let [count, best, low, high, unknown] = self.0.map(u64::from);
        Tally { count, best, low, high, unknown }
    }

    pub(super) fn is_nothing(self) -> bool {
        self.0[0] == 0
    }
}

impl Columns {
    /// On which days the rows lie; `None` where sums could be beyond 32 bits.
    pub(super) fn days(&self) -> Option<&Days> {
        self.sums.days.get_or_init(|| Days::of(self)).as_ref()
    }

    /// The sums of a category.
    pub(super) fn category_sums(&self, category: Category) -> Option<&CategorySums> {
        let days = self.days()?;
        let made = || {
            let (begun, keys) = (days.begun(self), self.keys(category));
            let last = u32::try_from(keys - 1).unwrap_or(NONE);
            let key = |row: u32| Some(self.key(category, row as usize).min(last));
            let in_months = |(day, row): &(u16, u32)| Some((days.month_of(*day)?, *row));
            let by_month: Vec<(u16, u32)> = begun.iter().filter_map(in_months).collect();
            CategorySums {
                months: PeriodSums::of(self, &by_month, keys, key),
                days: DaySums::of(self, &begun, &days.lasting(), keys, key),
            }
        };
        Some(self.sums.categories[category as usize].get_or_init(made))
    }

    /// How many keys a category has.
    pub(super) fn keys(&self, category: Category) -> usize {
        1 + match category {
            Category::Whole => 0,
            Category::Actor1 | Category::Actor2 => self.actors.len(),
            Category::EventType => crate::domain::EventType::ALL.len(),
            Category::Country => self.countries.len(),
            Category::Region => self.regions.len(),
        }
    }

    /// The code of a row's value.
    pub(super) fn key(&self, category: Category, row: usize) -> u32 {
        match category {
            Category::Whole => 0,
            Category::Actor1 => self.actor1[row],
            Category::Actor2 => self.actor2[row],
            Category::EventType => self.event_type(row),
            Category::Country => self.country[row],
            Category::Region => self.region[row],
        }
    }

    /// A row alone, as a sum.
    pub(super) fn tally(&self, row: usize) -> Tally {
        let fatalities = self.fatalities(row);
        let sum = |figure: Option<u32>| figure.map_or(0, u64::from);
        Tally {
            count: 1,
            best: sum(fatalities.best),
            low: sum(fatalities.low),
            high: sum(fatalities.high),
            unknown: fatalities.best.is_none().into(),
        }
    }
}

impl DaySums {
    /// Of rows in the order in which they begin, and of those that last in the order in which they begin and in which they end.
    pub(super) fn of(
        columns: &Columns,
        begun: &[(u16, u32)],
        lasting: &[Vec<(u16, u32)>; 2],
        keys: usize,
        key: impl Fn(u32) -> Option<u32>,
    ) -> Self {
        let last = !lasting[0].is_empty();
        Self {
            begun: PeriodSums::of(columns, begun, keys, &key),
            lasting: last.then(|| lasting.each_ref().map(|rows| PeriodSums::of(columns, rows, keys, &key))),
        }
    }

    /// The sum of a key over the rows that meet some days.
    pub(super) fn of_key(&self, key: usize, days: &Range<u16>) -> Sum {
        let begun = self.begun.of_key(key, days);
        match &self.lasting {
            Some([starts, ends]) => begun.plus(starts.before(key, days.start)).minus(ends.before(key, days.start)),
            None => begun,
        }
    }
}

impl PeriodSums {
    /// Of rows in the order of their periods; rows without a key are left out.
    fn of(columns: &Columns, rows: &[(u16, u32)], keys: usize, key: impl Fn(u32) -> Option<u32>) -> Self {
        let mut places = vec![0u32; keys + 1];
        rows.iter().filter_map(|(_, row)| key(*row)).for_each(|key| places[key as usize + 1] += 1);
        (1..places.len()).for_each(|at| places[at] += places[at - 1]);
        let ends: Vec<u32> = places[1..].to_vec();
        let mut placed = vec![(0u16, 0u32); ends.last().map_or(0, |end| *end as usize)];
        for (period, row) in rows {
            if let Some(key) = key(*row) {
                let place = &mut places[key as usize];
                placed[*place as usize] = (*period, *row);
                *place += 1;
            }
        }
        let mut sums = Self {
            firsts: Vec::with_capacity(keys + 1),
            totals: Vec::with_capacity(keys + 1),
            periods: Vec::new(),
            sums: Vec::new(),
            large: Vec::new(),
            blocks: Vec::new(),
        };
        let (mut all, mut at) = (Sum::default(), 0);
        for end in ends {
            sums.begin_key(all);
            let mut pending: Option<(u16, Sum)> = None;
            for (period, row) in &placed[at..end as usize] {
                let sum = Sum::of(columns.tally(*row as usize));
                pending = match pending {
                    Some((before, of)) if before == *period => Some((before, of.plus(sum))),
                    Some(done) => {
                        sums.push(done, &mut all);
                        Some((*period, sum))
                    }
                    None => Some((*period, sum)),
                };
            }
            pending.into_iter().for_each(|done| sums.push(done, &mut all));
            at = end as usize;
        }
        sums.begin_key(all);
        if sums.periods.len().is_multiple_of(BLOCK) {
            sums.blocks.push(all);
        }
        sums.periods.shrink_to_fit();
        sums.sums.shrink_to_fit();
        sums.large.shrink_to_fit();
        sums.blocks.shrink_to_fit();
        sums
    }

    fn begin_key(&mut self, all: Sum) {
        self.firsts.push(u32::try_from(self.periods.len()).unwrap_or(NONE));
        self.totals.push(all);
    }

    fn push(&mut self, (period, sum): (u16, Sum), all: &mut Sum) {
        if self.periods.len().is_multiple_of(BLOCK) {
            self.blocks.push(*all);
        }
        self.periods.push(period);
        self.sums.push(Packed::of(sum, &mut self.large));
        *all = all.plus(sum);
    }

    fn places(&self, key: usize) -> Range<usize> {
        self.firsts[key] as usize..self.firsts[key + 1] as usize
    }

    /// The place of the first period of a key that is not before another.
    fn place(&self, key: usize, period: u16) -> usize {
        let places = self.places(key);
        places.start + self.periods[places].partition_point(|own| *own < period)
    }

    /// The sum of everything before a place of a key.
    fn running(&self, key: usize, place: usize) -> Sum {
        let (first, block) = (self.firsts[key] as usize, place - place % BLOCK);
        let (from, sum) = if block > first { (block, self.blocks[block / BLOCK]) } else { (first, self.totals[key]) };
        self.sums[from..place].iter().fold(sum, |sum, part| sum.plus(part.sum(&self.large)))
    }

    /// The sum of keys that follow one another, over all periods.
    pub(super) fn of_keys(&self, keys: Range<usize>) -> Sum {
        self.totals[keys.end].minus(self.totals[keys.start])
    }

    /// The sum of a key over some periods.
    pub(super) fn of_key(&self, key: usize, periods: &Range<u16>) -> Sum {
        let (first, end) = (self.place(key, periods.start), self.place(key, periods.end));
        if end <= first + BLOCK {
            return self.sums[first..end.max(first)].iter().fold(Sum::default(), |sum, part| sum.plus(part.sum(&self.large)));
        }
        self.running(key, end).minus(self.running(key, first))
    }

    /// The sum of a key over the periods before one.
    fn before(&self, key: usize, period: u16) -> Sum {
        self.running(key, self.place(key, period)).minus(self.totals[key])
    }

    /// Hands over the periods of a key that have rows, ascending, with their sums.
    pub(super) fn each_period(&self, key: usize, periods: &Range<u16>, mut found: impl FnMut(u16, Sum)) {
        if periods.is_empty() || self.places(key).is_empty() {
            return;
        }
        let there = self.place(key, periods.start)..self.place(key, periods.end);
        if there.start < there.end {
            let both = self.periods[there.clone()].iter().zip(&self.sums[there]);
            both.for_each(|(period, sum)| found(*period, sum.sum(&self.large)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sum_is_what_was_packed(parts in prop::array::uniform5(prop_oneof![0..40u32, 100..140u32, any::<u32>()])) {
            let (mut large, sum) = (vec![Sum::default()], Sum(parts));
            let packed = Packed::of(sum, &mut large);
            prop_assert_eq!(packed.sum(&large), sum);
        }
    }
}
