//! Members, a child with a guardian, and the office in a real browser: forms filled as people fill them, time passing
//! between them. Every page on the way is held against WCAG AA where `VESTRY_AXE` names axe-core's `axe.min.js`.

use super::{
    accounts::{PASSWORD, code},
    chromium::Chromium,
    harness::{House, set_clock},
};
use serde_json::json;
use tokio::{runtime::Handle, sync::oneshot, task::block_in_place};
use vestry_app::{Language, NewStaff, Personal, Role, SweepRequest};
use vestry_server::{Options, serve};

/// A browser on a server, whose clock the test sets.
struct Visit {
    browser: Chromium,
    house: House,
    base: String,
    axe: Option<String>,
}

impl Visit {
    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        block_in_place(|| Handle::current().block_on(work))
    }

    /// Opens a page, and looks at it.
    fn open(&mut self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base));
        self.look(path);
    }

    /// Fills fields by their names and presses the form's main button, or the one whose value is `act`.
    fn send(&mut self, fields: &[(&str, &str)], act: &str) {
        for (name, value) in fields {
            let set =
                if *value == "yes" { "f.checked = true".to_owned() } else { format!("f.value = {}", json!(value)) };
            let filled = self.browser.ask(&format!(
                "(() => {{ const f = document.querySelector('form [name={name:?}]:not([type=hidden])'); if (!f) return false; {set}; return true; }})()"
            ));
            assert_eq!(filled, json!(true), "no field {name} on {}", self.browser.ask("location.href"));
        }
        let button = if act.is_empty() { ".button-main, .danger".to_owned() } else { format!("button[value={act:?}]") };
        self.browser.ask(&format!(
            "window.left = false; (() => {{ const b = [...document.querySelectorAll({})].pop(); b.form.requestSubmit(b); return true; }})()",
            json!(button)
        ));
        self.browser.until("window.left === undefined && document.readyState === 'complete'");
    }

    #[track_caller]
    fn says(&mut self, text: &str) {
        let page = self.browser.ask("document.body.innerText");
        let page = page.as_str().unwrap_or_default();
        assert!(page.contains(text), "{text:?} is not in: {page}");
    }

    fn at(&mut self) -> String {
        self.browser.ask("location.pathname").as_str().unwrap_or_default().to_owned()
    }

    /// The newest letter's link that begins so.
    fn mailed(&self, start: &str) -> String {
        let links = self.wait(self.house.post());
        links.into_iter().rev().find(|link| link.starts_with(start)).unwrap_or_else(|| panic!("no link {start}"))
    }

    fn sign_in(&mut self, mail: &str) {
        self.open("/sign-in?next=/me");
        self.send(&[("email", mail), ("password", PASSWORD)], "");
    }

    fn sign_out(&mut self) {
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

    /// No page breaks a rule of WCAG 2.1 A and AA, in the light or in the dark.
    fn look(&mut self, what: &str) {
        for width in [360, 1280] {
            self.browser.resize(width, 900);
            let over = self.browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(over, json!(0), "{what} is wider than its window of {width}");
        }
        self.browser
            .picture(&format!("people-{}", what.split('?').next().unwrap_or(what).trim_matches('/').replace('/', "-")));
        let Some(axe) = self.axe.clone() else { return };
        // The engine's own measuring must not be refused by the page's content policy.
        self.browser.ask(&format!("{axe}; true"));
        for theme in ["light", "dark"] {
            self.browser.ask(&format!("document.documentElement.dataset.theme = {theme:?}; true"));
            let found = self.browser.ask(
                "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(r => r.passes.length < 5 ? 'axe saw nothing' : r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message).join(' | ')))",
            );
            assert_eq!(found, json!([]), "{what} in the {theme}");
        }
        self.browser.ask("delete document.documentElement.dataset.theme; true");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_live_in_a_browser() {
    let Some(browser) = tokio::task::spawn_blocking(Chromium::start).await.expect("no panic") else { return };
    set_clock("2026-11-02T09:00:00+09:00");
    let house = House::with_clock().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, address) = oneshot::channel();
    let (app, options) = (house.app.clone(), Options { listen: "127.0.0.1:0".into(), ..Options::default() });
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(async move {
        serve(app, options, shutdown, |address| {
            let _ = ready.send(address);
        })
        .await
    });
    let base = format!("http://{}", address.await.expect("it listens"));
    let axe = std::env::var_os("VESTRY_AXE").map(|path| std::fs::read_to_string(path).expect("VESTRY_AXE is a script"));
    if axe.is_none() {
        eprintln!("no axe-core: pages were not held against WCAG; set VESTRY_AXE to axe.min.js");
    }
    let live = move || {
        let mut visit = Visit { browser, house, base, axe };
        visit.browser.resize(1280, 900);
        visit.browser.call(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}),
        );
        // What the tests look at is in English.
        visit.browser.call("Network.setExtraHTTPHeaders", json!({"headers": {"accept-language": "en"}}));
        adult(&mut visit);
        child(&mut visit);
        sleeps_and_returns(&mut visit);
        office(&mut visit);
        leaves(&mut visit);
        // The browser complains of the login that fails in the end.
        let complaints: Vec<_> =
            visit.browser.complaints.iter().filter(|said| !said.contains("401 (Unauthorized)")).collect();
        assert_eq!(complaints, Vec::<&String>::new(), "nothing is refused and nothing breaks");
    };
    let lived = tokio::spawn(async move { live() }).await;
    let _ = stop.send(());
    lived.expect("every page works");
    server.await.expect("no panic").expect("it served");
}

/// Signs up, confirms, signs in, agrees to marketing and takes it back.
fn adult(visit: &mut Visit) {
    visit.open("/join");
    visit.open("/join?age=14");
    let mut fields = vec![
        ("email", "kim@shop.example"),
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
    visit.sign_in("kim@shop.example");
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

/// A child names a guardian, who consents and looks; the child signs in by themselves.
fn child(visit: &mut Visit) {
    visit.open("/join/child");
    visit.send(&[("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")], "");
    let guardian = visit.mailed("/guardian/");
    visit.open(&guardian);
    let fields = [
        ("day_of_14", "2026-12-24"),
        ("email", "child@home.example"),
        ("name", "김아이"),
        ("mobile", "010-9999-5678"),
        ("company_phone", "02-999-4567"),
        ("company", "아이상점"),
        ("title", "모델"),
        ("agree-service", "yes"),
        ("agree-membership", "yes"),
        ("agree-marketing", "yes"),
    ];
    visit.send(&fields, "");
    let password = visit.mailed("/password/");
    visit.open(&guardian);
    visit.says("김아이");
    visit.open(&password);
    visit.send(&[("password", PASSWORD)], "");
    visit.sign_in("child@home.example");
    visit.says("김아이");
    visit.sign_out();
    // On the birthday the guardian's page is over, and the child is asked.
    set_clock("2026-12-24T09:00:00+09:00");
    visit.sweep();
    visit.open(&guardian);
    visit.says("too old");
    visit.sign_in("child@home.example");
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
    let kim = visit.wait(visit.house.privacy().vault().find(&Personal::new("kim@shop.example".into()))).expect("asked");
    let kim = kim.expect("a member");
    let policy = visit.house.privacy().policy();
    let on_file = visit.wait(visit.house.privacy().vault().person(policy, kim)).expect("on file");
    assert!(matches!(on_file.membership, vestry_policy::Membership::Dormant { .. }), "{:?}", on_file.membership);
    visit.sign_in("kim@shop.example");
    assert_eq!(visit.at(), "/me");
    visit.says("김하나");
    visit.sign_out();
}

/// An officer enrols, looks at every page, sweeps; a password grows too old.
fn office(visit: &mut Visit) {
    let new = NewStaff {
        mail: Personal::new("lee@operator.example".into()),
        name: Personal::new("이두리".into()),
        role: Role::Officer,
        language: Language::English,
    };
    let (_, token) = visit.wait(visit.house.privacy().add_staff(&new)).expect("added");
    visit.open(&format!("/office/enrol/{}", token.as_str()));
    let secret = visit.browser.ask("document.querySelector('.secret').textContent");
    let secret = secret.as_str().expect("a secret").to_owned();
    let now = code(&visit.house, &secret);
    visit.send(&[("password", PASSWORD), ("code", &now)], "");
    visit.says("Recovery codes");
    for path in ["/office", "/office/desk", "/office/people", "/office/sweep", "/office/policy", "/office/notices"] {
        visit.open(path);
    }
    visit.open("/office/people");
    visit.send(&[("who", "kim@shop.example"), ("reason", "request-1")], "");
    visit.look("/office/people/found");
    visit.says("김하나");
    visit.open("/office/sweep");
    visit.send(&[("day", "2028-01-20")], "");
    assert!(visit.at().starts_with("/office/certificates/"), "{}", visit.at());
    // The password's months pass.
    set_clock("2028-08-20T09:00:00+09:00");
    visit.open("/office/sign-in");
    let now = code(&visit.house, &secret);
    visit.send(&[("email", "lee@operator.example"), ("password", PASSWORD), ("code", &now)], "");
    visit.says("Your password is too old");
    visit.open("/office");
    assert_eq!(visit.at(), "/office/sign-in", "nothing else opens");
    visit.sweep();
}

/// Leaves; what stays is told, and the account is gone.
fn leaves(visit: &mut Visit) {
    visit.sign_in("kim@shop.example");
    visit.open("/me/leave");
    visit.send(&[("password", PASSWORD)], "");
    visit.says("You have left");
    visit.look("/left");
    visit.open("/me");
    assert_eq!(visit.at(), "/sign-in");
    visit.sign_in("kim@shop.example");
    visit.says("do not go together");
}
