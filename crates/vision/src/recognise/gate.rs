//! Whether a picture shows something to wear at all.

use super::{Features, numbers};
use vestry_model::{HeadSet, LookVector, Taxonomy};

/// How many numbers [`gate_features`] gives.
pub const GATE_FEATURES: usize = 6;

/// What the gate's logistic reads, each about 0–1:
///
/// 0. ImageNet's probability of anything worn, the classes that the taxonomy maps and those it names without category;
/// 1. the category head's largest probability;
/// 2. the lead of its largest probability over its second;
/// 3. its largest score before calibration, squashed (`s / (1 + |s|)`);
/// 4. the largest score of the `gate-means` head on the look vector: the cosine with the nearest class mean;
/// 5. ImageNet's largest probability of anything that is not worn.
///
/// A part whose head is missing is 0.
pub fn gate_features(
    features: &Features,
    look: Option<&LookVector>,
    heads: &HeadSet,
    taxonomy: &Taxonomy,
) -> [f32; GATE_FEATURES] {
    let masses = softmax(&features.logits);
    let mut worn = vec![false; masses.len()];
    let indices = taxonomy.imagenet().iter().map(|(index, _)| *index);
    for index in indices.chain(taxonomy.imagenet_uncategorised().iter().copied()) {
        if let Some(flag) = worn.get_mut(index) {
            *flag = true;
        }
    }
    let of = |wanted: bool| masses.iter().zip(&worn).filter(move |(_, worn)| **worn == wanted).map(|(mass, _)| *mass);
    let mut out = [0.0; GATE_FEATURES];
    out[0] = of(true).sum();
    out[5] = of(false).fold(0.0, f32::max);
    if let Some(head) = heads.heads.get(numbers::CATEGORY) {
        let mut probabilities = head.probabilities(&features.look);
        probabilities.sort_by(|a, b| b.total_cmp(a));
        out[1] = probabilities[0];
        out[2] = probabilities[0] - probabilities.get(1).copied().unwrap_or(0.0);
        let score = head.scores(&features.look).into_iter().fold(f32::NEG_INFINITY, f32::max);
        out[3] = score / (1.0 + score.abs());
    }
    if let (Some(head), Some(look)) = (heads.heads.get(numbers::GATE_MEANS), look) {
        let look: Vec<f32> = look.as_slice().iter().map(|v| v.to_f32()).collect();
        out[4] = head.scores(&look).into_iter().fold(f32::NEG_INFINITY, f32::max);
    }
    out
}

/// The fitted probability that a picture with these gate features shows a garment; 1 where no gate was fitted.
pub fn garment_probability(heads: &HeadSet, gate: &[f32; GATE_FEATURES]) -> f32 {
    numbers::logistic(heads, numbers::GATE, gate).unwrap_or(1.0)
}

/// Probabilities of scores.
pub(super) fn softmax(scores: &[f32]) -> Vec<f32> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|p| p / sum).collect()
}
