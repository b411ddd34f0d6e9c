//! Leaving while something else sweeps, or just before the program stops: what is due goes as soon as it can.

use crate::house::{House, on_each_engine, pass, personal};
use jiff::SignedDuration;
use vestry_app::{AccountError, Config, Leaving, PersonId, PrivacyError, SweepOutcome, VaultError};
use vestry_policy::Action;
use vestry_vault::PlanFacts;

/// Whether anything of theirs is due and still there.
async fn is_due(house: &House, person: PersonId) -> bool {
    let today = house.privacy.policy().local(house.privacy.now()).date();
    let is_due = |action| matches!(action, Action::Destroy { .. } | Action::Separate { .. });
    match house.privacy.outlook(person, today).await {
        Ok(verdicts) => verdicts.iter().any(|verdict| is_due(verdict.action)),
        Err(PrivacyError::Vault(VaultError::UnknownPerson(_))) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn who_leaves_while_another_sweep_runs_is_swept_when_it_has_ended() {
    on_each_engine(async |house| {
        let house = &house;
        let (person, visitor) = house.member("kim@shop.example").await;
        let vault = house.privacy.vault();
        let other = vault.begin_sweep(house.privacy.policy(), house.privacy.now()).await.expect("a turn");
        let password = personal(crate::house::PASSWORD);
        let swept = house.privacy.leave(person, &password, Leaving::Erased).await.expect("left");
        assert!(swept.is_none(), "no certificate yet");
        // All the same they are out.
        assert!(vault.session(&visitor.session, house.privacy.now()).await.expect("asked").is_none());
        assert!(vault.find(&personal("kim@shop.example")).await.expect("asked").is_none());
        assert!(is_due(house, person).await);
        let waits = house.privacy.sweep_owed().await;
        assert!(matches!(waits, Err(PrivacyError::Vault(VaultError::Busy))), "{waits:?}");
        drop(other);
        assert_eq!(house.privacy.sweep_owed().await.expect("swept"), 1);
        assert!(!is_due(house, person).await);
        assert_eq!(house.privacy.sweep_owed().await.expect("nothing is left to do"), 0);
    })
    .await;
}

#[tokio::test]
async fn the_certificate_of_who_left_during_a_sweep_is_that_of_the_next_of_everybody_for_a_month() {
    on_each_engine(async |house| {
        let house = &house;
        let vault = house.privacy.vault();
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        let (policy, now) = (house.privacy.policy(), house.privacy.now());
        let other = vault.begin_sweep(policy, now).await.expect("a turn");
        let password = personal(crate::house::PASSWORD);
        house.privacy.leave(kim, &password, Leaving::Withdrawn).await.expect("left");
        let link = house.privacy.certificate_link();
        let shown = || house.privacy.certificate_behind(&link.token).map(|found| found.map(|(entry, _)| entry));
        // The sweep that ran may have passed them; another's tells of another.
        let totals = Default::default();
        let everybody_since = Some(other.began());
        let plan = PlanFacts { day: policy.local(now).date(), hash: [0; 32], totals, everybody_since };
        vault.certify(&other, policy, &plan, now).await.expect("certified");
        drop(other);
        house.privacy.leave(lee, &password, Leaving::Withdrawn).await.expect("left").expect("swept");
        house.privacy.sweep_owed().await.expect("swept");
        assert_eq!(shown().expect("good"), None);
        let SweepOutcome::CarriedOut(sweep) = house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept")
        else {
            panic!("only shown")
        };
        assert_eq!(shown().expect("good"), Some(sweep.entry));
        house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept again");
        assert_eq!(shown().expect("good"), Some(sweep.entry), "the first");
        let over = policy.first_moment(link.last_day.tomorrow().expect("a day"));
        pass(over.duration_since(now) - SignedDuration::from_secs(1));
        assert_eq!(shown().expect("good"), Some(sweep.entry), "until {}", link.last_day);
        pass(SignedDuration::from_secs(1));
        assert!(matches!(shown(), Err(AccountError::Link)));
    })
    .await;
}

#[tokio::test]
async fn what_a_stop_left_of_who_went_is_swept_after_the_start() {
    let house = House::with(Config::default()).await;
    let (gone, _) = house.member("kim@shop.example").await;
    let (stays, _) = house.member("lee@shop.example").await;
    let (policy, now) = (house.privacy.policy(), house.privacy.now());
    house.privacy.vault().erase(policy, gone, now).await.expect("noted");
    let house = house.reopened().await;
    assert!(is_due(&house, gone).await, "the stop came before the sweep");
    house.privacy.owe_after_a_stop().await.expect("looked");
    assert_eq!(house.privacy.sweep_owed().await.expect("swept"), 1);
    assert!(!is_due(&house, gone).await);
    assert_eq!(house.privacy.own_records(stays).await.map(|records| records.is_empty()).ok(), Some(false));
    house.privacy.owe_after_a_stop().await.expect("looked again");
    assert_eq!(house.privacy.sweep_owed().await.expect("nothing is owed"), 0);
}
