//! A road network as OpenStreetMap has it, in GeoJSON or its own binary form (`pbf`): lines with `highway`, and points with `place` and `name`.
//!
//! What carries lorries is kept, under the class of its `highway`. Roads are cut where they meet and joined where they only go on, so that each
//! ends at a junction, at a named place or where its class changes. A place stands at the nearest point of the network, and its name is what
//! the network meets corridors by; every other junction is named by where it is. Nothing is reported of such a road: it is unknown.

use geojson::GeometryValue;
use jiff::civil::Date;
use serde::Deserialize as _;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::Row;
use super::cells::{Cells, Fault};
use super::control::read_line;
use super::run::{Reader, Run};
use crate::domain::{Corridor, DatePrecision, Folding, Position, SegmentStatus, SourceRef, StatusChange};

/// A vertex in steps of 1e-7 degrees, OpenStreetMap's own.
type Vertex = (i64, i64);

/// One way.
struct Way {
    id: String,
    name: Option<String>,
    class: &'static str,
    line: Vec<Position>,
}

/// Why a line is left out.
pub(super) const NO_ROAD: &str = "it carries no lorries, or is no kind of road that is known";
/// Why a point is.
pub(super) const NO_TOWN: &str = "expected city, town, village or hamlet";

/// Ways and places as far as they have been read.
#[derive(Default)]
pub(super) struct Roads {
    ways: Vec<Way>,
    places: Vec<(String, Position, f64)>,
}

/// The class of a `highway` (OpenStreetMap wiki, Key:highway); nothing for what carries no lorries.
pub(super) fn class_of(highway: &str) -> Option<&'static str> {
    match highway.strip_suffix("_link").unwrap_or(highway) {
        "motorway" | "trunk" => Some("trunk"),
        "primary" => Some("primary"),
        "secondary" => Some("secondary"),
        "tertiary" | "unclassified" | "road" => Some("tertiary"),
        "residential" | "track" => Some("track"),
        _ => None,
    }
}

/// How far from the network a place may lie, in metres: towns are points in the middle of streets that are left out.
pub(super) fn reach_m(place: &str) -> Option<f64> {
    match place {
        "city" => Some(8_000.0),
        "town" => Some(5_000.0),
        "village" | "hamlet" => Some(2_000.0),
        _ => None,
    }
}

fn vertex(at: Position) -> Vertex {
    #[allow(clippy::cast_possible_truncation, reason = "within 1.8e9")]
    let steps = |degrees: f64| (degrees * 1e7).round() as i64;
    (steps(at.lon()), steps(at.lat()))
}

impl Roads {
    /// Takes a place that stands at the network where that is no farther away than `reach` metres.
    pub(super) fn take_place(&mut self, name: &str, position: Position, reach: f64) {
        self.places.push((name.replace(';', ","), position, reach));
    }

    /// Takes a way.
    pub(super) fn take_way(&mut self, id: &str, name: Option<&String>, class: &'static str, mut line: Vec<Position>) {
        line.dedup_by_key(|at| vertex(*at));
        self.ways.push(Way { id: id.to_owned(), name: name.cloned(), class, line });
    }
}

impl Reader for Roads {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let bad = |reason: String| Fault { column: "geometry".to_owned(), value: String::new(), reason };
        let geometry = cells
            .geometry()
            .filter(|geometry| !geometry.is_null())
            .ok_or_else(|| bad("a line or a point is needed".to_owned()))?;
        let lines = match geojson::Geometry::deserialize(geometry).map_err(|error| bad(error.to_string()))?.value {
            GeometryValue::Point { coordinates } => {
                let reach = reach_m(cells.cell("place")).ok_or_else(|| cells.fault("place", NO_TOWN))?;
                let position = match coordinates.as_slice() {
                    [lon, lat, ..] => Position::new(*lon, *lat).map_err(|error| bad(error.to_string()))?,
                    _ => return Err(bad("a position needs longitude and latitude".to_owned())),
                };
                self.take_place(&cells.text("name")?, position, reach);
                run.summary.accepted += 1;
                return Ok(());
            }
            GeometryValue::LineString { coordinates } => vec![coordinates],
            GeometryValue::MultiLineString { coordinates } => coordinates,
            _ => return Err(bad("a line or a point is needed".to_owned())),
        };
        let class = cells.parse("highway", |word| class_of(word).ok_or(NO_ROAD))?;
        let id = cells.optional_text("osm_id").map_or_else(|| format!("line{}", cells.line()), |id| id.replace("way/", ""));
        let name = cells.optional_text("name").or_else(|| cells.optional_text("ref"));
        let lines = lines.iter().map(|line| read_line(line).map_err(bad)).collect::<Result<Vec<_>, _>>()?;
        let lines: Vec<Vec<Position>> =
            lines.iter().map(|line| line.coords().filter_map(|at| Position::new(at.x, at.y).ok()).collect()).collect();
        if lines.iter().all(|line| line.iter().all(|at| vertex(*at) == vertex(line[0]))) {
            return Err(bad("it begins and ends at one point and has no length".to_owned()));
        }
        for line in lines {
            self.take_way(&id, name.as_ref(), class, line);
        }
        run.summary.accepted += 1;
        Ok(())
    }

    fn finish(&mut self, run: &mut Run<'_>) {
        let (ways, places) = (std::mem::take(&mut self.ways), std::mem::take(&mut self.places));
        // Of a mapped road nobody reports anything; that it is unknown carries where the line is from, and on which terms.
        let unknown: Arc<[StatusChange]> = Arc::from([StatusChange {
            segment: None,
            status: SegmentStatus::Unknown,
            // No day of its own: reading the same file another day must change nothing.
            valid_from: Date::constant(1970, 1, 1),
            valid_to: None,
            from_precision: DatePrecision::Year,
            to_precision: DatePrecision::Day,
            last_confirmed: None,
            actor: None,
            note: Some("as mapped; nobody reported on it".to_owned()),
            source: SourceRef {
                citation: run.dataset.attribution.clone(),
                dataset: Arc::clone(&run.dataset),
                verification: None,
                confidence: None,
                known_at: run.context.known_at,
            },
        }]);
        for corridor in network(&ways, &places, &run.dataset.id) {
            run.hand_over(Row::Corridor(Box::new(Corridor { changes: Arc::clone(&unknown), ..corridor })));
        }
    }
}

/// The names of the vertices at which places stand, the greater place first where two want one.
fn names(ways: &[Way], places: &[(String, Position, f64)]) -> HashMap<Vertex, String> {
    /// Side of a cell of the grid, in degrees: more than the farthest reach between the tropics.
    const CELL: f64 = 0.1;
    #[allow(clippy::cast_possible_truncation, reason = "within 1,800")]
    let cell = |at: Position| ((at.lon() / CELL).floor() as i32, (at.lat() / CELL).floor() as i32);
    let mut grid: HashMap<(i32, i32), Vec<Position>> = HashMap::new();
    ways.iter().flat_map(|way| &way.line).for_each(|at| grid.entry(cell(*at)).or_default().push(*at));
    let mut order: Vec<&(String, Position, f64)> = places.iter().collect();
    order.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    let (mut named, mut taken): (HashMap<Vertex, String>, HashSet<String>) = (HashMap::new(), HashSet::new());
    for (name, position, reach) in order {
        let (column, row) = cell(*position);
        let around = (column - 1..=column + 1).flat_map(|column| (row - 1..=row + 1).map(move |row| (column, row)));
        let near = around.filter_map(|cell| grid.get(&cell)).flatten().map(|at| (at.distance_m(*position), *at));
        let Some((_, at)) = near.filter(|(distance, _)| distance <= reach).min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        // Two places of one name would be one node: the lesser one is told by where it is.
        let folded = Folding::Case.of(&Folding::Accents.of(name));
        let name = if taken.insert(folded) { name.clone() } else { format!("{name} ({:.4} {:.4})", at.lon(), at.lat()) };
        named.entry(vertex(at)).or_insert(name);
    }
    named
}

/// Roads between junctions, named places and changes of class.
fn network(ways: &[Way], places: &[(String, Position, f64)], dataset: &str) -> Vec<Corridor> {
    let names = names(ways, places);
    let mut arms: HashMap<Vertex, (u32, HashSet<&str>)> = HashMap::new();
    for way in ways {
        for pair in way.line.windows(2) {
            for end in pair {
                let (count, classes) = arms.entry(vertex(*end)).or_default();
                *count += 1;
                classes.insert(way.class);
            }
        }
    }
    let is_node =
        |at: Vertex| names.contains_key(&at) || arms.get(&at).is_none_or(|(count, classes)| *count != 2 || classes.len() > 1);
    // Pieces between nodes and ends of ways.
    let mut pieces: Vec<(usize, Vec<Position>)> = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        let mut piece = Vec::new();
        for (at, position) in way.line.iter().enumerate() {
            piece.push(*position);
            let is_last = at + 1 == way.line.len();
            if piece.len() > 1 && (is_last || is_node(vertex(*position))) {
                pieces.push((number, std::mem::replace(&mut piece, vec![*position])));
            }
        }
    }
    let mut at_end: HashMap<Vertex, Vec<usize>> = HashMap::new();
    for (number, (_, piece)) in pieces.iter().enumerate() {
        for end in [piece.first(), piece.last()].into_iter().flatten() {
            at_end.entry(vertex(*end)).or_default().push(number);
        }
    }
    let mut left = vec![true; pieces.len()];
    let mut roads: BTreeMap<String, Corridor> = BTreeMap::new();
    for start in 0..pieces.len() {
        let (first, last) = (pieces[start].1[0], pieces[start].1[pieces[start].1.len() - 1]);
        if !left[start] || !is_node(vertex(first)) && !is_node(vertex(last)) {
            continue;
        }
        left[start] = false;
        let way = &ways[pieces[start].0];
        let mut line = pieces[start].1.clone();
        if !is_node(vertex(first)) {
            line.reverse();
        }
        while let Some(end) = line.last().map(|at| vertex(*at)).filter(|end| !is_node(*end)) {
            let Some(next) = at_end.get(&end).and_then(|there| there.iter().copied().find(|piece| left[*piece])) else { break };
            left[next] = false;
            let mut piece = pieces[next].1.clone();
            if vertex(piece[0]) != end {
                piece.reverse();
            }
            line.extend(piece.into_iter().skip(1));
        }
        let (from, to) = (line[0], line[line.len() - 1]);
        // A loop leads nowhere else.
        if vertex(from) == vertex(to) {
            continue;
        }
        let name_of =
            |at: Position| names.get(&vertex(at)).cloned().unwrap_or_else(|| format!("{:.5} {:.5}", at.lon(), at.lat()));
        let mut id = format!("{dataset}-{}", way.id);
        let mut count = 1;
        while roads.contains_key(&id) {
            count += 1;
            id = format!("{dataset}-{}.{count}", way.id);
        }
        let inner = line[1..line.len() - 1].to_vec();
        let corridor = Corridor {
            name: way.name.clone().unwrap_or_else(|| format!("{}–{}", name_of(from), name_of(to))),
            target: String::new(),
            class: way.class.to_owned(),
            weight: None,
            waypoints: vec![(name_of(from), from), (name_of(to), to)],
            between: if inner.is_empty() { Vec::new() } else { vec![inner] },
            changes: Arc::new([]),
            past: Arc::new([]),
            id: id.clone(),
        };
        roads.insert(id, corridor);
    }
    roads.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(id: &str, class: &'static str, points: &[(f64, f64)]) -> Way {
        let line = points.iter().map(|(lon, lat)| Position::new(*lon, *lat).unwrap()).collect();
        Way { id: id.to_owned(), name: None, class, line }
    }

    fn ends(corridor: &Corridor) -> (&str, &str) {
        (&corridor.waypoints[0].0, &corridor.waypoints[1].0)
    }

    #[test]
    fn roads_are_cut_where_they_meet_and_joined_where_they_only_go_on() {
        let ways = [
            // Two ways that go on, crossed in the middle of the second by a third.
            way("1", "trunk", &[(0.0, 0.0), (0.1, 0.0), (0.2, 0.0)]),
            way("2", "trunk", &[(0.2, 0.0), (0.3, 0.0), (0.4, 0.0)]),
            way("3", "secondary", &[(0.3, -0.1), (0.3, 0.0), (0.3, 0.1)]),
            // It goes on under another class.
            way("4", "track", &[(0.5, 0.0), (0.4, 0.0)]),
        ];
        let roads = network(&ways, &[("Town".to_owned(), Position::new(0.001, 0.001).unwrap(), 5_000.0)], "osm");
        let found: Vec<(&str, (&str, &str), usize)> =
            roads.iter().map(|road| (road.class.as_str(), ends(road), road.between.first().map_or(0, Vec::len))).collect();
        assert_eq!(
            found,
            [
                ("trunk", ("Town", "0.30000 0.00000"), 2),
                ("trunk", ("0.30000 0.00000", "0.40000 0.00000"), 0),
                ("secondary", ("0.30000 -0.10000", "0.30000 0.00000"), 0),
                ("secondary", ("0.30000 0.00000", "0.30000 0.10000"), 0),
                ("track", ("0.50000 0.00000", "0.40000 0.00000"), 0),
            ]
        );
        assert_eq!(
            roads.iter().map(|road| road.id.as_str()).collect::<Vec<_>>(),
            ["osm-1", "osm-2", "osm-3", "osm-3.2", "osm-4"]
        );
        let length: f64 = roads.iter().flat_map(Corridor::segments).map(|segment| segment.length_km).sum();
        let drawn: f64 = ways.iter().flat_map(|way| way.line.windows(2)).map(|pair| pair[0].distance_m(pair[1]) / 1000.0).sum();
        assert!((length - drawn).abs() < 0.3, "{length} of {drawn} km");
    }

    #[test]
    fn a_place_in_the_middle_of_a_road_is_a_junction_and_two_of_one_name_stay_apart() {
        let ways = [way("1", "primary", &[(0.0, 0.0), (0.1, 0.0), (0.2, 0.0), (0.3, 0.0)])];
        let place = |name: &str, lon: f64, reach: f64| (name.to_owned(), Position::new(lon, 0.002).unwrap(), reach);
        let places = [place("Bla", 0.1, 2_000.0), place("Blá", 0.2, 5_000.0), place("Far", 0.15, 2_000.0)];
        let roads = network(&ways, &places, "osm");
        let found: Vec<(&str, &str)> = roads.iter().map(ends).collect();
        assert_eq!(
            found,
            [("0.00000 0.00000", "Bla (0.1000 0.0000)"), ("Bla (0.1000 0.0000)", "Blá"), ("Blá", "0.30000 0.00000")]
        );
    }

    #[test]
    fn what_carries_no_lorries_has_no_class() {
        for (highway, class) in
            [("trunk_link", Some("trunk")), ("unclassified", Some("tertiary")), ("footway", None), ("path", None), ("", None)]
        {
            assert_eq!(class_of(highway), class, "{highway}");
        }
    }
}
