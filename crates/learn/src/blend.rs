//! How much look, colour and words weigh in a search, learnt from what visitors clicked.
//!
//! Every click says how much it would have gained under each of [`BLENDS`], as whole numbers; clicks are a set, summed by
//! visitor, so that a visitor is forgotten by leaving their clicks out. A blend takes the usual one's place only when it
//! surely does better on the shop's own clicks.

use std::collections::BTreeMap;
use vestry_model::{ProductId, Visitor};

/// Weights of look, colour and words; the first is the usual. All proportions of ½, 1 and 2.
pub const BLENDS: [[f64; 3]; 19] = [
    [1.0, 1.0, 1.0],
    [1.0, 1.0, 2.0],
    [1.0, 2.0, 1.0],
    [2.0, 1.0, 1.0],
    [1.0, 2.0, 2.0],
    [2.0, 1.0, 2.0],
    [2.0, 2.0, 1.0],
    [0.5, 1.0, 2.0],
    [0.5, 2.0, 1.0],
    [1.0, 0.5, 2.0],
    [2.0, 0.5, 1.0],
    [1.0, 2.0, 0.5],
    [2.0, 1.0, 0.5],
    [0.5, 0.5, 2.0],
    [0.5, 2.0, 0.5],
    [2.0, 0.5, 0.5],
    [0.5, 2.0, 2.0],
    [2.0, 0.5, 2.0],
    [2.0, 2.0, 0.5],
];
/// What a place in a list counts less the further it is down (Cormack, Clarke & Büttcher 2009); as the search fuses.
const FUSION: f64 = 60.0;
/// A gain of one, in whole numbers.
const ONE: f64 = 65_536.0;
/// The most that a click counts for having been far down.
const RARE: usize = 10;
/// Clicks held of one visitor, at most: the last.
const HELD: usize = 100;
/// Visitors under whom nothing is said.
pub const ENOUGH: usize = 100;
/// Standard errors of the bounds: 95 % over the eighteen blends that are compared with the usual one (Bonferroni).
const WIDTH: f64 = 2.99;

/// A product that a search showed: its place in the list by look, by colour and by words, from 1, where it was in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub item: ProductId,
    /// Where each part had it.
    pub places: [Option<u32>; 3],
}

/// What a click gains under each blend.
type Gains = [i64; BLENDS.len()];

/// All live clicks. In which order they come, and how often the same one does, changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clicks {
    of: BTreeMap<Visitor, BTreeMap<(i64, ProductId), Gains>>,
}

/// What the clicks say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// Which of [`BLENDS`] gained most.
    pub best: usize,
    /// By how much more than the usual one a visitor's clicks gain under it, in the mean, and its bounds.
    pub difference: [f64; 3],
    /// How many visitors clicked.
    pub visitors: usize,
    /// The weights to search by: the best's if they are surely better, or else the usual.
    pub weights: [f64; 3],
}

impl Clicks {
    /// Takes in a click on an item that `search` showed among others, best first; of what was not shown it says nothing.
    pub fn learn(&mut self, visitor: Visitor, search: i64, item: ProductId, shown: &[Shown]) {
        let Some(place) = shown.iter().position(|one| one.item == item) else { return };
        let clicks = self.of.entry(visitor).or_default();
        clicks.insert((search, item), gains(place, shown));
        if clicks.len() > HELD {
            clicks.pop_first();
        }
    }

    /// Whose they are, in which search, and on what; by visitor.
    pub fn iter(&self) -> impl Iterator<Item = (Visitor, i64, ProductId)> {
        self.of.iter().flat_map(|(visitor, clicks)| clicks.keys().map(|(search, item)| (*visitor, *search, *item)))
    }

    /// Takes out all that one visitor clicked; how much it was.
    pub fn forget(&mut self, visitor: Visitor) -> usize {
        self.of.remove(&visitor).map_or(0, |clicks| clicks.len())
    }

    /// Which weights the clicks speak for.
    pub fn choose(&self) -> Choice {
        let visitors = self.of.len();
        let sums = |at: usize| {
            self.of.values().fold((0i128, 0i128), |(sum, squares), clicks| {
                let more = i128::from(clicks.values().map(|gains| gains[at] - gains[0]).sum::<i64>());
                (sum + more, squares + more * more)
            })
        };
        // Of equals the first.
        let best = (0..BLENDS.len()).rev().max_by_key(|at| sums(*at).0).unwrap_or(0);
        let ((sum, squares), n) = (sums(best), visitors.max(1) as f64);
        let mean = sum as f64 / n;
        let error = ((squares as f64 / n - mean * mean).max(0.0) / (n - 1.0).max(1.0)).sqrt();
        let difference = [mean, mean - WIDTH * error, mean + WIDTH * error].map(|gain| gain / ONE);
        let surely = visitors >= ENOUGH && difference[1] > 0.0;
        Choice { best, difference, visitors, weights: BLENDS[if surely { best } else { 0 }] }
    }
}

/// What a click on the item at `place` gains under each blend: the gain of where it would stand (Järvelin & Kekäläinen
/// 2002), as often as visitors overlook that place (Joachims, Swaminathan & Schnabel 2017), up to [`RARE`].
fn gains(place: usize, shown: &[Shown]) -> Gains {
    let overlooked = (place + 1).min(RARE) as i64;
    BLENDS.map(|blend| {
        let score = |one: &Shown| -> f64 {
            let part = |(weight, place): (f64, Option<u32>)| place.map_or(0.0, |p| weight / (FUSION + f64::from(p)));
            blend.into_iter().zip(one.places).map(part).sum()
        };
        let own = score(&shown[place]);
        // Equals keep the order in which they were shown.
        let above = |(at, one): (usize, &Shown)| {
            let other = score(one);
            other > own || (other == own && at < place)
        };
        let would = shown.iter().enumerate().filter(|one| above(*one)).count();
        overlooked * (ONE / (would as f64 + 2.0).log2()).round() as i64
    })
}
