//! Today's board: due, overdue, holds, certificates, the health of the log; each number opens what it counts.

use super::frame;
use crate::{
    account::privacy,
    console::{Shown, shown, time},
    pages::{BoardPage, CertificateRow, Figure, HoldLine},
    problem::{Code, Problem},
    session::Session,
    state::Server,
};
use axum::{Extension, extract::State, http::HeaderMap};
use vestry_app::{CaseLine, Certificate, PrivacyError, SweepOutcome, SweepRequest, Waits};
use vestry_policy::{CaseKind, Policy};

/// Certificates on the board.
const SHOWN: usize = 10;

/// `GET /office`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    let privacy = privacy(&server)?;
    let frame = frame(&session, &headers, "board");
    let words = frame.words;
    let state = privacy.sweep_state().await?;
    let request = SweepRequest { dry_run: true, ..SweepRequest::default() };
    let SweepOutcome::Shown(plan) = privacy.sweep(&request, |_| {}).await? else {
        return Err(Problem::refused(Code::Refused, "a plan was asked for"));
    };
    let totals = plan.totals;
    let figure = |name: String, count: u64, href: &str, is_bad: bool| Figure {
        name,
        count: words.number(count),
        href: href.into(),
        is_bad: is_bad && count > 0,
    };
    let holds = privacy.vault().holds().await.map_err(PrivacyError::from)?;
    let waiting = privacy.vault().unsent(Waits::Letters, u32::MAX).await.map_err(PrivacyError::from)?.len() as u64;
    let cases = privacy.cases().await?;
    let count = |kind, is_it: fn(&CaseLine) -> bool| {
        cases.iter().filter(|line| line.case.kind == kind && is_it(line)).count() as u64
    };
    let overdue = cases.iter().filter(|line| line.is_overdue()).count() as u64;
    let two = privacy.proposals().await?.len() as u64;
    let figures = vec![
        figure(words.t("board-due"), totals.destroyed, "/office/sweep", false),
        figure(words.t("board-overdue"), totals.overdue, "/office/sweep", true),
        figure(words.t("board-separate"), totals.separated, "/office/sweep", false),
        figure(words.t("board-notices"), totals.notices, "/office/sweep", false),
        figure(words.t("board-requests"), count(CaseKind::Request, CaseLine::is_open), "/office/desk", false),
        figure(words.t("board-complaints"), count(CaseKind::Complaint, CaseLine::is_open), "/office/desk", false),
        figure(words.t("board-unanswered"), overdue, "/office/desk", true),
        figure(words.t("board-two"), two, "/office/desk#two", false),
        figure(words.t("board-holds"), holds.len() as u64, "#holds", false),
        figure(words.t("board-letters"), waiting, "#letters", false),
    ];
    let mut alerts = Vec::new();
    if state.is_overdue {
        alerts.push(words.t("board-sweep-overdue"));
    }
    if overdue > 0 {
        alerts.push(words.n("board-cases-overdue", overdue));
    }
    let untrained = privacy.training_due().await?;
    if untrained > 0 {
        alerts.push(words.n("board-untrained", untrained));
    }
    alerts.extend(state.pending.iter().map(|place| words.a("board-pending", place)));
    alerts.extend(state.behind.iter().map(|place| words.a("board-behind", place)));
    let (policy, head) = (privacy.policy(), privacy.vault().audit_head());
    let certificates = privacy.vault().certificates().map_err(PrivacyError::from)?;
    shown(&BoardPage {
        figures,
        alerts,
        last: state.last.map_or_else(|| words.t("never"), |day| day.to_string()),
        head_size: words.number(head.size),
        head_at: time(policy, head.time),
        holds: holds
            .iter()
            .map(|hold| HoldLine {
                subject: hold.subject.clone(),
                reason: hold.reason.clone(),
                placed: time(policy, hold.placed),
            })
            .collect(),
        certificates: certificates.iter().rev().take(SHOWN).map(|(entry, c)| row(policy, *entry, c)).collect(),
        waiting: words.n("board-letters-wait", waiting),
        in_folder: server.app.config().mail.host.is_empty(),
        frame,
    })
}

fn row(policy: &Policy, entry: u64, certificate: &Certificate) -> CertificateRow {
    let sum = |counted: &[vestry_app::Counted]| counted.iter().map(|counted| counted.count).sum::<u64>();
    CertificateRow {
        entry,
        at: time(policy, certificate.at),
        destroyed: sum(&certificate.destroyed),
        separated: sum(&certificate.separated),
        state: certificate.state.name(),
    }
}
