//! Product feeds: bytes to rows to products, one row at a time.
//!
//! CSV (comma, semicolon or tab; UTF-8, UTF-16 with a mark, CP949) and JSON lines; a tree of folders, one a class.
//! The steps: [`preview`] looks at the first rows, [`propose`] guesses which column is what, a person edits the
//! [`Mapping`], [`rows`] reads products with it. Memory stays at a few rows however long the file is.

mod mapping;
mod tree;

pub use mapping::{Mapping, MappingError, Target};
pub use tree::tree;

use std::io::Read;
use vestry_model::Product;

/// What a feed may hold; beyond it is refused, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file.
    pub file_bytes: u64,
    /// Bytes of one row, as UTF-8.
    pub row_bytes: usize,
    /// Columns.
    pub columns: usize,
}

impl Default for Limits {
    /// 4 GiB, 1 MiB a row, 300 columns: room for every feed seen, and a bound on what one row can cost.
    fn default() -> Self {
        Self { file_bytes: 4 << 30, row_bytes: 1 << 20, columns: 300 }
    }
}

/// Why a feed cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Nothing in it.
    #[error("the file is empty; send a header row and at least one product")]
    Empty,
    /// Not text.
    #[error("this is {kind}, not a feed; {instead}")]
    NotText {
        /// What it is: `a ZIP archive`.
        kind: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// Wider than the limit.
    #[error("{columns} columns; a feed has at most {limit}")]
    Columns {
        /// How many.
        columns: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The header row or the first object cannot be read.
    #[error("the header cannot be read: {0}")]
    Header(String),
    /// The mapping does not fit the file.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The bytes could not be read.
    #[error("could not read the feed")]
    Read(#[from] std::io::Error),
}

/// A row that became no product; the others go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct RowError {
    /// Where the row starts, from 1; the header is line 1.
    pub line: u64,
    /// The column at fault, if one is.
    pub column: Option<String>,
    /// Its value, cut to 80 characters.
    pub value: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A product as a feed describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedRow {
    /// Where it starts in the file, from 1.
    pub line: u64,
    /// The product.
    pub product: Product,
    /// Its pictures: paths or URLs, in order.
    pub images: Vec<String>,
    /// Tags that the shop gives: attribute and value, as written; the taxonomy reads them later.
    pub given_tags: Vec<(String, String)>,
}

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma, semicolon or tab separated.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// The first rows of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// How it is written.
    pub format: Format,
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `EUC-KR` (which covers CP949).
    pub encoding: &'static str,
    /// The column names, in order.
    pub headers: Vec<String>,
    /// Up to 20 rows, one value a column.
    pub sample: Vec<Vec<String>>,
}

/// Looks at the head of a feed.
pub fn preview(_reader: impl Read, _limits: Limits) -> Result<Preview, FeedError> {
    Err(FeedError::Empty)
}

/// Which column is probably what.
pub fn propose(_headers: &[String], _sample: &[Vec<String>]) -> Mapping {
    Mapping::default()
}

/// The products of a feed, one at a time.
pub struct Rows<'a> {
    reader: Box<dyn Read + Send + 'a>,
}

impl Iterator for Rows<'_> {
    type Item = Result<FeedRow, RowError>;
    fn next(&mut self) -> Option<Self::Item> {
        let _ = &self.reader;
        None
    }
}

/// Reads the products of a feed with `mapping`, which is checked against its header first.
pub fn rows<'a>(reader: impl Read + Send + 'a, _mapping: &Mapping, _limits: Limits) -> Result<Rows<'a>, FeedError> {
    Ok(Rows { reader: Box::new(reader) })
}
