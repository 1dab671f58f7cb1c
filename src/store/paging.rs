//! A page of an answer: what stands after, or before, a place in its order.

use crate::domain::{Cursor, FeatureQuery, Page, Record, Standing};

/// The page of records that are sorted by id, as a query without an order of its own asks for it.
pub(super) fn by_id<R: Record + Copy>(query: &FeatureQuery, found: &[R], withheld: usize) -> Page<R> {
    let limit = query.limit.count();
    let (start, end) = match &query.cursor {
        None => (0, limit.min(found.len())),
        Some(cursor) if cursor.is_backward() => {
            let end = found.partition_point(|record| record.id() < cursor.id());
            (end.saturating_sub(limit), end)
        }
        Some(cursor) => {
            let start = found.partition_point(|record| record.id() <= cursor.id());
            (start, (start + limit).min(found.len()))
        }
    };
    let items = found[start..end].to_vec();
    turned(query, items, Around { matched: found.len(), withheld, before: start > 0, after: end < found.len() })
}

/// The page of records in the order that a query asks for; of all that were found only those of the page are put in it.
pub(super) fn sorted<R: Record + Copy>(query: &FeatureQuery, found: Vec<R>, withheld: usize) -> Page<R> {
    let (limit, matched) = (query.limit.count(), found.len());
    let backward = query.cursor.as_ref().is_some_and(Cursor::is_backward);
    let compare = |a: &Standing, b: &Standing| {
        let order = a.compare(b, &query.sort);
        if backward { order.reverse() } else { order }
    };
    let mut standing: Vec<(Standing, R)> = found.into_iter().map(|record| (place(query, &record), record)).collect();
    if let Some(cursor) = &query.cursor {
        standing.retain(|(standing, _)| compare(standing, cursor.standing()).is_gt());
    }
    // In the direction of reading: what lies behind the cursor, and what lies beyond the page.
    let (behind, beyond) = (standing.len() < matched, standing.len() > limit);
    if beyond {
        standing.select_nth_unstable_by(limit, |(a, _), (b, _)| compare(a, b));
        standing.truncate(limit);
    }
    standing.sort_unstable_by(|(a, _), (b, _)| a.compare(b, &query.sort));
    let items = standing.into_iter().map(|(_, record)| record).collect();
    let (before, after) = if backward { (beyond, behind) } else { (behind, beyond) };
    turned(query, items, Around { matched, withheld, before, after })
}

/// What there is besides a page.
pub(super) struct Around {
    pub(super) matched: usize,
    pub(super) withheld: usize,
    /// Whether something stands before it, and after it.
    pub(super) before: bool,
    pub(super) after: bool,
}

/// A page with the ways to those before and after it.
pub(super) fn turned<R: Record>(query: &FeatureQuery, items: Vec<R>, around: Around) -> Page<R> {
    Page {
        matched: around.matched,
        withheld: around.withheld,
        next: items.last().filter(|_| around.after).map(|last| query.cursor_at(last, false)),
        previous: items.first().filter(|_| around.before).map(|first| query.cursor_at(first, true)),
        items,
    }
}

fn place(query: &FeatureQuery, record: &dyn Record) -> Standing {
    Standing::of(record, &query.sort, query.as_of)
}
