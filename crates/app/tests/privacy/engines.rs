//! The engines on which a world may stand, and fresh databases on each of them.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use std::{
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
};
use vestry_app::Config;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Files in the data folder.
    Sqlite,
    /// Schemas of their own in one database.
    Postgres,
    /// Databases of their own, whose files are theirs alone.
    PostgresDatabases,
}

/// What an installation has: the catalogue and the vault's three.
pub(crate) const NAMES: [&str; 4] = ["catalogue", "people", "separated", "keys"];

/// The server of `VESTRY_TEST_POSTGRES`; `None`, said each time, when there is none.
pub(crate) fn server() -> Option<String> {
    let server = std::env::var("VESTRY_TEST_POSTGRES").ok();
    if server.is_none() {
        let words = "PostgreSQL was NOT tested: set `VESTRY_TEST_POSTGRES` to the URL of a server";
        writeln!(std::io::stderr(), "{words}").expect("standard error can be written");
    }
    server
}

/// The engines that can be tested here.
pub(crate) fn engines() -> Vec<Engine> {
    let postgres = server().map(|_| Engine::Postgres);
    std::iter::once(Engine::Sqlite).chain(postgres).collect()
}

/// The URLs of `config`, in the order of [`NAMES`]; empty on SQLite.
pub(crate) fn urls(config: &Config) -> [&str; 4] {
    [&config.store.url, &config.vault.people_url, &config.vault.separated_url, &config.vault.keys_url]
        .map(String::as_str)
}

impl Engine {
    /// Lets `config` name databases in which there is nothing.
    pub(crate) async fn fresh(self, config: &mut Config) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let names = NAMES.map(|name| format!("{name}_{}_{count}", std::process::id()));
        [config.store.url, config.vault.people_url, config.vault.separated_url, config.vault.keys_url] = match self {
            Self::Sqlite => Default::default(),
            Self::Postgres => schemas(&names).await,
            Self::PostgresDatabases => databases(&names).await,
        };
    }
}

/// How many rows the PostgreSQL database at `url` holds, but those of applied migrations.
pub(crate) async fn rows_of(url: &str) -> i64 {
    let mut conn = PgConnection::connect(url).await.expect("the server answers");
    let tables = "select table_name::text from information_schema.tables where table_schema = current_schema()";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut conn).await.expect("tables");
    let mut rows = 0;
    for table in tables {
        let applied = if table == "schema_versions" { " where version < 0" } else { "" };
        let sql = AssertSqlSafe(format!("select count(*) from {table}{applied}"));
        rows += sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut conn).await.expect("a count");
    }
    conn.close().await.expect("closes");
    rows
}

async fn schemas(names: &[String; 4]) -> [String; 4] {
    let server = server().expect("asked before");
    let mut conn = PgConnection::connect(&server).await.expect("the server answers");
    for name in names {
        let sql = format!("drop schema if exists {name} cascade; create schema {name}");
        conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("a schema");
    }
    conn.close().await.expect("closes");
    let mark = if server.contains('?') { '&' } else { '?' };
    names.each_ref().map(|name| format!("{server}{mark}options[search_path]={name}"))
}

async fn databases(names: &[String; 4]) -> [String; 4] {
    drop_databases(names).await;
    let server = server().expect("asked before");
    let mut conn = PgConnection::connect(&server).await.expect("the server answers");
    for name in names {
        conn.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("a database");
    }
    conn.close().await.expect("closes");
    let options: PgConnectOptions = server.parse().expect("a URL");
    names.each_ref().map(|name| options.clone().database(name).to_url_lossy().to_string())
}

/// Removes what [`Engine::PostgresDatabases`] made.
pub(crate) async fn drop_databases_of(config: &Config) {
    let name = |url: &str| url.parse::<PgConnectOptions>().ok()?.get_database().map(str::to_owned);
    let names: Vec<String> = urls(config).into_iter().filter_map(name).collect();
    drop_databases(&names).await;
}

async fn drop_databases(names: &[String]) {
    let mut conn = PgConnection::connect(&server().expect("asked before")).await.expect("the server answers");
    for name in names {
        conn.execute(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).await.expect("dropped");
    }
    conn.close().await.expect("closes");
}
