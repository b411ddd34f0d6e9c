//! Periods and notices against a golden table, and what must hold for all of them.

use jiff::{
    ToSpan,
    civil::{Date, DateTime, date},
};
use proptest::prelude::*;
use vestry_policy::{Notice, Period, PeriodError, Transfer, TransferWaits, Unit, first_day_of_age, zone};

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

#[track_caller]
fn check(event: &str, length: &str, last: &str) {
    let event: DateTime = event.parse().expect("a local time");
    let last: Date = last.parse().expect("a day");
    assert_eq!(period(length).last_day(event), Ok(last), "{event} + {length}");
}

#[test]
fn periods_end_as_the_civil_act_counts() {
    // A day whose hour is not known: any time after 00:00.
    check("2019-08-01T12:00:00", "5 years", "2024-08-01");
    check("2019-02-28T12:00:00", "5 years", "2024-02-29");
    check("2020-02-29T12:00:00", "1 year", "2021-02-28");
    check("2020-02-28T12:00:00", "1 year", "2021-02-28");
    check("2019-11-29T12:00:00", "3 months", "2020-02-29");
    check("2019-11-30T12:00:00", "3 months", "2020-02-29");
    check("2019-12-31T23:59:59", "1 year", "2020-12-31");
    check("2020-01-01T00:00:01", "1 year", "2021-01-01");
    check("2020-01-01T00:00:00", "1 year", "2020-12-31");
    check("2020-01-01T00:00:00", "30 days", "2020-01-30");
    check("2020-01-01T00:00:01", "30 days", "2020-01-31");
}

proptest! {
    #[test]
    fn the_latest_day_that_is_over_is_over_and_the_next_is_not(
        day in 0..60_000_i64, count in 1..40_u16, unit in prop::sample::select(vec![Unit::Days, Unit::Months, Unit::Years])
    ) {
        let (day, period) = (date(1970, 1, 1) + day.days(), Period::new(count, unit).expect("a period"));
        let is_over = |start: Date| period.last_day(start.at(12, 0, 0, 0)).is_ok_and(|last| last < day);
        let latest = period.latest_over(day).expect("within the calendar");
        prop_assert!(is_over(latest), "{latest}");
        prop_assert!(!is_over(latest.tomorrow().expect("within the calendar")), "{latest}");
    }
}

#[test]
fn clause_10_a_transfer_waits_until_everybody_is_told_or_it_stood_thirty_full_days() {
    let policy = vestry_policy::Policy::read(vestry_policy::BUILTIN, "built-in").expect("a policy");
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant");
    let posted = at("2020-03-01T10:00:00+09:00");
    for (day, told_everybody, now, may) in [
        // Told: on the day, not before it.
        ("2020-03-05", true, "2020-03-04T23:59:59+09:00", false),
        ("2020-03-05", true, "2020-03-05T00:00:00+09:00", true),
        // Somebody was not: thirty full days, without the first and the last.
        ("2020-03-05", false, "2020-03-05T00:00:00+09:00", false),
        ("2020-03-05", false, "2020-03-31T23:59:59+09:00", false),
        ("2020-03-05", false, "2020-04-01T00:00:00+09:00", true),
        ("2020-05-05", false, "2020-05-04T12:00:00+09:00", false),
    ] {
        let transfer = Transfer { day: day.parse().expect("a day"), posted, told_everybody };
        let answer = policy.may_transfer(&transfer, at(now));
        assert_eq!(answer.is_ok(), may, "{day} {told_everybody} {now}: {answer:?}");
        if let Err(TransferWaits::Posted { from, .. }) = answer {
            let midnight = policy.first_moment(from);
            assert!(policy.may_transfer(&transfer, midnight).is_ok());
            assert!(policy.may_transfer(&transfer, midnight - jiff::SignedDuration::from_secs(1)).is_err());
        }
    }
}

#[test]
fn an_age_is_reached_on_the_birthday_and_after_a_missing_one() {
    assert_eq!(first_day_of_age(date(2008, 2, 29), 14), Ok(date(2022, 3, 1)));
    assert_eq!(first_day_of_age(date(2008, 2, 28), 14), Ok(date(2022, 2, 28)));
    assert_eq!(first_day_of_age(date(2006, 12, 31), 14), Ok(date(2020, 12, 31)));
}

#[test]
fn a_notice_stands_its_full_days() {
    let (week, month) = (Notice { full_days: 7 }, Notice { full_days: 30 });
    let effective = date(2019, 8, 1);
    assert!(week.is_timely(date(2019, 7, 24).at(23, 59, 59, 0), effective), "D−8 23:59:59");
    assert!(!week.is_timely(date(2019, 7, 25).at(0, 0, 0, 0), effective), "D−7 00:00:00");
    assert!(month.is_timely(date(2019, 7, 1).at(23, 59, 59, 999_999_999), effective));
    assert!(!month.is_timely(date(2019, 7, 2).at(0, 0, 0, 0), effective));
    assert!(!week.is_timely(date(2019, 7, 24).at(0, 0, 0, 0), Date::MIN), "before the calendar nothing was said");
}

#[test]
fn what_is_no_period_says_what_to_write() {
    for text in ["", "5", "5years", "5  years", "years", "-1 years", "+1 year", "0 days", "5 weeks", "½ year", " 1 day"]
    {
        let error = text.parse::<Period>().expect_err(text).to_string();
        assert!(error.contains("such as `5 years`"), "{text}: {error}");
    }
    for text in ["101 years", "1201 months", "36526 days", "99999999999999999999 days"] {
        let error = text.parse::<Period>().expect_err(text).to_string();
        assert!(error.contains("too long"), "{text}: {error}");
    }
    let last = date(9999, 12, 31).at(12, 0, 0, 0);
    assert!(matches!(period("1 day").last_day(last), Err(PeriodError::BeyondCalendar { .. })));
    assert!(matches!(
        period("1 year").last_day(date(9999, 6, 1).at(0, 0, 0, 0)),
        Err(PeriodError::BeyondCalendar { .. })
    ));
}

#[test]
fn zones_are_built_in() {
    let seoul = zone("Asia/Seoul").expect("a zone");
    let instant: jiff::Timestamp = "2019-12-31T15:00:00Z".parse().expect("an instant");
    assert_eq!(seoul.to_datetime(instant), date(2020, 1, 1).at(0, 0, 0, 0));
    assert!(zone("Asia/Atlantis").expect_err("none").to_string().contains("IANA"));
}

fn local() -> impl Strategy<Value = DateTime> {
    let day = (1990i16..2090, 1i8..=12, 1i8..=31).prop_filter_map("a day", |(y, m, d)| Date::new(y, m, d).ok());
    (day, prop_oneof![Just(0i32), 0i32..86_400])
        .prop_map(|(day, second)| day.at(0, 0, 0, 0) + i64::from(second).seconds())
}

fn any_period() -> impl Strategy<Value = Period> {
    let unit = prop_oneof![Just(Unit::Days), Just(Unit::Months), Just(Unit::Years)];
    (1u16..=100, unit).prop_map(|(count, unit)| Period::new(count, unit).expect("short"))
}

/// The last day by walking the calendar a day at a time, from the law's words alone.
fn walked(event: DateTime, period: Period) -> Date {
    let midnight = event.hour() == 0 && event.minute() == 0 && event.second() == 0;
    let first = if midnight { event.date() } else { event.date().tomorrow().expect("a day") };
    let text = period.to_string();
    let (count, unit) = text.split_once(' ').expect("two words");
    let count: i32 = count.parse().expect("a number");
    if unit.starts_with("day") {
        return (1..count).fold(first, |day, _| day.tomorrow().expect("a day"));
    }
    let months = if unit.starts_with("year") { 12 * count } else { count };
    let index = i32::from(first.year()) * 12 + i32::from(first.month()) - 1 + months;
    let in_last_month = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1 == index;
    let mut day = first;
    while !in_last_month(day) {
        day = day.tomorrow().expect("a day");
    }
    // The first of the last month: on to the corresponding day, or to the month's end.
    while day.day() != first.day() {
        let next = day.tomorrow().expect("a day");
        if !in_last_month(next) {
            return day;
        }
        day = next;
    }
    day.yesterday().expect("a day")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_period_ends_where_walking_the_calendar_ends(event in local(), period in any_period()) {
        prop_assert_eq!(period.last_day(event), Ok(walked(event, period)));
    }

    #[test]
    fn a_later_event_never_ends_earlier(a in local(), b in local(), period in any_period()) {
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        prop_assert!(period.last_day(first).expect("a day") <= period.last_day(second).expect("a day"));
    }

    #[test]
    fn a_period_is_read_as_it_is_written(period in any_period()) {
        prop_assert_eq!(period.to_string().parse(), Ok(period));
    }

    #[test]
    fn a_later_notice_is_never_more_timely(a in local(), b in local(), days in 0u16..60, effective in local()) {
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        let notice = Notice { full_days: days };
        prop_assert!(!notice.is_timely(second, effective.date()) || notice.is_timely(first, effective.date()));
    }
}
