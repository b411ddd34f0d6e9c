//! To whom archives are encrypted.

use std::{fmt, str::FromStr};

/// The most recipients: each adds about a hundred bytes to the head of every archive, which readers limit.
pub const MAX_RECIPIENTS: usize = 32;

/// The public keys that archives are encrypted to, at least one; whoever holds the identity of any of them can read.
/// As text: `age1…`, one a line, empty lines and lines that begin with `#` aside.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipients(Vec<age::x25519::Recipient>);

/// Why a text names no recipients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientsError {
    /// None in it.
    #[error("no recipient is given; make an identity with `age-keygen` on another machine, and give its `age1…` line")]
    None,
    /// Too many in it.
    #[error("more than 32 recipients are given; keep those that are to restore")]
    TooMany,
    /// An identity, which the server must not hold.
    #[error(
        "a secret identity is given where a recipient belongs; give its `age1…` line instead, and make a new identity \
         if others could read this one"
    )]
    Secret,
    /// Something else.
    #[error("`{text}` is no recipient; it takes an `age1…` line as `age-keygen` prints it")]
    NotARecipient {
        /// What was given.
        text: String,
    },
}

impl Recipients {
    pub(super) fn encryptor(&self) -> age::Encryptor {
        let recipients = self.0.iter().map(|recipient| recipient as &dyn age::Recipient);
        age::Encryptor::with_recipients(recipients).expect("one recipient at least, and all of one kind")
    }
}

impl FromStr for Recipients {
    type Err = RecipientsError;

    fn from_str(text: &str) -> Result<Self, RecipientsError> {
        let mut recipients = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if recipients.len() == MAX_RECIPIENTS {
                return Err(RecipientsError::TooMany);
            }
            recipients.push(line.parse().map_err(|_| refusal(line))?);
        }
        if recipients.is_empty() { Err(RecipientsError::None) } else { Ok(Self(recipients)) }
    }
}

fn refusal(line: &str) -> RecipientsError {
    if line.to_ascii_uppercase().contains("AGE-SECRET-KEY-") {
        return RecipientsError::Secret;
    }
    RecipientsError::NotARecipient { text: line.to_owned() }
}

impl fmt::Display for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, recipient) in self.0.iter().enumerate() {
            write!(f, "{}{recipient}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(ToString::to_string)).finish()
    }
}
