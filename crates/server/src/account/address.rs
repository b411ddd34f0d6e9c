//! Another mail address: asked for, confirmed at the new one, undone from the old one.

use super::{form::Form, joining::sent, me::member, personal, privacy};
use crate::{
    console::{Shown, encoded},
    guard::Fields,
    problem::{Problem, too_often},
    session::{COOKIE, Session},
    state::{Network, Server, cookie},
};
use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
};
use vestry_app::AccountError;

fn ask_form(headers: &HeaderMap, session: &Session, mail: &str, has_second: bool) -> Form {
    let form = Form::new(headers, |w| w.t("address"))
        .lead(|w| w.t("address-lead"))
        .hidden("csrf", session.csrf.clone())
        .field(("email", "email", "email"), |w| w.t("address-new"), |f| f.value(mail))
        .field(("password", "password", "current-password"), |w| w.t("password"), |f| f);
    let code = ("code", "text", "one-time-code");
    let form = if has_second { form.field(code, |w| w.t("code-or-recovery"), |f| f) } else { form };
    form.to("/me/address", |w| w.t("address-button")).link("/me", |w| w.t("me"))
}

/// `GET /me/address`.
pub(crate) async fn ask_page(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    let has_second = privacy(&server)?.second(member(&session)?.person).await?.is_on;
    ask_form(&headers, &session, "", has_second).shown()
}

/// `POST /me/address`: the answer is the same whether or not the address is somebody's.
pub(crate) async fn ask(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Shown {
    let (privacy, person) = (privacy(&server)?, member(&session)?.person);
    server.calm(&network)?;
    server.writes_for(session.subject())?;
    let has_second = privacy.second(person).await?.is_on;
    let form = ask_form(&headers, &session, fields.text("email").unwrap_or(""), has_second);
    let language = form.language().mail();
    let (mail, proof) = (personal(fields.text("email")), ["password", "code"].map(|name| personal(fields.text(name))));
    match privacy.ask_mail_change(person, &mail, (&proof[0], &proof[1]), language).await {
        Ok(()) => sent(&server, &headers),
        Err(AccountError::Wrong) => form.problem(|w| w.t("proof-wrong")).shown(),
        Err(error @ AccountError::Privacy(_)) => Err(error.into()),
        Err(error) => form.refused(&error).shown(),
    }
}

/// `GET /me/address/{token}`: a button, so that no mail scanner confirms in somebody's place.
pub(crate) async fn confirm_page(State(server): State<Server>, headers: HeaderMap, Path(link): Path<String>) -> Shown {
    privacy(&server)?;
    Form::new(&headers, |w| w.t("address"))
        .lead(|w| w.t("address-confirm-lead"))
        .to(format!("/me/address/{}", encoded(&link)), |w| w.t("confirm-button"))
        .shown()
}

/// `POST /me/address/{token}`.
pub(crate) async fn confirm(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(link): Path<String>,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    // Whoever confirms where they are signed in stays so.
    let visitor = match cookie(&headers, COOKIE) {
        Some(token) => privacy.visitor(token).await?,
        None => None,
    };
    let session = visitor.as_ref().map(|visitor| &visitor.session);
    ended(&headers, privacy.confirm_mail_change(&link, session).await, /* word */ "address-done")
}

/// `GET /me/address/undo/{token}`.
pub(crate) async fn undo_page(State(server): State<Server>, headers: HeaderMap, Path(link): Path<String>) -> Shown {
    let has_passkeys = privacy(&server)?.passkeys_at().is_some();
    let form = Form::new(&headers, |w| w.t("address-undo")).lead(|w| w.t("address-undo-lead"));
    let form = if has_passkeys { form.lead(|w| w.t("address-undo-passkeys")) } else { form };
    form.to(format!("/me/address/undo/{}", encoded(&link)), |w| w.t("address-undo-button")).shown()
}

/// `POST /me/address/undo/{token}`.
pub(crate) async fn undo(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(link): Path<String>,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    ended(&headers, privacy.undo_mail_change(&link).await, /* word */ "address-undone")
}

fn ended(headers: &HeaderMap, outcome: Result<(), AccountError>, said: &str) -> Shown {
    let form = Form::new(headers, |w| w.t("address")).link("/sign-in", |w| w.t("to-sign-in"));
    match outcome {
        Ok(()) => form.lead(|w| w.t(said)).shown(),
        Err(AccountError::Link) => form.problem(|w| w.t("link-over")).shown(),
        Err(error) => Err(error.into()),
    }
}

impl Server {
    /// Whoever has many letters or downloads made waits.
    pub(crate) fn writes_for(&self, subject: impl std::hash::Hash) -> Result<(), Problem> {
        match self.letters.allows(subject) {
            true => Ok(()),
            false => Err(too_often("that was asked too often within the hour", 180)),
        }
    }
}
