//! The choice about cookies: allow all, ask each, refuse all (clause 8).

use super::{framed, spoken};
use crate::{
    console::{Shown, gate::own, gate::redirect, readdressed, shown},
    cookies,
    guard::read_fields,
    pages::{CookieLine, CookiesPage, Offer},
    problem::{Code, Problem},
    session,
    state::{Server, cookie},
};
use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

/// `GET /cookies`: what the policy in force lists, and the three ways.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap) -> Shown {
    let mut frame = framed(&headers);
    let language = spoken(frame.words);
    let line = |c: &vestry_policy::Cookie| CookieLine {
        name: c.id.clone(),
        says: c.says.get(language).into(),
        keep: c.keep.map_or_else(
            || frame.words.t("cookie-until-close"),
            |keep| if frame.words.is_korean() { keep.korean() } else { keep.to_string() },
        ),
        essential: c.essential,
        agreed: cookies::is_agreed(&headers, &c.id),
    };
    let lines = server.app.policy().cookies.iter().map(line).collect();
    let refused = frame.offer == Offer::Refused;
    // The page is the offer.
    frame.offer = Offer::Nothing;
    shown(&CookiesPage {
        lines,
        refused,
        chosen: cookies::is_chosen(&headers),
        signed_in: cookie(&headers, session::COOKIE).is_some(),
        frame,
    })
}

/// `POST /cookies`: `all`, `each` with the boxes that were ticked, or `none`.
pub(crate) async fn choose(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let fields = read_fields(&headers, body).await?;
    let back = own(fields.text("back").unwrap_or(""), "/cookies");
    let policy = server.app.policy();
    let agreed: Vec<&str> = match fields.text("choice") {
        Some("all") => cookies::optional(policy).map(|c| c.id.as_str()).collect(),
        Some("each") => {
            fields.texts("cookie").filter(|name| cookies::optional(policy).any(|c| c.id == **name)).collect()
        }
        Some("none") => {
            let session = cookie(&headers, session::COOKIE);
            if let Some(token) = session {
                server.end_session(token).await?;
            }
            // Without its session a page of the console would only lead to the sign-in page.
            let back = if session.is_some() { "/cookies" } else { back };
            return redirect(
                &readdressed(back, &["cookies"], &[("cookies", "none")]),
                cookies::emptying(&server, &headers),
            );
        }
        _ => {
            return Err(Problem::refused(Code::NoChoice, "none of the three ways was chosen")
                .hint("send `choice` as `all`, `each` or `none`"));
        }
    };
    let said: &[(&str, &str)] = if agreed.is_empty() { &[("cookies", "none")] } else { &[] };
    redirect(&readdressed(back, &["cookies"], said), cookies::choosing(&server, &headers, &agreed))
}
