//! Where a letter goes.

use std::fmt;

/// The longest address that fits an SMTP path (RFC 5321 section 4.5.3.1.3).
const ADDRESS_BYTES: usize = 254;

/// A mail address that can be written to: one mailbox, in ASCII, at most 254 characters.
///
/// `Debug` shows the first letter and the domain only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(lettre::Address);

/// Why a text is no [`Address`]. Does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `name@host`, or with a character that does not belong there.
    #[error("this is not a mail address; it has the form `name@example.com`")]
    Malformed,
    /// Letters beyond ASCII, which most servers do not take.
    #[error("a mail address has to be in ASCII; write an international domain in its `xn--` form")]
    NotAscii,
    /// More than 254 characters.
    #[error("a mail address has at most {ADDRESS_BYTES} characters")]
    TooLong,
}

impl Address {
    /// Checks `address`.
    pub fn new(address: &str) -> Result<Self, AddressError> {
        if address.len() > ADDRESS_BYTES {
            return Err(AddressError::TooLong);
        }
        if !address.is_ascii() {
            return Err(AddressError::NotAscii);
        }
        // Quoted local parts may hold spaces and brackets; nobody has one and every parser stumbles over them.
        if !address.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b',' | b';')) {
            return Err(AddressError::Malformed);
        }
        address.parse().map(Self).map_err(|_| AddressError::Malformed)
    }

    /// The address in full; only for the envelope, the header and the database.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// `m…@example.com`, for people who know it anyway.
    pub fn masked(&self) -> String {
        let first = self.0.user().chars().next().unwrap_or('…');
        format!("{first}…@{}", self.0.domain())
    }

    pub(crate) fn lettre(&self) -> lettre::Address {
        self.0.clone()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Result<(), AddressError>) {
        assert_eq!(Address::new(address).map(|_| ()), expected, "{address}");
    }

    #[test]
    fn addresses_are_checked() {
        check("mina@example.com", Ok(()));
        check("mina+shop@mail.example.co.kr", Ok(()));
        check("", Err(AddressError::Malformed));
        check("mina", Err(AddressError::Malformed));
        check("mina@", Err(AddressError::Malformed));
        check("mina@example.com\r\nRCPT TO:<x@y.example>", Err(AddressError::Malformed));
        check("mina@example.com\n", Err(AddressError::Malformed));
        check("a b@example.com", Err(AddressError::Malformed));
        check("\"a b\"@example.com", Err(AddressError::Malformed));
        check("a@x.example,b@y.example", Err(AddressError::Malformed));
        check("<mina@example.com>", Err(AddressError::Malformed));
        check("미나@example.com", Err(AddressError::NotAscii));
        check(&format!("mina@{}.com", "x".repeat(ADDRESS_BYTES)), Err(AddressError::TooLong));
    }

    #[test]
    fn an_address_is_masked() {
        assert_eq!(format!("{:?}", Address::new("mina@example.com").expect("an address")), "m…@example.com");
    }
}
