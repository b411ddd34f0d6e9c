//! The one thing in a letter that can be followed.

use std::fmt;

/// No longer link fits the line of a header (998 characters, RFC 5322 section 2.1.1).
const LINK_BYTES: usize = 900;

/// An `https` or `http` URL, of printable ASCII, that is safe in HTML, in a header and in plain text.
///
/// Links carry tokens, so `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(String);

/// Why a text is no [`Link`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Neither `https://` nor `http://` with a host.
    #[error("a link begins with `https://` or `http://` and names a host")]
    NotWeb,
    /// A space, a quote, a bracket, a control character or a letter beyond ASCII.
    #[error("a link consists of printable ASCII without spaces, quotes and angle brackets; percent-encode the rest")]
    BadCharacter,
    /// Longer than a header's line.
    #[error("a link has at most {LINK_BYTES} characters")]
    TooLong,
}

impl Link {
    /// Checks `url`.
    pub fn new(url: &str) -> Result<Self, LinkError> {
        if url.len() > LINK_BYTES {
            return Err(LinkError::TooLong);
        }
        if !url.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'\'' | b'`' | b'\\')) {
            return Err(LinkError::BadCharacter);
        }
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(LinkError::NotWeb)?;
        if rest.is_empty() || rest.starts_with(['/', '?', '#', ':', '@']) {
            return Err(LinkError::NotWeb);
        }
        Ok(Self(url.to_owned()))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins with `https://`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[link]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<(), LinkError>) {
        assert_eq!(Link::new(url).map(|_| ()), expected, "{url}");
    }

    #[test]
    fn only_what_is_safe_everywhere_is_a_link() {
        check("https://shop.example/v?t=a&b=c#d", Ok(()));
        check("http://127.0.0.1:8080/v", Ok(()));
        check("javascript:alert(1)", Err(LinkError::NotWeb));
        check("https:///x", Err(LinkError::NotWeb));
        check("https://", Err(LinkError::NotWeb));
        check("https://a.example/\r\nBcc:x@y.example", Err(LinkError::BadCharacter));
        check("https://a.example/\"><script>", Err(LinkError::BadCharacter));
        check("https://a.example/한", Err(LinkError::BadCharacter));
        check(&format!("https://a.example/{}", "x".repeat(LINK_BYTES)), Err(LinkError::TooLong));
    }

    #[test]
    fn a_link_does_not_show_its_token() {
        assert_eq!(format!("{:?}", Link::new("https://a.example/?t=secret").expect("a link")), "[link]");
    }
}
