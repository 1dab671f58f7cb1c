//! What every member of a collection has in common: an id, a shape, a span of time and properties.

use geo::{LineString, MultiPolygon};

use super::{Bbox, Field, Instant, Interval, Position, Redistribution, Value};

/// The geometry of a record, in CRS84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape<'a> {
    /// Nowhere in particular: the source names no place, or only a country.
    Unplaced,
    /// A point.
    Point(Position),
    /// A line of at least two positions.
    Line(&'a LineString<f64>),
    /// One or more polygons: exterior rings counter-clockwise, holes clockwise (RFC 7946 §3.1.6).
    Area(&'a MultiPolygon<f64>),
}

/// A member of a collection.
pub trait Record: Send + Sync {
    /// Stable id: the same in every format and after every restart.
    fn id(&self) -> &str;

    /// Where it is.
    fn shape(&self) -> Shape<'_>;

    /// The smallest box around its shape, which never crosses the antimeridian; `None` for what is unplaced.
    fn bbox(&self) -> Option<Bbox>;

    /// When it held; [`Interval::ALWAYS`] for what is undated.
    fn interval(&self) -> Interval;

    /// When this version of it became known to the dataset's readers; `None` for what is not dated by knowledge.
    fn known_at(&self) -> Option<Instant> {
        None
    }

    /// From when on a later version or a retraction took this version's place; `None` while it is what is known.
    fn superseded_at(&self) -> Option<Instant> {
        None
    }

    /// Whether it may be passed on, as its dataset says; what belongs to no dataset with terms of that kind may.
    fn redistribution(&self) -> Redistribution {
        Redistribution::Allowed
    }

    /// The table of its properties, in the order they are shown.
    fn fields(&self) -> &'static [Field];

    /// The value of the property of that name, as of an instant (only a status that changes without the record changing,
    /// as a road's, depends on it). [`Value::Null`] for a name that is no property.
    fn value(&self, name: &str, as_of: Instant) -> Value<'_>;

    /// How many bytes all its texts take, for one that knows without looking at each property.
    fn text_bytes(&self) -> Option<usize> {
        None
    }

    /// Hands over the value of every property in the order of [`fields`](Self::fields): the same values as by name, without
    /// looking for each.
    fn visit(&self, as_of: Instant, visitor: &mut dyn FnMut(Value<'_>)) {
        self.fields().iter().for_each(|field| visitor(self.value(field.name, as_of)));
    }
}
