//! The policy as it is enforced: every version that is configured, past and to come, and what each changed (clause 13).

use super::{framed, spoken};
use crate::{
    account,
    console::{encoded, time_to_the_second},
    pages::{ChangeView, ChangesPage, ComingView, PolicyPage, PublicFrame, SaysView, VersionLine},
    problem::{Code, Problem},
    state::Server,
    words::Words,
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use vestry_app::Privacy;
use vestry_policy::{Change, Policy};

type Answered = Result<Response, Problem>;

/// `GET /policy`: the version in force.
pub(crate) async fn current(State(server): State<Server>, headers: HeaderMap) -> Answered {
    page(&server, &headers, server.app.policy()).await
}

/// `GET /policy/head`: the newest signed head of the audit log, for whoever keeps heads to hold the log against later.
pub(crate) async fn head(State(server): State<Server>) -> Answered {
    let head = account::privacy(&server)?.vault().audit_head();
    Ok(([(header::CACHE_CONTROL, "no-cache")], format!("{head}\n")).into_response())
}

/// `GET /policy/{version}`.
pub(crate) async fn version(State(server): State<Server>, Path(version): Path<String>, headers: HeaderMap) -> Answered {
    page(&server, &headers, named(&server, &version)?.0).await
}

/// `GET /policy/{version}/changes`: what is different from the version before.
pub(crate) async fn changes(State(server): State<Server>, Path(version): Path<String>, headers: HeaderMap) -> Answered {
    let (policy, before) = named(&server, &version)?;
    let frame = framed(&headers);
    let changes = before.map_or_else(Vec::new, |before| {
        policy.changes_since(before).iter().map(|change| told(change, policy, before, frame.words)).collect()
    });
    let page = ChangesPage {
        version: policy.version.clone(),
        from: policy.effective.to_string(),
        href: frame.to(&address(policy)),
        before: before.map(|before| (before.version.clone(), frame.to(&address(before)))),
        changes,
        coming: coming(&server, &frame),
        frame,
    };
    kept(&page, policy, &headers)
}

/// A version, known or a draft.
pub(crate) async fn page(server: &Server, headers: &HeaderMap, policy: &Policy) -> Answered {
    let frame = framed(headers);
    let words = frame.words;
    let versions: Vec<&Policy> = server.app.policies().iter().collect();
    let in_force = server.app.policy();
    let line = |(at, p): (usize, &&Policy)| VersionLine {
        name: p.version.clone(),
        href: frame.to(&address(p)),
        from: p.effective.to_string(),
        state: match p.effective.cmp(&in_force.effective) {
            std::cmp::Ordering::Less => words.t("policy-past"),
            std::cmp::Ordering::Equal => words.t("policy-in-force"),
            std::cmp::Ordering::Greater => words.t("policy-to-come"),
        },
        changes: (at > 0).then(|| frame.to(&format!("{}/changes", address(p)))),
        is_this: p.version == policy.version,
    };
    let lines = versions.iter().enumerate().map(line).rev().collect();
    let next = versions.iter().find(|p| p.effective > policy.effective);
    let standing = match policy.effective.cmp(&in_force.effective) {
        std::cmp::Ordering::Less => {
            let until = next.and_then(|next| next.effective.yesterday().ok()).map(|day| day.to_string());
            words.a("policy-was", &format!("{} – {}", policy.effective, until.unwrap_or_default()))
        }
        std::cmp::Ordering::Equal => words.a("policy-is", &policy.effective.to_string()),
        std::cmp::Ordering::Greater => words.a("policy-will", &policy.effective.to_string()),
    };
    let page = PolicyPage {
        page: policy.page(spoken(words)),
        is_in_force: policy.version == in_force.version,
        standing,
        versions: lines,
        coming: coming(server, &frame),
        log: server.app.privacy().map(|privacy| log(privacy, words)),
        transfers: super::notices::posted(server, &frame.words).await?,
        frame,
    };
    kept(&page, policy, headers)
}

/// By what the audit log can be held to what it was.
fn log(privacy: &Privacy, words: Words) -> Vec<(String, String)> {
    let head = privacy.vault().audit_head();
    vec![
        (words.t("log-entries"), head.size.to_string()),
        (words.t("log-signed"), time_to_the_second(privacy.policy(), head.time)),
        (words.t("log-head"), head.to_string()),
        (words.t("log-key"), privacy.vault().public_key().to_string()),
    ]
}

/// The version of that name, and the one before it.
fn named<'s>(server: &'s Server, version: &str) -> Result<(&'s Policy, Option<&'s Policy>), Problem> {
    let mut before = None;
    for policy in server.app.policies().iter() {
        if policy.version == version {
            return Ok((policy, before));
        }
        before = Some(policy);
    }
    Err(Problem::not_found(Code::UnknownVersion, "there is no such version of the policy")
        .hint("`/policy` links to all"))
}

fn address(policy: &Policy) -> String {
    format!("/policy/{}", encoded(&policy.version))
}

/// The next version, if one is posted.
fn coming(server: &Server, frame: &PublicFrame) -> Option<ComingView> {
    let in_force = server.app.policy();
    let next = server.app.policies().iter().find(|p| p.effective > in_force.effective)?;
    Some(ComingView {
        text: frame.words.a("policy-coming", &next.effective.to_string()),
        href: frame.to(&address(next)),
        changes: frame.to(&format!("{}/changes", address(next))),
    })
}

/// A change in plain words, with what each version says where they differ.
pub(crate) fn told(change: &Change, after: &Policy, before: &Policy, words: Words) -> ChangeView {
    let kind = match change {
        Change::ItemAdded(_) => words.t("change-item-added"),
        Change::ItemRemoved(_) => words.t("change-item-removed"),
        Change::ItemChanged(_) => words.t("change-item-changed"),
        Change::PurposeAdded(_) => words.t("change-purpose-added"),
        Change::PurposeRemoved(_) => words.t("change-purpose-removed"),
        Change::RetentionAdded(_) => words.t("change-retention-added"),
        Change::RetentionRemoved(_) => words.t("change-retention-removed"),
        Change::RetentionChanged(_) => words.t("change-retention-changed"),
        Change::Regime => words.t("change-regime"),
    };
    let language = spoken(words);
    let says = |name: &str, was: &str, is: &str| SaysView { name: name.into(), was: was.into(), is: is.into() };
    let (name, says) = match (change, before.tells(change, language), after.tells(change, language)) {
        (Change::ItemRemoved(_) | Change::PurposeRemoved(_) | Change::RetentionRemoved(_), Some(was), _) => {
            (was.name, was.says.iter().map(|(name, text)| says(name, text, "")).collect())
        }
        (Change::ItemChanged(_) | Change::RetentionChanged(_), Some(was), Some(is)) => {
            let differ = was.says.iter().zip(&is.says).filter(|(was, is)| was != is);
            (is.name, differ.map(|((name, was), (_, is))| says(name, was, is)).collect())
        }
        (_, _, Some(is)) => (is.name, is.says.iter().map(|(name, text)| says(name, "", text)).collect()),
        _ => (String::new(), Vec::new()),
    };
    ChangeView { kind, name, says }
}

/// A page that a browser may keep and must ask about again, so that nobody reads a version that ended. The tag begins
/// with the enforced file's hash; what follows tells the languages and the choices of one version apart.
fn kept(page: &impl Template, policy: &Policy, headers: &HeaderMap) -> Answered {
    let html = page.render().map_err(|e| Problem::internal(&e))?;
    let rendered = Sha256::digest(html.as_bytes());
    let tag = format!("W/\"{}-{}\"", vestry_model::hex(&policy.hash()), vestry_model::hex(&rendered[..8]));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or("");
    let is_known = known.split(',').any(|one| one.trim() == tag);
    let tag = HeaderValue::from_str(&tag).map_err(|e| Problem::internal(&e))?;
    let kept = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("accept-language, cookie")),
    ];
    let body = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Html(html).into_response() };
    Ok((kept, body).into_response())
}
