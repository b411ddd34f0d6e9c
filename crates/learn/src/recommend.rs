//! What goes with what, from what visitors did; it forgets a visitor exactly.
//!
//! Events come to histories ([`Histories`]): each visitor's strongest and latest deed with each item, up to [`HELD`] items.
//! [`fit()`] turns them into a [`Model`] by whole-number sums and one closed form, so that the same live histories give the
//! same model, in whatever order events came and whoever was here before; [`Model::forget`] gives that model too. Its lists
//! are put together and cut by [`arrange()`].
//!
//! What others did because somebody's traces had been recommended to them is their own and stays: that is outside what
//! *exact* means here.

mod arrange;
mod histories;
mod incidence;
mod lists;
mod model;
mod penalty;
mod solve;
mod square;

pub use arrange::{Arrangement, arrange};
pub use histories::{Deed, Event, HELD, Histories};
pub use lists::{Because, Fresh, Recommended};
pub use model::{FEW, Model, fit};
