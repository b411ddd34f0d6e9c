//! A forgotten password: a mailed link, and the page it leads to.

use super::{form::Form, joining::sent, personal, privacy};
use crate::{
    console::Shown,
    guard::read_fields,
    state::{Network, Server},
    words::Words,
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use vestry_app::AccountError;

/// `GET /password`.
pub(crate) async fn ask_page(State(server): State<Server>, headers: HeaderMap) -> Shown {
    privacy(&server)?;
    Form::new(&headers, |w| w.t("password-lost"))
        .lead(|w| w.t("password-lost-lead"))
        .field(("email", "email", "username"), |w| w.t("mail"), |field| field)
        .to("/password", |w| w.t("password-lost-button"))
        .link("/sign-in", |w| w.t("to-sign-in"))
        .shown()
}

/// `POST /password`: the answer is the same whether or not the address is known.
pub(crate) async fn ask(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let (language, _) = crate::envelope::preferred(&headers);
    privacy.ask_reset(&personal(fields.text("email")), language.mail()).await?;
    sent(&server, &headers)
}

fn new_form(headers: &HeaderMap, token: &str) -> Form {
    let form = Form::new(headers, |w| w.t("password-new"));
    let hint = Words(form.language()).t("password-hint");
    form.field(("password", "password", "new-password"), |w| w.t("password-new"), |field| field.hint(hint))
        .to(format!("/password/{}", crate::console::encoded(token)), |w| w.t("password-new-button"))
}

/// `GET /password/{token}`.
pub(crate) async fn new_page(State(server): State<Server>, headers: HeaderMap, Path(token): Path<String>) -> Shown {
    privacy(&server)?;
    new_form(&headers, &token).shown()
}

/// `POST /password/{token}`.
pub(crate) async fn renew(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(token): Path<String>,
    body: Bytes,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    match privacy.reset(&token, &personal(fields.text("password"))).await {
        Ok(()) => Form::new(&headers, |w| w.t("password-set"))
            .lead(|w| w.t("password-set-lead"))
            .link("/sign-in", |w| w.t("to-sign-in"))
            .shown(),
        Err(error @ AccountError::Weak(_)) => new_form(&headers, &token).refused(&error).shown(),
        Err(error @ AccountError::Link) => Form::new(&headers, |w| w.t("password-new"))
            .refused(&error)
            .link("/password", |w| w.t("password-lost"))
            .shown(),
        Err(error) => Err(error.into()),
    }
}
