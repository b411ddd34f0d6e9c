//! A query's words as units to match.

use crate::{
    IndexError,
    matching::{MAX_UNITS, MAX_WORDS, Unit},
    words::{PriceLimits, QueryError, Reader, Speller, query_words},
};

/// A query as it will be matched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    pub(crate) units: Vec<Unit>,
    pub(crate) price: PriceLimits,
    pub(crate) corrected: Option<String>,
}

/// Reads `query` into units: values of the taxonomy with their words, then free words.
pub(crate) fn read(reader: &Reader, query: &str, vocabulary: &Speller) -> Result<Reading, IndexError> {
    let read = reader.read(query, vocabulary).map_err(|why: QueryError| IndexError::Request(why.to_string()))?;
    let mut units: Vec<(std::ops::Range<usize>, Unit)> = Vec::new();
    for matched in read.values {
        let value = (matched.attribute, matched.value);
        match units.iter_mut().find(|(span, _)| *span == matched.span) {
            Some((_, unit)) => unit.values.push(value),
            None => {
                let unit = Unit { words: query_words(&matched.text), values: vec![value] };
                units.push((matched.span, unit));
            }
        }
    }
    let mut units: Vec<Unit> = units.into_iter().map(|(_, unit)| unit).collect();
    units.extend(read.rest.into_iter().map(|word| Unit { words: vec![word], values: Vec::new() }));
    units.truncate(MAX_UNITS);
    let mut words = 0;
    units.retain(|unit| {
        words += unit.words.len();
        words <= MAX_WORDS
    });
    Ok(Reading { units, price: read.price, corrected: read.corrected })
}
