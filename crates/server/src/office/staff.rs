//! Who works for the operator: put on file, given a new link, dismissed.

use super::{frame, staff, vault_said};
use crate::{
    account::{me::item_name, personal, privacy},
    console::{Shown, shown, time},
    guard::Fields,
    pages::{StaffLine, StaffPage},
    problem::Problem,
    session::Session,
    state::Server,
};
use axum::{Extension, extract::State, http::HeaderMap};
use jiff::civil::Date;
use vestry_app::{AccountError, NewStaff, PersonId, PrivacyError, Role, VaultError};

/// `GET /office/staff`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Shown {
    page(&server, &session, &headers, None, None).await
}

async fn page(
    server: &Server,
    session: &Session,
    headers: &HeaderMap,
    link: Option<String>,
    problem: Option<String>,
) -> Shown {
    let frame = frame(session, headers, "staff");
    let you = staff(session)?.person;
    let privacy = privacy(server)?;
    let (policy, people) = (privacy.policy(), privacy.staff(you).await?);
    let lines = people.iter().map(|one| StaffLine {
        id: one.person.to_string(),
        name: one.name.open(&one.opening).clone(),
        role: one.role.as_str(),
        password: one.password_set.map_or_else(|| frame.words.t("staff-not-enrolled"), |at| time(policy, at)),
        trained: one.trained.iter().rev().map(|training| format!("{} {}", training.day, training.what)).collect(),
        is_you: one.person == you,
    });
    let today = policy.local(privacy.now()).date().to_string();
    shown(&StaffPage { staff: lines.collect(), today, link, problem, frame })
}

/// `POST /office/staff`: by the button that was pressed.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> Shown {
    let privacy = privacy(&server)?;
    let words = frame(&session, &headers, "staff").words;
    let text = |name: &str| fields.text(name).unwrap_or("");
    let person = || text("id").parse::<PersonId>().map_err(|_| Problem::bad_request("the form names nobody"));
    let link = match text("act") {
        "add" => {
            let role = text("role").parse::<Role>().map_err(|e| Problem::bad_request(e.to_string()))?;
            let (mail, name) = (personal(fields.text("email")), personal(fields.text("name")));
            let new = NewStaff { mail, name, role, language: words.0.mail() };
            privacy.add_staff(&new).await.map(|(_, token)| Some(token))
        }
        "renew" => privacy.renew_staff(person()?).await.map(Some),
        "train" => match text("day").trim().parse::<Date>() {
            Ok(day) => privacy.note_training(person()?, text("what"), day).await.map(|()| None),
            Err(_) => Err(AccountError::Unusable { item: "staff_training".into() }),
        },
        "dismiss" => privacy.dismiss_staff(person()?).await.map(|()| None),
        _ => return Err(Problem::bad_request("the form says nothing to do")),
    };
    match link {
        Ok(token) => {
            let base = server.app.config().mail.base();
            let link = token.map(|token| format!("{base}/office/enrol/{}", token.as_str()));
            page(&server, &session, &headers, link, None).await
        }
        Err(AccountError::Unusable { item }) => {
            let problem = Some(words.a("field-unusable", &item_name(privacy.policy(), &item, words.0)));
            page(&server, &session, &headers, None, problem).await
        }
        Err(AccountError::Privacy(PrivacyError::Vault(
            error @ (VaultError::LastOfRole { .. } | VaultError::KnownAlready),
        ))) => page(&server, &session, &headers, None, Some(vault_said(&words, &error))).await,
        Err(error) => Err(error.into()),
    }
}
