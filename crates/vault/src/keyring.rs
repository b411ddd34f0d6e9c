//! The database of wrapped keys. Data backups never hold it: a key that is gone from here, and from each copy of this
//! database, is gone.

use crate::{
    error::VaultError,
    master::Masters,
    place::{Place, Store},
    seal::{DataKey, WRAPPED_LENGTH, WrappedKey},
    tombstone::Tombstone,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};
use vestry_database::{Conn, Database, Row, Value, args};

/// What is named by a tombstone goes; the tombstone stays.
pub(crate) const DESTROY: [&str; 2] =
    ["delete from keys where tombstone in (..)", "delete from visitors where tombstone in (..)"];
pub(crate) const BURY: &str = "insert into tombstones (tombstone) values (..) on conflict do nothing";

/// The most keys held in memory, unwrapped; past it all are dropped and read again.
const MOST_CACHED: usize = 10_000;

/// Wrapped keys on disk, and some of them unwrapped in memory.
#[derive(Debug)]
pub(crate) struct Keyring {
    database: Database,
    cache: Mutex<Cache>,
}

/// Unwrapped keys, valid for one epoch: each destruction begins another, so that no process seals or opens under a key
/// that another one destroyed. Dropped keys wipe themselves.
#[derive(Debug, Default)]
struct Cache {
    epoch: i64,
    /// The commit as of which the epoch was read, where commits are counted: until the next it need not be read again.
    as_of: Option<u64>,
    keys: HashMap<Tombstone, Arc<DataKey>>,
}

/// A new key that is not stored yet.
pub(crate) struct NewKey {
    pub(crate) tombstone: Tombstone,
    pub(crate) store: Store,
    pub(crate) wrapped: WrappedKey,
}

impl Keyring {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, cache: Mutex::default() }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Stores new keys, durably when this returns: what they seal comes after.
    pub(crate) async fn add(&self, keys: &[NewKey]) -> Result<(), VaultError> {
        const DEAD: &str = "select count(*) from tombstones where tombstone in (..)";
        const ADD: &str = "insert into keys (tombstone, store, wrapped) values (..)";
        if keys.is_empty() {
            return Ok(());
        }
        let mut conn = self.database.begin().await?;
        let list = keys.iter().map(|key| key.tombstone.value()).collect();
        let dead: Vec<i64> =
            conn.rows_in(DEAD, args![], list).await?.iter().map(Row::only).collect::<Result<_, _>>()?;
        if dead.iter().sum::<i64>() > 0 {
            return Err(VaultError::Destroyed);
        }
        let row = |key: &NewKey| {
            vec![key.tombstone.value(), i64::from(key.store.code()).into(), key.wrapped.as_bytes().as_slice().into()]
        };
        conn.insert(ADD, keys.iter().map(row).collect()).await?;
        Ok(conn.commit().await?)
    }

    /// The key of each place, in their order; `None` for one that is destroyed.
    pub(crate) async fn unwrap_all(
        &self,
        masters: &Masters,
        places: &[Place<'_>],
    ) -> Result<Vec<Option<Arc<DataKey>>>, VaultError> {
        const SQL: &str = "select tombstone, wrapped from keys where tombstone in (..)";
        let named: Vec<Tombstone> = places.iter().map(|place| Tombstone::of(place.key)).collect();
        let commits = self.database.commits();
        if let Some(all) = self.cached_as_of(commits, &named) {
            return Ok(all);
        }
        let mut conn = self.database.read().await?;
        let epoch = epoch(&mut conn).await?;
        let mut found = self.cached(epoch, commits, &named);
        let missing: Vec<usize> = (0..named.len()).filter(|at| !found.contains_key(&named[*at])).collect();
        if !missing.is_empty() {
            let list = missing.iter().map(|at| named[*at].value()).collect();
            let mut wrapped = HashMap::new();
            for row in conn.rows_in(SQL, args![], list).await? {
                let mut columns = row.columns();
                let tombstone = Tombstone::from_row(columns.take()?)?;
                wrapped.insert(tombstone, wrapped_key(columns.take()?)?);
            }
            for at in missing {
                if let Some(key) = wrapped.get(&named[at]) {
                    let key = Arc::new(key.open(masters.of(places[at].store), &places[at])?);
                    found.insert(named[at], key);
                }
            }
            self.keep(epoch, &found);
        }
        Ok(named.iter().map(|name| found.get(name).cloned()).collect())
    }

    /// Destroys keys and leaves their tombstones; how many were there. Durable when this returns, and seen at once by
    /// whoever opens or seals next.
    pub(crate) async fn destroy(&self, tombstones: &[Tombstone]) -> Result<u64, VaultError> {
        if tombstones.is_empty() {
            return Ok(0);
        }
        let mut conn = self.database.begin().await?;
        let list: Vec<Value> = tombstones.iter().map(Tombstone::value).collect();
        let mut destroyed = 0;
        for destroy in DESTROY {
            destroyed += conn.run_in(destroy, args![], list.clone()).await?;
        }
        conn.insert(BURY, list.into_iter().map(|tombstone| vec![tombstone]).collect()).await?;
        begin_epoch(&mut conn).await?;
        conn.commit().await?;
        *self.cache.lock().expect("no holder panics") = Cache::default();
        Ok(destroyed)
    }

    /// Those of these that are still there.
    pub(crate) async fn living(&self, tombstones: &[Tombstone]) -> Result<HashSet<Tombstone>, VaultError> {
        const SQL: [&str; 2] = [
            "select tombstone from keys where tombstone in (..)",
            "select tombstone from visitors where tombstone in (..)",
        ];
        let mut living = HashSet::new();
        if tombstones.is_empty() {
            return Ok(living);
        }
        let mut conn = self.database.read().await?;
        for sql in SQL {
            let list = tombstones.iter().map(Tombstone::value).collect();
            for row in conn.rows_in(sql, args![], list).await? {
                living.insert(Tombstone::from_row(row.only()?)?);
            }
        }
        Ok(living)
    }

    /// All of these, if they are in memory and nothing was committed since its epoch was read.
    fn cached_as_of(&self, commits: Option<u64>, named: &[Tombstone]) -> Option<Vec<Option<Arc<DataKey>>>> {
        let cache = self.cache.lock().expect("no holder panics");
        if commits.is_none() || cache.as_of != commits {
            return None;
        }
        named.iter().map(|name| cache.keys.get(name).cloned().map(Some)).collect()
    }

    fn cached(&self, epoch: i64, commits: Option<u64>, named: &[Tombstone]) -> HashMap<Tombstone, Arc<DataKey>> {
        let mut cache = self.cache.lock().expect("no holder panics");
        if cache.epoch != epoch {
            *cache = Cache { epoch, ..Cache::default() };
        }
        cache.as_of = commits;
        named.iter().filter_map(|name| Some((*name, cache.keys.get(name)?.clone()))).collect()
    }

    fn keep(&self, epoch: i64, found: &HashMap<Tombstone, Arc<DataKey>>) {
        let mut cache = self.cache.lock().expect("no holder panics");
        if cache.epoch != epoch {
            return;
        }
        if cache.keys.len() + found.len() > MOST_CACHED {
            cache.keys.clear();
        }
        cache.keys.extend(found.iter().take(MOST_CACHED).map(|(name, key)| (*name, Arc::clone(key))));
    }
}

async fn epoch(conn: &mut Conn) -> Result<i64, VaultError> {
    const SQL: &str = "select epoch from epochs";
    Ok(conn.row(SQL, args![]).await?.map_or(Ok(0), |row| row.only())?)
}

async fn begin_epoch(conn: &mut Conn) -> Result<(), VaultError> {
    const SQL: &str =
        "insert into epochs (id, epoch) values (1, 1) on conflict (id) do update set epoch = epochs.epoch + 1";
    conn.run(SQL, args![]).await?;
    Ok(())
}

pub(crate) fn wrapped_key(bytes: Vec<u8>) -> Result<WrappedKey, VaultError> {
    let bytes: [u8; WRAPPED_LENGTH] = bytes.try_into().map_err(|_| VaultError::Unreadable { what: "a wrapped key" })?;
    Ok(WrappedKey::from_bytes(bytes))
}
