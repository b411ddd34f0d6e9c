//! Signing up: what the policy asks for, one box a consent, and the link that confirms the address.

use super::{form::Form, personal, privacy};
use crate::{
    console::{Shown, encoded, readdressed},
    guard::{Fields, read_fields},
    problem::{Problem, too_often},
    state::{Network, Server},
    words::{Language, Words},
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use vestry_app::{AccountError, AskedItem, Joined, Personal, Privacy, SignUp, TERMS, consent_items};
use vestry_policy::{Basis, Policy, PurposeId};

/// How the page is called.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct JoinQuery {
    /// `14` once somebody said that they are old enough.
    #[serde(default)]
    age: String,
    #[serde(default)]
    pub(super) invitation: String,
}

/// `GET /join`: asked before anything else is how old somebody is.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap, Query(query): Query<JoinQuery>) -> Shown {
    let privacy = privacy(&server)?;
    if query.age != "14" {
        return Form::new(&headers, |w| w.t("join"))
            .lead(|w| w.t("join-age"))
            .link(with_invitation("/join?age=14", &query.invitation), |w| w.t("join-adult"))
            .link(with_invitation("/join/child", &query.invitation), |w| w.t("join-child"))
            .link(for_who_has_an_account(&query.invitation), |w| w.t("have-account"))
            .shown();
    }
    form(&headers, privacy, &query.invitation, &Fields::default()).shown()
}

/// A page of the way in, for who came by an invitation.
pub(super) fn with_invitation(page: &str, invitation: &str) -> String {
    if invitation.is_empty() { page.into() } else { readdressed(page, &[], &[("invitation", invitation)]) }
}

/// What a consent is to: a purpose, and its items. On the pages of one's own data it stands beside the box by
/// itself.
pub(super) fn consent_text(policy: &Policy, purpose: PurposeId, language: Language) -> String {
    let pick = |words: &vestry_policy::Words| match language {
        Language::Korean => words.ko.clone(),
        Language::English => words.en.clone(),
    };
    let items: Vec<String> = consent_items(policy, purpose).map(|item| pick(&item.name)).collect();
    let known = policy.purpose(purpose);
    format!("{}: {} ({})", pick(&known.name), pick(&known.says), items.join(", "))
}

/// Purposes with a box of their own: those that a contract needs, without which there is no account, and those that wait
/// for a consent.
fn boxes(privacy: &Privacy) -> Vec<(PurposeId, bool)> {
    let policy = privacy.policy();
    let asked = privacy.sign_up_items();
    let is_needed = |purpose: PurposeId| {
        policy.purpose(purpose).basis == Basis::Contract
            && asked.iter().any(|asked| asked.required && policy.item(asked.item).purposes.contains(purpose))
    };
    let needed = policy.purposes().map(|(id, _)| id).filter(|id| is_needed(*id)).map(|id| (id, true));
    let optional = privacy.consent_purposes().into_iter().map(|id| (id, false));
    needed.chain(optional).collect()
}

/// A field for an item of the policy, with what was typed.
pub(super) fn item_field(form: Form, policy: &Policy, asked: AskedItem, typed: &Fields) -> Form {
    let item = policy.item(asked.item);
    let (kind, complete) = match item.id.as_str() {
        "email" => ("email", "username"),
        "mobile" => ("tel", "tel"),
        "company_phone" => ("tel", "off"),
        "name" => ("text", "name"),
        "company" => ("text", "organization"),
        "title" => ("text", "organization-title"),
        _ => ("text", "off"),
    };
    let name = match form.language() {
        Language::Korean => item.name.ko.clone(),
        Language::English => item.name.en.clone(),
    };
    let value = typed.text(&item.id).unwrap_or("").to_owned();
    let label = |_: &Words| name;
    form.field((&item.id, kind, complete), label, |field| {
        let field = field.value(value);
        if asked.required { field } else { field.optional() }
    })
}

/// What stands before a consent on the form of whoever signs up.
const AGREE: &str = /* word */ "join-agree";

/// What stands beside a consent's box, word for word: its hash is kept with the consent.
fn agree_label(policy: &Policy, purpose: PurposeId, language: Language, agree: &str) -> String {
    Words(language).a(agree, &consent_text(policy, purpose, language))
}

fn box_name(policy: &Policy, purpose: PurposeId) -> String {
    format!("agree-{}", policy.purpose(purpose).id)
}

/// What is agreed to on the form for an account: the terms of use, which a page of their own shows, and a box a purpose with
/// `agree` before what it is to.
pub(super) fn agreements(form: Form, privacy: &Privacy, agree: &str) -> Form {
    let (policy, language) = (privacy.policy(), form.language());
    let form = form.field((TERMS, "checkbox", "off"), |w| w.t("join-terms"), |field| field);
    boxes(privacy).into_iter().fold(form, |form, (purpose, is_needed)| {
        let (name, label) = (box_name(policy, purpose), agree_label(policy, purpose, language, agree));
        form.field((&name, "checkbox", "off"), |_| label, |field| if is_needed { field } else { field.optional() })
    })
}

/// What somebody gave on the form for an account.
pub(super) struct Filled {
    pub(super) items: BTreeMap<String, Personal<String>>,
    pub(super) consents: Vec<(PurposeId, String)>,
    pub(super) terms: bool,
}

/// What was typed and ticked on a form of [`agreements`].
///
/// # Errors
/// [`AccountError::Missing`] for a box without which there is no account.
pub(super) fn filled(
    privacy: &Privacy,
    fields: &Fields,
    language: Language,
    agree: &str,
) -> Result<Filled, AccountError> {
    let policy = privacy.policy();
    let is_ticked = |name: &str| fields.text(name) == Some("yes");
    let mut consents = Vec::new();
    for (purpose, is_needed) in boxes(privacy) {
        let name = box_name(policy, purpose);
        if is_ticked(&name) {
            consents.push((purpose, agree_label(policy, purpose, language, agree)));
        } else if is_needed {
            return Err(AccountError::Missing { item: name });
        }
    }
    let names = privacy.sign_up_items().into_iter().map(|asked| policy.item(asked.item).id.clone());
    let items = names.map(|name| (name.clone(), personal(fields.text(&name)))).collect();
    Ok(Filled { items, consents, terms: is_ticked(TERMS) })
}

fn form(headers: &HeaderMap, privacy: &Privacy, invitation: &str, typed: &Fields) -> Form {
    let policy = privacy.policy();
    let mut form = Form::new(headers, |w| w.t("join")).lead(|w| w.t("join-lead"));
    let language = form.language();
    for asked in privacy.sign_up_items() {
        form = item_field(form, policy, asked, typed);
        if policy.item(asked.item).id == "email" {
            let hint = Words(language).t("password-hint");
            form = form.field(("password", "password", "new-password"), |w| w.t("password"), |f| f.hint(hint));
        }
    }
    agreements(form, privacy, AGREE)
        .hidden("invitation", invitation)
        .to("/join", |w| w.t("join-button"))
        .link("/terms", |w| w.t("terms"))
        .link("/policy", |w| w.t("policy"))
        .link(for_who_has_an_account(invitation), |w| w.t("have-account"))
}

/// Where somebody goes who need not sign up.
fn for_who_has_an_account(invitation: &str) -> String {
    if invitation.is_empty() {
        "/sign-in".into()
    } else {
        format!("/team/join/{}", crate::console::encoded(invitation))
    }
}

/// `POST /join`: the answer is the same whether or not the address is known.
pub(crate) async fn join(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let invitation = fields.text("invitation").unwrap_or("").to_owned();
    let form = form(&headers, privacy, &invitation, &fields);
    let language = form.language();
    let Filled { items, consents, terms } = match filled(privacy, &fields, language, AGREE) {
        Ok(filled) => filled,
        Err(error) => return form.refused(&error).shown(),
    };
    let sign_up = SignUp {
        items,
        password: personal(fields.text("password")),
        consents,
        terms,
        language: language.mail(),
        invitation: Some(invitation).filter(|token| !token.is_empty()),
    };
    match privacy.sign_up(sign_up).await {
        Ok(()) => sent(&server, &headers),
        Err(error @ AccountError::Privacy(_)) => Err(error.into()),
        Err(error) => form.refused(&error).shown(),
    }
}

/// A mail is on its way, if there is somebody to whom.
pub(super) fn sent(server: &Server, headers: &HeaderMap) -> Shown {
    let form = Form::new(headers, |w| w.t("mail-sent")).lead(|w| w.t("mail-sent-lead"));
    let form = if server.app.config().mail.host.is_empty() { form.lead(|w| w.t("mail-in-folder")) } else { form };
    form.link("/sign-in", |w| w.t("to-sign-in")).shown()
}

/// `GET /join/confirm/{token}`: a button, so that no mail scanner confirms in somebody's place.
pub(crate) async fn confirm_page(State(server): State<Server>, headers: HeaderMap, Path(token): Path<String>) -> Shown {
    privacy(&server)?;
    Form::new(&headers, |w| w.t("confirm"))
        .lead(|w| w.t("confirm-lead"))
        .to(format!("/join/confirm/{}", encoded(&token)), |w| w.t("confirm-button"))
        .shown()
}

/// `POST /join/confirm/{token}`.
pub(crate) async fn confirm(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    match privacy.confirm(&token).await {
        Ok(Joined { password: Some(token), .. }) => Form::new(&headers, |w| w.t("confirmed"))
            .lead(|w| w.t("confirmed-child-lead"))
            .link(format!("/password/{}", encoded(&token)), |w| w.t("password-first"))
            .shown(),
        Ok(_) => Form::new(&headers, |w| w.t("confirmed"))
            .lead(|w| w.t("confirmed-lead"))
            .link("/sign-in", |w| w.t("to-sign-in"))
            .shown(),
        Err(error @ (AccountError::Link | AccountError::Invitation)) => Form::new(&headers, |w| w.t("confirm"))
            .refused(&error)
            .link("/join", |w| w.t("join"))
            .link("/sign-in", |w| w.t("to-sign-in"))
            .shown(),
        Err(error) => Err(error.into()),
    }
}

impl Server {
    /// Whoever asks too often from one network within a moment waits; for handlers that hash a password or send a letter.
    pub(crate) fn calm(&self, network: &str) -> Result<(), Problem> {
        if self.gate.allows(network) { Ok(()) } else { Err(too_often("too many tries at once", 1)) }
    }
}
