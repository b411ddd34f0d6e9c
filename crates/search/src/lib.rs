//! Vectors and words to ranked products: the embedded engine.
//!
//! One [`Index`] holds one organisation's products in one folder, so nothing crosses organisations. It is a
//! cache: the database alone is the truth, and a damaged folder is built anew from it.
//!
//! What it must never do: speak SQL or HTTP, read a clock, draw random numbers, start an async runtime, or keep
//! a byte of a purged product.
//!
//! To add a part to the ranking: a list of products best first in its own file, a weight in [`Weights`], a line
//! in the fusion. To add a filter: a field in `filter.rs`, and a row in its test.

mod answer;
mod bits;
mod document;
mod error;
mod facets;
mod filter;
mod generation;
mod glance;
mod graph;
mod index;
mod look;
mod matching;
mod pools;
mod query;
mod rank;
mod reading;
mod request;
mod rows;
mod snapshot;
mod state;
mod texts;
mod tokens;
pub mod words;

pub use answer::{Answer, Facet, Hit, Part, Parts, Rule, Stats, Why};
pub use document::{Change, Document, DocumentImage, DocumentTag};
pub use error::IndexError;
pub use glance::Glance;
pub use index::{Index, Opened, Settings, Snapshot, Step};
pub use request::{Filter, FilterTest, Request, Weights};
