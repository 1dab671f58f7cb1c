//! Cutting and writing: a ring of 20,000 vertices, the bundled regions, and features as text.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that fails is the report")]

mod seeded;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use harmattan::domain::{Instant, Record, Shape};
use harmattan::import::bundled;
use harmattan::tiles::geojson::{write_feature, write_string};
use harmattan::tiles::{TileId, clip_area, clip_line};
use seeded::{Numbers, regions};

fn main() {
    divan::main();
}

const VERTICES: u16 = 20_000;

/// A ragged ring of some eight degrees across, in the middle of the region.
fn ring() -> LineString<f64> {
    let mut numbers = Numbers::new(4);
    let vertex = |at: u16| {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(at) / f64::from(VERTICES)).sin_cos();
        let radius = 3.5 + numbers.part();
        Coord { x: radius * cos, y: 14.0 + radius * sin }
    };
    let mut ring: LineString<f64> = (0..VERTICES).map(vertex).collect();
    ring.close();
    ring
}

/// The tile of a zoom at the eastern border of the ring.
fn tile(z: u8) -> TileId {
    TileId::of(harmattan::domain::Position::new(4.0, 14.0).unwrap(), z).unwrap()
}

#[divan::bench(args = [4, 6, 8])]
fn cut_an_area_of_20_000_vertices(bencher: Bencher, z: u8) {
    let area = MultiPolygon::new(vec![Polygon::new(ring(), vec![])]);
    let within = tile(z).buffered_bbox();
    bencher.counter(ItemsCount::new(VERTICES)).bench(|| clip_area(black_box(&area), within));
}

#[divan::bench(args = [4, 6, 8])]
fn cut_a_line_of_20_000_vertices(bencher: Bencher, z: u8) {
    let line = ring();
    let within = tile(z).buffered_bbox();
    bencher.counter(ItemsCount::new(VERTICES)).bench(|| clip_line(black_box(&line), within));
}

#[divan::bench(args = [0, 5, 8])]
fn write_the_regions_of_a_tile(bencher: Bencher, z: u8) {
    let regions = regions();
    let tile = tile(z);
    bencher.bench(|| {
        let mut out = String::new();
        for region in &regions {
            if let Some(part) = tile.part_of(Shape::Area(&region.area)) {
                write_feature(&mut out, region, part.as_geometry(), Instant::MAX);
            }
        }
        out
    });
}

fn all(records: &[impl Record], out: &mut String) {
    for record in records {
        write_feature(out, record, record.shape().into(), Instant::MAX);
    }
}

#[divan::bench]
fn write_incidents(bencher: Bencher) {
    let incidents = bundled().unwrap().changes.incidents;
    let mut out = String::new();
    all(&incidents, &mut out);
    bencher.counter(BytesCount::new(out.len())).counter(ItemsCount::new(incidents.len())).bench_local(|| {
        out.clear();
        all(black_box(&incidents), &mut out);
    });
}

#[divan::bench]
fn write_regions(bencher: Bencher) {
    let regions = regions();
    let mut out = String::new();
    all(&regions, &mut out);
    bencher.counter(BytesCount::new(out.len())).bench_local(|| {
        out.clear();
        all(black_box(&regions), &mut out);
    });
}

#[divan::bench]
fn write_a_long_string(bencher: Bencher) {
    let text = "Attaque près de Djibo, \"selon des sources locales\".\n".repeat(2_000);
    let mut out = String::new();
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        out.clear();
        write_string(&mut out, black_box(&text));
    });
}
