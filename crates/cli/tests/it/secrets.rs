//! Nothing that people type, and no secret, reaches the server's log, however talkative it is told to be.

use crate::program::{stderr, vestry};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command},
    sync::mpsc::channel,
    thread::{self, JoinHandle},
    time::Duration,
};

/// What is looked for. Each is typed somewhere below.
const CANARIES: [&str; 11] = [
    "canarymail",
    "canaryname",
    "010-8642-1357",
    "canarycompany",
    "canarytitle",
    "canary seven tailors under one lamp",
    "canarywrongpassword",
    "vml_canarytoken",
    "vs_canarykey",
    "canarywords",
    "canarycode",
];

/// An answer over a connection of its own, head and all.
fn ask(base: &str, method: &str, path: &str, header: &str, body: &str) -> String {
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

/// A server that says everything it can, and what it said.
struct Talkative {
    process: Child,
    base: String,
    said: JoinHandle<String>,
}

fn start(data: &std::path::Path) -> Talkative {
    let mut command: Command = vestry(&["serve", "--listen", "127.0.0.1:0", "--data"]);
    let mut process = command.arg(data).env("VESTRY_LOG", "trace").spawn().expect("the binary runs");
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
    let form = |path: &str, fields: &[(&str, &str)]| {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let kind = "content-type: application/x-www-form-urlencoded";
        let text = ask(base, "POST", path, kind, &pairs.join("&"));
        assert!(!text.contains("tailors under") && !text.contains("canarywrong"), "a password comes back from {path}");
        text
    };
    let join = [
        ("email", "canarymail@shop.example"),
        ("name", "canaryname"),
        ("mobile", "010-8642-1357"),
        ("company_phone", "02-123-4567"),
        ("company", "canarycompany"),
        ("title", "canarytitle"),
        ("password", "canary seven tailors under one lamp"),
        ("terms", "yes"),
        ("agree-service", "yes"),
        ("agree-membership", "yes"),
    ];
    let sent = form("/join", &join);
    assert!(sent.contains("Look into your mail") || sent.contains("메일"), "{sent}");
    // Something is wrong with each of these.
    form("/join", &join[..3]);
    form("/join", &[("email", "canarymail"), ("password", "canarywrongpassword")]);
    form(
        "/sign-in",
        &[("email", "canarymail@shop.example"), ("password", "canarywrongpassword"), ("code", "canarycode")],
    );
    form("/sign-in", &[("key", "vs_canarykey")]);
    form(
        "/office/sign-in",
        &[("email", "canarymail@shop.example"), ("password", "canarywrongpassword"), ("code", "canarycode")],
    );
    form("/password", &[("email", "canarymail@shop.example")]);
    form("/join/child", &[("guardian_name", "canaryname"), ("guardian_contact", "canarymail@home.example")]);
    for path in ["join/confirm", "password", "guardian", "office/enrol", "unsubscribe", "contest", "me/address"] {
        form(&format!("/{path}/vml_canarytoken"), &[("password", "canarywrongpassword"), ("name", "canaryname")]);
        let page = ask(base, "GET", &format!("/{path}/vml_canarytoken"), "accept: text/html", "");
        assert!(!page.starts_with("HTTP/1.1 5"), "{path}: {page}");
    }
    for body in ["{\"words\":\"canarywords\"}", "{\"words\":\"canarywords", "canarywords"] {
        let answer = ask(base, "POST", "/api/v1/search", "authorization: Bearer vs_canarykey", body);
        assert!(answer.starts_with("HTTP/1.1 401"), "an unknown key: {answer}");
    }
}

#[test]
fn no_log_holds_what_people_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made = vestry(&["admin", "init", "--data"]).arg(&data).output().expect("the binary runs");
    assert!(made.status.success(), "{}", stderr(&made));
    let mut server = start(&data);
    type_everything(&server.base);
    // The letter goes out meanwhile.
    let letters = data.join("mail");
    for _ in 0..100 {
        if std::fs::read_dir(&letters).is_ok_and(|mut files| files.next().is_some()) {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert!(letters.is_dir(), "a letter went out");
    server.process.kill().expect("killed");
    let mut printed = String::new();
    server.process.stdout.take().expect("its output").read_to_string(&mut printed).expect("read");
    server.process.wait().expect("ended");
    let said = server.said.join().expect("no panic");
    assert!(said.contains("TRACE") && said.len() > 1_000, "it was told to say everything: {said}");
    let found: Vec<&str> = CANARIES
        .into_iter()
        .filter(|canary| {
            let encoded = canary.replace(' ', "+");
            [*canary, encoded.as_str()].iter().any(|form| said.contains(form) || printed.contains(form))
        })
        .collect();
    if let Some(first) = found.first() {
        let line = said.lines().find(|line| line.contains(first)).unwrap_or_default();
        let mut all = std::io::stderr();
        writeln!(all, "{line}").expect("standard error can be written");
    }
    assert_eq!(found, [""; 0]);
}
