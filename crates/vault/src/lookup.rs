//! Finding a row by a mail address without holding the address in the open: a keyed hash.

use crate::{
    master::MasterKey,
    place::InstallationId,
    seal::DataKey,
    secret::{HmacSha256, Secret},
};
use hmac::Mac;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The longest mail address, in characters after normalising. RFC 5321, 4.5.3.1.3 gives 256 octets to a path with its
/// angle brackets, hence 254; addresses beyond ASCII (RFC 6531) are given as many characters.
pub const MAX_MAIL_CHARS: usize = 254;

/// What a look-up serves, and the item whose values it finds.
pub(crate) struct Lookup {
    pub(crate) purpose: &'static str,
    pub(crate) item: &'static str,
}

/// Finding a member by the address they log in with.
pub(crate) const LOGIN: Lookup = Lookup { purpose: "login", item: "email" };
/// Finding somebody of the staff by theirs, at a door of their own.
pub(crate) const STAFF: Lookup = Lookup { purpose: "staff-login", item: "staff_mail" };
/// The items by whose values somebody is found.
pub(crate) const FINDING: [Lookup; 2] = [LOGIN, STAFF];
/// Telling a blocked address that signs up again.
pub(crate) const REJOIN: Lookup = Lookup { purpose: "rejoin", item: "email" };

/// The key of look-up hashes for one purpose; hashes of two purposes cannot be joined.
///
/// Without the key a hash cannot be tried against guessed addresses, which a plain digest would allow: there are
/// few enough mail addresses to guess them all. So a look-up hash is as personal as the address to whoever holds the
/// key, and leaves with no backup.
pub struct LookupKey(HmacSha256);

impl LookupKey {
    /// The key for `purpose` in `installation`; the same whenever asked, so that hashes can be made again after a
    /// restore.
    pub fn of_master(master: &MasterKey, installation: InstallationId, purpose: &str) -> Self {
        let context: [&[u8]; 2] = [installation.as_bytes(), purpose.as_bytes()];
        Self::new(&master.lookup_root().derive("vestry/1/lookup/", &context))
    }

    /// A key for `purpose` that ends with `data_key`: destroying that one leaves hashes that nobody can match.
    pub fn of_data_key(data_key: &DataKey, purpose: &str) -> Self {
        Self::new(&data_key.lookup_secret(purpose))
    }

    fn new(secret: &Secret) -> Self {
        Self(secret.hmac())
    }

    /// HMAC-SHA-256 of `text` as it stands; normalise before. The purpose is in the key.
    pub fn hash(&self, text: &str) -> [u8; 32] {
        self.0.clone().chain_update(text).finalize().into_bytes().into()
    }
}

impl fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupKey([secret])")
    }
}

/// Why a text is no mail address. The text itself is not repeated: it may be somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No `@`, several of them, or nothing on one side.
    #[error("a mail address has one `@` with something on either side; write it like `name@shop.example`")]
    NotAnAddress,
    /// Control characters or white space inside.
    #[error("a mail address has no white space or control characters; write it like `name@shop.example`")]
    Unprintable,
    /// Longer than [`MAX_MAIL_CHARS`].
    #[error("a mail address has at most {MAX_MAIL_CHARS} characters, this one has {chars}; write a shorter one")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
}

/// `mail` in the one form that is hashed; wiped when dropped.
///
/// White space around it is cut off, then NFC, then Unicode lower case for both sides, then NFC again. That covers the
/// ASCII lower case that DNS asks of a domain. The local part is lower-cased too: RFC 5321, 2.4 lets a host tell
/// `Kim@` from `kim@`, hardly any does, and a person who signed up as one and asks as the other must be found.
///
/// Not made equal: a domain in Hangul and its `xn--` form, `ß` and `ss`, tags behind `+`, dots that some
/// providers ignore.
///
/// # Errors
/// [`MailError`]. Quoted local parts that hold an `@` or a space are refused with the rest.
pub fn normalised_mail(mail: &str) -> Result<Zeroizing<String>, MailError> {
    let mail = mail.trim();
    // Lower case adds at most two characters to one, NFC none: what is longer than that needs no work to refuse.
    if mail.len() > 4 * 4 * MAX_MAIL_CHARS {
        return Err(MailError::TooLong { chars: mail.chars().count() });
    }
    if mail.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(MailError::Unprintable);
    }
    let composed = Zeroizing::new(mail.nfc().collect::<String>());
    let lower = Zeroizing::new(composed.to_lowercase());
    let normalised = Zeroizing::new(lower.nfc().collect::<String>());
    let chars = normalised.chars().count();
    if chars > MAX_MAIL_CHARS {
        return Err(MailError::TooLong { chars });
    }
    match normalised.split_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains('@') => Ok(normalised),
        _ => Err(MailError::NotAnAddress),
    }
}
