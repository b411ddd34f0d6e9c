//! Who has what, by visitor and by item, and the whole-number sums that follow.

use super::histories::{Histories, Visitor};
use faer::Mat;
use std::collections::BTreeSet;
use vestry_model::ProductId;

/// Items whose sums are kept and not counted when asked for, at most: those that most visitors have.
const KEPT: usize = 3_000;
/// No place.
const NONE: u32 = u32::MAX;

/// How much a visitor has to do with an item: its place, and the weight of the deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) at: u32,
    pub(super) weight: u8,
}

impl Cell {
    fn times(self, weight: u8) -> u32 {
        u32::from(self.weight) * u32::from(weight)
    }
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
    /// Where an item's sums are kept.
    places: Vec<u32>,
    /// Σ w·wᵀ of the items that have a place, its lower triangle row after row. Of 2²⁶ visitors it does not overflow.
    kept: Vec<u32>,
}

fn triangle(a: u32, b: u32) -> usize {
    let (high, low) = (a.max(b) as usize, a.min(b) as usize);
    high * (high + 1) / 2 + low
}

impl Incidence {
    pub(super) fn new(histories: &Histories) -> Self {
        let items: BTreeSet<ProductId> =
            histories.iter().flat_map(|(_, deeds)| deeds.iter().map(|deed| deed.item)).collect();
        let items: Vec<ProductId> = items.into_iter().collect();
        let (mut visitors, mut rows) = (Vec::new(), Vec::new());
        let mut columns = vec![Vec::new(); items.len()];
        for (who, (visitor, deeds)) in histories.iter().enumerate() {
            let cell = |deed: &super::Deed| {
                let at = items.binary_search(&deed.item).unwrap_or_else(|_| unreachable!("all items are listed"));
                Cell { at: at as u32, weight: deed.kind.weight() }
            };
            let row: Vec<Cell> = deeds.iter().map(cell).collect();
            row.iter().for_each(|c| columns[c.at as usize].push(Cell { at: who as u32, weight: c.weight }));
            visitors.push(visitor);
            rows.push(row);
        }
        let mut most: Vec<u32> = (0..items.len() as u32).collect();
        most.sort_by_key(|at| std::cmp::Reverse(columns[*at as usize].len()));
        most.truncate(KEPT);
        let mut places = vec![NONE; items.len()];
        most.iter().zip(0..).for_each(|(at, place)| places[*at as usize] = place);
        let kept = vec![0; most.len() * (most.len() + 1) / 2];
        let mut whole = Self { items, visitors, rows, columns, places, kept };
        (0..whole.rows.len()).for_each(|who| whole.sum(who, u32::wrapping_add));
        whole
    }

    /// Adds a visitor's products to what is kept, or takes them away.
    fn sum(&mut self, who: usize, change: fn(u32, u32) -> u32) {
        let placed: Vec<Cell> = self.rows[who]
            .iter()
            .map(|cell| Cell { at: self.places[cell.at as usize], weight: cell.weight })
            .filter(|cell| cell.at != NONE)
            .collect();
        for (n, a) in placed.iter().enumerate() {
            for b in &placed[..=n] {
                let sum = &mut self.kept[triangle(a.at, b.at)];
                *sum = change(*sum, a.times(b.weight));
            }
        }
    }

    /// Takes a visitor out; their row.
    pub(super) fn forget(&mut self, visitor: Visitor) -> Vec<Cell> {
        let Ok(who) = self.visitors.binary_search(&visitor) else { return Vec::new() };
        self.sum(who, u32::wrapping_sub);
        let row = std::mem::take(&mut self.rows[who]);
        row.iter().for_each(|cell| self.columns[cell.at as usize].retain(|other| other.at != who as u32));
        row
    }

    pub(super) fn at(&self, item: ProductId) -> Option<u32> {
        self.items.binary_search(&item).ok().map(|at| at as u32).filter(|at| !self.columns[*at as usize].is_empty())
    }

    pub(super) fn live(&self) -> impl Iterator<Item = u32> {
        (0..self.items.len() as u32).filter(|at| !self.columns[*at as usize].is_empty())
    }

    /// The items that share visitors with one, as many as `most` by Σ w·w, of equals the lesser ids; ascending.
    /// `sums` is zero for all items, before and after.
    pub(super) fn strongest(&self, item: u32, most: usize, sums: &mut [u32]) -> Vec<u32> {
        let mut met = Vec::new();
        for whose in &self.columns[item as usize] {
            for cell in &self.rows[whose.at as usize] {
                let sum = &mut sums[cell.at as usize];
                if *sum == 0 {
                    met.push(cell.at);
                }
                *sum += cell.times(whose.weight);
            }
        }
        let mut found: Vec<(std::cmp::Reverse<u32>, u32)> =
            met.iter().filter(|at| **at != item).map(|at| (std::cmp::Reverse(sums[*at as usize]), *at)).collect();
        met.iter().for_each(|at| sums[*at as usize] = 0);
        if found.len() > most {
            found.select_nth_unstable(most);
            found.truncate(most);
        }
        let mut found: Vec<u32> = found.into_iter().map(|(_, at)| at).collect();
        found.sort_unstable();
        found
    }

    /// Σ w·wᵀ of these items, both triangles. `positions` is [`Positions`] of all items, before and after.
    pub(super) fn square(&self, items: &[u32], positions: &mut Positions) -> Mat<f64> {
        let mut square = Mat::zeros(items.len(), items.len());
        let place = |n: usize| self.places[items[n] as usize];
        for n in (0..items.len()).filter(|n| place(*n) != NONE) {
            for m in (0..=n).filter(|m| place(*m) != NONE) {
                let sum = f64::from(self.kept[triangle(place(n), place(m))]);
                (square[(n, m)], square[(m, n)]) = (sum, sum);
            }
        }
        positions.set(items);
        let mut line = vec![0u32; items.len()];
        for n in (0..items.len()).filter(|n| place(*n) == NONE) {
            for whose in &self.columns[items[n] as usize] {
                for cell in &self.rows[whose.at as usize] {
                    if let Some(m) = positions.of(cell.at) {
                        line[m] += cell.times(whose.weight);
                    }
                }
            }
            for (m, sum) in line.iter_mut().enumerate() {
                let sum = f64::from(std::mem::take(sum));
                (square[(n, m)], square[(m, n)]) = (sum, sum);
            }
        }
        positions.clear(items);
        square
    }
}

/// Where items stand in a list of some of them.
#[derive(Debug)]
pub(super) struct Positions(Vec<u32>);

impl Positions {
    pub(super) fn new(items: usize) -> Self {
        Self(vec![NONE; items])
    }

    pub(super) fn set(&mut self, items: &[u32]) {
        items.iter().zip(0..).for_each(|(at, position)| self.0[*at as usize] = position);
    }

    fn clear(&mut self, items: &[u32]) {
        items.iter().for_each(|at| self.0[*at as usize] = NONE);
    }

    pub(super) fn of(&self, item: u32) -> Option<usize> {
        let position = self.0[item as usize];
        (position != NONE).then_some(position as usize)
    }
}
