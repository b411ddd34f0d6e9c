//! Who is there from the first start on: somebody of the operator, and an organisation whose owner is invited.

use super::{AccountError, NewStaff, joining::is_usable};
use crate::{Privacy, PrivacyError};
use vestry_mail::Language;
use vestry_model::OrganisationId;
use vestry_vault::{Personal, Role};
use zeroize::Zeroizing;

/// The short name of the organisation that commands take when none is named.
pub(crate) const FIRST_ORGANISATION: &str = "shop";

/// What was typed at a first start; an empty text leaves out what it stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FirstStart {
    /// The mail address of somebody who is to manage the staff.
    pub operator: Zeroizing<String>,
    /// Their name.
    pub name: Zeroizing<String>,
    /// What the organisation is called.
    pub organisation: String,
    /// The mail address of its owner.
    pub owner: Zeroizing<String>,
}

/// Tokens of the links that let the first people in.
#[derive(Default)]
pub struct FirstLinks {
    /// Enrols the operator.
    pub enrolment: Option<Zeroizing<String>>,
    /// Invites the owner.
    pub invitation: Option<Zeroizing<String>>,
}

impl FirstStart {
    /// That an account can be made of what was typed. Asked before the keys are made, so that a slip leaves nothing behind.
    ///
    /// # Errors
    /// [`AccountError::Missing`] and [`AccountError::Unusable`] by the item's name.
    pub fn check(&self) -> Result<(), AccountError> {
        let named = [
            ("staff_mail", self.operator.as_str()),
            ("staff_name", self.name.as_str()),
            ("organisation", self.organisation.as_str()),
            ("email", self.owner.as_str()),
        ];
        if let Some((item, _)) = named.iter().find(|(item, value)| !value.is_empty() && !is_usable(item, value)) {
            return Err(AccountError::Unusable { item: (*item).into() });
        }
        if self.name.is_empty() && !self.operator.is_empty() {
            return Err(AccountError::Missing { item: "staff_name".into() });
        }
        Ok(())
    }
}

impl Privacy {
    /// Makes the accounts of a first start, and invites.
    pub async fn first_accounts(&self, first: &FirstStart) -> Result<FirstLinks, AccountError> {
        first.check()?;
        let mut links = FirstLinks::default();
        if !first.operator.is_empty() {
            let new = NewStaff {
                mail: Personal::new(first.operator.to_string()),
                name: Personal::new(first.name.to_string()),
                role: Role::Operator,
                language: Language::Korean,
            };
            links.enrolment = Some(self.add_staff(&new).await?.1);
        }
        if !first.organisation.is_empty() {
            let organisation = (self.first_organisation(&first.organisation).await?, first.organisation.as_str());
            if !first.owner.is_empty() {
                let owner = Personal::new(first.owner.to_string());
                links.invitation = Some(self.invite(organisation, &owner, Role::Owner, Language::Korean).await?);
            }
        }
        Ok(links)
    }

    /// The organisation that commands take when none is named, called `name` from now on.
    async fn first_organisation(&self, name: &str) -> Result<OrganisationId, PrivacyError> {
        let known = self.store().read().await?.organisation(FIRST_ORGANISATION).await?;
        let mut tx = self.store().begin().await?;
        let id = match known {
            Some(known) => {
                tx.rename_organisation(known.id, name).await?;
                known.id
            }
            None => tx.create_organisation(name, FIRST_ORGANISATION, self.now()).await?,
        };
        tx.commit().await?;
        Ok(id)
    }
}
