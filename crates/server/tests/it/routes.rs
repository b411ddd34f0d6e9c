//! Every route in the table, without what it needs and with the wrong thing. Who may do what is in `matrix`.

use super::harness::{House, METRICS_TOKEN, with_metrics};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use vestry_app::Config;
use vestry_server::{Line, MetricsToken, Need, openapi, route_table};

pub(crate) fn address(line: &Line) -> String {
    line.path
        .replace("{id}", "1")
        .replace("{entry}", "1")
        .replace("{token}", "vml_x")
        .replace("{sku}", "a")
        .replace("{version}", "x")
        .replace("{name}", "console.css")
}

pub(crate) fn request(line: &Line) -> axum::http::request::Builder {
    Request::builder()
        .method(line.method.clone())
        .uri(address(line))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn nothing_is_answered_without_what_it_needs() {
    let house = House::new().await;
    for line in route_table() {
        let what = format!("{} {}", line.method, line.path);
        let answer = house.send(request(&line).body(Body::empty()).expect("a request")).await;
        match line.need {
            Need::Nothing => {
                assert!(answer.status != StatusCode::FORBIDDEN && !answer.status.is_server_error(), "{what}")
            }
            Need::AnyKey | Need::AnyKeyOrEditor | Need::SecretKey | Need::OwnerKey => {
                assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "no_key".into()), "{what}");
            }
            Need::Metrics => {
                assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "no_token".into()), "{what}");
            }
            Need::Staff | Need::Operator | Need::Officer => {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}");
                assert!(answer.header("location").starts_with("/office/sign-in?next="), "{what}");
            }
            Need::Anybody | Need::Session | Need::Editor | Need::Owner | Need::Member => {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}");
                assert!(answer.header("location").starts_with("/sign-in?next="), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_answered_to_the_wrong_one() {
    let house = House::new().await;
    let (cookie, _) = house.sign_in().await;
    for line in route_table() {
        let what = format!("{} {}", line.method, line.path);
        match line.need {
            Need::Nothing => {}
            Need::AnyKey | Need::AnyKeyOrEditor | Need::SecretKey | Need::OwnerKey => {
                let unknown = request(&line).header(header::AUTHORIZATION, "Bearer vs_0000").body(Body::empty());
                let answer = house.send(unknown.expect("a request")).await;
                assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "unknown_key".into()), "{what}");
                let key = format!("Bearer {}", house.publishable);
                let weak =
                    request(&line).header(header::AUTHORIZATION, key).header(header::ORIGIN, "https://shop.example");
                let weak = weak.body(Body::empty());
                let answer = house.send(weak.expect("a request")).await;
                if !matches!(line.need, Need::AnyKey | Need::AnyKeyOrEditor) {
                    let expected = (StatusCode::FORBIDDEN, "secret_key_needed".to_owned());
                    assert_eq!((answer.status, answer.code()), expected, "{what}");
                } else {
                    assert_ne!(answer.status, StatusCode::FORBIDDEN, "{what}");
                }
                // A session changes nothing through the API without its token.
                if line.method != Method::GET {
                    let forged = request(&line).header(header::COOKIE, &cookie).body(Body::empty());
                    let answer = house.send(forged.expect("a request")).await;
                    assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "stale_form".into()), "{what}");
                }
            }
            // A key is as good as an owner, and neither a member nor staff.
            Need::Member | Need::Staff | Need::Operator | Need::Officer | Need::Metrics => {
                let key = request(&line).header(header::COOKIE, &cookie).body(Body::empty());
                let answer = house.send(key.expect("a request")).await;
                assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "not_yours".into()), "{what}");
            }
            _ if line.method == Method::GET => {}
            Need::Anybody | Need::Session | Need::Editor | Need::Owner => {
                let forged = request(&line).header(header::COOKIE, &cookie).body(Body::from("csrf=guess"));
                let answer = house.send(forged.expect("a request")).await;
                assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "stale_form".into()), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn metrics_open_to_their_token_alone_and_without_one_to_no_bearer() {
    let ask = async |house: &House, bearer: &str| {
        let request = Request::get("/metrics").header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        house.send(request.body(Body::empty()).expect("a request")).await
    };
    let house = House::under(Config::default(), with_metrics()).await;
    assert_eq!(ask(&house, METRICS_TOKEN).await.status, StatusCode::OK);
    let strangers = [&METRICS_TOKEN[1..], "", house.secret.as_str(), house.publishable.as_str()];
    for bearer in strangers {
        let answer = ask(&house, bearer).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "unknown_token".into()), "{bearer}");
    }
    let house = House::new().await;
    for bearer in [METRICS_TOKEN, ""] {
        assert_eq!(ask(&house, bearer).await.status, StatusCode::UNAUTHORIZED, "none is set");
    }
    let error = "0123456789".parse::<MetricsToken>().expect_err("it can be guessed").to_string();
    assert!(error.contains("32 characters"), "{error}");
}

#[test]
fn the_openapi_document_names_every_route_of_the_api_and_no_other() {
    let api: serde_json::Value = serde_json::from_str(&openapi()).expect("JSON");
    assert_eq!(api["openapi"], "3.1.0");
    let mut described: Vec<String> = Vec::new();
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            described.push(format!("{} {path}", method.to_uppercase()));
            let free = path == "/healthz" || path == "/readyz";
            assert_eq!(operation["security"].is_null(), free, "{path}");
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{path} says what it does");
        }
    }
    let is_api = |l: &Line| {
        (l.path.starts_with("/api/v1/") || ["/healthz", "/readyz", "/metrics"].contains(&l.path))
            && l.path != "/api/v1/openapi.json"
    };
    let mut routed: Vec<String> =
        route_table().iter().filter(|l| is_api(l)).map(|l| format!("{} {}", l.method, l.path)).collect();
    described.sort();
    routed.sort();
    assert_eq!(described, routed);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_method_say_so_in_the_envelope() {
    let house = House::new().await;
    let answer = house.get("/api/v1/nothing").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, "not_found".into()));
    assert_eq!(answer.json()["error"]["request_id"].as_str(), Some(answer.header("x-request-id")));
    let answer = house.call(Method::PUT, "/api/v1/search", None).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed".into()));
}

#[tokio::test]
async fn pages_of_other_origins_may_search_with_a_key_that_names_them() {
    let house = House::new().await;
    let preflight = |origin: &str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri("/api/v1/search")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .body(Body::empty())
            .expect("a request")
    };
    let search = |origin: &str| {
        Request::post("/api/v1/search")
            .header(header::ORIGIN, origin)
            .header(header::AUTHORIZATION, format!("Bearer {}", house.publishable))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .expect("a request")
    };
    let answer = house.send(preflight("https://shop.example")).await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (StatusCode::NO_CONTENT, "https://shop.example")
    );
    let answer = house.send(search("https://shop.example")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, "https://shop.example"));
    let mut nowhere = search("https://shop.example");
    nowhere.headers_mut().remove(header::ORIGIN);
    let answer = house.send(nowhere).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "origin_needed".into()), "a key without a page");
    let answer = house.send(preflight("https://evil.example")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::FORBIDDEN, ""));
    let answer = house.send(search("https://evil.example")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::FORBIDDEN, ""));
}
