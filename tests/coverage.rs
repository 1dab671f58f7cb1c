//! The bundled regions as they are drawn at each zoom: no border crosses another, levels fit into each other, nobody vanishes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use geo::{Area as _, Coord, Validation as _};
use harmattan::domain::{AdminLevel, Region};
use harmattan::import::bundled;
use harmattan::tiles::mvt::GridPolygon;
use harmattan::tiles::{Coverage, MAX_ZOOM, SimplifiedZoom, TileId, area_of};

fn regions() -> &'static [Region] {
    static REGIONS: OnceLock<Vec<Region>> = OnceLock::new();
    REGIONS.get_or_init(|| bundled().unwrap().changes.regions)
}

fn coverage() -> &'static Coverage {
    static COVERAGE: OnceLock<Coverage> = OnceLock::new();
    COVERAGE.get_or_init(|| Coverage::new(regions().iter().map(|region| &region.area)))
}

fn level(ordinal: u32) -> AdminLevel {
    regions()[usize::try_from(ordinal).unwrap()].level
}

type Edge = (Coord<i32>, Coord<i32>);

fn rings(polygon: &GridPolygon) -> impl Iterator<Item = &Vec<Coord<i32>>> {
    std::iter::once(&polygon.exterior).chain(&polygon.holes)
}

fn edges(ring: &[Coord<i32>]) -> impl Iterator<Item = Edge> + '_ {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

fn key(at: Coord<i32>) -> (i32, i32) {
    (at.x, at.y)
}

fn twice_area(ring: &[Coord<i32>]) -> i64 {
    edges(ring).map(|(a, b)| i64::from(a.x) * i64::from(b.y) - i64::from(b.x) * i64::from(a.y)).sum()
}

fn twice_area_of(polygons: &[GridPolygon]) -> i64 {
    polygons.iter().map(|polygon| rings(polygon).map(|ring| twice_area(ring)).sum::<i64>().abs()).sum()
}

/// Whether two edges have a point in common that is not an end of both.
fn cross((a, b): Edge, (c, d): Edge) -> bool {
    let turn = |a: Coord<i32>, b: Coord<i32>, c: Coord<i32>| {
        let by = |from: i32, to: i32| i64::from(to) - i64::from(from);
        (by(a.x, b.x) * by(a.y, c.y) - by(a.y, b.y) * by(a.x, c.x)).signum()
    };
    let on = |a: Coord<i32>, b: Coord<i32>, at: Coord<i32>| {
        at != a
            && at != b
            && turn(a, b, at) == 0
            && (a.x.min(b.x)..=a.x.max(b.x)).contains(&at.x)
            && (a.y.min(b.y)..=a.y.max(b.y)).contains(&at.y)
    };
    let proper = turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
    proper || on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b)
}

/// The pairs of edges that cross, each edge of the zoom once.
fn crossings(zoom: &SimplifiedZoom) -> Vec<(Edge, Edge)> {
    let mut unique: BTreeMap<_, Edge> = BTreeMap::new();
    for (_, polygons) in zoom.whole() {
        for (a, b) in polygons.iter().flat_map(rings).flat_map(|ring| edges(ring).collect::<Vec<_>>()) {
            unique.insert((key(a).min(key(b)), key(a).max(key(b))), (a, b));
        }
    }
    let mut edges: Vec<Edge> = unique.into_values().collect();
    edges.sort_by_key(|(a, b)| a.x.min(b.x));
    let mut found = vec![];
    for (at, first) in edges.iter().enumerate() {
        let east = first.0.x.max(first.1.x);
        for second in edges[at + 1..].iter().take_while(|(a, b)| a.x.min(b.x) <= east) {
            if cross(*first, *second) {
                found.push((*first, *second));
            }
        }
    }
    found
}

#[test]
fn no_border_crosses_or_touches_another_at_any_zoom() {
    for z in 0..=MAX_ZOOM {
        let zoom = coverage().at(z);
        assert_eq!(zoom.forced(), 0, "zoom {z}");
        assert_eq!(crossings(&zoom), [], "zoom {z}");
    }
}

#[test]
fn every_border_is_that_of_two_neighbours_or_of_one_and_the_outside() {
    for z in 0..=MAX_ZOOM {
        let mut uses: HashMap<_, Vec<(AdminLevel, bool)>> = HashMap::new();
        for (ordinal, polygons) in coverage().at(z).whole() {
            for polygon in &polygons {
                assert!(twice_area(&polygon.exterior) != 0, "zoom {z}");
                for (hole, ring) in rings(polygon).enumerate() {
                    let distinct: BTreeSet<_> = ring.iter().map(|at| key(*at)).collect();
                    assert_eq!(distinct.len(), ring.len(), "a ring goes twice through a vertex at zoom {z}");
                    let positive = (twice_area(ring) > 0) == (hole == 0);
                    for (a, b) in edges(ring) {
                        let forth = (key(a) < key(b)) == positive;
                        uses.entry((key(a).min(key(b)), key(a).max(key(b)))).or_default().push((level(ordinal), forth));
                    }
                }
            }
        }
        for uses in uses.values() {
            for level in AdminLevel::ALL {
                let of: Vec<bool> = uses.iter().filter(|(other, _)| *other == level).map(|(_, forth)| *forth).collect();
                assert!(of.len() <= 2, "zoom {z}");
                assert!(of.len() < 2 || of[0] != of[1], "neighbours lie on either side of their border");
            }
            let first = uses.iter().filter(|(level, _)| *level == AdminLevel::First).count();
            let country = uses.iter().filter(|(level, _)| *level == AdminLevel::Country).count();
            assert!(country == 0 || country == first, "a state's border is that of its regions at zoom {z}");
        }
    }
}

#[test]
fn regions_fill_their_states_exactly_and_areas_stay() {
    let exact: f64 = coverage().at(MAX_ZOOM).whole().map(|(_, polygons)| twice_area_of(&polygons) as f64).sum();
    for z in 0..=MAX_ZOOM {
        let mut sums: BTreeMap<AdminLevel, i64> = BTreeMap::new();
        let mut total = 0.0;
        let mut found = 0;
        for (ordinal, polygons) in coverage().at(z).whole() {
            let area = twice_area_of(&polygons);
            assert!(area > 0);
            *sums.entry(level(ordinal)).or_default() += area;
            total += area as f64 * f64::from(1u32 << (2 * (MAX_ZOOM - z).min(15)));
            found += 1;
        }
        assert_eq!(found, regions().len());
        assert_eq!(sums[&AdminLevel::Country], sums[&AdminLevel::First], "zoom {z}");
        assert!((total / exact - 1.0).abs() < 0.02 / f64::from(1 << z.min(8)) + 1e-6, "zoom {z}: {}", total / exact);
    }
}

#[test]
fn every_region_is_in_a_tile_of_every_zoom_to_seven_and_whole_among_them() {
    for z in 0..=7u8 {
        let zoom = coverage().at(z);
        let mut seen = BTreeSet::new();
        for x in 0..1u32 << z {
            for y in 0..1u32 << z {
                let tile = TileId::new(z, x, y).unwrap();
                for (ordinal, polygons) in zoom.tile(tile) {
                    seen.insert(ordinal);
                    let area = area_of(&polygons, tile);
                    assert!(area.signed_area() > 0.0);
                    for polygon in &polygons {
                        assert!(
                            rings(polygon).flatten().all(|at| (-128..=4_224).contains(&at.x) && (-128..=4_224).contains(&at.y))
                        );
                    }
                    assert!(area.is_valid(), "{z}/{x}/{y} {}", regions()[usize::try_from(ordinal).unwrap()].id);
                }
            }
        }
        assert_eq!(seen.len(), regions().len(), "zoom {z}");
    }
}
