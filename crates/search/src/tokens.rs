//! A product's texts as terms.

use vestry_model::{LocalText, TagState, Taxonomy};

use crate::{
    Document,
    words::{index_text, tokens},
};

/// Words of a description that are read; what a shop writes after that is about washing and shipping.
const TEXT_WORDS: usize = 200;
/// Characters of a description that are read at all.
const TEXT_CHARACTERS: usize = 2_000;

/// The terms of one product, by field.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Terms {
    /// Whole words of titles and brand.
    pub(crate) title: Vec<String>,
    /// Whole words of the tags' names and the description.
    pub(crate) text: Vec<String>,
    /// Neighbouring syllables of titles, brand and tags' names.
    pub(crate) pairs: Vec<String>,
}

impl Terms {
    pub(crate) fn of(document: &Document, taxonomy: &Taxonomy) -> Self {
        let mut terms = Self::default();
        let both = |text: &LocalText| text.ko.iter().chain(text.en.iter()).cloned().collect::<Vec<_>>();
        for text in both(&document.title).iter().chain(document.brand.iter()) {
            let found = tokens(text);
            terms.title.extend(found.words);
            terms.pairs.extend(found.grams);
        }
        for tag in document.tags.iter().filter(|tag| tag.state != TagState::ToReview) {
            let found = tokens(&index_text(taxonomy, tag.attribute.as_str(), tag.value.as_str()));
            terms.text.extend(found.words);
            terms.pairs.extend(found.grams);
        }
        for text in both(&document.description) {
            let head: String = text.chars().take(TEXT_CHARACTERS).collect();
            terms.text.extend(tokens(&head).words.into_iter().take(TEXT_WORDS));
        }
        terms.pairs.sort_unstable();
        terms.pairs.dedup();
        terms
    }
}
