//! Reports of one incident in several datasets: on the same day, with an actor in common, at most 5 km apart. They are linked and
//! never merged, since which of two reports is right is not for us to say; whoever asks has them counted once.

use std::collections::{HashMap, HashSet};

use super::layers::Layers;
use super::{Columns, IncidentRow};

/// How far apart two reports of one incident may lie, in metres: two sources place a village by different gazetteers.
const LINK_DISTANCE_M: f64 = 5_000.0;

/// Degrees of latitude that [`LINK_DISTANCE_M`] is less than: 5 km are 0.045° on the sphere.
const LATITUDE_STEP: f64 = 0.05;

/// The code of an actor that nobody could name: two incidents by unknown hands have no actor in common.
const UNKNOWN_ACTOR: &str = "UNKNOWN";

/// The day and the strip of latitude of a row.
type Place = (i64, i32);

impl Layers {
    /// Among rows, by their numbers, those that another dataset's row is taken for the same incident as, with that row.
    ///
    /// Of a pair the row of the dataset that stands first has none: datasets that may be passed on stand before those that may not, then by id, so that
    /// nobody is pointed to what may not be shown. Between two datasets a row is in one pair at most, the nearest first and of those
    /// equally near the first ids: of three attacks on one day that another dataset tells two of, one stays by itself. Only rows that are dated to a
    /// day, by the day's precision, and placed have a pair.
    pub(super) fn pairs(&self, rows: impl Iterator<Item = u32> + Clone) -> HashMap<u32, u32> {
        let mut duplicate_of: HashMap<u32, u32> = HashMap::new();
        let standing = self.standing();
        let stands = |number: u32| {
            let row = self.numbered(number);
            standing[usize::from(self.is_delta(row.columns))][row.dataset_code()]
        };
        let mut links = self.links(rows, stands);
        links.sort_unstable_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.order.cmp(&b.order)));
        let mut taken: HashSet<(u32, u16)> = HashSet::new();
        for Link { rows: [a, b], .. } in links {
            if taken.contains(&(a, stands(b))) || taken.contains(&(b, stands(a))) {
                continue;
            }
            taken.extend([(a, stands(b)), (b, stands(a))]);
            let (kept, other) = if stands(a) < stands(b) { (a, b) } else { (b, a) };
            // One that is told by three datasets points to the first of them.
            let place = duplicate_of.entry(other).or_insert(kept);
            if stands(kept) < stands(*place) {
                *place = kept;
            }
        }
        duplicate_of
    }

    /// The rows of different datasets that may tell of one incident. Rows of the largest dataset are looked up among those of the others, which alone are kept
    /// in a table.
    fn links(&self, rows: impl Iterator<Item = u32> + Clone, stands: impl Fn(u32) -> u16) -> Vec<Link> {
        let mut rows_of: HashMap<u16, usize> = HashMap::new();
        let mut links = Vec::new();
        if self.parts().all(|columns| columns.datasets.len() < 2) && self.parts().count() < 2 {
            return links;
        }
        rows.clone().for_each(|row| *rows_of.entry(stands(row)).or_default() += 1);
        let Some(largest) = rows_of.iter().max_by_key(|(dataset, count)| (**count, **dataset)).map(|(dataset, _)| *dataset)
        else {
            return links;
        };
        let mut table: HashMap<Place, Vec<u32>> = HashMap::new();
        for row in rows.clone().filter(|row| stands(*row) != largest) {
            if let Some(place) = self.numbered(row).day_and_strip() {
                self.link_with(&table, row, place, &stands, &mut links);
                table.entry(place).or_default().push(row);
            }
        }
        for row in rows.filter(|row| stands(*row) == largest) {
            if let Some(place) = self.numbered(row).day_and_strip() {
                self.link_with(&table, row, place, &stands, &mut links);
            }
        }
        links
    }

    fn link_with(
        &self,
        table: &HashMap<Place, Vec<u32>>,
        number: u32,
        (day, strip): Place,
        stands: impl Fn(u32) -> u16,
        links: &mut Vec<Link>,
    ) {
        let near = [strip - 1, strip, strip + 1].into_iter().filter_map(|strip| table.get(&(day, strip)));
        let row = self.numbered(number);
        for other_number in near.flatten().copied() {
            let other = self.numbered(other_number);
            if stands(number) == stands(other_number) || !shares_actor(row, other) {
                continue;
            }
            // From the first id to the second, so that rounding is the same whichever is looked up.
            let (a, b) = if row.order() < other.order() { (row, other) } else { (other, row) };
            let distance_m = a.position().zip(b.position()).map(|(here, there)| here.distance_m(there));
            if let Some(distance_m) = distance_m.filter(|distance_m| *distance_m <= LINK_DISTANCE_M) {
                links.push(Link { distance_m, order: [a.order(), b.order()], rows: [number, other_number] });
            }
        }
    }
}

fn shares_actor(row: IncidentRow<'_>, other: IncidentRow<'_>) -> bool {
    let codes = |row: IncidentRow<'_>| [row.columns.actor1[row.at()], row.columns.actor2[row.at()]];
    let named = |columns: &Columns, actor: u32| columns.actors.get(actor).is_some_and(|code| code != UNKNOWN_ACTOR);
    if std::ptr::eq(row.columns, other.columns) {
        let theirs = codes(other);
        return codes(row).into_iter().any(|actor| theirs.contains(&actor) && named(row.columns, actor));
    }
    let theirs = codes(other).map(|actor| other.columns.actors.get(actor));
    codes(row).into_iter().filter(|actor| named(row.columns, *actor)).any(|actor| theirs.contains(&row.columns.actors.get(actor)))
}

impl IncidentRow<'_> {
    /// Where a row is looked for; `None` when it has no place or no day of its own.
    pub(super) fn day_and_strip(self) -> Option<Place> {
        let interval = self.columns.index.interval(self.at());
        let day = |millis: i64| millis.div_euclid(86_400_000);
        let first = day(interval.start().millis());
        let is_dated = self.is_dated_to_a_day() && first == day(interval.end().millis());
        #[allow(clippy::cast_possible_truncation, reason = "a latitude over 0.05 is within ±1800")]
        let strip = (self.position()?.lat() / LATITUDE_STEP).floor() as i32;
        is_dated.then_some((first, strip))
    }
}

/// Two rows of different datasets that may be reports of one incident.
struct Link {
    distance_m: f64,
    /// The places of the two in the order of ids, the first first.
    order: [u64; 2],
    rows: [u32; 2],
}
