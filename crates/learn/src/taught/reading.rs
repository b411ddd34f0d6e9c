//! Which directions of features taught heads read.

use crate::{
    Samples,
    ridge::{BLOCK, NotFactorised, centred, mean, product},
};
use faer::{Mat, Side};
use vestry_model::Reading;

/// What of the directions is kept: those below this share of the largest are noise of the arithmetic.
const NEGLIGIBLE: f64 = 1e-9;

/// The `dimensions` directions along which `samples` vary most, or as many as they vary along (principal components;
/// Hastie, Tibshirani, Friedman, *The Elements of Statistical Learning*, 14.5).
pub fn reading(samples: &Samples, dimensions: usize) -> Result<Reading, NotFactorised> {
    let (n, mean) = (samples.len(), mean(&[samples]));
    // The smaller of the two squares has the same values.
    let of_rows = (n <= mean.len()).then(|| centred(&[samples], &mean, 0, n));
    let square = match &of_rows {
        Some(rows) => product(rows.as_ref(), rows.transpose()),
        None => (0..n).step_by(BLOCK).fold(Mat::zeros(mean.len(), mean.len()), |sum, start| {
            let block = centred(&[samples], &mean, start, BLOCK.min(n - start));
            sum + product(block.transpose(), block.as_ref())
        }),
    };
    let eigen = square.self_adjoint_eigen(Side::Lower).map_err(|_| NotFactorised)?;
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    let least = NEGLIGIBLE * values.last().copied().unwrap_or(0.0);
    let strongest = (0..values.len()).rev().take(dimensions);
    let kept: Vec<usize> = strongest.filter(|at| values[*at] > least.max(0.0)).collect();
    let directions = match &of_rows {
        Some(rows) => product(rows.transpose(), eigen.U()),
        None => eigen.U().to_owned(),
    };
    let direction = |at: &usize| {
        let norm = if of_rows.is_some() { values[*at].sqrt() } else { 1.0 };
        directions.col(*at).iter().map(|v| (v / norm) as f32).collect::<Vec<_>>()
    };
    let spread = kept.iter().map(|at| values[*at]).sum::<f64>() / n as f64;
    let mean = mean.iter().map(|m| *m as f32).collect();
    Reading::new(mean, kept.iter().flat_map(direction).collect(), spread as f32).map_err(|_| NotFactorised)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::Draws, sample::Sample};
    use vestry_model::ValueId;

    fn samples(count: usize) -> Samples {
        let mut draws = Draws::new(7);
        let rows = (0..count).map(|i| Sample {
            id: format!("{i:04}"),
            label: 0,
            features: (0..6).map(|j| draws.below(1000) as f32 / 1000.0 * (1.0 + j as f32)).collect(),
        });
        Samples::new(vec![ValueId::new("a").expect("an id")], rows.collect()).expect("examples")
    }

    /// Few examples or many, directions are orthonormal and the strongest comes first.
    #[test]
    fn directions_are_orthonormal_and_sorted() {
        for (count, kept) in [(4, 3), (60, 6), (2_000, 6)] {
            let (samples, found) = (samples(count), reading(&samples(count), 6).expect("factorises"));
            assert_eq!(found.dimensions(), kept, "{count} examples vary along as many directions");
            let directions: Vec<&[f32]> = found.matrix().chunks_exact(6).collect();
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let variance = |direction: &[f32]| {
                let along = |i: usize| dot(samples.row(i), direction) - dot(found.mean(), direction);
                (0..count).map(|i| along(i).powi(2)).sum::<f32>() / count as f32
            };
            let variances: Vec<f32> = directions.iter().map(|direction| variance(direction)).collect();
            for (i, a) in directions.iter().enumerate() {
                for (j, b) in directions.iter().enumerate() {
                    assert!((dot(a, b) - f32::from(u8::from(i == j))).abs() < 1e-4, "{count}: {i} {j}");
                }
            }
            assert!(variances.windows(2).all(|pair| pair[0] >= pair[1] * 0.999), "{variances:?}");
            let all: f32 = variances.iter().sum();
            assert!((found.spread() / all - 1.0).abs() < 1e-3, "{} for {all}", found.spread());
        }
    }
}
