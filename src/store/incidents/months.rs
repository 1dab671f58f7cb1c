//! Running sums by month: counts of any window at the cost of its groups, however many incidents there are.
//!
//! An incident whose whole interval lies in one month of the calendar (UTC) is in the sums of that month; the few others stand in a
//! list of their own. A window is split into the months that lie in it whole, of which two running sums are subtracted, and the
//! days before and after them, whose incidents are looked at one by one, as are those of the list. So every count is exact,
//! whatever the window.
//!
//! Sums stand for the base alone, which snapshots share; what changed since is added and taken off row by row.

use jiff::civil::Date;
use std::ops::Range;
use std::sync::OnceLock;

use super::Columns;
use super::curve::{cell_at, place_on_curve, span_on_curve};
use super::text::NONE;
use crate::domain::{Instant, Interval};
use crate::tiles::{Cell, MapPoint, Tally};

/// The finest cells that sums are kept of: those of the tiles of zoom 8. In deeper tiles there are few enough to be counted.
pub(super) const FINEST: u8 = 13;

/// The levels of cells that sums are kept of. Those between are made of the next finer ones.
const LEVELS: [u8; 5] = [5, 7, 9, 11, FINEST];

/// The month of a row that does not lie in one.
const NO_MONTH: u16 = u16::MAX;

/// All sums of one set of columns, each made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct RunningSums {
    calendar: OnceLock<Option<Calendar>>,
    cells: OnceLock<Vec<CellSums>>,
    categories: [OnceLock<MonthSums>; 6],
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

/// In which month each row lies.
#[derive(Debug)]
pub(super) struct Calendar {
    /// The first month that any row lies in, counted from January of year 0.
    first: i32,
    /// How many there are from it to the last.
    len: u16,
    /// By row, counted from `first`.
    months: Vec<u16>,
    /// The rows that lie in none.
    pub(super) longer: Vec<u32>,
}

/// A window in months that lie in it whole and what is left of it.
#[derive(Debug)]
pub(super) struct Split {
    /// The months, counted as the calendar counts them.
    pub(super) months: Range<u16>,
    /// The rest, before and after, as far as any row lies in its month.
    pub(super) edges: Vec<Interval>,
}

/// Sums by key and month.
#[derive(Debug)]
pub(super) struct MonthSums {
    /// Where the months of each key begin; one more for the end of the last.
    firsts: Vec<u32>,
    /// The months of each key that have rows, ascending.
    months: Vec<u16>,
    /// The sum of everything before each of them; one more for all.
    running: Vec<Sum>,
}

/// Sums by cell of a level, the cells in the order of a Z curve: those of a tile, and those of a coarser cell, lie side by side.
#[derive(Debug)]
struct CellSums {
    level: u8,
    cells: Vec<u32>,
    sums: MonthSums,
}

/// A tally in 32 bits. Differences of two are right as long as no tally is beyond them, which [`Calendar::of`] makes sure of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum([u32; 5]);

impl Sum {
    fn of(tally: Tally) -> Self {
        let part = |sum: u64| u32::try_from(sum & u64::from(u32::MAX)).unwrap_or(0);
        Self([tally.count, tally.best, tally.low, tally.high, tally.unknown].map(part))
    }

    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].wrapping_add(other.0[at])))
    }

    fn since(self, before: Self) -> Tally {
        let [count, best, low, high, unknown] = std::array::from_fn(|at| u64::from(self.0[at].wrapping_sub(before.0[at])));
        Tally { count, best, low, high, unknown }
    }
}

impl Columns {
    /// In which months the rows lie; `None` where sums could be beyond 32 bits or months beyond 16.
    pub(super) fn calendar(&self) -> Option<&Calendar> {
        self.sums.calendar.get_or_init(|| Calendar::of(self)).as_ref()
    }

    /// The sums of a category. A key is the code of a row's value in its dictionary; the last is of the rows without a value.
    pub(super) fn month_sums(&self, category: Category) -> Option<&MonthSums> {
        let calendar = self.calendar()?;
        let made = || {
            let rows = (0u32..).zip(&calendar.months).filter(|(_, month)| **month != NO_MONTH);
            let last = u32::try_from(self.keys(category) - 1).unwrap_or(NONE);
            let key = |row: usize| self.key(category, row).min(last);
            let entries = rows.map(|(row, month)| (key(row as usize), *month, Sum::of(self.tally(row as usize)))).collect();
            MonthSums::of(entries, self.keys(category))
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

    fn key(&self, category: Category, row: usize) -> u32 {
        match category {
            Category::Whole => 0,
            Category::Actor1 => self.actor1[row],
            Category::Actor2 => self.actor2[row],
            Category::EventType => self.event_type(row),
            Category::Country => self.country[row],
            Category::Region => self.region[row],
        }
    }

    /// How many rows the sums count in a cell, whenever they were.
    pub(super) fn count_within(&self, cell: Cell) -> u64 {
        self.cell_sums().iter().find(|kept| kept.level >= cell.z).map_or(0, |kept| kept.sums.of_keys(kept.within(cell)).count)
    }

    /// Hands over the cells of a level, or of a coarser one that they make up, that lie in a coarse cell: their sums over some months,
    /// none of nothing. A cell may come in parts.
    pub(super) fn each_cell(&self, within: Cell, level: u8, months: &Range<u16>, mut found: impl FnMut(Cell, Tally)) {
        let Some(kept) = self.cell_sums().iter().find(|kept| kept.level >= level) else { return };
        let is_all = *months == (0..self.calendar().map_or(0, |calendar| calendar.len));
        let up = 2 * u32::from(kept.level - level);
        let Range { start: mut at, end } = kept.within(within);
        while at < end {
            let coarse = kept.cells[at] >> up;
            let next = at + kept.cells[at..end].iter().take_while(|cell| **cell >> up == coarse).count();
            let tally = if is_all {
                kept.sums.of_keys(at..next)
            } else {
                (at..next).map(|key| kept.sums.of_key(key, months)).fold(Tally::default(), |mut sum, part| {
                    sum += part;
                    sum
                })
            };
            if tally.count > 0 {
                found(cell_at(u64::from(coarse), level), tally);
            }
            at = next;
        }
    }

    fn cell_sums(&self) -> &[CellSums] {
        self.sums.cells.get_or_init(|| {
            let Some(calendar) = self.calendar() else { return Vec::new() };
            let rows = (0u32..).zip(&self.grid).zip(&calendar.months).filter(|(_, month)| **month != NO_MONTH);
            let mut entries: Vec<(u32, u16, Sum)> =
                rows.map(|((row, point), month)| (code_of(*point, FINEST), *month, Sum::of(self.tally(row as usize)))).collect();
            let mut levels: Vec<CellSums> = Vec::with_capacity(LEVELS.len());
            let mut finer = FINEST;
            for level in LEVELS.into_iter().rev() {
                let up = 2 * u32::from(finer - level);
                entries.iter_mut().for_each(|(code, ..)| *code >>= up);
                finer = level;
                sum_up(&mut entries);
                let mut cells: Vec<u32> = entries.iter().map(|(code, ..)| *code).collect();
                cells.dedup();
                let numbered = entries.iter().scan((0u32, None), |(key, last), (code, month, sum)| {
                    *key += u32::from(last.is_some_and(|last| last != *code));
                    *last = Some(*code);
                    Some((*key, *month, *sum))
                });
                let sums = MonthSums::of_sorted(numbered, cells.len(), entries.len());
                levels.push(CellSums { level, cells, sums });
            }
            levels.reverse();
            levels
        })
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

impl Calendar {
    fn of(columns: &Columns) -> Option<Self> {
        let month = |row: usize| {
            let interval = columns.index.interval(row);
            let first = month_of(interval.start().date()?);
            // Most rows are of a day: the end is looked at only where it is another.
            let same_day = interval.start().millis().div_euclid(86_400_000) == interval.end().millis().div_euclid(86_400_000);
            (same_day || month_of(interval.end().date()?) == first).then_some(first)
        };
        let mut all = Tally::default();
        let months: Vec<Option<i32>> = (0..columns.len())
            .map(|row| {
                all += columns.tally(row);
                month(row)
            })
            .collect();
        let greatest = [all.count, all.best, all.low, all.high].into_iter().max()?;
        u32::try_from(greatest).ok()?;
        let (first, last) = (*months.iter().flatten().min()?, *months.iter().flatten().max()?);
        let len = u16::try_from(last.checked_sub(first)? + 1).ok().filter(|len| *len < NO_MONTH)?;
        let longer = (0u32..).zip(&months).filter(|(_, month)| month.is_none()).map(|(row, _)| row).collect();
        let counted = |month: Option<i32>| month.and_then(|month| u16::try_from(month - first).ok()).unwrap_or(NO_MONTH);
        Some(Self { first, len, months: months.into_iter().map(counted).collect(), longer })
    }

    /// The month of a row, counted from the first; `None` for one that does not lie in one.
    pub(super) fn month_of_row(&self, row: u32) -> Option<u16> {
        self.months.get(row as usize).copied().filter(|month| *month != NO_MONTH)
    }

    /// The first day of a month.
    pub(super) fn first_day(&self, month: u16) -> Option<Date> {
        first_day(self.first + i32::from(month))
    }

    /// The months that lie in a window whole, and its other days as far as months have rows.
    pub(super) fn split(&self, window: Interval) -> Split {
        let whole = |at: u16| Some((Instant::start_of(self.first_day(at)?), before(self.first + i32::from(at) + 1)?));
        // Months rise: those that begin in the window are the last ones, those that end in it the first.
        let begins = partition(self.len, |at| whole(at).is_none_or(|(start, _)| start < window.start()));
        let ends = partition(self.len, |at| whole(at).is_some_and(|(_, end)| end <= window.end()));
        let months = begins..ends.max(begins);
        let edge = |first: Instant, last: Instant| Interval::new(first, last);
        let mut edges = Vec::new();
        let (Some((all_start, _)), Some((_, all_end))) = (whole(0), whole(self.len - 1)) else {
            return Split { months: 0..0, edges: vec![window] };
        };
        let (start, end) = (window.start().max(all_start), window.end().min(all_end));
        if months.is_empty() {
            edges.extend(edge(start, end));
        } else if let (Some((first, _)), Some((_, last))) = (whole(months.start), whole(months.end - 1)) {
            if start < first {
                edges.extend(edge(start, Instant::from_millis(first.millis() - 1)));
            }
            if last < end {
                edges.extend(edge(Instant::from_millis(last.millis() + 1), end));
            }
        }
        Split { months, edges }
    }
}

impl CellSums {
    /// The places of the cells in a coarser one.
    fn within(&self, cell: Cell) -> Range<usize> {
        let span = span_on_curve(cell, self.level);
        let place = |code: u64| self.cells.partition_point(|cell| u64::from(*cell) < code);
        place(span.start)..place(span.end)
    }
}

impl MonthSums {
    fn of(mut entries: Vec<(u32, u16, Sum)>, keys: usize) -> Self {
        sum_up(&mut entries);
        let count = entries.len();
        Self::of_sorted(entries.into_iter(), keys, count)
    }

    fn of_sorted(entries: impl Iterator<Item = (u32, u16, Sum)>, keys: usize, count: usize) -> Self {
        let mut sums = Self {
            firsts: Vec::with_capacity(keys + 1),
            months: Vec::with_capacity(count),
            running: Vec::with_capacity(count + 1),
        };
        let mut all = Sum::default();
        for (key, month, sum) in entries {
            let here = u32::try_from(sums.months.len()).unwrap_or(NONE);
            while sums.firsts.len() <= key as usize {
                sums.firsts.push(here);
            }
            sums.months.push(month);
            sums.running.push(all);
            all = all.plus(sum);
        }
        sums.running.push(all);
        sums.firsts.resize(keys + 1, u32::try_from(sums.months.len()).unwrap_or(NONE));
        sums
    }

    fn places(&self, key: usize) -> Range<usize> {
        self.firsts[key] as usize..self.firsts[key + 1] as usize
    }

    /// The sum of keys that follow one another, over all months.
    fn of_keys(&self, keys: Range<usize>) -> Tally {
        self.running[self.firsts[keys.end] as usize].since(self.running[self.firsts[keys.start] as usize])
    }

    /// The sum of a key over some months.
    pub(super) fn of_key(&self, key: usize, months: &Range<u16>) -> Tally {
        let places = self.places(key);
        let first = places.start + self.months[places.clone()].partition_point(|month| *month < months.start);
        let end = first + self.months[first..places.end].partition_point(|month| *month < months.end);
        self.running[end].since(self.running[first])
    }

    /// Hands over the months of a key that have rows, ascending, with their sums.
    pub(super) fn each_month(&self, key: usize, months: &Range<u16>, mut found: impl FnMut(u16, Tally)) {
        let places = self.places(key);
        let first = places.start + self.months[places.clone()].partition_point(|month| *month < months.start);
        let there = self.months[first..places.end].iter().zip(self.running[first..].windows(2));
        there
            .take_while(|(month, _)| **month < months.end)
            .for_each(|(month, running)| found(*month, running[1].since(running[0])));
    }
}

/// Puts entries in the order of key and month and makes one of those that share both.
fn sum_up(entries: &mut Vec<(u32, u16, Sum)>) {
    entries.sort_unstable_by_key(|(key, month, _)| (*key, *month));
    entries.dedup_by(|(key, month, sum), kept| {
        let same = (kept.0, kept.1) == (*key, *month);
        if same {
            kept.2 = kept.2.plus(*sum);
        }
        same
    });
}

fn month_of(date: Date) -> i32 {
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

fn first_day(month: i32) -> Option<Date> {
    Date::new(i16::try_from(month.div_euclid(12)).ok()?, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()
}

/// The last millisecond before a month.
fn before(month: i32) -> Option<Instant> {
    Some(Instant::from_millis(Instant::start_of(first_day(month)?).millis() - 1))
}

/// How many numbers from nought on hold, where those that do are the first.
fn partition(len: u16, holds: impl Fn(u16) -> bool) -> u16 {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The place of a point's cell on the Z curve of a level, which is at most [`FINEST`].
fn code_of(point: MapPoint, level: u8) -> u32 {
    u32::try_from(place_on_curve(Cell::of(point, level))).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_is_split_without_gap_or_overlap(first in 0..12_000i32, len in 1..400u16, a in -400_000i64..400_000, b in 0i64..400_000) {
            let calendar = Calendar { first: first + 1_000 * 12, len, months: Vec::new(), longer: Vec::new() };
            let hour = 3_600_000;
            let window = Interval::new(Instant::from_millis(a * hour * 17), Instant::from_millis((a + b) * hour * 17)).unwrap();
            let split = calendar.split(window);
            let span = |month: u16| (Instant::start_of(calendar.first_day(month).unwrap()), before(calendar.first + i32::from(month) + 1).unwrap());
            for month in 0..len {
                let (start, end) = span(month);
                let whole = window.start() <= start && end <= window.end();
                prop_assert_eq!(split.months.contains(&month), whole, "{}", month);
                let meets = start <= window.end() && window.start() <= end;
                let at_edge: Vec<_> = split.edges.iter().filter(|edge| edge.start() <= end && start <= edge.end()).collect();
                prop_assert_eq!(at_edge.len(), usize::from(meets && !whole), "{}", month);
                if let [edge] = at_edge[..] {
                    prop_assert_eq!(edge.start().max(start), window.start().max(start));
                    prop_assert_eq!(edge.end().min(end), window.end().min(end));
                }
            }
        }
    }
}
