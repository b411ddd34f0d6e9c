//! What visitors did: taken in once, read in pages, forgotten.

use crate::{at, on_each_engine, organisation, product};
use vestry_model::{DeedKind, OrganisationId, ProductId, Visitor};
use vestry_store::{Store, StoredEvent, StoredSearch};

fn visitor(number: u8) -> Visitor {
    Visitor([number; 16])
}

async fn products(store: &Store, shop: OrganisationId) -> Vec<ProductId> {
    let all = ["A", "B", "C"].map(product);
    let mut tx = store.begin().await.expect("begins");
    let put = tx.put_products(shop, &all, at(1)).await.expect("puts");
    tx.commit().await.expect("commits");
    put.into_iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn searches_keep_what_each_visitor_chose_from_them_whatever_the_page() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let ids = products(store, shop).await;
        let search = |who: u8, name: &str, chosen: &[usize]| StoredSearch {
            visitor: visitor(who),
            search: name.into(),
            at: at(i64::from(who)),
            shown: ids
                .iter()
                .zip([[Some(1), None, None], [None, Some(2), None], [None, None, Some(3)]])
                .map(|(id, places)| (*id, places))
                .collect(),
            chosen: chosen.iter().map(|at| ids[*at]).collect(),
        };
        let all = [
            search(1, "a", &[0, 2]),
            search(1, "b", &[]),
            search(2, "a", &[1]),
            search(3, "a", &[]),
            search(3, "b", &[2]),
        ];
        let mut tx = store.begin().await.expect("begins");
        tx.put_events(shop, &[], &all).await.expect("takes");
        tx.put_events(shop, &[], &[search(1, "b", &[1])]).await.expect("takes");
        // A list is as old as the first that is heard of it, whichever is heard first.
        let at_another = |second: i64| StoredSearch { at: at(second), ..search(1, "b", &[]) };
        tx.put_events(shop, &[], &[at_another(900), at_another(1), at_another(2)]).await.expect("takes");
        tx.commit().await.expect("commits");
        let mut expected = all.to_vec();
        expected[1].chosen = vec![ids[1]];
        expected[1].at = at(1);
        for limit in 1..=6 {
            let (mut read, mut after) = (Vec::new(), None::<(Visitor, String)>);
            loop {
                let cursor = after.as_ref().map(|(visitor, search)| (*visitor, search.as_str()));
                let mut snapshot = store.read().await.expect("reads");
                let page = snapshot.searches_after(shop, cursor, limit).await.expect("a page");
                let Some(last) = page.last() else { break };
                after = Some((last.visitor, last.search.clone()));
                read.extend(page);
            }
            assert_eq!(read, expected, "{limit} at once");
        }
        let mut snapshot = store.read().await.expect("reads");
        assert_eq!(snapshot.searches_of(shop, visitor(3)).await.expect("asked"), expected[3..]);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_as_long_as_the_last_of_its_pages_whichever_is_heard_first() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let ids = products(store, shop).await;
        let search = |who: u8, pages: usize| StoredSearch {
            visitor: visitor(who),
            search: "a".into(),
            at: at(0),
            shown: ids[..pages].iter().map(|id| (*id, [None, None, Some(1)])).collect(),
            chosen: vec![ids[pages - 1]],
        };
        let mut tx = store.begin().await.expect("begins");
        for (who, pages) in [(1, [1, 3, 2]), (2, [3, 2, 1])] {
            for length in pages {
                tx.put_events(shop, &[], &[search(who, length)]).await.expect("takes");
            }
        }
        tx.put_events(shop, &[], &[search(3, 2), search(3, 3), search(3, 1)]).await.expect("takes");
        tx.commit().await.expect("commits");
        let mut snapshot = store.read().await.expect("reads");
        for who in 1..=3 {
            let held = snapshot.searches_of(shop, visitor(who)).await.expect("asked");
            let expected = StoredSearch { chosen: ids.clone(), ..search(who, 3) };
            assert_eq!(held, [expected], "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_of_each_kind_stays_and_each_change_counts() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let ids = products(store, shop).await;
        let event = |who: u8, kind: DeedKind, when: i64| StoredEvent {
            visitor: visitor(who),
            product: ids[0],
            kind,
            at: at(when),
        };
        let (view, cart) = (DeedKind::View, DeedKind::Cart);
        let mut tx = store.begin().await.expect("begins");
        tx.put_events(shop, &[event(1, view, 5), event(1, view, 9), event(1, cart, 7), event(2, view, 3)], &[])
            .await
            .expect("takes");
        tx.put_events(shop, &[event(1, view, 8)], &[]).await.expect("takes");
        tx.put_events(shop, &[], &[]).await.expect("nothing");
        tx.commit().await.expect("commits");
        let changes = async || store.read().await.expect("reads").event_changes_of(shop).await.expect("counted");
        let held = async || store.read().await.expect("reads").events_after(shop, None, 10).await.expect("read");
        assert_eq!((held().await, changes().await), (vec![event(1, view, 9), event(1, cart, 7), event(2, view, 3)], 2));
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.delete_events_until(at(6)).await.expect("deleted"), 1);
        assert_eq!(tx.forget_visitors(&[visitor(1)]).await.expect("forgotten"), 2);
        tx.commit().await.expect("commits");
        assert_eq!((held().await, changes().await), (vec![], 4));
    })
    .await;
}
