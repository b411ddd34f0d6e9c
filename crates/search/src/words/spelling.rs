//! Misspellings, put right in jamo.
//!
//! A word is the keys that type it (see `jamo`). The distance is Damerau's in its restricted form: a key
//! missing, added, replaced, or swapped with its neighbour is one edit. Candidates of near length are scanned
//! whole; a 64-bit set of their keys rules out nearly all of them, since one edit changes at most two bits.

use std::collections::HashMap;

use super::jamo::{self, HANGUL, finger};

/// Words with more keys are names of something; they are left alone, and the distance stays on the stack.
const LONGEST_KEYS: usize = 48;

/// A vocabulary that knows its words and finds the nearest to one that it does not know.
#[derive(Debug, Clone, Default)]
pub struct Speller {
    counts: HashMap<Box<str>, u32>,
    /// By number of keys.
    by_length: Vec<Words>,
}

/// Words of one length, sorted; their sets apart, since most words are ruled out by these alone.
#[derive(Debug, Clone, Default)]
struct Words {
    sets: Vec<u64>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    keys: Box<[u8]>,
    count: u32,
    word: Box<str>,
}

/// How near a word is, best first: edits, another first key, then how rare it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nearness {
    edits: usize,
    other_start: bool,
    rarity: std::cmp::Reverse<u32>,
}

impl Nearness {
    /// How many edits away; 0 when only the keyboard's language was wrong.
    pub(super) fn edits(self) -> usize {
        self.edits
    }
}

impl Speller {
    /// A vocabulary of words with how often each occurs; a word given twice counts twice.
    pub fn new<'w>(words: impl IntoIterator<Item = (&'w str, u32)>) -> Self {
        let mut counts: HashMap<Box<str>, u32> = HashMap::new();
        for (word, count) in words {
            match counts.get_mut(word) {
                Some(known) => *known = known.saturating_add(count),
                None => {
                    counts.insert(word.into(), count);
                }
            }
        }
        let mut by_length = vec![Words::default(); LONGEST_KEYS + 1];
        for (word, &count) in &counts {
            let Some(keys) = jamo::keys(word).filter(|k| (2..=LONGEST_KEYS).contains(&k.len())) else { continue };
            let entry = Entry { keys: keys.into(), count, word: word.clone() };
            by_length[entry.keys.len()].entries.push(entry);
        }
        for words in &mut by_length {
            words.entries.sort_unstable_by(|a, b| a.word.cmp(&b.word));
            words.sets = words.entries.iter().map(|e| set_of(&e.keys)).collect();
        }
        Self { counts, by_length }
    }

    /// Whether `word` is in the vocabulary.
    pub fn contains(&self, word: &str) -> bool {
        self.counts.contains_key(word)
    }

    /// The vocabulary's word that `word` most likely stands for; `None` when it is known, or nothing is near.
    pub fn correct(&self, word: &str) -> Option<&str> {
        self.nearest(word).map(|(_, word)| word)
    }

    /// Like [`Speller::correct`], with how near it is.
    pub(super) fn nearest(&self, word: &str) -> Option<(Nearness, &str)> {
        if self.by_length.is_empty() || self.contains(word) || word.chars().count() < 2 {
            return None;
        }
        let keys = jamo::keys(word).filter(|k| k.len() <= LONGEST_KEYS)?;
        let limit = edits_allowed(&keys);
        let found = self.typed_in_the_other_language(&keys).or_else(|| self.scan(&keys, limit));
        found.map(|(nearness, entry)| (nearness, &*entry.word))
    }

    /// `dnjsvltm` is `원피스` typed with the Latin layout on.
    fn typed_in_the_other_language(&self, keys: &[u8]) -> Option<(Nearness, &Entry)> {
        let same = |entry: &&Entry| {
            let fingers = || entry.keys.iter().map(|k| finger(*k));
            entry.keys[0] & HANGUL != keys[0] & HANGUL && fingers().eq(keys.iter().map(|k| finger(*k)))
        };
        let entries = self.by_length.get(keys.len()).filter(|_| keys.len() >= 4)?;
        let entry = entries.entries.iter().filter(same).min_by_key(|e| (std::cmp::Reverse(e.count), &e.word))?;
        Some((Nearness { edits: 0, other_start: false, rarity: std::cmp::Reverse(entry.count) }, entry))
    }

    fn scan(&self, keys: &[u8], limit: usize) -> Option<(Nearness, &Entry)> {
        if limit == 0 {
            return None;
        }
        let set = set_of(keys);
        let lengths = keys.len() - limit..=(keys.len() + limit).min(LONGEST_KEYS);
        let mut best: Option<(Nearness, &Entry)> = None;
        let words = lengths.flat_map(|length| self.by_length[length].sets.iter().zip(&self.by_length[length].entries));
        for (its, entry) in words {
            let bound = best.map_or(limit, |(nearness, _)| nearness.edits);
            if (set ^ its).count_ones() as usize > 2 * bound {
                continue;
            }
            let Some(edits) = distance(keys, &entry.keys, bound) else { continue };
            let other_start = keys[0] != entry.keys[0];
            if edits == 0 || (edits > 1 && other_start) {
                continue;
            }
            let nearness = Nearness { edits, other_start, rarity: std::cmp::Reverse(entry.count) };
            if best.is_none_or(|(than, other)| (nearness, &entry.word) < (than, &other.word)) {
                best = Some((nearness, entry));
            }
        }
        best
    }
}

/// One edit in short words, two in longer ones, none where everything is near everything.
fn edits_allowed(keys: &[u8]) -> usize {
    let hangul = keys.iter().any(|k| k & HANGUL != 0);
    match (hangul, keys.len()) {
        (_, 0..=3) => 0,
        (true, 4..=6) | (false, 4..=7) => 1,
        _ => 2,
    }
}

/// The keys as a set of 64: Latin and Hangul keys apart, shift not told apart.
fn set_of(keys: &[u8]) -> u64 {
    keys.iter().fold(0, |set, key| {
        let language = if key & HANGUL == 0 { 0 } else { 26 };
        set | 1 << (u32::from(finger(*key).wrapping_sub(b'a')) % 26 + language)
    })
}

/// The edits from `a` to `b`, when at most `limit`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let mut before = [0usize; LONGEST_KEYS + 1];
    let mut last: [usize; LONGEST_KEYS + 1] = std::array::from_fn(|j| j);
    let mut row = last;
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        let mut least = row[0];
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut edits = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                edits = edits.min(before[j - 1] + 1);
            }
            row[j + 1] = edits;
            least = least.min(edits);
        }
        if least > limit {
            return None;
        }
        before = last;
        last = row;
    }
    Some(last[b.len()]).filter(|edits| *edits <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(a: &[u8], b: &[u8]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([a_init @ .., x], [b_init @ .., y]) => {
                let mut edits =
                    (slow(a_init, b_init) + usize::from(x != y)).min(slow(a_init, b) + 1).min(slow(a, b_init) + 1);
                if let ([a_rest @ .., x2], [b_rest @ .., y2]) = (a_init, b_init)
                    && x == y2
                    && x2 == y
                {
                    edits = edits.min(slow(a_rest, b_rest) + 1);
                }
                edits
            }
        }
    }

    proptest! {
        #[test]
        fn the_distance_is_the_plain_recursion(a in "[abc]{0,6}", b in "[abc]{0,6}", limit in 0usize..4) {
            let edits = slow(a.as_bytes(), b.as_bytes());
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes(), limit), (edits <= limit).then_some(edits));
        }

        #[test]
        fn the_sets_rule_out_nothing_near(a in "[가-깋a-f]{1,6}", b in "[가-깋a-f]{1,6}") {
            let (a, b) = (jamo::keys(&a).expect("keys"), jamo::keys(&b).expect("keys"));
            if let Some(edits) = distance(&a, &b, 2) {
                prop_assert!((set_of(&a) ^ set_of(&b)).count_ones() as usize <= 2 * edits);
            }
        }
    }
}
