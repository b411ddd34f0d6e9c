//! The policy's arithmetic at the prompt.

use crate::program::{stderr, vestry};

#[track_caller]
fn check(event: &str, period: &str, last: &str) {
    let output = vestry(&["policy", "last-day", event, period]).output().expect("the binary runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), last, "{}", stderr(&output));
    assert!(output.status.success());
}

#[test]
fn the_last_day_is_that_of_the_civil_act() {
    check("2019-02-28", "5 years", "2024-02-29");
    check("2019-11-29", "3 months", "2020-02-29");
    check("2019-12-31T23:59:59+09:00", "1 year", "2020-12-31");
    check("2020-01-01T00:00:00+09:00", "1 year", "2020-12-31");
    check("2019-12-31T15:00:01Z", "1 year", "2021-01-01");
}

#[track_caller]
fn check_refused(args: &[&str], code: i32, says: &str) {
    let output = vestry(&[&["policy", "last-day"], args].concat()).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(code), "{args:?}");
    assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
}

#[test]
fn what_is_no_event_no_period_and_no_zone_says_what_to_write() {
    check_refused(&["yesterday", "1 year"], 1, "write `2019-02-28`");
    check_refused(&["2019-02-30", "1 year"], 1, "write `2019-02-28`");
    check_refused(&["2020-01-01T00:00:00", "1 year"], 1, "`2020-01-01T00:00:00+09:00`");
    check_refused(&["2020-01-01", "forever"], 2, "such as `5 years`");
    check_refused(&["2020-01-01", "1 year", "--zone", "Korea/Seoul"], 1, "such as `Asia/Seoul`");
}

#[test]
fn which_version_governs_and_whether_a_file_is_one() {
    let said = |args: &[&str]| {
        let output = vestry(args).output().expect("the binary runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), stderr(&output))
    };
    let (code, governs, error) = said(&["policy", "governs", "2020-01-01T00:00:00+09:00"]);
    assert!(code == Some(0) && governs.contains("2019-08-01"), "{governs} {error}");
    let (code, _, error) = said(&["policy", "governs", "2019-07-31T23:59:59+09:00"]);
    assert!(code == Some(1) && !error.is_empty(), "nothing governed before the document: {error}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    let path = file.display().to_string();
    std::fs::write(&file, vestry_policy::BUILTIN).expect("written");
    assert_eq!(said(&["policy", "check", &path]).0, Some(0));
    let broken = vestry_policy::BUILTIN.replace("regime = \"kr-2019\"", "regime = \"kr-2018\"");
    std::fs::write(&file, broken).expect("written");
    let (code, _, error) = said(&["policy", "check", &path]);
    assert!(code == Some(1) && error.contains("policy.toml:") && error.contains("kr-2019"), "{error}");
}
