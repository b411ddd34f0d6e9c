//! Heads, calibration, projections and recommendations as pure functions of their examples.
//!
//! What it must never do: touch a file, a clock, a socket or a random number. Whatever looks like chance (folds,
//! bootstrap draws) follows from hashes of the examples' ids, so the same examples always make the same numbers.
//!
//! In reading order: [`sample`] holds features and labels, [`folds`] deals them out with near-duplicates kept
//! together, [`ridge`] fits one-vs-rest heads, [`calibrate`] turns scores into probabilities, [`projection`] makes
//! the space photos are searched in, [`logistic`] weighs a few numbers, [`gate`] tells garments from everything else
//! by it, [`measure`] says how good it is, and [`recipe`] chooses among settings by cross-validation and fits the
//! whole. What people do is learnt beside it, and forgotten exactly: [`taught`] heads, [`recommend`] what goes with what,
//! [`blend`] how much each part of a search weighs. [`asking`] says which pictures teach most, [`trend`] whether a share rises or
//! falls.
//!
//! To add a setting to choose among: one field in [`recipe::Recipe`], one loop in its `choose`. To add a figure:
//! one pure function in [`measure`] with a table test.

pub mod asking;
pub mod blend;
pub mod calibrate;
pub mod folds;
pub mod gate;
mod hash;
pub mod logistic;
pub mod measure;
pub mod projection;
pub mod recipe;
pub mod recommend;
pub mod ridge;
pub mod sample;
pub mod taught;
pub mod trend;

pub use gate::Gate;
pub use logistic::{Logistic, OneSided, Weigh};
pub use recipe::{Fitted, FittedHead, FittedProjection, LearnError, Recipe};
pub use sample::{Sample, SampleError, Samples};
