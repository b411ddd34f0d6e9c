//! A member's second proof: set up, recovery codes renewed, given up.

use super::{me::member, personal, privacy};
use crate::{
    console::{Shown, frame, shown},
    guard::Fields,
    pages::{Frame, QrView, SecurityPage},
    session::Session,
    state::{Network, Server},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, Uri},
};
use vestry_app::{AccountError, Visitor};

/// What is said on the page beside where somebody stands.
#[derive(Default)]
struct Said {
    /// The secret that was offered before, to be offered again.
    secret: Option<String>,
    codes: Vec<String>,
    said: Option<&'static str>,
    problem: Option<String>,
}

/// `GET /me/security`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let frame = frame(&server, &session, &headers, &uri, "me").await?;
    page(&server, member(&session)?, frame, Said::default()).await
}

async fn page(server: &Server, visitor: &Visitor, frame: Frame, said: Said) -> Shown {
    let privacy = privacy(server)?;
    let stands = privacy.second(visitor.person).await?;
    let offered = if stands.is_on {
        None
    } else {
        let shown = privacy.show_second(visitor.person, said.secret.as_deref()).await?;
        Some((shown.secret.to_string(), QrView::of(&shown.uri)))
    };
    let (codes, problem) = (said.codes, said.problem);
    let said = said.said.map(|word| frame.words.t(word));
    shown(&SecurityPage { frame, offered, left: stands.codes_left as u64, codes, said, problem })
}

/// `POST /me/security`: one thing, by the button that was pressed.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    server.calm(&network)?;
    let visitor = member(&session)?;
    let mut frame = frame(&server, &session, &headers, &uri, "me").await?;
    frame.here = "/me/security".into();
    let said = match act(&server, visitor, &fields).await {
        Ok(said) => said,
        Err(error @ AccountError::Privacy(_)) => return Err(error.into()),
        Err(error) => Said {
            secret: fields.text("secret").map(str::to_owned),
            problem: Some(match &error {
                AccountError::Unusable { .. } => frame.words.t("code-wrong"),
                AccountError::Wait(wait) => frame.words.n("sign-in-wait", wait.as_secs().max(1)),
                _ => frame.words.t("proof-wrong"),
            }),
            ..Said::default()
        },
    };
    page(&server, visitor, frame, said).await
}

async fn act(server: &Server, visitor: &Visitor, fields: &Fields) -> Result<Said, AccountError> {
    let privacy = super::privacy(server).map_err(|_| AccountError::Wrong)?;
    let password = personal(fields.text("password"));
    let code = fields.text("code").unwrap_or("");
    match fields.text("act") {
        Some("set-up") => {
            let shown = (fields.text("secret").unwrap_or(""), code);
            let codes = privacy.set_up_second(visitor.person, &password, shown, &visitor.session).await?;
            Ok(Said { codes, said: Some(/* word */ "second-done"), ..Said::default() })
        }
        Some("renew") => {
            let codes = privacy.renew_recovery(visitor.person, &password, &personal(Some(code))).await?;
            Ok(Said { codes, said: Some(/* word */ "second-renewed"), ..Said::default() })
        }
        Some("off") => {
            privacy.drop_second(visitor.person, &password, &personal(Some(code))).await?;
            Ok(Said { said: Some(/* word */ "second-gone"), ..Said::default() })
        }
        _ => Err(AccountError::Unusable { item: "act".into() }),
    }
}
