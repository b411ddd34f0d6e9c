//! Several lists to one: reciprocal rank fusion (Cormack, Clarke & Büttcher 2009), the shop's rules, folding.

use std::collections::HashMap;

use vestry_model::{ProductId, Rules};

use crate::{Part, Parts, Rule, Weights, look::Found, matching::Match, rows::IdMap, state::State};

/// The usual constant of reciprocal rank fusion.
const RRF: f32 = 60.0;
/// Pictures as alike as this are the same picture to an eye.
const SAME_LOOK: f32 = 0.995;
/// How many places up the order a near-duplicate is looked for.
const FOLD_WINDOW: usize = 16;

/// A product in the making of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) slot: u32,
    pub(crate) score: f32,
    pub(crate) parts: Parts,
    /// Its picture that matched.
    pub(crate) row: Option<u32>,
    pub(crate) tags: u32,
    pub(crate) words: u64,
    pub(crate) distance: Option<f32>,
    pub(crate) rule: Option<Rule>,
    pub(crate) folded: Vec<ProductId>,
}

impl Candidate {
    pub(crate) fn new(slot: u32) -> Self {
        Self {
            slot,
            score: 0.0,
            parts: Parts::default(),
            row: None,
            tags: 0,
            words: 0,
            distance: None,
            rule: None,
            folded: Vec::new(),
        }
    }
}

/// A product's colour against the one asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coloured {
    pub(crate) slot: u32,
    pub(crate) score: f32,
    pub(crate) distance: f32,
}

/// The lists that a search made, each best first; `None` was not asked for.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) look: Option<Vec<Found>>,
    pub(crate) words: Option<Vec<Match>>,
    pub(crate) colour: Option<Vec<Coloured>>,
}

/// One order from all lists.
pub(crate) fn fuse(state: &State, lists: &Lists, weights: Weights) -> Vec<Candidate> {
    let (look, words) = (lists.look.as_deref().unwrap_or(&[]), lists.words.as_deref().unwrap_or(&[]));
    let mut order: Vec<Candidate> = Vec::with_capacity(look.len().max(words.len()));
    let mut places: IdMap<u32, u32> = IdMap::default();
    let alone =
        [lists.look.is_some(), lists.words.is_some(), lists.colour.is_some()].iter().filter(|l| **l).count() < 2;
    let mut put = |slot: u32, at: usize, weight: f32, fill: &dyn Fn(&mut Candidate, u32)| {
        let place = if alone {
            order.push(Candidate::new(slot));
            order.len() - 1
        } else {
            let next = order.len() as u32;
            let place = *places.entry(slot).or_insert(next);
            if place == next {
                order.push(Candidate::new(slot));
            }
            place as usize
        };
        let candidate = &mut order[place];
        candidate.score += weight / (RRF + at as f32 + 1.0);
        fill(candidate, at as u32 + 1);
    };
    for (at, found) in look.iter().enumerate() {
        put(found.slot, at, weights.look, &|c, rank| {
            c.row = Some(found.row);
            c.parts.look = Some(Part { rank, score: found.score });
        });
    }
    for (at, found) in words.iter().enumerate() {
        put(found.slot, at, weights.words, &|c, rank| {
            (c.tags, c.words) = (found.tags, found.words);
            c.parts.words = Some(Part { rank, score: found.score });
        });
    }
    for (at, found) in lists.colour.iter().flatten().enumerate() {
        put(found.slot, at, weights.colour, &|c, rank| {
            c.distance = Some(found.distance);
            c.parts.colour = Some(Part { rank, score: found.score });
        });
    }
    if !alone {
        order.retain(|c| c.score > 0.0);
        order.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then_with(|| state.product(a.slot).cmp(&state.product(b.slot)))
        });
    }
    order
}

/// Applies the shop's rules; `may` says whether a product passes the filters.
pub(crate) fn apply_rules(
    state: &State,
    mut order: Vec<Candidate>,
    rules: &Rules,
    may: impl Fn(u32) -> bool,
) -> Vec<Candidate> {
    if *rules == Rules::default() {
        return order;
    }
    order.retain(|c| !rules.exclude.contains(&state.product(c.slot)));
    let mut pinned = Vec::new();
    for product in &rules.pin {
        let Some(slot) = state.slot_of(*product).filter(|slot| may(*slot) && !rules.exclude.contains(product)) else {
            continue;
        };
        if pinned.iter().any(|c: &Candidate| c.slot == slot) {
            continue;
        }
        let mut candidate = match order.iter().position(|c| c.slot == slot) {
            Some(at) => order.remove(at),
            None => Candidate::new(slot),
        };
        candidate.rule = Some(Rule::Pinned);
        pinned.push(candidate);
    }
    let mut take = |products: &[ProductId], rule: Rule| {
        let (mut taken, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut order).into_iter().partition(|c| products.contains(&state.product(c.slot)));
        taken.iter_mut().for_each(|c| c.rule = Some(rule));
        order = rest;
        taken
    };
    let boosted = take(&rules.boost, Rule::Boosted);
    let buried = take(&rules.bury, Rule::Buried);
    pinned.into_iter().chain(boosted).chain(order).chain(buried).collect()
}

/// Folds what has the group of a better one, or looks the same as one a few places above.
pub(crate) fn fold(state: &State, order: Vec<Candidate>, by_look: bool) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::with_capacity(order.len());
    let mut groups: HashMap<u32, usize> = HashMap::new();
    for candidate in order {
        let group = state.groups[candidate.slot as usize];
        let mut best = (group != 0).then(|| groups.get(&group).copied()).flatten();
        if best.is_none()
            && by_look
            && let Some(row) = candidate.row
        {
            let vector = state.rows.vector(row);
            let from = out.len().saturating_sub(FOLD_WINDOW);
            best = (from..out.len())
                .rev()
                .find(|at| out[*at].row.is_some_and(|other| state.rows.cosine(other, vector) > SAME_LOOK));
        }
        match best {
            Some(at) => out[at].folded.push(state.product(candidate.slot)),
            None => {
                if group != 0 {
                    groups.insert(group, out.len());
                }
                out.push(candidate);
            }
        }
    }
    out
}
