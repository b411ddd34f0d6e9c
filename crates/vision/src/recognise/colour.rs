//! Which colours become suggestions, and how sure they are.

use super::{judged, numbers};
use crate::NamedColour;
use vestry_model::{AttributeId, HeadSet, Suggestion, TagState, Taxonomy};

/// The least share of a garment that makes a colour a suggestion.
pub const SUGGESTED_SHARE: f32 = 0.2;
/// A name that is less likely than not is a question.
const THRESHOLD: f32 = 0.5;

/// Whether `tags` say that the cloth is a check, whose threads mix colours.
pub(super) fn woven(tags: &[Suggestion], taxonomy: &Taxonomy) -> bool {
    let checked = |tag: &Suggestion| {
        let mut names = taxonomy.lineage(numbers::PRINT, tag.value.as_str());
        tag.attribute.as_str() == numbers::PRINT && names.any(|value| value.id.as_str() == "checked")
    };
    tags.iter().any(|tag| tag.state != TagState::ToReview && checked(tag))
}

/// One suggestion for each colour that covers enough of the garment.
pub(super) fn suggestions(named: &[NamedColour], garment: f32, heads: &HeadSet) -> Vec<Suggestion> {
    let attribute = AttributeId::new("colour").expect("an id of the taxonomy");
    let enough = named.iter().filter(|c| c.colour.share >= SUGGESTED_SHARE);
    enough
        .map(|named| {
            let (confidence, state) = judged(probability(named, heads), THRESHOLD, garment, heads);
            Suggestion { attribute: attribute.clone(), value: named.colour.value.clone(), confidence, state }
        })
        .collect()
}

/// How likely the name is right.
fn probability(named: &NamedColour, heads: &HeadSet) -> f32 {
    let number = |name: &str| heads.numbers.get(name).copied().unwrap_or(0.0);
    let weight = |at: usize| number(&format!("{}{at}", numbers::COLOUR_WEIGHT));
    let score =
        number(numbers::COLOUR_BIAS) + named.signs.iter().enumerate().map(|(at, sign)| weight(at) * sign).sum::<f32>();
    1.0 / (1.0 + (-score).exp())
}
