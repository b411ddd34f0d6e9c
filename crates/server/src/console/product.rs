//! A product: its pictures, its tags with how sure they are, its history, and what looks like it.

use super::{Shown, encoded, frame, recommended, shown, tiles, time};
use crate::{
    api::{
        images::{SizeQuery, stored},
        sku,
    },
    guard::Fields,
    pages::{Frame, HistoryLine, Look, OptionView, ProductPage, TagLook, TagRow, TagView, TileView},
    problem::Problem,
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::{HeaderMap, Uri},
    response::{Redirect, Response},
};
use vestry_app::{AppError, Correction, ProductView, RecommendInput, Wanted};
use vestry_model::{OrganisationId, ProductId, Sku, Source, Tag, TagState, taxonomy::Attribute};

/// Look-alikes under a product.
const ALIKE: usize = 12;

/// `GET /products/{sku}`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Path(sku_text): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let sku = sku(&sku_text)?;
    let organisation = session.organisation();
    let view = server.app.product(organisation, &sku).await?;
    let history = server.app.tag_history(organisation, &sku).await?;
    let frame = frame(&server, &session, &headers, &uri, "catalogue").await?;
    let alike = alike(&server, organisation, &sku, &frame).await?;
    let input = RecommendInput { limit: ALIKE, ..RecommendInput::new(Wanted::GoesWith(sku)) };
    let goes_with = server.app.recommend(organisation, input).await?;
    let goes_with = recommended::tiles(&server, organisation, &goes_with, &frame).await?;
    let history = history.iter().rev().map(|c| line(c, &server, &frame)).collect();
    shown(&page(&server, frame, &view, history, (alike, goes_with)))
}

/// Look-alikes; none while the product has no picture in the index.
async fn alike(
    server: &Server,
    organisation: OrganisationId,
    sku: &Sku,
    frame: &Frame,
) -> Result<Vec<TileView>, Problem> {
    let answer = match server.app.similar(organisation, sku, ALIKE).await {
        Ok(answer) => answer,
        Err(AppError::Index(vestry_search::IndexError::NoSuchProduct(_))) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let ids: Vec<ProductId> = answer.results.iter().map(|hit| hit.product).collect();
    let views = server.app.products_by_id(organisation, &ids).await?;
    let tile = |hit: &vestry_search::Hit| {
        Some(tiles::found(hit, views.get(&hit.product)?, server.app.taxonomy(), frame.words))
    };
    Ok(answer.results.iter().filter_map(tile).collect())
}

fn page(
    server: &Server,
    frame: Frame,
    view: &ProductView,
    history: Vec<HistoryLine>,
    (alike, goes_with): (Vec<TileView>, Vec<TileView>),
) -> ProductPage {
    let (product, words) = (&view.product.product, frame.words);
    let title = tiles::title(view, words);
    let other = product.title.pick(!words.is_korean()).to_owned();
    let pictures: Vec<_> =
        view.images.iter().filter(|i| i.picture().is_some()).map(|i| tiles::picture(Some(i), &title)).collect();
    let attributes = server.app.taxonomy().attributes();
    ProductPage {
        sku: product.sku.to_string(),
        subtitle: if other == title { String::new() } else { other },
        brand: product.brand.clone().unwrap_or_default(),
        price: tiles::price(product.price, words),
        description: product.description.pick(words.is_korean()).into(),
        link: product.link.clone().filter(|l| l.starts_with("https://") || l.starts_with("http://")),
        facts: product.own.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        main_picture: pictures.first().cloned().unwrap_or_default(),
        pictures,
        tags_action: format!("/products/{}/tags", encoded(product.sku.as_str())),
        rows: attributes.iter().filter_map(|a| row(a, view, &frame)).collect(),
        addable: attributes.iter().map(|a| empty_row(a, &frame)).collect(),
        history,
        alike,
        goes_with,
        title,
        frame,
    }
}

fn empty_row(attribute: &Attribute, frame: &Frame) -> TagRow {
    let korean = frame.words.is_korean();
    let option =
        |v: &vestry_model::taxonomy::Value| OptionView { id: v.id.to_string(), name: v.name.pick(korean).into() };
    TagRow {
        attribute: attribute.id.to_string(),
        name: attribute.name.pick(korean).into(),
        tags: Vec::new(),
        options: attribute.values.iter().map(option).collect(),
    }
}

fn row(attribute: &Attribute, view: &ProductView, frame: &Frame) -> Option<TagRow> {
    let tags: Vec<TagView> =
        view.tags.iter().filter(|t| t.attribute == attribute.id).map(|t| tag(t, attribute, frame)).collect();
    (!tags.is_empty()).then(|| TagRow { tags, ..empty_row(attribute, frame) })
}

fn tag(tag: &Tag, attribute: &Attribute, frame: &Frame) -> TagView {
    let value = attribute.values.iter().find(|v| v.id == tag.value);
    let is_said = tag.state == TagState::Confirmed;
    TagView {
        value: tag.value.to_string(),
        name: value.map_or_else(|| tag.value.to_string(), |v| v.name.pick(frame.words.is_korean()).into()),
        state: TagLook(Look::from(tag.state)),
        percent: (!is_said).then(|| (tag.confidence.get() * 100.0).round() as u8),
        source: match tag.source {
            Source::Catalogue => frame.words.t("source-catalogue"),
            Source::Model(_) | Source::Person(_) => frame.words.t("source-person"),
        },
        dot: value.and_then(|v| v.rgb.first()).map(ToString::to_string),
    }
}

pub(super) fn line(correction: &Correction, server: &Server, frame: &Frame) -> HistoryLine {
    let (taxonomy, words) = (server.app.taxonomy(), frame.words);
    let attribute = correction.attribute.as_str();
    let name = |value: &vestry_model::ValueId| tiles::value_name(taxonomy, attribute, value.as_str(), words);
    HistoryLine {
        at: correction.at.to_string(),
        shown: time(server.app.policy(), correction.at),
        attribute: taxonomy.attribute(attribute).map_or(attribute, |a| a.name.pick(words.is_korean())).into(),
        change: match (&correction.old, &correction.new) {
            (Some(old), Some(new)) if old != new => format!("{} → {}", name(old), name(new)),
            (_, Some(new)) => words.a("history-added", &name(new)),
            (Some(old), None) => words.a("history-removed", &name(old)),
            (None, None) => String::new(),
        },
        who: match correction.who.as_str() {
            "catalogue" => words.t("who-catalogue"),
            who => super::who(who, frame),
        },
        undone: correction.undone.is_some(),
    }
}

/// `POST /products/{sku}/tags`: accept, reject, change or add.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    Path(sku_text): Path<String>,
) -> Result<Redirect, Problem> {
    let (sku, organisation, who) = (sku(&sku_text)?, session.organisation(), server.pseudonym(&session));
    let missing = || Problem::bad_request("the form names no tag");
    let (attribute, value) = match fields.text("tag").and_then(|t| t.split_once('=')) {
        Some(tag) => tag,
        None => (fields.text("attribute").ok_or_else(missing)?, fields.text("value").ok_or_else(missing)?),
    };
    let (attribute, value) = server.app.tag_ids(attribute, value)?;
    match fields.text("act") {
        Some("accept" | "add") => server.app.put_tag(organisation, &sku, (&attribute, &value), &who).await?,
        Some("reject") => server.app.remove_tag(organisation, &sku, (&attribute, &value), &who).await?,
        Some("change") => {
            let old = fields.text("old").map(|old| server.app.tag_ids(attribute.as_str(), old)).transpose()?;
            // Where an attribute has several values, the changed one would stay beside the new one.
            if let Some((_, old)) = old.filter(|(_, old)| *old != value) {
                server.app.remove_tag(organisation, &sku, (&attribute, &old), &who).await?;
            }
            server.app.put_tag(organisation, &sku, (&attribute, &value), &who).await?;
        }
        _ => return Err(Problem::bad_request("the form says neither accept, reject, change nor add")),
    }
    Ok(Redirect::to(&format!("/products/{}", encoded(&sku_text))))
}

/// `GET /pictures/{id}`.
pub(crate) async fn picture(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Path(id): Path<i64>,
    Query(query): Query<SizeQuery>,
) -> Result<Response, Problem> {
    stored(&server, session.organisation(), id, &query).await
}
