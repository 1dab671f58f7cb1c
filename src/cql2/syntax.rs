//! What was written, as a tree: the same for both languages, with the place of each part.

use geo::Geometry;

use super::Place;
use crate::domain::Moment;

/// Parts within parts that are read at most: no filter that means something comes near, and the stack stays bounded.
pub(super) const MAX_DEPTH: usize = 64;

/// A part of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The name of a property.
    Property(String),
    Text(String),
    Number(f64),
    Truth(bool),
    Moment(Moment),
    /// Coordinates as they were written, in the filter's reference system.
    Geometry(Geometry<f64>),
    /// Four or six numbers.
    Bbox(Vec<f64>),
    List(Vec<Node>),
    /// An operator or a function by its name in lower case, as `and`, `=`, `like`, `s_intersects`, `interval`.
    Call(String, Vec<Node>),
}

impl Node {
    pub(super) fn call(place: &Place, name: &str, arguments: Vec<Self>) -> Self {
        Self { place: place.clone(), kind: Kind::Call(name.to_owned(), arguments) }
    }
}
