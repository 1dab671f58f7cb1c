//! Who was reported to hold a place, over which interval and how sure; blockade is told apart from control.

use jiff::civil::Date;

use super::field::FieldKind::{Date as DateKind, Instant as InstantKind, Integer, Number, Text, Word};
use super::{
    Bbox, DatePrecision, DomainError, Field, GeoPrecision, Instant, Interval, Position, Record, Redistribution, Shape, SourceRef,
    Value, Verification,
};

/// What was reported of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlStatus {
    /// The actor holds it.
    Control,
    /// The actor is the strongest there without holding it.
    Influence,
    /// More than one party; the actor is the main challenger or the main holder, as the note says.
    Contested,
    /// The actor is there.
    Presence,
    /// A source says that no armed group is there, which is not the same as no report.
    NoneReported,
    /// The actor left, or the people fled.
    Abandoned,
}

impl ControlStatus {
    /// The word of each status.
    pub const WORDS: &'static [&'static str] = &["control", "influence", "contested", "presence", "none_reported", "abandoned"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "control" => Ok(Self::Control),
            "influence" => Ok(Self::Influence),
            "contested" => Ok(Self::Contested),
            "presence" => Ok(Self::Presence),
            "none_reported" => Ok(Self::NoneReported),
            "abandoned" => Ok(Self::Abandoned),
            _ => Err(DomainError::Word { what: "control status", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Influence => "influence",
            Self::Contested => "contested",
            Self::Presence => "presence",
            Self::NoneReported => "none_reported",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Whether the roads into a place are closed by a party that does not hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blockade {
    /// No blockade reported.
    None,
    /// Relief gets through, as escorted convoys.
    Partial,
    /// Closed.
    Full,
}

impl Blockade {
    /// The word of each degree.
    pub const WORDS: &'static [&'static str] = &["none", "partial", "full"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "none" => Ok(Self::None),
            "partial" => Ok(Self::Partial),
            "full" => Ok(Self::Full),
            _ => Err(DomainError::Word { what: "blockade", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }
}

/// One report of who held one place over one interval.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlObservation {
    /// `dataset:row id`.
    pub id: String,
    /// Name of the place.
    pub place: String,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// Level-1 region of that state that holds the point.
    pub region: Option<String>,
    /// Where.
    pub position: Position,
    /// How exact the position is; `None` = not recorded.
    pub geo_precision: Option<GeoPrecision>,
    /// People of the town or commune; `None` = unknown.
    pub population: Option<u32>,
    /// Code of the party the status is about.
    pub actor: String,
    /// What was reported.
    pub status: ControlStatus,
    /// Degree of blockade.
    pub blockade: Blockade,
    /// Code of the party that imposes it.
    pub blockade_by: Option<String>,
    /// First day.
    pub valid_from: Date,
    /// Last day, included; `None` = not known to have ended, which is not "true today".
    pub valid_to: Option<Date>,
    /// How exact the two days are.
    pub date_precision: DatePrecision,
    /// Last day on which a source said so, where it is known.
    pub last_confirmed: Option<Date>,
    /// Remarks.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: SourceRef,
}

impl ControlObservation {
    /// The properties of the collection `control`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("place", Text, "Name of the place"),
        Field::new("region", Text, "Id of the level-1 region that holds the point"),
        Field::new("country", Text, "State, ISO 3166-1 alpha-2"),
        Field::new("actor", Text, "Code of the party the status is about; codes are listed at /actors"),
        Field::new("status", Word(ControlStatus::WORDS), "What was reported of the actor at the place"),
        Field::new("blockade", Word(Blockade::WORDS), "Whether a party that does not hold the place closes its roads"),
        Field::new("blockade_by", Text, "Code of the party that imposes the blockade"),
        Field::new("valid_from", DateKind, "First day"),
        Field::new("valid_to", DateKind, "Last day, included; null = not known to have ended, which is not 'true today'"),
        Field::new("date_precision", Word(DatePrecision::WORDS), "How exact valid_from and valid_to are"),
        Field::new("geo_precision", Integer, "1 the named place, 2 near it, 3 a district or region only; null = not recorded"),
        Field::new("last_confirmed", DateKind, "Last day on which a source said so; null = not recorded"),
        Field::new("known_at", InstantKind, "From when on this version of the row was known (RFC 3339)"),
        Field::new("confidence", Number, "Judgement on whether it was as stated, 0 to 1; not a probability"),
        Field::new(
            "verification",
            Word(Verification::WORDS),
            "verified: a published page that states it was read; recalled: widely reported, no page at hand",
        ),
        Field::new("population", Integer, "People of the town or commune; null = unknown. Not adjusted for displacement"),
        Field::new("source", Text, "Publisher, title, date and address of what was read").shown_only(),
        Field::new("note", Text, "Remarks").shown_only(),
        Field::new("dataset", Text, "Id of the dataset, listed at /datasets"),
        Field::new("licence", Text, "Licence of the dataset, SPDX id where there is one"),
    ];
}

impl Record for ControlObservation {
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
        Interval::days(Some(self.valid_from), self.valid_to).unwrap_or(Interval::ALWAYS)
    }

    fn known_at(&self) -> Option<Instant> {
        Some(self.source.known_at)
    }

    fn redistribution(&self) -> Redistribution {
        self.source.dataset.redistribution
    }

    fn fields(&self) -> &'static [Field] {
        Self::FIELDS
    }

    fn value(&self, name: &str, _as_of: Instant) -> Value<'_> {
        match name {
            "place" => (&self.place).into(),
            "region" => self.region.as_ref().into(),
            "country" => (&self.country).into(),
            "actor" => (&self.actor).into(),
            "status" => self.status.as_str().into(),
            "blockade" => self.blockade.as_str().into(),
            "blockade_by" => self.blockade_by.as_ref().into(),
            "valid_from" => self.valid_from.into(),
            "valid_to" => self.valid_to.into(),
            "date_precision" => self.date_precision.as_str().into(),
            "geo_precision" => self.geo_precision.map(GeoPrecision::code).into(),
            "last_confirmed" => self.last_confirmed.into(),
            "known_at" => self.source.known_at.into(),
            "confidence" => self.source.confidence.into(),
            "verification" => self.source.verification.map(Verification::as_str).into(),
            "population" => self.population.into(),
            "source" => (&self.source.citation).into(),
            "note" => self.note.as_ref().into(),
            "dataset" => (&self.source.dataset.id).into(),
            "licence" => (&self.source.dataset.licence).into(),
            _ => Value::Null,
        }
    }
}
