//! A query read against the taxonomy.

use std::ops::Range;

use vestry_model::{AttributeId, Taxonomy, ValueId};

use super::{PriceLimits, Speller, Word};

/// The most characters that a query may have.
pub const QUERY_LIMIT: usize = 500;

/// Why a query was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too long.
    #[error("the query has {length} characters; write at most {limit}")]
    TooLong {
        /// Its length, characters.
        length: usize,
        /// The limit, characters.
        limit: usize,
    },
}

/// A value that a query names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The attribute.
    pub attribute: AttributeId,
    /// Its value.
    pub value: ValueId,
    /// Where, in bytes of [`ReadQuery::text`]. Several values at one place are alternatives: any of them fits.
    pub span: Range<usize>,
    /// The words that name it, normalised.
    pub text: String,
}

/// A query as it was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadQuery {
    /// The normalised query after correction; what spans point into.
    pub text: String,
    /// Values that it names, in order.
    pub values: Vec<Matched>,
    /// Words that name no value, in order, without those that carry no meaning here (`with`, `컬러`).
    pub rest: Vec<Word>,
    /// All words, those of values included, without price limits.
    pub words: Vec<Word>,
    /// The query as it was read, when a misspelling was put right.
    pub corrected: Option<String>,
    /// Limits of price that it names.
    pub price: PriceLimits,
}

/// Reads queries against one taxonomy; made once, used for every query.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// Prepares the names and synonyms of `taxonomy`.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let _ = taxonomy;
        unimplemented!()
    }

    /// Reads `query`. `vocabulary` holds the words of the shop's own products: these are never corrected, and
    /// may be what a misspelling is corrected to.
    pub fn read(&self, query: &str, vocabulary: &Speller) -> Result<ReadQuery, QueryError> {
        let _ = (query, vocabulary);
        unimplemented!()
    }
}

/// Reads one query without a shop's vocabulary; prefer one [`Reader`] for many.
pub fn read(query: &str, taxonomy: &Taxonomy) -> Result<ReadQuery, QueryError> {
    Reader::new(taxonomy).read(query, &Speller::default())
}

/// What a product with this value is found by: names and synonyms in both languages, those of its ancestors
/// included. Empty when there is no such value.
pub fn index_text(taxonomy: &Taxonomy, attribute: &str, value: &str) -> String {
    let _ = (taxonomy, attribute, value);
    unimplemented!()
}
