//! A predicate on columns: what depends on one property whose values stand under codes is worked out once for each code, and
//! rows are looked up by it; the rest is asked of the row.

use super::row::{Bits, DATE_PRECISION, EVENT_TYPE, GEO_PRECISION, VERIFICATION};
use super::text::Dictionary;
use super::{Columns, IncidentRow};
use crate::domain::{
    DatePrecision, EventType, Fatalities, Field, Instant, Predicate, RecordAt, Shape, Subject, Value, Verification, conjunction,
    disjunction,
};

/// Texts that are different in almost every row are not worked through beforehand: most questions look at fewer rows.
const MOST_CODES: usize = 20_000;

/// A predicate made ready for one set of columns.
pub(super) enum Compiled<'a> {
    Always(Option<bool>),
    And(Vec<Compiled<'a>>),
    Or(Vec<Compiled<'a>>),
    Not(Box<Compiled<'a>>),
    /// By the code of a value; what has no code comes last.
    ByCode(Codes<'a>, Vec<Option<bool>>),
    /// By the row itself.
    ByRow(&'a Predicate),
}

/// Where a row's code is.
#[derive(Clone, Copy)]
pub(super) enum Codes<'a> {
    Column(&'a [u32]),
    Trait(Bits),
    Dataset,
    Confidence,
}

impl Codes<'_> {
    pub(super) fn of(self, columns: &Columns, at: usize) -> usize {
        let code = match self {
            Self::Column(column) => column[at],
            Self::Trait(bits) => columns.traits[at].get(bits),
            Self::Dataset => return columns.dataset[at].into(),
            Self::Confidence => columns.confidence_code(at),
        };
        // A code that is none is beyond every table.
        usize::try_from(code).unwrap_or(usize::MAX)
    }
}

impl<'a> Compiled<'a> {
    /// Makes a predicate ready.
    pub(super) fn new(columns: &'a Columns, predicate: &'a Predicate) -> Self {
        if let Some(by_code) = by_code(columns, predicate) {
            return by_code;
        }
        let all = |parts: &'a [Predicate]| parts.iter().map(|part| Self::new(columns, part)).collect();
        match predicate {
            Predicate::Always(truth) => Self::Always(Some(*truth)),
            Predicate::And(parts) => Self::And(all(parts)),
            Predicate::Or(parts) => Self::Or(all(parts)),
            Predicate::Not(part) => Self::Not(Box::new(Self::new(columns, part))),
            other => Self::ByRow(other),
        }
    }

    /// Whether it holds of a row; `None` where that is unknown.
    pub(super) fn truth(&self, row: IncidentRow<'_>, as_of: Instant) -> Option<bool> {
        match self {
            Self::Always(truth) => *truth,
            Self::And(parts) => conjunction(parts.iter().map(|part| part.truth(row, as_of))),
            Self::Or(parts) => disjunction(parts.iter().map(|part| part.truth(row, as_of))),
            Self::Not(part) => part.truth(row, as_of).map(|truth| !truth),
            Self::ByCode(codes, truths) => {
                let code = codes.of(row.columns, row.at());
                truths.get(code).or(truths.last()).copied().flatten()
            }
            Self::ByRow(predicate) => predicate.truth(&RecordAt { record: &row, as_of }),
        }
    }
}

/// A record of which only one value is known.
struct Only<'a>(Value<'a>);

impl Subject for Only<'_> {
    fn value(&self, _: &Field) -> Value<'_> {
        self.0.clone()
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Unplaced
    }
}

/// A predicate on one property whose values stand under codes, as a table.
fn by_code<'a>(columns: &'a Columns, predicate: &Predicate) -> Option<Compiled<'a>> {
    let field = only_property(predicate)?;
    let (codes, truths) = of_values(columns, field, |value| predicate.truth(&Only(value)))?;
    Some(Compiled::ByCode(codes, truths))
}

/// Something of every value of a property whose values stand under codes, by the code; that of null comes last. `None` where they do not.
pub(super) fn of_values<'a, T>(columns: &'a Columns, field: &Field, of: impl Fn(Value<'_>) -> T) -> Option<(Codes<'a>, Vec<T>)> {
    let optional = |text: Option<&str>| of(text.into());
    let texts = |dictionary: &Dictionary, column: &'a [u32], empty_is_null: bool| {
        (dictionary.len() <= MOST_CODES).then(|| {
            let text = |code| dictionary.get(code).filter(|text| !empty_is_null || !text.is_empty());
            let codes = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
            let all = (0..codes).map(|code| optional(text(code))).chain([of(Value::Null)]).collect();
            (Codes::Column(column), all)
        })
    };
    let words = |bits, words: &[&str]| {
        let all = words.iter().map(|word| optional(Some(word))).chain([of(Value::Null)]).collect();
        Some((Codes::Trait(bits), all))
    };
    let figures = |figure: fn(&Fatalities) -> Option<u32>| {
        let all = columns.figures.iter().map(|figures| of(figure(figures).into())).chain([of(Value::Null)]).collect();
        Some((Codes::Column(&columns.figure), all))
    };
    match field.name {
        "event_type" => words(EVENT_TYPE, EventType::WORDS),
        "date_precision" => words(DATE_PRECISION, DatePrecision::WORDS),
        "geo_precision" => Some((Codes::Trait(GEO_PRECISION), (0..=3u32).map(|code| of(code.into())).collect())),
        "verification" => {
            let known = Verification::WORDS.iter().map(|word| optional(Some(word)));
            Some((Codes::Trait(VERIFICATION), std::iter::once(of(Value::Null)).chain(known).collect()))
        }
        "sub_event_type" => texts(&columns.sub_event_types, &columns.sub_event_type, false),
        "actor1" => texts(&columns.actors, &columns.actor1, false),
        "actor2" => texts(&columns.actors, &columns.actor2, false),
        "country" => texts(&columns.countries, &columns.country, true),
        "region" => texts(&columns.regions, &columns.region, false),
        "place" => texts(&columns.places, &columns.place, false),
        "fatalities_low" => figures(|figures| figures.low),
        "fatalities_best" => figures(|figures| figures.best),
        "fatalities_high" => figures(|figures| figures.high),
        "dataset" => Some((Codes::Dataset, columns.datasets.iter().map(|dataset| of(dataset.id.as_str().into())).collect())),
        "licence" => Some((Codes::Dataset, columns.datasets.iter().map(|dataset| of(dataset.licence.as_str().into())).collect())),
        "confidence" => {
            let all = columns.confidences().iter().map(|confidence| of((*confidence).into())).chain([of(Value::Null)]);
            Some((Codes::Confidence, all.collect()))
        }
        _ => None,
    }
}

/// The one property that a predicate looks at; `None` where there are none or several, or it looks at the place.
fn only_property(predicate: &Predicate) -> Option<&'static Field> {
    let (mut one, mut is_one) = (None, true);
    predicate.each_property(&mut |field| match (field, one) {
        (Some(field), None) => one = Some(field),
        (Some(field), Some(other)) if field == other => {}
        _ => is_one = false,
    });
    one.filter(|_| is_one)
}
