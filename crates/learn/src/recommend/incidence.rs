//! Who has what, by visitor and by item, and the whole-number sums that follow.

use super::{histories::Histories, square::Square};
use rayon::prelude::*;
use std::{
    cmp::Reverse,
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU16, Ordering::Relaxed},
    },
};
use vestry_model::{ProductId, Visitor};

/// How much a visitor has to do with an item: its place, and the weight of the deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) at: u32,
    pub(super) weight: u8,
}

/// How near an item is to another, by cosine, of equals the lesser first: the lesser, the nearer.
pub(super) type Nearness = (Reverse<u64>, u32);

/// The co-items of an item.
#[derive(Debug, Clone, Default)]
pub(super) struct CoItems {
    /// And itself; ascending.
    pub(super) items: Vec<u32>,
    /// How near the farthest of them was, where there were more than were taken: it comes nearer only, until they are
    /// chosen again.
    farthest: Option<Nearness>,
}

/// Visitors and items in the order of their ids. An item whose last visitor went keeps its place and has no cells.
#[derive(Debug, Clone)]
pub(super) struct Incidence {
    pub(super) items: Vec<ProductId>,
    pub(super) visitors: Vec<Visitor>,
    /// By visitor, ascending by item.
    pub(super) rows: Vec<Vec<Cell>>,
    /// By item, ascending by visitor.
    pub(super) columns: Vec<Vec<Cell>>,
    /// By item, Σ w·w.
    norms: Vec<u32>,
}

impl Incidence {
    pub(super) fn new(histories: &Histories) -> Self {
        let items: BTreeSet<ProductId> =
            histories.iter().flat_map(|(_, deeds)| deeds.iter().map(|deed| deed.item)).collect();
        let items: Vec<ProductId> = items.into_iter().collect();
        let (mut visitors, mut rows) = (Vec::new(), Vec::new());
        let (mut columns, mut norms) = (vec![Vec::new(); items.len()], vec![0; items.len()]);
        for (who, (visitor, deeds)) in histories.iter().enumerate() {
            let cell = |deed: &super::Deed| {
                let at = items.binary_search(&deed.item).unwrap_or_else(|_| unreachable!("all items are listed"));
                Cell { at: at as u32, weight: deed.kind.weight() }
            };
            let row: Vec<Cell> = deeds.iter().map(cell).collect();
            for c in &row {
                columns[c.at as usize].push(Cell { at: who as u32, weight: c.weight });
                norms[c.at as usize] += u32::from(c.weight).pow(2);
            }
            visitors.push(visitor);
            rows.push(row);
        }
        Self { items, visitors, rows, columns, norms }
    }

    /// Takes a visitor out; their row.
    pub(super) fn forget(&mut self, visitor: Visitor) -> Vec<Cell> {
        let Ok(who) = self.visitors.binary_search(&visitor) else { return Vec::new() };
        let row = std::mem::take(&mut self.rows[who]);
        for cell in &row {
            self.columns[cell.at as usize].retain(|other| other.at != who as u32);
            self.norms[cell.at as usize] -= u32::from(cell.weight).pow(2);
        }
        row
    }

    pub(super) fn at(&self, item: ProductId) -> Option<u32> {
        self.items.binary_search(&item).ok().map(|at| at as u32).filter(|at| !self.columns[*at as usize].is_empty())
    }

    pub(super) fn live(&self) -> impl Iterator<Item = u32> {
        (0..self.items.len() as u32).filter(|at| !self.columns[*at as usize].is_empty())
    }

    /// Sets `sums` to Σ w·w of an item with every other one. Of 2²⁶ visitors none overflows.
    pub(super) fn sums(&self, item: u32, sums: &mut [u32]) {
        self.sums_up_to(u32::MAX, item, sums);
    }

    /// Likewise, up to that with `last`.
    fn sums_up_to(&self, last: u32, item: u32, sums: &mut [u32]) {
        sums.fill(0);
        for whose in &self.columns[item as usize] {
            let (weight, row) = (u32::from(whose.weight), &self.rows[whose.at as usize]);
            let row = &row[..row.partition_point(|cell| cell.at <= last)];
            row.iter().for_each(|cell| sums[cell.at as usize] += u32::from(cell.weight) * weight);
        }
    }

    /// How near an item is to another with which it shares Σ w·w: what it explains of the other by itself. The squared
    /// cosine, without what does not differ between items.
    fn nearness(&self, item: u32, sum: u32) -> Nearness {
        // Numbers that are not below zero are in the order of their bits.
        (Reverse((f64::from(sum).powi(2) / f64::from(self.norms[item as usize])).to_bits()), item)
    }

    /// The items nearest to one, as many as `most` of those with which it shares any Σ w·w.
    pub(super) fn nearest(&self, item: u32, sums: impl Iterator<Item = (u32, u32)>, most: usize) -> CoItems {
        let shared = sums.filter(|(at, sum)| *sum > 0 && *at != item);
        let mut found: Vec<Nearness> = shared.map(|(at, sum)| self.nearness(at, sum)).collect();
        let mut farthest = None;
        if found.len() > most {
            farthest = Some(*found.select_nth_unstable(most - 1).1);
            found.truncate(most);
        }
        let mut items: Vec<u32> = found.into_iter().map(|(_, at)| at).chain([item]).collect();
        items.sort_unstable();
        CoItems { items, farthest }
    }

    /// Whether an item is to be among the co-items of another that were chosen before it came nearer.
    pub(super) fn displaces(&self, item: u32, sum: u32, chosen: &CoItems) -> bool {
        chosen.farthest.is_some_and(|farthest| sum > 0 && self.nearness(item, sum) < farthest)
            && chosen.items.binary_search(&item).is_err()
    }

    /// Σ w·wᵀ of the items of each block, which are ascending. The sums of an item are made once for all blocks that it is in.
    pub(super) fn squares(&self, blocks: &[&[u32]]) -> Vec<Square> {
        let mut places = vec![Vec::new(); self.items.len()];
        for (block, items) in blocks.iter().enumerate() {
            items.iter().enumerate().for_each(|(n, item)| places[*item as usize].push((block, n)));
        }
        let empty = |items: &&[u32]| -> Vec<AtomicU16> {
            (0..items.len() * (items.len() + 1) / 2).map(|_| AtomicU16::new(0)).collect()
        };
        let low: Vec<Vec<AtomicU16>> = blocks.iter().map(empty).collect();
        let high: Vec<Mutex<Vec<(u32, u16)>>> = blocks.iter().map(|_| Mutex::default()).collect();
        places.par_iter().enumerate().filter(|(_, places)| !places.is_empty()).for_each_init(
            || vec![0; self.items.len()],
            |sums, (item, places)| {
                self.sums_up_to(item as u32, item as u32, sums);
                for (block, n) in places {
                    let start = n * (n + 1) / 2;
                    for (place, other) in (start..).zip(&blocks[*block][..=*n]) {
                        let sum = sums[*other as usize];
                        // Each place is written by one thread.
                        low[*block][place].store(sum as u16, Relaxed);
                        if sum >> 16 > 0 {
                            let mut high = high[*block].lock().unwrap_or_else(PoisonError::into_inner);
                            high.push((place as u32, (sum >> 16) as u16));
                        }
                    }
                }
            },
        );
        let square = |(low, high): (Vec<AtomicU16>, Mutex<Vec<(u32, u16)>>)| {
            let mut high = high.into_inner().unwrap_or_else(PoisonError::into_inner);
            high.sort_unstable();
            Square::new(low.into_iter().map(AtomicU16::into_inner).collect(), high)
        };
        low.into_iter().zip(high).map(square).collect()
    }
}
