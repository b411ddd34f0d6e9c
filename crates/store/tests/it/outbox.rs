//! The outbox: one row a product and transaction, claimed singly, removed exactly.

use crate::{at, on_each_engine, organisation, product, sku};
use jiff::SignedDuration;
use vestry_model::{OrganisationId, ProductId};
use vestry_store::{OutboxKind, OutboxRow, Store};

const LEASE: SignedDuration = SignedDuration::from_secs(60);

async fn put(store: &Store, organisation: OrganisationId, name: &str) -> ProductId {
    let mut tx = store.begin().await.expect("begins");
    let id = tx.put_product(organisation, &product(name), at(0)).await.expect("puts").id;
    tx.commit().await.expect("commits");
    id
}

async fn claim(store: &Store, limit: u32, now: i64) -> Vec<OutboxRow> {
    let mut tx = store.begin().await.expect("begins");
    let rows = tx.claim_outbox(limit, at(now), LEASE).await.expect("claims");
    tx.commit().await.expect("commits");
    rows
}

#[tokio::test]
async fn rows_are_claimed_in_order_and_once_a_lease() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut ids = Vec::new();
        for name in ["a", "b", "c"] {
            ids.push(put(store, shop, name).await);
        }
        let first = claim(store, 2, 0).await;
        assert_eq!(first.iter().map(|r| r.product).collect::<Vec<_>>(), ids[..2]);
        assert!(first[0].sequence < first[1].sequence);
        assert_eq!((first[0].organisation, first[0].kind), (shop, OutboxKind::Changed));
        assert_eq!(claim(store, 9, 1).await.iter().map(|r| r.product).collect::<Vec<_>>(), ids[2..]);
        assert!(claim(store, 9, 2).await.is_empty());
        // The second of the three is durable: the others come again once their lease is over, it does not.
        let mut tx = store.begin().await.expect("begins");
        tx.remove_outbox(&[first[1].sequence]).await.expect("removes");
        tx.commit().await.expect("commits");
        assert_eq!(store.read().await.expect("reads").outbox_length().await.expect("counts"), 2);
        let again: Vec<_> = claim(store, 9, 61).await.iter().map(|r| r.product).collect();
        assert_eq!(again, [ids[0], ids[2]]);
    })
    .await;
}

#[tokio::test]
async fn a_restart_gets_every_row_again() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        put(store, shop, "a").await;
        let before = claim(store, 9, 0).await;
        let mut tx = store.begin().await.expect("begins");
        tx.release_outbox().await.expect("releases");
        tx.commit().await.expect("commits");
        assert_eq!(claim(store, 9, 1).await, before);
    })
    .await;
}

#[tokio::test]
async fn one_transaction_leaves_one_row_a_product() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut tx = store.begin().await.expect("begins");
        let a = tx.put_product(shop, &product("a"), at(0)).await.expect("puts").id;
        tx.add_image(shop, a, "1.jpg", at(0)).await.expect("adds");
        tx.add_image(shop, a, "2.jpg", at(0)).await.expect("adds");
        tx.put_product(shop, &product("b"), at(0)).await.expect("puts");
        tx.commit().await.expect("commits");
        assert_eq!(claim(store, 9, 0).await.len(), 2);
        let mut tx = store.begin().await.expect("begins");
        tx.put_product(shop, &product("a"), at(5)).await.expect("puts");
        tx.commit().await.expect("commits");
        assert!(claim(store, 9, 0).await.is_empty(), "what did not change leaves no row");
        let mut tx = store.begin().await.expect("begins");
        tx.put_product(shop, &product("c"), at(5)).await.expect("puts");
        drop(tx);
        assert!(claim(store, 9, 0).await.is_empty(), "what was not committed leaves no row");
    })
    .await;
}

#[tokio::test]
async fn an_erased_product_leaves_a_row_of_its_own() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let id = put(store, shop, "a").await;
        let mut tx = store.begin().await.expect("begins");
        tx.erase_product(shop, &sku("a")).await.expect("erases").expect("was there");
        tx.commit().await.expect("commits");
        let rows = claim(store, 9, 0).await;
        let kinds: Vec<_> = rows.iter().map(|r| (r.product, r.kind)).collect();
        assert_eq!(kinds, [(id, OutboxKind::Erased)]);
    })
    .await;
}

#[tokio::test]
async fn two_claimants_never_get_the_same_row() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut tx = store.begin().await.expect("begins");
        let products: Vec<_> = (0..40).map(|n| product(&format!("p{n}"))).collect();
        tx.put_products(shop, &products, at(0)).await.expect("puts");
        tx.commit().await.expect("commits");
        let claimant = async || {
            let mut got = Vec::new();
            loop {
                match claim(store, 3, 0).await {
                    rows if rows.is_empty() => return got,
                    rows => got.extend(rows.into_iter().map(|r| r.sequence)),
                }
            }
        };
        let (a, b, c) = tokio::join!(claimant(), claimant(), claimant());
        let mut all = [a, b, c].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 40);
    })
    .await;
}
