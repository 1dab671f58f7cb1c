//! What can be wrong with a value, each variant naming the value.

/// A value that cannot be taken as it was given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainError {
    /// A longitude or latitude that is not a finite number of degrees on the globe.
    #[error("{axis} {value} is not within {min}..{max} degrees")]
    Coordinate {
        /// `longitude` or `latitude`.
        axis: &'static str,
        /// The value as given.
        value: f64,
        /// Least value accepted, inclusive.
        min: f64,
        /// Greatest value accepted, inclusive.
        max: f64,
    },
    /// A bounding box that is not four or six numbers in the right order.
    #[error("bbox '{text}': {reason}")]
    Bbox {
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A date, an instant or an interval that is not RFC 3339.
    #[error("{what} '{text}': {reason}")]
    Datetime {
        /// What was to be one, as `datetime` or the name of a parameter.
        what: &'static str,
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A word that is not one of a closed list.
    #[error("'{text}' is not a {what}: expected one of {expected}")]
    Word {
        /// What the word should have been, as `event type`.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The accepted words, comma-separated.
        expected: String,
    },
    /// A number outside its range, or not a number.
    #[error("{what} '{text}': {reason}")]
    Number {
        /// What the number is, as `confidence`.
        what: &'static str,
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A continuation that this query did not hand out.
    #[error("cursor '{text}' was not handed out for this query")]
    Cursor {
        /// The text as given.
        text: String,
    },
    /// A name that is no queryable of the collection.
    #[error("'{name}' is not a queryable of {collection}")]
    UnknownField {
        /// The name as given.
        name: String,
        /// The collection that was asked.
        collection: &'static str,
    },
    /// A value that a queryable cannot have.
    #[error("'{text}' is not {expected}")]
    FieldValue {
        /// The text as given.
        text: String,
        /// The accepted form, as `an integer`.
        expected: &'static str,
    },
}

impl DomainError {
    /// The same of a date that stands elsewhere than in `datetime`.
    #[must_use]
    pub fn named(self, what: &'static str) -> Self {
        match self {
            Self::Datetime { text, reason, .. } => Self::Datetime { what, text, reason },
            other => other,
        }
    }
}
