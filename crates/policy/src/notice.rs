//! What must be said beforehand: counting full days back from the day on which something happens.

use crate::Policy;
use jiff::{
    Timestamp, ToSpan,
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

/// A transfer of the business that is not done yet (clause 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The day for which it is announced.
    pub day: Date,
    /// Since when it is posted for all to read.
    pub posted: Timestamp,
    /// Whether each person was told by a mail that went out.
    pub told_everybody: bool,
}

/// Why a transfer must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransferWaits {
    /// It was announced for a later day.
    #[error("it is announced for {day}")]
    Announced {
        /// The day.
        day: Date,
    },
    /// Somebody could not be told, and it is not posted for long enough.
    #[error("not everybody could be told by mail; posted for {full_days} full days it may be done from {from}")]
    Posted {
        /// How many full days it has to stand.
        full_days: u16,
        /// The first day.
        from: Date,
    },
}

impl Policy {
    /// Whether a transfer may be done at `now`: not before its day, and only when everybody was told or it was posted for
    /// as many full days as the policy asks for.
    pub fn may_transfer(&self, transfer: &Transfer, now: Timestamp) -> Result<(), TransferWaits> {
        let (today, notice) = (self.local(now).date(), self.transfer_notice());
        if today < transfer.day {
            return Err(TransferWaits::Announced { day: transfer.day });
        }
        let posted = self.local(transfer.posted);
        if transfer.told_everybody || notice.is_timely(posted, today) {
            return Ok(());
        }
        // The day of the posting does not count, nor the day of the transfer.
        let from = posted.date().checked_add((i64::from(notice.full_days) + 1).days()).unwrap_or(Date::MAX);
        Err(TransferWaits::Posted { full_days: notice.full_days, from })
    }
}
