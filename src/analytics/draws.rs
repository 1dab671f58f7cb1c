//! Draws of what may be the case, the same for the same data on every machine.
//!
//! Each place has a number per draw between 0 and 1, Φ(√ρ·Z + √(1−ρ)·z) with Z of its region and z of itself, both standard normal. Read
//! against the cumulated beliefs of the place, in the order of a ladder from the state to its enemies, it says which state the place is in
//! in that draw. Places of one region err together: the shares of a region would come out too sure if they did not.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use statrs::function::erf::{erfc, erfc_inv};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::sync::LazyLock;
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

/// What all roads share of one kind of error.
pub(super) fn of_all_roads(kind: &str) -> Vec<f64> {
    normals("roads", kind, &ROAD_SLICES)
}

/// The numbers of a road between 0 and 1, one a draw.
pub(super) fn of_road(kind: &str, name: &str, all: &[f64]) -> Vec<f64> {
    let (shared, own) = (CORRELATION.value.sqrt(), (1.0 - CORRELATION.value).sqrt());
    let numbers = normals(kind, name, &ROAD_SLICES);
    numbers.iter().zip(all).map(|(road, all)| 0.5 * erfc(-(shared * all + own * road) * FRAC_1_SQRT_2)).collect()
}

/// The numbers of a place between 0 and 1, one a draw.
#[allow(clippy::cast_possible_truncation, reason = "24 bits of a number between 0 and 1 are plenty, and half the memory")]
pub(super) fn of_place(name: &str, region: &[f64]) -> Box<[f32]> {
    let (shared, own) = (CORRELATION.value.sqrt(), (1.0 - CORRELATION.value).sqrt());
    let numbers = normals("place", name, &SLICES);
    let numbers = numbers.iter().zip(region).map(|(place, region)| shared * region + own * place);
    numbers.map(|z| (0.5 * erfc(-z * FRAC_1_SQRT_2)) as f32).collect()
}

/// The points of a sorted row below which a part of it lies, by straight lines between its members.
pub(super) fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
    let (at, rest) = {
        let place = part.clamp(0.0, 1.0) * last as f64;
        (place.floor() as usize, place.fract())
    };
    let (low, high) = (sorted[at], sorted[(at + 1).min(last)]);
    low + (high - low) * rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_a_region_err_together_and_others_do_not() {
        let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
        let correlation = |a: &[f64], b: &[f64]| {
            let (ma, mb) = (mean(a), mean(b));
            let products: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).collect();
            let spread = |row: &[f64], m: f64| row.iter().map(|x| (x - m).powi(2)).sum::<f64>().sqrt();
            products.iter().sum::<f64>() / (spread(a, ma) * spread(b, mb))
        };
        let row = |place: &str, region: &str| -> Vec<f64> {
            of_place(place, &of_region(region)).iter().map(|part| f64::from(*part)).collect()
        };
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
    fn the_same_name_gives_the_same_numbers() {
        assert_eq!(of_place("Gao", &of_region("ML-7")), of_place("Gao", &of_region("ML-7")));
        assert_ne!(of_place("Gao", &of_region("ML-7")), of_place("Kidal", &of_region("ML-7")));
        // Held fast: a new version of a crate must not give other numbers without anybody noticing.
        assert_eq!(format!("{:.6}", of_place("Gao", &of_region("ML-7"))[0]), PINNED);
    }

    const PINNED: &str = "0.546030";

    #[test]
    fn quantiles_lie_between_the_members() {
        let row = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!((quantile(&row, 0.5), quantile(&row, 0.05), quantile(&row, 1.0)), (2.0, 0.2, 4.0));
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
