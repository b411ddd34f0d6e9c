//! What everybody may see without signing in: the policy, and the choice about cookies.

pub(crate) mod choice;
pub(crate) mod notices;
pub(crate) mod policy;
pub(crate) mod terms;

use crate::{
    console::readdressed,
    cookies, envelope,
    pages::{Offer, PublicFrame},
    state::Server,
    words::{Language, Words},
};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue},
};

/// Names under which the envelope notes, on each request, where it went and what it is offered, for pages that are made
/// from headers alone. What a caller sends under these names is overwritten.
const ADDRESS: &str = "x-vestry-address";
const OFFERED: &str = "x-vestry-offered";

/// Notes on a request what [`framed`] reads.
pub(crate) fn note(server: &Server, request: &mut Request) {
    let offer = match offer(server, request.headers(), request.uri().query().unwrap_or("")) {
        Offer::Nothing => "nothing",
        Offer::Refused => "refused",
        Offer::Choice => "choice",
    };
    let here = request.uri().path_and_query().map_or("/policy", |p| p.as_str());
    let address = HeaderValue::from_str(here).unwrap_or(HeaderValue::from_static("/policy"));
    request.headers_mut().insert(ADDRESS, address);
    request.headers_mut().insert(OFFERED, HeaderValue::from_static(offer));
}

/// Where a request went.
pub(crate) fn address(headers: &HeaderMap) -> &str {
    headers.get(ADDRESS).and_then(|v| v.to_str().ok()).unwrap_or("/policy")
}

/// Whether this browser's owner is to be asked about cookies.
fn offer(server: &Server, headers: &HeaderMap, query: &str) -> Offer {
    let refused = envelope::asked(query, "cookies").as_deref() == Some("none");
    if cookies::is_chosen(headers) || cookies::optional(server.app.policy()).next().is_none() {
        Offer::Nothing
    } else if refused {
        Offer::Refused
    } else {
        Offer::Choice
    }
}

/// What surrounds a public page.
pub(crate) fn framed(headers: &HeaderMap) -> PublicFrame {
    let here = address(headers);
    let query = here.split_once('?').map_or("", |(_, query)| query);
    let (language, theme) = envelope::preferences(headers, query);
    let offer = match headers.get(OFFERED).map(HeaderValue::as_bytes) {
        Some(b"choice") => Offer::Choice,
        Some(b"refused") => Offer::Refused,
        _ => Offer::Nothing,
    };
    PublicFrame {
        words: Words(language),
        theme,
        asked: envelope::asked(query, "lang").as_deref().and_then(Language::from_code),
        other: readdressed(here, &["cookies"], &[("lang", language.other().code())]),
        here: readdressed(here, &["cookies"], &[]),
        offer,
    }
}

/// The language of the policy's own texts.
pub(crate) fn spoken(words: Words) -> vestry_policy::Language {
    match words.0 {
        Language::Korean => vestry_policy::Language::Korean,
        Language::English => vestry_policy::Language::English,
    }
}
