//! The text of a master key.

use super::MasterKeyError;
use crate::{hex, secret::Secret};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::io::{self, Read};
use zeroize::Zeroizing;

/// Room for the longest text, its line end, and one byte more to see that it is longer.
const ROOM: usize = 68;

/// What a source gave: at most [`ROOM`] bytes, wiped when dropped.
pub(super) struct KeyText {
    bytes: Box<Zeroizing<[u8; ROOM]>>,
    length: usize,
}

impl KeyText {
    pub(super) fn of(text: &str) -> Self {
        Self::read(text.as_bytes()).expect("memory reads without errors")
    }

    /// As much of `source` as has room. No more is read, and nothing is left in a buffer on the way.
    pub(super) fn read(mut source: impl Read) -> io::Result<Self> {
        let mut text = Self { bytes: Box::new(Zeroizing::new([0; ROOM])), length: 0 };
        while text.length < ROOM {
            match source.read(&mut text.bytes[text.length..]) {
                Ok(0) => break,
                Ok(count) => text.length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(text)
    }

    /// The key that this says; `origin` is for the message if it says none.
    pub(super) fn parse(&self, origin: &str) -> Result<Secret, MasterKeyError> {
        let origin = || origin.to_owned();
        let text = &self.bytes[..self.length];
        if self.length == ROOM {
            return Err(MasterKeyError::TooLong { origin: origin() });
        }
        let line = text.strip_suffix(b"\n").unwrap_or(text);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            return Err(MasterKeyError::Empty { origin: origin() });
        }
        if let Some(bytes) = hex::decode(line).or_else(|| base64(line)) {
            return Ok(Secret::copy_of(&bytes));
        }
        let is_hex = line.iter().all(u8::is_ascii_hexdigit);
        let is_base64 = line.iter().all(|c| c.is_ascii_alphanumeric() || b"+/=".contains(c));
        Err(match line.len() {
            0..64 if is_hex => MasterKeyError::Truncated { origin: origin() },
            0..44 if is_base64 => MasterKeyError::Truncated { origin: origin() },
            45.. if is_base64 => MasterKeyError::TooLong { origin: origin() },
            _ => MasterKeyError::NotAKey { origin: origin() },
        })
    }
}

/// The 32 bytes of 44 characters with their `=`. Without that sign 43 hex digits, cut off, would pass for base64.
fn base64(line: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    if line.len() != 44 {
        return None;
    }
    let mut decoded = Zeroizing::new([0; 33]);
    let length = STANDARD.decode_slice(line, decoded.as_mut_slice()).ok()?;
    let mut bytes = Zeroizing::new([0; 32]);
    bytes.copy_from_slice(decoded[..length].get(..32).filter(|_| length == 32)?);
    Some(bytes)
}
