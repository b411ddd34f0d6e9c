//! What is wrong is refused, in words that say what to do, and nothing is made in its place.

use crate::{
    population::planted,
    scanner::{Canary, shown},
    world::{World, member, noon, reason, set_clock, sweep_on, values},
};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::BTreeSet, path::Path};
use vestry_app::{Privacy, PrivacyError, SweepRequest};
use vestry_vault::{MasterKeyError, Opening, Reader, VaultError};

/// The files of an installation, but for the logs that SQLite makes and removes as it likes.
fn files(world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![world.folder.path().to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).expect("listed").map(|entry| entry.expect("an entry").path()));
        } else if !["-wal", "-shm"].iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.insert(path.display().to_string());
        }
    }
    found
}

pub(crate) async fn run_sql(path: &Path, statements: &[&str]) {
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.expect("opens");
    for sql in statements {
        sqlx::query(AssertSqlSafe(*sql)).execute(&mut conn).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    conn.close().await.expect("closed");
}

/// That the vault does not open after `spoil`, says `word`, and makes nothing.
async fn refused(spoil: impl FnOnce(&mut World), is_it: fn(&VaultError) -> bool, word: &str) {
    let mut world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.close().await;
    drop(privacy);
    spoil(&mut world);
    let before = files(&world);
    let Err(PrivacyError::Vault(error)) = world.try_open().await else { panic!("{word}: it opened") };
    assert!(is_it(&error), "{word}: {error:?}");
    assert!(error.to_string().contains(word), "{error}");
    assert_eq!(files(&world), before, "{word}");
}

#[tokio::test]
async fn a_missing_database_is_not_made_again() {
    let remove =
        |name: &'static str| move |world: &mut World| std::fs::remove_file(world.data().join(name)).expect("removed");
    refused(remove("keys.db"), |error| matches!(error, VaultError::KeysLost), "vestry backup restore").await;
    refused(remove("separated.db"), |error| matches!(error, VaultError::OtherInstallation { .. }), "separated").await;
    refused(remove("people.db"), |error| matches!(error, VaultError::NotMade { .. }), "vestry admin init").await;
}

#[tokio::test]
async fn the_keys_of_another_installation_are_refused() {
    let other = World::made("2020-01-01").await;
    let take = |name: &'static str| {
        let from = other.data().join(name);
        move |world: &mut World| assert!(std::fs::copy(from, world.data().join(name)).is_ok())
    };
    refused(take("keys.db"), |error| matches!(error, VaultError::KeysLost), "nothing was made in its place").await;
    refused(take("separated.db"), |error| matches!(error, VaultError::OtherInstallation { .. }), "separated").await;
}

#[tokio::test]
async fn a_master_key_that_is_not_the_right_one_is_refused() {
    let write = |name: &'static str, text: &'static str| {
        move |world: &mut World| std::fs::write(world.keys().join(name), text).expect("written")
    };
    const OTHER: &str = "0101010101010101010101010101010101010101010101010101010101010101\n";
    for name in ["master.key", "separated.key"] {
        refused(write(name, OTHER), |error| matches!(error, VaultError::WrongMasterKey(_)), "key").await;
        let is_cut = |error: &VaultError| matches!(error, VaultError::MasterKey(MasterKeyError::Truncated { .. }));
        refused(write(name, "0123456789abcdef\n"), is_cut, name).await;
        let is_empty = |error: &VaultError| matches!(error, VaultError::MasterKey(MasterKeyError::Empty { .. }));
        refused(write(name, "\n"), is_empty, name).await;
        let remove = move |world: &mut World| std::fs::remove_file(world.keys().join(name)).expect("removed");
        let is_missing = |error: &VaultError| matches!(error, VaultError::MasterKey(MasterKeyError::Missing { .. }));
        refused(remove, is_missing, name).await;
        let swap = |world: &mut World| {
            let [one, other] = ["master.key", "separated.key"].map(|name| world.keys().join(name));
            let (first, second) = (std::fs::read(&one).expect("read"), std::fs::read(&other).expect("read"));
            std::fs::write(one, second).expect("written");
            std::fs::write(other, first).expect("written");
        };
        refused(swap, |error| matches!(error, VaultError::WrongMasterKey(_)), "key").await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_master_key_that_others_may_reach_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let open_up = |world: &mut World| {
        let path = world.keys().join("master.key");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("changed");
    };
    let is_open = |error: &VaultError| matches!(error, VaultError::MasterKey(MasterKeyError::OpenToOthers { .. }));
    refused(open_up, is_open, "master.key").await;
    let move_in = |world: &mut World| {
        let inside = world.data().join("keys");
        std::fs::rename(world.keys(), &inside).expect("moved");
        world.config.vault.keys = inside;
    };
    let is_inside = |error: &VaultError| matches!(error, VaultError::MasterKey(MasterKeyError::InDataFolder { .. }));
    refused(move_in, is_inside, "master.key").await;
}

/// Two members, the first with two payments; after `statements` in a database, nothing of theirs that was moved opens.
async fn does_not_open(database: &str, statements: &[&str]) {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.add_person(&member("lee@shop.example")).await.expect("added");
    let policy = privacy.policy();
    let class = policy.class_named("payment").expect("a class");
    let item = policy.item_named("invoice").expect("an item");
    let second = vestry_vault::NewRecord { class, events: Vec::new(), items: vec![(item, "INV-2".to_owned().into())] };
    privacy.vault().add_record(policy, person, &second).await.expect("added");
    assert!(values(&privacy, person, "rights").await.is_ok());
    privacy.close().await;
    drop(privacy);
    run_sql(&world.data().join(database), statements).await;
    let privacy = world.open().await;
    let policy = privacy.policy();
    let mut opened = Vec::new();
    for person in privacy.vault().people_after(policy, None, 10).await.expect("read") {
        opened.push(values(&privacy, person.person, "rights").await);
    }
    let is_refused = |result: &Result<_, PrivacyError>| matches!(result, Err(PrivacyError::Vault(VaultError::Seal(_))));
    assert!(opened.iter().any(is_refused), "{statements:?}: {opened:?}");
    assert!(!opened.iter().any(|result| matches!(result, Err(error) if error.to_string().contains("010-"))));
    privacy.close().await;
}

#[tokio::test]
async fn a_value_opens_nowhere_but_in_its_place() {
    const KEEP: &str = "create table kept as select * from items";
    const GONE: &str = "drop table kept";
    let swap_of = |columns: &str, with: &str, which: &str| {
        let set: Vec<String> =
            columns.split(' ').map(|c| format!("{c} = (select k.{c} from kept k where {with} limit 1)")).collect();
        format!("update items set {} where {which}", set.join(", "))
    };
    let persons = swap_of("sealed", "k.item = items.item and k.person <> items.person", "item = 'mobile'");
    let persons_keys =
        swap_of("sealed key revision", "k.item = items.item and k.person <> items.person", "item = 'mobile'");
    let records = swap_of(
        "sealed key revision",
        "k.item = items.item and k.person = items.person and k.record <> items.record",
        "item = 'invoice' and exists (select 1 from kept k where k.item = 'invoice' and k.person = items.person \
            and k.record <> items.record)",
    );
    let columns =
        swap_of("sealed", "k.item = 'name' and k.record = items.record and k.key = items.key", "item = 'company'");
    for swap in [&persons, &persons_keys, &records, &columns] {
        does_not_open("people.db", &[KEEP, swap, GONE]).await;
    }
    for change in [
        "update items set revision = revision + 1 where item = 'mobile'",
        "update items set sealed = zeroblob(0) where item = 'mobile'",
        "update items set sealed = substr(sealed, 1, 100) where item = 'mobile'",
        "update items set sealed = cast(sealed || x'00' as blob) where item = 'mobile'",
        "update items set sealed = cast(x'02' || substr(sealed, 2) as blob) where item = 'mobile'",
        "update persons set organisation = 5",
        "update records set class = 'usage' where class = 'payment'",
    ] {
        does_not_open("people.db", &[change]).await;
    }
    does_not_open(
        "keys.db",
        &[
            "create table kept as select * from keys",
            "update keys set wrapped = (select k.wrapped from kept k where k.tombstone > keys.tombstone \
                union select k.wrapped from kept k limit 1)",
            "drop table kept",
        ],
    )
    .await;
}

#[tokio::test]
async fn two_sweeps_at_once_are_refused() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    sweep_on(&privacy, "2020-01-02").await;
    let turn = privacy.vault().begin_sweep(privacy.policy(), privacy.now()).await.expect("a turn");
    let second = privacy.sweep(&SweepRequest::default(), |_| {}).await;
    assert!(matches!(second, Err(PrivacyError::Vault(VaultError::Busy))), "{second:?}");
    drop(turn);
    assert!(privacy.sweep(&SweepRequest::default(), |_| {}).await.is_ok());
    privacy.close().await;
}

/// The policy is asked before any key is read: it says no although there is nothing that could be opened.
#[tokio::test]
async fn a_purpose_that_an_item_does_not_list_is_refused_before_any_key_is_read() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    run_sql(&world.data().join("keys.db"), &["delete from keys"]).await;
    let policy = privacy.policy();
    let (password, name) = (policy.item_named("password"), policy.item_named("name"));
    let opening = Opening::new("service", Reader::Prompt, Some(reason())).expect("opens");
    for items in [vec![password], vec![name, password]] {
        let items = items.into_iter().map(|item| item.expect("an item")).collect();
        let read = privacy.vault().read_person(policy, person, &opening, Some(items), None, privacy.now()).await;
        let Err(VaultError::Purpose { item, purpose, listed }) = read else { panic!("{read:?}") };
        assert_eq!((item.as_str(), purpose.as_str(), listed.as_str()), ("password", "service", "`membership`"));
    }
    assert_eq!(privacy.vault().looks_at(policy, person).await.expect("read"), []);
    privacy.close().await;
}

/// Somebody of whom no statute keeps anything.
async fn guest(privacy: &Privacy) -> vestry_vault::PersonId {
    let text = json!({ "records": [{ "class": "usage", "items": { "searches": "Canary-guest-searches" } }] });
    privacy.add_person(&serde_json::from_value(text).expect("a description")).await.expect("added")
}

#[tokio::test]
async fn who_is_destroyed_while_their_export_runs_is_in_no_file() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let (mut refused, mut exported) = (0, 0);
    for turns in (0..14).map(|power| 1 << power) {
        let person = guest(&privacy).await;
        let out = tempfile::tempdir().expect("a folder");
        let file = out.path().join("guest.json");
        let export = privacy.export_person(person, reason(), &file);
        // So many turns ahead for the export.
        let erasure = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            privacy.erase(person).await
        };
        let (result, erased) = tokio::join!(export, erasure);
        erased.expect("erased");
        let left = std::fs::read_dir(out.path()).expect("listed").count();
        match result {
            Ok(_) => exported += 1,
            Err(error) => {
                refused += 1;
                assert_eq!(left, 0, "after {turns} turns: {error}");
            }
        }
    }
    assert!(refused > 0, "{refused} refused, {exported} exported");
    privacy.close().await;
}

/// An export went into a file that was there already, whoever might read that.
#[cfg(unix)]
#[tokio::test]
async fn an_export_does_not_go_into_a_file_that_others_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = guest(&privacy).await;
    let out = tempfile::tempdir().expect("a folder");
    let (partial, file) = (out.path().join("guest.partial"), out.path().join("guest.json"));
    std::fs::write(&partial, "left by somebody").expect("written");
    std::fs::set_permissions(&partial, std::fs::Permissions::from_mode(0o666)).expect("changed");
    privacy.export_person(person, reason(), &file).await.expect("exported");
    let mode = std::fs::metadata(&file).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    privacy.close().await;
}

/// A small file system at a folder, gone with this value.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    /// `None`, and a word about it, where this process may not mount.
    fn mount(at: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).expect("a folder");
        let disk = Self(at);
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&disk.0)
            .status()
            .is_ok_and(|status| status.success());
        if mounted {
            return Some(disk);
        }
        eprintln!("not tested on a full disk: this process may not mount one");
        std::mem::forget(disk);
        None
    }

    /// Leaves `room` bytes.
    fn fill(&self, room: usize) {
        let filler = self.0.join("filler");
        let mut bytes = 1 << 16;
        let mut held = Vec::new();
        while bytes >= 4_096 {
            held.resize(held.len() + bytes, 1);
            if std::fs::write(&filler, &held).is_err() {
                held.truncate(held.len() - bytes);
                bytes /= 2;
            }
        }
        held.truncate(held.len().saturating_sub(room));
        std::fs::write(&filler, &held).expect("shorter");
    }

    fn empty(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_stops_a_sweep_and_the_next_one_ends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = SmallDisk::mount(folder.path().join("data"), "24m") else { return };
    let world = World::made_in(folder, "2020-01-01").await;
    let privacy = world.open().await;
    let planted = planted(privacy.policy(), "leaves");
    let person = privacy.add_person(&planted.description).await.expect("added");
    set_clock(noon("2020-01-02"));
    privacy.vault().withdraw(privacy.policy(), person, privacy.now()).await.expect("withdrawn");
    let mut failures = 0;
    for room in (0..12).map(|pages| pages * 16_384) {
        disk.fill(room);
        let swept =
            privacy.sweep(&SweepRequest { confirm_clock: Some(reason()), ..SweepRequest::default() }, |_| {}).await;
        failures += u32::from(swept.is_err());
        disk.empty();
    }
    assert!(failures > 0, "the disk was never full");
    sweep_on(&privacy, "2020-01-03").await;
    let kept = values(&privacy, person, "rights").await.expect("shown");
    assert!(kept.iter().any(|value| value.starts_with("mobile=")), "{kept:?}");
    sweep_on(&privacy, "2030-01-01").await;
    assert_eq!(privacy.vault().count_people().await.expect("counted"), 0);
    let canaries: Vec<Canary> = planted.canaries;
    let found = crate::forensic::evidence(&world, &privacy, &[]).scan(&canaries).await;
    assert!(found.is_empty(), "{}", shown(&found));
    privacy.close().await;
    drop(privacy);
    drop(disk);
}
