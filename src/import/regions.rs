//! Regions from GeoJSON: (Multi)Polygons with `level`, `name`, `country` and their kin. Rings are turned to the right-hand
//! rule; areas that are not valid or lie over one another are taken and flagged.

use geo::kernels::{Kernel as _, Orientation, RobustKernel};
use geo::orient::{Direction, Orient};
use geo::{BoundingRect, Contains, Coord, Intersects, Line, LineString, MultiPolygon, Point, Polygon, Rect};
use geojson::GeometryValue;
use serde::Deserialize as _;

use super::cells::{Cells, Fault};
use super::run::{Reader, Run};
use super::{Doubt, Row};
use crate::domain::{AdminLevel, Bbox, Interval, Position, Record as _, Region};

/// Points across and down a region's frame at which it is compared with others. Cutting each pair of neighbours would be
/// exact and takes half a minute for 800 regions; an overlap that 64 points miss is a sliver.
const GRID: u8 = 8;

/// Where in its cell of the grid a point lies: off the round degrees on which straight borders run.
const GRID_SHIFT: f64 = 0.473;

/// What is kept of a region to compare the next ones with.
struct Known {
    id: String,
    level: AdminLevel,
    validity: Interval,
    frame: Rect<f64>,
    /// Points of the grid that it holds.
    inside: Vec<Point<f64>>,
    area: MultiPolygon<f64>,
}

#[derive(Default)]
pub(super) struct Regions {
    known: Vec<Known>,
}

impl Reader for Regions {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let region = read(cells, run)?;
        if let Some(at) = region.area.iter().find_map(crossing) {
            let detail = format!("its outline crosses itself near {:.4} {:.4}", at.x, at.y);
            run.summary.flag(Doubt::InvalidArea, cells.line(), &region.id, detail);
        } else if let Some(new) = Known::new(&region) {
            for other in self.known.iter().filter(|other| other.overlaps(&new)) {
                run.summary.flag(Doubt::Overlap, cells.line(), &region.id, format!("it overlaps {}", other.id));
            }
            self.known.push(new);
        }
        run.accept(Row::Region(Box::new(region)));
        Ok(())
    }
}

/// Where two sides of a polygon's rings cross, if any do. Sides that only touch do not count: holes may touch the exterior.
///
/// The sides are swept from west to east, so that each is compared with those beside it only.
fn crossing(polygon: &Polygon<f64>) -> Option<Coord<f64>> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let mut sides: Vec<(f64, f64, Line<f64>)> = rings
        .flat_map(LineString::lines)
        .map(|side| (side.start.x.min(side.end.x), side.start.x.max(side.end.x), side))
        .collect();
    sides.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (at, (_, east, side)) in sides.iter().enumerate() {
        let (south, north) = (side.start.y.min(side.end.y), side.start.y.max(side.end.y));
        let beside = sides[at + 1..].iter().take_while(|(west, _, _)| west <= east).map(|(_, _, other)| other);
        let mut level = beside.filter(|other| other.start.y.min(other.end.y) <= north && other.start.y.max(other.end.y) >= south);
        if let Some(other) = level.find(|other| cross(side, other)) {
            return Some(other.start);
        }
    }
    None
}

/// Whether each of two sides has the ends of the other on different sides of it, by exact arithmetic.
fn cross(a: &Line<f64>, b: &Line<f64>) -> bool {
    let apart = |line: &Line<f64>, other: &Line<f64>| {
        let side = |point| RobustKernel::orient2d(line.start, line.end, point);
        let sides = (side(other.start), side(other.end));
        use Orientation::{Clockwise, CounterClockwise};
        matches!(sides, (Clockwise, CounterClockwise) | (CounterClockwise, Clockwise))
    };
    apart(a, b) && apart(b, a)
}

impl Known {
    fn new(region: &Region) -> Option<Self> {
        let (frame, area) = (region.area.bounding_rect()?, region.area.clone());
        let at = |step: u8, from: f64, to: f64| from + (to - from) * (f64::from(step) + GRID_SHIFT) / f64::from(GRID);
        let grid = (0..GRID).flat_map(|row| (0..GRID).map(move |column| (column, row)));
        let points =
            grid.map(|(column, row)| Point::new(at(column, frame.min().x, frame.max().x), at(row, frame.min().y, frame.max().y)));
        let inside = points.filter(|point| area.contains(point)).collect();
        Some(Self { id: region.id.clone(), level: region.level, validity: region.interval(), frame, inside, area })
    }

    /// Whether one of the two holds a point from within the other, at one level and time.
    fn overlaps(&self, other: &Self) -> bool {
        let holds = |holder: &Self, held: &Self| {
            held.inside.iter().any(|point| holder.frame.contains(point) && holder.area.contains(point))
        };
        self.level == other.level
            && self.id != other.id
            && self.validity.meets(other.validity)
            && self.frame.intersects(&other.frame)
            && (holds(self, other) || holds(other, self))
    }
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

pub(super) fn read_area(geometry: &GeometryValue) -> Result<MultiPolygon<f64>, String> {
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
