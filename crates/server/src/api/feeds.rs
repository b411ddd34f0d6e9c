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
use vestry_app::{ProductView, feed::Mapping};
use vestry_model::{JobId, OrganisationId, Sku, TagState, Taxonomy};

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
    let job = document(&server, actor.organisation, id).await?;
    let location = HeaderValue::from_str(&format!("/api/v1/jobs/{id}")).map_err(|e| Problem::internal(&e))?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(job)).into_response())
}

fn feed(body: Body) -> Answer<(Bytes, Option<Mapping>)> {
    match body {
        Body::Form(fields) => {
            let mapping = fields.text("mapping").map(|text| json(text.as_bytes())).transpose()?;
            let file = fields.file("feed").ok_or_else(|| Problem::bad_request("the form has no file `feed`"))?;
            Ok((file.bytes.clone(), mapping))
        }
        Body::Json(bytes) | Body::Other(bytes, _) => Ok((bytes, None)),
    }
}

async fn document(server: &Server, organisation: OrganisationId, id: JobId) -> Answer<JobDocument> {
    let job = server.app.job(organisation, id).await?;
    let errors = server.app.job_errors(organisation, id).await?;
    Ok(JobDocument::new(&job, &errors, server.app.now()))
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
    Ok(Json(jobs.iter().map(|job| JobDocument::new(job, &[], now)).collect()))
}

/// As what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// `csv` or `jsonl`; `jsonl` when absent.
    format: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Csv,
    JsonLines,
}

/// All products with their tags, by SKU. The CSV has a column an attribute, several values joined by `|`; what is
/// still to review is left out of it.
#[utoipa::path(get, path = "/api/v1/products:export", tag = "products", params(ExportQuery),
    responses((status = 200, description = "All products", body = String, content_type = "application/x-ndjson"),
              (status = 400, description = "Unknown format", body = ErrorDocument)))]
pub(crate) async fn export_products(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<ExportQuery>,
) -> Answer<Response> {
    let (format, kind, name) = match query.format.as_deref() {
        Some("csv") => (Format::Csv, "text/csv; charset=utf-8", "attachment; filename=\"products.csv\""),
        None | Some("jsonl") => (Format::JsonLines, "application/x-ndjson", "attachment; filename=\"products.jsonl\""),
        Some(other) => return Err(Problem::bad_request(format!("`{other}` is no format; use `csv` or `jsonl`"))),
    };
    let body = Stream::from_stream(pages(server, actor.organisation, format));
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// A page of the database at a time, so that memory stays small however large the catalogue is.
fn pages(
    server: Server,
    organisation: OrganisationId,
    format: Format,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    let start = Some((None::<Sku>, true));
    stream::unfold(start, move |state| {
        let server = server.clone();
        async move {
            let (after, first) = state?;
            let page = match server.app.export_page(organisation, after.as_ref()).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "an export broke off");
                    return Some((Err(std::io::Error::other("the export broke off")), None));
                }
            };
            if page.is_empty() && !first {
                return None;
            }
            let last = page.last().map(|p| p.product.product.sku.clone());
            let text = match format {
                Format::JsonLines => json_lines(&page, server.app.taxonomy()),
                Format::Csv => csv_rows(&page, server.app.taxonomy(), first),
            };
            Some((text.map(Bytes::from), last.map(|sku| (Some(sku), false))))
        }
    })
}

fn json_lines(page: &[ProductView], taxonomy: &Taxonomy) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for view in page {
        serde_json::to_writer(&mut out, &crate::shapes::ProductDocument::new(view, taxonomy))?;
        out.push(b'\n');
    }
    Ok(out)
}

const COLUMNS: [&str; 12] = [
    "sku",
    "title_ko",
    "title_en",
    "description_ko",
    "description_en",
    "brand",
    "price",
    "currency",
    "group",
    "link",
    "images",
    "own",
];

fn csv_rows(page: &[ProductView], taxonomy: &Taxonomy, header: bool) -> std::io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let attributes = || taxonomy.attributes().iter().map(|a| a.id.as_str());
    if header {
        out.write_record(COLUMNS.into_iter().chain(attributes()))?;
    }
    for view in page {
        let product = &view.product.product;
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        let images: Vec<&str> = view.images.iter().map(|i| i.source.as_str()).collect();
        let own = if product.own.is_empty() { String::new() } else { serde_json::to_string(&product.own)? };
        let fixed = [
            product.sku.to_string(),
            text(&product.title.ko),
            text(&product.title.en),
            text(&product.description.ko),
            text(&product.description.en),
            text(&product.brand),
            product.price.map(|p| p.to_string()).unwrap_or_default(),
            product.price.map(|p| p.currency.as_str().to_owned()).unwrap_or_default(),
            text(&product.group),
            text(&product.link),
            images.join("|"),
            own,
        ];
        let values = attributes().map(|attribute| {
            let tags = view.tags.iter().filter(|t| t.attribute.as_str() == attribute && t.state != TagState::ToReview);
            tags.map(|t| t.value.as_str()).collect::<Vec<_>>().join("|")
        });
        out.write_record(fixed.into_iter().chain(values))?;
    }
    out.into_inner().map_err(|e| e.into_error())
}
