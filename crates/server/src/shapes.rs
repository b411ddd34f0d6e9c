//! The JSON that the API speaks. The command line prints the same documents, and `docs/api.md` shows one of each.

mod catalogue;
mod insight;
mod tagging;

pub use catalogue::{
    AttributeShape, ImageShape, JobDocument, JobErrorShape, JobState, JobStateShape, KeyShape, NewKeyDocument,
    PriceShape, ProductDocument, ProductListDocument, TextShape, ValueShape,
};
pub use insight::{
    AreaUsageShape, KeyUsageShape, NearShape, PeriodShape, QualityDocument, QualityShape, ShareShape, SharesDocument,
    TrendShape, UnmetDocument, UnmetShape, UsageDocument, ValueSharesShape,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vestry_model::TagState;

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Name {
    /// Korean.
    #[schema(example = "남색")]
    pub ko: String,
    /// English.
    #[schema(example = "navy")]
    pub en: String,
}

impl Name {
    /// The name in Korean if `korean`, else in English.
    pub(crate) fn pick(&self, korean: bool) -> &str {
        if korean { &self.ko } else { &self.en }
    }
}

/// What an image shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagDocument {
    /// The model that looked, with its version.
    #[schema(example = "apparel@3")]
    pub model: String,
    /// The image it looked at.
    pub image: ImageFacts,
    /// What it found: one entry until a garment detector exists; none where nothing wearable is seen.
    pub objects: Vec<TaggedObject>,
}

/// What a job saw on many pictures: its `result`, in the order of its list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagListDocument {
    /// One entry a picture.
    pub images: Vec<ListedDocument>,
}

/// What became of one picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ListedDocument {
    /// Where it was fetched.
    pub url: String,
    /// What it shows; `null` when it could not be read.
    #[schema(required)]
    pub document: Option<TagDocument>,
    /// Why it could not be read; `null` when it could.
    #[schema(required)]
    pub message: Option<String>,
}

/// The oriented image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageFacts {
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// Faces found; all were made unreadable before anything else looked.
    pub faces: u32,
}

/// A garment on an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaggedObject {
    /// `[x, y, w, h]` in fractions of the oriented image.
    #[serde(rename = "box")]
    pub region: [f32; 4],
    /// The category's value id; `null` where the model would have to guess.
    #[schema(required)]
    pub category: Option<String>,
    /// Everything said about it.
    pub tags: Vec<TagShape>,
    /// The colours of its foreground, the largest share first.
    pub colours: Vec<ColourShape>,
}

/// One thing said about a garment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagShape {
    /// The attribute's id.
    #[schema(example = "neckline")]
    pub attribute: String,
    /// The value's id, unique within its attribute.
    #[schema(example = "v-neck")]
    pub value: String,
    /// The value's name.
    pub name: Name,
    /// A calibrated probability; 1 when confirmed.
    pub confidence: f32,
    /// Who says so: `model:…`, `catalogue` or `person:…`.
    #[schema(example = "model:apparel@3")]
    pub source: String,
    /// Where it stands.
    #[schema(value_type = StateShape)]
    pub state: TagState,
}

/// Where a tag stands.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StateShape {
    /// A model is sure enough; nobody has looked.
    Suggested,
    /// A model is not sure enough.
    ToReview,
    /// A person, or the shop's own product data, says so.
    Confirmed,
}

/// How much of a garment has a colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ColourShape {
    /// A value of the attribute `colour`.
    #[schema(example = "navy")]
    pub id: String,
    /// Its name.
    pub name: Name,
    /// The measured colour, `#rrggbb`.
    #[schema(example = "#1d2a4d")]
    pub hex: String,
    /// Its part of the foreground, 0–1.
    pub share: f32,
}

/// A search's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchDocument {
    /// Names this search, for reporting what was clicked.
    pub search_id: String,
    /// How many products match.
    pub total: u64,
    /// Whether `total` and the facets were counted over the nearest only.
    pub approximate: bool,
    /// This page of results, the best first.
    pub results: Vec<ResultShape>,
    /// Counts a value, by attribute; each ignores the filter on its own attribute.
    pub facets: BTreeMap<String, Vec<FacetShape>>,
    /// Pass as `cursor` for the next page; `null` on the last.
    #[schema(required)]
    pub next: Option<String>,
}

/// One product found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResultShape {
    /// The product.
    pub sku: String,
    /// Its place, from 1, over all pages.
    pub rank: u64,
    /// What each part of the search thought of it.
    pub parts: PartsShape,
    /// Why it is here, as short phrases.
    pub why: Vec<String>,
}

/// Scores by part; `null` where the search had no such part or the part did not find the product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartsShape {
    /// Likeness of looks, a cosine.
    #[schema(required)]
    pub look: Option<f32>,
    /// Match of words.
    #[schema(required)]
    pub words: Option<f32>,
    /// Closeness of colours, 0–1.
    #[schema(required)]
    pub colour: Option<f32>,
}

/// How many products have a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FacetShape {
    /// The value's id.
    pub value: String,
    /// Its name.
    pub name: Name,
    /// How many.
    pub count: u64,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDocument {
    /// The only member.
    pub error: ErrorShape,
}

/// What went wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorShape {
    /// Stable; decide on this.
    #[schema(example = "unknown_product")]
    pub code: String,
    /// For people.
    #[schema(example = "no product with SKU `A-1`")]
    pub message: String,
    /// What to do next; empty where there is nothing to do.
    pub hint: String,
    /// Quote it when asking the operator.
    pub request_id: String,
}
