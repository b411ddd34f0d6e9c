//! What must be said beforehand: counting full days back from the day on which something happens.

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
};

/// How many full days must lie between a notice and what it announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Notice {
    /// Full days, midnight to midnight; neither the day of the notice nor the day itself counts.
    pub full_days: u16,
}

impl Notice {
    /// The instant, in local time, before which the notice of something on `effective` must stand; `None` before the
    /// calendar begins.
    pub fn deadline(self, effective: Date) -> Option<DateTime> {
        Some(effective.checked_sub(i64::from(self.full_days).days()).ok()?.to_datetime(Time::midnight()))
    }

    /// Whether a notice that stood from `posted` is early enough for something on `effective`.
    pub fn is_timely(self, posted: DateTime, effective: Date) -> bool {
        self.deadline(effective).is_some_and(|deadline| posted < deadline)
    }
}
