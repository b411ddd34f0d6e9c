//! An entry for fuzzers.

use std::sync::LazyLock;

use vestry_model::Taxonomy;

use super::{QueryError, Reader, Speller, matches, normalise, query_words, tokens};

/// Reads any bytes as a query and as a text. Panics when a promise of this module does not hold.
pub fn fuzz_query(data: &[u8]) {
    static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Taxonomy::builtin()));
    let text = String::from_utf8_lossy(data);
    let once = normalise(&text);
    assert_eq!(normalise(&once), once, "normalising twice differs from once");
    let _ = tokens(&text);
    for word in query_words(&text) {
        assert!(!word.forms.is_empty() && word.needed <= word.grams.len(), "{word:?}");
    }
    assert!(matches(&text, &text), "a text has its own words: {text:?}");
    match READER.read(&text, &Speller::default()) {
        Ok(read) => {
            for value in &read.values {
                let span = read.text.get(value.span.clone());
                assert_eq!(span, Some(value.text.as_str()), "a span is the words that it names");
            }
        }
        Err(QueryError::TooLong { length, limit }) => assert!(length > limit, "{length} is within {limit}"),
    }
}
