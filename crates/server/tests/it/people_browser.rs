//! Members, a child with a guardian, and the office in a real browser: forms filled as people fill them, time passing
//! between them. Every page on the way is held against WCAG AA where `VESTRY_AXE` names axe-core's `axe.min.js`.

use super::{
    accounts::{PASSWORD, code},
    chromium::{Chromium, axe},
    harness::{House, photo, served, set_clock},
    office_browser,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::{runtime::Handle, task::block_in_place};
use vestry_app::{Language, NewStaff, Personal, Role, SweepRequest};

pub(crate) const KIM: &str = "kim@shop.example";
pub(crate) const CHILD: &str = "child@home.example";

/// A browser on a server, whose clock the test sets.
pub(crate) struct Visit {
    pub(crate) browser: Chromium,
    pub(crate) house: House,
    base: String,
    axe: Option<String>,
    /// Whose browser it is, and what the others' keep.
    whose: &'static str,
    kept: BTreeMap<&'static str, Value>,
}

impl Visit {
    /// One by members, in the light, at a desk.
    pub(crate) fn of(browser: Chromium, house: House, base: String) -> Self {
        let mut visit = Self { browser, house, base, axe: axe(), whose: "members", kept: BTreeMap::new() };
        visit.browser.resize(1280, 900);
        visit.browser.prefer("light");
        visit
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        block_in_place(|| Handle::current().block_on(work))
    }

    /// Opens a page, and looks at it.
    pub(crate) fn open(&mut self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base));
        self.look(path);
    }

    /// Sits down at the browser of somebody else, who finds it as they left it.
    pub(crate) fn sit_down_as(&mut self, whose: &'static str) {
        if whose == self.whose {
            return;
        }
        let theirs = self.kept.remove(whose).unwrap_or_else(|| json!([]));
        let kept = self.browser.swap_cookies(&theirs);
        self.kept.insert(std::mem::replace(&mut self.whose, whose), kept);
    }

    /// Fills fields of a form by their names and presses its main button, or the one whose value is `act`.
    pub(crate) fn send(&mut self, fields: &[(&str, &str)], act: &str) {
        let button = if act.is_empty() { ".button-main, .danger".to_owned() } else { format!("button[value={act:?}]") };
        let form = format!("window.pressed = [...document.querySelectorAll({})].pop()", json!(button));
        assert_ne!(self.browser.ask(&form), Value::Null, "no button {act} on {}", self.browser.ask("location.href"));
        for (name, value) in fields {
            let filled = self.browser.ask(&format!(
                "(() => {{ const all = [...pressed.form.querySelectorAll('[name={name:?}]:not([type=hidden])')], value = {}; \
                 const f = all.find(f => f.type === 'checkbox' && f.value === value) ?? all[0]; if (!f) return false; \
                 if (f.type === 'checkbox') f.checked = true; else f.value = value; return true; }})()",
                json!(value)
            ));
            assert_eq!(filled, json!(true), "no field {name} on {}", self.browser.ask("location.href"));
        }
        self.browser.ask("window.left = false; pressed.form.requestSubmit(pressed); true");
        self.browser.until("window.left === undefined && document.readyState === 'complete'");
    }

    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) {
        let page = self.browser.ask("document.body.innerText");
        let page = page.as_str().unwrap_or_default();
        assert!(page.contains(text), "{text:?} is not in: {page}");
    }

    pub(crate) fn at(&mut self) -> String {
        self.browser.ask("location.pathname").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until something came out of `look`; the server writes letters and makes copies beside the requests.
    #[track_caller]
    fn wait_for<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        self.wait(async {
            for _ in 0..1_000 {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("it never came: {what}")
        })
    }

    /// The newest letter's link that begins so.
    #[track_caller]
    pub(crate) fn mailed(&self, start: &str) -> String {
        self.wait_for(start, async || self.house.post().await.into_iter().rfind(|link| link.starts_with(start)))
    }

    /// The newest letter that says all of `parts`.
    #[track_caller]
    pub(crate) fn letter(&self, parts: &[&str]) -> String {
        let is_it = |letter: &String| parts.iter().all(|part| letter.contains(part));
        self.wait_for(&parts.join(", "), async || self.house.letters().await.into_iter().rfind(is_it))
    }

    pub(crate) fn sign_in(&mut self, mail: &str) {
        self.open("/sign-in?next=/me");
        self.send(&[("email", mail), ("password", PASSWORD)], "");
    }

    pub(crate) fn sign_out(&mut self) {
        self.open("/me");
        self.browser
            .ask("window.left = false; document.querySelector('form[action=\"/sign-out\"]').requestSubmit(); true");
        self.browser.until("window.left === undefined && location.pathname === '/sign-in'");
    }

    fn sweep(&self) {
        let reason = Some("clock".parse().expect("a reason"));
        let request = SweepRequest { confirm_clock: reason, ..SweepRequest::default() };
        self.wait(self.house.privacy().sweep(&request, |_| {})).expect("swept");
    }

    /// The language that the browser asks for.
    pub(crate) fn reads(&mut self, language: &str) {
        // Headers are held back as long as nobody watches the network.
        self.browser.call("Network.enable", json!({}));
        self.browser.call("Network.setExtraHTTPHeaders", json!({"headers": {"accept-language": language}}));
    }

    /// No page breaks a rule of WCAG 2.1 A and AA, in the light or in the dark.
    pub(crate) fn look(&mut self, what: &str) {
        let language = self.browser.ask("document.documentElement.lang").as_str().unwrap_or_default().to_owned();
        let name = what.split('?').next().unwrap_or(what).trim_matches('/').replace('/', "-");
        for width in [360, 1280] {
            self.browser.resize(width, 900);
            let over = self.browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(over, json!(0), "{what} is wider than its window of {width}");
            let out = self.browser.ask(
                "[...document.querySelectorAll('.bar a, .bar button')].filter(e => e.checkVisibility() && (e.getBoundingClientRect().right > innerWidth || e.getBoundingClientRect().left < 0)).map(e => e.textContent)",
            );
            assert_eq!(out, json!([]), "{what}: everything in the bar can be reached at {width}");
            self.browser.picture(&format!("people-{language}-{name}-{width}"));
        }
        let Some(axe) = self.axe.clone() else { return };
        for theme in ["light", "dark"] {
            self.browser.prefer(theme);
            self.browser.ask(&format!("document.documentElement.dataset.theme = {theme:?}; true"));
            assert_eq!(self.browser.broken_rules(&axe), json!([]), "{what} in the {theme}");
        }
        self.browser.prefer("light");
        self.browser.ask("delete document.documentElement.dataset.theme; true");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_live_in_a_browser() {
    let Some(browser) = tokio::task::spawn_blocking(Chromium::start).await.expect("no panic") else { return };
    set_clock("2026-11-02T09:00:00+09:00");
    let house = House::with_clock().await;
    let app = house.app.clone();
    let live = move |base| {
        let mut visit = Visit::of(browser, house, base);
        // What the tests look at is in English, but for what is looked at in Korean.
        visit.reads("en");
        adult(&mut visit);
        takes_a_copy(&mut visit);
        searches_by_photo(&mut visit);
        child(&mut visit);
        sleeps_and_returns(&mut visit);
        visit.sit_down_as("lee");
        let secret = office(&mut visit);
        office_browser::takes_a_request(&mut visit);
        office_browser::takes_a_complaint(&mut visit);
        office_browser::advertises(&mut visit);
        office_browser::speaks_korean(&mut visit);
        visit.sit_down_as("lee");
        password_grows_old(&mut visit, &secret);
        visit.sit_down_as("members");
        leaves(&mut visit);
        // The browser complains of the login that fails in the end.
        let complaints: Vec<_> =
            visit.browser.complaints.iter().filter(|said| !said.contains("401 (Unauthorized)")).collect();
        assert_eq!(complaints, Vec::<&String>::new(), "nothing is refused and nothing breaks");
    };
    served(app, |base| tokio::spawn(async move { live(base) })).await;
}

/// Signs up, confirms, signs in, agrees to marketing and takes it back.
fn adult(visit: &mut Visit) {
    visit.open("/join");
    visit.open("/join?age=14");
    let mut fields = vec![
        ("email", KIM),
        ("password", PASSWORD),
        ("name", "김하나"),
        ("mobile", "010-1234-5678"),
        ("company_phone", "02-123-4567"),
        ("company", "한빛상점"),
        ("title", "과장"),
    ];
    let ticked = visit.browser.ask("document.querySelectorAll('[type=checkbox]:checked').length");
    assert_eq!(ticked, json!(0), "no box is ticked for anybody");
    fields.extend([("terms", "yes"), ("agree-service", "yes"), ("agree-membership", "yes")]);
    visit.send(&fields, "");
    visit.says("Look into your mail");
    let link = visit.mailed("/join/confirm/");
    visit.open(&link);
    visit.send(&[], "");
    visit.says("Your account is there");
    visit.sign_in(KIM);
    assert_eq!(visit.at(), "/me");
    visit.look("/me");
    visit.says("김하나");
    for (act, said) in [("consent", "true"), ("take-back", "false")] {
        visit.send(&[], act);
        let given = visit.browser.ask("String(!!document.querySelector('#consents [value=take-back]'))");
        assert_eq!(given, json!(said), "{act}");
    }
    for path in [
        "/me/security",
        "/me/address",
        "/catalogue",
        "/search",
        "/review",
        "/imports",
        "/keys",
        "/team",
        "/me/leave",
        "/cookies",
        "/policy",
    ] {
        visit.open(path);
    }
    visit.sign_out();
    for path in ["/password", "/sign-in", "/join/child"] {
        visit.open(path);
    }
}

/// Asks for a copy of everything, and takes it along: a page that opens by itself, and JSON.
fn takes_a_copy(visit: &mut Visit) {
    visit.sign_in(KIM);
    visit.send(&[], "export");
    visit.look("/me/copy-asked");
    visit.says("Your copy is being made");
    let ready = "fetch('/me').then(page => page.text()).then(page => page.includes('/me/export/my-data.json'))";
    visit.browser.until_told(ready);
    visit.open("/me");
    visit.says("Your copy is ready");
    let json = visit.browser.download("a[href='/me/export/my-data.json']");
    let json = std::fs::read_to_string(json).expect("a file");
    let copy: Value = serde_json::from_str(&json).expect("JSON");
    assert!(copy["records"].as_array().is_some_and(|records| !records.is_empty()), "{json}");
    assert!(json.contains("김하나") && json.contains(KIM), "{json}");
    let page = visit.browser.download("a[href='/me/export/my-data.html']");
    visit.browser.open(&format!("file://{}", page.display()));
    visit.look("/me/export/my-data");
    visit.says("김하나");
    visit.sign_out();
}

/// Makes a key, has the shop put in with it, and finds a garment by a photo, of which nothing stays.
fn searches_by_photo(visit: &mut Visit) {
    visit.sign_in(KIM);
    visit.open("/keys");
    visit.send(&[("name", "Shop")], "");
    visit.look("/keys/made");
    let key = visit.browser.ask("document.querySelector('.secret').textContent");
    visit.wait(visit.house.stock(key.as_str().expect("a key")));
    let pictures = visit.house.picture_files();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("street.jpg");
    std::fs::write(&file, photo(3)).expect("written");
    visit.open("/search");
    visit.browser.until("document.documentElement.classList.contains('js')");
    visit.browser.choose_file("#seek [name=image]", &file);
    visit.browser.until("document.querySelectorAll('#results .tile').length > 0 && !document.querySelector('#results[aria-busy]') && document.querySelector('#stage img').naturalWidth > 0");
    visit.look("/search/found");
    let best = visit.browser.ask("document.querySelector('#results .why').textContent");
    let likeness = best.as_str().and_then(|t| t.split_whitespace().find_map(|w| w.parse::<f32>().ok()));
    assert!(likeness.is_some_and(|l| l > 0.9), "its own photo comes first: {best}");
    visit.open("/search");
    let left = visit.browser.ask(
        "(async () => [document.querySelector('#seek [name=image]').files.length, document.querySelector('#stage img').src, \
         localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length])()",
    );
    assert_eq!(left, json!([0, "", 0, 0, 0, 0]), "nothing of the photo stays in the browser");
    assert_eq!(visit.house.picture_files(), pictures, "nor at the server");
    visit.sign_out();
}

/// A child names a guardian, who consents and looks; the child signs in by themselves.
fn child(visit: &mut Visit) {
    visit.open("/join/child");
    visit.send(&[("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")], "");
    let guardian = visit.mailed("/guardian/");
    visit.open(&guardian);
    let fields = [
        ("day_of_14", "2026-12-24"),
        ("email", CHILD),
        ("name", "김아이"),
        ("mobile", "010-9999-5678"),
        ("company_phone", "02-999-4567"),
        ("company", "아이상점"),
        ("title", "모델"),
        ("terms", "yes"),
        ("agree-service", "yes"),
        ("agree-membership", "yes"),
        ("agree-marketing", "yes"),
    ];
    visit.send(&fields, "");
    let confirm = visit.mailed("/join/confirm/");
    visit.open(&guardian);
    visit.says("confirms their address");
    visit.open(&confirm);
    visit.send(&[], "");
    let first = visit.browser.ask("document.querySelector('a[href^=\"/password/\"]').pathname");
    visit.open(first.as_str().expect("a link to a first password"));
    visit.send(&[("password", PASSWORD)], "");
    visit.open(&guardian);
    visit.says("김아이");
    visit.sign_in(CHILD);
    visit.says("김아이");
    visit.sign_out();
    // On the birthday the guardian's page is over, and the child is asked.
    set_clock("2026-12-24T09:00:00+09:00");
    visit.sweep();
    visit.open(&guardian);
    visit.says("too old");
    visit.sign_in(CHILD);
    assert_eq!(visit.at(), "/me/agree");
    visit.look("/me/agree");
    visit.says("You are fourteen now");
    visit.send(&[], "");
    assert_eq!(visit.at(), "/me");
    visit.sign_out();
}

/// Away for more than a year, told, set apart, and back with everything.
fn sleeps_and_returns(visit: &mut Visit) {
    for day in ["2027-10-20T09:00:00+09:00", "2028-01-20T09:00:00+09:00"] {
        set_clock(day);
        visit.sweep();
    }
    let kim = visit.wait(visit.house.privacy().vault().find(&Personal::new(KIM.into()))).expect("asked");
    let kim = kim.expect("a member");
    let policy = visit.house.privacy().policy();
    let on_file = visit.wait(visit.house.privacy().vault().person(policy, kim)).expect("on file");
    assert!(matches!(on_file.membership, vestry_policy::Membership::Dormant { .. }), "{:?}", on_file.membership);
    visit.sign_in(KIM);
    assert_eq!(visit.at(), "/me");
    visit.says("김하나");
    visit.sign_out();
}

/// Somebody of the staff enrols; the secret of their one-time passwords.
pub(crate) fn enrol(visit: &mut Visit, (mail, name): (&str, &str), role: Role) -> String {
    let new = NewStaff {
        mail: Personal::new(mail.into()),
        name: Personal::new(name.into()),
        role,
        language: Language::English,
    };
    let (_, token) = visit.wait(visit.house.privacy().add_staff(&new)).expect("added");
    visit.open(&format!("/office/enrol/{}", token.as_str()));
    let secret = visit.browser.ask("document.querySelector('.secret').textContent");
    let secret = secret.as_str().expect("a secret").to_owned();
    let now = code(&visit.house, &secret);
    visit.send(&[("password", PASSWORD), ("code", &now)], "");
    visit.browser.until("document.querySelectorAll('.secret').length > 1");
    secret
}

/// An officer enrols, looks at every page, sweeps; the secret of their one-time passwords.
fn office(visit: &mut Visit) -> String {
    let secret = enrol(visit, ("lee@operator.example", "이두리"), Role::Officer);
    for path in ["/office", "/office/desk", "/office/people", "/office/sweep", "/office/policy", "/office/notices"] {
        visit.open(path);
    }
    visit.open("/office/people");
    visit.send(&[("who", KIM), ("reason", "request-1")], "");
    visit.look("/office/people/found");
    visit.says("김••••");
    visit.open("/office/sweep");
    visit.send(&[("day", "2028-01-20")], "");
    assert!(visit.at().starts_with("/office/certificates/"), "{}", visit.at());
    secret
}

/// The months of an officer's password pass.
fn password_grows_old(visit: &mut Visit, secret: &str) {
    let sign_in = |visit: &mut Visit, instant: &str, password: &str| {
        // A code is good once.
        set_clock(instant);
        visit.open("/office/sign-in");
        let now = code(&visit.house, secret);
        visit.send(&[("email", "lee@operator.example"), ("password", password), ("code", &now)], "");
    };
    sign_in(visit, "2028-08-20T09:00:00+09:00", PASSWORD);
    visit.says("Your password is too old");
    visit.open("/office");
    assert_eq!(visit.at(), "/office/sign-in", "nothing else opens");
    sign_in(visit, "2028-08-20T09:01:00+09:00", PASSWORD);
    visit.send(&[("password", PASSWORD)], "");
    visit.says("That is the old one");
    let another = "eight tailors under two lamps";
    visit.send(&[("password", another)], "");
    assert_eq!(visit.at(), "/office", "the new one lets in");
    visit.browser.call("Network.clearBrowserCookies", json!({}));
    sign_in(visit, "2028-08-20T09:02:00+09:00", another);
    assert_eq!(visit.at(), "/office");
    visit.sweep();
}

/// Leaves; what stays is told, and the account is gone.
fn leaves(visit: &mut Visit) {
    visit.sign_in(KIM);
    visit.open("/me/leave");
    visit.send(&[("password", PASSWORD)], "");
    visit.says("You have left");
    visit.look("/left");
    visit.open("/me");
    assert_eq!(visit.at(), "/sign-in");
    visit.sign_in(KIM);
    visit.says("do not go together");
}
