//! Bytes as hex digits: ids in `Debug`, the text of a master key, hashes in a manifest.

use zeroize::Zeroizing;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two lower-case digits a byte. The text is wiped when dropped.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The `N` bytes that twice as many digits of either case stand for; `None` for any other text.
pub(crate) fn decode<const N: usize>(text: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    let digit = |c: u8| char::from(c).to_digit(16);
    let mut bytes = Zeroizing::new([0; N]);
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(bytes)
}
