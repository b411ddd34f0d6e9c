//! A process may end anywhere: what is on disk, with the outbox rows that are left, always makes the same index.

#![allow(clippy::unwrap_used, reason = "a test or a measurement stops where something is wrong")]

#[path = "support/shop.rs"]
mod shop;

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::Config};
use shop::{Numbers, category, colour, document, look, open, picture, settings};
use tempfile::TempDir;
use vestry_model::{AttributeId, ProductId, Taxonomy};
use vestry_search::{
    Answer, Change, Document, Filter, FilterTest, Index, IndexError, Request, Settings, Snapshot, Step,
};

const STEPS: [Step; 5] = [Step::Apply, Step::Commit, Step::Save, Step::Rename, Step::Mark];
const WORDS: [&str; 8] = ["cotton", "linen", "원피스", "헤어피스", "청바지", "summer", "wide", "slim"];

/// The database: products as they are, and the outbox rows that nobody has marked done.
#[derive(Debug, Default, Clone)]
struct Database {
    products: BTreeMap<i64, Document>,
    outbox: BTreeMap<u64, i64>,
    sequence: u64,
}

impl Database {
    fn write(&mut self, id: i64, document: Option<Document>) {
        match document {
            Some(document) => self.products.insert(id, document),
            None => self.products.remove(&id),
        };
        self.sequence += 1;
        self.outbox.insert(self.sequence, id);
    }

    /// The rows that are left, each with its product as it is now.
    fn changes(&self) -> Vec<(u64, Change)> {
        let change = |id: &i64| match self.products.get(id) {
            Some(document) => Change::Upsert(Box::new(document.clone())),
            None => Change::Remove(ProductId::from_row(*id)),
        };
        self.outbox.iter().map(|(sequence, id)| (*sequence, change(id))).collect()
    }
}

fn random_document(numbers: &mut Numbers, id: i64) -> Document {
    let mut title = |n: u64| (0..n).map(|_| WORDS[numbers.below(8) as usize]).collect::<Vec<_>>().join(" ");
    let mut out = document(id, &title(2), &title(3));
    out.images.clear();
    for at in 0..numbers.below(3) {
        out.images.push(picture(id * 10 + at as i64, numbers.below(1_000)));
    }
    if numbers.below(2) == 0 {
        out = category(out, ["dress", "skirt"][numbers.below(2) as usize]);
    }
    if numbers.below(2) == 0 {
        out = colour(out, ["navy", "red"][numbers.below(2) as usize]);
    }
    if numbers.below(3) == 0 {
        out.group = Some(format!("g{}", numbers.below(4)));
    }
    out.own.insert("shelf".into(), numbers.below(3).to_string());
    out
}

/// Random writes; removals and updates of what is there among them.
fn write_some(database: &mut Database, numbers: &mut Numbers, count: u64) {
    for _ in 0..count {
        let id = numbers.below(25) as i64 + 1;
        let document = (numbers.below(4) > 0).then(|| random_document(numbers, id));
        database.write(id, document);
    }
}

fn requests() -> Vec<Request> {
    let facets = ["category", "colour"].map(|a| AttributeId::new(a).unwrap()).to_vec();
    let filter = |field: &str, value: &str| Filter { field: field.into(), test: FilterTest::AnyOf(vec![value.into()]) };
    let plain = Request { limit: 50, facets, ..Request::default() };
    let mut requests = vec![plain.clone()];
    requests.extend(WORDS.map(|word| Request { words: Some(word.into()), ..plain.clone() }));
    requests.extend((0..5).map(|seed| Request { look: Some(look(seed * 31)), ..plain.clone() }));
    requests.push(Request { words: Some("cotton dress".into()), look: Some(look(5)), ..plain.clone() });
    requests.push(Request { filters: vec![filter("colour", "navy")], ..plain.clone() });
    requests.push(Request { words: Some("navy dress".into()), filters: vec![filter("category", "dress")], ..plain });
    requests
}

fn comparable(answer: Answer) -> Answer {
    Answer { search_id: String::new(), next: None, ..answer }
}

/// Whether every search answers as an index built anew does.
#[track_caller]
fn same_as_new(index: &Index, database: &Database) {
    let dir = TempDir::new().unwrap();
    let fresh = open(&dir).index;
    let all = database.products.values().cloned();
    fresh.apply(shop::upserts(all)).unwrap();
    for request in requests() {
        let expected = fresh.search(&request).map(comparable).unwrap();
        let found = index.search(&request).map(comparable).unwrap();
        assert_eq!(found, expected, "{request:?}");
    }
    let (found, expected) = (index.stats(), fresh.stats());
    assert_eq!((found.products, found.images), (expected.products, expected.images));
}

/// One life of a process: opens, replays, works, and ends at `fault` if it comes to that.
fn live(dir: &TempDir, database: &mut Database, numbers: &mut Numbers, fault: Option<Step>) -> Result<(), IndexError> {
    let opened = Index::open(dir.path(), Taxonomy::builtin(), Settings { fault, ..settings() })?;
    match opened.state {
        Snapshot::Loaded { .. } => opened.index.apply(database.changes())?,
        Snapshot::Empty | Snapshot::Unusable { .. } => {
            // What the app does with an empty index: every product, then what is left in the outbox.
            opened.index.apply(shop::upserts(database.products.values().cloned()))?;
            opened.index.apply(database.changes())?;
        }
    }
    for _ in 0..3 {
        let before: Vec<u64> = database.outbox.keys().copied().collect();
        let count = 1 + numbers.below(6);
        write_some(database, numbers, count);
        let fresh = database.changes().into_iter().filter(|(sequence, _)| !before.contains(sequence)).collect();
        opened.index.apply(fresh)?;
        if numbers.below(2) == 0 {
            for row in opened.index.save()? {
                database.outbox.remove(&row);
            }
        }
    }
    Ok(())
}

#[test]
fn every_step_may_be_the_last() {
    for (at, step) in STEPS.into_iter().enumerate() {
        let dir = TempDir::new().unwrap();
        let (mut database, mut numbers) = (Database::default(), Numbers(at as u64));
        write_some(&mut database, &mut numbers, 12);
        live(&dir, &mut database, &mut numbers, None).unwrap();
        let opened = open(&dir);
        opened.index.apply(database.changes()).unwrap();
        opened.index.save().unwrap().iter().for_each(|row| _ = database.outbox.remove(row));
        drop(opened);

        let opened =
            Index::open(dir.path(), Taxonomy::builtin(), Settings { fault: Some(step), ..settings() }).unwrap();
        assert!(matches!(opened.state, Snapshot::Loaded { .. }), "{:?}", opened.state);
        write_some(&mut database, &mut numbers, 10);
        let ended = opened.index.apply(database.changes()).and_then(|()| opened.index.save());
        assert!(matches!(ended, Err(IndexError::Stopped(at)) if at == step), "{step:?}: {ended:?}");
        assert!(opened.index.apply(database.changes()).is_err(), "a stopped index stays stopped");
        drop(opened);

        let opened = open(&dir);
        assert!(matches!(opened.state, Snapshot::Loaded { .. }), "{step:?}: {:?}", opened.state);
        opened.index.apply(database.changes()).unwrap();
        same_as_new(&opened.index, &database);
        opened.index.save().unwrap();
        drop(opened);
        same_as_new(&open(&dir).index, &database);
    }
}

proptest! {
    #![proptest_config(Config { cases: 6, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_lives_leave_the_same_index(seed in any::<u64>(), steps in prop::collection::vec(prop::option::of(0..5usize), 1..4)) {
        let dir = TempDir::new().unwrap();
        let (mut database, mut numbers) = (Database::default(), Numbers(seed));
        for step in steps {
            match live(&dir, &mut database, &mut numbers, step.map(|at| STEPS[at])) {
                Ok(()) | Err(IndexError::Stopped(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        live(&dir, &mut database, &mut numbers, None).unwrap();
        let opened = open(&dir);
        match opened.state {
            Snapshot::Loaded { .. } => opened.index.apply(database.changes()).unwrap(),
            _ => opened.index.apply(shop::upserts(database.products.values().cloned())).unwrap(),
        }
        same_as_new(&opened.index, &database);
        opened.index.purge().unwrap();
        same_as_new(&opened.index, &database);
    }
}

#[test]
fn rows_may_come_out_of_order_and_twice() {
    let (mut database, mut numbers) = (Database::default(), Numbers(11));
    write_some(&mut database, &mut numbers, 40);
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    let mut changes = database.changes();
    changes.reverse();
    for change in changes.iter().chain(&changes) {
        index.apply(vec![change.clone()]).unwrap();
    }
    same_as_new(&index, &database);
    let mut rows = index.save().unwrap();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows, database.outbox.keys().copied().collect::<Vec<_>>());
    assert_eq!(index.save().unwrap(), [0; 0]);
}

#[test]
fn a_damaged_file_is_seen() {
    let (mut database, mut numbers) = (Database::default(), Numbers(3));
    write_some(&mut database, &mut numbers, 30);
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    index.apply(database.changes()).unwrap();
    index.save().unwrap();
    drop(index);
    let files: Vec<_> = files(dir.path()).into_iter().filter(|f| f.metadata().unwrap().len() > 60).collect();
    assert!(files.len() > 6, "{files:?}");
    for file in files {
        let copy = TempDir::new().unwrap();
        copy_dir(dir.path(), copy.path());
        let target = copy.path().join(file.strip_prefix(dir.path()).unwrap());
        let mut bytes = std::fs::read(&target).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 0x40;
        std::fs::write(&target, bytes).unwrap();
        let opened = open(&copy);
        match opened.state {
            Snapshot::Unusable { .. } => {
                opened.index.apply(shop::upserts(database.products.values().cloned())).unwrap()
            }
            // A book-keeping file may be damaged without a consequence.
            state => assert!(matches!(state, Snapshot::Loaded { .. }), "{target:?}: {state:?}"),
        }
        same_as_new(&opened.index, &database);
    }
}

#[test]
fn a_newer_versions_folder_is_set_aside() {
    let dir = TempDir::new().unwrap();
    drop(open(&dir));
    std::fs::write(dir.path().join("current"), r#"{"format":99,"generation":1}"#).unwrap();
    let opened = open(&dir);
    assert!(matches!(opened.state, Snapshot::Unusable { why } if why.contains("99")));
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let dir = TempDir::new().unwrap();
    let _held = open(&dir);
    let second = Index::open(dir.path(), Taxonomy::builtin(), settings());
    assert!(matches!(second, Err(IndexError::InUse(_))));
}

#[test]
fn a_purged_product_leaves_no_byte() {
    let canary = "zqxcanaryjwv";
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    let mut erased = document(500, "카나리아문장", canary);
    erased.sku = format!("sku{canary}");
    erased.brand = Some(format!("brand{canary}"));
    erased.description.en = Some(format!("described by {canary}"));
    erased.own.insert("note".into(), canary.into());
    let vector = erased.images[0].look.to_bytes();
    let traces = [canary.as_bytes().to_vec(), "카나".as_bytes().to_vec(), vector];
    let others = || (1..=60).map(|id| document(id, "면 셔츠", "cotton shirt"));
    index.apply(shop::upserts(others().chain([erased]))).unwrap();
    index.save().unwrap();
    index.apply(shop::upserts(others())).unwrap();
    index.save().unwrap();
    assert!(traces.iter().all(|trace| holds(dir.path(), trace)), "the canary must be there first");
    index.apply(vec![(99, Change::Remove(ProductId::from_row(500)))]).unwrap();
    assert_eq!(index.purge().unwrap(), [99]);
    for trace in &traces {
        assert!(!holds(dir.path(), trace), "{:?}", String::from_utf8_lossy(trace));
    }
    let found = index.search(&Request { words: Some("cotton".into()), ..Request::default() }).unwrap();
    assert_eq!(found.total, 60);
    index.apply(vec![(100, Change::Upsert(Box::new(document(61, "", "cotton sock"))))]).unwrap();
    let found = index.search(&Request { words: Some("cotton".into()), ..Request::default() }).unwrap();
    assert_eq!(found.total, 61);
}

#[test]
fn what_is_dead_is_rebuilt_away() {
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    index.apply(shop::upserts((1..=100).map(|id| document(id, "", "thing")))).unwrap();
    index.apply((1..=30).map(|id| (200 + id as u64, Change::Remove(ProductId::from_row(id)))).collect()).unwrap();
    assert!(index.stats().dead_share > 0.2);
    index.save().unwrap();
    let stats = index.stats();
    assert_eq!((stats.products, stats.dead_share), (70, 0.0));
    let answer = index.search(&Request { look: Some(look(5)), limit: 100, ..Request::default() }).unwrap();
    assert_eq!(answer.results.len(), 70);
}

#[test]
fn a_rebuild_serves_and_keeps_what_comes_meanwhile() {
    let (mut database, mut numbers) = (Database::default(), Numbers(8));
    write_some(&mut database, &mut numbers, 60);
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    index
        .apply(vec![(1, Change::Upsert(Box::new(document(9_999, "", "a ghost that the database does not know"))))])
        .unwrap();
    let before: Vec<Document> = database.products.values().cloned().collect();
    let documents = before.into_iter().enumerate().map(|(at, document)| {
        if at == 3 {
            let held: Vec<u64> = database.outbox.keys().copied().collect();
            write_some(&mut database, &mut numbers, 20);
            let fresh = database.changes().into_iter().filter(|(sequence, _)| !held.contains(sequence)).collect();
            index.apply(fresh).unwrap();
            assert!(index.search(&Request::default()).unwrap().total > 0, "the old one answers");
        }
        document
    });
    index.rebuild_from(documents).unwrap();
    same_as_new(&index, &database);
    drop(index);
    let opened = open(&dir);
    assert!(matches!(opened.state, Snapshot::Loaded { .. }));
    same_as_new(&opened.index, &database);
}

fn files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(file, target).unwrap();
    }
}

fn holds(dir: &std::path::Path, bytes: &[u8]) -> bool {
    let has = |file: &std::path::PathBuf| {
        let name = file.to_string_lossy().as_bytes().windows(bytes.len()).any(|w| w == bytes);
        name || std::fs::read(file).unwrap().windows(bytes.len()).any(|w| w == bytes)
    };
    files(dir).iter().any(has)
}
