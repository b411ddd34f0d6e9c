//! What one search asks.

use vestry_model::{AttributeId, LookVector, ProductId, Rgb, Rules};

/// One search. Every part may be left out; with nothing but filters the newest products come first.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Looks like this vector.
    pub look: Option<LookVector>,
    /// Looks like this product, which is left out of the results. Ignored when `look` is given.
    pub like: Option<ProductId>,
    /// Has this colour.
    pub colour: Option<Rgb>,
    /// Is described by these words, Korean or English; at most 2,000 characters are read.
    pub words: Option<String>,
    /// Holds all of these.
    pub filters: Vec<Filter>,
    /// How much each part counts.
    pub weights: Weights,
    /// The least look similarity (cosine, −1 to 1) that counts as a match.
    pub cut_off: Option<f32>,
    /// Count the values of these attributes.
    pub facets: Vec<AttributeId>,
    /// The shop's own ordering.
    pub rules: Rules,
    /// Results a page, 1 to 200.
    pub limit: usize,
    /// Fold near-duplicates into their best.
    pub fold: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            look: None,
            like: None,
            colour: None,
            words: None,
            filters: Vec::new(),
            weights: Weights::default(),
            cut_off: None,
            facets: Vec::new(),
            rules: Rules::default(),
            limit: 24,
            fold: true,
        }
    }
}

/// One condition on a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// An attribute of the taxonomy, `brand`, `sku`, `group`, `currency`, `price`, or one of the organisation's own fields.
    pub field: String,
    /// What it must be.
    pub test: FilterTest,
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq)]
pub enum FilterTest {
    /// One of these.
    AnyOf(Vec<String>),
    /// Between these, both included; for `price`, in hundredths.
    Between(Option<i64>, Option<i64>),
}

/// How much each part counts in the fusion; 0 leaves it out of the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// The look's.
    pub look: f32,
    /// The colour's.
    pub colour: f32,
    /// The words'.
    pub words: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { look: 1.0, colour: 1.0, words: 1.0 }
    }
}
