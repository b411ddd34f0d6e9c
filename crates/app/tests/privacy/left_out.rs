//! What the clause of destruction asks for is noticed when it does not happen: one mechanism left out at a time.

use crate::{
    forensic::evidence,
    population::{planted, traces},
    scanner::{Canary, Finding, shown},
    world::{World, copy_without_keys, noon, reason, set_clock},
};
use tempfile::TempDir;
use vestry_app::{Privacy, PrivacyError, SweepRequest};
use vestry_vault::{CertificateState, VaultError};

/// A life with one mechanism left out: what is found of the person once everything is due, and what the last sweep said.
struct Life {
    world: World,
    privacy: Privacy,
    canaries: Vec<Canary>,
    traces: Vec<Canary>,
    old: TempDir,
}

/// A member who left, just before the day on which nothing of them may be held.
async fn left() -> Life {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let planted = planted(privacy.policy(), "leaves");
    let person = privacy.add_person(&planted.description).await.expect("added");
    set_clock(noon("2020-01-02"));
    privacy.withdraw(person).await.expect("withdrawn");
    let old = TempDir::new().expect("a folder");
    copy_without_keys(&world.data(), old.path());
    let traces = traces(&evidence(&world, &privacy, &[]), person).await;
    set_clock(noon("2030-01-01"));
    Life { world, privacy, canaries: planted.canaries, traces, old }
}

impl Life {
    async fn sweep(&self) -> Result<CertificateState, PrivacyError> {
        let request = SweepRequest { confirm_clock: Some(reason()), ..SweepRequest::default() };
        match self.privacy.sweep(&request, |_| {}).await? {
            vestry_app::SweepOutcome::CarriedOut(sweep) => Ok(sweep.certificate.state),
            vestry_app::SweepOutcome::Shown(_) => panic!("only shown"),
        }
    }

    /// What is left: values that open, with the old copy of the data at hand; and traces in the data folder.
    async fn left(&self) -> [Vec<Finding>; 2] {
        let opened = evidence(&self.world, &self.privacy, &[self.old.path()]).scan(&self.canaries).await;
        [opened, evidence(&self.world, &self.privacy, &[]).scan(&self.traces).await]
    }
}

#[tokio::test]
async fn clause_6_ga_with_nothing_left_out_nothing_is_found() {
    let life = left().await;
    assert_eq!(life.sweep().await.expect("sweeps"), CertificateState::Final);
    let [opened, traces] = life.left().await;
    assert!(opened.is_empty() && traces.is_empty(), "{}{}", shown(&opened), shown(&traces));
}

#[tokio::test]
async fn with_key_deletion_made_a_no_op_no_certificate_appears() {
    for step in ["destroy the keys", "destroy the day's keys"] {
        let life = left().await;
        let before = life.privacy.vault().certificates().expect("read").len();
        life.privacy.vault().steps().leave_out(step);
        let refused = life.sweep().await;
        assert!(
            matches!(refused, Err(PrivacyError::Vault(VaultError::StillThere { left })) if left > 0),
            "{step}: {refused:?}"
        );
        assert_eq!(life.privacy.vault().certificates().expect("read").len(), before, "{step}");
        let [opened, traces] = life.left().await;
        assert!(opened.iter().any(|finding| finding.form.starts_with("opened")), "{step}: {}", shown(&opened));
        if step == "destroy the keys" {
            assert!(traces.iter().any(|finding| finding.canary.starts_with("wrapped key")), "{}", shown(&traces));
        }
        // Nor does the next one: the ledger says what is to be gone.
        assert!(life.sweep().await.is_err(), "{step}");
        assert_eq!(life.privacy.vault().certificates().expect("read").len(), before, "{step}");
    }
}

#[tokio::test]
async fn with_the_keys_of_what_moved_not_destroyed_no_certificate_appears() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let planted = planted(privacy.policy(), "leaves");
    let person = privacy.add_person(&planted.description).await.expect("added");
    privacy.vault().steps().leave_out("destroy keys that were replaced");
    let refused = privacy.withdraw(person).await;
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::StillThere { .. }))), "{refused:?}");
    assert!(privacy.vault().certificates().expect("read").is_empty());
}

/// The certificate would be final; what gives it away is the log beside the keys, out of which the old copy opens.
#[tokio::test]
async fn with_the_write_ahead_logs_not_emptied_the_scanner_finds_the_person() {
    let life = left().await;
    life.privacy.vault().steps().leave_out("empty the write-ahead logs");
    assert_eq!(life.sweep().await.expect("sweeps"), CertificateState::Final);
    let [opened, traces] = life.left().await;
    assert!(opened.iter().any(|finding| finding.form.starts_with("opened")), "{}", shown(&opened));
    assert!(traces.iter().any(|finding| finding.canary.starts_with("wrapped key")), "{}", shown(&traces));
    assert!(traces.iter().any(|finding| finding.at.contains("-wal")), "{}", shown(&traces));
}

#[tokio::test]
async fn with_the_separated_ciphertext_left_the_scanner_finds_whose_it_was() {
    let life = left().await;
    life.privacy.vault().steps().leave_out("delete the separated ciphertext");
    assert_eq!(life.sweep().await.expect("sweeps"), CertificateState::Final);
    let [opened, traces] = life.left().await;
    assert!(opened.is_empty(), "the keys are gone: {}", shown(&opened));
    let found = |kind: &str| {
        traces.iter().any(|finding| finding.canary.starts_with(kind) && finding.at.contains("separated.db"))
    };
    assert!(found("person id") && found("record id") && found("key id"), "{}", shown(&traces));
}

#[tokio::test]
async fn with_the_live_ciphertext_left_the_scanner_finds_whose_it_was() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let planted = planted(privacy.policy(), "leaves");
    let person = privacy.add_person(&planted.description).await.expect("added");
    let keys: Vec<Canary> = traces(&evidence(&world, &privacy, &[]), person)
        .await
        .into_iter()
        .filter(|canary| canary.name.starts_with("key id"))
        .collect();
    privacy.vault().steps().leave_out("delete the live ciphertext");
    privacy.withdraw(person).await.expect("withdrawn");
    let left = evidence(&world, &privacy, &[]).scan(&keys).await;
    assert!(left.iter().any(|finding| finding.at.contains("people.db")), "{}", shown(&left));
}

/// A reader that holds the log keeps the certificate open, and says so.
#[tokio::test]
async fn with_a_reader_in_the_way_the_certificate_is_pending() {
    use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
    let life = left().await;
    let path = life.world.data().join("people.db");
    let mut reader = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.expect("opens");
    let mut view = reader.begin().await.expect("begins");
    sqlx::query("select count(*) from persons").fetch_one(&mut *view).await.expect("reads");
    assert_eq!(life.sweep().await.expect("sweeps"), CertificateState::Pending);
    view.rollback().await.expect("ends");
    assert_eq!(life.sweep().await.expect("sweeps"), CertificateState::Final);
}
