//! Every page of the router in a real browser: in Korean and English, light and dark, on a phone and on a desk. Each is held
//! against WCAG 2.1 AA where `VESTRY_AXE` names axe-core's `axe.min.js`, is no wider than its window, and jumps nowhere while
//! it comes.
//!
//! Each page is looked at in one language and one theme, in turn; in all four ways, with pictures to look at, by
//!
//! ```sh
//! VESTRY_SCREENSHOTS=FOLDER cargo test -p vestry-server --test it every_page
//! ```

use super::{
    chromium::{Chromium, axe},
    harness::served,
    matrix::rows,
    town::{Caller, Town},
};
use axum::http::{Method, StatusCode};
use serde_json::json;

/// A page, and who looks at it.
struct Page {
    /// Its route, as a file may be called.
    name: String,
    path: String,
    cookie: Option<String>,
}

/// The pages among what the router has, each with something on it.
async fn pages(town: &Town) -> Vec<Page> {
    let mut pages = Vec::new();
    for (line, who) in rows().into_iter().filter(|(line, _)| line.method == Method::GET) {
        let may = |caller: &Caller| who.chars().nth(*caller as usize) == Some('+');
        let caller = match who.as_str() {
            "everybody" | "link" => Caller::Nobody,
            _ => [Caller::Owner, Caller::Officer, Caller::Operator].into_iter().find(may).expect("somebody may"),
        };
        let ask = town.ask(&line, caller).await;
        let answer = town.send(&line, &ask, caller).await;
        let is_file = answer.header("content-disposition").starts_with("attachment");
        if answer.status == StatusCode::OK && answer.header("content-type").starts_with("text/html") && !is_file {
            let name = line.path.trim_matches('/').replace('/', "-").replace(['{', '}'], "");
            let name = if name.is_empty() { "home".into() } else { name };
            pages.push(Page { name, path: ask.path, cookie: town.cookie(caller) });
        }
    }
    pages
}

/// Notes how far what is on a page moves by itself.
const SHIFTS: &str = "window.shifts = []; new PerformanceObserver(list => { for (const entry of list.getEntries()) \
    if (!entry.hadRecentInput) shifts.push([entry.value, entry.sources.map(s => s.node?.outerHTML?.slice(0, 80))]); }) \
    .observe({ type: 'layout-shift', buffered: true });";

/// How far it may, as the sum of what browsers report.
const STILL: f64 = 0.01;

#[track_caller]
fn look(browser: &mut Chromium, axe: Option<&str>, base: &str, page: &Page, (language, theme): (&str, &str)) {
    let Page { name, path, cookie } = page;
    let cookie = cookie.as_ref().and_then(|cookie| cookie.split_once('='));
    let cookie = cookie.map(|(name, value)| json!([{"name": name, "value": value, "url": base}]));
    browser.swap_cookies(&cookie.unwrap_or_else(|| json!([])));
    browser.call("Network.setExtraHTTPHeaders", json!({"headers": {"accept-language": language}}));
    browser.prefer(theme);
    for width in [360, 1280] {
        let what = format!("{path} in {language}, {theme}, {width} wide");
        browser.resize(width, 900);
        browser.open(&format!("{base}{path}"));
        browser.until("[...document.images].every(image => image.complete || image.loading === 'lazy')");
        browser.ask("new Promise(done => requestIdleCallback(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))");
        assert_eq!(browser.ask("document.documentElement.lang"), json!(language), "{what}");
        let over = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(over, json!(0), "{what} is wider than its window");
        let moved = browser.ask("shifts.reduce((sum, [value]) => sum + value, 0)").as_f64().expect("a number");
        assert!(moved <= STILL, "{what} jumps by {moved}: {}", browser.ask("shifts"));
        browser.picture(&format!("{name}-{language}-{theme}-{width}"));
    }
    if let Some(axe) = axe {
        assert_eq!(browser.broken_rules(axe), json!([]), "{path} in {language}, {theme}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_by_all_and_stands_still() {
    let Some(mut browser) = tokio::task::spawn_blocking(Chromium::start).await.expect("no panic") else { return };
    let town = Town::new().await;
    let pages = pages(&town).await;
    assert!(pages.len() > 40, "{}", pages.len());
    let app = town.app();
    let look_at = |base: String| {
        tokio::task::spawn_blocking(move || {
            let axe = axe();
            browser.call("Network.enable", json!({}));
            browser.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": SHIFTS}));
            let ways = [("ko", "light"), ("en", "dark"), ("ko", "dark"), ("en", "light")];
            let is_all = std::env::var_os("VESTRY_SCREENSHOTS").is_some();
            for (at, page) in pages.iter().enumerate() {
                for way in ways.iter().cycle().skip(at).take(if is_all { ways.len() } else { 1 }) {
                    look(&mut browser, axe.as_deref(), &base, page, *way);
                }
            }
            assert_eq!(browser.complaints, [""; 0], "nothing is refused and nothing breaks");
        })
    };
    served(app, look_at).await;
}
