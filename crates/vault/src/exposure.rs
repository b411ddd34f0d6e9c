//! Whether a file with a secret in it is its owner's alone.

use std::fs::Metadata;

/// Who else may touch a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Group or others may read or write it; its permission bits.
    OpenToOthers { mode: u32 },
    /// It belongs to another user than the process runs as; both as numeric ids.
    ForeignOwner { owner: u32, user: u32 },
}

/// How `file`, which is open, is exposed. The name may be another file's by now, and a symlink's own mode says nothing.
#[cfg(unix)]
pub(crate) fn exposure(file: &Metadata) -> Option<Exposure> {
    use std::os::unix::fs::MetadataExt;
    let (mode, owner, user) = (file.mode() & 0o7777, file.uid(), rustix::process::geteuid().as_raw());
    if mode & 0o077 != 0 {
        Some(Exposure::OpenToOthers { mode })
    } else if owner != user {
        Some(Exposure::ForeignOwner { owner, user })
    } else {
        None
    }
}

/// Elsewhere access lists say who may read, which are the operator's to set.
#[cfg(not(unix))]
pub(crate) fn exposure(_: &Metadata) -> Option<Exposure> {
    None
}
