//! The privacy office at work in a real browser: advertising that ends by its link, requests and complaints at the desk.

use super::people_browser::{CHILD, KIM, Visit, enrol};
use serde_json::json;
use vestry_app::Role;

/// What the officer writes to all who agreed.
fn advertise(visit: &mut Visit, ko: &str, en: &str) {
    visit.sit_down_as("lee");
    visit.open("/office/notices");
    visit.browser.ask("document.querySelectorAll('details').forEach(d => d.open = true); true");
    visit.look("/office/notices/open");
    let fields = [
        ("subject-ko", ko),
        ("ko", "새 옷이 왔어요."),
        ("subject-en", en),
        ("en", "New clothes are here."),
        ("sure", "yes"),
    ];
    visit.send(&fields, "advertise");
    assert_eq!(visit.at(), "/office/notices");
    visit.look("/office/notices/given");
    visit.says(en);
}

fn agree_to_advertising(visit: &mut Visit, mail: &str) {
    visit.sit_down_as("members");
    visit.sign_in(mail);
    visit.send(&[], "consent");
    visit.look("/me/agreed");
    assert!(agrees(visit), "{mail}");
    visit.sign_out();
}

/// Whether the page of somebody's data says that they agree to advertising.
fn agrees(visit: &mut Visit) -> bool {
    visit.browser.ask("!!document.querySelector('#consents [value=take-back]')") == json!(true)
}

/// Two agree to advertising and get it; one ends it by the letter's link, without signing in, and gets no more.
pub(crate) fn advertises(visit: &mut Visit) {
    for mail in [KIM, CHILD] {
        agree_to_advertising(visit, mail);
    }
    advertise(visit, "봄 옷", "Spring clothes");
    let letter = visit.letter(&["Spring clothes", KIM]);
    let (_, link) = letter.split_once("/unsubscribe/").expect("a way out");
    let link: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    visit.sit_down_as("anybody");
    visit.open("/me");
    assert_eq!(visit.at(), "/sign-in", "nobody is signed in");
    visit.open(&format!("/unsubscribe/{link}"));
    visit.send(&[], "");
    visit.look("/unsubscribed");
    visit.says("You get no more advertising");
    visit.sit_down_as("members");
    visit.sign_in(KIM);
    assert!(!agrees(visit), "taken back by the link");
    visit.sign_out();
    advertise(visit, "여름 옷", "Summer clothes");
    visit.letter(&["Summer clothes", CHILD]);
    // Both would have been written at once.
    let letters = visit.wait(visit.house.letters());
    assert!(!letters.iter().any(|letter| letter.contains("Summer clothes") && letter.contains(KIM)), "{letters:#?}");
}

/// A request by phone: taken in, checked, carried out but for what is another's too, answered by letter.
pub(crate) fn takes_a_request(visit: &mut Visit) {
    visit.sit_down_as("lee");
    visit.open("/office/desk");
    let call = [
        ("kind", "request"),
        ("right", "access"),
        ("channel", "phone"),
        ("who", KIM),
        ("words", "What do you hold about me?"),
        ("language", "en"),
    ];
    visit.send(&call, "");
    let case = visit.at();
    visit.look("/office/desk/request");
    visit.says("days left");
    visit.letter(&[KIM, "received your request"]);
    for path in ["/office", "/office/desk"] {
        visit.open(path);
        visit.says(if path == "/office" { "requests" } else { "days left" });
    }
    visit.browser.ask("document.querySelector('#open a').click(); true");
    visit.browser.until(&format!("location.pathname === {case:?} && document.readyState === 'complete'"));
    visit.send(&[("how", "call-back"), ("note", "called the number on file")], "check");
    visit.look("/office/desk/checked");
    visit.says("••••");
    visit.send(&[], "unmask");
    visit.says("called the number on file");
    visit.send(&[("left_out", "company"), ("reason", "The company is another's.")], "plan");
    visit.look("/office/desk/plan");
    visit.says("Nothing was done yet");
    visit.send(&[], "carry-out");
    visit.look("/office/desk/done");
    visit.says("done in part");
    visit.says("The company is another's.");
    let held = visit.browser.download("#answer a[download]");
    let held = std::fs::read_to_string(held).expect("a file");
    assert!(held.contains("김하나") && !held.contains("한빛상점"), "{held}");
    visit.send(&[("answer", "Here is what we hold.")], "answer");
    visit.look("/office/desk/answered");
    visit.says("by letter");
    visit.letter(&[KIM, "Here is what we hold."]);
    visit.open("/office/desk");
    visit.says("Closed lately");
}

/// A complaint of somebody who is not on file: decided, answered, taken up again.
pub(crate) fn takes_a_complaint(visit: &mut Visit) {
    visit.sit_down_as("lee");
    visit.open("/office/desk");
    let fields = [
        ("kind", "complaint"),
        ("channel", "mail"),
        ("contact", "stranger@home.example"),
        ("words", "Your letter went to my neighbour."),
        ("language", "en"),
    ];
    visit.send(&fields, "");
    let first = visit.at();
    visit.look("/office/desk/complaint");
    visit.says("days left");
    visit.letter(&["stranger@home.example", "received your complaint"]);
    visit.send(&[("reason", "It did.")], "accept");
    visit.look("/office/desk/decided");
    visit.send(&[("answer", "We are sorry.")], "answer");
    visit.look("/office/desk/complaint-answered");
    visit.letter(&["stranger@home.example", "We are sorry."]);
    visit.send(&[("words", "It happened again.")], "reopen");
    assert_ne!(visit.at(), first, "it goes on under another number");
    visit.look("/office/desk/reopened");
    visit.says("days left");
}

/// What a page says by itself, but for names and codes, is in Korean.
#[track_caller]
fn says_korean(visit: &mut Visit) {
    let foreign = visit.browser.ask(
        "[...document.querySelectorAll('h1, h2, h3, th, label, legend, button, summary, dt, option, p:not(.words)')] \
         .filter(e => !e.closest('[lang=en]')).map(e => { const own = e.cloneNode(true); \
         own.querySelectorAll('code, input, textarea, select').forEach(e => e.remove()); return own.textContent; }) \
         .flatMap(text => text.match(/\\b[A-Za-z]{3,}\\b/g) ?? []).filter(word => !['TOML', 'request'].includes(word))",
    );
    assert_eq!(foreign, json!([]), "{}", visit.at());
}

/// Every page of the office in Korean, where no English word is left but names.
pub(crate) fn speaks_korean(visit: &mut Visit) {
    visit.reads("ko");
    visit.sit_down_as("lee");
    visit.open("/office/desk");
    let case = visit.browser.ask("document.querySelector('#open a').getAttribute('href')");
    let case = case.as_str().expect("a case").to_owned();
    for path in
        ["/office", "/office/desk", &case, "/office/people", "/office/sweep", "/office/policy", "/office/notices"]
    {
        visit.open(path);
        says_korean(visit);
    }
    visit.browser.ask("document.querySelectorAll('details').forEach(d => d.open = true); true");
    visit.look("/office/notices/open");
    visit.open("/office/people");
    visit.send(&[("who", KIM), ("reason", "request-2")], "");
    visit.look("/office/people/found");
    says_korean(visit);
    visit.open("/office");
    let certificate =
        visit.browser.ask("document.querySelector('a[href^=\"/office/certificates/\"]').getAttribute('href')");
    visit.open(certificate.as_str().expect("a certificate"));
    visit.sit_down_as("oh");
    visit.open("/office/sign-in");
    enrol(visit, ("oh@operator.example", "오세라"), Role::Operator);
    visit.open("/office/staff");
    says_korean(visit);
    visit.reads("en");
}
