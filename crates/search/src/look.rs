//! The products that look most like a vector: by the graph or by an exact scan, whichever is cheaper.

use std::hint::black_box;

use numkong::f16;

use crate::{
    IndexError,
    bits::Bits,
    graph::Graph,
    rows::{DEAD, IdSet},
    state::State,
};

/// A product with its best picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) slot: u32,
    pub(crate) row: u32,
    pub(crate) score: f32,
}

/// Products by likeness, best first, ties by id.
#[derive(Debug, Default)]
pub(crate) struct LookList {
    pub(crate) found: Vec<Found>,
    /// Whether nothing that may be found is missing.
    pub(crate) complete: bool,
}

/// What one exact comparison costs against one step through the graph, with memory cold for both; measured on
/// 60,000 pictures by `bench/search`.
const SCAN_NS: f32 = 100.0;
const STEP_NS: f32 = 85.0;
/// Steps that the graph takes for each result kept on the way.
const STEPS: f32 = 24.0;
/// The fewest results kept on the way: past .99 of the ten nearest are then found.
const BREADTH: usize = 36;
/// When so much less passes along the way than overall, the filter goes against the query.
const AGAINST: f32 = 0.75;
/// Rows that are read ahead of their comparison.
const AHEAD: usize = 8;

/// The `want` products nearest to `query` among `allowed`, or among all.
pub(crate) fn nearest(
    state: &State,
    graph: &Graph,
    query: &[f16],
    allowed: Option<&Bits>,
    want: usize,
) -> Result<LookList, IndexError> {
    let pictured = state.pictured.count().max(1);
    let candidates = allowed.map_or(pictured, |bits| bits.count_shared(&state.pictured));
    let share = candidates as f32 / pictured as f32;
    let rows = state.rows.live() as f32 * share;
    let mut breadth = BREADTH.max(want + want / 2);
    let mut again = want + 8;
    loop {
        let steps = STEPS * breadth as f32 / share.max(1e-6);
        let graph_is_dear = rows * SCAN_NS <= steps * STEP_NS || breadth as f32 >= rows;
        if graph_is_dear {
            return Ok(scan(state, query, allowed, candidates, want));
        }
        let narrow = allowed.map(|bits| (bits, share, 4 * steps as usize));
        let Some(found) = walk(state, graph, query, narrow, (breadth, again))? else {
            return Ok(scan(state, query, allowed, candidates, want));
        };
        if found.len() >= want.min(candidates) {
            let complete = found.len() == candidates;
            return Ok(LookList { found: cut(found, want), complete });
        }
        (breadth, again) = (breadth * 4, usize::MAX);
    }
}

fn cut(mut found: Vec<Found>, want: usize) -> Vec<Found> {
    found.truncate(want);
    found
}

/// By the graph, the first `again` scored again exactly. `narrow` is what may be found, its share of all and the
/// budget of steps; `None` when the budget is spent, or when what passes lies away from where the query points:
/// the graph then ends in the wrong neighbourhood.
fn walk(
    state: &State,
    graph: &Graph,
    query: &[f16],
    narrow: Option<(&Bits, f32, usize)>,
    (breadth, again): (usize, usize),
) -> Result<Option<Vec<Found>>, IndexError> {
    let may = |row: u32| state.rows.slot(row) != DEAD && narrow.is_none_or(|(bits, ..)| bits.has(state.rows.slot(row)));
    let images = match narrow {
        None => graph.nearest(query, breadth)?,
        Some((_, share, budget)) => {
            let found = graph.nearest_of(query, breadth, budget, |image| state.rows.row_of(image).is_some_and(may))?;
            let Some((images, _)) = found.filter(|(_, passed)| *passed >= AGAINST * share) else {
                return Ok(None);
            };
            images
        }
    };
    // The graph's order is exact up to rounding: what lies well beyond what is wanted need not be looked at again.
    let near = images.iter().filter_map(|image| state.rows.row_of(*image)).filter(|row| may(*row)).take(again);
    let pending = state.pending.iter().copied().filter(|row| may(*row));
    let rows: Vec<u32> = near.chain(pending).collect();
    let mut found = score_all(state, query, &rows);
    best_first(state, &mut found);
    Ok(Some(one_a_product(found)))
}

/// By comparing every candidate.
fn scan(state: &State, query: &[f16], allowed: Option<&Bits>, candidates: usize, want: usize) -> LookList {
    let rows = &state.rows;
    let chosen: Vec<u32> = match allowed {
        Some(bits) if candidates * 16 < rows.len() => bits
            .iter()
            .filter(|slot| state.pictured.has(*slot))
            .flat_map(|slot| state.entry(slot).pictures.iter().filter(move |p| rows.slot(p.row) == slot))
            .map(|picture| picture.row)
            .collect(),
        _ => (0..rows.len() as u32)
            .filter(|row| {
                let slot = rows.slots()[*row as usize];
                slot != DEAD && allowed.is_none_or(|bits| bits.has(slot))
            })
            .collect(),
    };
    let mut found = score_all(state, query, &chosen);
    // Most pictures are beyond what is wanted: leave them unsorted, unless a few products own the first ones.
    let head = (want * 4).max(64);
    if found.len() > head {
        let order = |a: &Found, b: &Found| compare(state, a, b);
        found.select_nth_unstable_by(head, order);
        let mut first = found[..head].to_vec();
        best_first(state, &mut first);
        let first = one_a_product(first);
        if first.len() >= want {
            return LookList { complete: false, found: cut(first, want) };
        }
    }
    best_first(state, &mut found);
    let found = one_a_product(found);
    LookList { complete: found.len() <= want, found: cut(found, want) }
}

/// The rows lie scattered in memory, and waiting for each in turn would cost more than comparing: a few are read
/// ahead together.
fn score_all(state: &State, query: &[f16], rows: &[u32]) -> Vec<Found> {
    let mut found = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(AHEAD) {
        black_box(chunk.iter().fold(0, |sum, row| sum ^ state.rows.touch(*row)));
        found.extend(chunk.iter().map(|row| Found {
            slot: state.rows.slot(*row),
            row: *row,
            score: state.rows.cosine(*row, query),
        }));
    }
    found
}

fn compare(state: &State, a: &Found, b: &Found) -> std::cmp::Ordering {
    b.score
        .total_cmp(&a.score)
        .then_with(|| state.product(a.slot).cmp(&state.product(b.slot)))
        .then_with(|| state.rows.image(a.row).cmp(&state.rows.image(b.row)))
}

fn best_first(state: &State, found: &mut [Found]) {
    found.sort_unstable_by(|a, b| compare(state, a, b));
}

/// Keeps the first of each product.
fn one_a_product(mut found: Vec<Found>) -> Vec<Found> {
    let mut seen = IdSet::with_capacity_and_hasher(found.len(), Default::default());
    found.retain(|f| seen.insert(f.slot));
    found
}
