//! Which column of a feed is what.

use serde::{Deserialize, Serialize};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "name")]
pub enum Target {
    /// The shop's own name of the product; needed.
    Sku,
    /// Title, language guessed.
    Title,
    /// Korean title.
    TitleKo,
    /// English title.
    TitleEn,
    /// Description, language guessed.
    Description,
    /// Korean description.
    DescriptionKo,
    /// English description.
    DescriptionEn,
    /// Brand.
    Brand,
    /// Price.
    Price,
    /// Currency of the price.
    Currency,
    /// Group of variants.
    Group,
    /// Page in the shop.
    Link,
    /// One picture or several, separated by `,`, `|` or a space before `http`; may be used by several columns.
    Images,
    /// A given tag of this attribute; may be used by several columns.
    Tag(String),
    /// An own field of this name.
    Own(String),
    /// Left out.
    Skip,
}

/// Which column of a feed is what: editable, and kept with the import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Column name and what it holds; a column that is not named is left out.
    pub columns: Vec<(String, Target)>,
    /// The currency of prices without a currency column; `KRW` if none.
    #[serde(default)]
    pub currency: Option<String>,
}

/// Why a mapping does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// No column is the SKU.
    #[error("no column is the SKU; say which one names each product")]
    NoSku,
    /// The file has no such column.
    #[error("the file has no column `{0}`; name one of its own columns")]
    UnknownColumn(String),
    /// One column twice.
    #[error("column `{0}` is used twice; use each column once")]
    Twice(String),
    /// Two columns for what there is one of.
    #[error("both `{first}` and `{second}` are `{target}`; choose one")]
    Both {
        /// What both are.
        target: String,
        /// A column.
        first: String,
        /// Another.
        second: String,
    },
    /// Not a currency.
    #[error("`{0}` is not a currency; use three letters such as `KRW`")]
    Currency(String),
}
