//! Tables leave one engine and come back on any.

use crate::engines::Schema;
use crate::images::picture;
use crate::{on_each_engine, organisation, product};
use std::collections::BTreeSet;
use vestry_model::ImageId;
use vestry_store::{Store, StorePlace};

async fn dumped(store: &Store) -> Vec<(&'static str, Vec<u8>, u64)> {
    let mut snapshot = store.read().await.expect("reads");
    let mut tables = Vec::new();
    for table in Store::TABLES {
        let mut bytes = Vec::new();
        let rows = snapshot.dump(table, &mut bytes).await.expect("dumped");
        tables.push((table, bytes, rows));
    }
    tables
}

#[tokio::test]
async fn a_backup_holds_every_table_and_column_but_the_schemas_version() {
    on_each_engine(async |store| {
        let tables: BTreeSet<String> = store.columns().await.expect("columns").into_iter().map(|(t, _)| t).collect();
        let held: BTreeSet<String> = Store::TABLES.iter().map(|table| (*table).to_owned()).collect();
        let missing: Vec<_> = tables.difference(&held).collect();
        assert_eq!(missing, ["schema_versions"]);
        assert!(held.is_subset(&tables));
        let columns = store.columns().await.expect("columns").len();
        let held: usize = Store::TABLES.iter().map(|table| Store::columns_of(table).len()).sum();
        assert_eq!(columns, held + 1, "every column but that of the version");
    })
    .await;
}

#[tokio::test]
async fn what_one_engine_wrote_every_engine_reads_and_goes_on_counting() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut tx = store.begin().await.expect("begins");
        tx.put_products(shop, &["A-1", "A-2"].map(product), crate::at(1)).await.expect("put");
        tx.commit().await.expect("commits");
        let tables = dumped(store).await;
        assert_eq!(tables.iter().find(|(table, ..)| *table == "products").map(|(.., rows)| *rows), Some(2));
        let look = async |store: &Store| {
            assert_eq!(dumped(store).await, tables);
            let mut tx = store.begin().await.expect("begins");
            tx.put_product(shop, &product("A-3"), crate::at(2)).await.expect("a new row has a new id");
            tx.commit().await.expect("commits");
        };
        on_fresh_engines(&tables, look).await;
    })
    .await;
}

/// One statement writes many rows: the same place is a null in one and bytes, a text or a number in another.
#[tokio::test]
async fn bug_a_picture_that_had_failed_kept_a_backup_from_coming_back_to_postgresql() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let mut tx = store.begin().await.expect("begins");
        let products: Vec<_> = (0..300).map(|n| product(&format!("A-{n}"))).collect();
        let put = tx.put_products(shop, &products, crate::at(1)).await.expect("put");
        let pictures: Vec<_> = put.iter().map(|put| (put.id, vec!["a.jpg".to_owned()])).collect();
        let images: Vec<ImageId> = tx
            .put_images(shop, &pictures, crate::at(1))
            .await
            .expect("put")
            .iter()
            .map(|put| put.images[0].id)
            .collect();
        // The first have nothing yet, the last have all, and in between is one that failed.
        let stored: Vec<_> = images[280..].iter().map(|id| (*id, picture(7), Some(vec![1; 4]))).collect();
        tx.put_pictures(&stored).await.expect("put");
        tx.fail_images(&[(images[270], "gone".to_owned())]).await.expect("put");
        tx.commit().await.expect("commits");
        let of = async |store: &Store| {
            let mut snapshot = store.read().await.expect("reads");
            let mut images = Vec::new();
            for at in [0, 270, 280, 299] {
                images.extend(snapshot.images(shop, put[at].id).await.expect("reads"));
            }
            images
        };
        let known = of(store).await;
        on_fresh_engines(&dumped(store).await, async |store| assert_eq!(of(store).await, known)).await;
    })
    .await;
}

async fn on_fresh_engines(tables: &[(&'static str, Vec<u8>, u64)], look: impl AsyncFn(&Store)) {
    let schema = Schema::create().await;
    for url in [None, schema.as_ref().map(Schema::url)] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StorePlace { data_dir: folder.path().into(), url }).await.expect("opens");
        for (table, bytes, rows) in tables {
            let loaded = store.load(table, &mut bytes.as_slice()).await.expect("loaded");
            assert_eq!(loaded, *rows, "{table}");
        }
        look(&store).await;
        store.close().await;
    }
    if let Some(schema) = schema {
        schema.drop().await;
    }
}
