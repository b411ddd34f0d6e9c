//! Where staff are signed in, and the letter when it is from somewhere new.

use crate::{
    house::{House, device, on_each_engine, pass, personal},
    office::{PASSWORD, code, enrolled},
};
use jiff::SignedDuration;
use vestry_app::{Config, Role, StaffEntered};

async fn enter(house: &House, secret: &str, browser: &str) {
    // The code before is spent.
    pass(SignedDuration::from_secs(60));
    let (mail, password) = (personal("lee@operator.example"), personal(PASSWORD));
    let shown = code(house, secret);
    let entered = house.privacy.staff_log_in(&mail, &password, Some(&shown), &device(browser)).await.expect("let in");
    assert!(matches!(entered, StaffEntered::In(_)), "{entered:?}");
}

#[tokio::test]
async fn clause_7_na_staff_are_told_by_mail_of_a_device_that_was_not_seen_before() {
    on_each_engine(async |house| {
        let house = &house;
        let (_, secret, _) = enrolled(house, "lee@operator.example", Role::Officer).await;
        house.post().await;
        for (browser, told) in
            [("Firefox, Linux", 0), ("Firefox, Linux", 0), ("Safari, iPhone", 1), ("Safari, iPhone", 0)]
        {
            enter(house, &secret, browser).await;
            let letters = house.post().await;
            assert_eq!(letters.len(), told, "{browser}: {letters:?}");
            for letter in letters {
                assert!(letter.to == "lee@operator.example" && letter.text.contains(browser), "{letter:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn staff_see_their_sessions_as_long_as_they_last_and_end_one() {
    let house = House::with(Config::default()).await;
    let (person, secret, _) = enrolled(&house, "lee@operator.example", Role::Officer).await;
    enter(&house, &secret, "Firefox, Linux").await;
    let sessions = house.privacy.own_sessions(person).await.expect("asked");
    assert_eq!(sessions.len(), 2, "the one of enrolling and this one");
    let name = vestry_model::hex(&sessions[0].token[..8]);
    house.privacy.end_own_session(person, &name).await.expect("ended");
    assert_eq!(house.privacy.own_sessions(person).await.expect("asked"), sessions[1..]);
    // A quarter of an hour without a request ends a session of staff; a member's would last.
    pass(SignedDuration::from_mins(16));
    assert_eq!(house.privacy.own_sessions(person).await.expect("asked"), []);
}
