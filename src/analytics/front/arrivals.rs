//! When cells were first affected, by distance from an origin: medians after Kaplan and Meier, so that cells that were never affected
//! count as what they are, not affected yet.

use crate::analytics::parameters::{FRONT_BIN, FRONT_BIN_CELLS};

/// A cell that holds a known settlement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Kilometres from the origin.
    pub distance_km: f64,
    /// From which day on it was looked at.
    pub entry: f64,
    /// The day of its first event, or the last day where it has none.
    pub time: f64,
    /// Whether it has one.
    pub affected: bool,
    /// Number of its region.
    pub region: usize,
    /// Sector of the compass seen from the origin, 0 = north, clockwise.
    pub sector: usize,
}

/// Cells at about one distance.
#[derive(Debug, Clone)]
pub struct Bin {
    /// From how many kilometres on.
    pub from_km: f64,
    /// Up to how many, excluded.
    pub to_km: f64,
    /// Mean distance of its cells.
    pub distance_km: f64,
    /// How many of its cells were affected.
    pub affected: usize,
    /// Its cells in the order in which they leave, by event or because the last day came.
    leaving: Vec<Unit>,
    /// What enters in the order in which it does: day and region.
    entering: Vec<(f64, usize)>,
}

impl Bin {
    /// A bin of some cells that spans from a multiple of [`FRONT_BIN`] to another.
    #[allow(clippy::cast_precision_loss, reason = "some thousand cells")]
    fn new(first: usize, after: usize, mut leaving: Vec<Unit>) -> Self {
        leaving.sort_by(|a, b| a.time.total_cmp(&b.time).then(a.region.cmp(&b.region)));
        let mut entering: Vec<(f64, usize)> = leaving.iter().map(|unit| (unit.entry.min(unit.time), unit.region)).collect();
        entering.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Self {
            from_km: first as f64 * FRONT_BIN.value,
            to_km: after as f64 * FRONT_BIN.value,
            distance_km: leaving.iter().map(|unit| unit.distance_km).sum::<f64>() / leaving.len() as f64,
            affected: leaving.iter().filter(|unit| unit.affected).count(),
            leaving,
            entering,
        }
    }

    /// How many cells it has.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.leaving.len()
    }

    /// The day by which half of the cells were affected (Kaplan–Meier with delayed entry), each cell counted as often as `weight` says of
    /// its region. `None` where fewer than half were.
    #[must_use]
    pub fn median(&self, weight: impl Fn(usize) -> f64) -> Option<f64> {
        let (mut entered, mut left, mut at_risk, mut surviving) = (0, 0, 0.0, 1.0);
        while left < self.leaving.len() {
            let day = self.leaving[left].time;
            while let Some((_, region)) = self.entering.get(entered).filter(|(entry, _)| *entry <= day) {
                at_risk += weight(*region);
                entered += 1;
            }
            let (mut affected, mut leaves) = (0.0, 0.0);
            while let Some(unit) = self.leaving.get(left).filter(|unit| unit.time <= day) {
                let counts = weight(unit.region);
                affected += if unit.affected { counts } else { 0.0 };
                leaves += counts;
                left += 1;
            }
            if at_risk > 0.0 && affected > 0.0 {
                surviving *= 1.0 - affected / at_risk;
                // A half that is short of one by rounding is one.
                if surviving <= 0.5 + 1e-9 {
                    return Some(day);
                }
            }
            at_risk -= leaves;
        }
        None
    }
}

/// Bins of distance, the nearest first: as wide as [`FRONT_BIN`], or so many times as wide as it takes to have enough cells. What is left at
/// the far end with fewer is in none.
#[must_use]
pub fn bins<'a>(units: impl Iterator<Item = &'a Unit> + Clone) -> Vec<Bin> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half around the globe")]
    let number = |unit: &Unit| (unit.distance_km / FRONT_BIN.value).floor() as usize;
    let count = units.clone().map(|unit| number(unit) + 1).max().unwrap_or(0);
    let mut held: Vec<Vec<Unit>> = vec![Vec::new(); count];
    units.for_each(|unit| held[number(unit)].push(*unit));
    let (mut bins, mut first, mut gathered) = (Vec::new(), 0, Vec::new());
    for (at, units) in held.into_iter().enumerate() {
        gathered.extend(units);
        #[allow(clippy::cast_precision_loss, reason = "some thousand cells")]
        if gathered.len() as f64 >= FRONT_BIN_CELLS.value {
            bins.push(Bin::new(first, at + 1, std::mem::take(&mut gathered)));
            first = at + 1;
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn unit(entry: i32, time: i32, affected: bool) -> Unit {
        Unit { distance_km: 1.0, entry: f64::from(entry), time: f64::from(time), affected, region: 0, sector: 0 }
    }

    /// The definition, day by day: who is at risk on a day entered by then and did not leave before.
    fn by_definition(units: &[Unit]) -> Option<f64> {
        let mut surviving = 1.0;
        for day in 0..200 {
            let day = f64::from(day);
            let at_risk = units.iter().filter(|unit| unit.entry.min(unit.time) <= day && unit.time >= day).count();
            let affected = units.iter().filter(|unit| unit.affected && unit.time == day).count();
            if affected > 0 {
                surviving *= 1.0 - affected as f64 / at_risk as f64;
                if surviving <= 0.5 + 1e-9 {
                    return Some(day);
                }
            }
        }
        None
    }

    proptest! {
        #[test]
        fn a_median_is_that_of_the_definition(rows in vec((0..50, 0..100, any::<bool>()), 8..60)) {
            let units: Vec<Unit> = rows.into_iter().map(|(entry, time, affected)| unit(entry, time, affected)).collect();
            prop_assert_eq!(bins(units.iter())[0].median(|_| 1.0), by_definition(&units));
            // A region that is drawn three times is three regions.
            let thrice: Vec<Unit> = units.iter().flat_map(|unit| [*unit; 3]).collect();
            prop_assert_eq!(bins(units.iter())[0].median(|_| 3.0), by_definition(&thrice));
        }
    }

    #[test]
    fn without_censoring_it_is_the_plain_median() {
        let units: Vec<Unit> = (1..=9).map(|day| unit(0, day, true)).collect();
        assert_eq!(bins(units.iter())[0].median(|_| 1.0), Some(5.0));
        let few: Vec<Unit> = (1..=9).map(|day| unit(0, day, day < 5)).collect();
        assert_eq!(bins(few.iter())[0].median(|_| 1.0), None, "fewer than half are known to be affected");
        assert!(bins(units[..7].iter()).is_empty(), "too few cells");
    }

    #[test]
    fn a_bin_is_as_wide_as_it_takes() {
        let at = |distance_km: f64| Unit { distance_km, ..unit(0, 1, true) };
        let units: Vec<Unit> = (0..24).map(|number| at(f64::from(number) * 10.0)).chain([at(500.0)]).collect();
        let found: Vec<(f64, f64, usize)> = bins(units.iter()).iter().map(|bin| (bin.from_km, bin.to_km, bin.cells())).collect();
        assert_eq!(found, [(0.0, 80.0, 8), (80.0, 160.0, 8), (160.0, 240.0, 8)]);
    }
}
