//! Draws of what may be the case, the same for the same data on every machine.
//!
//! Each place has a number per draw between 0 and 1, Φ(√ρ·Z + √(1−ρ)·z) with Z of its region and z of itself, both standard normal. Read
//! against the cumulated beliefs of the place, in the order of a ladder from the state to its enemies, it says which state the place is in
//! in that draw. Places of one region err together: the shares of a region would come out too sure if they did not. So do roads, each with
//! the regions that it runs through.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use statrs::function::erf::{erfc, erfc_inv};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::sync::{Arc, LazyLock};
use xxhash_rust::xxh3::xxh3_64;

use super::parameters::CORRELATION;

/// How many draws are made.
pub const DRAWS: usize = 200;
/// How many are made of roads.
pub const ROAD_DRAWS: usize = 300;
/// The part of them that an interval holds: from the 5 % to the 95 % point.
pub const LEVEL: f64 = 0.9;

/// What the streams of the places begin with: any number would do, it only has to stay the same.
const SEED: u64 = 0x4841_524D_4154_5441;

/// Standard normal numbers that belong to a name: one from each of as many slices of equal probability as there are draws, in an order of
/// their own (Latin hypercube sampling, McKay, Beckman and Conover 1979, doi:10.1080/00401706.1979.10489755), so that the few draws there
/// are have the tails that they should.
fn normals(kind: &str, name: &str, slices: &[f64]) -> Vec<f64> {
    let mut stream = ChaCha8Rng::seed_from_u64(SEED ^ xxh3_64(format!("{kind}:{name}").as_bytes()));
    let mut order: Vec<usize> = (0..slices.len()).collect();
    for at in (1..slices.len()).rev() {
        // The rest of a division of 64 bits by some hundred: what is uneven in it shows nowhere.
        #[allow(clippy::cast_possible_truncation, reason = "less than the number of draws")]
        let other = (stream.next_u64() % (at as u64 + 1)) as usize;
        order.swap(at, other);
    }
    order.iter().map(|slice| slices[*slice]).collect()
}

/// The middle of each of so many slices.
fn slices(count: usize) -> Vec<f64> {
    #[allow(clippy::cast_precision_loss, reason = "a few hundred")]
    let part = |slice: usize| (slice as f64 + 0.5) / count as f64;
    (0..count).map(|slice| -SQRT_2 * erfc_inv(2.0 * part(slice))).collect()
}

static SLICES: LazyLock<Vec<f64>> = LazyLock::new(|| slices(DRAWS));
static ROAD_SLICES: LazyLock<Vec<f64>> = LazyLock::new(|| slices(ROAD_DRAWS));

/// The normal numbers of a region.
pub(super) fn of_region(name: &str) -> Vec<f64> {
    normals("region", name, &SLICES)
}

/// What all roads share of one kind of error where nobody says in which regions they lie.
pub(super) fn of_all_roads(kind: &str) -> Vec<f64> {
    normals("roads", kind, &ROAD_SLICES)
}

/// What a road shares of one kind of error with others of its regions: the sum of the normal numbers of each region times how much of the road
/// lies in it, drawn together to a spread of one. Two roads that lie in one region share all of it, two that meet in none share nothing.
pub(super) fn of_regions(kind: &str, parts: &[(Arc<str>, f64)]) -> Vec<f64> {
    let size = parts.iter().map(|(_, part)| part * part).sum::<f64>().sqrt();
    if size <= 0.0 {
        return of_all_roads(kind);
    }
    let mut sum = vec![0.0; ROAD_DRAWS];
    for (region, part) in parts {
        let of_region =
            if region.is_empty() { of_all_roads(kind) } else { normals("roads", &format!("{kind}:{region}"), &ROAD_SLICES) };
        sum.iter_mut().zip(of_region).for_each(|(sum, of_region)| *sum += of_region * part / size);
    }
    sum
}

/// The numbers of a road between 0 and 1, one a draw, from what it shares with others.
pub(super) fn of_road(kind: &str, name: &str, shared: &[f64]) -> Vec<f64> {
    let (together, own) = (CORRELATION.value.sqrt(), (1.0 - CORRELATION.value).sqrt());
    let numbers = normals(kind, name, &ROAD_SLICES);
    numbers.iter().zip(shared).map(|(road, shared)| 0.5 * erfc(-(together * shared + own * road) * FRAC_1_SQRT_2)).collect()
}

/// The numbers of a place between 0 and 1, one a draw, from the least to the greatest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numbers {
    /// 24 bits of a number between 0 and 1 are plenty, and half the memory.
    numbers: [f32; DRAWS],
    /// The draw that each belongs to.
    draws: [u8; DRAWS],
}

const _: () = assert!(DRAWS <= 256, "a draw is numbered with a byte");

impl Numbers {
    /// How many of them lie below a number. They lie evenly but for chance, so that the search begins near its end; halving would touch the
    /// memory of each place at many more points.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no more than a few hundred"
    )]
    pub(super) fn below(&self, number: f64) -> usize {
        let below = |at: usize| f64::from(self.numbers[at]) < number;
        let mut at = ((number * DRAWS as f64) as usize).min(DRAWS);
        while at > 0 && !below(at - 1) {
            at -= 1;
        }
        while at < DRAWS && below(at) {
            at += 1;
        }
        at
    }

    /// The draws of those from one to before another.
    pub(super) fn draws(&self, from: usize, to: usize) -> &[u8] {
        &self.draws[from..to]
    }
}

/// The numbers of a place.
#[allow(clippy::cast_possible_truncation, reason = "see the numbers; and there are no more draws than a byte counts")]
pub(super) fn of_place(name: &str, region: &[f64]) -> Box<Numbers> {
    let (shared, own) = (CORRELATION.value.sqrt(), (1.0 - CORRELATION.value).sqrt());
    let normals = normals("place", name, &SLICES);
    let normals = normals.iter().zip(region).map(|(place, region)| shared * region + own * place);
    let numbers = normals.map(|z| (0.5 * erfc(-z * FRAC_1_SQRT_2)) as f32);
    let mut drawn: Vec<(f32, u8)> = numbers.enumerate().map(|(draw, number)| (number, draw as u8)).collect();
    drawn.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Box::new(Numbers { numbers: std::array::from_fn(|at| drawn[at].0), draws: std::array::from_fn(|at| drawn[at].1) })
}

/// The place of a part of a row: the member before it, and how far it lies from there to the next.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
fn place(part: f64, last: usize) -> (usize, f64) {
    let place = part.clamp(0.0, 1.0) * last as f64;
    (place.floor() as usize, place.fract())
}

/// The points of a sorted row below which a part of it lies, by straight lines between its members.
pub(super) fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let (at, rest) = place(part, last);
    let (low, high) = (sorted[at], sorted[(at + 1).min(last)]);
    low + (high - low) * rest
}

/// The same of a row in any order and of several parts, the least first. The row is left in another order; sorting it whole would take
/// three times as long.
pub(super) fn quantiles<const PARTS: usize>(row: &mut [f64], parts: [f64; PARTS]) -> [f64; PARTS] {
    let Some(last) = row.len().checked_sub(1) else { return [0.0; PARTS] };
    // Everything before `done` is in its place or less than all that follows.
    let mut done = 0;
    parts.map(|part| {
        let (at, rest) = place(part, last);
        let low = if at < done { row[at] } else { *row[done..].select_nth_unstable_by(at - done, f64::total_cmp).1 };
        let high = row[at + 1..].iter().copied().min_by(f64::total_cmp).unwrap_or(low);
        done = at + 1;
        low + (high - low) * rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers in the order of the draws.
    fn by_draw(numbers: &Numbers) -> impl Iterator<Item = f64> {
        let number = |draw| numbers.draws.iter().zip(&numbers.numbers).find(|(own, _)| **own == draw).map(|(_, number)| *number);
        (0..=u8::MAX).filter_map(number).map(f64::from)
    }

    #[test]
    fn places_of_a_region_err_together_and_others_do_not() {
        let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
        let correlation = |a: &[f64], b: &[f64]| {
            let (ma, mb) = (mean(a), mean(b));
            let products: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).collect();
            let spread = |row: &[f64], m: f64| row.iter().map(|x| (x - m).powi(2)).sum::<f64>().sqrt();
            products.iter().sum::<f64>() / (spread(a, ma) * spread(b, mb))
        };
        let row = |place: &str, region: &str| -> Vec<f64> { by_draw(&of_place(place, &of_region(region))).collect() };
        let (mut same, mut other) = (Vec::new(), Vec::new());
        for pair in 0..60 {
            let (a, b, c) = (format!("a{pair}"), format!("b{pair}"), format!("c{pair}"));
            let (here, there) = (format!("here{pair}"), format!("there{pair}"));
            same.push(correlation(&row(&a, &here), &row(&b, &here)));
            other.push(correlation(&row(&a, &here), &row(&c, &there)));
        }
        // Of uniform numbers behind normal ones with ρ = 0.5 the correlation is 6/π·asin(ρ/2) = 0.483.
        assert!((mean(&same) - 0.483).abs() < 0.03, "{}", mean(&same));
        assert!(mean(&other).abs() < 0.03, "{}", mean(&other));
    }

    #[test]
    fn roads_err_together_as_far_as_they_run_through_the_same_regions() {
        let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
        let together = |a: &[(Arc<str>, f64)], b: &[(Arc<str>, f64)]| {
            let (a, b) = (of_regions("status", a), of_regions("status", b));
            let products: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a * b).collect();
            let size = |row: &[f64]| mean(&row.iter().map(|x| x * x).collect::<Vec<_>>()).sqrt();
            mean(&products) / (size(&a) * size(&b))
        };
        let (mut same, mut half, mut none) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..40 {
            let lies = |regions: &[(&str, f64)]| -> Vec<(Arc<str>, f64)> {
                regions.iter().map(|(region, km)| (Arc::from(format!("{region}{pair}")), *km)).collect()
            };
            let (whole, across, away) = (lies(&[("a", 90.0)]), lies(&[("a", 200.0), ("b", 200.0)]), lies(&[("c", 7.0)]));
            same.push(together(&whole, &lies(&[("a", 3.0)])));
            half.push(together(&whole, &across));
            none.push(together(&across, &away));
        }
        assert!(same.iter().all(|part| (part - 1.0).abs() < 1e-9));
        assert!((mean(&half) - 0.5f64.sqrt()).abs() < 0.03 && mean(&none).abs() < 0.03, "{} {}", mean(&half), mean(&none));
        assert_eq!(of_regions("status", &[]), of_all_roads("status"));
    }

    #[test]
    fn the_numbers_below_one_are_those_that_are_less() {
        let numbers = of_place("Gao", &of_region("ML-7"));
        for number in [-0.5, 0.0, 0.004, 0.3, 0.5, 0.997, 1.0, 1.5, f64::from(numbers.numbers[70])] {
            let less = numbers.numbers.iter().filter(|own| f64::from(**own) < number).count();
            assert_eq!(numbers.below(number), less, "{number}");
        }
    }

    #[test]
    fn the_same_name_gives_the_same_numbers() {
        assert_eq!(of_place("Gao", &of_region("ML-7")), of_place("Gao", &of_region("ML-7")));
        assert_ne!(of_place("Gao", &of_region("ML-7")), of_place("Kidal", &of_region("ML-7")));
        // Held fast: a new version of a crate must not give other numbers without anybody noticing.
        assert_eq!(format!("{:.6}", by_draw(&of_place("Gao", &of_region("ML-7"))).next().unwrap_or(0.0)), PINNED);
    }

    const PINNED: &str = "0.546030";

    #[test]
    fn quantiles_lie_between_the_members() {
        let row = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!((quantile(&row, 0.5), quantile(&row, 0.05), quantile(&row, 1.0)), (2.0, 0.2, 4.0));
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(quantiles(&mut [], [0.5]), [0.0]);
    }

    #[test]
    fn quantiles_of_an_unsorted_row_are_those_of_the_sorted_one() {
        for count in [1, 2, 3, 7, 40, DRAWS] {
            let mut row: Vec<f64> = normals("place", "Gao", &slices(count)).iter().map(|z| (z * 3.0).round()).collect();
            let mut sorted = row.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let parts = [0.0, 0.05, 0.06, 0.5, 0.95, 1.0];
            assert_eq!(quantiles(&mut row, parts), parts.map(|part| quantile(&sorted, part)), "of {count}");
        }
    }
}
