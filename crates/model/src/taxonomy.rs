//! The words of the trade: objects, categories, attributes and values, with Korean and English names.

/// The parsed taxonomy.
#[derive(Debug)]
pub struct Taxonomy;
