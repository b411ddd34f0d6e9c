//! Recommendations over HTTP: what a page of the shop tells comes back as what it shows.

use super::harness::{House, base64, photo};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const POST: Method = Method::POST;

async fn stocked() -> House {
    let house = House::with_accounts().await;
    for at in 0..4 {
        let body = json!({"title": format!("Shirt {at}"), "images": [{"base64": base64(&photo(at))}]});
        let put = house.call(Method::PUT, &format!("/api/v1/products/S-{at}"), Some(body)).await;
        assert_eq!(put.status, StatusCode::CREATED, "{}", put.text());
    }
    house.settle().await;
    house
}

async fn tells(house: &House, events: Value) -> Value {
    let told = house.call(POST, "/api/v1/events", Some(json!({ "events": events }))).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    told.json()
}

async fn asks(house: &House, body: Value) -> Vec<(String, String, Value)> {
    let found = house.call(POST, "/api/v1/recommend", Some(body)).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text());
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let one = |one: &Value| (text(one, "sku"), text(one, "because"), one["of"].clone());
    found.json()["results"].as_array().expect("a list").iter().map(one).collect()
}

#[tokio::test]
async fn what_a_page_tells_is_recommended_and_forgotten() {
    let house = stocked().await;
    let cart = |visitor: &str, at: usize| json!({"kind": "cart", "visitor": visitor, "sku": format!("S-{at}")});
    let both = |n: usize| [cart(&format!("visitor-{n}"), 0), cart(&format!("visitor-{n}"), 1)];
    let told = tells(&house, (0..3).flat_map(both).collect::<Vec<_>>().into()).await;
    assert_eq!(told, json!({"taken": 6, "unknown_products": [], "unknown_searches": []}));
    let goes = asks(&house, json!({"list": "goes-with", "sku": "S-0"})).await;
    assert_eq!(goes, [("S-1".into(), "product".into(), json!("S-0"))]);
    // Of whom nothing may be kept, by what the page itself remembers.
    let seen = asks(&house, json!({"list": "for-you", "seen": ["S-1"], "limit": 1})).await;
    assert_eq!(seen, [("S-0".into(), "history".into(), json!("S-1"))]);
    let (cookie, _) = house.sign_in().await;
    let page = house.page(&cookie, "/recommendations?seen=S-2,S-1").await.text();
    assert!(page.contains("because of S-1") && page.contains("Goes with S-1") && page.contains("popular"), "{page}");
    let typo = house.page(&cookie, "/recommendations?seen=S-9").await;
    assert!(typo.status.is_success() && typo.text().contains("There is no product S-9"), "{}", typo.text());
    let pinned = json!({"list": "popular", "rules": {"pin": ["S-3"], "exclude": ["S-1"]}});
    let pinned: Vec<_> = asks(&house, pinned).await.into_iter().map(|(sku, because, _)| (sku, because)).collect();
    assert_eq!(pinned, [("S-3".into(), "pinned".into()), ("S-0".into(), "popular".into())]);

    let visitor = json!({"visitor": "visitor-0"});
    let held = house.call(POST, "/api/v1/visitors:show", Some(visitor.clone())).await.json();
    assert_eq!(held["events"].as_array().map(Vec::len), Some(2));
    let before = house.get("/api/v1/recommend").await.json();
    assert_eq!((before["visitors"].as_u64(), before["products"].as_u64()), (Some(3), Some(2)));
    let forgotten = house.call(POST, "/api/v1/visitors:forget", Some(visitor.clone())).await.json();
    let after = house.get("/api/v1/recommend").await.json();
    assert_eq!((forgotten["rows"].as_u64(), after["visitors"].as_u64()), (Some(2), Some(2)));
    for (told, known) in [("before", &before), ("after", &after)] {
        assert_eq!(forgotten[told], json!({"manifest": known["manifest"], "model": known["model"]}));
    }
    let held = house.call(POST, "/api/v1/visitors:show", Some(visitor)).await.json();
    assert_eq!(held, json!({"events": [], "searches": []}));
    let log = house.get("/api/v1/learn:forgotten").await.json();
    let told = |known: &Value| json!([known["manifest"], known["model"]]);
    assert_eq!((&log["forgotten"][0]["before"], &log["forgotten"][0]["after"]), (&told(&before), &told(&after)));
    let page = house.page(&cookie, "/recommendations?lang=en").await.text();
    let digits = &before["model"].as_str().expect("digits")[..16];
    assert!(page.contains("Forgotten") && page.contains(digits), "{page}");
}

/// The SKUs of a list, best first.
async fn listed(house: &House, body: Value) -> Vec<String> {
    asks(house, body).await.into_iter().map(|(sku, ..)| sku).collect()
}

#[tokio::test]
async fn a_list_is_arranged_as_it_was_asked_for() {
    let house = stocked().await;
    let deed =
        |kind: &str, visitor: &str, at: usize| json!({"kind": kind, "visitor": visitor, "sku": format!("S-{at}")});
    let views = (0..4).flat_map(|at| (0..=4 * (3 - at)).map(move |n| deed("view", &format!("visitor-{n}"), at)));
    tells(&house, views.collect::<Vec<_>>().into()).await;
    tells(&house, json!([deed("view", "kim", 0), deed("cart", "kim", 1), deed("purchase", "kim", 2)])).await;
    let popular = |more: Value| {
        let mut body = json!({"list": "popular", "visitor": "kim"});
        body.as_object_mut().expect("a body").extend(more.as_object().expect("more").clone());
        body
    };
    // What a deed hides, and every stronger one.
    for (hide, left) in [
        (json!({}), ["S-0", "S-1", "S-3"].as_slice()),
        (json!({"hide": "purchase"}), &["S-0", "S-1", "S-3"]),
        (json!({"hide": "cart"}), &["S-0", "S-3"]),
        (json!({"hide": "view"}), &["S-3"]),
    ] {
        assert_eq!(listed(&house, popular(hide.clone())).await, left, "{hide}");
    }
    for (rules, expected) in [
        (json!({"boost": ["S-3"]}), ["S-3", "S-0", "S-1"].as_slice()),
        (json!({"bury": ["S-0"]}), &["S-1", "S-3", "S-0"]),
        (json!({"pin": ["S-3"], "exclude": ["S-0"]}), &["S-3", "S-1"]),
    ] {
        assert_eq!(listed(&house, popular(json!({ "rules": rules }))).await, expected, "{rules}");
    }
    let all = listed(&house, json!({"list": "popular"})).await;
    assert_eq!((all.len(), all[0].as_str()), (4, "S-0"));
    // The same products in another order, the first one first.
    let diverse = listed(&house, json!({"list": "popular", "diversity": 1.0})).await;
    assert_eq!(BTreeSet::from_iter(&diverse), BTreeSet::from_iter(&all));
    assert_eq!(diverse[0], all[0]);
    assert_ne!(diverse, all);

    for (at, price) in [(1, "10000"), (2, "20000")] {
        let price = json!({"price": {"amount": price, "currency": "KRW"}});
        let changed = house.call(Method::PATCH, &format!("/api/v1/products/S-{at}"), Some(price)).await;
        assert!(changed.status.is_success(), "{}", changed.text());
    }
    house.settle().await;
    let cheap = json!({"list": "popular", "filters": {"price": {"max": "15000"}}});
    assert_eq!(listed(&house, cheap).await, ["S-1"]);
}

#[tokio::test]
async fn a_search_names_itself_and_events_name_it() {
    let house = stocked().await;
    let found = house.call(POST, "/api/v1/search", Some(json!({"like": "S-0"}))).await.json();
    let (search, chosen) = (found["search_id"].clone(), found["results"][1]["sku"].clone());
    let told = tells(
        &house,
        json!([
            {"kind": "search", "visitor": "lee", "search_id": search},
            {"kind": "click", "visitor": "kim", "sku": chosen, "search_id": search},
            {"kind": "click", "visitor": "kim", "sku": chosen, "search_id": "0000000000000000"},
        ]),
    )
    .await;
    assert_eq!(told, json!({"taken": 3, "unknown_products": [], "unknown_searches": ["0000000000000000"]}));
    let held = house.call(POST, "/api/v1/visitors:show", Some(json!({"visitor": "kim"}))).await.json();
    assert_eq!((&held["searches"][0]["search_id"], &held["searches"][0]["chosen"]), (&search, &json!([chosen])));
    assert_eq!(house.get("/api/v1/recommend").await.json()["search"]["visitors"], 1);
}

#[tokio::test]
async fn what_looks_like_somebody_is_refused_and_not_repeated() {
    let house = stocked().await;
    for id in ["kim@shop.example", "010-1234-5678", "4111 1111 1111 1111", "900101-1234567"] {
        let event = json!({"events": [{"kind": "view", "visitor": id, "sku": "S-0"}]});
        for (path, body) in [
            ("/api/v1/events", event),
            ("/api/v1/recommend", json!({"list": "for-you", "visitor": id})),
            ("/api/v1/visitors:show", json!({"visitor": id})),
            ("/api/v1/visitors:forget", json!({"visitor": id})),
        ] {
            let refused = house.call(POST, path, Some(body)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", refused.text());
            assert_eq!(refused.json()["error"]["code"], "bad_visitor");
            assert!(!refused.text().contains(id), "{}", refused.text());
        }
    }
    for (body, says) in [
        (json!({"list": "for-you"}), "`for-you` is for a visitor"),
        (json!({"list": "similar"}), "give its `sku`"),
        (json!({"list": "popular", "sku": "S-0"}), "`sku` is for"),
        (json!({"list": "popular", "diversity": 2}), "`diversity` 0 to 1"),
        (json!({"list": "popular", "limit": 201}), "`limit` is 1 to 200"),
        (json!({"list": "popular", "visitor": "kim", "hide": "all"}), "unknown variant"),
    ] {
        let refused = house.call(POST, "/api/v1/recommend", Some(body)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
        assert!(refused.text().contains(says), "{}", refused.text());
    }
}

#[tokio::test]
async fn a_page_of_the_shop_may_tell_and_ask_and_nothing_else() {
    let house = stocked().await;
    let send = async |path: &str, body: Value| {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", house.publishable))
            .header(header::ORIGIN, "https://shop.example")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        house.send(request.expect("a request")).await.status
    };
    let event = json!({"events": [{"kind": "view", "visitor": "kim", "sku": "S-0"}]});
    assert_eq!(send("/api/v1/events", event).await, StatusCode::OK);
    assert_eq!(send("/api/v1/recommend", json!({"list": "popular"})).await, StatusCode::OK);
    for path in ["/api/v1/visitors:show", "/api/v1/visitors:forget"] {
        assert_eq!(send(path, json!({"visitor": "kim"})).await, StatusCode::FORBIDDEN);
    }
}
