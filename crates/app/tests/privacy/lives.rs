//! One person through the document's clocks.

use crate::world::{World, member, noon, on_each_engine, reason, set_clock, sweep_on, values};
use vestry_app::{PrivacyError, SignedHead, SweepRequest, verify};
use vestry_vault::{CertificateState, DayRecord, HoldSubject, VaultError};

#[tokio::test]
async fn clause_4_a_member_leaves_and_goes_item_by_item() {
    on_each_engine("2020-01-01", leaves).await;
}

async fn leaves(world: &World) {
    let privacy = world.open().await;
    let person = privacy.add_person(&member("Kim@Shop.example")).await.expect("added");
    let shown = values(&privacy, person, "membership").await.expect("shown");
    assert!(shown.contains(&"mobile=010-1234-5678".into()), "{shown:?}");
    // The password serves membership alone, a card number billing alone.
    assert!(!shown.iter().any(|value| value.starts_with("card_number")), "{shown:?}");

    set_clock(noon("2020-06-01"));
    privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
    let sweep = privacy.withdraw(person).await.expect("withdrawn");
    assert_eq!(sweep.certificate.state, CertificateState::Final);
    // Live nothing is left; a right still opens what is kept apart.
    assert!(matches!(
        values(&privacy, person, "membership").await,
        Err(PrivacyError::Vault(VaultError::NothingFor { .. }))
    ));
    let kept = values(&privacy, person, "rights").await.expect("shown");
    assert!(kept.contains(&"mobile=010-1234-5678".into()) && kept.contains(&"invoice=INV-1".into()), "{kept:?}");
    assert!(!kept.iter().any(|value| value.starts_with("password") || value.starts_with("app_settings")), "{kept:?}");

    // A year after leaving: what only disputes needed goes; who paid stays with the payment.
    sweep_on(&privacy, "2021-06-01").await;
    assert!(values(&privacy, person, "rights").await.expect("shown").iter().any(|v| v.starts_with("mobile")));
    sweep_on(&privacy, "2021-06-02").await;
    let kept = values(&privacy, person, "rights").await.expect("shown");
    assert_eq!(
        kept.iter().filter(|v| v.starts_with("email") || v.starts_with("name") || v.starts_with("company=")).count(),
        3
    );
    assert!(!kept.iter().any(|v| v.starts_with("mobile")), "{kept:?}");

    sweep_on(&privacy, "2025-01-01").await;
    assert!(values(&privacy, person, "rights").await.is_ok());
    let last = sweep_on(&privacy, "2025-01-02").await;
    assert_eq!(last.certificate.state, CertificateState::Final);
    // Whoever has the certificate alone holds any copy of the log against it.
    let head: SignedHead = last.certificate.head.parse().expect("a head");
    assert!(head.size >= last.certificate.ledger[1] && head.is_signed_by(&privacy.vault().public_key()));
    let whole = verify(&world.data().join("audit"), &privacy.vault().public_key(), Some(&head)).expect("whole");
    assert!(whole.size > head.size, "the certificate is after what it certifies");
    assert!(matches!(values(&privacy, person, "rights").await, Err(PrivacyError::Vault(VaultError::UnknownPerson(_)))));
    privacy.close().await;
}

#[tokio::test]
async fn clause_4_da_notice_separation_and_return() {
    on_each_engine("2020-01-01", stays_away).await;
}

async fn stays_away(world: &World) {
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let sweep = sweep_on(&privacy, "2020-11-20").await;
    assert_eq!(sweep.certificate.notices, 0);
    let sweep = sweep_on(&privacy, "2020-11-30").await;
    assert_eq!(sweep.certificate.notices, 1);
    let sweep = sweep_on(&privacy, "2021-01-02").await;
    assert!(sweep.certificate.separated.iter().any(|c| c.class == "account"), "{:?}", sweep.certificate);
    assert!(values(&privacy, person, "membership").await.is_err(), "kept apart");
    let policy = privacy.policy();
    privacy.vault().return_member(policy, person, privacy.now()).await.expect("returns");
    let shown = values(&privacy, person, "membership").await.expect("live again");
    assert!(
        shown.contains(&"mobile=010-1234-5678".into()) && shown.contains(&"password=$argon2id$x".into()),
        "{shown:?}"
    );
    privacy.close().await;
}

#[tokio::test]
async fn clause_4_a_hold_stops_and_its_release_resumes_the_same_day() {
    on_each_engine("2020-01-01", is_held).await;
}

async fn is_held(world: &World) {
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let subject = HoldSubject::Person(person);
    privacy.vault().hold(subject, &reason(), privacy.now()).await.expect("held");
    let (policy, class) = (privacy.policy(), privacy.policy().class_named("visit").expect("visits"));
    let item = policy.item_named("ip_address").expect("an item");
    let visit = || DayRecord { person: Some(person), items: vec![(item, String::from("10.0.0.1").into())] };
    privacy.vault().add_day_records(policy, class, &[visit()], privacy.now()).await.expect("kept");
    privacy.withdraw(person).await.expect("withdrawn");
    sweep_on(&privacy, "2030-01-01").await;
    let kept = values(&privacy, person, "rights").await.expect("held");
    assert!(kept.iter().any(|v| v.starts_with("password")), "{kept:?}");
    assert_eq!(privacy.vault().holds().await.expect("listed").len(), 1);
    let visits = async || {
        let days = privacy.vault().days(policy).await.expect("days");
        days.iter().filter(|day| day.class == class).map(|day| day.records).sum::<u64>()
    };
    assert_eq!(visits().await, 1, "the visit is held as well");
    privacy.release(subject, &reason()).await.expect("released");
    assert!(values(&privacy, person, "rights").await.is_err());
    assert_eq!(visits().await, 0, "and goes the same day");
    privacy.close().await;
}

/// Whoever comes back one second before they are set apart is not.
#[tokio::test]
async fn clause_4_da_a_login_one_second_before_cancels_the_separation() {
    for (last_moment, stays) in [(true, true), (false, false)] {
        let world = World::made("2020-01-01").await;
        let privacy = world.open().await;
        let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
        sweep_on(&privacy, "2020-11-30").await;
        sweep_on(&privacy, "2021-01-01").await;
        assert!(values(&privacy, person, "membership").await.is_ok(), "a year is not over yet");
        if last_moment {
            set_clock("2021-01-01T23:59:59+09:00".parse().expect("an instant"));
            privacy.vault().used(privacy.policy(), person, privacy.now()).await.expect("logs in");
        }
        sweep_on(&privacy, "2021-01-02").await;
        assert_eq!(values(&privacy, person, "membership").await.is_ok(), stays);
        privacy.close().await;
    }
}

#[tokio::test]
async fn clause_4_da_a_member_under_a_hold_is_set_apart_as_a_member_who_may_return() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.vault().hold(HoldSubject::Person(person), &reason(), privacy.now()).await.expect("held");
    sweep_on(&privacy, "2020-11-30").await;
    sweep_on(&privacy, "2021-01-02").await;
    assert!(values(&privacy, person, "membership").await.is_err(), "kept apart");
    privacy.vault().return_member(privacy.policy(), person, privacy.now()).await.expect("returns");
    assert!(values(&privacy, person, "membership").await.is_ok(), "live again");
    privacy.close().await;
}

#[tokio::test]
async fn a_clock_cannot_kill() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    set_clock(noon("2020-01-05"));
    let refused = privacy.sweep(&SweepRequest::default(), |_| {}).await;
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::ClockAhead { .. }))), "{refused:?}");
    // Somebody who looks at data does not make the clock right.
    privacy.vault().beat(privacy.policy(), privacy.now()).await.expect_err("the clock jumped");
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    values(&privacy, person, "service").await.expect("shown");
    let refused = privacy.sweep(&SweepRequest::default(), |_| {}).await;
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::ClockAhead { .. }))), "{refused:?}");
    sweep_on(&privacy, "2020-01-05").await;
    for back in ["2020-01-04", "2019-01-05"] {
        set_clock(noon(back));
        let refused = privacy.sweep(&SweepRequest::default(), |_| {}).await;
        assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::ClockBehind { .. }))), "{refused:?}");
    }
    set_clock(noon("2020-01-05"));
    let as_of = Some("2020-01-06".parse().expect("a day"));
    let refused = privacy.sweep(&SweepRequest { as_of, ..SweepRequest::default() }, |_| {}).await;
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::Future { .. }))), "{refused:?}");
    let shown = privacy.sweep(&SweepRequest { as_of, dry_run: true, confirm_clock: None }, |_| {}).await;
    assert!(shown.is_ok(), "{shown:?}");
    privacy.close().await;
}
