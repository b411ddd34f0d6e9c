//! The readable file beside an archive.

use super::{
    ArchiveError, Manifest,
    manifest::{Signed, hex_text, to_json},
};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The longest sidecar: the longest manifest, and the white space that makes it readable.
pub(super) const MAX_SIDECAR: u64 = 96 << 20;

/// The path of the sidecar of the archive at `path`: `NAME.manifest.json`.
pub fn sidecar_path(path: &Path) -> PathBuf {
    with_suffix(path, ".manifest.json")
}

/// `path` with `suffix` behind all of its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// The encrypted file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileFacts {
    /// Its length in bytes.
    pub(super) length: u64,
    /// The SHA-256 of its bytes.
    #[serde(with = "hex_text")]
    pub(super) sha256: [u8; 32],
}

/// What the sidecar's signature is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statement {
    pub(super) file: FileFacts,
    pub(super) manifest: Manifest,
}

/// The file as it lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sidecar {
    pub(super) statement: Statement,
    #[serde(with = "hex_text")]
    pub(super) signature: [u8; 64],
}

impl Sidecar {
    pub(super) fn sign(statement: Statement, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Self {
        let signature = sign(&Signed::Statement.message(&to_json(&statement)));
        Self { statement, signature }
    }

    /// The text of the file.
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers, written to memory") + "\n"
    }

    /// The statement in `text`, which lies at `path`, if `key` signed it and nothing was changed, white space included.
    pub(super) fn open(text: &[u8], path: &Path, key: &VerifyingKey) -> Result<Statement, ArchiveError> {
        let damaged = || ArchiveError::DamagedSidecar { path: path.into() };
        let sidecar: Self = serde_json::from_slice(text).map_err(|_| damaged())?;
        // There is one way to write a sidecar: a text that says the same in another way was touched.
        if sidecar.to_text().as_bytes() != text {
            return Err(damaged());
        }
        if !Signed::Statement.verify(key, &to_json(&sidecar.statement), &sidecar.signature) {
            return Err(ArchiveError::Signature { path: path.into() });
        }
        Ok(sidecar.statement)
    }
}
