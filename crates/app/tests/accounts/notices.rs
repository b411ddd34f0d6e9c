//! What is told to all, and what members are asked anew.

use crate::house::{House, Letter, PASSWORD, child, on_each_engine, pass, personal, set};
use jiff::SignedDuration;
use vestry_app::{AccountError, Both, ChildAccount, DraftError, NoticeId, PersonId, SweepRequest};
use vestry_policy::{PurposeId, TransferWaits};

/// The built-in policy as another version, with one thing said differently.
pub(crate) fn version(name: &str, effective: &str, change: (&str, &str)) -> String {
    let text = vestry_policy::BUILTIN
        .replacen("version = \"2019-08-01\"", &format!("version = \"{name}\""), 1)
        .replacen("effective = 2019-08-01", &format!("effective = {effective}"), 1);
    assert!(text.contains(change.0), "{}", change.0);
    text.replacen(change.0, change.1, 1)
}

/// Nothing is changed but the name and the first day.
pub(crate) const SAME: (&str, &str) = ("small_cell = 5 ", "small_cell = 5 ");

fn both(text: &str) -> Both {
    Both { ko: format!("{text} (한국어)"), en: text.into() }
}

impl House {
    fn marketing(&self) -> PurposeId {
        self.privacy.policy().purpose_named("marketing").expect("a purpose")
    }

    async fn agrees(&self, person: PersonId) {
        self.privacy.give_consent(person, self.marketing(), "광고를 받을게요").await.expect("agreed");
    }

    /// Writes what is told to all and posts it.
    async fn tell(&self) -> Vec<Letter> {
        self.privacy.tell_all().await.expect("told");
        self.post().await
    }

    async fn sweep(&self) {
        let request = SweepRequest { confirm_clock: Some("clock".parse().expect("a reason")), ..Default::default() };
        self.privacy.sweep(&request, |_| {}).await.expect("swept");
    }

    async fn advertise(&self, subject: &str) -> NoticeId {
        self.privacy.advertise(&both(subject), &both("A text.")).await.expect("given")
    }
}

/// Who got a letter with `mark` in it, in order.
fn reached(letters: &[Letter], mark: &str) -> Vec<String> {
    let mut to: Vec<String> = letters.iter().filter(|l| l.text.contains(mark)).map(|l| l.to.clone()).collect();
    to.sort();
    to
}

#[tokio::test]
async fn clause_13_a_version_is_posted_seven_full_days_before_and_every_member_is_told() {
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        let (leaves, _) = house.member("lee@shop.example").await;
        // 2026-11-02: the day and the eighth day after it do not count.
        assert_eq!(house.privacy.earliest_effective().to_string(), "2026-11-10");
        for (text, is_refused) in [
            (version("next", "2026-11-09", SAME), true),
            (version("2019-08-01", "2026-11-10", SAME), true),
            (version("next", "2026-11-10", ("[retention.visit]", "[retention.visit]\n# shorter")), false),
        ] {
            house.privacy.put_draft(&text).await.expect("kept");
            let draft = house.privacy.draft().await.expect("read").expect("a draft");
            assert_eq!(draft.refused.is_some(), is_refused, "{:?}", draft.refused);
            if is_refused {
                house.privacy.post_draft(draft.policy.hash()).await.expect_err("refused");
            }
        }
        let refused = house.privacy.put_draft("not a policy").await;
        assert!(matches!(refused, Err(DraftError::Policy(_))), "{refused:?}");
        let refused = house.privacy.post_draft([0; 32]).await;
        assert!(matches!(refused, Err(DraftError::Changed)), "another text than was looked at: {refused:?}");
        let draft = house.privacy.draft().await.expect("read").expect("a draft");
        house.privacy.post_draft(draft.policy.hash()).await.expect("posted");
        assert!(house.privacy.draft().await.expect("read").is_none());
        // It stands at once and governs on its day, after a restart too.
        assert_eq!(house.privacy.policies().iter().count(), 2);
        assert_eq!(house.privacy.policy().version, "2019-08-01");
        house.privacy.withdraw(leaves).await.expect("left");
        let letters = house.tell().await;
        assert_eq!(reached(&letters, "/policy/next/changes"), ["kim@shop.example"], "{letters:?}");
        assert!(house.tell().await.is_empty(), "once");
        let house = house.reopened().await;
        set("2026-11-09T23:59:59+09:00");
        assert_eq!(house.privacy.policy().version, "2019-08-01");
        set("2026-11-10T00:00:00+09:00");
        assert_eq!(house.privacy.policy().version, "next");
    })
    .await;
}

/// A version without an item of which rows are held would have stopped the first start on its day.
#[tokio::test]
async fn a_version_that_has_no_place_for_what_is_held_is_not_posted() {
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        let text = version("next", "2026-12-01", ("[item.title]", "[item.rank]")).replace("\"title\"", "\"rank\"");
        house.privacy.put_draft(&text).await.expect("kept");
        let draft = house.privacy.draft().await.expect("read").expect("a draft");
        let refused = draft.refused.map(|why| why.to_string()).unwrap_or_default();
        assert!(refused.contains("title"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn clause_1_ra_an_advertisement_reaches_who_agrees_at_the_moment_of_sending() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        let (park, _) = house.member("park@shop.example").await;
        house.member("choi@shop.example").await;
        for person in [kim, lee, park] {
            house.agrees(person).await;
        }
        // Each is told what became of their word.
        assert_eq!(
            reached(&house.post().await, "동의하신 것으로"),
            ["kim@shop.example", "lee@shop.example", "park@shop.example"]
        );
        let id = house.advertise("Spring").await;
        house.privacy.tell_all().await.expect("written");
        // It waits, and two take their consent back or leave.
        house.privacy.take_back_consent(lee, house.marketing()).await.expect("taken back");
        house.privacy.withdraw(park).await.expect("left");
        let letters = house.post().await;
        assert_eq!(reached(&letters, "A text. (한국어)"), ["kim@shop.example"], "{letters:?}");
        assert_eq!(reached(&letters, "철회하신 것으로"), ["lee@shop.example"]);
        let counted = house.privacy.notice(id).await.expect("read").expect("there").on_file;
        assert_eq!((counted.told, counted.sent, counted.failed), (3, 1, 0));
        // The way out needs no login, and works more than once.
        let letter = letters.iter().find(|letter| letter.text.contains("A text.")).expect("one");
        let token = letter.token("/unsubscribe/");
        // That of an earlier letter stays good beside the next one's.
        house.advertise("Again").await;
        assert_eq!(reached(&house.tell().await, "A text."), ["kim@shop.example"]);
        for _ in 0..2 {
            house.privacy.unsubscribe(&token).await.expect("out");
        }
        assert!(matches!(house.privacy.unsubscribe("nonsense").await, Err(AccountError::Link)));
        assert_eq!(reached(&house.post().await, "철회하신 것으로"), ["kim@shop.example"], "told once");
        house.advertise("Summer").await;
        assert!(house.tell().await.is_empty());
        assert_eq!(house.privacy.agree_to_marketing().await.expect("counted"), 0);
    })
    .await;
}

#[tokio::test]
async fn clause_1_ra_who_agreed_is_reminded_every_two_years() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        for person in [kim, lee] {
            house.agrees(person).await;
        }
        house.post().await;
        set("2027-10-01T12:00:00+09:00");
        house.privacy.take_back_consent(lee, house.marketing()).await.expect("taken back");
        house.post().await;
        for (day, reminded) in [
            ("2028-11-02T23:00:00+09:00", 0),
            ("2028-11-03T00:00:00+09:00", 1),
            ("2028-11-03T01:00:00+09:00", 0),
            ("2030-11-03T12:00:00+09:00", 0),
            ("2030-11-04T12:00:00+09:00", 1),
        ] {
            set(day);
            assert_eq!(house.privacy.remind_of_consents().await.expect("reminded"), reminded, "{day}");
            let letters = house.post().await;
            assert_eq!(letters.len() as u64, reminded, "{day}: {letters:?}");
            assert!(letters.iter().all(|letter| letter.to == "kim@shop.example" && letter.text.contains("2026")));
        }
    })
    .await;
}

#[tokio::test]
async fn clause_9_from_the_fourteenth_birthday_consents_are_the_members_own() {
    on_each_engine(async |house| {
        let link = house.asked_guardian().await;
        let consents = vec![(house.marketing(), "광고를 받을게요".into())];
        let account = ChildAccount { consents, ..child("child@home.example", "2026-12-24") };
        let confirm = house.privacy.consent_for(&link, &account).await.expect("consented");
        let joined = house.privacy.confirm(&confirm).await.expect("confirmed");
        let (child, password) = (joined.person, joined.password.expect("a link to a first password"));
        house.privacy.reset(&password, &personal(PASSWORD)).await.expect("set");
        house.post().await;
        assert!(house.privacy.asks_for(child).await.expect("asked").purposes.is_empty());
        house.advertise("Before").await;
        assert_eq!(reached(&house.tell().await, "A text."), ["child@home.example"]);
        set("2026-12-24T00:00:00+09:00");
        // No sweep ran yet: what the guardian agreed to carries no advertisement any more.
        house.advertise("Birthday").await;
        assert_eq!(reached(&house.tell().await, "A text."), [""; 0]);
        house.sweep().await;
        house.sweep().await;
        let letters = house.post().await;
        assert_eq!(reached(&letters, "/me/agree"), ["child@home.example"], "asked once: {letters:?}");
        let asks = house.privacy.asks_for(child).await.expect("asked");
        assert_eq!((asks.of_age, asks.purposes), (true, vec![house.marketing()]));
        assert!(house.privacy.consents(child).await.expect("read").iter().all(|consent| !consent.given));
        house.advertise("After").await;
        assert_eq!(reached(&house.tell().await, "A text."), [""; 0]);
        // The answer is theirs, and asked once.
        house.privacy.answer_asked(child, &[(house.marketing(), "광고를 받을게요".into())]).await.expect("answered");
        let asks = house.privacy.asks_for(child).await.expect("asked");
        assert_eq!((asks.of_age, asks.purposes), (false, Vec::new()));
        house.sweep().await;
        house.advertise("Own").await;
        assert_eq!(reached(&house.tell().await, "A text."), ["child@home.example"]);
    })
    .await;
}

#[tokio::test]
async fn clause_2_na_other_terms_are_asked_for_anew_and_the_same_are_not() {
    on_each_engine(async |house| {
    let (kim, _) = house.member("kim@shop.example").await;
    let (lee, _) = house.member("lee@shop.example").await;
    for person in [kim, lee] {
        house.agrees(person).await;
    }
    house.post().await;
    let post = async |text: String| {
        house.privacy.put_draft(&text).await.expect("kept");
        let draft = house.privacy.draft().await.expect("read").expect("a draft");
        house.privacy.post_draft(draft.policy.hash()).await.expect("posted");
        house.tell().await;
    };
    post(version("same", "2026-11-20", SAME)).await;
    let more = "clause = \"2.ga.1\"\nname = { ko = \"직책\", en = \"title\" }\nclass = \"account\"\ncollected = \"sign-up\"\nrequired = true\npurposes = [\"membership\"";
    post(version("more", "2026-12-20", (more, &format!("{more}, \"marketing\"")))).await;
    set("2026-11-25T12:00:00+09:00");
    assert!(house.privacy.asks_for(kim).await.expect("asked").purposes.is_empty());
    set("2026-12-20T00:00:00+09:00");
    house.advertise("News").await;
    assert_eq!(reached(&house.tell().await, "A text."), [""; 0], "nobody agreed to that");
    for person in [kim, lee] {
        let asks = house.privacy.asks_for(person).await.expect("asked");
        assert_eq!((asks.of_age, asks.purposes), (false, vec![house.marketing()]));
    }
    house.privacy.answer_asked(kim, &[(house.marketing(), "직책도 쓰는 광고".into())]).await.expect("answered");
    house.privacy.answer_asked(lee, &[]).await.expect("answered");
    for person in [kim, lee] {
        assert!(house.privacy.asks_for(person).await.expect("asked").purposes.is_empty(), "asked once");
    }
    house.advertise("News again").await;
    assert_eq!(reached(&house.tell().await, "A text."), ["kim@shop.example"]);
    })
    .await;
}

#[tokio::test]
async fn clause_10_a_transfer_waits_until_each_is_told_or_it_is_posted_for_thirty_full_days() {
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        let announce = async |day: &str| {
            let day = day.parse().expect("a day");
            house.privacy.announce_transfer(("새봄(주)", "privacy@saebom.example"), &both("All of it."), day).await
        };
        let refused = announce("2026-11-02").await;
        assert!(matches!(&refused, Err(AccountError::Unusable { item }) if item == "day"), "{refused:?}");
        let waits = async |id: NoticeId| house.privacy.end_transfer(id).await.expect("asked").err();
        let told = announce("2026-11-09").await.expect("posted");
        assert!(matches!(waits(told).await, Some(TransferWaits::Announced { .. })));
        set("2026-11-09T12:00:00+09:00");
        assert!(matches!(waits(told).await, Some(TransferWaits::Posted { .. })), "nobody was told yet");
        let letters = house.tell().await;
        assert_eq!(reached(&letters, &format!("/notices/{told}")), ["kim@shop.example"]);
        assert_eq!(waits(told).await, None);
        // Somebody whose data is set apart gets no mail: it has to be posted.
        house.member("sleeps@shop.example").await;
        for day in ["2027-10-10T12:00:00+09:00", "2027-12-10T12:00:00+09:00"] {
            set(day);
            house.enter("kim@shop.example", PASSWORD).await;
            house.sweep().await;
        }
        let posted = announce("2027-12-20").await.expect("posted");
        house.tell().await;
        let counted = house.privacy.notice(posted).await.expect("read").expect("there").on_file;
        assert_eq!((counted.told, counted.sent, counted.failed), (1, 1, 1));
        set("2027-12-20T12:00:00+09:00");
        let from = "2028-01-10".parse().expect("a day");
        assert_eq!(waits(posted).await, Some(TransferWaits::Posted { full_days: 30, from }));
        set("2028-01-09T23:59:59+09:00");
        assert!(waits(posted).await.is_some());
        let house = house.reopened().await;
        pass(SignedDuration::from_secs(1));
        assert!(house.privacy.end_transfer(posted).await.expect("asked").is_ok());
        let done = house.privacy.notice(posted).await.expect("read").expect("there").on_file;
        assert!(done.carried_out.is_some());
    })
    .await;
}

/// A version that was posted before a stop had a row and no notice: nobody was ever told.
#[tokio::test]
async fn clause_13_a_posting_that_stopped_half_way_is_told_after_the_next_start() {
    for steps in 1..3 {
        on_each_engine(async |house| {
            house.member("kim@shop.example").await;
            house.privacy.put_draft(&version("next", "2026-12-01", SAME)).await.expect("kept");
            let draft = house.privacy.draft().await.expect("read").expect("a draft");
            house.privacy.vault().steps().stop_after(steps);
            // Stopped or not.
            drop(house.privacy.post_draft(draft.policy.hash()).await);
            house.privacy.vault().steps().stop_after(u32::MAX);
            let house = house.reopened().await;
            assert_eq!(house.privacy.policies().iter().count(), 2, "stopped before step {steps}");
            assert_eq!(reached(&house.tell().await, "/policy/next/changes"), ["kim@shop.example"], "step {steps}");
        })
        .await;
    }
}

/// A stop at any step of a notice neither leaves anybody out nor tells anybody twice.
#[tokio::test]
async fn who_is_told_is_told_once_through_every_stop() {
    on_each_engine(async |house| {
        for name in ["kim", "lee", "park"] {
            house.member(&format!("{name}@shop.example")).await;
        }
        for steps in 0..4 {
            let day = "2027-01-01".parse().expect("a day");
            let names = ("새봄(주)", "privacy@saebom.example");
            let id = house.privacy.announce_transfer(names, &both("All of it."), day).await.expect("posted");
            house.privacy.vault().steps().stop_after(steps);
            // Stopped or not.
            drop(house.privacy.tell_all().await);
            house.privacy.vault().steps().stop_after(u32::MAX);
            let letters = house.tell().await;
            let all = ["kim@shop.example", "lee@shop.example", "park@shop.example"];
            assert_eq!(reached(&letters, &format!("/notices/{id}")), all, "stopped before step {steps}");
        }
    })
    .await;
}
