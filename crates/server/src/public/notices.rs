//! A transfer of the business as everybody may read it, and the way out of advertising that needs no login.

use super::framed;
use crate::{
    account::{form::Form, privacy},
    console::{Shown, shown, time},
    pages::{LinkView, NoticePage},
    problem::{Code, Problem},
    state::Server,
    words::Words,
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use vestry_app::{AccountError, Notice, NoticeId, NoticeText};

/// `GET /notices/{id}`: a transfer that is posted. What else is told to all goes by mail.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap, Path(id): Path<String>) -> Shown {
    let unknown = || Problem::not_found(Code::UnknownNotice, "there is no such notice");
    let id = id.parse::<NoticeId>().map_err(|_| unknown())?;
    let notice = privacy(&server)?.notice(id).await?.ok_or_else(unknown)?;
    let NoticeText::Transfer { transferee, contact, says, day } = notice.text else { return Err(unknown()) };
    let frame = framed(&headers);
    shown(&NoticePage {
        transferee,
        contact,
        says: if frame.words.is_korean() { says.ko } else { says.en },
        day: day.to_string(),
        posted: time(server.app.policy(), notice.on_file.made),
        done: notice.on_file.carried_out.map(|at| time(server.app.policy(), at)),
        frame,
    })
}

/// Transfers that are posted and not done, for the pages that post them.
pub(crate) async fn posted(server: &Server, words: &Words) -> Result<Vec<LinkView>, Problem> {
    let Some(privacy) = server.app.privacy() else { return Ok(Vec::new()) };
    let link = |notice: &Notice| match &notice.text {
        NoticeText::Transfer { transferee, .. } => Some(LinkView {
            href: format!("/notices/{}", notice.on_file.id),
            text: words.a("transfer-posting", transferee),
        }),
        _ => None,
    };
    Ok(privacy.posted_transfers().await?.iter().filter_map(link).collect())
}

fn form(headers: &HeaderMap, token: &str) -> Form {
    Form::new(headers, |w| w.t("unsubscribe"))
        .lead(|w| w.t("unsubscribe-lead"))
        .to(format!("/unsubscribe/{}", crate::console::encoded(token)), |w| w.t("unsubscribe-button"))
}

/// `GET /unsubscribe/{token}`: looking changes nothing, as machines follow links too.
pub(crate) async fn ask(State(server): State<Server>, headers: HeaderMap, Path(token): Path<String>) -> Shown {
    privacy(&server)?;
    form(&headers, &token).shown()
}

/// `POST /unsubscribe/{token}`: by the button, or by a mail program in one step (RFC 8058).
pub(crate) async fn unsubscribe(State(server): State<Server>, headers: HeaderMap, Path(token): Path<String>) -> Shown {
    match privacy(&server)?.unsubscribe(&token).await {
        Ok(()) => Form::new(&headers, |w| w.t("unsubscribe")).lead(|w| w.t("unsubscribe-done")).shown(),
        Err(AccountError::Link) => Form::new(&headers, |w| w.t("unsubscribe"))
            .problem(|w| w.t("unsubscribe-over"))
            .link("/me#consents", |w| w.t("to-sign-in"))
            .shown(),
        Err(error) => Err(error.into()),
    }
}
