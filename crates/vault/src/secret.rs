//! Thirty-two secret bytes, and how one secret gives others.
//!
//! | from | label | gives |
//! |---|---|---|
//! | master key | `vestry/1/master/wrap` | what wraps data keys |
//! | master key | `vestry/1/master/check` | the key of key checks |
//! | master key | `vestry/1/master/lookup` | the root of look-up keys |
//! | look-up root | `vestry/1/lookup/` installation, purpose | one look-up key |
//! | data key | `vestry/1/data/seal` | what seals values |
//! | data key | `vestry/1/data/lookup/` purpose | one look-up key that ends with the data key |
//! | a challenge's token | `vestry/1/challenge/seal` | what seals the challenge |
//! | what wraps or seals | `vestry/1/committing/encrypt` | its XChaCha20-Poly1305 key |
//! | what wraps or seals | `vestry/1/committing/commit` | the HMAC key of its commitments |
//!
//! No secret is used but to derive; what is derived serves one algorithm.

use crate::{
    hex,
    random::{self, RandomError},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Keyed hashing throughout this crate (RFC 2104, FIPS 180-4).
pub(crate) type HmacSha256 = Hmac<Sha256>;

/// Thirty-two secret bytes, wiped when dropped. They lie on the heap, so that moving the value copies a pointer and
/// leaves no second copy behind.
pub(crate) struct Secret(Box<Zeroizing<[u8; 32]>>);

impl Secret {
    /// A new one from the operating system.
    pub(crate) fn random() -> Result<Self, RandomError> {
        let mut secret = Self::zero();
        random::fill(secret.0.as_mut_slice())?;
        Ok(secret)
    }

    /// A copy of `bytes`; the caller wipes its own.
    pub(crate) fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut secret = Self::zero();
        secret.0.copy_from_slice(bytes);
        secret
    }

    fn zero() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    /// The bytes, for the one algorithm they serve.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Another secret, from which this one and those under other labels do not follow.
    ///
    /// Source: HKDF-Expand (RFC 5869, 2.3) with SHA-256 and one block of output. Its extract step is left out, as
    /// RFC 5869, 3.3 allows where the input is already a uniform key, which every secret here is.
    pub(crate) fn derive(&self, label: &str, context: &[&[u8]]) -> Self {
        let mut mac = self.hmac();
        mac.update(label.as_bytes());
        for part in context {
            mac.update(part);
        }
        mac.update(&[1]);
        Self::copy_of(&Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// HMAC-SHA-256 under these bytes.
    pub(crate) fn hmac(&self) -> HmacSha256 {
        HmacSha256::new_from_slice(self.bytes()).expect("HMAC takes a key of any length")
    }

    /// Sixty-four digits, wiped when dropped.
    pub(crate) fn to_hex(&self) -> Zeroizing<String> {
        hex::encode(self.bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869, appendix A.1: the first 32 bytes of its output.
    #[test]
    fn deriving_is_hkdf_expand() {
        let extracted = hex::decode(b"077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5").expect("hex");
        let info: [u8; 10] = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9];
        let derived = Secret::copy_of(&extracted).derive("", &[&info]);
        assert_eq!(*derived.to_hex(), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::copy_of(&[7; 32])), "[secret]");
    }
}
