//! Everything that a player needs of the incidents, as columns sorted by day: one row an incident, or one row a cell and day where there
//! are too many.

use std::collections::HashMap;
use std::hash::Hash;

use super::text::{Dictionary, NONE};
use super::{IncidentRow, Incidents};
use crate::domain::{Audience, DatePrecision, EventType, FeatureQuery, Record as _};
use crate::tiles::{Cell, Tally};

/// Codes of rows, and what each code stands for; [`Coded::NONE`] stands for nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Coded<T> {
    /// A code a row.
    pub codes: Vec<u32>,
    /// What they stand for, in the order of the codes.
    pub values: Vec<T>,
}

impl<T> Coded<T> {
    /// The code of what is unknown.
    pub const NONE: u32 = NONE;
}

/// Rows by day, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Playback<'a> {
    /// The day on which an incident began: days since 1970-01-01.
    pub day: Vec<i32>,
    /// The last day, included.
    pub day_end: Vec<i32>,
    /// Longitude and latitude in steps of [`STEP_DEG`], CRS84; `NONE` for an incident without a place. Of a cell its centre.
    pub position: Coded<(i32, i32)>,
    /// What else is told.
    pub content: PlaybackContent<'a>,
    /// How many incidents met the query and may not be shown.
    pub withheld: u64,
}

/// What a row says besides its day and place.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "there is one to an answer")]
pub enum PlaybackContent<'a> {
    /// A row is an incident.
    Incidents {
        /// What happened.
        event_type: Coded<&'a str>,
        /// The party that acts.
        actor1: Coded<&'a str>,
        /// The other party.
        actor2: Coded<&'a str>,
        /// The state.
        country: Coded<&'a str>,
        /// The level-1 region.
        region: Coded<&'a str>,
        /// The dataset.
        dataset: Coded<&'a str>,
        /// How exact the day is.
        date_precision: Coded<&'a str>,
        /// 1 exact, 2 near, 3 area.
        geo_precision: Vec<u8>,
        /// Reported deaths, best figure; `None` when unknown.
        fatalities_best: Vec<Option<u32>>,
        /// The least figure met.
        fatalities_low: Vec<Option<u32>>,
        /// The greatest figure met.
        fatalities_high: Vec<Option<u32>>,
        /// How sure the source or the curators are, 0 to 100; `None` when nobody says.
        confidence_percent: Vec<Option<u32>>,
    },
    /// A row is a cell on a day.
    Cells {
        /// The zoom of the cells.
        zoom: u8,
        /// How many incidents began there on that day, and what was reported of deaths in them.
        tallies: Vec<Tally>,
    },
}

/// The step of positions in degrees, 11 metres: a pixel at the deepest zoom, and nearer than sources know. As small whole numbers they take half the
/// bytes that floats take once they are compressed.
pub const STEP_DEG: f64 = 0.0001;

/// The finest cells that a span is told in when it is told in cells: about 10 km at the equator, finer than a player draws the whole of it.
const FINEST_CELLS: u8 = 12;

impl Incidents {
    pub(in crate::store) fn playback<'a>(&'a self, query: &FeatureQuery, max_rows: usize) -> Playback<'a> {
        let all = self.search(query);
        let hides = query.audience == Audience::Public;
        let found = all.len();
        let mut rows: Vec<(i32, IncidentRow<'a>)> =
            all.into_iter().filter(|row| !hides || !row.is_restricted()).map(|row| (row.first_day(), row)).collect();
        let withheld = (found - rows.len()) as u64;
        rows.sort_by_cached_key(|(day, row)| (*day, row.whereabouts(), row.stable_id()));
        if rows.len() > max_rows { cells(&rows, max_rows, withheld) } else { incidents(&rows, withheld) }
    }
}

fn incidents<'a>(rows: &[(i32, IncidentRow<'a>)], withheld: u64) -> Playback<'a> {
    let rows = || rows.iter().map(|(_, row)| *row);
    let texts = |of: fn(IncidentRow<'a>) -> (&'a Dictionary, u32)| {
        let text = |row| {
            let (dictionary, code) = of(row);
            dictionary.get(code).filter(|text| !text.is_empty())
        };
        coded(rows().map(text), |text| *text)
    };
    Playback {
        day: rows().map(IncidentRow::first_day).collect(),
        day_end: rows().map(IncidentRow::last_day).collect(),
        position: positions(rows()),
        content: PlaybackContent::Incidents {
            event_type: Coded {
                codes: rows().map(|row| row.columns.event_type(row.at())).collect(),
                values: EventType::WORDS.to_vec(),
            },
            actor1: texts(|row| (&row.columns.actors, row.columns.actor1[row.at()])),
            actor2: texts(|row| (&row.columns.actors, row.columns.actor2[row.at()])),
            country: texts(|row| (&row.columns.countries, row.columns.country[row.at()])),
            region: texts(|row| (&row.columns.regions, row.columns.region[row.at()])),
            dataset: coded(rows().map(|row| Some(row.dataset_id())), |id| *id),
            date_precision: Coded {
                codes: rows().map(IncidentRow::date_precision_code).collect(),
                values: DatePrecision::WORDS.to_vec(),
            },
            geo_precision: rows().map(IncidentRow::geo_precision_code).collect(),
            fatalities_best: rows().map(|row| row.columns.fatalities(row.at()).best).collect(),
            fatalities_low: rows().map(|row| row.columns.fatalities(row.at()).low).collect(),
            fatalities_high: rows().map(|row| row.columns.fatalities(row.at()).high).collect(),
            confidence_percent: rows().map(|row| row.columns.confidence(row.at()).map(percent)).collect(),
        },
        withheld,
    }
}

/// Places under codes in the order of region and longitude: within a day, whose rows stand in the same order, codes and regions rise
/// then, which packs well.
fn positions<'a>(rows: impl Iterator<Item = IncidentRow<'a>>) -> Coded<(i32, i32)> {
    let whereabouts: Vec<_> = rows.map(IncidentRow::whereabouts).collect();
    let mut places: Vec<_> = whereabouts.iter().filter(|(_, _, at)| at.is_some()).collect();
    places.sort_unstable();
    places.dedup();
    let code = |of| places.binary_search(&of).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(NONE);
    let codes = whereabouts.iter().map(code).collect();
    Coded { codes, values: places.iter().filter_map(|(_, _, at)| *at).collect() }
}

fn steps(lon: f64, lat: f64) -> (i32, i32) {
    #[allow(clippy::cast_possible_truncation, reason = "at most 1,800,000 either way")]
    let steps = |degrees: f64| (degrees / STEP_DEG).round() as i32;
    (steps(lon), steps(lat))
}

/// Sums by day and cell, of cells as fine as `max_rows` rows allow. Incidents without a place are in none.
fn cells<'a>(rows: &[(i32, IncidentRow<'a>)], max_rows: usize, withheld: u64) -> Playback<'a> {
    let placed = || rows.iter().filter_map(|(day, row)| Some((*day, row.grid()?, row)));
    let at = |zoom: u8| {
        let mut sums: HashMap<(i32, Cell), Tally> = HashMap::new();
        for (day, point, row) in placed() {
            *sums.entry((day, Cell::of(point, zoom))).or_default() += row.tally();
            if sums.len() > max_rows && zoom > 0 {
                return None;
            }
        }
        Some((zoom, sums))
    };
    let (zoom, sums) = (0..=FINEST_CELLS).rev().find_map(at).unwrap_or_default();
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_unstable_by_key(|(key, _)| *key);
    let centre = |cell: &Cell| {
        let (lon, lat) = cell.centre();
        steps(lon, lat)
    };
    let day: Vec<i32> = sums.iter().map(|((day, _), _)| *day).collect();
    Playback {
        day_end: day.clone(),
        day,
        position: coded(sums.iter().map(|((_, cell), _)| Some(centre(cell))), |at| *at),
        content: PlaybackContent::Cells { zoom, tallies: sums.into_iter().map(|(_, tally)| tally).collect() },
        withheld,
    }
}

/// In whole hundredths, which is as fine as anybody judges and packs better than floats.
fn percent(share: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let percent = (share.clamp(0.0, 1.0) * 100.0).round() as u32;
    percent
}

/// Values under codes in the order in which they come.
fn coded<T: Copy, K: Eq + Hash>(values: impl Iterator<Item = Option<T>>, key: impl Fn(&T) -> K) -> Coded<T> {
    let mut known: HashMap<K, u32> = HashMap::new();
    let mut coded = Coded { codes: Vec::new(), values: Vec::new() };
    for value in values {
        let code = value.map_or(NONE, |value| {
            *known.entry(key(&value)).or_insert_with(|| {
                coded.values.push(value);
                // Rows are counted in 32 bits.
                u32::try_from(coded.values.len() - 1).unwrap_or(NONE)
            })
        });
        coded.codes.push(code);
    }
    coded
}

impl<'a> IncidentRow<'a> {
    fn first_day(self) -> i32 {
        day_of(self.interval().start().millis())
    }

    /// Country, region and place: the order in which the rows of a day stand.
    fn whereabouts(self) -> (&'a str, &'a str, Option<(i32, i32)>) {
        let columns = self.columns;
        let text = |of: &'a Dictionary, code: u32| of.get(code).unwrap_or_default();
        let (country, region) = (columns.country[self.at()], columns.region[self.at()]);
        let at = columns.index.position(self.at()).map(|at| steps(at.lon(), at.lat()));
        (text(&columns.countries, country), text(&columns.regions, region), at)
    }

    fn last_day(self) -> i32 {
        day_of(self.interval().end().millis())
    }
}

fn day_of(millis: i64) -> i32 {
    i32::try_from(millis.div_euclid(86_400_000)).unwrap_or(if millis < 0 { i32::MIN } else { i32::MAX })
}
