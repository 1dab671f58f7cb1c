//! Rows that were read once, and the few that changed since: a change costs what it changes, not what there is.
//!
//! A snapshot shares the base with the one before it and has a small delta of its own. The answers are those of columns that hold
//! the same rows in one piece.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::StoreError;
use super::cells::{Found, WHOLE_MAP};
use super::days::Split;
use super::predicate::Conditions;
use super::sums::Category;
use super::text::NONE;
use super::{Builder, Columns, IncidentRow};
use crate::domain::{Bbox, Collection, Dataset, Instant, Interval, Position, Redistribution};
use crate::tiles::{Cell, TileId};

/// A delta may hold so many rows of every hundred of the base, so that a question is not asked of two halves.
const DELTA_PERCENT: usize = 5;

/// Up to so many a delta may hold however small the base is.
const SMALL_DELTA: usize = 1_000;

/// More than these it may not hold however large the base is: it is made anew with every change.
const GREATEST_DELTA: usize = 20_000;

/// Fewer rows than these are counted as fast as their sums are looked up. The unit tests hold the sums to counting on small sets.
const WORTH_SUMMING: usize = if cfg!(test) { 1 } else { 2_000 };

/// Up to so many days are looked for one by one.
const FEW_DAYS: usize = 64;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Columns in two layers: the base, which snapshots share, and what changed since it was read.
///
/// A row has a number across both: those of the base first.
#[derive(Debug, Default)]
pub(in crate::store) struct Layers {
    base: Arc<Columns>,
    /// The rows of the base that are no longer there, ascending.
    gone: Vec<u32>,
    /// The same as bits; empty when there are none.
    gone_bits: Vec<u64>,
    delta: Columns,
    /// The place of each row of the delta in the order of all ids, as [`order`](Self::order) counts it.
    delta_order: Vec<u64>,
    /// The rows of another dataset that are taken for the same incident, where these are not as the base has them; [`NONE`] for a row
    /// that is told once now.
    links: HashMap<u32, u32>,
    extent: Option<Bbox>,
    interval: Option<Interval>,
    restricted: bool,
}

impl Layers {
    /// All rows in one piece.
    pub(super) fn new(base: Columns) -> Self {
        let mut layers = Self { base: Arc::new(base), ..Self::default() };
        let is_past = !layers.base.superseded_at.is_empty();
        let placed = if is_past { 0 } else { u32::try_from(layers.base.grid.len()).unwrap_or(NONE) };
        let pairs = layers.pairs(0..placed);
        if let Some(base) = Arc::get_mut(&mut layers.base).filter(|_| !pairs.is_empty()) {
            base.duplicate_of = vec![NONE; base.rank.len()];
            pairs.into_iter().for_each(|(row, other)| base.duplicate_of[at(row)] = other);
        }
        layers.sum_up();
        layers
    }

    /// Whether so many more records may change before everything is better read anew.
    pub(super) fn has_room_for(&self, changed: usize) -> bool {
        let room = (self.base.len() * DELTA_PERCENT / 100).clamp(SMALL_DELTA, GREATEST_DELTA);
        self.delta.len().max(self.gone.len()) + changed <= room
    }

    /// Whether rows are told by the same terms when the datasets are these.
    pub(super) fn holds_with(&self, datasets: &[Arc<Dataset>]) -> bool {
        let terms = |dataset: &Dataset| (dataset.licence.clone(), dataset.redistribution);
        let now = |dataset: &Dataset| datasets.iter().find(|now| now.id == dataset.id).map(|now| terms(now));
        let mut here = self.both().into_iter().flat_map(|columns| &columns.datasets);
        here.all(|before| now(before).is_none_or(|now| now == terms(before)))
    }

    /// The same with all rows of some ids replaced by the given ones.
    pub(super) fn changed(
        &self,
        ids: &BTreeSet<String>,
        mut rows: Builder,
        datasets: &[Arc<Dataset>],
    ) -> Result<Self, StoreError> {
        for row in self.delta.by_id.iter().map(|row| self.row(&self.delta, *row)) {
            if !ids.contains(row.stable_id()) {
                rows.push(&row.to_incoming())?;
            }
        }
        let base = Arc::clone(&self.base);
        let mut gone = self.gone.clone();
        ids.iter().for_each(|id| gone.extend(base.rows_with(id)));
        gone.sort_unstable();
        gone.dedup();
        let mut gone_bits = vec![0; if gone.is_empty() { 0 } else { base.len().div_ceil(64) }];
        gone.iter().for_each(|row| gone_bits[at(*row) / 64] |= 1 << (*row % 64));
        let delta = rows.finish(datasets)?;
        if u32::try_from(base.len() + delta.len()).is_ok_and(|count| count < NONE) {
            let before = |id: &str| u64::try_from(base.ids_before(id, false)).unwrap_or(u64::MAX) << 32;
            let delta_order = (0..delta.len()).map(|row| before(delta.id(row)) | u64::from(delta.rank[row])).collect();
            let mut layers = Self { base, gone, gone_bits, delta, delta_order, ..Self::default() };
            layers.link();
            layers.sum_up();
            return Ok(layers);
        }
        Err(StoreError::TooManyRows { collection: Collection::Incidents.id(), rows: base.len() + delta.len() })
    }

    /// The layers that hold rows.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Columns> {
        self.both().into_iter().filter(|columns| columns.len() > 0)
    }

    /// The base and the delta.
    pub(super) fn both(&self) -> [&Columns; 2] {
        [&self.base, &self.delta]
    }

    /// Whether a layer is the delta.
    pub(super) fn is_delta(&self, columns: &Columns) -> bool {
        std::ptr::eq(columns, &self.delta)
    }

    pub(super) fn row<'a>(&'a self, columns: &'a Columns, row: u32) -> IncidentRow<'a> {
        IncidentRow { layers: self, columns, row }
    }

    /// The layer of a number and the row in it.
    pub(super) fn numbered(&self, number: u32) -> IncidentRow<'_> {
        match number.checked_sub(self.base_rows()) {
            None => self.row(&self.base, number),
            Some(row) => self.row(&self.delta, row),
        }
    }

    pub(super) fn number(&self, row: IncidentRow<'_>) -> u32 {
        if self.is_delta(row.columns) { self.base_rows() + row.row } else { row.row }
    }

    fn base_rows(&self) -> u32 {
        u32::try_from(self.base.len()).unwrap_or(NONE)
    }

    /// The place of a row in the order of all ids: those of the base by their rank, those of the delta in front of the id that they stand
    /// before.
    pub(super) fn order(&self, row: IncidentRow<'_>) -> u64 {
        if self.is_delta(row.columns) {
            self.delta_order[row.at()]
        } else {
            u64::from(row.columns.rank[row.at()]) << 32 | u64::from(u32::MAX)
        }
    }

    /// The row at a place.
    pub(super) fn ordered(&self, place: u64) -> IncidentRow<'_> {
        let (high, low) =
            (u32::try_from(place >> 32).unwrap_or(NONE), u32::try_from(place & u64::from(u32::MAX)).unwrap_or(NONE));
        if low == u32::MAX {
            self.row(&self.base, self.base.by_id[at(high)])
        } else {
            self.row(&self.delta, self.delta.by_id[at(low)])
        }
    }

    fn is_there(&self, row: u32) -> bool {
        self.gone_bits.get(at(row) / 64).is_none_or(|bits| bits >> (row % 64) & 1 == 0)
    }

    /// Hands over the rows of a layer that lie in a box and meet the conditions, whoever may see them, whatever box the conditions
    /// are asked in. An incident that is asked for once is looked for in theirs: so of two reports in neighbouring tiles one is
    /// left out.
    pub(super) fn search<'a>(
        &'a self,
        columns: &'a Columns,
        bbox: Option<Bbox>,
        conditions: &Conditions<'_>,
        mut found: impl FnMut(IncidentRow<'a>),
    ) {
        let is_delta = self.is_delta(columns);
        let all_there = is_delta || self.gone.is_empty();
        let mut found = |row| found(self.row(columns, row));
        let (bbox, interval) = conditions.reach(bbox);
        columns.index.search(bbox, interval, |rows| {
            // Rows are counted in 32 bits.
            let rows = u32::try_from(rows.start).unwrap_or(u32::MAX)..u32::try_from(rows.end).unwrap_or(u32::MAX);
            match (all_there, conditions.is_empty()) {
                (true, true) => rows.for_each(&mut found),
                (true, false) => rows.filter(|row| conditions.met_by(is_delta, *row)).for_each(&mut found),
                (false, true) => rows.filter(|row| self.is_there(*row)).for_each(&mut found),
                (false, false) => {
                    rows.filter(|row| self.is_there(*row) && conditions.met_by(is_delta, *row)).for_each(&mut found);
                }
            }
        });
    }

    /// Hands over the rows of a layer that lie in a tile and meet the conditions, whoever may see them.
    pub(super) fn search_tile<'a>(
        &'a self,
        columns: &'a Columns,
        tile: TileId,
        conditions: &Conditions<'_>,
        mut found: impl FnMut(IncidentRow<'a>),
    ) {
        let cell = Cell { z: tile.z(), x: tile.x(), y: tile.y() };
        if !columns.is_within(conditions.reach(None).1) {
            return self.search(columns, Some(tile.buffered_bbox()), conditions, |row| {
                if row.grid().is_some_and(|point| Cell::of(point, tile.z()) == cell) {
                    found(row);
                }
            });
        }
        let is_delta = self.is_delta(columns);
        let is_there = |row: u32| is_delta || self.is_there(row);
        let any = conditions.is_empty();
        let met = |row: &u32| is_there(*row) && (any || conditions.met_by(is_delta, *row));
        columns.rows_within(cell).iter().copied().filter(met).for_each(|row| found(self.row(columns, row)));
    }

    /// What of a question the running sums of the base answer: `None` where conditions ask for more than a window, and where there
    /// are too few rows for it to be worth while.
    pub(super) fn split(&self, conditions: &Conditions<'_>) -> Option<Split> {
        let days = (conditions.is_empty() && self.base.len() >= WORTH_SUMMING).then(|| self.base.days())?;
        Some(days?.split(conditions.datetime()))
    }

    /// How many rows meet the conditions wherever they are, whoever may see them, where running sums tell: of a window and at most one value of
    /// a property that sums are kept of.
    pub(super) fn counted(&self, conditions: &Conditions<'_>) -> Option<u64> {
        let (category, key) = conditions.category().filter(|_| self.base.len() >= WORTH_SUMMING)?;
        let split = self.base.days()?.split(conditions.datetime());
        let mut count = match key {
            Some(key) => self.base.category_sums(category)?.days.of_key(key, &split.days).tally().count,
            None => 0,
        };
        let of_base = |row: IncidentRow<'_>| u64::from(conditions.met_by(false, row.row));
        self.gone_from_sums(&split).for_each(|row| count -= of_base(row));
        self.beside_sums(None, conditions.datetime(), &split, |row| count += of_base(row));
        self.search(&self.delta, None, conditions, |_| count += 1);
        Some(count)
    }

    /// Whether a row has not been replaced or taken away.
    pub(super) fn holds(&self, row: IncidentRow<'_>) -> bool {
        self.is_delta(row.columns) || self.is_there(row.row)
    }

    /// Makes the curve of the base, the pieces of its features, and its sums by cell, by region and of all, these where they are worth it.
    pub(super) fn prepare(&self) {
        self.base.pieces();
        self.base.rows_within(WHOLE_MAP);
        if self.base.len() >= WORTH_SUMMING {
            self.base.count_within(WHOLE_MAP);
            self.base.category_sums(Category::Region);
            self.base.category_sums(Category::Whole);
        }
    }

    /// The columns that sums are kept of: all but the few rows that changed.
    pub(super) fn base(&self) -> &Columns {
        &self.base
    }

    /// Hands over the rows of the base that meet a window beside those that the sums over its split count: those of the parts of a day
    /// before and after its days, and those that the sums do not count at all. Of the latter some may lie outside the box.
    pub(super) fn beside_sums<'a>(
        &'a self,
        bbox: Option<Bbox>,
        window: Interval,
        split: &Split,
        mut found: impl FnMut(IncidentRow<'a>),
    ) {
        let Some(days) = self.base.days() else { return };
        let interval = |row: u32| self.base.index.interval(at(row));
        for edge in &split.edges {
            self.base.index.search(bbox, *edge, |rows| {
                let rows = rows.filter_map(|row| u32::try_from(row).ok());
                let beside = rows.filter(|row| self.is_there(*row) && !split.counts(interval(*row)) && days.counts(*row));
                beside.for_each(|row| found(self.row(&self.base, row)));
            });
        }
        let meets = |row: &u32| self.is_there(*row) && interval(*row).meets(window);
        days.beyond.iter().copied().filter(meets).for_each(|row| found(self.row(&self.base, row)));
    }

    /// The rows that the sums over a split count and that are no longer there.
    pub(super) fn gone_from_sums(&self, split: &Split) -> impl Iterator<Item = IncidentRow<'_>> {
        self.gone.iter().filter(|row| self.is_counted(**row, split)).map(|row| self.row(&self.base, *row))
    }

    /// Whether the sums over a split count a row of the base.
    fn is_counted(&self, row: u32, split: &Split) -> bool {
        split.counts(self.base.index.interval(at(row))) && self.base.days().is_some_and(|days| days.counts(row))
    }

    /// The rows among some of the base that the sums over a split count and that lie in a box, also those that are no longer there.
    pub(super) fn counted_in<'a>(&'a self, rows: &'a [u32], bbox: Bbox, split: &Split) -> impl Iterator<Item = IncidentRow<'a>> {
        let inside = move |row: &u32| self.base.index.position(at(*row)).is_some_and(|position| bbox.contains(position));
        rows.iter().copied().filter(move |row| inside(row) && self.is_counted(*row, split)).map(|row| self.row(&self.base, row))
    }

    /// How many rows there are in a box and a window, whoever may see them, where sums tell: of a window alone, and where that many are at least so
    /// many that looking for them is more work.
    pub(super) fn counted_in_box(&self, bbox: Bbox, conditions: &Conditions<'_>, worth: u64) -> Option<u64> {
        let split = self.split(conditions).filter(|_| !bbox.crosses_antimeridian())?;
        let everywhere = self.base.category_sums(Category::Whole)?.days.of_key(0, &split.days).tally().count;
        if everywhere < worth || self.base.at_most_in_box(bbox, &split) < worth {
            return None;
        }
        let mut count = 0;
        self.base.each_in_box(bbox, WHOLE_MAP, 0, &split, |found| match found {
            Found::Cell(_, sum) => count += sum.tally().count,
            Found::Rows(rows) => count += self.counted_in(rows, bbox, &split).count() as u64,
        });
        let inside = |row: IncidentRow<'_>| u64::from(row.position().is_some_and(|position| bbox.contains(position)));
        self.gone_from_sums(&split).for_each(|row| count -= inside(row));
        self.beside_sums(Some(bbox), conditions.datetime(), &split, |row| count += inside(row));
        self.search(&self.delta, Some(bbox), conditions, |_| count += 1);
        Some(count)
    }

    /// The rows of an id: one, but for versions.
    pub(super) fn of(&self, id: &str) -> impl Iterator<Item = IncidentRow<'_>> {
        let base = self.base.rows_with(id).filter(|row| self.is_there(*row)).map(|row| self.row(&self.base, row));
        base.chain(self.delta.rows_with(id).map(|row| self.row(&self.delta, row)))
    }

    /// How many rows are of a dataset.
    pub(super) fn rows_of(&self, dataset: &str) -> usize {
        let gone = self.gone.iter().filter(|row| self.row(&self.base, **row).dataset().id == dataset).count();
        self.base.rows_of(dataset) - gone + self.delta.rows_of(dataset)
    }

    /// Whether there are rows that may not be passed on.
    pub(super) fn has_restricted(&self) -> bool {
        self.restricted
    }

    pub(super) fn extent(&self) -> Option<Bbox> {
        self.extent
    }

    pub(super) fn interval(&self) -> Option<Interval> {
        self.interval
    }

    /// Whether any incident here is told twice.
    pub(super) fn has_links(&self) -> bool {
        !self.base.duplicate_of.is_empty() || !self.links.is_empty()
    }

    /// The row of another dataset that is taken for the same incident, by numbers.
    pub(super) fn duplicate_of(&self, number: u32) -> Option<u32> {
        let as_before = || self.base.duplicate_of.get(at(number)).copied();
        self.links.get(&number).copied().or_else(as_before).filter(|other| *other != NONE)
    }

    /// The ids of the incidents that are taken for another one now or in another state, and not in both for the same. Both states have the
    /// same base.
    pub(super) fn linked_otherwise<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a str> {
        fn told<'a>(layers: &'a Layers, id: &str) -> Option<&'a str> {
            layers.of(id).next().and_then(IncidentRow::duplicate_of)
        }
        let ids = |layers: &'a Self| layers.links.keys().map(|number| layers.numbered(*number).stable_id());
        ids(self).chain(ids(other)).filter(|id| told(self, id) != told(other, id)).collect()
    }

    /// Finds which incidents are told twice on the days on which a row came, went or changed. Reports of one incident are of one
    /// day: what other days tell stays as it is.
    fn link(&mut self) {
        if !(self.base.superseded_at.is_empty() && self.delta.superseded_at.is_empty()) {
            return;
        }
        let delta = || (0..).take(self.delta.grid.len()).map(|row| self.row(&self.delta, row));
        let changed = self.gone.iter().map(|row| self.row(&self.base, *row)).chain(delta());
        let days: BTreeSet<i64> = changed.filter_map(IncidentRow::day_and_strip).map(|(day, _)| day).collect();
        let days: Vec<i64> = days.into_iter().collect();
        let spans = match (&days[..], days.first().zip(days.last())) {
            ([_, .., _], Some((first, last))) if days.len() > FEW_DAYS => vec![(*first, *last)],
            _ => days.iter().map(|day| (*day, *day)).collect(),
        };
        let mut rows: BTreeSet<u32> = BTreeSet::new();
        for (first, last) in spans {
            let instant = |day: i64, millis| Instant::from_millis(day.saturating_mul(MILLIS_PER_DAY).saturating_add(millis));
            let Some(span) = Interval::new(instant(first, 0), instant(last, MILLIS_PER_DAY - 1)) else { continue };
            self.base.index.search(None, span, |found| {
                let found = found.filter_map(|row| u32::try_from(row).ok()).filter(|row| self.is_there(*row));
                let is_touched = |(day, _): (i64, i32)| days.binary_search(&day).is_ok();
                rows.extend(found.filter(|row| self.row(&self.base, *row).day_and_strip().is_some_and(is_touched)));
            });
        }
        rows.extend(delta().map(|row| self.number(row)));
        let pairs = self.pairs(rows.iter().copied());
        let base = |row: u32| self.base.duplicate_of.get(at(row)).copied().unwrap_or(NONE);
        let now = |row: u32| pairs.get(&row).copied().unwrap_or(NONE);
        self.links = rows.into_iter().map(|row| (row, now(row))).filter(|(row, other)| base(*row) != *other).collect();
    }

    /// What is told of all rows.
    fn sum_up(&mut self) {
        let base = &self.base;
        let there = || (0u32..).take(base.len()).filter(|row| self.is_there(*row)).map(at);
        let gone = || self.gone.iter().map(|row| at(*row));
        let on_edge = |bbox: Bbox, position: Position| {
            [bbox.west(), bbox.east()].contains(&position.lon()) || [bbox.south(), bbox.north()].contains(&position.lat())
        };
        let extent = base.index.extent();
        let shrinks = extent.is_some_and(|bbox| gone().filter_map(|row| base.index.position(row)).any(|at| on_edge(bbox, at)));
        let extent = if shrinks { Bbox::around(there().filter_map(|row| base.index.position(row))) } else { extent };
        let ends = |interval: Interval| [interval.start(), interval.end()];
        let is_end = |row: usize| {
            base.interval
                .is_some_and(|all| ends(all).into_iter().zip(ends(base.index.interval(row))).any(|(outer, own)| outer == own))
        };
        let interval = if gone().any(is_end) {
            let dated = there().map(|row| base.index.interval(row)).filter(|interval| *interval != Interval::ALWAYS);
            dated.reduce(Interval::around)
        } else {
            base.interval
        };
        let restricted = base.has_restricted() && (self.gone.is_empty() || there().any(|row| base.is_restricted(row)))
            || self.delta.has_restricted();
        self.extent = extent.into_iter().chain(self.delta.index.extent()).reduce(Bbox::union);
        self.interval = interval.into_iter().chain(self.delta.interval).reduce(Interval::around);
        self.restricted = restricted;
    }

    /// The datasets of both layers in the order in which they stand: those that may be passed on before those that may not, then by id. For
    /// each layer the place of each of its own.
    pub(super) fn standing(&self) -> [Vec<u16>; 2] {
        let key = |dataset: &Dataset| (dataset.redistribution == Redistribution::Restricted, dataset.id.clone());
        let all: BTreeSet<_> = self.both().into_iter().flat_map(|columns| &columns.datasets).map(|one| key(one)).collect();
        let place = |dataset: &Arc<Dataset>| all.iter().position(|other| *other == key(dataset));
        let places = |columns: &Columns| {
            columns
                .datasets
                .iter()
                .map(|dataset| place(dataset).and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX))
                .collect()
        };
        [places(&self.base), places(&self.delta)]
    }
}

fn at(row: u32) -> usize {
    // This machine's addresses have at least 32 bits.
    usize::try_from(row).unwrap_or(usize::MAX)
}
