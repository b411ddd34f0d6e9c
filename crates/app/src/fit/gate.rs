//! Fits the gate that keeps categories off pictures without a garment.

use super::{FitError, Seen};
use std::collections::HashMap;
use vestry_learn::{Fitted, Gate, Recipe, Samples, projection::Whitening, recipe::prototypes, ridge::Ridge};
use vestry_model::{HeadSet, LinearHead, Taxonomy};
use vestry_vision::{Backbone, Features, GATE_FEATURES, gate_features, numbers};

/// Kinds of drawn pictures that the gate is fitted on; the others are kept for measuring it.
pub const FITTED_KINDS: [&str; 10] =
    ["gradient", "noise", "chair", "house", "glyphs", "fruit", "lamp", "book", "fish", "shapes"];
/// The share of garments that the gate lets through.
const KEEP: f64 = 0.97;

/// Fits the gate and puts its numbers into `heads`. Garments are judged by heads that have not seen them: a head is
/// too sure of what it was fitted on. Nothing happens without `others`; else the share of them that still pass.
pub fn fit_gate(
    recipe: &Recipe,
    fitted: &Fitted,
    samples: &Samples,
    seen: &[Seen],
    others: &[Features],
    taxonomy: &Taxonomy,
    heads: &mut HeadSet,
) -> Result<Option<f64>, FitError> {
    if others.is_empty() {
        return Ok(None);
    }
    let by_id: HashMap<&str, &Features> = seen.iter().map(|s| (s.id.as_str(), &s.features)).collect();
    let mut garments: Vec<[f32; GATE_FEATURES]> = Vec::new();
    for (train, test) in recipe.splits(samples) {
        let part = without(&train, fitted)?;
        for i in test {
            let features = by_id[samples.ids()[i].as_str()];
            garments.push(signs(features, &part, taxonomy));
        }
    }
    let others: Vec<[f32; GATE_FEATURES]> = others.iter().map(|features| signs(features, heads, taxonomy)).collect();
    let Ok(gate) = Gate::fit(&garments, &others, KEEP) else { return Ok(None) };
    numbers::put_logistic(heads, numbers::GATE, gate.garment.bias, &gate.garment.weights);
    heads.numbers.insert(numbers::GATE_THRESHOLD.into(), gate.threshold as f32);
    Ok(Some(others.iter().filter(|x| gate.passes(x)).count() as f64 / others.len() as f64))
}

/// What the gate reads of a picture.
fn signs(features: &Features, heads: &HeadSet, taxonomy: &Taxonomy) -> [f32; GATE_FEATURES] {
    gate_features(features, heads.projection.apply(&features.look).as_ref(), heads, taxonomy)
}

/// Heads with the settings of `fitted` on other examples.
fn without(train: &Samples, fitted: &Fitted) -> Result<HeadSet, FitError> {
    let weights = Ridge::new(train).weights(fitted.head.lambda).map_err(vestry_learn::LearnError::from)?;
    let head = LinearHead::new(
        train.classes().to_vec(),
        train.dimensions(),
        weights.weights,
        weights.bias,
        fitted.head.temperature,
        fitted.head.head.threshold(),
    )
    .map_err(vestry_learn::LearnError::from)?;
    let whitening = Whitening::new(train).map_err(vestry_learn::LearnError::from)?;
    let projection = whitening.projection(fitted.projection.shrink, fitted.projection.boost);
    let means = prototypes(&projection, train)?;
    let heads = [(numbers::CATEGORY.to_owned(), head), (numbers::GATE_MEANS.to_owned(), means)];
    Ok(HeadSet {
        name: super::NAME.into(),
        features: Backbone::NAME.into(),
        projection,
        heads: HashMap::from(heads),
        numbers: HashMap::new(),
        reading: None,
    })
}
