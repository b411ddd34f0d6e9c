//! An examiner with every secret that the operator holds: reads every byte of every file, raw, decoded and decrypted.
//!
//! It knows the form of rows and archives and none of the vault's ways to read them: no ledger, no policy, no state stops
//! it. Whatever key it finds anywhere it tries on whatever is sealed.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use sqlx::{Connection, Row, SqliteConnection};
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::Read,
    path::{Path, PathBuf},
};
use unicode_normalization::UnicodeNormalization;
use vestry_vault::{
    InstallationId, KeyId, MasterKey, MasterKeySource, PersonId, Place, RecordId, Store, Tombstone, WrappedKey,
    archive::{ArchiveReader, Expected, Identity, Kind},
};

/// What is looked for: texts, and bytes such as ids.
pub(crate) struct Wanted {
    forms: Vec<(String, Vec<u8>)>,
}

impl Wanted {
    /// Each text in every form in which it might be written down.
    pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms = Vec::new();
        for text in texts {
            let mut put = |bytes: Vec<u8>| forms.push((text.to_owned(), bytes));
            put(text.as_bytes().to_vec());
            put(text.nfd().collect::<String>().into_bytes());
            put(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
            put(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            put(hex.to_uppercase().into_bytes());
            put(hex.into_bytes());
            for shift in 0..3 {
                // What stands before it in the encoded bytes is not known, so the digits it shares are left out.
                let padded = [vec![0; shift], text.as_bytes().to_vec()].concat();
                for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
                    let from = [0, 2, 3][shift];
                    put(encoded.as_bytes()[from..encoded.len() - 1].to_vec());
                }
            }
        }
        Self { forms }
    }

    /// Also these bytes, as they are and as hex.
    pub(crate) fn and_bytes(mut self, name: &str, bytes: &[u8]) -> Self {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.forms.push((name.into(), bytes.to_vec()));
        self.forms.push((name.into(), hex.into_bytes()));
        self
    }

    fn find(&self, place: &str, bytes: &[u8], found: &mut Found) {
        for (name, form) in &self.forms {
            if bytes.len() >= form.len() && memmem(bytes, form) {
                found.entry(name.clone()).or_default().insert(place.to_owned());
            }
        }
    }
}

fn memmem(hay: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return false };
    let mut rest = hay;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Where each wanted thing was found.
pub(crate) type Found = std::collections::BTreeMap<String, BTreeSet<String>>;

/// Everything the operator holds.
pub(crate) struct Examiner {
    live: MasterKey,
    separated: MasterKey,
    identity: Option<Identity>,
    public: [u8; 32],
    installation: InstallationId,
    /// Every wrapped key of every copy of the key database.
    keys: HashMap<Tombstone, Vec<WrappedKey>>,
}

/// A sealed value with what its row says of its place.
struct SealedRow {
    store: Store,
    organisation: Option<i64>,
    person: Option<Vec<u8>>,
    class: String,
    record: Vec<u8>,
    column: String,
    key: Vec<u8>,
    revision: i64,
    sealed: Vec<u8>,
}

impl Examiner {
    pub(crate) fn new(
        keys: &Path,
        data: &Path,
        identity: Option<&Path>,
        public: [u8; 32],
        installation: InstallationId,
    ) -> Self {
        let master = |name: &str| MasterKey::read(&MasterKeySource::File(keys.join(name)), data).expect("a master key");
        let identity = identity.map(|path| Identity::read(path).expect("an identity"));
        let (live, separated) = (master("master.key"), master("separated.key"));
        Self { live, separated, identity, public, installation, keys: HashMap::new() }
    }

    /// Takes every wrapped key out of a key database and out of every generation at a place.
    pub(crate) async fn take_keys(&mut self, database: &Path, place: Option<&Path>) {
        if database.exists() {
            let mut conn = open(database).await;
            for row in sqlx::query("select tombstone, wrapped from keys").fetch_all(&mut conn).await.expect("read") {
                self.take_key(row.get(0), row.get(1));
            }
            conn.close().await.expect("closes");
        }
        for file in place.map(|place| files(&place.join("keys"))).unwrap_or_default() {
            for (name, bytes) in self.streams(&file, Kind::Keys) {
                for row in rows(&bytes).into_iter().filter(|_| name == "keys/keys") {
                    self.take_key(row[0].bytes(), row[2].bytes());
                }
            }
        }
    }

    fn take_key(&mut self, tombstone: Vec<u8>, wrapped: Vec<u8>) {
        let tombstone = Tombstone::from_bytes(tombstone.try_into().expect("32 bytes"));
        let wrapped = WrappedKey::from_bytes(wrapped.try_into().expect("a wrapped key"));
        self.keys.entry(tombstone).or_default().push(wrapped);
    }

    pub(crate) fn forget_keys(&mut self) {
        self.keys.clear();
    }

    pub(crate) fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// Looks through every file below `folder`: raw bytes, what is sealed in its databases, what its archives hold.
    pub(crate) async fn examine(&self, folder: &Path, wanted: &Wanted) -> Found {
        let mut found = Found::new();
        for file in files(folder) {
            let bytes = fs::read(&file).expect("read");
            wanted.find(&file.display().to_string(), &bytes, &mut found);
            let is_data = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("data-"));
            if file.extension().is_some_and(|end| end == "age") && is_data {
                let streams: HashMap<String, Vec<u8>> = self.streams(&file, Kind::Data).into_iter().collect();
                streams.values().for_each(|stream| wanted.find(&file.display().to_string(), stream, &mut found));
                for row in sealed_in_archive(&streams) {
                    self.try_open(&format!("sealed in {}", file.display()), &row, wanted, &mut found);
                }
            }
        }
        if folder.join("people.db").exists() {
            for row in sealed_in_databases(folder).await {
                self.try_open(&format!("sealed in {}", folder.display()), &row, wanted, &mut found);
            }
        }
        found
    }

    fn try_open(&self, place: &str, row: &SealedRow, wanted: &Wanted, found: &mut Found) {
        let key = KeyId::from_bytes(row.key.clone().try_into().expect("an id"));
        let record = RecordId::from_bytes(row.record.clone().try_into().expect("an id"));
        let person = row.person.clone().map(|id| PersonId::from_bytes(id.try_into().expect("an id")));
        let at = Place {
            installation: self.installation,
            store: row.store,
            organisation: row.organisation,
            person,
            class: &row.class,
            record,
            column: &row.column,
            key,
            revision: row.revision.cast_unsigned(),
        };
        let of_day = row.column == "day";
        let wrapped_at = Place {
            column: "",
            revision: 0,
            record: if of_day { RecordId::from_bytes([0; 16]) } else { record },
            ..at
        };
        let master = if row.store == Store::Live { &self.live } else { &self.separated };
        for wrapped in self.keys.get(&Tombstone::of(key)).into_iter().flatten() {
            if let Ok(opened) = wrapped.open(master, &wrapped_at).and_then(|key| key.open(&at, &row.sealed)) {
                wanted.find(place, &opened, found);
            }
        }
    }

    /// The decrypted streams of an archive.
    fn streams(&self, file: &Path, kind: Kind) -> Vec<(String, Vec<u8>)> {
        if file.extension().is_none_or(|end| end != "age") {
            return Vec::new();
        }
        let Some(identity) = &self.identity else { return Vec::new() };
        let expected = Expected { installation: self.installation, kind, public_key: &self.public };
        let mut reader = ArchiveReader::open(file, identity, &expected).expect("an archive");
        let mut streams = Vec::new();
        while let Some(mut stream) = reader.next_stream().expect("a stream") {
            let mut bytes = Vec::new();
            let name = stream.name().as_str().to_owned();
            stream.read_to_end(&mut bytes).expect("read");
            streams.push((name, bytes));
        }
        streams
    }
}

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("a database")
}

async fn sealed_in_databases(folder: &Path) -> Vec<SealedRow> {
    let mut sealed = Vec::new();
    let mut people = open(&folder.join("people.db")).await;
    let about = "select r.id, r.class, p.organisation from records r join persons p on p.id = r.person";
    let mut records: HashMap<Vec<u8>, (String, Option<i64>)> = HashMap::new();
    for row in sqlx::query(about).fetch_all(&mut people).await.expect("read") {
        records.insert(row.get(0), (row.get(1), row.get(2)));
    }
    let mut separated = open(&folder.join("separated.db")).await;
    for (conn, store) in [(&mut people, Store::Live), (&mut separated, Store::Separated)] {
        let items = "select person, record, item, key, revision, sealed from items";
        for row in sqlx::query(items).fetch_all(conn).await.expect("read") {
            let record: Vec<u8> = row.get(1);
            let Some((class, organisation)) = records.get(&record).cloned() else { continue };
            sealed.push(SealedRow {
                store,
                organisation,
                person: Some(row.get(0)),
                class,
                record,
                column: row.get(2),
                key: row.get(3),
                revision: row.get(4),
                sealed: row.get(5),
            });
        }
    }
    for row in
        sqlx::query("select class, record, key, sealed from day_rows").fetch_all(&mut separated).await.expect("read")
    {
        sealed.push(of_day(row.get(0), row.get(1), row.get(2), row.get(3)));
    }
    people.close().await.expect("closes");
    separated.close().await.expect("closes");
    sealed
}

fn of_day(class: String, record: Vec<u8>, key: Vec<u8>, sealed: Vec<u8>) -> SealedRow {
    let (store, column) = (Store::Separated, "day".into());
    SealedRow { store, organisation: None, person: None, class, record, column, key, revision: 0, sealed }
}

fn sealed_in_archive(streams: &HashMap<String, Vec<u8>>) -> Vec<SealedRow> {
    let table = |name: &str| streams.get(name).map(|bytes| rows(bytes)).unwrap_or_default();
    let persons: HashMap<Vec<u8>, Option<i64>> =
        table("people/persons").iter().map(|row| (row[0].bytes(), row[1].number())).collect();
    let records: HashMap<Vec<u8>, (String, Option<i64>)> = table("people/records")
        .iter()
        .map(|row| (row[1].bytes(), (row[2].text(), persons.get(&row[0].bytes()).copied().flatten())))
        .collect();
    let mut sealed = Vec::new();
    for (name, store) in [("people/items", Store::Live), ("separated/items", Store::Separated)] {
        for row in table(name) {
            let Some((class, organisation)) = records.get(&row[1].bytes()).cloned() else { continue };
            sealed.push(SealedRow {
                store,
                organisation,
                person: Some(row[0].bytes()),
                class,
                record: row[1].bytes(),
                column: row[2].text(),
                key: row[3].bytes(),
                revision: row[4].number().unwrap_or(0),
                sealed: row[5].bytes(),
            });
        }
    }
    for row in table("separated/day_rows") {
        sealed.push(of_day(row[1].text(), row[0].bytes(), row[4].bytes(), row[5].bytes()));
    }
    sealed
}

/// A column of a dumped row.
enum Cell {
    Null,
    Number(i64),
    Bytes(Vec<u8>),
}

impl Cell {
    fn bytes(&self) -> Vec<u8> {
        if let Self::Bytes(bytes) = self { bytes.clone() } else { Vec::new() }
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("a text")
    }

    fn number(&self) -> Option<i64> {
        if let Self::Number(n) = self { Some(*n) } else { None }
    }
}

/// The rows of a dumped table, read from the form that `vestry-database` documents.
fn rows(mut bytes: &[u8]) -> Vec<Vec<Cell>> {
    fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
        let (head, rest) = bytes.split_at(count);
        *bytes = rest;
        head
    }
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let columns = u16::from_be_bytes(take(&mut bytes, 2).try_into().expect("two bytes"));
        rows.push(
            (0..columns)
                .map(|_| match take(&mut bytes, 1)[0] {
                    0 => Cell::Null,
                    1 | 2 => Cell::Number(i64::from_be_bytes(take(&mut bytes, 8).try_into().expect("eight bytes"))),
                    _ => {
                        let length = u32::from_be_bytes(take(&mut bytes, 4).try_into().expect("four bytes"));
                        Cell::Bytes(take(&mut bytes, length as usize).to_vec())
                    }
                })
                .collect(),
        );
    }
    rows
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
