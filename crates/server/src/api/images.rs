//! Pictures: what they show, and those that are stored.

use super::{Answer, Body, PictureBody, feeds::accepted, json, region, region_text};
use crate::{
    guard::{Actor, Fields},
    problem::Problem,
    shapes::{ErrorDocument, JobDocument, TagDocument},
    state::Server,
};
use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vestry_app::{ImageSize, ListedImage};
use vestry_model::{ImageId, Region};

/// A picture to look at, `image`; or many, `images` alone.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagBody {
    /// The picture.
    image: Option<PictureBody>,
    /// Look only at this part: `[x, y, w, h]` in fractions of the upright picture.
    crop: Option<[f32; 4]>,
    /// Up to 1,000 pictures by address; a job fetches and recognises them.
    images: Option<Vec<ListedBody>>,
}

/// One picture of many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedBody {
    /// An `http` or `https` address; private networks are refused.
    url: String,
    /// Look only at this part: `[x, y, w, h]` in fractions of the upright picture.
    crop: Option<[f32; 4]>,
}

/// What a picture shows, or a job over many. Nothing of them is kept.
#[utoipa::path(post, path = "/api/v1/images:tag", tag = "images",
    request_body(description = "JSON, or a form with the file `image` and, if wanted, `crop` as `x,y,w,h`",
        content((TagBody = "application/json"), (String = "multipart/form-data"))),
    responses((status = 200, description = "What it shows", body = TagDocument),
              (status = 202, description = "The job over `images`; its `result` is a `TagListDocument`", body = JobDocument),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 413, description = "More than 32 MiB", body = ErrorDocument),
              (status = 422, description = "Not a picture that is read", body = ErrorDocument)))]
pub(crate) async fn tag_image(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Answer<Response> {
    let (bytes, crop) = match body {
        Body::Json(bytes) => {
            let mut body: TagBody = json(&bytes)?;
            if let Some(images) = body.images.take() {
                return tag_many(&server, &actor, &body, images).await;
            }
            let crop = region(body.crop)?;
            (body.image.unwrap_or_default().bytes(&server).await?, crop)
        }
        Body::Form(fields) => picture_of_form(&server, &fields).await?,
        Body::Other(bytes, kind) if kind.starts_with("image/") => (bytes.to_vec(), None),
        Body::Other(..) => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "")),
    };
    let (seen, model) = server.app.tag_image(actor.organisation, bytes, crop).await?;
    let document = TagDocument::new(&seen, &model, server.app.taxonomy());
    Ok(Json(document).into_response())
}

async fn tag_many(server: &Server, actor: &Actor, body: &TagBody, images: Vec<ListedBody>) -> Answer<Response> {
    if body.image.is_some() || body.crop.is_some() {
        return Err(Problem::bad_request("`images` stands alone; give each picture its own `url` and `crop`"));
    }
    let listed = |i: ListedBody| Ok(ListedImage { crop: region(i.crop)?, url: i.url });
    let images = images.into_iter().map(listed).collect::<Answer<_>>()?;
    let job = server.app.start_tagging(actor.organisation, images).await?;
    accepted(server, actor.organisation, job).await
}

async fn picture_of_form(server: &Server, fields: &Fields) -> Answer<(Vec<u8>, Option<Region>)> {
    let crop = region_text(fields.text("crop"))?;
    match (fields.sent("image")?, fields.text("url")) {
        (Some(file), _) => Ok((file.bytes.to_vec(), crop)),
        (None, Some(url)) => Ok((PictureBody { base64: None, url: Some(url.into()) }.bytes(server).await?, crop)),
        (None, None) => Err(Problem::bad_request("the form has no file `image`")),
    }
}

/// Which size.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SizeQuery {
    /// `thumbnail` (WebP, 400 pixels across) or `full` (JPEG, up to 1,024).
    pub(crate) size: Option<String>,
}

/// A stored picture: upright, without metadata, faces made unreadable.
#[utoipa::path(get, path = "/api/v1/images/{id}", tag = "images", operation_id = "get_image",
    params(("id" = i64, Path, description = "The image's id"), SizeQuery),
    responses((status = 200, description = "The picture", body = [u8], content_type = "image/jpeg"),
              (status = 404, description = "No such image", body = ErrorDocument)))]
pub(crate) async fn image(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(query): Query<SizeQuery>,
) -> Answer<Response> {
    stored(&server, actor.organisation, id, &query).await
}

/// A picture's answer, for API and console.
pub(crate) async fn stored(
    server: &Server,
    organisation: vestry_model::OrganisationId,
    id: i64,
    query: &SizeQuery,
) -> Answer<Response> {
    let size = match query.size.as_deref() {
        Some("thumbnail") => ImageSize::Thumbnail,
        None | Some("full") => ImageSize::Full,
        Some(other) => return Err(Problem::bad_request(format!("`{other}` is no size; use `thumbnail` or `full`"))),
    };
    let (bytes, kind) = server.app.image_bytes(organisation, ImageId::from_row(id), size).await?;
    // An image's id never shows other pixels, except when its source changed; an hour bounds that.
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=3600")], bytes).into_response())
}
