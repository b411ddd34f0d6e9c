//! A master key in a file.

use super::{MasterKeyError, text::KeyText};
use crate::exposure::{Exposure, exposure};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The text in the file at `path`, if it lies outside `data_folder` and its owner, who runs this, alone may touch it.
pub(super) fn read(path: &Path, data_folder: &Path) -> Result<KeyText, MasterKeyError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => MasterKeyError::Missing { path: path.into() },
        _ => MasterKeyError::Unreadable { path: path.into(), source },
    };
    // Before opening: a pipe would wait for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(MasterKeyError::NotAFile { path: path.into() });
    }
    outside(path, &path.canonicalize().map_err(unreadable)?, data_folder)?;
    let file = File::open(path).map_err(unreadable)?;
    private(path, &file.metadata().map_err(unreadable)?)?;
    KeyText::read(file).map_err(unreadable)
}

/// Write `text` and a line end to a new file at `path`, mode 0600, durably.
pub(super) fn create(path: &Path, data_folder: &Path, text: &str) -> Result<(), MasterKeyError> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let resolved = folder.canonicalize();
    let resolved = resolved.map_err(|source| MasterKeyError::Folder { path: folder.into(), source })?;
    outside(path, &resolved, data_folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => MasterKeyError::Exists { path: path.into() },
        _ => MasterKeyError::Unwritable { path: path.into(), source },
    })?;
    write_durably(&mut file, folder, text).map_err(|source| {
        // Nothing is sealed under it yet. If it stays, reading it says what is wrong with it.
        let _ = fs::remove_file(path);
        MasterKeyError::Unwritable { path: path.into(), source }
    })
}

fn write_durably(file: &mut File, folder: &Path, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    // The name of a new file is durable with its folder.
    File::open(folder)?.sync_all()
}

/// That `resolved`, which `path` leads to, is not in the data folder.
fn outside(path: &Path, resolved: &Path, data_folder: &Path) -> Result<(), MasterKeyError> {
    let data = data_folder.canonicalize();
    let data: PathBuf = data.map_err(|source| MasterKeyError::Folder { path: data_folder.into(), source })?;
    if resolved.starts_with(data) {
        return Err(MasterKeyError::InDataFolder { path: path.into(), data_folder: data_folder.into() });
    }
    Ok(())
}

fn private(path: &Path, file: &fs::Metadata) -> Result<(), MasterKeyError> {
    match exposure(file) {
        Some(Exposure::OpenToOthers { mode }) => Err(MasterKeyError::OpenToOthers { path: path.into(), mode }),
        Some(Exposure::ForeignOwner { owner, user }) => {
            Err(MasterKeyError::ForeignOwner { path: path.into(), owner, user })
        }
        None => Ok(()),
    }
}
