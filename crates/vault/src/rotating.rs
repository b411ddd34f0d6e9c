//! Another master key: every data key is wrapped anew, and the values under them stay as they are. Another signing key: the
//! audit log goes on under it.
//!
//! The new key stands beside the old one as `NAME.next` until all is done. A stop in between leaves both; the next try
//! goes on, and until then the vault does not open, because some keys may be wrapped by the one and some by the other.

use crate::{
    Vault,
    audit::{AuditError, AuditLog, PublicKey, SigningKey},
    error::VaultError,
    files::{Disk, Files, folder_of},
    generations::AUDIT,
    journal::{Ledger, LedgerReason, Line},
    master::{KeyCheck, MasterKey, MasterKeySource, Masters},
    people::works_for,
    place::{KeyId, PersonId, Place, RecordId, Store},
    tombstone::Tombstone,
    vault::{Databases, KEY_CHECK, VaultKeys, VaultPlace, next_file, put_setting},
    visitors::VISITORS,
};
use jiff::Timestamp;
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};
use vestry_database::{Value, args};
use vestry_model::OrganisationId;
use vestry_policy::Policy;

/// Where a wrapped key belongs, as its rows say it.
struct KeyPlace {
    key: KeyId,
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
    record: RecordId,
    class: String,
}

/// What rotating did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Keys wrapped anew.
    pub keys: u64,
    /// Keys that no row named: left by stops, and destroyed now.
    pub unnamed: u64,
}

/// Keys wrapped anew with one statement's transaction.
const TOGETHER: usize = 1_000;

impl Vault {
    /// Replaces the master key of `store`, whose source must be a file: makes another, wraps every data key of the store
    /// anew, makes look-up hashes again, and gives the file its name. The old key is gone when this returns; what it
    /// wrapped in generations at backup places goes with the generation that is written then.
    ///
    /// # Errors
    /// [`VaultError::NotAFile`] where the key comes from a program or the environment: rotate it there, and give both to
    /// nobody.
    pub async fn rotate(
        place: &VaultPlace,
        keys: &VaultKeys,
        store: Store,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Rotated, VaultError> {
        let source = if store == Store::Live { &keys.live } else { &keys.separated };
        let MasterKeySource::File(path) = source else { return Err(VaultError::NotAFile) };
        let next = next_file(path);
        let old = MasterKey::read(source, &place.folder)?;
        let new = if next.exists() {
            MasterKey::read(&MasterKeySource::File(next.clone()), &place.folder)?
        } else {
            MasterKey::create(&next, &place.folder)?
        };
        let masters = Masters {
            live: MasterKey::read(&keys.live, &place.folder)?,
            separated: MasterKey::read(&keys.separated, &place.folder)?,
        };
        let vault = Self::open_with(place, masters, &keys.signing).await?;
        let rotated = vault.wrap_anew(store, &old, &new, now).await?;
        let mut conn = vault.database(store).begin().await?;
        let check = KeyCheck::new(&new, vault.installation, store);
        put_setting(&mut conn, KEY_CHECK, check.as_bytes()).await?;
        if store == Store::Live {
            conn.run("delete from lookups", args![]).await?;
        }
        conn.commit().await?;
        vault.close().await;
        drop(vault);
        give_name(&next, path)?;
        let vault = Self::open(place, keys, now).await?;
        if store == Store::Live {
            vault.rebuild_lookups(policy).await?;
        }
        vault.write_generations(policy.hash(), now).await?;
        vault.close().await;
        Ok(rotated)
    }

    /// Replaces the key that signs the audit log and the archives, whose source must be a file. The old key signs for the
    /// new one in the log; what it signed stays good. The new public key is the answer; it is to be written down elsewhere.
    ///
    /// # Errors
    /// As [`rotate`](Self::rotate).
    pub async fn rotate_signing(
        place: &VaultPlace,
        keys: &VaultKeys,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<PublicKey, VaultError> {
        let MasterKeySource::File(path) = &keys.signing else { return Err(VaultError::NotAFile) };
        let next = next_file(path);
        let read = |path: &Path| SigningKey::read(&MasterKeySource::File(path.to_owned()), &place.folder);
        let new = if next.exists() { read(&next)? } else { SigningKey::create(&next, &place.folder)? };
        let databases = Databases::open(place).await?;
        let installation = databases.installation(place).await?;
        databases.close().await;
        let (folder, public) = (place.folder.join(AUDIT), new.public());
        match AuditLog::open(&folder, installation, read(path)?) {
            Ok(mut log) => {
                let entry = Line::SigningKey { key: public.to_string() }.entry();
                log.rotate(new, entry, now)?;
            }
            // A try that was stopped had come this far.
            Err(AuditError::OtherKey) => drop(AuditLog::open(&folder, installation, new)?),
            Err(error) => return Err(error.into()),
        }
        give_name(&next, path)?;
        let vault = Self::open(place, keys, now).await?;
        vault.write_generations(policy.hash(), now).await?;
        vault.close().await;
        Ok(public)
    }

    async fn wrap_anew(
        &self,
        store: Store,
        old: &MasterKey,
        new: &MasterKey,
        now: Timestamp,
    ) -> Result<Rotated, VaultError> {
        const READ: &str = "select tombstone, wrapped from keys where store = $1 and tombstone in (..)";
        const WRITE: &str = "update keys set wrapped = $2 where tombstone = $1";
        const ALL: &str = "select tombstone from keys where store = $1";
        let code = i64::from(store.code());
        let places = self.key_places(store).await?;
        let mut named = HashSet::new();
        let mut keys = 0;
        for chunk in places.chunks(TOGETHER) {
            let by_name: HashMap<Tombstone, &KeyPlace> = chunk.iter().map(|p| (Tombstone::of(p.key), p)).collect();
            let mut conn = self.keyring.database().begin().await?;
            let list: Vec<Value> = by_name.keys().map(Tombstone::value).collect();
            for row in conn.rows_in(READ, args![code], list).await? {
                let mut columns = row.columns();
                let name = Tombstone::from_row(columns.take()?)?;
                let wrapped = crate::keyring::wrapped_key(columns.take()?)?;
                let place = self.place_of_key(store, by_name[&name]);
                named.insert(name);
                // One that a stopped try wrapped already stays.
                if wrapped.open(new, &place).is_ok() {
                    continue;
                }
                let wrapped = wrapped.open(old, &place)?.wrap(new, &place)?;
                conn.run(WRITE, args![name.value(), wrapped.as_bytes().as_slice()]).await?;
                keys += 1;
            }
            conn.commit().await?;
        }
        let rows = self.keyring.database().rows(ALL, args![code]).await?;
        let all: Vec<Tombstone> =
            rows.iter().map(|row| Tombstone::from_row(row.only()?)).collect::<Result<_, VaultError>>()?;
        let unnamed: Vec<Tombstone> = all.into_iter().filter(|name| !named.contains(name)).collect();
        for chunk in unnamed.chunks(TOGETHER) {
            self.journal.append(&[Line::Ledger(Ledger::new(LedgerReason::Replaced, chunk))], now).await?;
            self.keyring.destroy(chunk).await?;
        }
        Ok(Rotated { keys, unnamed: unnamed.len() as u64 })
    }

    fn place_of_key<'a>(&self, store: Store, of: &'a KeyPlace) -> Place<'a> {
        Place {
            installation: self.installation,
            store,
            organisation: of.organisation,
            person: of.person,
            class: &of.class,
            record: of.record,
            column: "",
            key: of.key,
            revision: 0,
        }
    }

    /// Where every key of a store belongs.
    async fn key_places(&self, store: Store) -> Result<Vec<KeyPlace>, VaultError> {
        const RECORDS: &str = "select r.id, r.class, p.organisation from records r join persons p on p.id = r.person";
        const ITEMS: &str = "select distinct person, record, key from items";
        const DAYS: &str = "select class, key from days union select class, key from day_rows";
        let mut about: HashMap<RecordId, (String, Option<OrganisationId>)> = HashMap::new();
        for row in self.people.rows(RECORDS, args![]).await? {
            let mut columns = row.columns();
            about.insert(RecordId::from_row(columns.take()?)?, (columns.take()?, works_for(&mut columns)?));
        }
        let mut places = Vec::new();
        for row in self.database(store).rows(ITEMS, args![]).await? {
            let mut columns = row.columns();
            let (person, record) = (PersonId::from_row(columns.take()?)?, RecordId::from_row(columns.take()?)?);
            let key = KeyId::from_row(columns.take()?)?;
            let Some((class, organisation)) = about.get(&record).cloned() else { continue };
            places.push(KeyPlace { key, person: Some(person), organisation, record, class });
        }
        let nobody = |class: String, key| KeyPlace {
            key,
            person: None,
            organisation: None,
            record: RecordId::from_bytes([0; 16]),
            class,
        };
        if store == Store::Live {
            places.extend(self.visitors_key_id().await?.map(|key| nobody(VISITORS.into(), key)));
        }
        if store == Store::Separated {
            for row in self.separated.rows(DAYS, args![]).await? {
                let mut columns = row.columns();
                let class = columns.take()?;
                places.push(nobody(class, KeyId::from_row(columns.take()?)?));
            }
            for (_, key) in self.rejoin_months().await? {
                places.push(nobody(crate::lookup::REJOIN.purpose.into(), key));
            }
        }
        Ok(places)
    }

    /// Opens without asking whether the master keys are the data's: some keys may be wrapped by another already.
    async fn open_with(place: &VaultPlace, masters: Masters, signing: &MasterKeySource) -> Result<Self, VaultError> {
        let databases = Databases::open(place).await?;
        let installation = databases.installation(place).await?;
        Self::assemble(place, masters, signing, databases, installation, Arc::new(Disk))
    }
}

/// The new key takes the old one's name, durably.
fn give_name(next: &Path, path: &Path) -> Result<(), VaultError> {
    let failed = |source| VaultError::Write { path: path.into(), source };
    Disk.rename(next, path).and_then(|()| Disk.sync_folder(folder_of(path))).map_err(failed)
}
