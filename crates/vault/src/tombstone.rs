//! What names a key, a person or a record when it is gone: a digest of its random id, from which nothing follows.

use crate::{
    error::VaultError,
    hex,
    place::{KeyId, PersonId, RecordId, VisitorId},
};
use sha2::{Digest, Sha256};
use std::fmt;
use vestry_database::Value;

/// The name of a key that outlives it: SHA-256 of its id behind a label. Ids are 16 random bytes, so it can neither be
/// turned back nor guessed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tombstone([u8; 32]);

impl Tombstone {
    /// That of `key`.
    pub fn of(key: KeyId) -> Self {
        Self(Sha256::new().chain_update(b"vestry/1/tombstone/").chain_update(key.as_bytes()).finalize().into())
    }

    /// That of the way to a visitor, which is destroyed as keys are.
    pub fn of_visitor(visitor: VisitorId) -> Self {
        let digest = Sha256::new().chain_update(b"vestry/1/tombstone/visitor/").chain_update(visitor.as_bytes());
        Self(digest.finalize().into())
    }

    /// The one that a ledger holds.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As a ledger holds it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn value(&self) -> Value {
        self.0.as_slice().into()
    }

    pub(crate) fn from_row(bytes: Vec<u8>) -> Result<Self, VaultError> {
        bytes.try_into().map(Self).map_err(|_| VaultError::Unreadable { what: "a tombstone" })
    }
}

impl fmt::Debug for Tombstone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tombstone({})", *hex::encode(&self.0))
    }
}

/// Whom or what the journal speaks of: half of a SHA-256 of a random id behind a label. Whoever still has the id
/// recognises it; to everybody else it says nothing, so that the journal may outlive the person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject([u8; 16]);

impl Subject {
    /// That of a person.
    pub fn person(id: PersonId) -> Self {
        Self::new(b"vestry/1/subject/person/", id.as_bytes())
    }

    /// That of a record.
    pub fn record(id: RecordId) -> Self {
        Self::new(b"vestry/1/subject/record/", id.as_bytes())
    }

    fn new(label: &[u8], id: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::new().chain_update(label).chain_update(id).finalize().into();
        Self(*digest.first_chunk().expect("32 bytes hold 16"))
    }

    pub(crate) fn value(self) -> Value {
        self.0.as_slice().into()
    }

    pub(crate) fn from_row(bytes: Vec<u8>) -> Result<Self, VaultError> {
        bytes.try_into().map(Self).map_err(|_| VaultError::Unreadable { what: "a hold" })
    }

    pub(crate) fn to_hex(self) -> String {
        hex::encode(&self.0).to_string()
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text.as_bytes()).map(|bytes| Self(*bytes))
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}
