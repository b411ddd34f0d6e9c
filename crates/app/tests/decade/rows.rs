//! The files themselves, read beside the program: which keys there are, and which rows name them.

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{collections::HashSet, path::Path};
use vestry_vault::{KeyId, RecordId, Tombstone};

pub(crate) struct Rows {
    people: SqlitePool,
    separated: SqlitePool,
    keys: SqlitePool,
    /// Every key that ever sealed something and was not seen to be gone.
    seen: HashSet<Tombstone>,
}

impl Rows {
    pub(crate) async fn of(data: &Path) -> Self {
        Self {
            people: pool(&data.join("people.db")).await,
            separated: pool(&data.join("separated.db")).await,
            keys: pool(&data.join("keys.db")).await,
            seen: HashSet::new(),
        }
    }

    /// Remembers which keys seal something now.
    pub(crate) async fn see(&mut self) {
        let named = self.named().await;
        self.seen.extend(named);
    }

    /// How many keys that once sealed something, and name nothing now, are still there.
    pub(crate) async fn undead(&mut self) -> usize {
        let named = self.named().await;
        let there: HashSet<Tombstone> = sqlx::query_scalar::<_, Vec<u8>>("select tombstone from keys")
            .fetch_all(&self.keys)
            .await
            .expect("keys")
            .into_iter()
            .map(|bytes| Tombstone::from_bytes(bytes.try_into().expect("32 bytes")))
            .collect();
        let undead = self.seen.iter().filter(|key| !named.contains(*key) && there.contains(*key)).count();
        self.seen = named;
        undead
    }

    /// The records whose items have rows: live, and separated.
    pub(crate) async fn records(&self) -> [HashSet<RecordId>; 2] {
        let mut found = [HashSet::new(), HashSet::new()];
        for (found, pool) in found.iter_mut().zip([&self.people, &self.separated]) {
            let rows = sqlx::query_scalar::<_, Vec<u8>>("select distinct record from items").fetch_all(pool).await;
            let id = |bytes: Vec<u8>| RecordId::from_bytes(bytes.try_into().expect("16 bytes"));
            found.extend(rows.expect("rows").into_iter().map(id));
        }
        found
    }

    async fn named(&self) -> HashSet<Tombstone> {
        const DAYS: &str = "select key from items union select key from day_rows union select key from days";
        let live = sqlx::query_scalar::<_, Vec<u8>>("select distinct key from items").fetch_all(&self.people).await;
        let apart = sqlx::query_scalar::<_, Vec<u8>>(DAYS).fetch_all(&self.separated).await;
        let rows = live.expect("rows").into_iter().chain(apart.expect("rows"));
        rows.map(|key| Tombstone::of(KeyId::from_bytes(key.try_into().expect("16 bytes")))).collect()
    }

    pub(crate) async fn close(&self) {
        self.people.close().await;
        self.separated.close().await;
        self.keys.close().await;
    }
}

async fn pool(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("opens")
}
