//! What is said about a product, by whom, and how surely.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// A stable id of the taxonomy: lower-case ASCII letters, digits and `-`, 1–64 characters.
            pub fn new(id: &str) -> Option<Self> {
                let valid = (1..=64).contains(&id.len())
                    && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                valid.then(|| Self(id.into()))
            }

            /// The id as written in the taxonomy.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

names! {
    /// An attribute of the taxonomy: `category`, `colour`, `neckline`…
    AttributeId,
    /// A value of one attribute: `dress`, `navy`, `v-neck`… Unique within its attribute only.
    ValueId,
    /// A kind of thing that is worn or carried: `top`, `shoes`, `bag`…
    ObjectId,
}

/// A calibrated probability, 0–1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(f32);

impl Confidence {
    /// Somebody said so.
    pub const CERTAIN: Self = Self(1.0);

    /// Clamps to 0–1; what is not a number is 0.
    pub fn new(probability: f32) -> Self {
        Self(if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) })
    }

    /// The probability.
    pub const fn get(self) -> f32 {
        self.0
    }
}

/// Where a tag stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagState {
    /// A model is sure enough; nobody has looked.
    Suggested,
    /// A model is not sure enough; shown as a question, never as an answer.
    ToReview,
    /// A person, or the shop's own product data, says so.
    Confirmed,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A model, by name and version, such as `apparel@1`.
    Model(Box<str>),
    /// The organisation's own product data.
    Catalogue,
    /// A correction, under the pseudonym of who made it.
    Person(Box<str>),
}

impl Source {
    /// One word for storage and JSON: `model:apparel@1`, `catalogue`, `person:4f2a`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Model(name) => format!("model:{name}"),
            Self::Catalogue => "catalogue".into(),
            Self::Person(pseudonym) => format!("person:{pseudonym}"),
        }
    }

    /// Reads what [`Source::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "catalogue" => Some(Self::Catalogue),
            Some(("model", name)) if !name.is_empty() => Some(Self::Model(name.into())),
            Some(("person", pseudonym)) if !pseudonym.is_empty() => Some(Self::Person(pseudonym.into())),
            _ => None,
        }
    }
}

/// What a model says of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The attribute it speaks of.
    pub attribute: AttributeId,
    /// The value it proposes.
    pub value: ValueId,
    /// How surely, calibrated.
    pub confidence: Confidence,
    /// `Suggested` or `ToReview`; a model never confirms.
    pub state: TagState,
}

/// What is held about a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The attribute.
    pub attribute: AttributeId,
    /// The value.
    pub value: ValueId,
    /// 1 when confirmed, else calibrated.
    pub confidence: Confidence,
    /// Who says so.
    pub source: Source,
    /// Where it stands.
    pub state: TagState,
}
