//! What every answer tells a browser to forbid, and forms that another site's page sends.

use super::{
    harness::House,
    routes::{address, request},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use vestry_app::Config;
use vestry_server::{Need, Options, route_table};

/// Each header once, with these words in it.
const EVERYWHERE: [(&str, &[&str]); 5] = [
    (
        "content-security-policy",
        &[
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ],
    ),
    ("x-content-type-options", &["nosniff"]),
    ("referrer-policy", &["same-origin"]),
    ("permissions-policy", &["camera=(self)", "microphone=()", "geolocation=()"]),
    ("cross-origin-opener-policy", &["same-origin"]),
];

#[tokio::test]
async fn every_answer_forbids_what_no_page_needs() {
    for behind_proxy in [false, true] {
        let house = House::under(Config::default(), Options { behind_proxy, ..Options::default() }).await;
        let unknown = ["/nothing", "/api/v1/nothing"].map(|path| (Method::GET, path.to_owned()));
        let routes = route_table().into_iter().map(|line| (line.method.clone(), address(&line)));
        // A wrong method and what goes beyond a route too.
        for (method, path) in routes.chain(unknown).chain([(Method::TRACE, "/policy".into())]) {
            let what = format!("{method} {path}");
            let asked = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
            let answer = house.send(asked).await;
            for (name, words) in EVERYWHERE {
                let values: Vec<_> = answer.headers.get_all(name).iter().collect();
                assert_eq!(values.len(), 1, "{what}: {name}");
                let value = values[0].to_str().expect("plain");
                assert!(words.iter().all(|word| value.contains(word)), "{what}: {name}: {value}");
                assert!(!value.contains("unsafe") && !value.contains('*'), "{what}: {name}: {value}");
            }
            let strict = answer.header("strict-transport-security");
            assert_eq!(strict.is_empty(), !behind_proxy, "{what}: only behind TLS");
        }
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let house = House::new().await;
    let mut forms = 0;
    for line in route_table().iter().filter(|l| l.need == Need::Nothing && l.method != Method::GET) {
        forms += 1;
        let sent = |headers: &[(&str, &str)]| {
            let asked = request(line).header(header::HOST, "vestry.example");
            let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
            house.send(asked.body(Body::from("choice=none&key=vs_0")).expect("a request"))
        };
        for refused in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://vestry.example")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://vestry.example.evil.example")],
            &[("origin", "https://vestry.example:8443")],
            &[("origin", "null")],
        ] {
            let answer = sent(refused).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {refused:?}", line.path);
            assert_eq!(answer.code(), "foreign_form", "{} {refused:?}", line.path);
        }
        for taken in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://vestry.example")],
            &[("origin", "https://vestry.example")],
            &[("origin", "http://Vestry.example")],
        ] {
            assert_ne!(sent(taken).await.status, StatusCode::FORBIDDEN, "{} {taken:?}", line.path);
        }
    }
    assert!(forms >= 2, "signing in, and the choice about cookies");
}
