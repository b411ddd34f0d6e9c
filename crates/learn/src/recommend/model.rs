//! `fit`: histories → how much each item speaks for each other one.

use super::{
    histories::Histories,
    incidence::{Cell, CoItems, Incidence},
    penalty::choose,
    solve::{Regression, everything},
    square::Square,
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};
use vestry_model::{DeedKind, ProductId, Visitor};

/// Up to so many items all are solved at once; past that each over its `NEAREST` co-items.
pub const FEW: usize = 3_000;
/// Co-items that speak for an item, past [`FEW`].
const NEAREST: usize = 100;

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
    /// By item, Σ w·wᵀ of its co-items and itself. A copy of a model shares those that stay as they are.
    squares: Vec<Arc<Square>>,
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
        let of = |sums: &mut Vec<u32>, item: u32| {
            model.incidence.sums(item, sums);
            model.incidence.nearest(item, (0..).zip(sums.iter().copied()), NEAREST)
        };
        model.co_items = model.all().into_par_iter().map_init(|| vec![0; items], of).collect();
        let blocks: Vec<&[u32]> = model.co_items.iter().map(|of| &of.items[..]).collect();
        model.squares = model.incidence.squares(&blocks).into_iter().map(Arc::new).collect();
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

    fn square(&self, item: ProductId) -> Option<&Square> {
        self.incidence.at(item).map(|at| &*self.squares[at as usize])
    }

    fn is_few(&self) -> bool {
        self.incidence.live().nth(FEW).is_none()
    }

    fn all(&self) -> Range<u32> {
        0..self.incidence.items.len() as u32
    }

    /// Takes somebody who had so much of each item out of the squares.
    fn subtract(&mut self, touched: &[u32]) {
        let subtract = |(square, of): (&mut Arc<Square>, &CoItems)| {
            let had = (0..).zip(&of.items).map(|(n, at)| (n, touched[*at as usize])).filter(|(_, weight)| *weight > 0);
            let had: Vec<(usize, u32)> = had.collect();
            if !had.is_empty() {
                let square = Arc::make_mut(square);
                for (n, (i, a)) in had.iter().enumerate() {
                    had[..=n].iter().for_each(|(j, b)| square.subtract((*i, *j), a * b));
                }
            }
        };
        self.squares.par_iter_mut().zip(&self.co_items).for_each(subtract);
    }

    /// Chooses co-items again after the visitor of `row` went. Other items share with each what they shared, but those of
    /// the row have come nearer to them.
    fn choose_again(&mut self, row: &[Cell]) {
        let sums_of = |cell: &Cell| {
            let mut sums = vec![0; self.incidence.items.len()];
            self.incidence.sums(cell.at, &mut sums);
            (cell.at, sums)
        };
        let rows: HashMap<u32, Vec<u32>> = row.par_iter().map(sums_of).collect();
        let displaced_by = |(item, sums): (&u32, &Vec<u32>)| -> Vec<(u32, u32)> {
            let others = (0..).zip(sums.iter().zip(&self.co_items));
            let displaced = others
                .filter(|(other, (sum, of))| self.incidence.displaces(*item, **sum, of) && !rows.contains_key(other));
            displaced.map(|(other, _)| (other, *item)).collect()
        };
        let mut newcomers: BTreeMap<u32, Vec<u32>> = row.iter().map(|cell| (cell.at, Vec::new())).collect();
        let displaced: Vec<Vec<(u32, u32)>> = rows.par_iter().map(displaced_by).collect();
        displaced.iter().flatten().for_each(|(item, by)| newcomers.entry(*item).or_default().push(*by));
        let again = |scratch: &mut Vec<u32>, (item, newcomers): (&u32, &Vec<u32>)| {
            let chosen = match rows.get(item) {
                Some(sums) => self.incidence.nearest(*item, (0..).zip(sums.iter().copied()), NEAREST),
                None => {
                    let (of, square) = (&self.co_items[*item as usize].items, &self.squares[*item as usize]);
                    let own = of.partition_point(|other| other < item);
                    let known = of.iter().zip(0..).map(|(other, at)| (*other, square.sum(at, own)));
                    let nearer = newcomers.iter().map(|other| (*other, rows[other][*item as usize]));
                    self.incidence.nearest(*item, known.chain(nearer), NEAREST)
                }
            };
            let differs = chosen.items != self.co_items[*item as usize].items;
            let square = differs.then(|| self.square_again(*item, &chosen, &rows, scratch));
            (*item, chosen, square)
        };
        let again: Vec<(u32, CoItems, Option<Square>)> =
            newcomers.par_iter().map_init(|| vec![0; self.incidence.items.len()], again).collect();
        for (item, chosen, square) in again {
            self.co_items[item as usize] = chosen;
            square.into_iter().for_each(|square| self.squares[item as usize] = Arc::new(square));
        }
    }

    /// The square of an item over the co-items that were chosen now: what it knew of those that it had, and for the others
    /// `rows` of sums, counted here where there is none.
    fn square_again(&self, item: u32, chosen: &CoItems, rows: &HashMap<u32, Vec<u32>>, sums: &mut [u32]) -> Square {
        let (known, square) = (&self.co_items[item as usize].items, &self.squares[item as usize]);
        let mut row_of = |newcomer: u32| -> Vec<u32> {
            let row = rows.get(&newcomer).map_or_else(
                || {
                    self.incidence.sums(newcomer, sums);
                    &*sums
                },
                Vec::as_slice,
            );
            chosen.items.iter().map(|other| row[*other as usize]).collect()
        };
        let places: Vec<Result<usize, Vec<u32>>> =
            (chosen.items.iter()).map(|other| known.binary_search(other).map_err(|_| row_of(*other))).collect();
        let sum = |(i, j): (usize, usize)| match (&places[i], &places[j]) {
            (Err(row), _) => row[j],
            (_, Err(row)) => row[i],
            (Ok(i), Ok(j)) => square.sum(*i, *j),
        };
        (0..places.len()).flat_map(|i| (0..=i).map(move |j| (i, j))).map(sum).collect()
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
        let solve = |regression: &mut Regression, item: &u32| {
            let (of, square) = (&self.co_items[*item as usize].items, &self.squares[*item as usize]);
            regression.weights(square, of.partition_point(|other| other < item), self.lambda)
        };
        let solved: Vec<Vec<f32>> = items.par_iter().map_init(|| Regression::of_up_to(NEAREST), solve).collect();
        for (item, weights) in items.iter().zip(solved) {
            let others = self.co_items[*item as usize].items.iter().filter(|other| *other != item);
            others.zip(weights).for_each(|(from, weight)| self.weights[*from as usize].push((*item, weight)));
        }
        // What stayed and what came are in order, which a stable sort makes use of.
        self.weights.par_iter_mut().for_each(|row| row.sort_by_key(|(to, _)| *to));
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
