//! The terms of use, as whoever signs up agrees to them.

use super::framed;
use crate::{
    account::privacy,
    console::{Shown, shown},
    pages::TermsPage,
    state::Server,
};
use axum::{extract::State, http::HeaderMap};

/// `GET /terms`.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap) -> Shown {
    let terms = privacy(&server)?.terms();
    let frame = framed(&headers);
    let language = frame.words.0.mail();
    let paragraphs = terms.text(language).split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    let paragraphs = paragraphs.map(str::to_owned).collect();
    shown(&TermsPage { paragraphs, digest: terms.digest(language), frame })
}
