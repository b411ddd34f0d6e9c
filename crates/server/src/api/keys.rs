//! API keys.

use super::{Answer, json};
use crate::{
    guard::Actor,
    problem::{Code, Problem},
    shapes::{ErrorDocument, KeyShape, NewKeyDocument},
    state::Server,
};
use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::ToSchema;
use vestry_app::KeyKind;
use vestry_model::{KeyId, OrganisationId};

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyBody {
    /// What you call it.
    name: String,
    /// `secret` or `publishable`.
    #[schema(example = "publishable")]
    kind: String,
    /// For a publishable key: the pages that may use it, such as `https://shop.example`.
    #[serde(default)]
    origins: Vec<String>,
}

/// How to rotate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RotateBody {
    /// How long the old key still works; 24 when absent, at most 720.
    overlap_hours: Option<u16>,
}

/// All keys, the newest first, without their secrets.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys",
    responses((status = 200, description = "All keys", body = Vec<KeyShape>),
              (status = 401, description = "No key", body = ErrorDocument)))]
pub(crate) async fn list_keys(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
) -> Answer<Json<Vec<KeyShape>>> {
    let keys = server.app.keys(actor.organisation).await?;
    Ok(Json(keys.iter().map(KeyShape::from).collect()))
}

/// Makes a key; its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = KeyBody,
    responses((status = 201, description = "The key", body = NewKeyDocument),
              (status = 422, description = "Not a key that can be made", body = ErrorDocument)))]
pub(crate) async fn make_key(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Answer<(StatusCode, Json<NewKeyDocument>)> {
    let body: KeyBody = json(&body)?;
    let made = make(&server, actor.organisation, &body.name, &body.kind, &body.origins).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Makes a key, for API and console.
pub(crate) async fn make(
    server: &Server,
    organisation: OrganisationId,
    name: &str,
    kind: &str,
    origins: &[String],
) -> Answer<NewKeyDocument> {
    let refuse = |message: String| Problem::refused(Code::BadKey, message);
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(refuse("a key needs a name of 1 to 80 characters".into()));
    }
    let kind = match kind {
        "secret" => KeyKind::Secret,
        "publishable" if origins.is_empty() => {
            return Err(refuse("a publishable key works from its origins alone; write `https://shop.example`".into()));
        }
        "publishable" => KeyKind::Publishable { origins: origins.iter().map(|o| origin(o)).collect::<Answer<_>>()? },
        other => return Err(refuse(format!("`{other}` is no kind of key; use `secret` or `publishable`"))),
    };
    let made = server.app.make_key(organisation, kind, name).await?;
    Ok(NewKeyDocument { id: made.id.get(), secret: made.secret })
}

/// An origin as browsers send it: scheme, host and perhaps a port, no path.
fn origin(text: &str) -> Answer<String> {
    let text = text.trim().trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host.filter(|h| {
        !h.is_empty() && h.len() <= 253 && h.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    }) {
        Some(_) => Ok(text.to_ascii_lowercase()),
        None => Err(Problem::refused(Code::BadKey, format!("`{text}` is no origin; write `https://shop.example`"))),
    }
}

/// Makes a new key in place of one, which works on for a while.
#[utoipa::path(post, path = "/api/v1/keys/{id}/rotate", tag = "keys", request_body = RotateBody,
    params(("id" = i64, Path, description = "The key's id")),
    responses((status = 201, description = "The new key", body = NewKeyDocument),
              (status = 404, description = "No such key", body = ErrorDocument)))]
pub(crate) async fn rotate_key(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    body: Bytes,
) -> Answer<(StatusCode, Json<NewKeyDocument>)> {
    let body: RotateBody = if body.is_empty() { RotateBody::default() } else { json(&body)? };
    let hours = body.overlap_hours.unwrap_or(24).min(720);
    let made = server.app.rotate_key(actor.organisation, KeyId::from_row(id), hours).await?;
    Ok((StatusCode::CREATED, Json(NewKeyDocument { id: made.id.get(), secret: made.secret })))
}

/// Refuses a key from now on.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys",
    params(("id" = i64, Path, description = "The key's id")),
    responses((status = 204, description = "It is refused from now on"),
              (status = 404, description = "No such key", body = ErrorDocument)))]
pub(crate) async fn revoke_key(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
) -> Answer<StatusCode> {
    server.app.revoke_key(actor.organisation, KeyId::from_row(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
