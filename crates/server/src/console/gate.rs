//! Signing in and out, language and theme.

use super::{Shown, readdressed, shown};
use crate::{
    cookies,
    guard::{Fields, read_fields},
    pages::{GatePage, Theme},
    problem::Problem,
    public, session,
    state::{Server, cookie},
    words::Language,
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use vestry_app::KeyKind;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NextQuery {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`.
pub(crate) async fn show(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Query(query): Query<NextQuery>,
) -> Shown {
    gate(&server, &headers, &uri, false, &query.next)
}

fn gate(server: &Server, headers: &HeaderMap, uri: &Uri, wrong: bool, next: &str) -> Shown {
    shown(&GatePage { frame: public::frame(server, headers, uri), wrong, next: own(next, "/catalogue").into() })
}

/// An address of this server and of nothing else.
pub(crate) fn own<'a>(next: &'a str, otherwise: &'a str) -> &'a str {
    let leaves =
        !next.starts_with('/') || next.starts_with("//") || next.contains('\\') || next.chars().any(char::is_control);
    if leaves { otherwise } else { next }
}

/// `POST /sign-in`: a secret key becomes a session.
pub(crate) async fn enter(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Problem> {
    if server.gate.check_key(&()).is_err() {
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many tries at signing in")
            .hint("wait a second and try again"));
    }
    let fields = read_fields(&headers, body).await?;
    let next = own(fields.text("next").unwrap_or(""), "/catalogue").to_owned();
    let access = server.app.authorise(fields.text("key").unwrap_or("").trim()).await?;
    let Some(access) = access.filter(|a| a.kind == KeyKind::Secret) else {
        return Ok((StatusCode::UNAUTHORIZED, gate(&server, &headers, &uri, true, &next)?).into_response());
    };
    let organisations = server.app.organisations().await?;
    let shop = organisations.into_iter().find(|o| o.id == access.organisation).map(|o| o.name).unwrap_or_default();
    let token = server.token();
    server.sessions.begin(&token, server.token(), access, shop, server.app.now());
    let kept = cookies::keeping(&server, &headers, session::COOKIE, &token).ok_or_else(|| {
        Problem::refused("no_login", "the policy in force does not list the cookie that keeps a login")
            .hint(format!("add `[cookie.{}]` to its file", session::COOKIE))
    })?;
    redirect(&next, vec![kept])
}

/// `POST /sign-out`.
pub(crate) async fn leave(State(server): State<Server>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = cookie(&headers, session::COOKIE) {
        server.sessions.end(token);
    }
    redirect("/sign-in", vec![cookies::forgetting(session::COOKIE)])
}

/// `POST /preferences`: language or theme, kept in the browser if its owner agreed to that cookie. If not, the address
/// carries it for one page, which says so.
pub(crate) async fn prefer(
    State(server): State<Server>,
    headers: HeaderMap,
    Extension(fields): Extension<Fields>,
) -> Result<Response, Problem> {
    let language = fields.text("language").and_then(Language::from_code).map(Language::code);
    let theme = fields.text("theme").filter(|name| Theme::from_name(name).is_some());
    let mut back = own(fields.text("back").unwrap_or(""), "/catalogue").to_owned();
    let mut kept = Vec::new();
    for (cookie, member, value) in [(cookies::LANGUAGE, "lang", language), (cookies::THEME, "theme", theme)] {
        let Some(value) = value else { continue };
        match cookies::keeping(&server, &headers, cookie, value) {
            Some(line) => {
                kept.push(line);
                back = readdressed(&back, &[member, "unkept"], &[]);
            }
            None => back = readdressed(&back, &[], &[(member, value), ("unkept", "1")]),
        }
    }
    redirect(&back, kept)
}

pub(crate) fn redirect(to: &str, cookies: Vec<HeaderValue>) -> Result<Response, Problem> {
    let mut response = Redirect::to(to).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn signing_in_leads_nowhere_else() {
        for (next, expected) in [
            ("/products/a?x=1", "/products/a?x=1"),
            ("//evil.example", "/catalogue"),
            ("/\\evil.example", "/catalogue"),
            ("https://evil.example", "/catalogue"),
            ("/a\r\nset-cookie: x", "/catalogue"),
            ("", "/catalogue"),
        ] {
            assert_eq!(own(next, "/catalogue"), expected, "{next}");
        }
    }
}
