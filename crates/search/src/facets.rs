//! How many of what was found have each value.

use vestry_model::AttributeId;

use crate::{
    Facet,
    filter::{Chosen, Standing},
    state::State,
};

/// Counts over `slots`, which are not filtered yet: each attribute ignores the choice made within itself.
pub(crate) fn count(
    state: &State,
    chosen: &Chosen,
    attributes: &[AttributeId],
    slots: impl Iterator<Item = u32>,
) -> Vec<Facet> {
    let mut counter = Counter::new(state, attributes);
    // For a product that fails one filter only: the facet of that filter's attribute, if asked for.
    let facet_of: Vec<Option<u8>> = chosen
        .parts
        .iter()
        .map(|(of, _)| of.as_ref().and_then(|of| attributes.iter().position(|a| a == of)).map(|at| at as u8 + 1))
        .collect();
    for slot in slots {
        match chosen.standing(slot) {
            Standing::Passes => counter.add(slot),
            Standing::FailsOne(part) => {
                if let Some(facet) = facet_of[part] {
                    counter.add_to(slot, facet);
                }
            }
            Standing::Fails => {}
        }
    }
    counter.facets(attributes)
}

struct Counter<'a> {
    state: &'a State,
    /// By tag number, its facet from 1, or 0.
    facet: Vec<u8>,
    counts: Vec<u64>,
}

impl<'a> Counter<'a> {
    fn new(state: &'a State, attributes: &[AttributeId]) -> Self {
        let facet: Vec<u8> = state
            .tag_names()
            .iter()
            .map(|(of, _)| attributes.iter().position(|a| a == of).map_or(0, |at| at as u8 + 1))
            .collect();
        Self { state, counts: vec![0; facet.len()], facet }
    }

    fn add(&mut self, slot: u32) {
        for (tag, _) in self.state.tags(slot) {
            self.counts[*tag as usize] += 1;
        }
    }

    fn add_to(&mut self, slot: u32, facet: u8) {
        for (tag, _) in self.state.tags(slot) {
            if self.facet[*tag as usize] == facet {
                self.counts[*tag as usize] += 1;
            }
        }
    }

    fn facets(self, attributes: &[AttributeId]) -> Vec<Facet> {
        let mut facets: Vec<Facet> =
            attributes.iter().map(|a| Facet { attribute: a.clone(), counts: Vec::new() }).collect();
        for ((facet, count), (_, value)) in self.facet.iter().zip(&self.counts).zip(self.state.tag_names()) {
            if *facet > 0 && *count > 0 {
                facets[usize::from(*facet) - 1].counts.push((value.clone(), *count));
            }
        }
        for facet in &mut facets {
            facet.counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        }
        facets
    }
}
