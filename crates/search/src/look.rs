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
const STEP_NS: f32 = 115.0;
/// Steps that the graph takes for each result kept on the way.
const STEPS: f32 = 24.0;
/// The fewest results kept on the way: past .99 of the ten nearest are then found.
const BREADTH: usize = 40;
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
    loop {
        let steps = STEPS * breadth as f32 / share.max(1e-6);
        let graph_is_dear = rows * SCAN_NS <= steps * STEP_NS || breadth as f32 >= rows;
        if graph_is_dear {
            return Ok(scan(state, query, allowed, candidates, want));
        }
        let Some(found) = walk(state, graph, query, allowed, breadth, 4 * steps as usize)? else {
            return Ok(scan(state, query, allowed, candidates, want));
        };
        if found.len() >= want.min(candidates) {
            let complete = found.len() == candidates;
            return Ok(LookList { found: cut(found, want), complete });
        }
        breadth *= 4;
    }
}

fn cut(mut found: Vec<Found>, want: usize) -> Vec<Found> {
    found.truncate(want);
    found
}

/// By the graph, scored again exactly; `None` when its budget is spent.
fn walk(
    state: &State,
    graph: &Graph,
    query: &[f16],
    allowed: Option<&Bits>,
    breadth: usize,
    budget: usize,
) -> Result<Option<Vec<Found>>, IndexError> {
    let may = |row: u32| state.rows.slot(row) != DEAD && allowed.is_none_or(|bits| bits.has(state.rows.slot(row)));
    let images = match allowed {
        None => graph.nearest(query, breadth)?,
        Some(_) => {
            let found = graph.nearest_of(query, breadth, budget, |image| state.rows.row_of(image).is_some_and(may))?;
            let Some(images) = found else { return Ok(None) };
            images
        }
    };
    let rows = images.iter().filter_map(|image| state.rows.row_of(*image)).chain(state.pending.iter().copied());
    let rows: Vec<u32> = rows.filter(|row| may(*row)).collect();
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
