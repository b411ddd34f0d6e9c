//! Bytes to a clean image and what it shows: on the CPU pool, nothing stored.

use crate::{App, AppError};
use vestry_model::Region;
use vestry_vision::{CleanImage, Recognition};

impl App {
    /// Cleans `bytes` and recognises what is on the image, or on `crop` of it. Nothing is kept.
    pub async fn tag_image(&self, bytes: Vec<u8>, crop: Option<Region>) -> Result<Recognition, AppError> {
        Ok(self.clean_and_recognise(bytes, crop).await?.1)
    }

    /// The clean image together with what it shows.
    pub(crate) async fn clean_and_recognise(
        &self,
        bytes: Vec<u8>,
        crop: Option<Region>,
    ) -> Result<(CleanImage, Recognition), AppError> {
        let app = self.clone();
        self.cpu()
            .run(move || {
                let vision = app.vision();
                let image = vision.intake(&bytes, app.limits())?;
                let recognition = vision.recognise(&image, crop, vision.heads(), app.taxonomy());
                Ok((image, recognition))
            })
            .await
    }
}
