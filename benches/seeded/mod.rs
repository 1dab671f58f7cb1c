//! Data for the benches that is the same on every run and every machine.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each bench uses a part; one that fails is the report")]

use harmattan::domain::{Bbox, Instant, Interval, Position, Region};
use harmattan::import::bundled;

/// How many records are made: the size of the region's incidents over twelve years, rounded up.
pub const POINTS: usize = 100_000;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Days from 2014-01-01, and how many years of them.
const FIRST_DAY: i64 = 16_071;
const DAYS: f64 = 12.0 * 365.25;

/// A linear congruential generator (the constants of Knuth's MMIX).
pub struct Numbers(u64);

impl Numbers {
    /// Numbers of their own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one, 0 included, 1 not.
    pub fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / 4_294_967_296.0
    }

    /// Somewhere between Dakar and Lake Chad.
    pub fn position(&mut self) -> Position {
        Position::new(-17.5 + 32.5 * self.part(), 4.0 + 19.0 * self.part()).unwrap()
    }

    /// So many whole days from some day on.
    pub fn interval(&mut self, days: i64) -> Interval {
        #[allow(clippy::cast_possible_truncation, reason = "a few thousand days")]
        let first = FIRST_DAY + (self.part() * DAYS) as i64;
        let start = Instant::from_millis(first * MILLIS_PER_DAY);
        Interval::new(start, Instant::from_millis((first + days) * MILLIS_PER_DAY - 1)).unwrap()
    }
}

/// Points of one day each, half of them around forty towns, as incidents lie.
pub fn records() -> Vec<(u32, Bbox, Interval)> {
    let mut numbers = Numbers::new(1);
    let towns: Vec<Position> = (0..40).map(|_| numbers.position()).collect();
    let record = |ordinal| {
        let mut position = numbers.position();
        if ordinal % 2 == 0 {
            let town = towns[ordinal as usize % towns.len()];
            let near = |center: f64, part: f64| center + (part - 0.5) * 0.6;
            position = Position::new(near(town.lon(), numbers.part()), near(town.lat(), numbers.part())).unwrap();
        }
        (ordinal, Bbox::of(position), numbers.interval(1))
    };
    (0..u32::try_from(POINTS).unwrap()).map(record).collect()
}

/// The bundled regions.
pub fn regions() -> Vec<Region> {
    bundled().unwrap().changes.regions
}
