//! Passkeys, with an authenticator in software: made, good once a challenge, refused alike, gone with their member.

use crate::{
    authenticator::Authenticator,
    engines::engines,
    house::{House, PASSWORD, device, log_in, on_each_engine_with, pass, personal, set},
    own::with_second,
};
use futures_util::future::join_all;
use jiff::SignedDuration;
use vestry_app::{AccountError, Config, Entered, Language, Leaving, PersonId, SweepRequest, Visitor};

const ORIGIN: &str = "https://vestry.shop.example";

fn config() -> Config {
    let mut config = Config::default();
    config.passkeys.origin = Some(ORIGIN.parse().expect("an origin"));
    config
}

/// Runs `test` on every engine, each time in a house that offers passkeys.
async fn on_each_engine(test: impl AsyncFn(&House)) {
    on_each_engine_with(&config(), async |house| test(&house).await).await;
}

/// Makes a passkey of a member's by that browser.
async fn made(house: &House, person: PersonId, browser: &mut Authenticator, name: &str) -> Result<(), AccountError> {
    let asked = house.privacy.ask_for_passkey(person, &personal(PASSWORD), &personal("")).await?;
    let answer = browser.make(&asked.options);
    house.privacy.add_passkey(person, (&asked.challenge, &answer), name).await
}

/// A member with a passkey: who, their session, their browser.
async fn with_passkey(house: &House, mail: &str) -> (PersonId, Visitor, Authenticator) {
    let (person, visitor) = house.member(mail).await;
    let mut browser = Authenticator::at(ORIGIN);
    made(house, person, &mut browser, "휴대폰").await.expect("made");
    (person, visitor, browser)
}

/// A challenge, and that browser's answer to it.
async fn answered(house: &House, browser: &mut Authenticator) -> (String, String) {
    let asked = house.privacy.ask_with_passkey().await.expect("asked");
    (asked.challenge.to_string(), browser.answer(&asked.options))
}

async fn enter(house: &House, (challenge, answer): &(String, String)) -> Result<Entered, AccountError> {
    house.privacy.log_in_with_passkey(challenge, answer, &device("Firefox, Linux")).await
}

async fn try_with(house: &House, browser: &mut Authenticator) -> Result<Entered, AccountError> {
    let answer = answered(house, browser).await;
    enter(house, &answer).await
}

#[track_caller]
fn assert_in(entered: Result<Entered, AccountError>) -> String {
    match entered {
        Ok(Entered::In(token)) => token.to_string(),
        other => panic!("not in: {other:?}"),
    }
}

#[track_caller]
fn assert_wrong(what: &str, entered: Result<Entered, AccountError>) {
    assert!(matches!(entered, Err(AccountError::Wrong)), "{what}: {entered:?}");
}

#[tokio::test]
async fn a_passkey_lets_its_member_in_without_password_and_code() {
    on_each_engine(async |house| {
        let (person, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let letters = house.post().await;
        assert!(letters.iter().any(|letter| letter.to == "kim@shop.example" && letter.text.contains("휴대폰")));
        with_passkey(house, "lee@shop.example").await;
        pass(SignedDuration::from_mins(3));
        let token = assert_in(try_with(house, &mut browser).await);
        let visitor = house.privacy.visitor(&token).await.expect("asked").expect("a session");
        assert_eq!(visitor.person, person);
        let own = house.privacy.own_passkeys(person).await.expect("theirs");
        assert_eq!(own.lines.len(), 1);
        assert_eq!(own.lines[0].name.open(&own.opening), "휴대폰");
        assert_eq!(own.lines[0].used, Some(house.privacy.now()));
        assert!(own.lines[0].made < house.privacy.now());
        // It is held as the item that the policy lists.
        let item = house.privacy.policy().item_named("passkey").expect("an item");
        let records = house.privacy.own_records(person).await.expect("held");
        let held: Vec<_> = records.iter().flat_map(|r| &r.record.items).filter(|held| held.item == item).collect();
        assert_eq!(held.len(), 1);
        // Again, and from a device that was not seen before, of which they hear.
        let answer = answered(house, &mut browser).await;
        let elsewhere = device("Safari, iPhone");
        assert_in(house.privacy.log_in_with_passkey(&answer.0, &answer.1, &elsewhere).await);
        let letters = house.post().await;
        assert!(letters.iter().any(|letter| letter.text.contains("Safari, iPhone")), "{letters:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_second_proof_shows_it_to_make_a_passkey_and_not_to_use_it() {
    on_each_engine(async |house| {
        let (person, _, _, codes) = with_second(house, "kim@shop.example").await;
        let ask = async |password: &str, code: &str| {
            house.privacy.ask_for_passkey(person, &personal(password), &personal(code)).await
        };
        for (password, code) in [("wrong wrong wrong", codes[0].as_str()), (PASSWORD, ""), (PASSWORD, "000000")] {
            let refused = ask(password, code).await;
            assert!(matches!(refused, Err(AccountError::Wrong)), "{refused:?}");
        }
        let asked = ask(PASSWORD, &codes[0]).await.expect("asked");
        let mut browser = Authenticator::at(ORIGIN);
        let answer = browser.make(&asked.options);
        house.privacy.add_passkey(person, (&asked.challenge, &answer), "열쇠").await.expect("made");
        assert_in(try_with(house, &mut browser).await);
        let by_password = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(by_password, Ok(Entered::CodeNeeded)), "the password alone lets nobody in as before");
    })
    .await;
}

#[tokio::test]
async fn a_challenge_is_good_once_and_for_minutes() {
    on_each_engine(async |house| {
        let (person, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let answer = answered(house, &mut browser).await;
        assert_in(enter(house, &answer).await);
        assert_wrong("a second time", enter(house, &answer).await);
        // Of many at once one gets in.
        let answer = answered(house, &mut browser).await;
        let all = join_all((0..4).map(|_| enter(house, &answer))).await;
        assert_eq!(all.iter().filter(|entered| matches!(entered, Ok(Entered::In(_)))).count(), 1, "{all:?}");
        // The answer to one is none to another.
        let (challenge, _) = answered(house, &mut browser).await;
        let (_, other) = answered(house, &mut browser).await;
        assert_wrong("another's answer", enter(house, &(challenge, other)).await);
        let early = answered(house, &mut browser).await;
        pass(SignedDuration::from_secs(299));
        assert_in(enter(house, &early).await);
        let late = answered(house, &mut browser).await;
        pass(SignedDuration::from_secs(300));
        assert_wrong("five minutes later", enter(house, &late).await);
        // The same of those by which a passkey is made.
        let asked = house.privacy.ask_for_passkey(person, &personal(PASSWORD), &personal("")).await.expect("asked");
        let answer = browser.make(&asked.options);
        pass(SignedDuration::from_secs(300));
        let refused = house.privacy.add_passkey(person, (&asked.challenge, &answer), "열쇠").await;
        assert!(matches!(refused, Err(AccountError::Unusable { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_challenge_is_answered_in_another_process_and_then_in_none() {
    for engine in engines() {
        let mut config = config();
        engine.fresh(&mut config).await;
        let house = House::with(config).await;
        let (_, _, mut browser) = with_passkey(&house, "kim@shop.example").await;
        let answer = answered(&house, &mut browser).await;
        let house = house.reopened().await;
        assert_in(enter(&house, &answer).await);
        let house = house.reopened().await;
        assert_wrong("spent before it was opened", enter(&house, &answer).await);
    }
}

#[tokio::test]
async fn answers_that_are_amiss_are_refused_alike() {
    on_each_engine(async |house| {
        let (_, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let (lee, ..) = with_passkey(house, "lee@shop.example").await;
        for origin in ["https://evil.example", "https://vestry.shop.example.evil.example", "http://vestry.shop.example"]
        {
            browser.origin = origin.into();
            assert_wrong(origin, try_with(house, &mut browser).await);
        }
        browser.origin = ORIGIN.into();
        browser.verifies = false;
        assert_wrong("nobody was verified", try_with(house, &mut browser).await);
        browser.verifies = true;
        let user = std::mem::replace(&mut browser.keys[0].user, lee.as_bytes().to_vec());
        assert_wrong("a passkey of somebody else's", try_with(house, &mut browser).await);
        browser.keys[0].user = [7; 16].to_vec();
        assert_wrong("of nobody's", try_with(house, &mut browser).await);
        browser.keys[0].user = b"kim".to_vec();
        assert_wrong("no name at all", try_with(house, &mut browser).await);
        browser.keys[0].user = user;
        let (challenge, answer) = answered(house, &mut browser).await;
        assert_wrong("no answer", enter(house, &(challenge, "{}".into())).await);
        assert_wrong("no challenge", enter(house, &("vch_".into(), answer)).await);
        let (challenge, answer) = answered(house, &mut browser).await;
        let mut forged: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        forged["response"]["signature"] = "MEUCIQ".into();
        assert_wrong("another signature", enter(house, &(challenge, forged.to_string())).await);
        pass(SignedDuration::from_mins(1));
        assert_in(try_with(house, &mut browser).await);
        // A copy of the key is known by its counter.
        browser.keys[0].counter -= 1;
        assert_wrong("a copy", try_with(house, &mut browser).await);
        assert_in(try_with(house, &mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn tries_in_vain_are_counted_as_at_the_other_door() {
    on_each_engine(async |house| {
        let (_, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let (_, _, mut other) = with_passkey(house, "lee@shop.example").await;
        browser.verifies = false;
        for _ in 0..6 {
            assert_wrong("in vain", try_with(house, &mut browser).await);
        }
        let waits = try_with(house, &mut browser).await;
        assert!(matches!(waits, Err(AccountError::Wait(_))), "{waits:?}");
        assert_in(try_with(house, &mut other).await);
        house.enter("kim@shop.example", PASSWORD).await;
        browser.verifies = true;
        pass(SignedDuration::from_mins(1));
        assert_in(try_with(house, &mut browser).await);
        browser.verifies = false;
        assert_wrong("free again", try_with(house, &mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_made_for_somebody_else_or_elsewhere_is_not_kept() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        let refused = async |what: &str, person: PersonId, browser: &mut Authenticator| {
            let asked = house.privacy.ask_for_passkey(kim, &personal(PASSWORD), &personal("")).await.expect("asked");
            let answer = browser.make(&asked.options);
            let added = house.privacy.add_passkey(person, (&asked.challenge, &answer), "열쇠").await;
            assert!(matches!(added, Err(AccountError::Unusable { .. })), "{what}: {added:?}");
            let again = house.privacy.add_passkey(kim, (&asked.challenge, &answer), "열쇠").await;
            assert!(matches!(again, Err(AccountError::Unusable { .. })), "{what}, again: {again:?}");
        };
        refused("by another member", lee, &mut Authenticator::at(ORIGIN)).await;
        refused("on another host", kim, &mut Authenticator::at("https://evil.example")).await;
        refused("of nobody verified", kim, &mut Authenticator { verifies: false, ..Authenticator::at(ORIGIN) }).await;
        for person in [kim, lee] {
            assert!(house.privacy.own_passkeys(person).await.expect("asked").lines.is_empty());
        }
        // One that does not name its member lets nobody in, and is not kept.
        let asked = house.privacy.ask_for_passkey(kim, &personal(PASSWORD), &personal("")).await.expect("asked");
        let answer = Authenticator::at(ORIGIN).make(&asked.options).replace("\"rk\":true", "\"rk\":false");
        let added = house.privacy.add_passkey(kim, (&asked.challenge, &answer), "열쇠").await;
        assert!(matches!(added, Err(AccountError::Unusable { .. })), "{added:?}");
        // The sign-in's challenge makes none.
        let asked = house.privacy.ask_for_passkey(kim, &personal(PASSWORD), &personal("")).await.expect("asked");
        let answer = Authenticator::at(ORIGIN).make(&asked.options);
        let other = house.privacy.ask_with_passkey().await.expect("asked");
        let added = house.privacy.add_passkey(kim, (&other.challenge, &answer), "열쇠").await;
        assert!(matches!(added, Err(AccountError::Unusable { .. })), "{added:?}");
    })
    .await;
}

#[tokio::test]
async fn a_member_names_and_removes_their_own_passkeys_and_no_others() {
    on_each_engine(async |house| {
        let (kim, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        let id = house.privacy.own_passkeys(kim).await.expect("theirs").lines[0].id.clone();
        for refused in [
            house.privacy.remove_passkey(lee, &id).await,
            house.privacy.rename_passkey(lee, &id, "남의 것").await,
            house.privacy.remove_passkey(kim, "").await,
            house.privacy.rename_passkey(kim, &id, " ").await,
        ] {
            assert!(matches!(refused, Err(AccountError::Unusable { .. })), "{refused:?}");
        }
        assert_in(try_with(house, &mut browser).await);
        house.privacy.rename_passkey(kim, &id, "새 휴대폰").await.expect("named");
        let mut second = Authenticator::at(ORIGIN);
        made(house, kim, &mut second, "보안 키").await.expect("made");
        let own = house.privacy.own_passkeys(kim).await.expect("theirs");
        let names: Vec<_> = own.lines.iter().map(|line| line.name.open(&own.opening).as_str()).collect();
        assert_eq!(names, ["새 휴대폰", "보안 키"]);
        house.privacy.remove_passkey(kim, &id).await.expect("removed");
        assert_wrong("removed", try_with(house, &mut browser).await);
        assert_in(try_with(house, &mut second).await);
        let id = house.privacy.own_passkeys(kim).await.expect("theirs").lines[0].id.clone();
        house.privacy.remove_passkey(kim, &id).await.expect("removed");
        let item = house.privacy.policy().item_named("passkey").expect("an item");
        let records = house.privacy.own_records(kim).await.expect("held");
        assert!(records.iter().flat_map(|r| &r.record.items).all(|held| held.item != item), "nothing of it is held");
        assert_wrong("the last one too", try_with(house, &mut second).await);
    })
    .await;
}

#[tokio::test]
async fn a_member_has_ten_at_most() {
    let house = House::with(config()).await;
    let (kim, _) = house.member("kim@shop.example").await;
    for at in 0..10 {
        made(&house, kim, &mut Authenticator::at(ORIGIN), &format!("{at}")).await.expect("made");
    }
    let refused = house.privacy.ask_for_passkey(kim, &personal(PASSWORD), &personal("")).await;
    assert!(matches!(refused, Err(AccountError::Unusable { .. })), "{refused:?}");
}

#[tokio::test]
async fn after_leaving_a_passkey_lets_nobody_in_and_nothing_of_it_is_held() {
    on_each_engine(async |house| {
        let (kim, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let (lee, _, mut other) = with_passkey(house, "lee@shop.example").await;
        let asked = house.privacy.ask_for_passkey(kim, &personal(PASSWORD), &personal("")).await.expect("asked");
        let late = Authenticator::at(ORIGIN).make(&asked.options);
        house.privacy.leave(kim, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
        assert_wrong("left", try_with(house, &mut browser).await);
        let added = house.privacy.add_passkey(kim, (&asked.challenge, &late), "늦은 것").await;
        assert!(matches!(added, Err(AccountError::Unusable { .. })), "{added:?}");
        let item = house.privacy.policy().item_named("passkey").expect("an item");
        if let Ok(on_file) = house.privacy.vault().person(house.privacy.policy(), kim).await {
            assert!(on_file.records.iter().all(|record| !record.items.contains(item)), "{on_file:?}");
        }
        // The same of whoever leaves and waits for the sweep.
        house.privacy.withdraw(lee).await.expect("gone");
        assert_wrong("gone", try_with(house, &mut other).await);
    })
    .await;
}

#[tokio::test]
async fn whoever_undoes_a_change_of_address_ends_what_somebody_else_may_have_made() {
    on_each_engine(async |house| {
        let (kim, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let proof = (&personal(PASSWORD), &personal(""));
        house
            .privacy
            .ask_mail_change(kim, &personal("new@shop.example"), proof, Language::Korean)
            .await
            .expect("asked");
        let asked = house.post().await.into_iter().find(|letter| letter.to == "new@shop.example").expect("a letter");
        let link = asked.token("/me/address/");
        house.privacy.confirm_mail_change(&link, None).await.expect("confirmed");
        let session = assert_in(try_with(house, &mut browser).await);
        let told = house.post().await.into_iter().find(|letter| letter.text.contains("/undo/")).expect("told");
        house.privacy.undo_mail_change(&told.token("/me/address/undo/")).await.expect("undone");
        assert!(house.privacy.visitor(&session).await.expect("asked").is_none());
        assert_wrong("undone", try_with(house, &mut browser).await);
        assert!(house.privacy.own_passkeys(kim).await.expect("asked").lines.is_empty());
    })
    .await;
}

#[tokio::test]
async fn whoever_is_shut_out_is_so_with_a_passkey_too() {
    on_each_engine(async |house| {
        let (kim, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        house.privacy.ban(lee, kim, "베낀 사진을 올렸습니다.", Language::Korean).await.expect("banned");
        let shut_out = try_with(house, &mut browser).await;
        assert!(matches!(shut_out, Ok(Entered::ShutOut { .. })), "{shut_out:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_stayed_away_comes_back_with_a_passkey() {
    on_each_engine(async |house| {
        let (kim, _, mut browser) = with_passkey(house, "kim@shop.example").await;
        for day in ["2027-10-20T09:00:00+09:00", "2028-01-20T09:00:00+09:00"] {
            set(day);
            let confirm_clock = Some("clock".parse().expect("a reason"));
            let request = SweepRequest { confirm_clock, ..SweepRequest::default() };
            house.privacy.sweep(&request, |_| {}).await.expect("swept");
        }
        let membership =
            async || house.privacy.vault().person(house.privacy.policy(), kim).await.expect("on file").membership;
        assert!(matches!(membership().await, vestry_policy::Membership::Dormant { .. }));
        assert_in(try_with(house, &mut browser).await);
        assert!(matches!(membership().await, vestry_policy::Membership::Active { .. }));
        assert_in(try_with(house, &mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn without_an_origin_nobody_is_asked_for_a_passkey() {
    let house = House::with(Config::default()).await;
    let (kim, _) = house.member("kim@shop.example").await;
    assert!(house.privacy.passkeys_at().is_none());
    assert!(house.privacy.ask_with_passkey().await.is_err());
    assert!(house.privacy.ask_for_passkey(kim, &personal(PASSWORD), &personal("")).await.is_err());
    assert!(house.privacy.log_in_with_passkey("", "", &device("Firefox, Linux")).await.is_err());
}
