//! The review of tags: one question after the other, answers, taking them back, and look-alikes at once.

use crate::{
    App, AppError, ProductView, SearchInput,
    teaching::{numbers, read_by},
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Mutex,
};
use vestry_model::{
    AttributeId, Confidence, ImageId, LinearHead, Oklab, OrganisationId, ProductId, ReviewId, Tag, TagState, ValueId,
    taxonomy::Attribute,
};
use vestry_search::IndexError;
use vestry_store::{Correction, Edge, Others, Place, Queue, ReviewAnswer, ReviewStep, Reviewed, Undone, Waiting};

/// Values that a question proposes.
pub const PROPOSALS: usize = 5;
/// Products that one answer may be about.
pub const MAX_SPREAD: usize = 200;
/// Where [`App::count_questions`] stops.
pub const QUESTIONS_COUNTED: u32 = 1_000;
/// How long the count of what waits is kept: it walks through every tag that waits. What is answered in the meantime
/// is taken off without counting anew; what comes in is seen after this long.
const COUNTED_FOR: SignedDuration = SignedDuration::from_mins(1);
/// Look-alikes that are shown at once.
const ALIKE: usize = 24;
/// Look-alikes that are looked through for open ones.
const LOOKED_THROUGH: usize = 200;
/// Look-alikes that are asked what the value could be.
const NEIGHBOURS: usize = 12;

/// A tag that a person is asked about.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which tag, and where in the queue.
    pub place: Place,
    /// Its product.
    pub view: ProductView,
    /// What the value could be, the machine's own first, at most [`PROPOSALS`].
    pub proposals: Vec<Proposal>,
    /// What people said about this attribute of the product, oldest first.
    pub history: Vec<Correction>,
    /// The picture of the question after this one, to be fetched early.
    pub following: Option<ImageId>,
}

/// What a value could be.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The value.
    pub value: ValueId,
    /// Why it is proposed.
    pub reason: Reason,
}

/// Why a value is proposed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// The model holds it for as likely as this.
    Model(Confidence),
    /// The colour is near the one that was measured.
    Near,
    /// Look-alikes have it.
    LookAlikes,
}

/// How far the review is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewProgress {
    /// What waits, by attribute.
    pub waiting: Vec<Waiting>,
    /// What was answered, by attribute.
    pub reviewed: Vec<Reviewed>,
}

/// Which tag an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its product.
    pub product: ProductId,
    /// Its attribute.
    pub attribute: AttributeId,
    /// Its value, as it was shown.
    pub value: ValueId,
}

/// What taking an answer back did.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenBack {
    /// The answer.
    pub step: ReviewStep,
    /// What became of its products.
    pub undone: Undone,
    /// Where the question stands again.
    pub place: Option<Place>,
}

/// Products that look like one, of which the same is still open.
#[derive(Debug, Clone)]
pub struct LookAlikes {
    /// The one.
    pub view: ProductView,
    /// Whether its own tag still waits.
    pub is_open: bool,
    /// The others, most alike first.
    pub found: Vec<LookAlike>,
}

/// A product that looks like another.
#[derive(Debug, Clone)]
pub struct LookAlike {
    /// The product.
    pub view: ProductView,
    /// How alike, a cosine.
    pub likeness: f32,
    /// What the machine says of it.
    pub tag: Tag,
    /// Whether the machine says the same as of the first, or what was answered.
    pub is_same: bool,
}

/// What waited in each organisation when it was last counted.
#[derive(Debug, Default)]
pub(crate) struct ReviewCounts(Mutex<HashMap<OrganisationId, Counted>>);

#[derive(Debug, Clone)]
struct Counted {
    at: Timestamp,
    waiting: Vec<Waiting>,
    reviewed: Vec<Reviewed>,
}

impl Counted {
    /// What waits now that `reviewed` is answered: every answer takes one away, every one taken back brings it again.
    fn waiting_after(&self, reviewed: &[Reviewed]) -> Vec<Waiting> {
        let mut counts: BTreeMap<&AttributeId, [i64; 2]> = BTreeMap::new();
        for waiting in &self.waiting {
            counts.insert(&waiting.attribute, [waiting.to_review, waiting.suggested].map(u64::cast_signed));
        }
        for (all, sign) in [(self.reviewed.as_slice(), 1), (reviewed, -1)] {
            for answered in all {
                let [to_review, suggested] = counts.entry(&answered.attribute).or_default();
                *to_review += sign * answered.questions.cast_signed();
                *suggested += sign * (answered.all - answered.questions).cast_signed();
            }
        }
        let counts = counts.into_iter().map(|(attribute, [to_review, suggested])| Waiting {
            attribute: attribute.clone(),
            to_review: to_review.max(0).cast_unsigned(),
            suggested: suggested.max(0).cast_unsigned(),
        });
        counts.filter(|waiting| waiting.to_review + waiting.suggested > 0).collect()
    }
}

fn is_open(tag: &Tag) -> bool {
    tag.state != TagState::Confirmed
}

impl App {
    /// The next question from a place on; `None` where nothing waits behind it.
    pub async fn review_question(
        &self,
        organisation: OrganisationId,
        attribute: Option<&AttributeId>,
        from: Option<(&Place, Edge)>,
    ) -> Result<Option<Question>, AppError> {
        let many = self.many();
        let mut read = self.store().read().await?;
        let places = read.waiting(Queue { organisation, many: &many, attribute }, from, 2).await?;
        drop(read);
        self.question(organisation, &places).await
    }

    /// The question of the first of `places`; the second comes after it.
    pub(crate) async fn question(
        &self,
        organisation: OrganisationId,
        places: &[Place],
    ) -> Result<Option<Question>, AppError> {
        let mut read = self.store().read().await?;
        let Some(place) = places.first() else { return Ok(None) };
        let ids: Vec<ProductId> = places.iter().map(|place| place.product).collect();
        let mut documents: HashMap<ProductId, ProductView> =
            read.documents(organisation, &ids).await?.into_iter().map(|d| (d.product.id, d)).collect();
        let shown = |view: &ProductView| view.images.iter().find(|i| i.picture().is_some()).map(|i| i.id);
        let following = places.get(1).and_then(|next| shown(documents.get(&next.product)?));
        let Some(view) = documents.remove(&place.product) else { return Ok(None) };
        let mut history = read.corrections(organisation, place.product).await?;
        history.retain(|said| said.attribute == place.attribute);
        let features = read.features(organisation, &view.images.iter().map(|i| i.id).collect::<Vec<_>>()).await?;
        drop(read);
        let proposals = self.proposals(organisation, place, &view, &history, features).await?;
        Ok(Some(Question { place: place.clone(), view, proposals, history, following }))
    }

    /// What waits and what was answered, since `since` and in all.
    pub async fn review_progress(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
    ) -> Result<ReviewProgress, AppError> {
        let heads = self.heads(organisation).await?;
        let mut read = self.store().read().await?;
        let reviewed = read.reviewed(organisation, &heads.name, since).await?;
        let now = self.now();
        let is_fresh = |counted: &&Counted| now.duration_since(counted.at) < COUNTED_FOR;
        let counted = self.review_counts().0.lock().expect("no holder panics").get(&organisation).cloned();
        let counted = match counted.as_ref().filter(is_fresh) {
            Some(counted) => counted.clone(),
            None => {
                let many = self.many();
                let waiting = read.waiting_counts(Queue { organisation, many: &many, attribute: None }).await?;
                let counted = Counted { at: now, waiting, reviewed: reviewed.clone() };
                let mut all = self.review_counts().0.lock().expect("no holder panics");
                all.insert(organisation, counted.clone());
                counted
            }
        };
        Ok(ReviewProgress { waiting: counted.waiting_after(&reviewed), reviewed })
    }

    /// How many tags wait of which the machine is not sure; it stops counting at [`QUESTIONS_COUNTED`].
    pub async fn count_questions(&self, organisation: OrganisationId) -> Result<u64, AppError> {
        let many = self.many();
        let queue = Queue { organisation, many: &many, attribute: None };
        Ok(self.store().read().await?.count_questions(queue, QUESTIONS_COUNTED).await?)
    }

    /// The last answer of `who` that was not taken back, with its product.
    pub async fn last_review(
        &self,
        organisation: OrganisationId,
        who: &str,
    ) -> Result<Option<(ReviewStep, Option<ProductView>)>, AppError> {
        let mut read = self.store().read().await?;
        let Some(step) = read.last_review(organisation, who).await? else { return Ok(None) };
        let view = match step.product {
            Some(product) => read.documents(organisation, &[product]).await?.pop(),
            None => None,
        };
        Ok(Some((step, view)))
    }

    /// A person answers: `answer` is the value that is right, `None` says that the one asked about is wrong. Several
    /// products of one attribute may be answered at once; each keeps the machine's value that was shown. `None` when
    /// somebody else was quicker with all of them.
    pub async fn review(
        &self,
        organisation: OrganisationId,
        who: &str,
        asked: &[Asked],
        answer: Option<&ValueId>,
    ) -> Result<Option<ReviewStep>, AppError> {
        let Some(first) = asked.first() else {
            return Err(AppError::BadRequest("no picture was chosen; choose at least one".into()));
        };
        if asked.len() > MAX_SPREAD || asked.iter().any(|a| a.attribute != first.attribute) {
            let message = format!("one answer is about one attribute of at most {MAX_SPREAD} products");
            return Err(AppError::BadRequest(message));
        }
        let known = self.taxonomy().attribute(first.attribute.as_str());
        let others = if known.is_some_and(|a| a.many) { Others::Keep } else { Others::Reject };
        let said = ReviewAnswer { organisation, who, attribute: &first.attribute, answer, others };
        let asked: Vec<(ProductId, ValueId)> = asked.iter().map(|a| (a.product, a.value.clone())).collect();
        let mut tx = self.store().begin().await?;
        let step = tx.review(&said, &asked, self.now()).await?;
        tx.commit().await?;
        if asked.len() > 1 {
            self.orders().drop_of(organisation, &first.attribute);
        }
        self.changed().notify_one();
        Ok(step)
    }

    /// Takes an answer of `who` back; `None` when there is no such answer, or not any more.
    pub async fn undo_review(
        &self,
        organisation: OrganisationId,
        who: &str,
        id: ReviewId,
    ) -> Result<Option<TakenBack>, AppError> {
        let mut tx = self.store().begin().await?;
        let Some(step) = tx.review_step(organisation, id).await? else { return Ok(None) };
        let Some(undone) = tx.undo_review(organisation, who, id, self.now()).await? else { return Ok(None) };
        let place = match step.product {
            Some(product) => {
                let tags = tx.tags(organisation, product).await?;
                let asked = tags.into_iter().find(|t| t.attribute == step.attribute && t.value == step.asked);
                asked.filter(is_open).map(|tag| place(product, tag))
            }
            None => None,
        };
        tx.commit().await?;
        self.changed().notify_one();
        Ok(Some(TakenBack { step, undone, place }))
    }

    /// Products that look like the one asked about and whose tag of that attribute is open, for `answer` to be applied
    /// to. Where an attribute has several values, only those of which the machine says the same.
    pub async fn review_alike(
        &self,
        organisation: OrganisationId,
        asked: &Asked,
        answer: &ValueId,
    ) -> Result<Option<LookAlikes>, AppError> {
        let own = self.store().read().await?.documents(organisation, &[asked.product]).await?.pop();
        let Some(view) = own else { return Ok(None) };
        let many = self.taxonomy().attribute(asked.attribute.as_str()).is_some_and(|a| a.many);
        let open = |view: &ProductView| open_tag(view, asked, answer, many);
        let hits = self.neighbours(organisation, &view, LOOKED_THROUGH).await?;
        let found = hits.into_iter().filter(|(other, _)| other.product.id != asked.product);
        let found = found.filter_map(|(view, likeness)| {
            let tag = open(&view)?;
            let is_same = tag.value == asked.value || tag.value == *answer;
            Some(LookAlike { view, likeness, tag, is_same })
        });
        let found = found.take(ALIKE).collect();
        let is_open = open(&view).is_some_and(|tag| tag.value == asked.value);
        Ok(Some(LookAlikes { is_open, view, found }))
    }

    /// The attributes of several values.
    pub(crate) fn many(&self) -> Vec<AttributeId> {
        self.taxonomy().attributes().iter().filter(|a| a.many).map(|a| a.id.clone()).collect()
    }

    /// Products that look like `view`, most alike first, with their likeness; none while it has no look.
    async fn neighbours(
        &self,
        organisation: OrganisationId,
        view: &ProductView,
        limit: usize,
    ) -> Result<Vec<(ProductView, f32)>, AppError> {
        let like = Some(view.product.product.sku.clone());
        let input = SearchInput { like, limit, unfolded: true, ..SearchInput::default() };
        let answer = match self.search(organisation, input).await {
            Ok(found) => found.answer,
            Err(AppError::Index(IndexError::NoSuchProduct(_))) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let ids: Vec<ProductId> = answer.results.iter().map(|hit| hit.product).collect();
        let mut views = self.products_by_id(organisation, &ids).await?;
        let with_likeness =
            |hit: &vestry_search::Hit| Some((views.remove(&hit.product)?, hit.parts.look.map_or(0.0, |p| p.score)));
        Ok(answer.results.iter().filter_map(with_likeness).collect())
    }

    /// What a value could be: what the machine says, what its head holds for likely, for a colour what is near it, and what
    /// look-alikes have. What the product has already, or somebody rejected, is left out.
    async fn proposals(
        &self,
        organisation: OrganisationId,
        place: &Place,
        view: &ProductView,
        history: &[Correction],
        features: HashMap<ImageId, Vec<u8>>,
    ) -> Result<Vec<Proposal>, AppError> {
        let Some(attribute) = self.taxonomy().attribute(place.attribute.as_str()) else { return Ok(Vec::new()) };
        let mut taken = rejected(history);
        taken.extend(view.tags.iter().filter(|t| t.attribute == attribute.id).map(|t| t.value.clone()));
        let mut proposals = vec![Proposal { value: place.value.clone(), reason: Reason::Model(place.confidence) }];
        let mut propose = |value: ValueId, reason| {
            if proposals.len() < PROPOSALS && taken.insert(value.clone()) {
                proposals.push(Proposal { value, reason });
            }
        };
        let taught = self.working_head(organisation, &attribute.id).await?;
        let likely = self.likely(attribute, taught.as_deref(), features);
        // What made the machine less sure of its own value, a picture that may show no garment, holds for the others.
        let own = likely.iter().find(|(value, _)| *value == place.value).map_or(0.0, |(_, raw)| raw.get());
        let share = if own > 0.0 { (place.confidence.get() / own).min(1.0) } else { 1.0 };
        for (value, confidence) in likely {
            propose(value, Reason::Model(Confidence::new(confidence.get() * share)));
        }
        for value in near(attribute, &place.value, view) {
            propose(value, Reason::Near);
        }
        for value in self.had_by_neighbours(organisation, attribute, view).await? {
            propose(value, Reason::LookAlikes);
        }
        Ok(proposals)
    }

    /// What the attribute's head says of any of the pictures, likeliest first: the one that was taught here, if there is one.
    fn likely(
        &self,
        attribute: &Attribute,
        taught: Option<&LinearHead>,
        features: HashMap<ImageId, Vec<u8>>,
    ) -> Vec<(ValueId, Confidence)> {
        let mut likely: HashMap<ValueId, Confidence> = HashMap::new();
        for bytes in features.into_values() {
            let numbers = numbers(&bytes);
            let head = taught.or(self.vision().heads().heads.get(attribute.id.as_str()));
            let read = head.and_then(|head| Some((head, read_by(head.dimensions(), &numbers)?)));
            let ranked = read.map(|(head, features)| head.ranked(features)).unwrap_or_default();
            for (value, confidence) in ranked {
                let most = likely.entry(value).or_insert(confidence);
                *most = Confidence::new(most.get().max(confidence.get()));
            }
        }
        let mut likely: Vec<_> = likely.into_iter().collect();
        likely.sort_by(|a, b| b.1.get().total_cmp(&a.1.get()).then_with(|| a.0.cmp(&b.0)));
        likely
    }

    /// The values that look-alikes have, most frequent first; what a person said counts double.
    async fn had_by_neighbours(
        &self,
        organisation: OrganisationId,
        attribute: &Attribute,
        view: &ProductView,
    ) -> Result<Vec<ValueId>, AppError> {
        let mut votes: HashMap<ValueId, u32> = HashMap::new();
        for (other, _) in self.neighbours(organisation, view, NEIGHBOURS).await? {
            for tag in other.tags.iter().filter(|t| t.attribute == attribute.id) {
                *votes.entry(tag.value.clone()).or_default() += if is_open(tag) { 1 } else { 2 };
            }
        }
        let mut votes: Vec<_> = votes.into_iter().collect();
        votes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(votes.into_iter().map(|(value, _)| value).collect())
    }
}

fn place(product: ProductId, tag: Tag) -> Place {
    Place { state: tag.state, confidence: tag.confidence, product, attribute: tag.attribute, value: tag.value }
}

/// The tag of a look-alike that an answer would change.
fn open_tag(view: &ProductView, asked: &Asked, answer: &ValueId, many: bool) -> Option<Tag> {
    let mut tags = view.tags.iter().filter(|t| t.attribute == asked.attribute);
    if many {
        let open: Vec<&Tag> = tags.filter(|t| is_open(t)).collect();
        let of = |value: &ValueId| open.iter().find(|t| t.value == *value);
        return of(&asked.value).or_else(|| of(answer)).map(|t| (*t).clone());
    }
    let first = tags.next()?;
    (is_open(first) && tags.all(is_open)).then(|| first.clone())
}

/// The values that somebody took away, oldest word first, and did not give again.
fn rejected(history: &[Correction]) -> BTreeSet<ValueId> {
    let mut rejected = BTreeSet::new();
    for said in history.iter().filter(|said| said.undone.is_none()) {
        rejected.extend(said.old.clone());
        if let Some(new) = &said.new {
            rejected.remove(new);
        }
    }
    rejected
}

/// For a colour: the other colours, nearest to what was measured under this name first. Nothing for other attributes.
fn near(attribute: &Attribute, value: &ValueId, view: &ProductView) -> Vec<ValueId> {
    let analyses = view.images.iter().filter_map(|i| i.picture()?.analysis.as_ref());
    let measured = analyses.flat_map(|a| &a.colours).find(|share| share.value == *value).map(|share| share.rgb);
    let sample = || attribute.values.iter().find(|v| v.id == *value)?.rgb.first().copied();
    let Some(rgb) = measured.or_else(sample) else { return Vec::new() };
    let distance = |v: &vestry_model::taxonomy::Value| {
        v.rgb.iter().map(|other| Oklab::from(*other).distance(rgb.into())).min_by(f32::total_cmp)
    };
    let mut near: Vec<(f32, &ValueId)> = attribute.values.iter().filter_map(|v| Some((distance(v)?, &v.id))).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.into_iter().map(|(_, value)| value.clone()).collect()
}
