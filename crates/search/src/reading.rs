//! A query's words as units to match.

use vestry_model::Taxonomy;

use crate::{
    IndexError,
    matching::{MAX_UNITS, MAX_WORDS, Unit},
    plain::query_words,
    words::PriceLimits,
};

/// A query as it will be matched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    pub(crate) units: Vec<Unit>,
    pub(crate) price: PriceLimits,
    pub(crate) corrected: Option<String>,
}

/// Reads `query` into units.
pub(crate) fn read(taxonomy: &Taxonomy, query: &str) -> Result<Reading, IndexError> {
    let mut units = Vec::new();
    for word in query_words(query) {
        let mut values = Vec::new();
        for attribute in taxonomy.attributes() {
            for value in &attribute.values {
                let names = [&value.name.ko, &value.name.en].into_iter().chain(&value.synonyms);
                if names.into_iter().any(|name| name.to_lowercase() == word.text) {
                    values.push((attribute.id.clone(), value.id.clone()));
                }
            }
        }
        units.push(Unit { words: vec![word], values });
    }
    units.truncate(MAX_UNITS.min(MAX_WORDS));
    Ok(Reading { units, price: PriceLimits::default(), corrected: None })
}
