//! From what was written to what is meant: names become properties, values are of kinds that compare, geometries are in CRS84.

use geo::{Geometry, MapCoords as _, Validation as _, line_string, polygon};
use std::sync::Arc;

use super::Cql2Error;
use super::syntax::{Kind, Node};
use crate::domain::{
    Arithmetic, Collection, Comparison, Crs, Field, FieldKind, Folding, GeometryTerm, ListRelation, ListTerm, Moment, Pattern,
    Predicate, Scalar, SpatialRelation, TemporalRelation, TimeEnd, TimeTerm,
};

/// The name that a record's geometry goes by.
const GEOMETRY: &str = "geometry";

/// What a filter is checked against.
pub(super) struct Check {
    pub(super) collection: Collection,
    /// What coordinates in it are in.
    pub(super) crs: Crs,
}

/// The kinds of single values; those of one kind compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Number,
    Moment,
    Truth,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Moment => "a date or an instant",
            Self::Truth => "true or false",
        }
    }
}

type Checked<T> = Result<T, Cql2Error>;

fn fault<T>(node: &Node, reason: impl Into<String>) -> Checked<T> {
    Err(Cql2Error::at(&node.place, reason))
}

/// The arguments of a call, of which there must be so many.
fn arguments<'a, const N: usize>(node: &Node, name: &str, given: &'a [Node]) -> Checked<&'a [Node; N]> {
    given.try_into().or_else(|_| fault(node, format!("{name} takes {N} operands, not {}", given.len())))
}

impl Check {
    /// What is true or false of a record.
    pub(super) fn predicate(&self, node: &Node) -> Checked<Predicate> {
        let (name, given) = match &node.kind {
            Kind::Truth(truth) => return Ok(Predicate::Always(*truth)),
            Kind::Call(name, given) => (name.as_str(), given),
            Kind::Property(name) => {
                return fault(node, format!("'{name}' alone is neither true nor false: compare it with something"));
            }
            _ => return fault(node, "expected a condition"),
        };
        if let Some(comparison) = comparison(name) {
            let [left, right] = arguments(node, name, given)?;
            let (left, right) = self.pair(left, right)?;
            return Ok(Predicate::Compare(comparison, left, right));
        }
        if let Some(relation) = spatial_relation(name) {
            let [left, right] = arguments(node, name, given)?;
            return Ok(Predicate::Spatial(relation, self.geometry(left)?, self.geometry(right)?));
        }
        if let Some(relation) = temporal_relation(name) {
            let [left, right] = arguments(node, name, given)?;
            return Ok(Predicate::Temporal(relation, self.time(relation, left)?, self.time(relation, right)?));
        }
        if let Some(relation) = list_relation(name) {
            let [left, right] = arguments(node, name, given)?;
            return Ok(Predicate::List(relation, self.list(left)?, self.list(right)?));
        }
        match name {
            "and" | "or" if given.len() < 2 => fault(node, format!("{name} takes at least two operands")),
            "and" => Ok(Predicate::And(given.iter().map(|part| self.predicate(part)).collect::<Checked<_>>()?)),
            "or" => Ok(Predicate::Or(given.iter().map(|part| self.predicate(part)).collect::<Checked<_>>()?)),
            "not" => {
                let [part] = arguments(node, name, given)?;
                Ok(Predicate::Not(Box::new(self.predicate(part)?)))
            }
            "isnull" => {
                let [part] = arguments(node, name, given)?;
                self.is_null(part)
            }
            "like" => {
                let [text, pattern] = arguments(node, name, given)?;
                let (text, sort) = self.scalar(text)?;
                if sort != Sort::Text {
                    return fault(&given[0], format!("LIKE takes a text, and this is {}", sort.name()));
                }
                Ok(Predicate::Like(text, Pattern::new(&self.pattern(pattern)?)))
            }
            "between" => {
                let [value, low, high] = arguments(node, name, given)?;
                let (above, low) = self.pair(value, low)?;
                let (below, high) = self.pair(value, high)?;
                Ok(Predicate::And(vec![
                    Predicate::Compare(Comparison::GreaterOrEqual, above, low),
                    Predicate::Compare(Comparison::LessOrEqual, below, high),
                ]))
            }
            "in" => {
                let [value, list] = arguments(node, name, given)?;
                let Kind::List(list) = &list.kind else { return fault(list, "expected a list") };
                if list.is_empty() {
                    return fault(&given[1], "the list is empty");
                }
                let mut checked = Vec::with_capacity(list.len());
                for item in list {
                    checked.push(self.pair(value, item)?.1);
                }
                Ok(Predicate::In(self.scalar(value)?.0, checked))
            }
            "casei" | "accenti" | "interval" | "+" | "-" | "*" | "/" | "%" | "div" | "^" => {
                fault(node, format!("'{name}' is neither true nor false: compare it with something"))
            }
            _ => fault(node, format!("there is no operator or function '{name}'")),
        }
    }

    /// Two values of one kind. A text beside a date or an instant is read as one.
    fn pair(&self, left: &Node, right: &Node) -> Checked<(Scalar, Scalar)> {
        let ((a, a_sort), (b, b_sort)) = (self.scalar(left)?, self.scalar(right)?);
        let read = |node: &Node| match &node.kind {
            Kind::Text(text) => match Moment::parse(text) {
                Ok(moment) => Ok(Scalar::Moment(moment)),
                Err(_) => fault(node, format!("'{text}' is neither a date as 2023-02-03 nor an instant as 2023-02-03T04:05:06Z")),
            },
            _ => fault(node, format!("this is {}, and is compared with {}", Sort::Text.name(), Sort::Moment.name())),
        };
        match (a_sort, b_sort) {
            (a_sort, b_sort) if a_sort == b_sort => Ok((a, b)),
            (Sort::Moment, Sort::Text) => Ok((a, read(right)?)),
            (Sort::Text, Sort::Moment) => Ok((read(left)?, b)),
            (a, b) => fault(right, format!("this is {}, and is compared with {}", b.name(), a.name())),
        }
    }

    /// A single value and its kind.
    fn scalar(&self, node: &Node) -> Checked<(Scalar, Sort)> {
        match &node.kind {
            Kind::Text(text) => Ok((Scalar::Text(text.clone()), Sort::Text)),
            Kind::Number(number) => Ok((Scalar::Number(*number), Sort::Number)),
            Kind::Moment(moment) => Ok((Scalar::Moment(*moment), Sort::Moment)),
            Kind::Property(name) if name == GEOMETRY => fault(node, "the geometry is asked about with S_INTERSECTS and its kin"),
            Kind::Property(name) => {
                let field = self.field(node, name)?;
                let sort = match field.kind {
                    FieldKind::Text | FieldKind::Word(_) => Sort::Text,
                    FieldKind::Integer | FieldKind::Number => Sort::Number,
                    FieldKind::Date | FieldKind::Moment | FieldKind::Instant => Sort::Moment,
                    FieldKind::TextList => {
                        return fault(node, format!("'{name}' is a list: it is asked about with A_CONTAINS and its kin"));
                    }
                };
                Ok((Scalar::Property(field), sort))
            }
            Kind::Call(name, given) if name == "casei" || name == "accenti" => {
                let [text] = arguments(node, name, given)?;
                let folding = if name == "casei" { Folding::Case } else { Folding::Accents };
                match self.scalar(text)? {
                    // What is the same for every record is folded once.
                    (Scalar::Text(text), _) => Ok((Scalar::Text(folding.of(&text)), Sort::Text)),
                    (scalar, Sort::Text) => Ok((Scalar::Folded(folding, Box::new(scalar)), Sort::Text)),
                    (_, sort) => fault(text, format!("{name} takes a text, and this is {}", sort.name())),
                }
            }
            Kind::Call(name, given) if arithmetic(name).is_some() => {
                let [left, right] = arguments(node, name, given)?;
                let number = |part: &Node| match self.scalar(part)? {
                    (scalar, Sort::Number) => Ok(Box::new(scalar)),
                    (_, sort) => fault(part, format!("'{name}' takes numbers, and this is {}", sort.name())),
                };
                // `arithmetic` knows the name.
                let operation = arithmetic(name).unwrap_or(Arithmetic::Add);
                Ok((Scalar::Computed(operation, number(left)?, number(right)?), Sort::Number))
            }
            Kind::Truth(_) | Kind::Call(..) => Ok((Scalar::Truth(Box::new(self.predicate(node)?)), Sort::Truth)),
            Kind::Geometry(_) | Kind::Bbox(_) => fault(node, "a geometry is no single value"),
            Kind::List(_) => fault(node, "a list is no single value"),
        }
    }

    fn field(&self, node: &Node, name: &str) -> Checked<&'static Field> {
        self.collection.queryable(name).map_or_else(
            || {
                let names = self.collection.fields().iter().filter(|field| field.queryable).map(|field| field.name);
                let names = names.chain([GEOMETRY]).collect::<Vec<_>>().join(", ");
                fault(node, format!("'{name}' is not a queryable of {}; these are: {names}", self.collection.id()))
            },
            Ok,
        )
    }

    fn is_null(&self, node: &Node) -> Checked<Predicate> {
        match &node.kind {
            Kind::Property(name) if name == GEOMETRY => Ok(Predicate::IsUnplaced),
            Kind::Property(name) => Ok(Predicate::IsNull(self.field(node, name)?)),
            Kind::Geometry(_) | Kind::Bbox(_) | Kind::List(_) => Ok(Predicate::Always(false)),
            _ => Ok(Predicate::IsUnknown(self.scalar(node)?.0)),
        }
    }

    /// The text of a pattern, folded where that is asked.
    fn pattern(&self, node: &Node) -> Checked<String> {
        match &node.kind {
            Kind::Text(text) => Ok(text.clone()),
            Kind::Call(name, given) if name == "casei" || name == "accenti" => {
                let [text] = arguments(node, name, given)?;
                let folding = if name == "casei" { Folding::Case } else { Folding::Accents };
                Ok(folding.of(&self.pattern(text)?))
            }
            _ => fault(node, "the pattern of LIKE is a text, or CASEI or ACCENTI of one"),
        }
    }

    fn geometry(&self, node: &Node) -> Checked<GeometryTerm> {
        let geometry = match &node.kind {
            Kind::Property(name) if name == GEOMETRY => return Ok(GeometryTerm::OfRecord),
            Kind::Property(name) => return fault(node, format!("'{name}' is no geometry; '{GEOMETRY}' is")),
            Kind::Geometry(geometry) => {
                let outside =
                    || Cql2Error::at(&node.place, "a coordinate does not lie on the globe; is the order of the axes right?");
                geometry
                    .try_map_coords(|at| self.crs.to_crs84(at.x, at.y).map(|(x, y)| geo::Coord { x, y }).ok_or_else(outside))?
            }
            Kind::Bbox(numbers) => self.bbox(node, numbers)?,
            _ => return fault(node, "expected a geometry"),
        };
        match geometry.check_validation() {
            Ok(()) => Ok(GeometryTerm::Geometry(Arc::new(geometry))),
            Err(reason) => fault(node, format!("this geometry is not valid: {reason}")),
        }
    }

    /// A box as areas: two where it crosses the antimeridian, a line or a point where it has no width.
    fn bbox(&self, node: &Node, numbers: &[f64]) -> Checked<Geometry<f64>> {
        let (low, high) = match numbers {
            [a, b, c, d] | [a, b, _, c, d, _] => ((*a, *b), (*c, *d)),
            _ => return fault(node, "BBOX takes four or six numbers"),
        };
        let corner = |(first, second)| {
            let corner = self.crs.to_crs84(first, second);
            corner
                .ok_or_else(|| Cql2Error::at(&node.place, "a corner does not lie on the globe; is the order of the axes right?"))
        };
        let ((west, south), (east, north)) = (corner(low)?, corner(high)?);
        if south > north {
            return fault(node, "the lower corner lies above the upper one");
        }
        let part = |west: f64, east: f64| -> Geometry<f64> {
            if west == east && south == north {
                geo::Point::new(west, south).into()
            } else if west == east || south == north {
                line_string![(x: west, y: south), (x: east, y: north)].into()
            } else {
                polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)].into()
            }
        };
        Ok(if west <= east {
            part(west, east)
        } else {
            Geometry::GeometryCollection(geo::GeometryCollection(vec![part(west, 180.0), part(-180.0, east)]))
        })
    }

    fn time(&self, relation: TemporalRelation, node: &Node) -> Checked<TimeTerm> {
        if let Kind::Call(name, given) = &node.kind
            && name == "interval"
        {
            let [start, end] = arguments(node, name, given)?;
            let term = TimeTerm::Interval(self.end(start)?, self.end(end)?);
            if let TimeTerm::Interval(TimeEnd::At(Scalar::Moment(first)), TimeEnd::At(Scalar::Moment(last))) = &term
                && first.interval().start() > last.interval().end()
            {
                return fault(node, "the interval ends before it begins");
            }
            return Ok(term);
        }
        let (scalar, sort) = self.scalar(node)?;
        if sort != Sort::Moment {
            return fault(node, format!("expected a date, an instant or an interval, and this is {}", sort.name()));
        }
        if !relation.takes_instants() {
            return fault(node, "this relation is told of intervals: INTERVAL(start, end)");
        }
        Ok(TimeTerm::Instant(scalar))
    }

    fn end(&self, node: &Node) -> Checked<TimeEnd> {
        match &node.kind {
            Kind::Text(text) if text == ".." => Ok(TimeEnd::Open),
            Kind::Text(text) => match Moment::parse(text) {
                Ok(moment) => Ok(TimeEnd::At(Scalar::Moment(moment))),
                Err(_) => fault(node, format!("'{text}' is neither a date, an instant nor '..'")),
            },
            _ => match self.scalar(node)? {
                (scalar, Sort::Moment) => Ok(TimeEnd::At(scalar)),
                (_, sort) => fault(node, format!("expected a date or an instant, and this is {}", sort.name())),
            },
        }
    }

    fn list(&self, node: &Node) -> Checked<ListTerm> {
        let text = |node: &Node| match self.scalar(node)? {
            (Scalar::Text(text), _) => Ok(text),
            _ => fault(node, "lists hold texts"),
        };
        match &node.kind {
            Kind::List(items) => Ok(ListTerm::Texts(items.iter().map(text).collect::<Checked<_>>()?)),
            // In brackets a single text is read as itself.
            Kind::Text(text) => Ok(ListTerm::Texts(vec![text.clone()])),
            Kind::Property(name) => match self.field(node, name)? {
                field if field.kind == FieldKind::TextList => Ok(ListTerm::Property(field)),
                _ => fault(node, format!("'{name}' is no list")),
            },
            _ => fault(node, "expected a list"),
        }
    }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "=" => Comparison::Equal,
        "<>" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        "+" => Arithmetic::Add,
        "-" => Arithmetic::Subtract,
        "*" => Arithmetic::Multiply,
        "/" => Arithmetic::Divide,
        "div" => Arithmetic::WholeDivide,
        "%" => Arithmetic::Remainder,
        "^" => Arithmetic::Power,
        _ => return None,
    })
}

fn spatial_relation(name: &str) -> Option<SpatialRelation> {
    Some(match name {
        "s_contains" => SpatialRelation::Contains,
        "s_crosses" => SpatialRelation::Crosses,
        "s_disjoint" => SpatialRelation::Disjoint,
        "s_equals" => SpatialRelation::Equals,
        "s_intersects" => SpatialRelation::Intersects,
        "s_overlaps" => SpatialRelation::Overlaps,
        "s_touches" => SpatialRelation::Touches,
        "s_within" => SpatialRelation::Within,
        _ => return None,
    })
}

fn temporal_relation(name: &str) -> Option<TemporalRelation> {
    Some(match name {
        "t_after" => TemporalRelation::After,
        "t_before" => TemporalRelation::Before,
        "t_contains" => TemporalRelation::Contains,
        "t_disjoint" => TemporalRelation::Disjoint,
        "t_during" => TemporalRelation::During,
        "t_equals" => TemporalRelation::Equals,
        "t_finishedby" => TemporalRelation::FinishedBy,
        "t_finishes" => TemporalRelation::Finishes,
        "t_intersects" => TemporalRelation::Intersects,
        "t_meets" => TemporalRelation::Meets,
        "t_metby" => TemporalRelation::MetBy,
        "t_overlappedby" => TemporalRelation::OverlappedBy,
        "t_overlaps" => TemporalRelation::Overlaps,
        "t_startedby" => TemporalRelation::StartedBy,
        "t_starts" => TemporalRelation::Starts,
        _ => return None,
    })
}

fn list_relation(name: &str) -> Option<ListRelation> {
    Some(match name {
        "a_equals" => ListRelation::Equals,
        "a_contains" => ListRelation::Contains,
        "a_containedby" => ListRelation::ContainedBy,
        "a_overlaps" => ListRelation::Overlaps,
        _ => return None,
    })
}
