//! Whether an archive is the one that was written, without an identity.

use super::{
    ArchiveError, Manifest,
    sidecar::{MAX_SIDECAR, Sidecar, sidecar_path},
};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// How much is read at once.
const BLOCK: usize = 1 << 20;

/// Make sure that the holder of `public_key` (Ed25519) signed the sidecar of the archive at `path`, and that the
/// archive is the file it was signed for, byte for byte. Returns what the sidecar says is inside; whose archive that
/// is, and of when, is for the caller to compare.
///
/// # Errors
/// [`ArchiveError::Missing`] for either file, [`ArchiveError::DamagedSidecar`], [`ArchiveError::Signature`],
/// [`ArchiveError::CutShort`], [`ArchiveError::Damaged`] and [`ArchiveError::Read`].
pub fn check(path: &Path, public_key: &[u8; 32]) -> Result<Manifest, ArchiveError> {
    let key = self::public_key(public_key)?;
    let beside = sidecar_path(path);
    let mut text = Vec::new();
    let read = File::open(&beside).and_then(|file| file.take(MAX_SIDECAR + 1).read_to_end(&mut text));
    read.map_err(|source| ArchiveError::read(&beside, source))?;
    if text.len() as u64 > MAX_SIDECAR {
        return Err(ArchiveError::DamagedSidecar { path: beside });
    }
    let statement = Sidecar::open(&text, &beside, &key)?;
    let failed = |source| ArchiveError::read(path, source);
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() < statement.file.length {
        return Err(ArchiveError::CutShort { path: path.into() });
    }
    // One byte more than there should be is enough to see that there is more.
    let hash = hash(&mut file.by_ref().take(statement.file.length + 1)).map_err(failed)?;
    if hash != statement.file.sha256 {
        return Err(ArchiveError::Damaged { path: path.into() });
    }
    Ok(statement.manifest)
}

fn hash(file: &mut impl Read) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(count) => hash.update(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The key that 32 bytes stand for.
pub(super) fn public_key(bytes: &[u8; 32]) -> Result<VerifyingKey, ArchiveError> {
    VerifyingKey::from_bytes(bytes).map_err(|_| ArchiveError::PublicKey)
}
