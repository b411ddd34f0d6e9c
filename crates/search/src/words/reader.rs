//! A query read against the taxonomy.
//!
//! Names and synonyms are keys without spaces and hyphens, so `오프 숄더` and `오프숄더` are one. The query is cut
//! into words, its spaces forgotten but their places kept, and the cut is chosen that covers most characters
//! with fewest keys (dynamic programming from the end). A key begins where a word begins, or right after another
//! key, and ends where a word ends, or where the rest of the word is covered too: `롱원피스를` is `롱원피스` and a
//! particle, while `코트니` is no coat.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use vestry_model::{AttributeId, ObjectId, Taxonomy, ValueId, taxonomy::Value};

use super::{PriceLimits, Speller, Word, cover::Cover, normalise, price, text::pieces};

/// The most characters that a query may have.
pub const QUERY_LIMIT: usize = 500;

/// The most words that are put right in one query: with more unknown ones it is no slip of a finger.
const CORRECTED_WORDS: usize = 8;

/// Why a query was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too long.
    #[error("the query has {length} characters; write at most {limit}")]
    TooLong {
        /// Its length, characters.
        length: usize,
        /// The limit, characters.
        limit: usize,
    },
}

/// A value that a query names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The attribute.
    pub attribute: AttributeId,
    /// Its value.
    pub value: ValueId,
    /// Where, in bytes of [`ReadQuery::text`]. Several values at one place are alternatives: any of them fits.
    pub span: Range<usize>,
    /// The words that name it, normalised.
    pub text: String,
}

/// A query as it was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadQuery {
    /// The normalised query after correction; what spans point into.
    pub text: String,
    /// Values that it names, in order.
    pub values: Vec<Matched>,
    /// Words that name no value, in order, without those that carry no meaning here (`with`, `컬러`).
    pub rest: Vec<Word>,
    /// All words, those of values included, without price limits.
    pub words: Vec<Word>,
    /// The query as it was read, when a misspelling was put right.
    pub corrected: Option<String>,
    /// Limits of price that it names.
    pub price: PriceLimits,
}

/// Reads queries against one taxonomy; made once, used for every query.
#[derive(Debug)]
pub struct Reader {
    keys: HashMap<Box<str>, Vec<Meaning>>,
    longest: usize,
    /// Every word of a name: known, hence never corrected.
    words: HashSet<String>,
    /// What a misspelling may be corrected to.
    speller: Speller,
}

/// What a key names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    attribute: AttributeId,
    value: ValueId,
    /// The broader values that it is a case of.
    ancestors: Vec<ValueId>,
    /// A category's object.
    object: Option<ObjectId>,
    /// The objects that it is said of; of all when empty.
    objects: Vec<ObjectId>,
}

/// A key without spaces, hyphens and apostrophes.
fn key_of(name: &str) -> String {
    pieces(&normalise(name)).iter().flat_map(|p| p.text.chars()).filter(|c| *c != '-').collect()
}

impl Reader {
    /// Prepares the names and synonyms of `taxonomy`.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let mut keys: HashMap<Box<str>, Vec<Meaning>> = HashMap::new();
        let mut words: HashSet<String> = HashSet::new();
        for attribute in taxonomy.attributes() {
            for value in &attribute.values {
                let ancestors = taxonomy.lineage(attribute.id.as_str(), value.id.as_str()).skip(1);
                let meaning = Meaning {
                    attribute: attribute.id.clone(),
                    value: value.id.clone(),
                    ancestors: ancestors.map(|a| a.id.clone()).collect(),
                    object: value.object.clone(),
                    objects: [&value.objects, &attribute.objects]
                        .into_iter()
                        .find(|o| !o.is_empty())
                        .cloned()
                        .unwrap_or_default(),
                };
                for name in names(value) {
                    words.extend(pieces(&normalise(name)).into_iter().map(|p| p.text));
                    let key = key_of(name);
                    let meanings = keys.entry(key.into()).or_default();
                    if !meanings.contains(&meaning) {
                        meanings.push(meaning.clone());
                    }
                }
            }
        }
        keys.remove("");
        // A short word of a longer name (`낮은` of `낮은 굽`) is near too many words that are right.
        let long = words.iter().filter(|w| w.len() > if w.is_ascii() { 4 } else { 6 }).map(String::as_str);
        let speller = Speller::new(keys.keys().map(|k| &**k).chain(long).map(|w| (w, 1)));
        Self { longest: keys.keys().map(|k| k.chars().count()).max().unwrap_or(0), speller, words, keys }
    }

    /// Reads `query`. `vocabulary` holds the words of the shop's own products: these are never corrected, and
    /// may be what a misspelling is corrected to.
    pub fn read(&self, query: &str, vocabulary: &Speller) -> Result<ReadQuery, QueryError> {
        let length = query.chars().count();
        if length > QUERY_LIMIT {
            return Err(QueryError::TooLong { length, limit: QUERY_LIMIT });
        }
        let text = normalise(query);
        let (read, unknown) = self.read_once(&text);
        Ok(match self.correct(&text, &unknown, vocabulary) {
            Some(corrected) => {
                let (read, _) = self.read_once(&corrected);
                ReadQuery { corrected: Some(corrected), ..read }
            }
            None => read,
        })
    }

    /// Reads a normalised query as it is; the second are the places of words that nothing covers.
    fn read_once(&self, text: &str) -> (ReadQuery, Vec<Range<usize>>) {
        let (price, spans) = price::limits(text);
        let mut words_only = text.to_owned();
        for span in spans {
            words_only.replace_range(span.clone(), &" ".repeat(span.len()));
        }
        let cover = Cover::new(&words_only, self.longest, |key| self.keys.contains_key(key));
        let mut read = ReadQuery { text: text.to_owned(), price, ..ReadQuery::default() };
        read.words = pieces(&words_only).iter().map(|p| Word::new(&p.text)).collect();
        read.values = self.values(text, &cover);
        let unknown = cover.rest;
        read.rest = unknown.iter().flat_map(|span| pieces(&text[span.clone()])).map(|p| Word::new(&p.text)).collect();
        (read, unknown)
    }

    fn values(&self, text: &str, cover: &Cover) -> Vec<Matched> {
        let named: Vec<(&Range<usize>, &Vec<Meaning>)> =
            cover.found.iter().filter_map(|(span, key)| Some((span, self.keys.get(key.as_str())?))).collect();
        let sure: Vec<&ObjectId> = named
            .iter()
            .filter(|(_, meanings)| meanings.iter().all(|m| m.object.is_some()))
            .flat_map(|(_, meanings)| meanings.iter().filter_map(|m| m.object.as_ref()))
            .collect();
        let fits = |meaning: &Meaning| match &meaning.object {
            Some(_) => sure.is_empty(),
            None => sure.is_empty() || meaning.objects.is_empty() || sure.iter().any(|o| meaning.objects.contains(o)),
        };
        // `츄리닝 바지` is one thing, said twice.
        let broader: HashSet<(&AttributeId, &ValueId)> = named
            .iter()
            .flat_map(|(_, meanings)| *meanings)
            .flat_map(|m| m.ancestors.iter().map(move |a| (&m.attribute, a)))
            .collect();
        let mut values: Vec<Matched> = Vec::new();
        for (span, meanings) in named {
            let any_fits = meanings.len() > 1 && meanings.iter().any(fits);
            for meaning in meanings.iter().filter(|m| !any_fits || fits(m)) {
                let said = broader.contains(&(&meaning.attribute, &meaning.value));
                if said || values.iter().any(|v| v.attribute == meaning.attribute && v.value == meaning.value) {
                    continue;
                }
                values.push(Matched {
                    attribute: meaning.attribute.clone(),
                    value: meaning.value.clone(),
                    span: span.clone(),
                    text: text[span.clone()].to_owned(),
                });
            }
        }
        values
    }

    /// The query with unknown words replaced by what they most likely stand for.
    fn correct(&self, text: &str, unknown: &[Range<usize>], vocabulary: &Speller) -> Option<String> {
        let words: Vec<(Range<usize>, String)> = unknown
            .iter()
            .flat_map(|at| pieces(&text[at.clone()]).into_iter().map(move |p| (at.start, p)))
            .map(|(start, p)| (p.span.start + start..p.span.end + start, p.text))
            .collect();
        if words.len() > CORRECTED_WORDS {
            return None;
        }
        let mut corrected = String::with_capacity(text.len());
        let mut from = 0;
        for (span, word) in words {
            if let Some(replacement) = self.correct_word(&word, vocabulary) {
                corrected.push_str(&text[from..span.start]);
                corrected.push_str(&replacement);
                from = span.end;
            }
        }
        corrected.push_str(&text[from..]);
        (from > 0).then_some(corrected)
    }

    fn correct_word(&self, word: &str, vocabulary: &Speller) -> Option<String> {
        let forms = Word::new(word).forms;
        let known = |w: &str| vocabulary.contains(w) || self.words.contains(w) || self.keys.contains_key(w);
        if forms.iter().any(|f| known(f)) {
            return None;
        }
        let nearest = |w: &str| {
            let both = [self.speller.nearest(w), vocabulary.nearest(w)];
            // The taxonomy's word wins a tie in edits: it also finds what the shop wrote in the other language.
            both.into_iter().flatten().min_by_key(|(nearness, _)| nearness.edits()).map(|(_, found)| found.to_owned())
        };
        forms.iter().find_map(|f| nearest(f)).or_else(|| {
            // `체크셔쓰`: a known beginning, a misspelled rest.
            let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(2).collect();
            ends.iter().rev().filter(|at| known(&word[..**at])).find_map(|at| {
                let rest = Word::new(&word[*at..]).forms;
                let long_enough = |w: &&String| w.chars().count() > 1;
                Some(format!("{} {}", &word[..*at], rest.iter().filter(long_enough).find_map(|w| nearest(w))?))
            })
        })
    }
}

/// Reads one query without a shop's vocabulary; prefer one [`Reader`] for many.
pub fn read(query: &str, taxonomy: &Taxonomy) -> Result<ReadQuery, QueryError> {
    Reader::new(taxonomy).read(query, &Speller::default())
}

pub(super) fn names(value: &Value) -> impl Iterator<Item = &str> {
    [value.name.ko.as_str(), &value.name.en].into_iter().chain(value.synonyms.iter().map(String::as_str))
}

/// What a product with this value is found by: names and synonyms in both languages, those of its ancestors
/// included. Empty when there is no such value.
pub fn index_text(taxonomy: &Taxonomy, attribute: &str, value: &str) -> String {
    taxonomy.lineage(attribute, value).flat_map(names).collect::<Vec<_>>().join(" ")
}
