//! Stored pictures as bytes.

use crate::{App, AppError};
use vestry_model::{ImageId, OrganisationId};
use vestry_store::Rendition;

/// Which size of a stored picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageSize {
    /// JPEG, as features see it.
    Full,
    /// WebP, [`THUMBNAIL_WIDTH`] pixels across.
    Thumbnail,
}

/// Pixels across of a thumbnail.
pub const THUMBNAIL_WIDTH: usize = 400;

impl App {
    /// The bytes of a picture of `organisation` and their media type.
    pub async fn image_bytes(
        &self,
        organisation: OrganisationId,
        image: ImageId,
        size: ImageSize,
    ) -> Result<(Vec<u8>, &'static str), AppError> {
        let found = self.store().read().await?.images_by_id(organisation, &[image]).await?;
        let found = found.first().filter(|i| i.picture().is_some()).ok_or(AppError::UnknownImage)?;
        let (rendition, media_type) = match size {
            ImageSize::Full => (Rendition::Full, "image/jpeg"),
            ImageSize::Thumbnail => (Rendition::Thumbnail, "image/webp"),
        };
        let bytes = self.objects().get(&found.object(), rendition).await?.ok_or(AppError::UnknownImage)?;
        Ok((bytes, media_type))
    }

    /// Deletes the objects of images whose rows are gone.
    pub(crate) async fn sweep_objects(&self) -> Result<(), AppError> {
        loop {
            let doomed = self.store().read().await?.doomed_objects(200).await?;
            if doomed.is_empty() {
                return Ok(());
            }
            for key in &doomed {
                self.objects().delete(key).await?;
            }
            let mut tx = self.store().begin().await?;
            tx.forget_doomed_objects(&doomed).await?;
            tx.commit().await?;
        }
    }
}
