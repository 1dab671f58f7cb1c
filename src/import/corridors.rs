//! `corridors.csv`: one status of one supply road over an interval a row, with the road's places repeated in each.

use std::sync::Arc;

use super::incidents::{actor, days, source};
use super::table::read_table;
use super::{ImportError, Imported, Rejection};
use crate::domain::{Corridor, Dataset, Position, SegmentStatus, StatusChange};

const COLUMNS: &[&str] =
    &["corridor_id", "name", "waypoints", "target", "status", "valid_from", "valid_to", "actor", "confidence", "source"];

/// Class of a road whose row does not say it.
const DEFAULT_CLASS: &str = "trunk";

struct Statement {
    line: u64,
    id: String,
    name: String,
    target: String,
    class: String,
    waypoints: Vec<(String, Position)>,
    change: StatusChange,
}

/// Reads the table and gathers the rows of each road. A row that draws the road otherwise than its first row is left out.
pub(super) fn read_corridors(
    file: &str,
    text: &[u8],
    dataset: &Arc<Dataset>,
    is_actor: impl Fn(&str) -> bool,
) -> Result<Imported<Corridor>, ImportError> {
    let read = read_table(file, text, COLUMNS, |row| {
        let (valid_from, valid_to) = days(row)?;
        Ok(Statement {
            line: row.line(),
            id: row.text("corridor_id")?,
            name: row.text("name")?,
            target: row.text("target")?,
            class: row.optional_text("class").unwrap_or_else(|| DEFAULT_CLASS.to_owned()),
            waypoints: row.parse("waypoints", parse_waypoints)?,
            change: StatusChange {
                status: row.parse("status", SegmentStatus::parse)?,
                valid_from,
                valid_to,
                actor: actor(row, "actor", &is_actor)?,
                note: row.optional_text("note"),
                source: source(row, dataset)?,
            },
        })
    })?;
    let mut imported = Imported { items: Vec::<(Corridor, Vec<StatusChange>)>::new(), rejected: read.rejected };
    for statement in read.items {
        let Statement { line, id, name, target, class, waypoints, change } = statement;
        if let Some((corridor, changes)) = imported.items.iter_mut().find(|(corridor, _)| corridor.id == id) {
            if corridor.waypoints == waypoints && corridor.target == target {
                changes.push(change);
            } else {
                let reason = "the road's places or target differ from those of its first row".to_owned();
                imported.rejected.push(Rejection {
                    file: file.to_owned(),
                    line,
                    column: "waypoints".to_owned(),
                    value: id,
                    reason,
                });
            }
        } else {
            let corridor = Corridor { id, name, target, class, waypoints, changes: Arc::new([]) };
            imported.items.push((corridor, vec![change]));
        }
    }
    let finish = |(corridor, mut changes): (Corridor, Vec<StatusChange>)| {
        changes.sort_by_key(|change| change.valid_from);
        Corridor { changes: changes.into(), ..corridor }
    };
    Ok(Imported { items: imported.items.into_iter().map(finish).collect(), rejected: imported.rejected })
}

/// Reads `name lon lat; name lon lat; …`, at least two places in travel order.
fn parse_waypoints(text: &str) -> Result<Vec<(String, Position)>, String> {
    let waypoint = |part: &str| {
        let bad = || format!("'{part}' is not 'name lon lat'");
        let (rest, lat) = part.trim().rsplit_once(' ').ok_or_else(bad)?;
        let (name, lon) = rest.rsplit_once(' ').ok_or_else(bad)?;
        let degrees = |text: &str| text.parse::<f64>().map_err(|_| bad());
        let position = Position::new(degrees(lon)?, degrees(lat)?).map_err(|error| error.to_string())?;
        Ok::<_, String>((name.trim().to_owned(), position))
    };
    let waypoints = text.split(';').map(waypoint).collect::<Result<Vec<_>, _>>()?;
    if waypoints.len() < 2 { Err("a road needs at least two places".to_owned()) } else { Ok(waypoints) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_spaces() {
        let waypoints = parse_waypoints("Nioro du Sahel -9.59 15.22; Diéma -9.19 14.54").unwrap();
        assert_eq!(waypoints[0].0, "Nioro du Sahel");
        assert_eq!(waypoints[1].1, Position::new(-9.19, 14.54).unwrap());
    }

    #[test]
    fn a_road_of_one_place_or_without_degrees_is_refused() {
        for text in ["Gao 0.1 16.2", "Gao; Ansongo", "Gao 0.1 16.2; Ansongo 0.5 NaN", ""] {
            assert!(parse_waypoints(text).is_err(), "{text}");
        }
    }
}
