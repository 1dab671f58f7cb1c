//! Supply roads: one status of one road over an interval a row, with the road's places repeated in each. The rows of a road
//! need not stand together, so the roads are handed over at the end of the file.

use std::sync::Arc;

use super::Row;
use super::cells::{Cells, Fault};
use super::run::{Reader, Run};
use crate::domain::{Corridor, Position, SegmentStatus, StatusChange};

/// Class of a road whose row does not say it.
const DEFAULT_CLASS: &str = "trunk";

#[derive(Default)]
pub(super) struct Corridors {
    roads: Vec<(Corridor, Vec<StatusChange>)>,
}

impl Reader for Corridors {
    /// Adds a status to its road. A row that draws the road otherwise than its first row is left out.
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let id = cells.text("corridor_id")?;
        let (name, target) = (cells.text("name")?, cells.text("target")?);
        let waypoints = cells.parse("waypoints", parse_waypoints)?;
        let valid_from = run.day(cells, "valid_from")?.ok_or_else(|| cells.fault("valid_from", "a value is needed"))?;
        let valid_to = run.day(cells, "valid_to")?;
        if valid_to.is_some_and(|last| last < valid_from) {
            return Err(cells.fault("valid_to", "it lies before valid_from"));
        }
        let change = StatusChange {
            status: cells.parse("status", SegmentStatus::parse)?,
            valid_from,
            valid_to,
            actor: run.actor(cells.cell("actor"), "", valid_from),
            note: cells.optional_text("note"),
            source: run.source(cells)?,
        };
        if let Some((road, changes)) = self.roads.iter_mut().find(|(road, _)| road.id == id) {
            if road.waypoints != waypoints || road.target != target {
                return Err(cells.fault("waypoints", "the road's places or target differ from those of its first row"));
            }
            changes.push(change);
        } else {
            let class = cells.optional_text("class").unwrap_or_else(|| DEFAULT_CLASS.to_owned());
            self.roads.push((Corridor { id, name, target, class, waypoints, changes: Arc::new([]) }, vec![change]));
        }
        run.summary.accepted += 1;
        Ok(())
    }

    fn finish(&mut self, run: &mut Run<'_>) {
        for (corridor, mut changes) in std::mem::take(&mut self.roads) {
            changes.sort_by_key(|change| change.valid_from);
            run.hand_over(Row::Corridor(Box::new(Corridor { changes: changes.into(), ..corridor })));
        }
    }
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
