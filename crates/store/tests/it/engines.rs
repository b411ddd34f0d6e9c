//! The real engines, each with a fresh, migrated database, and the values that many tests use.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{
    io::Write,
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
};
use vestry_model::{AttributeId, OrganisationId, Product, Sku, ValueId};
use vestry_store::{Store, StorePlace};

/// A schema of its own in a PostgreSQL server.
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// `None`, said once and clearly, when no server is given.
    pub(crate) async fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        static SAID: Once = Once::new();
        let Ok(server) = std::env::var("VESTRY_TEST_POSTGRES") else {
            // Not by `eprintln!`, which the test runner swallows.
            let words = "PostgreSQL was NOT tested: set `VESTRY_TEST_POSTGRES` to the URL of a server";
            SAID.call_once(|| writeln!(std::io::stderr(), "{words}").expect("standard error can be written"));
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = Self { server, name: format!("store_{}_{count}", std::process::id()) };
        let name = &schema.name;
        schema.run(format!("drop schema if exists {name} cascade; create schema {name}")).await;
        Some(schema)
    }

    /// The server's URL with this schema in front of all others.
    pub(crate) fn url(&self) -> String {
        let mark = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{mark}options[search_path]={}", self.server, self.name)
    }

    /// Runs statements in the schema, behind the store's back.
    pub(crate) async fn run(&self, sql: String) {
        let mut conn = PgConnection::connect(&self.server).await.expect("the server of VESTRY_TEST_POSTGRES answers");
        let sql = format!("set search_path to {}; {sql}", self.name);
        conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("the statement runs");
        conn.close().await.expect("closes");
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn drop(self) {
        self.run(format!("drop schema {} cascade", self.name)).await;
    }
}

/// Runs `test` on every engine that ships, each with a fresh, migrated database.
pub(crate) async fn on_each_engine(test: impl AsyncFn(&Store)) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&StorePlace { data_dir: folder.path().into(), url: None }).await.expect("opens");
    test(&store).await;
    store.close().await;
    drop(store);
    let Some(schema) = Schema::create().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let place = StorePlace { data_dir: folder.path().into(), url: Some(schema.url()) };
    let store = Store::open(&place).await.expect("opens");
    test(&store).await;
    store.close().await;
    schema.drop().await;
}

/// Some instant, `seconds` after another.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).expect("an instant")
}

pub(crate) fn sku(text: &str) -> Sku {
    Sku::new(text).expect("a sku")
}

pub(crate) fn product(text: &str) -> Product {
    Product::new(sku(text))
}

pub(crate) fn attribute(id: &str) -> AttributeId {
    AttributeId::new(id).expect("an attribute")
}

pub(crate) fn value(id: &str) -> ValueId {
    ValueId::new(id).expect("a value")
}

/// The organisation of most tests, made before.
pub(crate) async fn the_shop(store: &Store) -> OrganisationId {
    store.read().await.expect("reads").organisation("shop").await.expect("reads").expect("is there").id
}

pub(crate) async fn organisation(store: &Store, slug: &str) -> OrganisationId {
    let mut tx = store.begin().await.expect("begins");
    let id = tx.create_organisation(slug, slug, at(0)).await.expect("creates");
    tx.commit().await.expect("commits");
    id
}
