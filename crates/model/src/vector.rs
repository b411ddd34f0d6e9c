//! The vector that stands for how a garment looks.

use half::f16;

/// How many numbers a look vector has.
pub const LOOK_DIMENSIONS: usize = 256;

/// How a garment looks: 256 half-precision numbers of unit length, so that the dot product is the cosine.
#[derive(Debug, Clone, PartialEq)]
pub struct LookVector(Box<[f16; LOOK_DIMENSIONS]>);

impl LookVector {
    /// Scales `values` to unit length and rounds once to half precision.
    /// `None` when there are not 256 finite numbers or all are zero.
    pub fn from_f32(values: &[f32]) -> Option<Self> {
        let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        if values.len() != LOOK_DIMENSIONS || !norm.is_finite() || norm == 0.0 {
            return None;
        }
        let mut out = Box::new([f16::ZERO; LOOK_DIMENSIONS]);
        for (to, from) in out.iter_mut().zip(values) {
            *to = f16::from_f32(from / norm);
        }
        Some(Self(out))
    }

    /// The numbers.
    pub fn as_slice(&self) -> &[f16] {
        self.0.as_slice()
    }

    /// The cosine with `other`, −1 to 1, up to half-precision rounding.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(other.0.iter()).map(|(a, b)| a.to_f32() * b.to_f32()).sum()
    }

    /// 512 bytes, little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    /// Reads what [`LookVector::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != LOOK_DIMENSIONS * 2 {
            return None;
        }
        let mut out = Box::new([f16::ZERO; LOOK_DIMENSIONS]);
        for (to, from) in out.iter_mut().zip(bytes.chunks_exact(2)) {
            *to = f16::from_le_bytes([from[0], from[1]]);
        }
        out.iter().all(|v| v.is_finite()).then_some(Self(out))
    }
}
