//! Supply roads: one status of one road over an interval a row, with the road's places repeated in each. The rows of a road
//! need not stand together, so the roads are handed over at the end of the file. Features with a line are stretches of such roads (`segments`).

use std::sync::Arc;

use super::Row;
use super::cells::{Cells, Fault};
use super::control::precision;
use super::run::{Reader, Run};
use super::segments::Segments;
use crate::domain::{Corridor, DatePrecision, Position, SegmentStatus, StatusChange, SupplyShare};

/// Class of a road whose row does not say it.
pub(super) const DEFAULT_CLASS: &str = "trunk";

#[derive(Default)]
pub(super) struct Corridors {
    roads: Vec<(Corridor, Vec<StatusChange>)>,
    drawn: Segments,
}

impl Reader for Corridors {
    /// Adds a status to its road. A row that draws the road otherwise than its first row is left out.
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        if cells.geometry().is_some_and(|geometry| !geometry.is_null()) {
            return self.drawn.row(cells, run);
        }
        let id = cells.text("corridor_id")?;
        let (name, target) = (cells.text("name")?, cells.text("target")?);
        let waypoints = cells.parse("waypoints", parse_waypoints)?;
        let class = cells.optional("class", class)?;
        let weight = weight(cells)?;
        let segment = cells.optional("segment", |text| segment(text, &waypoints))?;
        let change = report(cells, run)?.ok_or_else(|| cells.fault("valid_from", "a value is needed"))?;
        let change = StatusChange { segment, ..change };
        if let Some((road, changes)) = self.roads.iter_mut().find(|(road, _)| road.id == id) {
            if road.waypoints != waypoints || road.target != target {
                return Err(cells.fault("waypoints", "the road's places or target differ from those of its first row"));
            }
            if class.is_some_and(|class| class != road.class) {
                return Err(cells.fault("class", "it differs from that of the road's first row"));
            }
            match (weight, &road.weight) {
                (Some(weight), None) => road.weight = Some(weight),
                (Some(weight), Some(before)) if weight != *before => {
                    return Err(cells.fault("weight", "it differs from that of an earlier row of the road"));
                }
                _ => {}
            }
            changes.push(change);
        } else {
            let class = class.unwrap_or(DEFAULT_CLASS).to_owned();
            let road = Corridor {
                id,
                name,
                target,
                class,
                weight,
                waypoints,
                between: Vec::new(),
                changes: Arc::new([]),
                past: Arc::new([]),
            };
            self.roads.push((road, vec![change]));
        }
        run.summary.accepted += 1;
        Ok(())
    }

    fn finish(&mut self, run: &mut Run<'_>) {
        self.drawn.finish(run);
        for (corridor, mut changes) in std::mem::take(&mut self.roads) {
            changes.sort_by_key(|change| change.valid_from);
            run.hand_over(Row::Corridor(Box::new(Corridor { changes: changes.into(), ..corridor })));
        }
    }
}

/// What a row reports of a road; nothing where it says neither a day nor a status but unknown.
pub(super) fn report(cells: &Cells<'_>, run: &mut Run<'_>) -> Result<Option<StatusChange>, Fault> {
    if cells.cell("valid_from").is_empty() && matches!(cells.cell("status"), "" | "unknown") {
        return Ok(None);
    }
    let valid_from = run.day(cells, "valid_from")?.ok_or_else(|| cells.fault("valid_from", "a value is needed"))?;
    let valid_to = run.day(cells, "valid_to")?;
    if valid_to.is_some_and(|last| last < valid_from) {
        return Err(cells.fault("valid_to", "it lies before valid_from"));
    }
    let last_confirmed = run.day(cells, "last_confirmed")?;
    if last_confirmed.is_some_and(|last| last < valid_from) {
        return Err(cells.fault("last_confirmed", "it lies before valid_from"));
    }
    let both = cells.optional("date_precision", precision)?;
    let from_precision = cells.optional("from_precision", precision)?.or(both);
    Ok(Some(StatusChange {
        segment: None,
        status: cells.parse("status", SegmentStatus::parse)?,
        valid_from,
        valid_to,
        from_precision: from_precision.unwrap_or(DatePrecision::Day),
        to_precision: cells.optional("to_precision", precision)?.or(from_precision).unwrap_or(DatePrecision::Day),
        last_confirmed,
        actor: run.actor(cells.cell("actor"), "", valid_from),
        note: cells.optional_text("note"),
        source: run.source(cells)?,
    }))
}

/// The classes of roads, with what their capacity rests on.
pub(super) const CLASSES: [&str; 5] = ["trunk", "primary", "secondary", "tertiary", "track"];

pub(super) fn class(text: &str) -> Result<&'static str, String> {
    let known = CLASSES.iter().find(|class| text.eq_ignore_ascii_case(class));
    known.copied().ok_or_else(|| format!("expected one of {}", CLASSES.join(", ")))
}

/// `weight` with its range and source; a range that is left out is the weight itself.
pub(super) fn weight(cells: &Cells<'_>) -> Result<Option<SupplyShare>, Fault> {
    let number = |field| cells.optional(field, |text: &str| text.parse::<f64>().map_err(|_| "expected a number from 0 to 1"));
    let (weight, low, high) = (number("weight")?, number("weight_low")?, number("weight_high")?);
    let source = cells.optional_text("weight_source");
    let Some(weight) = weight else {
        return if low.or(high).is_some() || source.is_some() {
            Err(cells.fault("weight", "a value is needed beside weight_low, weight_high and weight_source"))
        } else {
            Ok(None)
        };
    };
    let share = SupplyShare::new(weight, low.unwrap_or(weight), high.unwrap_or(weight));
    let share = share.map_err(|error| cells.fault("weight", error.to_string()))?;
    Ok(Some(SupplyShare { source: source.map(Arc::from), ..share }))
}

/// The position of a segment on its road: a number from 1, or the names of its two places with a semicolon between them.
fn segment(text: &str, waypoints: &[(String, Position)]) -> Result<u32, String> {
    let last = waypoints.len() - 1;
    let bad = || format!("expected a number from 1 to {last}, or two places of the road that follow one another, as 'A; B'");
    let at = match text.split_once(';') {
        None => text.parse::<usize>().ok().filter(|at| (1..=last).contains(at)),
        Some((from, to)) => {
            let follow = |pair: &[(String, Position)]| pair[0].0 == from.trim() && pair[1].0 == to.trim();
            waypoints.windows(2).position(follow).map(|at| at + 1)
        }
    };
    at.and_then(|at| u32::try_from(at).ok()).ok_or_else(bad)
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
