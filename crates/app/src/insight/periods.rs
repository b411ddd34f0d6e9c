//! Weeks and months on the policy's calendar.

use jiff::{Timestamp, ToSpan, civil::Date};
use vestry_policy::Policy;

/// Weeks that are looked back on, at most.
const MAX_WEEKS: usize = 53;
/// Months that are looked back on, at most.
const MAX_MONTHS: usize = 36;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// From Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
}

/// A week or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// Whether it is over.
    pub is_over: bool,
}

impl By {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Week, Self::Month];

    /// As a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// How many are looked back on, at most.
    pub fn most(self) -> usize {
        match self {
            Self::Week => MAX_WEEKS,
            Self::Month => MAX_MONTHS,
        }
    }

    /// The first day of the period of `day`.
    fn start(self, day: Date) -> Date {
        match self {
            Self::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.first_of_month(),
        }
    }

    fn step(self, from: Date, periods: i64) -> Date {
        match self {
            Self::Week => from.saturating_add(periods.weeks()),
            Self::Month => from.saturating_add(periods.months()),
        }
    }
}

/// As many periods as are looked back on, the one of today last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Periods {
    /// The first day of each, and the one after the last.
    starts: Vec<Date>,
    /// The first moment of each, and of the one after the last.
    moments: Vec<Timestamp>,
}

impl Periods {
    pub(super) fn until(today: Date, by: By, policy: &Policy) -> Self {
        let (start, most) = (by.start(today), by.most() as i64);
        let starts: Vec<Date> = (1 - most..=1).map(|back| by.step(start, back)).collect();
        let moments = starts.iter().map(|day| policy.first_moment(*day)).collect();
        Self { starts, moments }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The first day of all.
    pub(super) fn first(&self) -> Date {
        self.starts[0]
    }

    /// Which one a moment is in.
    pub(super) fn of(&self, at: Timestamp) -> Option<usize> {
        place(&self.moments, at)
    }

    /// Which one a day is in.
    pub(super) fn of_day(&self, day: Date) -> Option<usize> {
        place(&self.starts, day)
    }

    /// The last `count` of them; all but the last are over.
    pub(super) fn last(&self, count: usize) -> Vec<Period> {
        let period = |at: usize| Period {
            from: self.starts[at],
            to: self.starts[at + 1].yesterday().unwrap_or(Date::MAX),
            is_over: at + 1 < self.len(),
        };
        (self.len().saturating_sub(count)..self.len()).map(period).collect()
    }
}

fn place<T: PartialOrd>(starts: &[T], at: T) -> Option<usize> {
    let after = starts.partition_point(|start| *start <= at);
    (0 < after && after < starts.len()).then(|| after - 1)
}
