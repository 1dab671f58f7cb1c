//! The land that a place speaks for: the cells of a grid that lie nearest to it and no farther than its reach.
//!
//! Where travel times are known, control reaches along roads (Tao et al. 2016); without them the nearest place by great circle is taken, which
//! is the Voronoi cell of the place, cut off at [`REACH`]. Cells are [`CELL`] degrees wide and high, with the area that they have on the
//! ellipsoid. A cell belongs whole to one place, of the state that holds the cell's middle; beyond the reach of every place it belongs to
//! none, and nothing is known of it.

use geo::{Coord, GeodesicArea as _, LineString, MultiPolygon, Polygon};
use std::collections::{BTreeMap, HashMap};

use super::parameters::{CELL, REACH};
use crate::domain::Position;

/// A place that may hold land.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Where it is.
    pub position: Position,
    /// Its state.
    pub country: String,
}

/// A cell of the grid: its column and row from 0° east and the equator, those to the west and south below 0.
pub type Cell = (i32, i32);

/// The cells of every place.
#[derive(Debug, Clone, Default)]
pub struct ServiceAreas {
    /// For each place its cells, by row, with the number of the region that each lies in where that is known.
    cells: Vec<Vec<(Cell, Option<u32>)>>,
    /// The km² of a cell of each row.
    rows: HashMap<i32, f64>,
}

/// The cell that holds a coordinate.
#[allow(clippy::cast_possible_truncation, reason = "within 1,800 of 0")]
fn cell_of(degrees: f64) -> i32 {
    (degrees / CELL.value).floor() as i32
}

/// The degrees at which a cell begins.
fn degrees(cell: i32) -> f64 {
    // A multiple of a tenth is the same number whoever computes it.
    f64::from(cell) / (1.0 / CELL.value).round()
}

fn middle((column, row): Cell) -> Option<Position> {
    Position::new(degrees(column) + CELL.value / 2.0, degrees(row) + CELL.value / 2.0).ok()
}

/// Area of a cell of a row on the ellipsoid in km².
fn cell_km2(row: i32) -> f64 {
    let (south, north, east) = (degrees(row), degrees(row + 1), CELL.value);
    let ring = [(0.0, south), (east, south), (east, north), (0.0, north), (0.0, south)];
    Polygon::new(LineString::from(ring.to_vec()), Vec::new()).geodesic_area_unsigned() / 1e6
}

impl ServiceAreas {
    /// Gives each cell within reach to its nearest place of the same state. `located` says in which numbered region of a state a point
    /// lies: `None` when it lies outside that state, `Some(None)` when the state's regions are not known.
    #[must_use]
    pub fn new(places: &[Holding], located: impl Fn(Position, &str) -> Option<Option<u32>>) -> Self {
        let reach_m = REACH.value * 1_000.0;
        // Ordered, so that nothing depends on the order of a hash.
        let mut near: BTreeMap<(i32, i32), Vec<(f64, usize)>> = BTreeMap::new();
        for (at, place) in places.iter().enumerate() {
            // A degree of latitude is 110.6 km or more.
            let high = REACH.value / 110.0;
            let wide = high / place.position.lat().to_radians().cos().max(0.05);
            let (lon, lat) = (place.position.lon(), place.position.lat());
            for row in cell_of(lat - high)..=cell_of(lat + high) {
                for column in cell_of(lon - wide)..=cell_of(lon + wide) {
                    let Some(middle) = middle((column, row)) else { continue };
                    let away = place.position.distance_m(middle);
                    if away <= reach_m {
                        near.entry((row, column)).or_default().push((away, at));
                    }
                }
            }
        }
        let mut areas = Self { cells: vec![Vec::new(); places.len()], rows: HashMap::new() };
        for ((row, column), mut candidates) in near {
            candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let Some(middle) = middle((column, row)) else { continue };
            let mut refused: Vec<&str> = Vec::new();
            for (_, at) in candidates {
                let country = places[at].country.as_str();
                if refused.contains(&country) {
                    continue;
                }
                match located(middle, country) {
                    None => refused.push(country),
                    Some(region) => {
                        areas.rows.entry(row).or_insert_with(|| cell_km2(row));
                        areas.cells[at].push(((column, row), region));
                        break;
                    }
                }
            }
        }
        areas
    }

    /// Gives a place that is nearest to the middle of no cell the one that it lies in, unless that is all its owner has: a town beside a larger
    /// one is not without land.
    pub fn grant(&mut self, place: usize, position: Position) {
        if self.cells.get(place).is_none_or(|cells| !cells.is_empty()) {
            return;
        }
        let cell = (cell_of(position.lon()), cell_of(position.lat()));
        let owner = self.cells.iter().position(|cells| cells.iter().any(|(held, _)| *held == cell));
        let mut region = None;
        if let Some(cells) = owner.and_then(|owner| self.cells.get_mut(owner)) {
            if cells.len() < 2 {
                return;
            }
            let at = cells.iter().position(|(held, _)| *held == cell).unwrap_or(0);
            region = cells.remove(at).1;
        }
        self.rows.entry(cell.1).or_insert_with(|| cell_km2(cell.1));
        self.cells[place].push((cell, region));
    }

    /// The land of a place: regions by number with their km²; where the region of a cell is not known it is `own`.
    #[must_use]
    pub fn land(&self, place: usize, own: u32) -> Vec<(u32, f64)> {
        let mut land: BTreeMap<u32, f64> = BTreeMap::new();
        for ((_, row), region) in self.cells.get(place).into_iter().flatten() {
            *land.entry(region.unwrap_or(own)).or_default() += self.rows.get(row).copied().unwrap_or(0.0);
        }
        land.into_iter().collect()
    }

    /// The cells of a place.
    pub fn cells(&self, place: usize) -> impl Iterator<Item = Cell> {
        self.cells.get(place).into_iter().flatten().map(|(cell, _)| *cell)
    }

    /// The outline of a place's cells, as rings of corners of the grid; exterior rings run counter-clockwise, those of holes clockwise.
    #[must_use]
    pub fn rings(&self, place: usize) -> Vec<Vec<Cell>> {
        outline(&self.cells(place).collect::<Vec<_>>())
    }

    /// The same in degrees.
    #[must_use]
    pub fn polygons(&self, place: usize) -> MultiPolygon<f64> {
        polygons(&self.rings(place))
    }
}

/// The outline of cells. Each side of a cell that no other cell shares is a piece of it; at a corner where two cells touch, the outline
/// turns so that they stay apart.
fn outline(cells: &[Cell]) -> Vec<Vec<Cell>> {
    let held: std::collections::HashSet<Cell> = cells.iter().copied().collect();
    // From each corner the ways on, with the cell to the left.
    let mut ways: BTreeMap<Cell, Vec<Cell>> = BTreeMap::new();
    for &(x, y) in cells {
        let sides = [
            ((x, y - 1), (x, y), (x + 1, y)),
            ((x + 1, y), (x + 1, y), (x + 1, y + 1)),
            ((x, y + 1), (x + 1, y + 1), (x, y + 1)),
            ((x - 1, y), (x, y + 1), (x, y)),
        ];
        for (beyond, from, to) in sides {
            if !held.contains(&beyond) {
                ways.entry(from).or_default().push(to);
            }
        }
    }
    let mut rings = Vec::new();
    while let Some((&start, _)) = ways.first_key_value() {
        let mut ring = vec![start];
        let (mut at, mut heading) = (start, (0, 0));
        while let Some(nexts) = ways.get_mut(&at) {
            // Of two ways the one to the left stays with the same cell.
            let left = (-heading.1, heading.0);
            let turn = nexts.iter().position(|next| (next.0 - at.0, next.1 - at.1) == left).unwrap_or(0);
            let next = nexts.swap_remove(turn);
            if nexts.is_empty() {
                ways.remove(&at);
            }
            let onward = (next.0 - at.0, next.1 - at.1);
            // A corner where the outline goes straight on is none.
            if onward == heading {
                ring.pop();
            }
            ring.push(next);
            (at, heading) = (next, onward);
            if at == start {
                break;
            }
        }
        rings.push(ring);
    }
    rings
}

/// Twice the signed area of a ring: above 0 where it runs counter-clockwise.
fn turning(ring: &[Cell]) -> i64 {
    ring.windows(2).map(|pair| i64::from(pair[0].0) * i64::from(pair[1].1) - i64::from(pair[1].0) * i64::from(pair[0].1)).sum()
}

fn polygons(rings: &[Vec<Cell>]) -> MultiPolygon<f64> {
    let line = |ring: &Vec<Cell>| LineString::from_iter(ring.iter().map(|(x, y)| Coord { x: degrees(*x), y: degrees(*y) }));
    let (outer, holes): (Vec<_>, Vec<_>) = rings.iter().partition(|ring| turning(ring) > 0);
    let mut parts: Vec<(Vec<Cell>, Vec<LineString<f64>>)> = outer.into_iter().map(|ring| (ring.clone(), Vec::new())).collect();
    for hole in holes {
        // The smallest exterior around a corner of the hole.
        let around = parts.iter_mut().filter(|(ring, _)| surrounds(ring, hole)).min_by_key(|(ring, _)| turning(ring));
        if let Some((_, held)) = around {
            held.push(line(hole));
        }
    }
    MultiPolygon(parts.into_iter().map(|(ring, holes)| Polygon::new(line(&ring), holes)).collect())
}

/// Whether a ring surrounds another: a point just within the other one's first corner lies in it.
fn surrounds(ring: &[Cell], inner: &[Cell]) -> bool {
    let Some(&(x, y)) = inner.iter().min() else { return false };
    // The lowest of the westmost corners; the middle of the cell to its north-east lies in the hole.
    let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
    let crossed = ring.windows(2).filter(|pair| {
        let (a, b) = (pair[0], pair[1]);
        a.0 == b.0 && f64::from(a.0) > x && (f64::from(a.1) > y) != (f64::from(b.1) > y)
    });
    crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Area as _, Contains as _, Point};
    use proptest::prelude::*;

    fn place(lon: f64, lat: f64) -> Holding {
        Holding { position: Position::new(lon, lat).unwrap(), country: "ML".to_owned() }
    }

    #[test]
    fn a_place_alone_speaks_for_a_circle_of_its_reach() {
        let areas = ServiceAreas::new(&[place(-4.0, 14.0)], |_, _| Some(None));
        let km2: f64 = areas.land(0, 7).iter().map(|(_, km2)| km2).sum();
        let circle = std::f64::consts::PI * 30.0 * 30.0;
        assert!((km2 / circle - 1.0).abs() < 0.05, "{km2} of {circle}");
        assert_eq!(areas.land(0, 7).len(), 1);
    }

    #[test]
    fn land_in_another_state_is_nobodys() {
        let west = |at: Position, _: &str| (at.lon() < -4.0).then_some(None);
        let areas = ServiceAreas::new(&[place(-4.0, 14.0)], west);
        assert!(areas.cells(0).all(|(column, _)| column < -40));
        assert!(areas.cells(0).count() > 8);
    }

    #[test]
    fn cells_in_a_ring_have_a_hole() {
        let ring: Vec<Cell> = (0..3).flat_map(|x| (0..3).map(move |y| (x, y))).filter(|cell| *cell != (1, 1)).collect();
        let area = polygons(&outline(&ring));
        assert_eq!((area.0.len(), area.0[0].interiors().len()), (1, 1));
        assert!((area.unsigned_area() - 0.08).abs() < 1e-9);
    }

    proptest! {
        /// The oracle: for each cell of a frame the nearest place by looking at all of them.
        #[test]
        fn a_cell_belongs_to_the_nearest_place_and_never_beyond_its_reach(points in prop::collection::vec((-5.0f64..-3.0, 13.0f64..15.0), 1..12)) {
            let places: Vec<Holding> = points.iter().map(|(lon, lat)| place(*lon, *lat)).collect();
            let areas = ServiceAreas::new(&places, |_, _| Some(None));
            let owners: HashMap<Cell, usize> =
                (0..places.len()).flat_map(|at| areas.cells(at).map(move |cell| (cell, at)).collect::<Vec<_>>()).collect();
            for row in 125..155 {
                for column in -55..-25 {
                    let middle = middle((column, row)).unwrap();
                    let away: Vec<f64> = places.iter().map(|place| place.position.distance_m(middle)).collect();
                    let nearest = (0..places.len()).min_by(|a, b| away[*a].total_cmp(&away[*b])).unwrap();
                    let expected = (away[nearest] <= 30_000.0).then_some(nearest);
                    prop_assert_eq!(owners.get(&(column, row)).copied(), expected);
                }
            }
        }

        #[test]
        fn an_outline_holds_its_cells_and_nothing_else(cells in prop::collection::hash_set((0i32..7, 0i32..7), 1..30)) {
            let area = polygons(&outline(&cells.iter().copied().collect::<Vec<_>>()));
            for x in -1..8 {
                for y in -1..8 {
                    let at = Point::new(degrees(x) + 0.05, degrees(y) + 0.05);
                    prop_assert_eq!(area.contains(&at), cells.contains(&(x, y)), "{:?}", (x, y));
                }
            }
        }
    }
}
