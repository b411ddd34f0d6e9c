//! The words that filters and tags use.

use crate::{
    shapes::{AttributeShape, ErrorDocument},
    state::Server,
};
use axum::{Json, extract::State};

/// All attributes with their values, in Korean and English.
#[utoipa::path(get, path = "/api/v1/taxonomy", tag = "taxonomy", operation_id = "get_taxonomy",
    responses((status = 200, description = "All attributes", body = Vec<AttributeShape>),
              (status = 401, description = "No key", body = ErrorDocument)))]
pub(crate) async fn taxonomy(State(server): State<Server>) -> Json<Vec<AttributeShape>> {
    Json(server.app.taxonomy().attributes().iter().map(AttributeShape::from).collect())
}
