//! The bundled regions under the locator and the tile cutter: known towns, every border vertex, random points, whole zooms.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use geo::{Area as _, Coord, MultiPolygon};
use harmattan::domain::{AdminLevel, Bbox, Interval, Position, Region, Shape};
use harmattan::import::bundled;
use harmattan::index::{Located, RegionLocator};
use harmattan::tiles::{TileId, clip_area};

fn regions() -> &'static [Region] {
    static REGIONS: OnceLock<Vec<Region>> = OnceLock::new();
    REGIONS.get_or_init(|| bundled().unwrap().changes.regions)
}

fn locator() -> &'static RegionLocator {
    static LOCATOR: OnceLock<RegionLocator> = OnceLock::new();
    LOCATOR.get_or_init(|| RegionLocator::new(regions()))
}

fn at(lon: f64, lat: f64) -> Position {
    Position::new(lon, lat).unwrap()
}

fn region(located: Located) -> &'static Region {
    &regions()[usize::try_from(located.ordinal).unwrap()]
}

fn first_level() -> impl Iterator<Item = &'static Region> {
    regions().iter().filter(|region| region.level == AdminLevel::First)
}

/// Every edge of the level-1 regions, turned to run north, with how many rings it is part of.
fn borders() -> Vec<(Coord<f64>, Coord<f64>, usize)> {
    let key = |at: Coord<f64>| (at.y.to_bits(), at.x.to_bits());
    let mut edges: HashMap<_, (Coord<f64>, Coord<f64>, usize)> = HashMap::new();
    for polygon in first_level().flat_map(|region| &region.area) {
        for line in std::iter::once(polygon.exterior()).chain(polygon.interiors()).flat_map(geo::LineString::lines) {
            let (a, b) = (line.start, line.end);
            let (a, b) = if (a.y, a.x) <= (b.y, b.x) { (a, b) } else { (b, a) };
            edges.entry((key(a), key(b))).or_insert((a, b, 0)).2 += 1;
        }
    }
    edges.into_values().collect()
}

/// How many level-1 regions hold a position, each asked by itself.
fn holders(position: Position) -> usize {
    static ALONE: OnceLock<Vec<(Bbox, RegionLocator)>> = OnceLock::new();
    let alone = ALONE
        .get_or_init(|| first_level().map(|region| (region.bbox, RegionLocator::new(std::slice::from_ref(region)))).collect());
    let holds = |locator: &RegionLocator| locator.locate(position, Interval::ALWAYS).iter().any(|found| !found.nearest);
    alone.iter().filter(|(bbox, locator)| bbox.contains(position) && holds(locator)).count()
}

/// Numbers in 0..1, the same on every run (the generator of Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / 4_294_967_296.0
    }
}

#[test]
fn known_towns_lie_in_their_regions() {
    for (town, lon, lat, expected) in [
        ("Bamako", -8.0029, 12.6392, "ML ML-BKO"),
        ("Gao", -0.0447, 16.2717, "ML ML-7"),
        ("Timbuktu", -3.0074, 16.7735, "ML ML-6"),
        ("Kidal", 1.4078, 18.4411, "ML ML-8"),
        ("Mopti", -4.1970, 14.4843, "ML ML-5"),
        ("Kayes", -11.4439, 14.4469, "ML ML-1"),
        ("Djibo", -1.6260, 14.0999, "BF BF-12 BF-SOM"),
        ("Ouagadougou", -1.5197, 12.3714, "BF BF-03 BF-KAD"),
        ("Niamey", 2.1254, 13.5116, "NE NE-8"),
        ("Agadez", 7.9910, 16.9742, "NE NE-1"),
        ("Natitingou", 1.3796, 10.3042, "BJ BJ-AK"),
        ("Dapaong", 0.2063, 10.8623, "TG TG-S"),
        ("Korhogo", -5.6294, 9.4580, "CI CI-SV"),
    ] {
        let found = locator().locate(at(lon, lat), Interval::ALWAYS);
        assert!(found.iter().all(|located| !located.nearest && located.distance_m == 0.0), "{town}");
        let ids: Vec<&str> = found.iter().map(|located| region(*located).id.as_str()).collect();
        assert_eq!(ids.join(" "), expected, "{town}");
    }
}

#[test]
fn a_ship_off_lome_is_given_the_nearest_coast_and_one_far_out_nothing() {
    let near = locator().locate(at(1.25, 6.09), Interval::ALWAYS);
    assert_eq!(near.iter().map(|located| region(*located).id.as_str()).collect::<Vec<_>>(), ["TG", "TG-M"]);
    assert!(near.iter().all(|located| located.nearest && located.distance_m > 0.0 && located.distance_m <= 5_000.0));
    assert!(locator().locate(at(1.25, 5.5), Interval::ALWAYS).is_empty());
}

#[test]
fn the_stated_country_wins_beside_the_border_of_mali_and_burkina() {
    // The middle of an edge that both states share, and half a kilometre to either side of it.
    let border = borders().into_iter().find(|(a, b, rings)| {
        *rings == 2 && {
            let middle = at((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
            let near = |country| locator().country(country, middle, 1.0, Interval::ALWAYS).is_some();
            near("ML") && near("BF")
        }
    });
    let (a, b, _) = border.unwrap();
    let (lon, lat) = ((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
    for country in ["ML", "BF"] {
        for shift in [-0.005, 0.005] {
            let found = locator().within(country, at(lon + shift, lat + shift), 2_000.0, Interval::ALWAYS).unwrap();
            assert_eq!(region(found).country, country);
            assert!(found.distance_m < 1_000.0);
        }
    }
}

#[test]
fn no_border_vertex_and_no_middle_of_an_edge_is_in_two_regions() {
    let mut shared = 0;
    for (a, b, rings) in borders() {
        assert!(holders(at(a.x, a.y)) <= 1, "{a:?}");
        let middle = holders(at((a.x + b.x) / 2.0, (a.y + b.y) / 2.0));
        if rings == 2 {
            assert_eq!(middle, 1, "{a:?} {b:?}");
            shared += 1;
        } else {
            assert!(middle <= 1, "{a:?} {b:?}");
        }
    }
    assert!(shared > 10_000);
}

#[test]
fn the_levels_of_twenty_thousand_points_agree() {
    let mut numbers = Numbers(1);
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..20_000 {
        let position = at(-18.0 + 36.0 * numbers.next(), 3.0 + 25.0 * numbers.next());
        let found = locator().locate(position, Interval::ALWAYS);
        for (level, located) in AdminLevel::ALL.iter().zip(&found) {
            assert_eq!(region(*located).level, *level, "{position:?}");
        }
        for pair in found.windows(2) {
            assert_eq!(region(pair[1]).parent.as_ref(), Some(&region(pair[0]).id), "{position:?}");
            assert_eq!(pair[0].nearest, pair[1].nearest, "{position:?}");
        }
        *seen.entry(found.len()).or_default() += 1;
    }
    // A state always has its first level; nothing, both levels and all three are met.
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn the_tiles_of_a_zoom_share_an_area_out_without_rest() {
    for region in first_level().filter(|region| ["ML-2", "NE-6", "ML-BKO", "NG-LA"].contains(&region.id.as_str())) {
        for z in [5, 7] {
            let first = TileId::of(at(region.bbox.west(), region.bbox.north()), z).unwrap();
            let last = TileId::of(at(region.bbox.east(), region.bbox.south()), z).unwrap();
            let tiles = (first.x()..=last.x()).flat_map(|x| (first.y()..=last.y()).map(move |y| TileId::new(z, x, y).unwrap()));
            let parts: Vec<MultiPolygon<f64>> = tiles.filter_map(|tile| clip_area(&region.area, tile.bbox())).collect();
            let sum: f64 = parts.iter().map(geo::Area::unsigned_area).sum();
            assert!((sum - region.area.unsigned_area()).abs() < 1e-9, "{} at zoom {z}", region.id);
        }
    }
}

#[test]
fn every_region_has_a_part_in_the_tiles_it_crosses() {
    for region in regions() {
        let world = TileId::new(0, 0, 0).unwrap();
        assert!(world.part_of(Shape::Area(&region.area)).is_some());
        let vertex = region.area.0[0].exterior().0[0];
        let tile = TileId::of(at(vertex.x, vertex.y), 14).unwrap();
        assert!(tile.part_of(Shape::Area(&region.area)).is_some(), "{}", region.id);
    }
}
