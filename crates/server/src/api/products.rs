//! Products: put, changed, read, listed, erased, and their tags.

use super::{Answer, PictureBody, json, sku};
use crate::{
    guard::Actor,
    problem::{Code, Problem},
    shapes::{ErrorDocument, ProductDocument, ProductListDocument, TextShape},
    state::Server,
};
use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use vestry_app::{ImageInput, ListRequest, ProductFilter, ProductInput, Put};
use vestry_model::{AttributeId, Currency, LocalText, Price, Product, ProductId, TagState, ValueId};

/// A text: plain, or by language.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a text, or one by language: `{\"ko\": …, \"en\": …}`")]
pub(crate) enum TextBody {
    /// Its language is found out.
    Plain(String),
    /// By language.
    ByLanguage(TextShape),
}

impl From<TextBody> for LocalText {
    fn from(text: TextBody) -> Self {
        match text {
            TextBody::Plain(text) => Self::guess(&text),
            TextBody::ByLanguage(TextShape { ko, en }) => Self { ko, en },
        }
    }
}

/// A price as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceBody {
    /// `"39000"`, `"24.90"` or a number.
    #[schema(value_type = String, example = "39000")]
    amount: serde_json::Value,
    /// ISO 4217; `KRW` when absent.
    currency: Option<String>,
}

impl PriceBody {
    pub(crate) fn price(&self) -> Answer<Price> {
        let refuse = |e: vestry_model::CatalogueError| Problem::refused(Code::BadProduct, e.to_string());
        let currency = Currency::new(self.currency.as_deref().unwrap_or("KRW")).map_err(refuse)?;
        let amount = match &self.amount {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Price::parse(&amount, currency).map_err(refuse)
    }
}

/// A tag that the shop gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagInput {
    /// The attribute's id.
    #[schema(example = "neckline")]
    attribute: String,
    /// The value's id, or one of its names.
    #[schema(example = "브이넥")]
    value: String,
}

/// A product to be put. What is absent is empty, except pictures and tags, which stay as they are.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProductBody {
    title: Option<TextBody>,
    description: Option<TextBody>,
    brand: Option<String>,
    price: Option<PriceBody>,
    /// Products of one group are variants of each other.
    group: Option<String>,
    /// Its page in the shop.
    link: Option<String>,
    /// Your own fields, usable as filters.
    own: BTreeMap<String, String>,
    /// Its pictures in order; those by `url` are fetched soon after.
    images: Option<Vec<PictureBody>>,
    /// Tags you are sure of.
    tags: Option<Vec<TagInput>>,
}

impl ProductBody {
    fn input(self, server: &Server, sku_text: &str) -> Answer<ProductInput> {
        let mut product = Product::new(sku(sku_text)?);
        product.title = self.title.map(Into::into).unwrap_or_default();
        product.description = self.description.map(Into::into).unwrap_or_default();
        product.price = self.price.map(|p| p.price()).transpose()?;
        product.brand = self.brand;
        product.group = self.group;
        product.link = self.link;
        product.own = self.own;
        let images =
            self.images.map(|images| images.into_iter().map(image_input).collect::<Answer<_>>()).transpose()?;
        let tag = |t: TagInput| -> Answer<(AttributeId, ValueId)> { Ok(server.app.tag_ids(&t.attribute, &t.value)?) };
        let tags = self.tags.map(|tags| tags.into_iter().map(tag).collect::<Answer<_>>()).transpose()?;
        Ok(ProductInput { product, images, tags })
    }
}

fn image_input(body: PictureBody) -> Answer<ImageInput> {
    match (body.base64, body.url) {
        (Some(text), None) => Ok(ImageInput::Bytes(super::decode(&text)?)),
        (None, Some(url)) => Ok(ImageInput::Url(url)),
        _ => Err(Problem::bad_request("give a picture either as `base64` or as `url`")),
    }
}

/// Puts a product: it is there afterwards, as sent.
#[utoipa::path(put, path = "/api/v1/products/{sku}", tag = "products", request_body = ProductBody,
    params(("sku" = String, Path, description = "Your own name of the product")),
    responses((status = 200, description = "It was there", body = ProductDocument),
              (status = 201, description = "It is new", body = ProductDocument),
              (status = 422, description = "Not a product; nothing was changed", body = ErrorDocument)))]
pub(crate) async fn put_product(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
    body: Bytes,
) -> Answer<(StatusCode, Json<ProductDocument>)> {
    let input = json::<ProductBody>(&body)?.input(&server, &sku_text)?;
    let (put, view) = server.app.put_product(actor.organisation, input).await?;
    let status = if put == Put::Created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ProductDocument::new(&view, server.app.taxonomy()))))
}

/// Changes to a product. What is absent stays; `null` empties.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProductPatch {
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<TextBody>)]
    title: Option<Option<TextBody>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<TextBody>)]
    description: Option<Option<TextBody>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    brand: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<PriceBody>)]
    price: Option<Option<PriceBody>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    group: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    link: Option<Option<String>>,
    /// Own fields to set; `null` removes one.
    own: BTreeMap<String, Option<String>>,
}

/// Tells `null` from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ProductPatch {
    fn apply(self, price: Option<Option<Price>>, product: &mut Product) {
        if let Some(title) = self.title {
            product.title = title.map(Into::into).unwrap_or_default();
        }
        if let Some(description) = self.description {
            product.description = description.map(Into::into).unwrap_or_default();
        }
        if let Some(price) = price {
            product.price = price;
        }
        for (field, change) in
            [(&mut product.brand, self.brand), (&mut product.group, self.group), (&mut product.link, self.link)]
        {
            if let Some(change) = change {
                *field = change;
            }
        }
        for (name, value) in self.own {
            match value {
                Some(value) => product.own.insert(name, value),
                None => product.own.remove(&name),
            };
        }
    }
}

/// Changes some fields of a product.
#[utoipa::path(patch, path = "/api/v1/products/{sku}", tag = "products", request_body = ProductPatch,
    params(("sku" = String, Path, description = "Your own name of the product")),
    responses((status = 200, description = "As it is now", body = ProductDocument),
              (status = 404, description = "No such product", body = ErrorDocument),
              (status = 422, description = "Not a product; nothing was changed", body = ErrorDocument)))]
pub(crate) async fn patch_product(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
    body: Bytes,
) -> Answer<Json<ProductDocument>> {
    let patch: ProductPatch = json(&body)?;
    let price = match &patch.price {
        Some(Some(price)) => Some(Some(price.price()?)),
        Some(None) => Some(None),
        None => None,
    };
    let change = move |product: &mut Product| patch.apply(price, product);
    let view = server.app.patch_product(actor.organisation, &sku(&sku_text)?, change).await?;
    Ok(Json(ProductDocument::new(&view, server.app.taxonomy())))
}

/// A product with its pictures and tags.
#[utoipa::path(get, path = "/api/v1/products/{sku}", tag = "products",
    params(("sku" = String, Path, description = "Your own name of the product")),
    responses((status = 200, description = "The product", body = ProductDocument),
              (status = 404, description = "No such product", body = ErrorDocument)))]
pub(crate) async fn get_product(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
) -> Answer<Json<ProductDocument>> {
    let view = server.app.product(actor.organisation, &sku(&sku_text)?).await?;
    Ok(Json(ProductDocument::new(&view, server.app.taxonomy())))
}

/// Erases a product with its pictures, tags and corrections.
#[utoipa::path(delete, path = "/api/v1/products/{sku}", tag = "products",
    params(("sku" = String, Path, description = "Your own name of the product")),
    responses((status = 204, description = "It is gone"),
              (status = 404, description = "No such product", body = ErrorDocument)))]
pub(crate) async fn delete_product(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
) -> Answer<StatusCode> {
    server.app.delete_product(actor.organisation, &sku(&sku_text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Only those with a tag of this attribute.
    attribute: Option<String>,
    /// Only those with this value of it.
    value: Option<String>,
    /// Only those with a tag in this state: `suggested`, `to_review`, `confirmed`.
    state: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Products a page, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

impl ListQuery {
    fn request(&self, server: &Server) -> Answer<ListRequest> {
        let (attribute, value) = match (&self.attribute, &self.value) {
            (Some(attribute), Some(value)) => {
                let (attribute, value) = server.app.tag_ids(attribute, value)?;
                (Some(attribute), Some(value))
            }
            (Some(attribute), None) => {
                let known = server.app.taxonomy().attribute(attribute);
                let unknown = || Problem::refused(Code::UnknownValue, format!("`{attribute}` is no attribute"));
                (Some(known.ok_or_else(unknown)?.id.clone()), None)
            }
            (None, Some(_)) => return Err(Problem::bad_request("`value` needs its `attribute`")),
            (None, None) => (None, None),
        };
        let state = match self.state.as_deref() {
            None => None,
            Some("suggested") => Some(TagState::Suggested),
            Some("to_review") => Some(TagState::ToReview),
            Some("confirmed") => Some(TagState::Confirmed),
            Some(other) => return Err(Problem::bad_request(format!("`{other}` is no state of a tag"))),
        };
        let before = match &self.cursor {
            None => None,
            Some(text) => {
                let broken = |_| Problem::bad_request("this cursor is not one; list again without it");
                Some(ProductId::from_row(text.parse().map_err(broken)?))
            }
        };
        let filter = ProductFilter { attribute, value, state };
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Problem::bad_request("`limit` is a number from 1 to 200"));
        }
        Ok(ListRequest { filter, before, limit })
    }
}

/// Products, the newest first.
#[utoipa::path(get, path = "/api/v1/products", tag = "products", params(ListQuery),
    responses((status = 200, description = "A page", body = ProductListDocument),
              (status = 422, description = "Unknown attribute or value", body = ErrorDocument)))]
pub(crate) async fn list_products(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<ListQuery>,
) -> Answer<Json<ProductListDocument>> {
    let page = server.app.list_products(actor.organisation, &query.request(&server)?).await?;
    let taxonomy = server.app.taxonomy();
    Ok(Json(ProductListDocument {
        total: page.total,
        results: page.products.iter().map(|p| ProductDocument::new(p, taxonomy)).collect(),
        next: page.next.map(|id| id.to_string()),
    }))
}

/// Says that a product has this value: a correction, which stands over every model.
#[utoipa::path(post, path = "/api/v1/products/{sku}/tags", tag = "products", request_body = TagInput,
    params(("sku" = String, Path, description = "Your own name of the product")),
    responses((status = 200, description = "As it is now", body = ProductDocument),
              (status = 404, description = "No such product", body = ErrorDocument),
              (status = 422, description = "Unknown attribute or value", body = ErrorDocument)))]
pub(crate) async fn put_tag(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
    body: Bytes,
) -> Answer<Json<ProductDocument>> {
    let tag: TagInput = json(&body)?;
    let sku = sku(&sku_text)?;
    let (attribute, value) = server.app.tag_ids(&tag.attribute, &tag.value)?;
    server.app.put_tag(actor.organisation, &sku, (&attribute, &value), &actor.who).await?;
    let view = server.app.product(actor.organisation, &sku).await?;
    Ok(Json(ProductDocument::new(&view, server.app.taxonomy())))
}

/// Which tag.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagQuery {
    /// The attribute's id.
    attribute: String,
    /// The value's id, or one of its names.
    value: String,
}

/// Says that a product does not have this value; no model will say so again.
#[utoipa::path(delete, path = "/api/v1/products/{sku}/tags", tag = "products",
    params(("sku" = String, Path, description = "Your own name of the product"), TagQuery),
    responses((status = 200, description = "As it is now", body = ProductDocument),
              (status = 404, description = "No such product", body = ErrorDocument)))]
pub(crate) async fn remove_tag(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
    Query(tag): Query<TagQuery>,
) -> Answer<Json<ProductDocument>> {
    let sku = sku(&sku_text)?;
    let (attribute, value) = server.app.tag_ids(&tag.attribute, &tag.value)?;
    server.app.remove_tag(actor.organisation, &sku, (&attribute, &value), &actor.who).await?;
    let view = server.app.product(actor.organisation, &sku).await?;
    Ok(Json(ProductDocument::new(&view, server.app.taxonomy())))
}
