//! Text to tokens.

/// What a text is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Whole words in all their forms, in order; a repeated word is repeated here.
    pub words: Vec<String>,
    /// Pairs of neighbouring syllables inside words, in order.
    pub grams: Vec<String>,
}

/// One word of a query. A text has it when it has one of `forms` among its words, or at least `needed` of
/// `grams` among its grams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as typed, normalised.
    pub text: String,
    /// The word and what is left without particle or plural; never empty.
    pub forms: Vec<String>,
    /// Its pairs of syllables; empty for Latin words and single syllables.
    pub grams: Vec<String>,
    /// How many different `grams` a text must have; 0 when there are none.
    pub needed: usize,
}

/// Composed (NFC), full-width ASCII made plain, lower case. Doing it twice is doing it once.
pub fn normalise(text: &str) -> String {
    let _ = text;
    unimplemented!()
}

/// The tokens to index a text by.
pub fn tokens(text: &str) -> Tokens {
    let _ = text;
    unimplemented!()
}

/// The words to search for.
pub fn query_words(text: &str) -> Vec<Word> {
    let _ = text;
    unimplemented!()
}

/// Whether `text` has every word of `query`: the rule that an engine has to follow.
pub fn matches(query: &str, text: &str) -> bool {
    let _ = (query, text);
    unimplemented!()
}
