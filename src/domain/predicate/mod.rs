//! Conditions on records as a tree: what a filter says once it is read, whatever language it was written in.
//!
//! Truth has three values (OGC 21-065r2, table 1): a predicate that looks at an unknown value is unknown, `NOT` of that is unknown too,
//! and a record meets a filter only where the whole is true. So neither `fatalities_best > 0` nor its negation finds an incident of
//! which nobody counted the dead.

mod bounds;
mod list;
mod pattern;
mod scalar;
mod spatial;
mod temporal;

pub use bounds::Bounds;
pub use list::{ListRelation, ListTerm};
pub use pattern::{Folding, Pattern};
pub use scalar::{Arithmetic, Comparison, Scalar};
pub use spatial::{GeometryTerm, SpatialRelation};
pub use temporal::{TemporalRelation, TimeEnd, TimeTerm};

use super::{Field, Instant, Record, Shape, Value};

/// What a predicate is asked of: the properties and the place of one record.
pub trait Subject {
    /// The value of a property.
    fn value(&self, field: &Field) -> Value<'_>;

    /// Where it is.
    fn shape(&self) -> Shape<'_>;
}

/// A record at an instant.
#[derive(Clone, Copy)]
pub struct RecordAt<'a> {
    /// The record.
    pub record: &'a dyn Record,
    /// The instant at which a status that changes is told.
    pub as_of: Instant,
}

impl Subject for RecordAt<'_> {
    fn value(&self, field: &Field) -> Value<'_> {
        self.record.value(field.name, self.as_of)
    }

    fn shape(&self) -> Shape<'_> {
        self.record.shape()
    }
}

/// A condition on a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// True or false of every record.
    Always(bool),
    /// All hold.
    And(Vec<Predicate>),
    /// At least one holds.
    Or(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// Two values of one kind stand in an order.
    Compare(Comparison, Scalar, Scalar),
    /// A value equals one of several.
    In(Scalar, Vec<Scalar>),
    /// A text fits a pattern.
    Like(Scalar, Pattern),
    /// A property is unknown.
    IsNull(&'static Field),
    /// A value is unknown.
    IsUnknown(Scalar),
    /// The record has no place.
    IsUnplaced,
    /// Two geometries stand in a relation.
    Spatial(SpatialRelation, GeometryTerm, GeometryTerm),
    /// Two spans of time stand in a relation.
    Temporal(TemporalRelation, TimeTerm, TimeTerm),
    /// Two lists of texts stand in a relation.
    List(ListRelation, ListTerm, ListTerm),
}

impl Predicate {
    /// Whether it holds of a record; `None` where that is unknown.
    #[must_use]
    pub fn truth(&self, of: &dyn Subject) -> Option<bool> {
        match self {
            Self::Always(truth) => Some(*truth),
            Self::And(all) => conjunction(all.iter().map(|one| one.truth(of))),
            Self::Or(any) => disjunction(any.iter().map(|one| one.truth(of))),
            Self::Not(one) => one.truth(of).map(|truth| !truth),
            Self::Compare(comparison, left, right) => {
                let (left, right) = (left.known(of)?, right.known(of)?);
                left.compare(&right).map(|order| comparison.holds(order))
            }
            Self::In(value, list) => {
                let value = value.known(of)?;
                let equals = |other: &Scalar| other.known(of).and_then(|other| value.compare(&other)).map(|order| order.is_eq());
                disjunction(list.iter().map(equals))
            }
            Self::Like(text, pattern) => text.text(of).map(|text| pattern.fits(&text)),
            Self::IsNull(field) => Some(of.value(field) == Value::Null),
            Self::IsUnknown(scalar) => Some(scalar.known(of).is_none()),
            Self::IsUnplaced => Some(of.shape() == Shape::Unplaced),
            Self::Spatial(relation, left, right) => spatial::truth(*relation, left, right, of.shape()),
            Self::Temporal(relation, left, right) => relation.truth(left.span(of), right.span(of)),
            Self::List(relation, left, right) => Some(relation.holds(&left.texts(of)?, &right.texts(of)?)),
        }
    }

    /// Whether a record meets it: true, and not unknown.
    #[must_use]
    pub fn accepts(&self, record: &dyn Record, as_of: Instant) -> bool {
        self.truth(&RecordAt { record, as_of }) == Some(true)
    }

    /// Names the properties that it looks at, some perhaps more than once; `None` stands for the place.
    pub fn each_property(&self, found: &mut dyn FnMut(Option<&'static Field>)) {
        match self {
            Self::Always(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_property(found)),
            Self::Not(part) => part.each_property(found),
            Self::Compare(_, left, right) => [left, right].into_iter().for_each(|scalar| scalar.each_property(found)),
            Self::In(value, list) => std::iter::once(value).chain(list).for_each(|scalar| scalar.each_property(found)),
            Self::Like(scalar, _) | Self::IsUnknown(scalar) => scalar.each_property(found),
            Self::IsNull(field) => found(Some(field)),
            Self::IsUnplaced | Self::Spatial(..) => found(None),
            Self::Temporal(_, left, right) => [left, right].into_iter().for_each(|term| term.each_property(found)),
            Self::List(_, left, right) => [left, right].into_iter().for_each(|term| term.each_property(found)),
        }
    }
}

/// False as soon as one is false, true where all are, else unknown.
#[must_use]
pub fn conjunction(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

/// True as soon as one is true, false where all are, else unknown.
#[must_use]
pub fn disjunction(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    conjunction(truths.map(|truth| truth.map(|truth| !truth))).map(|none| !none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_or_and_not_have_the_truth_table_of_the_standard() {
        const T: Option<bool> = Some(true);
        const F: Option<bool> = Some(false);
        const N: Option<bool> = None;
        for (a, b, and, or) in [
            (T, T, T, T),
            (T, F, F, T),
            (F, T, F, T),
            (F, F, F, F),
            (T, N, N, T),
            (F, N, F, N),
            (N, T, N, T),
            (N, F, F, N),
            (N, N, N, N),
        ] {
            assert_eq!(conjunction([a, b].into_iter()), and, "{a:?} AND {b:?}");
            assert_eq!(disjunction([a, b].into_iter()), or, "{a:?} OR {b:?}");
        }
    }
}
