//! Products: put, change, look at, list, erase.

use crate::{
    App, AppError,
    seeing::{CleanUpload, Supply, is_url},
};
use std::{collections::HashMap, sync::Arc};
use vestry_model::{AttributeId, OrganisationId, Product, ProductId, Sku, ValueId};
use vestry_store::{Document, ProductFilter, Put, TagCount};

/// A product with its tags and images.
pub type ProductView = Document;

/// A picture that comes with a product.
#[derive(Debug, Clone)]
pub enum ImageInput {
    /// To be fetched soon after.
    Url(String),
    /// Its bytes, and what the caller calls it.
    Bytes(Vec<u8>),
}

/// A product as a caller puts it.
#[derive(Debug, Clone)]
pub struct ProductInput {
    /// What the shop says.
    pub product: Product,
    /// Its pictures in order; `None` leaves them as they are.
    pub images: Option<Vec<ImageInput>>,
    /// Tags that the shop is sure of; `None` leaves them as they are.
    pub tags: Option<Vec<(AttributeId, ValueId)>>,
}

/// Which products to list.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Only these.
    pub filter: ProductFilter,
    /// The `next` of the page before.
    pub before: Option<ProductId>,
    /// How many, 1 to 200.
    pub limit: u32,
}

/// A page of products, newest first.
#[derive(Debug, Clone)]
pub struct ProductPage {
    /// The products.
    pub products: Vec<ProductView>,
    /// How many the filter lets through in all.
    pub total: u64,
    /// Where the next page starts; `None` on the last.
    pub next: Option<ProductId>,
}

impl App {
    /// Puts a product. Pictures sent as bytes are cleaned and recognised before anything is written, so a bad one
    /// leaves everything as it was; pictures named by URL are fetched soon after.
    pub async fn put_product(
        &self,
        organisation: OrganisationId,
        input: ProductInput,
    ) -> Result<(Put, ProductView), AppError> {
        input.product.check()?;
        let mut uploads = HashMap::new();
        let sources = match input.images {
            Some(images) => Some(self.sources(organisation, images, &mut uploads).await?),
            None => None,
        };
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let put = tx.put_product(organisation, &input.product, now).await?;
        if let Some(sources) = sources {
            tx.put_images(organisation, &[(put.id, sources)], now).await?;
        }
        if let Some(tags) = input.tags {
            tx.replace_catalogue_tags(organisation, &[(put.id, tags)], now).await?;
        }
        tx.commit().await?;
        self.changed().notify_one();
        if !uploads.is_empty() {
            self.see_and_write(organisation, put.id, &Arc::new(Supply::Uploads(uploads))).await?;
        }
        self.waiting().notify_one();
        Ok((put.put, self.product(organisation, &input.product.sku).await?))
    }

    async fn sources(
        &self,
        organisation: OrganisationId,
        images: Vec<ImageInput>,
        uploads: &mut HashMap<String, CleanUpload>,
    ) -> Result<Vec<String>, AppError> {
        let mut sources = Vec::new();
        for image in images {
            match image {
                ImageInput::Url(url) if is_url(&url) => sources.push(url),
                ImageInput::Url(url) => {
                    let bad = crate::fetch::shown(&url);
                    return Err(AppError::BadRequest(format!("`{bad}` is no `http` or `https` address of a picture")));
                }
                ImageInput::Bytes(bytes) => {
                    let upload: CleanUpload = self.clean_upload(bytes, self.heads(organisation).await?).await?;
                    let digits = vestry_model::hex(&upload.digest[..8]);
                    let source = format!("upload:{digits}");
                    sources.push(source.clone());
                    uploads.insert(source, upload);
                }
            }
        }
        Ok(sources)
    }

    async fn see_and_write(
        &self,
        organisation: OrganisationId,
        product: ProductId,
        supply: &Arc<Supply>,
    ) -> Result<(), AppError> {
        let documents = self.store().read().await?.documents(organisation, &[product]).await?;
        let seen = self.see(organisation, &documents, supply).await?;
        let mut tx = self.store().begin().await?;
        seen.write(&mut tx, self.now()).await?;
        tx.commit().await?;
        self.changed().notify_one();
        self.sweep_objects().await
    }

    /// Changes some fields of a product.
    pub async fn patch_product(
        &self,
        organisation: OrganisationId,
        sku: &Sku,
        change: impl FnOnce(&mut Product),
    ) -> Result<ProductView, AppError> {
        let mut checked = Ok(());
        let mut tx = self.store().begin().await?;
        let patched = tx
            .patch_product(
                organisation,
                sku,
                |product| {
                    change(product);
                    checked = product.check();
                },
                self.now(),
            )
            .await?;
        checked?;
        patched.ok_or_else(|| AppError::UnknownProduct(sku.clone()))?;
        tx.commit().await?;
        self.changed().notify_one();
        self.product(organisation, sku).await
    }

    /// A product with its tags and images.
    pub async fn product(&self, organisation: OrganisationId, sku: &Sku) -> Result<ProductView, AppError> {
        let mut read = self.store().read().await?;
        let found = read.product(organisation, sku).await?.ok_or_else(|| AppError::UnknownProduct(sku.clone()))?;
        let mut documents = read.documents(organisation, &[found.id]).await?;
        documents.pop().ok_or_else(|| AppError::UnknownProduct(sku.clone()))
    }

    /// The products of these ids, by id; those that are gone are left out.
    pub async fn products_by_id(
        &self,
        organisation: OrganisationId,
        ids: &[ProductId],
    ) -> Result<HashMap<ProductId, ProductView>, AppError> {
        let documents = self.store().read().await?.documents(organisation, ids).await?;
        Ok(documents.into_iter().map(|d| (d.product.id, d)).collect())
    }

    pub(crate) async fn product_id(&self, organisation: OrganisationId, sku: &Sku) -> Result<ProductId, AppError> {
        let ids = self.store().read().await?.product_ids(organisation, std::slice::from_ref(sku)).await?;
        ids.get(sku).copied().ok_or_else(|| AppError::UnknownProduct(sku.clone()))
    }

    /// A page of products, newest first.
    pub async fn list_products(
        &self,
        organisation: OrganisationId,
        request: &ListRequest,
    ) -> Result<ProductPage, AppError> {
        let limit = request.limit.clamp(1, 200);
        let mut read = self.store().read().await?;
        let mut found = read.products(organisation, &request.filter, request.before, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let ids: Vec<ProductId> = found.iter().map(|p| p.id).collect();
        let total = read.count_products(organisation, &request.filter).await?;
        let mut products = read.documents(organisation, &ids).await?;
        products.sort_by_key(|d| std::cmp::Reverse(d.product.id));
        Ok(ProductPage { products, total, next: ids.last().copied().filter(|_| more) })
    }

    /// How many products there are.
    pub async fn count_products(&self, organisation: OrganisationId) -> Result<u64, AppError> {
        Ok(self.store().read().await?.count_products(organisation, &ProductFilter::default()).await?)
    }

    /// How many products carry each tag.
    pub async fn tag_counts(&self, organisation: OrganisationId) -> Result<Vec<TagCount>, AppError> {
        Ok(self.store().read().await?.tag_counts(organisation).await?)
    }

    /// Erases a product with its tags, corrections and pictures. The index forgets it within a second; its bytes
    /// leave snapshots with the next rebuild or [`App::purge_index`].
    pub async fn delete_product(&self, organisation: OrganisationId, sku: &Sku) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        tx.erase_product(organisation, sku).await?.ok_or_else(|| AppError::UnknownProduct(sku.clone()))?;
        tx.commit().await?;
        self.changed().notify_one();
        self.sweep_objects().await
    }
}
