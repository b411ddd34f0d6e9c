//! What one search answers.

use vestry_model::{AttributeId, ImageId, ProductId, ValueId};

/// The answer to one search, or one page of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The search's name, for events that refer to it; the same on all its pages.
    pub search_id: String,
    /// How many products match.
    pub total: u64,
    /// Whether `total` and the facets are counted over the best candidates only.
    pub approximate: bool,
    /// This page's products, best first.
    pub results: Vec<Hit>,
    /// Counts of values, one entry an attribute asked for; empty after the first page.
    pub facets: Vec<Facet>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The words as they were understood, when a misspelling was corrected.
    pub corrected: Option<String>,
    /// The values of the taxonomy that the words name; empty after the first page.
    pub named: Vec<(AttributeId, ValueId)>,
}

/// One product found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The product.
    pub product: ProductId,
    /// The shop's own name of it.
    pub sku: String,
    /// Its picture that matched best, or its first.
    pub image: Option<ImageId>,
    /// Its place, from 1, counted over all pages.
    pub rank: u32,
    /// The fused score; comparable within one answer only.
    pub score: f32,
    /// What each part said.
    pub parts: Parts,
    /// Why it is here.
    pub why: Why,
    /// Products folded into this one.
    pub folded: Vec<ProductId>,
}

/// What each part of a search said of a product; `None` when it did not speak or did not match.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Parts {
    /// The look; the score is the cosine of the best picture.
    pub look: Option<Part>,
    /// The words; the score is BM25.
    pub words: Option<Part>,
    /// The colour; the score is 0 to 1.
    pub colour: Option<Part>,
}

/// A place in one part's list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// From 1.
    pub rank: u32,
    /// In the part's own measure.
    pub score: f32,
}

/// Why a product is in the answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Why {
    /// Tags that the words named and the product has.
    pub tags: Vec<(AttributeId, ValueId)>,
    /// Words found in its text.
    pub words: Vec<String>,
    /// Distance in OKLab from the colour asked for to the product's nearest.
    pub colour_distance: Option<f32>,
    /// The rule that placed it, if one did.
    pub rule: Option<Rule>,
}

/// A business rule that moved a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Set to a fixed place.
    Pinned,
    /// Moved above what else matches.
    Boosted,
    /// Moved below what else matches.
    Buried,
}

/// The values of one attribute with their counts, most frequent first.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// The attribute.
    pub attribute: AttributeId,
    /// Values and how many matching products have them, ignoring the choice made within this attribute.
    pub counts: Vec<(ValueId, u64)>,
}

/// The state of an index, for `doctor` and `/metrics`.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Products alive.
    pub products: u64,
    /// Pictures alive.
    pub images: u64,
    /// Dead entries over all entries, 0–1, the worse of pictures and products.
    pub dead_share: f32,
    /// Changes applied that no snapshot holds yet.
    pub unsaved: u64,
    /// The highest outbox sequence applied.
    pub sequence: u64,
    /// Bytes of the vectors and of the graph in memory.
    pub memory_bytes: u64,
}
