//! Another mail address: asked for with the password, confirmed by a link to the new one, told to the old one with a link
//! that undoes it. Whether the new address is somebody's already is told to that somebody alone.

use super::{
    AccountError, joining::is_usable, letters::Queued, own::Meanwhile, passwords::RESET, record, second::Code, token,
};
use crate::{Privacy, PrivacyError};
use serde::{Deserialize, Serialize};
use vestry_credentials::TokenUse;
use vestry_mail::Language;
use vestry_policy::Event;
use vestry_vault::{EndedSessions, Opening, PersonId, Personal, Reader, RecordId, VaultError};

const CHANGE: &str = "mail-change";
const UNDO: &str = "mail-undo";

/// What undoing brings back.
#[derive(Serialize, Deserialize)]
struct Former {
    mail: String,
    /// Whether there was a second proof, which then had to be shown: one that came later is not the owner's.
    had_second: bool,
    language: String,
}

/// What waits for its link.
#[derive(Serialize, Deserialize)]
struct Coming {
    mail: String,
    language: String,
}

impl Privacy {
    /// Mails a link to another address, by which it becomes a member's. The answer is the same if it is somebody's already;
    /// they are told.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] for password or code, [`AccountError::Unusable`] for what is no address.
    pub async fn ask_mail_change(
        &self,
        person: PersonId,
        mail: &Personal<String>,
        (password, code): (&Personal<String>, &Personal<String>),
        language: Language,
    ) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new("membership", Reader::Themselves(person), None).map_err(PrivacyError::from)?;
        let to = mail.open(&opening).trim();
        if to.is_empty() || !is_usable("email", to) {
            return Err(AccountError::Unusable { item: "email".into() });
        }
        self.prove(person, password, Code::Given(code)).await?;
        self.end_change(person, "new_email").await?;
        let coming = Coming { mail: to.into(), language: language.code().into() };
        let text = serde_json::to_string(&coming).expect("an address is JSON");
        let (link, ends) = (token(self, TokenUse::MailedLink), now + self.accounts().confirms_within());
        let waits =
            record(policy, "address", vec![("new_email", text)], vec![(Event::Made, now), (Event::Closed, ends)])?;
        self.vault().add_record(policy, person, &waits).await?;
        self.vault().put_link(link.hash().as_bytes(), person, CHANGE, ends).await?;
        let queued = Queued::ConfirmChange { token: link.to_text().to_string() };
        self.queue_to(person, Some(to), &queued, language).await?;
        Ok(())
    }

    /// Makes another address a member's by the link that was mailed to it. The look-up hash moves in the same transaction,
    /// and every session ends in it, but for `session` where it is theirs; the old address hears of it.
    ///
    /// # Errors
    /// [`AccountError::Link`], also when the address became somebody's meanwhile.
    pub async fn confirm_mail_change(&self, link: &str, session: Option<&[u8; 32]>) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let (link, person) = self.linked(TokenUse::MailedLink, link, CHANGE).await?;
        let reader = Reader::Themselves(person);
        let opened = self.open_items(person, "membership", reader, &["new_email", "email"]).await?;
        let coming = opened.text(policy, "new_email").and_then(|text| serde_json::from_str::<Coming>(text).ok());
        let (Some(coming), Some(old)) = (coming, opened.text(policy, "email")) else { return Err(AccountError::Link) };
        self.spend(&link, CHANGE).await?;
        self.end_change(person, "new_email").await?;
        let letter = self.tell_former(person, old, &coming).await?;
        let sessions = match session {
            Some(session) if self.is_session_of(session, person).await? => EndedSessions::Others(*session),
            _ => EndedSessions::All,
        };
        let values = vec![("email", Some(coming.mail.clone()))];
        let moved = self.put_items(policy, person, "account", values, Meanwhile { since: None, sessions }).await;
        if let Err(error) = moved {
            // Nothing was changed, so nobody is to read that it was.
            self.vault().put_event(policy, letter, Event::Sent, Some(now)).await?;
            self.end_change(person, "old_email").await?;
            self.vault().void_links(person, UNDO).await?;
            return Err(not_theirs(error));
        }
        // A link to a new password that lies at the old address is good no more.
        self.vault().void_links(person, RESET).await?;
        self.forget_return(person).await
    }

    /// Keeps the old address for a while, with a letter to it that undoes the change; the letter.
    async fn tell_former(&self, person: PersonId, old: &str, coming: &Coming) -> Result<RecordId, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        self.end_change(person, "old_email").await?;
        let had_second = self.second(person).await?.is_on;
        let former = Former { mail: old.into(), had_second, language: coming.language.clone() };
        let text = serde_json::to_string(&former).expect("an address is JSON");
        let (undo, ends) = (token(self, TokenUse::MailedLink), now + self.accounts().undone_within());
        let kept =
            record(policy, "address", vec![("old_email", text)], vec![(Event::Made, now), (Event::Closed, ends)])?;
        self.vault().add_record(policy, person, &kept).await?;
        self.vault().put_link(undo.hash().as_bytes(), person, UNDO, ends).await?;
        let queued = Queued::MailChanged { address: coming.mail.clone(), token: undo.to_text().to_string() };
        self.queue_to(person, Some(old), &queued, language(&coming.language)).await
    }

    /// Brings the old address back by the link that was mailed to it. Whoever changed it knew the password: neither password
    /// nor passkey opens the account until a new password is chosen by a mail to the old address, and every session ends.
    ///
    /// # Errors
    /// [`AccountError::Link`], also when the old address became somebody else's meanwhile.
    pub async fn undo_mail_change(&self, link: &str) -> Result<(), AccountError> {
        let policy = self.policy();
        let (link, person) = self.linked(TokenUse::MailedLink, link, UNDO).await?;
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &["old_email"]).await?;
        let former = opened.text(policy, "old_email").and_then(|text| serde_json::from_str::<Former>(text).ok());
        let former = former.ok_or(AccountError::Link)?;
        self.spend(&link, UNDO).await?;
        let values = vec![("email", Some(former.mail.clone())), ("password", Some(String::new()))];
        let meanwhile = Meanwhile { since: None, sessions: EndedSessions::All };
        self.put_items(policy, person, "account", values, meanwhile).await.map_err(not_theirs)?;
        self.vault().void_links(person, CHANGE).await?;
        self.drop_passkeys(person).await?;
        if !former.had_second && self.second(person).await?.is_on {
            self.take_second(person).await?;
        }
        for item in ["old_email", "new_email"] {
            self.end_change(person, item).await?;
        }
        let say = |token| Queued::Reset { token };
        self.mail_reset(person, say, language(&former.language)).await.map(drop)
    }

    /// Lets go of what is kept of a change.
    async fn end_change(&self, person: PersonId, item: &str) -> Result<(), AccountError> {
        let policy = self.policy();
        let Some(id) = policy.item_named(item) else { return Ok(()) };
        let on_file = self.vault().person(policy, person).await?;
        for known in on_file.records.iter().filter(|known| known.items.contains(id)) {
            let edit = vestry_vault::Edit { values: &[(id, None)], ..Default::default() };
            self.vault().edit(policy, known.record, &edit, self.now()).await?;
        }
        Ok(())
    }

    async fn is_session_of(&self, session: &[u8; 32], person: PersonId) -> Result<bool, AccountError> {
        Ok(self.vault().session(session, self.now()).await?.is_some_and(|session| session.person == person))
    }
}

/// What became of a link whose address is another's by now.
fn not_theirs(error: AccountError) -> AccountError {
    match error {
        AccountError::Privacy(PrivacyError::Vault(VaultError::KnownAlready | VaultError::Blocked)) => {
            AccountError::Link
        }
        other => other,
    }
}

fn language(code: &str) -> Language {
    if code == "en" { Language::English } else { Language::Korean }
}
