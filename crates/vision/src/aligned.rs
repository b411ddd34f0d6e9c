//! Numbers that start where a cache line starts, so that no vector load or store crosses two.

use std::ops::{Deref, DerefMut, Range};

/// Numbers of a cache line: 64 bytes.
const LINE: usize = 16;

/// A slice of numbers, the first at the start of a cache line.
#[derive(Debug, Default)]
pub(crate) struct Aligned {
    /// [`LINE`] more than are used, less one.
    held: Vec<f32>,
    start: usize,
}

impl Aligned {
    /// `length` zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        let held = vec![0.0; length + LINE - 1];
        // `align_offset` may decline to answer; then the numbers start where they start, and are merely slower.
        let start = held.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE - 1);
        Self { held, start }
    }

    /// The first `length` numbers, whatever they are; grows when it has to, which forgets them, and never shrinks.
    pub(crate) fn room(&mut self, length: usize) -> &mut [f32] {
        if self.len() < length {
            *self = Self::zeros(length);
        }
        &mut self[..length]
    }

    fn span(&self) -> Range<usize> {
        self.start..self.held.len().saturating_sub(LINE - 1 - self.start)
    }
}

impl From<&[f32]> for Aligned {
    fn from(numbers: &[f32]) -> Self {
        let mut aligned = Self::zeros(numbers.len());
        aligned.copy_from_slice(numbers);
        aligned
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.held[self.span()]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        let span = self.span();
        &mut self.held[span]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_start_at_a_cache_line_and_keep_their_length() {
        assert_eq!(Aligned::default().len(), 0);
        for length in [0, 1, 15, 16, 17, 1000] {
            let mut aligned = Aligned::zeros(length);
            assert_eq!(aligned.len(), length);
            assert_eq!(aligned.as_ptr().align_offset(64), 0);
            assert_eq!(aligned.room(length + 3).len(), length + 3);
            assert_eq!(aligned.as_ptr().align_offset(64), 0);
            assert_eq!(aligned.room(1).len(), 1);
        }
        assert_eq!(&*Aligned::from(&[1.0, 2.0, 3.0][..]), [1.0, 2.0, 3.0]);
    }
}
