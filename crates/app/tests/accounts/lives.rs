//! Members: signing up, logging in, passwords, their own data, leaving.

use crate::house::{
    PASSWORD, child, device, log_in, on_each_engine, on_each_engine_with, pass, personal, set, sign_up,
};
use jiff::SignedDuration;
use vestry_app::{
    AccountError, Config, Entered, Language, Leaving, LogIn, NamedGuardian, PrivacyError, Reader, Role, VaultError,
    Waits,
};

#[tokio::test]
async fn clause_2_ga_1_refusing_every_optional_item_still_gives_an_account() {
    on_each_engine(async |house| {
        let asked = house.privacy.sign_up_items();
        let policy = house.privacy.policy();
        let names: Vec<_> = asked.iter().map(|asked| (policy.item(asked.item).id.as_str(), asked.required)).collect();
        // What is asked, and what is required, is the policy's word.
        let required: Vec<&str> = names.iter().filter(|(_, required)| *required).map(|(name, _)| *name).collect();
        assert_eq!(required, ["email", "name", "mobile", "company_phone", "company", "title"]);
        let (person, visitor) = house.member("kim@shop.example").await;
        assert_eq!((visitor.person, visitor.role), (person, Some(Role::Owner)));
        for missing in required {
            let mut form = sign_up("lee@shop.example");
            form.items.remove(missing);
            let refused = house.privacy.sign_up(form).await;
            assert!(
                matches!(&refused, Err(AccountError::Missing { item }) if item == missing),
                "{missing}: {refused:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_up_counts_once_its_address_is_confirmed() {
    on_each_engine(async |house| {
        house.privacy.sign_up(sign_up("kim@shop.example")).await.expect("signed up");
        let before = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(before, Err(AccountError::Wrong)), "{before:?}");
        let letter = house.post().await.pop().expect("a letter");
        let token = letter.token("/join/confirm/");
        house.privacy.confirm(&token).await.expect("confirmed");
        let again = house.privacy.confirm(&token).await;
        assert!(matches!(again, Err(AccountError::Link)), "a link is good once: {again:?}");
        house.enter(" Kim@Shop.example ", PASSWORD).await;
        // Nothing of the sign-up is left beside the member.
        assert_eq!(house.privacy.vault().count_people().await.expect("counted"), 1);
    })
    .await;
}

#[tokio::test]
async fn a_sign_up_that_nobody_confirms_is_gone_after_three_days() {
    on_each_engine(async |house| {
        house.privacy.sign_up(sign_up("kim@shop.example")).await.expect("signed up");
        let token = house.post().await.pop().expect("a letter").token("/join/confirm/");
        for _ in 0..20 {
            pass(SignedDuration::from_hours(20));
            house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept");
        }
        assert_eq!(house.privacy.vault().count_people().await.expect("counted"), 0);
        assert!(matches!(house.privacy.confirm(&token).await, Err(AccountError::Link)));
    })
    .await;
}

#[tokio::test]
async fn clause_6_na_a_sign_up_after_midnight_leaves_no_daily_sweep_out() {
    on_each_engine(async |house| {
        let named = NamedGuardian {
            name: personal("김두리"),
            contact: personal("parent@home.example"),
            language: Language::Korean,
            invitation: None,
        };
        house.privacy.ask_guardian(&named).await.expect("asked");
        house.privacy.keep_the_day().await.expect("kept");
        let mut members = 0;
        for day in 3..18 {
            // Each of these is certified for itself, before the day is looked at.
            set(&format!("2026-11-{day:02}T00:05:00+09:00"));
            house.member(&format!("kim{day}@shop.example")).await;
            members += 1;
            pass(SignedDuration::from_mins(5));
            assert_eq!(house.privacy.sweep_state().await.expect("told").last.map(|last| last.day()), Some(day - 1));
            house.privacy.keep_the_day().await.expect("kept");
            assert_eq!(house.privacy.sweep_state().await.expect("told").last.map(|last| last.day()), Some(day));
            let certificates = house.privacy.vault().certificates().expect("read").len();
            house.privacy.keep_the_day().await.expect("kept");
            assert_eq!(house.privacy.vault().certificates().expect("read").len(), certificates, "one a day");
        }
        assert_eq!(
            house.privacy.vault().count_people().await.expect("counted"),
            members,
            "nobody asks a guardian any more"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_learns_whether_somebody_has_an_account() {
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        // A second sign-up is answered alike, and its owner is told by mail.
        house.privacy.sign_up(sign_up("kim@shop.example")).await.expect("answered alike");
        let letters = house.post().await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains("이미") && letters[0].text.contains("/password/"), "{letters:?}");
        // The same is done for either before the answer; what takes longer for the one would tell.
        let known = house.privacy.vault().find(&personal("kim@shop.example")).await.expect("asked");
        for (mail, letters) in [("nobody@shop.example", 0), ("kim@shop.example", 1)] {
            for is_reset in [true, false] {
                match is_reset {
                    true => house.privacy.ask_reset(&personal(mail), Language::Korean).await.expect("asked"),
                    false => house.privacy.sign_up(sign_up(mail)).await.expect("taken"),
                }
                let waits = house.privacy.vault().unsent(Waits::Letters, 10).await.expect("listed");
                assert_eq!(waits.len(), 1, "{mail}");
                assert!(known.is_some() && known != Some(waits[0].0), "under nobody's name yet: {mail}");
                assert_eq!(house.post().await.len(), if is_reset { letters } else { 1 }, "{mail}");
            }
        }
        for (mail, password) in [("kim@shop.example", "wrong wrong wrong"), ("nobody@shop.example", PASSWORD), ("", "")]
        {
            let refused = house.privacy.log_in(&log_in(mail, password)).await;
            assert!(matches!(refused, Err(AccountError::Wrong)), "{mail}: {refused:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn clause_7_ga_too_many_tries_wait_and_a_restart_does_not_forget_them() {
    on_each_engine(async |mut house| {
        house.member("kim@shop.example").await;
        house.member("lee@shop.example").await;
        for _ in 0..6 {
            let refused = house.privacy.log_in(&log_in("kim@shop.example", "wrong wrong wrong")).await;
            assert!(matches!(refused, Err(AccountError::Wrong)), "{refused:?}");
        }
        house = house.reopened().await;
        let waits = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(waits, Err(AccountError::Wait(wait)) if wait.as_secs() <= 30), "{waits:?}");
        house.enter("lee@shop.example", PASSWORD).await;
        pass(SignedDuration::from_secs(31));
        house.enter("kim@shop.example", PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn settings_say_how_patient_accounts_are() {
    let within = "free_tries = 1\nlongest_wait_minutes = 1\nconfirm_hours = 2\n";
    let settings: Config = toml::from_str(&format!("[accounts]\n{within}")).expect("settings");
    on_each_engine_with(&settings, async |house| {
        house.member("kim@shop.example").await;
        let wrong = async || house.privacy.log_in(&log_in("kim@shop.example", "wrong wrong wrong")).await;
        assert!(matches!(wrong().await, Err(AccountError::Wrong)), "one is free");
        for wait in [30, 60, 60] {
            assert!(matches!(wrong().await, Err(AccountError::Wrong)));
            let waits = wrong().await;
            assert!(matches!(waits, Err(AccountError::Wait(of)) if of.as_secs() == wait), "{wait}: {waits:?}");
            pass(SignedDuration::from_secs(wait));
        }
        house.privacy.sign_up(sign_up("lee@shop.example")).await.expect("taken");
        let link = house.post().await.pop().expect("a letter").token("/join/confirm/");
        pass(SignedDuration::from_hours(2));
        assert!(matches!(house.privacy.confirm(&link).await, Err(AccountError::Link)), "two hours are over");
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_mailed_link_and_ends_every_session() {
    on_each_engine(async |mut house| {
        let (person, _) = house.member("kim@shop.example").await;
        house.privacy.ask_reset(&personal("kim@shop.example"), Language::English).await.expect("asked");
        // What was asked for is there when another process posts it.
        house = house.reopened().await;
        let token = house.post().await.pop().expect("a letter").token("/password/");
        let weak = house.privacy.reset(&token, &personal("password1234")).await;
        assert!(matches!(weak, Err(AccountError::Weak(_))), "{weak:?}");
        let new = "four buttons and a blue thread";
        house.privacy.reset(&token, &personal(new)).await.expect("set");
        assert!(house.privacy.own_sessions(person).await.expect("sessions").is_empty());
        assert!(matches!(house.privacy.reset(&token, &personal(new)).await, Err(AccountError::Link)));
        let old = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(old, Err(AccountError::Wrong)), "{old:?}");
        house.enter("kim@shop.example", new).await;
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_old_or_ended() {
    on_each_engine(async |house| {
        let (person, _) = house.member("kim@shop.example").await;
        let token = |entered| match entered {
            Entered::In(token) => token,
            Entered::CodeNeeded | Entered::ShutOut { .. } => panic!("no code is set up"),
        };
        let kept = token(house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await.expect("in"));
        for _ in 0..20 {
            pass(SignedDuration::from_hours(11));
            assert!(house.privacy.visitor(&kept).await.expect("asked").is_some(), "used within twelve hours");
        }
        pass(SignedDuration::from_hours(13));
        assert!(house.privacy.visitor(&kept).await.expect("asked").is_none(), "idle");
        let old = token(house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await.expect("in"));
        for _ in 0..34 {
            pass(SignedDuration::from_hours(10));
            house.privacy.visitor(&old).await.expect("asked");
        }
        assert!(house.privacy.visitor(&old).await.expect("asked").is_none(), "fourteen days at most");
        let ended = token(house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await.expect("in"));
        let visitor = house.privacy.visitor(&ended).await.expect("asked").expect("a session");
        house.privacy.log_out(&visitor).await.expect("out");
        assert!(house.privacy.visitor(&ended).await.expect("asked").is_none());
        assert!(house.privacy.own_sessions(person).await.expect("sessions").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_new_device_is_told_by_mail() {
    on_each_engine(async |house| {
        house.member("kim@shop.example").await;
        assert!(house.post().await.is_empty(), "the first one is no news");
        let form = LogIn { device: device("Safari, iPhone"), ..log_in("kim@shop.example", PASSWORD) };
        house.privacy.log_in(&form).await.expect("in");
        let letter = house.post().await.pop().expect("a letter");
        assert!(letter.text.contains("Safari, iPhone"), "{letter:?}");
        house.privacy.log_in(&form).await.expect("in");
        assert!(house.post().await.is_empty(), "known now");
    })
    .await;
}

#[tokio::test]
async fn clause_5_leaving_takes_effect_at_once_everywhere() {
    on_each_engine(async |house| {
        let (person, visitor) = house.member("kim@shop.example").await;
        house.privacy.ask_reset(&personal("kim@shop.example"), Language::Korean).await.expect("asked");
        let stays = house.privacy.stays_after(person, Leaving::Withdrawn).await.expect("told");
        assert!(stays.iter().all(|stay| stay.until.is_some()), "{stays:?}");
        let refused = house.privacy.leave(person, &personal("wrong wrong wrong"), Leaving::Withdrawn).await;
        assert!(matches!(refused, Err(AccountError::Wrong)), "{refused:?}");
        let sweep =
            house.privacy.leave(person, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left").expect("swept");
        assert!(sweep.certificate.destroyed.iter().any(|counted| counted.class == "security"), "{sweep:?}");
        // Sessions, look-up, queued mail and links are gone with it.
        assert!(house.privacy.own_sessions(person).await.expect("sessions").is_empty());
        assert!(house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked").is_none());
        let letters = house.post().await;
        let [last] = letters.as_slice() else { panic!("a letter that was queued is not sent: {letters:?}") };
        assert!(last.to == "kim@shop.example" && last.text.contains("탈퇴가 처리되어"), "{last:?}");
        let policy = house.privacy.policy();
        let name = &policy.item(policy.item_named(&stays[0].items[0]).expect("an item")).name.ko;
        let day = stays[0].until.expect("a day").strftime("%Y년 %-m월 %-d일").to_string();
        assert!(last.text.contains(name.as_str()) && last.text.contains(&day), "what stays, and until when: {last:?}");
        assert!(house.post().await.is_empty(), "once");
        pass(SignedDuration::from_hours(24));
        house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept");
        assert_eq!(
            house.privacy.vault().count_people().await.expect("counted"),
            1,
            "the letter went, what stays is there"
        );
        let gone = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(gone, Err(AccountError::Wrong)), "{gone:?}");
        // The address is free again.
        house.member("kim@shop.example").await;
    })
    .await;
}

#[tokio::test]
async fn clause_1_ra_marketing_is_a_box_of_its_own_and_taking_it_back_leaves_the_rest() {
    on_each_engine(async |house| {
        let (person, _) = house.member("kim@shop.example").await;
        let policy = house.privacy.policy();
        let consents = house.privacy.consents(person).await.expect("asked");
        assert!(consents.iter().all(|consent| !consent.given), "off by default: {consents:?}");
        let marketing = policy.purpose_named("marketing").expect("marketing");
        house.privacy.give_consent(person, marketing, "shown text").await.expect("given");
        let held = |records: &[vestry_app::OwnRecord], item: &str| {
            let id = policy.item_named(item).expect("an item");
            records.iter().flat_map(|record| &record.record.items).any(|held| held.item == id)
        };
        let records = house.privacy.own_records(person).await.expect("held");
        assert!(held(&records, "mailing") && held(&records, "consent"));
        house.privacy.take_back(person, "marketing").await.expect("taken back");
        let records = house.privacy.own_records(person).await.expect("held");
        assert!(!held(&records, "mailing") && held(&records, "consent") && held(&records, "name"));
        let consents = house.privacy.consents(person).await.expect("asked");
        assert!(consents.iter().any(|consent| consent.taken_back.is_some()), "{consents:?}");
    })
    .await;
}

#[tokio::test]
async fn clause_4_da_a_fresh_login_brings_a_dormant_member_back() {
    on_each_engine(async |house| {
        let (person, visitor) = house.member("kim@shop.example").await;
        let organisation = visitor.organisation.expect("an organisation");
        assert_eq!(house.privacy.colleagues(organisation, person).await.expect("asked").len(), 1);
        set("2027-10-15T09:00:00+09:00");
        let confirm = || vestry_app::SweepRequest {
            confirm_clock: Some("clock".parse().expect("a reason")),
            ..Default::default()
        };
        house.privacy.sweep(&confirm(), |_| {}).await.expect("told");
        let letter = house.post().await.pop().expect("a notice");
        assert!(letter.to == "kim@shop.example" && letter.text.contains("2027"), "{letter:?}");
        set("2027-12-15T09:00:00+09:00");
        house.privacy.sweep(&confirm(), |_| {}).await.expect("set apart");
        let opening = vestry_app::Opening::new("membership", vestry_app::Reader::Program, None).expect("an opening");
        let kept = house.privacy.show_person(person, &opening, None).await;
        assert!(
            matches!(kept, Err(PrivacyError::Vault(VaultError::NothingFor { .. }))),
            "what is kept apart serves nothing else: {kept:?}"
        );
        let shown = house.privacy.colleagues(organisation, person).await.expect("asked");
        assert!(shown.is_empty(), "nor is it shown to colleagues: {shown:?}");
        house.enter("kim@shop.example", PASSWORD).await;
        let records = house.privacy.own_records(person).await.expect("held");
        // Visits are kept apart from the first moment.
        let visit = house.privacy.policy().class_named("visit");
        let mut others = records.iter().filter(|record| Some(record.record.class) != visit);
        assert!(others.all(|record| !record.record.is_kept_apart()));
    })
    .await;
}

#[tokio::test]
async fn an_organisation_has_an_owner_who_invites_and_is_never_without_one() {
    on_each_engine(async |house| {
        let (owner, visitor) = house.member("kim@shop.example").await;
        let organisation = visitor.organisation.expect("an organisation");
        let mail = personal("lee@shop.example");
        house.privacy.invite((organisation, "한빛상점"), &mail, Role::Viewer, Language::Korean).await.expect("invited");
        let token = house.post().await.pop().expect("a letter").token("/join?invitation=");
        let mut form = sign_up("lee@shop.example");
        form.invitation = Some(token.clone());
        house.privacy.sign_up(form).await.expect("signed up");
        let confirm = house.post().await.pop().expect("a letter").token("/join/confirm/");
        let joined = house.privacy.confirm(&confirm).await.expect("confirmed");
        assert_eq!(joined.organisation, organisation);
        let viewer = house.enter("lee@shop.example", PASSWORD).await;
        assert_eq!((viewer.role, viewer.organisation), (Some(Role::Viewer), Some(organisation)));
        let mut again = sign_up("park@shop.example");
        again.invitation = Some(token);
        assert!(matches!(house.privacy.sign_up(again).await, Err(AccountError::Link)), "an invitation is good once");
        let alone = house.privacy.give_role(organisation, owner, Some(Role::Editor)).await;
        let last = |error: &AccountError| {
            matches!(error, AccountError::Privacy(PrivacyError::Vault(VaultError::LastOfRole { .. })))
        };
        assert!(alone.as_ref().is_err_and(last), "{alone:?}");
        house.privacy.give_role(organisation, joined.person, Some(Role::Owner)).await.expect("given");
        house.privacy.give_role(organisation, owner, None).await.expect("taken");
        assert!(
            house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked").is_none(),
            "signed out with the role"
        );
        let colleagues = house.privacy.colleagues(organisation, joined.person).await.expect("asked");
        assert_eq!(colleagues.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn clause_9_a_guardian_is_asked_consents_sees_and_is_gone_on_the_birthday() {
    use vestry_app::GuardianPage;
    on_each_engine(async |house| {
        let link = house.asked_guardian().await;
        assert!(matches!(house.privacy.guardian(&link).await, Ok(GuardianPage::Asked)));
        let account = |day: &str| child("child@home.example", day);
        for day in ["2026-11-02", "2041-01-01"] {
            let refused = house.privacy.consent_for(&link, &account(day)).await;
            assert!(
                matches!(&refused, Err(AccountError::Unusable { item }) if item == "day_of_14"),
                "{day}: {refused:?}"
            );
        }
        house.privacy.consent_for(&link, &account("2026-12-24")).await.expect("consented");
        // The child's own mail, and a password of their own.
        let first = house.post().await.pop().expect("a letter");
        assert_eq!(first.to, "child@home.example");
        let joined = house.privacy.confirm(&first.token("/join/confirm/")).await.expect("confirmed");
        let told = house.post().await.pop().expect("a letter");
        assert!(told.to == "child@home.example" && told.text.contains("법정대리인의 동의가 확인되어"), "{told:?}");
        let (child, password) = (joined.person, joined.password.expect("a link to a first password"));
        house.privacy.reset(&password, &personal(PASSWORD)).await.expect("set");
        house.enter("child@home.example", PASSWORD).await;
        // What the guardian decides is not the child's to decide otherwise.
        let marketing = house.privacy.policy().purpose_named("marketing").expect("listed");
        let gives = async || house.privacy.give_consent(child, marketing, "광고를 받을게요").await;
        assert!(matches!(gives().await, Err(AccountError::Guarded)));
        assert!(house.privacy.asks_for(child).await.expect("asked").purposes.is_empty());
        house.privacy.give_consent_for(&link, marketing, "광고를 받을게요").await.expect("by the guardian");
        house.privacy.take_back_consent(child, marketing).await.expect("a child may take it back");
        // The guardian sees and corrects, and the child can see that they looked.
        assert!(matches!(house.privacy.guardian(&link).await, Ok(GuardianPage::Of(of)) if of == child));
        let records = house.privacy.records_for_guardian(child).await.expect("held");
        assert!(records.iter().any(|record| house.privacy.policy().class(record.record.class).id == "guardian"));
        house.privacy.correct_for(&link, "name", "김아이").await.expect("corrected");
        let looks = house.privacy.looks_at_own(child).await.expect("looks");
        assert!(looks.iter().any(|look| look.reader.starts_with("guardian")), "{looks:?}");
        set("2026-12-23T23:59:59+09:00");
        assert!(house.privacy.guardian(&link).await.is_ok());
        set("2026-12-24T00:00:00+09:00");
        assert!(matches!(house.privacy.guardian(&link).await, Err(AccountError::Link)), "their power ends");
        let confirm =
            vestry_app::SweepRequest { confirm_clock: Some("clock".parse().expect("a reason")), ..Default::default() };
        house.privacy.sweep(&confirm, |_| {}).await.expect("swept");
        let records = house.privacy.own_records(child).await.expect("held");
        assert!(records.iter().all(|record| house.privacy.policy().class(record.record.class).id != "guardian"));
        house.enter("child@home.example", PASSWORD).await;
        gives().await.expect("their own from now on");
    })
    .await;
}

#[tokio::test]
async fn a_child_whose_guardian_ends_the_account_is_told_by_a_last_letter() {
    on_each_engine(async |house| {
        let link = house.asked_guardian().await;
        house.privacy.consent_for(&link, &child("child@home.example", "2026-12-24")).await.expect("consented");
        let first = house.post().await.pop().expect("a letter");
        house.privacy.confirm(&first.token("/join/confirm/")).await.expect("confirmed");
        house.post().await;
        house.privacy.leave_for(&link, Leaving::Withdrawn).await.expect("ended");
        let letters = house.post().await;
        let is_last = |letter: &crate::house::Letter| letter.text.contains("탈퇴가 처리되어");
        assert!(letters.len() == 1 && letters.iter().all(is_last), "{letters:?}");
        assert_eq!(letters[0].to, "child@home.example");
    })
    .await;
}

#[tokio::test]
async fn a_guardian_does_not_learn_whose_an_address_is() {
    use vestry_app::GuardianPage;
    on_each_engine(async |house| {
        let (banned, _) = house.member("banned@shop.example").await;
        house.member("kim@shop.example").await;
        let until = house.privacy.now() + SignedDuration::from_hours(24 * 30);
        let (policy, now) = (house.privacy.policy(), house.privacy.now());
        house.privacy.vault().ban(policy, banned, until, now).await.expect("banned");
        house.privacy.withdraw(banned).await.expect("gone");
        let mut links = Vec::new();
        for (mail, told) in [
            ("kim@shop.example", "이미"),
            ("banned@shop.example", "/join/confirm/"),
            ("child@home.example", "/join/confirm/"),
        ] {
            let link = house.asked_guardian().await;
            let account = child(mail, "2026-12-24");
            let confirm = house.privacy.consent_for(&link, &account).await.expect("answered alike");
            let again = house.privacy.consent_for(&link, &account).await;
            assert!(matches!(again, Err(AccountError::Link)), "the question is over: {again:?}");
            let letters = house.post().await;
            let is_told = |letter: &crate::house::Letter| letter.to == mail && letter.text.contains(told);
            assert!(letters.len() == 1 && letters.iter().any(is_told), "{mail}: {letters:?}");
            links.push((link, confirm));
        }
        // Whosever the address is, the guardian's link waits for as long, and then is over.
        for (link, _) in &links {
            let page = house.privacy.guardian(link).await;
            assert!(matches!(page, Ok(GuardianPage::Waits)), "{page:?}");
        }
        for (_, confirm) in &links[..2] {
            let refused = house.privacy.confirm(confirm).await;
            assert!(matches!(refused, Err(AccountError::Link)), "there is no second account: {refused:?}");
        }
        for _ in 0..5 {
            pass(SignedDuration::from_hours(20));
            house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept");
        }
        for (link, _) in &links {
            let page = house.privacy.guardian(link).await;
            assert!(matches!(page, Err(AccountError::Link)), "{page:?}");
        }
        assert_eq!(house.privacy.vault().count_people().await.expect("counted"), 2, "no child who did not confirm");
    })
    .await;
}

#[tokio::test]
async fn clause_9_a_guardian_who_refuses_is_forgotten_at_once() {
    on_each_engine(async |house| {
        let link = house.asked_guardian().await;
        assert_eq!(house.privacy.vault().count_people().await.expect("counted"), 1, "who was asked");
        house.privacy.refuse_for(&link).await.expect("refused");
        assert_eq!(house.privacy.vault().count_people().await.expect("counted"), 0);
        for page in [house.privacy.guardian(&link).await.map(drop), house.privacy.refuse_for(&link).await] {
            assert!(matches!(page, Err(AccountError::Link)), "the question is over: {page:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn clause_9_without_an_answer_nothing_of_guardian_and_child_is_left() {
    use vestry_app::NamedGuardian;
    on_each_engine(async |house| {
        let named = NamedGuardian {
            name: personal("박보호"),
            contact: personal("guardian@home.example"),
            language: Language::English,
            invitation: None,
        };
        house.privacy.ask_guardian(&named).await.expect("asked");
        let link = house.post().await.pop().expect("a letter").token("/guardian/");
        for _ in 0..20 {
            pass(SignedDuration::from_hours(20));
            house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept");
        }
        assert_eq!(house.privacy.vault().count_people().await.expect("counted"), 0);
        assert!(house.privacy.guardian(&link).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn clause_9_a_guardian_may_answer_until_the_end_of_the_policys_last_day() {
    on_each_engine(async |house| {
        let (link, policy) = (house.asked_guardian().await, house.privacy.policy());
        let asked = policy.local(house.privacy.now());
        let last = policy.children.answer_within.last_day(asked).expect("a day");
        let over = policy.first_moment(last.tomorrow().expect("a day"));
        pass(over.duration_since(house.privacy.now()) - SignedDuration::from_secs(1));
        assert!(matches!(house.privacy.guardian(&link).await, Ok(vestry_app::GuardianPage::Asked)), "until {last}");
        pass(SignedDuration::from_secs(1));
        let page = house.privacy.guardian(&link).await;
        assert!(matches!(page, Err(AccountError::Link)), "{page:?}");
        let late = house.privacy.consent_for(&link, &child("child@home.example", "2027-12-24")).await;
        assert!(matches!(late, Err(AccountError::Link)), "{late:?}");
    })
    .await;
}

/// What is kept of a session between two requests is of no use after anything was written.
#[tokio::test]
async fn a_session_that_was_just_checked_ends_with_its_owners_leaving_or_role() {
    on_each_engine(async |house| {
        let (kim, visitor) = house.member("kim@shop.example").await;
        let Entered::In(token) = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await.expect("let in")
        else {
            panic!("no code is set up")
        };
        let is_in = async || house.privacy.visitor(&token).await.expect("asked").is_some();
        assert!(is_in().await && is_in().await);
        house.privacy.vault().end_sessions(kim, Some(&visitor.session)).await.expect("ended");
        assert!(!is_in().await, "ended from elsewhere");
        let still = house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked");
        assert!(
            still.is_some()
                && house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked") == still
        );
        house.privacy.vault().withdraw(house.privacy.policy(), kim, house.privacy.now()).await.expect("left");
        assert_eq!(house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked"), None);
    })
    .await;
}

#[tokio::test]
async fn clause_2_ga_2_visits_and_searches_are_written_down_sealed_and_an_objection_takes_searches() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        let (lee, _) = house.member("lee@shop.example").await;
        for (person, words) in [(kim, "체크 셔츠"), (kim, "navy coat"), (lee, "linen")] {
            house.privacy.note_search(person, words, false);
        }
        house.privacy.withdraw(lee).await.expect("left");
        assert_eq!(house.privacy.write_searches().await.expect("written"), 1, "who left leaves nothing more");
        assert_eq!(house.privacy.write_searches().await.expect("written"), 0, "once");
        let texts = async || {
            let records = house.privacy.own_records(kim).await.expect("held");
            let of = |record: &vestry_app::OwnRecord| {
                let class = house.privacy.policy().class(record.record.class).id.clone();
                let items = record.record.items.iter().map(|held| held.value.open(&record.opening).clone());
                let day = record.record.day.as_ref().map(|day| day.value.open(&record.opening).clone());
                format!("{class}: {}", items.chain(day).collect::<Vec<_>>().join(" "))
            };
            records.iter().map(of).collect::<Vec<String>>()
        };
        let held = texts().await;
        let has =
            |held: &[String], class: &str, text: &str| held.iter().any(|t| t.starts_with(class) && t.contains(text));
        assert!(has(&held, "usage", "체크 셔츠") && has(&held, "usage", "navy coat"), "{held:?}");
        assert!(has(&held, "visit", "192.0.2.1") && has(&held, "visit", "Firefox"), "{held:?}");
        // In use they serve their owner; apart they would serve improvement alone, which was objected to.
        house.privacy.object(kim).await.expect("objected");
        assert!(has(&texts().await, "usage", "navy coat"));
        house.privacy.withdraw(kim).await.expect("left");
        let held = texts().await;
        assert!(!has(&held, "usage", "") && has(&held, "visit", "192.0.2.1"), "{held:?}");
    })
    .await;
}

/// Whoever left while the daily sweep ran, or while the clock was in doubt, was told that nothing had been done.
#[tokio::test]
async fn clause_5_leaving_takes_effect_although_nothing_can_be_swept() {
    for is_busy in [true, false] {
        on_each_engine(async |house| {
            let (kim, visitor) = house.member("kim@shop.example").await;
            let turn = if is_busy {
                Some(
                    house
                        .privacy
                        .vault()
                        .begin_sweep(house.privacy.policy(), house.privacy.now())
                        .await
                        .expect("a turn"),
                )
            } else {
                set("2026-12-02T09:00:00+09:00");
                None
            };
            // A letter and a copy wait.
            let form = LogIn { device: device("Safari, iPhone"), ..log_in("kim@shop.example", PASSWORD) };
            house.privacy.log_in(&form).await.expect("in");
            house.privacy.ask_export(kim, Reader::Themselves(kim)).await.expect("asked");
            for waits in [Waits::Letters, Waits::Copies] {
                assert_eq!(house.privacy.vault().unsent(waits, 10).await.expect("listed").len(), 1);
            }
            let swept = house.privacy.leave(kim, &personal(PASSWORD), Leaving::Withdrawn).await.expect("left");
            assert!(swept.is_none());
            drop(turn);
            let letters = house.post().await;
            assert!(
                letters.len() == 1 && letters[0].text.contains("탈퇴가 처리되어"),
                "no letter goes out but the one that says so: {letters:?}"
            );
            assert_eq!(house.privacy.make_exports().await.expect("asked"), 0, "and no copy is made");
            assert!(
                house.privacy.vault().session(&visitor.session, house.privacy.now()).await.expect("asked").is_none()
            );
            let refused = house.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
            assert!(matches!(refused, Err(AccountError::Wrong)), "{refused:?}");
            let confirm = Some("clock".parse().expect("a reason"));
            let request = vestry_app::SweepRequest { confirm_clock: confirm, ..Default::default() };
            let vestry_app::SweepOutcome::CarriedOut(sweep) =
                house.privacy.sweep(&request, |_| {}).await.expect("swept")
            else {
                panic!("only shown")
            };
            assert!(
                sweep.certificate.destroyed.iter().any(|counted| counted.class == "account"),
                "the next one does it"
            );
        })
        .await;
    }
}

/// Without a mail server letters land in the data folder: there they are no longer than their records.
#[tokio::test]
async fn clause_6_na_letters_in_the_data_folder_go_with_their_records() {
    on_each_engine(async |house| {
        let (person, _) = house.member("kim@shop.example").await;
        house.privacy.sign_up(sign_up("lee@shop.example")).await.expect("signed up");
        house.post().await;
        let of = |mail: &str| house.raw_letters().iter().filter(|letter| letter.contains(mail)).count();
        assert!(of("lee@shop.example") > 0);
        house.privacy.withdraw(person).await.expect("left");
        house.privacy.erase(person).await.expect("erased");
        assert_eq!(of("kim@shop.example"), 0, "{:?}", house.raw_letters());
        assert!(of("lee@shop.example") > 0, "somebody else's waits to be read");
        set("2026-12-20T09:00:00+09:00");
        let request =
            vestry_app::SweepRequest { confirm_clock: Some("clock".parse().expect("a reason")), ..Default::default() };
        house.privacy.sweep(&request, |_| {}).await.expect("swept");
        assert_eq!(house.raw_letters(), Vec::<String>::new());
    })
    .await;
}
