//! Which directions of features taught heads read.

use crate::{
    Samples,
    ridge::{NotFactorised, mean, product},
};
use faer::{Mat, Side};
use vestry_model::Reading;

/// What of the directions is kept: those below this share of the largest are noise of the arithmetic.
const NEGLIGIBLE: f64 = 1e-9;

/// The `dimensions` directions along which `samples` vary most, or as many as they vary along (principal components;
/// Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, 14.5).
pub fn reading(samples: &Samples, dimensions: usize) -> Result<Reading, NotFactorised> {
    let (n, mean) = (samples.len(), mean(samples));
    let centred = Mat::from_fn(n, mean.len(), |i, j| f64::from(samples.row(i)[j]) - mean[j]);
    let gram = product(centred.as_ref(), centred.transpose());
    let eigen = gram.self_adjoint_eigen(Side::Lower).map_err(|_| NotFactorised)?;
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    let least = NEGLIGIBLE * values.last().copied().unwrap_or(0.0);
    let kept: Vec<usize> = (0..n).rev().take(dimensions).filter(|at| values[*at] > least.max(0.0)).collect();
    let directions = product(centred.transpose(), eigen.U());
    let direction = |at: &usize| {
        let norm = values[*at].sqrt();
        directions.col(*at).iter().map(|v| (v / norm) as f32).collect::<Vec<_>>()
    };
    let spread = kept.iter().map(|at| values[*at]).sum::<f64>() / n as f64;
    let mean = mean.iter().map(|m| *m as f32).collect();
    Reading::new(mean, kept.iter().flat_map(direction).collect(), spread as f32).map_err(|_| NotFactorised)
}
