//! The next version of the policy: a draft, what it changes, and its posting.

use super::{frame, refused, vault_said};
use crate::{
    account::privacy,
    console::{Shown, gate::redirect, shown},
    guard::Fields,
    pages::{DraftView, OfficePolicyPage, PostedLine},
    problem::{Code, Problem},
    public::policy::{page as public_page, told},
    session::{self, Session},
    state::Server,
};
use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use vestry_app::{Draft, DraftError, Privacy, PrivacyError};
use vestry_policy::Policy;

/// `GET /office/policy`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    page(&server, &session, &headers, None, None).await
}

async fn page(
    server: &Server,
    session: &Session,
    headers: &HeaderMap,
    typed: Option<String>,
    problem: Option<String>,
) -> Shown {
    let privacy = privacy(server)?;
    let frame = frame(session, headers, "policy");
    let (words, in_force) = (frame.words, privacy.policy());
    let line = |policy: &Policy| PostedLine {
        version: policy.version.clone(),
        from: policy.effective.to_string(),
        state: match policy.effective.cmp(&in_force.effective) {
            std::cmp::Ordering::Less => words.t("policy-past"),
            std::cmp::Ordering::Equal => words.t("policy-in-force"),
            std::cmp::Ordering::Greater => words.t("policy-to-come"),
        },
        href: format!("/policy/{}", crate::console::encoded(&policy.version)),
    };
    let mut versions: Vec<PostedLine> = privacy.policies().iter().map(line).collect();
    versions.reverse();
    let draft = privacy.draft().await.map_err(problem_of)?;
    shown(&OfficePolicyPage {
        versions,
        text: typed.or_else(|| draft.as_ref().map(|draft| draft.text.clone())).unwrap_or_default(),
        draft: draft.map(|draft| view(privacy, &draft, &frame.words)),
        earliest: privacy.earliest_effective().to_string(),
        may_post: session.role() == Some(vestry_app::Role::Officer),
        problem,
        frame,
    })
}

fn view(privacy: &Privacy, draft: &Draft, words: &crate::words::Words) -> DraftView {
    let before = draft.before.as_ref().and_then(|(version, changes)| {
        Some((privacy.policies().iter().find(|policy| policy.version == *version)?, changes))
    });
    let refused = draft.refused.as_ref().map(|error| refused::said(words, error));
    let refused = refused.or_else(|| refused::without_login(words, &draft.policy));
    DraftView {
        version: draft.policy.version.clone(),
        from: draft.policy.effective.to_string(),
        hash: vestry_model::hex(&draft.policy.hash()),
        before: before.map_or_else(String::new, |(before, _)| before.version.clone()),
        changes: before.map_or_else(Vec::new, |(before, changes)| {
            changes.iter().map(|change| told(change, &draft.policy, before, *words)).collect()
        }),
        refused,
    }
}

/// `GET /office/policy/preview`: the draft as everybody would read it.
pub(crate) async fn preview(State(server): State<Server>, headers: HeaderMap) -> Result<Response, Problem> {
    let draft = privacy(&server)?.draft().await.map_err(problem_of)?;
    let draft = draft.ok_or_else(|| Problem::not_found(Code::NoDraft, "there is no draft"))?;
    public_page(&server, &headers, &draft.policy).await
}

/// `POST /office/policy`: a draft is kept, thrown away, or posted for good.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (privacy, words) = (privacy(&server)?, frame(&session, &headers, "policy").words);
    let text = fields.text("text").unwrap_or("");
    let done = match fields.text("act") {
        Some("draft") => privacy.put_draft(text).await,
        Some("drop") => privacy.drop_draft().await,
        Some("post") => post(privacy, fields.text("hash").unwrap_or("")).await,
        _ => return Err(Problem::bad_request("the form says nothing to do")),
    };
    match done {
        Ok(()) => redirect("/office/policy", Vec::new()),
        Err(DraftError::Privacy(PrivacyError::Vault(error @ vestry_app::VaultError::TooLong { .. }))) => {
            Ok(page(&server, &session, &headers, Some(text.into()), Some(vault_said(&words, &error)))
                .await?
                .into_response())
        }
        Err(DraftError::Privacy(error)) => Err(error.into()),
        Err(error) => {
            let typed = (!text.is_empty()).then(|| text.to_owned());
            let said = words.a("draft-cannot", &refused::said(&words, &error));
            Ok(page(&server, &session, &headers, typed, Some(said)).await?.into_response())
        }
    }
}

async fn post(privacy: &Privacy, hash: &str) -> Result<(), DraftError> {
    let draft = privacy.draft().await?.ok_or(DraftError::None)?;
    if vestry_model::hex(&draft.policy.hash()) != hash || session::is_unlisted(&draft.policy) {
        return Err(DraftError::Changed);
    }
    privacy.post_draft(draft.policy.hash()).await.map(drop)
}

fn problem_of(error: DraftError) -> Problem {
    match error {
        DraftError::Privacy(error) => error.into(),
        other => Problem::refused(Code::Draft, other.to_string()),
    }
}
