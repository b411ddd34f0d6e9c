//! The policy bounds the schema.

use vestry_policy::{BUILTIN, BUILTIN_FILE, Policy, Schema};

fn policy() -> Policy {
    Policy::read(BUILTIN, BUILTIN_FILE).expect("the file is whole")
}

const DECLARED: &str = r#"
[table.members]
why = "a random number"
none = ["id"]
items = { mail = "email", phone = "mobile" }
person = "person"
destroyed = "erase_person"
"#;

/// What is said of a database with these columns under `declared`.
#[track_caller]
fn check(declared: &str, columns: &[&str], said: &str) {
    let columns: Vec<_> = columns.iter().map(|column| ("members".to_string(), (*column).to_string())).collect();
    let schema = Schema::read(declared, "columns.toml").expect("declarations");
    let answer = schema.check(&policy(), &columns).map_or_else(|faults| faults.to_string(), |()| "ok".into());
    assert!(answer.contains(said), "{answer}");
}

/// Declarations that are refused, with the place and words.
#[track_caller]
fn check_refused(from: &str, to: &str, said: &str) {
    assert_eq!(DECLARED.matches(from).count(), 1, "`{from}`");
    let error = Schema::read(&DECLARED.replace(from, to), "columns.toml").expect_err("refused").to_string();
    assert!(error.contains(said), "{error}");
}

#[test]
fn clause_2_ga_1_a_column_without_declaration_or_item_is_refused() {
    let all = ["id", "mail", "phone", "person"];
    check(DECLARED, &all, "ok");
    check(DECLARED, &["id", "mail", "phone", "person", "nickname"], "column `members.nickname` is not declared");
    check(DECLARED, &["id", "mail", "phone"], "column `members.person` is declared but not there");
    check(
        &DECLARED.replace("\"mobile\"", "\"birth_date\""),
        &all,
        "holds `birth_date`, which policy `2019-08-01` does not list",
    );
}

#[test]
fn a_declaration_that_says_too_little_is_refused() {
    check_refused(
        "why = \"a random number\"",
        "",
        "columns.toml:2:8: columns of `members` hold nothing personal, but not why",
    );
    check_refused(
        "destroyed = \"erase_person\"",
        "",
        "columns.toml:6:10: `members` holds a person's id, but nothing destroys it",
    );
    check_refused("[\"id\"]", "[\"id\", \"mail\"]", "`members.mail` is declared twice");
    check_refused("none =", "non =", "unknown field `non`");
}
