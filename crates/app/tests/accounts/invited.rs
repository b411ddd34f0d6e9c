//! Invitations: each lets in one, and who comes by one that is over is told so.

use crate::house::{House, PASSWORD, in_two_processes, log_in, on_each_engine, personal, sign_up};
use vestry_app::{AccountError, Joined, Leaving, Role};
use vestry_model::OrganisationId;

/// One came in, the other was told that the invitation is over.
#[track_caller]
fn check(answers: &[Result<Joined, AccountError>; 2], organisation: OrganisationId) {
    let joined: Vec<_> = answers.iter().flatten().collect();
    assert!(matches!(joined[..], [joined] if joined.organisation == organisation), "{answers:?}");
    assert!(answers.iter().any(|answer| matches!(answer, Err(AccountError::Invitation))), "{answers:?}");
}

async fn organisations(house: &House) -> usize {
    let store = house.privacy.store();
    store.read().await.expect("reads").organisations().await.expect("listed").len()
}

/// Two who have one invitation confirm at once, in these houses.
async fn confirmed_at_once(here: &House, there: &House) {
    let organisation = here.member("kim@shop.example").await.1.organisation.expect("an organisation");
    let invitation = here.invited(organisation, "lee@shop.example", Role::Editor).await;
    let lee = here.signed_up_by(&invitation, "lee@shop.example").await;
    let park = here.signed_up_by(&invitation, "park@shop.example").await;
    let (one, other) = tokio::join!(here.privacy.confirm(&lee), there.privacy.confirm(&park));
    check(&[one, other], organisation);
}

#[tokio::test]
async fn bug_one_invitation_let_in_two_who_confirmed_at_once() {
    on_each_engine(async |house| confirmed_at_once(&house, &house).await).await;
    in_two_processes(async |here, there| confirmed_at_once(&here, &there).await).await;
}

#[tokio::test]
async fn bug_who_confirmed_after_their_invitation_was_over_became_the_owner_of_another_shop() {
    on_each_engine(async |house| {
        let house = &house;
        let organisation = house.member("kim@shop.example").await.1.organisation.expect("an organisation");
        let invitation = house.invited(organisation, "lee@shop.example", Role::Editor).await;
        let lee = house.signed_up_by(&invitation, "lee@shop.example").await;
        let park = house.signed_up_by(&invitation, "park@shop.example").await;
        house.privacy.confirm(&lee).await.expect("confirmed");
        let refused = house.privacy.confirm(&park).await;
        assert!(matches!(refused, Err(AccountError::Invitation)), "{refused:?}");
        assert_eq!(organisations(house).await, 1);
        assert!(house.privacy.vault().find(&personal("park@shop.example")).await.expect("asked").is_none());
        // The sign-up is over with it, and the address is free for another.
        assert!(matches!(house.privacy.confirm(&park).await, Err(AccountError::Link)));
        let again = house.invited(organisation, "park@shop.example", Role::Editor).await;
        let park = house.signed_up_by(&again, "park@shop.example").await;
        assert_eq!(house.privacy.confirm(&park).await.expect("confirmed").organisation, organisation);
    })
    .await;
}

#[tokio::test]
async fn bug_an_address_that_was_known_by_then_left_a_shop_without_anybody() {
    on_each_engine(async |house| {
        let house = &house;
        let mut links = Vec::new();
        for _ in 0..2 {
            house.privacy.sign_up(sign_up("kim@shop.example")).await.expect("signed up");
            links.push(house.post().await.pop().expect("a letter").token("/join/confirm/"));
        }
        let (one, other) = tokio::join!(house.privacy.confirm(&links[0]), house.privacy.confirm(&links[1]));
        let answers = [one, other];
        assert_eq!(answers.iter().flatten().count(), 1, "{answers:?}");
        assert!(answers.iter().any(|answer| matches!(answer, Err(AccountError::Link))), "{answers:?}");
        assert_eq!(organisations(house).await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_was_sent_away_comes_back_by_an_invitation_that_is_good_once() {
    on_each_engine(async |house| {
        let house = &house;
        let organisation = house.member("kim@shop.example").await.1.organisation.expect("an organisation");
        let mut people = Vec::new();
        for mail in ["lee@shop.example", "park@shop.example"] {
            let invitation = house.invited(organisation, mail, Role::Editor).await;
            let link = house.signed_up_by(&invitation, mail).await;
            people.push(house.privacy.confirm(&link).await.expect("confirmed").person);
            house.privacy.give_role(organisation, people[people.len() - 1], None).await.expect("sent away");
        }
        let invitation = house.invited(organisation, "lee@shop.example", Role::Editor).await;
        let (one, other) =
            tokio::join!(house.privacy.take_up(people[0], &invitation), house.privacy.take_up(people[1], &invitation));
        let answers = [one, other];
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        assert!(answers.iter().any(|answer| matches!(answer, Err(AccountError::Link))), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_leaves_is_told_who_stays_without_one() {
    on_each_engine(async |house| {
        let house = &house;
        let (kim, visitor) = house.member("kim@shop.example").await;
        let organisation = visitor.organisation.expect("an organisation");
        let left = async || house.privacy.left_without_owner(kim).await.expect("counted");
        assert_eq!(left().await, 0, "nobody else is there");
        let invitation = house.invited(organisation, "lee@shop.example", Role::Editor).await;
        let link = house.signed_up_by(&invitation, "lee@shop.example").await;
        let lee = house.privacy.confirm(&link).await.expect("confirmed").person;
        assert_eq!(left().await, 1);
        house.privacy.give_role(organisation, lee, Some(Role::Owner)).await.expect("given");
        assert_eq!(left().await, 0);
        house.privacy.give_role(organisation, lee, Some(Role::Editor)).await.expect("given");
        house.privacy.leave(kim, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
        // From the prompt somebody is one again.
        house.privacy.give_role(organisation, lee, Some(Role::Owner)).await.expect("given");
        house.privacy.log_in(&log_in("lee@shop.example", PASSWORD)).await.expect("in");
    })
    .await;
}
