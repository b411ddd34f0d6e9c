//! A plain tokenizer, in use until `words` is written.

use std::collections::HashSet;

use crate::words::Word;

pub(crate) fn words_of(text: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.nfc().flat_map(char::to_lowercase).collect();
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && w.len() < 200).map(String::from).collect()
}

pub(crate) fn pairs_of(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    if !chars.iter().any(|c| ('\u{ac00}'..='\u{d7a3}').contains(c)) {
        return Vec::new();
    }
    chars.windows(2).map(|pair| pair.iter().collect()).collect()
}

pub(crate) fn query_words(text: &str) -> Vec<Word> {
    let word = |text: String| {
        let grams = pairs_of(&text);
        let different = grams.iter().collect::<HashSet<_>>().len();
        let needed = if different <= 2 { different } else { (different * 3).div_ceil(5) };
        Word { forms: vec![text.clone()], text, grams, needed }
    };
    words_of(text).into_iter().map(word).collect()
}
