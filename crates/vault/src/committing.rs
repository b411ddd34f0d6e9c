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
//! **Price.** 32 bytes a value, and the time in `examples/speed.rs`.

use crate::{
    random::{self, RandomError},
    secret::{HmacSha256, Secret},
};
use chacha20poly1305::{AeadInOut, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use hmac::Mac;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const COMMITMENT: usize = 32;
const TAG: usize = 16;
const HEAD: usize = 1 + NONCE + COMMITMENT;

/// How many bytes longer than its plaintext a ciphertext is.
pub(crate) const OVERHEAD: usize = HEAD + TAG;

/// What encrypts and commits. On the heap, so that moving it leaves no copy; both halves wipe themselves.
pub(crate) struct CommittingKey(Box<Halves>);

struct Halves {
    encrypt: XChaCha20Poly1305,
    commit: HmacSha256,
}

impl CommittingKey {
    /// The pair of keys that follow from `secret`, which serves nothing else.
    pub(crate) fn new(secret: &Secret) -> Self {
        let encrypt = secret.derive("vestry/1/committing/encrypt", &[]);
        let commit = secret.derive("vestry/1/committing/commit", &[]);
        let encrypt = XChaCha20Poly1305::new(encrypt.bytes().into());
        Self(Box::new(Halves { encrypt, commit: commit.hmac() }))
    }

    /// `plaintext` followed by `padding`, encrypted under a fresh nonce.
    pub(crate) fn seal(&self, associated: &[u8], plaintext: &[u8], padding: &[u8]) -> Result<Vec<u8>, RandomError> {
        let mut nonce = XNonce::default();
        random::fill(&mut nonce)?;
        let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len() + padding.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&self.commitment(&nonce, associated).finalize().into_bytes());
        sealed.extend_from_slice(plaintext);
        sealed.extend_from_slice(padding);
        let tag = self
            .0
            .encrypt
            .encrypt_inout_detached(&nonce, associated, (&mut sealed[HEAD..]).into())
            .expect("XChaCha20-Poly1305 takes 256 GiB, callers give 1 MiB at most");
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// What was sealed, padding included; `None` if anything is amiss, without saying what.
    pub(crate) fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
        let (commitment, rest) = rest.split_first_chunk::<COMMITMENT>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG>()?;
        let nonce = XNonce::from(*nonce);
        if *version != VERSION {
            return None;
        }
        // In constant time. That a commitment and not a tag failed is no secret: neither depends on the plaintext.
        self.commitment(&nonce, associated).verify_slice(commitment).ok()?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let buffer = plaintext.as_mut_slice().into();
        self.0.encrypt.decrypt_inout_detached(&nonce, associated, buffer, &Tag::from(*tag)).ok()?;
        Some(plaintext)
    }

    fn commitment(&self, nonce: &XNonce, associated: &[u8]) -> HmacSha256 {
        self.0.commit.clone().chain_update([VERSION]).chain_update(nonce).chain_update(associated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hex, random::seeded};

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1, against the cipher as it is wired here.
    #[test]
    fn the_cipher_is_that_of_the_draft() {
        let key: [u8; 32] = std::array::from_fn(|i| 0x80 + i as u8);
        let nonce = XNonce::from(std::array::from_fn::<u8, 24, _>(|i| 0x40 + i as u8));
        let associated = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let mut text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
            sunscreen would be it."
            .to_vec();
        let cipher = XChaCha20Poly1305::new(&key.into());
        let tag = cipher.encrypt_inout_detached(&nonce, &associated, text.as_mut_slice().into()).expect("short");
        assert_eq!(
            *hex::encode(&text),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c67\
             08c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637d\
             a9768812f615c68b13b52e"
        );
        assert_eq!(*hex::encode(&tag), "c0875924c1c7987947deafd8780acf49");
    }

    /// The form of the bytes, made by another implementation of the ciphers (PyCryptodome). A change here makes stored data unreadable: give it a new version instead.
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
        let nonce = XNonce::from(*sealed[1..].first_chunk().expect("24 bytes"));
        let commitment = &sealed[1 + NONCE..HEAD];
        assert!(one.commitment(&nonce, b"place").verify_slice(commitment).is_ok());
        assert!(other.commitment(&nonce, b"place").verify_slice(commitment).is_err());
        assert!(one.commitment(&nonce, b"other").verify_slice(commitment).is_err());
        assert!(one.commitment(&XNonce::default(), b"place").verify_slice(commitment).is_err());
    }
}
