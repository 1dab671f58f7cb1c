//! How far reported events lie from a capital or the coast, month by month: the nearest one, the distance that one in twenty lie within,
//! and the median.

use geo::{Distance as _, Geodesic, Point};
use jiff::civil::Date;
use std::collections::BTreeSet;

use super::cells::FrontGridCell;
use super::trend::{Trend, trend};
use crate::analytics::draws::quantile;
use crate::analytics::parameters::{DISTANCE_EVENTS, DISTANCE_NEAR, FRONT_ACTIVE, TREND_STEP, TREND_VALUES};
use crate::analytics::{Day, Estimate, date_of, day_of};
use crate::domain::Position;

/// Kilometres between two positions on the WGS 84 ellipsoid.
#[must_use]
pub fn geodesic_km(a: Position, b: Position) -> f64 {
    Geodesic.distance(Point::new(a.lon(), a.lat()), Point::new(b.lon(), b.lat())) / 1000.0
}

/// How many pieces of coast are looked at or passed over together.
const TOGETHER: usize = 32;

/// A line of which the nearest point can be asked for.
#[derive(Debug, Clone, Default)]
pub struct Coast {
    /// Stretches of pieces that follow one another, each with the box around it: west, south, east, north.
    stretches: Vec<([f64; 4], Vec<[Position; 2]>)>,
}

impl Coast {
    /// A coast of lines.
    #[must_use]
    pub fn new(lines: &[Vec<Position>]) -> Self {
        let mut stretches = Vec::new();
        for line in lines {
            let pieces: Vec<[Position; 2]> = line.windows(2).map(|pair| [pair[0], pair[1]]).collect();
            for pieces in pieces.chunks(TOGETHER) {
                let mut around = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
                for end in pieces.iter().flatten() {
                    around =
                        [around[0].min(end.lon()), around[1].min(end.lat()), around[2].max(end.lon()), around[3].max(end.lat())];
                }
                stretches.push((around, pieces.to_vec()));
            }
        }
        Self { stretches }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Kilometres to the nearest point of it. Which point that is, is found on a plane that is true to scale at the position; how far it is,
    /// on the ellipsoid.
    #[must_use]
    pub fn distance_km(&self, position: Position) -> Option<f64> {
        let squeeze = position.lat().to_radians().cos();
        let (mut best, mut nearest) = (f64::INFINITY, None);
        for ([west, south, east, north], pieces) in &self.stretches {
            let beyond = |low: f64, high: f64, at: f64| (low - at).max(at - high).max(0.0);
            let (x, y) = (beyond(*west, *east, position.lon()) * squeeze, beyond(*south, *north, position.lat()));
            if x * x + y * y >= best {
                continue;
            }
            for piece in pieces {
                let (foot, square) = foot(position, *piece, squeeze);
                if square < best {
                    (best, nearest) = (square, Some(foot));
                }
            }
        }
        nearest.map(|(lon, lat)| Geodesic.distance(Point::new(position.lon(), position.lat()), Point::new(lon, lat)) / 1000.0)
    }
}

/// The point of a piece of line that is nearest to a position, and the square of its distance in degrees of latitude, on a plane where a
/// degree of longitude is `squeeze` of one of latitude.
pub(super) fn foot(position: Position, [from, to]: [Position; 2], squeeze: f64) -> ((f64, f64), f64) {
    let (ax, ay) = ((from.lon() - position.lon()) * squeeze, from.lat() - position.lat());
    let (dx, dy) = ((to.lon() - from.lon()) * squeeze, to.lat() - from.lat());
    let length = dx * dx + dy * dy;
    let part = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (ax + part * dx, ay + part * dy);
    let at = (from.lon() + part * (to.lon() - from.lon()), from.lat() + part * (to.lat() - from.lat()));
    (at, x * x + y * y)
}

/// An event as its distance from somewhere is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distant {
    /// Its day.
    pub day: Day,
    /// Its cell.
    pub cell: FrontGridCell,
    /// Kilometres.
    pub km: f64,
    /// Kilometres by road, where that can be told.
    pub road_km: Option<f64>,
}

/// The distances of some events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// How many events.
    pub events: usize,
    /// How many cells they lie in.
    pub cells: usize,
    /// The nearest one: kilometres, and its number.
    pub nearest: Option<(f64, usize)>,
    /// One in twenty lies nearer.
    pub near: Option<Estimate>,
    /// Half lie nearer.
    pub median: Option<Estimate>,
}

/// A month.
#[derive(Debug, Clone, PartialEq)]
pub struct Month {
    /// Its last day, or the last day asked for.
    pub day: Day,
    /// Events of the 90 days up to that day.
    pub recent: Summary,
    /// All events up to that day.
    pub ever: Summary,
    /// One in twenty of the recent events lies nearer by road, of those that have a distance by road.
    pub road: Option<Estimate>,
}

/// The distances from somewhere over a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Month by month, the last one up to the last day.
    pub months: Vec<Month>,
    /// By road on the last day: one in twenty, median, and how many events have a distance by road.
    pub road: Option<(Estimate, Estimate, usize)>,
    /// The trend of the recent one in twenty in kilometres a month.
    pub trend: Option<Trend>,
}

/// The value of a sorted row below which a part of it lies, with the interval that the ranks of a random row of that length give it.
#[allow(clippy::cast_precision_loss, reason = "counts of events")]
fn percentile(sorted: &[f64], part: f64) -> Option<Estimate> {
    if (sorted.len() as f64) < DISTANCE_EVENTS.value {
        return None;
    }
    /// 5 % of a standard normal number lie above it.
    const Z: f64 = 1.644_853_627;
    let n = sorted.len() as f64;
    let half = Z * (part * (1.0 - part) / n).sqrt();
    let value = quantile(sorted, part);
    let [lo, hi] = [part - half, part + half].map(|part| quantile(sorted, part));
    Some(Estimate { value, lo: lo.min(value), hi: hi.max(value), median: None })
}

fn summary(events: &[Distant], numbers: &[usize], sorted: &[f64]) -> Summary {
    let nearest = numbers.iter().map(|at| (events[*at].km, *at)).min_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let cells: BTreeSet<FrontGridCell> = numbers.iter().map(|at| events[*at].cell).collect();
    Summary {
        events: numbers.len(),
        cells: cells.len(),
        nearest,
        near: percentile(sorted, DISTANCE_NEAR.value),
        median: percentile(sorted, 0.5),
    }
}

/// Two ascending rows in one.
fn merged(a: &[f64], b: &[f64]) -> Vec<f64> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut all = Vec::with_capacity(a.len() + b.len());
    loop {
        let take_a = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x <= y,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return all,
        };
        all.extend(if take_a { a.next() } else { b.next() });
    }
}

fn ascending(mut row: Vec<f64>) -> Vec<f64> {
    row.sort_by(f64::total_cmp);
    row
}

/// The last day of each month of a span; of the last one the last day of the span.
fn month_ends(from: Day, to: Day) -> Vec<Day> {
    let mut ends = Vec::new();
    let mut month: Date = date_of(from).first_of_month();
    while day_of(month) <= to {
        ends.push(day_of(month.last_of_month()).min(to));
        match month.checked_add(jiff::Span::new().months(1)) {
            Ok(next) => month = next,
            Err(_) => break,
        }
    }
    ends
}

/// The distances of events, which stand in the order of their days, over a span whose ends are included. What is asked of 90 days looks
/// back beyond its first day.
#[must_use]
pub fn course(events: &[Distant], from: Day, to: Day) -> Course {
    #[allow(clippy::cast_possible_truncation, reason = "some ninety days")]
    let length = FRONT_ACTIVE.value as Day;
    let (mut months, mut ever, mut nearest, mut taken) = (Vec::new(), Vec::new(), None::<(f64, usize)>, 0);
    let mut cells: BTreeSet<FrontGridCell> = BTreeSet::new();
    let mut road = None;
    for day in month_ends(from, to) {
        let (first, after) =
            (events.partition_point(|event| event.day <= day - length), events.partition_point(|event| event.day <= day));
        let numbers: Vec<usize> = (first..after).collect();
        let recent = summary(events, &numbers, &ascending(numbers.iter().map(|at| events[*at].km).collect()));
        for (at, event) in events.iter().enumerate().take(after).skip(taken) {
            cells.insert(event.cell);
            nearest = Some(match nearest {
                Some(best) if best.0 < event.km => best,
                _ => (event.km, at),
            });
        }
        ever = merged(&ever, &ascending(events[taken..after].iter().map(|event| event.km).collect()));
        taken = after;
        let by_road = ascending(numbers.iter().filter_map(|at| events[*at].road_km).collect());
        let near_by_road = percentile(&by_road, DISTANCE_NEAR.value);
        road = near_by_road.zip(percentile(&by_road, 0.5)).map(|(near, median)| (near, median, by_road.len()));
        let summary = Summary {
            events: ever.len(),
            cells: cells.len(),
            nearest,
            near: percentile(&ever, DISTANCE_NEAR.value),
            median: percentile(&ever, 0.5),
        };
        months.push(Month { day, recent, ever: summary, road: near_by_road });
    }
    let trend = trend_of(&months);
    Course { months, road, trend }
}

/// The trend over every third month, counted back from the last whole one.
fn trend_of(months: &[Month]) -> Option<Trend> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few months")]
    let step = TREND_STEP.value as usize;
    let is_whole = |month: &&Month| date_of(month.day).last_of_month() == date_of(month.day);
    let whole = months.iter().rposition(|month| is_whole(&month))?;
    let numbered = months[..=whole].iter().enumerate().rev().step_by(step);
    #[allow(clippy::cast_precision_loss, reason = "some hundred months")]
    let mut points: Vec<(f64, f64)> = numbered.filter_map(|(at, month)| Some((at as f64, month.recent.near?.value))).collect();
    points.reverse();
    #[allow(clippy::cast_precision_loss, reason = "some hundred months")]
    let enough = points.len() as f64 >= TREND_VALUES.value;
    trend(&points).filter(|_| enough)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    fn event(day: Day, km: f64) -> Distant {
        Distant { day, cell: FrontGridCell::of(at(km / 100.0, 0.0)), km, road_km: None }
    }

    proptest! {
        #[test]
        fn the_nearest_point_of_a_coast_is_the_nearest_of_all_its_points(
            lines in vec(vec((-15.0..15.0f64, 0.0..25.0f64), 2..60), 1..4), lon in -15.0..15.0f64, lat in 0.0..25.0f64,
        ) {
            let lines: Vec<Vec<Position>> = lines.iter().map(|line| line.iter().map(|(x, y)| at(*x, *y)).collect()).collect();
            let found = Coast::new(&lines).distance_km(at(lon, lat)).unwrap();
            let squeeze = lat.to_radians().cos();
            let plane = lines.iter().flat_map(|line| line.windows(2)).map(|pair| foot(at(lon, lat), [pair[0], pair[1]], squeeze));
            let ((x, y), _) = plane.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            prop_assert!((found - geodesic_km(at(lon, lat), at(x, y))).abs() < 1e-6);
            // The plane is true at the position: no point of the coast is nearer by more than it bends.
            for pair in lines.iter().flat_map(|line| line.windows(2)) {
                for step in 0..=20 {
                    let part = f64::from(step) / 20.0;
                    let other = at(pair[0].lon() + part * (pair[1].lon() - pair[0].lon()), pair[0].lat() + part * (pair[1].lat() - pair[0].lat()));
                    prop_assert!(geodesic_km(at(lon, lat), other) >= found * 0.97 - 0.001);
                }
            }
        }

        #[test]
        fn months_tell_what_lies_in_their_days(rows in vec((0..700i32, 1..900i32), 0..80)) {
            let mut rows = rows;
            rows.sort_unstable();
            let events: Vec<Distant> = rows.iter().map(|(day, km)| event(*day, f64::from(*km))).collect();
            let found = course(&events, 40, 650);
            prop_assert_eq!(found.months.len(), 21, "February 1970 to October 1971");
            for month in &found.months {
                let of = |first: Day| -> Vec<f64> {
                    ascending(events.iter().filter(|event| first < event.day && event.day <= month.day).map(|event| event.km).collect())
                };
                for (summary, row) in [(&month.recent, of(month.day - 90)), (&month.ever, of(Day::MIN))] {
                    prop_assert_eq!((summary.events, summary.nearest.map(|(km, _)| km)), (row.len(), row.first().copied()));
                    prop_assert_eq!(summary.near.map(|near| near.value), (row.len() > 2).then(|| quantile(&row, 0.05)));
                    prop_assert_eq!(summary.median.map(|median| median.value), (row.len() > 2).then(|| quantile(&row, 0.5)));
                    if let Some(Estimate { value, lo, hi, .. }) = summary.near {
                        prop_assert!(lo <= value && value <= hi);
                    }
                }
            }
        }
    }

    #[test]
    fn a_front_that_comes_nearer_has_a_falling_trend() {
        let events: Vec<Distant> = (0..1_460).map(|day| event(day, 900.0 - f64::from(day) * 0.2)).collect();
        let trend = course(&events, 0, 1_460).trend.unwrap();
        assert!((trend.slope + 6.09).abs() < 0.2 && trend.p < 0.001 && trend.values == 16, "{trend:?}");
        assert!(course(&events[..300], 0, 400).trend.is_none(), "too few values");
    }

    #[test]
    fn the_geodesic_is_that_of_the_ellipsoid() {
        // A degree of latitude from the equator: 110.574 km on WGS 84, 111.195 on the sphere.
        assert!((geodesic_km(at(0.0, 0.0), at(0.0, 1.0)) - 110.574).abs() < 0.001);
        assert_eq!(Coast::default().distance_km(at(0.0, 0.0)), None);
    }
}
