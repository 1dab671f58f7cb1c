//! Slopes that a few wild values do not move: the median of all slopes between two points (Theil–Sen), and whether values rise or fall at
//! all (Mann–Kendall).

use statrs::function::erf::{erfc, erfc_inv};
use std::f64::consts::SQRT_2;

use crate::analytics::LEVEL;

/// All slopes between two points that differ in their first coordinate, ascending.
#[must_use]
pub fn slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let later = |at: usize| points[at + 1..].iter().map(move |other| (points[at], *other));
    let pairs = (0..points.len()).flat_map(later).filter(|(a, b)| a.0 != b.0);
    let mut slopes: Vec<f64> = pairs.map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).collect();
    slopes.sort_by(f64::total_cmp);
    slopes
}

/// The middle of a sorted row; the mean of the two in the middle of an even number.
fn middle(sorted: &[f64]) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(sorted[last / 2], sorted[sorted.len() / 2]))
}

/// The median of all slopes between two points; `None` where there are none.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<f64> {
    middle(&slopes(points))
}

/// A trend in values over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Median slope per unit of time.
    pub slope: f64,
    /// Ends of its interval of [`LEVEL`], from the variance of Kendall's S.
    pub lo: f64,
    /// The upper end.
    pub hi: f64,
    /// Two-sided p of Mann–Kendall: how often values without a trend would rise or fall together as much.
    pub p: f64,
    /// How many values there were.
    pub values: usize,
}

/// Kendall's S of values in their order, and its variance where there is no trend, ties taken into account.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "some hundred values")]
pub fn mann_kendall(values: &[f64]) -> (f64, f64) {
    let later = |at: usize| values[at + 1..].iter().map(move |other| other.total_cmp(&values[at]) as i32);
    let s: i32 = (0..values.len()).flat_map(later).sum();
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| spread(tied.len() as f64)).sum();
    (f64::from(s), (spread(values.len() as f64) - ties) / 18.0)
}

/// The trend of points in the order of time; `None` where there are fewer than three or all have one time.
#[must_use]
pub fn trend(points: &[(f64, f64)]) -> Option<Trend> {
    let slopes = slopes(points);
    let slope = middle(&slopes).filter(|_| points.len() > 2)?;
    let values: Vec<f64> = points.iter().map(|point| point.1).collect();
    let (s, variance) = mann_kendall(&values);
    let z = if variance > 0.0 { (s.abs() - 1.0).max(0.0) / variance.sqrt() } else { 0.0 };
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some thousand slopes"
    )]
    let (low, high) = {
        let count = slopes.len() as f64;
        let half = SQRT_2 * erfc_inv(1.0 - LEVEL) * variance.max(0.0).sqrt();
        let last = count - 1.0;
        let low = ((count - half) / 2.0 - 1.0).floor().clamp(0.0, last);
        let high = ((count + half) / 2.0).ceil().clamp(0.0, last);
        (low as usize, high as usize)
    };
    Some(Trend {
        slope,
        lo: slopes[low].min(slope),
        hi: slopes[high].max(slope),
        p: erfc(z / SQRT_2).min(1.0),
        values: points.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_slope_is_the_median_of_all_pairs(points in vec((0..20i32, -50..50i32), 2..25)) {
            let points: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            let mut all = Vec::new();
            for a in 0..points.len() {
                for b in 0..points.len() {
                    if points[a].0 < points[b].0 {
                        all.push((points[b].1 - points[a].1) / (points[b].0 - points[a].0));
                    }
                }
            }
            all.sort_by(f64::total_cmp);
            let median = (!all.is_empty()).then(|| (all[(all.len() - 1) / 2] + all[all.len() / 2]) / 2.0);
            match (theil_sen(&points), median) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                (a, b) => prop_assert_eq!(a, b),
            }
        }

        #[test]
        fn the_variance_of_s_is_that_of_all_orders(values in vec(0..4i32, 3..7)) {
            // All orders of a few values, by exchanging two at a time (Heap's algorithm).
            fn orders(values: &mut Vec<f64>, count: usize, found: &mut Vec<f64>) {
                if count <= 1 {
                    found.push(mann_kendall(values).0);
                    return;
                }
                for at in 0..count {
                    orders(values, count - 1, found);
                    values.swap(if count.is_multiple_of(2) { at } else { 0 }, count - 1);
                }
            }
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let variance = mann_kendall(&values).1;
            let (count, mut found) = (values.len(), Vec::new());
            orders(&mut values, count, &mut found);
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            let measured = found.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / found.len() as f64;
            prop_assert!(mean.abs() < 1e-9 && (variance - measured).abs() < 1e-9, "{variance} {measured}");
        }
    }

    #[test]
    fn what_rises_throughout_has_a_small_p_and_what_is_level_has_none() {
        let rising: Vec<(f64, f64)> = (0..12).map(|x| (f64::from(x), 2.0 * f64::from(x) + f64::from(x % 3))).collect();
        let found = trend(&rising).unwrap();
        assert!(
            found.p < 0.001 && found.lo <= found.slope && found.slope <= found.hi && (found.slope - 2.0).abs() < 0.3,
            "{found:?}"
        );
        let level = trend(&[(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)]).unwrap();
        assert_eq!((level.slope, level.p), (0.0, 1.0));
        assert_eq!((theil_sen(&[]), trend(&[(0.0, 1.0), (1.0, 2.0)])), (None, None));
    }
}
