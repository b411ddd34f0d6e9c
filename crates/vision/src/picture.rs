//! Pixels in memory, and the few things that are done to them.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use std::{cell::RefCell, fmt};
use vestry_model::Region;

thread_local! {
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// A picture of eight-bit sRGB pixels, row after row, at least one pixel each way.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

impl Picture {
    /// A picture of `width` × `height` RGB pixels.
    ///
    /// # Panics
    /// When it is empty or `pixels` does not hold three bytes a pixel.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Self {
        assert!(width > 0 && height > 0 && pixels.len() == width * height * 3, "three bytes a pixel, at least one");
        Self { width, height, pixels }
    }

    /// A picture of one colour.
    pub fn filled(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self::new(width, height, colour.repeat(width * height))
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        self.height
    }

    /// RGB, row after row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// RGB, row after row.
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// RGB, row after row.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// The pixel at column `x` of row `y`.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]]
    }

    /// The same picture with its longer side at most `side`, never enlarged.
    pub(crate) fn within(self, side: usize) -> Self {
        let longer = self.width.max(self.height);
        if longer <= side {
            return self;
        }
        let scaled = |length: usize| ((length * side * 2 + longer) / (longer * 2)).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        Self::new(width, height, resized(&self.view(), Window::WHOLE, width, height, FilterType::Lanczos3))
    }

    /// A borrowed view.
    pub(crate) fn view(&self) -> View<'_> {
        View { width: self.width, height: self.height, pixels: &self.pixels }
    }
}

/// Borrowed pixels; the same layout as [`Picture`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'p> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: &'p [u8],
}

impl View<'_> {
    /// The part of it that `region` covers, copied.
    pub(crate) fn part(&self, region: Region) -> Picture {
        let (left, top, width, height) = region.to_pixels(self.width, self.height);
        let mut pixels = Vec::with_capacity(width * height * 3);
        for y in top..top + height {
            let from = (y * self.width + left) * 3;
            pixels.extend_from_slice(&self.pixels[from..from + width * 3]);
        }
        Picture::new(width, height, pixels)
    }
}

/// A rectangle in source pixels that may fall between pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Window {
    /// Stands for the whole picture.
    pub(crate) const WHOLE: Self = Self { left: 0.0, top: 0.0, width: 0.0, height: 0.0 };
}

/// `from` within `source`, as `width` × `height` pixels. Every source pixel counts: the filter widens when it shrinks.
pub(crate) fn resized(source: &View<'_>, from: Window, width: usize, height: usize, filter: FilterType) -> Vec<u8> {
    let size = |length: usize| u32::try_from(length).expect("a side fits 32 bits: limits come first");
    let view = ImageRef::new(size(source.width), size(source.height), source.pixels, PixelType::U8x3)
        .expect("three bytes a pixel");
    let mut out = Image::new(size(width), size(height), PixelType::U8x3);
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    if from.width > 0.0 {
        options = options.crop(from.left, from.top, from.width, from.height);
    }
    RESIZER
        .with_borrow_mut(|resizer| resizer.resize(&view, &mut out, &options))
        .expect("both are RGB and the box is inside");
    out.into_vec()
}
