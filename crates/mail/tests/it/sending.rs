//! Letters over a real socket and into a folder.

use crate::{
    address,
    decoding::{Read, read},
    link,
    server::{Answer, Server},
    service,
};
use jiff::civil::date;
use std::{fs, sync::Arc, time::Duration};
use vestry_mail::{
    Accepted, FolderPost, Headers, LETTER_BYTES, Language, Letter, Link, Login, MessageId, Post, SendError, Sender,
    SmtpPost, SmtpSettings, SmtpSettingsError, Text, Tls,
};

fn from() -> Sender {
    Sender { name: "옷장".into(), address: address("shop@shop.example") }
}

fn settings(server: &Server) -> SmtpSettings {
    SmtpSettings {
        host: server.at.ip().to_string(),
        port: server.at.port(),
        tls: Tls::None,
        login: None,
        from: from(),
        timeout: Duration::from_secs(20),
    }
}

fn post(server: &Server) -> Post {
    Post::Smtp(SmtpPost::new(settings(server)).expect("good settings"))
}

fn headers(list_unsubscribe: Option<Link>) -> Headers {
    Headers {
        message_id: MessageId::new("0190-ab@shop.example").expect("an id"),
        date: "2026-03-01T05:06:07Z".parse().expect("a moment"),
        list_unsubscribe,
        auto_submitted: true,
    }
}

fn korean() -> Text {
    Letter::RequestAnswer { text: "요청하신 자료입니다.\n\n.점으로 시작하는 줄\n.\n끝".into() }
        .write(Language::Korean, &service())
}

async fn only_letter(server: &Server) -> Read {
    let seen = server.seen.lock().await;
    assert_eq!(seen.letters.len(), 1);
    read(&seen.letters[0])
}

#[tokio::test]
async fn a_korean_letter_arrives_as_it_was_written() {
    let server = Server::start(&[]).await;
    let text = korean();
    let sent = post(&server).send(&address("mina@example.com"), &text, headers(None)).await;
    assert_eq!(sent.expect("taken"), Accepted);
    let read = only_letter(&server).await;
    assert_eq!(read.plain, text.plain);
    assert_eq!(read.html, text.html);
    for (name, value) in [
        ("subject", text.subject.as_str()),
        ("from", "옷장 <shop@shop.example>"),
        ("to", "mina@example.com"),
        ("message-id", "<0190-ab@shop.example>"),
        ("date", "Sun, 01 Mar 2026 05:06:07 +0000"),
        ("auto-submitted", "auto-generated"),
        ("mime-version", "1.0"),
    ] {
        assert_eq!(read.header(name).map(|v| v.replace('"', "")).as_deref(), Some(value), "{name}");
    }
    assert_eq!(read.header("list-unsubscribe"), None);
    let commands = &server.seen.lock().await.commands;
    assert_eq!(
        commands.join("\n"),
        "EHLO shop.example\nMAIL FROM:<shop@shop.example>\nRCPT TO:<mina@example.com>\nDATA"
    );
}

#[tokio::test]
async fn every_letter_survives_the_wire() {
    let server = Server::start(&[]).await;
    let post = post(&server);
    let long = "word ".repeat(1000);
    for text in ["plain ASCII", "=_0190-ab\n--=_0190-ab--\n--", "ünïcode = 100 %", "한국어", &long] {
        let text = Letter::ComplaintAnswered { text: text.into() }.write(Language::English, &service());
        post.send(&address("mina@example.com"), &text, headers(None)).await.expect("taken");
        let seen = server.seen.lock().await;
        let read = read(seen.letters.last().expect("a letter"));
        assert_eq!((read.plain, read.html), (text.plain, text.html));
    }
    assert_eq!(server.seen.lock().await.connections, 1, "the connection is used again");
}

#[tokio::test]
async fn letters_at_the_same_time_share_four_connections() {
    let server = Server::start(&[]).await;
    let post = Arc::new(post(&server));
    let letters: Vec<_> = (0..12)
        .map(|_| {
            let post = Arc::clone(&post);
            tokio::spawn(async move { post.send(&address("mina@example.com"), &korean(), headers(None)).await })
        })
        .collect();
    for letter in letters {
        letter.await.expect("no panic").expect("taken");
    }
    let seen = server.seen.lock().await;
    assert_eq!(seen.letters.len(), 12);
    assert!(seen.connections <= 4, "{}", seen.connections);
}

#[tokio::test]
async fn advertising_can_be_refused_with_one_click() {
    let server = Server::start(&[]).await;
    let url = format!("https://shop.example/out?token={}", "x".repeat(300));
    let letter =
        Letter::Marketing { subject: "봄옷".into(), body: "새로 왔어요.".into(), unsubscribe: link(&url) };
    let text = letter.write(Language::Korean, &service());
    post(&server).send(&address("mina@example.com"), &text, headers(Some(link(&url)))).await.expect("taken");
    let read = only_letter(&server).await;
    assert_eq!(read.header("subject"), Some("(광고) 봄옷"));
    assert_eq!(read.header("list-unsubscribe"), Some(format!("<{url}>").as_str()));
    assert_eq!(read.header("list-unsubscribe-post"), Some("List-Unsubscribe=One-Click"));
}

#[tokio::test]
async fn one_click_needs_https() {
    let server = Server::start(&[]).await;
    let headers = headers(Some(link("http://127.0.0.1/out")));
    post(&server).send(&address("mina@example.com"), &korean(), headers).await.expect("taken");
    let read = only_letter(&server).await;
    assert_eq!(read.header("list-unsubscribe"), Some("<http://127.0.0.1/out>"));
    assert_eq!(read.header("list-unsubscribe-post"), None);
}

#[tokio::test]
async fn no_field_becomes_a_header() {
    let server = Server::start(&[]).await;
    let evil = "x\r\nBcc: evil@example.com\r\n\r\nbody";
    let mut settings = settings(&server);
    settings.from.name = evil.into();
    let post = Post::Smtp(SmtpPost::new(settings).expect("good settings"));
    let text = Text { subject: evil.into(), plain: evil.into(), html: evil.into() };
    post.send(&address("mina@example.com"), &text, headers(None)).await.expect("taken");
    let read = only_letter(&server).await;
    assert_eq!(read.header("bcc"), None);
    assert_eq!(read.header("subject"), Some("x Bcc: evil@example.com body"));
    assert_eq!(read.headers.iter().filter(|(_, v)| v.contains("evil")).count(), 2, "{:?}", read.headers);
    assert!(!server.seen.lock().await.commands.iter().any(|c| c.contains("evil")));
}

/// What becomes of a letter that the server meets with `answer`: `None` is `Unreachable`, else `(permanent, code)`.
async fn check(answer: Answer, expected: Option<(bool, u16)>) {
    let server = Server::start(&[answer]).await;
    let mut settings = settings(&server);
    if answer == Answer::Silence {
        settings.timeout = Duration::from_millis(1500);
    }
    let post = Post::Smtp(SmtpPost::new(settings).expect("good settings"));
    let error = post.send(&address("mina@example.com"), &korean(), headers(None)).await.expect_err("not taken");
    let shown = format!("{error:?} {error}");
    for secret in ["mina", "example", "요청"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    match (error, expected) {
        (SendError::Refused { permanent, code }, Some(expected)) => assert_eq!((permanent, code), expected),
        (SendError::Unreachable, None) => {}
        (error, _) => panic!("{answer:?} became {error:?}"),
    }
    // The next letter finds a connection that it can trust.
    post.send(&address("jun@example.com"), &korean(), headers(None)).await.expect("taken");
    let seen = server.seen.lock().await;
    assert_eq!((seen.connections, seen.letters.len()), (2, 1), "{answer:?}");
}

#[tokio::test]
async fn answers_mean_what_they_say() {
    check(Answer::Recipient("550 5.1.1 <mina@example.com> unknown"), Some((true, 550))).await;
    check(Answer::Recipient("450 4.2.1 mailbox of mina@example.com is busy"), Some((false, 450))).await;
    check(Answer::Letter("554 5.7.1 no"), Some((true, 554))).await;
    check(Answer::Letter("451 4.3.0 later"), Some((false, 451))).await;
    check(Answer::Mail("530 5.7.0 log in first"), Some((false, 530))).await;
    check(Answer::Greeting("554 go away"), None).await;
    check(Answer::Letter("nonsense"), None).await;
    check(Answer::HangUp, None).await;
    check(Answer::Silence, None).await;
}

#[tokio::test]
async fn a_refused_login_is_no_fault_of_the_letter() {
    let server = Server::start(&[Answer::Login("535 5.7.8 who is shop?")]).await;
    let login = Some(Login { user: "shop".into(), password: "hunter2".into() });
    let post = Post::Smtp(SmtpPost::new(SmtpSettings { login, ..settings(&server) }).expect("good settings"));
    let error = post.send(&address("mina@example.com"), &korean(), headers(None)).await;
    assert!(matches!(error, Err(SendError::Unreachable)), "{error:?}");
    post.send(&address("mina@example.com"), &korean(), headers(None)).await.expect("let in and taken");
    let seen = server.seen.lock().await;
    assert_eq!(seen.commands.iter().filter(|c| *c == "AUTH PLAIN AHNob3AAaHVudGVyMg==").count(), 2);
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    drop(listener);
    let server = Server { at, seen: Default::default() };
    let error = post(&server).send(&address("mina@example.com"), &korean(), headers(None)).await;
    assert!(matches!(error, Err(SendError::Unreachable)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_gets_no_letter() {
    let server = Server::start(&[]).await;
    for tls in [Tls::StartTls, Tls::Implicit] {
        let login = Some(Login { user: "shop".into(), password: "hunter2".into() });
        let timeout = Duration::from_millis(500);
        let settings = SmtpSettings { tls, login, timeout, ..settings(&server) };
        let post = match SmtpPost::new(settings) {
            Ok(post) => Post::Smtp(post),
            // A machine without root certificates says so; that is an answer too.
            Err(SmtpSettingsError::Certificates { .. }) => continue,
            Err(error) => panic!("{error:?}"),
        };
        let error = post.send(&address("mina@example.com"), &korean(), headers(None)).await;
        assert!(matches!(error, Err(SendError::Unreachable)), "{error:?}");
    }
    let seen = server.seen.lock().await;
    assert!(!seen.commands.iter().any(|c| c.starts_with("MAIL") || c.starts_with("AUTH")), "{:?}", seen.commands);
}

#[tokio::test]
async fn settings_are_checked() {
    let server = Server::start(&[]).await;
    for (host, good) in
        [("localhost", true), ("127.0.0.1", true), ("::1", true), ("mail.example", false), ("localhost.example", false)]
    {
        let result = SmtpPost::new(SmtpSettings { host: host.into(), ..settings(&server) });
        assert_eq!(result.is_ok(), good, "{host}");
        assert_eq!(matches!(result, Err(SmtpSettingsError::Unencrypted { .. })), !good, "{host}");
    }
    let result = SmtpPost::new(SmtpSettings { timeout: Duration::ZERO, ..settings(&server) });
    assert!(matches!(result, Err(SmtpSettingsError::NoTime)));
    let login = Some(Login { user: "shop".into(), password: "hunter2".into() });
    let post = SmtpPost::new(SmtpSettings { login, ..settings(&server) }).expect("good settings");
    assert!(!format!("{post:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_letter_has_a_limit() {
    let server = Server::start(&[]).await;
    let text = Text { subject: "x".into(), plain: "x ".repeat(LETTER_BYTES / 2), html: String::new() };
    let error = post(&server).send(&address("mina@example.com"), &text, headers(None)).await;
    assert!(matches!(error, Err(SendError::TooLarge)), "{error:?}");
    assert_eq!(server.seen.lock().await.connections, 0);
}

#[tokio::test]
async fn a_folder_takes_letters_too() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("letters");
    let post = Post::Folder(FolderPost::new(folder.clone(), from()));
    let text = Letter::DormancyNotice {
        separates_on: date(2026, 3, 1),
        items: vec!["이름".into()],
        link: link("https://shop.example/go"),
    }
    .write(Language::Korean, &service());
    for _ in 0..2 {
        post.send(&address("mina@example.com"), &text, headers(None)).await.expect("written");
    }
    let names: Vec<_> = fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names, ["0190-ab@shop.example.eml"], "one letter, and nothing unfinished");
    let file = folder.join(&names[0]);
    let read = read(&fs::read(&file).expect("the letter"));
    assert_eq!((&read.plain, &read.html), (&text.plain, &text.html));
    assert_eq!(read.header("to"), Some("mina@example.com"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).expect("the letter").permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_says_so() {
    let place = tempfile::NamedTempFile::new().expect("a file");
    let post = Post::Folder(FolderPost::new(place.path().to_owned(), from()));
    let error = post.send(&address("mina@example.com"), &korean(), headers(None)).await.expect_err("not a folder");
    assert!(matches!(error, SendError::NotWritten(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("mina"));
}
