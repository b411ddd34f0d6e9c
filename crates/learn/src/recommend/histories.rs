//! What each visitor did, without its repetitions.

use std::collections::BTreeMap;
use vestry_model::{DeedKind, ProductId, Visitor};

/// Items held of one visitor, at most: past that the weakest and oldest go, so that nobody outweighs a crowd and what
/// somebody moved is small enough to be taken back.
pub const HELD: usize = 200;

/// Something that happened once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Who did it.
    pub visitor: Visitor,
    /// What they did, and with what.
    pub deed: Deed,
}

/// What a visitor did with an item; the lesser is the first to be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deed {
    /// What.
    pub kind: DeedKind,
    /// When, in seconds since 1970.
    pub second: i64,
    /// With which item.
    pub item: ProductId,
}

/// All live histories. They are sets: in which order events come, and how often the same one does, changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histories {
    of: BTreeMap<Visitor, Vec<Deed>>,
}

impl Histories {
    /// Takes events in.
    pub fn learn(&mut self, events: impl IntoIterator<Item = Event>) {
        for Event { visitor, deed } in events {
            let deeds = self.of.entry(visitor).or_default();
            match deeds.binary_search_by_key(&deed.item, |known| known.item) {
                Ok(at) => deeds[at] = deeds[at].max(deed),
                Err(at) => deeds.insert(at, deed),
            }
            // Whatever was dropped was less than all that is left and would be dropped again, so order does not matter.
            if deeds.len() > HELD
                && let Some((least, _)) = deeds.iter().enumerate().min_by_key(|(_, deed)| **deed)
            {
                deeds.remove(least);
            }
        }
    }

    /// Takes out all that one visitor did; how many items it was.
    pub fn forget(&mut self, visitor: Visitor) -> usize {
        self.of.remove(&visitor).map_or(0, |deeds| deeds.len())
    }

    /// What one visitor did, by item.
    pub fn of(&self, visitor: Visitor) -> &[Deed] {
        self.of.get(&visitor).map_or(&[], Vec::as_slice)
    }

    /// All of them, by visitor.
    pub fn iter(&self) -> impl Iterator<Item = (Visitor, &[Deed])> {
        self.of.iter().map(|(visitor, deeds)| (*visitor, deeds.as_slice()))
    }
}
