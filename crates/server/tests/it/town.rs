//! A server on which everybody there is has signed in: two organisations, the office, keys; and what to ask of each route.

mod office;
mod taught;

use super::{
    accounts::{JOIN, PASSWORD, code, csrf, enter, member, staff_named},
    authenticator::Authenticator,
    harness::{Answer, House, base64, encoded, photo},
    passkeys::{self, ORIGIN},
};
use axum::{
    body::Body as HttpBody,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use std::{cell::Cell, collections::BTreeMap, path::PathBuf};
use vestry_app::{Both, KeyKind, Language, NewRecord, PersonId, Personal, Role, SweepRequest};
use vestry_model::OrganisationId;
use vestry_policy::Event;
use vestry_server::Line;

const OWNER: &str = "canary-owner@hanbit.example";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    Nobody,
    /// An owner of another organisation.
    Other,
    Viewer,
    Editor,
    Owner,
    Officer,
    Operator,
    Auditor,
    /// The organisation's secret key.
    Key,
    OtherKey,
    /// The organisation's publishable key, on a page that it names.
    Page,
}

impl Caller {
    pub(crate) const ALL: [Self; 11] = [
        Self::Nobody,
        Self::Other,
        Self::Viewer,
        Self::Editor,
        Self::Owner,
        Self::Officer,
        Self::Operator,
        Self::Auditor,
        Self::Key,
        Self::OtherKey,
        Self::Page,
    ];

    fn role(self) -> Role {
        match self {
            Self::Viewer => Role::Viewer,
            Self::Editor => Role::Editor,
            Self::Officer => Role::Officer,
            Self::Operator => Role::Operator,
            Self::Auditor => Role::Auditor,
            _ => Role::Owner,
        }
    }
}

/// A session, and the token of its forms.
#[derive(Debug, Clone)]
struct Login {
    cookie: String,
    csrf: String,
}

#[derive(Debug, Clone)]
enum Body {
    Form(Vec<(&'static str, String)>),
    File(&'static str, &'static str, Vec<u8>),
    Json(Value),
}

/// A request that does something, when it comes from one who may.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) path: String,
    /// The link's token in it.
    pub(crate) token: Option<String>,
    body: Body,
    /// Somebody of the caller's role whom it may cost their session.
    who: Option<Login>,
}

impl Ask {
    /// The same, asked by callers as they are.
    pub(crate) fn by_whom_it_is_tried(&self) -> Self {
        Self { who: None, ..self.clone() }
    }

    /// The same with another link.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        let own = self.token.as_deref().unwrap_or_default();
        let body = match &self.body {
            Body::Form(fields) => {
                Body::Form(fields.iter().map(|(name, value)| (*name, value.replace(own, token))).collect())
            }
            other => other.clone(),
        };
        Self { path: self.path.replace(own, token), body, ..self.clone() }
    }

    fn of(path: impl Into<String>, fields: &[(&'static str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { path: path.into(), token: None, body: Body::Form(fields), who: None }
    }

    fn json(path: impl Into<String>, value: Value) -> Self {
        Self { body: Body::Json(value), ..Self::of(path, &[]) }
    }

    fn file(path: &str, field: &'static str, name: &'static str, bytes: Vec<u8>) -> Self {
        Self { body: Body::File(field, name, bytes), ..Self::of(path, &[]) }
    }

    /// What a mailed link leads to.
    fn link(path: &str, token: &str, fields: &[(&'static str, &str)]) -> Self {
        Self { token: Some(token.to_owned()), ..Self::of(path.replace("{token}", token), fields) }
    }
}

pub(crate) struct Town {
    house: House,
    sessions: BTreeMap<Caller, Login>,
    other_key: String,
    hanbit: OrganisationId,
    image: String,
    job: String,
    /// The entry of a certificate.
    entry: u64,
    notice: String,
    count: Cell<u32>,
}

impl Town {
    pub(crate) async fn new() -> Self {
        let house = House::behind_proxy().await;
        let (cookie, token) = house.sign_in().await;
        house.form(&cookie, "/team", &[("csrf", &token), ("email", OWNER), ("role", "owner")]).await;
        let invitation = house.post().await.pop().expect("a letter");
        member(&house, OWNER, invitation.split("invitation=").nth(1).expect("an invitation")).await;
        let other = house.app.organisation_or_new("Noru").await.expect("an organisation");
        let other_key = house.app.make_key(other, KeyKind::Secret, "theirs").await.expect("a key").secret;
        let hanbit = house.app.organisation_or_new("Hanbit").await.expect("an organisation");
        let sweep = house.privacy().sweep(&SweepRequest::default(), |_| {}).await.expect("swept");
        let vestry_app::SweepOutcome::CarriedOut(sweep) = sweep else { panic!("carried out") };
        let says = Both { ko: "옮깁니다.".into(), en: "It moves.".into() };
        let day = "2099-01-01".parse().expect("a day");
        let notice = house.privacy().announce_transfer(("Saebom", "privacy@saebom.example"), &says, day).await;
        let mut town = Self {
            sessions: BTreeMap::new(),
            other_key,
            hanbit,
            image: String::new(),
            job: String::new(),
            entry: sweep.entry,
            notice: notice.expect("announced").to_string(),
            count: Cell::new(0),
            house,
        };
        town.stock().await;
        for caller in
            [Caller::Other, Caller::Viewer, Caller::Editor, Caller::Officer, Caller::Operator, Caller::Auditor]
        {
            let login = town.fresh(caller).await;
            town.sessions.insert(caller, login);
        }
        let owner = town.login(enter(&town.house, OWNER).await, "/me").await;
        town.sessions.insert(Caller::Owner, owner);
        town.settle_in().await;
        town
    }

    /// What each leaves once, whatever they ask: that their key was used, and an index of their own, empty as it is.
    async fn settle_in(&self) {
        for line in vestry_server::route_table().iter().filter(|line| line.path == "/api/v1/search") {
            for caller in [Caller::Other, Caller::Key, Caller::OtherKey, Caller::Page] {
                let answer = self.send(line, &Ask::json(line.path, json!({})), caller).await;
                assert!(answer.status.is_success(), "{caller:?}: {}", answer.text());
            }
        }
    }

    /// Products, two of them with a picture of which there is much to review, and a job.
    async fn stock(&mut self) {
        for (at, sku) in ["D-1", "D-2"].into_iter().enumerate() {
            let body = json!({"title": "Canary dress", "images": [{"base64": base64(&photo(at))}]});
            let put = self.house.call(Method::PUT, &format!("/api/v1/products/{sku}"), Some(body)).await;
            assert!(put.status.is_success(), "{}", put.text());
        }
        self.house.settle().await;
        let product = self.house.get("/api/v1/products/D-1").await.json();
        self.image = product["images"][0]["id"].to_string().trim_matches('"').to_owned();
        let listed = json!({"images": [{"url": "http://cdn.example/a.jpg"}]});
        let job = self.house.call(Method::POST, "/api/v1/images:tag", Some(listed)).await;
        self.job = job.header("location").rsplit('/').next().unwrap_or_default().to_owned();
    }

    fn next(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    /// An address of nobody yet.
    fn mail(&self) -> String {
        format!("somebody-{}@shop.example", self.next())
    }

    async fn login(&self, cookie: String, page: &str) -> Login {
        let csrf = csrf(&self.house.page(&cookie, page).await.text());
        Login { cookie, csrf }
    }

    /// Somebody new of a caller's role, signed in.
    async fn fresh(&self, caller: Caller) -> Login {
        let role = caller.role();
        if role.is_staff() {
            let cookie = staff_named(&self.house, &format!("canary-{}", self.next()), role).await;
            return self.login(cookie, "/office").await;
        }
        let (mail, invitation) = match caller {
            Caller::Other => {
                self.house.post().await;
                (self.mail(), String::new())
            }
            _ => {
                let mail = format!("canary-{}@hanbit.example", self.next());
                (mail.clone(), self.invitation(&mail, role).await)
            }
        };
        self.login(member(&self.house, &mail, &invitation).await, "/me").await
    }

    async fn invitation(&self, mail: &str, role: Role) -> String {
        let to = (self.hanbit, "Hanbit");
        let mail = Personal::new(mail.to_owned());
        let token = self.house.privacy().invite(to, &mail, role, Language::English).await.expect("invited");
        self.house.post().await;
        token.as_str().to_owned()
    }

    /// A colleague who has just joined as a viewer.
    async fn colleague(&self) -> (String, PersonId) {
        let mail = format!("canary-{}@hanbit.example", self.next());
        member(&self.house, &mail, &self.invitation(&mail, Role::Viewer).await).await;
        let found = self.house.privacy().vault().find(&Personal::new(mail.clone())).await;
        (mail, found.expect("asked").expect("a member"))
    }

    /// The token of the newest mailed link that begins so.
    async fn mailed(&self, start: &str) -> String {
        let link = self.house.post().await.into_iter().rfind(|link| link.starts_with(start));
        link.unwrap_or_else(|| panic!("no letter with {start}"))[start.len()..].to_owned()
    }

    pub(crate) fn app(&self) -> vestry_app::App {
        self.house.app.clone()
    }

    /// The cookie of a caller who has signed in.
    pub(crate) fn cookie(&self, caller: Caller) -> Option<String> {
        self.sessions.get(&caller).map(|login| login.cookie.clone())
    }

    /// Every byte of the data folder.
    pub(crate) fn bytes(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.house.bytes()
    }

    /// What the organisation's own see of it.
    pub(crate) async fn view(&self) -> Vec<String> {
        let mut view = Vec::new();
        for path in ["/api/v1/products:export", "/api/v1/keys", "/api/v1/jobs"] {
            view.push(self.house.get(path).await.text());
        }
        for path in ["/team", "/review"] {
            view.push(self.house.page(&self.sessions[&Caller::Owner].cookie, path).await.text());
        }
        view
    }

    pub(crate) async fn send(&self, line: &Line, ask: &Ask, caller: Caller) -> Answer {
        let mut request = Request::builder().method(line.method.clone()).uri(&ask.path);
        request = request.header(header::ACCEPT_LANGUAGE, "en");
        if !line.path.starts_with("/api") {
            request = request.header(header::ACCEPT, "text/html");
        }
        let key = match caller {
            Caller::Key => Some(&self.house.secret),
            Caller::OtherKey => Some(&self.other_key),
            Caller::Page => Some(&self.house.publishable),
            _ => None,
        };
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if caller == Caller::Page && line.path.starts_with("/api") {
            request = request.header(header::ORIGIN, "https://shop.example");
        }
        let login = ask.who.as_ref().or_else(|| self.sessions.get(&caller));
        let csrf = login.map_or("", |login| login.csrf.as_str());
        if let Some(login) = login {
            request = request.header(header::COOKIE, &login.cookie).header("x-csrf-token", csrf);
        }
        let (kind, bytes) = encode(&ask.body, csrf);
        let request = match line.method {
            Method::GET => request.body(HttpBody::empty()),
            _ => request.header(header::CONTENT_TYPE, kind).body(HttpBody::from(bytes)),
        };
        self.house.send(request.expect("a request")).await
    }

    /// Makes what the request is about, and says the request.
    pub(crate) async fn ask(&self, line: &Line, caller: Caller) -> Ask {
        match line.path {
            path if path.starts_with("/api") => self.ask_api(line, path).await,
            path if path.starts_with("/office") => self.ask_office(line, path, caller).await,
            path if path.contains("{token}") => self.ask_link(line, path).await,
            path => self.ask_page(line, path, caller).await,
        }
    }
}

fn encode(body: &Body, csrf: &str) -> (&'static str, Vec<u8>) {
    match body {
        Body::Form(fields) => {
            let pairs = fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("csrf", csrf)]);
            let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
            ("application/x-www-form-urlencoded", pairs.join("&").into_bytes())
        }
        Body::Json(value) => ("application/json", value.to_string().into_bytes()),
        Body::File(field, name, file) => {
            let mut bytes = format!(
                "--bound\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--bound\r\n\
                 content-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
            )
            .into_bytes();
            bytes.extend(file);
            bytes.extend(b"\r\n--bound--\r\n");
            ("multipart/form-data; boundary=bound", bytes)
        }
    }
}

const FEED: &[u8] = b"sku,title\nF-1,Linen shirt\n";

/// The API and the console.
impl Town {
    async fn ask_api(&self, line: &Line, path: &str) -> Ask {
        let fresh = async || {
            let sku = format!("D-{}", self.next() + 100);
            let body = json!({"title": "Canary dress"});
            let put = self.house.call(Method::PUT, &format!("/api/v1/products/{sku}"), Some(body)).await;
            assert!(put.status.is_success(), "{}", put.text());
            sku
        };
        let dress = json!({"attribute": "category", "value": "dress"});
        match (line.method.as_str(), path) {
            ("PUT", _) => Ask::json(path.replace("{sku}", &format!("P-{}", self.next())), json!({"title": "Linen"})),
            ("PATCH", _) => {
                Ask::json(path.replace("{sku}", "D-1"), json!({"title": format!("Canary dress {}", self.next())}))
            }
            ("DELETE", "/api/v1/products/{sku}") => Ask::of(path.replace("{sku}", &fresh().await), &[]),
            ("POST", "/api/v1/products/{sku}/tags") => Ask::json(path.replace("{sku}", &fresh().await), dress),
            ("DELETE", "/api/v1/products/{sku}/tags") => {
                let at = path.replace("{sku}", &fresh().await);
                self.house.call(Method::POST, &at, Some(dress)).await;
                Ask::of(format!("{at}?attribute=category&value=dress"), &[])
            }
            ("POST", "/api/v1/products:import") => Ask::file(path, "feed", "feed.csv", FEED.to_vec()),
            ("POST", "/api/v1/images:tag") => Ask::json(path, json!({"images": [{"url": "http://cdn.example/a.jpg"}]})),
            ("POST", "/api/v1/learn/{attribute}/versions") => {
                self.untaught().await;
                Ask::of(path.replace("{attribute}", "category"), &[])
            }
            (_, path) if path.starts_with("/api/v1/learn/{attribute}/versions/{id}") => {
                Ask::of(path.replace("{attribute}", "category").replace("{id}", &self.published().await), &[])
            }
            ("POST", "/api/v1/events") => Ask::json(path, self.event("D-1")),
            ("POST", "/api/v1/recommend") => {
                self.house.call(Method::POST, "/api/v1/events", Some(self.event("D-1"))).await;
                Ask::json(path, json!({"list": "for-you", "visitor": "visitor-1"}))
            }
            ("POST", "/api/v1/visitors:show" | "/api/v1/visitors:forget") => {
                let told = self.house.call(Method::POST, "/api/v1/events", Some(self.event("D-1"))).await;
                assert!(told.status.is_success(), "{}", told.text());
                Ask::json(path, json!({"visitor": "visitor-1"}))
            }
            ("POST", "/api/v1/search") => Ask::json(path, json!({})),
            ("POST", "/api/v1/keys") => Ask::json(path, json!({"name": "shop", "kind": "secret"})),
            (_, path) if path.starts_with("/api/v1/keys/{id}") => {
                Ask::json(path.replace("{id}", &self.key().await), json!({}))
            }
            (_, "/api/v1/images/{id}") => Ask::of(path.replace("{id}", &self.image), &[]),
            (_, "/api/v1/jobs/{id}") => Ask::of(path.replace("{id}", &self.job), &[]),
            _ => Ask::of(path.replace("{sku}", "D-1").replace("{attribute}", "category"), &[]),
        }
    }

    /// A visitor does something with a product, each time a little later.
    fn event(&self, sku: &str) -> serde_json::Value {
        let second = 10 + self.next() % 50;
        json!({"events": [
            {"kind": "cart", "visitor": "visitor-1", "sku": sku, "at": format!("2026-10-01T00:00:{second}Z")},
        ]})
    }

    async fn key(&self) -> String {
        let made = self.house.app.make_key(self.hanbit, KeyKind::Secret, "canary key").await;
        made.expect("a key").id.to_string()
    }

    /// The first question of the review: its place; and the way to its look-alikes.
    async fn question(&self) -> (String, String) {
        let page = self.house.page(&self.sessions[&Caller::Owner].cookie, "/review?attribute=category").await.text();
        let page = match page.contains("name=\"at\"") {
            true => page,
            false => self.house.page(&self.sessions[&Caller::Owner].cookie, "/review").await.text(),
        };
        let alike = quoted(&page, "href=\"/review/alike?").replace("&#38;", "&");
        (quoted(&page, "name=\"at\" value=\""), format!("/review/alike?{alike}"))
    }

    async fn ask_review(&self, line: &Line, path: &str, caller: Caller) -> Ask {
        let (place, alike) = self.question().await;
        match (line.method.as_str(), path) {
            ("GET", "/review/alike") => Ask::of(alike, &[]),
            ("POST", "/review") => Ask::of(path, &[("at", &place), ("act", "accept")]),
            ("POST", "/review/undo") => {
                let Login { cookie, csrf } = &self.sessions[&caller];
                let answered = [("csrf", csrf.as_str()), ("at", &place), ("act", "accept")];
                self.house.form(cookie, "/review", &answered).await;
                let page = self.house.page(cookie, "/review").await.text();
                Ask::of(path, &[("step", &quoted(&page, "name=\"step\" value=\""))])
            }
            ("POST", "/review/alike") => {
                let parts: Vec<&str> = place.split('_').collect();
                let [.., product, attribute, value] = parts[..] else { panic!("a place: {place}") };
                let chosen = format!("{product}={value}");
                Ask::of(path, &[("attribute", attribute), ("answer", value), ("chosen", &chosen)])
            }
            _ => Ask::of(path, &[]),
        }
    }

    async fn ask_page(&self, line: &Line, path: &str, caller: Caller) -> Ask {
        match (line.method.as_str(), path) {
            ("GET", "/recommendations") => {
                self.house.call(Method::POST, "/api/v1/events", Some(self.event("D-1"))).await;
                Ask::of("/recommendations?seen=D-1", &[])
            }
            (_, path) if path.starts_with("/review") => self.ask_review(line, path, caller).await,
            (_, path) if path.starts_with("/me") || path.starts_with("/sign-") => {
                self.ask_own(line, path, caller).await
            }
            ("POST", "/taught") => {
                let version = self.published().await;
                Ask::of(path, &[("attribute", "category"), ("act", "back"), ("version", &version)])
            }
            ("POST", "/preferences") => Ask::of(path, &[("language", "ko"), ("back", "/catalogue")]),
            ("POST", "/cookies") => Ask::of(path, &[("choice", "all")]),
            ("POST", "/search") => Ask::file(path, "image", "photo.jpg", photo(3)),
            ("POST", "/products/{sku}/tags") => {
                Ask::of("/products/D-1/tags", &[("act", "add"), ("attribute", "category"), ("value", "coat")])
            }
            ("POST", "/imports") => Ask::file(path, "feed", "feed.csv", FEED.to_vec()),
            ("POST", "/imports/start") => {
                let upload = Ask::file("/imports", "feed", "feed.csv", FEED.to_vec());
                let page = self.send(line, &upload, Caller::Owner).await.text();
                let upload = quoted(&page, "name=\"upload\" value=\"");
                let columns = [("column", "sku"), ("field", "sku"), ("column", "title"), ("field", "title")];
                Ask::of(path, &[&[("upload", upload.as_str())], &columns[..]].concat())
            }
            ("POST", "/keys") => Ask::of(path, &[("name", "shop"), ("kind", "secret")]),
            ("POST", "/keys/{id}") => Ask::of(path.replace("{id}", &self.key().await), &[("act", "revoke")]),
            ("POST", "/join") => Ask::of(path, &[&JOIN[..], &[("email", &self.mail())]].concat()),
            ("GET", "/join") => Ask::of("/join?age=14", &[]),
            ("POST", "/join/child") => {
                Ask::of(path, &[("guardian_name", "박보호"), ("guardian_contact", &self.mail())])
            }
            ("POST", "/password") => Ask::of(path, &[("email", &self.colleague().await.0)]),
            ("POST", "/team") => Ask::of(path, &[("email", &self.mail()), ("role", "viewer")]),
            ("POST", "/team/{id}") => {
                let (_, person) = self.colleague().await;
                Ask::of(path.replace("{id}", &person.to_string()), &[("act", "give"), ("role", "editor")])
            }
            (_, path) => Ask::of(
                path.replace("/notices/{id}", &format!("/notices/{}", self.notice))
                    .replace("/pictures/{id}", &format!("/pictures/{}", self.image))
                    .replace("/imports/{id}", &format!("/imports/{}", self.job))
                    .replace("/assets/{version}/{name}", &self.stylesheet().await)
                    .replace("{sku}", "D-1")
                    .replace("{version}", &self.house.app.policy().version),
                &[],
            ),
        }
    }

    /// An asset's address, as pages have it.
    async fn stylesheet(&self) -> String {
        quoted(&self.house.page("", "/sign-in").await.text(), "rel=\"stylesheet\" href=\"")
    }
}

/// People's own pages, and links that were mailed.
impl Town {
    async fn ask_own(&self, line: &Line, path: &str, caller: Caller) -> Ask {
        let fresh = async |fields: &[(&'static str, &str)]| {
            let who = Some(self.fresh(caller).await);
            Ask { who, ..Ask::of(path, fields) }
        };
        match (line.method.as_str(), path) {
            ("POST", "/sign-in") => {
                Ask::of(path, &[("email", &self.colleague().await.0), ("password", PASSWORD), ("next", "/me")])
            }
            ("POST", "/sign-in/passkey") => {
                let cookie = enter(&self.house, &self.colleague().await.0).await;
                let mut browser = Authenticator::at(ORIGIN);
                passkeys::made(&self.house, &cookie, &mut browser, "canary").await;
                let (challenge, answer) = passkeys::answered(&self.house, &mut browser).await;
                Ask::of(path, &[("challenge", &challenge), ("answer", &answer), ("next", "/me")])
            }
            ("POST", "/me/passkeys") => Ask::of(path, &[("act", "ask"), ("password", PASSWORD)]),
            ("POST", "/sign-out") => fresh(&[]).await,
            ("POST", "/me") => Ask::of(path, &[("act", "correct"), ("item", "title"), ("value", &self.mail())]),
            ("POST", "/me/agree") => {
                let ask = fresh(&[("agree", "marketing"), ("next", "/me")]).await;
                self.come_of_age(&ask.who.as_ref().expect("somebody").cookie).await;
                ask
            }
            ("POST", "/me/security") => {
                let ask = fresh(&[]).await;
                let cookie = &ask.who.as_ref().expect("somebody").cookie;
                let secret = quoted_until(&self.house.page(cookie, path).await.text(), "<code class=\"secret\">", '<');
                let code = code(&self.house, &secret);
                let fields = [("act", "set-up"), ("secret", &secret), ("password", PASSWORD), ("code", &code)];
                Ask { who: ask.who, ..Ask::of(path, &fields) }
            }
            ("POST", "/me/address") => Ask::of(path, &[("email", &self.mail()), ("password", PASSWORD)]),
            ("POST", "/me/leave") => fresh(&[("password", PASSWORD)]).await,
            (_, "/me/export/{name}") => {
                let Login { cookie, csrf } = &self.sessions[&caller];
                self.house.form(cookie, "/me", &[("csrf", csrf), ("act", "export")]).await;
                self.house.privacy().make_exports().await.expect("made");
                Ask::of("/me/export/my-data.json", &[])
            }
            _ => Ask::of(path, &[]),
        }
    }

    /// Tries so often in vain that an address has to wait.
    pub(crate) async fn lock(&self, mail: &str) {
        for _ in 0..7 {
            self.house.form("", "/sign-in", &[("email", mail), ("password", "wrong")]).await;
        }
    }

    /// Whoever has that session was a child until now, and is asked for consents of their own.
    async fn come_of_age(&self, cookie: &str) {
        let (privacy, token) = (self.house.privacy(), cookie.split_once('=').expect("a cookie").1);
        let person = privacy.visitor(token).await.expect("asked").expect("signed in").person;
        let (policy, now) = (privacy.policy(), privacy.now());
        let day =
            (policy.item_named("day_of_14").expect("an item"), Personal::new(policy.local(now).date().to_string()));
        let class = policy.class_named("guardian").expect("a class");
        let guarded = NewRecord { class, events: vec![(Event::Made, now), (Event::OfAge, now)], items: vec![day] };
        privacy.vault().add_record(policy, person, &guarded).await.expect("a guardian's");
        let came = privacy.vault().come_of_age(policy, "{\"template\":\"own-consent\"}", now).await;
        assert_eq!(came.expect("done"), 1);
    }

    /// A guardian who was asked; their link's token.
    async fn guardian(&self) -> String {
        let named = [("guardian_name", "박보호"), ("guardian_contact", &self.mail())];
        self.house.form("", "/join/child", &named).await;
        self.mailed("/guardian/").await
    }

    async fn ask_link(&self, line: &Line, path: &str) -> Ask {
        match path {
            "/certificates/{token}" => Ask::link(path, &self.house.privacy().certificate_link().token, &[]),
            "/unsubscribe/{token}" => Ask::link(path, &self.advertised().await, &[]),
            "/guardian/{token}" => Ask::link(path, &self.guardian().await, &self.consent(&self.mail())),
            "/guardian/{token}/export/{name}" => {
                let (token, mail) = (self.guardian().await, self.mail());
                let link = format!("/guardian/{token}");
                self.house.form("", &link, &self.consent(&mail)).await;
                let confirm = format!("/join/confirm/{}", self.mailed("/join/confirm/").await);
                self.house.form("", &confirm, &[]).await;
                self.house.form("", &link, &[("act", "export")]).await;
                self.house.privacy().make_exports().await.expect("made");
                Ask::link(&path.replace("{name}", "my-data.json"), &token, &[])
            }
            "/join/confirm/{token}" => {
                let mail = self.mail();
                self.house.form("", "/join", &[&JOIN[..], &[("email", &mail)]].concat()).await;
                Ask::link(path, &self.mailed("/join/confirm/").await, &[])
            }
            "/contest/{token}" => {
                let (mail, _) = self.colleague().await;
                self.about(Caller::Officer, &mail, "ban").await;
                Ask::link(path, &self.mailed("/contest/").await, &[("words", "It was not me.")])
            }
            "/password/{token}" => {
                self.house.form("", "/password", &[("email", &self.colleague().await.0)]).await;
                Ask::link(path, &self.mailed("/password/").await, &[("password", "eight tailors under two lamps")])
            }
            "/team/join/{token}" => {
                let (mail, person) = self.colleague().await;
                self.house.privacy().give_role(self.hanbit, person, None).await.expect("removed");
                let token = self.invitation(&mail, Role::Editor).await;
                let who = (line.method == Method::POST).then_some(enter(&self.house, &mail).await);
                let who = match who {
                    Some(cookie) => Some(self.login(cookie, "/me").await),
                    None => None,
                };
                Ask { who, ..Ask::link(path, &token, &[]) }
            }
            _ => {
                let who = self.fresh(Caller::Viewer).await;
                let fields = [("csrf", who.csrf.as_str()), ("email", &self.mail()), ("password", PASSWORD)];
                self.house.form(&who.cookie, "/me/address", &fields).await;
                let token = self.mailed("/me/address/").await;
                if path == "/me/address/{token}" {
                    return Ask::link(path, &token, &[]);
                }
                self.house.form("", &format!("/me/address/{token}"), &[]).await;
                Ask::link(path, &self.mailed("/me/address/undo/").await, &[])
            }
        }
    }

    /// What a guardian's form has in it.
    fn consent<'m>(&self, mail: &'m str) -> Vec<(&'static str, &'m str)> {
        let mut fields: Vec<_> = JOIN.into_iter().filter(|(name, _)| *name != "password").collect();
        fields.extend([("email", mail), ("day_of_14", "2031-05-05")]);
        fields
    }

    /// The token that ends the advertising of somebody who has just agreed to it and got some.
    async fn advertised(&self) -> String {
        let Login { cookie, csrf } = self.fresh(Caller::Viewer).await;
        let agree = [("csrf", csrf.as_str()), ("act", "consent"), ("purpose", "marketing")];
        self.house.form(&cookie, "/me", &agree).await;
        let both = Both { ko: "봄 옷".into(), en: "Spring clothes".into() };
        self.house.privacy().advertise(&both, &both).await.expect("given");
        self.house.privacy().tell_all().await.expect("written");
        self.mailed("/unsubscribe/").await
    }
}

/// What stands between `before` and the next quote.
fn quoted(page: &str, before: &str) -> String {
    quoted_until(page, before, '"')
}

fn quoted_until(page: &str, before: &str, end: char) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split(end).next().unwrap_or_default().to_owned()
}
