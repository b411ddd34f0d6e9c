//! Five bits a character, in whole groups of five bytes: all that secrets and recovery codes need.

use zeroize::Zeroizing;

/// RFC 4648, section 6: what authenticator apps read.
pub(crate) const RFC4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Crockford's: no I, L, O or U, so that a code survives being written on paper.
pub(crate) const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `bytes` in `alphabet`. Their number is a multiple of five, so there is no padding.
pub(crate) fn encode(bytes: &[u8], alphabet: &[u8; 32]) -> Zeroizing<String> {
    debug_assert!(bytes.len().is_multiple_of(5));
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() / 5 * 8));
    for group in bytes.chunks_exact(5) {
        let bits = group.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        for at in (0..8).rev() {
            text.push(char::from(alphabet[(bits >> (5 * at)) as usize & 31]));
        }
    }
    text
}

/// The bytes of `text` in `alphabet`, if it is what [`encode`] makes of `N` of them.
pub(crate) fn decode<const N: usize>(text: &str, alphabet: &[u8; 32]) -> Option<Zeroizing<[u8; N]>> {
    if text.len() != N / 5 * 8 {
        return None;
    }
    let mut bytes = Zeroizing::new([0; N]);
    for (group, room) in text.as_bytes().chunks_exact(8).zip(bytes.chunks_exact_mut(5)) {
        let mut bits = 0u64;
        for byte in group {
            bits = bits << 5 | alphabet.iter().position(|known| known == byte)? as u64;
        }
        room.copy_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4648_section_10() {
        assert_eq!(*encode(b"fooba", RFC4648), "MZXW6YTB");
        assert_eq!(*encode(b"12345678901234567890", RFC4648), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(*encode(&[0xff; 5], CROCKFORD), "ZZZZZZZZ");
        assert_eq!(*encode(&[0; 5], CROCKFORD), "00000000");
        assert_eq!(decode::<5>("MZXW6YTB", RFC4648).as_deref(), Some(b"fooba"));
        for wrong in ["", "MZXW6YT", "MZXW6YTB2", "mzxw6ytb", "MZXW6YT1", "MZXW6Y한"] {
            assert!(decode::<5>(wrong, RFC4648).is_none(), "{wrong}");
        }
    }
}
