//! Nothing is left of whoever is destroyed: not in any file, not in any backup, not for who holds every secret.

use crate::{
    returns::with_place,
    scanner::{Examiner, Found, Wanted},
    world::{World, noon, set_clock, sweep_on},
};
use std::{collections::BTreeMap, path::Path};
use vestry_app::{Privacy, RestoreRequest};
use vestry_policy::{Event, Grain, Membership, Policy};
use vestry_vault::{CertificateState, DayRecord, NewPerson, NewRecord, PersonId, Personal, VaultError};

/// A text that stands nowhere else, for an item of a person.
fn canary(who: &str, item: &str) -> String {
    format!("zq{who}{}가kx", item.replace('_', ""))
}

fn value(who: &str, item: &str) -> String {
    let text = canary(who, item);
    if item == "email" { format!("{text}@shop.example") } else { text }
}

/// The event that starts a class's clock.
fn event_of(class: &str) -> Event {
    match class {
        "contract" => Event::ContractEnd,
        "payment" => Event::Payment,
        "complaint" | "request" | "authority" => Event::Closed,
        "stub" => Event::Asked,
        "staff" => Event::Left,
        "rejoin" => Event::BlockEnd,
        _ => Event::Made,
    }
}

/// A member with a canary in every item of the policy that is put in by somebody; looks come by themselves.
async fn planted(privacy: &Privacy, who: &str) -> (PersonId, Vec<String>) {
    let (policy, now) = (privacy.policy(), privacy.now());
    let mut by_class: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut canaries = Vec::new();
    for (id, item) in policy.items().filter(|(_, item)| policy.class(item.class).id != "look") {
        by_class.entry(item.class).or_default().push((id, Personal::new(value(who, &item.id))));
        canaries.push(canary(who, &item.id));
    }
    let (mut records, mut days) = (Vec::new(), Vec::new());
    for (class, items) in by_class {
        if policy.class(class).grain == Grain::Day {
            days.push((class, items));
        } else {
            let events = vec![(Event::Made, now), (event_of(&policy.class(class).id), now)];
            records.push(NewRecord { class, events, items });
        }
    }
    let marketing = policy.purpose_named("marketing").expect("marketing");
    let membership = Membership::Active { last_use: now, notified: None, chosen: None };
    let new = NewPerson { organisation: Some(3), membership, consents: vec![marketing], records };
    let person = privacy.vault().add_people(policy, &[new], now).await.expect("added")[0];
    for (class, items) in days {
        let record = DayRecord { person: Some(person), items };
        privacy.vault().add_day_records(policy, class, &[record], now).await.expect("added");
    }
    (person, canaries)
}

/// With every secret and every key that is left anywhere.
async fn examiner(world: &World, request: &RestoreRequest, privacy: &Privacy) -> Examiner {
    let keys = world.folder.path().join("data-keys");
    let (public, installation) = (*privacy.vault().public_key().as_bytes(), privacy.vault().installation());
    let mut examiner = Examiner::new(&keys, &world.data(), Some(&request.identity), public, installation);
    examiner.take_keys(&world.data().join("keys.db"), Some(&request.places[0])).await;
    examiner
}

fn wanted(canaries: &[String]) -> Wanted {
    Wanted::texts(canaries.iter().map(String::as_str))
}

#[track_caller]
fn all_found(canaries: &[String], found: &Found, folder: &Path) {
    let missed: Vec<_> = canaries.iter().filter(|canary| !found.contains_key(*canary)).collect();
    assert!(missed.is_empty(), "the examiner cannot see {missed:?} in {}", folder.display());
}

#[tokio::test]
async fn clause_6_ga_nothing_is_left_in_any_file_or_backup() {
    let (world, request) = with_place("2020-01-01").await;
    let place = &request.places[0];
    let privacy = world.open().await;
    let (person, canaries) = planted(&privacy, "one").await;
    let (stays, others) = planted(&privacy, "two").await;
    privacy.back_up(None, |_| {}).await.expect("backed up");
    // Who cannot find cannot say that nothing is there: with every secret, every canary is found, in data and backup.
    let before = examiner(&world, &request, &privacy).await;
    for folder in [&world.data(), place] {
        all_found(&canaries, &before.examine(folder, &wanted(&canaries)).await, folder);
    }
    let sealed = before.examine(&world.data(), &wanted(&canaries)).await;
    assert!(
        sealed.values().flatten().all(|place| place.starts_with("sealed in ")),
        "nothing stands unsealed: {sealed:?}"
    );

    set_clock(noon("2020-01-02"));
    privacy.withdraw(person).await.expect("withdrawn");
    privacy.back_up(None, |_| {}).await.expect("backed up");
    for day in ["2020-05-01", "2020-12-01", "2021-06-01", "2022-01-01", "2023-01-05", "2024-06-01"] {
        set_clock(noon(day));
        privacy.vault().used(privacy.policy(), stays, privacy.now()).await.expect("used");
        sweep_on(&privacy, day).await;
        privacy.back_up(None, |_| {}).await.expect("backed up");
    }
    privacy.vault().used(privacy.policy(), stays, privacy.now()).await.expect("used");
    let last = sweep_on(&privacy, "2025-03-01").await;
    assert_eq!(last.certificate.state, CertificateState::Final);
    assert!(matches!(privacy.vault().person(privacy.policy(), person).await, Err(VaultError::UnknownPerson(_))));
    let after = examiner(&world, &request, &privacy).await;
    assert!(after.key_count() > 0 && after.key_count() < before.key_count(), "{}", after.key_count());
    privacy.close().await;
    drop(privacy);

    // Every byte of the data folder: no canary, no id, nothing that opens.
    let gone = wanted(&canaries).and_bytes("the person's id", person.as_bytes());
    assert_eq!(after.examine(&world.data(), &gone).await, Found::new());
    // Every backup, the oldest included, with every key that is left anywhere.
    assert_eq!(after.examine(place, &wanted(&canaries)).await, Found::new());
    // Whoever stayed is there still, but for what had its own clock.
    let kept = after.examine(&world.data(), &wanted(&others)).await;
    assert!(kept.contains_key(&canary("two", "email")) && kept.contains_key(&canary("two", "mobile")), "{kept:?}");
}

/// The test above can fail: with the keys left, the examiner finds what the ciphertext's deletion did not reach.
#[tokio::test]
async fn clause_6_na_without_the_destruction_of_keys_old_backups_open() {
    let (world, request) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    let (person, canaries) = planted(&privacy, "one").await;
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let before = examiner(&world, &request, &privacy).await;
    privacy.withdraw(person).await.expect("withdrawn");
    sweep_on(&privacy, "2026-01-01").await;
    let after = examiner(&world, &request, &privacy).await;
    privacy.close().await;
    // The keys of before, kept by whom they should not be, open the backup of before; those that are left do not.
    all_found(&canaries, &before.examine(&request.places[0], &wanted(&canaries)).await, &request.places[0]);
    assert_eq!(after.examine(&request.places[0], &wanted(&canaries)).await, Found::new());
}

#[tokio::test]
async fn clause_6_na_with_key_deletion_made_a_no_op_no_certificate_appears() {
    let (world, _) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    let (person, _) = planted(&privacy, "one").await;
    privacy.vault().steps().leave_keys();
    let refused = privacy.withdraw(person).await.map(drop);
    let is_refused =
        matches!(refused, Err(vestry_app::PrivacyError::Vault(VaultError::StillThere { left })) if left > 0);
    assert!(is_refused, "{refused:?}");
    assert!(privacy.vault().certificates().expect("read").is_empty());
    privacy.close().await;
}

#[tokio::test]
async fn clause_2_ga_2_what_is_made_in_use_stands_in_no_file_unsealed() {
    stands_in_no_file("2.ga.2").await;
}

#[tokio::test]
async fn clause_2_ga_3_what_is_paid_with_stands_in_no_file_unsealed() {
    stands_in_no_file("2.ga.3").await;
}

/// Who has the files and the identity, and not the keys, reads no item of `clause`.
async fn stands_in_no_file(clause: &str) {
    let (world, request) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    let (_, canaries) = planted(&privacy, "one").await;
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let policy: &Policy = privacy.policy();
    let made: Vec<String> =
        policy.items().filter(|(_, item)| item.clause == clause).map(|(_, item)| canary("one", &item.id)).collect();
    assert!(made.len() > 7 && made.iter().all(|canary| canaries.contains(canary)), "{made:?}");
    let mut blind = examiner(&world, &request, &privacy).await;
    blind.forget_keys();
    privacy.close().await;
    for folder in [&world.data(), &request.places[0]] {
        assert_eq!(blind.examine(folder, &wanted(&made)).await, Found::new());
    }
}
