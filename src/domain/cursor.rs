//! The opaque continuation of a paged answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

use super::DomainError;
use super::sorting::{SortValue, Standing};

/// Where a page starts, or ends: after or before what stands at a place in the answer of one query.
///
/// Pages are ordered by id, or by properties and then by id, and continue after the last record sent, so rows written between two
/// pages neither repeat a record nor hide one that was there all along. A record that is revised in what the answer is sorted by
/// stands elsewhere from then on. The generation of the first page goes with the cursor from page to page, so that a later one can say
/// that the answer is no longer what it was then.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    standing: Standing,
    backward: bool,
    query: u64,
    generation: u64,
}

const NUMBER: u8 = 0;
const TEXT: u8 = 1;
const UNKNOWN: u8 = 2;

impl Cursor {
    /// The continuation after `id` of the query with that fingerprint.
    #[must_use]
    pub fn new(id: &str, query: u64) -> Self {
        Self::at(Standing { values: Vec::new(), id: id.to_owned() }, false, query, 0)
    }

    /// The continuation of a sorted answer after what stands there, or backward, up to what stands before it; with the generation that the
    /// first page was made of.
    #[must_use]
    pub fn at(standing: Standing, backward: bool, query: u64, generation: u64) -> Self {
        Self { standing, backward, query, generation }
    }

    /// The generation of the store that the first page was made of.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The id of the record at the place.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.standing.id
    }

    /// The place.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether the page ends before the place, and does not begin after it.
    #[must_use]
    pub fn is_backward(&self) -> bool {
        self.backward
    }

    /// Reads what [`Display`](fmt::Display) wrote, for the query with that fingerprint.
    ///
    /// # Errors
    /// [`DomainError::Cursor`] when the text is no cursor, or one of another query.
    pub fn parse(text: &str, query: u64) -> Result<Self, DomainError> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (fingerprint, rest) = bytes.split_first_chunk::<8>()?;
            let (generation, rest) = rest.split_first_chunk::<8>()?;
            let ([backward, count], mut rest) = rest.split_first_chunk::<2>()?;
            if u64::from_le_bytes(*fingerprint) != query || *backward > 1 {
                return None;
            }
            let mut values = Vec::new();
            for _ in 0..*count {
                let (kind, after) = rest.split_first()?;
                rest = after;
                values.push(match *kind {
                    NUMBER => {
                        let (number, after) = rest.split_first_chunk::<8>()?;
                        rest = after;
                        SortValue::Number(Some(f64::from_le_bytes(*number)).filter(|number| number.is_finite())?)
                    }
                    TEXT => {
                        let (length, after) = rest.split_first_chunk::<4>()?;
                        let (text, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
                        rest = after;
                        SortValue::Text(String::from_utf8(text.to_vec()).ok()?)
                    }
                    UNKNOWN => SortValue::Unknown,
                    _ => return None,
                });
            }
            let id = String::from_utf8(rest.to_vec()).ok()?;
            Some(Self::at(Standing { values, id }, *backward == 1, query, u64::from_le_bytes(*generation)))
        };
        read().ok_or_else(|| DomainError::Cursor { text: text.to_owned() })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.query.to_le_bytes().to_vec();
        bytes.extend(self.generation.to_le_bytes());
        // There are fewer properties than a byte counts.
        let count = u8::try_from(self.standing.values.len()).unwrap_or(u8::MAX);
        bytes.extend([u8::from(self.backward), count]);
        for value in &self.standing.values {
            match value {
                SortValue::Number(number) => {
                    bytes.push(NUMBER);
                    bytes.extend(number.to_le_bytes());
                }
                SortValue::Text(text) => {
                    bytes.push(TEXT);
                    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
                    bytes.extend(text.as_bytes());
                }
                SortValue::Unknown => bytes.push(UNKNOWN),
            }
        }
        bytes.extend_from_slice(self.standing.id.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = SortValue> {
        prop_oneof![(-1e15..1e15f64).prop_map(SortValue::Number), ".{0,20}".prop_map(SortValue::Text), Just(SortValue::Unknown),]
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(id in ".{0,60}", values in vec(value(), 0..4), backward: bool, query: u64, generation: u64) {
            let cursor = Cursor::at(Standing { values, id }, backward, query, generation);
            prop_assert_eq!(Cursor::parse(&cursor.to_string(), query).unwrap(), cursor);
        }

        #[test]
        fn a_cursor_of_another_query_is_refused(after in "[a-z]{1,9}", query: u64) {
            let text = Cursor::new(&after, query).to_string();
            prop_assert!(Cursor::parse(&text, query.wrapping_add(1)).is_err());
        }

        #[test]
        fn no_text_panics(text in ".{0,40}", bytes in vec(any::<u8>(), 0..40)) {
            let _ = Cursor::parse(&text, 7);
            let mut own = 7u64.to_le_bytes().to_vec();
            own.extend(bytes);
            let _ = Cursor::parse(&URL_SAFE_NO_PAD.encode(own), 7);
        }
    }
}
