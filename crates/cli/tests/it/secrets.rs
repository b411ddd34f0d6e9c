//! Nothing that people type, and no secret, reaches the server's log, however talkative it is told to be.

use crate::program::{stderr, vestry};
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, mpsc::channel},
    thread::{self, JoinHandle},
    time::Duration,
};
use vestry_credentials::TotpSecret;

/// What is looked for: every value that is typed below has one of these in it.
const CANARIES: [&str; 3] = ["canary", "010-8642-1357", "tailors under"];

/// Where forms were sent to.
static TYPED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

pub(crate) const PASSWORD: &str = "canary seven tailors under one lamp";
pub(crate) const MAIL: &str = "canarymail@shop.example";
/// A sign-up that is complete.
pub(crate) const JOIN: [(&str, &str); 10] = [
    ("email", MAIL),
    ("name", "canaryname"),
    ("mobile", "010-8642-1357"),
    ("company_phone", "02-123-4567"),
    ("company", "canarycompany"),
    ("title", "canarytitle"),
    ("password", PASSWORD),
    ("terms", "yes"),
    ("agree-service", "yes"),
    ("agree-membership", "yes"),
];

/// An answer over a connection of its own, head and all.
pub(crate) fn ask(base: &str, method: &str, path: &str, header: &str, body: &str) -> String {
    let host = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a patience");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{header}\r\ncontent-length: {length}\r\nconnection: close"
    );
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

/// An answer to somebody at a browser who has that cookie. What it says of a failure, and where it leads, repeats nothing of
/// what was typed, and nothing fails on the server's side.
pub(crate) fn visit(base: &str, cookie: &str, method: &str, path: &str, (kind, body): (&str, &str)) -> String {
    if method == "POST" {
        TYPED.lock().expect("no holder panics").insert(path.to_owned());
    }
    let header = format!("content-type: {kind}\r\naccept: text/html\r\naccept-language: en\r\ncookie: {cookie}");
    let answer = ask(base, method, path, &header, body);
    let (head, page) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let told = if page.contains("data-problem") || page.contains("\"error\"") { &answer } else { head };
    assert!(!CANARIES.iter().any(|canary| told.contains(canary)), "{method} {path}: {told}");
    assert!(!head.starts_with("HTTP/1.1 5"), "{method} {path}: {answer}");
    answer
}

pub(crate) fn send(base: &str, cookie: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
    let answer = visit(base, cookie, "POST", path, ("application/x-www-form-urlencoded", &pairs.join("&")));
    assert!(!answer.contains("tailors under") && !answer.contains("canarywrong"), "a password comes back from {path}");
    answer
}

pub(crate) fn between<'t>(text: &'t str, before: &str, end: char) -> &'t str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1.split(end).next().unwrap_or_default()
}

pub(crate) fn cookie(answer: &str) -> String {
    between(answer, "set-cookie: ", ';').to_owned()
}

/// The mailed link that begins so, once its letter went out.
pub(crate) fn mailed(data: &Path, start: &str) -> String {
    mailed_to("", data, start)
}

/// The same in a letter to somebody.
fn mailed_to(to: &str, data: &Path, start: &str) -> String {
    let find = || {
        let files = std::fs::read_dir(data.join("mail")).into_iter().flatten().flatten();
        let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
        let letters: Vec<String> = texts.map(|text| text.replace("=\r\n", "").replace("=3D", "=")).collect();
        let letter = letters.into_iter().find(|letter| letter.contains(start) && letter.contains(to))?;
        let link = &letter[letter.find(start)?..];
        Some(link.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-/".contains(*c)).collect())
    };
    for _ in 0..100 {
        if let Some(link) = find() {
            return link;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("no letter with {start}");
}

/// A server that says everything it can, and what it said.
pub(crate) struct Talkative {
    pub(crate) process: Child,
    pub(crate) base: String,
    pub(crate) said: JoinHandle<String>,
}

pub(crate) fn start(data: &std::path::Path) -> Talkative {
    let settings = data.with_extension("toml");
    std::fs::write(&settings, "[passkeys]\norigin = \"http://localhost\"\n").expect("written");
    let mut command: Command = vestry(&["serve", "--listen", "127.0.0.1:0", "--data"]);
    let mut process =
        command.arg(data).arg("--config").arg(settings).env("VESTRY_LOG", "trace").spawn().expect("the binary runs");
    let mut lines = BufReader::new(process.stderr.take().expect("its errors"));
    let (sender, address) = channel();
    let said = thread::spawn(move || {
        let mut said = String::new();
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|n| n > 0) {
            if let Some(at) = line.find("http://127.0.0.1:") {
                let base: String = line[at..].chars().take_while(|c| !c.is_whitespace()).collect();
                // Nobody listens once the address is known.
                let _ = sender.send(base.trim_end_matches('/').to_owned());
            }
            said.push_str(&line);
            line.clear();
        }
        said
    });
    let base = address.recv_timeout(Duration::from_secs(120)).expect("it says where it listens");
    Talkative { process, base, said }
}

/// Fills every form with what is looked for, rightly and wrongly.
fn type_everything(base: &str) {
    let form = |path: &str, fields: &[(&str, &str)]| send(base, "", path, fields);
    let sent = form("/join", &JOIN);
    assert!(sent.contains("Look into your mail") || sent.contains("메일"), "{sent}");
    // Something is wrong with each of these.
    form("/join", &JOIN[..3]);
    form("/join", &[("email", "canarymail"), ("password", "canarywrongpassword")]);
    form("/sign-in", &[("email", MAIL), ("password", "canarywrongpassword"), ("code", "canarycode")]);
    form("/sign-in", &[("key", "vs_canarykey")]);
    form("/office/sign-in", &[("email", MAIL), ("password", "canarywrongpassword"), ("code", "canarycode")]);
    form("/password", &[("email", MAIL)]);
    form("/join/child", &[("guardian_name", "canaryname"), ("guardian_contact", "canarymail@home.example")]);
    form("/office/password", &[("link", "canarytoken"), ("password", "canarywrongpassword")]);
    form("/cookies", &[("choice", "canarychoice"), ("back", "/canaryback")]);
    form("/preferences", &[("language", "canarylanguage"), ("back", "/canaryback")]);
    for path in [
        "join/confirm",
        "password",
        "guardian",
        "office/enrol",
        "unsubscribe",
        "contest",
        "me/address",
        "me/address/undo",
    ] {
        form(&format!("/{path}/vml_canarytoken"), &[("password", "canarywrongpassword"), ("name", "canaryname")]);
        let page = ask(base, "GET", &format!("/{path}/vml_canarytoken"), "accept: text/html", "");
        assert!(!page.starts_with("HTTP/1.1 5"), "{path}: {page}");
    }
    for body in ["{\"words\":\"canarywords\"}", "{\"words\":\"canarywords", "canarywords"] {
        let answer = ask(base, "POST", "/api/v1/search", "authorization: Bearer vs_canarykey", body);
        assert!(answer.starts_with("HTTP/1.1 401"), "an unknown key: {answer}");
    }
}

/// A session: its cookie, and what its forms carry.
struct Login<'b> {
    base: &'b str,
    cookie: String,
    csrf: String,
}

impl<'b> Login<'b> {
    fn of(base: &'b str, cookie: String, page: &str) -> Self {
        let page = visit(base, &cookie, "GET", page, ("", ""));
        let csrf = between(&page, "name=\"csrf\" value=\"", '"').to_owned();
        Self { base, cookie, csrf }
    }

    fn send(&self, path: &str, fields: &[(&str, &str)]) -> String {
        send(self.base, &self.cookie, path, &[&[("csrf", self.csrf.as_str())], fields].concat())
    }
}

/// A member fills every form of theirs, rightly and wrongly.
fn as_member(base: &str, data: &Path) {
    send(base, "", &mailed(data, "/join/confirm/"), &[]);
    let entered = send(base, "", "/sign-in", &[("email", MAIL), ("password", PASSWORD)]);
    let kim = Login::of(base, cookie(&entered), "/me");
    for (item, value) in [("name", "canaryname two"), ("mobile", "canarymobile"), ("canaryitem", "canaryvalue")] {
        kim.send("/me", &[("act", "correct"), ("item", item), ("value", value)]);
    }
    for right in ["access", "complaint", "canaryright"] {
        kim.send("/me", &[("act", "ask"), ("right", right), ("words", "canarywords of mine")]);
    }
    kim.send("/me", &[("act", "canaryact")]);
    kim.send("/me", &[("act", "consent"), ("purpose", "canarypurpose")]);
    kim.send("/me", &[("act", "dormancy"), ("period", "canaryperiod")]);
    kim.send("/me", &[("act", "end-session"), ("session", "canarysession")]);
    kim.send("/me", &[("act", "password"), ("old", "canarywrongpassword"), ("new", "canary eight tailors under two")]);
    kim.send("/me/agree", &[("agree", "canarypurpose")]);
    let second = [("act", "set-up"), ("secret", "canarysecret"), ("password", PASSWORD), ("code", "canarycode")];
    kim.send("/me/security", &second);
    for (mail, password) in [("canarynew@shop.example", PASSWORD), ("canary", PASSWORD), (MAIL, "canarywrongpassword")]
    {
        kim.send("/me/address", &[("email", mail), ("password", password)]);
    }
    kim.send(&mailed(data, "/me/address/"), &[]);
    for (mail, role) in [("canaryguest@shop.example", "viewer"), ("canaryguest", "viewer"), (MAIL, "canaryrole")] {
        kim.send("/team", &[("email", mail), ("role", role)]);
    }
    kim.send("/team/canaryid", &[("act", "remove")]);
    kim.send("/team/join/vin_canarytoken", &[]);
    kim.send("/keys", &[("name", "canarykey"), ("kind", "secret")]);
    kim.send("/keys/1", &[("act", "canaryact")]);
    kim.send("/products/canarysku/tags", &[("attribute", "canaryattribute"), ("value", "canaryvalue")]);
    kim.send("/taught", &[("attribute", "canaryattribute"), ("act", "canaryact")]);
    for path in ["/review", "/review/undo", "/review/alike", "/imports/start"] {
        kim.send(path, &[("act", "canaryact"), ("token", "canarytoken"), ("note", "canarynote")]);
    }
    visit(base, &kim.cookie, "GET", "/search?words=canarywords", ("", ""));
    let photo = format!(
        "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--b\r\ncontent-disposition: form-data; \
         name=\"photo\"; filename=\"canaryphoto.jpg\"\r\n\r\ncanarypixels\r\n--b--\r\n",
        kim.csrf
    );
    visit(base, &kim.cookie, "POST", "/search", ("multipart/form-data; boundary=b", &photo));
    for feed in ["sku,canarycolumn\nA-1,canarycell\n", "canary"] {
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--b\r\ncontent-disposition: form-data; \
             name=\"feed\"; filename=\"canaryfile.csv\"\r\n\r\n{feed}\r\n--b--\r\n",
            kim.csrf
        );
        visit(base, &kim.cookie, "POST", "/imports", ("multipart/form-data; boundary=b", &body));
    }
    let passkey = [("challenge", "canarychallenge"), ("answer", "canaryanswer"), ("passkey", "canarypasskey")];
    for act in ["ask", "add", "rename", "remove", "canaryact"] {
        let more = [("act", act), ("name", "canarykey"), ("password", "canarywrongpassword"), ("code", "canarycode")];
        kim.send("/me/passkeys", &[&passkey[..], &more].concat());
    }
    send(base, "", "/sign-in/passkey/challenge", &[]);
    send(base, "", "/sign-in/passkey", &passkey);
    kim.send("/me/leave", &[("password", "canarywrongpassword")]);
    let page = visit(base, &kim.cookie, "GET", "/me", ("", ""));
    assert!(page.contains("canaryname two") && page.contains("canarynew@shop.example"), "it was done: {page}");
}

/// A guardian consents, looks and corrects, rightly and wrongly.
fn as_guardian(base: &str, data: &Path) {
    let link = mailed(data, "/guardian/");
    let guardian = |fields: &[(&str, &str)]| send(base, "", &link, fields);
    let consent = [
        ("email", "canarychild@home.example"),
        ("name", "canarychild"),
        ("mobile", "010-8642-1357"),
        ("company_phone", "02-123-4567"),
        ("company", "canarycompany"),
        ("title", "canarytitle"),
        ("terms", "yes"),
        ("agree-service", "yes"),
        ("agree-membership", "yes"),
    ];
    guardian(&[&consent[..], &[("day_of_14", "canaryday")]].concat());
    let consented = guardian(&[&consent[..], &[("day_of_14", "2036-05-05")]].concat());
    assert!(consented.contains("You have consented"), "{consented}");
    send(base, "", &mailed_to("canarychild@home.example", data, "/join/confirm/"), &[]);
    for (item, value) in [("name", "canarychild two"), ("mobile", "canarymobile"), ("canaryitem", "canaryvalue")] {
        guardian(&[("act", "correct"), ("item", item), ("value", value)]);
    }
    guardian(&[("act", "consent"), ("purpose", "canarypurpose")]);
    guardian(&[("act", "canaryact")]);
}

/// What the server answers to somebody of the staff who enrols at `link`.
pub(crate) fn enrolled(base: &str, link: &str) -> String {
    let page = visit(base, "", "GET", link, ("", ""));
    let secret = between(&page, "class=\"secret\">", '<');
    let secret = TotpSecret::from_base32(secret).expect("a secret");
    #[expect(clippy::disallowed_methods, reason = "the program that is run reads the clock")]
    let code = secret.code(Timestamp::now()).expect("a code");
    send(base, "", link, &[("password", PASSWORD), ("code", &code)])
}

/// An officer enrols, and fills every form of the office, rightly and wrongly.
fn as_officer(base: &str, enrol: &str) {
    visit(base, "", "GET", enrol, ("", ""));
    send(base, "", enrol, &[("password", PASSWORD), ("code", "canarycode")]);
    let enrolled = enrolled(base, enrol);
    let lee = Login::of(base, cookie(&enrolled), "/office/desk");
    let call = [("channel", "mail"), ("words", "canarywords of theirs"), ("language", "en")];
    let request = [("kind", "request"), ("right", "access"), ("who", "canarynew@shop.example")];
    let complaint = [("kind", "complaint"), ("contact", "canarycontact@home.example")];
    lee.send("/office/desk", &[&call[..], &request[..2], &[("who", "canarynobody@home.example")]].concat());
    let acts: [&[(&str, &str)]; 9] = [
        &[("act", "canaryact")],
        &[("act", "check"), ("how", "canaryhow"), ("note", "canarynote")],
        &[("act", "check"), ("how", "call-back"), ("note", "canarynote")],
        &[("act", "plan"), ("left_out", "canaryitem"), ("reason", "canaryreason")],
        &[("act", "carry-out"), ("plan", "canaryplan"), ("item", "canaryitem"), ("value", "canaryvalue")],
        &[("act", "refuse"), ("reason", "canaryreason")],
        &[("act", "accept"), ("reason", "canaryreason")],
        &[("act", "answer"), ("answer", "canaryanswer")],
        &[("act", "reopen"), ("words", "canarywords again")],
    ];
    for case in [&request[..], &complaint] {
        let taken = lee.send("/office/desk", &[&call[..], case].concat());
        let at = between(&taken, "location: ", '\r');
        for act in acts {
            lee.send(at, act);
        }
    }
    for (purpose, reason) in [("rights", "canary reason"), ("canarypurpose", "request-1"), ("rights", "request-1")] {
        let about = [("who", "canarynew@shop.example"), ("purpose", purpose), ("reason", reason)];
        for act in ["", "hold", "ban", "erase"] {
            lee.send(
                "/office/people",
                &[&about[..], &[("act", act), ("words", "canaryban"), ("sure", "canary")]].concat(),
            );
        }
    }
    let shut_out = send(base, "", "/sign-in", &[("email", "canarynew@shop.example"), ("password", PASSWORD)]);
    assert!(shut_out.starts_with("HTTP/1.1 403"), "they were banned: {shut_out}");
    publishing(&lee);
    lee.send("/office/sweep", &[("day", "canaryday")]);
    lee.send("/office/proposals/canaryid", &[("act", "approve")]);
    lee.send("/office/staff", &[("act", "add"), ("email", "canarystaff@operator.example"), ("role", "auditor")]);
    lee.send("/office/sessions", &[("session", "canarysession")]);
    lee.send("/sign-out", &[("back", "canaryback")]);
}

/// What an officer tells all, rightly and wrongly.
fn publishing(lee: &Login<'_>) {
    let text = vestry_policy::BUILTIN.replacen("version = \"2019-08-01\"", "version = \"next\"", 1).replacen(
        "effective = 2019-08-01",
        "effective = 2098-01-01",
        1,
    );
    let text = text.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('=', "%3D");
    for text in ["canary policy", &text] {
        lee.send("/office/policy", &[("act", "draft"), ("text", text)]);
        lee.send("/office/policy", &[("act", "post"), ("hash", "canaryhash")]);
    }
    lee.send("/office/policy", &[("act", "drop")]);
    let texts =
        [("subject-ko", "canarysubject"), ("subject-en", "canarysubject"), ("ko", "canarytext"), ("en", "canarytext")];
    let transfer = [("act", "transfer"), ("transferee", "canaryco"), ("contact", "canarycontact@home.example")];
    for more in [[("day", "canaryday"), ("sure", "")], [("day", "2097-01-01"), ("sure", "yes")]] {
        lee.send("/office/notices", &[&texts[..], &transfer, &more].concat());
        lee.send("/office/notices", &[&texts[..], &[("act", "advertise")], &more].concat());
    }
    lee.send("/office/notices", &[("act", "end"), ("id", "canaryid")]);
}

/// An operator enrols, and fills the forms about their colleagues, rightly and wrongly.
fn as_operator(base: &str, enrol: &str) {
    let park = Login::of(base, cookie(&enrolled(base, enrol)), "/office/staff");
    let new = [("act", "add"), ("name", "canaryname"), ("role", "auditor")];
    for mail in ["canary", "canaryaudit@operator.example", "canaryaudit@operator.example"] {
        park.send("/office/staff", &[&new[..], &[("email", mail)]].concat());
    }
    park.send("/office/staff", &[("act", "add"), ("email", "canarystaff@operator.example"), ("role", "canaryrole")]);
    let page = visit(base, &park.cookie, "GET", "/office/staff", ("", ""));
    assert!(page.contains("canaryname"), "it was done: {page}");
    for id in ["canaryid", between(&page, "name=\"id\" value=\"", '"')] {
        park.send("/office/staff", &[("act", "renew"), ("id", id)]);
        for day in ["canaryday", "2026-01-05"] {
            park.send("/office/staff", &[("act", "train"), ("id", id), ("what", "canarytraining"), ("day", day)]);
        }
    }
    park.send("/office/staff", &[("act", "dismiss"), ("id", "canaryid")]);
    park.send("/office/staff", &[("act", "canaryact")]);
    let (wrong, code) = (("password", "canarywrongpassword"), ("code", "canarycode"));
    send(base, "", "/office/sign-in", &[("email", "canarystaff-operator@operator.example"), wrong, code]);
}

/// The forms that nothing was typed into.
fn left_out() -> Vec<String> {
    let typed = TYPED.lock().expect("no holder panics");
    let is_of = |path: &str, line: &str| {
        let (path, line): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), line.split('/').collect());
        path.len() == line.len() && path.iter().zip(&line).all(|(part, of)| part == of || of.starts_with('{'))
    };
    let forms = vestry_server::route_table().into_iter().filter(|line| line.method == "POST");
    let forms = forms.map(|line| line.path.to_owned()).filter(|path| !path.starts_with("/api/"));
    forms.filter(|line| !typed.iter().any(|path| is_of(path, line))).collect()
}

/// Puts somebody of the staff on file; the path at which they enrol.
fn staff(data: &Path, role: &str) -> String {
    let mut adding = vestry(&["admin", "staff", "add", "--role", role, "--data"]);
    let mut adding = adding.arg(data).stdin(Stdio::piped()).spawn().expect("the binary runs");
    let typed = format!("canarystaff-{role}@operator.example\ncanarystaff");
    adding.stdin.take().expect("a pipe").write_all(typed.as_bytes()).expect("typed");
    let added = adding.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&added.stdout);
    format!("/office/enrol/{}", between(&printed, "/office/enrol/", '\n'))
}

#[test]
fn no_log_holds_what_people_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made = vestry(&["admin", "init", "--data"]).arg(&data).output().expect("the binary runs");
    assert!(made.status.success(), "{}", stderr(&made));
    let [officer, operator] = ["officer", "operator"].map(|role| staff(&data, role));
    let mut server = start(&data);
    type_everything(&server.base);
    as_member(&server.base, &data);
    as_guardian(&server.base, &data);
    as_officer(&server.base, &officer);
    as_operator(&server.base, &operator);
    assert_eq!(left_out(), [""; 0], "forms that nothing was typed into");
    server.process.kill().expect("killed");
    let mut printed = String::new();
    server.process.stdout.take().expect("its output").read_to_string(&mut printed).expect("read");
    server.process.wait().expect("ended");
    let said = server.said.join().expect("no panic");
    assert!(said.contains("TRACE") && said.len() > 1_000, "it was told to say everything: {said}");
    let lines = said.lines().chain(printed.lines());
    let found: Vec<&str> = lines.filter(|line| CANARIES.iter().any(|canary| line.contains(canary))).collect();
    assert_eq!(found, [""; 0]);
}
