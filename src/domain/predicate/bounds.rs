//! Where and when records can be that meet a predicate, so that an index need not be asked for all of them.

use geo::{BoundingRect as _, Geometry};

use super::{Comparison, GeometryTerm, Predicate, Scalar, SpatialRelation, TemporalRelation, TimeEnd, TimeTerm};
use crate::domain::{Bbox, Field, Instant, Interval, Moment};

/// What is true of the box and the interval of every record that meets a predicate; more may be true of them.
///
/// Each bound is on one end, so that bounds of several conditions join without loss: a record that reaches two places far apart reaches
/// what lies between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// West edge at most, south edge at most, east edge at least, north edge at least, in degrees.
    west_to: f64,
    south_to: f64,
    east_from: f64,
    north_from: f64,
    /// It begins at the latest then, and does not end before then.
    start_to: Instant,
    end_from: Instant,
}

impl Bounds {
    /// Anywhere, at any time.
    pub const NONE: Self = Self {
        west_to: f64::INFINITY,
        south_to: f64::INFINITY,
        east_from: f64::NEG_INFINITY,
        north_from: f64::NEG_INFINITY,
        start_to: Instant::MAX,
        end_from: Instant::MIN,
    };

    /// Nothing meets it: the neutral element of [`either`](Self::either).
    const NOTHING: Self = Self {
        west_to: f64::NEG_INFINITY,
        south_to: f64::NEG_INFINITY,
        east_from: f64::INFINITY,
        north_from: f64::INFINITY,
        start_to: Instant::MIN,
        end_from: Instant::MAX,
    };

    fn both(self, other: Self) -> Self {
        Self {
            west_to: self.west_to.min(other.west_to),
            south_to: self.south_to.min(other.south_to),
            east_from: self.east_from.max(other.east_from),
            north_from: self.north_from.max(other.north_from),
            start_to: self.start_to.min(other.start_to),
            end_from: self.end_from.max(other.end_from),
        }
    }

    fn either(self, other: Self) -> Self {
        Self {
            west_to: self.west_to.max(other.west_to),
            south_to: self.south_to.max(other.south_to),
            east_from: self.east_from.min(other.east_from),
            north_from: self.north_from.min(other.north_from),
            start_to: self.start_to.max(other.start_to),
            end_from: self.end_from.min(other.end_from),
        }
    }

    /// The box and the interval to look in for what meets the predicate, `bbox` and `interval`: both within what is asked, so that what
    /// meets them meets that.
    #[must_use]
    pub fn narrow(&self, bbox: Option<Bbox>, interval: Interval) -> (Option<Bbox>, Interval) {
        let (start, end) = joined(interval.start(), interval.end(), self.end_from, self.start_to);
        let interval = Interval::new(start, end).unwrap_or(interval);
        let bounded = self.west_to < f64::INFINITY || self.south_to < f64::INFINITY;
        // Across the antimeridian there are two spans of longitude.
        if !bounded || bbox.is_some_and(Bbox::crosses_antimeridian) {
            return (bbox, interval);
        }
        let around = bbox.unwrap_or(Bbox::WORLD);
        let (west, east) = joined(around.west(), around.east(), self.east_from, self.west_to);
        let (south, north) = joined(around.south(), around.north(), self.north_from, self.south_to);
        (Bbox::new(west, south, east, north).ok().or(bbox), interval)
    }
}

/// The part of `from..=to` that reaches up from `least` and down from `most`; where these leave a gap, a point of the span that what reaches
/// both holds.
fn joined<T: PartialOrd + Copy>(from: T, to: T, least: T, most: T) -> (T, T) {
    let low = if least > from { least } else { from };
    let high = if most < to { most } else { to };
    if low <= high {
        return (low, high);
    }
    let point = if high > from { high } else { from };
    (point, point)
}

/// Which end of a record's interval a property tells; `None` for all others. Every such date lies within [`Record::interval`], and the first
/// does not lie after the second.
///
/// [`Record::interval`]: crate::domain::Record::interval
fn end_told(field: &Field) -> Option<End> {
    match field.name {
        "date_start" | "valid_from" | "first_reported" => Some(End::Start),
        "date_end" | "valid_to" | "last_reported" => Some(End::End),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Start,
    End,
}

impl Predicate {
    /// What is true of the box and the interval of every record that meets it.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::Always(false) => Bounds::NOTHING,
            Self::And(all) => all.iter().map(Self::bounds).fold(Bounds::NONE, Bounds::both),
            Self::Or(any) => any.iter().map(Self::bounds).fold(Bounds::NOTHING, Bounds::either),
            Self::Compare(comparison, left, right) => match (left, right) {
                (Scalar::Property(field), Scalar::Moment(moment)) => compared(field, *comparison, *moment),
                (Scalar::Moment(moment), Scalar::Property(field)) => compared(field, turned(*comparison), *moment),
                _ => Bounds::NONE,
            },
            Self::Spatial(relation, a, b) => match (a, b) {
                (GeometryTerm::OfRecord, GeometryTerm::Geometry(other))
                | (GeometryTerm::Geometry(other), GeometryTerm::OfRecord)
                    if *relation != SpatialRelation::Disjoint =>
                {
                    around(other)
                }
                _ => Bounds::NONE,
            },
            Self::Temporal(relation, left, right) => match (is_of_record(left), is_of_record(right)) {
                (true, false) => dated(*relation, right),
                (false, true) => dated(inverse(*relation), left),
                _ => Bounds::NONE,
            },
            _ => Bounds::NONE,
        }
    }
}

/// Of what shares a point with a geometry.
fn around(other: &Geometry<f64>) -> Bounds {
    let Some(rect) = other.bounding_rect() else { return Bounds::NONE };
    Bounds { west_to: rect.max().x, south_to: rect.max().y, east_from: rect.min().x, north_from: rect.min().y, ..Bounds::NONE }
}

/// From the first to the last instant of the days that a moment counts as: a day and an instant compare by their days.
fn days(moment: Moment) -> Interval {
    let span = moment.interval();
    let days = Interval::days(span.start().date(), span.end().date());
    days.unwrap_or(Interval::ALWAYS)
}

fn no_later(moment: Moment) -> Bounds {
    Bounds { start_to: days(moment).end(), ..Bounds::NONE }
}

fn no_earlier(moment: Moment) -> Bounds {
    Bounds { end_from: days(moment).start(), ..Bounds::NONE }
}

/// Of records of which a property stands so to a moment: both ends lie on that side of it, or one of them does and the interval reaches over.
fn compared(field: &Field, comparison: Comparison, moment: Moment) -> Bounds {
    if end_told(field).is_none() {
        return Bounds::NONE;
    }
    match comparison {
        Comparison::Equal => no_later(moment).both(no_earlier(moment)),
        Comparison::Less | Comparison::LessOrEqual => no_later(moment),
        Comparison::Greater | Comparison::GreaterOrEqual => no_earlier(moment),
        Comparison::NotEqual => Bounds::NONE,
    }
}

fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// Whether a term is a date of the record, or the span between its two.
fn is_of_record(term: &TimeTerm) -> bool {
    let told = |scalar: &Scalar| if let Scalar::Property(field) = scalar { end_told(field) } else { None };
    match term {
        TimeTerm::Instant(scalar) => told(scalar).is_some(),
        TimeTerm::Interval(TimeEnd::At(start), TimeEnd::At(end)) => {
            told(start) == Some(End::Start) && told(end) == Some(End::End)
        }
        TimeTerm::Interval(..) => false,
    }
}

/// Of records whose own span stands so to another one that is told.
fn dated(relation: TemporalRelation, other: &TimeTerm) -> Bounds {
    // An end that is open bounds nothing, and one that is computed is not known here.
    let literal = |scalar: &Scalar| if let Scalar::Moment(moment) = scalar { Some(*moment) } else { None };
    let at = |end: &TimeEnd| if let TimeEnd::At(scalar) = end { literal(scalar) } else { None };
    let (start, end) = match other {
        TimeTerm::Instant(scalar) => (literal(scalar), literal(scalar)),
        TimeTerm::Interval(start, end) => (at(start), at(end)),
    };
    // One that ends before it begins has relations of its ends alone, which bound nothing together.
    if let (Some(start), Some(end)) = (start, end)
        && days(start).start() > days(end).end()
    {
        return Bounds::NONE;
    }
    let after = |edge: Option<Moment>| edge.map_or(Bounds::NONE, no_earlier);
    let before = |edge: Option<Moment>| edge.map_or(Bounds::NONE, no_later);
    match relation {
        TemporalRelation::Disjoint => Bounds::NONE,
        TemporalRelation::After => after(end),
        TemporalRelation::Before => before(start),
        // All others share an instant.
        _ => after(start).both(before(end)),
    }
}

/// The relation of the second to the first, as far as it matters here.
fn inverse(relation: TemporalRelation) -> TemporalRelation {
    match relation {
        TemporalRelation::After => TemporalRelation::Before,
        TemporalRelation::Before => TemporalRelation::After,
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Collection;

    fn field(name: &str) -> Scalar {
        Scalar::Property(Collection::Incidents.fields().iter().find(|field| field.name == name).unwrap())
    }

    fn day(text: &str) -> Scalar {
        Scalar::Moment(Moment::parse(text).unwrap())
    }

    fn window(predicate: &Predicate, asked: &str) -> String {
        predicate.bounds().narrow(None, Interval::parse(asked).unwrap()).1.to_string()
    }

    #[test]
    fn dates_narrow_the_window() {
        let from = Predicate::Compare(Comparison::GreaterOrEqual, field("date_start"), day("2024-02-01"));
        let to = Predicate::Compare(Comparison::Less, field("date_end"), day("2024-03-01"));
        let both = Predicate::And(vec![from.clone(), to.clone()]);
        assert_eq!(window(&from, "../.."), "2024-02-01/..");
        assert_eq!(window(&to, "../.."), "../2024-03-01");
        assert_eq!(window(&both, "2024-02-10/.."), "2024-02-10/2024-03-01");
        assert_eq!(window(&Predicate::Or(vec![from.clone(), to]), "../.."), "../..");
        assert_eq!(window(&Predicate::Not(Box::new(from)), "../.."), "../..");
    }

    #[test]
    fn a_record_that_reaches_two_days_is_looked_for_between_them() {
        let late = Predicate::Compare(Comparison::Greater, field("date_end"), day("2024-06-01"));
        assert_eq!(window(&late, "2024-01-01/2024-01-31"), "2024-01-31T23:59:59.999Z");
    }

    #[test]
    fn spans_narrow_the_window() {
        let own = TimeTerm::Interval(TimeEnd::At(field("date_start")), TimeEnd::At(field("date_end")));
        let year = TimeTerm::Interval(TimeEnd::At(day("2023-01-01")), TimeEnd::At(day("2023-12-31")));
        let stands = |relation| Predicate::Temporal(relation, own.clone(), year.clone());
        for relation in [TemporalRelation::During, TemporalRelation::Intersects, TemporalRelation::Overlaps] {
            assert_eq!(window(&stands(relation), "../.."), "2023-01-01/2023-12-31");
        }
        assert_eq!(window(&stands(TemporalRelation::After), "../.."), "2023-12-31/..");
        assert_eq!(window(&stands(TemporalRelation::Before), "../.."), "../2023-01-01");
        assert_eq!(window(&stands(TemporalRelation::Disjoint), "../.."), "../..");
        let turned = Predicate::Temporal(TemporalRelation::After, year, own);
        assert_eq!(window(&turned, "../.."), "../2023-01-01");
    }

    #[test]
    fn geometries_narrow_the_box() {
        let square = |west: f64, south: f64| {
            let rect = geo::Rect::new(geo::Coord { x: west, y: south }, geo::Coord { x: west + 2.0, y: south + 2.0 });
            GeometryTerm::Geometry(std::sync::Arc::new(rect.to_polygon().into()))
        };
        let within = |west, south| Predicate::Spatial(SpatialRelation::Within, GeometryTerm::OfRecord, square(west, south));
        let narrowed = |predicate: &Predicate, bbox: Option<&str>| {
            let bbox = bbox.map(|text| Bbox::parse(text).unwrap());
            predicate.bounds().narrow(bbox, Interval::ALWAYS).0.map(|bbox| bbox.to_string())
        };
        assert_eq!(narrowed(&within(1.0, 10.0), None).unwrap(), "1,10,3,12");
        assert_eq!(narrowed(&within(1.0, 10.0), Some("2,0,9,11")).unwrap(), "2,10,3,11");
        // What meets both reaches over the gap.
        assert_eq!(narrowed(&within(1.0, 10.0), Some("5,0,9,11")).unwrap(), "5,10,5,11");
        assert_eq!(narrowed(&within(1.0, 10.0), Some("170,0,-170,11")).unwrap(), "170,0,-170,11");
        let either = Predicate::Or(vec![within(1.0, 10.0), within(-4.0, 12.0)]);
        assert_eq!(narrowed(&either, None).unwrap(), "-4,10,3,14");
        let apart = Predicate::Spatial(SpatialRelation::Disjoint, GeometryTerm::OfRecord, square(1.0, 1.0));
        assert_eq!(narrowed(&apart, None), None);
    }
}
