//! Which way up a camera held itself, and turning pixels to match.

use crate::Picture;

/// The orientation 1–8 of an EXIF block (a TIFF header and its first directory); 1 when it says nothing usable.
pub(super) fn read(exif: &[u8]) -> u8 {
    orientation(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)).unwrap_or(1)
}

fn orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let b: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
    };
    let b: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let directory = usize::try_from(if little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) }).ok()?;
    let entries = usize::from(u16_at(directory)?);
    (0..entries).map(|entry| directory + 2 + entry * 12).find_map(|at| {
        let (tag, kind, value) = (u16_at(at)?, u16_at(at + 2)?, u16_at(at + 8)?);
        (tag == 0x0112 && kind == 3 && (1..=8).contains(&value)).then_some(value as u8)
    })
}

/// `picture` turned and mirrored as orientation 1–8 asks.
pub(super) fn apply(picture: Picture, orientation: u8) -> Picture {
    if !(2..=8).contains(&orientation) {
        return picture;
    }
    let (w, h) = (picture.width(), picture.height());
    let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
    let mut pixels = Vec::with_capacity(w * h * 3);
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = match orientation {
                2 => (w - 1 - x, y),
                3 => (w - 1 - x, h - 1 - y),
                4 => (x, h - 1 - y),
                5 => (y, x),
                6 => (y, h - 1 - x),
                7 => (w - 1 - y, h - 1 - x),
                _ => (w - 1 - y, x),
            };
            pixels.extend_from_slice(&picture.at(from_x, from_y));
        }
    }
    Picture::new(width, height, pixels)
}
