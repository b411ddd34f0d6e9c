//! What visitors are recommended: the lists as somebody would see them who looked at some products, each with its reason, and
//! what recommends.

use super::{Shown, address, frame, shown, taught, tiles, time, trends};
use crate::{
    api::sku,
    pages::{Frame, RecommendedList, RecommendedPage, TileView},
    problem::Problem,
    session::Session,
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri},
};
use serde::Deserialize;
use vestry_app::{
    AppError, BLENDS, BecauseOf, RECOMMENDATIONS, RecommendInput, RecommendedProduct, RecommenderFacts, Wanted,
};
use vestry_model::{OrganisationId, Sku};
use vestry_policy::Policy;

/// Products of one list.
const SHOWN: usize = 12;
/// Products that somebody looked at, at most.
const SEEN: usize = 20;

/// What somebody looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Seen {
    /// SKUs, with white space or commas between them.
    seen: String,
}

impl Seen {
    fn skus(&self) -> Result<Vec<Sku>, Problem> {
        let words = self.seen.split([',', ' ', '\n', '\t']).filter(|word| !word.is_empty());
        words.take(SEEN).map(sku).collect()
    }
}

/// `GET /recommendations`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(seen): Query<Seen>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let (organisation, frame) = (session.organisation(), frame(&server, &session, &headers, &uri, "trends").await?);
    let skus = seen.skus()?;
    let words = frame.words;
    let mut asked = Vec::new();
    if let Some(last) = skus.last() {
        asked = vec![
            (words.t("recommended-for-you"), Wanted::ForYou),
            (words.a("recommended-goes-with", last.as_str()), Wanted::GoesWith(last.clone())),
            (words.a("recommended-similar", last.as_str()), Wanted::Similar(last.clone())),
        ];
    }
    asked.push((words.t("recommended-popular"), Wanted::Popular));
    let (mut lists, mut unknown) = (Vec::new(), String::new());
    for (title, wanted) in asked {
        match list(&server, organisation, title, (wanted, &skus), &frame).await {
            Ok(list) => lists.push(list),
            Err(AppError::UnknownProduct(sku)) => unknown = words.a("recommended-unknown", sku.as_str()),
            Err(error) => return Err(error.into()),
        }
    }
    let facts = facts(&server.app.recommender_facts(organisation).await?, server.app.policy(), words);
    let seen = seen.seen.trim().chars().take(2_000).collect();
    let tabs = trends::tabs(&frame, "/recommendations");
    let mut forgotten = server.app.forgettings(organisation).await?;
    forgotten.retain(|one| one.model == RECOMMENDATIONS);
    let forgotten = taught::forgotten(&server, forgotten, words);
    shown(&RecommendedPage { seen, unknown, lists, facts, forgotten, tabs, frame })
}

/// A list as somebody sees it who looked at `seen`.
async fn list(
    server: &Server,
    organisation: OrganisationId,
    title: String,
    (wanted, seen): (Wanted, &[Sku]),
    frame: &Frame,
) -> Result<RecommendedList, AppError> {
    let input = RecommendInput { seen: seen.to_vec(), limit: SHOWN, ..RecommendInput::new(wanted) };
    let tiles = tiles(server, organisation, &server.app.recommend(organisation, input).await?, frame).await?;
    Ok(RecommendedList { title, tiles })
}

/// Recommended products as tiles that say why.
pub(super) async fn tiles(
    server: &Server,
    organisation: OrganisationId,
    found: &[RecommendedProduct],
    frame: &Frame,
) -> Result<Vec<TileView>, AppError> {
    let ids: Vec<_> = found.iter().map(|one| one.product).collect();
    let views = server.app.products_by_id(organisation, &ids).await?;
    let tile = |one: &RecommendedProduct| {
        let mut tile = tiles::tile(views.get(&one.product)?, server.app.taxonomy(), frame.words);
        tile.chips.clear();
        tile.why = why(&one.because, frame.words);
        tile.alike = address("/recommendations", [("seen", one.sku.as_str())]);
        Some(tile)
    };
    Ok(found.iter().filter_map(tile).collect())
}

fn why(because: &BecauseOf, words: Words) -> String {
    match because {
        BecauseOf::History(None) => words.t("because-history"),
        BecauseOf::History(Some(sku)) | BecauseOf::Product(sku) => words.a("because-product", sku.as_str()),
        BecauseOf::Looks(sku) => words.a("because-looks", sku.as_str()),
        BecauseOf::Popular => words.t("because-popular"),
        BecauseOf::Pinned => words.t("why-pinned"),
    }
}

fn facts(facts: &RecommenderFacts, policy: &Policy, words: Words) -> Vec<(String, String)> {
    let weights = |[look, colour, text]: [f64; 3]| format!("{look} : {colour} : {text}");
    let (choice, [mean, low, high]) = (&facts.choice, facts.choice.difference);
    let mut lines = vec![
        (words.t("recommender-visitors"), words.number(facts.visitors as u64)),
        (words.t("recommender-products"), words.number(facts.products as u64)),
        (words.t("recommender-fitted"), time(policy, facts.fitted)),
        (words.t("recommender-clicks"), words.number(choice.visitors as u64)),
        (words.t("recommender-weights"), weights(choice.weights)),
    ];
    if choice.best > 0 {
        let best = format!("{} · {mean:+.3} ({low:+.3} – {high:+.3})", weights(BLENDS[choice.best]));
        lines.push((words.t("recommender-best"), best));
    }
    lines.push((words.t("taught-lineage"), facts.manifest.clone()));
    lines
}
