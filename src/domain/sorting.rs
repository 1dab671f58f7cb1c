//! The order of an answer: by properties, then by id.

use std::cmp::Ordering;

use super::{Collection, DomainError, Field, FieldKind, Instant, Record, Value};

/// One property to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The property; `None` is the id.
    pub field: Option<&'static Field>,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl SortKey {
    /// Reads `+name`, `-name` or `name` with commas between them: queryables that are no lists, or `id`.
    ///
    /// # Errors
    /// [`DomainError::UnknownField`] for any other name, [`DomainError::FieldValue`] where a name is missing or there twice.
    pub fn parse(collection: Collection, text: &str) -> Result<Vec<Self>, DomainError> {
        let mut keys: Vec<Self> = Vec::new();
        for part in text.split(',') {
            let (name, descending) = match part.strip_prefix('-') {
                Some(name) => (name, true),
                // A `+` that was not encoded arrives as a space.
                None => (part.strip_prefix(['+', ' ']).unwrap_or(part), false),
            };
            let unknown = || DomainError::UnknownField { name: name.to_owned(), collection: collection.id() };
            let field = match name {
                "" => return Err(DomainError::FieldValue { text: text.to_owned(), expected: "names with commas between them" }),
                "id" => None,
                name => Some(collection.queryable(name).filter(|field| field.kind != FieldKind::TextList).ok_or_else(unknown)?),
            };
            if keys.iter().any(|key| key.field == field) {
                return Err(DomainError::FieldValue { text: text.to_owned(), expected: "each name once" });
            }
            keys.push(Self { field, descending });
        }
        Ok(keys)
    }
}

/// What a record is sorted by: comparable without the record.
#[derive(Debug, Clone, PartialEq)]
pub enum SortValue {
    /// A number; of a date or an instant the milliseconds since 1970 at which it begins.
    Number(f64),
    /// A text, or an id.
    Text(String),
    /// Unknown: after everything known, whatever the direction.
    Unknown,
}

impl SortValue {
    /// That of a property's value. Lists have no order.
    // Milliseconds of our years and counts are far below 2^53.
    #[allow(clippy::cast_precision_loss, reason = "see the line above")]
    #[must_use]
    pub fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null | Value::TextList(_) => Self::Unknown,
            Value::Text(text) => Self::Text(text.into_owned()),
            Value::Integer(number) => Self::Number(number as f64),
            Value::Number(number) => Self::Number(number),
            Value::Date(date) => Self::Number(Instant::start_of(date).millis() as f64),
            Value::Instant(instant) => Self::Number(instant.millis() as f64),
        }
    }

    /// The least first, numbers before texts, the unknown last.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Unknown, Self::Unknown) => Ordering::Equal,
            (Self::Unknown, _) | (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (_, Self::Unknown) | (Self::Number(_), Self::Text(_)) => Ordering::Less,
        }
    }
}

/// Where a record stands in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// A value a key.
    pub values: Vec<SortValue>,
    /// Its id, by which equals are told apart.
    pub id: String,
}

impl Standing {
    /// That of a record in the order of these keys.
    #[must_use]
    pub fn of(record: &dyn Record, keys: &[SortKey], as_of: Instant) -> Self {
        let value = |key: &SortKey| match key.field {
            None => SortValue::Text(record.id().to_owned()),
            Some(field) => SortValue::of(record.value(field.name, as_of)),
        };
        Self { values: keys.iter().map(value).collect(), id: record.id().to_owned() }
    }

    /// How two stand in the order of these keys.
    #[must_use]
    pub fn compare(&self, other: &Self, keys: &[SortKey]) -> Ordering {
        let mut pairs = self.values.iter().zip(&other.values).zip(keys);
        let found = pairs.find_map(|((a, b), key)| {
            let known = a.compare(b);
            let is_known = *a != SortValue::Unknown && *b != SortValue::Unknown;
            let told = if key.descending && is_known { known.reverse() } else { known };
            (told != Ordering::Equal).then_some(told)
        });
        found.unwrap_or_else(|| self.id.cmp(&other.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_signs_and_nothing_else() {
        let keys = SortKey::parse(Collection::Incidents, "-fatalities_best, date_start,+id").unwrap();
        assert_eq!(keys.iter().map(|key| key.descending).collect::<Vec<_>>(), [true, false, false]);
        for text in ["", "+", "colour", "notes", "id,id", "a,,b", "--id"] {
            assert!(SortKey::parse(Collection::Incidents, text).is_err(), "{text}");
        }
        assert!(SortKey::parse(Collection::Places, "alt_names").is_err());
    }

    #[test]
    fn the_unknown_comes_last_in_both_directions() {
        let standing = |value: SortValue| Standing { values: vec![value], id: String::new() };
        let [known, unknown] = [standing(SortValue::Number(1.0)), standing(SortValue::Unknown)];
        for descending in [true, false] {
            let keys = [SortKey { field: None, descending }];
            assert_eq!(known.compare(&unknown, &keys), Ordering::Less);
        }
    }
}
