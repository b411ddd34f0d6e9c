//! A vault in a folder, a clock that is set, and a letter box.

use crate::engines::{Engine, engines, server, urls};
use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{
    cell::Cell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};
use tempfile::TempDir;
use vestry_app::{
    App, ChildAccount, Config, Device, Entered, Language, LogIn, MailConfig, NamedGuardian, PersonId, Personal,
    PostOffice, Privacy, Role, SignUp, Surroundings, Visitor,
};
use vestry_model::OrganisationId;

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW.get()).expect("a time")
}

fn random() -> [u8; 16] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = u128::from(COUNT.fetch_add(1, Ordering::Relaxed));
    count.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
}

pub(crate) const SURROUNDINGS: Surroundings = Surroundings { now, random };

/// A password that nobody would guess.
pub(crate) const PASSWORD: &str = "seven tailors under one lamp";

pub(crate) struct House {
    pub(crate) privacy: Privacy,
    pub(crate) folder: TempDir,
    config: Config,
}

/// Runs `test` on every engine that ships, each time in a house of its own.
pub(crate) async fn on_each_engine(test: impl AsyncFn(House)) {
    on_each_engine_with(&Config::default(), test).await;
}

/// The same with other settings than the usual.
pub(crate) async fn on_each_engine_with(settings: &Config, test: impl AsyncFn(House)) {
    for engine in engines() {
        let mut config = settings.clone();
        engine.fresh(&mut config).await;
        test(House::with(config.clone()).await).await;
        drop_schemas(&config).await;
    }
}

/// Runs `test` in two houses over the same databases, where an engine lets two processes have them.
pub(crate) async fn in_two_processes(test: impl AsyncFn(House, House)) {
    for engine in engines().into_iter().filter(|engine| *engine != Engine::Sqlite) {
        let mut config = Config::default();
        engine.fresh(&mut config).await;
        let house = House::with(config.clone()).await;
        let other = house.beside().await;
        test(house, other).await;
        drop_schemas(&config).await;
    }
}

/// A server that holds the tables of a thousand tests takes long to say which columns there are.
pub(crate) async fn drop_schemas(config: &Config) {
    let Some(server) = server().filter(|_| !config.store.url.is_empty()) else { return };
    let names = urls(config).map(|url| url.rsplit_once("[search_path]=").expect("a schema of its own").1);
    let mut conn = PgConnection::connect(&server).await.expect("the server answers");
    let sql = format!("drop schema {} cascade", names.join(", "));
    conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("dropped");
    conn.close().await.expect("closes");
}

impl House {
    /// In the morning of 2026-11-02 in Seoul.
    pub(crate) async fn with(config: Config) -> Self {
        set("2026-11-02T09:00:00+09:00");
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        Privacy::make(&data, &config, SURROUNDINGS).await.expect("made");
        let privacy = Privacy::open(&data, &config, SURROUNDINGS).await.expect("opens");
        Self { privacy, folder, config }
    }

    /// As another process finds it.
    pub(crate) async fn reopened(self) -> Self {
        let Self { privacy, folder, config } = self;
        privacy.close().await;
        drop(privacy);
        let privacy = Privacy::open(&folder.path().join("data"), &config, SURROUNDINGS).await.expect("opens");
        Self { privacy, folder, config }
    }

    /// As another process finds it that runs meanwhile: the same databases, a data folder of its own.
    pub(crate) async fn beside(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for part in ["data/audit", "data-keys"] {
            copy(&self.folder.path().join(part), &folder.path().join(part));
        }
        let privacy = Privacy::open(&folder.path().join("data"), &self.config, SURROUNDINGS).await.expect("opens");
        Self { privacy, folder, config: self.config.clone() }
    }

    /// As the server opens it, with letters that go this way.
    pub(crate) async fn served(self, mail: MailConfig) -> (App, TempDir) {
        let Self { privacy, folder, config } = self;
        privacy.close().await;
        drop(privacy);
        let config = Config { mail, ..config };
        let app = App::open(&folder.path().join("data"), config, SURROUNDINGS, None).await.expect("opens");
        (app, folder)
    }

    fn letters(&self) -> PathBuf {
        self.folder.path().join("data/mail")
    }

    /// Posts what waits; each letter that went out, read.
    pub(crate) async fn post(&self) -> Vec<Letter> {
        let office = PostOffice::of(&self.config.mail, &self.folder.path().join("data")).expect("a folder");
        let before: Vec<PathBuf> = self.files();
        self.privacy.post_letters(&office).await.expect("posted");
        self.files().iter().filter(|file| !before.contains(file)).map(|file| Letter::read(file)).collect()
    }

    /// A child asks for a guardian's consent; the token of the guardian's link.
    pub(crate) async fn asked_guardian(&self) -> String {
        let named = NamedGuardian {
            name: personal("박보호"),
            contact: personal("guardian@home.example"),
            language: Language::Korean,
            invitation: None,
        };
        self.privacy.ask_guardian(&named).await.expect("asked");
        let letter = self.post().await.pop().expect("a letter");
        assert_eq!(letter.to, "guardian@home.example");
        letter.token("/guardian/")
    }

    /// Every letter that went out, as it landed.
    pub(crate) fn raw_letters(&self) -> Vec<String> {
        self.files().iter().map(|file| fs::read_to_string(file).expect("a letter")).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.letters()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "eml")).collect()
    }

    /// Signs up, confirms, and logs in.
    pub(crate) async fn member(&self, mail: &str) -> (PersonId, Visitor) {
        self.privacy.sign_up(sign_up(mail)).await.expect("signed up");
        let letters = self.post().await;
        let token = letters.iter().find(|letter| letter.to == mail).expect("a letter").token("/join/confirm/");
        let joined = self.privacy.confirm(&token).await.expect("confirmed");
        (joined.person, self.enter(mail, PASSWORD).await)
    }

    /// An invitation to an organisation.
    pub(crate) async fn invited(&self, organisation: OrganisationId, to: &str, role: Role) -> String {
        let to = personal(to);
        let link = self.privacy.invite((organisation, "한빛상점"), &to, role, Language::Korean).await;
        self.post().await;
        link.expect("invited").to_string()
    }

    /// Signs up by an invitation; the link that confirms the address.
    pub(crate) async fn signed_up_by(&self, invitation: &str, mail: &str) -> String {
        let mut form = sign_up(mail);
        form.invitation = Some(invitation.to_owned());
        self.privacy.sign_up(form).await.expect("signed up");
        let letters = self.post().await;
        letters.iter().find(|letter| letter.to == mail).expect("a letter").token("/join/confirm/")
    }

    /// Has a letter wait: somebody logged in with a device that was not seen before.
    pub(crate) async fn lets_a_letter_wait(&self, mail: &str) {
        let form = LogIn { device: device("Safari, iPhone"), ..log_in(mail, PASSWORD) };
        self.privacy.log_in(&form).await.expect("in");
    }

    pub(crate) async fn enter(&self, mail: &str, password: &str) -> Visitor {
        match self.privacy.log_in(&log_in(mail, password)).await.expect("let in") {
            Entered::In(token) => self.privacy.visitor(&token).await.expect("asked").expect("a session"),
            other => panic!("not in: {other:?}"),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let to = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() { copy(&entry, &to) } else { fs::copy(&entry, &to).map(drop).expect("a copy") }
    }
}

/// A letter as it landed.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) text: String,
}

impl Letter {
    fn read(path: &Path) -> Self {
        Self::of(&fs::read_to_string(path).expect("a letter"))
    }

    /// One as it went over the wire.
    pub(crate) fn of(raw: &str) -> Self {
        let to = raw.lines().find_map(|line| line.strip_prefix("To: ")).expect("a recipient");
        Self { to: to.trim_matches(['<', '>']).to_owned(), text: decoded(raw) }
    }

    /// The token of the link that begins with `path`.
    pub(crate) fn token(&self, path: &str) -> String {
        let at = self.text.find(path).unwrap_or_else(|| panic!("no link {path} in {}", self.text)) + path.len();
        let is_token = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        self.text[at..].chars().take_while(|c| is_token(*c)).collect()
    }
}

/// The first text of a mail, whatever encoding it has.
fn decoded(raw: &str) -> String {
    use base64::Engine;
    let body = raw.split("Content-Type: text/plain").nth(1).expect("a text");
    let (head, rest) = body.split_once("\r\n\r\n").expect("a body");
    let text = rest.split("\r\n--").next().unwrap_or(rest);
    if head.contains("base64") {
        let packed: String = text.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).expect("base64");
        return String::from_utf8(bytes).expect("a text");
    }
    // Quoted-printable, or plain.
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        match (first, tail.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())) {
            (b'=', Some(byte)) if head.contains("quoted-printable") => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("a text")
}

pub(crate) fn set(instant: &str) {
    NOW.set(instant.parse::<Timestamp>().expect("an instant").as_second());
}

pub(crate) fn pass(time: SignedDuration) {
    NOW.set(NOW.get() + time.as_secs());
}

pub(crate) fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

/// What a guardian says of a child with that address.
pub(crate) fn child(mail: &str, day_of_14: &str) -> ChildAccount {
    let SignUp { items, consents, terms, language, .. } = sign_up(mail);
    ChildAccount { day_of_14: day_of_14.parse().expect("a day"), items, consents, terms, language }
}

/// A form with what is required and nothing else.
pub(crate) fn sign_up(mail: &str) -> SignUp {
    let items = [
        ("email", mail),
        ("name", "김하나"),
        ("mobile", "010-1234-5678"),
        ("company_phone", "02-123-4567"),
        ("company", "한빛상점"),
        ("title", "과장"),
    ];
    SignUp {
        items: items.into_iter().map(|(name, value)| (name.to_owned(), personal(value))).collect::<BTreeMap<_, _>>(),
        password: personal(PASSWORD),
        consents: Vec::new(),
        terms: true,
        language: Language::Korean,
        invitation: None,
    }
}

pub(crate) fn device(name: &str) -> Device {
    Device { network: "192.0.2.1".into(), name: name.into(), language: Language::Korean }
}

pub(crate) fn log_in(mail: &str, password: &str) -> LogIn {
    LogIn { mail: personal(mail), password: personal(password), code: None, device: device("Firefox, Linux") }
}
