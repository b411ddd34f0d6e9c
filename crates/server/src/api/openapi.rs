//! The API's description: as a file, and as a page that needs nothing from elsewhere.

use super::{feeds, health, images, insights, keys, learn, products, recommend, search, taxonomy, visitors};
use crate::{
    pages::{OperationView, ReferenceLine, ReferencePage, SchemaView},
    problem::Problem,
    public,
};
use askama::Template;
use axum::{
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

const INTRODUCTION: &str = "Send your key as `Authorization: Bearer vs_…`. A publishable key (`vp_…`) may search, ask for recommendations, tell what visitors do and read the taxonomy. Errors come in one envelope; decide on `error.code` and quote `error.request_id`. Lists are paged by `cursor` and `next`.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Vestry", description = INTRODUCTION),
    paths(
        images::tag_image, images::image,
        products::put_product, products::patch_product, products::get_product, products::delete_product,
        products::list_products, products::put_tag, products::remove_tag,
        feeds::export_products, feeds::import_products, feeds::list_jobs, feeds::get_job,
        search::search, search::similar,
        taxonomy::taxonomy,
        visitors::put_events, visitors::show_visitor, visitors::forget_visitor, recommend::recommend,
        recommend::get_recommender,
        insights::get_shares, insights::get_unmet_searches, insights::get_quality, insights::get_usage,
        learn::list_taught, learn::get_taught, learn::get_lineage, learn::get_version_lineage, learn::list_next_questions, learn::list_versions, learn::publish_version,
        learn::take_back_version, learn::list_forgotten,
        keys::list_keys, keys::make_key, keys::rotate_key, keys::revoke_key,
        health::alive, health::ready, health::metrics,
    ),
    modifiers(&Keys),
)]
struct Api;

/// A key for everything but health, and the operator's token for metrics.
struct Keys;

impl Modify for Keys {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        for (name, description) in
            [("key", "A secret or publishable key"), ("metrics", "The token of `server.metrics_token_file`")]
        {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
            api.components.get_or_insert_default().add_security_scheme(name, SecurityScheme::Http(scheme));
        }
        for (path, item) in &mut api.paths.paths {
            let free = path == "/healthz" || path == "/readyz";
            let scheme = if path == "/metrics" { "metrics" } else { "key" };
            for operation in
                [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
            {
                if !free {
                    operation.security = Some(vec![SecurityRequirement::new(scheme, Vec::<String>::new())]);
                }
            }
        }
    }
}

/// The OpenAPI 3.1 document, pretty, ending in a line break.
pub fn openapi() -> String {
    let mut text = Api::openapi().to_pretty_json().expect("the description is JSON");
    text.push('\n');
    text
}

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi);

/// `GET /api/v1/openapi.json`.
pub(crate) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// `GET /api/docs`.
pub(crate) async fn page(headers: HeaderMap) -> Result<Html<String>, Problem> {
    let frame = public::framed(&headers);
    let api: Value = serde_json::from_str(&DOCUMENT).map_err(|e| Problem::internal(&e))?;
    let page = ReferencePage { frame, operations: operations(&api), schemas: schemas(&api) };
    page.render().map(Html).map_err(|e| Problem::internal(&e))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}

fn operations(api: &Value) -> Vec<OperationView> {
    let mut views = Vec::new();
    for (path, item) in api["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let parameter = |p: &Value| ReferenceLine {
                name: text(&p["name"]),
                place: text(&p["in"]),
                text: text(&p["description"]),
            };
            let body = &operation["requestBody"];
            let kinds = body["content"].as_object().into_iter().flatten().map(|(kind, content)| {
                match kind_of(&content["schema"]) {
                    shape if shape == "string" => kind.clone(),
                    shape => format!("{kind} ({shape})"),
                }
            });
            views.push(OperationView {
                anchor: text(&operation["operationId"]),
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&operation["summary"]),
                description: text(&operation["description"]),
                body: [text(&body["description"]), kinds.collect::<Vec<_>>().join(", ")]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
                parameters: operation["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
                responses: operation["responses"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(status, r)| ReferenceLine {
                        name: status.clone(),
                        place: String::new(),
                        text: text(&r["description"]),
                    })
                    .collect(),
            });
        }
    }
    views
}

fn schemas(api: &Value) -> Vec<SchemaView> {
    let schema = |(name, schema): (&String, &Value)| SchemaView {
        name: name.clone(),
        text: text(&schema["description"]),
        properties: schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, property)| ReferenceLine {
                name: name.clone(),
                place: kind_of(property),
                text: text(&property["description"]),
            })
            .collect(),
    };
    api["components"]["schemas"].as_object().into_iter().flatten().map(schema).collect()
}

/// `string`, `Name`, `TagShape[]`.
fn kind_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().into();
    }
    if let Some(any) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return any.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("{}[]", kind_of(&schema["items"])),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}
