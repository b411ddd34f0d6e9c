//! Other keys: everything opens as before and not with the old master key, and what the old signing key signed stays good.

use crate::{
    engines::Engine,
    returns::with_place,
    world::{SURROUNDINGS, World, member, noon, on_each_engine, reason, set_clock, sweep_on, values},
};
use std::fs;
use vestry_app::{Privacy, PrivacyError, RestoreRequest, VaultStore, drill, restore, verify};
use vestry_policy::{Event, Membership};
use vestry_vault::{DayRecord, HoldSubject, NewPerson, NewRecord, Personal, VaultError, archive::ArchiveError};

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

#[tokio::test]
async fn under_another_signing_key_what_the_old_one_signed_stays_good() {
    let (mut world, mut request) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    let kim = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let (first, published) = (privacy.vault().public_key(), privacy.vault().audit_head());
    let old = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0);
    privacy.close().await;
    drop(privacy);
    let public = Privacy::rotate_signing(&world.data(), &world.config, SURROUNDINGS).await.expect("a key takes over");
    assert_ne!(public, first);
    let privacy = world.open().await;
    assert_eq!(privacy.vault().public_key(), public);
    let lee = privacy.add_person(&member("lee@shop.example")).await.expect("added");
    let consistency = privacy.vault().audit_log().consistency(published.size).expect("proven");
    assert!(consistency.holds(&public, &published), "the log goes on from what the first key signed");
    set_clock(noon("2020-01-02"));
    let new = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0);
    privacy.close().await;
    drop(privacy);
    for key in [first, public] {
        let whole = verify(&request.places[0].join("audit"), &key, Some(&published)).expect("whole");
        assert_eq!(*whole.signers.newest(), public);
    }
    for (backup, people) in [(&old, vec![kim]), (&new, vec![kim, lee])] {
        world.lose(Engine::Sqlite).await;
        request.backup = Some(backup.path.clone());
        let scratch = tempfile::tempdir().expect("a folder");
        let keys = world.folder.path().join("data-keys");
        let drilled = drill(scratch.path(), &world.config, &keys, SURROUNDINGS, &request).await.expect("drilled");
        assert_eq!(drilled.restore.restored.people, people.len() as u64);
        restore(&world.data(), &world.config, SURROUNDINGS, &request).await.expect("restored");
        let privacy = world.open().await;
        for person in people {
            assert!(!values(&privacy, person, "rights").await.expect("opens").is_empty());
        }
        privacy.close().await;
    }
}

#[tokio::test]
async fn what_the_old_signing_key_signs_after_the_rotation_is_refused() {
    let (mut world, request) = with_place("2020-01-01").await;
    // Whoever has the old key, the files and the recipients goes on as if nothing had happened.
    let mut thief = world.copied();
    let place = thief.folder.path().join("place");
    thief.config.backup.recipients = world.config.backup.recipients.clone();
    thief.config.backup.places = vec![place.clone()];
    let public = Privacy::rotate_signing(&world.data(), &world.config, SURROUNDINGS).await.expect("rotated");
    let privacy = world.open().await;
    privacy.back_up(None, |_| {}).await.expect("backed up");
    privacy.close().await;
    drop(privacy);
    let privacy = thief.open().await;
    for _ in 0..3 {
        let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
        privacy.vault().hold(HoldSubject::Person(person), &reason(), privacy.now()).await.expect("held");
        privacy.vault().release(HoldSubject::Person(person), &reason(), privacy.now()).await.expect("released");
        privacy.withdraw(person).await.expect("withdrawn");
    }
    let forged = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0);
    privacy.close().await;
    drop(privacy);
    assert!(verify(&place.join("audit"), &public, None).is_err(), "its log is not ours any more");
    world.lose(Engine::Sqlite).await;
    let request = RestoreRequest { backup: Some(forged.path), ..request };
    let refused = restore(&world.data(), &world.config, SURROUNDINGS, &request).await;
    let Err(PrivacyError::Vault(VaultError::Archive(error))) = refused else { panic!("{refused:?}") };
    assert!(matches!(*error, ArchiveError::Signature { .. }), "{error}");
}

#[tokio::test]
async fn a_rotation_of_the_signing_key_that_was_stopped_goes_on() {
    for has_signed in [false, true] {
        let world = World::made("2020-01-01").await;
        let (key, next) = (world.keys().join("signing.key"), world.keys().join("signing.key.next"));
        let old = fs::read(&key).expect("read");
        if has_signed {
            // The log has the new key; its file has not got its name.
            Privacy::rotate_signing(&world.data(), &world.config, SURROUNDINGS).await.expect("rotated");
            fs::rename(&key, &next).expect("renamed");
            fs::write(&key, &old).expect("written");
            fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private");
        } else {
            fs::write(&next, "ab".repeat(32)).expect("written");
            fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private");
        }
        let new = fs::read(&next).expect("read");
        let refused = world.try_open().await.map(drop);
        assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::RotationStopped { .. }))), "{refused:?}");
        Privacy::rotate_signing(&world.data(), &world.config, SURROUNDINGS).await.expect("goes on");
        assert!(!next.exists() && fs::read(&key).expect("read") == new, "signed before: {has_signed}");
        let privacy = world.open().await;
        let named = privacy.vault().audit_log().entries_from(0).expect("read").into_iter();
        let rotations = named.filter(|(_, _, body)| String::from_utf8_lossy(body).contains("signing-key")).count();
        assert_eq!(rotations, 1, "once, however often it was begun");
        privacy.close().await;
    }
}
