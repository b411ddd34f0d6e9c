//! Archives as files: whole under their name, or not there.

use super::{
    ArchiveError, Header, Manifest, Recipients,
    encode::Encoder,
    sidecar::{Sidecar, Statement, sidecar_path, with_suffix},
};
use crate::{
    files::{Disk, Files, folder_of},
    hex,
    random::{self, RandomError},
};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a name ends in until its file is whole.
const PARTIAL: &str = ".partial";

/// An archive that is being written. Dropped before [`finish`](Self::finish), it leaves nothing.
pub struct ArchiveWriter {
    encoder: Encoder<File>,
    path: PathBuf,
    partial: Partial,
}

impl ArchiveWriter {
    /// Begin an archive that will stand at `path`, readable by its owner alone. The folder must exist.
    ///
    /// # Errors
    /// [`ArchiveError::Exists`] where there is a file already; [`ArchiveError::DiskFull`] and
    /// [`ArchiveError::Write`] where none can be written.
    pub fn create(path: &Path, recipients: &Recipients, header: &Header) -> Result<Self, ArchiveError> {
        Self::create_with(Arc::new(Disk), path, recipients, header)
    }

    pub(crate) fn create_with(
        files: Arc<dyn Files>,
        path: &Path,
        recipients: &Recipients,
        header: &Header,
    ) -> Result<Self, ArchiveError> {
        absent(path)?;
        let failed = |source| ArchiveError::write(path, source);
        let (partial, file) = Partial::create(files, path).map_err(failed)?;
        let encoder = Encoder::new(file, path.into(), recipients, header)?;
        Ok(Self { encoder, path: path.into(), partial })
    }

    /// Begin a stream under `name`, a relative path with slashes. It ends with [`Entry::finish`].
    ///
    /// # Errors
    /// [`ArchiveError::NameNotAllowed`], [`ArchiveError::NameTaken`], [`ArchiveError::TooManyStreams`], and what went
    /// wrong before: after a failed write, or a stream that was not finished, there will be no archive.
    pub fn entry(&mut self, name: &str) -> Result<Entry<'_>, ArchiveError> {
        self.encoder.begin(name)?;
        Ok(Entry(&mut self.encoder))
    }

    /// Sign the archive and let it stand under its name, with its sidecar, both durable.
    ///
    /// `sign` gives the installation's Ed25519 signature over the bytes it gets, and is called twice: for the manifest,
    /// which is in the archive, and for the sidecar, which also knows the encrypted file. Nothing says here that it is
    /// the right key's; [`check`](super::check()) does.
    ///
    /// # Errors
    /// [`ArchiveError`]; then nothing stands at the path.
    pub fn finish(self, sign: impl Fn(&[u8]) -> [u8; 64]) -> Result<Manifest, ArchiveError> {
        let Self { encoder, path, partial } = self;
        let (archive, manifest, file) = encoder.finish(&sign)?;
        let sidecar = Sidecar::sign(Statement { file, manifest }, &sign);
        absent(&path)?;
        let failed = |source| ArchiveError::write(&path, source);
        drop(archive);
        partial.sync().map_err(failed)?;
        let (files, beside) = (Arc::clone(&partial.files), sidecar_path(&path));
        let (partial_beside, mut text) = Partial::create(Arc::clone(&files), &beside).map_err(failed)?;
        text.write_all(sidecar.to_text().as_bytes()).and_then(|()| partial_beside.sync()).map_err(failed)?;
        // The sidecar first: an archive is never without one.
        partial_beside.rename(&beside).map_err(failed)?;
        partial.rename(&path).map_err(failed)?;
        files.sync_folder(folder_of(&path)).map_err(|source| {
            // It is whole, and may be gone after a stop: nobody is to count on it.
            let _ = files.remove(&path);
            let _ = files.remove(&beside);
            failed(source)
        })?;
        Ok(sidecar.statement.manifest)
    }
}

/// One stream that is being written.
#[must_use = "a stream that is not finished spoils its archive"]
pub struct Entry<'a>(&'a mut Encoder<File>);

impl Entry<'_> {
    /// End the stream. `count` is for the manifest: how many rows, or whatever the caller counts.
    ///
    /// # Errors
    /// [`ArchiveError::DiskFull`] and [`ArchiveError::Write`], also when an earlier write failed.
    pub fn finish(self, count: u64) -> Result<(), ArchiveError> {
        self.0.end(count)
    }
}

impl Write for Entry<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map(|()| bytes.len())
    }

    /// Does nothing: an archive is durable when it is finished, and not before.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The files in `folder` that a stop left behind, sorted. None of them is an archive; all are to be removed when
/// nothing is being written there.
///
/// # Errors
/// What the system says of the folder.
pub fn leftovers(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.as_os_str().as_encoded_bytes().ends_with(PARTIAL.as_bytes()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A file under a name that says that it is not whole; removed when dropped.
struct Partial {
    files: Arc<dyn Files>,
    path: PathBuf,
    has_its_name: bool,
}

impl Partial {
    /// A new file beside `path`. Its name is nobody else's, so that a leftover of a stop is not in the way.
    fn create(files: Arc<dyn Files>, path: &Path) -> io::Result<(Self, File)> {
        let mut tag = [0; 4];
        random::fill(&mut tag).map_err(|error: RandomError| io::Error::other(error))?;
        let path = with_suffix(path, &format!(".{}{PARTIAL}", *hex::encode(&tag)));
        let file = files.create(&path)?;
        Ok((Self { files, path, has_its_name: false }, file))
    }

    fn sync(&self) -> io::Result<()> {
        self.files.sync(&self.path)
    }

    /// Give it its name.
    fn rename(mut self, path: &Path) -> io::Result<()> {
        self.files.rename(&self.path, path)?;
        self.has_its_name = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.has_its_name {
            // If it stays, its name says what it is.
            let _ = self.files.remove(&self.path);
        }
    }
}

fn absent(path: &Path) -> Result<(), ArchiveError> {
    match path.symlink_metadata() {
        Ok(_) => Err(ArchiveError::Exists { path: path.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(ArchiveError::write(path, source)),
    }
}
