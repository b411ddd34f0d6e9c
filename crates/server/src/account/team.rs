//! Who works for the organisation: owners invite, give roles and take them.

use super::{form::Form, me::member, personal, privacy};
use crate::{
    console::{Shown, encoded, frame, shown},
    guard::Fields,
    pages::{ColleagueLine, Frame, TeamPage},
    problem::{Code, Problem},
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use vestry_app::{AccountError, PersonId, PrivacyError, Role, VaultError, is_organisation_name};

/// `GET /team`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    page(&server, &session, frame(&server, &session, &headers, &uri, "team").await?, None, None).await
}

async fn page(
    server: &Server,
    session: &Session,
    mut frame: Frame,
    said: Option<String>,
    problem: Option<String>,
) -> Shown {
    frame.here = "/team".into();
    let privacy = privacy(server)?;
    let you = session.member().map(|visitor| visitor.person);
    let colleagues = match you {
        Some(you) => privacy.colleagues(session.organisation(), you).await?,
        // A key is nobody who could be told by name who looked.
        None => Vec::new(),
    };
    let lines = colleagues.iter().map(|colleague| ColleagueLine {
        id: colleague.person.to_string(),
        name: colleague.name.open(&colleague.opening).clone(),
        mail: colleague.mail.open(&colleague.opening).clone(),
        role: colleague.role.as_str(),
        is_you: Some(colleague.person) == you,
    });
    shown(&TeamPage { colleagues: lines.collect(), by_key: you.is_none(), said, problem, frame })
}

/// `POST /team`: an invitation by mail, or another name for the organisation.
pub(crate) async fn invite(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let privacy = privacy(&server)?;
    server.writes_for(session.subject())?;
    let frame = frame(&server, &session, &headers, &uri, "team").await?;
    if fields.text("act") == Some("name") {
        return name(&server, &session, frame, fields.text("shop").unwrap_or("").trim()).await;
    }
    let role = role(fields.text("role"))?;
    let organisation = (session.organisation(), session.shop.as_str());
    let mail = personal(fields.text("email"));
    match privacy.invite(organisation, &mail, role, frame.words.0.mail()).await {
        Ok(_) => {
            let said = Some(frame.words.t("team-invited"));
            page(&server, &session, frame, said, None).await
        }
        Err(AccountError::Unusable { .. }) => {
            let problem = Some(frame.words.a("field-unusable", &frame.words.t("mail")));
            page(&server, &session, frame, None, problem).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn name(server: &Server, session: &Session, mut frame: Frame, shop: &str) -> Shown {
    if !is_organisation_name(shop) {
        let problem = Some(frame.words.a("field-unusable", &frame.words.t("team-shop")));
        return page(server, session, frame, None, problem).await;
    }
    server.app.name_organisation(session.organisation(), shop).await?;
    frame.shop = shop.into();
    let said = Some(frame.words.t("team-shop-changed"));
    page(server, session, frame, said, None).await
}

fn role(text: Option<&str>) -> Result<Role, Problem> {
    let role = text.and_then(|text| text.parse::<Role>().ok()).filter(|role| !role.is_staff());
    role.ok_or_else(|| Problem::bad_request("a role here is `viewer`, `editor` or `owner`"))
}

fn join_form(headers: &HeaderMap, session: &Session, token: &str) -> Form {
    Form::new(headers, |w| w.t("team-join"))
        .lead(|w| w.t("team-join-lead"))
        .hidden("csrf", session.csrf.clone())
        .to(format!("/team/join/{}", encoded(token)), |w| w.t("team-join-button"))
        .link("/me", |w| w.t("me"))
}

/// `GET /team/join/{token}`: an invitation, for who has an account.
pub(crate) async fn join_page(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Shown {
    privacy(&server)?;
    join_form(&headers, &session, &token).shown()
}

/// `POST /team/join/{token}`.
pub(crate) async fn join(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Shown {
    let form = join_form(&headers, &session, &token);
    match privacy(&server)?.take_up(member(&session)?.person, &token).await {
        Ok(()) => Form::new(&headers, |w| w.t("team-joined")).link("/catalogue", |w| w.t("catalogue")).shown(),
        Err(error @ AccountError::Link) => form.refused(&error).shown(),
        Err(AccountError::Privacy(PrivacyError::Vault(VaultError::State { .. }))) => {
            form.problem(|w| w.t("team-join-not-you")).shown()
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /team/{id}`: another role, or none.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let privacy = privacy(&server)?;
    let frame = frame(&server, &session, &headers, &uri, "team").await?;
    let nobody = || Problem::not_found(Code::UnknownPerson, "nobody of that id works here");
    let colleague = id.parse::<PersonId>().map_err(|_| nobody())?;
    let role = match fields.text("act") {
        Some("remove") => None,
        _ => Some(role(fields.text("role"))?),
    };
    match privacy.give_role(session.organisation(), colleague, role).await {
        Ok(()) => {
            let said = Some(frame.words.t("team-changed"));
            page(&server, &session, frame, said, None).await
        }
        Err(AccountError::Privacy(PrivacyError::Vault(VaultError::LastOfRole { .. }))) => {
            let problem = Some(frame.words.t("team-last-owner"));
            page(&server, &session, frame, None, problem).await
        }
        Err(error) => Err(error.into()),
    }
}
