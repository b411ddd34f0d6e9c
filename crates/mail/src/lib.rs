//! Letters to people: their words in Korean and English, and how they leave: by SMTP or into a folder.
//!
//! A [`Letter`] says what is to be said; [`Letter::write`] puts it into words as a [`Text`]; a [`Post`] sends the text to
//! an [`Address`] under [`Headers`]. What comes back undelivered is read by [`parse_bounce`].
//!
//! What it must never do: know SQL, the policy, the clock or randomness (the day, the moment and the message's id are
//! arguments); retry, queue or remember; put an address or a letter's words into an error or a `Debug` output.
//!
//! To add a letter: a variant of [`Letter`], its arguments in `Letter::said`, its `…-subject`, `…-body` and, if it has a
//! link, `…-action` in both `locales/*/mail.ftl`, and a sample in `tests/it/letters.rs`.

mod address;
mod bounce;
mod folder;
mod headers;
mod html;
mod letter;
mod link;
mod sending;
mod smtp;
mod words;

pub use address::{Address, AddressError};
pub use bounce::{BOUNCE_BYTES, Bounce, parse_bounce};
pub use folder::FolderPost;
pub use headers::{Headers, MessageId, MessageIdError};
pub use letter::{Kept, Letter, Service, Text};
pub use link::{Link, LinkError};
pub use sending::{Accepted, LETTER_BYTES, Post, SendError, Sender};
pub use smtp::{Login, SmtpPost, SmtpSettings, SmtpSettingsError, Tls};
pub use words::Language;
