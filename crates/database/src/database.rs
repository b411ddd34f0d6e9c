//! Opening and migrating a database on either engine.

use crate::{
    DatabaseError, args,
    conn::{self, Conn, Row, RowOf, Sql, Transactions, Value, bound},
};
use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    borrow::Cow,
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A database on one of the engines.
#[derive(Debug)]
pub struct Database {
    engine: Engine,
    /// How many transactions for writing were committed here.
    commits: Arc<AtomicU64>,
    /// The mark of the restore that this was opened for.
    restore: Option<i64>,
}

#[derive(Debug)]
enum Engine {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// Where a database is.
#[derive(Clone, Copy)]
pub enum Location<'a> {
    /// A file, made when there is none.
    Sqlite(&'a Path),
    /// A PostgreSQL URL.
    Postgres(&'a str),
}

/// How many connections read at once on SQLite, and work at once on PostgreSQL.
const CONNECTIONS: u32 = 8;
/// How long a connection may lie before it is asked whether its server is there.
const RESTED: Duration = Duration::from_secs(1);
/// How long a caller waits for a connection or for the one writer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long emptying a write-ahead log waits for who reads out of it.
const PATIENCE_FOR_READERS: Duration = Duration::from_millis(500);

/// A turn that one process has; it ends with the process too.
#[derive(Debug)]
pub struct Turn(Option<sqlx::Transaction<'static, sqlx::Postgres>>);

impl Turn {
    /// Ends it. One that is dropped ends a little later, when its connection is used next.
    pub async fn end(self) -> Result<(), DatabaseError> {
        match self.0 {
            Some(transaction) => Ok(transaction.rollback().await?),
            None => Ok(()),
        }
    }
}

const VERSIONS: Sql = Sql {
    sqlite: "create table if not exists schema_versions (version integer primary key) strict",
    postgres: "create table if not exists schema_versions (version bigint primary key)",
};
const NEWEST: &str = "select coalesce(max(version), 0) from schema_versions";
const APPLIED: &str = "insert into schema_versions (version) values ($1)";
/// A restore that has not ended: minus the instant at which it began, in microseconds.
const RESTORE: &str = "select 1 from schema_versions where version < 0";
const NO_RESTORE: &str = "delete from schema_versions where version < 0";
const THIS_RESTORE: &str = "delete from schema_versions where version = $1";
const TABLES: Sql = Sql {
    sqlite: "select name from sqlite_schema where type = 'table' and name <> 'schema_versions' \
        and name not like 'sqlite\\_%' escape '\\' order by 1",
    postgres: "select table_name::text from information_schema.tables where table_schema = current_schema() \
        and table_type = 'BASE TABLE' and table_name <> 'schema_versions' order by 1",
};
/// Two servers that start together migrate one after the other. The number only has to be ours.
const LOCK: &str = "select pg_advisory_xact_lock(7093527141)";

impl Database {
    /// Opens the database at `place` and brings its schema up to the last of `migrations`, which are forward only: a
    /// text that has been released is never edited.
    ///
    /// # Errors
    /// [`DatabaseError::Newer`] when a newer program wrote it, [`DatabaseError::HalfRestored`] when a restore into it did
    /// not end.
    pub async fn open(place: Location<'_>, migrations: &'static [Sql]) -> Result<Self, DatabaseError> {
        let database = Self::open_any(place, migrations).await?;
        match database.row(RESTORE, args![]).await? {
            Some(_) => Err(DatabaseError::HalfRestored),
            None => Ok(database),
        }
    }

    /// As [`Database::open`], to load a backup: what a restore left that did not end is deleted, and nobody else opens it
    /// before [`Database::end_restore`].
    ///
    /// # Errors
    /// [`DatabaseError::NotEmpty`] when it holds a row all the same.
    pub async fn open_for_restore(
        place: Location<'_>,
        migrations: &'static [Sql],
        now: Timestamp,
    ) -> Result<Self, DatabaseError> {
        let mut database = Self::open_any(place, migrations).await?;
        database.delete_half_restored().await?;
        let mut conn = database.begin().await?;
        for table in conn.tables().await? {
            if !conn.is_empty(&table).await? {
                return Err(DatabaseError::NotEmpty);
            }
        }
        let mark = -now.as_microsecond();
        conn.run(APPLIED, args![mark]).await?;
        conn.commit().await?;
        database.restore = Some(mark);
        Ok(database)
    }

    /// Deletes what a restore left that did not end, if there is any.
    pub async fn forget_restore(place: Location<'_>, migrations: &'static [Sql]) -> Result<(), DatabaseError> {
        let database = Self::open_any(place, migrations).await?;
        database.delete_half_restored().await?;
        database.close().await;
        Ok(())
    }

    /// What was loaded may be used.
    ///
    /// # Errors
    /// [`DatabaseError::HalfRestored`] when another restore began here meanwhile.
    pub async fn end_restore(&self) -> Result<(), DatabaseError> {
        let mut conn = self.begin().await?;
        match conn.run(THIS_RESTORE, args![self.restore]).await? {
            1 => conn.commit().await,
            _ => Err(DatabaseError::HalfRestored),
        }
    }

    async fn delete_half_restored(&self) -> Result<(), DatabaseError> {
        let mut conn = self.begin().await?;
        if conn.run(NO_RESTORE, args![]).await? > 0 {
            conn.delete_all().await?;
        }
        conn.commit().await
    }

    async fn open_any(place: Location<'_>, migrations: &'static [Sql]) -> Result<Self, DatabaseError> {
        let engine = match place {
            Location::Sqlite(path) => sqlite(path).await?,
            Location::Postgres(url) => postgres(url).await?,
        };
        let database = Self { engine, commits: Arc::default(), restore: None };
        database.migrate(migrations).await?;
        Ok(database)
    }

    /// A consistent view for reading: everything read through it is of one instant.
    pub async fn read(&self) -> Result<Conn, DatabaseError> {
        Ok(match &self.engine {
            Engine::Sqlite { read, .. } => Conn::reading(Transactions::Sqlite(read.begin().await?)),
            Engine::Postgres(pool) => {
                let begin = "begin isolation level repeatable read read only";
                Conn::reading(Transactions::Postgres(pool.begin_with(begin).await?))
            }
        })
    }

    /// The rows of one statement that only reads. What takes two statements, and has to be of one instant, goes through
    /// [`Database::read`].
    pub async fn rows(&self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.fetch(self.text(sql.into()).into(), args).await
    }

    /// The same with `in (..)` for a list of any length; `args` come before the list. A long list takes several statements.
    pub async fn rows_in(
        &self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
        list: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        for (text, args) in conn::in_lists(self.text(sql.into()), &args, &list) {
            rows.extend(self.fetch(text.into(), args).await?);
        }
        Ok(rows)
    }

    fn text(&self, sql: Sql) -> &'static str {
        if matches!(self.engine, Engine::Sqlite { .. }) { sql.sqlite } else { sql.postgres }
    }

    async fn fetch(&self, text: Cow<'static, str>, args: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        conn::refuse_nul(&args)?;
        Ok(match &self.engine {
            Engine::Sqlite { read, .. } => conn::all(bound!(text, args).fetch_all(read).await?, RowOf::Sqlite),
            Engine::Postgres(pool) => conn::all(bound!(text, args).fetch_all(pool).await?, RowOf::Postgres),
        })
    }

    /// The first of those rows, if any.
    pub async fn row(&self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Option<Row>, DatabaseError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// A number that is another one after every commit, for who keeps what they read: on SQLite, where whoever holds the
    /// data folder is the only one to write. `None` on PostgreSQL, where others may.
    pub fn commits(&self) -> Option<u64> {
        matches!(self.engine, Engine::Sqlite { .. }).then(|| self.commits.load(Ordering::SeqCst))
    }

    /// A transaction for writing; nothing of it is seen until [`Conn::commit`]. On SQLite there is one at a time.
    pub async fn begin(&self) -> Result<Conn, DatabaseError> {
        let transactions = match &self.engine {
            Engine::Sqlite { write, .. } => Transactions::Sqlite(write.begin_with("begin immediate").await?),
            Engine::Postgres(pool) => Transactions::Postgres(pool.begin().await?),
        };
        Ok(Conn::writing(transactions, Arc::clone(&self.commits)))
    }

    /// Whether this process is the only one that has the turn `name`, until what comes back is ended; `None` while another
    /// has it. On SQLite there is no other.
    pub async fn turn(&self, name: i64) -> Result<Option<Turn>, DatabaseError> {
        const SQL: &str = "select pg_try_advisory_xact_lock($1)";
        let Engine::Postgres(pool) = &self.engine else { return Ok(Some(Turn(None))) };
        let mut transaction = pool.begin().await?;
        let has_it: bool = sqlx::query_scalar(SQL).bind(name).fetch_one(&mut *transaction).await?;
        Ok(has_it.then_some(Turn(Some(transaction))))
    }

    /// Moves what SQLite's write-ahead log holds into the database and empties the log, so that erased rows leave it.
    /// `false` when a reader was in the way: call again. PostgreSQL has nothing to do.
    ///
    /// It waits for readers much less long than others do for the writer: as long as it waits, nobody writes.
    pub async fn empty_log(&self) -> Result<bool, DatabaseError> {
        match &self.engine {
            Engine::Sqlite { write, .. } => {
                let mut conn = write.acquire().await?;
                let patience = |wait: Duration| AssertSqlSafe(format!("pragma busy_timeout = {}", wait.as_millis()));
                sqlx::query(patience(PATIENCE_FOR_READERS)).execute(&mut *conn).await?;
                let busy = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(&mut *conn).await;
                sqlx::query(patience(PATIENCE)).execute(&mut *conn).await?;
                let busy: i64 = busy?;
                Ok(busy == 0)
            }
            Engine::Postgres(_) => Ok(true),
        }
    }

    /// Writes SQLite's file anew. Deleted rows are overwritten where they stood (`secure_delete`), but a page that was
    /// rebalanced may still hold an older copy of a row in its free space; a file that is written anew has none. Takes as
    /// much memory as the database has bytes, so that no temporary file holds a row. PostgreSQL has nothing to do here: its
    /// operator vacuums.
    pub async fn rewrite(&self) -> Result<(), DatabaseError> {
        if let Engine::Sqlite { write, .. } = &self.engine {
            sqlx::raw_sql("vacuum").execute(write).await?;
        }
        Ok(())
    }

    /// Every column, as (table, column): what the owner of the tables must have declared.
    pub async fn columns(&self) -> Result<Vec<(String, String)>, DatabaseError> {
        const SQL: Sql = Sql {
            sqlite: "select t.name, c.name from sqlite_schema t join pragma_table_xinfo(t.name) c \
                where t.type in ('table', 'view') and t.name not like 'sqlite\\_%' escape '\\' order by 1, 2",
            postgres: "select table_name::text, column_name::text from information_schema.columns \
                where table_schema = current_schema() order by 1, 2",
        };
        let rows = self.rows(SQL, args![]).await?;
        let pair = |row: &Row| {
            let mut columns = row.columns();
            Ok((columns.take()?, columns.take()?))
        };
        rows.iter().map(pair).collect()
    }

    /// By what the server keeps its write-ahead log past its use, in words: archiving and replication slots. Such a log
    /// holds what was deleted. Nothing on SQLite.
    pub async fn log_keepers(&self) -> Result<Vec<String>, DatabaseError> {
        // An archive is another database's as well: a server has one log.
        const SQL: &str = "select '`archive_mode` is `' || setting || '`' from pg_settings \
            where name = 'archive_mode' and setting <> 'off' \
            union all select slot_type || ' replication slot `' || slot_name || '`' from pg_replication_slots order by 1";
        match &self.engine {
            Engine::Sqlite { .. } => Ok(Vec::new()),
            Engine::Postgres(_) => self.rows(SQL, args![]).await?.iter().map(Row::only).collect(),
        }
    }

    /// Closes every connection; pending transactions are rolled back.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    async fn migrate(&self, migrations: &'static [Sql]) -> Result<(), DatabaseError> {
        let mut conn = self.begin().await?;
        if let Transactions::Postgres(tx) = &mut conn.transactions {
            tx.execute(LOCK).await?;
        }
        conn.run(VERSIONS, args![]).await?;
        let found: i64 = conn.row(NEWEST, args![]).await?.map_or(Ok(0), |row| row.only())?;
        let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
        if found > known {
            return Err(DatabaseError::Newer { found, known });
        }
        for (version, sql) in (1..).zip(migrations).filter(|(version, _)| *version > found) {
            match &mut conn.transactions {
                Transactions::Sqlite(tx) => {
                    sqlx::raw_sql(AssertSqlSafe(sql.sqlite)).execute(&mut **tx).await.map(|_| ())
                }
                Transactions::Postgres(tx) => {
                    sqlx::raw_sql(AssertSqlSafe(sql.postgres)).execute(&mut **tx).await.map(|_| ())
                }
            }?;
            conn.run(APPLIED, args![version]).await?;
        }
        conn.commit().await
    }
}

impl Conn {
    /// The names of all tables but that of the versions.
    async fn tables(&mut self) -> Result<Vec<String>, DatabaseError> {
        self.rows(TABLES, args![]).await?.iter().map(Row::only).collect()
    }

    /// Deletes every row of every table.
    async fn delete_all(&mut self) -> Result<(), DatabaseError> {
        let tables = self.tables().await?;
        match &mut self.transactions {
            Transactions::Sqlite(tx) => {
                sqlx::raw_sql("pragma defer_foreign_keys = on").execute(&mut **tx).await?;
                for table in tables {
                    sqlx::raw_sql(AssertSqlSafe(format!("delete from {table}"))).execute(&mut **tx).await?;
                }
            }
            Transactions::Postgres(tx) if !tables.is_empty() => {
                // Unlike rows that are deleted, the old files go with it.
                let sql = format!("truncate {}", tables.join(", "));
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await?;
            }
            Transactions::Postgres(_) => {}
        }
        Ok(())
    }
}

async fn sqlite(path: &Path) -> Result<Engine, DatabaseError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("secure_delete", "on")
        .pragma("temp_store", "memory");
    // Connections are kept: opening one costs more than the statement it is for. Each is tested when it comes back; a file
    // does not go away meanwhile, as a server may.
    let pool = || {
        let kept = SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
        kept.acquire_timeout(PATIENCE).test_before_acquire(false)
    };
    // A full disk makes SQLite end the transaction by itself; sqlx goes on counting it, and would begin no other on this
    // connection.
    let write = pool().max_connections(1).after_release(|conn, _| {
        let is_whole = !conn.is_in_transaction();
        Box::pin(async move { Ok(is_whole) })
    });
    let write = write.connect_with(options.clone()).await?;
    let read = pool().max_connections(CONNECTIONS).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Engine::Sqlite { write, read })
}

async fn postgres(url: &str) -> Result<Engine, DatabaseError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(DatabaseError::Url(sqlx::Error::Configuration("another database than PostgreSQL".into())));
    }
    // A plan for any parameters reads a whole organisation where one for these parameters goes by the index:
    // organisations differ in size by a thousand, and a new table has no statistics. Planning takes 0.2 ms.
    let options = PgConnectOptions::from_str(url)
        .map_err(DatabaseError::Url)?
        .options([("plan_cache_mode", "force_custom_plan"), ("application_name", "vestry")]);
    // A connection that rested is asked whether its server is still there; one that was in use a moment ago is not.
    let pool = PgPoolOptions::new().test_before_acquire(false).before_acquire(|conn, known| {
        Box::pin(async move {
            if known.idle_for > RESTED {
                conn.ping().await?;
            }
            Ok(true)
        })
    });
    let pool = pool.acquire_timeout(PATIENCE).max_connections(CONNECTIONS).connect_with(options).await?;
    let number: String = sqlx::query_scalar("show server_version_num").fetch_one(&pool).await?;
    if number.parse::<u32>().map_or(true, |n| n < 150_000) {
        return Err(DatabaseError::OldServer(number));
    }
    Ok(Engine::Postgres(pool))
}
