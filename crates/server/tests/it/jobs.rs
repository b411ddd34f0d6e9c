//! Many pictures as one job, and how much one caller may ask.

use super::harness::{House, photo};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    routing::get,
};
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use std::time::Duration;
use vestry_app::Config;

/// A server on loopback with a picture at `/a.jpg` and a text at `/a.txt`; its address.
async fn pictures() -> String {
    let routes = Router::new().route("/a.jpg", get(|| async { photo(3) })).route("/a.txt", get(|| async { "text" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

#[tokio::test]
async fn many_pictures_are_tagged_by_a_job_and_none_is_kept() {
    let at = pictures().await;
    let mut config = Config::default();
    config.fetch.allow = vec!["127.0.0.1".into()];
    let house = House::with(config).await;
    let images: Vec<_> =
        ["a.jpg", "a.txt", "none?token=hidden", "a.jpg"].map(|p| json!({"url": format!("http://{at}/{p}")})).into();
    let asked = house.call(Method::POST, "/api/v1/images:tag", Some(json!({"images": images}))).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let location = asked.header("location").to_owned();
    house.run_job().await;
    let job = house.get(&location).await.json();
    assert_eq!((&job["kind"], &job["state"], &job["done"]), (&json!("tag"), &json!("done"), &json!(4)), "{job}");
    let seen = job["result"]["images"].as_array().expect("a list");
    let single =
        house.call(Method::POST, "/api/v1/images:tag", Some(json!({"image": {"url": format!("http://{at}/a.jpg")}})));
    let single = single.await.json();
    assert_eq!((&seen[0]["document"], &seen[3]["document"]), (&single, &single), "the same document as one by one");
    assert!(seen[1]["document"].is_null() && !seen[1]["message"].as_str().unwrap_or("").is_empty());
    let lines: Vec<_> = job["errors"].as_array().expect("errors").iter().map(|e| e["line"].clone()).collect();
    assert_eq!(lines, [json!(2), json!(3)], "{job}");
    assert!(!job["errors"].to_string().contains("hidden"), "a query may hold a secret: {job}");
    assert_eq!(house.get("/api/v1/products").await.json()["total"], 0);

    let refused = [
        json!({"images": []}),
        json!({"images": [{"url": "/etc/passwd"}]}),
        json!({"images": images, "image": {"url": "http://a.example/a.jpg"}}),
        json!({"images": vec![json!({"url": "http://a.example/a.jpg"}); 1_001]}),
    ];
    for body in refused {
        let answer = house.call(Method::POST, "/api/v1/images:tag", Some(body)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "bad_request".into()));
    }
}

#[tokio::test]
async fn one_key_may_ask_so_often_and_then_waits() {
    let mut config = Config::default();
    config.server.requests_per_second = 1;
    let house = House::with(config).await;
    for _ in 0..50 {
        let answer = house.get("/api/v1/jobs").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.code(), "too_many_requests");
            assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|s| (1..=2).contains(&s)));
            return;
        }
        assert_eq!(answer.status, StatusCode::OK);
    }
    panic!("fifty requests at once were all answered, though one a second is allowed");
}

#[tokio::test]
async fn a_body_beyond_its_limit_is_refused_before_it_is_read() {
    let house = House::new().await;
    let request = Request::post("/api/v1/images:tag")
        .header(header::AUTHORIZATION, format!("Bearer {}", house.secret))
        .header(header::CONTENT_TYPE, "image/jpeg");
    let answer = house.send(request.body(Body::from(vec![0xff; (32 << 20) + 1])).expect("a request")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large".into()));
}

/// A request of the console as `cookie`, its body as it comes in.
fn upload(path: &str, cookie: &str, body: Body) -> Request<Body> {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=bound");
    request.body(body).expect("a request")
}

/// The beginning of a form with a file: its token, and how much of the file there is.
fn begun(csrf: &str, bytes: usize) -> Vec<u8> {
    let file = "--bound\r\ncontent-disposition: form-data; name=\"feed\"; filename=\"a.csv\"\r\n\r\n";
    let token = format!("--bound\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n{file}");
    [token.into_bytes(), vec![b'a'; bytes]].concat()
}

/// What has come in, and nothing more.
fn stuck(begun: Vec<u8>) -> Body {
    let first = futures_util::stream::iter([Ok::<_, std::io::Error>(begun)]);
    Body::from_stream(first.chain(futures_util::stream::pending()))
}

#[tokio::test]
async fn a_form_beyond_its_limit_is_refused() {
    let house = House::new().await;
    let (cookie, csrf) = house.sign_in().await;
    for (path, bytes) in [("/search", (33 << 20) + 1), ("/preferences", (1 << 20) + 1), ("/keys", (1 << 20) + 1)] {
        let body = [begun(&csrf, bytes), b"\r\n--bound--\r\n".to_vec()].concat();
        let answer = house.send(upload(path, &cookie, body.into())).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn of_a_large_form_little_is_read_before_its_token() {
    let house = House::new().await;
    let (cookie, _) = house.sign_in().await;
    for csrf in ["wrong", ""] {
        let sent = house.send(upload("/imports", &cookie, stuck(begun(csrf, (1 << 20) + 1))));
        let answer = tokio::time::timeout(Duration::from_secs(30), sent).await.expect("it does not wait for the rest");
        assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "stale_form".into()));
    }
}

#[tokio::test]
async fn few_large_forms_are_read_at_once() {
    let house = House::new().await;
    let (cookie, csrf) = house.sign_in().await;
    let send = |body: Body| house.send(upload("/imports", &cookie, body));
    let mut slow = [0, 1].map(|_| Box::pin(send(stuck(begun(&csrf, 1)))));
    for one in &mut slow {
        assert!(one.now_or_never().is_none(), "it waits for the rest");
    }
    let third = send(stuck(begun(&csrf, 1))).await;
    assert_eq!((third.status, third.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"), "{}", third.text());
    drop(slow);
    let whole = [begun(&csrf, 1), b"\r\n--bound--\r\n".to_vec()].concat();
    let answer = send(whole.into()).await;
    assert_ne!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text());
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let house = House::new().await;
    // Signing in asks nothing before the body is there, so that turning the clock hurries nothing else.
    tokio::time::pause();
    let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = house.send(request.body(endless).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT, "{}", answer.text());
}
