//! Search by photo, by words, by likeness.

use super::{Answer, Body, PictureBody, json, products::PriceBody, region, sku};
use crate::{
    guard::{Actor, Fields},
    problem::{Code, Problem},
    shapes::{ErrorDocument, SearchDocument},
    state::Server,
};
use axum::{
    Extension, Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use vestry_app::{RuleInput, SearchInput};
use vestry_model::{Rgb, Sku};
use vestry_search::{Filter, FilterTest, Weights};

/// What is searched for. Every part may be left out; with filters alone the newest come first.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SearchBody {
    /// A photo; it is used for this search and forgotten.
    image: Option<PictureBody>,
    /// Search with this part of the photo: `[x, y, w, h]` in fractions of it, upright.
    crop: Option<[f32; 4]>,
    /// Words, Korean or English.
    #[schema(example = "검정 7부 소매 줄무늬")]
    words: Option<String>,
    /// Like this product.
    like: Option<String>,
    /// Near this colour, `#rrggbb`.
    colour: Option<String>,
    /// By attribute, `brand`, `price` or an own field: a value, a list of values, or `{"min", "max"}`.
    #[schema(value_type = BTreeMap<String, Object>, example = json!({"category": ["dress"], "price": {"max": "50000"}}))]
    filters: BTreeMap<String, FilterBody>,
    /// How much each part counts; what your visitors' clicks speak for when absent, 1 each until they do.
    weights: Option<WeightsBody>,
    /// The least likeness of looks that counts as a match.
    cut_off: Option<f32>,
    /// Attributes whose values are counted.
    facets: Vec<String>,
    /// Your own ordering, by SKU.
    rules: RulesBody,
    /// Results a page, 1 to 200; 24 when absent.
    limit: usize,
    /// Show variants of one product apart.
    unfolded: bool,
    /// The `next` of an earlier answer; everything else is ignored.
    cursor: Option<String>,
}

/// What a field must be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum FilterBody {
    One(String),
    AnyOf(Vec<String>),
    Between(RangeBody),
}

/// Between these, both included.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RangeBody {
    #[serde(default)]
    min: Option<serde_json::Value>,
    #[serde(default)]
    max: Option<serde_json::Value>,
}

/// How much each part counts; 0 leaves it out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WeightsBody {
    look: f32,
    colour: f32,
    words: f32,
}

impl Default for WeightsBody {
    fn default() -> Self {
        Self { look: 1.0, colour: 1.0, words: 1.0 }
    }
}

/// The shop's own ordering; an unknown SKU is passed over.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RulesBody {
    /// First, in this order.
    pin: Vec<String>,
    /// Above what else matches.
    boost: Vec<String>,
    /// Below what else matches.
    bury: Vec<String>,
    /// Never.
    exclude: Vec<String>,
}

impl RulesBody {
    pub(super) fn input(self) -> Answer<RuleInput> {
        let skus = |list: Vec<String>| list.iter().map(|s| sku(s)).collect::<Answer<Vec<Sku>>>();
        let Self { pin, boost, bury, exclude } = self;
        Ok(RuleInput { pin: skus(pin)?, boost: skus(boost)?, bury: skus(bury)?, exclude: skus(exclude)? })
    }
}

/// Filters as they are asked for.
pub(super) fn filters(filters: BTreeMap<String, FilterBody>) -> Answer<Vec<Filter>> {
    filters.into_iter().map(filter).collect()
}

fn filter((field, test): (String, FilterBody)) -> Answer<Filter> {
    let bound = |value: Option<serde_json::Value>| -> Answer<Option<i64>> {
        let Some(amount) = value else { return Ok(None) };
        let price: PriceBody = serde_json::from_value(serde_json::json!({ "amount": amount }))
            .map_err(|e| Problem::bad_request(e.to_string()))?;
        Ok(Some(price.price()?.hundredths))
    };
    let test = match test {
        FilterBody::One(value) => FilterTest::AnyOf(vec![value]),
        FilterBody::AnyOf(values) => FilterTest::AnyOf(values),
        FilterBody::Between(RangeBody { min, max }) => FilterTest::Between(bound(min)?, bound(max)?),
    };
    Ok(Filter { field, test })
}

fn colour(text: &str) -> Answer<Rgb> {
    Rgb::from_hex(text)
        .ok_or_else(|| Problem::refused(Code::BadColour, format!("`{text}` is no colour; write `#rrggbb`")))
}

impl SearchBody {
    async fn input(self, server: &Server, upload: Option<Vec<u8>>) -> Answer<SearchInput> {
        let image = match (upload, &self.image) {
            (Some(bytes), None) => Some(bytes),
            (None, Some(picture)) => Some(picture.bytes(server).await?),
            (None, None) => None,
            (Some(_), Some(_)) => return Err(Problem::bad_request("give one picture, as a file or in the JSON")),
        };
        Ok(SearchInput {
            tell: false,
            counts: true,
            image,
            crop: region(self.crop)?,
            words: self.words,
            like: self.like.map(|s| sku(&s)).transpose()?,
            colour: self.colour.map(|c| colour(&c)).transpose()?,
            filters: filters(self.filters)?,
            weights: self.weights.map(|WeightsBody { look, colour, words }| Weights { look, colour, words }),
            cut_off: self.cut_off,
            facets: self.facets,
            rules: self.rules.input()?,
            limit: self.limit,
            unfolded: self.unfolded,
            cursor: self.cursor,
        })
    }
}

/// Searches the catalogue.
#[utoipa::path(post, path = "/api/v1/search", tag = "search",
    request_body(description = "JSON, or a form with the file `image` and the rest as JSON in `request`",
        content((SearchBody = "application/json"), (String = "multipart/form-data"))),
    responses((status = 200, description = "What was found", body = SearchDocument),
              (status = 410, description = "The cursor's results are no longer kept", body = ErrorDocument),
              (status = 422, description = "Unknown filter or value, or not a picture", body = ErrorDocument)))]
pub(crate) async fn search(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Answer<Json<SearchDocument>> {
    let (body, upload) = match body {
        Body::Json(bytes) => (json::<SearchBody>(&bytes)?, None),
        Body::Form(fields) => form(&fields)?,
        Body::Other(..) => return Err(Problem::of_status(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "")),
    };
    let input = body.input(&server, upload).await?;
    let found = server.app.search(actor.organisation, input).await?;
    Ok(Json(SearchDocument::new(&found.answer, server.app.taxonomy())))
}

fn form(fields: &Fields) -> Answer<(SearchBody, Option<Vec<u8>>)> {
    let body = match fields.text("request") {
        Some(text) => json(text.as_bytes())?,
        None => SearchBody::default(),
    };
    Ok((body, fields.sent("image")?.map(|f| f.bytes.to_vec())))
}

/// How many.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimilarQuery {
    /// Results, 1 to 200; 24 when absent.
    limit: Option<usize>,
}

/// Products that look like this one.
#[utoipa::path(get, path = "/api/v1/products/{sku}/similar", tag = "search",
    params(("sku" = String, Path, description = "Your own name of the product"), SimilarQuery),
    responses((status = 200, description = "What was found", body = SearchDocument),
              (status = 404, description = "No such product", body = ErrorDocument)))]
pub(crate) async fn similar(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(sku_text): Path<String>,
    Query(query): Query<SimilarQuery>,
) -> Answer<Json<SearchDocument>> {
    let answer = server.app.similar(actor.organisation, &sku(&sku_text)?, query.limit.unwrap_or(24)).await?;
    Ok(Json(SearchDocument::new(&answer, server.app.taxonomy())))
}
