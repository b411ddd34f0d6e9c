//! Signing in and out: members with mail and password, whoever has a secret key with that.

use super::{device, form::Form, personal};
use crate::{
    console::gate::{own, redirect},
    cookies, envelope,
    guard::read_fields,
    problem::{Code, Problem},
    session,
    state::{Network, Server, cookie},
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use vestry_app::{AccountError, Entered, KeyKind, LogIn, Privacy};

/// Where to go afterwards, and by which door.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SignInQuery {
    #[serde(default)]
    next: String,
    /// `key` for whoever has a key.
    #[serde(default)]
    with: String,
}

/// `GET /sign-in`.
pub(crate) async fn show(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(query): Query<SignInQuery>,
) -> crate::console::Shown {
    form(&server, &headers, &query.next, query.with == "key").shown()
}

/// The form to sign in.
pub(super) fn form(server: &Server, headers: &HeaderMap, next: &str, with_key: bool) -> Form {
    let (form, next) = (Form::new(headers, |w| w.t("sign-in")), own(next, "/catalogue"));
    let form = form.hidden("next", next).lead(|w| w.t("sign-in-cookie"));
    if with_key || server.app.privacy().is_none() {
        let form = form
            .lead(|w| w.t("sign-in-hint"))
            .field(("key", "password", "current-password"), |w| w.t("key"), |field| field)
            .to("/sign-in", |w| w.t("sign-in"));
        return if server.app.privacy().is_some() { form.link("/sign-in", |w| w.t("with-mail")) } else { form };
    }
    let form = match server.app.privacy().and_then(Privacy::passkeys_at) {
        Some(origin) => form.passkey(origin, next),
        None => form,
    };
    let key = crate::console::address("/sign-in", [("with", "key"), ("next", next)]);
    form.field(("email", "email", "username"), |w| w.t("mail"), |field| field)
        .field(("password", "password", "current-password"), |w| w.t("password"), |field| field)
        .to("/sign-in", |w| w.t("sign-in"))
        .link("/password", |w| w.t("password-lost"))
        .link("/join", |w| w.t("join"))
        .link(key, |w| w.t("with-key"))
}

/// `POST /sign-in`.
pub(crate) async fn enter(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let fields = read_fields(&headers, body).await?;
    let next = own(fields.text("next").unwrap_or(""), "/catalogue").to_owned();
    if let Some(key) = fields.text("key") {
        server.calm(&network)?;
        return with_key(&server, &headers, key.trim(), &next).await;
    }
    let privacy = super::privacy(&server)?;
    server.calm(&network)?;
    let (language, _) = envelope::preferred(&headers);
    let log_in = LogIn {
        mail: personal(fields.text("email")),
        password: personal(fields.text("password")),
        code: fields.text("code").filter(|code| !code.is_empty()).map(|code| personal(Some(code))),
        device: device(&headers, network, language),
    };
    let again = form(&server, &headers, &next, false).typed("email", fields.text("email").unwrap_or(""));
    entered(&server, &headers, privacy.log_in(&log_in).await, &next, again).await
}

/// What came of a try to enter, told on the form that is shown `again` where it was in vain.
pub(super) async fn entered(
    server: &Server,
    headers: &HeaderMap,
    entered: Result<Entered, AccountError>,
    next: &str,
    again: Form,
) -> Result<Response, Problem> {
    match entered {
        Ok(Entered::In(token)) => {
            let to = on_the_way(super::privacy(server)?, &token, next).await?;
            redirect(&to, vec![session_cookie(server, headers, &token)?])
        }
        Ok(Entered::CodeNeeded) => {
            let form = again.lead(|w| w.t("code-needed")).field(
                ("code", "text", "one-time-code"),
                |w| w.t("code"),
                |field| field,
            );
            Ok(form.shown()?.into_response())
        }
        Ok(Entered::ShutOut { until, contest }) => {
            let to = format!("/contest/{}", contest.as_str());
            let page = Form::new(headers, |w| w.t("shut-out"))
                .problem(|w| w.a("shut-out-until", &until.to_string()))
                .link(to, |w| w.t("contest"));
            Ok((StatusCode::FORBIDDEN, page.shown()?).into_response())
        }
        Err(error @ AccountError::Wrong) => refused(again.refused(&error)),
        Err(error @ AccountError::Wait(_)) => {
            Ok((StatusCode::TOO_MANY_REQUESTS, again.refused(&error).shown()?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The form again, with what is wrong.
pub(super) fn refused(form: Form) -> Result<Response, Problem> {
    Ok((StatusCode::UNAUTHORIZED, form.shown()?).into_response())
}

/// Where a member goes who just logged in and wanted to go to `next`: first where they read that mail came back, and past
/// what they are to be asked.
async fn on_the_way(privacy: &Privacy, token: &str, next: &str) -> Result<String, Problem> {
    let Some(visitor) = privacy.visitor(token).await? else { return Ok(next.into()) };
    let next = if privacy.returned_mail(visitor.person).await?.is_some() { "/me" } else { next };
    let asks = privacy.asks_for(visitor.person).await?;
    let is_asked = asks.of_age || !asks.purposes.is_empty();
    Ok(if is_asked { crate::console::address("/me/agree", [("next", next)]) } else { next.into() })
}

/// The cookie of a session: random, unreadable to scripts, sent to this server's own pages alone.
pub(crate) fn session_cookie(server: &Server, headers: &HeaderMap, token: &str) -> Result<HeaderValue, Problem> {
    cookies::keeping(server, headers, session::COOKIE, token).ok_or_else(|| {
        Problem::refused(Code::NoLogin, "the policy in force does not list the cookie that keeps a login")
            .hint(format!("add `[cookie.{}]` to its file", session::COOKIE))
    })
}

/// A secret key becomes a session, as long as its organisation has no owner who signs in by themselves.
async fn with_key(server: &Server, headers: &HeaderMap, key: &str, next: &str) -> Result<Response, Problem> {
    let access = server.app.authorise(key).await?;
    let Some(access) = access.filter(|a| a.kind == KeyKind::Secret) else {
        let again = form(server, headers, next, true).problem(|w| w.t("wrong-key"));
        return Ok((StatusCode::UNAUTHORIZED, again.shown()?).into_response());
    };
    if server.app.has_owner(access.organisation).await? {
        let again = form(server, headers, next, false).problem(|w| w.t("key-too-late"));
        return Ok((StatusCode::FORBIDDEN, again.shown()?).into_response());
    }
    let shop = server.app.organisation_name(access.organisation).await?;
    let token = server.token();
    server.sessions.begin(&token, access, shop, server.app.now());
    redirect(next, vec![session_cookie(server, headers, &token)?])
}

impl Server {
    /// Ends the session of a token, whoever's it is.
    pub(crate) async fn end_session(&self, token: &str) -> Result<(), Problem> {
        self.sessions.end(token);
        if let Some(privacy) = self.app.privacy()
            && let Some(visitor) = privacy.visitor(token).await?
        {
            privacy.log_out(&visitor).await?;
        }
        Ok(())
    }
}

/// `POST /sign-out`: the session is over, here and in every other process.
pub(crate) async fn leave(State(server): State<Server>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = cookie(&headers, session::COOKIE) {
        server.end_session(token).await?;
    }
    redirect("/sign-in", vec![cookies::forgetting(session::COOKIE)])
}
