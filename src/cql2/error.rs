//! What is wrong with a filter, and where.

use std::fmt;

/// A place in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The character at which it begins, counted from 1.
    Character(usize),
    /// The part of a JSON document (RFC 6901); empty for all of it.
    Pointer(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(number) => write!(f, "at character {number}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("at the top"),
            Self::Pointer(pointer) => write!(f, "at {pointer}"),
        }
    }
}

/// A filter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Cql2Error {
    /// Where the fault begins.
    pub place: Place,
    /// What it is.
    pub reason: String,
}

impl Cql2Error {
    pub(super) fn at(place: &Place, reason: impl Into<String>) -> Self {
        Self { place: place.clone(), reason: reason.into() }
    }
}
