//! What an organisation's people teach: their live judgements come to a head of the organisation's own, which answers the
//! review at once, and which is gone from as soon as they are.
//!
//! The truth is the table of corrections; a learner in memory is brought to what is live there before each answer. Whoever
//! objected, is held, or is not on file any more is not among the live: then the learner holds the very sums that it would
//! hold without them (`vestry_learn::taught`).

use crate::{App, AppError, Privacy};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};
use tokio::sync::OwnedMutexGuard;
use vestry_learn::{
    ridge::NotFactorised,
    taught::{
        Contributor, CurvePoint, Judgement, Judgements, Learner, Prior, Rival, Said, Scorer, Shipped, TaughtHead,
    },
};
use vestry_model::{
    AttributeId, HeadSet, ImageId, LinearHead, OrganisationId, Reading, Row, Taxonomy, ValueId, Values,
};
use vestry_policy::Basis;
use vestry_store::{HeadVersion, Judged, NOBODY, Store, StoreError};
use vestry_vault::{PersonId, VaultError};
use vestry_vision::{TEXTURES, numbers::COLOUR};

/// Judgements of one attribute that teach, the newest of those that may.
const MOST: usize = 500_000;
/// Judgements that are read at once.
const PAGE: u32 = 100_000;
/// Judgements under which the shipped head answers alone.
const FEW: usize = 5;
/// The temperature of a working head, where no shipped one has its own.
const TEMPERATURE: f32 = 0.15;
/// The probability under which a working head's answer is a question, where no shipped one has its own.
const THRESHOLD: f32 = 0.6;

/// Learners in memory, one an organisation and attribute.
#[derive(Debug, Default)]
pub(crate) struct Learners(Mutex<HashMap<(OrganisationId, AttributeId), Shared>>);

type Shared = Arc<tokio::sync::Mutex<Known>>;

#[derive(Debug)]
struct Known {
    /// Shared with whoever fits it; what is live then changes a copy.
    learner: Arc<Learner>,
    /// What follows from it, made when it is asked for.
    working: Option<Arc<LinearHead>>,
    fitted: Option<Arc<TaughtHead>>,
    curve: Option<Arc<[CurvePoint]>>,
}

/// A learner as it was, beside what is known of it.
#[derive(Debug, Clone)]
struct Standing {
    learner: Arc<Learner>,
    known: Shared,
}

/// One judgement that a model is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageLine {
    /// The correction.
    pub sequence: i64,
    /// The picture that it is about.
    pub image: ImageId,
    /// Under which name it was made: a pseudonym, a key, or the shop's own data.
    pub who: String,
    /// What was said.
    pub said: Said,
}

/// Exactly what a model is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// The heads that it starts from.
    pub shipped: String,
    /// Its judgements, by their sequence.
    pub lines: Vec<LineageLine>,
    /// SHA-256 over all of that, as hex digits.
    pub hash: String,
}

impl Lineage {
    /// Of a model of `live` that starts from the heads of that name.
    pub(crate) fn of(shipped: &str, attribute: &AttributeId, live: &[Judged]) -> Self {
        let line = |judged: &Judged| {
            let Judgement { image, said, sequence, .. } = judgement(judged)?;
            Some(LineageLine { sequence, image, who: judged.who.clone(), said })
        };
        let mut lines: Vec<LineageLine> = live.iter().filter_map(line).collect();
        lines.sort_by_key(|line| line.sequence);
        let mut hasher = Sha256::new();
        hasher.update(format!("vestry manifest 1\n{shipped}\n{attribute}\n"));
        for LineageLine { sequence, image, who, said } in &lines {
            let (is, value) = (matches!(said, Said::Is(_)), said.value());
            hasher.update(format!("{sequence} {image} {who} {is} {value}\n"));
        }
        Self { shipped: shipped.into(), lines, hash: vestry_model::hex(&hasher.finalize()) }
    }
}

/// What people taught of one attribute.
#[derive(Debug, Clone)]
pub struct Taught {
    /// The head, its calibration and its verdict.
    pub head: Arc<TaughtHead>,
    /// Under which names those stand whose word does not count.
    pub distrusted: Vec<String>,
    /// What it is made of.
    pub lineage: Lineage,
    standing: Standing,
}

impl App {
    /// What teaching stands on here.
    pub(crate) fn teaching(&self) -> Teaching<'_> {
        Teaching { store: self.store(), privacy: self.privacy(), heads: self.vision().heads() }
    }

    /// What people of an organisation taught of an attribute. `None` when the heads in use cannot be taught, or there is no
    /// such attribute.
    pub async fn taught(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
    ) -> Result<Option<Taught>, AppError> {
        let live = self.teaching().live(organisation, attribute).await?;
        let Some(known) = self.learner_of(organisation, attribute, &live).await? else { return Ok(None) };
        let learner = Arc::clone(&known.learner);
        let standing = Standing { learner, known: Arc::clone(OwnedMutexGuard::mutex(&known)) };
        drop(known);
        let fit = |learner: &Learner| learner.fit().map(Arc::new);
        let head = self.made(&standing, |known| &mut known.fitted, fit).await?;
        let lineage = self.teaching().lineage(attribute, &live);
        let names: HashMap<Contributor, &String> =
            live.iter().map(|judged| (contributor(&judged.who), &judged.who)).collect();
        let distrusted = head.distrusted.iter().filter_map(|who| Some((*names.get(who)?).clone())).collect();
        Ok(Some(Taught { head, distrusted, lineage, standing }))
    }

    /// How much more was known of what was taught with each answer.
    pub async fn learning_curve(&self, taught: &Taught) -> Result<Arc<[CurvePoint]>, AppError> {
        let curve = |learner: &Learner| learner.curve().map(Into::into);
        self.made(&taught.standing, |known| &mut known.curve, curve).await
    }

    /// What follows from a learner, made once; questions of the review need not wait for it.
    async fn made<T: Clone + Send + 'static>(
        &self,
        Standing { learner, known }: &Standing,
        place: impl Fn(&mut Known) -> &mut Option<T>,
        make: impl FnOnce(&Learner) -> Result<T, NotFactorised> + Send + 'static,
    ) -> Result<T, AppError> {
        let is_it = |known: &Known| Arc::ptr_eq(&known.learner, learner);
        let mut held = known.lock().await;
        if let Some(made) = place(&mut held).clone().filter(|_| is_it(&held)) {
            return Ok(made);
        }
        drop(held);
        let of = Arc::clone(learner);
        let made = self.cpu().run(move || make(&of)).await?;
        let mut held = known.lock().await;
        if is_it(&held) {
            *place(&mut held) = Some(made.clone());
        }
        Ok(made)
    }

    /// The attributes of which people of an organisation said something.
    pub async fn taught_attributes(&self, organisation: OrganisationId) -> Result<Vec<AttributeId>, AppError> {
        Ok(self.store().read().await?.judged_attributes(organisation).await?)
    }

    /// The head that answers an organisation's review now; `None` while too little was taught to tell it from the shipped
    /// one.
    pub(crate) async fn working_head(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
    ) -> Result<Option<Arc<LinearHead>>, AppError> {
        let live = self.teaching().live(organisation, attribute).await?;
        if live.len() < FEW {
            return Ok(None);
        }
        let Some(mut known) = self.learner_of(organisation, attribute, &live).await? else { return Ok(None) };
        if known.working.is_none() {
            let learner = Arc::clone(&known.learner);
            let shipped = self.teaching().shipped_head(attribute).map(|head| (head.temperature(), head.threshold()));
            let Some(reading) = self.vision().heads().reading.clone() else { return Ok(None) };
            let values = learner.judgements().values();
            let made = self.cpu().run(move || {
                let calibrated = shipped.unwrap_or((TEMPERATURE, THRESHOLD));
                learner.working().map(|scorer| linear(&scorer, &reading, values, calibrated))
            });
            known.working = made.await?.map(Arc::new);
        }
        Ok(known.working.clone())
    }

    /// Whether people can teach an attribute.
    pub fn can_be_taught(&self, attribute: &AttributeId) -> bool {
        self.teaching().teachable(attribute).is_some()
    }

    /// Everything that people of an organisation taught of an attribute, not fitted; `None` when it cannot be taught.
    pub(crate) async fn learner(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
    ) -> Result<Option<Arc<Learner>>, AppError> {
        let live = self.teaching().live(organisation, attribute).await?;
        let known = self.learner_of(organisation, attribute, &live).await?;
        Ok(known.map(|known| Arc::clone(&known.learner)))
    }

    /// The learner of an attribute, brought to what is live.
    async fn learner_of(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        live: &[Judged],
    ) -> Result<Option<OwnedMutexGuard<Known>>, AppError> {
        let teaching = self.teaching();
        let Some((reading, values)) = teaching.teachable(attribute) else { return Ok(None) };
        let judgements = judgements(values, live);
        let known = {
            let mut all = self.learners().0.lock().expect("no holder panics");
            let known = all.entry((organisation, attribute.clone())).or_insert_with(|| {
                let learner = Arc::new(Learner::new(teaching.shipped(attribute, (reading, values))));
                Arc::new(tokio::sync::Mutex::new(Known { learner, working: None, fitted: None, curve: None }))
            });
            Arc::clone(known)
        };
        let mut held = known.lock_owned().await;
        if *held.learner.judgements() != judgements {
            let wanted: HashSet<ImageId> = judgements.iter().map(|judgement| judgement.image).collect();
            let unknown: Vec<ImageId> = wanted.into_iter().filter(|image| !held.learner.knows(*image)).collect();
            let seen = teaching.seen((organisation, attribute), &unknown).await?;
            let work = move || {
                let learner = Arc::make_mut(&mut held.learner);
                learner.hear(seen.told);
                learner.become_those(judgements, seen.rows);
                (held.working, held.fitted, held.curve) = (None, None, None);
                held
            };
            held = self.cpu().run(work).await;
        }
        Ok(Some(held))
    }
}

/// What teaching stands on: the catalogue, who may teach, and the heads to start from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teaching<'a> {
    pub(crate) store: &'a Store,
    pub(crate) privacy: Option<&'a Privacy>,
    pub(crate) heads: &'a HeadSet,
}

/// Why nothing could be taught.
#[derive(Debug, thiserror::Error)]
pub enum TeachingError {
    /// The catalogue.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Who may teach.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The head.
    #[error(transparent)]
    Solve(#[from] NotFactorised),
}

impl Teaching<'_> {
    /// The judgements of an attribute that may teach: the newest [`MOST`].
    pub(crate) async fn live(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
    ) -> Result<Vec<Judged>, TeachingError> {
        self.live_through(organisation, attribute, i64::MAX).await
    }

    /// The same of those up to the correction `through`.
    pub(crate) async fn live_through(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        through: i64,
    ) -> Result<Vec<Judged>, TeachingError> {
        let may = match self.privacy {
            Some(privacy) => Some(privacy.who_may_teach().await?),
            None => None,
        };
        let mut newest = Newest { of: MOST, live: Vec::new() };
        let (mut read, mut through) = (self.store.read().await?, Some(through));
        while let Some(last) = through {
            let page = read.judged(organisation, attribute, last, PAGE).await?;
            let oldest = page.last().filter(|_| page.len() == PAGE as usize).map(|judged| judged.sequence - 1);
            let is_full = newest.take(page, may.as_ref());
            through = oldest.filter(|_| !is_full);
        }
        Ok(newest.live)
    }

    /// The judgements that a version is made of, of those that are `live`.
    pub(crate) async fn of_version(
        &self,
        version: &HeadVersion,
        live: &[Judged],
    ) -> Result<Vec<Judged>, TeachingError> {
        let through = version.facts.through;
        if live.len() == MOST {
            // Newer ones took the places of some that it is made of.
            return self.live_through(version.organisation, &version.attribute, through).await;
        }
        Ok(live.iter().filter(|judged| judged.sequence <= through).cloned().collect())
    }

    /// What a model of `live` is made of that starts from the heads in use.
    pub(crate) fn lineage(&self, attribute: &AttributeId, live: &[Judged]) -> Lineage {
        Lineage::of(&self.heads.name, attribute, live)
    }

    /// How pictures are read that teach an attribute, and how many values of it one has; `None` when it cannot be taught.
    fn teachable(&self, attribute: &AttributeId) -> Option<(&Reading, Values)> {
        let about = Taxonomy::builtin().attribute(attribute.as_str())?;
        Some((self.heads.reading.as_ref()?, if about.many { Values::Many } else { Values::One }))
    }

    /// Everything about an attribute that people did not teach.
    fn shipped(&self, attribute: &AttributeId, (reading, values): (&Reading, Values)) -> Shipped {
        // Colours are read off the pixels, by no head.
        let is_answered = self.heads.heads.contains_key(attribute.as_str()) || attribute.as_str() == COLOUR;
        let rival = if is_answered { Rival::Told } else { Rival::Nobody };
        Shipped { prior: prior(self.shipped_head(attribute), reading), values, rival }
    }

    /// What the server as it came says of a picture; `None` where that does not follow from stored features.
    fn told(&self, attribute: &AttributeId, features: &[f32]) -> Option<Vec<ValueId>> {
        let head = self.heads.heads.get(attribute.as_str())?;
        let said = head.said(read_by(head.dimensions(), features)?);
        let mut values: Vec<ValueId> = said.into_iter().map(|(at, _)| head.classes()[at].clone()).collect();
        values.sort_unstable();
        Some(values)
    }

    /// The head that the server came with, where it reads what teaching reads.
    pub(crate) fn shipped_head(&self, attribute: &AttributeId) -> Option<&LinearHead> {
        let reads = self.heads.reading.as_ref().map_or(0, |reading| reading.mean().len());
        self.heads.heads.get(attribute.as_str()).filter(|head| head.dimensions() == reads)
    }

    /// What a learner is to know of those of the pictures that have features.
    async fn seen(
        &self,
        (organisation, attribute): (OrganisationId, &AttributeId),
        images: &[ImageId],
    ) -> Result<Seen, TeachingError> {
        let mut seen = Seen::default();
        let Some(reading) = &self.heads.reading else { return Ok(seen) };
        for (image, bytes) in self.store.read().await?.features(organisation, images).await? {
            let features = numbers(&bytes);
            seen.rows.extend(row(reading, &features).map(|row| (image, row)));
            seen.told.extend(self.told(attribute, &features).map(|said| (image, said)));
        }
        Ok(seen)
    }

    /// A learner of `live` and of nothing before it; `None` when the attribute cannot be taught.
    pub(crate) async fn learner(
        &self,
        (organisation, attribute): (OrganisationId, &AttributeId),
        live: &[Judged],
    ) -> Result<Option<Learner>, TeachingError> {
        let Some((reading, values)) = self.teachable(attribute) else { return Ok(None) };
        let judgements = judgements(values, live);
        let images: HashSet<ImageId> = judgements.iter().map(|judgement| judgement.image).collect();
        let seen = self.seen((organisation, attribute), &images.into_iter().collect::<Vec<_>>()).await?;
        let mut learner = Learner::new(self.shipped(attribute, (reading, values)));
        learner.hear(seen.told);
        learner.become_those(judgements, seen.rows);
        Ok(Some(learner))
    }

    /// A taught head over features, as recognition uses it.
    pub(crate) fn published(&self, attribute: &AttributeId, head: &TaughtHead) -> Option<LinearHead> {
        let (reading, values) = self.teachable(attribute)?;
        linear(&head.scorer, reading, values, (head.temperature, head.threshold))
    }
}

impl Privacy {
    /// Under which names those stand who may teach: who did not object, is not held, and consents, where the policy has
    /// corrections wait for that.
    async fn who_may_teach(&self) -> Result<HashSet<String>, VaultError> {
        let policy = self.policy();
        let served = policy.item_named("corrections").into_iter().flat_map(|id| policy.item(id).purposes.iter());
        let served: Vec<_> = served.map(|id| policy.purpose(id)).collect();
        let consenting = match served.iter().all(|purpose| purpose.basis == Basis::Consent) && !served.is_empty() {
            true => Some(
                self.vault().consenting(&served.iter().map(|purpose| purpose.id.as_str()).collect::<Vec<_>>()).await?,
            ),
            false => None,
        };
        let consents = |person: &PersonId| consenting.as_ref().is_none_or(|consenting| consenting.contains(person));
        let standings = self.vault().standings().await?.into_iter();
        let may = standings.filter(|stands| !stands.objected && !stands.held && consents(&stands.person));
        Ok(may.map(|stands| self.pseudonym(stands.person)).collect())
    }
}

/// The newest judgements that may teach, gathered from pages of which each is older than the one before. Whoever may not is
/// left out before they are counted: what is gathered is what would be if they had said nothing.
struct Newest {
    of: usize,
    live: Vec<Judged>,
}

impl Newest {
    /// Takes what may teach from a page; whether there is room for no more.
    fn take(&mut self, page: Vec<Judged>, may: Option<&HashSet<String>>) -> bool {
        let may_teach = |one: &Judged| {
            let is_known = |may: &HashSet<String>| !Privacy::is_pseudonym(&one.who) || may.contains(&one.who);
            one.who != NOBODY && may.is_none_or(is_known)
        };
        self.live.extend(page.into_iter().filter(may_teach).take(self.of - self.live.len()));
        self.live.len() == self.of
    }
}

fn judgements(values: Values, live: &[Judged]) -> Judgements {
    let mut judgements = Judgements::new(values);
    live.iter().filter_map(judgement).for_each(|judgement| judgements.add(judgement));
    judgements
}

/// Somebody's number among contributors: it says no more of them than the name under which they stand already.
fn contributor(who: &str) -> Contributor {
    let hash = Sha256::digest(who.as_bytes());
    Contributor(hash[..16].try_into().expect("sixteen of 32 bytes"))
}

/// A correction as a judgement; nothing where it says nothing.
fn judgement(judged: &Judged) -> Option<Judgement> {
    let said = match (&judged.new, &judged.old) {
        (Some(value), _) => Said::Is(value.clone()),
        (None, Some(value)) => Said::IsNot(value.clone()),
        (None, None) => return None,
    };
    Some(Judgement { contributor: contributor(&judged.who), image: judged.image, said, sequence: judged.sequence })
}

/// Stored features.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
}

/// What is read of stored features by something of so many dimensions: how the picture looks, or that and the cloth. Nothing where
/// another model made them, or where they are of a build that did not store the cloth.
pub(crate) fn read_by(dimensions: usize, features: &[f32]) -> Option<&[f32]> {
    [dimensions, dimensions + TEXTURES].contains(&features.len()).then(|| &features[..dimensions])
}

/// The row of stored features.
pub(crate) fn row(reading: &Reading, features: &[f32]) -> Option<Row> {
    read_by(reading.mean().len(), features).map(|look| reading.row(look))
}

/// What a learner is to know of pictures.
#[derive(Debug, Default)]
struct Seen {
    rows: Vec<(ImageId, Row)>,
    /// What the server as it came says of them.
    told: Vec<(ImageId, Vec<ValueId>)>,
}

/// What is shipped of an attribute, over rows.
fn prior(head: Option<&LinearHead>, reading: &Reading) -> Prior {
    let (dimensions, spread) = (reading.dimensions(), f64::from(reading.spread()));
    let Some(head) = head else { return Prior::none(dimensions, spread) };
    let mut order: Vec<usize> = (0..head.classes().len()).collect();
    order.sort_by_key(|at| &head.classes()[*at]);
    let (weights, bias) = reading.over_rows(head.weights(), head.bias());
    let classes: Vec<ValueId> = order.iter().map(|at| head.classes()[*at].clone()).collect();
    let weights = order.iter().flat_map(|at| weights[at * dimensions..(at + 1) * dimensions].to_vec()).collect();
    Prior::new(classes, weights, order.iter().map(|at| bias[*at]).collect(), dimensions, spread)
}

/// A head over rows as one over features; `None` where nothing is known at all.
fn linear(
    scorer: &Scorer,
    reading: &Reading,
    values: Values,
    (temperature, threshold): (f32, f32),
) -> Option<LinearHead> {
    let (weights, bias) = reading.over_features(&scorer.weights, &scorer.bias);
    let head = LinearHead::new(scorer.classes.clone(), reading.mean().len(), weights, bias, temperature, threshold);
    Some(head.ok()?.with_values(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten judgements by three people in turn, and one by nobody, the newest first.
    fn said() -> Vec<Judged> {
        let who = |sequence: i64| match sequence {
            5 => NOBODY.to_owned(),
            _ => format!("member-{}", sequence % 3),
        };
        let one = |sequence| Judged { sequence, who: who(sequence), old: None, new: None, image: ImageId::from_row(1) };
        (0..11).rev().map(one).collect()
    }

    fn gathered(said: &[Judged], of: usize, page: usize, may: &[&str]) -> Vec<i64> {
        let may = may.iter().map(|who| (*who).to_owned()).collect();
        let mut newest = Newest { of, live: Vec::new() };
        for page in said.chunks(page) {
            if newest.take(page.to_vec(), Some(&may)) {
                break;
            }
        }
        newest.live.iter().map(|judged| judged.sequence).collect()
    }

    #[test]
    fn bug_who_objected_kept_others_out_of_the_newest_judgements() {
        let (said, all) = (said(), ["member-0", "member-1", "member-2"]);
        assert_eq!(gathered(&said, 4, 3, &all), [10, 9, 8, 7]);
        // Without one person it is what it would be had they said nothing.
        let others: Vec<Judged> = said.iter().filter(|one| one.who != "member-1").cloned().collect();
        for of in 1..9 {
            for page in 1..12 {
                let left = gathered(&said, of, page, &["member-0", "member-2"]);
                assert_eq!(left, gathered(&others, of, page, &all), "{of} of pages of {page}");
                assert_eq!(left.len(), of.min(6), "nobody's is not among them");
            }
        }
    }
}
