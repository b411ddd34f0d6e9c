//! Heads that people taught and that were published: they recognise the organisation's pictures from then on.
//!
//! A version says what its head is made of: the corrections up to one. The head itself is kept nowhere; it follows from
//! those of them that are live, so that whoever is forgotten is out of every version, of old ones and of backups too.
//! Versions stand on each other: the newest is in use, and rolling back takes it away.

use crate::{
    App, AppError, Cpu, Privacy, PrivacyError,
    opening::heads_in,
    teaching::{Lineage, Taught, Teaching, TeachingError},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex},
};
use vestry_learn::taught::{Evidence, TaughtHead, Verdict};
use vestry_model::{AttributeId, HeadSet, OrganisationId};
use vestry_store::{Forgetting, HeadEnd, HeadFacts, HeadVersion, Judged};
use vestry_vault::ModelChange;

/// Versions of one attribute that stand on each other, at most.
const STANDING: usize = 20;

/// Models made anew that are told of.
const FORGETTINGS: u32 = 100;

/// A version of a head.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedHead {
    /// What is stored of it.
    pub version: HeadVersion,
    /// How it did when it was published, or when it was last made anew.
    pub evidence: HeadEvidence,
    /// Whether it recognises pictures now.
    pub is_in_use: bool,
}

/// How a head did on pictures that it had not seen, beside the shipped one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HeadEvidence {
    /// Pictures that it was fitted on.
    pub examples: usize,
    /// Pictures that it was asked about.
    pub held_out: usize,
    /// How many it got right.
    pub right: usize,
    /// How many the shipped head got right.
    pub right_before: usize,
    /// The mean paired difference, and its 95 % bounds.
    pub difference: [f64; 3],
    /// Expected calibration error.
    pub calibration_error: f64,
}

impl HeadEvidence {
    fn of(head: &TaughtHead) -> Self {
        let Evidence { held_out, right, right_before, difference, calibration_error, .. } = head.evidence;
        Self { examples: head.examples, held_out, right, right_before, difference, calibration_error }
    }
}

/// Head sets in memory, one an organisation, by the versions that are in use.
#[derive(Debug, Default)]
pub(crate) struct HeadSets(Mutex<HashMap<OrganisationId, Known>>);

#[derive(Debug, Clone)]
struct Known {
    /// Models in use, by their hashes.
    of: Vec<String>,
    heads: Arc<HeadSet>,
}

impl App {
    /// The heads that recognise an organisation's pictures: the shipped ones, and in place of some of them what its people
    /// taught and published.
    pub async fn heads(&self, organisation: OrganisationId) -> Result<Arc<HeadSet>, AppError> {
        let shipped = self.vision().heads();
        let versions = self.heads_in_use(organisation).await?;
        let of: Vec<String> = versions.iter().map(|version| version.facts.model.clone()).collect();
        let known = self.head_sets().0.lock().expect("no holder panics").get(&organisation).cloned();
        if let Some(known) = known.filter(|known| known.of == of) {
            return Ok(known.heads);
        }
        let mut heads = shipped.clone();
        for version in &versions {
            let attribute = &version.attribute;
            let live = self.teaching().live_through(organisation, attribute, version.facts.through).await?;
            let solved = self.teaching().solved((organisation, attribute), &live, self.cpu()).await?;
            // Until a sweep issues the version anew, it is used as long as what is left of it would be published.
            let solved = solved.filter(|(head, _)| head.evidence.verdict == Verdict::Promote);
            if let Some(head) = solved.and_then(|(head, _)| self.teaching().published(attribute, &head)) {
                heads.heads.insert(attribute.to_string(), head);
            }
        }
        if !of.is_empty() {
            let digest = vestry_model::hex(&Sha256::digest(of.concat()));
            heads.name = format!("{}+{}", shipped.name, &digest[..8]);
        }
        let heads = Arc::new(heads);
        let known = Known { of, heads: Arc::clone(&heads) };
        self.head_sets().0.lock().expect("no holder panics").insert(organisation, known);
        Ok(heads)
    }

    /// The versions that recognise an organisation's pictures now, one an attribute. What was taught on other heads than
    /// the shipped ones is not in use.
    pub async fn heads_in_use(&self, organisation: OrganisationId) -> Result<Vec<HeadVersion>, AppError> {
        Ok(self.store().read().await?.heads_in_use(organisation, &self.vision().heads().name).await?)
    }

    /// The versions of an attribute's head, the newest first.
    pub async fn published_heads(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
    ) -> Result<Vec<PublishedHead>, AppError> {
        let versions = self.store().read().await?.head_versions(organisation, attribute).await?;
        let shipped = &self.vision().heads().name;
        let stands = |version: &&HeadVersion| version.ended.is_none() && version.facts.shipped == *shipped;
        let in_use = versions.iter().find(stands).map(|version| version.id);
        let read = |version: HeadVersion| PublishedHead {
            evidence: serde_json::from_str(&version.facts.evidence).unwrap_or_default(),
            is_in_use: in_use == Some(version.id),
            version,
        };
        Ok(versions.into_iter().map(read).collect())
    }

    /// Exactly which judgements a version is made of: those that are live of the corrections up to the one that it names.
    /// `None` when the attribute has no such version.
    pub async fn version_lineage(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        id: i64,
    ) -> Result<Option<Lineage>, AppError> {
        let versions = self.store().read().await?.head_versions(organisation, attribute).await?;
        let Some(version) = versions.into_iter().find(|version| version.id == id) else { return Ok(None) };
        let live = self.teaching().live_through(organisation, attribute, version.facts.through).await?;
        Ok(Some(Lineage::of(&version.facts.shipped, attribute, &live)))
    }

    /// Publishes what people taught of an attribute so far, if it is good enough; stored pictures are looked at again.
    ///
    /// # Errors
    /// [`AppError::NotPublished`] where its verdict does not say so, or it is in use already.
    pub async fn publish_head(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        who: &str,
    ) -> Result<PublishedHead, AppError> {
        let taught = self.taught(organisation, attribute).await?;
        let facts = taught.as_ref().and_then(|taught| facts(attribute, &taught.head, &taught.lineage));
        let (Some(Taught { head, .. }), Some(facts)) = (taught, facts) else {
            return Err(AppError::NotPublished(NotPublished::Nothing));
        };
        match head.evidence.verdict {
            Verdict::Promote => {}
            Verdict::Keep => return Err(AppError::NotPublished(NotPublished::NotBetter)),
            Verdict::NotEnoughEvidence => {
                let held_out = head.evidence.held_out;
                return Err(AppError::NotPublished(NotPublished::NotEnough { held_out }));
            }
            Verdict::NotComparable => return Err(AppError::NotPublished(NotPublished::NotComparable)),
        }
        let before = self.published_heads(organisation, attribute).await?;
        if before.iter().any(|one| one.is_in_use && one.version.facts.model == facts.model) {
            return Err(AppError::NotPublished(NotPublished::InUse));
        }
        let now = self.now();
        let mut tx = self.store().begin().await?;
        tx.publish_head((organisation, attribute), &facts, who, now).await?;
        for old in before.iter().filter(|one| one.version.ended.is_none()).skip(STANDING - 1) {
            tx.end_head(organisation, old.version.id, HeadEnd::Superseded, now).await?;
        }
        tx.commit().await?;
        self.start_looking().await?;
        let newest = self.published_heads(organisation, attribute).await?.into_iter().next();
        newest.ok_or(AppError::NotPublished(NotPublished::Nothing))
    }

    /// Goes back from version `id` of an attribute's head, if it is in use, to the one before it, or to the shipped head.
    ///
    /// # Errors
    /// [`AppError::NotPublished`] where it is not in use.
    pub async fn roll_back_head(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        id: i64,
    ) -> Result<(), AppError> {
        let versions = self.published_heads(organisation, attribute).await?;
        if !versions.iter().any(|one| one.is_in_use && one.version.id == id) {
            return Err(AppError::NotPublished(NotPublished::NotInUse));
        }
        let mut tx = self.store().begin().await?;
        tx.end_head(organisation, id, HeadEnd::RolledBack, self.now()).await?;
        tx.commit().await?;
        self.start_looking().await?;
        Ok(())
    }
}

/// Why a head is not published, or not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPublished {
    /// There is nothing to publish.
    #[error("nothing was taught of this attribute; answer questions in the review first")]
    Nothing,
    /// Its verdict is to wait.
    #[error(
        "{held_out} pictures are too few to tell whether the head is better; it is published from {} on",
        vestry_learn::taught::ENOUGH
    )]
    NotEnough {
        /// Pictures that it was asked about.
        held_out: usize,
    },
    /// Its verdict is that it is not better.
    #[error("the head is not surely better than the shipped one; it is published when it is")]
    NotBetter,
    /// What the server came with reads more than is stored.
    #[error(
        "what recognises this attribute reads the pictures themselves, so that a taught head cannot be held against it; it \
         proposes answers in the review"
    )]
    NotComparable,
    /// Nothing changed since.
    #[error("this very head is in use")]
    InUse,
    /// Another one is in use, or none.
    #[error("this version is not in use; look which one is")]
    NotInUse,
}

impl Teaching<'_> {
    /// The head of these judgements, and what a version says of it. `None` when there is nothing to solve, or the attribute
    /// cannot be taught.
    async fn solved(
        &self,
        (organisation, attribute): (OrganisationId, &AttributeId),
        live: &[Judged],
        cpu: &Cpu,
    ) -> Result<Option<(TaughtHead, HeadFacts)>, TeachingError> {
        let Some(learner) = self.learner((organisation, attribute), live).await? else { return Ok(None) };
        let head = cpu.run(move || learner.fit()).await?;
        let facts = facts(attribute, &head, &self.lineage(attribute, live));
        Ok(facts.map(|facts| (head, facts)))
    }
}

/// What a version says of a head; nothing where nobody taught it.
fn facts(attribute: &AttributeId, head: &TaughtHead, lineage: &Lineage) -> Option<HeadFacts> {
    Some(HeadFacts {
        shipped: lineage.shipped.clone(),
        through: lineage.lines.last()?.sequence,
        manifest: lineage.hash.clone(),
        model: digest(attribute, head),
        evidence: serde_json::to_string(&HeadEvidence::of(head)).expect("numbers are JSON"),
    })
}

/// SHA-256 over every number of a head, as hex digits.
fn digest(attribute: &AttributeId, head: &TaughtHead) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("vestry head 1\n{attribute}\n"));
    head.scorer.classes.iter().for_each(|class| hasher.update(format!("{class}\n")));
    let numbers = head.scorer.weights.iter().chain(&head.scorer.bias).chain([&head.lambda]);
    numbers.for_each(|number| hasher.update(number.to_le_bytes()));
    [head.temperature, head.threshold].iter().for_each(|number| hasher.update(number.to_le_bytes()));
    hasher.update(format!("{:?}", head.evidence.verdict));
    vestry_model::hex(&hasher.finalize())
}

impl Privacy {
    /// Makes every standing version anew whose judgements are not live any more. Both hashes of each are in the audit log
    /// before the version changes, and so in the next certificate.
    pub(crate) async fn reissue_heads(&self) -> Result<(), PrivacyError> {
        let standing = self.store().read().await?.standing_heads().await?;
        if standing.is_empty() {
            return Ok(());
        }
        let heads = heads_in(&self.vault().place_of_files().folder)?;
        let teaching = Teaching { store: self.store(), privacy: Some(self), heads: &heads };
        // Versions of one head stand on each other, and are made of the same judgements.
        let (mut cpu, mut read) = (None, HashMap::new());
        for version in standing.iter().filter(|version| version.facts.shipped == heads.name) {
            let HeadVersion { organisation, attribute, facts, .. } = version;
            let live = match read.entry((*organisation, attribute)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(teaching.live(*organisation, attribute).await?),
            };
            let live = teaching.of_version(version, live).await?;
            if teaching.lineage(attribute, &live).hash == facts.manifest {
                continue;
            }
            let cpu = match &cpu {
                Some(cpu) => cpu,
                None => cpu.insert(Cpu::new(0).map_err(PrivacyError::Threads)?),
            };
            let solved = teaching.solved((*organisation, attribute), &live, cpu).await?;
            let solved = solved.filter(|(head, _)| head.evidence.verdict == Verdict::Promote);
            self.reissue(version, solved.map(|(_, facts)| facts), self.now()).await?;
        }
        Ok(())
    }

    async fn reissue(
        &self,
        version: &HeadVersion,
        facts: Option<HeadFacts>,
        now: Timestamp,
    ) -> Result<(), PrivacyError> {
        let hashes = |facts: &HeadFacts| [facts.manifest.clone(), facts.model.clone()];
        let change = ModelChange {
            organisation: version.organisation,
            model: version.attribute.to_string(),
            version: version.id,
            before: hashes(&version.facts),
            after: facts.as_ref().map(hashes),
        };
        let forgetting = forgetting(&change, now);
        self.vault().note_models(&[change], now).await?;
        let mut tx = self.store().begin().await?;
        tx.note_forgettings(&[forgetting]).await?;
        match facts {
            Some(facts) => tx.reissue_head(version.id, &facts).await?,
            None => drop(tx.end_head(version.organisation, version.id, HeadEnd::Forgotten, now).await?),
        }
        Ok(tx.commit().await?)
    }
}

/// A change as the shop reads it.
pub(crate) fn forgetting(change: &ModelChange, at: Timestamp) -> Forgetting {
    Forgetting {
        organisation: change.organisation,
        model: change.model.clone(),
        version: change.version,
        before: change.before.clone(),
        after: change.after.clone(),
        at,
    }
}

impl App {
    /// The last models of an organisation that were made anew because somebody is forgotten, the newest first.
    pub async fn forgettings(&self, organisation: OrganisationId) -> Result<Vec<Forgetting>, AppError> {
        Ok(self.store().read().await?.forgettings(organisation, FORGETTINGS).await?)
    }
}

impl From<TeachingError> for AppError {
    fn from(error: TeachingError) -> Self {
        match error {
            TeachingError::Store(error) => error.into(),
            TeachingError::Vault(error) => error.into(),
            TeachingError::Solve(error) => error.into(),
        }
    }
}

impl From<TeachingError> for PrivacyError {
    fn from(error: TeachingError) -> Self {
        match error {
            TeachingError::Store(error) => error.into(),
            TeachingError::Vault(error) => error.into(),
            TeachingError::Solve(error) => Self::Taught(error),
        }
    }
}
