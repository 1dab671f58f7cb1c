//! What became of each cell: first and last report, how many, and the days on which it counts as active; as it is known now and as it was
//! known before.

use std::collections::BTreeMap;

use super::cells::FrontGridCell;
use super::{FrontModel, FrontReport, Parties};
use crate::analytics::parameters::FRONT_ACTIVE;
use crate::analytics::{Day, date_of};
use crate::domain::{Actor, DatePrecision, FrontCell, Instant, Place, Redistribution};
use geo::{Coord, LineString, MultiPolygon, Polygon};

/// A cell over time.
#[derive(Debug, Clone, PartialEq)]
pub struct CellHistory {
    /// The cell.
    pub cell: FrontGridCell,
    /// The day of the first event.
    pub first: Day,
    /// How exact that day is.
    pub precision: DatePrecision,
    /// The day of the last one.
    pub last: Day,
    /// The days, both ends included, on which an event lies no more than [`FRONT_ACTIVE`] days back.
    pub active: Vec<(Day, Day)>,
    /// How many events.
    pub events: usize,
    /// How many known settlements the cell has.
    pub settlements: usize,
}

impl FrontModel {
    /// What became of each cell of an actor, those reached first first; `None` for one of which nothing is reported.
    #[must_use]
    pub fn cells(&self, actor: &str) -> Option<Vec<CellHistory>> {
        #[allow(clippy::cast_possible_truncation, reason = "some ninety days")]
        let length = FRONT_ACTIVE.value as Day - 1;
        let mut cells: BTreeMap<FrontGridCell, CellHistory> = BTreeMap::new();
        for event in self.by_actor.get(actor)?.events.iter().map(|at| &self.events[*at]) {
            let history = cells.entry(event.cell).or_insert_with(|| CellHistory {
                cell: event.cell,
                first: event.day,
                precision: event.precision,
                last: event.day,
                active: Vec::new(),
                events: 0,
                settlements: self.settled.get(&event.cell).map_or(0, |settled| settled.count),
            });
            if event.day == history.first {
                history.precision = history.precision.min(event.precision);
            }
            history.last = event.day;
            history.events += 1;
            match history.active.last_mut() {
                Some((_, end)) if event.day <= *end + 1 => *end = event.day + length,
                _ => history.active.push((event.day, event.day + length)),
            }
        }
        let mut cells: Vec<CellHistory> = cells.into_values().collect();
        cells.sort_by_key(|history| (history.first, history.cell));
        Some(cells)
    }

    /// The cells of every actor as features. `restricted` says which datasets may not be passed on.
    #[must_use]
    pub fn front_cells(&self, restricted: impl Fn(&str) -> bool) -> Vec<FrontCell> {
        let closed: Vec<bool> = self.datasets.iter().map(|dataset| restricted(dataset)).collect();
        let mut features = Vec::new();
        for (actor, rows) in &self.by_actor {
            let mut known: BTreeMap<FrontGridCell, (Instant, bool)> = BTreeMap::new();
            for event in rows.events.iter().map(|at| &self.events[*at]) {
                let (at, is_closed) = known.entry(event.cell).or_insert((event.known_at, false));
                *at = event.known_at.max(*at);
                *is_closed |= closed[event.dataset];
            }
            for history in self.cells(actor).into_iter().flatten() {
                let (known_at, is_closed) = known.get(&history.cell).copied().unwrap_or((Instant::MIN, false));
                features.push(feature(actor, &history, known_at, is_closed));
            }
        }
        features
    }
}

/// A cell of an actor as a feature.
fn feature(actor: &str, history: &CellHistory, known_at: Instant, is_closed: bool) -> FrontCell {
    let [west, south, east, north] = history.cell.corners();
    let corner = |x, y| Coord { x, y };
    let ring = vec![corner(west, south), corner(east, south), corner(east, north), corner(west, north), corner(west, south)];
    let first = date_of(history.first);
    FrontCell {
        id: format!("{actor}@{}", history.cell),
        actor: actor.to_owned(),
        cell: history.cell.to_string(),
        first_reported: first,
        first_precision: history.precision,
        last_reported: date_of(history.last),
        quarter: format!("{:04}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
        events: u32::try_from(history.events).unwrap_or(u32::MAX),
        settlements: u32::try_from(history.settlements).unwrap_or(u32::MAX),
        known_at,
        redistribution: if is_closed { Redistribution::Restricted } else { Redistribution::Allowed },
        area: MultiPolygon::from(Polygon::new(LineString::from(ring), Vec::new())),
        bbox: history.cell.bbox(),
    }
}

/// One version of a report in a cell: until when it was known, its day and how exact that is, and whether it may not be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    day: Day,
    precision: DatePrecision,
    is_closed: bool,
}

/// A version that comes (true) or goes at an instant.
type Turn = (Instant, bool, Version);

/// The cells of every actor in each state of knowledge, with the instant from when on it was no longer what is known (`None` while it is).
/// Every report counts, also where several datasets have one incident.
#[must_use]
pub fn front_versions<'a>(
    reports: impl Iterator<Item = FrontReport<'a>>,
    places: &[Place],
    actors: &[Actor],
    restricted: impl Fn(&str) -> bool,
) -> Vec<(FrontCell, Option<Instant>)> {
    let parties = Parties::new(actors);
    let mut settlements: BTreeMap<FrontGridCell, usize> = BTreeMap::new();
    places.iter().for_each(|place| *settlements.entry(FrontGridCell::of(place.position)).or_default() += 1);
    // What comes and goes in a cell of an actor, by instant.
    let mut turns: BTreeMap<(String, FrontGridCell), Vec<Turn>> = BTreeMap::new();
    for report in reports {
        let Ok(position) = report.placed() else { continue };
        let cell = FrontGridCell::of(position);
        let version = Version { day: report.day, precision: report.date_precision, is_closed: restricted(report.dataset) };
        for actor in parties.of(report.actors, report.day) {
            let turns = turns.entry((actor.to_owned(), cell)).or_default();
            turns.push((report.known_at, true, version));
            turns.extend(report.superseded_at.map(|until| (until, false, version)));
        }
    }
    let mut features = Vec::new();
    for ((actor, cell), mut turns) in turns {
        turns.sort_unstable();
        let mut known: BTreeMap<Version, usize> = BTreeMap::new();
        let mut open: Option<FrontCell> = None;
        for at_once in turns.chunk_by(|a, b| a.0 == b.0) {
            let instant = at_once[0].0;
            // What comes is counted before what goes, so that a version that took another's place at once is not missed.
            for (_, comes, version) in at_once.iter().rev() {
                let count = known.entry(*version).or_default();
                *count = if *comes { *count + 1 } else { count.saturating_sub(1) };
                if *count == 0 {
                    known.remove(version);
                }
            }
            let next = known.keys().next().zip(known.keys().next_back()).map(|(first, last)| {
                let history = CellHistory {
                    cell,
                    first: first.day,
                    precision: first.precision,
                    last: last.day,
                    active: Vec::new(),
                    events: known.values().sum(),
                    settlements: settlements.get(&cell).copied().unwrap_or(0),
                };
                feature(&actor, &history, instant, known.keys().any(|version| version.is_closed))
            });
            match (open.take(), next) {
                (Some(before), Some(next)) if before == (FrontCell { known_at: before.known_at, ..next.clone() }) => {
                    open = Some(before)
                }
                (before, next) => {
                    features.extend(before.map(|before| (before, Some(instant))));
                    open = next;
                }
            }
        }
        features.extend(open.map(|open| (open, None)));
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GeoPrecision, Position};
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// A report at one of four places: day, from when on known, for how long.
    fn report(day: Day, place: i32, known: i64, held: Option<i64>) -> FrontReport<'static> {
        FrontReport {
            position: Position::new(f64::from(place), 12.0).ok(),
            day,
            date_precision: DatePrecision::Day,
            geo_precision: GeoPrecision::Exact,
            actors: [Some("A"), Some("CIVILIANS")],
            country: "ML",
            region: None,
            dataset: "d",
            known_at: Instant::from_millis(known),
            superseded_at: held.map(|held| Instant::from_millis(known + held)),
        }
    }

    proptest! {
        #[test]
        fn a_cell_as_known_at_an_instant_is_that_of_the_reports_known_then(
            rows in vec((0..900i32, 0..4i32, 0..20i64, prop::option::of(1..10i64)), 1..40),
        ) {
            let reports: Vec<FrontReport<'_>> = rows.iter().map(|(day, place, known, held)| report(*day, *place, *known, *held)).collect();
            let versions = front_versions(reports.iter().copied(), &[], &[], |_| false);
            for asked in -1..32 {
                let asked = Instant::from_millis(asked);
                let is_known = |report: &&FrontReport<'_>| report.known_at <= asked && report.superseded_at.is_none_or(|until| until > asked);
                let model = FrontModel::new(reports.iter().filter(is_known).copied(), &[], &[], &[]);
                let mut told: Vec<FrontCell> = model.front_cells(|_| false);
                let mut known: Vec<FrontCell> = versions
                    .iter()
                    .filter(|(cell, until)| cell.known_at <= asked && until.is_none_or(|until| until > asked))
                    .map(|(cell, _)| cell.clone())
                    .collect();
                for cells in [&mut told, &mut known] {
                    cells.sort_by(|a, b| a.id.cmp(&b.id));
                    cells.iter_mut().for_each(|cell| cell.known_at = Instant::MIN);
                }
                prop_assert_eq!(told, known);
            }
        }

        #[test]
        fn a_cell_is_active_on_the_ninety_days_from_an_event_on(days in vec(0..900i32, 1..20)) {
            let reports: Vec<FrontReport<'_>> = days.iter().map(|day| report(*day, 0, 0, None)).collect();
            let model = FrontModel::new(reports.iter().copied(), &[], &[], &[]);
            let cell = &model.cells("A").unwrap()[0];
            for day in -1..1_000 {
                let active = days.iter().any(|event| (*event..*event + 90).contains(&day));
                prop_assert_eq!(cell.active.iter().any(|(from, to)| (*from..=*to).contains(&day)), active, "{}", day);
            }
            prop_assert!(cell.active.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "merged");
            prop_assert_eq!(cell.events, days.len());
        }
    }

    #[test]
    fn nobody_asks_for_civilians() {
        let model = FrontModel::new([report(1, 0, 0, None)].into_iter(), &[], &[], &[]);
        assert!(model.cells("CIVILIANS").is_none() && model.cells("B").is_none());
        assert_eq!(model.actors().len(), 1);
    }
}
