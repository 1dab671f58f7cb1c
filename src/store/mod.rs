//! Keeps domain values and answers queries on them.
//!
//! [`Store`] is the one seam: a store takes changes in transactions and hands out immutable snapshots. Readers hold the snapshot
//! they began with for as long as they need it, so a commit never makes anyone wait and never changes an answer half-way.

mod error;
mod feature;
mod geopackage;
mod history;
mod incidents;
mod memory;
mod paging;
mod snapshot;
mod table;
mod tile;
mod touched;

use std::sync::Arc;

pub use error::StoreError;
pub use feature::RecordWriter;
pub use geopackage::{GeoPackageStore, Selection};
pub use history::Superseded;
pub use incidents::{
    Aggregate, Coded, GroupBy, GroupValue, GroupWriter, IncidentRow, IncidentTile, Playback, PlaybackContent, STEP_DEG,
    TileContent, VECTOR_PROPERTIES, write_mvt,
};
pub use memory::MemoryStore;
pub use snapshot::{Found, Located, RecordRef, Snapshot};
pub use tile::{GeoJsonFeatures, vector_layers};

use crate::domain::{Actor, ChangeSet, Collection, Dataset, Instant, Region};

/// Where the map's records are kept.
///
/// The contract, which every store is tested against:
/// - [`snapshot`](Self::snapshot) never waits for a writer and gives the state after the last transaction that was committed
///   here, or that [`refresh`](Self::refresh) found.
/// - A transaction is kept whole or not at all. Once `commit` has returned, what it holds survives the process.
/// - Each transaction that changes something raises the generation by one; one that changes nothing leaves it.
/// - Of incidents and control observations every version is kept with the time it became known: the newest knowledge is
///   current, whatever the order in which versions are put in. Other records are replaced.
pub trait Store: Send + Sync + 'static {
    /// The state now.
    ///
    /// # Errors
    /// [`StoreError`] when the records cannot be read.
    fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError>;

    /// What importers must know of the store: its regions, actors and datasets.
    ///
    /// # Errors
    /// [`StoreError`] when the records cannot be read.
    fn reference(&self) -> Result<Reference, StoreError> {
        let snapshot = self.snapshot()?;
        Ok(Reference {
            generation: snapshot.generation(),
            regions: snapshot.regions().to_vec(),
            actors: snapshot.actors().to_vec(),
            datasets: snapshot.datasets().to_vec(),
        })
    }

    /// Begins to write. Writers follow one another.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process writes, or what else keeps the store from being written.
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError>;

    /// Takes over what another process committed; whether there was anything.
    ///
    /// # Errors
    /// [`StoreError`] when the records cannot be read; the state is then as before.
    fn refresh(&self) -> Result<bool, StoreError>;
}

/// The small tables that other rows refer to.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// The generation; 0 for a store that nothing was put into.
    pub generation: u64,
    /// Regions.
    pub regions: Vec<Region>,
    /// Actors.
    pub actors: Vec<Actor>,
    /// Datasets.
    pub datasets: Vec<Arc<Dataset>>,
}

/// Changes that are kept together or not at all. Dropping it without [`commit`](Self::commit) undoes them.
pub trait Transaction {
    /// Puts records in, each under its id. Of equal ids in one change set the last counts.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be kept; the transaction must then be dropped.
    fn put(&mut self, changes: ChangeSet) -> Result<Counts, StoreError>;

    /// Records that a record says nothing more from `known_at` on. Its versions stay. Whether there was one in force.
    ///
    /// Only incidents and control observations can be retracted.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be kept; the transaction must then be dropped.
    fn retract(&mut self, collection: Collection, id: &str, known_at: Instant) -> Result<bool, StoreError>;

    /// Takes a dataset out with every version of its rows, as if it had never been there. How many current rows it had; `None`
    /// when there is no such dataset.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be kept; the transaction must then be dropped.
    fn remove_dataset(&mut self, id: &str) -> Result<Option<u64>, StoreError>;

    /// Keeps the changes; the generation after them.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be kept; nothing of them is then.
    fn commit(self: Box<Self>) -> Result<u64, StoreError>;
}

/// Puts one change set in as a transaction of its own.
///
/// # Errors
/// [`StoreError`] when it cannot be kept; nothing of it is then.
pub fn commit(store: &dyn Store, changes: ChangeSet) -> Result<Counts, StoreError> {
    let mut transaction = store.begin()?;
    let counts = transaction.put(changes)?;
    transaction.commit()?;
    Ok(counts)
}

/// What putting records in came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that were not there.
    pub added: u64,
    /// Records that said something else.
    pub revised: u64,
    /// Records that said the same.
    pub unchanged: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.revised += other.revised;
        self.unchanged += other.unchanged;
    }
}

impl Counts {
    /// Whether anything is different from before.
    #[must_use]
    pub fn changed(self) -> bool {
        self.added + self.revised > 0
    }
}
