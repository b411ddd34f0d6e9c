//! Passwords: a new one by a mailed link, or in place of one that is known.

use super::{AccountError, hash_of, letters::Queued, random, token};
use crate::{Privacy, PrivacyError};
use jiff::SignedDuration;
use vestry_credentials::{Password, PasswordHash, Token, TokenUse};
use vestry_mail::Language;
use vestry_vault::{Opening, PersonId, Personal, Reader};

pub(super) const RESET: &str = "reset";
/// How long the link holds.
pub(super) const RESET_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// The same for whoever has none yet.
pub(super) const FIRST_WITHIN: SignedDuration = SignedDuration::from_hours(72);

impl Privacy {
    /// Mails a link by which a new password is chosen, if the address is a member's. The answer is the same if not.
    pub async fn ask_reset(&self, mail: &Personal<String>, language: Language) -> Result<(), AccountError> {
        // What is no address is nobody's.
        let Ok(Some(person)) = self.vault().find(mail).await else { return Ok(()) };
        let reset = token(self, TokenUse::MailedLink);
        self.vault().put_link(reset.hash().as_bytes(), person, RESET, self.now() + RESET_WITHIN).await?;
        self.queue(person, &Queued::Reset { token: reset.to_text().to_string() }, language).await
    }

    /// Sets a new password by a mailed link, and ends every session.
    ///
    /// # Errors
    /// [`AccountError::Link`], [`AccountError::Weak`]; a password that is too easy does not spend the link.
    pub async fn reset(&self, link: &str, password: &Personal<String>) -> Result<(), AccountError> {
        let now = self.now();
        let link = Token::parse(TokenUse::MailedLink, link).map_err(|_| AccountError::Link)?;
        let person = self.vault().link(link.hash().as_bytes(), RESET, now).await?.ok_or(AccountError::Link)?;
        let hash = self.new_hash(person, password).await?;
        self.vault().spend_link(link.hash().as_bytes(), RESET, now).await?.ok_or(AccountError::Link)?;
        // Whoever can read the mail may come back; what was set apart comes back with them.
        self.wake(person).await?;
        self.put_password(person, &hash).await?;
        self.vault().end_sessions(person, None).await?;
        Ok(())
    }

    /// Sets a new password in place of the old one, and ends the other sessions.
    pub async fn change_password(
        &self,
        person: PersonId,
        old: &Personal<String>,
        new: &Personal<String>,
        session: &[u8; 32],
    ) -> Result<(), AccountError> {
        if !self.is_password(person, old).await? {
            return Err(AccountError::Wrong);
        }
        let hash = self.new_hash(person, new).await?;
        self.put_password(person, &hash).await?;
        self.vault().end_sessions(person, Some(session)).await?;
        Ok(())
    }

    /// Whether a password is a member's.
    pub(super) async fn is_password(&self, person: PersonId, given: &Personal<String>) -> Result<bool, AccountError> {
        let policy = self.policy();
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &["password"]).await?;
        let hash = hash_of(opened.text(policy, "password"));
        let Some(given) = Password::given(given.open(&opened.opening).clone()) else { return Ok(false) };
        Ok(self.hashing().run(move || PasswordHash::verify_or_decoy(hash.as_ref(), &given)).await)
    }

    async fn new_hash(&self, person: PersonId, password: &Personal<String>) -> Result<PasswordHash, AccountError> {
        let policy = self.policy();
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &["email", "name"]).await?;
        let mail = opened.text(policy, "email").unwrap_or_default();
        let words = [mail.split('@').next().unwrap_or_default(), opened.text(policy, "name").unwrap_or_default()];
        let opening = Opening::new("membership", Reader::Program, None).map_err(PrivacyError::from)?;
        let password = Password::new(password.open(&opening).clone(), &words)?;
        let mut salt = [0; 16];
        random(self)(&mut salt);
        Ok(self.hashing().run(move || PasswordHash::make(&password, salt)).await)
    }

    async fn put_password(&self, person: PersonId, hash: &PasswordHash) -> Result<(), AccountError> {
        let policy = self.policy();
        self.put_item(policy, person, "account", "password", hash.as_str().into()).await
    }
}
