//! One-vs-rest ridge regression.

use crate::Samples;
use faer::{Accum, Mat, MatRef, Par, Side, linalg::matmul::matmul, prelude::Solve};

/// Rows handled at a time, so that a large set is never held in double precision as a whole.
pub(crate) const BLOCK: usize = 1024;

/// Weights and biases of one head before calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One row a class.
    pub weights: Vec<f32>,
    /// One number a class.
    pub bias: Vec<f32>,
}

impl Weights {
    /// `W·x + b`.
    pub fn scores(&self, features: &[f32]) -> Vec<f32> {
        let dot = |row: &[f32]| row.iter().zip(features).map(|(w, x)| w * x).sum::<f32>();
        self.weights.chunks_exact(features.len()).zip(&self.bias).map(|(row, bias)| bias + dot(row)).collect()
    }
}

/// Centred examples, multiplied out: what is left for a λ is to solve as many equations as there are examples or numbers,
/// whichever are fewer.
///
/// With n examples of d numbers the smaller of the n×n and d×d Gram matrices is kept (Hastie, Tibshirani, Friedman, *The
/// Elements of Statistical Learning*, 3.4.1 and 18.3.5).
#[derive(Debug)]
pub struct Ridge {
    mean: Vec<f64>,
    shares: Vec<f64>,
    gram: Mat<f64>,
    /// Right sides, one column a class: targets, or their products with the examples.
    targets: Mat<f64>,
    /// The examples, n×d, where their Gram matrix is kept and not that of their numbers.
    rows: Option<Mat<f64>>,
    scale: f64,
}

/// The equations have no solution: the features are degenerate.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("the features could not be factorised; look for rows that are all equal or very large")]
pub struct NotFactorised;

impl Ridge {
    /// Of `samples` and other looks at them, each class against the rest with target 1 and 0.
    pub fn new(samples: &Samples) -> Self {
        let looks = samples.looks();
        let (one, d, k) = (samples.len(), samples.dimensions(), samples.classes().len());
        let n = looks.len() * one;
        let mean = mean(&looks);
        let mut shares = vec![0.0; k];
        samples.labels().iter().for_each(|label| shares[*label] += 1.0 / one as f64);
        let target = |i: usize, class: usize| f64::from(u8::from(samples.labels()[i % one] == class)) - shares[class];
        let (gram, targets, rows) = if n <= d {
            let rows = centred(&looks, &mean, 0, n);
            (product(rows.as_ref(), rows.transpose()), Mat::from_fn(n, k, target), Some(rows))
        } else {
            let (mut square, mut cross) = (Mat::<f64>::zeros(d, d), Mat::<f64>::zeros(d, k));
            for start in (0..n).step_by(BLOCK) {
                let block = centred(&looks, &mean, start, BLOCK.min(n - start));
                let targets = Mat::from_fn(block.nrows(), k, |i, c| target(start + i, c));
                matmul(square.as_mut(), Accum::Add, block.transpose(), block.as_ref(), 1.0, Par::rayon(0));
                matmul(cross.as_mut(), Accum::Add, block.transpose(), targets.as_ref(), 1.0, Par::Seq);
            }
            (square, cross, None)
        };
        let total: f64 = gram.diagonal().column_vector().iter().sum();
        Self { mean, shares, gram, targets, rows, scale: (total / n as f64).max(f64::MIN_POSITIVE) }
    }

    /// The head for `lambda`, above 0, in units of the mean squared distance of an example from the centre, so that a grid
    /// means the same for every backbone and every size of set.
    pub fn weights(&self, lambda: f64) -> Result<Weights, NotFactorised> {
        let mut penalised = self.gram.clone();
        penalised.diagonal_mut().column_vector_mut().iter_mut().for_each(|v| *v += lambda * self.scale);
        let factor = penalised.llt(Side::Lower).map_err(|_| NotFactorised)?;
        let solved = factor.solve(&self.targets);
        let weights = match &self.rows {
            Some(rows) => product(rows.transpose(), solved.as_ref()),
            None => solved,
        };
        let bias = |class: usize| {
            let moved: f64 = weights.col(class).iter().zip(&self.mean).map(|(w, m)| w * m).sum();
            (self.shares[class] - moved) as f32
        };
        let k = self.targets.ncols();
        Ok(Weights {
            bias: (0..k).map(bias).collect(),
            weights: (0..k).flat_map(|c| weights.col(c).iter().map(|w| *w as f32).collect::<Vec<_>>()).collect(),
        })
    }
}

/// The mean of all examples under all `looks`.
pub(crate) fn mean(looks: &[&Samples]) -> Vec<f64> {
    let rows = looks.iter().flat_map(|look| (0..look.len()).map(|i| look.row(i)));
    let mut mean = vec![0.0; looks.first().map_or(0, |look| look.dimensions())];
    let mut count = 0.0;
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += f64::from(*x));
        count += 1.0;
    }
    mean.iter_mut().for_each(|m| *m /= count);
    mean
}

/// `count` examples from `start` on about `mean`, a row each; one look after the other.
pub(crate) fn centred(looks: &[&Samples], mean: &[f64], start: usize, count: usize) -> Mat<f64> {
    let one = looks.first().map_or(1, |look| look.len());
    let row = |i: usize| looks[i / one].row(i % one);
    Mat::from_fn(count, mean.len(), |i, j| f64::from(row(start + i)[j]) - mean[j])
}

/// `left · right`.
pub(crate) fn product(left: MatRef<'_, f64>, right: MatRef<'_, f64>) -> Mat<f64> {
    let mut out = Mat::zeros(left.nrows(), right.ncols());
    matmul(out.as_mut(), Accum::Replace, left, right, 1.0, Par::rayon(0));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::Draws, sample::Sample};
    use vestry_model::ValueId;

    fn samples(n: usize, d: usize, k: usize) -> Samples {
        let mut draws = Draws::new((n * 1000 + d) as u64);
        let classes = (0..k).map(|c| ValueId::new(&format!("c{c}")).expect("an id")).collect();
        let rows = (0..n).map(|i| Sample {
            id: format!("{i:04}"),
            label: i % k,
            features: (0..d).map(|_| draws.below(2000) as f32 / 1000.0).collect(),
        });
        Samples::new(classes, rows.collect()).expect("examples")
    }

    /// Gaussian elimination on the normal equations of the centred data, as a textbook has them.
    fn naive(samples: &Samples, lambda: f64) -> Vec<Vec<f64>> {
        let (n, d) = (samples.len(), samples.dimensions());
        let mean = mean(&[samples]);
        let x = |i: usize, j: usize| f64::from(samples.row(i)[j]) - mean[j];
        let scale =
            (0..n).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| x(i, j) * x(i, j)).sum::<f64>() / n as f64;
        (0..samples.classes().len())
            .map(|class| {
                let mut rows: Vec<Vec<f64>> = (0..d)
                    .map(|a| {
                        let mut row: Vec<f64> =
                            (0..d).map(|b| (0..n).map(|i| x(i, a) * x(i, b)).sum::<f64>()).collect();
                        row[a] += lambda * scale;
                        row.push((0..n).filter(|i| samples.labels()[*i] == class).map(|i| x(i, a)).sum());
                        row
                    })
                    .collect();
                for pivot in 0..d {
                    for other in 0..d {
                        if other != pivot {
                            let factor = rows[other][pivot] / rows[pivot][pivot];
                            let from = rows[pivot].clone();
                            rows[other].iter_mut().zip(from).for_each(|(v, f)| *v -= factor * f);
                        }
                    }
                }
                (0..d).map(|a| rows[a][d] / rows[a][a]).collect()
            })
            .collect()
    }

    #[track_caller]
    fn check(n: usize, d: usize, k: usize, lambda: f64) {
        let samples = samples(n, d, k);
        let found = Ridge::new(&samples).weights(lambda).expect("solves");
        let expected = naive(&samples, lambda).concat();
        for (found, expected) in found.weights.iter().zip(&expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-5, "n {n} d {d} λ {lambda}: {found} for {expected}");
        }
        let mean: Vec<f32> = mean(&[&samples]).iter().map(|m| *m as f32).collect();
        let at_mean: f32 = found.scores(&mean).iter().sum();
        assert!((at_mean - 1.0).abs() < 1e-4, "scores at the centre add up to 1, found {at_mean}");
    }

    #[test]
    fn agrees_with_the_normal_equations() {
        for lambda in [0.01, 0.3, 3.0] {
            check(40, 6, 3, lambda);
            check(9, 12, 2, lambda);
            check(7, 7, 3, lambda);
        }
    }

    /// A head of three looks at each of some things is that of three times as many things.
    #[test]
    fn other_looks_are_learnt_from_like_further_examples() {
        for (n, d) in [(5, 40), (20, 6)] {
            let all = samples(3 * n, d, 1);
            let look = |from: usize| {
                let row =
                    |i: usize| Sample { id: format!("{i:03}"), label: i % 3, features: all.row(from * n + i).to_vec() };
                let classes = (0..3).map(|c| ValueId::new(&format!("c{c}")).expect("an id")).collect();
                Samples::new(classes, (0..n).map(row).collect()).expect("examples")
            };
            let one = look(0).and_also(look(1)).and_also(look(2));
            let row = |i: usize| Sample { id: format!("{i:03}"), label: i % n % 3, features: all.row(i).to_vec() };
            let many = Samples::new(one.classes().to_vec(), (0..3 * n).map(row).collect()).expect("examples");
            let [one, many] = [one, many].map(|samples| Ridge::new(&samples).weights(0.3).expect("solves"));
            for (one, many) in one.weights.iter().chain(&one.bias).zip(many.weights.iter().chain(&many.bias)) {
                assert!((one - many).abs() < 1e-5, "{one} for {many}");
            }
        }
    }
}
