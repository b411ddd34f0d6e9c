//! Opening a data folder, and the two ways to speak to it: a snapshot to read, a transaction to write.

use crate::StoreError;
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    fmt,
    fs::{File, TryLockError},
    io::{Read, Write},
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::Arc,
};
use vestry_database::{Conn, Database, DatabaseError, Location, Sql, args};
use vestry_model::{OrganisationId, ProductId, ReviewId};

/// Where an installation keeps its data.
#[derive(Clone)]
pub struct StorePlace {
    /// The data folder: database (unless `url` is given), objects, index.
    pub data_dir: PathBuf,
    /// A PostgreSQL URL instead of the SQLite file in the data folder.
    pub url: Option<String>,
}

impl StorePlace {
    fn file(&self) -> PathBuf {
        self.data_dir.join("vestry.db")
    }

    fn location<'a>(&'a self, file: &'a Path) -> Location<'a> {
        self.url.as_deref().map_or(Location::Sqlite(file), Location::Postgres)
    }
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
const MIGRATIONS: &[Sql] = &[
    Sql {
        sqlite: include_str!("../migrations/sqlite/0001_catalogue.sql"),
        postgres: include_str!("../migrations/postgres/0001_catalogue.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/0002_review.sql"),
        postgres: include_str!("../migrations/postgres/0002_review.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/0003_heads.sql"),
        postgres: include_str!("../migrations/postgres/0003_heads.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/0004_events.sql"),
        postgres: include_str!("../migrations/postgres/0004_events.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/0005_insight.sql"),
        postgres: include_str!("../migrations/postgres/0005_insight.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/0006_job_errors.sql"),
        postgres: include_str!("../migrations/postgres/0006_job_errors.sql"),
    },
];

/// Every table with its columns, in the order in which they refer to each other.
const COLUMNS: &[(&str, &[&str])] = &[
    ("organisations", &["id", "name", "slug", "created"]),
    ("api_keys", &["id", "organisation", "kind", "name", "hash", "origins", "created", "revoked", "last_used"]),
    (
        "products",
        &[
            "id",
            "organisation",
            "sku",
            "title_ko",
            "title_en",
            "description_ko",
            "description_en",
            "brand",
            "price_hundredths",
            "currency",
            "group_id",
            "link",
            "own",
            "digest",
            "created",
            "changed",
        ],
    ),
    (
        "images",
        &[
            "id",
            "organisation",
            "product",
            "position",
            "source",
            "source_digest",
            "object",
            "width",
            "height",
            "faces",
            "placeholder",
            "model",
            "colours",
            "failure",
            "created",
            "look",
            "features",
        ],
    ),
    ("tags", &["product", "attribute", "value", "confidence", "source", "state", "image", "changed"]),
    ("review_steps", &["id", "organisation", "who", "attribute", "product", "asked", "answer", "at", "undone"]),
    (
        "review_changes",
        &[
            "step",
            "product",
            "attribute",
            "value",
            "confidence",
            "source",
            "state",
            "image",
            "changed",
            "became",
            "undone",
        ],
    ),
    ("corrections", &["sequence", "product", "attribute", "old_value", "new_value", "who", "at", "step", "undone"]),
    (
        "head_versions",
        &[
            "id",
            "organisation",
            "attribute",
            "shipped",
            "through",
            "manifest",
            "model",
            "evidence",
            "who",
            "at",
            "ended",
            "because",
        ],
    ),
    ("events", &["organisation", "visitor", "product", "kind", "at"]),
    ("shown", &["organisation", "visitor", "search", "at", "list"]),
    ("chosen", &["organisation", "visitor", "search", "product"]),
    ("event_changes", &["organisation", "changes"]),
    ("search_days", &["organisation", "day", "searches", "empty"]),
    ("asked", &["organisation", "day", "attribute", "value", "searches"]),
    ("unmet", &["organisation", "day", "words", "searches"]),
    (
        "forgettings",
        &[
            "sequence",
            "organisation",
            "model",
            "version",
            "manifest_before",
            "model_before",
            "manifest_after",
            "model_after",
            "at",
        ],
    ),
    ("key_days", &["key", "day", "area", "requests", "refused", "failed"]),
    ("outbox", &["sequence", "organisation", "product", "kind", "claimed_until"]),
    ("doomed_objects", &["object"]),
    (
        "jobs",
        &[
            "id",
            "organisation",
            "kind",
            "state",
            "payload",
            "result",
            "done",
            "total",
            "errors",
            "attempts",
            "run_after",
            "lease_until",
            "error",
            "error_code",
            "created",
            "started",
            "finished",
        ],
    ),
    ("job_errors", &["id", "job", "line", "value", "message", "code", "place", "number"]),
    ("settings", &["key", "value"]),
];

impl Store {
    /// Every table that a backup holds, in the order in which they refer to each other.
    pub const TABLES: [&str; COLUMNS.len()] = {
        let mut names = [""; COLUMNS.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = COLUMNS[at].0;
            at += 1;
        }
        names
    };

    /// The columns of `table` that a backup holds; none for another table.
    pub fn columns_of(table: &str) -> &'static [&'static str] {
        columns_of(table).map_or(&[], |(_, columns)| columns)
    }

    /// Loads the rows of `table` that `input` holds, as [`Snapshot::dump`] wrote them; how many.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] for a table that a backup does not hold.
    pub async fn load(&self, table: &str, input: &mut (dyn Read + Send)) -> Result<u64, StoreError> {
        let (table, columns) = columns_of(table)?;
        let mut conn = self.0.database.begin().await?;
        let (came, _) = conn.load(table, columns, input, |_| true).await?;
        conn.commit().await?;
        Ok(came)
    }

    /// By what the server of the database keeps its write-ahead log past its use, in words.
    pub async fn log_keepers(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.0.database.log_keepers().await?)
    }

    /// Opens and migrates the data of `place`, making it when there is none.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has the folder, [`StoreError::Database`] when a newer program wrote it.
    pub async fn open(place: &StorePlace) -> Result<Self, StoreError> {
        let lock = lock(&place.data_dir)?;
        let database = Database::open(place.location(&place.file()), MIGRATIONS).await?;
        Ok(Self(Arc::new(Inner { database, _lock: lock })))
    }

    /// As [`Store::open`], to load a backup, until [`Store::end_restore`]; see [`Database::open_for_restore`].
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when it holds something.
    pub async fn open_for_restore(place: &StorePlace, now: Timestamp) -> Result<Self, StoreError> {
        let lock = lock(&place.data_dir)?;
        let database = Database::open_for_restore(place.location(&place.file()), MIGRATIONS, now).await;
        let database = database.map_err(|error| match error {
            DatabaseError::NotEmpty => StoreError::NotEmpty,
            error => error.into(),
        })?;
        Ok(Self(Arc::new(Inner { database, _lock: lock })))
    }

    /// What was loaded may be used.
    pub async fn end_restore(&self) -> Result<(), StoreError> {
        Ok(self.0.database.end_restore().await?)
    }

    /// Deletes what a restore left that did not end, if there is any.
    pub async fn forget_restore(place: &StorePlace) -> Result<(), StoreError> {
        Ok(Database::forget_restore(place.location(&place.file()), MIGRATIONS).await?)
    }

    /// Whether other processes may write to the database: then what was read is of the past at once, and not to be kept.
    pub fn is_shared(&self) -> bool {
        self.0.database.commits().is_none()
    }

    /// A consistent view for reading: everything read through it is of one instant.
    pub async fn read(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { conn: self.0.database.read().await? })
    }

    /// A transaction for writing; nothing of it is seen until [`Tx::commit`]. On SQLite there is one at a time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let conn = self.0.database.begin().await?;
        Ok(Tx { snapshot: Snapshot { conn }, changed: BTreeSet::new(), erased: BTreeSet::new(), step: None })
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

fn columns_of(table: &str) -> Result<(&'static str, &'static [&'static str]), StoreError> {
    COLUMNS.iter().find(|(name, _)| *name == table).copied().ok_or(StoreError::Unknown { kind: "table", id: 0 })
}

impl Snapshot {
    /// How many rows a backup will hold, pictures aside.
    pub async fn count_rows(&mut self) -> Result<u64, StoreError> {
        const SQL: &str = "select (select count(*) from products) + (select count(*) from images) \
            + (select count(*) from tags) + (select count(*) from corrections) + (select count(*) from review_changes) \
            + (select count(*) from job_errors)";
        Ok(self.conn.row(SQL, args![]).await?.map_or(Ok(0), |row| row.only::<i64>())?.unsigned_abs())
    }

    /// Writes the rows of `table` to `out`; how many.
    pub async fn dump(&mut self, table: &str, out: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
        let (table, columns) = columns_of(table)?;
        Ok(self.conn.dump(table, columns, out).await?)
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
    /// The step of a review that corrections belong to while it is being written.
    pub(crate) step: Option<ReviewId>,
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
