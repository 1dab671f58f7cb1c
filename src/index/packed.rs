//! The packed tree: which of a great many points meet a box and an interval, for rows that do not change.
//!
//! Rows stand in columns, ordered by [`order`]: by span of [`BUCKET_DAYS`] days, less where rows are many, and within a span along a Hilbert curve, so that
//! what is asked together lies together. Sixteen rows make a node, sixteen nodes make a node of the next level, and nothing
//! but the boxes of the nodes is added to the columns. A question for a month passes over all other spans at the top of the
//! tree; a question without a date walks each span's branch, which costs a few microseconds more than one tree in space alone.

use std::collections::BTreeSet;
use std::ops::Range;

use super::envelope::boxes;
use crate::domain::{Bbox, Instant, Interval, Position};

/// The length of the spans of time that rows are ordered by first, where few rows lie in one.
///
/// Measured on a million points and windows of 30 days: spans of 30 to 120 days answer equally fast, longer and shorter ones slower.
const BUCKET_DAYS: i64 = 64;

/// Where more rows than these lie in a span, it is halved, and again: a window much shorter than a span looks at all of its rows
/// in the box, so that its cost would grow with all that there is, and not with what it finds.
const CROWDED: usize = 4_096;

/// Down to this: shorter spans only make more branches.
const LEAST_BUCKET_DAYS: i64 = 8;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Rows in a leaf and children of a node: the box of a node is one cache line, and sixteen of them are read in a row.
const FANOUT: usize = 16;

/// The order in which rows are to stand: the span of days in which they start, then the place of their point on a Hilbert curve.
/// Rows without a point stand at the end.
#[must_use]
pub fn order(rows: &[(Option<Position>, Interval)]) -> Vec<u32> {
    let days = bucket_days(rows);
    let mut keyed: Vec<(u64, u32)> =
        (0u32..).zip(rows).map(|(row, (position, interval))| (key(*position, *interval, days), row)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// The length of spans in which rows are not crowded.
fn bucket_days(rows: &[(Option<Position>, Interval)]) -> i64 {
    let mut spans: BTreeSet<i64> = BTreeSet::new();
    let (mut last, mut placed) = (None, 0usize);
    for (_, interval) in rows.iter().filter(|(position, _)| position.is_some()) {
        placed += 1;
        let span = bucket(*interval, BUCKET_DAYS);
        // Rows come in the order of time mostly.
        if last.replace(span) != Some(span) {
            spans.insert(span);
        }
    }
    let mut in_a_span = placed / spans.len().max(1);
    let mut days = BUCKET_DAYS;
    while in_a_span > CROWDED && days > LEAST_BUCKET_DAYS {
        (in_a_span, days) = (in_a_span / 2, days / 2);
    }
    days
}

fn bucket(interval: Interval, days: i64) -> i64 {
    interval.start().millis().div_euclid(MILLIS_PER_DAY * days)
}

fn key(position: Option<Position>, interval: Interval, days: i64) -> u64 {
    let Some(position) = position else { return u64::MAX };
    let bucket = bucket(interval, days);
    // Saturates for years beyond ±300,000, where order is all that is lost; the greatest is left to rows without a point.
    let bucket = (bucket.clamp(i64::from(i32::MIN), i64::from(i32::MAX) - 1) + (1 << 31)).unsigned_abs();
    bucket << 32 | u64::from(hilbert(part(position.lon(), 180.0), part(position.lat(), 90.0)))
}

/// A coordinate as one of 65,536 parts of its range.
fn part(degrees: f64, bound: f64) -> u32 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 65,535 for degrees within the bound"
    )]
    let part = ((degrees + bound) / (2.0 * bound) * 65_535.0) as u32;
    part
}

/// The distance along a Hilbert curve of order 16 (J. Skilling, "Programming the Hilbert curve", AIP Conf. Proc. 707, 2004,
/// in its plain form for two dimensions): neighbours on the curve are neighbours on the map.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut distance = 0;
    for bit in (0..16).rev() {
        let (right, up) = (x >> bit & 1, y >> bit & 1);
        distance += ((3 * right) ^ up) << (2 * bit);
        if up == 0 {
            if right == 1 {
                (x, y) = (!x & 0xffff, !y & 0xffff);
            }
            (x, y) = (y, x);
        }
    }
    distance
}

/// Points and intervals in columns with the boxes over them.
///
/// Answers are exact and given as ranges of rows, ascending and disjoint.
///
/// ```
/// use harmattan::domain::{Bbox, Interval, Position};
/// use harmattan::index::{PackedIndex, packed_order};
/// let rows = [(Some(Position::new(-1.63, 14.1)?), Interval::parse("2022-02-17")?), (None, Interval::parse("2022-02-18")?)];
/// assert_eq!(packed_order(&rows), [0, 1]);
/// let index = PackedIndex::new(&rows);
/// let mut found = Vec::new();
/// index.search(Some(Bbox::parse("-3,13,1,15")?), Interval::parse("2022-02-01/2022-02-28")?, |rows| found.extend(rows));
/// assert_eq!(found, [0]);
/// # Ok::<(), harmattan::domain::DomainError>(())
/// ```
#[derive(Debug, Default)]
pub struct PackedIndex {
    lon: Vec<f64>,
    lat: Vec<f64>,
    start: Vec<Instant>,
    end: Vec<Instant>,
    /// The boxes of the leaves first, then of each level above; the last has one.
    levels: Vec<Vec<Node>>,
}

/// What the rows below span.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
    first_start: Instant,
    last_start: Instant,
    first_end: Instant,
    last_end: Instant,
}

impl Node {
    const NOTHING: Self = Self {
        west: f64::INFINITY,
        south: f64::INFINITY,
        east: f64::NEG_INFINITY,
        north: f64::NEG_INFINITY,
        first_start: Instant::MAX,
        last_start: Instant::MIN,
        first_end: Instant::MAX,
        last_end: Instant::MIN,
    };

    fn around(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
            first_start: self.first_start.min(other.first_start),
            last_start: self.last_start.max(other.last_start),
            first_end: self.first_end.min(other.first_end),
            last_end: self.last_end.max(other.last_end),
        }
    }

    fn meets(&self, asked: &Asked) -> bool {
        let [west, south, east, north] = asked.bounds;
        self.west <= east
            && self.east >= west
            && self.south <= north
            && self.north >= south
            && self.first_start <= asked.interval.end()
            && self.last_end >= asked.interval.start()
    }

    /// Whether every row below meets what is asked.
    fn lies_within(&self, asked: &Asked) -> bool {
        let [west, south, east, north] = asked.bounds;
        self.west >= west
            && self.east <= east
            && self.south >= south
            && self.north <= north
            && self.last_start <= asked.interval.end()
            && self.first_end >= asked.interval.start()
    }
}

/// A box without the antimeridian in it, west, south, east, north, and an interval.
struct Asked {
    bounds: [f64; 4],
    interval: Interval,
}

impl PackedIndex {
    /// The index over rows that stand in the order of [`order`]; in any other its answers are the same and slower. Rows without
    /// a point must be the last.
    #[must_use]
    pub fn new(rows: &[(Option<Position>, Interval)]) -> Self {
        let placed = rows.iter().map_while(|(position, _)| *position);
        let (lon, lat): (Vec<f64>, Vec<f64>) = placed.map(|position| (position.lon(), position.lat())).unzip();
        let (start, end): (Vec<_>, Vec<_>) = rows.iter().map(|(_, interval)| (interval.start(), interval.end())).unzip();
        let mut index = Self { lon, lat, start, end, levels: Vec::new() };
        let leaves = index.lon.len().div_ceil(FANOUT);
        let mut level: Vec<Node> = (0..leaves).map(|leaf| index.leaf(leaf * FANOUT)).collect();
        while level.len() > 1 {
            let above = level.chunks(FANOUT).map(|nodes| nodes.iter().copied().fold(Node::NOTHING, Node::around)).collect();
            index.levels.push(std::mem::replace(&mut level, above));
        }
        index.levels.push(level);
        index
    }

    fn leaf(&self, first: usize) -> Node {
        let rows = first..(first + FANOUT).min(self.lon.len());
        let of = |row: usize| Node {
            west: self.lon[row],
            south: self.lat[row],
            east: self.lon[row],
            north: self.lat[row],
            first_start: self.start[row],
            last_start: self.start[row],
            first_end: self.end[row],
            last_end: self.end[row],
        };
        rows.map(of).fold(Node::NOTHING, Node::around)
    }

    /// How many rows there are, with and without a point.
    #[must_use]
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The point of a row; `None` for one without, and for a row that is not there.
    #[must_use]
    pub fn position(&self, row: usize) -> Option<Position> {
        Position::new(*self.lon.get(row)?, *self.lat.get(row)?).ok()
    }

    /// The interval of a row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn interval(&self, row: usize) -> Interval {
        // Rows come from intervals, whose ends stand in order.
        Interval::new(self.start[row], self.end[row]).unwrap_or(Interval::ALWAYS)
    }

    /// The box around all points; `None` when there are none.
    #[must_use]
    pub fn extent(&self) -> Option<Bbox> {
        let root = self.levels.last()?.first()?;
        Bbox::new(root.west, root.south, root.east, root.north).ok()
    }

    /// How many rows meet the box and the interval; where there are more than `most`, some number above it, found without looking at all of them.
    #[must_use]
    pub fn count_up_to(&self, bbox: Option<Bbox>, interval: Interval, most: usize) -> usize {
        let mut count = 0;
        self.search_while(bbox, interval, |rows| {
            count += rows.len();
            count <= most
        });
        count
    }

    /// Hands over the rows that meet the box and the interval, edges and ends included, as ranges: ascending, disjoint, none empty. Rows
    /// without a point are found only where no box is asked. 180° and −180° are the same meridian.
    pub fn search(&self, bbox: Option<Bbox>, interval: Interval, mut found: impl FnMut(Range<usize>)) {
        self.search_while(bbox, interval, |rows| {
            found(rows);
            true
        });
    }

    /// The same, as long as what the rows are handed to asks for more.
    fn search_while(&self, bbox: Option<Bbox>, interval: Interval, mut found: impl FnMut(Range<usize>) -> bool) {
        let mut rows = Joined { pending: 0..0, found: &mut found, goes_on: true };
        let asked: Vec<Asked> = match bbox {
            None => vec![Asked { bounds: [-180.0, -90.0, 180.0, 90.0], interval }],
            Some(_) => boxes(bbox).map(|bounds| Asked { bounds, interval }).collect(),
        };
        match &asked[..] {
            [one] => self.walk(self.levels.len().saturating_sub(1), 0, one, &mut rows),
            // Across the antimeridian: the parts are disjoint, and rare enough to be put in order afterwards.
            parts => {
                let mut all = Vec::new();
                for part in parts {
                    let mut push = |range| {
                        all.push(range);
                        true
                    };
                    let mut rows = Joined { pending: 0..0, found: &mut push, goes_on: true };
                    self.walk(self.levels.len().saturating_sub(1), 0, part, &mut rows);
                    rows.finish();
                }
                all.sort_unstable_by_key(|range: &Range<usize>| range.start);
                all.into_iter().for_each(|range| rows.add(range));
            }
        }
        if bbox.is_none() {
            let unplaced = self.lon.len()..self.len();
            unplaced.filter(|row| self.meets_interval(*row, interval)).for_each(|row| rows.add(row..row + 1));
        }
        rows.finish();
    }

    /// Goes down from a node of a level whose box meets what is asked, or may.
    fn walk(&self, level: usize, node: usize, asked: &Asked, rows: &mut Joined<'_>) {
        let Some(bounds) = self.levels.get(level).and_then(|nodes| nodes.get(node)) else { return };
        if !rows.goes_on || !bounds.meets(asked) {
            return;
        }
        let below = FANOUT.pow(u32::try_from(level).unwrap_or(0) + 1);
        let all = node * below..((node + 1) * below).min(self.lon.len());
        if bounds.lies_within(asked) {
            rows.add(all);
        } else if level == 0 {
            let [west, south, east, north] = asked.bounds;
            for row in all {
                let (lon, lat) = (self.lon[row], self.lat[row]);
                let inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north);
                if inside && self.meets_interval(row, asked.interval) {
                    rows.add(row..row + 1);
                }
            }
        } else {
            (node * FANOUT..(node + 1) * FANOUT).for_each(|child| self.walk(level - 1, child, asked, rows));
        }
    }

    fn meets_interval(&self, row: usize, interval: Interval) -> bool {
        (self.start[row] <= interval.end()) & (self.end[row] >= interval.start())
    }
}

/// Ranges on their way out, neighbours joined.
struct Joined<'a> {
    pending: Range<usize>,
    found: &'a mut dyn FnMut(Range<usize>) -> bool,
    /// Whether more are asked for.
    goes_on: bool,
}

impl Joined<'_> {
    fn add(&mut self, rows: Range<usize>) {
        if rows.start == self.pending.end {
            self.pending.end = rows.end;
        } else {
            let done = std::mem::replace(&mut self.pending, rows);
            if !done.is_empty() && self.goes_on {
                self.goes_on = (self.found)(done);
            }
        }
    }

    fn finish(self) {
        if !self.pending.is_empty() && self.goes_on {
            (self.found)(self.pending);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::LinearScan;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Round numbers among the drawn ones, so that edges, poles and the antimeridian meet exactly.
    fn lon() -> impl Strategy<Value = f64> {
        prop_oneof![-20.0..=20.0f64, prop::sample::select(vec![-180.0, -179.0, -0.0, 0.0, 1.0, 179.0, 180.0])]
    }

    fn lat() -> impl Strategy<Value = f64> {
        prop_oneof![0.0..=30.0f64, prop::sample::select(vec![-90.0, -1.0, 0.0, 1.0, 90.0])]
    }

    fn interval() -> impl Strategy<Value = Interval> {
        let day = 86_400_000i64;
        prop_oneof![
            6 => (0..400i64, 0..3i64).prop_map(move |(first, more)| (first * day, (first + more + 1) * day - 1)),
            1 => (0..400i64, 0..300i64).prop_map(move |(first, more)| (first * day, (first + more) * day)),
            1 => Just((i64::MIN, i64::MAX)),
        ]
        .prop_map(|(start, end)| Interval::new(Instant::from_millis(start), Instant::from_millis(end)).unwrap())
    }

    fn bbox() -> impl Strategy<Value = Option<Bbox>> {
        let around = |(w, e, a, b): (f64, f64, f64, f64)| Bbox::new(w, a.min(b), e, a.max(b)).unwrap();
        prop_oneof![1 => Just(None), 5 => (lon(), lon(), lat(), lat()).prop_map(around).prop_map(Some), 1 => Just(Some(Bbox::WORLD))]
    }

    #[test]
    fn the_curve_visits_every_cell_once_and_steps_to_a_neighbour() {
        let mut cells: Vec<(u32, u32, u32)> =
            (0..32).flat_map(|x| (0..32).map(move |y| (hilbert(x << 11, y << 11) >> 22, x, y))).collect();
        cells.sort_unstable();
        assert!(cells.iter().enumerate().all(|(at, cell)| at == usize::try_from(cell.0).unwrap()));
        assert!(cells.windows(2).all(|pair| pair[0].1.abs_diff(pair[1].1) + pair[0].2.abs_diff(pair[1].2) == 1));
    }

    #[test]
    fn nothing_is_found_among_nothing() {
        let index = PackedIndex::new(&[]);
        index.search(None, Interval::ALWAYS, |rows| panic!("{rows:?}"));
        assert!(index.is_empty() && index.extent().is_none());
    }

    proptest! {
        #[test]
        fn answers_equal_the_linear_scan(
            drawn in vec((prop::option::weighted(0.95, (lon(), lat())), interval()), 0..700),
            questions in vec((bbox(), interval()), 1..20),
        ) {
            let rows: Vec<_> = drawn.into_iter().map(|(at, interval)| (at.map(|(lon, lat)| Position::new(lon, lat).unwrap()), interval)).collect();
            let ordered: Vec<_> = order(&rows).into_iter().map(|row| rows[usize::try_from(row).unwrap()]).collect();
            let index = PackedIndex::new(&ordered);
            let placed = (0u32..).zip(&ordered).filter_map(|(row, (position, interval))| Some((row, Bbox::of((*position)?), *interval)));
            let scan = LinearScan::bulk_load(placed);
            for (bbox, interval) in questions {
                let mut wanted = scan.search(bbox, interval);
                if bbox.is_none() {
                    wanted.extend((0u32..).zip(&ordered).filter(|(_, (at, when))| at.is_none() && when.meets(interval)).map(|(row, _)| row));
                }
                let mut ranges = Vec::new();
                index.search(bbox, interval, |rows| ranges.push(rows));
                prop_assert!(ranges.iter().all(|range| !range.is_empty()));
                prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
                let found: Vec<u32> = ranges.into_iter().flatten().map(|row| u32::try_from(row).unwrap()).collect();
                prop_assert_eq!(&found, &wanted);
                for most in [0, found.len() / 2, found.len()] {
                    prop_assert_eq!(index.count_up_to(bbox, interval, most).min(most + 1), found.len().min(most + 1));
                }
            }
        }
    }
}
