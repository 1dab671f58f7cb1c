//! What recent changes touched, so that answers about the rest need not be made again.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::{Bbox, Collection, Interval, Record};

/// How many changes are remembered.
const CHANGES: usize = 256;

/// How many touched places of a change are kept one by one. Above that they are kept by degree of longitude and latitude.
const ONE_BY_ONE: usize = 512;

/// How many of those. Above that the change is taken to have touched the whole collection.
const BY_DEGREE: usize = 2_048;

/// What a change touched: where records were or are that are no longer as they were.
#[derive(Debug, Clone, Default)]
pub(super) struct Touched {
    everything: bool,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    collection: Collection,
    /// `None` for what has no place: no box finds it.
    bbox: Option<Bbox>,
    interval: Interval,
}

impl Part {
    fn meets(&self, collection: Collection, bbox: Option<Bbox>, interval: Interval) -> bool {
        let placed = || match (self.bbox, bbox) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(here), Some(asked)) => asked.meets(here),
        };
        self.collection == collection && self.interval.meets(interval) && placed()
    }

    fn around(self, other: Self) -> Self {
        let bbox = self.bbox.into_iter().chain(other.bbox).reduce(Bbox::union);
        Self { bbox, interval: self.interval.around(other.interval), ..self }
    }
}

impl Touched {
    /// A change of which nothing else is known.
    pub(super) fn everything(&mut self) {
        self.everything = true;
    }

    /// All of a collection.
    pub(super) fn whole(&mut self, collection: Collection) {
        self.parts.push(Part { collection, bbox: Some(Bbox::WORLD), interval: Interval::ALWAYS });
    }

    /// A record as it was, or as it is now.
    pub(super) fn record(&mut self, collection: Collection, record: &dyn Record) {
        self.parts.push(Part { collection, bbox: record.bbox(), interval: record.interval() });
    }

    /// The same in little room.
    fn summed_up(mut self) -> Self {
        if self.everything {
            self.parts.clear();
        }
        if self.parts.len() > ONE_BY_ONE {
            let mut cells: HashMap<(Collection, Option<(i64, i64)>), Part> = HashMap::new();
            for part in &self.parts {
                let cell = part.bbox.map(|bbox| (degree(bbox.west()), degree(bbox.south())));
                cells.entry((part.collection, cell)).and_modify(|sum| *sum = sum.around(*part)).or_insert(*part);
            }
            self.parts = cells.into_values().collect();
        }
        if self.parts.len() > BY_DEGREE {
            let collections: BTreeSet<&str> = self.parts.iter().map(|part| part.collection.id()).collect();
            let mut whole = Self::default();
            collections.into_iter().filter_map(Collection::from_id).for_each(|collection| whole.whole(collection));
            return whole;
        }
        self
    }
}

fn degree(degrees: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation, reason = "between -180 and 180")]
    let degree = degrees.floor() as i64;
    degree
}

/// The changes that led from one generation to a later one.
#[derive(Debug)]
struct Change {
    from: u64,
    to: u64,
    touched: Touched,
}

/// The changes that are remembered, the last one last. Each begins where the one before it ended.
#[derive(Debug, Clone, Default)]
pub(super) struct History(Vec<Arc<Change>>);

impl History {
    /// The same with another change at the end.
    pub(super) fn and(&self, from: u64, to: u64, touched: Touched) -> Self {
        let kept = self.0.len().saturating_sub(CHANGES - 1);
        let change = Arc::new(Change { from, to, touched: touched.summed_up() });
        Self(self.0[kept..].iter().cloned().chain([change]).collect())
    }

    /// Whether nothing in the box and the interval of a collection changed after a generation.
    pub(super) fn untouched_since(
        &self,
        generation: u64,
        collection: Collection,
        bbox: Option<Bbox>,
        interval: Interval,
    ) -> bool {
        let later = &self.0[self.0.partition_point(|change| change.to <= generation)..];
        let meets = |change: &Arc<Change>| {
            change.touched.everything || change.touched.parts.iter().any(|part| part.meets(collection, bbox, interval))
        };
        later.first().is_some_and(|first| first.from <= generation) && !later.iter().any(meets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INCIDENTS: Collection = Collection::Incidents;

    fn touched(places: impl IntoIterator<Item = (f64, f64)>, day: &str) -> Touched {
        let interval = Interval::parse(day).unwrap();
        let part = |(lon, lat)| Part { collection: INCIDENTS, bbox: Some(Bbox::new(lon, lat, lon, lat).unwrap()), interval };
        Touched { everything: false, parts: places.into_iter().map(part).collect() }
    }

    fn bbox(text: &str) -> Option<Bbox> {
        Some(Bbox::parse(text).unwrap())
    }

    #[test]
    fn a_change_touches_its_place_on_its_day() {
        let history = History::default().and(4, 6, touched([(-8.0, 12.6)], "2024-05-01")).and(6, 7, Touched::default());
        let untouched = |since, collection, place, window: &str| {
            history.untouched_since(since, collection, place, Interval::parse(window).unwrap())
        };
        let (bamako, agadez) = (bbox("-9,12,-7,13"), bbox("7,16,9,18"));
        assert!(!untouched(4, INCIDENTS, bamako, "2024-05-01") && !untouched(5, INCIDENTS, bamako, "2024-05-01"));
        assert!(!untouched(4, INCIDENTS, None, "2024-05-01/.."));
        assert!(untouched(6, INCIDENTS, bamako, "2024-05-01"), "what was made after the change");
        assert!(untouched(4, INCIDENTS, agadez, "2024-05-01") && untouched(4, INCIDENTS, bamako, "2024-04-30"));
        assert!(untouched(4, Collection::Control, bamako, "2024-05-01"));
        assert!(!untouched(3, INCIDENTS, agadez, "2024-05-01"), "further back than is remembered");
        let mut all = Touched::default();
        all.everything();
        assert!(!history.and(7, 8, all).untouched_since(7, INCIDENTS, agadez, Interval::ALWAYS));
    }

    #[test]
    fn what_has_no_place_is_in_no_box() {
        let part = Part { collection: INCIDENTS, bbox: None, interval: Interval::ALWAYS };
        let history = History::default().and(0, 1, Touched { everything: false, parts: vec![part] });
        assert!(history.untouched_since(0, INCIDENTS, bbox("-180,-90,180,90"), Interval::ALWAYS));
        assert!(!history.untouched_since(0, INCIDENTS, None, Interval::ALWAYS));
    }

    #[test]
    fn many_places_are_kept_by_degree_and_too_many_as_the_whole_collection() {
        let near = (0..600).map(|n| (-8.0 + f64::from(n) / 1_000.0, 12.6));
        let history = History::default().and(0, 1, touched(near, "2024-05-01"));
        assert_eq!(history.0[0].touched.parts.len(), 1);
        assert!(history.untouched_since(0, INCIDENTS, bbox("-7,12,-6,13"), Interval::ALWAYS));
        assert!(!history.untouched_since(0, INCIDENTS, bbox("-9,12,-7.9,13"), Interval::ALWAYS));
        let everywhere = (0..3_000).map(|n| (f64::from(n % 300) - 150.0, f64::from(n / 300)));
        let history = history.and(1, 2, touched(everywhere, "2024-05-01"));
        assert!(!history.untouched_since(1, INCIDENTS, bbox("-9,80,-7,81"), Interval::ALWAYS));
        assert!(history.untouched_since(1, Collection::Places, None, Interval::ALWAYS));
    }

    #[test]
    fn only_so_many_changes_are_remembered() {
        let history = (0..300).fold(History::default(), |history, n| history.and(n, n + 1, Touched::default()));
        assert_eq!(history.0.len(), CHANGES);
        assert!(history.untouched_since(44, INCIDENTS, None, Interval::ALWAYS));
        assert!(!history.untouched_since(43, INCIDENTS, None, Interval::ALWAYS));
    }
}
