//! One-time passwords by the clock: RFC 6238 over RFC 4226, with SHA-1, six digits and steps of thirty seconds, the
//! one form that every authenticator app knows.

use crate::{Random, base32};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use std::fmt;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

/// The length of a step, seconds.
const STEP_S: u64 = 30;
/// How many steps a phone's clock may be off, either way.
const SLACK: u64 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// All but RFC 3986's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a server and an authenticator app share: 20 random bytes. Wiped when dropped.
pub struct TotpSecret(Zeroizing<[u8; 20]>);

impl TotpSecret {
    /// A new secret.
    pub fn make(random: Random<'_>) -> Self {
        let mut bytes = Zeroizing::new([0; 20]);
        random(&mut bytes[..]);
        Self(bytes)
    }

    /// A secret as it was stored.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A secret as [`to_base32`](Self::to_base32) wrote it; nothing for anything else.
    pub fn from_base32(text: &str) -> Option<Self> {
        base32::decode(text, base32::RFC4648).map(Self)
    }

    /// The secret, to seal it.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The secret as people type it into an app: 32 characters of RFC 4648's base32.
    pub fn to_base32(&self) -> Zeroizing<String> {
        base32::encode(&self.0[..], base32::RFC4648)
    }

    /// What the QR code says: `otpauth://totp/ISSUER:LABEL?…`, in the form authenticator apps read. `issuer` is the
    /// shop, `label` the account, usually the mail address.
    pub fn otpauth_uri(&self, issuer: &str, label: &str) -> Zeroizing<String> {
        let issuer = utf8_percent_encode(issuer, ESCAPED).to_string();
        let label = utf8_percent_encode(label, ESCAPED).to_string();
        let secret = self.to_base32();
        // Made in one allocation, so that no piece of the secret is left behind by growing.
        let mut uri = Zeroizing::new(String::with_capacity(2 * issuer.len() + label.len() + 128));
        for part in [
            "otpauth://totp/",
            &issuer,
            ":",
            &label,
            "?secret=",
            &secret,
            "&issuer=",
            &issuer,
            "&algorithm=SHA1&digits=6&period=30",
        ] {
            uri.push_str(part);
        }
        uri
    }

    /// The six digits that an app shows at `now`; nothing before 1970.
    pub fn code(&self, now: Timestamp) -> Option<Zeroizing<String>> {
        let code = Zeroizing::new(self.digits(step(now)?));
        Some(Zeroizing::new(code.iter().copied().map(char::from).collect()))
    }

    /// The step whose code `code` is, or nothing if it is none of the present step, the one before or the one after.
    ///
    /// Keep the step that comes back and give it as `last_step` the next time: a code of that step or an earlier
    /// one is refused, so nobody can use what they saw over a shoulder. After a clock is set back, codes are refused
    /// until it has passed `last_step` again. Spaces in `code` do not matter.
    pub fn verify(&self, code: &str, now: Timestamp, last_step: Option<u64>) -> Option<u64> {
        let typed = typed(code)?;
        let present = step(now)?;
        let mut found = Choice::from(0);
        let mut at = 0;
        // Every step is compared, and of two with the same code the later is spent: the earlier would leave it usable.
        for step in present.saturating_sub(SLACK)..=present + SLACK {
            let is_new = last_step.is_none_or(|last| step > last);
            let is_it = self.digits(step).ct_eq(&typed[..]) & Choice::from(u8::from(is_new));
            at.conditional_assign(&step, is_it);
            found |= is_it;
        }
        bool::from(found).then_some(at)
    }

    /// RFC 4226, section 5.3: the code of one counter, as ASCII digits.
    fn digits(&self, counter: u64) -> [u8; DIGITS] {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0[..]).expect("any length is a key");
        mac.update(&counter.to_be_bytes());
        let sum = mac.finalize().into_bytes();
        let offset = usize::from(sum[19] & 15);
        let cut = u32::from_be_bytes([sum[offset], sum[offset + 1], sum[offset + 2], sum[offset + 3]]) & 0x7fff_ffff;
        let mut rest = cut % 10u32.pow(DIGITS as u32);
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        digits
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([secret])")
    }
}

/// The step in which `now` lies; nothing before 1970.
fn step(now: Timestamp) -> Option<u64> {
    Some(u64::try_from(now.as_second()).ok()? / STEP_S)
}

/// The six digits in `code`, if that is what it is.
fn typed(code: &str) -> Option<Zeroizing<[u8; DIGITS]>> {
    // Twice the digits leaves room for spaces; more is not a code.
    if code.len() > 2 * DIGITS {
        return None;
    }
    let mut digits = Zeroizing::new([0; DIGITS]);
    let mut count = 0;
    for byte in code.bytes().filter(|b| *b != b' ') {
        *digits.get_mut(count).filter(|_| byte.is_ascii_digit())? = byte;
        count += 1;
    }
    (count == DIGITS).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[track_caller]
    fn check(second: i64, eight_digits: &str) {
        let code = &eight_digits[2..];
        assert_eq!(*secret().code(at(second)).expect("after 1970"), code);
        assert_eq!(secret().verify(code, at(second), None), Some(second as u64 / 30));
    }

    #[test]
    fn rfc_6238_appendix_b() {
        check(59, "94287082");
        check(1_111_111_109, "07081804");
        check(1_111_111_111, "14050471");
        check(1_234_567_890, "89005924");
        check(2_000_000_000, "69279037");
        check(20_000_000_000, "65353130");
    }

    #[test]
    fn rfc_4226_appendix_d() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (counter, code) in codes.iter().enumerate() {
            assert_eq!(secret().digits(counter as u64), code.as_bytes());
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off() {
        let code = "287082"; // of step 1, seconds 30 to 59
        for (second, step) in [(0, Some(1)), (29, Some(1)), (30, Some(1)), (89, Some(1)), (90, None), (-1, None)] {
            assert_eq!(secret().verify(code, at(second), None), step, "{second}");
        }
    }

    #[test]
    fn a_code_is_spent() {
        let code = "287082";
        assert_eq!(secret().verify(code, at(59), Some(0)), Some(1));
        assert_eq!(secret().verify(code, at(59), Some(1)), None);
        assert_eq!(secret().verify("755224", at(59), Some(1)), None, "an earlier step");
        assert_eq!(secret().verify("359152", at(59), Some(1)), Some(2), "a later step");
        assert_eq!(secret().verify(code, at(59), Some(u64::MAX)), None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for code in ["", "28708", "2870822", "28708a", "２８７０８２", "-87082", "287082      7", "287082       "]
        {
            assert_eq!(secret().verify(code, at(59), None), None, "{code}");
        }
        assert_eq!(secret().verify(" 287 082", at(59), None), Some(1));
    }

    #[test]
    fn an_app_reads_the_uri() {
        assert_eq!(
            *secret().otpauth_uri("봄 & Co", "kim+1@shop.example"),
            "otpauth://totp/%EB%B4%84%20%26%20Co:kim%2B1%40shop.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=%EB%B4%84%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_secret_comes_back_from_what_people_read() {
        let back = TotpSecret::from_base32(&secret().to_base32()).expect("ours");
        assert_eq!(back.as_bytes(), secret().as_bytes());
        assert!(TotpSecret::from_base32("GEZDGNBVGY3TQOJQ").is_none(), "half of it");
    }

    #[test]
    fn a_secret_is_made_of_random_bytes_and_not_shown() {
        let made = TotpSecret::make(&mut |bytes| bytes.fill(7));
        assert_eq!(made.as_bytes(), &[7; 20]);
        assert_eq!(format!("{made:?}"), "TotpSecret([secret])");
    }
}
