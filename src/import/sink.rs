//! What an importer hands over, and to whom.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Rejection;
use crate::domain::{ControlObservation, Corridor, Dataset, Incident, Instant, Region};

/// What an importer hands over, one at a time, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// The dataset of the rows that follow; comes before the first of them.
    Dataset(Arc<Dataset>),
    /// An incident.
    Incident(Box<Incident>),
    /// A region.
    Region(Box<Region>),
    /// A statement on who held a place.
    Control(Box<ControlObservation>),
    /// That a statement on control says nothing more from then on; comes after the statement.
    Retracted {
        /// Id of the statement.
        id: String,
        /// From when on.
        known_at: Instant,
    },
    /// A road with all that the file reports on it.
    Corridor(Box<Corridor>),
}

/// Takes what an importer reads, while it reads on. Breaking ends the import: [`Summary::stopped`](super::Summary::stopped)
/// says so, and what was handed over before stays the taker's to keep or undo.
pub trait Sink {
    /// Takes a record.
    fn row(&mut self, row: Row) -> ControlFlow<()>;

    /// Takes the report of a row that was left out.
    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()>;
}
