//! Children: a guardian is asked before there is an account, answers on a page of their own, and may see, correct and end
//! the membership that the child then confirms, until the fourteenth birthday.
//!
//! A child gives nothing but the guardian's name and address. Of the birthday only the day of turning fourteen is kept.

use super::{
    AccountError, OwnRecord,
    joining::{Pending, is_usable},
    letters::Queued,
    passwords::{RESET, RESET_WITHIN},
    record, token,
};
use crate::{Leaving, Privacy, PrivacyError, Sweep};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vestry_credentials::TokenUse;
use vestry_mail::Language;
use vestry_policy::{Event, PurposeId};
use vestry_vault::{NewRecord, Opening, PersonId, Personal, Reader};
use zeroize::{Zeroize, Zeroizing};

const ASKED: &str = "guardian";
const CONSENTED: &str = "guardian-consented";
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
    /// The token of the invitation that the child was about to take up.
    pub invitation: Option<String>,
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
    /// Whether they agreed to the terms of use, as they stand in their language.
    pub terms: bool,
    /// The language they read.
    pub language: Language,
}

/// Where a guardian's link leads.
#[derive(Debug)]
pub enum GuardianPage {
    /// A child asks for their consent.
    Asked,
    /// They consented, and nobody confirmed the child's address yet.
    Waits,
    /// The child's data.
    Of(PersonId),
}

#[derive(Serialize, Deserialize)]
struct Stub {
    name: String,
    contact: String,
    /// The token of an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
}

impl Zeroize for PendingChild {
    fn zeroize(&mut self) {
        self.guardian.name.zeroize();
        self.guardian.contact.zeroize();
    }
}

/// What a child's sign-up holds of the guardian while it waits.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingChild {
    guardian: Stub,
    day_of_14: Date,
    /// The hash of the guardian's link.
    link: [u8; 32],
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
        self.count_letter_to(contact, "guardian").await?;
        let link = token(self, TokenUse::MailedLink);
        let asked = vec![(Event::Asked, now)];
        let stub = Stub { name: name.into(), contact: contact.into(), invitation: named.invitation.clone() };
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
        for (what, page) in [(ASKED, GuardianPage::Asked), (CONSENTED, GuardianPage::Waits)] {
            match self.linked(TokenUse::MailedLink, link, what).await {
                Ok(_) => return Ok(page),
                Err(AccountError::Link) => {}
                Err(error) => return Err(error),
            }
        }
        let (_, child) = self.linked(TokenUse::MailedLink, link, GUARDIAN).await?;
        match self.is_guarded(child).await? {
            true => Ok(GuardianPage::Of(child)),
            false => Err(AccountError::Link),
        }
    }

    /// Whether somebody is still a child in a guardian's care.
    pub async fn is_guarded(&self, child: PersonId) -> Result<bool, AccountError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, child).await?;
        let today = policy.local(self.now()).date();
        let of_age = |record: &vestry_vault::RecordOnFile| {
            record.events.iter().any(|(event, at)| *event == Event::OfAge && policy.local(*at).date() <= today)
        };
        let class = policy.class_named("guardian");
        Ok(on_file.records.iter().any(|record| Some(record.class) == class && !of_age(record)))
    }

    /// A guardian consents, and with it signs the child up: who confirms by a mail to the child's own address that it is
    /// theirs makes the account, and chooses its password. The guardian's link waits for that, and shows the account from then
    /// on, until the birthday. An address that has an account already, or is kept out, waits alike until nobody confirmed it.
    ///
    /// The token of the child's link, for whoever hands it over otherwise.
    pub async fn consent_for(&self, link: &str, account: &ChildAccount) -> Result<Zeroizing<String>, AccountError> {
        let policy = self.policy();
        let (hash, stub) = self.linked(TokenUse::MailedLink, link, ASKED).await?;
        self.birthday(account.day_of_14)?;
        let terms = self.agreed_terms(account.terms, account.language)?;
        let opening = Opening::new("guardianship", Reader::Program, None).map_err(PrivacyError::from)?;
        let items = self.checked(policy, &account.items, &opening)?;
        let opened = self.open_items(stub, "guardianship", Reader::Program, &["stub_guardian"]).await?;
        let named = opened.text(policy, "stub_guardian").and_then(|text| serde_json::from_str::<Stub>(text).ok());
        let mut guardian = named.ok_or(AccountError::Link)?;
        let invitation = guardian.invitation.take();
        let child = PendingChild { guardian, day_of_14: account.day_of_14, link: hash };
        let pending = Pending {
            items,
            password: String::new(),
            consents: self.given(&account.consents),
            terms: Some(terms),
            language: account.language.code().into(),
            invitation,
            child: Some(child),
        };
        self.spend(&hash, ASKED).await?;
        let (waiting, confirm) = self.await_confirmation(&pending, account.language).await?;
        self.vault().put_link(&hash, waiting, CONSENTED, self.now() + self.accounts().confirms_within()).await?;
        self.conclude(stub, "stub").await?;
        Ok(confirm.to_text())
    }

    /// A guardian refuses: the request is gone at once, and with it their name and address.
    pub async fn refuse_for(&self, link: &str) -> Result<(), AccountError> {
        let (link, stub) = self.linked(TokenUse::MailedLink, link, ASKED).await?;
        self.spend(&link, ASKED).await?;
        self.conclude(stub, "stub").await
    }

    /// What a child's account holds of the guardian.
    pub(super) fn guardianship(&self, child: &PendingChild) -> Result<NewRecord, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let values = vec![
            ("day_of_14", child.day_of_14.to_string()),
            ("guardian_name", child.guardian.name.clone()),
            ("guardian_contact", child.guardian.contact.clone()),
        ];
        let birthday = policy.first_moment(child.day_of_14);
        record(policy, "guardian", values, vec![(Event::Made, now), (Event::OfAge, birthday)])
    }

    /// The guardian's link shows the account that the child has just confirmed; the token of one by which they choose a
    /// password.
    pub(super) async fn hand_over(
        &self,
        of: PersonId,
        child: &PendingChild,
    ) -> Result<Zeroizing<String>, AccountError> {
        self.vault().spend_link(&child.link, CONSENTED, self.now()).await?;
        let birthday = self.policy().first_moment(child.day_of_14);
        self.vault().put_link(&child.link, of, GUARDIAN, birthday).await?;
        let password = token(self, TokenUse::MailedLink);
        self.vault().put_link(password.hash().as_bytes(), of, RESET, self.now() + RESET_WITHIN).await?;
        Ok(password.to_text())
    }

    /// That a birthday is to come; a day that lies further ahead than fourteen years is none.
    fn birthday(&self, day: Date) -> Result<(), AccountError> {
        let today = self.policy().local(self.now()).date();
        let latest = today.checked_add(14.years()).unwrap_or(Date::MAX);
        if day <= today || day > latest {
            return Err(AccountError::Unusable { item: "day_of_14".into() });
        }
        Ok(())
    }

    /// Everything that is held of a child, for the guardian.
    pub async fn records_for_guardian(&self, child: PersonId) -> Result<Vec<OwnRecord>, AccountError> {
        self.records_read_by(child, Reader::Guardian(child)).await
    }

    /// Ends a child's membership, by the guardian.
    pub async fn leave_for(&self, link: &str, leaving: Leaving) -> Result<Option<Sweep>, AccountError> {
        let GuardianPage::Of(child) = self.guardian(link).await? else { return Err(AccountError::Link) };
        self.end_and_tell(child, leaving).await
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
