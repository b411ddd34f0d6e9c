//! Misspellings, put right in jamo.

/// A vocabulary that knows its words and finds the nearest to one that it does not know.
#[derive(Debug, Clone, Default)]
pub struct Speller {}

impl Speller {
    /// A vocabulary of words with how often each occurs; a word given twice counts twice.
    pub fn new<'w>(words: impl IntoIterator<Item = (&'w str, u32)>) -> Self {
        let _ = words.into_iter().next();
        unimplemented!()
    }

    /// Whether `word` is in the vocabulary.
    pub fn contains(&self, word: &str) -> bool {
        let _ = word;
        unimplemented!()
    }

    /// The vocabulary's word that `word` most likely stands for; `None` when it is known, or nothing is near.
    pub fn correct(&self, word: &str) -> Option<&str> {
        let _ = word;
        unimplemented!()
    }
}
