//! Every address of the server in one table, with what it needs. The router is built from it, so that no route can
//! exist without its guard, and tests walk it.

use crate::{
    account, api, assets, console, envelope, guard,
    guard::{Cost, Guarded, Need},
    office, public,
    state::Server,
};
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
    pub(crate) cost: Cost,
    pub(crate) handler: MethodRouter<Server>,
}

impl Line {
    /// The same, held to what one member may ask.
    fn work(self) -> Self {
        Self { cost: Cost::Work, ..self }
    }
}

fn line(method: Method, path: &'static str, need: Need, limit: usize, handler: MethodRouter<Server>) -> Line {
    Line { method, path, need, limit, cost: Cost::Little, handler }
}

/// The table.
pub(crate) fn table() -> Vec<Line> {
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    const PATCH: Method = Method::PATCH;
    const DELETE: Method = Method::DELETE;
    use Need::{AnyKey, AnyKeyOrEditor, Nothing, OwnerKey, SecretKey};
    let mut table = vec![
        line(GET, "/healthz", Nothing, SMALL, get(api::health::alive)),
        line(GET, "/readyz", Nothing, SMALL, get(api::health::ready)),
        line(GET, "/metrics", Need::Metrics, SMALL, get(api::health::metrics)),
        line(GET, "/api/v1/openapi.json", Nothing, SMALL, get(api::openapi::document)),
        line(GET, "/api/docs", Nothing, SMALL, get(api::openapi::page)),
        line(GET, "/api/v1/taxonomy", AnyKey, SMALL, get(api::taxonomy::taxonomy)),
        line(GET, "/api/v1/learn:forgotten", SecretKey, SMALL, get(api::learn::list_forgotten)),
        line(GET, "/api/v1/learn", SecretKey, SMALL, get(api::learn::list_taught)),
        line(GET, "/api/v1/learn/{attribute}", SecretKey, SMALL, get(api::learn::get_taught)).work(),
        line(GET, "/api/v1/learn/{attribute}/lineage", SecretKey, SMALL, get(api::learn::get_lineage)).work(),
        line(GET, "/api/v1/learn/{attribute}/next", SecretKey, SMALL, get(api::learn::list_next_questions)).work(),
        line(GET, "/api/v1/learn/{attribute}/versions", SecretKey, SMALL, get(api::learn::list_versions)),
        line(
            GET,
            "/api/v1/learn/{attribute}/versions/{id}/lineage",
            SecretKey,
            SMALL,
            get(api::learn::get_version_lineage),
        )
        .work(),
        line(POST, "/api/v1/learn/{attribute}/versions", SecretKey, SMALL, post(api::learn::publish_version)).work(),
        line(
            DELETE,
            "/api/v1/learn/{attribute}/versions/{id}",
            SecretKey,
            SMALL,
            delete(api::learn::take_back_version),
        ),
        line(POST, "/api/v1/images:tag", SecretKey, PICTURES, post(api::images::tag_image)).work(),
        line(GET, "/api/v1/images/{id}", SecretKey, SMALL, get(api::images::image)),
        line(GET, "/api/v1/products", SecretKey, SMALL, get(api::products::list_products)),
        line(GET, "/api/v1/products/{sku}", SecretKey, SMALL, get(api::products::get_product)),
        line(PUT, "/api/v1/products/{sku}", SecretKey, PICTURES, put(api::products::put_product)),
        line(PATCH, "/api/v1/products/{sku}", SecretKey, SMALL, patch(api::products::patch_product)),
        line(DELETE, "/api/v1/products/{sku}", SecretKey, SMALL, delete(api::products::delete_product)),
        line(POST, "/api/v1/products/{sku}/tags", SecretKey, SMALL, post(api::products::put_tag)),
        line(DELETE, "/api/v1/products/{sku}/tags", SecretKey, SMALL, delete(api::products::remove_tag)),
        line(GET, "/api/v1/products/{sku}/similar", AnyKey, SMALL, get(api::search::similar)).work(),
        line(GET, "/api/v1/products:export", SecretKey, SMALL, get(api::feeds::export_products)).work(),
        line(POST, "/api/v1/products:import", SecretKey, FEED, post(api::feeds::import_products)).work(),
        line(GET, "/api/v1/jobs", SecretKey, SMALL, get(api::feeds::list_jobs)),
        line(GET, "/api/v1/jobs/{id}", SecretKey, SMALL, get(api::feeds::get_job)),
        line(POST, "/api/v1/search", AnyKey, PICTURES, post(api::search::search)).work(),
        line(POST, "/api/v1/events", AnyKeyOrEditor, SMALL, post(api::visitors::put_events)),
        line(GET, "/api/v1/recommend", SecretKey, SMALL, get(api::recommend::get_recommender)).work(),
        line(POST, "/api/v1/recommend", AnyKey, SMALL, post(api::recommend::recommend)).work(),
        line(POST, "/api/v1/visitors:show", SecretKey, SMALL, post(api::visitors::show_visitor)),
        line(POST, "/api/v1/visitors:forget", SecretKey, SMALL, post(api::visitors::forget_visitor)).work(),
        line(GET, "/api/v1/insights/shares", SecretKey, SMALL, get(api::insights::get_shares)).work(),
        line(GET, "/api/v1/insights/searches", SecretKey, SMALL, get(api::insights::get_unmet_searches)),
        line(GET, "/api/v1/insights/quality", SecretKey, SMALL, get(api::insights::get_quality)),
        line(GET, "/api/v1/insights/usage", OwnerKey, SMALL, get(api::insights::get_usage)),
        line(GET, "/api/v1/keys", OwnerKey, SMALL, get(api::keys::list_keys)),
        line(POST, "/api/v1/keys", OwnerKey, SMALL, post(api::keys::make_key)),
        line(POST, "/api/v1/keys/{id}/rotate", OwnerKey, SMALL, post(api::keys::rotate_key)),
        line(DELETE, "/api/v1/keys/{id}", OwnerKey, SMALL, delete(api::keys::revoke_key)),
    ];
    table.extend(console_routes());
    table.extend(accounts());
    table.extend(office_routes());
    table
}

/// What everybody may see, and the console of the catalogue.
fn console_routes() -> Vec<Line> {
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    use Need::{Anybody, Editor, Nothing, Owner, Session};
    vec![
        line(GET, "/assets/{version}/{name}", Nothing, SMALL, get(assets::serve)),
        line(GET, "/policy", Nothing, SMALL, get(public::policy::current)),
        line(GET, "/policy/head", Nothing, SMALL, get(public::policy::head)),
        line(GET, "/policy/{version}", Nothing, SMALL, get(public::policy::version)),
        line(GET, "/policy/{version}/changes", Nothing, SMALL, get(public::policy::changes)),
        line(GET, "/terms", Nothing, SMALL, get(public::terms::show)),
        line(GET, "/notices/{id}", Nothing, SMALL, get(public::notices::show)),
        line(GET, "/unsubscribe/{token}", Nothing, SMALL, get(public::notices::ask)),
        line(POST, "/unsubscribe/{token}", Nothing, SMALL, post(public::notices::unsubscribe)),
        line(GET, "/cookies", Nothing, SMALL, get(public::choice::show)),
        line(POST, "/cookies", Nothing, SMALL, post(public::choice::choose)),
        line(POST, "/preferences", Anybody, SMALL, post(console::gate::prefer)),
        line(GET, "/", Anybody, SMALL, get(console::catalogue::home)),
        line(GET, "/catalogue", Session, SMALL, get(console::catalogue::show)),
        line(GET, "/search", Session, SMALL, get(console::seek::show)).work(),
        line(POST, "/search", Session, PICTURE, post(console::seek::by_photo)).work(),
        line(GET, "/products/{sku}", Session, SMALL, get(console::product::show)),
        line(POST, "/products/{sku}/tags", Editor, SMALL, post(console::product::change)),
        line(GET, "/pictures/{id}", Session, SMALL, get(console::product::picture)),
        line(GET, "/recommendations", Session, SMALL, get(console::recommended::show)).work(),
        line(GET, "/trends", Session, SMALL, get(console::trends::shares)).work(),
        line(GET, "/trends/searches", Session, SMALL, get(console::trends::searches)),
        line(GET, "/trends/quality", Session, SMALL, get(console::trends::quality)),
        line(GET, "/trends/usage", Owner, SMALL, get(console::trends::usage)),
        line(GET, "/taught", Editor, SMALL, get(console::taught::show)).work(),
        line(POST, "/taught", Editor, SMALL, post(console::taught::change)).work(),
        line(GET, "/review", Editor, SMALL, get(console::review::show)),
        line(POST, "/review", Editor, SMALL, post(console::review::answer)),
        line(POST, "/review/undo", Editor, SMALL, post(console::review::undo)),
        line(GET, "/review/alike", Editor, SMALL, get(console::review::alike)).work(),
        line(POST, "/review/alike", Editor, SMALL, post(console::review::spread)).work(),
        line(GET, "/imports", Editor, SMALL, get(console::imports::show)),
        line(POST, "/imports", Editor, FEED, post(console::imports::upload)).work(),
        line(POST, "/imports/start", Editor, SMALL, post(console::imports::start)),
        line(GET, "/imports/{id}", Editor, SMALL, get(console::imports::job)),
        line(GET, "/keys", Owner, SMALL, get(console::keys::show)),
        line(POST, "/keys", Owner, SMALL, post(console::keys::make)),
        line(POST, "/keys/{id}", Owner, SMALL, post(console::keys::change)),
    ]
}

/// Accounts: joining, signing in, one's own data, colleagues.
fn accounts() -> Vec<Line> {
    use Need::{Member, Nothing, Owner};
    use account::{
        address, asking, certificates, contesting, copies, guardian, joining, me, passkeys, passwords, security,
        signing, team,
    };
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        line(GET, "/sign-in", Nothing, SMALL, get(signing::show)),
        line(POST, "/sign-in", Nothing, SMALL, post(signing::enter)),
        line(POST, "/sign-in/passkey", Nothing, SMALL, post(passkeys::enter)),
        line(POST, "/sign-in/passkey/challenge", Nothing, SMALL, post(passkeys::ask)),
        line(POST, "/sign-out", Need::Anybody, SMALL, post(signing::leave)),
        line(GET, "/join", Nothing, SMALL, get(joining::show)),
        line(POST, "/join", Nothing, SMALL, post(joining::join)),
        line(GET, "/join/child", Nothing, SMALL, get(guardian::ask_page)),
        line(POST, "/join/child", Nothing, SMALL, post(guardian::ask)),
        line(GET, "/guardian/{token}", Nothing, SMALL, get(guardian::show)),
        line(POST, "/guardian/{token}", Nothing, SMALL, post(guardian::act)),
        line(GET, "/join/confirm/{token}", Nothing, SMALL, get(joining::confirm_page)),
        line(POST, "/join/confirm/{token}", Nothing, SMALL, post(joining::confirm)),
        line(GET, "/contest/{token}", Nothing, SMALL, get(contesting::show)),
        line(POST, "/contest/{token}", Nothing, SMALL, post(contesting::contest)),
        line(GET, "/password", Nothing, SMALL, get(passwords::ask_page)),
        line(POST, "/password", Nothing, SMALL, post(passwords::ask)),
        line(GET, "/password/{token}", Nothing, SMALL, get(passwords::new_page)),
        line(POST, "/password/{token}", Nothing, SMALL, post(passwords::renew)),
        line(GET, "/me", Member, SMALL, get(me::show)),
        line(POST, "/me", Member, SMALL, post(me::change)),
        line(GET, "/me/agree", Member, SMALL, get(asking::show)),
        line(POST, "/me/agree", Member, SMALL, post(asking::answer)),
        line(GET, "/me/security", Member, SMALL, get(security::show)),
        line(POST, "/me/security", Member, SMALL, post(security::change)),
        line(GET, "/me/passkeys", Member, SMALL, get(passkeys::show)),
        line(POST, "/me/passkeys", Member, SMALL, post(passkeys::change)),
        line(GET, "/me/address", Member, SMALL, get(address::ask_page)),
        line(POST, "/me/address", Member, SMALL, post(address::ask)),
        line(GET, "/me/address/{token}", Nothing, SMALL, get(address::confirm_page)),
        line(POST, "/me/address/{token}", Nothing, SMALL, post(address::confirm)),
        line(GET, "/me/address/undo/{token}", Nothing, SMALL, get(address::undo_page)),
        line(POST, "/me/address/undo/{token}", Nothing, SMALL, post(address::undo)),
        line(GET, "/me/export/{name}", Member, SMALL, get(copies::own)).work(),
        line(GET, "/guardian/{token}/export/{name}", Nothing, SMALL, get(copies::of_child)),
        line(GET, "/me/leave", Member, SMALL, get(me::leave_page)),
        line(POST, "/me/leave", Member, SMALL, post(me::leave)),
        line(GET, "/certificates/{token}", Nothing, SMALL, get(certificates::show)),
        line(GET, "/team", Owner, SMALL, get(team::show)),
        line(POST, "/team", Owner, SMALL, post(team::invite)),
        line(GET, "/team/join/{token}", Member, SMALL, get(team::join_page)),
        line(POST, "/team/join/{token}", Member, SMALL, post(team::join)),
        line(POST, "/team/{id}", Owner, SMALL, post(team::change)),
    ]
}

/// The privacy office.
fn office_routes() -> Vec<Line> {
    use Need::{Nothing, Officer, Operator, Staff};
    use office::{board, case, desk, notices, people, policy, sessions, signing, staff, sweeps};
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    vec![
        line(GET, "/office/sign-in", Nothing, SMALL, get(signing::show)),
        line(POST, "/office/sign-in", Nothing, SMALL, post(signing::enter)),
        line(GET, "/office/enrol/{token}", Nothing, SMALL, get(signing::enrol_page)),
        line(POST, "/office/enrol/{token}", Nothing, SMALL, post(signing::enrol)),
        line(POST, "/office/password", Nothing, SMALL, post(signing::renew)),
        line(GET, "/office", Staff, SMALL, get(board::show)),
        line(GET, "/office/sweep", Staff, SMALL, get(sweeps::plan)),
        line(POST, "/office/sweep", Officer, SMALL, post(sweeps::sweep)),
        line(GET, "/office/certificates/{entry}", Staff, SMALL, get(sweeps::certificate)),
        line(GET, "/office/certificates/{entry}/file", Staff, SMALL, get(sweeps::certificate_file)),
        line(GET, "/office/policy", Staff, SMALL, get(policy::show)),
        line(GET, "/office/policy/preview", Staff, SMALL, get(policy::preview)),
        line(POST, "/office/policy", Officer, SMALL, post(policy::change)),
        line(GET, "/office/notices", Staff, SMALL, get(notices::show)),
        line(POST, "/office/notices", Officer, SMALL, post(notices::give)),
        line(GET, "/office/desk", Staff, SMALL, get(desk::show)),
        line(POST, "/office/desk", Officer, SMALL, post(desk::open)),
        line(GET, "/office/desk/{id}", Officer, SMALL, get(case::show)),
        line(POST, "/office/desk/{id}", Officer, SMALL, post(case::act)),
        line(GET, "/office/desk/{id}/export", Officer, SMALL, get(case::export)),
        line(POST, "/office/proposals/{id}", Officer, SMALL, post(desk::answer_proposal)),
        line(GET, "/office/people", Officer, SMALL, get(people::show)),
        line(POST, "/office/people", Officer, SMALL, post(people::find)),
        line(GET, "/office/sessions", Staff, SMALL, get(sessions::show)),
        line(POST, "/office/sessions", Staff, SMALL, post(sessions::end)),
        line(GET, "/office/staff", Operator, SMALL, get(staff::show)),
        line(POST, "/office/staff", Operator, SMALL, post(staff::change)),
    ]
}

/// The router over `server`.
pub(crate) fn router(server: &Server) -> Router {
    let mut router = Router::new();
    for Line { path, need, limit, cost, handler, .. } in table() {
        // A feed of half a gigabyte takes a while on a slow line.
        let patience = if limit == FEED { 600 } else { 60 };
        let guarded = {
            let server = server.clone();
            let line = Guarded { need, limit, cost };
            move |request: Request, next: Next| guard::guard(server.clone(), line, request, next)
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
