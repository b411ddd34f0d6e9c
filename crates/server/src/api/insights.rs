//! What a shop can learn from what it holds.

use super::Answer;
use crate::{
    guard::Actor,
    problem::Problem,
    shapes::{ErrorDocument, QualityDocument, SharesDocument, UnmetDocument, UsageDocument},
    state::Server,
};
use axum::{
    Extension, Json,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use vestry_app::{By, ShareSource, SharesInput};
use vestry_model::AttributeId;

/// Periods that are shown when nobody says how many.
const PERIODS: usize = 12;
/// Days that are looked back on when nobody says how many.
pub(crate) const DAYS: u32 = 30;

/// Which shares.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharesQuery {
    /// Of what: `catalogue`, which is usual, `searches`, `clicks` or `sales`.
    pub(crate) source: Option<String>,
    /// Of which attribute; `category` when absent.
    pub(crate) attribute: Option<String>,
    /// `week`, which is usual, or `month`.
    pub(crate) by: Option<String>,
    /// How many weeks, 1 to 53, or months, 1 to 36; 12 when absent.
    pub(crate) periods: Option<usize>,
    /// `json`, which is usual, or `csv`.
    pub(crate) format: Option<String>,
}

/// How far back.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DaysQuery {
    /// How many days, 1 to 366; 30 when absent.
    days: Option<u32>,
    /// `json`, which is usual, or `csv`.
    format: Option<String>,
}

/// As what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatQuery {
    /// `json`, which is usual, or `csv`.
    format: Option<String>,
}

impl SharesQuery {
    pub(crate) fn input(&self) -> Answer<SharesInput> {
        let source = self.source.as_deref().unwrap_or("catalogue");
        let found = ShareSource::ALL.into_iter().find(|one| one.as_str() == source);
        let unknown = || {
            let sources = "`catalogue`, `searches`, `clicks` or `sales`";
            Problem::bad_request(format!("`{source}` has no shares; use {sources}"))
        };
        let by = self.by.as_deref().unwrap_or("week");
        let found_by = By::ALL.into_iter().find(|one| one.as_str() == by);
        let no_period = || Problem::bad_request(format!("`{by}` is no period; use `week` or `month`"));
        let attribute = self.attribute.as_deref().unwrap_or("category");
        Ok(SharesInput {
            source: found.ok_or_else(unknown)?,
            attribute: AttributeId::new(attribute)
                .ok_or_else(|| Problem::bad_request(format!("`{attribute}` is no attribute")))?,
            by: found_by.ok_or_else(no_period)?,
            periods: self.periods.unwrap_or(PERIODS),
        })
    }
}

/// A document as JSON, or as the table that it is.
pub(crate) fn written<T: Serialize>(
    document: &T,
    csv: impl FnOnce(&T) -> String,
    (format, name): (Option<&str>, &str),
) -> Answer<Response> {
    match format {
        None | Some("json") => Ok(Json(document).into_response()),
        Some("csv") => {
            let disposition = format!("attachment; filename=\"{name}.csv\"");
            let kind = "text/csv; charset=utf-8";
            Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &disposition)], csv(document))
                .into_response())
        }
        Some(other) => Err(Problem::bad_request(format!("`{other}` is no format; use `json` or `csv`"))),
    }
}

/// Shares of an attribute's values over time, with intervals, and whether they rise or fall.
#[utoipa::path(get, path = "/api/v1/insights/shares", tag = "insights", params(SharesQuery),
    responses((status = 200, description = "The shares", body = SharesDocument),
              (status = 400, description = "Unknown source, period or format", body = ErrorDocument),
              (status = 422, description = "Unknown attribute", body = ErrorDocument)))]
pub(crate) async fn get_shares(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<SharesQuery>,
) -> Answer<Response> {
    let shares = server.app.shares(actor.organisation, query.input()?).await?;
    let document = SharesDocument::new(shares, server.app.taxonomy());
    written(&document, SharesDocument::csv, (query.format.as_deref(), "shares"))
}

/// Searches that found nothing, and the values that come nearest.
#[utoipa::path(get, path = "/api/v1/insights/searches", tag = "insights", params(DaysQuery),
    responses((status = 200, description = "What was not found", body = UnmetDocument),
              (status = 400, description = "Too many days, or an unknown format", body = ErrorDocument)))]
pub(crate) async fn get_unmet_searches(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<DaysQuery>,
) -> Answer<Response> {
    let unmet = server.app.unmet_searches(actor.organisation, query.days.unwrap_or(DAYS)).await?;
    let document = UnmetDocument::new(unmet, server.app.taxonomy());
    written(&document, UnmetDocument::csv, (query.format.as_deref(), "searches"))
}

/// How right the machine is, as people answered in the review.
#[utoipa::path(get, path = "/api/v1/insights/quality", tag = "insights", params(FormatQuery),
    responses((status = 200, description = "Answers and how many were right", body = QualityDocument),
              (status = 400, description = "Unknown format", body = ErrorDocument)))]
pub(crate) async fn get_quality(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<FormatQuery>,
) -> Answer<Response> {
    let quality = server.app.quality(actor.organisation).await?;
    let document = QualityDocument::new(quality, server.app.taxonomy());
    written(&document, QualityDocument::csv, (query.format.as_deref(), "quality"))
}

/// What each key asked.
#[utoipa::path(get, path = "/api/v1/insights/usage", tag = "insights", params(DaysQuery),
    responses((status = 200, description = "Requests by key, day and area", body = UsageDocument),
              (status = 400, description = "Too many days, or an unknown format", body = ErrorDocument)))]
pub(crate) async fn get_usage(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<DaysQuery>,
) -> Answer<Response> {
    let document = UsageDocument::from(server.app.usage(actor.organisation, query.days.unwrap_or(DAYS)).await?);
    written(&document, UsageDocument::csv, (query.format.as_deref(), "usage"))
}
