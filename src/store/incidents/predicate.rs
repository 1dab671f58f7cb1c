//! Conditions on columns: texts are looked up once, rows are compared by their codes.

use super::filter::Compiled;
use super::layers::Layers;
use super::row::{Bits, DATE_PRECISION, EVENT_TYPE, GEO_PRECISION};
use super::sums::Category;
use super::{Columns, IncidentRow};
use crate::domain::{Bbox, Bounds, DatePrecision, EventType, Fatalities, FeatureQuery, Filter, Instant, Interval, Value};

/// What a query asks of a row beyond its place and time.
pub(super) struct Conditions<'a> {
    layers: &'a Layers,
    known_at: Option<Instant>,
    as_of: Instant,
    filters: &'a [Filter],
    /// By the codes of the base, and by those of the delta.
    all: [Vec<Condition<'a>>; 2],
    /// The same of the query's predicate.
    predicate: Option<[Compiled<'a>; 2]>,
    /// What it says of place and time.
    bounds: Bounds,
    /// Whether an incident that another report is taken for, too, is left out where that report meets the query.
    once: bool,
    bbox: Option<Bbox>,
    datetime: Interval,
}

enum Condition<'a> {
    /// No row can meet it.
    Never,
    /// The code in a column is that one.
    Code(&'a [u32], u32),
    /// The code is one of several: two texts of one hash.
    Codes(&'a [u32], Vec<u32>),
    /// A part of the packed traits is that one.
    Trait(Bits, u32),
    /// The figures are one of several triples, by their codes.
    Figures(Vec<bool>),
    /// The dataset is that one.
    Dataset(u16),
    /// Anything else: by the value itself.
    Value(&'a Filter),
}

impl<'a> Conditions<'a> {
    pub(super) fn of(layers: &'a Layers, query: &'a FeatureQuery) -> Self {
        let all = layers.both().map(|columns| query.filters.iter().map(|filter| condition(columns, filter)).collect());
        let predicate =
            query.predicate.as_deref().map(|predicate| layers.both().map(|columns| Compiled::new(columns, predicate)));
        let once = query.once && layers.has_links();
        Self {
            layers,
            known_at: query.known_at,
            as_of: query.as_of,
            filters: &query.filters,
            all,
            predicate,
            bounds: query.predicate.as_ref().map_or(Bounds::NONE, |predicate| predicate.bounds()),
            once,
            bbox: query.bbox,
            datetime: query.datetime,
        }
    }

    /// When it is to have been.
    pub(super) fn datetime(&self) -> Interval {
        self.datetime
    }

    /// The box and the interval to look in for what lies in a box.
    pub(super) fn reach(&self, bbox: Option<Bbox>) -> (Option<Bbox>, Interval) {
        self.bounds.narrow(bbox, self.datetime)
    }

    /// Whether every row meets them.
    pub(super) fn is_empty(&self) -> bool {
        self.known_at.is_none() && self.all.iter().all(Vec::is_empty) && self.predicate.is_none() && !self.once
    }

    /// The rows of the base that meet them, whenever they were, as those of one key of a category; of no key where none can. `None` where they
    /// ask for anything else.
    pub(super) fn category(&self) -> Option<(Category, Option<usize>)> {
        if self.known_at.is_some() || self.predicate.is_some() || self.once {
            return None;
        }
        match (self.filters, &self.all[0][..]) {
            ([], _) => Some((Category::Whole, Some(0))),
            ([_], [Condition::Never]) => Some((Category::Whole, None)),
            ([filter], [Condition::Code(_, code) | Condition::Trait(_, code)]) => {
                Some((Category::of_property(filter.field().name)?, Some(usize::try_from(*code).ok()?)))
            }
            _ => None,
        }
    }

    /// Whether a row of the delta, or of the base, meets them.
    pub(super) fn met_by(&self, is_delta: bool, row: u32) -> bool {
        let [base, delta] = self.layers.both();
        let columns = if is_delta { delta } else { base };
        self.met_by_itself(columns, is_delta, row) && !(self.once && self.is_told_before(self.layers.row(columns, row)))
    }

    /// Whether the row is another report of an incident that meets the query as well.
    fn is_told_before(&self, row: IncidentRow<'_>) -> bool {
        let layers = self.layers;
        let mut number = layers.number(row);
        // Each step leads to a dataset that stands before: the way ends.
        while let Some(other) = layers.duplicate_of(number) {
            let row = layers.numbered(other);
            let inside = self.bbox.is_none_or(|bbox| row.position().is_some_and(|position| bbox.contains(position)));
            let dated = row.columns.index.interval(row.at()).meets(self.datetime);
            if inside && dated && self.met_by_itself(row.columns, layers.is_delta(row.columns), row.row) {
                return true;
            }
            number = other;
        }
        false
    }

    fn met_by_itself(&self, columns: &Columns, is_delta: bool, row: u32) -> bool {
        let at = self.layers.row(columns, row).at();
        self.known_at
            .is_none_or(|asked| columns.known_at[at] <= asked && columns.superseded_at.get(at).is_none_or(|ended| *ended > asked))
            && self.all[usize::from(is_delta)].iter().all(|condition| match condition {
                Condition::Never => false,
                Condition::Code(column, code) => column[at] == *code,
                Condition::Codes(column, codes) => codes.contains(&column[at]),
                Condition::Trait(bits, wanted) => columns.traits[at].get(*bits) == *wanted,
                Condition::Figures(codes) => {
                    usize::try_from(columns.figure[at]).ok().and_then(|code| codes.get(code)).copied().unwrap_or(false)
                }
                Condition::Dataset(code) => columns.dataset[at] == *code,
                Condition::Value(filter) => filter.accepts(&self.layers.row(columns, row), self.as_of),
            })
            && self.predicate.as_ref().is_none_or(|predicate| {
                predicate[usize::from(is_delta)].truth(self.layers.row(columns, row), self.as_of) == Some(true)
            })
    }
}

fn condition<'a>(columns: &'a Columns, filter: &'a Filter) -> Condition<'a> {
    let text = match filter.wanted() {
        Value::Text(text) => text.as_ref(),
        Value::Integer(number) => return figure(columns, filter, *number),
        _ => return Condition::Value(filter),
    };
    let code = |codes: Vec<u32>, column: &'a [u32]| match &codes[..] {
        [] => Condition::Never,
        [code] => Condition::Code(column, *code),
        _ => Condition::Codes(column, codes),
    };
    let word = |bits, words: &[&str]| {
        let at = words.iter().position(|word| *word == text).and_then(|at| u32::try_from(at).ok());
        at.map_or(Condition::Never, |at| Condition::Trait(bits, at))
    };
    match filter.field().name {
        "event_type" => word(EVENT_TYPE, EventType::WORDS),
        "date_precision" => word(DATE_PRECISION, DatePrecision::WORDS),
        "sub_event_type" => code(columns.sub_event_types.codes_of(text), &columns.sub_event_type),
        "actor1" => code(columns.actors.codes_of(text), &columns.actor1),
        "actor2" => code(columns.actors.codes_of(text), &columns.actor2),
        // A country that is not known is kept as an empty text, and null equals nothing.
        "country" if text.is_empty() => Condition::Never,
        "country" => code(columns.countries.codes_of(text), &columns.country),
        "region" => code(columns.regions.codes_of(text), &columns.region),
        "place" => code(columns.places.codes_of(text), &columns.place),
        "dataset" => {
            let code = columns.datasets.iter().position(|dataset| dataset.id == text).and_then(|at| u16::try_from(at).ok());
            code.map_or(Condition::Never, Condition::Dataset)
        }
        _ => Condition::Value(filter),
    }
}

fn figure<'a>(columns: &'a Columns, filter: &'a Filter, wanted: i64) -> Condition<'a> {
    let Ok(wanted) = u32::try_from(wanted) else { return Condition::Never };
    let triples = |figure: fn(&Fatalities) -> Option<u32>| {
        Condition::Figures(columns.figures.iter().map(|figures| figure(figures) == Some(wanted)).collect())
    };
    match filter.field().name {
        "fatalities_low" => triples(|figures| figures.low),
        "fatalities_best" => triples(|figures| figures.best),
        "fatalities_high" => triples(|figures| figures.high),
        "geo_precision" if (1..=3).contains(&wanted) => Condition::Trait(GEO_PRECISION, wanted),
        "geo_precision" => Condition::Never,
        _ => Condition::Value(filter),
    }
}
