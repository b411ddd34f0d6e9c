//! What a sign-up asks for, and what it insists on: the policy's file says so, and nothing else does.

use super::{
    accounts::{JOIN, csrf, enter},
    harness::House,
};
use axum::http::StatusCode;
use tempfile::TempDir;
use vestry_app::Config;
use vestry_policy::BUILTIN;
use vestry_server::Options;

const KIM: &str = "kim@shop.example";
/// Of the built-in policy the title and the company's telephone; the fax is nobody's yet.
const TYPED: [(&str, &str); 3] = [("title", "실장"), ("company_phone", "02-987-6543"), ("fax", "02-111-2222")];

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

/// The built-in policy with an optional title, without a company's telephone, and with a fax.
fn changed(fax: &str) -> String {
    let title = "en = \"title\" }\nclass = \"account\"\ncollected = \"sign-up\"\n";
    let text = replaced(BUILTIN, &format!("{title}required = true\n"), title);
    let (before, rest) = text.split_once("[item.company_phone]").expect("an item");
    let (gone, after) = rest.split_once("[item.company]").expect("the next item");
    let fax = replaced(
        gone,
        "name = { ko = \"회사 전화번호\", en = \"company telephone\" }",
        "name = { ko = \"팩스\", en = \"fax\" }",
    )
    .replace("required = true\n", fax);
    replaced(&format!("{before}[item.fax]{fax}[item.company]{after}"), "\"company_phone\"", "\"fax\"")
}

async fn under(policy: &str) -> (House, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, policy).expect("written");
    let mut config = Config::default();
    config.policy.files.push(file);
    // Each request from a network of its own.
    let options = Options { behind_proxy: true, ..Options::default() };
    (House::with_accounts_under(config, options).await, folder)
}

/// Whether a form has a field of that name, and insists on it.
fn field(form: &str, name: &str) -> Option<bool> {
    let (_, rest) = form.split_once(&format!("id=\"f-{name}\""))?;
    Some(rest.split('>').next().unwrap_or_default().contains(" required"))
}

/// A complete form but for `left_out`.
fn join(left_out: &str) -> Vec<(&'static str, &'static str)> {
    let others = JOIN.into_iter().filter(|(name, _)| TYPED.iter().all(|(typed, _)| typed != name));
    others.chain([("email", KIM)]).chain(TYPED.into_iter().filter(|(name, _)| *name != left_out)).collect()
}

/// Under `policy` each of [`TYPED`] is asked for and insisted on as `expected` says, or not at all.
async fn check(policy: &str, expected: [Option<bool>; 3]) {
    let (house, _folder) = under(policy).await;
    let form = house.page("", "/join?age=14").await.text();
    for ((name, _), is_required) in TYPED.into_iter().zip(expected) {
        assert_eq!(field(&form, name), is_required, "{name} on the form: {form}");
        let answer = house.form("", "/join", &join(name)).await.text();
        let is_refused = answer.contains("Something is missing: ");
        assert_eq!(is_refused, is_required == Some(true), "without {name}: {answer}");
        assert_ne!(is_refused, answer.contains("Look into your mail"), "without {name}: {answer}");
    }
    house.post().await;
    house.form("", "/join", &join("nothing")).await;
    let link = house.post().await.pop().expect("a letter");
    house.form("", &link, &[]).await;
    let cookie = enter(&house, KIM).await;
    let page = house.page(&cookie, "/me").await.text();
    let token = csrf(&page);
    for ((name, value), is_required) in TYPED.into_iter().zip(expected) {
        assert_eq!(page.contains(value), is_required.is_some(), "{name} is held where it is asked for: {page}");
        let emptied = [("csrf", token.as_str()), ("act", "correct"), ("item", name), ("value", "")];
        let answer = house.form(&cookie, "/me", &emptied).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, is_required == Some(false), "{name}: {}", answer.text());
    }
}

#[tokio::test]
async fn clause_2_ga_1_what_a_sign_up_asks_for_and_insists_on_is_the_policys_files_word() {
    check(BUILTIN, [Some(true), Some(true), None]).await;
    check(&changed(""), [Some(false), None, Some(false)]).await;
    check(&changed("required = true\n"), [Some(false), None, Some(true)]).await;
}
