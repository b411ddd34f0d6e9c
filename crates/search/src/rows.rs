//! Every picture's vector in one piece of memory, and the exact scan over it.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use numkong::{Dot, f16};
use vestry_model::{ImageId, LOOK_DIMENSIONS, LookVector};

/// The slot of a row that nothing refers to.
pub(crate) const DEAD: u32 = u32::MAX;

/// A map whose keys are ids of our own: one multiplication mixes them well enough.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;
/// A set of ids of our own.
pub(crate) type IdSet<K> = std::collections::HashSet<K, BuildHasherDefault<IdHasher>>;

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }
    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }
    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

/// One vector, in the form that the kernels read.
pub(crate) type Look = [f16; LOOK_DIMENSIONS];

pub(crate) fn look(vector: &LookVector) -> Box<Look> {
    let mut out = Box::new([f16(0); LOOK_DIMENSIONS]);
    for (to, from) in out.iter_mut().zip(vector.as_slice()) {
        *to = f16(from.to_bits());
    }
    out
}

/// The vectors, row after row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    values: Vec<f16>,
    slots: Vec<u32>,
    images: Vec<ImageId>,
    by_image: IdMap<ImageId, u32>,
}

impl Rows {
    pub(crate) fn push(&mut self, slot: u32, image: ImageId, vector: &Look) -> u32 {
        let row = self.slots.len() as u32;
        self.values.extend_from_slice(vector);
        self.slots.push(slot);
        self.images.push(image);
        self.by_image.insert(image, row);
        row
    }

    pub(crate) fn kill(&mut self, row: u32) {
        self.slots[row as usize] = DEAD;
        let image = self.images[row as usize];
        if self.by_image.get(&image) == Some(&row) {
            self.by_image.remove(&image);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn live(&self) -> usize {
        self.by_image.len()
    }

    pub(crate) fn vector(&self, row: u32) -> &[f16] {
        let from = row as usize * LOOK_DIMENSIONS;
        &self.values[from..from + LOOK_DIMENSIONS]
    }

    pub(crate) fn slot(&self, row: u32) -> u32 {
        self.slots[row as usize]
    }

    pub(crate) fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub(crate) fn image(&self, row: u32) -> ImageId {
        self.images[row as usize]
    }

    pub(crate) fn row_of(&self, image: ImageId) -> Option<u32> {
        self.by_image.get(&image).copied()
    }

    /// Reads something of every cache line of row `row`.
    pub(crate) fn touch(&self, row: u32) -> u16 {
        self.vector(row).iter().step_by(32).fold(0, |sum, value| sum ^ value.0)
    }

    /// The cosine of row `row` with `query`.
    pub(crate) fn cosine(&self, row: u32, query: &[f16]) -> f32 {
        f16::dot(self.vector(row), query).expect("both have the same length")
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.values.capacity() * 2
            + self.slots.capacity() * 4
            + self.images.capacity() * 8
            + self.by_image.capacity() * 16
    }
}
