//! What a stop leaves in the separated store goes too.

use crate::{
    forensic::evidence,
    population::planted,
    scanner::{Canary, shown},
    world::{World, member, noon, set_clock, sweep_on},
};
use vestry_app::{Privacy, PrivacyError};
use vestry_vault::{NewRecord, PersonId, VaultError};

/// A member for whom the move of one who stays away stopped once it was sealed at the new place.
async fn half_moved(world: &World) -> (Privacy, PersonId) {
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    sweep_on(&privacy, "2020-11-30").await;
    set_clock(noon("2021-01-02"));
    privacy.vault().confirm_clock(&crate::world::reason(), privacy.now()).await.expect("confirmed");
    privacy.vault().steps().stop_after(2);
    let stopped = privacy.sweep(&vestry_app::SweepRequest::default(), |_| {}).await;
    assert!(
        matches!(stopped, Err(PrivacyError::Vault(VaultError::Stopped { name: "delete the live ciphertext", .. }))),
        "{stopped:?}"
    );
    privacy.vault().steps().stop_after(u32::MAX);
    (privacy, person)
}

/// The copy that a stopped move leaves apart outlived the record: what is destroyed where it is live is not looked for
/// in the separated store.
#[tokio::test]
async fn the_copy_of_a_stopped_move_does_not_outlive_its_record() {
    let world = World::made("2020-01-01").await;
    let (privacy, person) = half_moved(&world).await;
    // The member comes back before the next sweep, and leaves later. No statute keeps a password.
    privacy.vault().used(privacy.policy(), person, privacy.now()).await.expect("in use");
    privacy.withdraw(person).await.expect("withdrawn");
    sweep_on(&privacy, "2030-01-01").await;
    assert_eq!(privacy.vault().count_people().await.expect("counted"), 0);
    let canaries = [
        Canary::text("password", "$argon2id$x"),
        Canary::text("app_settings", "dark"),
        Canary::bytes("person", *person.as_bytes()),
    ];
    let found = evidence(&world, &privacy, &[]).scan(&canaries).await;
    assert!(found.is_empty(), "{}", shown(&found));
}

/// A value that was corrected stayed in the copy that a stopped move left apart.
#[tokio::test]
async fn the_copy_of_a_stopped_move_does_not_keep_what_was_corrected() {
    let world = World::made("2020-01-01").await;
    let (privacy, person) = half_moved(&world).await;
    let policy = privacy.policy();
    privacy.vault().used(policy, person, privacy.now()).await.expect("in use");
    let on_file = privacy.vault().person(policy, person).await.expect("on file");
    let account = policy.class_named("account").expect("a class");
    let record = on_file.records.iter().find(|record| record.class == account).expect("a record").record;
    let item = policy.item_named("mobile").expect("an item");
    privacy
        .vault()
        .correct(policy, record, item, &"010-0000-0000".to_owned().into(), privacy.now())
        .await
        .expect("corrected");
    sweep_on(&privacy, "2021-01-03").await;
    let found = evidence(&world, &privacy, &[]).scan(&[Canary::text("mobile", "010-1234-5678")]).await;
    assert!(found.is_empty(), "{}", shown(&found));
}

/// What is written to the separated store at once stands there before it counts. After a stop in between no plan knew it.
#[tokio::test]
async fn what_never_came_to_count_is_not_kept_apart() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let policy = privacy.policy();
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let planted = planted(policy, "stray");
    let canaries: Vec<Canary> = planted.canaries.into_iter().filter(|canary| canary.name == "rejoin_hash").collect();
    let value = match &canaries[0].what {
        crate::scanner::What::Text(text) => text.clone(),
        crate::scanner::What::Bytes(_) => panic!("a text"),
    };
    let class = policy.class_named("rejoin").expect("a class");
    let item = policy.item_named("rejoin_hash").expect("an item");
    let record = NewRecord { class, events: Vec::new(), items: vec![(item, value.into())] };
    privacy.vault().steps().stop_after(0);
    let stopped = privacy.vault().add_record(policy, person, &record).await;
    assert!(matches!(stopped, Err(VaultError::Stopped { .. })), "{stopped:?}");
    privacy.vault().steps().stop_after(u32::MAX);
    let left = evidence(&world, &privacy, &[]).scan(&canaries).await;
    assert!(!left.is_empty(), "the scanner sees it");
    sweep_on(&privacy, "2020-01-02").await;
    let left = evidence(&world, &privacy, &[]).scan(&canaries).await;
    assert!(left.is_empty(), "{}", shown(&left));
}

/// A destruction that stopped between the two databases left the record's and the person's row for good: nothing was
/// held in them, so no plan was about them.
#[tokio::test]
async fn a_record_whose_items_are_destroyed_goes_after_a_stop() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.withdraw(person).await.expect("withdrawn");
    set_clock(noon("2030-01-01"));
    privacy.vault().confirm_clock(&crate::world::reason(), privacy.now()).await.expect("confirmed");
    privacy.vault().steps().stop_after(5);
    let stopped = privacy.sweep(&vestry_app::SweepRequest::default(), |_| {}).await;
    assert!(
        matches!(stopped, Err(PrivacyError::Vault(VaultError::Stopped { name: "delete the live ciphertext", .. }))),
        "{stopped:?}"
    );
    privacy.vault().steps().stop_after(u32::MAX);
    sweep_on(&privacy, "2030-01-02").await;
    assert_eq!(privacy.vault().count_people().await.expect("counted"), 0);
    let found = evidence(&world, &privacy, &[]).scan(&[Canary::bytes("person", *person.as_bytes())]).await;
    assert!(found.is_empty(), "{}", shown(&found));
}
