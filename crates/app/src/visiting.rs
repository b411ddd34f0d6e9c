//! What visitors of a shop do: taken in, shown to who asks for it, forgotten.
//!
//! A visitor stands here under a random id. What a shop calls them leads there by a keyed hash in the vault, which is in no
//! backup of data; once it is destroyed, nothing does.

use crate::{
    App, AppError, Privacy, PrivacyError,
    heads::forgetting,
    recommending::{Learnt, digests, learnt},
    sweeping::last_due,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex},
};
use vestry_learn::recommend::fit;
use vestry_model::{DeedKind, OrganisationId, ProductId, Sku, Visitor, VisitorName};
use vestry_policy::Policy;
use vestry_search::Answer;
use vestry_store::{ShownProduct, Store, StoreError, StoredEvent, StoredSearch};
use vestry_vault::{ModelChange, VisitorId};

/// Events taken in at once, at most.
pub const MAX_EVENTS: usize = 1_000;
/// The policy's item that what visitors do is.
const ITEM: &str = "events";
/// What a shop's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_secs(300);
/// Lists that searches showed are remembered until so many came after.
const SHOWN: usize = 20_000;
/// What a certificate calls a recommender.
pub const RECOMMENDATIONS: &str = "recommendations";
/// Visitors looked at together.
const TOGETHER: u32 = 1_000;

/// Something that a visitor did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Who.
    pub visitor: VisitorName,
    /// What.
    pub what: Happened,
    /// When; now, when absent.
    pub at: Option<Timestamp>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// They saw what a search found.
    Searched {
        /// Its `search_id`.
        search: String,
    },
    /// They did something with a product.
    Did {
        /// What.
        kind: DeedKind,
        /// Which.
        sku: Sku,
        /// The search that showed it, if one did.
        search: Option<String>,
    },
}

/// What became of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventsTaken {
    /// How many count from now on.
    pub taken: usize,
    /// Products that are not there; what was done with them is passed over.
    pub unknown_products: Vec<Sku>,
    /// Searches that are not remembered; a product that was chosen from one counts all the same.
    pub unknown_searches: Vec<String>,
}

/// What is held of a visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldOfVisitor {
    /// Of each product and kind the last time, by SKU.
    pub events: Vec<(String, DeedKind, Timestamp)>,
    /// Searches whose lists they saw, and what they chose, by SKU.
    pub searches: Vec<(String, Timestamp, Vec<String>)>,
}

/// What was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgottenVisitor {
    /// Rows that went.
    pub rows: u64,
    /// The digests of the recommender before and after, of what it is made of and of itself; none where nothing was held.
    pub recommender: Option<[[String; 2]; 2]>,
}

impl App {
    /// Takes in what visitors did, all of it or nothing.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] for too many at once, and for one from the future or from before what may be held;
    /// [`AppError::NoVault`] where there is none.
    pub async fn take_events(
        &self,
        organisation: OrganisationId,
        events: &[NewEvent],
    ) -> Result<EventsTaken, AppError> {
        let privacy = self.privacy().ok_or(AppError::NoVault)?;
        self.check_events(privacy.policy(), events)?;
        let skus: Vec<Sku> = events.iter().filter_map(|event| event.what.sku().cloned()).collect();
        let products = self.store().read().await?.product_ids(organisation, &skus).await?;
        let names: Vec<&str> = events.iter().map(|event| event.visitor.as_str()).collect();
        loop {
            let ids = privacy.vault().visitors_named(organisation, &names).await?;
            let taken = self.put_events(organisation, events, &ids, &products).await?;
            // A sweep forgets whoever has nothing yet.
            let held: HashSet<VisitorId> = ids.iter().copied().collect();
            let known = privacy.vault().known_visitors(&ids).await?;
            if known.len() == held.len() {
                return Ok(taken);
            }
            // Who was forgotten while this was written leaves nothing under the name before.
            let gone: Vec<Visitor> = held.difference(&known).map(|id| visitor_of(*id)).collect();
            delete(self.store(), &gone).await?;
        }
    }

    async fn put_events(
        &self,
        organisation: OrganisationId,
        events: &[NewEvent],
        ids: &[VisitorId],
        products: &HashMap<Sku, ProductId>,
    ) -> Result<EventsTaken, AppError> {
        let now = self.now();
        let mut taken = EventsTaken::default();
        let (mut deeds, mut searches) = (Vec::new(), Vec::new());
        for (event, id) in events.iter().zip(ids) {
            let (visitor, at) = (visitor_of(*id), event.at.unwrap_or(now));
            let product = event.what.sku().and_then(|sku| products.get(sku)).copied();
            if let (Some(sku), None) = (event.what.sku(), product) {
                taken.unknown_products.push(sku.clone());
                continue;
            }
            if let (Happened::Did { kind, .. }, Some(product)) = (&event.what, product) {
                deeds.push(StoredEvent { visitor, product, kind: *kind, at });
            }
            let mut counts = product.is_some();
            if let Some(search) = event.what.search() {
                match self.shown_lists().of(organisation, search) {
                    Some(shown) => {
                        let (search, shown) = (search.to_owned(), shown.to_vec());
                        searches.push(StoredSearch { visitor, search, at, shown, chosen: Vec::from_iter(product) });
                        counts = true;
                    }
                    None => taken.unknown_searches.push(search.into()),
                }
            }
            taken.taken += usize::from(counts);
        }
        let mut tx = self.store().begin().await?;
        tx.put_events(organisation, &deeds, &searches).await?;
        tx.commit().await?;
        taken.unknown_products.sort();
        taken.unknown_products.dedup();
        taken.unknown_searches.sort();
        taken.unknown_searches.dedup();
        Ok(taken)
    }

    fn check_events(&self, policy: &Policy, events: &[NewEvent]) -> Result<(), AppError> {
        let refuse = |why: String| Err(AppError::BadRequest(why));
        if events.is_empty() || events.len() > MAX_EVENTS {
            return refuse(format!("1 to {MAX_EVENTS} events at once; these are {}", events.len()));
        }
        if policy.item_named(ITEM).is_none() {
            return refuse(format!("the policy in force does not list `{ITEM}`, so nothing that visitors do is kept"));
        }
        let now = self.now();
        let latest = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let due = last_due(policy, ITEM, policy.local(now).date());
        for (number, event) in events.iter().enumerate() {
            match event.at {
                Some(at) if at > latest => {
                    return refuse(format!("event {number} is of {at}, which is yet to come; set the clock right"));
                }
                Some(at) if at <= due => {
                    return refuse(format!("event {number} is of {at}, longer ago than it may be held"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The id of a visitor, if anything ever came of them.
    pub(crate) async fn visitor(
        &self,
        organisation: OrganisationId,
        name: &VisitorName,
    ) -> Result<Option<Visitor>, AppError> {
        let Some(privacy) = self.privacy() else { return Ok(None) };
        let id = privacy.vault().visitor(organisation, name.as_str()).await?;
        Ok(id.map(visitor_of))
    }

    /// All that is held of a visitor: for a shop that is asked by them.
    pub async fn held_of_visitor(
        &self,
        organisation: OrganisationId,
        name: &VisitorName,
    ) -> Result<HeldOfVisitor, AppError> {
        let Some(visitor) = self.visitor(organisation, name).await? else { return Ok(HeldOfVisitor::default()) };
        let mut snapshot = self.store().read().await?;
        let events = snapshot.events_of(organisation, visitor).await?;
        let searches = snapshot.searches_of(organisation, visitor).await?;
        let mut products: Vec<ProductId> = events.iter().map(|event| event.product).collect();
        products.extend(searches.iter().flat_map(|search| &search.chosen));
        let skus = snapshot.skus(organisation, &products).await?;
        let sku = |product: &ProductId| skus.get(product).map(|sku| sku.as_str().to_owned());
        let event = |event: &StoredEvent| Some((sku(&event.product)?, event.kind, event.at));
        let search =
            |search: &StoredSearch| (search.search.clone(), search.at, search.chosen.iter().filter_map(sku).collect());
        Ok(HeldOfVisitor {
            events: events.iter().filter_map(event).collect(),
            searches: searches.iter().map(search).collect(),
        })
    }

    /// Forgets a visitor: what they did is deleted, nothing leads to them any more, and what recommends is as if they had never
    /// come. Both digests are in the audit log, and with the next sweep's certificate it is gone from every file. Whoever asks
    /// again after it failed finds what was left.
    pub async fn forget_visitor(
        &self,
        organisation: OrganisationId,
        name: &VisitorName,
    ) -> Result<ForgottenVisitor, AppError> {
        let privacy = self.privacy().ok_or(AppError::NoVault)?;
        let Some(visitor) = self.visitor(organisation, name).await? else { return Ok(ForgottenVisitor::default()) };
        let _alone = self.recommenders().forgetting.lock().await;
        let (without, digests) = self.without(organisation, visitor).await?;
        let [before, after] = digests.clone();
        let model = RECOMMENDATIONS.into();
        let change = ModelChange { organisation, model, version: without.as_of, before, after: Some(after) };
        let now = self.now();
        let noted = forgetting(&change, now);
        privacy.vault().note_models(&[change], now).await?;
        let mut tx = self.store().begin().await?;
        tx.note_forgettings(&[noted]).await?;
        let rows = tx.forget_visitors(&[visitor]).await?;
        tx.commit().await?;
        // Only now: as long as anything stands, their name leads to it.
        privacy.vault().forget_visitors(&[id_of(visitor)], now).await?;
        let rows = rows + delete(self.store(), &[visitor]).await?;
        self.put_recommender(organisation, without).await?;
        self.overviews().forget(organisation);
        Ok(ForgottenVisitor { rows, recommender: Some(digests) })
    }
}

/// Deletes all that stands under these visitors; how many rows it was.
async fn delete(store: &Store, gone: &[Visitor]) -> Result<u64, StoreError> {
    let mut tx = store.begin().await?;
    let rows = tx.forget_visitors(gone).await?;
    tx.commit().await?;
    Ok(rows)
}

/// A visitor as the catalogue knows them.
fn visitor_of(id: VisitorId) -> Visitor {
    Visitor(*id.as_bytes())
}

/// A visitor as the vault knows them.
fn id_of(visitor: Visitor) -> VisitorId {
    VisitorId::from_bytes(visitor.0)
}

impl Happened {
    fn sku(&self) -> Option<&Sku> {
        match self {
            Self::Searched { .. } => None,
            Self::Did { sku, .. } => Some(sku),
        }
    }

    fn search(&self) -> Option<&str> {
        match self {
            Self::Searched { search } => Some(search),
            Self::Did { search, .. } => search.as_deref(),
        }
    }
}

impl Privacy {
    /// How many rows of what visitors did a sweep for `day` deletes because their day is over: beside a plan, which is about
    /// people.
    pub async fn visitors_due(&self, day: Date) -> Result<u64, PrivacyError> {
        let until = last_due(self.policy(), ITEM, day);
        Ok(self.store().read().await?.count_events_until(until).await?)
    }

    /// Deletes what visitors did longer ago than it may be held, what stands under ids that nothing leads to, and ways that lead to
    /// nothing. Recommenders made anew because of it are in the next certificate, with both digests.
    pub(crate) async fn sweep_visitors(&self, policy: &Policy) -> Result<(), PrivacyError> {
        let now = self.now();
        let until = last_due(policy, ITEM, policy.local(now).date());
        let changes = self.recommenders_without(until).await?;
        self.vault().note_models(&changes, now).await?;
        let noted: Vec<_> = changes.iter().map(|change| forgetting(change, now)).collect();
        let mut tx = self.store().begin().await?;
        tx.note_forgettings(&noted).await?;
        tx.delete_events_until(until).await?;
        tx.delete_counts_before(policy.local(until).date()).await?;
        tx.commit().await?;
        self.delete_strangers().await?;
        let mut after = None;
        loop {
            let ids = self.vault().visitors_after(after, TOGETHER).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = Some(*last);
            let visitors: Vec<Visitor> = ids.iter().copied().map(visitor_of).collect();
            let held = self.store().read().await?.visitors_with_events(&visitors).await?;
            let idle: Vec<VisitorId> = ids.into_iter().filter(|id| !held.contains(&visitor_of(*id))).collect();
            self.vault().forget_visitors(&idle, now).await?;
        }
    }

    /// Deletes what stands under ids that nothing leads to: of who was forgotten after the backup that it comes from, or as the
    /// program stopped.
    async fn delete_strangers(&self) -> Result<(), PrivacyError> {
        let mut after = None;
        loop {
            let visitors = self.store().read().await?.visitors_after(after, TOGETHER).await?;
            let Some(last) = visitors.last() else { return Ok(()) };
            after = Some(*last);
            let ids: Vec<VisitorId> = visitors.iter().copied().map(id_of).collect();
            let known = self.vault().known_visitors(&ids).await?;
            let strangers: Vec<Visitor> =
                visitors.into_iter().filter(|visitor| !known.contains(&id_of(*visitor))).collect();
            if !strangers.is_empty() {
                delete(self.store(), &strangers).await?;
            }
        }
    }

    /// What changes about recommenders when all up to `until` goes.
    async fn recommenders_without(&self, until: Timestamp) -> Result<Vec<ModelChange>, PrivacyError> {
        let mut changes = Vec::new();
        for organisation in self.store().read().await?.events_until(until).await? {
            let (version, both) = learnt(self.store(), organisation, [Timestamp::MIN, until]).await?;
            let work = move || both.map(|Learnt { histories, clicks }| digests(&fit(&histories), &clicks));
            let [before, after] = tokio::task::spawn_blocking(work).await.expect("fitting does not panic");
            let model = RECOMMENDATIONS.into();
            changes.push(ModelChange { organisation, model, version, before, after: Some(after) });
        }
        Ok(changes)
    }
}

/// Lists that searches showed lately, for events that refer to them.
#[derive(Debug, Default)]
pub(crate) struct ShownLists(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    lists: HashMap<(OrganisationId, String), Arc<Vec<ShownProduct>>>,
    order: VecDeque<(OrganisationId, String)>,
}

impl ShownLists {
    /// Remembers a page of an answer: the first, or one that goes on where the last one ended. Where a page was not answered
    /// here, what stood on it before is not known, and nothing is learnt from what is chosen behind it.
    pub(crate) fn keep(&self, organisation: OrganisationId, answer: &Answer) {
        let place = |part: Option<vestry_search::Part>| part.map(|part| part.rank);
        let shown = answer.results.iter().map(|hit| {
            let parts = &hit.parts;
            (hit.product, [place(parts.look), place(parts.colour), place(parts.words)])
        });
        let Some(first) = answer.results.first().map(|hit| hit.rank as usize) else { return };
        let key = (organisation, answer.search_id.clone());
        let mut kept = self.0.lock().expect("no holder panics");
        let Kept { lists, order } = &mut *kept;
        match lists.get_mut(&key) {
            Some(list) if first == list.len() + 1 => Arc::make_mut(list).extend(shown),
            Some(_) => {}
            None if first == 1 => {
                lists.insert(key.clone(), Arc::new(shown.collect()));
                order.push_back(key);
            }
            None => {}
        }
        while order.len() > SHOWN {
            if let Some(oldest) = order.pop_front() {
                lists.remove(&oldest);
            }
        }
    }

    fn of(&self, organisation: OrganisationId, search: &str) -> Option<Arc<Vec<ShownProduct>>> {
        self.0.lock().expect("no holder panics").lists.get(&(organisation, search.to_owned())).cloned()
    }
}
