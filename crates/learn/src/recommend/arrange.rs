//! From lists to an answer: what is left out, the shop's rules, and diversity.

use super::{
    histories::Deed,
    lists::{Because, Recommended},
};
use std::collections::BTreeSet;
use vestry_model::{DeedKind, ProductId, Rules};

/// Candidates among which diversity chooses, for each that is asked for.
const CHOICE: usize = 5;

/// How an answer is put together.
#[derive(Debug, Clone, Copy)]
pub struct Arrangement<'a> {
    /// How many are wanted.
    pub limit: usize,
    /// What the visitor did.
    pub history: &'a [Deed],
    /// The weakest deed that keeps an item from being shown again: `View` leaves out all that was seen, `Purchase` what was
    /// bought.
    pub hide: DeedKind,
    /// From 0, the order as it is, to 1, nothing that looks like what stands above.
    pub diversity: f32,
    /// The shop's.
    pub rules: &'a Rules,
}

/// The first so many of `candidates`, best first, each once. `may` says whether an item passes the shop's filters, `alike`
/// how alike two look, up to 1.
///
/// Diversity is maximal marginal relevance (Carbonell & Goldstein 1998); relevance is by place, so that lists of different
/// scales can follow each other.
pub fn arrange(
    candidates: impl IntoIterator<Item = Recommended>,
    arrangement: Arrangement<'_>,
    may: impl Fn(ProductId) -> bool,
    alike: impl Fn(ProductId, ProductId) -> f32,
) -> Vec<Recommended> {
    let Arrangement { limit, history, hide, diversity, rules } = arrangement;
    let mut out: BTreeSet<ProductId> = rules.exclude.iter().copied().collect();
    let mut chosen: Vec<Recommended> = Vec::with_capacity(limit);
    for item in rules.pin.iter().filter(|item| may(**item)) {
        if out.insert(*item) {
            chosen.push(Recommended { item: *item, score: 0.0, because: Because::Pinned });
        }
    }
    out.extend(history.iter().filter(|deed| deed.kind >= hide).map(|deed| deed.item));
    let (boost, bury): (BTreeSet<_>, BTreeSet<_>) = (rules.boost.iter().collect(), rules.bury.iter().collect());
    let (mut boosted, mut buried, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let choice = limit.saturating_mul(if diversity > 0.0 { CHOICE } else { 1 });
    for candidate in candidates {
        if !out.insert(candidate.item) || !may(candidate.item) {
            continue;
        }
        if boost.contains(&candidate.item) {
            boosted.push(candidate);
        } else if bury.contains(&candidate.item) {
            buried.push(candidate);
        } else if others.len() < choice {
            others.push(candidate);
        } else if boost.is_empty() {
            break;
        }
    }
    for group in [boosted, others, buried] {
        spread(&mut chosen, group, limit, diversity, &alike);
    }
    chosen.truncate(limit);
    chosen
}

/// Moves from `group` to `chosen` until there are `limit`, each time what is highest and least like what was chosen.
fn spread(
    chosen: &mut Vec<Recommended>,
    group: Vec<Recommended>,
    limit: usize,
    diversity: f32,
    alike: impl Fn(ProductId, ProductId) -> f32,
) {
    if diversity <= 0.0 {
        return chosen.extend(group);
    }
    let count = group.len() as f32;
    let nearest = |one: &Recommended| chosen.iter().map(|other| alike(one.item, other.item)).fold(0.0, f32::max);
    let mut left: Vec<(f32, f32, Recommended)> =
        group.into_iter().enumerate().map(|(at, one)| (1.0 - at as f32 / count, nearest(&one), one)).collect();
    while chosen.len() < limit && !left.is_empty() {
        let worth = |(relevance, like, _): &(f32, f32, Recommended)| (1.0 - diversity) * relevance - diversity * like;
        // Of equals the first.
        let best = (0..left.len()).rev().max_by(|a, b| worth(&left[*a]).total_cmp(&worth(&left[*b])));
        let Some((_, _, one)) = best.map(|at| left.remove(at)) else { return };
        left.iter_mut().for_each(|(_, like, other)| *like = like.max(alike(one.item, other.item)));
        chosen.push(one);
    }
}
