//! The schema, forward only. A change is a new file in each of `migrations/sqlite` and `migrations/postgres`
//! and a line below; a file that has been released is never edited.

use crate::{StoreError, engine::Sql};
use sqlx::{AssertSqlSafe, Executor, PgPool, SqlitePool};

const MIGRATIONS: &[Sql] = &[Sql {
    sqlite: include_str!("../migrations/sqlite/0001_catalogue.sql"),
    postgres: include_str!("../migrations/postgres/0001_catalogue.sql"),
}];

/// The version this program writes.
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

const VERSIONS: &str = "create table if not exists schema_versions (version bigint primary key)";
const VERSIONS_SQLITE: &str = "create table if not exists schema_versions (version integer primary key) strict";
const NEWEST: &str = "select coalesce(max(version), 0) from schema_versions";
const APPLIED: &str = "insert into schema_versions (version) values ($1)";
/// Two servers that start together migrate one after the other. The number only has to be ours.
const LOCK: &str = "select pg_advisory_xact_lock(7093527141)";

/// The migrations after version `found`, with their numbers.
fn missing(found: i64) -> Result<impl Iterator<Item = (i64, &'static Sql)>, StoreError> {
    if found > KNOWN {
        return Err(StoreError::Newer { found, known: KNOWN });
    }
    Ok((1..).zip(MIGRATIONS).filter(move |(version, _)| *version > found))
}

pub(crate) async fn sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut tx = pool.begin_with("begin immediate").await?;
    tx.execute(VERSIONS_SQLITE).await?;
    let found: i64 = sqlx::query_scalar(NEWEST).fetch_one(&mut *tx).await?;
    for (version, sql) in missing(found)? {
        sqlx::raw_sql(AssertSqlSafe(sql.sqlite)).execute(&mut *tx).await?;
        sqlx::query(APPLIED).bind(version).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

pub(crate) async fn postgres(pool: &PgPool) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    tx.execute(LOCK).await?;
    tx.execute(VERSIONS).await?;
    let found: i64 = sqlx::query_scalar(NEWEST).fetch_one(&mut *tx).await?;
    for (version, sql) in missing(found)? {
        sqlx::raw_sql(AssertSqlSafe(sql.postgres)).execute(&mut *tx).await?;
        sqlx::query(APPLIED).bind(version).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}
