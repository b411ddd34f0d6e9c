//! The only SQL: catalogue, tags, vectors, outbox and jobs on SQLite or PostgreSQL; objects on disk.
//!
//! [`Store::read`] gives a [`Snapshot`] to read from, [`Store::begin`] a [`Tx`] that also writes. A use case is
//! one `Tx`; whatever it changes that search sees leaves an outbox row when it commits. Instants come in as
//! arguments; rows that a database hands out are checked once, here, and leave as values of `vestry-model`.
//!
//! What it must never do: read a clock, decide what a tag means, serve HTTP, or let a row, a query or an engine
//! show in its interface. Nothing else in the workspace but `vault` speaks SQL, both through `vestry-database`.
//!
//! To add a column: a new migration for both engines (see `MIGRATIONS` in `store.rs`), its line in `columns.toml`, then the statement beside the function
//! that needs it, one lower-case text with `$1` parameters for both engines, then a case in `tests/it`, which runs
//! on both.

mod document;
mod error;
mod event;
mod forgetting;
mod head;
mod image;
mod insight;
mod job;
mod key;
mod object;
mod organisation;
mod outbox;
mod product;
mod review;
mod setting;
mod store;
mod tag;

pub use document::Document;
pub use error::StoreError;
pub use event::{ShownProduct, StoredEvent, StoredSearch};
pub use forgetting::Forgetting;
pub use head::{HeadEnd, HeadFacts, HeadVersion};
pub use image::{Analysis, Image, ImageState, ImagesPut, MAX_IMAGES, Picture, PutImage};
pub use insight::{AskedDay, DayCounts, KeyDay, SearchDay, TaggedProduct, UnmetDay, ValueJudged};
pub use job::{Claim, Job, JobError, JobState, MAX_ATTEMPTS, MAX_ERRORS, Progress};
pub use key::{Key, KeyKind};
pub use object::{ObjectKey, Objects, Rendition};
pub use organisation::Organisation;
pub use outbox::{OutboxKind, OutboxRow, Sequence};
pub use product::{Erased, ProductFilter, Put, PutProduct, StoredProduct};
pub use review::{Edge, Place, Queue, ReviewAnswer, ReviewStep, Reviewed, Undone, Waiting};
pub use store::{Snapshot, Store, StorePlace, Tx};
pub use tag::{Correction, Judged, NOBODY, Others, Suggested, TagCount};

/// What every column holds: an item of the policy, or nothing personal and why.
pub const COLUMNS: &str = include_str!("../columns.toml");
