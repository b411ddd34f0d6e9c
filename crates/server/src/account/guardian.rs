//! A child's sign-up: the guardian is asked first, answers on a page of their own, and keeps a page until the birthday.

use super::{
    copies,
    form::{self, Form},
    joining::{Filled, JoinQuery, agreements, consent_text, filled, item_field, sent, with_invitation},
    me::{self, groups, item_name},
    personal, privacy,
};
use crate::{
    console::{Shown, encoded, shown},
    guard::{Fields, read_fields},
    pages::GuardianOfPage,
    problem::Problem,
    state::{Network, Server},
    words::Words,
};
use axum::{
    Extension,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use jiff::civil::Date;
use vestry_app::{
    AccountError, ChildAccount, GuardianPage, Leaving, NamedGuardian, PersonId, Privacy, PrivacyError, Reader,
};

fn ask_form(headers: &HeaderMap, invitation: &str, typed: &Fields) -> Form {
    let value = |name: &str| typed.text(name).unwrap_or("").to_owned();
    let form = Form::new(headers, |w| w.t("join"));
    let form = if invitation.is_empty() { form } else { form.hidden("invitation", invitation) };
    form.lead(|w| w.t("child-lead"))
        .field(("guardian_name", "text", "off"), |w| w.t("guardian-name"), |f| f.value(value("guardian_name")))
        .field(("guardian_contact", "email", "off"), |w| w.t("guardian-mail"), |f| f.value(value("guardian_contact")))
        .to("/join/child", |w| w.t("child-button"))
        .link(with_invitation("/join", invitation), |w| w.t("join-adult"))
}

/// `GET /join/child`: nothing of the child is asked.
pub(crate) async fn ask_page(
    State(server): State<Server>,
    headers: HeaderMap,
    Query(query): Query<JoinQuery>,
) -> Shown {
    privacy(&server)?;
    ask_form(&headers, &query.invitation, &Fields::default()).shown()
}

/// `POST /join/child`.
pub(crate) async fn ask(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    body: Bytes,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let invitation = fields.text("invitation").unwrap_or("").to_owned();
    let (language, _) = crate::envelope::preferred(&headers);
    let named = NamedGuardian {
        name: personal(fields.text("guardian_name")),
        contact: personal(fields.text("guardian_contact")),
        language: language.mail(),
        invitation: Some(invitation.clone()).filter(|token| !token.is_empty()),
    };
    match privacy.ask_guardian(&named).await {
        Ok(_) => sent(&server, &headers),
        Err(error @ AccountError::Privacy(_)) => Err(error.into()),
        Err(error) => ask_form(&headers, &invitation, &fields).refused(&error).shown(),
    }
}

/// What stands before a consent on the form of a guardian.
const AGREE: &str = /* word */ "guardian-agree";

fn consent_form(headers: &HeaderMap, privacy: &Privacy, link: &str, typed: &Fields) -> Form {
    let policy = privacy.policy();
    let mut form = Form::new(headers, |w| w.t("guardian-consent")).lead(|w| w.t("guardian-consent-lead"));
    let language = form.language();
    let hint = Words(language).t("guardian-day-hint");
    let day = typed.text("day_of_14").unwrap_or("").to_owned();
    form = form.field(("day_of_14", "date", "off"), |w| w.t("guardian-day"), |field| field.value(day).hint(hint));
    for asked in privacy.sign_up_items() {
        form = item_field(form, policy, asked, typed);
    }
    agreements(form, privacy, AGREE)
        .to(format!("/guardian/{}", encoded(link)), |w| w.t("guardian-button"))
        .instead("refuse", |w| w.t("guardian-refuse"))
        .link("/terms", |w| w.t("terms"))
        .link("/policy", |w| w.t("policy"))
}

fn over(headers: &HeaderMap) -> Shown {
    Form::new(headers, |w| w.t("guardian-consent")).problem(|w| w.t("link-over")).link("/join", |w| w.t("join")).shown()
}

/// They consented; the child has not confirmed yet.
fn waits(headers: &HeaderMap) -> Form {
    Form::new(headers, |w| w.t("guardian-done")).lead(|w| w.t("guardian-done-lead"))
}

/// `GET /guardian/{token}`: a question, or the child's data.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap, Path(link): Path<String>) -> Shown {
    let privacy = privacy(&server)?;
    match privacy.guardian(&link).await {
        Ok(GuardianPage::Asked) => consent_form(&headers, privacy, &link, &Fields::default()).shown(),
        Ok(GuardianPage::Waits) => waits(&headers).shown(),
        Ok(GuardianPage::Of(child)) => of(privacy, &headers, &link, child, Said::default()).await,
        Err(AccountError::Link) => over(&headers),
        Err(error) => Err(error.into()),
    }
}

/// What was done, or what is wrong, to be said on the page.
type Said = (Option<String>, Option<String>);

async fn of(privacy: &Privacy, headers: &HeaderMap, link: &str, child: PersonId, (said, problem): Said) -> Shown {
    let (language, theme) = crate::envelope::preferred(headers);
    let words = Words(language);
    let records = privacy.records_for_guardian(child).await?;
    let stays = privacy.stays_after(child, Leaving::Withdrawn).await?;
    let groups = groups(privacy.policy(), &records, &stays, &words);
    let stays = me::kept(privacy.policy(), &stays, &words);
    let consents = me::consents(privacy, child, language, true).await?;
    let agreed = me::agreed(privacy.policy(), &records, &consents, &words);
    let looks = me::looks(privacy, child, &words).await?;
    let action = format!("/guardian/{}", encoded(link));
    let copy = copies::view(privacy, (child, Reader::Guardian(child)), format!("{action}/export"), &words).await?;
    let other = format!("{action}?lang={}", language.other().code());
    let on_file = privacy.vault().person(privacy.policy(), child).await.map_err(PrivacyError::from)?;
    let dormancy = me::dormancy(privacy.policy(), on_file.membership, &words);
    let page = GuardianOfPage {
        words,
        theme,
        action,
        other,
        groups,
        consents,
        agreed,
        dormancy,
        looks,
        copy,
        stays,
        said,
        problem,
    };
    shown(&page)
}

/// The child that a guardian's link shows.
pub(super) async fn child(privacy: &Privacy, link: &str) -> Result<PersonId, Problem> {
    match privacy.guardian(link).await {
        Ok(GuardianPage::Of(child)) => Ok(child),
        Ok(GuardianPage::Asked | GuardianPage::Waits) => Err(AccountError::Link.into()),
        Err(error) => Err(error.into()),
    }
}

/// `POST /guardian/{token}`: consents or refuses, corrects, or ends.
pub(crate) async fn act(
    State(server): State<Server>,
    Extension(Network(network, _)): Extension<Network>,
    headers: HeaderMap,
    Path(link): Path<String>,
    body: Bytes,
) -> Shown {
    let privacy = privacy(&server)?;
    server.calm(&network)?;
    let fields = read_fields(&headers, body).await?;
    let (language, theme) = crate::envelope::preferred(&headers);
    let words = Words(language);
    let page = match privacy.guardian(&link).await {
        Ok(page) => page,
        Err(AccountError::Link) => return over(&headers),
        Err(error) => return Err(error.into()),
    };
    match (page, fields.text("act")) {
        (GuardianPage::Asked, Some("refuse")) => {
            privacy.refuse_for(&link).await?;
            Form::new(&headers, |w| w.t("guardian-refused")).lead(|w| w.t("guardian-refused-lead")).shown()
        }
        (GuardianPage::Asked, _) => consent(privacy, &headers, &link, &fields).await,
        (GuardianPage::Waits, _) => waits(&headers).shown(),
        (GuardianPage::Of(child), Some("end")) if fields.text("sure") == Some("yes") => {
            let stays = privacy.stays_after(child, Leaving::Withdrawn).await?;
            let stays = me::kept(privacy.policy(), &stays, &words);
            let sweep = privacy.leave_for(&link, Leaving::Withdrawn).await?;
            shown(&me::left(privacy, words.t("guardian-ended"), stays, sweep.as_ref(), (words, theme)))
        }
        (GuardianPage::Of(child), Some("correct")) => {
            let (item, value) = (fields.text("item").unwrap_or(""), fields.text("value").unwrap_or(""));
            let said = match privacy.correct_for(&link, item, value).await {
                Ok(()) => (Some(words.t("me-corrected")), None),
                Err(error @ (AccountError::Missing { .. } | AccountError::Unusable { .. })) => {
                    (None, Some(form::said(&words, &error, |item| item_name(privacy.policy(), item, language))))
                }
                Err(error) => return Err(error.into()),
            };
            of(privacy, &headers, &link, child, said).await
        }
        (GuardianPage::Of(child), Some("consent" | "take-back" | "dormancy" | "export")) => {
            server.writes_for(child)?;
            let said = match change(privacy, (&link, child), &fields, language).await {
                Ok(word) => (Some(words.t(word)), None),
                Err(AccountError::Unusable { .. }) => (None, Some(words.a("field-unusable", &words.t("purpose")))),
                Err(error) => return Err(error.into()),
            };
            of(privacy, &headers, &link, child, said).await
        }
        (GuardianPage::Of(child), _) => {
            of(privacy, &headers, &link, child, (None, Some(words.t("guardian-sure")))).await
        }
    }
}

/// Gives a consent in the child's place, takes one back, chooses how long the child may stay away, asks for a copy; what is
/// said of it.
async fn change(
    privacy: &Privacy,
    (link, child): (&str, PersonId),
    fields: &Fields,
    language: crate::words::Language,
) -> Result<&'static str, AccountError> {
    let policy = privacy.policy();
    let name = fields.text("purpose").unwrap_or("");
    let purpose = || policy.purpose_named(name).ok_or_else(|| AccountError::Unusable { item: name.into() });
    match fields.text("act") {
        Some("consent") => {
            let purpose = purpose()?;
            privacy.give_consent_for(link, purpose, &consent_text(policy, purpose, language)).await?;
            Ok(/* word */ "me-consent-done")
        }
        Some("take-back") => {
            privacy.take_back_for(link, purpose()?).await?;
            Ok(/* word */ "me-consent-done")
        }
        Some("dormancy") => {
            privacy.choose_dormancy(child, me::period(fields.text("period").unwrap_or(""))?).await?;
            Ok(/* word */ "me-dormancy-done")
        }
        _ => {
            copies::ask(privacy, child, Reader::Guardian(child)).await?;
            Ok(/* word */ "copy-asked")
        }
    }
}

async fn consent(privacy: &Privacy, headers: &HeaderMap, link: &str, fields: &Fields) -> Shown {
    let form = consent_form(headers, privacy, link, fields);
    let language = form.language();
    let day = fields.text("day_of_14").unwrap_or("");
    let Ok(day_of_14) = day.parse::<Date>() else {
        let item = "day_of_14".into();
        let error = if day.is_empty() { AccountError::Missing { item } } else { AccountError::Unusable { item } };
        return form.refused(&error).shown();
    };
    let Filled { items, consents, terms } = match filled(privacy, fields, language, AGREE) {
        Ok(filled) => filled,
        Err(error) => return form.refused(&error).shown(),
    };
    let account = ChildAccount { day_of_14, items, consents, terms, language: language.mail() };
    match privacy.consent_for(link, &account).await {
        Ok(_) => waits(headers).link(format!("/guardian/{}", encoded(link)), |w| w.t("guardian-page")).shown(),
        Err(error @ (AccountError::Missing { .. } | AccountError::Unusable { .. })) => form.refused(&error).shown(),
        Err(AccountError::Link) => over(headers),
        Err(error) => Err(error.into()),
    }
}
