//! One bounded pool for everything that burns CPU, so that requests and jobs share the cores fairly.

use rayon::ThreadPool;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// A pool of threads with a bounded queue.
#[derive(Debug, Clone)]
pub struct Cpu {
    pool: Arc<ThreadPool>,
    places: Arc<Semaphore>,
}

impl Cpu {
    /// A pool of `threads` (0: one a core). At most eight tasks a thread wait; further callers wait before queueing.
    pub fn new(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("cpu-{i}")).build()?;
        let places = Arc::new(Semaphore::new(pool.current_num_threads() * 8));
        Ok(Self { pool: Arc::new(pool), places })
    }

    /// How many threads work.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Runs `work` on the pool.
    ///
    /// # Panics
    /// When `work` panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        let (sender, receiver) = oneshot::channel();
        self.pool.spawn(move || {
            // The caller may have gone away; then nobody wants the result.
            let _ = sender.send(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
        });
        match receiver.await.expect("the pool outlives its tasks") {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
