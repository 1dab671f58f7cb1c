//! The store without a disk: what it holds lives as long as the process.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{Snapshot, Store, StoreError};
use crate::domain::ChangeSet;

/// A store in memory. The reference against which others are tested, and the one that serves the bundled data.
///
/// Building a snapshot is blocking work: `commit` belongs off the async threads. `snapshot` takes a read lock for as long
/// as it needs to clone one `Arc`, and a commit takes the write lock for as long as it needs to swap one.
#[derive(Debug)]
pub struct MemoryStore {
    current: RwLock<Arc<Snapshot>>,
    /// Held for the whole of a commit, so that two writers follow one another.
    writer: Mutex<()>,
}

impl MemoryStore {
    /// An empty store.
    ///
    /// # Errors
    /// See [`Snapshot::empty`].
    pub fn new() -> Result<Self, StoreError> {
        Ok(Self { current: RwLock::new(Arc::new(Snapshot::empty()?)), writer: Mutex::new(()) })
    }
}

impl Store for MemoryStore {
    fn snapshot(&self) -> Arc<Snapshot> {
        // A poisoned lock still holds a whole snapshot: it is only ever swapped.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn commit(&self, changes: ChangeSet) -> Result<u64, StoreError> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Arc::new(self.snapshot().with(changes)?);
        let generation = next.generation();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(generation)
    }
}
