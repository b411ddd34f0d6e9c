//! Somebody's data, for a purpose and a reason: found by exact mail or id, masked until it is asked for, in the audit log
//! before it is shown.

use super::{frame, staff, vault_said};
use crate::{
    account::{
        documents::Documents,
        me::{pick, purpose_name},
        personal, privacy,
    },
    console::{Shown, shown, time},
    guard::Fields,
    pages::{FoundItem, FoundPage, FoundRecord, OptionView, PeoplePage},
    problem::Problem,
    session::Session,
    state::Server,
    words::Words,
};
use axum::{Extension, extract::State, http::HeaderMap};
use vestry_app::{
    AccountError, Asking, HeldRecord, HoldSubject, Language, LawfulUse, Leaving, Opening, PersonId, Privacy,
    PrivacyError, Reader, ReasonCode, RecordId, VaultError, is_secret, masked,
};
use vestry_policy::{Action, Event, Policy};

/// `GET /office/people`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    let privacy = privacy(&server)?;
    search(privacy, &session, &headers, None)
}

fn search(privacy: &Privacy, session: &Session, headers: &HeaderMap, problem: Option<String>) -> Shown {
    let frame = frame(session, headers, "people");
    let (policy, language) = (privacy.policy(), frame.words.0);
    let option = |id: String, words: &vestry_policy::Words| OptionView { id, name: pick(words, language) };
    let purposes = policy.purposes().map(|(_, purpose)| option(purpose.id.clone(), &purpose.name)).collect();
    shown(&PeoplePage { purposes, problem, frame })
}

/// What a form on a person's page is about.
struct Asked {
    person: PersonId,
    purpose: String,
    reason: ReasonCode,
    used: Option<LawfulUse>,
}

async fn asked(privacy: &Privacy, fields: &Fields, words: &Words) -> Result<Result<Asked, String>, Problem> {
    let text = |name: &str| fields.text(name).unwrap_or("").trim();
    let Ok(reason) = text("reason").parse::<ReasonCode>() else { return Ok(Err(words.t("people-reason"))) };
    let who = text("who");
    let person = match who.parse::<PersonId>() {
        Ok(person) => Some(person),
        Err(_) => match privacy.vault().find(&personal(Some(who))).await {
            Ok(found) => found,
            Err(VaultError::Mail(_)) => None,
            Err(error) => return Err(PrivacyError::from(error).into()),
        },
    };
    let Some(person) = person else { return Ok(Err(words.t("people-nobody"))) };
    let used = match text("use") {
        "statute" => Some(LawfulUse::Statute),
        "dispute" => Some(LawfulUse::Dispute),
        "lawful-request" => Some(LawfulUse::LawfulRequest),
        "proof" => Some(LawfulUse::Proof),
        _ => None,
    };
    Ok(Ok(Asked { person, purpose: text("purpose").into(), reason, used }))
}

/// `POST /office/people`: one person, found exactly; what is done to them by the button that was pressed.
pub(crate) async fn find(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Shown {
    let privacy = privacy(&server)?;
    let words = frame(&session, &headers, "people").words;
    let asked = match asked(privacy, &fields, &words).await? {
        Ok(asked) => asked,
        Err(problem) => return search(privacy, &session, &headers, Some(problem)),
    };
    let said = match act(privacy, (staff(&session)?.person, &asked), &fields, &words).await {
        Ok(said) => said,
        Err(AccountError::Privacy(PrivacyError::Vault(error @ VaultError::State { .. }))) => {
            Some(vault_said(&words, &error))
        }
        Err(error) => return Err(error.into()),
    };
    let reader = Reader::Staff(staff(&session)?.person);
    let opening = Opening::new(&asked.purpose, reader, Some(asked.reason.clone())).map_err(PrivacyError::from)?;
    match privacy.show_person(asked.person, &opening, asked.used).await {
        Ok(records) => found(privacy, &session, &headers, (&asked, &opening), &records, &fields, said),
        Err(PrivacyError::Vault(VaultError::UnknownPerson(_))) => {
            search(privacy, &session, &headers, said.or_else(|| Some(words.t("people-nobody"))))
        }
        Err(PrivacyError::Vault(
            error @ (VaultError::NothingFor { .. } | VaultError::Purpose { .. } | VaultError::NotInPolicy { .. }),
        )) => search(privacy, &session, &headers, Some(vault_said(&words, &error))),
        Err(error) => Err(error.into()),
    }
}

/// Holds, releases, bans, withdraws or erases; what is to be said of it.
async fn act(
    privacy: &Privacy,
    (you, asked): (PersonId, &Asked),
    fields: &Fields,
    words: &Words,
) -> Result<Option<String>, AccountError> {
    let subject = match fields.text("record").and_then(|id| id.parse::<RecordId>().ok()) {
        Some(record) => HoldSubject::Record(record),
        None => HoldSubject::Person(asked.person),
    };
    let is_sure = fields.text("sure").map(str::trim) == Some(&asked.person.to_string());
    match fields.text("act") {
        Some("hold") => {
            privacy.vault().hold(subject, &asked.reason, privacy.now()).await?;
            Ok(Some(words.t("people-held")))
        }
        Some("release") => match privacy.ask_release(you, subject, &asked.reason).await? {
            Asking::Done(Some(_)) => Ok(Some(words.t("people-released"))),
            Asking::Done(None) => Ok(Some(words.t("people-released-later"))),
            Asking::Proposed => Ok(Some(words.t("people-proposed"))),
        },
        Some("ban") => {
            let language = if fields.text("language") == Some("en") { Language::English } else { Language::Korean };
            match privacy.ban(you, asked.person, fields.text("words").unwrap_or(""), language).await {
                Ok(last) => Ok(Some(words.a("people-banned", &last.to_string()))),
                Err(AccountError::Missing { .. } | AccountError::Unusable { .. }) => {
                    Ok(Some(words.t("people-ban-not")))
                }
                Err(error) => Err(error),
            }
        }
        Some("withdraw" | "erase") if !is_sure => Ok(Some(words.t("people-write-id"))),
        Some(act @ ("withdraw" | "erase")) => {
            let leaving = if act == "erase" { Leaving::Erased } else { Leaving::Withdrawn };
            Ok(Some(match privacy.end_membership(asked.person, leaving).await? {
                Some(sweep) => words.a("people-withdrawn", &sweep.entry.to_string()),
                None => words.t("people-withdrawn-later"),
            }))
        }
        _ => Ok(None),
    }
}

fn found(
    privacy: &Privacy,
    session: &Session,
    headers: &HeaderMap,
    (asked, opening): (&Asked, &Opening),
    records: &[HeldRecord],
    fields: &Fields,
    said: Option<String>,
) -> Shown {
    let frame = frame(session, headers, "people");
    let policy = privacy.policy();
    let is_open = fields.text("unmask") == Some("yes");
    let records = records.iter().map(|record| view(policy, opening, record, &frame.words, is_open)).collect();
    shown(&FoundPage {
        person: asked.person.to_string(),
        purpose: asked.purpose.clone(),
        purpose_name: purpose_name(policy, &asked.purpose, &frame.words),
        reason: asked.reason.as_str().into(),
        used: fields.text("use").unwrap_or("").into(),
        may_act: session.role() == Some(vestry_app::Role::Officer),
        is_open,
        records,
        said,
        frame,
    })
}

fn view(policy: &Policy, opening: &Opening, record: &HeldRecord, words: &Words, is_open: bool) -> FoundRecord {
    let (documents, class) = (Documents { policy, words: *words }, policy.class(record.class).id.as_str());
    let until = |action: Option<Action>| match action {
        Some(Action::Keep { until: Some(day), .. } | Action::Separate { until: Some(day), .. }) => day.to_string(),
        Some(Action::Destroy { by, .. }) => words.a("me-goes-by", &by.to_string()),
        _ => "–".into(),
    };
    let item = |held: &vestry_app::HeldItem| {
        let item = policy.item(held.item);
        let value = held.value.open(opening);
        // What opens a door is shown to nobody.
        let is_shown = is_open && !is_secret(policy, item);
        let value = if is_shown { documents.readable(&item.id, value) } else { masked(policy, item, value) };
        FoundItem { name: pick(&item.name, words.0), value, until: until(held.action) }
    };
    let mut items: Vec<FoundItem> = record.items.iter().map(item).collect();
    if let Some(day) = &record.day {
        let value = if is_open { documents.readable(class, day.value.open(opening)) } else { words.t("masked") };
        items.push(FoundItem { name: words.t("people-day"), value, until: until(Some(day.action)) });
    }
    let events: Vec<String> = record
        .events
        .iter()
        .map(|(event, at)| format!("{} {}", words.t(event_word(*event)), time(policy, *at)))
        .collect();
    FoundRecord {
        id: record.record.to_string(),
        class: pick(&policy.class(record.class).name, words.0),
        is_apart: record.is_kept_apart(),
        is_held: record.held,
        events: events.join(" · "),
        items,
    }
}

fn event_word(event: Event) -> &'static str {
    const WORDS: [(Event, &str); 18] = [
        (Event::Made, /* word */ "event-made"),
        (Event::Withdrawal, /* word */ "event-withdrawal"),
        (Event::Visit, /* word */ "event-visit"),
        (Event::Payment, /* word */ "event-payment"),
        (Event::Supply, /* word */ "event-supply"),
        (Event::ContractEnd, /* word */ "event-contract-end"),
        (Event::Cancellation, /* word */ "event-cancellation"),
        (Event::Closed, /* word */ "event-closed"),
        (Event::BlockEnd, /* word */ "event-block-end"),
        (Event::OfAge, /* word */ "event-of-age"),
        (Event::Asked, /* word */ "event-asked"),
        (Event::Sent, /* word */ "event-sent"),
        (Event::Left, /* word */ "event-left"),
        (Event::Trained, /* word */ "event-trained"),
        (Event::Due, /* word */ "event-due"),
        (Event::Checked, /* word */ "event-checked"),
        (Event::Decided, /* word */ "event-decided"),
        (Event::Reopened, /* word */ "event-reopened"),
    ];
    WORDS.iter().find(|(of, _)| *of == event).map_or("event-made", |(_, word)| *word)
}
