//! Shapes in another reference system than the one they are kept in.

use geo::{Coord, LineString, MapCoords as _, MultiPolygon};

use super::geojson::Geometry;
use crate::domain::{Crs, Shape};

/// A shape in the coordinates of a reference system: degrees with all their decimals, metres rounded to centimetres, finer than any
/// source here.
#[derive(Debug, Clone, PartialEq)]
pub enum Reprojected {
    /// Nowhere.
    Unplaced,
    /// A point.
    Point(Coord<f64>),
    /// A line.
    Line(LineString<f64>),
    /// Areas; where the axes are swapped, rings run the other way round on paper.
    Area(MultiPolygon<f64>),
}

impl Reprojected {
    /// The shape in that reference system.
    #[must_use]
    pub fn of(shape: Shape<'_>, crs: Crs) -> Self {
        let at = |at: Coord<f64>| {
            let (x, y) = crs.of_crs84(at.x, at.y);
            let told = |value: f64| if crs == Crs::Epsg3857 { (value * 100.0).round() / 100.0 } else { value };
            Coord { x: told(x), y: told(y) }
        };
        match shape {
            Shape::Unplaced => Self::Unplaced,
            Shape::Point(position) => Self::Point(at(Coord { x: position.lon(), y: position.lat() })),
            Shape::Line(line) => Self::Line(line.map_coords(at)),
            Shape::Area(area) => Self::Area(area.map_coords(at)),
        }
    }

    /// What is written of it.
    #[must_use]
    pub fn geometry(&self) -> Geometry<'_> {
        match self {
            Self::Unplaced => Geometry::Null,
            Self::Point(at) => Geometry::Coordinate(*at),
            Self::Line(line) => Geometry::Line(line),
            Self::Area(area) => Geometry::Area(area),
        }
    }
}
