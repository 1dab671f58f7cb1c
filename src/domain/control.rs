//! Who was reported to hold a place, over which interval and how sure; blockade is told apart from control.

use geo::{Coord, LineString, MultiPolygon};
use jiff::civil::Date;
use std::sync::Arc;

use super::field::FieldKind::{Date as DateKind, Instant as InstantKind, Integer, Number, Text, TextList, Word};
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

/// What a statement is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A named place, at a point.
    Place(Position),
    /// A whole administrative region, the one that the statement names; its outline where it is known.
    Admin(Option<Arc<MultiPolygon<f64>>>),
    /// An area that the source itself draws.
    Area(Arc<MultiPolygon<f64>>),
    /// A stretch of road. It tells nothing of places and areas.
    Road(LineString<f64>),
}

impl Target {
    /// The word of each kind.
    pub const WORDS: &'static [&'static str] = &["place", "admin", "polygon", "road_segment"];

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Place(_) => "place",
            Self::Admin(_) => "admin",
            Self::Area(_) => "polygon",
            Self::Road(_) => "road_segment",
        }
    }

    /// Its geometry.
    #[must_use]
    pub fn shape(&self) -> Shape<'_> {
        match self {
            Self::Place(position) => Shape::Point(*position),
            Self::Admin(Some(area)) | Self::Area(area) => Shape::Area(area),
            Self::Admin(None) => Shape::Unplaced,
            Self::Road(line) => Shape::Line(line),
        }
    }

    /// The box around it; `None` for a region whose outline is not known.
    #[must_use]
    pub fn bbox(&self) -> Option<Bbox> {
        let around = |coords: &mut dyn Iterator<Item = &Coord<f64>>| {
            Bbox::around(coords.filter_map(|coord| Position::new(coord.x, coord.y).ok()))
        };
        match self {
            Self::Place(position) => Some(Bbox::of(*position)),
            Self::Admin(Some(area)) | Self::Area(area) => {
                around(&mut area.iter().flat_map(|polygon| polygon.exterior().coords()))
            }
            Self::Admin(None) => None,
            Self::Road(line) => around(&mut line.coords()),
        }
    }

    /// A point to show it at: the place, or the middle of the box around it.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        if let Self::Place(position) = self {
            return Some(*position);
        }
        let bbox = self.bbox()?;
        Position::new(bbox.west().midpoint(bbox.east()), bbox.south().midpoint(bbox.north())).ok()
    }
}

/// What a confidence rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfidenceBasis {
    /// Confirmed on the ground or geolocated.
    Confirmed,
    /// Two sources that do not draw on one another.
    TwoIndependent,
    /// One source that is no party to the conflict.
    OneNeutral,
    /// A party to the conflict says so of itself or of its enemy.
    PartyClaim,
    /// Nobody says so: it was concluded from incidents.
    Inferred,
}

impl ConfidenceBasis {
    /// The word of each basis.
    pub const WORDS: &'static [&'static str] =
        &["confirmed", "two_independent", "one_neutral", "party_claim", "inferred_from_events"];

    const ALL: [Self; 5] = [Self::Confirmed, Self::TwoIndependent, Self::OneNeutral, Self::PartyClaim, Self::Inferred];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == text).ok_or_else(|| DomainError::Word {
            what: "confidence basis",
            text: text.to_owned(),
            expected: Self::WORDS.join(", "),
        })
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::TwoIndependent => "two_independent",
            Self::OneNeutral => "one_neutral",
            Self::PartyClaim => "party_claim",
            Self::Inferred => "inferred_from_events",
        }
    }
}

/// What a source is, beside what it says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceNature {
    /// What kind of body it is, in the data's word: press, un, ngo, government…
    pub kind: Option<String>,
    /// The source's own id, by which copies of one text are told.
    pub id: Option<String>,
    /// Address of what was read.
    pub url: Option<String>,
    /// Whether it is a party to the conflict; `None` = not recorded.
    pub party_to_conflict: Option<bool>,
}

/// One report of who held one place over one interval.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlObservation {
    /// `dataset:row id`.
    pub id: String,
    /// Name of the place, or of the region or stretch.
    pub place: String,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// Level-1 region of that state that holds the point; of a statement on a region that region itself.
    pub region: Option<String>,
    /// What it is about, and where that is.
    pub target: Target,
    /// How exact the position is; `None` = not recorded.
    pub geo_precision: Option<GeoPrecision>,
    /// People of the town or commune; `None` = unknown.
    pub population: Option<u32>,
    /// Code of the party the status is about.
    pub actor: String,
    /// Every party of a contested place, where the source names them.
    pub actors: Vec<String>,
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
    /// How exact the first day is.
    pub from_precision: DatePrecision,
    /// How exact the last day is.
    pub to_precision: DatePrecision,
    /// Last day on which a source said so, where it is known.
    pub last_confirmed: Option<Date>,
    /// What the confidence rests on.
    pub confidence_basis: Option<ConfidenceBasis>,
    /// Id of the observation that this one takes the place of.
    pub supersedes: Option<String>,
    /// What the source is.
    pub nature: SourceNature,
    /// Remarks.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: SourceRef,
}

impl ControlObservation {
    /// The coarser precision of its two ends.
    #[must_use]
    pub fn date_precision(&self) -> DatePrecision {
        if self.valid_to.is_some() { self.from_precision.max(self.to_precision) } else { self.from_precision }
    }

    /// The properties of the collection `control`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("place", Text, "Name of the place"),
        Field::new(
            "target",
            Word(Target::WORDS),
            "What the statement is about: a place, a whole region, a drawn area, a stretch of road",
        ),
        Field::new("region", Text, "Id of the level-1 region that holds the point; of a statement on a region that region"),
        Field::new("country", Text, "State, ISO 3166-1 alpha-2"),
        Field::new("actor", Text, "Code of the party the status is about; codes are listed at /actors"),
        Field::new("actors", TextList, "Every party of a contested place, where the source names them"),
        Field::new("status", Word(ControlStatus::WORDS), "What was reported of the actor at the place"),
        Field::new("blockade", Word(Blockade::WORDS), "Whether a party that does not hold the place closes its roads"),
        Field::new("blockade_by", Text, "Code of the party that imposes the blockade"),
        Field::new("valid_from", DateKind, "First day"),
        Field::new("valid_to", DateKind, "Last day, included; null = not known to have ended, which is not 'true today'"),
        Field::new("date_precision", Word(DatePrecision::WORDS_OF_CONTROL), "The coarser of from_precision and to_precision"),
        Field::new("from_precision", Word(DatePrecision::WORDS_OF_CONTROL), "How exact valid_from is"),
        Field::new("to_precision", Word(DatePrecision::WORDS_OF_CONTROL), "How exact valid_to is; null where that is open"),
        Field::new("geo_precision", Integer, "1 the named place, 2 near it, 3 a district or region only; null = not recorded"),
        Field::new("last_confirmed", DateKind, "Last day on which a source said so; null = not recorded"),
        Field::new("known_at", InstantKind, "From when on this version of the row was known (RFC 3339)"),
        Field::new("confidence", Number, "Judgement on whether it was as stated, 0 to 1; not a probability"),
        Field::new("confidence_basis", Word(ConfidenceBasis::WORDS), "What the confidence rests on; null = not recorded"),
        Field::new("supersedes", Text, "Id of the observation that this one takes the place of"),
        Field::new(
            "verification",
            Word(Verification::WORDS),
            "verified: a published page that states it was read; recalled: widely reported, no page at hand",
        ),
        Field::new("population", Integer, "People of the town or commune; null = unknown. Not adjusted for displacement"),
        Field::new("source", Text, "Publisher, title, date and address of what was read").shown_only(),
        Field::new("source_id", Text, "Id of the source, by which copies of one text are told"),
        Field::new("source_kind", Text, "What the source is: press, un, ngo, government…; null = not recorded"),
        Field::new("source_url", Text, "Address of what was read").shown_only(),
        Field::new(
            "party_to_conflict",
            Word(&["yes", "no"]),
            "Whether the source is a party to the conflict; null = not recorded",
        ),
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
        self.target.shape()
    }

    fn bbox(&self) -> Option<Bbox> {
        self.target.bbox()
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
            "target" => self.target.as_str().into(),
            "region" => self.region.as_ref().into(),
            "country" => (&self.country).into(),
            "actor" => (&self.actor).into(),
            "actors" if self.actors.is_empty() => Value::Null,
            "actors" => Value::TextList(&self.actors),
            "status" => self.status.as_str().into(),
            "blockade" => self.blockade.as_str().into(),
            "blockade_by" => self.blockade_by.as_ref().into(),
            "valid_from" => self.valid_from.into(),
            "valid_to" => self.valid_to.into(),
            "date_precision" => self.date_precision().as_str().into(),
            "from_precision" => self.from_precision.as_str().into(),
            "to_precision" => self.valid_to.map(|_| self.to_precision.as_str()).into(),
            "geo_precision" => self.geo_precision.map(GeoPrecision::code).into(),
            "last_confirmed" => self.last_confirmed.into(),
            "known_at" => self.source.known_at.into(),
            "confidence" => self.source.confidence.into(),
            "confidence_basis" => self.confidence_basis.map(ConfidenceBasis::as_str).into(),
            "supersedes" => self.supersedes.as_ref().into(),
            "verification" => self.source.verification.map(Verification::as_str).into(),
            "population" => self.population.into(),
            "source" => (&self.source.citation).into(),
            "source_id" => self.nature.id.as_ref().into(),
            "source_kind" => self.nature.kind.as_ref().into(),
            "source_url" => self.nature.url.as_ref().into(),
            "party_to_conflict" => self.nature.party_to_conflict.map(|party| if party { "yes" } else { "no" }).into(),
            "note" => self.note.as_ref().into(),
            "dataset" => (&self.source.dataset.id).into(),
            "licence" => (&self.source.dataset.licence).into(),
            _ => Value::Null,
        }
    }
}
