//! API keys. Only the hash of a key is held; the key itself is shown once by whoever makes it.

use crate::{Snapshot, StoreError, Tx};
use jiff::Timestamp;
use vestry_database::{Row, args};
use vestry_model::{KeyId, OrganisationId};

/// What a key may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyKind {
    /// Search only, from pages of these origins; meant to be seen in a page's source.
    Publishable {
        /// Origins such as `https://shop.example`.
        origins: Vec<String>,
    },
    /// Everything its organisation may do; for servers.
    Secret,
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it may do.
    pub kind: KeyKind,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// From when it is refused; may lie ahead after a rotation.
    pub revoked: Option<Timestamp>,
    /// When it was last used, as far as [`Tx::touch_key`] was told.
    pub last_used: Option<Timestamp>,
}

fn key(row: &Row) -> Result<Key, StoreError> {
    let mut columns = row.columns();
    let (id, organisation) = (columns.take()?, columns.take()?);
    let (kind, origins): (String, String) = (columns.take()?, columns.take()?);
    let unreadable = |column| StoreError::Unreadable { column };
    let kind = match kind.as_str() {
        "secret" => KeyKind::Secret,
        "publishable" => KeyKind::Publishable {
            origins: serde_json::from_str(&origins).map_err(|_| unreadable("api_keys.origins"))?,
        },
        _ => return Err(unreadable("api_keys.kind")),
    };
    Ok(Key {
        id: KeyId::from_row(id),
        organisation: OrganisationId::from_row(organisation),
        kind,
        name: columns.take()?,
        created: columns.instant("api_keys.created")?,
        revoked: columns.instant_or_none("api_keys.revoked")?,
        last_used: columns.instant_or_none("api_keys.last_used")?,
    })
}

impl Snapshot {
    /// The key with this SHA-256, unless it is revoked as of `now`.
    pub async fn key_by_hash(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Key>, StoreError> {
        const SQL: &str = "select id, organisation, kind, origins, name, created, revoked, last_used from api_keys \
            where hash = $1 and (revoked is null or revoked > $2)";
        self.conn.row(SQL, args![hash.as_slice(), now]).await?.as_ref().map(key).transpose()
    }

    /// An organisation's keys, newest first, revoked ones included.
    pub async fn keys(&mut self, organisation: OrganisationId) -> Result<Vec<Key>, StoreError> {
        const SQL: &str = "select id, organisation, kind, origins, name, created, revoked, last_used from api_keys \
            where organisation = $1 order by id desc";
        self.conn.rows(SQL, args![organisation.get()]).await?.iter().map(key).collect()
    }
}

impl Tx {
    /// Keeps a new key by its SHA-256.
    pub async fn create_key(
        &mut self,
        organisation: OrganisationId,
        kind: &KeyKind,
        name: &str,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<KeyId, StoreError> {
        const SQL: &str = "insert into api_keys (organisation, kind, origins, name, hash, created) \
            values ($1, $2, $3, $4, $5, $6) on conflict (hash) do nothing returning id";
        let (kind, origins) = match kind {
            KeyKind::Publishable { origins } => ("publishable", origins.as_slice()),
            KeyKind::Secret => ("secret", [].as_slice()),
        };
        let origins = serde_json::to_string(origins).expect("a list of strings is JSON");
        let row = self.conn.row(SQL, args![organisation.get(), kind, origins, name, hash.as_slice(), now]).await?;
        row.map_or(Err(StoreError::KeyExists), |row| Ok(KeyId::from_row(row.only()?)))
    }

    /// Replaces a key: makes one of the same kind and name with a new `hash`; the old one, whose SHA-256 comes back beside
    /// it, ends at `old_ends`.
    pub async fn rotate_key(
        &mut self,
        organisation: OrganisationId,
        id: KeyId,
        hash: &[u8; 32],
        old_ends: Timestamp,
        now: Timestamp,
    ) -> Result<(KeyId, [u8; 32]), StoreError> {
        let keys = self.keys(organisation).await?;
        let old = keys.iter().find(|k| k.id == id && k.revoked.is_none_or(|at| at > now));
        let old = old.ok_or(StoreError::Unknown { kind: "key", id: id.get() })?;
        let ended = self.revoke_key(organisation, id, old_ends).await?;
        Ok((self.create_key(organisation, &old.kind, &old.name, hash, now).await?, ended))
    }

    /// Ends a key at `at`; an earlier end stands. Its SHA-256.
    pub async fn revoke_key(
        &mut self,
        organisation: OrganisationId,
        id: KeyId,
        at: Timestamp,
    ) -> Result<[u8; 32], StoreError> {
        const SQL: &str = "update api_keys set revoked = case when revoked < $3 then revoked else $3 end \
            where organisation = $1 and id = $2 returning hash";
        match self.conn.row(SQL, args![organisation.get(), id.get(), at]).await? {
            None => Err(StoreError::Unknown { kind: "key", id: id.get() }),
            Some(row) => {
                let hash: Vec<u8> = row.only()?;
                hash.try_into().map_err(|_| StoreError::Unreadable { column: "api_keys.hash" })
            }
        }
    }

    /// Ends the keys of these SHA-256, each at its moment, wherever there is one; an earlier end stands.
    pub async fn end_keys(&mut self, ended: &[([u8; 32], Timestamp)]) -> Result<(), StoreError> {
        const SQL: &str = "update api_keys set revoked = case when revoked < $2 then revoked else $2 end \
            where hash = $1";
        for (hash, at) in ended {
            self.conn.run(SQL, args![hash.as_slice(), *at]).await?;
        }
        Ok(())
    }

    /// Notes that a key was used at `now`. Call it rarely, such as once a minute and key: it is a write.
    pub async fn touch_key(&mut self, id: KeyId, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "update api_keys set last_used = $2 where id = $1 and (last_used is null or last_used < $2)";
        self.conn.run(SQL, args![id.get(), now]).await?;
        Ok(())
    }
}
