//! Feeds in and out, and the jobs that read them.

use super::{Answer, Body, json};
use crate::{
    guard::Actor,
    problem::Problem,
    shapes::{ErrorDocument, JobDocument},
    state::Server,
};
use axum::{
    Extension, Json,
    body::{Body as Stream, Bytes},
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use vestry_app::{ExportFormat, feed::Mapping};
use vestry_model::{JobId, OrganisationId};

/// Imports a feed of products as a job.
#[utoipa::path(post, path = "/api/v1/products:import", tag = "products",
    request_body(description = "A CSV or JSONL file as the body, or a form with the file `feed` and, if wanted, its `mapping` as JSON",
        content((String = "text/csv"), (String = "application/x-ndjson"), (String = "multipart/form-data"))),
    responses((status = 202, description = "The job; `Location` says where to ask how far it is", body = JobDocument),
              (status = 422, description = "Not a feed that can be read", body = ErrorDocument)))]
pub(crate) async fn import_products(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    body: Body,
) -> Answer<Response> {
    let (bytes, mapping) = feed(body)?;
    let source = server.app.keep_upload(bytes.to_vec()).await?;
    let id = server.app.start_import(actor.organisation, source, mapping).await?;
    accepted(&server, actor.organisation, id).await
}

/// 202 with the job, and where to ask how far it is.
pub(super) async fn accepted(server: &Server, organisation: OrganisationId, id: JobId) -> Answer<Response> {
    let job = document(server, organisation, id).await?;
    let location = HeaderValue::from_str(&format!("/api/v1/jobs/{id}")).map_err(|e| Problem::internal(&e))?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(job)).into_response())
}

fn feed(body: Body) -> Answer<(Bytes, Option<Mapping>)> {
    match body {
        Body::Form(fields) => {
            let mapping = fields.text("mapping").map(|text| json(text.as_bytes())).transpose()?;
            let file = fields.sent("feed")?.ok_or_else(|| Problem::bad_request("the form has no file `feed`"))?;
            Ok((file.bytes.clone(), mapping))
        }
        Body::Json(bytes) | Body::Other(bytes, _) => Ok((bytes, None)),
    }
}

async fn document(server: &Server, organisation: OrganisationId, id: JobId) -> Answer<JobDocument> {
    let job = server.app.job(organisation, id).await?;
    let errors = server.app.job_errors(organisation, id).await?;
    Ok(JobDocument::new(&job, &errors, server.app.now(), server.app.taxonomy()))
}

/// How far a job is, and which rows it refused.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = i64, Path, description = "The job's id")),
    responses((status = 200, description = "The job", body = JobDocument),
              (status = 404, description = "No such job", body = ErrorDocument)))]
pub(crate) async fn get_job(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
) -> Answer<Json<JobDocument>> {
    Ok(Json(document(&server, actor.organisation, JobId::from_row(id)).await?))
}

/// The newest hundred jobs, without their errors.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs",
    responses((status = 200, description = "Jobs, the newest first", body = Vec<JobDocument>)))]
pub(crate) async fn list_jobs(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
) -> Answer<Json<Vec<JobDocument>>> {
    let now = server.app.now();
    let jobs = server.app.jobs(actor.organisation, 100).await?;
    Ok(Json(jobs.iter().map(|job| JobDocument::new(job, &[], now, server.app.taxonomy())).collect()))
}

/// As what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// `csv` or `jsonl`; `jsonl` when absent.
    format: Option<String>,
}

/// All products with their tags, by SKU; importing the file again changes nothing. `tag:` columns hold what is sure,
/// `suggested:` columns what a model says; what is still to review is left out.
#[utoipa::path(get, path = "/api/v1/products:export", tag = "products", params(ExportQuery),
    responses((status = 200, description = "All products", body = String, content_type = "application/x-ndjson"),
              (status = 400, description = "Unknown format", body = ErrorDocument)))]
pub(crate) async fn export_products(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<ExportQuery>,
) -> Answer<Response> {
    let (format, kind, name) = match query.format.as_deref() {
        Some("csv") => (ExportFormat::Csv, "text/csv; charset=utf-8", "attachment; filename=\"products.csv\""),
        None | Some("jsonl") => {
            (ExportFormat::JsonLines, "application/x-ndjson", "attachment; filename=\"products.jsonl\"")
        }
        Some(other) => return Err(Problem::bad_request(format!("`{other}` is no format; use `csv` or `jsonl`"))),
    };
    let export = server.app.export(actor.organisation, format).await?;
    let body = Stream::from_stream(stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(part) => Ok(part.map(|part| (Bytes::from(part), export))),
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                Err(std::io::Error::other("the export broke off"))
            }
        }
    }));
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}
