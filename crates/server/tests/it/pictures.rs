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
    /// What is done there, in the words of its scripts, before it is looked at; nothing for most.
    act: &'static str,
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
            pages.push(Page { name, path: ask.path, cookie: town.cookie(caller), act: "" });
        }
    }
    pages
}

/// Forms that are sent as they should not be, past what the browser checks.
const NOTHING: &str = "document.querySelector('.button-main').form.submit()";
const WRONG: &str = "(form => { form.elements.email.value = `nobody-${Date.now()}@shop.example`; \
    form.elements.password.value = 'wrong'; form.submit(); })(document.querySelector('.button-main').form)";
const LOCKED: &str = "(form => { form.elements.email.value = 'locked@shop.example'; \
    form.elements.password.value = 'wrong'; form.submit(); })(document.querySelector('.button-main').form)";
const NO_PICTURE: &str = "(file => { const all = new DataTransfer(); all.items.add(new File(['no picture'], 'a.jpg')); \
    file.files = all.files; file.form.submit(); })(document.querySelector('form [name=image]'))";
const NO_FEED: &str = "(file => { const all = new DataTransfer(); all.items.add(new File(['%PDF-1.4'], 'a.csv')); \
    file.files = all.files; file.form.submit(); })(document.querySelector('form [name=feed]'))";

/// Pages that say what is wrong, or that there is nothing.
fn troubles(town: &Town) -> Vec<Page> {
    let page = |name: &str, path: &str, caller, act| Page {
        name: format!("trouble-{name}"),
        path: path.into(),
        cookie: town.cookie(caller),
        act,
    };
    vec![
        page("not-found", "/nothing-here", Caller::Owner, ""),
        page("no-product", "/products/nothing", Caller::Owner, ""),
        page("forbidden", "/team", Caller::Viewer, ""),
        page("office-not-found", "/office/desk/nothing", Caller::Officer, ""),
        page("link-over", "/guardian/vml_x", Caller::Nobody, ""),
        page("copy-over", "/guardian/vml_x/export/my-data.json", Caller::Nobody, ""),
        page("empty-catalogue", "/catalogue", Caller::Other, ""),
        page("nothing-found", "/search?words=qqqqqq", Caller::Owner, ""),
        page("join", "/join?age=14", Caller::Nobody, NOTHING),
        page("sign-in", "/sign-in", Caller::Nobody, WRONG),
        page("locked", "/sign-in", Caller::Nobody, LOCKED),
        page("no-photo", "/search", Caller::Owner, NO_PICTURE),
        page("no-feed", "/imports", Caller::Owner, NO_FEED),
    ]
}

/// Notes how far what is on a page moves by itself.
const SHIFTS: &str = "window.shifts = []; new PerformanceObserver(list => { for (const entry of list.getEntries()) \
    if (!entry.hadRecentInput) shifts.push([entry.value, entry.sources.map(s => s.node?.outerHTML?.slice(0, 80))]); }) \
    .observe({ type: 'layout-shift', buffered: true });";

/// How far it may, as the sum of what browsers report.
const STILL: f64 = 0.01;

#[track_caller]
fn look(browser: &mut Chromium, axe: Option<&str>, base: &str, page: &Page, (language, theme): (&str, &str)) {
    let Page { name, path, cookie, act } = page;
    browser.sit_down(base, cookie.as_deref());
    browser.call("Network.setExtraHTTPHeaders", json!({"headers": {"accept-language": language}}));
    browser.prefer(theme);
    for width in [360, 1280] {
        let what = format!("{path} in {language}, {theme}, {width} wide");
        browser.resize(width, 900);
        browser.open(&format!("{base}{path}"));
        if !act.is_empty() {
            browser.ask(&format!("window.stays = true; {act}"));
            browser.until("window.stays === undefined && document.readyState === 'complete'");
        }
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
    if name.starts_with("trouble-") {
        browser.complaints.retain(|complaint| !complaint.contains("the server responded with a status of"));
    }
}

/// Forms of a page, with what can be opened opened, that somebody without scripts sees and cannot send.
const UNSENDABLE: &str = "document.querySelectorAll('details').forEach(details => details.open = true); \
    [...document.forms].filter(form => form.checkVisibility() \
        && ![...form.elements].some(button => button.type === 'submit' && button.checkVisibility())) \
        .map(form => form.outerHTML.slice(0, 200))";

#[tokio::test(flavor = "multi_thread")]
async fn every_form_can_be_sent_without_scripts() {
    let Some(mut browser) = tokio::task::spawn_blocking(Chromium::start).await.expect("no panic") else { return };
    let town = Town::new().await;
    let pages = pages(&town).await;
    let look_at = |base: String| {
        tokio::task::spawn_blocking(move || {
            browser.call("Network.enable", json!({}));
            browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
            let (mut forms, mut unsendable) = (0, std::collections::BTreeMap::new());
            for page in &pages {
                browser.sit_down(&base, page.cookie.as_deref());
                browser.open_without_scripts(&format!("{base}{}", page.path));
                for form in browser.ask(UNSENDABLE).as_array().expect("forms") {
                    unsendable.entry(form.to_string()).or_insert_with(|| page.path.clone());
                }
                forms += browser.ask("document.forms.length").as_u64().expect("a number");
            }
            assert!(forms > 100, "{forms}");
            assert_eq!(unsendable, Default::default());
        })
    };
    served(town.app(), look_at).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_by_all_and_stands_still() {
    let Some(mut browser) = tokio::task::spawn_blocking(Chromium::start).await.expect("no panic") else { return };
    let town = Town::new().await;
    let mut pages = pages(&town).await;
    assert!(pages.len() > 40, "{}", pages.len());
    town.lock("locked@shop.example").await;
    pages.extend(troubles(&town));
    let down =
        Page { name: "trouble-ours".into(), path: "/catalogue".into(), cookie: town.cookie(Caller::Owner), act: "" };
    let (app, handle) = (town.app(), tokio::runtime::Handle::current());
    let database = app.clone();
    let look_at = |base: String| {
        tokio::task::spawn_blocking(move || {
            let axe = axe();
            browser.call("Network.enable", json!({}));
            browser.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": SHIFTS}));
            let ways = [("ko", "light"), ("en", "dark"), ("ko", "dark"), ("en", "light")];
            let is_all = std::env::var_os("VESTRY_SCREENSHOTS").is_some();
            let ways = |at: usize| ways.iter().cycle().skip(at).take(if is_all { ways.len() } else { 1 });
            for (at, page) in pages.iter().enumerate() {
                ways(at).for_each(|way| look(&mut browser, axe.as_deref(), &base, page, *way));
            }
            handle.block_on(database.close());
            ways(0).for_each(|way| look(&mut browser, axe.as_deref(), &base, &down, *way));
            assert_eq!(browser.complaints, [""; 0], "nothing is refused and nothing breaks");
        })
    };
    served(app, look_at).await;
}
