//! A new model looks at what is stored: no source is fetched again, no person's tag is touched.

use crate::{
    App, AppError,
    jobs::{JobKind, Running},
    seeing::Supply,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vestry_model::{ImageId, JobId, OrganisationId, ProductId};
use vestry_store::{Image, JobError, JobState, Progress};

/// Pictures a step.
const STEP: u32 = 64;

/// What a look at stored pictures did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookReport {
    /// Pictures looked at.
    pub looked_at: u64,
    /// Pictures that could not be read.
    pub unread: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Nothing {}

impl App {
    /// How many stored pictures of `organisation` the heads in use have not looked at.
    pub async fn unseen_images(&self, organisation: OrganisationId) -> Result<u64, AppError> {
        let heads = self.heads(organisation).await?;
        Ok(self.store().read().await?.count_images_without(organisation, &heads.name).await?)
    }

    /// Queues a look at the pictures that the heads in use have not seen, for every organisation that has some and
    /// no such job yet.
    pub async fn start_looking(&self) -> Result<Vec<(OrganisationId, JobId)>, AppError> {
        let mut started = Vec::new();
        for organisation in self.organisations().await? {
            let under_way = |state: &JobState| matches!(state, JobState::Queued { .. } | JobState::Running { .. });
            let jobs = self.jobs(organisation.id, 100).await?;
            let asked = jobs.iter().any(|j| JobKind::of(j) == Some(JobKind::Look) && under_way(&j.state));
            if !asked && self.unseen_images(organisation.id).await? > 0 {
                started.push((organisation.id, self.start_job(organisation.id, JobKind::Look, &Nothing {}).await?));
            }
        }
        Ok(started)
    }

    pub(crate) async fn look_again(&self, running: &Running<'_>) -> Result<LookReport, AppError> {
        let Nothing {} = running.payload()?;
        let organisation = running.job.organisation;
        let supply = Arc::new(Supply::Stored);
        let mut report = LookReport::default();
        let done = running.job.progress.done;
        let mut progress = Progress { done, total: Some(done + self.unseen_images(organisation).await?) };
        let mut after = None;
        loop {
            let unseen = self.unseen(organisation, after).await?;
            let Some(last) = unseen.last() else { return Ok(report) };
            after = Some(last.id);
            let mut products: Vec<ProductId> = unseen.iter().map(|i| i.product).collect();
            products.sort_unstable();
            products.dedup();
            let documents = self.store().read().await?.documents(organisation, &products).await?;
            let seen = self.see(organisation, &documents, &supply).await?;
            let errors: Vec<JobError> = seen
                .failures
                .iter()
                .map(|(image, refusal)| refusal.clone().at(None, format!("image {image}")))
                .collect();
            report.looked_at += seen.images() as u64;
            report.unread += errors.len() as u64;
            progress.done += unseen.len() as u64;
            let now = self.now();
            let mut tx = self.store().begin().await?;
            seen.write_analyses(&mut tx, now).await?;
            running.note(&mut tx, progress, &errors, now).await?;
            tx.commit().await?;
            self.changed().notify_one();
            running.say(progress);
        }
    }

    async fn unseen(&self, organisation: OrganisationId, after: Option<ImageId>) -> Result<Vec<Image>, AppError> {
        let heads = self.heads(organisation).await?;
        Ok(self.store().read().await?.images_without(organisation, &heads.name, after, STEP).await?)
    }
}
