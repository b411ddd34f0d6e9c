//! Sealing and opening the items of a record: one key for what always ends together.

use crate::{
    Vault,
    error::VaultError,
    keyring::NewKey,
    names::Names,
    personal::Personal,
    place::{KeyId, PersonId, Place, RecordId, Store},
    seal::DataKey,
    tombstone::Tombstone,
};
use vestry_database::{Conn, Value, args};
use vestry_model::OrganisationId;
use vestry_policy::{ClassId, ItemId, ItemSet, Policy};
use zeroize::{Zeroize, Zeroizing};

/// Whose record is sealed, and where.
#[derive(Clone, Copy)]
pub(crate) struct Sealing {
    pub(crate) person: PersonId,
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) record: RecordId,
    pub(crate) class: ClassId,
    pub(crate) store: Store,
}

/// What sealing gave: keys to be stored first, and values.
pub(crate) struct Sealed {
    pub(crate) keys: Vec<NewKey>,
    items: Vec<SealedItem>,
}

struct SealedItem {
    item: String,
    key: KeyId,
    revision: i64,
    sealed: Vec<u8>,
}

/// An item as it was opened.
pub(crate) struct OpenedItem {
    pub(crate) item: ItemId,
    pub(crate) key: KeyId,
    pub(crate) revision: i64,
    pub(crate) value: Personal<String>,
}

impl Sealed {
    /// Rows of `items`: person, record, item, key, revision, sealed.
    pub(crate) fn rows(&self, of: &Sealing) -> impl Iterator<Item = Vec<Value>> {
        let (person, record) = (of.person, of.record);
        self.items.iter().map(move |item| {
            args![
                person.as_bytes().as_slice(),
                record.as_bytes().as_slice(),
                item.item.as_str(),
                item.key.as_bytes().as_slice(),
                item.revision,
                item.sealed.as_slice()
            ]
        })
    }
}

impl Vault {
    pub(crate) fn place<'a>(
        &self,
        of: &Sealing,
        class: &'a str,
        column: &'a str,
        key: KeyId,
        revision: i64,
    ) -> Place<'a> {
        Place {
            installation: self.installation,
            store: of.store,
            organisation: of.organisation,
            person: Some(of.person),
            class,
            record: of.record,
            column,
            key,
            revision: revision.cast_unsigned(),
        }
    }

    /// Seals values of one record, each group that ends together under a new key.
    pub(crate) fn seal_items(
        &self,
        policy: &Policy,
        of: &Sealing,
        values: &[(ItemId, &str)],
        revision: i64,
    ) -> Result<Sealed, VaultError> {
        let class = policy.class(of.class).id.as_str();
        let mut sealed = Sealed { keys: Vec::new(), items: Vec::new() };
        for group in policy.end_groups(of.class) {
            let group: Vec<_> = values.iter().filter(|(item, _)| group.contains(*item)).collect();
            if group.is_empty() {
                continue;
            }
            let (id, key) = (KeyId::random()?, DataKey::generate()?);
            let wrapped = key.wrap(self.masters.of(of.store), &self.place(of, class, "", id, 0))?;
            sealed.keys.push(NewKey { tombstone: Tombstone::of(id), store: of.store, wrapped });
            for (item, value) in group {
                let name = policy.item(*item).id.as_str();
                let place = self.place(of, class, name, id, revision);
                let bytes = key.seal(&place, value.as_bytes())?;
                sealed.items.push(SealedItem { item: name.into(), key: id, revision, sealed: bytes });
            }
        }
        Ok(sealed)
    }

    /// Opens those `items` of a record that `conn`, its store's database, holds. An item whose key is destroyed is left
    /// out: it is gone.
    pub(crate) async fn open_items(
        &self,
        policy: &Policy,
        of: &Sealing,
        conn: &mut Conn,
        items: ItemSet,
    ) -> Result<Vec<OpenedItem>, VaultError> {
        const SQL: &str =
            "select item, key, revision, sealed from items where person = $1 and record = $2 order by item";
        let class = policy.class(of.class).id.as_str();
        let names = Names::of(policy);
        let mut rows = Vec::new();
        for row in conn.rows(SQL, args![of.person.value(), of.record.value()]).await? {
            let mut columns = row.columns();
            let item = names.item(&columns.take::<String>()?)?;
            let (key, revision) = (KeyId::from_row(columns.take()?)?, columns.take::<i64>()?);
            if items.contains(item) {
                rows.push((item, key, revision, columns.take::<Vec<u8>>()?));
            }
        }
        let places: Vec<Place<'_>> = rows.iter().map(|(_, key, ..)| self.place(of, class, "", *key, 0)).collect();
        let keys = self.keyring.unwrap_all(&self.masters, &places).await?;
        let mut opened = Vec::with_capacity(rows.len());
        for ((item, key, revision, sealed), data_key) in rows.into_iter().zip(keys) {
            let Some(data_key) = data_key else { continue };
            let place = self.place(of, class, &policy.item(item).id, key, revision);
            let value = text(data_key.open(&place, &sealed)?)?;
            opened.push(OpenedItem { item, key, revision, value });
        }
        Ok(opened)
    }
}

/// Opened bytes as the text that they are.
pub(crate) fn text(bytes: Zeroizing<Vec<u8>>) -> Result<Personal<String>, VaultError> {
    let mut bytes = bytes;
    String::from_utf8(std::mem::take(&mut *bytes)).map(Personal::new).map_err(|error| {
        error.into_bytes().zeroize();
        VaultError::Unreadable { what: "an opened value" }
    })
}
