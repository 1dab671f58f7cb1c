//! Cuts lines and areas to a rectangle of longitude and latitude; the edges of a tile run along both.
//!
//! An area is cut by one side of the rectangle after the other. A side cuts its rings into chains that begin and end on it; in
//! order along the side, the first end and the second bound a stretch of the inside, so do the third and the fourth, and each
//! such pair is joined. Unlike the method of Sutherland and Hodgman (doi:10.1145/360767.360802), which leaves one ring with
//! bridges along the side, this gives an area that fell apart as several polygons, each of them valid.
//!
//! Neighbours that share their vertices are cut at the same points: every crossing is computed from the same end of its edge.

use geo::{Coord, LineString, MultiLineString, MultiPolygon, Polygon};

use super::geojson::Geometry;
use super::matrix::TileId;
use super::mvt::{GridPolygon, twice_area as twice_grid_area};
use crate::domain::{Bbox, Shape};

/// What of a shape lies in a tile.
#[derive(Debug, Clone, PartialEq)]
pub enum Part<'a> {
    /// All of it, or a point, which is never cut.
    Whole(Shape<'a>),
    /// Pieces of a line.
    Lines(MultiLineString<f64>),
    /// Pieces of an area.
    Area(MultiPolygon<f64>),
}

impl Part<'_> {
    /// The part as a geometry to write.
    #[must_use]
    pub fn as_geometry(&self) -> Geometry<'_> {
        match self {
            Self::Whole(shape) => (*shape).into(),
            Self::Lines(lines) => Geometry::Lines(lines),
            Self::Area(area) => Geometry::Area(area),
        }
    }
}

impl TileId {
    /// What of a shape the tile shows: a point when it lies in the tile itself, a line or an area cut to
    /// [`buffered_bbox`](Self::buffered_bbox). `None` when nothing of it is left.
    #[must_use]
    pub fn part_of<'a>(self, shape: Shape<'a>) -> Option<Part<'a>> {
        match shape {
            Shape::Unplaced => None,
            Shape::Point(position) => (Self::of(position, self.z()) == Ok(self)).then_some(Part::Whole(shape)),
            Shape::Line(line) if line.0.iter().all(|at| holds(self.buffered_bbox(), *at)) => Some(Part::Whole(shape)),
            Shape::Line(line) => clip_line(line, self.buffered_bbox()).map(Part::Lines),
            Shape::Area(area) => {
                let rectangle = self.buffered_bbox();
                if area.iter().flat_map(|polygon| &polygon.exterior().0).all(|at| holds(rectangle, *at)) {
                    return Some(Part::Whole(shape));
                }
                clip_area(area, rectangle).map(Part::Area)
            }
        }
    }
}

fn holds(rectangle: Bbox, at: Coord<f64>) -> bool {
    (rectangle.west()..=rectangle.east()).contains(&at.x) && (rectangle.south()..=rectangle.north()).contains(&at.y)
}

/// The pieces of a line within a rectangle, edges included, in their order along the line; `None` when there are none. All in
/// CRS84 degrees; the rectangle does not cross the antimeridian.
///
/// A line that only touches the rectangle in a point has no piece in it. Each edge is cut by the method of Liang and Barsky
/// (doi:10.1145/357332.357333).
#[must_use]
pub fn clip_line(line: &LineString<f64>, rectangle: Bbox) -> Option<MultiLineString<f64>> {
    let lines: Vec<LineString<f64>> = pieces(&line.0, corners(rectangle)).into_iter().map(LineString::from).collect();
    (!lines.is_empty()).then(|| MultiLineString::new(lines))
}

/// The pieces of a line in a grid of whole numbers within a square, from `least` to `greatest` both ways; as [`clip_line`], and
/// where an edge crosses a side, the nearest point of the grid on it is taken. A piece that is less than that is left out.
pub(super) fn clip_grid_line(line: &[Coord<i32>], least: i32, greatest: i32) -> Vec<Vec<Coord<i32>>> {
    let exact: Vec<Coord<f64>> = line.iter().map(|at| Coord { x: f64::from(at.x), y: f64::from(at.y) }).collect();
    let corner = |at: i32| Coord { x: f64::from(at), y: f64::from(at) };
    #[allow(clippy::cast_possible_truncation, reason = "whole numbers that were no greater before")]
    let whole = |piece: Vec<Coord<f64>>| {
        let mut piece: Vec<Coord<i32>> =
            piece.into_iter().map(|at| Coord { x: at.x.round() as i32, y: at.y.round() as i32 }).collect();
        piece.dedup();
        (piece.len() > 1).then_some(piece)
    };
    pieces(&exact, (corner(least), corner(greatest))).into_iter().filter_map(whole).collect()
}

/// The least and the greatest corner of a rectangle.
type Corners = (Coord<f64>, Coord<f64>);

fn corners(rectangle: Bbox) -> Corners {
    (Coord { x: rectangle.west(), y: rectangle.south() }, Coord { x: rectangle.east(), y: rectangle.north() })
}

fn pieces(line: &[Coord<f64>], rectangle: Corners) -> Vec<Vec<Coord<f64>>> {
    let mut pieces: Vec<Vec<Coord<f64>>> = Vec::new();
    let mut open = false;
    for edge in line.windows(2) {
        let (from, to) = (edge[0], edge[1]);
        if from == to {
            continue;
        }
        let Some((enter, leave)) = stretch(from, to, rectangle) else {
            open = false;
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if open && enter == 0.0 => piece.push(along(from, to, leave, rectangle)),
            _ => pieces.push(vec![along(from, to, enter, rectangle), along(from, to, leave, rectangle)]),
        }
        open = leave == 1.0;
    }
    pieces
}

/// The stretch of an edge within a rectangle, as parts of its length; `None` when it is a point or nothing.
fn stretch(from: Coord<f64>, to: Coord<f64>, (least, greatest): Corners) -> Option<(f64, f64)> {
    let mut enter = 0.0f64;
    let mut leave = 1.0f64;
    // For each side, how far the start lies inside it and how fast the edge runs out of it.
    for (inside, outward) in [
        (from.x - least.x, from.x - to.x),
        (greatest.x - from.x, to.x - from.x),
        (from.y - least.y, from.y - to.y),
        (greatest.y - from.y, to.y - from.y),
    ] {
        if outward == 0.0 {
            if inside < 0.0 {
                return None;
            }
        } else if outward < 0.0 {
            enter = enter.max(inside / outward);
        } else {
            leave = leave.min(inside / outward);
        }
    }
    (enter < leave).then_some((enter, leave))
}

/// The point at a part of an edge; its ends are taken as they are, and rounding does not lead out of the rectangle.
fn along(from: Coord<f64>, to: Coord<f64>, part: f64, (least, greatest): Corners) -> Coord<f64> {
    if part == 0.0 {
        return from;
    }
    if part == 1.0 {
        return to;
    }
    Coord {
        x: (from.x + (to.x - from.x) * part).clamp(least.x, greatest.x),
        y: (from.y + (to.y - from.y) * part).clamp(least.y, greatest.y),
    }
}

/// What of an area lies within a rectangle; `None` when that has no extent. All in CRS84 degrees; the rectangle does not cross
/// the antimeridian.
///
/// Holes stay holes or become bays. Exterior rings run counter-clockwise and holes clockwise (RFC 7946 §3.1.6). Costs about as
/// much as reading the vertices four times.
#[must_use]
pub fn clip_area(area: &MultiPolygon<f64>, rectangle: Bbox) -> Option<MultiPolygon<f64>> {
    let polygons = cut(area.iter().map(Rings::of).collect(), corners(rectangle), false);
    let polygons: Vec<Polygon<f64>> = polygons.into_iter().filter_map(Rings::into_polygon).collect();
    (!polygons.is_empty()).then(|| MultiPolygon::new(polygons))
}

/// What of a polygon in a grid of whole numbers lies within a square, from `least` to `greatest` both ways; as [`clip_area`],
/// and where an edge crosses a side, the nearest point of the grid on it is taken.
pub(super) fn clip_grid(polygon: &GridPolygon, least: i32, greatest: i32) -> Vec<GridPolygon> {
    let exact = |ring: &Vec<Coord<i32>>| ring.iter().map(|at| Coord { x: f64::from(at.x), y: f64::from(at.y) }).collect();
    #[allow(clippy::cast_possible_truncation, reason = "whole numbers that were no greater before")]
    let whole = |ring: Ring| {
        let mut ring: Vec<Coord<i32>> = ring.into_iter().map(|at| Coord { x: at.x as i32, y: at.y as i32 }).collect();
        ring.dedup();
        (twice_grid_area(&ring) != 0).then_some(ring)
    };
    let rings = Rings { exterior: exact(&polygon.exterior), holes: polygon.holes.iter().map(exact).collect() };
    let (least, greatest) = (f64::from(least), f64::from(greatest));
    cut(vec![rings], (Coord { x: least, y: least }, Coord { x: greatest, y: greatest }), true)
        .into_iter()
        .filter_map(|rings| {
            Some(GridPolygon { exterior: whole(rings.exterior)?, holes: rings.holes.into_iter().filter_map(whole).collect() })
        })
        .collect()
}

/// What of some polygons lies within a rectangle.
fn cut(mut polygons: Vec<Rings>, (least, greatest): Corners, whole: bool) -> Vec<Rings> {
    for side in [
        Side { axis: Axis::Lon, at: least.x, inward: 1.0, whole },
        Side { axis: Axis::Lon, at: greatest.x, inward: -1.0, whole },
        Side { axis: Axis::Lat, at: least.y, inward: 1.0, whole },
        Side { axis: Axis::Lat, at: greatest.y, inward: -1.0, whole },
    ] {
        polygons = polygons.into_iter().flat_map(|rings| side.cut(rings)).collect();
    }
    polygons
}

/// A ring without its closing vertex.
type Ring = Vec<Coord<f64>>;

/// The rings of one polygon.
struct Rings {
    exterior: Ring,
    holes: Vec<Ring>,
}

impl Rings {
    fn of(polygon: &Polygon<f64>) -> Self {
        let open = |ring: &LineString<f64>| ring.0.split_last().map_or_else(Vec::new, |(_, rest)| rest.to_vec());
        Self { exterior: open(polygon.exterior()), holes: polygon.interiors().iter().map(open).collect() }
    }

    /// The polygon with its rings closed and turned as they should run; `None` when it has no area.
    fn into_polygon(self) -> Option<Polygon<f64>> {
        let exterior = turned(self.exterior, 1.0)?;
        Some(Polygon::new(exterior, self.holes.into_iter().filter_map(|hole| turned(hole, -1.0)).collect()))
    }
}

/// A ring of less area than this, in square degrees, is a splinter of rounding: a millionth of a degree squared, and a millionth is
/// the last decimal that is written.
const LEAST_AREA: f64 = 1e-12;

/// The ring turned so that its area has the sign of `sense` (positive runs counter-clockwise), without repeated vertices; `None`
/// when it has no area.
fn turned(mut ring: Ring, sense: f64) -> Option<LineString<f64>> {
    ring.dedup();
    let area = twice_area(&ring);
    if area.abs() < LEAST_AREA {
        return None;
    }
    if area * sense < 0.0 {
        ring.reverse();
    }
    let mut ring = LineString::from(ring);
    ring.close();
    Some(ring)
}

/// Twice the signed area, in square degrees. Measured from the first vertex, which keeps small rings far from the origin exact.
fn twice_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    ring.windows(2)
        .map(|pair| {
            let (a, b) = (pair[0] - origin, pair[1] - origin);
            a.x * b.y - b.x * a.y
        })
        .sum()
}

#[derive(Debug, Clone, Copy)]
enum Axis {
    Lon,
    Lat,
}

/// A side of the rectangle, as a line without end. What lies on it counts as outside, as if the line stood a hair further in: so
/// an edge along it is never half in and half out.
#[derive(Debug, Clone, Copy)]
struct Side {
    axis: Axis,
    at: f64,
    /// 1 when the inside has the greater coordinates, −1 when the lesser.
    inward: f64,
    /// Whether the points where edges cross it are whole numbers.
    whole: bool,
}

/// A run of vertices inside, with the points on the side where it begins and ends.
struct Chain {
    vertices: Ring,
    /// Where its beginning and its end lie along the side, before any rounding: two that are rounded to one keep their order.
    ends: [f64; 2],
    /// For its beginning and its end: how the edge there leaves the side, along over inward.
    slopes: [f64; 2],
}

impl Side {
    /// How far inside a vertex lies; 0 or less is outside.
    fn depth(self, vertex: Coord<f64>) -> f64 {
        match self.axis {
            Axis::Lon => (vertex.x - self.at) * self.inward,
            Axis::Lat => (vertex.y - self.at) * self.inward,
        }
    }

    fn along(self, vertex: Coord<f64>) -> f64 {
        match self.axis {
            Axis::Lon => vertex.y,
            Axis::Lat => vertex.x,
        }
    }

    /// What the side leaves of a polygon: none, one or several.
    fn cut(self, rings: Rings) -> Vec<Rings> {
        let out = self.outside(&rings.exterior);
        if out == 0 {
            // A hole that reaches out of its exterior is no valid one; what the side leaves of it stays a hole.
            let holes = rings.holes.into_iter().flat_map(|hole| self.cut_ring(hole)).collect();
            return vec![Rings { exterior: rings.exterior, holes }];
        }
        if out == rings.exterior.len() {
            return Vec::new();
        }
        let mut chains = self.chains(&rings.exterior);
        let mut whole = Vec::new();
        for hole in rings.holes {
            if self.outside(&hole) == 0 {
                whole.push(hole);
            } else {
                chains.extend(self.chains(&hole));
            }
        }
        let mut parts: Vec<Rings> =
            self.joined(chains).into_iter().map(|exterior| Rings { exterior, holes: Vec::new() }).collect();
        for hole in whole {
            let around = if parts.len() == 1 { Some(0) } else { parts.iter().position(|part| surrounds(&part.exterior, &hole)) };
            if let Some(part) = around.and_then(|at| parts.get_mut(at)) {
                part.holes.push(hole);
            }
        }
        parts
    }

    fn cut_ring(self, ring: Ring) -> Vec<Ring> {
        if self.outside(&ring) == 0 { vec![ring] } else { self.joined(self.chains(&ring)) }
    }

    /// How many vertices lie outside.
    fn outside(self, ring: &Ring) -> usize {
        ring.iter().filter(|vertex| self.depth(**vertex) <= 0.0).count()
    }

    /// The chains of a ring that has vertices outside.
    fn chains(self, ring: &Ring) -> Vec<Chain> {
        let Some(first_out) = ring.iter().position(|vertex| self.depth(*vertex) <= 0.0) else { return Vec::new() };
        let mut chains: Vec<Chain> = Vec::new();
        let mut open: Option<Chain> = None;
        let mut previous = ring[first_out];
        for vertex in ring.iter().cycle().skip(first_out + 1).take(ring.len()).copied() {
            if self.depth(vertex) > 0.0 {
                let chain = open.get_or_insert_with(|| self.begun(previous, vertex));
                chain.vertices.push(vertex);
            } else if let Some(mut chain) = open.take() {
                chain.ends[1] = self.crossing(previous, vertex);
                chain.vertices.push(self.point(chain.ends[1]));
                chain.slopes[1] = self.slope(vertex, previous);
                chains.push(chain);
            }
            previous = vertex;
        }
        chains
    }

    fn begun(self, outside: Coord<f64>, inside: Coord<f64>) -> Chain {
        let at = self.crossing(outside, inside);
        Chain { vertices: vec![self.point(at)], ends: [at, at], slopes: [self.slope(outside, inside), 0.0] }
    }

    fn slope(self, outside: Coord<f64>, inside: Coord<f64>) -> f64 {
        (self.along(inside) - self.along(outside)) / (self.depth(inside) - self.depth(outside))
    }

    /// Where along the side an edge crosses it, the same whichever way the edge runs.
    fn crossing(self, a: Coord<f64>, b: Coord<f64>) -> f64 {
        let (from, to) = if (a.x, a.y) <= (b.x, b.y) { (a, b) } else { (b, a) };
        let part = self.depth(from) / (self.depth(from) - self.depth(to));
        let (low, high) = (self.along(from).min(self.along(to)), self.along(from).max(self.along(to)));
        (self.along(from) + (self.along(to) - self.along(from)) * part).clamp(low, high)
    }

    /// The point of the side that lies there along it.
    fn point(self, along: f64) -> Coord<f64> {
        let along = if self.whole { along.round() } else { along };
        match self.axis {
            Axis::Lon => Coord { x: self.at, y: along },
            Axis::Lat => Coord { x: along, y: self.at },
        }
    }

    /// Joins the chains into rings, along the stretches of the side that lie in the polygon.
    fn joined(self, chains: Vec<Chain>) -> Vec<Ring> {
        // The ends in their order along the side; where several lie in one point, in the order a hair further in. Adding nought
        // turns −0 into 0, which `total_cmp` would tell apart.
        let mut ends: Vec<(f64, f64, usize)> = Vec::with_capacity(2 * chains.len());
        for (at, chain) in chains.iter().enumerate() {
            let [first, last] = chain.ends;
            ends.push((first + 0.0, chain.slopes[0] + 0.0, 2 * at));
            ends.push((last + 0.0, chain.slopes[1] + 0.0, 2 * at + 1));
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut partner = vec![0; ends.len()];
        for pair in ends.chunks_exact(2) {
            partner[pair[0].2] = pair[1].2;
            partner[pair[1].2] = pair[0].2;
        }
        let mut taken = vec![false; chains.len()];
        let mut rings = Vec::new();
        for start in 0..chains.len() {
            let mut ring = Ring::new();
            // End 2n is the beginning of chain n and 2n + 1 its end; the ring closes where it began.
            let mut enter = 2 * start;
            while !taken[enter / 2] {
                taken[enter / 2] = true;
                let vertices = &chains[enter / 2].vertices;
                if enter % 2 == 0 {
                    ring.extend(vertices);
                } else {
                    ring.extend(vertices.iter().rev());
                }
                enter = partner[enter ^ 1];
            }
            if !ring.is_empty() {
                rings.push(ring);
            }
        }
        rings
    }
}

/// Whether a ring holds a hole that does not cross it: most of the hole's vertices, since some may touch the ring.
fn surrounds(ring: &Ring, hole: &Ring) -> bool {
    let within = |at: Coord<f64>| {
        let mut held = false;
        let mut previous = ring.last().copied().unwrap_or(at);
        for vertex in ring.iter().copied() {
            if (vertex.y > at.y) != (previous.y > at.y)
                && at.x < (previous.x - vertex.x) * (at.y - vertex.y) / (previous.y - vertex.y) + vertex.x
            {
                held = !held;
            }
            previous = vertex;
        }
        held
    };
    2 * hole.iter().filter(|vertex| within(**vertex)).count() > hole.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Position;
    use geo::{Area as _, BooleanOps as _, Contains as _, Euclidean, Length as _, Point, Rect, Validation as _, polygon};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Bbox {
        Bbox::new(west, south, east, north).unwrap()
    }

    fn as_area(rectangle: Bbox) -> MultiPolygon<f64> {
        let corner = |x, y| Coord { x, y };
        let (min, max) = (corner(rectangle.west(), rectangle.south()), corner(rectangle.east(), rectangle.north()));
        Rect::new(min, max).to_polygon().into()
    }

    /// The area clipped, with what must hold for every answer already checked.
    fn clipped(area: &MultiPolygon<f64>, within: Bbox) -> MultiPolygon<f64> {
        let Some(part) = clip_area(area, within) else { return MultiPolygon::new(vec![]) };
        assert!(part.is_valid(), "{area:?} {within:?} {part:?}");
        for polygon in &part {
            assert!(polygon.exterior().0.iter().all(|at| holds(within, *at)));
            assert!(twice_area(&polygon.exterior().0) > 0.0, "an exterior runs counter-clockwise");
            assert!(polygon.interiors().iter().all(|hole| twice_area(&hole.0) < 0.0), "a hole runs clockwise");
        }
        part
    }

    #[test]
    fn an_area_inside_is_kept_and_one_outside_is_gone() {
        let area: MultiPolygon<f64> = polygon![(x: 1.0, y: 1.0), (x: 2.0, y: 1.0), (x: 2.0, y: 2.0)].into();
        assert_eq!(clipped(&area, rectangle(0.0, 0.0, 3.0, 3.0)), area);
        assert_eq!(clip_area(&area, rectangle(3.0, 0.0, 4.0, 3.0)), None);
        assert_eq!(clip_area(&area, rectangle(2.0, 0.0, 4.0, 3.0)), None, "it shares only a border");
    }

    #[test]
    fn a_rectangle_within_an_area_is_filled_and_one_in_a_hole_is_empty() {
        let ring: MultiPolygon<f64> = polygon! {
            exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)],
            interiors: [[(x: 3.0, y: 3.0), (x: 3.0, y: 6.0), (x: 6.0, y: 6.0), (x: 6.0, y: 3.0)]],
        }
        .into();
        assert_eq!(clipped(&ring, rectangle(1.0, 1.0, 2.0, 2.0)).unsigned_area(), 1.0);
        assert_eq!(clip_area(&ring, rectangle(4.0, 4.0, 5.0, 5.0)), None);
        assert_eq!(clip_area(&ring, rectangle(3.0, 3.0, 6.0, 6.0)), None);
        let with_hole = clipped(&ring, rectangle(2.0, 2.0, 7.0, 7.0));
        assert_eq!((with_hole.0.len(), with_hole.0[0].interiors().len(), with_hole.unsigned_area()), (1, 1, 16.0));
        let bay = clipped(&ring, rectangle(2.0, 2.0, 5.0, 7.0));
        assert_eq!((bay.0.len(), bay.0[0].interiors().len(), bay.unsigned_area()), (1, 0, 9.0));
        let two = clipped(&ring, rectangle(1.0, 4.0, 8.0, 5.0));
        assert_eq!((two.0.len(), two.unsigned_area()), (2, 4.0));
    }

    #[test]
    fn the_teeth_of_a_comb_become_polygons_of_their_own() {
        let comb: MultiPolygon<f64> = polygon![
            (x: 0.0, y: 0.0), (x: 5.0, y: 0.0), (x: 5.0, y: 4.0), (x: 4.0, y: 1.0), (x: 3.0, y: 4.0), (x: 2.0, y: 1.0), (x: 1.0, y: 4.0)
        ]
        .into();
        assert_eq!(clipped(&comb, rectangle(-1.0, 2.0, 6.0, 5.0)).0.len(), 3);
    }

    #[test]
    fn a_notch_that_touches_the_side_parts_the_area_there() {
        let notched: MultiPolygon<f64> =
            polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 3.0), (x: 2.0, y: 1.0), (x: 0.0, y: 3.0)].into();
        let parts = clipped(&notched, rectangle(-1.0, 1.0, 5.0, 5.0));
        assert_eq!((parts.0.len(), parts.unsigned_area()), (2, 4.0));
    }

    #[test]
    fn a_hole_outside_its_exterior_does_not_reach_out_of_the_rectangle() {
        let odd: MultiPolygon<f64> = polygon! {
            exterior: [(x: 44.0, y: 5.0), (x: 3.0, y: 2.0), (x: 65.0, y: 2.0)],
            interiors: [[(x: -5.0, y: -1.0), (x: 0.0, y: 5.0), (x: 65.0, y: 6.0)]],
        }
        .into();
        let part = clip_area(&odd, rectangle(0.0, 0.0, 16.0, 8.0)).unwrap();
        assert!(part.iter().flat_map(|polygon| &polygon.exterior().0).all(|at| holds(rectangle(0.0, 0.0, 16.0, 8.0), *at)));
    }

    #[test]
    fn zero_and_minus_zero_are_one_place_on_a_side() {
        let notched: MultiPolygon<f64> = polygon![
            (x: -2.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 3.0), (x: 1.0, y: 8.0), (x: -0.0, y: 5.0), (x: -2.0, y: 7.0)
        ]
        .into();
        assert_eq!(clipped(&notched, rectangle(-1.0, 5.0, 1.0, 6.0)).0.len(), 2);
    }

    #[test]
    fn an_area_without_extent_leaves_nothing() {
        let flat: MultiPolygon<f64> = polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 2.0, y: 0.0)].into();
        assert_eq!(clip_area(&flat, rectangle(1.0, -1.0, 3.0, 1.0)), None);
        assert_eq!(clip_area(&MultiPolygon::new(vec![]), rectangle(1.0, -1.0, 3.0, 1.0)), None);
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_pieces() {
        let line = LineString::from(vec![(0.0, 1.0), (4.0, 1.0), (4.0, 3.0), (0.0, 3.0)]);
        let pieces = clip_line(&line, rectangle(1.0, 0.0, 3.0, 4.0)).unwrap();
        let expected: Vec<LineString<f64>> = vec![vec![(1.0, 1.0), (3.0, 1.0)].into(), vec![(3.0, 3.0), (1.0, 3.0)].into()];
        assert_eq!(pieces.0, expected);
    }

    #[test]
    fn a_line_that_only_touches_has_no_piece_and_one_along_the_edge_has() {
        let corner = LineString::from(vec![(0.0, 2.0), (2.0, 0.0)]);
        assert_eq!(clip_line(&corner, rectangle(1.0, 1.0, 3.0, 3.0)), None);
        let edge = LineString::from(vec![(0.0, 1.0), (2.0, 1.0)]);
        assert_eq!(clip_line(&edge, rectangle(1.0, 1.0, 3.0, 3.0)).unwrap().0.len(), 1);
        let inside = LineString::from(vec![(1.5, 1.5), (1.5, 1.5), (2.0, 2.0)]);
        assert_eq!(clip_line(&inside, rectangle(1.0, 1.0, 3.0, 3.0)).unwrap().0, [vec![(1.5, 1.5), (2.0, 2.0)].into()]);
        assert_eq!(clip_line(&LineString::new(vec![]), rectangle(1.0, 1.0, 3.0, 3.0)), None);
    }

    #[test]
    fn a_point_is_part_of_one_tile_and_never_of_the_buffer() {
        let tile = TileId::new(6, 30, 29).unwrap();
        let corner = Position::new(tile.bbox().west(), tile.bbox().north()).unwrap();
        assert!(tile.part_of(Shape::Point(corner)).is_some());
        assert_eq!(TileId::new(6, 29, 29).unwrap().part_of(Shape::Point(corner)), None);
        assert_eq!(TileId::new(6, 30, 28).unwrap().part_of(Shape::Point(corner)), None);
    }

    /// A ring around a centre, one vertex a direction, so that it never crosses itself.
    fn star(radii: &[f64]) -> LineString<f64> {
        let step = std::f64::consts::TAU / f64::from(u16::try_from(radii.len()).unwrap());
        (0u16..)
            .zip(radii)
            .map(|(at, radius)| {
                let (sin, cos) = (f64::from(at) * step).sin_cos();
                Coord { x: radius * cos, y: radius * sin }
            })
            .collect()
    }

    fn with_hole() -> impl Strategy<Value = MultiPolygon<f64>> {
        (vec(3.0..9.0f64, 3..80), vec(0.5..1.4f64, 3..30))
            .prop_map(|(outer, inner)| Polygon::new(star(&outer), vec![star(&inner)]).into())
    }

    fn within() -> impl Strategy<Value = Bbox> {
        (-9.0..8.0f64, -9.0..8.0f64, 0.01..12.0f64, 0.01..12.0f64).prop_map(|(w, s, x, y)| rectangle(w, s, w + x, s + y))
    }

    /// Areas of whole-numbered vertices and rectangles of whole-numbered sides, which touch in every way.
    fn on_a_grid() -> impl Strategy<Value = (MultiPolygon<f64>, Bbox)> {
        let round = |area: MultiPolygon<f64>| {
            let round = |ring: &LineString<f64>| ring.0.iter().map(|at| Coord { x: at.x.round(), y: at.y.round() }).collect();
            area.iter().map(|polygon| Polygon::new(round(polygon.exterior()), vec![])).collect::<MultiPolygon<f64>>()
        };
        let area = with_hole().prop_map(round).prop_filter("rounding may cross the ring", |area| area.is_valid());
        (area, -6i8..6, -6i8..6, 1i8..8, 1i8..8).prop_map(|(area, w, s, x, y)| {
            let within = rectangle(w.into(), s.into(), (w + x).into(), (s + y).into());
            (area, within)
        })
    }

    fn agrees(area: &MultiPolygon<f64>, within: Bbox) -> Result<(), TestCaseError> {
        let ours = clipped(area, within).unsigned_area();
        let theirs = area.intersection(&as_area(within)).unsigned_area();
        prop_assert!((ours - theirs).abs() < 1e-6 * (1.0 + theirs), "{ours} {theirs}");
        Ok(())
    }

    proptest! {
        #[test]
        fn the_area_is_that_of_the_intersection(area in with_hole(), within in within()) {
            agrees(&area, within)?;
        }

        #[test]
        fn the_area_is_that_of_the_intersection_where_vertices_lie_on_the_sides((area, within) in on_a_grid()) {
            agrees(&area, within)?;
        }

        #[test]
        fn a_point_is_in_the_part_when_it_is_in_the_area_and_the_rectangle(
            area in with_hole(), within in within(), points in vec((-9.0..9.0f64, -9.0..9.0f64), 60),
        ) {
            let part = clipped(&area, within);
            for (x, y) in points {
                let expected = area.contains(&Point::new(x, y)) && holds(within, Coord { x, y });
                prop_assert_eq!(part.contains(&Point::new(x, y)), expected);
            }
        }

        #[test]
        fn four_quarters_make_the_whole(area in with_hole(), x in -8.0..8.0f64, y in -8.0..8.0f64) {
            let quarters = [(-10.0, -10.0, x, y), (x, -10.0, 10.0, y), (-10.0, y, x, 10.0), (x, y, 10.0, 10.0)];
            let sum: f64 = quarters.into_iter().map(|(w, s, e, n)| clipped(&area, rectangle(w, s, e, n)).unsigned_area()).sum();
            prop_assert!((sum - area.unsigned_area()).abs() < 1e-9);
        }

        #[test]
        fn the_pieces_of_a_line_are_as_long_as_the_line(
            vertices in vec((-9.0..9.0f64, -9.0..9.0f64), 2..60), x in -8.0..8.0f64, y in -8.0..8.0f64,
        ) {
            let line = LineString::from(vertices);
            let quarters = [(-10.0, -10.0, x, y), (x, -10.0, 10.0, y), (-10.0, y, x, 10.0), (x, y, 10.0, 10.0)];
            let mut sum = 0.0;
            for (w, s, e, n) in quarters {
                if let Some(pieces) = clip_line(&line, rectangle(w, s, e, n)) {
                    prop_assert!(pieces.0.iter().all(|piece| piece.0.len() > 1));
                    prop_assert!(pieces.0.iter().flat_map(|piece| &piece.0).all(|at| holds(rectangle(w, s, e, n), *at)));
                    sum += pieces.0.iter().map(|piece| Euclidean.length(piece)).sum::<f64>();
                }
            }
            prop_assert!((sum - Euclidean.length(&line)).abs() < 1e-9 * (1.0 + sum));
        }
    }
}
