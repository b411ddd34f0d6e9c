//! What is told to all: advertisements to those who agreed, and transfers of the business.

use super::frame;
use crate::{
    account::privacy,
    console::{Shown, gate::redirect, shown, time},
    guard::Fields,
    pages::{NoticeLine, NoticesPage, TypedNotice},
    problem::Problem,
    session::Session,
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use vestry_app::{AccountError, Both, Notice, NoticeId, NoticeText, Privacy};
use vestry_policy::TransferWaits;

/// Notices on the page.
const SHOWN: usize = 100;

/// `GET /office/notices`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    page(&server, &session, &headers, TypedNotice::default(), None).await
}

async fn page(
    server: &Server,
    session: &Session,
    headers: &HeaderMap,
    typed: TypedNotice,
    problem: Option<String>,
) -> Shown {
    let privacy = privacy(server)?;
    let frame = frame(session, headers, "notices");
    let notices = privacy.notices().await?;
    let lines = notices.iter().take(SHOWN).map(|notice| line(privacy, notice, &frame.words)).collect();
    shown(&NoticesPage {
        lines,
        agreed: privacy.agree_to_marketing().await?,
        may_give: session.role() == Some(vestry_app::Role::Officer),
        transfer_days: u64::from(privacy.policy().transfer_notice().full_days),
        typed,
        problem,
        frame,
    })
}

fn line(privacy: &Privacy, notice: &Notice, words: &Words) -> NoticeLine {
    let said = |both: &Both| if words.is_korean() { both.ko.clone() } else { both.en.clone() };
    let (kind, what, href) = match &notice.text {
        NoticeText::Policy { version, .. } => {
            (words.t("notice-policy"), version.clone(), format!("/policy/{}", crate::console::encoded(version)))
        }
        NoticeText::Transfer { transferee, .. } => {
            (words.t("notice-transfer"), transferee.clone(), format!("/notices/{}", notice.on_file.id))
        }
        NoticeText::Advertisement { subject, .. } => (words.t("notice-advertisement"), said(subject), String::new()),
    };
    let file = &notice.on_file;
    let is_transfer = matches!(notice.text, NoticeText::Transfer { .. });
    let standing = match (is_transfer, file.carried_out, file.ended) {
        (true, Some(at), _) => words.a("transfer-done", &time(privacy.policy(), at)),
        (true, None, _) => match privacy.may_transfer(notice) {
            Ok(()) => words.t("transfer-may"),
            Err(waits) => waiting(&waits, words),
        },
        (false, _, Some(_)) => words.t("notice-ended"),
        (false, _, None) => words.t("notice-going"),
    };
    NoticeLine {
        id: file.id.to_string(),
        kind,
        what,
        href,
        made: time(privacy.policy(), file.made),
        told: words.number(file.told),
        sent: words.number(file.sent),
        failed: words.number(file.failed),
        standing,
        may_end: is_transfer && file.carried_out.is_none() && privacy.may_transfer(notice).is_ok(),
    }
}

/// Why a transfer is not to be done yet.
fn waiting(waits: &TransferWaits, words: &Words) -> String {
    match waits {
        TransferWaits::Announced { day } => words.a("transfer-for", &day.to_string()),
        TransferWaits::Posted { from, .. } => words.a("transfer-posted", &from.to_string()),
    }
}

/// `POST /office/notices`: an advertisement, a transfer, or that one was done.
pub(crate) async fn give(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let privacy = privacy(&server)?;
    let words = frame(&session, &headers, "notices").words;
    let typed = typed(&fields);
    let text = Both { ko: typed.ko.clone(), en: typed.en.clone() };
    let done = match fields.text("act") {
        Some("advertise") if fields.text("sure").is_none() => Err(AccountError::Missing { item: "sure".into() }),
        Some("advertise") => {
            let subject = Both { ko: typed.subject_ko.clone(), en: typed.subject_en.clone() };
            privacy.advertise(&subject, &text).await.map(drop)
        }
        Some("transfer") => match typed.day.parse::<Date>() {
            Ok(day) => privacy.announce_transfer((&typed.transferee, &typed.contact), &text, day).await.map(drop),
            Err(_) => Err(AccountError::Unusable { item: "day".into() }),
        },
        Some("end") => {
            let id = fields.text("id").and_then(|id| id.parse::<NoticeId>().ok());
            let id = id.ok_or_else(|| Problem::bad_request("the form names no notice"))?;
            if let Err(waits) = privacy.end_transfer(id).await? {
                let problem = Some(waiting(&waits, &words));
                return Ok(page(&server, &session, &headers, typed, problem).await?.into_response());
            }
            Ok(())
        }
        _ => return Err(Problem::bad_request("the form says nothing to do")),
    };
    let label = |item: &str| match item {
        "subject" => words.t("subject"),
        "transferee" => words.t("transferee"),
        "contact" => words.t("contact"),
        "day" => words.t("transfer-day"),
        "sure" => words.t("advertise-sure-short"),
        "ko" => words.t("text-ko"),
        _ => words.t("text-en"),
    };
    let problem = match done {
        Ok(()) => return redirect("/office/notices", Vec::new()),
        Err(AccountError::Missing { item }) => words.a("field-missing", &label(&item)),
        Err(AccountError::Unusable { item }) => words.a("field-unusable", &label(&item)),
        Err(error) => return Err(error.into()),
    };
    Ok(page(&server, &session, &headers, typed, Some(problem)).await?.into_response())
}

fn typed(fields: &Fields) -> TypedNotice {
    let text = |name: &str| fields.text(name).unwrap_or("").trim().to_owned();
    TypedNotice {
        subject_ko: text("subject-ko"),
        subject_en: text("subject-en"),
        ko: text("ko"),
        en: text("en"),
        transferee: text("transferee"),
        contact: text("contact"),
        day: text("day"),
        is_transfer: text("act") == "transfer",
    }
}
