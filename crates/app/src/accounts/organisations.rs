//! Who works for an organisation: invited by its owners, with a role that owners give and take.

use super::{
    AccountError,
    joining::{INVITATION, Invitation, Invited, is_usable},
    letters::Queued,
    record, token,
};
use crate::{Privacy, PrivacyError};
use futures_util::future::try_join_all;
use jiff::SignedDuration;
use vestry_credentials::TokenUse;
use vestry_mail::Language;
use vestry_model::OrganisationId;
use vestry_policy::Event;
use vestry_vault::{Opening, PersonId, Personal, Reader, Role, VaultError};
use zeroize::Zeroizing;

/// How long an invitation holds.
/// Fixed: the policy keeps an invitation fourteen days.
const INVITED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Somebody who works for an organisation, as its owners see them.
#[derive(Debug)]
pub struct Colleague {
    /// Who.
    pub person: PersonId,
    /// What they may do.
    pub role: Role,
    /// Their name, empty where they gave none.
    pub name: Personal<String>,
    /// Their address.
    pub mail: Personal<String>,
    /// For what, and by whom, both are read.
    pub opening: Opening,
}

impl Privacy {
    /// Invites somebody by mail to work for an organisation; the invitation's token, for whoever hands it over otherwise.
    pub async fn invite(
        &self,
        organisation: (OrganisationId, &str),
        mail: &Personal<String>,
        role: Role,
        language: Language,
    ) -> Result<Zeroizing<String>, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = Opening::new("membership", Reader::Program, None).map_err(PrivacyError::from)?;
        let to = mail.open(&opening).trim();
        if to.is_empty() || !is_usable("email", to) {
            return Err(AccountError::Unusable { item: "email".into() });
        }
        if role.is_staff() {
            return Err(AccountError::Unusable { item: "role".into() });
        }
        let is_member = self.vault().find(mail).await?.is_some();
        let link = token(self, TokenUse::Invitation);
        let invited = Invited { organisation: organisation.0, role: role.as_str().into() };
        let asked = vec![(Event::Asked, now)];
        let text = serde_json::to_string(&invited).expect("an invitation is JSON");
        let last_day = policy.local(now + INVITED_FOR).date();
        let queued = Queued::Invitation {
            organisation: organisation.1.into(),
            role: role.as_str().into(),
            token: link.to_text().to_string(),
            last_day,
            is_member,
        };
        let waits = record(policy, "invitation", vec![("invited", text)], asked)?;
        let letter = self.letter_to_stranger(to, &queued, language)?;
        self.await_answer(vec![waits, letter], (&link, INVITATION, now + INVITED_FOR)).await?;
        Ok(link.to_text())
    }

    /// Takes up an invitation as a member who has an account already: one who worked there before.
    ///
    /// # Errors
    /// [`AccountError::Link`]; [`VaultError::State`] for who belongs to another organisation, or works there already: a role
    /// is changed by the owners.
    pub async fn take_up(&self, person: PersonId, invitation: &str) -> Result<(), AccountError> {
        self.linked(TokenUse::Invitation, invitation, INVITATION).await?;
        // Before anything is opened: who is refused leaves no trace.
        if self.vault().role(person).await?.0.is_some() {
            return Err(VaultError::State { state: "at work", needed: "without a role" }.into());
        }
        let Invitation { link, who, organisation, role } = self.invited(invitation).await?;
        match self.vault().join_organisation(person, (organisation, role), (link, INVITATION)).await {
            Err(VaultError::Spent { .. }) => return Err(AccountError::Link),
            joined => joined?,
        }
        self.conclude(who, "invitation").await
    }

    /// Who works for an organisation. Whoever was set apart for want of use is not shown before they come back.
    pub async fn colleagues(
        &self,
        organisation: OrganisationId,
        reader: PersonId,
    ) -> Result<Vec<Colleague>, AccountError> {
        let open = |(person, role): (PersonId, Role)| async move {
            let reader = if reader == person { Reader::Themselves(person) } else { Reader::Colleague(reader) };
            let mut opened = self.open_items(person, "membership", reader, &["name", "email"]).await?;
            let Some(mail) = opened.take(self.policy(), "email") else { return Ok(None) };
            let name = opened.take(self.policy(), "name").unwrap_or_else(|| String::new().into());
            Ok::<_, AccountError>(Some(Colleague { person, role, name, mail, opening: opened.opening }))
        };
        // Every look is on the disk before it is shown; together they wait for it once.
        let all = self.vault().with_roles(Some(organisation)).await?.into_iter().map(open);
        Ok(try_join_all(all).await?.into_iter().flatten().collect())
    }

    /// How many colleagues are left without an owner if this one leaves; none where another stays.
    pub async fn left_without_owner(&self, owner: PersonId) -> Result<usize, AccountError> {
        let (Some(Role::Owner), Some(organisation)) = self.vault().role(owner).await? else { return Ok(0) };
        let mut others = self.vault().with_roles(Some(organisation)).await?;
        others.retain(|(person, _)| *person != owner);
        Ok(if others.iter().any(|(_, role)| *role == Role::Owner) { 0 } else { others.len() })
    }

    /// Gives a colleague another role, or none: then they work there no more.
    pub async fn give_role(
        &self,
        organisation: OrganisationId,
        colleague: PersonId,
        role: Option<Role>,
    ) -> Result<(), AccountError> {
        let (_, works_for) = self.vault().role(colleague).await?;
        if works_for != Some(organisation) {
            return Err(VaultError::UnknownPerson(colleague).into());
        }
        if role.is_some_and(Role::is_staff) {
            return Err(AccountError::Unusable { item: "role".into() });
        }
        Ok(self.vault().give_role(colleague, role, self.now()).await?)
    }
}
