//! The space that photos are searched in: within-class whitening, class directions boosted.
//!
//! Whitening by the within-class covariance makes what varies inside a class (pose, light, background) count less
//! (linear discriminant analysis without the cut to K − 1 directions; covariance shrunk as Friedman, *Regularized
//! Discriminant Analysis*, 1989). The directions in which class means differ then come first, multiplied by a
//! boost, and the strongest remaining directions fill the 256 so that likeness inside a class keeps its order.

use crate::{
    Samples,
    ridge::{NotFactorised, mean, product},
};
use faer::{Mat, Side};
use vestry_model::{LOOK_DIMENSIONS, Projection};

/// What of the within-class directions is kept: those below this share of the largest are noise of the arithmetic.
const NEGLIGIBLE: f64 = 1e-9;

/// A factorised within-class covariance, from which a projection for any setting costs a few multiplications.
#[derive(Debug)]
pub struct Whitening {
    mean: Vec<f64>,
    /// Class means, one column a class that occurs, centred.
    means: Mat<f64>,
    /// Orthonormal within-class directions, d×r, largest variance first.
    basis: Mat<f64>,
    variances: Vec<f64>,
}

impl Whitening {
    /// Factorises `samples`.
    pub fn new(samples: &Samples) -> Result<Self, NotFactorised> {
        let (n, d) = (samples.len(), samples.dimensions());
        let mean = mean(&[samples]);
        let classes = samples.classes().len();
        let mut counts = vec![0.0f64; classes];
        let mut sums = vec![vec![0.0f64; d]; classes];
        for (i, label) in samples.labels().iter().enumerate() {
            counts[*label] += 1.0;
            sums[*label].iter_mut().zip(samples.row(i)).for_each(|(s, x)| *s += f64::from(*x));
        }
        let of_class: Vec<Vec<f64>> =
            sums.into_iter().zip(&counts).map(|(s, c)| s.into_iter().map(|v| v / c.max(1.0)).collect()).collect();
        let present: Vec<usize> = (0..classes).filter(|c| counts[*c] > 0.0).collect();
        let means = Mat::from_fn(d, present.len(), |j, c| of_class[present[c]][j] - mean[j]);
        let residual = |i: usize, j: usize| f64::from(samples.row(i)[j]) - of_class[samples.labels()[i]][j];
        let small = n <= d;
        let gram = if small {
            let rows = Mat::from_fn(n, d, residual);
            product(rows.as_ref(), rows.transpose())
        } else {
            let mut gram = Mat::<f64>::zeros(d, d);
            for start in (0..n).step_by(1024) {
                let rows = Mat::from_fn(1024.min(n - start), d, |i, j| residual(start + i, j));
                gram += product(rows.transpose(), rows.as_ref());
            }
            gram
        };
        let eigen = gram.self_adjoint_eigen(Side::Lower).map_err(|_| NotFactorised)?;
        let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
        let largest = values.last().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
        let kept: Vec<usize> = (0..values.len()).rev().filter(|i| values[*i] > NEGLIGIBLE * largest).collect();
        let vectors = Mat::from_fn(values.len(), kept.len(), |i, j| eigen.U()[(i, kept[j])]);
        let basis = if small {
            let rows = Mat::from_fn(n, d, residual);
            let mut basis = product(rows.transpose(), vectors.as_ref());
            for (j, at) in kept.iter().enumerate() {
                basis.col_mut(j).iter_mut().for_each(|v| *v /= values[*at].sqrt());
            }
            basis
        } else {
            vectors
        };
        Ok(Self { mean, means, basis, variances: kept.iter().map(|i| values[*i] / n as f64).collect() })
    }

    /// The projection with the covariance shrunk by `shrink` (0–1) towards a multiple of the identity, and class
    /// directions multiplied by `boost`. Scaled so that its largest number is 1: a look vector is normalised anyway.
    pub fn projection(&self, shrink: f64, boost: f64) -> Projection {
        let d = self.mean.len();
        let average = (self.variances.iter().sum::<f64>() / d as f64).max(f64::MIN_POSITIVE);
        let outside = 1.0 / (shrink.max(1e-6) * average).sqrt();
        let inside: Vec<f64> =
            self.variances.iter().map(|v| 1.0 / ((1.0 - shrink) * v + shrink.max(1e-6) * average).sqrt()).collect();
        // S^-½ X = outside·X + V (inside − outside) Vᵀ X, so that the d×d matrix is never formed.
        let whiten = |x: &Mat<f64>| -> Mat<f64> {
            let mut along = product(self.basis.transpose(), x.as_ref());
            for j in 0..along.ncols() {
                along.col_mut(j).iter_mut().zip(&inside).for_each(|(v, i)| *v *= i - outside);
            }
            let mut out = product(self.basis.as_ref(), along.as_ref());
            out += x * faer::Scale(outside);
            out
        };
        let classes = directions(&whiten(&self.means));
        let rest = LOOK_DIMENSIONS.saturating_sub(classes.ncols()).min(self.variances.len());
        let mut others = self.basis.subcols(0, rest).to_owned();
        let overlap = product(classes.transpose(), others.as_ref());
        others -= product(classes.as_ref(), overlap.as_ref());
        let count = classes.ncols().min(LOOK_DIMENSIONS);
        let axes =
            Mat::from_fn(
                d,
                count + rest,
                |i, j| {
                    if j < count { boost * classes[(i, j)] } else { others[(i, j - count)] }
                },
            );
        let rows = whiten(&axes);
        let largest =
            (0..rows.ncols()).flat_map(|j| rows.col(j).iter().map(|v| v.abs())).fold(f64::MIN_POSITIVE, f64::max);
        let mut matrix = vec![0.0f32; d * LOOK_DIMENSIONS];
        for (j, to) in matrix.chunks_exact_mut(d).take(rows.ncols()).enumerate() {
            to.iter_mut().zip(rows.col(j).iter()).for_each(|(to, v)| *to = (v / largest) as f32);
        }
        let mean = self.mean.iter().map(|m| *m as f32).collect();
        Projection::new(mean, matrix).expect("256 rows as long as the mean")
    }
}

/// An orthonormal basis of the columns of `means`, strongest first.
fn directions(means: &Mat<f64>) -> Mat<f64> {
    let gram = product(means.transpose(), means.as_ref());
    let Ok(eigen) = gram.self_adjoint_eigen(Side::Lower) else { return Mat::zeros(means.nrows(), 0) };
    let values: Vec<f64> = eigen.S().column_vector().iter().copied().collect();
    let largest = values.last().copied().unwrap_or(0.0);
    let kept: Vec<usize> =
        (0..values.len()).rev().filter(|i| values[*i] > 1e-8 * largest && values[*i] > 0.0).collect();
    let vectors = Mat::from_fn(values.len(), kept.len(), |i, j| eigen.U()[(i, kept[j])] / values[kept[j]].sqrt());
    product(means.as_ref(), vectors.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::Draws, measure, sample::Sample};
    use vestry_model::ValueId;

    /// Two classes that differ a little in number 0 and vary a lot in number 1.
    fn samples(n: usize, d: usize) -> Samples {
        let mut draws = Draws::new(d as u64);
        let mut noise = |size: f32| (draws.below(2001) as f32 / 1000.0 - 1.0) * size;
        let rows = (0..n).map(|i| Sample {
            id: format!("{i:05}"),
            label: i % 2,
            features: (0..d)
                .map(|j| match j {
                    0 => (i % 2) as f32 + noise(0.3),
                    1 => noise(20.0),
                    _ => noise(0.3),
                })
                .collect(),
        });
        let classes = ["a", "b"].map(|c| ValueId::new(c).expect("an id")).to_vec();
        Samples::new(classes, rows.collect()).expect("examples")
    }

    fn project(samples: &Samples, projection: &Projection) -> Vec<f32> {
        (0..samples.len())
            .flat_map(|i| {
                let look = projection.apply(samples.row(i)).expect("off the mean");
                look.as_slice().iter().map(|v| v.to_f32()).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn classes_come_together_with_few_or_many_examples() {
        for (n, d) in [(60, 80), (600, 20)] {
            let samples = samples(n, d);
            let raw: Vec<f32> = (0..n).flat_map(|i| samples.row(i).to_vec()).collect();
            let look = project(&samples, &Whitening::new(&samples).expect("factorises").projection(0.3, 3.0));
            let figure = |rows: &[f32], width| {
                measure::precision(&measure::nearest(rows, rows, width, 10, true), samples.labels(), samples.labels())
            };
            let (before, after) = (figure(&raw, d), figure(&look, LOOK_DIMENSIONS));
            assert!(before < after && after > 0.95, "n {n}: {before} → {after}");
        }
    }

    #[test]
    fn both_routes_make_the_same_geometry() {
        // 100 examples of 99 and of 101 numbers (two of them constant) take different routes.
        let narrow = samples(100, 99);
        let wide_rows = (0..100).map(|i| Sample {
            id: narrow.ids()[i].clone(),
            label: narrow.labels()[i],
            features: [narrow.row(i), &[1.0, 1.0]].concat(),
        });
        let wide = Samples::new(narrow.classes().to_vec(), wide_rows.collect()).expect("examples");
        // The average variance is over all numbers, so the shrinkage that means the same differs by 101/99.
        let shrink = 0.3;
        let looks = [(&narrow, shrink), (&wide, shrink * 101.0 / 99.0 / (1.0 + shrink * 2.0 / 99.0))]
            .map(|(s, shrink)| project(s, &Whitening::new(s).expect("factorises").projection(shrink, 2.0)));
        let cosine = |look: &[f32], i: usize, j: usize| -> f32 {
            (0..LOOK_DIMENSIONS).map(|k| look[i * LOOK_DIMENSIONS + k] * look[j * LOOK_DIMENSIONS + k]).sum()
        };
        for i in 0..99 {
            let (a, b) = (cosine(&looks[0], i, i + 1), cosine(&looks[1], i, i + 1));
            assert!((a - b).abs() < 5e-3, "{i}: {a} and {b}");
        }
    }

    #[test]
    fn one_class_still_projects() {
        let all = samples(40, 10);
        let one = all.filter(|i| all.labels()[i] == 0).expect("some");
        let projection = Whitening::new(&one).expect("factorises").projection(0.3, 3.0);
        assert!(projection.apply(one.row(0)).is_some());
    }
}
