//! A sweep: its plan, then the word that it is to be carried out, then its certificate.

use super::{frame, staff, vault_said};
use crate::{
    account::{
        me::{pick, why},
        privacy,
    },
    console::{Shown, gate::redirect, shown, time_to_the_second},
    guard::Fields,
    pages::{CertificatePage, PlanLine, PlanPage},
    problem::{Code, Problem},
    session::Session,
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{Html, Response},
};
use jiff::{Timestamp, civil::Date};
use vestry_app::{Certificate, CertificateRow, PrivacyError, SweepOutcome, SweepRequest, VaultError};
use vestry_policy::{Action, Policy, Subject, Verdict};

/// Lines of a plan on a page.
const SHOWN: usize = 200;

/// `GET /office/sweep`: what would happen now.
pub(crate) async fn plan(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    page(&server, &session, &headers, None).await
}

async fn page(server: &Server, session: &Session, headers: &HeaderMap, problem: Option<String>) -> Shown {
    let privacy = privacy(server)?;
    let frame = frame(session, headers, "sweep");
    let request = SweepRequest { dry_run: true, ..SweepRequest::default() };
    let SweepOutcome::Shown(plan) = privacy.sweep(&request, |_| {}).await? else {
        return Err(Problem::refused(Code::Refused, "a plan was asked for"));
    };
    let (policy, words) = (privacy.policy(), frame.words);
    let lines = plan.verdicts.iter().take(SHOWN).map(|verdict| line(policy, verdict, &words));
    let visitors = privacy.visitors_due(plan.day).await?;
    shown(&PlanPage {
        visitors: if visitors > 0 { words.n("sweep-visitors", visitors) } else { String::new() },
        day: plan.day.to_string(),
        total: plan.verdicts.len() as u64,
        lines: lines.collect(),
        hash: vestry_model::hex(&plan.hash),
        may_sweep: staff(session)?.role == Some(vestry_app::Role::Officer),
        problem,
        frame,
    })
}

fn line(policy: &Policy, verdict: &Verdict, words: &Words) -> PlanLine {
    let until =
        |until: Option<Date>| until.map_or_else(|| "–".into(), |day| words.a("me-goes-after", &day.to_string()));
    let (does, when, why) = match verdict.action {
        Action::Destroy { since, by } => {
            let since = words.a("plan-since", &since.to_string());
            (words.t("plan-destroy"), words.a("me-goes-by", &by.to_string()), since)
        }
        Action::Separate { until: last, because } => {
            (words.t("plan-separate"), until(last), why(policy, because.name(policy), words))
        }
        Action::Keep { until: last, because } => {
            (words.t("plan-keep"), until(last), why(policy, because.name(policy), words))
        }
        Action::Notify { separation, late } => {
            let late = if late { words.t("plan-late") } else { String::new() };
            (words.t("plan-notify"), words.a("plan-apart-from", &separation.to_string()), late)
        }
    };
    let class = |class| pick(&policy.class(class).name, words.0);
    let (kind, whom) = match &verdict.subject {
        Subject::Person { person } => (String::new(), vestry_model::hex(person)),
        Subject::Record { person, class: of, .. } => (class(*of), vestry_model::hex(person)),
        Subject::Day { class: of, counted_from, records, .. } => {
            (class(*of), format!("{counted_from} · {}", words.n("plan-records", *records)))
        }
    };
    let items = verdict.items.iter().map(|item| pick(&policy.item(item).name, words.0)).collect::<Vec<_>>().join(", ");
    // A record of one item may be called what the item is.
    let kind = if kind == items { String::new() } else { kind };
    PlanLine { does, kind, items, whom, when, why }
}

/// `POST /office/sweep`: carried out, for whoever wrote the day of the plan.
pub(crate) async fn sweep(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    use axum::response::IntoResponse;
    let privacy = privacy(&server)?;
    let today = privacy.policy().local(privacy.now()).date();
    let words = frame(&session, &headers, "sweep").words;
    if fields.text("day").map(str::trim) != Some(&today.to_string()) {
        let problem = Some(words.a("sweep-write-day", &today.to_string()));
        return Ok(page(&server, &session, &headers, problem).await?.into_response());
    }
    match privacy.sweep(&SweepRequest::default(), |_| {}).await {
        Ok(SweepOutcome::CarriedOut(sweep)) => redirect(&format!("/office/certificates/{}", sweep.entry), Vec::new()),
        Ok(SweepOutcome::Shown(_)) => Err(Problem::refused(Code::Refused, "only the plan was shown")),
        Err(PrivacyError::Vault(
            error @ (VaultError::Busy | VaultError::ClockAhead { .. } | VaultError::ClockBehind { .. }),
        )) => Ok(page(&server, &session, &headers, Some(vault_said(&words, &error))).await?.into_response()),
        Err(error) => Err(error.into()),
    }
}

fn found(server: &Server, entry: u64) -> Result<Certificate, Problem> {
    let certificates = privacy(server)?.vault().certificates().map_err(PrivacyError::from)?;
    let found = certificates.into_iter().find(|(at, _)| *at == entry);
    let unknown = || Problem::not_found(Code::UnknownCertificate, "no certificate of that entry");
    found.map(|(_, certificate)| certificate).ok_or_else(unknown)
}

/// A certificate's lines in one language.
pub(crate) fn lines(policy: &Policy, certificate: &Certificate, words: &Words) -> Vec<(&'static str, String)> {
    let class = |id: &str| {
        let name = policy.class_named(id).map(|class| &policy.class(class).name);
        name.map_or_else(|| [id.to_owned(), id.to_owned()], |name| [name.ko.clone(), name.en.clone()])
    };
    in_one_language(policy, certificate.rows(&class), words)
}

/// Lines of a certificate in one language, instants in the policy's zone.
pub(crate) fn in_one_language(
    policy: &Policy,
    rows: Vec<CertificateRow>,
    words: &Words,
) -> Vec<(&'static str, String)> {
    let pick = usize::from(!words.is_korean());
    let shown = |text: &String| match text.parse::<Timestamp>() {
        Ok(at) => time_to_the_second(policy, at),
        Err(_) => text.clone(),
    };
    rows.into_iter().map(|(names, values)| (names[pick], shown(&values[pick]))).collect()
}

/// `GET /office/certificates/{entry}`.
pub(crate) async fn certificate(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    Path(entry): Path<u64>,
) -> Shown {
    let certificate = found(&server, entry)?;
    let frame = frame(&session, &headers, "sweep");
    shown(&CertificatePage { lines: lines(privacy(&server)?.policy(), &certificate, &frame.words), entry, frame })
}

/// `GET /office/certificates/{entry}/file`: as it is printed and handed over.
pub(crate) async fn certificate_file(
    State(server): State<Server>,
    Path(entry): Path<u64>,
) -> Result<Response, Problem> {
    use axum::response::IntoResponse;
    let disposition = format!("attachment; filename=\"certificate-{entry}.html\"");
    let headers = [(header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Html(found(&server, entry)?.page())).into_response())
}
