//! The HTTP API: one file a topic.

pub(crate) mod feeds;
pub(crate) mod health;
pub(crate) mod images;
pub(crate) mod insights;
pub(crate) mod keys;
pub(crate) mod learn;
pub(crate) mod openapi;
pub(crate) mod products;
pub(crate) mod recommend;
pub(crate) mod search;
pub(crate) mod taxonomy;
pub(crate) mod visitors;

use crate::{
    guard,
    problem::{Code, Problem},
    state::Server,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use base64::Engine;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use vestry_model::{Region, Sku};

/// What an API handler answers.
pub(crate) type Answer<T> = Result<T, Problem>;

/// A picture as JSON brings it: its bytes in base64, or where to fetch it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureBody {
    /// Base64 of a JPEG, PNG or WebP file.
    pub(crate) base64: Option<String>,
    /// An `http` or `https` address; private networks are refused.
    pub(crate) url: Option<String>,
}

impl PictureBody {
    /// The bytes, fetched when need be.
    pub(crate) async fn bytes(&self, server: &Server) -> Answer<Vec<u8>> {
        match (&self.base64, &self.url) {
            (Some(text), None) => decode(text),
            (None, Some(url)) => {
                server.app.fetcher().fetch(url).await.map_err(|e| Problem::refused(Code::NotFetched, e.to_string()))
            }
            _ => Err(Problem::bad_request("give a picture either as `base64` or as `url`")),
        }
    }
}

/// Base64, also with a `data:` prefix and with line breaks.
pub(crate) fn decode(text: &str) -> Answer<Vec<u8>> {
    let text = text.split_once(";base64,").map_or(text, |(_, data)| data);
    let clean: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD
        .decode(clean.as_bytes())
        .map_err(|e| Problem::bad_request(format!("the picture is not base64: {e}")))
}

/// `[x, y, w, h]` as a region.
pub(crate) fn region(crop: Option<[f32; 4]>) -> Answer<Option<Region>> {
    let Some([x, y, w, h]) = crop else { return Ok(None) };
    Region::new(x, y, w, h).map(Some).map_err(|e| Problem::refused(Code::BadCrop, e.to_string()))
}

/// `x,y,w,h` of a form; empty is the whole.
pub(crate) fn region_text(crop: Option<&str>) -> Answer<Option<Region>> {
    match crop.map(str::trim).filter(|c| !c.is_empty()) {
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|e: vestry_model::RegionError| Problem::refused(Code::BadCrop, e.to_string())),
        None => Ok(None),
    }
}

pub(crate) fn sku(text: &str) -> Answer<Sku> {
    Sku::new(text).map_err(|e| Problem::refused(Code::BadProduct, e.to_string()))
}

/// JSON with errors in our words.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes)
        .map_err(|e| Problem::bad_request(format!("the body is not the JSON wanted: {e}")).hint("see `/api/docs`"))
}

/// A body that is JSON, or a form with files.
pub(crate) enum Body {
    Json(Bytes),
    Form(guard::Fields),
    /// Anything else, with its content type.
    Other(Bytes, String),
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers: HeaderMap = request.headers().clone();
        let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_ascii_lowercase();
        let bytes =
            Bytes::from_request(request, state).await.map_err(|e| Problem::of_status(e.status(), &e.body_text()))?;
        if kind.starts_with("multipart/form-data") {
            Ok(Self::Form(guard::read_fields(&headers, bytes).await?))
        } else if kind.starts_with("application/json") {
            Ok(Self::Json(bytes))
        } else {
            Ok(Self::Other(bytes, kind))
        }
    }
}
