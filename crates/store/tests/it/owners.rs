//! Organisations, their keys, settings.

use crate::{at, on_each_engine, organisation};
use vestry_model::{KeyId, OrganisationId};
use vestry_store::{KeyKind, StoreError};

#[tokio::test]
async fn organisations_are_found_by_slug_and_id() {
    on_each_engine(async |store| {
        let (b, a) = (organisation(store, "b-shop").await, organisation(store, "a-shop").await);
        let mut tx = store.begin().await.expect("begins");
        let taken = tx.create_organisation("Another", "a-shop", at(1)).await.expect_err("is taken");
        assert_eq!(taken.to_string(), "an organisation `a-shop` exists already; choose another short name");
        tx.rename_organisation(a, "봄옷").await.expect("renames");
        tx.commit().await.expect("a refused slug leaves the transaction usable");
        let mut read = store.read().await.expect("reads");
        let slugs: Vec<_> = read.organisations().await.expect("reads").into_iter().map(|o| o.slug).collect();
        assert_eq!(slugs, ["a-shop", "b-shop"]);
        assert_eq!(read.organisation("b-shop").await.expect("reads").map(|o| o.id), Some(b));
        assert_eq!(read.organisation("c-shop").await.expect("reads"), None);
        let renamed = read.organisation_by_id(a).await.expect("reads").map(|o| (o.name, o.slug));
        assert_eq!(renamed, Some(("봄옷".into(), "a-shop".into())));
        assert_eq!(read.organisation_by_id(b).await.expect("reads").map(|o| o.name).as_deref(), Some("b-shop"));
        assert_eq!(read.organisation_by_id(OrganisationId::from_row(99)).await.expect("reads"), None);
    })
    .await;
}

#[tokio::test]
async fn keys_are_found_by_hash_until_they_end() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let other = organisation(store, "other").await;
        let page = KeyKind::Publishable { origins: vec!["https://shop.example".into()] };
        let mut tx = store.begin().await.expect("begins");
        let first = tx.create_key(shop, &page, "page", &[1; 32], at(0)).await.expect("creates");
        let second = tx.create_key(shop, &KeyKind::Secret, "server", &[2; 32], at(1)).await.expect("creates");
        let again = tx.create_key(other, &KeyKind::Secret, "copy", &[2; 32], at(1)).await;
        assert!(matches!(again, Err(StoreError::KeyExists)));
        tx.commit().await.expect("commits");

        let mut read = store.read().await.expect("reads");
        let key = read.key_by_hash(&[1; 32], at(2)).await.expect("reads").expect("is there");
        assert_eq!((key.id, key.organisation, &key.kind, key.name.as_str()), (first, shop, &page, "page"));
        assert_eq!((key.created, key.revoked, key.last_used), (at(0), None, None));
        assert!(read.key_by_hash(&[9; 32], at(2)).await.expect("reads").is_none());
        let ids: Vec<_> = read.keys(shop).await.expect("reads").into_iter().map(|k| k.id).collect();
        assert_eq!(ids, [second, first]);
        assert!(read.keys(other).await.expect("reads").is_empty());
        drop(read);

        let mut tx = store.begin().await.expect("begins");
        tx.touch_key(first, at(50)).await.expect("touches");
        tx.touch_key(first, at(40)).await.expect("an earlier use changes nothing");
        assert!(matches!(tx.revoke_key(other, first, at(60)).await, Err(StoreError::Unknown { kind: "key", .. })));
        tx.revoke_key(shop, first, at(60)).await.expect("revokes");
        tx.revoke_key(shop, first, at(90)).await.expect("a later end changes nothing");
        tx.commit().await.expect("commits");
        let mut read = store.read().await.expect("reads");
        let key = read.key_by_hash(&[1; 32], at(59)).await.expect("reads").expect("lives until its end");
        assert_eq!((key.last_used, key.revoked), (Some(at(50)), Some(at(60))));
        assert!(read.key_by_hash(&[1; 32], at(60)).await.expect("reads").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_rotated_key_lives_on_for_a_while() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut tx = store.begin().await.expect("begins");
        let old = tx.create_key(shop, &KeyKind::Secret, "server", &[1; 32], at(0)).await.expect("creates");
        let (new, ended) = tx.rotate_key(shop, old, &[2; 32], at(100), at(10)).await.expect("rotates");
        assert!(old != new && ended == [1; 32]);
        let late = tx.rotate_key(shop, old, &[3; 32], at(300), at(200)).await;
        assert!(matches!(late, Err(StoreError::Unknown { .. })), "it has ended");
        let unknown = tx.rotate_key(shop, KeyId::from_row(99), &[3; 32], at(300), at(200)).await;
        assert!(matches!(unknown, Err(StoreError::Unknown { .. })));
        tx.commit().await.expect("commits");
        let mut read = store.read().await.expect("reads");
        let found = read.key_by_hash(&[2; 32], at(11)).await.expect("reads").expect("is there");
        assert_eq!((found.id, found.name.as_str(), found.kind), (new, "server", KeyKind::Secret));
        assert!(read.key_by_hash(&[1; 32], at(99)).await.expect("reads").is_some());
        assert!(read.key_by_hash(&[1; 32], at(100)).await.expect("reads").is_none());
    })
    .await;
}

#[tokio::test]
async fn settings_are_replaced_and_forgotten() {
    on_each_engine(async |store| {
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.setting("model").await.expect("reads"), None);
        tx.put_setting("model", "builtin@1").await.expect("writes");
        tx.put_setting("model", "builtin@2").await.expect("writes");
        assert_eq!(tx.setting("model").await.expect("reads").as_deref(), Some("builtin@2"));
        tx.remove_setting("model").await.expect("removes");
        assert_eq!(tx.setting("model").await.expect("reads"), None);
    })
    .await;
}
