//! Regions from a GeoJSON FeatureCollection: (Multi)Polygons with `level`, `name`, `country` and their kin.

use geo::{LineString, MultiPolygon, Orient, Polygon, orient::Direction};
use geojson::{Feature, GeometryValue, feature::Id};
use jiff::civil::Date;

use super::{ImportError, Imported, Rejection};
use crate::domain::{AdminLevel, Bbox, Position, Region};

/// Reads regions from GeoJSON text (RFC 7946: CRS84, longitude first). Rings are turned to the right-hand rule.
///
/// # Errors
/// [`ImportError::GeoJson`] when the text is no FeatureCollection; a feature that cannot be taken is reported and left out,
/// its `line` being its ordinal in the collection, from 1.
pub fn read_regions(file: &str, text: &str) -> Result<Imported<Region>, ImportError> {
    let bad = |source| ImportError::GeoJson { file: file.to_owned(), source: Box::new(source) };
    let collection: geojson::FeatureCollection = text.parse().map_err(bad)?;
    let mut imported = Imported { items: Vec::with_capacity(collection.features.len()), rejected: Vec::new() };
    for (feature, ordinal) in collection.features.into_iter().zip(1..) {
        let id = id_of(&feature).unwrap_or_default();
        match read_region(feature) {
            Ok(region) => imported.items.push(region),
            Err((column, reason)) => imported.rejected.push(Rejection {
                file: file.to_owned(),
                line: ordinal,
                column: column.to_owned(),
                value: id,
                reason,
            }),
        }
    }
    Ok(imported)
}

/// The member at fault and the reason.
type Fault = (&'static str, String);

fn read_region(feature: Feature) -> Result<Region, Fault> {
    let text = |name: &'static str| feature.property(name).and_then(|value| value.as_str()).map(ToOwned::to_owned);
    let needed = |name: &'static str| text(name).ok_or((name, "a text is needed".to_owned()));
    let day = |name: &'static str| match text(name) {
        None => Ok(None),
        Some(text) => text.parse::<Date>().map(Some).map_err(|_| (name, format!("'{text}' is not a date"))),
    };
    let level =
        feature.property("level").and_then(serde_json::Value::as_i64).ok_or(("level", "a whole number is needed".to_owned()))?;
    let code = text("code");
    let id = id_of(&feature).or_else(|| code.clone()).ok_or(("id", "an id or a code is needed".to_owned()))?;
    let area = read_area(feature.geometry.as_ref().map(|geometry| &geometry.value)).map_err(|reason| ("geometry", reason))?;
    let positions =
        area.iter().flat_map(|polygon| polygon.exterior().points()).filter_map(|point| Position::new(point.x(), point.y()).ok());
    let bbox = Bbox::around(positions).ok_or(("geometry", "it is empty".to_owned()))?;
    Ok(Region {
        id,
        level: AdminLevel::from_code(level).map_err(|error| ("level", error.to_string()))?,
        name: needed("name")?,
        name_fr: text("name_fr"),
        country: needed("country")?,
        parent: text("parent"),
        valid_from: day("valid_from")?,
        valid_to: day("valid_to")?,
        source: needed("source")?,
        code,
        area,
        bbox,
    })
}

fn id_of(feature: &Feature) -> Option<String> {
    match feature.id.as_ref()? {
        Id::String(id) => Some(id.clone()),
        Id::Number(id) => Some(id.to_string()),
    }
}

fn read_area(geometry: Option<&GeometryValue>) -> Result<MultiPolygon<f64>, String> {
    let polygons = match geometry {
        Some(GeometryValue::Polygon { coordinates }) => vec![read_polygon(coordinates)?],
        Some(GeometryValue::MultiPolygon { coordinates }) => {
            coordinates.iter().map(|rings| read_polygon(rings)).collect::<Result<_, _>>()?
        }
        _ => return Err("a Polygon or MultiPolygon is needed".to_owned()),
    };
    // RFC 7946 §3.1.6: exterior rings counter-clockwise, holes clockwise.
    Ok(MultiPolygon(polygons).orient(Direction::Default))
}

fn read_polygon(rings: &[Vec<geojson::Position>]) -> Result<Polygon<f64>, String> {
    let ring = |positions: &Vec<geojson::Position>| {
        let coords = positions.iter().map(|position| match position.as_slice() {
            [lon, lat, ..] => {
                Position::new(*lon, *lat).map(|position| (position.lon(), position.lat())).map_err(|error| error.to_string())
            }
            _ => Err("a position needs longitude and latitude".to_owned()),
        });
        let line = LineString::from(coords.collect::<Result<Vec<_>, _>>()?);
        if line.0.len() < 4 || !line.is_closed() {
            return Err("a ring needs at least four positions, the last equal to the first".to_owned());
        }
        Ok(line)
    };
    let mut rings = rings.iter().map(ring).collect::<Result<Vec<_>, String>>()?.into_iter();
    let exterior = rings.next().ok_or("a polygon needs a ring")?;
    Ok(Polygon::new(exterior, rings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(geometry: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","id":"XX-1","properties":{{"level":1,"name":"A","country":"XX","source":"test"}},"geometry":{geometry}}}]}}"#
        )
    }

    #[test]
    fn rings_are_turned_to_the_right_hand_rule() {
        let clockwise = r#"{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[1,0],[0,0]]]}"#;
        let regions = read_regions("t", &collection(clockwise)).unwrap();
        let ring = regions.items[0].area.0[0].exterior();
        assert_eq!(ring.0[1], geo::coord! { x: 1.0, y: 0.0 });
    }

    #[test]
    fn a_bad_geometry_is_reported_and_left_out() {
        for geometry in [
            "null",
            r#"{"type":"Point","coordinates":[0,0]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[0,1],[0,0]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[0,91],[1,1],[0,0]]]}"#,
        ] {
            let read = read_regions("t", &collection(geometry)).unwrap();
            assert_eq!((read.items.len(), read.rejected.len()), (0, 1), "{geometry}");
        }
    }
}
