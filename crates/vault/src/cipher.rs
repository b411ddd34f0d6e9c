//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), made of HChaCha20 and *ring*'s ChaCha20-Poly1305 (RFC 8439).
//!
//! ```text
//! message key = HChaCha20(key, nonce[..16])
//! XChaCha20-Poly1305(key, nonce, …) = ChaCha20-Poly1305(message key, 0000 ‖ nonce[16..], …)
//! ```
//!
//! **Why two crates.** The draft defines the cipher as this pair of calls (section 2), so that nothing is composed
//! here but what it composes. *ring* has no XChaCha20. RustCrypto's `chacha20poly1305` has, but takes 1.5 µs to encrypt
//! 288 bytes with 169 of associated data, mostly in Poly1305, where the pair takes 0.36 µs.
//!
//! **What stays in memory.** *ring* wipes no key, and its assembly leaves more of them on the stack. A key that it sees
//! opens one message only, and the stack that a call can have used is overwritten before the call returns: best
//! effort, as Rust promises no frame its place, but `no_message_key_stays_on_the_stack` looks. Registers are left to
//! what follows.

use crate::secret::Secret;
use chacha20::{R20, hchacha};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::zeroize_stack;

pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;

/// How much stack is overwritten after a call, in bytes: at least half as much again as a call uses. Without
/// optimisation, copies of the key lie in many more frames.
const STACK: usize = if cfg!(debug_assertions) { 16 << 10 } else { 4 << 10 };

/// Encrypt `text` where it lies, and give the tag. A nonce serves one text under `key`, ever.
pub(crate) fn encrypt(key: &Secret, nonce: &[u8; NONCE], associated: &[u8], text: &mut [u8]) -> [u8; TAG] {
    let tag = encrypt_and_leave_traces(key, nonce, associated, text);
    zeroize_stack::<STACK>();
    tag
}

/// Decrypt `text` where it lies. Where it was not encrypted under the same key, nonce and associated data, the answer is
/// `false` and `text` is zeros.
#[must_use]
pub(crate) fn decrypt(key: &Secret, nonce: &[u8; NONCE], associated: &[u8], text: &mut [u8], tag: &[u8; TAG]) -> bool {
    let opened = decrypt_and_leave_traces(key, nonce, associated, text, tag);
    zeroize_stack::<STACK>();
    opened
}

// The next two are never inlined: their frames, and those below, have to be where `zeroize_stack` has its own.

#[inline(never)]
fn encrypt_and_leave_traces(key: &Secret, nonce: &[u8; NONCE], associated: &[u8], text: &mut [u8]) -> [u8; TAG] {
    let (first, nonce) = halves(nonce);
    let tag = message_key(key, first)
        .seal_in_place_separate_tag(nonce, Aad::from(associated), text)
        .expect("ChaCha20-Poly1305 takes 256 GiB, callers give 1 MiB at most");
    *tag.as_ref().first_chunk().expect("a tag of 16 bytes")
}

#[inline(never)]
fn decrypt_and_leave_traces(
    key: &Secret,
    nonce: &[u8; NONCE],
    associated: &[u8],
    text: &mut [u8],
    tag: &[u8; TAG],
) -> bool {
    let (first, nonce) = halves(nonce);
    message_key(key, first).open_in_place_separate_tag(nonce, Aad::from(associated), (*tag).into(), text, 0..).is_ok()
}

/// What of the nonce makes the message key, and what the nonce under that key.
fn halves(nonce: &[u8; NONCE]) -> (&[u8; 16], Nonce) {
    let (first, last) = nonce.split_first_chunk().expect("24 bytes");
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(last);
    (first, Nonce::assume_unique_for_key(nonce))
}

#[inline(always)]
fn message_key(key: &Secret, nonce: &[u8; 16]) -> LessSafeKey {
    let key = hchacha::<R20>(key.bytes().into(), nonce.into());
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).expect("a key of 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    fn sample() -> (Secret, [u8; NONCE]) {
        let key = Secret::copy_of(&std::array::from_fn(|i| 0x80 + i as u8));
        (key, std::array::from_fn(|i| 0x40 + i as u8))
    }

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1, against the cipher as it is wired here.
    #[test]
    fn the_cipher_is_that_of_the_draft() {
        let (key, nonce) = sample();
        let associated = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let plaintext = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
            sunscreen would be it.";
        let mut text = plaintext.to_vec();
        let tag = encrypt(&key, &nonce, &associated, &mut text);
        assert_eq!(
            *hex::encode(&text),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c67\
             08c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637d\
             a9768812f615c68b13b52e"
        );
        assert_eq!(*hex::encode(&tag), "c0875924c1c7987947deafd8780acf49");
        assert!(decrypt(&key, &nonce, &associated, &mut text, &tag));
        assert_eq!(text, plaintext);
    }

    #[test]
    fn what_does_not_open_is_zeros() {
        let (key, nonce) = sample();
        let mut text = [7; 300];
        let tag = encrypt(&key, &nonce, b"place", &mut text);
        assert!(!decrypt(&key, &nonce, b"other", &mut text, &tag));
        assert_eq!(text, [0; 300]);
    }

    /// Reads this thread's own stack, where Linux shows it. That the functions below `encrypt` and `decrypt` leave the
    /// message key behind proves that it would be found.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_message_key_stays_on_the_stack() {
        use std::{fs::File, hint::black_box, os::unix::fs::FileExt};

        const READ: usize = 1 << 16;
        /// Far enough below the reading that its own frames overwrite nothing of what it looks for.
        #[inline(never)]
        fn deep_down(act: impl FnOnce()) {
            let room = black_box([0_u8; READ / 16]);
            act();
            black_box(room);
        }
        let (key, nonce) = sample();
        let memory = File::open("/proc/self/mem").expect("a process may read itself");
        let message_key = Box::new(hchacha::<R20>(key.bytes().into(), halves(&nonce).0.into()));
        let (one, other) = message_key.split_at(16);
        zeroize_stack::<READ>();
        let mut stack = vec![0; READ];
        let mut leaves_the_key = |act: &mut dyn FnMut(&mut [u8])| {
            let mut text = vec![7; 300];
            zeroize_stack::<READ>();
            deep_down(|| act(&mut text));
            let here = 0_u8;
            let end = (&raw const here).addr() as u64;
            memory.read_exact_at(&mut stack, end - READ as u64).expect("the stack is mapped");
            stack.windows(16).any(|window| window == one || window == other)
        };
        let mut tag = [0; TAG];
        assert!(leaves_the_key(&mut |text| tag = encrypt_and_leave_traces(&key, &nonce, b"place", text)));
        assert!(!leaves_the_key(&mut |text| tag = encrypt(&key, &nonce, b"place", text)));
        assert!(leaves_the_key(&mut |text| _ = decrypt_and_leave_traces(&key, &nonce, b"place", text, &tag)));
        assert!(!leaves_the_key(&mut |text| _ = decrypt(&key, &nonce, b"place", text, &tag)));
    }
}
