//! The numbered steps of what must survive a crash at any of them.

use crate::error::VaultError;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Counts the steps of carrying out; a test lets it stop before the n-th, as a crash there would. In a real run it never
/// stops.
#[derive(Debug)]
pub struct Steps {
    taken: AtomicU32,
    last: AtomicU32,
    leaves_keys: AtomicBool,
}

impl Default for Steps {
    fn default() -> Self {
        Self { taken: AtomicU32::new(0), last: AtomicU32::new(u32::MAX), leaves_keys: AtomicBool::new(false) }
    }
}

impl Steps {
    /// Lets `count` further steps through.
    pub fn stop_after(&self, count: u32) {
        self.taken.store(0, Ordering::SeqCst);
        self.last.store(count, Ordering::SeqCst);
    }

    /// From now on keys that are to be destroyed stay: what a destruction that does not destroy would do.
    pub fn leave_keys(&self) {
        self.leaves_keys.store(true, Ordering::SeqCst);
    }

    /// Whether a test lets keys stay.
    pub(crate) fn leaves_keys(&self) -> bool {
        self.leaves_keys.load(Ordering::SeqCst)
    }

    /// One step, before it is done.
    pub(crate) fn step(&self, name: &'static str) -> Result<(), VaultError> {
        let step = self.taken.fetch_add(1, Ordering::SeqCst);
        if step < self.last.load(Ordering::SeqCst) { Ok(()) } else { Err(VaultError::Stopped { step, name }) }
    }
}
