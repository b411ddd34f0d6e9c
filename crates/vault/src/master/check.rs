//! Whether a master key is the one of this data.

use super::MasterKey;
use crate::{
    place::{InstallationId, Store},
    secret::HmacSha256,
};
use hmac::Mac;

/// What the data holds to recognise its master key by. It says nothing of the key: HMAC-SHA-256, under a key derived
/// for this alone, of installation and store.
///
/// Data without one has never been used, and a first start may write one. Data with one has had a master key: another
/// key is refused before anything is sealed under it, and a missing key is a loss, never a first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCheck([u8; 32]);

/// The master key is another than the data's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the master key of installation `{installation}`; give the one that its data was sealed under")]
pub struct WrongMasterKey {
    /// Whose data it is.
    pub installation: InstallationId,
}

impl KeyCheck {
    /// What to store beside the data of `store`.
    pub fn new(master: &MasterKey, installation: InstallationId, store: Store) -> Self {
        Self(mac(master, installation, store).finalize().into_bytes().into())
    }

    /// The value that the data holds.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The value as the data holds it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `master` is the key that this was made with, for the same installation and store; in constant time.
    pub fn check(&self, master: &MasterKey, installation: InstallationId, store: Store) -> Result<(), WrongMasterKey> {
        let compared = mac(master, installation, store).verify_slice(&self.0);
        compared.map_err(|_| WrongMasterKey { installation })
    }
}

fn mac(master: &MasterKey, installation: InstallationId, store: Store) -> HmacSha256 {
    master.check.hmac().chain_update(installation.as_bytes()).chain_update([store.code()])
}
