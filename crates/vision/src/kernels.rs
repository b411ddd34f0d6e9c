//! The arithmetic, once a processor family.

use std::{fmt, str::FromStr};

/// A way to compute; all agree within rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// 512-bit vectors of x86-64 (AVX-512 F and VL).
    Avx512,
    /// 256-bit vectors of x86-64 (AVX2 and FMA).
    Avx2,
    /// Safe Rust for every processor.
    Portable,
}

/// A name that is no kernel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kernel; use `avx512`, `avx2` or `portable`")]
pub struct UnknownKernel(String);

impl Kernel {
    /// The fastest that this processor runs.
    pub fn best() -> Self {
        Self::available()[0]
    }

    /// Those that this processor runs, fastest first; never empty.
    pub fn available() -> Vec<Self> {
        vec![Self::Portable]
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        })
    }
}

impl FromStr for Kernel {
    type Err = UnknownKernel;

    fn from_str(text: &str) -> Result<Self, UnknownKernel> {
        match text {
            "avx512" => Ok(Self::Avx512),
            "avx2" => Ok(Self::Avx2),
            "portable" => Ok(Self::Portable),
            other => Err(UnknownKernel(other.chars().take(40).collect())),
        }
    }
}
