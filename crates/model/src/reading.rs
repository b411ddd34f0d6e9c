//! Features as taught heads read them: projected by a shipped matrix that never saw a member, then rounded once.

use crate::{HeadError, head::dot};

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
    spread: f32,
}

impl Reading {
    /// `matrix` has whole rows of `mean.len()` numbers, row after row; `spread` is the variance of rows, summed over their
    /// numbers.
    pub fn new(mean: Vec<f32>, matrix: Vec<f32>, spread: f32) -> Result<Self, HeadError> {
        let is_whole = !mean.is_empty() && !matrix.is_empty() && matrix.len().is_multiple_of(mean.len());
        let is_finite = mean.iter().chain(&matrix).all(|v| v.is_finite()) && spread.is_finite() && spread > 0.0;
        if is_whole && is_finite { Ok(Self { mean, matrix, spread }) } else { Err(HeadError::Part("reading".into())) }
    }

    /// The same with a direction more for each of `weights`, rows over features, of which its own see a part only: over these a
    /// head of such rows answers as it does over features.
    #[must_use]
    pub fn seeing<'w>(mut self, weights: impl IntoIterator<Item = &'w [f32]>) -> Self {
        let d = self.mean.len();
        for weights in weights.into_iter().filter(|weights| weights.len() == d) {
            let mut left: Vec<f64> = weights.iter().map(|w| f64::from(*w)).collect();
            let length = |of: &[f64]| of.iter().map(|x| x * x).sum::<f64>().sqrt();
            let whole = length(&left);
            // Once more for what rounding left (Giraud et al., *Numerische Mathematik* 101, 2005).
            for _ in 0..2 {
                for direction in self.matrix.chunks_exact(d) {
                    let along: f64 = left.iter().zip(direction).map(|(x, p)| x * f64::from(*p)).sum();
                    left.iter_mut().zip(direction).for_each(|(x, p)| *x -= along * f64::from(*p));
                }
            }
            let rest = length(&left);
            if rest > whole * 1e-3 {
                self.matrix.extend(left.iter().map(|x| (x / rest) as f32));
            }
        }
        self
    }

    /// What it takes off features before it turns them.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Its directions, row after row.
    pub fn matrix(&self) -> &[f32] {
        &self.matrix
    }

    /// The variance of rows, summed over their numbers: what penalties are measured in.
    pub fn spread(&self) -> f32 {
        self.spread
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
        let step = |direction: &[f32]| (f64::from(dot(direction, &centred)) / STEP).round();
        // `as` holds at the ends of the range.
        Row(self.matrix.chunks_exact(centred.len()).map(|direction| step(direction) as i16).collect())
    }

    /// A head over features as one over rows: what of it the directions see. They are orthonormal.
    pub fn over_rows(&self, weights: &[f32], bias: &[f32]) -> (Vec<f64>, Vec<f64>) {
        let d = self.mean.len();
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let rows = weights.chunks_exact(d);
        let turned = rows.clone().flat_map(|row| self.matrix.chunks_exact(d).map(move |p| dot(row, p))).collect();
        (turned, rows.zip(bias).map(|(row, bias)| f64::from(*bias) + dot(row, &self.mean)).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_over_rows_answers_as_over_features_once_they_see_it() {
        const D: usize = 6;
        let number = |at: usize| ((at * 7_919 + 13) % 101) as f32 / 101.0 - 0.5;
        let weights: Vec<f32> = (0..3 * D).map(number).collect();
        let features: Vec<f32> = (100..100 + D).map(|at| 4.0 * number(at)).collect();
        let direct: Vec<f32> = weights.chunks_exact(D).map(|row| dot(row, &features)).collect();
        let first = |at: usize| (0..D).map(|i| f32::from(u8::from(i == at))).collect::<Vec<_>>();
        let narrow = Reading::new(vec![0.1; D], [first(0), first(1)].concat(), 1.0).expect("a reading");
        let error = |reading: &Reading| {
            let (over, bias) = reading.over_rows(&weights, &[0.0; 3]);
            let row: Vec<f64> = reading.row(&features).steps().iter().map(|step| f64::from(*step) * STEP).collect();
            let said = over.chunks_exact(row.len()).zip(&bias);
            let said = said.map(|(w, b)| b + w.iter().zip(&row).map(|(w, x)| w * x).sum::<f64>());
            said.zip(&direct).map(|(said, direct)| (said - f64::from(*direct)).abs()).fold(0.0, f64::max)
        };
        let seeing = narrow.clone().seeing(weights.chunks_exact(D));
        assert!(error(&narrow) > 0.1, "{}", error(&narrow));
        assert!(error(&seeing) < 0.01, "{}", error(&seeing));
        assert_eq!(seeing.dimensions(), 5);
        assert_eq!(seeing.clone().seeing(weights.chunks_exact(D)), seeing, "nothing is seen twice");
    }
}
