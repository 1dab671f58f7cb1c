//! What came of reading a file: how many rows, what was left out, and what a person should look at.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Encoding, Format};
use crate::domain::Dataset;

/// How many examples of each doubt are kept.
const EXAMPLES: usize = 5;

/// How many different unmapped values are counted one by one; more than that is a wrong column, and is counted as one.
const MAX_UNMAPPED: usize = 2_000;

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The file's name.
    pub file: String,
    /// Physical line of the row's first field; the header is line 1. In JSON, the line on which the object begins.
    pub line: u64,
    /// The column at fault, under the file's own name for it; empty when the whole row is.
    pub column: String,
    /// The value as it stands there.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}, column {}: '{}': {}", self.file, self.line, self.column, self.value, self.reason)
    }
}

/// The values of a file and the rows that were left out.
#[derive(Debug, Clone)]
pub struct Imported<T> {
    /// What was read, in the order of the file.
    pub items: Vec<T>,
    /// What was left out.
    pub rejected: Vec<Rejection>,
}

/// Something about a row that was taken that a person should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The point lies more than 5 km outside the country that the row states.
    OutsideCountry,
    /// The row has no country, and its point lies in none of the known states.
    NoCountry,
    /// The row has no point, or only the centre of its country: it is kept without a place.
    NoPlace,
    /// The least, best and greatest figure of deaths do not stand in order; they are kept as given.
    FatalitiesOutOfOrder,
    /// The first day lies after the day of the import.
    InFuture,
    /// A polygon is not valid, as one that crosses itself.
    InvalidArea,
    /// A region overlaps another one of its level.
    Overlap,
}

impl Doubt {
    /// The word of the doubt in a report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutsideCountry => "outside_country",
            Self::NoCountry => "no_country",
            Self::NoPlace => "no_place",
            Self::FatalitiesOutOfOrder => "fatalities_out_of_order",
            Self::InFuture => "in_future",
            Self::InvalidArea => "invalid_area",
            Self::Overlap => "overlap",
        }
    }
}

/// A row that gave rise to a doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Physical line of the row.
    pub line: u64,
    /// Id of the record.
    pub id: String,
    /// What is doubtful.
    pub detail: String,
}

/// How many rows gave rise to one doubt, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flagged {
    /// How many rows.
    pub count: u64,
    /// The first ones.
    pub examples: Vec<Example>,
}

/// A value that no table maps; it is kept as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmapped {
    /// Our name of the field, as `actor`, `event_type`, `country`.
    pub field: &'static str,
    /// The value as the file has it.
    pub value: String,
}

/// What came of a file. `rows` = `accepted` + `rejected` + `folded`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// The format that was found or named; `None` when the file has no rows to tell it by.
    pub format: Option<Format>,
    /// The encoding that was met.
    pub encoding: Encoding,
    /// The dataset the rows belong to, where there is one for the whole file.
    pub dataset: Option<Arc<Dataset>>,
    /// Rows in the file, without the header and a row of HXL tags.
    pub rows: u64,
    /// Rows that were taken.
    pub accepted: u64,
    /// Rows that were left out.
    pub rejected: u64,
    /// Rows that were joined to another one of the same event.
    pub folded: u64,
    /// Values that no table maps, with how often they occur.
    pub unmapped: BTreeMap<Unmapped, u64>,
    /// Rows that were taken and should be looked at.
    pub flagged: BTreeMap<Doubt, Flagged>,
    /// Columns of the file that hold none of our fields, under the file's own names.
    pub ignored_columns: Vec<String>,
    /// Whether the sink asked to stop before the end.
    pub stopped: bool,
}

impl Summary {
    /// How many rows gave rise to a doubt.
    #[must_use]
    pub fn count_of(&self, doubt: Doubt) -> u64 {
        self.flagged.get(&doubt).map_or(0, |flagged| flagged.count)
    }

    /// Adds what came of another part of the same dataset, as the next page of a reply.
    pub fn add(&mut self, other: Self) {
        self.format = self.format.or(other.format);
        self.dataset = self.dataset.take().or(other.dataset);
        self.rows += other.rows;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.folded += other.folded;
        for (unmapped, count) in other.unmapped {
            *self.unmapped.entry(unmapped).or_default() += count;
        }
        for (doubt, flagged) in other.flagged {
            let sum = self.flagged.entry(doubt).or_default();
            sum.count += flagged.count;
            let room = EXAMPLES.saturating_sub(sum.examples.len());
            sum.examples.extend(flagged.examples.into_iter().take(room));
        }
        for column in other.ignored_columns {
            if !self.ignored_columns.contains(&column) {
                self.ignored_columns.push(column);
            }
        }
        self.stopped |= other.stopped;
    }

    pub(super) fn flag(&mut self, doubt: Doubt, line: u64, id: &str, detail: impl Into<String>) {
        let flagged = self.flagged.entry(doubt).or_default();
        flagged.count += 1;
        if flagged.examples.len() < EXAMPLES {
            flagged.examples.push(Example { line, id: id.to_owned(), detail: detail.into() });
        }
    }

    pub(super) fn unmapped(&mut self, field: &'static str, value: &str) {
        let mut key = Unmapped { field, value: value.to_owned() };
        if self.unmapped.len() >= MAX_UNMAPPED && !self.unmapped.contains_key(&key) {
            key.value = "(other values)".to_owned();
        }
        *self.unmapped.entry(key).or_default() += 1;
    }
}
