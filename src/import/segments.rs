//! Stretches of supply roads as lines, one a feature: the form of our own exports and of what users draw.
//!
//! A feature names its corridor (`corridor`), the places it leads `from` and `to`, its `seq` on the corridor from 1 and the town that it supplies
//! (`target`), and may say `name`, `class`, `weight` with its range and one report: `status`, `valid_from` or `since`, `valid_to` or `until`.
//! Several features of one stretch are several reports. A report that all stretches of a corridor have is one of the corridor as a whole.

use geojson::GeometryValue;
use serde::Deserialize as _;
use std::sync::Arc;

use super::cells::{Cells, Fault};
use super::control::read_line;
use super::corridors::{DEFAULT_CLASS, class, report, weight};
use super::run::{Run, whole};
use super::{Rejection, Row};
use crate::domain::{Corridor, Folding, Position, StatusChange, SupplyShare};

/// One stretch.
struct Segment {
    seq: u32,
    row: u64,
    from: String,
    to: String,
    line: Vec<Position>,
    reports: Vec<StatusChange>,
}

/// A corridor as far as it has been read.
struct Road {
    id: String,
    name: String,
    target: String,
    class: &'static str,
    weight: Option<SupplyShare>,
    segments: Vec<Segment>,
}

/// All that were read.
#[derive(Default)]
pub(super) struct Segments {
    roads: Vec<Road>,
}

fn same(a: &str, b: &str) -> bool {
    let folded = |name: &str| Folding::Case.of(&Folding::Accents.of(name.trim()));
    folded(a) == folded(b)
}

/// The line of a feature.
fn line(cells: &Cells<'_>) -> Result<Vec<Position>, Fault> {
    let bad = |reason: String| Fault { column: "geometry".to_owned(), value: String::new(), reason };
    let geometry = cells.geometry().ok_or_else(|| bad("a LineString is needed".to_owned()))?;
    match geojson::Geometry::deserialize(geometry).map_err(|error| bad(error.to_string()))?.value {
        GeometryValue::LineString { coordinates } => {
            let line = read_line(&coordinates).map_err(bad)?;
            Ok(line.coords().filter_map(|at| Position::new(at.x, at.y).ok()).collect())
        }
        _ => Err(bad("a LineString is needed".to_owned())),
    }
}

impl Segments {
    pub(super) fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let id = cells.text("corridor_id")?;
        let (from, to) = (cells.text("from")?, cells.text("to")?);
        if same(&from, &to) {
            return Err(cells.fault("to", "it is the place that the segment starts from"));
        }
        if from.contains(';') || to.contains(';') {
            return Err(cells.fault("from", "a place's name may hold no semicolon"));
        }
        let line = line(cells)?;
        let (class, weight) = (cells.optional("class", class)?, weight(cells)?);
        let seq = cells.optional("seq", whole)?;
        if seq == Some(0) {
            return Err(cells.fault("seq", "positions count from 1"));
        }
        let target = cells.optional_text("target").unwrap_or_default();
        let report = report(cells, run)?;
        let known = self.roads.iter_mut().find(|road| road.id == id);
        let road = match known {
            Some(road) => {
                if road.target != target {
                    return Err(cells.fault("target", "it differs from that of the corridor's first segment"));
                }
                if class.is_some_and(|class| class != road.class) {
                    return Err(cells.fault("class", "it differs from that of the corridor's first segment"));
                }
                road
            }
            None => {
                let name = cells.optional_text("name").unwrap_or_else(|| id.clone());
                self.roads.push(Road {
                    id,
                    name,
                    target,
                    class: class.unwrap_or(DEFAULT_CLASS),
                    weight: None,
                    segments: Vec::new(),
                });
                let last = self.roads.len() - 1;
                &mut self.roads[last]
            }
        };
        if weight.is_some() && road.weight.is_some() && weight != road.weight {
            return Err(cells.fault("weight", "it differs from that of an earlier segment of the corridor"));
        }
        let next = u32::try_from(road.segments.len()).unwrap_or(u32::MAX).saturating_add(1);
        let there = road.segments.iter_mut().find(|segment| match seq {
            Some(seq) => segment.seq == seq,
            None => same(&segment.from, &from) && same(&segment.to, &to),
        });
        match there {
            Some(segment) if same(&segment.from, &from) && same(&segment.to, &to) => segment.reports.extend(report),
            Some(_) => return Err(cells.fault("seq", "another segment of the corridor has it, between other places")),
            None => {
                let reports = report.into_iter().collect();
                road.segments.push(Segment { seq: seq.unwrap_or(next), row: cells.line(), from, to, line, reports });
            }
        }
        road.weight = road.weight.take().or(weight);
        run.summary.accepted += 1;
        Ok(())
    }

    pub(super) fn finish(&mut self, run: &mut Run<'_>) {
        for mut road in std::mem::take(&mut self.roads) {
            road.segments.sort_by_key(|segment| segment.seq);
            // Where one does not begin where the one before ends, the corridor ends: what follows is told, and left out.
            let follows = |pair: &[Segment]| pair[1].seq == pair[0].seq + 1 && same(&pair[1].from, &pair[0].to);
            let whole = 1 + road.segments.windows(2).take_while(|pair| follows(pair)).count();
            for segment in road.segments.split_off(whole.min(road.segments.len())) {
                let reason = format!("the segments of {} before it do not lead to {}", road.id, segment.from);
                run.summary.accepted -= 1;
                run.reject(Rejection {
                    file: run.file.clone(),
                    line: segment.row,
                    column: "from".to_owned(),
                    value: segment.from,
                    reason,
                });
            }
            if let Some(corridor) = corridor(road) {
                run.hand_over(Row::Corridor(Box::new(corridor)));
            }
        }
    }
}

/// The corridor of segments that follow one another.
fn corridor(road: Road) -> Option<Corridor> {
    let first = road.segments.first()?;
    let mut waypoints = vec![(first.from.clone(), *first.line.first()?)];
    let (mut between, mut changes) = (Vec::new(), Vec::new());
    for (segment, seq) in road.segments.iter().zip(1u32..) {
        let end = *segment.line.last()?;
        let inner = &segment.line[..segment.line.len() - 1];
        // A line that begins elsewhere than the place where the one before ended leads there from it.
        let start = waypoints.last().map(|(_, at)| *at);
        between.push(inner.iter().copied().skip(usize::from(inner.first().copied() == start)).collect::<Vec<_>>());
        waypoints.push((segment.to.clone(), end));
        changes.extend(segment.reports.iter().map(|report| StatusChange { segment: Some(seq), ..report.clone() }));
    }
    if between.iter().all(Vec::is_empty) {
        between.clear();
    }
    let mut changes = of_the_whole(changes, road.segments.len());
    changes.sort_by_key(|change| change.valid_from);
    Some(Corridor {
        id: road.id,
        name: road.name,
        target: road.target,
        class: road.class.to_owned(),
        weight: road.weight,
        waypoints,
        between,
        changes: Arc::from(changes),
        past: Arc::new([]),
    })
}

/// Makes one report of the whole corridor of those that each of its segments has.
fn of_the_whole(changes: Vec<StatusChange>, segments: usize) -> Vec<StatusChange> {
    let mut kept: Vec<StatusChange> = Vec::new();
    let alone = |change: &StatusChange| StatusChange { segment: None, ..change.clone() };
    for change in &changes {
        let whole = alone(change);
        if kept.contains(&whole) {
            continue;
        }
        let count = changes.iter().filter(|other| alone(other) == whole).count();
        kept.push(if count == segments { whole } else { change.clone() });
    }
    kept
}
