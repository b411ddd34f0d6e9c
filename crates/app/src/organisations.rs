//! Organisations: whose catalogue it is.

use crate::{App, AppError};
use vestry_model::OrganisationId;
use vestry_store::{Organisation, StoreError};

/// A short name for addresses and folders made of `name`: lower-case letters, digits and `-`.
pub fn slug(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).collect();
    match parts.join("-") {
        empty if empty.is_empty() => "shop".into(),
        slug => slug.chars().take(40).collect(),
    }
}

/// The most characters of an organisation's name.
const MAX_NAME: usize = 80;

/// Whether an organisation can be called so, by whoever calls it.
pub fn is_organisation_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control)
}

impl App {
    /// All organisations.
    pub async fn organisations(&self) -> Result<Vec<Organisation>, AppError> {
        Ok(self.store().read().await?.organisations().await?)
    }

    /// The organisation with this short name.
    pub async fn organisation(&self, slug: &str) -> Result<OrganisationId, AppError> {
        let found = self.store().read().await?.organisation(slug).await?;
        Ok(found.ok_or_else(|| AppError::UnknownOrganisation(slug.into()))?.id)
    }

    /// The name of an organisation; empty when there is none.
    pub async fn organisation_name(&self, id: OrganisationId) -> Result<String, AppError> {
        let found = self.store().read().await?.organisation_by_id(id).await?;
        Ok(found.map(|organisation| organisation.name).unwrap_or_default())
    }

    /// Calls an organisation by another name. Its short name stays.
    pub async fn name_organisation(&self, id: OrganisationId, name: &str) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        tx.rename_organisation(id, name).await?;
        Ok(tx.commit().await?)
    }

    /// The organisation with this short name, made when there is none.
    pub async fn organisation_or_new(&self, name: &str) -> Result<OrganisationId, AppError> {
        let slug = slug(name);
        let mut tx = self.store().begin().await?;
        match tx.create_organisation(name, &slug, self.now()).await {
            Ok(id) => {
                tx.commit().await?;
                Ok(id)
            }
            Err(StoreError::SlugTaken(_)) => self.organisation(&slug).await,
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs_fit_an_address() {
        for (name, expected) in [
            ("Hanbit Shop", "hanbit-shop"),
            ("한빛", "shop"),
            ("  A&B  ", "a-b"),
            ("x".repeat(60).as_str(), &"x".repeat(40)),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }
}
