//! Entry points for fuzzers; each takes any bytes and panics only when a promise is broken.

use crate::{CleanImage, DERIVATIVE_SIDE, IntakeError, Limits, clean, thumbnail};
use vestry_model::Region;

/// Limits under which a fuzzer stays quick.
pub const LIMITS: Limits = Limits { max_bytes: 1 << 20, max_pixels: 1 << 22, max_decoded_bytes: 64 << 20 };

/// Takes `bytes` in as a picture. What comes out is small, whole, opens again to the same pixels, and has thumbnails.
pub fn intake(bytes: &[u8]) -> Result<CleanImage, IntakeError> {
    let face = Region::new(0.25, 0.1, 0.3, 0.4).expect("a region inside the picture");
    let image = clean(bytes, &LIMITS, |_| vec![face])?;
    assert!(image.width.max(image.height) <= DERIVATIVE_SIDE && image.width.min(image.height) > 0);
    assert_eq!(image.pixels.len(), image.width * image.height * 3);
    let again = CleanImage::open(image.jpeg.clone(), image.faces.clone()).expect("a stored picture opens");
    assert_eq!(again.pixels, image.pixels);
    assert!(thumbnail(&image, 320).starts_with(b"RIFF"));
    Ok(image)
}
