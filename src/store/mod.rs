//! Keeps domain values and answers queries on them.
//!
//! [`Store`] is the one seam: a store takes change sets and hands out immutable snapshots. Readers hold the snapshot they
//! began with for as long as they need it, so a commit never makes anyone wait and never changes an answer half-way.

mod error;
mod memory;
mod snapshot;
mod table;

use std::sync::Arc;

pub use error::StoreError;
pub use memory::MemoryStore;
pub use snapshot::{Located, Snapshot};

use crate::domain::ChangeSet;

/// Where the map's records are kept.
///
/// The contract, which every store is tested against:
/// - [`snapshot`](Self::snapshot) never blocks on a commit and returns the state after the last one that returned `Ok`.
/// - [`commit`](Self::commit) applies a change set whole or not at all, and the generation grows by one.
/// - Putting a record under an id that is there replaces it; order within a change set decides between equal ids (last wins).
pub trait Store: Send + Sync + 'static {
    /// The state now.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Puts records in; returns the new generation.
    ///
    /// # Errors
    /// [`StoreError`] when the change set cannot be kept; the state is then as before.
    fn commit(&self, changes: ChangeSet) -> Result<u64, StoreError>;
}
