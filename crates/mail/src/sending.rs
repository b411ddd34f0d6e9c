//! How a letter leaves.

use crate::{Address, FolderPost, Headers, SmtpPost, Text, words::line};
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use std::{
    io,
    time::{Duration, SystemTime},
};

/// The largest letter that is sent, in bytes as it goes over the wire. Letters are text; servers take ten times as much.
pub const LETTER_BYTES: usize = 1 << 20;

/// Where letters go.
#[derive(Debug)]
pub enum Post {
    /// To a mail server.
    Smtp(SmtpPost),
    /// Into a folder, for a trial without a mail server.
    Folder(FolderPost),
}

/// Whose name stands at the top of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name that mail programs show.
    pub name: String,
    /// The address; bounces come back to it.
    pub address: Address,
}

/// The letter is in other hands now, or in the folder. Whether it arrives is another question: see [`crate::parse_bounce`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted;

/// Why a letter did not leave. Holds neither the address nor the words, nor what a server said about them.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The server does not take this letter for this recipient.
    #[error("the mail server refused the letter with code {code}")]
    Refused {
        /// Whether it would be refused again: a 5xx answer about the recipient or the letter. An answer about
        /// ourselves is not: somebody has to repair the settings, and then the letter can go.
        permanent: bool,
        /// The three digits.
        code: u16,
    },
    /// No server answered in time, in its protocol and with a good certificate, or it did not let us in. If the time ran
    /// out after the last byte, the letter may have arrived all the same; it keeps its message id when it is sent again.
    #[error("the mail server could not be reached; try again later")]
    Unreachable,
    /// The folder could not be written.
    #[error("the letter could not be written to the folder")]
    NotWritten(#[source] io::Error),
    /// More than [`LETTER_BYTES`].
    #[error("the letter is larger than {LETTER_BYTES} bytes")]
    TooLarge,
}

impl Post {
    /// Sends one letter to one person. Tries once.
    pub async fn send(&self, to: &Address, text: &Text, headers: Headers) -> Result<Accepted, SendError> {
        match self {
            Self::Smtp(post) => post.send(to, text, &headers).await,
            Self::Folder(post) => post.send(to, text, &headers).await,
        }
    }
}

/// The letter as it goes over the wire: ASCII throughout, lines ended by CRLF.
pub(crate) fn compose(from: &Sender, to: &Address, text: &Text, headers: &Headers) -> Result<Vec<u8>, SendError> {
    let name = Some(line(&from.name)).filter(|name| !name.is_empty());
    let mut message = Message::builder()
        .from(Mailbox::new(name, from.address.lettre()))
        .to(Mailbox::new(None, to.lettre()))
        .subject(line(&text.subject))
        // No letter is older than 1970, and the header has no way to say so.
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(headers.date.as_second().try_into().unwrap_or(0)))
        .message_id(Some(format!("<{}>", headers.message_id.as_str())));
    if headers.auto_submitted {
        message = message.raw_header(exact("Auto-Submitted", "auto-generated".to_owned()));
    }
    if let Some(link) = &headers.list_unsubscribe {
        message = message.raw_header(exact("List-Unsubscribe", format!("<{}>", link.as_str())));
        if link.is_https() {
            message = message.raw_header(exact("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
    }
    // `=_` comes from neither transfer encoding, and the id is not known to whoever wrote the words.
    let body = MultiPart::alternative()
        .boundary(format!("=_{}", headers.message_id.left()))
        .singlepart(SinglePart::plain(text.plain.clone()))
        .singlepart(SinglePart::html(text.html.clone()));
    let message = message.multipart(body).expect("a sender and a recipient are all that a message needs");
    let bytes = message.formatted();
    if bytes.len() > LETTER_BYTES { Err(SendError::TooLarge) } else { Ok(bytes) }
}

/// A header whose value is ASCII by its type and must not be folded.
fn exact(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}
