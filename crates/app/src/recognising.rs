//! Bytes to a clean image and what it shows: on the CPU pool, nothing stored.

use crate::{
    App, AppError, Refusal,
    jobs::{JobKind, Running},
    seeing::{is_url, shown},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::task::JoinSet;
use vestry_model::{HeadSet, JobId, LookVector, OrganisationId, Region};
use vestry_store::Progress;
use vestry_vision::{CleanImage, ObjectSeen, Recognition};

/// Pictures that one job may list.
pub const MAX_LISTED: usize = 1_000;

/// A picture to be recognised by a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedImage {
    /// Where to fetch it; nothing of it is kept.
    pub url: String,
    /// Look only at this part.
    pub crop: Option<Region>,
}

/// What a job saw, in the order of its list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TagReport {
    /// The heads that looked.
    pub model: String,
    /// One entry a picture.
    pub images: Vec<ListedReport>,
}

/// What became of one listed picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedReport {
    /// Where it was fetched.
    pub url: String,
    /// What it shows, or why nobody knows.
    pub seen: Result<ImageReport, String>,
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageReport {
    /// Pixels across, upright.
    pub width: usize,
    /// Pixels down, upright.
    pub height: usize,
    /// Faces that were hidden before anything looked.
    pub faces: usize,
    /// What is on it.
    pub objects: Vec<ObjectSeen>,
}

impl From<Recognition> for ImageReport {
    fn from(seen: Recognition) -> Self {
        Self { width: seen.width, height: seen.height, faces: seen.faces, objects: seen.objects }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    images: Vec<ListedImage>,
}

impl App {
    /// Cleans `bytes` and recognises what is on the image, or on `crop` of it, by the organisation's heads, whose name is
    /// told. Nothing is kept.
    pub async fn tag_image(
        &self,
        organisation: OrganisationId,
        bytes: Vec<u8>,
        crop: Option<Region>,
    ) -> Result<(ImageReport, String), AppError> {
        let heads = self.heads(organisation).await?;
        let name = heads.name.clone();
        Ok((self.clean_and_recognise(bytes, crop, heads).await?.1.into(), name))
    }

    /// Queues the recognition of up to [`MAX_LISTED`] pictures named by address. Bytes are not taken: a job would
    /// have to keep them until it runs, and nothing that is only to be tagged is kept.
    pub async fn start_tagging(
        &self,
        organisation: OrganisationId,
        images: Vec<ListedImage>,
    ) -> Result<JobId, AppError> {
        if images.is_empty() || images.len() > MAX_LISTED {
            let count = images.len();
            return Err(AppError::BadRequest(format!("{count} pictures were listed; list 1 to {MAX_LISTED}")));
        }
        if let Some(bad) = images.iter().find(|i| !is_url(&i.url) || i.url.len() > 2_000) {
            let bad = shown(&bad.url);
            return Err(AppError::BadRequest(format!("`{bad}` is no `http` or `https` address of a picture")));
        }
        self.start_job(organisation, JobKind::Tag, &Payload { images }).await
    }

    /// Fetches and recognises what a job lists. Nothing is kept until the end, so a job that is taken up again
    /// starts again.
    pub(crate) async fn tag_listed(&self, running: &Running<'_>) -> Result<TagReport, AppError> {
        let Payload { images } = running.payload()?;
        let organisation = running.job.organisation;
        let mut report = TagReport { model: self.heads(organisation).await?.name.clone(), images: Vec::new() };
        // As many pictures at once as an import holds.
        for step in images.chunks(self.cpu().threads() * 4) {
            let seen = self.tag_step(organisation, step).await;
            let mut errors = Vec::new();
            for (url, seen) in seen {
                let line = (report.images.len() + 1) as u64;
                errors.extend(seen.as_ref().err().map(|refusal| refusal.clone().at(Some(line), shown(&url))));
                report.images.push(ListedReport { url, seen: seen.map_err(|refusal| refusal.message) });
            }
            let progress = Progress { done: report.images.len() as u64, total: Some(images.len() as u64) };
            running.save(self, progress, &errors).await?;
        }
        Ok(report)
    }

    async fn tag_step(
        &self,
        organisation: OrganisationId,
        step: &[ListedImage],
    ) -> Vec<(String, Result<ImageReport, Refusal>)> {
        let mut tasks = JoinSet::new();
        for (at, image) in step.iter().cloned().enumerate() {
            let app = self.clone();
            tasks.spawn(async move {
                let seen = match app.fetcher().fetch(&image.url).await {
                    Ok(bytes) => {
                        let tagged = app.tag_image(organisation, bytes, image.crop).await;
                        tagged.map(|(seen, _)| seen).map_err(|e| Refusal::from(&e))
                    }
                    Err(error) => Err(Refusal::from(&error)),
                };
                (at, (image.url, seen))
            });
        }
        let mut seen = tasks.join_all().await;
        seen.sort_by_key(|(at, _)| *at);
        seen.into_iter().map(|(_, report)| report).collect()
    }

    /// How `bytes`, or `crop` of them, look. Nothing is kept.
    pub(crate) async fn look(&self, bytes: Vec<u8>, crop: Option<Region>) -> Result<Option<LookVector>, AppError> {
        let app = self.clone();
        self.cpu().run(move || Ok(app.vision().look(&bytes, app.limits(), crop)?)).await
    }

    /// The clean image together with what it shows.
    pub(crate) async fn clean_and_recognise(
        &self,
        bytes: Vec<u8>,
        crop: Option<Region>,
        heads: Arc<HeadSet>,
    ) -> Result<(CleanImage, Recognition), AppError> {
        let app = self.clone();
        self.cpu()
            .run(move || {
                let vision = app.vision();
                let image = vision.intake(&bytes, app.limits())?;
                let recognition = vision.recognise(&image, crop, &heads, app.taxonomy());
                Ok((image, recognition))
            })
            .await
    }
}
