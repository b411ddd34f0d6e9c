//! Results kept for further pages.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use vestry_model::{AttributeId, ImageId, ProductId, ValueId};

use crate::{Parts, Request, Rule, matching::Unit};

/// A result as it was when the search was made.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    pub(crate) product: ProductId,
    pub(crate) image: Option<ImageId>,
    pub(crate) score: f32,
    pub(crate) parts: Parts,
    pub(crate) tags: u32,
    pub(crate) words: u64,
    pub(crate) distance: Option<f32>,
    pub(crate) rule: Option<Rule>,
    pub(crate) folded: Vec<ProductId>,
}

/// The results of one search.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) request: Request,
    pub(crate) items: Vec<Frozen>,
    /// Whether `items` is all there is; else more are fetched once, when a page asks for them.
    pub(crate) whole: bool,
    pub(crate) total: u64,
    pub(crate) approximate: bool,
    pub(crate) units: Vec<Unit>,
    pub(crate) corrected: Option<String>,
}

impl Pool {
    /// The words that mask `words` stands for.
    pub(crate) fn words(&self, words: u64) -> Vec<String> {
        let all = self.units.iter().flat_map(|unit| &unit.words);
        all.enumerate().filter(|(at, _)| words >> at & 1 == 1).map(|(_, word)| word.text.clone()).collect()
    }

    /// The values that mask `tags` stands for.
    pub(crate) fn values(&self, tags: u32) -> impl Iterator<Item = &(AttributeId, ValueId)> {
        self.units.iter().enumerate().filter(move |(at, _)| tags >> at & 1 == 1).flat_map(|(_, unit)| &unit.values)
    }
}

/// The pools of one index: the least lately used goes first.
#[derive(Debug)]
pub(crate) struct Pools {
    limit: usize,
    seed: u64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pools: HashMap<u64, (u64, Arc<Mutex<Pool>>)>,
    clock: u64,
}

impl Pools {
    pub(crate) fn new(limit: usize, seed: u64) -> Self {
        Self { limit: limit.max(1), seed, kept: Mutex::default() }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a pool and answers its name.
    pub(crate) fn keep(&self, pool: Pool) -> u64 {
        let mut kept = self.kept();
        kept.clock += 1;
        let clock = kept.clock;
        if kept.pools.len() >= self.limit
            && let Some(oldest) = kept.pools.iter().min_by_key(|(_, (used, _))| *used).map(|(name, _)| *name)
        {
            kept.pools.remove(&oldest);
        }
        let mut hasher = DefaultHasher::new();
        (self.seed, clock, self.seed.rotate_left(32), "vestry search").hash(&mut hasher);
        let name = hasher.finish();
        kept.pools.insert(name, (clock, Arc::new(Mutex::new(pool))));
        name
    }

    pub(crate) fn find(&self, name: u64) -> Option<Arc<Mutex<Pool>>> {
        let mut kept = self.kept();
        kept.clock += 1;
        let clock = kept.clock;
        let (used, pool) = kept.pools.get_mut(&name)?;
        *used = clock;
        Some(pool.clone())
    }

    pub(crate) fn forget_all(&self) {
        self.kept().pools.clear();
    }
}

/// A cursor: the search's name and how many results were shown.
pub(crate) fn cursor(search: u64, shown: usize) -> String {
    format!("{search:016x}.{shown}")
}

/// Reads what [`cursor`] wrote.
pub(crate) fn read_cursor(cursor: &str) -> Option<(u64, usize)> {
    let (search, shown) = cursor.split_once('.')?;
    let valid = search.len() == 16 && search.bytes().all(|b| b.is_ascii_hexdigit()) && shown.len() <= 6;
    valid.then(|| Some((u64::from_str_radix(search, 16).ok()?, shown.parse().ok()?))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back() {
        assert_eq!(read_cursor(&cursor(0xdead_beef, 24)), Some((0xdead_beef, 24)));
        for wrong in ["", ".", "00000000deadbeef", "00000000deadbee.1", "00000000deadbeef.-1", "+0000000deadbeef.1"] {
            assert_eq!(read_cursor(wrong), None, "{wrong}");
        }
    }
}
