//! Accounts: joining, signing in, passwords, one's own data. Each page works without JavaScript, but for making and using a
//! passkey, which takes one.

pub(crate) mod address;
pub(crate) mod asking;
pub(crate) mod certificates;
pub(crate) mod contesting;
pub(crate) mod copies;
pub(crate) mod documents;
pub(crate) mod form;
pub(crate) mod guardian;
pub(crate) mod joining;
pub(crate) mod me;
pub(crate) mod passkeys;
pub(crate) mod passwords;
pub(crate) mod security;
pub(crate) mod signing;
pub(crate) mod team;

use crate::{
    problem::{Code, Problem},
    state::Server,
    words::Language,
};
use axum::http::{HeaderMap, StatusCode, header};
use vestry_app::{AccountError, Device, Personal, Privacy, PrivacyError, VaultError};

/// The vault, or why there are no accounts here.
pub(crate) fn privacy(server: &Server) -> Result<&Privacy, Problem> {
    server.app.privacy().ok_or_else(|| {
        Problem::not_found(Code::NoAccounts, "this server keeps no accounts yet")
            .hint("whoever runs it makes the vault with `vestry admin init`")
    })
}

/// Where somebody comes from, in few words.
pub(crate) fn device(headers: &HeaderMap, network: String, language: Language) -> Device {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("");
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map_or("", |(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("Whale/", "Whale"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    let name = match (browser, system) {
        ("", "") => "?".to_owned(),
        (one, "") | ("", one) => one.to_owned(),
        (browser, system) => format!("{browser}, {system}"),
    };
    Device { network, name, language: language.mail() }
}

/// A form's text as personal data.
pub(crate) fn personal(text: Option<&str>) -> Personal<String> {
    Personal::new(text.unwrap_or("").to_owned())
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let refused = |status, code| Self::new(status, code, error.to_string());
        match &error {
            AccountError::Privacy(PrivacyError::Vault(
                VaultError::UnknownPerson(_) | VaultError::UnknownRecord(_) | VaultError::UnknownSubject,
            )) => Self::not_found(Code::UnknownPerson, "there is nobody, or nothing, of that id"),
            AccountError::Privacy(PrivacyError::Vault(VaultError::LastOfRole { .. })) => {
                Self::refused(Code::LastOfRole, error.to_string())
            }
            AccountError::Privacy(PrivacyError::Opening(_)) => Self::bad_request(error.to_string()),
            AccountError::Privacy(inner) if inner.is_full() => Self::full(inner),
            AccountError::Privacy(inner) => Self::internal(inner),
            AccountError::Wait(_) => refused(StatusCode::TOO_MANY_REQUESTS, Code::TooManyRequests),
            AccountError::Wrong => refused(StatusCode::FORBIDDEN, Code::WrongProof),
            AccountError::Link | AccountError::Invitation => refused(StatusCode::GONE, Code::Link),
            AccountError::Guarded => refused(StatusCode::FORBIDDEN, Code::Guarded),
            AccountError::Case(_) => refused(StatusCode::CONFLICT, Code::Case),
            AccountError::SameStaff | AccountError::TwoAtTheDesk => refused(StatusCode::CONFLICT, Code::TwoStaff),
            AccountError::Missing { .. } | AccountError::Unusable { .. } | AccountError::Weak(_) => {
                refused(StatusCode::UNPROCESSABLE_ENTITY, Code::Refused)
            }
        }
    }
}

impl From<PrivacyError> for Problem {
    fn from(error: PrivacyError) -> Self {
        AccountError::from(error).into()
    }
}
