//! Answers from the columns of a store in memory: tiles, pages and bins of seeded incidents, through the interface that the server uses.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that fails is the report")]

mod seeded;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use harmattan::domain::{Collection, FeatureQuery, Instant, Limit, Record as _};
use harmattan::store::{MemoryStore, Snapshot, Store as _, commit};
use harmattan::tiles::TileId;
use harmattan::tiles::geojson::FeatureWriter;
use seeded::{Numbers, POINTS, SIZES, incidents, tiles};
use std::sync::{Arc, LazyLock};

/// Features that a tile of the server holds at most.
const MAX_FEATURES: usize = 5_000;

fn main() {
    divan::main();
}

fn held(count: usize) -> Arc<Snapshot> {
    static HELD: [LazyLock<Arc<Snapshot>>; 2] = [LazyLock::new(|| load(SIZES[0])), LazyLock::new(|| load(SIZES[1]))];
    Arc::clone(&HELD[SIZES.iter().position(|size| *size == count).unwrap()])
}

fn load(count: usize) -> Arc<Snapshot> {
    let store = MemoryStore::new().unwrap();
    commit(&store, incidents(count)).unwrap();
    store.snapshot().unwrap()
}

fn all() -> FeatureQuery {
    FeatureQuery::all(Collection::Incidents, Instant::MAX)
}

fn world() -> TileId {
    TileId::new(0, 0, 0).unwrap()
}

#[divan::bench(sample_count = 10)]
fn commit_incidents(bencher: Bencher) {
    bencher.counter(ItemsCount::new(POINTS)).with_inputs(|| incidents(POINTS)).bench_values(|changes| {
        let store = MemoryStore::new().unwrap();
        commit(&store, changes).unwrap();
        store
    });
}

#[divan::bench]
fn write_100_000_as_geojson(bencher: Bencher) {
    let (snapshot, query) = (held(POINTS), all());
    let features = snapshot.geojson_tile(&query, world(), usize::MAX);
    assert_eq!(features.returned, 100_000);
    bencher
        .counter(BytesCount::new(features.text.len()))
        .counter(ItemsCount::new(POINTS))
        .bench(|| snapshot.geojson_tile(black_box(&query), world(), usize::MAX));
}

#[divan::bench]
fn write_100_000_as_vector_tile(bencher: Bencher) {
    let (snapshot, query) = (held(POINTS), all());
    let bytes = snapshot.vector_tile(&query, world(), usize::MAX);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .counter(ItemsCount::new(POINTS))
        .bench(|| snapshot.vector_tile(black_box(&query), world(), usize::MAX));
}

#[divan::bench(args = SIZES)]
fn bins_of_the_whole_map(bencher: Bencher, count: usize) {
    let (snapshot, query) = (held(count), all());
    bencher.counter(ItemsCount::new(count)).bench(|| snapshot.vector_tile(black_box(&query), world(), MAX_FEATURES));
}

/// Tiles of zoom 8 with thirty days each, as the map asks while it plays: found, written and thrown away.
#[divan::bench(args = SIZES)]
fn vector_tiles_of_a_month(bencher: Bencher, count: usize) {
    let mut numbers = Numbers::new(2);
    let questions: Vec<(TileId, FeatureQuery)> = tiles(&mut numbers, 1_000, 8)
        .into_iter()
        .map(|tile| (tile, FeatureQuery { datetime: numbers.interval(30), ..all() }))
        .collect();
    let snapshot = held(count);
    let answer = |(tile, query): &(TileId, FeatureQuery)| snapshot.vector_tile(query, *tile, MAX_FEATURES).len();
    bencher.counter(ItemsCount::new(questions.len())).bench(|| black_box(&questions).iter().map(answer).sum::<usize>());
}

/// Pages of the 1,000 first in a tile of zoom 6 and a year, as text.
#[divan::bench(args = SIZES)]
fn pages_of_items(bencher: Bencher, count: usize) {
    let mut numbers = Numbers::new(5);
    let boxes: Vec<FeatureQuery> = tiles(&mut numbers, 20, 6)
        .into_iter()
        .map(|tile| FeatureQuery {
            bbox: Some(tile.bbox()),
            datetime: numbers.interval(365),
            limit: Limit::new(1_000).unwrap(),
            ..all()
        })
        .collect();
    let snapshot = held(count);
    let writer = FeatureWriter::of_collection(Collection::Incidents);
    let answer = |query: &FeatureQuery| {
        let mut out = String::new();
        for row in &snapshot.query(query).items {
            writer.write(&mut out, row, row.shape().into(), query.as_of);
        }
        out.len()
    };
    let bytes: usize = boxes.iter().map(answer).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(boxes.len()))
        .bench(|| black_box(&boxes).iter().map(answer).sum::<usize>());
}
