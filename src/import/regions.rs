//! Regions from GeoJSON: (Multi)Polygons with `level`, `name`, `country` and their kin. Rings are turned to the right-hand
//! rule; areas that are not valid or lie over one another are taken and flagged.

use geo::{Area, Rect};
use geo::{BooleanOps, BoundingRect, Intersects, LineString, MultiPolygon, Orient, Polygon, Validation, orient::Direction};
use geojson::GeometryValue;
use serde::Deserialize as _;

use super::run::{Reader, Run};
use super::table::{Cells, Fault};
use super::{Doubt, Row};
use crate::domain::{AdminLevel, Bbox, Interval, Position, Record as _, Region};

/// The part of the smaller of two regions, from which on their common area is an overlap and not a border drawn twice.
const OVERLAP: f64 = 0.01;

/// What is kept of a region to compare the next ones with.
struct Known {
    id: String,
    level: AdminLevel,
    validity: Interval,
    frame: Rect<f64>,
    area: MultiPolygon<f64>,
}

#[derive(Default)]
pub(super) struct Regions {
    known: Vec<Known>,
}

impl Reader for Regions {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let region = read(cells, run)?;
        if let Err(reason) = region.area.check_validation() {
            run.summary.flag(Doubt::InvalidArea, cells.line(), &region.id, reason.to_string());
        } else if let Some(frame) = region.area.bounding_rect() {
            let new = Known {
                id: region.id.clone(),
                level: region.level,
                validity: region.interval(),
                frame,
                area: region.area.clone(),
            };
            for other in self.known.iter().filter(|other| overlap(other, &new)) {
                run.summary.flag(Doubt::Overlap, cells.line(), &region.id, format!("it overlaps {}", other.id));
            }
            self.known.push(new);
        }
        run.accept(Row::Region(Box::new(region)));
        Ok(())
    }
}

/// Whether two valid regions of one level and time share more than a border.
fn overlap(a: &Known, b: &Known) -> bool {
    if a.level != b.level || a.id == b.id || !a.validity.meets(b.validity) || !a.frame.intersects(&b.frame) {
        return false;
    }
    // The common area is at most that of the common frame: neighbours that only touch are dismissed without cutting.
    let (smaller, common) = (a.area.unsigned_area().min(b.area.unsigned_area()), shared_frame(&a.frame, &b.frame));
    common > smaller * OVERLAP && a.area.intersection(&b.area).unsigned_area() > smaller * OVERLAP
}

fn shared_frame(a: &Rect<f64>, b: &Rect<f64>) -> f64 {
    let side = |from: f64, to: f64| (to - from).max(0.0);
    side(a.min().x.max(b.min().x), a.max().x.min(b.max().x)) * side(a.min().y.max(b.min().y), a.max().y.min(b.max().y))
}

fn read(cells: &Cells<'_>, run: &mut Run<'_>) -> Result<Region, Fault> {
    let level = cells.parse("level", str::parse::<i64>)?;
    let level = AdminLevel::from_code(level).map_err(|error| cells.fault("level", error.to_string()))?;
    let code = cells.optional_text("code");
    // A running number is no name; where there is a code, parents refer to it.
    let number = |id: &String| id.bytes().all(|byte| byte.is_ascii_digit());
    let id = cells.optional_text("id").filter(|id| code.is_none() || !number(id)).or_else(|| code.clone());
    let id = id.ok_or_else(|| cells.fault("id", "an id or a code is needed"))?;
    let bad = |reason: String| Fault { column: "geometry".to_owned(), value: id.clone(), reason };
    let geometry = cells.geometry().ok_or_else(|| bad("a Polygon or MultiPolygon is needed".to_owned()))?;
    let geometry = geojson::Geometry::deserialize(geometry).map_err(|error| bad(error.to_string()))?;
    let area = read_area(&geometry.value).map_err(bad)?;
    let positions =
        area.iter().flat_map(|polygon| polygon.exterior().points()).filter_map(|point| Position::new(point.x(), point.y()).ok());
    let bbox = Bbox::around(positions).ok_or_else(|| bad("it is empty".to_owned()))?;
    let country = cells.text("country")?;
    let country = run.context.aliases.country(&country).map_or(country.clone(), ToOwned::to_owned);
    Ok(Region {
        level,
        name: cells.text("name")?,
        name_fr: cells.optional_text("name_fr"),
        country,
        parent: cells.optional_text("parent"),
        valid_from: run.day(cells, "valid_from")?,
        valid_to: run.day(cells, "valid_to")?,
        source: cells.optional_text("source").unwrap_or_else(|| run.dataset.attribution.clone()),
        id,
        code,
        area,
        bbox,
    })
}

fn read_area(geometry: &GeometryValue) -> Result<MultiPolygon<f64>, String> {
    let polygons = match geometry {
        GeometryValue::Polygon { coordinates } => vec![read_polygon(coordinates)?],
        GeometryValue::MultiPolygon { coordinates } => {
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
