//! The policy files that ship are whole, and a file that is none says where and what to write instead.

use vestry_policy::{Policy, Regime};

const OMNIOUS: &str = include_str!("../../../policy/omnious-2019-08-01.toml");
const LATER: &str = include_str!("../../../policy/kr-2023-09-15.toml");

/// The clauses of the client's document.
const CLAUSES: &[&str] = &[
    "1.ga",
    "1.na",
    "1.da",
    "1.ra",
    "2.ga.1",
    "2.ga.2",
    "2.ga.3",
    "2.na",
    "3.ga",
    "3.na",
    "3.da",
    "3.ra",
    "4",
    "4.ga.misuse",
    "4.ga.usage",
    "4.na.member",
    "4.na.contract",
    "4.na.payment",
    "4.na.complaint",
    "4.na.visit",
    "4.da",
    "5",
    "6.ga",
    "6.ga.camera",
    "6.na",
    "7.ga",
    "7.na",
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
    "14",
];

fn omnious() -> Policy {
    Policy::read(OMNIOUS, "omnious.toml").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_document_is_whole() {
    let policy = omnious();
    for clause in CLAUSES {
        assert!(policy.clauses.iter().any(|c| c.id == *clause), "{clause}");
    }
    assert_eq!(
        (policy.id.as_str(), policy.version.as_str(), policy.regime),
        ("omnious", "2019-08-01", Regime::Korea2019)
    );
    assert_eq!(policy.governs_from().to_string(), "2019-07-31T15:00:00Z");
    let item = |name: &str| policy.item(policy.item_named(name).expect(name));
    // The document's own lists: what the account needs, what may be refused, what is shown in part.
    for required in ["email", "password", "name", "mobile", "company_phone", "company", "title"] {
        assert!(item(required).required, "{required}");
    }
    for optional in ["mailing", "app_settings", "form"] {
        assert!(!item(optional).required, "{optional}");
    }
    for masked in ["card_number", "bank_account", "payment_mobile"] {
        assert!(item(masked).masked, "{masked}");
    }
}

#[test]
fn periods_are_the_documents() {
    let policy = omnious();
    let keep = |name: &str| {
        let retention = policy.retentions().find(|(_, r)| r.id == name).expect(name).1;
        policy.starts(retention).1.map_or(String::from("-"), |period| period.to_string())
    };
    let rows = ["misuse", "usage", "member", "contract", "payment", "complaint", "visit"].map(keep);
    assert_eq!(rows, ["1 year", "5 years", "1 year", "5 years", "5 years", "3 years", "3 months"]);
    let dormancy = policy.dormancy.as_ref().expect("2019 knows dormancy");
    assert_eq!((dormancy.after.to_string().as_str(), dormancy.notice_days), ("1 year", 30));
    assert_eq!((policy.notices.change_days, policy.notices.transfer_days, policy.children.under), (7, 30, 14));
}

#[test]
fn the_later_regime_is_whole() {
    let policy = Policy::read(LATER, "later.toml").unwrap_or_else(|error| panic!("{error}"));
    assert!(policy.dormancy.is_none());
    assert!(policy.rights.iter().all(|r| r.within.is_some_and(|p| p.to_string() == "10 days")));
    assert_ne!(policy.hash(), omnious().hash());
}

#[test]
fn what_one_key_may_cover_ends_together() {
    let policy = omnious();
    let account = policy.class_named("account").expect("account");
    let names = |items: vestry_policy::ItemSet| items.iter().map(|i| policy.item(i).id.clone()).collect::<Vec<_>>();
    let groups: Vec<_> = policy.end_groups(account).iter().copied().map(names).collect();
    // Mail, name and company outlive the rest for the statutes that need them; the mailing setting ends with its
    // consent.
    assert!(groups.contains(&vec!["email".into(), "name".into(), "company".into()]), "{groups:?}");
    assert!(groups.contains(&vec!["mailing".into()]), "{groups:?}");
    let all: usize = groups.iter().map(Vec::len).sum();
    assert_eq!(all, policy.items_of(account).len());
}

/// `from` written as `to` in the client's file is refused at `line` (of the new text) and says `words`.
#[track_caller]
fn check(from: &str, to: &str, at: &str, words: &str) {
    assert_eq!(OMNIOUS.matches(from).count(), 1, "`{from}` must stand once");
    let text = OMNIOUS.replace(from, to);
    let error = Policy::read(&text, "p.toml").expect_err("refused").to_string();
    let offset = text.find(at).expect("the place");
    let line = text[..offset].matches('\n').count() + 1;
    let column = text[..offset].rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    assert!(error.contains(&format!("p.toml:{line}:{column}: ")), "{line}:{column} in {error}");
    assert!(error.contains(words), "{error}");
}

/// A choice about cookies is written down nowhere, which is right only as long as it is no consent.
#[test]
fn a_cookie_serves_no_purpose_that_would_need_a_consent() {
    let cookie = "[cookie.vestry_theme]\n";
    check(cookie, &format!("{cookie}purpose = \"visits\"\n"), "purpose = \"visits\"", "unknown field `purpose`");
}

#[test]
fn mistakes_are_named_with_their_place_and_a_remedy() {
    let visit = "starts = [\"visit\"]\nkeep = \"3 months\"";
    let why =
        "why = { ko = \"방문 기록을 보관할 의무를 지키기 위해\", en = \"to keep visit records as the law asks\" }\n";
    check("small_cell = 5 ", "small_cel = 5 ", "small_cel = 5", "unknown field `small_cel`");
    check(
        "time_zone = \"Asia/Seoul\"",
        "time_zone = \"Asia/Soul\"",
        "\"Asia/Soul\"",
        "write its name in the IANA table",
    );
    check("effective = 2019-08-01", "effective = 2019-08-01T00:00:00", "2019-08-01T00", "write `2019-08-01`");
    check("regime = \"kr-2019\"", "regime = \"kr-2018\"", "\"kr-2018\"", "`kr-2019`");
    check("keep = \"3 months\"", "keep = \"3 moons\"", "\"3 moons\"", "such as `5 years`");
    check("keep = \"3 months\"", "keep = \"0 months\"", "\"0 months\"", "is not a period");
    check(visit, "", "visit]\nclause = \"4.na.visit\"", "has no clock; write `starts");
    check(
        &format!("{why}{visit}"),
        &format!("{why}ends_with = \"visit\""),
        "visit]\nclause = \"4.na.visit\"",
        "ends with itself",
    );
    check("item.app_settings]", "item.App]", "App]", "is no name");
    check("purposes = [\"marketing\"]", "purposes = []", "mailing]", "item `mailing` has no purpose");
    check(
        "purposes = [\"marketing\"]",
        "purposes = [\"adverts\"]",
        "\"adverts\"",
        "no purpose `adverts`; write one of `service`",
    );
    check(
        "purposes = [\"marketing\"]",
        "required = true\npurposes = [\"marketing\"]",
        "mailing]",
        "which must be free",
    );
    for (class, words) in [("look", "write `[class.look]`"), ("mail", "write `[class.mail]` and `[item.mail]`")] {
        let error = Policy::read(&OMNIOUS.replace(&format!("[class.{class}]"), "[class.other]"), "p.toml");
        let error = error.expect_err("refused").to_string();
        assert!(error.contains(words), "{class}: {error}");
    }
    check("basis = \"consent\"\n", "", "marketing]\nclause = \"1.ra\"", "purpose `marketing` has no basis");
}

#[test]
fn what_is_no_file_at_all_is_said_so() {
    let said = |text: &str| Policy::read(text, "p.toml").expect_err("refused").to_string();
    assert!(said("[policy\n").starts_with("p.toml:1:8: "), "{}", said("[policy\n"));
    assert!(said("").contains("missing field `policy`"), "{}", said(""));
    let twice = OMNIOUS.replace("[item.title]", "[item.name]");
    assert!(said(&twice).contains("duplicate key"), "{}", said(&twice));
    let long = format!("{OMNIOUS}{}", "#\n".repeat(vestry_policy::MAX_FILE / 2));
    assert!(said(&long).contains("longer than"), "{}", said(&long));
    // Two mistakes are said at once, the upper one first.
    let two =
        OMNIOUS.replace("basis = \"consent\"\n", "").replace("time_zone = \"Asia/Seoul\"", "time_zone = \"Seoul\"");
    let error = Policy::read(&two, "p.toml").expect_err("refused");
    assert_eq!(error.mistakes.len(), 2, "{error}");
    assert!(error.mistakes[0].line < error.mistakes[1].line, "{error}");
}
