//! Passkeys: a member's own, made and let go, and the door that opens to one.

use super::{device, me::member, personal, privacy, signing};
use crate::{
    console::{Shown, frame, gate::own, gate::redirect, shown, time},
    envelope,
    guard::{Fields, read_fields},
    pages::{Frame, PasskeyAskedView, PasskeyRow, PasskeysPage},
    problem::{Code, Problem},
    session::Session,
    state::{Network, Server},
    words::Words,
};
use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use vestry_app::{AccountError, Origin, PasskeyAsked, Privacy, Visitor};

/// Where passkeys are offered, or that they are not.
fn offered(server: &Server) -> Result<(&Privacy, &Origin), Problem> {
    let privacy = privacy(server)?;
    let origin = privacy.passkeys_at().ok_or_else(|| {
        Problem::not_found(Code::NotFound, "this server offers no passkeys")
            .hint("whoever runs it sets `passkeys.origin`")
    })?;
    Ok((privacy, origin))
}

/// `POST /sign-in/passkey/challenge`: what a browser is asked that may know a passkey for this host.
pub(crate) async fn ask(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
) -> Result<Json<Value>, Problem> {
    let (privacy, _) = offered(&server)?;
    server.calm(&network)?;
    let PasskeyAsked { challenge, options } = privacy.ask_with_passkey().await?;
    Ok(Json(json!({"challenge": challenge.as_str(), "options": options})))
}

/// `POST /sign-in/passkey`: its answer.
pub(crate) async fn enter(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let fields = read_fields(&headers, body).await?;
    let (privacy, _) = offered(&server)?;
    server.calm(&network)?;
    let device = device(&headers, network, envelope::preferred(&headers).0);
    let text = |name: &str| fields.text(name).unwrap_or("");
    let entered = privacy.log_in_with_passkey(text("challenge"), text("answer"), &device).await;
    let next = own(text("next"), "/catalogue");
    let again = signing::form(&server, &headers, next, false);
    match entered {
        Err(AccountError::Wrong) => signing::refused(again.problem(|w| w.t("passkey-wrong"))),
        entered => signing::entered(&server, &headers, entered, next, again).await,
    }
}

/// What was done, to be said on the page.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PasskeysQuery {
    #[serde(default)]
    done: String,
}

/// `GET /me/passkeys`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(query): Query<PasskeysQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let mut frame = frame(&server, &session, &headers, &uri, "me").await?;
    frame.here = "/me/passkeys".into();
    let said = match query.done.as_str() {
        "made" => Some(frame.words.t("passkey-made")),
        "named" => Some(frame.words.t("passkey-named")),
        "removed" => Some(frame.words.t("passkey-removed")),
        _ => None,
    };
    page(&server, member(&session)?, frame, PageOf { said, ..PageOf::default() }).await
}

/// What the page has beside the passkeys there are.
#[derive(Default)]
struct PageOf {
    /// What the browser is asked for a new one.
    asked: Option<PasskeyAskedView>,
    said: Option<String>,
    problem: Option<String>,
}

async fn page(server: &Server, visitor: &Visitor, frame: Frame, of: PageOf) -> Shown {
    let (privacy, origin) = offered(server)?;
    let held = privacy.own_passkeys(visitor.person).await?;
    let row = |line: &vestry_app::PasskeyLine| PasskeyRow {
        id: line.id.clone(),
        name: line.name.open(&held.opening).clone(),
        made: time(privacy.policy(), line.made),
        used: line.used.map_or_else(|| frame.words.t("passkey-unused"), |at| time(privacy.policy(), at)),
    };
    let rows = held.lines.iter().map(row).collect();
    let has_second = privacy.second(visitor.person).await?.is_on;
    let PageOf { asked, said, problem } = of;
    shown(&PasskeysPage { rows, has_second, asked, origin: origin.to_string(), said, problem, frame })
}

/// `POST /me/passkeys`: one thing, by the button that was pressed.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let ((privacy, _), visitor) = (offered(&server)?, member(&session)?);
    server.calm(&network)?;
    let mut frame = frame(&server, &session, &headers, &uri, "me").await?;
    frame.here = "/me/passkeys".into();
    let of = match act(privacy, visitor, &fields).await {
        Ok(Acted::Done(done)) => return redirect(&format!("/me/passkeys?done={done}"), Vec::new()),
        Ok(Acted::Asked(asked)) => {
            let name = device(&headers, String::new(), frame.words.0).name.replace('?', "");
            let PasskeyAsked { challenge, options } = asked;
            let (challenge, options) = (challenge.to_string(), options.to_string());
            PageOf { asked: Some(PasskeyAskedView { challenge, options, name }), ..PageOf::default() }
        }
        Err(error @ AccountError::Privacy(_)) => return Err(error.into()),
        Err(error) => PageOf { problem: Some(refusal(&frame.words, &error)), ..PageOf::default() },
    };
    Ok(page(&server, visitor, frame, of).await?.into_response())
}

/// What came of a button.
enum Acted {
    Asked(PasskeyAsked),
    Done(&'static str),
}

async fn act(privacy: &Privacy, visitor: &Visitor, fields: &Fields) -> Result<Acted, AccountError> {
    let (person, text) = (visitor.person, |name: &str| fields.text(name).unwrap_or(""));
    match text("act") {
        "ask" => {
            let (password, code) = (personal(fields.text("password")), personal(fields.text("code")));
            privacy.ask_for_passkey(person, &password, &code).await.map(Acted::Asked)
        }
        "add" => {
            privacy.add_passkey(person, (text("challenge"), text("answer")), text("name")).await?;
            Ok(Acted::Done("made"))
        }
        "rename" => {
            privacy.rename_passkey(person, text("passkey"), text("name")).await?;
            Ok(Acted::Done("named"))
        }
        "remove" => {
            privacy.remove_passkey(person, text("passkey")).await?;
            Ok(Acted::Done("removed"))
        }
        other => Err(AccountError::Unusable { item: other.into() }),
    }
}

fn refusal(words: &Words, error: &AccountError) -> String {
    match error {
        AccountError::Unusable { item } if item == "name" => words.t("passkey-name-wrong"),
        AccountError::Unusable { .. } => words.t("passkey-not-made"),
        AccountError::Wait(wait) => words.n("sign-in-wait", wait.as_secs().max(1)),
        _ => words.t("proof-wrong"),
    }
}
