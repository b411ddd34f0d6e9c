//! Scores to probabilities that mean what they say.

/// `softmax(scores / temperature)`.
pub fn softmax(scores: &[f32], temperature: f32) -> Vec<f32> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut out: Vec<f32> = scores.iter().map(|s| ((s - top) / temperature).exp()).collect();
    let sum: f32 = out.iter().sum();
    out.iter_mut().for_each(|p| *p /= sum);
    out
}

/// Mean negative log-likelihood of `labels` under `softmax(scores / temperature)`.
pub fn log_loss(scores: &[Vec<f32>], labels: &[usize], temperature: f32) -> f64 {
    let one = |(scores, label): (&Vec<f32>, &usize)| {
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = scores.iter().map(|s| f64::from((s - top) / temperature).exp()).sum();
        sum.ln() - f64::from((scores[*label] - top) / temperature)
    };
    scores.iter().zip(labels).map(one).sum::<f64>() / labels.len().max(1) as f64
}

/// The temperature of least log loss (Guo et al., *On Calibration of Modern Neural Networks*, 2017), by golden
/// section over its logarithm; scores must come from heads that did not see the example.
pub fn temperature(scores: &[Vec<f32>], labels: &[usize]) -> f32 {
    let loss = |log: f64| log_loss(scores, labels, log.exp() as f32);
    let (mut low, mut high) = (1e-3f64.ln(), 1e2f64.ln());
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    for _ in 0..60 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if loss(a) <= loss(b) { high = b } else { low = a }
    }
    ((low + high) / 2.0).exp() as f32
}

/// The probability under which an answer becomes a question: the least of 0.30, 0.31 … 0.95 above which at least
/// `wanted` of the answers were right. 0.95 when none is enough.
pub fn threshold(probabilities: &[Vec<f32>], labels: &[usize], wanted: f64) -> f32 {
    let answers: Vec<(f32, bool)> = probabilities
        .iter()
        .zip(labels)
        .map(|(p, label)| {
            let best = crate::measure::best(p);
            (p[best], best == *label)
        })
        .collect();
    (30..95)
        .map(|percent| percent as f32 / 100.0)
        .find(|threshold| {
            let sure: Vec<bool> = answers.iter().filter(|(p, _)| p >= threshold).map(|(_, right)| *right).collect();
            let right = sure.iter().filter(|right| **right).count();
            !sure.is_empty() && right as f64 >= wanted * sure.len() as f64
        })
        .unwrap_or(0.95)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Draws;

    #[test]
    fn the_temperature_that_made_the_labels_is_found() {
        for wanted in [0.2f32, 1.0, 5.0] {
            let mut draws = Draws::new(7);
            let mut unit = || draws.below(1_000_000) as f32 / 1e6;
            let scores: Vec<Vec<f32>> = (0..20_000).map(|_| (0..3).map(|_| 6.0 * wanted * unit()).collect()).collect();
            let labels: Vec<usize> = scores
                .iter()
                .map(|s| {
                    let mut left = unit();
                    let probabilities = softmax(s, wanted);
                    probabilities
                        .iter()
                        .position(|p| {
                            left -= p;
                            left < 0.0
                        })
                        .unwrap_or(2)
                })
                .collect();
            let found = temperature(&scores, &labels);
            assert!((found / wanted - 1.0).abs() < 0.05, "{found} for {wanted}");
        }
    }

    #[track_caller]
    fn check(answers: &[(f32, bool)], wanted: f64, expected: f32) {
        let probabilities: Vec<Vec<f32>> = answers.iter().map(|(p, _)| vec![*p, 1.0 - p]).collect();
        let labels: Vec<usize> = answers.iter().map(|(p, right)| usize::from((*p > 0.5) != *right)).collect();
        assert_eq!(threshold(&probabilities, &labels, wanted), expected);
    }

    #[test]
    fn the_threshold_keeps_what_is_right_often_enough() {
        check(&[(0.9, true), (0.8, true), (0.6, false)], 1.0, 0.61);
        check(&[(0.9, true), (0.8, true), (0.6, false)], 0.6, 0.30);
        check(&[(0.9, false)], 0.5, 0.95);
        check(&[], 0.5, 0.95);
    }
}
