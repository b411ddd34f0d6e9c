//! Corrections: what a person says about a product stands over every machine.

use crate::{App, AppError};
use vestry_model::{AttributeId, OrganisationId, Sku, ValueId};
use vestry_store::{Correction, Others};

impl App {
    /// The ids of `attribute=value`, given by id or by a Korean or English name.
    pub fn tag_ids(&self, attribute: &str, value: &str) -> Result<(AttributeId, ValueId), AppError> {
        let unknown = |hint: String| AppError::UnknownValue { attribute: attribute.into(), value: value.into(), hint };
        let Some(known) = self.taxonomy().attribute(attribute) else {
            let names: Vec<&str> = self.taxonomy().attributes().iter().map(|a| a.id.as_str()).collect();
            return Err(unknown(format!("; attributes are {}", names.join(", "))));
        };
        let given = value.trim().to_lowercase();
        let is_named = |v: &&vestry_model::taxonomy::Value| {
            v.id.as_str() == given
                || v.name.ko == given
                || v.name.en.to_lowercase() == given
                || v.synonyms.iter().any(|s| s.to_lowercase() == given)
        };
        match known.values.iter().find(is_named) {
            Some(value) => Ok((known.id.clone(), value.id.clone())),
            None => Err(unknown("; `GET /api/v1/taxonomy` lists its values".into())),
        }
    }

    /// A person says that a product has this value. Where the attribute has one value, it replaces what was there.
    pub async fn put_tag(
        &self,
        organisation: OrganisationId,
        sku: &Sku,
        (attribute, value): (&AttributeId, &ValueId),
        who: &str,
    ) -> Result<(), AppError> {
        let product = self.product_id(organisation, sku).await?;
        let many = self.taxonomy().attribute(attribute.as_str()).is_some_and(|a| a.many);
        let others = if many { Others::Keep } else { Others::Reject };
        let mut tx = self.store().begin().await?;
        tx.confirm_tag((organisation, product), (attribute, value), others, who, self.now()).await?;
        tx.commit().await?;
        self.changed().notify_one();
        Ok(())
    }

    /// A person says that a product does not have this value; no model will say so again.
    pub async fn remove_tag(
        &self,
        organisation: OrganisationId,
        sku: &Sku,
        (attribute, value): (&AttributeId, &ValueId),
        who: &str,
    ) -> Result<(), AppError> {
        let product = self.product_id(organisation, sku).await?;
        let mut tx = self.store().begin().await?;
        tx.remove_tag((organisation, product), (attribute, value), who, self.now()).await?;
        tx.commit().await?;
        self.changed().notify_one();
        Ok(())
    }

    /// What people said about a product's tags, oldest first.
    pub async fn tag_history(&self, organisation: OrganisationId, sku: &Sku) -> Result<Vec<Correction>, AppError> {
        let product = self.product_id(organisation, sku).await?;
        Ok(self.store().read().await?.corrections(organisation, product).await?)
    }
}
