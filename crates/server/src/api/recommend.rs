//! Recommendations. A visitor's id stands in the body, so that no log of addresses has it.

use super::{
    Answer, json,
    search::{FilterBody, RulesBody, filters},
    visitors::{KindBody, visitor},
};
use crate::{guard::Actor, problem::Problem, shapes::ErrorDocument, state::Server};
use axum::{Extension, Json, body::Bytes, extract::State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vestry_app::{BLENDS, Choice, RecommendInput, RecommendedProduct, RecommenderFacts, Wanted};
use vestry_model::DeedKind;

/// Which list is wanted.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ListBody {
    /// What goes with all that `visitor` did; what is popular for who did nothing.
    ForYou,
    /// What visitors of `sku` had to do with as well, and then what looks like it.
    Similar,
    /// What is in one basket with `sku`.
    GoesWith,
    /// What most visitors had to do with.
    Popular,
}

/// What to recommend, and how.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecommendBody {
    /// Which list.
    list: ListBody,
    /// To whom: your own id of a visitor, random or at least opaque.
    #[schema(example = "4f6c1f9e-3b0a-4a53-9a55-2f1f5d3f0c11")]
    visitor: Option<String>,
    /// What they looked at besides, by SKU, the last one last; up to 200. Nothing of it is kept, so this also serves visitors of
    /// whom nothing may be.
    #[serde(default)]
    seen: Vec<String>,
    /// Of which product; for `similar` and `goes-with`.
    sku: Option<String>,
    /// As in a search.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>, example = json!({"category": ["dress"], "price": {"max": "50000"}}))]
    filters: BTreeMap<String, FilterBody>,
    /// Your own ordering, by SKU.
    #[serde(default)]
    rules: RulesBody,
    /// How many, 1 to 200; 24 when absent.
    #[serde(default)]
    limit: usize,
    /// The weakest thing done that keeps a product from being shown again: `view` hides what was seen, `purchase`, which is
    /// usual, what was bought.
    hide: Option<KindBody>,
    /// From 0, the order as it is, to 1, nothing that looks like what stands above.
    #[serde(default)]
    diversity: f32,
}

/// Recommended products, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommendShape {
    results: Vec<RecommendedShape>,
}

/// A product that is recommended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommendedShape {
    /// The product.
    sku: String,
    /// Its picture, for `GET /api/v1/images/{id}`.
    image: Option<i64>,
    /// Why: `history`, `product`, `looks`, `popular` or `pinned`.
    because: &'static str,
    /// The product that speaks for it most, where one does.
    of: Option<String>,
}

/// What recommends to your visitors, and what it is made of. Its numbers follow from what visitors did and are kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommenderFactsShape {
    /// SHA-256 over all that it is made of.
    manifest: String,
    /// SHA-256 over its numbers.
    model: String,
    /// Visitors who did something.
    visitors: usize,
    /// Products with which somebody did something.
    products: usize,
    /// The penalty that was chosen (EASEᴿ's λ).
    penalty: f64,
    /// When it was fitted.
    fitted: String,
    /// What clicks on what searches found say.
    search: SearchWeightsShape,
}

/// Which weights of a search clicks speak for. They are used where a search names none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchWeightsShape {
    /// Visitors who clicked.
    visitors: usize,
    /// How much look, colour and words count now: 1 each until others are surely better.
    weights: [f64; 3],
    /// The weights under which the clicked products stand highest.
    best: [f64; 3],
    /// By how much more a visitor's clicks gain under them, in the mean, and its bounds.
    difference: [f64; 3],
}

impl From<RecommenderFacts> for RecommenderFactsShape {
    fn from(facts: RecommenderFacts) -> Self {
        let Choice { best, difference, visitors, weights } = facts.choice;
        Self {
            manifest: facts.manifest,
            model: facts.model,
            visitors: facts.visitors,
            products: facts.products,
            penalty: facts.penalty,
            fitted: facts.fitted.to_string(),
            search: SearchWeightsShape { visitors, weights, best: BLENDS[best], difference },
        }
    }
}

/// What recommends to your visitors, and what it is made of.
#[utoipa::path(get, path = "/api/v1/recommend", tag = "recommend",
    responses((status = 200, description = "The recommender", body = RecommenderFactsShape)))]
pub(crate) async fn get_recommender(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
) -> Answer<Json<RecommenderFactsShape>> {
    Ok(Json(server.app.recommender_facts(actor.organisation).await?.into()))
}

impl From<RecommendedProduct> for RecommendedShape {
    fn from(one: RecommendedProduct) -> Self {
        let (because, of) = one.because.told();
        let (of, image) = (of.map(Into::into), one.image.map(vestry_model::ImageId::get));
        Self { sku: one.sku, image, because, of }
    }
}

impl RecommendBody {
    fn input(self) -> Answer<RecommendInput> {
        let sku = self.sku.as_deref().map(super::sku).transpose()?;
        let needed = || Problem::bad_request("this list is of a product; give its `sku`");
        let wanted = match (self.list, sku) {
            (ListBody::Similar, sku) => Wanted::Similar(sku.ok_or_else(needed)?),
            (ListBody::GoesWith, sku) => Wanted::GoesWith(sku.ok_or_else(needed)?),
            (_, Some(_)) => return Err(Problem::bad_request("`sku` is for `similar` and `goes-with`")),
            (ListBody::ForYou, None) if self.visitor.is_none() && self.seen.is_empty() => {
                let said = "`for-you` is for a visitor; give their id as `visitor`, or what they looked at as `seen`";
                return Err(Problem::bad_request(said));
            }
            (ListBody::ForYou, None) => Wanted::ForYou,
            (ListBody::Popular, None) => Wanted::Popular,
        };
        Ok(RecommendInput {
            visitor: self.visitor.as_deref().map(visitor).transpose()?,
            seen: self.seen.iter().map(|text| super::sku(text)).collect::<Answer<_>>()?,
            filters: filters(self.filters)?,
            rules: self.rules.input()?,
            limit: self.limit,
            hide: self.hide.map_or(DeedKind::Purchase, KindBody::kind),
            diversity: self.diversity,
            ..RecommendInput::new(wanted)
        })
    }
}

/// Recommends products.
#[utoipa::path(post, path = "/api/v1/recommend", tag = "recommend", request_body = RecommendBody,
    responses((status = 200, description = "Recommended products", body = RecommendShape),
              (status = 400, description = "A list without its product or visitor", body = ErrorDocument),
              (status = 404, description = "No such product", body = ErrorDocument),
              (status = 422, description = "Unknown filter or value, or an id that looks like somebody", body = ErrorDocument)))]
pub(crate) async fn recommend(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Answer<Json<RecommendShape>> {
    let input = json::<RecommendBody>(&body)?.input()?;
    let found = server.app.recommend(actor.organisation, input).await?;
    Ok(Json(RecommendShape { results: found.into_iter().map(Into::into).collect() }))
}
