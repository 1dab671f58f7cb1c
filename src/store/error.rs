//! What a store cannot do.

/// A change set that could not be kept, or a store that could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process writes to the store.
    #[error("another process is writing to {store}; try again when it is done")]
    Busy {
        /// The store's file.
        store: String,
    },
    /// More records in one collection than the index can number.
    #[error("the collection {collection} holds {rows} records, more than the index can number")]
    TooManyRows {
        /// The collection.
        collection: &'static str,
        /// How many records there would be.
        rows: usize,
    },
}
