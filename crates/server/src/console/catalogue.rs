//! The catalogue: a picture grid with filters, every view an address.

use super::{MANNER, Shown, address, frame, shown, tiles};
use crate::{
    pages::{CataloguePage, FacetValueView, FacetView, Frame, LinkView},
    problem::Problem,
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use vestry_app::{AppError, ListRequest, ProductFilter, ProductView, SearchInput};
use vestry_model::{OrganisationId, ProductId, TagState, Taxonomy};
use vestry_search::{Answer, Filter, FilterTest, IndexError};

/// Attributes to filter by, in this order; those below are folded.
const FACETS: [&str; 10] =
    ["category", "colour", "print", "neckline", "sleeve-length", "length", "fit", "material", "season", "gender"];
/// Facets that stand open.
const OPEN: usize = 3;
/// Tiles a page.
const PAGE: usize = 60;

/// A query string as it came, in order.
type Pairs = Vec<(String, String)>;

/// `GET /`: the staff have a house of their own.
pub(crate) async fn home(Extension(session): Extension<Session>) -> Redirect {
    Redirect::to(if session.staff().is_some() { "/office" } else { "/catalogue" })
}

/// `GET /catalogue`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = frame(&server, &session, &headers, &uri, "catalogue").await?;
    let organisation = session.organisation();
    if value(&pairs, "state") == Some("to_review") {
        return Ok(to_review(&server, organisation, frame, &pairs).await?.into_response());
    }
    let facets = FACETS.iter().filter(|f| server.app.taxonomy().attribute(f).is_some()).map(|f| (*f).to_owned());
    let input = SearchInput {
        filters: filters(&pairs),
        facets: facets.collect(),
        limit: PAGE,
        cursor: value(&pairs, "cursor").map(Into::into),
        unfolded: true,
        ..SearchInput::default()
    };
    let answer = match server.app.search(organisation, input).await {
        Ok(found) => found.answer,
        // A kept result is gone after a while; the first page is the same question.
        Err(AppError::Index(IndexError::CursorGone)) => {
            let rest = picked(&pairs).map(|(k, v)| (k.as_str(), v.as_str()));
            return Ok(Redirect::to(&address("/catalogue", rest)).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    Ok(page(&server, organisation, frame, &pairs, answer).await?.into_response())
}

fn value<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(k, v)| k == name && !v.is_empty()).map(|(_, v)| v.as_str())
}

/// The pairs that are filters.
fn picked(pairs: &Pairs) -> impl Iterator<Item = &(String, String)> {
    let is_filter = |k: &str| !matches!(k, "cursor" | "state") && !MANNER.contains(&k);
    pairs.iter().filter(move |(k, v)| is_filter(k) && !v.is_empty())
}

/// Values of one field widen, fields narrow.
pub(crate) fn filters(pairs: &Pairs) -> Vec<Filter> {
    let mut filters: Vec<Filter> = Vec::new();
    for (field, value) in picked(pairs) {
        match filters.iter_mut().find(|f| f.field == *field) {
            Some(Filter { test: FilterTest::AnyOf(values), .. }) => values.push(value.clone()),
            _ => filters.push(Filter { field: field.clone(), test: FilterTest::AnyOf(vec![value.clone()]) }),
        }
    }
    filters
}

async fn page(server: &Server, organisation: OrganisationId, frame: Frame, pairs: &Pairs, answer: Answer) -> Shown {
    let (taxonomy, words) = (server.app.taxonomy(), frame.words);
    let ids: Vec<ProductId> = answer.results.iter().map(|hit| hit.product).collect();
    let views = server.app.products_by_id(organisation, &ids).await?;
    let paged = value(pairs, "cursor").is_some();
    let facets = if paged {
        // A later page brings no counts; they are those of the first.
        let first = SearchInput {
            filters: filters(pairs),
            facets: FACETS.iter().filter(|f| taxonomy.attribute(f).is_some()).map(|f| (*f).to_owned()).collect(),
            limit: 1,
            unfolded: true,
            ..SearchInput::default()
        };
        server.app.search(organisation, first).await?.answer.facets
    } else {
        answer.facets
    };
    let own = || picked(pairs).map(|(k, v)| (k.as_str(), v.as_str()));
    let next = answer.next.as_ref().map(|next| address("/catalogue", own().chain([("cursor", next.as_str())])));
    shown(&CataloguePage {
        tiles: ids.iter().filter_map(|id| views.get(id)).map(|v| tiles::tile(v, taxonomy, words)).collect(),
        facets: facets.iter().enumerate().filter_map(|(at, f)| facet(f, at, pairs, taxonomy, &frame)).collect(),
        picked: picked(pairs).map(|pair| chip(pair, pairs, taxonomy, &frame)).collect(),
        total: answer.total,
        to_review: count_to_review(server, organisation).await?,
        first: paged.then(|| address("/catalogue", own())),
        next,
        demo: server.app.vision().heads().name.starts_with("drawings@"),
        frame,
    })
}

async fn count_to_review(server: &Server, organisation: OrganisationId) -> Result<u64, Problem> {
    let filter = ProductFilter { state: Some(TagState::ToReview), ..ProductFilter::default() };
    Ok(server.app.list_products(organisation, &ListRequest { filter, before: None, limit: 1 }).await?.total)
}

/// The address with `pair` taken out or put in, from the first page.
fn toggled(pairs: &Pairs, pair: (&str, &str)) -> String {
    let is_pair = |(k, v): &(&str, &str)| (*k, *v) == pair;
    let own: Vec<(&str, &str)> = picked(pairs).map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let rest = own.iter().copied().filter(|p| !is_pair(p));
    if own.iter().any(is_pair) { address("/catalogue", rest) } else { address("/catalogue", rest.chain([pair])) }
}

fn facet(
    facet: &vestry_search::Facet,
    at: usize,
    pairs: &Pairs,
    taxonomy: &Taxonomy,
    frame: &Frame,
) -> Option<FacetView> {
    let attribute = taxonomy.attribute(facet.attribute.as_str())?;
    let id = attribute.id.as_str();
    let is_picked = |value: &str| pairs.iter().any(|(k, v)| k == id && v == value);
    let mut values: Vec<FacetValueView> = facet
        .counts
        .iter()
        .map(|(value, count)| FacetValueView {
            name: tiles::value_name(taxonomy, id, value.as_str(), frame.words),
            count: frame.words.number(*count),
            href: toggled(pairs, (id, value.as_str())),
            picked: is_picked(value.as_str()),
            dot: tiles::dot(taxonomy, id, value.as_str()),
        })
        .collect();
    // What is picked stays in sight.
    values.sort_by_key(|v| !v.picked);
    let open = at < OPEN || values.iter().any(|v| v.picked);
    (!values.is_empty()).then(|| FacetView { name: attribute.name.pick(frame.words.is_korean()).into(), open, values })
}

fn chip((field, value): &(String, String), pairs: &Pairs, taxonomy: &Taxonomy, frame: &Frame) -> LinkView {
    let text = match field.as_str() {
        "brand" => format!("{} {value}", frame.words.t("brand")),
        field => tiles::value_name(taxonomy, field, value, frame.words),
    };
    LinkView { text, href: toggled(pairs, (field, value)) }
}

/// What a model is not sure of: straight from the database, the newest first.
async fn to_review(server: &Server, organisation: OrganisationId, frame: Frame, pairs: &Pairs) -> Shown {
    let before = value(pairs, "cursor").and_then(|c| c.parse().ok()).map(ProductId::from_row);
    let filter = ProductFilter { state: Some(TagState::ToReview), ..ProductFilter::default() };
    let request = ListRequest { filter, before, limit: PAGE as u32 };
    let found = server.app.list_products(organisation, &request).await?;
    let own = [("state", "to_review")];
    let (taxonomy, words) = (server.app.taxonomy(), frame.words);
    let tile = |view: &ProductView| tiles::tile(view, taxonomy, words);
    shown(&CataloguePage {
        tiles: found.products.iter().map(tile).collect(),
        facets: Vec::new(),
        picked: vec![LinkView { text: words.t("to-review-filter"), href: "/catalogue".into() }],
        total: found.total,
        to_review: 0,
        first: before.map(|_| address("/catalogue", own)),
        next: found.next.map(|id| address("/catalogue", own.into_iter().chain([("cursor", id.to_string().as_str())]))),
        demo: false,
        frame,
    })
}
