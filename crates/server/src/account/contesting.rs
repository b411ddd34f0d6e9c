//! Contesting a ban: by the mailed link, or by the one that signing in gives. It becomes a complaint on the office's desk.

use super::{form::Form, personal, privacy};
use crate::{
    console::{Shown, encoded},
    guard::read_fields,
    state::{Network, Server},
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use vestry_app::AccountError;

fn form(headers: &HeaderMap, link: &str, typed: &str) -> Form {
    Form::new(headers, |w| w.t("contest"))
        .lead(|w| w.t("contest-lead"))
        .field(("words", "textarea", "off"), |w| w.t("contest-words"), |field| field.value(typed))
        .to(format!("/contest/{}", encoded(link)), |w| w.t("contest-button"))
}

fn over(headers: &HeaderMap) -> Shown {
    Form::new(headers, |w| w.t("contest")).problem(|w| w.t("link-over")).shown()
}

/// `GET /contest/{token}`.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap, Path(link): Path<String>) -> Shown {
    match privacy(&server)?.may_contest(&link).await {
        Ok(()) => form(&headers, &link, "").shown(),
        Err(AccountError::Link) => over(&headers),
        Err(error) => Err(error.into()),
    }
}

/// `POST /contest/{token}`.
pub(crate) async fn contest(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(link): Path<String>,
    body: Bytes,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let typed = fields.text("words").unwrap_or("").to_owned();
    let again = form(&headers, &link, &typed);
    match privacy.contest(&link, personal(Some(&typed)), again.language().mail()).await {
        Ok(_) => Form::new(&headers, |w| w.t("contest")).lead(|w| w.t("contest-done")).shown(),
        Err(AccountError::Link) => over(&headers),
        Err(AccountError::Missing { .. }) => again.refused(&AccountError::Missing { item: "words".into() }).shown(),
        Err(AccountError::Unusable { .. }) => again.refused(&AccountError::Unusable { item: "words".into() }).shown(),
        Err(error) => Err(error.into()),
    }
}
