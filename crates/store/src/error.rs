//! What can go wrong between a use case and its rows.

use std::path::PathBuf;
use vestry_database::{DatabaseError, DumpError};
use vestry_model::JobId;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder or something in it cannot be opened.
    #[error("cannot open `{}`; check that the folder exists and may be written", .path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Another process holds the data folder.
    #[error("data folder in use: `{}`; stop the server that uses it, or do this in its console, or with `--server URL` where a command takes it", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A restore would load into a database that holds something.
    #[error(
        "the database of the catalogue is not empty; a restore writes into an empty one: make a new one and name it as \
         `store.url`"
    )]
    NotEmpty,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A table's rows, on their way into a backup or out of it.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// A stream of pictures, on its way into a backup or out of it.
    #[error("could not read or write pictures of a backup")]
    Stream(#[source] std::io::Error),
    /// No space is left for an object.
    #[error("no space is left for the data; free some and repeat")]
    Full(#[source] object_store::Error),
    /// A row that this program cannot have written.
    #[error("`{column}` of a row holds what cannot be read; restore a backup and report it")]
    Unreadable {
        /// Table and column.
        column: &'static str,
    },
    /// The name that an organisation has in addresses is taken.
    #[error("an organisation `{0}` exists already; choose another short name")]
    SlugTaken(String),
    /// The same secret twice.
    #[error("this key exists already; make another")]
    KeyExists,
    /// No such row, or not in this organisation.
    #[error("no {kind} `{id}` here; it may have been deleted")]
    Unknown {
        /// `product`, `image`, `organisation`…
        kind: &'static str,
        /// Its id.
        id: i64,
    },
    /// More images than a product may carry.
    #[error("`{0}` images; a product carries at most 32")]
    TooManyImages(usize),
    /// The job was cancelled, or its lease ran out and somebody else has it.
    #[error("job `{0}` is no longer held; stop working on it")]
    LeaseLost(JobId),
    /// An object cannot be read or written.
    #[error("object `{key}` cannot be read or written")]
    Object {
        /// Its key.
        key: String,
        /// What the object store says.
        source: object_store::Error,
    },
}

impl StoreError {
    /// Whether the same call may succeed when repeated: a lost connection, a busy database, a serialisation conflict.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_transient())
    }

    /// Whether a text cannot be kept as it is.
    pub fn is_bad_text(&self) -> bool {
        matches!(self, Self::Database(DatabaseError::Nul))
    }

    /// Whether no space is left, for rows or for objects.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_)) || matches!(self, Self::Database(error) if error.is_full())
    }
}
