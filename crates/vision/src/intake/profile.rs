//! Colour profiles: from what a camera or an editor meant to sRGB.

use crate::Picture;
use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, TransformOptions};

/// Profiles of cameras and editors stay far below; a larger one is ignored.
const PROFILE_BYTES: usize = 4 << 20;

/// `picture`, whose numbers mean what `profile` says, in sRGB. A profile that cannot be read, or that speaks of inks,
/// is ignored: the numbers are then taken as sRGB, as browsers do.
pub(super) fn to_srgb(mut picture: Picture, profile: &[u8]) -> Picture {
    if let Some(pixels) = converted(&picture, profile) {
        picture.pixels_mut().copy_from_slice(&pixels);
    }
    picture
}

fn converted(picture: &Picture, profile: &[u8]) -> Option<Vec<u8>> {
    if profile.len() > PROFILE_BYTES {
        return None;
    }
    let limits = ParsingOptions { max_profile_size: PROFILE_BYTES, ..ParsingOptions::default() };
    let source = ColorProfile::new_from_slice_with_options(profile, limits).ok()?;
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let mut out = vec![0; picture.pixels().len()];
    match source.color_space {
        DataColorSpace::Rgb => {
            let transform = source.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options).ok()?;
            transform.transform(picture.pixels(), &mut out).ok()?;
        }
        DataColorSpace::Gray => {
            let transform = source.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options).ok()?;
            let gray: Vec<u8> = picture.pixels().chunks_exact(3).map(|p| p[0]).collect();
            transform.transform(&gray, &mut out).ok()?;
        }
        _ => return None,
    }
    Some(out)
}
