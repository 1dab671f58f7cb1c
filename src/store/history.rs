//! What came before: the events in the knowledge of one record, and what putting another version in means.
//!
//! Knowledge of a record is a row of events in the order in which they became known: versions and retractions. What was known
//! at an instant is the last event up to it, so the order in which releases are imported does not matter.

use std::sync::Arc;

use crate::domain::{
    Bbox, ControlObservation, Field, Incident, Instant, Interval, Record, Redistribution, Shape, SourceRef, Value,
};

/// A record of which every version is kept.
pub(super) trait Versioned: Record + Clone {
    /// From when this version was known.
    fn known(&self) -> Instant;

    /// Whether the two say the same, whenever they were known.
    fn says_the_same(&self, other: &Self) -> bool;
}

impl Versioned for Incident {
    fn known(&self) -> Instant {
        self.source.known_at
    }

    fn says_the_same(&self, other: &Self) -> bool {
        Self { source: undated(&other.source, &self.source), ..other.clone() } == *self
    }
}

impl Versioned for ControlObservation {
    fn known(&self) -> Instant {
        self.source.known_at
    }

    fn says_the_same(&self, other: &Self) -> bool {
        Self { source: undated(&other.source, &self.source), ..other.clone() } == *self
    }
}

/// A source as it would be had it become known with another one of the same dataset: the release does not matter.
fn undated(source: &SourceRef, like: &SourceRef) -> SourceRef {
    let dataset = if source.dataset.id == like.dataset.id { &like.dataset } else { &source.dataset };
    SourceRef { dataset: Arc::clone(dataset), known_at: like.known_at, ..source.clone() }
}

/// Something that became known of a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event<R> {
    /// What it says from then on.
    Version(R),
    /// From then on it says nothing more.
    Retraction(Instant),
}

impl<R: Versioned> Event<R> {
    /// When it became known.
    pub(super) fn known(&self) -> Instant {
        match self {
            Self::Version(record) => record.known(),
            Self::Retraction(instant) => *instant,
        }
    }
}

/// What putting a version in came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// Nothing was in force; now this is.
    Added,
    /// What was in force when it became known said the same already.
    Unchanged,
    /// It goes into the row at that place, 0 being the earliest; at the end it is what is known now.
    At(usize),
}

/// What putting `incoming` into the events of its id means; `events` stand in the order of knowledge.
pub(super) fn place<R: Versioned>(events: &[Event<R>], incoming: &R) -> Put {
    let at = events.partition_point(|event| event.known() <= incoming.known());
    match at.checked_sub(1).and_then(|before| events.get(before)) {
        Some(Event::Version(before)) if before.says_the_same(incoming) => Put::Unchanged,
        Some(Event::Version(_)) => Put::At(at),
        Some(Event::Retraction(_)) | None if at == events.len() => Put::Added,
        Some(Event::Retraction(_)) | None => Put::At(at),
    }
}

/// The versions of a row of events that something later took the place of.
pub(super) fn superseded<R: Versioned>(events: &[Event<R>]) -> Vec<Superseded<R>> {
    let ends = events.iter().skip(1).map(Event::known);
    let pairs = events.iter().zip(ends).filter_map(|(event, superseded_at)| match event {
        Event::Version(record) => Some(Superseded { record: record.clone(), superseded_at }),
        Event::Retraction(_) => None,
    });
    pairs.collect()
}

/// A version that a later one took the place of, or that was retracted.
#[derive(Debug, Clone, PartialEq)]
pub struct Superseded<R> {
    /// The version.
    pub record: R,
    /// From when on it was no longer what is known.
    pub superseded_at: Instant,
}

impl<R: Record> Record for Superseded<R> {
    fn id(&self) -> &str {
        self.record.id()
    }

    fn shape(&self) -> Shape<'_> {
        self.record.shape()
    }

    fn bbox(&self) -> Option<Bbox> {
        self.record.bbox()
    }

    fn interval(&self) -> Interval {
        self.record.interval()
    }

    fn known_at(&self) -> Option<Instant> {
        self.record.known_at()
    }

    fn superseded_at(&self) -> Option<Instant> {
        Some(self.superseded_at)
    }

    fn redistribution(&self) -> Redistribution {
        self.record.redistribution()
    }

    fn fields(&self) -> &'static [Field] {
        self.record.fields()
    }

    fn value(&self, name: &str, as_of: Instant) -> Value<'_> {
        self.record.value(name, as_of)
    }
}
