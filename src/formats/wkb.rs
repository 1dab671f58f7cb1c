//! Geometries as well-known binary (OGC 06-103r4 §8.2), little-endian, longitude before latitude. Areas are always MultiPolygons,
//! so that a column has one type.

use geo::{Coord, LineString};

use crate::domain::Shape;

const LITTLE_ENDIAN: u8 = 1;
const POINT: u32 = 1;
const LINE_STRING: u32 = 2;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Appends a shape; whether there is one.
pub(super) fn write(out: &mut Vec<u8>, shape: Shape<'_>) -> bool {
    match shape {
        Shape::Unplaced => return false,
        Shape::Point(position) => {
            head(out, POINT);
            coordinate(out, Coord { x: position.lon(), y: position.lat() });
        }
        Shape::Line(line) => {
            head(out, LINE_STRING);
            coordinates(out, line);
        }
        Shape::Area(area) => {
            head(out, MULTI_POLYGON);
            count(out, area.0.len());
            for polygon in area {
                head(out, POLYGON);
                count(out, polygon.interiors().len() + 1);
                coordinates(out, polygon.exterior());
                for hole in polygon.interiors() {
                    coordinates(out, hole);
                }
            }
        }
    }
    true
}

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(LITTLE_ENDIAN);
    out.extend(kind.to_le_bytes());
}

fn count(out: &mut Vec<u8>, count: usize) {
    // The vertices of a region are millions at most.
    out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn coordinates(out: &mut Vec<u8>, line: &LineString<f64>) {
    count(out, line.0.len());
    for at in &line.0 {
        coordinate(out, *at);
    }
}

fn coordinate(out: &mut Vec<u8>, at: Coord<f64>) {
    out.extend(at.x.to_le_bytes());
    out.extend(at.y.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Position;
    use geo::{Geometry, MultiPolygon, polygon};
    use geozero::{ToGeo as _, wkb::Wkb};

    fn read(shape: Shape<'_>) -> Geometry<f64> {
        let mut out = Vec::new();
        assert!(write(&mut out, shape));
        Wkb(out).to_geo().unwrap()
    }

    #[test]
    fn every_shape_reads_back() {
        let position = Position::new(-4.25, 14.5).unwrap();
        assert_eq!(read(Shape::Point(position)), Geometry::Point(geo::Point::new(-4.25, 14.5)));
        let line = LineString::from(vec![(0.0, 1.0), (2.0, 3.0), (-4.0, 5.5)]);
        assert_eq!(read(Shape::Line(&line)), Geometry::LineString(line.clone()));
        let area = MultiPolygon(vec![
            polygon! {
                exterior: [(x: 0.0, y: 0.0), (x: 3.0, y: 0.0), (x: 0.0, y: 3.0)],
                interiors: [[(x: 0.5, y: 0.5), (x: 0.5, y: 1.0), (x: 1.0, y: 0.5)]],
            },
            polygon![(x: 5.0, y: 5.0), (x: 6.0, y: 5.0), (x: 5.0, y: 6.0)],
        ]);
        assert_eq!(read(Shape::Area(&area)), Geometry::MultiPolygon(area.clone()));
        assert!(!write(&mut Vec::new(), Shape::Unplaced));
    }
}
