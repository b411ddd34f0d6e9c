//! Letters as files, for a trial without a mail server.

use crate::{Accepted, Address, Headers, SendError, Sender, Text, sending::compose};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes each letter as `<message id>.eml` into a folder, readable by its owner only.
#[derive(Debug, Clone)]
pub struct FolderPost {
    folder: PathBuf,
    from: Sender,
}

impl FolderPost {
    /// Letters from `from` go into `folder`, which is made when the first one is written.
    pub fn new(folder: PathBuf, from: Sender) -> Self {
        Self { folder, from }
    }

    pub(crate) async fn send(&self, to: &Address, text: &Text, headers: &Headers) -> Result<Accepted, SendError> {
        let bytes = compose(&self.from, to, text, headers)?;
        let (folder, name) = (self.folder.clone(), headers.message_id.as_str().to_owned());
        tokio::task::spawn_blocking(move || write(&folder, &name, &bytes))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(SendError::NotWritten)?;
        Ok(Accepted)
    }
}

/// Whole or not at all: a file beside it first, then its name.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (mut make, mut open) = (DirBuilder::new(), OpenOptions::new());
    make.recursive(true);
    open.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        make.mode(0o700);
        open.mode(0o600);
    }
    make.create(folder)?;
    let unfinished = folder.join(format!(".{name}.unfinished"));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = open.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, folder.join(format!("{name}.eml")))?;
    // Nobody writes it again once it is said to be sent.
    File::open(folder)?.sync_all()
}
