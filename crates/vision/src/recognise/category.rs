//! The category: what the fitted head says, made finer where ImageNet's classes are.

use super::{Features, gate::softmax, judged, numbers};
use crate::Backbone;
use vestry_model::{AttributeId, HeadSet, LinearHead, Suggestion, Taxonomy, ValueId};

/// The category of `features`; `None` when there is no category head.
pub(super) fn suggest(features: &Features, garment: f32, heads: &HeadSet, taxonomy: &Taxonomy) -> Option<Suggestion> {
    let head = heads.heads.get(numbers::CATEGORY)?;
    let probabilities = head.probabilities(&features.look);
    let (best, probability) = probabilities.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let coarse = &head.classes()[best];
    let least = heads.numbers.get(numbers::REFINE).copied().unwrap_or(0.5).max(head.threshold());
    let (value, probability) = match finer(&features.logits, coarse, taxonomy) {
        Some((finer, share)) if probability * share >= least => (finer.clone(), probability * share),
        _ => (coarse.clone(), probability),
    };
    let (confidence, state) = judged(probability, head.threshold(), garment, heads);
    Some(Suggestion { attribute: AttributeId::new(numbers::CATEGORY)?, value, confidence, state })
}

/// The likeliest category under `coarse` that ImageNet names, and its share of all that ImageNet sees as worn.
fn finer<'t>(logits: &[f32], coarse: &ValueId, taxonomy: &'t Taxonomy) -> Option<(&'t ValueId, f32)> {
    let masses = softmax(logits);
    let mut worn = 0.0;
    let mut shares: Vec<(&ValueId, f32)> = Vec::new();
    for (index, category) in taxonomy.imagenet() {
        let Some(mass) = masses.get(*index) else { continue };
        worn += mass;
        if category != coarse && taxonomy.is_a(category.as_str(), coarse.as_str()) {
            match shares.iter_mut().find(|(known, _)| *known == category) {
                Some((_, sum)) => *sum += mass,
                None => shares.push((category, *mass)),
            }
        }
    }
    let (category, mass) = shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (worn > 1e-6).then(|| (category, mass / worn))
}

/// The weights of the head's surest class over the first view's feature: what class activation asks the map with.
pub(super) fn attended_row<'h>(head: &'h LinearHead, look: &[f32]) -> &'h [f32] {
    let scores = head.scores(look);
    let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
    &head.row(best)[..Backbone::FEATURES]
}
