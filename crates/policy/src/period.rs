//! Periods as the Korean Civil Act counts them (articles 157 to 160).
//!
//! A period of days, months or years does not count the day on which it starts, unless it starts at 00:00 exactly
//! (157). It ends with its last day (159): the day before the one that corresponds to the first counted day, or the
//! last day of the last month where that has no such day (160). Article 161, which moves an end on a holiday to the
//! next day, is left out: it would hold data longer.

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Time},
};
use serde::Deserialize;
use std::{fmt, str::FromStr};

/// A length of calendar time, such as `5 years`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Period {
    count: u16,
    unit: Unit,
}

/// What a period is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Days.
    Days,
    /// Months of the calendar.
    Months,
    /// Years of the calendar.
    Years,
}

/// Why there is no such period or day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not a period.
    #[error("`{0}` is not a period; write a number and `days`, `months` or `years`, such as `5 years`")]
    NotAPeriod(String),
    /// Longer than anything is held.
    #[error("`{period}` is too long; write at most {most}")]
    TooLong {
        /// What was written.
        period: String,
        /// The longest period of that unit.
        most: Period,
    },
    /// The calendar ends first.
    #[error("`{period}` from `{day}` ends after the year 9999; give an earlier day")]
    BeyondCalendar {
        /// The period.
        period: Period,
        /// The first counted day.
        day: Date,
    },
}

impl Unit {
    /// The longest that a period may be: a hundred years.
    const fn most(self) -> u16 {
        match self {
            Self::Days => 36_525,
            Self::Months => 1_200,
            Self::Years => 100,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Days => "day",
            Self::Months => "month",
            Self::Years => "year",
        }
    }
}

impl Period {
    /// `count` units, 1 or more, at most a hundred years.
    pub fn new(count: u16, unit: Unit) -> Result<Self, PeriodError> {
        let period = Self { count, unit };
        if count == 0 {
            return Err(PeriodError::NotAPeriod(period.to_string()));
        }
        if count > unit.most() {
            return Err(PeriodError::too_long(&period.to_string(), unit));
        }
        Ok(period)
    }

    /// The last day of the period that starts with `event`, local time of the policy.
    pub fn last_day(self, event: DateTime) -> Result<Date, PeriodError> {
        let beyond = |_| PeriodError::BeyondCalendar { period: self, day: event.date() };
        let first = first_counted_day(event).map_err(beyond)?;
        self.last_day_counting(first)
    }

    /// The last day of the period whose first counted day is `first`.
    pub fn last_day_counting(self, first: Date) -> Result<Date, PeriodError> {
        let beyond = |_| PeriodError::BeyondCalendar { period: self, day: first };
        let corresponding = first.checked_add(self.span()).map_err(beyond)?;
        // Adding months lands on the last day of a month that has no corresponding day; then that day is the last.
        if self.unit != Unit::Days && corresponding.day() != first.day() {
            return Ok(corresponding);
        }
        corresponding.yesterday().map_err(beyond)
    }

    /// The latest day of which the period is over on `day`, for what happened in the course of it; `None` before the
    /// calendar begins.
    pub fn latest_over(self, day: Date) -> Option<Date> {
        let is_over = |start: Date| self.last_day(start.at(12, 0, 0, 0)).is_ok_and(|last| last < day);
        // A corresponding day that is missing moves the end by three days at most.
        let first = day.checked_sub(self.span()).ok()?.checked_add(1.day()).ok()?;
        (0..6_i64).filter_map(|back| first.checked_sub(back.days()).ok()).find(|start| is_over(*start))
    }

    /// As a Korean reader writes it: `5년`, `3개월`, `30일`.
    pub fn korean(self) -> String {
        let unit = match self.unit {
            Unit::Days => "일",
            Unit::Months => "개월",
            Unit::Years => "년",
        };
        format!("{}{unit}", self.count)
    }

    /// Whether this is, from every day of the calendar, no longer than `other`.
    pub fn is_within(self, other: Self) -> bool {
        match (self.unit == Unit::Days, other.unit == Unit::Days) {
            (true, true) => self.count <= other.count,
            (false, false) => self.months() <= other.months(),
            // A month has 28 to 31 days; twelve have 365 or 366.
            (true, false) => u32::from(self.count) <= other.months() / 12 * 365 + other.months() % 12 * 28,
            (false, true) => self.months() / 12 * 366 + self.months() % 12 * 31 <= u32::from(other.count),
        }
    }

    fn months(self) -> u32 {
        u32::from(self.count) * if self.unit == Unit::Years { 12 } else { 1 }
    }

    /// The period as a span of the calendar.
    pub fn span(self) -> Span {
        match self.unit {
            Unit::Days => i64::from(self.count).days(),
            Unit::Months => i64::from(self.count).months(),
            Unit::Years => i64::from(self.count).years(),
        }
    }
}

impl PeriodError {
    fn too_long(period: &str, unit: Unit) -> Self {
        Self::TooLong { period: period.into(), most: Period { count: unit.most(), unit } }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{several}", self.count, self.unit.name())
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let not = || PeriodError::NotAPeriod(text.chars().take(40).collect());
        let (count, unit) = text.split_once(' ').ok_or_else(not)?;
        let unit = match unit {
            "day" | "days" => Unit::Days,
            "month" | "months" => Unit::Months,
            "year" | "years" => Unit::Years,
            _ => return Err(not()),
        };
        if count.is_empty() || !count.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(not());
        }
        // Digits only, so what does not fit is too large.
        let count =
            count.parse().map_err(|_| PeriodError::too_long(&text.chars().take(40).collect::<String>(), unit))?;
        Self::new(count, unit)
    }
}

/// The first day that counts of a period that starts with `event`: that day itself at 00:00 exactly, otherwise the
/// next (article 157).
pub(crate) fn first_counted_day(event: DateTime) -> Result<Date, jiff::Error> {
    if event.time() == Time::midnight() { Ok(event.date()) } else { event.date().tomorrow() }
}

/// The first day on which somebody born on `birth` is `years` old; the day of birth counts (article 158).
pub fn first_day_of_age(birth: Date, years: u16) -> Result<Date, PeriodError> {
    let period = Period::new(years, Unit::Years)?;
    let last = period.last_day_counting(birth)?;
    last.tomorrow().map_err(|_| PeriodError::BeyondCalendar { period, day: birth })
}
