//! Words: how text becomes tokens, how a misspelling is put right, how a query is read against the taxonomy.
//!
//! Two streams per text. *Words* are whole words in all their forms (a Korean particle or an English plural
//! taken off). *Grams* are neighbouring pairs of syllables inside a word, so that `원피스` is found in
//! `롱원피스`; a query word asks for nearly all of its pairs ([`Word::needed`]), so that it is not found in
//! `헤어피스`, which shares one.
//!
//! Pure: no files, no clock. The same streams can feed any engine.

mod cover;
mod fuzz;
mod jamo;
mod near;
mod price;
mod reader;
mod spelling;
mod text;

pub use fuzz::fuzz_query;
pub use near::Nearest;
pub use price::PriceLimits;
pub use reader::{Matched, QUERY_LIMIT, QueryError, ReadQuery, Reader, index_text, read};
pub use spelling::Speller;
pub use text::{Tokens, Word, matches, normalise, query_words, tokens};

#[cfg(test)]
mod tests;
