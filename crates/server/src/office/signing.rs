//! The office's own door: mail, password and a one-time password; enrolling by a link; a password that is too old.

use crate::{
    account::{device, form::Form, personal, privacy, signing::session_cookie},
    console::{Shown, gate::redirect},
    envelope,
    guard::read_fields,
    problem::Problem,
    state::{Network, Server},
    words::Words,
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use vestry_app::{AccountError, StaffEntered};

fn form(headers: &HeaderMap) -> Form {
    Form::new(headers, |w| w.t("office-sign-in"))
        .lead(|w| w.t("office-sign-in-lead"))
        .field(("email", "email", "username"), |w| w.t("mail"), |field| field)
        .field(("password", "password", "current-password"), |w| w.t("password"), |field| field)
        .field(("code", "text", "one-time-code"), |w| w.t("code"), |field| field)
        .to("/office/sign-in", |w| w.t("sign-in"))
}

/// `GET /office/sign-in`.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap) -> Shown {
    privacy(&server)?;
    form(&headers).shown()
}

/// `POST /office/sign-in`.
pub(crate) async fn enter(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let (language, _) = envelope::preferred(&headers);
    let from = device(&headers, network, language);
    let (mail, password) = (personal(fields.text("email")), personal(fields.text("password")));
    let again = form(&headers).typed("email", fields.text("email").unwrap_or(""));
    let code = Some(fields.text("code").unwrap_or(""));
    match privacy.staff_log_in(&mail, &password, code, &from).await {
        Ok(StaffEntered::In(token)) => redirect("/office", vec![session_cookie(&server, &headers, &token)?]),
        Ok(StaffEntered::PasswordExpired(token)) => {
            // The token stands in the form, not in an address.
            Ok(renew_form(&headers, &token).shown()?.into_response())
        }
        Ok(StaffEntered::CodeNeeded) => Ok(again.shown()?.into_response()),
        Err(AccountError::Wrong) => {
            Ok((StatusCode::UNAUTHORIZED, again.problem(|w| w.t("office-wrong")).shown()?).into_response())
        }
        Err(error @ AccountError::Wait(_)) => {
            Ok((StatusCode::TOO_MANY_REQUESTS, again.refused(&error).shown()?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn enrol_form(headers: &HeaderMap, link: &str, secret: &str, uri: &str) -> Form {
    let form = Form::new(headers, |w| w.t("enrol")).lead(|w| w.t("enrol-lead")).qr(uri).show(vec![secret.to_owned()]);
    let hint = Words(form.language()).t("password-hint");
    form.field(("password", "password", "new-password"), |w| w.t("password-new"), |field| field.hint(hint))
        .field(("code", "text", "one-time-code"), |w| w.t("code"), |field| field)
        .to(format!("/office/enrol/{}", crate::console::encoded(link)), |w| w.t("enrol-button"))
}

fn over(headers: &HeaderMap) -> Form {
    Form::new(headers, |w| w.t("enrol"))
        .problem(|w| w.t("link-over"))
        .link("/office/sign-in", |w| w.t("office-sign-in"))
}

/// `GET /office/enrol/{token}`: the secret of the one-time passwords.
pub(crate) async fn enrol_page(State(server): State<Server>, headers: HeaderMap, Path(link): Path<String>) -> Shown {
    match privacy(&server)?.enrolment(&link).await {
        Ok((secret, uri)) => enrol_form(&headers, &link, &secret, &uri).shown(),
        Err(AccountError::Link) => over(&headers).shown(),
        Err(error) => Err(error.into()),
    }
}

/// `POST /office/enrol/{token}`: the recovery codes are on this page and nowhere else.
pub(crate) async fn enrol(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(link): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let password = personal(fields.text("password"));
    match privacy.enrol(&link, &password, fields.text("code").unwrap_or("")).await {
        Ok((codes, token)) => {
            let page = Form::new(&headers, |w| w.t("recovery"))
                .lead(|w| w.t("recovery-lead"))
                .show(codes)
                .link("/office", |w| w.t("to-office"))
                .shown()?;
            let mut response = page.into_response();
            let cookie = session_cookie(&server, &headers, &token)?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(AccountError::Link) => Ok(over(&headers).shown()?.into_response()),
        Err(error @ (AccountError::Weak(_) | AccountError::Wrong)) => {
            let (secret, uri) = privacy.enrolment(&link).await?;
            let form = enrol_form(&headers, &link, &secret, &uri);
            let form = match error {
                AccountError::Wrong => form.problem(|w| w.t("code-wrong")),
                error => form.refused(&error),
            };
            Ok(form.shown()?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn renew_form(headers: &HeaderMap, link: &str) -> Form {
    let form = Form::new(headers, |w| w.t("password-expired")).lead(|w| w.t("password-expired-lead"));
    let hint = Words(form.language()).t("password-hint");
    form.field(("password", "password", "new-password"), |w| w.t("password-new"), |field| field.hint(hint))
        .hidden("token", link)
        .to("/office/password", |w| w.t("password-new-button"))
}

/// `POST /office/password`: all that a password that is too old still opens.
pub(crate) async fn renew(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let link = fields.text("token").unwrap_or("").to_owned();
    match privacy.renew_staff_password(&link, &personal(fields.text("password"))).await {
        Ok(token) => redirect("/office", vec![session_cookie(&server, &headers, &token)?]),
        Err(AccountError::Link) => Ok(over(&headers).shown()?.into_response()),
        Err(AccountError::Unusable { .. }) => {
            Ok(renew_form(&headers, &link).problem(|w| w.t("password-same")).shown()?.into_response())
        }
        Err(error @ AccountError::Weak(_)) => Ok(renew_form(&headers, &link).refused(&error).shown()?.into_response()),
        Err(error) => Err(error.into()),
    }
}
