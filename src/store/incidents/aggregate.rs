//! Counts of incidents and sums of deaths by groups: of time, of parties, of kinds and of places.
//!
//! An incident counts once, under the day on which it began, also where the window that it meets begins later. Only a grouping by
//! `actor`, which is either side, counts it twice, once for each.

use jiff::civil::{Date, Weekday};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{AddAssign as _, SubAssign as _};

use super::cells::{FINEST, Found, WHOLE_MAP};
use super::days::Split;
use super::layers::Layers;
use super::predicate::Conditions;
use super::sums::{Category, Sum};
use super::text::{Dictionary, NONE};
use super::{Columns, IncidentRow, Incidents};
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

    /// Whether it is of time.
    pub(super) fn is_period(self) -> bool {
        matches!(self, Self::Day | Self::Week | Self::Month | Self::Year)
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GroupValue<'a> {
    /// Unknown.
    Null,
    /// A word, code or name.
    Text(&'a str),
    /// A year.
    Year(i16),
    /// A month: year, and 1 to 12.
    Month(i16, i8),
    /// A week of ISO 8601: year, and 1 to 53.
    Week(i16, i8),
    /// A day.
    Day(Date),
    /// A cell.
    Cell(Cell),
}

impl fmt::Display for GroupValue<'_> {
    /// As `JNIM`, `2024`, `2024-05`, `2024-W07`, `2024-05-06` and `6/31/29`; nothing for the unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Week(year, week) => write!(f, "{year:04}-W{week:02}"),
            Self::Day(day) => day.fmt(f),
            Self::Cell(cell) => cell.fmt(f),
        }
    }
}

/// Counts and sums by groups.
#[derive(Debug)]
pub struct Aggregate<'a> {
    /// What each group is of, all groupings of one after another, in the order of the values, those of the first grouping first.
    values: Vec<GroupValue<'a>>,
    /// Groupings to a group.
    width: usize,
    /// The sums of the groups, each with at least one incident.
    tallies: Vec<Tally>,
    /// How many incidents met the query and may not be told of in groups so fine.
    pub withheld: u64,
}

impl<'a> Aggregate<'a> {
    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tallies.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty()
    }

    /// The groups: a value a grouping, and the sums.
    pub fn groups(&self) -> impl Iterator<Item = (&[GroupValue<'a>], &Tally)> {
        self.values.chunks_exact(self.width).zip(&self.tallies)
    }
}

impl Incidents {
    /// Counts what meets the query. Rows that may not be passed on are counted for everyone, unless a group, or the query's own conditions,
    /// may be as narrow as a row.
    pub(in crate::store) fn aggregate<'a>(&'a self, query: &FeatureQuery, by: &[GroupBy]) -> Aggregate<'a> {
        let hides = may_hide(query, by);
        let mut sums = Sums { values: Vec::new(), tallies: Vec::new(), withheld: 0, width: by.len().max(1) };
        for layers in self.asked(query) {
            let conditions = Conditions::of(layers, query);
            for columns in layers.parts() {
                sums = sums.joined(Sums::of(layers, columns, &conditions, query, by, hides));
            }
        }
        let values = sums.values.chunks_exact(by.len().max(1)).flat_map(|values| by.iter().zip(values));
        Aggregate {
            values: values.map(|(group, value)| value.told(*group)).collect(),
            width: by.len().max(1),
            tallies: sums.tallies,
            withheld: sums.withheld,
        }
    }
}

/// Whether rows that may not be passed on are left out of these groups: where a group, or what the query asks, may be as narrow as a row.
pub(super) fn may_hide(query: &FeatureQuery, by: &[GroupBy]) -> bool {
    let fine = by.iter().any(|group| group.is_fine()) || query.may_be_as_narrow_as_a_record();
    query.audience == Audience::Public && fine
}

/// A group's value in an order that puts the unknown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Ordered<'a> {
    Null,
    Number(i32),
    Text(&'a str),
    Cell(Cell),
}

impl<'a> Ordered<'a> {
    pub(super) fn told(self, by: GroupBy) -> GroupValue<'a> {
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

pub(super) fn period<'a>(by: GroupBy, number: i32) -> GroupValue<'a> {
    let year = |years: i32| i16::try_from(years).unwrap_or(0);
    match by {
        GroupBy::Year => GroupValue::Year(year(number)),
        GroupBy::Month => GroupValue::Month(year(number.div_euclid(12)), i8::try_from(number.rem_euclid(12) + 1).unwrap_or(1)),
        GroupBy::Week => {
            let week = date_of(number).map(Date::iso_week_date);
            week.map_or(GroupValue::Null, |week| {
                debug_assert_eq!(week.weekday(), Weekday::Monday, "a week begins on its Monday");
                GroupValue::Week(week.year(), week.week())
            })
        }
        _ => date_of(number).map_or(GroupValue::Null, GroupValue::Day),
    }
}

fn date_of(day: i32) -> Option<Date> {
    Instant::from_millis(i64::from(day) * 86_400_000).date()
}

/// Sums of one set of columns, the groups in the order of their values.
struct Sums<'a> {
    /// All groupings of one group after another.
    values: Vec<Ordered<'a>>,
    tallies: Vec<Tally>,
    withheld: u64,
    width: usize,
}

/// A table of sums by codes is used up to so many entries; beyond that they are kept in a map.
const GREATEST_TABLE: usize = 1 << 20;

impl<'a> Sums<'a> {
    fn of(
        layers: &'a Layers,
        columns: &'a Columns,
        conditions: &Conditions<'_>,
        query: &FeatureQuery,
        by: &[GroupBy],
        hides: bool,
    ) -> Self {
        let hides = hides && columns.has_restricted();
        let split = if hides || layers.is_delta(columns) { None } else { layers.split(conditions) };
        if let (Some(split), [GroupBy::Cell(z @ 0..=FINEST)]) = (&split, by) {
            return Self::of_cells(layers, columns, query, *z, split);
        }
        let mut counter = Counter::new(columns, by);
        let mut withheld = 0;
        match Category::of(by).filter(|_| query.bbox.is_none()).zip(split) {
            Some((category, split)) if counter.has_table() => {
                counter.count_sums(category, &split);
                if by.iter().any(|by| by.is_period()) {
                    let ongoing = columns.days().into_iter().flat_map(|days| days.ongoing(split.days.start));
                    ongoing.for_each(|row| counter.count(layers.row(columns, row), Tally::add_assign));
                }
                layers.gone_from_sums(&split).for_each(|row| counter.count(row, Tally::sub_assign));
                layers.beside_sums(None, conditions.datetime(), &split, |row| counter.count(row, Tally::add_assign));
            }
            _ => layers.search(columns, query.bbox, conditions, |row| {
                if hides && row.is_restricted() {
                    withheld += 1;
                } else {
                    counter.count(row, Tally::add_assign);
                }
            }),
        }
        Self { withheld, ..counter.into_sums() }
    }

    /// Those of cells whose sums are kept, or that such make up.
    fn of_cells(layers: &'a Layers, columns: &'a Columns, query: &FeatureQuery, z: u8, split: &Split) -> Self {
        let mut parts: Vec<(Cell, Sum)> = Vec::new();
        let part = |row: IncidentRow<'_>| {
            let inside = query.bbox.is_none_or(|bbox| row.position().is_some_and(|position| bbox.contains(position)));
            row.grid().filter(|_| inside).map(|point| (Cell::of(point, z), Sum::of(row.tally())))
        };
        match query.bbox {
            None => columns.each_cell(WHOLE_MAP, z, split, |cell, sum| parts.push((cell, sum))),
            Some(bbox) => columns.each_in_box(bbox, WHOLE_MAP, z, split, |found| match found {
                Found::Cell(cell, sum) => parts.push((cell.at(z), sum)),
                Found::Rows(rows) => parts.extend(layers.counted_in(rows, bbox, split).filter_map(part)),
            }),
        }
        layers.beside_sums(query.bbox, query.datetime, split, |row| parts.extend(part(row)));
        let gone = layers.gone_from_sums(split).filter_map(part);
        parts.extend(gone.map(|(cell, sum)| (cell, Sum::default().minus(sum))));
        parts.sort_unstable_by_key(|(cell, _)| *cell);
        let mut sums = Self { values: Vec::new(), tallies: Vec::new(), withheld: 0, width: 1 };
        for of_one in parts.chunk_by(|(cell, _), (next, _)| cell == next) {
            let sum = of_one.iter().fold(Sum::default(), |sum, (_, part)| sum.plus(*part));
            if !sum.is_nothing() {
                sums.push([Ordered::Cell(of_one[0].0)].into_iter(), sum.tally());
            }
        }
        sums
    }

    fn push(&mut self, values: impl Iterator<Item = Ordered<'a>>, tally: Tally) {
        self.values.extend(values);
        self.tallies.push(tally);
    }

    /// Both as one: by their values, since each has codes of its own.
    fn joined(self, other: Self) -> Self {
        let withheld = self.withheld + other.withheld;
        if self.tallies.is_empty() || other.tallies.is_empty() {
            let one = if self.tallies.is_empty() { other } else { self };
            return Self { withheld, ..one };
        }
        let mut joined = Self { values: Vec::new(), tallies: Vec::new(), withheld, width: self.width };
        let groups = |sums: &Self| sums.values.len() / sums.width;
        let (mut here, mut there) = (0, 0);
        while here < groups(&self) || there < groups(&other) {
            let (ours, theirs) = (self.group(here), other.group(there));
            // Where one has come to its end, the other goes on.
            let order = match (ours, theirs) {
                (Some((ours, _)), Some((theirs, _))) => ours.cmp(theirs),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            let mut sum = Tally::default();
            for (_, tally) in ours.filter(|_| order.is_le()).into_iter().chain(theirs.filter(|_| order.is_ge())) {
                sum += tally;
            }
            if let Some((values, _)) = if order.is_le() { ours } else { theirs } {
                joined.push(values.iter().copied(), sum);
            }
            (here, there) = (here + usize::from(order.is_le()), there + usize::from(order.is_ge()));
        }
        joined
    }

    fn group(&self, at: usize) -> Option<(&[Ordered<'a>], Tally)> {
        Some((self.values.get(at * self.width..(at + 1) * self.width)?, *self.tallies.get(at)?))
    }
}

/// The sums of groups while rows are counted.
struct Counter<'a> {
    columns: &'a Columns,
    groupings: Vec<Grouping<'a>>,
    /// By the codes of all groupings as one number, where that is small.
    table: Option<Vec<Tally>>,
    map: BTreeMap<Vec<u64>, Tally>,
    /// The place of the grouping by either side.
    twice: Option<usize>,
    codes: Vec<u64>,
}

impl<'a> Counter<'a> {
    fn new(columns: &'a Columns, by: &[GroupBy]) -> Self {
        let groupings: Vec<Grouping<'a>> = by.iter().map(|by| Grouping::new(columns, *by)).collect();
        let size = groupings.iter().try_fold(1usize, |size, grouping| size.checked_mul(grouping.codes?));
        Self {
            columns,
            table: size.filter(|size| *size <= GREATEST_TABLE).map(|size| vec![Tally::default(); size]),
            map: BTreeMap::new(),
            twice: groupings.iter().position(|grouping| grouping.by == GroupBy::Actor),
            codes: vec![0; groupings.len()],
            groupings,
        }
    }

    /// Whether there are few enough groups for a table.
    fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// Applies a row to its group, or to both of its groups.
    fn count(&mut self, row: IncidentRow<'_>, apply: fn(&mut Tally, Tally)) {
        for (grouping, code) in self.groupings.iter().zip(&mut self.codes) {
            let Some(of) = grouping.code(row.at()) else { return };
            *code = of;
        }
        let tally = row.tally();
        self.apply(tally, apply);
        if let Some(at) = self.twice {
            let other = self.groupings[at].text_code(self.columns.actor2[row.at()]);
            if other != 0 && other != self.codes[at] {
                self.codes[at] = other;
                self.apply(tally, apply);
            }
        }
    }

    fn apply(&mut self, tally: Tally, apply: fn(&mut Tally, Tally)) {
        match &mut self.table {
            Some(table) => {
                let at = self.groupings.iter().zip(&self.codes).fold(0, |at, (grouping, code)| at * grouping.size() + code);
                if let Some(sum) = usize::try_from(at).ok().and_then(|at| table.get_mut(at)) {
                    apply(sum, tally);
                }
            }
            None => apply(self.map.entry(self.codes.clone()).or_default(), tally),
        }
    }

    /// Adds the running sums over the days of a split; where there are periods among the groupings, of the rows that begin on these.
    fn count_sums(&mut self, category: Category, split: &Split) {
        let (Some(sums), Some(days)) = (self.columns.category_sums(category), self.columns.days()) else { return };
        let has_periods = self.groupings.iter().any(|grouping| grouping.by.is_period());
        let by_day = self.groupings.iter().any(|grouping| matches!(grouping.by, GroupBy::Day | GroupBy::Week));
        // Without a date a row is in no period.
        let dated = split.days.start.max(1)..split.days.end.min(days.after());
        let (months, edges) = if by_day { (0..0, [dated, 0..0]) } else { days.in_months(&dated) };
        for key in 0..self.columns.keys(category) {
            let code = u32::try_from(key).ok().filter(|_| key + 1 < self.columns.keys(category)).unwrap_or(NONE);
            for (grouping, to) in self.groupings.iter().zip(&mut self.codes) {
                *to = if grouping.by.is_period() { 0 } else { grouping.text_code(code) };
            }
            if !has_periods {
                let sum = sums.days.of_key(key, &split.days);
                if !sum.is_nothing() {
                    self.apply(sum.tally(), Tally::add_assign);
                }
                continue;
            }
            let mut count = |first_day: u16, sum: Sum| {
                let day = days.day(first_day);
                for (grouping, to) in self.groupings.iter().zip(&mut self.codes).filter(|(grouping, _)| grouping.by.is_period()) {
                    *to = day.and_then(|day| grouping.period_code(day)).unwrap_or(0);
                }
                self.apply(sum.tally(), Tally::add_assign);
            };
            sums.months.each_period(key, &months, |month, sum| count(days.month_start(month), sum));
            edges.iter().for_each(|edge| sums.days.begun.each_period(key, edge, &mut count));
        }
    }

    fn into_sums(self) -> Sums<'a> {
        let Self { groupings, table, map, mut codes, .. } = self;
        let mut sums = Sums { values: Vec::new(), tallies: Vec::new(), withheld: 0, width: groupings.len().max(1) };
        // Codes rise as the values do: the table, and the map, stand in the order of the groups.
        for (at, tally) in (0u64..).zip(table.into_iter().flatten()).filter(|(_, tally)| tally.count > 0) {
            let mut rest = at;
            for (grouping, code) in groupings.iter().zip(&mut codes).rev() {
                (*code, rest) = (rest % grouping.size(), rest / grouping.size());
            }
            sums.push(groupings.iter().zip(&codes).map(|(grouping, code)| grouping.value(*code)), tally);
        }
        for (codes, tally) in map {
            sums.push(groupings.iter().zip(&codes).map(|(grouping, code)| grouping.value(*code)), tally);
        }
        sums
    }
}

impl Category {
    /// The category whose sums by day make up these groups: of one property at most, and of any periods.
    pub(super) fn of(by: &[GroupBy]) -> Option<Self> {
        let mut category = Self::Whole;
        for by in by {
            let next = match by {
                GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => continue,
                GroupBy::Actor1 => Self::Actor1,
                GroupBy::Actor2 => Self::Actor2,
                GroupBy::EventType => Self::EventType,
                GroupBy::Country => Self::Country,
                GroupBy::Region => Self::Region,
                GroupBy::Actor | GroupBy::Cell(_) => return None,
            };
            if category != Self::Whole {
                return None;
            }
            category = next;
        }
        Some(category)
    }
}

/// One grouping of rows in columns: a small number for each row, which rises as the values do.
pub(super) struct Grouping<'a> {
    columns: &'a Columns,
    by: GroupBy,
    /// How many codes there are, where that is known and small.
    codes: Option<usize>,
    /// Of texts: the code of each of their codes, and the text of each code; the first code is of the unknown.
    ranks: Vec<u32>,
    texts: Vec<Ordered<'a>>,
    /// Of periods: the first day and the number of its period, and the codes of the days from it on.
    first_day: i32,
    first: i32,
    days: Vec<u32>,
}

/// A span of more days than this, some 270 years, is computed day by day.
const GREATEST_SPAN: i32 = 100_000;

impl<'a> Grouping<'a> {
    pub(super) fn new(columns: &'a Columns, by: GroupBy) -> Self {
        let empty =
            Self { columns, by, codes: None, ranks: Vec::new(), texts: Vec::new(), first_day: 0, first: 0, days: Vec::new() };
        match by {
            GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => empty.with_days(),
            GroupBy::Actor1 | GroupBy::Actor2 | GroupBy::Actor => empty.with_dictionary(&columns.actors),
            GroupBy::Country => empty.with_dictionary(&columns.countries),
            GroupBy::Region => empty.with_dictionary(&columns.regions),
            GroupBy::EventType => empty.with_texts(EventType::WORDS.iter().map(|word| Some(*word))),
            GroupBy::Cell(_) => empty,
        }
    }

    fn with_dictionary(self, texts: &'a Dictionary) -> Self {
        let count = u32::try_from(texts.len()).unwrap_or(NONE);
        self.with_texts((0..count).map(|code| texts.get(code).filter(|text| !text.is_empty())))
    }

    fn with_texts(self, texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let texts: Vec<Option<&str>> = texts.collect();
        let mut sorted: Vec<Option<&str>> = texts.iter().copied().chain([None]).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let rank = |text: &Option<&str>| sorted.binary_search(text).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        Self {
            codes: Some(sorted.len()),
            ranks: texts.iter().map(rank).collect(),
            texts: sorted.iter().map(|text| text.map_or(Ordered::Null, Ordered::Text)).collect(),
            ..self
        }
    }

    fn with_days(self) -> Self {
        let day = |instant: Instant| i32::try_from(instant.millis().div_euclid(86_400_000)).ok();
        let span = self.columns.interval.and_then(|span| Some((day(span.start())?, day(span.end())?)));
        let Some((first_day, last_day)) = span.filter(|(first, last)| last - first <= GREATEST_SPAN) else { return self };
        let first = number_of(self.by, first_day);
        let code = |day| u32::try_from(number_of(self.by, day) - first).unwrap_or(0);
        let mut days: Vec<u32> = Vec::with_capacity(usize::try_from(last_day - first_day + 1).unwrap_or(0));
        let mut day = first_day;
        while day <= last_day {
            // The days of a month are of one month and one year: the calendar is asked once for all of them.
            let run = match self.by {
                GroupBy::Month | GroupBy::Year => date_of(day).map_or(1, |date| date.days_in_month() - date.day() + 1).into(),
                _ => 1,
            };
            let end = day.saturating_add(run).min(last_day.saturating_add(1));
            days.resize(usize::try_from(end - first_day).unwrap_or(0), code(day));
            day = end;
        }
        let codes = days.last().map(|last| *last as usize + 1);
        Self { first_day, first, days, codes, ..self }
    }

    /// How many codes there are; 1 where that is not known.
    pub(super) fn size(&self) -> u64 {
        self.codes.unwrap_or(1) as u64
    }

    /// The code of a row; `None` when it is in no group.
    fn code(&self, row: usize) -> Option<u64> {
        let columns = self.columns;
        Some(match self.by {
            GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => {
                let day = i32::try_from(columns.index.interval(row).start().millis().div_euclid(86_400_000)).ok()?;
                match self.codes {
                    Some(_) => self.period_code(day)?,
                    // In the order of the periods, also of those before the first of all.
                    None => (i64::from(number_of(self.by, day)) - i64::from(i32::MIN)).cast_unsigned(),
                }
            }
            GroupBy::Actor1 => self.text_code(columns.actor1[row]),
            GroupBy::Actor2 => self.text_code(columns.actor2[row]),
            GroupBy::Actor => match self.text_code(columns.actor1[row]) {
                0 => self.text_code(columns.actor2[row]),
                actor => actor,
            },
            GroupBy::EventType => self.text_code(columns.event_type(row)),
            GroupBy::Country => self.text_code(columns.country[row]),
            GroupBy::Region => self.text_code(columns.region[row]),
            GroupBy::Cell(z) => {
                let cell = Cell::of(*columns.grid.get(row)?, z);
                u64::from(cell.x) << 32 | u64::from(cell.y)
            }
        })
    }

    /// The code of the period that a day lies in, or that the first day of all does.
    fn period_code(&self, day: i32) -> Option<u64> {
        let at = usize::try_from(day.max(self.first_day) - self.first_day).ok()?;
        self.days.get(at).map(|code| u64::from(*code))
    }

    /// The code here of a text's code in its dictionary; 0 for none.
    pub(super) fn text_code(&self, code: u32) -> u64 {
        self.ranks.get(code as usize).copied().unwrap_or(0).into()
    }

    /// The value of a code.
    pub(super) fn value(&self, code: u64) -> Ordered<'a> {
        match self.by {
            GroupBy::Day | GroupBy::Week | GroupBy::Month | GroupBy::Year => {
                let offset = if self.codes.is_some() { i64::from(self.first) } else { i64::from(i32::MIN) };
                Ordered::Number(i32::try_from(code.cast_signed() + offset).unwrap_or(0))
            }
            GroupBy::Cell(z) => {
                let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
                Ordered::Cell(Cell { z, x: half(code >> 32), y: half(code) })
            }
            _ => usize::try_from(code).ok().and_then(|at| self.texts.get(at)).copied().unwrap_or(Ordered::Null),
        }
    }
}
