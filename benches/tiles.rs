//! Cutting and writing: a ring of 20,000 vertices, the bundled regions, and features as text and as vector tiles.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that fails is the report")]

mod seeded;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use harmattan::domain::{Instant, Record, Shape};
use harmattan::import::bundled;
use harmattan::tiles::geojson::{write_feature, write_string};
use harmattan::tiles::mvt::{GridGeometry, Layer, Value, feature_id};
use harmattan::tiles::{Coverage, MapPoint, TileId, clip_area, clip_line};
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

/// What a table of incidents keeps of each: the hash of its id, its place, and codes of its words.
struct Column {
    id: String,
    hash: u64,
    point: MapPoint,
    event_type: usize,
    fatalities: usize,
    day: usize,
}

const EVENT_TYPES: [&str; 6] = ["battle", "explosion", "violence_against_civilians", "protest", "riot", "strategic"];

fn columns() -> (Vec<Column>, Vec<String>) {
    let mut numbers = Numbers::new(2);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand")]
    let up_to = |end: u16, numbers: &mut Numbers| (numbers.part() * f64::from(end)) as usize;
    let rows = 0..5_000;
    let column = |row| {
        let id = format!("ucdp:{row}");
        Column {
            hash: feature_id(&id),
            id,
            point: MapPoint::of(numbers.position()),
            event_type: up_to(6, &mut numbers),
            fatalities: up_to(40, &mut numbers),
            day: up_to(365, &mut numbers),
        }
    };
    let days = (0..365).map(|day| format!("2024-{:02}-{:02}", day / 31 + 1, day % 31 + 1)).collect();
    (rows.map(column).collect(), days)
}

#[divan::bench]
fn points_of_a_vector_tile_from_columns(bencher: Bencher) {
    let (columns, days) = columns();
    let tile = TileId::new(0, 0, 0).unwrap();
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(columns.len())).bench_local(|| {
        out.clear();
        let mut layer = Layer::new("incidents");
        layer.reserve(columns.len());
        let keys = ["id", "event_type", "fatalities_best", "date_start"].map(|name| layer.key(name));
        let words = EVENT_TYPES.map(|word| layer.value(Value::Text(word)));
        let numbers: Vec<u32> = (0..40).map(|number| layer.value(Value::Int(number))).collect();
        let days: Vec<u32> = days.iter().map(|day| layer.value(Value::Text(day))).collect();
        for row in black_box(&columns) {
            let at = row.point.within(tile);
            let id = layer.unique_text(&row.id);
            let (event, fatalities, day) = (words[row.event_type], numbers[row.fatalities], days[row.day]);
            layer.point(row.hash, at.x, at.y, &[keys[0], id, keys[1], event, keys[2], fatalities, keys[3], day]);
        }
        layer.finish(&mut out);
    });
}

/// The same through the crate `fast-mvt`, for comparison.
#[divan::bench]
fn points_of_a_vector_tile_with_fast_mvt(bencher: Bencher) {
    let (columns, days) = columns();
    let tile = TileId::new(0, 0, 0).unwrap();
    bencher.counter(ItemsCount::new(columns.len())).bench_local(|| {
        let mut layer = fast_mvt::MvtLayerBuilder::new("incidents").unwrap();
        for row in black_box(&columns) {
            let at = row.point.within(tile);
            let mut feature = layer.feature_of(fast_mvt::MvtGeomType::Point);
            feature.points([at]).unwrap();
            feature.id(Some(row.hash));
            feature.tag_ref("id", fast_mvt::MvtValueRef::String(&row.id)).unwrap();
            feature.tag_ref("event_type", fast_mvt::MvtValueRef::String(EVENT_TYPES[row.event_type])).unwrap();
            feature.tag_ref("fatalities_best", fast_mvt::MvtValueRef::Int(i64::try_from(row.fatalities).unwrap())).unwrap();
            feature.tag_ref("date_start", fast_mvt::MvtValueRef::String(&days[row.day])).unwrap();
            layer = feature.end();
        }
        layer.encode()
    });
}

#[divan::bench]
fn incidents_of_a_vector_tile_as_records(bencher: Bencher) {
    let incidents = bundled().unwrap().changes.incidents;
    bencher.counter(ItemsCount::new(incidents.len())).bench_local(|| {
        let mut out = Vec::new();
        let mut layer = Layer::new("incidents");
        for incident in black_box(&incidents) {
            let Shape::Point(position) = incident.shape() else { continue };
            let at = MapPoint::of(position).within(TileId::new(0, 0, 0).unwrap());
            layer.write_record(incident, GridGeometry::Point(at), Instant::MAX);
        }
        layer.finish(&mut out);
        out
    });
}

#[divan::bench]
fn take_the_regions_apart(bencher: Bencher) {
    let regions = regions();
    bencher.bench(|| Coverage::new(black_box(&regions).iter().map(|region| &region.area)));
}

fn coverage() -> Coverage {
    Coverage::new(regions().iter().map(|region| &region.area))
}

#[divan::bench(args = [0, 4, 6, 8, 10, 14])]
fn simplify_the_regions(bencher: Bencher, z: u8) {
    let coverage = coverage();
    bencher.bench(|| black_box(&coverage).at(z));
}

#[divan::bench(args = [0, 4, 5, 6, 8, 10, 14])]
fn regions_of_a_vector_tile(bencher: Bencher, z: u8) {
    let (regions, zoom) = (regions(), coverage().at(z));
    let tile = tile(z);
    let mut out = Vec::new();
    bencher.bench_local(|| {
        out.clear();
        let mut layer = Layer::new("regions");
        for (ordinal, polygons) in zoom.tile(tile) {
            layer.write_record(&regions[ordinal as usize], GridGeometry::Area(&polygons), Instant::MAX);
        }
        layer.finish(&mut out);
        out.len()
    });
}
