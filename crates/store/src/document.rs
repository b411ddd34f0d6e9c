//! A product with everything that belongs to it, loaded in four statements however many there are.

use crate::{Image, Snapshot, StoreError, StoredProduct, image, product, tag};
use std::collections::HashMap;
use vestry_database::args;
use vestry_model::{OrganisationId, ProductId, Sku, Tag};

/// A product, its tags and its images.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The product.
    pub product: StoredProduct,
    /// Its tags, without those that somebody rejected, by attribute, surest first.
    pub tags: Vec<Tag>,
    /// Its images in their order.
    pub images: Vec<Image>,
}

impl Snapshot {
    /// The documents of `products` of one organisation, by id; those that are gone are left out.
    pub async fn documents(
        &mut self,
        organisation: OrganisationId,
        products: &[ProductId],
    ) -> Result<Vec<Document>, StoreError> {
        let mut found = self.products_by_id(organisation, products).await?;
        found.sort_unstable_by_key(|p| p.id);
        self.with_tags_and_images(found).await
    }

    /// The next `limit` documents of an organisation after `after`, by id: for making an index anew.
    pub async fn documents_after(
        &mut self,
        organisation: OrganisationId,
        after: Option<ProductId>,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        const SQL: &str = product::select!("where organisation = $1 and id > $2 order by id limit $3");
        let rows = self.conn.rows(SQL, args![organisation.get(), after.map_or(0, ProductId::get), limit]).await?;
        let products = rows.iter().map(product::stored_product).collect::<Result<_, _>>()?;
        self.with_tags_and_images(products).await
    }

    /// The next `limit` documents of an organisation after the SKU `after`, by SKU: for exports.
    pub async fn documents_by_sku(
        &mut self,
        organisation: OrganisationId,
        after: Option<&Sku>,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        const SQL: &str = product::select!("where organisation = $1 and sku > $2 order by sku limit $3");
        let rows = self.conn.rows(SQL, args![organisation.get(), after.map_or("", Sku::as_str), limit]).await?;
        let products = rows.iter().map(product::stored_product).collect::<Result<_, _>>()?;
        self.with_tags_and_images(products).await
    }

    async fn with_tags_and_images(&mut self, products: Vec<StoredProduct>) -> Result<Vec<Document>, StoreError> {
        const TAGS: &str = tag::select!("where product in (..) and state <> 'rejected'");
        const IMAGES: &str = image::select!("where product in (..)");
        let ids = || products.iter().map(|p| p.id.get().into()).collect();
        let mut tags: HashMap<ProductId, Vec<Tag>> = HashMap::new();
        for row in self.conn.rows_in(TAGS, args![], ids()).await? {
            let (product, tag) = tag::stored_tag(&row)?;
            tags.entry(product).or_default().push(tag);
        }
        let mut images: HashMap<ProductId, Vec<(i64, Image)>> = HashMap::new();
        for row in self.conn.rows_in(IMAGES, args![], ids()).await? {
            let (position, image) = image::stored_image(&row)?;
            images.entry(image.product).or_default().push((position, image));
        }
        let document = |product: StoredProduct| {
            let mut tags = tags.remove(&product.id).unwrap_or_default();
            tag::sort(&mut tags);
            let mut images = images.remove(&product.id).unwrap_or_default();
            images.sort_by_key(|(position, image)| (*position, image.id));
            Document { product, tags, images: images.into_iter().map(|(_, image)| image).collect() }
        };
        Ok(products.into_iter().map(document).collect())
    }
}
