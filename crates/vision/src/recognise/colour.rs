//! Which colours become suggestions, and how sure they are.

use super::{judged, numbers};
use crate::NamedColour;
use vestry_model::{AttributeId, HeadSet, Suggestion, TagState, Taxonomy};

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
    let enough = named.iter().filter(|named| named.is_suggested());
    enough
        .map(|named| {
            let probability = numbers::logistic(heads, numbers::COLOUR, &named.signs).unwrap_or(0.5);
            let (confidence, state) = judged(probability, THRESHOLD, garment, heads);
            Suggestion { attribute: attribute.clone(), value: named.colour.value.clone(), confidence, state }
        })
        .collect()
}
