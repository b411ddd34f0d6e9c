//! A model's lists: for a history, for an item's basket, for everybody.

use super::{
    histories::Deed,
    model::{Model, is_in_basket},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};
use vestry_model::ProductId;

/// Visitors who must have had two items in their baskets for one to be said to go with the other: nobody's basket is
/// shown to others.
const TOGETHER: u32 = 2;
/// Baskets that every item is taken to be in besides its own, so that few do not decide.
const BESIDE: f32 = 10.0;

/// Items that nobody has had to do with yet, and those that look most like each.
pub type Fresh = BTreeMap<ProductId, Vec<ProductId>>;

/// Why something is recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It goes with the history; [`Model::reason`] says with what of it.
    History,
    /// It goes with this item.
    Item(ProductId),
    /// It looks like this item.
    Looks(ProductId),
    /// Many had to do with it.
    Popular,
    /// The shop wants it there.
    Pinned,
}

/// An item and how strongly it is recommended; strengths of one list compare, those of different lists do not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommended {
    /// What.
    pub item: ProductId,
    /// How strongly.
    pub score: f32,
    /// Why.
    pub because: Because,
}

/// Scored candidates, best first, of equals the lesser id; sorted only as far as they are asked for.
struct Best(BinaryHeap<Scored>);

#[derive(PartialEq)]
struct Scored(f32, Reverse<ProductId>);

impl Eq for Scored {}
impl Ord for Scored {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}
impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Iterator for Best {
    type Item = (ProductId, f32);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.pop().map(|Scored(score, Reverse(item))| (item, score))
    }
}

impl FromIterator<(ProductId, f32)> for Best {
    fn from_iter<I: IntoIterator<Item = (ProductId, f32)>>(scored: I) -> Self {
        let positive = scored.into_iter().filter(|(_, score)| *score > 0.0);
        Self(positive.map(|(item, score)| Scored(score, Reverse(item))).collect())
    }
}

/// How much each deed of a history says of what comes next: by its kind, and by one over the root of how many came no
/// earlier. On MovieLens that is worth more than any penalty (`bench/learn/recommend.py`).
fn said(history: &[Deed]) -> impl Iterator<Item = (&Deed, f32)> {
    let mut seconds: Vec<i64> = history.iter().map(|deed| deed.second).collect();
    seconds.sort_unstable();
    history.iter().map(move |deed| {
        let no_earlier = seconds.len() - seconds.partition_point(|second| *second < deed.second);
        (deed, f32::from(deed.kind.weight()) / (no_earlier as f32).sqrt())
    })
}

impl Model {
    /// What goes with a history, best first; with a history of one item, what is similar to it. An item of `fresh` speaks
    /// and is spoken for as the mean of those it looks like. Deeds are given as [`super::Histories`] has them; the later ones
    /// say more.
    ///
    /// Nothing of the history is left out here, since what was looked at may be shown again: [`super::Arrangement`] says.
    pub fn for_history(&self, history: &[Deed], fresh: &Fresh) -> impl Iterator<Item = Recommended> + use<> {
        let mut scores = vec![0.0f32; self.incidence.items.len()];
        for (deed, says) in said(history) {
            let from = self.places(deed.item, fresh);
            let share = says / from.len() as f32;
            let rows = from.iter().flat_map(|from| &self.weights[*from as usize]);
            rows.for_each(|(to, weight)| scores[*to as usize] += share * weight);
        }
        let of_fresh = |(item, alike): (&ProductId, &Vec<ProductId>)| {
            let known: Vec<u32> = alike.iter().filter_map(|item| self.incidence.at(*item)).collect();
            let sum: f32 = known.iter().map(|at| scores[*at as usize]).sum();
            (self.incidence.at(*item).is_none() && !known.is_empty()).then(|| (*item, sum / known.len() as f32))
        };
        let known = scores.iter().zip(&self.incidence.items).map(|(score, item)| (*item, *score));
        let best: Best = known.chain(fresh.iter().filter_map(of_fresh)).collect();
        best.map(|(item, score)| Recommended { item, score, because: Because::History })
    }

    /// The item of a history that speaks most for another.
    pub fn reason(&self, item: ProductId, history: &[Deed], fresh: &Fresh) -> Option<ProductId> {
        let to = self.places(item, fresh);
        let weight = |from: u32| {
            let row = &self.weights[from as usize];
            let of = |to: &u32| row.binary_search_by_key(to, |(at, _)| *at).map_or(0.0, |found| row[found].1);
            to.iter().map(of).sum::<f32>()
        };
        let spoken = |(deed, says): (&Deed, f32)| {
            let from = self.places(deed.item, fresh);
            let mean = from.iter().map(|from| weight(*from)).sum::<f32>() / from.len().max(1) as f32;
            (mean * says, Reverse(deed.item))
        };
        let best = said(history).map(spoken).max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        best.filter(|(spoken, _)| *spoken > 0.0).map(|(_, Reverse(item))| item)
    }

    /// An item's own place, or those of what it looks like.
    fn places(&self, item: ProductId, fresh: &Fresh) -> Vec<u32> {
        match self.incidence.at(item) {
            Some(at) => vec![at],
            None => fresh.get(&item).into_iter().flatten().filter_map(|alike| self.incidence.at(*alike)).collect(),
        }
    }

    /// What was in one basket with an item, more than its own frequency explains: the cosine, with `BESIDE` more baskets.
    pub fn goes_with(&self, item: ProductId) -> impl Iterator<Item = Recommended> + use<> {
        let of = self.baskets(item).into_iter().filter(|(_, together)| *together >= TOGETHER);
        let score = |(other, together): (ProductId, u32)| {
            let all = self.incidence.at(other).map_or(0, |at| self.in_baskets[at as usize]);
            (other, together as f32 / (all as f32 + BESIDE).sqrt())
        };
        let best: Best = of.map(score).collect();
        best.map(move |(other, score)| Recommended { item: other, score, because: Because::Item(item) })
    }

    /// How many visitors had another item in the basket with this one.
    fn baskets(&self, item: ProductId) -> Vec<(ProductId, u32)> {
        let Some(own) = self.incidence.at(item) else { return Vec::new() };
        let mut together = vec![0; self.incidence.items.len()];
        for visitor in self.incidence.columns[own as usize].iter().filter(|cell| is_in_basket(cell)) {
            for cell in self.incidence.rows[visitor.at as usize].iter().filter(|cell| is_in_basket(cell)) {
                together[cell.at as usize] += 1;
            }
        }
        together[own as usize] = 0;
        self.incidence.items.iter().copied().zip(together).collect()
    }

    /// What most had to do with, and most strongly.
    pub fn popular(&self) -> impl Iterator<Item = Recommended> + use<> {
        let sum = |at: u32| (self.incidence.items[at as usize], self.popularity[at as usize] as f32);
        let best: Best = self.incidence.live().map(sum).collect();
        best.map(|(item, score)| Recommended { item, score, because: Because::Popular })
    }
}
