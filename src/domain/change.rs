//! A set of records that come into a store together.

use std::sync::Arc;

use super::{Actor, ControlObservation, Corridor, Dataset, Incident, Place, Region};

/// Records to put into a store, each under its id: a record with an id that is there already takes its place.
#[derive(Debug, Clone, Default)]
pub struct ChangeSet {
    /// Datasets.
    pub datasets: Vec<Arc<Dataset>>,
    /// Actors, by code.
    pub actors: Vec<Actor>,
    /// Regions.
    pub regions: Vec<Region>,
    /// Places.
    pub places: Vec<Place>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Control observations.
    pub control: Vec<ControlObservation>,
    /// Corridors, whole.
    pub corridors: Vec<Corridor>,
}
