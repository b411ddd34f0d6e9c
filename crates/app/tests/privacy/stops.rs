//! Work that stops half way, and what the next does about it.

use crate::world::{World, member, sweep_on};
use vestry_app::{Privacy, PrivacyError, SweepRequest, VaultError};

/// Sweeps, stopped before the step called `at`.
async fn stop_at(privacy: &Privacy, at: &str) {
    for steps in 0.. {
        privacy.vault().steps().stop_after(steps);
        let stopped = privacy.sweep(&SweepRequest::default(), |_| {}).await;
        privacy.vault().steps().stop_after(u32::MAX);
        match stopped {
            Err(PrivacyError::Vault(VaultError::Stopped { name, .. })) if name == at => return,
            Err(PrivacyError::Vault(VaultError::Stopped { .. })) => {}
            other => panic!("no step `{at}`: {other:?}"),
        }
    }
}

#[tokio::test]
async fn clause_6_na_what_a_stopped_sweep_destroyed_is_in_the_next_certificate() {
    let whole = {
        let world = World::made("2020-01-01").await;
        let privacy = world.open().await;
        let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
        privacy.vault().withdraw(privacy.policy(), person, privacy.now()).await.expect("withdrawn");
        sweep_on(&privacy, "2020-01-01").await.certificate
    };
    assert!(whole.destroyed.iter().any(|counted| counted.class == "account"), "{whole:?}");
    for at in ["write the generations of the keys", "append the certificate"] {
        let world = World::made("2020-01-01").await;
        let privacy = world.open().await;
        let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
        privacy.vault().withdraw(privacy.policy(), person, privacy.now()).await.expect("withdrawn");
        stop_at(&privacy, at).await;
        let next = sweep_on(&privacy, "2020-01-01").await.certificate;
        assert_eq!((&next.destroyed, &next.separated), (&whole.destroyed, &whole.separated), "stopped at `{at}`");
        let after = sweep_on(&privacy, "2020-01-01").await.certificate;
        assert!(after.destroyed.is_empty(), "certified twice: {after:?}");
    }
}
