//! Visitors of shops: from a shop's own name of somebody to the random id under which what they did stands elsewhere.
//!
//! The way there is a keyed hash beside the keys, and like a key it stands in no backup of data, is named by the ledger before
//! it is destroyed, and then gone from every generation: whoever was forgotten, no backup leads back to.

use crate::{
    Vault,
    error::VaultError,
    journal::{Ledger, LedgerReason, Line},
    keyring::NewKey,
    lookup::LookupKey,
    place::{KeyId, Place, RecordId, Store, VisitorId},
    seal::DataKey,
    tombstone::Tombstone,
    vault::setting,
};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};
use vestry_database::{Value, args};
use vestry_model::OrganisationId;

/// The setting that holds the id of the key of hashes, and what the key serves.
pub(crate) const VISITORS: &str = "visitors";
/// Ids named with one line of the ledger.
const TOGETHER: usize = 4_096;

impl Vault {
    /// The ids of visitors by a shop's own names of them, in their order; made for those who have none, and durable when this
    /// returns.
    pub async fn visitors_named(
        &self,
        organisation: OrganisationId,
        names: &[&str],
    ) -> Result<Vec<VisitorId>, VaultError> {
        const ADD: &str = "insert into visitors (hash, visitor, tombstone) values (..) on conflict do nothing";
        let key = self.visitors_key_or_new().await?;
        let hashes: Vec<[u8; 32]> = names.iter().map(|name| hash(&key, organisation, name)).collect();
        let known = self.visitors_by(&hashes).await?;
        let new: BTreeSet<&[u8; 32]> = hashes.iter().filter(|hash| !known.contains_key(*hash)).collect();
        let all = if new.is_empty() {
            known
        } else {
            let row = |hash: &[u8; 32]| -> Result<Vec<Value>, VaultError> {
                let id = VisitorId::random()?;
                Ok(vec![hash.as_slice().into(), id.value(), Tombstone::of_visitor(id).value()])
            };
            let mut conn = self.keyring.database().begin().await?;
            conn.insert(ADD, new.into_iter().map(row).collect::<Result<_, _>>()?).await?;
            conn.commit().await?;
            // Another process may have been first.
            self.visitors_by(&hashes).await?
        };
        hashes.iter().map(|hash| all.get(hash).copied().ok_or(VaultError::Changed)).collect()
    }

    /// The id of one visitor, if they have one.
    pub async fn visitor(&self, organisation: OrganisationId, name: &str) -> Result<Option<VisitorId>, VaultError> {
        let Some(key) = self.visitors_key().await? else { return Ok(None) };
        let hash = hash(&key, organisation, name);
        Ok(self.visitors_by(&[hash]).await?.get(&hash).copied())
    }

    /// Those of these whom somebody's name still leads to.
    pub async fn known_visitors(&self, ids: &[VisitorId]) -> Result<HashSet<VisitorId>, VaultError> {
        const SQL: &str = "select visitor from visitors where tombstone in (..)";
        let list = ids.iter().map(|id| Tombstone::of_visitor(*id).value()).collect();
        let rows = self.keyring.database().rows_in(SQL, args![], list).await?;
        rows.iter().map(|row| VisitorId::from_row(row.only()?)).collect()
    }

    /// The next visitors after one, in no order that means anything.
    pub async fn visitors_after(&self, after: Option<VisitorId>, limit: u32) -> Result<Vec<VisitorId>, VaultError> {
        const SQL: &str = "select visitor from visitors where tombstone > $1 order by tombstone limit $2";
        let after = after.map_or(Vec::new(), |id| Tombstone::of_visitor(id).as_bytes().to_vec());
        let rows = self.keyring.database().rows(SQL, args![after, limit]).await?;
        rows.iter().map(|row| VisitorId::from_row(row.only()?)).collect()
    }

    /// Nothing leads to these visitors any more: from the ledger first, then from here; with the next certificate from every
    /// generation. The caller deletes what stands under their ids.
    pub async fn forget_visitors(&self, ids: &[VisitorId], now: Timestamp) -> Result<(), VaultError> {
        for ids in ids.chunks(TOGETHER) {
            let names: Vec<Tombstone> = ids.iter().map(|id| Tombstone::of_visitor(*id)).collect();
            self.journal.append(&[Line::Ledger(Ledger::new(LedgerReason::Forgotten, &names))], now).await?;
            self.destroy_keys("destroy the ways to visitors", &names).await?;
        }
        Ok(())
    }

    async fn visitors_by(&self, hashes: &[[u8; 32]]) -> Result<HashMap<[u8; 32], VisitorId>, VaultError> {
        const SQL: &str = "select hash, visitor from visitors where hash in (..)";
        let list = hashes.iter().map(|hash| hash.as_slice().into()).collect();
        let rows = self.keyring.database().rows_in(SQL, args![], list).await?;
        rows.iter()
            .map(|row| {
                let mut columns = row.columns();
                let hash: Vec<u8> = columns.take()?;
                let hash = hash.try_into().map_err(|_| VaultError::Unreadable { what: "a visitor" })?;
                Ok((hash, VisitorId::from_row(columns.take()?)?))
            })
            .collect()
    }

    /// The id of the key of hashes, once there is one.
    pub(crate) async fn visitors_key_id(&self) -> Result<Option<KeyId>, VaultError> {
        setting(&mut self.keyring.database().read().await?, VISITORS).await?.map(KeyId::from_row).transpose()
    }

    async fn visitors_key(&self) -> Result<Option<LookupKey>, VaultError> {
        let Some(id) = self.visitors_key_id().await? else { return Ok(None) };
        let key = self.keyring.unwrap_all(&self.masters, &[self.visitors_place(id)]).await?.pop().flatten();
        Ok(Some(LookupKey::of_data_key(&*key.ok_or(VaultError::Destroyed)?, VISITORS)))
    }

    async fn visitors_key_or_new(&self) -> Result<LookupKey, VaultError> {
        const NAME: &str = "insert into settings (name, value) values ($1, $2) on conflict do nothing";
        if let Some(key) = self.visitors_key().await? {
            return Ok(key);
        }
        let (id, key) = (KeyId::random()?, DataKey::generate()?);
        let wrapped = key.wrap(&self.masters.live, &self.visitors_place(id))?;
        self.keyring.add(&[NewKey { tombstone: Tombstone::of(id), store: Store::Live, wrapped }]).await?;
        let mut conn = self.keyring.database().begin().await?;
        conn.run(NAME, args![VISITORS, id.value()]).await?;
        conn.commit().await?;
        self.visitors_key().await?.ok_or(VaultError::Changed)
    }

    fn visitors_place(&self, key: KeyId) -> Place<'static> {
        Place {
            installation: self.installation,
            store: Store::Live,
            organisation: None,
            person: None,
            class: VISITORS,
            record: RecordId::from_bytes([0; 16]),
            column: "",
            key,
            revision: 0,
        }
    }
}

/// Names of two shops do not meet.
fn hash(key: &LookupKey, organisation: OrganisationId, name: &str) -> [u8; 32] {
    key.hash(&format!("{organisation}\n{name}"))
}
