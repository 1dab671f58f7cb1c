//! The incidents of a snapshot: columns instead of records, so that a million of them fit into memory and a question reads only
//! what it asks about.
//!
//! What is known now and what was known before stand apart: the past is looked at only when it is asked for.

mod aggregate;
mod cells;
mod columns;
mod curve;
mod days;
mod duplicates;
mod feature;
mod filter;
mod group_text;
mod histogram;
mod layers;
mod order;
mod page;
mod pieces;
mod playback;
mod predicate;
mod row;
mod sums;
mod text;
mod tile;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::layers::Layers;
use self::predicate::Conditions;
use super::StoreError;
use crate::domain::{Bbox, Collection, Dataset, FeatureQuery, Instant, Interval};
use crate::tiles::{Cell, TileId};

pub use self::aggregate::{Aggregate, GroupBy, GroupValue};
pub(super) use self::columns::{Builder, Columns};
pub(super) use self::feature::IncidentWriter;
pub use self::group_text::GroupWriter;
pub use self::playback::{Coded, Playback, PlaybackContent, STEP_DEG};
pub use self::row::IncidentRow;
pub(super) use self::row::Incoming;
pub use self::tile::{IncidentTile, TileContent, VECTOR_PROPERTIES, write_mvt};

/// What is known of incidents.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    current: Layers,
    past: Layers,
}

/// The incidents that changed, with all that is known of them now.
#[derive(Debug, Default)]
pub(super) struct ChangedIncidents {
    /// Their ids.
    pub(super) ids: BTreeSet<String>,
    /// What they say now; without those that are there no longer.
    pub(super) current: Builder,
    /// What they said before, each id's versions in the order of knowledge.
    pub(super) past: Builder,
}

impl Incidents {
    pub(super) fn new(current: Builder, past: Builder, datasets: &[Arc<Dataset>]) -> Result<Self, StoreError> {
        Ok(Self { current: Layers::new(current.finish(datasets)?), past: Layers::new(past.finish(datasets)?) })
    }

    /// Whether a change of so many incidents is better taken up by [`changed`](Self::changed) than by reading everything, the
    /// datasets being these from then on.
    pub(super) fn may_change(&self, incidents: usize, datasets: &[Arc<Dataset>]) -> bool {
        self.current.has_room_for(incidents) && self.layers().into_iter().all(|layers| layers.holds_with(datasets))
    }

    /// The state after a change.
    pub(super) fn changed(&self, changed: ChangedIncidents, datasets: &[Arc<Dataset>]) -> Result<Self, StoreError> {
        let ChangedIncidents { ids, current, past } = changed;
        Ok(Self { current: self.current.changed(&ids, current, datasets)?, past: self.past.changed(&ids, past, datasets)? })
    }

    /// Hands over everything that is or was known of the incidents that are not as they are in another state that was made of this one, or
    /// that this one was made of: those of some ids, and those that are now taken for another incident than before.
    pub(super) fn different<'a>(&'a self, other: &'a Self, ids: &BTreeSet<String>, mut found: impl FnMut(IncidentRow<'a>)) {
        let mut versions = |id: &str| {
            let states = [self, other].into_iter().flat_map(Self::layers);
            states.flat_map(|layers| layers.of(id)).for_each(&mut found);
        };
        ids.iter().for_each(|id| versions(id));
        self.current.linked_otherwise(&other.current).into_iter().for_each(versions);
    }

    fn layers(&self) -> [&Layers; 2] {
        [&self.current, &self.past]
    }

    /// Where what is asked is looked for: in the past only when it is asked for.
    fn asked(&self, query: &FeatureQuery) -> impl Iterator<Item = &Layers> {
        std::iter::once(&self.current).chain(query.known_at.map(|_| &self.past))
    }

    /// Whether rows of the present or the past may not be passed on.
    pub(super) fn restricted(&self) -> bool {
        self.layers().into_iter().any(Layers::has_restricted)
    }

    /// Makes what tiles and sums are read from ahead of the first question for them.
    pub(super) fn prepare(&self) {
        self.current.prepare();
    }

    /// Everything that meets the query, whoever may see it, in the order of the index.
    pub(super) fn search<'a>(&'a self, query: &FeatureQuery) -> Vec<IncidentRow<'a>> {
        let mut rows = Vec::new();
        for layers in self.asked(query) {
            let conditions = Conditions::of(layers, query);
            layers.parts().for_each(|columns| layers.search(columns, query.bbox, &conditions, |row| rows.push(row)));
        }
        rows
    }

    /// All that is and was known, whoever may see it.
    pub(super) fn every_version(&self) -> Vec<IncidentRow<'_>> {
        let everything = FeatureQuery::all(Collection::Incidents, Instant::MAX);
        let mut rows = Vec::new();
        for layers in self.layers() {
            let conditions = Conditions::of(layers, &everything);
            layers.parts().for_each(|columns| layers.search(columns, None, &conditions, |row| rows.push(row)));
        }
        rows
    }

    /// The incident of that id as it is known now.
    pub(super) fn get(&self, id: &str) -> Option<IncidentRow<'_>> {
        self.current.of(id).next()
    }

    /// The versions of the past of an id, in the order of knowledge.
    pub(super) fn past_of(&self, id: &str) -> impl Iterator<Item = IncidentRow<'_>> {
        self.past.of(id)
    }

    /// How many rows of now are of a dataset.
    pub(super) fn rows_of(&self, dataset: &str) -> usize {
        self.current.rows_of(dataset)
    }

    /// How many rows of now the index finds for a tile and an interval, whatever else is asked of them; where there are more than `most`,
    /// at least more than that.
    pub(super) fn near_tile(&self, tile: TileId, datetime: Interval, most: usize) -> usize {
        let cell = Cell { z: tile.z(), x: tile.x(), y: tile.y() };
        let within = |columns: &Columns| {
            if columns.is_within(datetime) {
                columns.rows_within(cell).len()
            } else {
                columns.near(Some(tile.buffered_bbox()), datetime, most)
            }
        };
        self.current.parts().map(within).sum()
    }

    /// How many rows of now the index finds, whatever else is asked of them; where there are more than `most`, at least more than that.
    pub(super) fn near(&self, bbox: Option<Bbox>, datetime: Interval, most: usize) -> usize {
        self.current.parts().map(|columns| columns.near(bbox, datetime, most)).sum()
    }

    pub(super) fn extent(&self) -> Option<Bbox> {
        self.current.extent()
    }

    pub(super) fn interval(&self) -> Option<Interval> {
        self.current.interval()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Audience, Comparison, DatePrecision, EventType, Fatalities, Field, Filter, GeoPrecision, Incident, Instant, Limit,
        Moment, Position, Predicate, Record as _, Redistribution, Scalar, SortKey, SourceRef, Value, Verification,
    };
    use crate::tiles::{CELL_STEPS, MapPoint};
    use jiff::civil::date;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn datasets() -> Vec<Arc<Dataset>> {
        let dataset = |id: &str, redistribution| Dataset {
            id: id.to_owned(),
            title: String::new(),
            version: "1".to_owned(),
            released: date(2024, 1, 1),
            licence: format!("licence of {id}"),
            licence_url: None,
            attribution: String::new(),
            redistribution,
            homepage: None,
            description: String::new(),
            imported_at: None,
        };
        vec![
            Arc::new(dataset("a", Redistribution::Allowed)),
            Arc::new(dataset("a-b", Redistribution::Allowed)),
            Arc::new(dataset("secret", Redistribution::Restricted)),
        ]
    }

    fn word() -> impl Strategy<Value = String> {
        prop::sample::select(vec!["", "x", "é", "Gao", "JNIM", "a b"]).prop_map(ToOwned::to_owned)
    }

    fn moment() -> impl Strategy<Value = Moment> {
        let day = |day: i64| Instant::from_millis(day * 86_400_000);
        prop_oneof![
            4 => (0..400i64).prop_map(move |at| Moment::Day(day(at).date().unwrap())),
            1 => (0..34_560_000_000i64).prop_map(|at| Moment::Instant(Instant::from_millis(at))),
        ]
    }

    fn incident() -> impl Strategy<Value = Incident> {
        let fatalities = (option::of(0..3u32), option::of(3..6u32), option::of(6..9u32))
            .prop_map(|(low, best, high)| Fatalities { low, best, high });
        let when =
            (moment(), moment()).prop_map(|(a, b)| if a.interval().start() <= b.interval().end() { (a, b) } else { (b, a) });
        let place = option::weighted(0.9, (-20.0..20.0f64, 0.0..25.0f64))
            .prop_map(|at| at.map(|(lon, lat)| Position::new(lon, lat).unwrap()));
        let what =
            (0..EventType::ALL.len(), 0..4usize, 1..4i64, option::of(0..2usize)).prop_map(|(event, date, geo, verification)| {
                (
                    EventType::ALL[event],
                    DatePrecision::parse(DatePrecision::WORDS[date]).unwrap(),
                    GeoPrecision::parse(&geo.to_string()).unwrap(),
                    verification.map(|at| Verification::parse(Verification::WORDS[at]).unwrap()),
                )
            });
        let texts = (
            option::of(word()),
            option::of(word()),
            option::of(word()),
            word(),
            option::of(word()),
            word(),
            word(),
            option::of(word()),
            word(),
        );
        let source = (0..3usize, 0..200u32, option::of(prop::sample::select(vec![0.5, 0.7, 1.0])), 0..50i64);
        (when, fatalities, place, what, texts, source).prop_map(|((start, end), fatalities, position, what, texts, source)| {
            Incident {
                id: format!("{}:{}", datasets()[source.0].id, source.1),
                start,
                end,
                date_precision: what.1,
                position,
                geo_precision: what.2,
                event_type: what.0,
                sub_event_type: texts.0,
                actor1: texts.1,
                actor2: texts.2,
                fatalities,
                country: texts.3,
                region: texts.4,
                place: texts.5,
                title: texts.6,
                notes: texts.7,
                source: SourceRef {
                    dataset: Arc::clone(&datasets()[source.0]),
                    citation: texts.8,
                    verification: what.3,
                    confidence: source.2,
                    known_at: Instant::from_millis(source.3),
                },
            }
        })
    }

    fn layers(rows: &[Incident]) -> Layers {
        let half = rows.len() / 2;
        let built = |rows: &[Incident]| {
            let mut builder = Builder::default();
            rows.iter().for_each(|row| builder.push(&row.into()).unwrap());
            builder
        };
        let mut builder = built(&rows[..half]);
        builder.append(built(&rows[half..])).unwrap();
        Layers::new(builder.finish(&datasets()).unwrap())
    }

    impl Layers {
        fn found(&self, query: &FeatureQuery) -> Vec<&str> {
            let (mut found, conditions) = (Vec::new(), Conditions::of(self, query));
            self.parts().for_each(|columns| self.search(columns, query.bbox, &conditions, |row| found.push(row.stable_id())));
            found
        }
    }

    proptest! {
        #[test]
        fn a_row_says_what_its_incident_says(drawn in vec(incident(), 0..60)) {
            let by_id: BTreeMap<String, Incident> = drawn.into_iter().map(|row| (row.id.clone(), row)).collect();
            let rows: Vec<Incident> = by_id.values().rev().cloned().collect();
            let (layers, mut writer) = (layers(&rows), IncidentWriter::default());
            for incident in &rows {
                let row = layers.of(&incident.id).next().unwrap();
                prop_assert_eq!((row.id(), row.shape(), row.interval()), (incident.id(), incident.shape(), incident.interval()));
                prop_assert_eq!((row.known_at(), row.redistribution()), (incident.known_at(), incident.redistribution()));
                let mut visited = Vec::new();
                row.visit(Instant::MAX, &mut |value| visited.push(format!("{value:?}")));
                for (field, visited) in Incident::FIELDS.iter().zip(&visited).filter(|(field, _)| field.name != "duplicate_of") {
                    let (value, wanted) = (row.value(field.name, Instant::MAX), incident.value(field.name, Instant::MAX));
                    prop_assert_eq!(&value, &wanted, "{}", field.name);
                    prop_assert_eq!(visited, &format!("{:?}", wanted), "{}", field.name);
                }
                prop_assert_eq!(visited.len(), Incident::FIELDS.len());
                let (mut direct, mut general) = (String::new(), String::new());
                writer.write(&mut direct, row, row.shape().into());
                crate::tiles::geojson::write_feature(&mut general, &row, row.shape().into(), Instant::MAX);
                prop_assert_eq!(direct, general);
            }
            let columns = layers.parts().next();
            let ids: Vec<&str> = columns.iter().flat_map(|columns| columns.by_id.iter().map(|row| layers.row(columns, *row).stable_id())).collect();
            prop_assert!(ids.iter().eq(by_id.keys()));
        }

        #[test]
        fn a_predicate_on_columns_is_the_predicate_on_records(drawn in vec(incident(), 0..60), asked in vec(incident(), 2), shape in 0..6usize) {
            let by_id: BTreeMap<String, Incident> = drawn.into_iter().map(|row| (row.id.clone(), row)).collect();
            let rows: Vec<Incident> = by_id.values().cloned().collect();
            let layers = layers(&rows);
            let fields: Vec<&'static Field> = Incident::FIELDS.iter().filter(|field| field.queryable && field.name != "duplicate_of").collect();
            let conditions = fields.iter().flat_map(|field| {
                let constant = |value: Value<'_>| match value {
                    Value::Text(text) => Some(Scalar::Text(text.into_owned())),
                    Value::Integer(number) => Some(Scalar::Number(f64::from(i32::try_from(number).unwrap()))),
                    Value::Number(number) => Some(Scalar::Number(number)),
                    Value::Date(date) => Some(Scalar::Moment(Moment::Day(date))),
                    Value::Instant(instant) => Some(Scalar::Moment(Moment::Instant(instant))),
                    Value::Null | Value::TextList(_) => None,
                };
                let of = |comparison| {
                    let wanted = constant(asked[0].value(field.name, Instant::MAX));
                    wanted.map(|wanted| Predicate::Compare(comparison, Scalar::Property(field), wanted))
                };
                [of(Comparison::LessOrEqual), of(Comparison::NotEqual), Some(Predicate::IsNull(field))].into_iter().flatten()
            });
            let conditions: Vec<Predicate> = conditions.collect();
            let pairs = conditions.iter().zip(conditions.iter().cycle().skip(shape + 1));
            for (one, other) in pairs {
                let predicate = match shape {
                    0 => one.clone(),
                    1 => Predicate::Not(Box::new(one.clone())),
                    2 => Predicate::And(vec![one.clone(), other.clone()]),
                    3 => Predicate::Or(vec![one.clone(), other.clone()]),
                    4 => Predicate::Not(Box::new(Predicate::Or(vec![one.clone(), other.clone()]))),
                    _ => Predicate::And(vec![Predicate::Not(Box::new(one.clone())), Predicate::Or(vec![other.clone(), Predicate::Always(false)])]),
                };
                let query = FeatureQuery {
                    predicate: Some(Arc::new(predicate)),
                    audience: Audience::Operator,
                    ..FeatureQuery::all(crate::domain::Collection::Incidents, Instant::MAX)
                };
                let mut found = layers.found(&query);
                found.sort_unstable();
                let expected: Vec<&str> = rows.iter().filter(|row| query.accepts(*row)).map(|row| row.id.as_str()).collect();
                prop_assert_eq!(found, expected, "{:?}", query.predicate);
            }
        }

        #[test]
        fn a_condition_on_columns_is_the_condition_on_records(drawn in vec(incident(), 0..60), asked in incident()) {
            let by_id: BTreeMap<String, Incident> = drawn.into_iter().map(|row| (row.id.clone(), row)).collect();
            let rows: Vec<Incident> = by_id.values().cloned().collect();
            let layers = layers(&rows);
            for field in Incident::FIELDS.iter().filter(|field| field.queryable) {
                let wanted = asked.value(field.name, Instant::MAX);
                if wanted == Value::Null {
                    continue;
                }
                let filter = Filter::parse(crate::domain::Collection::Incidents, field.name, &wanted.to_string()).unwrap();
                let query = FeatureQuery { filters: vec![filter], ..FeatureQuery::all(crate::domain::Collection::Incidents, Instant::MAX) };
                let mut found: Vec<&str> = layers.found(&query);
                found.sort_unstable();
                let accepted = rows.iter().filter(|row| query.filters.iter().all(|filter| filter.accepts(*row, Instant::MAX)));
                prop_assert!(found.iter().eq(accepted.map(|row| &row.id)), "{}", field.name);
            }
        }

        #[test]
        fn what_is_told_twice_counts_once(drawn in vec(twice(), 0..30)) {
            let by_id: BTreeMap<String, Incident> = drawn.into_iter().map(|row| (row.id.clone(), row)).collect();
            let rows: Vec<Incident> = by_id.values().cloned().collect();
            let layers = layers(&rows);
            let row_of = |id: &str| layers.of(id).next().unwrap();
            let pair = |row: &Incident| match row_of(&row.id).value("duplicate_of", Instant::MAX) {
                Value::Text(id) => by_id.get(id.as_ref()),
                _ => None,
            };
            let mut told: BTreeMap<(&str, &str), usize> = BTreeMap::new();
            for row in &rows {
                let Some(other) = pair(row) else { continue };
                let actors = |row: &Incident| [row.actor1.clone(), row.actor2.clone()];
                prop_assert!(other.source.dataset.id != row.source.dataset.id && other.start == row.start);
                prop_assert!(other.position.unwrap().distance_m(row.position.unwrap()) <= 5_000.0);
                prop_assert!(actors(row).iter().flatten().any(|actor| actor != "UNKNOWN" && actors(other).contains(&Some(actor.clone()))));
                prop_assert!(other.redistribution() == Redistribution::Allowed || row.redistribution() == Redistribution::Restricted);
                *told.entry((&other.id, &row.source.dataset.id)).or_default() += 1;
            }
            prop_assert!(told.values().all(|count| *count == 1), "a row is in one pair with each dataset at most");
            let all = FeatureQuery::all(crate::domain::Collection::Incidents, Instant::MAX);
            let once = layers.found(&FeatureQuery { once: true, ..all.clone() }).len();
            prop_assert_eq!(once, rows.iter().filter(|row| pair(row).is_none()).count());
            // One whose other report is not asked for is no duplicate.
            for dataset in datasets() {
                let filter = Filter::parse(crate::domain::Collection::Incidents, "dataset", &dataset.id).unwrap();
                let own = layers.found(&FeatureQuery { once: true, filters: vec![filter], ..all.clone() }).len();
                prop_assert_eq!(own, rows.iter().filter(|row| row.source.dataset.id == dataset.id).count());
            }
        }

        #[test]
        fn groups_are_what_counting_one_by_one_gives(
            (rows, incidents) in changed(),
            first in 0..GROUPINGS.len(),
            second in 0..GROUPINGS.len(),
            window in window(),
        ) {
            let rows: Vec<&Incident> = rows.values().filter(|row| row.interval().meets(window)).collect();
            let by = if first == second { vec![GROUPINGS[first]] } else { vec![GROUPINGS[first], GROUPINGS[second]] };
            let mut wanted: BTreeMap<Vec<String>, (u64, u64, u64)> = BTreeMap::new();
            for row in rows {
                let named = |actor: &Option<String>| actor.clone().filter(|code| !code.is_empty());
                let sides = match (named(&row.actor1), named(&row.actor2)) {
                    (Some(a), Some(b)) if a != b && by.contains(&GroupBy::Actor) => vec![Some(a), Some(b)],
                    (None, other) => vec![other],
                    (one, _) => vec![one],
                };
                for side in sides {
                    let Some(values) = by.iter().map(|by| told(row, side.as_deref(), *by)).collect::<Option<Vec<_>>>() else { continue };
                    let sum = wanted.entry(values).or_default();
                    sum.0 += 1;
                    sum.1 += u64::from(row.fatalities.high.unwrap_or(0));
                    sum.2 += u64::from(row.fatalities.best.is_none());
                }
            }
            let query = asked(window);
            let counted = incidents.aggregate(&query, &by);
            prop_assert_eq!(counted.len(), wanted.len());
            for (values, tally) in counted.groups() {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                prop_assert_eq!(Some(&(tally.count, tally.high, tally.unknown)), wanted.get(&values), "{:?}", values);
            }
        }

        #[test]
        fn a_histogram_of_ready_text_is_the_one_that_is_written_anew(
            (rows, incidents) in changed(),
            spread in prop::sample::select(vec![1, 1, 900]),
            by in prop::sample::select(HISTOGRAMS.map(<[GroupBy]>::to_vec).to_vec()),
            windows in vec(window(), 1..6),
        ) {
            // Days that span centuries have no number each.
            let (rows, incidents) = if spread == 1 { (rows, incidents) } else { spread_out(rows, spread) };
            for window in windows {
                let (from, to) = (window.start().millis().saturating_mul(spread), window.end().millis().saturating_mul(spread));
                let query = asked(Interval::new(Instant::from_millis(from), Instant::from_millis(to)).unwrap());
                let mut groups: BTreeMap<Vec<String>, u64> = BTreeMap::new();
                for row in rows.values().filter(|row| row.interval().meets(query.datetime)) {
                    let values = by.iter().map(|by| told(row, None, *by).unwrap()).collect();
                    *groups.entry(values).or_default() += 1;
                }
                let counted = incidents.aggregate(&query, &by);
                let told: BTreeMap<Vec<String>, u64> =
                    counted.groups().map(|(values, tally)| (values.iter().map(ToString::to_string).collect(), tally.count)).collect();
                prop_assert_eq!(told, groups, "{:?}", query.datetime);
                prop_assert_eq!(incidents.aggregate_json(&query, &by), (group_text::json(&by, &counted), 0), "{:?}", query.datetime);
                let all = incidents.page(&FeatureQuery { limit: Limit::new(1).unwrap(), ..query.clone() });
                prop_assert_eq!(all.matched, rows.values().filter(|row| row.interval().meets(query.datetime)).count());
            }
        }

        #[test]
        fn what_sums_tell_of_a_box_is_what_looking_at_all_tells(
            (rows, incidents) in changed(),
            window in window(),
            corners in prop::array::uniform2(corner()),
            at_rows in any::<[bool; 2]>(),
            picked in any::<[prop::sample::Index; 2]>(),
            z in 0..=14u8,
            limit in 1..9usize,
        ) {
            let places: Vec<Position> = rows.values().filter_map(|row| row.position).collect();
            // Boxes whose corners are points that are there, and corners of cells.
            let corner = |at: usize| match places.is_empty() || !at_rows[at] {
                true => corners[at],
                false => { let place = *picked[at].get(&places); (place.lon(), place.lat()) }
            };
            let ((a, b), (c, d)) = (corner(0), corner(1));
            let bbox = Bbox::new(a.min(c), b.min(d), a.max(c), b.max(d)).unwrap();
            let query = FeatureQuery { bbox: Some(bbox), limit: Limit::new(limit).unwrap(), ..asked(window) };
            let meets = |row: &Incident, bbox: Option<Bbox>| {
                row.interval().meets(window) && bbox.is_none_or(|bbox| row.position.is_some_and(|at| bbox.contains(at)))
            };
            let inside: Vec<&Incident> = rows.values().filter(|row| meets(row, Some(bbox))).collect();
            let page = incidents.page(&query);
            prop_assert_eq!(page.matched, inside.len(), "{}", bbox);
            let ids: Vec<&str> = page.items.iter().map(|row| row.stable_id()).collect();
            let wanted: Vec<&str> = inside.iter().map(|row| row.id.as_str()).take(limit).collect();
            prop_assert_eq!(ids, wanted);
            let count = |of: &[Incident], cell: fn(MapPoint, u8) -> Cell, z: u8| -> BTreeMap<Cell, u64> {
                let mut cells = BTreeMap::new();
                of.iter().filter_map(|row| row.position).for_each(|at| *cells.entry(cell(MapPoint::of(at), z)).or_default() += 1);
                cells
            };
            for query in [query.clone(), FeatureQuery { bbox: None, ..query }] {
                let of: Vec<Incident> = rows.values().filter(|row| meets(row, query.bbox)).cloned().collect();
                let counted = incidents.aggregate(&query, &[GroupBy::Cell(z)]);
                let told: Vec<(String, u64)> = counted.groups().map(|(values, tally)| (values[0].to_string(), tally.count)).collect();
                let wanted: Vec<(String, u64)> = count(&of, Cell::of, z).into_iter().map(|(cell, count)| (cell.to_string(), count)).collect();
                prop_assert_eq!(told, wanted, "{:?}", query.bbox);
                let z = z.min(9);
                let tiles: std::collections::BTreeSet<TileId> = of.iter().filter_map(|row| row.position).map(|at| MapPoint::of(at).tile(z)).collect();
                for tile in tiles {
                    let own: Vec<Incident> = of.iter().filter(|row| row.position.is_some_and(|at| MapPoint::of(at).tile(z) == tile)).cloned().collect();
                    let held = incidents.tile(&query, tile, 0);
                    prop_assert_eq!(held.matched, own.len() as u64);
                    let TileContent::Bins(bins) = held.content else { panic!("no bins") };
                    let bins: BTreeMap<Cell, u64> = bins.iter().map(|bin| (bin.cell, bin.tally.count)).collect();
                    prop_assert_eq!(bins, count(&own, Cell::of, z + CELL_STEPS));
                }
            }
        }

        #[test]
        fn pages_of_what_sums_count_are_those_of_looking_at_all(
            (rows, incidents) in changed(),
            window in window(),
            filter in option::of(prop::sample::select(vec!["country", "event_type", "actor1", "actor2", "region"])),
            like in incident(),
            limit in 1..9usize,
            from in option::of(any::<prop::sample::Index>()),
            backward in any::<bool>(),
        ) {
            let text = filter.map(|name| (name, like.value(name, Instant::MAX).to_string())).filter(|(_, text)| !text.is_empty());
            let filter = text.map(|(name, text)| Filter::parse(crate::domain::Collection::Incidents, name, &text).unwrap());
            let query = FeatureQuery { filters: filter.into_iter().collect(), limit: Limit::new(limit).unwrap(), ..asked(window) };
            let wanted: Vec<&Incident> = rows.values().filter(|row| query.accepts(*row)).collect();
            let cursor = from.filter(|_| !rows.is_empty()).map(|from| {
                let row = from.get(&rows.values().collect::<Vec<_>>()).to_owned();
                query.cursor_at(row, backward)
            });
            let id = cursor.as_ref().map(|cursor| cursor.id().to_owned());
            let page = incidents.page(&FeatureQuery { cursor, ..query });
            let ids: Vec<&str> = page.items.iter().map(|row| row.stable_id()).collect();
            let wanted_ids: Vec<&str> = match &id {
                None => wanted.iter().map(|row| row.id.as_str()).take(limit).collect(),
                Some(id) if backward => {
                    let before: Vec<&str> = wanted.iter().map(|row| row.id.as_str()).filter(|other| *other < id.as_str()).collect();
                    before[before.len().saturating_sub(limit)..].to_vec()
                }
                Some(id) => wanted.iter().map(|row| row.id.as_str()).filter(|other| *other > id.as_str()).take(limit).collect(),
            };
            prop_assert_eq!(page.matched, wanted.len());
            prop_assert_eq!(&ids, &wanted_ids);
            let edge = |id: Option<&&str>, of: Option<&Incident>| id.is_some() && id.copied() != of.map(|row| row.id.as_str());
            prop_assert_eq!(page.next.is_some(), edge(ids.last(), wanted.last().copied()));
            prop_assert_eq!(page.previous.is_some(), edge(ids.first(), wanted.first().copied()));
        }

        #[test]
        fn an_order_of_numbers_is_that_of_the_values(
            (rows, incidents) in changed(),
            keys in prop::sample::subsequence(Incident::FIELDS.iter().filter(|field| field.queryable).map(|field| field.name).collect::<Vec<_>>(), 1..4),
            descending in any::<[bool; 3]>(),
            limit in 1..9usize,
            from in option::of(any::<prop::sample::Index>()),
            backward in any::<bool>(),
        ) {
            let text = keys.iter().zip(descending).map(|(key, down)| format!("{}{key}", if down { "-" } else { "" })).collect::<Vec<_>>().join(",");
            let sort = SortKey::parse(crate::domain::Collection::Incidents, &text).unwrap();
            let query = FeatureQuery { sort, limit: Limit::new(limit).unwrap(), ..asked(Interval::ALWAYS) };
            let cursor = from.filter(|_| !rows.is_empty()).map(|from| query.cursor_at(*from.get(&rows.values().collect::<Vec<_>>()), backward));
            let query = FeatureQuery { cursor, ..query };
            let [page, wanted] = [incidents.page(&query), super::super::paging::sorted(&query, incidents.search(&query), 0)];
            let ids = |page: &crate::domain::Page<IncidentRow<'_>>| -> Vec<String> { page.items.iter().map(|row| row.stable_id().to_owned()).collect() };
            prop_assert_eq!(ids(&page), ids(&wanted), "{}", text);
            prop_assert_eq!((page.matched, page.next, page.previous), (wanted.matched, wanted.next, wanted.previous), "{}", text);
        }

        #[test]
        fn the_bins_of_a_tile_are_what_counting_one_by_one_gives((rows, incidents) in changed(), window in window(), z in 0..=9u8, max_features in 0..12usize) {
            let mut wanted: BTreeMap<TileId, BTreeMap<Cell, (u64, u64, u64)>> = BTreeMap::new();
            for row in rows.values().filter(|row| row.interval().meets(window)) {
                let Some(point) = row.position.map(MapPoint::of) else { continue };
                let sum = wanted.entry(point.tile(z)).or_default().entry(Cell::of(point, z + CELL_STEPS)).or_default();
                sum.0 += 1;
                sum.1 += u64::from(row.fatalities.low.unwrap_or(0));
                sum.2 += u64::from(row.fatalities.best.is_none());
            }
            for (tile, cells) in wanted {
                let matched: u64 = cells.values().map(|sum| sum.0).sum();
                let held = incidents.tile(&asked(window), tile, max_features);
                prop_assert_eq!((held.matched, held.withheld), (matched, 0));
                match held.content {
                    TileContent::Rows(rows) => prop_assert_eq!((rows.len() as u64, rows.len() <= max_features), (matched, true)),
                    TileContent::Bins(bins) => {
                        prop_assert!(matched > max_features as u64);
                        let bins: BTreeMap<Cell, _> = bins.iter().map(|bin| (bin.cell, (bin.tally.count, bin.tally.low, bin.tally.unknown))).collect();
                        prop_assert_eq!(bins, cells);
                    }
                }
            }
        }
    }

    /// What an operator asks of a window.
    fn asked(window: Interval) -> FeatureQuery {
        let all = FeatureQuery::all(crate::domain::Collection::Incidents, Instant::MAX);
        FeatureQuery { audience: Audience::Operator, datetime: window, ..all }
    }

    /// Windows with ends at any time of day, and open ones.
    fn window() -> impl Strategy<Value = Interval> {
        let hours = |(start, length): (i64, i64)| {
            let at = |hours: i64| Instant::from_millis(hours * 3_600_000);
            Interval::new(at(start), Instant::from_millis((start + length) * 3_600_000 - 1)).unwrap()
        };
        prop_oneof![1 => Just(Interval::ALWAYS), 5 => (-500..9_600i64, 1..9_600i64).prop_map(hours)]
    }

    /// A state and what it holds, some of it changed after the rest was read: rows gone, revised and new.
    fn changed() -> impl Strategy<Value = (BTreeMap<String, Incident>, Incidents)> {
        let drawn = |most| {
            vec(incident(), 0..most)
                .prop_map(|drawn| -> BTreeMap<_, _> { drawn.into_iter().map(|row| (row.id.clone(), row)).collect() })
        };
        (drawn(60), drawn(8), vec(any::<prop::sample::Index>(), 0..4)).prop_map(|(mut rows, newer, gone)| {
            let before = layers(&rows.values().cloned().collect::<Vec<_>>());
            let gone = gone.iter().filter(|_| !rows.is_empty()).map(|at| at.get(&rows.keys().collect::<Vec<_>>()).to_string());
            let ids: BTreeSet<String> = gone.chain(newer.keys().cloned()).collect();
            let mut builder = Builder::default();
            newer.values().for_each(|row| builder.push(&row.into()).unwrap());
            rows.retain(|id, _| !ids.contains(id));
            rows.extend(newer);
            let current = before.changed(&ids, builder, &datasets()).unwrap();
            (rows, Incidents { current, past: Layers::default() })
        })
    }

    /// Corners of cells, of the map among them, and places near them.
    fn corner() -> impl Strategy<Value = (f64, f64)> {
        let at_cell = (0..=13u8, -20.0..20.0f64, 0.0..25.0f64, prop::sample::select(vec![0.0, 1e-7, -1e-7])).prop_map(
            |(z, lon, lat, by)| {
                let [west, south, ..] = Cell::of(MapPoint::of(Position::new(lon, lat).unwrap()), z).bounds();
                ((west + by).clamp(-180.0, 180.0), (south + by).clamp(-90.0, 90.0))
            },
        );
        prop_oneof![4 => at_cell, 1 => (-20.0..20.0f64, 0.0..25.0f64), 1 => Just((-180.0, -90.0)), 1 => Just((180.0, 90.0)), 1 => Just((180.0, 12.0))]
    }

    /// The same rows with so many times the days between them.
    fn spread_out(rows: BTreeMap<String, Incident>, times: i64) -> (BTreeMap<String, Incident>, Incidents) {
        let later = |moment: Moment| match moment {
            Moment::Day(_) => Moment::Day(Instant::from_millis(moment.interval().start().millis() * times).date().unwrap()),
            Moment::Instant(instant) => Moment::Instant(Instant::from_millis(instant.millis() * times)),
        };
        let rows: BTreeMap<String, Incident> =
            rows.into_iter().map(|(id, row)| (id, Incident { start: later(row.start), end: later(row.end), ..row })).collect();
        let rows: BTreeMap<String, Incident> =
            rows.into_iter().filter(|(_, row)| row.start.interval().start() <= row.end.interval().end()).collect();
        let current = layers(&rows.values().cloned().collect::<Vec<_>>());
        (rows, Incidents { current, past: Layers::default() })
    }

    /// Groups by month, of which answers are put together of ready text.
    const HISTOGRAMS: [&[GroupBy]; 7] = [
        &[GroupBy::Month],
        &[GroupBy::Region, GroupBy::Month],
        &[GroupBy::Month, GroupBy::Region],
        &[GroupBy::EventType, GroupBy::Month],
        &[GroupBy::Month, GroupBy::Actor2],
        &[GroupBy::Actor1, GroupBy::Month],
        &[GroupBy::Month, GroupBy::Country],
    ];

    /// Incidents of a day or two in a few villages, as different datasets tell them.
    fn twice() -> impl Strategy<Value = Incident> {
        let actor = || prop::sample::select(vec![None, Some("JNIM"), Some("ISSP"), Some("UNKNOWN")]);
        (incident(), 0..2i64, 0..4u8, actor(), actor()).prop_map(|(incident, day, village, actor1, actor2)| {
            let day = Moment::Day(Instant::from_millis(day * 86_400_000).date().unwrap());
            Incident {
                start: day,
                end: day,
                position: Some(Position::new(1.0, 14.0 + f64::from(village) * 0.02).unwrap()),
                actor1: actor1.map(ToOwned::to_owned),
                actor2: actor2.map(ToOwned::to_owned),
                ..incident
            }
        })
    }

    const GROUPINGS: [GroupBy; 12] = [
        GroupBy::Day,
        GroupBy::Week,
        GroupBy::Month,
        GroupBy::Year,
        GroupBy::Actor1,
        GroupBy::Actor2,
        GroupBy::Actor,
        GroupBy::EventType,
        GroupBy::Country,
        GroupBy::Region,
        GroupBy::Cell(3),
        GroupBy::Cell(19),
    ];

    /// The value of a group as text, straight from the incident; `None` when it is in no group.
    fn told(row: &Incident, side: Option<&str>, by: GroupBy) -> Option<String> {
        let day = row.start.interval().start().date().unwrap();
        let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
        match by {
            GroupBy::Day => Some(day.to_string()),
            GroupBy::Week => Some(day.strftime("%G-W%V").to_string()),
            GroupBy::Month => Some(day.strftime("%Y-%m").to_string()),
            GroupBy::Year => Some(day.strftime("%Y").to_string()),
            GroupBy::Actor1 => text(row.actor1.as_deref()),
            GroupBy::Actor2 => text(row.actor2.as_deref()),
            GroupBy::Actor => text(side),
            GroupBy::EventType => text(Some(row.event_type.as_str())),
            GroupBy::Country => text(Some(&row.country)),
            GroupBy::Region => text(row.region.as_deref()),
            GroupBy::Cell(z) => {
                let point = crate::tiles::MapPoint::of(row.position?);
                Some(crate::tiles::Cell::of(point, z).to_string())
            }
        }
    }
}
