//! What else an index knows of its products, for lists that no search made.

use crate::{Filter, Index, IndexError, bits::Bits, filter::Chosen, generation::Live, look, state::State};
use std::sync::PoisonError;
use vestry_model::{ImageId, ProductId};

/// The products of an index as they stand now, and which of them pass some filters.
pub struct Glance<'a> {
    state: &'a State,
    live: &'a Live,
    chosen: Bits,
}

impl Index {
    /// Hands `work` the products as they stand; changes wait until it is done.
    ///
    /// # Errors
    /// As a search's, for a filter that it does not know.
    pub fn glance<T>(&self, filters: &[Filter], work: impl FnOnce(&Glance<'_>) -> T) -> Result<T, IndexError> {
        let live = self.live();
        let state = live.read();
        let chosen = Chosen::new(&state, self.taxonomy(), filters)?.all;
        Ok(work(&Glance { state: &state, live: &live, chosen }))
    }
}

impl std::fmt::Debug for Glance<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Glance")
    }
}

impl Glance<'_> {
    /// Whether a product is there and passes the filters.
    pub fn passes(&self, product: ProductId) -> bool {
        self.state.slot_of(product).is_some_and(|slot| self.chosen.has(slot))
    }

    /// The shop's own name of a product, and its first picture.
    pub fn card(&self, product: ProductId) -> Option<(&str, Option<ImageId>)> {
        let entry = self.state.entry(self.state.slot_of(product)?);
        Some((&entry.sku, entry.pictures.first().map(|picture| picture.image)))
    }

    /// How alike two products look, the cosine of their first pictures; 0 where one has none.
    pub fn likeness(&self, one: ProductId, other: ProductId) -> f32 {
        let row = |product| Some(self.state.entry(self.state.slot_of(product)?).pictures.first()?.row);
        let rows = row(one).zip(row(other));
        rows.map_or(0.0, |(one, other)| self.state.rows.cosine(one, self.state.rows.vector(other)))
    }

    /// The `count` products that look most like one, best first, itself and those that fail the filters left out.
    pub fn look_alikes(&self, product: ProductId, count: usize) -> Result<Vec<ProductId>, IndexError> {
        let slot = self.state.slot_of(product);
        let Some(picture) = slot.and_then(|slot| self.state.entry(slot).pictures.first()) else {
            return Ok(Vec::new());
        };
        let vector = self.state.rows.vector(picture.row);
        let graph = self.live.graph.read().unwrap_or_else(PoisonError::into_inner);
        let list = look::nearest(self.state, &graph, vector, Some(&self.chosen), count + 1)?;
        let others = list.found.iter().map(|found| self.state.product(found.slot)).filter(|other| *other != product);
        Ok(others.take(count).collect())
    }

    /// The newest products of which `is_wanted` says so, newest first.
    pub fn newest(&self, count: usize, is_wanted: impl Fn(ProductId) -> bool) -> Vec<ProductId> {
        let mut wanted: Vec<(i64, ProductId)> = self
            .chosen
            .iter()
            .map(|slot| (self.state.created[slot as usize], self.state.product(slot)))
            .filter(|(_, product)| is_wanted(*product))
            .collect();
        wanted.sort_unstable_by(|a, b| b.cmp(a));
        wanted.into_iter().take(count).map(|(_, product)| product).collect()
    }
}
