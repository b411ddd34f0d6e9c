//! Opening a data folder, and the two ways to speak to it: a snapshot to read, a transaction to write.

use crate::{
    StoreError,
    engine::{Conn, Row, Sql, args},
    migration,
};
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    collections::BTreeSet,
    fmt,
    fs::{File, TryLockError},
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use vestry_model::{OrganisationId, ProductId};

/// Where an installation keeps its data.
#[derive(Clone)]
pub struct StorePlace {
    /// The data folder: database (unless `url` is given), objects, index.
    pub data_dir: PathBuf,
    /// A PostgreSQL URL instead of the SQLite file in the data folder.
    pub url: Option<String>,
}

impl fmt::Debug for StorePlace {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.as_ref().map(|_| "postgres://…");
        f.debug_struct("StorePlace").field("data_dir", &self.data_dir).field("url", &url).finish()
    }
}

/// The database of one installation. Cheap to clone; the data folder stays locked until the last clone is gone.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    _lock: File,
}

#[derive(Debug)]
enum Engine {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// How many connections read at once on SQLite, and work at once on PostgreSQL.
const CONNECTIONS: u32 = 8;
/// How long a caller waits for a connection or for the one writer.
const PATIENCE: Duration = Duration::from_secs(30);

impl Store {
    /// Opens and migrates the data of `place`, making it when there is none.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has the folder, [`StoreError::Newer`] when a newer program wrote it.
    pub async fn open(place: &StorePlace) -> Result<Self, StoreError> {
        let lock = lock(&place.data_dir)?;
        let engine = match &place.url {
            None => open_sqlite(&place.data_dir.join("vestry.db")).await?,
            Some(url) => open_postgres(url).await?,
        };
        Ok(Self(Arc::new(Inner { engine, _lock: lock })))
    }

    /// A consistent view for reading: everything read through it is of one instant.
    pub async fn read(&self) -> Result<Snapshot, StoreError> {
        let conn = match &self.0.engine {
            Engine::Sqlite { read, .. } => Conn::Sqlite(read.begin().await?),
            Engine::Postgres(pool) => {
                Conn::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        };
        Ok(Snapshot { conn })
    }

    /// A transaction for writing; nothing of it is seen until [`Tx::commit`]. On SQLite there is one at a time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let conn = match &self.0.engine {
            Engine::Sqlite { write, .. } => Conn::Sqlite(write.begin_with("begin immediate").await?),
            Engine::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(Tx { snapshot: Snapshot { conn }, changed: BTreeSet::new(), erased: BTreeSet::new() })
    }

    /// Moves what SQLite's write-ahead log holds into the database and empties the log, so that erased rows leave it.
    /// `false` when a reader was in the way: call again. PostgreSQL has nothing to do.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        match &self.0.engine {
            Engine::Sqlite { write, .. } => {
                let busy: i64 = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(write).await?;
                Ok(busy == 0)
            }
            Engine::Postgres(_) => Ok(true),
        }
    }

    /// Every column of the database, as (table, column): what [`COLUMNS`](crate::COLUMNS) must declare.
    pub async fn columns(&self) -> Result<Vec<(String, String)>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "select t.name, c.name from sqlite_schema t join pragma_table_xinfo(t.name) c \
                where t.type in ('table', 'view') and t.name not like 'sqlite\\_%' escape '\\' order by 1, 2",
            postgres: "select table_name::text, column_name::text from information_schema.columns \
                where table_schema = current_schema() order by 1, 2",
        };
        let rows = self.read().await?.conn.rows(SQL, args![]).await?;
        let pair = |row: &Row| {
            let mut columns = row.columns();
            Ok((columns.take()?, columns.take()?))
        };
        rows.iter().map(pair).collect()
    }

    /// Closes every connection; pending transactions are rolled back.
    pub async fn close(&self) {
        match &self.0.engine {
            Engine::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

/// Takes the data folder for this process. The operating system frees it however the process ends.
fn lock(folder: &Path) -> Result<File, StoreError> {
    let refuse = |path: &Path, source| StoreError::Folder { path: path.into(), source };
    std::fs::create_dir_all(folder).map_err(|e| refuse(folder, e))?;
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| refuse(&path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: folder.into() }),
        Err(TryLockError::Error(e)) => Err(refuse(&path, e)),
    }
}

async fn open_sqlite(path: &Path) -> Result<Engine, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("secure_delete", "on")
        .pragma("temp_store", "memory");
    // Connections are kept: opening one costs more than the statement it is for.
    let pool = || SqlitePoolOptions::new().acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None);
    let write = pool().max_connections(1).connect_with(options.clone()).await?;
    migration::sqlite(&write).await?;
    let read = pool().max_connections(CONNECTIONS).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Engine::Sqlite { write, read })
}

async fn open_postgres(url: &str) -> Result<Engine, StoreError> {
    // A plan for any parameters reads a whole organisation where one for these parameters goes by the index:
    // organisations differ in size by a thousand, and a new table has no statistics. Planning takes 0.2 ms.
    let options = PgConnectOptions::from_str(url)
        .map_err(StoreError::Url)?
        .options([("plan_cache_mode", "force_custom_plan"), ("application_name", "vestry")]);
    let pool =
        PgPoolOptions::new().acquire_timeout(PATIENCE).max_connections(CONNECTIONS).connect_with(options).await?;
    let number: String = sqlx::query_scalar("show server_version_num").fetch_one(&pool).await?;
    if number.parse::<u32>().map_or(true, |n| n < 150_000) {
        return Err(StoreError::OldServer(number));
    }
    migration::postgres(&pool).await?;
    Ok(Engine::Postgres(pool))
}

/// A consistent view of the store; its functions only read. Dropping it ends it.
pub struct Snapshot {
    pub(crate) conn: Conn,
}

/// A transaction; reads as a [`Snapshot`] does and writes. Dropping it without [`Tx::commit`] undoes it.
///
/// It remembers which products changed and, on commit, leaves one outbox row for each, so that no write that
/// changes what search sees can forget its row.
pub struct Tx {
    snapshot: Snapshot,
    pub(crate) changed: BTreeSet<ProductId>,
    pub(crate) erased: BTreeSet<(OrganisationId, ProductId)>,
}

impl Deref for Tx {
    type Target = Snapshot;
    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Snapshot {
        &mut self.snapshot
    }
}

impl Tx {
    /// Makes everything that was written visible, outbox rows included, at once.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        const CHANGED: &str = "insert into outbox (organisation, product, kind) \
            select organisation, id, 'changed' from products where id in (..) order by id";
        const ERASED: &str = "insert into outbox (organisation, product, kind) values (..)";
        let changed: Vec<_> = std::mem::take(&mut self.changed).into_iter().map(|p| p.get().into()).collect();
        self.conn.run_in(CHANGED, args![], changed).await?;
        let erased = std::mem::take(&mut self.erased);
        let erased = erased.into_iter().map(|(o, p)| args![o.get(), p.get(), "erased"]).collect();
        self.conn.insert(ERASED, erased).await?;
        match self.snapshot.conn {
            Conn::Sqlite(tx) => tx.commit().await?,
            Conn::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
