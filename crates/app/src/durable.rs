//! Names that a power loss does not take back.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Gives what stands at `from` the name `to`, in the same folder, durably. What is in it must be durable already.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    let folder = to.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
