//! Image bytes to a clean image, a vector and suggestions. CPU only.
//!
//! What it must never do: open a socket or a database, read a clock, or let an original's metadata or a face
//! through to what it returns. `unsafe` stands in `kernels/x86.rs` and nowhere else, and nothing outside
//! `kernels` knows which processor it runs on.
//!
//! To add a model: a folder in `models/` with its export script and `model.toml`, its layers built from
//! `network` and `weights`, reference vectors beside it and a test that compares every kernel.

mod backbone;
mod faces;
mod kernels;
mod network;
mod weights;

pub use backbone::{Backbone, Outputs};
pub use faces::{Face, FaceFinder};
pub use kernels::{Kernel, UnknownKernel};
pub use network::Scratch;
pub use weights::ModelError;
