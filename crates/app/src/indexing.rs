//! Keeping each organisation's index in step with the database.
//!
//! The database is the truth; the outbox says which products the indexes have yet to hold durably. A row is
//! claimed, its product loaded as it is now and applied; when the snapshots hold it, exactly that row is removed.

use crate::{App, AppError};
use jiff::SignedDuration;
use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    sync::{Arc, mpsc},
    time::Duration,
};
use vestry_model::{OrganisationId, ProductId};
use vestry_search::{Change, Document, DocumentImage, DocumentTag, Index, Settings, Snapshot, Stats};
use vestry_store::{OutboxKind, OutboxRow, Sequence};

/// Outbox rows taken at once.
const ROUND: u32 = 500;
/// A claim outlives every save; a start gives all claims up anyway.
const LEASE: SignedDuration = SignedDuration::from_hours(24);
/// So many unsaved changes make a snapshot worth its writing.
const SAVE_AFTER: u64 = 5_000;
/// A change reaches the snapshots after so long at the latest.
const SAVE_EVERY: Duration = Duration::from_secs(20);
/// How long the outbox may rest when nobody rings, for writers in other processes.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Documents a page when an index is made anew.
const PAGE: u32 = 500;

impl App {
    /// The index of `organisation`, opened on first use and made anew when it cannot be used.
    pub(crate) async fn index(&self, organisation: OrganisationId) -> Result<Arc<Index>, AppError> {
        if let Some(index) = self.open_index(organisation) {
            return Ok(index);
        }
        let _one_at_a_time = self.opening().lock().await;
        if let Some(index) = self.open_index(organisation) {
            return Ok(index);
        }
        let (app, seed) = (self.clone(), u64::from_le_bytes(self.random()[..8].try_into().expect("eight bytes")));
        let opened = tokio::task::spawn_blocking(move || {
            let folder = app.folder().join("index").join(organisation.to_string());
            Index::open(&folder, app.taxonomy(), Settings { seed, ..Settings::default() })
        })
        .await
        .expect("opening does not panic")?;
        let index = Arc::new(opened.index);
        match opened.state {
            Snapshot::Loaded { .. } => {}
            Snapshot::Empty => self.fill(organisation, &index).await.map(drop)?,
            Snapshot::Unusable { why } => {
                tracing::warn!(%organisation, why, "the index could not be used and is made again from the database");
                self.fill(organisation, &index).await?;
            }
        }
        self.indexes().lock().expect("nobody panics while holding it").insert(organisation, index.clone());
        Ok(index)
    }

    /// Opens the index of `organisation`, so that its first search does not wait.
    pub async fn warm_index(&self, organisation: OrganisationId) -> Result<(), AppError> {
        self.index(organisation).await.map(drop)
    }

    fn open_index(&self, organisation: OrganisationId) -> Option<Arc<Index>> {
        self.indexes().lock().expect("nobody panics while holding it").get(&organisation).cloned()
    }

    /// Makes the index of `organisation` again from the database while the old one answers; how many products it
    /// holds now.
    pub async fn rebuild_index(&self, organisation: OrganisationId) -> Result<u64, AppError> {
        let index = self.index(organisation).await?;
        self.fill(organisation, &index).await
    }

    async fn fill(&self, organisation: OrganisationId, index: &Arc<Index>) -> Result<u64, AppError> {
        let (sender, receiver) = mpsc::sync_channel::<Document>(PAGE as usize);
        let (app, filling) = (self.clone(), index.clone());
        let build = tokio::task::spawn_blocking(move || filling.rebuild_from(receiver));
        let mut after = None;
        loop {
            let page = app.store().read().await?.documents_after(organisation, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.product.id);
            let sender = sender.clone();
            let sent = tokio::task::spawn_blocking(move || page.into_iter().all(|d| sender.send(document(d)).is_ok()));
            if !sent.await.expect("sending does not panic") {
                break; // the builder failed; its error is below
            }
        }
        drop(sender);
        let durable = build.await.expect("building does not panic")?;
        self.durable(&durable).await?;
        Ok(index.stats().products)
    }

    /// Applies what waits in the outbox; how many rows that were.
    pub async fn apply_outbox(&self) -> Result<usize, AppError> {
        let mut tx = self.store().begin().await?;
        let rows = tx.claim_outbox(ROUND, self.now(), LEASE).await?;
        tx.commit().await?;
        let mut by_organisation: BTreeMap<OrganisationId, Vec<OutboxRow>> = BTreeMap::new();
        for row in &rows {
            by_organisation.entry(row.organisation).or_default().push(*row);
        }
        for (organisation, rows) in by_organisation {
            let index = self.index(organisation).await?;
            let changes = self.changes(organisation, &rows).await?;
            tokio::task::spawn_blocking(move || index.apply(changes)).await.expect("applying does not panic")?;
        }
        Ok(rows.len())
    }

    async fn changes(&self, organisation: OrganisationId, rows: &[OutboxRow]) -> Result<Vec<(u64, Change)>, AppError> {
        let wanted: Vec<ProductId> = rows.iter().filter(|r| r.kind == OutboxKind::Changed).map(|r| r.product).collect();
        let documents = self.store().read().await?.documents(organisation, &wanted).await?;
        let mut documents: HashMap<ProductId, Document> =
            documents.into_iter().map(|d| (d.product.id, document(d))).collect();
        // The last row of a product carries it; the earlier ones are done with it.
        let last: HashMap<ProductId, Sequence> = rows.iter().map(|r| (r.product, r.sequence)).collect();
        let change = |row: &OutboxRow| {
            let now = if last[&row.product] == row.sequence { documents.remove(&row.product) } else { None };
            // Erased, or superseded within this round: gone until its last row puts it back.
            let change = now.map_or(Change::Remove(row.product), |d| Change::Upsert(Box::new(d)));
            (row.sequence.get().unsigned_abs(), change)
        };
        Ok(rows.iter().map(change).collect())
    }

    /// Makes every open index durable and takes what it holds out of the outbox.
    pub async fn save_indexes(&self) -> Result<(), AppError> {
        while self.apply_outbox().await? > 0 {}
        self.save_where(|stats| stats.unsaved > 0).await
    }

    async fn save_where(&self, due: impl Fn(&Stats) -> bool) -> Result<(), AppError> {
        let open: Vec<Arc<Index>> =
            self.indexes().lock().expect("nobody panics while holding it").values().cloned().collect();
        for index in open {
            if due(&index.stats()) {
                let durable =
                    tokio::task::spawn_blocking(move || index.save()).await.expect("saving does not panic")?;
                self.durable(&durable).await?;
            }
        }
        Ok(())
    }

    async fn durable(&self, sequences: &[u64]) -> Result<(), AppError> {
        if sequences.is_empty() {
            return Ok(());
        }
        let sequences: Vec<Sequence> = sequences.iter().map(|s| Sequence::from_stored(s.cast_signed())).collect();
        let mut tx = self.store().begin().await?;
        tx.remove_outbox(&sequences).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an erased product's bytes out of the snapshots and segments of `organisation`, now.
    pub async fn purge_index(&self, organisation: OrganisationId) -> Result<(), AppError> {
        while self.apply_outbox().await? > 0 {}
        let index = self.index(organisation).await?;
        let durable = tokio::task::spawn_blocking(move || index.purge()).await.expect("purging does not panic")?;
        self.durable(&durable).await?;
        self.sweep_objects().await?;
        self.store().empty_log().await?;
        Ok(())
    }

    /// Sizes and shares of every open index.
    pub fn index_stats(&self) -> Vec<(OrganisationId, Stats)> {
        let open = self.indexes().lock().expect("nobody panics while holding it");
        let mut stats: Vec<_> = open.iter().map(|(organisation, index)| (*organisation, index.stats())).collect();
        stats.sort_by_key(|(organisation, _)| *organisation);
        stats
    }

    /// Gives up the claims of an earlier run, so that what it did not make durable is applied again.
    pub(crate) async fn resume_outbox(&self) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        tx.release_outbox().await?;
        Ok(tx.commit().await?)
    }

    /// Applies changes as they come and saves now and then, until `stop`.
    pub(crate) async fn keep_indexes(&self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut saved = tokio::time::Instant::now();
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = self.changed().notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let result = async {
                while self.apply_outbox().await? > 0 {}
                let old = saved.elapsed() >= SAVE_EVERY;
                if old {
                    saved = tokio::time::Instant::now();
                }
                self.save_where(|stats| stats.unsaved >= SAVE_AFTER || (old && stats.unsaved > 0)).await
            };
            if let Err(error) = result.await {
                tracing::error!(%error, "the index is behind the database; it is tried again");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// A product as search knows it.
fn document(document: vestry_store::Document) -> Document {
    let vestry_store::Document { product, tags, images } = document;
    let image = |image: &vestry_store::Image| {
        let analysis = image.picture()?.analysis.as_ref()?;
        Some(DocumentImage { image: image.id, look: analysis.look.clone(), colours: analysis.colours.clone() })
    };
    Document {
        product: product.id,
        sku: product.product.sku.into(),
        group: product.product.group,
        title: product.product.title,
        description: product.product.description,
        brand: product.product.brand,
        price: product.product.price,
        created_micros: product.created.as_microsecond(),
        tags: tags
            .into_iter()
            .map(|t| DocumentTag { attribute: t.attribute, value: t.value, confidence: t.confidence, state: t.state })
            .collect(),
        own: product.product.own,
        images: images.iter().filter_map(image).collect(),
    }
}
