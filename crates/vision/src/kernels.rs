//! The arithmetic, once a processor family: matrix product and depthwise convolution over rows of channels.
//!
//! Everything here is safe to call. A [`Engine`] is a kernel that this processor was seen to run, so holding one
//! is the proof that its instructions exist; slice lengths are checked before any pointer is made of them.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::{ModelError, aligned::Aligned};
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
        [Self::Avx512, Self::Avx2, Self::Portable].into_iter().filter(|k| Engine::new(*k).is_ok()).collect()
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

/// A kernel that this processor runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine(Proven);

#[derive(Debug, Clone, Copy)]
enum Proven {
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    Portable,
}

impl Engine {
    /// Asks the processor.
    pub(crate) fn new(kernel: Kernel) -> Result<Self, ModelError> {
        let proven = match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => x86::Avx512::detect().map(Proven::Avx512),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => x86::Avx2::detect().map(Proven::Avx2),
            #[cfg(not(target_arch = "x86_64"))]
            Kernel::Avx512 | Kernel::Avx2 => None,
            Kernel::Portable => Some(Proven::Portable),
        };
        proven.map(Self).ok_or(ModelError::Kernel(kernel))
    }

    /// Numbers in one vector, and vectors side by side in the widest tile: what registers hold.
    fn tile(self) -> (usize, usize) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Proven::Avx512(_) => (16, 3),
            #[cfg(target_arch = "x86_64")]
            Proven::Avx2(_) => (8, 2),
            Proven::Portable => (portable::LANES, 1),
        }
    }
}

/// What is done to a sum before it is written: nothing, or a clamp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Activation {
    /// As it is.
    None,
    /// Not below 0.
    Relu,
    /// 0 to 6.
    Relu6,
}

impl Activation {
    /// The clamp's ends, so that kernels need no branch.
    fn limits(self) -> (f32, f32) {
        match self {
            Self::None => (f32::NEG_INFINITY, f32::INFINITY),
            Self::Relu => (0.0, f32::INFINITY),
            Self::Relu6 => (0.0, 6.0),
        }
    }
}

/// Some neighbouring columns of a matrix, stored as a tile reads them: row after row, `vectors` vectors each.
#[derive(Debug)]
struct Panel {
    first_column: usize,
    vectors: usize,
    values: Aligned,
}

/// `rows × inputs` by `inputs × outputs`, plus bias, clamped, plus what is given: a pointwise convolution.
#[derive(Debug)]
pub(crate) struct Product {
    engine: Engine,
    inputs: usize,
    outputs: usize,
    panels: Vec<Panel>,
    /// Padded with zeros to whole tiles.
    bias: Aligned,
    limits: (f32, f32),
}

impl Product {
    /// `weights` holds `inputs` rows of `bias.len()` numbers.
    pub(crate) fn new(engine: Engine, weights: &[f32], bias: &[f32], activation: Activation) -> Self {
        let outputs = bias.len();
        let inputs = weights.len() / outputs;
        assert_eq!(inputs * outputs, weights.len(), "a whole matrix");
        assert!(inputs > 0, "a matrix with rows");
        let (lanes, widest) = engine.tile();
        let mut panels = Vec::new();
        let mut first_column = 0;
        while first_column < outputs {
            let vectors = (outputs - first_column).div_ceil(lanes).min(widest);
            let used = (vectors * lanes).min(outputs - first_column);
            let mut values = Aligned::zeros(inputs * vectors * lanes);
            for (to, from) in values.chunks_exact_mut(vectors * lanes).zip(weights.chunks_exact(outputs)) {
                to[..used].copy_from_slice(&from[first_column..first_column + used]);
            }
            panels.push(Panel { first_column, vectors, values });
            first_column += vectors * lanes;
        }
        let mut padded = Aligned::zeros(first_column);
        padded[..outputs].copy_from_slice(bias);
        Self { engine, inputs, outputs, panels, bias: padded, limits: activation.limits() }
    }

    /// Numbers a row that it reads.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Numbers a row that it writes.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Multiplies every row of `input` into `output`; `residual`, when given, has the shape of `output` and is added.
    pub(crate) fn run(&self, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        let rows = input.len() / self.inputs;
        assert_eq!(input.len(), rows * self.inputs, "whole rows come in");
        assert_eq!(output.len(), rows * self.outputs, "as many rows go out");
        assert!(residual.is_none_or(|r| r.len() == output.len()), "what is added has the output's shape");
        match self.engine.0 {
            #[cfg(target_arch = "x86_64")]
            Proven::Avx512(proof) => x86::product_512(proof, self, input, residual, output),
            #[cfg(target_arch = "x86_64")]
            Proven::Avx2(proof) => x86::product_256(proof, self, input, residual, output),
            Proven::Portable => portable::product(self, input, residual, output),
        }
    }
}

/// A convolution of each channel by itself, plus bias, clamped.
#[derive(Debug)]
pub(crate) struct Depthwise {
    engine: Engine,
    /// Side of the window: 3 or 5.
    side: usize,
    stride: usize,
    channels: usize,
    /// Window row, window column, channel.
    weights: Aligned,
    bias: Aligned,
    limits: (f32, f32),
}

/// The size of a map, or of some rows of one, and how far the first window reaches over its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) out_height: usize,
    pub(crate) out_width: usize,
    pub(crate) above: usize,
    pub(crate) left: usize,
}

impl Depthwise {
    /// Channels come in multiples of this: the widest vector, so that no kernel has a remainder.
    pub(crate) const CHANNEL_STEP: usize = 16;

    /// `weights` holds `side²` rows of `bias.len()` numbers.
    pub(crate) fn new(
        engine: Engine,
        side: usize,
        stride: usize,
        weights: &[f32],
        bias: &[f32],
        activation: Activation,
    ) -> Self {
        let channels = bias.len();
        assert!(matches!(side, 3 | 5), "windows of 3 or 5");
        assert!(stride == 1 || stride == 2, "strides of 1 or 2");
        assert_eq!(weights.len(), side * side * channels, "a weight for each place and channel");
        assert_eq!(channels % Self::CHANNEL_STEP, 0, "whole vectors of channels");
        Self { engine, side, stride, channels, weights: weights.into(), bias: bias.into(), limits: activation.limits() }
    }

    /// Channels in and out.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Side of the window.
    pub(crate) fn side(&self) -> usize {
        self.side
    }

    /// Cells between windows.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Convolves `input`, a map as `window` says.
    pub(crate) fn run(&self, window: Window, input: &[f32], output: &mut [f32]) {
        assert!(window.width > 0 && window.height > 0, "a map with cells");
        assert!(window.above < self.side && window.left < self.side, "the first window touches the map");
        let last = |out: usize| out.saturating_sub(1) * self.stride;
        assert!(last(window.out_height) < window.height + window.above, "the last window touches the map");
        assert!(last(window.out_width) < window.width + window.left, "the last window touches the map");
        assert_eq!(input.len(), window.height * window.width * self.channels, "the map that comes in");
        assert_eq!(output.len(), window.out_height * window.out_width * self.channels, "the map that goes out");
        match self.engine.0 {
            #[cfg(target_arch = "x86_64")]
            Proven::Avx512(proof) => x86::depthwise_512(proof, self, window, input, output),
            #[cfg(target_arch = "x86_64")]
            Proven::Avx2(proof) => x86::depthwise_256(proof, self, window, input, output),
            Proven::Portable => portable::depthwise(self, window, input, output),
        }
    }

    /// The part of a window of this size, at `out` of an axis of `length` cells, that lies on the map:
    /// its first and end offset within the window.
    fn inside(&self, out: usize, length: usize, before: usize) -> (usize, usize) {
        let start = out * self.stride;
        (before.saturating_sub(start), self.side.min((length + before).saturating_sub(start)))
    }
}

#[cfg(test)]
mod tests;
