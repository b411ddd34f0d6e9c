//! The desk: rights and complaints by mail, phone or from a member's page, with how long there is to answer. The list opens
//! nothing; a case is opened for the office alone, and whom it is about sees that.

use super::{frame, staff};
use crate::{
    account::{
        me::{item_name, pick},
        personal, privacy,
    },
    console::{Shown, gate::redirect, shown, time},
    guard::Fields,
    pages::{CaseForm, CaseRow, DeskPage, OptionView, ProposalRow},
    problem::{Code, Problem},
    session::Session,
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use vestry_app::{
    AccountError, CaseLine, Channel, Language, NewCase, PersonId, Privacy, PrivacyError, RecordId, Role, StaffProposal,
    VaultError,
};
use vestry_policy::{CaseKind, CaseStep, Policy, Timer, TwoStaff};

/// Closed cases on the page.
const CLOSED: usize = 20;

/// `GET /office/desk`: what waits for an answer, and for a second pair of eyes.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    page(&server, &session, &headers, CaseForm::default(), None).await
}

async fn page(
    server: &Server,
    session: &Session,
    headers: &HeaderMap,
    form: CaseForm,
    problem: Option<String>,
) -> Shown {
    let (privacy, mut frame) = (privacy(server)?, frame(session, headers, "desk"));
    // A form's answer has the form's address; the switches lead to the page.
    frame.here = "/office/desk".into();
    let (words, you) = (frame.words, staff(session)?);
    let cases = privacy.cases().await?;
    let (open, closed): (Vec<_>, Vec<_>) = cases.iter().partition(|line| line.is_open());
    let rows = |lines: &[&CaseLine]| lines.iter().map(|line| row(privacy.policy(), &words, line)).collect::<Vec<_>>();
    let proposals = privacy.proposals().await?;
    let rights = privacy.policy().rights.iter();
    shown(&DeskPage {
        open: rows(&open),
        closed: rows(&closed[..closed.len().min(CLOSED)]),
        proposals: proposals.iter().map(|proposal| proposed(privacy.policy(), &words, proposal, you.person)).collect(),
        rights: rights.map(|right| OptionView { id: right.id.clone(), name: pick(&right.name, words.0) }).collect(),
        may_act: you.role == Some(Role::Officer),
        form,
        problem,
        frame,
    })
}

pub(super) fn row(policy: &Policy, words: &Words, line: &CaseLine) -> CaseRow {
    let is_overdue = line.is_overdue();
    CaseRow {
        id: line.record.to_string(),
        number: line.number.clone(),
        kind: words.t(kind_word(line.case.kind)),
        step: words.t(step_word(line.case.step)),
        received: line.received.map_or_else(|| "–".into(), |at| time(policy, at)),
        due: line.timer.map_or_else(|| "–".into(), |timer| timer.due.to_string()),
        left: line.timer.filter(|_| line.is_open()).map_or_else(String::new, |timer| left(words, timer)),
        is_overdue,
    }
}

/// `2 days left`, `overdue by 3 days`.
fn left(words: &Words, timer: Timer) -> String {
    let days = i64::from(timer.left);
    if timer.is_overdue() { words.n("desk-overdue-by", -days) } else { words.n("desk-left", days) }
}

pub(super) fn kind_word(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Request =>
        /* word */
        {
            "desk-request"
        }
        CaseKind::Complaint =>
        /* word */
        {
            "desk-complaint"
        }
    }
}

fn step_word(step: CaseStep) -> &'static str {
    const WORDS: [(CaseStep, &str); 5] = [
        (CaseStep::Received, /* word */ "step-received"),
        (CaseStep::Checked, /* word */ "step-checked"),
        (CaseStep::Decided, /* word */ "step-decided"),
        (CaseStep::Answered, /* word */ "step-answered"),
        (CaseStep::Reopened, /* word */ "step-reopened"),
    ];
    WORDS.iter().find(|(of, _)| *of == step).map_or("step-received", |(_, word)| *word)
}

fn proposed(policy: &Policy, words: &Words, proposal: &StaffProposal, you: PersonId) -> ProposalRow {
    ProposalRow {
        id: proposal.id.to_string(),
        act: two_word(TwoStaff::named(&proposal.act), words),
        about: vestry_model::hex(&proposal.about),
        reason: proposal.reason.as_str().into(),
        made: time(policy, proposal.made),
        is_own: proposal.proposer == you,
    }
}

fn two_word(act: Option<TwoStaff>, words: &Words) -> String {
    match act {
        Some(TwoStaff::BanDecided) => words.t("two-ban-decided"),
        Some(TwoStaff::HoldReleased) | None => words.t("two-hold-released"),
    }
}

/// `POST /office/desk`: a case comes in.
pub(crate) async fn open(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let privacy = privacy(&server)?;
    let words = frame(&session, &headers, "desk").words;
    let form = typed(&fields);
    let about = match whom(privacy, &form.who).await? {
        Ok(about) => about,
        Err(()) => {
            let problem = Some(words.t("people-nobody"));
            return Ok(page(&server, &session, &headers, form, problem).await?.into_response());
        }
    };
    let kind = form.kind.parse::<CaseKind>().map_err(|e| Problem::bad_request(e.to_string()))?;
    let new = NewCase {
        kind,
        right: (kind == CaseKind::Request).then(|| form.right.clone()),
        about,
        channel: Channel::named(&form.channel).unwrap_or(Channel::Mail),
        contact: personal(Some(&form.contact)),
        words: personal(Some(&form.words)),
        language: if form.language == "en" { Language::English } else { Language::Korean },
    };
    match privacy.open_case(&new).await {
        Ok(record) => redirect(&format!("/office/desk/{record}"), Vec::new()),
        Err(error @ (AccountError::Missing { .. } | AccountError::Unusable { .. })) => {
            let problem = Some(said(privacy, &words, &error));
            Ok(page(&server, &session, &headers, form, problem).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn typed(fields: &Fields) -> CaseForm {
    let text = |name: &str| fields.text(name).unwrap_or("").trim().to_owned();
    CaseForm {
        kind: text("kind"),
        right: text("right"),
        channel: text("channel"),
        who: text("who"),
        contact: text("contact"),
        words: text("words"),
        language: text("language"),
    }
}

/// Who is meant by an exact address or id; nobody in particular by nothing.
async fn whom(privacy: &Privacy, who: &str) -> Result<Result<Option<PersonId>, ()>, Problem> {
    if who.is_empty() {
        return Ok(Ok(None));
    }
    if let Ok(person) = who.parse::<PersonId>() {
        return match privacy.vault().person(privacy.policy(), person).await {
            Ok(_) => Ok(Ok(Some(person))),
            Err(VaultError::UnknownPerson(_)) => Ok(Err(())),
            Err(error) => Err(PrivacyError::from(error).into()),
        };
    }
    match privacy.vault().find(&personal(Some(who))).await {
        Ok(found) => Ok(found.map(Some).ok_or(())),
        Err(VaultError::Mail(_)) => Ok(Err(())),
        Err(error) => Err(PrivacyError::from(error).into()),
    }
}

/// What is missing or cannot be, by the name of what it is about.
pub(super) fn said(privacy: &Privacy, words: &Words, error: &AccountError) -> String {
    let label = |item: &str| match item {
        "reason" => words.t("desk-reason"),
        "answer" => words.t("desk-answer"),
        "right" => words.t("desk-right"),
        item => item_name(privacy.policy(), item, words.0),
    };
    match error {
        AccountError::Missing { item } => words.a("field-missing", &label(item)),
        AccountError::Unusable { item } => words.a("field-unusable", &label(item)),
        AccountError::SameStaff => words.t("two-same"),
        AccountError::Case(error) => words.t(case_word(*error)),
        AccountError::TwoAtTheDesk => words.t("problem-two-staff"),
        _ => words.t("problem-ours-hint"),
    }
}

fn case_word(error: vestry_policy::CaseError) -> &'static str {
    use vestry_policy::CaseError as Why;
    const WORDS: [(Why, &str); 7] = [
        (Why::NotChecked, /* word */ "case-not-checked"),
        (Why::CheckedAlready, /* word */ "case-checked-already"),
        (Why::NotDecided, /* word */ "case-not-decided"),
        (Why::DecidedAlready, /* word */ "case-decided-already"),
        (Why::Closed, /* word */ "case-closed"),
        (Why::Open, /* word */ "case-open"),
        (Why::GoesOn, /* word */ "case-goes-on"),
    ];
    WORDS.iter().find(|(of, _)| *of == error).map_or("case-closed", |(_, word)| *word)
}

/// `POST /office/proposals/{id}`: a second one of the staff approves, or somebody declines.
pub(crate) async fn answer_proposal(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (privacy, you) = (privacy(&server)?, staff(&session)?.person);
    let words = frame(&session, &headers, "desk").words;
    let unknown = || Problem::not_found(Code::UnknownProposal, "nothing of that id waits");
    let id = id.parse::<RecordId>().map_err(|_| unknown())?;
    let answered = match fields.text("act") {
        Some("approve") => privacy.approve(id, you).await.map(drop),
        Some("decline") => privacy.decline(id).await,
        _ => return Err(Problem::bad_request("the form says nothing to do")),
    };
    match answered {
        Ok(()) => redirect("/office/desk", Vec::new()),
        Err(error @ AccountError::SameStaff) => {
            let problem = Some(said(privacy, &words, &error));
            Ok(page(&server, &session, &headers, CaseForm::default(), problem).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}
