//! Geometries in a predicate, and how they stand: the relations of OGC 06-103r4 §6.1.15 (DE-9IM), in the plane of degrees.

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::relate::IntersectionMatrix;
use geo::{BoundingRect as _, Coord, CoordsIter as _, Geometry, Intersects as _, Rect, Relate as _};
use std::sync::Arc;

use crate::domain::Shape;

/// A geometry in CRS84.
#[derive(Debug, Clone, PartialEq)]
pub enum GeometryTerm {
    /// That of the record.
    OfRecord,
    /// This one, which is valid as the standard means it.
    Geometry(Arc<Geometry<f64>>),
}

/// How two geometries stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "defined by the standard")]
pub enum SpatialRelation {
    Contains,
    Crosses,
    Disjoint,
    Equals,
    Intersects,
    Overlaps,
    Touches,
    Within,
}

impl SpatialRelation {
    fn holds(self, matrix: &IntersectionMatrix) -> bool {
        match self {
            Self::Contains => matrix.is_contains(),
            Self::Crosses => matrix.is_crosses(),
            Self::Disjoint => matrix.is_disjoint(),
            Self::Equals => matrix.is_equal_topo(),
            Self::Intersects => matrix.is_intersects(),
            Self::Overlaps => matrix.is_overlaps(),
            Self::Touches => matrix.is_touches(),
            Self::Within => matrix.is_within(),
        }
    }

    /// The relation of the second to the first.
    fn inverse(self) -> Self {
        match self {
            Self::Contains => Self::Within,
            Self::Within => Self::Contains,
            other => other,
        }
    }
}

/// Whether a relation holds of a record with that shape; unknown of one without a place.
pub(super) fn truth(relation: SpatialRelation, a: &GeometryTerm, b: &GeometryTerm, shape: Shape<'_>) -> Option<bool> {
    match (a, b) {
        (GeometryTerm::OfRecord, GeometryTerm::Geometry(other)) => of_shape(relation, shape, other),
        (GeometryTerm::Geometry(other), GeometryTerm::OfRecord) => of_shape(relation.inverse(), shape, other),
        (GeometryTerm::Geometry(a), GeometryTerm::Geometry(b)) => Some(relation.holds(&a.relate(b.as_ref()))),
        // What is somewhere equals itself.
        (GeometryTerm::OfRecord, GeometryTerm::OfRecord) => (shape != Shape::Unplaced).then_some(matches!(
            relation,
            SpatialRelation::Contains | SpatialRelation::Equals | SpatialRelation::Intersects | SpatialRelation::Within
        )),
    }
}

fn of_shape(relation: SpatialRelation, shape: Shape<'_>, other: &Geometry<f64>) -> Option<bool> {
    let around = match shape {
        Shape::Unplaced => return None,
        Shape::Point(position) => return Some(of_point(relation, Coord { x: position.lon(), y: position.lat() }, other)),
        Shape::Line(line) => line.bounding_rect(),
        Shape::Area(area) => area.bounding_rect(),
    };
    if around.zip(other.bounding_rect()).is_none_or(|(a, b): (Rect<f64>, Rect<f64>)| !a.intersects(&b)) {
        return Some(relation == SpatialRelation::Disjoint);
    }
    let matrix = match shape {
        Shape::Line(line) => line.relate(other),
        Shape::Area(area) => area.relate(other),
        Shape::Unplaced | Shape::Point(_) => return None,
    };
    Some(relation.holds(&matrix))
}

/// What the relations come to for a point, which is all interior: there may be a million of them, and no graph is built for one.
fn of_point(relation: SpatialRelation, point: Coord<f64>, other: &Geometry<f64>) -> bool {
    let position = || other.coordinate_position(&point);
    match relation {
        SpatialRelation::Intersects => position() != CoordPos::Outside,
        SpatialRelation::Disjoint => position() == CoordPos::Outside,
        SpatialRelation::Within => position() == CoordPos::Inside,
        SpatialRelation::Touches => position() == CoordPos::OnBoundary,
        SpatialRelation::Contains | SpatialRelation::Equals => other.coords_iter().all(|coord| coord == point),
        // What they share is the point itself.
        SpatialRelation::Crosses | SpatialRelation::Overlaps => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Position;
    use SpatialRelation as Is;
    use geo::{MultiPoint, Point, line_string, polygon};
    use proptest::prelude::*;

    const ALL: [Is; 8] =
        [Is::Contains, Is::Crosses, Is::Disjoint, Is::Equals, Is::Intersects, Is::Overlaps, Is::Touches, Is::Within];

    #[test]
    fn relations_of_a_point_and_of_a_line_to_a_square() {
        let square = Geometry::from(polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)]);
        let line = line_string![(x: -1.0, y: 1.0), (x: 1.0, y: 1.0)];
        let point = |lon, lat| Shape::Point(Position::new(lon, lat).unwrap());
        for (shape, expected) in [
            (point(1.0, 1.0), vec![Is::Intersects, Is::Within]),
            (point(2.0, 1.0), vec![Is::Intersects, Is::Touches]),
            (point(3.0, 1.0), vec![Is::Disjoint]),
            (Shape::Line(&line), vec![Is::Crosses, Is::Intersects]),
        ] {
            let found: Vec<_> = ALL.into_iter().filter(|is| of_shape(*is, shape, &square) == Some(true)).collect();
            assert_eq!(found, expected, "{shape:?}");
        }
        let (mine, other) = (GeometryTerm::OfRecord, GeometryTerm::Geometry(Arc::new(square)));
        assert_eq!(truth(Is::Contains, &other, &mine, point(1.0, 1.0)), Some(true));
        assert_eq!(truth(Is::Intersects, &mine, &other, Shape::Unplaced), None);
        assert_eq!(truth(Is::Equals, &mine, &mine, point(1.0, 1.0)), Some(true));
    }

    proptest! {
        #[test]
        fn a_point_stands_as_the_matrix_says(x in 0..5i32, y in 0..5i32, drawn in prop::collection::vec((0..5i32, 0..5i32), 1..4), kind in 0..4) {
            let corners: Vec<Coord<f64>> = drawn.iter().map(|(x, y)| Coord { x: f64::from(*x), y: f64::from(*y) }).collect();
            let other: Geometry<f64> = match kind {
                0 => Point::from(corners[0]).into(),
                1 => MultiPoint::from(corners).into(),
                2 if corners.len() > 1 && corners[0] != corners[1] => line_string![corners[0], corners[1]].into(),
                _ => Rect::new(Coord { x: 1.0, y: 1.0 }, Coord { x: 3.0, y: 4.0 }).to_polygon().into(),
            };
            let point = Point::new(f64::from(x), f64::from(y));
            let matrix = point.relate(&other);
            for is in ALL {
                prop_assert_eq!(of_point(is, point.into(), &other), is.holds(&matrix), "{:?} {:?} {:?}", is, point, other);
            }
        }
    }
}
