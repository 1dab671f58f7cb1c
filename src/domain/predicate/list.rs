//! Lists of texts in a predicate: sets of words, whatever their order.

use super::Subject;
use crate::domain::{Field, Value};

/// A list of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListTerm {
    /// A property that is a list.
    Property(&'static Field),
    /// These.
    Texts(Vec<String>),
}

impl ListTerm {
    /// The texts of one record; `None` where they are unknown.
    pub(super) fn texts(&self, of: &dyn Subject) -> Option<Vec<String>> {
        match self {
            Self::Texts(texts) => Some(texts.clone()),
            Self::Property(field) => match of.value(field) {
                Value::TextList(texts) => Some(texts.to_vec()),
                _ => None,
            },
        }
    }

    pub(super) fn each_property(&self, found: &mut dyn FnMut(Option<&'static Field>)) {
        if let Self::Property(field) = self {
            found(Some(field));
        }
    }
}

/// How two lists stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRelation {
    /// Each holds what the other holds.
    Equals,
    /// The first holds all of the second.
    Contains,
    /// The second holds all of the first.
    ContainedBy,
    /// They have something in common.
    Overlaps,
}

impl ListRelation {
    pub(super) fn holds(self, a: &[String], b: &[String]) -> bool {
        let within = |a: &[String], b: &[String]| a.iter().all(|text| b.contains(text));
        match self {
            Self::Equals => within(a, b) && within(b, a),
            Self::Contains => within(b, a),
            Self::ContainedBy => within(a, b),
            Self::Overlaps => a.iter().any(|text| b.contains(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sets() {
        let list = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (ab, ba, a) = (list(&["a", "b"]), list(&["b", "a"]), list(&["a"]));
        assert!(ListRelation::Equals.holds(&ab, &ba) && !ListRelation::Equals.holds(&ab, &a));
        assert!(ListRelation::Contains.holds(&ab, &a) && !ListRelation::Contains.holds(&a, &ab));
        assert!(ListRelation::ContainedBy.holds(&a, &ab) && ListRelation::Overlaps.holds(&a, &ab));
        assert!(!ListRelation::Overlaps.holds(&a, &list(&["c"])));
    }
}
