//! Personal data on its way through the program: it does not print, serialise or copy, and says who reads it.

use crate::place::PersonId;
use std::{fmt, str::FromStr};
use zeroize::{Zeroize, Zeroizing};

/// A value that identifies someone; wiped when dropped, so `T` must be of a type that can be.
///
/// ```
/// use vestry_vault::{Opening, Personal, Reader};
/// let mail = Personal::new(String::from("kim@shop.example"));
/// let opening = Opening::new("service", Reader::Program, None)?;
/// assert_eq!(mail.open(&opening), "kim@shop.example");
/// assert_eq!(format!("{mail:?}"), "[personal]");
/// # Ok::<(), vestry_vault::OpeningError>(())
/// ```
///
/// It is not displayed:
/// ```compile_fail,E0277
/// let mail = vestry_vault::Personal::new(String::from("kim@shop.example"));
/// println!("{mail}");
/// ```
/// nor serialised:
/// ```compile_fail,E0277
/// fn serialised<T: serde::Serialize>(_: T) {}
/// let mail = vestry_vault::Personal::new(String::from("kim@shop.example"));
/// serialised(&mail);
/// ```
/// nor copied:
/// ```compile_fail,E0599
/// let mail = vestry_vault::Personal::new(String::from("kim@shop.example"));
/// let other = mail.clone();
/// ```
/// nor read without saying why:
/// ```compile_fail,E0614
/// let mail = vestry_vault::Personal::new(String::from("kim@shop.example"));
/// let text: &str = &*mail;
/// ```
pub struct Personal<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Personal<T> {
    /// Close `value`.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Read it, for what `_opening` says. Searching for this call finds every place where personal data is read.
    pub fn open(&self, _opening: &Opening) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Personal<T> {
    /// Read it to seal it, which shows it to nobody.
    pub(crate) fn to_seal(&self) -> &T {
        &self.0
    }
}

impl From<String> for Personal<String> {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize> From<Zeroizing<T>> for Personal<T> {
    fn from(value: Zeroizing<T>) -> Self {
        Self(value)
    }
}

impl<T: Zeroize> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The person it is about.
    Themselves(PersonId),
    /// The guardian of a child it is about.
    Guardian(PersonId),
    /// Somebody who works for the same organisation, and sees who else does.
    Colleague(PersonId),
    /// Somebody of the privacy office; says why each time.
    Staff(PersonId),
    /// Whoever has a shell on the server; says why each time.
    Prompt,
    /// The program itself, to do what the purpose says; nobody sees the value.
    Program,
}

/// Why staff reads, as a code from the office's list: `complaint-2031`. Codes, not sentences, so that a reason
/// holds no personal data itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReasonCode(String);

impl ReasonCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReasonCode {
    type Err = OpeningError;

    fn from_str(text: &str) -> Result<Self, OpeningError> {
        if is_code(text) { Ok(Self(text.into())) } else { Err(OpeningError::NotAReason) }
    }
}

/// That somebody reads, what for, and why. Made anew for each reading; whoever makes one writes it to the audit log.
#[derive(Debug, PartialEq, Eq)]
pub struct Opening {
    purpose: String,
    reader: Reader,
    reason: Option<ReasonCode>,
}

/// Why there is no such opening. Texts are not repeated: what was written in place of a code may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// Not a name of a purpose.
    #[error("not a purpose; write one of the policy's, such as `service`")]
    NotAPurpose,
    /// Not a code.
    #[error("not a reason code; write 1 to 40 lower-case letters, digits and `-`, such as `complaint-2031`")]
    NotAReason,
    /// Staff gave no reason.
    #[error("staff reads personal data for a reason only; give its code, such as `complaint-2031`")]
    StaffWithoutReason,
}

impl Opening {
    /// `reader` reads for `purpose`, a name such as the policy uses: 1 to 40 lower-case letters, digits and `-`.
    ///
    /// # Errors
    /// [`OpeningError`]; staff without a reason is one.
    pub fn new(purpose: &str, reader: Reader, reason: Option<ReasonCode>) -> Result<Self, OpeningError> {
        if !is_code(purpose) {
            return Err(OpeningError::NotAPurpose);
        }
        if matches!(reader, Reader::Staff(_) | Reader::Prompt) && reason.is_none() {
            return Err(OpeningError::StaffWithoutReason);
        }
        Ok(Self { purpose: purpose.into(), reader, reason })
    }

    /// What for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Who.
    pub fn reader(&self) -> Reader {
        self.reader
    }

    /// Why, where it was said.
    pub fn reason(&self) -> Option<&ReasonCode> {
        self.reason.as_ref()
    }
}

fn is_code(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
