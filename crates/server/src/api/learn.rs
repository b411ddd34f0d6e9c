//! What an organisation's people taught, and exactly what of.

use super::Answer;
use crate::{
    guard::Actor,
    problem::{Code, Problem},
    shapes::ErrorDocument,
    state::Server,
};
use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vestry_app::{
    Bin, CurvePoint, Forgetting, Lineage, LineageLine, Place, PublishedHead, Said, Taught, Verdict, reliability,
};
use vestry_model::{AttributeId, Sku};

/// How what was taught of an attribute came out, beside the head that the server came with. Nothing of a picture was seen by
/// the head that is judged by it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaughtShape {
    /// The attribute.
    #[schema(example = "category")]
    attribute: String,
    /// The heads that it starts from.
    #[schema(example = "apparel@3")]
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
    /// The penalty that was chosen.
    lambda: f64,
    /// What its scores are divided by before they become probabilities.
    temperature: f32,
    /// The probability under which its answer is a question.
    threshold: f32,
    /// Expected calibration error, ten bins of equal mass.
    calibration_error: f64,
    /// Those bins, the least sure first.
    reliability: Vec<BinShape>,
    /// `promote`, `keep`, `not-enough-evidence`, or `not-comparable`.
    #[schema(example = "not-enough-evidence")]
    verdict: &'static str,
    /// How much more was known with each answer, up to all of them.
    curve: Vec<CurveShape>,
    /// Under which names those stand whose word does not count.
    distrusted: Vec<String>,
    /// SHA-256 of the lineage.
    lineage: String,
}

/// Answers on held-out pictures that were about as sure as each other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BinShape {
    /// How sure they were, in the mean.
    sure: f64,
    /// The share that was right.
    right: f64,
    /// How many they are.
    count: usize,
}

/// An attribute of which people said something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaughtAttribute {
    /// The attribute.
    #[schema(example = "category")]
    attribute: String,
    /// The version of its head that recognises pictures now; absent where the shipped one does.
    version: Option<i64>,
}

/// Attributes that are taught.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaughtAttributesShape {
    /// The attributes.
    attributes: Vec<TaughtAttribute>,
}

/// What a head of the first answers alone gets right, of the pictures of all answers that it did not see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CurveShape {
    /// Pictures that had been answered.
    answers: usize,
    /// How many it gets right.
    right: usize,
    /// Of how many.
    held_out: usize,
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

/// The questions that teach most, the first first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextShape {
    /// The questions.
    next: Vec<NextQuestion>,
}

/// A product of which something is asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextQuestion {
    /// The product.
    #[schema(example = "A-1")]
    sku: String,
    /// What the machine says.
    #[schema(example = "dress")]
    value: String,
    /// How sure it is.
    #[schema(example = 0.43)]
    confidence: f32,
}

/// How many questions are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NextQuery {
    /// 1 to 100; 20 unless said.
    limit: Option<usize>,
}

/// Questions that are named where nobody says how many.
const NEXT: usize = 20;
/// Questions that are named at most.
const NEXT_AT_MOST: usize = 100;

/// A published head. Its weights follow from the judgements that it is made of, and are kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionShape {
    /// Its number.
    id: i64,
    /// The heads that it starts from.
    #[schema(example = "apparel@3")]
    shipped: String,
    /// SHA-256 of the list of judgements that it is made of.
    manifest: String,
    /// SHA-256 of the head.
    model: String,
    /// Pictures that it was fitted on.
    examples: usize,
    /// Pictures that it was judged by.
    held_out: usize,
    /// How many of them it got right.
    right: usize,
    /// How many the shipped head got right.
    right_before: usize,
    /// The mean paired difference in shares, and its 95 % bounds.
    difference: [f64; 3],
    /// A pseudonym, or a key.
    #[schema(example = "key-1")]
    who: String,
    /// When it was published.
    at: String,
    /// Whether it recognises pictures now.
    in_use: bool,
    /// When it ended, if it did.
    ended: Option<String>,
    /// `rolled back`, `forgotten`, or `superseded`.
    because: Option<&'static str>,
}

/// Published heads, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionsShape {
    /// The versions.
    versions: Vec<VersionShape>,
}

fn version(PublishedHead { version, evidence, is_in_use }: PublishedHead) -> VersionShape {
    VersionShape {
        id: version.id,
        shipped: version.facts.shipped,
        manifest: version.facts.manifest,
        model: version.facts.model,
        examples: evidence.examples,
        held_out: evidence.held_out,
        right: evidence.right,
        right_before: evidence.right_before,
        difference: evidence.difference,
        who: version.who,
        at: version.at.to_string(),
        in_use: is_in_use,
        ended: version.ended.map(|(at, _)| at.to_string()),
        because: version.ended.map(|(_, end)| end.as_str()),
    }
}

pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Promote => "promote",
        Verdict::Keep => "keep",
        Verdict::NotEnoughEvidence => "not-enough-evidence",
        Verdict::NotComparable => "not-comparable",
    }
}

fn unknown(attribute: &str) -> Problem {
    Problem::not_found(Code::UnknownAttribute, format!("`{attribute}` is no attribute that can be taught"))
        .hint("`GET /api/v1/taxonomy` lists attributes")
}

/// An attribute of the taxonomy.
fn known(server: &Server, attribute: &str) -> Result<AttributeId, Problem> {
    let known = server.app.taxonomy().attribute(attribute).map(|known| known.id.clone());
    known.ok_or_else(|| unknown(attribute))
}

async fn taught(server: &Server, actor: &Actor, attribute: &str) -> Result<Taught, Problem> {
    let id = known(server, attribute)?;
    server.app.taught(actor.organisation, &id).await?.ok_or_else(|| unknown(attribute))
}

/// The attributes of which people said something.
#[utoipa::path(get, path = "/api/v1/learn", tag = "learn", operation_id = "list_taught",
    responses((status = 200, description = "The attributes", body = TaughtAttributesShape),
              (status = 401, description = "No key", body = ErrorDocument)))]
pub(crate) async fn list_taught(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
) -> Answer<Json<TaughtAttributesShape>> {
    let in_use = server.app.heads_in_use(actor.organisation).await?;
    let attribute = |attribute: AttributeId| TaughtAttribute {
        version: in_use.iter().find(|version| version.attribute == attribute).map(|version| version.id),
        attribute: attribute.to_string(),
    };
    let attributes = server.app.taught_attributes(actor.organisation).await?;
    Ok(Json(TaughtAttributesShape { attributes: attributes.into_iter().map(attribute).collect() }))
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
    let taught = taught(&server, &actor, &attribute).await?;
    let curve = server.app.learning_curve(&taught).await?;
    let Taught { head, distrusted, lineage, .. } = taught;
    Ok(Json(TaughtShape {
        attribute,
        shipped: lineage.shipped,
        judgements: lineage.lines.len(),
        examples: head.examples,
        held_out: head.evidence.held_out,
        right: head.evidence.right,
        right_before: head.evidence.right_before,
        difference: head.evidence.difference,
        lambda: head.lambda,
        temperature: head.temperature,
        threshold: head.threshold,
        calibration_error: head.evidence.calibration_error,
        reliability: reliability(&head.evidence.answers)
            .into_iter()
            .map(|Bin { sure, right, count }| BinShape { sure, right, count })
            .collect(),
        verdict: verdict(head.evidence.verdict),
        curve: curve
            .iter()
            .map(|&CurvePoint { answers, right, held_out }| CurveShape { answers, right, held_out })
            .collect(),
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
    Ok(Json(lineage(taught(&server, &actor, &attribute).await?.lineage)))
}

/// Exactly which judgements a published head is made of.
#[utoipa::path(get, path = "/api/v1/learn/{attribute}/versions/{id}/lineage", tag = "learn",
    operation_id = "get_version_lineage",
    params(("attribute" = String, Path, description = "An attribute", example = "category"),
           ("id" = i64, Path, description = "A version")),
    responses((status = 200, description = "Its lineage, as far as it is live", body = LineageShape),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute or version", body = ErrorDocument)))]
pub(crate) async fn get_version_lineage(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path((attribute, id)): Path<(String, i64)>,
) -> Answer<Json<LineageShape>> {
    let attribute = known(&server, &attribute)?;
    let found = server.app.version_lineage(actor.organisation, &attribute, id).await?;
    let unknown = || Problem::not_found(Code::UnknownHead, format!("`{attribute}` has no version {id}"));
    Ok(Json(lineage(found.ok_or_else(unknown)?)))
}

fn lineage(lineage: Lineage) -> LineageShape {
    let judgement = |LineageLine { sequence, image, who, said }: LineageLine| JudgementShape {
        sequence,
        image: image.get(),
        who,
        is: matches!(said, Said::Is(_)),
        value: said.value().to_string(),
    };
    let judgements = lineage.lines.into_iter().map(judgement).collect();
    LineageShape { shipped: lineage.shipped, hash: lineage.hash, judgements }
}

/// What to ask people next about an attribute, so that few answers teach much.
#[utoipa::path(get, path = "/api/v1/learn/{attribute}/next", tag = "learn", operation_id = "list_next_questions",
    params(("attribute" = String, Path, description = "An attribute", example = "category"), NextQuery),
    responses((status = 200, description = "What teaches most, the first first", body = NextShape),
              (status = 400, description = "No such limit", body = ErrorDocument),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute", body = ErrorDocument)))]
pub(crate) async fn list_next_questions(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(attribute): Path<String>,
    Query(query): Query<NextQuery>,
) -> Answer<Json<NextShape>> {
    let id = known(&server, &attribute)?;
    let limit = query.limit.unwrap_or(NEXT);
    if !(1..=NEXT_AT_MOST).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` is 1 to {NEXT_AT_MOST}, not `{limit}`")));
    }
    let next = server.app.teaching_order(actor.organisation, &id, limit).await?.ok_or_else(|| unknown(&attribute))?;
    let question = |(sku, place): (Sku, Place)| NextQuestion {
        sku: sku.to_string(),
        value: place.value.to_string(),
        confidence: place.confidence.get(),
    };
    Ok(Json(NextShape { next: next.into_iter().map(question).collect() }))
}

/// The published heads of an attribute.
#[utoipa::path(get, path = "/api/v1/learn/{attribute}/versions", tag = "learn", operation_id = "list_versions",
    params(("attribute" = String, Path, description = "An attribute", example = "category")),
    responses((status = 200, description = "Its versions", body = VersionsShape),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute", body = ErrorDocument)))]
pub(crate) async fn list_versions(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(attribute): Path<String>,
) -> Answer<Json<VersionsShape>> {
    let attribute = known(&server, &attribute)?;
    let versions = server.app.published_heads(actor.organisation, &attribute).await?;
    Ok(Json(VersionsShape { versions: versions.into_iter().map(version).collect() }))
}

/// Publishes what was taught of an attribute: it recognises pictures from then on, and looks at the stored ones again.
#[utoipa::path(post, path = "/api/v1/learn/{attribute}/versions", tag = "learn", operation_id = "publish_version",
    params(("attribute" = String, Path, description = "An attribute", example = "category")),
    responses((status = 201, description = "It is in use", body = VersionShape),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute", body = ErrorDocument),
              (status = 409, description = "Not good enough, or in use already", body = ErrorDocument)))]
pub(crate) async fn publish_version(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path(attribute): Path<String>,
) -> Answer<(StatusCode, Json<VersionShape>)> {
    let attribute = known(&server, &attribute)?;
    let published = server.app.publish_head(actor.organisation, &attribute, &actor.who).await?;
    Ok((StatusCode::CREATED, Json(version(published))))
}

/// Takes back the version in use; the one before it recognises pictures again, or the shipped head.
#[utoipa::path(delete, path = "/api/v1/learn/{attribute}/versions/{id}", tag = "learn", operation_id = "take_back_version",
    params(("attribute" = String, Path, description = "An attribute", example = "category"),
           ("id" = i64, Path, description = "The version in use")),
    responses((status = 204, description = "It is taken back"),
              (status = 401, description = "No key", body = ErrorDocument),
              (status = 404, description = "No such attribute", body = ErrorDocument),
              (status = 409, description = "It is not in use", body = ErrorDocument)))]
pub(crate) async fn take_back_version(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
    Path((attribute, id)): Path<(String, i64)>,
) -> Answer<StatusCode> {
    let attribute = known(&server, &attribute)?;
    server.app.roll_back_head(actor.organisation, &attribute, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Models that were made anew because somebody is forgotten.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForgottenShape {
    /// The newest first, a hundred at most. The audit log and certificates say the same.
    forgotten: Vec<ForgettingShape>,
}

/// A model that was made anew.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForgettingShape {
    /// An attribute, or `recommendations`.
    #[schema(example = "category")]
    model: String,
    /// Its version.
    version: i64,
    /// When.
    at: String,
    /// SHA-256 of what it was made of, and of itself.
    before: [String; 2],
    /// The same of what took its place; absent where what is left is not enough for one.
    after: Option<[String; 2]>,
}

/// Models that were made anew because somebody is forgotten, with their digests before and after.
#[utoipa::path(get, path = "/api/v1/learn:forgotten", tag = "learn",
    responses((status = 200, description = "The models", body = ForgottenShape)))]
pub(crate) async fn list_forgotten(
    State(server): State<Server>,
    Extension(actor): Extension<Actor>,
) -> Answer<Json<ForgottenShape>> {
    let one = |one: Forgetting| ForgettingShape {
        model: one.model,
        version: one.version,
        at: one.at.to_string(),
        before: one.before,
        after: one.after,
    };
    let forgotten = server.app.forgettings(actor.organisation).await?;
    Ok(Json(ForgottenShape { forgotten: forgotten.into_iter().map(one).collect() }))
}
