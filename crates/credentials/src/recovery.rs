//! Recovery codes: ten, given once, each good for one login when the authenticator app is lost.

use crate::{Random, base32};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How many codes a person gets.
const CODES: usize = 10;
/// Characters of a code, five bits each: 80 bits, which nobody guesses even with the digests in hand.
const CHARACTERS: usize = 16;
/// The longest text that is looked at, bytes.
const MAX_TYPED: usize = 64;
/// Between digests in the stored text.
const SEPARATOR: char = '.';

/// One code, as it is shown once: `XXXX-XXXX-XXXX-XXXX`. Wiped when dropped.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// The code with its dashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([secret])")
    }
}

/// What is stored of somebody's codes: the SHA-256 digests of those not yet spent. Serialises as [`to_text`] does.
///
/// [`to_text`]: RecoveryCodes::to_text
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RecoveryCodes(Vec<[u8; 32]>);

impl RecoveryCodes {
    /// Ten new codes: what to show, once, and what to store. They replace all earlier ones.
    pub fn make(random: Random<'_>) -> (Vec<RecoveryCode>, Self) {
        let mut shown = Vec::with_capacity(CODES);
        let mut kept = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            let mut bytes = Zeroizing::new([0; CHARACTERS / 8 * 5]);
            random(&mut bytes[..]);
            let plain = base32::encode(&bytes[..], base32::CROCKFORD);
            let mut dashed = Zeroizing::new(String::with_capacity(CHARACTERS + 3));
            for (at, character) in plain.chars().enumerate() {
                if at > 0 && at % 4 == 0 {
                    dashed.push('-');
                }
                dashed.push(character);
            }
            kept.push(digest(plain.as_bytes()));
            shown.push(RecoveryCode(dashed));
        }
        (shown, Self(kept))
    }

    /// Whether `typed` is a code not yet spent, which is then spent: store the codes before letting anybody in.
    /// Case, spaces and dashes do not matter; O is read as 0, I and L as 1.
    pub fn spend(&mut self, typed: &str) -> bool {
        let Some(plain) = plain(typed) else { return false };
        let given = digest(&plain[..]);
        let mut found = None;
        for (at, kept) in self.0.iter().enumerate() {
            if bool::from(kept.ct_eq(&given)) {
                found = Some(at);
            }
        }
        found.map(|at| self.0.remove(at)).is_some()
    }

    /// How many codes are not yet spent.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// The text to store: the digests in base64url, with a point between two; empty when all are spent.
    pub fn to_text(&self) -> String {
        let digests: Vec<String> = self.0.iter().map(|d| BASE64_URL_SAFE_NO_PAD.encode(d)).collect();
        digests.join(&SEPARATOR.to_string())
    }

    /// The codes that [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// When `text` is anything else, or more than ten digests.
    pub fn parse(text: &str) -> Result<Self, NotRecoveryCodes> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let digests = text.split(SEPARATOR).take(CODES + 1).map(|part| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| NotRecoveryCodes)?;
            bytes.try_into().map_err(|_| NotRecoveryCodes)
        });
        let digests: Vec<[u8; 32]> = digests.collect::<Result<_, _>>()?;
        if digests.len() > CODES {
            return Err(NotRecoveryCodes);
        }
        Ok(Self(digests))
    }
}

impl From<RecoveryCodes> for String {
    fn from(codes: RecoveryCodes) -> Self {
        codes.to_text()
    }
}

impl TryFrom<String> for RecoveryCodes {
    type Error = NotRecoveryCodes;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryCodes({} left)", self.left())
    }
}

/// The text is not what [`RecoveryCodes::to_text`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are no recovery codes; make new ones")]
pub struct NotRecoveryCodes;

/// The sixteen characters that somebody meant, if they are a code.
fn plain(typed: &str) -> Option<Zeroizing<[u8; CHARACTERS]>> {
    if typed.len() > MAX_TYPED {
        return None;
    }
    let mut plain = Zeroizing::new([0; CHARACTERS]);
    let mut count = 0;
    // Dashes as word processors and phones make them, the soft and the long ones too.
    let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    for character in typed.chars().filter(|c| !is_between(*c)) {
        let byte = match character.to_ascii_uppercase() {
            'O' => b'0',
            'I' | 'L' => b'1',
            other => u8::try_from(other).ok()?,
        };
        *plain.get_mut(count).filter(|_| base32::CROCKFORD.contains(&byte))? = byte;
        count += 1;
    }
    (count == CHARACTERS).then_some(plain)
}

fn digest(plain: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"vestry recovery code\0").chain_update(plain).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes that never repeat, from a counter.
    fn counting(seed: u64) -> impl FnMut(&mut [u8]) {
        let mut counter = seed;
        move |room| {
            for chunk in room.chunks_mut(32) {
                counter = counter.wrapping_add(1);
                chunk.copy_from_slice(&Sha256::digest(counter.to_be_bytes())[..chunk.len()]);
            }
        }
    }

    #[test]
    fn ten_codes_of_four_by_four() {
        let (shown, kept) = RecoveryCodes::make(&mut |room| room.fill(0b0000_1000));
        assert_eq!((shown.len(), kept.left()), (10, 10));
        assert_eq!(shown[0].as_str(), "1040-G208-1040-G208");
        assert_eq!(format!("{:?} {kept:?}", shown[0]), "RecoveryCode([secret]) RecoveryCodes(10 left)");
    }

    #[test]
    fn typing_is_forgiven() {
        let code = "1040-G208-1040-G208";
        for typed in ["1040G2081040G208", "io4o g2o8 lO40 g208", " 1040–G208—1040−G208\n", "L0-40-G208-I040-G208"]
        {
            let (_, mut kept) = RecoveryCodes::make(&mut |room| room.fill(0b0000_1000));
            assert!(kept.spend(typed), "{typed}");
            assert_eq!(kept.left(), 9);
        }
        let (_, mut kept) = RecoveryCodes::make(&mut |room| room.fill(0b0000_1000));
        let long = format!("{code}{}", " ".repeat(64));
        for typed in [
            "",
            "1040",
            "1040-G208-1040-G209",
            "1040-G208-1040-G2080",
            "1040-G208-1040-G20U",
            "１040G2081040G208",
            &long,
        ] {
            assert!(!kept.spend(typed), "{typed}");
        }
        assert_eq!(kept.left(), 10);
    }

    #[test]
    fn what_is_no_text_of_ours_is_refused() {
        let (_, kept) = RecoveryCodes::make(&mut counting(0));
        let text = kept.to_text();
        assert_eq!(text.len(), 439);
        for bad in [".", "abc", &text[1..], &format!("{text}."), &format!("{text}.{}", &text[..43])] {
            assert_eq!(RecoveryCodes::parse(bad), Err(NotRecoveryCodes), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn each_code_serves_once(seed: u64, order in Just((0..10usize).collect::<Vec<_>>()).prop_shuffle()) {
            let (shown, mut kept) = RecoveryCodes::make(&mut counting(seed));
            for (spent, at) in order.iter().enumerate() {
                prop_assert_eq!(kept.left(), 10 - spent);
                prop_assert!(kept.spend(shown[*at].as_str()));
                prop_assert!(!kept.spend(shown[*at].as_str()));
                let json = serde_json::to_string(&kept).expect("JSON");
                let back: RecoveryCodes = serde_json::from_str(&json).expect("ours");
                prop_assert_eq!(&back, &kept);
                kept = back;
            }
            prop_assert_eq!((kept.left(), kept.to_text()), (0, String::new()));
        }

        #[test]
        fn other_texts_spend_nothing(typed: String, stored: String) {
            let (_, mut kept) = RecoveryCodes::make(&mut counting(1));
            prop_assert!(!kept.spend(&typed));
            if let Ok(codes) = RecoveryCodes::parse(&stored) {
                prop_assert_eq!(codes.to_text(), stored);
            }
        }
    }
}
