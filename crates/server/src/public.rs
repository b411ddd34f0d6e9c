//! What everybody may see without signing in: the policy, and the choice about cookies.

pub(crate) mod choice;
pub(crate) mod policy;

use crate::{
    console::readdressed,
    cookies, envelope,
    pages::{Offer, PublicFrame},
    state::Server,
    words::{Language, Words},
};
use axum::http::{HeaderMap, Uri};

/// What surrounds a public page.
pub(crate) fn frame(server: &Server, headers: &HeaderMap, uri: &Uri) -> PublicFrame {
    let query = uri.query().unwrap_or("");
    let (language, theme) = envelope::preferences(headers, query);
    let here = uri.path_and_query().map_or("/policy", |p| p.as_str());
    let refused = envelope::asked(query, "cookies").as_deref() == Some("none");
    let offer = if cookies::is_chosen(headers) || cookies::optional(server.app.policy()).next().is_none() {
        Offer::Nothing
    } else if refused {
        Offer::Refused
    } else {
        Offer::Choice
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
