//! `fit`: histories → how much each item speaks for each other one.

use super::{
    histories::Histories,
    incidence::{Cell, CoItems, Incidence},
};
use crate::{hash::hash, ridge::product};
use faer::{
    Mat, Par, Side,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{cholesky::llt, solvers::DenseSolveCore},
};
use rayon::prelude::*;
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};
use vestry_model::{DeedKind, ProductId, Visitor};

/// Up to so many items all are solved at once; past that each over its `NEAREST` co-items.
pub const FEW: usize = 3_000;
/// Co-items that speak for an item, past [`FEW`].
const NEAREST: usize = 64;
/// Penalties to choose from.
const LAMBDAS: [f64; 9] = [3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0];
/// The penalty where nobody is held out.
const USUAL: f64 = 100.0;
/// Items that most visitors have, on which penalties are judged: five folds and nine penalties of more would take longer
/// than the model.
const JUDGED: usize = 200;
/// Parts into which visitors fall, by their ids.
const FOLDS: u64 = 5;

/// What goes with what. Two are equal when whatever they hold and answer is, whoever was forgotten on the way.
///
/// EASEᴿ (Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, 2019): the ridge regression of every item on all
/// others, B = I − P·diag(P)⁻¹ with P = (G + λI)⁻¹ and G = Σ w·wᵀ over visitors. Where items are many, each is regressed
/// on its nearest co-items alone, so that what a visitor moved is near to what they touched.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) incidence: Incidence,
    lambda: f64,
    /// By item, those it was regressed on and itself; empty where all were.
    co_items: Vec<CoItems>,
    /// By item, Σ w·wᵀ of its co-items and itself: a lower triangle. A copy of a model shares those that stay as they are.
    squares: Vec<Arc<Vec<u32>>>,
    /// By item, how much it speaks for others: ascending by place.
    pub(super) weights: Vec<Vec<(u32, f32)>>,
    /// Visitors who put an item into the cart or bought it.
    pub(super) in_baskets: Vec<u32>,
    /// Σ w of an item.
    pub(super) popularity: Vec<u32>,
}

/// The model of what is live.
pub fn fit(histories: &Histories) -> Model {
    let incidence = Incidence::new(histories);
    let items = incidence.items.len();
    let popularity = incidence.columns.iter().map(|column| column.iter().map(|c| u32::from(c.weight)).sum()).collect();
    let in_baskets = incidence.columns.iter().map(|column| column.iter().filter(|c| is_in_basket(c)).count() as u32);
    let in_baskets = in_baskets.collect();
    let lambda = choose(&incidence);
    let mut model = Model {
        incidence,
        lambda,
        co_items: vec![CoItems::default(); items],
        squares: vec![Arc::default(); items],
        weights: vec![Vec::new(); items],
        in_baskets,
        popularity,
    };
    if model.is_few() {
        model.solve_whole();
    } else {
        let items: Vec<u32> = model.all().collect();
        let chosen = model.by_sums(&items, |item, sums| model.nearest(item, sums));
        model.take(items, chosen);
        model.solve(model.all().collect());
    }
    model
}

pub(super) fn is_in_basket(cell: &Cell) -> bool {
    cell.weight >= DeedKind::Cart.weight()
}

impl Model {
    /// Takes a visitor out, so that this is the model that [`fit()`] makes without them; how many items they had.
    pub fn forget(&mut self, visitor: Visitor) -> usize {
        let row = self.incidence.forget(visitor);
        if row.is_empty() {
            return 0;
        }
        for cell in &row {
            self.popularity[cell.at as usize] -= u32::from(cell.weight);
            self.in_baskets[cell.at as usize] -= u32::from(is_in_basket(cell));
        }
        let lambda = std::mem::replace(&mut self.lambda, choose(&self.incidence));
        if self.is_few() {
            self.solve_whole();
            return row.len();
        }
        let mut touched = vec![0; self.incidence.items.len()];
        row.iter().for_each(|cell| touched[cell.at as usize] = u32::from(cell.weight));
        self.subtract(&touched);
        self.choose_again(&row);
        let rests = |item: &u32| self.co_items[*item as usize].items.iter().any(|at| touched[*at as usize] > 0);
        let resting = if self.lambda == lambda { self.all().filter(rests).collect() } else { self.all().collect() };
        self.solve(resting);
        row.len()
    }

    /// The penalty that was chosen.
    pub fn lambda(&self) -> f64 {
        self.lambda
    }

    /// How many visitors it is made of.
    pub fn visitors(&self) -> usize {
        self.incidence.rows.iter().filter(|row| !row.is_empty()).count()
    }

    /// Items that somebody has, ascending.
    pub fn items(&self) -> impl Iterator<Item = ProductId> {
        self.incidence.live().map(|at| self.incidence.items[at as usize])
    }

    /// Whether somebody has an item.
    pub fn knows(&self, item: ProductId) -> bool {
        self.incidence.at(item).is_some()
    }

    /// How much an item speaks for others, by item.
    pub fn weights(&self, item: ProductId) -> impl Iterator<Item = (ProductId, f32)> {
        let of = self.incidence.at(item).map_or(&[][..], |at| &self.weights[at as usize]);
        of.iter().map(|(at, weight)| (self.incidence.items[*at as usize], *weight))
    }

    /// Who has how much of an item, by visitor.
    pub fn held(&self, item: ProductId) -> impl Iterator<Item = (Visitor, u8)> {
        let of = self.incidence.at(item).map_or(&[][..], |at| &self.incidence.columns[at as usize]);
        of.iter().map(|cell| (self.incidence.visitors[cell.at as usize], cell.weight))
    }

    fn square(&self, item: ProductId) -> &[u32] {
        self.incidence.at(item).map_or(&[], |at| &self.squares[at as usize])
    }

    fn is_few(&self) -> bool {
        self.incidence.live().nth(FEW).is_none()
    }

    fn all(&self) -> Range<u32> {
        0..self.incidence.items.len() as u32
    }

    /// Takes somebody who had so much of each item out of the squares.
    fn subtract(&mut self, touched: &[u32]) {
        let subtract = |(square, of): (&mut Arc<Vec<u32>>, &CoItems)| {
            let had = (0..).zip(&of.items).map(|(n, at)| (n, touched[*at as usize])).filter(|(_, weight)| *weight > 0);
            let had: Vec<(usize, u32)> = had.collect();
            if !had.is_empty() {
                let square = Arc::make_mut(square);
                for (n, (i, a)) in had.iter().enumerate() {
                    had[..=n].iter().for_each(|(j, b)| square[i * (i + 1) / 2 + j] -= a * b);
                }
            }
        };
        self.squares.par_iter_mut().zip(&self.co_items).for_each(subtract);
    }

    /// What `choose` makes of the sums of each of these items with every other one.
    fn by_sums<T: Send>(&self, items: &[u32], choose: impl Fn(u32, &[u32]) -> T + Sync) -> Vec<T> {
        let of = |sums: &mut Vec<u32>, item: &u32| {
            self.incidence.sums(*item, sums);
            choose(*item, sums)
        };
        items.par_iter().map_init(|| vec![0; self.incidence.items.len()], of).collect()
    }

    fn nearest(&self, item: u32, sums: &[u32]) -> CoItems {
        self.incidence.nearest(item, sums, NEAREST)
    }

    /// Chooses co-items again after the visitor of `row` went. Other items share with each what they shared, but those of
    /// the row have come nearer to them.
    fn choose_again(&mut self, row: &[Cell]) {
        let mut items: Vec<u32> = row.iter().map(|cell| cell.at).collect();
        let nearer_to = |item: u32, sums: &[u32]| -> Vec<u32> {
            let others = (0..).zip(sums.iter().zip(&self.co_items));
            let displaced = others.filter(|(_, (sum, of))| self.incidence.displaces(item, **sum, of));
            displaced.map(|(at, _)| at).collect()
        };
        let (mut chosen, nearer): (Vec<CoItems>, Vec<Vec<u32>>) =
            self.by_sums(&items, |item, sums| (self.nearest(item, sums), nearer_to(item, sums))).into_iter().unzip();
        let mut others: BTreeSet<u32> = nearer.into_iter().flatten().collect();
        items.iter().for_each(|item| _ = others.remove(item));
        let others: Vec<u32> = others.into_iter().collect();
        chosen.extend(self.by_sums(&others, |item, sums| self.nearest(item, sums)));
        items.extend(others);
        self.take(items, chosen);
    }

    /// Takes the co-items that were chosen of these items, and counts the squares of those that are not as they were.
    fn take(&mut self, items: Vec<u32>, chosen: Vec<CoItems>) {
        let differs = |(item, chosen): (u32, CoItems)| {
            let known = std::mem::replace(&mut self.co_items[item as usize], chosen);
            (known.items != self.co_items[item as usize].items).then_some(item)
        };
        let others: Vec<u32> = items.into_iter().zip(chosen).filter_map(differs).collect();
        let blocks: Vec<&[u32]> = others.iter().map(|item| &self.co_items[*item as usize].items[..]).collect();
        let squares = self.incidence.squares(&blocks);
        others.iter().zip(squares).for_each(|(item, square)| self.squares[*item as usize] = Arc::new(square));
    }

    fn solve_whole(&mut self) {
        self.co_items.fill(CoItems::default());
        self.squares.fill(Arc::default());
        self.weights = everything(&self.incidence, self.lambda);
    }

    /// Solves these items over their co-items, and writes what speaks for them.
    fn solve(&mut self, items: Vec<u32>) {
        let mut again = vec![false; self.incidence.items.len()];
        items.iter().for_each(|item| again[*item as usize] = true);
        self.weights.par_iter_mut().for_each(|row| row.retain(|(to, _)| !again[*to as usize]));
        let solve = |item: &u32| {
            let (of, square) = (&self.co_items[*item as usize].items, &self.squares[*item as usize]);
            regression(square, of.partition_point(|other| other < item), self.lambda)
        };
        let solved: Vec<Vec<f32>> = items.par_iter().map(solve).collect();
        for (item, weights) in items.iter().zip(solved) {
            let others = self.co_items[*item as usize].items.iter().filter(|other| *other != item);
            others.zip(weights).for_each(|(from, weight)| self.weights[*from as usize].push((*item, weight)));
        }
        self.weights.par_iter_mut().for_each(|row| row.sort_unstable_by_key(|(to, _)| *to));
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.lambda == other.lambda
            && self.items().eq(other.items())
            && self.popular().eq(other.popular())
            && self.items().all(|item| {
                self.held(item).eq(other.held(item))
                    && self.weights(item).eq(other.weights(item))
                    && self.square(item) == other.square(item)
                    && self.goes_with(item).eq(other.goes_with(item))
            })
    }
}

/// Of the lower triangle of a square, the sum at a place.
fn sum(square: &[u32], (i, j): (usize, usize)) -> f64 {
    let (high, low) = (i.max(j), i.min(j));
    f64::from(square[high * (high + 1) / 2 + low])
}

/// How much the other items of this square speak for the one at a place: its ridge regression on them.
fn regression(square: &[u32], place: usize, lambda: f64) -> Vec<f32> {
    let n = (square.len() * 2).isqrt() - 1;
    let other = |i: usize| if i < place { i } else { i + 1 };
    let mut answer = Mat::from_fn(n, 1, |i, _| sum(square, (other(i), place)));
    let mut block = Mat::from_fn(n, n, |i, j| if i < j { 0.0 } else { sum(square, (other(i), other(j))) });
    (0..n).for_each(|i| block[(i, i)] += lambda);
    // One thread an item: there are thousands.
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
    let square = incidence.squares(&[&live]).swap_remove(0);
    let p = inverse(Mat::from_fn(live.len(), live.len(), |i, j| sum(&square, (i, j))), lambda);
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
    most.sort_by_key(|at| Reverse(incidence.columns[*at as usize].len()));
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
    let positions: HashMap<u32, usize> = items.iter().copied().zip(0..).collect();
    let of_fold = |fold: u64| {
        let mut square = Mat::<f64>::zeros(items.len(), items.len());
        let visitors = incidence.visitors.iter().zip(&incidence.rows);
        for (_, row) in visitors.filter(|(visitor, _)| hash(&visitor.0) % FOLDS == fold) {
            let place = |cell: &Cell| Some((*positions.get(&cell.at)?, f64::from(cell.weight)));
            let here: Vec<(usize, f64)> = row.iter().filter_map(place).collect();
            for (j, b) in &here {
                here.iter().for_each(|(i, a)| square[(*i, *j)] += a * b);
            }
        }
        square
    };
    (0..FOLDS).into_par_iter().map(of_fold).collect()
}
