//! One reported incident or development, with a point, a date and what was reported of deaths.

use super::field::FieldKind::{Instant as InstantKind, Integer, Moment as MomentKind, Number, Text, Word};
use super::{
    Bbox, DatePrecision, DomainError, Field, GeoPrecision, Instant, Interval, Moment, Position, Record, Redistribution, Shape,
    SourceRef, Value, Verification,
};

/// What happened, in one taxonomy for every source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it; the taxonomy is described in data/README.md")]
pub enum EventType {
    Battle,
    AttackOnCivilians,
    ExplosionOrRemote,
    Abduction,
    LootingOrArson,
    BlockadeEnforcement,
    ConvoyAttack,
    CaptureOfPlace,
    WithdrawalOrRecapture,
    ProtestOrRiot,
    StrategicDevelopment,
    Other,
}

impl EventType {
    /// Every type, in the order of [`WORDS`](Self::WORDS).
    pub const ALL: &'static [Self] = &[
        Self::Battle,
        Self::AttackOnCivilians,
        Self::ExplosionOrRemote,
        Self::Abduction,
        Self::LootingOrArson,
        Self::BlockadeEnforcement,
        Self::ConvoyAttack,
        Self::CaptureOfPlace,
        Self::WithdrawalOrRecapture,
        Self::ProtestOrRiot,
        Self::StrategicDevelopment,
        Self::Other,
    ];

    /// The word of each type.
    pub const WORDS: &'static [&'static str] = &[
        "battle",
        "attack_on_civilians",
        "explosion_or_remote",
        "abduction",
        "looting_or_arson",
        "blockade_enforcement",
        "convoy_attack",
        "capture_of_place",
        "withdrawal_or_recapture",
        "protest_or_riot",
        "strategic_development",
        "other",
    ];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        Self::ALL
            .iter()
            .zip(Self::WORDS)
            .find(|(_, word)| **word == text)
            .map(|(kind, _)| *kind)
            .ok_or_else(|| DomainError::Word { what: "event type", text: text.to_owned(), expected: Self::WORDS.join(", ") })
    }

    /// The word of the type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().zip(Self::WORDS).find(|(kind, _)| **kind == self).map_or("other", |(_, word)| word)
    }
}

/// Reported deaths: an estimate with its span. `None` is unknown, which is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Fatalities {
    /// Least figure met.
    pub low: Option<u32>,
    /// Most cited or latest official figure.
    pub best: Option<u32>,
    /// Greatest figure met, unchecked claims of a belligerent included.
    pub high: Option<u32>,
}

impl Fatalities {
    /// Takes the three figures when those that are known stand in order.
    ///
    /// # Errors
    /// [`DomainError::Number`] when low ≤ best ≤ high does not hold.
    pub fn new(low: Option<u32>, best: Option<u32>, high: Option<u32>) -> Result<Self, DomainError> {
        let known: Vec<u32> = [low, best, high].into_iter().flatten().collect();
        if known.is_sorted() {
            Ok(Self { low, best, high })
        } else {
            let figure = |figure: Option<u32>| figure.map_or_else(|| "unknown".to_owned(), |figure| figure.to_string());
            let text = format!("{}, {}, {}", figure(low), figure(best), figure(high));
            Err(DomainError::Number { what: "fatalities", text, reason: "low, best and high are not in order" })
        }
    }
}

/// An incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// `dataset:row id`.
    pub id: String,
    /// First day or instant.
    pub start: Moment,
    /// Last day or instant, included.
    pub end: Moment,
    /// How exact the dates are.
    pub date_precision: DatePrecision,
    /// Where; `None` when the source knows no more than the country, whose centre must not be drawn as a place.
    pub position: Option<Position>,
    /// How exact the position is.
    pub geo_precision: GeoPrecision,
    /// What.
    pub event_type: EventType,
    /// The source's finer word.
    pub sub_event_type: Option<String>,
    /// Code of the party that acts.
    pub actor1: Option<String>,
    /// Code of the target or the other party.
    pub actor2: Option<String>,
    /// Reported deaths.
    pub fatalities: Fatalities,
    /// State, ISO 3166-1 alpha-2, as the source says it; empty where it says none and the point lies in none that is known.
    pub country: String,
    /// Level-1 region of that state that holds the point.
    pub region: Option<String>,
    /// Name of the place as the source gives it.
    pub place: String,
    /// One line.
    pub title: String,
    /// Remarks.
    pub notes: Option<String>,
    /// Where it comes from.
    pub source: SourceRef,
}

impl Incident {
    /// The properties of the collection `incidents`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("date_start", MomentKind, "First day (ISO date, UTC), or instant where the source gives the time of day"),
        Field::new("date_end", MomentKind, "Last day or instant, included"),
        Field::new(
            "date_precision",
            Word(DatePrecision::WORDS),
            "How exact the dates are; with week, month or year the day is nominal",
        ),
        Field::new("geo_precision", Integer, "1 the named place, 2 near it, 3 a district or region only (the point is nominal)"),
        Field::new("event_type", Word(EventType::WORDS), "What happened, in one taxonomy for every source"),
        Field::new("sub_event_type", Text, "The source's finer word"),
        Field::new("actor1", Text, "Code of the party that acts, as reported; codes are listed at /actors"),
        Field::new("actor2", Text, "Code of the target or the other party"),
        Field::new(
            "fatalities_best",
            Integer,
            "Reported deaths, most cited or latest official figure; null = unknown, which is not zero",
        ),
        Field::new("fatalities_low", Integer, "Reported deaths, least figure met; null = unknown"),
        Field::new("fatalities_high", Integer, "Reported deaths, greatest figure met, unchecked claims included; null = unknown"),
        Field::new("country", Text, "State, ISO 3166-1 alpha-2, as the source says it"),
        Field::new("region", Text, "Id of the level-1 region that holds the point"),
        Field::new("place", Text, "Name of the place as the source gives it"),
        Field::new("title", Text, "One line"),
        Field::new("notes", Text, "Remarks: disputes, later tolls, denials").shown_only(),
        Field::new("source", Text, "Publisher, title, date and address of what was read").shown_only(),
        Field::new("dataset", Text, "Id of the dataset, listed at /datasets"),
        Field::new("licence", Text, "Licence of the dataset, SPDX id where there is one"),
        Field::new(
            "verification",
            Word(Verification::WORDS),
            "verified: a published page that states it was read; recalled: widely reported, no page at hand",
        ),
        Field::new("confidence", Number, "Judgement on whether it happened as stated, 0 to 1; not a probability"),
        Field::new("known_at", InstantKind, "From when on this version of the row was known (RFC 3339)"),
        Field::new(
            "duplicate_of",
            Text,
            "Id of a report in another dataset that is taken for the same incident (the same day, an actor in common, at most 5 km apart): linked, never merged; with duplicates=once it counts once",
        )
        .shown_only(),
    ];
}

impl Record for Incident {
    fn id(&self) -> &str {
        &self.id
    }

    fn shape(&self) -> Shape<'_> {
        self.position.map_or(Shape::Unplaced, Shape::Point)
    }

    fn bbox(&self) -> Option<Bbox> {
        self.position.map(Bbox::of)
    }

    fn interval(&self) -> Interval {
        let (first, last) = (self.start.interval(), self.end.interval());
        Interval::new(first.start(), last.end()).unwrap_or(first)
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
            "date_start" => self.start.into(),
            "date_end" => self.end.into(),
            "date_precision" => self.date_precision.as_str().into(),
            "geo_precision" => self.geo_precision.code().into(),
            "event_type" => self.event_type.as_str().into(),
            "sub_event_type" => self.sub_event_type.as_ref().into(),
            "actor1" => self.actor1.as_ref().into(),
            "actor2" => self.actor2.as_ref().into(),
            "fatalities_best" => self.fatalities.best.into(),
            "fatalities_low" => self.fatalities.low.into(),
            "fatalities_high" => self.fatalities.high.into(),
            "country" => Some(&self.country).filter(|country| !country.is_empty()).into(),
            "region" => self.region.as_ref().into(),
            "place" => (&self.place).into(),
            "title" => (&self.title).into(),
            "notes" => self.notes.as_ref().into(),
            "source" => (&self.source.citation).into(),
            "dataset" => (&self.source.dataset.id).into(),
            "licence" => (&self.source.dataset.licence).into(),
            "verification" => self.source.verification.map(Verification::as_str).into(),
            "confidence" => self.source.confidence.into(),
            "known_at" => self.source.known_at.into(),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_type_has_one_word() {
        for (kind, word) in EventType::ALL.iter().zip(EventType::WORDS) {
            assert_eq!(EventType::parse(word).unwrap(), *kind);
            assert_eq!(kind.as_str(), *word);
        }
        assert_eq!(EventType::ALL.len(), EventType::WORDS.len());
        assert!(EventType::parse("skirmish").is_err());
    }

    #[test]
    fn fatalities_must_stand_in_order_and_unknown_is_not_zero() {
        assert!(Fatalities::new(Some(3), Some(2), None).is_err());
        assert!(Fatalities::new(None, Some(0), Some(0)).is_ok());
        assert_eq!(Fatalities::default().best, None);
    }
}
