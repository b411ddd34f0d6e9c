//! One case of the desk: who asks is checked, what would happen is shown, then it is done or refused, and answered.

use super::{desk, frame, staff, vault_said};
use crate::{
    account::{
        me::{kept, pick},
        personal, privacy,
    },
    console::{Shown, gate::redirect, shown, time},
    guard::Fields,
    pages::{CasePage, CaseTyped, OptionView, RunView},
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
use vestry_app::{
    AccountError, CHECKS, CaseView, Deed, DryRun, Outcome, PersonId, Privacy, PrivacyError, RecordId, VaultError,
};
use vestry_policy::{CaseAct, CaseKind, ItemId, Policy};

fn id(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Problem::not_found(Code::UnknownCase, "there is no case of that id"))
}

/// `GET /office/desk/{id}`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Path(record): Path<String>,
    headers: HeaderMap,
) -> Shown {
    page(&server, &session, &headers, id(&record)?, Said::default()).await
}

/// What was typed, what would happen, and what is wrong.
#[derive(Default)]
struct Said {
    typed: CaseTyped,
    run: Option<RunView>,
    problem: Option<String>,
    /// Whether what is masked is shown.
    is_open: bool,
}

async fn page(
    server: &Server,
    session: &Session,
    headers: &HeaderMap,
    record: RecordId,
    Said { typed, run, problem, is_open }: Said,
) -> Shown {
    let (privacy, frame) = (privacy(server)?, frame(session, headers, "desk"));
    let (words, you) = (frame.words, staff(session)?.person);
    let case = privacy.case(record, you).await?;
    let (policy, language) = (privacy.policy(), words.0);
    let may = |act| case.line.case.after(act).is_ok();
    let by = |who: &str| if who == you.to_string() { words.t("desk-you") } else { who.chars().take(8).collect() };
    let right = case.right.as_deref();
    let decision = case.course.decision.as_ref();
    let is_request = case.line.case.kind == CaseKind::Request;
    let (contact, note) = (case.contact.open(&case.opening), case.note.open(&case.opening));
    let contact_item = if is_request { "request_contact" } else { "complaint_contact" };
    let masks = |item: &str, text: &str| {
        let is_masked = policy.item_named(item).is_some_and(|id| policy.item(id).masked);
        is_masked && !is_open && !text.is_empty()
    };
    let (masks_contact, masks_note) = (masks(contact_item, contact), masks("identity_note", note));
    let masked = |masks: bool, text: &str| if masks { words.t("masked") } else { text.to_owned() };
    shown(&CasePage {
        row: desk::row(policy, &words, &case.line),
        right: right_name(policy, right, language),
        channel: case.channel.map_or_else(|| "–".into(), |channel| channel_word(channel.as_str(), &words)),
        person: case.person.to_string(),
        is_member: case.is_member,
        is_ban: case.ban.is_some(),
        is_request,
        asked: case.words.open(&case.opening).clone(),
        contact: masked(masks_contact, contact),
        note: masked(masks_note, note),
        masks: masks_contact || masks_note,
        checked: case.course.checked.as_ref().map(|checked| {
            format!("{} · {} · {}", words.t(check_word(&checked.how)), by(&checked.by), time(policy, checked.at))
        }),
        decision: decision.map(|made| {
            format!("{} · {} · {}", outcome_word(made.outcome.as_str(), &words), by(&made.by), time(policy, made.at))
        }),
        reason: decision.map_or_else(String::new, |made| made.reason.clone()),
        stays: decision.map_or_else(Vec::new, |made| kept(policy, &made.stays, &words)),
        entry: decision.and_then(|made| made.entry),
        answer: case.course.answer.as_ref().map(|given| given.words.clone()),
        told: case.course.answer.as_ref().map(|given| {
            let how = if given.by_letter { words.t("desk-by-letter") } else { words.t("desk-told") };
            format!("{how} · {} · {}", by(&given.by), time(policy, given.at))
        }),
        checks: CHECKS.iter().map(|how| OptionView { id: (*how).into(), name: words.t(check_word(how)) }).collect(),
        may_check: may(CaseAct::Check),
        may_carry_out: may(CaseAct::CarryOut),
        may_refuse: may(CaseAct::Refuse),
        may_answer: may(CaseAct::Answer),
        may_reopen: may(CaseAct::Reopen),
        exports: may(CaseAct::Answer)
            && right == Some("access")
            && decision.is_some_and(|made| made.outcome != Outcome::Refused),
        choices: choices(privacy, &case, language).await?,
        asks_for: case.right.clone().unwrap_or_default(),
        typed,
        run,
        problem,
        frame,
    })
}

pub(crate) fn right_name(policy: &Policy, right: Option<&str>, language: Language) -> String {
    let found = policy.rights.iter().find(|known| Some(known.id.as_str()) == right);
    found.map_or_else(String::new, |right| pick(&right.name, language))
}

/// What a deed is about: items to correct or to leave out, consents to take back.
async fn choices(privacy: &Privacy, case: &CaseView, language: Language) -> Result<Vec<OptionView>, Problem> {
    let policy = privacy.policy();
    let option =
        |id: ItemId| OptionView { id: policy.item(id).id.clone(), name: pick(&policy.item(id).name, language) };
    Ok(match case.right.as_deref() {
        Some("correction") => {
            let asked = privacy.sign_up_items();
            asked.iter().map(|asked| option(asked.item)).filter(|item| item.id != "email").collect()
        }
        Some("access") => {
            let deed = Deed::Show { left_out: Vec::new() };
            privacy.dry_run(case.person, &deed).await?.shown.into_iter().map(option).collect()
        }
        Some("withdrawal") => {
            let given = privacy.consents(case.person).await?;
            let purpose =
                |id| OptionView { id: policy.purpose(id).id.clone(), name: pick(&policy.purpose(id).name, language) };
            given.into_iter().filter(|consent| consent.given).map(|consent| purpose(consent.purpose)).collect()
        }
        _ => Vec::new(),
    })
}

/// How a case came.
pub(crate) fn channel_word(channel: &str, words: &Words) -> String {
    match channel {
        "phone" => words.t("channel-phone"),
        "page" => words.t("channel-page"),
        _ => words.t("channel-mail"),
    }
}

/// How an identity was checked.
pub(crate) fn check_word(how: &str) -> &'static str {
    const WORDS: [(&str, &str); 4] = [
        ("call-back", /* word */ "check-call-back"),
        ("mail-back", /* word */ "check-mail-back"),
        ("document", /* word */ "check-document"),
        ("sign-in", /* word */ "check-sign-in"),
    ];
    WORDS.iter().find(|(of, _)| *of == how).map_or("check-document", |(_, word)| *word)
}

/// What came of a case, by its name.
pub(crate) fn outcome_word(outcome: &str, words: &Words) -> String {
    match outcome {
        "done" => words.t("outcome-done"),
        "partly" => words.t("outcome-partly"),
        _ => words.t("outcome-refused"),
    }
}

/// `POST /office/desk/{id}`: by the button that was pressed.
pub(crate) async fn act(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    Path(record): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (privacy, you, record) = (privacy(&server)?, staff(&session)?.person, id(&record)?);
    let words = frame(&session, &headers, "desk").words;
    let typed = typed(&fields);
    let said = match acted(privacy, (record, you), &fields, &words).await {
        Ok(Acted::Done(to)) => return redirect(&format!("/office/desk/{to}"), Vec::new()),
        Ok(Acted::Shown) => Said { typed, is_open: true, ..Said::default() },
        Ok(Acted::Planned(run)) => Said { typed, run: Some(run), ..Said::default() },
        Err(AccountError::Privacy(PrivacyError::Vault(error @ (VaultError::KeptApart | VaultError::State { .. })))) => {
            Said { typed, problem: Some(vault_said(&words, &error)), ..Said::default() }
        }
        Err(error @ AccountError::Privacy(_)) => return Err(error.into()),
        Err(error) => {
            let problem = Some(desk::said(privacy, &words, &error));
            Said { typed, problem, ..Said::default() }
        }
    };
    Ok(page(&server, &session, &headers, record, said).await?.into_response())
}

enum Acted {
    /// It is done; the case that it goes on in.
    Done(RecordId),
    /// What is masked is to be seen.
    Shown,
    /// What would happen.
    Planned(RunView),
}

async fn acted(
    privacy: &Privacy,
    (record, you): (RecordId, PersonId),
    fields: &Fields,
    words: &Words,
) -> Result<Acted, AccountError> {
    let text = |name: &str| fields.text(name).unwrap_or("");
    let done = Acted::Done(record);
    match text("act") {
        "check" => {
            privacy.check_identity(record, you, text("how"), &personal(fields.text("note"))).await?;
            Ok(done)
        }
        "unmask" => Ok(Acted::Shown),
        "plan" | "carry-out" => carry_out(privacy, (record, you), fields, words).await,
        "refuse" => {
            privacy.refuse_request(record, you, text("reason")).await?;
            Ok(done)
        }
        "uphold" => {
            privacy.decide_complaint(record, you, Outcome::Refused, text("reason")).await?;
            Ok(done)
        }
        "accept" => {
            privacy.decide_complaint(record, you, Outcome::Done, text("reason")).await?;
            Ok(done)
        }
        "answer" => {
            privacy.answer_case(record, you, text("answer")).await?;
            Ok(done)
        }
        "reopen" => Ok(Acted::Done(privacy.reopen_case(record, you, personal(fields.text("words"))).await?)),
        _ => Err(AccountError::Unusable { item: "act".into() }),
    }
}

/// Shows what would happen; does it when that is what was shown before.
async fn carry_out(
    privacy: &Privacy,
    (record, you): (RecordId, PersonId),
    fields: &Fields,
    words: &Words,
) -> Result<Acted, AccountError> {
    let text = |name: &str| fields.text(name).unwrap_or("");
    let case = privacy.case(record, you).await?;
    case.line.case.after(CaseAct::CarryOut)?;
    let left_out = fields.texts("left_out").map(str::to_owned).collect();
    let value = personal(fields.text("value"));
    let deed = Deed::of(case.right.as_deref(), (text("item"), value), text("purpose"), left_out)?;
    let run = privacy.dry_run(case.person, &deed).await?;
    let mark = run.mark();
    if text("act") == "carry-out" && text("plan") == mark {
        privacy.carry_out_request(record, you, &deed, text("reason")).await?;
        return Ok(Acted::Done(record));
    }
    Ok(Acted::Planned(view(privacy.policy(), &run, mark, words)))
}

fn view(policy: &Policy, run: &DryRun, mark: String, words: &Words) -> RunView {
    let names = |items: &[ItemId]| {
        items.iter().map(|item| pick(&policy.item(*item).name, words.0)).collect::<Vec<_>>().join(", ")
    };
    RunView { mark, shown: names(&run.shown), goes: names(&run.goes), stays: kept(policy, &run.stays, words) }
}

fn typed(fields: &Fields) -> CaseTyped {
    let text = |name: &str| fields.text(name).unwrap_or("").to_owned();
    CaseTyped {
        how: text("how"),
        note: text("note"),
        item: text("item"),
        value: text("value"),
        purpose: text("purpose"),
        left_out: fields.texts("left_out").map(str::to_owned).collect(),
        reason: text("reason"),
        answer: text("answer"),
        words: text("words"),
    }
}

/// `GET /office/desk/{id}/export`: everything held, for whoever asked to see it.
pub(crate) async fn export(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Path(record): Path<String>,
) -> Result<Response, Problem> {
    let (privacy, you, record) = (privacy(&server)?, staff(&session)?.person, id(&record)?);
    let document = privacy.case_export(record, you).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"request.json\"")),
    ];
    Ok((headers, document.as_str().to_owned()).into_response())
}
