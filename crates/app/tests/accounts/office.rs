//! The operator's people: enrolling with a second proof, logging in, passwords that are too old, going.

use crate::house::{House, device, on_each_engine, on_each_engine_with, pass, personal, set};
use jiff::SignedDuration;
use vestry_app::{
    AccountError, Config, Language, NewStaff, PersonId, PrivacyError, Role, SignedHead, StaffEntered, VaultError,
    verify,
};
use vestry_credentials::TotpSecret;
use vestry_policy::BUILTIN;

pub(crate) const PASSWORD: &str = "an iron, a needle and patience";

fn new(mail: &str, role: Role) -> NewStaff {
    NewStaff { mail: personal(mail), name: personal("이두리"), role, language: Language::Korean }
}

/// The code that an app with this secret shows now.
pub(crate) fn code(house: &House, secret: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = secret
        .chars()
        .filter_map(|c| alphabet.find(c))
        .flat_map(|value| (0..5).rev().map(move |bit| (value >> bit & 1) as u8))
        .collect();
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect();
    let secret = TotpSecret::from_bytes(bytes.try_into().expect("20 bytes"));
    secret.code(house.privacy.now()).expect("a code").to_string()
}

/// Somebody who enrolled: who, the secret in their app, their recovery codes.
pub(crate) async fn enrolled(house: &House, mail: &str, role: Role) -> (PersonId, String, Vec<String>) {
    let (person, link) = house.privacy.add_staff(&new(mail, role)).await.expect("added");
    let (secret, uri) = house.privacy.enrolment(&link).await.expect("a secret");
    assert!(uri.starts_with("otpauth://totp/"), "{}", uri.as_str());
    let wrong = house.privacy.enrol(&link, &personal(PASSWORD), "000000").await;
    assert!(matches!(wrong, Err(AccountError::Wrong)), "{wrong:?}");
    let shown = code(house, &secret);
    let (codes, _) = house.privacy.enrol(&link, &personal(PASSWORD), &shown).await.expect("enrolled");
    assert!(matches!(house.privacy.enrolment(&link).await, Err(AccountError::Link)), "a link is good once");
    (person, secret.to_string(), codes)
}

async fn enter(house: &House, mail: &str, password: &str, code: &str) -> Result<StaffEntered, AccountError> {
    house.privacy.staff_log_in(&personal(mail), &personal(password), Some(code), &device("Firefox, Linux")).await
}

#[tokio::test]
async fn clause_7_na_staff_enter_with_a_second_proof_that_is_good_once() {
    on_each_engine(async |house| {
        let (person, secret, codes) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        let spent = code(&house, &secret);
        let refused = enter(&house, "lee@operator.example", PASSWORD, &spent).await;
        assert!(matches!(refused, Err(AccountError::Wrong)), "the code that enrolled is spent: {refused:?}");
        pass(SignedDuration::from_secs(60));
        let fresh = code(&house, &secret);
        let entered = enter(&house, "lee@operator.example", PASSWORD, &fresh).await.expect("in");
        let StaffEntered::In(token) = entered else { panic!("{entered:?}") };
        let visitor = house.privacy.visitor(&token).await.expect("asked").expect("a session");
        assert_eq!((visitor.person, visitor.role), (person, Some(Role::Officer)));
        // A quarter of an hour without a request, and they are out.
        pass(SignedDuration::from_mins(16));
        assert!(house.privacy.visitor(&token).await.expect("asked").is_none());
        enter(&house, "lee@operator.example", PASSWORD, &codes[0]).await.expect("a recovery code");
        let again = enter(&house, "lee@operator.example", PASSWORD, &codes[0]).await;
        assert!(matches!(again, Err(AccountError::Wrong)), "{again:?}");
        // A member's door is not theirs, nor is theirs a member's.
        let member = house.privacy.log_in(&crate::house::log_in("lee@operator.example", PASSWORD)).await;
        assert!(matches!(member, Err(AccountError::Wrong)), "{member:?}");
        house.member("kim@shop.example").await;
        let staff = enter(&house, "kim@shop.example", crate::house::PASSWORD, &codes[1]).await;
        assert!(matches!(staff, Err(AccountError::Wrong)), "{staff:?}");
    })
    .await;
}

#[tokio::test]
async fn clause_7_na_a_password_that_is_too_old_opens_nothing_but_its_change() {
    on_each_engine(async |house| {
        let (_, secret, _) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        pass(SignedDuration::from_hours(24 * 200));
        let now = code(&house, &secret);
        let entered = enter(&house, "lee@operator.example", PASSWORD, &now).await.expect("known");
        let StaffEntered::PasswordExpired(link) = entered else { panic!("{entered:?}") };
        assert!(house.privacy.visitor(&link).await.expect("asked").is_none(), "it is no session");
        let same = house.privacy.renew_staff_password(&link, &personal(PASSWORD)).await;
        assert!(matches!(same, Err(AccountError::Unusable { .. })), "{same:?}");
        let renewed =
            house.privacy.renew_staff_password(&link, &personal("new chalk on old cloth")).await.expect("set");
        assert!(house.privacy.visitor(&renewed).await.expect("asked").is_some());
    })
    .await;
}

#[tokio::test]
async fn clause_7_na_whoever_is_dismissed_is_out_at_once_and_the_last_operator_stays() {
    on_each_engine(async |house| {
        let (operator, ..) = enrolled(&house, "park@operator.example", Role::Operator).await;
        let (officer, secret, _) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        pass(SignedDuration::from_secs(60));
        let fresh = code(&house, &secret);
        let StaffEntered::In(token) = enter(&house, "lee@operator.example", PASSWORD, &fresh).await.expect("in") else {
            panic!("not in")
        };
        assert!(house.privacy.dismiss_staff(operator).await.is_err(), "nobody else could let others in");
        house.privacy.dismiss_staff(officer).await.expect("dismissed");
        assert!(house.privacy.visitor(&token).await.expect("asked").is_none(), "a live session ends with the role");
        // On file until the next sweep, and let in no more.
        pass(SignedDuration::from_secs(60));
        let early = code(&house, &secret);
        let out = enter(&house, "lee@operator.example", PASSWORD, &early).await;
        assert!(matches!(out, Err(AccountError::Wrong)), "{out:?}");
        pass(SignedDuration::from_hours(24));
        house.privacy.sweep(&Default::default(), |_| {}).await.expect("swept");
        pass(SignedDuration::from_secs(60));
        let late = code(&house, &secret);
        let gone = enter(&house, "lee@operator.example", PASSWORD, &late).await;
        assert!(matches!(gone, Err(AccountError::Wrong)), "{gone:?}");
    })
    .await;
}

#[tokio::test]
async fn auditors_are_mailed_the_audit_logs_head_with_each_days_sweep() {
    on_each_engine(async |house| {
        for (mail, role) in [("choi@audit.example", Role::Auditor), ("lee@operator.example", Role::Officer)] {
            house.privacy.add_staff(&new(mail, role)).await.expect("added");
        }
        house.post().await;
        house.privacy.keep_the_day().await.expect("swept");
        house.privacy.keep_the_day().await.expect("nothing more to do");
        let letters = house.post().await;
        let [letter] = letters.as_slice() else { panic!("one, to the auditor: {letters:?}") };
        assert_eq!(letter.to, "choi@audit.example");
        let head =
            letter.text.lines().find_map(|line| line.parse::<SignedHead>().ok()).expect("a head on a line of its own");
        let key = house.privacy.vault().public_key();
        verify(&house.folder.path().join("data/audit"), &key, Some(&head)).expect("the log holds it");
    })
    .await;
}

#[tokio::test]
async fn bug_a_link_to_enrol_was_made_for_whoever_was_named() {
    on_each_engine(async |house| {
        let (kim, _) = house.member("kim@shop.example").await;
        let before = house.privacy.own_records(kim).await.expect("held").len();
        let refused = house.privacy.renew_staff(kim).await;
        let unknown = |error: &AccountError| {
            matches!(error, AccountError::Privacy(PrivacyError::Vault(VaultError::UnknownPerson(of))) if *of == kim)
        };
        assert!(refused.as_ref().is_err_and(unknown), "a member is none of the staff");
        assert_eq!(house.privacy.own_records(kim).await.expect("held").len(), before, "and nothing is put on file");
        house.enter("kim@shop.example", crate::house::PASSWORD).await;

        // The twin: one of the staff, until they go.
        enrolled(&house, "park@operator.example", Role::Operator).await;
        let (lee, ..) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        let link = house.privacy.renew_staff(lee).await.expect("renewed");
        let (secret, _) = house.privacy.enrolment(&link).await.expect("a secret");
        house.privacy.dismiss_staff(lee).await.expect("dismissed");
        assert!(matches!(house.privacy.enrolment(&link).await, Err(AccountError::Link)));
        let shown = code(&house, &secret);
        let enrols = house.privacy.enrol(&link, &personal(PASSWORD), &shown).await;
        assert!(matches!(enrols, Err(AccountError::Link)), "who was dismissed enrols no more");
        assert!(house.privacy.renew_staff(lee).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_operator_who_never_enrolled_lets_nobody_in_and_does_not_count() {
    on_each_engine(async |house| {
        let (park, ..) = enrolled(&house, "park@operator.example", Role::Operator).await;
        let (lee, link) = house.privacy.add_staff(&new("lee@operator.example", Role::Operator)).await.expect("added");
        let refused = house.privacy.dismiss_staff(park).await;
        let last = |error: &AccountError| {
            matches!(error, AccountError::Privacy(PrivacyError::Vault(VaultError::LastOfRole { .. })))
        };
        assert!(refused.as_ref().is_err_and(last), "{refused:?}");
        let (secret, _) = house.privacy.enrolment(&link).await.expect("a secret");
        let shown = code(&house, &secret);
        house.privacy.enrol(&link, &personal(PASSWORD), &shown).await.expect("enrolled");
        house.privacy.dismiss_staff(park).await.expect("another one lets in");
        assert!(house.privacy.dismiss_staff(lee).await.as_ref().is_err_and(last));
    })
    .await;
}

/// Enrolled in the morning of 2026-11-02; the password is good until the end of `last`, under a policy that says `period`.
async fn check_password_age(period: &str, [last, after]: [&str; 2]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    let usual = "staff_password = \"6 months\"";
    assert!(BUILTIN.contains(usual));
    std::fs::write(&file, BUILTIN.replacen(usual, &format!("staff_password = \"{period}\""), 1)).expect("written");
    let mut settings = Config::default();
    settings.policy.files = vec![file];
    on_each_engine_with(&settings, async |house| {
        let (_, _, codes) = enrolled(&house, "lee@operator.example", Role::Officer).await;
        set(last);
        let entered = enter(&house, "lee@operator.example", PASSWORD, &codes[0]).await.expect("known");
        assert!(matches!(entered, StaffEntered::In(_)), "{period}, {last}: {entered:?}");
        set(after);
        let entered = enter(&house, "lee@operator.example", PASSWORD, &codes[1]).await.expect("known");
        assert!(matches!(entered, StaffEntered::PasswordExpired(_)), "{period}, {after}: {entered:?}");
    })
    .await;
}

#[tokio::test]
async fn clause_7_na_a_staff_password_is_as_old_as_the_policy_lets_it_be_and_no_older() {
    check_password_age("6 months", ["2027-05-02T23:59:59+09:00", "2027-05-03T00:00:00+09:00"]).await;
    check_password_age("30 days", ["2026-12-02T23:59:59+09:00", "2026-12-03T00:00:00+09:00"]).await;
}
