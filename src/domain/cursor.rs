//! The opaque continuation of a paged answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

use super::DomainError;

/// Where the next page starts: after an id, in the answer of one query.
///
/// Pages are ordered by id and continue after the last one sent, so rows written between two pages neither repeat a record
/// nor hide one that was there all along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    after: String,
    query: u64,
}

impl Cursor {
    /// The continuation after `after` of the query with that fingerprint.
    #[must_use]
    pub fn new(after: &str, query: u64) -> Self {
        Self { after: after.to_owned(), query }
    }

    /// The last id sent.
    #[must_use]
    pub fn after(&self) -> &str {
        &self.after
    }

    /// Reads what [`Display`](fmt::Display) wrote, for the query with that fingerprint.
    ///
    /// # Errors
    /// [`DomainError::Cursor`] when the text is no cursor, or one of another query.
    pub fn parse(text: &str, query: u64) -> Result<Self, DomainError> {
        let bad = || DomainError::Cursor { text: text.to_owned() };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let (fingerprint, after) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
        if u64::from_le_bytes(*fingerprint) != query {
            return Err(bad());
        }
        let after = String::from_utf8(after.to_vec()).map_err(|_| bad())?;
        Ok(Self { after, query })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.query.to_le_bytes().to_vec();
        bytes.extend_from_slice(self.after.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(after in ".{0,60}", query: u64) {
            let cursor = Cursor::new(&after, query);
            prop_assert_eq!(Cursor::parse(&cursor.to_string(), query).unwrap(), cursor);
        }

        #[test]
        fn a_cursor_of_another_query_is_refused(after in "[a-z]{1,9}", query: u64) {
            let text = Cursor::new(&after, query).to_string();
            prop_assert!(Cursor::parse(&text, query.wrapping_add(1)).is_err());
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = Cursor::parse(&text, 7);
        }
    }
}
