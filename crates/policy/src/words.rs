//! A text in the two languages of the product.

use serde::{Deserialize, Serialize};

/// A text in Korean and in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

/// One of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Korean.
    Korean,
    /// English.
    English,
}

impl Words {
    /// The text in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Korean => &self.ko,
            Language::English => &self.en,
        }
    }
}
