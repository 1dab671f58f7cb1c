//! Orders by properties as numbers: rows are compared without making their values.
//!
//! A day is a number as it is; a text is the place that it takes among all texts of its property. What is unknown comes last in both
//! directions, and what is alike is told apart by its id, as [`Standing`](crate::domain::Standing) has it.

use std::cmp::Ordering;

use super::filter::{Codes, of_values};
use super::layers::Layers;
use super::{Columns, IncidentRow};
use crate::domain::{SortKey, SortValue};

/// An order by more properties is worked out by the values themselves.
pub(super) const MOST_KEYS: usize = 3;

/// What rows are compared by: the less comes first.
pub(super) type Place = ([f64; MOST_KEYS], u64);

/// An order of the rows that are known now.
pub(super) struct Order<'a> {
    layers: &'a Layers,
    keys: Vec<Key<'a>>,
}

/// A property that rows are put in order by.
struct Key<'a> {
    descending: bool,
    of: Of<'a>,
}

enum Of<'a> {
    Start,
    End,
    KnownAt,
    /// All values in their order, and for the base and the delta the place of each code's value among them.
    Values(Vec<SortValue>, [(Codes<'a>, Vec<f64>); 2]),
}

impl<'a> Order<'a> {
    /// That of some keys; `None` where one of them has no numbers, or there are too many.
    pub(super) fn of(layers: &'a Layers, keys: &[SortKey]) -> Option<Self> {
        let keys: Vec<Key<'a>> = keys.iter().map(|key| Key::of(layers, key)).collect::<Option<_>>()?;
        (!keys.is_empty() && keys.len() <= MOST_KEYS).then_some(Self { layers, keys })
    }

    /// The place of a row.
    pub(super) fn place(&self, row: IncidentRow<'_>) -> Place {
        let mut numbers = [0.0; MOST_KEYS];
        for (number, key) in numbers.iter_mut().zip(&self.keys) {
            *number = key.number(self.layers, row);
        }
        (numbers, row.order())
    }

    /// What a place with these values has in place of a row's numbers.
    pub(super) fn numbers(&self, values: &[SortValue]) -> [f64; MOST_KEYS] {
        let mut numbers = [0.0; MOST_KEYS];
        for ((number, key), value) in numbers.iter_mut().zip(&self.keys).zip(values) {
            *number = key.number_of(value);
        }
        numbers
    }
}

/// How numbers of places compare.
pub(super) fn compare(a: &[f64; MOST_KEYS], b: &[f64; MOST_KEYS]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

impl<'a> Key<'a> {
    fn of(layers: &'a Layers, key: &SortKey) -> Option<Self> {
        let field = key.field?;
        let of = match field.name {
            "date_start" => Of::Start,
            "date_end" => Of::End,
            "known_at" => Of::KnownAt,
            _ => {
                let [base, delta] = layers.both().map(|columns: &'a Columns| of_values(columns, field, SortValue::of));
                let ((base, base_values), (delta, delta_values)) = (base?, delta?);
                let mut all: Vec<SortValue> = base_values.iter().chain(&delta_values).cloned().collect();
                all.retain(|value| *value != SortValue::Unknown);
                all.sort_unstable_by(SortValue::compare);
                all.dedup();
                let places = |values: &[SortValue]| values.iter().map(|value| place_among(&all, value)).collect();
                let by_code = [(base, places(&base_values)), (delta, places(&delta_values))];
                Of::Values(all, by_code)
            }
        };
        Some(Self { descending: key.descending, of })
    }

    fn number(&self, layers: &Layers, row: IncidentRow<'_>) -> f64 {
        let (columns, at) = (row.columns, row.at());
        self.turned(match &self.of {
            Of::Start => millis(columns.index.interval(at).start().millis()),
            // A day is told by its beginning.
            Of::End if !row.are_instants().1 => {
                let end = columns.index.interval(at).end().millis();
                millis(end - end.rem_euclid(MILLIS_PER_DAY))
            }
            Of::End => millis(columns.index.interval(at).end().millis()),
            Of::KnownAt => millis(columns.known_at[at].millis()),
            Of::Values(_, by_code) => {
                let (codes, places) = &by_code[usize::from(layers.is_delta(columns))];
                places.get(codes.of(columns, at)).or(places.last()).copied().unwrap_or(f64::INFINITY)
            }
        })
    }

    fn number_of(&self, value: &SortValue) -> f64 {
        self.turned(match (&self.of, value) {
            (Of::Values(all, _), value) => place_among(all, value),
            (_, SortValue::Number(number)) => *number,
            (_, SortValue::Text(_) | SortValue::Unknown) => f64::INFINITY,
        })
    }

    /// The greatest first, where that is asked for; the unknown last all the same.
    fn turned(&self, number: f64) -> f64 {
        if self.descending && number < f64::INFINITY { -number } else { number }
    }
}

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Milliseconds of our years are far below 2^53.
#[allow(clippy::cast_precision_loss, reason = "see the line above")]
fn millis(millis: i64) -> f64 {
    millis as f64
}

/// The place of a value among all that there are: between two of them where it is none of them.
fn place_among(all: &[SortValue], value: &SortValue) -> f64 {
    if *value == SortValue::Unknown {
        return f64::INFINITY;
    }
    // No more than some ten thousand.
    let place = |at: usize| f64::from(u32::try_from(at).unwrap_or(u32::MAX));
    match all.binary_search_by(|other| other.compare(value)) {
        Ok(at) => place(at),
        Err(at) => place(at) - 0.5,
    }
}
