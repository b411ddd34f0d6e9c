//! A policy that changes while records are held under the one before.

use crate::world::{SURROUNDINGS, World, member, noon, reason, set_clock, sweep_on};
use std::{fs, path::PathBuf};
use vestry_app::{PoliciesError, Privacy, PrivacyError};
use vestry_policy::{BUILTIN, Event, Membership};
use vestry_vault::{NewPerson, NewRecord, PersonId, Personal};

/// The built-in policy as a file, and a version from 2021 in which `from` reads `to`.
fn files(world: &World, from: &str, to: &str) -> Vec<PathBuf> {
    assert!(BUILTIN.contains(from), "{from}");
    let next = BUILTIN
        .replace("version = \"2019-08-01\"\neffective = 2019-08-01", "version = \"2021\"\neffective = 2021-01-01")
        .replacen(from, to, 1);
    let write = |name: &str, text: &str| {
        let path = world.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    vec![write("first.toml", BUILTIN), write("next.toml", &next)]
}

const USAGE: &str = "starts = [\"made\"]\nkeep = \"5 years\"\nthen = \"destroy\"\nserves = [\"improvement\"]";

async fn searched(privacy: &Privacy) -> PersonId {
    let policy = privacy.policy();
    let items = vec![(policy.item_named("searches").expect("searches"), Personal::new("린넨 원피스".into()))];
    let class = policy.class_named("usage").expect("usage");
    let record = NewRecord { class, events: vec![(Event::Made, privacy.now())], items };
    let new = NewPerson {
        organisation: None,
        role: None,
        membership: Membership::None,
        consents: vec![],
        records: vec![record],
    };
    privacy.vault().add_people(policy, &[new], privacy.now()).await.expect("added")[0]
}

#[tokio::test]
async fn a_shorter_period_applies_to_records_that_are_held_already() {
    let mut world = World::made("2020-01-01").await;
    world.config.policy.files = files(&world, USAGE, &USAGE.replace("5 years", "2 years"));
    let privacy = world.open().await;
    let person = searched(&privacy).await;
    sweep_on(&privacy, "2022-01-01").await;
    assert!(privacy.vault().person(privacy.policy(), person).await.is_ok(), "the last day of two years");
    sweep_on(&privacy, "2022-01-02").await;
    assert!(privacy.vault().person(privacy.policy(), person).await.is_err(), "five years were promised before");
    privacy.close().await;
}

#[tokio::test]
async fn a_longer_period_on_the_same_basis_is_refused() {
    let mut world = World::made("2020-01-01").await;
    world.config.policy.files = files(&world, USAGE, &USAGE.replace("5 years", "6 years"));
    let refused = Privacy::open(&world.data(), &world.config, SURROUNDINGS).await.map(drop);
    let Err(PrivacyError::Policy(PoliciesError::Versions(error))) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("keeps `usage` longer"), "{error}");
}

/// Items that shared a key may end apart under a later version: the one that stays is sealed anew before the key goes.
#[tokio::test]
async fn items_that_ended_together_may_end_apart_under_a_later_version() {
    let mut world = World::made("2020-01-01").await;
    // Payment needs no company any more: it goes with the year after leaving, name and address stay five years.
    let payment = "keep = \"5 years\"\nthen = \"destroy\"\nalso = [\"email\", \"name\", \"company\"]\nserves = [\"statute\"]\n\n[retention.complaint]";
    world.config.policy.files = files(&world, payment, &payment.replace(", \"company\"", ""));
    // The contract's retention, which needs the three as well, starts with no record here.
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    set_clock(noon("2020-01-02"));
    privacy.withdraw(person).await.expect("withdrawn");
    sweep_on(&privacy, "2021-02-01").await;
    let opening =
        vestry_vault::Opening::new("rights", vestry_vault::Reader::Prompt, Some(reason())).expect("an opening");
    let shown = privacy.show_person(person, &opening, None).await.expect("shown");
    let held: Vec<String> =
        shown.iter().flat_map(|r| &r.items).map(|held| privacy.policy().item(held.item).id.clone()).collect();
    assert!(held.contains(&"email".into()) && held.contains(&"name".into()), "{held:?}");
    assert!(!held.contains(&"company".into()), "{held:?}");
    privacy.close().await;
}

#[tokio::test]
async fn a_sweep_missed_for_two_years_makes_up_for_it_and_says_what_was_late() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.withdraw(person).await.expect("withdrawn");
    let sweep = sweep_on(&privacy, "2023-01-01").await;
    assert_eq!(sweep.certificate.overdue, 1, "what the year after leaving held: {:?}", sweep.certificate);
    privacy.close().await;
}
