//! What an organisation's people taught, and exactly what of.

use super::Answer;
use crate::{guard::Actor, problem::Problem, shapes::ErrorDocument, state::Server};
use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;
use vestry_app::{LineageLine, Said, Taught, Verdict};
use vestry_model::AttributeId;

/// How what was taught of an attribute came out, beside the head that the server came with. Nothing of a picture was seen by
/// the head that is judged by it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaughtShape {
    /// The attribute.
    #[schema(example = "category")]
    attribute: String,
    /// The heads that it starts from.
    #[schema(example = "apparel@2")]
    shipped: String,
    /// Judgements that are live.
    judgements: usize,
    /// Pictures that they come to.
    examples: usize,
    /// Pictures that it was judged by.
    held_out: usize,
    /// How many of them it got right.
    right: usize,
    /// How many the shipped head got right.
    right_before: usize,
    /// The mean paired difference in shares, and its 95 % bounds.
    difference: [f64; 3],
    /// Expected calibration error, ten bins of equal mass.
    calibration_error: f64,
    /// `promote`, `keep`, or `not-enough-evidence`.
    #[schema(example = "not-enough-evidence")]
    verdict: &'static str,
    /// Under which names those stand whose word does not count.
    distrusted: Vec<String>,
    /// SHA-256 of the lineage.
    lineage: String,
}

/// Exactly what a head is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageShape {
    /// The heads that it starts from.
    shipped: String,
    /// SHA-256 over that and the judgements.
    hash: String,
    /// The judgements, in the order in which they were made.
    judgements: Vec<JudgementShape>,
}

/// One judgement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgementShape {
    /// Its place among all corrections.
    sequence: i64,
    /// The picture.
    image: i64,
    /// A pseudonym, a key, or the shop's own data.
    #[schema(example = "key-1")]
    who: String,
    /// Whether it has the value; or has not.
    is: bool,
    /// The value.
    #[schema(example = "dress")]
    value: String,
}

pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Promote => "promote",
        Verdict::Keep => "keep",
        Verdict::NotEnoughEvidence => "not-enough-evidence",
    }
}

async fn taught(server: &Server, actor: &Actor, attribute: &str) -> Result<Taught, Problem> {
    let unknown = || {
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown_attribute",
            format!("`{attribute}` is no attribute that can be taught"),
        )
        .hint("`GET /api/v1/taxonomy` lists attributes")
    };
    let id = AttributeId::new(attribute).ok_or_else(unknown)?;
    server.app.taught(actor.organisation, &id).await?.ok_or_else(unknown)
}

/// How what people taught of an attribute came out.
#[utoipa::path(get, path = "/api/v1/learn/{attribute}", tag = "learn", operation_id = "get_taught",
    params(("attribute" = String, Path, description = "An attribute", example = "category")),
    responses((status = 200, description = "What was taught", body = TaughtShape),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute", body = ErrorDocument)))]
pub(crate) async fn get_taught(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(attribute): Path<String>,
) -> Answer<Json<TaughtShape>> {
    let Taught { head, distrusted, lineage } = taught(&server, &actor, &attribute).await?;
    Ok(Json(TaughtShape {
        attribute,
        shipped: lineage.shipped,
        judgements: lineage.lines.len(),
        examples: head.examples,
        held_out: head.evidence.held_out,
        right: head.evidence.right,
        right_before: head.evidence.right_before,
        difference: head.evidence.difference,
        calibration_error: head.evidence.calibration_error,
        verdict: verdict(head.evidence.verdict),
        distrusted,
        lineage: lineage.hash,
    }))
}

/// Exactly which judgements it is made of.
#[utoipa::path(get, path = "/api/v1/learn/{attribute}/lineage", tag = "learn", operation_id = "get_lineage",
    params(("attribute" = String, Path, description = "An attribute", example = "category")),
    responses((status = 200, description = "Its lineage", body = LineageShape),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute", body = ErrorDocument)))]
pub(crate) async fn get_lineage(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(attribute): Path<String>,
) -> Answer<Json<LineageShape>> {
    let lineage = taught(&server, &actor, &attribute).await?.lineage;
    let judgement = |LineageLine { sequence, image, who, said }: LineageLine| JudgementShape {
        sequence,
        image: image.get(),
        who,
        is: matches!(said, Said::Is(_)),
        value: said.value().to_string(),
    };
    let judgements = lineage.lines.into_iter().map(judgement).collect();
    Ok(Json(LineageShape { shipped: lineage.shipped, hash: lineage.hash, judgements }))
}
