//! Every address of the server in one table, with what it needs. The router is built from it, so that no route can
//! exist without its guard, and tests walk it.

use crate::{api, assets, console, envelope, guard, guard::Need, public, state::Server};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, StatusCode},
    middleware::{self, Next},
    routing::{MethodRouter, delete, get, patch, post, put},
};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::{compression::CompressionLayer, timeout::TimeoutLayer};

/// A small body: a form, or JSON without pictures.
const SMALL: usize = 1 << 20;
/// A picture of 32 MiB and what surrounds it.
const PICTURE: usize = 33 << 20;
/// JSON with pictures in base64, or several of them.
const PICTURES: usize = 64 << 20;
/// A feed.
const FEED: usize = 512 << 20;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    /// The method.
    pub method: Method,
    /// The address, with `{…}` where it varies.
    pub path: &'static str,
    /// What a caller must bring.
    pub need: Need,
    pub(crate) limit: usize,
    pub(crate) handler: MethodRouter<Server>,
}

fn line(method: Method, path: &'static str, need: Need, limit: usize, handler: MethodRouter<Server>) -> Line {
    Line { method, path, need, limit, handler }
}

/// The table.
pub(crate) fn table() -> Vec<Line> {
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    const PATCH: Method = Method::PATCH;
    const DELETE: Method = Method::DELETE;
    use Need::{AnyKey, Nothing, SecretKey, Session};
    vec![
        line(GET, "/healthz", Nothing, SMALL, get(api::health::alive)),
        line(GET, "/readyz", Nothing, SMALL, get(api::health::ready)),
        line(GET, "/metrics", SecretKey, SMALL, get(api::health::metrics)),
        line(GET, "/api/v1/openapi.json", Nothing, SMALL, get(api::openapi::document)),
        line(GET, "/api/docs", Nothing, SMALL, get(api::openapi::page)),
        line(GET, "/api/v1/taxonomy", AnyKey, SMALL, get(api::taxonomy::taxonomy)),
        line(POST, "/api/v1/images:tag", SecretKey, PICTURES, post(api::images::tag_image)),
        line(GET, "/api/v1/images/{id}", SecretKey, SMALL, get(api::images::image)),
        line(GET, "/api/v1/products", SecretKey, SMALL, get(api::products::list_products)),
        line(GET, "/api/v1/products/{sku}", SecretKey, SMALL, get(api::products::get_product)),
        line(PUT, "/api/v1/products/{sku}", SecretKey, PICTURES, put(api::products::put_product)),
        line(PATCH, "/api/v1/products/{sku}", SecretKey, SMALL, patch(api::products::patch_product)),
        line(DELETE, "/api/v1/products/{sku}", SecretKey, SMALL, delete(api::products::delete_product)),
        line(POST, "/api/v1/products/{sku}/tags", SecretKey, SMALL, post(api::products::put_tag)),
        line(DELETE, "/api/v1/products/{sku}/tags", SecretKey, SMALL, delete(api::products::remove_tag)),
        line(GET, "/api/v1/products/{sku}/similar", AnyKey, SMALL, get(api::search::similar)),
        line(GET, "/api/v1/products:export", SecretKey, SMALL, get(api::feeds::export_products)),
        line(POST, "/api/v1/products:import", SecretKey, FEED, post(api::feeds::import_products)),
        line(GET, "/api/v1/jobs", SecretKey, SMALL, get(api::feeds::list_jobs)),
        line(GET, "/api/v1/jobs/{id}", SecretKey, SMALL, get(api::feeds::get_job)),
        line(POST, "/api/v1/search", AnyKey, PICTURES, post(api::search::search)),
        line(GET, "/api/v1/keys", SecretKey, SMALL, get(api::keys::list_keys)),
        line(POST, "/api/v1/keys", SecretKey, SMALL, post(api::keys::make_key)),
        line(POST, "/api/v1/keys/{id}/rotate", SecretKey, SMALL, post(api::keys::rotate_key)),
        line(DELETE, "/api/v1/keys/{id}", SecretKey, SMALL, delete(api::keys::revoke_key)),
        line(GET, "/assets/{version}/{name}", Nothing, SMALL, get(assets::serve)),
        line(GET, "/policy", Nothing, SMALL, get(public::policy::current)),
        line(GET, "/policy/{version}", Nothing, SMALL, get(public::policy::version)),
        line(GET, "/policy/{version}/changes", Nothing, SMALL, get(public::policy::changes)),
        line(GET, "/cookies", Nothing, SMALL, get(public::choice::show)),
        line(POST, "/cookies", Nothing, SMALL, post(public::choice::choose)),
        line(GET, "/sign-in", Nothing, SMALL, get(console::gate::show)),
        line(POST, "/sign-in", Nothing, SMALL, post(console::gate::enter)),
        line(POST, "/sign-out", Session, SMALL, post(console::gate::leave)),
        line(POST, "/preferences", Session, SMALL, post(console::gate::prefer)),
        line(GET, "/", Session, SMALL, get(console::catalogue::home)),
        line(GET, "/catalogue", Session, SMALL, get(console::catalogue::show)),
        line(GET, "/search", Session, SMALL, get(console::seek::show)),
        line(POST, "/search", Session, PICTURE, post(console::seek::by_photo)),
        line(GET, "/products/{sku}", Session, SMALL, get(console::product::show)),
        line(POST, "/products/{sku}/tags", Session, SMALL, post(console::product::change)),
        line(GET, "/pictures/{id}", Session, SMALL, get(console::product::picture)),
        line(GET, "/imports", Session, SMALL, get(console::imports::show)),
        line(POST, "/imports", Session, FEED, post(console::imports::upload)),
        line(POST, "/imports/start", Session, SMALL, post(console::imports::start)),
        line(GET, "/imports/{id}", Session, SMALL, get(console::imports::job)),
        line(GET, "/keys", Session, SMALL, get(console::keys::show)),
        line(POST, "/keys", Session, SMALL, post(console::keys::make)),
        line(POST, "/keys/{id}", Session, SMALL, post(console::keys::change)),
    ]
}

/// The router over `server`.
pub(crate) fn router(server: &Server) -> Router {
    let mut router = Router::new();
    for Line { path, need, limit, handler, .. } in table() {
        // A feed of half a gigabyte takes a while on a slow line.
        let patience = if limit == FEED { 600 } else { 60 };
        let guarded = {
            let server = server.clone();
            move |request: Request, next: Next| guard::guard(server.clone(), need, limit, request, next)
        };
        let layers = ServiceBuilder::new()
            .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(patience)))
            .layer(middleware::from_fn(envelope::note_route))
            .layer(middleware::from_fn(guarded))
            .layer(DefaultBodyLimit::max(limit));
        let handler: MethodRouter<Server> = handler.layer(layers);
        router = router.route(path, handler);
    }
    router
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(server.clone(), envelope::envelope))
        .with_state(server.clone())
}
