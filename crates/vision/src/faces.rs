//! CenterFace: where faces are in a picture.
//!
//! Source: Xu et al. 2019, "CenterFace: Joint Face Detection and Alignment Using Face as Point". The body narrows
//! the picture 32 times; three steps up, each joined by the map of the same size, end at one cell for 4 × 4 pixels.
//! A cell says how likely a face is centred there, how large it is and where in the cell its centre lies.

use crate::{
    Kernel, ModelError, Scratch,
    aligned::Aligned,
    kernels::{Activation, Engine, Product},
    network::{Body, Convolution, Padding, Stage, convolve, pointwise},
    weights::Weights,
};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, images};
use vestry_model::Region;

const WEIGHTS: &[u8] = include_bytes!("../../../models/centerface/weights.safetensors");

const STAGES: [Stage; 7] = [
    Stage { repeats: 1, outputs: 16, side: 3, stride: 1 },
    Stage { repeats: 2, outputs: 24, side: 3, stride: 2 },
    Stage { repeats: 3, outputs: 32, side: 3, stride: 2 },
    Stage { repeats: 4, outputs: 64, side: 3, stride: 2 },
    Stage { repeats: 3, outputs: 96, side: 3, stride: 1 },
    Stage { repeats: 3, outputs: 160, side: 3, stride: 2 },
    Stage { repeats: 1, outputs: 320, side: 3, stride: 1 },
];
/// The stages whose maps are read again on the way up: a quarter, an eighth, a sixteenth of the picture's sides.
const SIDES: [usize; 3] = [1, 2, 4];
/// Channels on the way up.
const NECK: usize = 24;
/// Numbers of a cell: heat before the sigmoid, logarithms of height and width, the centre down and right.
const CELL: usize = 5;
/// Pixels a side of a cell.
const CELL_PIXELS: f32 = 4.0;
/// The body halves the picture five times.
const STEP: usize = 32;
/// Two boxes that share this much of their union are one face.
const SAME_UNION: f32 = 0.3;
/// So are two of which one has this much of itself inside the other: the passes differ in how wide they draw.
const SAME_INSIDE: f32 = 0.7;
/// Boxes that are compared with each other; more is noise, not a crowd, and comparing is quadratic.
const MOST_BOXES: usize = 1000;

/// A face that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Where, forehead to chin and ear to ear.
    pub region: Region,
    /// How sure the network is, 0–1.
    pub score: f32,
}

/// The network with its weights; shared by all threads.
#[derive(Debug)]
pub struct FaceFinder {
    body: Body,
    top: Product,
    /// From the smallest map up: the step to twice the size, and the map that joins there.
    steps: [(Product, Product); 3],
    out: Convolution,
    heads: Product,
}

/// A box in the picture's pixels, with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
    score: f32,
}

impl FaceFinder {
    /// The score from which something counts as a face; `bench/faces/README.md` says why this one.
    pub const THRESHOLD: f32 = 0.3;
    /// Long side, pixels, at which every picture is looked at; a smaller picture is not enlarged.
    pub const LONG_SIDE: usize = 320;
    /// Long side of the second look, for small faces in large pictures.
    pub const SECOND_LONG_SIDE: usize = 640;
    /// The picture's long side above which there is a second look.
    pub const SECOND_ABOVE: usize = 800;
    /// The file in `models/centerface` that says where the weights come from.
    pub const MODEL_TOML: &str = include_str!("../../../models/centerface/model.toml");

    /// The built-in weights on `kernel`.
    pub fn builtin(kernel: Kernel) -> Result<Self, ModelError> {
        let engine = Engine::new(kernel)?;
        let weights = Weights::parse(WEIGHTS)?;
        let relu = Activation::Relu;
        let step = |level: usize| -> Result<(Product, Product), ModelError> {
            let side = STAGES[SIDES[level]].outputs;
            Ok((
                pointwise(&weights, engine, &format!("neck.{level}.up"), (NECK, 4 * NECK), relu)?,
                pointwise(&weights, engine, &format!("neck.{level}.side"), (side, NECK), relu)?,
            ))
        };
        Ok(Self {
            body: Body::read(&weights, engine, &STAGES, Padding::Half, relu)?,
            top: pointwise(&weights, engine, "neck.top", (STAGES[6].outputs, NECK), relu)?,
            steps: [step(2)?, step(1)?, step(0)?],
            out: Convolution::read(&weights, engine, "neck.out", (NECK, NECK), (1, Padding::Half), relu)?,
            heads: pointwise(&weights, engine, "heads", (NECK, CELL), Activation::None)?,
        })
    }

    /// The faces of a picture of `width` × `height` RGB pixels of any size, surest first.
    ///
    /// # Panics
    /// When `rgb` does not hold `width * height * 3` bytes.
    pub fn find(&self, rgb: &[u8], width: usize, height: usize, scratch: &mut Scratch) -> Vec<Face> {
        self.find_above(Self::THRESHOLD, rgb, width, height, scratch)
    }

    /// As [`FaceFinder::find`] with another threshold; for measuring.
    ///
    /// # Panics
    /// When `rgb` does not hold `width * height * 3` bytes.
    pub fn find_above(
        &self,
        threshold: f32,
        rgb: &[u8],
        width: usize,
        height: usize,
        scratch: &mut Scratch,
    ) -> Vec<Face> {
        assert_eq!(rgb.len(), width * height * 3, "three bytes a pixel");
        if rgb.is_empty() {
            return Vec::new();
        }
        let mut candidates = Vec::new();
        self.look(threshold, rgb, (width, height), Self::LONG_SIDE, scratch, &mut candidates);
        if width.max(height) > Self::SECOND_ABOVE {
            self.look(threshold, rgb, (width, height), Self::SECOND_LONG_SIDE, scratch, &mut candidates);
        }
        let fraction = |from: f32, to: f32, whole: usize| {
            let start = (from / whole as f32).clamp(0.0, 1.0);
            (start, (to / whole as f32).clamp(0.0, 1.0) - start)
        };
        distinct(candidates)
            .into_iter()
            .filter_map(|c| {
                let ((x, w), (y, h)) = (fraction(c.left, c.right, width), fraction(c.top, c.bottom, height));
                Some(Face { region: Region::new(x, y, w, h).ok()?, score: c.score })
            })
            .collect()
    }

    /// One pass over the picture made `long_side` long; what it finds is added to `candidates`.
    fn look(
        &self,
        threshold: f32,
        rgb: &[u8],
        (width, height): (usize, usize),
        long_side: usize,
        scratch: &mut Scratch,
        candidates: &mut Vec<Candidate>,
    ) {
        let ratio = (long_side as f32 / width.max(height) as f32).min(1.0);
        let scaled = |side: usize| ((side as f32 * ratio).round() as usize).max(1);
        let (small_width, small_height) = (scaled(width), scaled(height));
        let size = (small_height.next_multiple_of(STEP), small_width.next_multiple_of(STEP));
        let mut small = std::mem::take(&mut scratch.small);
        let pixels = shrink(rgb, (width, height), (small_width, small_height), &mut scratch.resizer, &mut small);
        let picture = scratch.picture.room(size.0 * size.1 * 3);
        picture.fill(0.0);
        for (to, from) in picture.chunks_exact_mut(size.1 * 3).zip(pixels.chunks_exact(small_width * 3)) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = f32::from(*from));
        }
        scratch.small = small;
        let (rows, columns) = self.cells(size, scratch);
        let (across, down) = (width as f32 / small_width as f32, height as f32 / small_height as f32);
        // A logit is compared instead of a sigmoid: the two order alike.
        let least = (threshold / (1.0 - threshold)).ln();
        for (at, cell) in scratch.map[..rows * columns * CELL].chunks_exact(CELL).enumerate() {
            if cell[0] <= least {
                continue;
            }
            let candidate = Candidate::read(cell, at / columns, at % columns);
            if let Some(candidate) = candidate.scaled(across, down, width as f32, height as f32) {
                candidates.push(candidate);
            }
        }
    }

    /// From `scratch.picture` of `size` (multiples of [`STEP`]) to cells of [`CELL`] numbers in `scratch.map`.
    fn cells(&self, size: (usize, usize), scratch: &mut Scratch) -> (usize, usize) {
        let mut size = self.body.run(size, scratch, |stage, map, sides| {
            if let Some(side) = SIDES.iter().position(|s| *s == stage) {
                sides[side].room(map.len()).copy_from_slice(map);
            }
        });
        apply(&self.top, size, scratch);
        for ((up, side), level) in self.steps.iter().zip([2, 1, 0]) {
            apply(up, size, scratch);
            spread(&scratch.map[..size.0 * size.1 * 4 * NECK], size, &mut scratch.next);
            std::mem::swap(&mut scratch.map, &mut scratch.next);
            size = (size.0 * 2, size.1 * 2);
            let cells = size.0 * size.1;
            let joined = scratch.next.room(cells * NECK);
            let join = &scratch.sides[level][..cells * side.inputs()];
            side.run(join, Some(&scratch.map[..cells * NECK]), joined);
            std::mem::swap(&mut scratch.map, &mut scratch.next);
        }
        size = convolve(&self.out, size, scratch);
        apply(&self.heads, size, scratch);
        size
    }
}

/// A pointwise layer over `scratch.map` of `size`.
fn apply(layer: &Product, size: (usize, usize), scratch: &mut Scratch) {
    let cells = size.0 * size.1;
    let next = scratch.next.room(cells * layer.outputs());
    layer.run(&scratch.map[..cells * layer.inputs()], None, next);
    std::mem::swap(&mut scratch.map, &mut scratch.next);
}

/// The second half of a 2 × 2 transposed convolution: a cell's four results go to their four places.
fn spread(map: &[f32], (height, width): (usize, usize), spread: &mut Aligned) {
    let row = 2 * width * NECK;
    let rows = spread.room(2 * height * row);
    for (y, line) in map.chunks_exact(width * 4 * NECK).enumerate() {
        let (upper, lower) = rows[2 * y * row..][..2 * row].split_at_mut(row);
        for (x, cell) in line.chunks_exact(4 * NECK).enumerate() {
            let (above, below) = cell.split_at(2 * NECK);
            upper[2 * x * NECK..][..2 * NECK].copy_from_slice(above);
            lower[2 * x * NECK..][..2 * NECK].copy_from_slice(below);
        }
    }
}

/// `rgb` at another size, averaged rather than sampled; `rgb` itself where the size stays.
fn shrink<'a>(
    rgb: &'a [u8],
    from: (usize, usize),
    to: (usize, usize),
    resizer: &mut fast_image_resize::Resizer,
    small: &'a mut Vec<u8>,
) -> &'a [u8] {
    if from == to {
        return rgb;
    }
    let side = |pixels: usize| u32::try_from(pixels).expect("a picture in memory has sides below 2³²");
    small.resize(to.0 * to.1 * 3, 0);
    let source = images::ImageRef::new(side(from.0), side(from.1), rgb, PixelType::U8x3).expect("sizes were checked");
    let mut target = images::Image::from_slice_u8(side(to.0), side(to.1), small, PixelType::U8x3)
        .expect("the buffer was made for it");
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    resizer.resize(&source, &mut target, &options).expect("both pictures have three bytes a pixel");
    small
}

impl Candidate {
    /// The box that the cell at `row`, `column` speaks of, in pixels of the scaled picture.
    fn read(cell: &[f32], row: usize, column: usize) -> Self {
        // A face is at most the picture: e¹² pixels bounds what an odd input could make of an exponential.
        let (height, width) = (cell[1].min(12.0).exp() * CELL_PIXELS, cell[2].min(12.0).exp() * CELL_PIXELS);
        let middle_y = (row as f32 + 0.5 + cell[3]) * CELL_PIXELS;
        let middle_x = (column as f32 + 0.5 + cell[4]) * CELL_PIXELS;
        Self {
            left: middle_x - width / 2.0,
            top: middle_y - height / 2.0,
            right: middle_x + width / 2.0,
            bottom: middle_y + height / 2.0,
            score: 1.0 / (1.0 + (-cell[0]).exp()),
        }
    }

    /// The same box in the whole picture and inside it; none when nothing is left.
    fn scaled(self, across: f32, down: f32, width: f32, height: f32) -> Option<Self> {
        let scaled = Self {
            left: (self.left * across).max(0.0),
            top: (self.top * down).max(0.0),
            right: (self.right * across).min(width),
            bottom: (self.bottom * down).min(height),
            score: self.score,
        };
        (scaled.right - scaled.left >= 1.0 && scaled.bottom - scaled.top >= 1.0).then_some(scaled)
    }

    fn area(self) -> f32 {
        (self.right - self.left) * (self.bottom - self.top)
    }

    fn is_same(self, other: Self) -> bool {
        let w = self.right.min(other.right) - self.left.max(other.left);
        let h = self.bottom.min(other.bottom) - self.top.max(other.top);
        let shared = w.max(0.0) * h.max(0.0);
        shared >= SAME_UNION * (self.area() + other.area() - shared)
            || shared >= SAME_INSIDE * self.area().min(other.area())
    }
}

/// The surest box of each face, surest first.
fn distinct(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates.truncate(MOST_BOXES);
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if !kept.iter().any(|k| k.is_same(candidate)) {
            kept.push(candidate);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
