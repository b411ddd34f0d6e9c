//! The operator's people: put on file by whoever has a shell or the role for it, with a second proof from the first day.

use super::{
    AccountError,
    entering::{Device, DevicesOf, in_like_time},
    hash_of,
    joining::is_usable,
    letters::Queued,
    own_words, random, record,
    second::{Proof, Second, SecondOf},
    token,
    training::{Training, trainings},
};
use crate::{Privacy, PrivacyError};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use vestry_credentials::{PasswordHash, Random, TokenUse, TotpSecret};
use vestry_mail::Language;
use vestry_policy::{Event, Membership};
use vestry_vault::{NewPerson, Opening, PersonId, Personal, Reader, Role, VaultError};
use zeroize::Zeroizing;

const ENROL: &str = "enrol";
/// How long the link to enrol holds.
/// Fixed: whoever has the link becomes one of the staff.
const ENROL_WITHIN: SignedDuration = SignedDuration::from_hours(72);

/// Somebody who is to work for the operator.
#[derive(Debug)]
pub struct NewStaff {
    /// Their address, which they log in with.
    pub mail: Personal<String>,
    /// Their name.
    pub name: Personal<String>,
    /// What they may do.
    pub role: Role,
    /// The language they read.
    pub language: Language,
}

/// What came of a try to log in. `Debug` does not show the tokens.
pub enum StaffEntered {
    /// They are in; the session's token.
    In(Zeroizing<String>),
    /// Mail and password are right; now the one-time password.
    CodeNeeded,
    /// All is right, but the password is older than it may be: a token that changes it and does nothing else.
    PasswordExpired(Zeroizing<String>),
}

impl fmt::Debug for StaffEntered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::In(_) => "In([token])",
            Self::CodeNeeded => "CodeNeeded",
            Self::PasswordExpired(_) => "PasswordExpired([token])",
        })
    }
}

/// Somebody of the staff, for those who manage them.
#[derive(Debug)]
pub struct StaffMember {
    /// Who.
    pub person: PersonId,
    /// What they may do.
    pub role: Role,
    /// Their name.
    pub name: Personal<String>,
    /// For what, and by whom, it is read.
    pub opening: Opening,
    /// When their password was set, if it is.
    pub password_set: Option<Timestamp>,
    /// What they were trained in, the oldest first.
    pub trained: Vec<Training>,
}

/// A password as staff has it.
#[derive(Serialize, Deserialize)]
struct StaffPassword {
    hash: String,
    set: Timestamp,
}

impl StaffPassword {
    fn parse(text: Option<&str>) -> Option<Self> {
        text.and_then(|text| serde_json::from_str(text).ok())
    }
}

impl Privacy {
    /// Puts somebody of the staff on file and mails them a link to enrol; its token, for whoever hands it over otherwise.
    pub async fn add_staff(&self, new: &NewStaff) -> Result<(PersonId, Zeroizing<String>), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new("security", Reader::Program, None).map_err(PrivacyError::from)?;
        let (mail, name) = (new.mail.open(&opening).trim(), new.name.open(&opening).trim());
        for (item, value) in [("staff_mail", mail), ("staff_name", name)] {
            if value.is_empty() || !is_usable(item, value) {
                return Err(AccountError::Unusable { item: item.into() });
            }
        }
        if !new.role.is_staff() {
            return Err(AccountError::Unusable { item: "role".into() });
        }
        let link = token(self, TokenUse::MailedLink);
        let made = vec![(Event::Made, now)];
        let values = vec![("staff_mail", mail.to_owned()), ("staff_name", name.to_owned())];
        let account = record(policy, "staff", values, made.clone())?;
        let given = format!("{{\"role\":\"{}\",\"given\":true}}", new.role.as_str());
        let rights = record(policy, "staff_rights", vec![("staff_rights", given)], made)?;
        let queued = Queued::StaffInvitation { token: link.to_text().to_string() };
        let letter = self.letter_to_stranger(mail, &queued, new.language)?;
        let person = NewPerson {
            organisation: None,
            role: Some(new.role),
            membership: Membership::None,
            consents: Vec::new(),
            records: vec![account, rights, letter],
        };
        let person = self.vault().add_people(policy, &[person], now).await?.pop().expect("one for one");
        self.vault().put_link(link.hash().as_bytes(), person, ENROL, now + ENROL_WITHIN).await?;
        Ok((person, link.to_text()))
    }

    /// A new link to enrol with, for somebody of the staff who lost password or device; the old proofs are void.
    ///
    /// # Errors
    /// [`VaultError::UnknownPerson`] for who is none of the staff.
    pub async fn renew_staff(&self, person: PersonId) -> Result<Zeroizing<String>, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        self.at_work(person).await?;
        let link = token(self, TokenUse::MailedLink);
        for item in ["staff_second", "staff_password"] {
            self.put_item(policy, person, "staff", item, String::new()).await?;
        }
        self.vault().end_sessions(person, None).await?;
        self.vault().put_link(link.hash().as_bytes(), person, ENROL, now + ENROL_WITHIN).await?;
        Ok(link.to_text())
    }

    /// Begins to enrol: the secret of the one-time passwords, as text and as the address that an app reads.
    pub async fn enrolment(&self, link: &str) -> Result<(Zeroizing<String>, Zeroizing<String>), AccountError> {
        let (_, person) = self.staff_linked(link, ENROL).await?;
        let policy = self.policy();
        let opened = self.open_items(person, "security", Reader::Themselves(person), &["staff_second", "staff_mail"]);
        let opened = opened.await?;
        let secret = match Proof::read(opened.text(policy, "staff_second"), None) {
            // The page was opened before: the same again.
            Proof::Set(second) => second.secret(),
            // Whoever enrols has no other yet, and what cannot be read is of no use to anybody.
            Proof::None | Proof::Damaged => {
                let mut random = random(self);
                let random: Random<'_> = &mut random;
                let secret = TotpSecret::make(random);
                self.put_item(policy, person, "staff", "staff_second", Second::new(&secret).to_text()).await?;
                secret
            }
        };
        let label = opened.text(policy, "staff_mail").unwrap_or_default();
        Ok((secret.to_base32(), secret.otpauth_uri("Vestry", label)))
    }

    /// Enrols: a password, and a one-time password that shows that the secret arrived. The answer is the recovery codes,
    /// shown once, and the token of a session.
    pub async fn enrol(
        &self,
        link: &str,
        password: &Personal<String>,
        code: &str,
    ) -> Result<(Vec<String>, Zeroizing<String>), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let (link, person) = self.staff_linked(link, ENROL).await?;
        let hash = self.new_staff_hash(person, password).await?;
        let opened = self.open_items(person, "security", Reader::Themselves(person), &["staff_second"]).await?;
        let Proof::Set(mut second) = Proof::read(opened.text(policy, "staff_second"), None) else {
            return Err(AccountError::Link);
        };
        if !second.accept(code, now) {
            return Err(AccountError::Wrong);
        }
        let codes = second.renew_recovery(&mut random(self));
        self.spend(&link, ENROL).await?;
        self.put_item(policy, person, "staff", "staff_second", second.to_text()).await?;
        self.put_staff_password(person, &hash).await?;
        let session = self.begin(person).await?;
        Ok((codes, session))
    }

    /// Lets somebody of the staff in.
    ///
    /// # Errors
    /// As [`Privacy::log_in`].
    pub async fn staff_log_in(
        &self,
        mail: &Personal<String>,
        password: &Personal<String>,
        code: Option<&str>,
        device: &Device,
    ) -> Result<StaffEntered, AccountError> {
        in_like_time(self.let_staff_in(mail, password, code, device)).await
    }

    async fn let_staff_in(
        &self,
        mail: &Personal<String>,
        password: &Personal<String>,
        code: Option<&str>,
        device: &Device,
    ) -> Result<StaffEntered, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new("security", Reader::Program, None).map_err(PrivacyError::from)?;
        let typed = mail.open(&opening).trim().to_lowercase();
        let tried = self.count_try("staff", &typed, &device.network).await?;
        let found = self.vault().find_staff(mail).await.ok().flatten();
        let opened = match found {
            Some(person) => {
                let items = ["staff_password", "staff_second", "staff_device", "staff_mail"];
                Some((person, self.open_items(person, "security", Reader::Program, &items).await?))
            }
            None => None,
        };
        let text = |item: &str| opened.as_ref().and_then(|(_, opened)| opened.text(policy, item));
        let known = StaffPassword::parse(text("staff_password"));
        let is_enrolled = Proof::read(text("staff_second"), None).is_needed();
        let hash = known.as_ref().and_then(|known| hash_of(Some(&known.hash)));
        let is_right = self.hashing().fits(hash, password, &opening).await;
        let (Some((person, opened)), Some(known), true, true) = (&opened, known, is_enrolled, is_right) else {
            return Err(AccountError::Wrong);
        };
        let person = *person;
        // Who was dismissed is on file until the next sweep, and works here no more.
        if !self.vault().role(person).await?.0.is_some_and(Role::is_staff) {
            return Err(AccountError::Wrong);
        }
        let Some(code) = code else {
            self.vault().take_back_attempt(&tried).await?;
            return Ok(StaffEntered::CodeNeeded);
        };
        if !self.spend_code(SecondOf::Staff, person, code).await? {
            return Err(AccountError::Wrong);
        }
        self.succeeded(&tried).await?;
        let of = DevicesOf { class: "staff", item: "staff_device", to: opened.text(policy, "staff_mail") };
        self.note_device(person, of, opened.text(policy, "staff_device"), device).await?;
        if self.is_expired(&known) {
            let link = token(self, TokenUse::MailedLink);
            let ends = now + SignedDuration::from_mins(15);
            self.vault().put_link(link.hash().as_bytes(), person, EXPIRED, ends).await?;
            return Ok(StaffEntered::PasswordExpired(link.to_text()));
        }
        self.begin(person).await.map(StaffEntered::In)
    }

    /// Sets a new password in place of one that is too old, by the token that logging in gave; the session's token.
    pub async fn renew_staff_password(
        &self,
        link: &str,
        password: &Personal<String>,
    ) -> Result<Zeroizing<String>, AccountError> {
        let (link, person) = self.staff_linked(link, EXPIRED).await?;
        let opened = self.open_items(person, "security", Reader::Program, &["staff_password"]).await?;
        let known = StaffPassword::parse(opened.text(self.policy(), "staff_password"));
        let hash = known.and_then(|known| hash_of(Some(&known.hash)));
        if self.hashing().fits(hash, password, &opened.opening).await {
            // The old one again is no new one.
            return Err(AccountError::Unusable { item: "staff_password".into() });
        }
        let hash = self.new_staff_hash(person, password).await?;
        self.spend(&link, EXPIRED).await?;
        self.put_staff_password(person, &hash).await?;
        self.vault().end_sessions(person, None).await?;
        self.begin(person).await
    }

    /// Who works for the operator.
    pub async fn staff(&self, reader: PersonId) -> Result<Vec<StaffMember>, AccountError> {
        let (policy, reader) = (self.policy(), Reader::Colleague(reader));
        let open = |(person, role): (PersonId, Role)| async move {
            let (mut opened, log) = tokio::try_join!(
                self.open_items(person, "security", reader, &["staff_name", "staff_password"]),
                self.open_items(person, "accountability", reader, &["staff_training"]),
            )?;
            let known = StaffPassword::parse(opened.text(policy, "staff_password"));
            let name = opened.take(policy, "staff_name").unwrap_or_else(|| String::new().into());
            let (password_set, trained) = (known.map(|known| known.set), trainings(log.text(policy, "staff_training")));
            Ok(StaffMember { person, role, name, opening: opened.opening, password_set, trained })
        };
        // Every look is on the disk before it is shown; together they wait for it once.
        try_join_all(self.vault().with_roles(None).await?.into_iter().map(open)).await
    }

    /// Whose a link of the office is: of nobody who was dismissed since it was made.
    async fn staff_linked(&self, link: &str, what: &str) -> Result<([u8; 32], PersonId), AccountError> {
        let (hash, person) = self.linked(TokenUse::MailedLink, link, what).await?;
        let role = self.vault().role(person).await?.0;
        role.filter(|role| role.is_staff()).map(|_| (hash, person)).ok_or(AccountError::Link)
    }

    /// The role of somebody of the staff.
    async fn at_work(&self, person: PersonId) -> Result<Role, AccountError> {
        let role = self.vault().role(person).await?.0.filter(|role| role.is_staff());
        Ok(role.ok_or(VaultError::UnknownPerson(person))?)
    }

    /// Whether `person` is the only operator who enrolled: one who has not can let nobody in.
    async fn lets_in_alone(&self, person: PersonId) -> Result<bool, AccountError> {
        let mut enrolled = Vec::new();
        for (operator, _) in
            self.vault().with_roles(None).await?.into_iter().filter(|(_, role)| *role == Role::Operator)
        {
            let opened = self.open_items(operator, "security", Reader::Program, &["staff_password"]).await?;
            if StaffPassword::parse(opened.text(self.policy(), "staff_password")).is_some() {
                enrolled.push(operator);
            }
        }
        Ok(enrolled == [person])
    }

    /// Ends somebody's work for the operator: role and sessions at once, their account with the next sweep.
    pub async fn dismiss_staff(&self, person: PersonId) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let role = self.at_work(person).await?;
        if role == Role::Operator && self.lets_in_alone(person).await? {
            return Err(VaultError::LastOfRole { role: role.as_str() }.into());
        }
        self.vault().give_role(person, None, now).await?;
        let taken = format!("{{\"role\":\"{}\",\"given\":false}}", role.as_str());
        let rights = record(policy, "staff_rights", vec![("staff_rights", taken)], vec![(Event::Made, now)])?;
        self.vault().add_record(policy, person, &rights).await?;
        Ok(self.note_dismissed().await?)
    }

    /// Whoever of the staff has no role has left, and nothing holds their account.
    pub(crate) async fn note_dismissed(&self) -> Result<(), PrivacyError> {
        for account in self.vault().in_charge_of_nothing("staff").await? {
            self.vault().put_event(self.policy(), account, Event::Left, Some(self.now())).await?;
        }
        Ok(())
    }

    async fn put_staff_password(&self, person: PersonId, hash: &PasswordHash) -> Result<(), AccountError> {
        let known = StaffPassword { hash: hash.as_str().into(), set: self.now() };
        let text = serde_json::to_string(&known).expect("JSON");
        self.put_item(self.policy(), person, "staff", "staff_password", text).await
    }

    async fn new_staff_hash(
        &self,
        person: PersonId,
        password: &Personal<String>,
    ) -> Result<PasswordHash, AccountError> {
        let policy = self.policy();
        let items = ["staff_mail", "staff_name"];
        let opened = self.open_items(person, "security", Reader::Themselves(person), &items).await?;
        let words = own_words(opened.text(policy, "staff_mail"), opened.text(policy, "staff_name"));
        self.hash_new(password, words, &opened.opening).await
    }

    /// Whether a password is older than the policy lets staff keep one.
    fn is_expired(&self, known: &StaffPassword) -> bool {
        let policy = self.policy();
        let Some(period) = policy.staff_password else { return false };
        let last = period.last_day(policy.local(known.set));
        last.is_ok_and(|last| last < policy.local(self.now()).date())
    }
}

const EXPIRED: &str = "expired";
