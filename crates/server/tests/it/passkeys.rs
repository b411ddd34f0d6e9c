//! Passkeys over HTTP: pages as a browser sends them, answers as an authenticator makes them.

use super::{
    accounts::{PASSWORD, cookie, csrf, member},
    authenticator::Authenticator,
    harness::{Answer, House},
};
use axum::http::StatusCode;
use serde_json::Value;
use vestry_app::Config;
use vestry_server::Options;

pub(crate) const ORIGIN: &str = "https://vestry.test.example";

/// Settings under which passkeys are offered at `origin`.
pub(crate) fn offered_at(origin: &str) -> Config {
    let mut config = Config::default();
    config.passkeys.origin = Some(origin.parse().expect("an origin"));
    config
}

async fn house() -> House {
    House::with_accounts_under(offered_at(ORIGIN), Options::default()).await
}

/// The value of an attribute or a field on a page.
fn value(page: &str, before: &str) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split('"').next().unwrap_or_default().replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&")
}

/// Makes a passkey of whoever has that session, as the page's script does.
pub(crate) async fn made(house: &House, session: &str, browser: &mut Authenticator, name: &str) -> Answer {
    let token = csrf(&house.page(session, "/me/passkeys").await.text());
    let prove = [("csrf", token.as_str()), ("act", "ask"), ("password", PASSWORD)];
    let page = house.form(session, "/me/passkeys", &prove).await.text();
    let options: Value = serde_json::from_str(&value(&page, "data-options=\"")).expect("JSON");
    let (challenge, answer) = (value(&page, "name=\"challenge\" value=\""), browser.make(&options));
    let add =
        [("csrf", token.as_str()), ("act", "add"), ("challenge", &challenge), ("answer", &answer), ("name", name)];
    house.form(session, "/me/passkeys", &add).await
}

/// A challenge, and the answer of that browser.
pub(crate) async fn answered(house: &House, browser: &mut Authenticator) -> (String, String) {
    let asked = house.form("", "/sign-in/passkey/challenge", &[]).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    let asked = asked.json();
    (asked["challenge"].as_str().expect("a challenge").to_owned(), browser.answer(&asked["options"]))
}

async fn sign_in(house: &House, browser: &mut Authenticator, next: &str) -> Answer {
    let (challenge, answer) = answered(house, browser).await;
    let fields = [("challenge", challenge.as_str()), ("answer", &answer), ("next", next)];
    house.form("", "/sign-in/passkey", &fields).await
}

#[tokio::test]
async fn without_an_origin_pages_say_nothing_of_passkeys() {
    let house = House::with_accounts().await;
    let session = member(&house, "kim@shop.example", "").await;
    for (who, path) in [("", "/sign-in"), (session.as_str(), "/me")] {
        let page = house.page(who, path).await.text();
        assert!(!page.to_lowercase().contains("passkeys") && !page.contains("passkey.js"), "{path}: {page}");
    }
    assert_eq!(house.page(&session, "/me/passkeys").await.status, StatusCode::NOT_FOUND);
    for path in ["/sign-in/passkey", "/sign-in/passkey/challenge"] {
        assert_eq!(house.form("", path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_passkey_is_made_signs_in_is_named_and_removed() {
    let house = house().await;
    let session = member(&house, "kim@shop.example", "").await;
    assert!(house.page(&session, "/me").await.text().contains("href=\"/me/passkeys\""));
    let mut browser = Authenticator::at(ORIGIN);
    let answer = made(&house, &session, &mut browser, "Phone <1>").await;
    assert_eq!(answer.header("location"), "/me/passkeys?done=made", "{}", answer.text());
    let page = house.page(&session, "/me/passkeys?done=made").await.text();
    assert!(page.contains("The passkey is made") && page.contains("Phone &#60;1&#62;"), "{page}");
    assert!(page.contains("not yet"), "it was never used: {page}");
    let listed = house.page(&session, "/me").await.text();
    assert!(listed.contains("passkeys (public keys)"), "it is among what is held: {listed}");

    // The way in is hidden where there is no script, and asks for nobody.
    let door = house.page("", "/sign-in?next=/me").await.text();
    assert!(door.contains("Sign in with a passkey") && door.contains("data-ask=\"/sign-in/passkey/challenge\" hidden"));
    assert!(!door.contains("<script>") && door.contains(&format!("data-origin=\"{ORIGIN}\"")), "{door}");
    let entered = sign_in(&house, &mut browser, "/me").await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/me"), "{}", entered.text());
    let set = entered.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    let entered = cookie(&entered);
    assert!(house.page(&entered, "/me").await.text().contains("김하나"));
    assert!(!house.page(&entered, "/me/passkeys").await.text().contains("not yet"));
    let elsewhere = sign_in(&house, &mut browser, "https://evil.example/").await;
    assert_eq!(elsewhere.header("location"), "/catalogue", "nowhere else");

    let page = house.page(&session, "/me/passkeys").await.text();
    let (token, id) = (csrf(&page), value(&page, "name=\"passkey\" value=\""));
    let name = [("csrf", token.as_str()), ("act", "rename"), ("passkey", &id), ("name", "Old phone")];
    assert_eq!(house.form(&session, "/me/passkeys", &name).await.header("location"), "/me/passkeys?done=named");
    assert!(house.page(&session, "/me/passkeys").await.text().contains("Old phone"));
    let remove = [("csrf", token.as_str()), ("act", "remove"), ("passkey", id.as_str())];
    assert_eq!(house.form(&session, "/me/passkeys", &remove).await.header("location"), "/me/passkeys?done=removed");
    let page = house.page(&session, "/me/passkeys?done=removed").await.text();
    assert!(page.contains("lets nobody in any more") && !page.contains("Old phone"), "{page}");
    let refused = sign_in(&house, &mut browser, "/me").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text());
}

#[tokio::test]
async fn what_is_amiss_is_told_alike_and_tells_nobody_who_has_a_passkey() {
    let house = house().await;
    let session = member(&house, "kim@shop.example", "").await;
    let mut browser = Authenticator::at(ORIGIN);
    made(&house, &session, &mut browser, "Phone").await;
    let known = browser.keys[0].user.clone();
    let mut told = Vec::new();
    for (origin, user) in [("https://evil.example", known.clone()), (ORIGIN, vec![7; 16]), (ORIGIN, b"kim".to_vec())] {
        (browser.origin, browser.keys[0].user) = (origin.into(), user);
        let answer = sign_in(&house, &mut browser, "/me").await;
        assert!(answer.header("set-cookie").is_empty());
        told.push((answer.status, answer.text()));
    }
    let nothing = house.form("", "/sign-in/passkey", &[("next", "/me")]).await;
    told.push((nothing.status, nothing.text()));
    assert_eq!(told[0].0, StatusCode::UNAUTHORIZED);
    assert!(told[0].1.contains("That passkey did not let you in"), "{}", told[0].1);
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    // Who asks, asks alike whoever they are.
    let asked = house.form("", "/sign-in/passkey/challenge", &[]).await.json();
    assert_eq!(asked["options"]["allowCredentials"], serde_json::json!([]));
    assert_eq!(asked["options"]["rpId"], "vestry.test.example");
}

#[tokio::test]
async fn a_passkey_is_made_by_whoever_proves_who_they_are_and_removed_by_nobody_else() {
    let house = house().await;
    let session = member(&house, "kim@shop.example", "").await;
    let token = csrf(&house.page(&session, "/me/passkeys").await.text());
    let wrong = [("csrf", token.as_str()), ("act", "ask"), ("password", "wrong wrong wrong")];
    let page = house.form(&session, "/me/passkeys", &wrong).await.text();
    assert!(page.contains("note-danger") && !page.contains("data-options"), "{page}");
    let empty = [("csrf", token.as_str()), ("act", "add"), ("challenge", ""), ("answer", ""), ("name", "Phone")];
    assert!(house.form(&session, "/me/passkeys", &empty).await.text().contains("No passkey was made"));
    let mut browser = Authenticator::at(ORIGIN);
    let nameless = made(&house, &session, &mut browser, "\u{7}").await;
    assert!(nameless.text().contains("A name has 1 to 60 characters"), "{}", nameless.text());
    made(&house, &session, &mut browser, "Phone").await;
    let id = value(&house.page(&session, "/me/passkeys").await.text(), "name=\"passkey\" value=\"");
    let other = member(&house, "lee@shop.example", "").await;
    let token = csrf(&house.page(&other, "/me/passkeys").await.text());
    let remove = [("csrf", token.as_str()), ("act", "remove"), ("passkey", id.as_str())];
    assert!(house.form(&other, "/me/passkeys", &remove).await.text().contains("note-danger"));
    assert_eq!(sign_in(&house, &mut browser, "/me").await.status, StatusCode::SEE_OTHER);
}
