//! Instants and intervals in a predicate, and how they stand (W3C Time Ontology in OWL, §4.2; OGC 21-065r2, tables 7 and 8).

use std::cmp::Ordering;

use super::scalar::compare_moments;
use super::{Scalar, Subject, conjunction, disjunction};
use crate::domain::{Field, Moment};

/// A span of time, both ends included.
#[derive(Debug, Clone, PartialEq)]
pub enum TimeTerm {
    /// A date or an instant, which begins and ends with itself.
    Instant(Scalar),
    /// From one end to another.
    Interval(TimeEnd, TimeEnd),
}

/// An end of an interval.
#[derive(Debug, Clone, PartialEq)]
pub enum TimeEnd {
    /// There is none.
    Open,
    /// It is that.
    At(Scalar),
}

/// The ends of a term of one record, each `None` where it is unknown.
type Span = [Option<Edge>; 2];

#[derive(Debug, Clone, Copy)]
pub(super) enum Edge {
    BeforeAll,
    At(Moment),
    AfterAll,
}

impl Edge {
    fn compare(self, other: Self) -> Ordering {
        let place = |edge| match edge {
            Self::BeforeAll => 0,
            Self::At(_) => 1,
            Self::AfterAll => 2,
        };
        match (self, other) {
            (Self::At(a), Self::At(b)) => compare_moments(a, b),
            (a, b) => place(a).cmp(&place(b)),
        }
    }
}

impl TimeTerm {
    pub(super) fn span(&self, of: &dyn Subject) -> Span {
        match self {
            Self::Instant(scalar) => [scalar.moment(of).map(Edge::At); 2],
            Self::Interval(start, end) => {
                let edge = |end: &TimeEnd, open| match end {
                    TimeEnd::Open => Some(open),
                    TimeEnd::At(scalar) => scalar.moment(of).map(Edge::At),
                };
                [edge(start, Edge::BeforeAll), edge(end, Edge::AfterAll)]
            }
        }
    }

    pub(super) fn each_property(&self, found: &mut dyn FnMut(Option<&'static Field>)) {
        match self {
            Self::Instant(scalar) => scalar.each_property(found),
            Self::Interval(start, end) => {
                for end in [start, end] {
                    if let TimeEnd::At(scalar) = end {
                        scalar.each_property(found);
                    }
                }
            }
        }
    }
}

/// How two spans of time stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "defined by the ontology of time")]
pub enum TemporalRelation {
    After,
    Before,
    Disjoint,
    Equals,
    Intersects,
    Contains,
    During,
    FinishedBy,
    Finishes,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl TemporalRelation {
    /// Whether it is told of instants too, and not of intervals alone.
    #[must_use]
    pub fn takes_instants(self) -> bool {
        matches!(self, Self::After | Self::Before | Self::Disjoint | Self::Equals | Self::Intersects)
    }

    pub(super) fn truth(self, a: Span, b: Span) -> Option<bool> {
        let [a0, a1] = a;
        let [b0, b1] = b;
        let is = |left: Option<Edge>, right: Option<Edge>, wanted: Ordering| Some(left?.compare(right?) == wanted);
        let (less, equal, greater) = (Ordering::Less, Ordering::Equal, Ordering::Greater);
        let all = |truths: &[Option<bool>]| conjunction(truths.iter().copied());
        match self {
            Self::After => is(a0, b1, greater),
            Self::Before => is(a1, b0, less),
            Self::Disjoint => disjunction([is(a1, b0, less), is(a0, b1, greater)].into_iter()),
            Self::Intersects => Self::Disjoint.truth(a, b).map(|disjoint| !disjoint),
            Self::Equals => all(&[is(a0, b0, equal), is(a1, b1, equal)]),
            Self::Contains => all(&[is(a0, b0, less), is(a1, b1, greater)]),
            Self::During => Self::Contains.truth(b, a),
            Self::Finishes => all(&[is(a0, b0, greater), is(a1, b1, equal)]),
            Self::FinishedBy => Self::Finishes.truth(b, a),
            Self::Meets => is(a1, b0, equal),
            Self::MetBy => Self::Meets.truth(b, a),
            Self::Overlaps => all(&[is(a0, b0, less), is(a1, b0, greater), is(a1, b1, less)]),
            Self::OverlappedBy => Self::Overlaps.truth(b, a),
            Self::Starts => all(&[is(a0, b0, equal), is(a1, b1, less)]),
            Self::StartedBy => Self::Starts.truth(b, a),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TemporalRelation as Is;

    const ALL: [TemporalRelation; 15] = [
        Is::After,
        Is::Before,
        Is::Disjoint,
        Is::Equals,
        Is::Intersects,
        Is::Contains,
        Is::During,
        Is::FinishedBy,
        Is::Finishes,
        Is::Meets,
        Is::MetBy,
        Is::OverlappedBy,
        Is::Overlaps,
        Is::StartedBy,
        Is::Starts,
    ];

    fn span(text: &str) -> Span {
        let (from, to) = text.split_once('/').unwrap_or((text, text));
        let edge = |text: &str, open| if text == ".." { open } else { Edge::At(Moment::parse(text).unwrap()) };
        [Some(edge(from, Edge::BeforeAll)), Some(edge(to, Edge::AfterAll))]
    }

    #[test]
    fn two_intervals_stand_in_one_of_thirteen_relations() {
        let exclusive = ALL.into_iter().filter(|is| !matches!(is, Is::Disjoint | Is::Intersects));
        for (a, b, expected) in [
            ("2024-01-05/2024-01-06", "2024-01-01/2024-01-02", Is::After),
            ("2024-01-01/2024-01-02", "2024-01-05/..", Is::Before),
            ("2024-01-01/2024-01-02", "2024-01-01/2024-01-02", Is::Equals),
            ("../..", "2024-01-01/2024-01-02", Is::Contains),
            ("2024-01-02/2024-01-03", "2024-01-01/2024-01-04", Is::During),
            ("2024-01-01/2024-01-04", "2024-01-02/2024-01-04", Is::FinishedBy),
            ("2024-01-02/2024-01-04", "../2024-01-04", Is::Finishes),
            ("2024-01-01/2024-01-02", "2024-01-02/2024-01-03", Is::Meets),
            ("2024-01-02/2024-01-03", "2024-01-01/2024-01-02", Is::MetBy),
            ("2024-01-02/2024-01-04", "2024-01-01/2024-01-03", Is::OverlappedBy),
            ("2024-01-01/2024-01-03", "2024-01-02/2024-01-04", Is::Overlaps),
            ("2024-01-01/2024-01-04", "2024-01-01/2024-01-02", Is::StartedBy),
            ("2024-01-01/2024-01-02", "2024-01-01/..", Is::Starts),
        ] {
            let found: Vec<_> = exclusive.clone().filter(|is| is.truth(span(a), span(b)) == Some(true)).collect();
            assert_eq!(found, [expected], "{a} {b}");
            let disjoint = matches!(expected, Is::After | Is::Before);
            assert_eq!(Is::Disjoint.truth(span(a), span(b)), Some(disjoint));
            assert_eq!(Is::Intersects.truth(span(a), span(b)), Some(!disjoint));
        }
    }

    #[test]
    fn an_unknown_end_leaves_unknown_only_what_depends_on_it() {
        let a = [span("2024-01-01")[0], None];
        assert_eq!(Is::After.truth(a, span("2023-12-31")), Some(true));
        assert_eq!(Is::Before.truth(a, span("2024-06-01")), None);
        assert_eq!(Is::Intersects.truth(a, span("2023-12-31")), Some(false));
    }
}
