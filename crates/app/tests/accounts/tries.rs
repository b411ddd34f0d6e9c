//! Tries in vain, many at once: no more secrets are looked at than if they came one after the other.

use crate::{
    house::{PASSWORD, device, log_in, on_each_engine, pass, personal},
    office::{self, code, enrolled},
    own::{with_code, with_second},
};
use futures_util::future::join_all;
use jiff::SignedDuration;
use vestry_app::{AccountError, Entered, LogIn, Role, StaffEntered};

const MANY: usize = 40;
/// Five are free, and the one after them is what makes the next wait.
const LOOKED_AT: usize = 6;

/// Of answers to wrong tries, how many secrets were looked at; all others were told to wait.
#[track_caller]
fn looked_at<T: std::fmt::Debug>(answers: &[Result<T, AccountError>]) -> usize {
    let told_to_wait = |answer: &&Result<T, AccountError>| match answer {
        Err(AccountError::Wrong) => false,
        Err(AccountError::Wait(_)) => true,
        other => panic!("neither wrong nor to wait: {other:?}"),
    };
    answers.len() - answers.iter().filter(told_to_wait).count()
}

#[tokio::test]
async fn bug_wrong_tries_at_once_all_passed_the_lockout() {
    on_each_engine(async |house| {
        let (person, ..) = with_second(&house, "kim@shop.example").await;
        enrolled(&house, "lee@operator.example", Role::Officer).await;
        let privacy = &house.privacy;

        let wrong = log_in("kim@shop.example", "wrong wrong wrong");
        let passwords = join_all((0..MANY).map(|_| privacy.log_in(&wrong))).await;
        assert_eq!(looked_at(&passwords), LOOKED_AT, "passwords of a member");
        pass(SignedDuration::from_hours(25));
        let guessed = with_code("kim@shop.example", "000000");
        let codes = join_all((0..MANY).map(|_| privacy.log_in(&guessed))).await;
        assert_eq!(looked_at(&codes), LOOKED_AT, "one-time passwords of a member");

        let (old, new) = (personal("wrong wrong wrong"), personal("new chalk on old cloth"));
        let own = join_all((0..MANY).map(|_| privacy.change_password(person, &old, &new, &[0; 32]))).await;
        assert_eq!(looked_at(&own), LOOKED_AT, "passwords of who is in");
        let right = personal(PASSWORD);
        pass(SignedDuration::from_hours(25));
        let guess = personal("0000-0000");
        let own = join_all((0..MANY).map(|_| privacy.renew_recovery(person, &right, &guess))).await;
        assert_eq!(looked_at(&own), LOOKED_AT, "recovery codes of who is in");

        let (mail, here) = (personal("lee@operator.example"), device("Firefox, Linux"));
        let staff = join_all((0..MANY).map(|_| privacy.staff_log_in(&mail, &old, Some("000000"), &here))).await;
        assert_eq!(looked_at(&staff), LOOKED_AT, "passwords of staff");
        pass(SignedDuration::from_hours(25));
        let password = personal(office::PASSWORD);
        let staff = join_all((0..MANY).map(|_| privacy.staff_log_in(&mail, &password, Some("000000"), &here))).await;
        assert_eq!(looked_at(&staff), LOOKED_AT, "one-time passwords of staff");
    })
    .await;
}

#[tokio::test]
async fn a_network_that_tries_many_accounts_at_once_waits_too() {
    on_each_engine(async |house| {
        let forms: Vec<LogIn> = (0..130).map(|n| log_in(&format!("nobody{n}@shop.example"), "wrong")).collect();
        let answers = join_all(forms.iter().map(|form| house.privacy.log_in(form))).await;
        assert_eq!(looked_at(&answers), 101);
    })
    .await;
}

#[tokio::test]
async fn who_has_it_right_is_in_whatever_else_is_tried_and_makes_nobody_wait() {
    on_each_engine(async |house| {
        let (_, _, secret, _) = with_second(&house, "kim@shop.example").await;
        house.member("lee@shop.example").await;
        let privacy = &house.privacy;
        let (right, wrong) = (log_in("lee@shop.example", PASSWORD), log_in("kim@shop.example", "wrong wrong wrong"));
        let tries = join_all((0..MANY).map(|_| privacy.log_in(&wrong)));
        let (entered, answers) = tokio::join!(privacy.log_in(&right), tries);
        assert!(matches!(entered, Ok(Entered::In(_))), "another member of the same network: {entered:?}");
        assert_eq!(looked_at(&answers), LOOKED_AT);

        // After the wait the password, and then the code: being asked for it is no try in vain.
        pass(SignedDuration::from_secs(61));
        let asked = privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(asked, Ok(Entered::CodeNeeded)), "{asked:?}");
        let shown = code(&house, &secret);
        let entered = privacy.log_in(&with_code("kim@shop.example", &shown)).await;
        assert!(matches!(entered, Ok(Entered::In(_))), "{entered:?}");
        // It is forgotten: as many tries are free as before.
        let again = join_all((0..MANY).map(|_| privacy.log_in(&wrong))).await;
        assert_eq!(looked_at(&again), LOOKED_AT);

        // Those who are let in leave nothing counted of their network.
        for _ in 0..110 {
            let entered = privacy.log_in(&right).await;
            assert!(matches!(entered, Ok(Entered::In(_))), "{entered:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn staff_who_are_asked_for_their_code_have_tried_nothing_in_vain() {
    on_each_engine(async |house| {
        let (_, secret, _) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        let (mail, password) = (personal("lee@operator.example"), personal(office::PASSWORD));
        let here = device("Firefox, Linux");
        for _ in 0..10 {
            let asked = house.privacy.staff_log_in(&mail, &password, None, &here).await;
            assert!(matches!(asked, Ok(StaffEntered::CodeNeeded)), "{asked:?}");
        }
        pass(SignedDuration::from_secs(60));
        let shown = code(&house, &secret);
        let entered = house.privacy.staff_log_in(&mail, &password, Some(&shown), &here).await;
        assert!(matches!(entered, Ok(StaffEntered::In(_))), "{entered:?}");
    })
    .await;
}
