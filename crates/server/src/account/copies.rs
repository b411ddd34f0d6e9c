//! The copy that somebody takes along: asked for, made as a job, fetched as JSON or as a page of its own.

use super::{documents::Documents, guardian, me::member, privacy};
use crate::{
    console::{shown, time},
    pages::{CopyPage, CopyView, HeldGroup, HeldLine, LookLine},
    problem::{Code, Problem},
    session::Session,
    state::Server,
    words::{Language, Words},
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use vestry_app::{AccountError, PersonId, Privacy, Reader};
use vestry_policy::{Policy, PurposeId, Words as InBoth};

/// Where somebody's copy stands, with its files under `base`.
pub(super) async fn view(
    privacy: &Privacy,
    (person, reader): (PersonId, Reader),
    base: String,
    words: &Words,
) -> Result<CopyView, Problem> {
    let stands = privacy.export_stands(person, reader).await?;
    let said = stands.as_ref().map(|stands| match (stands.is_ready, stands.made) {
        (true, _) => words.a("copy-ready", &time(privacy.policy(), stands.ends)),
        (false, (made, Some(of))) => words.a("copy-made", &format!("{made}/{of}")),
        (false, _) => words.t("copy-waits"),
    });
    Ok(CopyView { base, said, is_ready: stands.is_some_and(|stands| stands.is_ready) })
}

/// `GET /me/export/{name}`.
pub(crate) async fn own(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let person = member(&session)?.person;
    file(privacy(&server)?, (person, Reader::Themselves(person)), &headers, &name).await
}

/// `GET /guardian/{token}/export/{name}`.
pub(crate) async fn of_child(
    State(server): State<Server>,
    headers: HeaderMap,
    Path((link, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let privacy = privacy(&server)?;
    let child = guardian::child(privacy, &link).await?;
    file(privacy, (child, Reader::Guardian(child)), &headers, &name).await
}

async fn file(
    privacy: &Privacy,
    (person, reader): (PersonId, Reader),
    headers: &HeaderMap,
    name: &str,
) -> Result<Response, Problem> {
    let unknown =
        || Problem::not_found(Code::NoCopy, "there is no such file").hint("ask for a copy on the page of your data");
    let (kind, disposition) = match name {
        "my-data.json" => ("application/json; charset=utf-8", "attachment; filename=\"my-data.json\""),
        "my-data.html" => ("text/html; charset=utf-8", "attachment; filename=\"my-data.html\""),
        _ => return Err(unknown()),
    };
    let text = match privacy.export_text(person, reader).await {
        Err(AccountError::Link) => return Err(unknown()),
        other => other?,
    };
    let body = match name {
        "my-data.html" => {
            let (language, _) = crate::envelope::preferred(headers);
            let copy: Copy = serde_json::from_str(&text).map_err(|error| Problem::internal(&error))?;
            shown(&copy.page(privacy.policy(), Words(language)))?.0
        }
        _ => text.as_str().to_owned(),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
    ];
    Ok((headers, body).into_response())
}

/// The copy, as [`Privacy::export_text`] gives it.
#[derive(Deserialize)]
struct Copy {
    consents: Vec<Consent>,
    records: Vec<Record>,
    looks: Vec<Looked>,
}

#[derive(Deserialize)]
struct Consent {
    name: InBoth,
    given: bool,
    taken_back: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    name: InBoth,
    kept_apart: bool,
    items: Vec<Item>,
    day: Option<BTreeMap<String, serde_json::Value>>,
    last_day: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    item: String,
    name: InBoth,
    value: String,
    purposes: Vec<String>,
    last_day: Option<String>,
}

#[derive(Deserialize)]
struct Looked {
    at: String,
    reader: String,
    purpose: String,
    reason: Option<String>,
}

impl Copy {
    fn page(self, policy: &Policy, words: Words) -> CopyPage {
        let (Words(language), documents) = (words, Documents { policy, words });
        let mut groups: Vec<HeldGroup> = Vec::new();
        for record in self.records {
            let name = super::me::pick(&record.name, language);
            let lines = record.lines(policy, &words, language);
            match groups.iter_mut().find(|group| group.name == name && group.is_apart == record.kept_apart) {
                Some(group) => group.lines.extend(lines),
                None => groups.push(HeldGroup { name, is_apart: record.kept_apart, lines }),
            }
        }
        let consents = self.consents.into_iter().map(|consent| {
            let stands = match (consent.given, consent.taken_back) {
                (true, _) => words.t("copy-given"),
                (false, Some(at)) => words.a("me-taken-back", &documents.moment(&at)),
                (false, None) => words.t("copy-not-given"),
            };
            (super::me::pick(&consent.name, language), stands)
        });
        let looks = self.looks.into_iter().map(|look| LookLine {
            at: documents.moment(&look.at),
            who: super::me::who_looked(&look.reader, &words),
            purpose: super::me::purpose_name(policy, &look.purpose, &words),
            reason: look.reason.unwrap_or_default(),
        });
        CopyPage { consents: consents.collect(), looks: looks.collect(), groups, words }
    }
}

impl Record {
    fn lines(&self, policy: &Policy, words: &Words, language: Language) -> Vec<HeldLine> {
        let known = |item: &Item| -> Vec<PurposeId> {
            item.purposes.iter().filter_map(|name| policy.purpose_named(name)).collect()
        };
        let documents = Documents { policy, words: *words };
        let goes = |day: Option<&String>| day.map_or_else(String::new, |day| words.a("me-goes-after", day));
        let items = self.items.iter().map(|item| HeldLine {
            name: super::me::pick(&item.name, language),
            value: documents.readable(&item.item, &item.value),
            purposes: super::me::names(policy, &known(item), language),
            basis: super::me::bases(policy, &known(item), words),
            goes: goes(item.last_day.as_ref()),
            ..HeldLine::default()
        });
        let day = self.day.iter().flatten().map(|(name, value)| HeldLine {
            name: super::me::item_name(policy, name, language),
            value: value.as_str().map_or_else(|| value.to_string(), |text| documents.readable(name, text)),
            goes: goes(self.last_day.as_ref()),
            ..HeldLine::default()
        });
        items.chain(day).collect()
    }
}

/// What the button on either page does.
pub(super) async fn ask(privacy: &Privacy, person: PersonId, reader: Reader) -> Result<&'static str, AccountError> {
    privacy.ask_export(person, reader).await?;
    Ok("copy")
}
