//! Backups that cannot be used, at the prompt: what is wrong is named, and nothing comes of it.

use crate::{
    people::{KIM, Office},
    program::{files, stderr, vestry},
};
use age::secrecy::ExposeSecret;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
};

/// An installation with somebody on file, and a backup of it at a place.
struct Kept {
    office: Office,
    person: String,
}

impl Kept {
    fn new(identity: &age::x25519::Identity) -> Self {
        let office = Office::new();
        fs::create_dir(office.folder.path().join("place")).expect("a folder");
        let secret = office.file("identity", identity.to_string().expose_secret());
        fs::set_permissions(secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private");
        let person = office.done(&["admin", "person", "add", "--items", &office.file("kim.json", KIM)]);
        let kept = Self { office, person: person.trim().to_owned() };
        let settings = format!(
            "[vault]\nkeys = {:?}\n[backup]\nrecipients = [\"{}\"]\nplaces = [{:?}]\n",
            kept.path("data-keys"),
            identity.to_public(),
            kept.path("place")
        );
        kept.office.done(&["backup", "create", "--config", &kept.office.file("vestry.toml", &settings)]);
        kept
    }

    fn path(&self, name: &str) -> PathBuf {
        self.office.folder.path().join(name)
    }

    /// The one file of the place's folder that ends so: `data`, or `keys`.
    fn archive(&self, folder: &str) -> PathBuf {
        let all = files(&self.path("place").join(folder));
        all.into_iter().find(|path| path.extension().is_some_and(|end| end == "age")).expect("an archive")
    }

    /// Comes back from `place`, and from `backup` if one is named, into the folder `restored`.
    fn restore(&self, place: &Path, backup: Option<&Path>) -> Output {
        let mut command = vestry(&["backup", "restore"]);
        command.arg("--config").arg(self.path("vestry.toml")).arg("--identity").arg(self.path("identity"));
        command.arg("--from").arg(place).arg("--data").arg(self.path("restored"));
        backup.map(|backup| command.arg("--backup").arg(backup));
        command.output().expect("the binary runs")
    }

    /// That a restore from `place` and `backup` ends with `says` and leaves everything as it was.
    #[track_caller]
    fn refuses(&self, place: &Path, backup: Option<&Path>, says: &[&str]) {
        let before = contents(self.office.folder.path());
        let output = self.restore(place, backup);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(says.iter().all(|word| said.contains(word)), "{said}");
        for name in ["restored", "restored.restoring"] {
            assert!(!self.path(name).exists(), "`{name}` is left: {said}");
        }
        assert!(contents(self.office.folder.path()) == before, "a file was made, changed or removed: {said}");
    }
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|path| (path.clone(), fs::read(path).expect("read"))).collect()
}

/// A copy of `from` under `to`, changed by `spoil`.
fn spoiled(from: &Path, to: PathBuf, spoil: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(from).expect("read");
    spoil(&mut bytes);
    fs::create_dir_all(to.parent().expect("a folder")).expect("made");
    fs::write(&to, bytes).expect("written");
    to
}

#[test]
fn a_backup_that_is_cut_changed_or_of_another_installation_is_refused_and_leaves_nothing() {
    let identity = age::x25519::Identity::generate();
    let (kept, other) = (Kept::new(&identity), Kept::new(&identity));
    let (place, data) = (kept.path("place"), kept.archive("data"));

    let cut = spoiled(&data, kept.path("carried/cut.age"), |bytes| bytes.truncate(bytes.len() / 2));
    kept.refuses(&place, Some(&cut), &["cut.age` is cut short", "copy it again"]);
    // Where age's last chunk begins, a file could end.
    let cut = spoiled(&data, kept.path("carried/end.age"), |bytes| bytes.truncate(bytes.len() - 65_552));
    kept.refuses(&place, Some(&cut), &["end.age` is cut short", "copy it again"]);
    let flipped = spoiled(&data, kept.path("carried/flipped.age"), |bytes| {
        let last = bytes.len() - 40_000;
        bytes[last] ^= 1;
    });
    kept.refuses(&place, Some(&flipped), &["flipped.age` is damaged", "copy it again"]);
    kept.refuses(&place, Some(&other.archive("data")), &["belongs to installation", "name an archive of this"]);
    kept.refuses(&other.path("place"), None, &["place/audit", "not signed by the log's key", "this installation's"]);

    // The keys that belong to a backup are no better than the backup.
    let away = kept.path("away");
    fs::create_dir_all(away.join("audit/sealed")).expect("a folder");
    for log in files(&place.join("audit")) {
        spoiled(&log, away.join(log.strip_prefix(&place).expect("below the place")), |_| {});
    }
    let keys = spoiled(&kept.archive("keys"), away.join("keys/keys-00000001.age"), |bytes| bytes[30_000] ^= 1);
    kept.refuses(&away, Some(&data), &["keys-00000001.age` is damaged", "copy it again"]);
    spoiled(&kept.archive("keys"), keys.clone(), |bytes| bytes.truncate(30_000));
    kept.refuses(&away, Some(&data), &["keys-00000001.age` is cut short", "copy it again"]);
    spoiled(&other.archive("keys"), keys, |_| {});
    kept.refuses(&away, Some(&data), &["keys-00000001.age` belongs to installation"]);

    // The same words with what is whole bring everything back.
    let whole = kept.restore(&place, Some(&data));
    assert!(whole.status.success(), "{}", stderr(&whole));
    let config = kept.path("vestry.toml");
    let shown =
        vestry(&["admin", "person", "show", &kept.person, "--purpose", "membership", "--reason", "case-1", "--unmask"])
            .args(["--config".as_ref(), config.as_os_str(), "--data".as_ref(), kept.path("restored").as_os_str()])
            .output()
            .expect("the binary runs");
    assert!(String::from_utf8_lossy(&shown.stdout).contains("김하나"), "{}", stderr(&shown));
}
