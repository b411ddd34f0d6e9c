//! Opening: the lock, the version, the settings of the connection, and that both engines have one schema.

use crate::engines::Schema;
use crate::{at, on_each_engine, organisation};
use sqlx::{Connection, Row, SqliteConnection};
use std::path::Path;
use vestry_database::DatabaseError;
use vestry_store::{Store, StoreError, StorePlace};

fn place(folder: &Path) -> StorePlace {
    StorePlace { data_dir: folder.into(), url: None }
}

async fn sqlite(folder: &Path) -> SqliteConnection {
    let url = format!("sqlite://{}", folder.join("vestry.db").display());
    SqliteConnection::connect(&url).await.expect("connects")
}

#[tokio::test]
async fn a_data_folder_has_one_holder() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Store::open(&place(folder.path())).await.expect("opens");
    let refused = Store::open(&place(folder.path())).await.expect_err("is in use");
    assert!(matches!(refused, StoreError::InUse { .. }));
    let message = refused.to_string();
    assert!(message.contains("data folder in use") && message.contains("--server URL"), "{message}");
    let clone = first.clone();
    drop(first);
    assert!(Store::open(&place(folder.path())).await.is_err(), "a clone holds it too");
    drop(clone);
    Store::open(&place(folder.path())).await.expect("is free again");
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    Store::open(&place(folder.path())).await.expect("opens").close().await;
    let mut conn = sqlite(folder.path()).await;
    sqlx::query("insert into schema_versions (version) values (999)").execute(&mut conn).await.expect("inserts");
    conn.close().await.expect("closes");
    let refused = Store::open(&place(folder.path())).await.expect_err("is newer");
    assert!(matches!(refused, StoreError::Database(DatabaseError::Newer { found: 999, .. })));
    assert!(refused.to_string().contains("install a newer Vestry"));

    let Some(schema) = Schema::create().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let place = StorePlace { data_dir: folder.path().into(), url: Some(schema.url()) };
    Store::open(&place).await.expect("opens").close().await;
    schema.run("insert into schema_versions (version) values (999)".into()).await;
    assert!(matches!(Store::open(&place).await, Err(StoreError::Database(DatabaseError::Newer { found: 999, .. }))));
    schema.drop().await;
}

#[tokio::test]
async fn opening_again_finds_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&place(folder.path())).await.expect("opens");
    let id = organisation(&store, "shop").await;
    // Dropped without closing, as a killed process would.
    drop(store);
    let store = Store::open(&place(folder.path())).await.expect("opens");
    let found = store.read().await.expect("reads").organisation("shop").await.expect("reads").expect("is there");
    assert_eq!((found.id, found.created), (id, at(0)));
}

#[tokio::test]
async fn folders_and_urls_that_cannot_be_opened_are_named() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let refused = Store::open(&place(file.path())).await.expect_err("is a file");
    assert!(matches!(&refused, StoreError::Folder { .. }), "{refused}");
    let folder = tempfile::tempdir().expect("a folder");
    for url in ["nonsense", "mysql://me@localhost/shop"] {
        let nowhere = StorePlace { data_dir: folder.path().into(), url: Some(url.into()) };
        assert!(matches!(Store::open(&nowhere).await, Err(StoreError::Database(DatabaseError::Url(_)))), "{url}");
    }
}

#[tokio::test]
async fn sqlite_keeps_no_deleted_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&place(folder.path())).await.expect("opens");
    let secret = "canary-8d1f";
    let mut tx = store.begin().await.expect("begins");
    tx.put_setting("a", secret).await.expect("writes");
    tx.commit().await.expect("commits");
    let held = || {
        let files = ["vestry.db", "vestry.db-wal"].map(|f| std::fs::read(folder.path().join(f)).unwrap_or_default());
        files.concat().windows(secret.len()).any(|w| w == secret.as_bytes())
    };
    assert!(held());
    let mut tx = store.begin().await.expect("begins");
    tx.remove_setting("a").await.expect("writes");
    tx.commit().await.expect("commits");
    assert!(store.empty_log().await.expect("empties"));
    assert!(!held());
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    Store::open(&place(folder.path())).await.expect("opens").close().await;
    let mut conn = sqlite(folder.path()).await;
    let mut lite: Vec<String> = sqlx::query_scalar(
        "select m.name || '.' || c.name || ' ' || c.\"notnull\" from sqlite_master m, pragma_table_info(m.name) c \
         where m.type = 'table' and m.name not like 'sqlite%' and c.pk = 0",
    )
    .fetch_all(&mut conn)
    .await
    .expect("reads");
    assert!(lite.len() > 60, "{lite:?}");
    let Some(schema) = Schema::create().await else { return };
    let place = StorePlace { data_dir: folder.path().into(), url: Some(schema.url()) };
    Store::open(&place).await.expect("opens").close().await;
    let mut conn = sqlx::PgConnection::connect(&schema.url()).await.expect("connects");
    let rows = sqlx::query(
        "select c.table_name || '.' || c.column_name || ' ' || case c.is_nullable when 'YES' then '0' else '1' end \
         from information_schema.columns c where c.table_schema = $1 and not exists \
         (select 1 from information_schema.key_column_usage k join information_schema.table_constraints t \
          on t.constraint_name = k.constraint_name and t.table_schema = k.table_schema \
          and t.table_name = k.table_name where t.constraint_type = 'PRIMARY KEY' and k.table_schema = c.table_schema \
          and k.table_name = c.table_name and k.column_name = c.column_name)",
    )
    .bind(schema.name())
    .fetch_all(&mut conn)
    .await
    .expect("reads");
    let mut post: Vec<String> = rows.iter().map(|r| r.get(0)).collect();
    lite.sort_unstable();
    post.sort_unstable();
    assert_eq!(lite, post);
    schema.drop().await;
}

#[tokio::test]
async fn a_transaction_is_whole_or_absent() {
    on_each_engine(async |store| {
        let mut tx = store.begin().await.expect("begins");
        tx.put_setting("a", "1").await.expect("writes");
        assert_eq!(tx.setting("a").await.expect("reads").as_deref(), Some("1"), "it sees its own writes");
        assert_eq!(store.read().await.expect("reads").setting("a").await.expect("reads"), None, "nobody else does");
        drop(tx);
        assert_eq!(store.read().await.expect("reads").setting("a").await.expect("reads"), None);
        let mut tx = store.begin().await.expect("a dropped transaction is in nobody's way");
        tx.put_setting("a", "2").await.expect("writes");
        tx.commit().await.expect("commits");
        assert_eq!(store.read().await.expect("reads").setting("a").await.expect("reads").as_deref(), Some("2"));
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_is_of_one_instant() {
    on_each_engine(async |store| {
        let mut old = store.read().await.expect("reads");
        assert_eq!(old.setting("a").await.expect("reads"), None);
        let mut tx = store.begin().await.expect("begins");
        tx.put_setting("a", "1").await.expect("writes");
        tx.commit().await.expect("commits");
        assert_eq!(old.setting("a").await.expect("reads"), None);
        assert!(store.read().await.expect("reads").setting("a").await.expect("reads").is_some());
    })
    .await;
}

#[tokio::test]
async fn writers_take_turns() {
    on_each_engine(async |store| {
        let mut tx = store.begin().await.expect("begins");
        tx.put_setting("count", "0").await.expect("writes");
        tx.commit().await.expect("commits");
        let organisation = organisation(store, "shop").await;
        let writer = async |n: usize| {
            for round in 0..5 {
                let mut tx = store.begin().await.expect("begins");
                let same = crate::product(&format!("P-{round}"));
                tx.put_product(organisation, &same, at(0)).await.expect("puts");
                let own = crate::product(&format!("P-{round}-{n}"));
                tx.put_product(organisation, &own, at(0)).await.expect("puts");
                tx.commit().await.expect("commits");
            }
        };
        tokio::join!(writer(0), writer(1), writer(2), writer(3));
        let mut read = store.read().await.expect("reads");
        let count = read.count_products(organisation, &Default::default()).await.expect("counts");
        assert_eq!(count, 25);
    })
    .await;
}

#[tokio::test]
async fn a_text_with_nul_is_refused_by_both() {
    on_each_engine(async |store| {
        let mut tx = store.begin().await.expect("begins");
        assert!(matches!(tx.put_setting("a", "x\0y").await, Err(StoreError::Database(DatabaseError::Nul))));
    })
    .await;
}

#[tokio::test]
async fn a_use_case_can_move_between_threads() {
    on_each_engine(async |store| {
        let organisation = organisation(store, "shop").await;
        let store = store.clone();
        let task = tokio::spawn(async move {
            let mut tx = store.begin().await?;
            tx.put_products(organisation, &[crate::product("a")], at(0)).await?;
            tx.commit().await?;
            store.read().await?.documents_after(organisation, None, 9).await
        });
        assert_eq!(task.await.expect("joins").expect("works").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_setting_stays_as_it_was_first() {
    on_each_engine(async |store| {
        for value in ["1", "2"] {
            let mut tx = store.begin().await.expect("begins");
            assert_eq!(tx.setting_or("a", value).await.expect("reads"), "1");
            tx.commit().await.expect("commits");
        }
    })
    .await;
}

#[test]
fn a_place_keeps_its_password_to_itself() {
    let place = StorePlace { data_dir: "data".into(), url: Some("postgres://me:pass-word@host/db".into()) };
    let shown = format!("{place:?}");
    assert!(shown.contains("data") && !shown.contains("pass-word"), "{shown}");
}

#[tokio::test]
async fn clause_2_ga_1_every_column_is_declared_on_each_engine() {
    on_each_engine(async |store| {
        let policy = vestry_policy::Policy::read(vestry_policy::BUILTIN, "policy").expect("the policy is whole");
        let declared = vestry_policy::Schema::read(vestry_store::COLUMNS, "columns.toml").expect("declarations");
        let columns = store.columns().await.expect("read");
        assert!(columns.contains(&("products".into(), "own".into())), "{columns:?}");
        if let Err(faults) = declared.check(&policy, &columns) {
            panic!("{faults}");
        }
    })
    .await;
}
