//! A named place: a town, a port, a border post.

use super::field::FieldKind::{Integer, Text, TextList, Word};
use super::{Bbox, DomainError, Field, Instant, Interval, Position, Record, Shape, Value};

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// Seat of the state.
    Capital,
    /// Seat of a first-level region.
    RegionalCapital,
    /// Any other town or village.
    Town,
    /// A crossing on a supply road.
    BorderPost,
    /// A sea port.
    Port,
}

impl PlaceKind {
    /// The word of each kind.
    pub const WORDS: &'static [&'static str] = &["capital", "regional_capital", "town", "border_post", "port"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "capital" => Ok(Self::Capital),
            "regional_capital" => Ok(Self::RegionalCapital),
            "town" => Ok(Self::Town),
            "border_post" => Ok(Self::BorderPost),
            "port" => Ok(Self::Port),
            _ => Err(DomainError::Word { what: "kind of place", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capital => "capital",
            Self::RegionalCapital => "regional_capital",
            Self::Town => "town",
            Self::BorderPost => "border_post",
            Self::Port => "port",
        }
    }
}

/// A named place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Stable id, as `geonames:2460596`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name in French where it differs.
    pub name_fr: Option<String>,
    /// Other names and spellings.
    pub alt_names: Vec<String>,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// Level-1 region of that state that holds the point.
    pub region: Option<String>,
    /// Where.
    pub position: Position,
    /// People; `None` = unknown.
    pub population: Option<u32>,
    /// What kind of place.
    pub kind: PlaceKind,
    /// Where the name, position and population come from.
    pub source: String,
}

impl Place {
    /// The properties of the collection `places`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("name", Text, "Name"),
        Field::new("name_fr", Text, "Name in French where it differs"),
        Field::new("alt_names", TextList, "Other names and spellings"),
        Field::new("country", Text, "State, ISO 3166-1 alpha-2"),
        Field::new("region", Text, "Id of the level-1 region that holds the point"),
        Field::new("population", Integer, "People; null = unknown. Not adjusted for displacement"),
        Field::new("kind", Word(PlaceKind::WORDS), "capital, regional_capital, town, border_post or port"),
        Field::new("source", Text, "Where the name, position and population come from").shown_only(),
    ];
}

impl Record for Place {
    fn id(&self) -> &str {
        &self.id
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Point(self.position)
    }

    fn bbox(&self) -> Option<Bbox> {
        Some(Bbox::of(self.position))
    }

    fn interval(&self) -> Interval {
        Interval::ALWAYS
    }

    fn fields(&self) -> &'static [Field] {
        Self::FIELDS
    }

    fn value(&self, name: &str, _as_of: Instant) -> Value<'_> {
        match name {
            "name" => (&self.name).into(),
            "name_fr" => self.name_fr.as_ref().into(),
            "alt_names" => Value::TextList(&self.alt_names),
            "country" => (&self.country).into(),
            "region" => self.region.as_ref().into(),
            "population" => self.population.into(),
            "kind" => self.kind.as_str().into(),
            "source" => (&self.source).into(),
            _ => Value::Null,
        }
    }
}
