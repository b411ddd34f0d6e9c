//! Data keys, wrapped by the master key, and values sealed under them. How both are encrypted: `committing.rs`.

use crate::{
    committing::{CommittingKey, OVERHEAD},
    master::MasterKey,
    place::Place,
    random::RandomError,
    secret::Secret,
};
use std::fmt;
use zeroize::Zeroizing;

/// The longest plaintext, in bytes: a letter with its attachments is split, an image is no business of the vault.
pub const MAX_PLAINTEXT: usize = 1 << 20;
/// Plaintexts are padded to a multiple of this many bytes.
pub const BUCKET: usize = 32;
/// The length of a [`WrappedKey`], in bytes.
pub const WRAPPED_LENGTH: usize = OVERHEAD + 32;

/// The length of a mark.
pub(crate) const MARK: usize = 8;
const WRAPPED: &[u8] = b"vestry/1/wrapped-key/";
const SEALED: &[u8] = b"vestry/1/sealed-value/";

/// Why something was not sealed or does not open.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Another key, another place, or other bytes. Which of them is not said: who may open knows all three, and
    /// nobody else is to learn how close they came.
    #[error("does not open here; read the row again, then check that master key and installation belong to this data")]
    DoesNotOpen,
    /// Longer than [`MAX_PLAINTEXT`].
    #[error("`{bytes}` bytes are too many to seal at once; split them at {MAX_PLAINTEXT}")]
    TooLong {
        /// How many there were.
        bytes: usize,
    },
    /// No nonce to seal with.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The key of what always ends on the same day: one record, one set of items, one day of visits. When its last
/// wrapped form is gone, so is everything sealed under it.
///
/// 32 random bytes, wiped when dropped; never printed, copied or serialised.
///
/// ```compile_fail
/// fn twice(key: vestry_vault::DataKey) -> (vestry_vault::DataKey, vestry_vault::DataKey) {
///     (key.clone(), key)
/// }
/// ```
pub struct DataKey {
    secret: Secret,
    seal: CommittingKey,
}

impl DataKey {
    /// A new key from the operating system's randomness.
    pub fn generate() -> Result<Self, RandomError> {
        Ok(Self::new(Secret::random()?))
    }

    fn new(secret: Secret) -> Self {
        let seal = CommittingKey::new(&secret.derive("vestry/1/data/seal", &[]));
        Self { secret, seal }
    }

    /// The key as it is stored, at the place whose key it is. Wrapping twice gives different bytes.
    pub fn wrap(&self, master: &MasterKey, place: &Place) -> Result<WrappedKey, RandomError> {
        let sealed = master.wrapping().seal(&place.encode_behind(WRAPPED), self.secret.bytes(), &[])?;
        Ok(WrappedKey(sealed.try_into().expect("32 bytes and the overhead")))
    }

    /// Seal `plaintext`, at most [`MAX_PLAINTEXT`] bytes, for `place`.
    ///
    /// The result is [`sealed_length`] bytes long. Plaintexts are padded first, by a byte 0x80 and zeros to the next
    /// multiple of [`BUCKET`] (ISO/IEC 7816-4), which is taken off in one way only: nearly all mail addresses, names
    /// and telephone numbers are equally long. A longer text still shows its length to within 32 bytes, and that it
    /// is longer.
    ///
    /// # Errors
    /// [`SealError::TooLong`], and [`SealError::Random`] where there is no randomness for a nonce.
    pub fn seal(&self, place: &Place, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError::TooLong { bytes: plaintext.len() });
        }
        let mut padding = [0; BUCKET];
        padding[0] = 0x80;
        let padding = &padding[..BUCKET - plaintext.len() % BUCKET];
        Ok(self.seal.seal(&place.encode_behind(SEALED), plaintext, padding)?)
    }

    /// Eight bytes by which whoever has this key finds what is about `name` without opening everything; to others they are
    /// random, and stay so once the key is destroyed.
    pub(crate) fn mark(&self, name: &[u8]) -> [u8; MARK] {
        *self.secret.derive("vestry/1/data/mark", &[name]).bytes().first_chunk().expect("a secret is longer")
    }

    /// What [`seal`](Self::seal) was given for the same `place`; wiped when dropped.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`] for another key, another place or other bytes.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if sealed.len() > sealed_length(MAX_PLAINTEXT) {
            return Err(SealError::DoesNotOpen);
        }
        let opened = self.seal.open(&place.encode_behind(SEALED), sealed);
        let mut plaintext = opened.ok_or(SealError::DoesNotOpen)?;
        // The tag vouches for the padding, so where it ends tells nothing to whoever may not open.
        let end = plaintext.iter().rposition(|byte| *byte != 0).filter(|end| plaintext[*end] == 0x80);
        plaintext.truncate(end.ok_or(SealError::DoesNotOpen)?);
        Ok(plaintext)
    }

    /// The secret from which a look-up key is derived that ends with this key.
    pub(crate) fn lookup_secret(&self, purpose: &str) -> Secret {
        self.secret.derive("vestry/1/data/lookup/", &[purpose.as_bytes()])
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([secret])")
    }
}

/// How many bytes a plaintext of `bytes` takes when sealed.
pub const fn sealed_length(bytes: usize) -> usize {
    OVERHEAD + (bytes / BUCKET + 1) * BUCKET
}

/// A data key as it is stored: encrypted under the master key, bound to its place.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey([u8; WRAPPED_LENGTH]);

impl WrappedKey {
    /// The key that a row holds.
    pub const fn from_bytes(bytes: [u8; WRAPPED_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The key as a row holds it.
    pub const fn as_bytes(&self) -> &[u8; WRAPPED_LENGTH] {
        &self.0
    }

    /// The data key, if `master` wrapped it for `place`.
    ///
    /// To rotate the master key: open with the old one, [`wrap`](DataKey::wrap) with the new one.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`] for another master key, another place or other bytes.
    pub fn open(&self, master: &MasterKey, place: &Place) -> Result<DataKey, SealError> {
        let opened = master.wrapping().open(&place.encode_behind(WRAPPED), &self.0);
        let bytes = opened.ok_or(SealError::DoesNotOpen)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| SealError::DoesNotOpen)?;
        Ok(DataKey::new(Secret::copy_of(bytes)))
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappedKey([sealed])")
    }
}
