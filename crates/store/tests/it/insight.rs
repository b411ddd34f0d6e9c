//! What is counted by the day: added up, read since a day, deleted; tags and answers as insight reads them.

use crate::{at, attribute, on_each_engine, organisation, product, value};
use jiff::civil::Date;
use vestry_store::{AskedDay, DayCounts, Forgetting, KeyDay, KeyKind, Others, SearchDay, UnmetDay};

fn day(number: i8) -> Date {
    jiff::civil::date(2026, 11, number)
}

#[tokio::test]
async fn counts_add_up_by_the_day_and_go_with_it() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let mut tx = store.begin().await.expect("begins");
        let key = tx.create_key(shop, &KeyKind::Secret, "web", &[1; 32], at(1)).await.expect("a key");
        let counts = |organisation, number: i8, searches: u64| DayCounts {
            searches: vec![SearchDay { organisation, day: day(number), searches, empty: 1 }],
            asked: vec![AskedDay {
                organisation,
                day: day(number),
                attribute: attribute("colour"),
                value: value("navy"),
                searches,
            }],
            unmet: vec![UnmetDay { organisation, day: day(number), words: "벨벳".into(), searches }],
            keys: vec![KeyDay {
                key,
                day: day(number),
                area: "search".into(),
                requests: searches,
                refused: 1,
                failed: 0,
            }],
        };
        for (organisation, number, searches) in [(shop, 1, 2), (shop, 2, 3), (shop, 2, 4), (other, 2, 100)] {
            tx.add_counts(&counts(organisation, number, searches)).await.expect("added");
        }
        tx.add_counts(&DayCounts::default()).await.expect("nothing");
        tx.commit().await.expect("commits");
        let mut read = store.read().await.expect("reads");
        let searches = read.search_days(shop, day(2)).await.expect("read");
        assert_eq!(searches, [SearchDay { organisation: shop, day: day(2), searches: 7, empty: 2 }]);
        let asked: Vec<_> =
            read.asked_days(shop, day(1)).await.expect("read").into_iter().map(|a| a.searches).collect();
        assert_eq!(asked, [2, 7]);
        let unmet = read.unmet_since(shop, day(1), 10).await.expect("read");
        let all = UnmetDay { organisation: shop, day: day(2), words: "벨벳".into(), searches: 9 };
        assert_eq!(unmet, [all], "one line for words, with the last day");
        let keys = read.key_days(shop, day(2)).await.expect("read");
        let expected = KeyDay { key, day: day(2), area: "search".into(), requests: 107, refused: 3, failed: 0 };
        assert_eq!(keys, [expected]);
        assert_eq!(read.key_days(other, day(1)).await.expect("read"), [], "another's keys");
        drop(read);
        let mut tx = store.begin().await.expect("begins");
        tx.delete_counts_before(day(2)).await.expect("deleted");
        tx.commit().await.expect("commits");
        let mut read = store.read().await.expect("reads");
        assert_eq!(read.search_days(shop, day(1)).await.expect("read").len(), 1);
        assert_eq!(read.asked_days(shop, day(1)).await.expect("read").len(), 1);
        assert_eq!(read.unmet_since(shop, day(1), 10).await.expect("read")[0].searches, 7);
        assert_eq!(read.key_days(shop, day(1)).await.expect("read").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn tags_come_in_pages_without_what_waits() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut tx = store.begin().await.expect("begins");
        let put = tx.put_products(shop, &["A", "B"].map(product), at(5)).await.expect("puts");
        for (product, attribute_id, value_id) in
            [(0, "colour", "navy"), (0, "print", "striped"), (1, "colour", "black")]
        {
            let tag = (&attribute(attribute_id), &value(value_id));
            tx.confirm_tag((shop, put[product].id), tag, Others::Keep, "who", at(6)).await.expect("confirmed");
        }
        let gone = (&attribute("colour"), &value("black"));
        tx.remove_tag((shop, put[1].id), gone, "who", at(7)).await.expect("removed");
        tx.commit().await.expect("commits");
        for limit in 1..=3 {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let mut read = store.read().await.expect("reads");
                let page = read.tagged_after(shop, after.as_ref(), limit).await.expect("a page");
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                seen.extend(page.into_iter().map(|tag| (tag.product, tag.value.to_string(), tag.created)));
            }
            let of = |text: &str| (put[0].id, text.to_owned(), at(5));
            assert_eq!(seen, [of("navy"), of("striped")], "{limit} at once");
        }
    })
    .await;
}

#[tokio::test]
async fn forgettings_are_told_newest_first_to_their_shop() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let of = |organisation, version: i64, after: Option<&str>| Forgetting {
            organisation,
            model: "category".into(),
            version,
            before: ["a1".into(), "b1".into()],
            after: after.map(|text| [format!("a{text}"), format!("b{text}")]),
            at: at(version),
        };
        let all = [of(shop, 1, Some("2")), of(other, 2, None), of(shop, 3, None)];
        let mut tx = store.begin().await.expect("begins");
        tx.note_forgettings(&all).await.expect("noted");
        tx.note_forgettings(&[]).await.expect("nothing");
        tx.commit().await.expect("commits");
        let mut read = store.read().await.expect("reads");
        assert_eq!(read.forgettings(shop, 10).await.expect("read"), [all[2].clone(), all[0].clone()]);
        assert_eq!(read.forgettings(shop, 1).await.expect("read"), [all[2].clone()]);
    })
    .await;
}
