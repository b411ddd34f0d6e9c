//! What can go wrong between a use case and its rows.

use std::path::PathBuf;
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
    #[error("data folder in use: `{}`; stop the server that uses it, or go through it with `--server URL`", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A newer program wrote the data.
    #[error("the data is at version `{found}` and this program knows versions up to `{known}`; install a newer Vestry")]
    Newer {
        /// The version of the data.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The database's address is not one.
    #[error("the database URL cannot be read; write `postgres://name:password@host:5432/database`")]
    Url(#[source] sqlx::Error),
    /// PostgreSQL before 15.
    #[error("PostgreSQL reports version `{0}`; version 15 or newer is needed")]
    OldServer(String),
    /// No space is left for the database or for an object.
    #[error("no space is left for the data; free some and repeat")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database answered with an error, or not at all.
    #[error("the database refused or did not answer")]
    Database(#[source] sqlx::Error),
    /// A row that this program cannot have written.
    #[error("`{column}` of a row holds what cannot be read; restore a backup and report it")]
    Unreadable {
        /// Table and column.
        column: &'static str,
    },
    /// PostgreSQL cannot keep such a text, so neither engine does.
    #[error("a text holds a NUL character; remove it")]
    Nul,
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
    /// The new order does not name exactly the product's images.
    #[error("the new order does not name each of the product's images once")]
    Order,
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

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE and PostgreSQL's `disk_full`.
        let code = error.as_database_error().and_then(|e| e.code().map(|c| c.into_owned()));
        match code.as_deref() {
            Some("13" | "778" | "4874" | "53100") => Self::Full(error.into()),
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the same call may succeed when repeated: a lost connection, a busy database, a serialisation conflict.
    pub fn is_transient(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(e) => {
                matches!(e.code().as_deref(), Some("5" | "517" | "40001" | "40P01" | "57P01"))
            }
            _ => false,
        }
    }
}
