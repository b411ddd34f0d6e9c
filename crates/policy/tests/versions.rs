//! Which version governs, which may follow, when it may be posted, and what an old consent still authorises.

use jiff::Timestamp;
use vestry_policy::{Change, Consent, Policy, Versions, VersionsError};

const FIRST: &str = include_str!("../../../policy/omnious-2019-08-01.toml");

fn first() -> Policy {
    Policy::read(FIRST, "first.toml").expect("the file is whole")
}

/// The client's file as of 2020-03-01 with some changes.
fn second(changes: &[(&str, &str)]) -> Policy {
    let dates = [
        ("version = \"2019-08-01\"", "version = \"2020-03-01\""),
        ("effective = 2019-08-01", "effective = 2020-03-01"),
    ];
    let text = dates.iter().chain(changes).fold(FIRST.to_string(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand once");
        text.replace(from, to)
    });
    Policy::read(&text, "second.toml").unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn clause_14_a_version_governs_from_the_first_moment_of_its_first_day() {
    let versions = Versions::new(vec![second(&[]), first()]).expect("versions of one policy");
    let governs = |instant: &str| versions.governs(at(instant)).map(|policy| policy.version.clone());
    assert_eq!(governs("2019-07-31T23:59:59+09:00"), None);
    assert_eq!(governs("2019-08-01T00:00:00+09:00").as_deref(), Some("2019-08-01"));
    assert_eq!(governs("2020-02-29T23:59:59+09:00").as_deref(), Some("2019-08-01"));
    assert_eq!(governs("2020-03-01T00:00:00+09:00").as_deref(), Some("2020-03-01"));
}

#[test]
fn clause_13_seven_full_days_before() {
    let version = second(&[]);
    assert!(version.may_be_published(at("2020-02-22T23:59:59+09:00")).is_ok());
    let late = version.may_be_published(at("2020-02-23T00:00:00+09:00")).expect_err("too late");
    assert_eq!((late.deadline.to_string().as_str(), late.full_days), ("2020-02-23T00:00:00", 7));
}

#[test]
fn clause_10_thirty_full_days_posted() {
    let notice = first().transfer_notice();
    let effective = "2020-03-01".parse().expect("a day");
    assert!(notice.is_timely("2020-01-30T23:59:59".parse().expect("a time"), effective));
    assert!(!notice.is_timely("2020-01-31T00:00:00".parse().expect("a time"), effective));
}

#[test]
fn a_shorter_period_may_follow_a_longer_one_may_not() {
    let visit = "keep = \"3 months\"";
    assert!(Versions::new(vec![first(), second(&[(visit, "keep = \"60 days\"")])]).is_ok());
    assert!(Versions::new(vec![first(), second(&[(visit, "keep = \"89 days\"")])]).is_err());
    let longer = Versions::new(vec![first(), second(&[(visit, "keep = \"4 months\"")])]).expect_err("longer");
    assert!(matches!(&longer, VersionsError::Longer { retention, .. } if retention == "visit"), "{longer}");
    // A new law is a new basis.
    let law = (
        "law = { ko = \"통신비밀보호법\", en = \"Protection of Communications Secrets Act\" }",
        "law = { ko = \"새 법\", en = \"a new act\" }",
    );
    assert!(Versions::new(vec![first(), second(&[(visit, "keep = \"4 months\""), law])]).is_ok());
    assert!(matches!(Versions::new(vec![first(), first()]), Err(VersionsError::Twice { .. })));
    assert!(matches!(Versions::new(Vec::new()), Err(VersionsError::None)));
}

#[test]
fn clause_2_na_only_other_terms_ask_again() {
    let marketing = first().purpose_named("marketing").expect("marketing");
    let given = Consent::Given { at: at("2019-09-01T00:00:00Z") };
    let permits = |second: Policy| {
        let versions = Versions::new(vec![first(), second]).expect("versions");
        given.permits(marketing, &versions, at("2020-06-01T00:00:00Z"))
    };
    let visits = ("keep = \"3 months\"", "keep = \"2 months\"");
    assert!(permits(second(&[])) && permits(second(&[visits])), "neither purpose, items nor period changed");
    let more = (
        "purposes = [\"service\", \"membership\"]\n\n[item.password]",
        "purposes = [\"service\", \"membership\", \"marketing\"]\n\n[item.password]",
    );
    assert!(!permits(second(&[more])), "another item");
    let versions = Versions::new(vec![first()]).expect("versions");
    let now = at("2019-10-01T00:00:00Z");
    let none = [
        Consent::NotAsked,
        Consent::Refused { at: now },
        Consent::Withdrawn { given: at("2019-09-01T00:00:00Z"), withdrawn: now },
        Consent::Given { at: at("2019-07-01T00:00:00Z") },
        Consent::Given { at: at("2019-11-01T00:00:00Z") },
    ];
    assert!(none.iter().all(|consent| !consent.permits(marketing, &versions, now)));
    assert!(given.permits(marketing, &versions, now));
}

#[test]
fn what_changed_is_named() {
    let visit = ("keep = \"3 months\"", "keep = \"2 months\"");
    let item = ("[item.app_settings]", "[item.preferences]");
    let changes = second(&[visit, item]).changes_since(&first());
    assert!(changes.contains(&Change::RetentionChanged("visit".into())), "{changes:?}");
    assert!(changes.contains(&Change::ItemRemoved("app_settings".into())), "{changes:?}");
    assert!(changes.contains(&Change::ItemAdded("preferences".into())), "{changes:?}");
    assert_eq!(second(&[]).changes_since(&first()), []);
}
