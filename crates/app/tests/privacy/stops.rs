//! Work that stops half way, and what the next does about it.

use crate::world::{World, member, sweep_on};
use vestry_app::{Privacy, PrivacyError, SweepRequest, VaultError};

/// A member who left and was not swept yet.
async fn left(world: &World) -> Privacy {
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.vault().withdraw(privacy.policy(), person, privacy.now()).await.expect("withdrawn");
    privacy
}

#[tokio::test]
async fn clause_6_na_what_a_stopped_sweep_destroyed_is_in_the_next_certificate() {
    let world = World::made("2020-01-01").await;
    let whole = sweep_on(&left(&world).await, "2020-01-01").await.certificate;
    assert!(whole.destroyed.iter().any(|counted| counted.class == "account"), "{whole:?}");
    for steps in 0.. {
        let world = World::made("2020-01-01").await;
        let privacy = left(&world).await;
        privacy.vault().steps().stop_after(steps);
        let stopped = privacy.sweep(&SweepRequest::default(), |_| {}).await;
        privacy.vault().steps().stop_after(u32::MAX);
        let name = match stopped {
            Err(PrivacyError::Vault(VaultError::Stopped { name, .. })) => name,
            Ok(_) => break,
            Err(error) => panic!("{error:?}"),
        };
        sweep_on(&privacy, "2020-01-01").await;
        sweep_on(&privacy, "2020-01-01").await;
        let certificates = privacy.vault().certificates().expect("certificates");
        let with: Vec<_> = certificates.iter().filter(|(_, one)| !one.destroyed.is_empty()).collect();
        let counts: Vec<_> = with.iter().map(|(_, one)| (&one.destroyed, &one.separated)).collect();
        assert_eq!(counts, [(&whole.destroyed, &whole.separated)], "stopped before `{name}`");
    }
}
