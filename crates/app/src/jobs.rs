//! Jobs: long work that survives its process. What a step wrote and how far its job is are committed together, so a
//! job that is taken up again repeats at most one step, and repeating changes nothing.

use crate::{
    App, AppError, Refusal, RefusalCode, importing::ImportReport, looking::LookReport, recognising::TagReport,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use vestry_model::{JobId, OrganisationId};
use vestry_store::{Claim, Job, JobError, Progress, StoreError, Tx};

/// A worker that says nothing for so long has lost its job.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// What kind of work a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// A feed or a tree becomes products.
    Import,
    /// Pictures named by address are recognised; nothing of them is kept.
    Tag,
    /// Stored pictures are looked at by the heads in use.
    Look,
}

impl JobKind {
    const ALL: [Self; 3] = [Self::Import, Self::Tag, Self::Look];

    const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Tag => "tag",
            Self::Look => "look",
        }
    }

    /// The kind of `job`; `None` when another version queued it.
    pub fn of(job: &Job) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == job.kind)
    }
}

/// What a job did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum JobReport {
    /// An import.
    Import(ImportReport),
    /// A list of pictures.
    Tag(TagReport),
    /// A look at stored pictures.
    Look(LookReport),
}

/// A job in this worker's hands.
pub(crate) struct Running<'a> {
    pub(crate) job: &'a Job,
    claim: Claim,
    said: &'a (dyn Fn(JobId, Progress) + Sync),
}

/// A job that was worked on until it was done or could not be.
#[derive(Debug)]
pub struct Ended {
    /// Which one.
    pub job: JobId,
    /// What it did, or why it stopped.
    pub outcome: Result<JobReport, AppError>,
}

impl Running<'_> {
    /// What the job was asked to do.
    pub(crate) fn payload<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        serde_json::from_str(&self.job.payload)
            .map_err(|_| AppError::BadRequest("the job was written by another version; start it again".into()))
    }

    /// Notes in `tx` how far the job is and what it could not do; commit it, then [`Running::say`] so.
    pub(crate) async fn note(
        &self,
        tx: &mut Tx,
        progress: Progress,
        errors: &[JobError],
        now: Timestamp,
    ) -> Result<(), AppError> {
        tx.add_job_errors(self.claim, errors).await?;
        tx.progress_job(self.claim, progress, now, LEASE).await?;
        Ok(())
    }

    /// Notes the same in a transaction of its own, for a step that writes nothing else, and says so.
    pub(crate) async fn save(&self, app: &App, progress: Progress, errors: &[JobError]) -> Result<(), AppError> {
        let mut tx = app.store().begin().await?;
        self.note(&mut tx, progress, errors, app.now()).await?;
        tx.commit().await?;
        self.say(progress);
        Ok(())
    }

    /// Tells whoever watches.
    pub(crate) fn say(&self, progress: Progress) {
        (self.said)(self.job.id, progress);
    }
}

impl App {
    pub(crate) async fn start_job(
        &self,
        organisation: OrganisationId,
        kind: JobKind,
        payload: &(impl Serialize + Sync),
    ) -> Result<JobId, AppError> {
        let payload = serde_json::to_string(payload).expect("a payload is JSON");
        let mut tx = self.store().begin().await?;
        let job = tx.enqueue_job(organisation, kind.name(), &payload, self.now()).await?;
        tx.commit().await?;
        self.waiting().notify_one();
        Ok(job)
    }

    /// Works on the oldest queued job, saying how far it is; `None` when none is due. An error is one of the queue's;
    /// that the job failed stands in what ended.
    pub async fn run_next_job(&self, said: impl Fn(JobId, Progress) + Sync) -> Result<Option<Ended>, AppError> {
        let mut tx = self.store().begin().await?;
        let claimed = tx.claim_job(self.now(), LEASE).await?;
        tx.commit().await?;
        let Some((claim, job)) = claimed else { return Ok(None) };
        let outcome = self.run_job(&Running { job: &job, claim, said: &said }).await;
        let now = self.now();
        let mut tx = self.store().begin().await?;
        match &outcome {
            Ok(report) => {
                let report = serde_json::to_string(report).expect("a report is JSON");
                tx.finish_job(claim, &report, now).await?;
            }
            // Whoever has the job now says how it ends.
            Err(AppError::Store(StoreError::LeaseLost(_))) => return Ok(Some(Ended { job: job.id, outcome })),
            Err(AppError::Store(error)) => {
                tx.retry_job(claim, (&error.to_string(), RefusalCode::Ours.as_str()), now).await?;
            }
            Err(error) => {
                let Refusal { code, message, .. } = Refusal::from(error);
                tx.fail_job(claim, (&message, code.as_str()), now).await?;
            }
        }
        tx.commit().await?;
        Ok(Some(Ended { job: job.id, outcome }))
    }

    async fn run_job(&self, running: &Running<'_>) -> Result<JobReport, AppError> {
        match JobKind::of(running.job) {
            Some(JobKind::Import) => self.import(running).await.map(JobReport::Import),
            Some(JobKind::Tag) => self.tag_listed(running).await.map(JobReport::Tag),
            Some(JobKind::Look) => self.look_again(running).await.map(JobReport::Look),
            None => Err(AppError::BadRequest("the job was written by another version; start it again".into())),
        }
    }

    /// A job of `organisation`.
    pub async fn job(&self, organisation: OrganisationId, id: JobId) -> Result<Job, AppError> {
        self.store().read().await?.job(organisation, id).await?.ok_or(AppError::UnknownJob(id))
    }

    /// The newest jobs of `organisation`.
    pub async fn jobs(&self, organisation: OrganisationId, limit: u32) -> Result<Vec<Job>, AppError> {
        Ok(self.store().read().await?.jobs(organisation, None, limit.clamp(1, 100)).await?)
    }

    /// What a job could not do, in the order it met it; the first thousand.
    pub async fn job_errors(&self, organisation: OrganisationId, id: JobId) -> Result<Vec<JobError>, AppError> {
        self.job(organisation, id).await?;
        let mut errors = self.store().read().await?.job_errors(organisation, id).await?;
        // Pictures are looked at many at once, and refused in no order.
        errors.sort_by_key(|error| error.line.unwrap_or(u64::MAX));
        Ok(errors)
    }
}
