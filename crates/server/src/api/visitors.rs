//! What visitors of a shop do: taken in, shown, forgotten. Their ids stand in bodies, never in addresses.

use super::{Answer, json, sku};
use crate::{
    guard::Actor,
    problem::{Code, Problem},
    shapes::ErrorDocument,
    state::Server,
};
use axum::{Extension, Json, body::Bytes, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vestry_app::{ForgottenVisitor, Happened, HeldOfVisitor, NewEvent};
use vestry_model::{DeedKind, VisitorName};

/// What was done with a product, weakest first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KindBody {
    /// It was looked at.
    View,
    /// It was chosen from a list.
    Click,
    /// It was put into the cart.
    Cart,
    /// It was bought.
    Purchase,
}

impl KindBody {
    pub(crate) fn kind(self) -> DeedKind {
        match self {
            Self::View => DeedKind::View,
            Self::Click => DeedKind::Click,
            Self::Cart => DeedKind::Cart,
            Self::Purchase => DeedKind::Purchase,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EventKindBody {
    /// What the search `search_id` found was seen.
    Search,
    /// The product was looked at.
    View,
    /// It was chosen from a list.
    Click,
    /// It was put into the cart.
    Cart,
    /// It was bought.
    Purchase,
}

/// Something that a visitor did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventBody {
    /// What.
    kind: EventKindBody,
    /// Your own id of the visitor, random or at least opaque; kept as a keyed hash. What looks like a mail address, a telephone,
    /// card or resident registration number is refused.
    #[schema(example = "4f6c1f9e-3b0a-4a53-9a55-2f1f5d3f0c11")]
    visitor: String,
    /// The product; absent for `search`.
    sku: Option<String>,
    /// The search that showed it, as its answer named itself.
    search_id: Option<String>,
    /// When, as in RFC 3339; now, when absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

/// What visitors did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsBody {
    /// Up to 1,000; all of them are taken in, or none. The same one twice is one.
    events: Vec<EventBody>,
}

/// What became of events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventsShape {
    /// How many count from now on.
    taken: usize,
    /// Products that are not there; what was done with them is passed over.
    unknown_products: Vec<String>,
    /// Searches that are not remembered; what was chosen from one counts all the same.
    unknown_searches: Vec<String>,
}

/// A visitor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitorBody {
    /// Your own id of them.
    #[schema(example = "4f6c1f9e-3b0a-4a53-9a55-2f1f5d3f0c11")]
    visitor: String,
}

/// All that is held of a visitor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldShape {
    /// Of each product and kind the last time.
    events: Vec<HeldEventShape>,
    /// Searches whose lists they saw.
    searches: Vec<HeldSearchShape>,
}

/// The last time that something was done with a product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldEventShape {
    /// The product.
    sku: String,
    /// `view`, `click`, `cart` or `purchase`.
    kind: &'static str,
    /// When.
    at: String,
}

/// A search whose list was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldSearchShape {
    /// Its name.
    search_id: String,
    /// When.
    at: String,
    /// Products that were chosen from it.
    chosen: Vec<String>,
}

/// What was forgotten.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForgottenShape {
    /// Rows that went; 0 where nothing was held.
    rows: u64,
    /// The recommender before; absent where nothing was held.
    before: Option<RecommenderShape>,
    /// The recommender as it is now: as if they had never come.
    after: Option<RecommenderShape>,
}

/// What names a recommender. Both stand in the audit log and in the next certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommenderShape {
    /// SHA-256 over all that it is made of.
    manifest: String,
    /// SHA-256 over its numbers.
    model: String,
}

/// A visitor's id; what looks like somebody is refused, and not repeated.
pub(crate) fn visitor(text: &str) -> Answer<VisitorName> {
    VisitorName::new(text).map_err(|error| Problem::refused(Code::BadVisitor, error.to_string()))
}

impl EventBody {
    fn event(self) -> Answer<NewEvent> {
        let kind = match self.kind {
            EventKindBody::Search => None,
            EventKindBody::View => Some(DeedKind::View),
            EventKindBody::Click => Some(DeedKind::Click),
            EventKindBody::Cart => Some(DeedKind::Cart),
            EventKindBody::Purchase => Some(DeedKind::Purchase),
        };
        let search = self.search_id;
        let what = match (kind, self.sku) {
            (None, None) => {
                let search = search.ok_or_else(|| Problem::bad_request("a `search` needs its `search_id`"))?;
                Happened::Searched { search }
            }
            (None, Some(_)) => return Err(Problem::bad_request("a `search` has no `sku`; send a `click` for it")),
            (Some(_), None) => return Err(Problem::bad_request("an event needs the product's `sku`")),
            (Some(kind), Some(text)) => Happened::Did { kind, sku: sku(&text)?, search },
        };
        Ok(NewEvent { visitor: visitor(&self.visitor)?, what, at: self.at })
    }
}

/// Takes in what visitors did.
#[utoipa::path(post, path = "/api/v1/events", tag = "recommend", request_body = EventsBody,
    responses((status = 200, description = "They count from now on", body = EventsShape),
              (status = 400, description = "Too many, of the future, or too old to be held", body = ErrorDocument),
              (status = 409, description = "There is no vault", body = ErrorDocument),
              (status = 422, description = "An id that looks like somebody", body = ErrorDocument)))]
pub(crate) async fn put_events(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Answer<Json<EventsShape>> {
    let events = json::<EventsBody>(&body)?.events;
    let events = events.into_iter().map(EventBody::event).collect::<Answer<Vec<_>>>()?;
    let taken = server.app.take_events(actor.organisation, &events).await?;
    Ok(Json(EventsShape {
        taken: taken.taken,
        unknown_products: taken.unknown_products.iter().map(ToString::to_string).collect(),
        unknown_searches: taken.unknown_searches,
    }))
}

/// All that is held of a visitor, for whoever is asked by them.
#[utoipa::path(post, path = "/api/v1/visitors:show", tag = "recommend", request_body = VisitorBody,
    responses((status = 200, description = "What is held", body = HeldShape),
              (status = 422, description = "An id that looks like somebody", body = ErrorDocument)))]
pub(crate) async fn show_visitor(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Answer<Json<HeldShape>> {
    let name = visitor(&json::<VisitorBody>(&body)?.visitor)?;
    let HeldOfVisitor { events, searches } = server.app.held_of_visitor(actor.organisation, &name).await?;
    let event = |(sku, kind, at): (String, DeedKind, Timestamp)| HeldEventShape {
        sku,
        kind: kind.as_str(),
        at: at.to_string(),
    };
    let search = |(search_id, at, chosen): (String, Timestamp, Vec<String>)| HeldSearchShape {
        search_id,
        at: at.to_string(),
        chosen,
    };
    Ok(Json(HeldShape {
        events: events.into_iter().map(event).collect(),
        searches: searches.into_iter().map(search).collect(),
    }))
}

/// Forgets a visitor. What recommends is from now on as if they had never come; with the next sweep's certificate what they did
/// is gone from every file and copy.
#[utoipa::path(post, path = "/api/v1/visitors:forget", tag = "recommend", request_body = VisitorBody,
    responses((status = 200, description = "They are forgotten", body = ForgottenShape),
              (status = 409, description = "There is no vault", body = ErrorDocument),
              (status = 422, description = "An id that looks like somebody", body = ErrorDocument)))]
pub(crate) async fn forget_visitor(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Answer<Json<ForgottenShape>> {
    let name = visitor(&json::<VisitorBody>(&body)?.visitor)?;
    let ForgottenVisitor { rows, recommender } = server.app.forget_visitor(actor.organisation, &name).await?;
    let shape = |[manifest, model]: [String; 2]| RecommenderShape { manifest, model };
    let (before, after) = recommender.map(|[before, after]| (shape(before), shape(after))).unzip();
    Ok(Json(ForgottenShape { rows, before, after }))
}
