//! Is it there, is it ready, what does it do.

use crate::{
    problem::{Code, Problem},
    state::Server,
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", operation_id = "alive",
    responses((status = 200, description = "It answers", body = str, content_type = "text/plain")))]
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// Whether the database answers too.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "ready",
    responses((status = 200, description = "It can work", body = str, content_type = "text/plain"),
              (status = 503, description = "Its database does not answer", body = crate::shapes::ErrorDocument)))]
pub(crate) async fn ready(State(server): State<Server>) -> Response {
    match server.app.organisations().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, Code::NotReady, "the database does not answer")
                .into_response()
        }
    }
}

/// Requests and indexes of the whole installation, for its operator's Prometheus: the token of `server.metrics_token_file`, not a key.
#[utoipa::path(get, path = "/metrics", tag = "health", operation_id = "metrics",
    responses((status = 200, description = "Prometheus text format", body = str, content_type = "text/plain"),
              (status = 401, description = "Not the token", body = crate::shapes::ErrorDocument)))]
pub(crate) async fn metrics(State(server): State<Server>) -> Response {
    let sweeps = match server.app.privacy() {
        Some(privacy) => privacy.sweep_state().await.ok(),
        None => None,
    };
    let text = server.metrics.text(&server.app, sweeps.as_ref());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
