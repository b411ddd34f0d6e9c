//! The certificate of whoever left while another sweep ran, which no login leads to any more.

use super::{form::Form, privacy};
use crate::{
    console::{Shown, shown},
    office::sweeps::in_one_language,
    pages::LeftPage,
    state::Server,
    words::Words,
};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use vestry_app::{AccountError, Certificate};

/// `GET /certificates/{token}`: the certificate, or that it waits. Of what it counts nothing is said: unlike one that is
/// given at leaving, which counts what was its owner's, it is of everybody.
pub(crate) async fn show(State(server): State<Server>, headers: HeaderMap, Path(link): Path<String>) -> Shown {
    let privacy = privacy(&server)?;
    let found = match privacy.certificate_behind(&link) {
        Ok(found) => found,
        Err(AccountError::Link) => {
            return Form::new(&headers, |w| w.t("certificate")).problem(|w| w.t("link-over")).shown();
        }
        Err(error) => return Err(error.into()),
    };
    let (language, theme) = crate::envelope::preferred(&headers);
    let words = Words(language);
    let lines = |found: Certificate| in_one_language(privacy.policy(), found.rows_without_counts(), &words);
    let certificate = found.map(|(entry, found)| (entry, lines(found)));
    shown(&LeftPage { words, theme, title: words.t("certificate"), stays: Vec::new(), certificate, later: None })
}
