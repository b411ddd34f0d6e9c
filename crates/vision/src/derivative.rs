//! The one form in which a picture is kept: small, without metadata, without faces.
//!
//! What is stored is what is looked at: [`CleanImage::pixels`] are decoded from [`CleanImage::jpeg`], so that looking
//! again at the stored picture gives the same numbers, bit for bit, on the same kind of processor.

use crate::{
    IntakeError, Limits, Picture, intake,
    picture::{View, Window, resized},
};
use fast_image_resize::FilterType;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::fmt;
use vestry_model::{Region, Rgb};

/// Longer side of a stored picture, pixels; smaller ones are not enlarged.
pub const DERIVATIVE_SIDE: usize = 1024;
/// JPEG quality of a stored picture; its chroma is halved both ways (4:2:0).
pub const DERIVATIVE_QUALITY: u8 = 90;
/// WebP quality of a thumbnail.
pub const THUMBNAIL_QUALITY: f32 = 78.0;
/// How much of its width and height a face's box grows on each side before it is hidden.
pub const FACE_MARGIN: f32 = 0.25;
/// Blocks along the longer side of a hidden face.
pub const FACE_BLOCKS: usize = 4;

/// A picture as it may be stored.
#[derive(Clone, PartialEq)]
pub struct CleanImage {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// RGB, row after row, as [`CleanImage::jpeg`] decodes.
    pub pixels: Vec<u8>,
    /// The stored derivative: a JPEG file without metadata.
    pub jpeg: Vec<u8>,
    /// Where faces were, before they were hidden.
    pub faces: Vec<Region>,
}

impl fmt::Debug for CleanImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CleanImage({}×{}, {} bytes, {} faces)", self.width, self.height, self.jpeg.len(), self.faces.len())
    }
}

impl CleanImage {
    /// Hides `faces` in `picture` and makes the derivative of the rest.
    pub fn new(mut picture: Picture, faces: Vec<Region>) -> Self {
        hide(&mut picture, &faces);
        let picture = picture.within(DERIVATIVE_SIDE);
        let jpeg = encoded(&picture);
        Self::open(jpeg, faces).expect("a derivative that was just made decodes")
    }

    /// A stored derivative, whose faces were hidden when it was made.
    pub fn open(jpeg: Vec<u8>, faces: Vec<Region>) -> Result<Self, IntakeError> {
        let limits = Limits { max_bytes: usize::MAX, ..Limits::default() };
        let picture = intake::decode_stored(&jpeg, &limits)?;
        let (width, height) = (picture.width(), picture.height());
        Ok(Self { width, height, pixels: picture.into_pixels(), jpeg, faces })
    }

    /// The mean colour, to show until the picture has arrived.
    pub fn placeholder(&self) -> Rgb {
        let mut sums = [0u64; 3];
        for pixel in self.pixels.chunks_exact(3) {
            for (sum, channel) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(*channel);
            }
        }
        let count = (self.width * self.height) as u64;
        Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8))
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { width: self.width, height: self.height, pixels: &self.pixels }
    }
}

/// Reads `bytes` without their faces and makes the derivative.
pub fn clean(
    bytes: &[u8],
    limits: &Limits,
    find: impl FnMut(&Picture) -> Vec<Region>,
) -> Result<CleanImage, IntakeError> {
    let (picture, faces) = faceless(bytes, limits, find)?;
    let jpeg = encoded(&picture);
    CleanImage::open(jpeg, faces)
}

/// Reads `bytes`, finds faces with `find` on the oriented picture and hides them; where they were. Where a second look
/// still finds a face, its place becomes one flat colour.
pub(crate) fn faceless(
    bytes: &[u8],
    limits: &Limits,
    mut find: impl FnMut(&Picture) -> Vec<Region>,
) -> Result<(Picture, Vec<Region>), IntakeError> {
    let mut picture = intake::decode(bytes, limits)?;
    let faces = find(&picture);
    if !faces.is_empty() {
        hide(&mut picture, &faces);
        for region in find(&picture) {
            let (left, top, width, height) = grown(region, picture.width(), picture.height());
            flatten(&mut picture, left, top, width, height);
        }
    }
    Ok((picture, faces))
}

/// Makes a mosaic of each of `faces`, its box grown by [`FACE_MARGIN`]: [`FACE_BLOCKS`] flat blocks along its longer
/// side, which leave the colour of skin and hair and no feature of a face.
pub fn hide(picture: &mut Picture, faces: &[Region]) {
    for face in faces {
        let (left, top, width, height) = grown(*face, picture.width(), picture.height());
        let block = width.max(height).div_ceil(FACE_BLOCKS).max(1);
        for y in (top..top + height).step_by(block) {
            for x in (left..left + width).step_by(block) {
                flatten(picture, x, y, block.min(left + width - x), block.min(top + height - y));
            }
        }
    }
}

/// The pixels of a face's box with its margin: left, top, width, height.
fn grown(face: Region, width: usize, height: usize) -> (usize, usize, usize, usize) {
    let [x, y, w, h] = face.to_array();
    let span = |start: f32, length: f32, whole: usize| {
        let from = ((start - length * FACE_MARGIN).max(0.0) * whole as f32).floor() as usize;
        let to = ((start + length * (1.0 + FACE_MARGIN)).min(1.0) * whole as f32).ceil() as usize;
        let from = from.min(whole - 1);
        (from, to.clamp(from + 1, whole) - from)
    };
    let ((left, w), (top, h)) = (span(x, w, width), span(y, h, height));
    (left, top, w, h)
}

/// Replaces a rectangle by its mean.
fn flatten(picture: &mut Picture, left: usize, top: usize, width: usize, height: usize) {
    let row = picture.width() * 3;
    let mut sums = [0u64; 3];
    let pixels = picture.pixels_mut();
    for y in top..top + height {
        for pixel in pixels[y * row + left * 3..y * row + (left + width) * 3].chunks_exact(3) {
            for (sum, channel) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(*channel);
            }
        }
    }
    let mean = sums.map(|sum| (sum / (width * height) as u64) as u8);
    for y in top..top + height {
        for pixel in pixels[y * row + left * 3..y * row + (left + width) * 3].chunks_exact_mut(3) {
            pixel.copy_from_slice(&mean);
        }
    }
}

fn encoded(picture: &Picture) -> Vec<u8> {
    let side = |length: usize| u16::try_from(length).expect("a derivative's side is at most 1024");
    let mut out = Vec::with_capacity(picture.pixels().len() / 8);
    let mut encoder = Encoder::new(&mut out, DERIVATIVE_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(picture.pixels(), side(picture.width()), side(picture.height()), ColorType::Rgb)
        .expect("writing to memory does not fail");
    out
}

/// A WebP file of `image`, `width` pixels wide or as wide as the picture is, if that is less.
///
/// # Panics
/// When `width` is 0.
pub fn thumbnail(image: &CleanImage, width: usize) -> Vec<u8> {
    assert!(width > 0, "a thumbnail has a width");
    let width = width.min(image.width);
    let height = ((image.height * width * 2 + image.width) / (image.width * 2)).max(1);
    let small;
    let pixels = if width == image.width {
        &image.pixels
    } else {
        small = resized(&image.view(), Window::WHOLE, width, height, FilterType::CatmullRom);
        &small
    };
    let height = if width == image.width { image.height } else { height };
    let mut config = webp::WebPConfig::new().expect("the linked encoder has the version it was built for");
    config.quality = THUMBNAIL_QUALITY;
    config.method = 0;
    webp::Encoder::from_rgb(pixels, width as u32, height as u32)
        .encode_advanced(&config)
        .expect("sides are within 1024 pixels")
        .to_vec()
}
