//! Tokens: 32 random bytes that stand for a session, a mailed link or an invitation. Whoever has the text is let in,
//! so only its digest is stored.

use crate::Random;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Characters of 32 bytes in base64 without padding.
const CHARACTERS: usize = 43;

/// What a token is for. One for another use is refused, also by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// A login, in a cookie: `vss_`.
    Session,
    /// A link in a mail, to confirm an address or to choose a new password: `vml_`.
    MailedLink,
    /// An invitation to work in the shop: `vin_`.
    Invitation,
    /// The challenge of a passkey, with which its answer comes back: `vch_`.
    Challenge,
}

impl TokenUse {
    /// What the text of such a token begins with, so that scanners for leaked secrets know it.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Session => "vss_",
            Self::MailedLink => "vml_",
            Self::Invitation => "vin_",
            Self::Challenge => "vch_",
        }
    }
}

/// A token as its holder has it. Wiped when dropped.
pub struct Token {
    kind: TokenUse,
    secret: Zeroizing<[u8; 32]>,
}

impl Token {
    /// A new token for `kind`.
    pub fn make(kind: TokenUse, random: Random<'_>) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        random(&mut secret[..]);
        Self { kind, secret }
    }

    /// The token that `text` is.
    ///
    /// # Errors
    /// When it has not the prefix of `kind` and then exactly 43 characters of base64url, in their one form.
    pub fn parse(kind: TokenUse, text: &str) -> Result<Self, NotAToken> {
        let body = text.strip_prefix(kind.prefix()).filter(|b| b.len() == CHARACTERS).ok_or(NotAToken)?;
        // One byte more, because the decoder estimates its room in whole groups.
        let mut bytes = Zeroizing::new([0; 33]);
        let length = BASE64_URL_SAFE_NO_PAD.decode_slice(body, &mut bytes[..]).map_err(|_| NotAToken)?;
        let secret: [u8; 32] = bytes[..length].try_into().map_err(|_| NotAToken)?;
        Ok(Self { kind, secret: Zeroizing::new(secret) })
    }

    /// What it is for.
    pub fn kind(&self) -> TokenUse {
        self.kind
    }

    /// The text for the holder: prefix and 43 characters that need no escaping in a cookie or a URL.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut characters = Zeroizing::new([0; CHARACTERS]);
        BASE64_URL_SAFE_NO_PAD.encode_slice(&self.secret[..], &mut characters[..]).expect("32 bytes are 43 characters");
        let mut text = Zeroizing::new(String::with_capacity(4 + CHARACTERS));
        text.push_str(self.kind.prefix());
        text.extend(characters.iter().copied().map(char::from));
        text
    }

    /// What is stored, and looked up by.
    pub fn hash(&self) -> TokenHash {
        let digest = Sha256::new()
            .chain_update(b"vestry token\0")
            .chain_update(self.kind.prefix())
            .chain_update(&self.secret[..])
            .finalize();
        TokenHash(digest.into())
    }

    /// A secret to seal with what belongs to this token: from its hash the secret does not follow.
    pub fn sealing_secret(&self) -> Zeroizing<[u8; 32]> {
        let digest = Sha256::new()
            .chain_update(b"vestry token seals\0")
            .chain_update(self.kind.prefix())
            .chain_update(&self.secret[..])
            .finalize();
        Zeroizing::new(digest.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:?}, [secret])", self.kind)
    }
}

/// The digest of a [`Token`]: SHA-256 of its use and its bytes. It lets nobody in, and two tokens of different uses
/// never share one. Compared in constant time.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// A digest as it was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest, to store it.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash([digest])")
    }
}

/// The text is no token of that use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no such token; copy the whole of it")]
pub struct NotAToken;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USES: [TokenUse; 4] = [TokenUse::Session, TokenUse::MailedLink, TokenUse::Invitation, TokenUse::Challenge];

    fn token(kind: TokenUse, bytes: [u8; 32]) -> Token {
        Token::make(kind, &mut |room| room.copy_from_slice(&bytes))
    }

    #[test]
    fn the_text_and_the_digest_stay_as_they_are() {
        let token = token(TokenUse::Session, std::array::from_fn(|i| i as u8));
        assert_eq!(*token.to_text(), "vss_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        let hex: String = token.hash().as_bytes().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "da6c7575e795652694db3603eb4a11377abc38f67a4232c6004e216f7ef403f2");
        assert_eq!(TokenHash::from_bytes(*token.hash().as_bytes()), token.hash());
    }

    #[test]
    fn nothing_is_shown() {
        let token = token(TokenUse::Invitation, [9; 32]);
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token(Invitation, [secret]) TokenHash([digest])");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let good = token(TokenUse::Session, [255; 32]).to_text();
        assert!(good.ends_with("__8"), "{}", *good);
        for bad in ["", "vss_", &good[4..], &good[..46], &format!("{}A", *good), &format!(" {}", *good)] {
            assert_eq!(Token::parse(TokenUse::Session, bad).err(), Some(NotAToken), "{bad}");
        }
        let second_form = good.replace("__8", "__9");
        assert_eq!(Token::parse(TokenUse::Session, &second_form).err(), Some(NotAToken), "bits beyond the last byte");
        let standard = good.replace('_', "/");
        assert_eq!(Token::parse(TokenUse::Session, &standard).err(), Some(NotAToken), "the other alphabet");
    }

    proptest! {
        #[test]
        fn a_token_serves_its_use_only(bytes: [u8; 32], kind in 0..4usize, other in 0..4usize) {
            let (kind, other) = (USES[kind], USES[other]);
            let made = token(kind, bytes);
            let read = Token::parse(other, &made.to_text());
            prop_assert_eq!(read.as_ref().ok().map(Token::hash), (kind == other).then(|| made.hash()));
            prop_assert_eq!(made.hash() == token(other, bytes).hash(), kind == other);
            prop_assert_eq!(made.sealing_secret() == token(other, bytes).sealing_secret(), kind == other);
            prop_assert!(*made.sealing_secret() != *made.hash().as_bytes());
        }

        #[test]
        fn any_text_is_read_or_refused(text: String, rest in "[A-Za-z0-9_-]{43}") {
            let _ = Token::parse(TokenUse::MailedLink, &text);
            if let Ok(token) = Token::parse(TokenUse::MailedLink, &format!("vml_{rest}")) {
                prop_assert_eq!(&token.to_text()[4..], rest);
            }
        }
    }
}
