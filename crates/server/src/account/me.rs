//! My data: what is held of somebody, item by item, and what they may do about it.

use super::{copies, documents::Documents, form, joining::consent_text, personal, privacy};
use crate::{
    console::{Shown, frame, gate::redirect, shown, time},
    cookies,
    guard::Fields,
    pages::{
        AgreedLine, CertificateLine, ConsentRow, DormancyView, Frame, HeldGroup, HeldLine, LeavePage, LeftPage,
        LinkView, LookLine, MePage, OptionView, SessionLine, Theme,
    },
    problem::{Code, Problem},
    session::{COOKIE, Session},
    state::{Network, Server},
    words::{Language, Words},
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use vestry_app::{
    AccountError, HeldItem, Leaving, OwnRecord, PersonId, Privacy, PrivacyError, Reader, Stay, Sweep, TERMS, Visitor,
    is_secret,
};
use vestry_policy::{Action, Basis, Because, Membership, Period, Policy, PurposeId};

pub(crate) fn pick(words: &vestry_policy::Words, language: Language) -> String {
    match language {
        Language::Korean => words.ko.clone(),
        Language::English => words.en.clone(),
    }
}

/// How the policy calls an item; a name that it does not know stays as it is.
pub(crate) fn item_name(policy: &Policy, name: &str, language: Language) -> String {
    policy.item_named(name).map_or_else(|| name.to_owned(), |id| pick(&policy.item(id).name, language))
}

/// How the policy calls a purpose. The terms of use are agreed to as to one.
pub(crate) fn purpose_name(policy: &Policy, name: &str, words: &Words) -> String {
    match policy.purpose_named(name) {
        Some(id) => pick(&policy.purpose(id).name, words.0),
        None if name == TERMS => words.t("terms"),
        None => name.to_owned(),
    }
}

/// The member of a route that lets nobody else in.
pub(super) fn member(session: &Session) -> Result<&Visitor, Problem> {
    session.member().ok_or_else(|| Problem::not_found(Code::NoMember, "this page is a member's own"))
}

/// What was done, to be said on the page.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct MeQuery {
    #[serde(default)]
    done: String,
}

/// `GET /me`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(query): Query<MeQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let mut frame = frame(&server, &session, &headers, &uri, "me").await?;
    frame.here = "/me".into();
    let said = match query.done.as_str() {
        "corrected" => Some(frame.words.t("me-corrected")),
        "consent" => Some(frame.words.t("me-consent-done")),
        "password" => Some(frame.words.t("me-password-done")),
        "session" => Some(frame.words.t("me-session-done")),
        "dormancy" => Some(frame.words.t("me-dormancy-done")),
        "objected" => Some(frame.words.t("me-objected")),
        "copy" => Some(frame.words.t("copy-asked")),
        "asked" => Some(frame.words.t("me-asked")),
        _ => None,
    };
    page(&server, member(&session)?, frame, said, (None, "")).await
}

async fn page(
    server: &Server,
    visitor: &Visitor,
    frame: Frame,
    said: Option<String>,
    (problem, asked): (Option<String>, &str),
) -> Shown {
    let (privacy, language) = (privacy(server)?, frame.words.0);
    let policy = privacy.policy();
    let (person, reader) = (visitor.person, Reader::Themselves(visitor.person));
    // Every look is on the disk before it is shown; together they wait for it once.
    let (records, leaving, consents, copy, sessions, looks, returned, on_file, asked_for) = tokio::try_join!(
        async { Ok(privacy.own_records(person).await?) },
        async { Ok(privacy.stays_after(person, Leaving::Withdrawn).await?) },
        async { consents(privacy, person, language, !privacy.is_guarded(person).await?).await },
        copies::view(privacy, (person, reader), "/me/export".into(), &frame.words),
        sessions(privacy, visitor),
        looks(privacy, person, &frame.words),
        async { Ok(privacy.returned_mail(person).await?) },
        async { Ok(privacy.vault().person(policy, person).await.map_err(PrivacyError::from)?) },
        async { Ok(privacy.asks_for(person).await?) },
    )?;
    let groups = groups(policy, &records, &leaving, &frame.words);
    let all: usize = groups.iter().map(|group| group.lines.len()).sum();
    let stay: usize = groups.iter().flat_map(|group| &group.lines).filter(|line| line.stays).count();
    let last = last_day(&records, &leaving);
    let agreed = agreed(policy, &records, &consents, &frame.words);
    let returned = returned.map(|returned| frame.words.a("me-returned", &time(policy, returned.at)));
    shown(&MePage {
        summary: summary(&frame.words, all, stay, last),
        rights: policy.rights.iter().map(|r| OptionView { id: r.id.clone(), name: pick(&r.name, language) }).collect(),
        asked: asked.to_owned(),
        waits: !asked_for.purposes.is_empty(),
        has_passkeys: privacy.passkeys_at().is_some(),
        dormancy: dormancy(policy, on_file.membership, &frame.words),
        objected: on_file.objected,
        agreed,
        copy,
        groups,
        consents,
        sessions,
        looks,
        returned,
        said,
        problem,
        frame,
    })
}

/// "We hold 9 items about you. 6 go when you leave, 3 stay. The last until …"
fn summary(words: &Words, all: usize, stay: usize, last: Option<Date>) -> String {
    let goes = (stay < all).then(|| words.n("me-goes", all - stay));
    let stays = (stay > 0).then(|| words.n("me-stays", stay));
    let until = last.filter(|_| stay > 0).map(|day| words.a("me-until", &day.to_string()));
    let sentences = [Some(words.n("me-held", all)), goes, stays, until];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

pub(super) fn groups(policy: &Policy, records: &[OwnRecord], leaving: &[Stay], words: &Words) -> Vec<HeldGroup> {
    let (language, documents) = (words.0, Documents { policy, words: *words });
    let stays = |item| leaving.iter().find(|stay| stay.items.contains(&policy.item(item).id));
    let line = |record: &OwnRecord, held: &HeldItem| {
        let item = policy.item(held.item);
        let text = held.value.open(&record.opening);
        let purposes: Vec<PurposeId> = item.purposes.iter().collect();
        HeldLine {
            name: pick(&item.name, language),
            value: if is_secret(policy, item) { words.t("masked") } else { documents.readable(&item.id, text) },
            purposes: names(policy, &purposes, language),
            basis: bases(policy, &purposes, words),
            goes: goes(held.action, stays(held.item).map(|stay| stay.until), words),
            stays: stays(held.item).is_some(),
            correct: is_correctable(policy, held.item).then(|| item.id.clone()),
        }
    };
    let mut groups: Vec<HeldGroup> = Vec::new();
    for record in records {
        let name = pick(&policy.class(record.record.class).name, language);
        let mut lines: Vec<HeldLine> = record.record.items.iter().map(|held| line(record, held)).collect();
        if let Some(day) = &record.record.day {
            let value = documents.readable(&policy.class(record.record.class).id, day.value.open(&record.opening));
            let (goes, stays) = (goes(Some(day.action), None, words), matches!(day.action, Action::Keep { .. }));
            let class = policy.items().filter(|(_, item)| item.class == record.record.class);
            let mut of: Vec<PurposeId> = class.flat_map(|(_, item)| item.purposes.iter()).collect();
            of.sort_unstable();
            of.dedup();
            let (purposes, basis) = (names(policy, &of, language), bases(policy, &of, words));
            lines.push(HeldLine { name: name.clone(), value, purposes, basis, goes, stays, ..HeldLine::default() });
        }
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.lines.extend(lines),
            None => groups.push(HeldGroup { name, is_apart: record.record.is_kept_apart(), lines }),
        }
    }
    groups
}

/// When something goes: by what is to happen to it now, or else by until when it would stay if its owner left.
fn goes(action: Option<Action>, after_leaving: Option<Option<Date>>, words: &Words) -> String {
    match (action, after_leaving) {
        (Some(Action::Destroy { by, .. }), _) => words.a("me-goes-by", &by.to_string()),
        (Some(Action::Keep { until: Some(day), .. }), _) => words.a("me-goes-after", &day.to_string()),
        (Some(Action::Keep { because: Because::Hold, .. }), _) | (_, Some(None)) => words.t("me-until-closed"),
        (_, Some(Some(day))) => words.a("me-goes-after", &day.to_string()),
        (_, None) => words.t("me-goes-leaving"),
    }
}

/// The last day on which something would still be held if its owner left; none where nothing stays, or nobody knows.
fn last_day(records: &[OwnRecord], leaving: &[Stay]) -> Option<Date> {
    let of_days = records.iter().filter_map(|record| match record.record.day.as_ref()?.action {
        Action::Keep { until, .. } => Some(until),
        _ => None,
    });
    let days = leaving.iter().map(|stay| stay.until).chain(of_days).collect::<Option<Vec<_>>>();
    days.and_then(|days| days.into_iter().max())
}

/// Purposes by name.
pub(super) fn names(policy: &Policy, purposes: &[PurposeId], language: Language) -> String {
    let names: Vec<String> = purposes.iter().map(|id| pick(&policy.purpose(*id).name, language)).collect();
    names.join(", ")
}

/// Why it is lawful to hold something for these purposes.
pub(super) fn bases(policy: &Policy, purposes: &[PurposeId], words: &Words) -> String {
    let mut bases: Vec<String> = Vec::new();
    for purpose in purposes {
        let basis = match policy.purpose(*purpose).basis {
            Basis::Statute => words.t("basis-statute"),
            Basis::Consent => words.t("basis-consent"),
            Basis::Contract => words.t("basis-contract"),
            Basis::Internal => words.t("basis-internal"),
        };
        if !bases.contains(&basis) {
            bases.push(basis);
        }
    }
    bases.join(", ")
}

/// What a form corrects: what the sign-up asked for, but for the address and the password, which have ways of their own.
fn is_correctable(policy: &Policy, item: vestry_policy::ItemId) -> bool {
    let item = policy.item(item);
    policy.class(item.class).id == "account"
        && item.collected == vestry_policy::Collected::SignUp
        && !["email", "password", "mailing", "app_settings"].contains(&item.id.as_str())
}

/// The periods that the policy offers to whoever stays away, as people say them, and the one that was chosen.
pub(super) fn dormancy(policy: &Policy, membership: Membership, words: &Words) -> Option<DormancyView> {
    let rule = policy.dormancy.as_ref()?;
    let said = |period: &Period| match period.to_string().split_once(" year") {
        Some((years, _)) => words.n("me-years", years.parse::<u64>().unwrap_or(0)),
        None => period.to_string(),
    };
    let chosen = match membership {
        Membership::Active { chosen, .. } => chosen.map_or(String::new(), |period| period.to_string()),
        _ => String::new(),
    };
    Some(DormancyView {
        choices: rule.choices.iter().map(|period| (period.to_string(), said(period))).collect(),
        chosen,
    })
}

/// The period that a form chooses; none for the policy's own.
pub(super) fn period(text: &str) -> Result<Option<Period>, AccountError> {
    let unusable = |_| AccountError::Unusable { item: "period".into() };
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(unusable) }
}

/// What somebody agreed to, when and by which version of the policy, and what they took back; the newest first.
pub(super) fn agreed(
    policy: &Policy,
    records: &[OwnRecord],
    consents: &[ConsentRow],
    words: &Words,
) -> Vec<AgreedLine> {
    let item = policy.item_named("consent");
    let name = |purpose: &str| purpose_name(policy, purpose, words);
    let mut lines: Vec<AgreedLine> = Vec::new();
    for record in records {
        for held in record.record.items.iter().filter(|held| Some(held.item) == item) {
            let Ok(given) = serde_json::from_str::<Given>(held.value.open(&record.opening)) else { continue };
            let how = words.a("me-agreed-in", &given.policy);
            let what = name(&given.purpose);
            if let Some(before) = given.taken_back_before {
                lines.push(AgreedLine { at: time(policy, before), what: what.clone(), how: words.t("me-agreed-back") });
            }
            lines.push(AgreedLine { at: time(policy, given.at), what, how });
        }
    }
    let taken_back = consents.iter().filter_map(|consent| Some((consent.taken_back.clone()?, &consent.purpose)));
    lines.extend(taken_back.map(|(at, purpose)| AgreedLine {
        at,
        what: name(purpose),
        how: words.t("me-agreed-back"),
    }));
    lines.sort_by(|one, other| other.at.cmp(&one.at));
    lines
}

/// What is written down of a consent, as far as its owner reads it.
#[derive(Deserialize)]
struct Given {
    purpose: String,
    policy: String,
    at: jiff::Timestamp,
    taken_back_before: Option<jiff::Timestamp>,
}

pub(super) async fn consents(
    privacy: &Privacy,
    person: PersonId,
    language: Language,
    gives: bool,
) -> Result<Vec<ConsentRow>, Problem> {
    let policy = privacy.policy();
    let consents = privacy.consents(person).await?;
    Ok(consents
        .into_iter()
        .map(|consent| ConsentRow {
            purpose: policy.purpose(consent.purpose).id.clone(),
            text: consent_text(policy, consent.purpose, language),
            given: consent.given,
            gives,
            taken_back: consent.taken_back.filter(|_| !consent.given).map(|at| time(policy, at)),
        })
        .collect())
}

pub(crate) async fn sessions(privacy: &Privacy, visitor: &Visitor) -> Result<Vec<SessionLine>, Problem> {
    let sessions = privacy.own_sessions(visitor.person).await?;
    Ok(sessions
        .iter()
        .map(|session| SessionLine {
            id: vestry_model::hex(&session.token[..8]),
            begun: time(privacy.policy(), session.begun),
            used: time(privacy.policy(), session.used),
            is_this: session.token == visitor.session,
        })
        .collect())
}

/// Who somebody was who looked.
pub(super) fn who_looked(reader: &str, words: &Words) -> String {
    match reader.split(' ').next() {
        Some("guardian") => words.t("reader-guardian"),
        Some("colleague") => words.t("reader-colleague"),
        Some("themselves") => words.t("reader-themselves"),
        Some("program") => words.t("reader-program"),
        _ => words.t("reader-staff"),
    }
}

pub(super) async fn looks(privacy: &Privacy, person: PersonId, words: &Words) -> Result<Vec<LookLine>, Problem> {
    let policy = privacy.policy();
    let looks = privacy.looks_at_own(person).await?;
    // What the program does for its owner, and their own looks, would bury the others.
    let by_people = looks.iter().rev().filter(|look| !["program", "themselves"].contains(&look.reader.as_str()));
    Ok(by_people
        .take(50)
        .map(|look| LookLine {
            at: time(policy, look.at),
            who: who_looked(&look.reader, words),
            purpose: purpose_name(policy, &look.purpose, words),
            reason: look.reason.clone().unwrap_or_default(),
        })
        .collect())
}

/// `POST /me`: one thing at a time, by the button that was pressed.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (privacy, visitor) = (privacy(&server)?, member(&session)?);
    let mut frame = frame(&server, &session, &headers, &uri, "me").await?;
    frame.here = "/me".into();
    if fields.text("act") == Some("password") {
        server.calm(&network)?;
    }
    // The one has much made, the other asks people to work.
    if matches!(fields.text("act"), Some("export" | "ask")) {
        server.writes_for(session.subject())?;
    }
    match act(privacy, visitor, &fields, frame.words.0).await {
        Ok(done) => redirect(&format!("/me?done={done}"), Vec::new()),
        Err(error @ AccountError::Privacy(_)) => Err(error.into()),
        Err(error) => {
            let words = frame.words;
            let problem = match &error {
                AccountError::Wrong => words.t("password-wrong"),
                error => form::said(&words, error, |item| item_name(privacy.policy(), item, words.0)),
            };
            let asked = fields.text("words").unwrap_or("");
            Ok(page(&server, visitor, frame, None, (Some(problem), asked)).await?.into_response())
        }
    }
}

async fn act(
    privacy: &Privacy,
    visitor: &Visitor,
    fields: &Fields,
    language: Language,
) -> Result<&'static str, AccountError> {
    let person = visitor.person;
    let text = |name: &str| fields.text(name).unwrap_or("");
    let purpose = || {
        let name = text("purpose");
        privacy.policy().purpose_named(name).ok_or_else(|| AccountError::Unusable { item: name.into() })
    };
    match text("act") {
        "correct" => {
            privacy.correct_own(person, text("item"), text("value")).await?;
            Ok("corrected")
        }
        "consent" => {
            let purpose = purpose()?;
            let text = consent_text(privacy.policy(), purpose, language);
            privacy.give_consent(person, purpose, &text).await?;
            Ok("consent")
        }
        "take-back" => {
            privacy.take_back_consent(person, purpose()?).await?;
            Ok("consent")
        }
        "dormancy" => {
            privacy.choose_dormancy(person, period(text("period"))?).await?;
            Ok("dormancy")
        }
        "object" => {
            privacy.object(person).await?;
            Ok("objected")
        }
        "export" => copies::ask(privacy, person, Reader::Themselves(person)).await,
        "ask" => {
            let right = Some(text("right")).filter(|right| *right != "complaint");
            privacy.ask_office(person, right, personal(fields.text("words")), language.mail()).await?;
            Ok("asked")
        }
        "end-session" => {
            privacy.end_own_session(person, text("session")).await?;
            Ok("session")
        }
        "password" => {
            let (old, new) = (personal(fields.text("old")), personal(fields.text("new")));
            privacy.change_password(person, &old, &new, &visitor.session).await?;
            Ok("password")
        }
        other => Err(AccountError::Unusable { item: other.into() }),
    }
}

/// `GET /me/leave`: what goes and what stays, before anything is done.
pub(crate) async fn leave_page(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let frame = frame(&server, &session, &headers, &uri, "me").await?;
    leave_form(&server, member(&session)?, frame, None).await
}

async fn leave_form(server: &Server, visitor: &Visitor, frame: Frame, problem: Option<String>) -> Shown {
    let privacy = privacy(server)?;
    let stays = privacy.stays_after(visitor.person, Leaving::Withdrawn).await?;
    let alone = privacy.left_without_owner(visitor.person).await?;
    let alone = (alone > 0).then(|| frame.words.n("leave-last-owner", alone));
    shown(&LeavePage { stays: kept(privacy.policy(), &stays, &frame.words), alone, problem, frame })
}

/// What stays, why and until when, as people say it.
pub(crate) fn kept(policy: &Policy, stays: &[Stay], words: &Words) -> Vec<CertificateLine> {
    let line = |Stay { items, because, until }: &Stay| CertificateLine {
        what: items.iter().map(|item| item_name(policy, item, words.0)).collect::<Vec<_>>().join(", "),
        why: why(policy, because, words),
        until: until.map_or_else(|| words.t("me-until-closed"), |day| words.a("me-goes-after", &day.to_string())),
    };
    stays.iter().map(line).collect()
}

/// What holds something, by its name in the policy, as people say it.
pub(crate) fn why(policy: &Policy, because: &str, words: &Words) -> String {
    let retention = policy.retentions().find(|(_, retention)| retention.id == because);
    match (retention, because) {
        (Some((_, retention)), _) => pick(&retention.why, words.0),
        (None, "hold") => words.t("held"),
        (None, "membership") => words.t("plan-membership"),
        (None, "return") => words.t("plan-return"),
        (None, other) => other.to_owned(),
    }
}

/// What is said after an account is over: what stays, and the certificate of what went, or where it will be shown.
pub(super) fn left(
    privacy: &Privacy,
    title: String,
    stays: Vec<CertificateLine>,
    sweep: Option<&Sweep>,
    (words, theme): (Words, Theme),
) -> LeftPage {
    let lines = |sweep: &Sweep| crate::office::sweeps::lines(privacy.policy(), &sweep.certificate, &words);
    let certificate = sweep.map(|sweep| (sweep.entry, lines(sweep)));
    let later = sweep.is_none().then(|| privacy.certificate_link());
    let later = later.map(|link| LinkView {
        href: format!("/certificates/{}", link.token),
        text: words.a("left-link", &link.last_day.to_string()),
    });
    LeftPage { words, theme, title, stays, certificate, later }
}

/// `POST /me/leave`: at once, everywhere.
pub(crate) async fn leave(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (privacy, visitor) = (privacy(&server)?, *member(&session)?);
    server.calm(&network)?;
    let frame = frame(&server, &session, &headers, &uri, "me").await?;
    let erases = fields.text("erase") == Some("yes");
    let leaving = if erases { Leaving::Erased } else { Leaving::Withdrawn };
    let stays = privacy.stays_after(visitor.person, leaving).await?;
    let stays = kept(privacy.policy(), &stays, &frame.words);
    match privacy.leave(visitor.person, &personal(fields.text("password")), leaving).await {
        Ok(sweep) => {
            let title = frame.words.t("left");
            let page = left(privacy, title, stays, sweep.as_ref(), (frame.words, frame.theme));
            let mut response = shown(&page)?.into_response();
            response.headers_mut().append(header::SET_COOKIE, cookies::forgetting(COOKIE));
            Ok(response)
        }
        Err(AccountError::Wrong) => {
            let problem = Some(frame.words.t("password-wrong"));
            Ok(leave_form(&server, &visitor, frame, problem).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}
