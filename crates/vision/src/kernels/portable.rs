//! Safe Rust that compilers turn into whatever vectors the target has: fixed-size arrays, no early exits.

use super::{Depthwise, Panel, Product, Window};

/// Columns of a tile: two vectors of four, which every 64-bit target has.
pub(super) const LANES: usize = 8;
/// Rows of a tile: with [`LANES`], eight of sixteen vector registers hold sums.
const ROWS: usize = 4;

/// See [`Product::run`], which has checked every length.
pub(super) fn product(p: &Product, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
    // Rows are taken in blocks that stay in the first-level cache while all panels pass over them.
    let block = (6144 / p.inputs).clamp(1, 256) * ROWS;
    let blocks = input.chunks(block * p.inputs).zip(output.chunks_mut(block * p.outputs));
    for (index, (rows, out)) in blocks.enumerate() {
        let start = index * block * p.outputs;
        let added = residual.map(|r| &r[start..start + out.len()]);
        for panel in &p.panels {
            rows_by_panel(p, panel, rows, added, out);
        }
    }
}

fn rows_by_panel(p: &Product, panel: &Panel, rows: &[f32], added: Option<&[f32]>, out: &mut [f32]) {
    let (k, n) = (p.inputs, p.outputs);
    let count = rows.len() / k;
    let mut row = 0;
    while row + ROWS <= count {
        let tile: [&[f32]; ROWS] = std::array::from_fn(|i| &rows[(row + i) * k..][..k]);
        write(p, panel, sums(p, panel, tile), added, &mut out[row * n..], row * n);
        row += ROWS;
    }
    while row < count {
        write(p, panel, sums(p, panel, [&rows[row * k..][..k]]), added, &mut out[row * n..], row * n);
        row += 1;
    }
}

#[inline(always)]
fn sums<const R: usize>(p: &Product, panel: &Panel, rows: [&[f32]; R]) -> [[f32; LANES]; R] {
    let mut bias = [0.0; LANES];
    bias.copy_from_slice(&p.bias[panel.first_column..][..LANES]);
    let mut sums = [bias; R];
    let (weights, _) = panel.values.as_chunks::<LANES>();
    // Slices of one known length let the bounds checks leave the loop.
    let rows = rows.map(|row| &row[..weights.len()]);
    for (k, weights) in weights.iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(rows) {
            let value = row[k];
            for (sum, weight) in sum.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
    }
    sums
}

#[inline(always)]
fn write<const R: usize>(
    p: &Product,
    panel: &Panel,
    sums: [[f32; LANES]; R],
    added: Option<&[f32]>,
    out: &mut [f32],
    offset: usize,
) {
    let (low, high) = p.limits;
    let used = LANES.min(p.outputs - panel.first_column);
    for (i, sums) in sums.iter().enumerate() {
        let at = i * p.outputs + panel.first_column;
        let clamped = sums.map(|v| v.max(low).min(high));
        let out = &mut out[at..at + used];
        out.copy_from_slice(&clamped[..used]);
        if let Some(added) = added {
            out.iter_mut().zip(&added[offset + at..]).for_each(|(o, a)| *o += a);
        }
    }
}

/// See [`Depthwise::run`], which has checked every length.
pub(super) fn depthwise(d: &Depthwise, w: Window, input: &[f32], output: &mut [f32]) {
    let c = d.channels;
    let (low, high) = d.limits;
    for (at, out) in output.chunks_exact_mut(c).enumerate() {
        let (oy, ox) = (at / w.out_width, at % w.out_width);
        let (top, bottom) = d.inside(oy, w.height, w.above);
        let (left, right) = d.inside(ox, w.width, w.left);
        let (y, x) = (oy * d.stride + top - w.above, ox * d.stride + left - w.left);
        let (out, _) = out.as_chunks_mut::<LANES>();
        for (chunk, out) in out.iter_mut().enumerate() {
            let channel = chunk * LANES;
            let mut sum = [0.0; LANES];
            sum.copy_from_slice(&d.bias[channel..][..LANES]);
            for i in top..bottom {
                let cells = &input[((y + i - top) * w.width + x) * c + channel..];
                let weights = &d.weights[(i * d.side + left) * c + channel..];
                for j in 0..right - left {
                    let (cell, weight) = (&cells[j * c..][..LANES], &weights[j * c..][..LANES]);
                    for lane in 0..LANES {
                        sum[lane] += cell[lane] * weight[lane];
                    }
                }
            }
            *out = sum.map(|v| v.max(low).min(high));
        }
    }
}
