//! What the index is told of a product.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vestry_model::{
    AttributeId, ColourShare, Confidence, ImageId, LocalText, LookVector, Price, ProductId, TagState, ValueId,
};

/// A product as search knows it: the database's row, flattened. The database stays the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its id, which also breaks every tie.
    pub product: ProductId,
    /// The shop's own name of it.
    pub sku: String,
    /// Products of one group fold into one result.
    pub group: Option<String>,
    /// Title, read word by word and in Hangul pairs.
    pub title: LocalText,
    /// Description; its first 200 words count, less than those of the title.
    pub description: LocalText,
    /// Brand: searched with the title, and a filter.
    pub brand: Option<String>,
    /// Price: a filter.
    pub price: Option<Price>,
    /// When it was created, microseconds since 1970; the newest come first when nothing else orders.
    pub created_micros: i64,
    /// Tags. What is `ToReview` is a question, and neither found nor counted.
    pub tags: Vec<DocumentTag>,
    /// The organisation's own fields, usable as filters.
    pub own: BTreeMap<String, String>,
    /// Its pictures.
    pub images: Vec<DocumentImage>,
}

/// One tag of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentTag {
    /// The attribute.
    pub attribute: AttributeId,
    /// The value.
    pub value: ValueId,
    /// How surely.
    pub confidence: Confidence,
    /// Where it stands.
    pub state: TagState,
}

/// One picture of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentImage {
    /// The picture; the key of its vector.
    pub image: ImageId,
    /// How it looks.
    pub look: LookVector,
    /// Its colours with their shares.
    pub colours: Vec<ColourShare>,
}

/// One change of the catalogue. Applying it twice is applying it once.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The product is now this.
    Upsert(Box<Document>),
    /// The product is no more.
    Remove(ProductId),
}

impl Change {
    /// The product that it changes.
    pub fn product(&self) -> ProductId {
        match self {
            Self::Upsert(document) => document.product,
            Self::Remove(product) => *product,
        }
    }
}
