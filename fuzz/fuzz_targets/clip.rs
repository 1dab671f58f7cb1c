//! Cutting: whatever the rings and lines, crossed or folded, nothing panics and nothing lies outside the rectangle.
#![no_main]

use geo::{Coord, LineString, MultiPolygon, Polygon};
use harmattan::domain::{Bbox, Shape};
use harmattan::tiles::{TileId, clip_area, clip_line};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: ([i8; 4], Vec<Vec<(i8, i8)>>)| {
    let ([a, b, c, d], rings) = input;
    let Ok(within) = Bbox::new(a.min(b).into(), f64::from(c.min(d)) / 2.0, a.max(b).into(), f64::from(c.max(d)) / 2.0) else {
        return;
    };
    let ring = |ring: &Vec<(i8, i8)>| ring.iter().map(|(x, y)| Coord { x: f64::from(*x), y: f64::from(*y) / 2.0 }).collect();
    let mut rings: Vec<LineString<f64>> = rings.iter().map(ring).collect();
    let held =
        |at: &Coord<f64>| (within.west()..=within.east()).contains(&at.x) && (within.south()..=within.north()).contains(&at.y);
    for line in &rings {
        if let Some(pieces) = clip_line(line, within) {
            assert!(pieces.iter().all(|piece| piece.0.len() > 1 && piece.0.iter().all(held)));
        }
    }
    if rings.is_empty() {
        return;
    }
    let exterior = rings.remove(0);
    let area = MultiPolygon::new(vec![Polygon::new(exterior, rings)]);
    if let Some(part) = clip_area(&area, within) {
        for polygon in &part {
            assert!(polygon.exterior().0.len() > 3 && polygon.exterior().0.iter().all(held));
            assert!(polygon.interiors().iter().all(|hole| hole.0.len() > 3 && hole.0.iter().all(held)));
        }
    }
    let _ = TileId::new(3, 4, 3).map(|tile| tile.part_of(Shape::Area(&area)).is_some());
});
