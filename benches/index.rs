//! The index against the linear scan on 100,000 seeded points over twelve years, and the locator on the bundled regions.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that fails is the report")]

mod seeded;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use harmattan::domain::{Bbox, Interval};
use harmattan::index::{LinearScan, RegionLocator, SpatioTemporalIndex};
use harmattan::tiles::TileId;
use seeded::{Numbers, POINTS, records, regions};

fn main() {
    divan::main();
}

/// Tiles of zoom 8 with thirty days each, as the map asks while it plays.
fn questions() -> Vec<(Option<Bbox>, Interval)> {
    let mut numbers = Numbers::new(2);
    (0..1_000).map(|_| (Some(TileId::of(numbers.position(), 8).unwrap().bbox()), numbers.interval(30))).collect()
}

/// Positions over the whole region, a part of them at sea or in the desert beyond.
fn positions() -> Vec<harmattan::domain::Position> {
    let mut numbers = Numbers::new(3);
    (0..10_000).map(|_| numbers.position()).collect()
}

#[divan::bench]
fn load_in_bulk(bencher: Bencher) {
    bencher.counter(ItemsCount::new(POINTS)).with_inputs(records).bench_values(SpatioTemporalIndex::bulk_load);
}

#[divan::bench]
fn insert_one_by_one(bencher: Bencher) {
    bencher.counter(ItemsCount::new(POINTS)).with_inputs(records).bench_values(|records| {
        let mut index = SpatioTemporalIndex::default();
        for (ordinal, bbox, interval) in records {
            index.insert(ordinal, bbox, interval);
        }
        index
    });
}

#[divan::bench]
fn search_tile_and_month(bencher: Bencher) {
    let (index, questions) = (SpatioTemporalIndex::bulk_load(records()), questions());
    bencher
        .counter(ItemsCount::new(questions.len()))
        .bench(|| questions.iter().map(|(bbox, interval)| index.search(black_box(*bbox), *interval).len()).sum::<usize>());
}

#[divan::bench]
fn search_tile_and_month_by_scan(bencher: Bencher) {
    let (scan, questions) = (LinearScan::bulk_load(records()), questions());
    let questions = &questions[..10];
    bencher
        .counter(ItemsCount::new(questions.len()))
        .bench(|| questions.iter().map(|(bbox, interval)| scan.search(black_box(*bbox), *interval).len()).sum::<usize>());
}

#[divan::bench]
fn search_everything(bencher: Bencher) {
    let index = SpatioTemporalIndex::bulk_load(records());
    bencher.counter(ItemsCount::new(POINTS)).bench(|| index.search(black_box(None), Interval::ALWAYS).len());
}

#[divan::bench]
fn nearest_ten(bencher: Bencher) {
    let (index, positions) = (SpatioTemporalIndex::bulk_load(records()), positions());
    let positions = &positions[..1_000];
    bencher
        .counter(ItemsCount::new(positions.len()))
        .bench(|| positions.iter().map(|at| index.nearest(black_box(*at), 10).len()).sum::<usize>());
}

#[divan::bench]
fn prepare_regions(bencher: Bencher) {
    let regions = regions();
    bencher.bench(|| RegionLocator::new(black_box(&regions)));
}

#[divan::bench]
fn locate(bencher: Bencher) {
    let (locator, positions) = (RegionLocator::new(&regions()), positions());
    bencher
        .counter(ItemsCount::new(positions.len()))
        .bench(|| positions.iter().map(|at| locator.locate(black_box(*at), Interval::ALWAYS).len()).sum::<usize>());
}
