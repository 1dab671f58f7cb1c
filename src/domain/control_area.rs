//! The land that a place speaks for, and who is believed to hold it over some days: computed from what was reported, never stored.

use geo::MultiPolygon;
use jiff::civil::Date;
use std::sync::Arc;

use super::field::FieldKind::{Date as DateKind, Instant as InstantKind, Integer, Number, Text, TextList, Word};
use super::{Bbox, Blockade, ControlStatus, Field, Instant, Interval, Record, Redistribution, Shape, Value};

/// The blockade words of an area: those of a statement, and that one was reported too long ago to be believed.
const BLOCKADE_WORDS: &[&str] = &["none", "partial", "full", "unknown"];

/// Land around one place over the days on which the same is believed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlArea {
    /// Id of the place, `@`, first day.
    pub id: String,
    /// Name of the place, or of the region or area.
    pub place: String,
    /// State, ISO 3166-1 alpha-2.
    pub country: String,
    /// Level-1 region.
    pub region: Option<String>,
    /// Code of the actor that is believed to hold it most; `None` where its standing is nobody's.
    pub actor: Option<String>,
    /// How it stands.
    pub status: ControlStatus,
    /// The belief in that on the first day, 0 to 1.
    pub share: f64,
    /// What is not known on the first day, 0 to 1.
    pub unknown: f64,
    /// Whether sources disagree.
    pub disputed: bool,
    /// The parties that are named at a contested place, and of presence.
    pub parties: Vec<String>,
    /// The blockade; `None` where one was reported too long ago to be believed.
    pub blockade: Option<Blockade>,
    /// Who imposes it.
    pub blockade_by: Option<String>,
    /// First day.
    pub valid_from: Date,
    /// Last day, included; `None` for all days after.
    pub valid_to: Option<Date>,
    /// Since when the same holder is claimed without a gap.
    pub since: Option<Date>,
    /// The last day for which another one was claimed, where days lie in between on which it changed.
    pub changed_after: Option<Date>,
    /// When it was last confirmed, up to the first day.
    pub last_confirmed: Option<Date>,
    /// From when on this was what is known.
    pub known_at: Instant,
    /// Land in km².
    pub area_km2: f64,
    /// People of the place.
    pub population: Option<u32>,
    /// Datasets of the statements that it rests on.
    pub datasets: Vec<String>,
    /// Their ids.
    pub statements: Vec<String>,
    /// Whether those may be passed on.
    pub redistribution: Redistribution,
    /// The land.
    pub area: Arc<MultiPolygon<f64>>,
    /// The smallest box around it.
    pub bbox: Bbox,
}

impl ControlArea {
    /// The properties of the collection `control-areas`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("place", Text, "Name of the place that speaks for the land, or of the region or area"),
        Field::new("region", Text, "Id of the level-1 region of the place"),
        Field::new("country", Text, "State, ISO 3166-1 alpha-2"),
        Field::new("actor", Text, "Code of the actor that is believed to hold it most; null where its standing is nobody's"),
        Field::new(
            "status",
            Word(ControlStatus::WORDS),
            "Assessed from all statements in force: control, influence, contested, none_reported or abandoned",
        ),
        Field::new("share", Number, "Belief in that at valid_from, 0 to 1"),
        Field::new("unknown", Number, "What is not known at valid_from, 0 to 1; the map's opacity is 1 less this"),
        Field::new("disputed", Word(&["yes", "no"]), "Whether sources disagree so much that the place is called disputed"),
        Field::new("parties", TextList, "Parties named at a contested place, and of presence"),
        Field::new(
            "blockade",
            Word(BLOCKADE_WORDS),
            "Blockade believed of the place; unknown = reported, and not confirmed for long",
        ),
        Field::new("blockade_by", Text, "Code of the party that imposes it"),
        Field::new("valid_from", DateKind, "First day on which this is believed"),
        Field::new("valid_to", DateKind, "Last day, included; null = all days after"),
        Field::new("since", DateKind, "Since when the same is claimed without a gap"),
        Field::new(
            "changed_after",
            DateKind,
            "It changed between this day and since, nobody knows when; null = from one day to the next, or first known",
        ),
        Field::new("last_confirmed", DateKind, "When it was last confirmed, up to valid_from"),
        Field::new("known_at", InstantKind, "From when on this was what is known (RFC 3339)"),
        Field::new("area_km2", Number, "Land in km², on the ellipsoid"),
        Field::new("population", Integer, "People of the place; null = unknown. Not adjusted for displacement"),
        Field::new("datasets", TextList, "Datasets of the statements it rests on, listed at /datasets"),
        Field::new("statements", TextList, "Ids of those statements in the collection control"),
    ];
}

impl Record for ControlArea {
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
        Interval::days(Some(self.valid_from), self.valid_to).unwrap_or(Interval::ALWAYS)
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
            "place" => (&self.place).into(),
            "region" => self.region.as_ref().into(),
            "country" => (&self.country).into(),
            "actor" => self.actor.as_ref().into(),
            "status" => self.status.as_str().into(),
            "share" => self.share.into(),
            "unknown" => self.unknown.into(),
            "disputed" => (if self.disputed { "yes" } else { "no" }).into(),
            "parties" => listed(&self.parties),
            "blockade" => self.blockade.map_or("unknown", Blockade::as_str).into(),
            "blockade_by" => self.blockade_by.as_ref().into(),
            "valid_from" => self.valid_from.into(),
            "valid_to" => self.valid_to.into(),
            "since" => self.since.into(),
            "changed_after" => self.changed_after.into(),
            "last_confirmed" => self.last_confirmed.into(),
            "known_at" => self.known_at.into(),
            "area_km2" => self.area_km2.into(),
            "population" => self.population.into(),
            "datasets" => listed(&self.datasets),
            "statements" => listed(&self.statements),
            _ => Value::Null,
        }
    }
}

/// Several texts; nothing for none.
fn listed(texts: &[String]) -> Value<'_> {
    if texts.is_empty() { Value::Null } else { Value::TextList(texts) }
}
