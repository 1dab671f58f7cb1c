//! Real files of UCDP GED, read where they are at hand; they are not committed.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::support::{Kept, read};
use harmattan::domain::GeoPrecision;
use harmattan::import::{Doubt, Format, Summary};

/// The file, or a line that says that it is not there.
fn at_hand(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not at hand");
    None
}

/// Sums of the columns, read without any of our code but the CSV crate.
fn sums(path: &Path, columns: [&str; 3]) -> [u64; 3] {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = columns.map(|column| header.iter().position(|name| name == column).unwrap());
    let mut sums = [0; 3];
    for record in reader.records() {
        let record = record.unwrap();
        for (sum, at) in sums.iter_mut().zip(at) {
            *sum += record[at].parse::<u64>().unwrap();
        }
    }
    sums
}

fn ids(kept: &Kept) -> usize {
    kept.incidents().iter().map(|row| row.id.as_str()).collect::<HashSet<_>>().len()
}

fn import(path: &Path) -> (Summary, Kept) {
    let (summary, kept) = read(File::open(path).unwrap(), path.to_str().unwrap()).unwrap();
    assert_eq!(summary.format, Some(Format::Ucdp));
    (summary, kept)
}

#[test]
fn every_row_of_the_short_form_is_accounted_for() {
    let Some(path) = at_hand("ucdp-ged-west-africa-1989-2020.csv") else { return };
    let (summary, kept) = import(&path);
    assert_eq!((summary.rows, summary.accepted, summary.rejected), (6_035, 6_035, 0));
    assert_eq!(ids(&kept), 6_035);
    assert_eq!(kept.deaths(), sums(&path, ["low_death", "best_death", "high_death"]));
    assert_eq!(summary.count_of(Doubt::FatalitiesOutOfOrder), 76);
    // Most points outside their country's outline lie within 5 km of it; the others are kept and flagged.
    assert_eq!(summary.count_of(Doubt::OutsideCountry), 2, "{:?}", summary.flagged);
    assert!(kept.incidents().iter().all(|row| row.country.len() == 2));
    let dataset = summary.dataset.unwrap();
    assert_eq!((dataset.id.as_str(), dataset.licence.as_str()), ("ucdp-ged", "CC-BY-4.0"));
}

#[test]
fn every_row_of_the_full_form_is_accounted_for() {
    let Some(path) = at_hand("ucdp-ged-sample-49-columns.csv") else { return };
    let (summary, kept) = import(&path);
    assert_eq!((summary.rows, summary.accepted, summary.rejected), (1_000, 1_000, 0));
    assert_eq!(ids(&kept), 1_000);
    assert_eq!(kept.deaths(), sums(&path, ["low", "best", "high"]));
    // Of a country or a sea, the middle is never drawn as a place.
    assert_eq!(summary.count_of(Doubt::NoPlace), 13);
    assert_eq!(kept.incidents().iter().filter(|row| row.position.is_none()).count(), 13);
    assert_eq!(kept.incidents().iter().filter(|row| row.geo_precision == GeoPrecision::Exact).count(), 475);
    assert!(!summary.unmapped.keys().any(|unmapped| unmapped.field == "country"), "{:?}", summary.unmapped);
}
