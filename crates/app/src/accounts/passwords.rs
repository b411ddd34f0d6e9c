//! Passwords: a new one by a mailed link, or in place of one that is known.

use super::{AccountError, hash_of, letters::Queued, own::Meanwhile, own_words, second::Code, token};
use crate::{Privacy, PrivacyError};
use jiff::SignedDuration;
use vestry_credentials::{PasswordHash, TokenUse};
use vestry_mail::Language;
use vestry_vault::{EndedSessions, Opening, PersonId, Personal, Reader, RecordId};

pub(super) const RESET: &str = "reset";
/// How long the link holds.
/// Fixed: whoever reads the mailbox meanwhile has the account.
pub(super) const RESET_WITHIN: SignedDuration = SignedDuration::from_hours(1);

impl Privacy {
    /// Has a link mailed by which a new password is chosen, if the address is a member's. The same is written down for
    /// every address; whose it is, is looked up when the letter is to leave, so that neither the answer nor the time it takes
    /// tells.
    pub async fn ask_reset(&self, mail: &Personal<String>, language: Language) -> Result<(), AccountError> {
        let opening = Opening::new("membership", Reader::Program, None).map_err(PrivacyError::from)?;
        let mail = mail.open(&opening).trim();
        self.count_letter_to(mail, "reset").await?;
        self.write_to(mail, &Queued::ResetAsked, language).await.map(drop)
    }

    /// Mails a link by which a password is chosen, in the letter that `say` makes of its token; that letter.
    pub(super) async fn mail_reset(
        &self,
        person: PersonId,
        say: impl FnOnce(String) -> Queued,
        language: Language,
    ) -> Result<RecordId, AccountError> {
        let reset = token(self, TokenUse::MailedLink);
        self.vault().put_link(reset.hash().as_bytes(), person, RESET, self.now() + RESET_WITHIN).await?;
        self.queue_to(person, None, &say(reset.to_text().to_string()), language).await
    }

    /// Sets a new password by a mailed link, and ends every session.
    ///
    /// # Errors
    /// [`AccountError::Link`], [`AccountError::Weak`]; a password that is too easy does not spend the link.
    pub async fn reset(&self, link: &str, password: &Personal<String>) -> Result<(), AccountError> {
        let (link, person) = self.linked(TokenUse::MailedLink, link, RESET).await?;
        let hash = self.new_hash(person, password).await?;
        self.spend(&link, RESET).await?;
        // Whoever can read the mail may come back; what was set apart comes back with them. A second proof stays: the mail
        // alone lets nobody in who has one.
        self.wake(person).await?;
        self.put_password(person, &hash, EndedSessions::All).await
    }

    /// Sets a new password in place of the old one, and ends the other sessions.
    pub async fn change_password(
        &self,
        person: PersonId,
        old: &Personal<String>,
        new: &Personal<String>,
        session: &[u8; 32],
    ) -> Result<(), AccountError> {
        self.prove(person, old, Code::NotAsked).await?;
        let hash = self.new_hash(person, new).await?;
        self.put_password(person, &hash, EndedSessions::Others(*session)).await
    }

    /// Whether a password is a member's.
    pub(super) async fn is_password(&self, person: PersonId, given: &Personal<String>) -> Result<bool, AccountError> {
        let policy = self.policy();
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &["password"]).await?;
        let hash = hash_of(opened.text(policy, "password"));
        Ok(self.hashing().fits(hash, given, &opened.opening).await)
    }

    async fn new_hash(&self, person: PersonId, password: &Personal<String>) -> Result<PasswordHash, AccountError> {
        let policy = self.policy();
        // A forgotten password is on the way back, too.
        let opened = self.open_to_return(person, "membership", &["email", "name"]).await?;
        let words = own_words(opened.text(policy, "email"), opened.text(policy, "name"));
        self.hash_new(password, words, &opened.opening).await
    }

    async fn put_password(
        &self,
        person: PersonId,
        hash: &PasswordHash,
        sessions: EndedSessions,
    ) -> Result<(), AccountError> {
        let values = vec![("password", Some(hash.as_str().to_owned()))];
        self.put_items(self.policy(), person, "account", values, Meanwhile { since: None, sessions }).await
    }
}
