//! Single values in a predicate: texts, numbers, dates and instants, truths, and what is computed of them.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Folding, Predicate, Subject};
use crate::domain::{Field, Instant, Moment, Value};

/// How two values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// An operation on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Whole part of the quotient, towards zero.
    WholeDivide,
    /// What is left of it, with the sign of the first number.
    Remainder,
    Power,
}

impl Arithmetic {
    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::WholeDivide => (a / b).trunc(),
            Self::Remainder => a % b,
            Self::Power => a.powf(b),
        }
    }
}

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A property of the record.
    Property(&'static Field),
    /// A text.
    Text(String),
    /// A finite number.
    Number(f64),
    /// A date or an instant.
    Moment(Moment),
    /// Whether a predicate holds.
    Truth(Box<Predicate>),
    /// A text without its case or its accents.
    Folded(Folding, Box<Scalar>),
    /// A number that is computed; what is no finite number, as a quotient by zero, is unknown.
    Computed(Arithmetic, Box<Scalar>, Box<Scalar>),
}

/// What a scalar is of one record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Moment(Moment),
    Truth(bool),
}

impl Known<'_> {
    /// How two stand; `None` for values of different kinds, which do not compare.
    pub(crate) fn compare(&self, other: &Known<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Known::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
            (Self::Number(a), Known::Number(b)) => a.partial_cmp(b),
            (Self::Moment(a), Known::Moment(b)) => Some(compare_moments(*a, *b)),
            (Self::Truth(a), Known::Truth(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// How two moments stand. Where one of them is a date the other counts as its UTC day: a time of day that a source did not give is
/// not made up.
pub(super) fn compare_moments(a: Moment, b: Moment) -> Ordering {
    const MILLIS_PER_DAY: i64 = 86_400_000;
    let day = |moment: Moment| match moment {
        Moment::Day(date) => Instant::start_of(date).millis().div_euclid(MILLIS_PER_DAY),
        Moment::Instant(instant) => instant.millis().div_euclid(MILLIS_PER_DAY),
    };
    match (a, b) {
        (Moment::Instant(a), Moment::Instant(b)) => a.cmp(&b),
        _ => day(a).cmp(&day(b)),
    }
}

impl Scalar {
    /// Its value of one record; `None` where it is unknown.
    pub(crate) fn known<'a>(&'a self, of: &'a dyn Subject) -> Option<Known<'a>> {
        Some(match self {
            Self::Property(field) => match of.value(field) {
                Value::Null | Value::TextList(_) => return None,
                Value::Text(text) => Known::Text(text),
                // Counts and codes are far below 2^53, where every integer is a float.
                #[allow(clippy::cast_precision_loss, reason = "see the line above")]
                Value::Integer(number) => Known::Number(number as f64),
                Value::Number(number) => Known::Number(number),
                Value::Date(date) => Known::Moment(Moment::Day(date)),
                Value::Instant(instant) => Known::Moment(Moment::Instant(instant)),
            },
            Self::Text(text) => Known::Text(Cow::Borrowed(text)),
            Self::Number(number) => Known::Number(*number),
            Self::Moment(moment) => Known::Moment(*moment),
            Self::Truth(predicate) => Known::Truth(predicate.truth(of)?),
            Self::Folded(folding, text) => Known::Text(Cow::Owned(folding.of(&text.text(of)?))),
            Self::Computed(operation, left, right) => {
                let number = |scalar: &Self| match scalar.known(of)? {
                    Known::Number(number) => Some(number),
                    _ => None,
                };
                let result = operation.of(number(left)?, number(right)?);
                Known::Number(Some(result).filter(|number| number.is_finite())?)
            }
        })
    }

    pub(super) fn text<'a>(&'a self, of: &'a dyn Subject) -> Option<Cow<'a, str>> {
        match self.known(of)? {
            Known::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn moment(&self, of: &dyn Subject) -> Option<Moment> {
        match self.known(of)? {
            Known::Moment(moment) => Some(moment),
            _ => None,
        }
    }

    pub(super) fn each_property(&self, found: &mut dyn FnMut(Option<&'static Field>)) {
        match self {
            Self::Property(field) => found(Some(field)),
            Self::Text(_) | Self::Number(_) | Self::Moment(_) => {}
            Self::Truth(predicate) => predicate.each_property(found),
            Self::Folded(_, text) => text.each_property(found),
            Self::Computed(_, left, right) => [left, right].into_iter().for_each(|scalar| scalar.each_property(found)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_an_instant_compare_by_their_days() {
        let moment = |text| Moment::parse(text).unwrap();
        for (a, b, order) in [
            ("2024-01-01", "2024-01-01T12:00:00Z", Ordering::Equal),
            ("2024-01-01T23:59:59Z", "2024-01-02", Ordering::Less),
            ("2024-01-02T00:00:00Z", "2024-01-01", Ordering::Greater),
            ("2024-01-01T12:00:00Z", "2024-01-01T12:00:01Z", Ordering::Less),
        ] {
            assert_eq!(compare_moments(moment(a), moment(b)), order, "{a} {b}");
        }
    }
}
