//! A head from moments: ridge that shrinks toward what is shipped, not toward nothing.

use super::moments::{Centred, CentredRows, Example, Moments};
use crate::ridge::{NotFactorised, product};
use faer::{Mat, MatRef, Side, linalg::solvers::Solve};
use vestry_model::{Row, STEP, ValueId};

/// What is known of an attribute before anybody teaches: the shipped head over rows, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// Its values, ascending.
    classes: Vec<ValueId>,
    /// For each a row of weights, over rows in real numbers.
    weights: Vec<f64>,
    bias: Vec<f64>,
    dimensions: usize,
    /// Variance of rows, summed over their numbers: what penalties are measured in.
    spread: f64,
}

/// How many rows of nothing in particular the shipped head stands for: so much evidence moves its bias half way.
const WORTH: i64 = 10;

impl Prior {
    /// A shipped head: `weights` holds a row of `dimensions` numbers for each of `classes`.
    ///
    /// # Panics
    /// When the lengths do not fit.
    pub fn new(classes: Vec<ValueId>, weights: Vec<f64>, bias: Vec<f64>, dimensions: usize, spread: f64) -> Self {
        assert_eq!((weights.len(), bias.len()), (classes.len() * dimensions, classes.len()), "a row a class");
        assert!(classes.is_sorted() && spread > 0.0, "classes ascend, and rows vary");
        Self { classes, weights, bias, dimensions, spread }
    }

    /// Nothing is known.
    pub fn none(dimensions: usize, spread: f64) -> Self {
        Self::new(Vec::new(), Vec::new(), Vec::new(), dimensions, spread)
    }

    /// Its values.
    pub fn classes(&self) -> &[ValueId] {
        &self.classes
    }

    /// Numbers a row.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn weights_of(&self, class: &ValueId) -> Option<&[f64]> {
        let at = self.classes.binary_search(class).ok()?;
        Some(&self.weights[at * self.dimensions..(at + 1) * self.dimensions])
    }

    fn bias_of(&self, class: &ValueId) -> f64 {
        self.classes.binary_search(class).map_or(0.0, |at| self.bias[at])
    }

    /// The weights of these classes, a column each; nothing of those that are not known.
    fn columns(&self, classes: &[ValueId]) -> Mat<f64> {
        Mat::from_fn(self.dimensions, classes.len(), |i, c| {
            self.weights_of(&classes[c]).map_or(0.0, |weights| weights[i])
        })
    }

    /// The shipped head itself.
    pub fn head(&self) -> Scorer {
        Scorer { classes: self.classes.clone(), weights: self.weights.clone(), bias: self.bias.clone() }
    }
}

/// Weights over rows, before calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    /// Its values, ascending.
    pub classes: Vec<ValueId>,
    /// A row of weights a value.
    pub weights: Vec<f64>,
    /// A number a value.
    pub bias: Vec<f64>,
}

impl Scorer {
    /// `W·x + b`.
    pub fn scores(&self, row: &Row) -> Vec<f32> {
        let x: Vec<f64> = row.steps().iter().map(|step| f64::from(*step) * STEP).collect();
        let dot = |weights: &[f64]| weights.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>();
        let rows = self.weights.chunks_exact(x.len().max(1));
        rows.zip(&self.bias).map(|(weights, bias)| (bias + dot(weights)) as f32).collect()
    }
}

impl Scorer {
    /// [`Scorer::scores`] of many rows.
    pub(super) fn scores_of(&self, rows: &[&Row]) -> Vec<Vec<f32>> {
        let (d, k) = (rows.first().map_or(0, |row| row.steps().len()), self.classes.len());
        let mut found = Vec::with_capacity(rows.len());
        for part in rows.chunks(1024) {
            let block = Mat::from_fn(d, part.len(), |i, n| f64::from(part[n].steps()[i]) * STEP);
            let weights = MatRef::from_row_major_slice(&self.weights, k, d);
            let scores = product(weights, block.as_ref());
            found.extend((0..part.len()).map(|n| (0..k).map(|c| (scores[(c, n)] + self.bias[c]) as f32).collect()));
        }
        found
    }
}

/// Moments about their centre, from which a head costs solving as many equations as a row has numbers, or as there are
/// examples where these are fewer.
///
/// Minimises Σ w·|y − W·x − b|² + λ·spread·|W − W₀|² with ten more rows at zero that the shipped head answers as it
/// does (Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, 3.4.1, about another centre). With X the
/// centred rows and R what W₀ leaves of their answers, both by the root of their weights, W − W₀ is (XᵀX + λ·spread·I)⁻¹XᵀR,
/// and Xᵀ(XXᵀ + λ·spread·I)⁻¹R (18.3.5).
#[derive(Debug)]
pub struct Ridge<'p> {
    prior: &'p Prior,
    classes: Vec<ValueId>,
    shares: Vec<f64>,
    mean: Vec<f64>,
    /// What the shipped weights leave unexplained, a column a class: XᵀR, or R.
    left: Mat<f64>,
    /// XᵀX, or XXᵀ.
    square: Mat<f64>,
    /// X, where there are fewer examples than numbers.
    rows: Option<Mat<f64>>,
}

/// The values that a head of these moments knows: those that occur and those that are shipped, ascending.
pub(super) fn classes_of(moments: &Moments, prior: &Prior) -> Vec<ValueId> {
    let mut classes: Vec<ValueId> = moments.classes().chain(&prior.classes).cloned().collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

impl<'p> Ridge<'p> {
    /// Of these moments.
    pub fn new(moments: &Moments, prior: &'p Prior) -> Self {
        let classes = classes_of(moments, prior);
        let asked = classes.iter().map(|class| (class, prior.bias_of(class)));
        let Centred { mean, square, classes: found } = moments.centred(asked, WORTH);
        let mut left = Mat::from_fn(prior.dimensions, classes.len(), |i, c| found[c].1[i]);
        left -= product(square.as_ref(), prior.columns(&classes).as_ref());
        let shares = found.iter().map(|(share, _)| *share).collect();
        Self { prior, shares, classes, mean, left, square, rows: None }
    }

    /// Likewise, the same head in less time where there are fewer examples than numbers. `examples` are those of which these
    /// moments are; they come in one order, however they were learnt.
    pub fn of<'e>(moments: &Moments, examples: impl Iterator<Item = Example<'e>>, prior: &'p Prior) -> Self {
        if moments.count() >= prior.dimensions as i64 {
            return Self::new(moments, prior);
        }
        let classes = classes_of(moments, prior);
        let asked: Vec<(&ValueId, f64)> = classes.iter().map(|class| (class, prior.bias_of(class))).collect();
        let CentredRows { mean, shares, rows, targets } = moments.centred_rows(examples, &asked, WORTH);
        let left = targets - product(rows.as_ref(), prior.columns(&classes).as_ref());
        let square = product(rows.as_ref(), rows.transpose());
        Self { prior, shares, classes, mean, left, square, rows: Some(rows) }
    }

    /// The head for one penalty.
    pub fn solve(&self, lambda: f64) -> Result<Scorer, NotFactorised> {
        let mut penalised = self.square.clone();
        (0..penalised.nrows()).for_each(|i| penalised[(i, i)] += lambda * self.prior.spread);
        let factor = penalised.llt(Side::Lower).map_err(|_| NotFactorised)?;
        let solved = factor.solve(&self.left);
        Ok(match &self.rows {
            Some(rows) => self.scorer(&product(rows.transpose(), solved.as_ref())),
            None => self.scorer(&solved),
        })
    }

    fn scorer(&self, moved: &Mat<f64>) -> Scorer {
        let d = self.prior.dimensions;
        let mut weights = Vec::with_capacity(self.classes.len() * d);
        let mut bias = Vec::with_capacity(self.classes.len());
        for (c, class) in self.classes.iter().enumerate() {
            let known = self.prior.weights_of(class);
            let row: Vec<f64> = (0..d).map(|i| moved[(i, c)] + known.map_or(0.0, |known| known[i])).collect();
            bias.push(self.shares[c] - row.iter().zip(&self.mean).map(|(w, m)| w * m).sum::<f64>());
            weights.extend(row);
        }
        Scorer { classes: self.classes.clone(), weights, bias }
    }
}
