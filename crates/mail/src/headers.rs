//! What a letter says to machines.

use crate::Link;
use jiff::Timestamp;

/// The longest left side of a message id; it is part of the boundary between parts (70 characters, RFC 2046) too.
const LEFT_BYTES: usize = 64;
/// The longest right side: a host's name.
const RIGHT_BYTES: usize = 253;

/// A message's id, `left@right`, without the angle brackets: safe in a header and as a file's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

/// Why a text is no [`MessageId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a message id is `left@right`, each of ASCII letters, digits, `-`, `_` and inner dots, at most {LEFT_BYTES} and {RIGHT_BYTES} characters"
)]
pub struct MessageIdError;

impl MessageId {
    /// Checks `id`, which has no angle brackets.
    pub fn new(id: &str) -> Result<Self, MessageIdError> {
        let (left, right) = id.split_once('@').ok_or(MessageIdError)?;
        let fits = |side: &str, most: usize| {
            side.len() <= most
                && side.split('.').all(|atom| {
                    !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
                })
        };
        if fits(left, LEFT_BYTES) && fits(right, RIGHT_BYTES) { Ok(Self(id.to_owned())) } else { Err(MessageIdError) }
    }

    /// The id without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn left(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(left, _)| left)
    }
}

/// What goes above a letter besides sender, recipient and subject.
#[derive(Debug, Clone)]
pub struct Headers {
    /// The message's id; a bounce names it again. Sending twice under one id lets the recipient's server see it.
    pub message_id: MessageId,
    /// When the letter was written.
    pub date: Timestamp,
    /// Where one request, without signing in, ends this kind of letter: `List-Unsubscribe` and, for an `https` link,
    /// `List-Unsubscribe-Post: List-Unsubscribe=One-Click` (RFC 8058, which allows no other scheme).
    pub list_unsubscribe: Option<Link>,
    /// Whether a machine wrote it, so that no machine answers: `Auto-Submitted: auto-generated` (RFC 3834).
    pub auto_submitted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_safe_as_a_header_and_as_a_file_name() {
        for good in ["0190-ab_c.1@shop.example", "a@localhost"] {
            assert_eq!(MessageId::new(good).map(|id| id.as_str().to_owned()), Ok(good.to_owned()));
        }
        let long = format!("{}@b", "a".repeat(LEFT_BYTES + 1));
        for bad in
            ["", "a", "@b", "a@", "../a@b", "a/b@c", ".a@b", "a@b@c", "a@b\r\nX: y", "a b@c", "<a@b>", "한@b", &long]
        {
            assert_eq!(MessageId::new(bad), Err(MessageIdError), "{bad}");
        }
    }
}
