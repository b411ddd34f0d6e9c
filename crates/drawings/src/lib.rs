//! Garments as vector drawings: a seed gives a picture and what is true of it.
//!
//! Three kinds of pictures, all made from a seed: a [`catalogue()`] for the demo, [`print_samples`] on which a print
//! head is fitted, and [`no_garment`] pictures that a recogniser must not tag.
//!
//! What it must never do: read a file, a clock or anyone else's randomness, or draw text. The same seed gives the
//! same bytes, so figures measured on drawings can be measured again.
//!
//! To add a garment: a function in `garments/` that draws it from a `Look`, and a line in `garments::kinds` with its
//! category, names and prices. To add a print: a function in `prints` and its names in `words`.

mod camera;
mod canvas;
mod catalogue;
mod garments;
mod nothing;
mod palette;
mod picture;
mod prints;
mod random;
mod samples;
mod words;

pub use catalogue::{Drawing, Labels, catalogue, render};
pub use nothing::{KINDS as NO_GARMENT_KINDS, NoGarment, no_garment};
pub use picture::Picture;
pub use samples::{PrintSample, print_samples};
