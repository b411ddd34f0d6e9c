//! Products: put, patched, listed, counted, exported, erased.

use crate::engines::Schema;
use crate::{at, attribute, on_each_engine, organisation, product, sku, value};
use proptest::prelude::*;
use sqlx::{AssertSqlSafe, Connection};
use vestry_model::{
    Confidence, Currency, DeedKind, LocalText, OrganisationId, Price, Product, ProductId, Suggestion, TagState, Visitor,
};
use vestry_store::{
    Others, ProductFilter, Put, ReviewAnswer, Store, StoreError, StorePlace, StoredEvent, StoredSearch, Suggested,
};

fn dress() -> Product {
    Product {
        title: LocalText { ko: Some("검정 원피스".into()), en: Some("Black dress".into()) },
        description: LocalText { ko: None, en: Some(String::new()) },
        brand: Some("Maison".into()),
        price: Some(Price { hundredths: 3_900_000, currency: Currency::new("KRW").expect("a currency") }),
        group: Some("G-1".into()),
        link: Some("https://shop.example/1".into()),
        own: [("season".into(), "여름".into()), ("stock".into(), "3".into())].into(),
        ..product("D-1")
    }
}

async fn put(store: &Store, organisation: OrganisationId, products: &[Product], now: i64) -> Vec<(ProductId, Put)> {
    let mut tx = store.begin().await.expect("begins");
    let put = tx.put_products(organisation, products, at(now)).await.expect("puts");
    tx.commit().await.expect("commits");
    put.into_iter().map(|p| (p.id, p.put)).collect()
}

#[tokio::test]
async fn a_product_comes_back_as_it_went_in() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let (id, created) = put(store, shop, &[dress()], 1).await[0];
        assert_eq!(created, Put::Created);
        let mut read = store.read().await.expect("reads");
        let found = read.product(shop, &sku("D-1")).await.expect("reads").expect("is there");
        assert_eq!((found.id, &found.product, found.created, found.changed), (id, &dress(), at(1), at(1)));
        assert_eq!(read.product(other, &sku("D-1")).await.expect("reads"), None, "another organisation's is not ours");
        assert_eq!(read.products_by_id(shop, &[id]).await.expect("reads"), [found]);
        assert_eq!(read.products_by_id(other, &[id]).await.expect("reads"), []);
        let ids = read.product_ids(shop, &[sku("D-1"), sku("D-2")]).await.expect("reads");
        assert_eq!(ids, [(sku("D-1"), id)].into());
    })
    .await;
}

#[tokio::test]
async fn putting_says_what_it_did() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let (id, _) = put(store, shop, &[dress()], 1).await[0];
        assert_eq!(put(store, shop, &[dress()], 2).await, [(id, Put::Unchanged)]);
        let changes: [fn(&mut Product); 8] = [
            |p| p.title.ko = None,
            |p| p.title.en = Some(String::new()),
            |p| p.description.en = None,
            |p| p.brand = Some("Maison ".into()),
            |p| p.price = None,
            |p| p.group = Some("G-2".into()),
            |p| p.link = None,
            |p| drop(p.own.insert("season".into(), "겨울".into())),
        ];
        let mut changed = dress();
        for (now, change) in (3i64..).zip(changes) {
            change(&mut changed);
            assert_eq!(put(store, shop, std::slice::from_ref(&changed), now).await, [(id, Put::Updated)], "{now}");
        }
        let mut read = store.read().await.expect("reads");
        let found = read.product(shop, &sku("D-1")).await.expect("reads").expect("is there");
        assert_eq!((found.product, found.created, found.changed), (changed, at(1), at(10)));
        drop(read);
        assert_eq!(
            put(store, other, &[dress()], 3).await[0].1,
            Put::Created,
            "skus are unique in an organisation only"
        );
    })
    .await;
}

#[tokio::test]
async fn a_batch_answers_in_its_own_order() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        // More than one full group of rows and more than one list of look-ups.
        let mut products: Vec<_> = (0..300).rev().map(|n| product(&format!("P-{n:03}"))).collect();
        let first = put(store, shop, &products, 1).await;
        assert!(first.iter().all(|(_, put)| *put == Put::Created));
        products[7].brand = Some("new".into());
        products.push(product("Q"));
        let second = put(store, shop, &products, 2).await;
        for (n, (id, done)) in second.iter().enumerate() {
            let expected = match n {
                7 => Put::Updated,
                300 => Put::Created,
                _ => Put::Unchanged,
            };
            assert_eq!(*done, expected, "{n}");
            assert!(n == 300 || *id == first[n].0, "{n}");
        }
        assert_eq!(put(store, shop, &[], 3).await, []);
        let twice = [product("T"), Product { brand: Some("last".into()), ..product("T") }];
        let both = put(store, shop, &twice, 4).await;
        assert_eq!(both[0], both[1]);
        let mut read = store.read().await.expect("reads");
        let found = read.product(shop, &sku("T")).await.expect("reads").expect("is there");
        assert_eq!(found.product, twice[1]);
    })
    .await;
}

#[tokio::test]
async fn patching_changes_what_it_is_told() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let (id, _) = put(store, shop, &[dress()], 1).await[0];
        let mut tx = store.begin().await.expect("begins");
        let patch = |p: &mut Product| {
            p.brand = None;
            p.sku = sku("other");
        };
        let done = tx.patch_product(shop, &sku("D-1"), patch, at(2)).await.expect("patches").expect("is there");
        assert_eq!((done.id, done.put), (id, Put::Updated));
        let same = tx.patch_product(shop, &sku("D-1"), |p| p.brand = None, at(3)).await.expect("patches");
        assert_eq!(same.expect("is there").put, Put::Unchanged);
        assert_eq!(tx.patch_product(shop, &sku("D-9"), |_| (), at(3)).await.expect("patches"), None);
        let found = tx.product(shop, &sku("D-1")).await.expect("reads").expect("its sku stays");
        assert_eq!(found.product, Product { brand: None, ..dress() });
    })
    .await;
}

#[tokio::test]
async fn lists_are_newest_first_and_filtered_by_tags() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        put(store, other, &[product("X")], 0).await;
        let products: Vec<_> = (0..5).map(|n| product(&format!("P{n}"))).collect();
        let ids: Vec<_> = put(store, shop, &products, 1).await.into_iter().map(|(id, _)| id).collect();
        let all = ProductFilter::default();
        let mut tx = store.begin().await.expect("begins");
        let (colour, navy, category) = (attribute("colour"), value("navy"), attribute("category"));
        tx.confirm_tag((shop, ids[1]), (&colour, &navy), Others::Keep, "m", at(2)).await.expect("confirms");
        tx.confirm_tag((shop, ids[3]), (&colour, &value("red")), Others::Keep, "m", at(2)).await.expect("confirms");
        tx.remove_tag((shop, ids[4]), (&colour, &navy), "m", at(2)).await.expect("rejects");
        tx.commit().await.expect("commits");

        let mut read = store.read().await.expect("reads");
        let mut check = async |filter: ProductFilter, before: Option<usize>, limit: u32, expected: &[&str]| {
            let before = before.map(|n| ids[n]);
            let found = read.products(shop, &filter, before, limit).await.expect("lists");
            let skus: Vec<_> = found.iter().map(|p| p.product.sku.as_str()).collect();
            assert_eq!(skus, expected, "{filter:?}");
            if before.is_none() && limit > 5 {
                let count = read.count_products(shop, &filter).await.expect("counts");
                assert_eq!(count, expected.len() as u64, "{filter:?}");
            }
        };
        check(all.clone(), None, 9, &["P4", "P3", "P2", "P1", "P0"]).await;
        check(all.clone(), None, 2, &["P4", "P3"]).await;
        check(all.clone(), Some(3), 2, &["P2", "P1"]).await;
        check(all.clone(), Some(0), 2, &[]).await;
        let coloured = ProductFilter { attribute: Some(colour), ..all.clone() };
        check(coloured.clone(), None, 9, &["P3", "P1"]).await;
        check(ProductFilter { value: Some(navy), ..coloured.clone() }, None, 9, &["P1"]).await;
        check(ProductFilter { state: Some(TagState::Confirmed), ..all.clone() }, None, 9, &["P3", "P1"]).await;
        check(ProductFilter { state: Some(TagState::ToReview), ..coloured }, None, 9, &[]).await;
        check(ProductFilter { attribute: Some(category), ..all }, None, 9, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn documents_come_whole_and_in_pages() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let foreign = put(store, other, &[product("X")], 0).await[0].0;
        // The order of bytes, not of a language: both engines agree on it.
        let skus = ["b", "B", "a-1", "가", "a1", "é"];
        let products: Vec<_> = skus.iter().map(|s| product(s)).collect();
        let ids: Vec<_> = put(store, shop, &products, 1).await.into_iter().map(|(id, _)| id).collect();
        let mut tx = store.begin().await.expect("begins");
        tx.put_images(shop, &[(ids[0], vec!["2.jpg".into(), "1.jpg".into()])], at(1)).await.expect("puts");
        tx.confirm_tag((shop, ids[0]), (&attribute("colour"), &value("red")), Others::Keep, "m", at(1))
            .await
            .expect("tags");
        tx.remove_tag((shop, ids[0]), (&attribute("colour"), &value("blue")), "m", at(1)).await.expect("rejects");
        tx.commit().await.expect("commits");

        let mut read = store.read().await.expect("reads");
        let asked = [ids[5], ids[0], foreign, ProductId::from_row(999)];
        let found = read.documents(shop, &asked).await.expect("loads");
        assert_eq!(found.iter().map(|d| d.product.id).collect::<Vec<_>>(), {
            let mut both = [ids[0], ids[5]];
            both.sort_unstable();
            both
        });
        let first = found.iter().find(|d| d.product.id == ids[0]).expect("is there");
        assert_eq!(first.images.iter().map(|i| i.source.as_str()).collect::<Vec<_>>(), ["2.jpg", "1.jpg"]);
        assert_eq!(first.tags.iter().map(|t| t.value.as_str()).collect::<Vec<_>>(), ["red"]);
        assert_eq!((first.tags.clone(), first.images.clone()), {
            (read.tags(shop, ids[0]).await.expect("reads"), read.images(shop, ids[0]).await.expect("reads"))
        });
        assert!(read.documents(shop, &[]).await.expect("loads").is_empty());

        let (mut by_id, mut after) = (Vec::new(), None);
        loop {
            let page = read.documents_after(shop, after, 4).await.expect("loads");
            let Some(last) = page.last() else { break };
            after = Some(last.product.id);
            by_id.extend(page.into_iter().map(|d| d.product.id));
        }
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        assert_eq!(by_id, sorted);

        let (mut by_sku, mut after) = (Vec::new(), None);
        loop {
            let page = read.documents_by_sku(shop, after.as_ref(), 4).await.expect("loads");
            let Some(last) = page.last() else { break };
            after = Some(last.product.product.sku.clone());
            by_sku.extend(page.into_iter().map(|d| d.product.product.sku.to_string()));
        }
        assert_eq!(by_sku, ["B", "a-1", "a1", "b", "é", "가"]);
    })
    .await;
}

/// Everything that can hang on a product hangs on this one.
async fn laden(store: &Store, shop: OrganisationId) -> ProductId {
    let (id, _) = put(store, shop, &[dress()], 1).await[0];
    let mut tx = store.begin().await.expect("begins");
    let image = tx.add_image(shop, id, "1.jpg", at(1)).await.expect("adds");
    tx.add_image(shop, id, "2.jpg", at(1)).await.expect("adds");
    tx.put_pictures(&[(image, crate::images::picture(1), Some(vec![1, 2]))]).await.expect("puts");
    tx.confirm_tag((shop, id), (&attribute("colour"), &value("red")), Others::Keep, "m", at(1)).await.expect("tags");
    tx.remove_tag((shop, id), (&attribute("colour"), &value("blue")), "m", at(1)).await.expect("rejects");
    let (attribute, dots) = (attribute("print"), value("dots"));
    let confidence = Confidence::new(0.4);
    let suggestions =
        vec![Suggestion { attribute: attribute.clone(), value: dots.clone(), confidence, state: TagState::ToReview }];
    let suggested = [Suggested { product: id, image: None, suggestions }];
    tx.replace_suggestions("m@1", &suggested, at(1)).await.expect("suggests");
    let answer = ReviewAnswer {
        organisation: shop,
        who: "m",
        attribute: &attribute,
        answer: Some(&dots),
        others: Others::Reject,
    };
    tx.review(&answer, &[(id, dots.clone())], at(1)).await.expect("answers").expect("it waits");
    let visitor = Visitor([7; 16]);
    let event = StoredEvent { visitor, product: id, kind: DeedKind::Click, at: at(1) };
    let (shown, chosen) = (vec![(id, [Some(1), None, Some(2)])], vec![id]);
    let search = StoredSearch { visitor, search: "s".into(), at: at(1), shown, chosen };
    tx.put_events(shop, &[event], &[search]).await.expect("takes");
    tx.commit().await.expect("commits");
    id
}

#[tokio::test]
async fn erasing_says_what_is_left_to_do() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let id = laden(store, shop).await;
        let images = store.read().await.expect("reads").images(shop, id).await.expect("reads");
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.erase_product(shop, &sku("D-9")).await.expect("erases"), None);
        let erased = tx.erase_product(shop, &sku("D-1")).await.expect("erases").expect("was there");
        assert_eq!(erased.product, id);
        assert_eq!(erased.images, [images[0].id, images[1].id]);
        assert_eq!(erased.objects, [images[0].object()], "the second was never stored");
        assert_eq!(tx.erase_product(shop, &sku("D-1")).await.expect("erases"), None);
        tx.commit().await.expect("commits");

        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.product(shop, &sku("D-1")).await.expect("reads"), None);
        assert_eq!(tx.doomed_objects(9).await.expect("reads"), erased.objects);
        tx.forget_doomed_objects(&erased.objects).await.expect("forgets");
        assert!(tx.doomed_objects(9).await.expect("reads").is_empty());
        tx.commit().await.expect("commits");
        let again = put(store, shop, &[dress()], 9).await[0];
        assert_eq!(again.1, Put::Created);
        assert_ne!(again.0, id, "an id is never used twice");
    })
    .await;
}

/// Tables that may speak of an erased product, and why.
const EXEMPT: [&str; 2] = [
    "outbox",         // the row that takes it out of the index; gone once that is durable
    "doomed_objects", // the objects that are still to be deleted
];

/// Which columns of `db` hold a product's id, by the schema itself: a new table is covered without a line here.
async fn holders(db: &mut Db) -> Vec<(String, String)> {
    let sql = match db {
        Db::Sqlite(_) => {
            "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' \
             and (c.name = 'product' or (m.name = 'products' and c.name = 'id')) order by m.name"
        }
        Db::Postgres(_) => {
            "select cast(table_name as text), cast(column_name as text) from information_schema.columns \
             where table_schema = current_schema() \
             and (column_name = 'product' or (table_name = 'products' and column_name = 'id')) order by table_name"
        }
    };
    match db {
        Db::Sqlite(conn) => sqlx::query_as(sql).fetch_all(conn).await.expect("reads"),
        Db::Postgres(conn) => sqlx::query_as(sql).fetch_all(conn).await.expect("reads"),
    }
}

/// A look behind the store's back.
enum Db {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

async fn check_erased(store: &Store, mut db: Db) {
    let shop = organisation(store, "shop").await;
    let id = laden(store, shop).await;
    let holders = holders(&mut db).await;
    let tables: Vec<_> = holders.iter().map(|(table, _)| table.as_str()).collect();
    let expected =
        ["chosen", "corrections", "events", "images", "outbox", "products", "review_changes", "review_steps", "tags"];
    assert_eq!(tables, expected);
    let mut counts = async |expected: fn(i64) -> bool| {
        for (table, column) in holders.iter().filter(|(t, _)| !EXEMPT.contains(&t.as_str())) {
            let sql = AssertSqlSafe(format!("select count(*) from {table} where {column} = {id}"));
            let count: i64 = match &mut db {
                Db::Sqlite(conn) => sqlx::query_scalar(sql).fetch_one(conn).await.expect("counts"),
                Db::Postgres(conn) => sqlx::query_scalar(sql).fetch_one(conn).await.expect("counts"),
            };
            assert!(expected(count), "{table}: {count}");
        }
    };
    counts(|n| n > 0).await;
    let mut tx = store.begin().await.expect("begins");
    tx.erase_product(shop, &sku("D-1")).await.expect("erases");
    tx.commit().await.expect("commits");
    counts(|n| n == 0).await;
}

#[tokio::test]
async fn no_table_speaks_of_an_erased_product() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = StorePlace { data_dir: folder.path().into(), url: None };
    let store = Store::open(&place).await.expect("opens");
    let url = format!("sqlite://{}", folder.path().join("vestry.db").display());
    let db = sqlx::SqliteConnection::connect(&url).await.expect("connects");
    check_erased(&store, Db::Sqlite(db)).await;
    let Some(schema) = Schema::create().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let place = StorePlace { data_dir: folder.path().into(), url: Some(schema.url()) };
    let store = Store::open(&place).await.expect("opens");
    let db = sqlx::PgConnection::connect(&schema.url()).await.expect("connects");
    check_erased(&store, Db::Postgres(db)).await;
    store.close().await;
    schema.drop().await;
}

#[tokio::test]
async fn an_organisation_neither_sees_nor_changes_what_hangs_on_anothers_product() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let id = laden(store, shop).await;
        let seen = async |by| {
            let mut read = store.read().await.expect("reads");
            let images = read.images(by, id).await.expect("reads");
            let known = read.images(shop, id).await.expect("reads");
            let ids: Vec<_> = known.iter().map(|image| image.id).collect();
            let features = read.features(by, &ids).await.expect("reads").len();
            let (tags, said) =
                (read.tags(by, id).await.expect("reads"), read.corrections(by, id).await.expect("reads"));
            (images.len(), features, tags, said.len())
        };
        let before = seen(shop).await;
        assert!(before.0 > 1 && before.1 > 0 && !before.2.is_empty() && before.3 > 0, "{before:?}");
        assert_eq!(seen(other).await, (0, 0, Vec::new(), 0));
        let (colour, red) = (attribute("colour"), value("red"));
        let mut tx = store.begin().await.expect("begins");
        let unknown = |what, r: Result<(), StoreError>| {
            let is_refused = matches!(r, Err(StoreError::Unknown { .. }));
            assert!(is_refused, "{what}: {r:?}");
        };
        unknown("add", tx.add_image(other, id, "3.jpg", at(2)).await.map(drop));
        unknown("put", tx.put_images(other, &[(id, Vec::new())], at(2)).await.map(drop));
        unknown("own tags", tx.replace_catalogue_tags(other, &[(id, Vec::new())], at(2)).await);
        unknown("confirm", tx.confirm_tag((other, id), (&colour, &red), Others::Reject, "m", at(2)).await);
        unknown("reject", tx.remove_tag((other, id), (&colour, &red), "m", at(2)).await);
        tx.commit().await.expect("commits");
        assert_eq!(seen(shop).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_hangs_on_no_product_is_refused() {
    on_each_engine(async |store| {
        let (shop, nobody) = (organisation(store, "shop").await, ProductId::from_row(99));
        let (colour, red) = (attribute("colour"), value("red"));
        let mut tx = store.begin().await.expect("begins");
        let unknown =
            |r: Result<(), StoreError>| assert!(matches!(r, Err(StoreError::Unknown { id: 99, .. })), "{r:?}");
        unknown(tx.add_image(shop, nobody, "1.jpg", at(0)).await.map(drop));
        unknown(tx.confirm_tag((shop, nobody), (&colour, &red), Others::Keep, "m", at(0)).await);
        unknown(tx.remove_tag((shop, nobody), (&colour, &red), "m", at(0)).await);
    })
    .await;
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-z가-힣é'\"$%;\\-\\n🧥 ]{0,12}")
}

prop_compose! {
    fn any_product()(
        name in "[A-Za-z0-9가-힣'\";$_-]{1,12}",
        texts in prop::array::uniform7(any_text()),
        price in prop::option::of(0i64..=100_000_000_000),
        own in prop::collection::btree_map("[a-z가-힣]{1,6}", "[a-z'\"{}가-힣]{0,9}", 0..4),
    ) -> Product {
        let [title_ko, title_en, description_ko, description_en, brand, group, link] = texts;
        Product {
            title: LocalText { ko: title_ko, en: title_en },
            description: LocalText { ko: description_ko, en: description_en },
            brand,
            price: price.map(|hundredths| Price { hundredths, currency: Currency::new("EUR").expect("a currency") }),
            group,
            link,
            own,
            ..product(&name)
        }
    }
}

#[tokio::test]
async fn any_product_comes_back_and_is_then_unchanged() {
    on_each_engine(async |store| {
        use proptest::{strategy::ValueTree, test_runner::TestRunner};
        let shop = organisation(store, "shop").await;
        let mut runner = TestRunner::deterministic();
        let many = prop::collection::vec(any_product(), 200).new_tree(&mut runner).expect("products").current();
        let ids = put(store, shop, &many, 1).await;
        let last: std::collections::BTreeMap<_, _> = many.iter().map(|p| (p.sku.clone(), p)).collect();
        let mut read = store.read().await.expect("reads");
        let found = read.products_by_id(shop, &ids.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await.expect("reads");
        assert!(found.iter().all(|p| last[&p.product.sku] == &p.product));
        assert_eq!(read.count_products(shop, &ProductFilter::default()).await.expect("counts"), last.len() as u64);
        drop(read);
        assert!(put(store, shop, &many, 2).await.iter().all(|(_, put)| *put == Put::Unchanged));
    })
    .await;
}

#[tokio::test]
async fn own_fields_are_named_once_in_the_order_of_their_bytes() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let with = |id: &str, own: &[&str]| {
            let own = own.iter().map(|name| ((*name).to_owned(), "1".to_owned())).collect();
            Product { own, ..product(id) }
        };
        let products = [with("A", &["시즌", "Zone", "a\"b"]), with("B", &["stock", "시즌"]), with("C", &[])];
        put(store, shop, &products, 1).await;
        put(store, other, &[with("A", &["theirs"])], 1).await;
        let mut read = store.read().await.expect("reads");
        assert_eq!(read.own_fields(shop).await.expect("reads"), ["Zone", "a\"b", "stock", "시즌"]);
        assert_eq!(read.own_fields(other).await.expect("reads"), ["theirs"]);
    })
    .await;
}
