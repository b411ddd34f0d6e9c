//! Opening a data folder, and the two ways to speak to it: a snapshot to read, a transaction to write.

use crate::StoreError;
use std::{
    collections::BTreeSet,
    fmt,
    fs::{File, TryLockError},
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::Arc,
};
use vestry_database::{Conn, Database, Location, Sql, args};
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
    database: Database,
    _lock: File,
}

/// The schema, forward only. A change is a new file in each of `migrations/sqlite` and `migrations/postgres` and a
/// line here; a file that has been released is never edited.
const MIGRATIONS: &[Sql] = &[Sql {
    sqlite: include_str!("../migrations/sqlite/0001_catalogue.sql"),
    postgres: include_str!("../migrations/postgres/0001_catalogue.sql"),
}];

impl Store {
    /// Opens and migrates the data of `place`, making it when there is none.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has the folder, [`StoreError::Newer`] when a newer program wrote it.
    pub async fn open(place: &StorePlace) -> Result<Self, StoreError> {
        let lock = lock(&place.data_dir)?;
        let file = place.data_dir.join("vestry.db");
        let database = place.url.as_deref().map_or(Location::Sqlite(&file), Location::Postgres);
        Ok(Self(Arc::new(Inner { database: Database::open(database, MIGRATIONS).await?, _lock: lock })))
    }

    /// A consistent view for reading: everything read through it is of one instant.
    pub async fn read(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { conn: self.0.database.read().await? })
    }

    /// A transaction for writing; nothing of it is seen until [`Tx::commit`]. On SQLite there is one at a time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let conn = self.0.database.begin().await?;
        Ok(Tx { snapshot: Snapshot { conn }, changed: BTreeSet::new(), erased: BTreeSet::new() })
    }

    /// Empties SQLite's write-ahead log, so that erased rows leave it; see [`Database::empty_log`].
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        Ok(self.0.database.empty_log().await?)
    }

    /// Every column of the database, as (table, column): what [`COLUMNS`](crate::COLUMNS) must declare.
    pub async fn columns(&self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(self.0.database.columns().await?)
    }

    /// Closes every connection; pending transactions are rolled back.
    pub async fn close(&self) {
        self.0.database.close().await;
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
        Ok(self.snapshot.conn.commit().await?)
    }
}
