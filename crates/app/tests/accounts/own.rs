//! What members do about their own account: a second proof, another address, mail that came back.

use crate::{
    house::{House, PASSWORD, device, log_in, on_each_engine, pass, personal, set},
    office::code,
};
use jiff::SignedDuration;
use vestry_app::{AccountError, Entered, Language, Leaving, LogIn, PersonId, Reader, VaultError, Visitor};

/// A member with a second proof: who, their session, the secret in their app, their recovery codes.
pub(crate) async fn with_second(house: &House, mail: &str) -> (PersonId, Visitor, String, Vec<String>) {
    let (person, visitor) = house.member(mail).await;
    let shown = house.privacy.show_second(person, None).await.expect("a secret");
    let first = code(house, &shown.secret);
    let codes = house
        .privacy
        .set_up_second(person, &personal(PASSWORD), (&shown.secret, &first), &visitor.session)
        .await
        .expect("set up");
    (person, visitor, shown.secret.to_string(), codes)
}

pub(crate) fn with_code(mail: &str, code: &str) -> LogIn {
    LogIn { code: Some(personal(code)), ..log_in(mail, PASSWORD) }
}

#[tokio::test]
async fn a_second_proof_that_cannot_be_read_lets_nobody_in() {
    on_each_engine(async |house| {
        let (person, ..) = with_second(&house, "kim@shop.example").await;
        let policy = house.privacy.policy();
        let on_file = house.privacy.vault().person(policy, person).await.expect("on file");
        let security = policy.class_named("security").expect("a class");
        let record = on_file.records.iter().find(|record| record.class == security).expect("a record").record;
        let item = policy.item_named("totp_secret").expect("an item");
        for damaged in ["{", "{\"secret\":[1,2,3],\"step\":null}", "null"] {
            house
                .privacy
                .vault()
                .correct(policy, record, item, &personal(damaged), house.privacy.now())
                .await
                .expect("damaged");
            let entered = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
            assert!(matches!(entered, Ok(Entered::CodeNeeded)), "{damaged}: {entered:?}");
            let entered = house.privacy.log_in(&with_code("kim@shop.example", "000000")).await;
            assert!(matches!(entered, Err(AccountError::Wrong)), "{damaged}: {entered:?}");
            assert!(house.privacy.second(person).await.expect("asked").is_on);
        }
    })
    .await;
}

#[tokio::test]
async fn a_one_time_password_is_good_once_also_when_it_is_used_twice_at_once() {
    on_each_engine(async |house| {
        let (_, _, secret, codes) = with_second(&house, "kim@shop.example").await;
        pass(SignedDuration::from_secs(60));
        for shown in [code(&house, &secret), codes[0].clone()] {
            let form = with_code("kim@shop.example", &shown);
            let (one, other) = tokio::join!(house.privacy.log_in(&form), house.privacy.log_in(&form));
            let entered = [&one, &other].iter().filter(|entered| matches!(entered, Ok(Entered::In(_)))).count();
            assert_eq!(entered, 1, "{one:?} {other:?}");
            let again = house.privacy.log_in(&form).await;
            assert!(matches!(again, Err(AccountError::Wrong)), "{again:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn bug_whoever_stayed_away_with_a_second_proof_never_came_back() {
    on_each_engine(async |house| {
        let house = &house;
        let (person, _, secret, codes) = with_second(house, "kim@shop.example").await;
        let membership =
            async || house.privacy.vault().person(house.privacy.policy(), person).await.expect("on file").membership;
        for (first, second, proof) in [
            ("2027-10-20T09:00:00+09:00", "2028-01-20T09:00:00+09:00", None),
            ("2029-03-20T09:00:00+09:00", "2029-06-20T09:00:00+09:00", Some(codes[0].as_str())),
        ] {
            for day in [first, second] {
                set(day);
                let confirm_clock = Some("clock".parse().expect("a reason"));
                let request = vestry_app::SweepRequest { confirm_clock, ..Default::default() };
                house.privacy.sweep(&request, |_| {}).await.expect("swept");
            }
            assert!(matches!(membership().await, vestry_policy::Membership::Dormant { .. }));
            let shown = code(house, &secret);
            let form = with_code("kim@shop.example", proof.unwrap_or(&shown));
            let entered = house.privacy.log_in(&form).await;
            assert!(matches!(entered, Ok(Entered::In(_))), "{entered:?}");
            assert!(matches!(membership().await, vestry_policy::Membership::Active { .. }));
            let again = house.privacy.log_in(&form).await;
            assert!(matches!(again, Err(AccountError::Wrong)), "it is spent: {again:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn clause_7_ga_a_member_sets_up_a_second_proof_and_gives_it_up_with_password_and_code() {
    on_each_engine(async |house| {
        let (person, visitor) = house.member("kim@shop.example").await;
        let shown = house.privacy.show_second(person, None).await.expect("a secret");
        let again = house.privacy.show_second(person, Some(&shown.secret)).await.expect("a secret");
        assert_eq!(shown.secret, again.secret, "a form that was refused shows the same");
        let other = house.enter("kim@shop.example", PASSWORD).await;
        let first = code(&house, &shown.secret);
        let set_up = async |password: &str, code: &str| {
            house.privacy.set_up_second(person, &personal(password), (&shown.secret, code), &visitor.session).await
        };
        assert!(matches!(set_up("wrong wrong wrong", &first).await, Err(AccountError::Wrong)));
        assert!(matches!(set_up(PASSWORD, "000000").await, Err(AccountError::Unusable { .. })));
        assert!(!house.privacy.second(person).await.expect("asked").is_on, "nothing is stored before a code fits");
        let codes = set_up(PASSWORD, &first).await.expect("set up");
        assert_eq!((codes.len(), house.privacy.second(person).await.expect("asked").codes_left), (10, 10));
        assert!(
            house.privacy.vault().session(&other.session, house.privacy.now()).await.expect("asked").is_none(),
            "other sessions end"
        );
        assert!(house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked").is_some());
        // No code is in the vault as it was shown, and each is good once.
        assert!(matches!(house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await, Ok(Entered::CodeNeeded)));
        assert!(matches!(house.privacy.log_in(&with_code("kim@shop.example", &codes[3])).await, Ok(Entered::In(_))));
        assert_eq!(house.privacy.second(person).await.expect("asked").codes_left, 9);
        // A new password by mail does without no code.
        house.privacy.ask_reset(&personal("kim@shop.example"), Language::Korean).await.expect("asked");
        let link = house.post().await.pop().expect("a letter").token("/password/");
        house.privacy.reset(&link, &personal(PASSWORD)).await.expect("set");
        assert!(matches!(house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await, Ok(Entered::CodeNeeded)));
        // Renewed: the old ones count no more.
        let renewed =
            house.privacy.renew_recovery(person, &personal(PASSWORD), &personal(&codes[4])).await.expect("renewed");
        let old = house.privacy.log_in(&with_code("kim@shop.example", &codes[5])).await;
        assert!(matches!(old, Err(AccountError::Wrong)), "{old:?}");
        let without = house.privacy.drop_second(person, &personal(PASSWORD), &personal("000000")).await;
        assert!(matches!(without, Err(AccountError::Wrong)), "{without:?}");
        house.privacy.drop_second(person, &personal(PASSWORD), &personal(&renewed[0])).await.expect("given up");
        house.enter("kim@shop.example", PASSWORD).await;
        let records = house.privacy.own_records(person).await.expect("held");
        let secret = house.privacy.policy().item_named("totp_secret").expect("an item");
        assert!(records.iter().flat_map(|r| &r.record.items).all(|held| held.item != secret), "nothing of it is held");
    })
    .await;
}

/// Asks for another address; the letters that go out.
async fn ask(house: &House, person: PersonId, mail: &str) -> Vec<crate::house::Letter> {
    let proof = (&personal(PASSWORD), &personal(""));
    house.privacy.ask_mail_change(person, &personal(mail), proof, Language::Korean).await.expect("asked");
    house.post().await
}

#[tokio::test]
async fn another_address_counts_once_it_is_confirmed_and_can_be_undone_from_the_old_one() {
    on_each_engine(async |house| {
        let (person, here) = house.member("kim@shop.example").await;
        let elsewhere = house.enter("kim@shop.example", PASSWORD).await;
        let wrong = (&personal("wrong wrong wrong"), &personal(""));
        let refused =
            house.privacy.ask_mail_change(person, &personal("new@shop.example"), wrong, Language::Korean).await;
        assert!(matches!(refused, Err(AccountError::Wrong)), "{refused:?}");
        let letters = ask(&house, person, "new@shop.example").await;
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["new@shop.example"]);
        let link = letters[0].token("/me/address/");
        house.enter("kim@shop.example", PASSWORD).await;
        // A reset that was asked for at the old address is void with it.
        house.privacy.ask_reset(&personal("kim@shop.example"), Language::Korean).await.expect("asked");
        let reset = house.post().await.pop().expect("a letter").token("/password/");
        house.privacy.confirm_mail_change(&link, Some(&here.session)).await.expect("confirmed");
        assert!(matches!(house.privacy.confirm_mail_change(&link, None).await, Err(AccountError::Link)), "good once");
        assert!(matches!(house.privacy.reset(&reset, &personal(PASSWORD)).await, Err(AccountError::Link)));
        let session = async |visitor: &Visitor| {
            house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked")
        };
        assert!(session(&here).await.is_some() && session(&elsewhere).await.is_none(), "other sessions end");
        house.enter("new@shop.example", PASSWORD).await;
        let old = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(old, Err(AccountError::Wrong)), "the look-up hash moved: {old:?}");
        // The old address hears of it, of the new one no more than its owner would know it by.
        let told = house.post().await;
        let told = told.iter().find(|letter| letter.to == "kim@shop.example").expect("a letter to the old address");
        assert!(!told.text.contains("new@shop.example"), "{told:?}");
        pass(SignedDuration::from_hours(6 * 24));
        house.privacy.undo_mail_change(&told.token("/me/address/undo/")).await.expect("undone");
        assert!(session(&here).await.is_none());
        for mail in ["kim@shop.example", "new@shop.example"] {
            let refused = house.privacy.log_in(&log_in(mail, PASSWORD)).await;
            assert!(matches!(refused, Err(AccountError::Wrong)), "whoever changed it knew the password: {refused:?}");
        }
        let letter = house.post().await.pop().expect("a letter");
        assert_eq!(letter.to, "kim@shop.example");
        house
            .privacy
            .reset(&letter.token("/password/"), &personal("four buttons and a blue thread"))
            .await
            .expect("set");
        house.enter("kim@shop.example", "four buttons and a blue thread").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_undoes_is_not_kept_out_by_a_second_proof_of_somebody_else() {
    on_each_engine(async |house| {
        let (person, here) = house.member("kim@shop.example").await;
        let link = ask(&house, person, "thief@shop.example").await[0].token("/me/address/");
        house.privacy.confirm_mail_change(&link, Some(&here.session)).await.expect("confirmed");
        let undo =
            house.post().await.iter().find(|l| l.to == "kim@shop.example").expect("told").token("/me/address/undo/");
        let shown = house.privacy.show_second(person, None).await.expect("a secret");
        let first = code(&house, &shown.secret);
        let proof = (shown.secret.as_str(), first.as_str());
        house.privacy.set_up_second(person, &personal(PASSWORD), proof, &here.session).await.expect("set up");
        house.privacy.undo_mail_change(&undo).await.expect("undone");
        assert!(!house.privacy.second(person).await.expect("asked").is_on);
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_of_a_change_of_address_goes_after_a_week_and_with_the_member() {
    on_each_engine(async |house| {
        let (person, here) = house.member("kim@shop.example").await;
        let link = ask(&house, person, "new@shop.example").await[0].token("/me/address/");
        house.privacy.confirm_mail_change(&link, Some(&here.session)).await.expect("confirmed");
        let undo =
            house.post().await.iter().find(|l| l.to == "kim@shop.example").expect("told").token("/me/address/undo/");
        let item = house.privacy.policy().item_named("old_email").expect("an item");
        let is_held = async || {
            let records = house.privacy.own_records(person).await.expect("held");
            records.iter().flat_map(|record| &record.record.items).any(|held| held.item == item)
        };
        assert!(is_held().await);
        for _ in 0..9 {
            pass(SignedDuration::from_hours(20));
            house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept");
        }
        assert!(!is_held().await);
        assert!(matches!(house.privacy.undo_mail_change(&undo).await, Err(AccountError::Link)));
        let (lee, _) = house.member("lee@shop.example").await;
        let link = ask(&house, lee, "other@shop.example").await[0].token("/me/address/");
        house.privacy.leave(lee, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
        assert!(matches!(house.privacy.confirm_mail_change(&link, None).await, Err(AccountError::Link)));
    })
    .await;
}

#[tokio::test]
async fn nobody_learns_by_a_change_whose_an_address_is() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        house.member("lee@shop.example").await;
        // The answer is that of a free address; the letter goes to its owner.
        let letters = ask(&house, kim, "lee@shop.example").await;
        assert!(
            letters.len() == 1 && letters[0].to == "lee@shop.example" && letters[0].text.contains("이미"),
            "{letters:?}"
        );
        // Taken between asking and confirming: the link is over, and nobody is told that anything changed.
        let link = ask(&house, kim, "park@shop.example").await[0].token("/me/address/");
        house.member("park@shop.example").await;
        assert!(matches!(house.privacy.confirm_mail_change(&link, None).await, Err(AccountError::Link)));
        assert!(house.post().await.is_empty());
        house.enter("kim@shop.example", PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_second_proof_shows_it_for_another_address() {
    on_each_engine(async |house| {
        let (person, _, _, codes) = with_second(&house, "kim@shop.example").await;
        let ask = async |code: &str| {
            let proof = (&personal(PASSWORD), &personal(code));
            house.privacy.ask_mail_change(person, &personal("new@shop.example"), proof, Language::Korean).await
        };
        assert!(matches!(ask("").await, Err(AccountError::Wrong)));
        ask(&codes[0]).await.expect("asked");
        // Tries in vain are counted as at the door.
        for _ in 0..6 {
            assert!(ask("000000").await.is_err());
        }
        assert!(matches!(ask(&codes[1]).await, Err(AccountError::Wait(_))));
    })
    .await;
}

/// What a mail server says of the letter with this head.
fn bounce(letter: &str, status: &str) -> String {
    let id = letter.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:")).expect("an id");
    format!(
        "Content-Type: multipart/report; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.shop.example\r\n\r\nAction: failed\r\nStatus: {status}\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\n{id}\r\n\r\n--b--\r\n"
    )
}

#[tokio::test]
async fn mail_that_came_back_is_told_to_its_member_and_forgotten_with_the_address() {
    on_each_engine(async |house| {
        let (person, here) = house.member("kim@shop.example").await;
        let form = LogIn { device: device("Safari, iPhone"), ..log_in("kim@shop.example", PASSWORD) };
        house.privacy.log_in(&form).await.expect("in");
        let before = house.raw_letters();
        house.post().await;
        let sent = house.raw_letters().into_iter().find(|letter| !before.contains(letter)).expect("a letter");
        for (raw, is_ours) in [
            ("nothing of a mail server".to_owned(), false),
            (bounce("Message-ID: <1f@elsewhere.example>", "5.1.1"), false),
            (bounce(&sent, "4.4.1"), false),
            (bounce(&sent, "5.1.1"), true),
            (bounce(&sent, "5.1.1"), false),
        ] {
            let noted = house.privacy.note_returned(raw.as_bytes()).await.expect("read");
            assert_eq!(noted, is_ours, "{raw}");
        }
        let returned = house.privacy.returned_mail(person).await.expect("asked").expect("told");
        assert_eq!(returned.status, "5.1.1");
        let link = ask(&house, person, "new@shop.example").await[0].token("/me/address/");
        house.privacy.confirm_mail_change(&link, Some(&here.session)).await.expect("confirmed");
        assert_eq!(house.privacy.returned_mail(person).await.expect("asked"), None);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_put_on_file_of_whoever_has_left() {
    on_each_engine(async |house| {
        let (person, _) = house.member("kim@shop.example").await;
        house.privacy.leave(person, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
        let policy = house.privacy.policy();
        let item = policy.item_named("mail").expect("an item");
        let class = policy.class_named("mail").expect("a class");
        let late = vestry_app::NewRecord { class, events: Vec::new(), items: vec![(item, personal("late"))] };
        let refused = house.privacy.vault().add_record(policy, person, &late).await;
        assert!(matches!(refused, Err(VaultError::State { .. } | VaultError::UnknownPerson(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn clause_5_a_copy_is_made_as_a_job_and_goes_after_days_and_with_leaving() {
    on_each_engine(async |house| {
        let (person, visitor) = house.member("kim@shop.example").await;
        let reader = Reader::Themselves(person);
        let stands = async || house.privacy.export_stands(person, reader).await.expect("asked");
        let fetch = async || house.privacy.export_text(person, reader).await;
        assert_eq!(stands().await, None);
        // A letter with a link waits for them.
        let proofs = (&personal(PASSWORD), &personal(""));
        house
            .privacy
            .ask_mail_change(person, &personal("new@shop.example"), proofs, Language::Korean)
            .await
            .expect("asked");
        house.privacy.ask_export(person, reader).await.expect("asked");
        assert!(!stands().await.expect("a copy").is_ready && matches!(fetch().await, Err(AccountError::Link)));
        assert_eq!(house.privacy.make_exports().await.expect("made"), 1);
        assert_eq!(house.privacy.make_exports().await.expect("made"), 0, "once");
        let ready = stands().await.expect("a copy");
        assert_eq!((ready.is_ready, ready.made), (true, (1, Some(1))));
        let text = fetch().await.expect("a copy");
        let copy: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(text.contains("kim@shop.example") && text.contains("010-1234-5678"), "what is masked on a page too");
        assert!(!text.contains("argon2"), "no hash");
        assert!(
            text.contains("\"mail\"") && !text.contains("confirm-change"),
            "a letter waits, and its link is not copied"
        );
        assert!(copy["consents"].is_array() && copy["looks"].is_array());
        let records = copy["records"].as_array().expect("records");
        assert!(records.iter().all(|record| record["class"] != "export"), "a copy holds no copy");
        // Asked for anew: one in place of the other.
        house.privacy.ask_export(person, reader).await.expect("asked");
        assert!(matches!(fetch().await, Err(AccountError::Link)));
        house.privacy.make_exports().await.expect("made");
        pass(SignedDuration::from_hours(71));
        fetch().await.expect("within three days");
        pass(SignedDuration::from_hours(2));
        assert!(matches!(fetch().await, Err(AccountError::Link)), "over, also before a sweep comes by");
        let confirm =
            vestry_app::SweepRequest { confirm_clock: Some("clock".parse().expect("a reason")), ..Default::default() };
        house.privacy.sweep(&confirm, |_| {}).await.expect("swept");
        let records = house.privacy.own_records(person).await.expect("held");
        let class = house.privacy.policy().class_named("export").expect("a class");
        assert!(records.iter().all(|record| record.record.class != class), "and then it is gone");
        // Leaving ends a copy that is made, and one that waits.
        house.privacy.ask_export(person, reader).await.expect("asked");
        house.privacy.make_exports().await.expect("made");
        let (lee, _) = house.member("lee@shop.example").await;
        house.privacy.ask_export(lee, Reader::Themselves(lee)).await.expect("asked");
        for who in [person, lee] {
            house.privacy.leave(who, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
        }
        assert_eq!(house.privacy.make_exports().await.expect("nothing"), 0);
        for who in [person, lee] {
            let gone = house.privacy.export_text(who, Reader::Themselves(who)).await;
            assert!(matches!(gone, Err(AccountError::Link)), "{:?}", gone.map(|_| ()));
        }
        assert!(house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_large_copy_is_made_in_parts_and_comes_back_whole() {
    on_each_engine(async |house| {
        let (person, _) = house.member("kim@shop.example").await;
        let policy = house.privacy.policy();
        let (item, class) =
            (policy.item_named("searches").expect("an item"), policy.class_named("usage").expect("a class"));
        for at in 0..4 {
            let events = vec![(vestry_policy::Event::Made, house.privacy.now())];
            let text = format!("{at} {}", "원피스 ".repeat(30_000));
            let record = vestry_app::NewRecord { class, events, items: vec![(item, personal(&text))] };
            house.privacy.vault().add_record(policy, person, &record).await.expect("added");
        }
        let reader = Reader::Themselves(person);
        house.privacy.ask_export(person, reader).await.expect("asked");
        house.privacy.make_exports().await.expect("made");
        let stands = house.privacy.export_stands(person, reader).await.expect("asked").expect("a copy");
        assert!(stands.made.0 > 2 && Some(stands.made.0) == stands.made.1, "{stands:?}");
        let text = house.privacy.export_text(person, reader).await.expect("a copy");
        let copy: serde_json::Value = serde_json::from_str(&text).expect("JSON, whole");
        let usage = copy["records"].as_array().expect("records").iter().filter(|record| record["class"] == "usage");
        assert_eq!(usage.count(), 4);
    })
    .await;
}
