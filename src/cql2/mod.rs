//! CQL2 (OGC 21-065r2) as text and as JSON, read into a [`Predicate`].
//!
//! `text` and `json` make a tree of what was written, `check` makes a predicate of it: properties are queryables of the collection,
//! values are of kinds that compare, geometries are valid and in CRS84. What is wrong is told with its place. A reader of its own and
//! not a library's, since the place is lost in the trees of those there are, and they bring a schema validator and an SQL parser along.

mod check;
mod error;
mod json;
mod syntax;
mod text;

use crate::domain::{Collection, Crs, Predicate};

pub use error::{Cql2Error, Place};

/// What a filter is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// CQL2 Text.
    #[default]
    Text,
    /// CQL2 JSON.
    Json,
}

impl Language {
    /// The language of that name: `cql2-text` or `cql2-json`, or their names in drafts of the standard, which GDAL 3.6 sends.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "cql2-text" | "cql-text" => Some(Self::Text),
            "cql2-json" | "cql-json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Reads a filter on a collection, coordinates in it being in `crs`.
///
/// ```
/// use harmattan::cql2::{Language, parse};
/// use harmattan::domain::{Collection, Crs};
/// assert!(parse("country IN ('ML', 'NE') AND fatalities_best >= 10", Language::Text, Collection::Incidents, Crs::Crs84).is_ok());
/// let error = parse("country = 'ML' AND colour = 1", Language::Text, Collection::Incidents, Crs::Crs84).unwrap_err();
/// assert!(error.to_string().starts_with("at character 20: 'colour' is not a queryable of incidents"));
/// ```
///
/// # Errors
/// [`Cql2Error`] with the place of what is wrong.
pub fn parse(text: &str, language: Language, collection: Collection, crs: Crs) -> Result<Predicate, Cql2Error> {
    let tree = match language {
        Language::Text => text::read(text)?,
        Language::Json => json::read(text)?,
    };
    check::Check { collection, crs }.predicate(&tree)
}
