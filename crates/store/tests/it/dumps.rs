//! Tables leave one engine and come back on any.

use crate::engines::Schema;
use crate::{on_each_engine, organisation, product};
use std::collections::BTreeSet;
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
        on_fresh_engines(&tables, shop).await;
    })
    .await;
}

async fn on_fresh_engines(tables: &[(&'static str, Vec<u8>, u64)], shop: vestry_model::OrganisationId) {
    let schema = Schema::create().await;
    for url in [None, schema.as_ref().map(Schema::url)] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StorePlace { data_dir: folder.path().into(), url }).await.expect("opens");
        for (table, bytes, rows) in tables {
            let loaded = store.load(table, &mut bytes.as_slice()).await.expect("loaded");
            assert_eq!(loaded, *rows, "{table}");
        }
        assert_eq!(dumped(&store).await, tables);
        let mut tx = store.begin().await.expect("begins");
        tx.put_product(shop, &product("A-3"), crate::at(2)).await.expect("a new row has a new id");
        tx.commit().await.expect("commits");
        store.close().await;
    }
    if let Some(schema) = schema {
        schema.drop().await;
    }
}
