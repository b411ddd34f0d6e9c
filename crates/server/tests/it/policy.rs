//! The public pages of the policy: every version that is configured, and what each changed.

use super::harness::House;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use tempfile::TempDir;
use vestry_app::{Config, SignedHead};
use vestry_policy::{BUILTIN, Language};

/// A house under three versions: one that ended, one in force, one to come. The second keeps visits for a shorter time.
async fn posted() -> (House, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::default();
    let shorter = BUILTIN.replace("keep = \"3 months\"", "keep = \"1 month\"");
    let texts = [("2019-08-01", BUILTIN), ("2026-01-01", &shorter), ("2027-01-01", &shorter)];
    for (day, text) in texts {
        let text = text
            .replace("version = \"2019-08-01\"", &format!("version = \"{day}\""))
            .replace("effective = 2019-08-01", &format!("effective = {day}"));
        let file = folder.path().join(format!("{day}.toml"));
        std::fs::write(&file, text).expect("the file is written");
        config.policy.files.push(file);
    }
    (House::with(config).await, folder)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[tokio::test]
async fn clause_13_a_version_to_come_is_posted_with_what_it_changes() {
    let (house, _folder) = posted().await;
    for (language, banner) in
        [("ko", "2027-01-01부터 새 판을 시행합니다."), ("en", "A new version is in force from 2027-01-01.")]
    {
        for path in ["/policy", "/policy/2019-08-01", "/policy/2027-01-01", "/policy/2027-01-01/changes"] {
            let page = house.page("", &format!("{path}?lang={language}")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text().contains(banner), "{path} in {language}");
        }
    }
    let page = house.page("", "/policy").await.text();
    assert!(page.contains("This version has been in force since 2026-01-01."), "{page}");
    for version in ["2019-08-01", "2026-01-01", "2027-01-01"] {
        assert!(page.contains(&format!("href=\"/policy/{version}\"")), "{version} is linked");
    }
    let old = house.page("", "/policy/2019-08-01").await.text();
    assert!(old.contains("It was in force: 2019-08-01 – 2025-12-31."), "{old}");
    let new = house.page("", "/policy/2027-01-01").await.text();
    assert!(new.contains("This version is not in force yet. Its first day: 2027-01-01."), "{new}");
    assert_eq!(house.page("", "/policy/2031-01-01").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn clause_13_a_change_is_told_in_plain_words() {
    let (house, _folder) = posted().await;
    let english = house.page("", "/policy/2026-01-01/changes").await.text();
    for said in
        ["Record that is kept differently", "visit records", "3 months from the visit", "1 month from the visit"]
    {
        assert!(english.contains(said), "{said}: {english}");
    }
    assert_eq!(english.matches("class=\"change\"").count(), 1);
    let korean = house.page("", "/policy/2026-01-01/changes?lang=ko").await.text();
    for said in ["보유가 달라지는 기록", "방문 기록", "방문부터 3개월", "방문부터 1개월", "앞 판은 2019-08-01입니다."]
    {
        assert!(korean.contains(said), "{said}: {korean}");
    }
    let none = house.page("", "/policy/2027-01-01/changes").await.text();
    assert!(none.contains("Items, purposes and periods stay as they were."), "{none}");
    let first = house.page("", "/policy/2019-08-01/changes").await.text();
    assert!(first.contains("there is none before it"), "{first}");
}

#[tokio::test]
async fn the_page_is_made_of_the_enforced_file() {
    let house = House::new().await;
    let policy = house.app.policy();
    for (code, language) in [("ko", Language::Korean), ("en", Language::English)] {
        let html = house.page("", &format!("/policy?lang={code}")).await.text();
        let page = policy.page(language);
        for (name, value) in &page.facts {
            assert!(html.contains(&escaped(name)) && html.contains(&escaped(value)), "{name}");
        }
        for section in &page.sections {
            assert!(html.contains(&format!("id=\"c-{}\"", section.clause)), "{}", section.clause);
            for text in section.heading.iter().chain(&section.says) {
                assert!(html.contains(&escaped(text)), "{text}");
            }
            if section.heading.is_some() {
                assert!(
                    html.contains(&format!("href=\"#c-{}\"", section.clause)),
                    "{} is in the contents",
                    section.clause
                );
            }
            for table in &section.tables {
                for (head, cell) in table.rows.iter().flat_map(|row| table.head.iter().zip(row)) {
                    let cell = format!("<td data-label=\"{}\">{}</td>", escaped(head), escaped(cell));
                    assert!(html.contains(&cell), "{cell}");
                }
            }
        }
    }
    let asked = Request::get("/policy").header(header::ACCEPT_LANGUAGE, "ko-KR,ko;q=0.9").body(Body::empty());
    assert!(house.send(asked.expect("a request")).await.text().contains("<html lang=\"ko\">"));
}

#[tokio::test]
async fn a_page_is_kept_under_the_files_hash_and_asked_about_again() {
    let house = House::new().await;
    let hash: String = house.app.policy().hash().iter().map(|b| format!("{b:02x}")).collect();
    let page = house.page("", "/policy").await;
    let tag = page.header("etag").to_owned();
    assert!(tag.starts_with(&format!("W/\"{hash}-")), "{tag}");
    assert_eq!(page.header("cache-control"), "no-cache");
    assert!(page.headers.get_all("vary").iter().any(|v| v.to_str().is_ok_and(|v| v.contains("cookie"))));
    let again = |path: &str| {
        Request::get(path).header(header::ACCEPT_LANGUAGE, "en").header(header::IF_NONE_MATCH, &tag).body(Body::empty())
    };
    let same = house.send(again("/policy").expect("a request")).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = house.send(again("/policy?lang=ko").expect("a request")).await;
    assert_eq!(other.status, StatusCode::OK, "another language is another page");
}

#[tokio::test]
async fn the_audit_logs_newest_head_is_public() {
    let house = House::with_accounts().await;
    let vault = house.app.privacy().expect("a vault").vault();
    let (head, key) = (vault.audit_head(), vault.public_key());
    let text = house.page("", "/policy/head").await.text();
    assert_eq!(text.trim().parse::<SignedHead>().expect("a head"), head);
    let page = house.page("", "/policy").await.text();
    assert!(page.contains(&head.to_string()) && page.contains(&key.to_string()), "{page}");
    let without = House::new().await;
    assert_eq!(without.page("", "/policy/head").await.status, StatusCode::NOT_FOUND);
    assert!(!without.page("", "/policy").await.text().contains("id=\"log\""));
}
