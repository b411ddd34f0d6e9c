//! What is told to all: another version of the policy, a transfer of the business, an advertisement. Each member gets a
//! letter of their own; whether they are still to get it is read again when it is sent.

use crate::{
    Privacy, PrivacyError,
    accounts::{AccountError, MARKETING, Queued},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use vestry_policy::{Consent, Event, Policy, PurposeId, Transfer, TransferWaits};
use vestry_vault::{Addressed, Concerns, NoticeId, NoticeKind, NoticeOnFile, PersonId, VaultError};

/// The longest text of an advertisement, in characters.
pub const MAX_ADVERTISEMENT: usize = 5_000;
/// The longest line of a notice, in characters.
pub const MAX_NOTICE_LINE: usize = 200;
/// Members reminded of a consent in one round.
const REMINDED: u32 = 500;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Both {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

/// What a notice says; nothing about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum NoticeText {
    /// A version of the policy was posted.
    Policy {
        /// Its name.
        version: String,
        /// Its first day.
        effective: Date,
    },
    /// The business goes to somebody else.
    Transfer {
        /// Who receives it.
        transferee: String,
        /// How they are reached.
        contact: String,
        /// What is transferred, and why.
        says: Both,
        /// The day for which it is announced.
        day: Date,
    },
    /// An advertisement.
    Advertisement {
        /// Without the mark that the law asks for.
        subject: Both,
        /// In paragraphs.
        text: Both,
    },
}

impl NoticeText {
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a notice is JSON")
    }

    fn read(body: &str) -> Result<Self, VaultError> {
        serde_json::from_str(body).map_err(|_| VaultError::Unreadable { what: "a notice" })
    }
}

/// A notice, what it says, and how far it is.
#[derive(Debug, Clone)]
pub struct Notice {
    /// As it is on file.
    pub on_file: NoticeOnFile,
    /// What it says.
    pub text: NoticeText,
}

/// What a member is to be asked after a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsksFor {
    /// Whether they came of age: consents are their own from now on.
    pub of_age: bool,
    /// The purposes.
    pub purposes: Vec<PurposeId>,
}

impl Privacy {
    /// All notices, the newest first.
    pub async fn notices(&self) -> Result<Vec<Notice>, AccountError> {
        let all = self.vault().notices().await?.into_iter();
        Ok(all.map(with_text).collect::<Result<_, _>>()?)
    }

    /// Transfers that are posted and not done, the newest first.
    pub async fn posted_transfers(&self) -> Result<Vec<Notice>, AccountError> {
        let posted = self.vault().posted_transfers().await?.into_iter();
        Ok(posted.map(with_text).collect::<Result<_, _>>()?)
    }

    /// One notice.
    pub async fn notice(&self, id: NoticeId) -> Result<Option<Notice>, AccountError> {
        Ok(self.vault().notice(id).await?.map(with_text).transpose()?)
    }

    /// Posts a transfer of the business and has every member told.
    ///
    /// # Errors
    /// [`AccountError::Missing`] and [`AccountError::Unusable`] name what is wrong: `transferee`, `contact`, `ko`, `en`, `day`.
    pub async fn announce_transfer(
        &self,
        (transferee, contact): (&str, &str),
        says: &Both,
        day: Date,
    ) -> Result<NoticeId, AccountError> {
        let (transferee, contact) = (line("transferee", transferee)?, line("contact", contact)?);
        let says = both(says)?;
        if day <= self.policy().local(self.now()).date() {
            return Err(AccountError::Unusable { item: "day".into() });
        }
        let text = NoticeText::Transfer { transferee, contact, says, day };
        Ok(self.vault().give_notice(NoticeKind::Transfer, &text.to_json(), self.now()).await?)
    }

    /// Whether a transfer may be done now.
    pub fn may_transfer(&self, notice: &Notice) -> Result<(), TransferWaits> {
        let NoticeText::Transfer { day, .. } = notice.text else { return Ok(()) };
        let NoticeOnFile { made, told, sent, failed, ended, .. } = notice.on_file;
        let told_everybody = ended.is_some() && failed == 0 && sent >= told;
        self.policy().may_transfer(&Transfer { day, posted: made, told_everybody }, self.now())
    }

    /// Notes that what is held went to the transferee.
    ///
    /// # Errors
    /// [`TransferWaits`] inside, as long as it may not.
    pub async fn end_transfer(&self, id: NoticeId) -> Result<Result<(), TransferWaits>, AccountError> {
        let notice = self.notice(id).await?.ok_or(AccountError::Link)?;
        if notice.on_file.kind != NoticeKind::Transfer {
            return Err(AccountError::Link);
        }
        if notice.on_file.carried_out.is_some() {
            return Ok(Ok(()));
        }
        if let Err(waits) = self.may_transfer(&notice) {
            return Ok(Err(waits));
        }
        self.vault().end_transfer(id, self.now()).await?;
        Ok(Ok(()))
    }

    /// Sends an advertisement to those who agreed to it.
    ///
    /// # Errors
    /// [`AccountError::Missing`] and [`AccountError::Unusable`] name what is wrong: `subject`, `ko`, `en`.
    pub async fn advertise(&self, subject: &Both, text: &Both) -> Result<NoticeId, AccountError> {
        let subject = Both { ko: line("subject", &subject.ko)?, en: line("subject", &subject.en)? };
        let text = NoticeText::Advertisement { subject, text: both(text)? };
        Ok(self.vault().give_notice(NoticeKind::Advertisement, &text.to_json(), self.now()).await?)
    }

    /// How many would get an advertisement now.
    pub async fn agree_to_marketing(&self) -> Result<u64, AccountError> {
        let Some(purpose) = self.marketing() else { return Ok(0) };
        let agreed = self.vault().agreed_before(self.policy(), purpose, Timestamp::MAX, u32::MAX).await?;
        Ok(agreed.iter().filter(|(_, given)| self.permits(purpose, *given)).count() as u64)
    }

    /// Writes the letters of notices that are not told to all yet; whether there were any. Where a stop came, the next call
    /// goes on.
    pub async fn tell_all(&self) -> Result<bool, AccountError> {
        let (policy, mut told) = (self.policy(), false);
        for notice in self.vault().notices_to_tell().await? {
            let (id, kind) = (notice.id, notice.kind);
            let text = Queued::Notice { notice: id.to_string() }.to_letter(None);
            // A policy without advertising tells nobody of one.
            let purpose = self.marketing().or_else(|| policy.purposes().next().map(|(id, _)| id));
            let Some(purpose) = purpose else { continue };
            let concerns = |who: Addressed| self.concerns(kind, who);
            let mut at = Some(notice);
            while let Some(notice) = at.take() {
                told = true;
                if self.vault().tell_on(policy, &notice, (&text, purpose), concerns, self.now()).await? {
                    at = self.vault().notice(id).await?;
                }
            }
        }
        Ok(told)
    }

    fn concerns(&self, kind: NoticeKind, who: Addressed) -> Concerns {
        let agrees = || who.agreed.zip(self.marketing()).is_some_and(|(given, purpose)| self.permits(purpose, given));
        match kind {
            // Whoever stays away reads of it on coming back; of a transfer they have to be told now.
            NoticeKind::Policy if who.is_dormant => Concerns::No,
            NoticeKind::Transfer if who.is_dormant => Concerns::Unreachable,
            NoticeKind::Policy | NoticeKind::Transfer => Concerns::Yes,
            NoticeKind::Advertisement if !who.is_dormant && agrees() => Concerns::Yes,
            NoticeKind::Advertisement => Concerns::No,
        }
    }

    fn marketing(&self) -> Option<PurposeId> {
        self.policy().purpose_named(MARKETING)
    }

    /// Whether a consent that was given at `given` authorises `purpose` now.
    fn permits(&self, purpose: PurposeId, given: Timestamp) -> bool {
        Consent::Given { at: given }.permits(purpose, self.policies(), self.now())
    }

    /// Whether an advertisement may go to somebody now: they consent, and came to no age since at which the consent would
    /// have to be their own.
    pub(crate) async fn may_advertise_to(&self, person: PersonId) -> Result<bool, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let Some(purpose) = self.marketing() else { return Ok(false) };
        let consents = self.vault().consents_of(policy, person).await?;
        let given = consents.iter().find(|c| c.purpose == purpose && c.withdrawn.is_none()).map(|c| c.given);
        let Some(given) = given.filter(|given| self.permits(purpose, *given)) else { return Ok(false) };
        let on_file = self.vault().person(policy, person).await?;
        let mut events = on_file.records.iter().flat_map(|record| &record.events);
        Ok(!events.any(|(event, at)| *event == Event::OfAge && given < *at && *at <= now))
    }

    /// What somebody is to be asked now that they logged in.
    pub async fn asks_for(&self, person: PersonId) -> Result<AsksFor, AccountError> {
        let of_age = self.vault().is_to_be_asked(person).await?;
        if !of_age && self.is_guarded(person).await? {
            // Their guardian is asked.
            return Ok(AsksFor { of_age, purposes: Vec::new() });
        }
        let consents = self.vault().consents_of(self.policy(), person).await?;
        let given = |purpose| consents.iter().find(|c| c.purpose == purpose && c.withdrawn.is_none()).map(|c| c.given);
        // Who came of age is asked for all that they did not agree to themselves; others for what changed its terms.
        let is_asked = |purpose: &PurposeId| match given(*purpose) {
            Some(given) => !self.permits(*purpose, given),
            None => of_age,
        };
        Ok(AsksFor { of_age, purposes: self.consent_purposes().into_iter().filter(is_asked).collect() })
    }

    /// Takes the answer: what was agreed to, each with the text that stood beside it. What was asked and not agreed to is
    /// taken back.
    pub async fn answer_asked(&self, person: PersonId, agreed: &[(PurposeId, String)]) -> Result<(), AccountError> {
        for purpose in self.asks_for(person).await?.purposes {
            match agreed.iter().find(|(one, _)| *one == purpose) {
                Some((_, text)) => self.give_consent(person, purpose, text).await?,
                None => self.take_back_consent(person, purpose).await?,
            }
        }
        Ok(self.vault().has_answered(person).await?)
    }

    /// On their fourteenth birthday, members are asked for consents of their own. Before each sweep, which takes the
    /// guardian's data away.
    pub(crate) async fn come_of_age(&self) -> Result<u64, PrivacyError> {
        let text = Queued::OwnConsent.to_letter(None);
        Ok(self.vault().come_of_age(self.policy(), &text, self.now()).await?)
    }

    /// Reminds those whose consent to marketing is as old as the policy's period, or whose last reminder is.
    pub async fn remind_of_consents(&self) -> Result<u64, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let Some(purpose) = self.marketing() else { return Ok(0) };
        let Some(before) = before(policy, now) else { return Ok(0) };
        let mut reminded = 0;
        loop {
            let due = self.vault().agreed_before(policy, purpose, before, REMINDED).await?;
            for (person, given) in &due {
                let text = Queued::Reminder { given: policy.local(*given).date() }.to_letter(None);
                match self.vault().remind(policy, *person, (purpose, &text), now).await {
                    // Left in the meantime.
                    Err(VaultError::UnknownPerson(_)) => {}
                    done => done?,
                }
            }
            reminded += due.len() as u64;
            if due.is_empty() {
                return Ok(reminded);
            }
        }
    }
}

/// The instant before which a consent is old enough to remind of it.
fn before(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let latest = policy.notices.marketing_reconfirm.latest_over(policy.local(now).date())?;
    Some(policy.first_moment(latest.tomorrow().ok()?))
}

fn with_text(on_file: NoticeOnFile) -> Result<Notice, VaultError> {
    Ok(Notice { text: NoticeText::read(&on_file.body)?, on_file })
}

fn line(item: &str, text: &str) -> Result<String, AccountError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AccountError::Missing { item: item.into() });
    }
    if text.chars().count() > MAX_NOTICE_LINE || text.chars().any(char::is_control) {
        return Err(AccountError::Unusable { item: item.into() });
    }
    Ok(text.into())
}

fn both(text: &Both) -> Result<Both, AccountError> {
    let checked = |item: &str, text: &str| {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() {
            return Err(AccountError::Missing { item: item.into() });
        }
        let is_printable = text.chars().all(|c| c == '\n' || !c.is_control());
        if text.chars().count() > MAX_ADVERTISEMENT || !is_printable {
            return Err(AccountError::Unusable { item: item.into() });
        }
        Ok(text)
    };
    Ok(Both { ko: checked("ko", &text.ko)?, en: checked("en", &text.en)? })
}
