//! x86-64 vectors. The only `unsafe` of this crate.
//!
//! Two things make it sound. The processor: each entry takes [`Avx512`] or [`Avx2`], which only `detect` makes,
//! and everything below an entry is inlined into it, so vector instructions run only where they were seen to
//! exist. The memory: `Product::run` and `Depthwise::run` compare the lengths of all slices with the shapes before
//! they call an entry, the entries assert again what pointers rest on, and each block says why its address is inside.
#![expect(unsafe_code, reason = "vector intrinsics; the compiler alone reaches a third of their speed")]

use super::{Depthwise, Product, Window};
use std::arch::x86_64::*;

/// Proof that the processor has AVX-512 F and VL.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") && Avx2::detect().is_some())
            .then_some(Self(()))
    }
}

/// Proof that the processor has AVX2 and FMA.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

/// A register of numbers.
///
/// # Safety
/// Every function needs a processor that has the implementing type's instructions and must be inlined into a
/// function compiled for them. `load`, `store` need [`Vector::LANES`] numbers at the address, their `_part` forms
/// `count` of them, `count` below [`Vector::LANES`]; no address needs alignment.
trait Vector: Copy {
    const LANES: usize;
    unsafe fn splat(value: f32) -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn load_part(from: *const f32, count: usize) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn store_part(self, to: *mut f32, count: usize);
    /// `self * by + plus`
    unsafe fn mul_add(self, by: Self, plus: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn clamp(self, low: Self, high: Self) -> Self;
}

// SAFETY of the blocks in both implementations: the trait's contract is the intrinsic's own.
impl Vector for __m512 {
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for the processor and for 16 numbers.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const f32, count: usize) -> Self {
        // SAFETY: the caller vouches for the processor and for `count` numbers; the mask reads no other.
        unsafe { _mm512_maskz_loadu_ps((1 << count) - 1, from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for the processor and for 16 places.
        unsafe { _mm512_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, count: usize) {
        // SAFETY: the caller vouches for the processor and for `count` places; the mask writes no other.
        unsafe { _mm512_mask_storeu_ps(to, (1 << count) - 1, self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, by: Self, plus: Self) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm512_fmadd_ps(self, by, plus) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm512_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn clamp(self, low: Self, high: Self) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm512_min_ps(_mm512_max_ps(self, low), high) }
    }
}

/// The first `count` of eight lanes, as the masked moves of AVX2 read it.
#[inline(always)]
unsafe fn first_lanes(count: usize) -> __m256i {
    const ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    debug_assert!(count <= 8);
    // SAFETY: the caller vouches for the processor; eight numbers from `8 - count` stay inside sixteen.
    unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(8 - count).cast()) }
}

impl Vector for __m256 {
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for the processor and for 8 numbers.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const f32, count: usize) -> Self {
        // SAFETY: the caller vouches for the processor and for `count` numbers; the mask reads no other.
        unsafe { _mm256_maskload_ps(from, first_lanes(count)) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for the processor and for 8 places.
        unsafe { _mm256_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, count: usize) {
        // SAFETY: the caller vouches for the processor and for `count` places; the mask writes no other.
        unsafe { _mm256_maskstore_ps(to, first_lanes(count), self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, by: Self, plus: Self) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm256_fmadd_ps(self, by, plus) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm256_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn clamp(self, low: Self, high: Self) -> Self {
        // SAFETY: the caller vouches for the processor.
        unsafe { _mm256_min_ps(_mm256_max_ps(self, low), high) }
    }
}

/// [`Product::run`] on AVX-512: tiles of 24 sums in 32 registers.
pub(super) fn product_512(_: Avx512, p: &Product, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn compiled(p: &Product, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        // SAFETY: this function is compiled for the vectors' instructions.
        unsafe { product::<__m512, 8, 12, 24>(p, input, residual, output) }
    }
    // SAFETY: the proof says that the processor has these instructions.
    unsafe { compiled(p, input, residual, output) }
}

/// [`Product::run`] on AVX2: tiles of at most 12 sums in 16 registers.
pub(super) fn product_256(_: Avx2, p: &Product, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
    #[target_feature(enable = "avx2,fma")]
    fn compiled(p: &Product, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        // SAFETY: this function is compiled for the vectors' instructions.
        unsafe { product::<__m256, 4, 6, 10>(p, input, residual, output) }
    }
    // SAFETY: the proof says that the processor has these instructions.
    unsafe { compiled(p, input, residual, output) }
}

/// Where a tile stands: addresses of its first input row, panel, bias and outputs, and the shape around them.
#[derive(Clone, Copy)]
struct Tile {
    input: *const f32,
    inputs: usize,
    panel: *const f32,
    bias: *const f32,
    output: *mut f32,
    outputs: usize,
    /// Null when nothing is added.
    residual: *const f32,
    /// Columns from the panel's first to the matrix's end.
    columns: usize,
    limits: (f32, f32),
}

/// The whole product, tile by tile; `R3`, `R2`, `R1` rows in tiles of three, two and one vectors.
///
/// # Safety
/// As [`Vector`] says; to be inlined into a function compiled for `V`.
#[inline(always)]
unsafe fn product<V: Vector, const R3: usize, const R2: usize, const R1: usize>(
    p: &Product,
    input: &[f32],
    residual: Option<&[f32]>,
    output: &mut [f32],
) {
    let (k, n) = (p.inputs, p.outputs);
    let rows = input.len() / k;
    assert!(output.len() >= rows * n && residual.is_none_or(|r| r.len() >= rows * n));
    // Rows are taken in blocks that stay in the second-level cache while all panels pass over them.
    let block = ((48 * 1024 / k) / 24 * 24).clamp(24, 1536);
    let mut from = 0;
    while from < rows {
        let to = rows.min(from + block);
        for panel in &p.panels {
            assert!(panel.values.len() >= k * panel.vectors * V::LANES && panel.first_column < n);
            assert!(p.bias.len() >= panel.first_column + panel.vectors * V::LANES);
            // SAFETY: `from` is below `rows` and `first_column` below `n`, so each address is inside its slice.
            let tile = unsafe {
                Tile {
                    input: input.as_ptr().add(from * k),
                    inputs: k,
                    panel: panel.values.as_ptr(),
                    bias: p.bias.as_ptr().add(panel.first_column),
                    output: output.as_mut_ptr().add(from * n + panel.first_column),
                    outputs: n,
                    residual: residual.map_or(std::ptr::null(), |r| r.as_ptr().add(from * n + panel.first_column)),
                    columns: n - panel.first_column,
                    limits: p.limits,
                }
            };
            // SAFETY: the tile has `to - from` rows of input and output below it and `vectors` vectors a panel row.
            unsafe {
                match panel.vectors {
                    3 => strip::<V, R3, 3>(tile, to - from),
                    2 => strip::<V, R2, 2>(tile, to - from),
                    _ => strip::<V, R1, 1>(tile, to - from),
                }
            }
        }
        from = to;
    }
}

/// `rows` rows by one panel: tall tiles, then shorter ones, then single rows.
///
/// # Safety
/// As [`Vector`] says, and `tile` has `rows` rows.
#[inline(always)]
unsafe fn strip<V: Vector, const TALL: usize, const WIDE: usize>(tile: Tile, rows: usize) {
    let mut row = 0;
    // SAFETY of the three: `row` plus the tile's height is at most `rows`, so the tile's rows exist.
    while row + TALL <= rows {
        // SAFETY: see above.
        unsafe { multiply::<V, TALL, WIDE>(lower(tile, row)) };
        row += TALL;
    }
    while row + 4 <= rows {
        // SAFETY: see above.
        unsafe { multiply::<V, 4, WIDE>(lower(tile, row)) };
        row += 4;
    }
    while row < rows {
        // SAFETY: see above.
        unsafe { multiply::<V, 1, WIDE>(lower(tile, row)) };
        row += 1;
    }
}

/// The tile `rows` further down.
///
/// # Safety
/// Those rows exist.
#[inline(always)]
unsafe fn lower(tile: Tile, rows: usize) -> Tile {
    // SAFETY: the caller vouches that the addresses stay inside their slices.
    unsafe {
        Tile {
            input: tile.input.add(rows * tile.inputs),
            output: tile.output.add(rows * tile.outputs),
            residual: if tile.residual.is_null() { tile.residual } else { tile.residual.add(rows * tile.outputs) },
            ..tile
        }
    }
}

/// One tile of `ROWS` rows and `WIDE` vectors, its sums in registers all the way.
///
/// # Safety
/// As [`Vector`] says, and `tile` has `ROWS` rows and `WIDE` vectors in its panel and bias.
#[inline(always)]
unsafe fn multiply<V: Vector, const ROWS: usize, const WIDE: usize>(tile: Tile) {
    // SAFETY: `j < WIDE` stays inside bias and panel row; `i < ROWS` and `step < inputs` inside the input's rows;
    // a vector whose end lies past the last column is read and written by its first `left` lanes only, and one
    // that starts past it does not exist, since panels are as narrow as their columns allow.
    unsafe {
        let mut sums = [[V::splat(0.0); WIDE]; ROWS];
        for j in 0..WIDE {
            let bias = V::load(tile.bias.add(j * V::LANES));
            for row in &mut sums {
                row[j] = bias;
            }
        }
        let mut panel = tile.panel;
        for step in 0..tile.inputs {
            let mut weights = [V::splat(0.0); WIDE];
            for (j, weight) in weights.iter_mut().enumerate() {
                *weight = V::load(panel.add(j * V::LANES));
            }
            for (i, row) in sums.iter_mut().enumerate() {
                let value = V::splat(*tile.input.add(i * tile.inputs + step));
                for (sum, weight) in row.iter_mut().zip(weights) {
                    *sum = value.mul_add(weight, *sum);
                }
            }
            panel = panel.add(WIDE * V::LANES);
        }
        let (low, high) = (V::splat(tile.limits.0), V::splat(tile.limits.1));
        for (i, row) in sums.iter().enumerate() {
            for (j, sum) in row.iter().enumerate() {
                let at = i * tile.outputs + j * V::LANES;
                let left = tile.columns - j * V::LANES;
                let mut value = sum.clamp(low, high);
                if left >= V::LANES {
                    if !tile.residual.is_null() {
                        value = value.add(V::load(tile.residual.add(at)));
                    }
                    value.store(tile.output.add(at));
                } else {
                    if !tile.residual.is_null() {
                        value = value.add(V::load_part(tile.residual.add(at), left));
                    }
                    value.store_part(tile.output.add(at), left);
                }
            }
        }
    }
}

/// [`Depthwise::run`] on AVX-512.
pub(super) fn depthwise_512(_: Avx512, d: &Depthwise, w: Window, input: &[f32], output: &mut [f32]) {
    #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
    fn compiled(d: &Depthwise, w: Window, input: &[f32], output: &mut [f32]) {
        // SAFETY: this function is compiled for the vectors' instructions.
        unsafe {
            match (d.side, d.stride) {
                (3, 1) => depthwise::<__m512, 3, 1>(d, w, input, output),
                (3, _) => depthwise::<__m512, 3, 2>(d, w, input, output),
                (_, 1) => depthwise::<__m512, 5, 1>(d, w, input, output),
                _ => depthwise::<__m512, 5, 2>(d, w, input, output),
            }
        }
    }
    // SAFETY: the proof says that the processor has these instructions.
    unsafe { compiled(d, w, input, output) }
}

/// [`Depthwise::run`] on AVX2.
pub(super) fn depthwise_256(_: Avx2, d: &Depthwise, w: Window, input: &[f32], output: &mut [f32]) {
    #[target_feature(enable = "avx2,fma")]
    fn compiled(d: &Depthwise, w: Window, input: &[f32], output: &mut [f32]) {
        // SAFETY: this function is compiled for the vectors' instructions.
        unsafe {
            match (d.side, d.stride) {
                (3, 1) => depthwise::<__m256, 3, 1>(d, w, input, output),
                (3, _) => depthwise::<__m256, 3, 2>(d, w, input, output),
                (_, 1) => depthwise::<__m256, 5, 1>(d, w, input, output),
                _ => depthwise::<__m256, 5, 2>(d, w, input, output),
            }
        }
    }
    // SAFETY: the proof says that the processor has these instructions.
    unsafe { compiled(d, w, input, output) }
}

/// Row by row and, inside a row, one vector of channels after the other, its weights in registers. Cells whose window
/// lies on the map are taken four at a time, so that what their windows share is read once.
///
/// # Safety
/// As [`Vector`] says; to be inlined into a function compiled for `V`.
#[inline(always)]
unsafe fn depthwise<V: Vector, const SIDE: usize, const STRIDE: usize>(
    d: &Depthwise,
    w: Window,
    input: &[f32],
    output: &mut [f32],
) {
    const CELLS: usize = 4;
    let c = d.channels;
    assert!(d.side == SIDE && d.stride == STRIDE && c.is_multiple_of(V::LANES));
    assert!(d.weights.len() >= SIDE * SIDE * c && d.bias.len() >= c);
    assert!(input.len() >= w.height * w.width * c && output.len() >= w.out_height * w.out_width * c);
    let first_whole = w.left.div_ceil(STRIDE);
    let end_whole = (w.width + w.left).checked_sub(SIDE).map_or(0, |last| (last / STRIDE + 1).min(w.out_width));
    for oy in 0..w.out_height {
        let (top, bottom) = d.inside(oy, w.height, w.above);
        for channel in (0..c).step_by(V::LANES) {
            // SAFETY: `channel + LANES` is at most `c`, so weights and bias have a vector at each place. `inside`
            // gives only offsets whose cell is on the map (input row `oy * stride + i - above` below `height`,
            // column likewise); from `first_whole` to `end_whole` every column of a window is; and `ox`, `oy` are
            // cells of the output.
            unsafe {
                let (low, high) = (V::splat(d.limits.0), V::splat(d.limits.1));
                let bias = V::load(d.bias.as_ptr().add(channel));
                let mut weights = [[bias; SIDE]; SIDE];
                for (i, row) in weights.iter_mut().enumerate() {
                    for (j, weight) in row.iter_mut().enumerate() {
                        *weight = V::load(d.weights.as_ptr().add((i * SIDE + j) * c + channel));
                    }
                }
                let out = output.as_mut_ptr().add(oy * w.out_width * c + channel);
                let mut ox = 0;
                while ox < w.out_width {
                    if bottom - top == SIDE && ox >= first_whole && ox + CELLS <= end_whole {
                        let (y, x) = (oy * STRIDE - w.above, ox * STRIDE - w.left);
                        let cells = input.as_ptr().add((y * w.width + x) * c + channel);
                        let mut sums = [bias; CELLS];
                        for (i, row) in weights.iter().enumerate() {
                            for j in 0..SIDE + (CELLS - 1) * STRIDE {
                                let cell = V::load(cells.add((i * w.width + j) * c));
                                for (n, sum) in sums.iter_mut().enumerate() {
                                    if n * STRIDE <= j && j < n * STRIDE + SIDE {
                                        *sum = cell.mul_add(row[j - n * STRIDE], *sum);
                                    }
                                }
                            }
                        }
                        for (n, sum) in sums.into_iter().enumerate() {
                            sum.clamp(low, high).store(out.add((ox + n) * c));
                        }
                        ox += CELLS;
                    } else {
                        let (left, right) = d.inside(ox, w.width, w.left);
                        let mut sum = bias;
                        for i in top..bottom {
                            for j in left..right {
                                let (y, x) = (oy * STRIDE + i - w.above, ox * STRIDE + j - w.left);
                                let cell = V::load(input.as_ptr().add((y * w.width + x) * c + channel));
                                let weight = V::load(d.weights.as_ptr().add((i * SIDE + j) * c + channel));
                                sum = cell.mul_add(weight, sum);
                            }
                        }
                        sum.clamp(low, high).store(out.add(ox * c));
                        ox += 1;
                    }
                }
            }
        }
    }
}
