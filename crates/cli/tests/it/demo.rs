//! What the demo prints lets in, and there is something to look at.

use crate::{
    program::vestry,
    secrets::{ask, cookie, mailed, send, visit},
};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Stdio},
};

/// A demo that ends with its test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a shop has is asked at the prompt, and a visitor's id is read from a pipe.
#[test]
fn what_a_shop_has_is_asked_and_a_visitor_forgotten_at_the_prompt() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let says = |args: &[&str], typed: &str| {
        let mut command = vestry(args);
        let mut asked =
            command.args(["--org", "hanbit", "--data"]).arg(&data).stdin(Stdio::piped()).spawn().expect("runs");
        asked.stdin.take().expect("a pipe").write_all(typed.as_bytes()).expect("typed");
        let out = asked.wait_with_output().expect("ends");
        (
            out.status.success(),
            [out.stdout, out.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat(),
        )
    };
    let made = vestry(&["demo", "--products", "60", "--no-serve", "--data"]).arg(&data).output().expect("runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(
        says(&["recommend", "popular"], "").1.trim(),
        "nothing yet; send what visitors do to `POST /api/v1/events`"
    );
    assert!(says(&["recommend", "manifest"], "").1.starts_with("0 visitors, 0 products"));
    let (ok, said) = says(&["recommend", "similar"], "");
    assert!(!ok && said.contains("--sku"), "{said}");
    assert_eq!(says(&["privacy", "visitor"], "visitor-1\n").1.trim(), "nothing is held");
    assert_eq!(says(&["privacy", "visitor", "--forget"], "visitor-1\n").1.trim(), "nothing was held");
    let (ok, said) = says(&["privacy", "visitor"], "kim@shop.example\n");
    assert!(!ok && said.contains("looks like a mail address") && !said.contains("kim@"), "{said}");

    let csv = says(&["insight", "catalogue", "--attribute", "colour", "--periods", "1"], "").1;
    assert!(csv.starts_with("\u{feff}attribute,value,") && csv.contains("\r\ncolour,"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&says(&["insight", "searches", "--json"], "").1).expect("JSON");
    assert_eq!((&json["searches"], &json["words"]), (&0.into(), &serde_json::json!([])));
    let (ok, said) = says(&["insight", "clicks", "--attribute", "taste"], "");
    assert!(!ok && said.contains("taste"), "{said}");
    let next = says(&["learn", "next"], "").1;
    assert_eq!(next.lines().count(), 20, "{next}");
    assert_eq!(says(&["learn", "forgotten"], "").1, "", "nobody is");
    teaching(|args| says(args, ""));
}

/// What the prompt says before anything was taught, and that nothing is published.
fn teaching(says: impl Fn(&[&str]) -> (bool, String)) {
    assert_eq!(says(&["learn", "attributes"]), (true, String::new()));
    assert!(says(&["learn", "show"]).1.starts_with("nothing was taught of `category` yet"));
    let shown: serde_json::Value = serde_json::from_str(&says(&["learn", "show", "--json"]).1).expect("JSON");
    assert!(shown["lambda"].is_number() && shown["reliability"] == serde_json::json!([]), "{shown}");
    let manifest: serde_json::Value = serde_json::from_str(&says(&["learn", "manifest", "--json"]).1).expect("JSON");
    assert_eq!((&manifest["hash"], &manifest["judgements"]), (&shown["manifest"], &serde_json::json!([])));
    assert_eq!(says(&["learn", "versions", "--json"]).1.trim(), r#"{"versions":[]}"#);
    for (args, said) in [
        (&["learn", "publish"][..], "nothing was taught of this attribute"),
        (&["learn", "back"], "no published head is in use"),
        (&["learn", "manifest", "--of", "9"], "has no version 9"),
        (&["learn", "show", "--attribute", "taste"], "cannot be taught"),
    ] {
        let (ok, answer) = says(args);
        assert!(!ok && answer.contains(said), "{args:?}: {answer}");
    }
}

/// A demo in a fresh folder under `temporary`, and what it said when it was ready.
fn started(temporary: &Path) -> (Demo, Vec<String>) {
    let mut demo = vestry(&["demo", "--products", "60", "--listen", "127.0.0.1:0"]);
    let mut demo = Demo(demo.env("TMPDIR", temporary).spawn().expect("runs"));
    let lines = BufReader::new(demo.0.stderr.take().expect("piped")).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in lines {
        let is_last = line.starts_with("data: ");
        said.push(line);
        if is_last {
            break;
        }
    }
    for step in ["drawing 60", "learning", "importing", "making up people"] {
        assert!(said.iter().any(|line| line.starts_with(step)), "no terminal, so a line says {step:?}: {said:#?}");
    }
    (demo, said)
}

fn trends(shows: impl Fn(&str, &[&str])) {
    shows("/trends?source=clicks", &["chart-line", "rising +"]);
    shows("/trends?source=searches&attribute=colour", &["<b>Navy</b>", "rising +", "<b>Black</b>", "falling -"]);
    shows("/trends/searches", &["벨벳 블레이저", "Blazer ("]);
    shows("/trends/quality", &["Category"]);
    shows("/trends/usage", &["demo", "<th scope=\"row\">Catalogue</th>"]);
}

#[test]
fn what_the_demo_prints_lets_in_and_each_page_shows_a_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut demo, said) = started(folder.path());
    let word = |after: &str| {
        let line =
            said.iter().find_map(|line| line.split_once(after)).unwrap_or_else(|| panic!("no {after:?}: {said:#?}"));
        line.1.split_whitespace().next().unwrap_or_default().to_owned()
    };
    let (base, password, key) =
        (format!("http://{}", word("open http://")), word("with the password "), word("the API's key"));
    let enter = |path: &str, mail: &str, code: &str| {
        let entered = send(&base, "", path, &[("email", mail), ("password", &password), ("code", code)]);
        entered.starts_with("HTTP/1.1 303").then(|| cookie(&entered))
    };
    let shows = |cookie: &str, path: &str, words: &[&str]| {
        let page = visit(&base, cookie, "GET", path, ("", ""));
        assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page}");
        words.iter().for_each(|words| assert!(page.contains(words), "no {words:?} in {path}: {page}"));
        page
    };
    let member = |role: &str| {
        enter("/sign-in", &format!("{role}@demo.example"), "").unwrap_or_else(|| panic!("{role}: {said:#?}"))
    };
    let (owner, editor, viewer) = (member("owner"), member("editor"), member("viewer"));
    let here = |name: &str| word(name).strip_prefix(&base).expect("a page of this server").to_owned();
    let office = here("the privacy office");
    let staff = |mail: &str| {
        let lines = said.iter().skip_while(|line| !line.contains(mail)).filter(|line| line.matches('-').count() == 6);
        let code =
            lines.flat_map(|line| line.split_whitespace()).next().unwrap_or_else(|| panic!("no code: {said:#?}"));
        assert!(enter(&office, mail, "123456").is_none(), "{said:#?}");
        let entered = enter(&office, mail, code).unwrap_or_else(|| panic!("{code}: {said:#?}"));
        assert!(enter(&office, mail, code).is_none(), "a code lets in once");
        entered
    };
    let (lee, operator) = (staff("officer@demo.example"), staff("operator@demo.example"));
    let api = ask(&base, "GET", "/api/v1/products", &format!("authorization: Bearer {key}"), "");
    assert!(api.starts_with("HTTP/1.1 200"), "{api}");

    let data = std::path::PathBuf::from(word("data: "));
    mailed(&data, &format!("{base}/"));
    shows("", &here("a guardian's page"), &["child@demo.example"]);
    shows(&owner, "/me", &["검정 원피스", "배송이 늦었어요", "한빛카드"]);
    let team = shows(&owner, "/team", &["김하나", "박세라", "최유진"]);
    assert!(
        !team.contains("leaver@") && enter("/sign-in", "leaver@demo.example", "").is_none(),
        "who left is out: {team}"
    );
    shows(&owner, "/keys", &["demo"]);
    shows(&editor, "/imports", &["Product import", "Done"]);
    shows(&editor, "/taught", &["Category", "Lineage", "Right, the shipped head"]);
    shows(&editor, "/review", &["done today", "Undo"]);
    shows(&viewer, "/recommendations", &["class=\"tile\"", "1,200"]);
    trends(|path, words| drop(shows(&owner, path, words)));
    shows(&viewer, "/me", &["대리"]);
    shows(&operator, "/office/staff", &["이두리", "오지훈"]);
    shows(&operator, "/metrics", &["vestry_index_products"]);
    let board = shows(&lee, "/office", &["lawsuit-1", "Letters that wait", "No mail server", "One answer is overdue"]);
    let entry =
        board.rsplit_once("/office/certificates/").expect("a certificate").1.split('"').next().expect("its entry");
    shows(&lee, &format!("/office/certificates/{entry}"), &[]);
    shows(&lee, "/office/desk", &["came in", "identity checked", "decided", "answered"]);
    let draft = shows(&lee, "/office/policy", &["Throw the draft away"]);
    assert!(!draft.contains("stay as they were"), "it changes something: {draft}");
    shows(&lee, "/office/notices", &["Winter sale"]);
    shows(&lee, "/office/sweep", &[]);
    ended(&mut demo.0, folder.path());
}

/// Ctrl-C leaves nothing of a demo whose folder nobody named.
fn ended(demo: &mut Child, temporary: &Path) {
    let id = demo.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    assert!(demo.wait().expect("ends").success());
    let left: Vec<_> = std::fs::read_dir(temporary).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    assert!(left.is_empty(), "{left:?}");
}
