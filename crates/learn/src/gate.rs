//! What is no garment: a logistic regression on a few numbers of each picture.

use crate::logistic::{Logistic, OneSided, Weigh};

/// A fitted gate over `N` numbers of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate<const N: usize> {
    /// The probability that it is a garment, were garments as frequent as everything else.
    pub garment: Logistic<N>,
    /// The probability of being a garment under which a picture is not given a category.
    pub threshold: f64,
}

impl<const N: usize> Gate<N> {
    /// Fits it: both sides weigh the same, whatever their number. The threshold lets through the share `keep` of
    /// `garments`.
    pub fn fit(garments: &[[f32; N]], others: &[[f32; N]], keep: f64) -> Result<Self, OneSided> {
        let garment = Logistic::fit(garments, others, Weigh::SidesAlike)?;
        let mut kept: Vec<f64> = garments.iter().map(|x| garment.probability(x)).collect();
        kept.sort_by(f64::total_cmp);
        let threshold = kept[(((1.0 - keep) * kept.len() as f64) as usize).min(kept.len() - 1)];
        Ok(Self { garment, threshold })
    }

    /// Whether a category may be answered.
    pub fn passes(&self, numbers: &[f32; N]) -> bool {
        self.garment.probability(numbers) >= self.threshold
    }
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
