//! Where a record comes from and on which terms: every record shown carries this.

use jiff::civil::Date;
use std::sync::Arc;

use super::{DomainError, Instant};

/// Whether the rows of a dataset may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redistribution {
    /// To everyone, on the terms of the licence.
    Allowed,
    /// Not as rows: aggregates only.
    Restricted,
}

impl Redistribution {
    /// Reads `allowed` or `restricted`.
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "allowed" => Ok(Self::Allowed),
            "restricted" => Ok(Self::Restricted),
            _ => Err(DomainError::Word {
                what: "redistribution",
                text: text.to_owned(),
                expected: "allowed, restricted".to_owned(),
            }),
        }
    }

    /// `allowed` or `restricted`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Restricted => "restricted",
        }
    }
}

/// For whom an answer is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Anyone: only rows that may be passed on.
    #[default]
    Public,
    /// Whoever runs the server or the command, and holds every row anyway.
    Operator,
}

impl Audience {
    /// Whether rows on those terms may be shown.
    #[must_use]
    pub fn may_see(self, redistribution: Redistribution) -> bool {
        self == Self::Operator || redistribution == Redistribution::Allowed
    }
}

/// A body of rows with one origin, one version and one licence.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Stable name, the first part of the ids of its rows.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// The provider's version.
    pub version: String,
    /// Day the version was published; what was known of its rows was known from then.
    pub released: Date,
    /// SPDX id, or words where there is none.
    pub licence: String,
    /// Address of the licence's text.
    pub licence_url: Option<String>,
    /// The line to show beside the data.
    pub attribution: String,
    /// Whether rows may be passed on.
    pub redistribution: Redistribution,
    /// Address of the provider's page.
    pub homepage: Option<String>,
    /// What it holds and what it leaves out.
    pub description: String,
    /// When a store last took this description in; `None` outside a store. It says nothing of the data.
    pub imported_at: Option<Instant>,
}

/// How the curator knows a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// A published page that states it was read while the row was written; not "proved".
    Verified,
    /// Widely reported, no page was at hand.
    Recalled,
}

impl Verification {
    /// The accepted words.
    pub const WORDS: &'static [&'static str] = &["verified", "recalled"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "verified" => Ok(Self::Verified),
            "recalled" => Ok(Self::Recalled),
            _ => Err(DomainError::Word { what: "verification", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Recalled => "recalled",
        }
    }
}

/// The evidence behind one record.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRef {
    /// The dataset the record belongs to.
    pub dataset: Arc<Dataset>,
    /// Publisher, title and date of what was read, with its address where it has one.
    pub citation: String,
    /// How the curator knows it, where the dataset says so.
    pub verification: Option<Verification>,
    /// The curator's judgement on whether it happened as stated, 0–1; not a probability.
    pub confidence: Option<f64>,
    /// From when on this was known to the dataset's readers.
    pub known_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_restricted_is_for_the_operator_alone() {
        assert!(Audience::Operator.may_see(Redistribution::Restricted));
        assert!(Audience::Public.may_see(Redistribution::Allowed));
        assert!(!Audience::default().may_see(Redistribution::Restricted));
    }
}
