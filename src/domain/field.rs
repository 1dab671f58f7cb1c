//! The properties of a collection: one table a collection drives its schema, its queryables and every output format.

use jiff::civil::Date;
use std::borrow::Cow;
use std::fmt;

use super::{DomainError, Instant, Moment};

/// What kind of value a property has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// One of a closed list of words.
    Word(&'static [&'static str]),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// An ISO date.
    Date,
    /// An ISO date, or an RFC 3339 instant where the source gives the time of day.
    Moment,
    /// An RFC 3339 instant.
    Instant,
    /// Several texts.
    TextList,
}

/// One property of the records of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// Kind of its values; any of them may be null.
    pub kind: FieldKind,
    /// What it means, with its unit.
    pub description: &'static str,
    /// Whether it can be asked for as a query parameter.
    pub queryable: bool,
}

impl Field {
    /// A property that can be asked for.
    #[must_use]
    pub const fn new(name: &'static str, kind: FieldKind, description: &'static str) -> Self {
        Self { name, kind, description, queryable: true }
    }

    /// The same property, only shown.
    #[must_use]
    pub const fn shown_only(self) -> Self {
        Self { queryable: false, ..self }
    }

    /// Reads a parameter's text as a value of this property.
    ///
    /// # Errors
    /// [`DomainError::FieldValue`] when the text cannot be such a value.
    pub fn parse(&self, text: &str) -> Result<Value<'static>, DomainError> {
        let bad = |expected| DomainError::FieldValue { text: text.to_owned(), expected };
        match self.kind {
            FieldKind::Word(words) if !words.contains(&text) => Err(bad("one of the words that the schema lists for it")),
            FieldKind::Text | FieldKind::Word(_) | FieldKind::TextList => Ok(Value::Text(Cow::Owned(text.to_owned()))),
            FieldKind::Integer => text.parse().map(Value::Integer).map_err(|_| bad("an integer")),
            FieldKind::Number => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(Value::Number)
                .ok_or_else(|| bad("a finite number")),
            FieldKind::Date => match Moment::parse(text) {
                Ok(Moment::Day(day)) => Ok(Value::Date(day)),
                _ => Err(bad("a date as 2023-02-03")),
            },
            FieldKind::Moment => Moment::parse(text)
                .map(Value::from)
                .map_err(|_| bad("a date as 2023-02-03 or an instant as 2023-02-03T04:05:06Z")),
            FieldKind::Instant => Instant::parse(text).map(Value::Instant).map_err(|_| bad("an instant as 2023-02-03T04:05:06Z")),
        }
    }
}

/// The value of a property of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Unknown or not applicable.
    Null,
    /// Text or a word.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A UTC day.
    Date(Date),
    /// An instant in UTC.
    Instant(Instant),
    /// Several texts.
    TextList(&'a [String]),
}

impl<'a> Value<'a> {
    /// A borrowed text.
    #[must_use]
    pub fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// Whether a record with this value answers a query for `wanted`: equal, or one of a list equal. Null equals nothing.
    #[must_use]
    pub fn answers(&self, wanted: &Value<'_>) -> bool {
        match (self, wanted) {
            (Self::TextList(texts), Value::Text(wanted)) => texts.iter().any(|text| text == wanted),
            (Self::Integer(a), Value::Number(b)) | (Self::Number(b), Value::Integer(a)) => {
                // Counts and codes are far below 2^53, where every integer is a float.
                #[allow(clippy::cast_precision_loss, reason = "see the line above")]
                let a = *a as f64;
                a == *b
            }
            (Self::Null, _) => false,
            (a, b) => a == b,
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
            Self::TextList(texts) => f.write_str(&texts.join("|")),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(i64::from(number))
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Instant> for Value<'_> {
    fn from(instant: Instant) -> Self {
        Self::Instant(instant)
    }
}

impl From<Moment> for Value<'_> {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Day(day) => Self::Date(day),
            Moment::Instant(instant) => Self::Instant(instant),
        }
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_answers_no_query() {
        assert!(!Value::Null.answers(&Value::Null));
        assert!(!Value::Null.answers(&Value::text("")));
    }

    #[test]
    fn one_of_a_list_answers() {
        let names = ["Gao".to_owned(), "Gawgaw".to_owned()];
        assert!(Value::TextList(&names).answers(&Value::text("Gawgaw")));
    }

    #[test]
    fn a_parameter_of_the_wrong_kind_is_refused() {
        let level = Field::new("level", FieldKind::Integer, "");
        assert!(level.parse("one").is_err());
        assert_eq!(level.parse("1").unwrap(), Value::Integer(1));
        let kind = Field::new("kind", FieldKind::Word(&["town", "port"]), "");
        assert!(kind.parse("village").is_err() && kind.parse("port").is_ok());
        let number = Field::new("confidence", FieldKind::Number, "");
        assert!(number.parse("NaN").is_err());
    }
}
