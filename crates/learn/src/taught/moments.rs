//! What a set of labelled rows is to a ridge: counts, sums and products, all whole numbers. Adding a row and taking it
//! away again leaves the very same bits, in any order.

use faer::{Accum, Mat, Par, linalg::matmul::matmul};
use std::collections::BTreeMap;
use vestry_model::{Row, STEP, ValueId};

/// Rows that are multiplied at once. A product of two numbers is below 2³⁰, so a sum of these many is exact in an `f64`.
const BLOCK: usize = 1024;

/// A picture with what it is taken for, and how much it counts.
#[derive(Debug, Clone, Copy)]
pub struct Example<'r> {
    /// What heads read of it.
    pub row: &'r Row,
    /// Its values.
    pub values: &'r [ValueId],
    /// How much it counts. With 2³³ of them, or 2¹⁷ of the heaviest of [`weight`], sums fit.
    pub weight: i64,
}

/// The weight of a picture of a value that `count` pictures have: all of them together count about as much as those of
/// any other value, so that a new value is found among many examples of the old. A power of two, which is another one
/// only when the count doubles; fewer than eight pictures count as if they were eight.
pub fn weight(count: usize) -> i64 {
    1 << (20 - count.clamp(8, 1 << 20).ilog2())
}

/// Weighted counts and sums of rows, as whole numbers of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moments {
    dimensions: usize,
    count: i64,
    /// Σ w.
    mass: i64,
    /// Σ w·x.
    sum: Vec<i64>,
    /// Σ w·x·xᵀ, its lower triangle row after row.
    square: Vec<i64>,
    classes: BTreeMap<ValueId, Class>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Class {
    count: i64,
    mass: i64,
    sum: Vec<i64>,
}

impl Class {
    fn none(dimensions: usize) -> Self {
        Self { count: 0, mass: 0, sum: vec![0; dimensions] }
    }
}

/// Whether rows come or go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// They come.
    Add,
    /// They go; they must have come.
    Remove,
}

/// Rows about a centre, in real numbers, scaled to the mass of as many rows of weight one: what a solver needs.
#[derive(Debug)]
pub(super) struct Centred {
    /// The mean row.
    pub(super) mean: Vec<f64>,
    /// Σ (x − mean)(x − mean)ᵀ.
    pub(super) square: Mat<f64>,
    /// For each class asked for: its share, and Σ (x − mean)(y − share).
    pub(super) classes: Vec<(f64, Vec<f64>)>,
}

/// The same rows, one by one and each by the root of its weight; the last is that of all rows of zeros.
#[derive(Debug)]
pub(super) struct CentredRows {
    pub(super) mean: Vec<f64>,
    /// Of each class asked for.
    pub(super) shares: Vec<f64>,
    /// x − mean, a row each.
    pub(super) rows: Mat<f64>,
    /// y − share, a column a class.
    pub(super) targets: Mat<f64>,
}

/// Rows of zeros beside the others.
struct Beside {
    /// How much they count.
    rows: i64,
    /// How much all count.
    whole: i64,
    /// What makes weights those of rows of weight one.
    scale: f64,
}

impl Moments {
    /// Of no rows of so many numbers.
    pub fn new(dimensions: usize) -> Self {
        let square = vec![0; dimensions * (dimensions + 1) / 2];
        Self { dimensions, count: 0, mass: 0, sum: vec![0; dimensions], square, classes: BTreeMap::new() }
    }

    /// How many rows.
    pub fn count(&self) -> i64 {
        self.count
    }

    /// The classes that occur, ascending.
    pub fn classes(&self) -> impl Iterator<Item = &ValueId> {
        self.classes.keys()
    }

    /// Takes examples in or out.
    ///
    /// # Panics
    /// When a row has another length.
    pub fn change(&mut self, examples: &[Example<'_>], sign: Sign) {
        assert!(examples.iter().all(|one| one.row.steps().len() == self.dimensions), "a row of another length");
        let factor: i64 = if sign == Sign::Add { 1 } else { -1 };
        let mut by_weight: Vec<Example<'_>> = examples.to_vec();
        by_weight.sort_by_key(|one| one.weight);
        for alike in by_weight.chunk_by(|a, b| a.weight == b.weight) {
            alike.chunks(BLOCK).for_each(|part| self.change_square(part, factor * part[0].weight));
        }
        for one in examples {
            let weight = factor * one.weight;
            self.count += factor;
            self.mass += weight;
            add(&mut self.sum, one.row, weight);
            for value in one.values {
                let class = self.classes.entry(value.clone()).or_insert_with(|| Class::none(self.dimensions));
                class.count += factor;
                class.mass += weight;
                add(&mut class.sum, one.row, weight);
            }
        }
        self.classes.retain(|_, class| class.count != 0);
    }

    /// Examples of one weight; `factor` is that weight with its sign.
    fn change_square(&mut self, examples: &[Example<'_>], factor: i64) {
        let d = self.dimensions;
        let mut at = self.square.iter_mut();
        if let [one] = examples {
            for (i, x) in one.row.steps().iter().enumerate() {
                let x = factor * i64::from(*x);
                one.row.steps()[..=i].iter().zip(&mut at).for_each(|(y, sum)| *sum += x * i64::from(*y));
            }
            return;
        }
        let block = Mat::from_fn(d, examples.len(), |i, n| f64::from(examples[n].row.steps()[i]));
        let mut product = Mat::<f64>::zeros(d, d);
        matmul(product.as_mut(), Accum::Replace, block.as_ref(), block.transpose(), 1.0, Par::rayon(0));
        for i in 0..d {
            // Whole numbers below 2⁴⁰: nothing is rounded.
            (0..=i).zip(&mut at).for_each(|(j, sum)| *sum += factor * product[(i, j)] as i64);
        }
    }

    /// These rows and those.
    pub fn plus(mut self, other: &Self) -> Self {
        self.merge(other, 1);
        self
    }

    /// These rows without those.
    pub fn minus(mut self, other: &Self) -> Self {
        self.merge(other, -1);
        self
    }

    fn merge(&mut self, other: &Self, factor: i64) {
        self.count += factor * other.count;
        self.mass += factor * other.mass;
        let sum = |to: &mut [i64], from: &[i64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
        sum(&mut self.sum, &other.sum);
        sum(&mut self.square, &other.square);
        for (value, from) in &other.classes {
            let class = self.classes.entry(value.clone()).or_insert_with(|| Class::none(self.dimensions));
            class.count += factor * from.count;
            class.mass += factor * from.mass;
            sum(&mut class.sum, &from.sum);
        }
        self.classes.retain(|_, class| class.count != 0);
    }

    /// About their mean, as if `extra` rows of zeros of the mean weight stood beside them, of which a share of `bias` had
    /// each class.
    pub(super) fn centred<'c>(&self, classes: impl Iterator<Item = (&'c ValueId, f64)>, extra: i64) -> Centred {
        let Beside { rows: beside, whole: n, scale } = self.beside(extra);
        let whole = n as f64;
        let mean = self.mean(whole);
        let mut square = Mat::<f64>::zeros(self.dimensions, self.dimensions);
        let mut at = self.square.iter();
        for i in 0..self.dimensions {
            for (j, product) in (0..=i).zip(&mut at) {
                // n·Σxy − Σx·Σy is whole, and rounded once.
                let centred = i128::from(n) * i128::from(*product) - i128::from(self.sum[i]) * i128::from(self.sum[j]);
                let value = centred as f64 / whole * (STEP * STEP * scale);
                (square[(i, j)], square[(j, i)]) = (value, value);
            }
        }
        let of_class = |(value, bias): (&ValueId, f64)| {
            let share = self.share(value, bias, beside, whole);
            let class = self.classes.get(value);
            let own = |at: usize| class.map_or(0.0, |class| class.sum[at] as f64);
            let cross = |at: usize| STEP * scale * (own(at) - share * self.sum[at] as f64);
            (share, (0..self.dimensions).map(cross).collect())
        };
        Centred { mean, square, classes: classes.map(of_class).collect() }
    }

    /// The same, of the rows themselves: `examples` are those of which these moments are.
    pub(super) fn centred_rows<'e>(
        &self,
        examples: impl Iterator<Item = Example<'e>>,
        classes: &[(&ValueId, f64)],
        extra: i64,
    ) -> CentredRows {
        let Beside { rows: beside, whole, scale } = self.beside(extra);
        let whole = whole as f64;
        let mean = self.mean(whole);
        let shares: Vec<f64> = classes.iter().map(|(value, bias)| self.share(value, *bias, beside, whole)).collect();
        let (d, n) = (self.dimensions, self.count as usize + 1);
        let (mut rows, mut targets) = (Mat::<f64>::zeros(n, d), Mat::<f64>::zeros(n, classes.len()));
        for (at, one) in examples.enumerate() {
            let root = (one.weight as f64 * scale).sqrt();
            (0..d).for_each(|i| rows[(at, i)] = root * (f64::from(one.row.steps()[i]) * STEP - mean[i]));
            for (c, (value, _)) in classes.iter().enumerate() {
                let is = f64::from(u8::from(one.values.contains(value)));
                targets[(at, c)] = root * (is - shares[c]);
            }
        }
        let root = (beside as f64 * scale).sqrt();
        (0..d).for_each(|i| rows[(n - 1, i)] = -root * mean[i]);
        classes.iter().enumerate().for_each(|(c, (_, bias))| targets[(n - 1, c)] = root * (bias - shares[c]));
        CentredRows { mean, shares, rows, targets }
    }

    fn beside(&self, extra: i64) -> Beside {
        let rows = if self.count > 0 { extra * self.mass / self.count } else { extra };
        let scale = if self.mass > 0 { self.count as f64 / self.mass as f64 } else { 1.0 };
        Beside { rows, whole: self.mass + rows, scale }
    }

    fn mean(&self, whole: f64) -> Vec<f64> {
        self.sum.iter().map(|sum| *sum as f64 * STEP / whole).collect()
    }

    fn share(&self, value: &ValueId, bias: f64, beside: i64, whole: f64) -> f64 {
        (self.classes.get(value).map_or(0.0, |class| class.mass as f64) + beside as f64 * bias) / whole
    }
}

fn add(sum: &mut [i64], row: &Row, factor: i64) {
    sum.iter_mut().zip(row.steps()).for_each(|(sum, x)| *sum += factor * i64::from(*x));
}
