//! Reports of one incident in several datasets: on the same day, with an actor in common, at most 5 km apart. They are linked and
//! never merged, since which of two reports is right is not for us to say; whoever asks has them counted once.

use std::collections::HashMap;

use super::Columns;
use super::text::NONE;
use crate::domain::Redistribution;

/// How far apart two reports of one incident may lie, in metres: two sources place a village by different gazetteers.
const LINK_DISTANCE_M: f64 = 5_000.0;

/// Degrees of latitude that [`LINK_DISTANCE_M`] is less than: 5 km are 0.045° on the sphere.
const LATITUDE_STEP: f64 = 0.05;

/// The code of an actor that nobody could name: two incidents by unknown hands have no actor in common.
const UNKNOWN_ACTOR: &str = "UNKNOWN";

/// The day and the strip of latitude of a row.
type Place = (i64, i32);

impl Columns {
    /// For each row the row of another dataset that is taken for the same incident, or [`NONE`]; nothing at all when there is no
    /// such pair.
    ///
    /// Of a pair the row of the dataset that stands first has none: datasets that may be passed on stand before those that may not, then by id, so that
    /// nobody is pointed to what may not be shown. Between two datasets a row is in one pair at most, the nearest first: of three
    /// attacks on one day that another dataset tells two of, one stays by itself. Only rows that are dated to a day, by the day's precision, and placed have
    /// a pair.
    pub(super) fn duplicates(&self) -> Vec<u32> {
        let mut first: Vec<usize> = (0..self.datasets.len()).collect();
        let restricted = |at: &usize| self.datasets[*at].redistribution == Redistribution::Restricted;
        first.sort_by_key(|at| (restricted(at), &self.datasets[*at].id));
        let mut standing = vec![0; first.len()];
        first.iter().enumerate().for_each(|(place, at)| standing[*at] = place);
        let mut links = self.links();
        links.sort_unstable_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then((a.rows).cmp(&b.rows)));
        let mut taken: HashMap<(u32, u16), ()> = HashMap::new();
        let mut duplicate_of = Vec::new();
        for Link { rows: [a, b], .. } in links {
            let of = |row: u32| self.dataset[self.row(row).at()];
            if taken.contains_key(&(a, of(b))) || taken.contains_key(&(b, of(a))) {
                continue;
            }
            taken.extend([((a, of(b)), ()), ((b, of(a)), ())]);
            let before = standing[usize::from(of(a))] < standing[usize::from(of(b))];
            let (kept, other) = if before { (a, b) } else { (b, a) };
            duplicate_of.resize(self.rank.len(), NONE);
            let place = &mut duplicate_of[self.row(other).at()];
            // One that is told by three datasets points to the first of them.
            let stands = |row: u32| standing[usize::from(of(row))];
            if *place == NONE || stands(kept) < stands(*place) {
                *place = kept;
            }
        }
        duplicate_of
    }

    /// The pairs. Rows of the largest dataset are looked up among those of the others, which alone are kept in a table.
    fn links(&self) -> Vec<Link> {
        let mut rows_of = vec![0usize; self.datasets.len()];
        self.dataset.iter().for_each(|code| rows_of[usize::from(*code)] += 1);
        let Some(largest) = (0..rows_of.len()).max_by_key(|at| rows_of[*at]).filter(|_| rows_of.len() > 1) else {
            return Vec::new();
        };
        let is_largest = |row: u32| usize::from(self.dataset[self.row(row).at()]) == largest;
        let placed = || (0u32..).take(self.grid.len());
        let mut table: HashMap<Place, Vec<u32>> = HashMap::new();
        let mut links = Vec::new();
        for row in placed().filter(|row| !is_largest(*row)) {
            if let Some(place) = self.place(row) {
                self.link(&table, row, place, &mut links);
                table.entry(place).or_default().push(row);
            }
        }
        for row in placed().filter(|row| is_largest(*row)) {
            if let Some(place) = self.place(row) {
                self.link(&table, row, place, &mut links);
            }
        }
        links
    }

    fn link(&self, table: &HashMap<Place, Vec<u32>>, row: u32, (day, strip): Place, links: &mut Vec<Link>) {
        let near = [strip - 1, strip, strip + 1].into_iter().filter_map(|strip| table.get(&(day, strip)));
        for other in near.flatten().copied() {
            let (a, b) = (self.row(row).at(), self.row(other).at());
            if self.dataset[a] == self.dataset[b] || !self.share_actor(a, b) {
                continue;
            }
            let distance_m = self.index.position(a).zip(self.index.position(b)).map(|(here, there)| here.distance_m(there));
            if let Some(distance_m) = distance_m.filter(|distance_m| *distance_m <= LINK_DISTANCE_M) {
                links.push(Link { distance_m, rows: [row.min(other), row.max(other)] });
            }
        }
    }

    fn share_actor(&self, a: usize, b: usize) -> bool {
        let actors = |row: usize| [self.actor1[row], self.actor2[row]];
        let named = |actor: u32| self.actors.get(actor).is_some_and(|code| code != UNKNOWN_ACTOR);
        actors(a).into_iter().filter(|actor| named(*actor)).any(|actor| actors(b).contains(&actor))
    }

    /// Where a row is looked for; `None` when it has no day of its own.
    fn place(&self, row: u32) -> Option<Place> {
        let row = self.row(row);
        let interval = self.index.interval(row.at());
        let day = |millis: i64| millis.div_euclid(86_400_000);
        let first = day(interval.start().millis());
        let is_dated = row.is_dated_to_a_day() && first == day(interval.end().millis());
        #[allow(clippy::cast_possible_truncation, reason = "a latitude over 0.05 is within ±1800")]
        let strip = (self.index.position(row.at())?.lat() / LATITUDE_STEP).floor() as i32;
        is_dated.then_some((first, strip))
    }
}

/// Two rows of different datasets that may be reports of one incident.
struct Link {
    distance_m: f64,
    rows: [u32; 2],
}
