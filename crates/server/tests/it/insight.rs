//! Insight over HTTP and in the console: the same figures as JSON, as CSV and as pictures.

use super::harness::House;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

/// A shop with shirts of two colours, and visitors who looked at them a week ago.
async fn told() -> House {
    let house = House::with_accounts().await;
    for (at, colour) in ["navy", "navy", "black"].into_iter().enumerate() {
        let body = json!({"title": format!("Shirt {at}"), "tags": [{"attribute": "colour", "value": colour}]});
        let put = house.call(Method::PUT, &format!("/api/v1/products/S-{at}"), Some(body)).await;
        assert_eq!(put.status, StatusCode::CREATED, "{}", put.text());
    }
    house.settle().await;
    let ago = house.app.now().checked_sub(jiff::SignedDuration::from_hours(168)).expect("an instant");
    let look = |who: usize| json!({"kind": "view", "visitor": format!("visitor-{who}"), "sku": format!("S-{}", who % 3), "at": ago.to_string()});
    let events: Vec<Value> = (0..30).map(look).collect();
    let told = house.call(Method::POST, "/api/v1/events", Some(json!({ "events": events }))).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    house
}

#[tokio::test]
async fn shares_are_the_same_as_json_as_csv_and_on_the_page() {
    let house = told().await;
    let query = "source=clicks&attribute=colour&periods=3";
    let shares = house.get(&format!("/api/v1/insights/shares?{query}")).await.json();
    let navy = &shares["values"][0];
    assert_eq!(
        (&navy["value"], &navy["shares"][1]["count"], &shares["periods"][1]["of"]),
        (&json!("navy"), &json!(20), &json!(30))
    );
    assert_eq!(navy["shares"][1]["share"], json!(0.6667));
    let csv = house.get(&format!("/api/v1/insights/shares?{query}&format=csv")).await;
    assert!(csv.headers["content-disposition"].to_str().expect("text").contains("shares.csv"));
    let from = shares["periods"][1]["from"].as_str().expect("a day");
    let line =
        csv.text().lines().find(|l| l.starts_with(&format!("colour,navy,네이비,Navy,{from}"))).map(str::to_owned);
    assert!(line.as_deref().is_some_and(|line| line.contains(",true,30,20,0.6667,")), "{line:?}\n{}", csv.text());
    assert!(
        csv.text().lines().next().is_some_and(|head| head.ends_with("high,direction,change,change_low,change_high"))
    );
    let (cookie, _) = house.sign_in().await;
    let page = house.page(&cookie, &format!("/trends?{query}&lang=en")).await.text();
    for part in [
        "<b>Navy</b>",
        "<td class=\"amount when\">too short to tell</td>",
        "67%",
        "Of the visitors who looked at",
        "fewer than 5 people",
        "format=csv",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    let same = house.page(&cookie, &format!("/trends?{query}&format=csv")).await;
    assert_eq!(same.text(), csv.text());
    let empty = house.page(&cookie, "/trends?source=sales&lang=ko").await.text();
    assert!(empty.contains("산 방문자가 없어요"), "{empty}");
}

#[tokio::test]
async fn where_a_value_goes_stands_beside_its_shares() {
    let house = told().await;
    // Three weeks of nothing but black before it.
    let ago = |days: i64| house.app.now().checked_sub(jiff::SignedDuration::from_hours(24 * days)).expect("an instant");
    let black = |(week, who): (i64, usize)| json!({"kind": "view", "visitor": format!("earlier-{week}-{who}"), "sku": "S-2", "at": ago(7 * week).to_string()});
    let events: Vec<Value> = (2..5).flat_map(|week| (0..30).map(move |who| (week, who))).map(black).collect();
    let told = house.call(Method::POST, "/api/v1/events", Some(json!({ "events": events }))).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    let long = house.get("/api/v1/insights/shares?source=clicks&attribute=colour&periods=6&format=csv").await.text();
    let navy: Vec<&str> =
        long.lines().find(|line| line.starts_with("colour,navy,")).expect("navy").split(',').collect();
    let [change, low, high] = [13, 14, 15].map(|at: usize| navy[at].parse::<f64>().expect("a number"));
    assert!(navy[12] == "rising" && 0.0 < low && low < change && change < high, "{navy:?}");
}

#[tokio::test]
async fn searches_that_find_nothing_are_counted_with_their_key() {
    let house = told().await;
    for words in ["navy shirt", "velvet blazer", "velvet blazer"] {
        let found = house.call(Method::POST, "/api/v1/search", Some(json!({ "words": words }))).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.text());
    }
    let refused = house.call(Method::POST, "/api/v1/search", Some(json!({"limit": -1}))).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let unmet = house.get("/api/v1/insights/searches").await.json();
    assert_eq!((&unmet["searches"], &unmet["empty"], &unmet["words"]), (&json!(3), &json!(2), &json!([])), "few hours");
    let usage = house.get("/api/v1/insights/usage?days=1").await.json();
    let mut keys = usage["keys"].as_array().expect("keys").iter();
    let areas = &keys.find(|key| key["areas"]["search"].is_object()).expect("one that searched")["areas"];
    assert_eq!(areas["search"], json!({"requests": 4, "refused": 1, "failed": 0}));
    assert_eq!((&areas["products"]["requests"], &areas["events"]["requests"]), (&json!(3), &json!(1)));
    let (cookie, _) = house.sign_in().await;
    for (of, head, line) in [
        ("searches", "words,searches,last,named,nearest", String::new()),
        ("quality", "attribute,value,name_ko,name_en,judged,right,low,high", String::new()),
        ("usage", "key,name,area,requests,refused,failed", ",test,search,4,1,0".to_owned()),
    ] {
        for path in [format!("/api/v1/insights/{of}?format=csv"), format!("/trends/{of}?format=csv")] {
            let csv = house.page(&cookie, &path).await;
            assert!(csv.header("content-disposition").contains(&format!("{of}.csv")), "{path}");
            let text = csv.text();
            let mut lines = text.trim_start_matches('\u{feff}').lines();
            assert_eq!(lines.next(), Some(head), "{path}");
            assert!(line.is_empty() == (lines.clone().next().is_none()), "{path}: {text}");
            assert!(line.is_empty() || lines.any(|one| one.contains(&line)), "{path}: {text}");
        }
    }
    for (path, part) in [
        ("/trends/searches?lang=en", "5 different hours"),
        ("/trends/usage?lang=en", "Requests"),
        ("/trends/quality?lang=en", "Too few answers"),
    ] {
        let page = house.page(&cookie, path).await;
        assert!(page.text().contains(part), "{path}: {}", page.text());
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_said() {
    let house = House::new().await;
    for (query, part) in [
        ("shares?source=weather", "`weather` has no shares"),
        ("shares?by=day", "`day` is no period"),
        ("shares?periods=54", "54 periods"),
        ("shares?attribute=taste", "taste"),
        ("shares?format=xml", "`xml` is no format"),
        ("searches?days=0", "0 days"),
        ("usage?days=367", "367 days"),
        ("quality?day=1", "day"),
    ] {
        let answer = house.get(&format!("/api/v1/insights/{query}")).await;
        assert!(answer.status.is_client_error() && answer.text().contains(part), "{query}: {}", answer.text());
    }
}
