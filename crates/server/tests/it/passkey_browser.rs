//! A passkey in a real browser, whose authenticator is a virtual one: made, used, refused, removed.

use super::{
    accounts::{PASSWORD, member},
    chromium::Chromium,
    harness::{House, served_on},
    passkeys::offered_at,
    people_browser::{KIM, Visit},
};
use serde_json::{Value, json};
use std::net::TcpListener;
use vestry_server::Options;

/// A door that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Whether the form of a passkey is shown.
const SHOWN: &str = "document.querySelector('form[data-passkey]')?.checkVisibility() === true";
/// What its button does when it is pressed on the keyboard.
const FOCUSED: &str = "document.querySelector('form[data-passkey] button').focus(); window.left = false; true";

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_made_used_and_removed_in_a_browser() {
    let Some(browser) = tokio::task::spawn_blocking(Chromium::start).await.expect("no panic") else { return };
    let port = free_port();
    let (listen, origin) = (format!("127.0.0.1:{port}"), format!("http://localhost:{port}"));
    let house = House::with_accounts_under(offered_at(&origin), Options::default()).await;
    member(&house, KIM, "").await;
    let app = house.app.clone();
    let elsewhere = format!("http://{listen}");
    let live = move || {
        let mut visit = Visit::of(browser, house, origin);
        visit.reads("en");
        let authenticator = plugged_in(&mut visit);
        makes(&mut visit);
        visit.sign_out();
        enters(&mut visit);
        visit.sign_out();
        is_not_verified(&mut visit, &authenticator);
        visit.browser.open(&format!("{elsewhere}/sign-in"));
        assert_eq!(visit.browser.ask(SHOWN), json!(false), "at another address it is not offered");
        removes(&mut visit);
        visit.reads("ko");
        for path in ["/sign-in", "/me/passkeys"] {
            visit.open(path);
        }
        // The browser complains of the login that fails in the end.
        let complaints: Vec<_> =
            visit.browser.complaints.iter().filter(|said| !said.contains("401 (Unauthorized)")).collect();
        assert_eq!(complaints, Vec::<&String>::new(), "nothing is refused and nothing breaks");
    };
    served_on(app, &listen, |_| tokio::spawn(async move { live() })).await;
}

/// A device that keeps passkeys and verifies its owner; its name.
fn plugged_in(visit: &mut Visit) -> Value {
    visit.browser.call("WebAuthn.enable", json!({}));
    let options = json!({
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": true,
        "hasUserVerification": true,
        "isUserVerified": true,
        "automaticPresenceSimulation": true,
    });
    visit.browser.call("WebAuthn.addVirtualAuthenticator", json!({"options": options}))["authenticatorId"].clone()
}

fn makes(visit: &mut Visit) {
    visit.sign_in(KIM);
    visit.browser.ask("document.querySelector('a[href=\"/me/passkeys\"]').click(); true");
    visit.browser.until("location.pathname === '/me/passkeys' && document.readyState === 'complete'");
    visit.look("/me/passkeys");
    visit.send(&[("password", PASSWORD)], "ask");
    visit.browser.until(SHOWN);
    visit.look("/me/passkeys/asked");
    visit.browser.ask(FOCUSED);
    visit.browser.press("Enter");
    visit
        .browser
        .until("window.left === undefined && location.search === '?done=made' && document.readyState === 'complete'");
    visit.says("The passkey is made");
    visit.says("not yet");
    visit.look("/me/passkeys/made");
    // The same device makes no second one.
    visit.send(&[("password", PASSWORD)], "ask");
    visit.browser.until(SHOWN);
    visit.browser.ask(FOCUSED);
    visit.browser.press("Enter");
    visit.browser.until("document.querySelector('form[data-passkey] [role=alert]').checkVisibility()");
    visit.says("No passkey was made");
}

/// Presses the button on the page of sign-in.
fn presses(visit: &mut Visit) {
    visit.open("/sign-in?next=/me");
    visit.browser.until(SHOWN);
    visit.browser.ask(FOCUSED);
    visit.browser.press("Enter");
}

fn enters(visit: &mut Visit) {
    presses(visit);
    visit
        .browser
        .until("window.left === undefined && location.pathname === '/me' && document.readyState === 'complete'");
    visit.says("김하나");
}

/// Whoever holds the device cannot show that it is theirs.
fn is_not_verified(visit: &mut Visit, authenticator: &Value) {
    let verified = |is: bool| json!({"authenticatorId": authenticator, "isUserVerified": is});
    visit.browser.call("WebAuthn.setUserVerified", verified(false));
    presses(visit);
    visit.browser.until("document.querySelector('form[data-passkey] [role=alert]').checkVisibility()");
    assert_eq!(visit.at(), "/sign-in");
    visit.look("/sign-in/unverified");
    visit.browser.call("WebAuthn.setUserVerified", verified(true));
}

fn removes(visit: &mut Visit) {
    enters(visit);
    visit.open("/me/passkeys");
    visit.send(&[], "remove");
    visit.says("lets nobody in any more");
    visit.sign_out();
    presses(visit);
    visit.browser.until(
        "window.left === undefined && location.pathname === '/sign-in/passkey' && document.readyState === 'complete'",
    );
    visit.says("That passkey did not let you in");
    visit.look("/sign-in/refused");
    visit.sign_in(KIM);
}
