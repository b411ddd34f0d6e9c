//! From compressed bytes to pixels, never past a limit.

use super::{Format, IntakeError, Limits};
use crate::Picture;
use image::{ColorType, ImageDecoder, codecs::png::PngDecoder, codecs::webp::WebPDecoder};
use std::io::Cursor;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// Pixels as they were stored, and what the file says about them.
pub(super) struct Decoded {
    pub(super) picture: Picture,
    /// EXIF orientation, 1–8.
    pub(super) orientation: u8,
    /// ICC profile of the pixels.
    pub(super) profile: Option<Vec<u8>>,
}

/// Reads `bytes` as `format`. The dimensions are checked before a pixel is.
pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Decoded, IntakeError> {
    match format {
        Format::Jpeg => jpeg(bytes, limits),
        Format::Png => png(bytes, limits),
        Format::WebP => webp(bytes, limits),
    }
}

fn jpeg(bytes: &[u8], limits: &Limits) -> Result<Decoded, IntakeError> {
    let damaged = |error: zune_jpeg::errors::DecodeErrors| IntakeError::damaged(Format::Jpeg, &error);
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .set_strict_mode(true)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let scan = scan_of(bytes).ok_or(IntakeError::Truncated(Format::Jpeg))?;
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder.info().ok_or(IntakeError::Truncated(Format::Jpeg))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    // A progressive picture holds every coefficient as 16 bits beside its pixels.
    let depth = if scan.progressive { 3 + 2 * usize::from(info.components) } else { 3 };
    limits.check_size(width, height, depth)?;
    if !bytes[scan.start..].windows(2).any(|pair| pair == [0xff, 0xd9]) {
        return Err(IntakeError::Truncated(Format::Jpeg));
    }
    if bytes.len() - scan.start < scan.least_bytes() {
        let detail = format!("`{width}×{height}` pixels do not fit in its data").into();
        return Err(IntakeError::Damaged { format: Format::Jpeg, detail });
    }
    let profile = decoder.icc_profile();
    let orientation = info.exif_data.as_deref().map_or(1, super::orientation::read);
    let pixels = decoder.decode().map_err(damaged)?;
    if pixels.len() != width * height * 3 {
        return Err(IntakeError::Damaged { format: Format::Jpeg, detail: "unusual number of components".into() });
    }
    Ok(Decoded { picture: Picture::new(width, height, pixels), orientation, profile })
}

/// Passes of a progressive picture; encoders make about ten, and each costs a walk over all of it.
const MAX_SCANS: usize = 50;

/// What a JPEG file's segments say before its first scan.
struct Scan {
    /// Where the first scan's header starts.
    start: usize,
    progressive: bool,
    /// Blocks of 8 × 8 samples of all components.
    blocks: usize,
}

impl Scan {
    /// The fewest bytes that code so many blocks: a bit for the mean of each, and where a block is coded in one go a
    /// bit for its end. A header that promises more pixels than its data can hold is a lie.
    fn least_bytes(&self) -> usize {
        self.blocks * if self.progressive { 1 } else { 2 } / 8
    }
}

/// Walks the segments up to the first scan; `None` when they end before it.
fn scan_of(bytes: &[u8]) -> Option<Scan> {
    let (mut at, mut progressive, mut blocks) = (2, false, 0);
    loop {
        if *bytes.get(at)? != 0xff {
            at += 1;
            continue;
        }
        match *bytes.get(at + 1)? {
            0xff => at += 1,
            0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
            0xda => return Some(Scan { start: at, progressive, blocks }),
            marker => {
                let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                if matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
                    progressive = matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce);
                    blocks = blocks_of(bytes.get(at + 4..at + 2 + length)?)?;
                }
                at += 2 + length;
            }
        }
    }
}

/// How many 8 × 8 blocks a frame header (after its length) asks for.
fn blocks_of(frame: &[u8]) -> Option<usize> {
    let side = |at: usize| Some(usize::from(u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?])));
    let (height, width, count) = (side(1)?, side(3)?, usize::from(*frame.get(5)?));
    let factors = || frame[6..].chunks_exact(3).take(count).map(|c| (usize::from(c[1] >> 4), usize::from(c[1] & 15)));
    let across = factors().map(|f| f.0).max()?.max(1);
    let down = factors().map(|f| f.1).max()?.max(1);
    let part = |length: usize, factor: usize, most: usize| (length * factor).div_ceil(most).div_ceil(8);
    Some(factors().map(|(h, v)| part(width, h, across) * part(height, v, down)).sum())
}

fn png(bytes: &[u8], limits: &Limits) -> Result<Decoded, IntakeError> {
    let damaged = |error: image::ImageError| IntakeError::damaged_image(Format::Png, &error);
    // The size stands first in the file, so that nothing is allocated for a picture that is too large.
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let (Some(width), Some(height)) = (number(16), number(20)) else {
        return Err(IntakeError::Truncated(Format::Png));
    };
    limits.check_size(width, height, 1)?;
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(limits.max_decoded_bytes);
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), bounds).map_err(damaged)?;
    if decoder.is_apng().map_err(damaged)? {
        return Err(IntakeError::Animated(Format::Png));
    }
    still(Format::Png, decoder, limits)
}

fn webp(bytes: &[u8], limits: &Limits) -> Result<Decoded, IntakeError> {
    let damaged = |error: image::ImageError| IntakeError::damaged_image(Format::WebP, &error);
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    if decoder.has_animation() {
        return Err(IntakeError::Animated(Format::WebP));
    }
    still(Format::WebP, decoder, limits)
}

fn still(format: Format, mut decoder: impl ImageDecoder, limits: &Limits) -> Result<Decoded, IntakeError> {
    let damaged = |error: image::ImageError| IntakeError::damaged_image(format, &error);
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let layout = decoder.color_type();
    limits.check_size(width, height, usize::from(layout.bytes_per_pixel()) + 3)?;
    // Side data that cannot be read is no reason to refuse a picture that can.
    let profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.exif_metadata().ok().flatten().map_or(1, |exif| super::orientation::read(&exif));
    let mut raw = vec![0; width * height * usize::from(layout.bytes_per_pixel())];
    decoder.read_image(&mut raw).map_err(damaged)?;
    let pixels = on_white(raw, layout)
        .ok_or_else(|| IntakeError::Damaged { format, detail: format!("unusual pixels `{layout:?}`").into() })?;
    Ok(Decoded { picture: Picture::new(width, height, pixels), orientation, profile })
}

/// RGB pixels of any layout, laid on white where they are transparent.
fn on_white(raw: Vec<u8>, layout: ColorType) -> Option<Vec<u8>> {
    let wide = |pair: &[u8]| ((u32::from(u16::from_ne_bytes([pair[0], pair[1]])) * 255 + 32_767) / 65_535) as u8;
    let narrow = |raw: Vec<u8>| raw.chunks_exact(2).map(wide).collect::<Vec<u8>>();
    match layout {
        ColorType::Rgb8 => Some(raw),
        ColorType::L8 => Some(raw.into_iter().flat_map(|l| [l; 3]).collect()),
        ColorType::La8 => Some(raw.chunks_exact(2).flat_map(|p| [over_white(p[0], p[1]); 3]).collect()),
        ColorType::Rgba8 => {
            Some(raw.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]].map(|c| over_white(c, p[3]))).collect())
        }
        ColorType::L16 => on_white(narrow(raw), ColorType::L8),
        ColorType::La16 => on_white(narrow(raw), ColorType::La8),
        ColorType::Rgb16 => on_white(narrow(raw), ColorType::Rgb8),
        ColorType::Rgba16 => on_white(narrow(raw), ColorType::Rgba8),
        _ => None,
    }
}

fn over_white(channel: u8, alpha: u8) -> u8 {
    let (c, a) = (u32::from(channel), u32::from(alpha));
    ((c * a + 255 * (255 - a) + 127) / 255) as u8
}
