//! The clock of timers, which stands unless a test feeds it.

use std::{future::Future, pin::pin, sync::mpsc, time::Duration};
use vestry_app::Privacy;

/// Holds the clock of a runtime that began with `start_paused`: however long threads and databases take, no time passes
/// but what is fed.
pub(crate) struct FedClock {
    _held: mpsc::Sender<()>,
}

impl FedClock {
    pub(crate) fn hold() -> Self {
        let (held, released) = mpsc::channel();
        // A paused clock runs ahead to the next timer when nothing is left to do; not while somebody blocks.
        drop(tokio::task::spawn_blocking(move || released.recv()));
        Self { _held: held }
    }

    /// Does `work` while time passes: a `step` with each question to the same database, so that no more of it passes
    /// than work can be done in.
    pub(crate) async fn feed<T>(&self, privacy: &Privacy, step: Duration, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = privacy.vault().count_people() => tokio::time::advance(step).await,
            }
        }
    }
}
