//! Children: a guardian is asked before there is an account, answers on a page of their own, and may see, correct and end
//! the membership until the fourteenth birthday.
//!
//! A child gives nothing but the guardian's name and address. Of the birthday only the day of turning fourteen is kept.

use super::{AccountError, OwnRecord, joining::is_usable, letters::Queued, passwords::FIRST_WITHIN, record, token};
use crate::{Leaving, Privacy, PrivacyError, Sweep};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vestry_credentials::TokenUse;
use vestry_mail::Language;
use vestry_policy::{Event, PurposeId};
use vestry_vault::{Opening, PersonId, Personal, Reader, Role};
use zeroize::Zeroizing;

const ASKED: &str = "guardian";
const GUARDIAN: &str = "guardian-of";

/// Whom a child names.
#[derive(Debug)]
pub struct NamedGuardian {
    /// Their name.
    pub name: Personal<String>,
    /// Their mail address.
    pub contact: Personal<String>,
    /// The language they read.
    pub language: Language,
}

/// What a guardian says of the child they consent for.
#[derive(Debug)]
pub struct ChildAccount {
    /// The day on which the child turns fourteen.
    pub day_of_14: Date,
    /// Values of [`Privacy::sign_up_items`], by the item's name; the address is the child's.
    pub items: BTreeMap<String, Personal<String>>,
    /// Purposes consented to, and the text that stood beside each box.
    pub consents: Vec<(PurposeId, String)>,
    /// The language they read.
    pub language: Language,
}

/// Where a guardian's link leads.
#[derive(Debug)]
pub enum GuardianPage {
    /// A child asks for their consent.
    Asked,
    /// They consented: the child's data.
    Of(PersonId),
}

#[derive(Serialize, Deserialize)]
struct Stub {
    name: String,
    contact: String,
}

impl Privacy {
    /// Asks a guardian by mail; the link's token. Nothing of the child is taken; without an answer in the policy's days the
    /// request is gone.
    pub async fn ask_guardian(&self, named: &NamedGuardian) -> Result<Zeroizing<String>, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new("guardianship", Reader::Program, None).map_err(PrivacyError::from)?;
        let (name, contact) = (named.name.open(&opening).trim(), named.contact.open(&opening).trim());
        for (item, usable_as, value) in [("guardian_name", "name", name), ("guardian_contact", "email", contact)] {
            if value.is_empty() {
                return Err(AccountError::Missing { item: item.into() });
            }
            if !is_usable(usable_as, value) {
                return Err(AccountError::Unusable { item: item.into() });
            }
        }
        let link = token(self, TokenUse::MailedLink);
        let asked = vec![(Event::Asked, now)];
        let stub = Stub { name: name.into(), contact: contact.into() };
        let text = serde_json::to_string(&stub).expect("a stub is JSON");
        let last_day = policy.children.answer_within.last_day(policy.local(now)).unwrap_or(Date::MAX);
        let queued = Queued::Guardian { token: link.to_text().to_string(), last_day };
        let waits = record(policy, "stub", vec![("stub_guardian", text)], asked)?;
        let letter = self.letter_to_stranger(contact, &queued, named.language)?;
        let ends = policy.first_moment(last_day.tomorrow().unwrap_or(Date::MAX));
        self.await_answer(vec![waits, letter], (&link, ASKED, ends)).await?;
        Ok(link.to_text())
    }

    /// Where a guardian's link leads now.
    pub async fn guardian(&self, link: &str) -> Result<GuardianPage, AccountError> {
        match self.linked(TokenUse::MailedLink, link, ASKED).await {
            Ok(_) => return Ok(GuardianPage::Asked),
            Err(AccountError::Link) => {}
            Err(error) => return Err(error),
        }
        let (_, child) = self.linked(TokenUse::MailedLink, link, GUARDIAN).await?;
        match self.guards(child).await? {
            true => Ok(GuardianPage::Of(child)),
            false => Err(AccountError::Link),
        }
    }

    /// Whether somebody is still a child in a guardian's care.
    async fn guards(&self, child: PersonId) -> Result<bool, AccountError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, child).await?;
        let today = policy.local(self.now()).date();
        let of_age = |record: &vestry_vault::RecordOnFile| {
            record.events.iter().any(|(event, at)| *event == Event::OfAge && policy.local(*at).date() <= today)
        };
        let class = policy.class_named("guardian");
        Ok(on_file.records.iter().any(|record| Some(record.class) == class && !of_age(record)))
    }

    /// A guardian consents, and with it makes the child's account. The child chooses a password by a mail to their own
    /// address; the guardian's link shows the account from now on, until the birthday.
    ///
    /// There is no account where the address has one already, whose owner is told so by mail, or is kept out. The request
    /// is over then all the same, and the answer says as little as that of a sign-up.
    pub async fn consent_for(&self, link: &str, account: &ChildAccount) -> Result<Option<PersonId>, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let (hash, stub) = self.linked(TokenUse::MailedLink, link, ASKED).await?;
        let birthday = self.birthday(account.day_of_14)?;
        let opening = Opening::new("guardianship", Reader::Program, None).map_err(PrivacyError::from)?;
        let items = self.checked(policy, &account.items, &opening)?;
        let opened = self.open_items(stub, "guardianship", Reader::Program, &["stub_guardian"]).await?;
        let named = opened.text(policy, "stub_guardian").and_then(|text| serde_json::from_str::<Stub>(text).ok());
        let named = named.ok_or(AccountError::Link)?;
        let mail = Personal::new(items.get("email").cloned().unwrap_or_default());
        let known = self.vault().find(&mail).await?;
        if known.is_some() || self.vault().is_blocked(&mail, now).await? {
            self.spend(&hash, ASKED).await?;
            self.conclude(stub, "stub").await?;
            if let Some(known) = known {
                self.tell_who_is_known(known, account.language).await?;
            }
            return Ok(None);
        }
        let organisation = self.new_organisation().await?;
        let mut new = self.new_member(policy, (&items, ""), account.language, (organisation, Role::Owner))?;
        let values = vec![
            ("day_of_14", account.day_of_14.to_string()),
            ("guardian_name", named.name),
            ("guardian_contact", named.contact),
        ];
        new.records.push(record(policy, "guardian", values, vec![(Event::Made, now), (Event::OfAge, birthday)])?);
        for (purpose, text) in &account.consents {
            self.agree(policy, &mut new, *purpose, text, "guardian")?;
        }
        let child = self.vault().add_people(policy, &[new], now).await?.pop().expect("one for one");
        self.vault().spend_link(&hash, ASKED, now).await?;
        self.vault().put_link(&hash, child, GUARDIAN, birthday).await?;
        self.conclude(stub, "stub").await?;
        self.mail_reset(child, FIRST_WITHIN, |token| Queued::Reset { token }, account.language).await?;
        Ok(Some(child))
    }

    /// The first moment of a birthday to come; a day that lies further ahead than fourteen years is none.
    fn birthday(&self, day: Date) -> Result<Timestamp, AccountError> {
        let policy = self.policy();
        let today = policy.local(self.now()).date();
        let latest = today.checked_add(14.years()).unwrap_or(Date::MAX);
        if day <= today || day > latest {
            return Err(AccountError::Unusable { item: "day_of_14".into() });
        }
        Ok(policy.first_moment(day))
    }

    /// Everything that is held of a child, for the guardian.
    pub async fn records_for_guardian(&self, child: PersonId) -> Result<Vec<OwnRecord>, AccountError> {
        self.records_read_by(child, Reader::Guardian(child)).await
    }

    /// Ends a child's membership, by the guardian.
    pub async fn leave_for(&self, link: &str, leaving: Leaving) -> Result<Option<Sweep>, AccountError> {
        let GuardianPage::Of(child) = self.guardian(link).await? else { return Err(AccountError::Link) };
        Ok(self.end_membership(child, leaving).await?)
    }

    /// Gives a consent in a child's place, by the guardian.
    pub async fn give_consent_for(&self, link: &str, purpose: PurposeId, text: &str) -> Result<(), AccountError> {
        let GuardianPage::Of(child) = self.guardian(link).await? else { return Err(AccountError::Link) };
        self.give_consent_by("guardian", child, purpose, text).await
    }

    /// Takes a consent of a child back, by the guardian; at once.
    pub async fn take_back_for(&self, link: &str, purpose: PurposeId) -> Result<(), AccountError> {
        let GuardianPage::Of(child) = self.guardian(link).await? else { return Err(AccountError::Link) };
        self.take_back_consent(child, purpose).await
    }

    /// Corrects one item of a child's account, by the guardian.
    pub async fn correct_for(&self, link: &str, item: &str, value: &str) -> Result<(), AccountError> {
        let GuardianPage::Of(child) = self.guardian(link).await? else { return Err(AccountError::Link) };
        self.correct_own(child, item, value).await
    }
}
