//! Passwords: Argon2id with the parameters that OWASP recommends, written as PHC strings.

use crate::weakness::{self, MOST, WeakPassword};
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{self, Output, ParamsString, Salt},
};
use std::{fmt, hint};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Memory of one hash, KiB.
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of a hash.
const OUTPUT: usize = 32;
/// Bytes of a salt.
const SALT: usize = 16;
/// The most memory that a stored hash may ask for, KiB, so that a row cannot take the machine's.
const MAX_MEMORY_KIB: u32 = 128 * 1024;
/// The most passes that a stored hash may ask for.
const MAX_PASSES: u32 = 16;
/// The most lanes that a stored hash may ask for.
const MAX_LANES: u32 = 16;
/// The longest text that is made NFC, bytes: no 128 characters in NFC come from more, four characters of four bytes each.
const MAX_BYTES: usize = MOST * 16;

/// A password as somebody typed it, in NFC, so that all keyboards write the same. Wiped when dropped.
pub struct Password(Zeroizing<String>);

impl Password {
    /// A password that somebody chooses. `mail_local_part_or_name_words` are what must not be in it: what stands
    /// before the `@` of their mail address, their name.
    ///
    /// # Errors
    /// When it has not 10 to 128 characters, repeats itself, lies in a row, is one of those that many people use, or
    /// contains one of those words.
    pub fn new(text: String, mail_local_part_or_name_words: &[&str]) -> Result<Self, WeakPassword> {
        let text = Zeroizing::new(text);
        let password = Self(nfc(&text).ok_or(WeakPassword::TooLong)?);
        weakness::check(&password.0, mail_local_part_or_name_words)?;
        Ok(password)
    }

    /// A password that somebody gives to be let in, however weak. Nothing if it has more than 128 characters, which
    /// no password has.
    pub fn given(text: String) -> Option<Self> {
        let text = Zeroizing::new(text);
        nfc(&text).filter(|text| text.chars().count() <= MOST).map(Self)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([secret])")
    }
}

/// `text` in NFC, if it is not too long to look at. The room is taken at once (NFC makes a text three times as long
/// at most, in bytes), so that growing leaves no copy behind.
fn nfc(text: &str) -> Option<Zeroizing<String>> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut out = Zeroizing::new(String::with_capacity(3 * text.len()));
    out.extend(text.nfc());
    Some(out)
}

/// What is stored of a password: a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. Wiped when dropped.
pub struct PasswordHash {
    text: Zeroizing<String>,
}

impl PasswordHash {
    /// The hash of `password`. Takes 19 MiB of memory and tens of milliseconds of one core.
    ///
    /// `salt` is random bytes, other ones for each hash.
    pub fn make(password: &Password, salt: [u8; SALT]) -> Self {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).expect("OWASP's parameters are valid");
        let output = derive(&params, password, &salt);
        let hash = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).expect("three numbers are parameters"),
            salt: Some(Salt::new(&salt).expect("16 bytes are a salt")),
            hash: Some(Output::new(&output[..]).expect("32 bytes are a hash")),
        };
        Self { text: Zeroizing::new(hash.to_string()) }
    }

    /// A hash as it was stored.
    ///
    /// # Errors
    /// When `text` is no PHC string of Argon2id, version 19, with `m`, `t` and `p` in that order, a salt and a hash of 32 bytes, or asks for more than
    /// 128 MiB, 16 passes or 16 lanes.
    pub fn parse(text: &str) -> Result<Self, NotAPasswordHash> {
        let text = Zeroizing::new(text.to_owned());
        Parts::read(&text)?;
        Ok(Self { text })
    }

    /// The PHC string, to store it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is the hash of `password`. Costs what making it cost; the comparison takes the same time wherever
    /// the difference is.
    pub fn verify(&self, password: &Password) -> bool {
        let Parts { params, salt, hash } = self.parts();
        derive(&params, password, &salt).ct_eq(&hash[..]).into()
    }

    /// [`verify`](Self::verify) of what is `stored`, or, when there is no such account or it has no password, the
    /// same work for nothing, so that time does not tell who has an account. False then, whatever the password.
    pub fn verify_or_decoy(stored: Option<&Self>, password: &Password) -> bool {
        match stored {
            Some(hash) => hash.verify(password),
            None => {
                hint::black_box(Self::make(password, *b"nobody has this."));
                false
            }
        }
    }

    /// Whether it was made with other parameters than new ones are: make it again at the next login.
    pub fn needs_rehash(&self) -> bool {
        let Parts { params, salt, .. } = self.parts();
        let used = (params.m_cost(), params.t_cost(), params.p_cost(), salt.len());
        used != (MEMORY_KIB, PASSES, LANES, SALT)
    }

    fn parts(&self) -> Parts {
        Parts::read(&self.text).expect("read when it was made")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([secret])")
    }
}

/// What a PHC string says.
struct Parts {
    params: Params,
    salt: Salt,
    hash: Zeroizing<[u8; OUTPUT]>,
}

impl Parts {
    fn read(text: &str) -> Result<Self, NotAPasswordHash> {
        let read = phc::PasswordHash::new(text).map_err(|_| NotAPasswordHash)?;
        let params = Params::try_from(&read).map_err(|_| NotAPasswordHash)?;
        let is_ours = read.algorithm == ARGON2ID_IDENT && read.version == Some(Version::V0x13.into());
        // The library reads a missing parameter as its default, and the last of two.
        let canonical = ParamsString::try_from(&params).map_err(|_| NotAPasswordHash)?;
        let is_ours = is_ours && read.params.as_str() == canonical.as_str();
        let is_bounded = params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_LANES
            && params.keyid().is_empty()
            && params.data().is_empty();
        let (Some(salt), Some(output), true, true) = (read.salt, read.hash, is_ours, is_bounded) else {
            return Err(NotAPasswordHash);
        };
        let hash: [u8; OUTPUT] = output.as_bytes().try_into().map_err(|_| NotAPasswordHash)?;
        Ok(Self { params, salt, hash: Zeroizing::new(hash) })
    }
}

/// The text is no hash of a password that can be verified here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no Argon2id hash within bounds; choose a new password")]
pub struct NotAPasswordHash;

/// Argon2id, in memory that is wiped.
fn derive(params: &Params, password: &Password, salt: &[u8]) -> Zeroizing<[u8; OUTPUT]> {
    let mut memory = Zeroizing::new(vec![Block::new(); params.block_count()]);
    let mut output = Zeroizing::new([0; OUTPUT]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.0.as_bytes(), salt, &mut output[..], &mut memory[..])
        .expect("lengths were checked, and there is memory");
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT_OF_TEST: [u8; 16] = *b"sixteen bytes...";
    /// As the reference implementation in C writes it.
    const GOLDEN: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcy4uLg$3sOpMwkSWGm1LF2Z4Sh1O3d3ZBPa+Fld2FCAfQ3HEjM";
    /// From `test.c` of the reference implementation.
    const REFERENCE: &str = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    fn given(text: &str) -> Password {
        Password::given(text.to_owned()).expect("not too long")
    }

    #[test]
    fn a_hash_stays_as_it_is() {
        let hash = PasswordHash::make(&given("correct horse battery"), SALT_OF_TEST);
        assert_eq!(hash.as_str(), GOLDEN);
        assert!(!hash.needs_rehash());
        let stored = PasswordHash::parse(GOLDEN).expect("ours");
        assert!(stored.verify(&given("correct horse battery")));
        assert!(!stored.verify(&given("correct horse batterx")));
        assert!(!stored.verify(&given("")));
    }

    #[test]
    fn hashes_of_other_programs_verify_and_are_made_again() {
        let stored = PasswordHash::parse(REFERENCE).expect("bounded");
        assert!(stored.verify(&given("password")));
        assert!(stored.needs_rehash());
    }

    #[test]
    fn nobody_is_let_in_without_an_account() {
        let hash = PasswordHash::make(&given("correct horse battery"), *b"nobody has this.");
        assert!(!PasswordHash::verify_or_decoy(None, &given("correct horse battery")));
        assert!(PasswordHash::verify_or_decoy(Some(&hash), &given("correct horse battery")));
        assert!(!PasswordHash::verify_or_decoy(Some(&hash), &given("correct horse")));
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let change = |from: &str, to: &str| GOLDEN.replacen(from, to, 1);
        for bad in [
            String::new(),
            "$argon2id$".into(),
            change("argon2id", "argon2i"),
            change("v=19", "v=16"),
            change("v=19$", ""),
            change("m=19456", "m=4194304"),
            change("t=2", "t=17"),
            change("p=1", "p=17"),
            change("p=1", "p=1,keyid=AAAA"),
            GOLDEN[..GOLDEN.len() - 2].into(),
            format!("{}${}", GOLDEN.rsplit_once('$').expect("parts").0, "A".repeat(22)),
            format!("{}${}", GOLDEN.rsplit_once('$').expect("parts").0, "A".repeat(86)),
            change("c2l4dGVlbiBieXRlcy4uLg", "c2l4dGVlbg"),
            change("m=19456", "m=7"),
            change("m=19456", "m=-1"),
            change("t=2", "t=0"),
            change("p=1", "p=1,p=1"),
            change("t=2,", ""),
            change("m=19456,t=2", "t=2,m=19456"),
            GOLDEN.rsplit_once('$').expect("parts").0.into(),
            format!("{GOLDEN} "),
        ] {
            assert_eq!(PasswordHash::parse(&bad).err(), Some(NotAPasswordHash), "{bad}");
        }
    }

    #[test]
    fn all_keyboards_write_the_same() {
        let composed = PasswordHash::make(&given("각오하고 걷는 café"), SALT_OF_TEST);
        let typed = "\u{1100}\u{1161}\u{11a8}오하고 걷는 cafe\u{301}";
        assert!(composed.verify(&given(typed)));
        assert!(composed.verify(&Password::new(typed.to_owned(), &[]).expect("strong")));
    }

    #[test]
    fn a_login_may_be_weak_and_not_endless() {
        assert!(Password::given("1".into()).is_some());
        assert!(Password::given("가".repeat(128)).is_some());
        assert!(Password::given("\u{1100}\u{1161}\u{11a8}".repeat(128)).is_some());
        assert!(Password::given("가".repeat(129)).is_none());
        assert!(Password::given("x".repeat(1 << 20)).is_none());
        assert_eq!(Password::new("x".repeat(1 << 20), &[]).err(), Some(WeakPassword::TooLong));
    }

    #[test]
    fn nothing_is_shown() {
        let hash = PasswordHash::parse(GOLDEN).expect("ours");
        assert_eq!(format!("{:?} {hash:?}", given("secret")), "Password([secret]) PasswordHash([secret])");
    }
}
