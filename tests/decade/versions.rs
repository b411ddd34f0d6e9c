//! The policy changes after five of the ten years: two periods get shorter, for what is held already too.

use crate::calendar::Calendar;

/// 2024-08-01, the first day of the second version.
pub(crate) const SECOND: i64 = 2039;

/// Whether the second version governs.
pub(crate) fn is_second(today: i64) -> bool {
    today >= SECOND
}

/// Months for which records of use are kept.
pub(crate) fn months_of_usage(today: i64) -> usize {
    if is_second(today) { 36 } else { 60 }
}

/// Months for which a member who left is remembered.
pub(crate) fn months_after_leaving(today: i64) -> usize {
    if is_second(today) { 6 } else { 12 }
}

/// The first version's text, and the second's.
pub(crate) fn texts(first: &str) -> [String; 2] {
    assert_eq!(Calendar::new().text(SECOND), "2024-08-01");
    let mut second = first.to_owned();
    let member = "starts = [\"withdrawal\"]\nkeep = ";
    let usage = "recognition, search and recommendation\" }\nstarts = [\"made\"]\nkeep = ";
    for (before, old, new) in [
        ("version = ", "\"2019-08-01\"", "\"2024-08-01\""),
        ("effective = ", "2019-08-01", "2024-08-01"),
        (member, "\"1 year\"", "\"6 months\""),
        (usage, "\"5 years\"", "\"3 years\""),
    ] {
        let (old, new) = (format!("{before}{old}"), format!("{before}{new}"));
        assert_eq!(second.matches(&old).count(), 1, "`{old}` stands once in the policy");
        second = second.replacen(&old, &new, 1);
    }
    [first.to_owned(), second]
}
