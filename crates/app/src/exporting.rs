//! Products with their tags, out again.

use crate::{App, AppError, ProductView};
use vestry_model::{OrganisationId, Sku};

/// Products a page.
const PAGE: u32 = 500;

impl App {
    /// The next page of an export after `after`, by SKU; empty at the end.
    pub async fn export_page(
        &self,
        organisation: OrganisationId,
        after: Option<&Sku>,
    ) -> Result<Vec<ProductView>, AppError> {
        Ok(self.store().read().await?.documents_by_sku(organisation, after, PAGE).await?)
    }
}
