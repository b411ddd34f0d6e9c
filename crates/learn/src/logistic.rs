//! Logistic regression on a few numbers, by Newton's method.

/// The probability of the one side of two, from `N` numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic<const N: usize> {
    /// One weight a number.
    pub weights: [f64; N],
    /// The intercept.
    pub bias: f64,
}

/// How much examples weigh in a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weigh {
    /// Both sides together weigh the same: a probability as if they were equally frequent.
    SidesAlike,
    /// Each example weighs the same: a probability for whatever comes as the examples came.
    EachAlike,
}

/// One of the sides has no examples.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("examples of one side only; give both")]
pub struct OneSided;

impl<const N: usize> Logistic<N> {
    /// Fits it on examples of both sides.
    pub fn fit(yes: &[[f32; N]], no: &[[f32; N]], weigh: Weigh) -> Result<Self, OneSided> {
        if yes.is_empty() || no.is_empty() {
            return Err(OneSided);
        }
        let side = |rows: &[[f32; N]], truth: f64| -> Vec<Row<N>> {
            let weight = match weigh {
                Weigh::SidesAlike => 0.5 / rows.len() as f64,
                Weigh::EachAlike => 1.0 / (yes.len() + no.len()) as f64,
            };
            rows.iter().map(|x| Row { x: x.map(f64::from), one: 1.0, truth, weight }).collect()
        };
        let mut rows = [side(yes, 1.0), side(no, 0.0)].concat();
        let mut mean = [0.0; N];
        rows.iter().for_each(|r| (0..N).for_each(|j| mean[j] += r.weight * r.x[j]));
        let mut deviation = [0.0; N];
        rows.iter().for_each(|r| (0..N).for_each(|j| deviation[j] += r.weight * (r.x[j] - mean[j]).powi(2)));
        let deviation = deviation.map(|v: f64| v.sqrt().max(1e-6));
        rows.iter_mut().for_each(|r| (0..N).for_each(|j| r.x[j] = (r.x[j] - mean[j]) / deviation[j]));
        let (slopes, intercept) = newton(&rows);
        let weights: [f64; N] = std::array::from_fn(|j| slopes[j] / deviation[j]);
        let bias = intercept - (0..N).map(|j| weights[j] * mean[j]).sum::<f64>();
        Ok(Self { weights, bias })
    }

    /// The probability of the first side.
    pub fn probability(&self, numbers: &[f32; N]) -> f64 {
        let z = self.bias + self.weights.iter().zip(numbers).map(|(w, x)| w * f64::from(*x)).sum::<f64>();
        1.0 / (1.0 + (-z).exp())
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

    /// The share of `yes` among examples that look alike comes out again, unless sides weigh alike.
    #[track_caller]
    fn check(yes: usize, no: usize, weigh: Weigh, expected: f64) {
        let mut draws = Draws::new(7);
        let mut some =
            |count: usize| -> Vec<[f32; 2]> { (0..count).map(|_| [draws.below(1000) as f32 / 1000.0, 1.0]).collect() };
        let fitted = Logistic::fit(&some(yes), &some(no), weigh).expect("both sides");
        let found = fitted.probability(&[0.5, 1.0]);
        assert!((found - expected).abs() < 0.03, "{found} of {expected}");
    }

    #[test]
    fn a_probability_is_the_frequency_of_the_examples() {
        check(800, 200, Weigh::EachAlike, 0.8);
        check(800, 200, Weigh::SidesAlike, 0.5);
        check(100, 900, Weigh::EachAlike, 0.1);
    }
}
