//! The numbered steps of what must survive a crash at any of them.

use crate::error::VaultError;
use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

/// Counts the steps of carrying out; a test lets it stop before the n-th, as a crash there would, or leaves one out to
/// see that somebody notices. In a real run it does neither.
#[derive(Debug)]
pub struct Steps {
    taken: AtomicU32,
    last: AtomicU32,
    left_out: OnceLock<&'static str>,
}

impl Default for Steps {
    fn default() -> Self {
        Self { taken: AtomicU32::new(0), last: AtomicU32::new(u32::MAX), left_out: OnceLock::new() }
    }
}

impl Steps {
    /// Lets `count` further steps through.
    pub fn stop_after(&self, count: u32) {
        self.taken.store(0, Ordering::SeqCst);
        self.last.store(count, Ordering::SeqCst);
    }

    /// How many steps were taken since the last [`stop_after`](Self::stop_after), or ever.
    pub fn taken(&self) -> u32 {
        self.taken.load(Ordering::SeqCst)
    }

    /// A fault that a test injects: from now on the step of this name does nothing and says that it was done. Once in
    /// the life of a vault; of use for the steps that ask whether they are to do their work.
    pub fn leave_out(&self, name: &'static str) {
        self.left_out.set(name).expect("one fault at a time");
    }

    /// Whether a step is to do its work.
    pub(crate) fn does(&self, name: &'static str) -> bool {
        self.left_out.get() != Some(&name)
    }

    /// One step, before it is done.
    pub(crate) fn step(&self, name: &'static str) -> Result<(), VaultError> {
        let step = self.taken.fetch_add(1, Ordering::SeqCst);
        if step < self.last.load(Ordering::SeqCst) { Ok(()) } else { Err(VaultError::Stopped { step, name }) }
    }
}
