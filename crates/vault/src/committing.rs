//! Encryption that commits: XChaCha20-Poly1305 with a commitment to key, nonce and associated data.
//!
//! ```text
//! version 1 ‖ nonce 24 ‖ commitment 32 ‖ ciphertext ‖ tag 16                      (lengths in bytes)
//!
//! commitment         = HMAC-SHA-256(commit, version ‖ nonce ‖ associated data)
//! ciphertext ‖ tag   = XChaCha20-Poly1305(encrypt, nonce, associated data, plaintext)
//! encrypt, commit    = derived from one secret under two labels
//! ```
//!
//! **Why a commitment.** Poly1305 is not collision resistant to whoever knows its key: one ciphertext can be made that
//! opens under two keys, or at two places, to two different texts (Dodis, Grubbs, Ristenpart, Woodage: *Fast Message
//! Franking*, CRYPTO 2018; Len, Grubbs, Ristenpart: *Partitioning Oracle Attacks*, USENIX Security 2021). A row that
//! says one thing to the person and another to the privacy office is what a vault must not hold. With the
//! commitment, two keys, nonces or associated data with the same bytes would be a collision of HMAC-SHA-256, about
//! 2^128 work; the text then follows from them. That is CMT-4 of Bellare and Hoang, *Efficient Schemes for
//! Committing Authenticated Encryption*, EUROCRYPT 2022, whose UtC derives and commits in the same manner; the
//! associated data is hashed here as well. Keys of HMAC are 32 bytes always, so that its zero padding of shorter ones
//! makes no two of them equal.
//!
//! **Why this form.** The associated data goes to Poly1305 too: who breaks the commitment has not forged a tag. The
//! encryption key is fixed a secret and not a message, which saves a second HMAC a value; XChaCha20's 24-byte random
//! nonce allows that (draft-irtf-cfrg-xchacha-03; 2^80 values under one key before two nonces meet with a chance of
//! 2^-32).
//!
//! **Price.** 32 bytes a value, and a quarter of the time in `examples/speed.rs`.

use crate::{
    cipher::{self, NONCE, TAG},
    random::{self, RandomError},
    secret::{HmacSha256, Secret},
};
use hmac::Mac;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const COMMITMENT: usize = 32;
/// Version and nonce.
const START: usize = 1 + NONCE;
const HEAD: usize = START + COMMITMENT;

/// How many bytes longer than its plaintext a ciphertext is.
pub(crate) const OVERHEAD: usize = HEAD + TAG;

/// What encrypts and commits. On the heap, so that moving it leaves no copy; both halves wipe themselves.
pub(crate) struct CommittingKey {
    encrypt: Secret,
    commit: Box<HmacSha256>,
}

impl CommittingKey {
    /// The pair of keys that follow from `secret`, which serves nothing else.
    pub(crate) fn new(secret: &Secret) -> Self {
        let encrypt = secret.derive("vestry/1/committing/encrypt", &[]);
        let commit = secret.derive("vestry/1/committing/commit", &[]);
        Self { encrypt, commit: Box::new(commit.hmac()) }
    }

    /// `plaintext` followed by `padding`, encrypted under a fresh nonce.
    pub(crate) fn seal(&self, associated: &[u8], plaintext: &[u8], padding: &[u8]) -> Result<Vec<u8>, RandomError> {
        let mut start = [VERSION; START];
        random::fill(&mut start[1..])?;
        let [_, nonce @ ..] = &start;
        let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len() + padding.len());
        sealed.extend_from_slice(&start);
        sealed.extend_from_slice(&self.commitment(&start, associated).finalize().into_bytes());
        sealed.extend_from_slice(plaintext);
        sealed.extend_from_slice(padding);
        let tag = cipher::encrypt(&self.encrypt, nonce, associated, &mut sealed[HEAD..]);
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// What was sealed, padding included; `None` if anything is amiss, without saying what.
    pub(crate) fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (start, rest) = sealed.split_first_chunk::<START>()?;
        let (commitment, rest) = rest.split_first_chunk::<COMMITMENT>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG>()?;
        let [VERSION, nonce @ ..] = start else { return None };
        // In constant time. That a commitment and not a tag failed is no secret: neither depends on the plaintext.
        self.commitment(start, associated).verify_slice(commitment).ok()?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        cipher::decrypt(&self.encrypt, nonce, associated, &mut plaintext, tag).then_some(plaintext)
    }

    /// `start` is version and nonce as they are stored.
    fn commitment(&self, start: &[u8; START], associated: &[u8]) -> HmacSha256 {
        self.commit.as_ref().clone().chain_update(start).chain_update(associated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hex, random::seeded};

    /// The form of the bytes, made by another implementation of the ciphers (PyCryptodome). A change here makes stored
    /// data unreadable: give it a new version instead.
    #[test]
    fn the_form_stays() {
        let key = CommittingKey::new(&Secret::copy_of(&[7; 32]));
        let sealed = seeded::with(1, || key.seal(b"place", b"text", &[])).expect("sealed");
        assert_eq!(
            *hex::encode(&sealed),
            "01783825822a6f9e62da2190e828e4c9d2576e5977e3a0b3625cb1af4b4ae89d7b813c2ccfe17cd2c1e141c83d655a01\
             082a598bf063b699ea92329d6391ed2a7f0c0d0af750ac443586f35f78"
        );
    }

    /// The commitment alone tells two keys, nonces or places apart, whatever Poly1305 would say.
    #[test]
    fn another_key_or_place_fails_before_the_cipher() {
        let [one, other] = [1, 2].map(|byte| CommittingKey::new(&Secret::copy_of(&[byte; 32])));
        let sealed = one.seal(b"place", b"text", &[]).expect("sealed");
        let start = sealed.first_chunk().expect("version and nonce");
        let commitment = &sealed[START..HEAD];
        assert!(one.commitment(start, b"place").verify_slice(commitment).is_ok());
        assert!(other.commitment(start, b"place").verify_slice(commitment).is_err());
        assert!(one.commitment(start, b"other").verify_slice(commitment).is_err());
        assert!(one.commitment(&[VERSION; START], b"place").verify_slice(commitment).is_err());
    }
}
