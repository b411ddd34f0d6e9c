//! API keys: made, rotated, revoked.

use super::{Shown, frame, shown, time};
use crate::{
    api::keys::make as make_key,
    guard::Fields,
    pages::{Frame, KeyLine, KeysPage},
    problem::Problem,
    session::Session,
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use vestry_app::{Key, KeyKind};
use vestry_model::KeyId;

/// `GET /keys`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    page(&server, &session, frame(&server, &session, &headers, &uri, "keys").await?, None).await
}

async fn page(server: &Server, session: &Session, mut frame: Frame, made: Option<String>) -> Shown {
    // A form's answer has the form's address; the switches lead to the page.
    frame.here = "/keys".into();
    let now = server.app.now();
    let keys = server.app.keys(session.organisation()).await?;
    let line = |key: &Key| {
        let origins = match &key.kind {
            KeyKind::Secret => String::new(),
            KeyKind::Publishable { origins } => origins.join(" "),
        };
        KeyLine {
            id: key.id.get(),
            name: key.name.clone(),
            kind: kind(&key.kind, frame.words),
            origins,
            created: time(server.app.policy(), key.created),
            used: key.last_used.map_or_else(|| frame.words.t("never"), |at| time(server.app.policy(), at)),
            live: key.revoked.is_none_or(|at| at > now),
        }
    };
    shown(&KeysPage { keys: keys.iter().map(line).collect(), made, frame })
}

/// What a kind of key is called.
pub(super) fn kind(kind: &KeyKind, words: Words) -> String {
    words.t(match kind {
        KeyKind::Secret => "kind-secret",
        KeyKind::Publishable { .. } => "kind-publishable",
    })
}

/// `POST /keys`: the secret is on this page and nowhere else.
pub(crate) async fn make(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let origins: Vec<String> =
        fields.text("origins").unwrap_or("").split([' ', ',']).filter(|o| !o.is_empty()).map(Into::into).collect();
    let (name, kind) = (fields.text("name").unwrap_or(""), fields.text("kind").unwrap_or(""));
    let made = make_key(&server, session.organisation(), name, kind, &origins).await?;
    page(&server, &session, frame(&server, &session, &headers, &uri, "keys").await?, Some(made.secret)).await
}

/// `POST /keys/{id}`: rotate or revoke.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let (organisation, id) = (session.organisation(), KeyId::from_row(id));
    let made = match fields.text("act") {
        Some("rotate") => Some(server.app.rotate_key(organisation, id, 24).await?.secret),
        Some("revoke") => {
            server.app.revoke_key(organisation, id).await?;
            None
        }
        _ => return Err(Problem::bad_request("the form says neither rotate nor revoke")),
    };
    page(&server, &session, frame(&server, &session, &headers, &uri, "keys").await?, made).await
}
