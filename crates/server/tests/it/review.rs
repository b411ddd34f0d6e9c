//! The review as a browser without scripts uses it.

use super::{
    harness::{House, base64, photo},
    swimwear,
};
use axum::http::{Method, StatusCode};
use serde_json::json;

/// A shop of `count` garments of which nobody has looked at a tag.
async fn unreviewed(count: usize) -> (House, String, String) {
    let house = House::new().await;
    for at in 0..count {
        let body = json!({"title": {"en": format!("Garment {at}")}, "images": [{"base64": base64(&photo(at))}]});
        let answer = house.call(Method::PUT, &format!("/api/v1/products/R-{at}"), Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    }
    house.settle().await;
    let (cookie, csrf) = house.sign_in().await;
    (house, cookie, csrf)
}

/// What stands between `before` and the next quote, the first time.
fn quoted(page: &str, before: &str) -> String {
    let found = page.split(before).nth(1).and_then(|rest| rest.split('"').next());
    found.unwrap_or_else(|| panic!("no `{before}` in {page}")).replace("&#38;", "&")
}

/// The place that a page asks about, and the values that it proposes.
fn question(page: &str) -> (String, Vec<String>) {
    let place = quoted(page, "name=\"at\" value=\"");
    let values = page.split("name=\"pick\" value=\"").skip(1).filter_map(|p| p.split('"').next());
    (place, values.map(str::to_owned).collect())
}

async fn send(house: &House, (cookie, csrf): (&str, &str), path: &str, fields: &[(&str, &str)]) -> (String, String) {
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf)]).collect();
    let answer = house.form(cookie, path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.header("location").to_owned();
    let page = house.page(cookie, &to).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    (to, page.text())
}

#[tokio::test]
async fn a_question_is_answered_and_the_next_one_comes() {
    let (house, cookie, csrf) = unreviewed(4).await;
    let who = (cookie.as_str(), csrf.as_str());
    let page = house.page(&cookie, "/review?attribute=category").await.text();
    let (place, values) = question(&page);
    assert!(page.contains("not reviewed") && page.contains("aria-current=\"page\""), "{page}");
    assert_eq!(values.len(), 5);
    assert!(place.ends_with(&format!("_category_{}", values[0])), "{place}: {values:?}");
    let fields = [("only", "category"), ("at", place.as_str()), ("pick", values[1].as_str())];
    let (to, next) = send(&house, who, "/review", &fields).await;
    assert_eq!(to, format!("/review?attribute=category&after={place}"));
    assert_ne!(question(&next).0, place);
    assert!(next.contains("1 done today") && next.contains("right in 0% of 1 reviewed"), "{next}");
    // The same form once more: somebody was quicker, and nothing changes.
    let (_, late) = send(&house, who, "/review", &fields).await;
    assert!(late.contains("Somebody else was quicker") && late.contains("1 done today"), "{late}");
    let (place, values) = question(&next);
    let (_, next) = send(&house, who, "/review", &[("at", &place), ("act", "accept")]).await;
    assert!(next.contains("2 done today"), "{next}");
    let (third, _) = question(&house.page(&cookie, &format!("/review?at={place}&attribute=category")).await.text());
    let (_, next) = send(&house, who, "/review", &[("at", &third), ("act", "reject")]).await;
    assert!(next.contains("not ") && next.contains("3 done today"), "{next}");
    // By its name, Korean or English.
    let last = house.page(&cookie, "/review?attribute=category").await.text();
    let (place, _) = question(&last);
    let (_, end) = send(&house, who, "/review", &[("at", &place), ("other", "코트"), ("only", "category")]).await;
    assert!(end.contains("Nothing to review") || end.contains("That was the last one"), "{end}");
    assert!(end.contains("coat"), "what was said last stands below: {end}");
    let refused = house.form(&cookie, "/review", &[("at", &place), ("other", "nonsense"), ("csrf", &csrf)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(values.len(), 5);
}

#[tokio::test]
async fn answers_are_taken_back_and_the_product_says_who() {
    let (house, cookie, csrf) = unreviewed(2).await;
    let who = (cookie.as_str(), csrf.as_str());
    let first = house.page(&cookie, "/review").await.text();
    let (place, _) = question(&first);
    let (_, second) = send(&house, who, "/review", &[("at", &place), ("act", "accept")]).await;
    let (next, _) = question(&second);
    let (_, page) = send(&house, who, "/review", &[("at", &next), ("act", "reject")]).await;
    for place in [&next, &place] {
        let latest = house.page(&cookie, "/review").await.text();
        let step = quoted(&latest, "name=\"step\" value=\"");
        let (to, back) = send(&house, who, "/review/undo", &[("step", &step)]).await;
        assert_eq!((to, question(&back).0), (format!("/review?at={place}"), place.clone()));
    }
    assert!(page.contains("name=\"step\""));
    let page = house.page(&cookie, "/review").await.text();
    assert_eq!(question(&page), question(&first));
    assert!(!page.contains("name=\"step\"") && page.contains("0 done today"), "{page}");
    assert!(page.contains("history-undone") && page.contains(">you<"), "what was said is remembered: {page}");
    let product = house.page(&cookie, &quoted(&page, "class=\"picture\" href=\"")).await.text();
    assert!(product.contains("taken back") && product.contains(">you<"), "{product}");
    let (_, page) = send(&house, who, "/review/undo", &[("step", "999")]).await;
    assert!(page.contains("was left as it is"), "{page}");
}

#[tokio::test]
async fn look_alikes_are_shown_first_and_changed_in_one_step() {
    let (house, cookie, csrf) = unreviewed(5).await;
    let who = (cookie.as_str(), csrf.as_str());
    let page = house.page(&cookie, "/review?attribute=category").await.text();
    let (place, values) = question(&page);
    let alike = page.split("href=\"/review/alike?").nth(1).and_then(|p| p.split('"').next()).expect("a link");
    let alike = format!("/review/alike?{}", alike.replace("&#38;", "&"))
        .replace(&format!("answer={}", values[0]), &format!("answer={}", values[1]));
    let preview = house.page(&cookie, &alike).await.text();
    let chosen: Vec<&str> =
        preview.split("name=\"chosen\" value=\"").skip(1).filter_map(|p| p.split('"').next()).collect();
    assert_eq!(chosen.len(), 5, "the product itself and its look-alikes: {preview}");
    let mut fields = vec![("attribute", "category"), ("answer", values[1].as_str()), ("from", place.as_str())];
    fields.push(("only", "category"));
    fields.extend(chosen[..4].iter().map(|key| ("chosen", *key)));
    let (_, next) = send(&house, who, "/review/alike", &fields).await;
    assert!(next.contains("4 products") && next.contains("4 done today"), "{next}");
    let step = quoted(&next, "name=\"step\" value=\"");
    let (_, back) = send(&house, who, "/review/undo", &[("step", &step), ("only", "category")]).await;
    assert_eq!(question(&back).0, place);
    assert!(back.contains("0 done today"), "one undo takes back all: {back}");
    let none = [("attribute", "category"), ("answer", values[1].as_str()), ("csrf", csrf.as_str())];
    assert_eq!(house.form(&cookie, "/review/alike", &none).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_teaches_most_comes_first_where_it_is_asked_for() {
    let (house, cookie, csrf) = unreviewed(4).await;
    let who = (cookie.as_str(), csrf.as_str());
    let all = house.page(&cookie, "/review?order=teach").await.text();
    assert!(!all.contains("review-order"), "of all attributes at once nothing is taught: {all}");
    let plain = house.page(&cookie, "/review?attribute=category").await.text();
    assert_eq!(quoted(&plain, "class=\"link\" href=\"/review?"), "attribute=category&order=teach");
    let page = house.page(&cookie, "/review?attribute=category&order=teach").await.text();
    assert_eq!(quoted(&page, "class=\"link\" href=\"/review?"), "attribute=category");
    let (first, _) = question(&page);
    let skip = quoted(&page, "class=\"button button-plain\" href=\"");
    assert_eq!(skip, format!("/review?attribute=category&order=teach&after={first}"));
    let next = house.call(Method::GET, "/api/v1/learn/category/next?limit=4", None).await.text();
    let next: serde_json::Value = serde_json::from_str(&next).expect("JSON");
    assert_eq!(next["next"].as_array().map(Vec::len), Some(4), "{next}");
    let sku = next["next"][0]["sku"].as_str().expect("a SKU");
    assert_eq!(quoted(&page, "class=\"picture\" href=\""), format!("/products/{sku}"));
    let fields = [("only", "category"), ("order", "teach"), ("at", first.as_str()), ("act", "accept")];
    let (to, second) = send(&house, who, "/review", &fields).await;
    assert_eq!(to, skip, "an answer leads on in the same order");
    assert_ne!(question(&second).0, first);
    let step = quoted(&second, "name=\"step\" value=\"");
    let undo = [("only", "category"), ("order", "teach"), ("step", step.as_str())];
    let (to, back) = send(&house, who, "/review/undo", &undo).await;
    assert_eq!(to, format!("/review?attribute=category&order=teach&at={first}"));
    assert_eq!(question(&back).0, first);
    for (path, status) in [
        ("/review?attribute=colour&order=teach", StatusCode::OK),
        ("/review?attribute=category&order=nonsense", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(house.page(&cookie, path).await.status, status, "{path}");
    }
    for (path, status) in [
        ("/api/v1/learn/category/next", StatusCode::OK),
        ("/api/v1/learn/category/next?limit=0", StatusCode::BAD_REQUEST),
        ("/api/v1/learn/no-such/next", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(house.call(Method::GET, path, None).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn an_empty_review_and_a_wrong_address_say_so() {
    let house = House::new().await;
    let (cookie, csrf) = house.sign_in().await;
    let page = house.page(&cookie, "/review").await.text();
    assert!(page.contains("Nothing to review") && !page.contains("nav-count"), "{page}");
    for (path, status) in [
        ("/review?attribute=nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("/review?after=nonsense", StatusCode::BAD_REQUEST),
        ("/review/alike?product=1&attribute=category&asked=dress&answer=nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("/review/alike?product=1&attribute=category&asked=dress&answer=coat", StatusCode::SEE_OTHER),
    ] {
        assert_eq!(house.page(&cookie, path).await.status, status, "{path}");
    }
    let nothing = house.form(&cookie, "/review", &[("csrf", &csrf), ("at", "q_0.4_1_category_dress")]).await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_was_answered_is_told_with_its_lineage() {
    let (house, cookie, csrf) = unreviewed(3).await;
    let page = house.page(&cookie, "/review?attribute=category").await.text();
    let (place, values) = question(&page);
    let fields = [("only", "category"), ("at", place.as_str()), ("pick", values[1].as_str())];
    send(&house, (&cookie, &csrf), "/review", &fields).await;
    let told = house.page(&cookie, "/taught").await.text();
    assert!(told.contains("Not enough evidence") && told.contains("Lineage"), "{told}");
    let taught = house.call(Method::GET, "/api/v1/learn/category", None).await;
    assert_eq!(taught.status, StatusCode::OK, "{}", taught.text());
    let taught: serde_json::Value = serde_json::from_str(&taught.text()).expect("JSON");
    assert_eq!((taught["examples"].as_u64(), taught["verdict"].as_str()), (Some(1), Some("not-enough-evidence")));
    let lineage = house.call(Method::GET, "/api/v1/learn/category/lineage", None).await.text();
    let lineage: serde_json::Value = serde_json::from_str(&lineage).expect("JSON");
    assert_eq!(lineage["hash"], taught["lineage"]);
    assert_eq!(lineage["judgements"][0]["value"].as_str(), Some(values[1].as_str()));
    assert!(told.contains(taught["lineage"].as_str().expect("a hash")), "{told}");
    assert!(taught["lambda"].as_f64().is_some_and(|lambda| lambda > 0.0) && taught["reliability"].is_array());
    let attributes = house.call(Method::GET, "/api/v1/learn", None).await.text();
    assert_eq!(attributes, r#"{"attributes":[{"attribute":"category","version":null}]}"#);
    let unknown = house.call(Method::GET, "/api/v1/learn/category/versions/9/lineage", None).await;
    assert!(unknown.status == StatusCode::NOT_FOUND && unknown.text().contains("unknown_head"), "{}", unknown.text());
    let none = house.call(Method::GET, "/api/v1/learn/no-such", None).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_head_is_published_and_taken_back_by_its_buttons() {
    let house = House::new().await;
    let organisation = house.app.organisation_or_new("Hanbit").await.expect("known");
    let (cookie, csrf) = house.sign_in().await;
    let who = (cookie.as_str(), csrf.as_str());
    swimwear::teach(&house.app, organisation, "key-1", 0..20).await;
    let publish = [("attribute", "category"), ("act", "publish")];
    let early = house.form(&cookie, "/taught", &[publish[0], publish[1], ("csrf", &csrf)]).await;
    assert_eq!(
        (early.status, early.text().contains("cannot be published")),
        (StatusCode::CONFLICT, true),
        "{}",
        early.text()
    );
    swimwear::teach(&house.app, organisation, "key-1", 20..104).await;
    let page = house.page(&cookie, "/taught").await.text();
    assert!(page.contains("Better than the shipped head") && page.contains("Publish this head"), "{page}");
    // How sure its answers were and how often right, as a picture and as a table; and what it knew after each answer.
    let chart =
        page.split("class=\"reliability\"").nth(1).and_then(|rest| rest.split("</svg>").next()).expect("a chart");
    let rows = |part: &str| part.split("</details>").next().map_or(0, |part| part.matches("<tr>").count() - 1);
    let reliability = page.split("class=\"reliability\"").nth(1).map_or(0, rows);
    assert!(chart.matches("<circle").count() >= 2 && chart.matches("<circle").count() == reliability, "{chart}");
    let curve = page.split("How it learnt").nth(1).map_or(0, rows);
    assert_eq!(curve, 5, "after 10, 20, 50, 100 answers and all: {page}");

    let (to, page) = send(&house, who, "/taught", &publish).await;
    assert_eq!(to, "/taught");
    assert!(page.contains("in use") && !page.contains("Publish this head"), "nothing newer is there: {page}");
    let version = quoted(&page, "name=\"version\" value=\"");
    let fields = [("attribute", "category"), ("act", "back"), ("version", version.as_str())];
    let (_, page) = send(&house, who, "/taught", &fields).await;
    assert!(page.contains("taken back") && page.contains("Publish this head") && !page.contains("Go back"), "{page}");
}
