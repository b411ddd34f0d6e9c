//! Work that stops half way, and what the next does about it.

use crate::world::{World, member, noon, reason, set_clock, sweep_on, values};
use std::collections::HashSet;
use vestry_app::{HoldSubject, Privacy, PrivacyError, SweepRequest, VaultError};
use vestry_vault::{DayRecord, KeyId, Tombstone};

/// A member who left and was not swept yet.
async fn left(world: &World) -> Privacy {
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.vault().withdraw(privacy.policy(), person, privacy.now()).await.expect("withdrawn");
    privacy
}

#[tokio::test]
async fn clause_6_na_what_a_stopped_sweep_destroyed_is_in_the_next_certificate() {
    let world = World::made("2020-01-01").await;
    let whole = sweep_on(&left(&world).await, "2020-01-01").await.certificate;
    assert!(whole.destroyed.iter().any(|counted| counted.class == "account"), "{whole:?}");
    for steps in 0.. {
        let world = World::made("2020-01-01").await;
        let privacy = left(&world).await;
        privacy.vault().steps().stop_after(steps);
        let stopped = privacy.sweep(&SweepRequest::default(), |_| {}).await;
        privacy.vault().steps().stop_after(u32::MAX);
        let name = match stopped {
            Err(PrivacyError::Vault(VaultError::Stopped { name, .. })) => name,
            Ok(_) => break,
            Err(error) => panic!("{error:?}"),
        };
        sweep_on(&privacy, "2020-01-01").await;
        sweep_on(&privacy, "2020-01-01").await;
        let certificates = privacy.vault().certificates().expect("certificates");
        let with: Vec<_> = certificates.iter().filter(|(_, one)| !one.destroyed.is_empty()).collect();
        let counts: Vec<_> = with.iter().map(|(_, one)| (&one.destroyed, &one.separated)).collect();
        assert_eq!(counts, [(&whole.destroyed, &whole.separated)], "stopped before `{name}`");
    }
}

async fn keys(world: &World) -> i64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.data().join("keys.db")).read_only(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("opens");
    sqlx::query_scalar("select count(*) from keys").fetch_one(&pool).await.expect("counted")
}

#[tokio::test]
async fn clause_4_na_visit_a_held_visit_leaves_no_key_behind() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let policy = privacy.policy();
    let item = policy.item_named("ip_address").expect("an item");
    let visit = DayRecord { person: Some(person), items: vec![(item, String::from("10.0.0.1").into())] };
    let class = policy.class_named("visit").expect("a class");
    privacy.vault().add_day_records(policy, class, &[visit], privacy.now()).await.expect("kept");
    privacy.vault().hold(HoldSubject::Person(person), &reason(), privacy.now()).await.expect("held");
    let before = keys(&world).await;
    for steps in 0..12 {
        set_clock(noon("2020-05-01"));
        privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
        privacy.vault().steps().stop_after(steps);
        // Stopped or not.
        drop(privacy.sweep(&SweepRequest::default(), |_| {}).await);
        privacy.vault().steps().stop_after(u32::MAX);
        sweep_on(&privacy, "2020-05-01").await;
        assert_eq!(keys(&world).await, before, "stopped before step {steps}");
    }
}

/// The keys that seal something in the separated store, and those that are there.
async fn apart(world: &World) -> [HashSet<Tombstone>; 2] {
    let rows = async |file: &str, sql: &'static str| -> Vec<Vec<u8>> {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.data().join(file)).read_only(true);
        let pool = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        sqlx::query_scalar(sql).fetch_all(&pool).await.expect("read")
    };
    let sealing = rows("separated.db", "select key from items").await.into_iter();
    let there = rows("keys.db", "select tombstone from keys").await.into_iter();
    [
        sealing.map(|key| Tombstone::of(KeyId::from_bytes(key.try_into().expect("16 bytes")))).collect(),
        there.map(|key| Tombstone::from_bytes(key.try_into().expect("32 bytes"))).collect(),
    ]
}

#[tokio::test]
async fn clause_6_ga_a_move_that_stopped_twice_leaves_no_key_of_its_copies() {
    for (first, second) in (2..9).flat_map(|first| (2..9).map(move |second| (first, second))) {
        let world = World::made("2020-01-01").await;
        let privacy = left(&world).await;
        let mut sealed = HashSet::new();
        for steps in [first, second, u32::MAX] {
            privacy.vault().steps().stop_after(steps);
            // Stopped or not.
            drop(privacy.sweep(&SweepRequest::default(), |_| {}).await);
            sealed.extend(apart(&world).await[0].iter().copied());
        }
        let [now, there] = apart(&world).await;
        let left = sealed.difference(&now).filter(|key| there.contains(key)).count();
        assert_eq!(left, 0, "stopped before steps {first} and {second}");
    }
}

#[tokio::test]
async fn clause_6_ga_nothing_is_left_of_whom_a_stop_destroyed() {
    for steps in 0..12 {
        let world = World::made("2020-01-01").await;
        let privacy = left(&world).await;
        sweep_on(&privacy, "2020-01-01").await;
        set_clock(noon("2025-01-02"));
        privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
        privacy.vault().steps().stop_after(steps);
        // Stopped or not.
        drop(privacy.sweep(&SweepRequest::default(), |_| {}).await);
        privacy.vault().steps().stop_after(u32::MAX);
        sweep_on(&privacy, "2025-01-02").await;
        assert_eq!(privacy.vault().count_people().await.expect("counted"), 0, "stopped before step {steps}");
    }
}

/// A mailing, which hangs on a consent that was taken back, was destroyed by a sweep that stopped; the next plan did not ask
/// for it any more, since the consent had been given again.
#[tokio::test]
async fn what_a_stopped_sweep_destroyed_is_certified_although_it_became_lawful_again() {
    for (steps, is_written) in (0..12).flat_map(|steps| [(steps, false), (steps, true)]) {
        let world = World::made("2020-01-01").await;
        let privacy = world.open().await;
        let (policy, vault) = (privacy.policy(), privacy.vault());
        let description = member("kim@shop.example");
        let person = privacy.add_person(&description).await.expect("added");
        let marketing = policy.purpose_named("marketing").expect("a purpose");
        let mailing = policy.item_named("mailing").expect("an item");
        let on_file = vault.person(policy, person).await.expect("on file");
        let account = policy.class_named("account").expect("a class");
        let record = on_file.records.iter().find(|r| r.class == account).expect("a record").record;
        let write =
            async || vault.correct(policy, record, mailing, &String::from("weekly").into(), privacy.now()).await;
        vault.consent(policy, person, marketing, privacy.now()).await.expect("agreed");
        write().await.expect("written");
        vault.take_back(policy, person, marketing, privacy.now()).await.expect("taken back");
        vault.steps().stop_after(steps);
        let is_stopped = privacy.sweep(&SweepRequest::default(), |_| {}).await.is_err();
        vault.steps().stop_after(u32::MAX);
        let is_gone = !values(&privacy, person, "rights").await.expect("shown").contains(&"mailing=weekly".to_owned());
        vault.consent(policy, person, marketing, privacy.now()).await.expect("agreed again");
        if is_written {
            write().await.expect("written");
        }
        sweep_on(&privacy, "2020-01-01").await;
        let certificates = vault.certificates().expect("certificates");
        let counts = certificates.iter().flat_map(|(_, certificate)| &certificate.destroyed);
        let certified: u64 = counts.filter(|counted| counted.class == "account").map(|counted| counted.count).sum();
        let what = format!("stopped before step {steps} ({is_stopped}), written {is_written}");
        let now = vault.person(policy, person).await.expect("on file");
        let items = now.records.iter().find(|r| r.class == account).expect("a record").items;
        if is_written {
            assert_eq!((certified, items.contains(mailing)), (u64::from(is_gone), true), "{what}");
        } else {
            assert_eq!(certified, u64::from(!items.contains(mailing)), "{what}");
            assert!(!is_gone || certified == 1, "{what}");
        }
        // What the prompt reads opens, and is what was written last.
        let shown = values(&privacy, person, "rights").await.expect("shown");
        assert_eq!(shown.contains(&"mailing=weekly".to_owned()), items.contains(mailing), "{what}");
    }
}
