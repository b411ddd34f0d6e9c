//! Clause 8 as a browser's cookie jar sees it: before a choice, after each of the three, and after it ended.

use super::{
    harness::{Answer, House},
    routes::request,
};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use std::collections::BTreeMap;
use vestry_server::route_table;

/// A browser's jar that obeys what it is told, under a clock of its own.
#[derive(Debug, Default)]
struct Jar {
    now: i64,
    cookies: BTreeMap<String, (String, Option<i64>)>,
}

impl Jar {
    fn take(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("plain");
            let mut parts = line.split("; ");
            let (name, value) = parts.next().and_then(|p| p.split_once('=')).expect("a name and a value");
            assert!(line.contains("; HttpOnly") && line.contains("; Path=/") && line.contains("; SameSite="), "{line}");
            let age = parts.find_map(|p| p.strip_prefix("Max-Age=")?.parse::<i64>().ok());
            if age.is_some_and(|age| age <= 0) {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), (value.into(), age.map(|age| self.now + age)));
            }
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        self.cookies.retain(|_, (_, until)| until.is_none_or(|until| until > self.now));
    }

    fn header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, (value, _))| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    async fn open(&mut self, house: &House, path: &str) -> String {
        let answer = house.page(&self.header(), path).await;
        self.take(&answer);
        answer.text()
    }

    async fn send(&mut self, house: &House, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = house.form(&self.header(), path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        self.take(&answer);
        answer
    }

    /// Signs in; the token of the session's forms.
    async fn sign_in(&mut self, house: &House) -> String {
        self.send(house, "/sign-in", &[("key", &house.secret)]).await;
        let page = self.open(house, "/keys").await;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form with a token");
        rest.split('"').next().unwrap_or("").into()
    }
}

fn is_offered(page: &str) -> bool {
    page.contains("class=\"offer\"")
}

#[tokio::test]
async fn clause_8_nothing_but_the_essential_is_kept_before_a_choice() {
    let house = House::new().await;
    for line in route_table() {
        let answer = house.send(request(&line).body(Body::empty()).expect("a request")).await;
        assert!(answer.header("set-cookie").is_empty(), "{} {}", line.method, line.path);
    }
    let mut jar = Jar::default();
    for path in ["/policy", "/cookies", "/sign-in", "/api/docs", "/nothing"] {
        jar.open(&house, path).await;
    }
    assert_eq!(jar.names(), Vec::<&str>::new());
    let csrf = jar.sign_in(&house).await;
    assert_eq!(jar.names(), ["vestry_session"], "a login needs one");
    let listed: Vec<_> = house.app.policy().cookies.iter().filter(|c| c.essential).map(|c| c.id.as_str()).collect();
    assert_eq!(listed, ["vestry_session"], "and the policy lists it");
    let (value, until) = &jar.cookies["vestry_session"];
    assert!(value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit()) && until.is_none(), "random only");
    let wish = [("csrf", csrf.as_str()), ("language", "ko"), ("theme", "dark"), ("back", "/catalogue")];
    jar.send(&house, "/preferences", &wish).await;
    for line in route_table().iter().filter(|l| l.method == Method::GET) {
        let asked = request(line).header(header::COOKIE, jar.header()).header(header::ACCEPT, "text/html");
        jar.take(&house.send(asked.body(Body::empty()).expect("a request")).await);
    }
    assert_eq!(jar.names(), ["vestry_session"], "a wish for a language is no consent to its cookie");
    jar.send(&house, "/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(jar.names(), Vec::<&str>::new());
}

#[tokio::test]
async fn clause_8_the_choice_is_offered_with_three_ways_until_it_is_made() {
    let house = House::new().await;
    let mut jar = Jar::default();
    for path in ["/policy", "/sign-in", "/api/docs"] {
        let page = jar.open(&house, path).await;
        assert!(is_offered(&page), "{path}");
        let (_, bar) = page.split_once("class=\"offer\"").expect("the bar");
        assert_eq!(bar.matches("class=\"button button-small\"").count(), 3, "{path}: none stands out");
    }
    let page = jar.open(&house, "/cookies").await;
    for cookie in &house.app.policy().cookies {
        assert!(
            page.contains(&format!("<code>{}</code>", cookie.id)) && page.contains(&cookie.says.en),
            "{}",
            cookie.id
        );
    }
    assert!(page.contains("6 months") && page.contains("until the browser closes"));
    jar.send(&house, "/cookies", &[("choice", "all"), ("back", "/policy?lang=en")]).await;
    for path in ["/policy", "/sign-in", "/api/docs"] {
        let page = jar.open(&house, path).await;
        assert!(!is_offered(&page) && page.contains("href=\"/cookies\""), "{path}: it can be changed");
    }
    let refused = house.form("", "/cookies", &[("choice", "some")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn clause_8_what_is_allowed_is_kept_and_nothing_else() {
    let house = House::new().await;
    let mut jar = Jar::default();
    let csrf = jar.sign_in(&house).await;
    let wish = [("csrf", csrf.as_str()), ("language", "ko"), ("theme", "dark"), ("back", "/keys")];
    let answer = jar.send(&house, "/cookies", &[("choice", "all"), ("back", "/keys")]).await;
    assert_eq!(answer.header("location"), "/keys");
    assert_eq!(jar.names(), ["vestry_choice", "vestry_session"], "allowing sets nothing that is not used yet");
    jar.send(&house, "/preferences", &wish).await;
    assert_eq!(jar.names(), ["vestry_choice", "vestry_language", "vestry_session", "vestry_theme"]);
    for (name, words) in [("vestry_choice", 3), ("vestry_language", 1), ("vestry_theme", 1)] {
        let values: Vec<&str> = jar.cookies[name].0.split('.').collect();
        let is_random = |value: &&str| value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(values.len() == words && values.iter().all(is_random), "random only: {values:?}");
    }
    // Each by itself: what is not ticked goes, and is not set again.
    jar.send(&house, "/cookies", &[("choice", "each"), ("cookie", "vestry_theme"), ("cookie", "made_up")]).await;
    assert_eq!(jar.names(), ["vestry_choice", "vestry_session", "vestry_theme"]);
    assert_eq!(jar.cookies["vestry_choice"].0.split('.').count(), 2, "itself and the theme");
    jar.send(&house, "/preferences", &wish).await;
    assert_eq!(jar.names(), ["vestry_choice", "vestry_session", "vestry_theme"]);
    let page = jar.open(&house, "/cookies").await;
    assert!(
        !page.contains("checked") && page.matches("type=\"checkbox\"").count() == 3,
        "no box is ever ticked before"
    );
    assert!(jar.open(&house, "/keys").await.contains("lang=\"en\" data-theme=\"dark\""));
    // A cookie that was put there without a choice is not looked at, nor what was never written here.
    let wished = format!("vestry_theme={}", jar.cookies["vestry_theme"].0);
    let words = "vestry_choice=vestry_choice.vestry_language.vestry_theme; vestry_language=ko; vestry_theme=dark";
    for cookies in [wished.as_str(), words] {
        let page = house.page(cookies, "/policy").await.text();
        assert!(page.contains("<html lang=\"en\">"), "{cookies}: {page}");
    }
}

#[tokio::test]
async fn clause_8_a_cookie_tells_nobody_apart_and_says_nothing_elsewhere() {
    let (house, another) = (House::new().await, House::new().await);
    let mut kept = Vec::new();
    for house in [&house, &house, &another] {
        let mut jar = Jar::default();
        jar.send(house, "/cookies", &[("choice", "all")]).await;
        jar.send(house, "/preferences", &[("language", "ko"), ("theme", "dark"), ("back", "/policy")]).await;
        kept.push(jar.cookies);
    }
    assert_eq!(kept[0], kept[1], "the same for everybody who chose the same");
    for (name, (value, _)) in &kept[0] {
        assert!(value.split('.').all(|value| !kept[2][name].0.contains(value)), "{name} is drawn once an installation");
    }
}

#[tokio::test]
async fn clause_8_refusing_all_leaves_an_empty_jar() {
    let house = House::new().await;
    let mut jar = Jar::default();
    for page in ["/policy", "/cookies", "/sign-in"] {
        let answer = jar.send(&house, "/cookies", &[("choice", "none"), ("back", page)]).await;
        assert!(answer.header("set-cookie").is_empty(), "nothing is stored at all");
        assert_eq!(answer.header("location"), format!("{page}?cookies=none"));
        let said = jar.open(&house, answer.header("location")).await;
        assert!(said.contains("Nothing was kept"), "{page}");
        assert!(page == "/cookies" || is_offered(&jar.open(&house, page).await), "{page}: the choice is offered again");
    }
    jar.send(&house, "/cookies", &[("choice", "each")]).await;
    assert_eq!(jar.names(), Vec::<&str>::new(), "no box ticked is a refusal");
    let csrf = jar.sign_in(&house).await;
    jar.send(&house, "/cookies", &[("choice", "all")]).await;
    let wish = [("csrf", csrf.as_str()), ("language", "ko"), ("theme", "dark"), ("back", "/keys")];
    jar.send(&house, "/preferences", &wish).await;
    let session = jar.cookies["vestry_session"].0.clone();
    assert_eq!(jar.names().len(), 4);
    jar.send(&house, "/cookies", &[("choice", "none"), ("back", "/keys")]).await;
    assert_eq!(jar.names(), Vec::<&str>::new(), "the login's too");
    let stolen = house.page(&format!("vestry_session={session}"), "/keys").await;
    assert_eq!(stolen.status, StatusCode::SEE_OTHER, "the session ended with its cookie");
    let page = jar.open(&house, "/policy").await;
    assert!(page.contains("Privacy policy") && is_offered(&page), "pages without a login work all the same");
}

#[tokio::test]
async fn clause_8_a_choice_ends_when_the_policy_says() {
    let house = House::new().await;
    let mut jar = Jar::default();
    let csrf = jar.sign_in(&house).await;
    jar.send(&house, "/cookies", &[("choice", "all")]).await;
    let keep =
        house.app.policy().cookies.iter().find(|c| c.id == "vestry_choice").and_then(|c| c.keep).expect("a period");
    let policy = house.app.policy();
    let last = keep.last_day(policy.local(house.app.now())).expect("a day");
    let end = policy.first_moment(last.tomorrow().expect("a day")).duration_since(house.app.now()).as_secs();
    jar.pass(end - 10);
    // The language is kept late, and would outlive the choice.
    let wish = [("csrf", csrf.as_str()), ("language", "ko"), ("back", "/keys")];
    jar.send(&house, "/preferences", &wish).await;
    assert_eq!(jar.names(), ["vestry_choice", "vestry_language", "vestry_session"]);
    assert!(!is_offered(&jar.open(&house, "/policy").await));
    jar.pass(10);
    assert_eq!(jar.names(), ["vestry_language", "vestry_session"]);
    let page = jar.open(&house, "/policy").await;
    assert!(is_offered(&page) && page.contains("<html lang=\"en\">"), "{page}");
    assert_eq!(jar.names(), ["vestry_session"], "what nothing agrees to any more goes with the next page");
}
