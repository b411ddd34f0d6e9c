//! Which column of a feed is what.

use serde::{Deserialize, Serialize};
use std::fmt;
use vestry_model::Currency;

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
    /// One picture or several, separated by `|`, a line break, or `,` between addresses; may be used by several columns.
    Images,
    /// A given tag of this attribute; may be used by several columns.
    Tag(String),
    /// An own field of this name.
    Own(String),
    /// Left out.
    Skip,
}

impl Target {
    /// Whether several columns may be it.
    fn is_shared(&self) -> bool {
        matches!(self, Self::Images | Self::Tag(_) | Self::Skip)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sku => "sku",
            Self::Title => "title",
            Self::TitleKo => "title_ko",
            Self::TitleEn => "title_en",
            Self::Description => "description",
            Self::DescriptionKo => "description_ko",
            Self::DescriptionEn => "description_en",
            Self::Brand => "brand",
            Self::Price => "price",
            Self::Currency => "currency",
            Self::Group => "group",
            Self::Link => "link",
            Self::Images => "images",
            Self::Tag(attribute) => return write!(f, "tag {attribute}"),
            Self::Own(name) => return write!(f, "own field {name}"),
            Self::Skip => "left out",
        })
    }
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

impl Mapping {
    /// Checks the mapping against the columns of a file.
    pub fn check(&self, headers: &[String]) -> Result<(), MappingError> {
        self.check_itself()?;
        match self.columns.iter().find(|(column, _)| !headers.contains(column)) {
            Some((column, _)) => Err(MappingError::UnknownColumn(column.clone())),
            None => Ok(()),
        }
    }

    /// Checks what can be checked without a file.
    pub(super) fn check_itself(&self) -> Result<(), MappingError> {
        if !self.columns.iter().any(|(_, target)| *target == Target::Sku) {
            return Err(MappingError::NoSku);
        }
        for (i, (column, target)) in self.columns.iter().enumerate() {
            for (earlier, same) in &self.columns[..i] {
                if earlier == column {
                    return Err(MappingError::Twice(column.clone()));
                }
                if same == target && !target.is_shared() {
                    return Err(MappingError::Both {
                        target: target.to_string(),
                        first: earlier.clone(),
                        second: column.clone(),
                    });
                }
            }
        }
        match &self.currency {
            Some(currency) if Currency::new(currency).is_err() => Err(MappingError::Currency(currency.clone())),
            _ => Ok(()),
        }
    }
}

/// Why a mapping does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// No column is the SKU.
    #[error("no column is the SKU; call one `sku`, or say which one names each product")]
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
