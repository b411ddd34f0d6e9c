//! Signing up: what the policy asks for, held apart until the address is confirmed.

use super::{
    AccountError, MARKETING, MAX_VALUE, guardians::PendingChild, letters::Queued, own_words, random, record, token,
};
use crate::{Privacy, PrivacyError, is_organisation_name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use vestry_credentials::{Token, TokenUse};
use vestry_mail::Language;
use vestry_model::{OrganisationId, hex};
use vestry_policy::{Basis, Collected, Event, Item, ItemId, Membership, Policy, PurposeId};
use vestry_vault::{
    NewPerson, NewRecord, Opening, PersonId, Personal, Reader, Role, SpentLink, VaultError, normalised_mail,
};
use zeroize::Zeroizing;

pub(super) const CONFIRM: &str = "confirm";
pub(super) const INVITATION: &str = "invitation";
/// What the records of agreements call the terms of use.
pub const TERMS: &str = "terms";

/// An item that a sign-up asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedItem {
    /// Which.
    pub item: ItemId,
    /// Whether there is no account without it.
    pub required: bool,
}

/// What somebody who signs up gave.
#[derive(Debug)]
pub struct SignUp {
    /// Values of [`Privacy::sign_up_items`], by the item's name.
    pub items: BTreeMap<String, Personal<String>>,
    /// The password they chose.
    pub password: Personal<String>,
    /// Purposes they consented to, each by a box of its own, and the text that stood beside it.
    pub consents: Vec<(PurposeId, String)>,
    /// Whether they agreed to the terms of use, as they stand in their language.
    pub terms: bool,
    /// The language they read.
    pub language: Language,
    /// An invitation's token, if they were invited.
    pub invitation: Option<String>,
}

/// Somebody became a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Who.
    pub person: PersonId,
    /// Where they work.
    pub organisation: OrganisationId,
    /// The token of a link by which a child, whose guardian signed them up, chooses a password.
    pub password: Option<Zeroizing<String>>,
}

/// A sign-up that waits, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) items: BTreeMap<String, String>,
    pub(super) password: String,
    pub(super) consents: Vec<Given>,
    /// SHA-256 of the terms of use that were agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) terms: Option<String>,
    pub(super) language: String,
    /// The token of an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) invitation: Option<String>,
    /// Of a child, what the guardian said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) child: Option<PendingChild>,
}

/// What an invitation is to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Invited {
    pub(super) organisation: OrganisationId,
    pub(super) role: String,
}

/// An invitation that nobody took up.
pub(super) struct Invitation {
    /// The hash of its token.
    pub(super) link: [u8; 32],
    /// Under whom it waits.
    pub(super) who: PersonId,
    pub(super) organisation: OrganisationId,
    pub(super) role: Role,
}

/// A consent as it was given.
#[derive(Serialize, Deserialize)]
pub(super) struct Given {
    purpose: String,
    /// SHA-256 of the text that was shown.
    text: String,
}

/// What somebody agreed to.
pub(super) struct Agreed<'p> {
    /// A purpose of the policy, or [`TERMS`].
    to: &'p str,
    /// The items that serve it.
    items: Vec<&'p str>,
    /// When it had been taken back before, if it had.
    before: Option<Timestamp>,
}

impl<'p> Agreed<'p> {
    const TERMS: Self = Self { to: TERMS, items: Vec::new(), before: None };

    pub(super) fn to(policy: &'p Policy, purpose: PurposeId) -> Self {
        let items = consent_items(policy, purpose).map(|item| item.id.as_str()).collect();
        Self { to: &policy.purpose(purpose).id, items, before: None }
    }

    pub(super) fn again_after(self, before: Option<Timestamp>) -> Self {
        Self { before, ..self }
    }
}

/// The items that a consent is to, as the text beside its box names them: those of a member's account and of its use. Where
/// nothing but the consent allows the purpose, all that serve it.
pub fn consent_items(policy: &Policy, purpose: PurposeId) -> impl Iterator<Item = &Item> {
    let is_consent = policy.purpose(purpose).basis == Basis::Consent;
    let is_of_members = move |item: &Item| ["account", "usage"].contains(&policy.class(item.class).id.as_str());
    policy.items_for(purpose).map(|(_, item)| item).filter(move |item| is_consent || is_of_members(item))
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.items.values_mut().for_each(zeroize::Zeroize::zeroize);
        zeroize::Zeroize::zeroize(&mut self.password);
        if let Some(child) = &mut self.child {
            zeroize::Zeroize::zeroize(child);
        }
    }
}

impl Privacy {
    /// What a sign-up asks for, as the policy lists it: required items first. The password has a field of its own.
    pub fn sign_up_items(&self) -> Vec<AskedItem> {
        let policy = self.policy();
        let by_consent = |item: &vestry_policy::Item| {
            item.purposes.iter().all(|purpose| policy.purpose(purpose).basis == Basis::Consent)
        };
        let asked = policy.items().filter(|(_, item)| {
            item.collected == Collected::SignUp
                && policy.class(item.class).id == "account"
                && !["password", "app_settings"].contains(&item.id.as_str())
                && !by_consent(item)
        });
        let mut asked: Vec<AskedItem> =
            asked.map(|(id, item)| AskedItem { item: id, required: item.required }).collect();
        asked.sort_by_key(|asked| (!asked.required, asked.item));
        asked
    }

    /// Purposes that ask for a consent of their own.
    pub fn consent_purposes(&self) -> Vec<PurposeId> {
        let purposes = self.policy().purposes();
        purposes.filter(|(_, purpose)| purpose.basis == Basis::Consent).map(|(id, _)| id).collect()
    }

    /// Takes a sign-up and mails a link that confirms the address. Whoever has an account already is told so in the letter
    /// instead, and nobody else is.
    ///
    /// # Errors
    /// What is missing, cannot be or is too easy; never that somebody is known.
    pub async fn sign_up(&self, form: SignUp) -> Result<(), AccountError> {
        let policy = self.policy();
        let opening = Opening::new("membership", Reader::Program, None).map_err(PrivacyError::from)?;
        let terms = self.agreed_terms(form.terms, form.language)?;
        let items = self.checked(policy, &form.items, &opening)?;
        let mail = items.get("email").cloned().unwrap_or_default();
        self.count_letter_to(&mail, "join").await?;
        let words = own_words(Some(&mail), items.get("name").map(String::as_str));
        let hash = self.hash_new(&form.password, words, &opening).await?;
        if let Some(text) = &form.invitation {
            self.invited(text).await?;
        }
        let pending = Pending {
            items,
            password: hash.as_str().into(),
            consents: self.given(&form.consents),
            terms: Some(terms),
            language: form.language.code().into(),
            invitation: form.invitation,
            child: None,
        };
        self.await_confirmation(&pending, form.language).await.map(drop)
    }

    /// Consents as a sign-up that waits keeps them.
    pub(super) fn given(&self, consents: &[(PurposeId, String)]) -> Vec<Given> {
        let given = consents.iter().map(|(purpose, text)| Given {
            purpose: self.policy().purpose(*purpose).id.clone(),
            text: hex(&Sha256::digest(text.as_bytes())),
        });
        given.collect()
    }

    /// SHA-256 of the terms of use, once they are agreed to: without them there is no account.
    pub(super) fn agreed_terms(&self, agreed: bool, language: Language) -> Result<String, AccountError> {
        match agreed {
            true => Ok(self.terms().digest(language)),
            false => Err(AccountError::Missing { item: TERMS.into() }),
        }
    }

    /// Puts a sign-up on file until its address is confirmed, whosever that is, and the letter that asks for it; under whom
    /// it waits, and the link.
    pub(super) async fn await_confirmation(
        &self,
        pending: &Pending,
        language: Language,
    ) -> Result<(PersonId, Token), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let confirm = token(self, TokenUse::MailedLink);
        let text = serde_json::to_string(pending).expect("a sign-up is JSON");
        let waits = record(policy, "pending", vec![("pending", text)], vec![(Event::Asked, now)])?;
        let queued = Queued::Confirm { token: confirm.to_text().to_string() };
        let mail = pending.items.get("email").map_or("", String::as_str);
        let letter = self.letter_to_stranger(mail, &queued, language)?;
        let who = self
            .await_answer(vec![waits, letter], (&confirm, CONFIRM, now + self.accounts().confirms_within()))
            .await?;
        Ok((who, confirm))
    }

    /// Makes a member of who confirms their address by the link's token.
    ///
    /// # Errors
    /// [`AccountError::Link`]; [`AccountError::Invitation`] for who was invited to where they cannot come any more: they
    /// signed up to work there, so they get no shop of their own instead.
    pub async fn confirm(&self, link: &str) -> Result<Joined, AccountError> {
        let policy = self.policy();
        let (link, waiting) = self.linked(TokenUse::MailedLink, link, CONFIRM).await?;
        let opened = self.open_items(waiting, "membership", Reader::Program, &["pending"]).await?;
        let pending = opened.text(policy, "pending").and_then(|text| serde_json::from_str::<Pending>(text).ok());
        let pending = pending.ok_or(AccountError::Link)?;
        let known = |error: &AccountError| {
            matches!(error, AccountError::Privacy(PrivacyError::Vault(VaultError::KnownAlready | VaultError::Blocked)))
        };
        let refused = match self.enter_by(&pending, link).await {
            Ok((joined, invitation)) => {
                self.conclude(waiting, "pending").await?;
                if let Some(Invitation { who, .. }) = invitation {
                    self.conclude(who, "invitation").await?;
                }
                return self.welcome(&pending, joined).await;
            }
            // By whoever was faster, or kept out: the one page says as little as the other.
            Err(error) if known(&error) => AccountError::Link,
            Err(error @ AccountError::Invitation) => error,
            Err(error) => return Err(error),
        };
        // The sign-up is over.
        self.vault().spend_link(&link, CONFIRM, self.now()).await?;
        self.conclude(waiting, "pending").await?;
        Err(refused)
    }

    /// Puts a member on file by the link that they confirmed, and the invitation by which they came, each good for one.
    async fn enter_by(&self, pending: &Pending, link: [u8; 32]) -> Result<(Joined, Option<Invitation>), AccountError> {
        let invitation = match &pending.invitation {
            Some(text) => match self.invited(text).await {
                Err(AccountError::Link) => return Err(AccountError::Invitation),
                invitation => Some(invitation?),
            },
            None => None,
        };
        let Some(invitation) = invitation else {
            let made = self.new_organisation().await?;
            let joined = self.put_on_file(pending, (made, Role::Owner), vec![(link, CONFIRM)]).await;
            if joined.is_err() {
                self.remove_organisation(made).await?;
            }
            return Ok((joined?, None));
        };
        let links = vec![(link, CONFIRM), (invitation.link, INVITATION)];
        let joined = self.put_on_file(pending, (invitation.organisation, invitation.role), links).await?;
        Ok((joined, Some(invitation)))
    }

    async fn put_on_file(
        &self,
        pending: &Pending,
        (organisation, role): (OrganisationId, Role),
        links: Vec<SpentLink>,
    ) -> Result<Joined, AccountError> {
        let policy = self.policy();
        let new = self.member(policy, pending, organisation, role)?;
        match self.vault().add_by_links(policy, new, links, self.now()).await {
            Ok(person) => Ok(Joined { person, organisation, password: None }),
            Err(VaultError::Spent { what: INVITATION }) => Err(AccountError::Invitation),
            // The same link at the same moment.
            Err(VaultError::Spent { .. }) => Err(AccountError::Link),
            Err(error) => Err(error.into()),
        }
    }

    /// What follows for a new member.
    async fn welcome(&self, pending: &Pending, joined: Joined) -> Result<Joined, AccountError> {
        let password = match &pending.child {
            Some(child) => {
                self.queue(joined.person, &Queued::GuardianDone, None).await?;
                Some(self.hand_over(joined.person, child).await?)
            }
            None => None,
        };
        if pending.consents.iter().any(|given| given.purpose == MARKETING) {
            self.tell_result(joined.person, true).await?;
        }
        Ok(Joined { password, ..joined })
    }

    /// The organisation of whoever was not invited to one: a new one, of which they are the owner. It is called by a number
    /// until an owner names it; what they typed as their company is an item of theirs, and stays sealed.
    async fn new_organisation(&self) -> Result<OrganisationId, PrivacyError> {
        let mut number = [0; 5];
        random(self)(&mut number);
        let name = format!("shop-{}", hex(&number));
        let mut tx = self.store().begin().await?;
        let id = tx.create_organisation(&name, &name, self.now()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes a new organisation back, whose owner did not come after all.
    async fn remove_organisation(&self, organisation: OrganisationId) -> Result<(), PrivacyError> {
        let mut tx = self.store().begin().await?;
        tx.remove_organisation(organisation).await?;
        Ok(tx.commit().await?)
    }

    fn member(
        &self,
        policy: &Policy,
        pending: &Pending,
        organisation: OrganisationId,
        role: Role,
    ) -> Result<NewPerson, AccountError> {
        let language = if pending.language == "en" { Language::English } else { Language::Korean };
        let given = (&pending.items, pending.password.as_str());
        let mut new = self.new_member(policy, given, language, (organisation, role))?;
        let channel = if pending.child.is_some() { "guardian" } else { "sign-up" };
        new.records.extend(pending.child.as_ref().map(|child| self.guardianship(child)).transpose()?);
        if let Some(hash) = &pending.terms {
            new.records.push(self.agreement(policy, Agreed::TERMS, hash, channel)?);
        }
        for given in &pending.consents {
            let purpose = policy.purpose_named(&given.purpose).ok_or(AccountError::Link)?;
            self.agree_by_hash(policy, &mut new, purpose, &given.text, channel)?;
        }
        Ok(new)
    }

    /// A member with the items of a form and the hash of a password, who has consented to nothing yet.
    pub(super) fn new_member(
        &self,
        policy: &Policy,
        (items, password): (&BTreeMap<String, String>, &str),
        language: Language,
        (organisation, role): (OrganisationId, Role),
    ) -> Result<NewPerson, AccountError> {
        let now = self.now();
        let mut id = [0; 8];
        random(self)(&mut id);
        let mut values: Vec<(&str, String)> =
            items.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        values.push(("password", password.to_owned()));
        values.push(("state", "{\"mail\":\"confirmed\"}".into()));
        values.push(("member_id", format!("M-{}", hex(&id))));
        values.push(("app_settings", format!("{{\"language\":\"{}\"}}", language.code())));
        let made = vec![(Event::Made, now)];
        let records = vec![
            record(policy, "account", values, made.clone())?,
            record(policy, "security", vec![("device", "[]".into())], made)?,
        ];
        let membership = Membership::Active { last_use: now, notified: None, chosen: None };
        let (organisation, role) = (Some(organisation), Some(role));
        Ok(NewPerson { organisation, role, membership, consents: Vec::new(), records })
    }

    /// Adds a consent to a new member, with what is written down of it.
    fn agree_by_hash(
        &self,
        policy: &Policy,
        new: &mut NewPerson,
        purpose: PurposeId,
        hash: &str,
        channel: &str,
    ) -> Result<(), AccountError> {
        new.records.push(self.agreement(policy, Agreed::to(policy, purpose), hash, channel)?);
        if policy.purpose(purpose).basis != Basis::Consent {
            return Ok(());
        }
        new.consents.push(purpose);
        if policy.purpose(purpose).id == "marketing"
            && let (Some(mailing), Some(account)) = (policy.item_named("mailing"), policy.class_named("account"))
        {
            let account = new.records.iter_mut().find(|record| record.class == account);
            account.expect("a member has one").items.push((mailing, Personal::new("{\"mail\":true}".into())));
        }
        Ok(())
    }

    /// What is written down of an agreement: which version, what it covers, the hash of what was shown, how and when.
    pub(super) fn agreement(
        &self,
        policy: &Policy,
        agreed: Agreed<'_>,
        text: &str,
        channel: &str,
    ) -> Result<NewRecord, AccountError> {
        let now = self.now();
        let mut written = serde_json::json!({
            "purpose": agreed.to, "policy": policy.version, "items": agreed.items,
            "text_sha256": text, "channel": channel, "at": now,
        });
        if let Some(before) = agreed.before {
            written["taken_back_before"] = serde_json::json!(before);
        }
        record(policy, "consent", vec![("consent", written.to_string())], vec![(Event::Made, now)])
    }

    /// The values of a form, trimmed: nothing required is missing, nothing is asked that the policy does not list.
    pub(super) fn checked(
        &self,
        policy: &Policy,
        given: &BTreeMap<String, Personal<String>>,
        opening: &Opening,
    ) -> Result<BTreeMap<String, String>, AccountError> {
        let mut items = BTreeMap::new();
        for asked in self.sign_up_items() {
            let item = policy.item(asked.item).id.clone();
            let value = given.get(&item).map(|value| value.open(opening).trim().to_owned()).unwrap_or_default();
            match value {
                value if value.is_empty() && asked.required => return Err(AccountError::Missing { item }),
                value if value.is_empty() => {}
                value if !is_usable(&item, &value) => return Err(AccountError::Unusable { item }),
                value => drop(items.insert(item, value)),
            }
        }
        Ok(items)
    }

    /// Says of somebody's records of a kind that what they waited for has come, and lets them go at once.
    pub(super) async fn conclude(&self, person: PersonId, class: &str) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let on_file = self.vault().person(policy, person).await?;
        let (class, letter) = (policy.class_named(class), policy.class_named("letter"));
        for record in &on_file.records {
            let event = match Some(record.class) {
                of if of == class => Event::Closed,
                of if of == letter => Event::Sent,
                _ => continue,
            };
            self.vault().put_event(policy, record.record, event, Some(now)).await?;
        }
        self.let_go(person).await
    }

    /// Lets go at once what nothing holds of somebody any more.
    pub(super) async fn let_go(&self, person: PersonId) -> Result<(), AccountError> {
        Ok(self.sweep_soon(person).await.map(drop)?)
    }

    /// The invitation of a token.
    ///
    /// # Errors
    /// [`AccountError::Link`] for one that was taken up or is too old.
    pub(super) async fn invited(&self, text: &str) -> Result<Invitation, AccountError> {
        let policy = self.policy();
        let (link, who) = self.linked(TokenUse::Invitation, text, INVITATION).await?;
        let opened = self.open_items(who, "membership", Reader::Program, &["invited"]).await?;
        let invited = opened.text(policy, "invited").and_then(|text| serde_json::from_str::<Invited>(text).ok());
        let Invited { organisation, role } = invited.ok_or(AccountError::Link)?;
        let role = role.parse().map_err(|_| AccountError::Link)?;
        Ok(Invitation { link, who, organisation, role })
    }
}

/// Whether a value can be one of that item: short, printable, and an address where one is asked for.
pub(super) fn is_usable(item: &str, value: &str) -> bool {
    let is_short = value.chars().count() <= MAX_VALUE;
    let is_printable = !value.chars().any(|c| c.is_control() && c != '\n');
    let is_phone = |value: &str| {
        let digits = value.chars().filter(char::is_ascii_digit).count();
        (7..=20).contains(&digits) && value.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c))
    };
    is_short
        && is_printable
        && match item {
            "email" | "staff_mail" => normalised_mail(value).is_ok(),
            "organisation" => is_organisation_name(value),
            "mobile" | "company_phone" => is_phone(value),
            _ => true,
        }
}
