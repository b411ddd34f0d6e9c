//! Signed heads of the audit log, and the keys that sign them.

use crate::{
    hex,
    master::{MasterKeyError, MasterKeySource, read_secret, write_secret},
    place::InstallationId,
    secret::Secret,
};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use jiff::Timestamp;
use std::{fmt, path::Path, str::FromStr};

/// The key that signs heads, manifests and rotations: an Ed25519 seed outside the data folder. Wiped when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The key that verifies them; as text, 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// Not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public key; write the 64 digits that `vestry admin init` printed")]
pub struct NotAPublicKey;

/// A moment of the log that was signed: how many entries there were, and the root over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// Whose log.
    pub installation: InstallationId,
    /// How many entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: [u8; 32],
    /// When.
    pub time: Timestamp,
    /// The signature.
    pub signature: [u8; 64],
}

/// Not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a head of the audit log; give the line that `vestry audit head` printed")]
pub struct NotAHead;

impl SigningKey {
    /// Makes a new key in a new file at `path`, under the rules of a master key's file.
    pub fn create(path: &Path, data_folder: &Path) -> Result<Self, MasterKeyError> {
        write_secret(path, data_folder).map(|secret| Self::of(&secret))
    }

    /// Reads the key, under the rules of a master key.
    pub fn read(source: &MasterKeySource, data_folder: &Path) -> Result<Self, MasterKeyError> {
        read_secret(source, data_folder).map(|secret| Self::of(&secret))
    }

    pub(crate) fn of(secret: &Secret) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret.bytes()))
    }

    /// The key that verifies what this signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The signature over `message`, which begins with a label of its own for each use.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([secret])")
    }
}

impl PublicKey {
    /// The key that a file holds.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As a file holds it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let key = VerifyingKey::from_bytes(&self.0);
        key.is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = NotAPublicKey;

    fn from_str(text: &str) -> Result<Self, NotAPublicKey> {
        hex::decode(text.trim().as_bytes()).map(|bytes| Self(*bytes)).ok_or(NotAPublicKey)
    }
}

impl SignedHead {
    /// What is signed of a head.
    ///
    /// ```text
    /// label ‖ installation 16 ‖ size 8 ‖ time 8 ‖ root 32          (integers big-endian, time in microseconds)
    /// ```
    pub(crate) fn message(installation: InstallationId, size: u64, time: Timestamp, root: &[u8; 32]) -> Vec<u8> {
        let time = time.as_microsecond().to_be_bytes();
        [b"vestry/1/audit/head\n".as_slice(), installation.as_bytes(), &size.to_be_bytes(), &time, root].concat()
    }

    /// Whether `key` signed this.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(&Self::message(self.installation, self.size, self.time, &self.root), &self.signature)
    }
}

/// `installation size root time-in-microseconds signature`, the bytes as hex: what is published.
impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, signature) = (hex::encode(&self.root), hex::encode(&self.signature));
        write!(f, "{} {} {} {} {}", self.installation, self.size, *root, self.time.as_microsecond(), *signature)
    }
}

impl FromStr for SignedHead {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let read = || {
            let mut parts = text.split_whitespace();
            let head = Self {
                installation: parts.next()?.parse().ok()?,
                size: parts.next()?.parse().ok()?,
                root: *hex::decode(parts.next()?.as_bytes())?,
                time: Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?,
                signature: *hex::decode(parts.next()?.as_bytes())?,
            };
            parts.next().is_none().then_some(head)
        };
        read().ok_or(NotAHead)
    }
}
