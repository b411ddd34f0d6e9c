//! What is written down of what people agreed to: the terms of use, consents, and that one was taken back in between.

use crate::house::{House, child, on_each_engine, pass, set, sign_up};
use jiff::SignedDuration;
use serde_json::Value;
use sha2::{Digest, Sha256};
use vestry_app::{AccountError, ChildAccount, Config, GuardianPage, Language, PersonId};
use vestry_model::hex;

/// Records of agreements to `what`, the oldest first.
async fn agreements(house: &House, person: PersonId, what: &str) -> Vec<Value> {
    let policy = house.privacy.policy();
    let mut found = Vec::new();
    for record in house.privacy.own_records(person).await.expect("held") {
        let of_consent = record.record.items.iter().filter(|held| policy.item(held.item).id == "consent");
        let read = of_consent.map(|held| serde_json::from_str(held.value.open(&record.opening)).expect("JSON"));
        found.extend(read.filter(|agreed: &Value| agreed["purpose"] == what));
    }
    found.sort_by_key(|agreed| agreed["at"].as_str().expect("a time").to_owned());
    found
}

#[tokio::test]
async fn clause_2_na_nobody_is_a_member_who_did_not_agree_to_the_terms_and_their_hash_is_written_down() {
    let house = House::with(Config::default()).await;
    let mut refused = sign_up("kim@shop.example");
    refused.terms = false;
    let refused = house.privacy.sign_up(refused).await;
    assert!(matches!(&refused, Err(AccountError::Missing { item }) if item == "terms"), "{refused:?}");
    assert!(house.post().await.is_empty(), "nothing waits");
    let (person, _) = house.member("kim@shop.example").await;
    let agreed = agreements(&house, person, "terms").await;
    let shown = house.privacy.terms().text(Language::Korean);
    assert_eq!(agreed.len(), 1);
    assert_eq!(agreed[0]["text_sha256"], hex(&Sha256::digest(shown)));
    assert_eq!((&agreed[0]["channel"], &agreed[0]["at"]), (&"sign-up".into(), &"2026-11-02T00:00:00Z".into()));
}

#[tokio::test]
async fn clause_9_a_guardian_agrees_to_the_terms_in_the_childs_place() {
    let house = House::with(Config::default()).await;
    let link = house.asked_guardian().await;
    let account =
        |terms| ChildAccount { terms, language: Language::English, ..child("child@home.example", "2027-12-24") };
    let refused = house.privacy.consent_for(&link, &account(false)).await;
    assert!(matches!(&refused, Err(AccountError::Missing { item }) if item == "terms"), "{refused:?}");
    house.privacy.consent_for(&link, &account(true)).await.expect("consented");
    let confirm = house.post().await.pop().expect("the child's letter").token("/join/confirm/");
    house.privacy.confirm(&confirm).await.expect("confirmed");
    let Ok(GuardianPage::Of(child)) = house.privacy.guardian(&link).await else { panic!("no page") };
    let agreed = agreements(&house, child, "terms").await;
    assert_eq!(agreed[0]["text_sha256"], house.privacy.terms().digest(Language::English));
    assert_eq!(agreed[0]["channel"], "guardian");
}

#[tokio::test]
async fn bug_agreeing_again_forgot_that_a_consent_had_been_taken_back() {
    on_each_engine(async |house| {
        let house = &house;
        let (person, _) = house.member("kim@shop.example").await;
        let policy = house.privacy.policy();
        let marketing = policy.purpose_named("marketing").expect("a purpose");
        let give = async || house.privacy.give_consent(person, marketing, "advertising").await.expect("given");
        give().await;
        set("2026-11-03T09:00:00+09:00");
        house.privacy.take_back_consent(person, marketing).await.expect("taken back");
        pass(SignedDuration::from_hours(24));
        give().await;
        pass(SignedDuration::from_hours(24));
        // Once more, of what stands: nothing was taken back before it.
        give().await;
        let before: Vec<Value> = agreements(house, person, "marketing")
            .await
            .iter()
            .map(|agreed| agreed["taken_back_before"].clone())
            .collect();
        assert_eq!(before, [Value::Null, "2026-11-03T00:00:00Z".into(), Value::Null]);
    })
    .await;
}
