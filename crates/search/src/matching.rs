//! Words to matching products with their scores.

use std::sync::Mutex;

use vestry_model::{AttributeId, ValueId};

use crate::{
    IndexError,
    state::State,
    texts::{PAIRS, TEXT, TITLE, View},
    words::Word,
};

/// Units that are read of a query; a mask has a bit for each.
pub(crate) const MAX_UNITS: usize = 24;
/// Words that are read of a query; a mask has a bit for each.
pub(crate) const MAX_WORDS: usize = 48;

/// BM25's saturation and length normalisation, as usual.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// What a match in each field is worth.
const FIELD_WEIGHT: [f32; 3] = [1.0, 0.35, 0.3];

/// One thing that a query asks for: a value of the taxonomy, or a free word.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unit {
    /// Its words as written; all must be there for the text to say it.
    pub(crate) words: Vec<Word>,
    /// What it means in the taxonomy; a product with one of these tags has it whatever its text says.
    pub(crate) values: Vec<(AttributeId, ValueId)>,
}

/// A product that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Match {
    pub(crate) slot: u32,
    pub(crate) score: f32,
    /// Units that a tag answers.
    pub(crate) tags: u32,
    /// Words that the text has.
    pub(crate) words: u64,
}

/// Work areas, kept between searches.
#[derive(Debug, Default)]
pub(crate) struct Scratches(Mutex<Vec<Scratch>>);

#[derive(Debug, Default)]
struct Scratch {
    found: Vec<Match>,
    touched: Vec<u32>,
    pair_counts: Vec<u8>,
    pair_scores: Vec<f32>,
    pair_touched: Vec<u32>,
    postings: Vec<(u32, u32)>,
}

const NOTHING: Match = Match { slot: 0, score: 0.0, tags: 0, words: 0 };

impl Scratch {
    fn at(&mut self, slot: u32) -> &mut Match {
        let found = &mut self.found[slot as usize];
        if found.tags == 0 && found.words == 0 {
            self.touched.push(slot);
        }
        found
    }
}

/// How many of `units` a product must have: all of two, two of three, three of four.
fn units_needed(units: usize) -> u32 {
    (units - units / 3) as u32
}

/// Scores of one posting list.
struct Weigher<'a> {
    state: &'a State,
    field: usize,
    average: f32,
    idf: f32,
}

impl<'a> Weigher<'a> {
    fn new(state: &'a State, field: usize, found: usize) -> Self {
        let products = state.len().max(1) as f32;
        let found = found as f32;
        Self {
            state,
            field,
            average: (state.length_sums[field] as f32 / products).max(1.0),
            idf: ((products - found + 0.5).max(0.5) / (found + 0.5)).ln_1p() * FIELD_WEIGHT[field],
        }
    }

    fn score(&self, slot: u32, frequency: u32) -> f32 {
        let length = self.state.lengths[slot as usize][self.field] as f32;
        let frequency = frequency as f32;
        self.idf * frequency * (K1 + 1.0) / (frequency + K1 * (1.0 - B + B * length / self.average))
    }
}

impl Scratches {
    /// Every live product that `units` describe, by slot.
    pub(crate) fn matches(&self, view: &View, state: &State, units: &[Unit]) -> Result<Vec<Match>, IndexError> {
        let mut scratch = self.0.lock().map(|mut s| s.pop()).ok().flatten().unwrap_or_default();
        scratch.found.resize(state.room(), NOTHING);
        scratch.pair_counts.resize(state.room(), 0);
        scratch.pair_scores.resize(state.room(), 0.0);
        let result = gather(&mut scratch, view, state, units);
        let matches = pick(&mut scratch, state, units);
        scratch.postings.clear();
        if let Ok(mut kept) = self.0.lock() {
            kept.push(scratch);
        }
        result.map(|()| matches)
    }
}

fn gather(scratch: &mut Scratch, view: &View, state: &State, units: &[Unit]) -> Result<(), IndexError> {
    let mut bit = 0;
    for (at, unit) in units.iter().enumerate() {
        for (attribute, value) in &unit.values {
            for slot in state.tag_number(attribute, value).map(|n| state.tagged(n)).unwrap_or_default() {
                scratch.at(*slot).tags |= 1 << at;
            }
        }
        for word in &unit.words {
            gather_word(scratch, view, state, word, 1 << bit)?;
            bit += 1;
        }
    }
    Ok(())
}

fn gather_word(scratch: &mut Scratch, view: &View, state: &State, word: &Word, bit: u64) -> Result<(), IndexError> {
    let mut postings = std::mem::take(&mut scratch.postings);
    for field in [TITLE, TEXT] {
        for form in &word.forms {
            postings.clear();
            view.postings(field, form, &mut postings)?;
            let weigher = Weigher::new(state, field, postings.len());
            for (slot, frequency) in &postings {
                let found = scratch.at(*slot);
                found.words |= bit;
                found.score += weigher.score(*slot, *frequency) / word.forms.len() as f32;
            }
        }
    }
    for (at, pair) in word.grams.iter().enumerate() {
        if word.grams[..at].contains(pair) {
            continue;
        }
        postings.clear();
        view.postings(PAIRS, pair, &mut postings)?;
        let weigher = Weigher::new(state, PAIRS, postings.len());
        for (slot, frequency) in &postings {
            let slot_at = *slot as usize;
            if scratch.pair_counts[slot_at] == 0 {
                scratch.pair_touched.push(*slot);
            }
            scratch.pair_counts[slot_at] = scratch.pair_counts[slot_at].saturating_add(1);
            scratch.pair_scores[slot_at] += weigher.score(*slot, *frequency);
        }
    }
    for slot in std::mem::take(&mut scratch.pair_touched) {
        let count = std::mem::take(&mut scratch.pair_counts[slot as usize]);
        let score = std::mem::take(&mut scratch.pair_scores[slot as usize]);
        if usize::from(count) >= word.needed.max(1) {
            let found = scratch.at(slot);
            found.words |= bit;
            found.score += score / word.grams.len() as f32;
        }
    }
    scratch.postings = postings;
    Ok(())
}

/// Takes out of the work area what matches, and leaves it clean.
fn pick(scratch: &mut Scratch, state: &State, units: &[Unit]) -> Vec<Match> {
    let mut masks = Vec::with_capacity(units.len());
    let mut bit = 0;
    for unit in units {
        masks.push(((1u64 << unit.words.len()) - 1) << bit);
        bit += unit.words.len();
    }
    let needed = units_needed(units.len());
    let mut matches = Vec::with_capacity(scratch.touched.len());
    for slot in std::mem::take(&mut scratch.touched) {
        let found = std::mem::replace(&mut scratch.found[slot as usize], NOTHING);
        let said = masks
            .iter()
            .enumerate()
            .filter(|(at, mask)| found.tags >> at & 1 == 1 || (**mask != 0 && found.words & **mask == **mask));
        if said.count() as u32 >= needed && state.live.has(slot) {
            matches.push(Match { slot, ..found });
        }
    }
    matches
}

/// The order of matches: more of the asked tags first, then the score, then the id.
pub(crate) fn best_first(state: &State, a: &Match, b: &Match) -> std::cmp::Ordering {
    (b.tags.count_ones().cmp(&a.tags.count_ones()))
        .then(b.score.total_cmp(&a.score))
        .then_with(|| state.product(a.slot).cmp(&state.product(b.slot)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_units_are_needed() {
        assert_eq!([1, 2, 3, 4, 6].map(units_needed), [1, 2, 2, 3, 4]);
    }
}
