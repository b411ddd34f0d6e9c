//! Backups and generations of the keys under the scanner: with every secret everything is found in them before, and
//! nothing of whoever is destroyed afterwards, in the oldest of them too.

use crate::{
    forensic::{assert_none, evidence},
    population::planted,
    returns::with_place,
    scanner::{Evidence, Table, missed, shown},
    world::{World, copy_without_keys, noon, set_clock, sweep_on},
};
use std::{fs, io::Read, path::Path};
use vestry_app::{Privacy, RestoreRequest};
use vestry_vault::archive::{ArchiveReader, Expected, Identity, Kind};

/// The columns of the tables that help to open something, by the names of their streams.
const TABLES: [(&str, &[&str]); 8] = [
    ("people/settings", &["name", "value"]),
    ("people/persons", &["id", "organisation", "state", "since", "notified", "chosen", "objected", "revision"]),
    ("people/records", &["person", "id", "class", "stored", "events"]),
    ("people/items", &["person", "record", "item", "key", "revision", "sealed"]),
    ("separated/items", &["person", "record", "item", "key", "revision", "sealed"]),
    ("separated/days", &["class", "day", "key", "records"]),
    ("separated/day_rows", &["record", "class", "day", "person", "key", "sealed"]),
    ("keys/keys", &["tombstone", "store", "wrapped"]),
];

/// Adds every archive at the place, decrypted: streams as bytes, and what tables they hold.
pub(crate) fn with_archives(mut all: Evidence, privacy: &Privacy, request: &RestoreRequest) -> Evidence {
    let identity = Identity::read(&request.identity).expect("an identity");
    let public = privacy.vault().public_key();
    for (folder, kind) in [("data", Kind::Data), ("keys", Kind::Keys)] {
        let installation = privacy.vault().installation();
        let expected = Expected { installation, kind, public_key: public.as_bytes() };
        for file in archives(&request.places[0].join(folder)) {
            let mut reader = ArchiveReader::open(Path::new(&file), &identity, &expected).expect("an archive");
            while let Some(mut stream) = reader.next_stream().expect("a stream") {
                let (name, mut bytes) = (stream.name().as_str().to_owned(), Vec::new());
                stream.read_to_end(&mut bytes).expect("read");
                let at = format!("{file}:{name}");
                if let Some((_, columns)) = TABLES.iter().find(|(table, _)| *table == name) {
                    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
                    all = all.feed_rows(Table { at: at.clone(), columns, rows: rows(&bytes) });
                }
                all = all.feed(&at, bytes);
            }
        }
    }
    all
}

fn archives(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files
        .filter(|path| path.extension().is_some_and(|end| end == "age"))
        .map(|path| path.display().to_string())
        .collect()
}

/// The rows of a dumped table, read from the form that `vestry-database` documents; numbers as their digits.
fn rows(mut bytes: &[u8]) -> Vec<Vec<Option<Vec<u8>>>> {
    fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
        let (head, rest) = bytes.split_at(count);
        *bytes = rest;
        head
    }
    fn column(bytes: &mut &[u8]) -> Option<Vec<u8>> {
        match take(bytes, 1)[0] {
            0 => None,
            1 | 2 => {
                let number = i64::from_be_bytes(take(bytes, 8).try_into().expect("eight bytes"));
                Some(number.to_string().into_bytes())
            }
            _ => {
                let length = u32::from_be_bytes(take(bytes, 4).try_into().expect("four bytes"));
                Some(take(bytes, length as usize).to_vec())
            }
        }
    }
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let columns = u16::from_be_bytes(take(&mut bytes, 2).try_into().expect("two bytes"));
        rows.push((0..columns).map(|_| column(&mut bytes)).collect());
    }
    rows
}

/// The place with its archives decrypted, and the data folder's keys.
pub(crate) fn everything(world: &World, privacy: &Privacy, request: &RestoreRequest) -> Evidence {
    with_archives(evidence(world, privacy, &[&request.places[0]]), privacy, request)
}

#[tokio::test]
async fn clause_6_ga_nothing_is_left_in_any_backup() {
    let (world, request) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    let policy = privacy.policy();
    let (leaver, stayer) = (planted(policy, "leaves"), planted(policy, "stays"));
    let leaves = privacy.add_person(&leaver.description).await.expect("added");
    let stays = privacy.add_person(&stayer.description).await.expect("added");
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let place = || Evidence::new(policy, &world.keys()).folder(&request.places[0]);
    let found = with_archives(place(), &privacy, &request).scan(&leaver.canaries).await;
    assert_eq!(missed(&leaver.canaries, &found), [""; 0], "the scanner sees through archives");
    assert!(found.iter().all(|finding| finding.form.starts_with("opened")), "{}", shown(&found));

    set_clock(noon("2020-01-02"));
    privacy.withdraw(leaves).await.expect("withdrawn");
    for day in ["2020-06-01", "2021-03-01", "2022-01-01", "2023-01-05", "2024-06-01", "2025-06-01", "2026-06-01"] {
        privacy.back_up(None, |_| {}).await.expect("backed up");
        set_clock(noon(day));
        privacy.vault().used(policy, stays, privacy.now()).await.expect("in use");
        sweep_on(&privacy, day).await;
    }
    let after = everything(&world, &privacy, &request);
    assert_none(&after.scan(&leaver.canaries).await, "archives of every year, with every key that is left anywhere");
    let found = with_archives(place(), &privacy, &request).scan(&stayer.canaries).await;
    let is_there = found.iter().any(|finding| finding.canary.contains("mobile"));
    assert!(is_there, "who stayed is in the backups still:\n{}", shown(&found));
    privacy.close().await;
}

#[tokio::test]
async fn clause_2_ga_2_what_is_made_in_use_opens_with_its_keys_alone() {
    opens_with_its_keys_alone("2.ga.2").await;
}

#[tokio::test]
async fn clause_2_ga_3_what_is_paid_with_opens_with_its_keys_alone() {
    opens_with_its_keys_alone("2.ga.3").await;
}

/// Who has every file and every secret but the key database finds no item of `clause`; with it, each of them.
async fn opens_with_its_keys_alone(clause: &str) {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let policy = privacy.policy();
    let member = planted(policy, "member");
    privacy.add_person(&member.description).await.expect("added");
    let is_of = |name: &str| policy.items().any(|(_, item)| item.id == name && item.clause == clause);
    let canaries: Vec<_> = member.canaries.into_iter().filter(|canary| is_of(&canary.name)).collect();
    assert!(canaries.len() > 7, "{canaries:?}");
    let found = evidence(&world, &privacy, &[]).scan(&canaries).await;
    assert_eq!(missed(&canaries, &found), [""; 0]);
    let copy = world.folder.path().join("copy");
    copy_without_keys(&world.data(), &copy);
    let without = Evidence::new(policy, &world.keys()).folder(&copy);
    assert_none(&without.scan(&canaries).await, "without the keys");
    privacy.close().await;
}
