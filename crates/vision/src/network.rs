//! What both networks are made of: a stem, stages of inverted residual blocks, and the memory they work in.
//!
//! A map is rows of cells of channels, the channels of a cell side by side, so that every pointwise convolution is
//! one matrix product over all cells.

use crate::{
    ModelError,
    aligned::Aligned,
    kernels::{Activation, Depthwise, Engine, Product, Window},
    weights::Weights,
};

/// Working memory of the networks, one a thread; grows on first use and is then only reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The picture as the stem reads it.
    pub(crate) picture: Aligned,
    /// The map between blocks; a block reads it and leaves its own there.
    pub(crate) map: Aligned,
    /// What comes next, before the two change places.
    pub(crate) next: Aligned,
    wide: Aligned,
    deep: Aligned,
    windows: Aligned,
    /// Maps that the face finder reads again on its way up.
    pub(crate) sides: [Aligned; 3],
    pub(crate) feature: Aligned,
    pub(crate) logits: Aligned,
    /// Pixels of a picture made smaller.
    pub(crate) small: Vec<u8>,
    pub(crate) resizer: fast_image_resize::Resizer,
}

/// How far the first window of a layer reaches over the map's edge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Padding {
    /// Half the window, always.
    Half,
    /// As TensorFlow's `SAME`: what is missing to cover the map, the smaller half of it first. Square maps only.
    Covering,
}

impl Padding {
    fn window(self, (height, width): (usize, usize), side: usize, stride: usize) -> Window {
        let (out_height, out_width) = (height.div_ceil(stride), width.div_ceil(stride));
        let before = match self {
            Self::Half => side / 2,
            Self::Covering => {
                debug_assert_eq!(height, width, "covering is worked out for one axis");
                ((out_height - 1) * stride + side).saturating_sub(height) / 2
            }
        };
        Window { height, width, out_height, out_width, above: before, left: before }
    }
}

/// A pointwise convolution read from `name.weight` and `name.bias`.
pub(crate) fn pointwise(
    weights: &Weights<'_>,
    engine: Engine,
    name: &str,
    (inputs, outputs): (usize, usize),
    activation: Activation,
) -> Result<Product, ModelError> {
    let weight = weights.read(&format!("{name}.weight"), &[inputs, outputs])?;
    let bias = weights.read(&format!("{name}.bias"), &[outputs])?;
    Ok(Product::new(engine, &weight, &bias, activation))
}

/// A 3 × 3 convolution over all channels: windows laid out as rows, then a product.
#[derive(Debug)]
pub(crate) struct Convolution {
    product: Product,
    inputs: usize,
    stride: usize,
    padding: Padding,
}

impl Convolution {
    const SIDE: usize = 3;
    /// Output rows whose windows are laid out at once, so that they stay in the cache.
    const STRIP: usize = 4;

    pub(crate) fn read(
        weights: &Weights<'_>,
        engine: Engine,
        name: &str,
        (inputs, outputs): (usize, usize),
        (stride, padding): (usize, Padding),
        activation: Activation,
    ) -> Result<Self, ModelError> {
        let weight = weights.read(&format!("{name}.weight"), &[Self::SIDE, Self::SIDE, inputs, outputs])?;
        let bias = weights.read(&format!("{name}.bias"), &[outputs])?;
        Ok(Self { product: Product::new(engine, &weight, &bias, activation), inputs, stride, padding })
    }

    /// From `input` of `size` into `output`; the output's size.
    pub(crate) fn run(
        &self,
        input: &[f32],
        size: (usize, usize),
        windows: &mut Aligned,
        output: &mut Aligned,
    ) -> (usize, usize) {
        let w = self.padding.window(size, Self::SIDE, self.stride);
        let row_length = w.out_width * self.product.outputs();
        let output = output.room(w.out_height * row_length);
        let window_length = Self::SIDE * Self::SIDE * self.inputs;
        for (strip, output) in output.chunks_mut(Self::STRIP * row_length).enumerate() {
            let rows = output.len() / row_length;
            let windows = windows.room(rows * w.out_width * window_length);
            for (row, windows) in windows.chunks_exact_mut(w.out_width * window_length).enumerate() {
                self.lay_out(w, strip * Self::STRIP + row, input, windows);
            }
            self.product.run(windows, None, output);
        }
        (w.out_height, w.out_width)
    }

    /// Copies the windows of output row `oy` one after the other, zeros where they leave the map.
    fn lay_out(&self, w: Window, oy: usize, input: &[f32], windows: &mut [f32]) {
        let line = Self::SIDE * self.inputs;
        for (ox, window) in windows.chunks_exact_mut(Self::SIDE * line).enumerate() {
            let left = (ox * self.stride).wrapping_sub(w.left);
            for (i, cells) in window.chunks_exact_mut(line).enumerate() {
                let y = (oy * self.stride + i).wrapping_sub(w.above);
                if y >= w.height {
                    cells.fill(0.0);
                } else if left < w.width && left + Self::SIDE <= w.width {
                    cells.copy_from_slice(&input[(y * w.width + left) * self.inputs..][..line]);
                } else {
                    for (j, cell) in cells.chunks_exact_mut(self.inputs).enumerate() {
                        let x = left.wrapping_add(j);
                        if x < w.width {
                            cell.copy_from_slice(&input[(y * w.width + x) * self.inputs..][..self.inputs]);
                        } else {
                            cell.fill(0.0);
                        }
                    }
                }
            }
        }
    }
}

/// Widen, convolve each channel, narrow; add what came in where the shape is kept.
#[derive(Debug)]
struct Block {
    expand: Option<Product>,
    depth: Depthwise,
    project: Product,
    adds_input: bool,
}

/// A run of blocks of one shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) repeats: usize,
    pub(crate) outputs: usize,
    /// Side of the depthwise window.
    pub(crate) side: usize,
    /// Stride of the first block; the others keep the size.
    pub(crate) stride: usize,
}

/// Everything from the picture to the last block.
#[derive(Debug)]
pub(crate) struct Body {
    stem: Convolution,
    stages: Vec<Vec<Block>>,
    padding: Padding,
}

impl Body {
    const STEM_OUTPUTS: usize = 32;
    /// How many times wider a block is inside than its input; the first stage is not widened.
    const EXPANSION: usize = 6;

    /// Reads `stem` and `block.NN.{expand,depth,project}`.
    pub(crate) fn read(
        weights: &Weights<'_>,
        engine: Engine,
        stages: &[Stage],
        padding: Padding,
        activation: Activation,
    ) -> Result<Self, ModelError> {
        let stem = Convolution::read(weights, engine, "stem", (3, Self::STEM_OUTPUTS), (2, padding), activation)?;
        let mut inputs = Self::STEM_OUTPUTS;
        let mut number = 0;
        let mut read = Vec::with_capacity(stages.len());
        for (index, stage) in stages.iter().enumerate() {
            let mut blocks = Vec::with_capacity(stage.repeats);
            for repeat in 0..stage.repeats {
                let name = format!("block.{number:02}");
                let wide = if index == 0 { inputs } else { inputs * Self::EXPANSION };
                let expand = (index > 0)
                    .then(|| pointwise(weights, engine, &format!("{name}.expand"), (inputs, wide), activation))
                    .transpose()?;
                let weight = weights.read(&format!("{name}.depth.weight"), &[stage.side, stage.side, wide])?;
                let bias = weights.read(&format!("{name}.depth.bias"), &[wide])?;
                let stride = if repeat == 0 { stage.stride } else { 1 };
                blocks.push(Block {
                    expand,
                    depth: Depthwise::new(engine, stage.side, stride, &weight, &bias, activation),
                    project: pointwise(
                        weights,
                        engine,
                        &format!("{name}.project"),
                        (wide, stage.outputs),
                        Activation::None,
                    )?,
                    adds_input: repeat > 0,
                });
                inputs = stage.outputs;
                number += 1;
            }
            read.push(blocks);
        }
        Ok(Self { stem, stages: read, padding })
    }

    /// From `scratch.picture` of `size` to `scratch.map`; the map's size. `after` sees the map that each stage leaves.
    pub(crate) fn run(
        &self,
        size: (usize, usize),
        scratch: &mut Scratch,
        mut after: impl FnMut(usize, &[f32], &mut [Aligned; 3]),
    ) -> (usize, usize) {
        let picture = &scratch.picture[..size.0 * size.1 * 3];
        let mut size = self.stem.run(picture, size, &mut scratch.windows, &mut scratch.map);
        for (index, stage) in self.stages.iter().enumerate() {
            let mut length = 0;
            for block in stage {
                size = block.run(size, self.padding, scratch);
                length = size.0 * size.1 * block.project.outputs();
            }
            after(index, &scratch.map[..length], &mut scratch.sides);
        }
        size
    }
}

impl Block {
    /// Numbers of the widened map at a time: with what is read and written they stay in a second-level cache of 1 MiB.
    const STRIP: usize = 96 * 1024;

    /// Strip by strip, so that the widened map, the largest by far, is never in memory whole.
    fn run(&self, size: (usize, usize), padding: Padding, scratch: &mut Scratch) -> (usize, usize) {
        let (side, stride) = (self.depth.side(), self.depth.stride());
        let w = padding.window(size, side, stride);
        let (row, out_row) = (w.width * self.depth.channels(), w.out_width * self.project.outputs());
        let rows = (Self::STRIP / (row * stride)).clamp(1, w.out_height);
        let next = scratch.next.room(w.out_height * out_row);
        let mut held = 0..0;
        for (strip, output) in next.chunks_mut(rows * out_row).enumerate() {
            let first = strip * rows * stride;
            let count = output.len() / out_row;
            let needed = first.saturating_sub(w.above)..(first + (count - 1) * stride + side - w.above).min(w.height);
            let wide = match &self.expand {
                Some(expand) => {
                    let wide = scratch.wide.room(((rows - 1) * stride + side) * row);
                    let kept = held.end.max(needed.start);
                    wide.copy_within((needed.start - held.start) * row..(kept - held.start) * row, 0);
                    let line = w.width * expand.inputs();
                    let input = &scratch.map[kept * line..needed.end * line];
                    expand.run(input, None, &mut wide[(kept - needed.start) * row..needed.len() * row]);
                    held = needed.clone();
                    &wide[..needed.len() * row]
                }
                None => &scratch.map[needed.start * row..needed.end * row],
            };
            let above = w.above.saturating_sub(first);
            let window = Window { height: needed.len(), out_height: count, above, ..w };
            let deep = scratch.deep.room(count * w.out_width * self.depth.channels());
            self.depth.run(window, wide, deep);
            let at = strip * rows * out_row;
            self.project.run(deep, self.adds_input.then(|| &scratch.map[at..at + output.len()]), output);
        }
        std::mem::swap(&mut scratch.map, &mut scratch.next);
        (w.out_height, w.out_width)
    }
}

/// Lays `convolution` over `scratch.map` of `size` and leaves the result there.
pub(crate) fn convolve(convolution: &Convolution, size: (usize, usize), scratch: &mut Scratch) -> (usize, usize) {
    let input = &scratch.map[..size.0 * size.1 * convolution.inputs];
    let size = convolution.run(input, size, &mut scratch.windows, &mut scratch.next);
    std::mem::swap(&mut scratch.map, &mut scratch.next);
    size
}
