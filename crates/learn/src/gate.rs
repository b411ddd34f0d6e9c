//! What is no garment: a logistic regression on a few numbers of each picture.

/// A fitted gate over `N` numbers of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate<const N: usize> {
    /// One weight a number.
    pub weights: [f64; N],
    /// The intercept.
    pub bias: f64,
    /// The probability of being a garment under which a picture is not given a category.
    pub threshold: f64,
}

/// There are no garments, or nothing else, to tell apart.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("a gate is fitted on garments and on pictures of something else; give both")]
pub struct OneSided;

impl<const N: usize> Gate<N> {
    /// Fits it: both sides weigh the same, whatever their number. The threshold lets through the share `keep` of
    /// `garments`.
    pub fn fit(garments: &[[f32; N]], others: &[[f32; N]], keep: f64) -> Result<Self, OneSided> {
        if garments.is_empty() || others.is_empty() {
            return Err(OneSided);
        }
        let side = |rows: &[[f32; N]], truth: f64| -> Vec<Row<N>> {
            let weight = 0.5 / rows.len() as f64;
            rows.iter().map(|x| Row { x: x.map(f64::from), one: 1.0, truth, weight }).collect()
        };
        let mut rows = [side(garments, 1.0), side(others, 0.0)].concat();
        let mut mean = [0.0; N];
        rows.iter().for_each(|r| (0..N).for_each(|j| mean[j] += r.weight * r.x[j]));
        let mut deviation = [0.0; N];
        rows.iter().for_each(|r| (0..N).for_each(|j| deviation[j] += r.weight * (r.x[j] - mean[j]).powi(2)));
        let deviation = deviation.map(|v: f64| v.sqrt().max(1e-6));
        rows.iter_mut().for_each(|r| (0..N).for_each(|j| r.x[j] = (r.x[j] - mean[j]) / deviation[j]));
        let (slopes, intercept) = newton(&rows);
        let weights: [f64; N] = std::array::from_fn(|j| slopes[j] / deviation[j]);
        let bias = intercept - (0..N).map(|j| weights[j] * mean[j]).sum::<f64>();
        let mut gate = Self { weights, bias, threshold: 0.5 };
        let mut kept: Vec<f64> = garments.iter().map(|x| gate.probability(x)).collect();
        kept.sort_by(f64::total_cmp);
        gate.threshold = kept[(((1.0 - keep) * kept.len() as f64) as usize).min(kept.len() - 1)];
        Ok(gate)
    }

    /// The probability that it is a garment, were garments as frequent as everything else.
    pub fn probability(&self, numbers: &[f32; N]) -> f64 {
        let z = self.bias + self.weights.iter().zip(numbers).map(|(w, x)| w * f64::from(*x)).sum::<f64>();
        1.0 / (1.0 + (-z).exp())
    }

    /// Whether a category may be answered.
    pub fn passes(&self, numbers: &[f32; N]) -> bool {
        self.probability(numbers) >= self.threshold
    }
}

#[derive(Debug, Clone, Copy)]
struct Row<const N: usize> {
    x: [f64; N],
    one: f64,
    truth: f64,
    weight: f64,
}

impl<const N: usize> Row<N> {
    /// Number `j`, the intercept's after the last.
    fn at(&self, j: usize) -> f64 {
        if j == N { self.one } else { self.x[j] }
    }
}

/// Ridge-penalised logistic regression by Newton's method; a penalty keeps separable sides finite.
fn newton<const N: usize>(rows: &[Row<N>]) -> ([f64; N], f64) {
    const PENALTY: f64 = 1e-3;
    let mut solution = vec![0.0; N + 1];
    for _ in 0..50 {
        let mut gradient: Vec<f64> = solution.iter().map(|v| PENALTY * v).collect();
        let mut hessian = vec![vec![0.0; N + 1]; N + 1];
        (0..=N).for_each(|j| hessian[j][j] = PENALTY);
        for row in rows {
            let z: f64 = (0..=N).map(|j| row.at(j) * solution[j]).sum();
            let p = 1.0 / (1.0 + (-z).exp());
            for j in 0..=N {
                gradient[j] += row.weight * (p - row.truth) * row.at(j);
                (0..=N).for_each(|k| hessian[j][k] += row.weight * p * (1.0 - p) * row.at(j) * row.at(k));
            }
        }
        let step = solve(hessian, gradient);
        solution.iter_mut().zip(&step).for_each(|(v, s)| *v -= s);
        if step.iter().all(|s| s.abs() < 1e-9) {
            break;
        }
    }
    (std::array::from_fn(|j| solution[j]), solution[N])
}

/// Solves a small positive definite system by elimination.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    for pivot in 0..b.len() {
        let (from, value) = (a[pivot].clone(), b[pivot]);
        for row in (0..b.len()).filter(|row| *row != pivot) {
            let factor = a[row][pivot] / from[pivot];
            a[row].iter_mut().zip(&from).for_each(|(v, f)| *v -= factor * f);
            b[row] -= factor * value;
        }
    }
    (0..b.len()).map(|j| b[j] / a[j][j]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Draws;

    fn cloud(centre: f32, count: usize) -> Vec<[f32; 5]> {
        let mut draws = Draws::new(count as u64);
        let mut near = || centre + draws.below(1000) as f32 / 1000.0 - 0.5;
        (0..count).map(|_| [near(), near(), near(), near(), 1.0]).collect()
    }

    #[track_caller]
    fn check(garments: f32, others: f32, keep: f64, refused_at_least: f64) {
        let (yes, no) = (cloud(garments, 500), cloud(others, 77));
        let gate = Gate::fit(&yes, &no, keep).expect("both sides");
        let share = |side: &[[f32; 5]]| side.iter().filter(|x| gate.passes(x)).count() as f64 / side.len() as f64;
        assert!((share(&yes) - keep).abs() < 0.01, "keeps {}", share(&yes));
        assert!(1.0 - share(&no) >= refused_at_least, "refuses {}", 1.0 - share(&no));
    }

    #[test]
    fn sides_are_told_apart() {
        check(1.0, 0.0, 0.95, 1.0);
        check(0.0, 1.0, 0.99, 1.0);
        check(0.5, 0.0, 0.95, 0.9);
        check(0.0, 0.0, 0.9, 0.0);
    }

    #[test]
    fn one_side_is_refused() {
        assert_eq!(Gate::fit(&cloud(0.0, 3), &[], 0.9), Err(OneSided));
        assert_eq!(Gate::fit(&[], &cloud(0.0, 3), 0.9), Err(OneSided));
    }
}
