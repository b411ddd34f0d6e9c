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
        let there = ids(&self.keys, "select group_concat(hex(tombstone)) from keys").await;
        let there: HashSet<Tombstone> = there.into_iter().map(Tombstone::from_bytes).collect();
        let undead = self.seen.iter().filter(|key| !named.contains(*key) && there.contains(*key)).count();
        self.seen = named;
        undead
    }

    /// The records whose items have rows: live, and separated.
    pub(crate) async fn records(&self) -> [HashSet<RecordId>; 2] {
        const RECORDS: &str = "select group_concat(distinct hex(record)) from items";
        let mut found = [HashSet::new(), HashSet::new()];
        for (found, pool) in found.iter_mut().zip([&self.people, &self.separated]) {
            found.extend(ids(pool, RECORDS).await.into_iter().map(RecordId::from_bytes));
        }
        found
    }

    async fn named(&self) -> HashSet<Tombstone> {
        const LIVE: &str = "select group_concat(distinct hex(key)) from items";
        const APART: &str = "select group_concat(hex(key)) from \
            (select key from items union select key from day_rows union select key from days)";
        let live = ids(&self.people, LIVE).await.into_iter();
        let keys = live.chain(ids(&self.separated, APART).await);
        keys.map(|key| Tombstone::of(KeyId::from_bytes(key))).collect()
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

/// Ids of `N` bytes out of one text: a row for each would go through a channel of its own.
async fn ids<const N: usize>(pool: &SqlitePool, sql: &'static str) -> Vec<[u8; N]> {
    let text: Option<String> = sqlx::query_scalar(sql).fetch_one(pool).await.expect("ids");
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("a byte");
    let id = |text: &str| {
        let bytes: Vec<u8> = text.as_bytes().chunks_exact(2).map(byte).collect();
        bytes.try_into().unwrap_or_else(|bytes: Vec<u8>| panic!("{} bytes, not {N}", bytes.len()))
    };
    text.iter().flat_map(|text| text.split(',')).filter(|text| !text.is_empty()).map(id).collect()
}
