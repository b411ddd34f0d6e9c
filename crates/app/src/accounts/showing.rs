//! People for the demo: who can be signed in as, with some history to look at.

use super::{AccountError, ChildAccount, NamedGuardian, NewStaff, random, record};
use crate::Privacy;
use jiff::ToSpan;
use std::{collections::BTreeMap, fmt};
use vestry_credentials::{Password, PasswordHash, TotpSecret};
use vestry_mail::Language;
use vestry_model::{OrganisationId, hex};
use vestry_policy::Event;
use vestry_vault::{PersonId, Personal, Role};
use zeroize::Zeroizing;

pub(super) const OWNER: &str = "owner@demo.example";
pub(super) const EDITOR: &str = "editor@demo.example";
pub(super) const VIEWER: &str = "viewer@demo.example";
/// Somebody who leaves again.
pub(super) const LEAVER: &str = "leaver@demo.example";

/// How the demo's people get in.
#[derive(Debug)]
pub struct DemoPeople {
    /// The password of all members.
    pub password: Zeroizing<String>,
    /// The addresses of an owner, an editor and a viewer.
    pub members: [(Role, &'static str); 3],
    /// Where a guardian sees the account of a child.
    pub guardian: String,
    /// Who works in the privacy office.
    pub officer: DemoStaff,
    /// Who runs the machine.
    pub operator: DemoStaff,
}

/// How the demo's staff gets in: with the password of all, and a code. `Debug` does not show the proofs.
pub struct DemoStaff {
    /// What they are.
    pub role: Role,
    /// The address.
    pub mail: &'static str,
    /// The secret of the one-time passwords, as an authenticator app takes it.
    pub secret: Zeroizing<String>,
    /// Codes of which each lets in once without an app.
    pub recovery: Vec<String>,
}

impl fmt::Debug for DemoStaff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoStaff").field("mail", &self.mail).finish_non_exhaustive()
    }
}

impl Privacy {
    /// Puts the demo's people on file: members of `organisation`, a child with a guardian, an officer and an operator.
    pub async fn demo_people(&self, organisation: OrganisationId) -> Result<DemoPeople, AccountError> {
        let members = [(Role::Owner, OWNER), (Role::Editor, EDITOR), (Role::Viewer, VIEWER)];
        let mut bytes = [0; 22];
        random(self)(&mut bytes);
        let password = Zeroizing::new(format!("demo-{}", hex(&bytes[..6])));
        let given = Password::given(password.to_string()).ok_or(AccountError::Wrong)?;
        let salt = bytes[6..].try_into().expect("16 bytes");
        let hash = self.hashing().run(move || PasswordHash::make(&given, salt)).await;
        for (role, mail) in members.into_iter().chain([(Role::Editor, LEAVER)]) {
            self.demo_member(organisation, role, mail, &hash).await?;
        }
        let guardian = self.demo_guardian().await?;
        let officer = self.demo_staff((Role::Officer, "officer@demo.example", "이두리"), &password).await?;
        let operator = self.demo_staff((Role::Operator, "operator@demo.example", "오지훈"), &password).await?;
        Ok(DemoPeople { password, members, guardian, officer, operator })
    }

    async fn demo_member(
        &self,
        organisation: OrganisationId,
        role: Role,
        mail: &str,
        hash: &PasswordHash,
    ) -> Result<PersonId, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let items = items(mail);
        let given = (&items, hash.as_str());
        let mut new = self.new_member(policy, given, Language::Korean, (organisation, role))?;
        if [OWNER, LEAVER].contains(&mail) {
            let paid = vec![("card_issuer", "한빛카드".into()), ("card_number", "1234-5678-9012-3456".into())];
            new.records.push(record(policy, "payment", paid, vec![(Event::Made, now), (Event::Payment, now)])?);
        }
        Ok(self.vault().add_people(policy, &[new], now).await?.pop().expect("one for one"))
    }

    async fn demo_guardian(&self) -> Result<String, AccountError> {
        let named = NamedGuardian {
            name: Personal::new("박보호".into()),
            contact: Personal::new("guardian@demo.example".into()),
            language: Language::Korean,
            invitation: None,
        };
        let link = self.ask_guardian(&named).await?;
        let today = self.policy().local(self.now()).date();
        let items = items("child@demo.example").into_iter().map(|(name, value)| (name, Personal::new(value)));
        let account = ChildAccount {
            day_of_14: today.checked_add(2.years()).unwrap_or(today),
            items: items.collect(),
            consents: Vec::new(),
            terms: true,
            language: Language::Korean,
        };
        let confirm = self.consent_for(&link, &account).await?;
        self.confirm(&confirm).await?;
        Ok(format!("/guardian/{}", link.as_str()))
    }

    async fn demo_staff(
        &self,
        (role, mail, name): (Role, &'static str, &str),
        password: &str,
    ) -> Result<DemoStaff, AccountError> {
        let new = NewStaff {
            mail: Personal::new(mail.into()),
            name: Personal::new(name.into()),
            role,
            language: Language::Korean,
        };
        let (person, link) = self.add_staff(&new).await?;
        let (secret, _) = self.enrolment(&link).await?;
        let code = TotpSecret::from_base32(&secret).and_then(|secret| secret.code(self.now()));
        let code = code.ok_or(AccountError::Wrong)?;
        let (recovery, _) = self.enrol(&link, &Personal::new(password.to_owned()), &code).await?;
        // Enrolling signs in, which nobody asked for here.
        self.vault().end_sessions(person, None).await?;
        Ok(DemoStaff { role, mail, secret, recovery })
    }
}

/// What the policy asks of a member, made up.
fn items(mail: &str) -> BTreeMap<String, String> {
    let name = match mail {
        OWNER => "김하나",
        EDITOR => "박세라",
        VIEWER => "최유진",
        LEAVER => "정다은",
        _ => "김하늘",
    };
    let pairs = [
        ("email", mail),
        ("name", name),
        ("mobile", "010-1234-5678"),
        ("company_phone", "02-123-4567"),
        ("company", "한빛상점"),
        ("title", "과장"),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
