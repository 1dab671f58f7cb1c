//! The packed tree, the R*-tree and the linear scan on 100,000 and 1,000,000 seeded points over twelve years, and the locator on the
//! bundled regions. Each search answers with the rows that it found; a figure a second is of questions.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that fails is the report")]

mod seeded;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use harmattan::domain::{Bbox, Interval, Position};
use harmattan::index::{LinearScan, PackedIndex, RegionLocator, SpatioTemporalIndex, packed_order};
use seeded::{Numbers, POINTS, SIZES, numbered, points, records, regions, tiles};

fn main() {
    divan::main();
}

type Question = (Option<Bbox>, Interval);

/// How many questions are asked one after the other; of the scan, a hundredth.
const QUESTIONS: usize = 1_000;

/// Tiles of zoom 8 with thirty days each, as the map asks while it plays.
fn tile_and_month() -> Vec<Question> {
    let mut numbers = Numbers::new(2);
    let tiles = tiles(&mut numbers, QUESTIONS, 8);
    tiles.iter().map(|tile| (Some(tile.bbox()), numbers.interval(30))).collect()
}

/// The same tiles with all that ever was.
fn tile_and_all_time() -> Vec<Question> {
    tiles(&mut Numbers::new(2), QUESTIONS, 8).iter().map(|tile| (Some(tile.bbox()), Interval::ALWAYS)).collect()
}

/// Thirty days everywhere, as the first tile of the map asks.
fn month_everywhere() -> Vec<Question> {
    let mut numbers = Numbers::new(2);
    (0..QUESTIONS / 10).map(|_| (None, numbers.interval(30))).collect()
}

/// Points in the order in which the packed tree wants them.
fn ordered(count: usize) -> Vec<(Option<Position>, Interval)> {
    let rows: Vec<_> = points(count).into_iter().map(|(position, interval)| (Some(position), interval)).collect();
    packed_order(&rows).into_iter().map(|row| rows[row as usize]).collect()
}

fn packed(bencher: Bencher, count: usize, questions: &[Question]) {
    let index = PackedIndex::new(&ordered(count));
    ask(bencher, questions, |bbox, interval| {
        let mut rows = Vec::new();
        index.search(bbox, interval, |found| rows.extend(found));
        rows.len()
    });
}

fn tree(bencher: Bencher, count: usize, questions: &[Question]) {
    let index = SpatioTemporalIndex::bulk_load(numbered(&points(count)));
    ask(bencher, questions, |bbox, interval| index.search(bbox, interval).len());
}

fn scan(bencher: Bencher, count: usize, questions: &[Question]) {
    let scan = LinearScan::bulk_load(numbered(&points(count)));
    ask(bencher, &questions[..questions.len() / 100], |bbox, interval| scan.search(bbox, interval).len());
}

fn ask(bencher: Bencher, questions: &[Question], answer: impl Fn(Option<Bbox>, Interval) -> usize + Sync) {
    let all = || questions.iter().map(|(bbox, interval)| answer(black_box(*bbox), *interval)).sum::<usize>();
    bencher.counter(ItemsCount::new(questions.len())).bench(all);
}

mod search_a_tile_and_a_month {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn by_packed_tree(bencher: Bencher, count: usize) {
        packed(bencher, count, &tile_and_month());
    }

    #[divan::bench(args = SIZES)]
    fn by_r_star_tree(bencher: Bencher, count: usize) {
        tree(bencher, count, &tile_and_month());
    }

    #[divan::bench(args = SIZES)]
    fn by_scan(bencher: Bencher, count: usize) {
        scan(bencher, count, &tile_and_month());
    }
}

mod search_a_tile_and_all_time {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn by_packed_tree(bencher: Bencher, count: usize) {
        packed(bencher, count, &tile_and_all_time());
    }

    #[divan::bench(args = SIZES)]
    fn by_r_star_tree(bencher: Bencher, count: usize) {
        tree(bencher, count, &tile_and_all_time());
    }

    #[divan::bench(args = SIZES)]
    fn by_scan(bencher: Bencher, count: usize) {
        scan(bencher, count, &tile_and_all_time());
    }
}

mod search_a_month_everywhere {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn by_packed_tree(bencher: Bencher, count: usize) {
        packed(bencher, count, &month_everywhere());
    }

    #[divan::bench(args = SIZES)]
    fn by_r_star_tree(bencher: Bencher, count: usize) {
        tree(bencher, count, &month_everywhere());
    }

    #[divan::bench(args = SIZES)]
    fn by_scan(bencher: Bencher, count: usize) {
        scan(bencher, count, &month_everywhere());
    }
}

#[divan::bench(args = SIZES)]
fn order_and_pack(bencher: Bencher, count: usize) {
    let rows: Vec<_> = points(count).into_iter().map(|(position, interval)| (Some(position), interval)).collect();
    bencher.counter(ItemsCount::new(count)).bench(|| {
        let order = packed_order(black_box(&rows));
        PackedIndex::new(&order.into_iter().map(|row| rows[row as usize]).collect::<Vec<_>>())
    });
}

/// Positions over the whole region, a part of them at sea or in the desert beyond.
fn positions() -> Vec<Position> {
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
