//! A process that is really killed, over and over, while it works through an outbox.

#![allow(clippy::unwrap_used, reason = "a test or a measurement stops where something is wrong")]

#[path = "support/shop.rs"]
mod shop;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use shop::{Numbers, category, document, look, settings};
use tempfile::TempDir;
use vestry_model::{ProductId, Taxonomy};
use vestry_search::{Answer, Change, Document, Index, Request, Snapshot};

const FOLDER: &str = "VESTRY_TEST_KILLED_FOLDER";

fn product(id: i64, seed: u64) -> Document {
    let mut numbers = Numbers(seed);
    let words = ["cotton", "linen", "원피스", "denim"];
    let title = format!("{} {}", words[numbers.below(4) as usize], words[numbers.below(4) as usize]);
    let mut out = document(id, "", &title);
    out.images[0].look = look(numbers.below(500));
    category(out, ["dress", "skirt"][numbers.below(2) as usize])
}

fn change(id: i64, seed: u64) -> Change {
    match seed {
        0 => Change::Remove(ProductId::from_row(id)),
        seed => Change::Upsert(Box::new(product(id, seed))),
    }
}

/// Not a test by itself: what the killed process does. Rows come from a file; finished ones go to stdout.
#[test]
fn the_killed_process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let index = Index::open(&folder.join("index"), Taxonomy::builtin(), settings()).unwrap().index;
    let rows = std::fs::read_to_string(folder.join("outbox")).unwrap();
    let mut out = std::io::stdout();
    for (at, row) in rows.lines().enumerate() {
        let numbers: Vec<u64> = row.split(' ').map(|n| n.parse().unwrap()).collect();
        index.apply(vec![(numbers[0], change(numbers[1] as i64, numbers[2]))]).unwrap();
        writeln!(out, "applied").unwrap();
        if at % 3 == 2 {
            let saved = index.save().unwrap().iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
            writeln!(out, "saved {saved}").unwrap();
        }
        out.flush().unwrap();
    }
}

/// Runs the process over what is left and kills it when it has said `lines` lines.
fn run_and_kill(folder: &Path, outbox: &mut BTreeMap<u64, i64>, products: &BTreeMap<i64, u64>, lines: u64) {
    let rows = outbox.iter().map(|(row, id)| format!("{row} {id} {}\n", products.get(id).copied().unwrap_or(0)));
    std::fs::write(folder.join("outbox"), rows.collect::<String>()).unwrap();
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_killed_process", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    let said = said.filter(|line| line.starts_with("applied") || line.starts_with("saved"));
    for line in said.take(lines as usize) {
        for row in line.split(' ').skip(1).filter_map(|row| row.parse().ok()) {
            outbox.remove(&row);
        }
    }
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn nothing_is_lost_and_nothing_is_double() {
    let folder = TempDir::new().unwrap();
    let (mut outbox, mut products) = (BTreeMap::new(), BTreeMap::new());
    let mut numbers = Numbers(2_026);
    let mut row = 0;
    for _ in 0..6 {
        for _ in 0..12 {
            row += 1;
            let id = numbers.below(15) as i64 + 1;
            match numbers.below(4) {
                0 => drop(products.remove(&id)),
                _ => drop(products.insert(id, 1 + numbers.below(1_000_000))),
            }
            outbox.insert(row, id);
        }
        let lines = 2 + numbers.below(14);
        run_and_kill(folder.path(), &mut outbox, &products, lines);
    }
    let opened = Index::open(&folder.path().join("index"), Taxonomy::builtin(), settings()).unwrap();
    let all = || products.iter().map(|(id, seed)| product(*id, *seed));
    match opened.state {
        Snapshot::Loaded { .. } => {
            let left = outbox.iter().map(|(row, id)| (*row, change(*id, products.get(id).copied().unwrap_or(0))));
            opened.index.apply(left.collect()).unwrap();
        }
        Snapshot::Empty => opened.index.apply(shop::upserts(all())).unwrap(),
        Snapshot::Unusable { why } => panic!("a kill made the index unusable: {why}"),
    }
    let fresh = shop::Shop::with(all());
    let bare = |answer: Answer| Answer { search_id: String::new(), ..answer };
    let words = ["cotton", "linen", "원피스", "denim", "dress"]
        .map(|w| Request { words: Some(w.into()), ..Request::default() });
    let looks = (0..10).map(|seed| Request { look: Some(look(seed)), ..Request::default() });
    for request in words.into_iter().chain(looks).chain([Request::default()]) {
        let found = opened.index.search(&request).map(bare).unwrap();
        assert_eq!(found, fresh.index.search(&request).map(bare).unwrap(), "{request:?}");
    }
}
