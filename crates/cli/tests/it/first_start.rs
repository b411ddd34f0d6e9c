//! From nothing to somebody who works: what `vestry admin init` makes of what is typed, and what a first start prints.

use crate::{
    program::{files, stderr, vestry},
    secrets::{JOIN, MAIL, PASSWORD, between, cookie, enrolled, mailed, send, start, visit},
};
use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};
use vestry_app::{Config, Privacy, Surroundings};
use vestry_model::OrganisationId;

const KEY_PRINTED: &str = "first start: the key of organisation";

/// Runs `vestry admin init` and types `lines`.
fn init(data: &Path, lines: &str) -> Output {
    let mut command = vestry(&["admin", "init", "--data"]);
    let mut init = command.arg(data).stdin(Stdio::piped()).spawn().expect("the binary runs");
    // Where nothing is asked, nothing may be read.
    let _ = init.stdin.take().expect("a pipe").write_all(lines.as_bytes());
    init.wait_with_output().expect("it ends")
}

#[test]
fn the_links_of_a_first_start_let_the_operator_and_the_owner_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made = init(&data, &format!("canarypark@operator.example\ncanarypark\nHanbit Shop\n{MAIL}\n"));
    assert!(made.status.success(), "{}", stderr(&made));
    let said = String::from_utf8_lossy(&made.stdout).into_owned() + &stderr(&made);
    assert!(!said.contains("canary"), "nothing of a person is repeated: {said}");
    let mut server = start(&data);
    let base = server.base.clone();

    let enrolled = enrolled(&base, &format!("/office/enrol/{}", between(&said, "/office/enrol/", '\n')));
    let staff = visit(&base, &cookie(&enrolled), "GET", "/office/staff", ("", ""));
    assert!(staff.starts_with("HTTP/1.1 200") && staff.contains("canarypark"), "an operator: {staff}");

    let invitation = between(&said, "/join?invitation=", '\n');
    send(&base, "", "/join", &[&JOIN[..], &[("invitation", invitation)]].concat());
    send(&base, "", &mailed(&data, "/join/confirm/"), &[]);
    let owner = cookie(&send(&base, "", "/sign-in", &[("email", MAIL), ("password", PASSWORD)]));
    let team = visit(&base, &owner, "GET", "/team", ("", ""));
    assert!(team.starts_with("HTTP/1.1 200") && team.contains("Hanbit Shop"), "its owner: {team}");

    server.process.kill().expect("killed");
    server.process.wait().expect("ended");
    let said = server.said.join().expect("no panic");
    let key = between(&said, KEY_PRINTED, '!').split_whitespace().find(|word| word.starts_with("vs_"));
    let (mut server, key) = (start(&data), key.expect("the key of who has no account yet"));
    let by_key = send(&server.base, "", "/sign-in", &[("key", key)]);
    assert!(by_key.starts_with("HTTP/1.1 403"), "where there is an owner it opens no console: {by_key}");
    server.process.kill().expect("killed");
    server.process.wait().expect("ended");
}

#[test]
fn where_an_owner_has_an_account_a_first_start_prints_no_key() {
    for has_owner in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let made = init(&data, "\nHanbit Shop\n\n");
        assert!(made.status.success(), "{}", stderr(&made));
        if has_owner {
            with_owner(&data);
        }
        let mut server = start(&data);
        server.process.kill().expect("killed");
        server.process.wait().expect("ended");
        let said = server.said.join().expect("no panic");
        assert_eq!(said.contains(KEY_PRINTED), !has_owner, "{said}");
    }
}

#[test]
fn a_server_that_nobody_has_an_account_at_is_reached_from_its_own_machine_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for listen in [["--listen", "127.0.0.1:0"], ["--listen", "0.0.0.0:0"]] {
        let early =
            vestry(&["serve", "--behind-proxy"]).args(listen).arg("--data").arg(&data).output().expect("it ends");
        let said = stderr(&early);
        assert!(!early.status.success() && said.contains("nobody has an account yet"), "{said}");
        assert!(!said.contains(KEY_PRINTED), "a key is shown once, to whoever can use it: {said}");
    }
    // One whose address is taken shows no key either.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = taken.local_addr().expect("an address").to_string();
    let early = vestry(&["serve", "--listen", &listen, "--data"]).arg(&data).output().expect("it ends");
    assert!(!early.status.success() && !stderr(&early).contains(KEY_PRINTED), "{}", stderr(&early));
    let mut server = start(&data);
    server.process.kill().expect("killed");
    server.process.wait().expect("ended");
    assert!(server.said.join().expect("no panic").contains(KEY_PRINTED));
}

#[tokio::main(flavor = "current_thread")]
async fn with_owner(data: &Path) {
    #[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
    let real = Surroundings { now: jiff::Timestamp::now, random: || *uuid::Uuid::new_v4().as_bytes() };
    let privacy = Privacy::open(data, &Config::default(), real).await.expect("opens");
    privacy.demo_people(OrganisationId::from_row(1)).await.expect("people");
    privacy.close().await;
}

#[track_caller]
fn check_refused(lines: &str, names: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = init(&folder.path().join("data"), lines);
    let said = stderr(&refused);
    assert!(
        !refused.status.success() && said.contains("nothing was made") && said.contains(names),
        "{lines:?}: {said}"
    );
    assert!(!said.contains("park") && !said.contains("kim"), "what was typed is not repeated: {said}");
    assert_eq!(files(folder.path()), [""; 0].map(std::path::PathBuf::from), "{lines:?}");
}

#[test]
fn a_slip_in_a_first_start_leaves_nothing_behind() {
    check_refused("park\n박운영\n\n", "`staff_mail`");
    check_refused("park@operator.example\n\n", "`staff_name`");
    check_refused("\nHanbit\nkim at shop\n", "`email`");
    check_refused("park@operator.example\n박운영\nHan\u{7}bit\n\n", "`organisation`");
    check_refused(&format!("park@operator.example\n박운영\n{}\n\n", "x".repeat(81)), "`organisation`");
}

#[test]
fn a_first_start_happens_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made = init(&data, "");
    let said = String::from_utf8_lossy(&made.stdout);
    assert!(made.status.success() && said.contains("next: `vestry admin staff add"), "the keys alone: {said}");
    let before = contents(folder.path());
    let again = init(&data, "park@operator.example\n박운영\nHanbit\nkim@shop.example\n");
    assert!(!again.status.success() && stderr(&again).contains("nothing was made"), "{}", stderr(&again));
    assert_eq!(contents(folder.path()), before);
}

/// Every file below `folder` with its bytes.
fn contents(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all: Vec<_> =
        files(folder).into_iter().map(|path| (path.clone(), std::fs::read(path).expect("readable"))).collect();
    all.sort();
    all
}
