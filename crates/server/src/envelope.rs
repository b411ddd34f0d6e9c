//! The outermost layer: a request's id, its time, the headers of every answer, and problems written in one shape.

use crate::{
    Peer, cookies, guard,
    pages::{LinkView, ProblemPage, Theme},
    problem::Problem,
    public,
    shapes::{ErrorDocument, ErrorShape},
    state::{Network, Server},
    words::{Language, Words},
};
use askama::Template;
use axum::{
    Json,
    body::Body,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use percent_encoding::percent_decode_str;

/// No inline script or style anywhere, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The camera for this server's own pages, nothing else for anybody.
const PERMISSIONS: &str = "camera=(self), microphone=(), display-capture=(), geolocation=(), accelerometer=(), \
                           gyroscope=(), magnetometer=(), midi=(), payment=(), usb=()";

/// Wraps everything.
pub(crate) async fn envelope(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let network = network(&server, &request);
    request.extensions_mut().insert(network);
    cookies::put_in_words(&server, request.headers_mut());
    public::note(&server, &mut request);
    let started = clock();
    let id = vestry_model::hex(&server.app.random()[..8]);
    let method = request.method().clone();
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or("").to_owned();
    let is_preflight = method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight && path.starts_with("/api/") {
        guard::preflight(&server, &headers).await.unwrap_or_else(IntoResponse::into_response)
    } else {
        next.run(request).await
    };
    let took = started.elapsed();
    let route = response.extensions().get::<Route>().map_or("none", |r| r.0.as_str()).to_owned();
    server.metrics.record(&method, &route, response.status(), took);
    tracing::info!(%method, route, status = response.status().as_u16(), ms = took.as_millis(), request_id = id, "answered");
    response = written(response, &id, (&path, &query), &headers).await;
    let_go(&server, &headers, &mut response);
    let all = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        all.insert(name, HeaderValue::from_static(value));
    }
    if server.options.is_over_tls() {
        all.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    all.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        all.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// Where a request comes from: the peer, or what the proxy in front says of it.
fn network(server: &Server, request: &Request) -> Network {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| Network::of(peer.0));
    // The last of the last line is the one that our own proxy wrote; what stands before it, anyone can write.
    let named = request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
    let named = named.and_then(|list| list.rsplit(',').next()).map(|last| Network::named(last.trim()));
    named.filter(|_| server.options.behind_proxy).or(peer).unwrap_or_else(|| Network("local".into(), None))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the server that reads a clock: how long an answer took"
)]
fn clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// The route's template, so that metrics never hold an address with somebody's SKU.
#[derive(Debug, Clone)]
pub(crate) struct Route(String);

/// Notes the route on the response, where the outer layer can see it.
pub(crate) async fn note_route(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(path) = path {
        response.extensions_mut().insert(Route(path.as_str().into()));
    }
    response
}

/// A problem as its caller reads it: JSON for the API, a page for the console.
async fn written(mut response: Response, id: &str, (path, query): (&str, &str), headers: &HeaderMap) -> Response {
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => {
            let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
            if kind.starts_with(b"text/html") {
                // A page that says itself what is wrong: a form shown again.
                return response;
            }
            let said = if kind.starts_with(b"text/plain") && status.is_client_error() {
                let body = std::mem::replace(response.body_mut(), Body::empty());
                axum::body::to_bytes(body, 2_000).await.unwrap_or_default()
            } else {
                Default::default()
            };
            Problem::of_status(status, &String::from_utf8_lossy(&said))
        }
        None => return response,
    };
    let mut written = if path.starts_with("/api/v1/") || !wants_page(headers) {
        Json(ErrorDocument {
            error: ErrorShape {
                code: problem.code.as_str().into(),
                message: problem.message,
                hint: problem.hint,
                request_id: id.into(),
            },
        })
        .into_response()
    } else {
        page(&problem, id, (path, query), headers)
    };
    *written.status_mut() = status;
    for name in [header::RETRY_AFTER, header::ALLOW, header::VARY, header::ACCESS_CONTROL_ALLOW_ORIGIN] {
        if let Some(value) = response.headers().get(&name) {
            written.headers_mut().insert(name, value.clone());
        }
    }
    written
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

/// Lets go what a browser holds without its owner's word; with pages only, as assets are kept and shared.
fn let_go(server: &Server, headers: &HeaderMap, response: &mut Response) {
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return;
    }
    for line in cookies::left_over(server, headers) {
        response.headers_mut().append(header::SET_COOKIE, line);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn page(problem: &Problem, id: &str, (path, query): (&str, &str), headers: &HeaderMap) -> Response {
    let (language, theme) = preferences(headers, query);
    let words = Words(language);
    let title = match problem.status {
        StatusCode::NOT_FOUND | StatusCode::GONE => words.t("problem-not-found"),
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => words.t("problem-forbidden"),
        StatusCode::PAYLOAD_TOO_LARGE => words.t("problem-too-large"),
        status if status.is_server_error() => words.t("problem-ours"),
        _ => words.t("problem-refused"),
    };
    let back = match path == "/office" || path.starts_with("/office/") {
        true => LinkView { href: "/office".into(), text: words.t("to-office") },
        false => LinkView { href: "/catalogue".into(), text: words.t("to-catalogue") },
    };
    let message = words.t(problem.code.word());
    let page = ProblemPage { words, theme, title, message, back, request_id: id.into() };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Language and theme: as the address asks, as agreed cookies keep them, as the browser has them.
pub(crate) fn preferences(headers: &HeaderMap, query: &str) -> (Language, Theme) {
    let language = asked(query, "lang").as_deref().and_then(Language::from_code);
    let language = language.or_else(|| cookies::kept(headers, cookies::LANGUAGE).and_then(Language::from_code));
    let language = language.unwrap_or_else(|| {
        Language::accepted(headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or(""))
    });
    let theme = asked(query, "theme").as_deref().and_then(Theme::from_name);
    let theme = theme.or_else(|| cookies::kept(headers, cookies::THEME).and_then(Theme::from_name));
    (language, theme.unwrap_or(Theme::System))
}

/// The same for a handler that has the headers alone.
pub(crate) fn preferred(headers: &HeaderMap) -> (Language, Theme) {
    preferences(headers, public::address(headers).split_once('?').map_or("", |(_, query)| query))
}

/// What a query says of `name`.
pub(crate) fn asked(query: &str, name: &str) -> Option<String> {
    let (_, value) = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
    percent_decode_str(value).decode_utf8().ok().map(Into::into)
}
