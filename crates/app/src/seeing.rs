//! From an image's source to what is stored of it: fetch, clean, recognise, keep.

use crate::{App, AppError, Refusal, RefusalCode, fetch, images::THUMBNAIL_WIDTH};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::JoinSet;
use vestry_model::{ColourShare, Confidence, HeadSet, ImageId, OrganisationId, Suggestion, Taxonomy};
use vestry_store::{Analysis, Document, Image, Picture, Rendition, Suggested, Tx};
use vestry_vision::{CleanImage, ObjectSeen, Recognition};

/// Where the bytes of images come from, beside the addresses that name some.
#[derive(Debug)]
pub(crate) enum Supply {
    /// From addresses only; a path is refused.
    Addresses,
    /// Images named by a path lie under this folder.
    Folder(PathBuf),
    /// Images that came with the request, by source.
    Uploads(HashMap<String, CleanUpload>),
    /// From what is stored; no source is looked at.
    Stored,
}

/// An upload that was cleaned and recognised before anything was written.
#[derive(Debug, Clone)]
pub(crate) struct CleanUpload {
    pub(crate) digest: [u8; 32],
    /// The heads that recognised it.
    pub(crate) model: String,
    pub(crate) image: CleanImage,
    pub(crate) recognition: Recognition,
}

/// What came of looking at the images of some products; nothing of it is in the database yet.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The heads that looked.
    model: String,
    pictures: Vec<(ImageId, Picture, Option<Vec<u8>>)>,
    pub(crate) failures: Vec<(ImageId, Refusal)>,
    suggested: Vec<Suggested>,
}

enum One {
    /// Objects are stored, the row is not.
    Stored {
        picture: Box<Picture>,
        features: Vec<u8>,
        recognition: Box<Recognition>,
    },
    Failed(Refusal),
}

impl Seen {
    /// How many pictures were stored or looked at again.
    pub(crate) fn images(&self) -> usize {
        self.pictures.len()
    }

    /// Writes what was seen.
    pub(crate) async fn write(&self, tx: &mut Tx, now: jiff::Timestamp) -> Result<(), AppError> {
        tx.put_pictures(&self.pictures).await?;
        let failed = self.failures.iter().map(|(image, refusal)| (*image, refusal.message.clone()));
        tx.fail_images(&failed.collect::<Vec<_>>()).await?;
        Ok(tx.replace_suggestions(&self.model, &self.suggested, now).await?)
    }

    /// Writes what was seen of stored pictures; they themselves stay as they are.
    pub(crate) async fn write_analyses(self, tx: &mut Tx, now: jiff::Timestamp) -> Result<(), AppError> {
        let analysis = |(id, picture, features): (ImageId, Picture, _)| Some((id, picture.analysis?, features));
        let analyses: Vec<_> = self.pictures.into_iter().filter_map(analysis).collect();
        tx.put_analyses(&analyses).await?;
        Ok(tx.replace_suggestions(&self.model, &self.suggested, now).await?)
    }
}

impl App {
    /// Looks at the images of `documents` of an organisation, by its heads: all of a product's, when any of them is new or
    /// changed. Objects are written, rows are not.
    pub(crate) async fn see(
        &self,
        organisation: OrganisationId,
        documents: &[Document],
        supply: &Arc<Supply>,
    ) -> Result<Seen, AppError> {
        let heads = self.heads(organisation).await?;
        let mut seen = Seen { model: heads.name.clone(), ..Seen::default() };
        let mut tasks = JoinSet::new();
        for (at, document) in documents.iter().enumerate() {
            if !self.needs_a_look(document, supply, &heads.name).await {
                continue;
            }
            for (position, image) in document.images.iter().enumerate() {
                while tasks.len() >= self.cpu().threads() * 4 {
                    let done = tasks.join_next().await.expect("there are tasks");
                    keep(&mut seen, done.expect("a look neither panics nor is cancelled")?);
                }
                let (app, image, supply, heads) = (self.clone(), image.clone(), Arc::clone(supply), Arc::clone(&heads));
                tasks.spawn(async move {
                    let one = app.see_one(&image, &supply, heads).await?;
                    Ok::<_, AppError>(((at, position), image, one))
                });
            }
        }
        while let Some(done) = tasks.join_next().await {
            keep(&mut seen, done.expect("a look neither panics nor is cancelled")?);
        }
        seen.pictures.sort_by_key(|(id, ..)| *id);
        Ok(seen.merged(self.taxonomy()))
    }

    /// Whether any image of a product waits, was seen by another model, or has other bytes now.
    async fn needs_a_look(&self, document: &Document, supply: &Supply, model: &str) -> bool {
        for image in &document.images {
            let Some(picture) = image.picture() else { return true };
            if picture.analysis.as_ref().is_none_or(|a| a.model != model) {
                return true;
            }
            if let Supply::Folder(folder) = supply
                && !is_url(&image.source)
                && let Ok(bytes) = tokio::fs::read(folder.join(&image.source)).await
                && digest(&bytes) != picture.source_digest
            {
                return true;
            }
        }
        false
    }

    async fn see_one(&self, image: &Image, supply: &Supply, heads: Arc<HeadSet>) -> Result<One, AppError> {
        let upload = match supply {
            Supply::Stored => {
                let said = "its stored picture is gone; import it again";
                return self.fall_back(image, heads, Refusal::new(RefusalCode::PictureGone, said)).await;
            }
            Supply::Uploads(uploads) if uploads.contains_key(&image.source) => uploads[&image.source].clone(),
            _ => {
                let bytes = match self.source_bytes(image, supply).await {
                    Ok(bytes) => bytes,
                    Err(refusal) => return self.fall_back(image, heads, refusal).await,
                };
                match self.clean_upload(bytes, heads).await {
                    Ok(upload) => upload,
                    Err(AppError::Image(error)) => return Ok(One::Failed((&error).into())),
                    Err(error) => return Err(error),
                }
            }
        };
        let thumbnail = {
            let image = upload.image.clone();
            self.cpu().run(move || vestry_vision::thumbnail(&image, THUMBNAIL_WIDTH)).await
        };
        let key = image.object();
        self.objects().put(&key, Rendition::Full, upload.image.jpeg.clone()).await?;
        self.objects().put(&key, Rendition::Thumbnail, thumbnail).await?;
        Ok(stored(&upload.image, upload.digest, upload.recognition, &upload.model))
    }

    /// An image whose source cannot be had again is looked at through its derivative, if there is one.
    async fn fall_back(&self, image: &Image, heads: Arc<HeadSet>, refusal: Refusal) -> Result<One, AppError> {
        let Some(picture) = image.picture() else { return Ok(One::Failed(refusal)) };
        let Some(jpeg) = self.objects().get(&image.object(), Rendition::Full).await? else {
            return Ok(One::Failed(refusal));
        };
        let (app, faces, digest) = (self.clone(), picture.faces.clone(), picture.source_digest);
        self.cpu()
            .run(move || {
                let vision = app.vision();
                let clean = vision.open_derivative(&jpeg, faces)?;
                let recognition = vision.recognise(&clean, None, &heads, app.taxonomy());
                Ok(stored(&clean, digest, recognition, &heads.name))
            })
            .await
    }

    /// Cleans and recognises bytes before anything is written.
    pub(crate) async fn clean_upload(&self, bytes: Vec<u8>, heads: Arc<HeadSet>) -> Result<CleanUpload, AppError> {
        let (digest, model) = (digest(&bytes), heads.name.clone());
        let (image, recognition) = self.clean_and_recognise(bytes, None, heads).await?;
        Ok(CleanUpload { digest, model, image, recognition })
    }

    async fn source_bytes(&self, image: &Image, supply: &Supply) -> Result<Vec<u8>, Refusal> {
        if is_url(&image.source) {
            return self.fetcher().fetch(&image.source).await.map_err(|e| Refusal::from(&e));
        }
        let Supply::Folder(folder) = supply else {
            let said = "only `http` and `https` addresses can be read from here; upload the picture instead";
            return Err(Refusal::new(RefusalCode::PathNotRead, said));
        };
        let path = inside(folder, &image.source).ok_or_else(|| {
            Refusal::new(RefusalCode::PathOutside, "the path leaves the feed's folder; move the picture into it")
        })?;
        let unread = |e: std::io::Error| Refusal::new(RefusalCode::FileMissing, format!("`{}`: {e}", image.source));
        let (length, limit) = (tokio::fs::metadata(&path).await.map_err(unread)?.len(), self.limits().max_bytes);
        if length > limit as u64 {
            let said = format!("`{}` has {length} bytes; at most {limit} are read", image.source);
            return Err(Refusal::with(RefusalCode::PictureTooLarge, limit, said));
        }
        tokio::fs::read(&path).await.map_err(unread)
    }
}

/// A source as an error may show it, cut to 80 characters.
pub(crate) fn shown(source: &str) -> String {
    let safe = if is_url(source) { fetch::shown(source) } else { source.to_owned() };
    safe.chars().take(80).collect()
}

/// Whether a source is fetched rather than read.
pub(crate) fn is_url(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// The SHA-256 of bytes as they came.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// `source` under `folder`, links resolved; `None` when that leads outside.
fn inside(folder: &Path, source: &str) -> Option<PathBuf> {
    let path = folder.join(source);
    match path.canonicalize() {
        Ok(real) => real.starts_with(folder.canonicalize().ok()?).then_some(real),
        Err(_) => Some(path),
    }
}

fn stored(image: &CleanImage, source_digest: [u8; 32], recognition: Recognition, model: &str) -> One {
    let colours: Vec<ColourShare> = recognition.objects.first().map(|o| o.colours.clone()).unwrap_or_default();
    let analysis = recognition.look.clone().map(|look| Analysis { model: model.into(), look, colours });
    let features = recognition.features.print.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
    let picture = Picture {
        source_digest,
        width: image.width as u32,
        height: image.height as u32,
        faces: image.faces.clone(),
        placeholder: Some(image.placeholder()),
        analysis,
    };
    One::Stored { picture: Box::new(picture), features, recognition: Box::new(recognition) }
}

fn keep(seen: &mut Seen, (_, image, one): ((usize, usize), Image, One)) {
    match one {
        One::Failed(refusal) => seen.failures.push((image.id, refusal)),
        One::Stored { picture, features, recognition } => {
            seen.pictures.push((image.id, *picture, Some(features)));
            let suggestions = recognition.objects.into_iter().flat_map(suggestions).collect();
            seen.suggested.push(Suggested { product: image.product, image: Some(image.id), suggestions });
        }
    }
}

/// Everything an object suggests.
fn suggestions(object: ObjectSeen) -> impl Iterator<Item = Suggestion> {
    object.category.into_iter().chain(object.tags)
}

impl Seen {
    /// One list a product: for an attribute with one value, the surest of all its pictures.
    fn merged(mut self, taxonomy: &Taxonomy) -> Self {
        self.suggested.sort_by_key(|s| (s.product, s.image));
        let mut merged: Vec<Suggested> = Vec::new();
        for one in self.suggested {
            match merged.last_mut().filter(|last| last.product == one.product) {
                Some(last) => last.suggestions.extend(one.suggestions),
                None => merged.push(one),
            }
        }
        for product in &mut merged {
            product.suggestions = surest(std::mem::take(&mut product.suggestions), taxonomy);
        }
        Self { suggested: merged, ..self }
    }
}

/// Each value once; each attribute that has one value once: the surest stays, the earlier one on a tie.
fn surest(suggestions: Vec<Suggestion>, taxonomy: &Taxonomy) -> Vec<Suggestion> {
    let mut kept: Vec<Suggestion> = Vec::new();
    for suggestion in suggestions {
        let many = taxonomy.attribute(suggestion.attribute.as_str()).is_some_and(|a| a.many);
        let rival =
            kept.iter_mut().find(|k| k.attribute == suggestion.attribute && (!many || k.value == suggestion.value));
        match rival {
            Some(rival) if sure(&suggestion) > sure(rival) => *rival = suggestion,
            Some(_) => {}
            None => kept.push(suggestion),
        }
    }
    kept
}

fn sure(suggestion: &Suggestion) -> f32 {
    Confidence::get(suggestion.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestry_model::{AttributeId, TagState, ValueId};

    fn suggestion(attribute: &str, value: &str, confidence: f32) -> Suggestion {
        Suggestion {
            attribute: AttributeId::new(attribute).expect("an id"),
            value: ValueId::new(value).expect("an id"),
            confidence: Confidence::new(confidence),
            state: TagState::Suggested,
        }
    }

    #[test]
    fn of_two_pictures_the_surer_names_the_category() {
        let said = vec![
            suggestion("category", "skirt", 0.5),
            suggestion("colour", "navy", 0.6),
            suggestion("category", "dress", 0.9),
            suggestion("colour", "white", 0.3),
            suggestion("colour", "navy", 0.8),
        ];
        let kept = surest(said, Taxonomy::builtin());
        let kept: Vec<(&str, f32)> = kept.iter().map(|s| (s.value.as_str(), s.confidence.get())).collect();
        assert_eq!(kept, [("dress", 0.9), ("navy", 0.8), ("white", 0.3)]);
    }

    #[test]
    fn a_path_stays_in_the_feeds_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.jpg"), b"x").expect("written");
        assert!(inside(folder.path(), "a.jpg").is_some());
        assert!(inside(folder.path(), "../../etc/passwd").is_none() || !Path::new("/etc/passwd").exists());
        assert!(inside(folder.path(), "/etc/hostname").is_none() || !Path::new("/etc/hostname").exists());
    }
}
