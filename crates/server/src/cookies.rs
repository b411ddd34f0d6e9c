//! What is kept in a browser: nothing that the policy in force does not list, and nothing but the essential before its
//! owner agreed. A value is random: a session's own, or what the installation once drew for one of a few words. It says
//! neither who somebody is nor, to others, what they chose.

use crate::{
    pages::Theme,
    session,
    state::{Server, cookie},
    words::Language,
};
use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use vestry_policy::{Cookie, Period, Policy};

/// Remembers which cookies were agreed to: their names, with a dot between.
pub(crate) const CHOICE: &str = "vestry_choice";
/// The chosen language.
pub(crate) const LANGUAGE: &str = "vestry_language";
/// Light or dark.
pub(crate) const THEME: &str = "vestry_theme";

/// Puts words in the place of what a browser sends for them; what this installation never wrote is none.
pub(crate) fn put_in_words(server: &Server, headers: &mut HeaderMap) {
    if [CHOICE, LANGUAGE, THEME].iter().all(|name| cookie(headers, name).is_none()) {
        return;
    }
    let lines: Vec<&str> = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).collect();
    let pairs = lines.iter().flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let pairs = pairs.map(|(name, value)| match words_of(server, name) {
        Some(words) => {
            let said = |code: &str| words.iter().find(|word| drawn(server, name, word) == code).copied();
            format!("{name}={}", value.split('.').filter_map(said).collect::<Vec<_>>().join("."))
        }
        None => format!("{name}={value}"),
    });
    if let Ok(line) = HeaderValue::from_str(&pairs.collect::<Vec<_>>().join("; ")) {
        headers.insert(header::COOKIE, line);
    }
}

/// The few words that a cookie may hold; `None` for one that holds others.
fn words_of<'s>(server: &'s Server, name: &str) -> Option<Vec<&'s str>> {
    Some(match name {
        CHOICE => optional(server.app.policy()).map(|c| c.id.as_str()).collect(),
        LANGUAGE => [Language::Korean, Language::English].map(Language::code).into(),
        THEME => Theme::NAMES.into(),
        _ => return None,
    })
}

/// What stands in a cookie for a word: the same for everybody here, another one elsewhere.
fn drawn(server: &Server, name: &str, word: &str) -> String {
    let hash = Sha256::digest([server.app.cookie_words(), name, word].join("."));
    vestry_model::hex(&hash[..16])
}

/// Whether this browser's owner has chosen, and something was agreed to: a refusal leaves no trace.
pub(crate) fn is_chosen(headers: &HeaderMap) -> bool {
    cookie(headers, CHOICE).is_some_and(|names| !names.is_empty())
}

/// Whether this browser's owner agreed to a cookie that is not essential.
pub(crate) fn is_agreed(headers: &HeaderMap, name: &str) -> bool {
    cookie(headers, CHOICE).is_some_and(|names| names.split('.').any(|agreed| agreed == name))
}

/// A cookie's value, if its owner agreed to it.
pub(crate) fn kept<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    cookie(headers, name).filter(|_| is_agreed(headers, name))
}

/// The cookies of `policy` that wait for a yes.
pub(crate) fn optional(policy: &Policy) -> impl Iterator<Item = &Cookie> {
    policy.cookies.iter().filter(|c| !c.essential)
}

/// The header that keeps `value`; `None` when the policy does not list the cookie, or it was not agreed to.
pub(crate) fn keeping(server: &Server, headers: &HeaderMap, name: &str, value: &str) -> Option<HeaderValue> {
    let listed = server.app.policy().cookies.iter().find(|c| c.id == name)?;
    (listed.essential || is_agreed(headers, name)).then(|| line(server, listed, value))?
}

/// The headers that keep the choice for `agreed`, and let go what was kept without being among them. Agreeing to
/// nothing keeps nothing.
pub(crate) fn choosing(server: &Server, headers: &HeaderMap, agreed: &[&str]) -> Vec<HeaderValue> {
    let policy = server.app.policy();
    let is_among = |c: &&Cookie| agreed.contains(&c.id.as_str()) || (c.id == CHOICE && !agreed.is_empty());
    let names: Vec<&str> = optional(policy).filter(is_among).map(|c| c.id.as_str()).collect();
    let choice = optional(policy).find(|c| c.id == CHOICE).filter(|_| !names.is_empty());
    let keeps = choice.and_then(|choice| line(server, choice, &names.join(".")));
    let is_kept = |name: &&str| keeps.is_some() && names.contains(name);
    let gone = ours(policy).filter(|name| *name != session::COOKIE && !is_kept(name));
    let gone = gone.filter(|name| cookie(headers, name).is_some()).map(forgetting);
    keeps.clone().into_iter().chain(gone).collect()
}

/// The headers that empty the jar of all that this server may have put there.
pub(crate) fn emptying(server: &Server, headers: &HeaderMap) -> Vec<HeaderValue> {
    ours(server.app.policy()).filter(|name| cookie(headers, name).is_some()).map(forgetting).collect()
}

/// The headers that let go what the browser holds and nothing agrees to any more: the choice has ended, or the policy
/// lists the cookie no more.
pub(crate) fn left_over(server: &Server, headers: &HeaderMap) -> Vec<HeaderValue> {
    if !headers.contains_key(header::COOKIE) {
        return Vec::new();
    }
    let policy = server.app.policy();
    let stays = |name: &&str| match policy.cookies.iter().find(|c| c.id == **name) {
        Some(listed) => listed.essential || is_agreed(headers, name),
        None => *name == session::COOKIE,
    };
    ours(policy).filter(|name| cookie(headers, name).is_some() && !stays(name)).map(forgetting).collect()
}

/// The header that lets a cookie go.
pub(crate) fn forgetting(name: &str) -> HeaderValue {
    let line = format!("{name}=; Path=/; HttpOnly; SameSite={}; Max-Age=0", same_site(name));
    HeaderValue::from_str(&line).expect("a policy's names are plain")
}

/// Every cookie of this program and of the policy.
fn ours(policy: &Policy) -> impl Iterator<Item = &str> {
    const OWN: [&str; 4] = [session::COOKIE, CHOICE, LANGUAGE, THEME];
    OWN.into_iter().chain(policy.cookies.iter().map(|c| c.id.as_str()).filter(|id| !OWN.contains(id)))
}

fn line(server: &Server, listed: &Cookie, value: &str) -> Option<HeaderValue> {
    let stays = match listed.keep {
        Some(keep) => format!("; Max-Age={}", seconds(server.app.policy(), keep, server.app.now())?),
        None => String::new(),
    };
    let value = match words_of(server, &listed.id) {
        Some(_) => value.split('.').map(|word| drawn(server, &listed.id, word)).collect::<Vec<_>>().join("."),
        None => value.to_owned(),
    };
    let secure = if server.options.is_over_tls() { "; Secure" } else { "" };
    let same_site = same_site(&listed.id);
    HeaderValue::from_str(&format!("{}={value}; Path=/; HttpOnly; SameSite={same_site}{stays}{secure}", listed.id)).ok()
}

fn same_site(name: &str) -> &'static str {
    if name == session::COOKIE { "Strict" } else { "Lax" }
}

/// From `now` to the end of the last day of `keep`.
fn seconds(policy: &Policy, keep: Period, now: Timestamp) -> Option<i64> {
    let last = keep.last_day(policy.local(now)).ok()?;
    Some(policy.first_moment(last.tomorrow().ok()?).duration_since(now).as_secs())
}
