//! An invented spread of which the truth is known: settlements, when each is reached, and what an observer reports of it.
//!
//! Arrival at a settlement is its distance over the speed in its direction and a delay (Gamma, shape 2, mean 3 months); from then on
//! incidents happen at a rate that grows with the root of its people. The observer misses some, places the others up to some ten kilometres
//! off, and reports some that never were.

use harmattan::analytics::front::distances::Coast;
use harmattan::analytics::{FrontModel, FrontReport, FrontSpan, FrontView};
use harmattan::domain::{DatePrecision, GeoPrecision, Instant, Place, PlaceKind, Position};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::f64::consts::{PI, TAU};

/// 2015-01-01.
const START: i32 = 16_436;
const DAYS_PER_MONTH: f64 = 30.436_875;
/// How long it is watched.
pub(crate) const MONTHS: f64 = 120.0;

/// Where what is at which time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Course {
    /// Everywhere from the beginning on.
    Everywhere,
    /// A disc that grows, at a speed in km/month on average and by so much of it more to the south than to the north.
    Growing { speed: f64, lean: f64 },
    /// A disc of a radius in km that moves south.
    Moving { speed: f64, radius: f64 },
    /// A disc that shrinks from a radius in km.
    Shrinking { speed: f64, radius: f64 },
}

/// What is invented.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) course: Course,
    /// Settlements, within 600 km.
    pub(crate) settlements: usize,
    /// Incidents a month at a middling settlement.
    pub(crate) rate: f64,
    /// How many of them are reported.
    pub(crate) detected: f64,
    /// How many of the reports are of nothing.
    pub(crate) invented: f64,
    /// Standard deviation of a place in km, in each direction.
    pub(crate) error_km: f64,
    /// Whether the days of all reports are dealt out anew.
    pub(crate) shuffled: bool,
}

impl Scenario {
    pub(crate) const PLAIN: Self = Self {
        course: Course::Growing { speed: 5.0, lean: 0.0 },
        settlements: 900,
        rate: 0.3,
        detected: 0.7,
        invented: 0.03,
        error_km: 7.0,
        shuffled: false,
    };
}

struct Dice(ChaCha8Rng);

impl Dice {
    /// Above 0, up to 1.
    fn part(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.part().ln()
    }

    fn gamma2(&mut self, mean: f64) -> f64 {
        self.exponential(mean / 2.0) + self.exponential(mean / 2.0)
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.part().ln()).sqrt() * (TAU * self.part()).cos()
    }
}

/// Kilometres east and north of the middle as a position.
fn at(x: f64, y: f64) -> Position {
    let lat = 12.0 + y / 110.6;
    Position::new(x / (111.32 * lat.to_radians().cos()), lat).expect("within 700 km of the middle")
}

/// Settlements and reports of one run.
pub(crate) struct Run {
    pub(crate) places: Vec<Place>,
    /// Place, day and the settlement that it is of.
    pub(crate) reports: Vec<(Position, i32, usize)>,
}

impl Run {
    pub(crate) fn new(scenario: Scenario, seed: u64) -> Self {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let (mut places, mut reports, mut spots) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..scenario.settlements {
            let (distance, angle) = (600.0 * dice.part().sqrt(), TAU * dice.part());
            let (x, y) = (distance * angle.sin(), distance * angle.cos());
            let people = 2_000.0 * (0.8 * dice.normal()).exp();
            // Regions of 150 km.
            let region = format!("AA-{}-{}", (x / 150.0).floor(), (y / 150.0).floor());
            places.push(Place {
                id: format!("place:{number:04}"),
                name: format!("Place {number}"),
                name_fr: None,
                alt_names: Vec::new(),
                country: "AA".to_owned(),
                region: Some(region.clone()),
                position: at(x, y),
                population: Some(people as u32),
                kind: PlaceKind::Town,
                source: String::new(),
            });
            let delay = dice.gamma2(3.0);
            // Angles from the north, clockwise: the south lies at π.
            let (from, to) = match scenario.course {
                Course::Everywhere => (0.0, MONTHS),
                Course::Growing { speed, lean } => (distance / (speed * (1.0 + lean * (angle - PI).cos())) + delay, MONTHS),
                Course::Moving { speed, radius } => {
                    // Its middle goes from 400 km north to 400 km south.
                    let half = (radius * radius - x * x).max(0.0).sqrt();
                    if half > 0.0 { ((400.0 - y - half) / speed + delay, (400.0 - y + half) / speed + delay) } else { (1.0, 0.0) }
                }
                Course::Shrinking { speed, radius } => (0.0, (radius - distance) / speed - delay),
            };
            let rate = (scenario.rate * (people / 2_000.0).sqrt()).clamp(scenario.rate / 3.0, scenario.rate * 3.3);
            let mut month = from.max(0.0);
            loop {
                month += dice.exponential(1.0 / rate);
                if month >= to.min(MONTHS) {
                    break;
                }
                if dice.part() <= scenario.detected {
                    let (east, north) = (scenario.error_km * dice.normal(), scenario.error_km * dice.normal());
                    reports.push((at(x + east, y + north), month, number));
                }
            }
            spots.push((x, y));
        }
        let invented = (reports.len() as f64 * scenario.invented).round() as usize;
        for _ in 0..invented {
            let number = (dice.0.next_u64() % spots.len() as u64) as usize;
            let (x, y) = spots[number];
            reports.push((at(x, y), MONTHS * dice.part(), number));
        }
        if scenario.shuffled {
            for last in (1..reports.len()).rev() {
                let other = (dice.0.next_u64() % (last as u64 + 1)) as usize;
                let (a, b) = (reports[last].1, reports[other].1);
                (reports[last].1, reports[other].1) = (b, a);
            }
        }
        let day = |month: f64| START + (month * DAYS_PER_MONTH).floor() as i32;
        let reports = reports.into_iter().map(|(at, month, number)| (at, day(month), number)).collect();
        Self { places, reports }
    }

    pub(crate) fn model(&self) -> FrontModel {
        let report = |(position, day, number): &(Position, i32, usize)| FrontReport {
            position: Some(*position),
            day: *day,
            date_precision: DatePrecision::Day,
            geo_precision: GeoPrecision::Exact,
            actors: [Some("A"), None],
            country: "AA",
            region: self.places[*number].region.as_deref(),
            dataset: "invented",
            known_at: Instant::from_millis(0),
            superseded_at: None,
        };
        FrontModel::new(self.reports.iter().map(report), &self.places, &[], &[])
    }
}

/// The front of an invented run as it is told.
pub(crate) fn told(scenario: Scenario, seed: u64, look: impl FnOnce(&FrontView<'_>)) {
    let model = Run::new(scenario, seed).model();
    let span = FrontSpan { from: Some(START), to: START + (MONTHS * DAYS_PER_MONTH) as i32 - 1, origin: None };
    look(&model.view("A", span, &Coast::default()).expect("something is reported"));
}
