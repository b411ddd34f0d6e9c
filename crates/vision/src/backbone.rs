//! EfficientNet-Lite0: a picture of 224 × 224 pixels to 1280 features and 1000 ImageNet scores.
//!
//! Architecture: Tan and Le 2019 (EfficientNet), in the Lite variant without squeeze-and-excitation and with ReLU6.

use crate::{
    Kernel, ModelError,
    kernels::{Activation, Engine, Product},
    network::{Body, Padding, Scratch, Stage, pointwise},
    weights::Weights,
};

const WEIGHTS: &[u8] = include_bytes!("../../../models/efficientnet-lite0/weights.safetensors");

const STAGES: [Stage; 7] = [
    Stage { repeats: 1, outputs: 16, side: 3, stride: 1 },
    Stage { repeats: 2, outputs: 24, side: 3, stride: 2 },
    Stage { repeats: 2, outputs: 40, side: 5, stride: 2 },
    Stage { repeats: 3, outputs: 80, side: 3, stride: 2 },
    Stage { repeats: 3, outputs: 112, side: 5, stride: 1 },
    Stage { repeats: 4, outputs: 192, side: 5, stride: 2 },
    Stage { repeats: 1, outputs: 320, side: 3, stride: 1 },
];

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
pub struct Backbone {
    body: Body,
    head: Product,
    classifier: Product,
}

impl Backbone {
    /// What features are said to be of: its name and the beginning of the SHA-256 of the built-in weights.
    pub const NAME: &str = "efficientnet-lite0-a831276be42245f4";
    /// Pixels a side.
    pub const SIDE: usize = 224;
    /// Length of a feature.
    pub const FEATURES: usize = 1280;
    /// Number of ImageNet classes.
    pub const CLASSES: usize = 1000;
    /// Cells a side of the last feature map.
    pub const MAP_SIDE: usize = 7;
    /// The files in `models/efficientnet-lite0` that say where the weights come from.
    pub const MODEL_TOML: &str = include_str!("../../../models/efficientnet-lite0/model.toml");

    /// The built-in weights on `kernel`.
    pub fn builtin(kernel: Kernel) -> Result<Self, ModelError> {
        Self::read(WEIGHTS, kernel)
    }

    /// The weights of a file that `models/efficientnet-lite0/export.py` wrote.
    pub fn read(file: &[u8], kernel: Kernel) -> Result<Self, ModelError> {
        let engine = Engine::new(kernel)?;
        let weights = Weights::parse(file)?;
        Ok(Self {
            body: Body::read(&weights, engine, &STAGES, Padding::Covering, Activation::Relu6)?,
            head: pointwise(&weights, engine, "head", (320, Self::FEATURES), Activation::Relu6)?,
            classifier: pointwise(&weights, engine, "classifier", (Self::FEATURES, Self::CLASSES), Activation::None)?,
        })
    }

    /// Runs it on `pixels`: [`Backbone::SIDE`]² RGB pixels, row after row. One thread; nothing is allocated once
    /// `scratch` has been used.
    ///
    /// # Panics
    /// When `pixels` has another length.
    pub fn run<'s>(&self, pixels: &[u8], scratch: &'s mut Scratch) -> Outputs<'s> {
        assert_eq!(pixels.len(), Self::SIDE * Self::SIDE * 3, "the backbone reads 224 × 224 RGB pixels");
        let picture = scratch.picture.room(pixels.len());
        picture.iter_mut().zip(pixels).for_each(|(to, from)| *to = (f32::from(*from) - 127.0) / 128.0);
        let (height, width) = self.body.run((Self::SIDE, Self::SIDE), scratch, |_, _, _| ());
        let cells = height * width;
        let map = scratch.next.room(cells * Self::FEATURES);
        self.head.run(&scratch.map[..cells * self.head.inputs()], None, map);
        let feature = scratch.feature.room(Self::FEATURES);
        feature.fill(0.0);
        for cell in map.chunks_exact(Self::FEATURES) {
            feature.iter_mut().zip(cell).for_each(|(sum, value)| *sum += value);
        }
        feature.iter_mut().for_each(|sum| *sum /= cells as f32);
        let logits = scratch.logits.room(Self::CLASSES);
        self.classifier.run(feature, None, logits);
        Outputs { feature, logits, map }
    }
}
