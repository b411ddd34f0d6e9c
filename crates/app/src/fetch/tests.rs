//! Fetching from servers that the test itself starts.

use super::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A server that gives each connection the next of `answers`, the last for ever; its address as `127.0.0.1:port`.
/// `HERE` in an answer is that address. An empty answer keeps the connection open and silent.
async fn serve(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address").to_string();
    let answers: Vec<Vec<u8>> = answers
        .into_iter()
        .map(|a| match String::from_utf8(a) {
            Ok(text) => text.replace("HERE", &here).into_bytes(),
            Err(error) => error.into_bytes(),
        })
        .collect();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        for number in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut request = [0u8; 2048];
            let _ = stream.read(&mut request).await;
            let answer = &answers[answers.len().min(number + 1) - 1];
            if answer.is_empty() {
                silent.push(stream);
                continue;
            }
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    here
}

fn ok(body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes(), body]
        .concat()
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

fn allowing(host: &str) -> Fetcher {
    Fetcher::new(FetchOptions { allow: vec![host.into()], max_bytes: 1000, ..FetchOptions::default() })
}

#[track_caller]
fn check_public(address: &str, expected: bool) {
    assert_eq!(is_public(address.parse().expect("an address")), expected, "{address}");
}

#[test]
fn special_addresses_are_not_public() {
    for public in ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1"] {
        check_public(public, true);
    }
    for special in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
    ] {
        check_public(special, false);
    }
    check_public("2606:4700::1111", true);
    check_public("2001:4860:4860::8888", true);
    for special in [
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ] {
        check_public(special, false);
    }
}

#[tokio::test]
async fn the_house_itself_is_refused() {
    let here = serve(vec![ok(b"secret")]).await;
    let port = here.rsplit(':').next().expect("a port").to_owned();
    let fetcher = Fetcher::new(FetchOptions::default());
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "0.0.0.0",
        "127.0.0.1.",
    ] {
        let error = fetcher.fetch(&format!("http://{host}:{port}/a.jpg")).await.expect_err("refused");
        assert!(matches!(error, FetchError::Forbidden(_)), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn an_allowed_host_is_fetched_from() {
    let here = serve(vec![ok(b"picture")]).await;
    let port = here.rsplit(':').next().expect("a port");
    for allowed in [here.as_str(), "127.0.0.1"] {
        assert_eq!(allowing(allowed).fetch(&format!("http://{here}/a.jpg")).await, Ok(b"picture".to_vec()));
    }
    let by_name = allowing(&format!("LOCALHOST:{port}")).fetch(&format!("http://localhost:{port}/a.jpg")).await;
    assert_eq!(by_name, Ok(b"picture".to_vec()));
    let other_port = allowing("127.0.0.1:1").fetch(&format!("http://{here}/a.jpg")).await;
    assert_eq!(other_port, Err(FetchError::Forbidden(here)));
}

#[tokio::test]
async fn each_hop_is_checked() {
    let cases = [
        ("http://169.254.169.254/latest/meta-data", FetchError::Forbidden("169.254.169.254".into())),
        ("http://localhost:1/", FetchError::Forbidden("localhost:1".into())),
        ("//[::1]/x", FetchError::Forbidden("[::1]".into())),
        ("file:///etc/passwd", FetchError::Url("file:///etc/passwd".into())),
        ("http://user:word@HERE/?token=1", FetchError::Url("http://HERE/".into())),
    ];
    for (to, expected) in cases {
        let here = serve(vec![redirect(to)]).await;
        let expected = match expected {
            FetchError::Url(text) => FetchError::Url(text.replace("HERE", &here)),
            other => other,
        };
        assert_eq!(allowing(&here).fetch(&format!("http://{here}/a.jpg")).await, Err(expected), "{to}");
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_fourth() {
    let hops = |count: usize| {
        let mut answers = vec![redirect("/next"); count];
        answers.push(ok(b"end"));
        answers
    };
    let here = serve(hops(3)).await;
    assert_eq!(allowing(&here).fetch(&format!("http://{here}/")).await, Ok(b"end".to_vec()));
    let here = serve(hops(4)).await;
    let error = allowing(&here).fetch(&format!("http://{here}/")).await;
    assert_eq!(error, Err(FetchError::Redirects { host: here, limit: 3 }));
}

#[tokio::test]
async fn a_body_is_cut_off_at_its_limit() {
    let chunk = [b"400\r\n".as_slice(), &[b'x'; 1024], b"\r\n"].concat();
    let endless = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &chunk, &chunk].concat();
    for answer in [ok(&[0; 1001]), endless] {
        let here = serve(vec![answer]).await;
        let error = allowing(&here).fetch(&format!("http://{here}/")).await;
        assert_eq!(error, Err(FetchError::TooLarge { host: here, limit: 1000 }));
    }
    let here = serve(vec![ok(&[7; 1000])]).await;
    assert_eq!(allowing(&here).fetch(&format!("http://{here}/")).await.map(|b| b.len()), Ok(1000));
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let here = serve(vec![Vec::new()]).await;
    let options = FetchOptions { allow: vec![here.clone()], timeout: Duration::from_millis(50), ..Default::default() };
    assert_eq!(Fetcher::new(options).fetch(&format!("http://{here}/")).await, Err(FetchError::Timeout(here)));
}

#[tokio::test]
async fn errors_hold_no_secret() {
    let gone = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let here = serve(vec![gone, b"HTTP/1.1".to_vec()]).await;
    let fetcher = allowing(&here);
    for url in [
        format!("http://{here}/a?key=hush"),
        format!("http://{here}/b?key=hush"),
        "http://me:hush@example.com/a".into(),
        "me:hush@example.com/a".into(),
        "ftp://example.com/?hush".into(),
        "http://:hush@/".into(),
        "not a url?hush".into(),
        "http://127.0.0.1/?hush#hush".into(),
        "http://nowhere.invalid/?hush".into(),
    ] {
        let error = fetcher.fetch(&url).await.expect_err("refused");
        assert!(!format!("{error} {error:?}").contains("hush"), "{url}: {error:?}");
    }
}
