//! A server over a fresh data folder, asked without a socket.

use super::passkeys::{ORIGIN, offered_at};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use jiff::Timestamp;
use std::{
    cell::Cell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use tower::ServiceExt;
use vestry_app::{App, Config, KeyKind, Surroundings, SweepRequest};
use vestry_server::{Options, router, serve};

/// The clock of the one test that lives through years.
static CLOCK: AtomicI64 = AtomicI64::new(0);

/// Sets the clock of [`House::with_clock`].
pub(crate) fn set_clock(instant: &str) {
    CLOCK.store(instant.parse::<Timestamp>().expect("an instant").as_second(), Ordering::SeqCst);
}

thread_local! {
    /// How far a test has moved the clock, seconds.
    static PASSED: Cell<i64> = const { Cell::new(0) };
}

/// Moves the clock of this test.
pub(crate) fn pass(seconds: i64) {
    PASSED.set(PASSED.get() + seconds);
}

/// A clock that stands until a test moves it, and a random source that never repeats.
fn surroundings() -> Surroundings {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    Surroundings {
        now: || Timestamp::from_second(1_795_000_000 + PASSED.get()).expect("a time"),
        random: || {
            let count = u128::from(COUNT.fetch_add(1, Ordering::Relaxed));
            count.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
        },
    }
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// The code in the error envelope.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or("").to_owned()
    }
}

pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) secret: String,
    pub(crate) publishable: String,
    folder: TempDir,
}

impl House {
    /// Does the job that waits longest; it has to succeed.
    pub(crate) async fn run_job(&self) {
        let ended = self.app.run_next_job(|_, _| {}).await.expect("the queue works").expect("a job waits");
        ended.outcome.expect("the job is done");
    }

    pub(crate) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::under(config, Options::default()).await
    }

    pub(crate) async fn under(config: Config, options: Options) -> Self {
        Self::over(tempfile::tempdir().expect("a folder"), "", config, options).await
    }

    /// One that keeps accounts.
    pub(crate) async fn with_accounts() -> Self {
        Self::with_accounts_under(Config::default(), Options::default()).await
    }

    /// The same under settings.
    pub(crate) async fn with_accounts_under(config: Config, options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        vestry_app::Privacy::make(&data, &config, surroundings()).await.expect("a vault");
        Self::over(folder, "data", config, options).await
    }

    /// As another process finds the data folder of one that keeps accounts.
    pub(crate) async fn restarted(self) -> Self {
        let Self { app, router, folder, .. } = self;
        let config = app.config().clone();
        app.close().await;
        drop((app, router));
        Self::over(folder, "data", config, Options::default()).await
    }

    /// One that keeps accounts and whose clock is [`set_clock`]'s.
    pub(crate) async fn with_clock() -> Self {
        let (folder, config) = (tempfile::tempdir().expect("a folder"), Config::default());
        let now = || Timestamp::from_second(CLOCK.load(Ordering::SeqCst)).expect("a time");
        let surroundings = Surroundings { now, ..surroundings() };
        vestry_app::Privacy::make(&folder.path().join("data"), &config, surroundings).await.expect("a vault");
        Self::at(folder, "data", config, Options::default(), surroundings).await
    }

    /// One with accounts and passkeys, behind a proxy that says where requests come from.
    pub(crate) async fn behind_proxy() -> Self {
        let (folder, config) = (tempfile::tempdir().expect("a folder"), offered_at(ORIGIN));
        let data = folder.path().join("data");
        vestry_app::Privacy::make(&data, &config, surroundings()).await.expect("a vault");
        Self::over(folder, "data", config, Options { behind_proxy: true, ..Options::default() }).await
    }

    /// Every letter that went out, as it landed.
    pub(crate) fn raw_letters(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join("data/mail")).into_iter().flatten().flatten();
        entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
    }

    /// Lets time pass, and sweeps at its end as an officer who confirms the clock.
    pub(crate) async fn pass_days(&self, days: i64) {
        pass(days * 86_400);
        let confirm_clock = Some("test-1".parse().expect("a reason"));
        let request = SweepRequest { confirm_clock, ..SweepRequest::default() };
        self.privacy().sweep(&request, |_| {}).await.expect("swept");
    }

    /// The letters that went out so far, as they landed, the newest last.
    pub(crate) async fn letters(&self) -> Vec<String> {
        self.post().await;
        let entries = std::fs::read_dir(self.folder.path().join("data/mail")).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.sort_by_key(|path| std::fs::metadata(path).and_then(|m| m.modified()).ok());
        let read = |file: &std::path::PathBuf| std::fs::read_to_string(file).unwrap_or_default();
        files.iter().map(|file| read(file).replace("=\r\n", "").replace("=3D", "=")).collect()
    }

    async fn over(folder: TempDir, data: &str, config: Config, options: Options) -> Self {
        Self::at(folder, data, config, options, surroundings()).await
    }

    async fn at(folder: TempDir, data: &str, config: Config, options: Options, surroundings: Surroundings) -> Self {
        let app = App::open(&folder.path().join(data), config, surroundings, None).await.expect("the app opens");
        let organisation = app.organisation_or_new("Hanbit").await.expect("an organisation");
        let secret = app.make_key(organisation, KeyKind::Secret, "test").await.expect("a key").secret;
        let kind = KeyKind::Publishable { origins: vec!["https://shop.example".into()] };
        let publishable = app.make_key(organisation, kind, "page").await.expect("a key").secret;
        let router = router(app.clone(), options);
        Self { app, router, secret, publishable, folder }
    }

    /// The privacy side.
    pub(crate) fn privacy(&self) -> &vestry_app::Privacy {
        self.app.privacy().expect("a vault")
    }

    /// Posts the letters that wait; the path of the first link in each, the newest last.
    pub(crate) async fn post(&self) -> Vec<String> {
        let office = vestry_app::PostOffice::of(&self.app.config().mail, &self.folder.path().join("data"));
        self.privacy().post_letters(&office.expect("a folder")).await.expect("posted");
        let entries = std::fs::read_dir(self.folder.path().join("data/mail")).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.sort_by_key(|path| std::fs::metadata(path).and_then(|m| m.modified()).ok());
        let base = "http://127.0.0.1:8080";
        let link = |file: &std::path::PathBuf| {
            let text = std::fs::read_to_string(file).unwrap_or_default().replace("=\r\n", "").replace("=3D", "=");
            let at = text.find(base)? + base.len();
            let is_link = |c: char| c.is_ascii_alphanumeric() || "_-/?=.".contains(c);
            Some(text[at..].chars().take_while(|c| is_link(*c)).collect())
        };
        files.iter().filter_map(link).collect()
    }

    /// Behind a proxy each comes from a network of its own, unless it says from which: no network may try so often.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        static NETWORK: AtomicU64 = AtomicU64::new(1);
        let network = format!("2001:db8:{:x}::1", NETWORK.fetch_add(1, Ordering::Relaxed) % 0xffff);
        let headers = request.headers_mut();
        headers.entry("x-forwarded-for").or_insert_with(|| network.parse().expect("an address"));
        let response = self.router.clone().oneshot(request).await.expect("the router is infallible");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body is read").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// With the secret key and JSON.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> Answer {
        self.call_with(&self.secret, method, path, body).await
    }

    async fn call_with(&self, key: &str, method: Method, path: &str, body: Option<serde_json::Value>) -> Answer {
        let request =
            Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.expect("a request")).await
    }

    /// What a collector of metrics reads.
    pub(crate) async fn metrics(&self) -> String {
        self.call_with(METRICS_TOKEN, Method::GET, "/metrics", None).await.text()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// Puts the drawn shop into the catalogue of whoever has that key.
    pub(crate) async fn stock(&self, key: &str) {
        for (at, drawing) in vestry_drawings::catalogue(7, SHOP).iter().enumerate() {
            let body = serde_json::json!({
                "title": {"ko": drawing.title.pick(true), "en": drawing.title.pick(false)},
                "price": {"amount": drawing.price.to_string()},
                "images": [{"base64": base64(&photo(at))}],
            });
            let path = format!("/api/v1/products/{}", encoded(&drawing.sku));
            let answer = self.call_with(key, Method::PUT, &path, Some(body)).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        }
        self.settle().await;
    }

    /// How many files hold pictures, of a house with accounts.
    pub(crate) fn picture_files(&self) -> usize {
        files_under(&self.folder.path().join("data/objects")).len()
    }

    /// Every byte of a house with accounts, but what readers of a database note beside it.
    pub(crate) fn bytes(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = files_under(&self.folder.path().join("data")).into_iter();
        let files = files.filter(|file| !file.to_string_lossy().ends_with("-shm"));
        files.map(|file| (file.clone(), std::fs::read(file).unwrap_or_default())).collect()
    }

    /// The files in which `text` can be read as it is, in whatever case.
    pub(crate) fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let holds = |file: &PathBuf| {
            let bytes = std::fs::read(file).unwrap_or_default();
            String::from_utf8_lossy(&bytes).to_lowercase().contains(&text.to_lowercase())
        };
        files_under(self.folder.path()).into_iter().filter(holds).collect()
    }

    /// What was written is searchable afterwards.
    pub(crate) async fn settle(&self) {
        self.app.apply_outbox().await.expect("the outbox is applied");
    }

    /// Signs in; the session's cookie and the token of its forms.
    pub(crate) async fn sign_in(&self) -> (String, String) {
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("key={}&next=/catalogue", self.secret)));
        let answer = self.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or("").to_owned();
        let page = self.page(&cookie, "/keys").await.text();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form with a token");
        (cookie, rest.split('"').next().unwrap_or("").to_owned())
    }

    /// A page as a browser asks for it.
    pub(crate) async fn page(&self, cookie: &str, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, "en");
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// A form as a browser sends it.
    pub(crate) async fn form(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", encoded(v))).collect();
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.join("&"))).expect("a request")).await
    }

    /// `cookie` and what a browser keeps that allowed all cookies.
    pub(crate) async fn allowing(&self, cookie: &str) -> String {
        let answer = self.form(cookie, "/cookies", &[("choice", "all")]).await;
        let (choice, _) = answer.header("set-cookie").split_once(';').expect("a cookie");
        format!("{cookie}; {choice}")
    }

    /// A form with files.
    pub(crate) async fn upload(&self, path: &str, auth: (&str, &str), parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
            body.extend(format!("--bound\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--bound--\r\n");
        let request = Request::post(path)
            .header(auth.0, auth.1)
            .header(header::ACCEPT, if auth.0 == "cookie" { "text/html" } else { "*/*" })
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=bound");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

/// Serves `app` on a socket to who looks at it from there, given its address, until they have looked.
pub(crate) async fn served(app: App, look: impl FnOnce(String) -> JoinHandle<()>) {
    served_on(app, "127.0.0.1:0", look).await;
}

/// The same at an address of its own.
pub(crate) async fn served_on(app: App, listen: &str, look: impl FnOnce(String) -> JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, address) = oneshot::channel();
    let options = Options { listen: listen.into(), ..Options::default() };
    let shutdown = async {
        let _ = stopped.await;
    };
    let server = tokio::spawn(async move {
        serve(app, options, shutdown, |address| {
            let _ = ready.send(address);
        })
        .await
    });
    let looked = look(format!("http://{}", address.await.expect("it listens"))).await;
    let _ = stop.send(());
    looked.expect("every page works");
    server.await.expect("no panic").expect("it served");
}

pub(crate) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What opens `/metrics` under [`with_metrics`].
pub(crate) const METRICS_TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

pub(crate) fn with_metrics() -> Options {
    Options { metrics_token: Some(METRICS_TOKEN.parse().expect("a token")), ..Options::default() }
}

/// How many garments the drawn shop has.
pub(crate) const SHOP: usize = 12;

/// A drawn garment of the shop as JPEG.
pub(crate) fn photo(at: usize) -> Vec<u8> {
    let drawings = vestry_drawings::catalogue(7, SHOP);
    vestry_drawings::render(&drawings[at], 320, 400).to_jpeg(90)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
