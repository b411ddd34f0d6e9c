//! Where somebody of the staff is signed in, and the end of what is not them.

use super::{frame, staff};
use crate::{
    account::{me, privacy},
    console::{Shown, gate::redirect, shown},
    guard::Fields,
    pages::StaffSessionsPage,
    problem::Problem,
    session::Session,
    state::Server,
};
use axum::{Extension, extract::State, http::HeaderMap, response::Response};

/// `GET /office/sessions`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    let frame = frame(&session, &headers, "sessions");
    let sessions = me::sessions(privacy(&server)?, staff(&session)?).await?;
    shown(&StaffSessionsPage { frame, sessions })
}

/// `POST /office/sessions`: one of them ends.
pub(crate) async fn end(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, Problem> {
    let you = staff(&session)?.person;
    privacy(&server)?.end_own_session(you, fields.text("session").unwrap_or("")).await?;
    redirect("/office/sessions", Vec::new())
}
