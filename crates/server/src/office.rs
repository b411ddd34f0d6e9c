//! The privacy office: what is due today, people by a purpose and a reason, sweeps with their plan before and their
//! certificate after, and who works here. A door of its own, with a second proof.

pub(crate) mod board;
pub(crate) mod case;
pub(crate) mod desk;
pub(crate) mod notices;
pub(crate) mod people;
pub(crate) mod policy;
mod refused;
pub(crate) mod sessions;
pub(crate) mod signing;
pub(crate) mod staff;
pub(crate) mod sweeps;

use crate::{
    envelope,
    pages::OfficeFrame,
    problem::{Code, Problem},
    public,
    session::Session,
    words::Words,
};
use axum::http::HeaderMap;
use vestry_app::{VaultError, Visitor};

/// What surrounds the office's pages.
pub(crate) fn frame(session: &Session, headers: &HeaderMap, section: &'static str) -> OfficeFrame {
    let here = public::address(headers);
    let query = here.split_once('?').map_or("", |(_, query)| query);
    let (language, theme) = envelope::preferences(headers, query);
    OfficeFrame {
        words: Words(language),
        theme,
        section,
        role: session.role().map_or("", vestry_app::Role::as_str),
        csrf: session.csrf.clone(),
        here: here.into(),
        unkept: envelope::asked(query, "unkept").is_some(),
    }
}

/// What a page says of an act that the vault refuses.
fn vault_said(words: &Words, error: &VaultError) -> String {
    match error {
        VaultError::LastOfRole { .. } => words.t("problem-last-of-role"),
        VaultError::KnownAlready => words.t("vault-known-already"),
        VaultError::KeptApart => words.t("vault-kept-apart"),
        VaultError::State { .. } => words.t("vault-state"),
        VaultError::ClockAhead { .. } | VaultError::ClockBehind { .. } => words.t("vault-clock"),
        VaultError::Busy => words.t("vault-busy"),
        VaultError::NothingFor { .. } => words.t("vault-nothing-for"),
        VaultError::Purpose { .. } | VaultError::NotInPolicy { .. } => words.t("vault-purpose"),
        VaultError::TooLong { .. } => words.t("vault-too-long"),
        _ => words.t("problem-ours-hint"),
    }
}

/// Who of the staff asks, of a route that lets nobody else in.
pub(crate) fn staff(session: &Session) -> Result<&Visitor, Problem> {
    session.staff().ok_or_else(|| Problem::not_found(Code::NoStaff, "this page is the privacy office's"))
}
