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
    /// There is no file.
    #[error("there is no store at {store}")]
    Missing {
        /// The store's file.
        store: String,
    },
    /// The file is something else.
    #[error("{store} is not a Harmattan store; it was left as it is")]
    NotAStore {
        /// The store's file.
        store: String,
    },
    /// A later version of the program wrote the file.
    #[error("{store} was written by a later version of Harmattan (schema {found}, this one knows {known})")]
    Newer {
        /// The store's file.
        store: String,
        /// The schema's version in the file.
        found: usize,
        /// The latest version known here.
        known: usize,
    },
    /// The file or its folder cannot be written.
    #[error("{store} cannot be written: are its folder and file writable?")]
    NotWritable {
        /// The store's file.
        store: String,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// No room is left on the disk.
    #[error("no room is left on the disk of {store}; nothing was changed")]
    DiskFull {
        /// The store's file.
        store: String,
    },
    /// The file is damaged.
    #[error("{store} is damaged; `harmattan check` says how")]
    Damaged {
        /// The store's file.
        store: String,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// A row that does not hold what it should.
    #[error("row {row} of {table} cannot be read; `harmattan check` says more")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The row's number.
        row: i64,
    },
    /// Anything else that SQLite says.
    #[error("the store {store} cannot be used")]
    Sqlite {
        /// The store's file.
        store: String,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
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

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite { store: String::new(), source }
    }
}
