//! An administrative region and its place in the hierarchy of a state.

use geo::MultiPolygon;
use jiff::civil::Date;

use super::field::FieldKind::{Date as DateKind, Integer, Text};
use super::{Bbox, DomainError, Field, Instant, Interval, Record, Shape, Value};

/// Depth in the hierarchy of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdminLevel {
    /// 0: the state.
    Country,
    /// 1: its first-level regions.
    First,
    /// 2: provinces, prefectures, cercles.
    Second,
}

impl AdminLevel {
    /// Every level, the state first.
    pub const ALL: [Self; 3] = [Self::Country, Self::First, Self::Second];

    /// Reads 0, 1 or 2.
    ///
    /// # Errors
    /// [`DomainError::Number`] for anything else.
    pub fn from_code(code: i64) -> Result<Self, DomainError> {
        match code {
            0 => Ok(Self::Country),
            1 => Ok(Self::First),
            2 => Ok(Self::Second),
            _ => Err(DomainError::Number { what: "level", text: code.to_string(), reason: "expected 0, 1 or 2" }),
        }
    }

    /// 0, 1 or 2.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Country => 0,
            Self::First => 1,
            Self::Second => 2,
        }
    }
}

/// An administrative region.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Feature id: the ISO code where there is one.
    pub id: String,
    /// ISO 3166-1 alpha-2 or ISO 3166-2 code.
    pub code: Option<String>,
    /// Depth in the hierarchy.
    pub level: AdminLevel,
    /// Name as the source gives it.
    pub name: String,
    /// Name in French.
    pub name_fr: Option<String>,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// Id of the region one level up.
    pub parent: Option<String>,
    /// First day on which it existed in these bounds; `None` when the source does not say.
    pub valid_from: Option<Date>,
    /// Last such day, included.
    pub valid_to: Option<Date>,
    /// Where the geometry comes from.
    pub source: String,
    /// The area: exterior rings counter-clockwise.
    pub area: MultiPolygon<f64>,
    /// The smallest box around [`area`](Self::area).
    pub bbox: Bbox,
}

impl Region {
    /// The properties of the collection `regions`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("level", Integer, "0 country, 1 first-level region, 2 second level"),
        Field::new("code", Text, "ISO 3166 code where it exists"),
        Field::new("name", Text, "Name as the source gives it"),
        Field::new("name_fr", Text, "Name in French"),
        Field::new("country", Text, "State, ISO 3166-1 alpha-2"),
        Field::new("parent", Text, "Id of the region one level up"),
        Field::new("valid_from", DateKind, "First day in these bounds; null = the source does not say"),
        Field::new("valid_to", DateKind, "Last day in these bounds, included; null = not known to have ended"),
        Field::new("source", Text, "Where the geometry comes from").shown_only(),
    ];
}

impl Record for Region {
    fn id(&self) -> &str {
        &self.id
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Area(&self.area)
    }

    fn bbox(&self) -> Option<Bbox> {
        Some(self.bbox)
    }

    fn interval(&self) -> Interval {
        Interval::days(self.valid_from, self.valid_to).unwrap_or(Interval::ALWAYS)
    }

    fn fields(&self) -> &'static [Field] {
        Self::FIELDS
    }

    fn value(&self, name: &str, _as_of: Instant) -> Value<'_> {
        match name {
            "level" => self.level.code().into(),
            "code" => self.code.as_ref().into(),
            "name" => (&self.name).into(),
            "name_fr" => self.name_fr.as_ref().into(),
            "country" => (&self.country).into(),
            "parent" => self.parent.as_ref().into(),
            "valid_from" => self.valid_from.into(),
            "valid_to" => self.valid_to.into(),
            "source" => (&self.source).into(),
            _ => Value::Null,
        }
    }
}
