//! Shut out for misuse, and back when it is over.

use crate::{
    house::{House, PASSWORD, log_in, on_each_engine, personal, set, sign_up},
    office::enrolled,
};
use vestry_app::{AccountError, Entered, Language, Outcome, Role, SweepOutcome, SweepRequest};

const KIM: &str = "kim@shop.example";

impl House {
    /// Signs up with an address and confirms it; whether that made a member.
    async fn joins(&self, mail: &str) -> bool {
        self.privacy.sign_up(sign_up(mail)).await.expect("answered alike");
        let letters = self.post().await;
        let letter = letters.iter().find(|letter| letter.text.contains("/join/confirm/")).expect("a letter");
        let token = letter.token("/join/confirm/");
        match self.privacy.confirm(&token).await {
            Ok(_) => true,
            Err(AccountError::Link) => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// How many addresses that were kept out a day's sweep forgot.
    async fn forgotten(&self) -> u64 {
        let request = SweepRequest { confirm_clock: Some("clock".parse().expect("a reason")), ..Default::default() };
        let SweepOutcome::CarriedOut(sweep) = self.privacy.sweep(&request, |_| {}).await.expect("swept") else {
            panic!("only shown")
        };
        let of_class = sweep.certificate.destroyed.iter().filter(|counted| counted.class == "rejoin");
        of_class.map(|counted| counted.count).sum()
    }
}

#[tokio::test]
async fn clause_4_ga_misuse_whoever_was_banned_and_left_joins_again_on_the_day_it_is_over_and_not_before() {
    on_each_engine(async |house| {
        let (kim, _) = house.member(KIM).await;
        let (officer, ..) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        let banned = house.privacy.ban(officer, kim, "Fetched other people's pictures.", Language::Korean).await;
        assert_eq!(banned.expect("banned").to_string(), "2027-11-02", "its last day");
        house.privacy.withdraw(kim).await.expect("left");
        house.post().await;
        assert!(!house.joins(KIM).await && !house.joins("Kim@Shop.Example").await, "at once");
        assert!(house.joins("park@shop.example").await, "somebody else");
        set("2027-11-02T12:00:00+09:00");
        assert_eq!(house.forgotten().await, 0);
        set("2027-11-02T23:59:59+09:00");
        assert!(!house.joins(KIM).await, "the last moment of it");
        set("2027-11-03T00:00:00+09:00");
        assert!(house.joins(KIM).await, "it is over, although no sweep came by");
        set("2027-11-03T03:00:00+09:00");
        assert_eq!(house.forgotten().await, 1, "the hash goes on the day after its last");
    })
    .await;
}

#[tokio::test]
async fn bug_a_second_ban_let_the_one_who_made_it_lift_it_with_the_first() {
    on_each_engine(async |house| {
        let (kim, _) = house.member(KIM).await;
        let (lee, ..) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        let (park, ..) = enrolled(&house, "park@operator.example", Role::Officer).await;
        let (an, ..) = enrolled(&house, "an@operator.example", Role::Officer).await;
        house.privacy.ban(lee, kim, "Fetched other people's pictures.", Language::Korean).await.expect("banned");
        let entered = house.privacy.log_in(&log_in(KIM, PASSWORD)).await.expect("known");
        let Entered::ShutOut { contest, .. } = entered else { panic!("{entered:?}") };
        let words = personal("그건 제가 아니에요.");
        let case = house.privacy.contest(&contest, words, Language::Korean).await.expect("contested");
        house.privacy.ban(park, kim, "Did it again.", Language::Korean).await.expect("banned");
        for banner in [lee, park] {
            let refused = house.privacy.decide_complaint(case, banner, Outcome::Done, "맞아요.").await;
            assert!(matches!(refused, Err(AccountError::SameStaff)), "{refused:?}");
        }
        house.privacy.decide_complaint(case, an, Outcome::Done, "맞아요.").await.expect("a third one");
        assert!(matches!(house.privacy.log_in(&log_in(KIM, PASSWORD)).await, Ok(Entered::In(_))));
    })
    .await;
}
