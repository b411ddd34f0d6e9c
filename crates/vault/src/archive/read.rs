//! Archives as files, read back.

use super::{ArchiveError, Header, Identity, Kind, Manifest, StreamName, check::public_key, decode::Decoder};
use crate::place::InstallationId;
use ed25519_dalek::VerifyingKey;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

/// What an archive must be for a restore to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected<'a> {
    /// Whose it must be.
    pub installation: InstallationId,
    /// What must be in it.
    pub kind: Kind,
    /// The Ed25519 public key under which that installation signed at the time.
    pub public_key: &'a [u8; 32],
}

/// An archive that is being read.
///
/// **Nothing that comes out of it is to be trusted before [`finish`](Self::finish)**: write it to a scratch folder,
/// interpret none of it, and remove that folder when `finish` or anything before it fails.
pub struct ArchiveReader {
    decoder: Decoder<BufReader<File>>,
    key: VerifyingKey,
}

impl ArchiveReader {
    /// Open the archive at `path`. Its sidecar is not needed.
    ///
    /// # Errors
    /// [`ArchiveError`]: a file that is cut, that the identity does not open, or that says that it is not what is
    /// expected.
    pub fn open(path: &Path, identity: &Identity, expected: &Expected<'_>) -> Result<Self, ArchiveError> {
        let key = public_key(expected.public_key)?;
        let failed = |source| ArchiveError::read(path, source);
        let file = File::open(path).map_err(failed)?;
        let facts = file.metadata().map_err(failed)?;
        if !facts.is_file() {
            return Err(ArchiveError::NotAnArchive { path: path.into() });
        }
        let decoder = Decoder::new(BufReader::new(file), facts.len(), path, identity)?;
        let Header { installation, kind, .. } = *decoder.header();
        if installation != expected.installation {
            let (path, expected, found) = (path.into(), expected.installation, installation);
            return Err(ArchiveError::AnotherInstallation { path, expected, found });
        }
        if kind != expected.kind {
            return Err(ArchiveError::AnotherKind { path: path.into(), expected: expected.kind, found: kind });
        }
        Ok(Self { decoder, key })
    }

    /// Holds it against another public key: the one that signed at the time that the header names.
    ///
    /// # Errors
    /// [`ArchiveError::PublicKey`] for bytes that are no key.
    pub fn signed_under(self, key: &[u8; 32]) -> Result<Self, ArchiveError> {
        Ok(Self { key: public_key(key)?, ..self })
    }

    /// Whose archive it says it is, and of when.
    pub fn header(&self) -> &Header {
        self.decoder.header()
    }

    /// The next stream, in the order in which they were written; what was not read of the last one is passed over.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`], [`ArchiveError::CutShort`], [`ArchiveError::Malformed`],
    /// [`ArchiveError::NameNotAllowed`] and [`ArchiveError::Read`]; from then on always the same.
    pub fn next_stream(&mut self) -> Result<Option<Stream<'_>>, ArchiveError> {
        let name = self.decoder.next()?.cloned();
        Ok(name.map(|name| Stream { name, decoder: &mut self.decoder }))
    }

    /// Pass over what is left, and make sure that the expected key signed exactly this header and these streams in
    /// this order. Only what this returns, and what was read before it returned, may be used.
    ///
    /// # Errors
    /// [`ArchiveError::Signature`], [`ArchiveError::NotAsSigned`], and whatever was wrong before.
    pub fn finish(self) -> Result<Manifest, ArchiveError> {
        self.decoder.finish(&self.key)
    }
}

/// One stream that is being read.
pub struct Stream<'a> {
    name: StreamName,
    decoder: &'a mut Decoder<BufReader<File>>,
}

impl Stream<'_> {
    /// Its name, safe to join to a folder.
    pub fn name(&self) -> &StreamName {
        &self.name
    }
}

/// Errors hold the [`ArchiveError`] that the reader gives from then on.
impl Read for Stream<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.decoder.read(bytes).map_err(io::Error::other)
    }
}
