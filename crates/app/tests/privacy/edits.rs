//! Changing several items at once, on every engine: all of them or none, and of two who decided on the same state one.

use crate::world::{World, member, on_each_engine, values};
use vestry_vault::{Edit, EndedSessions, Personal, RecordId, VaultError};

fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

#[tokio::test]
async fn an_edit_is_whole_and_comes_first_or_not_at_all() {
    on_each_engine("2020-01-01", edited).await;
}

async fn edited(world: &World) {
    let privacy = world.open().await;
    let (policy, vault, now) = (privacy.policy(), privacy.vault(), privacy.now());
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.add_person(&member("lee@shop.example")).await.expect("added");
    let class = policy.class_named("account").expect("a class");
    let record: RecordId = vault
        .person(policy, person)
        .await
        .expect("on file")
        .records
        .iter()
        .find(|r| r.class == class)
        .expect("a record")
        .record;
    let item = |name: &str| policy.item_named(name).expect("an item");
    for token in [[1; 32], [2; 32]] {
        vault.begin_session(&token, person, now).await.expect("begun");
    }
    // Items under different keys, one of which goes; another session ends with it.
    let (mail, hash) = (personal("new@shop.example"), personal("$argon2id$y"));
    let values_ = [(item("email"), Some(&mail)), (item("password"), Some(&hash)), (item("app_settings"), None)];
    let since = vault.person(policy, person).await.expect("on file").revision;
    let edit = Edit { values: &values_, since: Some(since), sessions: EndedSessions::Others([1; 32]) };
    vault.edit(policy, record, &edit, now).await.expect("edited");
    let shown = values(&privacy, person, "rights").await.expect("shown");
    assert!(shown.contains(&"email=new@shop.example".into()) && shown.contains(&"password=$argon2id$y".into()));
    assert!(!shown.iter().any(|value| value.starts_with("app_settings")), "{shown:?}");
    assert!(shown.contains(&"name=김하나".into()), "what shared a key is there still: {shown:?}");
    assert_eq!(vault.find(&personal("new@shop.example")).await.expect("asked"), Some(person));
    assert_eq!(vault.find(&personal("kim@shop.example")).await.expect("asked"), None);
    assert!(vault.session(&[1; 32], privacy.now()).await.expect("asked").is_some());
    assert!(vault.session(&[2; 32], privacy.now()).await.expect("asked").is_none());
    // Decided on what is no more: nothing happens.
    let late = vault.edit(policy, record, &edit, now).await;
    assert!(matches!(late, Err(VaultError::Changed)), "{late:?}");
    // Somebody else's address: nothing of the edit is there, the session included.
    let (taken, name) = (personal("Lee@shop.example"), personal("김두리"));
    let both = [(item("name"), Some(&name)), (item("email"), Some(&taken))];
    let refused =
        vault.edit(policy, record, &Edit { values: &both, sessions: EndedSessions::All, since: None }, now).await;
    assert!(matches!(refused, Err(VaultError::KnownAlready)), "{refused:?}");
    let shown = values(&privacy, person, "rights").await.expect("shown");
    assert!(shown.contains(&"name=김하나".into()) && shown.contains(&"email=new@shop.example".into()), "{shown:?}");
    assert!(vault.session(&[1; 32], privacy.now()).await.expect("asked").is_some());
    // What the policy requires does not go.
    let required = vault.edit(policy, record, &Edit { values: &[(item("name"), None)], ..Edit::default() }, now).await;
    assert!(matches!(required, Err(VaultError::Required { .. })), "{required:?}");
    at_once(&privacy, person, record).await;
    privacy.close().await;
}

/// Several who decided on the same state: one comes first, the others hear that they came second.
async fn at_once(privacy: &vestry_app::Privacy, person: vestry_vault::PersonId, record: RecordId) {
    let (policy, vault, now) = (privacy.policy(), privacy.vault(), privacy.now());
    let since = vault.person(policy, person).await.expect("on file").revision;
    let name = policy.item_named("name").expect("an item");
    let edit = async |value: &str| {
        let value = personal(value);
        let edit = Edit { values: &[(name, Some(&value))], since: Some(since), ..Edit::default() };
        vault.edit(policy, record, &edit, now).await
    };
    let (one, two, three) = tokio::join!(edit("a"), edit("b"), edit("c"));
    let outcomes = [one, two, three];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let late = |outcome: &&Result<(), VaultError>| matches!(outcome, Err(VaultError::Changed));
    assert_eq!(outcomes.iter().filter(late).count(), 2, "{outcomes:?}");
}
