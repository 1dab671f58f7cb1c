//! The columns: built row by row, then put in the order of the index and never changed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

use super::super::StoreError;
use super::pieces::Pieces;
use super::row::{EVENT_TYPE, Incoming, Traits};
use super::sums::RunningSums;
use super::text::{Dictionary, NONE, Texts, translated};
use crate::domain::{Bbox, Collection, Dataset, Fatalities, Instant, Interval, Position, Redistribution};
use crate::index::{PackedIndex, packed_order};
use crate::tiles::MapPoint;

/// Incidents in columns, in the order of the index: rows asked together lie together.
#[derive(Debug, Default)]
pub(in crate::store) struct Columns {
    pub(super) index: PackedIndex,
    /// Of the rows that have a place, which are the first.
    pub(super) grid: Vec<MapPoint>,
    pub(super) traits: Vec<Traits>,
    /// The distinct triples of figures: there are few.
    pub(super) figures: Vec<Fatalities>,
    pub(super) figure: Vec<u32>,
    pub(super) sub_event_types: Dictionary,
    pub(super) sub_event_type: Vec<u32>,
    pub(super) actors: Dictionary,
    pub(super) actor1: Vec<u32>,
    pub(super) actor2: Vec<u32>,
    pub(super) countries: Dictionary,
    pub(super) country: Vec<u32>,
    pub(super) regions: Dictionary,
    pub(super) region: Vec<u32>,
    pub(super) places: Dictionary,
    pub(super) place: Vec<u32>,
    pub(super) titles: Dictionary,
    pub(super) title: Vec<u32>,
    pub(super) notes: Dictionary,
    pub(super) note: Vec<u32>,
    pub(super) citations: Dictionary,
    pub(super) citation: Vec<u32>,
    pub(super) datasets: Vec<Arc<Dataset>>,
    pub(super) dataset: Vec<u16>,
    confidences: Vec<f64>,
    confidence: Vec<u32>,
    pub(super) known_at: Vec<Instant>,
    /// Of versions of the past; empty for what is known now.
    pub(super) superseded_at: Vec<Instant>,
    /// The row of another dataset that is taken for the same incident, or [`NONE`]; empty when there are no such pairs, for
    /// versions of the past, and in a delta.
    pub(super) duplicate_of: Vec<u32>,
    /// The id of each row.
    ids: Texts,
    /// The place of a row's id in the order of ids.
    pub(super) rank: Vec<u32>,
    /// The row of each place in that order.
    pub(super) by_id: Vec<u32>,
    /// From the first start to the last end that are not open; `None` when no row is dated.
    pub(super) interval: Option<Interval>,
    /// The rows along a Z curve, and sums of them: made when they are first asked for.
    pub(super) curve: OnceLock<Vec<u32>>,
    pub(super) sums: RunningSums,
    /// What rows share as it is written: made when it is first asked for.
    pub(super) pieces: OnceLock<Option<Pieces>>,
}

impl Columns {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rank.len()
    }

    /// Whether every row lies in an interval, so that it need not be asked for.
    pub(super) fn is_within(&self, interval: Interval) -> bool {
        let own = self.interval;
        own.is_none_or(|own| interval.start() <= own.start() && own.end() <= interval.end())
    }

    /// How many rows the index finds, at least where there are more than `most`.
    pub(super) fn near(&self, bbox: Option<Bbox>, interval: Interval, most: usize) -> usize {
        self.index.count_up_to(bbox, interval, most)
    }

    pub(super) fn id(&self, row: usize) -> &str {
        self.ids.get(row)
    }

    /// How many ids stand before that one.
    pub(super) fn ids_before(&self, id: &str, or_equal: bool) -> usize {
        let before = |ordering: Ordering| ordering == Ordering::Less || or_equal && ordering == Ordering::Equal;
        self.by_id.partition_point(|row| before(self.ids.get(index(*row)).cmp(id)))
    }

    /// The rows of an id: one, but for versions.
    pub(super) fn rows_with(&self, id: &str) -> impl Iterator<Item = u32> {
        self.by_id[self.ids_before(id, false)..].iter().copied().take_while(move |row| self.ids.get(index(*row)) == id)
    }

    pub(super) fn fatalities(&self, row: usize) -> Fatalities {
        usize::try_from(self.figure[row]).ok().and_then(|code| self.figures.get(code)).copied().unwrap_or_default()
    }

    /// The place of a row's event type among all.
    pub(super) fn event_type(&self, row: usize) -> u32 {
        self.traits[row].get(EVENT_TYPE)
    }

    pub(super) fn confidence(&self, row: usize) -> Option<f64> {
        usize::try_from(self.confidence[row]).ok().and_then(|code| self.confidences.get(code)).copied()
    }

    /// Whether rows of any dataset here may not be passed on.
    pub(super) fn has_restricted(&self) -> bool {
        self.datasets.iter().any(|dataset| dataset.redistribution == Redistribution::Restricted)
    }

    /// The different confidences, by their codes.
    pub(super) fn confidences(&self) -> &[f64] {
        &self.confidences
    }

    /// How many different confidences there are.
    pub(super) fn confidence_codes(&self) -> usize {
        self.confidences.len()
    }

    pub(super) fn confidence_code(&self, row: usize) -> u32 {
        self.confidence[row]
    }

    pub(super) fn is_restricted(&self, row: usize) -> bool {
        self.datasets[usize::from(self.dataset[row])].redistribution == Redistribution::Restricted
    }

    /// How many rows are of a dataset.
    pub(super) fn rows_of(&self, dataset: &str) -> usize {
        let code = self.datasets.iter().position(|other| other.id == dataset);
        code.map_or(0, |code| self.dataset.iter().filter(|other| usize::from(**other) == code).count())
    }
}

/// Columns that rows are still added to, in the order in which they come.
#[derive(Debug, Default)]
pub(in crate::store) struct Builder {
    columns: Columns,
    when_and_where: Vec<(Option<Position>, Interval)>,
    confidence_codes: HashMap<u64, u32>,
    figure_codes: HashMap<Fatalities, u32>,
}

impl Builder {
    pub(in crate::store) fn push(&mut self, row: &Incoming<'_>) -> Result<(), StoreError> {
        let dataset = self.dataset_code(row.dataset)?;
        let columns = &mut self.columns;
        let texts =
            [(&columns.titles, row.title), (&columns.notes, row.notes.unwrap_or_default()), (&columns.citations, row.citation)];
        if !columns.ids.has_room_for(row.id) || texts.iter().any(|(dictionary, text)| !dictionary.has_room_for(text)) {
            return Err(StoreError::TooManyRows { collection: Collection::Incidents.id(), rows: columns.ids.len() });
        }
        let (first, last) = (row.start.interval(), row.end.interval());
        self.when_and_where.push((row.position, Interval::new(first.start(), last.end()).unwrap_or(first)));
        columns.ids.push(row.id);
        columns.traits.push(Traits::of(row));
        columns.figure.push(coded(&mut self.figure_codes, &mut columns.figures, row.fatalities));
        columns.sub_event_type.push(columns.sub_event_types.optional_code(row.sub_event_type));
        columns.actor1.push(columns.actors.optional_code(row.actor1));
        columns.actor2.push(columns.actors.optional_code(row.actor2));
        columns.country.push(columns.countries.code(row.country));
        columns.region.push(columns.regions.optional_code(row.region));
        columns.place.push(columns.places.code(row.place));
        columns.title.push(columns.titles.code(row.title));
        columns.note.push(columns.notes.optional_code(row.notes));
        columns.citation.push(columns.citations.code(row.citation));
        columns.dataset.push(dataset);
        columns.confidence.push(confidence_code(&mut self.confidence_codes, &mut columns.confidences, row.confidence));
        columns.known_at.push(row.known_at);
        columns.superseded_at.extend(row.superseded_at);
        Ok(())
    }

    fn dataset_code(&mut self, dataset: &Arc<Dataset>) -> Result<u16, StoreError> {
        let datasets = &mut self.columns.datasets;
        // Rows of one dataset mostly share it; one that was read apart is still the same dataset.
        let known = datasets.iter().position(|other| Arc::ptr_eq(other, dataset));
        let code = known.or_else(|| datasets.iter().position(|other| other.id == dataset.id)).unwrap_or_else(|| {
            datasets.push(Arc::clone(dataset));
            datasets.len() - 1
        });
        u16::try_from(code).map_err(|_| StoreError::TooManyRows { collection: "datasets", rows: datasets.len() })
    }

    /// Adds the rows of another behind its own.
    pub(in crate::store) fn append(&mut self, other: Self) -> Result<(), StoreError> {
        let datasets = other.columns.datasets.iter().map(|dataset| self.dataset_code(dataset)).collect::<Result<Vec<_>, _>>()?;
        let (columns, theirs) = (&mut self.columns, other.columns);
        self.when_and_where.extend(other.when_and_where);
        (0..theirs.ids.len()).for_each(|at| columns.ids.push(theirs.ids.get(at)));
        columns.traits.extend(theirs.traits);
        for code in theirs.figure {
            let figures = usize::try_from(code).ok().and_then(|at| theirs.figures.get(at)).copied().unwrap_or_default();
            columns.figure.push(coded(&mut self.figure_codes, &mut columns.figures, figures));
        }
        let extend = |codes: &mut Vec<u32>, here: &mut Dictionary, there: &Dictionary, theirs: &[u32]| {
            let absorbed = here.absorb(there);
            codes.extend(theirs.iter().map(|code| translated(*code, &absorbed)));
        };
        extend(&mut columns.sub_event_type, &mut columns.sub_event_types, &theirs.sub_event_types, &theirs.sub_event_type);
        extend(&mut columns.actor1, &mut columns.actors, &theirs.actors, &theirs.actor1);
        extend(&mut columns.actor2, &mut columns.actors, &theirs.actors, &theirs.actor2);
        extend(&mut columns.country, &mut columns.countries, &theirs.countries, &theirs.country);
        extend(&mut columns.region, &mut columns.regions, &theirs.regions, &theirs.region);
        extend(&mut columns.place, &mut columns.places, &theirs.places, &theirs.place);
        extend(&mut columns.title, &mut columns.titles, &theirs.titles, &theirs.title);
        extend(&mut columns.note, &mut columns.notes, &theirs.notes, &theirs.note);
        extend(&mut columns.citation, &mut columns.citations, &theirs.citations, &theirs.citation);
        columns.dataset.extend(theirs.dataset.iter().map(|code| datasets[usize::from(*code)]));
        for code in theirs.confidence {
            let confidence = usize::try_from(code).ok().and_then(|at| theirs.confidences.get(at)).copied();
            columns.confidence.push(confidence_code(&mut self.confidence_codes, &mut columns.confidences, confidence));
        }
        columns.known_at.extend(theirs.known_at);
        columns.superseded_at.extend(theirs.superseded_at);
        Ok(())
    }

    /// The columns in the order of the index. Each row gets the dataset of its id as `datasets` has it now: when the terms of
    /// a dataset change, they change for rows that came before. Rows of one id keep their order.
    pub(in crate::store) fn finish(self, datasets: &[Arc<Dataset>]) -> Result<Columns, StoreError> {
        let (mut columns, rows) = (self.columns, self.when_and_where);
        let too_many = StoreError::TooManyRows { collection: Collection::Incidents.id(), rows: rows.len() };
        u32::try_from(rows.len()).ok().filter(|count| *count < NONE).ok_or(too_many)?;
        for dataset in &mut columns.datasets {
            if let Some(newer) = datasets.iter().find(|newer| newer.id == dataset.id) {
                *dataset = Arc::clone(newer);
            }
        }
        let dated = rows.iter().map(|(_, interval)| *interval).filter(|interval| *interval != Interval::ALWAYS);
        columns.interval = dated.reduce(Interval::around);
        let order = packed_order(&rows);
        let rows = in_order(rows, &order);
        columns.index = PackedIndex::new(&rows);
        columns.grid = on_grid(&rows);
        drop(rows);
        reorder(&mut columns.traits, &order);
        reorder(&mut columns.dataset, &order);
        reorder(&mut columns.known_at, &order);
        if !columns.superseded_at.is_empty() {
            reorder(&mut columns.superseded_at, &order);
        }
        let codes = [
            &mut columns.figure,
            &mut columns.sub_event_type,
            &mut columns.actor1,
            &mut columns.actor2,
            &mut columns.country,
            &mut columns.region,
            &mut columns.place,
            &mut columns.title,
            &mut columns.note,
            &mut columns.citation,
            &mut columns.confidence,
        ];
        codes.into_iter().for_each(|column| reorder(column, &order));
        let dictionaries = [
            &mut columns.sub_event_types,
            &mut columns.actors,
            &mut columns.countries,
            &mut columns.regions,
            &mut columns.places,
            &mut columns.titles,
            &mut columns.notes,
            &mut columns.citations,
        ];
        dictionaries.into_iter().for_each(Dictionary::close);
        columns.sort_ids(&order);
        Ok(columns)
    }
}

fn confidence_code(codes: &mut HashMap<u64, u32>, confidences: &mut Vec<f64>, confidence: Option<f64>) -> u32 {
    let Some(confidence) = confidence else { return NONE };
    *codes.entry(confidence.to_bits()).or_insert_with(|| next(confidences, confidence))
}

/// The code of a value, which is kept if it was not there.
fn coded<T: Copy + Eq + Hash>(codes: &mut HashMap<T, u32>, values: &mut Vec<T>, value: T) -> u32 {
    *codes.entry(value).or_insert_with(|| next(values, value))
}

fn next<T>(values: &mut Vec<T>, value: T) -> u32 {
    values.push(value);
    // Rows are counted in 32 bits, and each brings one value at most.
    u32::try_from(values.len() - 1).unwrap_or(NONE)
}

impl Columns {
    /// Puts the ids, which stand as the rows came, in the order of the rows, and finds their own. `order` says which came row stands where.
    fn sort_ids(&mut self, order: &[u32]) {
        let came = std::mem::take(&mut self.ids);
        order.iter().for_each(|row| self.ids.push(came.get(index(*row))));
        self.ids.shrink();
        let mut stands = vec![0; order.len()];
        (0u32..).zip(order).for_each(|(now, came)| stands[index(*came)] = now);
        self.by_id = by_id(&came);
        self.by_id.iter_mut().for_each(|row| *row = stands[index(*row)]);
        self.rank = stands;
        (0u32..).zip(&self.by_id).for_each(|(rank, row)| self.rank[index(*row)] = rank);
    }
}

/// The numbers of texts in the order of the texts, equal ones as they came.
///
/// Ids are `dataset:row`. They are sorted by the rank of the part up to the colon and the eight bytes after it, and only where these
/// are equal by the whole: a million ids take a tenth of the time that comparing texts does.
fn by_id(ids: &Texts) -> Vec<u32> {
    let split = |id: &str| id.find(':').map(|colon| colon + 1);
    let mut prefixes: Vec<&str> = Vec::new();
    for at in 0..ids.len() {
        let id = ids.get(at);
        // Without a colon everywhere, prefixes would not sort as the ids do.
        let Some(split) = split(id) else {
            prefixes.clear();
            break;
        };
        if prefixes.last() != Some(&&id[..split]) && !prefixes.contains(&&id[..split]) {
            prefixes.push(&id[..split]);
        }
    }
    prefixes.sort_unstable();
    let key = |at: usize| {
        let id = ids.get(at);
        let split = if prefixes.is_empty() { 0 } else { split(id).unwrap_or(0) };
        let prefix = prefixes.binary_search(&&id[..split]).unwrap_or(0);
        let mut first = [0; 8];
        id.as_bytes()[split..].iter().take(8).zip(&mut first).for_each(|(byte, place)| *place = *byte);
        (prefix, u64::from_be_bytes(first))
    };
    let mut keyed: Vec<((usize, u64), u32)> = (0u32..).zip((0..ids.len()).map(key)).map(|(row, key)| (key, row)).collect();
    keyed.sort_unstable_by(|(a, row), (b, other)| {
        a.cmp(b).then_with(|| ids.get(index(*row)).cmp(ids.get(index(*other)))).then(row.cmp(other))
    });
    keyed.into_iter().map(|(_, row)| row).collect()
}

fn index(row: u32) -> usize {
    // This machine's addresses have at least 32 bits.
    usize::try_from(row).unwrap_or(usize::MAX)
}

fn reorder<T: Copy>(column: &mut Vec<T>, order: &[u32]) {
    *column = in_order(std::mem::take(column), order);
}

#[allow(clippy::needless_pass_by_value, reason = "the old column is done with")]
fn in_order<T: Copy>(column: Vec<T>, order: &[u32]) -> Vec<T> {
    order.iter().map(|row| column[index(*row)]).collect()
}

/// The places of rows on the finest grid, up to the first without one. Rows of one place stand together, which is computed once.
fn on_grid(rows: &[(Option<Position>, Interval)]) -> Vec<MapPoint> {
    let mut last: Option<(Position, MapPoint)> = None;
    let places = rows.iter().map_while(|(position, _)| *position).map(|position| match last {
        Some((before, grid)) if before == position => grid,
        _ => {
            let grid = MapPoint::of(position);
            last = Some((position, grid));
            grid
        }
    });
    places.collect()
}
