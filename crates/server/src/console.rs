//! The web console: one file a section. A handler asks `vestry-app` and fills a page of [`crate::pages`].

pub(crate) mod catalogue;
pub(crate) mod gate;
pub(crate) mod imports;
pub(crate) mod keys;
pub(crate) mod product;
pub(crate) mod recommended;
mod refusal;
pub(crate) mod review;
pub(crate) mod seek;
pub(crate) mod taught;
mod tiles;
pub(crate) mod trends;

use crate::{
    envelope,
    pages::{Frame, LinkView, May},
    problem::Problem,
    public,
    session::Session,
    state::Server,
    words::Words,
};
use askama::Template;
use axum::{
    http::{HeaderMap, Uri},
    response::Html,
};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use vestry_app::Role;
use vestry_policy::Policy;

/// What a console handler answers.
pub(crate) type Shown = Result<Html<String>, Problem>;

/// Everything but what reads well in an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// `path?name=value&…`, or the path alone.
pub(crate) fn address<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query: Vec<String> = query.into_iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
    if query.is_empty() { path.into() } else { format!("{path}?{}", query.join("&")) }
}

/// `address` with its members of these names taken out and others put in.
pub(crate) fn readdressed(address: &str, without: &[&str], with: &[(&str, &str)]) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_out = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        without.contains(&name) || with.iter().any(|(other, _)| *other == name)
    };
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !is_out(pair)).map(str::to_owned);
    let put = with.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    let query: Vec<String> = kept.chain(put).collect();
    if query.is_empty() { path.into() } else { format!("{path}?{}", query.join("&")) }
}

/// Members of an address that say how a page is shown, not what.
pub(crate) const MANNER: [&str; 3] = ["lang", "theme", "unkept"];

pub(crate) async fn frame(
    server: &Server,
    session: &Session,
    headers: &HeaderMap,
    uri: &Uri,
    section: &'static str,
) -> Result<Frame, Problem> {
    let query = uri.query().unwrap_or("");
    let (language, theme) = envelope::preferences(headers, query);
    Ok(Frame {
        words: Words(language),
        theme,
        section,
        shop: session.shop.clone(),
        csrf: session.csrf.clone(),
        you: server.pseudonym(session),
        may: May {
            edit: session.role() >= Some(Role::Editor),
            own: session.role() >= Some(Role::Owner),
            me: session.member().is_some(),
        },
        find: String::new(),
        unkept: envelope::asked(query, "unkept").is_some(),
        here: uri.path_and_query().map_or("/catalogue", |p| p.as_str()).into(),
        to_review: match session.shop_of() {
            Some(organisation) => server.app.count_questions(organisation).await?,
            None => 0,
        },
        notes: notes(server, section, &Words(language)).await?,
    })
}

/// What everybody is to know: a version of the policy to come, and beside their own data a transfer of the business.
async fn notes(server: &Server, section: &str, words: &Words) -> Result<Vec<LinkView>, Problem> {
    let in_force = server.app.policy();
    let coming = server.app.policies().iter().find(|policy| policy.effective > in_force.effective);
    let coming = coming.map(|policy| LinkView {
        href: format!("/policy/{}/changes", encoded(&policy.version)),
        text: words.a("policy-coming", &policy.effective.to_string()),
    });
    let mut notes: Vec<LinkView> = coming.into_iter().collect();
    if section == "me" {
        notes.extend(public::notices::posted(server, words).await?);
    }
    Ok(notes)
}

pub(crate) fn shown(page: &impl Template) -> Shown {
    page.render().map(Html).map_err(|e| Problem::internal(&e))
}

/// An instant as every page shows it: on the policy's clocks, wherever the machine stands.
pub(crate) fn time(policy: &Policy, at: Timestamp) -> String {
    policy.local(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// An instant of what is vouched for, to the second.
pub(crate) fn time_to_the_second(policy: &Policy, at: Timestamp) -> String {
    policy.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Who did something, for whoever looks: a pseudonym says nothing to people, and is no name.
pub(crate) fn who(who: &str, frame: &Frame) -> String {
    let words = frame.words;
    match who.split_once('-') {
        _ if who == frame.you => words.t("desk-you"),
        // So much of it tells two colleagues apart.
        Some(("member", mark)) => format!("{} {}", words.t("reader-colleague"), mark.get(..4).unwrap_or(mark)),
        Some(("key", id)) => format!("{} {id}", words.t("who-key")),
        _ => words.t("who-somebody"),
    }
}

#[cfg(test)]
mod tests {
    use super::{readdressed, who};
    use crate::{
        pages::{Theme, samples::frame},
        words::Language,
    };

    #[test]
    fn whoever_did_something_is_told_from_others_without_a_name() {
        let frame = frame(Language::English, Theme::System, "review");
        for (by, called) in [
            ("key-1", "you"),
            ("key-12", "key 12"),
            ("member-3f2a5b6c7d8e9f00", "colleague 3f2a"),
            ("member-99df5b6c7d8e9f00", "colleague 99df"),
            ("gone", "somebody"),
        ] {
            assert_eq!(who(by, &frame), called);
        }
    }

    #[test]
    fn an_address_keeps_what_is_not_changed() {
        for (address, without, with, expected) in [
            ("/search?words=a+b&lang=ko", &["unkept"][..], &[("lang", "en")][..], "/search?words=a+b&lang=en"),
            ("/search?lang=ko&unkept=1", &["lang", "unkept"], &[], "/search"),
            ("/policy", &[], &[("lang", "ko")], "/policy?lang=ko"),
            ("/policy?", &[], &[], "/policy"),
        ] {
            assert_eq!(readdressed(address, without, with), expected, "{address}");
        }
    }
}
