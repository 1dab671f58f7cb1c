//! Pages of incidents, with the number of all that meet the question.

use std::cmp::Ordering;

use super::super::paging;
use super::layers::Layers;
use super::order::{Order, Place, compare};
use super::predicate::Conditions;
use super::{Columns, IncidentRow, Incidents};
use crate::domain::{Audience, Bbox, Cursor, FeatureQuery, Page};

impl Incidents {
    /// The page of what meets the query that its cursor names, in its order.
    pub(in crate::store) fn page<'a>(&'a self, query: &FeatureQuery) -> Page<IncidentRow<'a>> {
        if query.known_at.is_none() {
            match Order::of(&self.current, &query.sort) {
                Some(order) => return self.page_in_order(query, &order),
                None if query.sort.is_empty() => return self.page_of_now(query),
                None => {}
            }
        }
        let (mut shown, withheld): (Vec<_>, Vec<_>) =
            self.search(query).into_iter().partition(|row| query.audience == Audience::Operator || !row.is_restricted());
        if !query.sort.is_empty() {
            return paging::sorted(query, shown, withheld.len());
        }
        shown.sort_unstable_by_key(|row| row.stable_id());
        paging::by_id(query, &shown, withheld.len())
    }

    /// By rank: of what was found only the page is put in order, and where sums tell how many there are, no more is looked for than the page.
    fn page_of_now<'a>(&'a self, query: &FeatureQuery) -> Page<IncidentRow<'a>> {
        let layers = &self.current;
        let hides = query.audience == Audience::Public && layers.has_restricted();
        let conditions = Conditions::of(layers, query);
        if !hides && let Some(page) = page_of_counted(layers, query, &conditions) {
            return page;
        }
        let limit = query.limit.count();
        let backward = query.cursor.as_ref().is_some_and(Cursor::is_backward);
        let (mut matched, mut withheld, mut on_page) = (0, 0, 0);
        let mut places: Vec<u64> = Vec::new();
        for columns in layers.parts() {
            let bound = query.cursor.as_ref().map_or(0, |cursor| columns.ids_before(cursor.id(), !backward));
            let bound = u32::try_from(bound).unwrap_or(u32::MAX);
            let mut ranks = Vec::new();
            layers.search(columns, query.bbox, &conditions, |row| {
                if hides && row.is_restricted() {
                    withheld += 1;
                } else {
                    matched += 1;
                    ranks.extend(Some(columns.rank[row.at()]).filter(|rank| (*rank < bound) == backward));
                }
            });
            on_page += ranks.len();
            if ranks.len() > limit {
                if backward {
                    ranks.select_nth_unstable_by(limit, |a, b| b.cmp(a));
                } else {
                    ranks.select_nth_unstable(limit);
                }
                ranks.truncate(limit);
            }
            places.extend(ranks.into_iter().map(|rank| layers.row(columns, columns.by_id[rank as usize]).order()));
        }
        places.sort_unstable();
        if backward {
            places.drain(..places.len().saturating_sub(limit));
        } else {
            places.truncate(limit);
        }
        let items: Vec<_> = places.into_iter().map(|place| layers.ordered(place)).collect();
        let (behind, beyond) = (on_page < matched, on_page > items.len());
        let (before, after) = if backward { (beyond, behind) } else { (behind, beyond) };
        paging::turned(query, items, paging::Around { matched, withheld, before, after })
    }
}

impl Incidents {
    /// In an order of numbers: of what was found no more is kept than some pages.
    fn page_in_order<'a>(&'a self, query: &FeatureQuery, order: &Order<'_>) -> Page<IncidentRow<'a>> {
        let layers = &self.current;
        let hides = query.audience == Audience::Public && layers.has_restricted();
        let conditions = Conditions::of(layers, query);
        let limit = query.limit.count();
        let backward = query.cursor.as_ref().is_some_and(Cursor::is_backward);
        let turned = |ordering: Ordering| if backward { ordering.reverse() } else { ordering };
        let nearer = |a: &Place, b: &Place| turned(compare(&a.0, &b.0).then(a.1.cmp(&b.1)));
        let cursor = query.cursor.as_ref().map(|cursor| (cursor.id(), order.numbers(&cursor.standing().values)));
        let (mut matched, mut withheld, mut on_page) = (0, 0, 0);
        let room = 4 * (limit + 1) + 1_024;
        let mut places: Vec<Place> = Vec::with_capacity(room);
        // What lies beyond this one is on no page.
        let mut last: Option<Place> = None;
        for columns in layers.parts() {
            // Of rows alike the id decides: all from this rank on come after the cursor.
            let bound = cursor.map_or(0, |(id, _)| columns.ids_before(id, !backward));
            layers.search(columns, query.bbox, &conditions, |row| {
                if hides && row.is_restricted() {
                    withheld += 1;
                    return;
                }
                matched += 1;
                let place = order.place(row);
                if let Some((_, numbers)) = &cursor {
                    let ahead = match turned(compare(&place.0, numbers)) {
                        Ordering::Equal => (usize::try_from(columns.rank[row.at()]).unwrap_or(usize::MAX) < bound) == backward,
                        other => other.is_gt(),
                    };
                    if !ahead {
                        return;
                    }
                }
                on_page += 1;
                if last.as_ref().is_some_and(|last| nearer(&place, last).is_gt()) {
                    return;
                }
                places.push(place);
                if places.len() == room {
                    last = Some(*places.select_nth_unstable_by(limit, nearer).1);
                    places.truncate(limit);
                }
            });
        }
        places.sort_unstable_by(nearer);
        places.truncate(limit);
        if backward {
            places.reverse();
        }
        let items: Vec<_> = places.into_iter().map(|(_, place)| layers.ordered(place)).collect();
        let (behind, beyond) = (on_page < matched, on_page > items.len());
        let (before, after) = if backward { (beyond, behind) } else { (behind, beyond) };
        paging::turned(query, items, paging::Around { matched, withheld, before, after })
    }
}

/// A page of what meets a window, and a box or at most one value of a property that sums are kept of: these tell how many there are, and rows are
/// looked at in the order of their ids until the page is full. `None` where sums do not tell, and where so few rows meet the question that
/// looking for all of them is less work.
fn page_of_counted<'a>(layers: &'a Layers, query: &FeatureQuery, conditions: &Conditions<'_>) -> Option<Page<IncidentRow<'a>>> {
    let limit = query.limit.count();
    let counted = match query.bbox {
        None => layers.counted(conditions)?,
        Some(bbox) => layers.counted_in_box(bbox, conditions, worth_counting(layers, limit))?,
    };
    let matched = usize::try_from(counted).ok()?;
    let mut steps = matched.max(limit.saturating_mul(8));
    let backward = query.cursor.as_ref().is_some_and(Cursor::is_backward);
    let (mut places, mut behind) = (Vec::new(), false);
    for columns in layers.parts() {
        let bound = query.cursor.as_ref().map_or(0, |cursor| columns.ids_before(cursor.id(), !backward));
        let (before, after) = columns.by_id.split_at(bound);
        let mut ahead =
            |rows: &mut dyn Iterator<Item = &u32>, most| look(layers, columns, query.bbox, conditions, rows, most, &mut steps);
        if backward {
            places.extend(ahead(&mut before.iter().rev(), limit + 1)?);
            behind |= !ahead(&mut after.iter(), 1)?.is_empty();
        } else {
            places.extend(ahead(&mut after.iter(), limit + 1)?);
            behind |= !ahead(&mut before.iter().rev(), 1)?.is_empty();
        }
    }
    places.sort_unstable();
    let beyond = places.len() > limit;
    if backward {
        places.drain(..places.len().saturating_sub(limit));
    } else {
        places.truncate(limit);
    }
    let items: Vec<_> = places.into_iter().map(|place| layers.ordered(place)).collect();
    let (before, after) = if backward { (beyond, behind) } else { (behind, beyond) };
    Some(paging::turned(query, items, paging::Around { matched, withheld: 0, before, after }))
}

/// So many rows of a box are worth counting by sums: looking for all of them takes as long as going through the rows in the order of their ids, which
/// lie apart in memory, until a page is full.
fn worth_counting(layers: &Layers, limit: usize) -> u64 {
    const DEARER: u64 = 8;
    let steps = (layers.base().len() as u64).saturating_mul(limit as u64);
    if cfg!(test) { 0 } else { steps.saturating_mul(DEARER).isqrt() }
}

/// The places of the first of some rows that meet the conditions and the window, at most so many; `None` when that took more than the steps that
/// are left.
fn look(
    layers: &Layers,
    columns: &Columns,
    bbox: Option<Bbox>,
    conditions: &Conditions<'_>,
    rows: &mut dyn Iterator<Item = &u32>,
    most: usize,
    steps: &mut usize,
) -> Option<Vec<u64>> {
    let (mut found, is_delta) = (Vec::new(), layers.is_delta(columns));
    for row in rows {
        *steps = steps.checked_sub(1)?;
        let there = layers.row(columns, *row);
        let inside = || bbox.is_none_or(|bbox| there.position().is_some_and(|position| bbox.contains(position)));
        let meets = columns.index.interval(there.at()).meets(conditions.datetime()) && inside();
        if meets && layers.holds(there) && conditions.met_by(is_delta, *row) {
            found.push(there.order());
            if found.len() == most {
                break;
            }
        }
    }
    Some(found)
}
