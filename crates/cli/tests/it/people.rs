//! The privacy office at the prompt, and sweeps that are killed.

use crate::program::{stderr, vestry};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use vestry_app::{Config, Description, Privacy, Surroundings};

pub(crate) struct Office {
    pub(crate) folder: TempDir,
    key: String,
}

impl Office {
    pub(crate) fn new() -> Self {
        let mut office = Self { folder: tempfile::tempdir().expect("a folder"), key: String::new() };
        let made = office.run(&["admin", "init"]);
        assert!(made.status.success(), "{}", stderr(&made));
        let said = out(&made);
        office.key = said.split_whitespace().find(|word| word.len() == 64).expect("the public key").to_owned();
        office
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = vestry(args);
        command.arg("--data").arg(self.data());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary runs")
    }

    #[track_caller]
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        out(&output)
    }

    #[track_caller]
    pub(crate) fn refused(&self, args: &[&str], says: &str) {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path.display().to_string()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) const KIM: &str = r#"{ "member_since": "2026-11-01T09:00:00+09:00", "consents": ["marketing"],
  "items": { "email": "kim@shop.example", "password": "hash", "name": "김하나", "mobile": "010-1234-5678",
    "company_phone": "02-1", "company": "하나패션", "title": "과장", "mailing": "yes", "state": "in use", "member_id": "hana" },
  "records": [{ "class": "payment", "items": { "card_number": "1234-5678-9012-3456" },
    "events": { "payment": "2026-11-02T10:00:00+09:00" } }] }"#;

#[test]
fn nobody_at_the_prompt_releases_alone_what_takes_two_of_the_staff() {
    let office = Office::new();
    let id = office.done(&["admin", "person", "add", "--items", &office.file("kim.json", KIM)]);
    let id = id.trim();
    let officer = |mail: &str| {
        let mut adding = office.command(&["admin", "staff", "add", "--role", "officer"]);
        let mut adding = adding.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary runs");
        let typed = format!("{mail}\n이두리\n");
        std::io::Write::write_all(&mut adding.stdin.take().expect("a pipe"), typed.as_bytes()).expect("typed");
        assert!(adding.wait().expect("it ends").success());
    };
    officer("lee@operator.example");
    for reason in ["lawsuit-7", "lawsuit-8"] {
        office.done(&["admin", "person", "hold", id, "--reason", reason]);
        if reason == "lawsuit-7" {
            // One officer has no second.
            office.done(&["admin", "person", "release", id, "--reason", reason]);
            officer("park@operator.example");
        }
    }
    office.refused(&["admin", "person", "release", id, "--reason", "closed-8"], "/office/desk");
    office.refused(&["admin", "person", "unblock", id], "/office/desk");
    assert!(office.done(&["admin", "person", "holds"]).contains("lawsuit-8"), "and the hold is there");
}

#[test]
fn somebody_is_put_on_file_shown_held_and_erased() {
    let office = Office::new();
    let id = office.done(&["admin", "person", "add", "--items", &office.file("kim.json", KIM)]);
    let id = id.trim();
    let shown = office.done(&["admin", "person", "show", id, "--purpose", "membership", "--reason", "case-1"]);
    assert!(shown.contains("김••••") && shown.contains("••••5678"), "{shown}");
    assert!(!shown.contains("김하나") && !shown.contains("010-1234"), "{shown}");
    let whole =
        office.done(&["admin", "person", "show", id, "--purpose", "membership", "--reason", "case-1", "--unmask"]);
    assert!(whole.contains("010-1234-5678") && whole.contains("김하나"), "{whole}");
    assert!(!whole.contains(" hash "), "what opens a door is shown to nobody: {whole}");
    office.refused(&["admin", "person", "show", id, "--purpose", "party", "--reason", "case-1"], "no purpose `party`");
    let copy = office.folder.path().join("copy.json").display().to_string();
    office.done(&["privacy", "export", id, "--out", &copy]);
    let copy: Value = serde_json::from_str(&fs::read_to_string(&copy).expect("written")).expect("JSON");
    assert!(copy.to_string().contains("김하나") && copy.to_string().contains("010-1234-5678"), "{copy}");
    let plan: Value = serde_json::from_str(&office.done(&["privacy", "sweep", "--dry-run", "--json"])).expect("JSON");
    assert_eq!(plan["totals"]["persons"].as_u64(), Some(1), "{plan}");

    let dry = office.done(&["privacy", "erase", id, "--dry-run"]);
    assert!(dry.contains("until 2031-11-02 (payment)") && dry.contains("password, mailing"), "{dry}");
    office.done(&["admin", "person", "hold", id, "--reason", "lawsuit-7"]);
    assert!(office.done(&["admin", "person", "holds"]).contains("lawsuit-7"));
    assert!(office.done(&["privacy", "erase", id]).contains("0 destroyed"), "a hold wins");
    let released = office.done(&["admin", "person", "release", id, "--reason", "closed-7"]);
    assert!(released.contains("1 destroyed"), "the same day: {released}");
    let kept =
        office.done(&["admin", "person", "show", id, "--purpose", "billing", "--reason", "c", "--use", "statute"]);
    assert!(kept.contains("kept apart") && kept.contains("3456"), "{kept}");

    let certificate: Value = serde_json::from_str(&office.done(&["privacy", "certificate"])).expect("JSON");
    assert_eq!((certificate["state"].as_str(), certificate["keys"][0].as_u64()), (Some("final"), Some(2)));
    assert!(office.done(&["privacy", "certificate", "--html"]).contains("파기 증명서"));
    let audit = office.data().join("audit").display().to_string();
    let verified = vestry(&["audit", "verify", &audit, "--key", &office.key]).output().expect("the binary runs");
    assert!(verified.status.success(), "{}", out(&verified));
    assert!(office.done(&["doctor"]).contains("no places; name folders on other machines"));
}

#[test]
fn a_certificate_is_proved_to_whoever_has_the_public_key_alone() {
    let office = Office::new();
    let head = office.file("head", &office.done(&["audit", "head"]));
    let id = office.done(&["admin", "person", "add", "--items", &office.file("kim.json", KIM)]);
    office.done(&["privacy", "erase", id.trim()]);
    let certificate: Value = serde_json::from_str(&office.done(&["privacy", "certificate"])).expect("JSON");
    let signed = certificate["head"].as_str().expect("a head");
    let stands_at = signed.split(' ').nth(1).expect("a size");
    let proof = office.file("proof.json", &office.done(&["audit", "prove", stands_at]));
    let check = |proof: &str, key: &str, more: &[&str]| {
        let output = vestry(&[&["audit", "check", proof, "--key", key], more].concat()).output();
        let output = output.expect("the binary runs");
        (output.status.success(), out(&output) + &stderr(&output))
    };
    let (holds, said) = check(&proof, &office.key, &[]);
    assert!(holds && said.contains("\"line\":\"certificate\"") && said.contains(signed), "{said}");
    let grown = office.file("grown.json", &office.done(&["audit", "consistency", &head]));
    let (holds, said) = check(&grown, &office.key, &["--head", &head]);
    assert!(holds && said.contains("the log began with those 0 entries"), "{said}");
    assert!(check(&grown, &office.key, &[]).1.contains("--head FILE"));
    let changed = fs::read_to_string(&proof).expect("read").replacen("\"index\": ", "\"index\": 1", 1);
    let changed = office.file("changed.json", &changed);
    let other = Office::new();
    for (proof, key) in [(&changed, &office.key), (&proof, &other.key)] {
        let (holds, said) = check(proof, key, &[]);
        assert!(!holds && said.contains("does not hold"), "{said}");
    }
    assert!(check(&head, &office.key, &[]).1.contains("is no proof"));

    // After a rotation the first key still leads to the log, and the new one signs.
    let rotated = office.done(&["admin", "rotate", "--signing"]);
    let key = rotated.lines().last().expect("a key").trim().to_owned();
    let audit = office.data().join("audit").display().to_string();
    for key in [&office.key, &key] {
        let verified = vestry(&["audit", "verify", &audit, "--key", key, "--head", &head]).output().expect("runs");
        assert!(verified.status.success() && out(&verified).contains(&rotated.lines().last().expect("a key")[2..]));
    }
    let proof = office.file("proof.json", &office.done(&["audit", "prove", stands_at]));
    assert!(check(&proof, &key, &[]).0);
}

#[test]
fn what_is_wrong_says_what_to_do_and_names_nobody() {
    let office = Office::new();
    office.refused(&["admin", "init"], "keeps personal data already");
    office.refused(&["privacy", "sweep", "--as-of", "2999-01-01"], "yet to come");
    let broken = office.file("broken.json", r#"{"items": {"email": "kim@shop.example", "shoe_size": }}"#);
    let output = office.run(&["admin", "person", "add", "--items", &broken]);
    assert!(stderr(&output).contains("line 1") && !stderr(&output).contains("kim@"), "{}", stderr(&output));
    let unknown = office.file("unknown.json", r#"{"items": {"email": "kim@shop.example", "shoe_size": "270"}}"#);
    office.refused(&["admin", "person", "add", "--items", &unknown], "no item `shoe_size`");
    let short =
        office.file("short.json", r#"{"member_since": "2026-11-01T00:00:00Z", "items": {"email": "a@b.example"}}"#);
    office.refused(&["admin", "person", "add", "--items", &short], "is required at sign-up");
    office.refused(&["admin", "person", "withdraw", &"0".repeat(32)], "no person");
    office.refused(&["backup", "create"], "no place for backups");
    let nowhere = vestry(&["privacy", "sweep", "--data"]).arg(office.folder.path().join("none")).output();
    assert!(stderr(&nowhere.expect("runs")).contains("vestry admin init"));
}

#[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
const REAL: Surroundings = Surroundings { now: jiff::Timestamp::now, random: || [0; 16] };

/// People without a membership: everything that is held of them is due at once.
async fn many_due(data: &Path, count: usize) {
    let privacy = Privacy::open(data, &Config::default(), REAL).await.expect("opens");
    for n in 0..count {
        let text = format!(r#"{{"items": {{"email": "{n}@shop.example", "app_settings": "{n}"}}}}"#);
        let description: Description = serde_json::from_str(&text).expect("a description");
        privacy.add_person(&description).await.expect("added");
    }
    privacy.close().await;
}

#[tokio::test]
async fn a_sweep_that_is_killed_again_and_again_ends_as_if_it_had_not_been() {
    let office = Office::new();
    many_due(&office.data(), 1_200).await;
    let log = office.data().join("audit/log");
    for growth in [1, 20_000, 1, 30_000] {
        let before = fs::metadata(&log).expect("a log").len();
        let mut sweep = office.command(&["privacy", "sweep"]).stdout(Stdio::null()).spawn().expect("runs");
        // Killed once the log grew by so much, or when it was quicker than that.
        while sweep.try_wait().expect("asked").is_none() && fs::metadata(&log).expect("a log").len() < before + growth {
            std::thread::yield_now();
        }
        sweep.kill().expect("SIGKILL");
        sweep.wait().expect("gone");
    }
    assert!(office.done(&["privacy", "sweep"]).contains("certificate final"));
    let audit = office.data().join("audit").display().to_string();
    let verified = vestry(&["audit", "verify", &audit, "--key", &office.key]).output().expect("the binary runs");
    assert!(verified.status.success(), "{}", out(&verified));
    let privacy = Privacy::open(&office.data(), &Config::default(), REAL).await.expect("opens");
    assert_eq!(privacy.vault().count_people().await.expect("counted"), 0);
    let certified: u64 =
        privacy.vault().certificates().expect("read").iter().map(|(_, certificate)| certificate.keys[0]).sum();
    assert_eq!(certified, 2 * 1_200, "each key once, whoever destroyed it");
    privacy.close().await;
}
