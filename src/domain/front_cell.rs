//! A cell in which an actor was reported, with its first and its last report: computed from incidents, never stored.

use geo::MultiPolygon;
use jiff::civil::Date;

use super::field::FieldKind::{Date as DateKind, Instant as InstantKind, Integer, Text, Word};
use super::{Bbox, DatePrecision, Field, Instant, Interval, Record, Redistribution, Shape, Value};

/// A cell of about 30 km with what was reported of one actor in it.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontCell {
    /// Code of the actor, `@`, cell.
    pub id: String,
    /// Code of the actor.
    pub actor: String,
    /// Row and column of the cell.
    pub cell: String,
    /// Day of the first report.
    pub first_reported: Date,
    /// How exact that day is.
    pub first_precision: DatePrecision,
    /// Day of the last report.
    pub last_reported: Date,
    /// Quarter of the first report, as `2017-Q1`.
    pub quarter: String,
    /// How many incidents.
    pub events: u32,
    /// How many known settlements lie in it.
    pub settlements: u32,
    /// From when on this was what is known.
    pub known_at: Instant,
    /// Whether the reports may be passed on.
    pub redistribution: Redistribution,
    /// The cell.
    pub area: MultiPolygon<f64>,
    /// The smallest box around it: itself.
    pub bbox: Bbox,
}

impl FrontCell {
    /// The properties of the collection `front`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("actor", Text, "Code of the actor; incidents of its parts count while they belong to it"),
        Field::new("cell", Text, "Row and column of the cell"),
        Field::new("first_reported", DateKind, "Day of the first incident reported in it, in which the actor takes part"),
        Field::new("first_precision", Word(DatePrecision::WORDS), "How exact that day is; with week or month it is nominal"),
        Field::new("last_reported", DateKind, "Day of the last one"),
        Field::new("quarter", Text, "Quarter of the first one, as 2017-Q1"),
        Field::new(
            "events",
            Integer,
            "How many incidents; those without a place, of a district only or dated to a year only are left out",
        ),
        Field::new("settlements", Integer, "How many known settlements lie in the cell"),
        Field::new("known_at", InstantKind, "From when on this was what is known (RFC 3339)"),
    ];
}

impl Record for FrontCell {
    fn id(&self) -> &str {
        &self.id
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Area(&self.area)
    }

    fn bbox(&self) -> Option<Bbox> {
        Some(self.bbox)
    }

    /// From the first report to the last.
    fn interval(&self) -> Interval {
        Interval::days(Some(self.first_reported), Some(self.last_reported)).unwrap_or(Interval::ALWAYS)
    }

    fn known_at(&self) -> Option<Instant> {
        Some(self.known_at)
    }

    fn redistribution(&self) -> Redistribution {
        self.redistribution
    }

    fn fields(&self) -> &'static [Field] {
        Self::FIELDS
    }

    fn value(&self, name: &str, _as_of: Instant) -> Value<'_> {
        match name {
            "actor" => (&self.actor).into(),
            "cell" => (&self.cell).into(),
            "first_reported" => self.first_reported.into(),
            "first_precision" => self.first_precision.as_str().into(),
            "last_reported" => self.last_reported.into(),
            "quarter" => (&self.quarter).into(),
            "events" => self.events.into(),
            "settlements" => self.settlements.into(),
            "known_at" => self.known_at.into(),
            _ => Value::Null,
        }
    }
}
