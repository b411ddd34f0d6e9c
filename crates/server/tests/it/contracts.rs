//! `docs/api.md` shows what is really sent: each example is read into its type and written again, to the letter.

use axum::http::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::path::Path;
use vestry_server::shapes::{
    ErrorDocument, JobDocument, NewKeyDocument, ProductDocument, ProductListDocument, SearchDocument, SharesDocument,
    TagDocument,
};

fn example(heading: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let text = std::fs::read_to_string(path).expect("docs/api.md is there");
    let (_, section) =
        text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    let section = section.split("\n## ").next().unwrap_or("");
    let (_, block) = section.rsplit_once("```json\n").unwrap_or_else(|| panic!("`{heading}` has no example"));
    block.split("\n```").next().unwrap_or("").to_owned()
}

#[track_caller]
fn check<T: Serialize + DeserializeOwned>(heading: &str) {
    let example = example(heading);
    let document: T = serde_json::from_str(&example).unwrap_or_else(|e| panic!("{heading}: {e}"));
    let written = serde_json::to_string_pretty(&document).expect("it is JSON");
    assert_eq!(written, example, "{heading}");
}

#[test]
fn the_examples_are_what_is_sent() {
    check::<TagDocument>("Tag an image");
    check::<SearchDocument>("Search");
    check::<ProductDocument>("Products");
    check::<ProductListDocument>("List products");
    check::<JobDocument>("Import and jobs");
    check::<NewKeyDocument>("Keys");
    check::<SharesDocument>("Insight");
    check::<ErrorDocument>("Errors");
}

/// Sends what README's `curl` lines send, as far as it is JSON.
#[tokio::test]
async fn the_readmes_lines_are_understood() {
    let house = super::harness::House::new().await;
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).expect("README");
    let mut sent = 0;
    for line in readme.lines().filter(|l| l.starts_with("curl ") && !l.contains(" -F ")) {
        let (_, rest) = line.split_once("$U").expect("an address");
        let path = format!("/api/v1{}", rest.split([' ', '"']).next().unwrap_or(""));
        let method = line.split_once("-X ").map_or("GET", |(_, m)| m.split(' ').next().unwrap_or(""));
        let body = line.split_once("-d '").map(|(_, b)| b.trim_end_matches('\''));
        let body = body.map(|b| serde_json::from_str(b).unwrap_or_else(|e| panic!("{line}: {e}")));
        let answer = house.call(method.parse().expect("a method"), &path, body).await;
        // Nothing is fetched in a test, so the product's picture has not come.
        assert!(answer.status.is_success() || answer.code() == "no_picture", "{line}: {}", answer.text());
        sent += 1;
    }
    assert_eq!(sent, 3, "put, search, similar");
}

/// The example of an event is taken in, and a recommendation has the members of its example.
#[tokio::test]
async fn the_examples_of_visitors_are_understood() {
    let house = super::harness::House::with_accounts().await;
    let put = house.call(Method::PUT, "/api/v1/products/A-1", Some(json!({"title": "Shirt"}))).await;
    assert!(put.status.is_success(), "{}", put.text());
    house.settle().await;
    let read = |heading: &str| serde_json::from_str::<Value>(&example(heading)).expect("JSON");
    let taken = house.call(Method::POST, "/api/v1/events", Some(read("What visitors do"))).await;
    assert_eq!(taken.json()["taken"], 1, "{}", taken.text());
    let found = house.call(Method::POST, "/api/v1/recommend", Some(json!({"list": "popular"}))).await.json();
    let members =
        |list: &Value| -> Vec<String> { list["results"][0].as_object().expect("a result").keys().cloned().collect() };
    assert_eq!(members(&found), members(&read("Recommendations")));
}
