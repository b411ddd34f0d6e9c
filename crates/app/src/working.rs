//! What runs beside the requests: jobs, pictures by address, the index, the days of the privacy office.

use crate::{App, AppError, JobReport, seeing::Supply};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::sync::watch;
use vestry_model::ProductId;

/// How long to rest when nobody rings.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Pictures that wait, taken at once.
const ROUND: u32 = 64;

impl App {
    /// Looks again at pictures that other heads saw, does the jobs that are queued, fetches pictures that wait, keeps
    /// the indexes and recommendations and posts letters, until `stop`; then saves.
    pub async fn work(&self, stop: impl Future<Output = ()>) {
        let (sender, receiver) = watch::channel(false);
        let stopped = || {
            let mut receiver = receiver.clone();
            async move {
                let _ = receiver.wait_for(|stop| *stop).await;
            }
        };
        let ring = async {
            stop.await;
            let _ = sender.send(true);
        };
        tokio::join!(
            ring,
            self.keep_indexes(stopped()),
            self.keep_jobs(stopped()),
            self.keep_fetching(stopped()),
            self.keep_days(stopped()),
            self.keep_posting(stopped()),
            self.keep_exporting(stopped()),
            self.keep_searches(stopped()),
            self.keep_recommending(stopped()),
            self.keep_counting(stopped())
        );
        if let Err(error) = self.save_indexes().await {
            tracing::error!(%error, "the index could not be saved; the next start applies the rest again");
        }
    }

    async fn keep_jobs(&self, stop: impl Future<Output = ()>) {
        let working = async {
            self.look_again_at_others().await;
            loop {
                match self.run_next_job(|_, _| {}).await {
                    Ok(Some(ended)) => {
                        match ended.outcome {
                            // Heads that were published meanwhile have not seen what this look passed.
                            Ok(JobReport::Look(report)) if report.looked_at > 0 => self.look_again_at_others().await,
                            Ok(_) => {}
                            Err(error) => tracing::error!(job = %ended.job, %error, "a job stopped"),
                        }
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => tracing::error!(%error, "jobs wait; they are tried again"),
                }
                tokio::select! {
                    () = self.waiting().notified() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
        };
        tokio::select! { () = stop => {}, () = working => {} }
    }

    /// Queues a look at what other heads saw than those in use.
    pub(crate) async fn look_again_at_others(&self) {
        if let Err(error) = self.start_looking().await {
            tracing::error!(%error, "pictures that other heads saw wait; `vestry index rebuild` looks at them");
        }
    }

    async fn keep_fetching(&self, stop: impl Future<Output = ()>) {
        let fetching = async {
            loop {
                match self.fetch_waiting().await {
                    Ok(0) => tokio::time::sleep(LOOK_EVERY / 4).await,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "pictures wait; they are tried again");
                        tokio::time::sleep(LOOK_EVERY).await;
                    }
                }
            }
        };
        tokio::select! { () = stop => {}, () = fetching => {} }
    }

    /// Fetches and looks at pictures named by address; how many. Pictures named by a path belong to their import.
    pub async fn fetch_waiting(&self) -> Result<usize, AppError> {
        let (mut after, mut done) = (None, 0);
        let supply = Arc::new(Supply::Addresses);
        loop {
            let waiting = self.store().read().await?.waiting_images(after, ROUND).await?;
            let Some(last) = waiting.last() else { return Ok(done) };
            after = Some(last.id);
            for organisation in self.organisations().await? {
                let mine = waiting.iter().filter(|i| i.organisation == organisation.id);
                let mut products: Vec<ProductId> =
                    mine.filter(|i| crate::seeing::is_url(&i.source)).map(|i| i.product).collect();
                products.dedup();
                if products.is_empty() {
                    continue;
                }
                let documents = self.store().read().await?.documents(organisation.id, &products).await?;
                let seen = self.see(organisation.id, &documents, &supply).await?;
                done += seen.images() + seen.failures.len();
                let mut tx = self.store().begin().await?;
                seen.write(&mut tx, self.now()).await?;
                tx.commit().await?;
                self.changed().notify_one();
            }
        }
    }
}
