//! How fast first reports move away from an origin, in all directions together and by sector of the compass.
//!
//! The median of arrival of each bin of distance ([`Bin::median`]) against its distance, the median of all slopes between two bins
//! (Theil–Sen), and one over it. Intervals come from drawing level-1 regions again, with replacement: the cells of a region are affected
//! together and are no evidence each for itself.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::arrivals::{Bin, Unit, bins};
use super::trend::theil_sen;
use crate::analytics::Estimate;
use crate::analytics::parameters::{
    FRONT_AFFECTED, FRONT_BINS, FRONT_DRAWS, FRONT_EVENTS, FRONT_RATIO, FRONT_REGIONS, FRONT_SECTOR_BINS, FRONT_VOID,
};

/// Days in a month, on average over 400 years.
pub const DAYS_PER_MONTH: f64 = 30.436_875;

/// The sectors of the compass, from north clockwise.
pub const SECTORS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/// South-east, south and south-west.
const SOUTHWARD: [usize; 3] = [3, 4, 5];

/// A bin with its median of arrival.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The bin.
    pub bin: Bin,
    /// The day by which half of its cells were affected, where that is known.
    pub median: Option<f64>,
    /// Whether the speed rests on it: the median is known and lies in the asked span.
    pub used: bool,
}

/// A speed in kilometres a month, or why there is none.
#[derive(Debug, Clone)]
pub struct Speed {
    /// The speed.
    pub speed: Option<Estimate>,
    /// Why there is none; empty where there is one.
    pub reasons: Vec<String>,
    /// The bins of distance.
    pub arrivals: Vec<Arrival>,
    /// Its cells, those of bins that are left out too.
    pub cells: usize,
    /// How many of them are affected.
    pub affected: usize,
}

impl Speed {
    /// How many bins it rests on.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.arrivals.iter().filter(|arrival| arrival.used).count()
    }
}

/// The speed of a front.
#[derive(Debug, Clone)]
pub struct Spread {
    /// In all directions together.
    pub all: Speed,
    /// By sector, as in [`SECTORS`].
    pub sectors: Vec<Speed>,
    /// The mean of SE, S and SW, weighted by cells.
    pub southward: Option<Estimate>,
}

impl Spread {
    /// The same with intervals that hold those of another one, as far as it has them: what a different reading of the reports gives. A speed
    /// whose interval becomes too wide is no longer told.
    #[must_use]
    pub fn widened(mut self, other: &Self) -> Self {
        let speeds = std::iter::once(&mut self.all).chain(&mut self.sectors);
        for (speed, other) in speeds.zip(std::iter::once(&other.all).chain(&other.sectors)) {
            if let Some((own, other)) = speed.speed.zip(other.speed) {
                match checked(around(own, other)) {
                    Ok(wider) => speed.speed = Some(wider),
                    Err(reason) => {
                        speed.speed = None;
                        speed.reasons.push(reason);
                    }
                }
            }
        }
        self.southward = match (self.southward, other.southward) {
            (Some(own), Some(other)) => checked(around(own, other)).ok(),
            (own, _) => own,
        };
        self
    }
}

fn around(own: Estimate, other: Estimate) -> Estimate {
    Estimate { lo: own.lo.min(other.lo), hi: own.hi.max(other.hi), ..own }
}

/// Days per kilometre over the bins that a speed rests on, each region counted as often as `weight` says.
fn slowness(arrivals: &[Arrival], weight: impl Fn(usize) -> f64 + Copy) -> Option<f64> {
    let used = arrivals.iter().filter(|arrival| arrival.used);
    let points: Vec<(f64, f64)> =
        used.filter_map(|arrival| Some((arrival.bin.distance_km, arrival.bin.median(weight)?))).collect();
    theil_sen(&points)
}

/// Kilometres a month; beyond every bound where arrivals come no later with distance.
fn speed_of(days_per_km: f64) -> f64 {
    if days_per_km > 0.0 { DAYS_PER_MONTH / days_per_km } else { f64::INFINITY }
}

/// The member of a sorted row below which a part of it lies.
pub(super) fn rank(sorted: &[f64], part: f64) -> f64 {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred draws")]
    let at = (part * (sorted.len().max(1) - 1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// The estimate with the 5 % and 95 % points of its draws, widened to hold it; or a reason why it cannot be told.
fn bounded(value: f64, draws: &[Option<f64>]) -> Result<Estimate, String> {
    let mut told: Vec<f64> = draws.iter().copied().flatten().collect();
    told.sort_by(f64::total_cmp);
    #[allow(clippy::cast_precision_loss, reason = "some hundred draws")]
    let void = 1.0 - told.len() as f64 / draws.len().max(1) as f64;
    if void > FRONT_VOID.value {
        return Err(format!(
            "{:.0} % of the draws of regions give no speed (at most {:.0} %)",
            void * 100.0,
            FRONT_VOID.value * 100.0
        ));
    }
    checked(Estimate { value, lo: rank(&told, 0.05).min(value), hi: rank(&told, 0.95).max(value), median: None })
}

/// An estimate whose interval is not too wide, or a reason why it cannot be told.
fn checked(estimate: Estimate) -> Result<Estimate, String> {
    let Estimate { lo, hi, .. } = estimate;
    if hi / lo <= FRONT_RATIO.value {
        Ok(estimate)
    } else if hi.is_finite() {
        Err(format!("the interval of {lo:.1} to {hi:.1} km/month is wider than {} times", FRONT_RATIO.value))
    } else {
        Err("the interval has no upper end: arrivals may come no later with distance at all".to_owned())
    }
}

/// A speed without its interval, with what it rests on.
fn prepared(units: &[Unit], span: (f64, f64), least_bins: f64, reasons: Vec<String>) -> Speed {
    let arrival = |bin: Bin| {
        let median = bin.median(|_| 1.0);
        Arrival { used: median.is_some_and(|median| span.0 <= median && median <= span.1), median, bin }
    };
    let arrivals: Vec<Arrival> = bins(units.iter()).into_iter().map(arrival).collect();
    let affected = units.iter().filter(|unit| unit.affected).count();
    let mut speed = Speed { speed: None, reasons, arrivals, cells: units.len(), affected };
    let found = speed.bins();
    #[allow(clippy::cast_precision_loss, reason = "some ten bins")]
    if (found as f64) < least_bins {
        speed.reasons.push(format!(
            "{found} bins of distance in which half of the cells were affected in the span (at least {least_bins})"
        ));
    }
    let mut regions: Vec<usize> = units.iter().filter(|unit| unit.affected).map(|unit| unit.region).collect();
    regions.sort_unstable();
    regions.dedup();
    #[allow(clippy::cast_precision_loss, reason = "some hundred regions")]
    if (regions.len() as f64) < FRONT_REGIONS.value {
        speed.reasons.push(format!("affected cells in {} level-1 regions (at least {})", regions.len(), FRONT_REGIONS.value));
    }
    if speed.reasons.is_empty() && !slowness(&speed.arrivals, |_| 1.0).is_some_and(|slowness| slowness > 0.0) {
        speed.reasons.push("cells farther away are not affected later".to_owned());
    }
    speed
}

/// The speed of first reports over cells with known settlements, `events` of which lie in them, over bins of which half the cells were
/// affected within `span` (days, ends included). Regions are numbers below `regions`; the same seed gives the same intervals.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of cells and events")]
pub fn spread(units: &[Unit], events: usize, regions: usize, span: (f64, f64), seed: u64) -> Spread {
    let affected = units.iter().filter(|unit| unit.affected).count();
    let mut too_little = Vec::new();
    for (what, found, least) in
        [("affected cells with a known settlement", affected, FRONT_AFFECTED), ("events in them", events, FRONT_EVENTS)]
    {
        if (found as f64) < least.value {
            too_little.push(format!("{found} {what} (at least {})", least.value));
        }
    }
    let mut all = prepared(units, span, FRONT_BINS.value, too_little.clone());
    let of_sector = |sector: usize| -> Vec<Unit> { units.iter().filter(|unit| unit.sector == sector).copied().collect() };
    let mut sectors: Vec<Speed> = (0..SECTORS.len())
        .map(|sector| prepared(&of_sector(sector), span, FRONT_SECTOR_BINS.value, too_little.clone()))
        .collect();
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred")]
    let draws = FRONT_DRAWS.value as usize;
    let wanted = |speed: &Speed| speed.reasons.is_empty();
    // One row of draws a speed, each draw of the same regions for all.
    let mut rows: Vec<Vec<Option<f64>>> = vec![Vec::new(); 1 + sectors.len()];
    if wanted(&all) || sectors.iter().any(wanted) {
        for _ in 0..draws {
            let mut counts = vec![0.0; regions];
            for _ in 0..regions {
                // The rest of a division of 64 bits by some hundred: what is uneven in it shows nowhere.
                #[allow(clippy::cast_possible_truncation, reason = "less than the number of regions")]
                let region = (stream.next_u64() % regions as u64) as usize;
                counts[region] += 1.0;
            }
            for (row, speed) in rows.iter_mut().zip(std::iter::once(&all).chain(&sectors)) {
                if wanted(speed) {
                    row.push(slowness(&speed.arrivals, |region| counts[region]).map(speed_of));
                }
            }
        }
    }
    let southward = southward(&sectors, &rows[1..]);
    for (speed, row) in std::iter::once(&mut all).chain(&mut sectors).zip(&rows) {
        if !wanted(speed) {
            continue;
        }
        match slowness(&speed.arrivals, |_| 1.0).map(|slowness| bounded(speed_of(slowness), row)) {
            Some(Ok(estimate)) => speed.speed = Some(estimate),
            Some(Err(reason)) => speed.reasons.push(reason),
            None => {}
        }
    }
    let southward = southward.filter(|_| SOUTHWARD.iter().any(|sector| sectors[*sector].speed.is_some()));
    Spread { all, sectors, southward }
}

/// The mean of the three southern sectors, as far as they have a speed, weighted by cells.
#[allow(clippy::cast_precision_loss, reason = "counts of cells")]
fn southward(sectors: &[Speed], rows: &[Vec<Option<f64>>]) -> Option<Estimate> {
    let of = |sector: usize| {
        let speed = &sectors[sector];
        let slowness = slowness(&speed.arrivals, |_| 1.0).filter(|_| speed.reasons.is_empty())?;
        bounded(speed_of(slowness), &rows[sector]).ok().map(|estimate| (sector, speed.cells as f64, estimate.value))
    };
    let told: Vec<(usize, f64, f64)> = SOUTHWARD.iter().filter_map(|sector| of(*sector)).collect();
    let weight: f64 = told.iter().map(|(_, cells, _)| cells).sum();
    if told.is_empty() {
        return None;
    }
    let value = told.iter().map(|(_, cells, speed)| cells * speed).sum::<f64>() / weight;
    let draw = |draw: usize| {
        let speeds = told.iter().map(|(sector, cells, _)| Some(cells * rows[*sector][draw]?));
        Some(speeds.sum::<Option<f64>>()? / weight)
    };
    let draws: Vec<Option<f64>> = (0..rows[told[0].0].len()).map(draw).collect();
    bounded(value, &draws).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells on rings: those of a ring are affected when a front of so many days per kilometre comes by.
    fn rings(days_per_km: f64) -> Vec<Unit> {
        let unit = |at: usize| {
            let distance_km = 10.0 + 2.0 * at as f64;
            let time = 1_000.0 + days_per_km * distance_km;
            Unit { distance_km, entry: 0.0, time, affected: true, region: at % 7, sector: at % 8 }
        };
        (0..200).map(unit).collect()
    }

    #[test]
    fn a_front_that_keeps_its_pace_has_that_speed_and_an_interval_around_it() {
        let found = spread(&rings(6.0), 400, 7, (0.0, 1e6), 1);
        let speed = found.all.speed.unwrap();
        assert!(
            (speed.value - DAYS_PER_MONTH / 6.0).abs() < 0.1 && speed.lo <= speed.value && speed.value <= speed.hi,
            "{speed:?}"
        );
        assert_eq!(found.all.bins(), 10);
        assert_eq!(format!("{:?}", spread(&rings(6.0), 400, 7, (0.0, 1e6), 1).all.speed), format!("{:?}", Some(speed)));
    }

    #[test]
    fn without_enough_evidence_there_is_no_speed_and_the_reasons_are_told() {
        let few = spread(&rings(6.0)[..60], 400, 7, (0.0, 1e6), 1);
        assert!(few.all.speed.is_none() && few.all.reasons[0].starts_with("60 affected cells"), "{:?}", few.all.reasons);
        let events = spread(&rings(6.0), 249, 7, (0.0, 1e6), 1);
        assert!(events.all.speed.is_none() && events.all.reasons[0].starts_with("249 events"));
        let level = spread(&rings(0.0), 400, 7, (0.0, 1e6), 1);
        assert_eq!(level.all.reasons, ["cells farther away are not affected later"]);
        let outside = spread(&rings(6.0), 400, 7, (0.0, 1_200.0), 1);
        assert!(outside.all.reasons[0].starts_with("1 bins"), "{:?}", outside.all.reasons);
        let one_region: Vec<Unit> = rings(6.0).into_iter().map(|unit| Unit { region: 0, ..unit }).collect();
        assert!(spread(&one_region, 400, 1, (0.0, 1e6), 1).all.speed.is_none());
        assert!(spread(&[], 0, 0, (0.0, 1e6), 1).all.speed.is_none());
    }
}
