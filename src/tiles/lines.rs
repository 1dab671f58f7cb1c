//! Lines as they are drawn at a zoom: on its grid, without the vertices that make no difference there, cut to a tile.

use geo::{Coord, LineString, MultiLineString};

use super::clip::clip_grid_line;
use super::grid::{BUFFER_UNITS, TILE_EXTENT, degrees_at, snapped};
use super::matrix::TileId;

/// How far a line may leave the one that is given, in units of the grid: an eighth of a pixel of 256 to the side of a tile.
const TOLERANCE: f64 = 2.0;

/// A line in CRS84 as it is drawn at a zoom, in the map's grid: at least two vertices, of which no two in a row are one.
///
/// Vertices are left out by the method of Douglas and Peucker (doi:10.3138/FM57-6770-U75U-7727). The ends stay, so that lines which meet
/// still do; a line shorter than a unit becomes one unit long. A line of less than two vertices stays without any.
#[must_use]
pub fn simplified_line(line: &LineString<f64>, z: u8) -> Vec<Coord<i32>> {
    let mut points: Vec<Coord<i32>> = line.0.iter().map(|at| snapped(*at, z)).collect();
    points.dedup();
    if let [only] = points[..] {
        // To the west at the eastern end of the map.
        let beside = Coord { x: if only.x > 0 { only.x - 1 } else { 1 }, y: only.y };
        return if line.0.len() > 1 { vec![only, beside] } else { vec![] };
    }
    let mut kept = vec![false; points.len()];
    let mut stretches = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = stretches.pop() {
        let (Some(from), Some(to)) = (points.get(first), points.get(last)) else { continue };
        (kept[first], kept[last]) = (true, true);
        let away = |at: &usize| distance(points[*at], *from, *to);
        if let Some(furthest) = (first + 1..last).max_by(|a, b| away(a).total_cmp(&away(b)))
            && (away(&furthest) > TOLERANCE || from == to)
        {
            stretches.extend([(first, furthest), (furthest, last)]);
        }
    }
    let mut kept = kept.into_iter();
    points.retain(|_| kept.next() == Some(true));
    points
}

/// The pieces of a line in the map's grid that a tile of the same zoom shows, cut to the tile and [`BUFFER`](super::BUFFER) around
/// it. In the grid of the tile.
#[must_use]
pub fn lines_in(tile: TileId, line: &[Coord<i32>]) -> Vec<Vec<Coord<i32>>> {
    let own: Vec<Coord<i32>> = line.iter().map(|at| *at - tile.corner()).collect();
    clip_grid_line(&own, -BUFFER_UNITS, TILE_EXTENT.cast_signed() + BUFFER_UNITS)
}

/// Lines in the grid of a tile as lines in CRS84, for formats that have no grid.
#[must_use]
pub fn lines_of(lines: &[Vec<Coord<i32>>], tile: TileId) -> MultiLineString<f64> {
    lines
        .iter()
        .map(|line| line.iter().map(|at| degrees_at(*at + tile.corner(), tile.z())).collect::<LineString<f64>>())
        .collect()
}

/// How far a point is from a segment.
fn distance(at: Coord<i32>, from: Coord<i32>, to: Coord<i32>) -> f64 {
    let exact = |at: Coord<i32>| Coord { x: f64::from(at.x), y: f64::from(at.y) };
    let (at, from, to) = (exact(at), exact(from), exact(to));
    let (along, away) = (to - from, at - from);
    let length = along.x * along.x + along.y * along.y;
    let part = if length == 0.0 { 0.0 } else { ((away.x * along.x + away.y * along.y) / length).clamp(0.0, 1.0) };
    (away.x - along.x * part).hypot(away.y - along.y * part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::MAX_ZOOM;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn a_short_line_is_a_unit_long_from_afar() {
        let line = LineString::from(vec![(-8.0, 12.0), (-8.001, 12.001)]);
        let [a, b] = simplified_line(&line, 2)[..] else { panic!() };
        assert_eq!((a.x - b.x, a.y - b.y), (1, 0));
        assert_eq!(simplified_line(&LineString::new(vec![]), 2), []);
        let west = LineString::from(vec![(-180.0, 12.0), (-180.0, 12.0)]);
        assert_eq!(simplified_line(&west, 0)[1].x, 1);
    }

    #[test]
    fn a_line_that_comes_back_keeps_its_way() {
        let line = LineString::from(vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]);
        assert_eq!(simplified_line(&line, 6).len(), 4);
    }

    #[test]
    fn a_tile_has_the_pieces_of_a_line_and_degrees_lead_back() {
        let line = LineString::from(vec![(-20.0, 12.0), (20.0, 12.0)]);
        let tile = TileId::new(5, 15, 14).unwrap();
        let drawn = simplified_line(&line, 5);
        let pieces = lines_in(tile, &drawn);
        assert_eq!(pieces.len(), 1);
        assert_eq!((pieces[0][0].x, pieces[0][1].x), (-128, 4_224));
        let degrees = lines_of(&pieces, tile);
        assert!((degrees.0[0].0[0].y - 12.0).abs() < 0.002);
        assert!(lines_in(TileId::new(5, 15, 16).unwrap(), &drawn).is_empty());
    }

    proptest! {
        #[test]
        fn no_vertex_is_further_from_the_line_than_the_tolerance(
            line in vec((-20.0..20.0f64, 0.0..20.0f64), 2..60), z in 0..=MAX_ZOOM
        ) {
            let line = LineString::from(line);
            let drawn = simplified_line(&line, z);
            prop_assert!(drawn.len() > 1 && drawn.windows(2).all(|pair| pair[0] != pair[1]));
            prop_assert_eq!(drawn.first().copied(), line.0.first().map(|at| snapped(*at, z)));
            for at in &line.0 {
                let at = snapped(*at, z);
                prop_assert!(drawn.windows(2).any(|pair| distance(at, pair[0], pair[1]) <= TOLERANCE));
            }
        }
    }
}
