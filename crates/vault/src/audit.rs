//! The audit log: append-only, tamper-evident, on the local disk; also the journal of what must never be undone.
//!
//! Entries are leaves of an RFC 6962 Merkle tree whose heads are signed with Ed25519. A body is kept in the log itself, or
//! in a file of the day with which it ends: removing that file leaves a leaf that says nothing, and a tree that still
//! verifies. What a body means is the caller's business.
//!
//! What it must never do: acknowledge before the disk has it; take a damage before a signed head for a torn tail.

mod form;
mod head;
mod log;
mod proof;
mod ship;
mod tree;
mod verify;

pub use form::MAX_BODY;
pub use head::{NotAHead, NotAPublicKey, PublicKey, SignedHead, SigningKey};
pub use log::AuditLog;
pub use proof::{Consistency, Inclusion, ProvenEntry};
pub use tree::{Frontier, Hash, consistency, includes, inclusion, is_consistent, leaf_hash, root};
pub use verify::{Fault, Signers, Verified, verify};

use crate::{files::Disk, random::RandomError};
use jiff::civil::Date;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The most entries under one head.
pub const MAX_BATCH: usize = 65_536;

/// What is to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    kind: u8,
    body: Vec<u8>,
    day: Option<Date>,
}

impl Entry {
    /// A body that stays for ever.
    pub fn open(kind: u8, body: Vec<u8>) -> Self {
        Self { kind, body, day: None }
    }

    /// A body that ends with `day`; sealed by the caller.
    pub fn sealed(kind: u8, body: Vec<u8>, day: Date) -> Self {
        Self { kind, body, day: Some(day) }
    }
}

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is a log already.
    #[error("`{}` holds an audit log already; nothing was made", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// Another process writes it.
    #[error("the audit log in `{}` is in use; stop the server that writes it", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// Another installation's.
    #[error("the audit log is of another installation; bring back this one's")]
    OtherInstallation,
    /// Signed by another key.
    #[error("the audit log is signed by another key; give the signing key that belongs to it")]
    OtherKey,
    /// Something before a signed head is not as it was.
    #[error(
        "the audit log `{}` is damaged near byte {offset}, entry {entry}: {what}; bring back a copy from a backup place, \
         `vestry audit verify` tells which is whole",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Near which byte.
        offset: u64,
        /// Near which entry.
        entry: u64,
        /// What.
        what: &'static str,
    },
    /// A copy that is not a beginning of the log.
    #[error("`{}` is not a beginning of this audit log; keep it, find out why, and name another place", path.display())]
    Forked {
        /// The copy.
        path: PathBuf,
    },
    /// No such entry.
    #[error("the audit log has no entry `{index}`; it has {size}, counted from 0")]
    NoEntry {
        /// The entry.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// A body longer than [`MAX_BODY`].
    #[error("`{bytes}` bytes are too many for one entry; split them at {MAX_BODY}")]
    TooLong {
        /// How many there were.
        bytes: usize,
    },
    /// More than [`MAX_BATCH`].
    #[error("`{entries}` entries are too many at once; split them at {MAX_BATCH}")]
    TooMany {
        /// How many there were.
        entries: usize,
    },
    /// It could not be written.
    #[error("could not write the audit log in `{}`; nothing of it was acknowledged, make room and repeat", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It could not be read.
    #[error("could not read the audit log in `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A failed write that could not be undone.
    #[error("the audit log could not be put in order after a failed write; start again")]
    Broken,
    /// The writer has ended.
    #[error("the audit log is closed")]
    Closed,
    /// No randomness for salts.
    #[error(transparent)]
    Random(RandomError),
}

/// Copies a log to a new folder.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), AuditError> {
    let path = from.join(log::LOG);
    let length = std::fs::metadata(&path).map_err(|source| AuditError::Read { path, source })?.len();
    ship::ship(&Disk, from, length, to)
}

/// Copies a log to a new folder, as far as its last head: the machine that was lost may have been copying to `from`.
pub(crate) fn copy_to_last_head(from: &Path, to: &Path, key: &PublicKey) -> Result<(), AuditError> {
    copy(from, to)?;
    log::cut_tail(&Disk, to, key)
}

/// The open entries from `index` on of the log in `folder`, which was verified: index, kind, body.
pub(crate) fn entries_of(folder: &Path, index: u64) -> Result<Vec<(u64, u8, Vec<u8>)>, AuditError> {
    log::open_entries(folder, (0, form::START), index, u64::MAX)
}

#[cfg(test)]
mod tests;
