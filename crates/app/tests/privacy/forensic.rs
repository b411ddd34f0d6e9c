//! What somebody finds who takes every file and every secret.

use crate::{
    engines::{Engine, NAMES, drop_databases_of, server, urls},
    population::{login_hash, of_classes, planted, traces},
    scanner::{Canary, Evidence, Snapshot, Table, missed, operate, rows_of_database, shown},
    world::{World, copy_without_keys, noon, reason, set_clock, sweep_on, values},
};
use std::path::Path;
use tempfile::TempDir;
use vestry_app::{Privacy, PrivacyError};
use vestry_vault::{CertificateState, PersonId, VaultError};

/// Everything there is: the data folder, and the folders that are given besides, with every secret of `world`.
pub(crate) fn evidence(world: &World, privacy: &Privacy, besides: &[&Path]) -> Evidence {
    let here = Evidence::new(privacy.policy(), &world.keys()).folder(&world.data());
    besides.iter().fold(here, |evidence, folder| evidence.folder(folder))
}

/// [`evidence`], and what PostgreSQL's operator has where the databases are there: every row, and every file.
///
/// Out of reach are segments of the write-ahead log: what a transaction wrote stays in them until the server writes over
/// them, which it does in its own time, and in whatever archive they were copied to.
pub(crate) async fn evidence_and_databases(world: &World, privacy: &Privacy) -> Evidence {
    let mut all = evidence(world, privacy, &[]);
    for (name, url) in databases(world) {
        for rows in rows_of_database(name, url).await {
            all = all.feed_rows(rows);
        }
        all = all.files_of_database(name, url).await;
    }
    all
}

/// The PostgreSQL databases of `world` with their names.
fn databases(world: &World) -> impl Iterator<Item = (&'static str, &str)> {
    NAMES.into_iter().zip(urls(&world.config)).filter(|(_, url)| !url.is_empty())
}

/// Old copies of the data, as backups have them: without the keys.
pub(crate) struct Old {
    folder: TempDir,
    rows: Vec<Table>,
}

impl Old {
    pub(crate) fn none() -> Self {
        Self { folder: TempDir::new().expect("a folder"), rows: Vec::new() }
    }

    pub(crate) async fn keep(&mut self, world: &World, when: &str) {
        copy_without_keys(&world.data(), &self.folder.path().join(when));
        for (name, url) in databases(world).filter(|(name, _)| *name != "keys") {
            self.rows.extend(rows_of_database(&format!("{when}/{name}"), url).await);
        }
    }

    pub(crate) fn with(&self, evidence: Evidence) -> Evidence {
        self.rows.iter().cloned().fold(evidence.folder(self.folder.path()), Evidence::feed_rows)
    }
}

/// What PostgreSQL does by itself from time to time.
pub(crate) async fn analyse(world: &World) {
    for (_, url) in databases(world) {
        operate(url, &["analyze"]).await;
    }
}

/// What the operator of PostgreSQL does after a sweep, as the certificate asks; nothing on SQLite.
pub(crate) async fn vacuum(world: &World) {
    for (_, url) in databases(world) {
        operate(url, &["vacuum full", "checkpoint"]).await;
    }
}

#[track_caller]
pub(crate) fn assert_none(findings: &[crate::scanner::Finding], what: &str) {
    assert!(findings.is_empty(), "{what}:\n{}", shown(findings));
}

/// Sweeps on each day, after the member who stays used the service.
pub(crate) async fn sweep_through(privacy: &Privacy, stays: PersonId, days: &[&str]) {
    for day in days {
        set_clock(noon(day));
        privacy.vault().used(privacy.policy(), stays, privacy.now()).await.expect("in use");
        let sweep = sweep_on(privacy, day).await;
        assert_eq!(sweep.certificate.state, CertificateState::Final, "{day}");
    }
}

/// Sweeps often enough that a member who uses the service once between two of them is never one who stays away.
pub(crate) const YEARS: [&str; 12] = [
    "2020-11-01",
    "2021-06-02",
    "2022-01-02",
    "2022-10-02",
    "2023-07-02",
    "2024-04-02",
    "2025-01-02",
    "2025-10-02",
    "2026-07-02",
    "2027-04-02",
    "2028-01-02",
    "2028-10-02",
];

#[tokio::test]
async fn clause_6_ga_nothing_is_left_of_a_member_anywhere() {
    for engine in [Engine::Sqlite].into_iter().chain(server().map(|_| Engine::PostgresDatabases)) {
        let world = World::made_on(engine, "2020-01-01").await;
        nothing_is_left(&world).await;
        if engine == Engine::PostgresDatabases {
            drop_databases_of(&world.config).await;
        }
    }
}

async fn nothing_is_left(world: &World) {
    let privacy = world.open().await;
    let policy = privacy.policy();
    let (leaver, stayer) = (planted(policy, "leaves"), planted(policy, "stays"));
    assert_eq!(leaver.canaries.len(), policy.items().count());
    let leaves = privacy.add_person(&leaver.description).await.expect("added");
    let stays = privacy.add_person(&stayer.description).await.expect("added");
    let mut old = Old::none();
    analyse(world).await;

    // In use: the scanner, given everything, sees through the encryption; without it the rest proves nothing.
    let live = evidence_and_databases(world, &privacy).await;
    for canaries in [&leaver.canaries, &stayer.canaries] {
        let found = live.scan(canaries).await;
        assert_eq!(missed(canaries, &found), [""; 0]);
        assert!(found.iter().all(|finding| finding.form.starts_with("opened")), "{}", shown(&found));
    }
    let mut told = traces(&live, leaves).await;
    told.push(login_hash(world, &privacy, &leaver.canaries[0]));
    let found = live.scan(&told).await;
    assert_eq!(missed(&told, &found), [""; 0]);
    for kind in ["person id", "record id", "key id", "wrapped key", "look-up hash"] {
        assert!(told.iter().any(|canary| canary.name.starts_with(kind)), "no {kind} is looked for");
    }
    old.keep(world, "live").await;

    told.extend(is_kept_apart(world, &privacy, leaves, &leaver.canaries).await);
    old.keep(world, "withdrawn").await;
    sweep_through(&privacy, stays, &YEARS[..4]).await;
    told.extend(traces(&evidence_and_databases(world, &privacy).await, leaves).await);
    old.keep(world, "kept").await;
    sweep_through(&privacy, stays, &YEARS[4..]).await;
    let gone = values(&privacy, leaves, "rights").await;
    assert!(matches!(gone, Err(PrivacyError::Vault(VaultError::UnknownPerson(_)))), "{gone:?}");
    vacuum(world).await;

    // Destroyed: no value, no id, no key, no hash; in no file, in no form.
    for when in ["open", "closed"] {
        let after = evidence_and_databases(world, &privacy).await;
        assert_none(&after.scan(&[leaver.canaries.as_slice(), &told].concat()).await, when);
        // Who stayed is there, which shows that this scan could have found the other.
        let account = of_classes(policy, &stayer.canaries, &["account", "security", "guardian"]);
        assert_eq!(missed(&account, &after.scan(&account).await), [""; 0], "{when}");
        // Old copies of the data keep their bytes; with every secret that is left they do not open.
        let with_old = old.with(after);
        let wrapped = told.iter().filter(|canary| canary.name.starts_with("wrapped"));
        let not_to_be_there: Vec<Canary> = leaver.canaries.iter().chain(wrapped).cloned().collect();
        assert_none(&with_old.scan(&not_to_be_there).await, "old copies");
        if when == "open" {
            let shown = values(&privacy, stays, "membership").await.expect("in use");
            assert!(shown.iter().any(|value| value.starts_with("mobile=Canary-stays")), "{shown:?}");
            privacy.close().await;
        }
    }
}

/// Withdrawn: what a statute keeps is kept apart, and found there. Traces of it.
async fn is_kept_apart(world: &World, privacy: &Privacy, leaves: PersonId, canaries: &[Canary]) -> Vec<Canary> {
    set_clock(noon("2020-06-01"));
    privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
    privacy.withdraw(leaves).await.expect("withdrawn");
    analyse(world).await;
    vacuum(world).await;
    let apart = evidence_and_databases(world, privacy).await;
    let found = apart.scan(canaries).await;
    let gone = missed(canaries, &found);
    assert!(gone.contains(&"password") && gone.contains(&"session") && !gone.contains(&"mobile"), "{gone:?}");
    assert!(found.iter().all(|finding| finding.at.contains("separated")), "{}", shown(&found));
    // An officer looks, which is on record for its own time.
    assert!(!values(privacy, leaves, "rights").await.expect("shown").is_empty());
    traces(&apart, leaves).await
}

/// What the certificate names as out of reach is there: rows that are deleted stay in the files, at the latest until a vacuum.
#[tokio::test]
async fn without_a_vacuum_the_scanner_finds_the_person_in_the_files_of_postgresql() {
    let Some(_) = server() else { return };
    let world = World::made_on(Engine::PostgresDatabases, "2020-01-01").await;
    let privacy = world.open().await;
    let leaver = planted(privacy.policy(), "leaves");
    let leaves = privacy.add_person(&leaver.description).await.expect("added");
    let told = traces(&evidence_and_databases(&world, &privacy).await, leaves).await;
    let mut old = Old::none();
    old.keep(&world, "live").await;
    // The server may write over deleted rows by itself, at a vacuum or when a page fills, but not while a snapshot sees them.
    operate(&world.config.vault.keys_url, &["checkpoint"]).await;
    let snapshot = Snapshot::held(&world.config.vault.keys_url).await;
    let sweep = privacy.withdraw(leaves).await.expect("withdrawn");
    assert!(sweep.certificate.out_of_reach.contains("`vacuum full`"), "{}", sweep.certificate.out_of_reach);
    let kept = traces(&evidence_and_databases(&world, &privacy).await, leaves).await;
    let is_destroyed = |canary: &Canary| canary.name.starts_with("wrapped") && !kept.contains(canary);
    let destroyed: Vec<Canary> = told.into_iter().filter(is_destroyed).collect();
    let mut snapshot = Some(snapshot);
    for is_vacuumed in [false, true] {
        if is_vacuumed {
            snapshot.take().expect("held").release().await;
            vacuum(&world).await;
        }
        let after = evidence_and_databases(&world, &privacy).await;
        let found = after.scan(&destroyed).await;
        assert_eq!(
            missed(&destroyed, &found).len(),
            if is_vacuumed { destroyed.len() } else { 0 },
            "{}",
            shown(&found)
        );
        let found = old.with(after).scan(&leaver.canaries).await;
        let password = found.iter().any(|finding| finding.canary == "password");
        assert_eq!(password, !is_vacuumed, "{}", shown(&found));
    }
    privacy.close().await;
    drop_databases_of(&world.config).await;
}

/// The planner's statistics kept ids and wrapped keys, which no vacuum takes away, nor the analysis of an empty table.
#[tokio::test]
async fn the_statistics_of_postgresql_hold_no_id_no_key_and_nothing_sealed() {
    let Some(_) = server() else { return };
    let world = World::made_on(Engine::PostgresDatabases, "2020-01-01").await;
    let privacy = world.open().await;
    let leaver = planted(privacy.policy(), "leaves");
    let leaves = privacy.add_person(&leaver.description).await.expect("added");
    for withdrawn in [false, true] {
        if withdrawn {
            privacy.withdraw(leaves).await.expect("withdrawn");
        }
        let told = traces(&evidence_and_databases(&world, &privacy).await, leaves).await;
        let mut statistics = Evidence::new(privacy.policy(), &world.keys());
        for (name, url) in databases(&world) {
            operate(url, &["analyze"]).await;
            for rows in rows_of_database(name, url).await.into_iter().filter(|rows| rows.at.ends_with("pg_stats")) {
                assert!(name == "keys" || !rows.rows.is_empty(), "no statistics in {name}");
                statistics = statistics.feed_rows(rows);
            }
        }
        assert_none(&statistics.scan(&told).await, "statistics");
    }
    privacy.close().await;
    drop_databases_of(&world.config).await;
}
