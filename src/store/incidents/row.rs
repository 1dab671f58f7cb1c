//! One incident: as it comes, borrowed from wherever it is read, and as the columns show it.

use std::sync::Arc;

use super::Columns;
use super::layers::Layers;
use crate::domain::{
    Bbox, Dataset, DatePrecision, EventType, Fatalities, Field, GeoPrecision, Incident, Instant, Interval, Moment, Position,
    Record, Redistribution, Shape, SourceRef, Value, Verification,
};
use crate::tiles::MapPoint;

/// An incident on its way into the columns. The fields are those of [`Incident`].
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "described at Incident and SourceRef")]
pub(in crate::store) struct Incoming<'a> {
    pub id: &'a str,
    pub start: Moment,
    pub end: Moment,
    pub date_precision: DatePrecision,
    pub position: Option<Position>,
    pub geo_precision: GeoPrecision,
    pub event_type: EventType,
    pub sub_event_type: Option<&'a str>,
    pub actor1: Option<&'a str>,
    pub actor2: Option<&'a str>,
    pub fatalities: Fatalities,
    pub country: &'a str,
    pub region: Option<&'a str>,
    pub place: &'a str,
    pub title: &'a str,
    pub notes: Option<&'a str>,
    pub citation: &'a str,
    pub dataset: &'a Arc<Dataset>,
    pub verification: Option<Verification>,
    pub confidence: Option<f64>,
    pub known_at: Instant,
    /// For a version of the past: from when on it was no longer what is known.
    pub superseded_at: Option<Instant>,
}

impl<'a> From<&'a Incident> for Incoming<'a> {
    fn from(row: &'a Incident) -> Self {
        Self {
            id: &row.id,
            start: row.start,
            end: row.end,
            date_precision: row.date_precision,
            position: row.position,
            geo_precision: row.geo_precision,
            event_type: row.event_type,
            sub_event_type: row.sub_event_type.as_deref(),
            actor1: row.actor1.as_deref(),
            actor2: row.actor2.as_deref(),
            fatalities: row.fatalities,
            country: &row.country,
            region: row.region.as_deref(),
            place: &row.place,
            title: &row.title,
            notes: row.notes.as_deref(),
            citation: &row.source.citation,
            dataset: &row.source.dataset,
            verification: row.source.verification,
            confidence: row.source.confidence,
            known_at: row.source.known_at,
            superseded_at: None,
        }
    }
}

impl Incoming<'_> {
    /// The incident as a value of its own.
    pub(in crate::store) fn to_incident(self) -> Incident {
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        Incident {
            id: self.id.to_owned(),
            start: self.start,
            end: self.end,
            date_precision: self.date_precision,
            position: self.position,
            geo_precision: self.geo_precision,
            event_type: self.event_type,
            sub_event_type: owned(self.sub_event_type),
            actor1: owned(self.actor1),
            actor2: owned(self.actor2),
            fatalities: self.fatalities,
            country: self.country.to_owned(),
            region: owned(self.region),
            place: self.place.to_owned(),
            title: self.title.to_owned(),
            notes: owned(self.notes),
            source: SourceRef {
                dataset: Arc::clone(self.dataset),
                citation: self.citation.to_owned(),
                verification: self.verification,
                confidence: self.confidence,
                known_at: self.known_at,
            },
        }
    }
}

/// An incident as the columns of a snapshot hold it.
#[derive(Debug, Clone, Copy)]
pub struct IncidentRow<'a> {
    pub(super) layers: &'a Layers,
    pub(super) columns: &'a Columns,
    pub(super) row: u32,
}

impl<'a> IncidentRow<'a> {
    pub(super) fn at(self) -> usize {
        // A row is counted in 32 bits, and this machine's addresses have as many.
        usize::try_from(self.row).unwrap_or(usize::MAX)
    }

    /// Its place on the finest grid; `None` when it is unplaced.
    pub(in crate::store) fn grid(self) -> Option<MapPoint> {
        self.columns.grid.get(self.at()).copied()
    }

    /// Its id, for as long as the snapshot lives.
    pub(in crate::store) fn stable_id(self) -> &'a str {
        self.columns.id(self.at())
    }

    pub(super) fn is_restricted(self) -> bool {
        self.columns.is_restricted(self.at())
    }

    pub(super) fn dataset_id(self) -> &'a str {
        &self.dataset().id
    }

    /// Whether its start and its end are instants, and not days.
    pub(super) fn are_instants(self) -> (bool, bool) {
        (self.traits().get(START_IS_INSTANT) == 1, self.traits().get(END_IS_INSTANT) == 1)
    }

    /// The place of its date's precision among the words for it.
    pub(super) fn date_precision_code(self) -> u32 {
        self.traits().get(DATE_PRECISION)
    }

    pub(super) fn geo_precision_code(self) -> u8 {
        u8::try_from(self.traits().geo_precision()).unwrap_or(0)
    }

    /// The id of the row of another dataset that is taken for the same incident.
    pub(super) fn duplicate_of(self) -> Option<&'a str> {
        let layers = self.layers;
        let other = layers.has_links().then(|| layers.duplicate_of(layers.number(self))).flatten()?;
        Some(layers.numbered(other).stable_id())
    }

    /// Its place in the order of all ids.
    pub(super) fn order(self) -> u64 {
        self.layers.order(self)
    }

    pub(super) fn position(self) -> Option<Position> {
        self.columns.index.position(self.at())
    }

    /// The number of its dataset among those of its layer.
    pub(super) fn dataset_code(self) -> usize {
        self.columns.dataset[self.at()].into()
    }

    /// Whether its day is known, and not only the week, month or year around it.
    pub(super) fn is_dated_to_a_day(self) -> bool {
        self.traits().get(DATE_PRECISION) == 0
    }

    fn traits(self) -> Traits {
        self.columns.traits[self.at()]
    }

    pub(super) fn dataset(self) -> &'a Arc<Dataset> {
        &self.columns.datasets[self.dataset_code()]
    }

    fn start(self) -> Moment {
        moment(self.columns.index.interval(self.at()).start(), self.traits().get(START_IS_INSTANT) == 1)
    }

    fn end(self) -> Moment {
        moment(self.columns.index.interval(self.at()).end(), self.traits().get(END_IS_INSTANT) == 1)
    }

    /// It as it came: what is put into other columns.
    pub(in crate::store) fn to_incoming(self) -> Incoming<'a> {
        let (columns, at, traits) = (self.columns, self.at(), self.traits());
        Incoming {
            id: self.stable_id(),
            start: self.start(),
            end: self.end(),
            // What is packed came from these types.
            date_precision: DatePrecision::parse(traits.date_precision()).unwrap_or(DatePrecision::Day),
            position: self.position(),
            geo_precision: traits.parsed_geo_precision(),
            event_type: EventType::ALL.get(at_most(traits.get(EVENT_TYPE))).copied().unwrap_or(EventType::ALL[0]),
            sub_event_type: columns.sub_event_types.get(columns.sub_event_type[at]),
            actor1: columns.actors.get(columns.actor1[at]),
            actor2: columns.actors.get(columns.actor2[at]),
            fatalities: self.fatalities(),
            country: columns.countries.get(columns.country[at]).unwrap_or_default(),
            region: columns.regions.get(columns.region[at]),
            place: columns.places.get(columns.place[at]).unwrap_or_default(),
            title: columns.titles.get(columns.title[at]).unwrap_or_default(),
            notes: columns.notes.get(columns.note[at]),
            citation: columns.citations.get(columns.citation[at]).unwrap_or_default(),
            dataset: self.dataset(),
            verification: traits.verification().and_then(|word| Verification::parse(word).ok()),
            confidence: columns.confidence(at),
            known_at: columns.known_at[at],
            superseded_at: columns.superseded_at.get(at).copied(),
        }
    }

    fn fatalities(self) -> Fatalities {
        self.columns.fatalities(self.at())
    }
}

fn moment(instant: Instant, is_instant: bool) -> Moment {
    match instant.date() {
        Some(date) if !is_instant => Moment::Day(date),
        _ => Moment::Instant(instant),
    }
}

fn value(moment: Moment) -> Value<'static> {
    match moment {
        Moment::Day(date) => Value::Date(date),
        Moment::Instant(instant) => Value::Instant(instant),
    }
}

fn at_most(bits: u32) -> usize {
    usize::try_from(bits).unwrap_or(usize::MAX)
}

impl Record for IncidentRow<'_> {
    fn id(&self) -> &str {
        self.stable_id()
    }

    fn shape(&self) -> Shape<'_> {
        self.columns.index.position(self.at()).map_or(Shape::Unplaced, Shape::Point)
    }

    fn bbox(&self) -> Option<Bbox> {
        self.columns.index.position(self.at()).map(Bbox::of)
    }

    fn interval(&self) -> Interval {
        self.columns.index.interval(self.at())
    }

    fn known_at(&self) -> Option<Instant> {
        Some(self.columns.known_at[self.at()])
    }

    fn superseded_at(&self) -> Option<Instant> {
        self.columns.superseded_at.get(self.at()).copied()
    }

    fn redistribution(&self) -> Redistribution {
        self.dataset().redistribution
    }

    fn fields(&self) -> &'static [Field] {
        Incident::FIELDS
    }

    fn value(&self, name: &str, _as_of: Instant) -> Value<'_> {
        let (columns, at) = (self.columns, self.at());
        let fatalities = || self.fatalities();
        match name {
            "date_start" => value(self.start()),
            "date_end" => value(self.end()),
            "date_precision" => self.traits().date_precision().into(),
            "geo_precision" => self.traits().geo_precision().into(),
            "event_type" => self.traits().event_type().into(),
            "sub_event_type" => columns.sub_event_types.get(columns.sub_event_type[at]).into(),
            "actor1" => columns.actors.get(columns.actor1[at]).into(),
            "actor2" => columns.actors.get(columns.actor2[at]).into(),
            "fatalities_best" => fatalities().best.into(),
            "fatalities_low" => fatalities().low.into(),
            "fatalities_high" => fatalities().high.into(),
            "country" => columns.countries.get(columns.country[at]).filter(|country| !country.is_empty()).into(),
            "region" => columns.regions.get(columns.region[at]).into(),
            "place" => columns.places.get(columns.place[at]).into(),
            "title" => columns.titles.get(columns.title[at]).into(),
            "notes" => columns.notes.get(columns.note[at]).into(),
            "source" => columns.citations.get(columns.citation[at]).into(),
            "dataset" => self.dataset().id.as_str().into(),
            "licence" => self.dataset().licence.as_str().into(),
            "verification" => self.traits().verification().into(),
            "confidence" => columns.confidence(at).into(),
            "known_at" => columns.known_at[at].into(),
            "duplicate_of" => self.duplicate_of().into(),
            _ => Value::Null,
        }
    }

    fn text_bytes(&self) -> Option<usize> {
        // The texts of the other columns are words and names.
        const WORDS: usize = 128;
        let (columns, at) = (self.columns, self.at());
        let dataset = self.dataset();
        let texts = [
            columns.titles.len_of(columns.title[at]),
            columns.notes.len_of(columns.note[at]),
            columns.citations.len_of(columns.citation[at]),
            dataset.id.len() + dataset.licence.len(),
        ];
        Some(WORDS + texts.iter().sum::<usize>())
    }

    fn visit(&self, _as_of: Instant, visitor: &mut dyn FnMut(Value<'_>)) {
        let (columns, at) = (self.columns, self.at());
        let (traits, fatalities, dataset) = (self.traits(), self.fatalities(), self.dataset());
        visitor(value(self.start()));
        visitor(value(self.end()));
        visitor(traits.date_precision().into());
        visitor(traits.geo_precision().into());
        visitor(traits.event_type().into());
        visitor(columns.sub_event_types.get(columns.sub_event_type[at]).into());
        visitor(columns.actors.get(columns.actor1[at]).into());
        visitor(columns.actors.get(columns.actor2[at]).into());
        visitor(fatalities.best.into());
        visitor(fatalities.low.into());
        visitor(fatalities.high.into());
        visitor(columns.countries.get(columns.country[at]).filter(|country| !country.is_empty()).into());
        visitor(columns.regions.get(columns.region[at]).into());
        visitor(columns.places.get(columns.place[at]).into());
        visitor(columns.titles.get(columns.title[at]).into());
        visitor(columns.notes.get(columns.note[at]).into());
        visitor(columns.citations.get(columns.citation[at]).into());
        visitor(dataset.id.as_str().into());
        visitor(dataset.licence.as_str().into());
        visitor(traits.verification().into());
        visitor(columns.confidence(at).into());
        visitor(columns.known_at[at].into());
        visitor(self.duplicate_of().into());
    }
}

/// What of a row is one of a few: packed in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traits(u16);

/// A span of bits: the first of them, and how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits(u32, u32);

pub(super) const EVENT_TYPE: Bits = Bits(0, 6);
pub(super) const DATE_PRECISION: Bits = Bits(6, 2);
pub(super) const GEO_PRECISION: Bits = Bits(8, 2);
pub(super) const VERIFICATION: Bits = Bits(10, 2);
const START_IS_INSTANT: Bits = Bits(12, 1);
const END_IS_INSTANT: Bits = Bits(13, 1);

impl Traits {
    pub(super) fn of(row: &Incoming<'_>) -> Self {
        let position = |words: &[&str], word: &str| words.iter().position(|other| *other == word).unwrap_or(0);
        let verification = row.verification.map_or(0, |kind| 1 + position(Verification::WORDS, kind.as_str()));
        let event_type = EventType::ALL.iter().position(|kind| *kind == row.event_type).unwrap_or(0);
        let is_instant = |moment| matches!(moment, Moment::Instant(_));
        let parts = [
            (EVENT_TYPE, event_type),
            (DATE_PRECISION, position(DatePrecision::WORDS, row.date_precision.as_str())),
            (GEO_PRECISION, usize::try_from(row.geo_precision.code()).unwrap_or(0)),
            (VERIFICATION, verification),
            (START_IS_INSTANT, is_instant(row.start).into()),
            (END_IS_INSTANT, is_instant(row.end).into()),
        ];
        Self(parts.into_iter().fold(0, |word, (Bits(first, _), part)| word | u16::try_from(part).unwrap_or(0) << first))
    }

    pub(super) fn get(self, Bits(first, count): Bits) -> u32 {
        u32::from(self.0) >> first & ((1 << count) - 1)
    }

    fn word(self, bits: Bits, words: &[&'static str]) -> &'static str {
        usize::try_from(self.get(bits)).ok().and_then(|at| words.get(at)).copied().unwrap_or_default()
    }

    fn event_type(self) -> &'static str {
        self.word(EVENT_TYPE, EventType::WORDS)
    }

    fn date_precision(self) -> &'static str {
        self.word(DATE_PRECISION, DatePrecision::WORDS)
    }

    fn geo_precision(self) -> u32 {
        self.get(GEO_PRECISION)
    }

    fn parsed_geo_precision(self) -> GeoPrecision {
        let all = [GeoPrecision::Exact, GeoPrecision::Near, GeoPrecision::Area];
        all.into_iter()
            .find(|precision| u32::try_from(precision.code()) == Ok(self.geo_precision()))
            .unwrap_or(GeoPrecision::Area)
    }

    fn verification(self) -> Option<&'static str> {
        let at = usize::try_from(self.get(VERIFICATION)).ok()?.checked_sub(1)?;
        Verification::WORDS.get(at).copied()
    }
}
