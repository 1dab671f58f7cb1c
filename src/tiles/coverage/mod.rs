//! Areas that cover the land, drawn more simply the further away one stands, and yet without gaps or overlaps: neighbours share
//! their borders at every zoom, in every tile and in every format, and none of them vanishes.
//!
//! The borders are taken apart into arcs (`topology.rs`), whatever the level of the areas that they bound: where a region's border
//! is a state's, both have the same arc. Each arc's vertices are weighed once (`weights.rs`); for a zoom the light ones are left out
//! and the others moved to its grid (`snap.rs`), each step so that no border crosses another. Every area is then put together from
//! the same arcs.

mod plane;
mod snap;
mod topology;
mod weights;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use std::sync::Arc;

use super::clip::clip_grid;
use super::grid::{BUFFER_UNITS, EXTENT_BITS, TILE_EXTENT, degrees_at, point_in};
use super::matrix::{MAX_ZOOM, TileId};
use super::mvt::{GridPolygon, twice_area};
use plane::bounds;
use topology::{ArcUse, Outline, Topology};

/// The borders are kept in 2^30 units to the side of the map, under four centimetres.
const FINE_BITS: u32 = 30;

/// A vertex is left out where it makes a triangle with its neighbours of less than this, in square units of the tile's grid,
/// doubled: a thirty-second of a square pixel, of 256 to the side of a tile.
const LEAST_TWICE_AREA: u64 = 2 * 8;

/// Areas with the borders that they share.
///
/// ```
/// use geo::polygon;
/// use harmattan::tiles::{Coverage, TileId};
/// let west = polygon![(x: -8.0, y: 12.0), (x: -7.0, y: 12.0), (x: -7.0, y: 13.0), (x: -8.0, y: 13.0)].into();
/// let east = polygon![(x: -7.0, y: 12.0), (x: -6.0, y: 12.0), (x: -6.0, y: 13.0), (x: -7.0, y: 13.0)].into();
/// let coverage = Coverage::new([&west, &east]);
/// let tile = TileId::new(4, 7, 7)?;
/// let found: Vec<_> = coverage.at(4).tile(tile).collect();
/// assert_eq!(found.len(), 2);
/// assert_eq!((found[0].0, found[0].1[0].exterior.len()), (0, 4));
/// # Ok::<(), harmattan::tiles::TileError>(())
/// ```
#[derive(Debug)]
pub struct Coverage {
    topology: Topology,
    outlines: Arc<[Outline]>,
    weights: Vec<u64>,
}

impl Coverage {
    /// Takes areas in CRS84 apart; they are numbered in the order they come. Borders are shared where their vertices are equal.
    ///
    /// Areas that overlap or leave gaps between them are taken too, and are drawn with about the same overlaps and gaps.
    #[must_use]
    pub fn new<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let fine = |ring: &LineString<f64>| ring.0.iter().map(|at| point_in(*at, FINE_BITS)).collect();
        let polygons = (0..).zip(areas).flat_map(|(ordinal, area)| {
            area.iter()
                .map(move |polygon| (ordinal, std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(fine).collect()))
        });
        let mut topology = Topology::new(polygons);
        let weights = weights::weights(&topology, least_weight(0));
        let outlines = std::mem::take(&mut topology.outlines).into();
        Self { topology, outlines, weights }
    }

    /// The areas as they are drawn at a zoom; beyond [`MAX_ZOOM`], at that.
    #[must_use]
    pub fn at(&self, z: u8) -> SimplifiedZoom {
        let z = z.min(MAX_ZOOM);
        let least = least_weight(z);
        let kept = |arc: &Vec<u32>| arc.iter().copied().filter(|vertex| self.weights[*vertex as usize] >= least).collect();
        let arcs: Vec<Vec<u32>> = self.topology.arcs.iter().map(kept).collect();
        let snapped = snap::snap(&self.topology.points, &arcs, unit_bits(z), (TILE_EXTENT << z).cast_signed());
        SimplifiedZoom::new(z, self.outlines.clone(), snapped)
    }
}

/// What a vertex weighs at least that is drawn at a zoom, in square units of the plane, doubled.
fn least_weight(z: u8) -> u64 {
    LEAST_TWICE_AREA << (2 * unit_bits(z))
}

/// A unit of the grid of a zoom is two to this power in the plane.
fn unit_bits(z: u8) -> u32 {
    FINE_BITS - EXTENT_BITS - u32::from(z)
}

/// Areas as they are drawn at one zoom.
#[derive(Debug)]
pub struct SimplifiedZoom {
    z: u8,
    /// In units of the map's grid.
    arcs: Vec<Vec<Coord<i32>>>,
    outlines: Arc<[Outline]>,
    /// The box around each polygon.
    boxes: Vec<(Coord<i32>, Coord<i32>)>,
    forced: usize,
}

impl SimplifiedZoom {
    fn new(z: u8, outlines: Arc<[Outline]>, snapped: snap::Snapped) -> Self {
        let mut new = Self { z, arcs: snapped.arcs, outlines, boxes: Vec::new(), forced: snapped.forced };
        new.boxes = new.outlines.iter().map(|outline| bounds(&new.exterior(outline))).collect();
        new
    }

    /// The zoom.
    #[must_use]
    pub fn z(&self) -> u8 {
        self.z
    }

    /// How many vertices found no free point of the grid near them, and may touch or cross a border: none unless the areas given
    /// overlapped or are smaller than the grid can show side by side.
    #[must_use]
    pub fn forced(&self) -> usize {
        self.forced
    }

    /// How many vertices the borders have, each border once.
    #[must_use]
    pub fn vertices(&self) -> usize {
        self.arcs.iter().map(Vec::len).sum()
    }

    /// The areas that a tile shows, in the order and under the numbers in which they were given, cut to the tile and
    /// [`BUFFER`](super::BUFFER) around it. In the grid of the tile.
    ///
    /// The tile is one of this zoom. An area is missing only where it has no extent in this tile.
    pub fn tile(&self, tile: TileId) -> impl Iterator<Item = (u32, Vec<GridPolygon>)> + '_ {
        debug_assert_eq!(tile.z(), self.z, "a tile of another zoom");
        let origin = tile.corner();
        let (least, greatest) = (-BUFFER_UNITS, TILE_EXTENT.cast_signed() + BUFFER_UNITS);
        let mut from = 0;
        self.outlines.chunk_by(|a, b| a.ordinal == b.ordinal).filter_map(move |outlines| {
            let boxes = &self.boxes[from..from + outlines.len()];
            from += outlines.len();
            let mut found = Vec::new();
            for (outline, (low, high)) in outlines.iter().zip(boxes) {
                let (low, high) = (*low - origin, *high - origin);
                if high.x <= least || high.y <= least || low.x >= greatest || low.y >= greatest {
                    continue;
                }
                let polygon = self.polygon(outline, origin);
                let inside = low.x >= least && low.y >= least && high.x <= greatest && high.y <= greatest;
                if inside {
                    found.push(polygon);
                } else {
                    found.extend(clip_grid(&polygon, least, greatest));
                }
            }
            let ordinal = outlines.first()?.ordinal;
            (!found.is_empty()).then_some((ordinal, found))
        })
    }

    /// All areas, uncut, in the order and under the numbers in which they were given. In the map's grid at this zoom.
    pub fn whole(&self) -> impl Iterator<Item = (u32, Vec<GridPolygon>)> + '_ {
        self.outlines.chunk_by(|a, b| a.ordinal == b.ordinal).filter_map(|outlines| {
            let polygons = outlines.iter().map(|outline| self.polygon(outline, Coord { x: 0, y: 0 })).collect();
            Some((outlines.first()?.ordinal, polygons))
        })
    }

    fn polygon(&self, outline: &Outline, origin: Coord<i32>) -> GridPolygon {
        let mut exterior = self.exterior(outline);
        if twice_area(&exterior) == 0 {
            // For want of room even this one is drawn, over a neighbour.
            let at = exterior.first().copied().unwrap_or_default();
            exterior = vec![at, Coord { x: at.x + 1, y: at.y }, Coord { x: at.x, y: at.y + 1 }];
        }
        let holes = outline.rings.iter().skip(1).map(|ring| self.ring(ring)).filter(|hole| twice_area(hole) != 0);
        let moved = |ring: Vec<Coord<i32>>| ring.into_iter().map(|at| at - origin).collect();
        GridPolygon { exterior: moved(exterior), holes: holes.map(moved).collect() }
    }

    fn exterior(&self, outline: &Outline) -> Vec<Coord<i32>> {
        outline.rings.first().map_or_else(Vec::new, |ring| self.ring(ring))
    }

    /// A ring put together from its arcs, open.
    fn ring(&self, uses: &[ArcUse]) -> Vec<Coord<i32>> {
        let mut ring = Vec::new();
        for ArcUse { arc, reversed } in uses {
            // The last vertex of each arc is the first of the next.
            let Some((last, but_last)) = self.arcs[*arc as usize].split_last() else { continue };
            if *reversed {
                ring.push(*last);
                ring.extend(but_last.iter().skip(1).rev());
            } else {
                ring.extend(but_last);
            }
        }
        ring
    }
}

/// Polygons in the grid of a tile as an area in CRS84, for formats that have no grid: the same vertices, exterior rings
/// counter-clockwise and holes clockwise.
#[must_use]
pub fn area_of(polygons: &[GridPolygon], tile: TileId) -> MultiPolygon<f64> {
    let origin = tile.corner();
    let ring = |ring: &Vec<Coord<i32>>, exterior: bool| {
        let mut line: LineString<f64> = ring.iter().map(|at| degrees_at(*at + origin, tile.z())).collect();
        // Positive with y to the south is clockwise.
        if (twice_area(ring) > 0) == exterior {
            line.0.reverse();
        }
        line.close();
        line
    };
    let polygon = |polygon: &GridPolygon| {
        Polygon::new(ring(&polygon.exterior, true), polygon.holes.iter().map(|hole| ring(hole, false)).collect())
    };
    polygons.iter().map(polygon).collect()
}

#[cfg(test)]
mod tests {
    use super::plane::touch;
    use super::*;
    use geo::polygon;
    use proptest::prelude::*;

    fn edges(ring: &[Coord<i32>]) -> impl Iterator<Item = (Coord<i32>, Coord<i32>)> + '_ {
        ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
    }

    fn rings(polygons: &[GridPolygon]) -> impl Iterator<Item = &Vec<Coord<i32>>> {
        polygons.iter().flat_map(|polygon| std::iter::once(&polygon.exterior).chain(&polygon.holes))
    }

    fn area(polygons: &[GridPolygon]) -> i64 {
        polygons
            .iter()
            .map(|of| twice_area(&of.exterior).abs() - of.holes.iter().map(|hole| twice_area(hole).abs()).sum::<i64>())
            .sum()
    }

    /// Whether no two edges have a point in common but an end of both.
    fn is_planar(zoom: &SimplifiedZoom) -> bool {
        let mut all: Vec<_> = zoom
            .whole()
            .flat_map(|(_, polygons)| rings(&polygons).flat_map(|ring| edges(ring).collect::<Vec<_>>()).collect::<Vec<_>>())
            .map(|(a, b)| if (a.x, a.y) <= (b.x, b.y) { (a, b) } else { (b, a) })
            .collect();
        all.sort_by_key(|(a, b)| (a.x, a.y, b.x, b.y));
        all.dedup();
        let shares = |(a, b), (c, d)| a == c || a == d || b == c || b == d;
        all.iter().enumerate().all(|(at, first)| {
            let near = all[at + 1..].iter().take_while(|second| second.0.x <= first.1.x);
            near.into_iter().all(|second| shares(*first, *second) || !touch(first.0, first.1, second.0, second.1))
        })
    }

    fn square(x: f64, y: f64, side: f64) -> Polygon<f64> {
        polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]
    }

    #[test]
    fn nothing_covers_nothing() {
        let zoom = Coverage::new([]).at(3);
        assert_eq!((zoom.whole().count(), zoom.tile(TileId::new(3, 0, 0).unwrap()).count()), (0, 0));
        let flat = MultiPolygon::from(polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0)]);
        assert_eq!(Coverage::new([&flat]).at(3).whole().count(), 0);
    }

    #[test]
    fn a_town_within_a_region_is_there_from_afar_and_the_region_has_a_hole_for_it() {
        let town = square(-8.0, 12.6, 0.01);
        let region = Polygon::new(square(-10.0, 11.0, 4.0).exterior().clone(), vec![town.exterior().clone()]);
        let coverage = Coverage::new([&town.into(), &region.into()]);
        for z in 0..=MAX_ZOOM {
            let zoom = coverage.at(z);
            assert_eq!(zoom.forced(), 0);
            let all: Vec<_> = zoom.whole().map(|(_, polygons)| polygons).collect();
            assert!(area(&all[0]) > 0, "zoom {z}");
            assert_eq!(area(&all[0]), twice_area(&all[1][0].holes[0]).abs(), "zoom {z}");
        }
    }

    #[test]
    fn a_tile_within_an_area_is_filled_to_its_buffer() {
        let coverage = Coverage::new([&square(-10.0, 10.0, 5.0).into()]);
        let tile = TileId::of(crate::domain::Position::new(-8.0, 12.0).unwrap(), 9).unwrap();
        let found: Vec<_> = coverage.at(9).tile(tile).collect();
        assert_eq!(area(&found[0].1), 2 * (4_096 + 256) * (4_096 + 256));
        let beside = TileId::of(crate::domain::Position::new(-20.0, 12.0).unwrap(), 9).unwrap();
        assert_eq!(coverage.at(9).tile(beside).count(), 0);
    }

    #[test]
    fn degrees_run_as_geojson_wants_them() {
        let polygon = GridPolygon {
            exterior: [(0, 0), (100, 0), (100, 100), (0, 100)].map(|(x, y)| Coord { x, y }).to_vec(),
            holes: vec![[(10, 10), (20, 10), (20, 20)].map(|(x, y)| Coord { x, y }).to_vec()],
        };
        let area = area_of(&[polygon], TileId::new(6, 30, 29).unwrap());
        let turning =
            |ring: &LineString<f64>| ring.lines().map(|line| line.start.x * line.end.y - line.end.x * line.start.y).sum::<f64>();
        assert!(turning(area.0[0].exterior()) > 0.0 && turning(&area.0[0].interiors()[0]) < 0.0);
        assert!(area.0[0].exterior().is_closed());
    }

    #[test]
    fn areas_that_overlap_are_drawn_all_the_same() {
        let coverage =
            Coverage::new([&square(0.0, 0.0, 2.0).into(), &square(1.0, 1.0, 2.0).into(), &square(0.0, 0.5, 3.0).into()]);
        for z in 0..=MAX_ZOOM {
            assert!(coverage.at(z).whole().all(|(_, polygons)| area(&polygons) > 0), "zoom {z}");
        }
    }

    /// Fields side by side, bounded by ragged lines, and the land that they make up.
    fn fields() -> impl Strategy<Value = Vec<MultiPolygon<f64>>> {
        const SIDE: usize = 5;
        const STEPS: usize = 6;
        let count = (SIDE + 1) * (SIDE + 1) + 2 * (SIDE + 1) * SIDE * STEPS;
        (prop::collection::vec((-1.0..1.0f64, -1.0..1.0f64), count), -170.0..120.0f64, -75.0..25.0f64, -4.0..1.0f64).prop_map(
            move |(moved, lon, lat, scale)| {
                let size = 10f64.powf(scale);
                let moved = std::cell::RefCell::new(moved.into_iter());
                let by = |at: Coord<f64>, part: f64| {
                    let (x, y) = moved.borrow_mut().next().unwrap();
                    Coord { x: at.x + x * part * size, y: at.y + y * part * size }
                };
                let corner = |column: usize, row: usize| Coord { x: lon + column as f64 * size, y: lat + row as f64 * size };
                let nodes: Vec<Vec<_>> =
                    (0..=SIDE).map(|row| (0..=SIDE).map(|column| by(corner(column, row), 0.2)).collect()).collect();
                // Along a border, ragged by less than its steps are long.
                let border = |a: Coord<f64>, b: Coord<f64>| {
                    let between = |step: usize| by(a + (b - a) * (step as f64 / (STEPS + 1) as f64), 0.03);
                    let mut line: Vec<_> = (1..=STEPS).map(between).collect();
                    line.insert(0, a);
                    line.push(b);
                    line
                };
                let across: Vec<Vec<_>> =
                    (0..=SIDE).map(|row| (0..SIDE).map(|at| border(nodes[row][at], nodes[row][at + 1])).collect()).collect();
                let up: Vec<Vec<_>> =
                    (0..SIDE).map(|row| (0..=SIDE).map(|at| border(nodes[row][at], nodes[row + 1][at])).collect()).collect();
                let back = |line: &Vec<Coord<f64>>| line.iter().rev().copied().collect::<Vec<_>>();
                let closed = |lines: Vec<Vec<Coord<f64>>>| {
                    let mut ring = lines.concat();
                    ring.dedup();
                    MultiPolygon::from(Polygon::new(ring.into(), vec![]))
                };
                let mut areas = vec![];
                for row in 0..SIDE {
                    for at in 0..SIDE {
                        areas.push(closed(vec![
                            across[row][at].clone(),
                            up[row][at + 1].clone(),
                            back(&across[row + 1][at]),
                            back(&up[row][at]),
                        ]));
                    }
                }
                let mut land = vec![];
                land.extend((0..SIDE).map(|at| across[0][at].clone()));
                land.extend((0..SIDE).map(|at| up[at][SIDE].clone()));
                land.extend((0..SIDE).rev().map(|at| back(&across[SIDE][at])));
                land.extend((0..SIDE).rev().map(|at| back(&up[at][0])));
                areas.push(closed(land));
                areas
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn fields_stay_side_by_side(areas in fields()) {
            let coverage = Coverage::new(&areas);
            for z in [0, 3, 6, 9, 12, 14] {
                let zoom = coverage.at(z);
                let sizes: Vec<i64> = zoom.whole().map(|(_, polygons)| area(&polygons)).collect();
                prop_assert_eq!(sizes.len(), areas.len());
                prop_assert!(sizes.iter().all(|size| *size > 0), "zoom {}: {:?}", z, sizes);
                let (land, fields) = sizes.split_last().unwrap();
                // Fields of a unit across have no room for all their corners.
                let finest = areas[0].0[0].exterior().0.iter().map(|at| super::super::grid::snapped(*at, z)).collect::<Vec<_>>();
                let (low, high) = bounds(&finest);
                let roomy = (high.x - low.x).min(high.y - low.y) >= 3;
                prop_assert!(zoom.forced() == 0 || !roomy, "zoom {}: {} {:?}", z, zoom.forced(), (low, high));
                if zoom.forced() == 0 {
                    prop_assert!(is_planar(&zoom), "zoom {}", z);
                    prop_assert_eq!(fields.iter().sum::<i64>(), *land);
                }
            }
        }
    }
}
