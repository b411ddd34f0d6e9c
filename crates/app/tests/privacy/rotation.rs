//! Another master key: everything opens as before, and not with the old one.

use crate::world::{SURROUNDINGS, World, member, on_each_engine, sweep_on, values};
use std::fs;
use vestry_app::{Privacy, PrivacyError, VaultStore};
use vestry_policy::{Event, Membership};
use vestry_vault::{DayRecord, NewPerson, NewRecord, Personal, VaultError};

#[tokio::test]
async fn after_a_rotation_everything_opens_and_the_old_key_opens_nothing() {
    on_each_engine("2020-01-01", rotated).await;
}

async fn rotated(world: &World) {
    let privacy = world.open().await;
    let policy = privacy.policy();
    let (kim, lee) = (
        privacy.add_person(&member("kim@shop.example")).await.expect("added"),
        privacy.add_person(&member("lee@shop.example")).await.expect("added"),
    );
    let ip = (policy.item_named("ip_address").expect("an item"), Personal::new("203.0.113.7".into()));
    let visit = DayRecord { person: Some(kim), items: vec![ip] };
    let visits = policy.class_named("visit").expect("visits");
    privacy.vault().add_day_records(policy, visits, &[visit], privacy.now()).await.expect("added");
    privacy.withdraw(lee).await.expect("withdrawn");
    let before =
        (values(&privacy, kim, "rights").await.expect("shown"), values(&privacy, lee, "rights").await.expect("shown"));
    privacy.close().await;
    drop(privacy);
    let keys = world.folder.path().join("data-keys");
    for (which, file) in [(VaultStore::Live, "master.key"), (VaultStore::Separated, "separated.key")] {
        let old = fs::read(keys.join(file)).expect("read");
        let rotated = Privacy::rotate(&world.data(), &world.config, SURROUNDINGS, which).await.expect("rotated");
        assert!(rotated.keys > 0 && rotated.unnamed == 0, "{rotated:?}");
        let new = fs::read(keys.join(file)).expect("read");
        assert_ne!(old, new);
        fs::write(keys.join(file), &old).expect("put back");
        let refused = world.try_open().await.map(drop);
        assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::WrongMasterKey(_)))), "{refused:?}");
        fs::write(keys.join(file), &new).expect("written");
    }
    let privacy = world.open().await;
    assert_eq!(values(&privacy, kim, "rights").await.expect("shown"), before.0);
    assert_eq!(values(&privacy, lee, "rights").await.expect("shown"), before.1);
    let found = privacy.vault().find(&Personal::new("kim@shop.example".into())).await.expect("asked");
    assert_eq!(found, Some(kim), "look-up hashes are made again under the new key");
    sweep_on(&privacy, "2020-04-02").await;
    privacy.close().await;
}

#[tokio::test]
async fn a_rotation_that_was_stopped_goes_on_and_nothing_opens_before() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let kim = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let policy = privacy.policy();
    let items = vec![(policy.item_named("misuse").expect("an item"), Personal::new("scraping".into()))];
    let class = policy.class_named("misuse").expect("misuse");
    let record = NewRecord { class, events: vec![(Event::Made, privacy.now())], items };
    let new = NewPerson {
        organisation: None,
        role: None,
        membership: Membership::None,
        consents: vec![],
        records: vec![record],
    };
    privacy.vault().add_people(policy, &[new], privacy.now()).await.expect("added");
    privacy
        .vault()
        .take_back(policy, kim, policy.purpose_named("marketing").expect("marketing"), privacy.now())
        .await
        .expect("taken back");
    privacy.close().await;
    drop(privacy);
    // The new key is made, and nothing is wrapped by it yet.
    let next = world.folder.path().join("data-keys/master.key.next");
    fs::write(&next, "ab".repeat(32)).expect("written");
    fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private");
    let refused = world.try_open().await.map(drop);
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::RotationStopped { .. }))), "{refused:?}");
    Privacy::rotate(&world.data(), &world.config, SURROUNDINGS, VaultStore::Live).await.expect("goes on");
    assert!(!next.exists());
    let master = fs::read_to_string(world.folder.path().join("data-keys/master.key")).expect("read");
    assert_eq!(master.trim(), "ab".repeat(32));
    let privacy = world.open().await;
    assert!(!values(&privacy, kim, "rights").await.expect("opens").is_empty());
    privacy.close().await;
}
