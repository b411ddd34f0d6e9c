//! What somebody finds who takes every file and every secret.

use crate::{
    population::{login_hash, of_classes, planted, traces},
    scanner::{Canary, Evidence, missed, shown},
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

#[track_caller]
pub(crate) fn assert_none(findings: &[crate::scanner::Finding], what: &str) {
    assert!(findings.is_empty(), "{what}:\n{}", shown(findings));
}

/// Sweeps on each day, after the member who stays used the service.
async fn sweep_through(privacy: &Privacy, stays: PersonId, days: &[&str]) {
    for day in days {
        set_clock(noon(day));
        privacy.vault().used(privacy.policy(), stays, privacy.now()).await.expect("in use");
        let sweep = sweep_on(privacy, day).await;
        assert_eq!(sweep.certificate.state, CertificateState::Final, "{day}");
    }
}

/// Sweeps often enough that a member who uses the service once between two of them is never one who stays away.
const YEARS: [&str; 12] = [
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
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let policy = privacy.policy();
    let (leaver, stayer) = (planted(policy, "leaves"), planted(policy, "stays"));
    assert_eq!(leaver.canaries.len(), policy.items().count());
    let leaves = privacy.add_person(&leaver.description).await.expect("added");
    let stays = privacy.add_person(&stayer.description).await.expect("added");
    let old = TempDir::new().expect("a folder");

    // In use: the scanner, given everything, sees through the encryption; without it the rest proves nothing.
    let live = evidence(&world, &privacy, &[]);
    for canaries in [&leaver.canaries, &stayer.canaries] {
        let found = live.scan(canaries).await;
        assert_eq!(missed(canaries, &found), [""; 0]);
        assert!(found.iter().all(|finding| finding.form.starts_with("opened")), "{}", shown(&found));
    }
    let mut told = traces(&live, leaves).await;
    told.push(login_hash(&world, &privacy, &leaver.canaries[0]));
    let found = live.scan(&told).await;
    assert_eq!(missed(&told, &found), [""; 0]);
    for kind in ["person id", "record id", "key id", "wrapped key", "look-up hash"] {
        assert!(told.iter().any(|canary| canary.name.starts_with(kind)), "no {kind} is looked for");
    }
    copy_without_keys(&world.data(), &old.path().join("live"));

    // Withdrawn: what a statute keeps is kept apart, and found there.
    set_clock(noon("2020-06-01"));
    privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
    privacy.withdraw(leaves).await.expect("withdrawn");
    let apart = evidence(&world, &privacy, &[]);
    let found = apart.scan(&leaver.canaries).await;
    let gone = missed(&leaver.canaries, &found);
    assert!(gone.contains(&"password") && gone.contains(&"session") && !gone.contains(&"mobile"), "{gone:?}");
    assert!(found.iter().all(|finding| finding.at.contains("separated.db")), "{}", shown(&found));
    told.extend(traces(&apart, leaves).await);
    copy_without_keys(&world.data(), &old.path().join("withdrawn"));
    // An officer looks, which is on record for its own time.
    assert!(!values(&privacy, leaves, "rights").await.expect("shown").is_empty());

    sweep_through(&privacy, stays, &YEARS[..4]).await;
    let apart = evidence(&world, &privacy, &[]);
    told.extend(traces(&apart, leaves).await);
    copy_without_keys(&world.data(), &old.path().join("kept"));
    sweep_through(&privacy, stays, &YEARS[4..]).await;
    let gone = values(&privacy, leaves, "rights").await;
    assert!(matches!(gone, Err(PrivacyError::Vault(VaultError::UnknownPerson(_)))), "{gone:?}");

    // Destroyed: no value, no id, no key, no hash; in no file, in no form.
    for when in ["open", "closed"] {
        let after = evidence(&world, &privacy, &[]);
        assert_none(&after.scan(&leaver.canaries).await, when);
        assert_none(&after.scan(&told).await, when);
        // Old copies of the data keep their bytes; with every secret that is left they do not open.
        let with_old = evidence(&world, &privacy, &[old.path()]);
        assert_none(&with_old.scan(&leaver.canaries).await, "old copies");
        let wrapped: Vec<Canary> = told.iter().filter(|c| c.name.starts_with("wrapped")).cloned().collect();
        assert_none(&with_old.scan(&wrapped).await, "old copies");
        // Who stayed is there, which shows that this scan could have found the other.
        let account = of_classes(policy, &stayer.canaries, &["account", "security", "guardian"]);
        assert_eq!(missed(&account, &after.scan(&account).await), [""; 0], "{when}");
        if when == "open" {
            let shown = values(&privacy, stays, "membership").await.expect("in use");
            assert!(shown.iter().any(|value| value.starts_with("mobile=Canary-stays")), "{shown:?}");
            privacy.close().await;
        }
    }
}
