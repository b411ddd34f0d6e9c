//! Opening what is sealed, with every key there is.

use super::Table;
use aho_corasick::AhoCorasick;
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
    rc::Rc,
};
use vestry_model::OrganisationId;
use vestry_vault::{
    DataKey, InstallationId, KeyId, MasterKey, MasterKeySource, PersonId, Place, RecordId, Store, Tombstone,
    WRAPPED_LENGTH, WrappedKey, sealed_length,
};

/// Master keys, whatever store they are for.
pub(super) struct Secrets(Vec<MasterKey>);

impl Secrets {
    /// Every file in `folder` that holds a key.
    pub(super) fn in_folder(folder: &Path) -> Self {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let mut keys = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let source = MasterKeySource::File(entry.expect("an entry").path());
            keys.extend(MasterKey::read(&source, elsewhere.path()).ok());
        }
        Self(keys)
    }
}

/// Where something sealed may belong, and what it is.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Sealed {
    at: String,
    person: Option<PersonId>,
    class: String,
    record: RecordId,
    column: String,
    key: KeyId,
    revision: u64,
    bytes: Vec<u8>,
}

/// Keys that were tried for a record, opened where one of them could be.
type OpenedKeys = HashMap<(KeyId, RecordId), Option<Rc<DataKey>>>;

/// Collects keys, ids and sealed rows, then opens what opens.
pub(super) struct Opener<'a> {
    secrets: &'a Secrets,
    classes: &'a HashMap<String, String>,
    installations: BTreeSet<[u8; 16]>,
    organisations: BTreeSet<Option<i64>>,
    record_classes: HashMap<Vec<u8>, String>,
    wrapped: HashMap<[u8; 32], HashSet<[u8; WRAPPED_LENGTH]>>,
    sealed: HashMap<(KeyId, RecordId, String, Vec<u8>), Sealed>,
    days: HashSet<(String, KeyId)>,
    opened_keys: RefCell<OpenedKeys>,
}

const DAY: &str = "day";
const BOTH: [Store; 2] = [Store::Live, Store::Separated];
/// How far behind the name of a key its wrapped form may stand in a page.
const REACH: usize = 80;
/// The longest sealed entry of a log that is looked for, in bytes of its text.
const LONGEST: usize = 4_096;

impl<'a> Opener<'a> {
    pub(super) fn new(secrets: &'a Secrets, classes: &'a HashMap<String, String>) -> Self {
        Self {
            secrets,
            classes,
            installations: BTreeSet::new(),
            organisations: BTreeSet::from([None]),
            record_classes: HashMap::new(),
            wrapped: HashMap::new(),
            sealed: HashMap::new(),
            days: HashSet::new(),
            opened_keys: RefCell::default(),
        }
    }

    /// Takes from a table what helps: it is told by its columns, whatever it is called.
    pub(super) fn learn(&mut self, table: &Table) {
        for (number, row) in table.rows.iter().enumerate() {
            let row = Named { columns: &table.columns, row };
            if row.bytes("name") == Some(b"installation") {
                self.installations.extend(row.id("value"));
            }
            if let (Some(tombstone), Some(wrapped)) = (row.array("tombstone"), row.array("wrapped")) {
                self.wrapped.entry(tombstone).or_default().insert(wrapped);
            }
            if let Some(organisation) = row.number("organisation") {
                self.organisations.insert(Some(organisation));
            }
            if let (Some(id), Some(class)) = (row.bytes("id"), row.text("class")) {
                self.record_classes.insert(id.to_vec(), class);
            }
            if let (Some(class), Some(key), true) = (row.text("class"), row.id("key"), row.bytes(DAY).is_some()) {
                self.days.insert((class, KeyId::from_bytes(key)));
            }
            if let Some(sealed) = self.sealed_row(&row, format!("{}[{number}]", table.at)) {
                let id = (sealed.key, sealed.record, sealed.column.clone(), sealed.bytes.clone());
                self.sealed.entry(id).or_insert(sealed);
            }
        }
    }

    fn sealed_row(&self, row: &Named<'_>, at: String) -> Option<Sealed> {
        let key = KeyId::from_bytes(row.id("key")?);
        let record = RecordId::from_bytes(row.id("record")?);
        let person = row.id("person").map(PersonId::from_bytes);
        let bytes = row.bytes("sealed")?.to_vec();
        let (class, column, revision) = match row.text("item") {
            Some(item) => {
                let class = self.classes.get(&item).or_else(|| self.record_classes.get(record.as_bytes().as_slice()));
                (class.cloned().unwrap_or_default(), item, row.number("revision")?.cast_unsigned())
            }
            None => (row.text("class")?, DAY.to_owned(), 0),
        };
        // Whose a record of a day is, is no part of its place.
        let person = if column == DAY { None } else { person };
        Some(Sealed { at, person, class, record, column, key, revision, bytes })
    }

    /// Finds wrapped keys in bytes that no table shows any more: behind the names of keys that something is sealed with.
    pub(super) fn carve<'s>(&mut self, streams: impl Iterator<Item = &'s [u8]>) {
        let keys = self.sealed.values().map(|sealed| sealed.key).chain(self.days.iter().map(|(_, key)| *key));
        let names: Vec<[u8; 32]> = keys.map(|key| *Tombstone::of(key).as_bytes()).collect();
        let automaton = AhoCorasick::new(&names).expect("patterns");
        for (bytes, found) in streams.flat_map(|bytes| automaton.find_overlapping_iter(bytes).map(move |f| (bytes, f)))
        {
            let name = names[found.pattern().as_usize()];
            for at in found.end()..found.end() + REACH {
                if let Some(wrapped) = bytes.get(at..).and_then(|rest| rest.first_chunk::<WRAPPED_LENGTH>())
                    && wrapped[0] == 1
                {
                    self.wrapped.entry(name).or_default().insert(*wrapped);
                }
            }
        }
    }

    /// Every row that opens, with what it holds.
    pub(super) fn open_rows(&self) -> Vec<(String, Vec<u8>)> {
        let opened = self.sealed.values().filter_map(|sealed| {
            let opened = self.open(sealed, &sealed.bytes)?;
            Some((format!("{}.{}", sealed.at, sealed.column), opened))
        });
        opened.collect()
    }

    /// The days whose keys may open entries of a log.
    pub(super) fn days(&self) -> Days<'_> {
        let days: Vec<&(String, KeyId)> = self.days.iter().collect();
        let automaton = AhoCorasick::new(days.iter().map(|(_, key)| key.as_bytes())).expect("patterns");
        Days { days, automaton }
    }

    /// Entries of a log, `record ‖ key ‖ sealed`, under the key of a day: found by the key's id wherever they stand.
    pub(super) fn open_stream(&self, days: &Days<'_>, bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let Days { days, automaton } = days;
        let mut opened = Vec::new();
        for found in automaton.find_overlapping_iter(bytes) {
            let (class, key) = days[found.pattern().as_usize()];
            let Some(record) = bytes[..found.start()].last_chunk::<16>() else { continue };
            let record = RecordId::from_bytes(*record);
            let (at, column) = (String::new(), DAY.to_owned());
            let (person, class) = (None, class.clone());
            let sealed = Sealed { at, person, class, record, column, key: *key, revision: 0, bytes: Vec::new() };
            let lengths = (0..LONGEST).step_by(vestry_vault::BUCKET).map(sealed_length);
            let tried = lengths.map_while(|length| bytes.get(found.end()..found.end() + length));
            opened.extend(tried.filter_map(|part| self.open(&sealed, part)).next().map(|text| (found.start(), text)));
        }
        opened
    }

    fn open(&self, sealed: &Sealed, bytes: &[u8]) -> Option<Vec<u8>> {
        let key = self.data_key(sealed)?;
        self.places(sealed).into_iter().find_map(|place| Some(key.open(&place, bytes).ok()?.to_vec()))
    }

    /// The key of a sealed value, if any wrapped key gives it under any master key. That of its name is tried first.
    fn data_key(&self, sealed: &Sealed) -> Option<Rc<DataKey>> {
        let record = if sealed.column == DAY { RecordId::from_bytes([0; 16]) } else { sealed.record };
        let known = (sealed.key, record);
        if let Some(found) = self.opened_keys.borrow().get(&known) {
            return found.clone();
        }
        let name = *Tombstone::of(sealed.key).as_bytes();
        let named = self.wrapped.get(&name).into_iter().flatten();
        let others = self.wrapped.iter().filter(|(other, _)| **other != name).flat_map(|(_, wrapped)| wrapped);
        let whole = Sealed { record, column: String::new(), revision: 0, ..sealed.clone() };
        let places = self.places(&whole);
        let unwrap = |wrapped: &[u8; WRAPPED_LENGTH]| {
            let wrapped = WrappedKey::from_bytes(*wrapped);
            self.secrets.0.iter().find_map(|master| places.iter().find_map(|place| wrapped.open(master, place).ok()))
        };
        let found = named.chain(others).find_map(unwrap).map(Rc::new);
        self.opened_keys.borrow_mut().insert(known, found.clone());
        found
    }

    /// The places where it may belong, given every installation, store and organisation seen.
    fn places<'s>(&self, sealed: &'s Sealed) -> Vec<Place<'s>> {
        let mut places = Vec::new();
        for installation in &self.installations {
            for store in BOTH {
                for organisation in &self.organisations {
                    places.push(Place {
                        installation: InstallationId::from_bytes(*installation),
                        store,
                        organisation: organisation.map(OrganisationId::from_row),
                        person: sealed.person,
                        class: &sealed.class,
                        record: sealed.record,
                        column: &sealed.column,
                        key: sealed.key,
                        revision: sealed.revision,
                    });
                }
            }
        }
        places
    }
}

/// Keys of days, looked for in one pass.
pub(super) struct Days<'o> {
    days: Vec<&'o (String, KeyId)>,
    automaton: AhoCorasick,
}

/// A row whose columns have names.
pub(crate) struct Named<'r> {
    pub(crate) columns: &'r [String],
    pub(crate) row: &'r [Option<Vec<u8>>],
}

impl<'r> Named<'r> {
    pub(crate) fn bytes(&self, column: &str) -> Option<&'r [u8]> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.row[at].as_deref()
    }

    pub(crate) fn array<const N: usize>(&self, column: &str) -> Option<[u8; N]> {
        self.bytes(column)?.try_into().ok()
    }

    pub(crate) fn id(&self, column: &str) -> Option<[u8; 16]> {
        self.array(column)
    }

    pub(crate) fn text(&self, column: &str) -> Option<String> {
        String::from_utf8(self.bytes(column)?.to_vec()).ok()
    }

    /// An integer, which was read as its digits.
    pub(crate) fn number(&self, column: &str) -> Option<i64> {
        self.text(column)?.parse().ok()
    }
}
