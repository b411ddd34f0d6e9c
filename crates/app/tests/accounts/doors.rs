//! What the time of an answer at a door tells: nothing.

use crate::{
    clock::FedClock,
    house::{House, PASSWORD, device, log_in, on_each_engine, pass, personal},
    office::{self, enrolled},
    own::{with_code, with_second},
};
use jiff::SignedDuration;
use std::{future::Future, time::Duration};
use tokio::time::Instant;
use vestry_app::{AccountError, Language, Role};

const TICK: Duration = Duration::from_millis(5);

/// That the answer is "wrong", and comes a whole number of quarters of a second after the question.
async fn check<T: std::fmt::Debug>(
    clock: &FedClock,
    house: &House,
    whose: &str,
    trying: impl Future<Output = Result<T, AccountError>>,
) {
    let came = Instant::now();
    let answer = clock.feed(&house.privacy, TICK, trying).await;
    assert!(matches!(answer, Err(AccountError::Wrong)), "{whose}: {answer:?}");
    let taken = came.elapsed().as_millis();
    assert!(taken > 0 && taken.is_multiple_of(250), "{whose}: answered after {taken} ms");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_login_is_answered_on_a_whole_quarter_of_a_second_at_either_door() {
    let clock = FedClock::hold();
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        with_second(&house, "choi@shop.example").await;
        enrolled(&house, "lee@operator.example", Role::Officer).await;
        let here = device("Firefox, Linux");
        for (mail, password) in [("kim@shop.example", "wrong wrong wrong"), ("nobody@shop.example", PASSWORD)] {
            check(&clock, &house, mail, house.privacy.log_in(&log_in(mail, password))).await;
        }
        let guessed = with_code("choi@shop.example", "000000");
        check(&clock, &house, "a wrong code", house.privacy.log_in(&guessed)).await;
        for (mail, password) in [
            ("lee@operator.example", "wrong wrong wrong"),
            ("lee@operator.example", office::PASSWORD),
            ("nobody@operator.example", office::PASSWORD),
        ] {
            let (mail, password) = (personal(mail), personal(password));
            let trying = house.privacy.staff_log_in(&mail, &password, Some("000000"), &here);
            check(&clock, &house, "staff", trying).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_is_not_written_to_at_will() {
    on_each_engine(async |house| {
        let owner = personal("kim@shop.example");
        // Ten that are free, and the one that makes the next wait.
        for asked in 0..11 {
            house.privacy.ask_reset(&owner, Language::Korean).await.unwrap_or_else(|error| panic!("{asked}: {error}"));
        }
        let refused = house.privacy.ask_reset(&personal("Kim@Shop.Example"), Language::Korean).await;
        assert!(matches!(refused, Err(AccountError::Wait(_))), "{refused:?}");
        house.privacy.ask_reset(&personal("lee@shop.example"), Language::Korean).await.expect("another address");
        pass(SignedDuration::from_mins(1));
        house.privacy.ask_reset(&owner, Language::Korean).await.expect("after a wait");
    })
    .await;
}
