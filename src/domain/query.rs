//! The terms of a query that every store, tile and command shares, and the page that answers it.

use std::fmt::Write as _;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Audience, Bbox, Collection, Cursor, DomainError, Field, Instant, Interval, Predicate, Record, Shape, SortKey, Standing, Value,
};

/// How many records a page may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(usize);

impl Limit {
    /// What a query without a limit gets.
    pub const DEFAULT: Self = Self(1_000);
    /// What a greater number is clamped to (OGC API – Features part 1, /req/core/fc-limit-response-1).
    pub const MAX: Self = Self(10_000);

    /// Takes a count of at least 1; more than [`MAX`](Self::MAX) is clamped.
    ///
    /// # Errors
    /// [`DomainError::Number`] when it is 0.
    pub fn new(count: usize) -> Result<Self, DomainError> {
        if count == 0 {
            return Err(DomainError::Number {
                what: "limit",
                text: "0".to_owned(),
                reason: "expected a whole number of at least 1",
            });
        }
        Ok(Self(count.min(Self::MAX.0)))
    }

    /// Reads a whole number of at least 1; one too large for the machine is clamped like any other.
    ///
    /// # Errors
    /// [`DomainError::Number`] when the text is anything else.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DomainError::Number {
                what: "limit",
                text: text.to_owned(),
                reason: "expected a whole number of at least 1",
            });
        }
        Self::new(text.parse().unwrap_or(usize::MAX))
    }

    /// The count.
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// One condition: a property equals a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    field: &'static Field,
    wanted: Value<'static>,
}

impl Filter {
    /// The condition that a queryable of the collection equals what the text says.
    ///
    /// # Errors
    /// [`DomainError::UnknownField`] when there is no such queryable, [`DomainError::FieldValue`] when the text is no such value.
    pub fn parse(collection: Collection, name: &str, text: &str) -> Result<Self, DomainError> {
        let field = collection
            .queryable(name)
            .ok_or_else(|| DomainError::UnknownField { name: name.to_owned(), collection: collection.id() })?;
        Ok(Self { field, wanted: field.parse(text)? })
    }

    /// The property.
    #[must_use]
    pub fn field(&self) -> &'static Field {
        self.field
    }

    /// The value that it must have.
    #[must_use]
    pub fn wanted(&self) -> &Value<'static> {
        &self.wanted
    }

    /// Whether a record meets the condition at an instant.
    #[must_use]
    pub fn accepts(&self, record: &dyn Record, as_of: Instant) -> bool {
        record.value(self.field.name, as_of).answers(&self.wanted)
    }
}

/// What is asked of a collection: everything that meets the box, the interval and every filter.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureQuery {
    /// The collection.
    pub collection: Collection,
    /// The box; `None` = the whole globe.
    pub bbox: Option<Bbox>,
    /// The interval; [`Interval::ALWAYS`] when none was asked.
    pub datetime: Interval,
    /// Only what was known by then; `None` = now.
    pub known_at: Option<Instant>,
    /// Conditions, all of which must hold.
    pub filters: Vec<Filter>,
    /// A condition that must be true, and not unknown; `None` = none.
    pub predicate: Option<Arc<Predicate>>,
    /// The instant at which a status that changes is told: the end of `datetime`, or the present where that is open.
    pub as_of: Instant,
    /// Greatest number of records on the page.
    pub limit: Limit,
    /// Where the page starts; `None` = at the beginning.
    pub cursor: Option<Cursor>,
    /// The generation of the store that the first page was made of, which the cursors to other pages carry on.
    pub generation: u64,
    /// What the answer is sorted by before the id; empty = by id alone.
    pub sort: Vec<SortKey>,
    /// The properties that are told; `None` = all.
    pub properties: Option<Vec<&'static Field>>,
    /// Whether the place is left out of what is told.
    pub skip_geometry: bool,
    /// Whether an incident that several datasets report is to be counted once: those that are taken for another one that meets
    /// the query are left out.
    pub once: bool,
    /// For whom: the public does not see rows that may not be passed on.
    pub audience: Audience,
}

impl FeatureQuery {
    /// Everything in the collection that the public may see, as of an instant.
    #[must_use]
    pub fn all(collection: Collection, as_of: Instant) -> Self {
        Self {
            collection,
            bbox: None,
            datetime: Interval::ALWAYS,
            known_at: None,
            filters: Vec::new(),
            predicate: None,
            as_of,
            limit: Limit::DEFAULT,
            cursor: None,
            generation: 0,
            sort: Vec::new(),
            properties: None,
            skip_geometry: false,
            once: false,
            audience: Audience::Public,
        }
    }

    /// Whether a record meets time, knowledge and filters and may be shown; the shape is the index's and the store's part.
    #[must_use]
    pub fn accepts(&self, record: &dyn Record) -> bool {
        record.interval().meets(self.datetime)
            && self.known_at.is_none_or(|asked| {
                record.known_at().is_none_or(|known| known <= asked) && record.superseded_at().is_none_or(|ended| ended > asked)
            })
            && self.filters.iter().all(|filter| filter.accepts(record, self.as_of))
            && self.predicate.as_ref().is_none_or(|predicate| predicate.accepts(record, self.as_of))
            && self.audience.may_see(record.redistribution())
    }

    /// The box and the interval to look in for what meets the query: what is asked, and what its predicate says of place and time. What
    /// meets the query meets both; what meets both meets `bbox` and `datetime`, the shape's own part aside.
    #[must_use]
    pub fn reach(&self) -> (Option<Bbox>, Interval) {
        match &self.predicate {
            Some(predicate) => predicate.bounds().narrow(self.bbox, self.datetime),
            None => (self.bbox, self.datetime),
        }
    }

    /// The properties that are told, in the order of the collection's table.
    #[must_use]
    pub fn told_fields(&self) -> Vec<&'static Field> {
        self.properties.clone().unwrap_or_else(|| self.collection.fields().iter().collect())
    }

    /// Hands over the values of the properties that are told.
    pub fn visit(&self, record: &dyn Record, visitor: &mut dyn FnMut(Value<'_>)) {
        match &self.properties {
            None => record.visit(self.as_of, visitor),
            Some(fields) => fields.iter().for_each(|field| visitor(record.value(field.name, self.as_of))),
        }
    }

    /// The place that is told of a record.
    #[must_use]
    pub fn told_shape<'a>(&self, record: &'a dyn Record) -> Shape<'a> {
        if self.skip_geometry { Shape::Unplaced } else { record.shape() }
    }

    /// About how many bytes a record takes as text: names and texts, and some two dozen a coordinate pair.
    #[must_use]
    pub fn told_bytes(&self, record: &dyn Record) -> usize {
        /// As `[-12.345678,12.345678],`.
        const PAIR: usize = 24;
        /// A name with its marks, or a number.
        const SMALL: usize = 24;
        let pairs = match self.told_shape(record) {
            Shape::Unplaced => 0,
            Shape::Point(_) => 1,
            Shape::Line(line) => line.0.len(),
            Shape::Area(area) => {
                let rings = area.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
                rings.map(|ring| ring.0.len()).sum()
            }
        };
        let mut bytes = record.id().len() + 4 * SMALL + pairs * PAIR;
        if let Some(texts) = record.text_bytes().filter(|_| self.properties.is_none()) {
            return bytes + record.fields().len() * 2 * SMALL + texts;
        }
        self.visit(record, &mut |value| {
            bytes += SMALL
                + match value {
                    Value::Text(text) => text.len(),
                    Value::TextList(texts) => texts.iter().map(|text| text.len() + 3).sum(),
                    _ => SMALL,
                };
        });
        bytes
    }

    /// The cursor at a record: for what stands after it, or backward for what stands before.
    #[must_use]
    pub fn cursor_at(&self, record: &dyn Record, backward: bool) -> Cursor {
        Cursor::at(Standing::of(record, &self.sort, self.as_of), backward, self.fingerprint(), self.generation)
    }

    /// Whether its box or its conditions may single out a record; its window of time is not looked at.
    #[must_use]
    pub fn may_be_as_narrow_as_a_record(&self) -> bool {
        self.bbox.is_some() || !self.filters.is_empty() || self.predicate.is_some()
    }

    /// A number that stays the same from page to page of one query, so that a cursor cannot be used with another. Who asks is
    /// no part of it: a cursor only says after which id to go on.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        // The number is that of the form of cursors: those of another form are refused.
        let mut text = format!("2 {} {:?} {} {:?} {}", self.collection.id(), self.bbox, self.datetime, self.known_at, self.once);
        let mut filters: Vec<String> =
            self.filters.iter().map(|filter| format!("{}={}", filter.field.name, filter.wanted)).collect();
        filters.sort();
        for filter in filters {
            let _ = write!(text, " {filter:?}");
        }
        if let Some(predicate) = &self.predicate {
            let _ = write!(text, " {predicate:?}");
        }
        for key in &self.sort {
            let _ = write!(text, " {} {}", key.field.map_or("id", |field| field.name), key.descending);
        }
        xxh3_64(text.as_bytes())
    }
}

/// A page of an answer, in its order.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// How many records meet the query and may be shown, on all pages.
    pub matched: usize,
    /// How many meet it and may not be shown.
    pub withheld: usize,
    /// The records of this page.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
    /// Where the page before this one ends; `None` on the first one.
    pub previous: Option<Cursor>,
}

impl<T: Record> Page<T> {
    /// The page with only so many records as take about so many bytes, and at least one; what is left out is on the page after it, or
    /// before it where the page was read backward. Beside it, about how many bytes those take that are on it.
    #[must_use]
    pub fn cut_to(mut self, query: &FeatureQuery, bytes: usize) -> (Self, usize) {
        let backward = query.cursor.as_ref().is_some_and(Cursor::is_backward);
        let (count, mut taken) = (self.items.len(), 0usize);
        let mut fits = |record: &T| {
            let size = query.told_bytes(record);
            let fits = taken == 0 || taken.saturating_add(size) <= bytes;
            taken += if fits { size } else { 0 };
            fits
        };
        let kept = if backward {
            self.items.iter().rev().take_while(|record| fits(record)).count()
        } else {
            self.items.iter().take_while(|record| fits(record)).count()
        };
        if kept >= count {
            return (self, taken);
        }
        if backward {
            self.items.drain(..count - kept);
            self.previous = self.items.first().map(|first| query.cursor_at(first, true));
        } else {
            self.items.truncate(kept);
            self.next = self.items.last().map(|last| query.cursor_at(last, false));
        }
        (self, taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_clamped_and_never_zero() {
        assert_eq!(Limit::parse("99999999999999999999999").unwrap(), Limit::MAX);
        assert_eq!(Limit::parse("10").unwrap().count(), 10);
        for text in ["0", "-1", "1.5", "", "ten", "+5"] {
            assert!(Limit::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_filter_names_a_queryable_or_is_refused() {
        assert!(Filter::parse(Collection::Regions, "level", "1").is_ok());
        assert!(Filter::parse(Collection::Regions, "colour", "1").is_err());
        assert!(Filter::parse(Collection::Regions, "source", "x").is_err());
        assert!(Filter::parse(Collection::Regions, "level", "one").is_err());
    }

    #[test]
    fn the_fingerprint_depends_on_the_filters_and_not_on_their_order() {
        let mut a = FeatureQuery::all(Collection::Regions, Instant::MAX);
        let plain = a.fingerprint();
        let level = Filter::parse(Collection::Regions, "level", "1").unwrap();
        let country = Filter::parse(Collection::Regions, "country", "ML").unwrap();
        a.filters = vec![level.clone(), country.clone()];
        let mut b = a.clone();
        b.filters = vec![country, level];
        assert_eq!(a.fingerprint(), b.fingerprint());
        assert_ne!(a.fingerprint(), plain);
    }

    #[test]
    fn the_fingerprint_does_not_depend_on_who_asks() {
        let public = FeatureQuery::all(Collection::Incidents, Instant::MAX);
        let operator = FeatureQuery { audience: Audience::Operator, ..public.clone() };
        assert_eq!(public.fingerprint(), operator.fingerprint());
    }
}
