//! Language and theme, and where one may be sent.

use crate::{guard::Fields, pages::Theme, problem::Problem, words::Language};
use axum::{
    Extension,
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

/// An address of this console and of nothing else.
pub(crate) fn own(next: &str) -> &str {
    let leaves =
        !next.starts_with('/') || next.starts_with("//") || next.contains('\\') || next.chars().any(char::is_control);
    if leaves { "/catalogue" } else { next }
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

pub(crate) fn redirect(to: &str, cookies: &[String]) -> Result<Response, Problem> {
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
