//! A second proof: one-time passwords of an app, and recovery codes for when it is lost. Staff must have one, members may.
//!
//! What is stored and cannot be read lets nobody in. A code is judged and spent at one count of the person's changes, so
//! that of two who use it at once one comes too late.

use super::{AccountError, Opened, own::Meanwhile, random};
use crate::{Privacy, PrivacyError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestry_credentials::{Random, RecoveryCodes, TotpSecret};
use vestry_policy::{LawfulUse, Policy};
use vestry_vault::{PersonId, Personal, Reader};
use zeroize::Zeroizing;

/// How often a code is judged anew because something else about the person changed meanwhile.
const TURNS: u32 = 8;

/// A second proof, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Second {
    secret: [u8; 20],
    /// The last step that was used.
    step: Option<u64>,
    #[serde(default)]
    recovery: String,
}

impl Drop for Second {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.secret);
    }
}

impl Second {
    /// Of a secret, nothing used yet.
    pub(super) fn new(secret: &TotpSecret) -> Self {
        Self { secret: *secret.as_bytes(), step: None, recovery: String::new() }
    }

    pub(super) fn secret(&self) -> TotpSecret {
        TotpSecret::from_bytes(self.secret)
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a second proof is JSON")
    }

    /// Whether `code` is one, once: a one-time password that was used, or a recovery code, is none any more.
    pub(super) fn accept(&mut self, code: &str, now: Timestamp) -> bool {
        if let Some(step) = self.secret().verify(code.trim(), now, self.step) {
            self.step = Some(step);
            return true;
        }
        let Ok(mut codes) = RecoveryCodes::parse(&self.recovery) else { return false };
        let is_one = codes.spend(code);
        if is_one {
            self.recovery = codes.to_text();
        }
        is_one
    }

    /// New recovery codes in place of all earlier ones, to be shown once.
    pub(super) fn renew_recovery(&mut self, random: Random<'_>) -> Vec<String> {
        let (codes, kept) = RecoveryCodes::make(random);
        self.recovery = kept.to_text();
        codes.iter().map(|code| code.as_str().to_owned()).collect()
    }
}

/// What is stored of somebody's second proof.
pub(super) enum Proof {
    /// They have none.
    None,
    /// Something that cannot be read: no code fits it.
    Damaged,
    Set(Second),
}

impl Proof {
    /// What `text` says, and `recovery` where the codes are an item of their own. A text that was emptied is none.
    pub(super) fn read(text: Option<&str>, recovery: Option<&str>) -> Self {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Self::None };
        let Ok(mut second) = serde_json::from_str::<Second>(text) else { return Self::Damaged };
        if let Some(recovery) = recovery {
            second.recovery = recovery.to_owned();
        }
        Self::Set(second)
    }

    /// Whether nobody enters without a code.
    pub(super) fn is_needed(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// Whose second proof, which says where it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecondOf {
    Member,
    Staff,
}

impl SecondOf {
    fn class(self) -> &'static str {
        match self {
            Self::Member => "security",
            Self::Staff => "staff",
        }
    }

    fn items(self) -> &'static [&'static str] {
        match self {
            Self::Member => &["totp_secret", "recovery_codes"],
            Self::Staff => &["staff_second"],
        }
    }

    fn read(self, policy: &Policy, opened: &Opened) -> Proof {
        match self {
            Self::Member => Proof::read(opened.text(policy, "totp_secret"), opened.text(policy, "recovery_codes")),
            Self::Staff => Proof::read(opened.text(policy, "staff_second"), None),
        }
    }

    /// Items and values that hold `second`, or let it go.
    fn values(self, second: Option<Second>) -> Vec<(&'static str, Option<String>)> {
        match (self, second) {
            (Self::Staff, second) => vec![("staff_second", second.map(|second| second.to_text()))],
            (Self::Member, None) => vec![("totp_secret", None), ("recovery_codes", None)],
            (Self::Member, Some(mut second)) => {
                let recovery = std::mem::take(&mut second.recovery);
                vec![("totp_secret", Some(second.to_text())), ("recovery_codes", Some(recovery))]
            }
        }
    }
}

/// What somebody gives beside their password.
#[derive(Debug, Clone, Copy)]
pub(super) enum Code<'c> {
    /// The password alone is asked for.
    NotAsked,
    /// A code, which counts where a second proof is set up.
    Given(&'c Personal<String>),
}

/// Where a member stands with their second proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondStands {
    /// Whether nobody gets in without a code.
    pub is_on: bool,
    /// Recovery codes that are left.
    pub codes_left: usize,
}

/// A secret to be put into an app; nothing of it is stored yet.
pub struct SecondShown {
    /// As people type it.
    pub secret: Zeroizing<String>,
    /// As an app reads it from a picture.
    pub uri: Zeroizing<String>,
}

impl Privacy {
    /// Where a member stands with their second proof.
    pub async fn second(&self, person: PersonId) -> Result<SecondStands, AccountError> {
        let opened = self.open_second(SecondOf::Member, person, Reader::Themselves(person)).await?;
        Ok(match SecondOf::Member.read(self.policy(), &opened) {
            Proof::None => SecondStands { is_on: false, codes_left: 0 },
            Proof::Damaged => SecondStands { is_on: true, codes_left: 0 },
            Proof::Set(second) => {
                let codes_left = RecoveryCodes::parse(&second.recovery).map_or(0, |codes| codes.left());
                SecondStands { is_on: true, codes_left }
            }
        })
    }

    /// A new secret for a member's app, or the one that was shown before. It counts once [`Privacy::set_up_second`] stores it.
    pub async fn show_second(&self, person: PersonId, shown: Option<&str>) -> Result<SecondShown, AccountError> {
        let secret = match shown.and_then(TotpSecret::from_base32) {
            Some(secret) => secret,
            None => TotpSecret::make(&mut random(self)),
        };
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &["email"]).await?;
        let label = opened.text(self.policy(), "email").unwrap_or_default();
        Ok(SecondShown { secret: secret.to_base32(), uri: secret.otpauth_uri("Vestry", label) })
    }

    /// Sets up a second proof by a code that shows that the secret arrived; the recovery codes, shown once. The member's
    /// other sessions end: whoever had them proved less.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] for the password, [`AccountError::Unusable`] for secret or code, or where one is set up.
    pub async fn set_up_second(
        &self,
        person: PersonId,
        password: &Personal<String>,
        (secret, code): (&str, &str),
        session: &[u8; 32],
    ) -> Result<Vec<String>, AccountError> {
        let unusable = || AccountError::Unusable { item: "code".into() };
        let secret = TotpSecret::from_base32(secret).ok_or_else(unusable)?;
        self.prove(person, password, Code::NotAsked).await?;
        let policy = self.policy();
        let since = self.vault().person(policy, person).await?.revision;
        let opened = self.open_second(SecondOf::Member, person, Reader::Themselves(person)).await?;
        let mut second = Second::new(&secret);
        if SecondOf::Member.read(policy, &opened).is_needed() || !second.accept(code, self.now()) {
            return Err(unusable());
        }
        let codes = second.renew_recovery(&mut random(self));
        let meanwhile = Meanwhile { since: Some(since), sessions: vestry_vault::EndedSessions::Others(*session) };
        self.put_items(policy, person, "security", SecondOf::Member.values(Some(second)), meanwhile).await?;
        Ok(codes)
    }

    /// New recovery codes in place of those that are left, shown once.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] for password or code.
    pub async fn renew_recovery(
        &self,
        person: PersonId,
        password: &Personal<String>,
        code: &Personal<String>,
    ) -> Result<Vec<String>, AccountError> {
        self.prove(person, password, Code::Given(code)).await?;
        let policy = self.policy();
        let since = self.vault().person(policy, person).await?.revision;
        let opened = self.open_second(SecondOf::Member, person, Reader::Themselves(person)).await?;
        let Proof::Set(mut second) = SecondOf::Member.read(policy, &opened) else { return Err(AccountError::Wrong) };
        let codes = second.renew_recovery(&mut random(self));
        let meanwhile = Meanwhile { since: Some(since), ..Meanwhile::default() };
        self.put_items(policy, person, "security", SecondOf::Member.values(Some(second)), meanwhile).await?;
        Ok(codes)
    }

    /// Does without a second proof from now on.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] for password or code.
    pub async fn drop_second(
        &self,
        person: PersonId,
        password: &Personal<String>,
        code: &Personal<String>,
    ) -> Result<(), AccountError> {
        self.prove(person, password, Code::Given(code)).await?;
        let gone = SecondOf::Member.values(None);
        self.put_items(self.policy(), person, "security", gone, Meanwhile::default()).await
    }

    /// Takes from a member without asking what was set up by somebody else.
    pub(super) async fn take_second(&self, person: PersonId) -> Result<(), AccountError> {
        let gone = SecondOf::Member.values(None);
        self.put_items(self.policy(), person, "security", gone, Meanwhile::default()).await
    }

    /// That a member who is in is who they were: their password, and a code where one is asked for and set up. Tries in
    /// vain are counted as those at the door are.
    pub(super) async fn prove(
        &self,
        person: PersonId,
        password: &Personal<String>,
        code: Code<'_>,
    ) -> Result<(), AccountError> {
        let tried = self.count(&[("own", &person.to_string(), self.accounts().free_tries.get())]).await?;
        let mut is_right = self.is_password(person, password).await?;
        if let (true, Code::Given(code)) = (is_right, code)
            && self.second(person).await?.is_on
        {
            let opening = vestry_vault::Opening::new("security", Reader::Themselves(person), None);
            let opening = opening.map_err(PrivacyError::from)?;
            is_right = self.spend_code(SecondOf::Member, person, code.open(&opening)).await?;
        }
        if !is_right {
            return Err(AccountError::Wrong);
        }
        self.succeeded(&tried).await
    }

    /// Whether `code` is one of theirs, which is then spent: of several who use it at once, one's.
    pub(super) async fn spend_code(&self, of: SecondOf, person: PersonId, code: &str) -> Result<bool, AccountError> {
        let policy = self.policy();
        for _ in 0..TURNS {
            let since = self.vault().person(policy, person).await?.revision;
            let opened = self.open_second(of, person, Reader::Program).await?;
            let Proof::Set(mut second) = of.read(policy, &opened) else { return Ok(false) };
            if !second.accept(code, self.now()) {
                return Ok(false);
            }
            if self.spend_proof(person, of.class(), of.values(Some(second)), since).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn open_second(&self, of: SecondOf, person: PersonId, reader: Reader) -> Result<Opened, AccountError> {
        self.open_for(person, "security", reader, of.items(), Some(LawfulUse::Return)).await
    }
}

#[cfg(test)]
mod tests {
    use super::Proof;

    #[test]
    fn what_cannot_be_read_asks_for_a_code_that_nobody_has() {
        for (text, is_needed) in [(None, false), (Some(""), false), (Some("{"), true), (Some("{\"secret\":[1]}"), true)]
        {
            assert_eq!(Proof::read(text, None).is_needed(), is_needed, "{text:?}");
        }
    }
}
