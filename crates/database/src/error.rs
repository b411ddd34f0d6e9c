//! What can go wrong between a statement and its rows.

/// Why a database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
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
    /// A restore would load into a database that holds something.
    #[error("the database is not empty; a restore writes into empty ones: make a new one and name it in the settings")]
    NotEmpty,
    /// What is there may lack anything.
    #[error(
        "a restore into the database did not end; run it again, which deletes what it left, or use another database"
    )]
    HalfRestored,
    /// No space is left for the database.
    #[error("no space is left for the data; free some and repeat")]
    Full(#[source] sqlx::Error),
    /// The database answered with an error, or not at all.
    #[error("the database refused or did not answer")]
    Refused(#[source] sqlx::Error),
    /// A row that this program cannot have written.
    #[error("`{column}` of a row holds what cannot be read; restore a backup and report it")]
    Unreadable {
        /// Table and column.
        column: &'static str,
    },
    /// PostgreSQL cannot keep such a text, so neither engine does.
    #[error("a text holds a NUL character; remove it")]
    Nul,
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE and PostgreSQL's `disk_full`.
        let code = error.as_database_error().and_then(|e| e.code().map(|c| c.into_owned()));
        match code.as_deref() {
            Some("13" | "778" | "4874" | "53100") => Self::Full(error),
            _ => Self::Refused(error),
        }
    }
}

impl DatabaseError {
    /// Whether no space is left.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the same call may succeed when repeated: a lost connection, a busy database, a serialisation conflict.
    pub fn is_transient(&self) -> bool {
        let Self::Refused(error) = self else { return false };
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(e) => {
                matches!(e.code().as_deref(), Some("5" | "517" | "40001" | "40P01" | "57P01"))
            }
            _ => false,
        }
    }
}
