//! Histograms by month as text: the objects of whole months are written once and handed out as one stretch after another.
//!
//! An answer to `group_by=region,month` has an object for each region and month. Those of whole months are the same whatever the window, as long
//! as the rows under them are: they are kept as they were written, in the order of the answer. Anew are written those of months that lie in the window in part,
//! and those that a row since added, revised or taken away is in.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::aggregate::{Grouping, may_hide, period};
use super::days::Days;
use super::group_text::{GroupWriter, List};
use super::layers::Layers;
use super::predicate::Conditions;
use super::sums::{Category, CategorySums, Sum};
use super::text::NONE;
use super::{Columns, GroupBy, GroupValue, IncidentRow};
use crate::domain::{FeatureQuery, Instant};

/// A histogram of more objects than these is written anew each time: this many take some 3 MB.
const MOST_OBJECTS: usize = 20_000;

/// So many are kept, those asked for last.
const MOST_KEPT: usize = 4;

/// The histograms of one set of columns that were asked for.
#[derive(Debug, Default)]
pub(super) struct Histograms(Mutex<Vec<Arc<Histogram>>>);

/// All objects of a histogram in the order of the answer.
#[derive(Debug)]
struct Histogram {
    by: Vec<GroupBy>,
    order: Order,
    /// Of each key of the category, the rank of its value.
    ranks: Vec<u32>,
    /// The place of each object that has rows, ascending, and its sum.
    places: Vec<u32>,
    sums: Vec<Sum>,
    /// Where the text of each of them ends.
    ends: Vec<u32>,
    /// The objects, each with the comma before it.
    text: String,
}

/// How values and months make up a place.
#[derive(Debug, Clone, Copy)]
struct Order {
    values: u32,
    months: u32,
    by_month_first: bool,
}

impl Order {
    fn place(self, rank: u32, month: u16) -> u32 {
        let month = u32::from(month);
        if self.by_month_first { month * self.values + rank } else { rank * self.months + month }
    }

    /// The rank and the month of a place.
    fn at(self, place: u32) -> (u32, u32) {
        if self.by_month_first { (place % self.values, place / self.values) } else { (place / self.months, place % self.months) }
    }

    /// The places of some months, ascending.
    fn spans(self, months: &Range<u16>) -> impl Iterator<Item = Range<u32>> {
        let (first, end) = (u32::from(months.start), u32::from(months.end));
        let (runs, step, first, end) = if self.by_month_first {
            (1, 0, first * self.values, end * self.values)
        } else {
            (self.values, self.months, first, end)
        };
        (0..runs).map(move |run| run * step + first..run * step + end)
    }
}

/// The answer as text: of a window, by months and at most one property. `None` for anything else.
pub(super) fn json(layers: &Layers, query: &FeatureQuery, by: &[GroupBy]) -> Option<String> {
    if query.bbox.is_some() || may_hide(query, by) && layers.has_restricted() {
        return None;
    }
    let category = category_of(by)?;
    let conditions = Conditions::of(layers, query);
    let split = layers.split(&conditions)?;
    let (base, days) = (layers.base(), layers.base().days()?);
    let sums = base.category_sums(category)?;
    let ready = base.sums.histograms.of(base, days, sums, category, by)?;
    let (months, edges) = days.in_months(&split.days);
    let mut anew = Anew { ready: &ready, layers, days, category, months: &months, sums: BTreeMap::new(), fits: true };
    for key in 0..base.keys(category) {
        for edge in &edges {
            sums.days.begun.each_period(key, edge, |day, sum| anew.add(days.month_of(day), key, sum));
        }
    }
    days.ongoing(split.days.start).for_each(|row| anew.count(layers.row(base, row), Sum::plus));
    layers.gone_from_sums(&split).for_each(|row| anew.count(row, Sum::minus));
    layers.beside_sums(None, query.datetime, &split, |row| anew.count(row, Sum::plus));
    let [_, delta] = layers.both();
    layers.search(delta, None, &conditions, |row| anew.count(row, Sum::plus));
    let Anew { sums, fits, .. } = anew;
    fits.then(|| ready.written(base, days, &months, &sums))
}

/// The category of groups by month, in either order, or by month alone.
fn category_of(by: &[GroupBy]) -> Option<Category> {
    match by {
        [GroupBy::Month] => Some(Category::Whole),
        [one, GroupBy::Month] | [GroupBy::Month, one] if !one.is_period() => Category::of(&[*one]),
        _ => None,
    }
}

/// The sums of the objects that are written anew.
struct Anew<'a> {
    ready: &'a Histogram,
    layers: &'a Layers,
    days: &'a Days,
    category: Category,
    /// The months whose objects stand ready.
    months: &'a Range<u16>,
    sums: BTreeMap<u32, Sum>,
    /// Whether all rows had a place among the objects.
    fits: bool,
}

impl Anew<'_> {
    /// Adds what begins in a month.
    fn add(&mut self, month: Option<u16>, key: usize, sum: Sum) {
        if let Some((month, rank)) = month.zip(self.ready.ranks.get(key)) {
            let of = self.sums.entry(self.ready.order.place(*rank, month)).or_default();
            *of = of.plus(sum);
        }
    }

    fn count(&mut self, row: IncidentRow<'_>, apply: fn(Sum, Sum) -> Sum) {
        let start = row.columns.index.interval(row.at()).start();
        if start == Instant::MIN {
            // Without a date a row is in no month.
            return;
        }
        let rank = self.key(row).and_then(|key| self.ready.ranks.get(key));
        let Some((month, rank)) = self.days.month_of(self.days.number(start)).zip(rank) else {
            self.fits = false;
            return;
        };
        let place = self.ready.order.place(*rank, month);
        let is_ready = self.months.contains(&month);
        let of = self.sums.entry(place).or_insert_with(|| if is_ready { self.ready.sum(place) } else { Sum::default() });
        *of = apply(*of, Sum::of(row.tally()));
    }

    /// The key of a row's value among those of the base; `None` where it has none.
    fn key(&self, row: IncidentRow<'_>) -> Option<usize> {
        let base = self.layers.base();
        let (code, last) = (row.columns.key(self.category, row.at()), base.keys(self.category) - 1);
        let dictionary = |columns: &Columns, code: u32| match self.category {
            Category::Actor1 | Category::Actor2 => columns.actors.get(code).map(ToOwned::to_owned),
            Category::Country => columns.countries.get(code).map(ToOwned::to_owned),
            Category::Region => columns.regions.get(code).map(ToOwned::to_owned),
            Category::Whole | Category::EventType => None,
        };
        let of_texts = !matches!(self.category, Category::Whole | Category::EventType);
        let key = match dictionary(row.columns, code) {
            Some(text) if self.layers.is_delta(row.columns) => match self.category {
                Category::Country => base.countries.codes_of(&text),
                Category::Region => base.regions.codes_of(&text),
                _ => base.actors.codes_of(&text),
            }
            .first()
            .copied()?,
            None if of_texts => return Some(last),
            _ => code,
        };
        usize::try_from(key).ok().map(|key| key.min(last))
    }
}

impl Histograms {
    /// The histogram of these groups, made if it is not kept; `None` where it would be too large.
    fn of(&self, base: &Columns, days: &Days, sums: &CategorySums, category: Category, by: &[GroupBy]) -> Option<Arc<Histogram>> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = kept();
            if let Some(at) = kept.iter().position(|histogram| histogram.by == by) {
                let found = kept.remove(at);
                kept.push(Arc::clone(&found));
                return Some(found);
            }
        }
        let made = Arc::new(Histogram::of(base, days, sums, category, by)?);
        let mut kept = kept();
        kept.retain(|histogram| histogram.by != by);
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&made));
        Some(made)
    }
}

impl Histogram {
    fn of(base: &Columns, days: &Days, sums: &CategorySums, category: Category, by: &[GroupBy]) -> Option<Self> {
        let grouping = grouping(base, by);
        let values = grouping.as_ref().map_or(Some(1), |grouping| u32::try_from(grouping.size()).ok())?;
        let order = Order { values, months: days.months().max(1).into(), by_month_first: by.first() == Some(&GroupBy::Month) };
        order.values.checked_mul(order.months)?;
        let keys = base.keys(category);
        let rank = |key: usize| {
            let code = u32::try_from(key).ok().filter(|_| key + 1 < keys).unwrap_or(NONE);
            grouping.as_ref().map_or(0, |grouping| u32::try_from(grouping.text_code(code)).unwrap_or(0))
        };
        let ranks: Vec<u32> = (0..keys).map(rank).collect();
        let mut objects: BTreeMap<u32, Sum> = BTreeMap::new();
        for (key, rank) in ranks.iter().enumerate() {
            sums.months.each_period(key, &(0..days.months()), |month, sum| {
                let of = objects.entry(order.place(*rank, month)).or_default();
                *of = of.plus(sum);
            });
            if objects.len() > MOST_OBJECTS {
                return None;
            }
        }
        let (writer, mut text) = (GroupWriter::new(by), String::with_capacity(objects.len() * 140));
        let mut ends = Vec::with_capacity(objects.len());
        for (place, sum) in &objects {
            write(&writer, &mut text, order, *place, *sum, by, grouping.as_ref(), days);
            ends.push(u32::try_from(text.len()).ok()?);
        }
        text.shrink_to_fit();
        let (places, sums) = objects.into_iter().unzip();
        Some(Self { by: by.to_vec(), order, ranks, places, sums, ends, text })
    }

    /// The sum of an object as it stands ready.
    fn sum(&self, place: u32) -> Sum {
        self.places.binary_search(&place).ok().and_then(|at| self.sums.get(at)).copied().unwrap_or_default()
    }

    /// The texts of the objects of some places.
    fn texts(&self, places: Range<u32>) -> &str {
        let end = |place: u32| match self.places.partition_point(|own| *own < place) {
            0 => 0,
            before => self.ends[before - 1] as usize,
        };
        &self.text[end(places.start)..end(places.end)]
    }

    /// The objects of some months as they stand ready, and among them those that are written anew.
    fn written(&self, base: &Columns, days: &Days, months: &Range<u16>, anew: &BTreeMap<u32, Sum>) -> String {
        let spans = self.order.spans(months).filter(|span| !span.is_empty());
        let spans: Vec<(Range<u32>, &str)> = spans.map(|span| (span.clone(), self.texts(span))).collect();
        let ready: usize = spans.iter().map(|(_, text)| text.len()).sum();
        let mut list = List::new(ready + anew.len() * 160);
        let (writer, grouping, mut object) = (GroupWriter::new(&self.by), grouping(base, &self.by), String::new());
        let mut next = anew.iter().peekable();
        let mut write_before = |list: &mut List, end: u32| {
            let (place, sum) = next.next_if(|(place, _)| **place < end)?;
            if !sum.is_nothing() {
                object.clear();
                write(&writer, &mut object, self.order, *place, *sum, &self.by, grouping.as_ref(), days);
                list.push(&object);
            }
            Some(*place)
        };
        for (span, text) in spans {
            if anew.range(span.clone()).next().is_none() {
                while write_before(&mut list, span.start).is_some() {}
                list.push(text);
                continue;
            }
            while write_before(&mut list, span.start).is_some() {}
            let mut from = span.start;
            while let Some((place, _)) = anew.range(from..span.end).next() {
                list.push(self.texts(from..*place));
                write_before(&mut list, place + 1);
                from = place + 1;
            }
            list.push(self.texts(from..span.end));
        }
        while write_before(&mut list, u32::MAX).is_some() {}
        list.finish()
    }
}

/// The grouping by the property; `None` when it is by month alone.
fn grouping<'a>(base: &'a Columns, by: &[GroupBy]) -> Option<Grouping<'a>> {
    by.iter().find(|by| !by.is_period()).map(|by| Grouping::new(base, *by))
}

#[allow(clippy::too_many_arguments, reason = "all that an object is made of")]
fn write(
    writer: &GroupWriter,
    out: &mut String,
    order: Order,
    place: u32,
    sum: Sum,
    by: &[GroupBy],
    grouping: Option<&Grouping<'_>>,
    days: &Days,
) {
    let (rank, month) = order.at(place);
    let month = period(GroupBy::Month, days.first_month().saturating_add_unsigned(month));
    let value = |by: &GroupBy| match grouping {
        Some(grouping) if !by.is_period() => grouping.value(rank.into()).told(*by),
        _ => month,
    };
    let values: [GroupValue<'_>; 2] = [value(&by[0]), by.get(1).map_or(GroupValue::Null, value)];
    writer.write_object(out, &values[..by.len()], &sum.tally());
}
