//! Looks for canaries in everything that somebody with every file and every secret could read.
//!
//! Bytes are searched as they are; what is compressed is unpacked (gzip, the entries of a ZIP); SQLite databases are
//! also read row by row, as they stand and as they stood after each transaction that their write-ahead log still holds;
//! so are PostgreSQL's, with the planner's statistics, and their files where the role may read them; what is sealed is
//! opened with every wrapped key and every master key there is. Zstandard, LZ4 and age are not unpacked: whoever opens an
//! archive hands its files to [`Evidence::feed`].

mod forms;
mod opening;
mod postgres;
mod sqlite;

use aho_corasick::AhoCorasick;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use forms::Forms;
pub(crate) use opening::Named;
use opening::{Opener, Secrets};
pub(crate) use postgres::{Snapshot, operate, tables as rows_of_database};
use std::{
    collections::{BTreeSet, HashMap},
    io::{Read, Write},
    path::Path,
    sync::LazyLock,
};
use vestry_policy::Policy;

/// Something that is to be found, or not to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canary {
    pub(crate) name: String,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Text(String),
    /// An id, a wrapped key, a look-up hash.
    Bytes(Vec<u8>),
}

impl Canary {
    pub(crate) fn text(name: &str, text: &str) -> Self {
        Self { name: name.into(), what: What::Text(text.into()) }
    }

    pub(crate) fn bytes(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), what: What::Bytes(bytes.into()) }
    }
}

/// Where a canary was found, and how it stood there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) canary: String,
    /// A file and an offset, or a table, a row and a column of it.
    pub(crate) at: String,
    pub(crate) form: String,
}

/// Rows of one table, each column as bytes.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) at: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Option<Vec<u8>>>>,
}

struct Stream {
    name: String,
    bytes: Vec<u8>,
}

/// Everything that is scanned, as it was when it was added.
pub(crate) struct Evidence {
    secrets: Secrets,
    classes: HashMap<String, String>,
    streams: Vec<Stream>,
    tables: Vec<Table>,
}

/// How deep compressed bytes may lie in compressed bytes.
const DEPTH: u32 = 3;
/// The most bytes that one compressed stream may give.
const MOST: u64 = 64 << 20;

/// How what is compressed begins.
const GZIP: &[u8] = &[0x1f, 0x8b, 8];
const ENTRY: &[u8] = b"PK\x03\x04";

impl Evidence {
    /// Nothing yet, and the key files in the folder `keys`.
    pub(crate) fn new(policy: &Policy, keys: &Path) -> Self {
        let class = |item: &vestry_policy::Item| policy.class(item.class).id.clone();
        let classes = policy.items().map(|(_, item)| (item.id.clone(), class(item))).collect();
        Self { secrets: Secrets::in_folder(keys), classes, streams: Vec::new(), tables: Vec::new() }
    }

    /// Adds every file below `folder`.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        let mut waiting = vec![folder.to_owned()];
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(std::fs::read_dir(&path).expect("listed").map(|entry| entry.expect("an entry").path()));
            } else if path.is_file() {
                let bytes = std::fs::read(&path).expect("read");
                self.streams.push(Stream { name: path.display().to_string(), bytes });
            }
        }
        self.streams.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }

    /// Adds bytes from elsewhere: a file of an archive that the caller opened.
    pub(crate) fn feed(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.streams.push(Stream { name: name.into(), bytes });
        self
    }

    /// Adds rows from elsewhere: a table of a decrypted generation of the keys, a PostgreSQL database.
    pub(crate) fn feed_rows(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds the files of the PostgreSQL database at `url`.
    pub(crate) async fn files_of_database(mut self, name: &str, url: &str) -> Self {
        match postgres::files(name, url).await {
            Some(files) => self.streams.extend(files.into_iter().map(|(name, bytes)| Stream { name, bytes })),
            None => {
                let words = format!("the files of PostgreSQL's {name} were NOT scanned: its role is no superuser\n");
                std::io::stderr().write_all(words.as_bytes()).expect("standard error can be written");
            }
        }
        self
    }

    /// Every row that can be read, of every table.
    pub(crate) async fn tables(&self) -> Vec<Table> {
        let mut tables = self.tables.clone();
        for stream in self.streams.iter().filter(|stream| !stream.name.ends_with("-wal")) {
            let log = format!("{}-wal", stream.name);
            let log = self.streams.iter().find(|other| other.name == log).map(|log| log.bytes.as_slice());
            tables.extend(sqlite::tables(&stream.name, &stream.bytes, log.unwrap_or_default()).await);
        }
        tables
    }

    /// What of `canaries` is there, each once a place and form.
    pub(crate) async fn scan(&self, canaries: &[Canary]) -> Vec<Finding> {
        let mut scan = Scan { canaries, forms: Forms::of(canaries), seen: BTreeSet::new(), findings: Vec::new() };
        let tables = self.tables().await;
        let mut opener = Opener::new(&self.secrets, &self.classes);
        for stream in &self.streams {
            scan.stream(&stream.name, &stream.bytes, 0);
        }
        for table in &tables {
            scan.table(table);
            opener.learn(table);
        }
        opener.carve(self.streams.iter().map(|stream| stream.bytes.as_slice()));
        for (at, opened) in opener.open_rows() {
            scan.bytes(&at, "opened", &opened);
        }
        let days = opener.days();
        for stream in &self.streams {
            for (offset, opened) in opener.open_stream(&days, &stream.bytes) {
                scan.bytes(&format!("{}@{offset}", stream.name), "opened", &opened);
            }
        }
        scan.findings.sort();
        scan.findings
    }
}

struct Scan<'a> {
    canaries: &'a [Canary],
    forms: Forms,
    seen: BTreeSet<(String, usize, String)>,
    findings: Vec<Finding>,
}

impl Scan<'_> {
    fn stream(&mut self, name: &str, bytes: &[u8], depth: u32) {
        self.bytes(name, "", bytes);
        if depth == DEPTH {
            return;
        }
        for (at, unpacked) in unpacked(bytes) {
            self.stream(&format!("{name}@{at}, unpacked"), &unpacked, depth + 1);
        }
    }

    fn table(&mut self, table: &Table) {
        for (number, row) in table.rows.iter().enumerate() {
            for (column, value) in table.columns.iter().zip(row) {
                let Some(value) = value else { continue };
                self.bytes(&format!("{}[{number}].{column}", table.at), "", value);
            }
        }
    }

    fn bytes(&mut self, at: &str, how: &str, bytes: &[u8]) {
        for (offset, canary, form) in self.forms.find(bytes) {
            let form = if how.is_empty() { form.to_owned() } else { format!("{how}, {form}") };
            if self.seen.insert((at.to_owned(), canary, form.clone())) {
                let canary = self.canaries[canary].name.clone();
                self.findings.push(Finding { canary, at: format!("{at}:{offset}"), form });
            }
        }
    }
}

/// What lies compressed in `bytes`, wherever it begins.
fn unpacked(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    static HEADS: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new([GZIP, ENTRY]).expect("patterns"));
    let mut found = Vec::new();
    for at in HEADS.find_iter(bytes).map(|head| head.start()) {
        let rest = &bytes[at..];
        let mut unpacked = Vec::new();
        // What fails half way still gave what stands before the fault.
        if rest.starts_with(GZIP) {
            let _ = MultiGzDecoder::new(rest).take(MOST).read_to_end(&mut unpacked);
        } else if rest.starts_with(ENTRY) && rest.len() > 30 && rest[8..10] == [8, 0] {
            let length = |at: usize| usize::from(u16::from_le_bytes([rest[at], rest[at + 1]]));
            let data = rest.get(30 + length(26) + length(28)..).unwrap_or_default();
            let _ = DeflateDecoder::new(data).take(MOST).read_to_end(&mut unpacked);
        }
        if !unpacked.is_empty() {
            found.push((at, unpacked));
        }
    }
    found
}

/// The findings, a line each, for a test that fails.
pub(crate) fn shown(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("{} at {} ({})\n", finding.canary, finding.at, finding.form);
    findings.iter().take(40).map(line).collect()
}

/// The canaries that no finding names.
pub(crate) fn missed<'c>(canaries: &'c [Canary], findings: &[Finding]) -> Vec<&'c str> {
    let found: BTreeSet<&str> = findings.iter().map(|finding| finding.canary.as_str()).collect();
    canaries.iter().map(|canary| canary.name.as_str()).filter(|name| !found.contains(name)).collect()
}

#[test]
fn what_is_compressed_is_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(b"junk before".to_vec(), flate2::Compression::default());
    gzip.write_all("Canary-".repeat(50).as_bytes()).expect("written");
    let bytes = gzip.finish().expect("finished");
    let found = unpacked(&bytes);
    assert_eq!((found.len(), found[0].0, found[0].1.len()), (1, 11, 350));
}
