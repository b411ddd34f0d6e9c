//! A Vestry obeys its policy from the start, or does not start.

use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};
use std::{fs, path::Path};
use vestry_app::{App, Config, OpenError, PolicyConfig, Surroundings};

fn surroundings() -> Surroundings {
    Surroundings { now: || Timestamp::from_second(1_760_000_000).expect("a time"), random: || [7; 16] }
}

async fn open(folder: &Path, files: Vec<std::path::PathBuf>) -> Result<App, OpenError> {
    let config = Config { policy: PolicyConfig { files }, ..Config::default() };
    App::open(folder, config, surroundings(), None).await
}

/// What the failure says, its causes included.
fn said(error: OpenError) -> String {
    anyhow::Error::from(error).chain().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn clause_2_ga_1_a_column_that_nobody_declared_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = open(folder.path(), Vec::new()).await.expect("the shipped schema is declared");
    assert_eq!(app.policy().version, "2019-08-01");
    app.close().await;
    drop(app);
    let file = format!("sqlite://{}", folder.path().join("vestry.db").display());
    let mut database = SqliteConnection::connect(&file).await.expect("opens");
    sqlx::query("alter table products add column nickname text").execute(&mut database).await.expect("added");
    database.close().await.expect("closed");
    let error = said(open(folder.path(), Vec::new()).await.expect_err("refused"));
    assert!(error.contains("column `products.nickname` is not declared"), "{error}");
}

/// The vault's three databases are held against their declarations as well.
#[tokio::test]
async fn clause_2_ga_1_a_column_about_people_that_nobody_declared_stops_the_start() {
    for (file, table) in [("people.db", "persons"), ("separated.db", "items"), ("keys.db", "keys")] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let config = Config::default();
        vestry_app::Privacy::make(&data, &config, surroundings()).await.expect("made");
        open(&data, Vec::new()).await.expect("the shipped schema is declared").close().await;
        let url = format!("sqlite://{}", data.join(file).display());
        let mut database = SqliteConnection::connect(&url).await.expect("opens");
        let sql = sqlx::AssertSqlSafe(format!("alter table {table} add column nickname text"));
        sqlx::query(sql).execute(&mut database).await.expect("added");
        database.close().await.expect("closed");
        let error = said(open(&data, Vec::new()).await.expect_err("refused"));
        let database = file.trim_end_matches(".db");
        assert!(error.contains(&format!("column `{database}.{table}.nickname` is not declared")), "{file}: {error}");
    }
}

#[tokio::test]
async fn a_broken_policy_stops_the_start_before_the_data_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    fs::write(&file, "[policy]\nid = 7\n").expect("written");
    let data = folder.path().join("data");
    let error = said(open(&data, vec![file.clone()]).await.expect_err("refused"));
    assert!(error.contains("policy.toml:2:6: "), "{error}");
    assert!(!data.exists(), "nothing is made under a policy that is none");
    let later = vestry_policy::BUILTIN.replace("effective = 2019-08-01", "effective = 2099-08-01");
    fs::write(&file, later).expect("written");
    let error = said(open(&data, vec![file]).await.expect_err("refused"));
    assert!(error.contains("no version of policy `omnious` is in force yet"), "{error}");
}
