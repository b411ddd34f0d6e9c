//! Sealed documents as people read them: on the pages of one's own data, in the copy, in the office.

use super::{
    accounts::{csrf, staff},
    harness::House,
};
use serde_json::Value;
use std::collections::BTreeSet;
use vestry_app::{HeldRecord, Language, Opening, PersonId, Personal, Reader, Role, is_secret};

/// The names of all members of a document.
fn members(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members_of) => {
            for (name, value) in members_of {
                into.insert(name.clone());
                members(value, into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| members(value, into)),
        _ => {}
    }
}

/// The names of all members of the documents that are held of somebody and open no door.
async fn held(house: &House, person: PersonId) -> BTreeSet<String> {
    let opening = || Opening::new("rights", Reader::Themselves(person), None).expect("opens");
    let records: Vec<HeldRecord> = house.privacy().show_person(person, &opening(), None).await.expect("shown");
    let (policy, opening, mut names) = (house.privacy().policy(), opening(), BTreeSet::new());
    for record in &records {
        let shown = record.items.iter().filter(|held| !is_secret(policy, policy.item(held.item)));
        let texts = shown.map(|held| held.value.open(&opening));
        for text in texts.chain(record.day.as_ref().map(|day| day.value.open(&opening))) {
            if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                members(&value, &mut names);
            }
        }
    }
    names
}

/// What of somebody lets in whoever has it: long words of the secrets that are held, but for those that are held openly as well.
async fn secrets(house: &House, person: PersonId) -> Vec<String> {
    let opening = || Opening::new("rights", Reader::Themselves(person), None).expect("opens");
    let records: Vec<HeldRecord> = house.privacy().show_person(person, &opening(), None).await.expect("shown");
    let (policy, opening) = (house.privacy().policy(), opening());
    let items = records.iter().flat_map(|record| &record.items);
    let (secret, open): (Vec<_>, Vec<_>) = items.partition(|held| is_secret(policy, policy.item(held.item)));
    let words = secret.iter().flat_map(|held| held.value.open(&opening).split(|c: char| !c.is_alphanumeric()));
    let is_open = |word: &str| open.iter().any(|held| held.value.open(&opening).contains(word));
    // An id says who or what is meant, and opens nothing.
    let is_id = |word: &str| word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
    words.filter(|word| word.len() >= 16 && !is_id(word) && !is_open(word)).map(str::to_owned).collect()
}

/// That a Korean page shows no member by its name, and no instant as it is written down.
#[track_caller]
fn assert_in_words(page: &str, names: &BTreeSet<String>) {
    for name in names {
        for before in [">", " ", "("] {
            let raw = format!("{before}{name}: ");
            assert!(!page.contains(&raw), "`{name}` has no words: {page}");
        }
    }
    let is_instant = |word: &&str| word.parse::<jiff::Timestamp>().is_ok();
    let instants: Vec<&str> = page.split([' ', '<', '>', ',', '(', ')', '"']).filter(is_instant).collect();
    assert_eq!(instants, Vec::<&str>::new(), "{page}");
}

#[tokio::test]
async fn every_member_of_a_document_and_every_instant_is_said_in_words() {
    let house = House::with_accounts().await;
    let organisation = house.app.organisation_or_new("Hanbit").await.expect("an organisation");
    let privacy = house.privacy();
    let people = privacy.demo_people(organisation).await.expect("people");
    let drawings = vestry_drawings::catalogue(7, 12);
    house.app.demo_history(privacy, organisation, &people, &drawings).await.expect("a history");
    let find = async |mail: &str| {
        privacy.vault().find(&Personal::new(mail.to_owned())).await.expect("asked").expect("a member")
    };
    let (_, owner) = people.members[0];
    let (password, code) = (Personal::new(people.password.to_string()), Personal::new(String::new()));
    let moved = Personal::new("moved@demo.example".to_owned());
    let editor = find(people.members[1].1).await;
    privacy.ask_mail_change(editor, &moved, (&password, &code), Language::English).await.expect("asked");
    let links = house.post().await;
    let link = links.iter().find(|link| link.starts_with("/me/address/")).expect("a letter");
    house.form("", link, &[]).await;
    let officer = staff(&house, Role::Officer).await;
    let by = privacy.vault().find_staff(&Personal::new("officer@operator.example".to_owned())).await;
    let by = by.expect("asked").expect("an officer");
    let viewer = find(people.members[2].1).await;
    privacy.ban(by, viewer, "베낀 사진", Language::Korean).await.expect("banned");
    let fields = [("email", owner), ("password", people.password.as_str()), ("next", "/me")];
    let cookie = super::accounts::cookie(&house.form("", "/sign-in", &fields).await);
    privacy.make_exports().await.expect("made");
    let person = find(owner).await;
    let names = held(&house, person).await;
    assert!(names.contains("photo") && names.contains("decision") && names.contains("text_sha256"), "{names:?}");
    for path in ["/me?lang=ko", "/me/export/my-data.html?lang=ko"] {
        let page = house.page(&cookie, path).await.text();
        assert!(page.contains("사진으로 검색: 아니요") && page.contains("처리함"), "{path}: {page}");
        assert_in_words(&page, &names);
    }
    let token = csrf(&house.page(&officer, "/office/people").await.text());
    for person in [person, editor, viewer, by] {
        let (names, secrets) = (held(&house, person).await, secrets(&house, person).await);
        let who = person.to_string();
        let fields = [
            ("csrf", token.as_str()),
            ("who", who.as_str()),
            ("purpose", "rights"),
            ("reason", "request-7"),
            ("unmask", "yes"),
        ];
        let page = house.form(&officer, "/office/people?lang=ko", &fields).await.text();
        assert!(page.contains("<code>"), "{page}");
        assert_in_words(&page, &names);
        let told: Vec<&String> = secrets.iter().filter(|secret| page.contains(*secret)).collect();
        assert!(!secrets.is_empty() && told.is_empty(), "{told:?}: {page}");
    }
    let guardian = format!("{}?lang=ko", people.guardian);
    assert_in_words(&house.page("", &guardian).await.text(), &find_child(&house).await);
}

/// The members of what is held of the demo's child.
async fn find_child(house: &House) -> BTreeSet<String> {
    let child = house.privacy().vault().find(&Personal::new("child@demo.example".to_owned())).await;
    held(house, child.expect("asked").expect("a child")).await
}
