//! How people prove who they are: passwords, one-time passwords, recovery codes, tokens; how often one may try, and from where.
//!
//! Everything is a function of its arguments: random bytes and the present instant come in from the caller.
//!
//! What it must never do: read a clock, a file, a socket or the system's randomness; show a secret in `Debug`;
//! compare a secret in a time that depends on it. Secrets are wiped from memory when they are dropped.
//!
//! To add a kind of token: a variant of [`TokenUse`] with a prefix of its own. To add a kind of proof: one file, a
//! type with a redacted `Debug`, the published vectors as its tests, then re-export it here.

mod base32;
mod common;
mod lockout;
mod network;
mod password;
mod recovery;
mod session;
mod token;
mod totp;
mod weakness;

pub use lockout::{Attempts, LockoutRules, LockoutRulesError, Verdict};
pub use network::{Network, NotANetwork, may_come_from};
pub use password::{NotAPasswordHash, Password, PasswordHash};
pub use recovery::{NotRecoveryCodes, RecoveryCode, RecoveryCodes};
pub use session::{SessionRules, SessionRulesError, SessionTimes};
pub use token::{NotAToken, Token, TokenHash, TokenUse};
pub use totp::TotpSecret;
pub use weakness::WeakPassword;

/// Where random bytes come from: fills the whole slice with bytes that nobody can guess, or does not return.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);
