//! The roads to Bamako over the bundled data: making corridors ready, a day, and every day of fourteen years with its intervals.

#![allow(clippy::unwrap_used, reason = "a bench that cannot run says so")]

use divan::{Bencher, black_box};
use harmattan::analytics::{CorridorModel, Day, day_of};
use harmattan::domain::Corridor;
use harmattan::import::bundled;
use jiff::civil::date;

fn main() {
    divan::main();
}

fn corridors() -> Vec<Corridor> {
    bundled().unwrap().changes.corridors
}

#[divan::bench]
fn making_ready(bencher: Bencher<'_, '_>) {
    let corridors = corridors();
    bencher.bench(|| CorridorModel::new(black_box(&corridors), &[], None));
}

#[divan::bench]
fn one_day(bencher: Bencher<'_, '_>) {
    let corridors = corridors();
    let day = day_of(date(2025, 10, 20));
    bencher.with_inputs(|| CorridorModel::new(&corridors, &[], None)).bench_refs(|model| model.view("Bamako", day).is_some());
}

#[divan::bench(args = ["Bamako", "Niamey", "Djibo"], sample_count = 10)]
fn every_day_of_fourteen_years(bencher: Bencher<'_, '_>, target: &str) {
    let corridors = corridors();
    let days: Vec<Day> = (day_of(date(2012, 1, 1))..=day_of(date(2026, 10, 6))).collect();
    bencher
        .with_inputs(|| CorridorModel::new(&corridors, &[], None))
        .bench_refs(|model| model.series(target, &days).unwrap().len());
}
