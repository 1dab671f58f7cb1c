//! A supply road as an ordered list of named places, and what was reported of it over time.

use geo::LineString;
use jiff::civil::Date;
use std::sync::Arc;

use super::field::FieldKind::{Date as DateKind, Integer, Number, Text, Word};
use super::{
    Bbox, DomainError, Field, Instant, Interval, Position, Record, Redistribution, Shape, SourceRef, Value, Verification,
};

/// What was reported of a road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentStatus {
    /// No sustained closure reported.
    Open,
    /// Traffic under attack, levies or partial bans.
    Disrupted,
    /// Vehicles pass only under escort.
    EscortOnly,
    /// Declared or effective closure, though escorted convoys may still pass.
    Blocked,
    /// Physically impassable.
    Cut,
    /// No report for the day.
    Unknown,
}

impl SegmentStatus {
    /// The word of each status.
    pub const WORDS: &'static [&'static str] = &["open", "disrupted", "escort_only", "blocked", "cut", "unknown"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "open" => Ok(Self::Open),
            "disrupted" => Ok(Self::Disrupted),
            "escort_only" => Ok(Self::EscortOnly),
            "blocked" => Ok(Self::Blocked),
            "cut" => Ok(Self::Cut),
            "unknown" => Ok(Self::Unknown),
            _ => Err(DomainError::Word { what: "road status", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Disrupted => "disrupted",
            Self::EscortOnly => "escort_only",
            Self::Blocked => "blocked",
            Self::Cut => "cut",
            Self::Unknown => "unknown",
        }
    }
}

/// One report of a road's status over an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusChange {
    /// What was reported.
    pub status: SegmentStatus,
    /// First day.
    pub valid_from: Date,
    /// Last day, included; `None` = not known to have ended.
    pub valid_to: Option<Date>,
    /// Code of the party that causes it.
    pub actor: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: SourceRef,
}

impl StatusChange {
    /// Whether it may be passed on, as its dataset says.
    #[must_use]
    pub fn redistribution(&self) -> Redistribution {
        self.source.dataset.redistribution
    }

    /// The days it was reported for.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval::days(Some(self.valid_from), self.valid_to).unwrap_or(Interval::ALWAYS)
    }
}

/// A road between two named places that follow one another on a corridor.
#[derive(Debug, Clone, PartialEq)]
pub struct CorridorSegment {
    /// `corridor:seq`.
    pub id: String,
    /// Id of the corridor.
    pub corridor: String,
    /// Name of the corridor.
    pub name: String,
    /// Name of the place it starts from, in travel order.
    pub from: String,
    /// Name of the place it leads to.
    pub to: String,
    /// The town the corridor supplies.
    pub target: String,
    /// Position on the corridor, from 1.
    pub seq: u32,
    /// Length of the schematic line on the sphere, in kilometres: shorter than the road.
    pub length_km: f64,
    /// Class of the road: trunk, primary, secondary, tertiary or track.
    pub class: String,
    /// The schematic line.
    pub line: LineString<f64>,
    /// The smallest box around [`line`](Self::line).
    pub bbox: Bbox,
    /// What was reported over time, by first day.
    pub changes: Arc<[StatusChange]>,
}

impl CorridorSegment {
    /// The properties of the collection `corridors`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("corridor", Text, "Id of the corridor"),
        Field::new("name", Text, "Name of the corridor"),
        Field::new("from", Text, "Place the segment starts from, in travel order"),
        Field::new("to", Text, "Place the segment leads to"),
        Field::new("target", Text, "Town the corridor supplies"),
        Field::new("seq", Integer, "Position on the corridor, from 1"),
        Field::new("length_km", Number, "Length of the schematic line in kilometres, shorter than the road"),
        Field::new("class", Text, "Class of the road: trunk, primary, secondary, tertiary or track"),
        Field::new(
            "status",
            Word(SegmentStatus::WORDS),
            "What was reported of the corridor as a whole for the last day of the asked datetime (the note names the places); unknown = no report",
        ),
        Field::new("since", DateKind, "First day of that status"),
        Field::new("until", DateKind, "Last day of that status, included; null = not known to have ended"),
        Field::new("actor", Text, "Code of the party that causes it"),
        Field::new("confidence", Number, "Judgement on whether it was as stated, 0 to 1; not a probability"),
        Field::new(
            "verification",
            Word(Verification::WORDS),
            "verified: a published page that states it was read; recalled: widely reported, no page at hand",
        ),
        Field::new("source", Text, "Publisher, title, date and address of what was read").shown_only(),
        Field::new("note", Text, "Remarks").shown_only(),
        Field::new("dataset", Text, "Id of the dataset, listed at /datasets"),
        Field::new("licence", Text, "Licence of the dataset, SPDX id where there is one"),
    ];

    /// The report that covers an instant; the latest one where several do, `None` where nobody reported.
    #[must_use]
    pub fn change_at(&self, as_of: Instant) -> Option<&StatusChange> {
        self.changes.iter().rev().find(|change| change.interval().contains(as_of))
    }
}

impl Record for CorridorSegment {
    fn id(&self) -> &str {
        &self.id
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Line(&self.line)
    }

    fn bbox(&self) -> Option<Bbox> {
        Some(self.bbox)
    }

    fn interval(&self) -> Interval {
        // The road is always there; what changes is its status.
        Interval::ALWAYS
    }

    fn redistribution(&self) -> Redistribution {
        // The road is on every map; a report on it may not be. `Corridor::public` has none of those.
        let restricted = self.changes.iter().any(|change| change.redistribution() == Redistribution::Restricted);
        if restricted { Redistribution::Restricted } else { Redistribution::Allowed }
    }

    fn fields(&self) -> &'static [Field] {
        Self::FIELDS
    }

    fn value(&self, name: &str, as_of: Instant) -> Value<'_> {
        let change = || self.change_at(as_of);
        match name {
            "corridor" => (&self.corridor).into(),
            "name" => (&self.name).into(),
            "from" => (&self.from).into(),
            "to" => (&self.to).into(),
            "target" => (&self.target).into(),
            "seq" => self.seq.into(),
            "length_km" => self.length_km.into(),
            "class" => (&self.class).into(),
            "status" => change().map_or(SegmentStatus::Unknown, |change| change.status).as_str().into(),
            "since" => change().map(|change| change.valid_from).into(),
            "until" => change().and_then(|change| change.valid_to).into(),
            "actor" => change().and_then(|change| change.actor.as_ref()).into(),
            "confidence" => change().and_then(|change| change.source.confidence).into(),
            "verification" => change().and_then(|change| change.source.verification).map(Verification::as_str).into(),
            "source" => change().map(|change| &change.source.citation).into(),
            "note" => change().and_then(|change| change.note.as_ref()).into(),
            "dataset" => change().map(|change| &change.source.dataset.id).into(),
            "licence" => change().map(|change| &change.source.dataset.licence).into(),
            _ => Value::Null,
        }
    }
}

/// A supply road: its places in travel order and the reports on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Corridor {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The town it supplies.
    pub target: String,
    /// Class of the road.
    pub class: String,
    /// Named places in travel order, at least two.
    pub waypoints: Vec<(String, Position)>,
    /// What was reported, by first day.
    pub changes: Arc<[StatusChange]>,
}

impl Corridor {
    /// The road with the reports that may be passed on: on a day that only others speak of, nothing is known.
    #[must_use]
    pub fn public(&self) -> Self {
        let allowed = self.changes.iter().filter(|change| change.redistribution() == Redistribution::Allowed);
        Self { changes: allowed.cloned().collect(), ..self.clone() }
    }

    /// The segments between places that follow one another.
    #[must_use]
    pub fn segments(&self) -> Vec<CorridorSegment> {
        let pairs = self.waypoints.windows(2).zip(1u32..);
        pairs
            .filter_map(|(pair, seq)| {
                let [(from, start), (to, end)] = pair else { return None };
                Some(CorridorSegment {
                    id: format!("{}:{seq}", self.id),
                    corridor: self.id.clone(),
                    name: self.name.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    target: self.target.clone(),
                    seq,
                    length_km: (start.distance_m(*end) / 100.0).round() / 10.0,
                    class: self.class.clone(),
                    line: LineString::from(vec![(start.lon(), start.lat()), (end.lon(), end.lat())]),
                    bbox: Bbox::of(*start).union(Bbox::of(*end)),
                    changes: Arc::clone(&self.changes),
                })
            })
            .collect()
    }
}
