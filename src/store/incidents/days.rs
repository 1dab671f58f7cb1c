//! Days as numbers, and a window as the whole days in it and what is left of it.
//!
//! Rows are counted by the day (UTC) on which they begin and, where it is a later one, by the day on which they end. With both, those that
//! meet a span of whole days are a difference of running sums, however long each of them lasts: those that begin in it, and of those that began before
//! it the ones that had not ended. Only a window that begins or ends inside a day has that day's rows looked at.

use std::ops::Range;

use super::Columns;
use crate::domain::{Instant, Interval};
use crate::tiles::Tally;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// So many days have a number, some 179 years: two numbers are left for what is earlier and later.
const MOST_DAYS: i64 = 65_533;

/// So many rows that last have the greatest of their ends beside them.
const BLOCK: usize = 64;

/// The days on which the rows of one set of columns begin and end.
#[derive(Debug)]
pub(super) struct Days {
    /// The day, counted from 1970-01-01, that has the number 0. It stands for whatever is earlier.
    before: i64,
    /// The number of the last day. One more stands for whatever is later.
    last: u16,
    /// The rows that end on a later day than they begin, in the order in which they begin.
    lasting: Vec<Lasting>,
    /// The last day on which any of a block of them ends.
    reaches: Vec<u16>,
    /// The rows, ascending, of which a day has no number: none but where the days span centuries.
    pub(super) beyond: Vec<u32>,
    /// Whether all rows begin at a whole second: then a window that ends in a second reaches to its last millisecond.
    in_seconds: bool,
    /// The first month, counted from January of year 0.
    first_month: i32,
    /// The number of the first day of each month, as far as days have numbers; then one more than the last day.
    month_starts: Vec<u16>,
}

/// A row of more than a day.
#[derive(Debug, Clone, Copy)]
struct Lasting {
    start: u16,
    end: u16,
    row: u32,
}

/// A window in whole days and what is left of it.
#[derive(Debug)]
pub(super) struct Split {
    /// The numbers of the days that lie in it whole; of an open end also that of whatever is earlier or later.
    pub(super) days: Range<u16>,
    /// The same as an interval, as far as the window; `None` when there is no such day.
    pub(super) whole: Option<Interval>,
    /// The rest, before and after, where any row may lie in it.
    pub(super) edges: Vec<Interval>,
}

impl Days {
    /// `None` where sums could be beyond 32 bits.
    pub(super) fn of(columns: &Columns) -> Option<Self> {
        let rows = || (0..columns.len()).map(|row| columns.index.interval(row));
        let mut all = Tally::default();
        (0..columns.len()).for_each(|row| all += columns.tally(row));
        let greatest = [all.count, all.best, all.low, all.high].into_iter().max()?;
        u32::try_from(greatest).ok()?;
        let (before, last) = numbered(rows);
        let mut days = Self {
            before,
            last,
            lasting: Vec::new(),
            reaches: Vec::new(),
            beyond: Vec::new(),
            in_seconds: rows()
                .all(|interval| interval.start() == Instant::MIN || interval.start().millis().rem_euclid(1_000) == 0),
            first_month: 0,
            month_starts: vec![1],
        };
        for (row, interval) in (0u32..).zip(rows()) {
            let (start, end) = (days.number(interval.start()), days.number(interval.end()));
            let has_none = |instant, number: u16, open| instant != open && !(1..=days.last).contains(&number);
            if has_none(interval.start(), start, Instant::MIN) || has_none(interval.end(), end, Instant::MAX) {
                days.beyond.push(row);
            } else if start != end {
                days.lasting.push(Lasting { start, end, row });
            }
        }
        days.lasting.sort_unstable_by_key(|lasting| (lasting.start, lasting.row));
        days.reaches =
            days.lasting.chunks(BLOCK).map(|block| block.iter().map(|lasting| lasting.end).max().unwrap_or(0)).collect();
        days.begin_months();
        Some(days)
    }

    fn begin_months(&mut self) {
        let mut starts = Vec::new();
        let mut number = 1;
        while number <= self.last {
            let Some(date) = self.day_at(number).date() else { break };
            if starts.is_empty() {
                self.first_month = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
            }
            starts.push(number);
            number = number.saturating_add(u16::try_from(date.days_in_month() - date.day() + 1).unwrap_or(1));
        }
        starts.push(self.last + 1);
        self.month_starts = starts;
    }

    /// The number of an instant's day.
    pub(super) fn number(&self, instant: Instant) -> u16 {
        self.clamped(day_of(instant))
    }

    fn clamped(&self, day: i64) -> u16 {
        u16::try_from(day.saturating_sub(self.before).clamp(0, i64::from(self.last) + 1)).unwrap_or(0)
    }

    /// The number that stands for whatever is later than all days.
    pub(super) fn after(&self) -> u16 {
        self.last + 1
    }

    /// When the day of a number begins.
    fn day_at(&self, number: u16) -> Instant {
        Instant::from_millis((self.before + i64::from(number)).saturating_mul(MILLIS_PER_DAY))
    }

    /// The day of a number, counted from 1970-01-01.
    pub(super) fn day(&self, number: u16) -> Option<i32> {
        i32::try_from(self.before + i64::from(number)).ok()
    }

    /// Whether the sums count a row.
    pub(super) fn counts(&self, row: u32) -> bool {
        self.beyond.binary_search(&row).is_err()
    }

    /// The rows that sums count with the days on which they begin, in the order of these.
    pub(super) fn begun(&self, columns: &Columns) -> Vec<(u16, u32)> {
        let numbers = (0u32..).take(columns.len()).map(|row| (self.number(columns.index.interval(row as usize).start()), row));
        let mut places = vec![0usize; usize::from(self.last) + 3];
        numbers.clone().for_each(|(number, _)| places[usize::from(number) + 1] += 1);
        (1..places.len()).for_each(|at| places[at] += places[at - 1]);
        let mut begun = vec![(0, 0); columns.len()];
        for (number, row) in numbers {
            let place = &mut places[usize::from(number)];
            begun[*place] = (number, row);
            *place += 1;
        }
        if !self.beyond.is_empty() {
            begun.retain(|(_, row)| self.counts(*row));
        }
        begun
    }

    /// The rows that last with the days on which they begin, and on which they end, each in the order of these.
    pub(super) fn lasting(&self) -> [Vec<(u16, u32)>; 2] {
        let mut ended: Vec<(u16, u32)> = self.lasting.iter().map(|lasting| (lasting.end, lasting.row)).collect();
        ended.sort_unstable();
        [self.lasting.iter().map(|lasting| (lasting.start, lasting.row)).collect(), ended]
    }

    /// The rows that began before a day and had not ended by then.
    pub(super) fn ongoing(&self, day: u16) -> impl Iterator<Item = u32> {
        let begun = &self.lasting[..self.lasting.partition_point(|lasting| lasting.start < day)];
        let blocks = begun.chunks(BLOCK).zip(&self.reaches).filter(move |(_, reach)| **reach >= day);
        blocks.flat_map(|(block, _)| block).filter(move |lasting| lasting.end >= day).map(|lasting| lasting.row)
    }

    /// The first month, counted from January of year 0.
    pub(super) fn first_month(&self) -> i32 {
        self.first_month
    }

    /// How many months there are.
    pub(super) fn months(&self) -> u16 {
        u16::try_from(self.month_starts.len() - 1).unwrap_or(0)
    }

    /// The place of a day's month among all; `None` for what is earlier or later than all days.
    pub(super) fn month_of(&self, day: u16) -> Option<u16> {
        let place = self.month_starts.partition_point(|start| *start <= day);
        u16::try_from(place).ok()?.checked_sub(1).filter(|month| *month < self.months())
    }

    /// The first day of a month that has a number.
    pub(super) fn month_start(&self, month: u16) -> u16 {
        self.month_starts.get(usize::from(month)).copied().unwrap_or(self.last + 1)
    }

    /// The months of which all days lie among some, and the days among them before and after these months.
    pub(super) fn in_months(&self, days: &Range<u16>) -> (Range<u16>, [Range<u16>; 2]) {
        let place = |places: usize| u16::try_from(places).unwrap_or(0);
        let first = place(self.month_starts.partition_point(|start| *start < days.start)).min(self.months());
        let end = place(self.month_starts.partition_point(|start| *start <= days.end)).saturating_sub(1);
        if first >= end {
            return (first..first, [days.clone(), days.end..days.end]);
        }
        (first..end, [days.start..self.month_start(first).max(days.start), self.month_start(end).min(days.end)..days.end])
    }

    /// The days that lie in a window whole, and what is left of it.
    pub(super) fn split(&self, window: Interval) -> Split {
        let (start, end) = (window.start().millis(), window.end().millis());
        let to_second = self.in_seconds && window.end() != Instant::MAX;
        let end = if to_second { end.saturating_add(999 - end.rem_euclid(1_000)) } else { end };
        let first = start.div_euclid(MILLIS_PER_DAY) + i64::from(start.rem_euclid(MILLIS_PER_DAY) != 0);
        let last = end.div_euclid(MILLIS_PER_DAY) - i64::from(end.rem_euclid(MILLIS_PER_DAY) != MILLIS_PER_DAY - 1);
        let at = |millis| Instant::from_millis(millis);
        let rest = |first: i64, last: i64| Interval::new(at(first), at(last));
        let (whole_start, whole_end) =
            (first.saturating_mul(MILLIS_PER_DAY), last.saturating_mul(MILLIS_PER_DAY).saturating_add(MILLIS_PER_DAY - 1));
        // An open end is no instant inside a day.
        let whole_start = if window.start() == Instant::MIN { start } else { whole_start };
        let whole_end = if window.end() == Instant::MAX { end } else { whole_end };
        if first > last {
            return Split { days: 0..0, whole: None, edges: rest(start, end).into_iter().collect() };
        }
        let has_rows = |interval: &Interval| (1..=self.last).contains(&self.number(interval.start()));
        let edges = [
            (start < whole_start).then(|| rest(start, whole_start - 1)).flatten(),
            (whole_end < end).then(|| rest(whole_end + 1, end)).flatten(),
        ];
        Split {
            days: self.clamped(first)..self.clamped(last) + 1,
            whole: rest(whole_start, whole_end),
            edges: edges.into_iter().flatten().filter(has_rows).collect(),
        }
    }

    /// Whether days are all there are.
    pub(super) fn are_all(&self, days: &Range<u16>) -> bool {
        *days == (0..self.after() + 1)
    }
}

impl Split {
    /// Whether the sums over its days count a row of that interval, where they count it at all.
    pub(super) fn counts(&self, interval: Interval) -> bool {
        self.whole.is_some_and(|whole| interval.meets(whole))
    }
}

fn day_of(instant: Instant) -> i64 {
    instant.millis().div_euclid(MILLIS_PER_DAY)
}

/// The day before the first that has a number, and how many have one: all on which rows begin or end, or where these are too many those around the
/// middle one.
fn numbered<I: Iterator<Item = Interval>>(rows: impl Fn() -> I) -> (i64, u16) {
    let ends = |interval: Interval| {
        let finite = [(interval.start(), Instant::MIN), (interval.end(), Instant::MAX)];
        finite.into_iter().filter(|(instant, open)| instant != open).map(|(instant, _)| day_of(instant))
    };
    let (first, last) = rows().flat_map(ends).fold((i64::MAX, i64::MIN), |(first, last), day| (first.min(day), last.max(day)));
    if first > last {
        return (0, 0);
    }
    let count = last.saturating_sub(first).saturating_add(1);
    if let Some(count) = u16::try_from(count).ok().filter(|count| i64::from(*count) <= MOST_DAYS) {
        return (first - 1, count);
    }
    let mut starts: Vec<i64> = rows().flat_map(ends).collect();
    let middle = starts.len() / 2;
    let (_, middle, _) = starts.select_nth_unstable(middle);
    (middle.saturating_sub(MOST_DAYS / 2), u16::try_from(MOST_DAYS).unwrap_or(u16::MAX - 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_is_split_without_gap_or_overlap(before in -20_000..20_000i64, last in 1..900u16, a in -600_000i64..600_000, b in 0i64..600_000, unit in prop::sample::select(vec![1_000, 3_600_000, MILLIS_PER_DAY])) {
            let mut days = Days { before, last, lasting: Vec::new(), reaches: Vec::new(), beyond: Vec::new(), in_seconds: false, first_month: 0, month_starts: vec![1] };
            days.begin_months();
            let day_of = |number: u16| Interval::new(days.day_at(number), Instant::from_millis(days.day_at(number + 1).millis() - 1)).unwrap();
            let start = before * MILLIS_PER_DAY + a * unit;
            let window = Interval::new(Instant::from_millis(start), Instant::from_millis(start + b * unit + unit - 1)).unwrap();
            let split = days.split(window);
            for number in 1..=last {
                let day = day_of(number);
                let is_whole = window.start() <= day.start() && day.end() <= window.end();
                prop_assert_eq!(split.days.contains(&number), is_whole, "{}", number);
                let at_edge: Vec<_> = split.edges.iter().filter(|edge| edge.meets(day)).collect();
                prop_assert_eq!(at_edge.len(), usize::from(window.meets(day) && !is_whole), "{}", number);
                if let [edge] = at_edge[..] {
                    prop_assert_eq!(edge.start().max(day.start()), window.start().max(day.start()));
                    prop_assert_eq!(edge.end().min(day.end()), window.end().min(day.end()));
                }
            }
            let (months, edges) = days.in_months(&split.days);
            for number in 1..=last {
                let month = days.month_of(number).unwrap();
                prop_assert!((days.month_start(month)..days.month_start(month + 1)).contains(&number));
                prop_assert_eq!(month, u16::try_from(month_in_calendar(&days, number) - days.first_month()).unwrap());
                let whole = (days.month_start(month)..days.month_start(month + 1)).all(|day| split.days.contains(&day));
                prop_assert_eq!(months.contains(&month), whole);
                let at_edge = edges.iter().filter(|edge| edge.contains(&number)).count();
                prop_assert_eq!(at_edge, usize::from(split.days.contains(&number) && !whole));
            }
        }
    }

    fn month_in_calendar(days: &Days, number: u16) -> i32 {
        let date = days.day_at(number).date().unwrap();
        i32::from(date.year()) * 12 + i32::from(date.month()) - 1
    }
}
