//! A data folder with a vault, and a clock that the test sets.

use crate::engines::{Engine, engines};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::{
    cell::Cell,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};
use tempfile::TempDir;
use vestry_app::{App, Config, Description, Privacy, PrivacyError, Surroundings, Sweep, SweepOutcome, SweepRequest};
use vestry_model::OrganisationId;
use vestry_vault::{Opening, PersonId, Reader, ReasonCode};

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// The clock of this thread's test.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_microsecond(NOW.get()).expect("an instant")
}

/// Noon of a day in Seoul, where the policy lives.
pub(crate) fn noon(day: &str) -> Timestamp {
    let day: Date = day.parse().expect("a day");
    let zone = TimeZone::get("Asia/Seoul").expect("a zone");
    zone.to_ambiguous_timestamp(day.at(12, 0, 0, 0)).compatible().expect("an instant")
}

pub(crate) fn set_clock(at: Timestamp) {
    NOW.set(at.as_microsecond());
}

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
}

/// Runs `test` on every engine that ships, each time on an installation made at noon of `day`.
pub(crate) async fn on_each_engine(day: &str, test: impl AsyncFn(&World)) {
    for engine in engines() {
        test(&World::made_on(engine, day).await).await;
    }
}

impl World {
    /// An installation made at noon of `day`.
    pub(crate) async fn made(day: &str) -> Self {
        Self::made_with(tempfile::tempdir().expect("a folder"), day, Config::default()).await
    }

    /// One with its databases on `engine`.
    pub(crate) async fn made_on(engine: Engine, day: &str) -> Self {
        let mut config = Config::default();
        engine.fresh(&mut config).await;
        Self::made_with(tempfile::tempdir().expect("a folder"), day, config).await
    }

    /// One in `folder`.
    pub(crate) async fn made_in(folder: TempDir, day: &str) -> Self {
        Self::made_with(folder, day, Config::default()).await
    }

    async fn made_with(folder: TempDir, day: &str, config: Config) -> Self {
        set_clock(noon(day));
        let world = Self { folder, config };
        Privacy::make(&world.data(), &world.config, SURROUNDINGS).await.expect("made");
        world
    }

    /// The machine is gone. There is another one, with empty databases on `engine`; only the key files were kept.
    pub(crate) async fn lose(&mut self, engine: Engine) {
        std::fs::remove_dir_all(self.data()).expect("gone");
        engine.fresh(&mut self.config).await;
    }

    /// Another installation with the same files.
    pub(crate) fn copied(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(self.folder.path(), folder.path(), |_| true);
        Self { folder, config: Config::default() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("data-keys")
    }

    pub(crate) async fn open(&self) -> Privacy {
        self.try_open().await.expect("opens")
    }

    /// The shop in it, and its number.
    pub(crate) async fn shop(&self) -> (App, OrganisationId) {
        let app = App::open(&self.data(), self.config.clone(), SURROUNDINGS, None).await.expect("opens");
        let organisation = app.organisation_or_new("hanbit").await.expect("made");
        (app, organisation)
    }

    pub(crate) async fn try_open(&self) -> Result<Privacy, PrivacyError> {
        Privacy::open(&self.data(), &self.config, SURROUNDINGS).await
    }
}

/// Copies every file whose name is `wanted`.
pub(crate) fn copy(from: &Path, to: &Path, wanted: fn(&str) -> bool) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            copy(&path, &to.join(name), wanted);
        } else if wanted(&name.to_string_lossy()) {
            std::fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}

/// What a backup of the data holds: every file but the keys.
pub(crate) fn copy_without_keys(from: &Path, to: &Path) {
    copy(from, to, |name| !name.starts_with("keys.db"));
}

/// Never the same twice: tokens are told apart by it.
fn random() -> [u8; 16] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    u128::from(COUNT.fetch_add(1, Ordering::Relaxed)).to_be_bytes()
}

pub(crate) const SURROUNDINGS: Surroundings = Surroundings { now, random };

/// A member since the clock's now, with every item of the account.
pub(crate) fn member(mail: &str) -> Description {
    described(mail, "null")
}

/// A member who works for the organisation of that number.
pub(crate) fn colleague(mail: &str, organisation: i64) -> Description {
    described(mail, &organisation.to_string())
}

fn described(mail: &str, organisation: &str) -> Description {
    let text = format!(
        r#"{{"organisation":{organisation},"member_since":"{}","items":{{"email":"{mail}","password":"$argon2id$x","name":"김하나","mobile":"010-1234-5678",
        "company_phone":"02-123-4567","company":"하나패션 상품팀","title":"과장","app_settings":"dark","state":"in use",
        "member_id":"hana"}},"records":[
        {{"class":"payment","items":{{"invoice":"INV-1","card_issuer":"하나카드","card_number":"1234-5678-9012-3456"}},
          "events":{{"payment":"{}"}}}}]}}"#,
        now(),
        now()
    );
    serde_json::from_str(&text).expect("a description")
}

pub(crate) fn reason() -> ReasonCode {
    "test-1".parse().expect("a reason")
}

/// Every day from the clock's to `day`, the log is alive; then a sweep.
pub(crate) async fn sweep_on(privacy: &Privacy, day: &str) -> Sweep {
    set_clock(noon(day));
    let request = SweepRequest { confirm_clock: Some(reason()), ..SweepRequest::default() };
    match privacy.sweep(&request, |_| {}).await.expect("sweeps") {
        SweepOutcome::CarriedOut(sweep) => *sweep,
        SweepOutcome::Shown(plan) => panic!("only shown: {plan:?}"),
    }
}

/// The values of a person that serve `purpose`, as `item=value`.
pub(crate) async fn values(privacy: &Privacy, person: PersonId, purpose: &str) -> Result<Vec<String>, PrivacyError> {
    let opening = Opening::new(purpose, Reader::Prompt, Some(reason()))?;
    let mut values = Vec::new();
    for record in privacy.show_person(person, &opening, None).await? {
        for held in record.items {
            values.push(format!("{}={}", privacy.policy().item(held.item).id, held.value.open(&opening)));
        }
    }
    values.sort();
    Ok(values)
}
