//! One immutable state of the whole store.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::StoreError;
use super::table::Table;
use crate::domain::{
    Actor, Bbox, ChangeSet, Collection, ControlObservation, Corridor, CorridorSegment, Dataset, FeatureQuery, Incident, Interval,
    Page, Place, Position, Record, Region,
};
use crate::index::RegionLocator;

/// A region that holds a point, or lies nearest to it.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// The region.
    pub region: &'a Region,
    /// True when no region holds the point and this one is the nearest within 5 km.
    pub nearest: bool,
    /// Distance from the point to the region in metres; 0 inside.
    pub distance_m: f64,
}

/// The state of a store after one commit. Nothing in it changes.
#[derive(Debug)]
pub struct Snapshot {
    generation: u64,
    datasets: Vec<Arc<Dataset>>,
    actors: Vec<Actor>,
    corridors: Vec<Corridor>,
    regions: Table<Region>,
    locator: RegionLocator,
    places: Table<Place>,
    incidents: Table<Incident>,
    control: Table<ControlObservation>,
    segments: Table<CorridorSegment>,
}

impl Snapshot {
    /// The empty state before the first commit: generation 0.
    ///
    /// # Errors
    /// None in practice; the tables share the constructor of full ones.
    pub fn empty() -> Result<Self, StoreError> {
        Self::build(0, ChangeSet::default())
    }

    /// This state with a change set put in, one generation on.
    ///
    /// # Errors
    /// [`StoreError::TooManyRows`] when a collection outgrows its index.
    pub fn with(&self, changes: ChangeSet) -> Result<Self, StoreError> {
        let merged = ChangeSet {
            datasets: [self.datasets.clone(), changes.datasets].concat(),
            actors: [self.actors.clone(), changes.actors].concat(),
            regions: [self.regions.records().to_vec(), changes.regions].concat(),
            places: [self.places.records().to_vec(), changes.places].concat(),
            incidents: [self.incidents.records().to_vec(), changes.incidents].concat(),
            control: [self.control.records().to_vec(), changes.control].concat(),
            corridors: [self.corridors.clone(), changes.corridors].concat(),
        };
        Self::build(self.generation + 1, merged)
    }

    fn build(generation: u64, content: ChangeSet) -> Result<Self, StoreError> {
        let regions = Table::new(Collection::Regions.id(), content.regions)?;
        let corridors = last_of_each(content.corridors, |corridor| corridor.id.clone());
        Ok(Self {
            generation,
            datasets: last_of_each(content.datasets, |dataset| dataset.id.clone()),
            actors: last_of_each(content.actors, |actor| actor.code.clone()),
            locator: RegionLocator::new(regions.records()),
            regions,
            places: Table::new(Collection::Places.id(), content.places)?,
            incidents: Table::new(Collection::Incidents.id(), content.incidents)?,
            control: Table::new(Collection::Control.id(), content.control)?,
            segments: Table::new(Collection::Corridors.id(), corridors.iter().flat_map(Corridor::segments))?,
            corridors,
        })
    }

    /// How many commits led here.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Datasets, by id.
    #[must_use]
    pub fn datasets(&self) -> &[Arc<Dataset>] {
        &self.datasets
    }

    /// Actors, by code.
    #[must_use]
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// Corridors, by id.
    #[must_use]
    pub fn corridors(&self) -> &[Corridor] {
        &self.corridors
    }

    /// Control observations, by id.
    #[must_use]
    pub fn control(&self) -> &[ControlObservation] {
        self.control.records()
    }

    /// How many rows of each dataset the store holds.
    #[must_use]
    pub fn rows_of(&self, dataset: &Dataset) -> usize {
        let is_of = |other: &Arc<Dataset>| other.id == dataset.id;
        match dataset.id.as_str() {
            "regions" => self.regions.records().len(),
            "places" => self.places.records().len(),
            _ => {
                self.incidents.records().iter().filter(|row| is_of(&row.source.dataset)).count()
                    + self.control.records().iter().filter(|row| is_of(&row.source.dataset)).count()
                    + self.corridors.iter().flat_map(|row| row.changes.iter()).filter(|row| is_of(&row.source.dataset)).count()
            }
        }
    }

    /// Everything that meets the query, ordered by id, whatever its limit and cursor.
    #[must_use]
    pub fn search<'a>(&'a self, query: &'a FeatureQuery) -> Vec<&'a dyn Record> {
        match query.collection {
            Collection::Regions => self.regions.search(query).map(|record| record as &dyn Record).collect(),
            Collection::Places => self.places.search(query).map(|record| record as &dyn Record).collect(),
            Collection::Incidents => self.incidents.search(query).map(|record| record as &dyn Record).collect(),
            Collection::Control => self.control.search(query).map(|record| record as &dyn Record).collect(),
            Collection::Corridors => self.segments.search(query).map(|record| record as &dyn Record).collect(),
        }
    }

    /// The page of what meets the query that begins at its cursor.
    #[must_use]
    pub fn query<'a>(&'a self, query: &'a FeatureQuery) -> Page<&'a dyn Record> {
        match query.collection {
            Collection::Regions => self.regions.query(query),
            Collection::Places => self.places.query(query),
            Collection::Incidents => self.incidents.query(query),
            Collection::Control => self.control.query(query),
            Collection::Corridors => self.segments.query(query),
        }
    }

    /// The record of a collection with that id.
    #[must_use]
    pub fn get(&self, collection: Collection, id: &str) -> Option<&dyn Record> {
        match collection {
            Collection::Regions => self.regions.get(id).map(|record| record as &dyn Record),
            Collection::Places => self.places.get(id).map(|record| record as &dyn Record),
            Collection::Incidents => self.incidents.get(id).map(|record| record as &dyn Record),
            Collection::Control => self.control.get(id).map(|record| record as &dyn Record),
            Collection::Corridors => self.segments.get(id).map(|record| record as &dyn Record),
        }
    }

    /// The box around a collection; `None` when it is empty.
    #[must_use]
    pub fn extent(&self, collection: Collection) -> Option<Bbox> {
        match collection {
            Collection::Regions => self.regions.extent,
            Collection::Places => self.places.extent,
            Collection::Incidents => self.incidents.extent,
            Collection::Control => self.control.extent,
            Collection::Corridors => self.segments.extent,
        }
    }

    /// The span of time a collection covers; `None` when nothing in it is dated.
    #[must_use]
    pub fn interval(&self, collection: Collection) -> Option<Interval> {
        match collection {
            Collection::Regions => self.regions.interval,
            Collection::Places => self.places.interval,
            Collection::Incidents => self.incidents.interval,
            Collection::Control => self.control.interval,
            Collection::Corridors => {
                let reports = self.corridors.iter().flat_map(|corridor| corridor.changes.iter());
                let spans = reports.map(crate::domain::StatusChange::interval);
                spans.reduce(|a, b| Interval::new(a.start().min(b.start()), a.end().max(b.end())).unwrap_or(a))
            }
        }
    }

    /// The regions of every level that hold the point at some time of the interval, the state first; where none does, the
    /// nearest ones within 5 km.
    #[must_use]
    pub fn locate(&self, position: Position, datetime: Interval) -> Vec<Located<'_>> {
        let found = self.locator.locate(position, datetime).into_iter();
        found
            .filter_map(|located| {
                let region = self.regions.records().get(usize::try_from(located.ordinal).ok()?)?;
                Some(Located { region, nearest: located.nearest, distance_m: located.distance_m })
            })
            .collect()
    }
}

/// Orders by key and keeps the last of equal keys.
fn last_of_each<T>(items: Vec<T>, key: impl Fn(&T) -> String) -> Vec<T> {
    items.into_iter().map(|item| (key(&item), item)).collect::<BTreeMap<_, _>>().into_values().collect()
}
