//! Two processes over the same databases: what one of them ends is over in the other at once.

use crate::{
    engines::{Engine, engines},
    house::{
        House, PASSWORD, SURROUNDINGS, device, drop_schemas, in_two_processes, log_in, pass, personal, set, sign_up,
    },
    notices,
    office::{self, code, enrolled},
};
use jiff::SignedDuration;
use vestry_app::{
    AccountError, App, Both, Config, Entered, KeyKind, Language, PersonId, PrivacyError, Reader, Role, SignUp,
    StaffEntered, VaultError, Waits,
};
use vestry_model::OrganisationId;

impl House {
    /// A session that begins here.
    async fn session(&self, mail: &str) -> String {
        match self.privacy.log_in(&log_in(mail, PASSWORD)).await.expect("let in") {
            Entered::In(token) => token.to_string(),
            other => panic!("not in: {other:?}"),
        }
    }

    async fn knows(&self, session: &str) -> bool {
        self.privacy.visitor(session).await.expect("asked").is_some()
    }

    /// Every value that can be opened of somebody, whatever it serves.
    async fn opens(&self, person: PersonId) -> Vec<String> {
        let records = self.privacy.own_records(person).await.expect("asked");
        let values = |record: &vestry_app::OwnRecord| {
            record.record.items.iter().map(|held| held.value.open(&record.opening).clone()).collect::<Vec<_>>()
        };
        records.iter().flat_map(values).collect()
    }

    /// Somebody who comes in by an invitation.
    async fn colleague(&self, organisation: OrganisationId, mail: &str) -> PersonId {
        let invited = (organisation, "한빛상점");
        self.privacy.invite(invited, &personal(mail), Role::Viewer, Language::Korean).await.expect("invited");
        let invitation = self.post().await.pop().expect("a letter").token("/join?invitation=");
        self.privacy.sign_up(SignUp { invitation: Some(invitation), ..sign_up(mail) }).await.expect("signed up");
        let confirm = self.post().await.pop().expect("a letter").token("/join/confirm/");
        self.privacy.confirm(&confirm).await.expect("confirmed").person
    }

    async fn waiting(&self, of: PersonId) -> usize {
        let waiting = self.privacy.vault().unsent(Waits::Letters, 10).await.expect("listed");
        waiting.iter().filter(|(person, _)| *person == of).count()
    }
}

#[tokio::test]
async fn clause_5_who_leaves_in_one_process_is_out_of_every_other_at_once() {
    in_two_processes(async |here, there| {
        let (kim, _) = here.member("kim@shop.example").await;
        let (lee, _) = here.member("lee@shop.example").await;
        let (session, others) = (there.session("kim@shop.example").await, there.session("lee@shop.example").await);
        there.lets_a_letter_wait("kim@shop.example").await;
        there.lets_a_letter_wait("lee@shop.example").await;
        assert!(there.knows(&session).await && there.knows(&others).await);
        assert_eq!((there.waiting(kim).await, there.waiting(lee).await), (1, 1));
        for person in [kim, lee] {
            there.privacy.ask_export(person, Reader::Themselves(person)).await.expect("asked");
        }

        // No sweep comes by in between, which would take the letter away.
        here.privacy.vault().withdraw(here.privacy.policy(), kim, here.privacy.now()).await.expect("left");
        assert!(!there.knows(&session).await, "their session");
        let refused = there.privacy.log_in(&log_in("kim@shop.example", PASSWORD)).await;
        assert!(matches!(refused, Err(AccountError::Wrong)), "{refused:?}");
        let letters = there.post().await;
        let to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        assert_eq!(to, ["lee@shop.example"], "the letter that waited");
        assert_eq!(there.privacy.make_exports().await.expect("made"), 1, "the copy that waited");
        let gone = there.privacy.export_text(kim, Reader::Themselves(kim)).await;
        assert!(matches!(gone, Err(AccountError::Link)), "{:?}", gone.map(drop));
        there.privacy.export_text(lee, Reader::Themselves(lee)).await.expect("whoever stays has theirs");
        assert!(there.knows(&others).await, "whoever stays is still in");
    })
    .await;
}

/// A stop between the keys and the ciphertext: only the keys keep what is still there shut.
#[tokio::test]
async fn clause_6_na_a_key_that_one_process_destroyed_opens_nothing_in_another_that_had_it_in_memory() {
    in_two_processes(async |here, there| {
        let (kim, _) = here.member("kim@shop.example").await;
        // What nothing keeps past the membership.
        let knows_device = |values: &[String]| values.iter().any(|value| value.contains("Firefox, Linux"));
        assert!(knows_device(&there.opens(kim).await));
        here.privacy.vault().withdraw(here.privacy.policy(), kim, here.privacy.now()).await.expect("left");
        assert!(knows_device(&there.opens(kim).await), "nothing was swept yet");
        let rows = there.privacy.vault().person(there.privacy.policy(), kim).await.expect("on file").records.len();
        stop_once_the_keys_are_gone(&here, kim).await;
        let still = there.privacy.vault().person(there.privacy.policy(), kim).await.expect("on file").records.len();
        assert_eq!(still, rows, "the ciphertext is there");
        let opened = there.opens(kim).await;
        assert!(!knows_device(&opened), "{opened:?}");
    })
    .await;
}

async fn stop_once_the_keys_are_gone(house: &House, person: PersonId) {
    for steps in 0..100 {
        house.privacy.vault().steps().stop_after(steps);
        let stopped = house.privacy.erase(person).await;
        match stopped {
            Err(PrivacyError::Vault(VaultError::Stopped { name: "delete the live ciphertext", .. })) => {
                return;
            }
            Err(PrivacyError::Vault(VaultError::Stopped { .. })) => {}
            other => panic!("not stopped: {other:?}"),
        }
    }
    panic!("never came so far");
}

#[tokio::test]
async fn clause_1_ra_a_consent_taken_back_in_one_process_lets_no_other_send_what_waits() {
    in_two_processes(async |here, there| {
        let marketing = here.privacy.policy().purpose_named("marketing").expect("a purpose");
        let (kim, _) = here.member("kim@shop.example").await;
        let (lee, _) = here.member("lee@shop.example").await;
        for person in [kim, lee] {
            here.privacy.give_consent(person, marketing, "광고를 받을게요").await.expect("agreed");
        }
        here.post().await;
        let both = |text: &str| Both { ko: text.into(), en: text.into() };
        there.privacy.advertise(&both("Spring"), &both("A text.")).await.expect("given");
        there.privacy.tell_all().await.expect("written");
        assert_eq!((there.waiting(kim).await, there.waiting(lee).await), (1, 1));
        assert!(there.privacy.consents(kim).await.expect("asked").iter().any(|consent| consent.given));

        here.privacy.take_back_consent(kim, marketing).await.expect("taken back");
        let consents = there.privacy.consents(kim).await.expect("asked");
        assert!(consents.iter().all(|consent| !consent.given), "{consents:?}");
        let letters = there.post().await;
        let told: Vec<&str> =
            letters.iter().filter(|letter| letter.text.contains("A text.")).map(|letter| letter.to.as_str()).collect();
        assert_eq!(told, ["lee@shop.example"]);
    })
    .await;
}

#[tokio::test]
async fn clause_7_na_a_role_that_ends_in_one_process_ends_every_session_in_the_others() {
    in_two_processes(async |here, there| {
        enrolled(&here, "park@operator.example", Role::Operator).await;
        let (officer, secret, _) = enrolled(&here, "lee@operator.example", Role::Officer).await;
        pass(SignedDuration::from_secs(60));
        let shown = code(&there, &secret);
        let (mail, password) = (personal("lee@operator.example"), personal(office::PASSWORD));
        let entered = there.privacy.staff_log_in(&mail, &password, Some(&shown), &device("Firefox, Linux")).await;
        let Ok(StaffEntered::In(at_the_office)) = entered else { panic!("{entered:?}") };
        let (_, owner) = here.member("kim@shop.example").await;
        let organisation = owner.organisation.expect("an organisation");
        let choi = here.colleague(organisation, "choi@shop.example").await;
        let session = there.session("choi@shop.example").await;
        assert!(there.knows(&at_the_office).await && there.knows(&session).await);

        here.privacy.dismiss_staff(officer).await.expect("dismissed");
        assert!(!there.knows(&at_the_office).await, "dismissed");
        here.privacy.give_role(organisation, choi, None).await.expect("taken");
        assert!(!there.knows(&session).await, "without a role");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_revoked_or_rotated_in_one_process_is_refused_in_every_other_at_once() {
    set("2026-11-02T09:00:00+09:00");
    for engine in engines().into_iter().filter(|engine| *engine != Engine::Sqlite) {
        let mut databases = Config::default();
        engine.fresh(&mut databases).await;
        // The catalogue's alone: keys are no personal data.
        let mut config = Config::default();
        config.store.url = databases.store.url.clone();
        let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let open =
            async |at: usize| App::open(folders[at].path(), config.clone(), SURROUNDINGS, None).await.expect("opens");
        let (here, there) = (open(0).await, open(1).await);
        let shop = here.organisation_or_new("shop").await.expect("made");
        let make = async |name: &str| here.make_key(shop, KeyKind::Secret, name).await.expect("made");
        let is_good = async |secret: &str| there.authorise(secret).await.expect("asked").is_some();

        let (revoked, kept) = (make("revoked").await, make("kept").await);
        assert!(is_good(&revoked.secret).await && is_good(&kept.secret).await);
        here.revoke_key(shop, revoked.id).await.expect("revoked");
        assert!(!is_good(&revoked.secret).await && is_good(&kept.secret).await);

        let fresh = here.rotate_key(shop, kept.id, 1).await.expect("rotated");
        assert!(is_good(&kept.secret).await && is_good(&fresh.secret).await, "both, for an hour");
        pass(SignedDuration::from_hours(1));
        assert!(!is_good(&kept.secret).await && is_good(&fresh.secret).await);
        let newest = here.rotate_key(shop, fresh.id, 0).await.expect("rotated");
        assert!(!is_good(&fresh.secret).await && is_good(&newest.secret).await, "without an overlap");
        here.close().await;
        there.close().await;
        drop_schemas(&databases).await;
    }
}

#[tokio::test]
async fn bug_two_processes_that_posted_at_once_sent_each_letter_twice() {
    in_two_processes(async |here, there| {
        for n in 0..8 {
            here.privacy.sign_up(sign_up(&format!("kim{n}@shop.example"))).await.expect("signed up");
        }
        let (one, other) = tokio::join!(here.post(), there.post());
        let mut to: Vec<String> = one.into_iter().chain(other).map(|letter| letter.to).collect();
        to.sort();
        assert_eq!(to, (0..8).map(|n| format!("kim{n}@shop.example")).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn bug_a_version_that_one_process_posted_was_unknown_to_the_others_until_they_started_again() {
    in_two_processes(async |here, there| {
        here.privacy.put_draft(&notices::version("next", "2026-12-01", notices::SAME)).await.expect("kept");
        let draft = here.privacy.draft().await.expect("read").expect("a draft");
        here.privacy.post_draft(draft.policy.hash()).await.expect("posted");
        let knows = |house: &House| house.privacy.policies().iter().any(|policy| policy.version == "next");
        assert!(knows(&here) && !knows(&there));
        there.privacy.keep_the_day().await.expect("looked at");
        assert!(knows(&there));
        set("2026-12-01T00:00:00+09:00");
        assert_eq!((here.privacy.policy().version.as_str(), there.privacy.policy().version.as_str()), ("next", "next"));
    })
    .await;
}
