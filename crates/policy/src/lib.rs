//! What the policy says of a record on a day: until when it may be held, and what must have been said before.
//!
//! What it must never do: read a clock, a file or a database. A day, an instant and a zone are arguments, so that
//! every answer can be asked for any day of any year.
//!
//! To add a rule of time: here, with its article of the law, rows in `tests/periods.rs`, and a property if it
//! orders days.

mod notice;
mod period;
mod zone;

pub use notice::Notice;
pub use period::{Period, PeriodError, Unit, first_day_of_age};
pub use zone::{UnknownZone, zone};
