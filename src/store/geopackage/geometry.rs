//! Geometries as GeoPackage binary (OGC 12-128r17 §2.1.3), and the SQL functions on them that the R-tree triggers call.

use geo::{BoundingRect as _, Geometry, LineString, MultiPolygon, Point};
use geozero::wkb::GpkgWkb;
use geozero::{CoordDimensions, ToGeo as _, ToWkb as _};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::domain::{Position, Shape};

/// EPSG:4326, which in a GeoPackage is stored longitude first (§1.1.1.1.1).
const SRS_ID: i32 = 4326;

/// The binary form of a shape; `None` for what is unplaced.
pub(super) fn encode(shape: Shape<'_>) -> Option<Vec<u8>> {
    let geometry = match shape {
        Shape::Unplaced => return None,
        Shape::Point(position) => Geometry::Point(Point::new(position.lon(), position.lat())),
        Shape::Line(line) => Geometry::LineString(line.clone()),
        Shape::Area(area) => Geometry::MultiPolygon(area.clone()),
    };
    // A point is its own envelope; anything else carries one so that nobody has to read its vertices for it.
    let envelope = match &geometry {
        Geometry::Point(_) => Vec::new(),
        other => other.bounding_rect().map_or_else(Vec::new, |rect| vec![rect.min().x, rect.max().x, rect.min().y, rect.max().y]),
    };
    geometry.to_gpkg_wkb(CoordDimensions::xy(), Some(SRS_ID), envelope).ok()
}

/// The geometry of a binary form.
fn decode(blob: &[u8]) -> Option<Geometry<f64>> {
    GpkgWkb(blob).to_geo().ok()
}

/// A point.
pub(super) fn point(blob: &[u8]) -> Option<Position> {
    match decode(blob)? {
        Geometry::Point(point) => Position::new(point.x(), point.y()).ok(),
        _ => None,
    }
}

/// A line.
pub(super) fn line(blob: &[u8]) -> Option<LineString<f64>> {
    match decode(blob)? {
        Geometry::LineString(line) => Some(line),
        _ => None,
    }
}

/// An area.
pub(super) fn area(blob: &[u8]) -> Option<MultiPolygon<f64>> {
    match decode(blob)? {
        Geometry::MultiPolygon(area) => Some(area),
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon])),
        _ => None,
    }
}

/// West, east, south, north of a binary form: from its header where it has an envelope, else from its vertices.
pub(super) fn bounds(blob: &[u8]) -> Option<[f64; 4]> {
    const HEADER: usize = 8;
    let flags = *blob.get(3)?;
    let little = flags & 1 == 1;
    let double = |at: usize| {
        let bytes: [u8; 8] = blob.get(at..at + 8)?.try_into().ok()?;
        Some(if little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    };
    if (flags >> 1) & 0b111 != 0 {
        return Some([double(HEADER)?, double(HEADER + 8)?, double(HEADER + 16)?, double(HEADER + 24)?]);
    }
    let rect = decode(blob)?.bounding_rect()?;
    Some([rect.min().x, rect.max().x, rect.min().y, rect.max().y])
}

/// Makes `ST_MinX`, `ST_MaxX`, `ST_MinY`, `ST_MaxY` and `ST_IsEmpty` known to a connection.
pub(super) fn register_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, which) in [("ST_MinX", 0), ("ST_MaxX", 1), ("ST_MinY", 2), ("ST_MaxY", 3)] {
        connection.create_scalar_function(name, 1, flags, move |context| Ok(blob_bounds(context).map(|bounds| bounds[which])))?;
    }
    connection.create_scalar_function("ST_IsEmpty", 1, flags, |context| Ok(blob_bounds(context).is_none()))
}

fn blob_bounds(context: &Context<'_>) -> Option<[f64; 4]> {
    match context.get_raw(0) {
        ValueRef::Blob(blob) => bounds(blob),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_survives_and_knows_its_bounds() {
        let gao = Position::new(-0.0447, 16.2717).unwrap();
        let blob = encode(Shape::Point(gao)).unwrap();
        assert_eq!(point(&blob), Some(gao));
        assert_eq!(bounds(&blob), Some([-0.0447, -0.0447, 16.2717, 16.2717]));
        assert_eq!(&blob[..2], b"GP");
    }

    #[test]
    fn an_area_and_a_line_survive_and_carry_their_bounds() {
        let line = LineString::from(vec![(0.0, 1.0), (3.0, 2.0)]);
        let blob = encode(Shape::Line(&line)).unwrap();
        assert_eq!((super::line(&blob), bounds(&blob)), (Some(line.clone()), Some([0.0, 3.0, 1.0, 2.0])));
        let area =
            MultiPolygon(vec![geo::Polygon::new(LineString::from(vec![(0.0, 0.0), (4.0, 0.0), (4.0, 5.0), (0.0, 0.0)]), vec![])]);
        let blob = encode(Shape::Area(&area)).unwrap();
        assert_eq!((super::area(&blob), bounds(&blob)), (Some(area), Some([0.0, 4.0, 0.0, 5.0])));
    }

    #[test]
    fn a_damaged_form_is_no_geometry() {
        for blob in [&b""[..], b"GP", b"GP\0\x01\0\0\0\0", b"GP\0\x03\0\0\0\0\0\0"] {
            assert_eq!((point(blob), bounds(blob)), (None, None));
        }
    }
}
