//! The last of those who let others in, when two of them go at the same moment.

use crate::{
    house::{House, in_two_processes, on_each_engine},
    office::enrolled,
};
use vestry_app::{AccountError, PersonId, PrivacyError, Role, VaultError};
use vestry_model::OrganisationId;

fn is_last(answer: &Result<(), AccountError>) -> bool {
    matches!(answer, Err(AccountError::Privacy(PrivacyError::Vault(VaultError::LastOfRole { .. }))))
}

/// One of both went, and the other was told that they are the last.
#[track_caller]
fn check(answers: [Result<(), AccountError>; 2]) {
    let went = answers.iter().filter(|answer| answer.is_ok()).count();
    let last = answers.iter().filter(|answer| is_last(answer)).count();
    assert_eq!((went, last), (1, 1), "{answers:?}");
}

async fn second_owner(house: &House, organisation: OrganisationId) -> PersonId {
    let invitation = house.invited(organisation, "lee@shop.example", Role::Owner).await;
    let link = house.signed_up_by(&invitation, "lee@shop.example").await;
    house.privacy.confirm(&link).await.expect("confirmed").person
}

#[tokio::test]
async fn bug_two_operators_who_dismissed_each_other_at_once_left_nobody() {
    on_each_engine(async |house| {
        let house = &house;
        let (kim, ..) = enrolled(house, "kim@operator.example", Role::Operator).await;
        let (lee, ..) = enrolled(house, "lee@operator.example", Role::Operator).await;
        let (one, other) = tokio::join!(house.privacy.dismiss_staff(kim), house.privacy.dismiss_staff(lee));
        check([one, other]);
    })
    .await;
}

#[tokio::test]
async fn bug_two_owners_who_sent_each_other_away_at_once_left_nobody() {
    on_each_engine(async |house| {
        let house = &house;
        let (kim, visitor) = house.member("kim@shop.example").await;
        let organisation = visitor.organisation.expect("an organisation");
        let lee = second_owner(house, organisation).await;
        let (one, other) = tokio::join!(
            house.privacy.give_role(organisation, kim, None),
            house.privacy.give_role(organisation, lee, Some(Role::Viewer)),
        );
        check([one, other]);
    })
    .await;
}

#[tokio::test]
async fn bug_the_last_two_who_went_at_once_in_two_processes_left_nobody() {
    in_two_processes(async |here, there| {
        let (kim, ..) = enrolled(&here, "kim@operator.example", Role::Operator).await;
        let (lee, ..) = enrolled(&here, "lee@operator.example", Role::Operator).await;
        let (one, other) = tokio::join!(here.privacy.dismiss_staff(kim), there.privacy.dismiss_staff(lee));
        check([one, other]);

        let (choi, visitor) = here.member("choi@shop.example").await;
        let organisation = visitor.organisation.expect("an organisation");
        let park = second_owner(&here, organisation).await;
        let (one, other) = tokio::join!(
            here.privacy.give_role(organisation, choi, Some(Role::Editor)),
            there.privacy.give_role(organisation, park, None),
        );
        check([one, other]);
    })
    .await;
}
