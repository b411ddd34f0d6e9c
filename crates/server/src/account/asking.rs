//! What a member is asked after a login: consents of their own on coming of age, and anew when what they agreed to has
//! other terms. No box is ticked beforehand; whoever ticks none loses nothing else.

use super::{joining::consent_text, me::member, privacy};
use crate::{
    console::{Shown, frame, gate::own, gate::redirect, shown},
    guard::Fields,
    pages::{AgreePage, ConsentBox},
    problem::Problem,
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct AgreeQuery {
    #[serde(default)]
    next: String,
}

/// `GET /me/agree`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(query): Query<AgreeQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let (privacy, visitor) = (privacy(&server)?, member(&session)?);
    let mut frame = frame(&server, &session, &headers, &uri, "me").await?;
    frame.here = "/me/agree".into();
    let policy = privacy.policy();
    let asks = privacy.asks_for(visitor.person).await?;
    let language = frame.words.0;
    let one = |purpose: &vestry_policy::PurposeId| ConsentBox {
        name: policy.purpose(*purpose).id.clone(),
        text: consent_text(policy, *purpose, language),
    };
    shown(&AgreePage {
        of_age: asks.of_age,
        boxes: asks.purposes.iter().map(one).collect(),
        next: own(&query.next, "/catalogue").into(),
        frame,
    })
}

/// `POST /me/agree`: what was ticked is agreed to, what was not is not.
pub(crate) async fn answer(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (privacy, visitor) = (privacy(&server)?, member(&session)?);
    let language = frame(&server, &session, &headers, &uri, "me").await?.words.0;
    let policy = privacy.policy();
    let ticked = fields.texts("agree").filter_map(|name| policy.purpose_named(name));
    let agreed: Vec<_> = ticked.map(|purpose| (purpose, consent_text(policy, purpose, language))).collect();
    privacy.answer_asked(visitor.person, &agreed).await?;
    redirect(own(fields.text("next").unwrap_or(""), "/catalogue"), Vec::new())
}
