//! The oracle's own calendar: a list of days, walked by the rule that everybody learns. No library, nothing of the
//! crate under test. Days count from 2019-01-01, seconds from the Unix epoch, days begin in Seoul (UTC+9).

/// The first day of the list, in days since the epoch.
const FIRST: i64 = 17_897;

pub(crate) struct Calendar {
    days: Vec<(i32, u32, u32)>,
    /// Where each month begins: 12 a year from 2019.
    months: Vec<usize>,
}

impl Calendar {
    pub(crate) fn new() -> Self {
        let (mut days, mut months) = (Vec::new(), Vec::new());
        for year in 2019..2060 {
            for month in 1..=12 {
                months.push(days.len());
                days.extend((1..=length(year, month)).map(|day| (year, month, day)));
            }
        }
        Self { days, months }
    }

    /// The day of an instant.
    pub(crate) fn day(&self, seconds: i64) -> i64 {
        (seconds + 9 * 3600).div_euclid(86_400) - FIRST
    }

    /// The first second of a day.
    pub(crate) fn midnight(&self, day: i64) -> i64 {
        (day + FIRST) * 86_400 - 9 * 3600
    }

    /// The first day that counts of a period that begins with the instant.
    pub(crate) fn first_day(&self, event: i64) -> i64 {
        let day = self.day(event);
        if event == self.midnight(day) { day } else { day + 1 }
    }

    pub(crate) fn text(&self, day: i64) -> String {
        let (year, month, day) = self.days[usize::try_from(day).expect("on the calendar")];
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// The last day of `months` months that begin with the instant (articles 157, 159 and 160): the day of the event
    /// does not count unless it happens at 00:00; the end is the day before the corresponding one, or the month's last
    /// where there is none.
    pub(crate) fn last_day(&self, event: i64, months: usize) -> i64 {
        let first = self.first_day(event);
        let (year, month, day_of_month) = self.days[usize::try_from(first).expect("on the calendar")];
        let at = usize::try_from(year - 2019).expect("since 2019") * 12 + month as usize - 1 + months;
        let (year, month) =
            (2019 + i32::try_from(at / 12).expect("few years"), u32::try_from(at % 12).expect("12") + 1);
        let begin = self.months[at] as i64;
        if day_of_month <= length(year, month) {
            begin + i64::from(day_of_month) - 2
        } else {
            begin + i64::from(length(year, month)) - 1
        }
    }
}

fn length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
