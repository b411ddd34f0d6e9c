//! Language and theme, and where one may be sent.

use super::readdressed;
use crate::{cookies, guard::Fields, pages::Theme, problem::Problem, state::Server, words::Language};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

/// An address of this server and of nothing else.
pub(crate) fn own<'a>(next: &'a str, otherwise: &'a str) -> &'a str {
    let leaves =
        !next.starts_with('/') || next.starts_with("//") || next.contains('\\') || next.chars().any(char::is_control);
    if leaves { otherwise } else { next }
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
