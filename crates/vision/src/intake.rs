//! Bytes from anywhere to sRGB pixels the right way up, or an error that says what to send instead.
//!
//! What it must never do: trust a name, a content type or a header's promise; keep metadata; guess at a picture
//! that is not whole. To accept another format: a variant of [`Format`], its first bytes in `sniff`, a reader in
//! `decode` that checks its size before it allocates, and rows in `tests/bad_images.rs`.

mod decode;
mod orientation;
mod profile;
mod sniff;

use crate::{Picture, derivative::DERIVATIVE_SIDE};
use std::{borrow::Cow, fmt};

pub use sniff::Format;

/// How much is read before a picture is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Width times height.
    pub max_pixels: usize,
    /// Memory that decoding may take for pixels and coefficients, bytes.
    pub max_decoded_bytes: u64,
}

impl Default for Limits {
    /// 32 MiB, 60 megapixels, and 672 MiB while decoding: what 60 megapixels take in the widest layout.
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_pixels: 60_000_000, max_decoded_bytes: 672 << 20 }
    }
}

impl Limits {
    /// Whether `width` × `height` pixels that take `depth` bytes each while decoding are within the limits.
    fn check_size(&self, width: usize, height: usize, depth: usize) -> Result<(), IntakeError> {
        if width == 0 || height == 0 {
            return Err(IntakeError::NoPixels { width, height });
        }
        let pixels = width.saturating_mul(height);
        if pixels > self.max_pixels {
            return Err(IntakeError::TooManyPixels { width, height, limit: self.max_pixels });
        }
        let bytes = pixels as u64 * depth as u64;
        if bytes > self.max_decoded_bytes {
            return Err(IntakeError::TooDeep { bytes, limit: self.max_decoded_bytes });
        }
        Ok(())
    }
}

/// Why bytes were not taken as a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// Nothing was sent.
    #[error("the file is empty; send a JPEG, PNG or WebP picture")]
    Empty,
    /// A file beyond its limit.
    #[error("the file has `{bytes}` bytes; send at most {limit}")]
    TooManyBytes {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A known kind of file that is not read.
    #[error("the file is `{0}`; send a JPEG, PNG or WebP picture")]
    Refused(Kind),
    /// Nothing that is known.
    #[error("the file is of no known kind; send a JPEG, PNG or WebP picture")]
    Unknown,
    /// More than one frame; no frame speaks for the others.
    #[error("the {0} picture is animated; send one still picture of the product")]
    Animated(Format),
    /// Too many pixels.
    #[error("the picture has `{width}×{height}` pixels; send at most {limit} in all")]
    TooManyPixels {
        /// Width as the header says.
        width: usize,
        /// Height as the header says.
        height: usize,
        /// The limit, pixels.
        limit: usize,
    },
    /// A picture without area.
    #[error("the picture has `{width}×{height}` pixels; send one with at least one pixel each way")]
    NoPixels {
        /// Width as the header says.
        width: usize,
        /// Height as the header says.
        height: usize,
    },
    /// Decoding would take too much memory.
    #[error("decoding the picture takes `{bytes}` bytes; send it with 8 bits a channel, or smaller (limit {limit})")]
    TooDeep {
        /// What it would take.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The end is missing.
    #[error("the {0} picture is cut off; send the whole file again")]
    Truncated(Format),
    /// Bytes that make no picture.
    #[error("the {format} picture is damaged (`{detail}`); export it again and send that")]
    Damaged {
        /// What it claims to be.
        format: Format,
        /// What the decoder says.
        detail: Cow<'static, str>,
    },
    /// Not what [`crate::CleanImage`] stores.
    #[error("the stored picture is `{width}×{height}`, larger than any derivative; run `vestry doctor`")]
    NotDerivative {
        /// Its width.
        width: usize,
        /// Its height.
        height: usize,
    },
}

/// The name of a kind of file that is refused, such as `SVG drawing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind(&'static str);

impl Kind {
    /// The name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl IntakeError {
    /// A word that stays the same across versions.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "image_empty",
            Self::TooManyBytes { .. } => "image_too_many_bytes",
            Self::Refused(_) => "image_kind_refused",
            Self::Unknown => "image_kind_unknown",
            Self::Animated(_) => "image_animated",
            Self::TooManyPixels { .. } => "image_too_many_pixels",
            Self::NoPixels { .. } => "image_without_pixels",
            Self::TooDeep { .. } => "image_too_deep",
            Self::Truncated(_) => "image_truncated",
            Self::Damaged { .. } => "image_damaged",
            Self::NotDerivative { .. } => "image_not_derivative",
        }
    }

    fn damaged(format: Format, error: &dyn fmt::Display) -> Self {
        let detail: String = error.to_string().chars().filter(|c| !c.is_control()).take(120).collect();
        Self::Damaged { format, detail: detail.into() }
    }

    fn damaged_image(format: Format, error: &image::ImageError) -> Self {
        match error {
            image::ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => Self::Truncated(format),
            other => Self::damaged(format, other),
        }
    }
}

/// What `bytes` are, if they are accepted.
pub fn format_of(bytes: &[u8], limits: &Limits) -> Result<Format, IntakeError> {
    if bytes.is_empty() {
        return Err(IntakeError::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(IntakeError::TooManyBytes { bytes: bytes.len(), limit: limits.max_bytes });
    }
    sniff::sniff(bytes).map_err(|kind| kind.map_or(IntakeError::Unknown, |name| IntakeError::Refused(Kind(name))))
}

/// `bytes` as an sRGB picture, the right way up, laid on white, its longer side at most [`DERIVATIVE_SIDE`].
/// Nothing but pixels is left of the file.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, IntakeError> {
    let format = format_of(bytes, limits)?;
    let decode::Decoded { picture, orientation, profile } = decode::decode(format, bytes, limits)?;
    // Shrunk first: turning and converting then touch a megapixel at most.
    let picture = orientation::apply(picture.within(DERIVATIVE_SIDE), orientation);
    Ok(match profile {
        Some(profile) => profile::to_srgb(picture, &profile),
        None => picture,
    })
}

/// A stored derivative as it is: nothing turned, converted or shrunk.
pub(crate) fn decode_stored(jpeg: &[u8], limits: &Limits) -> Result<Picture, IntakeError> {
    let format = format_of(jpeg, limits)?;
    let picture = decode::decode(format, jpeg, limits)?.picture;
    let (width, height) = (picture.width(), picture.height());
    if format != Format::Jpeg || width.max(height) > DERIVATIVE_SIDE {
        return Err(IntakeError::NotDerivative { width, height });
    }
    Ok(picture)
}
