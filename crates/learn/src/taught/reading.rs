//! Features as taught heads read them: projected by a shipped matrix that never saw a member, then rounded once.

use crate::{
    Samples,
    ridge::{NotFactorised, mean, product},
};
use faer::{Mat, Side};

/// Binary digits of a row's number behind the point.
pub const FRACTION: u32 = 10;
/// What one step of a row's number is.
pub const STEP: f64 = 1.0 / (1u32 << FRACTION) as f64;

/// What a picture is to a taught head: fixed-point numbers of [`STEP`], so that sums of them are exact and commute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Box<[i16]>);

impl Row {
    /// A row of these numbers, each in steps of [`STEP`].
    pub fn new(steps: Vec<i16>) -> Self {
        Self(steps.into())
    }

    /// Its numbers.
    pub fn steps(&self) -> &[i16] {
        &self.0
    }
}

/// The shipped projection: `round((x − mean) · matrix)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    mean: Vec<f32>,
    /// One row of `mean.len()` numbers for each number of a [`Row`].
    matrix: Vec<f32>,
}

/// A projection whose parts do not fit together.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("the projection of taught heads has parts that do not fit; make the head set again with `vestry learn`")]
pub struct NotAReading;

impl Reading {
    /// `matrix` has whole rows of `mean.len()` numbers, row after row.
    pub fn new(mean: Vec<f32>, matrix: Vec<f32>) -> Result<Self, NotAReading> {
        let is_whole = !mean.is_empty() && !matrix.is_empty() && matrix.len().is_multiple_of(mean.len());
        let is_finite = mean.iter().chain(&matrix).all(|v| v.is_finite());
        if is_whole && is_finite { Ok(Self { mean, matrix }) } else { Err(NotAReading) }
    }

    /// The `dimensions` directions along which `samples` vary most, or as many as they vary along (principal components;
    /// Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, 14.5).
    pub fn fit(samples: &Samples, dimensions: usize) -> Result<Self, NotFactorised> {
        let (n, mean) = (samples.len(), mean(samples));
        let centred = Mat::from_fn(n, mean.len(), |i, j| f64::from(samples.row(i)[j]) - mean[j]);
        let gram = product(centred.as_ref(), centred.transpose());
        let eigen = gram.self_adjoint_eigen(Side::Lower).map_err(|_| NotFactorised)?;
        let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
        let largest = values.last().copied().unwrap_or(0.0);
        let directions = product(centred.transpose(), eigen.U());
        let mut matrix = Vec::new();
        for at in (0..n).rev().take(dimensions).filter(|at| values[*at] > 1e-9 * largest && values[*at] > 0.0) {
            let norm = values[at].sqrt();
            matrix.extend(directions.col(at).iter().map(|v| (v / norm) as f32));
        }
        Self::new(mean.iter().map(|m| *m as f32).collect(), matrix).map_err(|_| NotFactorised)
    }

    /// What it takes off features before it turns them.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Its directions, row after row.
    pub fn matrix(&self) -> &[f32] {
        &self.matrix
    }

    /// How many numbers a [`Row`] has.
    pub fn dimensions(&self) -> usize {
        self.matrix.len() / self.mean.len()
    }

    /// The row of `features`. What is past the range of a row is held at its end.
    ///
    /// # Panics
    /// When `features` has another length than the mean.
    pub fn row(&self, features: &[f32]) -> Row {
        assert_eq!(features.len(), self.mean.len(), "a projection reads the features it was made for");
        let centred: Vec<f32> = features.iter().zip(&self.mean).map(|(x, m)| x - m).collect();
        let along = |direction: &[f32]| direction.iter().zip(&centred).map(|(w, x)| w * x).sum::<f32>();
        // `as` holds at the ends of the range.
        Row(self.matrix.chunks_exact(centred.len()).map(|w| (f64::from(along(w)) / STEP).round() as i16).collect())
    }

    /// A head over rows as one over features: `W·P` and `b − W·P·mean`; rounding aside it answers the same.
    pub fn over_features(&self, weights: &[f64], bias: &[f64]) -> (Vec<f32>, Vec<f32>) {
        let (d, r) = (self.mean.len(), self.dimensions());
        let whole: Vec<Vec<f64>> = weights
            .chunks_exact(r)
            .map(|row| {
                let mut out = vec![0.0f64; d];
                for (w, direction) in row.iter().zip(self.matrix.chunks_exact(d)) {
                    out.iter_mut().zip(direction).for_each(|(o, p)| *o += w * f64::from(*p));
                }
                out
            })
            .collect();
        let moved = |row: &Vec<f64>| row.iter().zip(&self.mean).map(|(w, m)| w * f64::from(*m)).sum::<f64>();
        let bias = bias.iter().zip(&whole).map(|(b, row)| (b - moved(row)) as f32).collect();
        (whole.into_iter().flatten().map(|w| w as f32).collect(), bias)
    }
}
