//! `fit`: histories → how much each item speaks for each other one.

use super::{
    histories::{Histories, Kind, Visitor},
    incidence::{Cell, Incidence, Positions},
};
use crate::{hash::hash, ridge::product};
use faer::{
    Mat, Par, Side,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{cholesky::llt, solvers::DenseSolveCore},
};
use rayon::prelude::*;
use std::collections::BTreeSet;
use vestry_model::ProductId;

/// Up to so many items all are solved at once; past that each over its [`STRONGEST`] co-items.
pub const FEW: usize = 3_000;
/// Co-items that speak for an item, past [`FEW`].
const STRONGEST: usize = 100;
/// Penalties to choose from.
const LAMBDAS: [f64; 8] = [3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];
/// The penalty where nobody is held out.
const USUAL: f64 = 100.0;
/// Items that most visitors have, on which penalties are judged. On 1,447 films 500 and all chose alike.
const JUDGED: usize = 300;
/// Parts into which visitors fall, by their ids.
const FOLDS: u64 = 5;

/// What goes with what. Two are equal when whatever they hold and answer is, whoever was forgotten on the way.
///
/// EASEᴿ (Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, 2019): the ridge regression of every item on all
/// others, B = I − P·diag(P)⁻¹ with P = (G + λI)⁻¹ and G = Σ w·wᵀ over visitors. Where items are many, each is regressed
/// on its strongest co-items alone, so that what a visitor moved is near to what they touched.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) incidence: Incidence,
    lambda: f64,
    /// By item, those it was regressed on; empty where all were.
    co_items: Vec<Vec<u32>>,
    /// By item, how much it speaks for others: ascending by place.
    pub(super) weights: Vec<Vec<(u32, f32)>>,
    /// Visitors who put an item into the cart or bought it.
    pub(super) in_baskets: Vec<u32>,
}

/// The model of what is live.
pub fn fit(histories: &Histories) -> Model {
    let incidence = Incidence::new(histories);
    let items = incidence.items.len();
    let in_baskets = incidence.columns.iter().map(|column| column.iter().filter(|c| is_in_basket(c)).count() as u32);
    let in_baskets = in_baskets.collect();
    let lambda = choose(&incidence);
    let mut model =
        Model { incidence, lambda, co_items: vec![Vec::new(); items], weights: vec![Vec::new(); items], in_baskets };
    model.solve((0..items as u32).collect());
    model
}

pub(super) fn is_in_basket(cell: &Cell) -> bool {
    cell.weight >= Kind::Cart.weight()
}

impl Model {
    /// Takes a visitor out, so that this is the model that [`fit()`] makes without them; how many items they had.
    pub fn forget(&mut self, visitor: Visitor) -> usize {
        let was_few = self.is_few();
        let row = self.incidence.forget(visitor);
        if row.is_empty() {
            return 0;
        }
        row.iter().filter(|cell| is_in_basket(cell)).for_each(|cell| self.in_baskets[cell.at as usize] -= 1);
        let lambda = choose(&self.incidence);
        let all = (0..self.incidence.items.len() as u32).collect();
        if was_few || self.is_few() || lambda != self.lambda {
            self.lambda = lambda;
            self.solve_after(&row, all);
        } else {
            let touched: BTreeSet<u32> = row.iter().map(|cell| cell.at).collect();
            let rests = |item: &u32| {
                touched.contains(item) || self.co_items[*item as usize].iter().any(|at| touched.contains(at))
            };
            let resting = all.into_iter().filter(rests).collect();
            self.solve_after(&row, resting);
        }
        row.len()
    }

    /// The penalty that was chosen.
    pub fn lambda(&self) -> f64 {
        self.lambda
    }

    /// Items that somebody has, ascending.
    pub fn items(&self) -> impl Iterator<Item = ProductId> {
        self.incidence.live().map(|at| self.incidence.items[at as usize])
    }

    /// How much an item speaks for others, by item.
    pub fn weights(&self, item: ProductId) -> impl Iterator<Item = (ProductId, f32)> {
        let of = self.incidence.at(item).map_or(&[][..], |at| &self.weights[at as usize]);
        of.iter().map(|(at, weight)| (self.incidence.items[*at as usize], *weight))
    }

    /// Who has how much of an item.
    fn held(&self, item: ProductId) -> impl Iterator<Item = (Visitor, u8)> {
        let of = self.incidence.at(item).map_or(&[][..], |at| &self.incidence.columns[at as usize]);
        of.iter().map(|cell| (self.incidence.visitors[cell.at as usize], cell.weight))
    }

    fn is_few(&self) -> bool {
        self.incidence.live().nth(FEW).is_none()
    }

    /// Solves these items again, after the visitor of `row` went; only what they touched can have other co-items.
    fn solve_after(&mut self, row: &[Cell], items: Vec<u32>) {
        row.iter().for_each(|cell| self.co_items[cell.at as usize].clear());
        self.solve(items);
    }

    /// Solves these items, and writes what speaks for them.
    fn solve(&mut self, items: Vec<u32>) {
        if self.is_few() {
            self.co_items.iter_mut().for_each(Vec::clear);
            self.weights = everything(&self.incidence, self.lambda);
            return;
        }
        let (incidence, lambda, co_items) = (&self.incidence, self.lambda, &self.co_items);
        let count = incidence.items.len();
        let scratch = || (vec![0; count], Positions::new(count));
        let solved: Vec<(u32, Vec<u32>, Vec<f32>)> = items
            .par_iter()
            .map_init(scratch, |(sums, positions), item| {
                let of = match co_items[*item as usize].as_slice() {
                    [] => incidence.strongest(*item, STRONGEST, sums),
                    known => known.to_vec(),
                };
                let weights = regression(incidence, *item, &of, lambda, positions);
                (*item, of, weights)
            })
            .collect();
        let mut again = vec![false; count];
        items.iter().for_each(|item| again[*item as usize] = true);
        self.weights.par_iter_mut().for_each(|row| row.retain(|(to, _)| !again[*to as usize]));
        for (item, of, weights) in solved {
            of.iter().zip(weights).for_each(|(from, weight)| self.weights[*from as usize].push((item, weight)));
            self.co_items[item as usize] = of;
        }
        self.weights.par_iter_mut().for_each(|row| row.sort_unstable_by_key(|(to, _)| *to));
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.lambda == other.lambda
            && self.items().eq(other.items())
            && self.items().all(|item| {
                self.held(item).eq(other.held(item))
                    && self.weights(item).eq(other.weights(item))
                    && self.baskets(item) == other.baskets(item)
            })
    }
}

/// How much `of` speak for `item`: the ridge regression of it on them.
fn regression(incidence: &Incidence, item: u32, of: &[u32], lambda: f64, positions: &mut Positions) -> Vec<f32> {
    let n = of.len();
    if n == 0 {
        return Vec::new();
    }
    let together: Vec<u32> = of.iter().copied().chain([item]).collect();
    let mut square = incidence.square(&together, positions);
    (0..n).for_each(|i| square[(i, i)] += lambda);
    let mut answer = Mat::from_fn(n, 1, |i, _| square[(i, n)]);
    // One thread an item: there are thousands.
    let mut block = square.submatrix_mut(0, 0, n, n);
    let scratch = llt::factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch.or(llt::solve::solve_in_place_scratch::<f64>(n, 1, Par::Seq)));
    let stack = MemStack::new(&mut memory);
    llt::factor::cholesky_in_place(block.as_mut(), Default::default(), Par::Seq, stack, Default::default())
        .expect("a sum of squares and a penalty is positive definite");
    llt::solve::solve_in_place(block.as_ref(), answer.as_mut(), Par::Seq, stack);
    (0..n).map(|i| answer[(i, 0)] as f32).collect()
}

/// (G + λI)⁻¹.
fn inverse(mut square: Mat<f64>, lambda: f64) -> Mat<f64> {
    (0..square.nrows()).for_each(|i| square[(i, i)] += lambda);
    square.llt(Side::Lower).expect("a sum of squares and a penalty is positive definite").inverse()
}

/// The weights of all items on all.
fn everything(incidence: &Incidence, lambda: f64) -> Vec<Vec<(u32, f32)>> {
    let live: Vec<u32> = incidence.live().collect();
    let mut weights = vec![Vec::new(); incidence.items.len()];
    let p = inverse(incidence.square(&live, &mut Positions::new(incidence.items.len())), lambda);
    for (i, from) in live.iter().enumerate() {
        let weight = |(j, to): (usize, &u32)| (*to, (-p[(i, j)] / p[(j, j)]) as f32);
        weights[*from as usize] = live.iter().enumerate().filter(|(j, _)| *j != i).map(weight).collect();
    }
    weights
}

/// The penalty under which what visitors have is best told from what else they have, by weights fitted without them.
///
/// With P of the other folds, the squared error of item j over a fold's visitors is (P·G_fold·P)ⱼⱼ / Pⱼⱼ².
fn choose(incidence: &Incidence) -> f64 {
    let mut most: Vec<u32> = incidence.live().collect();
    most.sort_by_key(|at| std::cmp::Reverse(incidence.columns[*at as usize].len()));
    most.truncate(JUDGED);
    let folds = squares_by_fold(incidence, &most);
    let n = most.len();
    let all = folds.iter().fold(Mat::<f64>::zeros(n, n), |sum, fold| sum + fold);
    let held_out: Vec<&Mat<f64>> = folds.iter().filter(|fold| (0..n).any(|i| fold[(i, i)] > 0.0)).collect();
    if held_out.len() < 2 {
        return USUAL;
    }
    let error = |lambda: f64| -> f64 {
        let of_fold = |fold: &&Mat<f64>| {
            let p = inverse(&all - *fold, lambda);
            let left = product(fold.as_ref(), p.as_ref());
            let squared = |j: usize| (0..n).map(|i| p[(i, j)] * left[(i, j)]).sum::<f64>() / p[(j, j)].powi(2);
            (0..n).map(squared).sum::<f64>()
        };
        held_out.iter().map(of_fold).sum()
    };
    let errors: Vec<f64> = LAMBDAS.par_iter().map(|lambda| error(*lambda)).collect();
    let best = (0..LAMBDAS.len()).min_by(|a, b| errors[*a].total_cmp(&errors[*b]));
    best.map_or(USUAL, |at| LAMBDAS[at])
}

/// Σ w·wᵀ of these items over the visitors of each fold, which follows from who they are.
fn squares_by_fold(incidence: &Incidence, items: &[u32]) -> Vec<Mat<f64>> {
    let mut positions = Positions::new(incidence.items.len());
    positions.set(items);
    let mut folds = vec![Mat::<f64>::zeros(items.len(), items.len()); FOLDS as usize];
    for (visitor, row) in incidence.visitors.iter().zip(&incidence.rows) {
        let fold = &mut folds[(hash(&visitor.0) % FOLDS) as usize];
        let here: Vec<(usize, f64)> =
            row.iter().filter_map(|cell| Some((positions.of(cell.at)?, f64::from(cell.weight)))).collect();
        for (i, a) in &here {
            here.iter().for_each(|(j, b)| fold[(*i, *j)] += a * b);
        }
    }
    folds
}
