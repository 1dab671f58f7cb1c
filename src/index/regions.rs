//! Which administrative regions hold a point, and which are nearest to a point just off the coast.

use rstar::{AABB, RTree, RTreeObject};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::polygon::PreparedPolygon;
use super::sphere::boxes_around;
use crate::domain::{AdminLevel, Interval, Position, Record as _, Region};

/// How far off a region a point may lie and still be given the nearest one, in metres. Coasts are drawn simplified, ports and
/// piers stand in the water: 5 km is the figure promised by `/locate`.
pub const COASTAL_TOLERANCE_M: f64 = 5_000.0;

/// Finds the regions of a position. Built once from all regions; ordinals are places in the slice it was built from.
///
/// A point on a shared border belongs to exactly one of the neighbours: a region holds its western and southern borders and
/// not its eastern and northern ones. Points are compared with borders exactly, without any tolerance.
#[derive(Debug, Default)]
pub struct RegionLocator {
    regions: Vec<Known>,
    polygons: RTree<Indexed>,
}

/// A region found for a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Located {
    /// Place of the region in the slice the locator was built from.
    pub ordinal: u32,
    /// Whether the region does not hold the position and is only the nearest.
    pub nearest: bool,
    /// Great-circle distance to the region's border in metres; 0 when the region holds the position.
    pub distance_m: f64,
}

impl Located {
    fn holding(ordinal: u32) -> Self {
        Self { ordinal, nearest: false, distance_m: 0.0 }
    }
}

/// What is kept of a region.
#[derive(Debug)]
struct Known {
    id: String,
    level: AdminLevel,
    country: String,
    parent: Option<u32>,
    validity: Interval,
}

/// One polygon of a region.
#[derive(Debug)]
struct Indexed {
    region: u32,
    polygon: PreparedPolygon,
}

impl RTreeObject for Indexed {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        corners(self.polygon.bounds())
    }
}

fn corners([west, south, east, north]: [f64; 4]) -> AABB<[f64; 2]> {
    AABB::from_corners([west, south], [east, north])
}

impl RegionLocator {
    /// Prepares the regions. Costs about n log n in the number of their vertices.
    #[must_use]
    pub fn new(regions: &[Region]) -> Self {
        let ordinals: HashMap<&str, u32> = (0u32..).zip(regions).map(|(ordinal, region)| (region.id.as_str(), ordinal)).collect();
        let known = regions.iter().map(|region| Known {
            id: region.id.clone(),
            level: region.level,
            country: region.country.clone(),
            parent: region.parent.as_deref().and_then(|parent| ordinals.get(parent)).copied(),
            validity: region.interval(),
        });
        let polygons = (0u32..).zip(regions).flat_map(|(ordinal, region)| {
            let prepared = region.area.iter().filter_map(PreparedPolygon::new);
            prepared.map(move |polygon| Indexed { region: ordinal, polygon })
        });
        Self { regions: known.collect(), polygons: RTree::bulk_load(polygons.collect()) }
    }

    /// The regions of a position, the state first: those that hold it, or, when no region of any level does, the nearest
    /// within [`COASTAL_TOLERANCE_M`]. At most one a level.
    ///
    /// Only regions that existed at some time of `at` count. When bounds changed within it, the latest region is given, and
    /// the first by id among regions that are equal in this. The nearest regions belong together: the one of level 1 is a part
    /// of the state given.
    #[must_use]
    pub fn locate(&self, position: Position, at: Interval) -> Vec<Located> {
        let wanted = |region: &Known| region.validity.meets(at);
        let mut found: Vec<Located> = self.holding(position, wanted).into_iter().map(Located::holding).collect();
        if found.is_empty() {
            found = self.near(position, COASTAL_TOLERANCE_M, wanted);
        }
        self.one_a_level(&found)
    }

    /// The first-level region of a stated country that holds the position or, failing that, is the nearest within
    /// `tolerance_m` metres. For importers: near a border the country that a source states outweighs its coordinates.
    ///
    /// `country` is an ISO 3166-1 alpha-2 code; only regions that existed at some time of `at` count.
    #[must_use]
    pub fn within(&self, country: &str, position: Position, tolerance_m: f64, at: Interval) -> Option<Located> {
        self.closest(position, tolerance_m, |region| {
            region.level == AdminLevel::First && region.country == country && region.validity.meets(at)
        })
    }

    /// The stated country when it holds the position or lies within `tolerance_m` metres of it; `None` when the position is
    /// farther away or the country is not among the regions.
    #[must_use]
    pub fn country(&self, country: &str, position: Position, tolerance_m: f64, at: Interval) -> Option<Located> {
        self.closest(position, tolerance_m, |region| {
            region.level == AdminLevel::Country && region.country == country && region.validity.meets(at)
        })
    }

    fn closest(&self, position: Position, tolerance_m: f64, wanted: impl Fn(&Known) -> bool) -> Option<Located> {
        let holding = self.holding(position, &wanted).into_iter().map(Located::holding).min_by_key(|found| self.rank(*found));
        holding.or_else(|| {
            let near = self.near(position, tolerance_m, wanted);
            near.into_iter().min_by(|a, b| self.compare(*a, *b))
        })
    }

    /// The wanted regions that hold the position, ascending.
    fn holding(&self, position: Position, wanted: impl Fn(&Known) -> bool) -> Vec<u32> {
        let position = on_western_side(position);
        let mut found: Vec<u32> = self
            .polygons
            .locate_in_envelope_intersecting(AABB::from_point([position.lon(), position.lat()]))
            .filter(|indexed| self.known(indexed.region).is_some_and(&wanted) && indexed.polygon.contains(position))
            .map(|indexed| indexed.region)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The wanted regions with a border within a distance, each with the distance to the nearest one.
    fn near(&self, position: Position, within_m: f64, wanted: impl Fn(&Known) -> bool) -> Vec<Located> {
        if within_m.is_nan() || within_m < 0.0 {
            return Vec::new();
        }
        let mut distances: BTreeMap<u32, f64> = BTreeMap::new();
        for bounds in boxes_around(position, within_m) {
            for indexed in self.polygons.locate_in_envelope_intersecting(corners(bounds)) {
                if !self.known(indexed.region).is_some_and(&wanted) {
                    continue;
                }
                // Edges that the box does not meet are farther away than asked, or met by the other box.
                let distance_m = indexed.polygon.distance_to_border_m(position, bounds);
                if let Some(distance_m) = distance_m.filter(|distance_m| *distance_m <= within_m) {
                    let least = distances.entry(indexed.region).or_insert(distance_m);
                    *least = least.min(distance_m);
                }
            }
        }
        distances.into_iter().map(|(ordinal, distance_m)| Located { ordinal, nearest: true, distance_m }).collect()
    }

    /// The best of each level, from the state down: a part of the region chosen one level up before any other.
    fn one_a_level(&self, found: &[Located]) -> Vec<Located> {
        let mut chosen: Vec<Located> = Vec::new();
        for level in AdminLevel::ALL {
            let above = chosen.last().map(|found| found.ordinal);
            let belongs = |found: &Located| above.is_none_or(|above| self.descends(found.ordinal, above));
            let best = found
                .iter()
                .filter(|found| self.level(**found) == Some(level))
                .min_by(|a, b| belongs(b).cmp(&belongs(a)).then_with(|| self.compare(**a, **b)));
            // That a region holds the point is a fact; a nearest one is a guess and must not contradict the guess above it.
            chosen.extend(best.filter(|best| !best.nearest || belongs(best)));
        }
        chosen
    }

    fn compare(&self, a: Located, b: Located) -> std::cmp::Ordering {
        a.distance_m.total_cmp(&b.distance_m).then_with(|| self.rank(a).cmp(&self.rank(b)))
    }

    /// The order among regions at the same distance: the latest first, then by id.
    fn rank(&self, found: Located) -> Option<impl Ord> {
        self.known(found.ordinal).map(|region| (Reverse((region.validity.end(), region.validity.start())), region.id.as_str()))
    }

    /// Whether `below` is a part of `above`, directly or through the level between.
    fn descends(&self, below: u32, above: u32) -> bool {
        let parent = |ordinal| self.known(ordinal).and_then(|region| region.parent);
        parent(below).is_some_and(|direct| direct == above || parent(direct) == Some(above))
    }

    fn level(&self, found: Located) -> Option<AdminLevel> {
        self.known(found.ordinal).map(|region| region.level)
    }

    fn known(&self, ordinal: u32) -> Option<&Known> {
        self.regions.get(usize::try_from(ordinal).ok()?)
    }
}

/// 180° and −180° are one meridian; the side that holds its western border holds a point on it.
fn on_western_side(position: Position) -> Position {
    if position.lon() == 180.0 { Position::new(-180.0, position.lat()).unwrap_or(position) } else { position }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Bbox;
    use geo::{Coord, LineString, MultiPolygon, Polygon};
    use jiff::civil::date;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    fn region(id: &str, level: AdminLevel, parent: Option<&str>, area: MultiPolygon<f64>) -> Region {
        Region {
            id: id.to_owned(),
            code: None,
            level,
            name: id.to_owned(),
            name_fr: None,
            country: id.chars().take(2).collect(),
            parent: parent.map(str::to_owned),
            valid_from: None,
            valid_to: None,
            source: "test".to_owned(),
            bbox: Bbox::WORLD,
            area,
        }
    }

    fn rectangle(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
        let ring = [(west, south), (east, south), (east, north), (west, north)].map(|(x, y)| Coord { x, y });
        Polygon::new(LineString::from(ring.to_vec()), vec![]).into()
    }

    /// Two states side by side, each with a northern and a southern region, and sea around.
    fn two_states() -> Vec<Region> {
        use AdminLevel::{Country, First};
        vec![
            region("AA-S", First, Some("AA"), rectangle(0.0, 0.0, 1.0, 1.0)),
            region("AA-N", First, Some("AA"), rectangle(0.0, 1.0, 1.0, 2.0)),
            region("AA", Country, None, rectangle(0.0, 0.0, 1.0, 2.0)),
            region("BB-S", First, Some("BB"), rectangle(1.0, 0.0, 2.0, 1.0)),
            region("BB-N", First, Some("BB"), rectangle(1.0, 1.0, 2.0, 2.0)),
            region("BB", Country, None, rectangle(1.0, 0.0, 2.0, 2.0)),
        ]
    }

    fn ids(regions: &[Region], located: &[Located]) -> Vec<String> {
        located.iter().map(|found| regions[usize::try_from(found.ordinal).unwrap()].id.clone()).collect()
    }

    fn locate(regions: &[Region], position: Position) -> Vec<String> {
        ids(regions, &RegionLocator::new(regions).locate(position, Interval::ALWAYS))
    }

    #[test]
    fn without_regions_nothing_is_located() {
        let none = RegionLocator::new(&[]);
        assert!(none.locate(at(0.0, 0.0), Interval::ALWAYS).is_empty());
        assert_eq!(none.within("ML", at(0.0, 0.0), 1e6, Interval::ALWAYS), None);
    }

    #[test]
    fn the_state_comes_first_and_a_border_belongs_to_one_side() {
        let regions = two_states();
        assert_eq!(locate(&regions, at(0.5, 0.5)), ["AA", "AA-S"]);
        assert_eq!(locate(&regions, at(1.0, 0.5)), ["BB", "BB-S"]);
        assert_eq!(locate(&regions, at(0.5, 1.0)), ["AA", "AA-N"]);
        assert_eq!(locate(&regions, at(1.0, 1.0)), ["BB", "BB-N"]);
    }

    #[test]
    fn off_the_coast_the_nearest_is_given_within_five_kilometres() {
        let regions = two_states();
        let locator = RegionLocator::new(&regions);
        let near = locator.locate(at(0.5, -0.04), Interval::ALWAYS);
        assert_eq!(ids(&regions, &near), ["AA", "AA-S"]);
        assert!(near.iter().all(|found| found.nearest && (found.distance_m - 4_447.8).abs() < 1.0));
        assert!(locator.locate(at(0.5, -0.046), Interval::ALWAYS).is_empty());
    }

    #[test]
    fn nearest_regions_at_the_same_distance_belong_together() {
        // Due south of the corner that both states share.
        assert_eq!(locate(&two_states(), at(1.0, -0.02)), ["AA", "AA-S"]);
        // Due west of the corner that both regions of one state share.
        assert_eq!(locate(&two_states(), at(-0.02, 1.0)), ["AA", "AA-N"]);
    }

    #[test]
    fn the_outer_eastern_border_is_nearest_at_no_distance() {
        let regions = two_states();
        let on_border = RegionLocator::new(&regions).locate(at(2.0, 0.5), Interval::ALWAYS);
        assert_eq!(ids(&regions, &on_border), ["BB", "BB-S"]);
        assert!(on_border.iter().all(|found| found.nearest && found.distance_m == 0.0));
    }

    #[test]
    fn a_stated_country_wins_near_its_border_and_not_beyond_the_tolerance() {
        let regions = two_states();
        let locator = RegionLocator::new(&regions);
        let across = at(1.01, 0.5);
        let stated = locator.within("AA", across, 2_000.0, Interval::ALWAYS).unwrap();
        assert_eq!(ids(&regions, &[stated]), ["AA-S"]);
        assert!(stated.nearest && (stated.distance_m - 1_112.0).abs() < 1.0);
        assert_eq!(locator.within("AA", across, 1_000.0, Interval::ALWAYS), None);
        assert_eq!(locator.within("CC", across, 1e7, Interval::ALWAYS), None);
        assert_eq!(locator.country("BB", across, 0.0, Interval::ALWAYS).map(|found| found.distance_m), Some(0.0));
        assert!(locator.country("AA", across, 2_000.0, Interval::ALWAYS).unwrap().nearest);
        assert_eq!(locator.country("AA", across, f64::NAN, Interval::ALWAYS), None);
    }

    #[test]
    fn only_regions_of_the_asked_time_count_and_the_latest_of_them() {
        let mut before = region("AA-OLD", AdminLevel::First, None, rectangle(0.0, 0.0, 2.0, 2.0));
        before.valid_to = Some(date(2022, 12, 31));
        let mut after = region("AA-NEW", AdminLevel::First, None, rectangle(0.0, 0.0, 1.0, 2.0));
        after.valid_from = Some(date(2023, 1, 1));
        let regions = [before, after];
        let locator = RegionLocator::new(&regions);
        let found = |text: &str| ids(&regions, &locator.locate(at(0.5, 0.5), Interval::parse(text).unwrap()));
        assert_eq!(found("2022-06-01"), ["AA-OLD"]);
        assert_eq!(found("2023-06-01"), ["AA-NEW"]);
        assert_eq!(found("2022-06-01/2023-06-01"), ["AA-NEW"]);
    }

    #[test]
    fn a_state_that_spans_the_antimeridian_holds_the_line_under_both_names() {
        let mut both = rectangle(177.0, -20.0, 180.0, -15.0);
        both.0.extend(rectangle(-180.0, -20.0, -178.0, -15.0));
        let locator = RegionLocator::new(&[region("FJ", AdminLevel::Country, None, both)]);
        for lon in [180.0, -180.0, 179.0, -179.0] {
            let found = locator.locate(at(lon, -17.0), Interval::ALWAYS);
            assert!(found.len() == 1 && !found[0].nearest, "{lon}");
        }
    }

    /// A field of cells with shared, shaken corners, each cell owned by one of a few regions: regions have several parts and
    /// enclaves. Shifts by eighths keep many edges along parallels and meridians and many points exactly on them.
    #[derive(Debug)]
    struct Coverage {
        corners: Vec<Vec<Coord<f64>>>,
        regions: Vec<Region>,
    }

    /// Cells along each side.
    const SIDE: u8 = 6;
    const OWNERS: usize = 5;

    fn coverage() -> impl Strategy<Value = Coverage> {
        let shifts = vec((-3i8..=3, -3i8..=3, -0.01..0.01f64), usize::from(SIDE + 1).pow(2));
        let owners = vec(0..OWNERS, usize::from(SIDE).pow(2));
        (shifts, owners, any::<bool>()).prop_map(|(shifts, owners, round)| {
            let mut shifts = shifts.into_iter();
            let mut corner = |row: u8, col: u8| {
                let (dx, dy, more) = shifts.next().unwrap();
                let inner = (1..SIDE).contains(&row) && (1..SIDE).contains(&col);
                let shift = |by: i8| if inner { f64::from(by) / 8.0 + if round { 0.0 } else { more } } else { 0.0 };
                Coord { x: f64::from(col) + shift(dx), y: f64::from(row) + shift(dy) }
            };
            let corners: Vec<Vec<_>> = (0..=SIDE).map(|row| (0..=SIDE).map(|col| corner(row, col)).collect()).collect();
            let mut areas = vec![Vec::new(); OWNERS];
            for (cell, owner) in owners.into_iter().enumerate() {
                let (row, col) = (cell / usize::from(SIDE), cell % usize::from(SIDE));
                let mut ring = vec![corners[row][col], corners[row][col + 1], corners[row + 1][col + 1], corners[row + 1][col]];
                // Each ring starts and runs as it likes: the border is the same.
                ring.rotate_left(cell % 4);
                if cell % 3 == 0 {
                    ring.reverse();
                }
                areas[owner].push(Polygon::new(LineString::from(ring), vec![]));
            }
            let regions = areas
                .into_iter()
                .enumerate()
                .map(|(owner, area)| region(&format!("R{owner}"), AdminLevel::First, None, MultiPolygon::new(area)));
            Coverage { corners, regions: regions.collect() }
        })
    }

    proptest! {
        #[test]
        fn every_point_of_a_coverage_is_in_exactly_one_region(
            coverage in coverage(), points in vec((0.0..6.0f64, 0.0..6.0f64), 100), along in 0.0..=1.0f64,
        ) {
            let locator = RegionLocator::new(&coverage.regions);
            let polygons: Vec<PreparedPolygon> =
                coverage.regions.iter().flat_map(|region| region.area.iter().filter_map(PreparedPolygon::new)).collect();
            let once = |x: f64, y: f64| {
                let holding = polygons.iter().filter(|polygon| polygon.contains(at(x, y))).count();
                let located = locator.locate(at(x, y), Interval::ALWAYS);
                holding == 1 && located.len() == 1 && !located[0].nearest
            };
            for (x, y) in points {
                prop_assert!(once(x, y), "{x} {y}");
            }
            for row in 1..usize::from(SIDE) {
                for col in 1..usize::from(SIDE) {
                    let from = coverage.corners[row][col];
                    prop_assert!(once(from.x, from.y), "corner {from:?}");
                    for to in [coverage.corners[row][col - 1], coverage.corners[row - 1][col]] {
                        for t in [0.5, 0.25, along] {
                            let (x, y) = (from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t);
                            prop_assert!(once(x, y), "edge {from:?} {to:?} {t}");
                        }
                    }
                }
            }
        }
    }
}
