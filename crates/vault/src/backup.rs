//! What of the vault a backup holds, and how it comes back.
//!
//! A data archive holds sealed values and pseudonymous rows: no key, no look-up hash, nothing that opens by itself. A
//! generation holds the keys. Bringing both together again, the newest audit log decides: keys that its ledger names stay
//! dead, changes that its journal holds are made again.

use crate::{
    Vault,
    archive::{ArchiveReader, ArchiveWriter, Expected, Identity, Kind, Manifest},
    audit::{self, Fault, PublicKey, SignedHead, Signers, SigningKey, Verified},
    certificate::GenerationState,
    error::VaultError,
    files::{Disk, folder_of},
    generations::{AUDIT, KEYS, generations_in},
    journal::{self, Line},
    keyring::{BURY, DESTROY},
    lookup::{FINDING, normalised_mail},
    people::RecordOnFile,
    place::{InstallationId, KeyId, PersonId, RecordId, Store},
    sealing::Sealing,
    tombstone::Tombstone,
    vault::{Databases, VaultKeys, VaultPlace},
};
use jiff::Timestamp;
use std::{
    collections::HashSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};
use vestry_database::{Conn, Row, Value, args};
use vestry_policy::{ItemSet, Policy, StoredIn};

/// Tables of an archive with their columns, in the order in which they refer to each other.
pub(crate) type Tables = &'static [(&'static str, &'static [&'static str])];

pub(crate) const KEY_TABLES: Tables = &[
    ("settings", &["name", "value"]),
    ("keys", &["tombstone", "store", "wrapped"]),
    ("tombstones", &["tombstone"]),
    ("visitors", &["hash", "visitor", "tombstone"]),
    ("epochs", &["id", "epoch"]),
    ("generations", &["place", "sequence", "file", "written"]),
];
/// Without look-up hashes, which are made again from what they find, and without sessions, links,
/// challenges, attempts and proposals.
const PEOPLE_TABLES: Tables = &[
    ("settings", &["name", "value"]),
    (
        "persons",
        &[
            "id",
            "organisation",
            "state",
            "since",
            "notified",
            "chosen",
            "objected",
            "revision",
            "role",
            "asks",
            "banned",
        ],
    ),
    ("consents", &["person", "purpose", "given", "withdrawn", "confirmed"]),
    ("records", &["person", "id", "class", "stored", "events"]),
    ("items", &["person", "record", "item", "key", "revision", "sealed"]),
    ("holds", &["subject", "reason", "placed"]),
    ("policies", &["version", "text", "posted"]),
    ("notices", &["id", "kind", "body", "made", "reached", "told", "sent", "failed", "ended", "carried_out"]),
    ("dying", &["tombstone"]),
];
const SEPARATED_TABLES: Tables = &[
    ("settings", &["name", "value"]),
    ("items", &["person", "record", "item", "key", "revision", "sealed"]),
    ("days", &["class", "day", "key", "records"]),
    ("day_rows", &["record", "class", "day", "person", "key", "sealed"]),
    ("rejoin", &["month", "hash", "subject", "ends"]),
    ("rejoin_keys", &["month", "key"]),
];

/// Writes tables as streams `prefix/table`.
pub(crate) async fn dump_tables(
    conn: &mut Conn,
    prefix: &str,
    tables: Tables,
    writer: &mut ArchiveWriter,
) -> Result<(), VaultError> {
    for (table, columns) in tables {
        let mut entry = writer.entry(&format!("{prefix}/{table}"))?;
        let count = conn.dump(table, columns, &mut entry).await?;
        entry.finish(count)?;
    }
    Ok(())
}

impl Vault {
    /// Begins a data archive at `path`, of which the vault's streams are the first: people and what is kept apart, as of
    /// one moment. The caller adds its own and hands it to [`Vault::end_archive`].
    pub async fn begin_archive(
        &self,
        path: &Path,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<ArchiveWriter, VaultError> {
        // Nothing moves between the two stores while both views are taken.
        let one = self.changing.lock().await;
        let sequence = now.as_second().unsigned_abs();
        let header = self.header(Kind::Data, sequence, policy.hash(), now);
        let (mut people, mut separated) = (self.people.read().await?, self.separated.read().await?);
        for conn in [&mut people, &mut separated] {
            conn.rows("select count(*) from settings", args![]).await?;
        }
        drop(one);
        self.make_folder(folder_of(path))?;
        let mut writer = self.archive(path, &header)?;
        dump_tables(&mut people, PEOPLE, PEOPLE_TABLES, &mut writer).await?;
        dump_tables(&mut separated, SEPARATED, SEPARATED_TABLES, &mut writer).await?;
        Ok(writer)
    }

    /// Signs a data archive, and writes the keys after it: what the data names, the keys have, unless it was destroyed.
    pub async fn end_archive(
        &self,
        writer: ArchiveWriter,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(Manifest, Vec<GenerationState>), VaultError> {
        let manifest = writer.finish(|message| self.journal.sign(message))?;
        Ok((manifest, self.write_generations(policy.hash(), now).await?))
    }

    /// Makes look-up hashes again from the addresses that they find.
    pub(crate) async fn rebuild_lookups(&self, policy: &Policy) -> Result<u64, VaultError> {
        const SQL: &str = "insert into lookups (hash, person) values ($1, $2) on conflict do nothing";
        let keys = FINDING.iter().filter_map(|lookup| {
            let item = policy.item_named(lookup.item)?;
            Some((item, self.finding_key(lookup)))
        });
        let keys: Vec<_> = keys.collect();
        let found_by: ItemSet = keys.iter().map(|(item, _)| *item).collect();
        let (mut after, mut made) = (None, 0);
        loop {
            let people = self.people_after(policy, after, 500).await?;
            let Some(last) = people.last() else { return Ok(made) };
            after = Some(last.person);
            let (mut live, mut apart) = (self.people.read().await?, self.separated.read().await?);
            let mut rows = Vec::new();
            for person in people.iter().filter(|person| person.may_log_in()) {
                let finds = |record: &&RecordOnFile| !record.items.intersection(found_by).is_empty();
                for record in person.records.iter().filter(finds) {
                    let (store, conn) = match record.stored {
                        StoredIn::Live => (Store::Live, &mut live),
                        StoredIn::Separated => (Store::Separated, &mut apart),
                    };
                    let (class, items, record) = (record.class, record.items.intersection(found_by), record.record);
                    let of = Sealing { person: person.person, organisation: person.organisation, record, class, store };
                    for opened in self.open_items(policy, &of, conn, items).await? {
                        let Some((_, key)) = keys.iter().find(|(item, _)| *item == opened.item) else { continue };
                        let hash = key.hash(&normalised_mail(opened.value.to_seal())?);
                        rows.push(args![hash.as_slice(), person.person.value()]);
                    }
                }
            }
            drop((live, apart));
            let mut conn = self.people.begin().await?;
            for row in rows {
                made += conn.run(SQL, row).await?;
            }
            conn.commit().await?;
        }
    }
}

pub(crate) const PEOPLE: &str = "people";
pub(crate) const SEPARATED: &str = "separated";

/// From what a vault comes back.
#[derive(Debug)]
pub struct RestoreFrom<'a> {
    /// Where it is to stand: an empty folder, or empty databases.
    pub place: &'a VaultPlace,
    /// Its keys, from where they are kept.
    pub keys: &'a VaultKeys,
    /// The identity that opens archives.
    pub identity: &'a Identity,
    /// Places that may hold generations of the keys and copies of the audit log.
    pub places: &'a [PathBuf],
    /// A head of the audit log that was published; a copy that is behind it is refused.
    pub published: Option<&'a SignedHead>,
    /// What it is for.
    pub aim: RestoreAim,
}

/// What a restore is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreAim {
    /// To serve again. The places that hold copies are known as before.
    Serve,
    /// To see that it works. No place is known, so that nothing is written to any.
    Drill,
}

/// A vault that is coming back.
#[derive(Debug)]
pub struct Restoring<'a> {
    from: &'a RestoreFrom<'a>,
    databases: Databases,
    installation: InstallationId,
    pub(crate) signers: Signers,
    pub(crate) alive: HashSet<Tombstone>,
    dropped: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// People on file.
    pub people: u64,
    /// Sealed values that the archive holds and whose keys were destroyed since.
    pub dropped: u64,
    /// Look-up hashes made again.
    pub lookups: u64,
}

impl<'a> Restoring<'a> {
    /// Takes the newest audit log and the newest generation of the keys, and lets the ledger of the one destroy in the
    /// other.
    ///
    /// # Errors
    /// [`VaultError::NotEmpty`] where something is kept already, [`VaultError::NoCopies`] where no place has both,
    /// [`VaultError::BehindPublished`] when the newest log is behind `published`, and what is wrong with an archive or a
    /// log.
    pub async fn begin(from: &'a RestoreFrom<'a>, now: Timestamp) -> Result<Self, VaultError> {
        let signing = SigningKey::read(&from.keys.signing, &from.place.folder)?;
        let public = signing.public();
        let verified = newest_log(from.places, &public, from.published, &from.place.folder.join(AUDIT))?;
        let installation = verified.installation;
        let databases = Databases::open_for_restore(from.place, now).await?;
        let (sequence, generation) = newest_generation(from.places)?;
        let signers = verified.signers;
        let mut reader = open_archive(&generation, from.identity, (installation, Kind::Keys), &signers)?;
        let header = reader.header().clone();
        if header.audit_size > verified.size {
            return Err(VaultError::LogBehindKeys { sequence, log: verified.size, keys: header.audit_size });
        }
        let mut conn = databases.keys.begin().await?;
        while let Some(mut stream) = reader.next_stream()? {
            let (table, columns) = table_of(KEYS, KEY_TABLES, stream.name().as_str())?;
            let is_wanted = table != "generations" || from.aim == RestoreAim::Serve;
            conn.load(table, columns, &mut stream, |_| is_wanted).await?;
        }
        reader.finish()?;
        conn.commit().await?;
        let mut restoring = Self { from, databases, installation, signers, alive: HashSet::new(), dropped: 0 };
        restoring.bury(header.audit_size).await?;
        restoring.read_alive().await?;
        Ok(restoring)
    }

    /// The installation that comes back.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// The keys that signed the audit log and the archives.
    pub fn signers(&self) -> &Signers {
        &self.signers
    }

    /// The archive of data at `path`, opened for this restore.
    pub fn data(&self, path: &Path) -> Result<ArchiveReader, VaultError> {
        open_archive(path, self.from.identity, (self.installation, Kind::Data), &self.signers)
    }

    /// Loads the stream `name` if it is one of the vault's; how many rows came then.
    pub async fn load(&mut self, name: &str, input: &mut (dyn Read + Send)) -> Result<Option<u64>, VaultError> {
        let (database, prefix, tables) = match name.split('/').next() {
            Some(PEOPLE) => (&self.databases.people, PEOPLE, PEOPLE_TABLES),
            Some(SEPARATED) => (&self.databases.separated, SEPARATED, SEPARATED_TABLES),
            _ => return Ok(None),
        };
        let (table, columns) = table_of(prefix, tables, name)?;
        let key = columns.iter().position(|column| *column == "key");
        let alive = &self.alive;
        // A value whose key is dead is noise; what it was is gone.
        let keep = |row: &[Value]| {
            let Some(Value::Bytes(Some(id))) = key.map(|at| &row[at]) else { return true };
            id.as_slice().try_into().is_ok_and(|id| alive.contains(&Tombstone::of(KeyId::from_bytes(id))))
        };
        let mut conn = database.begin().await?;
        let (came, kept) = conn.load(table, columns, input, keep).await?;
        conn.commit().await?;
        self.dropped += came - kept;
        Ok(Some(came))
    }

    /// Puts in order what came back, once the archive proved to be whole; then opens it, which makes again what the
    /// journal holds. Nothing may be served before.
    pub async fn finish(self, policy: &Policy, now: Timestamp) -> Result<(Vault, Restored), VaultError> {
        self.settle().await?;
        let vault = Vault::open_over(Arc::new(Disk), self.from.place, self.from.keys, now, self.databases).await?;
        let lookups = vault.rebuild_lookups(policy).await?;
        let restored = Restored { people: vault.count_people().await?, dropped: self.dropped, lookups };
        vault.journal.append(&[Line::Restored { dropped: self.dropped, people: restored.people }], now).await?;
        for database in [&vault.people, &vault.separated, vault.keyring.database()] {
            database.end_restore().await?;
        }
        Ok((vault, restored))
    }

    /// Deletes from the databases at `place` what a restore left that did not end.
    pub async fn forget(place: &VaultPlace) -> Result<(), VaultError> {
        Databases::forget_restore(place).await
    }

    /// Destroys in the generation what the ledger destroyed after it was written.
    async fn bury(&mut self, from: u64) -> Result<(), VaultError> {
        let mut conn = self.databases.keys.begin().await?;
        for line in journal::lines_of(&self.from.place.folder.join(AUDIT), from)? {
            let (_, Line::Ledger(ledger)) = line else { continue };
            let keys: Vec<Value> = ledger.keys().iter().map(Tombstone::value).collect();
            for destroy in DESTROY {
                conn.run_in(destroy, args![], keys.clone()).await?;
            }
            conn.insert(BURY, keys.into_iter().map(|key| vec![key]).collect()).await?;
        }
        Ok(conn.commit().await?)
    }

    async fn read_alive(&mut self) -> Result<(), VaultError> {
        let rows = self.databases.keys.rows("select tombstone from keys", args![]).await?;
        self.alive = rows.iter().map(|row| Tombstone::from_row(row.only()?)).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Records say where their values are; what has none is gone; days count what they have.
    async fn settle(&self) -> Result<(), VaultError> {
        const APART: &str = "select distinct person, record from items";
        const EMPTY_LIVE: &str = "select person, id from records where stored = 'live' and not exists \
            (select 1 from items i where i.person = records.person and i.record = records.id)";
        const SEPARATED: &str = "select person, id from records where stored = 'separated'";
        const MOVED: &str = "update records set stored = 'separated' where person = $1 and id = $2";
        const GONE: &str = "delete from records where person = $1 and id = $2";
        const NOBODY: &str =
            "delete from persons where not exists (select 1 from records r where r.person = persons.id)";
        const COUNT: &str = "update days set records = \
            (select count(*) from day_rows r where r.class = days.class and r.day = days.day)";
        let mut apart = self.databases.separated.begin().await?;
        apart.run(COUNT, args![]).await?;
        let held = pairs(&apart.rows(APART, args![]).await?)?;
        apart.commit().await?;
        let held: HashSet<_> = held.into_iter().collect();
        let mut conn = self.databases.people.begin().await?;
        for (person, record) in pairs(&conn.rows(EMPTY_LIVE, args![]).await?)? {
            let sql = if held.contains(&(person, record)) { MOVED } else { GONE };
            conn.run(sql, args![person.value(), record.value()]).await?;
        }
        for (person, record) in pairs(&conn.rows(SEPARATED, args![]).await?)? {
            if !held.contains(&(person, record)) {
                conn.run(GONE, args![person.value(), record.value()]).await?;
            }
        }
        conn.run(NOBODY, args![]).await?;
        Ok(conn.commit().await?)
    }
}

/// The archive at `path`, to be signed by the key that signed when it was written.
fn open_archive(
    path: &Path,
    identity: &Identity,
    (installation, kind): (InstallationId, Kind),
    signers: &Signers,
) -> Result<ArchiveReader, VaultError> {
    let public_key = signers.newest().as_bytes();
    let reader = ArchiveReader::open(path, identity, &Expected { installation, kind, public_key })?;
    let then = signers.at(reader.header().audit_size);
    Ok(reader.signed_under(then.as_bytes())?)
}

fn pairs(rows: &[Row]) -> Result<Vec<(PersonId, RecordId)>, VaultError> {
    rows.iter()
        .map(|row| {
            let mut columns = row.columns();
            Ok((PersonId::from_row(columns.take()?)?, RecordId::from_row(columns.take()?)?))
        })
        .collect()
}

fn table_of(prefix: &str, tables: Tables, name: &str) -> Result<(&'static str, &'static [&'static str]), VaultError> {
    let table = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'));
    let found = table.and_then(|table| tables.iter().find(|(known, _)| *known == table)).copied();
    found.ok_or(VaultError::Unreadable { what: "a stream of the archive" })
}

/// The newest generation of the keys at any place.
fn newest_generation(places: &[PathBuf]) -> Result<(u64, PathBuf), VaultError> {
    let found = places.iter().filter_map(|place| generations_in(&place.join(KEYS)).ok()?.pop());
    found.max().ok_or(VaultError::NoCopies { what: "generation of the keys" })
}

/// Copies the newest log at any place to `to`: whole as `key` signed it, and not behind `published`.
fn newest_log(
    places: &[PathBuf],
    key: &PublicKey,
    published: Option<&SignedHead>,
    to: &Path,
) -> Result<Verified, VaultError> {
    let mut newest: Option<(PathBuf, Verified)> = None;
    let mut damaged = None;
    let there = places.iter().map(|place| place.join(AUDIT)).filter(|folder| folder.is_dir());
    for (number, folder) in there.enumerate() {
        let mended = to.with_extension(number.to_string());
        let found = audit::verify(&folder, key, None).map(|verified| (folder.clone(), verified));
        let found = found.or_else(|faults| {
            let copied = audit::copy_to_last_head(&folder, &mended, key).ok();
            let verified = copied.and_then(|()| audit::verify(&mended, key, None).ok());
            verified.map(|verified| (mended, verified)).ok_or(faults)
        });
        match found {
            Ok(found) if newest.as_ref().is_none_or(|(_, other)| found.1.size > other.size) => newest = Some(found),
            Ok(_) => {}
            Err(faults) => damaged = Some(damaged_copy(folder, &faults)),
        }
    }
    let (folder, verified) = newest.ok_or_else(|| damaged.unwrap_or(VaultError::NoCopies { what: "audit log" }))?;
    if let Some(published) = published {
        if verified.size < published.size {
            return Err(VaultError::BehindPublished { size: verified.size, published: published.size });
        }
        audit::verify(&folder, key, Some(published)).map_err(|faults| damaged_copy(folder.clone(), &faults))?;
    }
    audit::copy(&folder, to)?;
    for number in 0..places.len() {
        // It is in the scratch folder of the restore; what stays says nothing that the log does not.
        let _ = fs::remove_dir_all(to.with_extension(number.to_string()));
    }
    Ok(verified)
}

fn damaged_copy(folder: PathBuf, faults: &[Fault]) -> VaultError {
    let first = faults.first().map_or(String::new(), ToString::to_string);
    VaultError::DamagedCopy { folder, first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What no archive holds: look-up hashes, sessions, mailed links, challenges, tries in vain and what is proposed, the
    /// versions of schemas, a row's number within its database.
    const LEFT_OUT: [&str; 27] = [
        "people.attempts.failures",
        "people.attempts.last",
        "people.attempts.subject",
        "people.challenges.ends",
        "people.challenges.person",
        "people.challenges.sealed",
        "people.challenges.token",
        "people.links.ends",
        "people.links.person",
        "people.links.token",
        "people.links.what",
        "people.proposals.about",
        "people.proposals.act",
        "people.proposals.id",
        "people.proposals.made",
        "people.proposals.proposer",
        "people.proposals.reason",
        "people.sessions.begun",
        "people.sessions.person",
        "people.sessions.token",
        "people.sessions.used",
        "people.lookups.hash",
        "people.lookups.person",
        "people.schema_versions.version",
        "separated.schema_versions.version",
        "separated.day_rows.id",
        "keys.schema_versions.version",
    ];

    #[tokio::test]
    async fn archives_hold_every_column_but_look_up_hashes() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let place = VaultPlace { folder: data, urls: None, archive_days: None, places: Vec::new(), recipients: None };
        let (keys, now) = (folder.path().join("keys"), Timestamp::UNIX_EPOCH);
        Vault::make(&place, &keys, now).await.expect("made");
        let vault = Vault::open(&place, &VaultKeys::in_folder(&keys), now).await.expect("opens");
        let there: BTreeSet<String> =
            vault.columns().await.expect("columns").iter().map(|(table, column)| format!("{table}.{column}")).collect();
        let held = [(PEOPLE, PEOPLE_TABLES), (SEPARATED, SEPARATED_TABLES), (KEYS, KEY_TABLES)];
        let mut held: BTreeSet<String> = held
            .iter()
            .flat_map(|(prefix, tables)| {
                tables
                    .iter()
                    .flat_map(move |(table, columns)| columns.iter().map(move |c| format!("{prefix}.{table}.{c}")))
            })
            .collect();
        held.extend(LEFT_OUT.map(str::to_owned));
        assert_eq!(there, held);
        vault.close().await;
    }
}
