//! Image bytes to a clean image, a vector and suggestions. CPU only.
//!
//! What it must never do: open a socket or a database, read a clock, or let an original's metadata or a face
//! through to what it returns. `unsafe` stands in `kernels/x86.rs` and nowhere else, and nothing outside
//! `kernels` knows which processor it runs on.
//!
//! To add a model: a folder in `models/` with its export script and `model.toml`, its layers built from
//! `network` and `weights`, reference vectors beside it and a test that compares every kernel.

mod aligned;
mod backbone;
mod colours;
mod derivative;
mod faces;
mod foreground;
pub mod fuzz;
mod intake;
mod kernels;
mod network;
mod picture;
mod print;
mod recognise;
mod views;
mod weights;

pub use backbone::{Backbone, Outputs};
pub use colours::{COLOUR_SIGNS, METALS, MOST_COLOURS, NamedColour, SMALLEST_SHARE, colours};
pub use derivative::{
    CleanImage, DERIVATIVE_QUALITY, DERIVATIVE_SIDE, FACE_BLOCKS, FACE_MARGIN, THUMBNAIL_QUALITY, clean, hide,
    thumbnail,
};
pub use faces::{Face, FaceFinder};
pub use foreground::Foreground;
pub use intake::{Format, IntakeError, Kind, Limits, decode, format_of};
pub use kernels::{Kernel, UnknownKernel};
pub use network::Scratch;
pub use picture::Picture;
pub use print::{TEXTURES, print_features, texture_measures};
pub use recognise::{
    Features, GATE_FEATURES, ObjectSeen, Recognition, Vision, VisionError, builtin_heads, garment_probability,
    gate_features, numbers, read_heads, unfitted_heads, views_of,
};
pub use views::Views;
pub use weights::ModelError;
