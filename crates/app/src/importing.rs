//! Imports: a feed or a tree becomes products, pictures and tags, as a job, a chunk of rows a step.

use crate::{
    App, AppError, Refusal, RefusalCode, feed,
    feed::{FeedRow, Mapping, RowError},
    jobs::{JobKind, Running},
    seeing::{Supply, shown},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    fs::File,
    hash::{Hash, Hasher},
    path::PathBuf,
    sync::Arc,
};
use tokio::sync::mpsc;
use vestry_model::{AttributeId, JobId, OrganisationId, ProductId, ValueId};
use vestry_store::{JobError, Progress, Put};

/// Rows that are written, looked at and reported together.
const CHUNK: usize = 128;

/// What is imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportSource {
    /// A CSV or JSONL file; picture paths are relative to its folder.
    Feed(PathBuf),
    /// A feed that came over HTTP and lies in the data folder; its pictures are addresses only.
    Upload(PathBuf),
    /// A folder with one subfolder a class.
    Tree(PathBuf),
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    source: ImportSource,
    mapping: Option<Mapping>,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Products that were not there.
    pub created: u64,
    /// Products of which something changed.
    pub updated: u64,
    /// Products that were the same in every field.
    pub unchanged: u64,
    /// Rows that became no product.
    pub failed: u64,
    /// Tags that the taxonomy does not know; their products are kept without them.
    #[serde(default)]
    pub tags_unknown: u64,
    /// Rows of a product that an earlier row was of; the later one is kept.
    #[serde(default)]
    pub repeated: u64,
    /// Pictures that the rows name, those stored before among them.
    #[serde(default)]
    pub images_named: u64,
    /// Pictures stored and recognised.
    pub images: u64,
    /// Pictures that could not be had or read.
    pub images_failed: u64,
    /// How long it took.
    pub seconds: f64,
}

type Row = Result<FeedRow, RowError>;

impl ImportSource {
    /// The columns of a feed with what they probably are.
    pub fn propose(&self) -> Result<(feed::Preview, Mapping), AppError> {
        match self {
            Self::Feed(path) | Self::Upload(path) => {
                let preview = feed::preview(open(path)?, feed::Limits::default())?;
                let mapping = feed::propose(&preview.headers, &preview.sample);
                Ok((preview, mapping))
            }
            Self::Tree(_) => {
                Err(AppError::BadRequest("a folder has no columns; `classes.toml` in it maps its folders".into()))
            }
        }
    }

    fn mapping(&self) -> Result<Mapping, AppError> {
        Ok(self.propose()?.1)
    }

    fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::Feed(path) => path.parent().map(Into::into),
            Self::Tree(path) => Some(path.clone()),
            Self::Upload(_) => None,
        }
    }
}

fn open(path: &PathBuf) -> Result<File, AppError> {
    File::open(path).map_err(|source| AppError::File { path: path.display().to_string(), source })
}

impl App {
    /// Keeps a feed that came over HTTP until it is imported.
    pub async fn keep_upload(&self, bytes: Vec<u8>) -> Result<ImportSource, AppError> {
        let folder = self.folder().join("imports");
        let name = vestry_model::hex(&self.random());
        let path = folder.join(name);
        let file_error = |source| AppError::File { path: "imports".into(), source };
        tokio::fs::create_dir_all(&folder).await.map_err(file_error)?;
        tokio::fs::write(&path, bytes).await.map_err(file_error)?;
        Ok(ImportSource::Upload(path))
    }

    /// Queues an import; without a mapping the proposed one is used. A source that cannot be read is refused here.
    pub async fn start_import(
        &self,
        organisation: OrganisationId,
        source: ImportSource,
        mapping: Option<Mapping>,
    ) -> Result<JobId, AppError> {
        let mapping = match (&source, mapping) {
            (ImportSource::Tree(_), _) => None,
            (_, Some(mapping)) => Some(mapping),
            (source, None) => Some(source.mapping()?),
        };
        // Reading the first row checks the mapping against the header.
        let probe = Payload { source, mapping };
        drop(rows(&probe)?);
        self.start_job(organisation, JobKind::Import, &probe).await
    }

    pub(crate) async fn import(&self, running: &Running<'_>) -> Result<ImportReport, AppError> {
        let payload: Payload = running.payload()?;
        let supply = Arc::new(payload.source.folder().map_or(Supply::Addresses, Supply::Folder));
        let started = self.now();
        let mut progress = Progress { done: running.job.progress.done, total: Some(count_rows(&payload)?) };
        let (mut report, mut seen) = (ImportReport::default(), Seen::default());
        let (sender, mut chunks) = mpsc::channel(2);
        let skip = usize::try_from(progress.done).unwrap_or(usize::MAX);
        let upload = payload.source.clone();
        let reader = tokio::task::spawn_blocking(move || read_chunks(&payload, skip, &sender));
        while let Some(chunk) = chunks.recv().await {
            self.import_chunk(running, chunk, &supply, (&mut report, &mut seen), &mut progress).await?;
            running.say(progress);
        }
        reader.await.expect("reading does not panic")?;
        if let ImportSource::Upload(path) = upload {
            // It is only a copy; a start sweeps the folder if this fails.
            let _ = tokio::fs::remove_file(path).await;
        }
        // The estimate counted the header's line and those inside quotes.
        progress.total = Some(progress.done);
        running.save(self, progress, &[]).await?;
        self.sweep_objects().await?;
        report.seconds = seconds_since(started, self.now());
        Ok(report)
    }

    async fn import_chunk(
        &self,
        running: &Running<'_>,
        chunk: Vec<Row>,
        supply: &Arc<Supply>,
        (report, seen): (&mut ImportReport, &mut Seen),
        progress: &mut Progress,
    ) -> Result<(), AppError> {
        let (organisation, rows) = (running.job.organisation, chunk.len() as u64);
        let (good, mut errors) = self.read_rows(chunk);
        report.failed += rows - good.len() as u64;
        report.tags_unknown += errors.len() as u64 - (rows - good.len() as u64);
        let repeats = errors.len();
        let good = seen.latest(good, &mut errors);
        report.repeated += (errors.len() - repeats) as u64;
        let ids = self.put_rows(organisation, &good, report).await?;
        let documents = self.store().read().await?.documents(organisation, &ids).await?;
        let looked = self.see(organisation, &documents, supply).await?;
        report.images_named += documents.iter().map(|d| d.images.len() as u64).sum::<u64>();
        report.images += looked.images() as u64;
        report.images_failed += looked.failures.len() as u64;
        for (image, refusal) in &looked.failures {
            let of = documents.iter().find(|d| d.images.iter().any(|i| i.id == *image));
            let line = of.and_then(|d| good.iter().find(|r| r.row.product.sku == d.product.product.sku));
            let source = of.and_then(|d| d.images.iter().find(|i| i.id == *image)).map(|i| i.source.clone());
            errors.push(refusal.clone().at(line.map(|r| r.row.line), shown(&source.unwrap_or_default())));
        }
        progress.done += rows;
        progress.total = progress.total.map(|t| t.max(progress.done));
        let now = self.now();
        let mut tx = self.store().begin().await?;
        looked.write(&mut tx, now).await?;
        running.note(&mut tx, *progress, &errors, now).await?;
        tx.commit().await?;
        self.changed().notify_one();
        Ok(())
    }

    /// The rows that are products, and the errors of the others. A tag that the taxonomy does not know is an
    /// error of its own and leaves the product.
    fn read_rows(&self, chunk: Vec<Row>) -> (Vec<Ready>, Vec<JobError>) {
        let (mut good, mut errors) = (Vec::new(), Vec::new());
        for row in chunk {
            match row {
                Ok(row) => {
                    let tags = self.given_tags(&row, &mut errors);
                    good.push(Ready { row, tags, is_counted: false });
                }
                Err(RowError { line, value, refusal }) => errors.push(refusal.at(Some(line), value)),
            }
        }
        (good, errors)
    }

    fn given_tags(&self, row: &FeedRow, errors: &mut Vec<JobError>) -> Vec<(AttributeId, ValueId)> {
        let mut tags = Vec::new();
        for (attribute, text) in &row.given_tags {
            match self.tag_ids(attribute, text) {
                Ok(tag) => tags.push(tag),
                Err(error) => {
                    let mut refusal = Refusal::from(&error);
                    refusal.message.push_str("; the product is kept without it");
                    errors.push(refusal.at(Some(row.line), text.chars().take(80).collect()));
                }
            }
        }
        tags
    }

    async fn put_rows(
        &self,
        organisation: OrganisationId,
        good: &[Ready],
        report: &mut ImportReport,
    ) -> Result<Vec<ProductId>, AppError> {
        let now = self.now();
        let products: Vec<_> = good.iter().map(|r| r.row.product.clone()).collect();
        let mut tx = self.store().begin().await?;
        let put = tx.put_products(organisation, &products, now).await?;
        let images: Vec<_> = put.iter().zip(good).map(|(p, r)| (p.id, r.row.images.clone())).collect();
        tx.put_images(organisation, &images, now).await?;
        let tags: Vec<_> = put.iter().zip(good).map(|(p, r)| (p.id, r.tags.clone())).collect();
        tx.replace_catalogue_tags(organisation, &tags, now).await?;
        tx.commit().await?;
        for (one, _) in put.iter().zip(good).filter(|(_, ready)| !ready.is_counted) {
            match one.put {
                Put::Created => report.created += 1,
                Put::Updated => report.updated += 1,
                Put::Unchanged => report.unchanged += 1,
            }
        }
        let mut ids: Vec<ProductId> = put.iter().map(|p| p.id).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

/// On which line each product stood, by a hash of its SKU: sixteen bytes a row of however long a feed. A job that goes on
/// after a restart has forgotten those before.
#[derive(Default)]
struct Seen(HashMap<u64, u64>);

impl Seen {
    /// The last row of each product, since the tags of two would be mixed; of every row before it somebody is told.
    fn latest(&mut self, good: Vec<Ready>, errors: &mut Vec<JobError>) -> Vec<Ready> {
        let (mut latest, mut place) = (Vec::<Ready>::new(), HashMap::<String, usize>::new());
        for mut ready in good {
            let (sku, line) = (ready.row.product.sku.to_string(), ready.row.line);
            let mut hasher = DefaultHasher::new();
            sku.hash(&mut hasher);
            if let Some(before) = self.0.insert(hasher.finish(), line) {
                let said = format!("the same SKU as on line {before}; the later line is kept");
                let refusal = Refusal::with(RefusalCode::RepeatedSku, before as usize, said);
                errors.push(refusal.at(Some(line), sku.chars().take(80).collect()));
                ready.is_counted = true;
            }
            match place.get(&sku) {
                Some(at) => {
                    ready.is_counted = latest[*at].is_counted;
                    latest[*at] = ready;
                }
                None => {
                    place.insert(sku, latest.len());
                    latest.push(ready);
                }
            }
        }
        latest
    }
}

/// A row that is a product, with the tags it gives.
struct Ready {
    row: FeedRow,
    tags: Vec<(AttributeId, ValueId)>,
    /// Whether an earlier row of the same product is in the report.
    is_counted: bool,
}

fn rows(payload: &Payload) -> Result<Box<dyn Iterator<Item = Row> + Send>, AppError> {
    match (&payload.source, &payload.mapping) {
        (ImportSource::Tree(path), _) => Ok(Box::new(feed::tree(path)?)),
        (ImportSource::Feed(path) | ImportSource::Upload(path), Some(mapping)) => {
            Ok(Box::new(feed::rows(open(path)?, mapping, feed::Limits::default())?))
        }
        (_, None) => Err(AppError::BadRequest("a feed needs a mapping".into())),
    }
}

/// How many rows there are, near enough for an estimate: a quoted line break counts twice.
fn count_rows(payload: &Payload) -> Result<u64, AppError> {
    match &payload.source {
        ImportSource::Tree(path) => Ok(feed::tree(path)?.count() as u64),
        ImportSource::Feed(path) | ImportSource::Upload(path) => {
            let mut reader = open(path)?;
            let (mut lines, mut buffer) = (0u64, vec![0u8; 1 << 16]);
            loop {
                let read = std::io::Read::read(&mut reader, &mut buffer)
                    .map_err(|source| AppError::File { path: path.display().to_string(), source })?;
                if read == 0 {
                    return Ok(lines.max(1));
                }
                lines += buffer[..read].iter().filter(|b| **b == b'\n').count() as u64;
            }
        }
    }
}

fn read_chunks(payload: &Payload, skip: usize, sender: &mpsc::Sender<Vec<Row>>) -> Result<(), AppError> {
    let mut rows = rows(payload)?.skip(skip);
    loop {
        let chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect();
        // A closed channel means that the import failed; it says so itself.
        if chunk.is_empty() || sender.blocking_send(chunk).is_err() {
            return Ok(());
        }
    }
}

fn seconds_since(start: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(start).as_secs_f64()
}
