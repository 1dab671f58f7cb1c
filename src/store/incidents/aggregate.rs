//! Counts of incidents and sums of deaths by groups: of time, of parties, of kinds and of places.
//!
//! An incident counts once, under the day on which it began, also where the window that it meets begins later. Only a grouping by
//! `actor`, which is either side, counts it twice, once for each.

use jiff::civil::{Date, Weekday};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::text::NONE;
use super::{Columns, Incidents};
use crate::domain::{Audience, DomainError, EventType, FeatureQuery, Instant};
use crate::tiles::{Cell, MAX_CELL_ZOOM, Tally};

/// What incidents are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// The day on which they began, UTC.
    Day,
    /// Its ISO 8601 week.
    Week,
    /// Its month.
    Month,
    /// Its year.
    Year,
    /// The party that acts.
    Actor1,
    /// The target or the other party.
    Actor2,
    /// Either side: an incident between two counts for both.
    Actor,
    /// What happened.
    EventType,
    /// The state.
    Country,
    /// The level-1 region.
    Region,
    /// The cell of a zoom, 0 to [`MAX_CELL_ZOOM`]; incidents without a place are in none.
    Cell(u8),
}

impl GroupBy {
    /// Reads one of `day`, `week`, `month`, `year`, `actor1`, `actor2`, `actor`, `event_type`, `country`, `region` and `cell:{z}`.
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let cell = || text.strip_prefix("cell:")?.parse().ok().filter(|z| *z <= MAX_CELL_ZOOM).map(Self::Cell);
        Ok(match text {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            "actor1" => Self::Actor1,
            "actor2" => Self::Actor2,
            "actor" => Self::Actor,
            "event_type" => Self::EventType,
            "country" => Self::Country,
            "region" => Self::Region,
            _ => {
                return cell().ok_or_else(|| DomainError::Word {
                    what: "grouping",
                    text: text.to_owned(),
                    expected: format!(
                        "day, week, month, year, actor1, actor2, actor, event_type, country, region, cell:0 to cell:{MAX_CELL_ZOOM}"
                    ),
                });
            }
        })
    }

    /// The name of the group on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Actor1 => "actor1",
            Self::Actor2 => "actor2",
            Self::Actor => "actor",
            Self::EventType => "event_type",
            Self::Country => "country",
            Self::Region => "region",
            Self::Cell(_) => "cell",
        }
    }

    /// Whether groups may be as small as a row, so that they must not be told of rows that may not be passed on: single days, and
    /// cells of less than some 300 km.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Day) || matches!(self, Self::Cell(z) if z > COARSE_CELL_ZOOM)
    }
}

/// The finest zoom of cells that are told to anyone of rows that may not be passed on: about 310 km at the equator.
const COARSE_CELL_ZOOM: u8 = 7;

/// The value that the incidents of a group share.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupValue<'a> {
    /// Unknown.
    Null,
    /// A word, code or name.
    Text(&'a str),
    /// A year, month or week, as `2024`, `2024-05` and `2024-W07`.
    Period(String),
    /// A day.
    Day(Date),
    /// A cell.
    Cell(Cell),
}

impl fmt::Display for GroupValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Period(period) => f.write_str(period),
            Self::Day(day) => day.fmt(f),
            Self::Cell(cell) => cell.fmt(f),
        }
    }
}

/// Counts and sums by groups.
#[derive(Debug)]
pub struct Aggregate<'a> {
    /// The groups in the order of their values, those of the first grouping first; each with at least one incident.
    pub groups: Vec<(Vec<GroupValue<'a>>, Tally)>,
    /// How many incidents met the query and may not be told of in groups so fine.
    pub withheld: u64,
}

impl Incidents {
    /// Counts what meets the query. Rows that may not be passed on are counted for everyone, unless a group, or the query's own conditions,
    /// may be as narrow as a row.
    pub(in crate::store) fn aggregate<'a>(&'a self, query: &FeatureQuery, by: &[GroupBy]) -> Aggregate<'a> {
        let fine = by.iter().any(|group| group.is_fine()) || query.bbox.is_some() || !query.filters.is_empty();
        let hides = query.audience == Audience::Public && fine;
        let mut sums: Sums<'a> = Sums { by: by.to_vec(), groups: HashMap::new(), withheld: 0 };
        sums.take(&self.current, query, hides);
        if query.known_at.is_some() {
            sums.take(&self.past, query, hides);
        }
        let mut groups: Vec<(Vec<Ordered<'a>>, Tally)> = sums.groups.into_iter().collect();
        groups.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let told = |(values, tally): (Vec<Ordered<'a>>, Tally)| {
            (by.iter().zip(values).map(|(group, value)| value.told(*group)).collect(), tally)
        };
        Aggregate { groups: groups.into_iter().map(told).collect(), withheld: sums.withheld }
    }
}

/// A group's value in an order that puts the unknown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Ordered<'a> {
    Null,
    Number(i32),
    Text(&'a str),
    Cell(Cell),
}

impl<'a> Ordered<'a> {
    fn told(self, by: GroupBy) -> GroupValue<'a> {
        match self {
            Self::Null => GroupValue::Null,
            Self::Text(text) => GroupValue::Text(text),
            Self::Cell(cell) => GroupValue::Cell(cell),
            Self::Number(number) => period(by, number),
        }
    }
}

/// The number of the period that a day lies in: days since 1970-01-01, days of the week's Monday, months since year 0, years.
fn number_of(by: GroupBy, day: i32) -> i32 {
    match by {
        // 1970-01-01 was a Thursday: its week began three days before.
        GroupBy::Week => (day + 3).div_euclid(7) * 7 - 3,
        GroupBy::Month => date_of(day).map_or(0, |date| i32::from(date.year()) * 12 + i32::from(date.month()) - 1),
        GroupBy::Year => date_of(day).map_or(0, |date| date.year().into()),
        _ => day,
    }
}

fn period<'a>(by: GroupBy, number: i32) -> GroupValue<'a> {
    match by {
        GroupBy::Year => GroupValue::Period(format!("{number:04}")),
        GroupBy::Month => GroupValue::Period(format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1)),
        GroupBy::Week => {
            let week = date_of(number).map(Date::iso_week_date);
            week.map_or(GroupValue::Null, |week| {
                debug_assert_eq!(week.weekday(), Weekday::Monday, "a week begins on its Monday");
                GroupValue::Period(format!("{:04}-W{:02}", week.year(), week.week()))
            })
        }
        _ => date_of(number).map_or(GroupValue::Null, GroupValue::Day),
    }
}

fn date_of(day: i32) -> Option<Date> {
    Instant::from_millis(i64::from(day) * 86_400_000).date()
}

struct Sums<'a> {
    by: Vec<GroupBy>,
    groups: HashMap<Vec<Ordered<'a>>, Tally>,
    withheld: u64,
}

/// A table of sums by codes is used up to so many entries; beyond that they are kept in a map.
const GREATEST_TABLE: usize = 1 << 20;

impl<'a> Sums<'a> {
    fn take(&mut self, columns: &'a Columns, query: &FeatureQuery, hides: bool) {
        let hides = hides && columns.has_restricted();
        let groupings: Vec<Grouping<'a>> = self.by.iter().map(|by| Grouping::of(columns, *by)).collect();
        let size = groupings.iter().try_fold(1usize, |size, grouping| size.checked_mul(grouping.codes?));
        let mut table = size.filter(|size| *size <= GREATEST_TABLE).map(|size| vec![Tally::default(); size]);
        let mut map: HashMap<Vec<u64>, Tally> = HashMap::new();
        let mut add = |codes: &[u64], tally: Tally| match &mut table {
            Some(table) => {
                let at =
                    groupings.iter().zip(codes).fold(0u64, |at, (grouping, code)| at * grouping.codes.unwrap_or(1) as u64 + code);
                if let Some(sum) = usize::try_from(at).ok().and_then(|at| table.get_mut(at)) {
                    *sum += tally;
                }
            }
            None => *map.entry(codes.to_vec()).or_default() += tally,
        };
        let mut codes = vec![0; groupings.len()];
        let mut withheld = 0;
        let twice = groupings.iter().position(|grouping| grouping.by == GroupBy::Actor);
        columns.search(query, |row| {
            let row = columns.row(row);
            if hides && row.is_restricted() {
                withheld += 1;
                return;
            }
            let placed =
                groupings.iter().zip(&mut codes).all(|(grouping, code)| grouping.code(row.at()).map(|of| *code = of).is_some());
            if !placed {
                return;
            }
            let tally = row.tally();
            add(&codes, tally);
            if let Some(at) = twice {
                let other = text_code(columns.actor2[row.at()]);
                if other != 0 && other != codes[at] {
                    codes[at] = other;
                    add(&codes, tally);
                }
            }
        });
        self.withheld += withheld;
        let mut tell = |codes: &[u64], tally: Tally| {
            let values = groupings.iter().zip(codes).map(|(grouping, code)| grouping.value(*code)).collect();
            *self.groups.entry(values).or_default() += tally;
        };
        for (at, tally) in (0u64..).zip(table.into_iter().flatten()).filter(|(_, tally)| tally.count > 0) {
            let mut rest = at;
            for (grouping, code) in groupings.iter().zip(&mut codes).rev() {
                let size = grouping.codes.unwrap_or(1) as u64;
                (*code, rest) = (rest % size, rest / size);
            }
            tell(&codes, tally);
        }
        map.iter().for_each(|(codes, tally)| tell(codes, *tally));
    }
}

/// One grouping of rows in columns: a small number for each row.
struct Grouping<'a> {
    columns: &'a Columns,
    by: GroupBy,
    /// How many codes there are, where that is known and small.
    codes: Option<usize>,
    /// The first number of a period.
    first: i32,
}

impl<'a> Grouping<'a> {
    fn of(columns: &'a Columns, by: GroupBy) -> Self {
        let day = |instant: Instant| i32::try_from(instant.millis().div_euclid(86_400_000)).unwrap_or(0);
        let periods = columns.interval.map_or((0, 0), |interval| {
            // An undated row begins at the beginning of time; it is told in a map.
            (number_of(by, day(interval.start())), number_of(by, day(interval.end())))
        });
        let texts = |count: usize| Some(count + 1);
        let codes = match by {
            GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => usize::try_from(periods.1 - periods.0 + 1).ok(),
            GroupBy::Actor1 | GroupBy::Actor2 | GroupBy::Actor => texts(columns.actors.len()),
            GroupBy::EventType => Some(EventType::ALL.len()),
            GroupBy::Country => texts(columns.countries.len()),
            GroupBy::Region => texts(columns.regions.len()),
            GroupBy::Cell(_) => None,
        };
        Self { columns, by, codes, first: periods.0 }
    }

    /// The code of a row; `None` when it is in no group.
    fn code(&self, row: usize) -> Option<u64> {
        let columns = self.columns;
        Some(match self.by {
            GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => {
                let day = columns.index.interval(row).start().millis().div_euclid(86_400_000);
                u64::try_from(number_of(self.by, i32::try_from(day).ok()?) - self.first).ok()?
            }
            GroupBy::Actor1 => text_code(columns.actor1[row]),
            GroupBy::Actor2 => text_code(columns.actor2[row]),
            GroupBy::Actor => match columns.actor1[row] {
                NONE => text_code(columns.actor2[row]),
                actor => text_code(actor),
            },
            GroupBy::EventType => columns.event_type(row).into(),
            GroupBy::Country => text_code(columns.country[row]),
            GroupBy::Region => text_code(columns.region[row]),
            GroupBy::Cell(z) => {
                let cell = Cell::of(*columns.grid.get(row)?, z);
                u64::from(cell.x) << 32 | u64::from(cell.y)
            }
        })
    }

    fn value(&self, code: u64) -> Ordered<'a> {
        let text = |texts: &'a super::text::Dictionary| {
            let code = code.checked_sub(1).and_then(|code| u32::try_from(code).ok());
            code.and_then(|code| texts.get(code)).filter(|text| !text.is_empty()).map_or(Ordered::Null, Ordered::Text)
        };
        match self.by {
            GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => {
                Ordered::Number(self.first + i32::try_from(code).unwrap_or(0))
            }
            GroupBy::Actor1 | GroupBy::Actor2 | GroupBy::Actor => text(&self.columns.actors),
            GroupBy::EventType => {
                let word = usize::try_from(code).ok().and_then(|at| EventType::WORDS.get(at));
                word.map_or(Ordered::Null, |word| Ordered::Text(word))
            }
            GroupBy::Country => text(&self.columns.countries),
            GroupBy::Region => text(&self.columns.regions),
            GroupBy::Cell(z) => {
                let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
                Ordered::Cell(Cell { z, x: half(code >> 32), y: half(code) })
            }
        }
    }
}

/// The code of a text with 0 for none.
fn text_code(code: u32) -> u64 {
    if code == NONE { 0 } else { u64::from(code) + 1 }
}

/// The text as CSV and JSON name it.
impl<'a> GroupValue<'a> {
    /// It as text; `None` when it is unknown.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(Cow::Borrowed(text)),
            other => Some(Cow::Owned(other.to_string())),
        }
    }
}
