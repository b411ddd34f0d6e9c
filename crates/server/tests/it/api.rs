//! The API from end to end: what is put is found, what is refused says why.

use super::harness::{House, base64, photo, with_metrics};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use vestry_app::Config;

const PUT: Method = Method::PUT;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

async fn with_dress() -> House {
    let house = House::new().await;
    let dress = json!({
        "title": {"ko": "남색 플리츠 원피스", "en": "Navy pleated dress"},
        "price": {"amount": "89,000"},
        "brand": "한빛",
        "own": {"season": "2026 SS"},
        "images": [{"base64": base64(&photo(0))}],
        "tags": [{"attribute": "category", "value": "원피스"}],
    });
    let answer = house.call(PUT, "/api/v1/products/HB%2F1", Some(dress)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let shirt = json!({"title": "흰 셔츠", "price": {"amount": 29000}, "images": [{"base64": base64(&photo(6))}]});
    let answer = house.call(PUT, "/api/v1/products/HB-2", Some(shirt)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    house.settle().await;
    house
}

fn skus(found: &Value) -> Vec<&str> {
    found["results"].as_array().into_iter().flatten().filter_map(|r| r["sku"].as_str()).collect()
}

#[tokio::test]
async fn a_product_that_was_put_is_read_changed_and_erased() {
    let house = with_dress().await;
    let answer = house.get("/api/v1/products/HB%2F1").await;
    let product = answer.json();
    assert_eq!(product["price"], json!({"amount": "89000", "currency": "KRW"}));
    assert_eq!(product["images"][0]["state"], "ready");
    let category = product["tags"].as_array().into_iter().flatten().find(|t| t["attribute"] == "category").cloned();
    assert_eq!(
        category.map(|t| (t["value"].clone(), t["state"].clone(), t["source"].clone())),
        Some(("dress".into(), "confirmed".into(), "catalogue".into()))
    );

    let patch =
        json!({"brand": null, "price": {"amount": "24.9", "currency": "usd"}, "own": {"season": null, "line": "A"}});
    let changed = house.call(PATCH, "/api/v1/products/HB%2F1", Some(patch)).await.json();
    assert_eq!((&changed["brand"], &changed["price"]["amount"]), (&Value::Null, &json!("24.90")));
    assert_eq!(changed["own"], json!({"line": "A"}));
    assert_eq!(changed["title"]["ko"], "남색 플리츠 원피스", "what a patch leaves out stays");

    let picture = house.get(&format!("/api/v1/images/{}?size=thumbnail", product["images"][0]["id"])).await;
    assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/webp"));

    assert_eq!(house.call(DELETE, "/api/v1/products/HB%2F1", None).await.status, StatusCode::NO_CONTENT);
    let gone = house.get("/api/v1/products/HB%2F1").await;
    assert_eq!((gone.status, gone.code()), (StatusCode::NOT_FOUND, "unknown_product".into()));
    house.settle().await;
    let found = house.call(POST, "/api/v1/search", Some(json!({}))).await.json();
    assert_eq!(skus(&found), ["HB-2"]);
}

#[tokio::test]
async fn products_are_found_by_words_by_photo_and_by_likeness() {
    let house = with_dress().await;
    let words = json!({"words": "원피스", "facets": ["category"], "weights": {"look": 0}});
    let found = house.call(POST, "/api/v1/search", Some(words)).await.json();
    assert_eq!(skus(&found).first(), Some(&"HB/1"), "{found}");
    assert_eq!(found["results"][0]["rank"], 1);
    assert!(found["results"][0]["parts"]["words"].is_number() && found["results"][0]["parts"]["look"].is_null());
    assert!(found["facets"]["category"].as_array().is_some_and(|f| f.iter().any(|v| v["value"] == "dress")));

    let photo = json!({"image": {"base64": base64(&photo(6))}, "limit": 1});
    let found = house.call(POST, "/api/v1/search", Some(photo)).await.json();
    assert_eq!(skus(&found), ["HB-2"], "its own photo is nearest");
    assert!(found["results"][0]["parts"]["look"].as_f64().is_some_and(|look| look > 0.95), "{found}");

    let similar = house.get("/api/v1/products/HB%2F1/similar?limit=5").await.json();
    assert!(!skus(&similar).contains(&"HB/1"), "a product is not like itself: {similar}");
}

#[tokio::test]
async fn pages_follow_each_other_and_a_foreign_cursor_is_gone() {
    let house = with_dress().await;
    let first = house.call(POST, "/api/v1/search", Some(json!({"limit": 1}))).await.json();
    let next = first["next"].as_str().expect("a second page").to_owned();
    let second = house.call(POST, "/api/v1/search", Some(json!({"cursor": next}))).await.json();
    assert_ne!(skus(&first), skus(&second));
    assert_eq!(second["next"], Value::Null);
    let gone = house.call(POST, "/api/v1/search", Some(json!({"cursor": "elsewhere"}))).await;
    assert_eq!((gone.status, gone.code()), (StatusCode::GONE, "cursor_gone".into()));
    let page = house.get("/api/v1/products?limit=1").await.json();
    assert_eq!((skus(&page), &page["total"]), (vec!["HB-2"], &json!(2)));
    let page =
        house.get(&format!("/api/v1/products?limit=1&cursor={}", page["next"].as_str().unwrap_or(""))).await.json();
    assert_eq!((skus(&page), &page["next"]), (vec!["HB/1"], &Value::Null));
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_what_could() {
    let house = House::new().await;
    for limit in ["0", "201"] {
        let refused = house.get(&format!("/api/v1/products?limit={limit}")).await;
        assert!(refused.status == StatusCode::BAD_REQUEST && refused.text().contains("1 to 200"), "{}", refused.text());
    }
    for (title, said) in [(json!({"fr": "Robe"}), "by language"), (json!("Ro\u{0}be"), "NUL character")] {
        let refused = house.call(PUT, "/api/v1/products/A-1", Some(json!({"title": title}))).await;
        assert!(refused.status.is_client_error() && refused.text().contains(said), "{}", refused.text());
    }
}

#[tokio::test]
async fn a_correction_stands_over_the_model() {
    let house = with_dress().await;
    let tag = json!({"attribute": "neckline", "value": "브이넥"});
    let product = house.call(POST, "/api/v1/products/HB-2/tags", Some(tag)).await.json();
    let neck = product["tags"].as_array().into_iter().flatten().find(|t| t["attribute"] == "neckline").cloned();
    let neck = neck.expect("a neckline");
    assert_eq!(
        (&neck["value"], &neck["state"], &neck["confidence"]),
        (&json!("v-neck"), &json!("confirmed"), &json!(1.0))
    );
    assert!(neck["source"].as_str().is_some_and(|s| s.starts_with("person:")), "{neck}");
    let product = house.call(DELETE, "/api/v1/products/HB-2/tags?attribute=neckline&value=v-neck", None).await.json();
    assert!(!product["tags"].as_array().into_iter().flatten().any(|t| t["attribute"] == "neckline"), "{product}");
    let unknown =
        house.call(POST, "/api/v1/products/HB-2/tags", Some(json!({"attribute": "neck", "value": "v"}))).await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::UNPROCESSABLE_ENTITY, "unknown_value".into()));
}

#[tokio::test]
async fn an_image_is_tagged_as_json_as_a_form_and_raw() {
    let house = House::new().await;
    let bytes = photo(3);
    let by_json = house
        .call(POST, "/api/v1/images:tag", Some(json!({"image": {"base64": base64(&bytes)}, "crop": [0, 0, 1, 1]})))
        .await;
    assert_eq!(by_json.status, StatusCode::OK, "{}", by_json.text());
    let document = by_json.json();
    assert_eq!(document["image"], json!({"width": 320, "height": 400, "faces": 0}));
    assert_eq!(document["objects"][0]["box"].as_array().map(Vec::len), Some(4));
    let key = format!("Bearer {}", house.secret);
    let parts: [(&str, Option<&str>, &[u8]); 2] = [("image", Some("a.jpg"), &bytes), ("crop", None, b"0,0,1,1")];
    let by_form = house.upload("/api/v1/images:tag", ("authorization", &key), &parts).await;
    assert_eq!(by_form.json(), document);
}

#[tokio::test]
async fn an_empty_file_is_called_empty() {
    let house = House::new().await;
    let key = format!("Bearer {}", house.secret);
    for (path, field) in
        [("/api/v1/images:tag", "image"), ("/api/v1/search", "image"), ("/api/v1/products:import", "feed")]
    {
        let upload = async |name: Option<&str>, field: &str| {
            let answer = house.upload(path, ("authorization", &key), &[(field, name, b"")]).await;
            answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(upload(Some("a.jpg"), field).await, format!("the file `{field}` is empty"), "{path}");
        assert!(!upload(Some("a.jpg"), "other").await.contains("empty"), "{path}");
    }
}

#[tokio::test]
async fn bad_input_is_refused_with_a_code_and_changes_nothing() {
    let house = House::new().await;
    let refused = |answer: super::harness::Answer, status: StatusCode, code: &str| {
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
        assert!(!answer.json()["error"]["message"].as_str().unwrap_or("").is_empty());
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let image = |bytes: &[u8]| Some(json!({"image": {"base64": base64(bytes)}}));
    refused(house.call(POST, "/api/v1/images:tag", image(b"")).await, unprocessable, "bad_image");
    refused(
        house.call(POST, "/api/v1/images:tag", image(b"<svg xmlns='http://www.w3.org/2000/svg'/>")).await,
        unprocessable,
        "bad_image",
    );
    refused(house.call(POST, "/api/v1/images:tag", image(&photo(0)[..500])).await, unprocessable, "bad_image");
    refused(
        house.call(POST, "/api/v1/images:tag", Some(json!({"image": {"base64": "?"}}))).await,
        StatusCode::BAD_REQUEST,
        "bad_request",
    );
    refused(
        house.call(POST, "/api/v1/images:tag", Some(json!({"image": {"url": "http://127.0.0.1:9/a.jpg"}}))).await,
        unprocessable,
        "not_fetched",
    );
    refused(
        house.call(POST, "/api/v1/images:tag", Some(json!({"image": {"url": "http://169.254.169.254/latest"}}))).await,
        unprocessable,
        "not_fetched",
    );
    let crop = json!({"image": {"base64": base64(&photo(0))}, "crop": [0.5, 0, 0.9, 1]});
    refused(house.call(POST, "/api/v1/images:tag", Some(crop)).await, unprocessable, "bad_crop");
    refused(
        house.call(POST, "/api/v1/search", Some(json!({"filters": {"colr": "navy"}}))).await,
        unprocessable,
        "unknown_field",
    );
    refused(
        house.call(POST, "/api/v1/search", Some(json!({"wrods": "a"}))).await,
        StatusCode::BAD_REQUEST,
        "bad_request",
    );
    refused(
        house.call(PUT, "/api/v1/products/a", Some(json!({"price": {"amount": "-1"}}))).await,
        unprocessable,
        "bad_product",
    );
    refused(
        house.call(PUT, "/api/v1/products/a", Some(json!({"images": [{"base64": base64(b"x")}]}))).await,
        unprocessable,
        "bad_image",
    );
    refused(house.get("/api/v1/products/a").await, StatusCode::NOT_FOUND, "unknown_product");
    refused(house.get("/api/v1/jobs/7").await, StatusCode::NOT_FOUND, "unknown_job");
    let long = "가".repeat(10_000);
    refused(
        house.call(POST, "/api/v1/search", Some(json!({"words": long}))).await,
        StatusCode::BAD_REQUEST,
        "bad_request",
    );
}

#[tokio::test]
async fn a_feed_becomes_products_and_comes_out_again() {
    let house = House::new().await;
    let feed = "sku,title,price,category\nA-1,검정 원피스,39000,dress\nA-2,Blue shirt,무료,\n";
    let key = format!("Bearer {}", house.secret);
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("feed", Some("feed.csv"), feed.as_bytes())];
    let answer = house.upload("/api/v1/products:import", ("authorization", &key), &parts).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let location = answer.header("location").to_owned();
    assert_eq!(house.get(&location).await.json()["state"], "waiting");
    house.run_job().await;
    let job = house.get(&location).await.json();
    assert_eq!((&job["state"], &job["error_count"]), (&json!("done"), &json!(1)), "{job}");
    assert_eq!((&job["errors"][0]["line"], &job["errors"][0]["value"]), (&json!(3), &json!("무료")));
    assert_eq!(job["result"]["created"], 1);

    let csv = house.get("/api/v1/products:export?format=csv").await.text();
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 2, "{csv}");
    assert!(
        rows[0].starts_with("\u{feff}sku,title_ko")
            && rows[0].contains("tag:category")
            && rows[1].contains("검정 원피스")
            && rows[1].contains("dress"),
        "{csv}"
    );
    let lines = house.get("/api/v1/products:export").await.text();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap_or("")).expect("a JSON line");
    assert_eq!(first["sku"], "A-1");

    let archive = house
        .upload("/api/v1/products:import", ("authorization", &key), &[("feed", Some("a.csv"), b"PK\x03\x04zip")])
        .await;
    assert_eq!((archive.status, archive.code()), (StatusCode::UNPROCESSABLE_ENTITY, "bad_feed".into()));
}

#[tokio::test]
async fn keys_are_made_rotated_and_revoked() {
    let house = House::new().await;
    let body = json!({"name": "page", "kind": "publishable", "origins": ["https://Shop.example/"]});
    let made = house.call(POST, "/api/v1/keys", Some(body)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let id = made.json()["id"].clone();
    assert!(made.json()["secret"].as_str().is_some_and(|s| s.starts_with("vp_")));
    let keys = house.get("/api/v1/keys").await;
    let listed = keys.json().as_array().into_iter().flatten().find(|k| k["id"] == id).cloned().expect("it is listed");
    assert_eq!(listed["origins"], json!(["https://shop.example"]));
    assert!(!keys.text().contains("vp_"), "secrets are shown once");
    let rotated = house.call(POST, &format!("/api/v1/keys/{id}/rotate"), None).await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.text());
    assert_ne!(rotated.json()["secret"], made.json()["secret"]);
    for secret in [&made, &rotated].map(|one| one.json()["secret"].as_str().expect("a secret").to_owned()) {
        assert!(house.files_with(&secret).is_empty(), "at rest there is its hash");
    }
    assert!(!house.files_with("shop.example").is_empty(), "what is no secret would be seen");
    assert_eq!(house.call(DELETE, &format!("/api/v1/keys/{id}"), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.call(DELETE, "/api/v1/keys/999", None).await.code(), "unknown_key");
    for origins in [json!(["shop.example/path"]), json!([])] {
        let wrong = json!({"name": "page", "kind": "publishable", "origins": origins});
        assert_eq!(house.call(POST, "/api/v1/keys", Some(wrong)).await.code(), "bad_key", "{origins}");
    }
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_hold_no_sku() {
    let house = House::under(Config::default(), with_metrics()).await;
    house.call(PUT, "/api/v1/products/HB%2F1", Some(json!({"title": "Linen"}))).await;
    house.get("/api/v1/products/HB%2F1").await;
    let text = house.metrics().await;
    assert!(
        text.contains(
            "vestry_requests_seconds_count{route=\"/api/v1/products/{sku}\",method=\"GET\",status=\"200\"} 1"
        ),
        "{text}"
    );
    assert!(!text.contains("HB"), "{text}");
}
