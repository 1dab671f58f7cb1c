//! Data for the benches that is the same on every run and every machine.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each bench uses a part; one that fails is the report")]

use harmattan::domain::{
    Bbox, ChangeSet, Dataset, DatePrecision, EventType, Fatalities, GeoPrecision, Incident, Instant, Interval, Moment, Position,
    Redistribution, Region, SourceRef,
};
use harmattan::import::bundled;
use harmattan::tiles::TileId;
use std::sync::Arc;

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

/// How many records the benches of searching are run on: [`POINTS`], and what a continent has.
pub const SIZES: [usize; 2] = [POINTS, 10 * POINTS];

/// So many points of one day each, half of them around forty towns, as incidents lie.
pub fn points(count: usize) -> Vec<(Position, Interval)> {
    let mut numbers = Numbers::new(1);
    let towns: Vec<Position> = (0..40).map(|_| numbers.position()).collect();
    let point = |ordinal: usize| {
        let mut position = numbers.position();
        if ordinal.is_multiple_of(2) {
            let town = towns[ordinal % towns.len()];
            let near = |center: f64, part: f64| center + (part - 0.5) * 0.6;
            position = Position::new(near(town.lon(), numbers.part()), near(town.lat(), numbers.part())).unwrap();
        }
        (position, numbers.interval(1))
    };
    (0..count).map(point).collect()
}

/// The same [`POINTS`] as the index takes them.
pub fn records() -> Vec<(u32, Bbox, Interval)> {
    numbered(&points(POINTS))
}

/// Points as the index takes them.
pub fn numbered(points: &[(Position, Interval)]) -> Vec<(u32, Bbox, Interval)> {
    (0u32..).zip(points).map(|(ordinal, (position, interval))| (ordinal, Bbox::of(*position), *interval)).collect()
}

/// Tiles of a zoom somewhere in the region.
pub fn tiles(numbers: &mut Numbers, count: usize, z: u8) -> Vec<TileId> {
    (0..count).map(|_| TileId::of(numbers.position(), z).unwrap()).collect()
}

/// The same points as incidents, with as many different words as providers use.
pub fn incidents(count: usize) -> ChangeSet {
    let dataset = Arc::new(Dataset {
        id: "seeded".to_owned(),
        title: "Seeded points".to_owned(),
        version: "1".to_owned(),
        released: jiff::civil::date(2026, 1, 1),
        licence: "CC0-1.0".to_owned(),
        licence_url: None,
        attribution: "nobody".to_owned(),
        redistribution: Redistribution::Allowed,
        homepage: None,
        description: "for benches".to_owned(),
        imported_at: None,
    });
    let mut numbers = Numbers::new(6);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
    let mut up_to = |end: u16| (numbers.part() * f64::from(end)) as u32;
    let incident = |(number, (position, interval)): (usize, (Position, Interval))| {
        let day = Moment::Day(interval.start().date().unwrap());
        let deaths = up_to(12);
        let (place, actor1, actor2) = (up_to(2_000), up_to(30), up_to(30));
        Incident {
            id: format!("seeded:{number}"),
            start: day,
            end: day,
            date_precision: DatePrecision::Day,
            position: Some(position),
            geo_precision: GeoPrecision::Exact,
            event_type: EventType::ALL[up_to(12) as usize],
            sub_event_type: None,
            actor1: Some(format!("ACTOR{actor1}")),
            actor2: Some(format!("ACTOR{actor2}")),
            fatalities: Fatalities { low: Some(deaths), best: Some(deaths), high: Some(deaths + up_to(3)) },
            country: ["ML", "BF", "NE"][up_to(3) as usize].to_owned(),
            region: None,
            place: format!("Place {place}"),
            title: format!("Reported incident near place {place}"),
            notes: None,
            source: SourceRef {
                dataset: Arc::clone(&dataset),
                citation: "Seeded".to_owned(),
                verification: None,
                confidence: Some(0.5),
                known_at: Instant::from_millis(0),
            },
        }
    };
    let incidents = points(count).into_iter().enumerate().map(incident).collect();
    ChangeSet { datasets: vec![Arc::clone(&dataset)], incidents, ..ChangeSet::default() }
}

/// The bundled regions.
pub fn regions() -> Vec<Region> {
    bundled().unwrap().changes.regions
}
