//! A part of a shape on the grid of its tile, as vector tiles draw it.

use geo::{Coord, LineString, Polygon};

use super::grid::snapped;
use super::mvt::{GridGeometry, GridPolygon};
use super::{MapPoint, Part, TILE_EXTENT, TileId};
use crate::domain::Shape;

/// What a tile draws of a shape, in the units of its grid.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawn {
    /// A point.
    Point(Coord<i32>),
    /// Lines.
    Lines(Vec<Vec<Coord<i32>>>),
    /// Polygons.
    Area(Vec<GridPolygon>),
}

impl Drawn {
    /// What a tile draws of a shape: what [`TileId::part_of`] gives, on the grid; `None` when nothing of it is left.
    #[must_use]
    pub fn of(shape: Shape<'_>, tile: TileId) -> Option<Self> {
        let line = |line: &LineString<f64>| line.0.iter().map(|at| on_grid(*at, tile)).collect();
        let polygon = |polygon: &Polygon<f64>| GridPolygon {
            exterior: ring(polygon.exterior(), tile),
            holes: polygon.interiors().iter().map(|hole| ring(hole, tile)).collect(),
        };
        Some(match tile.part_of(shape)? {
            Part::Whole(Shape::Unplaced) => return None,
            Part::Whole(Shape::Point(position)) => Self::Point(MapPoint::of(position).within(tile)),
            Part::Whole(Shape::Line(whole)) => Self::Lines(vec![line(whole)]),
            Part::Whole(Shape::Area(area)) => Self::Area(area.iter().map(polygon).collect()),
            Part::Lines(lines) => Self::Lines(lines.iter().map(line).collect()),
            Part::Area(area) => Self::Area(area.iter().map(polygon).collect()),
        })
    }

    /// It as a geometry to write.
    #[must_use]
    pub fn as_geometry(&self) -> GridGeometry<'_> {
        match self {
            Self::Point(at) => GridGeometry::Point(*at),
            Self::Lines(lines) => GridGeometry::Lines(lines),
            Self::Area(polygons) => GridGeometry::Area(polygons),
        }
    }
}

/// A ring without its last vertex, which is the first one again.
fn ring(ring: &LineString<f64>, tile: TileId) -> Vec<Coord<i32>> {
    let open = ring.0.split_last().map_or(&[][..], |(_, open)| open);
    open.iter().map(|at| on_grid(*at, tile)).collect()
}

fn on_grid(at: Coord<f64>, tile: TileId) -> Coord<i32> {
    let corner = |index: u32| i32::try_from(index * TILE_EXTENT).unwrap_or(0);
    let snapped = snapped(at, tile.z());
    Coord { x: snapped.x - corner(tile.x()), y: snapped.y - corner(tile.y()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiPolygon, polygon};

    #[test]
    fn an_area_is_drawn_on_the_grid_without_its_closing_vertex() {
        let area = MultiPolygon::from(polygon![(x: 0.0, y: 0.0), (x: 45.0, y: 0.0), (x: 45.0, y: -20.0), (x: 0.0, y: -20.0)]);
        let tile = TileId::new(1, 1, 1).unwrap();
        let Some(Drawn::Area(polygons)) = Drawn::of(Shape::Area(&area), tile) else { panic!() };
        assert_eq!(polygons[0].exterior[0], Coord { x: 0, y: 0 });
        assert!(polygons[0].exterior.contains(&Coord { x: 1_024, y: 0 }));
        assert_eq!(polygons[0].exterior.len(), 4);
    }
}
