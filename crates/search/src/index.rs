//! The index of one organisation.

use std::path::Path;

use vestry_model::Taxonomy;

use crate::{Answer, Change, Document, IndexError, Request, Stats};

/// How an index runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Makes search ids hard to guess; give fresh randomness a process.
    pub seed: u64,
    /// How many searches keep their results for further pages.
    pub pools: usize,
    /// Memory of the words' writer, bytes.
    pub words_heap_bytes: usize,
    /// Stop after this step, as if killed: fault runs only.
    pub fault: Option<Step>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, pools: 512, words_heap_bytes: 50_000_000, fault: None }
    }
}

/// The numbered steps of keeping a change, at each of which a process may be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// 1. The change is in memory.
    Apply,
    /// 2. The words' segments hold it.
    Commit,
    /// 3. The looks' snapshot is written beside the old one.
    Save,
    /// 4. It has taken the old one's place.
    Rename,
    /// 5. The outbox rows may be deleted.
    Mark,
}

/// What was found on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Snapshot {
    /// Nothing: feed every product.
    Empty,
    /// Both snapshots; replay the outbox rows that are left.
    Loaded {
        /// The highest sequence that both hold.
        sequence: u64,
    },
    /// Damaged or of another version: it was set aside, the index is empty; feed every product.
    Unusable {
        /// What was wrong.
        why: String,
    },
}

/// An index and what it found.
#[derive(Debug)]
pub struct Opened {
    /// The index.
    pub index: Index,
    /// What it found.
    pub state: Snapshot,
}

/// Everything that can be searched in one organisation. Searches run beside each other and beside one writer.
#[derive(Debug)]
pub struct Index {}

impl Index {
    /// Opens the index in `dir`, made if missing. One process at a time.
    pub fn open(dir: &Path, taxonomy: &'static Taxonomy, settings: Settings) -> Result<Opened, IndexError> {
        let _ = (dir, taxonomy, settings);
        unimplemented!()
    }

    /// Takes in changes with their outbox sequences, in order; the next search sees them. Idempotent.
    /// A change carries the product as it is now, so that rows may come out of order.
    pub fn apply(&self, changes: Vec<(u64, Change)>) -> Result<(), IndexError> {
        let _ = changes;
        unimplemented!()
    }

    /// Makes both snapshots durable and answers the outbox rows that they now hold: delete exactly these.
    pub fn save(&self) -> Result<Vec<u64>, IndexError> {
        unimplemented!()
    }

    /// Answers one request, and keeps its results for further pages.
    pub fn search(&self, request: &Request) -> Result<Answer, IndexError> {
        let _ = request;
        unimplemented!()
    }

    /// The page that `cursor` names; [`IndexError::CursorGone`] when its results are no longer kept.
    pub fn next_page(&self, cursor: &str) -> Result<Answer, IndexError> {
        let _ = cursor;
        unimplemented!()
    }

    /// Rewrites snapshots and segments without dead entries, so that no byte of a removed product is left in
    /// the folder, and forgets kept results. Answers the outbox rows that are durable, like [`Index::save`].
    pub fn purge(&self) -> Result<Vec<u64>, IndexError> {
        unimplemented!()
    }

    /// Builds everything anew from `documents` while the old answers, then puts the new in its place.
    /// Changes applied meanwhile are in both. Answers the outbox rows that are durable, like [`Index::save`].
    pub fn rebuild_from(&self, documents: impl IntoIterator<Item = Document>) -> Result<Vec<u64>, IndexError> {
        let _ = documents.into_iter().next();
        unimplemented!()
    }

    /// Sizes and shares.
    pub fn stats(&self) -> Stats {
        unimplemented!()
    }
}
