//! A shop's products as the shop describes them.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Why product data was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CatalogueError {
    /// Not usable as a stock-keeping unit.
    #[error("`{0}` is not a SKU; use 1 to 120 characters without control characters")]
    Sku(String),
    /// Not three letters.
    #[error("`{0}` is not a currency; use three letters such as `KRW`")]
    Currency(String),
    /// Not a price.
    #[error("`{0}` is not a price; write a number such as `39000` or `24.90`, 0 to 1,000,000,000")]
    Price(String),
    /// A text beyond its limit.
    #[error("`{field}` has {length} characters; at most {limit} are kept")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// How long it is, characters.
        length: usize,
        /// How long it may be, characters.
        limit: usize,
    },
    /// More own fields than a product may carry.
    #[error("{0} own fields; a product carries at most 50")]
    TooManyFields(usize),
}

/// The shop's own name of a product, unique in its organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sku(Box<str>);

impl Sku {
    /// Trimmed; 1 to 120 characters, none of them a control character.
    pub fn new(text: &str) -> Result<Self, CatalogueError> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > 120 || text.chars().any(char::is_control) {
            return Err(CatalogueError::Sku(text.chars().take(40).collect()));
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sku {
    type Error = CatalogueError;
    fn try_from(text: String) -> Result<Self, CatalogueError> {
        Self::new(&text)
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> Self {
        sku.0.into()
    }
}

/// An ISO 4217 code, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Three ASCII letters, any case.
    pub fn new(text: &str) -> Result<Self, CatalogueError> {
        match text.trim().as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_alphabetic) => {
                Ok(Self([a, b, c].map(|l| l.to_ascii_uppercase())))
            }
            _ => Err(CatalogueError::Currency(text.chars().take(20).collect())),
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII by construction")
    }
}

/// An amount of money, exact to a hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Hundredths of the currency's unit: ₩39,000 is 3,900,000.
    pub hundredths: i64,
    /// Its currency.
    pub currency: Currency,
}

impl Price {
    /// Reads `39000`, `39,000`, `24.9` or `24.90`; a third decimal is refused, not rounded.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, CatalogueError> {
        let refuse = || CatalogueError::Price(text.chars().take(40).collect());
        let clean: String = text.trim().chars().filter(|c| *c != ',').collect();
        let (whole, part) = clean.split_once('.').unwrap_or((&clean, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
            return Err(refuse());
        }
        let whole: i64 = whole.parse().map_err(|_| refuse())?;
        let part: i64 = format!("{part:0<2}").parse().map_err(|_| refuse())?;
        if whole > 1_000_000_000 {
            return Err(refuse());
        }
        Ok(Self { hundredths: whole * 100 + part, currency })
    }
}

impl fmt::Display for Price {
    /// The amount without its currency, with decimals only when there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.hundredths / 100, self.hundredths % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// A text in Korean, in English, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalText {
    /// Korean.
    pub ko: Option<String>,
    /// English, or any other language.
    pub en: Option<String>,
}

impl LocalText {
    /// A text whose language nobody named: Korean when it has Hangul.
    pub fn guess(text: &str) -> Self {
        let hangul = text
            .chars()
            .any(|c| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}'));
        match (text.trim(), hangul) {
            ("", _) => Self::default(),
            (text, true) => Self { ko: Some(text.into()), en: None },
            (text, false) => Self { ko: None, en: Some(text.into()) },
        }
    }

    /// The text in Korean if `korean`, else in English; the other where that is missing.
    pub fn pick(&self, korean: bool) -> &str {
        let (first, second) = if korean { (&self.ko, &self.en) } else { (&self.en, &self.ko) };
        first.as_deref().or(second.as_deref()).unwrap_or("")
    }
}

/// A product as its shop describes it; pictures and tags are kept beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The shop's own name of it.
    pub sku: Sku,
    /// Title.
    pub title: LocalText,
    /// Description.
    pub description: LocalText,
    /// Brand.
    pub brand: Option<String>,
    /// Price.
    pub price: Option<Price>,
    /// Products of one group are variants of each other and fold into one result.
    pub group: Option<String>,
    /// The product's page in the shop.
    pub link: Option<String>,
    /// The organisation's own fields, usable as filters.
    pub own: BTreeMap<String, String>,
}

impl Product {
    /// A product with nothing but its SKU.
    pub fn new(sku: Sku) -> Self {
        Self {
            sku,
            title: LocalText::default(),
            description: LocalText::default(),
            brand: None,
            price: None,
            group: None,
            link: None,
            own: BTreeMap::new(),
        }
    }

    /// Checks every length; call it where data enters.
    pub fn check(&self) -> Result<(), CatalogueError> {
        let within = |field: &'static str, text: Option<&str>, limit: usize| {
            let length = text.map_or(0, |t| t.chars().count());
            if length > limit { Err(CatalogueError::TooLong { field, length, limit }) } else { Ok(()) }
        };
        within("title", self.title.ko.as_deref(), 500)?;
        within("title", self.title.en.as_deref(), 500)?;
        within("description", self.description.ko.as_deref(), 20_000)?;
        within("description", self.description.en.as_deref(), 20_000)?;
        within("brand", self.brand.as_deref(), 200)?;
        within("group", self.group.as_deref(), 200)?;
        within("link", self.link.as_deref(), 2_000)?;
        if self.own.len() > 50 {
            return Err(CatalogueError::TooManyFields(self.own.len()));
        }
        for (name, value) in &self.own {
            within("own field name", Some(name), 60)?;
            within("own field", Some(value), 2_000)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn price(text: &str, expected: Option<&str>) {
        let currency = Currency::new("krw").expect("a currency");
        assert_eq!(Price::parse(text, currency).ok().map(|p| p.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn prices_are_exact() {
        price("39000", Some("39000"));
        price("39,000", Some("39000"));
        price("24.9", Some("24.90"));
        price("0", Some("0"));
        price("24.999", None);
        price("-1", None);
        price("1e9", None);
        price("", None);
        price("99999999999999999999", None);
    }

    #[test]
    fn skus_have_no_control_characters() {
        assert_eq!(Sku::new("  A-1 ").map(String::from), Ok("A-1".into()));
        assert!(Sku::new("").is_err() && Sku::new("a\nb").is_err() && Sku::new(&"x".repeat(121)).is_err());
    }

    #[test]
    fn a_text_with_hangul_is_korean() {
        assert_eq!(LocalText::guess("검정 dress").pick(true), "검정 dress");
        assert_eq!(LocalText::guess("black dress").ko, None);
    }
}
