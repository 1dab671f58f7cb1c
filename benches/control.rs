//! Control over 10,000 places that are all spoken of: making statements ready, and the shares of all regions on a day with their intervals.

#![allow(clippy::unwrap_used, reason = "a bench that cannot run says so")]

use divan::{Bencher, black_box};
use harmattan::analytics::{By, ControlModel, Reported, day_of};
use harmattan::domain::{
    AdminLevel, Blockade, ControlObservation, ControlStatus, Dataset, DatePrecision, Instant, Position, Redistribution,
    SourceNature, SourceRef, Target,
};
use harmattan::index::RegionLocator;
use jiff::civil::date;
use std::sync::{Arc, LazyLock};

const PLACES: usize = 10_000;
/// As many first-level regions as the eleven states of the map have.
const REGIONS: usize = 141;

fn main() {
    divan::main();
}

/// Two statements a place, of four parties, with ends and without.
#[allow(clippy::cast_precision_loss, reason = "ten thousand")]
fn observations() -> Vec<ControlObservation> {
    let dataset = Arc::new(Dataset {
        id: "seeded".to_owned(),
        title: "Seeded statements".to_owned(),
        version: "1".to_owned(),
        released: date(2026, 1, 1),
        licence: "CC0-1.0".to_owned(),
        licence_url: None,
        attribution: "nobody".to_owned(),
        redistribution: Redistribution::Allowed,
        homepage: None,
        description: "for benches".to_owned(),
        imported_at: None,
    });
    let statement = |number: usize| {
        let (place, later) = (number / 2, number % 2 == 1);
        let region = place % REGIONS;
        ControlObservation {
            id: format!("seeded:{number}"),
            place: format!("Place {place}"),
            country: ["ML", "BF", "NE"][region % 3].to_owned(),
            region: Some(format!("R-{region}")),
            target: Target::Place(Position::new(-15.0 + (place % 200) as f64 * 0.14, 8.0 + (place / 200) as f64 * 0.2).unwrap()),
            geo_precision: None,
            population: Some(u32::try_from(1_000 + place).unwrap()),
            actor: ["FAMA", "JNIM", "ISSP", "FLA"][(place + usize::from(later)) % 4].to_owned(),
            actors: Vec::new(),
            status: [ControlStatus::Control, ControlStatus::Influence, ControlStatus::Contested][number % 3],
            blockade: if place.is_multiple_of(10) { Blockade::Full } else { Blockade::None },
            blockade_by: None,
            valid_from: if later { date(2024, 6, 1) } else { date(2020, 1, 1) },
            valid_to: (!later && place.is_multiple_of(2)).then(|| date(2024, 7, 1)),
            from_precision: DatePrecision::Month,
            to_precision: DatePrecision::Month,
            last_confirmed: (!later).then(|| date(2023, 1, 1)),
            confidence_basis: None,
            supersedes: None,
            nature: SourceNature::default(),
            note: None,
            source: SourceRef {
                dataset: Arc::clone(&dataset),
                citation: format!("Source {}", number % 50),
                verification: None,
                confidence: Some(0.75),
                known_at: Instant::from_millis(0),
            },
        }
    };
    (0..2 * PLACES).map(statement).collect()
}

fn model(rows: &[ControlObservation]) -> ControlModel {
    let reports: Vec<Reported<'_>> = rows.iter().map(|observation| Reported { observation, superseded_at: None }).collect();
    ControlModel::new(&reports, &[], &[], &RegionLocator::default(), &[])
}

static MODEL: LazyLock<ControlModel> = LazyLock::new(|| {
    let model = model(&observations());
    // The draws are made with the first question.
    black_box(model.shares(day_of(date(2024, 6, 15)), None, AdminLevel::Country, By::Actor, None));
    model
});

#[divan::bench]
fn making_ready(bencher: Bencher<'_, '_>) {
    let rows = observations();
    bencher.bench(|| model(black_box(&rows)).units().len());
}

#[divan::bench(args = [AdminLevel::Country, AdminLevel::First])]
fn shares_of_all_regions(bencher: Bencher<'_, '_>, level: AdminLevel) {
    let model = &*MODEL;
    let day = day_of(date(2024, 6, 15));
    bencher.bench(|| model.shares(black_box(day), None, level, By::Actor, None).len());
}
