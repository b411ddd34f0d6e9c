//! Products, jobs, keys and the taxonomy as documents.

use super::{Name, TagListDocument, TagShape};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vestry_app::{Image, ImageState, Job, JobError, JobKind, Key, KeyKind, ProductView};
use vestry_model::{LocalText, Taxonomy, taxonomy::Attribute};

/// A text in Korean, in English, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TextShape {
    /// Korean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ko: Option<String>,
    /// English, or any other language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl From<&LocalText> for TextShape {
    fn from(text: &LocalText) -> Self {
        Self { ko: text.ko.clone(), en: text.en.clone() }
    }
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceShape {
    /// The amount, exact: `39000`, `24.90`.
    #[schema(example = "39000")]
    pub amount: String,
    /// ISO 4217.
    #[schema(example = "KRW")]
    pub currency: String,
}

/// A product with its pictures and tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductDocument {
    /// The shop's own name of it.
    pub sku: String,
    /// Title.
    pub title: TextShape,
    /// Description.
    pub description: TextShape,
    /// Brand.
    #[schema(required)]
    pub brand: Option<String>,
    /// Price.
    #[schema(required)]
    pub price: Option<PriceShape>,
    /// Products of one group are variants of each other.
    #[schema(required)]
    pub group: Option<String>,
    /// Its page in the shop.
    #[schema(required)]
    pub link: Option<String>,
    /// The organisation's own fields.
    pub own: BTreeMap<String, String>,
    /// Pictures in their order.
    pub images: Vec<ImageShape>,
    /// What is said about it.
    pub tags: Vec<TagShape>,
    /// When it was first put.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed: Timestamp,
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImageShape {
    /// Its id: `GET /api/v1/images/{id}`.
    pub id: i64,
    /// Where it came from.
    pub source: String,
    /// `waiting` to be fetched, `ready`, or `failed`.
    #[schema(example = "ready")]
    pub state: String,
    /// Why it failed; `null` unless it did.
    #[schema(required)]
    pub error: Option<String>,
}

impl From<&Image> for ImageShape {
    fn from(image: &Image) -> Self {
        let (state, error) = match &image.state {
            ImageState::Waiting => ("waiting", None),
            ImageState::Stored(_) => ("ready", None),
            ImageState::Failed { message } => ("failed", Some(message.clone())),
        };
        Self { id: image.id.get(), source: image.source.clone(), state: state.into(), error }
    }
}

impl ProductDocument {
    /// A product, by the names of `taxonomy`.
    pub fn new(view: &ProductView, taxonomy: &Taxonomy) -> Self {
        let stored = &view.product;
        let product = &stored.product;
        Self {
            sku: product.sku.to_string(),
            title: (&product.title).into(),
            description: (&product.description).into(),
            brand: product.brand.clone(),
            price: product.price.map(|p| PriceShape { amount: p.to_string(), currency: p.currency.as_str().into() }),
            group: product.group.clone(),
            link: product.link.clone(),
            own: product.own.clone(),
            images: view.images.iter().map(ImageShape::from).collect(),
            tags: view.tags.iter().map(|t| TagShape::new(t, taxonomy)).collect(),
            created: stored.created,
            changed: stored.changed,
        }
    }
}

/// A page of products, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductListDocument {
    /// How many there are in all.
    pub total: u64,
    /// This page.
    pub results: Vec<ProductDocument>,
    /// Pass as `cursor` for the next page; `null` on the last.
    #[schema(required)]
    pub next: Option<String>,
}

/// A piece of long work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobDocument {
    /// Its id.
    pub id: i64,
    /// What kind of work: `import`, `tag` or `look` (a new model looks at stored pictures).
    #[schema(example = "import")]
    pub kind: String,
    /// Where it stands.
    #[schema(value_type = JobStateShape)]
    pub state: JobState,
    /// Rows, or pictures, done.
    pub done: u64,
    /// Rows, or pictures, in all, once known.
    #[schema(required)]
    pub total: Option<u64>,
    /// Seconds that are probably left; `null` when it is not running.
    #[schema(required)]
    pub seconds_left: Option<u64>,
    /// How many of them were refused.
    pub error_count: u64,
    /// The first thousand of them.
    pub errors: Vec<JobErrorShape>,
    /// What it has to say once it is done; of a `tag` job the documents of its pictures.
    #[schema(value_type = Object)]
    pub result: serde_json::Value,
    /// Why it failed; `null` unless it did.
    #[schema(required)]
    pub message: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits.
    Waiting,
    /// It runs.
    Running,
    /// It is done.
    Done,
    /// It failed for good; what it did before is kept.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// Where a job stands, for the reference.
pub type JobStateShape = JobState;

impl From<&vestry_app::JobState> for JobState {
    fn from(state: &vestry_app::JobState) -> Self {
        match state {
            vestry_app::JobState::Queued { .. } => Self::Waiting,
            vestry_app::JobState::Running { .. } => Self::Running,
            vestry_app::JobState::Done { .. } => Self::Done,
            vestry_app::JobState::Failed { .. } => Self::Failed,
            vestry_app::JobState::Cancelled { .. } => Self::Cancelled,
        }
    }
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobErrorShape {
    /// Its line in the file, from 1; `null` where it has none.
    #[schema(required)]
    pub line: Option<u64>,
    /// The value at fault, cut to 80 characters.
    pub value: String,
    /// Its name for programs, such as `bad_price`; `null` where an older version wrote it.
    #[schema(required)]
    pub code: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// Seconds left of a job by its speed so far.
pub(crate) fn seconds_left(job: &Job, now: Timestamp) -> Option<u64> {
    let started = job.started.filter(|_| matches!(job.state, vestry_app::JobState::Running { .. }))?;
    let elapsed = now.duration_since(started).as_secs_f64();
    let (done, total) = (job.progress.done, job.progress.total?);
    (done > 0).then(|| (elapsed / done as f64 * total.saturating_sub(done) as f64).ceil() as u64)
}

/// What a job has to say, with names where it found tags.
fn job_result(job: &Job, text: &str, taxonomy: &Taxonomy) -> serde_json::Result<serde_json::Value> {
    if JobKind::of(job) != Some(JobKind::Tag) {
        return serde_json::from_str(text);
    }
    let named = TagListDocument::new(&serde_json::from_str(text)?, taxonomy);
    // By way of text, because `to_value` would widen 0.664 to 0.6639999747276306.
    serde_json::from_str(&serde_json::to_string(&named)?)
}

impl JobDocument {
    /// A job with its errors, as of `now`.
    pub fn new(job: &Job, errors: &[JobError], now: Timestamp, taxonomy: &Taxonomy) -> Self {
        let (result, message) = match &job.state {
            vestry_app::JobState::Done { result: Some(text), .. } => {
                (job_result(job, text, taxonomy).unwrap_or_default(), None)
            }
            vestry_app::JobState::Failed { error, .. } => (serde_json::Value::Null, Some(error.clone())),
            _ => (serde_json::Value::Null, None),
        };
        let error = |e: &JobError| JobErrorShape {
            line: e.line,
            value: e.value.clone(),
            code: e.code.clone(),
            message: e.message.clone(),
        };
        Self {
            id: job.id.get(),
            kind: job.kind.clone(),
            state: (&job.state).into(),
            done: job.progress.done,
            total: job.progress.total,
            seconds_left: seconds_left(job, now),
            error_count: job.errors,
            errors: errors.iter().map(error).collect(),
            result,
            message,
            created: job.created,
        }
    }
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyShape {
    /// Its id.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// `secret` or `publishable`.
    pub kind: String,
    /// The pages that may use a publishable key.
    pub origins: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// From when it is refused; may lie ahead after a rotation.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub revoked: Option<Timestamp>,
}

impl From<&Key> for KeyShape {
    fn from(key: &Key) -> Self {
        let (kind, origins) = match &key.kind {
            KeyKind::Secret => ("secret", Vec::new()),
            KeyKind::Publishable { origins } => ("publishable", origins.clone()),
        };
        Self {
            id: key.id.get(),
            name: key.name.clone(),
            kind: kind.into(),
            origins,
            created: key.created,
            revoked: key.revoked,
        }
    }
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewKeyDocument {
    /// Its id.
    pub id: i64,
    /// The key itself; shown here and never again.
    pub secret: String,
}

/// An attribute of the taxonomy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttributeShape {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Whether a product may have several values of it.
    pub many: bool,
    /// Its values.
    pub values: Vec<ValueShape>,
}

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValueShape {
    /// Its id, unique within its attribute.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// The broader value that it is a case of.
    #[schema(required)]
    pub parent: Option<String>,
}

impl From<&Attribute> for AttributeShape {
    fn from(attribute: &Attribute) -> Self {
        let value = |v: &vestry_model::taxonomy::Value| ValueShape {
            id: v.id.to_string(),
            name: (&v.name).into(),
            parent: v.parent.as_ref().map(ToString::to_string),
        };
        Self {
            id: attribute.id.to_string(),
            name: (&attribute.name).into(),
            many: attribute.many,
            values: attribute.values.iter().map(value).collect(),
        }
    }
}
