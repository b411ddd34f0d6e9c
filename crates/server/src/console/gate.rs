//! Signing in and out, language and theme.

use super::{Shown, shown};
use crate::{
    envelope,
    guard::{Fields, read_fields},
    pages::{GatePage, Theme},
    problem::Problem,
    session,
    state::{Server, cookie},
    words::{Language, Words},
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
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
pub(crate) async fn show(headers: HeaderMap, Query(query): Query<NextQuery>) -> Shown {
    gate(&headers, false, &query.next)
}

fn gate(headers: &HeaderMap, wrong: bool, next: &str) -> Shown {
    let (language, theme) = envelope::preferences(headers);
    shown(&GatePage { words: Words(language), theme, wrong, next: own(next).into() })
}

/// An address of this console and of nothing else.
fn own(next: &str) -> &str {
    let leaves =
        !next.starts_with('/') || next.starts_with("//") || next.contains('\\') || next.chars().any(char::is_control);
    if leaves { "/catalogue" } else { next }
}

/// `POST /sign-in`: a secret key becomes a session.
pub(crate) async fn enter(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    if server.gate.check_key(&()).is_err() {
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many tries at signing in")
            .hint("wait a second and try again"));
    }
    let fields = read_fields(&headers, body).await?;
    let next = own(fields.text("next").unwrap_or("")).to_owned();
    let access = server.app.authorise(fields.text("key").unwrap_or("").trim()).await?;
    let Some(access) = access.filter(|a| a.kind == KeyKind::Secret) else {
        return Ok((StatusCode::UNAUTHORIZED, gate(&headers, true, &next)?).into_response());
    };
    let organisations = server.app.organisations().await?;
    let shop = organisations.into_iter().find(|o| o.id == access.organisation).map(|o| o.name).unwrap_or_default();
    let token = server.token();
    server.sessions.begin(&token, server.token(), access, shop, server.app.now());
    let secure = if server.options.behind_proxy { "; Secure" } else { "" };
    let cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}", session::COOKIE);
    redirect(&next, &[cookie])
}

/// `POST /sign-out`.
pub(crate) async fn leave(State(server): State<Server>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = cookie(&headers, session::COOKIE) {
        server.sessions.end(token);
    }
    redirect("/sign-in", &[format!("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", session::COOKIE)])
}

/// `POST /preferences`: language or theme, kept in the browser for a year.
pub(crate) async fn prefer(Extension(fields): Extension<Fields>) -> Result<Response, Problem> {
    let year = "Path=/; SameSite=Lax; Max-Age=31536000";
    let mut cookies = Vec::new();
    if let Some(language) = fields.text("language").and_then(Language::from_code) {
        cookies.push(format!("vestry_language={}; {year}", language.code()));
    }
    if let Some((name, _)) = fields.text("theme").and_then(|t| Some((t, Theme::from_name(t)?))) {
        cookies.push(format!("vestry_theme={name}; {year}"));
    }
    redirect(own(fields.text("back").unwrap_or("")), &cookies)
}

fn redirect(to: &str, cookies: &[String]) -> Result<Response, Problem> {
    let mut response = Redirect::to(to).into_response();
    for cookie in cookies {
        let value = HeaderValue::from_str(cookie).map_err(|e| Problem::internal(&e))?;
        response.headers_mut().append(header::SET_COOKIE, value);
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
            assert_eq!(own(next), expected, "{next}");
        }
    }
}
