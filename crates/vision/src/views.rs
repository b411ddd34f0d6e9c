//! How a picture is laid before the backbone, and what comes back.

use crate::{
    Backbone, Picture, Scratch,
    picture::{View, Window, resized},
};
use fast_image_resize::FilterType;

/// Which looks at a picture make up its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Views {
    /// The whole picture on white: 1280 numbers.
    Pad,
    /// The mean of the whole picture and its mirror image: 1280 numbers.
    PadMirrorMean,
    /// The whole picture, then its centre: 2560 numbers.
    #[default]
    PadAndCrop,
}

impl Views {
    /// All, in the order of [`Views::number`].
    pub const ALL: [Self; 3] = [Self::Pad, Self::PadMirrorMean, Self::PadAndCrop];

    /// How many numbers [`crate::Features::look`] has.
    pub const fn dimensions(self) -> usize {
        match self {
            Self::Pad | Self::PadMirrorMean => Backbone::FEATURES,
            Self::PadAndCrop => 2 * Backbone::FEATURES,
        }
    }

    /// As the head set keeps it, under [`crate::numbers::VIEWS`].
    pub const fn number(self) -> f32 {
        match self {
            Self::Pad => 0.0,
            Self::PadMirrorMean => 1.0,
            Self::PadAndCrop => 2.0,
        }
    }

    /// Reads what [`Views::number`] wrote.
    pub fn from_number(number: f32) -> Option<Self> {
        Self::ALL.into_iter().find(|views| views.number() == number)
    }
}

const SIDE: usize = Backbone::SIDE;
/// The centre view shows 224 of every 256 pixels of the shorter side.
const CENTRE: f64 = 224.0 / 256.0;

/// Where the picture lies on the padded view, pixels: left, top, width, height.
pub(crate) fn padded_place(width: usize, height: usize) -> (usize, usize, usize, usize) {
    let longer = width.max(height);
    let scaled = |length: usize| ((length * SIDE * 2 + longer) / (longer * 2)).max(1);
    let (w, h) = (scaled(width), scaled(height));
    ((SIDE - w) / 2, (SIDE - h) / 2, w, h)
}

/// The whole picture, its longer side 224 pixels (bilinear, widened when it shrinks), centred on white.
fn padded(source: &View<'_>) -> Vec<u8> {
    let (left, top, width, height) = padded_place(source.width, source.height);
    let small = resized(source, Window::WHOLE, width, height, FilterType::Bilinear);
    let mut out = vec![255; SIDE * SIDE * 3];
    for (y, row) in small.chunks_exact(width * 3).enumerate() {
        let at = ((top + y) * SIDE + left) * 3;
        out[at..at + row.len()].copy_from_slice(row);
    }
    out
}

/// The square at the centre whose side is 224/256 of the shorter side, as 224 × 224 pixels.
fn centre(source: &View<'_>) -> Vec<u8> {
    let side = source.width.min(source.height) as f64 * CENTRE;
    let (left, top) = ((source.width as f64 - side) / 2.0, (source.height as f64 - side) / 2.0);
    resized(source, Window { left, top, width: side, height: side }, SIDE, SIDE, FilterType::Bilinear)
}

/// Rows of `width` pixels from right to left.
pub(crate) fn mirrored(pixels: &[u8], width: usize) -> Vec<u8> {
    pixels.chunks_exact(width * 3).flat_map(|row| row.chunks_exact(3).rev().flatten().copied()).collect()
}

/// What the backbone says of a picture under `views`.
pub(crate) struct Looks {
    /// The features, as [`Views`] says, each as its square root: linear heads and whitening do better on a scale where
    /// a few strong responses count less (0.875 instead of 0.867 right out of fold).
    pub(crate) look: Vec<f32>,
    /// Mean scores of ImageNet's classes.
    pub(crate) logits: Vec<f32>,
    /// The first view's last feature map.
    pub(crate) map: Vec<f32>,
}

/// Runs the backbone on `source` under `views`.
pub(crate) fn looks(backbone: &Backbone, source: &View<'_>, views: Views, scratch: &mut Scratch) -> Looks {
    let whole = padded(source);
    let first = backbone.run(&whole, scratch);
    let mut looks = Looks { look: first.feature.to_vec(), logits: first.logits.to_vec(), map: first.map.to_vec() };
    let second = match views {
        Views::Pad => {
            looks.look.iter_mut().for_each(|v| *v = v.max(0.0).sqrt());
            return looks;
        }
        Views::PadMirrorMean => mirrored(&whole, SIDE),
        Views::PadAndCrop => centre(source),
    };
    let second = backbone.run(&second, scratch);
    match views {
        Views::PadAndCrop => looks.look.extend_from_slice(second.feature),
        _ => looks.look.iter_mut().zip(second.feature).for_each(|(a, b)| *a = (*a + b) / 2.0),
    }
    looks.logits.iter_mut().zip(second.logits).for_each(|(a, b)| *a = (*a + b) / 2.0);
    looks.look.iter_mut().for_each(|v| *v = v.max(0.0).sqrt());
    looks
}

/// `source` with its longer side at most `side`, for measures that need no more.
pub(crate) fn reduced(source: &View<'_>, side: usize) -> Picture {
    let longer = source.width.max(source.height);
    if longer <= side {
        return Picture::new(source.width, source.height, source.pixels.to_vec());
    }
    let scaled = |length: usize| ((length * side * 2 + longer) / (longer * 2)).max(1);
    let (width, height) = (scaled(source.width), scaled(source.height));
    Picture::new(width, height, resized(source, Window::WHOLE, width, height, FilterType::Bilinear))
}
