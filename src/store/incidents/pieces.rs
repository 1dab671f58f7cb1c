//! What many incidents share: groups of properties of which every combination of values that there is stands here once, as it is written in
//! GeoJSON. A feature is then put together of a dozen pieces instead of fifty.
//!
//! A million incidents have some thousands of combinations of kind and parties, of places, and of origins. Where there are more than sixteen
//! bits can name, as where every row has a place of its own, there are no pieces, and properties are written one by one.

use std::collections::HashMap;
use std::hash::Hash;

use super::Columns;
use super::row::{DATE_PRECISION, EVENT_TYPE, GEO_PRECISION, VERIFICATION};
use super::text::Texts;
use crate::domain::{DatePrecision, EventType, Fatalities, Verification};
use crate::tiles::geojson::{write_integer, write_number, write_string};

/// The pieces of one set of columns.
#[derive(Debug)]
pub(super) struct Pieces {
    /// From the precision of the date to the second actor.
    pub(super) kinds: Shared,
    /// Country, region and place.
    pub(super) places: Shared,
    /// From the dataset to the confidence.
    pub(super) origins: Shared,
    /// The figures of deaths, by their codes.
    deaths: Texts,
}

/// A group of properties: the combination of each row, and the text of each combination.
#[derive(Debug)]
pub(super) struct Shared {
    codes: Vec<u16>,
    texts: Texts,
}

impl Shared {
    fn of<K: Eq + Hash>(rows: usize, key: impl Fn(usize) -> K, write: impl Fn(&mut String, usize)) -> Option<Self> {
        let (mut codes, mut texts) = (Vec::with_capacity(rows), Texts::default());
        let (mut known, mut text) = (HashMap::new(), String::new());
        for row in 0..rows {
            let next = texts.len();
            let code = *known.entry(key(row)).or_insert(next);
            if code == next {
                text.clear();
                write(&mut text, row);
                if !texts.has_room_for(&text) {
                    return None;
                }
                texts.push(&text);
            }
            codes.push(u16::try_from(code).ok()?);
        }
        texts.shrink();
        Some(Self { codes, texts })
    }

    /// How many combinations there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The number of a row's combination.
    pub(super) fn code(&self, row: usize) -> usize {
        self.codes[row].into()
    }

    /// The text of a row's combination.
    pub(super) fn text(&self, row: usize) -> &str {
        self.texts.get(self.codes[row].into())
    }
}

impl Pieces {
    fn of(columns: &Columns) -> Option<Self> {
        let kind = |row: usize| {
            let traits = [DATE_PRECISION, GEO_PRECISION, EVENT_TYPE].map(|bits| columns.traits[row].get(bits));
            (traits, columns.sub_event_type[row], columns.actor1[row], columns.actor2[row])
        };
        let origin = |row: usize| (columns.dataset[row], columns.traits[row].get(VERIFICATION), columns.confidence_code(row));
        let mut deaths = Texts::default();
        for figures in &columns.figures {
            let mut text = String::new();
            write_deaths(&mut text, *figures);
            deaths.push(&text);
        }
        Some(Self {
            kinds: Shared::of(columns.len(), kind, |out, row| write_kind(out, columns, row))?,
            places: Shared::of(
                columns.len(),
                |row| (columns.country[row], columns.region[row], columns.place[row]),
                |out, row| write_place(out, columns, row),
            )?,
            origins: Shared::of(columns.len(), origin, |out, row| write_origin(out, columns, row))?,
            deaths,
        })
    }

    /// The figures of deaths of a row.
    pub(super) fn deaths(&self, columns: &Columns, row: usize) -> &str {
        self.deaths.get(columns.figure[row] as usize)
    }
}

impl Columns {
    /// The pieces of the rows, made when they are first asked for; `None` where there are too many.
    pub(super) fn pieces(&self) -> Option<&Pieces> {
        self.pieces.get_or_init(|| Pieces::of(self)).as_ref()
    }
}

/// Appends `date_precision`, `geo_precision`, `event_type`, `sub_event_type`, `actor1` and `actor2` as members of an object.
pub(super) fn write_kind(out: &mut String, columns: &Columns, row: usize) {
    let traits = columns.traits[row];
    text(out, ",\"date_precision\":", DatePrecision::WORDS.get(traits.get(DATE_PRECISION) as usize).copied());
    out.push_str(",\"geo_precision\":");
    write_integer(out, traits.get(GEO_PRECISION).into());
    text(out, ",\"event_type\":", EventType::WORDS.get(traits.get(EVENT_TYPE) as usize).copied());
    text(out, ",\"sub_event_type\":", columns.sub_event_types.get(columns.sub_event_type[row]));
    text(out, ",\"actor1\":", columns.actors.get(columns.actor1[row]));
    text(out, ",\"actor2\":", columns.actors.get(columns.actor2[row]));
}

/// Appends `fatalities_best`, `fatalities_low` and `fatalities_high`.
pub(super) fn write_deaths(out: &mut String, fatalities: Fatalities) {
    let Fatalities { best, low, high } = fatalities;
    for (key, figure) in [(",\"fatalities_best\":", best), (",\"fatalities_low\":", low), (",\"fatalities_high\":", high)] {
        out.push_str(key);
        match figure {
            Some(figure) => write_integer(out, figure.into()),
            None => out.push_str("null"),
        }
    }
}

/// Appends `country`, `region` and `place`.
pub(super) fn write_place(out: &mut String, columns: &Columns, row: usize) {
    text(out, ",\"country\":", columns.countries.get(columns.country[row]).filter(|country| !country.is_empty()));
    text(out, ",\"region\":", columns.regions.get(columns.region[row]));
    text(out, ",\"place\":", columns.places.get(columns.place[row]));
}

/// Appends `dataset`, `licence`, `verification` and `confidence`.
pub(super) fn write_origin(out: &mut String, columns: &Columns, row: usize) {
    let dataset = &columns.datasets[usize::from(columns.dataset[row])];
    let verification = (columns.traits[row].get(VERIFICATION) as usize).checked_sub(1);
    text(out, ",\"dataset\":", Some(&dataset.id));
    text(out, ",\"licence\":", Some(&dataset.licence));
    text(out, ",\"verification\":", verification.and_then(|at| Verification::WORDS.get(at)).copied());
    out.push_str(",\"confidence\":");
    match columns.confidence(row) {
        Some(confidence) => write_number(out, confidence),
        None => out.push_str("null"),
    }
}

/// Appends a key and a text, or `null`.
pub(super) fn text(out: &mut String, key: &str, text: Option<&str>) {
    out.push_str(key);
    match text {
        Some(text) => write_string(out, text),
        None => out.push_str("null"),
    }
}
