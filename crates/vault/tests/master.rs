//! A master key is read from one place outside the data, or the start is refused with what to do.

use std::{fs, path::Path};
use vestry_vault::{InstallationId, KeyCheck, MasterKey, MasterKeyError, MasterKeySource, Store};

const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

struct Folders {
    root: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("data")).expect("made");
        Self { root }
    }

    fn data(&self) -> std::path::PathBuf {
        self.root.path().join("data")
    }

    /// A file beside the data folder with mode 0600.
    fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.root.path().join(name);
        fs::write(&path, text).expect("written");
        mode(&path, 0o600);
        path
    }

    fn read(&self, path: &Path) -> Result<MasterKey, MasterKeyError> {
        MasterKey::read(&MasterKeySource::File(path.into()), &self.data())
    }
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn a_key_is_read_as_hex_or_base64() {
    let folders = Folders::new();
    let installation = InstallationId::from_bytes([1; 16]);
    let hex = folders.read(&folders.file("hex", &format!("{HEX}\n"))).expect("read");
    let check = KeyCheck::new(&hex, installation, Store::Live);
    let base64 = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=";
    let same = folders.read(&folders.file("base64", base64)).expect("read");
    assert!(check.check(&same, installation, Store::Live).is_ok());
    let variable = MasterKeySource::Environment { name: "VESTRY_MASTER_KEY".into(), value: HEX.to_string().into() };
    let same = MasterKey::read(&variable, &folders.data()).expect("read");
    assert!(check.check(&same, installation, Store::Live).is_ok());
    let command = MasterKeySource::Command(vec!["echo".into(), HEX.into()]);
    let same = MasterKey::read(&command, &folders.data()).expect("read");
    assert!(check.check(&same, installation, Store::Live).is_ok());
}

#[test]
fn a_wrong_key_is_told_from_the_datas_own() {
    let folders = Folders::new();
    let one = MasterKey::create(&folders.root.path().join("one"), &folders.data()).expect("made");
    let other = MasterKey::create(&folders.root.path().join("other"), &folders.data()).expect("made");
    let installation = InstallationId::from_bytes([1; 16]);
    let check = KeyCheck::new(&one, installation, Store::Live);
    assert!(check.check(&one, installation, Store::Live).is_ok());
    assert!(check.check(&other, installation, Store::Live).is_err());
    assert!(check.check(&one, installation, Store::Separated).is_err());
    assert!(check.check(&one, InstallationId::from_bytes([2; 16]), Store::Live).is_err());
    let again = folders.read(&folders.root.path().join("one")).expect("read");
    assert!(KeyCheck::from_bytes(*check.as_bytes()).check(&again, installation, Store::Live).is_ok());
}

/// A file that is refused, with the words of the refusal; none of its text is in them.
#[track_caller]
fn check_refused(folders: &Folders, path: &Path, words: &str) {
    let error = folders.read(path).expect_err("refused").to_string();
    assert!(error.contains(words), "{error}");
    assert!(!error.contains(&HEX[..16]), "{error}");
}

#[test]
fn a_file_that_is_no_safe_key_is_refused_with_a_remedy() {
    let folders = Folders::new();
    check_refused(&folders, &folders.root.path().join("absent"), "on a first start make one with `vestry admin init`");
    assert!(!folders.root.path().join("absent").exists(), "nothing is made in its place");
    check_refused(&folders, &folders.file("empty", ""), "is empty");
    check_refused(&folders, &folders.file("cut", &HEX[..40]), "is cut off");
    check_refused(&folders, &folders.file("long", &HEX.repeat(2)), "is too long");
    check_refused(&folders, &folders.file("words", &"not a key at all".repeat(4)), "neither hex nor base64");
    check_refused(&folders, folders.root.path(), "is not a file");
    for open in [0o640, 0o604, 0o620, 0o602, 0o644] {
        let path = folders.file("open", HEX);
        mode(&path, open);
        check_refused(&folders, &path, "run `chmod 600` on it");
    }
    let link = folders.root.path().join("link");
    std::os::unix::fs::symlink(folders.root.path().join("open"), &link).expect("linked");
    check_refused(&folders, &link, "run `chmod 600` on it");
}

#[test]
fn a_key_in_the_data_folder_is_refused_however_it_is_reached() {
    let folders = Folders::new();
    let inside = folders.data().join("key");
    fs::write(&inside, HEX).expect("written");
    mode(&inside, 0o600);
    check_refused(&folders, &inside, "lies in the data folder");
    check_refused(&folders, &folders.root.path().join("data/../data/key"), "lies in the data folder");
    let link = folders.root.path().join("link");
    std::os::unix::fs::symlink(&inside, &link).expect("linked");
    check_refused(&folders, &link, "lies in the data folder");
    let error = MasterKey::create(&folders.data().join("new"), &folders.data()).expect_err("refused");
    assert!(matches!(error, MasterKeyError::InDataFolder { .. }), "{error}");
}

#[test]
fn a_key_is_made_once_and_never_over_another() {
    use std::os::unix::fs::PermissionsExt;
    let folders = Folders::new();
    let path = folders.root.path().join("key");
    MasterKey::create(&path, &folders.data()).expect("made");
    let text = fs::read_to_string(&path).expect("read");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    let error = MasterKey::create(&path, &folders.data()).expect_err("refused");
    assert!(matches!(error, MasterKeyError::Exists { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("read"), text);
}

#[test]
fn one_source_and_a_program_that_works() {
    let folders = Folders::new();
    let file = || MasterKeySource::File("key".into());
    assert!(matches!(MasterKeySource::only([]), Err(MasterKeyError::NoSource)));
    assert!(matches!(MasterKeySource::only([file(), file()]), Err(MasterKeyError::SeveralSources)));
    let command = |argv: &[&str]| {
        let argv = argv.iter().map(|part| (*part).to_string()).collect();
        MasterKey::read(&MasterKeySource::Command(argv), &folders.data()).expect_err("refused")
    };
    assert!(matches!(command(&[]), MasterKeyError::EmptyCommand));
    assert!(matches!(command(&["no-such-program-here"]), MasterKeyError::Start { .. }));
    let failed = command(&["sh", "-c", "echo secret words >&2; exit 3"]);
    assert!(matches!(failed, MasterKeyError::Failed { .. }));
    assert!(!failed.to_string().contains("secret words"), "{failed}");
    assert!(matches!(command(&["echo"]), MasterKeyError::Empty { .. }));
}
