//! TLS on a real socket, through a real client.

use super::harness::House;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};
use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, path::PathBuf};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use vestry_model::OrganisationId;
use vestry_server::{Options, ServeError, Tls, TlsError, serve};

/// A folder with a certificate for `localhost` and its key.
struct Files {
    folder: TempDir,
    root: Certificate,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = write(&folder);
        Self { folder, root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self) -> Result<Tls, TlsError> {
        Tls::read(&self.path("certificate.pem"), &self.path("key.pem"))
    }
}

/// Writes a new pair over the one that is there.
fn write(folder: &TempDir) -> Certificate {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".into()]).expect("a certificate");
    let key = folder.path().join("key.pem");
    fs::write(folder.path().join("certificate.pem"), cert.pem()).expect("written");
    fs::write(&key, signing_key.serialize_pem()).expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("shut");
    Certificate::from_der(cert.der()).expect("a certificate")
}

/// Asks `localhost` at `address`, trusting `root` and nothing else.
fn client(root: &Certificate, address: SocketAddr) -> Client {
    // Whoever came first has installed the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().tls_certs_only([root.clone()]).resolve("localhost", address);
    client.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

async fn listening(
    house: &House,
    tls: Option<Tls>,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<Result<(), ServeError>>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, address) = oneshot::channel();
    let options = Options { listen: "127.0.0.1:0".into(), tls, ..Options::default() };
    let app = house.app.clone();
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(serve(app, options, shutdown, |address| {
        let _ = ready.send(address);
    }));
    (address.await.expect("it listens"), stop, server)
}

#[tokio::test]
async fn clause_7_ga_what_is_sent_is_encrypted() {
    let (house, files) = (House::new().await, Files::new());
    let (address, stop, server) = listening(&house, Some(files.read().expect("a pair"))).await;
    let base = format!("https://localhost:{}", address.port());
    let client = client(&files.root, address);
    let answer = client.get(format!("{base}/policy")).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let old =
        Client::builder().no_proxy().http1_only().tls_certs_only([files.root.clone()]).resolve("localhost", address);
    let answer = old.build().expect("a client").get(format!("{base}/policy")).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_11));
    // The host of HTTP/2 is in the address; a form of this site is known by it.
    let body = format!("key={}", house.secret);
    let form = |origin: &str| {
        let form = client.post(format!("{base}/sign-in")).header("origin", origin);
        form.header("content-type", "application/x-www-form-urlencoded").body(body.clone()).send()
    };
    let signed_in = form(&base).await.expect("an answer");
    assert_eq!(signed_in.status().as_u16(), 303);
    let cookie = signed_in.headers()["set-cookie"].to_str().expect("plain");
    assert!(cookie.starts_with("vestry_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let foreign = form("https://evil.example").await.expect("an answer");
    assert_eq!(foreign.status().as_u16(), 403);
    let plain =
        Client::builder().no_proxy().build().expect("a client").get(format!("http://{address}/policy")).send().await;
    assert!(plain.is_err(), "nothing is said in the clear: {plain:?}");
    drop(client);
    let _ = stop.send(());
    server.await.expect("no panic").expect("it served");
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_dropping_anybody() {
    let (house, files) = (House::new().await, Files::new());
    let tls = files.read().expect("a pair");
    let (address, stop, server) = listening(&house, Some(tls.clone())).await;
    let page = format!("https://localhost:{}/policy", address.port());
    let connected = client(&files.root, address);
    connected.get(&page).send().await.expect("an answer").text().await.expect("read");
    assert!(!tls.renew().expect("readable"), "nothing changed");
    let new = write(&files.folder);
    assert!(tls.renew().expect("readable"));
    connected.get(&page).send().await.expect("whoever is connected stays, on the certificate of then");
    assert!(client(&files.root, address).get(&page).send().await.is_err(), "the old one is shown no more");
    client(&new, address).get(&page).send().await.expect("the new one is");
    // Half of a pair changes nothing.
    let key = fs::read(files.path("key.pem")).expect("readable");
    write(&files.folder);
    fs::write(files.path("key.pem"), key).expect("written");
    assert!(matches!(tls.renew(), Err(TlsError::Pair { .. })));
    client(&new, address).get(&page).send().await.expect("the pair that works stays");
    drop(connected);
    let _ = stop.send(());
    server.await.expect("no panic").expect("it served");
}

#[test]
fn a_key_that_others_may_touch_is_refused() {
    let files = Files::new();
    let key = files.path("key.pem");
    for mode in [0o640, 0o604, 0o620, 0o660, 0o644] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("opened");
        let refused = files.read().expect_err("refused").to_string();
        assert!(refused.contains(&format!("{mode:03o}")) && refused.contains("chmod 600"), "{refused}");
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("shut");
        files.read().expect("taken");
    }
    let read = |certificate: &str, key: &str| Tls::read(&files.path(certificate), &files.path(key));
    assert!(matches!(read("key.pem", "key.pem"), Err(TlsError::NoCertificate { .. })));
    fs::set_permissions(files.path("certificate.pem"), fs::Permissions::from_mode(0o600)).expect("shut");
    assert!(matches!(read("certificate.pem", "certificate.pem"), Err(TlsError::NoKey { .. })));
    assert!(matches!(read("certificate.pem", "nothing.pem"), Err(TlsError::Read { .. })));
}

#[tokio::test]
async fn clause_7_ga_nothing_is_listened_on_in_the_clear_that_others_can_reach() {
    let (house, files) = (House::with_accounts().await, Files::new());
    let privacy = house.app.privacy().expect("accounts");
    let on = |tls| {
        let options = Options { listen: "0.0.0.0:0".into(), tls, ..Options::default() };
        serve(house.app.clone(), options, async {}, |_| {})
    };
    let refused = on(None).await.expect_err("refused");
    assert!(
        matches!(&refused, ServeError::NotLoopback(_)) && refused.to_string().contains("--certificate"),
        "{refused}"
    );
    // Whoever read the printed key would be the owner.
    let early = on(Some(files.read().expect("a pair"))).await.expect_err("refused");
    assert!(matches!(early, ServeError::NoAccounts) && early.to_string().contains("vestry admin init"), "{early}");
    privacy.demo_people(OrganisationId::from_row(1)).await.expect("people");
    on(Some(files.read().expect("a pair"))).await.expect("it served");
}
