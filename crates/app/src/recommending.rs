//! What is recommended to a shop's visitors, from what they did.
//!
//! The truth is the table of events. A recommender in memory is fitted to what stands there, and again some time after it
//! changed; a visitor's own history is read at each request, so that what they did a moment ago counts at once. It is kept
//! nowhere, so no backup holds what is not live any more.

use crate::{App, AppError, RuleInput};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};
use vestry_learn::{
    blend::{Choice, Clicks, Shown},
    recommend::{Arrangement, Because, Deed, Event, Fresh, HELD, Histories, Model, Recommended, arrange, fit},
};
use vestry_model::{DeedKind, ImageId, OrganisationId, ProductId, Sku, Visitor, VisitorName};
use vestry_search::{Filter, Glance, Index, IndexError, Weights};
use vestry_store::{Store, StoreError, StoredEvent, StoredSearch};

/// How often it is looked whether anything changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A recommender rests so many times as long as fitting it took.
const REST: i32 = 10;
/// Rows read at once.
const ROWS: u32 = 10_000;
/// Visitors whose events are read at once.
pub(crate) const VISITORS: u32 = 1_000;
/// New products that are recommended before anybody had to do with them.
const NEW: usize = 200;
/// Look-alikes that speak for such a product.
const ALIKE: usize = 5;
/// Of how many things that a visitor did last look-alikes are shown.
const LATEST: usize = 3;

/// Recommenders in memory, one an organisation.
#[derive(Debug, Default)]
pub(crate) struct Recommenders {
    places: Mutex<HashMap<OrganisationId, Place>>,
    /// Held by whoever takes a visitor out: the next one starts from what is left.
    pub(crate) forgetting: tokio::sync::Mutex<()>,
}

type Place = Arc<tokio::sync::Mutex<Kept>>;

#[derive(Debug, Default)]
struct Kept {
    recommender: Option<Arc<Recommender>>,
    /// How often events had changed when somebody was forgotten last: what was fitted to less still knows them.
    floor: i64,
}

/// What an organisation's visitors come to.
#[derive(Debug)]
pub(crate) struct Recommender {
    /// How often events had changed.
    pub(crate) as_of: i64,
    /// Of what it is made of, and of itself.
    digests: [String; 2],
    model: Model,
    clicks: Clicks,
    /// Which weights of a search they speak for.
    choice: Choice,
    fresh: Fresh,
    fitted: Timestamp,
    took: SignedDuration,
}

/// What an organisation's recommender is made of, and how it came out.
#[derive(Debug, Clone, PartialEq)]
pub struct RecommenderFacts {
    /// SHA-256 over all that it is made of, as hex digits.
    pub manifest: String,
    /// SHA-256 over its numbers, as hex digits.
    pub model: String,
    /// Visitors who did something.
    pub visitors: usize,
    /// Products with which somebody did something.
    pub products: usize,
    /// The penalty that was chosen.
    pub penalty: f64,
    /// Which weights of a search clicks speak for.
    pub choice: Choice,
    /// When it was fitted.
    pub fitted: Timestamp,
}

/// Which list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What goes with all that a visitor did; for who did nothing, what is popular.
    ForYou,
    /// What visitors of a product had to do with as well, and then what looks like it.
    Similar(Sku),
    /// What is in one basket with a product.
    GoesWith(Sku),
    /// What most had to do with.
    Popular,
}

/// What to recommend, and how.
#[derive(Debug, Clone)]
pub struct RecommendInput {
    /// Which list.
    pub wanted: Wanted,
    /// To whom.
    pub visitor: Option<VisitorName>,
    /// What they looked at besides, the last one last; nothing of it is kept.
    pub seen: Vec<Sku>,
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// The shop's own ordering, by SKU.
    pub rules: RuleInput,
    /// How many, 1 to 200; 0 for the usual 24.
    pub limit: usize,
    /// The weakest deed that keeps a product from being shown to its visitor again.
    pub hide: DeedKind,
    /// From 0, the order as it is, to 1, nothing that looks like what stands above.
    pub diversity: f32,
}

impl RecommendInput {
    /// That list, as it usually is: what was bought is left out.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            visitor: None,
            seen: Vec::new(),
            filters: Vec::new(),
            rules: RuleInput::default(),
            limit: 0,
            hide: DeedKind::Purchase,
            diversity: 0.0,
        }
    }
}

/// A product that is recommended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecommendedProduct {
    /// Which.
    pub product: ProductId,
    /// The shop's own name of it.
    pub sku: String,
    /// Its first picture.
    pub image: Option<ImageId>,
    /// Why.
    pub because: BecauseOf,
}

/// Why a product is recommended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BecauseOf {
    /// It goes with what the visitor did, most of all with this product.
    History(Option<String>),
    /// It goes with this product.
    Product(String),
    /// It looks like this product.
    Looks(String),
    /// Many had to do with it.
    Popular,
    /// The shop wants it there.
    Pinned,
}

impl BecauseOf {
    /// As a word, and the product that it names.
    pub fn told(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::History(of) => ("history", of.as_deref()),
            Self::Product(of) => ("product", Some(of)),
            Self::Looks(of) => ("looks", Some(of)),
            Self::Popular => ("popular", None),
            Self::Pinned => ("pinned", None),
        }
    }
}

impl App {
    /// Recommends products of an organisation.
    ///
    /// # Errors
    /// [`AppError::UnknownProduct`] for a product that is not there, [`AppError::BadRequest`] for what is out of bounds.
    pub async fn recommend(
        &self,
        organisation: OrganisationId,
        input: RecommendInput,
    ) -> Result<Vec<RecommendedProduct>, AppError> {
        let limit = if input.limit == 0 { 24 } else { input.limit };
        if limit > 200 || !(0.0..=1.0).contains(&input.diversity) {
            return Err(AppError::BadRequest("`limit` is 1 to 200, `diversity` 0 to 1".into()));
        }
        let of = match &input.wanted {
            Wanted::Similar(sku) | Wanted::GoesWith(sku) => Some(self.product_id(organisation, sku).await?),
            Wanted::ForYou | Wanted::Popular => None,
        };
        let history = self.history(organisation, input.visitor.as_ref(), &input.seen).await?;
        let rules = self.rules(organisation, input.rules).await?;
        let index = self.index(organisation).await?;
        let recommender = self.recommender(organisation).await?;
        let work = move || {
            index.glance(&input.filters, |glance| {
                let history = history.as_slice();
                let lists = Lists::new(&recommender, glance, (history, of), limit)?;
                let candidates = lists.candidates(&input.wanted, of)?;
                let (hide, diversity) = (input.hide, input.diversity);
                let arrangement = Arrangement { limit, history, hide, diversity, rules: &rules };
                let found = arrange(
                    candidates.into_iter().filter(|one| Some(one.item) != of),
                    arrangement,
                    |item| glance.passes(item),
                    |one, other| glance.likeness(one, other),
                );
                Ok::<_, IndexError>(found.into_iter().filter_map(|one| lists.told(one)).collect())
            })
        };
        Ok(self.cpu().run(work).await??)
    }

    /// What an organisation's recommender is made of.
    pub async fn recommender_facts(&self, organisation: OrganisationId) -> Result<RecommenderFacts, AppError> {
        let known = self.recommender(organisation).await?;
        let Recommender { model, digests: [manifest, digest], choice, fitted, .. } = &*known;
        Ok(RecommenderFacts {
            manifest: manifest.clone(),
            model: digest.clone(),
            visitors: model.visitors(),
            products: model.items().count(),
            penalty: model.lambda(),
            choice: *choice,
            fitted: *fitted,
        })
    }

    /// What a visitor did, and what they looked at besides, as models take it.
    async fn history(
        &self,
        organisation: OrganisationId,
        name: Option<&VisitorName>,
        seen: &[Sku],
    ) -> Result<Vec<Deed>, AppError> {
        if seen.len() > HELD {
            return Err(AppError::BadRequest(format!("`seen` has up to {HELD} products")));
        }
        let known = match name {
            Some(name) => self.visitor(organisation, name).await?,
            None => None,
        };
        if known.is_none() && seen.is_empty() {
            return Ok(Vec::new());
        }
        let mut snapshot = self.store().read().await?;
        let events = match known {
            Some(visitor) => snapshot.events_of(organisation, visitor).await?,
            None => Vec::new(),
        };
        let ids = snapshot.product_ids(organisation, seen).await?;
        // Whose it is matters to nobody here.
        let visitor = known.unwrap_or(Visitor([0; 16]));
        let now = self.now().as_second();
        let looked = seen.iter().rev().zip(0..).filter_map(|(sku, ago): (_, i64)| {
            let deed = Deed { kind: DeedKind::View, second: now - ago, item: *ids.get(sku)? };
            Some(Event { visitor, deed })
        });
        let mut histories = Histories::default();
        histories.learn(events.iter().map(as_event).chain(looked));
        Ok(histories.of(visitor).to_vec())
    }

    /// The recommender of an organisation; fitted when there is none yet.
    pub(crate) async fn recommender(&self, organisation: OrganisationId) -> Result<Arc<Recommender>, AppError> {
        let place = self.place_of(organisation);
        let mut held = place.lock().await;
        if let Some(known) = &held.recommender {
            return Ok(Arc::clone(known));
        }
        let fitted = self.fitted(organisation).await?;
        held.recommender = Some(Arc::clone(&fitted));
        Ok(fitted)
    }

    /// Fits the recommender of an organisation to what stands there now; the old one answers meanwhile.
    pub async fn refresh_recommendations(&self, organisation: OrganisationId) -> Result<(), AppError> {
        let fitted = self.fitted(organisation).await?;
        let place = self.place_of(organisation);
        let mut held = place.lock().await;
        let is_newest = held.recommender.as_ref().is_none_or(|known| known.as_of <= fitted.as_of);
        if is_newest && fitted.as_of >= held.floor {
            held.recommender = Some(fitted);
        }
        Ok(())
    }

    /// The weights by which searches of an organisation are fused where the caller names none.
    pub(crate) fn learnt_weights(&self, organisation: OrganisationId) -> Weights {
        let place = self.place_of(organisation);
        // A search does not wait for a fit.
        let weights = place.try_lock().ok().and_then(|held| Some(held.recommender.as_ref()?.choice.weights));
        weights.map_or_else(Weights::default, |weights| {
            let [look, colour, words] = weights.map(|weight| weight as f32);
            Weights { look, colour, words }
        })
    }

    /// Keeps recommenders near what stands in the table, until `stop`.
    pub(crate) async fn keep_recommending(&self, stop: impl Future<Output = ()>) {
        let keeping = async {
            loop {
                if let Err(error) = self.refresh_what_changed().await {
                    tracing::error!(%error, "what changed of recommendations is not known; it is asked again");
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::select! { () = stop => {}, () = keeping => {} }
    }

    async fn refresh_what_changed(&self) -> Result<(), AppError> {
        let changes = self.store().read().await?.event_changes().await?;
        for (organisation, changes) in changes {
            let known = self.place_of(organisation).lock().await.recommender.clone();
            let is_due = known.is_none_or(|known| {
                let rested = self.now().duration_since(known.fitted) >= known.took * REST;
                known.as_of != changes && rested
            });
            if is_due && let Err(error) = self.refresh_recommendations(organisation).await {
                tracing::error!(%organisation, %error, "recommendations stay as they were; they are fitted again");
            }
        }
        Ok(())
    }

    fn place_of(&self, organisation: OrganisationId) -> Place {
        let mut all = self.recommenders().places.lock().expect("no holder panics");
        Arc::clone(all.entry(organisation).or_default())
    }

    async fn fitted(&self, organisation: OrganisationId) -> Result<Arc<Recommender>, AppError> {
        let began = self.now();
        let (as_of, [Learnt { histories, clicks }]) = learnt(self.store(), organisation, [Timestamp::MIN]).await?;
        let index = self.index(organisation).await?;
        let work = move || {
            let model = fit(&histories);
            let fresh = fresh(&index, &model)?;
            let (choice, digests) = (clicks.choose(), digests(&model, &clicks));
            Ok::<_, IndexError>((model, fresh, clicks, choice, digests))
        };
        let (model, fresh, clicks, choice, digests) = self.cpu().run(work).await?;
        let fitted = self.now();
        let took = fitted.duration_since(began);
        Ok(Arc::new(Recommender { as_of, digests, model, clicks, choice, fresh, fitted, took }))
    }

    /// What recommends to an organisation from now on without a visitor, and the digests before and after.
    ///
    /// What others did meanwhile is taken in at the next look at what changed, as always.
    pub(crate) async fn without(
        &self,
        organisation: OrganisationId,
        visitor: Visitor,
    ) -> Result<(Arc<Recommender>, [[String; 2]; 2]), AppError> {
        let known = self.recommender(organisation).await?;
        let index = self.index(organisation).await?;
        let work = move || {
            let Recommender { as_of, digests: before, model, clicks, fitted, took, .. } = &*known;
            let (mut model, mut clicks) = (model.clone(), clicks.clone());
            model.forget(visitor);
            clicks.forget(visitor);
            let (choice, after) = (clicks.choose(), digests(&model, &clicks));
            // What nobody else had to do with is new again.
            let fresh = fresh(&index, &model)?;
            let (as_of, fitted, took) = (*as_of, *fitted, *took);
            let digests = after.clone();
            let without = Recommender { as_of, digests, model, clicks, choice, fresh, fitted, took };
            Ok::<_, IndexError>((Arc::new(without), [before.clone(), after]))
        };
        Ok(self.cpu().run(work).await?)
    }

    /// Puts a recommender without somebody, who is gone from the table, in place of the one that was there.
    pub(crate) async fn put_recommender(
        &self,
        organisation: OrganisationId,
        without: Arc<Recommender>,
    ) -> Result<(), AppError> {
        let floor = self.store().read().await?.event_changes_of(organisation).await?;
        *self.place_of(organisation).lock().await = Kept { recommender: Some(without), floor };
        Ok(())
    }
}

/// All that visitors of an organisation did, as models take it.
#[derive(Default)]
pub(crate) struct Learnt {
    pub(crate) histories: Histories,
    pub(crate) clicks: Clicks,
}

/// What stands in the table of one organisation, as of one moment, and how often it had changed: what happened after each of
/// `since`.
pub(crate) async fn learnt<const N: usize>(
    store: &Store,
    organisation: OrganisationId,
    since: [Timestamp; N],
) -> Result<(i64, [Learnt; N]), StoreError> {
    let mut snapshot = store.read().await?;
    let as_of = snapshot.event_changes_of(organisation).await?;
    let mut learnt = since.map(|_| Learnt::default());
    let mut after = None;
    loop {
        let rows = snapshot.events_after(organisation, after, VISITORS).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.visitor);
        for (learnt, since) in learnt.iter_mut().zip(since) {
            learnt.histories.learn(rows.iter().filter(|event| event.at > since).map(as_event));
        }
    }
    let mut after: Option<(Visitor, String)> = None;
    loop {
        let cursor = after.as_ref().map(|(visitor, search)| (*visitor, search.as_str()));
        let rows = snapshot.searches_after(organisation, cursor, ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = Some((last.visitor, last.search.clone()));
        for (learnt, since) in learnt.iter_mut().zip(since) {
            rows.iter().filter(|search| search.at > since).for_each(|search| learn_search(&mut learnt.clicks, search));
        }
    }
    Ok((as_of, learnt))
}

fn learn_search(clicks: &mut Clicks, search: &StoredSearch) {
    let shown: Vec<Shown> = search.shown.iter().map(|(item, places)| Shown { item: *item, places: *places }).collect();
    for item in &search.chosen {
        clicks.learn(search.visitor, search.at.as_microsecond(), *item, &shown);
    }
}

fn as_event(event: &StoredEvent) -> Event {
    let StoredEvent { visitor, product: item, kind, at } = *event;
    Event { visitor, deed: Deed { kind, second: at.as_second(), item } }
}

/// New products that nobody had to do with yet, and what of the known ones looks like each.
fn fresh(index: &Index, model: &Model) -> Result<Fresh, IndexError> {
    if model.items().next().is_none() {
        return Ok(Fresh::default());
    }
    index.glance(&[], |glance| {
        let new = glance.newest(NEW, |product| !model.knows(product));
        new.into_iter().map(|product| Ok((product, alike(glance, model, product)?))).collect()
    })?
}

/// What of the known products looks like one.
fn alike(glance: &Glance<'_>, model: &Model, product: ProductId) -> Result<Vec<ProductId>, IndexError> {
    let near = glance.look_alikes(product, 4 * ALIKE)?;
    Ok(near.into_iter().filter(|near| model.knows(*near)).take(ALIKE).collect())
}

/// What lists are put together from.
struct Lists<'a> {
    model: &'a Model,
    /// New products, and those of the history that the model does not know, with what looks like them.
    fresh: Cow<'a, Fresh>,
    glance: &'a Glance<'a>,
    history: &'a [Deed],
    limit: usize,
}

impl<'a> Lists<'a> {
    /// For `history`, or of the product `of`.
    fn new(
        Recommender { model, fresh, .. }: &'a Recommender,
        glance: &'a Glance<'a>,
        (history, of): (&'a [Deed], Option<ProductId>),
        limit: usize,
    ) -> Result<Self, IndexError> {
        let mut fresh = Cow::Borrowed(fresh);
        for item in history.iter().map(|deed| deed.item).chain(of) {
            if !model.knows(item) && !fresh.contains_key(&item) {
                fresh.to_mut().insert(item, alike(glance, model, item)?);
            }
        }
        Ok(Self { model, fresh, glance, history, limit })
    }

    fn candidates(&self, wanted: &Wanted, of: Option<ProductId>) -> Result<Vec<Recommended>, IndexError> {
        let Self { model, fresh, .. } = self;
        // Rules, filters and what was bought take some away.
        let enough = 10 * self.limit + 200;
        let mut found = Vec::new();
        match (wanted, of) {
            (Wanted::Similar(_), Some(of)) => {
                let deed = Deed { kind: DeedKind::View, second: 0, item: of };
                let because = |one: Recommended| Recommended { because: Because::Item(of), ..one };
                found.extend(model.for_history(&[deed], fresh).take(enough).map(because));
                found.extend(self.look_like(of)?);
            }
            (Wanted::GoesWith(_), Some(of)) => {
                found.extend(model.goes_with(of).take(enough));
                for alike in self.glance.look_alikes(of, ALIKE)? {
                    found.extend(model.goes_with(alike).take(self.limit));
                }
            }
            (Wanted::ForYou, _) => {
                found.extend(model.for_history(self.history, fresh).take(enough));
                let mut latest = self.history.to_vec();
                latest.sort_by_key(|deed| std::cmp::Reverse(deed.second));
                for deed in latest.iter().take(LATEST) {
                    found.extend(self.look_like(deed.item)?);
                }
                found.extend(model.popular().take(enough));
            }
            _ => found.extend(model.popular().take(enough)),
        }
        Ok(found)
    }

    fn look_like(&self, item: ProductId) -> Result<impl Iterator<Item = Recommended>, IndexError> {
        let near = self.glance.look_alikes(item, 2 * self.limit)?;
        let count = near.len() as f32;
        let one =
            move |(at, near)| Recommended { item: near, score: 1.0 - at as f32 / count, because: Because::Looks(item) };
        Ok(near.into_iter().enumerate().map(one))
    }

    fn told(&self, one: Recommended) -> Option<RecommendedProduct> {
        let sku = |product| self.glance.card(product).map(|(sku, _)| sku.to_owned());
        let (own, image) = self.glance.card(one.item)?;
        let because = match one.because {
            Because::History => {
                BecauseOf::History(self.model.reason(one.item, self.history, &self.fresh).and_then(sku))
            }
            Because::Item(item) => BecauseOf::Product(sku(item)?),
            Because::Looks(item) => BecauseOf::Looks(sku(item)?),
            Because::Popular => BecauseOf::Popular,
            Because::Pinned => BecauseOf::Pinned,
        };
        Some(RecommendedProduct { product: one.item, sku: own.into(), image, because })
    }
}

/// SHA-256 of what a recommender is made of, and of itself, as hex digits.
pub(crate) fn digests(model: &Model, clicks: &Clicks) -> [String; 2] {
    let (mut made_of, mut made) = (Sha256::new(), Sha256::new());
    made_of.update("vestry histories 1\n");
    made.update(format!("vestry recommender 1\n{}\n{:?}\n", model.lambda(), clicks.choose()));
    for item in model.items() {
        let item_bytes = item.get().to_be_bytes();
        made_of.update(item_bytes);
        made.update(item_bytes);
        for (visitor, weight) in model.held(item) {
            made_of.update(visitor.0);
            made_of.update([weight]);
        }
        for (other, weight) in model.weights(item) {
            made.update(other.get().to_be_bytes());
            made.update(weight.to_le_bytes());
        }
    }
    for (visitor, search, item) in clicks.iter() {
        made_of.update(visitor.0);
        made_of.update(search.to_be_bytes());
        made_of.update(item.get().to_be_bytes());
    }
    [made_of, made].map(|hasher| vestry_model::hex(&hasher.finalize()))
}
