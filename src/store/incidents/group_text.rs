//! Groups as JSON: a list of objects, group names as keys, beside them the count and the sums.

use std::fmt::Write as _;

use super::{Aggregate, GroupBy, GroupValue, Incidents, histogram};
use crate::domain::FeatureQuery;
use crate::tiles::Tally;
use crate::tiles::geojson::{write_integer, write_string, write_value};

/// Writes groups as members of objects: the keys are made ready once.
#[derive(Debug)]
pub struct GroupWriter {
    /// `"name":` of each grouping.
    keys: Vec<String>,
    /// Whether an incident may count in two groups.
    overlaps: bool,
}

impl GroupWriter {
    /// For groups of these.
    #[must_use]
    pub fn new(by: &[GroupBy]) -> Self {
        let keys = by.iter().map(|by| format!("\"{}\":", by.name())).collect();
        Self { keys, overlaps: by.contains(&GroupBy::Actor) }
    }

    /// Appends the members of a group, without the braces.
    pub fn write(&self, out: &mut String, values: &[GroupValue<'_>], tally: &Tally) {
        for (key, value) in self.keys.iter().zip(values) {
            out.push_str(key);
            match value {
                GroupValue::Null => out.push_str("null"),
                GroupValue::Text(text) => write_string(out, text),
                GroupValue::Day(day) => write_value(out, &(*day).into()),
                GroupValue::Month(year @ 1_000.., month @ 1..=12) => {
                    out.push('"');
                    write_integer(out, (*year).into());
                    out.push_str(if *month < 10 { "-0" } else { "-" });
                    write_integer(out, (*month).into());
                    out.push('"');
                }
                // Periods and cells need no escape.
                GroupValue::Year(_) | GroupValue::Month(..) | GroupValue::Week(..) | GroupValue::Cell(_) => {
                    let _ = write!(out, "\"{value}\"");
                }
            }
            out.push(',');
        }
        out.push_str("\"count\":");
        tally.write_json(out);
        if self.overlaps {
            out.push_str(",\"overlapping\":true");
        }
    }

    /// Appends a group as an object of a list, with the comma before it.
    pub(super) fn write_object(&self, out: &mut String, values: &[GroupValue<'_>], tally: &Tally) {
        out.push_str(",\n{");
        self.write(out, values, tally);
        out.push('}');
    }
}

/// A list of objects while it is written.
#[derive(Debug)]
pub(super) struct List(String);

impl List {
    /// With room for so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let mut out = String::with_capacity(bytes + 3);
        out.push('[');
        Self(out)
    }

    /// Appends objects, each with the comma before it.
    pub(super) fn push(&mut self, objects: &str) {
        // None stands before the first.
        self.0.push_str(if self.0.len() == 1 { objects.get(1..).unwrap_or_default() } else { objects });
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("\n]");
        self.0
    }
}

impl Incidents {
    /// What meets the query counted as text, and how many may not be told of in groups so fine.
    pub(in crate::store) fn aggregate_json(&self, query: &FeatureQuery, by: &[GroupBy]) -> (String, u64) {
        if let Some(text) = histogram::json(&self.current, query, by) {
            return (text, 0);
        }
        let counted = self.aggregate(query, by);
        (json(by, &counted), counted.withheld)
    }
}

/// Groups as a list, each object written anew.
pub(super) fn json(by: &[GroupBy], counted: &Aggregate<'_>) -> String {
    let writer = GroupWriter::new(by);
    let (mut list, mut object) = (List::new(counted.len() * 140), String::new());
    for (values, tally) in counted.groups() {
        object.clear();
        writer.write_object(&mut object, values, tally);
        list.push(&object);
    }
    list.finish()
}
