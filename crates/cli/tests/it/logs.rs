//! What keeps PostgreSQL's write-ahead logs, and so what was destroyed, has a limit or is refused.

use crate::program::{stderr, vestry};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const NAMES: [&str; 4] = ["catalogue", "people", "separated", "keys"];

/// The URLs of four fresh schemas.
async fn urls(server: &str) -> [String; 4] {
    let mut conn = PgConnection::connect(server).await.expect("the server answers");
    let names = NAMES.map(|name| format!("{name}_doctor_{}", std::process::id()));
    for name in &names {
        let sql = format!("drop schema if exists {name} cascade; create schema {name}");
        conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("a schema");
    }
    conn.close().await.expect("closes");
    let mark = if server.contains('?') { '&' } else { '?' };
    names.map(|name| format!("{server}{mark}options[search_path]={name}"))
}

fn settings(urls: &[String; 4], more: &str) -> String {
    let [catalogue, people, separated, keys] = urls;
    format!(
        "[store]\nurl = \"{catalogue}\"\n[vault]\npeople_url = \"{people}\"\nseparated_url = \"{separated}\"\n\
         keys_url = \"{keys}\"\n{more}"
    )
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command: Command = vestry(args);
    command.arg("--data").arg(folder.join("data")).arg("--config").arg(folder.join("vestry.toml"));
    command.output().expect("the binary runs")
}

#[tokio::test]
async fn clause_6_ga_logs_that_keep_what_was_destroyed_need_a_limit() {
    let Ok(server) = std::env::var("VESTRY_TEST_POSTGRES") else {
        let words = "PostgreSQL was NOT tested: set `VESTRY_TEST_POSTGRES` to the URL of a server";
        writeln!(std::io::stderr(), "{words}").expect("standard error can be written");
        return;
    };
    let (folder, urls) = (tempfile::tempdir().expect("a folder"), urls(&server).await);
    let configure = |more| fs::write(folder.path().join("vestry.toml"), settings(&urls, more)).expect("written");
    configure("");
    let mut init: Command = vestry(&["admin", "init", "--data"]);
    init.arg(folder.path().join("data")).arg("--config").arg(folder.path().join("vestry.toml"));
    let mut init = init.stdin(Stdio::piped()).spawn().expect("the binary runs");
    let lines = "park@operator.example\n박운영\nHanbit\nkim@shop.example\n";
    init.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("it reads");
    let made = init.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&made.stdout).into_owned() + &stderr(&made);
    // Nobody was asked where the databases are PostgreSQL's.
    assert!(made.status.success() && said.contains("/office/enrol/") && said.contains("/join?invitation="), "{said}");
    let doctor = || {
        let output = run(folder.path(), &["doctor"]);
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output))
    };
    let (is_well, said) = doctor();
    assert!(is_well && !said.contains("kept logs"), "{said}");
    // A slot that is there as long as this connection.
    let mut conn = PgConnection::connect(&server).await.expect("the server answers");
    let slot = format!("doctor_{}", std::process::id());
    let sql = "select 1 from pg_create_physical_replication_slot($1, false, true)";
    sqlx::query(sql).bind(&slot).execute(&mut conn).await.expect("a slot");
    let (is_well, said) = doctor();
    let line = format!("physical replication slot `{slot}` (catalogue, people, separated, keys): no limit is stated");
    assert!(!is_well && said.contains(&line) && said.contains("`vault.archive_days`"), "{said}");
    configure("archive_days = 14\n");
    let (is_well, said) = doctor();
    assert!(is_well && said.contains("at most 14 days, as stated"), "{said}");
    let swept = run(folder.path(), &["privacy", "sweep"]);
    assert!(swept.status.success(), "{}", stderr(&swept));
    let certificate = run(folder.path(), &["privacy", "certificate"]);
    let certificate = String::from_utf8_lossy(&certificate.stdout).into_owned();
    assert!(certificate.contains("14 days as the settings state"), "{certificate}");
    conn.close().await.expect("closes");
}
