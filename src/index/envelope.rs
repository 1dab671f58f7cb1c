//! A record's place and time as a box of three dimensions, and what a query asks in the same terms.

use rstar::{AABB, RTreeObject};

use crate::domain::{Bbox, Instant, Interval};

/// Longitude in degrees, latitude in degrees, time in days scaled by [`DEGREES_PER_DAY`].
pub(super) type Envelope = AABB<[f64; 3]>;

/// How many degrees long a day counts.
///
/// The usual question is a map view of one to two degrees over about a month; with a twentieth of a degree a day, thirty days
/// are one and a half degrees and that question is a cube. Loading in bulk sorts each axis by rank, so the scale does not
/// matter there; it weighs the axes when single records are inserted and nodes are split.
const DEGREES_PER_DAY: f64 = 0.05;

const MILLIS_PER_DAY: f64 = 86_400_000.0;

/// Where the time axis ends: ±100,000 years, far beyond any date of the calendar (years −9999 to 9999).
///
/// Open ends stop here because an infinite edge has an infinite area, and the difference of two of those is a NaN, which the
/// tree would then sort nodes by.
const TIME_BOUND: f64 = 100_000.0 * 365.25 * DEGREES_PER_DAY;

/// One box of a record in the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    /// Computed once: loading compares every box some twenty times.
    pub(super) envelope: Envelope,
    /// Kept in full: the box holds it only to the precision of a float.
    pub(super) interval: Interval,
    pub(super) ordinal: u32,
}

impl Entry {
    /// The boxes of a record: one, or two when it crosses the antimeridian.
    pub(super) fn of(ordinal: u32, bbox: Bbox, interval: Interval) -> impl Iterator<Item = Self> {
        bbox.split().map(move |part| Self { envelope: envelope(bounds(part), interval), interval, ordinal })
    }
}

impl RTreeObject for Entry {
    type Envelope = Envelope;

    fn envelope(&self) -> Envelope {
        self.envelope
    }
}

/// The boxes to search for what meets `bbox` and `interval`. Whatever meets the question meets one of the boxes; time must be
/// compared again by the interval itself, since distinct milliseconds may be one float.
pub(super) fn searches(bbox: Option<Bbox>, interval: Interval) -> impl Iterator<Item = Envelope> {
    boxes(bbox).map(move |bounds| envelope(bounds, interval))
}

/// The boxes, west, south, east, north, none across the antimeridian, that together hold what meets `bbox`.
///
/// A box across the antimeridian is two. A box that touches ±180° from one side is two as well, the second along the same
/// meridian under its other name. A point lies in one of them at most.
pub(super) fn boxes(bbox: Option<Bbox>) -> impl Iterator<Item = [f64; 4]> {
    let asked = bbox.unwrap_or(Bbox::WORLD);
    let [west, south, east, north] = bounds(asked);
    let other_name = match (west, east) {
        _ if asked.crosses_antimeridian() => None,
        (-180.0, 180.0) => None,
        (-180.0, _) => Some([180.0, south, 180.0, north]),
        (_, 180.0) => Some([-180.0, south, -180.0, north]),
        _ => None,
    };
    asked.split().map(bounds).chain(other_name)
}

fn bounds(bbox: Bbox) -> [f64; 4] {
    [bbox.west(), bbox.south(), bbox.east(), bbox.north()]
}

fn envelope([west, south, east, north]: [f64; 4], interval: Interval) -> Envelope {
    AABB::from_corners([west, south, on_axis(interval.start())], [east, north, on_axis(interval.end())])
}

/// The place of an instant on the time axis. It never falls as time rises, so that intervals that meet stay meeting.
fn on_axis(instant: Instant) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "rounding keeps the order; the interval itself is compared afterwards")]
    let millis = instant.millis() as f64;
    (millis / MILLIS_PER_DAY * DEGREES_PER_DAY).clamp(-TIME_BOUND, TIME_BOUND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstar::Envelope as _;

    #[test]
    fn a_box_across_the_antimeridian_is_two_searches() {
        let fiji = Bbox::parse("170,-20,-170,20").unwrap();
        assert_eq!(searches(Some(fiji), Interval::ALWAYS).count(), 2);
    }

    #[test]
    fn a_box_that_ends_at_180_degrees_also_asks_for_minus_180() {
        for (text, count) in [("170,0,180,1", 2), ("-180,0,-170,1", 2), ("-180,0,180,1", 1), ("-20,0,30,1", 1)] {
            assert_eq!(searches(Some(Bbox::parse(text).unwrap()), Interval::ALWAYS).count(), count, "{text}");
        }
    }

    #[test]
    fn open_ends_give_a_finite_area() {
        for entry in Entry::of(0, Bbox::WORLD, Interval::ALWAYS) {
            assert!(entry.envelope().area().is_finite());
        }
    }

    proptest! {
        #[test]
        fn the_order_of_instants_is_kept(a: i64, step in 0i64..10_000) {
            let b = a.saturating_add(step);
            prop_assert!(on_axis(Instant::from_millis(a)) <= on_axis(Instant::from_millis(b)));
        }
    }
}
